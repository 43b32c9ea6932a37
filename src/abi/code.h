/* code.h: how a module's machine code lies in memory, known to compilers (relative
 * displacements) and to the runtime (addresses). One contiguous reservation per module:
 *
 *     +------------------+ base (page aligned)             executable
 *     | PLT              |   16 bytes per defined function:
 *     |                  |     jmp [rip + slot]   ; 6 bytes
 *     |                  |     mov eax, index     ; 5 bytes, what an unresolved slot points at
 *     |                  |     jmp lazy           ; 5 bytes, to the first bytes after the PLT:
 *     +------------------+     jmp [rip + lazy address slot]
 *     | code             |   bodies, in the order they are compiled, 32-byte aligned
 *     |   ...            |
 *     +------------------+ base + code_capacity
 *     | slots            |   8 bytes per defined function: the current entry   readable, writable
 *     | lazy address     |   one more: address of hs_stub_lazy
 *     | counters         |   4 bytes per defined function, if entries are counted
 *     +------------------+
 *
 * Rel32 reaches everything: the reservation is below 2 GiB. A call within the module is `call
 * [rip + slot]` or, when the callee is compiled already and cannot be replaced, `call rel32`.
 * Tier-up and lazy compilation are one atomic store into a slot. A funcref's code is the PLT
 * entry, which is permanent, or the slot's content of a moment, which is valid as long as the
 * module: code is replaced, never removed.
 *
 * Beside the code there is a table for exceptions. A call inside a try_table is known by its
 * return address (a site), which names the innermost try_table around it; a try_table has
 * clauses and perhaps one around it, in the same function. A throw looks return addresses up
 * from the innermost frame outwards; the first clause that takes the exception is entered at its
 * landing, with rbp of that frame and the exception's reference in rax. */
#ifndef HS_ABI_CODE_H
#define HS_ABI_CODE_H

#include <stdint.h>

#define HS_NO_TRY  UINT32_MAX
#define HS_ANY_TAG UINT32_MAX
/* ascending by place */
struct hs_try_site {
    uint32_t place; /* return address */
    uint32_t try_;  /* number of the try_table */
};
struct hs_try {
    uint32_t outer;        /* number, or HS_NO_TRY */
    uint32_t first, count; /* clauses */
};
struct hs_clause {
    uint32_t tag; /* tag index of the module, or HS_ANY_TAG */
    uint32_t landing;
};

enum { HS_PLT_ENTRY = 16, HS_PLT_LAZY = 6, HS_CODE_ALIGN = 32 };

struct hs_code_range {
    uint8_t *base;          /* executable view */
    uint64_t plt_size;      /* bytes, rounded up to HS_CODE_ALIGN, with the lazy jump */
    uint64_t code_capacity; /* bytes from base to slots */
    uint64_t code_used;     /* from base; under the module's lock */
    void *_Atomic *slots;   /* slots[i]: entry of defined function i */
    uint32_t nfuncs;        /* defined functions */
};

/* Entry counter of defined function i, from base. Threads count without a lock: what they count
 * at the same moment may be lost. */
static inline uint64_t hs_code_counter(uint64_t code_capacity, uint32_t nfuncs, uint32_t i)
{
    return code_capacity + 8 * ((uint64_t)nfuncs + 1) + 4 * (uint64_t)i;
}

/* What calls of defined function i should jump to now: its code if there is any, else its PLT
 * entry. */
static inline void *hs_code_now(const struct hs_code_range *range, uint32_t i)
{
    uint8_t *plt = range->base + (uint64_t)i * HS_PLT_ENTRY;
    void *code = range->slots[i];
    return code == plt + HS_PLT_LAZY ? plt : code;
}

#endif
