#!/bin/sh
# Builds TinyGo, which Debian does not have, from its sources and Debian's LLVM, into a cache folder
# outside the tree. Its guests are the ones of examples/string-from-tinygo.
#
#   tools/build-tinygo.sh            build it unless it is there, print the path of the command
#   tools/build-tinygo.sh --check    build nothing; exit status 1 if it is not there
#
#   $HOSPES_CACHE/tools/tinygo/bin/tinygo    the command; takes what TinyGo takes
#
# tools/build-guests.sh finds it there. Nothing but package managers as they are set up on the machine:
# apt-get (as root or through sudo, without recommended packages) for LLVM 19, npm for wasm-opt, and Go
# itself for TinyGo's module and for the version of Go that this TinyGo works with. Where one of them
# cannot deliver, it is told what is missing, the exit status is 1, and the folder is left as it was.
#
# The module has none of the git submodules of a release, so it cannot build the C library and the
# compiler's runtime for WebAssembly itself. Its target wasip1 is changed to link those of Debian that
# C guests use, too; -target=wasip1 is the only target that is made to work.
set -u

TINYGO_VERSION=0.40.1
GO_VERSION=1.25.4 # the newest that this TinyGo takes; it also compiles the guests
BINARYEN_VERSION=132.0.0
LLVM=19
RECIPE=1 # to be raised when a folder that an older version of this program made is to be made anew

root=$(cd "$(dirname "$0")/.." && pwd)
cache="${HOSPES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hospes}"
tools="$cache/tools"

say() { echo "tinygo: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

case "${1:-}" in
'' | --check) ;;
*)
    sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p;}' "$0"
    exit 2
    ;;
esac

# What is needed of the system, asked for by program and file rather than by package, since it may
# have come another way.
builtins() {
    for file in /usr/lib/llvm-*/lib/clang/*/lib/wasi/libclang_rt.builtins-wasm32.a \
        /usr/lib/llvm-*/lib/clang/*/lib/wasm32-*/libclang_rt.builtins.a; do
        [ ! -e "$file" ] || echo "$file"
    done | tail -n 1
}
there() { command -v "$1" >/dev/null 2>&1; }
wanted() {
    there g++ || echo g++
    there llvm-config-$LLVM || echo llvm-$LLVM-dev
    there clang-$LLVM || echo clang-$LLVM
    there wasm-ld-$LLVM || echo lld-$LLVM
    [ -e /usr/lib/llvm-$LLVM/include/clang-c/Index.h ] || echo libclang-$LLVM-dev
    [ -e /usr/lib/wasm32-wasi/libc.a ] || echo wasi-libc
    [ -n "$(builtins)" ] || echo libclang-rt-22-dev-wasm32
    there npm || echo npm
    there python3 || echo python3
}

# There and whole: the stamp is written last, and what the command calls must still be there. The
# stamp names the one file whose path is in TinyGo's target.
stamp="TinyGo $TINYGO_VERSION, Go $GO_VERSION, LLVM $LLVM, recipe $RECIPE, $(builtins)"
if [ "$(cat "$tools/tinygo/stamp" 2>/dev/null)" = "$stamp" ] && there clang-$LLVM && there wasm-ld-$LLVM &&
    there node && [ -e "$tools/node_modules/binaryen/bin/wasm-opt" ] && [ -e /usr/lib/wasm32-wasi/libc.a ] &&
    "$tools/tinygo/bin/tinygo" version >/dev/null 2>&1; then
    echo "$tools/tinygo/bin/tinygo"
    exit 0
fi
[ "${1:-}" != --check ] || fail "not there, or not whole; tools/build-tinygo.sh builds it"

# Any Go from 1.21 on can get the one that is needed: the machine's, or that of tools/setup.sh.
minor=0
for go in "$(command -v go)" "$tools/gobin/go/bin/go"; do
    [ -x "$go" ] || continue
    minor=$(GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
    [ "${minor:-0}" -lt 21 ] || break
done
[ "${minor:-0}" -ge 21 ] || fail "no Go of 1.21 or newer (tools/setup.sh gets one)"

# TinyGo is not worth waiting for a network that is not there.
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 \
        -o Acquire::Retries=0 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 "$@" >/dev/null
}

need=$(echo $(wanted))
if [ -n "$need" ]; then
    there apt-get || fail "this is no Debian. Needed here: $need"
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    [ -z "$as_root" ] || there sudo || fail "to install packages, run this as root. Missing: $need"
    say "installing $need"
    # Only if the package lists are missing or too old are they renewed.
    # shellcheck disable=SC2086
    apt install -y --no-install-recommends $need 2>/dev/null || {
        apt update || say "the package lists could not be renewed; going on with those there are"
        apt install -y --no-install-recommends $need || say "apt-get could not install all of it"
    }
    need=$(echo $(wanted))
    [ -z "$need" ] || fail "still missing: $need"
fi

stamp="TinyGo $TINYGO_VERSION, Go $GO_VERSION, LLVM $LLVM, recipe $RECIPE, $(builtins)" # packages are new

mkdir -p "$tools" && work=$(mktemp -d "$tools/tinygo.XXXXXX") || fail "$tools cannot be written"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
new="$work/tinygo"
mkdir -p "$new/bin"

if ! [ -e "$tools/node_modules/binaryen/bin/wasm-opt" ]; then
    say "installing binaryen $BINARYEN_VERSION"
    [ -e "$tools/package.json" ] || echo '{"private":true}' >"$tools/package.json"
    timeout 300 npm install --prefix "$tools" --no-audit --no-fund --fetch-retries=1 --loglevel=error \
        "binaryen@$BINARYEN_VERSION" >/dev/null || fail "npm could not install binaryen"
fi

# A module cache of its own, so that nothing is left in the user's.
export GOPATH="$work/go" GOMODCACHE="$work/mod" GOCACHE="$work/go-build" GOFLAGS=-modcacherw GOWORK=off
say "getting Go $GO_VERSION and the module of TinyGo $TINYGO_VERSION"
export GOTOOLCHAIN=go$GO_VERSION
goroot=$(cd "$work" && timeout 300 "$go" env GOROOT) && [ -x "$goroot/bin/go" ] ||
    fail "Go $GO_VERSION cannot be had"
(cd "$work" && timeout 300 "$go" mod download "github.com/tinygo-org/tinygo@v$TINYGO_VERSION") >&2 ||
    fail "the module of TinyGo cannot be had"
source="$new/root"
cp -R "$GOMODCACHE/github.com/tinygo-org/tinygo@v$TINYGO_VERSION" "$source" &&
    chmod -R u+w "$source" && mkdir -p "$source/src/net" || fail "no room for TinyGo's sources"

say "compiling TinyGo $TINYGO_VERSION"
(cd "$source" && CGO_ENABLED=1 CGO_CPPFLAGS=$(llvm-config-$LLVM --cppflags) \
    timeout 1200 "$go" build -buildvcs=false -trimpath -tags llvm$LLVM -o "$new/bin/tinygo.real" .) >&2 ||
    fail "TinyGo does not compile"

# The Go that TinyGo calls for the standard library: what Go unpacked, or the machine's own of
# exactly that version.
case "$goroot" in
"$GOMODCACHE"/*) chmod -R u+w "$goroot" && mv "$goroot" "$new/go" ;;
*) ln -s "$goroot" "$new/go" ;;
esac || fail "Go cannot be put beside TinyGo"

python3 - "$source/targets/wasip1.json" "$(builtins)" <<'END' || fail "the target cannot be written"
import json, sys

path, builtins = sys.argv[1:]
target = json.load(open(path))
target["libc"] = target["rtlib"] = ""
target["extra-files"] = ["src/runtime/asm_tinygowasm.S"]
# Newer names for parts of what LLVM 19 calls bulk-memory and reference-types; it warns about them.
unknown = {"+bulk-memory-opt", "+call-indirect-overlong"}
target["features"] = ",".join(f for f in target["features"].split(",") if f not in unknown)
target["ldflags"] += ["-L/usr/lib/wasm32-wasi", "-lc", builtins]
json.dump(target, open(path, "w"), indent=2)
END

# TinyGo keeps what it compiled in a cache folder; here, so that a home is not needed.
cat >"$new/bin/tinygo" <<'END'
#!/bin/sh
# TinyGo with the folders it was built for (tools/build-tinygo.sh of hospes wrote this).
here=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
export TINYGOROOT="$here/root" WASMOPT="$here/../node_modules/binaryen/bin/wasm-opt"
export PATH="$here/go/bin:$PATH" GOROOT="$here/go" GOTOOLCHAIN=local GOFLAGS= GOWORK=off
export XDG_CACHE_HOME="$here/cache"
exec "$here/bin/tinygo.real" "$@"
END
chmod +x "$new/bin/tinygo"
echo "$stamp" >"$new/stamp"

rm -rf "$tools/tinygo" && mv "$new" "$tools/tinygo" || fail "$tools/tinygo cannot be replaced"

# The proof: a program with a map and text, compiled.
mkdir "$work/try"
cat >"$work/try/main.go" <<'END'
package main

func main() {
	lengths := map[string]int{"one": 3}
	println("one", lengths["one"])
}
END
if ! (cd "$work/try" && GOMODCACHE= "$tools/tinygo/bin/tinygo" build -target=wasip1 -o try.wasm main.go) >&2; then
    rm -f "$tools/tinygo/stamp"
    fail "TinyGo was built but compiles nothing"
fi
say "$("$tools/tinygo/bin/tinygo" version)"
echo "$tools/tinygo/bin/tinygo"
