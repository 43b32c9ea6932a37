/**
 * @file wasmtime/types/export.hh
 *
 * What a module exports. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_EXPORT_HH
#define WASMTIME_TYPES_EXPORT_HH

#include <string_view>
#include <wasmtime/helpers.hh>

namespace wasmtime
{

/// An export: a name, and the type of what it stands for.
class ExportType : public detail::Cloned<ExportType, wasm_exporttype_t, wasm_exporttype_delete,
                                         wasm_exporttype_copy>
{
  public:
    using Cloned::Cloned;

    /// A view of an export; valid as long as the list it comes from.
    class Ref
    {
        friend class ExternType;
        const wasm_exporttype_t *ptr;

      public:
        Ref(const wasm_exporttype_t *raw) : ptr(raw)
        {
        }

        /// The name.
        std::string_view name() const
        {
            return detail::view_of(wasm_exporttype_name(ptr));
        }

        /// The object of the C API; it stays where it is.
        const wasm_exporttype_t *capi() const
        {
            return ptr;
        }
    };

    /// All that a module exports, in its order.
    using List = detail::Views<Ref, wasm_exporttype_vec_t, wasm_exporttype_vec_delete>;

    /// The view of this object, valid as long as it.
    Ref ref() const
    {
        return Ref(ptr.get());
    }
};

} // namespace wasmtime

#endif // WASMTIME_TYPES_EXPORT_HH
