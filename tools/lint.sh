#!/usr/bin/env bash
# What can be checked without running anything: layers, links between documents, format, warnings of both compilers.
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
python3 tools/check-layers.py || status=1
python3 tools/check-links.py || status=1
if command -v clang-format-22 >/dev/null; then
    git ls-files '*.c' '*.h' '*.hh' | xargs clang-format-22 --dry-run --Werror || status=1
else
    echo "lint: clang-format-22 is not here, skipped"
fi
for compiler in gcc clang-22; do
    command -v "$compiler" >/dev/null || { echo "lint: $compiler is not here, skipped"; continue; }
    git ls-files 'src/*.c' | xargs -P "$(nproc)" -n 8 "$compiler" -std=gnu17 -D_GNU_SOURCE -fsyntax-only -Wall -Wextra \
        -Wshadow -Wpointer-arith -Wstrict-prototypes -Wvla -Wmissing-prototypes -Wno-unused-parameter -Werror \
        -Isrc -Iinclude || status=1
done
[ $status = 0 ] && echo "lint: clean"
exit $status
