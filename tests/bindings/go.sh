#!/usr/bin/env bash
# Wasmtime's binding for Go, built with its own headers and linked to our library: go.sh LIBRARIES
# Version 44 is of the time of permission masks, so the library is libwasmtime-46. The module is kept in the cache
# (HOSPES_CACHE) and fetched by go if it is not there yet; without it the test is skipped. With HOSPES_REFERENCE=1 the
# archive that comes with the module is linked instead: that is how core.expected was made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lib=$(cd "$1" && pwd)
cache=${HOSPES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hospes}
command -v go >/dev/null || { echo "skipped: no Go here"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$cache" "$tmp/program" "$tmp/lib" "$tmp/files"
cp "$here"/go/core.go "$here"/go/go.mod "$here"/go/go.sum "$tmp/program"
cd "$tmp/program"
export GOPATH=$cache/go GOCACHE=$cache/go-build GOFLAGS=-buildvcs=false CGO_ENABLED=1 GOTOOLCHAIN=local
go mod download github.com/bytecodealliance/wasmtime-go/v44 >"$tmp/log" 2>&1 ||
    { echo "skipped: wasmtime-go cannot be had: $(tail -1 "$tmp/log")"; exit 77; }
if [ -z "${HOSPES_REFERENCE:-}" ]; then
    # The binding asks for -lwasmtime: under that name lies the library with masks, in a folder that is searched first.
    ln -s "$lib/libwasmtime-46.so.0" "$tmp/lib/libwasmtime.so"
    export CGO_LDFLAGS="-L$tmp/lib -Wl,-rpath,$lib"
fi
go build -o "$tmp/core" . >"$tmp/log" 2>&1 || { echo "FAILED: the program is not built:"; tail -20 "$tmp/log"; exit 1; }
if [ -z "${HOSPES_REFERENCE:-}" ]; then
    readelf -d "$tmp/core" | grep -q 'NEEDED.*\[libwasmtime-46\.so\.0\]' || { echo "FAILED: linked to another library"; exit 1; }
fi
timeout 120 "$tmp/core" "$tmp/files" >"$tmp/out" 2>"$tmp/err" || { echo "FAILED:"; tail -5 "$tmp/out" "$tmp/err"; exit 1; }
diff "$here/go/core.expected" "$tmp/out" || { echo "FAILED: it prints something else"; exit 1; }
echo "wasmtime-go 44.0.0 on libwasmtime-46.so: $(grep -c . "$tmp/out") lines as expected"
