#!/bin/sh
# Runs one case against its expected output. Usage: run.sh <hospes> <case.sh>; UPDATE=1 accepts what it prints now.
HOSPES=$1
case=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -r "$here/inputs/." "$work/"
export HOSPES
(
    cd "$work" || exit 1
    # t: a command as a user types it, its output and its status.
    t() {
        echo "\$ hospes $*"
        "$HOSPES" "$@" </dev/null 2>&1
        echo "[$?]"
    }
    . "$case"
) >"$work.out" 2>&1
expected=${case%.sh}.txt
if [ -n "$UPDATE" ]; then
    mv "$work.out" "$expected"
    exit 0
fi
diff -u "$expected" "$work.out"
status=$?
rm -f "$work.out"
exit $status
