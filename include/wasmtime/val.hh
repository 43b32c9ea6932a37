/**
 * @file wasmtime/val.hh
 *
 * Values. Everything in this header since 0.1.
 */
#ifndef WASMTIME_VAL_HH
#define WASMTIME_VAL_HH

#include <utility>
#include <wasmtime/_anyref_class.hh>
#include <wasmtime/_exnref_class.hh>
#include <wasmtime/_externref_class.hh>
#include <wasmtime/_val_class.hh>

namespace wasmtime
{

#ifdef WASMTIME_FEATURE_GC

inline Val::Val(std::optional<ExternRef> ptr)
{
    val.kind = WASMTIME_EXTERNREF;
    if (ptr) {
        val.of.externref = *ptr->capi();
        wasmtime_externref_set_null(ptr->capi());
    } else {
        wasmtime_externref_set_null(&val.of.externref);
    }
}

inline Val::Val(ExternRef ptr) : Val(std::optional<ExternRef>(std::move(ptr)))
{
}

inline std::optional<ExternRef> Val::externref() const
{
    expect(WASMTIME_EXTERNREF);
    if (wasmtime_externref_is_null(&val.of.externref))
        return std::nullopt;
    wasmtime_externref_t copy;
    wasmtime_externref_clone(&val.of.externref, &copy);
    return ExternRef(copy);
}

inline Val::Val(std::optional<AnyRef> ptr)
{
    val.kind = WASMTIME_ANYREF;
    if (ptr) {
        val.of.anyref = *ptr->capi();
        wasmtime_anyref_set_null(ptr->capi());
    } else {
        wasmtime_anyref_set_null(&val.of.anyref);
    }
}

inline Val::Val(AnyRef ptr) : Val(std::optional<AnyRef>(std::move(ptr)))
{
}

inline std::optional<AnyRef> Val::anyref() const
{
    expect(WASMTIME_ANYREF);
    if (wasmtime_anyref_is_null(&val.of.anyref))
        return std::nullopt;
    wasmtime_anyref_t copy;
    wasmtime_anyref_clone(&val.of.anyref, &copy);
    return AnyRef(copy);
}

inline Val::Val(std::optional<ExnRef> ptr)
{
    val.kind = WASMTIME_EXNREF;
    if (ptr) {
        val.of.exnref = *ptr->capi();
        wasmtime_exnref_set_null(ptr->capi());
    } else {
        wasmtime_exnref_set_null(&val.of.exnref);
    }
}

inline Val::Val(ExnRef ptr) : Val(std::optional<ExnRef>(std::move(ptr)))
{
}

inline std::optional<ExnRef> Val::exnref() const
{
    expect(WASMTIME_EXNREF);
    if (wasmtime_exnref_is_null(&val.of.exnref))
        return std::nullopt;
    wasmtime_exnref_t copy;
    wasmtime_exnref_clone(&val.of.exnref, &copy);
    return ExnRef(copy);
}

#endif // WASMTIME_FEATURE_GC

} // namespace wasmtime

#include <wasmtime/anyref.hh>
#include <wasmtime/exnref.hh>
#include <wasmtime/externref.hh>
#include <wasmtime/func.hh>
#include <wasmtime/store.hh>

#endif // WASMTIME_VAL_HH
