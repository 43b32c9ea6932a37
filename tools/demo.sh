#!/bin/sh
# Shows what was built: a C host and a Rust guest that talk to each other, and the sample programs.
#
#   tools/demo.sh [BUILD]      BUILD is the folder of the build (build), with its guests compiled
#
# Prints what the example prints; the samples are run as the tests run them.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$root/build}" && pwd) || exit 1
HOSPES=$build/bin/hospes GUESTS=$build/guests HOST=$build/bin/plugin-host-c
export HOSPES GUESTS HOST

echo "A C host (examples/plugin-host-c) and a Rust guest (examples/plugin-guest-rust):"
status=0
"$root/tests/samples/run.sh" --verbose plugin_example || status=1
echo
echo "The sample programs in C, C++, Rust and Go (samples/):"
"$root/tests/samples/run.sh" || status=1
exit $status
