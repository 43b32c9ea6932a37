/**
 * @file wasmtime/types/exnref.hh
 *
 * The types of exceptions. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_EXNREF_HH
#define WASMTIME_TYPES_EXNREF_HH

#include <initializer_list>
#include <wasmtime/engine.hh>
#include <wasmtime/error.hh>
#include <wasmtime/types/exnref.h>
#include <wasmtime/types/tag.hh>

namespace wasmtime
{

/// The type of an exception: the values that it carries.
class ExnType : public detail::Cloned<ExnType, wasmtime_exn_type_t, wasmtime_exn_type_delete,
                                      wasmtime_exn_type_copy>
{
  public:
    using Cloned::Cloned;

    /// Exceptions that carry these values.
    static Result<ExnType> create(const Engine &engine,
                                  const std::initializer_list<ValType> &params)
    {
        wasm_valtype_vec_t vec = detail::copy_valtypes(params);
        wasmtime_exn_type_t *type = nullptr;
        wasmtime_error_t *error = wasmtime_exn_type_new(engine.capi(), &vec, &type);
        wasm_valtype_vec_delete(&vec);
        if (error)
            return Error(error);
        return ExnType(type);
    }

    /// The type of the tags that such exceptions are thrown with.
    TagType tag_type() const
    {
        return TagType(wasmtime_exn_type_tag_type(ptr.get()));
    }
};

} // namespace wasmtime

#include <wasmtime/types/val.hh>

#endif // WASMTIME_TYPES_EXNREF_HH
