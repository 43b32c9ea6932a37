// The parts of WasmHost that need no template.
#include "wasm_host.hh"

#include <fstream>
#include <iterator>

using namespace wasmtime;

WasmHost::WasmHost() : linker(engine), store(engine)
{
    WasiConfig wasi;
    wasi.inherit_stdout();
    wasi.inherit_stderr();
    store.context().set_wasi(std::move(wasi)).unwrap();
    linker.define_wasi().unwrap();
}

void WasmHost::expect_not_loaded() const
{
    if (instance)
        throw std::logic_error("the guest has its imports already");
}

void WasmHost::load(const std::string &path)
{
    expect_not_loaded();
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw GuestError("cannot read " + path);
    std::vector<uint8_t> bytes((std::istreambuf_iterator<char>(file)),
                               std::istreambuf_iterator<char>());

    Result<Module> module = Module::compile(engine, bytes);
    if (!module)
        throw GuestError(path + ": " + module.err().message());
    TrapResult<Instance> made = linker.instantiate(store, module.ok());
    if (!made)
        throw GuestError(path + ": " + made.err().message());
    instance = made.ok();

    auto exported = instance->get(store, "memory");
    if (!exported || !std::holds_alternative<Memory>(*exported))
        throw GuestError(path + " exports no memory");
    memory = std::get<Memory>(*exported);
    if (instance->get(store, "_initialize"))
        call<void>("_initialize");
}

Func WasmHost::function(std::string_view name)
{
    if (!instance)
        throw std::logic_error("no guest is loaded");
    auto exported = instance->get(store, name);
    if (!exported || !std::holds_alternative<Func>(*exported))
        throw GuestError("the guest exports no function " + std::string(name));
    return std::get<Func>(*exported);
}

uint64_t WasmHost::memory_size()
{
    if (!memory)
        throw std::logic_error("no guest is loaded");
    return memory->data(store).size();
}

uint8_t *WasmHost::window(Address address, uint64_t size)
{
    uint64_t whole = memory_size();
    if (size > whole || address > whole - size)
        throw std::out_of_range("outside of the guest's memory");
    return memory->data(store).data() + address;
}

std::string WasmHost::read_text(Address address, uint32_t length)
{
    return std::string(reinterpret_cast<const char *>(window(address, length)), length);
}

void WasmHost::write_text(Address address, std::string_view text)
{
    std::memcpy(window(address, text.size()), text.data(), text.size());
}

GuestBuffer::GuestBuffer(WasmHost &owner, uint32_t size)
    : host(owner), length(size), start(owner.call<uint32_t>("plugin_alloc", size))
{
    if (start == 0)
        throw GuestError("the guest has no memory left");
}

GuestBuffer::GuestBuffer(WasmHost &owner, WasmHost::Address address, uint32_t size)
    : host(owner), length(size), start(address)
{
}

GuestBuffer::~GuestBuffer()
{
    try {
        host.call<void>("plugin_free", start, length);
    } catch (const GuestError &) {
        // A guest that trapped may be in any state; its memory goes with the store.
    }
}
