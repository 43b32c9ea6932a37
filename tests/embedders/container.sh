#!/usr/bin/env bash
# Runs the container's guest through both libraries in every style of calling preopen_dir: container.sh PROGRAM LIBRARIES
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1") lib=$(cd "$2" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# The program keeps what the process would keep; that is no leak of the library.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
mkdir "$tmp/rootfs"
cd "$tmp/rootfs"
echo "hello from a file" >greeting
failed=0
checks=0
fail() { echo "FAILED: $*"; failed=1; }

# expect LIBRARY STYLE what-it-may ARGUMENT status
expect() {
    local status=0 want
    rm -f made
    env -i KEY=value ASAN_OPTIONS="$ASAN_OPTIONS" "$program" "$lib/$1" "$2" "$here/container.wat" "$4" two \
        >"$tmp/out" 2>"$tmp/err" || status=$?
    [ $status = "$5" ] || fail "$1 $2 $4: status $status, expected $5: $(tail -2 "$tmp/err")"
    grep -v '^ASAN_OPTIONS=' "$tmp/out" >"$tmp/got" || true
    case $3 in
    refused) want="" ;;
    write) want="$4|two|KEY=value|hello from a file|may write|" ;;
    read) want="$4|two|KEY=value|hello from a file|may not write|" ;;
    nothing) want="$4|two|KEY=value|cannot read it|may not write|" ;;
    esac
    [ "$3" = either ] && want=$(sed 's/may not write/may write/' "$tmp/got" | tr '\n' '|') &&
        case $want in "$4|two|KEY=value|hello from a file|may write|") ;; *) fail "$1 $2: $want" ;; esac
    [ "$3" = either ] || [ "$(tr '\n' '|' <"$tmp/got")" = "$want" ] || fail "$1 $2 $4: $(tr '\n' '|' <"$tmp/got")"
    if [ "$3" = write ]; then [ -e made ]; elif [ "$3" != either ]; then [ ! -e made ]; fi || fail "$1 $2: the file"
    checks=$((checks + 1))
}
for name in libwasmtime.so libhospes.so.0; do # the newest meaning: one bool, in the low byte
    expect $name bool:1 write return 0
    expect $name bool:0 read return 0
    expect $name masks:3:3 write return 0
    expect $name masks:1:1 write return 0 # as Wasmtime 48 does: any other value than 0 is yes
    expect $name masks:0:0 read return 0
    expect $name three either return 0    # never refused, whatever the register holds
    for junk in 0 1 2 3 ff 80 7ffd12345600 7ffd12345601 ffffffffffffffff 100; do
        want=write
        case $junk in 0 | 100 | *00) want=read ;; esac
        expect $name three:$junk $want return 0
    done
done
name=libwasmtime-46.so # masks
expect $name masks:3:3 write return 0
expect $name masks:1:1 read return 0
expect $name masks:0:0 nothing return 0
expect $name masks:4:1 refused return 1
expect $name masks:1:4 refused return 1
expect $name three:7ffd12345601 refused return 1
expect $name three:3 write return 0

# How the guest ends.
expect libwasmtime.so bool:1 write exit 1
grep -q 'Exited with i32 exit status 3' "$tmp/err" || fail "exit: $(cat "$tmp/err")"
expect libwasmtime.so bool:1 write trap 1
grep -q '^trap:' "$tmp/err" || fail "trap: $(cat "$tmp/err")"
echo '(module (func (export "_start")))' >"$tmp/small.wat"
"$program" "$lib/libwasmtime.so" three "$tmp/small.wat" || fail "a module of nothing"
printf '\0asm\1\0\0\0' >"$tmp/empty.wasm"
"$program" "$lib/libwasmtime.so" three "$tmp/empty.wasm" || fail "an empty binary module"
echo '(module (func' >"$tmp/bad.wat"
status=0
"$program" "$lib/libwasmtime.so" three "$tmp/bad.wat" 2>"$tmp/err" || status=$?
[ $status = 1 ] && grep -q '^text: ' "$tmp/err" || fail "text with a mistake: $status, $(cat "$tmp/err")"
echo "$checks runs of the container in every style"
exit $failed
