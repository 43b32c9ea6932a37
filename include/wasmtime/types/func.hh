/**
 * @file wasmtime/types/func.hh
 *
 * The types of functions. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_FUNC_HH
#define WASMTIME_TYPES_FUNC_HH

#include <initializer_list>
#include <utility>
#include <vector>
#include <wasmtime/types/_val_class.hh>

namespace wasmtime
{

class FuncType;

namespace detail
{

/// A view of a function type that belongs to something else; `FuncType::Ref`.
class FuncTypeRef
{
    const wasm_functype_t *ptr;

  public:
    FuncTypeRef(const wasm_functype_t *raw) : ptr(raw)
    {
    }

    FuncTypeRef(const FuncType &ty);

    /// The types of the parameters.
    ValType::ListRef params() const
    {
        return wasm_functype_params(ptr);
    }

    /// The types of the results.
    ValType::ListRef results() const
    {
        return wasm_functype_results(ptr);
    }

    /// The type in the C API; it stays where it is.
    const wasm_functype_t *capi() const
    {
        return ptr;
    }
};

/// Copies types, views or not, into an array of the C API.
template <typename List> wasm_valtype_vec_t copy_valtypes(const List &types)
{
    wasm_valtype_vec_t vec;
    wasm_valtype_vec_new_uninitialized(&vec, types.size());
    size_t i = 0;
    for (const auto &type : types)
        vec.data[i++] = wasm_valtype_copy(ValType::Ref(type).capi());
    return vec;
}

} // namespace detail

/// The type of a function: parameters and results.
class FuncType : public detail::Described<wasm_functype_t, detail::FuncTypeRef, wasm_functype_copy,
                                          wasm_functype_delete>
{
    static wasm_functype_t *make(wasm_valtype_vec_t params, wasm_valtype_vec_t results)
    {
        return wasm_functype_new(&params, &results);
    }

  public:
    using Ref = detail::FuncTypeRef;

    FuncType(std::initializer_list<ValType> params, std::initializer_list<ValType> results)
        : Described(make(detail::copy_valtypes(params), detail::copy_valtypes(results)))
    {
    }

    /// A copy of the type that is looked at.
    FuncType(Ref other) : Described(copy(other.capi()))
    {
    }

    /// The parameters and the results are anything with a size that gives types when iterated.
    template <typename P, typename R> static FuncType from_iters(P params, R results)
    {
        FuncType type({}, {});
        type.ptr.reset(make(detail::copy_valtypes(params), detail::copy_valtypes(results)));
        type.ref = Ref(type.ptr.get());
        return type;
    }

    /// The object of the C API; it belongs to the caller from now on.
    wasm_functype_t *capi_release()
    {
        return ptr.release();
    }
};

inline detail::FuncTypeRef::FuncTypeRef(const FuncType &ty) : FuncTypeRef(**ty)
{
}

} // namespace wasmtime

#endif // WASMTIME_TYPES_FUNC_HH
