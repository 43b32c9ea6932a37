#!/usr/bin/env bash
# The test of the tests: run.sh [BUILD] [N…] turns on the planted bugs (src/base/planted.h) one after the other and tells
# who notices: the official suite, random modules against each other, random modules against V8, tenants of recycled
# memories, the tests of the collected heap. It fails if fewer than nine of ten are found.
#
# One build serves for all: HOSPES_PLANT chooses at run time. HOSPES_NODE names the node to use, HOSPES_SPEC the
# suite; either may be missing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${1:-$root/build-plants}
shift
suite=${HOSPES_SPEC:-$root/../shared/spec-testsuite}
node=${HOSPES_NODE:-node}
modules=${HOSPES_PLANT_MODULES:-500}
cmake -S "$root" -B "$build" -G Ninja -DHOSPES_PLANTS=ON >/dev/null &&
    nice -n 5 ninja -C "$build" hospes random_run process_sealed test_api_roots test_runtime_heap >/dev/null || { echo "the build failed" >&2; exit 2; }
files=
[ -d "$suite" ] && files=$(find -L "$suite" -maxdepth 1 -name '*.wast' | sort)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

suite_finds() {
    [ -n "$files" ] || return 1
    for options in "" "-O memory-reservation=64m,memory-may-move=n"; do
        # shellcheck disable=SC2086
        timeout 40 "$build/bin/hospes" wast $options --ledger "$root/tests/spec/ledger.txt" $files >"$out/suite" 2>&1 || return 0
    done
    return 1
}
modules_find() {
    ! timeout 100 "$build/bin/random_run" --count "$modules" --sample 6 >"$out/random" 2>&1
}
v8_finds() {
    command -v "$node" >/dev/null || return 1
    timeout 100 "$build/bin/random_run" --count "$modules" --emit "$out/v8.bin" >/dev/null 2>&1 || return 0
    ! "$node" "$root/tests/random/v8.mjs" "$out/v8.bin" >"$out/v8" 2>&1
}
tenants_find() {
    ! TENANCIES=30000 timeout 100 "$build/bin/process_sealed" >"$out/tenants" 2>&1
}
heap_finds() {
    ! { timeout 100 "$build/bin/test_runtime_heap" && timeout 100 "$build/bin/test_api_roots"; } >"$out/heap" 2>&1
}

# Without a bug nobody may complain.
export HOSPES_PLANT=0
for who in suite_finds modules_find v8_finds tenants_find heap_finds; do
    if $who; then
        echo "$who complains without a planted bug:"
        tail -3 "$out"/suite "$out"/random "$out"/v8 "$out"/tenants "$out"/heap 2>/dev/null
        exit 2
    fi
done
total=0 found=0
while read -r n what; do
    [ $# -gt 0 ] && [[ " $* " != *" $n "* ]] && continue
    export HOSPES_PLANT=$n
    by=
    suite_finds && by="$by suite"
    modules_find && by="$by modules"
    v8_finds && by="$by V8"
    tenants_find && by="$by tenants"
    heap_finds && by="$by heap"
    total=$((total + 1))
    [ -n "$by" ] && found=$((found + 1))
    printf '%2d %-70s %s\n' "$n" "$what" "${by:-NOT FOUND}"
done <"$here/plants.txt"
echo "$found of $total found"
[ $((found * 10)) -ge $((total * 9)) ]
