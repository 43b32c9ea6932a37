/**
 * @file wasmtime/linker.hh
 *
 * Linkers: names, and what they stand for. Everything in this header since 0.1.
 */
#ifndef WASMTIME_LINKER_HH
#define WASMTIME_LINKER_HH

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <wasmtime/engine.hh>
#include <wasmtime/error.hh>
#include <wasmtime/extern.hh>
#include <wasmtime/func.hh>
#include <wasmtime/instance.hh>
#include <wasmtime/linker.h>
#include <wasmtime/module.hh>
#include <wasmtime/store.hh>

namespace wasmtime
{

/// A dictionary of what modules can import, under two names.
class Linker : public detail::Owned<Linker, wasmtime_linker_t, wasmtime_linker_delete>
{
  public:
    using Owned::Owned;

    /// An empty linker.
    explicit Linker(Engine &engine) : Owned(wasmtime_linker_new(engine.capi()))
    {
    }

    /// Whether a name may be defined again; otherwise that is an error.
    void allow_shadowing(bool allow)
    {
        wasmtime_linker_allow_shadowing(ptr.get(), allow);
    }

    /// Defines something of a store.
    Result<std::monostate> define(Store::Context cx, std::string_view module, std::string_view name,
                                  const Extern &item)
    {
        wasmtime_extern_t raw;
        detail::cvt_extern(item, raw);
        return detail::done(wasmtime_linker_define(ptr.get(), cx.capi(), module.data(),
                                                   module.size(), name.data(), name.size(), &raw));
    }

#ifdef WASMTIME_FEATURE_WASI
    /// Defines the functions of WASI. What they may do says `Store::Context::set_wasi`.
    Result<std::monostate> define_wasi()
    {
        return detail::done(wasmtime_linker_define_wasi(ptr.get()));
    }
#endif

    /// Defines all exports of an instance under its name.
    Result<std::monostate> define_instance(Store::Context cx, std::string_view name,
                                           Instance instance)
    {
        return detail::done(wasmtime_linker_define_instance(ptr.get(), cx.capi(), name.data(),
                                                            name.size(), &instance.instance));
    }

    /// Makes an instance with what is defined here.
    TrapResult<Instance> instantiate(Store::Context cx, const Module &m)
    {
        wasmtime_instance_t made = {};
        wasm_trap_t *trap = nullptr;
        wasmtime_error_t *error =
            wasmtime_linker_instantiate(ptr.get(), cx.capi(), m.capi(), &made, &trap);
        return Instance::outcome(error, trap, made);
    }

    /// Makes an instance and defines its exports; a program is made anew at each call.
    Result<std::monostate> module(Store::Context cx, std::string_view name, const Module &m)
    {
        return detail::done(
            wasmtime_linker_module(ptr.get(), cx.capi(), name.data(), name.size(), m.capi()));
    }

    /// What is defined under these names, if anything.
    [[nodiscard]] std::optional<Extern> get(Store::Context cx, std::string_view module,
                                            std::string_view name)
    {
        wasmtime_extern_t item;
        if (wasmtime_linker_get(ptr.get(), cx.capi(), module.data(), module.size(), name.data(),
                                name.size(), &item))
            return detail::cvt_extern(item);
        return std::nullopt;
    }

    /// Defines a function of the host's, as `Func(cx, ty, f)` makes one, but for all stores.
    template <typename F,
              std::enable_if_t<std::is_invocable_r_v<Result<std::monostate, Trap>, F, Caller,
                                                     Span<const Val>, Span<Val>>,
                               bool> = true>
    Result<std::monostate> func_new(std::string_view module, std::string_view name,
                                    const FuncType &ty, F &&f)
    {
        using Function = std::decay_t<F>;
        auto function = std::make_unique<Function>(std::forward<F>(f));
        return detail::done(wasmtime_linker_define_func(
            ptr.get(), module.data(), module.size(), name.data(), name.size(), ty.capi(),
            detail::CheckedCallback<Function>::call, function.release(),
            detail::finalize<Function>));
    }

    /// Defines a function of the host's, as `Func::wrap(cx, f)` makes one, but for all stores.
    template <typename F, std::enable_if_t<detail::WasmHostFunc<F>::Params::valid, bool> = true,
              std::enable_if_t<detail::WasmHostFunc<F>::Results::valid, bool> = true>
    Result<std::monostate> func_wrap(std::string_view module, std::string_view name, F &&f)
    {
        using Function = std::decay_t<F>;
        using Host = detail::WasmHostFunc<Function>;
        FuncType type = FuncType::from_iters(Host::Params::types(), Host::Results::types());
        auto function = std::make_unique<Function>(std::forward<F>(f));
        return detail::done(wasmtime_linker_define_func_unchecked(
            ptr.get(), module.data(), module.size(), name.data(), name.size(), type.capi(),
            detail::UncheckedCallback<Function>::call, function.release(),
            detail::finalize<Function>));
    }

    /// What a program that is called by its name does: the export with the empty name, or
    /// `_start`, or nothing.
    Result<Func> get_default(Store::Context cx, std::string_view name)
    {
        wasmtime_func_t func;
        if (wasmtime_error_t *error =
                wasmtime_linker_get_default(ptr.get(), cx.capi(), name.data(), name.size(), &func))
            return Error(error);
        return Func(func);
    }

    /// Defines the functions that a module imports and that are not defined; calling one is an
    /// error.
    Result<std::monostate> define_unknown_imports_as_traps(const Module &module)
    {
        return detail::done(
            wasmtime_linker_define_unknown_imports_as_traps(ptr.get(), module.capi()));
    }

    /// Defines what a module imports and is not defined: functions that give zeros, and empty
    /// memories, tables and globals.
    Result<std::monostate> define_unknown_imports_as_default_values(Store::Context cx,
                                                                    const Module &module)
    {
        return detail::done(wasmtime_linker_define_unknown_imports_as_default_values(
            ptr.get(), cx.capi(), module.capi()));
    }
};

} // namespace wasmtime

#endif // WASMTIME_LINKER_HH
