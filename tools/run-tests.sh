#!/usr/bin/env bash
# Runs the tests of a build directory and says in one line how many passed:
#   tools/run-tests.sh BUILD [WORD]
#   tools/run-tests.sh --summary BUILD…     adds up what earlier runs left in the build directories
set -uo pipefail
if [ "${1:-}" = --summary ]; then
    shift
    passed=0 failed=0
    for build in "$@"; do
        if [ -f "$build/test-counts" ]; then
            read -r p f <"$build/test-counts"
            passed=$((passed + p)) failed=$((failed + f))
        fi
    done
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" != 0 ]
    exit
fi
build=${1:-build}
word=${2:-}
if [ -z "${HOSPES_SPEC:-}" ] || [ ! -d "${HOSPES_SPEC:-}" ]; then
    echo "note: the official test suite is not here; its tests are skipped. Set HOSPES_SPEC to a copy of"
    echo "      https://github.com/WebAssembly/testsuite to run them."
else
    HOSPES_SPEC=$(cd "$HOSPES_SPEC" && pwd)
    export HOSPES_SPEC
fi
log=$build/test.log
args=(--test-dir "$build" --output-on-failure -j "$(nproc)" --timeout 600)
[ -n "$word" ] && args+=(-R "$word")
ctest "${args[@]}" 2>&1 | tee "$log" | grep -vE '^ *[0-9]+/[0-9]+ Test .*Passed|^ *Start +[0-9]+:'
status=${PIPESTATUS[0]}
passed=$(grep -cE 'Test +#[0-9]+: .* Passed' "$log")
failed=$(grep -cE 'Test +#[0-9]+: .*(Failed|Timeout|Exception|Not Run)' "$log")
echo "$passed $failed" >"$build/test-counts"
echo "$passed passed, $failed failed"
if [ "$passed" = 0 ]; then
    echo "error: no test ran" >&2
    exit 1
fi
exit "$status"
