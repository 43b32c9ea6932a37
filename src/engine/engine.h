/* engine.h: puts the parts together: configuration, modules from bytes to code, the policy of
 * tiers. The API folder is a thin layer over this header and runtime/. */
#ifndef HS_ENGINE_ENGINE_H
#define HS_ENGINE_ENGINE_H

#include "compile/compile.h"
#include "runtime/instance.h"

/* Wasmtime's default is 512 KiB, for frames of an optimizing compiler; those of the fast tier
 * are larger, and what runs there is to run here. It is clamped to the thread's own stack in any
 * case. */
enum { HS_DEFAULT_WASM_STACK = 4 << 20 };

struct engine_config {
    struct runtime_config runtime;
    hs_features features;
    bool lazy;          /* compile a function at its first call (else all at once) */
    bool parallel;      /* compile and validate with several threads */
    bool shared_memory; /* of the API: SharedMemory objects may be made */
    uint64_t pin_seed;  /* hostile builds: random pins */
    uint32_t cpu_mask;  /* CPU extensions that may be used, of those there are */
};
void hs_engine_config_init(struct engine_config *c); /* the defaults of Wasmtime 48 */

struct engine {
    _Atomic uint32_t refs;
    struct engine_config config;
    struct runtime rt;
    void *api;                     /* what the API adds; */
    void (*api_delete)(void *api); /* called last, may be NULL */
};
enum status hs_engine_new(const struct engine_config *config, struct engine **out);
static inline struct engine *hs_engine_ref(struct engine *e)
{
    atomic_fetch_add_explicit(&e->refs, 1, memory_order_relaxed);
    return e;
}
void hs_engine_unref(struct engine *e);

/* Bytes that a module keeps: copied, or a mapped file (file->map taken over on success). */
enum status hs_module_new(struct engine *e, const void *bytes, size_t size, struct error *error,
                          struct code_object **out);
enum status hs_module_new_file(struct engine *e, const char *path, struct error *error,
                               struct code_object **out);
enum status hs_module_validate(struct engine *e, const void *bytes, size_t size,
                               struct error *error);
/* Compiles all functions, `threads` at a time (0: as the configuration says). */
enum status hs_module_compile_all(struct code_object *c, unsigned threads, struct error *error);
static inline struct engine *hs_code_engine(const struct code_object *c)
{
    return c->rt->engine; /* a code object holds its engine */
}

/* Serialized form: a header that names version and configuration, then the module. Loading
 * checks all of it. */
enum status hs_module_serialize(struct code_object *c, uint8_t **out_bytes, size_t *out_size);
enum status hs_module_deserialize(struct engine *e, const void *bytes, size_t size,
                                  struct error *error, struct code_object **out);

#endif
