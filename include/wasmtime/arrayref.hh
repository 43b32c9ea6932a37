/**
 * @file wasmtime/arrayref.hh
 *
 * Arrays of the collected heap. Everything in this header since 0.1.
 */
#ifndef WASMTIME_ARRAYREF_HH
#define WASMTIME_ARRAYREF_HH

#include <wasmtime/_anyref_class.hh>
#include <wasmtime/_arrayref_class.hh>
#include <wasmtime/_eqref_class.hh>
#include <wasmtime/_val_class.hh>

#ifdef WASMTIME_FEATURE_GC

namespace wasmtime
{

inline Result<ArrayRef> ArrayRef::create(Store::Context cx, const ArrayRefPre &pre, const Val &elem,
                                         uint32_t len)
{
    wasmtime_arrayref_t out;
    if (wasmtime_error_t *error =
            wasmtime_arrayref_new(cx.capi(), pre.capi(), elem.capi(), len, &out))
        return Error(error);
    return ArrayRef(out);
}

inline Result<uint32_t> ArrayRef::len(Store::Context cx) const
{
    uint32_t length = 0;
    if (wasmtime_error_t *error = wasmtime_arrayref_len(cx.capi(), &raw, &length))
        return Error(error);
    return length;
}

inline Result<Val> ArrayRef::get(Store::Context cx, uint32_t index) const
{
    wasmtime_val_t value;
    if (wasmtime_error_t *error = wasmtime_arrayref_get(cx.capi(), &raw, index, &value))
        return Error(error);
    return Val(value);
}

inline Result<std::monostate> ArrayRef::set(Store::Context cx, uint32_t index,
                                            const Val &value) const
{
    return detail::done(wasmtime_arrayref_set(cx.capi(), &raw, index, value.capi()));
}

inline AnyRef ArrayRef::to_anyref() const
{
    wasmtime_anyref_t out;
    wasmtime_arrayref_to_anyref(&raw, &out);
    return AnyRef(out);
}

inline EqRef ArrayRef::to_eqref() const
{
    wasmtime_eqref_t out;
    wasmtime_arrayref_to_eqref(&raw, &out);
    return EqRef(out);
}

inline ArrayType ArrayRef::ty(Store::Context cx) const
{
    return ArrayType(wasmtime_arrayref_type(cx.capi(), &raw));
}

} // namespace wasmtime

#endif // WASMTIME_FEATURE_GC

#include <wasmtime/anyref.hh>
#include <wasmtime/eqref.hh>
#include <wasmtime/val.hh>

#endif // WASMTIME_ARRAYREF_HH
