/*
 * The wrapper of plugin.h. The order of things is always the same: engine, linker, module, store,
 * instance; and when it ends, in the other direction.
 */
#include "plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prints why, and ends the program. Both texts belong to the library until they are deleted. */
static _Noreturn void give_up(const char *what, wasmtime_error_t *error, wasm_trap_t *trap)
{
    wasm_byte_vec_t text = {0, NULL};
    if (error)
        wasmtime_error_message(error, &text);
    else if (trap)
        wasm_trap_message(trap, &text);
    fflush(stdout);
    fprintf(stderr, "%s: %.*s\n", what, (int)text.size, text.data ? text.data : "");
    exit(1);
}

void plugin_init(struct plugin *plugin)
{
    *plugin = (struct plugin){.engine = wasm_engine_new()};
    if (!plugin->engine)
        give_up("engine", NULL, NULL);
    plugin->linker = wasmtime_linker_new(plugin->engine);
    wasmtime_error_t *error = wasmtime_linker_define_wasi(plugin->linker);
    if (error)
        give_up("wasi", error, NULL);
    plugin->store = wasmtime_store_new(plugin->engine, NULL, NULL);
    plugin->context = wasmtime_store_context(plugin->store);
    /* The guest may print, and nothing else: no files, no environment, no arguments. */
    wasi_config_t *wasi = wasi_config_new();
    wasi_config_inherit_stdout(wasi);
    wasi_config_inherit_stderr(wasi);
    error = wasmtime_context_set_wasi(plugin->context, wasi);
    if (error)
        give_up("wasi", error, NULL);
}

static void value_types(const char *letters, wasm_valtype_vec_t *out)
{
    size_t count = strlen(letters);
    wasm_valtype_vec_new_uninitialized(out, count);
    for (size_t i = 0; i < count; i++) {
        wasm_valkind_t kind = letters[i] == 'i'   ? WASM_I32
                              : letters[i] == 'I' ? WASM_I64
                              : letters[i] == 'f' ? WASM_F32
                                                  : WASM_F64;
        out->data[i] = wasm_valtype_new(kind);
    }
}

void plugin_offer(struct plugin *plugin, const char *module, const char *name, const char *params,
                  const char *results, wasmtime_func_callback_t callback, void *env)
{
    wasm_valtype_vec_t param_types, result_types;
    value_types(params, &param_types);
    value_types(results, &result_types);
    wasm_functype_t *type = wasm_functype_new(&param_types, &result_types);
    wasmtime_error_t *error = wasmtime_linker_define_func(
        plugin->linker, module, strlen(module), name, strlen(name), type, callback, env, NULL);
    wasm_functype_delete(type);
    if (error)
        give_up(name, error, NULL);
}

static uint8_t *read_file(const char *path, size_t *out_size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        give_up(path, NULL, NULL);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint8_t *bytes = size > 0 ? malloc((size_t)size) : NULL;
    if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size)
        give_up(path, NULL, NULL);
    fclose(file);
    *out_size = (size_t)size;
    return bytes;
}

void plugin_load(struct plugin *plugin, const char *path)
{
    size_t size;
    uint8_t *bytes = read_file(path, &size);
    wasmtime_module_t *module = NULL;
    wasmtime_error_t *error = wasmtime_module_new(plugin->engine, bytes, size, &module);
    free(bytes);
    if (error)
        give_up(path, error, NULL);
    wasm_trap_t *trap = NULL;
    error = wasmtime_linker_instantiate(plugin->linker, plugin->context, module, &plugin->instance,
                                        &trap);
    wasmtime_module_delete(module); /* the instance keeps what it needs */
    if (error || trap)
        give_up(path, error, trap);

    wasmtime_extern_t item;
    if (!wasmtime_instance_export_get(plugin->context, &plugin->instance, "memory", 6, &item) ||
        item.kind != WASMTIME_EXTERN_MEMORY)
        give_up("the module exports no memory", NULL, NULL);
    plugin->memory = item.of.memory;
    if (wasmtime_instance_export_get(plugin->context, &plugin->instance, "_initialize", 11, &item))
        plugin_call(plugin, "_initialize", NULL, 0);
}

wasm_trap_t *plugin_try(struct plugin *plugin, const char *name, const wasmtime_val_t *args,
                        size_t count, wasmtime_val_t *out_result, bool has_result)
{
    wasmtime_extern_t item;
    if (!wasmtime_instance_export_get(plugin->context, &plugin->instance, name, strlen(name),
                                      &item) ||
        item.kind != WASMTIME_EXTERN_FUNC)
        give_up(name, NULL, NULL);
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = wasmtime_func_call(plugin->context, &item.of.func, args, count,
                                                 out_result, has_result ? 1 : 0, &trap);
    if (error)
        give_up(name, error, NULL);
    return trap;
}

wasmtime_val_t plugin_call(struct plugin *plugin, const char *name, const wasmtime_val_t *args,
                           size_t count)
{
    /* Whether there is a result stands in the function's type; look rather than guess. */
    wasmtime_extern_t item;
    bool has_result = false;
    if (wasmtime_instance_export_get(plugin->context, &plugin->instance, name, strlen(name),
                                     &item) &&
        item.kind == WASMTIME_EXTERN_FUNC) {
        wasm_functype_t *type = wasmtime_func_type(plugin->context, &item.of.func);
        has_result = wasm_functype_results(type)->size > 0;
        wasm_functype_delete(type);
    }
    wasmtime_val_t result = val_i32(0);
    wasm_trap_t *trap = plugin_try(plugin, name, args, count, &result, has_result);
    if (trap)
        give_up(name, NULL, trap);
    return result;
}

/* Where the bytes lie in the host; NULL if any is outside. Valid until the guest runs again. */
static uint8_t *window(struct plugin *plugin, uint32_t address, size_t size)
{
    size_t whole = wasmtime_memory_data_size(plugin->context, &plugin->memory);
    if (size > whole || address > whole - size)
        return NULL;
    return wasmtime_memory_data(plugin->context, &plugin->memory) + address;
}

bool plugin_read(struct plugin *plugin, uint32_t address, void *out, size_t size)
{
    const uint8_t *bytes = window(plugin, address, size);
    if (bytes)
        memcpy(out, bytes, size);
    return bytes != NULL;
}

bool plugin_write(struct plugin *plugin, uint32_t address, const void *data, size_t size)
{
    uint8_t *bytes = window(plugin, address, size);
    if (bytes)
        memcpy(bytes, data, size);
    return bytes != NULL;
}

uint32_t plugin_alloc(struct plugin *plugin, uint32_t size)
{
    wasmtime_val_t arg = val_i32(size);
    uint32_t address = (uint32_t)plugin_call(plugin, "plugin_alloc", &arg, 1).of.i32;
    if (address == 0)
        give_up("the guest has no memory left", NULL, NULL);
    return address;
}

void plugin_free(struct plugin *plugin, uint32_t address, uint32_t size)
{
    wasmtime_val_t args[2] = {val_i32(address), val_i32(size)};
    plugin_call(plugin, "plugin_free", args, 2);
}

void plugin_deinit(struct plugin *plugin)
{
    wasmtime_linker_delete(plugin->linker);
    wasmtime_store_delete(plugin->store);
    wasm_engine_delete(plugin->engine);
}
