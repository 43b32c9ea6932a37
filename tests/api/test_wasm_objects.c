/* wasm.h, family by family: what every kind of object can do (copies, identity, host
 * information, views of it as another kind), and what every kind of vector and type can. */
#include "check.h"

/* An allocation that cannot succeed is part of this test. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}
__attribute__((visibility("default"))) const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static int finalized;
static void count(void *p)
{
    finalized += *(int *)p;
}

static wasm_trap_t *nothing(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    for (size_t i = 0; i < results->size; i++)
        results->data[i] = args->data[i];
    return NULL;
}

struct world_h {
    wasm_engine_t *engine;
    wasm_store_t *store;
    wasm_func_t *func;
    wasm_global_t *global;
    wasm_table_t *table;
    wasm_memory_t *memory;
    wasm_module_t *module;
    wasm_instance_t *instance;
    wasm_foreign_t *foreign;
    wasm_trap_t *trap;
};

static wasm_module_t *module_in(wasm_store_t *store, const char *wat)
{
    wasm_byte_vec_t bytes;
    OK(wasmtime_wat2wasm(wat, strlen(wat), &bytes));
    CHECK(wasm_module_validate(store, &bytes));
    wasm_module_t *m = wasm_module_new(store, &bytes);
    wasm_byte_vec_delete(&bytes);
    return m;
}

static struct world_h make(void)
{
    struct world_h w = {.engine = wasm_engine_new()};
    w.store = wasm_store_new(w.engine);
    wasm_functype_t *ft = wasm_functype_new_1_1(wasm_valtype_new_i64(), wasm_valtype_new_i64());
    w.func = wasm_func_new(w.store, ft, nothing);
    wasm_functype_delete(ft);
    wasm_globaltype_t *gt = wasm_globaltype_new(wasm_valtype_new_f64(), WASM_VAR);
    wasm_val_t v = WASM_F64_VAL(2.5);
    w.global = wasm_global_new(w.store, gt, &v);
    wasm_globaltype_delete(gt);
    wasm_limits_t limits = {2, 5};
    wasm_tabletype_t *tt = wasm_tabletype_new(wasm_valtype_new_funcref(), &limits);
    w.table = wasm_table_new(w.store, tt, wasm_func_as_ref(w.func));
    wasm_tabletype_delete(tt);
    wasm_memorytype_t *mt = wasm_memorytype_new(&limits);
    w.memory = wasm_memory_new(w.store, mt);
    wasm_memorytype_delete(mt);
    w.module = module_in(
        w.store, "(module (import \"a\" \"f\" (func (param i64) (result i64))) (import \"a\" \"g\" "
                 "(global (mut f64)))"
                 " (import \"a\" \"t\" (table 2 5 funcref)) (import \"a\" \"m\" (memory 2 5))"
                 " (export \"f\" (func 0)) (export \"g\" (global 0)) (export \"t\" (table 0))"
                 " (export \"m\" (memory 0)))");
    wasm_extern_t *items[] = {wasm_func_as_extern(w.func), wasm_global_as_extern(w.global),
                              wasm_table_as_extern(w.table), wasm_memory_as_extern(w.memory)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(items);
    w.instance = wasm_instance_new(w.store, w.module, &imports, NULL);
    w.foreign = wasm_foreign_new(w.store);
    wasm_name_t text;
    wasm_name_new_from_string_nt(&text, "trap");
    w.trap = wasm_trap_new(w.store, &text);
    wasm_name_delete(&text);
    CHECK(w.func && w.global && w.table && w.memory && w.module && w.instance && w.foreign &&
          w.trap);
    return w;
}

/* What each kind can do; `other` is an object of another kind, as a reference. */
#define FAMILY(name, object, other_ref)                                                            \
    do {                                                                                           \
        wasm_##name##_t *a = (object), *b = wasm_##name##_copy(a);                                 \
        static int one = 1, ten = 10;                                                              \
        CHECK(b && b != a && wasm_##name##_same(a, b) && wasm_##name##_same(a, a));                \
        finalized = 0;                                                                             \
        CHECK(wasm_##name##_get_host_info(a) == NULL);                                             \
        wasm_##name##_set_host_info(a, &one); /* without a finalizer */                            \
        CHECK(wasm_##name##_get_host_info(a) == &one && wasm_##name##_get_host_info(b) == NULL);   \
        wasm_##name##_set_host_info_with_finalizer(b, &ten, count);                                \
        CHECK(wasm_##name##_get_host_info(b) == &ten && finalized == 0);                           \
        wasm_##name##_set_host_info_with_finalizer(b, &one, count);                                \
        CHECK(finalized == 10);                                                                    \
        wasm_##name##_set_host_info(a, NULL);                                                      \
        wasm_ref_t *r = wasm_##name##_as_ref(b);                                                   \
        CHECK(wasm_##name##_as_ref_const(b) == r && wasm_ref_as_##name(r) == b &&                  \
              wasm_ref_as_##name##_const(r) == b);                                                 \
        CHECK(!wasm_ref_as_##name(other_ref) && !wasm_ref_as_##name##_const(other_ref));           \
        CHECK(!wasm_ref_as_##name(NULL) && !wasm_ref_as_##name##_const(NULL));                     \
        CHECK(wasm_ref_same(r, wasm_##name##_as_ref(a)) && !wasm_ref_same(r, other_ref));          \
        CHECK(wasm_ref_get_host_info(r) == &one);                                                  \
        wasm_ref_t *copy = wasm_ref_copy(r);                                                       \
        CHECK(wasm_ref_as_##name(copy) && wasm_ref_same(copy, r));                                 \
        wasm_ref_set_host_info(copy, &ten);                                                        \
        wasm_ref_set_host_info_with_finalizer(copy, &ten, count);                                  \
        wasm_ref_delete(copy);                                                                     \
        CHECK(finalized == 20);                                                                    \
        wasm_##name##_delete(b);                                                                   \
        CHECK(finalized == 21);                                                                    \
        wasm_##name##_delete(NULL);                                                                \
        CHECK(wasm_##name##_copy(NULL) == NULL);                                                   \
    } while (0)

/* Externs: views in both directions. */
#define EXTERN(name, object, other_extern, KIND)                                                   \
    do {                                                                                           \
        wasm_##name##_t *a = (object);                                                             \
        wasm_extern_t *x = wasm_##name##_as_extern(a);                                             \
        CHECK(wasm_##name##_as_extern_const(a) == x && wasm_extern_kind(x) == KIND);               \
        CHECK(wasm_extern_as_##name(x) == a && wasm_extern_as_##name##_const(x) == a);             \
        CHECK(!wasm_extern_as_##name(other_extern) &&                                              \
              !wasm_extern_as_##name##_const(other_extern));                                       \
        CHECK(!wasm_extern_as_##name(NULL) && !wasm_extern_as_##name##_const(NULL));               \
        FAMILY(extern, x, wasm_foreign_as_ref(w.foreign));                                         \
        wasm_externtype_t *t = wasm_extern_type(x);                                                \
        wasm_##name##type_t *view = wasm_externtype_as_##name##type(t),                            \
                            *own = wasm_##name##_type(a);                                          \
        CHECK(view && wasm_externtype_as_##name##type_const(t) == view);                           \
        CHECK(wasm_##name##type_as_externtype(view) == t &&                                        \
              wasm_##name##type_as_externtype_const(view) == t);                                   \
        CHECK(wasm_externtype_kind(t) == KIND && own && own != view);                              \
        wasm_##name##type_delete(own);                                                             \
        wasm_externtype_t *ot = wasm_extern_type(other_extern);                                    \
        CHECK(!wasm_externtype_as_##name##type(ot) && !wasm_externtype_as_##name##type_const(ot)); \
        wasm_externtype_delete(ot);                                                                \
        wasm_externtype_delete(t);                                                                 \
    } while (0)

static void test_families(void)
{
    struct world_h w = make();
    wasm_ref_t *foreign = wasm_foreign_as_ref(w.foreign), *func = wasm_func_as_ref(w.func);
    FAMILY(func, w.func, foreign);
    FAMILY(global, w.global, func);
    FAMILY(table, w.table, func);
    FAMILY(memory, w.memory, func);
    FAMILY(module, w.module, func);
    FAMILY(instance, w.instance, func);
    FAMILY(trap, w.trap, func);
    FAMILY(foreign, w.foreign, func);
    EXTERN(func, w.func, wasm_global_as_extern(w.global), WASM_EXTERN_FUNC);
    EXTERN(global, w.global, wasm_func_as_extern(w.func), WASM_EXTERN_GLOBAL);
    EXTERN(table, w.table, wasm_func_as_extern(w.func), WASM_EXTERN_TABLE);
    EXTERN(memory, w.memory, wasm_func_as_extern(w.func), WASM_EXTERN_MEMORY);
    CHECK(!wasm_ref_as_extern(wasm_module_as_ref(w.module)) && !wasm_ref_as_extern_const(foreign));

    /* What comes out of an instance is what went in, another handle of it. */
    wasm_extern_vec_t x;
    wasm_instance_exports(w.instance, &x);
    CHECK(x.size == 4);
    CHECK(wasm_func_same(wasm_extern_as_func(x.data[0]), w.func) &&
          wasm_global_same(wasm_extern_as_global(x.data[1]), w.global) &&
          wasm_table_same(wasm_extern_as_table(x.data[2]), w.table) &&
          wasm_memory_same(wasm_extern_as_memory(x.data[3]), w.memory));
    CHECK(!wasm_extern_same(x.data[0], x.data[1]));
    /* Any order of deletion: the store first, then the rest, which holds it. */
    wasm_store_delete(w.store);
    wasm_engine_delete(w.engine);
    wasm_instance_delete(w.instance);
    wasm_module_delete(w.module);
    wasm_val_t args[] = {WASM_I64_VAL(42)}, results[] = {WASM_INIT_VAL};
    wasm_val_vec_t a = WASM_ARRAY_VEC(args), r = WASM_ARRAY_VEC(results);
    CHECK(!wasm_func_call(w.func, &a, &r) && results[0].kind == WASM_I64 &&
          results[0].of.i64 == 42);
    wasm_func_delete(w.func);
    CHECK(!wasm_func_call(wasm_extern_as_func(x.data[0]), &a, &r));
    wasm_global_delete(w.global);
    wasm_table_delete(w.table);
    wasm_memory_delete(w.memory);
    wasm_foreign_delete(w.foreign);
    TRAP_IS(w.trap, "trap");
    wasm_val_t v;
    wasm_global_get(wasm_extern_as_global(x.data[1]), &v);
    CHECK(v.kind == WASM_F64 && v.of.f64 == 2.5);
    wasm_extern_vec_delete(&x);
}

/* --- Types ------------------------------------------------------------------------------------ */

/* A vector of `name`: `fresh` makes one element. */
#define VECTOR(name, fresh)                                                                        \
    do {                                                                                           \
        wasm_##name##_vec_t v, c, e;                                                               \
        wasm_##name##_t *items[] = {(fresh), (fresh), (fresh)};                                    \
        wasm_##name##_vec_new(&v, 3, items);                                                       \
        CHECK(v.size == 3 && v.data != items && v.data[0] == items[0] && v.data[2] == items[2]);   \
        wasm_##name##_vec_copy(&c, &v);                                                            \
        CHECK(c.size == 3 && c.data != v.data && c.data[1] && c.data[1] != v.data[1]);             \
        wasm_##name##_t *one = wasm_##name##_copy(v.data[0]);                                      \
        CHECK(one && one != v.data[0]);                                                            \
        wasm_##name##_delete(one);                                                                 \
        wasm_##name##_vec_delete(&v);                                                              \
        CHECK(v.size == 0 && !v.data);                                                             \
        wasm_##name##_vec_delete(&v);                                                              \
        wasm_##name##_vec_delete(&c);                                                              \
        wasm_##name##_vec_new_empty(&e);                                                           \
        CHECK(e.size == 0 && !e.data);                                                             \
        wasm_##name##_vec_copy(&c, &e);                                                            \
        CHECK(c.size == 0 && !c.data);                                                             \
        wasm_##name##_vec_new_uninitialized(&e, 2);                                                \
        CHECK(e.size == 2 && !e.data[0] && !e.data[1]);                                            \
        wasm_##name##_vec_delete(&e);                                                              \
        wasm_##name##_vec_new_uninitialized(&e, 0);                                                \
        CHECK(e.size == 0 && !e.data);                                                             \
        wasm_##name##_vec_new_uninitialized(&e, SIZE_MAX / 4); /* no memory: empty */              \
        CHECK(e.size == 0 && !e.data);                                                             \
        wasm_##name##_delete(NULL);                                                                \
        wasm_##name##_vec_delete(NULL);                                                            \
    } while (0)

static const wasm_limits_t two_five = {2, 5};

static wasm_importtype_t *importtype(void)
{
    wasm_name_t module, name;
    wasm_name_new_from_string(&module, "mod");
    wasm_name_new_from_string(&name, "n\xc3\xa4me");
    wasm_importtype_t *t = wasm_importtype_new(
        &module, &name, wasm_memorytype_as_externtype(wasm_memorytype_new(&two_five)));
    CHECK(!module.size && !module.data && !name.size && !name.data); /* taken */
    return t;
}

static wasm_exporttype_t *exporttype(void)
{
    wasm_name_t name;
    wasm_name_new_from_string(&name, "out");
    wasm_exporttype_t *t = wasm_exporttype_new(
        &name,
        wasm_globaltype_as_externtype(wasm_globaltype_new(wasm_valtype_new_i32(), WASM_CONST)));
    CHECK(!name.size && !name.data);
    return t;
}

static wasm_functype_t *functype(void)
{
    return wasm_functype_new_2_1(wasm_valtype_new_i32(), wasm_valtype_new_f32(),
                                 wasm_valtype_new_externref());
}

static void test_vectors(void)
{
    VECTOR(valtype, wasm_valtype_new_f64());
    VECTOR(functype, functype());
    VECTOR(globaltype, wasm_globaltype_new(wasm_valtype_new_i64(), WASM_VAR));
    VECTOR(tabletype, wasm_tabletype_new(wasm_valtype_new_funcref(), &two_five));
    VECTOR(memorytype, wasm_memorytype_new(&two_five));
    VECTOR(tagtype, wasm_tagtype_new(wasm_functype_new_1_0(wasm_valtype_new_i32())));
    VECTOR(externtype, wasm_functype_as_externtype(functype()));
    VECTOR(importtype, importtype());
    VECTOR(exporttype, exporttype());
    struct world_h w = make();
    VECTOR(extern, wasm_func_as_extern(wasm_func_copy(w.func)));
    /* Values, which hold references. */
    wasm_val_t items[3] = {WASM_I32_VAL(1), WASM_REF_VAL(wasm_func_as_ref(wasm_func_copy(w.func))),
                           WASM_INIT_VAL};
    items[1].kind = WASM_FUNCREF;
    wasm_val_vec_t v, c, e;
    wasm_val_vec_new(&v, 3, items);
    CHECK(v.size == 3 && v.data[1].of.ref == items[1].of.ref);
    wasm_val_vec_copy(&c, &v);
    CHECK(c.size == 3 && c.data[0].of.i32 == 1 && c.data[1].of.ref != items[1].of.ref &&
          wasm_ref_same(c.data[1].of.ref, items[1].of.ref) && c.data[2].kind == WASM_EXTERNREF);
    wasm_val_vec_delete(&v);
    CHECK(!v.size && !v.data);
    CHECK(wasm_ref_same(c.data[1].of.ref, wasm_func_as_ref(w.func)));
    wasm_val_vec_delete(&c);
    wasm_val_vec_new_empty(&e);
    CHECK(!e.size && !e.data);
    wasm_byte_vec_t bytes, copy;
    wasm_byte_vec_new_empty(&bytes);
    CHECK(!bytes.size && !bytes.data);
    wasm_byte_vec_new(&bytes, 4, "ab\0c");
    wasm_byte_vec_copy(&copy, &bytes);
    CHECK(copy.size == 4 && copy.data != bytes.data && memcmp(copy.data, "ab\0c", 4) == 0);
    wasm_byte_vec_delete(&bytes);
    wasm_byte_vec_delete(&copy);
    wasm_byte_vec_new_uninitialized(&bytes, 7);
    CHECK(bytes.size == 7 && bytes.data);
    wasm_byte_vec_delete(&bytes);
    wasm_name_new_from_string_nt(&bytes, "x");
    CHECK(bytes.size == 2 && bytes.data[1] == 0);
    wasm_name_delete(&bytes);
    wasm_func_delete(w.func);
    wasm_global_delete(w.global);
    wasm_table_delete(w.table);
    wasm_memory_delete(w.memory);
    wasm_module_delete(w.module);
    wasm_instance_delete(w.instance);
    wasm_foreign_delete(w.foreign);
    wasm_trap_delete(w.trap);
    wasm_store_delete(w.store);
    wasm_engine_delete(w.engine);
}

/* Extern types seen as each other. */
static void test_views(void)
{
    wasm_functype_t *f = functype();
    wasm_globaltype_t *g = wasm_globaltype_new(wasm_valtype_new_f32(), WASM_CONST);
    wasm_tabletype_t *t = wasm_tabletype_new(wasm_valtype_new_externref(), &two_five);
    wasm_memorytype_t *m = wasm_memorytype_new(&two_five);
    wasm_tagtype_t *e = wasm_tagtype_new(wasm_functype_new_1_0(wasm_valtype_new_i64()));
    wasm_externtype_t *all[] = {wasm_functype_as_externtype(f), wasm_globaltype_as_externtype(g),
                                wasm_tabletype_as_externtype(t), wasm_memorytype_as_externtype(m),
                                wasm_tagtype_as_externtype(e)};
    CHECK(wasm_functype_as_externtype_const(f) == all[0] &&
          wasm_globaltype_as_externtype_const(g) == all[1] &&
          wasm_tabletype_as_externtype_const(t) == all[2] &&
          wasm_memorytype_as_externtype_const(m) == all[3] &&
          wasm_tagtype_as_externtype_const(e) == all[4]);
    for (int k = 0; k < 5; k++) {
        wasm_externtype_t *x = all[k], *copy = wasm_externtype_copy(x);
        CHECK(wasm_externtype_kind(x) == k && wasm_externtype_kind(copy) == k);
        CHECK(wasm_externtype_as_functype(x) == (k == 0 ? f : NULL) &&
              wasm_externtype_as_functype_const(x) == (k == 0 ? f : NULL));
        CHECK(wasm_externtype_as_globaltype(x) == (k == 1 ? g : NULL) &&
              wasm_externtype_as_globaltype_const(x) == (k == 1 ? g : NULL));
        CHECK(wasm_externtype_as_tabletype(x) == (k == 2 ? t : NULL) &&
              wasm_externtype_as_tabletype_const(x) == (k == 2 ? t : NULL));
        CHECK(wasm_externtype_as_memorytype(x) == (k == 3 ? m : NULL) &&
              wasm_externtype_as_memorytype_const(x) == (k == 3 ? m : NULL));
        CHECK(wasm_externtype_as_tagtype(x) == (k == 4 ? e : NULL) &&
              wasm_externtype_as_tagtype_const(x) == (k == 4 ? e : NULL));
        wasm_externtype_delete(copy);
    }
    CHECK(wasm_functype_params(f)->size == 2 &&
          wasm_functype_params(f)->data[0] == wasm_functype_params(f)->data[0] &&
          wasm_valtype_kind(wasm_functype_results(f)->data[0]) == WASM_EXTERNREF);
    CHECK(wasm_globaltype_mutability(g) == WASM_CONST &&
          wasm_valtype_kind(wasm_globaltype_content(g)) == WASM_F32 &&
          wasm_globaltype_content(g) == wasm_globaltype_content(g));
    CHECK(wasm_tabletype_limits(t)->min == 2 && wasm_tabletype_limits(t)->max == 5 &&
          wasm_tabletype_limits(t) == wasm_tabletype_limits(t) &&
          wasm_valtype_kind(wasm_tabletype_element(t)) == WASM_EXTERNREF);
    CHECK(wasm_memorytype_limits(m)->max == 5 &&
          wasm_tagtype_functype(e) == wasm_tagtype_functype(e) &&
          wasm_functype_params(wasm_tagtype_functype(e))->size == 1);
    for (int k = 0; k < 5; k++)
        wasm_externtype_delete(all[k]);
    /* Constructors that say no: what they were given is gone all the same. */
    CHECK(!wasm_globaltype_new(wasm_valtype_new_i32(), 7) && !wasm_globaltype_new(NULL, WASM_VAR));
    CHECK(!wasm_tabletype_new(wasm_valtype_new_i32(), &two_five) &&
          !wasm_tabletype_new(NULL, &two_five));
    CHECK(!wasm_valtype_new(77) && !wasm_tagtype_new(NULL));
    wasm_name_t bad, good;
    wasm_name_new(&bad, 1, "\xff");
    wasm_name_new_from_string(&good, "x");
    CHECK(!wasm_importtype_new(&good, &bad,
                               wasm_memorytype_as_externtype(wasm_memorytype_new(&two_five))));
    CHECK(!good.data && !bad.data);
    wasm_name_new(&bad, 1, "\xff");
    CHECK(
        !wasm_exporttype_new(&bad, wasm_memorytype_as_externtype(wasm_memorytype_new(&two_five))) &&
        !bad.data);
    wasm_name_new_from_string(&good, "x");
    CHECK(!wasm_exporttype_new(&good, NULL) && !good.data);
}

static bool is_name(const wasm_name_t *n, const char *text)
{
    return n->size == strlen(text) && memcmp(n->data, text, n->size) == 0;
}

/* Imports and exports: made by hand, and those of a module, in its order. */
static void test_import_export(void)
{
    wasm_importtype_t *i = importtype(), *ic = wasm_importtype_copy(i);
    CHECK(is_name(wasm_importtype_module(ic), "mod") &&
          is_name(wasm_importtype_name(ic), "n\xc3\xa4me") &&
          wasm_externtype_kind(wasm_importtype_type(ic)) == WASM_EXTERN_MEMORY &&
          wasm_importtype_type(ic) != wasm_importtype_type(i) &&
          wasm_importtype_type(i) == wasm_importtype_type(i));
    wasm_importtype_delete(i);
    wasm_importtype_delete(ic);
    wasm_exporttype_t *e = exporttype(), *ec = wasm_exporttype_copy(e);
    CHECK(is_name(wasm_exporttype_name(ec), "out") &&
          wasm_externtype_kind(wasm_exporttype_type(ec)) == WASM_EXTERN_GLOBAL &&
          wasm_exporttype_name(ec) != wasm_exporttype_name(e));
    wasm_exporttype_delete(e);
    wasm_exporttype_delete(ec);

    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *m = module_in(
        store,
        "(module (import \"a\" \"b\" (func (param i32))) (import \"\" \"\" (table 1 funcref))"
        " (memory (export \"m\") 1) (export \"again\" (memory 0)) (func (export \"f\")))");
    wasm_importtype_vec_t imports, ivec;
    wasm_exporttype_vec_t exports, evec;
    wasm_module_imports(m, &imports);
    wasm_module_exports(m, &exports);
    wasm_importtype_vec_copy(&ivec, &imports);
    wasm_exporttype_vec_copy(&evec, &exports);
    wasm_importtype_vec_delete(&imports);
    wasm_exporttype_vec_delete(&exports);
    CHECK(ivec.size == 2 && is_name(wasm_importtype_module(ivec.data[0]), "a") &&
          is_name(wasm_importtype_name(ivec.data[1]), "") &&
          wasm_externtype_kind(wasm_importtype_type(ivec.data[1])) == WASM_EXTERN_TABLE);
    CHECK(evec.size == 3 && is_name(wasm_exporttype_name(evec.data[0]), "m") &&
          is_name(wasm_exporttype_name(evec.data[1]), "again") &&
          is_name(wasm_exporttype_name(evec.data[2]), "f"));
    wasm_importtype_vec_delete(&ivec);
    wasm_exporttype_vec_delete(&evec);
    wasm_module_delete(m);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
}

/* References of functions through globals, tables and calls; what cannot pass is refused. */
static wasm_trap_t *pass(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    CHECK(args->data[0].kind == WASM_FUNCREF);
    CHECK(!env || wasm_ref_same(args->data[0].of.ref, env));
    wasm_val_copy(&results->data[0], &args->data[0]);
    return NULL;
}

static void test_references(void)
{
    struct world_h w = make(), v = make();
    wasm_functype_t *ft =
        wasm_functype_new_1_1(wasm_valtype_new_funcref(), wasm_valtype_new_funcref());
    wasm_func_t *f = wasm_func_new_with_env(w.store, ft, pass, wasm_func_as_ref(w.func), NULL);
    wasm_functype_delete(ft);
    wasm_functype_t *got = wasm_func_type(f);
    CHECK(wasm_valtype_kind(wasm_functype_params(got)->data[0]) == WASM_FUNCREF);
    wasm_functype_delete(got);
    wasm_val_t args[] = {WASM_REF_VAL(wasm_func_as_ref(w.func))}, results[] = {WASM_INIT_VAL};
    args[0].kind = WASM_FUNCREF;
    wasm_val_vec_t a = WASM_ARRAY_VEC(args), r = WASM_ARRAY_VEC(results);
    CHECK(!wasm_func_call(f, &a, &r) && results[0].kind == WASM_FUNCREF &&
          wasm_ref_same(results[0].of.ref, wasm_func_as_ref(w.func)));
    wasm_val_delete(&results[0]);
    CHECK(!results[0].of.ref);
    args[0].of.ref = wasm_func_as_ref(v.func); /* of another store */
    TRAP_HAS(wasm_func_call(f, &a, &r), "cross-`Store`");
    args[0].of.ref = wasm_memory_as_ref(w.memory); /* no function */
    TRAP_HAS(wasm_func_call(f, &a, &r), "only references to functions");
    args[0] = (wasm_val_t)WASM_I32_VAL(1);
    TRAP_HAS(wasm_func_call(f, &a, &r), "type mismatch: expected (ref null func), found i32");
    args[0].kind = 77;
    TRAP_HAS(wasm_func_call(f, &a, &r), "unknown kind 77");
    r.size = 0;
    TRAP_HAS(wasm_func_call(f, &a, &r), "expected 1 results, got 0");
    TRAP_HAS(wasm_func_call(f, NULL, NULL), "expected 1 arguments, got 0");
    CHECK(!wasm_table_set(w.table, 0, wasm_func_as_ref(v.func)) &&
          wasm_table_set(w.table, 0, NULL));
    CHECK(!wasm_table_grow(w.table, 1, wasm_func_as_ref(v.func)) &&
          !wasm_table_grow(w.table, UINT32_MAX, NULL));
    CHECK(!wasm_memory_grow(w.memory, UINT32_MAX) && wasm_memory_grow(w.memory, 0));
    wasm_tabletype_t *tt = wasm_tabletype_new(wasm_valtype_new_funcref(), &(wasm_limits_t){3, 1});
    CHECK(!tt || !wasm_table_new(w.store, tt, NULL));
    wasm_tabletype_delete(tt);
    wasm_memorytype_t *mt = wasm_memorytype_new(&(wasm_limits_t){3, 1});
    CHECK(!mt || !wasm_memory_new(w.store, mt));
    wasm_memorytype_delete(mt);
    /* An instance wants things of its own store. */
    wasm_extern_t *items[] = {wasm_func_as_extern(v.func), wasm_global_as_extern(w.global),
                              wasm_table_as_extern(w.table), wasm_memory_as_extern(w.memory)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(items);
    wasm_trap_t *trap = NULL;
    CHECK(!wasm_instance_new(w.store, w.module, &imports, &trap));
    TRAP_HAS(trap, "cross-`Store`");
    items[0] = NULL;
    CHECK(!wasm_instance_new(w.store, w.module, &imports, &trap));
    TRAP_HAS(trap, "import 0 is missing");
    items[0] = wasm_memory_as_extern(w.memory);
    CHECK(!wasm_instance_new(w.store, w.module, &imports, &trap));
    TRAP_HAS(trap, "incompatible import type for `a::f`");
    wasm_func_delete(f);
    struct world_h *both[] = {&w, &v};
    for (int k = 0; k < 2; k++) {
        wasm_func_delete(both[k]->func);
        wasm_global_delete(both[k]->global);
        wasm_table_delete(both[k]->table);
        wasm_memory_delete(both[k]->memory);
        wasm_module_delete(both[k]->module);
        wasm_instance_delete(both[k]->instance);
        wasm_foreign_delete(both[k]->foreign);
        wasm_trap_delete(both[k]->trap);
        wasm_store_delete(both[k]->store);
        wasm_engine_delete(both[k]->engine);
    }
}

/* A guest's function is the same one wherever it is exported, called or not. */
static void test_handed_on(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t
        *a = module_in(store, "(module (func (export \"f\") (param i64) (result i64) (local.get 0))"
                              " (func (export \"g\") (param i64) (result i64) (local.get 0)) "
                              "(export \"f2\" (func 0)))"),
        *b = module_in(
            store,
            "(module (import \"\" \"f\" (func (param i64) (result i64))) (export \"x\" (func 0)))");
    wasm_instance_t *ia = wasm_instance_new(store, a, NULL, NULL),
                    *other = wasm_instance_new(store, a, NULL, NULL);
    wasm_extern_vec_t xa, xb, xo;
    wasm_instance_exports(ia, &xa);
    wasm_instance_exports(other, &xo);
    wasm_extern_vec_t imports = {1, xa.data};
    wasm_instance_t *ib = wasm_instance_new(store, b, &imports, NULL);
    wasm_instance_exports(ib, &xb);
    for (int calls = 0; calls < 4; calls++) {
        CHECK(wasm_extern_same(xa.data[0], xb.data[0]) && wasm_extern_same(xa.data[0], xa.data[2]));
        CHECK(!wasm_extern_same(xa.data[0], xa.data[1]) &&
              !wasm_extern_same(xa.data[0], xo.data[0]));
        wasm_val_t args[] = {WASM_I64_VAL(42)}, results[] = {WASM_INIT_VAL};
        wasm_val_vec_t in = WASM_ARRAY_VEC(args), out = WASM_ARRAY_VEC(results);
        CHECK(!wasm_func_call(wasm_extern_as_func(calls % 2 ? xb.data[0] : xa.data[0]), &in, &out));
    }
    wasm_extern_vec_delete(&xa);
    wasm_extern_vec_delete(&xb);
    wasm_extern_vec_delete(&xo);
    wasm_instance_delete(ia);
    wasm_instance_delete(ib);
    wasm_instance_delete(other);
    wasm_module_delete(a);
    wasm_module_delete(b);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
}

/* The finalizer of a function runs when its store ends, not before. */
static void test_end(void)
{
    static int one = 1;
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_functype_t *ft =
        wasm_functype_new_1_1(wasm_valtype_new_funcref(), wasm_valtype_new_funcref());
    finalized = 0;
    wasm_func_t *f = wasm_func_new_with_env(store, ft, pass, &one, count), *g = wasm_func_copy(f);
    wasm_functype_delete(ft);
    wasm_func_delete(f);
    wasm_store_delete(store);
    CHECK(finalized == 0);
    wasm_func_delete(g);
    CHECK(finalized == 1);
    wasm_engine_delete(engine);
}

int main(void)
{
    test_families();
    test_vectors();
    test_views();
    test_import_export();
    test_references();
    test_handed_on();
    test_end();
    FINISH();
}
