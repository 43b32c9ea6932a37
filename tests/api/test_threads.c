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

/* Stores of one engine, each with a heap of its own: types are described, objects and exceptions
 * made and thrown by all at the same time. */
static wasmtime_module_t *throwing;

static wasm_trap_t *throw_one(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                              size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    const wasmtime_tag_t *tag = env;
    wasmtime_exnref_t x;
    (void)nargs, (void)results, (void)nresults;
    wasmtime_error_t *e = wasmtime_exnref_new(wasmtime_caller_context(caller), tag, args, 1, &x);
    if (e)
        wrong++;
    wasmtime_error_delete(e);
    wasm_trap_t *trap = wasmtime_context_set_exception(wasmtime_caller_context(caller), &x);
    wasmtime_exnref_unroot(&x);
    return trap;
}

static void *work_on_objects(void *env)
{
    (void)env;
    for (int round = 0; round < ROUNDS; round++) {
        wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
        wasmtime_context_t *c = wasmtime_store_context(store);
        wasmtime_context_set_epoch_deadline(c, 1000000);
        wasmtime_field_type_t f[2] = {
            {true, {WASMTIME_STORAGE_TYPE_KIND_VALTYPE, wasm_valtype_new_i32()}},
            {true, {WASMTIME_STORAGE_TYPE_KIND_VALTYPE, wasm_valtype_new_externref()}}};
        wasmtime_struct_type_t *type = wasmtime_struct_type_new(engine, f, 1 + (size_t)round % 2);
        wasmtime_struct_ref_pre_t *p = wasmtime_struct_ref_pre_new(c, type);
        wasmtime_val_t v[2] = {{.kind = WASMTIME_I32, .of.i32 = round},
                               {.kind = WASMTIME_EXTERNREF}},
                       got;
        wasmtime_structref_t kept = {0}, s;
        for (int k = 0; k < 300; k++) {
            if (wasmtime_structref_new(c, p, v, 1 + (size_t)round % 2, k ? &s : &kept))
                wrong++;
            else if (k)
                wasmtime_structref_unroot(&s);
        }
        wasmtime_extern_t imports[2] = {{.kind = WASMTIME_EXTERN_TAG},
                                        {.kind = WASMTIME_EXTERN_FUNC}},
                          x;
        wasm_functype_t *ft = wasm_functype_new_1_0(wasm_valtype_new_i32());
        wasm_tagtype_t *tt = wasm_tagtype_new(wasm_functype_copy(ft));
        wrong += wasmtime_tag_new(c, tt, &imports[0].of.tag) != NULL;
        wasmtime_func_new(c, ft, throw_one, &imports[0].of.tag, NULL, &imports[1].of.func);
        wasm_tagtype_delete(tt);
        wasm_functype_delete(ft);
        wasmtime_instance_t i;
        wasm_trap_t *trap = NULL;
        wrong += wasmtime_instance_new(c, throwing, imports, 2, &i, &trap) || trap;
        wrong += !wasmtime_instance_export_get(c, &i, "f", 1, &x);
        for (int k = 0; k < 20; k++) {
            v[0].of.i32 = k;
            wrong += wasmtime_func_call(c, &x.of.func, v, 1, &got, 1, &trap) || trap ||
                     got.of.i32 != k + 1;
        }
        wrong += wasmtime_context_gc(c) != NULL;
        wrong += wasmtime_structref_field(c, &kept, 0, &got) || got.of.i32 != round;
        wasmtime_structref_unroot(&kept);
        wasmtime_struct_ref_pre_delete(p);
        wasmtime_struct_type_delete(type);
        wasmtime_field_type_delete(&f[0]);
        wasmtime_field_type_delete(&f[1]);
        wasmtime_store_delete(store);
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
    throwing = module_of(
        engine,
        "(module (import \"\" \"t\" (tag $t (param i32))) (import \"\" \"h\" (func $h (param i32)))"
        " (type $s (struct (field (mut i32))))"
        " (func (export \"f\") (param i32) (result i32) (local $s (ref null $s))"
        "  (local.set $s (struct.new $s (i32.const 1)))"
        "  (block $b (result i32) (try_table (catch $t $b) (call $h (local.get 0))) (unreachable))"
        "  (i32.add (struct.get $s 0 (local.get $s)))))");
    for (int k = 0; k < THREADS; k++)
        pthread_create(&threads[k], NULL, work_on_objects, NULL);
    for (int k = 0; k < THREADS; k++)
        pthread_join(threads[k], NULL);
    CHECK(wrong == 0);
    wasmtime_module_delete(throwing);
    wasmtime_instance_pre_delete(pre);
    wasmtime_module_delete(module);
    wasmtime_linker_delete(linker);
    wasm_engine_delete(engine);
    FINISH();
}
