/* A runtime as small as compiled code allows: one module, one instance, one run. Modules come as
 * bytes or as text; all functions are compiled and placed, there is a small heap that is never
 * collected, imports are C functions of the test. What code assumes (memory style, signals,
 * random pins, CPU) is chosen per test, so that everything can be run in every combination. */
#ifndef TESTS_BASELINE_SUPPORT_H
#define TESTS_BASELINE_SUPPORT_H

#include "compile/compile.h"
#include "syntax/module.h"

struct guest_options {
    enum hs_memory_style style;
    bool no_signals, fuel, epochs, no_spectre;
    bool full; /* compiled code finds no place for objects and asks the runtime */
    uint64_t pin_seed;
    uint32_t cpu; /* bits of hs_cpu_features() that may be used */
};

struct guest {
    struct module m;
    uint8_t *bytes;
    struct hs_vmlayout layout;
    uint32_t *type_ids;
    struct hs_code_range range;
    uint32_t *offsets; /* per defined function: place in the range */
    uint32_t *sizes;
    size_t mapped;
    struct hs_vmctx *ctx;
    struct hs_run run;
    struct hs_memory_rec memories[8];
    uint8_t *reservation[8];
    /* begins as compiled code knows it */
    struct {
        uint32_t at, end;
        uint8_t *starts;
        uint8_t *base;
        uint32_t made; /* by the runtime */
    } heap, full;
    struct hs_funcref *funcs[16]; /* by their numbers in the heap */
    uint32_t nfuncs;
    struct hs_table_rec tables[8];
    struct guest_options options;
    struct error error;
    enum status status;
    size_t code_bytes;
};

/* Both leave the reason in g->error when they fail. */
bool guest_open_bytes(struct guest *g, const uint8_t *bytes, size_t size,
                      const struct guest_options *o);
bool guest_open(struct guest *g, const char *wat, const struct guest_options *o);
void guest_close(struct guest *g);
int guest_export(const struct guest *g, const char *name);
/* Calls a function; values are parameters, then results. Returns 0, or the trap code + 1. */
uint32_t guest_call(struct guest *g, uint32_t func, union hs_value *values);

#endif
