#!/bin/sh
# Compiles the guest to WebAssembly, with TinyGo if there is one and else with Go, and says which.
#
#   examples/string-from-tinygo/build-guest.sh OUT.wasm
#
#   TINYGO    the command   (tinygo)
#   TINYGO_TARGET  its target, or the path of a description of one   (wasip1)
#
# Exit status 77: neither compiler is there, or Go is older than 1.24.
set -u
[ $# -eq 1 ] || { echo "usage: build-guest.sh OUT.wasm" >&2; exit 2; }
case $1 in /*) out=$1 ;; *) out=$PWD/$1 ;; esac
cd "$(dirname "$0")/guest" || exit 1
tinygo=${TINYGO:-tinygo}
if command -v "$tinygo" >/dev/null 2>&1; then
    if "$tinygo" build -target="${TINYGO_TARGET:-wasip1}" -buildmode=c-shared -o "$out" .; then
        echo "the guest is compiled by $("$tinygo" version | cut -d' ' -f1-3)"
        exit 0
    fi
    echo "build-guest: TinyGo failed, trying Go" >&2
fi
if ! command -v go >/dev/null 2>&1; then
    echo "build-guest: needs TinyGo, or Go from 1.24 on" >&2
    exit 77
fi
if GOOS=wasip1 GOARCH=wasm GOFLAGS= go build -buildmode=c-shared -ldflags='-s -w' -o "$out" .; then
    echo "the guest is compiled by Go ($(go env GOVERSION)): no TinyGo on this machine"
    exit 0
fi
case $(go env GOVERSION) in go1.[0-9] | go1.1* | go1.2[0-3]*) exit 77 ;; esac
exit 1
