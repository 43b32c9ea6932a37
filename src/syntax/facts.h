/* What validation learns about a body on its way and the fast tier wants to know before it
 * starts, so that no compiler scans a body twice. Weights: each use of a local counts 8^(loop
 * depth), saturating.
 *
 * Written by valid/, read by compile/; kept per defined function for the life of the module. */
#ifndef HS_SYNTAX_FACTS_H
#define HS_SYNTAX_FACTS_H

#include <stdint.h>

enum { FACTS_PINS = 8, FACTS_NO_LOCAL = 0xffff };

enum {
    /* a call of another function, of the host or of the runtime (memory.grow, bulk, …) */
    FACT_HAS_CALL = 1,
    FACT_USES_MEMORY0 = 2, /* loads or stores of memory 0 */
    FACT_HAS_LOOP = 4,
    FACT_HAS_TAIL_CALL = 8,
    FACT_MAY_WRITE = 0x10, /* stores to a memory, writes a table or global, or calls anything */
    FACT_HAS_TRY = 0x20,   /* a try_table */
    FACT_HAS_SIMD = 0x40,
    FACT_HAS_GC = 0x80, /* an instruction of the gc feature */
    FACT_HAS_ATOMIC = 0x100,
    FACT_MAY_CALL = 0x400, /* a cast or a small object: no call, but rarely needs the runtime */
    FACT_HAS_LEGACY_TRY = 0x200, /* an instruction of the feature legacy-exceptions */
};

struct func_facts {
    /* heaviest integer and reference locals first, FACTS_NO_LOCAL ends the list */
    uint16_t int_local[FACTS_PINS];
    uint16_t fp_local[FACTS_PINS]; /* heaviest f32, f64, v128 locals first */
    float int_weight[FACTS_PINS];  /* their weights */
    float fp_weight[FACTS_PINS];
    float call_weight;   /* sum over call sites, weighted the same way */
    float memory_weight; /* sum over accesses of memory 0 */
    uint32_t max_height; /* operand stack, in values, an upper bound */
    uint32_t nlocals;    /* parameters included */
    uint32_t flags;      /* FACT_... */
};

#endif
