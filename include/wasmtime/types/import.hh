/**
 * @file wasmtime/types/import.hh
 *
 * What a module imports. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_IMPORT_HH
#define WASMTIME_TYPES_IMPORT_HH

#include <string_view>
#include <utility>
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
    class List
    {
        friend class Module;
        wasm_importtype_vec_t list;

      public:
        /// An empty list.
        List() : list{0, nullptr}
        {
        }

        List(const List &other) = delete;

        List(List &&other) noexcept : list(std::exchange(other.list, {0, nullptr}))
        {
        }

        ~List() noexcept
        {
            wasm_importtype_vec_delete(&list);
        }

        List &operator=(const List &other) = delete;

        List &operator=(List &&other) noexcept
        {
            std::swap(list, other.list);
            return *this;
        }

        /// Iterates over the views.
        using iterator = const Ref *;

        /// The first one.
        iterator begin() const
        {
            static_assert(sizeof(Ref) == sizeof(wasm_importtype_t *), "a view is a pointer");
            return reinterpret_cast<const Ref *>(list.data);
        }

        /// One after the last one.
        iterator end() const
        {
            return begin() + list.size;
        }

        /// How many there are.
        size_t size() const
        {
            return list.size;
        }
    };

    /// The view of this object, valid as long as it.
    Ref ref() const
    {
        return Ref(ptr.get());
    }
};

} // namespace wasmtime

#endif // WASMTIME_TYPES_IMPORT_HH
