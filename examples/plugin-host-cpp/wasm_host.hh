// A plug-in in a sandbox: what a program in C++ typically wraps around wasmtime.hh.
//
// One WasmHost is one engine, one store and one instance. It does what every host needs: it offers
// functions to the guest, loads it, calls its exports with C++ types, and copies bytes in and out of
// its memory with every access checked. What goes wrong becomes a C++ exception: `GuestError` for a
// guest that failed or is not as expected, `std::out_of_range` for an address outside the memory.
#ifndef WASM_HOST_HH
#define WASM_HOST_HH

#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>
#include <wasmtime.hh>

class GuestError : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

class WasmHost
{
  public:
    // An address in the guest: an offset from the start of its memory, no pointer of ours.
    using Address = uint32_t;

    // The guest sees the output of this process, and nothing else of the system.
    WasmHost();

    // Offers a function to the guest. Its type is taken from the C++ function, which is given as a
    // function, as a pointer to one, or as a lambda. Before `load`.
    template <typename Function>
    void offer(std::string_view module, std::string_view name, Function function)
    {
        expect_not_loaded();
        auto defined = linker.func_wrap(module, name, function);
        if (!defined)
            throw GuestError("cannot offer " + std::string(name) + ": " + defined.err().message());
    }

    // Compiles the module in a file, makes an instance of it, and lets it initialize itself.
    void load(const std::string &path);

    // Calls an export: call<double>("stock_value"), call<void>("plugin_free", address, size).
    // The number and the types of the arguments are checked against the guest's function.
    template <typename Result, typename... Args> Result call(std::string_view name, Args... args)
    {
        using Returned = std::conditional_t<std::is_void_v<Result>, std::monostate, Result>;
        auto typed = function(name).typed<std::tuple<Args...>, Returned>(store);
        if (!typed)
            throw GuestError(std::string(name) + ": " + typed.err().message());
        auto outcome = typed.ok().call(store, std::make_tuple(args...));
        if (!outcome)
            throw GuestError(outcome.err().message());
        if constexpr (!std::is_void_v<Result>)
            return outcome.ok();
    }

    // Copies a struct, or several of them, out of the guest's memory or into it. The layout is an
    // agreement between the two sides: integers and floats of fixed sizes, little end first.
    template <typename T> T read(Address address)
    {
        static_assert(std::is_trivially_copyable_v<T>);
        T value;
        std::memcpy(&value, window(address, sizeof value), sizeof value);
        return value;
    }

    template <typename T> void write(Address address, const T &value)
    {
        static_assert(std::is_trivially_copyable_v<T>);
        std::memcpy(window(address, sizeof value), &value, sizeof value);
    }

    template <typename T> std::vector<T> read_array(Address address, uint32_t count)
    {
        static_assert(std::is_trivially_copyable_v<T>);
        const uint8_t *bytes = window(address, uint64_t(count) * sizeof(T));
        std::vector<T> values(count);
        std::memcpy(values.data(), bytes, count * sizeof(T));
        return values;
    }

    template <typename T> void write_array(Address address, const std::vector<T> &values)
    {
        static_assert(std::is_trivially_copyable_v<T>);
        std::memcpy(window(address, values.size() * sizeof(T)), values.data(),
                    values.size() * sizeof(T));
    }

    std::string read_text(Address address, uint32_t length);
    void write_text(Address address, std::string_view text);

    // How many bytes the guest's memory has now.
    uint64_t memory_size();

  private:
    wasmtime::Engine engine;
    wasmtime::Linker linker;
    wasmtime::Store store;
    std::optional<wasmtime::Instance> instance;
    std::optional<wasmtime::Memory> memory;

    void expect_not_loaded() const;
    wasmtime::Func function(std::string_view name);

    // Where these bytes of the guest's lie, or std::out_of_range. Valid until the guest runs again:
    // its memory may move when it grows.
    uint8_t *window(Address address, uint64_t size);
};

// Memory of the guest's own allocator, given back at the end of the scope.
class GuestBuffer
{
    WasmHost &host;
    uint32_t length;
    WasmHost::Address start;

  public:
    GuestBuffer(WasmHost &owner, uint32_t size);
    // Takes over what the guest allocated and handed out.
    GuestBuffer(WasmHost &owner, WasmHost::Address address, uint32_t size);
    ~GuestBuffer();
    GuestBuffer(const GuestBuffer &) = delete;
    GuestBuffer &operator=(const GuestBuffer &) = delete;

    WasmHost::Address address() const
    {
        return start;
    }
    uint32_t size() const
    {
        return length;
    }
};

#endif
