/* Trap codes, read from traps.def. Two more outcomes leave compiled code the same way: an error
 * of a host function and an uncaught exception; both are kept in the store. */
#ifndef HS_ABI_TRAPS_H
#define HS_ABI_TRAPS_H

enum trap {
#define TRAP(id, code, text, spec) TRAP_##id = code,
#include "abi/traps.def"
    TRAP_COUNT,
    TRAP_HOST_ERROR = 64, /* the store holds what the host function returned */
    TRAP_EXCEPTION = 65,  /* the store holds the exception nobody caught */
    TRAP_NONE = 255,
};

/* NULL for codes without a text. */
const char *hs_trap_text(enum trap code);
const char *hs_trap_spec_text(enum trap code);

#endif
