/* What threads may share: an engine, modules, linkers, prepared instances, types, errors; each
 * thread has a store. */
#include "check.h"
#include <pthread.h>

enum { THREADS = 8, ROUNDS = 30 };

static wasm_engine_t *engine;
static wasmtime_linker_t *linker;
static wasmtime_module_t *module;
static wasmtime_instance_pre_t *pre;
static _Atomic int wrong;

static wasm_trap_t *add(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                        size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)caller, (void)nargs, (void)nresults;
    results[0] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = args[0].of.i32 + args[1].of.i32};
    return NULL;
}

static void use(wasmtime_context_t *c, const wasmtime_instance_t *i, int k)
{
    wasmtime_extern_t f;
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = k}, r = {.kind = WASMTIME_I32};
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *e = NULL;
    if (!wasmtime_instance_export_get(c, i, "f", 1, &f) ||
        (e = wasmtime_func_call(c, &f.of.func, &a, 1, &r, 1, &trap)) || trap ||
        r.of.i32 != 2 * k + 1)
        wrong++;
    wasmtime_error_delete(e);
    wasm_trap_delete(trap);
    if (!wasmtime_instance_export_get(c, i, "trap", 4, &f))
        wrong++;
    e = wasmtime_func_call(c, &f.of.func, NULL, 0, NULL, 0, &trap);
    char *s = take_trap_message(trap);
    if (e || !s || !strstr(s, "out of bounds memory access"))
        wrong++;
    free(s);
    wasm_functype_t *t = wasmtime_func_type(c, &f.of.func);
    wasm_functype_delete(t);
}

static void *work(void *env)
{
    (void)env;
    for (int k = 0; k < ROUNDS; k++) {
        wasmtime_store_t *s = wasmtime_store_new(engine, NULL, NULL);
        wasmtime_context_t *c = wasmtime_store_context(s);
        wasmtime_context_set_epoch_deadline(c, UINT64_MAX / 2);
        wasmtime_instance_t i;
        wasm_trap_t *trap = NULL;
        wasmtime_error_t *e = k % 2 ? wasmtime_linker_instantiate(linker, c, module, &i, &trap)
                                    : wasmtime_instance_pre_instantiate(pre, c, &i, &trap);
        if (e || trap)
            wrong++;
        else
            use(c, &i, k);
        wasmtime_engine_increment_epoch(engine);
        wasmtime_module_t *clone = wasmtime_module_clone(module);
        wasm_exporttype_vec_t exports;
        wasmtime_module_exports(clone, &exports);
        wasm_exporttype_vec_delete(&exports);
        wasmtime_module_delete(clone);
        wasmtime_store_delete(s);
    }
    return NULL;
}

int main(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_epoch_interruption_set(config, true);
    engine = wasm_engine_new_with_config(config);
    linker = wasmtime_linker_new(engine);
    wasm_functype_t *t = wasm_functype_new_2_1(wasm_valtype_new_i32(), wasm_valtype_new_i32(),
                                               wasm_valtype_new_i32());
    OK(wasmtime_linker_define_func(linker, "", 0, "add", 3, t, add, NULL, NULL));
    wasm_functype_delete(t);
    module = module_of(
        engine,
        "(module (import \"\" \"add\" (func $a (param i32 i32) (result i32))) (memory (export "
        "\"m\") 1) (data (i32.const 0) \"x\")"
        "(func $one (result i32) (i32.const 1))"
        "(func (export \"f\") (param i32) (result i32) (i32.store (i32.const 8) (local.get 0))"
        " (call $a (call $a (local.get 0) (i32.load (i32.const 8))) (call $one)))"
        "(func (export \"trap\") (drop (i32.load (i32.const -1)))))");
    OK(wasmtime_linker_instantiate_pre(linker, module, &pre));
    pthread_t threads[THREADS];
    for (int k = 0; k < THREADS; k++)
        pthread_create(&threads[k], NULL, work, NULL);
    for (int k = 0; k < THREADS; k++)
        pthread_join(threads[k], NULL);
    CHECK(wrong == 0);
    wasmtime_instance_pre_delete(pre);
    wasmtime_module_delete(module);
    wasmtime_linker_delete(linker);
    wasm_engine_delete(engine);
    FINISH();
}
