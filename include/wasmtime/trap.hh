/**
 * @file wasmtime/trap.hh
 *
 * Traps: how a guest ends that broke a rule of the language, or that the host
 * stopped; and the stack of the guest at that moment.
 *
 * Thread rules: as in `wasmtime/trap.h`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TRAP_HH
#define WASMTIME_TRAP_HH

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <wasmtime/error.hh>
#include <wasmtime/trap.h>

namespace wasmtime
{

class Trace;

/// One function of a stack; valid as long as the `Trace` it comes from.
class FrameRef
{
    wasm_frame_t *frame;

    static std::optional<std::string_view> name_of(const wasm_name_t *name)
    {
        if (name)
            return detail::view_of(name);
        return std::nullopt;
    }

  public:
    /// The number of the function in its module.
    uint32_t func_index() const
    {
        return wasm_frame_func_index(frame);
    }

    /// Where it was, in bytes from the start of the function's body.
    size_t func_offset() const
    {
        return wasm_frame_func_offset(frame);
    }

    /// Where it was, in bytes from the start of the module.
    size_t module_offset() const
    {
        return wasm_frame_module_offset(frame);
    }

    /// The function's name in the name section, if it has one.
    std::optional<std::string_view> func_name() const
    {
        return name_of(wasmtime_frame_func_name(frame));
    }

    /// The module's name in the name section, if it has one.
    std::optional<std::string_view> module_name() const
    {
        return name_of(wasmtime_frame_module_name(frame));
    }
};

/// A stack of the guest, innermost function first. It stays where it was made, and must not outlive
/// the trap or error that it comes from.
class Trace
{
    friend class Trap;
    friend class Error;
    wasm_frame_vec_t frames;

    explicit Trace(const wasm_trap_t *trap)
    {
        wasm_trap_trace(trap, &frames);
    }

    explicit Trace(const wasmtime_error_t *error)
    {
        wasmtime_error_wasm_trace(error, &frames);
    }

  public:
    ~Trace() noexcept
    {
        wasm_frame_vec_delete(&frames);
    }

    Trace(const Trace &other) = delete;
    Trace(Trace &&other) = delete;
    Trace &operator=(const Trace &other) = delete;
    Trace &operator=(Trace &&other) = delete;

    /// Iterates over the functions.
    using iterator = const FrameRef *;

    /// The innermost function.
    iterator begin() const
    {
        static_assert(sizeof(FrameRef) == sizeof(wasm_frame_t *), "a view is a pointer");
        return reinterpret_cast<const FrameRef *>(frames.data);
    }

    /// One after the outermost function.
    iterator end() const
    {
        return begin() + frames.size;
    }

    /// How many functions were running.
    size_t size() const
    {
        return frames.size;
    }
};

inline Trace Error::trace() const
{
    return Trace(ptr.get());
}

/// The end of a guest.
class Trap : public detail::Owned<Trap, wasm_trap_t, wasm_trap_delete>
{
  public:
    using Owned::Owned;

    /// A trap with this message, for a function of the host to give.
    explicit Trap(std::string_view msg) : Owned(wasmtime_trap_new(msg.data(), msg.size()))
    {
    }

    /// A trap as the language has it.
    Trap(wasmtime_trap_code_enum code)
        : Owned(wasmtime_trap_new_code(static_cast<wasmtime_trap_code_t>(code)))
    {
    }

    /// The message, with the stack of the guest in it.
    std::string message() const
    {
        wasm_byte_vec_t text;
        wasm_trap_message(ptr.get(), &text);
        std::string string = detail::take_string(&text);
        if (!string.empty() && string.back() == '\0')
            string.pop_back(); /* the C API counts the zero */
        return string;
    }

    /// The functions of the guest that were running; empty if the trap did not come from a guest.
    Trace trace() const
    {
        return Trace(ptr.get());
    }

    /// Which rule was broken; nothing if the trap has only a message.
    std::optional<wasmtime_trap_code_t> code() const
    {
        wasmtime_trap_code_t code;
        if (wasmtime_trap_code(ptr.get(), &code))
            return code;
        return std::nullopt;
    }
};

/// A call that did not return: through a trap, or through an error.
struct TrapError {
    /// Which of the two.
    std::variant<Trap, Error> data;

    TrapError(Trap t) : data(std::move(t))
    {
    }

    TrapError(Error e) : data(std::move(e))
    {
    }

    /// The message of the trap or of the error.
    std::string message() const
    {
        if (const Trap *trap = std::get_if<Trap>(&data))
            return trap->message();
        if (const Error *error = std::get_if<Error>(&data))
            return error->message();
        return std::string();
    }
};

/// What a call gives.
template <typename T> using TrapResult = Result<T, TrapError>;

} // namespace wasmtime

#endif // WASMTIME_TRAP_HH
