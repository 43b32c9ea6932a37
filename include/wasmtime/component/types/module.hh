/**
 * @file wasmtime/component/types/module.hh
 *
 * The types of modules that components import or export. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_TYPES_MODULE_HH
#define WASMTIME_COMPONENT_TYPES_MODULE_HH

#include <optional>
#include <wasmtime/component/types/module.h>
#include <wasmtime/conf.h>
#include <wasmtime/engine.hh>
#include <wasmtime/types/export.hh>
#include <wasmtime/types/import.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

namespace wasmtime
{
namespace component
{

/// The type of a module: its imports and exports.
class ModuleType : public detail::Cloned<ModuleType, wasmtime_module_type_t,
                                         wasmtime_module_type_delete, wasmtime_module_type_clone>
{
  public:
    using Cloned::Cloned;

    /// How many imports the module has.
    size_t import_count(const Engine &engine) const
    {
        return wasmtime_module_type_import_count(ptr.get(), engine.capi());
    }

    /// One of its imports.
    std::optional<ImportType> import_nth(const Engine &engine, size_t nth) const
    {
        if (auto *type = wasmtime_module_type_import_nth(ptr.get(), engine.capi(), nth))
            return ImportType(type);
        return std::nullopt;
    }

    /// How many exports the module has.
    size_t export_count(const Engine &engine) const
    {
        return wasmtime_module_type_export_count(ptr.get(), engine.capi());
    }

    /// One of its exports.
    std::optional<ExportType> export_nth(const Engine &engine, size_t nth) const
    {
        if (auto *type = wasmtime_module_type_export_nth(ptr.get(), engine.capi(), nth))
            return ExportType(type);
        return std::nullopt;
    }
};

} // namespace component
} // namespace wasmtime

#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#endif // WASMTIME_COMPONENT_TYPES_MODULE_HH
