/**
 * @file wasmtime/component/types/func.hh
 *
 * The types of the functions of components. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_TYPES_FUNC_HH
#define WASMTIME_COMPONENT_TYPES_FUNC_HH

#include <optional>
#include <string_view>
#include <utility>
#include <wasmtime/component/types/func.h>
#include <wasmtime/component/types/val.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

namespace wasmtime
{
namespace component
{

/// The type of a function of a component.
class FuncType
    : public detail::Cloned<FuncType, wasmtime_component_func_type_t,
                            wasmtime_component_func_type_delete, wasmtime_component_func_type_clone>
{
  public:
    using Cloned::Cloned;

    /// How many parameters there are.
    size_t param_count() const
    {
        return wasmtime_component_func_type_param_count(ptr.get());
    }

    /// Whether the function is asynchronous.
    bool async() const
    {
        return wasmtime_component_func_type_async(ptr.get());
    }

    /// The name and the type of a parameter; the name is valid as long as this object.
    std::optional<std::pair<std::string_view, ValType>> param_nth(size_t nth) const
    {
        const char *name;
        size_t length;
        wasmtime_component_valtype_t type;
        if (wasmtime_component_func_type_param_nth(ptr.get(), nth, &name, &length, &type))
            return std::pair<std::string_view, ValType>(std::string_view(name, length),
                                                        ValType(std::move(type)));
        return std::nullopt;
    }

    /// The type of the result, if there is one.
    std::optional<ValType> result() const
    {
        wasmtime_component_valtype_t type;
        if (wasmtime_component_func_type_result(ptr.get(), &type))
            return ValType(std::move(type));
        return std::nullopt;
    }
};

} // namespace component
} // namespace wasmtime

#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#endif // WASMTIME_COMPONENT_TYPES_FUNC_HH
