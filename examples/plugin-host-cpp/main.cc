// A C++ host and its Rust guest talk to each other, in five patterns:
//
//   1. the host calls the guest                      numbers there, a number back
//   2. the guest calls the host                      imports: functions, a pointer to one, a lambda
//   3. strings through shared memory                 in both directions, with ownership
//   4. structs across the boundary                   an array of them, changed in place
//   5. the host changes the guest's state            and the guest finds it changed
//
// and at the end three mistakes that stay inside the sandbox. The output is compared with
// expected.txt as a test. The guest is ../plugin-guest-rust, and ../plugin-host-c the same host in C.
//
//   plugin-host-cpp plugin_guest.wasm
#include "wasm_host.hh"

#include <cstddef>
#include <cstdlib>
#include <iomanip>
#include <iostream>

namespace
{

// The guest's `struct Article`, byte for byte: offsets and size are part of the agreement.
struct Article {
    uint32_t id;
    uint32_t count;
    double price;
    uint16_t flags;
    uint16_t shelf;
    uint32_t reserved;
};
static_assert(sizeof(Article) == 24 && offsetof(Article, price) == 8 &&
                  offsetof(Article, shelf) == 18,
              "the guest lays it out like this");
constexpr uint16_t fragile = 1;

struct Settings {
    uint32_t version;
    uint32_t discount_percent;
};

void expect(bool holds, const char *what)
{
    if (!holds)
        throw std::logic_error(std::string("unexpected: ") + what);
}

// --- what the host offers to the guest -------------------------------------------------------

uint32_t tickets = 100;
unsigned lines_logged = 0;

// The guest changes the host's state, but only in this way.
uint32_t next_ticket()
{
    return ++tickets;
}

// Four letters packed into an integer. The host's own mistakes may be exceptions: the guest's call
// ends, and the exception is none of the guest's business.
double rate(uint32_t currency)
{
    char letters[5] = {};
    std::memcpy(letters, &currency, 4);
    if (std::string(letters) == "CZK")
        return 0.04;
    throw std::invalid_argument("no rate for " + std::string(letters));
}

// Looks into the memory of whoever calls, and checks what it is told: address and length come from
// the guest.
wasmtime::Result<std::monostate, wasmtime::Trap> log(wasmtime::Caller caller, uint32_t address,
                                                     uint32_t length)
{
    auto exported = caller.get_export("memory");
    if (!exported || !std::holds_alternative<wasmtime::Memory>(*exported))
        return wasmtime::Trap("log: no memory");
    wasmtime::Span<uint8_t> bytes = std::get<wasmtime::Memory>(*exported).data(caller);
    if (length > bytes.size() || address > bytes.size() - length)
        return wasmtime::Trap("log: text out of bounds");
    std::string_view text(reinterpret_cast<const char *>(bytes.data()) + address, length);
    std::cout << "  host: log " << ++lines_logged << ": " << text << "\n";
    return std::monostate();
}

// --- the five patterns -----------------------------------------------------------------------

void host_calls_guest(WasmHost &host)
{
    std::cout << "1. the host calls the guest\n";
    uint64_t result = host.call<uint64_t>("gcd", uint64_t(1071), uint64_t(462));
    std::cout << "  host: gcd(1071, 462) = " << result << "\n";
    expect(result == 21, "the divisor");
}

void guest_calls_host(WasmHost &host)
{
    std::cout << "2. the guest calls the host\n";
    uint32_t before = tickets;
    uint32_t last = host.call<uint32_t>("order", uint32_t(3));
    std::cout << "  host: tickets went from " << before << " to " << tickets << ", the guest says "
              << last << "\n";
    expect(tickets == before + 3 && last == tickets, "three more tickets");
}

void strings(WasmHost &host)
{
    std::cout << "3. strings through shared memory\n";
    const std::string names = "ada, grace , ,édouard";

    // Room for the text, and for the pair of address and length that comes back.
    GuestBuffer text(host, uint32_t(names.size())), pair(host, 8);
    host.write_text(text.address(), names);
    int32_t status = host.call<int32_t>("greet_all", pair.address(), text.address(), text.size());
    expect(status == 0, "greet_all succeeds");

    auto where = host.read_array<uint32_t>(pair.address(), 2);
    GuestBuffer answer(host, where[0], where[1]); // ours now, so it is given back at the end
    std::cout << "  host: sent \"" << names << "\"\n";
    std::cout << "  host: received \"" << host.read_text(answer.address(), answer.size()) << "\"\n";

    host.write_text(text.address(), "\xff\xfe");
    status = host.call<int32_t>("greet_all", pair.address(), text.address(), uint32_t(2));
    std::cout << "  host: two bytes that are no text give " << status << "\n";
}

void structs(WasmHost &host)
{
    std::cout << "4. structs across the boundary\n";
    std::vector<Article> articles = {
        {7, 10, 2.5, 0, 0, 0}, {40, 1, 204.0, 0, 0, 0}, {41, 3, 20.0, 0, 0, 0}};
    const uint32_t count = uint32_t(articles.size());
    GuestBuffer there(host, uint32_t(count * sizeof(Article)));
    host.write_array(there.address(), articles);
    uint32_t stored = host.call<uint32_t>("store_articles", there.address(), count);
    std::cout << "  host: the guest holds " << stored << " articles\n";

    for (const Article &article : host.read_array<Article>(there.address(), count))
        std::cout << "  host: article " << article.id << " goes to shelf " << article.shelf
                  << (article.flags & fragile ? ", fragile" : "") << "\n";

    for (uint32_t id : {41, 5}) {
        if (!host.call<uint32_t>("find_article", id, there.address())) {
            std::cout << "  host: article " << id << " is not there\n";
            continue;
        }
        Article kept = host.read<Article>(there.address());
        std::cout << "  host: article " << kept.id << " as the guest keeps it: " << kept.count
                  << " pieces at " << kept.price << "\n";
    }
}

void state(WasmHost &host)
{
    std::cout << "5. the host changes the guest's state\n";
    WasmHost::Address address = host.call<uint32_t>("settings_address");
    Settings settings = host.read<Settings>(address);
    std::cout << "  host: found version " << settings.version << ", discount "
              << settings.discount_percent << " %\n";
    double before = host.call<double>("stock_value");
    settings.version++;
    settings.discount_percent = 20;
    host.write(address, settings);
    double after = host.call<double>("stock_value");
    std::cout << "  host: the stock was worth " << before << " and is worth " << after << "\n";
}

void mistakes(WasmHost &host)
{
    std::cout << "and three mistakes\n";
    try {
        host.read<uint32_t>(WasmHost::Address(host.memory_size() - 3));
        expect(false, "the last bytes cannot be read");
    } catch (const std::out_of_range &error) {
        std::cout << "  host: reading four bytes, three from the end: " << error.what() << "\n";
    }
    try {
        host.call<uint32_t>("gcd", uint32_t(1));
        expect(false, "gcd takes other arguments");
    } catch (const GuestError &error) {
        std::cout << "  host: " << error.what() << "\n";
    }
    try {
        host.call<uint32_t>("store_articles", uint32_t(0xfffffff0), uint32_t(1));
        expect(false, "the articles are outside");
    } catch (const GuestError &error) {
        bool found = std::string(error.what()).find("out of bounds") != std::string::npos;
        std::cout << "  host: the guest trapped: " << (found ? "out of bounds" : error.what())
                  << "\n";
    }
    std::cout << "  host: and it still works: gcd(48, 36) = "
              << host.call<uint64_t>("gcd", uint64_t(48), uint64_t(36)) << "\n";
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::cerr << "usage: plugin-host-cpp plugin_guest.wasm\n";
        return 2;
    }
    // The guest writes to the same output, past our buffer.
    std::cout << std::unitbuf << std::fixed << std::setprecision(2);
    try {
        WasmHost host;
        double (*const rate_pointer)(uint32_t) = rate;
        host.offer("plugin", "log", log);
        host.offer("plugin", "rate", rate_pointer);
        host.offer("plugin", "next_ticket", [] { return next_ticket(); });
        host.load(argv[1]);
        host_calls_guest(host);
        guest_calls_host(host);
        strings(host);
        structs(host);
        state(host);
        mistakes(host);
    } catch (const std::exception &error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    std::cout << "done\n";
    return 0;
}
