// Values and references: objects of the host's, the collected heap, exceptions.
#include "check.hh"

#include <memory>
#include <wasmtime.hh>

using namespace wasmtime;

CASE(values)
{
    EQUAL(Val(int32_t(-1)).i32(), -1);
    EQUAL(Val(int64_t(1) << 40).i64(), int64_t(1) << 40);
    EQUAL(Val(1.5f).f32(), 1.5f);
    EQUAL(Val(-2.5).f64(), -2.5);
    V128 vector;
    vector.v128[3] = 7;
    EQUAL(int(Val(vector).v128().v128[3]), 7);
    CHECK(Val(int32_t(0)).kind() == ValKind::I32);
    CHECK(Val(vector).kind() == ValKind::V128);
    CHECK(Val(std::optional<Func>()).kind() == ValKind::FuncRef);
    CHECK(!Val(std::optional<Func>()).funcref());
    CHECK(!Val(std::optional<ExternRef>()).externref());
    CHECK(!Val(std::optional<AnyRef>()).anyref());
    CHECK(!Val(std::optional<ExnRef>()).exnref());
    Val a(int32_t(1)), b(2.0);
    a = b;
    EQUAL(a.f64(), 2.0);
    Val c(std::move(a));
    EQUAL(c.f64(), 2.0);
    a = Val(int64_t(3));
    EQUAL(a.capi()->of.i64, 3);
    wasmtime_val_t raw;
    raw.kind = WASMTIME_I32;
    raw.of.i32 = 5;
    EQUAL(Val(raw).i32(), 5);
}

CASE(objects_of_the_host)
{
    auto object = std::make_shared<int>(1);
    Engine engine;
    {
        Store store(engine);
        {
            ExternRef ref(store, object);
            EQUAL(object.use_count(), 2L);
            CHECK(std::any_cast<std::shared_ptr<int>>(ref.data(store)) == object);
            ExternRef copy = ref;
            Val value(copy);
            Val other = value;
            CHECK(std::any_cast<std::shared_ptr<int>>(other.externref()->data(store)) == object);
            ref = std::move(copy);
            CHECK(wasmtime_externref_is_null(copy.capi()));
            CHECK(ref.borrow_raw(store) != 0);
        }
        EQUAL(object.use_count(), 2L);
        store.gc().unwrap();
        EQUAL(object.use_count(), 1L);
        ExternRef last(store, object);
        EQUAL(object.use_count(), 2L);
    }
    EQUAL(object.use_count(), 1L);
}

CASE(references_as_compiled_code_has_them)
{
    Engine engine;
    Store store(engine);
    ExternRef ref(store, std::string("text"));
    uint32_t bits = ref.borrow_raw(store);
    CHECK(bits != 0);
    EQUAL(ref.take_raw(store), bits);
    CHECK(wasmtime_externref_is_null(ref.capi()));
    EQUAL(ref.borrow_raw(store), 0u);
    wasmtime_externref_t again;
    wasmtime_externref_from_raw(store.context().capi(), bits, &again);
    EQUAL(std::any_cast<std::string>(ExternRef(again).data(store)), "text");
}

CASE(objects_through_the_guest)
{
    Engine engine;
    Store store(engine);
    Module module = Module::compile(engine, R"((module
        (table (export "table") 2 externref)
        (global (export "global") (mut externref) (ref.null extern))
        (func (export "same") (param externref) (result externref) local.get 0)))")
                        .unwrap();
    Instance instance = Instance::create(store, module, {}).unwrap();
    Func same = std::get<Func>(*instance.get(store, "same"));
    ExternRef ref(store, std::string("text"));
    auto results = same.call(store, {ref}).unwrap();
    EQUAL(std::any_cast<std::string>(results[0].externref()->data(store)), "text");
    Table table = std::get<Table>(*instance.get(store, "table"));
    table.set(store, 1, ref).unwrap();
    CHECK(!table.get(store, 0)->externref());
    EQUAL(std::any_cast<std::string>(table.get(store, 1)->externref()->data(store)), "text");
    Global global = std::get<Global>(*instance.get(store, "global"));
    global.set(store, ref).unwrap();
    store.gc().unwrap();
    EQUAL(std::any_cast<std::string>(global.get(store).externref()->data(store)), "text");
}

CASE(small_integers)
{
    Engine engine;
    Store store(engine);
    AnyRef ref = AnyRef::i31(store, uint32_t(-5));
    CHECK(ref.is_i31(store) && ref.is_eqref(store));
    CHECK(!ref.is_struct(store) && !ref.is_array(store));
    EQUAL(*ref.u31(store), 0x7ffffffbu);
    EQUAL(*ref.i31(store), -5);
    CHECK(ref.ty(store).is_i31());
    EqRef eq = *ref.as_eqref(store);
    EQUAL(*eq.i31_get_s(store), -5);
    EQUAL(*eq.i31_get_u(store), 0x7ffffffbu);
    CHECK(!ref.as_struct(store) && !ref.as_array(store));
    EqRef other = EqRef::from_i31(store, 3);
    CHECK(other.is_i31(store) && !other.is_struct(store) && !other.is_array(store));
    EQUAL(*other.to_anyref().u31(store), 3u);
    CHECK(other.ty(store).is_i31());
    Val value(ref);
    EQUAL(*value.anyref()->i31(store), -5);
    AnyRef moved = std::move(ref);
    CHECK(!ref.u31(store));
    EQUAL(*moved.i31(store), -5);
}

CASE(structs)
{
    Engine engine;
    Store store(engine);
    StructType type(engine, {FieldType::mut_(ValType::i32()), FieldType::const_(ValType::f64()),
                             FieldType::mut_(StorageType::i8())});
    StructRefPre pre = StructRefPre::create(store, type);
    StructRef object = StructRef::create(store, pre, {int32_t(1), 2.5, int32_t(300)}).unwrap();
    EQUAL(object.field(store, 0).unwrap().i32(), 1);
    EQUAL(object.field(store, 1).unwrap().f64(), 2.5);
    EQUAL(object.field(store, 2).unwrap().i32(), 44);
    object.set_field(store, 0, int32_t(9)).unwrap();
    EQUAL(object.field(store, 0).unwrap().i32(), 9);
    CHECK(!object.set_field(store, 1, 3.5));
    CHECK(!object.set_field(store, 0, 3.5));
    CHECK(!object.field(store, 3));
    CHECK(!StructRef::create(store, pre, {int32_t(1)}));
    AnyRef any = object.to_anyref();
    CHECK(any.is_struct(store));
    EQUAL(any.as_struct(store)->field(store, 0).unwrap().i32(), 9);
    EqRef eq = object.to_eqref();
    EQUAL(eq.as_struct(store)->field(store, 0).unwrap().i32(), 9);
    CHECK(!eq.as_array(store));
    EQUAL(object.ty(store).num_fields(), size_t(3));
    HeapType heap = any.ty(store);
    EQUAL(heap.as_concrete_struct()->num_fields(), size_t(3));
}

CASE(arrays)
{
    Engine engine;
    Store store(engine);
    ArrayType type(engine, FieldType::mut_(ValType::i64()));
    ArrayRefPre pre = ArrayRefPre::create(store, type);
    ArrayRef array = ArrayRef::create(store, pre, int64_t(5), 4).unwrap();
    EQUAL(array.len(store).unwrap(), 4u);
    EQUAL(array.get(store, 3).unwrap().i64(), 5);
    array.set(store, 2, int64_t(6)).unwrap();
    EQUAL(array.get(store, 2).unwrap().i64(), 6);
    CHECK(!array.get(store, 4));
    CHECK(!array.set(store, 4, int64_t(0)));
    CHECK(!array.set(store, 0, int32_t(0)));
    CHECK(!ArrayRef::create(store, pre, 1.5, 4));
    AnyRef any = array.to_anyref();
    CHECK(any.is_array(store));
    EQUAL(any.as_array(store)->len(store).unwrap(), 4u);
    EQUAL(array.to_eqref().as_array(store)->len(store).unwrap(), 4u);
    CHECK(array.ty(store).element_type().is_mutable());
}

CASE(exceptions)
{
    Engine engine;
    Store store(engine);
    ExnType type = ExnType::create(engine, {ValType::i32(), ValType::i64()}).unwrap();
    Tag tag = Tag::create(store, type.tag_type()).unwrap();
    ExnRef exn = ExnRef::create(store, tag, {int32_t(1), int64_t(2)}).unwrap();
    EQUAL(exn.field_count(store), size_t(2));
    EQUAL(exn.field(store, 1).unwrap().i64(), 2);
    CHECK(!exn.field(store, 2));
    CHECK(exn.tag(store).unwrap().eq(store, tag));
    EQUAL(exn.ty(store).tag_type()->functype()->params().size(), size_t(2));
    CHECK(!ExnRef::create(store, tag, {int32_t(1)}));

    Func host = Func::wrap(store, [&](Caller caller) -> Result<std::monostate, Trap> {
        ExnRef thrown = ExnRef::create(caller, tag, {int32_t(7), int64_t(8)}).unwrap();
        return caller.context().throw_exception(thrown);
    });
    Module module = Module::compile(engine, R"((module
        (import "" "f" (func $host))
        (import "" "t" (tag $tag (param i32 i64)))
        (func (export "caught") (result i32)
            (block $handler (result i32 i64)
                (try_table (catch $tag $handler) (call $host))
                (return (i32.const 0)))
            drop)
        (func (export "uncaught") (call $host))))")
                        .unwrap();
    Instance instance = Instance::create(store, module, {host, tag}).unwrap();
    auto caught = std::get<Func>(*instance.get(store, "caught")).call(store, {});
    CHECK(caught);
    EQUAL(caught.unwrap()[0].i32(), 7);
    CHECK(!store.context().has_exception());
    auto uncaught = std::get<Func>(*instance.get(store, "uncaught")).call(store, {});
    CHECK(!uncaught);
    CHECK(store.context().has_exception());
    std::optional<ExnRef> pending = store.context().take_exception();
    EQUAL(pending->field(store, 0).unwrap().i32(), 7);
    CHECK(!store.context().has_exception());
    CHECK(!store.context().take_exception());
}

CHECK_MAIN
