/**
 * @file wasmtime/structref.hh
 *
 * Structs of the collected heap. Everything in this header since 0.1.
 */
#ifndef WASMTIME_STRUCTREF_HH
#define WASMTIME_STRUCTREF_HH

#include <wasmtime/_anyref_class.hh>
#include <wasmtime/_eqref_class.hh>
#include <wasmtime/_structref_class.hh>
#include <wasmtime/_val_class.hh>

#ifdef WASMTIME_FEATURE_GC

namespace wasmtime
{

inline Result<StructRef> StructRef::create(Store::Context cx, const StructRefPre &pre,
                                           const std::vector<Val> &fields)
{
    wasmtime_structref_t out;
    if (wasmtime_error_t *error = wasmtime_structref_new(
            cx.capi(), pre.capi(), reinterpret_cast<const wasmtime_val_t *>(fields.data()),
            fields.size(), &out))
        return Error(error);
    return StructRef(out);
}

inline Result<Val> StructRef::field(Store::Context cx, size_t index) const
{
    wasmtime_val_t value;
    if (wasmtime_error_t *error = wasmtime_structref_field(cx.capi(), &raw, index, &value))
        return Error(error);
    return Val(value);
}

inline Result<std::monostate> StructRef::set_field(Store::Context cx, size_t index,
                                                   const Val &value) const
{
    return detail::done(wasmtime_structref_set_field(cx.capi(), &raw, index, value.capi()));
}

inline AnyRef StructRef::to_anyref() const
{
    wasmtime_anyref_t out;
    wasmtime_structref_to_anyref(&raw, &out);
    return AnyRef(out);
}

inline EqRef StructRef::to_eqref() const
{
    wasmtime_eqref_t out;
    wasmtime_structref_to_eqref(&raw, &out);
    return EqRef(out);
}

inline StructType StructRef::ty(Store::Context cx) const
{
    return StructType(wasmtime_structref_type(cx.capi(), &raw));
}

} // namespace wasmtime

#endif // WASMTIME_FEATURE_GC

#include <wasmtime/anyref.hh>
#include <wasmtime/eqref.hh>
#include <wasmtime/val.hh>

#endif // WASMTIME_STRUCTREF_HH
