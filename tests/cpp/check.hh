// A test program in a page: cases that register themselves, checks that say where they failed and
// what they saw, and a main that runs the cases whose names contain the arguments.
#ifndef CHECK_HH
#define CHECK_HH

#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

namespace check
{

struct Case {
    const char *name;
    void (*run)();
};

inline std::vector<Case> &cases()
{
    static std::vector<Case> list;
    return list;
}

inline int &failures()
{
    static int count = 0;
    return count;
}

struct Register {
    Register(const char *name, void (*run)())
    {
        cases().push_back({name, run});
    }
};

inline void fail(const char *file, int line, const std::string &what)
{
    std::cerr << file << ":" << line << ": " << what << "\n";
    failures()++;
}

template <typename A, typename B>
void equal(const char *file, int line, const char *text, const A &a, const B &b)
{
    if (!(a == b)) {
        std::cerr << file << ":" << line << ": " << text << ": " << a << " and " << b << "\n";
        failures()++;
    }
}

inline void contains(const char *file, int line, const std::string &text, const std::string &part)
{
    if (text.find(part) == std::string::npos)
        fail(file, line, "no '" + part + "' in '" + text + "'");
}

inline int main(int argc, char **argv)
{
    int run = 0;
    for (const Case &test : cases()) {
        if (argc > 1 && !std::strstr(test.name, argv[1]))
            continue;
        int before = failures();
        test.run();
        run++;
        if (failures() != before)
            std::cerr << "FAIL " << test.name << "\n";
    }
    std::printf("%d cases, %d failures\n", run, failures());
    return failures() != 0 || run == 0;
}

} // namespace check

#define CASE(name)                                                                                 \
    static void name();                                                                            \
    static check::Register register_##name(#name, name);                                           \
    static void name()
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            check::fail(__FILE__, __LINE__, #condition);                                           \
    } while (0)
#define EQUAL(a, b)          check::equal(__FILE__, __LINE__, #a " == " #b, a, b)
#define CONTAINS(text, part) check::contains(__FILE__, __LINE__, text, part)
#define CHECK_MAIN                                                                                 \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        return check::main(argc, argv);                                                            \
    }

#endif
