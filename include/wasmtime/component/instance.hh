/**
 * @file wasmtime/component/instance.hh
 *
 * Instances of components. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_INSTANCE_HH
#define WASMTIME_COMPONENT_INSTANCE_HH

#include <optional>
#include <string_view>
#include <wasmtime/component/component.hh>
#include <wasmtime/component/func.hh>
#include <wasmtime/component/instance.h>
#include <wasmtime/conf.h>
#include <wasmtime/store.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

namespace wasmtime
{
namespace component
{

/// An instance of a component. A number to be copied freely; valid as long as its store.
class Instance
{
    wasmtime_component_instance_t instance;

  public:
    explicit Instance(const wasmtime_component_instance_t &raw) : instance(raw)
    {
    }

    /// Where an export stands, if there is one of that name in the instance `parent`, or in this
    /// one if that is NULL.
    std::optional<ExportIndex> get_export_index(Store::Context cx, const ExportIndex *parent,
                                                std::string_view name) const
    {
        auto *index = wasmtime_component_instance_get_export_index(
            &instance, cx.capi(), parent ? parent->capi() : nullptr, name.data(), name.size());
        if (index)
            return ExportIndex(index);
        return std::nullopt;
    }

    /// The function that stands there, if it is one.
    std::optional<Func> get_func(Store::Context cx, const ExportIndex &index) const
    {
        wasmtime_component_func_t func;
        if (wasmtime_component_instance_get_func(&instance, cx.capi(), index.capi(), &func))
            return Func(func);
        return std::nullopt;
    }

    /// The object of the C API; it stays where it is.
    const wasmtime_component_instance_t *capi() const
    {
        return &instance;
    }
};

} // namespace component
} // namespace wasmtime

#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#endif // WASMTIME_COMPONENT_INSTANCE_HH
