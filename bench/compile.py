#!/usr/bin/env python3
"""Compile speed on real modules, in megabytes of code section per second and core.

    bench/compile.py [--rounds N] [--modules NAME,…] [--engines NAME,…] [--lib PATH] [--json FILE]

All functions are compiled at once (nothing lazy), by one thread, validation included. Hospes and
Winch are measured by embed/compile.c through the C API, Liftoff by engines/v8_compile.mjs. Engines
take turns, each time in a new process; the figure of a process is the median of its compilations
(one of a large module, several of a small one), and the table shows the median over the rounds.
`validate` is Hospes validating without compiling.
"""
import argparse
import json
import pathlib
import subprocess
import sys

import common
from common import BENCH, ROOT, median, say, spread

# One thread, no tiering, no lazy compilation or validation.
LIFTOFF = ["--liftoff-only", "--single-threaded", "--no-wasm-lazy-compilation",
           "--no-wasm-lazy-validation"]


def build_embed(name: str) -> pathlib.Path:
    """Builds a program of embed/, which opens its library at run time."""
    target = ROOT / f"build/bench/{name}"
    sources = [BENCH / f"embed/{name}.c", BENCH / "embed/api.h", BENCH / "common.py"]
    if not common.newer(target, *sources):
        compiler = common.first_tool("gcc", "clang-22", "clang")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([compiler, "-std=gnu17", "-O2", common.LOOPS, f"-I{ROOT / 'include'}", "-o",
                        str(target), str(sources[0]), "-ldl"], check=True)
    return target


def command(engine: str, lib: pathlib.Path, module: pathlib.Path, times: int) -> list[str]:
    if engine == "liftoff":
        return [str(common.NODE), *LIFTOFF, str(BENCH / "engines/v8_compile.mjs"), str(module),
                str(times)]
    strategy = {"hospes": "0", "validate": "validate", "cranelift": "1", "winch": "2"}[engine]
    library = lib if engine in ("hospes", "validate") else common.WASMTIME_LIB
    return [str(build_embed("compile")), str(library), strategy, str(module), str(times)]


def available(engine: str, lib: pathlib.Path) -> bool:
    needed = {"liftoff": common.NODE, "winch": common.WASMTIME_LIB,
              "cranelift": common.WASMTIME_LIB}.get(engine, lib)
    if needed.exists():
        return True
    say(f"bench: {needed} is missing, {engine} left out")
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--modules", default="clang,esbuild,sqlite3")
    parser.add_argument("--engines", default="hospes,validate,liftoff,winch",
                        help="of hospes, validate, liftoff, winch, cranelift")
    parser.add_argument("--lib", type=pathlib.Path, default=ROOT / "build/lib/libhospes.so")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    engines = [e for e in options.engines.split(",") if available(e, options.lib)]
    modules = {}
    for name in options.modules.split(","):
        path = common.REAL_MODULES.get(name, pathlib.Path(name))
        if path.exists():
            modules[name] = path
        else:
            say(f"bench: {path} is missing (bench/peers.sh), left out")

    sizes = {name: common.code_section_size(path) for name, path in modules.items()}
    seconds: dict = {name: {e: [] for e in engines} for name in modules}
    for number in range(options.rounds):
        for name, path in modules.items():
            for engine in engines:
                slow = engine in ("winch", "cranelift")
                times = max(1, min(15, int((10e6 if slow else 60e6) / sizes[name])))
                done = subprocess.run(command(engine, options.lib, path, times),
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                if done.returncode != 0:
                    say(f"bench: {engine} on {name}: {done.stderr.strip()[:300]}")
                    continue
                lines = dict((l.split()[0], l.split()[1:]) for l in done.stdout.splitlines())
                seconds[name][engine].append(float(lines["seconds"][0]))
                if float(lines.get("threads", ["1"])[0]) > 1.1:
                    say(f"bench: {engine} used {lines['threads'][0]} threads")
                say(f"bench: round {number + 1}, {name}, {engine}: {lines['seconds'][0]} s")

    print("Compile speed, MB of code section per second and core, validation included")
    print(f"(median of {options.rounds} rounds, spread (maximum - minimum) / median)\n")
    print(f"{'module':10}{'code MB':>9}" + "".join(f"{e:>16}" for e in engines))
    for name, row in seconds.items():
        cells = ""
        for engine in engines:
            if row[engine]:
                speed = sizes[name] / 1e6 / median(row[engine])
                cells += f"{speed:10.1f} ±{spread(row[engine]):4.0%}"
            else:
                cells += f"{'failed':>16}"
        print(f"{name:10}{sizes[name] / 1e6:9.2f}{cells}")
    if "hospes" in engines:
        print()
        for name, row in seconds.items():
            for peer in engines:
                if peer not in ("hospes", "validate") and row["hospes"] and row[peer]:
                    ratio = median(row[peer]) / median(row["hospes"])
                    print(f"  {name:8} hospes is {ratio:6.2f} x {peer}")
    if options.json:
        options.json.write_text(json.dumps({"code_bytes": sizes, "seconds": seconds}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
