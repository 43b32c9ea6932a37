/* The linker: names, shadowing, missing and mismatched imports, modules as programs, stubs,
 * prepared instances. */
#include "check.h"

static int finalized;
static void count_final(void *env)
{
    (void)env;
    finalized++;
}

static wasm_trap_t *seven(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                          size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)caller, (void)args, (void)nargs, (void)nresults;
    results[0] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = 7};
    return NULL;
}

static wasmtime_error_t *define_seven(wasmtime_linker_t *l, const char *module, size_t module_len)
{
    wasm_functype_t *t = wasm_functype_new_0_1(wasm_valtype_new_i32());
    wasmtime_error_t *e =
        wasmtime_linker_define_func(l, module, module_len, "f", 1, t, seven, NULL, count_final);
    wasm_functype_delete(t);
    return e;
}

static void test_names(void)
{
    struct world w = world_new(NULL),
                 w2 = {w.engine, wasmtime_store_new(w.engine, NULL, NULL), NULL};
    w2.context = wasmtime_store_context(w2.store);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    finalized = 0;
    OK(define_seven(l, "m", 1));
    ERROR_IS(define_seven(l, "m", 1), "import of `m::f` defined twice");
    CHECK(finalized == 1);
    ERROR_IS(define_seven(l, "\xff", 1), "input was not valid utf-8");
    CHECK(finalized == 2);
    wasmtime_linker_allow_shadowing(l, true);
    OK(define_seven(l, "m", 1));
    CHECK(finalized == 3);
    wasmtime_linker_t *copy = wasmtime_linker_clone(l);
    wasmtime_extern_t x;
    CHECK(!wasmtime_linker_get(l, w.context, "m", 1, "g", 1, &x));
    CHECK(!wasmtime_linker_get(l, w.context, "\xff", 1, "g", 1, &x));
    CHECK(wasmtime_linker_get(l, w.context, "m", 1, "f", 1, &x) && x.kind == WASMTIME_EXTERN_FUNC);
    wasmtime_val_t r;
    wasm_trap_t *trap;
    OK(wasmtime_func_call(w.context, &x.of.func, NULL, 0, &r, 1, &trap));
    CHECK(r.of.i32 == 7);
    wasmtime_module_t *m =
        module_of(w.engine, "(module (import \"m\" \"f\" (func $f (result i32))) (func (export "
                            "\"g\") (result i32) (i32.add (call $f) (i32.const 1))))");
    wasmtime_instance_t i;
    OK(wasmtime_linker_instantiate(copy, w2.context, m, &i, &trap));
    x = export_of(&w2, i, "g");
    OK(wasmtime_func_call(w2.context, &x.of.func, NULL, 0, &r, 1, &trap));
    CHECK(r.of.i32 == 8);
    wasmtime_linker_delete(l);
    wasmtime_linker_delete(copy);
    wasmtime_store_delete(w2.store);
    CHECK(finalized == 3);
    wasmtime_module_delete(m);
    world_delete(&w);
    CHECK(finalized == 4);
}

static void test_missing(void)
{
    struct world w = world_new(NULL);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    wasmtime_module_t *m = module_of(w.engine, "(module (import \"m\" \"n\" (func (param i32))) "
                                               "(func (export \"g\") (call 0 (i32.const 1))))");
    wasmtime_instance_t i;
    wasm_trap_t *trap = (wasm_trap_t *)1;
    wasmtime_instance_pre_t *pre = NULL;
    ERROR_IS(wasmtime_linker_instantiate(l, w.context, m, &i, &trap),
             "unknown import: `m::n` has not been defined");
    CHECK(trap == NULL);
    ERROR_IS(wasmtime_linker_instantiate_pre(l, m, &pre),
             "unknown import: `m::n` has not been defined");
    CHECK(pre == NULL);
    wasmtime_linker_t *stubs = wasmtime_linker_clone(l);
    OK(wasmtime_linker_define_unknown_imports_as_traps(stubs, m));
    OK(wasmtime_linker_instantiate(stubs, w.context, m, &i, &trap));
    wasmtime_extern_t g = export_of(&w, i, "g");
    ERROR_HAS(wasmtime_func_call(w.context, &g.of.func, NULL, 0, NULL, 0, &trap),
              "unknown import: `m::n` has not been defined");
    CHECK(trap == NULL);
    wasmtime_linker_delete(stubs);
    wasm_globaltype_t *gt = wasm_globaltype_new(wasm_valtype_new_i32(), WASM_VAR);
    wasmtime_val_t v = {.kind = WASMTIME_I32, .of.i32 = 3};
    wasmtime_extern_t x = {.kind = WASMTIME_EXTERN_GLOBAL};
    OK(wasmtime_global_new(w.context, gt, &v, &x.of.global));
    wasm_globaltype_delete(gt);
    OK(wasmtime_linker_define(l, w.context, "m", 1, "n", 1, &x));
    ERROR_IS(
        wasmtime_linker_instantiate(l, w.context, m, &i, &trap),
        "incompatible import type for `m::n`\n\nCaused by:\n    expected func, but found global\n");
    ERROR_IS(
        wasmtime_instance_new(w.context, m, &x, 1, &i, &trap),
        "incompatible import type for `m::n`\n\nCaused by:\n    expected func, but found global\n");
    ERROR_IS(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap),
             "expected 1 imports, found 0");
    wasmtime_store_t *other = wasmtime_store_new(w.engine, NULL, NULL);
    wasmtime_module_t *gm = module_of(w.engine, "(module (import \"m\" \"n\" (global (mut i32))))");
    ERROR_HAS(wasmtime_linker_instantiate(l, wasmtime_store_context(other), gm, &i, &trap),
              "cross-`Store`");
    wasmtime_store_delete(other);
    wasmtime_module_delete(gm);
    wasmtime_module_delete(m);
    wasmtime_linker_delete(l);
    world_delete(&w);
}

static void test_defaults(void)
{
    struct world w = world_new(NULL);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    wasmtime_module_t *m =
        module_of(w.engine, "(module (import \"a\" \"f\" (func $f (param i32) (result i64 "
                            "funcref))) (import \"a\" \"g\" (global $g i32))"
                            "(import \"a\" \"t\" (table 3 funcref)) (import \"a\" \"m\" (memory 2))"
                            "(func (export \"f\") (result i64) (call $f (i32.const 1)) drop)"
                            "(func (export \"s\") (result i32) (i32.add (global.get $g) (i32.add "
                            "(memory.size) (table.size 0)))))");
    OK(wasmtime_linker_define_unknown_imports_as_default_values(l, w.context, m));
    wasmtime_instance_t i;
    wasm_trap_t *trap;
    OK(wasmtime_linker_instantiate(l, w.context, m, &i, &trap));
    wasmtime_extern_t f = export_of(&w, i, "f"), s = export_of(&w, i, "s");
    wasmtime_val_t r;
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, &r, 1, &trap));
    CHECK(r.kind == WASMTIME_I64 && r.of.i64 == 0);
    OK(wasmtime_func_call(w.context, &s.of.func, NULL, 0, &r, 1, &trap));
    CHECK(r.of.i32 == 5);
    wasmtime_module_delete(m);
    wasmtime_linker_delete(l);
    world_delete(&w);
}

static int call_i32(struct world *w, wasmtime_linker_t *l, const char *module, const char *name)
{
    wasmtime_extern_t x;
    wasmtime_val_t r = {0};
    wasm_trap_t *trap;
    CHECK(wasmtime_linker_get(l, w->context, module, strlen(module), name, strlen(name), &x));
    OK(wasmtime_func_call(w->context, &x.of.func, NULL, 0, &r, 1, &trap));
    CHECK(trap == NULL);
    return r.of.i32;
}

static void test_programs(void)
{
    struct world w = world_new(NULL);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    static const char count[] = "(global $g (mut i32) (i32.const 0)) (memory (export \"memory\") 1)"
                                "(func (export \"next\") (result i32) (global.set $g (i32.add "
                                "(global.get $g) (i32.const 1))) (global.get $g))";
    char wat[1024];
    snprintf(wat, sizeof wat, "(module %s)", count);
    wasmtime_module_t *m = module_of(w.engine, wat);
    OK(wasmtime_linker_module(l, w.context, "plain", 5, m));
    wasmtime_module_delete(m);
    CHECK(call_i32(&w, l, "plain", "next") == 1 && call_i32(&w, l, "plain", "next") == 2);
    snprintf(wat, sizeof wat, "(module %s (func (export \"_start\")))", count);
    m = module_of(w.engine, wat);
    OK(wasmtime_linker_module(l, w.context, "command", 7, m));
    wasmtime_module_delete(m);
    CHECK(call_i32(&w, l, "command", "next") == 1 && call_i32(&w, l, "command", "next") == 1);
    snprintf(wat, sizeof wat,
             "(module %s (func (export \"_initialize\") (global.set $g (i32.const 10))))", count);
    m = module_of(w.engine, wat);
    OK(wasmtime_linker_module(l, w.context, "reactor", 7, m));
    wasmtime_module_delete(m);
    CHECK(call_i32(&w, l, "reactor", "next") == 11 && call_i32(&w, l, "reactor", "next") == 12);
    m = module_of(w.engine, "(module (func (export \"_start\")) (func (export \"_initialize\")))");
    ERROR_HAS(wasmtime_linker_module(l, w.context, "both", 4, m), "both");
    wasmtime_module_delete(m);
    m = module_of(w.engine,
                  "(module (func (export \"_start\")) (global (export \"x\") i32 (i32.const 0)))");
    ERROR_IS(wasmtime_linker_module(l, w.context, "odd", 3, m),
             "command export 'x' is not a function");
    wasmtime_module_delete(m);
    m = module_of(w.engine, "(module (func (export \"_start\") unreachable))");
    OK(wasmtime_linker_module(l, w.context, "bad", 3, m));
    wasmtime_module_delete(m);
    wasmtime_func_t f;
    wasm_trap_t *trap;
    OK(wasmtime_linker_get_default(l, w.context, "bad", 3, &f));
    OK(wasmtime_func_call(w.context, &f, NULL, 0, NULL, 0, &trap));
    wasmtime_trap_code_t code;
    CHECK(trap && wasmtime_trap_code(trap, &code) &&
          code == WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED);
    wasm_trap_delete(trap);
    OK(wasmtime_linker_get_default(l, w.context, "nobody", 6, &f));
    OK(wasmtime_func_call(w.context, &f, NULL, 0, NULL, 0, &trap));
    wasmtime_extern_t x;
    CHECK(wasmtime_linker_get(l, w.context, "plain", 5, "memory", 6, &x) &&
          x.kind == WASMTIME_EXTERN_MEMORY);
    OK(wasmtime_linker_define(l, w.context, "mem", 3, "", 0, &x));
    ERROR_IS(wasmtime_linker_get_default(l, w.context, "mem", 3, &f),
             "default export in 'mem' is not a function");
    wasmtime_linker_delete(l);
    world_delete(&w);
}

static void test_pre(void)
{
    struct world w = world_new(NULL);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    OK(define_seven(l, "m", 1));
    wasmtime_module_t *m = module_of(
        w.engine,
        "(module (import \"m\" \"f\" (func $f (result i32))) (export \"f\" (func $f)) (memory "
        "(export \"memory\") 1) (global (export \"g\") (mut i32) (i32.const 5)))");
    wasmtime_instance_pre_t *pre;
    OK(wasmtime_linker_instantiate_pre(l, m, &pre));
    wasmtime_linker_delete(l);
    wasmtime_module_t *same = wasmtime_instance_pre_module(pre);
    wasm_exporttype_vec_t exports;
    wasmtime_module_exports(same, &exports);
    CHECK(exports.size == 3);
    wasm_exporttype_vec_delete(&exports);
    wasmtime_module_delete(same);
    wasmtime_module_delete(m);
    for (int n = 0; n < 20; n++) {
        wasmtime_store_t *s = wasmtime_store_new(w.engine, NULL, NULL);
        wasmtime_context_t *c = wasmtime_store_context(s);
        wasmtime_instance_t i;
        wasm_trap_t *trap = (wasm_trap_t *)1;
        OK(wasmtime_instance_pre_instantiate(pre, c, &i, &trap));
        CHECK(trap == NULL);
        char *name;
        size_t len;
        wasmtime_extern_t x;
        CHECK(wasmtime_instance_export_nth(c, &i, 2, &name, &len, &x) && len == 1 &&
              name[0] == 'g');
        CHECK(!wasmtime_instance_export_nth(c, &i, 3, &name, &len, &x));
        wasmtime_val_t v;
        wasmtime_global_get(c, &x.of.global, &v);
        CHECK(v.of.i32 == 5);
        v.of.i32 = 9;
        OK(wasmtime_global_set(c, &x.of.global, &v));
        CHECK(wasmtime_instance_export_get(c, &i, "memory", 6, &x));
        uint8_t *p = wasmtime_memory_data(c, &x.of.memory);
        CHECK(p[100] == 0);
        p[100] = 1;
        CHECK(wasmtime_instance_export_get(c, &i, "f", 1, &x));
        OK(wasmtime_func_call(c, &x.of.func, NULL, 0, &v, 1, &trap));
        CHECK(v.of.i32 == 7);
        wasmtime_store_delete(s);
    }
    wasmtime_instance_pre_delete(pre);
    world_delete(&w);
}

static void test_start(void)
{
    struct world w = world_new(NULL);
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    wasmtime_module_t *m = module_of(w.engine, "(module (func $f unreachable) (start $f))");
    OK(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap));
    TRAP_HAS(trap, "wasm `unreachable` instruction executed");
    wasmtime_module_delete(m);
    m = module_of(w.engine, "(module (memory 1) (data (i32.const 65536) \"x\"))");
    OK(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap));
    TRAP_HAS(trap, "out of bounds memory access");
    wasmtime_module_delete(m);
    wasmtime_instance_t a =
        instance_of(&w, "(module (func (export \"x\")) (memory (export \"y\") 1))", NULL, 0);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    OK(wasmtime_linker_define_instance(l, w.context, "a", 1, &a));
    ERROR_HAS(wasmtime_linker_define_instance(l, w.context, "a", 1, &a), "defined twice");
    wasmtime_extern_t x;
    CHECK(wasmtime_linker_get(l, w.context, "a", 1, "y", 1, &x) &&
          x.kind == WASMTIME_EXTERN_MEMORY);
    wasmtime_linker_delete(l);
    world_delete(&w);
}

int main(void)
{
    test_names();
    test_missing();
    test_defaults();
    test_programs();
    test_pre();
    test_start();
    FINISH();
}
