/**
 * @file wasmtime/anyref.hh
 *
 * References of the collected heap. Everything in this header since 0.1.
 */
#ifndef WASMTIME_ANYREF_HH
#define WASMTIME_ANYREF_HH

#include <wasmtime/_anyref_class.hh>
#include <wasmtime/_arrayref_class.hh>
#include <wasmtime/_eqref_class.hh>
#include <wasmtime/_structref_class.hh>

#ifdef WASMTIME_FEATURE_GC

namespace wasmtime
{

inline std::optional<EqRef> AnyRef::as_eqref(Store::Context cx) const
{
    wasmtime_eqref_t out;
    if (wasmtime_anyref_as_eqref(cx.capi(), &raw, &out))
        return EqRef(out);
    return std::nullopt;
}

inline std::optional<StructRef> AnyRef::as_struct(Store::Context cx) const
{
    wasmtime_structref_t out;
    if (wasmtime_anyref_as_struct(cx.capi(), &raw, &out))
        return StructRef(out);
    return std::nullopt;
}

inline std::optional<ArrayRef> AnyRef::as_array(Store::Context cx) const
{
    wasmtime_arrayref_t out;
    if (wasmtime_anyref_as_array(cx.capi(), &raw, &out))
        return ArrayRef(out);
    return std::nullopt;
}

inline HeapType AnyRef::ty(Store::Context cx) const
{
    wasmtime_heaptype_t type;
    if (!wasmtime_anyref_type(cx.capi(), &raw, &type))
        return HeapType::none();
    return HeapType(type);
}

} // namespace wasmtime

#endif // WASMTIME_FEATURE_GC

#include <wasmtime/arrayref.hh>
#include <wasmtime/eqref.hh>
#include <wasmtime/structref.hh>

#endif // WASMTIME_ANYREF_HH
