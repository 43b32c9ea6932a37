/* Validation: is a module that decodes also well-typed?
 * https://webassembly.github.io/spec/core/valid/index.html
 *
 * Everything of WebAssembly 3.0, threads, relaxed SIMD, wide arithmetic, custom page sizes and
 * legacy exceptions is checked, whether or not the engine can run it; what is enabled is a bit
 * of module.features.
 *
 * There are two validators of function bodies. The fast one (fast.c) says yes or no at about
 * the speed of memory and collects what the compilers want to know (syntax/facts.h). The plain
 * one (plain.c) is the algorithm of the specification's appendix; it runs on the one body that
 * failed and finds place, instruction and words of the error. Fuzzing compares the two.
 *
 * Reading order: typing.h (what both need to know about the module), rules.h (the type of an
 * instruction from its immediates), plain.c, valid_module.c (all but the bodies),
 * bodies.c (bodies on several threads), fast.h and fast.c.
 *
 * Nothing is asked of the memory that holds the module: it need not be padded, aligned or
 * mapped. */
#ifndef HS_VALID_VALID_H
#define HS_VALID_VALID_H

#include "syntax/module.h"

/* Validates a module as the binary reader left it. Sets deftype.canon and depth, facts and
 * func_escapes in the module's arena; the module is immutable from then on. `threads` is how
 * many threads may work on the bodies, the caller's included; 0 lets the size of the code
 * decide, up to the number of processors. A small module never starts a thread. On failure the
 * error is the one with the lowest position, whatever `threads` was, and the module may only be
 * deinitialized. */
enum status hs_valid_module(struct module *m, unsigned threads, struct error *error) HS_MUST_CHECK;

/* One body by the algorithm of the appendix; func is a defined function's index. The module's
 * types and func_escapes must be set, as hs_valid_module does before the bodies. For errors and
 * for fuzzing. */
enum status hs_valid_func_plain(const struct module *m, uint32_t func,
                                struct error *error) HS_MUST_CHECK;

/* One body by the fast pass: true if it is valid, and *out_facts is set; also false when memory
 * is exhausted. It builds the tables for the module each time, so this is for fuzzing and
 * tests. */
bool hs_valid_func_fast(const struct module *m, uint32_t func, struct func_facts *out_facts);

/* All but the bodies, the first half of hs_valid_module; for fuzzing and tests. */
enum status hs_valid_module_head(struct module *m, struct error *error) HS_MUST_CHECK;

#endif
