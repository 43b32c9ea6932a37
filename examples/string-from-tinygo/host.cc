// A string out of a Go guest, in C++; host.c is the same in C and says how a string crosses the
// boundary.
//
//   string-host-cpp guest.wasm
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>
#include <wasmtime.hh>

using namespace wasmtime;

namespace
{

// Offset and length, as the guest stores them: little end first.
struct GoString {
    uint32_t offset;
    uint32_t length;
};

class Guest
{
    Engine engine;
    Store store;
    Linker linker;
    Instance instance;
    Memory memory;

    static Instance start(Engine &engine, Store &store, Linker &linker, const std::string &path)
    {
        std::ifstream file(path, std::ios::binary);
        std::vector<uint8_t> bytes((std::istreambuf_iterator<char>(file)),
                                   std::istreambuf_iterator<char>());
        linker.define_wasi().unwrap();
        WasiConfig wasi;
        wasi.inherit_stdout();
        wasi.inherit_stderr();
        store.context().set_wasi(std::move(wasi)).unwrap();
        Module module = Module::compile(engine, bytes).unwrap();
        return linker.instantiate(store, module).unwrap();
    }

  public:
    explicit Guest(const std::string &path)
        : store(engine), linker(engine), instance(start(engine, store, linker, path)),
          memory(std::get<Memory>(instance.get(store, "memory").value()))
    {
        call("_initialize").unwrap(); // a Go library has a start of its own
    }

    // Calls an export without a result.
    template <typename... Args> TrapResult<std::monostate> call(std::string_view name, Args... args)
    {
        Func func = std::get<Func>(instance.get(store, name).value());
        auto typed = func.typed<std::tuple<Args...>, std::monostate>(store).unwrap();
        return typed.call(store, std::make_tuple(args...));
    }

    uint32_t allocate(uint32_t size)
    {
        Func func = std::get<Func>(instance.get(store, "malloc").value());
        return func.typed<uint32_t, uint32_t>(store).unwrap().call(store, size).unwrap();
    }

    void release(uint32_t offset)
    {
        call("free", offset).unwrap();
    }

    uint32_t size()
    {
        return uint32_t(memory.data(store).size());
    }

    // These bytes of the guest's, until it runs again; std::out_of_range if any of them is outside.
    // The comparison is in this order since `offset + size` could wrap around.
    Span<uint8_t> window(uint32_t offset, uint32_t size)
    {
        Span<uint8_t> all = memory.data(store);
        if (size > all.size() || offset > all.size() - size)
            throw std::out_of_range("outside of the guest's memory");
        return Span<uint8_t>(all.data() + offset, size);
    }

    template <typename T> void write(uint32_t offset, const T &value)
    {
        std::memcpy(window(offset, sizeof value).data(), &value, sizeof value);
    }

    void write_text(uint32_t offset, std::string_view text)
    {
        std::memcpy(window(offset, uint32_t(text.size())).data(), text.data(), text.size());
    }

    // The string that the pair at this offset describes.
    std::string take_string(uint32_t pair_at)
    {
        GoString pair;
        std::memcpy(&pair, window(pair_at, sizeof pair).data(), sizeof pair);
        Span<uint8_t> text = window(pair.offset, pair.length);
        return std::string(reinterpret_cast<const char *>(text.data()), text.size());
    }
};

void greet(Guest &guest, std::string_view name)
{
    uint32_t name_at = guest.allocate(uint32_t(name.size()));
    uint32_t pair_at = guest.allocate(sizeof(GoString));
    guest.write_text(name_at, name);
    guest.call("Greet", pair_at, name_at, uint32_t(name.size())).unwrap();
    std::cout << "sent \"" << name << "\", received \"" << guest.take_string(pair_at) << "\"\n";
    guest.release(name_at);
    guest.release(pair_at);
}

template <typename Access> const char *verdict(Access access)
{
    try {
        access();
        return "allowed";
    } catch (const std::out_of_range &) {
        return "refused";
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::cerr << "usage: string-host-cpp guest.wasm\n";
        return 2;
    }
    Guest guest(argv[1]);

    uint32_t pair_at = guest.allocate(sizeof(GoString));
    guest.call("ReturnString", pair_at).unwrap();
    std::string text = guest.take_string(pair_at);
    std::cout << "a string of " << text.size() << " bytes: \"" << text << "\"\n";

    greet(guest, "ada lovelace");
    greet(guest, "");
    greet(guest, "x");

    const uint32_t whole = guest.size();
    auto window = [&](uint32_t offset, uint32_t size) {
        return verdict([&] { guest.window(offset, size); });
    };
    std::cout << "offset 0, four bytes: " << window(0, 4) << "\n";
    std::cout << "the last four bytes: " << window(whole - 4, 4) << "\n";
    std::cout << "one byte later: " << window(whole - 3, 4) << "\n";
    std::cout << "after the end: " << window(whole, 1) << "\n";
    std::cout << "a length that wraps around: " << window(16, UINT32_MAX - 8) << "\n";
    guest.write(pair_at, GoString{whole - 2, 100});
    std::cout << "a pair that lies: " << verdict([&] { guest.take_string(pair_at); }) << "\n";
    guest.release(pair_at);

    auto outcome = guest.call("ReturnString", uint32_t(0xfffffff0));
    bool bounds = false;
    if (!outcome)
        if (const Trap *trap = std::get_if<Trap>(&outcome.err_ref().data))
            bounds = trap->code() == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS;
    std::cout << "an offset outside, given to the guest: " << (bounds ? "it traps" : "no trap")
              << "\n";
    return 0;
}
