/* Random modules that are valid, run, end, and mean one thing: what the compilers are compared
 * on.
 *
 * A seed gives a module, the same one each time. Instructions come from the rows of opcodes.def:
 * one whose signature says all about its operands is written from the signature; the others have
 * a rule each. Which rows are taken depends on the features that the seed chooses for the
 * module, so that some have vectors, some a 64-bit memory, some neither.
 *
 * What a module has
 *   imports    "h" "i": (i32 i64 f64 f32) -> i64, type 0;  "h" "g": (i32) -> i32, which may grow memory 0
 *   functions  2 .. 2+n: the random ones, exported as "f0" to; the first has type 0, so that an instance
 *              can be given the other's function as its import
 *              then for each a wrapper () -> i64, exported as "r0" to, that calls it with constants and folds the results
 *   exports    every memory "m<i>", global "g<i>" and table "t<i>"
 *
 * Everything ends: each loop and function takes from global 0, and returns zeros when it is used
 * up. The wrappers fill it; who calls an "f" sets the global to RANDOM_FUEL first.
 *
 * Every result is determined, but for the bits of a NaN: where a float's bits could be seen
 * (stores, reinterpretation, lanes, the sign of copysign) NaNs are made canonical first, and
 * whoever compares floats directly does the same. Relaxed vector instructions may differ between
 * processors, of course. */
#ifndef HS_FUZZ_RANDOM_MODULE_H
#define HS_FUZZ_RANDOM_MODULE_H

#include "base/buffer.h"
#include "base/vec.h"
#include "syntax/insn.h"

enum { RANDOM_FUEL = 300, RANDOM_IMPORTS = 2 };

struct random_options {
    uint64_t seed;
    hs_features features; /* that may be used */
    uint32_t lacks;       /* FACT_HAS_... that must not occur, see hs_baseline_lacks */
    bool count; /* every straight piece of code ends in a counter: globals from first_counter on */
};

struct random_module {
    struct buffer bytes;
    hs_features used;
    uint32_t nfuncs;                       /* random ones; as many wrappers */
    uint32_t nmemories, ntables, nglobals; /* without counters */
    /* With `count`: piece p has the instructions piece_ops[piece_end[p - 1] .. piece_end[p]); it
     * was executed as often as the i64 global first_counter + p, exported as "c<p>", says. A
     * piece counts when its end is reached: one that traps does not, so the figures are too low
     * rather than too high. */
    uint32_t first_counter;
    HS_VEC(uint32_t) piece_end;
    HS_VEC(uint16_t) piece_ops;
};

/* False when memory is exhausted. */
bool random_module_make(const struct random_options *options, struct random_module *out);
void random_module_deinit(struct random_module *m);
/* True for the instructions that the generator writes at all. */
bool random_module_covers(enum op op);

#endif
