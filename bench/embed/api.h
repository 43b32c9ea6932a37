/*
 * The C API, opened at run time: the same program measures Hospes and Wasmtime's own library, each
 * given by its path, since both export the same functions. Nothing is linked.
 *
 * API(name) is the function of the library that api_open() opened.
 */
#ifndef BENCH_EMBED_API_H
#define BENCH_EMBED_API_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hospes.h>
#include <wasm.h>
#include <wasmtime.h>

#define API_FUNCTIONS(X)                                                                           \
    X(wasm_config_new)                                                                             \
    X(wasm_engine_new_with_config)                                                                 \
    X(wasm_engine_delete)                                                                          \
    X(wasm_byte_vec_delete)                                                                        \
    X(wasm_functype_new)                                                                           \
    X(wasm_functype_delete)                                                                        \
    X(wasm_valtype_new)                                                                            \
    X(wasm_valtype_vec_new)                                                                        \
    X(wasmtime_config_wasm_exceptions_set)                                                         \
    X(wasmtime_config_strategy_set)                                                                \
    X(wasmtime_config_parallel_compilation_set)                                                    \
    X(wasmtime_pooling_allocation_config_new)                                                      \
    X(wasmtime_pooling_allocation_config_delete)                                                   \
    X(wasmtime_pooling_allocation_strategy_set)                                                    \
    X(wasmtime_pooling_allocation_config_linear_memory_keep_resident_set)                          \
    X(wasmtime_wat2wasm)                                                                           \
    X(wasmtime_module_new)                                                                         \
    X(wasmtime_module_validate)                                                                    \
    X(wasmtime_module_delete)                                                                      \
    X(wasmtime_store_new)                                                                          \
    X(wasmtime_store_context)                                                                      \
    X(wasmtime_store_delete)                                                                       \
    X(wasmtime_instance_new)                                                                       \
    X(wasmtime_instance_export_get)                                                                \
    X(wasmtime_func_new)                                                                           \
    X(wasmtime_func_new_unchecked)                                                                 \
    X(wasmtime_func_call)                                                                          \
    X(wasmtime_func_call_unchecked)                                                                \
    X(wasmtime_error_message)                                                                      \
    X(wasmtime_error_delete)

struct api {
#define X(name) __typeof__(name) *name;
    API_FUNCTIONS(X)
#undef X
    void (*hospes_config_lazy_set)(wasm_config_t *, bool); /* NULL in Wasmtime's library */
};

static struct api api;
#define API(name) (api.name)

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why ? why : "failed");
    exit(1);
}

static inline void api_open(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        fail(path, dlerror());
#define X(name)                                                                                    \
    *(void **)&api.name = dlsym(library, #name);                                                   \
    if (!api.name)                                                                                 \
        fail(path, "lacks " #name);
    API_FUNCTIONS(X)
#undef X
    *(void **)&api.hospes_config_lazy_set = dlsym(library, "hospes_config_lazy_set");
}

/* Ends the program if the error is one. */
static inline void check(wasmtime_error_t *error, const char *what)
{
    if (!error)
        return;
    wasm_name_t message;
    API(wasmtime_error_message)(error, &message);
    fprintf(stderr, "%s: %.*s\n", what, (int)message.size, message.data);
    exit(1);
}

static inline double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Prints one figure: its name, the median of the samples, the least and the greatest. */
static inline void report(const char *name, double *samples, size_t count)
{
    qsort(samples, count, sizeof *samples, by_value);
    printf("%s %.6g %.6g %.6g\n", name, samples[count / 2], samples[0], samples[count - 1]);
}

/* --- a module, put together from bytes -------------------------------------------------------- */

struct bytes {
    uint8_t *data;
    size_t size, room;
};

static inline void put(struct bytes *b, const void *data, size_t size)
{
    if (b->size + size > b->room) {
        b->room = (b->size + size) * 2;
        b->data = realloc(b->data, b->room);
        if (!b->data)
            fail("module", "out of memory");
    }
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

static inline void put_byte(struct bytes *b, uint8_t byte)
{
    put(b, &byte, 1);
}

static inline void put_leb(struct bytes *b, uint32_t value)
{
    for (; value >= 128; value >>= 7)
        put_byte(b, (uint8_t)(value | 128));
    put_byte(b, (uint8_t)value);
}

/* Appends a section whose content was gathered in @p content, and empties that. */
static inline void put_section(struct bytes *b, uint8_t id, struct bytes *content)
{
    put_byte(b, id);
    put_leb(b, (uint32_t)content->size);
    put(b, content->data, content->size);
    content->size = 0;
}

#endif
