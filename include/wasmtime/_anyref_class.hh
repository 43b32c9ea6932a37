/**
 * @file wasmtime/_anyref_class.hh
 *
 * The class of references of the collected heap, without what needs the other classes; include
 * `wasmtime/anyref.hh`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_ANYREF_CLASS_HH
#define WASMTIME_ANYREF_CLASS_HH

#include <optional>
#include <wasmtime/_store_class.hh>
#include <wasmtime/anyref.h>
#include <wasmtime/types/val.hh>

#ifdef WASMTIME_FEATURE_GC

namespace wasmtime
{

class ArrayRef;
class EqRef;
class StructRef;

/// A reference of the collected heap: a struct, an array, or an integer of 31 bits. Valid as long as its store.
class AnyRef
    : public detail::Rooted<wasmtime_anyref_t, wasmtime_anyref_clone, wasmtime_anyref_unroot>
{
  public:
    using Rooted::Rooted;

    /// The reference as compiled code has it. This object is null afterwards, and nothing keeps the
    /// reference alive until the guest has it: no collection may come in between.
    uint32_t take_raw(Store::Context cx)
    {
        uint32_t bits = wasmtime_anyref_to_raw(cx.capi(), &raw);
        wasmtime_anyref_unroot(&raw);
        wasmtime_anyref_set_null(&raw);
        return bits;
    }

    /// The reference as compiled code has it, while this object keeps it alive.
    uint32_t borrow_raw(Store::Context cx) const
    {
        return wasmtime_anyref_to_raw(cx.capi(), &raw);
    }

    /// The lower 31 bits as a reference.
    static AnyRef i31(Store::Context cx, uint32_t value)
    {
        wasmtime_anyref_t out;
        wasmtime_anyref_from_i31(cx.capi(), value, &out);
        return AnyRef(out);
    }

    /// The integer without sign, if it is one.
    std::optional<uint32_t> u31(Store::Context cx) const
    {
        uint32_t value;
        if (wasmtime_anyref_i31_get_u(cx.capi(), &raw, &value))
            return value;
        return std::nullopt;
    }

    /// The integer with sign, if it is one.
    std::optional<int32_t> i31(Store::Context cx) const
    {
        int32_t value;
        if (wasmtime_anyref_i31_get_s(cx.capi(), &raw, &value))
            return value;
        return std::nullopt;
    }

    /// Whether it is an integer.
    bool is_i31(Store::Context cx) const
    {
        return wasmtime_anyref_is_i31(cx.capi(), &raw);
    }

    /// Whether it can be compared.
    bool is_eqref(Store::Context cx) const
    {
        return wasmtime_anyref_is_eqref(cx.capi(), &raw);
    }

    /// Whether it is a struct.
    bool is_struct(Store::Context cx) const
    {
        return wasmtime_anyref_is_struct(cx.capi(), &raw);
    }

    /// Whether it is an array.
    bool is_array(Store::Context cx) const
    {
        return wasmtime_anyref_is_array(cx.capi(), &raw);
    }

    /// The same reference as one that can be compared, if it can.
    std::optional<EqRef> as_eqref(Store::Context cx) const;
    /// The struct, if it is one.
    std::optional<StructRef> as_struct(Store::Context cx) const;
    /// The array, if it is one.
    std::optional<ArrayRef> as_array(Store::Context cx) const;
    /// What it points at; `none` if it is null.
    HeapType ty(Store::Context cx) const;
};

} // namespace wasmtime

#endif // WASMTIME_FEATURE_GC

#endif // WASMTIME_ANYREF_CLASS_HH
