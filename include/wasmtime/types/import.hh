/**
 * @file wasmtime/types/import.hh
 *
 * What a module imports. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_IMPORT_HH
#define WASMTIME_TYPES_IMPORT_HH

#include <string_view>
#include <wasmtime/helpers.hh>

namespace wasmtime
{

/// An import: two names, and the type of what is wanted.
class ImportType : public detail::Cloned<ImportType, wasm_importtype_t, wasm_importtype_delete,
                                         wasm_importtype_copy>
{
  public:
    using Cloned::Cloned;

    /// A view of an import; valid as long as the list it comes from.
    class Ref
    {
        friend class ExternType;
        const wasm_importtype_t *ptr;

      public:
        Ref(const wasm_importtype_t *raw) : ptr(raw)
        {
        }

        /// The name of the module that it is wanted from.
        std::string_view module() const
        {
            return detail::view_of(wasm_importtype_module(ptr));
        }

        /// The name of what is wanted.
        std::string_view name() const
        {
            return detail::view_of(wasm_importtype_name(ptr));
        }

        /// The object of the C API; it stays where it is.
        const wasm_importtype_t *capi() const
        {
            return ptr;
        }
    };

    /// All that a module imports, in its order.
    using List = detail::Views<Ref, wasm_importtype_vec_t, wasm_importtype_vec_delete>;

    /// The view of this object, valid as long as it.
    Ref ref() const
    {
        return Ref(ptr.get());
    }
};

} // namespace wasmtime

#endif // WASMTIME_TYPES_IMPORT_HH
