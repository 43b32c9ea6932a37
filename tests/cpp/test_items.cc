// Modules, linkers, instances; memories, tables, globals, tags; their types; WASI.
#include "check.hh"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unistd.h>
#include <wasmtime.hh>

using namespace wasmtime;

CASE(text_and_bytes)
{
    std::vector<uint8_t> bytes = wat2wasm("(module)").unwrap();
    const std::vector<uint8_t> expected = {0, 'a', 's', 'm', 1, 0, 0, 0};
    CHECK(bytes == expected);
    CHECK(!wat2wasm("(module"));
    Engine engine;
    CHECK(Module::compile(engine, bytes));
    CHECK(Module::validate(engine, bytes));
    bytes.pop_back();
    CHECK(!Module::compile(engine, bytes));
    CHECK(!Module::validate(engine, bytes));
    CHECK(!Module::compile(engine, "(module (func (result i32)))"));
    std::vector<uint8_t> none;
    CHECK(!Module::compile(engine, none));
}

CASE(imports_and_exports)
{
    Engine engine;
    Module module = Module::compile(engine, R"((module
        (import "a" "f" (func (param i32) (result i64 f32)))
        (import "a" "g" (global (mut f64)))
        (import "b" "m" (memory 2 5))
        (import "b" "t" (table 3 10 funcref))
        (import "b" "e" (tag (param i32)))
        (func (export "x") (param v128))
        (global (export "y") i32 (i32.const 1))
        (memory (export "z") i64 1)
        (table (export "w") 4 externref)))")
                        .unwrap();
    ImportType::List imports = module.imports();
    EQUAL(imports.size(), size_t(5));
    const ImportType::Ref *import = imports.begin();
    EQUAL(import[0].module(), "a");
    EQUAL(import[0].name(), "f");
    auto func = std::get<FuncType::Ref>(ExternType::from_import(import[0]));
    EQUAL(func.params().size(), size_t(1));
    EQUAL(func.results().size(), size_t(2));
    auto global = std::get<GlobalType::Ref>(ExternType::from_import(import[1]));
    CHECK(global.is_mutable());
    CHECK(ValType(global.content()).is_f64());
    auto memory = std::get<MemoryType::Ref>(ExternType::from_import(import[2]));
    EQUAL(memory.min(), uint64_t(2));
    EQUAL(*memory.max(), uint64_t(5));
    CHECK(!memory.is_64() && !memory.is_shared());
    EQUAL(memory.page_size(), uint64_t(65536));
    auto table = std::get<TableType::Ref>(ExternType::from_import(import[3]));
    EQUAL(table.min(), 3u);
    EQUAL(*table.max(), 10u);
    CHECK(table.element() == ValType::funcref());
    auto tag = std::get<TagType::Ref>(ExternType::from_import(import[4]));
    EQUAL(tag.functype()->params().size(), size_t(1));

    ExportType::List exports = module.exports();
    EQUAL(exports.size(), size_t(4));
    std::string names;
    for (const ExportType::Ref &each : exports)
        names += each.name();
    EQUAL(names, "xyzw");
    const ExportType::Ref *one = exports.begin();
    CHECK(std::holds_alternative<FuncType::Ref>(ExternType::from_export(one[0])));
    CHECK(!std::get<GlobalType::Ref>(ExternType::from_export(one[1])).is_mutable());
    auto wide = std::get<MemoryType::Ref>(ExternType::from_export(one[2]));
    CHECK(wide.is_64() && !wide.max());
    CHECK(!std::get<TableType::Ref>(ExternType::from_export(one[3])).max());

    ImportType::List moved = std::move(imports);
    EQUAL(moved.size(), size_t(5));
    EQUAL(imports.size(), size_t(0));
    ImportType::List assigned;
    assigned = std::move(moved);
    EQUAL(assigned.size(), size_t(5));
}

CASE(serialized_modules)
{
    Engine engine;
    Store store(engine);
    Module module =
        Module::compile(engine, "(module (func (export \"f\") (result i32) i32.const 6))").unwrap();
    std::vector<uint8_t> bytes = module.serialize().unwrap();
    Module again = Module::deserialize(engine, bytes).unwrap();
    Instance instance = Instance::create(store, again, {}).unwrap();
    EQUAL(std::get<Func>(*instance.get(store, "f")).call(store, {}).unwrap()[0].i32(), 6);

    char path[] = "/tmp/hospes-cpp-XXXXXX";
    int file = mkstemp(path);
    CHECK(file >= 0 && write(file, bytes.data(), bytes.size()) == ssize_t(bytes.size()));
    close(file);
    auto loaded = Module::deserialize_file(engine, path);
    unlink(path);
    CHECK(loaded);
    CHECK(Instance::create(store, loaded.ok(), {}));
    CHECK(!Module::deserialize_file(engine, path));
    bytes.resize(bytes.size() / 2);
    CHECK(!Module::deserialize(engine, bytes));
    Module copy = module;
    CHECK(Instance::create(store, copy, {}));
}

CASE(memories)
{
    Engine engine;
    Store store(engine);
    Memory memory = Memory::create(store, MemoryType(1, 3)).unwrap();
    EQUAL(memory.size(store), uint64_t(1));
    EQUAL(memory.data(store).size(), size_t(65536));
    memory.data(store)[65535] = 200;
    EQUAL(memory.grow(store, 2).unwrap(), uint64_t(1));
    EQUAL(int(memory.data(store)[65535]), 200);
    CHECK(!memory.grow(store, 1));
    CHECK(!memory.grow(store, ~uint64_t(0)));
    EQUAL(memory.grow(store, 0).unwrap(), uint64_t(3));
    EQUAL(memory.page_size(store), uint64_t(65536));
    EQUAL(int(memory.page_size_log2(store)), 16);
    MemoryType type = memory.type(store);
    EQUAL(type->min(), uint64_t(1)); /* as declared, not as grown */
    EQUAL(*type->max(), uint64_t(3));
    Memory bytes =
        Memory::create(store, MemoryType::Builder().min(10).page_size_log2(0).build().unwrap())
            .unwrap();
    EQUAL(bytes.data(store).size(), size_t(10));
    EQUAL(bytes.page_size(store), uint64_t(1));
}

CASE(types_of_memories)
{
    MemoryType plain(4);
    CHECK(!plain->max());
    MemoryType wide = MemoryType::New64(uint64_t(1) << 32, uint64_t(1) << 33);
    CHECK(wide->is_64());
    EQUAL(wide->min(), uint64_t(1) << 32);
    MemoryType copy = wide;
    EQUAL(*copy->max(), uint64_t(1) << 33);
    copy = plain;
    EQUAL(copy->min(), uint64_t(4));
    MemoryType moved = std::move(copy);
    EQUAL(moved->min(), uint64_t(4));
    EQUAL(MemoryType::New64(3)->min(), uint64_t(3));
    CHECK(!MemoryType::Builder().min(2).max(1).build());
    CHECK(!MemoryType::Builder().page_size_log2(3).build());
    CHECK(!MemoryType::Builder().shared(true).build());
    CHECK(!MemoryType::Builder().min(65537).build());
    CHECK(MemoryType::Builder().min(65537).memory64(true).build());
    MemoryType shared = MemoryType::Builder().shared(true).max(2).build().unwrap();
    CHECK(shared->is_shared());
    EQUAL(int(shared->page_size_log2()), 16);
}

CASE(tables)
{
    Engine engine;
    Store store(engine);
    Func func = Func::wrap(store, [] { return int32_t(8); });
    Table table =
        Table::create(store, TableType(ValType::funcref(), 2, 5), std::optional<Func>()).unwrap();
    EQUAL(table.size(store), uint64_t(2));
    CHECK(!table.get(store, 0)->funcref());
    CHECK(table.set(store, 1, func));
    EQUAL(table.get(store, 1)->funcref()->call(store, {}).unwrap()[0].i32(), 8);
    CHECK(!table.get(store, 2));
    CHECK(!table.set(store, 2, func));
    CHECK(!table.set(store, 0, int32_t(1)));
    EQUAL(table.grow(store, 3, func).unwrap(), uint64_t(2));
    CHECK(table.get(store, 4)->funcref());
    CHECK(!table.grow(store, 1, func));
    TableType type = table.type(store);
    EQUAL(type->min(), 2u);
    EQUAL(*type->max(), 5u);
    CHECK(type->element() == ValType::funcref());
    CHECK(!Table::create(store, TableType(ValType::funcref(), 1), int32_t(0)));
    TableType copy = type;
    CHECK(!TableType(ValType::externref(), 1)->max());
    copy = TableType(ValType::externref(), 1);
    CHECK(copy->element() == ValType::externref());
}

CASE(globals)
{
    Engine engine;
    Store store(engine);
    Global global = Global::create(store, GlobalType(ValType::i64(), true), int64_t(5)).unwrap();
    EQUAL(global.get(store).i64(), 5);
    CHECK(global.set(store, int64_t(6)));
    EQUAL(global.get(store).i64(), 6);
    CHECK(!global.set(store, int32_t(6)));
    Global fixed = Global::create(store, GlobalType(ValType::f32(), false), 1.5f).unwrap();
    auto refused = fixed.set(store, 2.0f);
    CHECK(!refused);
    CONTAINS(refused.err().message(), "immutable global cannot be set");
    CHECK(!Global::create(store, GlobalType(ValType::f32(), false), 1.5));
    GlobalType type = fixed.type(store);
    CHECK(!type->is_mutable());
    CHECK(ValType(type->content()).is_f32());
    GlobalType copy(type);
    copy = GlobalType(ValType::v128(), true);
    CHECK(ValType(copy->content()).is_v128());
}

CASE(tags)
{
    Engine engine;
    Store store(engine);
    TagType type(FuncType({ValType::i32()}, {}));
    Tag one = Tag::create(store, type).unwrap(), two = Tag::create(store, type).unwrap();
    CHECK(one.eq(store, one));
    CHECK(!one.eq(store, two));
    EQUAL(one.type(store)->functype()->params().size(), size_t(1));
    Module module = Module::compile(engine, R"((module
        (import "" "" (tag (param i32))) (export "tag" (tag 0))))")
                        .unwrap();
    Instance instance = Instance::create(store, module, {one}).unwrap();
    CHECK(std::get<Tag>(*instance.get(store, "tag")).eq(store, one));
}

CASE(types_of_values)
{
    std::ostringstream text;
    Engine engine;
    ValType concrete(engine, RefType(false, FuncType({ValType::i32()}, {})));
    ValType structs(engine, RefType(true, StructType(engine, {FieldType::mut_(ValType::i32())})));
    text << ValType::i32() << " " << ValType::i64() << " " << ValType::f32() << " "
         << ValType::f64() << " " << ValType::v128() << " " << ValType::funcref() << " "
         << ValType::externref() << " " << ValType::anyref() << " " << ValType::exnref() << " "
         << concrete << " " << structs << " " << RefType::nullref() << " " << HeapType::i31();
    EQUAL(text.str(), "i32 i64 f32 f64 v128 (ref null func) (ref null extern) (ref null any) "
                      "(ref null exn) (ref $func) (ref null $struct) (ref null none) i31");
    CHECK(ValType::i32() == ValType::i32());
    CHECK(!(ValType::i32() == ValType::i64()));
    CHECK(ValType::funcref() == ValType(engine, RefType::funcref()));
    CHECK(!(ValType::anyref() == ValType(engine, RefType(false, HeapType::any()))));
    CHECK(!ValType::i32().as_ref());
    EQUAL(concrete.as_ref()->heaptype().as_concrete_func()->params().size(), size_t(1));
    CHECK(!concrete.as_ref()->nullable());
    CHECK(concrete.as_ref()->heaptype().is_concrete());
    ValType copy = concrete;
    CHECK(copy == concrete);
    ValType moved = std::move(copy);
    CHECK(moved == concrete);
    copy = ValType::f64();
    CHECK(copy.is_f64());
    moved = copy;
    CHECK(moved.is_f64());
    CHECK(HeapType::extern_().is_extern() && HeapType::noextern().is_noextern() &&
          HeapType::func().is_func() && HeapType::nofunc().is_nofunc() &&
          HeapType::any().is_any() && HeapType::none().is_none() && HeapType::eq().is_eq() &&
          HeapType::i31().is_i31() && HeapType::array().is_array() &&
          HeapType::struct_().is_struct() && HeapType::exn().is_exn() &&
          HeapType::noexn().is_noexn());
    for (const RefType &type : {RefType::externref(), RefType::nullexternref(), RefType::funcref(),
                                RefType::nullfuncref(), RefType::anyref(), RefType::eqref(),
                                RefType::i31ref(), RefType::arrayref(), RefType::structref(),
                                RefType::nullref(), RefType::exnref(), RefType::nullexnref()}) {
        CHECK(type.nullable());
        CHECK(!type.heaptype().is_concrete());
        RefType other = type;
        other = RefType::funcref();
    }
}

CASE(types_of_structs_and_arrays)
{
    Engine engine;
    StructType type(engine, {FieldType::mut_(StorageType::i8()), FieldType::const_(ValType::f64()),
                             FieldType(true, StorageType::i16())});
    EQUAL(type.num_fields(), size_t(3));
    FieldType field = *type.field(0);
    CHECK(field.is_mutable() && field.storage_type().is_i8());
    field = *type.field(1);
    CHECK(!field.is_mutable());
    CHECK(*field.storage_type().as_valtype() == ValType::f64());
    CHECK(type.field(2)->storage_type().is_i16());
    CHECK(!type.field(3));
    StructType copy = type;
    EQUAL(copy.num_fields(), size_t(3));
    ArrayType array(engine, FieldType::mut_(ValType::i64()));
    CHECK(array.element_type().is_mutable());
    HeapType heap(array);
    CHECK(heap.is_concrete());
    CHECK(heap.as_concrete_array()->element_type().is_mutable());
    CHECK(!heap.as_concrete_struct() && !heap.as_concrete_exn() && !heap.as_concrete_func());
    HeapType other = heap;
    other = HeapType(type);
    EQUAL(other.as_concrete_struct()->num_fields(), size_t(3));
    ExnType exn = ExnType::create(engine, {ValType::i32(), ValType::i64()}).unwrap();
    EQUAL(exn.tag_type()->functype()->params().size(), size_t(2));
    CHECK(HeapType(exn).as_concrete_exn());
    FuncType func = FuncType::from_iters(std::vector<ValType>{ValType::i32()},
                                         FuncType({}, {ValType::f32()})->results());
    EQUAL(func->params().size(), size_t(1));
    CHECK(ValType(*func->results().begin()).is_f32());
    FuncType same = func;
    same = FuncType({}, {});
    EQUAL(same->params().size(), size_t(0));
}

CASE(instances)
{
    Engine engine;
    Store store(engine);
    Module module = Module::compile(engine, R"((module
        (import "" "f" (func)) (import "" "m" (memory 1))
        (export "func" (func 0)) (export "memory" (memory 0))
        (global (export "global") i32 (i32.const 4))
        (table (export "table") 1 funcref)))")
                        .unwrap();
    Func func = Func::wrap(store, [] {});
    Memory memory = Memory::create(store, MemoryType(1)).unwrap();
    Instance instance = Instance::create(store, module, {func, memory}).unwrap();
    CHECK(std::holds_alternative<Func>(*instance.get(store, "func")));
    CHECK(std::holds_alternative<Table>(*instance.get(store, "table")));
    EQUAL(std::get<Global>(*instance.get(store, "global")).get(store).i32(), 4);
    CHECK(!instance.get(store, "nothing"));
    auto second = *instance.get(store, 1);
    EQUAL(second.first, "memory");
    CHECK(std::holds_alternative<Memory>(second.second));
    CHECK(!instance.get(store, 4));

    auto few = Instance::create(store, module, {func});
    CHECK(!few);
    CONTAINS(few.err().message(), "expected 2 imports, found 1");
    auto wrong = Instance::create(store, module, {memory, func});
    CHECK(!wrong);
    TrapError error = wrong.err();
    CHECK(std::get_if<Error>(&error.data));
    Module start = Module::compile(engine, "(module (func unreachable) (start 0))").unwrap();
    auto trapped = Instance::create(store, start, {});
    CHECK(!trapped);
    TrapError trap = trapped.err();
    CHECK(std::get_if<Trap>(&trap.data));
}

CASE(linkers)
{
    Engine engine;
    Store store(engine);
    Linker linker(engine);
    Module module = Module::compile(engine, R"((module
        (import "host" "f" (func (result i32)))
        (func (export "run") (result i32) call 0)))")
                        .unwrap();
    auto missing = linker.instantiate(store, module);
    CHECK(!missing);
    CONTAINS(missing.err().message(), "unknown import: `host::f` has not been defined");
    linker.define(store, "host", "f", Func::wrap(store, [] { return int32_t(1); })).unwrap();
    auto twice = linker.define(store, "host", "f", Func::wrap(store, [] { return int32_t(2); }));
    CHECK(!twice);
    CONTAINS(twice.err().message(), "defined twice");
    linker.allow_shadowing(true);
    linker.define(store, "host", "f", Func::wrap(store, [] { return int32_t(3); })).unwrap();
    Instance instance = linker.instantiate(store, module).unwrap();
    auto run = std::get<Func>(*instance.get(store, "run")).typed<std::tuple<>, int32_t>(store);
    EQUAL(run.unwrap().call(store, {}).unwrap(), 3);
    linker.define_instance(store, "inner", instance).unwrap();
    CHECK(std::holds_alternative<Func>(*linker.get(store, "inner", "run")));
    CHECK(!linker.get(store, "inner", "walk"));
    linker.module(store, "", module).unwrap();
    CHECK(linker.get(store, "", "run"));
    linker
        .func_new("host", "g", FuncType({}, {ValType::i32()}),
                  [](Caller, Span<const Val>, Span<Val> results) -> std::monostate {
                      results[0] = int32_t(9);
                      return {};
                  })
        .unwrap();
    EQUAL(std::get<Func>(*linker.get(store, "host", "g")).call(store, {}).unwrap()[0].i32(), 9);
    CHECK(linker.get_default(store, "nobody").unwrap().call(store, {}));

    Module unknown = Module::compile(engine, R"((module
        (import "none" "f" (func (result i64)))
        (import "none" "m" (memory 1))
        (func (export "run") (result i64) call 0)))")
                         .unwrap();
    Linker zeros(engine);
    zeros.define_unknown_imports_as_default_values(store, unknown).unwrap();
    Instance quiet = zeros.instantiate(store, unknown).unwrap();
    EQUAL(std::get<Func>(*quiet.get(store, "run")).call(store, {}).unwrap()[0].i64(), 0);
    Module only = Module::compile(engine, R"((module
        (import "none" "f" (func)) (func (export "run") call 0)))")
                      .unwrap();
    Linker traps(engine);
    traps.define_unknown_imports_as_traps(only).unwrap();
    Instance loud = traps.instantiate(store, only).unwrap();
    TrapError error = std::get<Func>(*loud.get(store, "run")).call(store, {}).err();
    CHECK(std::get_if<Error>(&error.data));
}

CASE(wasi)
{
    Engine engine;
    Linker linker(engine);
    linker.define_wasi().unwrap();
    CHECK(!linker.define_wasi());
    Module module = Module::compile(engine, R"((module
        (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "args_sizes_get"
            (func $sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "environ_sizes_get"
            (func $environ (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 100) "hello from the guest\n")
        (func (export "_start")
            (i32.store (i32.const 0) (i32.const 100))
            (i32.store (i32.const 4) (i32.const 21))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            (drop (call $sizes (i32.const 16) (i32.const 20)))
            (drop (call $environ (i32.const 24) (i32.const 28)))
            (call $exit (i32.add (i32.mul (i32.load (i32.const 16)) (i32.const 10))
                                 (i32.load (i32.const 24)))))))")
                        .unwrap();
    char path[] = "/tmp/hospes-cpp-XXXXXX";
    close(mkstemp(path));
    WasiConfig config;
    config.argv({"program", "one", "two"});
    config.env({{"NAME", "value"}, {"OTHER", ""}});
    CHECK(config.stdout_file(path));
    CHECK(!config.stdin_file("/there/is/no/such/file"));
    CHECK(!config.stderr_file("/there/is/no/such/folder/file"));
    CHECK(config.preopen_dir("/tmp", "/", false));
    CHECK(!config.preopen_dir("/there/is/no/such/folder", "/x", true));
    config.inherit_stderr();
    config.inherit_stdin();
    config.allow_ip_name_lookup(false);
    {
        Store store(engine);
        store.context().set_wasi(std::move(config)).unwrap();
        Instance instance = linker.instantiate(store, module).unwrap();
        TrapError error = std::get<Func>(*instance.get(store, "_start")).call(store, {}).err();
        const Error *exit = std::get_if<Error>(&error.data);
        CHECK(exit);
        EQUAL(*exit->i32_exit(), 32);
        CONTAINS(exit->message(), "Exited with i32 exit status 32");
        CHECK(exit->trace().size() >= 1);
    }
    std::ifstream file(path);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    unlink(path);
    EQUAL(text, "hello from the guest\n");
}

CASE(spans)
{
    std::vector<int> numbers = {1, 2, 3};
    Span<int> span(numbers);
    Span<const int> fixed(numbers);
    EQUAL(span.size(), size_t(3));
    EQUAL(span.size_bytes(), 3 * sizeof(int));
    span[1] = 20;
    EQUAL(fixed[1], 20);
    int sum = 0;
    for (int each : fixed)
        sum += each;
    EQUAL(sum, 24);
    Span<const int> converted = span;
    CHECK(converted.data() == numbers.data());
    EQUAL(Span<int>(numbers.data() + 1, 2)[1], 3);
}

CHECK_MAIN
