// Engines, configurations, stores; results, errors, traps and their stacks.
#include "check.hh"

#include <any>
#include <memory>
#include <sstream>
#include <wasmtime.hh>

using namespace wasmtime;

static Instance make(Store &store, Engine &engine, const char *wat)
{
    Module module = Module::compile(engine, wat).unwrap();
    return Instance::create(store, module, {}).unwrap();
}

static Func func_of(Store &store, Instance &instance, const char *name)
{
    return std::get<Func>(*instance.get(store, name));
}

CASE(results)
{
    Result<int32_t> good(7);
    CHECK(good);
    EQUAL(good.ok_ref(), 7);
    EQUAL(good.unwrap(), 7);
    Result<int32_t> bad(Error("no seven"));
    CHECK(!bad);
    EQUAL(bad.err_ref().message(), "no seven");
    Error moved = bad.err();
    EQUAL(moved.message(), "no seven");
    Result<std::unique_ptr<int>> only(std::make_unique<int>(3));
    std::unique_ptr<int> out = only.ok();
    EQUAL(*out, 3);
    const Result<int32_t> fixed(9);
    EQUAL(fixed.ok(), 9);
}

CASE(errors)
{
    Error error("hello");
    EQUAL(error.message(), "hello");
    CHECK(!error.i32_exit());
    EQUAL(error.trace().size(), size_t(0));
    std::ostringstream text;
    text << error;
    EQUAL(text.str(), "hello");
    TrapError either(std::move(error));
    EQUAL(either.message(), "hello");
    CHECK(std::get_if<Error>(&either.data));
}

CASE(traps)
{
    Trap trap("foo");
    EQUAL(trap.message(), "foo");
    CHECK(!trap.code());
    EQUAL(trap.trace().size(), size_t(0));
    Trap code(WASMTIME_TRAP_CODE_INTEGER_OVERFLOW);
    EQUAL(int(*code.code()), int(WASMTIME_TRAP_CODE_INTEGER_OVERFLOW));
    CONTAINS(code.message(), "integer overflow");
    wasm_trap_t *raw = code.capi_release();
    CHECK(raw);
    Trap again(raw);
    CHECK(again.capi() == raw);
}

CASE(stack_of_a_trap)
{
    Engine engine;
    Store store(engine);
    Instance instance = make(store, engine, R"(
        (module $m
            (func $inner unreachable)
            (func $middle call $inner)
            (func (export "run") call $middle)))");
    auto result = func_of(store, instance, "run").call(store, {});
    CHECK(!result);
    TrapError error = result.err();
    const Trap *trap = std::get_if<Trap>(&error.data);
    CHECK(trap);
    CONTAINS(trap->message(), "unreachable");
    EQUAL(int(*trap->code()), int(WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED));
    Trace trace = trap->trace();
    EQUAL(trace.size(), size_t(3));
    const FrameRef *frame = trace.begin();
    EQUAL(*frame->func_name(), "inner");
    EQUAL(*frame->module_name(), "m");
    EQUAL(frame->func_index(), 0u);
    EQUAL(frame->func_offset(), size_t(1));
    CHECK(frame->module_offset() > 0);
    EQUAL(*frame[1].func_name(), "middle");
    CHECK(!frame[2].func_name());
    size_t count = 0;
    for (const FrameRef &each : trace)
        count += each.func_index() < 3;
    EQUAL(count, size_t(3));
}

CASE(engines_are_shared)
{
    Engine engine;
    Engine copy = engine;
    CHECK(copy.capi() && engine.capi());
    Store store(copy);
    copy = engine;
    engine.increment_epoch();
    CHECK(!engine.is_pulley());
}

CASE(configurations)
{
    Config config;
    config.debug_info(false);
    config.max_wasm_stack(400000);
    config.wasm_tail_call(true);
    config.wasm_reference_types(true);
    config.wasm_simd(true);
    config.wasm_relaxed_simd(true);
    config.wasm_relaxed_simd_deterministic(true);
    config.wasm_bulk_memory(true);
    config.wasm_multi_value(true);
    config.wasm_multi_memory(true);
    config.wasm_memory64(true);
    config.wasm_threads(true);
    config.wasm_gc(true);
    config.wasm_function_references(true);
    config.wasm_wide_arithmetic(true);
    config.wasm_exceptions(true);
    config.wasm_custom_page_sizes(true);
    config.shared_memory(true);
    config.parallel_compilation(false);
    config.strategy(Strategy::Auto);
    config.cranelift_debug_verifier(false);
    config.cranelift_nan_canonicalization(true);
    config.cranelift_opt_level(OptLevel::Speed);
    config.cranelift_regalloc_algorithm(Backtracking);
    config.profiler(ProfilingStrategy::None);
    config.memory_reservation(1 << 20);
    config.memory_reservation_for_growth(1 << 20);
    config.memory_guard_size(1 << 16);
    config.memory_may_move(true);
    config.memory_init_cow(true);
    config.native_unwind_info(true);
    config.macos_use_mach_ports(false);
    config.signals_based_traps(true);
    CHECK(!config.cache_load("/there/is/no/such/file"));
    Engine engine(std::move(config));
    Store store(engine);
    CHECK(Module::compile(engine, "(module (memory 1 (pagesize 1)))"));

    Config flags;
    flags.cranelift_flag_enable("preserve_frame_pointers");
    flags.cranelift_flag_set("opt_level", "speed");
    flags.concurrency_support(true);
    flags.wasm_component_model(true);
    flags.wasm_component_model_map(false);
    flags.wasm_component_model_async(true);
    flags.wasm_component_model_more_async_builtins(false);
    flags.wasm_component_model_async_stackful(false);

    PoolAllocationConfig pool;
    pool.total_core_instances(4);
    pool.total_memories(4);
    pool.total_tables(4);
    pool.max_memory_size(1 << 20);
    pool.table_elements(100);
    pool.max_unused_warm_slots(1);
    Config pooled;
    pooled.pooling_allocation_strategy(pool);
    Engine second(std::move(pooled));
    Store other(second);
    CHECK(Instance::create(other, Module::compile(second, "(module (memory 1))").unwrap(), {}));
}

CASE(proposals_can_be_refused)
{
    Config config;
    config.wasm_multi_value(false);
    Engine engine(std::move(config));
    CHECK(!Module::compile(engine, "(module (func (result i32 i32) i32.const 1 i32.const 2))"));
}

namespace
{
struct Creator {
    static int made;
    struct Memory {
        std::vector<uint8_t> bytes;
        uint8_t *get_memory(size_t *size, size_t *capacity)
        {
            *size = *capacity = bytes.size();
            return bytes.data();
        }
        Result<std::monostate> grow_memory(size_t size)
        {
            if (size > 5 * 65536)
                throw std::runtime_error("five pages are enough");
            bytes.resize(size);
            return std::monostate();
        }
    };
    Result<Memory> new_memory(const MemoryType::Ref &type, size_t min, size_t, size_t reserved,
                              size_t guard)
    {
        if (type.min() > 4)
            return Error("four pages are enough");
        CHECK(reserved == 0 && guard == 0);
        made++;
        return Memory{std::vector<uint8_t>(min)};
    }
};
int Creator::made = 0;
} // namespace

CASE(memories_of_the_host)
{
    Config config;
    config.memory_reservation(0);
    config.memory_reservation_for_growth(0);
    config.memory_guard_size(0);
    config.host_memory_creator(Creator());
    Engine engine(std::move(config));
    Store store(engine);
    Memory memory = Memory::create(store, MemoryType(2)).unwrap();
    EQUAL(Creator::made, 1);
    memory.data(store)[7] = 9;
    EQUAL(memory.grow(store, 2).unwrap(), uint64_t(2));
    EQUAL(int(memory.data(store)[7]), 9);
    EQUAL(memory.data(store).size(), size_t(4 * 65536));
    CHECK(!memory.grow(store, 2));
    CHECK(!Memory::create(store, MemoryType(5)));
}

CASE(data_of_a_store)
{
    auto counter = std::make_shared<int>(0);
    Engine engine;
    {
        Store store(engine);
        CHECK(!store.context().get_data().has_value());
        store.context().set_data(counter);
        EQUAL(counter.use_count(), 2L);
        EQUAL(std::any_cast<std::shared_ptr<int>>(store.context().get_data()), counter);
        store.context().set_data(std::string("text"));
        EQUAL(counter.use_count(), 1L);
        store.context().set_data(counter);
    }
    EQUAL(counter.use_count(), 1L);
}

CASE(limits_of_a_store)
{
    Engine engine;
    Store store(engine);
    store.limiter(2 * 65536, 10, 1, 2, 2);
    CHECK(!Memory::create(store, MemoryType(3)));
    Memory memory = Memory::create(store, MemoryType(1)).unwrap();
    CHECK(memory.grow(store, 1));
    CHECK(!memory.grow(store, 1));
    CHECK(!Table::create(store, TableType(ValType::funcref(), 11), std::optional<Func>()));
    Module empty = Module::compile(engine, "(module)").unwrap();
    CHECK(Instance::create(store, empty, {}));
    CHECK(!Instance::create(store, empty, {}));
    store.limiter(-1, -1, -1, -1, -1);
    CHECK(Instance::create(store, empty, {}));
}

CASE(fuel)
{
    Engine plain;
    Store without(plain);
    CHECK(!without.context().set_fuel(1));
    CHECK(!without.context().get_fuel());

    Config config;
    config.consume_fuel(true);
    Engine engine(std::move(config));
    Store store(engine);
    Instance instance = [&] {
        store.context().set_fuel(1000000).unwrap();
        return make(store, engine, R"((module
            (func (export "forever") (loop br 0))
            (func (export "once"))))");
    }();
    store.context().set_fuel(1000).unwrap();
    EQUAL(store.context().get_fuel().unwrap(), uint64_t(1000));
    CHECK(func_of(store, instance, "once").call(store, {}));
    CHECK(store.context().get_fuel().unwrap() < 1000);
    auto result = func_of(store, instance, "forever").call(store, {});
    CHECK(!result);
    CONTAINS(result.err().message(), "all fuel consumed");
}

CASE(epochs)
{
    Config config;
    config.epoch_interruption(true);
    Engine engine(std::move(config));
    Store store(engine);
    store.context().set_epoch_deadline(1);
    Instance instance = make(store, engine, R"((module
        (func (export "forever") (loop br 0))
        (func (export "once"))))");
    CHECK(func_of(store, instance, "once").call(store, {}));
    engine.increment_epoch();
    auto stopped = func_of(store, instance, "forever").call(store, {});
    CHECK(!stopped);
    CONTAINS(stopped.err().message(), "interrupt");

    int calls = 0;
    store.epoch_deadline_callback(
        [&calls](Store::Context, uint64_t &delta) -> Result<DeadlineKind> {
            calls++;
            delta = 1;
            if (calls == 2)
                return Error("enough of this");
            if (calls == 3)
                throw std::runtime_error("thrown at the deadline");
            return DeadlineKind::Continue;
        });
    CHECK(func_of(store, instance, "once").call(store, {}));
    CHECK(func_of(store, instance, "once").call(store, {}));
    EQUAL(calls, 1);
    engine.increment_epoch();
    auto refused = func_of(store, instance, "once").call(store, {});
    CHECK(!refused);
    CONTAINS(refused.err().message(), "enough of this");
    engine.increment_epoch();
    auto thrown = func_of(store, instance, "once").call(store, {});
    CHECK(!thrown);
    CONTAINS(thrown.err().message(), "thrown at the deadline");
}

CASE(collections)
{
    Engine engine;
    Store store(engine);
    CHECK(store.gc());
    CHECK(store.context().gc());
}

CHECK_MAIN
