/* The words: the phrase of each trap, how causes are written down, what does not match at an
 * import; and when a pointer for a trap is set, cleared or left alone. */
#include "check.h"

static void test_phrases(void)
{
    static const char *const phrases[] = {
        "call stack exhausted",
        "out of bounds memory access",
        "unaligned atomic",
        "undefined element: out of bounds table access",
        "uninitialized element",
        "indirect call type mismatch",
        "integer overflow",
        "integer divide by zero",
        "invalid conversion to integer",
        "wasm `unreachable` instruction executed",
        "interrupt",
        "all fuel consumed by WebAssembly",
        "atomic wait on non-shared memory",
        "null reference",
        "out of bounds array access",
        "allocation size too large",
        "cast failure",
        "cannot enter component instance",
        "async-lifted export failed to produce a result",
        "unhandled tag",
        "continuation already consumed",
        "pulley opcode disabled at compile time was executed",
        "deadlock detected: event loop cannot make further progress",
        "cannot leave component instance",
        "cannot block a synchronous task before returning",
        "invalid `char` bit pattern",
        "should have finished string encoding",
        "code units should be equal",
        "pointer should be aligned",
        "upper bits should be unset",
        "string content out-of-bounds",
        "list content out-of-bounds",
        "invalid variant discriminant",
        "unaligned pointer",
        "`task.cancel` called by task which has not been cancelled",
        "`task.return` or `task.cancel` called more than once for current task",
        "`subtask.cancel` called after terminal status delivered",
        "invalid `task.return` signature and/or options for current task",
        "cannot drop waitable set with waiters",
        "cannot drop a subtask which has not yet resolved",
        "start function does not match expected type (currently only `(i32) -> ()` is supported)",
        "the start function index points to an uninitialized function",
        "backpressure counter overflow",
        "unsupported callback code",
        "cannot resume thread which is not suspended",
        "cannot have concurrent operations active on a future/stream",
        "reference count overflow",
        "stream read/write count too large",
        "waitable cannot be used synchronously while added to a waitable set",
        "uncaught exception propagated out of component"};
    for (unsigned c = 0; c < sizeof phrases / sizeof *phrases; c++) {
        char want[160];
        snprintf(want, sizeof want, "wasm trap: %s", phrases[c]);
        TRAP_IS(wasmtime_trap_new_code((wasmtime_trap_code_t)c), want);
    }
}

/* Causes: one is indented, several are numbered; further lines of one stand below it. */
static wasm_trap_t *fail(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                         size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return wasmtime_trap_new(env, strlen(env));
}

static wasm_trap_t *call_through(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                                 size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)args, (void)nargs, (void)results, (void)nresults;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *e =
        wasmtime_func_call(wasmtime_caller_context(caller), env, NULL, 0, NULL, 0, &trap);
    return e ? hospes_trap_new_error(e) : trap;
}

static wasmtime_extern_t host(struct world *w, wasmtime_func_callback_t f, void *env)
{
    wasm_functype_t *t = wasm_functype_new_0_0();
    wasmtime_extern_t x = {.kind = WASMTIME_EXTERN_FUNC};
    wasmtime_func_new(w->context, t, f, env, NULL, &x.of.func);
    wasm_functype_delete(t);
    return x;
}

static void test_causes(void)
{
    struct world w = world_new(NULL);
    wasmtime_extern_t h = host(&w, fail, "two\nlines");
    wasmtime_instance_t i = instance_of(
        &w, "(module $m (import \"\" \"\" (func $h)) (func $f (export \"f\") call $h))", &h, 1);
    wasmtime_extern_t f = export_of(&w, i, "f");
    wasm_trap_t *trap = (wasm_trap_t *)8;
    ERROR_IS(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap),
             "error while executing at wasm backtrace:\n    0:     0x25 - m!f\n\nCaused by:\n    "
             "two\n    lines\n");
    CHECK(!trap);
    /* A trap that travels through the host keeps the frames of where it began. */
    wasmtime_instance_t deep =
        instance_of(&w, "(module $deep (func $g (export \"g\") unreachable))", NULL, 0);
    wasmtime_extern_t g = export_of(&w, deep, "g");
    h = host(&w, call_through, &g.of.func);
    i = instance_of(&w, "(module $m (import \"\" \"\" (func $h)) (func $f (export \"f\") call $h))",
                    &h, 1);
    f = export_of(&w, i, "f");
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    wasm_frame_vec_t frames;
    wasm_trap_trace(trap, &frames);
    CHECK(frames.size >= 1 && wasmtime_frame_func_name(frames.data[0])->data[0] == 'g');
    wasm_frame_vec_delete(&frames);
    TRAP_HAS(trap, "deep!g");
    /* An access beyond a memory has a level more. */
    i = instance_of(&w,
                    "(module (memory 1) (func (export \"f\") (drop (i32.load (i32.const 65534)))))",
                    NULL, 0);
    f = export_of(&w, i, "f");
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    TRAP_HAS(trap, "\n\nCaused by:\n    0: memory fault at wasm address 0x");
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    TRAP_HAS(trap,
             " in linear memory of size 0x10000\n    1: wasm trap: out of bounds memory access\n");
    /* Whole messages end in a line only if there are causes. */
    ERROR_IS(wasmtime_error_new("Ünïcode"), "Ünïcode");
    ERROR_IS(wasmtime_error_new(""), "");
    ERROR_IS(wasmtime_error_new(NULL), "");
    world_delete(&w);
}

/* The pointer for a trap: cleared by what sets it first, on success, on error, and set by a trap
 * alone. */
static void test_pointers(void)
{
    struct world w = world_new(NULL);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    wasmtime_module_t *good = module_of(w.engine, "(module (func (export \"f\")))"),
                      *bad = module_of(w.engine, "(module (import \"a\" \"b\" (func)))"),
                      *traps = module_of(w.engine, "(module (func unreachable) (start 0))");
    wasmtime_instance_pre_t *pre = NULL, *pre_traps = NULL;
    OK(wasmtime_linker_instantiate_pre(l, good, &pre));
    OK(wasmtime_linker_instantiate_pre(l, traps, &pre_traps));
    wasmtime_instance_t i;
#define STALE ((wasm_trap_t *)8)
    wasm_trap_t *trap = STALE;
    OK(wasmtime_instance_new(w.context, good, NULL, 0, &i, &trap));
    CHECK(!trap);
    trap = STALE;
    OK(wasmtime_linker_instantiate(l, w.context, good, &i, &trap));
    CHECK(!trap);
    trap = STALE;
    OK(wasmtime_instance_pre_instantiate(pre, w.context, &i, &trap));
    CHECK(!trap);
    trap = STALE;
    ERROR_HAS(wasmtime_instance_new(w.context, bad, NULL, 0, &i, &trap),
              "expected 1 imports, found 0");
    CHECK(!trap);
    trap = STALE;
    ERROR_HAS(wasmtime_linker_instantiate(l, w.context, bad, &i, &trap), "unknown import");
    CHECK(!trap);
    struct world other = world_new(NULL);
    trap = STALE;
    ERROR_HAS(wasmtime_instance_pre_instantiate(pre, other.context, &i, &trap), "cross-`Engine`");
    CHECK(!trap);
    world_delete(&other);
    OK(wasmtime_instance_new(w.context, traps, NULL, 0, &i, &trap));
    TRAP_HAS(trap, "unreachable");
    OK(wasmtime_linker_instantiate(l, w.context, traps, &i, &trap));
    TRAP_HAS(trap, "unreachable");
    OK(wasmtime_instance_pre_instantiate(pre_traps, w.context, &i, &trap));
    TRAP_HAS(trap, "unreachable");
    /* Without a place for it a trap is told as an error. */
    ERROR_HAS(wasmtime_instance_new(w.context, traps, NULL, 0, &i, NULL), "unreachable");
    ERROR_HAS(wasmtime_linker_instantiate(l, w.context, traps, &i, NULL), "unreachable");
    ERROR_HAS(wasmtime_instance_pre_instantiate(pre_traps, w.context, &i, NULL), "unreachable");
    OK(wasmtime_instance_new(w.context, good, NULL, 0, &i, NULL));
    wasmtime_extern_t f = export_of(&w, i, "f");
    trap = STALE;
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    CHECK(!trap);
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, NULL));
    wasmtime_instance_pre_delete(pre);
    wasmtime_instance_pre_delete(pre_traps);
    wasmtime_instance_pre_delete(NULL);
    wasmtime_module_delete(good);
    wasmtime_module_delete(bad);
    wasmtime_module_delete(traps);
    wasmtime_module_delete(NULL);
    wasmtime_linker_delete(l);
    wasmtime_linker_delete(NULL);
    world_delete(&w);
}

/* Imports that do not match: what was wanted and what was found. */
static void test_mismatches(void)
{
    static const struct {
        const char *want, *have, *text;
    } cases[] = {
        {"(func (param i32) (result i64))", "(func (export \"x\") (param i32))",
         "types incompatible: expected type `(func (param i32) (result i64))`, found type `(func "
         "(param i32))`"},
        {"(global i32)", "(func (export \"x\"))", "expected global, but found func"},
        {"(func)", "(memory (export \"x\") 1)", "expected func, but found memory"},
        {"(table 1 funcref)", "(global (export \"x\") i32 (i32.const 1))",
         "expected table, but found global"},
        {"(memory 1)", "(table (export \"x\") 1 funcref)", "expected memory, but found table"},
        {"(global i32)", "(global (export \"x\") i64 (i64.const 1))", "global types incompatible"},
        {"(global (mut i32))", "(global (export \"x\") i32 (i32.const 1))",
         "expected mutable global, found immutable global"},
        {"(memory 2)", "(memory (export \"x\") 1)", "limits (min: 2, max: none)"},
        {"(memory 1 2)", "(memory (export \"x\") 1 3)", "limits (min: 1, max: 3)"},
        {"(memory 1 2)", "(memory (export \"x\") 1)", "limits (min: 1, max: none)"},
        {"(memory i64 1)", "(memory (export \"x\") 1)",
         "expected 64-bit memory, found 32-bit memory"},
        {"(memory 1 1 shared)", "(memory (export \"x\") 1 1)",
         "expected shared memory, found unshared memory"},
        {"(table 2 funcref)", "(table (export \"x\") 1 funcref)", "limits (min: 2, max: none)"},
        {"(table 1 externref)", "(table (export \"x\") 1 funcref)", "table types incompatible"},
        {"(tag (param i32))", "(tag (export \"x\") (param i64))", "incompatible tag types"},
    };
    struct world w = world_new(NULL);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char text[256];
        snprintf(text, sizeof text, "(module %s)", cases[k].have);
        wasmtime_instance_t i = instance_of(&w, text, NULL, 0);
        wasmtime_extern_t x = export_of(&w, i, "x");
        snprintf(text, sizeof text, "(module (import \"mod\" \"name\" %s))", cases[k].want);
        wasmtime_module_t *m = module_of(w.engine, text);
        wasm_trap_t *trap = NULL;
        wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
        wasmtime_instance_pre_t *pre = NULL;
        OK(wasmtime_linker_define(l, w.context, "mod", 3, "name", 4, &x));
        wasmtime_error_t *all[] = {wasmtime_instance_new(w.context, m, &x, 1, &i, &trap),
                                   wasmtime_linker_instantiate(l, w.context, m, &i, &trap),
                                   wasmtime_linker_instantiate_pre(l, m, &pre)};
        for (int how = 0; how < 3; how++) {
            char *got = take_message(all[how]);
            CHECK(got &&
                  strncmp(got, "incompatible import type for `mod::name`\n\nCaused by:\n    ",
                          57) == 0);
            has_text(__FILE__, (int)k, got, cases[k].text);
        }
        wasmtime_linker_delete(l);
        wasmtime_module_delete(m);
    }
    world_delete(&w);
}

/* A linker's names of WASI: those of the snapshot, and the older module's. */
static void test_wasi_names(void)
{
    struct world w = world_new(NULL);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    OK(wasmtime_linker_define_wasi(l));
    ERROR_HAS(wasmtime_linker_define_wasi(l), "defined twice");
    wasmtime_extern_t x;
    CHECK(wasmtime_linker_get(l, w.context, "wasi_snapshot_preview1", 22, "fd_write", 8, &x));
    wasmtime_module_t *m =
        module_of(w.engine, "(module (import \"wasi_unstable\" \"fd_write\" (func (param i32 i32 "
                            "i32 i32) (result i32)))"
                            " (import \"wasi_unstable\" \"proc_exit\" (func (param i32))))");
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    OK(wasmtime_linker_instantiate(l, w.context, m, &i, &trap));
    wasmtime_module_delete(m);
    wasmtime_linker_delete(l);
    world_delete(&w);
}

/* What stands for imports that nobody defined. */
static void test_stubs(void)
{
    struct world w = world_new(NULL);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    wasmtime_module_t *m = module_of(
        w.engine,
        "(module (import \"a\" \"t\" (tag (param i32))) (import \"a\" \"m\" (memory i64 1))"
        " (import \"a\" \"e\" (table 2 externref)) (import \"a\" \"g\" (global (mut v128)))"
        " (import \"a\" \"r\" (global externref)) (import \"a\" \"f\" (func (result externref"
        " f64 v128))) (export \"e\" (table 0)) (export \"r\" (global 1)) (export \"f\" (func 0))"
        " (export \"g\" (global 0)))");
    ERROR_HAS(wasmtime_linker_define_unknown_imports_as_traps(l, m),
              "unknown import: `a::t` has not been defined");
    OK(wasmtime_linker_define_unknown_imports_as_default_values(l, w.context, m));
    OK(wasmtime_linker_define_unknown_imports_as_default_values(l, w.context,
                                                                m)); /* all are known now */
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    OK(wasmtime_linker_instantiate(l, w.context, m, &i, &trap));
    wasmtime_extern_t e = export_of(&w, i, "e"), r = export_of(&w, i, "r"),
                      f = export_of(&w, i, "f"), g = export_of(&w, i, "g");
    wasmtime_val_t v, results[3];
    CHECK(wasmtime_table_get(w.context, &e.of.table, 1, &v) && v.kind == WASMTIME_EXTERNREF &&
          wasmtime_externref_is_null(&v.of.externref));
    wasmtime_global_get(w.context, &r.of.global, &v);
    CHECK(v.kind == WASMTIME_EXTERNREF && wasmtime_externref_is_null(&v.of.externref));
    wasmtime_global_get(w.context, &g.of.global, &v);
    static const uint8_t zero[16];
    CHECK(v.kind == WASMTIME_V128 && memcmp(v.of.v128, zero, 16) == 0);
    memset(results, 1, sizeof results);
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, results, 3, &trap));
    CHECK(results[0].kind == WASMTIME_EXTERNREF &&
          wasmtime_externref_is_null(&results[0].of.externref) && results[1].kind == WASMTIME_F64 &&
          results[1].of.f64 == 0 && results[2].kind == WASMTIME_V128 &&
          memcmp(results[2].of.v128, zero, 16) == 0);
    wasmtime_module_delete(m);
    /* There is no default for what cannot be null. */
    m = module_of(w.engine, "(module (type $t (func)) (import \"b\" \"g\" (global (ref $t))))");
    ERROR_HAS(wasmtime_linker_define_unknown_imports_as_default_values(l, w.context, m),
              "no default value");
    wasmtime_module_delete(m);
    m = module_of(w.engine,
                  "(module (type $t (func)) (import \"b\" \"f\" (func (result (ref $t)))))");
    ERROR_HAS(wasmtime_linker_define_unknown_imports_as_default_values(l, w.context, m),
              "no default value");
    wasmtime_module_delete(m);
    wasmtime_linker_delete(l);
    world_delete(&w);
}

/* What is exported beside the headers' functions: settings and descriptions of version 50, which
 * answer for nothing. */
extern void wasmtime_config_wasm_compact_imports_set(wasm_config_t *, bool);
extern void wasmtime_config_wasm_component_model_implements_set(wasm_config_t *, bool);
extern void wasmtime_config_wasm_component_model_canonical_names_set(wasm_config_t *, bool);
extern void wasmtime_config_wasm_component_model_accessors_set(wasm_config_t *, bool);
extern void *wasmtime_component_fixed_length_list_type_clone(const void *);
extern void wasmtime_component_fixed_length_list_type_delete(void *);
extern bool wasmtime_component_fixed_length_list_type_equal(const void *, const void *);
extern void wasmtime_component_fixed_length_list_type_element(const void *, void *);
extern void *wasmtime_component_extern_clone(const void *);
extern void wasmtime_component_extern_delete(void *);
extern void wasmtime_component_extern_type(const void *, void *);
extern const char *wasmtime_component_extern_implements(const void *, size_t *);
extern bool wasmtime_component_extern_is_implements(const void *, const char *, size_t);
extern const char *wasmtime_component_extern_external_id(const void *, size_t *);

static void test_later(void)
{
    wasm_config_t *c = wasm_config_new();
    wasmtime_config_wasm_compact_imports_set(c, true);
    wasmtime_config_wasm_component_model_implements_set(c, true);
    wasmtime_config_wasm_component_model_canonical_names_set(c, true);
    wasmtime_config_wasm_component_model_accessors_set(c, true);
    struct world w = world_new(c);
    world_delete(&w);
    uint64_t type[16] = {0};
    size_t len = 9;
    CHECK(!wasmtime_component_fixed_length_list_type_clone(NULL));
    wasmtime_component_fixed_length_list_type_delete(NULL);
    CHECK(wasmtime_component_fixed_length_list_type_equal(NULL, NULL));
    wasmtime_component_fixed_length_list_type_element(NULL, type);
    CHECK(!wasmtime_component_extern_clone(NULL));
    wasmtime_component_extern_delete(NULL);
    wasmtime_component_extern_type(NULL, type);
    CHECK(!wasmtime_component_extern_implements(NULL, &len) && len == 0);
    len = 9;
    CHECK(!wasmtime_component_extern_external_id(NULL, &len) && len == 0);
    CHECK(!wasmtime_component_extern_is_implements(NULL, "x", 1));
}

int main(void)
{
    test_phrases();
    test_causes();
    test_pointers();
    test_mismatches();
    test_wasi_names();
    test_stubs();
    test_later();
    FINISH();
}
