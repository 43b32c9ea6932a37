/**
 * @file wasmtime/component/func.hh
 *
 * Functions of components. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_FUNC_HH
#define WASMTIME_COMPONENT_FUNC_HH

#include <wasmtime/component/func.h>
#include <wasmtime/component/types/func.hh>
#include <wasmtime/component/val.hh>
#include <wasmtime/conf.h>
#include <wasmtime/error.hh>
#include <wasmtime/span.hh>
#include <wasmtime/store.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

namespace wasmtime
{
namespace component
{

/// A function of a component. A number to be copied freely; valid as long as its store.
class Func
{
    wasmtime_component_func_t func;

  public:
    explicit Func(const wasmtime_component_func_t &raw) : func(raw)
    {
    }

    /// The object of the C API; it stays where it is.
    const wasmtime_component_func_t *capi() const
    {
        return &func;
    }

    /// Calls the function. There must be a value for each parameter, and one to be set for each
    /// result.
    Result<std::monostate> call(Store::Context cx, Span<const Val> args, Span<Val> results) const
    {
        return detail::done(
            wasmtime_component_func_call(&func, cx.capi(), Val::to_capi(args.data()), args.size(),
                                         Val::to_capi(results.data()), results.size()));
    }

    /// Needed by older versions after a call; does nothing.
    Result<std::monostate> post_return(Store::Context cx) const
    {
        return detail::done(wasmtime_component_func_post_return(&func, cx.capi()));
    }

    /// The type of the function.
    FuncType type(Store::Context cx) const
    {
        return FuncType(wasmtime_component_func_type(&func, cx.capi()));
    }
};

} // namespace component
} // namespace wasmtime

#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#endif // WASMTIME_COMPONENT_FUNC_HH
