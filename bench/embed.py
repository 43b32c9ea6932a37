#!/usr/bin/env python3
"""What embedders pay: calls over the boundary and instances, Hospes beside Wasmtime's library.

    bench/embed.py [--rounds N] [--lib PATH]

embed/calls.c and embed/instances.c open either library by its path and use the same C API. They run
in turns; the figure of a process is a median, the table shows the median over the rounds. A second
table says what the kernel asks for cleaning a memory, whoever does it (embed/pages.c).
"""
import argparse
import pathlib
import subprocess
import sys

import common
from common import ROOT, median, say, spread
from compile import build_embed


def figures(command: list[str]) -> dict[str, float]:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        say(f"bench: {' '.join(command)}: {done.stderr.strip()[:300]}")
        return {}
    return {l.split()[0]: float(l.split()[1]) for l in done.stdout.splitlines()}


def print_pages(rounds: int) -> None:
    """What embed/pages.c measures, by one thread and by two at once."""
    pages = str(build_embed("pages"))
    table: dict[str, dict[int, list[float]]] = {}
    for _ in range(rounds):
        for threads in (1, 2):
            for name, value in figures([pages, str(threads)]).items():
                table.setdefault(name, {}).setdefault(threads, []).append(value)
    print("\nNanoseconds in the kernel and in memory, by one thread and by two that do the same at once\n")
    print(f"{'':26}{'1 thread':>17}{'2 threads':>17}")
    for name, row in table.items():
        print(f"{name:26}" + "".join(f"{median(v):11.1f} ±{spread(v):4.0%}" for v in row.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lib", type=pathlib.Path, default=ROOT / "build/lib/libhospes.so")
    options = parser.parse_args()
    calls, instances = str(build_embed("calls")), str(build_embed("instances"))
    variants: dict[str, list[list[str]]] = {}
    if options.lib.exists():
        lib = str(options.lib)
        variants["hospes"] = [[calls, lib], [instances, lib, "default"]]
    else:
        say(f"bench: {options.lib} is not built, left out")
    if common.WASMTIME_LIB.exists():
        lib = str(common.WASMTIME_LIB)
        variants["wasmtime"] = [[calls, lib], [instances, lib, "default"]]
        variants["pooled"] = [[instances, lib, "pooled"]]
        variants["pooled 64K"] = [[instances, lib, "pooled", "65536"]]
    else:
        say("bench: Wasmtime's library is not installed (bench/peers.sh), left out")

    table: dict[str, dict[str, list[float]]] = {}
    for _ in range(options.rounds):
        for variant, commands in variants.items():
            for command in commands:
                for name, value in figures(command).items():
                    table.setdefault(name, {}).setdefault(variant, []).append(value)
    print("Nanoseconds (median of", options.rounds, "rounds, spread); `pooled` is Wasmtime's pooling")
    print("allocator, `pooled 64K` the same keeping 64 KiB of each memory resident\n")
    print(f"{'':26}" + "".join(f"{v:>17}" for v in variants) + f"{'hospes x best':>15}")
    for name, row in table.items():
        cells = "".join(
            f"{median(row[v]):11.1f} ±{spread(row[v]):4.0%}" if v in row else f"{'':17}"
            for v in variants)
        peers = [median(row[v]) for v in row if v != "hospes"]
        ratio = f"{median(row['hospes']) / min(peers):15.3f}" if "hospes" in row and peers else ""
        print(f"{name:26}{cells}{ratio}")
    print_pages(options.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
