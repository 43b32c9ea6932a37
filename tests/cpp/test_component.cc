// The values and types of components, which work without any component; and what a linker says.
#include "check.hh"

#include <wasmtime/component.hh>

namespace component = wasmtime::component;
using component::Val;
using wasmtime::Engine;

CASE(numbers_and_texts)
{
    CHECK(Val(true).get_bool());
    EQUAL(int(Val(uint8_t(200)).get_u8()), 200);
    EQUAL(int(Val(int8_t(-1)).get_s8()), -1);
    EQUAL(Val(uint16_t(60000)).get_u16(), 60000);
    EQUAL(Val(int16_t(-3)).get_s16(), -3);
    EQUAL(Val(uint32_t(4000000000u)).get_u32(), 4000000000u);
    EQUAL(Val(int32_t(-4)).get_s32(), -4);
    EQUAL(Val(~uint64_t(0)).get_u64(), ~uint64_t(0));
    EQUAL(Val(int64_t(-5)).get_s64(), -5);
    EQUAL(Val(1.5f).get_f32(), 1.5f);
    EQUAL(Val(2.5).get_f64(), 2.5);
    EQUAL(Val::string("text").get_string(), "text");
    EQUAL(Val::enum_("red").get_enum(), "red");
    CHECK(Val::string("").is_string() && !Val::string("").is_enum());
    EQUAL(int(Val::char_('x').capi()->of.character), int('x'));
    Val copy = Val::string("copied");
    Val second = copy;
    copy = Val(1.0);
    EQUAL(second.get_string(), "copied");
    Val moved = std::move(second);
    EQUAL(moved.get_string(), "copied");
    CHECK(second.is_bool());
}

CASE(aggregates)
{
    component::Record record({{"x", Val(int32_t(1))}, {"y", Val::string("two")}});
    EQUAL(record.size(), size_t(2));
    EQUAL(record.begin()[1].name(), "y");
    EQUAL(record.begin()[1].value().get_string(), "two");
    Val value(record);
    EQUAL(value.get_record().begin()->value().get_s32(), 1);
    component::Record gone = std::move(record);
    EQUAL(record.size(), size_t(0));
    EQUAL(gone.size(), size_t(2));

    component::List list({Val(int32_t(1)), Val(int32_t(2)), Val(int32_t(3))});
    int32_t sum = 0;
    for (const Val &each : list)
        sum += each.get_s32();
    EQUAL(sum, 6);
    Val nested(component::List({Val(list), Val(list)}));
    EQUAL(nested.get_list().begin()[1].get_list().size(), size_t(3));
    Val deep = nested;
    EQUAL(deep.get_list().begin()[0].get_list().begin()[2].get_s32(), 3);
    list = component::List(std::vector<Val>());
    EQUAL(list.size(), size_t(0));

    component::Tuple tuple({Val(true), Val(1.5)});
    EQUAL(Val(tuple).get_tuple().end()[-1].get_f64(), 1.5);
    component::Flags flags({component::Flag("a"), component::Flag("b")});
    EQUAL(Val(flags).get_flags().begin()[1].name(), "b");
    component::Map map({{Val::string("k"), Val(int32_t(4))}});
    EQUAL(Val(map).get_map().begin()->key().get_string(), "k");
    EQUAL(map.begin()->value().get_s32(), 4);
}

CASE(choices)
{
    component::Variant with("some-case", Val(int32_t(5))), without("none", std::nullopt);
    EQUAL(with.discriminant(), "some-case");
    EQUAL(with.value()->get_s32(), 5);
    CHECK(!without.value());
    Val variant(with);
    with = without;
    EQUAL(variant.get_variant().value()->get_s32(), 5);
    component::WitOption some(Val::string("here")), none(std::nullopt);
    EQUAL(some.value()->get_string(), "here");
    CHECK(!none.value());
    Val option(some);
    none = some;
    EQUAL(none.value()->get_string(), "here");
    CHECK(option.is_option());
    EQUAL(option.get_option().value()->get_string(), "here");
    component::WitResult ok = component::WitResult::ok(Val(int32_t(1)));
    component::WitResult err = component::WitResult::err(std::nullopt);
    CHECK(ok.is_ok() && ok.payload()->get_s32() == 1);
    CHECK(!err.is_ok() && !err.payload());
    Val result(ok);
    CHECK(result.is_result() && result.get_result().is_ok());
}

CASE(types)
{
    using component::ValType;
    CHECK(ValType::new_u8() == ValType::new_u8());
    CHECK(ValType::new_u8() != ValType::new_s8());
    ValType text = ValType::new_string(), copy = text;
    CHECK(copy.is_string() && !copy.is_bool());
    EQUAL(int(text.kind()), int(WASMTIME_COMPONENT_VALTYPE_STRING));
    component::ResourceType one(1), two(2);
    CHECK(one == component::ResourceType(1));
    CHECK(one != two);
    ValType own = ValType::new_own(one);
    CHECK(own.is_own());
    CHECK(own.own() == one);
    ValType borrow = ValType::new_borrow(one);
    CHECK(borrow.is_borrow());
    CHECK(own != borrow);
    ValType moved = std::move(own);
    CHECK(moved.is_own() && own.is_bool());
}

CASE(resources_of_the_host)
{
    component::ResourceHost host(true, 7, 3);
    CHECK(host.owned());
    EQUAL(host.rep(), 7u);
    EQUAL(host.type(), 3u);
    component::ResourceHost copy = host;
    EQUAL(copy.rep(), 7u);
}

CASE(components_themselves)
{
    Engine engine;
    component::Linker linker(engine);
    linker.allow_shadowing(false);
    {
        component::LinkerInstance root = linker.root();
        auto inner = root.add_instance("inner");
        CHECK(inner);
    }
    std::vector<uint8_t> garbage = {1, 2, 3};
    auto refused = component::Component::compile(engine, garbage);
    CHECK(!refused);
    CHECK(!refused.err().message().empty());
    CHECK(!component::Component::deserialize(engine, garbage));
    CHECK(!component::Component::deserialize_file(engine, "/there/is/no/such/file"));
}

CHECK_MAIN
