/**
 * @file wasmtime/component/val.hh
 *
 * The values of components. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_VAL_HH
#define WASMTIME_COMPONENT_VAL_HH

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>
#include <wasmtime/component/types/val.hh>
#include <wasmtime/component/val.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.hh>
#include <wasmtime/helpers.hh>
#include <wasmtime/span.hh>
#include <wasmtime/store.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

namespace wasmtime
{
namespace component
{

class Val;
class ResourceHost;

/// A resource that a component uses, of the host's or of a guest's. Copies stand for the same one;
/// `drop` ends it.
class ResourceAny : public detail::Cloned<ResourceAny, wasmtime_component_resource_any_t,
                                          wasmtime_component_resource_any_delete,
                                          wasmtime_component_resource_any_clone>
{
  public:
    using Cloned::Cloned;

    /// Whether it was handed over, and not lent.
    bool owned() const
    {
        return wasmtime_component_resource_any_owned(ptr.get());
    }

    /// Its type.
    ResourceType type() const
    {
        return ResourceType(wasmtime_component_resource_any_type(ptr.get()));
    }

    /// Ends the resource: once for all copies.
    Result<std::monostate> drop(Store::Context cx) const
    {
        return detail::done(wasmtime_component_resource_any_drop(cx.capi(), ptr.get()));
    }

    /// The resource of the host's that this stands for.
    Result<ResourceHost> to_host(Store::Context cx) const;
};

/// A resource of the host's: a number of the host's choice, and a type.
class ResourceHost : public detail::Cloned<ResourceHost, wasmtime_component_resource_host_t,
                                           wasmtime_component_resource_host_delete,
                                           wasmtime_component_resource_host_clone>
{
  public:
    using Cloned::Cloned;

    ResourceHost(bool owned, uint32_t rep, uint32_t ty)
        : Cloned(wasmtime_component_resource_host_new(owned, rep, ty))
    {
    }

    /// Whether it is handed over, and not lent.
    bool owned() const
    {
        return wasmtime_component_resource_host_owned(ptr.get());
    }

    /// The number.
    uint32_t rep() const
    {
        return wasmtime_component_resource_host_rep(ptr.get());
    }

    /// The type.
    uint32_t type() const
    {
        return wasmtime_component_resource_host_type(ptr.get());
    }

    /// The resource as a component uses it.
    Result<ResourceAny> to_any(Store::Context cx) const
    {
        wasmtime_component_resource_any_t *any = nullptr;
        if (wasmtime_error_t *error =
                wasmtime_component_resource_host_to_any(cx.capi(), ptr.get(), &any))
            return Error(error);
        return ResourceAny(any);
    }
};

inline Result<ResourceHost> ResourceAny::to_host(Store::Context cx) const
{
    wasmtime_component_resource_host_t *host = nullptr;
    if (wasmtime_error_t *error =
            wasmtime_component_resource_any_to_host(cx.capi(), ptr.get(), &host))
        return Error(error);
    return ResourceHost(host);
}

class RecordField;
class MapEntry;

/// The machinery behind the classes; its names may change.
namespace detail
{

using namespace wasmtime::detail;

/// A struct of the C API and nothing else, which owns what is in it. All zero, it is empty: so it
/// begins, and so a move leaves it.
template <typename Self, typename RawType, void (*Copy)(RawType *, const RawType *),
          void (*Delete)(RawType *)>
class Value
{
  public:
    /// The type of the C API.
    using Raw = RawType;

    /// Takes over `other`.
    explicit Value(Raw &&other) : raw(std::exchange(other, Raw()))
    {
    }

    Value(const Value &other)
    {
        Copy(&raw, &other.raw);
    }

    Value &operator=(const Value &other)
    {
        if (this != &other) {
            Delete(&raw);
            Copy(&raw, &other.raw);
        }
        return *this;
    }

    Value(Value &&other) noexcept : raw(other.release())
    {
    }

    Value &operator=(Value &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    ~Value() noexcept
    {
        Delete(&raw);
    }

    /// Looks at a value without owning it.
    static const Self *from_capi(const Raw *capi)
    {
        static_assert(sizeof(Self) == sizeof(Raw), "a struct of the C API and nothing else");
        return reinterpret_cast<const Self *>(capi);
    }

    /// Looks at a value without owning it.
    static Self *from_capi(Raw *capi)
    {
        return reinterpret_cast<Self *>(capi);
    }

    /// The same in the C API.
    static const Raw *to_capi(const Self *value)
    {
        return reinterpret_cast<const Raw *>(value);
    }

    /// The same in the C API.
    static Raw *to_capi(Self *value)
    {
        return reinterpret_cast<Raw *>(value);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

  protected:
    Raw raw;

    Value() : raw()
    {
    }

    /// Gives away what is in it.
    Raw release()
    {
        return std::exchange(raw, Raw());
    }
};

inline void copy_value(wasmtime_component_val_t *to, const wasmtime_component_val_t *from)
{
    wasmtime_component_val_clone(from, to);
}

/* What options, variants and results keep is in a box of the C API's, or there is none. */

inline void copy_option(wasmtime_component_val_t **to, wasmtime_component_val_t *const *from)
{
    *to = nullptr;
    if (*from) {
        wasmtime_component_val_t copy;
        wasmtime_component_val_clone(*from, &copy);
        *to = wasmtime_component_val_new(&copy);
    }
}

inline void delete_option(wasmtime_component_val_t **value)
{
    wasmtime_component_val_free(*value);
}

inline void copy_variant(wasmtime_component_valvariant_t *to,
                         const wasmtime_component_valvariant_t *from)
{
    wasm_name_copy(&to->discriminant, &from->discriminant);
    copy_option(&to->val, &from->val);
}

inline void delete_variant(wasmtime_component_valvariant_t *value)
{
    wasm_name_delete(&value->discriminant);
    wasmtime_component_val_free(value->val);
}

inline void copy_result(wasmtime_component_valresult_t *to,
                        const wasmtime_component_valresult_t *from)
{
    to->is_ok = from->is_ok;
    copy_option(&to->val, &from->val);
}

inline void delete_result(wasmtime_component_valresult_t *value)
{
    wasmtime_component_val_free(value->val);
}

} // namespace detail

/// Values with names.
class Record
    : public detail::Value<Record, wasmtime_component_valrecord_t,
                           wasmtime_component_valrecord_copy, wasmtime_component_valrecord_delete>
{
    friend class Val;

  public:
    using Value::Value;

    Record(std::vector<std::pair<std::string_view, Val>> entries);

    /// How many there are.
    size_t size() const
    {
        return raw.size;
    }

    /// The first one.
    const RecordField *begin() const;
    /// One after the last one.
    const RecordField *end() const;
};

/// Any number of values of one type.
class List
    : public detail::Value<List, wasmtime_component_vallist_t, wasmtime_component_vallist_copy,
                           wasmtime_component_vallist_delete>
{
    friend class Val;

  public:
    using Value::Value;

    List(std::vector<Val> entries);

    /// How many there are.
    size_t size() const
    {
        return raw.size;
    }

    /// The first one.
    const Val *begin() const;
    /// One after the last one.
    const Val *end() const;
};

/// Values of different types.
class Tuple
    : public detail::Value<Tuple, wasmtime_component_valtuple_t, wasmtime_component_valtuple_copy,
                           wasmtime_component_valtuple_delete>
{
    friend class Val;

  public:
    using Value::Value;

    Tuple(std::vector<Val> entries);

    /// How many there are.
    size_t size() const
    {
        return raw.size;
    }

    /// The first one.
    const Val *begin() const;
    /// One after the last one.
    const Val *end() const;
};

/// Values with keys.
class Map : public detail::Value<Map, wasmtime_component_valmap_t, wasmtime_component_valmap_copy,
                                 wasmtime_component_valmap_delete>
{
    friend class Val;

  public:
    using Value::Value;

    Map(std::vector<std::pair<Val, Val>> entries);

    /// How many there are.
    size_t size() const
    {
        return raw.size;
    }

    /// The first one.
    const MapEntry *begin() const;
    /// One after the last one.
    const MapEntry *end() const;
};

/// A flag that is set: its name.
class Flag : public detail::Value<Flag, wasm_name_t, wasm_byte_vec_copy, wasm_byte_vec_delete>
{
    friend class Val;

  public:
    using Value::Value;

    Flag(std::string_view name)
    {
        wasm_name_new(&raw, name.size(), name.data());
    }

    std::string_view name() const
    {
        return detail::view_of(&raw);
    }
};

/// The flags that are set.
class Flags
    : public detail::Value<Flags, wasmtime_component_valflags_t, wasmtime_component_valflags_copy,
                           wasmtime_component_valflags_delete>
{
    friend class Val;

  public:
    using Value::Value;

    Flags(std::vector<Flag> flags)
    {
        wasmtime_component_valflags_new_uninit(&raw, flags.size());
        for (size_t i = 0; i < flags.size(); i++)
            *Flag::from_capi(&raw.data[i]) = std::move(flags[i]);
    }

    /// How many there are.
    size_t size() const
    {
        return raw.size;
    }

    /// The first one.
    const Flag *begin() const;
    /// One after the last one.
    const Flag *end() const;
};

/// One of several cases, with a value or without.
class Variant : public detail::Value<Variant, wasmtime_component_valvariant_t, detail::copy_variant,
                                     detail::delete_variant>
{
    friend class Val;

  public:
    using Value::Value;

    Variant(std::string_view discriminant, std::optional<Val> x);

    /// The name of the case.
    std::string_view discriminant() const
    {
        return detail::view_of(&raw.discriminant);
    }

    /// The value, or NULL; valid as long as this object.
    const Val *value() const;
};

/// A value or none.
class WitOption : public detail::Value<WitOption, wasmtime_component_val_t *, detail::copy_option,
                                       detail::delete_option>
{
    friend class Val;

  public:
    using Value::Value;

    explicit WitOption(std::optional<Val> val);

    /// The value, or NULL; valid as long as this object.
    const Val *value() const;
};

/// Success or failure, each with a value or without.
class WitResult : public detail::Value<WitResult, wasmtime_component_valresult_t,
                                       detail::copy_result, detail::delete_result>
{
    friend class Val;

  public:
    using Value::Value;

    /// Success.
    static WitResult ok(std::optional<Val> val);
    /// Failure.
    static WitResult err(std::optional<Val> val);

    bool is_ok() const
    {
        return raw.is_ok;
    }

    /// The value, or NULL; valid as long as this object.
    const Val *payload() const;
};

/// A value of any type.
class Val : public detail::Value<Val, wasmtime_component_val_t, detail::copy_value,
                                 wasmtime_component_val_delete>
{
    friend class Variant;
    friend class WitOption;
    friend class WitResult;

    struct Kind {
    };

    Val(wasmtime_component_valkind_t kind, Kind)
    {
        raw.kind = kind;
    }

    void expect(wasmtime_component_valkind_t kind) const
    {
        if (raw.kind != kind)
            detail::give_up("a value was asked for something of another kind");
    }

    /// Moves a value into the box that options, variants and results keep.
    static wasmtime_component_val_t *box(std::optional<Val> value)
    {
        if (!value)
            return nullptr;
        return wasmtime_component_val_new(&value->raw);
    }

  public:
    using Value::Value;

    Val(bool v) : Val(WASMTIME_COMPONENT_BOOL, Kind())
    {
        raw.of.boolean = v;
    }

    Val(uint8_t v) : Val(WASMTIME_COMPONENT_U8, Kind())
    {
        raw.of.u8 = v;
    }

    Val(int8_t v) : Val(WASMTIME_COMPONENT_S8, Kind())
    {
        raw.of.s8 = v;
    }

    Val(uint16_t v) : Val(WASMTIME_COMPONENT_U16, Kind())
    {
        raw.of.u16 = v;
    }

    Val(int16_t v) : Val(WASMTIME_COMPONENT_S16, Kind())
    {
        raw.of.s16 = v;
    }

    Val(uint32_t v) : Val(WASMTIME_COMPONENT_U32, Kind())
    {
        raw.of.u32 = v;
    }

    Val(int32_t v) : Val(WASMTIME_COMPONENT_S32, Kind())
    {
        raw.of.s32 = v;
    }

    Val(uint64_t v) : Val(WASMTIME_COMPONENT_U64, Kind())
    {
        raw.of.u64 = v;
    }

    Val(int64_t v) : Val(WASMTIME_COMPONENT_S64, Kind())
    {
        raw.of.s64 = v;
    }

    Val(float v) : Val(WASMTIME_COMPONENT_F32, Kind())
    {
        raw.of.f32 = v;
    }

    Val(double v) : Val(WASMTIME_COMPONENT_F64, Kind())
    {
        raw.of.f64 = v;
    }

    /// A character, by its number.
    static Val char_(uint32_t v)
    {
        Val result(WASMTIME_COMPONENT_CHAR, Kind());
        result.raw.of.character = v;
        return result;
    }

    /// A text.
    static Val string(std::string_view v)
    {
        Val result(WASMTIME_COMPONENT_STRING, Kind());
        wasm_name_new(&result.raw.of.string, v.size(), v.data());
        return result;
    }

    /// A case of an enumeration.
    static Val enum_(std::string_view discriminant)
    {
        Val result(WASMTIME_COMPONENT_ENUM, Kind());
        wasm_name_new(&result.raw.of.enumeration, discriminant.size(), discriminant.data());
        return result;
    }

    Val(List v) : Val(WASMTIME_COMPONENT_LIST, Kind())
    {
        raw.of.list = v.release();
    }

    Val(Record v) : Val(WASMTIME_COMPONENT_RECORD, Kind())
    {
        raw.of.record = v.release();
    }

    Val(Tuple v) : Val(WASMTIME_COMPONENT_TUPLE, Kind())
    {
        raw.of.tuple = v.release();
    }

    Val(Variant v) : Val(WASMTIME_COMPONENT_VARIANT, Kind())
    {
        raw.of.variant = v.release();
    }

    Val(WitOption v) : Val(WASMTIME_COMPONENT_OPTION, Kind())
    {
        raw.of.option = v.release();
    }

    Val(WitResult v) : Val(WASMTIME_COMPONENT_RESULT, Kind())
    {
        raw.of.result = v.release();
    }

    Val(Flags v) : Val(WASMTIME_COMPONENT_FLAGS, Kind())
    {
        raw.of.flags = v.release();
    }

    Val(Map v) : Val(WASMTIME_COMPONENT_MAP, Kind())
    {
        raw.of.map = v.release();
    }

    Val(ResourceAny v) : Val(WASMTIME_COMPONENT_RESOURCE, Kind())
    {
        raw.of.resource = v.capi_release();
    }

    /* What follows asks for the value, and ends the program if it is of another kind. What is given
     * as a reference is valid as long as this object. */

    bool is_bool() const
    {
        return raw.kind == WASMTIME_COMPONENT_BOOL;
    }

    bool get_bool() const
    {
        expect(WASMTIME_COMPONENT_BOOL);
        return raw.of.boolean;
    }

    bool is_u8() const
    {
        return raw.kind == WASMTIME_COMPONENT_U8;
    }

    uint8_t get_u8() const
    {
        expect(WASMTIME_COMPONENT_U8);
        return raw.of.u8;
    }

    bool is_s8() const
    {
        return raw.kind == WASMTIME_COMPONENT_S8;
    }

    int8_t get_s8() const
    {
        expect(WASMTIME_COMPONENT_S8);
        return raw.of.s8;
    }

    bool is_u16() const
    {
        return raw.kind == WASMTIME_COMPONENT_U16;
    }

    uint16_t get_u16() const
    {
        expect(WASMTIME_COMPONENT_U16);
        return raw.of.u16;
    }

    bool is_s16() const
    {
        return raw.kind == WASMTIME_COMPONENT_S16;
    }

    int16_t get_s16() const
    {
        expect(WASMTIME_COMPONENT_S16);
        return raw.of.s16;
    }

    bool is_u32() const
    {
        return raw.kind == WASMTIME_COMPONENT_U32;
    }

    uint32_t get_u32() const
    {
        expect(WASMTIME_COMPONENT_U32);
        return raw.of.u32;
    }

    bool is_s32() const
    {
        return raw.kind == WASMTIME_COMPONENT_S32;
    }

    int32_t get_s32() const
    {
        expect(WASMTIME_COMPONENT_S32);
        return raw.of.s32;
    }

    bool is_u64() const
    {
        return raw.kind == WASMTIME_COMPONENT_U64;
    }

    uint64_t get_u64() const
    {
        expect(WASMTIME_COMPONENT_U64);
        return raw.of.u64;
    }

    bool is_s64() const
    {
        return raw.kind == WASMTIME_COMPONENT_S64;
    }

    int64_t get_s64() const
    {
        expect(WASMTIME_COMPONENT_S64);
        return raw.of.s64;
    }

    bool is_f32() const
    {
        return raw.kind == WASMTIME_COMPONENT_F32;
    }

    float get_f32() const
    {
        expect(WASMTIME_COMPONENT_F32);
        return raw.of.f32;
    }

    bool is_f64() const
    {
        return raw.kind == WASMTIME_COMPONENT_F64;
    }

    double get_f64() const
    {
        expect(WASMTIME_COMPONENT_F64);
        return raw.of.f64;
    }

    bool is_char() const
    {
        return raw.kind == WASMTIME_COMPONENT_CHAR;
    }

    uint32_t get_char() const
    {
        expect(WASMTIME_COMPONENT_CHAR);
        return raw.of.character;
    }

    bool is_string() const
    {
        return raw.kind == WASMTIME_COMPONENT_STRING;
    }

    std::string_view get_string() const
    {
        expect(WASMTIME_COMPONENT_STRING);
        return detail::view_of(&raw.of.string);
    }

    bool is_enum() const
    {
        return raw.kind == WASMTIME_COMPONENT_ENUM;
    }

    std::string_view get_enum() const
    {
        expect(WASMTIME_COMPONENT_ENUM);
        return detail::view_of(&raw.of.enumeration);
    }

    bool is_list() const
    {
        return raw.kind == WASMTIME_COMPONENT_LIST;
    }

    const List &get_list() const
    {
        expect(WASMTIME_COMPONENT_LIST);
        return *List::from_capi(&raw.of.list);
    }

    bool is_record() const
    {
        return raw.kind == WASMTIME_COMPONENT_RECORD;
    }

    const Record &get_record() const
    {
        expect(WASMTIME_COMPONENT_RECORD);
        return *Record::from_capi(&raw.of.record);
    }

    bool is_tuple() const
    {
        return raw.kind == WASMTIME_COMPONENT_TUPLE;
    }

    const Tuple &get_tuple() const
    {
        expect(WASMTIME_COMPONENT_TUPLE);
        return *Tuple::from_capi(&raw.of.tuple);
    }

    bool is_variant() const
    {
        return raw.kind == WASMTIME_COMPONENT_VARIANT;
    }

    const Variant &get_variant() const
    {
        expect(WASMTIME_COMPONENT_VARIANT);
        return *Variant::from_capi(&raw.of.variant);
    }

    bool is_option() const
    {
        return raw.kind == WASMTIME_COMPONENT_OPTION;
    }

    const WitOption &get_option() const
    {
        expect(WASMTIME_COMPONENT_OPTION);
        return *WitOption::from_capi(&raw.of.option);
    }

    bool is_result() const
    {
        return raw.kind == WASMTIME_COMPONENT_RESULT;
    }

    const WitResult &get_result() const
    {
        expect(WASMTIME_COMPONENT_RESULT);
        return *WitResult::from_capi(&raw.of.result);
    }

    bool is_flags() const
    {
        return raw.kind == WASMTIME_COMPONENT_FLAGS;
    }

    const Flags &get_flags() const
    {
        expect(WASMTIME_COMPONENT_FLAGS);
        return *Flags::from_capi(&raw.of.flags);
    }

    bool is_map() const
    {
        return raw.kind == WASMTIME_COMPONENT_MAP;
    }

    const Map &get_map() const
    {
        expect(WASMTIME_COMPONENT_MAP);
        return *Map::from_capi(&raw.of.map);
    }

    bool is_resource() const
    {
        return raw.kind == WASMTIME_COMPONENT_RESOURCE;
    }

    const ResourceAny &get_resource() const
    {
        expect(WASMTIME_COMPONENT_RESOURCE);
        return *ResourceAny::from_capi(&raw.of.resource);
    }
};

static_assert(sizeof(Val) == sizeof(wasmtime_component_val_t), "arrays are arrays of the C API");

/// One field of a record; valid as long as the record.
class RecordField
{
    wasmtime_component_valrecord_entry_t entry;
    RecordField() = delete;

  public:
    std::string_view name() const
    {
        return detail::view_of(&entry.name);
    }

    const Val &value() const
    {
        return *Val::from_capi(&entry.val);
    }
};

/// One entry of a map; valid as long as the map.
class MapEntry
{
    wasmtime_component_valmap_entry_t entry;
    MapEntry() = delete;

  public:
    const Val &key() const
    {
        return *Val::from_capi(&entry.key);
    }

    const Val &value() const
    {
        return *Val::from_capi(&entry.value);
    }
};

inline Record::Record(std::vector<std::pair<std::string_view, Val>> entries)
{
    wasmtime_component_valrecord_new_uninit(&raw, entries.size());
    for (size_t i = 0; i < entries.size(); i++) {
        wasm_name_new(&raw.data[i].name, entries[i].first.size(), entries[i].first.data());
        *Val::from_capi(&raw.data[i].val) = std::move(entries[i].second);
    }
}

inline List::List(std::vector<Val> entries)
{
    wasmtime_component_vallist_new_uninit(&raw, entries.size());
    for (size_t i = 0; i < entries.size(); i++)
        *Val::from_capi(&raw.data[i]) = std::move(entries[i]);
}

inline Tuple::Tuple(std::vector<Val> entries)
{
    wasmtime_component_valtuple_new_uninit(&raw, entries.size());
    for (size_t i = 0; i < entries.size(); i++)
        *Val::from_capi(&raw.data[i]) = std::move(entries[i]);
}

inline Map::Map(std::vector<std::pair<Val, Val>> entries)
{
    wasmtime_component_valmap_new_uninit(&raw, entries.size());
    for (size_t i = 0; i < entries.size(); i++) {
        *Val::from_capi(&raw.data[i].key) = std::move(entries[i].first);
        *Val::from_capi(&raw.data[i].value) = std::move(entries[i].second);
    }
}

inline Variant::Variant(std::string_view discriminant, std::optional<Val> x)
{
    wasm_name_new(&raw.discriminant, discriminant.size(), discriminant.data());
    raw.val = Val::box(std::move(x));
}

inline WitOption::WitOption(std::optional<Val> val)
{
    raw = Val::box(std::move(val));
}

inline WitResult WitResult::ok(std::optional<Val> val)
{
    return WitResult(Raw{true, Val::box(std::move(val))});
}

inline WitResult WitResult::err(std::optional<Val> val)
{
    return WitResult(Raw{false, Val::box(std::move(val))});
}

inline const Val *Variant::value() const
{
    return Val::from_capi(static_cast<const wasmtime_component_val_t *>(raw.val));
}

inline const Val *WitOption::value() const
{
    return Val::from_capi(static_cast<const wasmtime_component_val_t *>(raw));
}

inline const Val *WitResult::payload() const
{
    return Val::from_capi(static_cast<const wasmtime_component_val_t *>(raw.val));
}

inline const RecordField *Record::begin() const
{
    return reinterpret_cast<const RecordField *>(raw.data);
}

inline const RecordField *Record::end() const
{
    return begin() + raw.size;
}

inline const Val *List::begin() const
{
    return Val::from_capi(static_cast<const wasmtime_component_val_t *>(raw.data));
}

inline const Val *List::end() const
{
    return begin() + raw.size;
}

inline const Val *Tuple::begin() const
{
    return Val::from_capi(static_cast<const wasmtime_component_val_t *>(raw.data));
}

inline const Val *Tuple::end() const
{
    return begin() + raw.size;
}

inline const Flag *Flags::begin() const
{
    return Flag::from_capi(static_cast<const wasm_name_t *>(raw.data));
}

inline const Flag *Flags::end() const
{
    return begin() + raw.size;
}

inline const MapEntry *Map::begin() const
{
    return reinterpret_cast<const MapEntry *>(raw.data);
}

inline const MapEntry *Map::end() const
{
    return begin() + raw.size;
}

} // namespace component
} // namespace wasmtime

#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#endif // WASMTIME_COMPONENT_VAL_HH
