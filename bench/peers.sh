#!/bin/sh
# Installs the engines that we measure ourselves against, and the real modules that are compiled,
# into a cache folder outside the tree. What is there already is not fetched again.
#
#   bench/peers.sh            install what is missing, print the folder
#   bench/peers.sh --check    install nothing; exit status 1 if something is missing
#   bench/peers.sh --real     only the real modules, which tests/real/run.sh needs too
#
# Everything comes by package name through pip and npm as they are set up on the machine. Versions
# are fixed, so that two runs of the benchmarks compare like with like.
#
#   $CACHE/peers/py       Python packages: wasmtime (Cranelift, Winch and Wasmtime's C library)
#   $CACHE/peers/v8       node, for V8's Liftoff and TurboFan
#   $CACHE/peers/real     the real modules: @esbuild/wasi-preview1, @yowasp/clang, sqlite-wasm
set -eu

CACHE="${HOSPES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hospes}"
PEERS="$CACHE/peers"

WASMTIME=48.0.0
NODE=26
ESBUILD=0.27.2
YOWASP_CLANG=22.0.0-git20542-10
SQLITE=3.53.4-build2

mode=${1:-}
status=0

# Says why something cannot be had, and goes on: a peer that is missing is left out of the tables.
missing() {
    echo "peers: $1 is missing${2:+: $2}" >&2
    status=1
}

# npm_into FOLDER PACKAGE@VERSION FILE: installs the package unless FILE is there.
npm_into() {
    if [ -e "$PEERS/$1/node_modules/$3" ]; then return 0; fi
    if [ "$mode" = --check ]; then missing "$2"; return 0; fi
    command -v npm >/dev/null 2>&1 || { missing "$2" "there is no npm"; return 0; }
    mkdir -p "$PEERS/$1"
    [ -e "$PEERS/$1/package.json" ] || echo '{"private":true}' >"$PEERS/$1/package.json"
    if ! npm install --prefix "$PEERS/$1" --no-audit --no-fund --loglevel=error "$2" >&2 ||
        ! [ -e "$PEERS/$1/node_modules/$3" ]; then
        missing "$2" "npm could not install it"
    fi
}

if [ "$mode" != --real ]; then
    if ! [ -d "$PEERS/py/wasmtime" ]; then
        if [ "$mode" = --check ]; then
            missing "wasmtime $WASMTIME"
        elif ! python3 -m pip --version >/dev/null 2>&1; then
            missing "wasmtime $WASMTIME" "python3 has no pip"
        else
            mkdir -p "$PEERS/py"
            python3 -m pip install --quiet --no-deps --target "$PEERS/py" "wasmtime==$WASMTIME" \
                >&2 || missing "wasmtime $WASMTIME" "pip could not install it"
        fi
    fi
    npm_into v8 "node@$NODE" node/bin/node
fi
npm_into real "@esbuild/wasi-preview1@$ESBUILD" @esbuild/wasi-preview1/esbuild.wasm
npm_into real "@yowasp/clang@$YOWASP_CLANG" @yowasp/clang/gen/llvm.core.wasm
npm_into real "@sqlite.org/sqlite-wasm@$SQLITE" @sqlite.org/sqlite-wasm/package.json

echo "$PEERS"
exit $status
