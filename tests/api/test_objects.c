/* wasm.h alone: objects of a store, references, host information, vectors, and who keeps what
 * alive. */
#include "check.h"

static int finalized;
static void count_final(void *p)
{
    finalized += (int)(intptr_t)p;
}

static wasm_trap_t *plus_env(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    CHECK(args->size == 1 && results->size == 1);
    if (args->data[0].of.i32 == 13) {
        wasm_name_t m;
        wasm_name_new_from_string_nt(&m, "thirteen");
        wasm_trap_t *t = wasm_trap_new(NULL, &m);
        wasm_name_delete(&m);
        return t;
    }
    results->data[0] = (wasm_val_t)WASM_I32_VAL(args->data[0].of.i32 + *(int *)env);
    return NULL;
}

static wasm_module_t *module(wasm_store_t *store, const char *wat)
{
    wasm_byte_vec_t b;
    OK(wasmtime_wat2wasm(wat, strlen(wat), &b));
    CHECK(wasm_module_validate(store, &b));
    wasm_module_t *m = wasm_module_new(store, &b);
    wasm_byte_vec_delete(&b);
    return m;
}

static void test_run(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    int env = 100;
    wasm_functype_t *ft = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    wasm_func_t *host = wasm_func_new_with_env(store, ft, plus_env, &env, NULL);
    wasm_functype_delete(ft);
    wasm_module_t *m =
        module(store, "(module (import \"\" \"h\" (func $h (param i32) (result i32)))"
                      "(func (export \"f\") (param i32) (result i32) (call $h (local.get 0)))"
                      "(memory (export \"m\") 1 2) (global (export \"g\") (mut i64) (i64.const 5))"
                      "(table (export \"t\") 2 4 funcref) (elem (i32.const 1) 0))");
    wasm_extern_t *items[] = {wasm_func_as_extern(host)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(items), exports;
    wasm_trap_t *trap = (wasm_trap_t *)1;
    wasm_instance_t *i = wasm_instance_new(store, m, &imports, &trap);
    CHECK(i && trap == NULL);
    wasm_instance_exports(i, &exports);
    CHECK(exports.size == 4);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    wasm_instance_delete(i);
    wasm_module_delete(m);
    wasm_func_delete(host);
    CHECK(wasm_extern_kind(exports.data[0]) == WASM_EXTERN_FUNC &&
          wasm_extern_kind(exports.data[1]) == WASM_EXTERN_MEMORY);
    CHECK(wasm_extern_as_memory(exports.data[0]) == NULL);
    wasm_func_t *f = wasm_extern_as_func(exports.data[0]);
    CHECK(wasm_func_param_arity(f) == 1 && wasm_func_result_arity(f) == 1);
    wasm_val_t a[1] = {WASM_I32_VAL(7)}, r[1] = {WASM_INIT_VAL};
    wasm_val_vec_t args = WASM_ARRAY_VEC(a), results = WASM_ARRAY_VEC(r);
    CHECK(wasm_func_call(f, &args, &results) == NULL && r[0].kind == WASM_I32 &&
          r[0].of.i32 == 107);
    a[0].of.i32 = 13;
    trap = wasm_func_call(f, &args, &results);
    wasm_frame_t *origin = wasm_trap_origin(trap);
    CHECK(origin && wasm_frame_func_index(origin) == 1);
    wasm_frame_delete(origin);
    TRAP_HAS(trap, "Caused by:\n    thirteen\n");
    args.size = 0;
    TRAP_IS(wasm_func_call(f, &args, &results), "expected 1 arguments, got 0");
    wasm_memory_t *mem = wasm_extern_as_memory(exports.data[1]);
    CHECK(wasm_memory_size(mem) == 1 && wasm_memory_data_size(mem) == MEMORY_PAGE_SIZE &&
          wasm_memory_data(mem)[0] == 0);
    CHECK(wasm_memory_grow(mem, 1) && !wasm_memory_grow(mem, 1) && wasm_memory_size(mem) == 2);
    wasm_memorytype_t *mt = wasm_memory_type(mem);
    CHECK(wasm_memorytype_limits(mt)->max == 2);
    wasm_memorytype_delete(mt);
    wasm_global_t *g = wasm_extern_as_global(exports.data[2]);
    wasm_val_t v;
    wasm_global_get(g, &v);
    CHECK(v.kind == WASM_I64 && v.of.i64 == 5);
    v.of.i64 = 6;
    wasm_global_set(g, &v);
    v.kind = WASM_I32;
    wasm_global_set(g, &v);
    wasm_global_get(g, &v);
    CHECK(v.kind == WASM_I64 && v.of.i64 == 6);
    wasm_table_t *t = wasm_extern_as_table(exports.data[3]);
    CHECK(wasm_table_size(t) == 2 && wasm_table_get(t, 0) == NULL && wasm_table_get(t, 9) == NULL);
    wasm_ref_t *ref = wasm_table_get(t, 1);
    CHECK(ref && wasm_ref_as_func(ref) && !wasm_ref_as_memory(ref));
    CHECK(wasm_table_set(t, 0, wasm_func_as_ref(f)) && !wasm_table_set(t, 2, NULL));
    CHECK(!wasm_table_set(t, 0, wasm_memory_as_ref(mem)));
    wasm_ref_t *again = wasm_table_get(t, 0);
    CHECK(wasm_ref_same(again, wasm_func_as_ref_const(f)) && !wasm_ref_same(again, ref));
    wasm_ref_delete(again);
    CHECK(wasm_table_grow(t, 2, ref) && !wasm_table_grow(t, 1, NULL) && wasm_table_size(t) == 4);
    a[0] = (wasm_val_t)WASM_I32_VAL(1);
    args.size = 1;
    CHECK(wasm_func_call(wasm_ref_as_func(ref), &args, &results) == NULL && r[0].of.i32 == 101);
    wasm_ref_delete(ref);
    wasm_externtype_t *et = wasm_extern_type(exports.data[3]);
    CHECK(wasm_externtype_kind(et) == WASM_EXTERN_TABLE);
    wasm_externtype_delete(et);
    wasm_extern_vec_delete(&exports);
    CHECK(exports.size == 0 && exports.data == NULL);
}

static void test_info(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_foreign_t *a = wasm_foreign_new(store), *b = wasm_foreign_new(store),
                   *c = wasm_foreign_copy(a);
    CHECK(wasm_foreign_same(a, c) && !wasm_foreign_same(a, b));
    finalized = 0;
    wasm_foreign_set_host_info_with_finalizer(a, (void *)1, count_final);
    CHECK(wasm_foreign_get_host_info(a) == (void *)1 && wasm_foreign_get_host_info(c) == NULL);
    wasm_foreign_set_host_info_with_finalizer(a, (void *)10, count_final);
    CHECK(finalized == 1);
    wasm_ref_t *r = wasm_foreign_as_ref(a);
    CHECK(wasm_ref_as_foreign(r) == a && wasm_ref_as_func(r) == NULL);
    wasm_foreign_delete(a);
    CHECK(finalized == 11);
    wasm_foreign_delete(b);
    wasm_foreign_delete(c);
    wasm_foreign_delete(NULL);
    wasm_val_t v = WASM_REF_VAL(NULL), w;
    wasm_val_copy(&w, &v);
    CHECK(w.kind == WASM_EXTERNREF && w.of.ref == NULL);
    wasm_val_delete(&w);
    wasm_module_t *m = module(store, "(module)"), *m2;
    wasm_shared_module_t *shared = wasm_module_share(m);
    m2 = wasm_module_obtain(store, shared);
    CHECK(m2 && wasm_module_same(m, m2));
    wasm_module_delete(m2);
    wasm_engine_t *other = wasm_engine_new();
    wasm_store_t *os = wasm_store_new(other);
    CHECK(wasm_module_obtain(os, shared) == NULL);
    wasm_store_delete(os);
    wasm_engine_delete(other);
    wasm_shared_module_delete(shared);
    wasm_byte_vec_t bytes = {0, NULL};
    wasm_module_serialize(m, &bytes);
    CHECK(bytes.size > 0);
    m2 = wasm_module_deserialize(store, &bytes);
    CHECK(m2);
    wasm_module_delete(m2);
    wasm_byte_vec_delete(&bytes);
    wasm_module_delete(m);
    CHECK(wasm_module_new(store, &bytes) == NULL);
    wasm_trap_t *trap = NULL;
    m = module(store, "(module (import \"a\" \"b\" (func)))");
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    CHECK(wasm_instance_new(store, m, &none, &trap) == NULL);
    TRAP_IS(trap, "expected 1 imports, found 0");
    wasm_module_delete(m);
    m = module(store, "(module (func unreachable) (start 0))");
    CHECK(wasm_instance_new(store, m, &none, &trap) == NULL);
    TRAP_HAS(trap, "unreachable");
    CHECK(wasm_instance_new(store, m, &none, NULL) == NULL);
    wasm_module_delete(m);
    wasm_name_t open;
    wasm_name_new_from_string(&open, "no zero");
    CHECK(wasm_trap_new(store, &open) == NULL);
    wasm_name_delete(&open);
    wasm_globaltype_t *gt = wasm_globaltype_new(wasm_valtype_new_f32(), WASM_VAR);
    v = (wasm_val_t)WASM_F64_VAL(1);
    CHECK(wasm_global_new(store, gt, &v) == NULL);
    v = (wasm_val_t)WASM_F32_VAL(1.5f);
    wasm_global_t *g = wasm_global_new(store, gt, &v), *g2 = wasm_global_copy(g);
    CHECK(wasm_global_same(g, g2));
    wasm_global_get(g2, &w);
    CHECK(w.of.f32 == 1.5f);
    wasm_globaltype_delete(gt);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    wasm_global_delete(g);
    wasm_global_delete(g2);
}

static void test_vectors(void)
{
    wasm_valtype_vec_t v, w;
    wasm_valtype_vec_new_uninitialized(&v, 3);
    CHECK(v.size == 3 && v.data[0] == NULL && v.data[2] == NULL);
    v.data[1] = wasm_valtype_new_i32();
    wasm_valtype_vec_copy(&w, &v);
    CHECK(w.size == 3 && w.data[1] && w.data[1] != v.data[1] && w.data[0] == NULL);
    wasm_valtype_vec_delete(&v);
    wasm_valtype_vec_delete(&v);
    wasm_valtype_vec_delete(&w);
    wasm_val_vec_t vals;
    wasm_val_vec_new_uninitialized(&vals, 2);
    CHECK(vals.data[0].kind == WASM_I32);
    wasm_val_vec_delete(&vals);
    wasm_functype_t *f = wasm_functype_new_3_2(wasm_valtype_new_i32(), wasm_valtype_new_i64(),
                                               wasm_valtype_new_f32(), wasm_valtype_new_f64(),
                                               wasm_valtype_new_funcref()),
                    *copy = wasm_functype_copy(f);
    CHECK(wasm_functype_params(f) == wasm_functype_params(f) &&
          wasm_functype_params(copy)->size == 3);
    wasm_externtype_t *e = wasm_functype_as_externtype(f);
    CHECK((void *)e == (void *)f && wasm_externtype_as_functype(e) == f &&
          wasm_externtype_as_tagtype(e) == NULL);
    wasm_externtype_t *ec = wasm_externtype_copy(e);
    wasm_externtype_delete(ec);
    wasm_functype_delete(f);
    wasm_functype_delete(copy);
    wasm_byte_vec_t b;
    wasm_byte_vec_new(&b, 0, NULL);
    CHECK(b.size == 0 && b.data == NULL);
    wasm_byte_vec_delete(&b);
    wasm_byte_vec_delete(NULL);
    wasm_extern_vec_delete(NULL);
}

int main(void)
{
    test_run();
    test_info();
    test_vectors();
    FINISH();
}
