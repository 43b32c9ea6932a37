"""A worker that runs guests in Wasmtime, through the Python package, and times `_start`.

    wasmtime_worker.py cranelift|winch

Reads one JSON object a line, {"module", "args", "stdout"}, runs the command it names with its output
into that file, and answers {"seconds"} or {"error"}. A module is compiled once and kept: what is
timed is the call of `_start` alone.
"""
import json
import sys
import time

import wasmtime
from wasmtime import _bindings


def main() -> None:
    config = wasmtime.Config()
    # The package's own setter does not know Winch, so its C function is called directly.
    strategy = {"cranelift": 1, "winch": 2}[sys.argv[1]]
    _bindings.wasmtime_config_strategy_set(config.ptr(), strategy)
    if sys.argv[1] == "cranelift":
        config.cranelift_opt_level = "speed"
    engine = wasmtime.Engine(config)
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    modules: dict[str, wasmtime.Module] = {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            path = request["module"]
            if path not in modules:
                modules[path] = wasmtime.Module.from_file(engine, path)
            wasi = wasmtime.WasiConfig()
            wasi.argv = [path] + request["args"]
            wasi.stdout_file = request["stdout"]
            store = wasmtime.Store(engine)
            store.set_wasi(wasi)
            start = linker.instantiate(store, modules[path]).exports(store)["_start"]
            begin = time.perf_counter()
            try:
                start(store)
            except wasmtime.ExitTrap as exit_trap:
                if exit_trap.code != 0:
                    raise
            answer = {"seconds": time.perf_counter() - begin}
            store.close()
        except Exception as error:  # the driver decides what a failed program means
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


main()
