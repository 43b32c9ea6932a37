/**
 * @file wasmtime/error.hh
 *
 * Errors, and results that may be one.
 *
 * Nothing in this API throws. A function that can fail gives a `Result`, which
 * is either a value or an error and says which:
 *
 *     auto module = Module::compile(engine, bytes);
 *     if (!module)
 *         return complain(module.err().message());
 *     use(module.ok());
 *
 * Thread rules: as in `wasmtime/error.h`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_ERROR_HH
#define WASMTIME_ERROR_HH

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <wasmtime/error.h>
#include <wasmtime/helpers.hh>

namespace wasmtime
{

class Trace;

/// What went wrong, in words.
class Error : public detail::Owned<Error, wasmtime_error_t, wasmtime_error_delete>
{
  public:
    using Owned::Owned;

    /// An error with this message, for a callback to give.
    Error(const std::string &s) : Owned(wasmtime_error_new(s.c_str()))
    {
    }

    /// The message: what failed, and below it the causes.
    std::string message() const
    {
        wasm_byte_vec_t text;
        wasmtime_error_message(ptr.get(), &text);
        return detail::take_string(&text);
    }

    /// The exit status, if the guest ended itself through WASI.
    std::optional<int32_t> i32_exit() const
    {
        int status = 0;
        if (wasmtime_error_exit_status(ptr.get(), &status))
            return status;
        return std::nullopt;
    }

    /// The functions of the guest that were running; empty if there were none.
    Trace trace() const;
};

/// Writes the message.
inline std::ostream &operator<<(std::ostream &os, const Error &e)
{
    return os << e.message();
}

/// Either a value or what went wrong.
template <typename T, typename E = Error> class [[nodiscard]] Result
{
    std::variant<T, E> data;

  public:
    /// Success.
    Result(T t) : data(std::in_place_index<0>, std::move(t))
    {
    }

    /// Failure.
    Result(E e) : data(std::in_place_index<1>, std::move(e))
    {
    }

    /// True if this is success.
    explicit operator bool() const
    {
        return data.index() == 0;
    }

    /// The error, moved out. Ask only if there is one.
    E &&err()
    {
        return std::get<1>(std::move(data));
    }

    /// The error. Ask only if there is one.
    const E &&err() const
    {
        return std::get<1>(std::move(data));
    }

    /// The value, moved out. Ask only if there is one.
    T &&ok()
    {
        return std::get<0>(std::move(data));
    }

    /// The value. Ask only if there is one.
    const T &&ok() const
    {
        return std::get<0>(std::move(data));
    }

    /// The value, where it is. Ask only if there is one.
    T &ok_ref()
    {
        return std::get<0>(data);
    }

    /// The value, where it is. Ask only if there is one.
    const T &ok_ref() const
    {
        return std::get<0>(data);
    }

    /// The error, where it is. Ask only if there is one.
    E &err_ref()
    {
        return std::get<1>(data);
    }

    /// The error, where it is. Ask only if there is one.
    const E &err_ref() const
    {
        return std::get<1>(data);
    }

    /// The value; if there is none, the message goes to standard error and the program ends.
    T unwrap()
    {
        if (detail::rarely(!*this))
            detail::give_up(err_ref().message().c_str());
        return ok();
    }
};

namespace detail
{

/// The result of a C function that gives an error or nothing.
inline Result<std::monostate> done(wasmtime_error_t *error)
{
    if (error)
        return Error(error);
    return std::monostate();
}

} // namespace detail

} // namespace wasmtime

#include <wasmtime/trap.hh>

#endif // WASMTIME_ERROR_HH
