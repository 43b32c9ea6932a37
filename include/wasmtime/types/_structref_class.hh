/**
 * @file wasmtime/types/_structref_class.hh
 *
 * The types of structs and of their fields, without what needs the other types;
 * include `wasmtime/types/structref.hh`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_STRUCTREF_CLASS_HH
#define WASMTIME_TYPES_STRUCTREF_CLASS_HH

#include <optional>
#include <vector>
#include <wasmtime/engine.hh>
#include <wasmtime/types/_val_class.hh>
#include <wasmtime/types/structref.h>

namespace wasmtime
{

/// What a field of a struct or array holds: a value, or a small integer.
class StorageType
{
    friend class FieldType;
    wasmtime_storage_type_t raw;

    explicit StorageType(wasmtime_storage_type_kind_t kind) : raw{kind, nullptr}
    {
    }

  public:
    StorageType(const StorageType &other)
    {
        wasmtime_storage_type_clone(&other.raw, &raw);
    }

    StorageType &operator=(const StorageType &other)
    {
        if (this != &other)
            *this = StorageType(other);
        return *this;
    }

    ~StorageType() noexcept
    {
        wasmtime_storage_type_delete(&raw);
    }

    StorageType(StorageType &&other) noexcept : raw(other.raw)
    {
        other.raw.kind = WASMTIME_STORAGE_TYPE_KIND_I8;
        other.raw.valtype = nullptr;
    }

    StorageType &operator=(StorageType &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    /// A value of this type.
    StorageType(const ValType &ty)
        : raw{WASMTIME_STORAGE_TYPE_KIND_VALTYPE, wasm_valtype_copy(ty.capi())}
    {
    }

    /// An integer of 8 bits.
    static StorageType i8()
    {
        return StorageType(WASMTIME_STORAGE_TYPE_KIND_I8);
    }

    /// An integer of 16 bits.
    static StorageType i16()
    {
        return StorageType(WASMTIME_STORAGE_TYPE_KIND_I16);
    }

    /// The type in the C API; it stays with this object.
    const wasmtime_storage_type_t *capi() const
    {
        return &raw;
    }

    bool is_i8() const
    {
        return raw.kind == WASMTIME_STORAGE_TYPE_KIND_I8;
    }

    bool is_i16() const
    {
        return raw.kind == WASMTIME_STORAGE_TYPE_KIND_I16;
    }

    /// The type of the value, if it is one; valid as long as this object.
    std::optional<ValType::Ref> as_valtype() const
    {
        if (raw.kind == WASMTIME_STORAGE_TYPE_KIND_VALTYPE)
            return ValType::Ref(raw.valtype);
        return std::nullopt;
    }
};

/// A field of a struct, or the elements of an array. Exactly the C type, so that arrays of fields
/// are arrays of the C API.
class FieldType
{
    wasmtime_field_type_t raw;

  public:
    /// Takes over `ty`.
    FieldType(wasmtime_field_type ty) : raw(ty)
    {
    }

    FieldType(const FieldType &other)
    {
        wasmtime_field_type_clone(&other.raw, &raw);
    }

    FieldType &operator=(const FieldType &other)
    {
        if (this != &other)
            *this = FieldType(other);
        return *this;
    }

    ~FieldType() noexcept
    {
        wasmtime_field_type_delete(&raw);
    }

    FieldType(FieldType &&other) noexcept : raw(other.raw)
    {
        other.raw.storage.kind = WASMTIME_STORAGE_TYPE_KIND_I8;
        other.raw.storage.valtype = nullptr;
    }

    FieldType &operator=(FieldType &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    FieldType(bool is_mutable, const StorageType &ty)
    {
        raw.mutable_ = is_mutable;
        wasmtime_storage_type_clone(ty.capi(), &raw.storage);
    }

    /// A field that can be set.
    static FieldType mut_(const StorageType &ty)
    {
        return FieldType(true, ty);
    }

    /// A field that cannot be set.
    static FieldType const_(const StorageType &ty)
    {
        return FieldType(false, ty);
    }

    /// Whether the field can be set.
    bool is_mutable() const
    {
        return raw.mutable_;
    }

    /// What the field holds; valid as long as this object.
    const StorageType &storage_type() const
    {
        static_assert(sizeof(StorageType) == sizeof(wasmtime_storage_type_t), "the same layout");
        return reinterpret_cast<const StorageType &>(raw.storage);
    }

    /// The type in the C API; it stays with this object.
    const wasmtime_field_type_t *capi() const
    {
        return &raw;
    }
};

static_assert(sizeof(FieldType) == sizeof(wasmtime_field_type_t), "the same layout");

/// The type of a struct: its fields.
class StructType : public detail::Cloned<StructType, wasmtime_struct_type_t,
                                         wasmtime_struct_type_delete, wasmtime_struct_type_copy>
{
  public:
    using Cloned::Cloned;

    StructType(const Engine &engine, const std::vector<FieldType> &fields)
        : Cloned(wasmtime_struct_type_new(
              engine.capi(), reinterpret_cast<const wasmtime_field_type_t *>(fields.data()),
              fields.size()))
    {
    }

    /// How many fields there are.
    size_t num_fields() const
    {
        return wasmtime_struct_type_num_fields(ptr.get());
    }

    /// One field, if there is one of that number.
    std::optional<FieldType> field(size_t index) const
    {
        wasmtime_field_type_t field;
        if (wasmtime_struct_type_field(ptr.get(), index, &field))
            return FieldType(field);
        return std::nullopt;
    }
};

} // namespace wasmtime

#endif // WASMTIME_TYPES_STRUCTREF_CLASS_HH
