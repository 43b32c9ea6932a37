/**
 * @file wasmtime/exnref.hh
 *
 * Exceptions of the guest's. Everything in this header since 0.1.
 */
#ifndef WASMTIME_EXNREF_HH
#define WASMTIME_EXNREF_HH

#include <wasmtime/_exnref_class.hh>
#include <wasmtime/_val_class.hh>
#include <wasmtime/tag.hh>

#ifdef WASMTIME_FEATURE_GC

namespace wasmtime
{

inline Result<ExnRef> ExnRef::create(Store::Context cx, const Tag &tag,
                                     const std::vector<Val> &fields)
{
    wasmtime_exnref_t out;
    if (wasmtime_error_t *error = wasmtime_exnref_new(
            cx.capi(), &tag.capi(), reinterpret_cast<const wasmtime_val_t *>(fields.data()),
            fields.size(), &out))
        return Error(error);
    return ExnRef(out);
}

inline Result<Tag> ExnRef::tag(Store::Context cx) const
{
    wasmtime_tag_t out;
    if (wasmtime_error_t *error = wasmtime_exnref_tag(cx.capi(), &raw, &out))
        return Error(error);
    return Tag(out);
}

inline size_t ExnRef::field_count(Store::Context cx) const
{
    return wasmtime_exnref_field_count(cx.capi(), &raw);
}

inline Result<Val> ExnRef::field(Store::Context cx, size_t index) const
{
    wasmtime_val_t value;
    if (wasmtime_error_t *error = wasmtime_exnref_field(cx.capi(), &raw, index, &value))
        return Error(error);
    return Val(value);
}

inline ExnType ExnRef::ty(Store::Context cx) const
{
    return ExnType(wasmtime_exnref_type(cx.capi(), &raw));
}

} // namespace wasmtime

#endif // WASMTIME_FEATURE_GC

#include <wasmtime/store.hh>
#include <wasmtime/val.hh>

#endif // WASMTIME_EXNREF_HH
