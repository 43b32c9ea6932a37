#!/bin/sh
# All benchmarks, one after the other; the tables go to standard output.
#
#   bench/bench.sh [--quick]      --quick: fewer rounds, to see whether everything works
#
# Uses the peers that bench/peers.sh can install and leaves out the others. Nothing else should run
# on the machine meanwhile.
set -u

bench=$(cd "$(dirname "$0")" && pwd)
rounds=5 few=3
[ "${1:-}" = --quick ] && rounds=1 few=1

"$bench/peers.sh" >/dev/null || echo "bench: some peers are missing, see above" >&2
status=0
for part in "startup.py --rounds $((rounds * 2 - 1)) --build" "embed.py --rounds $rounds" \
    "compile.py --rounds $few" "run.py --rounds $rounds"; do
    echo "== ${part%% *}"
    # shellcheck disable=SC2086
    python3 "$bench"/$part || status=1
    echo
done
exit $status
