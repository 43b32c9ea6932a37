/* Mistakes of the host that can be seen: each function gets things of another store, of one that
 * is gone, of none at all, of the wrong kind, sizes and places that wrap around; and functions
 * of the host do what they should not be hurt by. Everything ends in an error or a neutral
 * answer, results stay as they were, and what is right goes on working. */
#include "check.h"
#include <wasmtime/async.h>

static const char everything[] = "(module (func (export \"f\") (param i32) (result i32) (local.get "
                                 "0)) (memory (export \"m\") 1 3)"
                                 " (table (export \"t\") 2 4 funcref) (table (export \"e\") 2 4 "
                                 "externref) (global (export \"g\") (mut i32) (i32.const 5))"
                                 " (global (export \"fg\") (mut funcref) (ref.null func)) (global "
                                 "(export \"eg\") (mut externref) (ref.null extern))"
                                 " (tag (export \"x\") (param i32)))";

struct things {
    struct world w;
    wasmtime_instance_t i;
    wasmtime_extern_t f, m, t, e, g, fg, eg, x;
};

static struct things things_of(struct world w)
{
    struct things s = {.w = w};
    s.i = instance_of(&s.w, everything, NULL, 0);
    s.f = export_of(&s.w, s.i, "f");
    s.m = export_of(&s.w, s.i, "m");
    s.t = export_of(&s.w, s.i, "t");
    s.e = export_of(&s.w, s.i, "e");
    s.g = export_of(&s.w, s.i, "g");
    s.fg = export_of(&s.w, s.i, "fg");
    s.eg = export_of(&s.w, s.i, "eg");
    s.x = export_of(&s.w, s.i, "x");
    return s;
}

#define FAILS(e)                                                                                   \
    do {                                                                                           \
        wasmtime_error_t *e_ = (e);                                                                \
        CHECK(e_);                                                                                 \
        wasmtime_error_delete(e_);                                                                 \
    } while (0)

/* Every function of a store with the things of `s`, which are not of the store of `w`. */
static void wrong_store(struct world *w, const struct things *s)
{
    wasmtime_context_t *c = w->context;
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 1},
                   r = {.kind = WASMTIME_I64, .of.i64 = 77};
    wasmtime_val_raw_t raw[2] = {{.i32 = 1}, {.i32 = 1}};
    wasm_trap_t *trap = (wasm_trap_t *)8;
    wasmtime_error_t *error = NULL;
    uint64_t before = 99;
    FAILS(wasmtime_func_call(c, &s->f.of.func, &a, 1, &r, 1, &trap));
    CHECK(!trap && r.of.i64 == 77);
    FAILS(wasmtime_func_call_unchecked(c, &s->f.of.func, raw, 2, &trap));
    wasmtime_call_future_t *call =
        wasmtime_func_call_async(c, &s->f.of.func, &a, 1, &r, 1, &trap, &error);
    CHECK(wasmtime_call_future_poll(call) && !trap && r.of.i64 == 77);
    wasmtime_call_future_delete(call);
    FAILS(error);
    CHECK(!wasmtime_func_type(c, &s->f.of.func) && !wasmtime_func_to_raw(c, &s->f.of.func));

    CHECK(!wasmtime_memory_data(c, &s->m.of.memory) &&
          !wasmtime_memory_data_size(c, &s->m.of.memory) &&
          !wasmtime_memory_size(c, &s->m.of.memory) && !wasmtime_memory_type(c, &s->m.of.memory));
    CHECK(wasmtime_memory_page_size(c, &s->m.of.memory) == 65536 &&
          wasmtime_memory_page_size_log2(c, &s->m.of.memory) == 16);
    FAILS(wasmtime_memory_grow(c, &s->m.of.memory, 1, &before));

    CHECK(!wasmtime_table_size(c, &s->t.of.table) && !wasmtime_table_type(c, &s->t.of.table) &&
          !wasmtime_table_get(c, &s->t.of.table, 0, &r));
    wasmtime_val_t null = {.kind = WASMTIME_FUNCREF};
    FAILS(wasmtime_table_set(c, &s->t.of.table, 0, &null));
    FAILS(wasmtime_table_grow(c, &s->t.of.table, 1, &null, &before));
    CHECK(before == 99 && r.of.i64 == 77);

    CHECK(!wasmtime_global_type(c, &s->g.of.global));
    FAILS(wasmtime_global_set(c, &s->g.of.global, &a));
    wasmtime_global_get(c, &s->g.of.global, &r); /* has no way to fail: a zero */
    CHECK(r.kind == WASMTIME_I32 && r.of.i32 == 0);

    CHECK(!wasmtime_tag_type(c, &s->x.of.tag) && !wasmtime_tag_eq(c, &s->x.of.tag, &s->x.of.tag));

    char *name = "kept";
    size_t len = 4;
    wasmtime_extern_t x = {.kind = 55};
    CHECK(!wasmtime_instance_export_get(c, &s->i, "f", 1, &x) &&
          !wasmtime_instance_export_nth(c, &s->i, 0, &name, &len, &x));
    CHECK(x.kind == 55 && len == 4 && !strcmp(name, "kept"));

    const wasmtime_extern_t *externs[] = {&s->f, &s->m, &s->t, &s->g, &s->x};
    static const char *const wants[] = {"(func (param i32) (result i32))", "(memory 1 3)",
                                        "(table 2 4 funcref)", "(global (mut i32))",
                                        "(tag (param i32))"};
    wasmtime_linker_t *l = wasmtime_linker_new(w->engine);
    for (size_t k = 0; k < 5; k++) {
        char text[128];
        snprintf(text, sizeof text, "(module (import \"a\" \"b\" %s))", wants[k]);
        wasmtime_module_t *m = module_of(w->engine, text);
        wasmtime_instance_t i;
        trap = (wasm_trap_t *)8;
        FAILS(wasmtime_instance_new(c, m, externs[k], 1, &i, &trap));
        CHECK(!trap && !wasmtime_extern_type(c, externs[k]));
        FAILS(wasmtime_linker_define(l, c, "a", 1, "b", 1, externs[k]));
        wasmtime_module_delete(m);
    }
    FAILS(wasmtime_linker_define_instance(l, c, "a", 1, &s->i));
    CHECK(!wasmtime_linker_get(l, c, "a", 1, "b", 1, &x));
    wasmtime_linker_delete(l);
}

static void test_stores(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    struct world one = {engine, wasmtime_store_new(engine, NULL, NULL), NULL},
                 two = {engine, wasmtime_store_new(engine, NULL, NULL), NULL},
                 three = world_new(NULL);
    one.context = wasmtime_store_context(one.store);
    two.context = wasmtime_store_context(two.store);
    struct things a = things_of(one), b = things_of(three), none = {.w = one}, odd = a;
    wrong_store(&two, &a); /* of the same engine */
    wrong_store(&two, &b); /* of another */
    none.f.kind = WASMTIME_EXTERN_FUNC;
    none.m.kind = WASMTIME_EXTERN_MEMORY;
    none.t.kind = WASMTIME_EXTERN_TABLE;
    none.g.kind = WASMTIME_EXTERN_GLOBAL;
    none.x.kind = WASMTIME_EXTERN_TAG;
    wrong_store(&two, &none); /* of none */
    /* Numbers that the store never gave. */
    odd.f.of.func.store_id = 0;
    odd.m.of.memory.__private1 = odd.t.of.table.__private1 = odd.g.of.global.__private1 =
        UINT32_MAX;
    odd.x.of.tag.__private1 = 1000;
    odd.i.__private = 1000;
    wrong_store(&one, &odd);
    /* Of a store that is gone, while a new one may lie where it was. */
    wasmtime_store_delete(one.store);
    one.store = wasmtime_store_new(engine, NULL, NULL);
    one.context = wasmtime_store_context(one.store);
    struct things again = things_of(one);
    CHECK(again.f.of.func.store_id != a.f.of.func.store_id);
    wrong_store(&one, &a);
    wrong_store(&two, &a);
    wasmtime_store_delete(one.store);
    wasmtime_store_delete(two.store);
    wasm_engine_delete(engine);
    world_delete(&three);
}

/* Values: of another store, of the wrong kind, of no kind. */
static void test_values(void)
{
    struct things a = things_of(world_new(NULL)), b = things_of(world_new(NULL));
    wasmtime_context_t *c = a.w.context;
    int data;
    wasmtime_val_t foreign = {.kind = WASMTIME_FUNCREF, .of.funcref = b.f.of.func},
                   ext = {.kind = WASMTIME_EXTERNREF},
                   own = {.kind = WASMTIME_FUNCREF, .of.funcref = a.f.of.func},
                   wrong = {.kind = 77}, i64 = {.kind = WASMTIME_I64},
                   any = {.kind = WASMTIME_ANYREF}, exn = {.kind = WASMTIME_EXNREF}, r;
    CHECK(wasmtime_externref_new(b.w.context, &data, NULL, &ext.of.externref));
    wasmtime_anyref_from_i31(c, 5, &any.of.anyref);
    wasmtime_exnref_set_null(&exn.of.exnref);
    uint64_t before = 99;
    wasm_trap_t *trap = NULL;
    wasmtime_instance_t i = instance_of(
        &a.w,
        "(module (func (export \"f\") (param funcref)) (func (export \"e\") (param externref))"
        " (func (export \"i\") (param i32)) (func (export \"any\") (param anyref)))",
        NULL, 0);
    wasmtime_extern_t f = export_of(&a.w, i, "f"), e = export_of(&a.w, i, "e"),
                      n = export_of(&a.w, i, "i"), y = export_of(&a.w, i, "any");
    ERROR_HAS(wasmtime_func_call(c, &f.of.func, &foreign, 1, NULL, 0, &trap), "cross-`Store`");
    ERROR_HAS(wasmtime_func_call(c, &e.of.func, &ext, 1, NULL, 0, &trap), "cross-`Store`");
    ERROR_HAS(wasmtime_table_set(c, &a.t.of.table, 0, &foreign), "cross-`Store`");
    ERROR_HAS(wasmtime_table_set(c, &a.e.of.table, 0, &ext), "cross-`Store`");
    ERROR_HAS(wasmtime_table_grow(c, &a.t.of.table, 1, &foreign, &before), "cross-`Store`");
    ERROR_HAS(wasmtime_global_set(c, &a.fg.of.global, &foreign), "cross-`Store`");
    ERROR_HAS(wasmtime_global_set(c, &a.eg.of.global, &ext), "cross-`Store`");
    const wasmtime_val_t *bad[] = {&wrong, &i64, &ext, &any, &exn};
    for (size_t k = 0; k < 5; k++) {
        FAILS(wasmtime_func_call(c, &f.of.func, bad[k], 1, NULL, 0, &trap));
        FAILS(wasmtime_func_call(c, &n.of.func, bad[k], 1, NULL, 0, &trap));
        FAILS(wasmtime_table_set(c, &a.t.of.table, 0, bad[k]));
        FAILS(wasmtime_table_grow(c, &a.t.of.table, 1, bad[k], &before));
        FAILS(wasmtime_global_set(c, &a.g.of.global, bad[k]));
        FAILS(wasmtime_global_set(c, &a.fg.of.global, bad[k]));
    }
    FAILS(wasmtime_func_call(c, &e.of.func, &own, 1, NULL, 0, &trap));
    FAILS(wasmtime_func_call(c, &e.of.func, &any, 1, NULL, 0, &trap));
    FAILS(wasmtime_func_call(c, &y.of.func, &own, 1, NULL, 0, &trap));
    OK(wasmtime_func_call(c, &y.of.func, &any, 1, NULL, 0, &trap));
    CHECK(before == 99 && !trap && wasmtime_table_size(c, &a.t.of.table) == 2);
    wasmtime_global_get(c, &a.g.of.global, &r);
    CHECK(r.of.i32 == 5);
    /* Making things of them. */
    wasm_globaltype_t *gt = wasm_globaltype_new(wasm_valtype_new_funcref(), WASM_VAR);
    wasm_tabletype_t *tt = wasm_tabletype_new(wasm_valtype_new_funcref(), &(wasm_limits_t){1, 2});
    wasmtime_global_t g;
    wasmtime_table_t t;
    FAILS(wasmtime_global_new(c, gt, &foreign, &g));
    FAILS(wasmtime_global_new(c, gt, &wrong, &g));
    FAILS(wasmtime_table_new(c, tt, &foreign, &t));
    FAILS(wasmtime_table_new(c, tt, &wrong, &t));
    FAILS(wasmtime_table_new(c, tt, &ext, &t));
    wasm_globaltype_delete(gt);
    wasm_tabletype_delete(tt);
    /* Copies of nonsense are nonsense. */
    wasmtime_val_clone(&wrong, &r);
    CHECK(r.kind == 77);
    wasmtime_val_unroot(&r);
    wasmtime_val_unroot(&ext);
    world_delete(&a.w);
    world_delete(&b.w);
}

/* Numbers, places and sizes: too many, too large, wrapping around. */
static void test_ranges(void)
{
    struct things a = things_of(world_new(NULL));
    wasmtime_context_t *c = a.w.context;
    wasmtime_val_t args[3] = {{.kind = WASMTIME_I32},
                              {.kind = WASMTIME_I32},
                              {.kind = WASMTIME_I32}},
                   r[3], null = {.kind = WASMTIME_FUNCREF};
    wasm_trap_t *trap = NULL;
    uint64_t before = 99;
    ERROR_IS(wasmtime_func_call(c, &a.f.of.func, args, 0, r, 1, &trap),
             "expected 1 arguments, got 0");
    ERROR_IS(wasmtime_func_call(c, &a.f.of.func, args, 3, r, 1, &trap),
             "expected 1 arguments, got 3");
    ERROR_IS(wasmtime_func_call(c, &a.f.of.func, args, 1, r, 3, &trap),
             "expected 1 results, got 3");
    FAILS(wasmtime_func_call(c, &a.f.of.func, args, (SIZE_MAX >> 32 << 32) + 1, r, 1, &trap));
    static const uint64_t huge[] = {UINT64_MAX,
                                    UINT64_MAX - 1,
                                    UINT64_MAX / 65536,
                                    UINT64_MAX / 65536 + 1,
                                    (UINT64_C(1) << 48) - 1,
                                    UINT64_C(1) << 48,
                                    UINT64_C(1) << 32,
                                    (UINT64_C(1) << 32) + 1,
                                    UINT32_MAX,
                                    65536,
                                    UINT64_C(1) << 61};
    for (size_t k = 0; k < sizeof huge / sizeof *huge; k++) {
        FAILS(wasmtime_memory_grow(c, &a.m.of.memory, huge[k], &before));
        FAILS(wasmtime_table_grow(c, &a.t.of.table, huge[k], &null, &before));
        FAILS(wasmtime_table_set(c, &a.t.of.table, huge[k], &null));
        CHECK(!wasmtime_table_get(c, &a.t.of.table, huge[k], &r[0]));
        /* Memories and tables of absurd sizes, of both widths. */
        for (int is64 = 0; is64 < 2; is64++)
            for (int page = 0; page <= 16; page += 16) {
                wasm_memorytype_t *mt = NULL;
                wasmtime_memory_t m;
                wasmtime_error_t *e =
                    wasmtime_memorytype_new(huge[k], false, 0, is64, false, (uint8_t)page, &mt);
                if (e) {
                    wasmtime_error_delete(e);
                    CHECK(!mt);
                } else if (huge[k] >= UINT64_C(1) << 46 || page == 16) {
                    e = wasmtime_memory_new(c, mt, &m);
                    if (!e)
                        CHECK(wasmtime_memory_size(c, &m) == huge[k]);
                    wasmtime_error_delete(e);
                }
                wasm_memorytype_delete(mt);
            }
    }
    CHECK(before == 99 && wasmtime_memory_size(c, &a.m.of.memory) == 1 &&
          wasmtime_table_size(c, &a.t.of.table) == 2);
    wasm_memorytype_t *mt = NULL;
    FAILS(wasmtime_memorytype_new(5, true, 4, false, false, 16, &mt));
    FAILS(wasmtime_memorytype_new(1, true, 2, false, false, 15, &mt));
    FAILS(wasmtime_memorytype_new(1, true, 2, false, false, 255, &mt));
    FAILS(wasmtime_memorytype_new(1, false, 2, false, true, 16, &mt));
    CHECK(!mt);
    wasm_tabletype_t *tt =
        wasm_tabletype_new(wasm_valtype_new_funcref(), &(wasm_limits_t){UINT32_MAX, UINT32_MAX});
    wasmtime_table_t t;
    FAILS(wasmtime_table_new(c, tt, &null, &t));
    wasm_tabletype_delete(tt);
    char *name;
    size_t len;
    wasmtime_extern_t x;
    CHECK(!wasmtime_instance_export_nth(c, &a.i, 8, &name, &len, &x) &&
          !wasmtime_instance_export_nth(c, &a.i, SIZE_MAX, &name, &len, &x) &&
          !wasmtime_instance_export_nth(c, &a.i, UINT64_C(1) << 32, &name, &len, &x));
    ERROR_HAS(hospes_store_slot_set(c, -1, NULL, NULL), "slot");
    CHECK(!hospes_store_slot_get(c, 1 << 30));
    world_delete(&a.w);
}

/* Names that are no UTF-8, and empty ones given as nothing at all. */
static wasm_trap_t *quiet(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                          size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)args, (void)nargs, (void)results, (void)nresults;
    wasmtime_extern_t x;
    if (env) {
        CHECK(!wasmtime_caller_export_get(caller, "\xff", 1, &x) &&
              !wasmtime_caller_export_get(caller, "no", 2, &x) &&
              wasmtime_caller_export_get(caller, NULL, 0, &x));
        *(int *)env += 1;
    }
    return NULL;
}

static int ended;
static void count(void *p)
{
    (void)p;
    ended++;
}

static wasm_trap_t *raw_quiet(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *v, size_t n)
{
    (void)env, (void)caller, (void)v, (void)n;
    return NULL;
}

static void async_quiet(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                        size_t nargs, wasmtime_val_t *results, size_t nresults, wasm_trap_t **trap,
                        wasmtime_async_continuation_t *rest)
{
    (void)env, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults, (void)trap,
        (void)rest;
}

static void test_names(void)
{
    struct things a = things_of(world_new(NULL));
    wasmtime_context_t *c = a.w.context;
    wasmtime_linker_t *l = wasmtime_linker_new(a.w.engine);
    wasm_functype_t *t = wasm_functype_new_0_0();
    wasmtime_module_t *m = module_of(a.w.engine, "(module)");
    wasmtime_func_t f;
    wasmtime_extern_t x;
    static const char bad[] = "a\xc0\x80";
    static const char text[] = "input was not valid utf-8";
    ERROR_IS(wasmtime_linker_define(l, c, bad, 3, "x", 1, &a.f), text);
    ERROR_IS(wasmtime_linker_define(l, c, "x", 1, bad, 3, &a.f), text);
    ERROR_IS(wasmtime_linker_define_func(l, bad, 3, "x", 1, t, quiet, NULL, count), text);
    ERROR_IS(wasmtime_linker_define_func(l, "x", 1, bad, 3, t, quiet, NULL, count), text);
    ERROR_IS(wasmtime_linker_define_func_unchecked(l, bad, 3, "x", 1, t, raw_quiet, NULL, count),
             text);
    ERROR_IS(wasmtime_linker_define_func_unchecked(l, "x", 1, bad, 3, t, raw_quiet, NULL, count),
             text);
    ERROR_IS(wasmtime_linker_define_async_func(l, bad, 3, "x", 1, t, async_quiet, NULL, count),
             text);
    ERROR_IS(wasmtime_linker_define_async_func(l, "x", 1, bad, 3, t, async_quiet, NULL, count),
             text);
    CHECK(ended == 6); /* finalizers of what was refused have run */
    OK(wasmtime_linker_define_func(l, "d", 1, "d", 1, t, quiet, NULL, count));
    ERROR_HAS(wasmtime_linker_define_func(l, "d", 1, "d", 1, t, quiet, NULL, count),
              "defined twice");
    ERROR_HAS(wasmtime_linker_define_func_unchecked(l, "d", 1, "d", 1, t, raw_quiet, NULL, count),
              "defined twice");
    ERROR_HAS(wasmtime_linker_define_async_func(l, "d", 1, "d", 1, t, async_quiet, NULL, count),
              "defined twice");
    CHECK(ended == 9);
    ERROR_IS(wasmtime_linker_define_instance(l, c, bad, 3, &a.i), text);
    ERROR_IS(wasmtime_linker_module(l, c, bad, 3, m), text);
    ERROR_IS(wasmtime_linker_get_default(l, c, bad, 3, &f), text);
    CHECK(!wasmtime_linker_get(l, c, bad, 3, "x", 1, &x) &&
          !wasmtime_linker_get(l, c, "x", 1, bad, 3, &x));
    CHECK(!wasmtime_instance_export_get(c, &a.i, bad, 3, &x));
    /* Nothing is the empty name. */
    OK(wasmtime_linker_define(l, c, NULL, 0, NULL, 0, &a.f));
    CHECK(wasmtime_linker_get(l, c, "", 0, "", 0, &x) && x.kind == WASMTIME_EXTERN_FUNC);
    OK(wasmtime_linker_get_default(l, c, NULL, 0, &f));
    /* Callers. */
    int called = 0;
    wasmtime_extern_t h = {.kind = WASMTIME_EXTERN_FUNC};
    wasmtime_func_new(c, t, quiet, &called, NULL, &h.of.func);
    wasmtime_instance_t i =
        instance_of(&a.w, "(module (import \"\" \"\" (func)) (func (export \"\") call 0))", &h, 1);
    x = export_of(&a.w, i, "");
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(c, &x.of.func, NULL, 0, NULL, 0, &trap));
    CHECK(called == 1);
    /* A name may contain anything that is UTF-8, also a NUL. */
    OK(wasmtime_linker_define(l, c, "a\0b", 3, "", 0, &a.f));
    CHECK(wasmtime_linker_get(l, c, "a\0b", 3, "", 0, &x) &&
          !wasmtime_linker_get(l, c, "a", 1, "", 0, &x));
    wasmtime_linker_delete(l);
    CHECK(ended == 10);
    wasm_functype_delete(t);
    wasmtime_module_delete(m);
    world_delete(&a.w);
}

/* Things of another engine. */
static void test_engines(void)
{
    struct world a = world_new(NULL), b = world_new(NULL);
    wasmtime_module_t *m = module_of(a.engine, "(module (func (export \"f\")))");
    wasmtime_linker_t *la = wasmtime_linker_new(a.engine), *lb = wasmtime_linker_new(b.engine);
    wasmtime_instance_t i;
    wasm_trap_t *trap = (wasm_trap_t *)8;
    wasmtime_instance_pre_t *pre = NULL;
    ERROR_HAS(wasmtime_instance_new(b.context, m, NULL, 0, &i, &trap), "cross-`Engine`");
    CHECK(!trap);
    ERROR_HAS(wasmtime_linker_instantiate(la, b.context, m, &i, &trap), "cross-`Engine`");
    ERROR_HAS(wasmtime_linker_instantiate(lb, a.context, m, &i, &trap), "cross-`Engine`");
    ERROR_HAS(wasmtime_linker_instantiate(lb, b.context, m, &i, &trap), "cross-`Engine`");
    ERROR_HAS(wasmtime_linker_instantiate_pre(lb, m, &pre), "cross-`Engine`");
    CHECK(!pre);
    OK(wasmtime_linker_instantiate_pre(la, m, &pre));
    ERROR_HAS(wasmtime_instance_pre_instantiate(pre, b.context, &i, &trap), "cross-`Engine`");
    OK(wasmtime_instance_pre_instantiate(pre, a.context, &i, &trap));
    wasmtime_extern_t f = export_of(&a, i, "f"), x;
    FAILS(wasmtime_linker_define(lb, a.context, "a", 1, "b", 1, &f));
    OK(wasmtime_linker_define(la, a.context, "a", 1, "b", 1, &f));
    CHECK(!wasmtime_linker_get(la, b.context, "a", 1, "b", 1, &x));
    FAILS(wasmtime_linker_module(lb, b.context, "m", 1, m));
    wasmtime_instance_pre_delete(pre);
    wasmtime_linker_delete(la);
    wasmtime_linker_delete(lb);
    wasmtime_module_delete(m);
    /* A type of functions that names a type of the other engine. */
    wasmtime_field_type_t field = {true, {WASMTIME_STORAGE_TYPE_KIND_I8, NULL}};
    wasmtime_struct_type_t *st = wasmtime_struct_type_new(a.engine, &field, 1);
    wasmtime_valtype_t open = {
        WASMTIME_VALTYPE_KIND_REF,
        {true, {WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT, {.concrete_struct = st}}}};
    wasm_functype_t *t = wasm_functype_new_1_0(wasmtime_valtype_to_wasm(a.engine, &open));
    ended = 0;
    wasmtime_func_t func;
    wasmtime_func_new(b.context, t, quiet, NULL, count, &func);
    CHECK(wasmtime_funcref_is_null(&func) && ended == 1);
    wasmtime_func_new_unchecked(b.context, t, raw_quiet, NULL, count, &func);
    CHECK(wasmtime_funcref_is_null(&func) && ended == 2);
    lb = wasmtime_linker_new(b.engine);
    ERROR_HAS(wasmtime_linker_define_func(lb, "a", 1, "b", 1, t, quiet, NULL, count),
              "another engine");
    CHECK(ended == 3);
    wasmtime_linker_delete(lb);
    wasm_functype_delete(t);
    wasm_globaltype_t *gt =
        wasm_globaltype_new(wasmtime_valtype_to_wasm(a.engine, &open), WASM_VAR);
    wasmtime_val_t null = {.kind = WASMTIME_ANYREF};
    wasmtime_global_t g;
    FAILS(wasmtime_global_new(b.context, gt, &null, &g));
    wasm_globaltype_delete(gt);
    wasm_tabletype_t *tt =
        wasm_tabletype_new(wasmtime_valtype_to_wasm(a.engine, &open), &(wasm_limits_t){1, 1});
    wasmtime_table_t table;
    FAILS(wasmtime_table_new(b.context, tt, &null, &table));
    wasm_tabletype_delete(tt);
    wasm_tagtype_t *tag =
        wasm_tagtype_new(wasm_functype_new_1_0(wasmtime_valtype_to_wasm(a.engine, &open)));
    wasmtime_tag_t tag_out;
    FAILS(wasmtime_tag_new(b.context, tag, &tag_out));
    wasm_tagtype_delete(tag);
    wasmtime_struct_type_delete(st);
    /* Externs of no kind. */
    wasmtime_extern_t odd = {.kind = 77};
    lb = wasmtime_linker_new(b.engine);
    ERROR_HAS(wasmtime_linker_define(lb, b.context, "a", 1, "b", 1, &odd), "unknown kind 77");
    wasmtime_linker_delete(lb);
    CHECK(!wasmtime_extern_type(b.context, &odd));
    wasmtime_extern_delete(&odd);
    wasmtime_extern_delete(NULL);
    world_delete(&a);
    world_delete(&b);
}

/* --- Functions of the host that do a lot ------------------------------------------------------ */

struct busy {
    struct world *w;
    wasmtime_module_t *module;
    wasmtime_extern_t m, t, f;
    int depth, what;
};

/* Grows the memory and the table of its caller, makes instances, stores, calls its caller anew,
 * collects: what the guest holds in registers must be right afterwards. */
static wasm_trap_t *busy(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                         size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    struct busy *b = env;
    (void)nargs, (void)nresults;
    wasmtime_context_t *c = wasmtime_caller_context(caller);
    uint64_t before;
    wasmtime_val_t null = {.kind = WASMTIME_FUNCREF};
    OK(wasmtime_memory_grow(c, &b->m.of.memory, 1, &before));
    uint8_t *p = wasmtime_memory_data(c, &b->m.of.memory);
    p[before * 65536] = 42; /* the first byte of the new page */
    OK(wasmtime_table_grow(c, &b->t.of.table, 50, &null, &before));
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    OK(wasmtime_instance_new(c, b->module, NULL, 0, &i, &trap));
    struct things other = things_of(world_new(NULL));
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 3}, r;
    OK(wasmtime_func_call(other.w.context, &other.f.of.func, &a, 1, &r, 1, &trap));
    world_delete(&other.w);
    OK(wasmtime_context_gc(c));
    wasmtime_store_limiter(b->w->store, -1, -1, -1, -1, -1);
    results[0] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = args[0].of.i32 + 1};
    if (b->depth++ < 3) {
        a.of.i32 = args[0].of.i32;
        OK(wasmtime_func_call(c, &b->f.of.func, &a, 1, &r, 1, &trap));
        CHECK(!trap && r.of.i32 == 42);
    }
    b->depth--;
    return NULL;
}

static void test_growth(int style)
{
    wasm_config_t *config = wasm_config_new();
    if (style == 1)
        wasmtime_config_memory_reservation_set(config, 65536); /* it has to move */
    if (style == 2)
        wasmtime_config_signals_based_traps_set(config, false);
    struct world w = world_new(config);
    struct busy b = {.w = &w};
    wasmtime_extern_t h = {.kind = WASMTIME_EXTERN_FUNC};
    wasm_functype_t *t = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    wasmtime_func_new(w.context, t, busy, &b, NULL, &h.of.func);
    wasm_functype_delete(t);
    wasmtime_instance_t i = instance_of(
        &w,
        "(module (import \"\" \"\" (func $h (param i32) (result i32))) (memory (export \"m\") 1) "
        "(table (export \"t\") 1 funcref)"
        " (func (export \"f\") (param $x i32) (result i32) (local $size i32) (local $table i32)"
        "  (i32.store (i32.const 8) (i32.const 1234)) (local.set $size (memory.size)) (local.set "
        "$table (table.size 0))"
        "  (if (i32.ne (call $h (local.get $x)) (i32.add (local.get $x) (i32.const 1))) (then "
        "unreachable))"
        "  (if (i32.ne (i32.load (i32.const 8)) (i32.const 1234)) (then unreachable))"
        "  (if (i32.le_u (memory.size) (local.get $size)) (then unreachable))"
        "  (if (i32.lt_u (table.size 0) (i32.add (local.get $table) (i32.const 50))) (then "
        "unreachable))"
        "  (if (i32.eqz (ref.is_null (table.get 0 (i32.add (local.get $table) (i32.const 49))))) "
        "(then unreachable))"
        "  (i32.load8_u (i32.shl (local.get $size) (i32.const 16)))))",
        &h, 1);
    b.module = module_of(w.engine, everything);
    b.m = export_of(&w, i, "m");
    b.t = export_of(&w, i, "t");
    b.f = export_of(&w, i, "f");
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 7}, r = {0};
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &b.f.of.func, &a, 1, &r, 1, &trap));
    if (trap)
        TRAP_IS(trap, "no trap");
    CHECK(r.of.i32 == 42);
    wasmtime_module_delete(b.module);
    world_delete(&w);
}

/* Results that a function of the host must not give. */
static wasm_trap_t *bad_result(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                               size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)caller, (void)args, (void)nargs, (void)nresults;
    wasmtime_val_clone(env, &results[0]);
    return NULL;
}

static void test_results(void)
{
    struct things a = things_of(world_new(NULL)), b = things_of(world_new(NULL));
    wasmtime_val_t all[4] = {{.kind = 77},
                             {.kind = WASMTIME_FUNCREF, .of.funcref = b.f.of.func},
                             {.kind = WASMTIME_EXTERNREF},
                             {.kind = WASMTIME_F32}};
    CHECK(wasmtime_externref_new(b.w.context, NULL, NULL, &all[2].of.externref));
    for (int k = 0; k < 4; k++)
        for (int ref = 0; ref < 3; ref++) {
            wasm_functype_t *t = wasm_functype_new_0_1(ref == 0   ? wasm_valtype_new_i32()
                                                       : ref == 1 ? wasm_valtype_new_funcref()
                                                                  : wasm_valtype_new_externref());
            wasmtime_extern_t h = {.kind = WASMTIME_EXTERN_FUNC};
            wasmtime_func_new(a.w.context, t, bad_result, &all[k], NULL, &h.of.func);
            wasm_functype_delete(t);
            wasmtime_val_t r;
            wasm_trap_t *trap = NULL;
            ERROR_HAS(wasmtime_func_call(a.w.context, &h.of.func, NULL, 0, &r, 1, &trap),
                      "incompatible value");
            CHECK(!trap);
        }
    wasmtime_val_unroot(&all[2]);
    world_delete(&a.w);
    world_delete(&b.w);
}

int main(void)
{
    test_stores();
    test_values();
    test_ranges();
    test_names();
    test_engines();
    for (int style = 0; style < 3; style++)
        test_growth(style);
    test_results();
    FINISH();
}
