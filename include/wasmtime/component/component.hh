/**
 * @file wasmtime/component/component.hh
 *
 * Components: checked and compiled. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_COMPONENT_HH
#define WASMTIME_COMPONENT_COMPONENT_HH

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <wasmtime/component/component.h>
#include <wasmtime/component/types/component.hh>
#include <wasmtime/conf.h>
#include <wasmtime/engine.hh>
#include <wasmtime/error.hh>
#include <wasmtime/span.hh>
#include <wasmtime/wat.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

namespace wasmtime
{
namespace component
{

/// Where an export stands, so that it need not be looked up by name each time.
class ExportIndex : public detail::Cloned<ExportIndex, wasmtime_component_export_index_t,
                                          wasmtime_component_export_index_delete,
                                          wasmtime_component_export_index_clone>
{
  public:
    using Cloned::Cloned;
};

/// A component; copies are the same component.
class Component : public detail::Cloned<Component, wasmtime_component_t, wasmtime_component_delete,
                                        wasmtime_component_clone>
{
    static Result<Component> outcome(wasmtime_error_t *error, wasmtime_component_t *component)
    {
        if (error)
            return Error(error);
        return Component(component);
    }

  public:
    using Cloned::Cloned;

#ifdef WASMTIME_FEATURE_COMPILER
#ifdef WASMTIME_FEATURE_WAT
    /// Compiles a component that is text.
    static Result<Component> compile(Engine &engine, std::string_view wat)
    {
        Result<std::vector<uint8_t>> wasm = wat2wasm(wat);
        if (!wasm)
            return wasm.err();
        std::vector<uint8_t> bytes = wasm.ok();
        return compile(engine, bytes);
    }
#endif

    /// Compiles a component; its bytes are not needed afterwards.
    static Result<Component> compile(Engine &engine, Span<uint8_t> wasm)
    {
        wasmtime_component_t *component = nullptr;
        return outcome(wasmtime_component_new(engine.capi(), wasm.data(), wasm.size(), &component),
                       component);
    }
#endif

    /// A component from bytes that `serialize` gave, unchanged.
    static Result<Component> deserialize(Engine &engine, Span<uint8_t> wasm)
    {
        wasmtime_component_t *component = nullptr;
        return outcome(
            wasmtime_component_deserialize(engine.capi(), wasm.data(), wasm.size(), &component),
            component);
    }

    /// The same from a file.
    static Result<Component> deserialize_file(Engine &engine, const std::string &path)
    {
        wasmtime_component_t *component = nullptr;
        return outcome(wasmtime_component_deserialize_file(engine.capi(), path.c_str(), &component),
                       component);
    }

#ifdef WASMTIME_FEATURE_COMPILER
    /// The compiled component as bytes, to be loaded without compiling.
    Result<std::vector<uint8_t>> serialize() const
    {
        wasm_byte_vec_t bytes;
        if (wasmtime_error_t *error = wasmtime_component_serialize(ptr.get(), &bytes))
            return Error(error);
        return detail::take_bytes(&bytes);
    }
#endif

    /// Where an export stands, if there is one of that name in `instance`, or in the component if
    /// that is NULL.
    std::optional<ExportIndex> export_index(const ExportIndex *instance,
                                            std::string_view name) const
    {
        auto *index = wasmtime_component_get_export_index(
            ptr.get(), instance ? instance->capi() : nullptr, name.data(), name.size());
        if (index)
            return ExportIndex(index);
        return std::nullopt;
    }

    /// The type of the component.
    ComponentType type() const
    {
        return ComponentType(wasmtime_component_type(ptr.get()));
    }
};

} // namespace component
} // namespace wasmtime

#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#endif // WASMTIME_COMPONENT_COMPONENT_HH
