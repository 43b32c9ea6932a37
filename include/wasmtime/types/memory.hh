/**
 * @file wasmtime/types/memory.hh
 *
 * The types of memories. Sizes are in pages. Everything in this header since
 * 0.1.
 */
#ifndef WASMTIME_TYPES_MEMORY_HH
#define WASMTIME_TYPES_MEMORY_HH

#include <cstdint>
#include <optional>
#include <wasmtime/error.hh>
#include <wasmtime/helpers.hh>
#include <wasmtime/memory.h>

namespace wasmtime
{

class MemoryType;

namespace detail
{

/// A view of a memory's type that belongs to something else; `MemoryType::Ref`.
class MemoryTypeRef
{
    const wasm_memorytype_t *ptr;

  public:
    MemoryTypeRef(const wasm_memorytype_t *raw) : ptr(raw)
    {
    }

    MemoryTypeRef(const MemoryType &ty);

    /// How many pages a new memory has.
    uint64_t min() const
    {
        return wasmtime_memorytype_minimum(ptr);
    }

    /// How many pages it can have, if that is limited.
    std::optional<uint64_t> max() const
    {
        uint64_t max;
        if (wasmtime_memorytype_maximum(ptr, &max))
            return max;
        return std::nullopt;
    }

    /// Whether addresses have 64 bits.
    bool is_64() const
    {
        return wasmtime_memorytype_is64(ptr);
    }

    /// Whether threads can share it.
    bool is_shared() const
    {
        return wasmtime_memorytype_isshared(ptr);
    }

    /// The size of a page in bytes: 65536, or 1.
    uint64_t page_size() const
    {
        return wasmtime_memorytype_page_size(ptr);
    }

    /// The same as a power of two: 16, or 0.
    uint8_t page_size_log2() const
    {
        return wasmtime_memorytype_page_size_log2(ptr);
    }

    /// The type in the C API; it stays where it is.
    const wasm_memorytype_t *capi() const
    {
        return ptr;
    }
};

} // namespace detail

/// The type of a memory. The constructors end the program when the sizes are impossible; `Builder`
/// gives an error instead.
class MemoryType : public detail::Described<wasm_memorytype_t, detail::MemoryTypeRef,
                                            wasm_memorytype_copy, wasm_memorytype_delete>
{
    explicit MemoryType(wasm_memorytype_t *owned) : Described(owned)
    {
    }

    static wasm_memorytype_t *make(uint64_t min, std::optional<uint64_t> max, bool is_64)
    {
        wasm_memorytype_t *type = nullptr;
        if (wasmtime_error_t *error = wasmtime_memorytype_new(min, max.has_value(), max.value_or(0),
                                                              is_64, false, 16, &type))
            detail::give_up(Error(error).message().c_str());
        return type;
    }

  public:
    using Ref = detail::MemoryTypeRef;

    /// At least `min` pages.
    explicit MemoryType(uint32_t min) : MemoryType(make(min, std::nullopt, false))
    {
    }

    /// Between `min` and `max` pages.
    explicit MemoryType(uint32_t min, uint32_t max) : MemoryType(make(min, max, false))
    {
    }

    /// At least `min` pages, with addresses of 64 bits.
    static MemoryType New64(uint64_t min)
    {
        return MemoryType(make(min, std::nullopt, true));
    }

    /// Between `min` and `max` pages, with addresses of 64 bits.
    static MemoryType New64(uint64_t min, uint64_t max)
    {
        return MemoryType(make(min, max, true));
    }

    /// A copy of the type that is looked at.
    MemoryType(Ref other) : Described(copy(other.capi()))
    {
    }

    /// Puts a type together; what is not said is none, false, or pages of 64 KiB.
    class Builder
    {
        uint64_t min_ = 0;
        std::optional<uint64_t> max_;
        bool memory64_ = false;
        bool shared_ = false;
        uint8_t page_size_log2_ = 16;

      public:
        Builder() = default;

        /// How many pages a new memory has.
        Builder &min(uint64_t min)
        {
            min_ = min;
            return *this;
        }

        /// How many pages it can have.
        Builder &max(std::optional<uint64_t> max)
        {
            max_ = max;
            return *this;
        }

        /// Whether addresses have 64 bits.
        Builder &memory64(bool enable)
        {
            memory64_ = enable;
            return *this;
        }

        /// Whether threads can share it; such a memory needs a maximum.
        Builder &shared(bool enable)
        {
            shared_ = enable;
            return *this;
        }

        /// The size of a page as a power of two: 16, or 0.
        Builder &page_size_log2(uint8_t page_size_log2)
        {
            page_size_log2_ = page_size_log2;
            return *this;
        }

        /// The type, or what is wrong with it.
        Result<MemoryType> build() const;
    };
};

inline detail::MemoryTypeRef::MemoryTypeRef(const MemoryType &ty) : MemoryTypeRef(**ty)
{
}

inline Result<MemoryType> MemoryType::Builder::build() const
{
    wasm_memorytype_t *type = nullptr;
    if (wasmtime_error_t *error = wasmtime_memorytype_new(
            min_, max_.has_value(), max_.value_or(0), memory64_, shared_, page_size_log2_, &type))
        return Error(error);
    return MemoryType(type);
}

} // namespace wasmtime

#endif // WASMTIME_TYPES_MEMORY_HH
