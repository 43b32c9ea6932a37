/*
 * A plug-in in a sandbox: what an embedder typically wraps around the C API.
 *
 * One struct plugin is one engine, one store and one instance. The functions here do the three
 * things that every embedder needs: they load, they call by name, and they copy bytes in and out
 * of the guest's memory with every access checked. Whatever goes wrong is printed and ends the
 * program: this is an example, and the place where a real program would act is the one function
 * `give_up`.
 */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasm.h>
#include <wasmtime.h>

struct plugin {
    wasm_engine_t *engine;
    wasmtime_store_t *store;
    wasmtime_context_t *context;  /* borrowed from the store */
    wasmtime_linker_t *linker;    /* what the guest may import */
    wasmtime_instance_t instance; /* valid as long as the store */
    wasmtime_memory_t memory;     /* the guest's export "memory" */
};

/* Makes the engine and a linker that offers WASI. Define imports after it, then load. */
void plugin_init(struct plugin *plugin);

/* Offers a host function under a name; params and results are strings of i, I, f and F (upper case
 * for 64 bits), as in "iI". */
void plugin_offer(struct plugin *plugin, const char *module, const char *name, const char *params,
                  const char *results, wasmtime_func_callback_t callback, void *env);

/* Compiles the module in a file, instantiates it, and runs its `_initialize`. */
void plugin_load(struct plugin *plugin, const char *path);

/* Calls an export that gives one result or none. Returns the trap if there is one, for the caller
 * to delete; every other failure ends the program. */
wasm_trap_t *plugin_try(struct plugin *plugin, const char *name, const wasmtime_val_t *args,
                        size_t count, wasmtime_val_t *out_result, bool has_result);

/* The same, where a trap ends the program. */
wasmtime_val_t plugin_call(struct plugin *plugin, const char *name, const wasmtime_val_t *args,
                           size_t count);

/* Copies between host and guest. False, and nothing copied, if any byte is outside the memory. */
bool plugin_read(struct plugin *plugin, uint32_t address, void *out, size_t size);
bool plugin_write(struct plugin *plugin, uint32_t address, const void *data, size_t size);

/* Memory inside the guest, from the allocator it exports. */
uint32_t plugin_alloc(struct plugin *plugin, uint32_t size);
void plugin_free(struct plugin *plugin, uint32_t address, uint32_t size);

void plugin_deinit(struct plugin *plugin);

/* Values for calls. */
static inline wasmtime_val_t val_i32(uint32_t value)
{
    return (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = (int32_t)value};
}

static inline wasmtime_val_t val_i64(uint64_t value)
{
    return (wasmtime_val_t){.kind = WASMTIME_I64, .of.i64 = (int64_t)value};
}

#endif
