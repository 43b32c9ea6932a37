"""Wasmtime's Python binding over its whole core interface: what it prints is compared with core.expected.

Nothing here knows whose library lies below. The lines say what was found, so that a difference shows where it is;
addresses and versions are never printed. The argument is a directory for files.
"""
import gc
import os
import sys
import tempfile
import threading
import time

import wasmtime
from wasmtime import (Config, Engine, ExitTrap, Func, FuncType, Global, GlobalType, Instance, Limits, Linker, Memory,
                      MemoryType, Module, SharedMemory, Store, Table, TableType, Tag, TagType, Trap, TrapCode, Val,
                      ValType, WasiConfig, WasmtimeError, wat2wasm)

I32, I64, F32, F64 = ValType.i32(), ValType.i64(), ValType.f32(), ValType.f64()


def i32():
    return ValType.i32()


def title(text):
    print("== " + text)


def fails(label, action, kinds=(WasmtimeError, Trap), text=True):
    """Says how an action fails; without the text where the words are the library's own."""
    try:
        action()
        print(f"{label}: does not fail")
    except kinds as e:
        print(f"{label}: {type(e).__name__}" + (f": {first_lines(str(e))}" if text else ""))


def first_lines(text):
    return " | ".join(line.strip() for line in text.strip().splitlines() if line.strip())


def config_and_engine():
    title("config")
    config = Config()
    for name in ("threads", "tail_call", "reference_types", "simd", "bulk_memory", "multi_value", "multi_memory", "memory64",
                 "relaxed_simd", "relaxed_simd_deterministic", "component_model", "wide_arithmetic"):
        setattr(config, "wasm_" + name, True)
    config.wasm_custom_page_sizes = False
    config.debug_info = False
    config.strategy = "auto"
    config.strategy = "cranelift"
    config.cranelift_debug_verifier = False
    config.cranelift_opt_level = "none"
    config.cranelift_opt_level = "speed_and_size"
    config.cranelift_nan_canonicalization = True
    config.profiler = "none"
    config.parallel_compilation = True
    config.max_wasm_stack = 1 << 18
    config.memory_may_move = True
    config.memory_reservation = 1 << 26
    config.memory_guard_size = 1 << 16
    config.memory_reservation_for_growth = 1 << 20
    config.native_unwind_info = True
    config.macos_use_mach_ports = False
    config.signals_based_traps = True
    config.memory_init_cow = True
    config.target = "x86_64-unknown-linux-gnu" if os.uname().machine == "x86_64" else "aarch64-unknown-linux-gnu"
    fails("a target that is none", lambda: setattr(Config(), "target", "nothing-at-all-known"), text=False)
    fails("a cache file that is not there", lambda: setattr(Config(), "cache", "/nonexistent/cache.toml"), text=False)
    engine = Engine(config)
    print("pulley:", engine.is_pulley())
    store = Store(engine)
    instance = Instance(store, Module(engine, '(module (func (export "f") (result i32) i32.const 7))'), [])
    print("every setting set:", instance.exports(store)["f"](store))

    off = Config()
    off.wasm_simd = False
    off.wasm_relaxed_simd = False
    simd = wat2wasm("(module (func (result v128) v128.const i64x2 1 2))")
    fails("without vectors", lambda: Module.validate(Engine(off), simd), text=False)
    Module.validate(Engine(), simd)
    off = Config()
    off.wasm_multi_value = False
    pair = wat2wasm("(module (func (result i32 i32) i32.const 1 i32.const 2))")
    try:
        Module.validate(Engine(off), pair)
        print("two results are accepted without the feature")
    except WasmtimeError:
        print("two results are refused without the feature")
    off = Config()
    off.wasm_tail_call = False
    try:
        Module.validate(Engine(off), wat2wasm("(module (func return_call 0))"))
        print("return_call is accepted without the feature")
    except WasmtimeError:
        print("return_call is refused without the feature")


def modules():
    title("modules")
    engine = Engine()
    print("empty module:", bytes(wat2wasm("(module)")).hex())
    try:
        wat2wasm("(module (func (export \"x\") (i32.add)")
    except WasmtimeError:
        print("text with a mistake is refused")
    for label, code in (("no bytes", b""), ("half a header", b"\0asm"), ("garbage", b"\0asm\1\0\0\0\1\2\3")):
        try:
            Module(engine, code)
            print(label, "is accepted")
        except WasmtimeError:
            print(label, "is refused")
    try:
        Module.validate(engine, wat2wasm("(module (func (result i32)))"))
        print("a function without its result is accepted")
    except WasmtimeError:
        print("a function without its result is refused")
    module = Module(engine, """
      (module
        (import "env" "f" (func (param i32 i64) (result f32 f64)))
        (import "env" "g" (global (mut i32)))
        (import "env" "m" (memory 1 2))
        (import "other" "t" (table 3 funcref))
        (func (export "run") (param externref funcref) (result externref) local.get 0)
        (global (export "konst") i64 (i64.const 5))
        (table (export "tab") 2 4 externref)
        (memory (export "mem") i64 1 10))""")
    for item in module.imports:
        print("import", item.module, item.name, describe(item.type))
    for item in module.exports:
        print("export", item.name, describe(item.type))
    data = module.serialize()
    again = Module.deserialize(engine, data)
    print("after serialization:", [e.name for e in again.exports], len(again.imports))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "module.bin")
        with open(path, "wb") as f:
            f.write(data)
        from_file = Module.deserialize_file(engine, path)
        os.unlink(path)
        print("from a file:", [e.name for e in from_file.exports])
        path = os.path.join(folder, "module.wat")
        with open(path, "w") as f:
            f.write('(module (func (export "f")))')
        print("text from a file:", [e.name for e in Module.from_file(engine, path).exports])
    for label, code in (("nothing", b""), ("a module itself", bytes(wat2wasm("(module)"))),
                        ("half of it", bytes(data)[:len(data) // 2])):
        try:
            Module.deserialize(engine, code)
            print(label, "is deserialized")
        except WasmtimeError:
            print(label, "is not deserialized")
    try:
        Module.deserialize_file(engine, "/nonexistent/file")
        print("a file that is not there is deserialized")
    except WasmtimeError:
        print("a file that is not there is not deserialized")


def describe(ty):
    if isinstance(ty, FuncType):
        return f"func {[str(p) for p in ty.params]} -> {[str(r) for r in ty.results]}"
    if isinstance(ty, GlobalType):
        return f"global {ty.content} {'mutable' if ty.mutable else 'const'}"
    if isinstance(ty, TableType):
        return f"table {ty.element} {ty.limits.min}..{ty.limits.max}"
    if isinstance(ty, MemoryType):
        return f"memory {ty.limits.min}..{ty.limits.max} 64={ty.is_64} shared={ty.is_shared} page={ty.page_size}"
    if isinstance(ty, TagType):
        return f"tag {[str(p) for p in ty.functype.params]}"
    return repr(ty)


def types():
    title("types")
    print([str(t) for t in (I32, I64, F32, F64, ValType.externref(), ValType.funcref())])
    print(ValType.i32() == ValType.i32(), ValType.i32() == ValType.i64())
    print(describe(FuncType([i32(), ValType.f64()], [ValType.i64()])))
    print(describe(GlobalType(i32(), True)), describe(GlobalType(ValType.funcref(), False)))
    print(describe(TableType(ValType.funcref(), Limits(1, None))), describe(TableType(ValType.externref(), Limits(1, 9))))
    for args, kw in (((Limits(1, None),), {}), ((Limits(1, 70),), {}), ((Limits(0x100000000, None),), {"is_64": True}),
                     ((Limits(1, 5),), {"shared": True}), ((Limits(1, None),), {"page_size_log2": 0})):
        try:
            print(describe(MemoryType(*args, **kw)))
        except TypeError as e:
            print("TypeError", e)
    for label, limits, kw in (("maximum below minimum", Limits(2, 1), {}), ("too large", Limits(0x100000000, None), {}),
                              ("shared without maximum", Limits(1, None), {"shared": True})):
        try:
            MemoryType(limits, **kw)
            print(label, "accepted")
        except WasmtimeError:
            print(label, "refused")
    print(describe(TagType(FuncType([i32()], []))))


def values():
    title("values")
    for v in (Val.i32(-1), Val.i64(1 << 40), Val.f32(1.5), Val.f64(-2.25)):
        print(v.value, v.type, v.as_i32(), v.as_i64(), v.as_f32(), v.as_f64())
    store = Store()
    instance = Instance(store, Module(store.engine, """
      (module
        (func (export "all") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
          local.get 3 local.get 2 local.get 1 local.get 0)
        (func (export "big") (result i64) i64.const 0x8000000000000000)
        (func (export "nan") (result f32) f32.const nan)
        (func (export "ext") (param externref) (result externref) local.get 0)
        (func (export "isnull") (param externref) (result i32) local.get 0 ref.is_null)
        (func (export "fun") (param funcref) (result funcref) local.get 0)
        (func (export "vec") (result v128) v128.const i64x2 1 2)
      )"""), [])
    e = instance.exports(store)
    print(e["all"](store, -1, -(1 << 63), 0.5, 1e300))
    print(e["all"](store, Val.i32(3), 4, 5.0, 6.0))
    print(e["all"](store, 0xffffffff, 0xffffffffffffffff, -0.0, float("inf")))
    print(e["big"](store), e["nan"](store) != e["nan"](store))
    for label, args in (("too few", (1,)), ("too many", (1, 2, 3, 4, 5))):
        fails(label, lambda: e["all"](store, *args))
    fails("a string for a number", lambda: e["all"](store, "x", 2, 3, 4), (TypeError,))
    title("references")

    class Thing:
        alive = 0

        def __init__(self, name):
            self.name = name
            Thing.alive += 1

        def __del__(self):
            Thing.alive -= 1

    thing = Thing("one")
    back = e["ext"](store, thing)
    print("the same object:", back is thing, e["isnull"](store, thing), e["isnull"](store, None), e["ext"](store, None))
    table = Table(store, TableType(ValType.externref(), Limits(3, None)), thing)
    g = Global(store, GlobalType(ValType.externref(), True), thing)
    print("in a table and a global:", table.get(store, 2) is thing, g.value(store) is thing)
    table.set(store, 1, "text")
    g.set_value(store, None)
    print(table.get(store, 1), g.value(store).value if isinstance(g.value(store), Val) else g.value(store))
    for i in range(3):
        table.set(store, i, None)
    del back, thing
    store.gc()
    gc.collect()
    print("alive after a collection:", Thing.alive)
    for _ in range(100):
        e["ext"](store, Thing("many"))
    store.gc()
    gc.collect()
    print("alive after many:", Thing.alive)
    held = Thing("held")
    g.set_value(store, held)
    del held
    store.gc()
    gc.collect()
    print("alive while a global holds it:", Thing.alive, g.value(store).name)
    f = Func(store, FuncType([], [i32()]), lambda: 12)
    got = e["fun"](store, f)
    print("a function passed through:", got(store), e["fun"](store, None))


def functions():
    title("functions")
    store = Store()
    calls = []

    def host(a, b):
        calls.append((a, b))
        return a * b

    f = Func(store, FuncType([i32(), ValType.i64()], [ValType.i64()]), host)
    print(describe(f.type(store)), f(store, 6, 7), calls)
    many = Func(store, FuncType([ValType.f32()] * 3, [ValType.f64(), i32()]), lambda a, b, c: [a + b + c, 9])
    print(many(store, 1.0, 2.0, 3.5))
    nothing = Func(store, FuncType([], []), lambda: None)
    print(nothing(store))
    instance = Instance(store, Module(store.engine, """
      (module
        (import "" "mul" (func $mul (param i32 i64) (result i64)))
        (import "" "many" (func $many (param f32 f32 f32) (result f64 i32)))
        (memory (export "memory") 1)
        (data (i32.const 4) "greetings")
        (func (export "run") (param i32) (result i64) local.get 0 i64.const 100 call $mul)
        (func (export "drops") (result i32) (local f64)
          f32.const 1 f32.const 2 f32.const 3 call $many local.tee 1 drop drop i32.const 0)
      )""".replace("(local f64)", "(local i32 i32)").replace("local.tee 1", "local.set 1")
        .replace("drop drop i32.const 0", "drop local.get 1")), [f, many])
    print(instance.exports(store)["run"](store, -3), instance.exports(store)["drops"](store), calls)

    seen = {}

    def with_caller(caller, at, n):
        memory = caller["memory"]
        seen["text"] = bytes(memory.read(caller, at, at + n))
        seen["f"] = caller.get("nothing")
        seen["double"] = caller["double"](caller, 21)
        memory.write(caller, b"HELLO", 64)
        return n

    g = Func(store, FuncType([i32(), i32()], [i32()]), with_caller, access_caller=True)
    instance = Instance(store, Module(store.engine, """
      (module
        (import "" "" (func $host (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 4) "greetings")
        (func (export "double") (param i32) (result i32) local.get 0 local.get 0 i32.add)
        (func (export "run") (result i32) i32.const 4 i32.const 9 call $host
          i32.const 64 i32.load8_u i32.add)
      )"""), [g])
    print(instance.exports(store)["run"](store), seen)

    class Mine(Exception):
        pass

    def raises():
        raise Mine("from the host")

    r = Func(store, FuncType([], []), raises)
    try:
        r(store)
    except Mine as e:
        print("raised, called directly:", e)
    outer = Instance(store, Module(store.engine, '(module (import "" "" (func)) (export "f" (func 0)) (func (export "g") call 0))'), [r])
    for name in ("f", "g"):
        try:
            outer.exports(store)[name](store)
        except Mine as e:
            print("raised, through", name, e)
    wrong = Func(store, FuncType([], [i32()]), lambda: "not a number")
    try:
        wrong(store)
    except Exception as e:
        print("a result of the wrong kind:", type(e).__name__)
    trapping = Func(store, FuncType([], []), lambda: (_ for _ in ()).throw(Trap("a trap of my own")))
    try:
        trapping(store)
    except Trap as e:
        print("a trap:", e.message)
    # 200 levels of host and guest
    depth = {"n": 0}

    def deeper(n):
        depth["n"] += 1
        if n == 0:
            return 0
        return nest.exports(store)["go"](store, n - 1)

    h = Func(store, FuncType([i32()], [i32()]), deeper)
    nest = Instance(store, Module(store.engine, """
      (module (import "" "" (func $h (param i32) (result i32)))
        (func (export "go") (param i32) (result i32) local.get 0 call $h i32.const 1 i32.add))"""), [h])
    print("nested:", nest.exports(store)["go"](store, 99), depth)
    fails("wrong number of imports", lambda: Instance(store, nest_module(store), []))
    fails("wrong type of import", lambda: Instance(store, nest_module(store), [nothing]))
    fails("wrong kind of import", lambda: Instance(store, nest_module(store), [Memory(store, MemoryType(Limits(1, None)))]))


def nest_module(store):
    return Module(store.engine, '(module (import "a" "b" (func (param i32) (result i32))))')


def memories():
    title("memories")
    store = Store()
    memory = Memory(store, MemoryType(Limits(1, 3)))
    print(describe(memory.type(store)), memory.size(store), memory.data_len(store), memory.page_size(store))
    print("grow:", memory.grow(store, 1), memory.size(store), memory.data_len(store))
    fails("grow too far", lambda: memory.grow(store, 5))
    print("grow by nothing:", memory.grow(store, 0))
    print("write:", memory.write(store, b"hello", 131067), bytes(memory.read(store, 131067)), bytes(memory.read(store, -5, -3)))
    try:
        memory.write(store, b"hello", 131068)
        print("a write past the end passes")
    except Exception as e:
        print("a write past the end:", type(e).__name__)
    ptr = memory.data_ptr(store)
    ptr[0] = 77
    print("through the pointer:", ptr[0], bytes(memory.read(store, 0, 2)))
    m64 = Memory(store, MemoryType(Limits(1, 4), is_64=True))
    print(describe(m64.type(store)), m64.grow(store, 3), m64.size(store))
    bytewise = Memory(store, MemoryType(Limits(10, 20), page_size_log2=0))
    print("pages of a byte:", bytewise.data_len(store), bytewise.grow(store, 7), bytewise.data_len(store), bytewise.page_size_log2(store))
    instance = Instance(store, Module(store.engine, """
      (module (import "" "" (memory 1)) (memory $own (export "own") 2)
        (func (export "peek") (param i32) (result i32) local.get 0 i32.load8_u)
        (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
        (func (export "poke") (param i32 i32) local.get 0 local.get 1 i32.store8 $own))"""), [memory])
    e = instance.exports(store)
    print("shared with a guest:", e["peek"](store, 0), e["grow"](store, 1), memory.size(store), e["grow"](store, 1))
    e["poke"](store, 131071, 200)
    print("the second memory:", e["own"].read(store, 131071)[0])
    fails("past the end", lambda: e["peek"](store, 0x10000 * 3))
    limited = Store()
    limited.set_limits(memory_size=65536, table_elements=5, instances=1, tables=1, memories=2)
    Memory(limited, MemoryType(Limits(1, None)))
    fails("limit of memories", lambda: Instance(limited, Module(limited.engine, "(module (memory 2))"), []))
    fails("limit of elements", lambda: Table(limited, TableType(ValType.funcref(), Limits(6, None)), None))
    conf = Config()
    conf.shared_memory = True
    conf.wasm_threads = True
    engine = Engine(conf)
    shared = SharedMemory(engine, MemoryType(Limits(1, 5), shared=True))
    # The binding's own size() and its way of handing one to an instance fail before they reach a library.
    print(describe(shared.type()), shared.data_len(), shared.grow(2), shared.data_len())
    shared.data_ptr()[3] = 9
    print(shared.data_ptr()[3], shared.data_ptr()[65535])
    fails("growing too far", lambda: shared.grow(9))
    store = Store(engine)
    instance = Instance(store, Module(engine, """
      (module (memory (export "m") 1 5 shared)
        (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.atomic.rmw.add))"""), [])
    add = instance.exports(store)["add"]
    print("atomics:", add(store, 0, 1), add(store, 0, 5), add(store, 0, 0))
    fails("not aligned", lambda: add(store, 1, 0))


def globals_and_tables():
    title("globals")
    store = Store()
    g = Global(store, GlobalType(i32(), True), 5)
    k = Global(store, GlobalType(ValType.f64(), False), 2.5)
    print(describe(g.type(store)), g.value(store), describe(k.type(store)), k.value(store))
    g.set_value(store, Val.i32(-8))
    print(g.value(store))
    fails("setting a constant", lambda: k.set_value(store, 1.0))
    instance = Instance(store, Module(store.engine, """
      (module (import "" "g" (global $g (mut i32))) (import "" "k" (global f64))
        (global (export "copy") f64 (global.get 1))
        (func (export "inc") global.get $g i32.const 1 i32.add global.set $g))"""), [g, k])
    instance.exports(store)["inc"](store)
    print(g.value(store), instance.exports(store)["copy"].value(store))
    title("tables")
    f = Func(store, FuncType([i32()], [i32()]), lambda x: x + 1000)
    table = Table(store, TableType(ValType.funcref(), Limits(2, 6)), None)
    print(describe(table.type(store)), table.size(store), table.get(store, 0).value)
    table.set(store, 1, f)
    print(table.get(store, 1)(store, 5), table.grow(store, 2, f), table.size(store), table.get(store, 3)(store, 6))
    fails("grow too far", lambda: table.grow(store, 100, None))
    fails("set past the end", lambda: table.set(store, 100, None))
    print("past the end:", table.get(store, 100))
    instance = Instance(store, Module(store.engine, """
      (module (import "" "" (table 1 funcref))
        (type $t (func (param i32) (result i32))) (type $u (func))
        (func (export "call") (param i32 i32) (result i32) local.get 1 local.get 0 call_indirect (type $t))
        (func (export "wrong") (param i32) local.get 0 call_indirect (type $u)))"""), [table])
    e = instance.exports(store)
    print(e["call"](store, 1, 1))
    fails("an empty element", lambda: e["call"](store, 0, 1))
    fails("no element", lambda: e["call"](store, 44, 1))
    fails("another type", lambda: e["wrong"](store, 1))
    title("tags")
    a = Tag(store, TagType(FuncType([i32()], [])))
    b = Tag(store, TagType(FuncType([i32()], [])))
    print(describe(a.type(store)), a.eq(store, a), a.eq(store, b))


def traps():
    title("traps")
    engine = Engine()
    store = Store(engine)
    instance = Instance(store, Module(engine, """
      (module $names
        (memory 1) (table 1 funcref)
        (func $leaf (param i32) (result i32)
          (block (block (block (block (block (block (block
            local.get 0 br_table 0 1 2 3 4 5 6)
            unreachable)
            i32.const 1 i32.const 0 i32.div_s return)
            i32.const 0x80000000 i32.const -1 i32.div_s return)
            i32.const 70000 i32.load return)
            f32.const nan i32.trunc_f32_s return)
            i32.const 0 call_indirect (result i32) return)
          i32.const 0)
        (func $mid (param i32) (result i32) local.get 0 call $leaf)
        (func (export "go") (param i32) (result i32) local.get 0 call $mid)
        (func $deep (export "deep") call $deep)
      )"""), [])
    e = instance.exports(store)
    for n in range(6):
        try:
            e["go"](store, n)
        except Trap as t:
            print(n, t.trap_code, [(f.func_index, f.func_name, f.module_name, f.module_offset, f.func_offset) for f in t.frames])
            print("   ", first_lines(t.message))
    try:
        e["deep"](store)
    except Trap as t:
        print("deep:", t.trap_code, len(t.frames) > 5)
    t = Trap("made here")
    print(t.message, t.frames, t.trap_code, isinstance(t, Exception))
    try:
        Instance(store, Module(engine, "(module (func unreachable) (start 0))"), [])
    except Trap as t:
        print("in a start function:", t.trap_code, len(t.frames))
    print("after all that:", e["go"](store, 6))


def linkers():
    title("linker")
    engine = Engine()
    store = Store(engine)
    linker = Linker(engine)
    linker.define_func("env", "inc", FuncType([i32()], [i32()]), lambda x: x + 1)
    linker.define(store, "env", "g", Global(store, GlobalType(i32(), False), 40))
    fails("twice", lambda: linker.define_func("env", "inc", FuncType([], []), lambda: None))
    linker.allow_shadowing = True
    linker.define_func("env", "inc", FuncType([i32()], [i32()]), lambda x: x + 2)
    linker.allow_shadowing = False
    lib = Module(engine, """
      (module (import "env" "inc" (func $inc (param i32) (result i32))) (import "env" "g" (global i32))
        (func (export "answer") (result i32) global.get 0 call $inc)
        (memory (export "memory") 1))""")
    instance = linker.instantiate(store, lib)
    print(instance.exports(store)["answer"](store))
    linker.define_instance(store, "lib", instance)
    user = Module(engine, """
      (module (import "lib" "answer" (func (result i32))) (import "lib" "memory" (memory 1))
        (func (export "twice") (result i32) call 0 call 0 i32.add))""")
    print(linker.instantiate(store, user).exports(store)["twice"](store))
    print(linker.get(store, "lib", "answer")(store), type(linker.get(store, "lib", "memory")).__name__)
    fails("a name that is not there", lambda: linker.get(store, "lib", "nothing"))
    fails("unknown import", lambda: linker.instantiate(store, Module(engine, '(module (import "x" "y" (func)))')))
    fails("wrong import", lambda: linker.instantiate(store, Module(engine, '(module (import "env" "inc" (func)))')))
    fails("wrong kind", lambda: linker.instantiate(store, Module(engine, '(module (import "env" "inc" (global i32)))')))
    command = Module(engine, """
      (module (global $n (mut i32) (i32.const 0))
        (func (export "_start")
          global.get $n if unreachable end i32.const 1 global.set $n))""")
    linker.define_module(store, "cmd", command)
    default = linker.get_default(store, "cmd")
    default(store)
    default(store)
    print("a command ran twice:", describe(default.type(store)))
    linker.get_default(store, "unheard of")(store)
    reactor = Module(engine, """
      (module (global $n (mut i32) (i32.const 0))
        (func (export "_initialize") i32.const 100 global.set $n)
        (func (export "next") (result i32) global.get $n i32.const 1 i32.add global.set $n global.get $n))""")
    linker.define_module(store, "reactor", reactor)
    nxt = linker.get(store, "reactor", "next")
    print("a reactor:", nxt(store), nxt(store))
    other = Linker(engine)
    unknown = Module(engine, '(module (import "p" "q" (func $q (result i32))) (func (export "f") (result i32) call $q))')
    other.define_unknown_imports_as_traps(unknown)
    instance = other.instantiate(store, unknown)
    fails("an unknown import, called", lambda: instance.exports(store)["f"](store))
    other = Linker(engine)
    other.define_unknown_imports_as_default_values(store, unknown)
    print("as a default:", other.instantiate(store, unknown).exports(store)["f"](store))
    pre_linker = Linker(engine)
    pre_linker.define_func("env", "inc", FuncType([i32()], [i32()]), lambda x: x * 3)
    pre = pre_linker.instantiate_pre(Module(engine, """
      (module (import "env" "inc" (func (param i32) (result i32)))
        (func (export "f") (param i32) (result i32) local.get 0 call 0))"""))
    for n in (1, 2):
        s = Store(engine)
        print("prepared once:", pre.instantiate(s).exports(s)["f"](s, n), len(pre.module.exports))


def limits_of_time():
    title("fuel")
    conf = Config()
    conf.consume_fuel = True
    store = Store(Engine(conf))
    store.set_fuel(10_000)
    instance = Instance(store, Module(store.engine, """
      (module (func (export "count") (param i32)
          (loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0))
        (func (export "forever") (loop br 0)))"""), [])
    e = instance.exports(store)
    before = store.get_fuel()
    e["count"](store, 100)
    used = before - store.get_fuel()
    print("used some:", 100 < used < 2000)
    try:
        e["forever"](store)
    except Trap as t:
        print(t.trap_code, first_lines(t.message).split(" | ")[-1], store.get_fuel())
    store.set_fuel(500)
    print("set again:", store.get_fuel())
    e["count"](store, 10)
    fails("fuel that is not on", lambda: Store().set_fuel(1))
    fails("and its level", lambda: Store().get_fuel())
    title("epochs")
    conf = Config()
    conf.epoch_interruption = True
    engine = Engine(conf)
    store = Store(engine)
    store.set_epoch_deadline(1)
    instance = Instance(store, Module(engine, '(module (func (export "f")) (func (export "forever") (loop br 0)))'), [])
    e = instance.exports(store)
    e["f"](store)
    stop = threading.Timer(0.05, engine.increment_epoch)
    stop.start()
    try:
        e["forever"](store)
    except Trap as t:
        print(t.trap_code, [f.func_index for f in t.frames], first_lines(t.message).split(" | ")[-1])
    stop.join()
    store.set_epoch_deadline(10)
    e["f"](store)
    print("and goes on")


def threads():
    title("threads")
    engine = Engine()
    module = Module(engine, """
      (module (func $fib (export "fib") (param i32) (result i32)
        local.get 0 i32.const 2 i32.lt_u if (result i32) local.get 0 else
        local.get 0 i32.const 1 i32.sub call $fib local.get 0 i32.const 2 i32.sub call $fib i32.add end))""")
    results = [None] * 8

    def run(i):
        store = Store(engine)
        results[i] = Instance(store, module, []).exports(store)["fib"](store, 15 + i % 3)

    workers = [threading.Thread(target=run, args=(i,)) for i in range(8)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    print(results)


ECHO = """
  (module
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
    (memory (export "memory") 1)
    (func $out (param $fd i32) (param $at i32) (param $n i32)
      (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $n))
      (drop (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
    (func (export "_start")
      (drop (call $args_sizes_get (i32.const 16) (i32.const 20)))
      (drop (call $args_get (i32.const 1024) (i32.const 2048)))
      (call $out (i32.const 1) (i32.const 2048) (i32.load (i32.const 20)))
      (drop (call $environ_sizes_get (i32.const 24) (i32.const 28)))
      (drop (call $environ_get (i32.const 4096) (i32.const 8192)))
      (call $out (i32.const 2) (i32.const 8192) (i32.load (i32.const 28)))
      (i32.store (i32.const 0) (i32.const 16384)) (i32.store (i32.const 4) (i32.const 100))
      (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 12)))
      (call $out (i32.const 1) (i32.const 16384) (i32.load (i32.const 12)))
      (call $proc_exit (i32.load (i32.const 16)))))"""

# Opens "name" in the first directory granted, for writing or for reading; the status is what WASI answered.
OPEN = """
  (module
    (import "wasi_snapshot_preview1" "path_open"
      (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 64) "name")
    (func (export "open") (param $oflags i32) (param $rights i64) (result i32)
      (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 4) (local.get $oflags)
        (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 128))))"""


def wasi(folder):
    title("wasi")
    engine = Engine()
    linker = Linker(engine)
    linker.define_wasi()
    module = Module(engine, ECHO)
    paths = {name: os.path.join(folder, name) for name in ("in", "out", "err")}
    with open(paths["in"], "w") as f:
        f.write("what came in")
    conf = WasiConfig()
    conf.argv = ["prog", "one", "zwei ü"]
    conf.env = [["KEY", "value"], ["EMPTY", ""]]
    conf.stdin_file = paths["in"]
    conf.stdout_file = paths["out"]
    conf.stderr_file = paths["err"]
    store = Store(engine)
    store.set_wasi(conf)
    instance = linker.instantiate(store, module)
    try:
        instance.exports(store)["_start"](store)
    except ExitTrap as e:
        print("exit:", e.code)
    del store
    for name in ("out", "err"):
        with open(paths[name], "rb") as f:
            print(name, f.read())
    collected = []
    errors = []
    conf = WasiConfig()
    conf.argv = ["custom"]
    conf.stdout_custom = lambda data: collected.append(bytes(data))
    conf.stderr_custom = lambda data: errors.append(bytes(data))
    store = Store(engine)
    store.set_wasi(conf)
    try:
        linker.instantiate(store, module).exports(store)["_start"](store)
    except ExitTrap as e:
        print("exit:", e.code, b"".join(collected), b"".join(errors))
    for label, setting, value in (("stdin", "stdin_file", "/nonexistent/x"), ("stdout", "stdout_file", "/nonexistent/x")):
        fails(label + " that cannot be opened", lambda: setattr(WasiConfig(), setting, value))
    fails("a directory that is not there", lambda: WasiConfig().preopen_dir("/nonexistent/dir", "/"))
    opener = Module(engine, OPEN)
    CREATE, READ, WRITE = 1, 1 << 1, 1 << 6
    for label, mutable in (("read only", False), ("mutable", True)):
        conf = WasiConfig()
        preopen(conf, folder, mutable)
        store = Store(engine)
        store.set_wasi(conf)
        run = linker.instantiate(store, opener).exports(store)["open"]
        print(label, "| read what is not there:", run(store, 0, READ), "| create:", run(store, CREATE, WRITE) in (0, ),
              "| read:", run(store, 0, READ))
    print(sorted(os.listdir(folder)))
    conf = WasiConfig()
    conf.inherit_argv()
    conf.inherit_env()
    conf.inherit_stdin()
    conf.inherit_stdout()
    conf.inherit_stderr()
    store = Store(engine)
    store.set_wasi(conf)


def preopen(conf, folder, mutable):
    """Grants a directory in the style of the version at hand."""
    dirs = getattr(wasmtime._wasi, "DirPerms", None)
    if dirs is None:
        conf.preopen_dir(folder, ".", mutable)
    else:
        files = wasmtime._wasi.FilePerms
        conf.preopen_dir(folder, ".", dirs.READ_WRITE if mutable else dirs.READ_ONLY,
                         files.READ_WRITE if mutable else files.READ_ONLY)


def stores():
    title("stores")
    store = Store(Engine(), data={"mine": 1})
    print(store.data())
    other = Store()
    try:
        Instance(store, Module(other.engine, "(module)"), [])
        print("modules of another engine are accepted")
    except Exception as e:
        print("a module of another engine:", type(e).__name__)
    for _ in range(200):
        s = Store()
        Func(s, FuncType([], []), lambda: None)
    instance = Instance(store, Module(store.engine, """
      (module (memory (export "a") 1) (func (export "b")) (table (export "c") 1 funcref) (global (export "d") i32 (i32.const 3)))"""), [])
    e = instance.exports(store)
    print(list(e), len(e), type(e.by_index[2]).__name__, "b" in e)
    try:
        e["zzz"]
    except KeyError:
        print("a name that is not exported")


def components():
    title("components")
    from wasmtime import component
    try:
        component.Component(Engine(), b"\0asm\x0d\0\1\0garbage")
        print("accepted")
    except WasmtimeError:
        print("an error")
    linker = component.Linker(Engine())
    print(type(linker).__name__)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        config_and_engine()
        types()
        modules()
        values()
        functions()
        memories()
        globals_and_tables()
        traps()
        linkers()
        limits_of_time()
        threads()
        stores()
        wasi(directory)
        components()
    print("done")
    sys.stdout.flush()
