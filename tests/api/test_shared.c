/* Shared memories: of the host's making and defined by modules; whose they are, how long they
 * live, whose limits apply. */
#include "check.h"
#include <pthread.h>

static wasm_config_t *config_of(bool creation)
{
    wasm_config_t *c = wasm_config_new();
    wasmtime_config_wasm_threads_set(c, true);
    wasmtime_config_shared_memory_set(c, creation);
    return c;
}

static wasm_memorytype_t *type_of(uint64_t min, uint64_t max)
{
    wasm_memorytype_t *t = NULL;
    OK(wasmtime_memorytype_new(min, true, max, false, true, 16, &t));
    return t;
}

static const char defines[] =
    "(module (memory (export \"m\") 1 4 shared) (data (i32.const 8) \"hello\")"
    " (func (export \"add\") (param i32) (result i32) (i32.atomic.rmw.add (i32.const 0) (local.get "
    "0)))"
    " (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0))))";
static const char uses[] =
    "(module (import \"x\" \"m\" (memory 1 4 shared))"
    " (func (export \"load\") (result i32) (i32.atomic.load (i32.const 0)))"
    " (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0))))";

static int32_t call_i32(struct world *w, wasmtime_instance_t i, const char *name, int nargs,
                        int32_t arg)
{
    wasmtime_extern_t f = export_of(w, i, name);
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = arg}, r = {0};
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w->context, &f.of.func, &a, (size_t)nargs, &r, 1, &trap));
    CHECK(!trap);
    wasm_trap_delete(trap);
    return r.of.i32;
}

static void test_host(void)
{
    struct world w = world_new(config_of(true));
    wasm_memorytype_t *t = type_of(1, 3), *plain = NULL;
    OK(wasmtime_memorytype_new(1, true, 3, false, false, 16, &plain));
    wasmtime_sharedmemory_t *m = NULL, *untouched = (wasmtime_sharedmemory_t *)8;
    wasmtime_memory_t none;
    OK(wasmtime_sharedmemory_new(w.engine, t, &m));
    ERROR_HAS(wasmtime_sharedmemory_new(w.engine, plain, &untouched), "shared");
    CHECK(untouched == (wasmtime_sharedmemory_t *)8);
    ERROR_HAS(wasmtime_memory_new(w.context, t, &none), "SharedMemory");
    uint64_t before = 77;
    uint8_t *base = wasmtime_sharedmemory_data(m);
    CHECK(wasmtime_sharedmemory_size(m) == 1 && wasmtime_sharedmemory_data_size(m) == 65536);
    OK(wasmtime_sharedmemory_grow(m, 0, &before));
    CHECK(before == 1);
    OK(wasmtime_sharedmemory_grow(m, 2, &before));
    CHECK(before == 1 && wasmtime_sharedmemory_size(m) == 3 &&
          wasmtime_sharedmemory_data(m) == base);
    base[3 * 65536 - 1] = 1;
    before = 77;
    ERROR_IS(wasmtime_sharedmemory_grow(m, 1, &before), "failed to grow memory by `1`");
    ERROR_IS(wasmtime_sharedmemory_grow(m, UINT64_MAX, &before),
             "failed to grow memory by `18446744073709551615`");
    CHECK(before == 77);
    wasm_memorytype_t *got = wasmtime_sharedmemory_type(m);
    uint64_t max = 0;
    CHECK(wasmtime_memorytype_isshared(got) && wasmtime_memorytype_minimum(got) == 1 &&
          wasmtime_memorytype_maximum(got, &max) && max == 3);
    wasm_memorytype_delete(got);
    wasmtime_sharedmemory_t *second = wasmtime_sharedmemory_clone(m);
    wasmtime_sharedmemory_delete(m);
    CHECK(wasmtime_sharedmemory_data(second) == base);
    wasmtime_extern_t x = {.kind = WASMTIME_EXTERN_SHAREDMEMORY, .of.sharedmemory = second};
    wasm_externtype_t *xt = wasmtime_extern_type(w.context, &x);
    CHECK(xt && wasm_externtype_kind(xt) == WASM_EXTERN_MEMORY);
    wasm_externtype_delete(xt);
    wasmtime_extern_delete(&x);
    wasmtime_sharedmemory_delete(NULL);
    wasm_memorytype_delete(t);
    wasm_memorytype_delete(plain);
    world_delete(&w);

    w = world_new(
        config_of(false)); /* the default: creation is off, modules may define their own */
    t = type_of(1, 3);
    ERROR_HAS(wasmtime_sharedmemory_new(w.engine, t, &untouched), "disabled");
    wasm_memorytype_delete(t);
    world_delete(&w);
}

/* The memory that a module defines is a shared memory like any other, and outlives its store. */
static void test_defined(void)
{
    struct world w = world_new(config_of(true));
    wasmtime_instance_t i = instance_of(&w, defines, NULL, 0);
    wasmtime_extern_t m = export_of(&w, i, "m"), again = export_of(&w, i, "m");
    CHECK(m.kind == WASMTIME_EXTERN_SHAREDMEMORY && again.kind == WASMTIME_EXTERN_SHAREDMEMORY);
    CHECK(wasmtime_sharedmemory_data(m.of.sharedmemory) ==
          wasmtime_sharedmemory_data(again.of.sharedmemory));
    CHECK(memcmp(wasmtime_sharedmemory_data(m.of.sharedmemory) + 8, "hello", 5) == 0);
    char *name;
    size_t len;
    wasmtime_extern_t nth;
    CHECK(wasmtime_instance_export_nth(w.context, &i, 0, &name, &len, &nth) &&
          nth.kind == WASMTIME_EXTERN_SHAREDMEMORY);
    wasmtime_extern_delete(&nth);
    CHECK(call_i32(&w, i, "add", 1, 5) == 0 && call_i32(&w, i, "add", 1, 1) == 5);
    CHECK(call_i32(&w, i, "grow", 1, 1) == 1 && wasmtime_sharedmemory_size(m.of.sharedmemory) == 2);

    /* imported again in its own store, by hand and by linkers */
    wasmtime_instance_t u = instance_of(&w, uses, &m, 1);
    CHECK(call_i32(&w, u, "load", 0, 0) == 6);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    OK(wasmtime_linker_define_instance(l, w.context, "x", 1, &i));
    wasmtime_module_t *user = module_of(w.engine, uses);
    wasmtime_instance_pre_t *pre = NULL;
    OK(wasmtime_linker_instantiate_pre(l, user, &pre));
    wasmtime_extern_t found;
    CHECK(wasmtime_linker_get(l, w.context, "x", 1, "m", 1, &found) &&
          found.kind == WASMTIME_EXTERN_SHAREDMEMORY);
    wasmtime_extern_delete(&found);

    /* and in another one, after the first has ended */
    wasmtime_store_t *other = wasmtime_store_new(w.engine, NULL, NULL);
    wasmtime_store_delete(w.store);
    w.store = other;
    w.context = wasmtime_store_context(other);
    wasm_trap_t *trap = NULL;
    OK(wasmtime_instance_pre_instantiate(pre, w.context, &u, &trap));
    CHECK(!trap && call_i32(&w, u, "load", 0, 0) == 6);
    wasmtime_linker_t *copy = wasmtime_linker_clone(l);
    wasmtime_linker_delete(l);
    CHECK(!wasmtime_linker_instantiate(copy, w.context, user, &u, &trap) && !trap);
    wasmtime_extern_delete(&m);
    wasmtime_extern_delete(&again);
    wasmtime_instance_pre_delete(pre);
    wasmtime_linker_delete(copy);
    CHECK(call_i32(&w, u, "grow", 1, 1) == 2 && call_i32(&w, u, "load", 0, 0) == 6);
    wasmtime_module_delete(user);
    world_delete(&w);
}

/* A new instance of the module gets a memory of its own, though the last one's is still in use. */
static void test_not_recycled(void)
{
    struct world w = world_new(config_of(true));
    wasmtime_module_t *m = module_of(w.engine, defines);
    wasmtime_extern_t kept[3];
    for (int k = 0; k < 3; k++) {
        wasmtime_store_t *s = wasmtime_store_new(w.engine, NULL, NULL);
        wasmtime_instance_t i;
        wasm_trap_t *trap = NULL;
        OK(wasmtime_instance_new(wasmtime_store_context(s), m, NULL, 0, &i, &trap));
        CHECK(wasmtime_instance_export_get(wasmtime_store_context(s), &i, "m", 1, &kept[k]));
        uint8_t *p = wasmtime_sharedmemory_data(kept[k].of.sharedmemory);
        CHECK(p[0] == 0);
        p[0] = (uint8_t)(k + 1);
        wasmtime_store_delete(s);
    }
    wasmtime_module_delete(m);
    for (int k = 0; k < 3; k++) {
        CHECK(wasmtime_sharedmemory_data(kept[k].of.sharedmemory)[0] == k + 1);
        wasmtime_extern_delete(&kept[k]);
    }
    world_delete(&w);
}

/* The limits of a store hold for its guests, whoever made the memory; not for the host. */
static void test_limits(void)
{
    struct world w = world_new(config_of(true));
    wasmtime_store_limiter(w.store, 2 * 65536, -1, -1, -1, -1);
    wasmtime_instance_t i = instance_of(&w, defines, NULL, 0);
    wasmtime_extern_t m = export_of(&w, i, "m");
    CHECK(call_i32(&w, i, "grow", 1, 2) == -1 && call_i32(&w, i, "grow", 1, 1) == 1);
    CHECK(call_i32(&w, i, "grow", 1, 1) == -1);
    uint64_t before;
    OK(wasmtime_sharedmemory_grow(m.of.sharedmemory, 1, &before));
    CHECK(before == 2);
    wasmtime_store_limiter(w.store, 65535, -1, -1, -1, -1);
    wasmtime_module_t *module = module_of(w.engine, defines);
    wasm_trap_t *trap = NULL;
    ERROR_HAS(wasmtime_instance_new(w.context, module, NULL, 0, &i, &trap), "memory limits");
    wasmtime_module_delete(module);
    wasmtime_extern_delete(&m);
    world_delete(&w);
}

static void test_misuse(void)
{
    struct world a = world_new(config_of(true)), b = world_new(config_of(true));
    wasm_memorytype_t *t = type_of(1, 3), *small = type_of(1, 9);
    wasmtime_extern_t x = {.kind = WASMTIME_EXTERN_SHAREDMEMORY}, y = x;
    OK(wasmtime_sharedmemory_new(a.engine, t, &x.of.sharedmemory));
    OK(wasmtime_sharedmemory_new(a.engine, small, &y.of.sharedmemory));
    wasmtime_module_t *ma = module_of(a.engine, uses), *mb = module_of(b.engine, uses);
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    ERROR_HAS(wasmtime_instance_new(b.context, mb, &x, 1, &i, &trap), "another engine");
    wasmtime_linker_t *l = wasmtime_linker_new(b.engine);
    ERROR_HAS(wasmtime_linker_define(l, b.context, "x", 1, "m", 1, &x), "another engine");
    wasmtime_linker_delete(l);
    ERROR_HAS(wasmtime_instance_new(a.context, ma, &y, 1, &i, &trap), "memory types incompatible");
    wasmtime_extern_t null = {.kind = WASMTIME_EXTERN_SHAREDMEMORY};
    ERROR_HAS(wasmtime_instance_new(a.context, ma, &null, 1, &i, &trap), "cross-`Store`");
    CHECK(!wasmtime_extern_type(a.context, &null));
    wasmtime_instance_t plain = instance_of(&a, "(module (memory (export \"m\") 1 4))", NULL, 0);
    wasmtime_extern_t p = export_of(&a, plain, "m");
    CHECK(p.kind == WASMTIME_EXTERN_MEMORY);
    ERROR_HAS(wasmtime_instance_new(a.context, ma, &p, 1, &i, &trap),
              "expected shared memory, found unshared");
    wasmtime_module_delete(ma);
    wasmtime_module_delete(mb);
    wasmtime_extern_delete(&x);
    wasmtime_extern_delete(&y);
    wasm_memorytype_delete(t);
    wasm_memorytype_delete(small);
    world_delete(&a);
    world_delete(&b);
}

struct worker {
    wasm_engine_t *engine;
    wasmtime_module_t *module;
    wasmtime_sharedmemory_t *memory;
};

static void *work(void *arg)
{
    struct worker *w = arg;
    struct world mine = {w->engine, wasmtime_store_new(w->engine, NULL, NULL), NULL};
    mine.context = wasmtime_store_context(mine.store);
    wasmtime_extern_t x = {.kind = WASMTIME_EXTERN_SHAREDMEMORY, .of.sharedmemory = w->memory};
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    OK(wasmtime_instance_new(mine.context, w->module, &x, 1, &i, &trap));
    for (int k = 0; k < 1000; k++)
        call_i32(&mine, i, "add", 1, 1);
    wasmtime_store_delete(mine.store);
    return NULL;
}

static void test_threads(void)
{
    struct world w = world_new(config_of(true));
    wasmtime_instance_t i = instance_of(&w, defines, NULL, 0);
    wasmtime_extern_t m = export_of(&w, i, "m");
    struct worker arg = {
        w.engine,
        module_of(w.engine,
                  "(module (import \"x\" \"m\" (memory 1 4 shared)) (func (export \"add\") "
                  "(param i32) (result i32) (i32.atomic.rmw.add (i32.const 0) (local.get 0))))"),
        m.of.sharedmemory};
    pthread_t threads[4];
    for (int k = 0; k < 4; k++)
        pthread_create(&threads[k], NULL, work, &arg);
    for (int k = 0; k < 4; k++)
        pthread_join(threads[k], NULL);
    CHECK(call_i32(&w, i, "add", 1, 0) == 4000);
    wasmtime_module_delete(arg.module);
    wasmtime_extern_delete(&m);
    world_delete(&w);
}

/* wasm.h has no such kind: it is a memory there. */
static void test_wasm_h(void)
{
    wasm_engine_t *engine = wasm_engine_new_with_config(config_of(true));
    wasm_store_t *store = wasm_store_new(engine);
    wasm_byte_vec_t bytes;
    OK(wasmtime_wat2wasm(defines, strlen(defines), &bytes));
    wasm_module_t *module = wasm_module_new(store, &bytes);
    wasm_byte_vec_delete(&bytes);
    wasm_instance_t *i = wasm_instance_new(store, module, NULL, NULL);
    wasm_extern_vec_t exports;
    wasm_instance_exports(i, &exports);
    CHECK(exports.size == 3 && wasm_extern_kind(exports.data[0]) == WASM_EXTERN_MEMORY);
    wasm_memory_t *m = wasm_extern_as_memory(exports.data[0]);
    CHECK(memcmp(wasm_memory_data(m) + 8, "hello", 5) == 0);
    CHECK(wasm_memory_grow(m, 1) && wasm_memory_size(m) == 2 && !wasm_memory_grow(m, 9));
    wasm_instance_delete(i);
    wasm_module_delete(module);
    wasm_store_delete(store);
    CHECK(wasm_memory_data_size(m) == 2 * 65536);
    wasm_extern_vec_delete(&exports);
    wasm_engine_delete(engine);
}

int main(void)
{
    test_host();
    test_defined();
    test_not_recycled();
    test_limits();
    test_misuse();
    test_threads();
    test_wasm_h();
    FINISH();
}
