/**
 * @file wasmtime/types/table.hh
 *
 * The types of tables. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_TABLE_HH
#define WASMTIME_TYPES_TABLE_HH

#include <optional>
#include <wasmtime/types/_val_class.hh>

namespace wasmtime
{

class TableType;

namespace detail
{

/// A view of a table's type that belongs to something else; `TableType::Ref`.
class TableTypeRef
{
    const wasm_tabletype_t *ptr;

  public:
    TableTypeRef(const wasm_tabletype_t *raw) : ptr(raw)
    {
    }

    TableTypeRef(const TableType &ty);

    /// How many elements a new table has.
    uint32_t min() const
    {
        return wasm_tabletype_limits(ptr)->min;
    }

    /// How many elements it can have, if that is limited.
    std::optional<uint32_t> max() const
    {
        const wasm_limits_t *limits = wasm_tabletype_limits(ptr);
        if (limits->max == wasm_limits_max_default)
            return std::nullopt;
        return limits->max;
    }

    /// The type of the elements.
    ValType::Ref element() const
    {
        return wasm_tabletype_element(ptr);
    }

    /// The type in the C API; it stays where it is.
    const wasm_tabletype_t *capi() const
    {
        return ptr;
    }
};

} // namespace detail

/// The type of a table: its elements, and how many.
class TableType : public detail::Described<wasm_tabletype_t, detail::TableTypeRef,
                                           wasm_tabletype_copy, wasm_tabletype_delete>
{
    static wasm_tabletype_t *make(const ValType &ty, wasm_limits_t limits)
    {
        return wasm_tabletype_new(wasm_valtype_copy(ty.capi()), &limits);
    }

  public:
    using Ref = detail::TableTypeRef;

    /// At least `min` elements. The type must be a reference type.
    TableType(ValType ty, uint32_t min)
        : Described(make(ty, wasm_limits_t{min, wasm_limits_max_default}))
    {
    }

    /// Between `min` and `max` elements. The type must be a reference type.
    TableType(ValType ty, uint32_t min, uint32_t max) : Described(make(ty, wasm_limits_t{min, max}))
    {
    }

    /// A copy of the type that is looked at.
    TableType(Ref other) : Described(copy(other.capi()))
    {
    }
};

inline detail::TableTypeRef::TableTypeRef(const TableType &ty) : TableTypeRef(**ty)
{
}

} // namespace wasmtime

#endif // WASMTIME_TYPES_TABLE_HH
