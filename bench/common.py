"""What the benchmark scripts share: where things are, how peers are started, how figures are told.

Times are medians; a spread is (maximum - minimum) / median of the runs of one figure. Engines take
turns (interleaved rounds), so that a machine that changes its speed changes it for all of them.
"""
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
CACHE = pathlib.Path(
    os.environ.get("HOSPES_CACHE")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "hospes"
)
PEERS = CACHE / "peers"
NODE = PEERS / "v8/node_modules/node/bin/node"
WASMTIME_LIB = PEERS / "py/wasmtime/linux-x86_64/_libwasmtime.so"
REAL = PEERS / "real/node_modules"
REAL_MODULES = {
    "clang": REAL / "@yowasp/clang/gen/llvm.core.wasm",
    "esbuild": REAL / "@esbuild/wasi-preview1/esbuild.wasm",
    "sqlite3": REAL / "@sqlite.org/sqlite-wasm/dist/sqlite3.wasm",
}
# For programs that make short calls in a loop: where the compiler happens to put the loop is a tenth of such a call.
LOOPS = "-falign-loops=64"


def say(text: str) -> None:
    """Tells the person who waits; the tables go to standard output."""
    print(text, file=sys.stderr, flush=True)


def first_tool(*names: str) -> str | None:
    """The first of several programs that is installed."""
    from shutil import which

    return next((path for path in map(which, names) if path), None)


def newer(target: pathlib.Path, *sources: pathlib.Path) -> bool:
    """Whether the target exists and is at least as new as every source."""
    if not target.exists():
        return False
    return all(target.stat().st_mtime >= source.stat().st_mtime for source in sources)


def median(values: list[float]) -> float:
    return statistics.median(values)


def spread(values: list[float]) -> float:
    return (max(values) - min(values)) / statistics.median(values)


def geomean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def build_c(source: pathlib.Path, target: pathlib.Path, command: list[str]) -> None:
    """Compiles one C file unless the result is new enough."""
    if newer(target, source, BENCH / "programs/bench.h", BENCH / "common.py"):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([*command, "-o", str(target), str(source), "-lm"], check=True)


def native_command() -> list[str]:
    """The compiler and flags that "native" stands for."""
    clang = first_tool("clang-22", "clang-19", "clang")
    if not clang:
        raise SystemExit("bench: there is no clang")
    return [clang, "-O3", "-march=x86-64-v3", "-Wno-deprecated"]


def wasm_command(vectors: bool = False) -> list[str]:
    """The same compiler for guests: what a user types; vector instructions only where asked for."""
    command = [native_command()[0], "--target=wasm32-wasi", "-O3", "-Wno-deprecated"]
    return command + ["-msimd128"] if vectors else command


def peer_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PEERS / "py")}


def code_section_size(path: pathlib.Path) -> int:
    """The size in bytes of a module's code section."""
    data = path.read_bytes()

    def leb(at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = data[at]
            value |= (byte & 127) << shift
            at, shift = at + 1, shift + 7
            if byte < 128:
                return value, at

    at = 8
    while at < len(data):
        section = data[at]
        size, at = leb(at + 1)
        if section == 10:
            return size
        at += size
    return 0


class Worker:
    """A peer that stays alive and runs one guest per request (engines/*_worker.*)."""

    def __init__(self, name: str, command: list[str]):
        self.name = name
        self.out = tempfile.NamedTemporaryFile(prefix="hospes-bench-")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=peer_environment(),
            text=True,
        )

    def run(self, module: pathlib.Path, args: list[str]) -> tuple[float, str]:
        request = {"module": str(module), "args": args, "stdout": self.out.name}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} died")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["seconds"], pathlib.Path(self.out.name).read_text()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=60)


V8_FLAGS = {
    "liftoff": ["--liftoff-only", "--no-wasm-lazy-compilation"],
    "turbofan": ["--no-liftoff", "--no-wasm-lazy-compilation", "--no-wasm-tier-up"],
    "v8": [],
}


def start_worker(name: str) -> Worker | None:
    """Starts the peer of that name; None if it is not installed."""
    if name in ("cranelift", "winch"):
        if not WASMTIME_LIB.exists():
            return None
        return Worker(name, [sys.executable, str(BENCH / "engines/wasmtime_worker.py"), name])
    if not NODE.exists():
        return None
    flags = [*V8_FLAGS[name], "--no-warnings"]
    return Worker(name, [str(NODE), *flags, str(BENCH / "engines/v8_worker.mjs")])
