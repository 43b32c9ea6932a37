#!/usr/bin/env python3
"""Run time of compiled code: our programs, native, in Hospes, and in its peers, in one table.

    bench/run.py [--rounds N] [--only NAME,…] [--engines NAME,…] [--hospes PATH] [--json FILE]
    bench/run.py --check [--hospes PATH]    small sizes, only whether all checksums agree
    bench/run.py --vectors …                the programs with vector instructions instead

Each round runs every program once in every engine, one engine after the other. Peers are timed
inside, around `_start`; native programs and Hospes are timed as whole processes, less the median
time of the empty program, so Hospes's figure holds its compilation too.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

import common
from common import BENCH, ROOT, geomean, median, say, spread

OUT = ROOT / "build/bench"
PEER_ENGINES = ["liftoff", "winch", "cranelift"]
ALL_ENGINES = ["hospes", *PEER_ENGINES, "turbofan", "v8"]


def programs(only: str | None, vectors: bool) -> list[tuple[str, str, str]]:
    """Name, size and checking size of each program."""
    wanted = only.split(",") if only else None
    result = []
    for line in (BENCH / ("vectors.txt" if vectors else "programs.txt")).read_text().splitlines():
        if line and not line.startswith("#"):
            name, size, check = line.split()
            if not wanted or name in wanted:
                result.append((name, size, check))
    return result


def build(names: list[str]) -> None:
    native = common.native_command()
    for name in names:
        wasm = common.wasm_command(name.startswith("vec_"))
        source = BENCH / f"programs/{name}.c"
        common.build_c(source, OUT / f"{name}.native", native)
        common.build_c(source, OUT / f"{name}.wasm", wasm)


def run_process(command: list[str]) -> tuple[float, str]:
    """Wall time and output of a whole process."""
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    seconds = time.perf_counter() - begin
    if done.returncode != 0:
        raise RuntimeError(f"exit status {done.returncode}: {done.stderr.decode()[:200]}")
    return seconds, done.stdout.decode()


class Engines:
    """Everything that can run a program, by name."""

    def __init__(self, names: list[str], hospes: pathlib.Path):
        self.hospes = hospes
        self.workers = {}
        self.names = ["native"]
        for name in names:
            if name == "hospes":
                if hospes.exists():
                    self.names.append(name)
                else:
                    say(f"bench: {hospes} is not built, left out")
                continue
            worker = common.start_worker(name)
            if worker:
                self.workers[name] = worker
                self.names.append(name)
            else:
                say(f"bench: {name} is not installed (bench/peers.sh), left out")
        self.empty = {"native": 0.0, "hospes": 0.0}

    def run(self, engine: str, program: str, args: list[str]) -> tuple[float, str]:
        if engine in self.workers:
            return self.workers[engine].run(OUT / f"{program}.wasm", args)
        if engine == "native":
            command = [str(OUT / f"{program}.native"), *args]
        else:
            command = [str(self.hospes), "run", str(OUT / f"{program}.wasm"), *args]
        seconds, text = run_process(command)
        return max(seconds - self.empty[engine], 1e-6), text

    def measure_empty(self) -> None:
        for engine in ("native", "hospes"):
            if engine in self.names:
                self.empty[engine] = median([self.run(engine, "empty", [])[0] for _ in range(21)])

    def close(self) -> None:
        for worker in self.workers.values():
            worker.close()


def check(engines: Engines, chosen: list[tuple[str, str, str]]) -> int:
    """Small sizes: does every engine print what the native build prints?"""
    failed = 0
    for name, _, size in chosen:
        _, expected = engines.run("native", name, [size])
        for engine in engines.names[1:]:
            try:
                _, text = engines.run(engine, name, [size])
            except RuntimeError as error:
                text = str(error)
            if text != expected:
                failed += 1
                print(f"{name} in {engine}: {text.strip()!r}, native {expected.strip()!r}")
    print(f"{len(chosen)} programs in {', '.join(engines.names[1:])}: {failed} differences")
    return 1 if failed else 0


def measure(engines: Engines, chosen: list[tuple[str, str, str]], rounds: int) -> dict:
    """times[program][engine]: a list of one time per round."""
    times: dict = {name: {engine: [] for engine in engines.names} for name, _, _ in chosen}
    for number in range(-1, rounds):  # round -1 warms up with the small sizes and compiles
        say(f"bench: round {number + 1} of {rounds}" if number >= 0 else "bench: warming up")
        for name, size, small in chosen:
            expected = None
            for engine in engines.names:
                if times[name][engine] is None:
                    continue
                try:
                    seconds, text = engines.run(engine, name, [size if number >= 0 else small])
                except RuntimeError as error:
                    say(f"bench: {name} in {engine}: {error}")
                    times[name][engine] = None
                    continue
                expected = text if expected is None else expected
                if text != expected:
                    say(f"bench: {name} in {engine} printed {text!r}, native {expected!r}")
                    times[name][engine] = None
                elif number >= 0:
                    times[name][engine].append(seconds)
    return times


def table(engines: list[str], times: dict, rounds: int) -> None:
    others = engines[1:]
    print("Run time of the code, x native (median of", rounds, "rounds; spread: the widest")
    print("(maximum - minimum) / median of the row)\n")
    print(f"{'program':14}{'native ms':>10}" + "".join(f"{e:>11}" for e in others) + f"{'spread':>9}")
    for name, row in times.items():
        cells = ""
        for engine in others:
            cells += f"{median(row[engine]) / median(row['native']):11.2f}" if row[engine] else f"{'failed':>11}"
        widest = max(spread(v) for v in row.values() if v)
        print(f"{name:14}{median(row['native']) * 1000:10.1f}{cells}{widest:8.0%}")

    def ratio(a: str, b: str) -> tuple[float, float, float, int]:
        """Geometric mean of a over b: of the medians, and its range over single rounds."""
        rows = [row for row in times.values() if row[a] and row[b]]
        if not rows:
            return (float("nan"),) * 3 + (0,)
        whole = geomean([median(row[a]) / median(row[b]) for row in rows])
        single = [geomean([row[a][i] / row[b][i] for row in rows]) for i in range(rounds)]
        return whole, min(single), max(single), len(rows)

    print("\nGeometric means (range over single rounds)")
    for engine in others:
        print("  {:10} x native     {:6.3f}  ({:.3f} to {:.3f}), {} programs".format(
            engine, *ratio(engine, "native")))
    if "hospes" in others:
        for engine in others:
            if engine != "hospes":
                print("  hospes     x {:10} {:6.3f}  ({:.3f} to {:.3f}), {} programs".format(
                    engine, *ratio("hospes", engine)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="programs, separated by commas")
    parser.add_argument("--engines", default=",".join(["hospes", *PEER_ENGINES]),
                        help="of " + ", ".join(ALL_ENGINES))
    parser.add_argument("--hospes", type=pathlib.Path, default=ROOT / "build/bin/hospes")
    parser.add_argument("--vectors", action="store_true", help="programs with vector instructions")
    parser.add_argument("--check", action="store_true", help="only compare checksums")
    parser.add_argument("--json", type=pathlib.Path, help="write every single time there")
    options = parser.parse_args()
    chosen = programs(options.only, options.vectors)
    build([name for name, _, _ in chosen] + ["empty"])
    engines = Engines(options.engines.split(","), options.hospes)
    try:
        if options.check:
            return check(engines, chosen)
        engines.measure_empty()
        times = measure(engines, chosen, options.rounds)
    finally:
        engines.close()
    table(engines.names, times, options.rounds)
    if options.json:
        options.json.write_text(json.dumps({"empty": engines.empty, "times": times}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
