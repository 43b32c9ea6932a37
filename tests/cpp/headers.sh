#!/bin/sh
# Compiles each C++ header alone, twice included, as C++17 and as C++20, with every compiler given.
# tests/headers/check.sh does it with the project's own compiler, and the C headers besides.
#
#   tests/cpp/headers.sh include-directory compiler…
set -eu
include=$1
shift
jobs=$(mktemp -d)
trap 'rm -rf "$jobs"' EXIT
for path in $(cd "$include" && find . -name '*.hh' | sort); do
    header=${path#./}
    name=$(echo "$header" | tr '/.' '__')
    printf '#include <%s>\n#include <%s>\nint hospes_header_test;\n' "$header" "$header" >"$jobs/$name.cc"
    for compiler; do
        for standard in c++17 c++20; do
            echo "$compiler -std=$standard -Wall -Wextra -Wshadow -Werror -fsyntax-only -I$include $jobs/$name.cc"
        done
    done
done >"$jobs/list"
count=$(wc -l <"$jobs/list")
test "$count" -ge 100 # an empty folder must not pass for success
xargs -P "$(nproc)" -I '{}' sh -c '{} || { echo "failed: {}" >&2; exit 1; }' <"$jobs/list"
echo "$count compilations"
