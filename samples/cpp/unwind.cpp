// Exceptions of C++, thrown and caught as exceptions of WebAssembly: through recursion, past destructors, rethrown, caught by
// type or by anything, out of a constructor, while values of every kind are alive.
//
//   unwind COUNT
//
// WASI's C++ library is built without exceptions, so the few functions of its runtime that they need stand at the end.
// Compiled with -fwasm-exceptions and the instructions of the finished proposal.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <typeinfo>
#include <vector>

namespace
{

struct Failure {
    int code;
    std::string what;
};

struct Overflow {
    long long value;
};

// Tells when it goes.
class Guard
{
  public:
    explicit Guard(std::string &log, char letter) : log_(log), letter_(letter)
    {
    }
    ~Guard()
    {
        log_ += letter_;
    }
    Guard(const Guard &) = delete;
    Guard &operator=(const Guard &) = delete;

  private:
    std::string &log_;
    char letter_;
};

__attribute__((noinline)) int descend(int depth, std::string &log)
{
    Guard guard(log, static_cast<char>('a' + depth % 26));
    if (depth == 0)
        throw Failure{7, "at the bottom"};
    if (depth == 1000000)
        throw Overflow{depth};
    return descend(depth - 1, log) + 1;
}

// Catches what it does not know, counts it, and lets it go on.
__attribute__((noinline)) int observe(int depth, std::string &log, int &seen)
{
    try {
        return descend(depth, log);
    } catch (...) {
        seen++;
        throw;
    }
}

// A parser of sums and products whose errors are exceptions.
class Parser
{
  public:
    explicit Parser(const char *text) : at_(text)
    {
    }

    long long sum()
    {
        long long value = product();
        while (*at_ == '+') {
            at_++;
            value += product();
        }
        return value;
    }

  private:
    long long product()
    {
        long long value = number();
        while (*at_ == '*') {
            at_++;
            if (__builtin_mul_overflow(value, number(), &value))
                throw Overflow{value};
        }
        return value;
    }

    long long number()
    {
        if (*at_ == '(') {
            at_++;
            long long value = sum();
            if (*at_++ != ')')
                throw Failure{1, "expected )"};
            return value;
        }
        if (*at_ < '0' || *at_ > '9')
            throw Failure{2, std::string("unexpected ") + (*at_ ? std::string(1, *at_) : "end")};
        long long value = 0;
        while (*at_ >= '0' && *at_ <= '9')
            value = value * 10 + (*at_++ - '0');
        return value;
    }

    const char *at_;
};

void parse(const char *text)
{
    try {
        std::printf("%s = %lld\n", text, Parser(text).sum());
    } catch (const Failure &f) {
        std::printf("%s: error %d, %s\n", text, f.code, f.what.c_str());
    } catch (const Overflow &) {
        std::printf("%s: too large\n", text);
    }
}

// Fails when it is half made: what is there already goes again.
struct Half {
    Guard first;
    std::unique_ptr<int> memory;
    Guard second;
    explicit Half(std::string &log, bool fails)
        : first(log, '1'), memory(new int(5)), second(log, '2')
    {
        if (fails)
            throw *memory;
    }
};

} // namespace

int main(int argc, char **argv)
{
    const int count = argc > 1 ? std::atoi(argv[1]) : 100;
    std::string log;
    int seen = 0;
    try {
        descend(10, log);
    } catch (const Overflow &) {
        std::puts("the wrong one");
    } catch (const Failure &f) {
        std::printf("%d %s: %s\n", f.code, f.what.c_str(), log.c_str());
    }

    double sum = 0.5;
    long long total = 0;
    std::vector<int> caught;
    for (int i = 0; i < count; i++) {
        log.clear();
        try {
            total += observe(i % 50, log, seen);
        } catch (const Failure &f) {
            total += f.code + static_cast<long long>(log.size());
            sum *= 1.0009765625;
            caught.push_back(i);
        }
    }
    std::printf("%d seen, %zu caught, total %lld, sum %.6f\n", seen, caught.size(), total, sum);

    for (bool fails : {false, true}) {
        log.clear();
        try {
            Half half(log, fails);
            log += '-';
        } catch (int number) {
            log += static_cast<char>('0' + number);
        }
        std::printf("%s\n", log.c_str());
    }

    parse("2+3*4");
    parse("(2+3)*(4+5)");
    parse("2+(3*4");
    parse("2+*");
    parse("");
    parse("4000000000*4000000000");

    try {
        try {
            throw std::string("inner");
        } catch (const std::string &s) {
            throw Failure{3, s + ", then outer"};
        }
    } catch (const Failure &f) {
        std::printf("%d %s\n", f.code, f.what.c_str());
    }
    return 0;
}

// --- What the runtime of C++ does --------------------------------------------------------------------------------
// https://itanium-cxx-abi.github.io/cxx-abi/abi-eh.html; the exception's only value is the address of the object thrown.

namespace
{

struct Header // before the object
{
    const std::type_info *type;
    void *(*destroy)(void *); // on WebAssembly a destructor returns its argument
    int handlers;
    bool again; // thrown again by its handler
    Header *below;
    int unused[3];
};

Header *caught = nullptr; // in handlers that have not ended

Header *header_of(void *object)
{
    return static_cast<Header *>(object) - 1;
}

uint32_t uleb(const uint8_t *&p)
{
    uint32_t x = 0;
    for (int shift = 0;; shift += 7) {
        uint8_t c = *p++;
        x |= static_cast<uint32_t>(c & 0x7f) << shift;
        if (c < 0x80)
            return x;
    }
}

int32_t sleb(const uint8_t *&p)
{
    int32_t x = 0;
    int shift = 0;
    uint8_t c;
    do {
        c = *p++;
        x |= static_cast<int32_t>(static_cast<uint32_t>(c & 0x7f) << shift);
        shift += 7;
    } while (c >= 0x80);
    if (shift < 32 && (c & 0x40))
        x |= static_cast<int32_t>(~UINT32_C(0) << shift);
    return x;
}

} // namespace

// The tag of all exceptions of C++.
asm(".globl __cpp_exception\n.tagtype __cpp_exception i32\n__cpp_exception:\n");

extern "C" {

// What compiled code and the personality tell each other.
struct LandingContext {
    uintptr_t index;
    const uint8_t *table;
    uintptr_t selector;
};
thread_local LandingContext __wasm_lpad_context;

void *__cxa_allocate_exception(size_t size) noexcept
{
    auto *h = static_cast<Header *>(std::calloc(1, sizeof(Header) + size));
    return h ? h + 1 : nullptr;
}

void __cxa_free_exception(void *object) noexcept
{
    std::free(header_of(object));
}

void __cxa_throw(void *object, std::type_info *type, void *(*destroy)(void *))
{
    header_of(object)->type = type;
    header_of(object)->destroy = destroy;
    __builtin_wasm_throw(0, object);
}

void *__cxa_get_exception_ptr(void *object) noexcept
{
    return object;
}

void *__cxa_begin_catch(void *object) noexcept
{
    Header *h = header_of(object);
    h->again = false;
    if (h->handlers++ == 0) {
        h->below = caught;
        caught = h;
    }
    return object;
}

void __cxa_end_catch()
{
    Header *h = caught;
    if (--h->handlers > 0)
        return;
    caught = h->below;
    if (h->again)
        return;
    if (h->destroy)
        h->destroy(h + 1);
    std::free(h);
}

void __cxa_rethrow()
{
    caught->again = true;
    __builtin_wasm_throw(0, caught + 1);
}

// Which clause takes the exception: looks it up in the function's table. Types match when they are the same.
int _Unwind_CallPersonality(void *object)
{
    LandingContext &c = __wasm_lpad_context;
    c.selector = 0;
    const uint8_t *p = c.table;
    if (*p++ != 0xff)
        std::abort();
    const uint8_t *types = nullptr;
    if (*p++ != 0xff) {
        uint32_t distance = uleb(p);
        types = p + distance;
    }
    p++;
    uint32_t length = uleb(p);
    const uint8_t *actions = p + length;
    uint32_t action = 0;
    for (uintptr_t k = 0; k <= c.index; k++) {
        uleb(p);
        action = uleb(p);
    }
    if (!action)
        return 0;
    for (const uint8_t *a = actions + action - 1;;) {
        int32_t filter = sleb(a);
        const uint8_t *from = a;
        int32_t next = sleb(a);
        if (filter > 0) {
            auto *type = reinterpret_cast<const std::type_info *const *>(types)[-filter];
            if (!type || *type == *header_of(object)->type) {
                c.selector = static_cast<uintptr_t>(filter);
                return 0;
            }
        }
        if (!next)
            return 0;
        a = from + next;
    }
}

} // extern "C"
