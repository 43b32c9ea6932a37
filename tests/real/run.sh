#!/bin/sh
# Runs large programs that others compiled, from npm: esbuild (Go, 14 MB of code) bundles a project,
# and clang (C++, 66 MB of code) tells its version, compiles a program and links it, which then runs.
#
#   tests/real/run.sh [--verbose]
#
#   HOSPES          the command that runs guests (build/bin/hospes)
#   HOSPES_CACHE    where the packages are kept (~/.cache/hospes); installed there if missing
#
# Without npm, or without a way to its packages, everything is skipped, and that is no failure.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/tests/real
HOSPES=${HOSPES:-$root/build/bin/hospes}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0 skipped=0
[ "${1:-}" = --verbose ] && verbose=yes || verbose=no

peers=$("$root/bench/peers.sh" --real 2>"$scratch/peers.log" | tail -n 1)
real=$peers/real/node_modules
esbuild=$real/@esbuild/wasi-preview1/esbuild.wasm
clang=$real/@yowasp/clang/gen/llvm.core.wasm

# run CASE STATUS ARGUMENT…: hospes run ARGUMENT…, its output into $scratch/out and err.
run() {
    name=$1 status=$2
    shift 2
    $HOSPES run "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    code=$?
    [ $code -eq "$status" ] && return 0
    fail "$name" "exit status $code, expected $status"
    return 1
}

pass() {
    passed=$((passed + 1))
    [ $verbose = no ] || { echo "--- $1"; cat "$scratch/out"; }
}

fail() {
    failed=$((failed + 1))
    echo "FAIL $1: $2"
    head -n 20 "$scratch/out" "$scratch/err"
}

same() {
    if cmp -s "$2" "$3"; then
        pass "$1"
    else
        fail "$1" "other than expected"
        diff "$2" "$3" | head -n 20
    fi
}

says() {
    if grep -qF -- "$2" "$3"; then pass "$1"; else fail "$1" "does not say '$2'"; fi
}

if [ -e "$esbuild" ]; then
    cp -r "$here/project" "$scratch/project"
    run esbuild_version 0 "$esbuild" --version && says esbuild_version 0.27.2 "$scratch/out"
    # Go's programs take their working folder from PWD.
    if run esbuild_bundle 0 --dir "$scratch/project::/" --env PWD=/ "$esbuild" main.ts --bundle \
        --minify --target=es2020 --jsx-factory=h --outfile=bundle.js; then
        same esbuild_bundle "$here/expected/bundle.js" "$scratch/project/bundle.js"
        if command -v node >/dev/null 2>&1; then
            node "$scratch/project/bundle.js" >"$scratch/out" 2>"$scratch/err"
            says esbuild_result '<b>hello <i>host</i>, it is autumn</b> 2 articles 175.20' "$scratch/out"
        fi
    fi
    run esbuild_error 1 --dir "$scratch/project::/" --env PWD=/ "$esbuild" broken.ts &&
        says esbuild_error 'broken.ts:1:17:' "$scratch/err"
else
    skipped=$((skipped + 1))
    echo "skip esbuild: $(head -n 1 "$scratch/peers.log")"
fi

if [ -e "$clang" ]; then
    mkdir "$scratch/c"
    cp "$here/hello.c" "$scratch/c"
    # One module is many programs: which one, the name it is called by decides.
    run clang_version 0 --argv0 clang "$clang" --version &&
        says clang_version 'clang version 22.1.0' "$scratch/out"
    if run clang_compile 0 --dir "$scratch/c::/" --argv0 clang "$clang" -O2 --target=wasm32-wasip1 \
        -nostdlib -c /hello.c -o /hello.o &&
        run clang_link 0 --dir "$scratch/c::/" --argv0 wasm-ld "$clang" /hello.o -o /hello.wasm &&
        run clang_result 0 "$scratch/c/hello.wasm"; then
        says clang_result 'fib(40) = 102334155' "$scratch/out"
    fi
    run clang_error 1 --dir "$scratch/c::/" --argv0 clang "$clang" -c /nothing.c -o /nothing.o &&
        says clang_error "no such file or directory: '/nothing.c'" "$scratch/err"
else
    skipped=$((skipped + 1))
    echo "skip clang: $(head -n 1 "$scratch/peers.log")"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
