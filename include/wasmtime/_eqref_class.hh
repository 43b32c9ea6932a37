/**
 * @file wasmtime/_eqref_class.hh
 *
 * The class of references that can be compared, without what needs the other classes; include
 * `wasmtime/eqref.hh`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_EQREF_CLASS_HH
#define WASMTIME_EQREF_CLASS_HH

#include <optional>
#include <wasmtime/_store_class.hh>
#include <wasmtime/eqref.h>
#include <wasmtime/types/val.hh>

#ifdef WASMTIME_FEATURE_GC

namespace wasmtime
{

class AnyRef;
class ArrayRef;
class StructRef;

/// A reference that can be compared with `ref.eq`. Valid as long as its store.
class EqRef : public detail::Rooted<wasmtime_eqref_t, wasmtime_eqref_clone, wasmtime_eqref_unroot>
{
  public:
    using Rooted::Rooted;

    /// The lower 31 bits as a reference.
    static EqRef from_i31(Store::Context cx, uint32_t val)
    {
        wasmtime_eqref_t out;
        wasmtime_eqref_from_i31(cx.capi(), val, &out);
        return EqRef(out);
    }

    /// Whether it is an integer.
    bool is_i31(Store::Context cx) const
    {
        return wasmtime_eqref_is_i31(cx.capi(), &raw);
    }

    /// The integer without sign, if it is one.
    std::optional<uint32_t> i31_get_u(Store::Context cx) const
    {
        uint32_t value;
        if (wasmtime_eqref_i31_get_u(cx.capi(), &raw, &value))
            return value;
        return std::nullopt;
    }

    /// The integer with sign, if it is one.
    std::optional<int32_t> i31_get_s(Store::Context cx) const
    {
        int32_t value;
        if (wasmtime_eqref_i31_get_s(cx.capi(), &raw, &value))
            return value;
        return std::nullopt;
    }

    /// Whether it is a struct.
    bool is_struct(Store::Context cx) const
    {
        return wasmtime_eqref_is_struct(cx.capi(), &raw);
    }

    /// Whether it is an array.
    bool is_array(Store::Context cx) const
    {
        return wasmtime_eqref_is_array(cx.capi(), &raw);
    }

    /// The same reference, as the more general type.
    AnyRef to_anyref() const;
    /// The struct, if it is one.
    std::optional<StructRef> as_struct(Store::Context cx) const;
    /// The array, if it is one.
    std::optional<ArrayRef> as_array(Store::Context cx) const;
    /// What it points at; `none` if it is null.
    HeapType ty(Store::Context cx) const;
};

} // namespace wasmtime

#endif // WASMTIME_FEATURE_GC

#endif // WASMTIME_EQREF_CLASS_HH
