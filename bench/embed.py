#!/usr/bin/env python3
"""What embedders pay: calls over the boundary and instances, Hospes beside Wasmtime's library.

    bench/embed.py [--rounds N] [--lib PATH]

embed/calls.c and embed/instances.c open either library by its path and use the same C API;
embed/typed.cc uses the C++ API over it. They run in turns; the figure of a process is a median, the
table shows the median over the rounds. Then calls once more as instructions, counted by valgrind if
it is there, and a table of what the kernel asks for cleaning a memory, whoever does it
(embed/pages.c).
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

import common
from common import BENCH, ROOT, median, say, spread
from compile import build_embed


CALLS = ["indirect_c_call", "host_to_guest_boxed", "host_to_guest_unchecked",
         "host_to_guest_in_turns", "guest_to_host_boxed", "guest_to_host_unchecked"]
CPP_CALLS = ["cpp_typed_func", "cpp_func_wrap"]


def build_typed(variant: str, lib: pathlib.Path) -> list[str]:
    """Builds the C++ program, linked to a library: the command that runs it."""
    target = ROOT / f"build/bench/typed-{variant}"
    target.parent.mkdir(parents=True, exist_ok=True)
    compiler = common.first_tool("g++", "clang++-22", "clang++")
    lib = lib.resolve()
    subprocess.run([compiler, "-std=c++17", "-O2", common.LOOPS, f"-I{ROOT / 'include'}", "-o", str(target),
                    str(BENCH / "embed/typed.cc"), str(lib), f"-Wl,-rpath,{lib.parent}"], check=True)
    return [str(target)]


def figures(command: list[str]) -> dict[str, float]:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        say(f"bench: {' '.join(command)}: {done.stderr.strip()[:300]}")
        return {}
    return {l.split()[0]: float(l.split()[1]) for l in done.stdout.splitlines()}


def instructions(command: list[str], name: str) -> float | None:
    """How many instructions one call of this kind is: the difference that 10,000 more make."""
    totals = []
    for count in (1000, 11000):
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command, name, str(count)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        total = re.search(r"Collected : (\d+)", done.stderr)
        if done.returncode != 0 or not total:
            return None
        totals.append(int(total.group(1)))
    return (totals[1] - totals[0]) / 10000


def print_calls(table: dict[str, dict[str, list[float]]], commands: dict[str, list[str]]) -> None:
    """Calls as multiples of one through a pointer in C, and as instructions, of our library."""
    counted = shutil.which("valgrind") is not None
    if not counted:
        say("bench: valgrind is not installed, instructions are left out")
    print("\nThe same calls of Hospes as multiples of a C call through a pointer, and in instructions\n")
    for name, command in commands.items():
        if "hospes" not in table.get(name, {}):
            continue
        ratio = median(table[name]["hospes"]) / median(table["indirect_c_call"]["hospes"])
        count = instructions(command, name) if counted else None
        print(f"{name:26}{ratio:16.1f}x" + (f"{count:14.1f}" if count is not None else ""))


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
        cpp = build_typed("hospes", options.lib)
        variants["hospes"] = [[calls, lib], cpp, [instances, lib, "default"]]
        kinds = {n: [calls, lib] for n in CALLS} | {n: cpp for n in CPP_CALLS}
    else:
        say(f"bench: {options.lib} is not built, left out")
    if common.WASMTIME_LIB.exists():
        lib = str(common.WASMTIME_LIB)
        variants["wasmtime"] = [[calls, lib], build_typed("wasmtime", common.WASMTIME_LIB),
                                [instances, lib, "default"]]
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
    if "hospes" in variants:
        print_calls(table, kinds)
    print_pages(options.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
