/**
 * @file wasmtime/instance.hh
 *
 * Instances of modules. Everything in this header since 0.1.
 */
#ifndef WASMTIME_INSTANCE_HH
#define WASMTIME_INSTANCE_HH

#include <optional>
#include <string_view>
#include <utility>
#include <vector>
#include <wasmtime/extern.hh>
#include <wasmtime/func.hh>
#include <wasmtime/instance.h>
#include <wasmtime/module.hh>
#include <wasmtime/store.hh>

namespace wasmtime
{

/// An instance. A number to be copied freely; valid as long as its store.
class Instance
{
    friend class Linker;
    wasmtime_instance_t instance;

    /// What making an instance ended with.
    static TrapResult<Instance> outcome(wasmtime_error_t *error, wasm_trap_t *trap,
                                        const wasmtime_instance_t &instance)
    {
        if (error)
            return TrapError(Error(error));
        if (trap)
            return TrapError(Trap(trap));
        return Instance(instance);
    }

  public:
    Instance(wasmtime_instance_t raw) : instance(raw)
    {
    }

    /// Makes an instance; the imports stand in the module's order.
    static TrapResult<Instance> create(Store::Context cx, const Module &m,
                                       const std::vector<Extern> &imports)
    {
        std::vector<wasmtime_extern_t> raw(imports.size());
        for (size_t i = 0; i < imports.size(); i++)
            detail::cvt_extern(imports[i], raw[i]);
        wasmtime_instance_t made = {};
        wasm_trap_t *trap = nullptr;
        wasmtime_error_t *error =
            wasmtime_instance_new(cx.capi(), m.capi(), raw.data(), raw.size(), &made, &trap);
        return outcome(error, trap, made);
    }

    /// The export of that name, if there is one.
    std::optional<Extern> get(Store::Context cx, std::string_view name)
    {
        wasmtime_extern_t item;
        if (wasmtime_instance_export_get(cx.capi(), &instance, name.data(), name.size(), &item))
            return detail::cvt_extern(item);
        return std::nullopt;
    }

    /// The export of that number with its name, if there is one. The name is valid until the store
    /// is used.
    std::optional<std::pair<std::string_view, Extern>> get(Store::Context cx, size_t idx)
    {
        wasmtime_extern_t item;
        char *name = nullptr;
        size_t length = 0;
        if (wasmtime_instance_export_nth(cx.capi(), &instance, idx, &name, &length, &item))
            return std::pair<std::string_view, Extern>(std::string_view(name, length),
                                                       detail::cvt_extern(item));
        return std::nullopt;
    }
};

} // namespace wasmtime

#endif // WASMTIME_INSTANCE_HH
