/* A program as somebody else writes it: it includes, links, runs a function, and says what it
 * found. It has functions of its own whose names the library uses inside; that must not matter. */
#include <stdio.h>
#include <string.h>
#include <wasmtime.h>
#ifdef USE_HOSPES
#include <hospes.h>
#endif

int hs_arena_alloc(void);
int hs_error_init(void);
int hs_arena_alloc(void)
{
    return 40;
}
int hs_error_init(void)
{
    return 2;
}

int main(void)
{
    static const char text[] = "(module (func (export \"add\") (param i32 i32) (result i32)\n"
                               "  local.get 0 local.get 1 i32.add))";
    wasm_engine_t *engine = wasm_engine_new();
    wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
    wasmtime_context_t *context = wasmtime_store_context(store);
    wasm_byte_vec_t bytes;
    wasmtime_module_t *module;
    wasmtime_instance_t instance;
    wasmtime_extern_t add;
    wasm_trap_t *trap = NULL;
    wasmtime_val_t args[2], result;

    memset(args, 0, sizeof args);
    args[0].of.i32 = hs_arena_alloc();
    args[1].of.i32 = hs_error_init();
    if (wasmtime_wat2wasm(text, sizeof text - 1, &bytes) != NULL ||
        wasmtime_module_new(engine, (uint8_t *)bytes.data, bytes.size, &module) != NULL ||
        wasmtime_instance_new(context, module, NULL, 0, &instance, &trap) != NULL || trap != NULL ||
        !wasmtime_instance_export_get(context, &instance, "add", 3, &add) ||
        wasmtime_func_call(context, &add.of.func, args, 2, &result, 1, &trap) != NULL ||
        trap != NULL)
        return 1;
    wasm_byte_vec_delete(&bytes);
    wasmtime_module_delete(module);
    wasmtime_store_delete(store);
    wasm_engine_delete(engine);
#ifdef USE_HOSPES
    printf("hospes %s says %d\n", hospes_version(), result.of.i32);
#else
    printf("wasmtime %s says %d\n", WASMTIME_VERSION, result.of.i32);
#endif
    return 0;
}
