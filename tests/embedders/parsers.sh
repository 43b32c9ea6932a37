#!/usr/bin/env bash
# Runs the host of parsers and compares what it prints: parsers.sh PROGRAM
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$1" "$here" | diff "$here/parsers.expected" -
echo "the parsers print what is expected"
