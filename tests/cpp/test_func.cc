// Functions: of guests, of the host, with values and with C++ types, and what they throw.
#include "check.hh"

#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <wasmtime.hh>

using namespace wasmtime;

static size_t allocations = 0;

// Not inlined: gcc would compare each half with the other one of the library.
__attribute__((noinline)) void *operator new(size_t size)
{
    allocations++;
    if (void *memory = std::malloc(size))
        return memory;
    throw std::bad_alloc();
}

__attribute__((noinline)) void operator delete(void *memory) noexcept
{
    std::free(memory);
}

__attribute__((noinline)) void operator delete(void *memory, size_t) noexcept
{
    std::free(memory);
}

static const char *const arithmetic = R"((module
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "swap") (param i32 i64) (result i64 i32) local.get 1 local.get 0)
    (func (export "all") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
        local.get 3 local.get 2 local.get 1 local.get 0)
    (func (export "vector") (param v128) (result v128) (i8x16.add (local.get 0) (local.get 0)))
    (func (export "nothing"))
    (func (export "half") (param f64) (result f64) (f64.mul (local.get 0) (f64.const 0.5)))
    (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))))";

namespace
{
struct World {
    Engine engine;
    Store store{engine};
    Instance instance;

    explicit World(const char *wat, const std::vector<Extern> &imports = {})
        : instance(Instance::create(store, Module::compile(engine, wat).unwrap(), imports).unwrap())
    {
    }

    Func func(const char *name)
    {
        return std::get<Func>(*instance.get(store, name));
    }
};
} // namespace

CASE(calls_with_values)
{
    World w(arithmetic);
    EQUAL(w.func("add").call(w.store, {int32_t(40), int32_t(2)}).unwrap()[0].i32(), 42);
    std::vector<Val> args = {int32_t(1), int64_t(2), 3.0f, 4.0};
    std::vector<Val> results = w.func("all").call(w.store, args).unwrap();
    EQUAL(results.size(), size_t(4));
    EQUAL(results[0].f64(), 4.0);
    EQUAL(results[1].f32(), 3.0f);
    EQUAL(results[2].i64(), 2);
    EQUAL(results[3].i32(), 1);
    results = w.func("all").call(w.store, args.begin(), args.end()).unwrap();
    EQUAL(results[3].i32(), 1);
    EQUAL(w.func("nothing").call(w.store, {}).unwrap().size(), size_t(0));
}

CASE(mistakes_in_calls)
{
    World w(arithmetic);
    auto few = w.func("nothing").call(w.store, {int32_t(1)});
    CHECK(!few);
    EQUAL(few.err().message(), "expected 0 arguments, got 1");
    auto other = w.func("add").call(w.store, {int32_t(1), 2.0});
    CHECK(!other);
    TrapError error = other.err();
    CHECK(std::get_if<Error>(&error.data));
    CONTAINS(error.message(), "type mismatch");
    auto zero = w.func("divide").call(w.store, {int32_t(1), int32_t(0)});
    CHECK(!zero);
    TrapError trap = zero.err();
    CHECK(std::get_if<Trap>(&trap.data));
    CONTAINS(trap.message(), "integer divide by zero");
}

CASE(types_of_functions)
{
    World w(arithmetic);
    FuncType type = w.func("all").type(w.store);
    EQUAL(type->params().size(), size_t(4));
    EQUAL(type->results().size(), size_t(4));
    CHECK(ValType(*type->params().begin()).is_i32());
    CHECK(ValType::f64() == *type->results().begin());
}

CASE(typed_calls)
{
    World w(arithmetic);
    auto add = w.func("add").typed<std::tuple<int32_t, int32_t>, int32_t>(w.store).unwrap();
    EQUAL(add.call(w.store, {3, 4}).unwrap(), 7);
    auto add_u = w.func("add").typed<std::tuple<uint32_t, uint32_t>, uint32_t>(w.store).unwrap();
    EQUAL(add_u.call(w.store, {0xffffffffu, 0x80000000u}).unwrap(), 0x7fffffffu);
    auto tuple = w.func("add").typed<std::tuple<int32_t, int32_t>, std::tuple<int32_t>>(w.store);
    EQUAL(std::get<0>(tuple.unwrap().call(w.store, {3, 5}).unwrap()), 8);
    auto swap =
        w.func("swap").typed<std::tuple<int32_t, int64_t>, std::tuple<int64_t, int32_t>>(w.store);
    auto [wide, narrow] = swap.unwrap().call(w.store, {5, int64_t(1) << 40}).unwrap();
    EQUAL(wide, int64_t(1) << 40);
    EQUAL(narrow, 5);
    auto nothing = w.func("nothing").typed<std::monostate, std::monostate>(w.store).unwrap();
    CHECK(nothing.call(w.store, {}));
    auto none = w.func("nothing").typed<std::tuple<>, std::tuple<>>(w.store).unwrap();
    CHECK(none.call(w.store, {}));
    EQUAL(none.func().call(w.store, {}).unwrap().size(), size_t(0));
    auto half = w.func("half").typed<double, double>(w.store).unwrap();
    EQUAL(half.call(w.store, 3.0).unwrap(), 1.5);
    CHECK(std::isnan(half.call(w.store, std::numeric_limits<double>::quiet_NaN()).unwrap()));
    auto vector = w.func("vector").typed<V128, V128>(w.store).unwrap();
    V128 in;
    for (int i = 0; i < 16; i++)
        in.v128[i] = uint8_t(i);
    EQUAL(int(vector.call(w.store, in).unwrap().v128[15]), 30);
    auto divide = w.func("divide").typed<std::tuple<int32_t, int32_t>, int32_t>(w.store).unwrap();
    auto trapped = divide.call(w.store, {std::numeric_limits<int32_t>::min(), -1});
    CHECK(!trapped);
    CONTAINS(trapped.err().message(), "integer overflow");
}

CASE(typed_calls_and_callbacks_allocate_nothing)
{
    Engine engine;
    Store store(engine);
    Func host = Func::wrap(store, [](int32_t a, double b) { return std::make_tuple(b, a); });
    Module module = Module::compile(engine, R"((module
        (import "" "" (func $host (param i32 f64) (result f64 i32)))
        (func (export "run") (param i32 f64) (result f64 i32)
            (call $host (local.get 0) (local.get 1)))))")
                        .unwrap();
    Instance instance = Instance::create(store, module, {host}).unwrap();
    auto run = std::get<Func>(*instance.get(store, "run"))
                   .typed<std::tuple<int32_t, double>, std::tuple<double, int32_t>>(store)
                   .unwrap();
    size_t before = allocations;
    double sum = 0;
    for (int32_t i = 0; i < 1000; i++)
        sum += std::get<0>(run.call(store, {i, 0.5}).ok());
    EQUAL(allocations, before);
    EQUAL(sum, 500.0);
}

CASE(types_that_do_not_match)
{
    World w(arithmetic);
    Func add = w.func("add");
    CHECK(!(add.typed<std::tuple<int32_t, int64_t>, int32_t>(w.store)));
    CHECK(!(add.typed<int32_t, int32_t>(w.store)));
    CHECK(!(add.typed<std::tuple<int32_t, int32_t, int32_t>, int32_t>(w.store)));
    CHECK(!(add.typed<std::tuple<int32_t, int32_t>, std::monostate>(w.store)));
    auto results = add.typed<std::tuple<int32_t, int32_t>, double>(w.store);
    CHECK(!results);
    CONTAINS(results.err().message(), "results");
    CHECK(!(w.func("nothing").typed<int32_t, std::monostate>(w.store)));
}

static int32_t doubled(int32_t x)
{
    return 2 * x;
}

static int32_t quiet(int32_t x) noexcept
{
    return 3 * x;
}

static int32_t seen = 0;

static void keep(int32_t x)
{
    seen = x;
}

CASE(every_callable_can_be_wrapped)
{
    Engine engine;
    Store store(engine);
    auto one = [&](Func f) { return f.call(store, {int32_t(5)}).unwrap()[0].i32(); };
    EQUAL(one(Func::wrap(store, doubled)), 10);
    EQUAL(one(Func::wrap(store, &doubled)), 10);
    EQUAL(one(Func::wrap(store, quiet)), 15);
    int32_t (*pointer)(int32_t) = doubled;
    EQUAL(one(Func::wrap(store, pointer)), 10);
    EQUAL(one(Func::wrap(store, [](int32_t x) { return x + 1; })), 6);
    EQUAL(one(Func::wrap(store, [](int32_t x) noexcept { return x + 1; })), 6);
    EQUAL(one(Func::wrap(store, [n = 0](int32_t x) mutable { return x + ++n; })), 6);
    EQUAL(one(Func::wrap(store, [](const int32_t &x) { return x + 1; })), 6);
    std::function<int32_t(int32_t)> object = [](int32_t x) { return x - 1; };
    EQUAL(one(Func::wrap(store, object)), 4);
    Func::wrap(store, keep).call(store, {int32_t(77)}).unwrap();
    EQUAL(seen, 77);
    Func::wrap(store, [](int32_t) { return std::monostate(); }).call(store, {int32_t(1)}).unwrap();
}

CASE(linkers_wrap_variables_too)
{
    Engine engine;
    Store store(engine);
    Linker linker(engine);
    int32_t (*pointer)(int32_t) = doubled;
    int32_t (*const fixed)(int32_t) = doubled;
    auto lambda = [](int32_t x) { return x + 1; };
    const auto constant = [](int32_t x) { return x + 2; };
    linker.func_wrap("h", "pointer", pointer).unwrap();
    linker.func_wrap("h", "fixed", fixed).unwrap();
    linker.func_wrap("h", "name", doubled).unwrap();
    linker.func_wrap("h", "address", &doubled).unwrap();
    linker.func_wrap("h", "quiet", quiet).unwrap();
    linker.func_wrap("h", "lambda", lambda).unwrap();
    linker.func_wrap("h", "constant", constant).unwrap();
    linker.func_wrap("h", "temporary", [](int32_t x) { return x + 3; }).unwrap();
    auto owned = std::make_unique<int32_t>(4);
    linker.func_wrap("h", "moved", [owned = std::move(owned)](int32_t x) { return x + *owned; })
        .unwrap();
    const std::pair<const char *, int32_t> expected[] = {
        {"pointer", 20}, {"fixed", 20},    {"name", 20},      {"address", 20}, {"quiet", 30},
        {"lambda", 11},  {"constant", 12}, {"temporary", 13}, {"moved", 14}};
    for (auto [name, value] : expected) {
        Func func = std::get<Func>(*linker.get(store, "h", name));
        EQUAL(func.call(store, {int32_t(10)}).unwrap()[0].i32(), value);
    }
    CHECK(!linker.func_wrap("h", "name", doubled));
}

template <typename F>
constexpr bool can_be_wrapped =
    detail::WasmHostFunc<F>::Params::valid && detail::WasmHostFunc<F>::Results::valid;

CASE(what_cannot_be_wrapped_is_no_candidate)
{
    auto text = [](std::string) { return 1; };
    auto change = [](int32_t &) {};
    auto generic = [](auto) {};
    static_assert(!detail::WasmTypeList<std::string>::valid);
    static_assert(!detail::WasmHostFunc<decltype(text)>::Params::valid);
    static_assert(!detail::WasmHostFunc<decltype(change)>::Params::valid);
    static_assert(!detail::WasmHostFunc<decltype(generic)>::Params::valid);
    static_assert(!detail::WasmHostFunc<int>::Params::valid);
    static_assert(can_be_wrapped<int32_t (*)(int32_t)>);
    static_assert(can_be_wrapped<int32_t(int32_t)>);
    static_assert(!detail::WasmTypeList<std::optional<AnyRef>>::valid);
    (void)text, (void)change, (void)generic;
}

CASE(all_types_through_the_host)
{
    Engine engine;
    Store store(engine);
    auto many = Func::wrap(store, [](uint32_t a, int64_t b, uint64_t c, float d, double e, V128 f) {
        f.v128[0] = 9;
        return std::make_tuple(a, b, c, d, e, f);
    });
    auto typed = many.typed<std::tuple<uint32_t, int64_t, uint64_t, float, double, V128>,
                            std::tuple<uint32_t, int64_t, uint64_t, float, double, V128>>(store)
                     .unwrap();
    auto [a, b, c, d, e, f] =
        typed.call(store, {0xfffffffeu, -3, ~uint64_t(0), 1.5f, -2.5, V128()}).unwrap();
    EQUAL(a, 0xfffffffeu);
    EQUAL(b, -3);
    EQUAL(c, ~uint64_t(0));
    EQUAL(d, 1.5f);
    EQUAL(e, -2.5);
    EQUAL(int(f.v128[0]), 9);
}

CASE(functions_and_objects_as_arguments)
{
    Engine engine;
    Store store(engine);
    auto call = Func::wrap(store, [&](Caller caller, std::optional<Func> f) -> int32_t {
        return f ? f->call(caller, {int32_t(20)}).unwrap()[0].i32() : -1;
    });
    auto inner = Func::wrap(store, doubled);
    auto typed = call.typed<std::optional<Func>, int32_t>(store).unwrap();
    EQUAL(typed.call(store, inner).unwrap(), 40);
    EQUAL(typed.call(store, std::nullopt).unwrap(), -1);
    auto give = Func::wrap(store, [&]() -> std::optional<Func> { return inner; });
    auto given = give.typed<std::tuple<>, std::optional<Func>>(store).unwrap();
    EQUAL(given.call(store, {}).unwrap()->call(store, {int32_t(1)}).unwrap()[0].i32(), 2);

    auto same = Func::wrap(store, [](std::optional<ExternRef> ref) { return ref; });
    auto passed = same.typed<std::optional<ExternRef>, std::optional<ExternRef>>(store).unwrap();
    CHECK(!passed.call(store, std::nullopt).unwrap());
    ExternRef object(store, std::string("an object"));
    std::optional<ExternRef> back = passed.call(store, object).unwrap();
    EQUAL(std::any_cast<std::string>(back->data(store)), "an object");
}

CASE(the_caller)
{
    Engine engine;
    Store store(engine);
    Func host = Func::wrap(store, [](Caller caller, int32_t at) -> Result<int32_t, Trap> {
        auto memory = caller.get_export("memory");
        if (!memory)
            return Trap("no memory");
        CHECK(!caller.get_export("nothing of that name"));
        CHECK(std::holds_alternative<Func>(*caller.get_export("run")));
        Span<uint8_t> bytes = std::get<Memory>(*memory).data(caller);
        if (uint32_t(at) >= bytes.size())
            return Trap("outside");
        caller.context().set_data(std::string("was here"));
        return int32_t(bytes[at]);
    });
    Module module = Module::compile(engine, R"((module
        (import "" "" (func $host (param i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 100) "\2a")
        (func (export "run") (param i32) (result i32) (call $host (local.get 0)))))")
                        .unwrap();
    Instance instance = Instance::create(store, module, {host}).unwrap();
    Func run = std::get<Func>(*instance.get(store, "run"));
    EQUAL(run.call(store, {int32_t(100)}).unwrap()[0].i32(), 42);
    EQUAL(std::any_cast<std::string>(store.context().get_data()), "was here");
    auto outside = run.call(store, {int32_t(-1)});
    CHECK(!outside);
    CONTAINS(outside.err().message(), "outside");
    auto direct = host.call(store, {int32_t(0)});
    CHECK(!direct);
    EQUAL(direct.err().message(), "no memory");
}

CASE(functions_with_values)
{
    Engine engine;
    Store store(engine);
    FuncType type({ValType::i32(), ValType::i64()}, {ValType::i64(), ValType::f32()});
    Func func(store, type,
              [](Caller, Span<const Val> args, Span<Val> results) -> Result<std::monostate, Trap> {
                  if (args[0].i32() < 0)
                      return Trap("negative");
                  results[0] = int64_t(args[0].i32() + args[1].i64());
                  results[1] = 0.5f;
                  return std::monostate();
              });
    auto results = func.call(store, {int32_t(1), int64_t(2)}).unwrap();
    EQUAL(results[0].i64(), 3);
    EQUAL(results[1].f32(), 0.5f);
    auto trapped = func.call(store, {int32_t(-1), int64_t(2)});
    CHECK(!trapped);
    EQUAL(trapped.err().message(), "negative");
    Func wrong(store, type, [](Caller, Span<const Val>, Span<Val>) { return std::monostate(); });
    auto incompatible = wrong.call(store, {int32_t(1), int64_t(2)});
    CHECK(!incompatible);
    CONTAINS(incompatible.err().message(), "incompatible value");
    Func always(store, FuncType({}, {}),
                [](Caller, Span<const Val>, Span<Val>) { return Trap("always"); });
    EQUAL(always.call(store, {}).err().message(), "always");
}

CASE(traps_with_codes_keep_them)
{
    Engine engine;
    Store store(engine);
    Func func = Func::wrap(store, []() -> Result<std::monostate, Trap> {
        return Trap(WASMTIME_TRAP_CODE_INTEGER_OVERFLOW);
    });
    TrapError error = func.call(store, {}).err();
    const Trap *trap = std::get_if<Trap>(&error.data);
    CHECK(trap && *trap->code() == WASMTIME_TRAP_CODE_INTEGER_OVERFLOW);
    Func text = Func::wrap(store, []() -> Result<int32_t, Trap> { return Trap("message"); });
    TrapError plain = text.call(store, {}).err();
    const Error *message = std::get_if<Error>(&plain.data);
    CHECK(message);
    EQUAL(message->message(), "message");
}

namespace
{
struct Counted {
    std::shared_ptr<int> count;
    explicit Counted(std::shared_ptr<int> c) : count(std::move(c))
    {
        ++*count;
    }
    Counted(const Counted &) = delete;
    ~Counted()
    {
        --*count;
    }
};
} // namespace

CASE(exceptions_are_caught)
{
    auto alive = std::make_shared<int>(0);
    Engine engine;
    Store store(engine);
    Func thrower = Func::wrap(store, [&](int32_t kind) -> int32_t {
        Counted local(alive);
        if (kind == 0)
            throw std::runtime_error("thrown by the host");
        if (kind == 1)
            throw 42;
        return kind;
    });
    Module module = Module::compile(engine, R"((module
        (import "" "" (func $host (param i32) (result i32)))
        (func (export "run") (param i32) (result i32) (call $host (local.get 0)))))")
                        .unwrap();
    Instance instance = Instance::create(store, module, {thrower}).unwrap();
    Func run = std::get<Func>(*instance.get(store, "run"));
    auto known = run.call(store, {int32_t(0)});
    CHECK(!known);
    CONTAINS(known.err().message(), "thrown by the host");
    auto unknown = run.call(store, {int32_t(1)});
    CHECK(!unknown);
    CONTAINS(unknown.err().message(), "C++ exception");
    EQUAL(run.call(store, {int32_t(7)}).unwrap()[0].i32(), 7);
    EQUAL(*alive, 0);

    Func values(store, FuncType({}, {}),
                [](Caller, Span<const Val>, Span<Val>) -> Result<std::monostate, Trap> {
                    throw std::out_of_range("thrown with values");
                });
    EQUAL(values.call(store, {}).err().message(), "thrown with values");
}

CASE(callables_are_destroyed)
{
    auto alive = std::make_shared<int>(0);
    Engine engine;
    {
        Store store(engine);
        Func::wrap(store, [object = std::make_shared<Counted>(alive)](int32_t) {});
        EQUAL(*alive, 1);
        Func(store, FuncType({}, {}),
             [object = std::make_shared<Counted>(alive)](Caller, Span<const Val>, Span<Val>) {
                 return std::monostate();
             });
        EQUAL(*alive, 2);
    }
    EQUAL(*alive, 0);
    {
        Linker linker(engine);
        linker.func_wrap("", "a", [object = std::make_unique<Counted>(alive)]() {}).unwrap();
        linker
            .func_new("", "b", FuncType({}, {}),
                      [object = std::make_unique<Counted>(alive)](
                          Caller, Span<const Val>, Span<Val>) -> std::monostate { return {}; })
            .unwrap();
        CHECK(!linker.func_wrap("", "a", [object = std::make_unique<Counted>(alive)]() {}));
        EQUAL(*alive, 2);
    }
    EQUAL(*alive, 0);
}

CASE(calls_within_calls)
{
    Engine engine;
    Store store(engine);
    std::optional<Func> run;
    Func host = Func::wrap(store, [&](Caller caller, int32_t depth) -> Result<int32_t, Trap> {
        if (depth == 0)
            return Trap("the bottom");
        auto typed = run->typed<int32_t, int32_t>(caller).unwrap();
        auto result = typed.call(caller, depth - 1);
        if (!result)
            return Trap(result.err().message().substr(0, 60));
        return result.ok() + 1;
    });
    Module module = Module::compile(engine, R"((module
        (import "" "" (func $host (param i32) (result i32)))
        (func (export "run") (param i32) (result i32)
            (if (i32.eq (local.get 0) (i32.const 1)) (then (return (i32.const 100))))
            (call $host (local.get 0)))))")
                        .unwrap();
    Instance instance = Instance::create(store, module, {host}).unwrap();
    run = std::get<Func>(*instance.get(store, "run"));
    EQUAL(run->call(store, {int32_t(50)}).unwrap()[0].i32(), 149);
    CHECK(!run->call(store, {int32_t(0)}));
}

CHECK_MAIN
