#!/usr/bin/env bash
# Installs below a directory (DESTDIR and a prefix), moves the tree as packagers do, and builds programs against it.
# prefix.sh BUILD CC CMAKE
set -euo pipefail
build=$1 cc=$2 cmake=$3
. "$(dirname "$0")/common.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
DESTDIR=$tmp/stage "$cmake" --install "$build" --prefix /opt/hospes >"$tmp/install.log" || { cat "$tmp/install.log"; exit 1; }
mv "$tmp/stage/opt/hospes" "$tmp/moved"
for file in bin/hospes include/wasm.h include/wasmtime.h include/wasmtime/component/val.h include/hospes.h; do
    [ -e "$tmp/moved/$file" ] || { echo "FAILED: $file is not installed"; exit 1; }
done
[ "$("$tmp/moved/bin/hospes" --version | head -c 6)" = hospes ] || { echo "FAILED: bin/hospes does not run"; exit 1; }
check_prefix "$tmp/moved" "$cc" "$cmake" "$tmp"
