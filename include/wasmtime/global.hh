/**
 * @file wasmtime/global.hh
 *
 * Globals. Everything in this header since 0.1.
 */
#ifndef WASMTIME_GLOBAL_HH
#define WASMTIME_GLOBAL_HH

#include <wasmtime/_val_class.hh>
#include <wasmtime/global.h>
#include <wasmtime/types/global.hh>

namespace wasmtime
{

/// A global variable. A number to be copied freely; valid as long as its store.
class Global
{
    wasmtime_global_t global;

  public:
    Global(wasmtime_global_t raw) : global(raw)
    {
    }

    /// Makes a global of this type.
    static Result<Global> create(Store::Context cx, const GlobalType &ty, const Val &init)
    {
        wasmtime_global_t out;
        if (wasmtime_error_t *error = wasmtime_global_new(cx.capi(), ty.capi(), init.capi(), &out))
            return Error(error);
        return Global(out);
    }

    /// The type of the global.
    GlobalType type(Store::Context cx) const
    {
        wasm_globaltype_t *raw = wasmtime_global_type(cx.capi(), &global);
        GlobalType type{GlobalType::Ref(raw)};
        wasm_globaltype_delete(raw);
        return type;
    }

    /// Its value.
    Val get(Store::Context cx) const
    {
        wasmtime_val_t value;
        wasmtime_global_get(cx.capi(), &global, &value);
        return Val(value);
    }

    /// Sets it, if that is allowed.
    Result<std::monostate> set(Store::Context cx, const Val &val) const
    {
        return detail::done(wasmtime_global_set(cx.capi(), &global, val.capi()));
    }

    /// The object of the C API; it stays where it is.
    const wasmtime_global_t &capi() const
    {
        return global;
    }
};

} // namespace wasmtime

#include <wasmtime/val.hh>

#endif // WASMTIME_GLOBAL_HH
