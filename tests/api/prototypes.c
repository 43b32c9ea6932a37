/*
 * Declares every function of the C API a second time, with the prototype that the
 * table of facts gives. The compiler refuses a declaration that contradicts the
 * header's, and a name that the header lacks is found by taking its address in
 * an operand that is not evaluated, so that nothing has to be linked.
 */
#include <wasmtime.h>
#include <wasmtime/component.h>

#include "facts.h"

/* The headers must know the name already: the type of a name they lack is an error here. */
#define FACT_FUNCTION(result, name, parameters)                                                    \
    _Static_assert(__builtin_types_compatible_p(__typeof__(name), result parameters),              \
                   "prototype of " #name);                                                         \
    extern result name parameters;
#define FACT_INLINE(result, name, parameters)                                                      \
    _Static_assert(__builtin_types_compatible_p(__typeof__(name), result parameters),              \
                   "prototype of " #name);
#include "facts.def"

unsigned count_prototypes(void)
{
    unsigned count = 0;
#define FACT_FUNCTION(...) count++;
#define FACT_INLINE(...)   count++;
#include "facts.def"
    return count;
}
