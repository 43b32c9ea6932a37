/**
 * @file wasmtime/_structref_class.hh
 *
 * The class of structs, without what needs the other classes; include
 * `wasmtime/structref.hh`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_STRUCTREF_CLASS_HH
#define WASMTIME_STRUCTREF_CLASS_HH

#include <vector>
#include <wasmtime/_store_class.hh>
#include <wasmtime/structref.h>
#include <wasmtime/types/val.hh>

#ifdef WASMTIME_FEATURE_GC

namespace wasmtime
{

class AnyRef;
class EqRef;
class Val;

/// A struct type made ready in a store.
class StructRefPre
    : public detail::Owned<StructRefPre, wasmtime_struct_ref_pre_t, wasmtime_struct_ref_pre_delete>
{
  public:
    using Owned::Owned;

    /// Makes a type ready for structs in this store.
    static StructRefPre create(Store::Context cx, const StructType &ty)
    {
        return StructRefPre(wasmtime_struct_ref_pre_new(cx.capi(), ty.capi()));
    }
};

/// A reference to a struct. Valid as long as its store.
class StructRef : public detail::Rooted<wasmtime_structref_t, wasmtime_structref_clone,
                                        wasmtime_structref_unroot>
{
  public:
    using Rooted::Rooted;

    /// Makes a struct; there must be one value for each field, of its type.
    static Result<StructRef> create(Store::Context cx, const StructRefPre &pre,
                                    const std::vector<Val> &fields);
    /// The value of a field.
    Result<Val> field(Store::Context cx, size_t index) const;
    /// Sets a field.
    Result<std::monostate> set_field(Store::Context cx, size_t index, const Val &value) const;
    /// The same reference, as the most general type.
    AnyRef to_anyref() const;
    /// The same reference, as the type that can be compared.
    EqRef to_eqref() const;
    /// The type of the struct, which must not be null.
    StructType ty(Store::Context cx) const;
};

} // namespace wasmtime

#endif // WASMTIME_FEATURE_GC

#endif // WASMTIME_STRUCTREF_CLASS_HH
