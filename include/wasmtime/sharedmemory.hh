/**
 * @file wasmtime/sharedmemory.hh
 *
 * Shared memories, which several stores and threads use at once (threads
 * proposal). Everything in this header since 0.1; Wasmtime's C++ headers have
 * no such class.
 */
#ifndef WASMTIME_SHAREDMEMORY_HH
#define WASMTIME_SHAREDMEMORY_HH

#include <cstdint>
#include <wasmtime/engine.hh>
#include <wasmtime/error.hh>
#include <wasmtime/sharedmemory.h>
#include <wasmtime/span.hh>
#include <wasmtime/types/memory.hh>

namespace wasmtime
{

/// A shared memory; copies are the same memory. It belongs to an engine, outlives the stores that
/// use it, and its functions may be called from all threads at once.
class SharedMemory
    : public detail::Cloned<SharedMemory, wasmtime_sharedmemory_t, wasmtime_sharedmemory_delete,
                            wasmtime_sharedmemory_clone>
{
  public:
    using Cloned::Cloned;

#ifdef WASMTIME_FEATURE_THREADS
    /// Makes a memory of zeros. The type must be shared and have a maximum, and the engine allow
    /// it: see `Config::shared_memory`.
    static Result<SharedMemory> create(const Engine &engine, const MemoryType &ty)
    {
        wasmtime_sharedmemory_t *made = nullptr;
        if (wasmtime_error_t *error = wasmtime_sharedmemory_new(engine.capi(), ty.capi(), &made))
            return Error(error);
        return SharedMemory(made);
    }
#endif

    /// The type that it was made with.
    MemoryType type() const
    {
        wasm_memorytype_t *raw = wasmtime_sharedmemory_type(capi());
        MemoryType type{MemoryType::Ref(raw)};
        wasm_memorytype_delete(raw);
        return type;
    }

    /// Its size in pages; by the time it is read it may have grown.
    uint64_t size() const
    {
        return wasmtime_sharedmemory_size(capi());
    }

    /// Its bytes. The first one stays where it is; guests may change them at any time, so they are
    /// to be read and written atomically, or in agreement with the guests.
    Span<uint8_t> data() const
    {
        return Span<uint8_t>(wasmtime_sharedmemory_data(capi()),
                             wasmtime_sharedmemory_data_size(capi()));
    }

    /// Grows it by this many pages, and gives the size before. Limits of stores do not apply.
    Result<uint64_t> grow(uint64_t delta) const
    {
        uint64_t before = 0;
        if (wasmtime_error_t *error = wasmtime_sharedmemory_grow(capi(), delta, &before))
            return Error(error);
        return before;
    }
};

} // namespace wasmtime

#endif // WASMTIME_SHAREDMEMORY_HH
