#!/usr/bin/env bash
# Wasmtime's binding for Python with our library in the place of its own: python.sh LIBRARIES
# Three versions; the oldest passes permission masks to preopen_dir and gets libwasmtime-46. The packages are kept in the
# cache (HOSPES_CACHE), and fetched by pip if they are not there yet; without them the test is skipped. With
# HOSPES_REFERENCE=1 the bundled libraries run instead: that is how core.expected was made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lib=$1
cache=${HOSPES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hospes}
python=${PYTHON:-python3}
command -v "$python" >/dev/null || { echo "skipped: no Python here"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
ran=0
for version in 46.0.1 48.0.0 50.0.1; do
    wheel=$(ls "$cache"/wheels/wasmtime-$version-*.whl 2>/dev/null | head -1) || true
    if [ -z "$wheel" ]; then
        mkdir -p "$cache/wheels"
        # -I: no folder of the project is in the way of pip's own modules.
        "$python" -I -m pip download -q --no-deps --disable-pip-version-check -d "$cache/wheels" wasmtime==$version \
            >"$tmp/pip.log" 2>&1 || { echo "skipped: wasmtime $version cannot be had: $(tail -1 "$tmp/pip.log")"; continue; }
        wheel=$(ls "$cache"/wheels/wasmtime-$version-*.whl | head -1)
    fi
    # An environment of its own for each version.
    venv=$cache/venv/$version
    if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import importlib.metadata as m; m.version("wasmtime")' 2>/dev/null; then
        "$python" -m venv "$venv" >"$tmp/pip.log" 2>&1 &&
            "$venv/bin/python" -I -m pip install -q --no-index --no-deps --disable-pip-version-check "$wheel" >>"$tmp/pip.log" 2>&1 ||
            { echo "skipped: no environment for $version: $(tail -1 "$tmp/pip.log")"; continue; }
    fi
    package=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')/wasmtime
    bundled=$(find "$package" -name '_libwasmtime.so')
    [ -e "$package/bundled.so" ] || cp "$bundled" "$package/bundled.so"
    ours=libwasmtime.so
    [ "${version%%.*}" -ge 48 ] || ours=libwasmtime-46.so
    rm -f "$bundled"
    if [ -n "${HOSPES_REFERENCE:-}" ]; then
        cp "$package/bundled.so" "$bundled"
    else
        cp -L "$lib/$ours" "$bundled"
    fi
    if ! PYTHONDONTWRITEBYTECODE=1 timeout 120 "$venv/bin/python" "$here/python/core.py" >"$tmp/out" 2>"$tmp/err"; then
        echo "FAILED: wasmtime $version ended with an error:"
        tail -5 "$tmp/out" "$tmp/err"
        exit 1
    fi
    diff "$here/python/core.expected" "$tmp/out" || { echo "FAILED: wasmtime $version prints something else"; exit 1; }
    echo "wasmtime $version on $ours: $(grep -c . "$tmp/out") lines as expected"
    ran=$((ran + 1))
done
[ $ran -gt 0 ] || exit 77
