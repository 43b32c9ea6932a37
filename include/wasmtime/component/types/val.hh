/**
 * @file wasmtime/component/types/val.hh
 *
 * The types of the values of components. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_TYPES_VAL_HH
#define WASMTIME_COMPONENT_TYPES_VAL_HH

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <wasmtime/component/types/val.h>
#include <wasmtime/conf.h>
#include <wasmtime/helpers.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

namespace wasmtime
{
namespace component
{

class ValType;

/// The type of a list.
class ListType : public detail::Comparable<
                     ListType, wasmtime_component_list_type_t, wasmtime_component_list_type_delete,
                     wasmtime_component_list_type_clone, wasmtime_component_list_type_equal>
{
  public:
    using Comparable::Comparable;

    /// The type of the elements.
    ValType element() const;
};

/// The type of a record.
class RecordType
    : public detail::Comparable<
          RecordType, wasmtime_component_record_type_t, wasmtime_component_record_type_delete,
          wasmtime_component_record_type_clone, wasmtime_component_record_type_equal>
{
  public:
    using Comparable::Comparable;

    /// How many fields there are.
    size_t field_count() const
    {
        return wasmtime_component_record_type_field_count(ptr.get());
    }

    /// The name and the type of a field; the name is valid as long as this object.
    std::optional<std::pair<std::string_view, ValType>> field_nth(size_t nth) const;
};

/// The type of a tuple.
class TupleType
    : public detail::Comparable<
          TupleType, wasmtime_component_tuple_type_t, wasmtime_component_tuple_type_delete,
          wasmtime_component_tuple_type_clone, wasmtime_component_tuple_type_equal>
{
  public:
    using Comparable::Comparable;

    /// How many values there are.
    size_t types_count() const
    {
        return wasmtime_component_tuple_type_types_count(ptr.get());
    }

    /// The type of a value.
    std::optional<ValType> types_nth(size_t nth) const;
};

/// The type of a variant.
class VariantType
    : public detail::Comparable<
          VariantType, wasmtime_component_variant_type_t, wasmtime_component_variant_type_delete,
          wasmtime_component_variant_type_clone, wasmtime_component_variant_type_equal>
{
  public:
    using Comparable::Comparable;

    /// How many cases there are.
    size_t case_count() const
    {
        return wasmtime_component_variant_type_case_count(ptr.get());
    }

    /// The name of a case, and the type of its value if it has one. The name is valid as long as
    /// this object.
    std::optional<std::pair<std::string_view, std::optional<ValType>>> case_nth(size_t nth) const;
};

/// The type of an enumeration.
class EnumType : public detail::Comparable<
                     EnumType, wasmtime_component_enum_type_t, wasmtime_component_enum_type_delete,
                     wasmtime_component_enum_type_clone, wasmtime_component_enum_type_equal>
{
  public:
    using Comparable::Comparable;

    /// How many names there are.
    size_t names_count() const
    {
        return wasmtime_component_enum_type_names_count(ptr.get());
    }

    /// A name; valid as long as this object.
    std::optional<std::string_view> names_nth(size_t nth) const
    {
        const char *name;
        size_t length;
        if (wasmtime_component_enum_type_names_nth(ptr.get(), nth, &name, &length))
            return std::string_view(name, length);
        return std::nullopt;
    }
};

/// The type of an option.
class OptionType
    : public detail::Comparable<
          OptionType, wasmtime_component_option_type_t, wasmtime_component_option_type_delete,
          wasmtime_component_option_type_clone, wasmtime_component_option_type_equal>
{
  public:
    using Comparable::Comparable;

    /// The type of the value.
    ValType ty() const;
};

/// The type of a result.
class ResultType
    : public detail::Comparable<
          ResultType, wasmtime_component_result_type_t, wasmtime_component_result_type_delete,
          wasmtime_component_result_type_clone, wasmtime_component_result_type_equal>
{
  public:
    using Comparable::Comparable;

    /// The type of the value on success, if there is one.
    std::optional<ValType> ok() const;
    /// The type of the value on failure, if there is one.
    std::optional<ValType> err() const;
};

/// The type of a set of flags.
class FlagsType
    : public detail::Comparable<
          FlagsType, wasmtime_component_flags_type_t, wasmtime_component_flags_type_delete,
          wasmtime_component_flags_type_clone, wasmtime_component_flags_type_equal>
{
  public:
    using Comparable::Comparable;

    /// How many names there are.
    size_t names_count() const
    {
        return wasmtime_component_flags_type_names_count(ptr.get());
    }

    /// A name; valid as long as this object.
    std::optional<std::string_view> names_nth(size_t nth) const
    {
        const char *name;
        size_t length;
        if (wasmtime_component_flags_type_names_nth(ptr.get(), nth, &name, &length))
            return std::string_view(name, length);
        return std::nullopt;
    }
};

/// The type of a resource.
class ResourceType
    : public detail::Comparable<
          ResourceType, wasmtime_component_resource_type_t, wasmtime_component_resource_type_delete,
          wasmtime_component_resource_type_clone, wasmtime_component_resource_type_equal>
{
  public:
    using Comparable::Comparable;

    /// A resource of the host's; the number tells its types apart.
    explicit ResourceType(uint32_t ty) : Comparable(wasmtime_component_resource_type_new_host(ty))
    {
    }
};

/// The type of a future.
class FutureType
    : public detail::Comparable<
          FutureType, wasmtime_component_future_type_t, wasmtime_component_future_type_delete,
          wasmtime_component_future_type_clone, wasmtime_component_future_type_equal>
{
  public:
    using Comparable::Comparable;

    /// The type of the value, if there is one.
    std::optional<ValType> ty() const;
};

/// The type of a stream.
class StreamType
    : public detail::Comparable<
          StreamType, wasmtime_component_stream_type_t, wasmtime_component_stream_type_delete,
          wasmtime_component_stream_type_clone, wasmtime_component_stream_type_equal>
{
  public:
    using Comparable::Comparable;

    /// The type of the values, if there are any.
    std::optional<ValType> ty() const;
};

/// The type of a map.
class MapType : public detail::Comparable<
                    MapType, wasmtime_component_map_type_t, wasmtime_component_map_type_delete,
                    wasmtime_component_map_type_clone, wasmtime_component_map_type_equal>
{
  public:
    using Comparable::Comparable;

    /// The type of the keys.
    ValType key() const;
    /// The type of the values.
    ValType value() const;
};

/// The type of a value of a component.
class ValType
{
    wasmtime_component_valtype_t ty;

    explicit ValType(int kind)
    {
        ty.kind = static_cast<wasmtime_component_valtype_kind_t>(kind);
        ty.of.list = nullptr;
    }

    void expect(wasmtime_component_valtype_kind_t kind) const
    {
        if (ty.kind != kind)
            detail::give_up("a type was asked for something of another kind");
    }

  public:
    /// Takes over `raw`.
    explicit ValType(wasmtime_component_valtype_t &&raw) : ty(raw)
    {
        raw.kind = WASMTIME_COMPONENT_VALTYPE_BOOL;
    }

    ValType(const ValType &other)
    {
        wasmtime_component_valtype_clone(&other.ty, &ty);
    }

    ValType &operator=(const ValType &other)
    {
        if (this != &other)
            *this = ValType(other);
        return *this;
    }

    ValType(ValType &&other) noexcept : ty(other.ty)
    {
        other.ty.kind = WASMTIME_COMPONENT_VALTYPE_BOOL;
    }

    ValType &operator=(ValType &&other) noexcept
    {
        std::swap(ty, other.ty);
        return *this;
    }

    ~ValType() noexcept
    {
        wasmtime_component_valtype_delete(&ty);
    }

    /// Looks at a type without owning it.
    static const ValType *from_capi(const wasmtime_component_valtype_t *capi)
    {
        static_assert(sizeof(ValType) == sizeof(*capi), "the same layout");
        return reinterpret_cast<const ValType *>(capi);
    }

    bool operator==(const ValType &other) const
    {
        return wasmtime_component_valtype_equal(&ty, &other.ty);
    }

    bool operator!=(const ValType &other) const
    {
        return !wasmtime_component_valtype_equal(&ty, &other.ty);
    }

    static ValType new_bool()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_BOOL);
    }

    static ValType new_s8()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_S8);
    }

    static ValType new_s16()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_S16);
    }

    static ValType new_s32()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_S32);
    }

    static ValType new_s64()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_S64);
    }

    static ValType new_u8()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_U8);
    }

    static ValType new_u16()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_U16);
    }

    static ValType new_u32()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_U32);
    }

    static ValType new_u64()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_U64);
    }

    static ValType new_f32()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_F32);
    }

    static ValType new_f64()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_F64);
    }

    static ValType new_char()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_CHAR);
    }

    static ValType new_string()
    {
        return ValType(WASMTIME_COMPONENT_VALTYPE_STRING);
    }

    ValType(ListType list) : ValType(WASMTIME_COMPONENT_VALTYPE_LIST)
    {
        ty.of.list = list.capi_release();
    }

    ValType(RecordType record) : ValType(WASMTIME_COMPONENT_VALTYPE_RECORD)
    {
        ty.of.record = record.capi_release();
    }

    ValType(TupleType tuple) : ValType(WASMTIME_COMPONENT_VALTYPE_TUPLE)
    {
        ty.of.tuple = tuple.capi_release();
    }

    ValType(VariantType variant) : ValType(WASMTIME_COMPONENT_VALTYPE_VARIANT)
    {
        ty.of.variant = variant.capi_release();
    }

    ValType(EnumType enum_) : ValType(WASMTIME_COMPONENT_VALTYPE_ENUM)
    {
        ty.of.enum_ = enum_.capi_release();
    }

    ValType(OptionType option) : ValType(WASMTIME_COMPONENT_VALTYPE_OPTION)
    {
        ty.of.option = option.capi_release();
    }

    ValType(ResultType result) : ValType(WASMTIME_COMPONENT_VALTYPE_RESULT)
    {
        ty.of.result = result.capi_release();
    }

    ValType(FlagsType flags) : ValType(WASMTIME_COMPONENT_VALTYPE_FLAGS)
    {
        ty.of.flags = flags.capi_release();
    }

    /// A resource that is handed over.
    static ValType new_own(ResourceType own)
    {
        ValType result(WASMTIME_COMPONENT_VALTYPE_OWN);
        result.ty.of.own = own.capi_release();
        return result;
    }

    /// A resource that is lent.
    static ValType new_borrow(ResourceType borrow)
    {
        ValType result(WASMTIME_COMPONENT_VALTYPE_BORROW);
        result.ty.of.borrow = borrow.capi_release();
        return result;
    }

    ValType(FutureType future) : ValType(WASMTIME_COMPONENT_VALTYPE_FUTURE)
    {
        ty.of.future = future.capi_release();
    }

    ValType(StreamType stream) : ValType(WASMTIME_COMPONENT_VALTYPE_STREAM)
    {
        ty.of.stream = stream.capi_release();
    }

    ValType(MapType map) : ValType(WASMTIME_COMPONENT_VALTYPE_MAP)
    {
        ty.of.map = map.capi_release();
    }

    /// The kind of the type. The functions at the end give a part of the type, valid as long as this
    /// object, and end the program when asked for another kind.
    wasmtime_component_valtype_kind_t kind() const
    {
        return ty.kind;
    }

    bool is_bool() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_BOOL;
    }

    bool is_s8() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_S8;
    }

    bool is_s16() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_S16;
    }

    bool is_s32() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_S32;
    }

    bool is_s64() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_S64;
    }

    bool is_u8() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_U8;
    }

    bool is_u16() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_U16;
    }

    bool is_u32() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_U32;
    }

    bool is_u64() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_U64;
    }

    bool is_f32() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_F32;
    }

    bool is_f64() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_F64;
    }

    bool is_char() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_CHAR;
    }

    bool is_string() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_STRING;
    }

    bool is_list() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_LIST;
    }

    bool is_record() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_RECORD;
    }

    bool is_tuple() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_TUPLE;
    }

    bool is_variant() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_VARIANT;
    }

    bool is_enum() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_ENUM;
    }

    bool is_option() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_OPTION;
    }

    bool is_result() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_RESULT;
    }

    bool is_flags() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_FLAGS;
    }

    bool is_own() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_OWN;
    }

    bool is_borrow() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_BORROW;
    }

    bool is_future() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_FUTURE;
    }

    bool is_stream() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_STREAM;
    }

    bool is_error_context() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_ERROR_CONTEXT;
    }

    bool is_map() const
    {
        return ty.kind == WASMTIME_COMPONENT_VALTYPE_MAP;
    }

    const ListType &list() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_LIST);
        return *ListType::from_capi(&ty.of.list);
    }

    const RecordType &record() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_RECORD);
        return *RecordType::from_capi(&ty.of.record);
    }

    const TupleType &tuple() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_TUPLE);
        return *TupleType::from_capi(&ty.of.tuple);
    }

    const VariantType &variant() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_VARIANT);
        return *VariantType::from_capi(&ty.of.variant);
    }

    const EnumType &enum_() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_ENUM);
        return *EnumType::from_capi(&ty.of.enum_);
    }

    const OptionType &option() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_OPTION);
        return *OptionType::from_capi(&ty.of.option);
    }

    const ResultType &result() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_RESULT);
        return *ResultType::from_capi(&ty.of.result);
    }

    const FlagsType &flags() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_FLAGS);
        return *FlagsType::from_capi(&ty.of.flags);
    }

    const ResourceType &own() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_OWN);
        return *ResourceType::from_capi(&ty.of.own);
    }

    const ResourceType &borrow() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_BORROW);
        return *ResourceType::from_capi(&ty.of.borrow);
    }

    const FutureType &future() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_FUTURE);
        return *FutureType::from_capi(&ty.of.future);
    }

    const StreamType &stream() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_STREAM);
        return *StreamType::from_capi(&ty.of.stream);
    }

    const MapType &map() const
    {
        expect(WASMTIME_COMPONENT_VALTYPE_MAP);
        return *MapType::from_capi(&ty.of.map);
    }

    /// The type in the C API; it stays with this object.
    const wasmtime_component_valtype_t *capi() const
    {
        return &ty;
    }

    /// The type in the C API; it stays with this object.
    wasmtime_component_valtype_t *capi()
    {
        return &ty;
    }
};

inline ValType ListType::element() const
{
    wasmtime_component_valtype_t part;
    wasmtime_component_list_type_element(ptr.get(), &part);
    return ValType(std::move(part));
}

inline std::optional<std::pair<std::string_view, ValType>> RecordType::field_nth(size_t nth) const
{
    const char *name;
    size_t length;
    wasmtime_component_valtype_t part;
    if (wasmtime_component_record_type_field_nth(ptr.get(), nth, &name, &length, &part))
        return std::pair<std::string_view, ValType>(std::string_view(name, length),
                                                    ValType(std::move(part)));
    return std::nullopt;
}

inline std::optional<ValType> TupleType::types_nth(size_t nth) const
{
    wasmtime_component_valtype_t part;
    if (wasmtime_component_tuple_type_types_nth(ptr.get(), nth, &part))
        return ValType(std::move(part));
    return std::nullopt;
}

inline std::optional<std::pair<std::string_view, std::optional<ValType>>>
VariantType::case_nth(size_t nth) const
{
    const char *name;
    size_t length;
    bool has_payload;
    wasmtime_component_valtype_t part;
    if (!wasmtime_component_variant_type_case_nth(ptr.get(), nth, &name, &length, &has_payload,
                                                  &part))
        return std::nullopt;
    std::optional<ValType> payload;
    if (has_payload)
        payload = ValType(std::move(part));
    return std::pair<std::string_view, std::optional<ValType>>(std::string_view(name, length),
                                                               std::move(payload));
}

inline ValType OptionType::ty() const
{
    wasmtime_component_valtype_t part;
    wasmtime_component_option_type_ty(ptr.get(), &part);
    return ValType(std::move(part));
}

inline std::optional<ValType> ResultType::ok() const
{
    wasmtime_component_valtype_t part;
    if (wasmtime_component_result_type_ok(ptr.get(), &part))
        return ValType(std::move(part));
    return std::nullopt;
}

inline std::optional<ValType> ResultType::err() const
{
    wasmtime_component_valtype_t part;
    if (wasmtime_component_result_type_err(ptr.get(), &part))
        return ValType(std::move(part));
    return std::nullopt;
}

inline std::optional<ValType> FutureType::ty() const
{
    wasmtime_component_valtype_t part;
    if (wasmtime_component_future_type_ty(ptr.get(), &part))
        return ValType(std::move(part));
    return std::nullopt;
}

inline std::optional<ValType> StreamType::ty() const
{
    wasmtime_component_valtype_t part;
    if (wasmtime_component_stream_type_ty(ptr.get(), &part))
        return ValType(std::move(part));
    return std::nullopt;
}

inline ValType MapType::key() const
{
    wasmtime_component_valtype_t part;
    wasmtime_component_map_type_key(ptr.get(), &part);
    return ValType(std::move(part));
}

inline ValType MapType::value() const
{
    wasmtime_component_valtype_t part;
    wasmtime_component_map_type_value(ptr.get(), &part);
    return ValType(std::move(part));
}

} // namespace component
} // namespace wasmtime

#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#endif // WASMTIME_COMPONENT_TYPES_VAL_HH
