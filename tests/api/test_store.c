/* Stores: data, limits, fuel, epochs, slots, references of the host and their end; modules and
 * their types. */
#include "check.h"
#include <pthread.h>
#include <unistd.h>

static char order[64];
static void note(void *p)
{
    size_t n = strlen(order);
    order[n] = *(char *)p;
    order[n + 1] = 0;
}

static wasm_trap_t *nothing(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                            size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return NULL;
}

static void test_data(void)
{
    order[0] = 0;
    wasm_engine_t *engine = wasm_engine_new(), *second = wasmtime_engine_clone(engine);
    wasmtime_store_t *s = wasmtime_store_new(engine, "d", note);
    wasm_engine_delete(engine);
    wasm_engine_delete(second);
    wasmtime_context_t *c = wasmtime_store_context(s);
    CHECK(c == wasmtime_store_context(s));
    CHECK(*(char *)wasmtime_context_get_data(c) == 'd');
    wasmtime_context_set_data(c, "D");
    int slot = hospes_store_slot_new(), other = hospes_store_slot_new();
    CHECK(slot >= 0 && other == slot + 1);
    CHECK(hospes_store_slot_get(c, other) == NULL);
    OK(hospes_store_slot_set(c, other, "1", note));
    OK(hospes_store_slot_set(c, other, "2", note));
    CHECK(strcmp(order, "1") == 0);
    CHECK(*(char *)hospes_store_slot_get(c, other) == '2' &&
          hospes_store_slot_get(c, slot) == NULL);
    CHECK(hospes_store_slot_get(c, -1) == NULL);
    ERROR_HAS(hospes_store_slot_set(c, 100000, NULL, NULL), "slot");
    wasm_functype_t *t = wasm_functype_new_0_0();
    wasmtime_func_t f;
    wasmtime_func_new(c, t, nothing, "f", note, &f);
    wasm_functype_delete(t);
    wasmtime_externref_t r;
    CHECK(wasmtime_externref_new(c, "r", note, &r));
    wasmtime_store_delete(s);
    CHECK(strcmp(order, "1rf2D") == 0);
    wasmtime_externref_unroot(&r);
    wasmtime_store_delete(NULL);
}

static void test_externref(void)
{
    order[0] = 0;
    struct world w = world_new(NULL);
    wasmtime_externref_t a, b, null = {0};
    CHECK(wasmtime_externref_new(w.context, "a", note, &a));
    CHECK(wasmtime_externref_new(w.context, "b", note, &b));
    CHECK(*(char *)wasmtime_externref_data(w.context, &a) == 'a' &&
          wasmtime_externref_data(w.context, &null) == NULL);
    wasmtime_externref_t a2;
    wasmtime_externref_clone(&a, &a2);
    wasmtime_externref_unroot(&a);
    OK(wasmtime_context_gc(w.context));
    CHECK(order[0] == 0);
    wasmtime_instance_t i = instance_of(
        &w,
        "(module (table (export \"t\") 2 externref) (global (export \"g\") (mut externref) "
        "(ref.null extern))"
        "(func (export \"id\") (param externref) (result externref) local.get 0)"
        "(func (export \"set\") (param externref) (global.set 0 (local.get 0)))"
        "(func (export \"isnull\") (param externref) (result i32) (ref.is_null (local.get 0))))",
        NULL, 0);
    wasmtime_extern_t t = export_of(&w, i, "t"), id = export_of(&w, i, "id"),
                      set = export_of(&w, i, "set"), isnull = export_of(&w, i, "isnull"),
                      g = export_of(&w, i, "g");
    wasmtime_val_t v = {.kind = WASMTIME_EXTERNREF}, r;
    v.of.externref = a2;
    wasm_trap_t *trap;
    OK(wasmtime_func_call(w.context, &id.of.func, &v, 1, &r, 1, &trap));
    CHECK(r.kind == WASMTIME_EXTERNREF &&
          *(char *)wasmtime_externref_data(w.context, &r.of.externref) == 'a');
    OK(wasmtime_table_set(w.context, &t.of.table, 1, &r));
    wasmtime_val_unroot(&r);
    wasmtime_val_unroot(&v);
    v.of.externref = b;
    OK(wasmtime_func_call(w.context, &set.of.func, &v, 1, NULL, 0, &trap));
    wasmtime_val_unroot(&v);
    OK(wasmtime_context_gc(w.context));
    CHECK(order[0] == 0);
    wasmtime_global_get(w.context, &g.of.global, &r);
    CHECK(*(char *)wasmtime_externref_data(w.context, &r.of.externref) == 'b');
    wasmtime_val_unroot(&r);
    CHECK(wasmtime_table_get(w.context, &t.of.table, 1, &r));
    CHECK(*(char *)wasmtime_externref_data(w.context, &r.of.externref) == 'a');
    wasmtime_val_unroot(&r);
    v.of.externref.store_id = 0;
    OK(wasmtime_table_set(w.context, &t.of.table, 1, &v));
    CHECK(order[0] == 0);
    OK(wasmtime_context_gc(w.context));
    CHECK(strcmp(order, "a") == 0);
    OK(wasmtime_func_call(w.context, &isnull.of.func, &v, 1, &r, 1, &trap));
    CHECK(r.of.i32 == 1);
    CHECK(wasmtime_externref_new(w.context, "c", note, &v.of.externref));
    OK(wasmtime_func_call(w.context, &isnull.of.func, &v, 1, &r, 1, &trap));
    CHECK(r.of.i32 == 0);
    uint32_t raw = wasmtime_externref_to_raw(w.context, &v.of.externref);
    wasmtime_externref_from_raw(w.context, raw, &a);
    CHECK(*(char *)wasmtime_externref_data(w.context, &a) == 'c');
    wasmtime_externref_unroot(&a);
    struct world w2 = world_new(NULL);
    ERROR_IS(wasmtime_func_call(w.context, &isnull.of.func, (v.of.externref.store_id++, &v), 1, &r,
                                1, &trap),
             "cross-`Store` values are not currently supported");
    v.of.externref.store_id--;
    world_delete(&w2);
    wasmtime_val_t copy;
    wasmtime_val_clone(&v, &copy);
    world_delete(&w);
    CHECK(strcmp(order, "abc") == 0 || strcmp(order, "acb") == 0);
    wasmtime_val_unroot(&v);
    wasmtime_val_unroot(&copy);
}

static void test_i31(void)
{
    struct world w = world_new(NULL);
    wasmtime_anyref_t a;
    wasmtime_eqref_t e;
    uint32_t u = 0;
    int32_t s = 0;
    wasmtime_anyref_from_i31(w.context, (uint32_t)-5, &a);
    CHECK(wasmtime_anyref_is_i31(w.context, &a));
    CHECK(wasmtime_anyref_i31_get_u(w.context, &a, &u) && u == 0x7ffffffb);
    CHECK(wasmtime_anyref_i31_get_s(w.context, &a, &s) && s == -5);
    wasmtime_anyref_unroot(&a);
    wasmtime_anyref_from_i31(w.context, 0x7fffffff, &a);
    CHECK(wasmtime_anyref_i31_get_s(w.context, &a, &s) && s == -1);
    CHECK(wasmtime_anyref_as_eqref(w.context, &a, &e) && wasmtime_eqref_is_i31(w.context, &e));
    wasmtime_heaptype_t h;
    CHECK(wasmtime_anyref_type(w.context, &a, &h) && h.kind == WASMTIME_HEAPTYPE_KIND_I31);
    wasmtime_structref_t st;
    CHECK(!wasmtime_anyref_as_struct(w.context, &a, &st) && st.store_id == 0);
    wasmtime_anyref_set_null(&a);
    CHECK(!wasmtime_anyref_is_i31(w.context, &a) && !wasmtime_anyref_type(w.context, &a, &h));
    wasmtime_val_t out;
    wasmtime_structref_t null = {0};
    ERROR_IS(wasmtime_structref_field(w.context, &null, 0, &out), "non-null structref required");
    world_delete(&w);
}

static void test_limits(void)
{
    struct world w = world_new(NULL);
    wasmtime_store_limiter(w.store, 65536, 10, 3, 2, 2);
    wasm_memorytype_t *mt = wasm_memorytype_new(&(wasm_limits_t){2, wasm_limits_max_default});
    wasmtime_memory_t mem;
    ERROR_IS(wasmtime_memory_new(w.context, mt, &mem),
             "memory minimum size of 2 pages exceeds memory limits");
    wasm_memorytype_delete(mt);
    mt = wasm_memorytype_new(&(wasm_limits_t){1, wasm_limits_max_default});
    OK(wasmtime_memory_new(w.context, mt, &mem));
    uint64_t prev = 77;
    ERROR_IS(wasmtime_memory_grow(w.context, &mem, 1, &prev), "failed to grow memory by `1`");
    ERROR_IS(wasmtime_memory_grow(w.context, &mem, UINT64_MAX, &prev),
             "failed to grow memory by `18446744073709551615`");
    CHECK(prev == 77);
    OK(wasmtime_memory_grow(w.context, &mem, 0, &prev));
    CHECK(prev == 1 && wasmtime_memory_size(w.context, &mem) == 1 &&
          wasmtime_memory_data_size(w.context, &mem) == 65536);
    OK(wasmtime_memory_new(w.context, mt, &mem));
    ERROR_HAS(wasmtime_memory_new(w.context, mt, &mem),
              "resource limit exceeded: memory count too high at");
    wasm_memorytype_delete(mt);
    wasm_tabletype_t *tt = wasm_tabletype_new(wasm_valtype_new_funcref(),
                                              &(wasm_limits_t){11, wasm_limits_max_default});
    wasmtime_table_t table;
    wasmtime_val_t null = {.kind = WASMTIME_FUNCREF};
    ERROR_IS(wasmtime_table_new(w.context, tt, &null, &table),
             "table minimum size of 11 elements exceeds table limits");
    wasm_tabletype_delete(tt);
    tt = wasm_tabletype_new(wasm_valtype_new_funcref(), &(wasm_limits_t){3, 5});
    OK(wasmtime_table_new(w.context, tt, &null, &table));
    ERROR_IS(wasmtime_table_grow(w.context, &table, 3, &null, &prev),
             "failed to grow table by `3`");
    OK(wasmtime_table_grow(w.context, &table, 2, &null, &prev));
    CHECK(prev == 3 && wasmtime_table_size(w.context, &table) == 5);
    wasmtime_val_t number = {.kind = WASMTIME_I32}, out;
    ERROR_HAS(wasmtime_table_new(w.context, tt, &number, &table),
              "wasmtime_table_new init value is not a reference");
    ERROR_HAS(wasmtime_table_set(w.context, &table, 5, &null), "out of bounds");
    CHECK(!wasmtime_table_get(w.context, &table, 5, &out));
    CHECK(wasmtime_table_get(w.context, &table, 4, &out) && out.kind == WASMTIME_FUNCREF &&
          wasmtime_funcref_is_null(&out.of.funcref));
    wasm_tabletype_delete(tt);
    wasmtime_module_t *m = module_of(w.engine, "(module)");
    wasmtime_instance_t i;
    wasm_trap_t *trap;
    for (int k = 0; k < 3; k++)
        OK(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap));
    ERROR_HAS(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap),
              "resource limit exceeded: instance count too high at");
    wasmtime_module_delete(m);
    world_delete(&w);
}

static void test_globals(void)
{
    struct world w = world_new(NULL), w2 = world_new(NULL);
    wasm_globaltype_t *gt = wasm_globaltype_new(wasm_valtype_new_i64(), WASM_CONST);
    wasmtime_val_t v = {.kind = WASMTIME_I32}, r;
    wasmtime_global_t g;
    ERROR_HAS(wasmtime_global_new(w.context, gt, &v, &g), "type mismatch: expected i64, found i32");
    v.kind = WASMTIME_I64;
    v.of.i64 = 9;
    OK(wasmtime_global_new(w.context, gt, &v, &g));
    ERROR_IS(wasmtime_global_set(w.context, &g, &v), "immutable global cannot be set");
    wasmtime_global_get(w.context, &g, &r);
    CHECK(r.kind == WASMTIME_I64 && r.of.i64 == 9);
    wasmtime_global_get(w2.context, &g, &r);
    CHECK(r.kind == WASMTIME_I32);
    wasm_globaltype_delete(gt);
    gt = wasmtime_global_type(w.context, &g);
    CHECK(wasm_globaltype_mutability(gt) == WASM_CONST &&
          wasm_valtype_kind(wasm_globaltype_content(gt)) == WASM_I64);
    wasm_globaltype_delete(gt);
    gt = wasm_globaltype_new(wasmtime_wasm_valtype_v128(), WASM_VAR);
    v = (wasmtime_val_t){.kind = WASMTIME_V128};
    memset(v.of.v128, 0x5a, 16);
    OK(wasmtime_global_new(w.context, gt, &v, &g));
    wasmtime_global_get(w.context, &g, &r);
    CHECK(r.kind == WASMTIME_V128 && memcmp(r.of.v128, v.of.v128, 16) == 0);
    wasm_globaltype_delete(gt);
    wasm_functype_t *ft = wasm_functype_new_1_0(wasm_valtype_new_i32());
    wasm_tagtype_t *tt = wasm_tagtype_new(ft);
    wasmtime_tag_t a, b;
    OK(wasmtime_tag_new(w.context, tt, &a));
    OK(wasmtime_tag_new(w.context, tt, &b));
    CHECK(wasmtime_tag_eq(w.context, &a, &a) && !wasmtime_tag_eq(w.context, &a, &b));
    wasm_tagtype_delete(tt);
    tt = wasmtime_tag_type(w.context, &a);
    CHECK(wasm_functype_params(wasm_tagtype_functype(tt))->size == 1);
    wasm_tagtype_delete(tt);
    world_delete(&w2);
    world_delete(&w);
}

static void test_fuel(void)
{
    struct world w = world_new(NULL);
    uint64_t fuel = 5;
    ERROR_IS(wasmtime_context_set_fuel(w.context, 1), "fuel is not configured in this store");
    ERROR_IS(wasmtime_context_get_fuel(w.context, &fuel), "fuel is not configured in this store");
    CHECK(fuel == 5);
    world_delete(&w);
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_consume_fuel_set(config, true);
    w = world_new(config);
    wasmtime_instance_t i = instance_of(
        &w, "(module (func (export \"f\") (loop br 0)) (func (export \"g\")))", NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f"), g = export_of(&w, i, "g");
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &g.of.func, NULL, 0, NULL, 0, &trap));
    TRAP_HAS(trap, "all fuel consumed by WebAssembly");
    OK(wasmtime_context_set_fuel(w.context, 1000));
    OK(wasmtime_context_get_fuel(w.context, &fuel));
    CHECK(fuel == 1000);
    OK(wasmtime_func_call(w.context, &g.of.func, NULL, 0, NULL, 0, &trap));
    OK(wasmtime_context_get_fuel(w.context, &fuel));
    CHECK(fuel < 1000 && fuel > 900);
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    wasmtime_trap_code_t code;
    CHECK(trap && wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_OUT_OF_FUEL);
    wasm_trap_delete(trap);
    OK(wasmtime_context_get_fuel(w.context, &fuel));
    CHECK(fuel == 0);
    world_delete(&w);
}

struct deadline {
    int calls;
    bool fail;
};
static wasmtime_error_t *on_deadline(wasmtime_context_t *c, void *data, uint64_t *delta,
                                     wasmtime_update_deadline_kind_t *kind)
{
    (void)c;
    struct deadline *d = data;
    d->calls++;
    CHECK(*kind == WASMTIME_UPDATE_DEADLINE_CONTINUE);
    if (d->fail)
        return wasmtime_error_new("error from callback");
    *delta = 1;
    return NULL;
}

static void *tick(void *engine)
{
    usleep(20000);
    wasmtime_engine_increment_epoch(engine);
    return NULL;
}

static void test_epoch(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_epoch_interruption_set(config, true);
    struct world w = world_new(config);
    wasmtime_instance_t i = instance_of(
        &w, "(module (func (export \"f\")) (func (export \"loop\") (loop br 0)))", NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f"), loop = export_of(&w, i, "loop");
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    TRAP_HAS(trap, "wasm trap: interrupt");
    wasmtime_context_set_epoch_deadline(w.context, 1);
    CHECK(!hospes_context_interrupted(w.context));
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    CHECK(trap == NULL);
    pthread_t t;
    pthread_create(&t, NULL, tick, w.engine);
    OK(wasmtime_func_call(w.context, &loop.of.func, NULL, 0, NULL, 0, &trap));
    TRAP_HAS(trap, "wasm trap: interrupt");
    pthread_join(t, NULL);
    CHECK(hospes_context_interrupted(w.context));
    struct deadline d = {0};
    order[0] = 0;
    wasmtime_store_epoch_deadline_callback(w.store, on_deadline, &d, NULL);
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    CHECK(trap == NULL && d.calls == 1);
    wasmtime_engine_increment_epoch(w.engine);
    d.fail = true;
    ERROR_HAS(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap),
              "error from callback");
    CHECK(trap == NULL && d.calls == 2);
    world_delete(&w);
}

static void test_modules(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasmtime_module_t *m = NULL;
    wasmtime_error_t *e = wasmtime_module_new(engine, (const uint8_t *)"(module)", 8, &m);
    CHECK(e && m == NULL);
    wasmtime_error_delete(e);
    e = wasmtime_module_new(engine, NULL, 0, &m);
    CHECK(e && m == NULL);
    wasmtime_error_delete(e);
    static const uint8_t component[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0};
    ERROR_HAS(wasmtime_module_new(engine, component, 8, &m), "component");
    wasm_byte_vec_t bytes = {0, NULL};
    OK(wasmtime_wat2wasm("(module)", 8, &bytes));
    CHECK(bytes.size == 8 && memcmp(bytes.data, "\0asm\1\0\0\0", 8) == 0);
    OK(wasmtime_module_validate(engine, (uint8_t *)bytes.data, bytes.size));
    wasm_byte_vec_delete(&bytes);
    CHECK(bytes.size == 0 && bytes.data == NULL);
    e = wasmtime_wat2wasm("(module (func i32.nope))", 24, &bytes);
    CHECK(e && bytes.data == NULL);
    wasmtime_error_delete(e);
    ERROR_IS(wasmtime_wat2wasm("\xff", 1, &bytes), "input was not valid utf-8");
    m = module_of(engine, "(module (import \"a\" \"f\" (func (param i32) (result f64 v128))) "
                          "(import \"a\" \"g\" (global (mut f32)))"
                          "(table (export \"t\") 1 2 externref) (memory (export \"m\") 3) (func "
                          "(export \"\\u{e9}\")))");
    wasm_importtype_vec_t imports;
    wasm_exporttype_vec_t exports;
    wasmtime_module_imports(m, &imports);
    wasmtime_module_exports(m, &exports);
    CHECK(imports.size == 2 && exports.size == 3);
    const wasm_externtype_t *t = wasm_importtype_type(imports.data[0]);
    CHECK(wasm_externtype_kind(t) == WASM_EXTERN_FUNC &&
          t == wasm_importtype_type(imports.data[0]));
    const wasm_functype_t *ft = wasm_externtype_as_functype_const(t);
    CHECK(ft && wasm_functype_results(ft)->size == 2 &&
          wasm_externtype_as_globaltype_const(t) == NULL);
    CHECK(wasm_importtype_module(imports.data[1])->size == 1);
    CHECK(wasm_globaltype_mutability(wasm_externtype_as_globaltype_const(
              wasm_importtype_type(imports.data[1]))) == WASM_VAR);
    const wasm_tabletype_t *tt =
        wasm_externtype_as_tabletype_const(wasm_exporttype_type(exports.data[0]));
    CHECK(wasm_tabletype_limits(tt)->min == 1 && wasm_tabletype_limits(tt)->max == 2);
    CHECK(wasm_valtype_kind(wasm_tabletype_element(tt)) == WASM_EXTERNREF);
    const wasm_memorytype_t *mt =
        wasm_externtype_as_memorytype_const(wasm_exporttype_type(exports.data[1]));
    CHECK(wasm_memorytype_limits(mt)->min == 3 && wasm_memorytype_limits(mt)->max == 0xffffffff);
    CHECK(wasm_exporttype_name(exports.data[2])->size == 2);
    wasm_importtype_vec_t copy;
    wasm_importtype_vec_copy(&copy, &imports);
    wasm_importtype_vec_delete(&imports);
    CHECK(copy.size == 2);
    wasm_importtype_vec_delete(&copy);
    wasm_exporttype_vec_delete(&exports);
    OK(wasmtime_module_serialize(m, &bytes));
    wasmtime_module_t *m2 = NULL;
    OK(wasmtime_module_deserialize(engine, (uint8_t *)bytes.data, bytes.size, &m2));
    wasmtime_module_exports(m2, &exports);
    CHECK(exports.size == 3);
    wasm_exporttype_vec_delete(&exports);
    wasmtime_module_delete(m2);
    m2 = NULL;
    e = wasmtime_module_deserialize(engine, (uint8_t *)bytes.data, bytes.size / 2, &m2);
    CHECK(e && !m2);
    wasmtime_error_delete(e);
    char path[] = "/tmp/hospes-XXXXXX";
    int fd = mkstemp(path);
    CHECK(write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size);
    close(fd);
    OK(wasmtime_module_deserialize_file(engine, path, &m2));
    unlink(path);
    wasmtime_module_t *m3 = wasmtime_module_clone(m2);
    wasmtime_module_delete(m2);
    wasmtime_module_exports(m3, &exports);
    CHECK(exports.size == 3);
    wasm_exporttype_vec_delete(&exports);
    void *start, *end;
    wasmtime_module_image_range(m3, &start, &end);
    CHECK((char *)start < (char *)end);
    wasmtime_module_delete(m3);
    wasmtime_module_delete(m);
    e = wasmtime_module_deserialize_file(engine, "/nonexistent/x", &m2);
    CHECK(e);
    wasmtime_error_delete(e);
    wasm_byte_vec_delete(&bytes);
    wasm_engine_delete(engine);
}

static void test_types(void)
{
    wasm_memorytype_t *t = NULL;
    static const struct {
        uint64_t min;
        bool has_max;
        uint64_t max;
        bool is64, shared;
        uint8_t page;
        bool ok;
    } cases[] = {
        {0, false, 0, false, false, 16, true},
        {1, true, 0, false, false, 16, false},
        {UINT64_C(1) << 32, false, 0, false, false, 16, false},
        {1, true, UINT64_C(1) << 32, false, false, 16, false},
        {UINT64_C(1) << 32, false, 0, true, false, 16, true},
        {1, true, UINT64_C(1) << 32, true, false, 16, true},
        {65536, false, 0, false, false, 16, true},
        {65537, false, 0, false, false, 16, false},
        {1, false, 0, false, true, 16, false},
        {1, true, 2, true, true, 16, true},
        {1, false, 0, false, false, 1, false},
        {1, false, 0, false, false, 0, true},
        {UINT64_C(1) << 32, false, 0, false, false, 0, true},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        wasmtime_error_t *e =
            wasmtime_memorytype_new(cases[k].min, cases[k].has_max, cases[k].max, cases[k].is64,
                                    cases[k].shared, cases[k].page, &t);
        if (!e != cases[k].ok) {
            printf("memory type %zu: %s\n", k, e ? "refused" : "accepted");
            failures++;
        }
        wasmtime_error_delete(e);
        if (e)
            continue;
        uint64_t max = 99;
        CHECK(wasmtime_memorytype_minimum(t) == cases[k].min);
        CHECK(wasmtime_memorytype_maximum(t, &max) == cases[k].has_max);
        CHECK(wasmtime_memorytype_is64(t) == cases[k].is64 &&
              wasmtime_memorytype_isshared(t) == cases[k].shared);
        CHECK(wasmtime_memorytype_page_size(t) == UINT64_C(1) << cases[k].page);
        wasm_memorytype_delete(t);
    }
    CHECK(wasm_globaltype_new(wasm_valtype_new_i32(), 2) == NULL);
    CHECK(wasm_tabletype_new(wasm_valtype_new_i32(), &(wasm_limits_t){0, 1}) == NULL);
    CHECK(wasm_valtype_new(77) == NULL);
    wasm_name_t bad;
    wasm_name_new(&bad, 1, "\xff");
    CHECK(wasm_exporttype_new(&bad, wasm_functype_as_externtype(wasm_functype_new_0_0())) == NULL &&
          bad.size == 0);
    wasm_engine_t *engine = wasm_engine_new();
    wasmtime_field_type_t fields[2] = {
        {true, {WASMTIME_STORAGE_TYPE_KIND_I8, NULL}},
        {false, {WASMTIME_STORAGE_TYPE_KIND_VALTYPE, wasm_valtype_new_i64()}}};
    wasmtime_struct_type_t *st = wasmtime_struct_type_new(engine, fields, 2);
    CHECK(wasmtime_struct_type_num_fields(st) == 2);
    wasmtime_field_type_t f;
    CHECK(wasmtime_struct_type_field(st, 1, &f) && !f.mutable_ &&
          f.storage.kind == WASMTIME_STORAGE_TYPE_KIND_VALTYPE);
    CHECK(wasm_valtype_kind(f.storage.valtype) == WASM_I64);
    wasmtime_field_type_delete(&f);
    CHECK(!wasmtime_struct_type_field(st, 2, &f));
    wasmtime_valtype_t open = {
        .kind = WASMTIME_VALTYPE_KIND_REF,
        .reftype = {true, {WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT, {.concrete_struct = st}}}};
    wasm_valtype_t *v = wasmtime_valtype_to_wasm(NULL, &open), *v2 = wasm_valtype_copy(v);
    CHECK(v && wasmtime_wasm_valtype_equal(v, v2));
    wasmtime_valtype_t reopened;
    wasmtime_valtype_new(v, &reopened);
    CHECK(reopened.reftype.nullable &&
          reopened.reftype.heaptype.kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT);
    CHECK(wasmtime_struct_type_num_fields(reopened.reftype.heaptype.of.concrete_struct) == 2);
    wasmtime_valtype_delete(&reopened);
    wasm_valtype_delete(v);
    wasm_valtype_delete(v2);
    wasmtime_struct_type_delete(st);
    wasmtime_field_type_delete(&fields[1]);
    wasm_functype_t *ft = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_funcref());
    open.reftype.heaptype.kind = WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC;
    open.reftype.heaptype.of.concrete_func = ft;
    CHECK(wasmtime_valtype_to_wasm(NULL, &open) == NULL);
    v = wasmtime_valtype_to_wasm(engine, &open);
    wasmtime_valtype_new(v, &reopened);
    CHECK(wasm_functype_params(reopened.reftype.heaptype.of.concrete_func)->size == 1);
    wasmtime_valtype_delete(&reopened);
    wasm_valtype_delete(v);
    wasm_functype_delete(ft);
    wasm_engine_delete(engine);
}

static void test_config(void)
{
    wasm_config_t *c = wasm_config_new();
    OK(wasmtime_config_target_set(c, "x86_64-unknown-linux-gnu"));
    ERROR_HAS(wasmtime_config_target_set(c, "nonsense"), "nonsense");
    OK(wasmtime_config_cache_config_load(c, NULL));
    ERROR_HAS(wasmtime_config_cache_config_load(c, "/nonexistent"), "/nonexistent");
    wasmtime_config_wasm_simd_set(c, false);
    wasmtime_config_cranelift_flag_set(c, "opt_level", "speed");
    wasm_engine_t *e = wasm_engine_new_with_config(c);
    CHECK(e && !wasmtime_engine_is_pulley(e));
    wasm_byte_vec_t b;
    OK(wasmtime_wat2wasm("(func (result v128) v128.const i64x2 0 0)", 41, &b));
    wasmtime_error_t *error = wasmtime_module_validate(e, (uint8_t *)b.data, b.size);
    CHECK(error);
    wasmtime_error_delete(error);
    wasm_byte_vec_delete(&b);
    wasm_engine_delete(e);
    wasm_config_delete(wasm_config_new());
    c = wasm_config_new();
    wasmtime_config_cranelift_flag_enable(c, "no_such_flag");
    CHECK(wasm_engine_new_with_config(c) == NULL);
    c = wasm_config_new();
    OK(wasmtime_config_target_set(c, "aarch64-unknown-linux-gnu"));
    CHECK(wasm_engine_new_with_config(c) == NULL);
    CHECK(wasm_engine_new_with_config(NULL) == NULL);
    wasmtime_pooling_allocation_config_t *p = wasmtime_pooling_allocation_config_new();
    wasmtime_pooling_allocation_config_total_memories_set(p, 5);
    c = wasm_config_new();
    wasmtime_pooling_allocation_strategy_set(c, p);
    wasmtime_pooling_allocation_config_delete(p);
    wasm_engine_delete(wasm_engine_new_with_config(c));
}

struct fake {
    uint8_t *bytes;
    size_t size;
    int ended;
} fake;
static uint8_t *fake_get(void *env, size_t *size, size_t *capacity)
{
    struct fake *f = env;
    *size = *capacity = f->size;
    return f->bytes;
}
static wasmtime_error_t *fake_grow(void *env, size_t size)
{
    struct fake *f = env;
    if (size > 4 * 65536)
        return wasmtime_error_new("no more");
    uint8_t *p = calloc(1, size);
    memcpy(p, f->bytes, f->size);
    free(f->bytes);
    f->bytes = p;
    f->size = size;
    return NULL;
}
static void fake_end(void *env)
{
    struct fake *f = env;
    free(f->bytes);
    f->ended++;
}
static wasmtime_error_t *fake_new(void *env, const wasm_memorytype_t *ty, size_t min, size_t max,
                                  size_t reserved, size_t guard, wasmtime_linear_memory_t *out)
{
    CHECK(wasmtime_memorytype_minimum(ty) * 65536 == min && max == SIZE_MAX && reserved == 0 &&
          guard == 0);
    fake = (struct fake){calloc(1, min), min, 0};
    CHECK(env == &fake);
    *out = (wasmtime_linear_memory_t){&fake, fake_get, fake_grow, fake_end};
    return NULL;
}

static void test_memory_creator(void)
{
    wasm_config_t *c = wasm_config_new();
    wasmtime_memory_creator_t creator = {&fake, fake_new, NULL};
    wasmtime_config_host_memory_creator_set(c, &creator);
    wasmtime_config_memory_reservation_set(c, 0);
    wasmtime_config_memory_guard_size_set(c, 0);
    wasmtime_config_memory_reservation_for_growth_set(c, 0);
    struct world w = world_new(c);
    wasmtime_instance_t i =
        instance_of(&w,
                    "(module (memory (export \"m\") 1) (data (i32.const 5) \"abc\")"
                    "(func (export \"f\") (param i32) (result i32) (drop (memory.grow (i32.const "
                    "1))) (i32.load8_u (local.get 0))))",
                    NULL, 0);
    wasmtime_extern_t m = export_of(&w, i, "m"), f = export_of(&w, i, "f");
    CHECK(wasmtime_memory_data(w.context, &m.of.memory) == fake.bytes && fake.bytes[6] == 'b');
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 6}, r;
    wasm_trap_t *trap;
    OK(wasmtime_func_call(w.context, &f.of.func, &a, 1, &r, 1, &trap));
    CHECK(r.of.i32 == 'b' && fake.size == 2 * 65536);
    CHECK(wasmtime_memory_data(w.context, &m.of.memory) == fake.bytes);
    uint64_t prev;
    ERROR_HAS(wasmtime_memory_grow(w.context, &m.of.memory, 5, &prev),
              "failed to grow memory by `5`");
    a.of.i32 = 2 * 65536 * 2;
    OK(wasmtime_func_call(w.context, &f.of.func, &a, 1, &r, 1, &trap));
    TRAP_HAS(trap, "out of bounds memory access");
    world_delete(&w);
    CHECK(fake.ended == 1);
}

/* What a memory creator says is what the host hears that wanted the memory. */
static int refusals;
static wasmtime_error_t *refuse(void *env, const wasm_memorytype_t *ty, size_t min, size_t max,
                                size_t reserved, size_t guard, wasmtime_linear_memory_t *out)
{
    (void)env, (void)ty, (void)min, (void)reserved, (void)guard;
    refusals++;
    if (max == 65536) { /* too small a memory, which is given back */
        fake = (struct fake){calloc(1, 10), 10, 0};
        *out = (wasmtime_linear_memory_t){&fake, fake_get, fake_grow, fake_end};
        return NULL;
    }
    return wasmtime_error_new("no memory today: \xc3\xa9t\xc3\xa9, 100%");
}

static void creator_ended(void *env)
{
    (*(int *)env)++;
}

static void test_memory_creator_error(void)
{
    int ended = 0;
    wasm_config_t *c = wasm_config_new();
    wasmtime_memory_creator_t creator = {&ended, refuse, creator_ended};
    wasmtime_config_host_memory_creator_set(c, &creator);
    struct world w = world_new(c);
    wasmtime_module_t *m = module_of(w.engine, "(module (memory 1))");
    wasmtime_instance_t i;
    wasm_trap_t *trap = (wasm_trap_t *)8;
    ERROR_HAS(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap),
              "no memory today: \xc3\xa9t\xc3\xa9, 100%");
    CHECK(!trap);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    ERROR_HAS(wasmtime_linker_instantiate(l, w.context, m, &i, &trap), "no memory today");
    wasmtime_linker_delete(l);
    wasmtime_module_delete(m);
    wasm_limits_t limits = {1, wasm_limits_max_default};
    wasm_memorytype_t *t = wasm_memorytype_new(&limits);
    wasmtime_memory_t memory;
    ERROR_HAS(wasmtime_memory_new(w.context, t, &memory), "no memory today");
    wasm_memorytype_delete(t);
    m = module_of(w.engine, "(module (memory 1 1))");
    ERROR_HAS(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap),
              "the host's memory has 10 bytes, where 65536 were asked for");
    CHECK(fake.ended == 1 && refusals == 4);
    wasmtime_module_delete(m);
    wasm_store_t *store = wasm_store_new(w.engine);
    wasm_byte_vec_t bytes;
    OK(wasmtime_wat2wasm("(module (memory 1))", 19, &bytes));
    wasm_module_t *plain = wasm_module_new(store, &bytes);
    wasm_byte_vec_delete(&bytes);
    CHECK(!wasm_instance_new(store, plain, NULL, &trap));
    TRAP_HAS(trap, "no memory today");
    wasm_module_delete(plain);
    wasm_store_delete(store);
    world_delete(&w);
    CHECK(ended == 1);
}

static void test_shared(void)
{
    struct world w = world_new(NULL);
    wasm_memorytype_t *t;
    wasmtime_sharedmemory_t *m = NULL;
    wasmtime_memory_t unshared;
    OK(wasmtime_memorytype_new(1, true, 5, false, true, 16, &t));
    wasmtime_error_t *e = wasmtime_sharedmemory_new(w.engine, t, &m);
    CHECK(e && !m);
    wasmtime_error_delete(e);
    world_delete(&w);
    wasm_config_t *c = wasm_config_new();
    wasmtime_config_shared_memory_set(c, true);
    w = world_new(c);
    OK(wasmtime_sharedmemory_new(w.engine, t, &m));
    e = wasmtime_memory_new(w.context, t, &unshared);
    CHECK(e);
    wasmtime_error_delete(e);
    wasm_memorytype_delete(t);
    wasmtime_sharedmemory_t *m2 = wasmtime_sharedmemory_clone(m);
    uint64_t prev;
    OK(wasmtime_sharedmemory_grow(m2, 2, &prev));
    CHECK(prev == 1 && wasmtime_sharedmemory_size(m) == 3 &&
          wasmtime_sharedmemory_data_size(m) == 3 * 65536);
    e = wasmtime_sharedmemory_grow(m, 3, &prev);
    CHECK(e);
    wasmtime_error_delete(e);
    wasmtime_extern_t x = {.kind = WASMTIME_EXTERN_SHAREDMEMORY, .of.sharedmemory = m2};
    wasmtime_instance_t i =
        instance_of(&w,
                    "(module (import \"\" \"\" (memory 1 5 shared)) (export \"m\" (memory 0))"
                    "(func (export \"f\") (i32.store8 (i32.const 9) (i32.const 33))))",
                    &x, 1);
    wasmtime_extern_t out = export_of(&w, i, "m"), f = export_of(&w, i, "f");
    wasm_trap_t *trap;
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    CHECK(out.kind == WASMTIME_EXTERN_SHAREDMEMORY &&
          wasmtime_sharedmemory_data(out.of.sharedmemory)[9] == 33);
    CHECK(wasmtime_sharedmemory_data(out.of.sharedmemory) == wasmtime_sharedmemory_data(m));
    wasmtime_extern_delete(&out);
    wasmtime_extern_delete(&x);
    world_delete(&w);
    wasmtime_sharedmemory_delete(m);
}

int main(void)
{
    test_data();
    test_externref();
    test_i31();
    test_limits();
    test_globals();
    test_fuel();
    test_epoch();
    test_modules();
    test_types();
    test_config();
    test_memory_creator();
    test_memory_creator_error();
    test_shared();
    FINISH();
}
