#!/bin/sh
# Compiles the guest to WebAssembly, with TinyGo if there is one and else with Go, and says which.
#
#   examples/string-from-tinygo/build-guest.sh OUT.wasm                     TinyGo, else Go
#   examples/string-from-tinygo/build-guest.sh OUT.wasm tinygo|go [COMMAND]   this one and no other
#
# TinyGo is the one in PATH, or what tools/build-tinygo.sh built; HOSPES_NO_TINYGO=1 goes without.
# Exit status 77: the compiler is not there, or Go is older than 1.24.
set -u
usage() {
    echo "usage: build-guest.sh OUT.wasm [tinygo|go [COMMAND]]" >&2
    exit 2
}
[ $# -ge 1 ] && [ $# -le 3 ] || usage
case $1 in /*) out=$1 ;; *) out=$PWD/$1 ;; esac
cd "$(dirname "$0")/guest" || exit 1

# Both compilers make a library, which has no main to run, and calls into it begin after _initialize.
by_tinygo() {
    [ -n "$1" ] || [ "${HOSPES_NO_TINYGO:-0}" != 1 ] || return 77
    tinygo=${1:-$(command -v tinygo || ../../../tools/build-tinygo.sh --check 2>/dev/null)}
    [ -n "$tinygo" ] || return 77
    "$tinygo" build -target=wasip1 -buildmode=c-shared -no-debug -o "$out" . || return 1
    echo "the guest is compiled by TinyGo: $("$tinygo" version)"
}

by_go() {
    go=${1:-go}
    version=$(GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null) || return 77
    case $version in go1.[0-9] | go1.[0-9].* | go1.1* | go1.2[0-3]*) return 77 ;; esac
    GOOS=wasip1 GOARCH=wasm GOFLAGS='' GOWORK=off GOTOOLCHAIN=local \
        "$go" build -buildmode=c-shared -ldflags='-s -w' -o "$out" . || return 1
    echo "the guest is compiled by Go: $version"
}

case ${2:-} in
tinygo) by_tinygo "${3:-}" ;;
go) by_go "${3:-}" ;;
'')
    by_tinygo ''
    case $? in
    0) exit 0 ;;
    77) echo "build-guest: no TinyGo, taking Go" >&2 ;;
    *) echo "build-guest: TinyGo failed, trying Go" >&2 ;;
    esac
    by_go ''
    status=$?
    [ $status -ne 77 ] || echo "build-guest: needs TinyGo, or Go from 1.24 on" >&2
    exit $status
    ;;
*) usage ;;
esac
