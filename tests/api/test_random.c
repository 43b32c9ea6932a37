/* Random sequences of calls of the API, right and wrong: handles of other stores and of stores
 * that are gone, wrong kinds and numbers, host functions that do more of the same. Everything that
 * can be seen to be wrong must end in an error, and nothing may crash; run it under the address
 * sanitizer, for as long as you like:
 *
 * test_api_random [operations [seed]] */
#include "check.h"

enum { STORES = 3, EXTERNS = 64, VALUES = 32, INSTANCES = 16 };

static uint64_t state;
static uint32_t rnd(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16) % n;
}

static const char *const texts[] = {
    "(module (func (export \"a\") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))"
    " (memory (export \"memory\") 1 3) (table (export \"t\") 2 10 funcref) (elem (i32.const 0) 0)"
    " (global (export \"g\") (mut i32) (i32.const 5)) (global (export \"c\") i64 (i64.const 6)))",
    "(module (import \"m\" \"f\" (func $f (param i32) (result i32))) (import \"m\" \"mem\" (memory "
    "1))"
    " (func (export \"b\") (param i32) (result i32) (i32.store8 (local.get 0) (i32.const 7)) (call "
    "$f (local.get 0)))"
    " (func (export \"loop\") (loop br 0)) (func (export \"rec\") call 3))",
    "(module (import \"m\" \"f\" (func $f (param i32) (result i32))) (import \"m\" \"t\" (table 1 "
    "funcref))"
    " (import \"m\" \"g\" (global (mut i32))) (export \"f\" (func $f)) (export \"t\" (table 0))"
    " (func (export \"ind\") (param i32) (result i32) (call_indirect (param i32) (result i32) "
    "(local.get 0) (local.get 0)))"
    " (func (export \"grow\") (param i32) (result i32) (table.grow (ref.func $f) (local.get 0))) "
    "(elem declare func $f))",
    "(module (table (export \"e\") 3 externref) (func (export \"id\") (param externref i64 f32 "
    "f64) (result f64 externref i64 f32)"
    " (local.get 3) (local.get 0) (local.get 1) (local.get 2)) (func (export \"set\") (param i32 "
    "externref)"
    " (table.set (local.get 0) (local.get 1))) (func $s unreachable) (func (export \"_start\")))",
    "(module (memory (export \"memory\") 2) (data (i32.const 131070) \"abc\") (func (export "
    "\"_initialize\")))",
    "(module (import \"x\" \"tag\" (tag (param i32))) (import \"m\" \"f\" (func)) (memory i64 1))",
};
enum { MODULES = sizeof texts / sizeof *texts };

struct place { /* of a store */
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_linker_t *linker;
};

static wasm_engine_t *engine, *other_engine;
static wasmtime_module_t *modules[MODULES];
static wasmtime_instance_pre_t *pre;
static struct place places[STORES];
static wasmtime_extern_t externs[STORES * EXTERNS]; /* mostly of the store they stand with */
static uint32_t here;                               /* the store that is in use */
static wasmtime_instance_t instances[INSTANCES];
static wasmtime_val_t values[VALUES];
static unsigned depth, errors, traps, successes;

static bool drop(wasmtime_error_t *e)
{
    if (!e) {
        successes++;
        return true;
    }
    wasm_name_t m;
    wasmtime_error_message(e, &m);
    CHECK(m.size > 0);
    wasm_name_delete(&m);
    wasmtime_error_delete(e);
    errors++;
    return false;
}

static void drop_trap(wasm_trap_t *t)
{
    if (!t)
        return;
    wasm_message_t m;
    wasm_trap_message(t, &m);
    CHECK(m.size > 1);
    wasm_name_delete(&m);
    wasm_frame_vec_t frames;
    wasm_trap_trace(t, &frames);
    wasm_frame_vec_delete(&frames);
    wasm_trap_delete(t);
    traps++;
}

static void keep_extern(const wasmtime_extern_t *x)
{
    uint32_t at = here * EXTERNS + rnd(EXTERNS);
    wasmtime_extern_delete(&externs[at]);
    externs[at] = *x;
}

static const wasmtime_extern_t *some_extern(void)
{
    return &externs[(rnd(10) ? here : rnd(STORES)) * EXTERNS + rnd(EXTERNS)];
}

static void keep_value(const wasmtime_val_t *v)
{
    uint32_t at = rnd(VALUES);
    wasmtime_val_unroot(&values[at]);
    values[at] = *v;
}

static wasm_valtype_t *some_type(void)
{
    static const wasm_valkind_t kinds[] = {WASM_I32, WASM_I64,       WASM_F32,
                                           WASM_F64, WASM_EXTERNREF, WASM_FUNCREF};
    return rnd(8) == 0 ? wasmtime_wasm_valtype_v128() : wasm_valtype_new(kinds[rnd(6)]);
}

static wasm_functype_t *some_functype(void)
{
    switch (rnd(4)) {
    case 0: return wasm_functype_new_0_0();
    case 1: return wasm_functype_new_2_1(some_type(), some_type(), some_type());
    default: return wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    }
}

static void step(void);

static wasm_trap_t *boxed(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                          size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)args, (void)nargs;
    wasmtime_extern_t x;
    if (wasmtime_caller_export_get(caller, "memory", 6, &x))
        keep_extern(&x);
    if (++depth < 4)
        for (uint32_t n = rnd(4); n > 0; n--)
            step();
    depth--;
    if (rnd(8) == 0)
        return rnd(2) ? wasmtime_trap_new("host", 4)
                      : wasmtime_trap_new_code((wasmtime_trap_code_t)rnd(60));
    if (rnd(8) == 0)
        return hospes_trap_new_error(hospes_error_new_exit((int)rnd(200)));
    for (size_t i = 0; i < nresults; i++) {
        if (rnd(8))
            results[i] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = (int32_t)rnd(9)};
        else
            wasmtime_val_clone(&values[rnd(VALUES)], &results[i]);
    }
    return NULL;
}

static wasm_trap_t *raw(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *v, size_t n)
{
    (void)env;
    uint8_t *base;
    size_t size;
    if (hospes_caller_memory(caller, &base, &size) && size)
        base[rnd((uint32_t)size)] = 1;
    if (n)
        v[0].i32++;
    return rnd(10) ? NULL : wasmtime_trap_new("raw", 3);
}

static int finalizers;
static void finalize(void *p)
{
    (void)p;
    finalizers++;
}

static void close_place(struct place *p)
{
    wasmtime_store_delete(p->store);
    wasmtime_linker_delete(p->linker);
}

static void call(struct place *p, const wasmtime_func_t *f)
{
    wasmtime_val_t args[4], results[4];
    wasm_functype_t *t = wasmtime_func_type(p->context, f);
    size_t np = t ? wasm_functype_params(t)->size : rnd(3),
           nr = t ? wasm_functype_results(t)->size : rnd(3);
    for (size_t i = 0; i < np; i++) {
        wasm_valkind_t k = t ? wasm_valtype_kind(wasm_functype_params(t)->data[i]) : WASM_I32;
        if (k < WASM_EXTERNREF && rnd(10))
            args[i] = (wasmtime_val_t){.kind = k, .of.i64 = rnd(5) ? rnd(4) : -(int64_t)rnd(70000)};
        else
            args[i] = values[rnd(VALUES)];
    }
    wasm_functype_delete(t);
    if (rnd(20) == 0 && np < 4)
        np++, args[np - 1] = values[0];
    wasm_trap_t *trap = (wasm_trap_t *)1;
    OK(wasmtime_context_set_fuel(p->context, 10000));
    if (drop(wasmtime_func_call(p->context, f, args, np, results, nr, &trap)) && !trap)
        for (size_t i = 0; i < nr; i++)
            keep_value(&results[i]);
    drop_trap(trap);
}

static void keep_instance(struct place *p, const wasmtime_instance_t *i)
{
    instances[rnd(INSTANCES)] = *i;
    char *name;
    size_t len;
    wasmtime_extern_t x;
    for (size_t n = 0; wasmtime_instance_export_nth(p->context, i, n, &name, &len, &x); n++)
        keep_extern(&x);
}

static void open_place(struct place *p)
{
    p->store = wasmtime_store_new(engine, NULL, NULL);
    p->context = wasmtime_store_context(p->store);
    p->linker = wasmtime_linker_new(engine);
    OK(wasmtime_context_set_fuel(p->context, 100000));
    wasmtime_store_limiter(p->store, 1 << 20, 1000, 100, 200, 200);
    here = (uint32_t)(p - places);
    wasmtime_instance_t i;
    wasm_trap_t *trap;
    OK(wasmtime_instance_new(p->context, modules[0], NULL, 0, &i, &trap));
    keep_instance(p, &i);
    static const char *const given[][2] = {{"memory", "mem"}, {"t", "t"}, {"g", "g"}};
    for (size_t k = 0; k < 3; k++) {
        wasmtime_extern_t x;
        CHECK(wasmtime_instance_export_get(p->context, &i, given[k][0], strlen(given[k][0]), &x));
        OK(wasmtime_linker_define(p->linker, p->context, "m", 1, given[k][1], strlen(given[k][1]),
                                  &x));
    }
    wasm_functype_t *t = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    OK(wasmtime_linker_define_func(p->linker, "m", 1, "f", 1, t, boxed, NULL, finalize));
    wasm_functype_delete(t);
}

static const char *const names[] = {"f", "mem",    "t", "g",    "memory",
                                    "a", "_start", "",  "\xff", "tag"};

static void step(void)
{
    if (depth == 0 || rnd(8) == 0)
        here = rnd(STORES);
    struct place *p = &places[here];
    const wasmtime_extern_t *x = some_extern();
    const wasmtime_val_t *v = &values[rnd(VALUES)];
    const wasmtime_module_t *m = modules[rnd(MODULES)];
    const char *name = names[rnd(10)], *module = rnd(4) ? "m" : names[rnd(10)];
    wasmtime_instance_t instance;
    wasmtime_extern_t made = {0};
    wasmtime_val_t out = {0};
    wasm_trap_t *trap = NULL;
    uint64_t number;
    switch (rnd(24)) {
    case 0:
        if (depth == 0 && rnd(10) == 0) {
            close_place(p);
            open_place(p);
        }
        break;
    case 1:
    case 2: {
        wasmtime_extern_t imports[4];
        size_t n = rnd(5);
        for (size_t i = 0; i < n; i++)
            imports[i] = *some_extern();
        if (drop(wasmtime_instance_new(p->context, m, imports, n, &instance, &trap)) && !trap)
            keep_instance(p, &instance);
        break;
    }
    case 3:
        if (drop(wasmtime_linker_instantiate(p->linker, p->context, m, &instance, &trap)) && !trap)
            keep_instance(p, &instance);
        break;
    case 4:
        drop(wasmtime_linker_define(p->linker, p->context, module, strlen(module), name,
                                    strlen(name), x));
        break;
    case 5: {
        wasm_functype_t *t = some_functype();
        if (rnd(2))
            drop(wasmtime_linker_define_func(p->linker, module, strlen(module), name, strlen(name),
                                             t, boxed, NULL, finalize));
        else
            drop(wasmtime_linker_define_func_unchecked(p->linker, module, strlen(module), name,
                                                       strlen(name), t, raw, NULL, finalize));
        wasm_functype_delete(t);
        break;
    }
    case 6:
        if (rnd(3) == 0)
            drop(wasmtime_linker_define_unknown_imports_as_traps(p->linker, m));
        else
            drop(
                wasmtime_linker_define_unknown_imports_as_default_values(p->linker, p->context, m));
        break;
    case 7: drop(wasmtime_linker_module(p->linker, p->context, name, strlen(name), m)); break;
    case 8:
        drop(wasmtime_linker_define_instance(p->linker, p->context, name, strlen(name),
                                             &instances[rnd(INSTANCES)]));
        break;
    case 9:
        if (wasmtime_linker_get(p->linker, p->context, module, strlen(module), name, strlen(name),
                                &made))
            keep_extern(&made);
        break;
    case 10:
        wasmtime_instance_pre_delete(pre);
        pre = NULL;
        drop(wasmtime_linker_instantiate_pre(p->linker, m, &pre));
        break;
    case 11:
        if (pre && drop(wasmtime_instance_pre_instantiate(pre, p->context, &instance, &trap)) &&
            !trap)
            keep_instance(p, &instance);
        break;
    case 12: {
        wasm_functype_t *t = some_functype();
        made.kind = WASMTIME_EXTERN_FUNC;
        if (rnd(2))
            wasmtime_func_new(p->context, t, boxed, NULL, finalize, &made.of.func);
        else
            wasmtime_func_new_unchecked(p->context, t, raw, NULL, finalize, &made.of.func);
        wasm_functype_delete(t);
        keep_extern(&made);
        break;
    }
    case 13:
    case 14:
    case 15:
        if (x->kind == WASMTIME_EXTERN_FUNC)
            call(p, &x->of.func);
        break;
    case 16:
        if (x->kind == WASMTIME_EXTERN_MEMORY) {
            drop(wasmtime_memory_grow(p->context, &x->of.memory,
                                      rnd(4) ? rnd(3) : UINT64_MAX - rnd(3), &number));
            size_t size = wasmtime_memory_data_size(p->context, &x->of.memory);
            if (size)
                wasmtime_memory_data(p->context, &x->of.memory)[size - 1] = 3;
        }
        break;
    case 17:
        if (x->kind == WASMTIME_EXTERN_TABLE) {
            drop(wasmtime_table_set(p->context, &x->of.table, rnd(4) ? rnd(4) : UINT64_MAX - rnd(2),
                                    v));
            if (wasmtime_table_get(p->context, &x->of.table, rnd(6), &out))
                keep_value(&out);
            drop(wasmtime_table_grow(p->context, &x->of.table,
                                     rnd(4) ? rnd(3) : UINT64_MAX - rnd(3), v, &number));
        }
        break;
    case 18:
        if (x->kind == WASMTIME_EXTERN_GLOBAL) {
            drop(wasmtime_global_set(p->context, &x->of.global, v));
            wasmtime_global_get(p->context, &x->of.global, &out);
            keep_value(&out);
        }
        break;
    case 19:
        out.kind = (wasmtime_valkind_t)rnd(5);
        out.of.i64 = rnd(100);
        if (rnd(3) == 0 && wasmtime_externref_new(p->context, NULL, finalize, &out.of.externref))
            out.kind = WASMTIME_EXTERNREF;
        else if (rnd(3) == 0 && x->kind == WASMTIME_EXTERN_FUNC) {
            out.kind = WASMTIME_FUNCREF;
            out.of.funcref = x->of.func;
        } else if (rnd(6) == 0) {
            out.kind = WASMTIME_ANYREF;
            wasmtime_anyref_from_i31(p->context, rnd(1000), &out.of.anyref);
        }
        keep_value(&out);
        break;
    case 20: drop(wasmtime_context_gc(p->context)); break;
    case 21: {
        wasm_externtype_t *t = wasmtime_extern_type(p->context, x);
        if (t) {
            wasm_externtype_t *copy = wasm_externtype_copy(t);
            CHECK(wasm_externtype_kind(copy) == wasm_externtype_kind(t));
            wasm_externtype_delete(copy);
            const wasm_globaltype_t *g = wasm_externtype_as_globaltype_const(t);
            const wasm_tabletype_t *tt = wasm_externtype_as_tabletype_const(t);
            const wasm_memorytype_t *mt = wasm_externtype_as_memorytype_const(t);
            if (g && drop(wasmtime_global_new(p->context, g, v, &made.of.global))) {
                made.kind = WASMTIME_EXTERN_GLOBAL;
                keep_extern(&made);
            } else if (tt && drop(wasmtime_table_new(p->context, tt, v, &made.of.table))) {
                made.kind = WASMTIME_EXTERN_TABLE;
                keep_extern(&made);
            } else if (mt && drop(wasmtime_memory_new(p->context, mt, &made.of.memory))) {
                made.kind = WASMTIME_EXTERN_MEMORY;
                keep_extern(&made);
            }
            wasm_externtype_delete(t);
        }
        break;
    }
    case 22: {
        wasmtime_func_t f;
        if (drop(wasmtime_linker_get_default(p->linker, p->context, name, strlen(name), &f)))
            call(p, &f);
        break;
    }
    case 23: {
        wasmtime_linker_t *copy = wasmtime_linker_clone(p->linker);
        wasmtime_linker_allow_shadowing(copy, rnd(2));
        if (rnd(4) == 0 && depth == 0) {
            wasmtime_linker_delete(p->linker);
            p->linker = rnd(3) ? copy : wasmtime_linker_new(engine);
            if (p->linker == copy)
                copy = NULL;
        }
        wasmtime_linker_delete(copy);
        break;
    }
    }
    drop_trap(trap);
}

int main(int argc, char **argv)
{
    unsigned long operations = argc > 1 ? strtoul(argv[1], NULL, 0) : 20000;
    state = argc > 2 ? strtoull(argv[2], NULL, 0) : 88172645463325252u;
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_consume_fuel_set(config, true);
    engine = wasm_engine_new_with_config(config);
    other_engine = wasm_engine_new();
    for (size_t i = 0; i < MODULES; i++)
        modules[i] = module_of(i == 4 ? other_engine : engine, texts[i]);
    for (size_t i = 0; i < STORES; i++)
        open_place(&places[i]);
    for (unsigned long n = 0; n < operations; n++)
        step();
    for (size_t i = 0; i < STORES; i++)
        close_place(&places[i]);
    for (size_t i = 0; i < VALUES; i++)
        wasmtime_val_unroot(&values[i]);
    for (size_t i = 0; i < STORES * EXTERNS; i++)
        wasmtime_extern_delete(&externs[i]);
    wasmtime_instance_pre_delete(pre);
    for (size_t i = 0; i < MODULES; i++)
        wasmtime_module_delete(modules[i]);
    wasm_engine_delete(engine);
    wasm_engine_delete(other_engine);
    printf("%lu operations: %u successes, %u errors, %u traps, %d finalizers\n", operations,
           successes, errors, traps, finalizers);
    CHECK(successes && errors && traps);
    FINISH();
}
