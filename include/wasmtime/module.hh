/**
 * @file wasmtime/module.hh
 *
 * Modules: checked and compiled. Thread rules: a module may be used from all
 * threads at once. Everything in this header since 0.1.
 */
#ifndef WASMTIME_MODULE_HH
#define WASMTIME_MODULE_HH

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include <wasmtime/engine.hh>
#include <wasmtime/error.hh>
#include <wasmtime/module.h>
#include <wasmtime/span.hh>
#include <wasmtime/types.hh>
#include <wasmtime/wat.hh>

namespace wasmtime
{

/// A module; copies are the same module.
class Module : public detail::Cloned<Module, wasmtime_module_t, wasmtime_module_delete,
                                     wasmtime_module_clone>
{
  public:
    using Cloned::Cloned;

#ifdef WASMTIME_FEATURE_COMPILER
#ifdef WASMTIME_FEATURE_WAT
    /// Compiles a module that is text.
    static Result<Module> compile(Engine &engine, std::string_view wat)
    {
        Result<std::vector<uint8_t>> wasm = wat2wasm(wat);
        if (!wasm)
            return wasm.err();
        std::vector<uint8_t> bytes = wasm.ok();
        return compile(engine, bytes);
    }
#endif

    /// Compiles a module; its bytes are not needed afterwards.
    static Result<Module> compile(Engine &engine, Span<uint8_t> wasm)
    {
        wasmtime_module_t *module = nullptr;
        if (wasmtime_error_t *error =
                wasmtime_module_new(engine.capi(), wasm.data(), wasm.size(), &module))
            return Error(error);
        return Module(module);
    }

    /// Checks a module and compiles nothing.
    static Result<std::monostate> validate(Engine &engine, Span<uint8_t> wasm)
    {
        return detail::done(wasmtime_module_validate(engine.capi(), wasm.data(), wasm.size()));
    }
#endif

    /// A module from bytes that `serialize` gave. They must come from there and be unchanged: they
    /// hold code of this machine.
    static Result<Module> deserialize(Engine &engine, Span<uint8_t> wasm)
    {
        wasmtime_module_t *module = nullptr;
        if (wasmtime_error_t *error =
                wasmtime_module_deserialize(engine.capi(), wasm.data(), wasm.size(), &module))
            return Error(error);
        return Module(module);
    }

    /// The same from a file.
    static Result<Module> deserialize_file(Engine &engine, const std::string &path)
    {
        wasmtime_module_t *module = nullptr;
        if (wasmtime_error_t *error =
                wasmtime_module_deserialize_file(engine.capi(), path.c_str(), &module))
            return Error(error);
        return Module(module);
    }

    /// What the module imports, in its order.
    ImportType::List imports() const
    {
        ImportType::List list;
        wasmtime_module_imports(ptr.get(), &list.list);
        return list;
    }

    /// What the module exports, in its order.
    ExportType::List exports() const
    {
        ExportType::List list;
        wasmtime_module_exports(ptr.get(), &list.list);
        return list;
    }

#ifdef WASMTIME_FEATURE_COMPILER
    /// The compiled module as bytes, to be loaded without compiling.
    Result<std::vector<uint8_t>> serialize() const
    {
        wasm_byte_vec_t bytes;
        if (wasmtime_error_t *error = wasmtime_module_serialize(ptr.get(), &bytes))
            return Error(error);
        return detail::take_bytes(&bytes);
    }
#endif
};

} // namespace wasmtime

#endif // WASMTIME_MODULE_HH
