/**
 * @file wasmtime/memory.hh
 *
 * Memories. Everything in this header since 0.1.
 */
#ifndef WASMTIME_MEMORY_HH
#define WASMTIME_MEMORY_HH

#include <cstdint>
#include <wasmtime/_store_class.hh>
#include <wasmtime/memory.h>
#include <wasmtime/span.hh>
#include <wasmtime/types/memory.hh>

namespace wasmtime
{

/// A memory. A number to be copied freely; valid as long as its store.
class Memory
{
    wasmtime_memory_t memory;

  public:
    Memory(wasmtime_memory_t raw) : memory(raw)
    {
    }

    /// Makes a memory of this type.
    static Result<Memory> create(Store::Context cx, const MemoryType &ty)
    {
        wasmtime_memory_t out;
        if (wasmtime_error_t *error = wasmtime_memory_new(cx.capi(), ty.capi(), &out))
            return Error(error);
        return Memory(out);
    }

    /// The type of the memory.
    MemoryType type(Store::Context cx) const
    {
        wasm_memorytype_t *raw = wasmtime_memory_type(cx.capi(), &memory);
        MemoryType type{MemoryType::Ref(raw)};
        wasm_memorytype_delete(raw);
        return type;
    }

    /// Its size in pages.
    uint64_t size(Store::Context cx) const
    {
        return wasmtime_memory_size(cx.capi(), &memory);
    }

    /// Its bytes. Valid until the guest runs or the memory grows.
    Span<uint8_t> data(Store::Context cx) const
    {
        uint8_t *base = wasmtime_memory_data(cx.capi(), &memory);
        return Span<uint8_t>(base, wasmtime_memory_data_size(cx.capi(), &memory));
    }

    /// Grows it by this many pages, and gives the size before.
    Result<uint64_t> grow(Store::Context cx, uint64_t delta) const
    {
        uint64_t before = 0;
        if (wasmtime_error_t *error = wasmtime_memory_grow(cx.capi(), &memory, delta, &before))
            return Error(error);
        return before;
    }

    /// The size of a page in bytes.
    uint64_t page_size(Store::Context cx) const
    {
        return wasmtime_memory_page_size(cx.capi(), &memory);
    }

    /// The same as a power of two.
    uint8_t page_size_log2(Store::Context cx) const
    {
        return wasmtime_memory_page_size_log2(cx.capi(), &memory);
    }

    /// The object of the C API; it stays where it is.
    const wasmtime_memory_t &capi() const
    {
        return memory;
    }
};

} // namespace wasmtime

#include <wasmtime/store.hh>

#endif // WASMTIME_MEMORY_HH
