/* kit.h: what the tests of the sandbox share: engines of every flavour, modules from text or
 * bytes, one-line calls whose outcome is a value or a trap. Written against the public API.
 *
 * A test is a function; a program is a table of them: `program` runs all, `program name...`
 * those. A failed check is printed and counted, the test goes on; `need` ends the program, for
 * what everything after it builds on. */
#ifndef KIT_H
#define KIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <hospes.h>
#include <wasm.h>
#include <wasmtime.h>

struct kit_test {
    const char *name;
    void (*run)(void);
};
int kit_main(int argc, char **argv, const struct kit_test *tests, size_t ntests);

extern unsigned kit_failures;
bool kit_check(bool ok, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define check(condition)           kit_check((condition), __FILE__, __LINE__, "%s", #condition)
#define check_text(condition, ...) kit_check((condition), __FILE__, __LINE__, __VA_ARGS__)
#define need(condition)                                                                            \
    do {                                                                                           \
        if (!check(condition))                                                                     \
            exit(1);                                                                               \
    } while (0)

/* --- Engines ---------------------------------------------------------------------------------- */

enum kit_flavour { KIT_GUARDED, KIT_CHECKED, KIT_MOVABLE, KIT_NO_SIGNALS, KIT_FLAVOURS };
extern const char *const kit_flavour_names[KIT_FLAVOURS];
wasm_config_t *kit_config(enum kit_flavour flavour);
/* KIT_FEATURES: all proposals. KIT_STRESS: a collection before every object. */
enum { KIT_EPOCHS = 1, KIT_FUEL = 2, KIT_FEATURES = 4, KIT_STRESS = 8 };
wasm_engine_t *kit_engine(enum kit_flavour flavour, unsigned options);

/* --- Modules ---------------------------------------------------------------------------------- */

struct bytes {
    uint8_t *data;
    size_t size, cap;
};
void put(struct bytes *b, const void *data, size_t size);
void put_byte(struct bytes *b, unsigned byte);
void put_u(struct bytes *b, uint64_t x); /* LEB128 */
void put_s(struct bytes *b, int64_t x);
void put_section(struct bytes *b, unsigned id, struct bytes *contents); /* frees contents */
void put_header(struct bytes *b);
/* A module with one function, exported as "f": its type, its body (locals and code), memory
 * pages or -1. */
struct bytes one_function(const char *params, const char *results, const struct bytes *body,
                          int pages);

/* The text of an error, which is freed; NULL stays NULL. Valid until the next call. */
const char *kit_error(wasmtime_error_t *error);
const char *kit_trap_text(const wasm_trap_t *trap);

wasmtime_module_t *kit_module(wasm_engine_t *engine, const char *wat);       /* must succeed */
wasmtime_module_t *kit_binary(wasm_engine_t *engine, const struct bytes *b); /* must succeed */
/* The error's text, or NULL if the module is accepted. */
const char *kit_refusal(wasm_engine_t *engine, const void *bytes, size_t size);
const char *kit_refusal_wat(wasm_engine_t *engine, const char *wat);

/* --- Instances -------------------------------------------------------------------------------- */

struct guest {
    wasm_engine_t *engine; /* counted */
    wasmtime_store_t *store;
    wasmtime_context_t *cx;
    wasmtime_instance_t instance;
    wasm_trap_t *trap; /* of the last call */
};
/* Instantiates in a store of its own, with far epochs and much fuel; must succeed. */
void guest_open(struct guest *g, wasm_engine_t *engine, const wasmtime_module_t *module);
void guest_open_wat(struct guest *g, wasm_engine_t *engine, const char *wat);
void guest_close(struct guest *g);
wasmtime_func_t guest_func(struct guest *g, const char *name);
wasmtime_memory_t guest_memory(struct guest *g, const char *name);

/* Calls an export. signature: "ii:l", parameters and result: i l f d (as uint32_t, uint64_t,
 * float, double after it), then a pointer for the result if there is one. Gives -1 for a result,
 * the trap's code, or -2 for an error (see kit_last). g->trap has the trap. */
int guest_call(struct guest *g, const char *name, const char *signature, ...);
extern _Thread_local char kit_last[4096];
enum { KIT_DONE = -1, KIT_ERROR = -2 };

uint64_t kit_random(void);
double kit_now(void); /* seconds */
bool kit_sanitized(void);

#endif
