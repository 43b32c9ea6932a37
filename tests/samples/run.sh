#!/bin/sh
# Runs the sample programs and compares what they print, and how they exit, with what is expected.
#
#   tests/samples/run.sh [--verbose] [--update] [CASE…]
#
#   HOSPES    the command that runs guests      (build/bin/hospes)
#   GUESTS    the folder of compiled guests     (build/guests, made by tools/build-guests.sh)
#   HOST      the example's C host, if built    (build/bin/plugin-host-c)
#
# The cases stand in samples/cases.txt, with the example of examples/ as one more. A case whose
# guest was not compiled, since its toolchain is missing, is skipped. --update rewrites the
# expectations from what is printed; look at the difference afterwards.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
HOSPES=${HOSPES:-$root/build/bin/hospes}
GUESTS=${GUESTS:-$root/build/guests}
HOST=${HOST:-$root/build/bin/plugin-host-c}
samples=$root/samples
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

verbose=no update=no
while :; do
    case "${1:-}" in
    --verbose) verbose=yes ;;
    --update) update=yes ;;
    *) break ;;
    esac
    shift
done
chosen=" $* "
passed=0 failed=0 skipped=0

wanted() { [ "$chosen" = "  " ] || case "$chosen" in *" $1 "*) true ;; *) false ;; esac; }

skip() {
    skipped=$((skipped + 1))
    echo "skip $1: $2"
}

# judge CASE EXPECTED-STATUS STATUS EXPECTED-OUTPUT: compares $scratch/out and $scratch/err.
judge() {
    why=
    [ "$2" = "$3" ] || why="exit status $3, expected $2"
    if [ $update = yes ]; then
        cp "$scratch/out" "$4"
    elif ! cmp -s "$scratch/out" "$4"; then
        why="${why:+$why; }other output"
    fi
    if [ -e "${4%.txt}.err" ]; then
        while IFS= read -r line; do
            grep -qF -- "$line" "$scratch/err" || why="${why:+$why; }no '$line' in standard error"
        done <"${4%.txt}.err"
    fi
    if [ -z "$why" ]; then
        passed=$((passed + 1))
        [ $verbose = no ] || { echo "--- $1"; cat "$scratch/out"; }
    else
        failed=$((failed + 1))
        echo "FAIL $1: $why"
        diff "$4" "$scratch/out" | head -n 20
        head -n 20 "$scratch/err"
    fi
}

while read -r name status input module args; do
    case "$name" in '' | '#'*) continue ;; esac
    wanted "$name" || continue
    if ! [ -e "$GUESTS/$module.wasm" ]; then
        skip "$name" "$module.wasm is not compiled"
        continue
    fi
    if [ "$input" = - ]; then input=/dev/null; else input=$samples/data/$input; fi
    rm -rf "$scratch/work"
    mkdir "$scratch/work"
    set -f
    environment= arguments=
    for arg in $args; do
        case "$arg" in
        env:*) environment="$environment --env ${arg#env:}" ;;
        *) arguments="$arguments $arg" ;;
        esac
    done
    # shellcheck disable=SC2086
    $HOSPES run --dir "$samples/data::/data" --dir "$scratch/work::/work" $environment \
        "$GUESTS/$module.wasm" $arguments <"$input" >"$scratch/out" 2>"$scratch/err"
    code=$?
    set +f
    judge "$name" "$status" $code "$samples/expected/$name.txt"
done <"$samples/cases.txt"

if wanted plugin_example; then
    if ! [ -x "$HOST" ]; then
        skip plugin_example "the C host is not built"
    elif ! [ -e "$GUESTS/plugin_guest.wasm" ]; then
        skip plugin_example "plugin_guest.wasm is not compiled"
    else
        "$HOST" "$GUESTS/plugin_guest.wasm" >"$scratch/out" 2>"$scratch/err"
        judge plugin_example 0 $? "$root/examples/plugin-host-c/expected.txt"
    fi
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
