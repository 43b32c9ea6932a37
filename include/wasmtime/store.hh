/**
 * @file wasmtime/store.hh
 *
 * Stores, and the context that most functions take. Everything in this header
 * since 0.1.
 */
#ifndef WASMTIME_STORE_HH
#define WASMTIME_STORE_HH

#include <wasmtime/_exnref_class.hh>
#include <wasmtime/_func_class.hh>
#include <wasmtime/_store_class.hh>
#include <wasmtime/_val_class.hh>

namespace wasmtime
{

inline Store::Context::Context(Caller &caller) : ptr(wasmtime_caller_context(caller.ptr))
{
}

#ifdef WASMTIME_FEATURE_GC

inline Trap Store::Context::throw_exception(ExnRef exn)
{
    return Trap(wasmtime_context_set_exception(ptr, exn.capi()));
}

inline std::optional<ExnRef> Store::Context::take_exception()
{
    wasmtime_exnref_t exn;
    if (wasmtime_context_take_exception(ptr, &exn))
        return ExnRef(exn);
    return std::nullopt;
}

#endif // WASMTIME_FEATURE_GC

} // namespace wasmtime

#include <wasmtime/exnref.hh>
#include <wasmtime/func.hh>

#endif // WASMTIME_STORE_HH
