/* Every allocation made to fail once, on the way from text to a trap and through the set-up of
 * WASI: an error or a result, no crash, no leak (the leak checker of the address sanitizer looks
 * at the end). Links the library's own allocator switch, so it works in debug builds. */
#include "base/alloc.h"
#include "kit.h"
#include <wasi.h>

static const char text[] =
    "(module (type $t (func (param i32) (result i32)))"
    "(import \"wasi_snapshot_preview1\" \"fd_write\" (func $w (param i32 i32 i32 i32) (result "
    "i32)))"
    "(import \"env\" \"host\" (func $h (param i32 f64) (result i64)))"
    "(memory (export \"memory\") 1 3) (table 3 8 funcref) (elem (i32.const 0) $a $b) (elem $e "
    "funcref (ref.func $a))"
    "(global $g (mut i64) (i64.const 5)) (data (i32.const 16) \"hello\") (data $d \"passive\")"
    "(func $a (export \"a\") (param i32) (result i32) (call_indirect (type $t) (local.get 0) "
    "(i32.const 1)))"
    "(func $b (param i32) (result i32) (block $x (block $y (br_table $x $y $x (local.get 0)))) "
    "(i32.load (local.get 0)))"
    "(func (export \"host\") (result i64) (call $h (i32.const 1) (f64.const 2)))"
    "(func (export \"grow\") (result i32) (drop (table.grow (ref.null func) (i32.const 2))) "
    "(memory.grow (i32.const 1)))"
    "(func (export \"die\") (i32.store (i32.const -1) (i32.const 0)))"
    "(func (export \"_start\") (drop (call $w (i32.const 1) (i32.const 0) (i32.const 0) (i32.const "
    "100)))))";

static bool finished;

static wasm_trap_t *host(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                         size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    results[0].kind = WASMTIME_I64;
    results[0].of.i64 = args[0].of.i32 + 10;
    return NULL;
}

static void drop_error(wasmtime_error_t *e)
{
    if (e) {
        wasm_name_t name;
        wasmtime_error_message(e, &name);
        wasm_byte_vec_delete(&name);
        wasmtime_error_delete(e);
    }
}

static bool call(wasmtime_context_t *cx, wasmtime_instance_t *i, const char *name,
                 const wasmtime_val_t *arg, size_t nargs, wasmtime_val_t *result, size_t nresults)
{
    wasmtime_extern_t x;
    if (!wasmtime_instance_export_get(cx, i, name, strlen(name), &x))
        return false;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *e = wasmtime_func_call(cx, &x.of.func, arg, nargs, result, nresults, &trap);
    bool ok = !e;
    if (trap) {
        wasm_message_t m;
        wasm_trap_message(trap, &m);
        wasm_byte_vec_delete(&m);
        wasm_frame_vec_t v;
        wasm_trap_trace(trap, &v);
        wasm_frame_vec_delete(&v);
        wasm_trap_delete(trap);
    }
    drop_error(e);
    return ok;
}

/* The whole way; whatever is missing ends it early. */
static void journey(void)
{
    wasm_byte_vec_t bytes = {0};
    wasmtime_module_t *m = NULL;
    wasmtime_linker_t *l = NULL;
    wasmtime_store_t *s = NULL;
    wasm_functype_t *type = NULL;
    wasm_valtype_vec_t params = {0}, results = {0};
    finished = false;
    wasm_engine_t *e = wasm_engine_new();
    if (!e)
        return;
    wasmtime_error_t *error = wasmtime_wat2wasm(text, sizeof text - 1, &bytes);
    if (error)
        goto out;
    if ((error = wasmtime_module_new(e, (uint8_t *)bytes.data, bytes.size, &m)))
        goto out;
    if (!(l = wasmtime_linker_new(e)) || (error = wasmtime_linker_define_wasi(l)))
        goto out;
    wasm_valtype_t *p[2] = {wasm_valtype_new_i32(), wasm_valtype_new_f64()},
                   *r[1] = {wasm_valtype_new_i64()};
    if (!p[0] || !p[1] || !r[0]) {
        wasm_valtype_delete(p[0]);
        wasm_valtype_delete(p[1]);
        wasm_valtype_delete(r[0]);
        goto out;
    }
    wasm_valtype_vec_new(&params, 2, p);
    wasm_valtype_vec_new(&results, 1, r);
    if (!params.data || !results.data) { /* what was to go in is gone */
        wasm_valtype_vec_delete(&params);
        wasm_valtype_vec_delete(&results);
        goto out;
    }
    if (!(type = wasm_functype_new(&params, &results)))
        goto out;
    if ((error = wasmtime_linker_define_func(l, "env", 3, "host", 4, type, host, NULL, NULL)))
        goto out;
    if (!(s = wasmtime_store_new(e, NULL, NULL)))
        goto out;
    wasmtime_context_t *cx = wasmtime_store_context(s);
    wasi_config_t *wasi = wasi_config_new();
    if (!wasi)
        goto out;
    const char *args[] = {"program", "argument"}, *names[] = {"A"}, *values[] = {"b"};
    bool set = wasi_config_set_argv(wasi, 2, args) && wasi_config_set_env(wasi, 1, names, values) &&
               wasi_config_preopen_dir(wasi, "/", "/", false);
    if ((error = wasmtime_context_set_wasi(cx, wasi)) || !set)
        goto out;
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    if ((error = wasmtime_linker_instantiate(l, cx, m, &i, &trap)))
        goto out;
    check(!trap);
    wasmtime_val_t arg = {.kind = WASMTIME_I32, .of.i32 = 16}, result;
    bool ok = call(cx, &i, "a", &arg, 1, &result, 1);
    ok &= call(cx, &i, "host", NULL, 0, &result, 1);
    ok &= call(cx, &i, "grow", NULL, 0, &result, 1);
    ok &= call(cx, &i, "die", NULL, 0, NULL, 0);
    ok &= call(cx, &i, "_start", NULL, 0, NULL, 0);
    wasmtime_memory_t mem;
    wasmtime_extern_t x;
    if (ok && wasmtime_instance_export_get(cx, &i, "memory", 6, &x)) {
        mem = x.of.memory;
        check(memcmp(wasmtime_memory_data(cx, &mem) + 16, "hello", 5) == 0);
        wasm_externtype_t *t = wasmtime_extern_type(cx, &x);
        wasm_externtype_delete(t);
        wasm_byte_vec_t image;
        if (!(error = wasmtime_module_serialize(m, &image))) {
            wasmtime_module_t *again = NULL;
            error = wasmtime_module_deserialize(e, (uint8_t *)image.data, image.size, &again);
            if (again)
                wasmtime_module_delete(again);
            wasm_byte_vec_delete(&image);
        }
        finished = !error;
    }
out:
    drop_error(error);
    if (type)
        wasm_functype_delete(type);
    if (s)
        wasmtime_store_delete(s);
    if (l)
        wasmtime_linker_delete(l);
    if (m)
        wasmtime_module_delete(m);
    wasm_byte_vec_delete(&bytes);
    wasm_engine_delete(e);
}

static void each_allocation(void)
{
    journey();
    need(finished);
    hs_alloc_fail_at(UINT64_MAX);
    journey();
    uint64_t total = hs_alloc_count();
    hs_alloc_fail_at(0);
    if (total == 0) {
        printf("  this build cannot make allocations fail\n");
        return;
    }
    uint64_t step = kit_sanitized() ? 1 : 1, survived = 0;
    for (uint64_t n = 1; n <= total; n += step) {
        hs_alloc_fail_at(n);
        journey();
        hs_alloc_fail_at(0);
        survived += finished;
    }
    printf("  %llu allocations, %llu of them could be done without\n", (unsigned long long)total,
           (unsigned long long)survived);
    journey();
    check(finished);
}

int main(int argc, char **argv)
{
    static const struct kit_test tests[] = {{"each_allocation", each_allocation}};
    return kit_main(argc, argv, tests, 1);
}
