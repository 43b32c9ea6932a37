#!/bin/sh
# All benchmarks, one after the other; the tables go to standard output.
#
#   bench/run.sh [BUILD] [--quick]     BUILD is the folder of the build (build)
#                                      --quick: fewer rounds, to see whether everything works
#
# Uses the peers that bench/peers.sh can install and leaves out the others. Nothing else should run
# on the machine meanwhile.
set -u

bench=$(cd "$(dirname "$0")" && pwd)
build=$bench/../build
rounds=5 few=3
for arg; do
    case "$arg" in
    --quick) rounds=1 few=1 ;;
    *) build=$arg ;;
    esac
done
hospes=$build/bin/hospes
lib=$build/lib/libhospes.so

"$bench/peers.sh" >/dev/null || echo "bench: some peers are missing, see above" >&2
status=0

# part SCRIPT ARGUMENT…
part() {
    echo "== $1"
    script=$1
    shift
    python3 "$bench/$script" "$@" || status=1
    echo
}

part startup.py --rounds $((rounds * 2 - 1)) --hospes "$hospes" --lib "$lib" --build
part embed.py --rounds $rounds --lib "$lib"
part objects.py --rounds $few --lib "$lib" --hospes "$hospes"
part compile.py --rounds $few --lib "$lib"
part run.py --rounds $rounds --hospes "$hospes"
exit $status
