/**
 * @file wasmtime/component/types/instance.hh
 *
 * The types of instances of components. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_TYPES_INSTANCE_HH
#define WASMTIME_COMPONENT_TYPES_INSTANCE_HH

#include <optional>
#include <string_view>
#include <utility>
#include <wasmtime/component/types/instance.h>
#include <wasmtime/conf.h>
#include <wasmtime/engine.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

namespace wasmtime
{
namespace component
{

class ComponentItem;

/// The type of an instance of a component: its exports.
class ComponentInstanceType
    : public detail::Cloned<ComponentInstanceType, wasmtime_component_instance_type_t,
                            wasmtime_component_instance_type_delete,
                            wasmtime_component_instance_type_clone>
{
  public:
    using Cloned::Cloned;

    /// How many exports there are.
    size_t export_count(const Engine &engine) const
    {
        return wasmtime_component_instance_type_export_count(ptr.get(), engine.capi());
    }

    /// The export of that name, if there is one.
    std::optional<ComponentItem> export_get(const Engine &engine, std::string_view name) const;
    /// The export of that number with its name, if there is one. The name is valid as long as this
    /// object.
    std::optional<std::pair<std::string_view, ComponentItem>> export_nth(const Engine &engine,
                                                                         size_t nth) const;
};

} // namespace component
} // namespace wasmtime

#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#include <wasmtime/component/types/component.hh>

#endif // WASMTIME_COMPONENT_TYPES_INSTANCE_HH
