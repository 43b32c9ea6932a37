#!/usr/bin/env bash
# Runs guests under WASI and compares what they print and how they end.
#
#   tests/wasi/run.sh HOSPES OUT [CASE…]     all cases, or those named
#   tests/wasi/run.sh --list                 their names
#
# The guests in guests/ are compiled by clang with wasi-libc into OUT. Each case runs in a directory of its own:
#   root/      what the guest gets as /      (file, dir/, and links out of it)
#   outside/   what it must not reach        (secret, dir/)
# expected/CASE is what the guest must print; UPDATE=1 writes it instead of comparing. Exit status 77: the compiler or the C library is missing.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cases="hello arguments exit_status exit_status_of_exit exit_126 stdin stdin_empty files escape race raw unstable
reactor no_directory two_directories timeout_sleeping timeout_reading"

if [ "${1:-}" = --list ]; then
    echo $cases
    exit
fi
[ $# -ge 2 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
hospes=$(realpath "$1") || exit 2
mkdir -p "$2" && out=$(cd "$2" && pwd) || exit 2
shift 2
[ $# -gt 0 ] || set -- $cases

clang=${WASI_CLANG:-}
for c in clang-22 clang-19 clang; do
    [ -n "$clang" ] || { command -v "$c" >/dev/null && clang=$c; }
done
[ -n "$clang" ] && [ -e /usr/include/wasm32-wasi/stdio.h ] || { echo "no clang or no wasi-libc: skipped" >&2; exit 77; }

# guest NAME [FLAG…]: compiles guests/NAME.c if it is newer, and prints where it is.
guest() {
    local name=$1 wasm=$out/$1.wasm
    shift
    if [ ! -e "$wasm" ] || [ -n "$(find "$here/guests/$name.c" "$here/guests/check.h" -newer "$wasm")" ]; then
        "$clang" --target=wasm32-wasi -Wno-deprecated -O2 -Wall "$@" "$here/guests/$name.c" -o "$wasm.$$" || exit 1
        mv "$wasm.$$" "$wasm"
    fi
    echo "$wasm"
}

make_tree() {
    mkdir -p root/dir/nested outside/dir
    printf inside >root/file
    printf nested >root/dir/nested/file
    printf outside >outside/secret
    ln -s ../file root/dir/back
    ln -s ../outside/secret root/out-rel
    ln -s "$PWD/outside/secret" root/out-abs
    ln -s ../outside root/out-dir
    ln -s "$PWD/outside" root/out-abs-dir
    ln -s ../../outside root/dir/deep-out
    ln -s ../outside/new root/out-new
}

outside_is_untouched() {
    [ "$(cat outside/secret)" = outside ] && [ "$(ls outside)" = "$(printf 'dir\nsecret')" ] &&
        [ "$(cat root/file)" = inside ] || echo "the guest got out"
}

# Each case prints what is compared; `status` prints how the guest ended.
status() {
    "$@"
    echo "status $?"
}
with_root() { "$hospes" run --dir root::/ "$@"; }

case_hello() { status "$hospes" run --env GREETING=hi "$(guest hello)" 2>&1; }
case_arguments() { status "$hospes" run "$(guest hello)" one 'two words' '' --four 2>/dev/null; }
case_exit_status() { for s in 0 1 42 125; do status "$hospes" run "$(guest exits)" $s; done; }
case_exit_status_of_exit() { status "$hospes" run "$(guest exits)" 7 now; }
case_exit_126() { status "$hospes" run "$(guest exits)" 126 2>&1 | grep -o 'exit with invalid exit status.*\|^status .*'; }
case_stdin() { printf 'some words\nwithout an end' | status "$hospes" run "$(guest shout)"; }
case_stdin_empty() { status "$hospes" run "$(guest shout)" </dev/null; }
case_files() { status with_root "$(guest files)"; ls root; }
case_escape() {
    status with_root "$(guest escape)"
    outside_is_untouched
}
case_race() {
    mkdir root/flip
    printf inside >root/flip/secret
    ln -s ../outside root/flop
    (
        while :; do
            mv -T root/flip root/aside && mv -T root/flop root/flip
            mv -T root/flip root/flop && mv -T root/aside root/flip
        done
    ) 2>/dev/null &
    local flipper=$!
    status with_root "$(guest race)"
    kill $flipper
    wait $flipper 2>/dev/null
}
case_raw() { status with_root "$(guest raw)"; }
case_unstable() { status with_root "$(guest unstable -nostdlib -fno-builtin -Wl,--no-entry)"; }
case_reactor() {
    status "$hospes" run --invoke initialized "$(guest reactor -mexec-model=reactor)" 2>/dev/null
}
case_no_directory() { status "$hospes" run "$(guest files)" | head -3; }
case_two_directories() { status "$hospes" run --dir root::/ --dir outside::/other "$(guest files)" | tail -1; }
stopped() {
    local start=$SECONDS
    "$@" >/dev/null 2>&1
    local status=$?
    [ $status -ne 0 ] && [ $((SECONDS - start)) -lt 8 ] && echo stopped || echo "status $status after $((SECONDS - start)) s"
}
case_timeout_sleeping() { stopped timeout 20 "$hospes" run -W timeout=200ms "$(guest sleeper)"; }
case_timeout_reading() {
    mkfifo never
    exec 9<>never
    stopped timeout 20 "$hospes" run -W timeout=200ms "$(guest sleeper)" input <&9
    exec 9>&-
}

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0
for name in "$@"; do
    mkdir "$work/$name" && cd "$work/$name" && make_tree
    "case_$name" >got 2>errors
    [ -z "${UPDATE:-}" ] || cp got "$here/expected/$name"
    if diff -u "$here/expected/$name" got >difference; then
        echo "ok $name"
    else
        echo "FAILED $name"
        cat difference errors
        failed=1
    fi
    cd "$work" || exit 2
done
exit $failed
