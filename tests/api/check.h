/* What the tests of the API share: checks that count, and shortcuts around the public functions.
 * Each test file is a program of its own that knows the library by its headers only. */
#ifndef TESTS_API_CHECK_H
#define TESTS_API_CHECK_H

#include <hospes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasmtime.h>

static int failures;

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            printf("%s:%d: %s: not true: %s\n", __FILE__, __LINE__, __func__, #x);                 \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

/* The error's message, to be freed; NULL for no error. Deletes the error. */
static inline char *take_message(wasmtime_error_t *e)
{
    if (!e)
        return NULL;
    wasm_name_t m;
    wasmtime_error_message(e, &m);
    char *s = malloc(m.size + 1);
    if (m.size)
        memcpy(s, m.data, m.size);
    s[m.size] = 0;
    wasm_name_delete(&m);
    wasmtime_error_delete(e);
    return s;
}

static inline char *take_trap_message(wasm_trap_t *t)
{
    if (!t)
        return NULL;
    wasm_name_t m;
    wasm_trap_message(t, &m);
    char *s = strdup(m.data);
    wasm_name_delete(&m);
    wasm_trap_delete(t);
    return s;
}

static inline void same_text(const char *file, int line, char *got, const char *want)
{
    if (!got || strcmp(got, want) != 0) {
        printf("%s:%d: expected message\n--\n%s\n-- but got\n%s\n--\n", file, line, want,
               got ? got : "(none)");
        failures++;
    }
    free(got);
}

static inline void has_text(const char *file, int line, char *got, const char *want)
{
    if (!got || !strstr(got, want)) {
        printf("%s:%d: expected a message with\n--\n%s\n-- but got\n%s\n--\n", file, line, want,
               got ? got : "(none)");
        failures++;
    }
    free(got);
}

#define ERROR_IS(e, text)  same_text(__FILE__, __LINE__, take_message(e), text)
#define ERROR_HAS(e, text) has_text(__FILE__, __LINE__, take_message(e), text)
#define TRAP_IS(t, text)   same_text(__FILE__, __LINE__, take_trap_message(t), text)
#define TRAP_HAS(t, text)  has_text(__FILE__, __LINE__, take_trap_message(t), text)

static inline void no_error(const char *file, int line, wasmtime_error_t *e)
{
    if (!e)
        return;
    char *s = take_message(e);
    printf("%s:%d: unexpected error: %s\n", file, line, s);
    free(s);
    failures++;
}
#define OK(e) no_error(__FILE__, __LINE__, (e))

struct world {
    wasm_engine_t *engine;
    wasmtime_store_t *store;
    wasmtime_context_t *context;
};

static inline struct world world_new(wasm_config_t *config)
{
    struct world w;
    w.engine = config ? wasm_engine_new_with_config(config) : wasm_engine_new();
    if (!w.engine) {
        printf("no engine\n");
        exit(1);
    }
    w.store = wasmtime_store_new(w.engine, NULL, NULL);
    w.context = wasmtime_store_context(w.store);
    return w;
}

static inline void world_delete(struct world *w)
{
    wasmtime_store_delete(w->store);
    wasm_engine_delete(w->engine);
}

static inline wasmtime_module_t *module_of(wasm_engine_t *engine, const char *wat)
{
    wasm_byte_vec_t bytes;
    wasmtime_module_t *m = NULL;
    wasmtime_error_t *e = wasmtime_wat2wasm(wat, strlen(wat), &bytes);
    if (!e) {
        e = wasmtime_module_new(engine, (uint8_t *)bytes.data, bytes.size, &m);
        wasm_byte_vec_delete(&bytes);
    }
    if (e) {
        printf("%s\nin %s\n", take_message(e), wat);
        exit(1);
    }
    return m;
}

static inline wasmtime_instance_t instance_of(struct world *w, const char *wat,
                                              const wasmtime_extern_t *imports, size_t n)
{
    wasmtime_module_t *m = module_of(w->engine, wat);
    wasmtime_instance_t i = {0};
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *e = wasmtime_instance_new(w->context, m, imports, n, &i, &trap);
    if (e || trap) {
        printf("%s\nin %s\n", e ? take_message(e) : take_trap_message(trap), wat);
        exit(1);
    }
    wasmtime_module_delete(m);
    return i;
}

static inline wasmtime_extern_t export_of(struct world *w, wasmtime_instance_t i, const char *name)
{
    wasmtime_extern_t x = {0};
    if (!wasmtime_instance_export_get(w->context, &i, name, strlen(name), &x)) {
        printf("no export %s\n", name);
        exit(1);
    }
    return x;
}

#define FINISH()                                                                                   \
    do {                                                                                           \
        if (failures)                                                                              \
            printf("%d checks failed\n", failures);                                                \
        return failures != 0;                                                                      \
    } while (0)

#endif
