/* ENTRY(): whether a store past the end of a memory traps, with the API that this file is linked
 * to. */
#include <string.h>
#include <wasmtime.h>

int ENTRY(void);
int ENTRY(void)
{
    static const char text[] = "(module (memory 1) (func (export \"f\") (param i32)\n"
                               "  local.get 0 i32.const 1 i32.store))";
    static wasm_engine_t *engine;
    if (engine == NULL)
        engine = wasm_engine_new();
    wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
    wasmtime_context_t *context = wasmtime_store_context(store);
    wasm_byte_vec_t bytes;
    wasmtime_module_t *module;
    wasmtime_instance_t instance;
    wasmtime_extern_t f;
    wasm_trap_t *trap = NULL;
    wasmtime_trap_code_t code;
    wasmtime_val_t arg;
    memset(&arg, 0, sizeof arg);
    arg.of.i32 = 0x7fff0000;
    if (wasmtime_wat2wasm(text, sizeof text - 1, &bytes) != NULL ||
        wasmtime_module_new(engine, (uint8_t *)bytes.data, bytes.size, &module) != NULL ||
        wasmtime_instance_new(context, module, NULL, 0, &instance, &trap) != NULL || trap != NULL ||
        !wasmtime_instance_export_get(context, &instance, "f", 1, &f) ||
        wasmtime_func_call(context, &f.of.func, &arg, 1, NULL, 0, &trap) != NULL || trap == NULL ||
        !wasmtime_trap_code(trap, &code) || code != WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS)
        return 0;
    wasm_trap_delete(trap);
    wasm_byte_vec_delete(&bytes);
    wasmtime_module_delete(module);
    wasmtime_store_delete(store);
    return 1;
}
