/**
 * @file wasmtime/_arrayref_class.hh
 *
 * The class of arrays, without what needs the other classes; include
 * `wasmtime/arrayref.hh`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_ARRAYREF_CLASS_HH
#define WASMTIME_ARRAYREF_CLASS_HH

#include <wasmtime/_store_class.hh>
#include <wasmtime/arrayref.h>
#include <wasmtime/types/val.hh>

#ifdef WASMTIME_FEATURE_GC

namespace wasmtime
{

class AnyRef;
class EqRef;
class Val;

/// An array type made ready in a store.
class ArrayRefPre
    : public detail::Owned<ArrayRefPre, wasmtime_array_ref_pre_t, wasmtime_array_ref_pre_delete>
{
  public:
    using Owned::Owned;

    /// Makes a type ready for arrays in this store.
    static ArrayRefPre create(Store::Context cx, const ArrayType &ty)
    {
        return ArrayRefPre(wasmtime_array_ref_pre_new(cx.capi(), ty.capi()));
    }
};

/// A reference to an array. Valid as long as its store.
class ArrayRef
    : public detail::Rooted<wasmtime_arrayref_t, wasmtime_arrayref_clone, wasmtime_arrayref_unroot>
{
  public:
    using Rooted::Rooted;

    /// Makes an array of `len` times the same value.
    static Result<ArrayRef> create(Store::Context cx, const ArrayRefPre &pre, const Val &elem,
                                   uint32_t len);
    /// How many elements there are.
    Result<uint32_t> len(Store::Context cx) const;
    /// The value of an element.
    Result<Val> get(Store::Context cx, uint32_t index) const;
    /// Sets an element.
    Result<std::monostate> set(Store::Context cx, uint32_t index, const Val &value) const;
    /// The same reference, as the most general type.
    AnyRef to_anyref() const;
    /// The same reference, as the type that can be compared.
    EqRef to_eqref() const;
    /// The type of the array, which must not be null.
    ArrayType ty(Store::Context cx) const;
};

} // namespace wasmtime

#endif // WASMTIME_FEATURE_GC

#endif // WASMTIME_ARRAYREF_CLASS_HH
