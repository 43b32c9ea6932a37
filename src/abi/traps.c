/* See traps.h. */
#include "abi/traps.h"
#include <stddef.h>

const char *hs_trap_text(enum trap code)
{
    switch (code) {
#define TRAP(id, number, text, spec)                                                               \
    case TRAP_##id: return text;
#include "abi/traps.def"
    default: return NULL;
    }
}

const char *hs_trap_spec_text(enum trap code)
{
    switch (code) {
#define TRAP(id, number, text, spec)                                                               \
    case TRAP_##id: return spec;
#include "abi/traps.def"
    default: return NULL;
    }
}
