/**
 * @file wasmtime/types/arrayref.hh
 *
 * The types of arrays. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_ARRAYREF_HH
#define WASMTIME_TYPES_ARRAYREF_HH

#include <wasmtime/types/_structref_class.hh>
#include <wasmtime/types/arrayref.h>

namespace wasmtime
{

/// The type of an array: that of its elements.
class ArrayType : public detail::Cloned<ArrayType, wasmtime_array_type_t,
                                        wasmtime_array_type_delete, wasmtime_array_type_copy>
{
  public:
    using Cloned::Cloned;

    ArrayType(const Engine &engine, const FieldType &field)
        : Cloned(wasmtime_array_type_new(engine.capi(), field.capi()))
    {
    }

    /// What the elements are.
    FieldType element_type() const
    {
        wasmtime_field_type_t field;
        wasmtime_array_type_element(ptr.get(), &field);
        return FieldType(field);
    }
};

} // namespace wasmtime

#include <wasmtime/types/val.hh>

#endif // WASMTIME_TYPES_ARRAYREF_HH
