/**
 * @file wasmtime/types/global.hh
 *
 * The types of globals. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_GLOBAL_HH
#define WASMTIME_TYPES_GLOBAL_HH

#include <wasmtime/types/_val_class.hh>

namespace wasmtime
{

class GlobalType;

namespace detail
{

/// A view of a global's type that belongs to something else; `GlobalType::Ref`.
class GlobalTypeRef
{
    const wasm_globaltype_t *ptr;

  public:
    GlobalTypeRef(const wasm_globaltype_t *raw) : ptr(raw)
    {
    }

    GlobalTypeRef(const GlobalType &ty);

    /// Whether the global can be set.
    bool is_mutable() const
    {
        return wasm_globaltype_mutability(ptr) == WASM_VAR;
    }

    /// The type of the value.
    ValType::Ref content() const
    {
        return wasm_globaltype_content(ptr);
    }

    /// The type in the C API; it stays where it is.
    const wasm_globaltype_t *capi() const
    {
        return ptr;
    }
};

} // namespace detail

/// The type of a global: a value, and whether it can be set.
class GlobalType : public detail::Described<wasm_globaltype_t, detail::GlobalTypeRef,
                                            wasm_globaltype_copy, wasm_globaltype_delete>
{
  public:
    using Ref = detail::GlobalTypeRef;

    GlobalType(ValType ty, bool mut)
        : Described(
              wasm_globaltype_new(wasm_valtype_copy(ty.capi()),
                                  static_cast<wasm_mutability_t>(mut ? WASM_VAR : WASM_CONST)))
    {
    }

    /// A copy of the type that is looked at.
    GlobalType(Ref other) : Described(copy(other.capi()))
    {
    }
};

inline detail::GlobalTypeRef::GlobalTypeRef(const GlobalType &ty) : GlobalTypeRef(**ty)
{
}

} // namespace wasmtime

#endif // WASMTIME_TYPES_GLOBAL_HH
