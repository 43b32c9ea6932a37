#!/usr/bin/env bash
# Takes the C program out of README.md, builds it as the page says, and compares what it prints: run.sh SOURCE BUILD CC
set -eu
source=$1 build=$2 cc=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' "$source/README.md" >"$dir/sum.c"
sanitize=
grep -q 'HOSPES_ASAN:BOOL=ON' "$build/CMakeCache.txt" && sanitize=-fsanitize=address,undefined
grep -q 'HOSPES_TSAN:BOOL=ON' "$build/CMakeCache.txt" && sanitize=-fsanitize=thread
"$cc" -Wall -Wextra -Werror $sanitize -I"$source/include" "$dir/sum.c" -L"$build/lib" -lhospes -Wl,-rpath,"$build/lib" -o "$dir/sum"
got=$("$dir/sum")
[ "$got" = 42 ] || { echo "README's program prints '$got', expected 42"; exit 1; }
