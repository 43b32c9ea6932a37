/* The C API when memory runs out: a scenario over most of it is repeated with its first, second,
 * third, ... allocation failing. Whatever happens must be a NULL, a false or an error; nothing may
 * crash, leak or be left half done. */
#include "base/alloc.h"
#include <hospes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wasmtime.h>

#include <cmocka.h>

static wasm_byte_vec_t guest;
static bool done; /* the scenario went through to its end */

static wasm_trap_t *boxed(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                          size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)caller, (void)nargs, (void)nresults;
    if (args[0].of.i32 == 13)
        return wasmtime_trap_new("thirteen", 8);
    results[0] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = args[0].of.i32 + *(int *)env};
    return NULL;
}

static void drop_error(wasmtime_error_t *e)
{
    if (!e)
        return;
    wasm_name_t m;
    wasmtime_error_message(e, &m);
    wasm_name_delete(&m);
    wasm_frame_vec_t frames;
    wasmtime_error_wasm_trace(e, &frames);
    wasm_frame_vec_delete(&frames);
    wasmtime_error_delete(e);
}

static void drop_trap(wasm_trap_t *t)
{
    if (!t)
        return;
    wasm_message_t m;
    wasm_trap_message(t, &m);
    wasm_name_delete(&m);
    wasm_frame_vec_t frames;
    wasm_trap_trace(t, &frames);
    wasm_frame_vec_delete(&frames);
    wasm_trap_t *copy = wasm_trap_copy(t);
    wasm_trap_delete(copy);
    wasm_trap_delete(t);
}

static int finalized;
static void count(void *p)
{
    (void)p;
    finalized++;
}

static bool call(wasmtime_context_t *c, const wasmtime_instance_t *i, const char *name, int32_t arg)
{
    wasmtime_extern_t x;
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = arg}, r = {.kind = WASMTIME_I32};
    wasm_trap_t *trap = NULL;
    if (!wasmtime_instance_export_get(c, i, name, strlen(name), &x))
        return false;
    wasmtime_error_t *e = wasmtime_func_call(c, &x.of.func, &a, 1, &r, 1, &trap);
    bool ok = !e && !trap;
    drop_error(e);
    drop_trap(trap);
    wasmtime_val_unroot(&r);
    return ok;
}

static bool with_store(wasm_engine_t *engine, wasmtime_module_t *module, wasmtime_linker_t *linker)
{
    bool ok = false;
    wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
    if (!store)
        return false;
    wasmtime_context_t *c = wasmtime_store_context(store);
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    wasmtime_instance_pre_t *pre = NULL;
    wasmtime_error_t *e = wasmtime_linker_instantiate(linker, c, module, &i, &trap);
    ok = !e && !trap;
    drop_error(e);
    drop_trap(trap);
    if (ok) {
        ok = call(c, &i, "f", 5);
        call(c, &i, "f", 13);
        call(c, &i, "div", 0);
        call(c, &i, "grow", 3);
    }
    e = wasmtime_linker_instantiate_pre(linker, module, &pre);
    ok &= !e;
    drop_error(e);
    if (pre) {
        e = wasmtime_instance_pre_instantiate(pre, c, &i, &trap);
        ok &= !e;
        drop_error(e);
        drop_trap(trap);
        wasmtime_instance_pre_delete(pre);
    }
    finalized = 0;
    wasmtime_externref_t ref;
    bool made = wasmtime_externref_new(c, NULL, count, &ref);
    ok &= made;
    wasmtime_externref_unroot(&ref);
    drop_error(wasmtime_context_gc(c));
    e = hospes_store_slot_set(c, 0, &finalized, NULL);
    ok &= !e;
    drop_error(e);
    wasm_memorytype_t *mt = NULL;
    e = wasmtime_memorytype_new(1, true, 2, false, false, 16, &mt);
    drop_error(e);
    wasmtime_memory_t memory;
    if (mt) {
        e = wasmtime_memory_new(c, mt, &memory);
        ok &= !e;
        drop_error(e);
        wasm_memorytype_delete(mt);
    } else {
        ok = false;
    }
    wasmtime_store_delete(store);
    assert_true(finalized == made);
    return ok;
}

static bool scenario(void)
{
    bool ok = false;
    wasm_engine_t *engine = wasm_engine_new();
    if (!engine)
        return false;
    wasmtime_module_t *module = NULL;
    wasmtime_linker_t *linker = wasmtime_linker_new(engine);
    wasmtime_error_t *e =
        wasmtime_module_new(engine, (const uint8_t *)guest.data, guest.size, &module);
    drop_error(e);
    if (!linker || !module)
        goto out;
    wasm_importtype_vec_t imports;
    wasm_exporttype_vec_t exports;
    wasmtime_module_imports(module, &imports);
    wasmtime_module_exports(module, &exports);
    ok = imports.size == 1 && exports.size == 5;
    wasm_importtype_vec_delete(&imports);
    wasm_exporttype_vec_delete(&exports);
    int env = 3, before = finalized = 0;
    wasm_valtype_t *p = wasm_valtype_new_i32(), *r = wasm_valtype_new_i32();
    wasm_functype_t *ft = p && r ? wasm_functype_new_1_1(p, r) : NULL;
    if (!ft) {
        if (!p || !r) {
            wasm_valtype_delete(p);
            wasm_valtype_delete(r);
        }
        ok = false;
        goto out;
    }
    (void)before;
    if (wasm_functype_params(ft)->size == 1 && wasm_functype_results(ft)->size == 1) {
        e = wasmtime_linker_define_func(linker, "m", 1, "h", 1, ft, boxed, &env, count);
        assert_true(!e || finalized == 1);
        ok &= !e;
        drop_error(e);
    } else {
        ok = false;
    }
    wasm_functype_delete(ft);
    wasmtime_linker_t *copy = wasmtime_linker_clone(linker);
    ok &= copy != NULL;
    wasmtime_linker_delete(copy);
    ok &= with_store(engine, module, linker);
    wasm_byte_vec_t bytes = {0, NULL};
    e = wasmtime_module_serialize(module, &bytes);
    ok &= !e;
    drop_error(e);
    wasm_byte_vec_delete(&bytes);
out:
    wasmtime_module_delete(module);
    wasmtime_linker_delete(linker);
    wasm_engine_delete(engine);
    return ok;
}

static void test_each(void **state)
{
    (void)state;
    for (uint64_t n = 1; !done && n < 100000; n++) {
        hs_alloc_fail_at(n);
        bool ok = scenario();
        uint64_t used = hs_alloc_count();
        hs_alloc_fail_at(0);
        done = used < n;
        if (done)
            assert_true(ok);
    }
    assert_true(done);
}

int main(void)
{
    static const char wat[] =
        "(module $g (import \"m\" \"h\" (func $h (param i32) (result i32))) (memory (export "
        "\"memory\") 1)"
        "(table 4 funcref) (elem (i32.const 0) func $f $h) (global (export \"g\") (mut i32) "
        "(i32.const 1))"
        "(func $f (export \"f\") (param i32) (result i32) (call $h (local.get 0)))"
        "(func (export \"div\") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))"
        "(func (export \"grow\") (param i32) (result i32) (drop (table.grow (ref.null func) "
        "(local.get 0))) (memory.grow (local.get 0)))"
        "(data (i32.const 8) \"hello\"))";
    if (wasmtime_wat2wasm(wat, sizeof wat - 1, &guest))
        return 1;
    hospes_store_slot_new();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    wasm_byte_vec_delete(&guest);
    return failed;
}
