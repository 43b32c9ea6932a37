#!/usr/bin/env python3
"""What starting costs: whole processes over /bin/true, resident memory, sizes, and the build.

    bench/startup.py [--rounds N] [--hospes PATH] [--lib PATH] [--build]

Processes are started by embed/launch.c, which is small, in interleaved batches. `--build` also
configures and builds everything but the tests from scratch into a temporary folder.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import common
from common import BENCH, ROOT, median, say

OUT = ROOT / "build/bench"


def launch(times: int, command: list[str]) -> tuple[list[float], int]:
    """Seconds of each run, and the peak resident set in KiB."""
    done = subprocess.run([str(OUT / "launch"), str(times), *command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[:300])
    runs, peak = done.stdout.splitlines()
    return [int(ns) / 1e9 for ns in runs.split()], int(peak)


def build_time() -> float:
    """Seconds to configure and build everything but the tests, from scratch."""
    with tempfile.TemporaryDirectory(prefix="hospes-build-") as folder:
        begin = time.perf_counter()
        for command in (["cmake", "-S", str(ROOT), "-B", folder, "-G", "Ninja",
                         "-DHOSPES_TESTS=OFF"], ["cmake", "--build", folder]):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin


def stripped_size(lib: pathlib.Path) -> int:
    with tempfile.TemporaryDirectory(prefix="hospes-strip-") as folder:
        target = pathlib.Path(folder) / "lib.so"
        shutil.copy(lib.resolve(), target)
        subprocess.run(["strip", str(target)], check=True)
        return target.stat().st_size


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--hospes", type=pathlib.Path, default=ROOT / "build/bin/hospes")
    parser.add_argument("--lib", type=pathlib.Path, default=ROOT / "build/lib/libhospes.so")
    parser.add_argument("--build", action="store_true", help="time a build from scratch, too")
    options = parser.parse_args()

    common.build_c(BENCH / "embed/launch.c", OUT / "launch", ["gcc", "-O2", "-Wall"])
    common.build_c(BENCH / "programs/empty.c", OUT / "empty.wasm", common.wasm_command())
    common.build_c(BENCH / "programs/empty.c", OUT / "empty.native", common.native_command())

    clang = common.REAL_MODULES["clang"]
    esbuild = common.REAL_MODULES["esbuild"]
    hospes = str(options.hospes)
    cases: dict[str, tuple[int, list[str]]] = {  # runs per round, command
        "/bin/true": (30, ["/bin/true"]),
        "empty program, native": (30, [str(OUT / "empty.native")]),
    }
    if options.hospes.exists():
        cases["empty program, hospes"] = (30, [hospes, "run", str(OUT / "empty.wasm")])
        if clang.exists():
            cases["clang --version, hospes"] = (
                1, [hospes, "run", "--argv0", "clang", str(clang), "--version"])
        if esbuild.exists():
            cases["esbuild --version, hospes"] = (1, [hospes, "run", str(esbuild), "--version"])
    if common.NODE.exists():
        script = str(BENCH / "engines/v8_start.mjs")
        node = [str(common.NODE), "--no-warnings", script]
        cases["empty program, V8 (node)"] = (1, [*node, str(OUT / "empty.wasm")])
        if clang.exists():
            cases["clang --version, V8 (node)"] = (1, [*node, str(clang), "clang", "--version"])

    times: dict[str, list[float]] = {name: [] for name in cases}
    peaks: dict[str, int] = {name: 0 for name in cases}
    for _ in range(options.rounds):
        for name, (runs, command) in cases.items():
            try:
                seconds, peak = launch(runs, command)
            except RuntimeError as error:
                say(f"bench: {name}: {error}")
                continue
            times[name] += seconds
            peaks[name] = max(peaks[name], peak)

    floor = median(times["/bin/true"])
    print(f"{'whole process':30}{'median ms':>11}{'over true':>11}{'least':>9}{'most':>9}{'MB peak':>9}")
    for name, seconds in times.items():
        if seconds:
            print(f"{name:30}{median(seconds) * 1e3:11.3f}{(median(seconds) - floor) * 1e3:11.3f}"
                  f"{min(seconds) * 1e3:9.3f}{max(seconds) * 1e3:9.3f}"
                  f"{peaks[name] * 1024 / 1e6:9.2f}")
    print()
    if options.lib.exists():
        print(f"library, stripped: {stripped_size(options.lib) / 1e6:.3f} MB")
    if common.WASMTIME_LIB.exists():
        print(f"Wasmtime's library, stripped: {stripped_size(common.WASMTIME_LIB) / 1e6:.1f} MB")
    if options.build:
        print(f"build from scratch on {os.cpu_count()} cores: {build_time():.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
