/**
 * @file wasmtime/component/linker.hh
 *
 * Linkers of components: names, and what they stand for. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_LINKER_HH
#define WASMTIME_COMPONENT_LINKER_HH

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <wasmtime/component/component.hh>
#include <wasmtime/component/instance.hh>
#include <wasmtime/component/linker.h>
#include <wasmtime/component/types/func.hh>
#include <wasmtime/component/types/val.hh>
#include <wasmtime/component/val.hh>
#include <wasmtime/conf.h>
#include <wasmtime/engine.hh>
#include <wasmtime/error.hh>
#include <wasmtime/module.hh>
#include <wasmtime/span.hh>
#include <wasmtime/store.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

namespace wasmtime
{
namespace component
{

/// A part of a linker: the names at the top, or those of one instance. It must be gone before the
/// part or the linker that it comes from is used again.
class LinkerInstance : public detail::Owned<LinkerInstance, wasmtime_component_linker_instance_t,
                                            wasmtime_component_linker_instance_delete>
{
    template <typename F>
    static wasmtime_error_t *call(void *env, wasmtime_context_t *context,
                                  const wasmtime_component_func_type_t *type,
                                  wasmtime_component_val_t *args, size_t nargs,
                                  wasmtime_component_val_t *results, size_t nresults)
    {
        return detail::guarded(
            [&]() -> wasmtime_error_t * {
                auto *raw = const_cast<wasmtime_component_func_type_t *>(type);
                Result<std::monostate> result =
                    (*static_cast<F *>(env))(Store::Context(context), *FuncType::from_capi(&raw),
                                             Span<Val>(Val::from_capi(args), nargs),
                                             Span<Val>(Val::from_capi(results), nresults));
                return result ? nullptr : result.err().capi_release();
            },
            [](const char *what) { return wasmtime_error_new(what); });
    }

    template <typename F>
    static wasmtime_error_t *destroy(void *env, wasmtime_context_t *context, uint32_t rep)
    {
        return detail::guarded(
            [&]() -> wasmtime_error_t * {
                Result<std::monostate> result =
                    (*static_cast<F *>(env))(Store::Context(context), rep);
                return result ? nullptr : result.err().capi_release();
            },
            [](const char *what) { return wasmtime_error_new(what); });
    }

  public:
    using Owned::Owned;

    /// Defines a module.
    Result<std::monostate> add_module(std::string_view name, const Module &module)
    {
        return detail::done(wasmtime_component_linker_instance_add_module(
            ptr.get(), name.data(), name.size(), module.capi()));
    }

    /// Defines an instance, and gives the part of the linker for what is in it.
    Result<LinkerInstance> add_instance(std::string_view name)
    {
        wasmtime_component_linker_instance_t *instance = nullptr;
        if (wasmtime_error_t *error = wasmtime_component_linker_instance_add_instance(
                ptr.get(), name.data(), name.size(), &instance))
            return Error(error);
        return LinkerInstance(instance);
    }

    /// Defines a function of the host's: `(Store::Context, const FuncType &, Span<Val> args,
    /// Span<Val> results)`, which gives `Result<std::monostate>`. What it throws becomes an error.
    template <typename F,
              std::enable_if_t<std::is_invocable_r_v<Result<std::monostate>, F, Store::Context,
                                                     const FuncType &, Span<Val>, Span<Val>>,
                               bool> = true>
    Result<std::monostate> add_func(std::string_view name, F &&f)
    {
        using Function = std::decay_t<F>;
        auto function = std::make_unique<Function>(std::forward<F>(f));
        return detail::done(wasmtime_component_linker_instance_add_func(
            ptr.get(), name.data(), name.size(), call<Function>, function.release(),
            detail::finalize<Function>));
    }

    /// Defines a resource of the host's; `(Store::Context, uint32_t rep)` is called when one is
    /// dropped.
    template <
        typename F,
        std::enable_if_t<std::is_invocable_r_v<Result<std::monostate>, F, Store::Context, uint32_t>,
                         bool> = true>
    Result<std::monostate> add_resource(std::string_view name, const ResourceType &ty, F &&f)
    {
        using Function = std::decay_t<F>;
        auto function = std::make_unique<Function>(std::forward<F>(f));
        return detail::done(wasmtime_component_linker_instance_add_resource(
            ptr.get(), name.data(), name.size(), ty.capi(), destroy<Function>, function.release(),
            detail::finalize<Function>));
    }
};

/// A dictionary of what components can import.
class Linker
    : public detail::Owned<Linker, wasmtime_component_linker_t, wasmtime_component_linker_delete>
{
  public:
    using Owned::Owned;

    /// An empty linker.
    explicit Linker(Engine &engine) : Owned(wasmtime_component_linker_new(engine.capi()))
    {
    }

    /// The names at the top. It must be gone before the linker is used again.
    LinkerInstance root()
    {
        return LinkerInstance(wasmtime_component_linker_root(ptr.get()));
    }

    /// Defines the functions that a component imports and that are not defined; calling one is an
    /// error.
    Result<std::monostate> define_unknown_imports_as_traps(const Component &component)
    {
        return detail::done(
            wasmtime_component_linker_define_unknown_imports_as_traps(ptr.get(), component.capi()));
    }

    /// Whether a name may be defined again; otherwise that is an error.
    void allow_shadowing(bool allow)
    {
        wasmtime_component_linker_allow_shadowing(ptr.get(), allow);
    }

    /// Makes an instance with what is defined here.
    Result<Instance> instantiate(Store::Context cx, const Component &component)
    {
        wasmtime_component_instance_t made;
        if (wasmtime_error_t *error = wasmtime_component_linker_instantiate(
                ptr.get(), cx.capi(), component.capi(), &made))
            return Error(error);
        return Instance(made);
    }

#ifdef WASMTIME_FEATURE_WASI
    /// Defines the functions of WASI. What they may do says `Store::Context::set_wasi`.
    Result<std::monostate> add_wasip2()
    {
        return detail::done(wasmtime_component_linker_add_wasip2(ptr.get()));
    }
#endif

#ifdef WASMTIME_FEATURE_WASI_HTTP
    /// Defines the functions of WASI for HTTP.
    Result<std::monostate> add_wasi_http()
    {
        return detail::done(wasmtime_component_linker_add_wasi_http(ptr.get()));
    }
#endif

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL_ASYNC
#ifdef WASMTIME_FEATURE_WASI
    /// Defines the functions of WASI for asynchronous calls.
    Result<std::monostate> add_wasip2_async()
    {
        return detail::done(wasmtime_component_linker_add_wasip2_async(ptr.get()));
    }
#endif

#ifdef WASMTIME_FEATURE_WASI_HTTP
    /// Defines the functions of WASI for HTTP in asynchronous calls.
    Result<std::monostate> add_wasi_http_async()
    {
        return detail::done(wasmtime_component_linker_add_wasi_http_async(ptr.get()));
    }
#endif
#endif
};

} // namespace component
} // namespace wasmtime

#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#endif // WASMTIME_COMPONENT_LINKER_HH
