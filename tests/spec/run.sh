#!/usr/bin/env bash
# Runs the official suite: run.sh HOSPES VARIANT. ledger.txt lists assertions known to fail; what passes nevertheless is
# an error too, so the list only shrinks.
set -u
hospes=$1 variant=$2
here=$(cd "$(dirname "$0")" && pwd)
suite=${HOSPES_SPEC:-$here/../../../shared/spec-testsuite}
if [ ! -d "$suite" ]; then
    echo "skipped: no test suite at $suite; set HOSPES_SPEC to a copy"
    exit 77
fi
case $variant in
guarded) options=() ;;
eager) options=(-C lazy=n) ;;
checked) options=(-O memory-reservation=64m,memory-may-move=n) ;;
nosignals) options=(-O signals-based-traps=n,memory-may-move=n) ;;
gcstress) options=(-D gc-stress=y) ;;
movable) options=(-O memory-reservation=64k,memory-may-move=y) ;;
*) echo "unknown variant $variant" >&2; exit 2 ;;
esac
# Left out: proposals that are not finished, legacy exceptions.
files=$(find -L "$suite" -name '*.wast' | grep -v -e /legacy/ -e custom-descriptors | sort)
# A collection before every object: only where there are objects.
if [ "$variant" = gcstress ]; then
    files=$(grep -lE '\((struct|array|ref\.i31|throw|try_table|any\.convert|extern\.convert)|(struct|array)\.new|throw|externref' $files)
    exec "$hospes" wast "${options[@]}" $files
fi
exec "$hospes" wast "${options[@]}" --ledger "$here/ledger.txt" $files
