/**
 * @file wasmtime/table.hh
 *
 * Tables. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TABLE_HH
#define WASMTIME_TABLE_HH

#include <cstdint>
#include <optional>
#include <wasmtime/_val_class.hh>
#include <wasmtime/table.h>
#include <wasmtime/types/table.hh>

namespace wasmtime
{

/// A table of references. A number to be copied freely; valid as long as its store.
class Table
{
    wasmtime_table_t table;

  public:
    Table(wasmtime_table_t raw) : table(raw)
    {
    }

    /// Makes a table of this type.
    static Result<Table> create(Store::Context cx, const TableType &ty, const Val &init)
    {
        wasmtime_table_t out;
        if (wasmtime_error_t *error = wasmtime_table_new(cx.capi(), ty.capi(), init.capi(), &out))
            return Error(error);
        return Table(out);
    }

    /// The type of the table.
    TableType type(Store::Context cx) const
    {
        wasm_tabletype_t *raw = wasmtime_table_type(cx.capi(), &table);
        TableType type{TableType::Ref(raw)};
        wasm_tabletype_delete(raw);
        return type;
    }

    /// How many elements there are.
    uint64_t size(Store::Context cx) const
    {
        return wasmtime_table_size(cx.capi(), &table);
    }

    /// An element; nothing if there is none of that number.
    std::optional<Val> get(Store::Context cx, uint64_t idx) const
    {
        wasmtime_val_t value;
        if (wasmtime_table_get(cx.capi(), &table, idx, &value))
            return Val(value);
        return std::nullopt;
    }

    /// Sets an element.
    Result<std::monostate> set(Store::Context cx, uint64_t idx, const Val &val) const
    {
        return detail::done(wasmtime_table_set(cx.capi(), &table, idx, val.capi()));
    }

    /// Grows it by this many elements of the same value, and gives the size before.
    Result<uint64_t> grow(Store::Context cx, uint64_t delta, const Val &init) const
    {
        uint64_t before = 0;
        if (wasmtime_error_t *error =
                wasmtime_table_grow(cx.capi(), &table, delta, init.capi(), &before))
            return Error(error);
        return before;
    }

    /// The object of the C API; it stays where it is.
    const wasmtime_table_t &capi() const
    {
        return table;
    }
};

} // namespace wasmtime

#include <wasmtime/val.hh>

#endif // WASMTIME_TABLE_HH
