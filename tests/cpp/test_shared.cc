// Shared memories: made by the host, and defined by a module.
#include "check.hh"

#include <thread>
#include <wasmtime.hh>

using namespace wasmtime;

static Engine shared_engine()
{
    Config config;
    config.wasm_threads(true);
    config.shared_memory(true);
    return Engine(std::move(config));
}

CASE(made_by_the_host)
{
    Engine engine = shared_engine();
    MemoryType type = MemoryType::Builder().shared(true).min(1).max(3).build().unwrap();
    SharedMemory memory = SharedMemory::create(engine, type).unwrap();
    CHECK(memory.type()->is_shared());
    EQUAL(memory.size(), uint64_t(1));
    EQUAL(memory.data().size(), size_t(65536));
    EQUAL(memory.grow(2).unwrap(), uint64_t(1));
    CHECK(!memory.grow(1));
    CHECK(!memory.grow(UINT64_MAX));
    SharedMemory copy = memory;
    CHECK(copy.data().data() == memory.data().data());

    Engine plain;
    CHECK(!SharedMemory::create(plain, type));
    CHECK(!SharedMemory::create(engine, MemoryType(1)));
}

static const char *const module_text = R"((module
    (memory (export "m") 1 4 shared)
    (func (export "add") (param i32) (result i32)
        (i32.atomic.rmw.add (i32.const 0) (local.get 0)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))))";

CASE(defined_by_a_module)
{
    Engine engine = shared_engine();
    Module module = Module::compile(engine, module_text).unwrap();
    Module user = Module::compile(engine, R"((module
        (import "x" "m" (memory 1 4 shared))
        (func (export "load") (result i32) (i32.atomic.load (i32.const 0)))))")
                      .unwrap();
    std::optional<Extern> kept;
    {
        Store store(engine);
        Linker linker(engine);
        Instance instance = Instance::create(store, module, {}).unwrap();
        kept = instance.get(store, "m");
        CHECK(std::holds_alternative<SharedMemory>(*kept));
        CHECK(std::holds_alternative<SharedMemory>(instance.get(store, 0)->second));
        Func add = std::get<Func>(*instance.get(store, "add"));
        CHECK(add.call(store, {int32_t(5)}));
        // It can be imported by an instance of the same store, directly and by a linker.
        Instance second = Instance::create(store, user, {*kept}).unwrap();
        Func load = std::get<Func>(*second.get(store, "load"));
        EQUAL(load.call(store, {}).unwrap()[0].i32(), 5);
        CHECK(linker.define_instance(store, "x", instance));
        CHECK(linker.instantiate(store, user));
        CHECK(std::holds_alternative<SharedMemory>(*linker.get(store, "x", "m")));
    }
    // The store is gone, the memory is not.
    const SharedMemory &memory = std::get<SharedMemory>(*kept);
    EQUAL(int(memory.data()[0]), 5);
    std::thread other([&] {
        Store store(engine);
        Linker linker(engine);
        CHECK(linker.define(store, "x", "m", *kept));
        Instance instance = linker.instantiate(store, user).unwrap();
        Func load = std::get<Func>(*instance.get(store, "load"));
        EQUAL(load.call(store, {}).unwrap()[0].i32(), 5);
    });
    other.join();
    EQUAL(memory.grow(1).unwrap(), uint64_t(1));
    Extern copy = *kept;
    kept.reset();
    EQUAL(std::get<SharedMemory>(copy).size(), uint64_t(2));
}

CASE(from_a_callback)
{
    Engine engine = shared_engine();
    Store store(engine);
    bool seen = false;
    Func look = Func::wrap(store, [&](Caller caller) {
        auto item = caller.get_export("m");
        seen = item && std::holds_alternative<SharedMemory>(*item);
    });
    Module module = Module::compile(engine, R"((module (import "" "" (func $f))
        (memory (export "m") 1 1 shared) (func (export "go") (call $f))))")
                        .unwrap();
    Instance instance = Instance::create(store, module, {look}).unwrap();
    CHECK(std::get<Func>(*instance.get(store, "go")).call(store, {}));
    CHECK(seen);
}

CHECK_MAIN
