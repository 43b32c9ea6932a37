#!/bin/sh
# Mutants of the modules that this build has made (bench/, samples/), and of those named after it.
# Usage: run.sh <mutants program> <build directory> [module.wasm ...]
mutants=$1
build=$2
shift 2
set -- "$@" $(find "$build" -name '*.wasm' -size -600k ! -name 'broken-*' 2>/dev/null | sort | head -40)
if [ $# -eq 0 ]; then
    echo "no modules have been built yet"
    exit 77
fi
exec "$mutants" -n "${MUTANTS:-50}" -s "${SEED:-1}" -v "$@"
