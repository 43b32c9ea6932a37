#!/usr/bin/env bash
# What the libraries export is exactly the names of the API: names.txt, which are those of Wasmtime 46, 48 and 50 together,
# and ours that begin with hospes_. And they are small. symbols.sh LIBRARIES
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lib=$1
cache=${HOSPES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hospes}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0
fail() { echo "FAILED: $*"; failed=1; }
[ "$(grep -c . "$here/names.txt")" = 772 ] || fail "names.txt has not 772 names"

compare() { # what names-file
    grep -v '^hospes_' "$2" >"$tmp/theirs" || true
    if diff "$here/names.txt" "$tmp/theirs" >"$tmp/diff"; then
        echo "$1: 772 names, and $(grep -c '^hospes_' "$2") of ours"
    else
        fail "$1 differs from names.txt:"
        head -20 "$tmp/diff"
    fi
}
for name in libhospes.so libwasmtime.so libwasmtime-46.so; do
    nm -D --defined-only --with-symbol-versions "$lib/$name" | awk '$2 != "A" { print $3 }' >"$tmp/versioned"
    # The sanitizers add names of their own.
    grep -vE '^(__asan|__odr_asan|__sanitizer|__ubsan|__tsan|_init|_fini)' "$tmp/versioned" >"$tmp/v" || true
    grep -v '@@HOSPES_0$' "$tmp/v" >"$tmp/unversioned" && fail "$name: without the version: $(head -3 "$tmp/unversioned")"
    sed 's/@.*//' "$tmp/v" | LC_ALL=C sort -u >"$tmp/names"
    compare "$name" "$tmp/names"
done
readelf -d "$lib/libhospes.so" | grep -q 'SONAME.*\[libhospes\.so\.0\]' || fail "SONAME of libhospes.so"
readelf -d "$lib/libwasmtime-46.so" | grep -q 'SONAME.*\[libwasmtime-46\.so\.0\]' || fail "SONAME of libwasmtime-46.so"
nm -g --defined-only "$lib/libhospes.a" 2>/dev/null | awk 'NF == 3 { print $3 }' |
    grep -vE '^(__asan|__odr_asan|__sanitizer|__ubsan|__tsan|DW\.)' | LC_ALL=C sort -u >"$tmp/names"
compare libhospes.a "$tmp/names"

# The wheels, if they are there: no name of theirs is missing from the list.
for wheel in "$cache"/wheels/wasmtime-*.whl; do
    [ -e "$wheel" ] || continue
    python3 -m zipfile -e "$wheel" "$tmp/wheel"
    so=$(find "$tmp/wheel" -name '_libwasmtime.so')
    nm -D --defined-only "$so" | awk '{ print $3 }' | grep -E '^(wasm|wasi)' | LC_ALL=C sort -u >"$tmp/names"
    missing=$(comm -13 "$here/names.txt" "$tmp/names")
    [ -z "$missing" ] || fail "$(basename "$wheel") exports more: $missing"
    echo "$(basename "$wheel"): $(grep -c . "$tmp/names") names, all here"
    rm -rf "$tmp/wheel"
done

strip -o "$tmp/stripped" "$lib/libhospes.so"
size=$(stat -c %s "$tmp/stripped")
echo "libhospes.so, stripped: $size bytes"
sanitized=$(nm -D "$lib/libhospes.so" | grep -cE '__(asan|tsan)_') || true
if [ "$sanitized" = 0 ] && [ "$size" -gt 1048576 ]; then
    fail "libhospes.so is larger than 1 MiB"
fi
exit $failed
