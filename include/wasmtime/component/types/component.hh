/**
 * @file wasmtime/component/types/component.hh
 *
 * The types of components, and of what they import and export. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_TYPES_COMPONENT_HH
#define WASMTIME_COMPONENT_TYPES_COMPONENT_HH

#include <optional>
#include <string_view>
#include <utility>
#include <wasmtime/component/types/component.h>
#include <wasmtime/component/types/func.hh>
#include <wasmtime/component/types/instance.hh>
#include <wasmtime/component/types/module.hh>
#include <wasmtime/component/types/val.hh>
#include <wasmtime/conf.h>
#include <wasmtime/engine.hh>
#include <wasmtime/types/func.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

namespace wasmtime
{
namespace component
{

class ComponentItem;

/// The type of a component: its imports and exports.
class ComponentType
    : public detail::Cloned<ComponentType, wasmtime_component_type_t,
                            wasmtime_component_type_delete, wasmtime_component_type_clone>
{
  public:
    using Cloned::Cloned;

    /// How many imports there are.
    size_t import_count(const Engine &engine) const
    {
        return wasmtime_component_type_import_count(ptr.get(), engine.capi());
    }

    /// The import of that name, if there is one.
    std::optional<ComponentItem> import_get(const Engine &engine, std::string_view name) const;
    /// The import of that number with its name, if there is one. The name is valid as long as this
    /// object.
    std::optional<std::pair<std::string_view, ComponentItem>> import_nth(const Engine &engine,
                                                                         size_t nth) const;

    /// How many exports there are.
    size_t export_count(const Engine &engine) const
    {
        return wasmtime_component_type_export_count(ptr.get(), engine.capi());
    }

    /// The export of that name, if there is one.
    std::optional<ComponentItem> export_get(const Engine &engine, std::string_view name) const;
    /// The export of that number with its name, if there is one. The name is valid as long as this
    /// object.
    std::optional<std::pair<std::string_view, ComponentItem>> export_nth(const Engine &engine,
                                                                         size_t nth) const;
};

/// The type of an import or export of a component, whatever its kind.
class ComponentItem
{
    wasmtime_component_item_t item;

    void expect(wasmtime_component_item_kind_t kind) const
    {
        if (item.kind != kind)
            detail::give_up("an import or export was asked for something of another kind");
    }

    static void clear(wasmtime_component_item_t &raw)
    {
        raw.kind = WASMTIME_COMPONENT_ITEM_TYPE;
        raw.of.type.kind = WASMTIME_COMPONENT_VALTYPE_BOOL;
    }

  public:
    /// Takes over `raw`.
    explicit ComponentItem(wasmtime_component_item_t &&raw) : item(raw)
    {
        clear(raw);
    }

    ComponentItem(const ComponentItem &other)
    {
        wasmtime_component_item_clone(&other.item, &item);
    }

    ComponentItem &operator=(const ComponentItem &other)
    {
        if (this != &other)
            *this = ComponentItem(other);
        return *this;
    }

    ComponentItem(ComponentItem &&other) noexcept : item(other.item)
    {
        clear(other.item);
    }

    ComponentItem &operator=(ComponentItem &&other) noexcept
    {
        std::swap(item, other.item);
        return *this;
    }

    ~ComponentItem() noexcept
    {
        wasmtime_component_item_delete(&item);
    }

    bool is_component() const
    {
        return item.kind == WASMTIME_COMPONENT_ITEM_COMPONENT;
    }

    bool is_component_instance() const
    {
        return item.kind == WASMTIME_COMPONENT_ITEM_COMPONENT_INSTANCE;
    }

    bool is_module() const
    {
        return item.kind == WASMTIME_COMPONENT_ITEM_MODULE;
    }

    bool is_component_func() const
    {
        return item.kind == WASMTIME_COMPONENT_ITEM_COMPONENT_FUNC;
    }

    bool is_resource() const
    {
        return item.kind == WASMTIME_COMPONENT_ITEM_RESOURCE;
    }

    bool is_core_func() const
    {
        return item.kind == WASMTIME_COMPONENT_ITEM_CORE_FUNC;
    }

    bool is_type() const
    {
        return item.kind == WASMTIME_COMPONENT_ITEM_TYPE;
    }

    /* What follows is valid as long as this object, and ends the program when asked for another
     * kind. */

    const ComponentType &component() const
    {
        expect(WASMTIME_COMPONENT_ITEM_COMPONENT);
        return *ComponentType::from_capi(&item.of.component);
    }

    const ComponentInstanceType &component_instance() const
    {
        expect(WASMTIME_COMPONENT_ITEM_COMPONENT_INSTANCE);
        return *ComponentInstanceType::from_capi(&item.of.component_instance);
    }

    const ModuleType &module() const
    {
        expect(WASMTIME_COMPONENT_ITEM_MODULE);
        return *ModuleType::from_capi(&item.of.module);
    }

    const FuncType &component_func() const
    {
        expect(WASMTIME_COMPONENT_ITEM_COMPONENT_FUNC);
        return *FuncType::from_capi(&item.of.component_func);
    }

    const ResourceType &resource() const
    {
        expect(WASMTIME_COMPONENT_ITEM_RESOURCE);
        return *ResourceType::from_capi(&item.of.resource);
    }

    wasmtime::FuncType::Ref core_func() const
    {
        expect(WASMTIME_COMPONENT_ITEM_CORE_FUNC);
        return wasmtime::FuncType::Ref(item.of.core_func);
    }

    const ValType &type() const
    {
        expect(WASMTIME_COMPONENT_ITEM_TYPE);
        return *ValType::from_capi(&item.of.type);
    }
};

inline std::optional<ComponentItem> ComponentType::import_get(const Engine &engine,
                                                              std::string_view name) const
{
    wasmtime_component_item_t item;
    if (wasmtime_component_type_import_get(ptr.get(), engine.capi(), name.data(), name.size(),
                                           &item))
        return ComponentItem(std::move(item));
    return std::nullopt;
}

inline std::optional<std::pair<std::string_view, ComponentItem>>
ComponentType::import_nth(const Engine &engine, size_t nth) const
{
    const char *name;
    size_t length;
    wasmtime_component_item_t item;
    if (wasmtime_component_type_import_nth(ptr.get(), engine.capi(), nth, &name, &length, &item))
        return std::pair<std::string_view, ComponentItem>(std::string_view(name, length),
                                                          ComponentItem(std::move(item)));
    return std::nullopt;
}

inline std::optional<ComponentItem> ComponentType::export_get(const Engine &engine,
                                                              std::string_view name) const
{
    wasmtime_component_item_t item;
    if (wasmtime_component_type_export_get(ptr.get(), engine.capi(), name.data(), name.size(),
                                           &item))
        return ComponentItem(std::move(item));
    return std::nullopt;
}

inline std::optional<std::pair<std::string_view, ComponentItem>>
ComponentType::export_nth(const Engine &engine, size_t nth) const
{
    const char *name;
    size_t length;
    wasmtime_component_item_t item;
    if (wasmtime_component_type_export_nth(ptr.get(), engine.capi(), nth, &name, &length, &item))
        return std::pair<std::string_view, ComponentItem>(std::string_view(name, length),
                                                          ComponentItem(std::move(item)));
    return std::nullopt;
}

inline std::optional<ComponentItem> ComponentInstanceType::export_get(const Engine &engine,
                                                                      std::string_view name) const
{
    wasmtime_component_item_t item;
    if (wasmtime_component_instance_type_export_get(ptr.get(), engine.capi(), name.data(),
                                                    name.size(), &item))
        return ComponentItem(std::move(item));
    return std::nullopt;
}

inline std::optional<std::pair<std::string_view, ComponentItem>>
ComponentInstanceType::export_nth(const Engine &engine, size_t nth) const
{
    const char *name;
    size_t length;
    wasmtime_component_item_t item;
    if (wasmtime_component_instance_type_export_nth(ptr.get(), engine.capi(), nth, &name, &length,
                                                    &item))
        return std::pair<std::string_view, ComponentItem>(std::string_view(name, length),
                                                          ComponentItem(std::move(item)));
    return std::nullopt;
}

} // namespace component
} // namespace wasmtime

#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#endif // WASMTIME_COMPONENT_TYPES_COMPONENT_HH
