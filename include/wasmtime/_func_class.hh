/**
 * @file wasmtime/_func_class.hh
 *
 * The classes of functions, without what needs the other classes; include
 * `wasmtime/func.hh`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_FUNC_CLASS_HH
#define WASMTIME_FUNC_CLASS_HH

#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>
#include <wasmtime/_store_class.hh>
#include <wasmtime/error.hh>
#include <wasmtime/func.h>
#include <wasmtime/span.hh>
#include <wasmtime/trap.hh>
#include <wasmtime/types/func.hh>

namespace wasmtime
{

class Func;
class Global;
class Memory;
class SharedMemory;
class Table;
class Tag;
class Val;
template <typename Params, typename Results> class TypedFunc;

/// What an instance exports or imports. The last one is ours: Wasmtime's headers have no class for shared memories.
using Extern = std::variant<Func, Global, Memory, Table, Tag, SharedMemory>;

namespace detail
{

template <typename T, typename = void> struct WasmType;
template <typename T> struct WasmTypeList;
template <typename R> struct WasmHostRet;
template <typename F, typename = void> struct WasmHostFunc;
template <typename F> struct CheckedCallback;
template <typename F> struct UncheckedCallback;

} // namespace detail

/// Who called a function of the host. Valid until that function returns.
class Caller
{
    friend class Store;
    template <typename F> friend struct detail::CheckedCallback;
    template <typename F> friend struct detail::UncheckedCallback;
    wasmtime_caller_t *ptr;

    explicit Caller(wasmtime_caller_t *raw) : ptr(raw)
    {
    }

  public:
    /// An export of the instance that called, if it has one of that name.
    std::optional<Extern> get_export(std::string_view name);

    /// The store that the call runs in.
    Store::Context context()
    {
        return Store::Context(wasmtime_caller_context(ptr));
    }
};

/// A function, of a guest or of the host. A number to be copied freely; valid as long as its store.
class Func
{
    friend class Val;
    template <typename Params, typename Results> friend class TypedFunc;
    wasmtime_func_t func;

    TrapResult<std::vector<Val>> call_raw(Store::Context cx, const wasmtime_val_t *params,
                                          size_t count) const;

  public:
    Func(wasmtime_func_t raw) : func(raw)
    {
    }

    /// A function of the host's. `f` gets the arguments and sets every result:
    /// `(Caller, Span<const Val>, Span<Val>)`, and gives nothing (`std::monostate`), a `Trap`, or
    /// the result that is one or the other. What it throws becomes a trap.
    template <typename F,
              std::enable_if_t<std::is_invocable_r_v<Result<std::monostate, Trap>, F, Caller,
                                                     Span<const Val>, Span<Val>>,
                               bool> = true>
    Func(Store::Context cx, const FuncType &ty, F f);

    /// A function of the host's whose type is the one of `f`: a function, a pointer to one, or
    /// anything that can be called.
    ///
    /// Parameters are `int32_t`, `uint32_t`, `int64_t`, `uint64_t`, `float`, `double`, `V128`,
    /// `std::optional<Func>` and `std::optional<ExternRef>`; before them there may be a `Caller`.
    /// It gives `void`, `std::monostate`, one of these types, a tuple of them, or a
    /// `Result<…, Trap>` of one of these. What it throws becomes a trap.
    template <typename F, std::enable_if_t<detail::WasmHostFunc<F>::Params::valid, bool> = true,
              std::enable_if_t<detail::WasmHostFunc<F>::Results::valid, bool> = true>
    static Func wrap(Store::Context cx, F f);

    /// Calls the function with the values between `begin` and `end`.
    template <typename I>
    TrapResult<std::vector<Val>> call(Store::Context cx, const I &begin, const I &end) const;

    /// Calls the function. Arguments of wrong types or numbers are an error.
    TrapResult<std::vector<Val>> call(Store::Context cx, const std::vector<Val> &params) const;

    /// Calls the function. Arguments of wrong types or numbers are an error.
    TrapResult<std::vector<Val>> call(Store::Context cx,
                                      const std::initializer_list<Val> &params) const;

    /// The type of the function.
    FuncType type(Store::Context cx) const;

    /// The function for calls with C++ types, which are checked here and not at each call. Both are
    /// one of the types that `wrap` knows, or a tuple of them.
    template <typename Params, typename Results,
              std::enable_if_t<detail::WasmTypeList<Params>::valid, bool> = true,
              std::enable_if_t<detail::WasmTypeList<Results>::valid, bool> = true>
    Result<TypedFunc<Params, Results>, Trap> typed(Store::Context cx) const;

    /// The object of the C API; it stays where it is.
    const wasmtime_func_t &capi() const
    {
        return func;
    }
};

/// A function whose type was checked. Valid as long as its store.
template <typename Params, typename Results> class TypedFunc
{
    friend class Func;
    Func f;

    explicit TypedFunc(Func func) : f(func)
    {
    }

  public:
    /// Calls the function. The values go through a few words on the stack: nothing is allocated.
    TrapResult<Results> call(Store::Context cx, const Params &params) const;

    /// The function.
    const Func &func() const
    {
        return f;
    }
};

} // namespace wasmtime

#endif // WASMTIME_FUNC_CLASS_HH
