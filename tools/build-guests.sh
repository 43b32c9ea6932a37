#!/bin/sh
# Compiles the sample programs and the examples' guests to WebAssembly.
#
#   tools/build-guests.sh OUT [NAME…]      all of them, or those named (without .wasm)
#
# Only what changed is compiled again. A toolchain that is missing is told, its programs are left
# out, and that is no failure; a program that does not compile is one. tools/setup.sh installs the
# toolchains. Names: NAME for C and C++, rust_NAME, go_NAME, plugin_guest, and the guest with strings
# by each of its compilers: tinygo_strings, go_strings. TinyGo is the one in PATH, or what
# tools/build-tinygo.sh built; HOSPES_NO_TINYGO=1 goes without.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
cache="${HOSPES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hospes}"
[ $# -ge 1 ] || { echo "usage: tools/build-guests.sh OUT [NAME…]" >&2; exit 2; }
mkdir -p "$1" || exit 1
out=$(cd "$1" && pwd)
shift
names=" $* "

wanted() { [ "$names" = "  " ] || case "$names" in *" $1 "*) true ;; *) false ;; esac; }

# fresh TARGET SOURCE…: the target is newer than every source, folders taken with all files in them.
fresh() {
    fresh_target=$1
    shift
    [ -e "$fresh_target" ] && [ -z "$(find "$@" "$root/tools/build-guests.sh" -newer "$fresh_target" -type f)" ]
}

# compile NAME SOURCE COMMAND…: runs the command with -o and a temporary name, then renames it, so
# that an interrupted compilation leaves nothing that looks finished.
compile() {
    name=$1 source=$2
    shift 2
    wanted "$name" || return 0
    if fresh "$out/$name.wasm" "$source"; then return 0; fi
    echo "  $name.wasm"
    if "$@" -o "$out/.$name.tmp"; then
        mv "$out/.$name.tmp" "$out/$name.wasm"
    else
        rm -f "$out/.$name.tmp"
        echo "build-guests: $name does not compile" >&2
        return 1
    fi
}

first() {
    for tool; do
        if command -v "$tool" >/dev/null 2>&1; then command -v "$tool"; return 0; fi
    done
    return 1
}

skip() { echo "build-guests: $1: left out ($2)" >&2; }

build_c() {
    if ! clang=$(first clang-22 clang-21 clang-20 clang-19) || ! [ -d /usr/include/wasm32-wasi ]; then
        skip C "needs clang-22, lld-22, wasi-libc and libclang-rt-22-dev-wasm32"
        return 0
    fi
    status=0
    for source in "$root"/samples/c/*.c; do
        compile "$(basename "$source" .c)" "$source" \
            "$clang" --target=wasm32-wasi -Wno-deprecated -std=gnu17 -O2 "$source" || status=1
    done
    return $status
}

build_cpp() {
    if ! clang=$(first clang++-22 clang++-21 clang++-20 clang++-19) ||
        ! [ -e /usr/include/wasm32-wasi/c++/v1/vector ]; then
        skip C++ "needs libc++-22-dev-wasm32 beside what C needs"
        return 0
    fi
    status=0
    for source in "$root"/samples/cpp/*.cpp; do
        flags=-fno-exceptions
        if [ "$(basename "$source")" = unwind.cpp ]; then # has a runtime for exceptions of its own
            flags="-fwasm-exceptions -mllvm -wasm-use-legacy-eh=false"
            # shellcheck disable=SC2086
            if ! "$clang" --target=wasm32-wasi -Wno-deprecated $flags -x c++ -c -o /dev/null /dev/null \
                2>/dev/null; then
                skip unwind.cpp "needs a newer clang++"
                continue
            fi
        fi
        # shellcheck disable=SC2086
        compile "$(basename "$source" .cpp)" "$source" "$clang" --target=wasm32-wasi \
            -Wno-deprecated -std=c++20 $flags -O2 "$source" || status=1
    done
    return $status
}

build_rust() {
    # Debian's compiler first: one that rustup installed may lack the target.
    for rustc in /usr/bin/rustc "$(first rustc)"; do
        [ -x "$rustc" ] || continue
        for target in wasm32-wasi wasm32-wasip1; do
            if [ -d "$("$rustc" --print sysroot 2>/dev/null)/lib/rustlib/$target" ]; then
                break 2
            fi
        done
        rustc=
    done
    if [ -z "$rustc" ]; then
        skip Rust "needs rustc and libstd-rust-dev-wasm32"
        return 0
    fi
    status=0
    flags="--target $target --edition 2021 -O -C strip=debuginfo -C panic=abort"
    for source in "$root"/samples/rust/*.rs; do
        # shellcheck disable=SC2086
        compile "rust_$(basename "$source" .rs)" "$source" "$rustc" $flags "$source" || status=1
    done
    source="$root/examples/plugin-guest-rust/src/lib.rs"
    # shellcheck disable=SC2086
    compile plugin_guest "$source" "$rustc" $flags --crate-type cdylib "$source" || status=1
    return $status
}

# strings_by COMPILER COMMAND: the guest of examples/string-from-tinygo. Its script runs the compiler.
strings_by() {
    wanted "$1_strings" || return 0
    folder=$root/examples/string-from-tinygo
    fresh "$out/$1_strings.wasm" "$folder/guest" "$folder/build-guest.sh" "$2" && return 0
    echo "  $1_strings.wasm"
    if "$folder/build-guest.sh" "$out/.$1_strings.tmp" "$1" "$2" >/dev/null; then
        mv "$out/.$1_strings.tmp" "$out/$1_strings.wasm"
        return 0
    fi
    rm -f "$out/.$1_strings.tmp" "$out/$1_strings.wasm"
    echo "build-guests: $1_strings does not compile with $2" >&2
    return 1
}

# Any TinyGo in PATH is tried, but only the project's own must work: others may be too old for the
# machine's Go, or the machine's Go too new for them.
build_tinygo() {
    if [ "${HOSPES_NO_TINYGO:-0}" != 1 ]; then
        if tinygo=$(first tinygo) && strings_by tinygo "$tinygo"; then return 0; fi
        if tinygo=$("$root/tools/build-tinygo.sh" --check 2>/dev/null); then
            strings_by tinygo "$tinygo"
            return
        fi
    fi
    rm -f "$out/tinygo_strings.wasm"
    skip TinyGo "tools/build-tinygo.sh gets it; the guest with strings is Go's alone"
}

build_go() {
    # The machine's own, or the one that tools/setup.sh got where that is missing or too old.
    version=
    for go in "$(first go)" "$cache/tools/gobin/go/bin/go"; do
        [ -x "$go" ] || continue
        version=$(GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null)
        minor=${version#go1.}
        minor=${minor%%[!0-9]*}
        [ "${minor:-0}" -ge 24 ] || continue
        status=0
        for folder in "$root"/samples/go/*/; do
            compile "go_$(basename "$folder")" "$folder" env GOOS=wasip1 GOARCH=wasm GOFLAGS= \
                GOTOOLCHAIN=local GOWORK=off "$go" build -C "$folder" -trimpath || status=1
        done
        strings_by go "$go" || status=1
        return $status
    done
    skip Go "needs Go 1.24 or newer${version:+, found $version}"
}

# Go is the slowest by far, so it runs beside the others.
build_go &
go_job=$!
failed=0
build_c || failed=1
build_cpp || failed=1
build_rust || failed=1
build_tinygo || failed=1
wait $go_job || failed=1
exit $failed
