#!/usr/bin/env bash
# v8.sh RANDOM_RUN COUNT: the first random modules, here and in V8. HOSPES_NODE names the node to use.
set -u
here=$(cd "$(dirname "$0")" && pwd)
node=${HOSPES_NODE:-node}
command -v "$node" >/dev/null || { echo "skipped: no node"; exit 77; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$1" --count "$2" --emit "$out/v8.bin" && "$node" "$here/v8.mjs" "$out/v8.bin"
