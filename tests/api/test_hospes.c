/* hospes.h beyond Wasmtime's interface: modules from files, what tools want to see; and corners
 * of the rest that are rarely met. */
#include "check.h"
#include <unistd.h>
#include <wasmtime/async.h>

static const char text[] = "(module $m (import \"a\" \"b\" (func $imported (param i32))) (func "
                           "$first (export \"f\") (param i32)"
                           " (result i32) (i32.add (local.get 0) (i32.const 7))) (func))";

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");
    fwrite(bytes, 1, size, f);
    fclose(f);
}

static wasm_trap_t *nothing(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                            size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return NULL;
}

static void test_files(void)
{
    char dir[] = "/tmp/hospes-file-XXXXXX", path[64], none[64];
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/m.wasm", dir);
    snprintf(none, sizeof none, "%s/none", dir);
    wasm_byte_vec_t bytes;
    OK(wasmtime_wat2wasm(text, strlen(text), &bytes));
    write_file(path, bytes.data, bytes.size);
    struct world w = world_new(NULL);
    wasmtime_module_t *m = NULL;
    ERROR_HAS(hospes_module_new_owned_file(w.engine, none, &m), "");
    CHECK(!m);
    OK(hospes_module_new_owned_file(w.engine, path, &m));
    unlink(path); /* the module keeps it */
    wasm_functype_t *t = wasm_functype_new_1_0(wasm_valtype_new_i32());
    wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_FUNC};
    wasmtime_func_new(w.context, t, nothing, NULL, NULL, &import.of.func);
    wasm_functype_delete(t);
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    OK(wasmtime_instance_new(w.context, m, &import, 1, &i, &trap));
    wasmtime_extern_t f = export_of(&w, i, "f");
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 3}, r;
    OK(wasmtime_func_call(w.context, &f.of.func, &a, 1, &r, 1, &trap));
    CHECK(r.of.i32 == 10);

    uint32_t imported = 9;
    CHECK(hospes_module_func_count(m, &imported) == 3 && imported == 1 &&
          hospes_module_func_count(m, NULL) == 3);
    const char *name;
    size_t size;
    CHECK(hospes_module_func_name(m, 1, &name, &size) && size == 5 &&
          memcmp(name, "first", 5) == 0);
    CHECK(!hospes_module_func_name(m, 2, &name, &size) && !name && !size);
    CHECK(!hospes_module_func_name(m, 99, &name, &size));
    wasm_byte_vec_t code;
    uint64_t address = 0;
    void *start, *end;
    OK(hospes_module_machine_code(m, 1, &code, &address));
    wasmtime_module_image_range(m, &start, &end);
    CHECK(code.size && address >= (uintptr_t)start && address + code.size <= (uintptr_t)end);
    wasm_byte_vec_delete(&code);
    ERROR_HAS(hospes_module_machine_code(m, 0, &code, NULL), "imported");
    ERROR_HAS(hospes_module_machine_code(m, 3, &code, NULL), "no such function");
    wasmtime_module_delete(m);

    wasm_byte_vec_t wat, again;
    OK(hospes_wasm2wat((uint8_t *)bytes.data, bytes.size, &wat));
    OK(wasmtime_wat2wasm(wat.data, wat.size, &again)); /* the same module */
    CHECK(again.size == bytes.size && memcmp(again.data, bytes.data, bytes.size) == 0);
    ERROR_HAS(hospes_wasm2wat((uint8_t *)bytes.data, 5, &wat), "");
    ERROR_HAS(hospes_wasm2wat(NULL, 0, &wat), "");
    wasm_byte_vec_delete(&wat);
    wasm_byte_vec_delete(&again);
    write_file(path, "no module", 9);
    ERROR_HAS(hospes_module_new_owned_file(w.engine, path, &m), "");
    write_file(path, "", 0);
    ERROR_HAS(hospes_module_new_owned_file(w.engine, path, &m), "");
    unlink(path);
    rmdir(dir);
    wasm_byte_vec_delete(&bytes);
    CHECK(hospes_version() && *hospes_version());
    world_delete(&w);
}

/* Calls of the host, calls within the module, calls through a table and tail calls are counted
 * alike. */
static void test_entries(void)
{
    static const char guest[] =
        "(module (import \"h\" \"f\" (func)) (table funcref (elem $leaf))"
        "(func $leaf)"
        "(func $mid call $leaf (call_indirect (i32.const 0)) return_call $leaf)"
        "(func (export \"f\") (param i32) (loop call $mid (br_if 0 (local.tee 0 (i32.sub"
        " (local.get 0) (i32.const 1)))))))";
    wasm_byte_vec_t bytes;
    OK(wasmtime_wat2wasm(guest, sizeof guest - 1, &bytes));
    for (int counts = 0; counts < 2; counts++) {
        wasm_config_t *config = wasm_config_new();
        hospes_config_count_entries_set(config, counts);
        struct world w = world_new(config);
        wasmtime_module_t *m;
        uint64_t n = 77;
        OK(wasmtime_module_new(w.engine, (uint8_t *)bytes.data, bytes.size, &m));
        wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_FUNC};
        wasm_functype_t *t = wasm_functype_new_0_0();
        wasmtime_func_new(w.context, t, nothing, NULL, NULL, &import.of.func);
        wasm_functype_delete(t);
        wasm_trap_t *trap = NULL;
        for (int i = 0; i < 2; i++) { /* two instances count together */
            wasmtime_instance_t instance;
            OK(wasmtime_instance_new(w.context, m, &import, 1, &instance, &trap));
            wasmtime_extern_t f = export_of(&w, instance, "f");
            wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 50};
            OK(wasmtime_func_call(w.context, &f.of.func, &a, 1, NULL, 0, &trap));
        }
        if (counts) {
            CHECK(hospes_module_func_entries(m, 1, &n) && n == 300);
            CHECK(hospes_module_func_entries(m, 2, &n) && n == 100);
            CHECK(hospes_module_func_entries(m, 3, &n) && n == 2);
        }
        n = 77;
        CHECK(!hospes_module_func_entries(m, 0, &n) && !hospes_module_func_entries(m, 4, &n));
        CHECK(hospes_module_func_entries(m, 1, &n) == (bool)counts && (n == 77) == !counts);
        wasmtime_module_delete(m);
        world_delete(&w);
    }
    wasm_byte_vec_delete(&bytes);
}

/* --- Corners ---------------------------------------------------------------------------------- */

static int ended;
static void count(void *p)
{
    (void)p;
    ended++;
}

static wasmtime_error_t *on_deadline(wasmtime_context_t *c, void *data, uint64_t *delta,
                                     wasmtime_update_deadline_kind_t *kind)
{
    (void)c, (void)data, (void)kind;
    *delta = 1;
    return NULL;
}

static void test_stores(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_epoch_interruption_set(config, true);
    struct world w = world_new(config);
    wasmtime_engine_increment_epoch(w.engine);
    wasmtime_context_set_epoch_deadline(w.context, UINT64_MAX); /* beyond the last one: never */
    CHECK(!hospes_context_interrupted(w.context));
    wasmtime_store_epoch_deadline_callback(w.store, on_deadline, NULL, count);
    wasmtime_store_epoch_deadline_callback(w.store, on_deadline, NULL, count);
    CHECK(ended == 1); /* the first one's data is not needed any more */
    wasmtime_store_epoch_deadline_callback(w.store, NULL, NULL, NULL);
    CHECK(ended == 2);
    wasmtime_context_set_epoch_deadline(w.context, 0);
    wasmtime_instance_t i = instance_of(&w, "(module (func (export \"f\")))", NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f");
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0,
                          &trap)); /* without a callback it is a trap again */
    TRAP_HAS(trap, "interrupt");
    /* A configuration of WASI is consumed each time. */
    OK(wasmtime_context_set_wasi(w.context, wasi_config_new()));
    OK(wasmtime_context_set_wasi(w.context, wasi_config_new()));
    /* Slots come to an end. */
    int last = -2, slot;
    while ((slot = hospes_store_slot_new()) >= 0)
        last = slot;
    CHECK(last > 1000 && hospes_store_slot_new() == -1);
    ended = 0;
    OK(hospes_store_slot_set(w.context, last, &w, count));
    CHECK(hospes_store_slot_get(w.context, last) == &w);
    world_delete(&w);
    CHECK(ended == 1);
    /* Negative limits are the usual ones again. */
    w = world_new(NULL);
    wasmtime_store_limiter(w.store, 0, 0, 0, 0, 0);
    wasmtime_module_t *m = module_of(w.engine, "(module (memory 1) (table 1 funcref))");
    ERROR_HAS(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap), "instance count too high");
    wasmtime_store_limiter(w.store, -1, -1, -1, 0, -1);
    ERROR_HAS(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap), "table count too high");
    wasmtime_store_limiter(w.store, -1, -1, -1, -1, 0);
    ERROR_HAS(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap), "memory count too high");
    wasmtime_store_limiter(w.store, -1, 0, -1, -1, -1);
    ERROR_HAS(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap), "table limits");
    wasmtime_store_limiter(w.store, -1, -1, -1, -1, -1);
    OK(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap));
    wasmtime_module_delete(m);
    world_delete(&w);
}

static void test_programs(void)
{
    struct world w = world_new(NULL);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    wasmtime_module_t *m =
        module_of(w.engine, "(module (func (export \"_initialize\") (param i32)))");
    ERROR_HAS(wasmtime_linker_module(l, w.context, "a", 1, m), "_initialize");
    wasmtime_module_delete(m);
    m = module_of(w.engine, "(module (func (export \"_initialize\") unreachable))");
    ERROR_HAS(wasmtime_linker_module(l, w.context, "b", 1, m),
              "calling the Reactor initialization function");
    wasmtime_module_delete(m);
    /* A program is made at each call, which can fail. */
    m = module_of(w.engine, "(module (memory 1) (func (export \"_start\")))");
    OK(wasmtime_linker_module(l, w.context, "c", 1, m));
    wasmtime_module_delete(m);
    wasmtime_store_limiter(w.store, -1, -1, 0, -1, -1);
    wasmtime_func_t f;
    wasm_trap_t *trap = NULL;
    OK(wasmtime_linker_get_default(l, w.context, "c", 1, &f));
    ERROR_HAS(wasmtime_func_call(w.context, &f, NULL, 0, NULL, 0, &trap),
              "instance count too high");
    wasmtime_func_t none, again;
    OK(wasmtime_linker_get_default(l, w.context, "nobody", 6, &none));
    OK(wasmtime_linker_get_default(l, w.context, "somebody", 8,
                                   &again)); /* nothing is the same for all */
    CHECK(none.__private == again.__private);
    m = module_of(w.engine, "(module (type $t (func)) (import \"z\" \"t\" (table 1 (ref $t))))");
    ERROR_HAS(wasmtime_linker_define_unknown_imports_as_default_values(l, w.context, m),
              "no default value");
    wasmtime_module_delete(m);
    wasmtime_linker_delete(l);
    world_delete(&w);
}

/* Types that name one type: from a module, through both interfaces, and back to make things of. */
static void test_concrete(void)
{
    struct world w = world_new(NULL);
    wasmtime_instance_t i = instance_of(
        &w,
        "(module (type $t (func (param i64))) (func (export \"f\") (param (ref null $t))"
        " (result (ref $t)) unreachable) (func (export \"g\") (type $t))"
        " (global (export \"h\") (mut (ref null $t)) (ref.null $t)))",
        NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f"), g = export_of(&w, i, "g"),
                      h = export_of(&w, i, "h");
    wasm_functype_t *t = wasmtime_func_type(w.context, &f.of.func), *copy = wasm_functype_copy(t);
    wasm_functype_delete(t);
    wasmtime_valtype_t p, r, clone;
    wasmtime_valtype_new(wasm_functype_params(copy)->data[0], &p);
    wasmtime_valtype_new(wasm_functype_results(copy)->data[0], &r);
    CHECK(p.reftype.nullable && !r.reftype.nullable &&
          p.reftype.heaptype.kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC);
    wasmtime_valtype_clone(&p, &clone);
    const wasm_functype_t *inner = clone.reftype.heaptype.of.concrete_func;
    CHECK(wasm_valtype_kind(wasm_functype_params(inner)->data[0]) == WASM_I64);
    wasm_valtype_t *back = wasmtime_valtype_to_wasm(w.engine, &clone);
    CHECK(back && wasmtime_wasm_valtype_equal(back, wasm_functype_params(copy)->data[0]) &&
          !wasmtime_wasm_valtype_equal(back, wasm_functype_results(copy)->data[0]));
    wasmtime_valtype_delete(&p);
    wasmtime_valtype_delete(&r);
    wasmtime_valtype_delete(&clone);
    wasm_globaltype_t *gt = wasm_globaltype_new(back, WASM_VAR);
    wasmtime_val_t v = {.kind = WASMTIME_FUNCREF, .of.funcref = g.of.func};
    wasmtime_global_t global;
    OK(wasmtime_global_new(w.context, gt, &v, &global));
    v.of.funcref = f.of.func;
    ERROR_HAS(wasmtime_global_set(w.context, &global, &v), "type mismatch");
    wasm_globaltype_delete(gt);
    gt = wasmtime_global_type(w.context, &h.of.global);
    CHECK(gt);
    wasm_globaltype_delete(gt);
    wasm_functype_delete(copy);
    /* Arrays and exceptions of one type. */
    wasmtime_field_type_t field = {true, {WASMTIME_STORAGE_TYPE_KIND_I16, NULL}};
    wasmtime_valtype_t a = {WASMTIME_VALTYPE_KIND_REF,
                            {false, {.kind = WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY}}},
                       x = a;
    a.reftype.heaptype.of.concrete_array = wasmtime_array_type_new(w.engine, &field);
    wasm_valtype_vec_t none = WASM_EMPTY_VEC;
    x.reftype.heaptype.kind = WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN;
    OK(wasmtime_exn_type_new(w.engine, &none, &x.reftype.heaptype.of.concrete_exn));
    wasmtime_valtype_t *both[] = {&a, &x};
    for (int k = 0; k < 2; k++) {
        wasmtime_valtype_clone(both[k], &clone);
        wasmtime_valtype_delete(both[k]);
        wasm_valtype_t *vt = wasmtime_valtype_to_wasm(w.engine, &clone);
        CHECK(vt);
        wasmtime_valtype_new(vt, &p);
        CHECK(p.reftype.heaptype.kind == clone.reftype.heaptype.kind && !p.reftype.nullable);
        wasmtime_valtype_delete(&p);
        wasmtime_valtype_delete(&clone);
        wasm_valtype_delete(vt);
    }
    wasmtime_valtype_t number = {.kind = WASMTIME_VALTYPE_KIND_F32};
    wasm_valtype_t *f32 = wasmtime_valtype_to_wasm(NULL, &number);
    CHECK(wasm_valtype_kind(f32) == WASM_F32);
    wasm_valtype_delete(f32);
    world_delete(&w);
}

/* What wasm.h cannot say, and many values at once. */
static wasm_trap_t *sum(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    int64_t s = 0;
    for (size_t k = 0; k < args->size; k++)
        s += args->data[k].of.i64;
    *(int64_t *)env = s;
    for (size_t k = 0; k < results->size; k++)
        results->data[k] = (wasm_val_t)WASM_I64_VAL((int64_t)k);
    return NULL;
}

static void test_classic(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    const char *wat = "(module (func (export \"v\") (result v128) (v128.const i64x2 1 2)) (global "
                      "(export \"g\") v128"
                      " (v128.const i64x2 1 2)) (func (export \"e\") (param externref) (result "
                      "externref) (local.get 0))"
                      " (table (export \"t\") 2 externref) (func (export \"vp\") (param v128)))";
    wasm_byte_vec_t bytes;
    OK(wasmtime_wat2wasm(wat, strlen(wat), &bytes));
    wasm_module_t *m = wasm_module_new(store, &bytes);
    wasm_byte_vec_delete(&bytes);
    wasm_instance_t *i = wasm_instance_new(store, m, NULL, NULL);
    wasm_extern_vec_t x;
    wasm_instance_exports(i, &x);
    wasm_val_t a[1] = {WASM_INIT_VAL}, r[1] = {WASM_INIT_VAL};
    wasm_val_vec_t none = WASM_EMPTY_VEC, args = WASM_ARRAY_VEC(a), results = WASM_ARRAY_VEC(r);
    TRAP_HAS(wasm_func_call(wasm_extern_as_func(x.data[0]), &none, &results),
             "vectors cannot be passed");
    TRAP_HAS(wasm_func_call(wasm_extern_as_func(x.data[4]), &args, &none), "type mismatch");
    wasm_val_t v = WASM_I32_VAL(3);
    wasm_global_get(wasm_extern_as_global(x.data[1]), &v);
    CHECK(v.kind == WASM_EXTERNREF && !v.of.ref);
    wasm_global_set(wasm_extern_as_global(x.data[1]), &v); /* it is a constant: nothing happens */
    CHECK(!wasm_func_call(wasm_extern_as_func(x.data[2]), &args, &results) &&
          r[0].kind == WASM_EXTERNREF && !r[0].of.ref);
    wasm_table_t *t = wasm_extern_as_table(x.data[3]);
    CHECK(wasm_table_set(t, 1, NULL) && !wasm_table_get(t, 1) &&
          !wasm_table_set(t, 1, wasm_func_as_ref(wasm_extern_as_func(x.data[0]))));
    wasm_extern_vec_delete(&x);
    wasm_instance_delete(i);
    wasm_module_delete(m);
    /* Forty values in, twenty out. */
    wasm_valtype_vec_t ps, rs;
    wasm_valtype_vec_new_uninitialized(&ps, 40);
    wasm_valtype_vec_new_uninitialized(&rs, 20);
    for (int k = 0; k < 40; k++)
        ps.data[k] = wasm_valtype_new_i64();
    for (int k = 0; k < 20; k++)
        rs.data[k] = wasm_valtype_new_i64();
    wasm_functype_t *ft = wasm_functype_new(&ps, &rs);
    int64_t total = 0;
    wasm_func_t *f = wasm_func_new_with_env(store, ft, sum, &total, NULL);
    wasm_functype_delete(ft);
    wasm_val_t many[40], out[20];
    for (int k = 0; k < 40; k++)
        many[k] = (wasm_val_t)WASM_I64_VAL(k);
    wasm_val_vec_t ms = WASM_ARRAY_VEC(many), os = WASM_ARRAY_VEC(out);
    CHECK(!wasm_func_call(f, &ms, &os) && total == 780 && out[19].of.i64 == 19);
    wasm_func_delete(f);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
}

/* Calls that rest, with no place for what they end in. */
static bool now(void *env)
{
    wasmtime_val_t *r = *(wasmtime_val_t **)env;
    if (r)
        r[0].kind = WASMTIME_F64;
    return true;
}

static wasmtime_val_t *place;
static void wrong(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args, size_t nargs,
                  wasmtime_val_t *results, size_t nresults, wasm_trap_t **trap,
                  wasmtime_async_continuation_t *rest)
{
    (void)env, (void)caller, (void)args, (void)nargs, (void)nresults, (void)trap;
    place = results;
    *rest = (wasmtime_async_continuation_t){now, &place, count};
}

static void test_async(void)
{
    struct world w = world_new(NULL);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    wasm_functype_t *t = wasm_functype_new_0_1(wasm_valtype_new_i32());
    OK(wasmtime_linker_define_async_func(l, "a", 1, "b", 1, t, wrong, NULL, NULL));
    wasm_functype_delete(t);
    wasmtime_module_t *m = module_of(
        w.engine,
        "(module (import \"a\" \"b\" (func $f (result i32))) (func (export \"f\") (result i32)"
        " (call $f)) (func (export \"u\") unreachable) (func $s (drop (call $f))))");
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    OK(wasmtime_linker_instantiate(l, w.context, m, &i, &trap)); /* making it calls nothing */
    wasmtime_extern_t f = export_of(&w, i, "f"), u = export_of(&w, i, "u");
    wasmtime_val_t r;
    ended = 0;
    wasmtime_call_future_t *c =
        wasmtime_func_call_async(w.context, &f.of.func, NULL, 0, &r, 1, &trap, &error);
    CHECK(wasmtime_call_future_poll(c) && ended == 1);
    wasmtime_call_future_delete(c);
    ERROR_HAS(error, "incompatible value");
    c = wasmtime_func_call_async(w.context, &f.of.func, NULL, 0, &r, 1, NULL, NULL);
    CHECK(wasmtime_call_future_poll(c));
    wasmtime_call_future_delete(c);
    c = wasmtime_func_call_async(w.context, &u.of.func, NULL, 0, NULL, 0, NULL, NULL);
    CHECK(wasmtime_call_future_poll(c));
    wasmtime_call_future_delete(c);
    wasmtime_module_delete(m);
    /* A start function that is in a hurry. */
    m = module_of(w.engine, "(module (import \"a\" \"b\" (func $f (result i32))) (func $s (drop "
                            "(call $f))) (start $s))");
    ERROR_HAS(wasmtime_linker_instantiate(l, w.context, m, &i, &trap), "async");
    error = NULL;
    c = wasmtime_linker_instantiate_async(l, w.context, m, &i, &trap, &error);
    CHECK(wasmtime_call_future_poll(c));
    wasmtime_call_future_delete(c);
    ERROR_HAS(error, "incompatible value");
    wasmtime_module_delete(m);
    wasmtime_linker_delete(l);
    world_delete(&w);
}

int main(void)
{
    test_files();
    test_entries();
    test_stores();
    test_programs();
    test_concrete();
    test_classic();
    test_async();
    FINISH();
}
