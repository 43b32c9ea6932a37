#!/usr/bin/env python3
"""Structs, arrays, casts and exceptions: Hospes beside Liftoff and Wasmtime's library.

    bench/objects.py [--rounds N] [--lib PATH] [--hospes PATH]

embed/objects.wat has the functions; embed/objects.c calls them in either library,
engines/v8_objects.mjs in V8. They run in turns, and a figure is the median over the rounds of the
medians of five calls. A result that differs from ours is told.
"""
import argparse
import pathlib
import subprocess
import sys

import common
from common import BENCH, ROOT, median, say, spread
from compile import build_embed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lib", type=pathlib.Path, default=ROOT / "build/lib/libhospes.so")
    parser.add_argument("--hospes", type=pathlib.Path, default=ROOT / "build/bin/hospes")
    options = parser.parse_args()
    module = ROOT / "build/bench/objects.wasm"
    program = build_embed("objects")
    subprocess.run([str(options.hospes), "wat2wasm", str(BENCH / "embed/objects.wat"), "-o", str(module)],
                   check=True)
    engines = {"hospes": [str(program), str(options.lib), str(module)]}
    if common.NODE.exists():
        engines["liftoff"] = [str(common.NODE), "--liftoff-only", str(BENCH / "engines/v8_objects.mjs"),
                              str(module)]
    if common.WASMTIME_LIB.exists():
        engines["wasmtime"] = [str(program), str(common.WASMTIME_LIB), str(module)]
    table: dict[str, dict[str, list[float]]] = {}
    results: dict[str, str] = {}
    status = 0
    for _ in range(options.rounds):
        for engine, command in engines.items():
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if done.returncode != 0:
                say(f"bench: {engine}: {done.stderr.strip()[:300]}")
                status = 1
            for line in done.stdout.splitlines():
                name, middle, _, _, result = line.split()
                table.setdefault(name, {}).setdefault(engine, []).append(float(middle))
                if results.setdefault(name, result) != result:
                    say(f"bench: {engine}: {name} is {result}, not {results[name]}")
                    status = 1
    print("Milliseconds (median of", options.rounds, "rounds, spread)\n")
    print(f"{'':12}" + "".join(f"{e:>17}" for e in engines))
    for name, row in table.items():
        print(f"{name:12}" + "".join(
            f"{median(row[e]):11.1f} ±{spread(row[e]):4.0%}" if e in row else f"{'':17}" for e in engines))
    return status


if __name__ == "__main__":
    sys.exit(main())
