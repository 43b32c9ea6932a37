/**
 * @file wasmtime/func.hh
 *
 * Functions, of guests and of the host.
 *
 * A function of the host may throw: the exception is caught before it reaches
 * compiled code, and ends the call as a trap with the exception's text.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_FUNC_HH
#define WASMTIME_FUNC_HH

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>
#include <wasmtime/_externref_class.hh>
#include <wasmtime/_func_class.hh>
#include <wasmtime/_val_class.hh>

namespace wasmtime
{

namespace detail
{

/// How a C++ type travels to and from compiled code: in one slot of 16 bytes. This is the case of
/// the types that do not.
template <typename T, typename> struct WasmType {
    static constexpr bool valid = false;
    static constexpr bool plain = false;
};

/* Numbers: the slot holds the number, whichever sign C++ gives it. */

#define HOSPES_WASM_NUMBER(type, member, name)                                                     \
    template <> struct WasmType<type> {                                                            \
        static constexpr bool valid = true;                                                        \
        static constexpr bool plain = true; /* no store is needed to convert */                    \
        static ValType valtype()                                                                   \
        {                                                                                          \
            return ValType::name();                                                                \
        }                                                                                          \
        static void store(Store::Context, wasmtime_val_raw_t *slot, const type &value)             \
        {                                                                                          \
            slot->member = static_cast<decltype(slot->member)>(value);                             \
        }                                                                                          \
        static type load(Store::Context, wasmtime_val_raw_t *slot)                                 \
        {                                                                                          \
            return static_cast<type>(slot->member);                                                \
        }                                                                                          \
    };

HOSPES_WASM_NUMBER(int32_t, i32, i32)
HOSPES_WASM_NUMBER(uint32_t, i32, i32)
HOSPES_WASM_NUMBER(int64_t, i64, i64)
HOSPES_WASM_NUMBER(uint64_t, i64, i64)
HOSPES_WASM_NUMBER(float, f32, f32)
HOSPES_WASM_NUMBER(double, f64, f64)

#undef HOSPES_WASM_NUMBER

template <> struct WasmType<V128> {
    static constexpr bool valid = true;
    static constexpr bool plain = true;

    static ValType valtype()
    {
        return ValType::v128();
    }

    static void store(Store::Context, wasmtime_val_raw_t *slot, const V128 &value)
    {
        std::memcpy(slot->v128, value.v128, sizeof slot->v128);
    }

    static V128 load(Store::Context, wasmtime_val_raw_t *slot)
    {
        return V128(slot->v128);
    }
};

template <> struct WasmType<std::optional<Func>> {
    static constexpr bool valid = true;
    static constexpr bool plain = false;

    static ValType valtype()
    {
        return ValType::funcref();
    }

    static void store(Store::Context cx, wasmtime_val_raw_t *slot, const std::optional<Func> &value)
    {
        slot->funcref = value ? wasmtime_func_to_raw(cx.capi(), &value->capi()) : nullptr;
    }

    static std::optional<Func> load(Store::Context cx, wasmtime_val_raw_t *slot)
    {
        if (!slot->funcref)
            return std::nullopt;
        wasmtime_func_t func;
        wasmtime_func_from_raw(cx.capi(), slot->funcref, &func);
        return Func(func);
    }
};

#ifdef WASMTIME_FEATURE_GC
template <> struct WasmType<std::optional<ExternRef>> {
    static constexpr bool valid = true;
    static constexpr bool plain = false;

    static ValType valtype()
    {
        return ValType::externref();
    }

    static void store(Store::Context cx, wasmtime_val_raw_t *slot,
                      const std::optional<ExternRef> &value)
    {
        slot->externref = value ? value->borrow_raw(cx) : 0;
    }

    static std::optional<ExternRef> load(Store::Context cx, wasmtime_val_raw_t *slot)
    {
        if (slot->externref == 0)
            return std::nullopt;
        wasmtime_externref_t ref;
        wasmtime_externref_from_raw(cx.capi(), slot->externref, &ref);
        return ExternRef(ref);
    }
};
#endif

/// Several types: the parameters or the results of a function. This is the case of one type.
template <typename T> struct WasmTypeList {
    static constexpr bool valid = WasmType<T>::valid;
    static constexpr bool plain = WasmType<T>::plain;
    static constexpr size_t size = 1;

    static bool matches(ValType::ListRef types)
    {
        return types.size() == 1 && WasmType<T>::valtype() == *types.begin();
    }

    static void store(Store::Context cx, wasmtime_val_raw_t *slots, const T &value)
    {
        WasmType<T>::store(cx, slots, value);
    }

    static T load(Store::Context cx, wasmtime_val_raw_t *slots)
    {
        return WasmType<T>::load(cx, slots);
    }

    static std::vector<ValType> types()
    {
        return {WasmType<T>::valtype()};
    }
};

template <> struct WasmTypeList<std::monostate> {
    static constexpr bool valid = true;
    static constexpr bool plain = true;
    static constexpr size_t size = 0;

    static bool matches(ValType::ListRef types)
    {
        return types.size() == 0;
    }

    static void store(Store::Context, wasmtime_val_raw_t *, const std::monostate &)
    {
    }

    static std::monostate load(Store::Context, wasmtime_val_raw_t *)
    {
        return std::monostate();
    }

    static std::vector<ValType> types()
    {
        return {};
    }
};

template <typename... T> struct WasmTypeList<std::tuple<T...>> {
    static constexpr bool valid = (WasmType<T>::valid && ...);
    static constexpr bool plain = (WasmType<T>::plain && ...);
    static constexpr size_t size = sizeof...(T);

    static bool matches(ValType::ListRef types)
    {
        if (types.size() != size)
            return false;
        [[maybe_unused]] const ValType::Ref *type = types.begin();
        return ((WasmType<T>::valtype() == *type++) && ...);
    }

    static void store(Store::Context cx, wasmtime_val_raw_t *slots, const std::tuple<T...> &values)
    {
        store_each(cx, slots, values, std::index_sequence_for<T...>());
    }

    static std::tuple<T...> load(Store::Context cx, wasmtime_val_raw_t *slots)
    {
        return load_each(cx, slots, std::index_sequence_for<T...>());
    }

    static std::vector<ValType> types()
    {
        return {WasmType<T>::valtype()...};
    }

  private:
    template <size_t... I>
    static void
    store_each([[maybe_unused]] Store::Context cx, [[maybe_unused]] wasmtime_val_raw_t *slots,
               [[maybe_unused]] const std::tuple<T...> &values, std::index_sequence<I...>)
    {
        (WasmType<T>::store(cx, &slots[I], std::get<I>(values)), ...);
    }

    template <size_t... I>
    static std::tuple<T...> load_each([[maybe_unused]] Store::Context cx,
                                      [[maybe_unused]] wasmtime_val_raw_t *slots,
                                      std::index_sequence<I...>)
    {
        return std::tuple<T...>(WasmType<T>::load(cx, &slots[I])...);
    }
};

/// What a function of the host's gives: a value, several, or none. `invoke` calls it and stores
/// that; the trap that it gives, if any, belongs to the caller.
template <typename R> struct WasmHostRet {
    using Results = WasmTypeList<R>;

    template <typename F, typename... Args>
    static wasm_trap_t *invoke(F &&f, Store::Context cx, wasmtime_val_raw_t *slots, Args &&...args)
    {
        Results::store(cx, slots, f(std::forward<Args>(args)...));
        return nullptr;
    }
};

template <> struct WasmHostRet<void> {
    using Results = WasmTypeList<std::monostate>;

    template <typename F, typename... Args>
    static wasm_trap_t *invoke(F &&f, Store::Context, wasmtime_val_raw_t *, Args &&...args)
    {
        f(std::forward<Args>(args)...);
        return nullptr;
    }
};

template <typename R> struct WasmHostRet<Result<R, Trap>> {
    using Results = WasmTypeList<R>;

    template <typename F, typename... Args>
    static wasm_trap_t *invoke(F &&f, Store::Context cx, wasmtime_val_raw_t *slots, Args &&...args)
    {
        Result<R, Trap> result = f(std::forward<Args>(args)...);
        if (!result)
            return result.err().capi_release();
        Results::store(cx, slots, result.ok_ref());
        return nullptr;
    }
};

/// A parameter without `const` and without reference. One that the function could change is left as
/// it is, and so not accepted.
template <typename T> struct PlainParam {
    using type = std::remove_cv_t<T>;
};
template <typename T> struct PlainParam<const T &> {
    using type = T;
};
template <typename T> struct PlainParam<T &&> {
    using type = std::remove_cv_t<T>;
};

/// The signature of a function of the host's.
template <typename R, typename... Args> struct HostSignature {
    using Params = WasmTypeList<std::tuple<typename PlainParam<Args>::type...>>;
    using Results = typename WasmHostRet<R>::Results;

    template <typename F>
    static wasm_trap_t *invoke(F &f, Caller, Store::Context cx, wasmtime_val_raw_t *slots)
    {
        return std::apply(
            [&](auto &&...args) {
                return WasmHostRet<R>::invoke(f, cx, slots, std::forward<decltype(args)>(args)...);
            },
            Params::load(cx, slots));
    }
};

template <typename R, typename... Args> struct HostSignature<R, Caller, Args...> {
    using Params = WasmTypeList<std::tuple<typename PlainParam<Args>::type...>>;
    using Results = typename WasmHostRet<R>::Results;

    template <typename F>
    static wasm_trap_t *invoke(F &f, Caller caller, Store::Context cx, wasmtime_val_raw_t *slots)
    {
        return std::apply(
            [&](auto &&...args) {
                return WasmHostRet<R>::invoke(f, cx, slots, caller,
                                              std::forward<decltype(args)>(args)...);
            },
            Params::load(cx, slots));
    }
};

/// The signature of the function that calls an object.
template <typename Member> struct MemberSignature;

#define HOSPES_MEMBER_SIGNATURE(qualifiers)                                                        \
    template <typename C, typename R, typename... Args>                                            \
    struct MemberSignature<R (C::*)(Args...) qualifiers> : HostSignature<R, Args...> {             \
    };

HOSPES_MEMBER_SIGNATURE()
HOSPES_MEMBER_SIGNATURE(const)
HOSPES_MEMBER_SIGNATURE(&)
HOSPES_MEMBER_SIGNATURE(const &)
HOSPES_MEMBER_SIGNATURE(noexcept)
HOSPES_MEMBER_SIGNATURE(const noexcept)
HOSPES_MEMBER_SIGNATURE(& noexcept)
HOSPES_MEMBER_SIGNATURE(const & noexcept)

#undef HOSPES_MEMBER_SIGNATURE

/// What can be a function of the host's. This is the case of what cannot.
template <typename F, typename> struct WasmHostFunc {
    struct Nothing {
        static constexpr bool valid = false;
    };
    using Params = Nothing;
    using Results = Nothing;
};

template <typename R, typename... Args>
struct WasmHostFunc<R (*)(Args...)> : HostSignature<R, Args...> {
};

template <typename R, typename... Args>
struct WasmHostFunc<R (*)(Args...) noexcept> : HostSignature<R, Args...> {
};

/// References, constants, functions themselves: as what they become when passed by value. So a
/// pointer in a variable is the same as the name of a function.
template <typename F>
struct WasmHostFunc<F, std::enable_if_t<!std::is_same_v<F, std::decay_t<F>>>>
    : WasmHostFunc<std::decay_t<F>> {
};

template <typename F>
struct WasmHostFunc<F,
                    std::enable_if_t<std::is_same_v<F, std::decay_t<F>> &&
                                     std::is_member_function_pointer_v<decltype(&F::operator())>>>
    : MemberSignature<decltype(&F::operator())> {
};

/// What an exception of C++ becomes.
inline wasm_trap_t *trap_of_exception(const char *what)
{
    return wasmtime_trap_new(what, std::strlen(what));
}

/// The callback of the C API for functions that get values.
template <typename F> struct CheckedCallback {
    static wasm_trap_t *call(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                             size_t nargs, wasmtime_val_t *results, size_t nresults)
    {
        return guarded(
            [&]() -> wasm_trap_t * {
                Result<std::monostate, Trap> result = (*static_cast<F *>(env))(
                    Caller(caller), Span<const Val>(reinterpret_cast<const Val *>(args), nargs),
                    Span<Val>(reinterpret_cast<Val *>(results), nresults));
                return result ? nullptr : result.err().capi_release();
            },
            trap_of_exception);
    }
};

/// The callback of the C API for functions that get C++ types.
template <typename F> struct UncheckedCallback {
    static wasm_trap_t *call(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *slots,
                             size_t)
    {
        using Signature = WasmHostFunc<F>;
        return guarded(
            [&]() -> wasm_trap_t * {
                Store::Context cx(static_cast<wasmtime_context_t *>(nullptr));
                if constexpr (!Signature::Params::plain || !Signature::Results::plain)
                    cx = Caller(caller).context();
                return Signature::invoke(*static_cast<F *>(env), Caller(caller), cx, slots);
            },
            trap_of_exception);
    }
};

} // namespace detail

template <typename F, std::enable_if_t<std::is_invocable_r_v<Result<std::monostate, Trap>, F,
                                                             Caller, Span<const Val>, Span<Val>>,
                                       bool>>
Func::Func(Store::Context cx, const FuncType &ty, F f)
{
    auto function = std::make_unique<F>(std::move(f));
    wasmtime_func_new(cx.capi(), ty.capi(), detail::CheckedCallback<F>::call, function.release(),
                      detail::finalize<F>, &func);
}

template <typename F, std::enable_if_t<detail::WasmHostFunc<F>::Params::valid, bool>,
          std::enable_if_t<detail::WasmHostFunc<F>::Results::valid, bool>>
Func Func::wrap(Store::Context cx, F f)
{
    using Host = detail::WasmHostFunc<F>;
    FuncType type = FuncType::from_iters(Host::Params::types(), Host::Results::types());
    auto function = std::make_unique<F>(std::move(f));
    wasmtime_func_t raw;
    wasmtime_func_new_unchecked(cx.capi(), type.capi(), detail::UncheckedCallback<F>::call,
                                function.release(), detail::finalize<F>, &raw);
    return Func(raw);
}

inline TrapResult<std::vector<Val>> Func::call_raw(Store::Context cx, const wasmtime_val_t *params,
                                                   size_t count) const
{
    std::vector<Val> results(type(cx)->results().size(), Val(int32_t(0)));
    wasm_trap_t *trap = nullptr;
    wasmtime_error_t *error = wasmtime_func_call(cx.capi(), &func, params, count,
                                                 reinterpret_cast<wasmtime_val_t *>(results.data()),
                                                 results.size(), &trap);
    if (error)
        return TrapError(Error(error));
    if (trap)
        return TrapError(Trap(trap));
    return results;
}

template <typename I>
TrapResult<std::vector<Val>> Func::call(Store::Context cx, const I &begin, const I &end) const
{
    std::vector<wasmtime_val_t> params; /* borrowed from the values */
    for (I i = begin; i != end; ++i) {
        const Val &param = *i;
        params.push_back(*param.capi());
    }
    return call_raw(cx, params.data(), params.size());
}

inline TrapResult<std::vector<Val>> Func::call(Store::Context cx,
                                               const std::vector<Val> &params) const
{
    return call_raw(cx, reinterpret_cast<const wasmtime_val_t *>(params.data()), params.size());
}

inline TrapResult<std::vector<Val>> Func::call(Store::Context cx,
                                               const std::initializer_list<Val> &params) const
{
    return call_raw(cx, reinterpret_cast<const wasmtime_val_t *>(params.begin()), params.size());
}

inline FuncType Func::type(Store::Context cx) const
{
    wasm_functype_t *raw = wasmtime_func_type(cx.capi(), &func);
    FuncType type{FuncType::Ref(raw)};
    wasm_functype_delete(raw);
    return type;
}

template <typename Params, typename Results,
          std::enable_if_t<detail::WasmTypeList<Params>::valid, bool>,
          std::enable_if_t<detail::WasmTypeList<Results>::valid, bool>>
Result<TypedFunc<Params, Results>, Trap> Func::typed(Store::Context cx) const
{
    FuncType actual = type(cx);
    if (!detail::WasmTypeList<Params>::matches(actual->params()))
        return Trap("the function has parameters of other types than the ones asked for");
    if (!detail::WasmTypeList<Results>::matches(actual->results()))
        return Trap("the function has results of other types than the ones asked for");
    return TypedFunc<Params, Results>(*this);
}

template <typename Params, typename Results>
TrapResult<Results> TypedFunc<Params, Results>::call(Store::Context cx, const Params &params) const
{
    using In = detail::WasmTypeList<Params>;
    using Out = detail::WasmTypeList<Results>;
    constexpr size_t count = std::max(In::size, Out::size);
    wasmtime_val_raw_t slots[count ? count : 1];
    In::store(cx, slots, params);
    wasm_trap_t *trap = nullptr;
    wasmtime_error_t *error = wasmtime_func_call_unchecked(cx.capi(), &f.func, slots, count, &trap);
    if (detail::rarely(error != nullptr))
        return TrapError(Error(error));
    if (detail::rarely(trap != nullptr))
        return TrapError(Trap(trap));
    return Out::load(cx, slots);
}

} // namespace wasmtime

#include <wasmtime/extern.hh>
#include <wasmtime/externref.hh>
#include <wasmtime/store.hh>
#include <wasmtime/val.hh>

#endif // WASMTIME_FUNC_HH
