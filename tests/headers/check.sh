#!/bin/sh
# Compiles each public header alone, twice included, in every language it is meant for.
#
#   check.sh include-directory c-compiler c++-compiler
#
# A header must not need another include before it, must not be hurt by a second
# one, and must give no warning. C headers are compiled as C11, C17 and C++17, C++20;
# C++ headers (.hh) as C++17 and C++20.
set -eu
include=$1 cc=$2 cxx=$3

jobs=$(mktemp -d)
trap 'rm -rf "$jobs"' EXIT

# one(language, standard, header, compiler): one translation unit in a file of its own.
one() {
    name=$(echo "$3" | tr '/.' '__')-$2
    printf '#include <%s>\n#include <%s>\nint hospes_header_test;\n' "$3" "$3" >"$jobs/$name.$1"
    echo "$4 -std=$2 -Wall -Wextra -Wshadow -Werror -fsyntax-only -I$include $jobs/$name.$1"
}

for path in $(cd "$include" && find . -name '*.h' -o -name '*.hh' | sort); do
    header=${path#./}
    case $header in
    *.h)
        one c c11 "$header" "$cc"
        one c c17 "$header" "$cc"
        ;;
    esac
    one cc c++17 "$header" "$cxx"
    one cc c++20 "$header" "$cxx"
done >"$jobs/list"

count=$(wc -l <"$jobs/list")
# An empty folder must not pass for success.
test "$count" -ge 150
xargs -P "$(nproc)" -I '{}' sh -c '{} || { echo "failed: {}" >&2; exit 1; }' <"$jobs/list"
echo "$count compilations"
