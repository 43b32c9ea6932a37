#!/usr/bin/env bash
# Many random modules: random-modules.sh [BUILD] [COUNT] [FROM]
# Every module is validated and runs in a sample of the ways code can be made, which must agree; then V8 runs the
# same files where it has the features; then a report counts how often each instruction was executed. What differs is
# kept in BUILD/random. HOSPES_NODE names the node to use; a recent one knows more features.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$here/build} count=${2:-100000} from=${3:-0}
node=${HOSPES_NODE:-node}
run=$build/bin/random_run out=$build/random
chunk=2000 status=0
mkdir -p "$out"
"$run" --from "$from" --count "$count" --sample 8 --save "$out" || status=1
if command -v "$node" >/dev/null; then
    agree=0 differ=0 lacking=0 relaxed=0
    for ((n = from; n < from + count; n += chunk)); do
        "$run" --from "$n" --count "$chunk" --emit "$out/v8.bin" >/dev/null || status=1
        "$node" "$here/tests/random/v8.mjs" "$out/v8.bin" >"$out/v8.txt" || status=1
        grep -E '^seed|Error' "$out/v8.txt"
        read -r a d l r < <(sed -n 's/^V8 .*: \([0-9]*\) agree, \([0-9]*\) differ, \([0-9]*\) with .*, \([0-9]*\) with .*/\1 \2 \3 \4/p' "$out/v8.txt")
        agree=$((agree + ${a:-0})) differ=$((differ + ${d:-0})) lacking=$((lacking + ${l:-0})) relaxed=$((relaxed + ${r:-0}))
    done
    rm -f "$out/v8.bin"
    echo "V8 ($("$node" --version)): $agree agree, $differ differ, $lacking with features it lacks, $relaxed with relaxed vectors"
fi
"$run" --report --from "$from" --count "$count" || status=1
exit $status
