#!/bin/sh
# Runs the examples that use the C++ API, and compares what they print with their expected.txt.
#
#   tests/cpp/examples.sh
#
#   BIN       the folder of the hosts              (build/bin)
#   GUESTS    the folder of the compiled guests    (build/guests)
#
# A guest whose toolchain is missing is told, and its example left out.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
BIN=${BIN:-$root/build/bin}
GUESTS=${GUESTS:-$root/build/guests}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0 passed=0

# run NAME EXPECTED HOST GUEST
run() {
    if "$3" "$4" >"$scratch/out" 2>"$scratch/err" && cmp -s "$2" "$scratch/out"; then
        echo "pass $1"
        passed=$((passed + 1))
        return
    fi
    echo "FAIL $1"
    diff "$2" "$scratch/out" | head -n 20
    head -n 20 "$scratch/err"
    failed=$((failed + 1))
}

if [ -e "$GUESTS/plugin_guest.wasm" ]; then
    run plugin-host-cpp "$root/examples/plugin-host-cpp/expected.txt" "$BIN/plugin-host-cpp" \
        "$GUESTS/plugin_guest.wasm"
else
    echo "skip plugin-host-cpp: plugin_guest.wasm is not compiled"
fi

# The same hosts, whichever compiler made the guest.
strings=$root/examples/string-from-tinygo
for compiler in tinygo go; do
    guest=$GUESTS/${compiler}_strings.wasm
    if ! [ -e "$guest" ]; then
        echo "skip string-from-tinygo with the guest by $compiler: it is not compiled"
        continue
    fi
    run "string-host-c, guest by $compiler" "$strings/expected.txt" "$BIN/string-host-c" "$guest"
    run "string-host-cpp, guest by $compiler" "$strings/expected.txt" "$BIN/string-host-cpp" "$guest"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
