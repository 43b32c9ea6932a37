#!/usr/bin/env bash
# Two copies of the archive in one program, as when two versions meet: the names of the API of one are renamed, and nothing
# else clashes. Both run a function that traps, so both have handlers of signals. two-copies.sh BUILD CC CMAKE
set -euo pipefail
build=$1 cc=$2
here=$(cd "$(dirname "$0")" && pwd)
command -v objcopy >/dev/null || { echo "skipped: no objcopy here"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
nm -g --defined-only "$build/lib/libhospes.a" 2>/dev/null | awk 'NF == 3 { print $3 " other_" $3 }' | sort -u >"$tmp/names"
objcopy --redefine-syms="$tmp/names" "$build/lib/libhospes.a" "$tmp/libother.a"
"$cc" -I"$here/../../include" -c "$here/trapping.c" -o "$tmp/first.o" -DENTRY=first
"$cc" -I"$here/../../include" -c "$here/trapping.c" -o "$tmp/second.o" -DENTRY=second
objcopy --redefine-syms="$tmp/names" "$tmp/second.o"
"$cc" "$here/both.c" "$tmp/first.o" "$tmp/second.o" "$build/lib/libhospes.a" "$tmp/libother.a" -lpthread -lm -o "$tmp/both"
"$tmp/both"
