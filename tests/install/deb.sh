#!/usr/bin/env bash
# Makes the Debian packages, looks into them, and builds programs against what they unpack to. deb.sh BUILD CC CMAKE
set -euo pipefail
build=$1 cc=$2 cmake=$3
. "$(dirname "$0")/common.sh"
for tool in cpack dpkg-deb; do
    command -v $tool >/dev/null || { echo "skipped: no $tool here"; exit 77; }
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cpack --config "$build/CPackConfig.cmake" -G DEB -B "$tmp/deb" >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
for package in libhospes0 libhospes-dev hospes; do
    deb=$(ls "$tmp"/deb/${package}_0.1.0_*.deb)
    echo "$(basename "$deb"): $(stat -c %s "$deb") bytes; depends: $(dpkg-deb -f "$deb" Depends)"
    dpkg-deb -x "$deb" "$tmp/root"
    dpkg-deb -c "$deb" >"$tmp/$package.list"
done
has() { grep -q "$2" "$tmp/$1.list" || { echo "FAILED: $1 has no $2"; exit 1; }; }
has libhospes0 'libhospes\.so\.0\.1\.0$'
has libhospes0 'libwasmtime\.so -> libhospes\.so\.0'
has libhospes0 'libwasmtime-46\.so\.0 -> '
has libhospes-dev 'include/wasmtime\.h$'
has libhospes-dev 'libhospes\.a$'
has libhospes-dev 'wasmtime\.pc$'
has hospes 'bin/hospes$'
grep -q 'include/' "$tmp/libhospes0.list" && { echo "FAILED: headers in the package of the library"; exit 1; }
size=$(stat -c %s "$(find "$tmp/root" -name 'libhospes.so.0.1.0')")
echo "libhospes.so.0.1.0 as packaged: $size bytes"
[ "$size" -le 1048576 ] || { echo "FAILED: larger than 1 MiB"; exit 1; }
"$tmp/root/usr/bin/hospes" --version >/dev/null
check_prefix "$tmp/root/usr" "$cc" "$cmake" "$tmp"
