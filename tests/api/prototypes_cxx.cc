// The same for C++, where a parameter type that differs would silently overload:
// here every declaration has the linkage of C, so that it is an error instead.
#include <wasmtime.h>
#include <wasmtime/component.h>

#include <type_traits>

extern "C" {
#define FACT_FUNCTION(result, name, parameters)                                                    \
    static_assert(std::is_same<decltype(name), result parameters>::value, "prototype of " #name);  \
    extern result name parameters;
#define FACT_INLINE(result, name, parameters)                                                      \
    static_assert(std::is_same<decltype(name), result parameters>::value, "prototype of " #name);
#define FACT_RECORD(record, size, alignment)                                                       \
    static_assert(sizeof(record) == (size) && alignof(record) == (alignment), "size of " #record);
#define FACT_TYPE(name, type) static_assert(std::is_same<name, type>::value, "meaning of " #name);
#include "facts.def"
}
