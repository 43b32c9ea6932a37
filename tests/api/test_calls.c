/* Functions and calls in both directions: values, checks, traps, errors, frames and their exact
 * words. */
#include "check.h"

static wasm_functype_t *type_ii_i(void)
{
    return wasm_functype_new_2_1(wasm_valtype_new_i32(), wasm_valtype_new_i32(),
                                 wasm_valtype_new_i32());
}

static wasm_trap_t *add_host(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                             size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)caller;
    CHECK(nargs == 2 && nresults == 1);
    CHECK(args[0].kind == WASMTIME_I32 && args[1].kind == WASMTIME_I32);
    CHECK(results[0].kind == WASMTIME_I32 && results[0].of.i32 == 0);
    results[0].kind = WASMTIME_I32;
    results[0].of.i32 = args[0].of.i32 + args[1].of.i32 + *(int *)env;
    return NULL;
}

static wasm_trap_t *add_raw(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *v, size_t n)
{
    (void)caller;
    CHECK(n == 2);
    v[0].i32 = v[0].i32 + v[1].i32 + *(int *)env;
    return NULL;
}

static int finalized;
static void count_final(void *env)
{
    finalized += *(int *)env;
}

static void test_numbers(void)
{
    struct world w = world_new(NULL);
    wasmtime_instance_t i =
        instance_of(&w,
                    "(module (func (export \"add\") (param i32 i32) (result i32) local.get 0 "
                    "local.get 1 i32.add)"
                    "(func (export \"mix\") (param i32 i64 f32 f64) (result f64 f32 i64 i32)"
                    " local.get 3 local.get 2 local.get 1 local.get 0))",
                    NULL, 0);
    wasmtime_extern_t add = export_of(&w, i, "add"), mix = export_of(&w, i, "mix");
    CHECK(add.kind == WASMTIME_EXTERN_FUNC);
    wasm_trap_t *trap = (wasm_trap_t *)1;
    wasmtime_val_t a[4] = {{.kind = WASMTIME_I32, .of.i32 = 40},
                           {.kind = WASMTIME_I32, .of.i32 = 2}},
                   r[4];
    OK(wasmtime_func_call(w.context, &add.of.func, a, 2, r, 1, &trap));
    CHECK(trap == NULL && r[0].kind == WASMTIME_I32 && r[0].of.i32 == 42);
    a[0] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = -1};
    a[1] = (wasmtime_val_t){.kind = WASMTIME_I64, .of.i64 = INT64_MIN};
    a[2] = (wasmtime_val_t){.kind = WASMTIME_F32, .of.f32 = 1.5f};
    a[3] = (wasmtime_val_t){.kind = WASMTIME_F64, .of.f64 = -2.25};
    OK(wasmtime_func_call(w.context, &mix.of.func, a, 4, r, 4, &trap));
    CHECK(r[0].kind == WASMTIME_F64 && r[0].of.f64 == -2.25);
    CHECK(r[1].kind == WASMTIME_F32 && r[1].of.f32 == 1.5f);
    CHECK(r[2].kind == WASMTIME_I64 && r[2].of.i64 == INT64_MIN);
    CHECK(r[3].kind == WASMTIME_I32 && r[3].of.i32 == -1);
    wasmtime_val_raw_t raw[4];
    raw[0].i32 = 7;
    raw[1].i32 = 8;
    OK(wasmtime_func_call_unchecked(w.context, &add.of.func, raw, 2, &trap));
    CHECK(raw[0].i32 == 15);
    ERROR_IS(wasmtime_func_call(w.context, &add.of.func, a, 1, r, 1, &trap),
             "expected 2 arguments, got 1");
    ERROR_IS(wasmtime_func_call(w.context, &add.of.func, a, 2, r, 0, &trap),
             "expected 1 results, got 0");
    a[1].kind = WASMTIME_F32;
    ERROR_IS(wasmtime_func_call(w.context, &add.of.func, a, 2, r, 1, &trap),
             "argument type mismatch\n\nCaused by:\n    type mismatch: expected i32, found f32\n");
    wasm_functype_t *t = wasmtime_func_type(w.context, &mix.of.func);
    CHECK(wasm_functype_params(t)->size == 4 && wasm_functype_results(t)->size == 4);
    CHECK(wasm_valtype_kind(wasm_functype_params(t)->data[1]) == WASM_I64);
    wasm_functype_delete(t);
    struct world other = world_new(NULL);
    ERROR_HAS(wasmtime_func_call(other.context, &add.of.func, a, 2, r, 1, &trap), "wrong store");
    world_delete(&other);
    world_delete(&w);
}

static void test_host(void)
{
    struct world w = world_new(NULL);
    int offset = 1000;
    finalized = 0;
    wasm_functype_t *t = type_ii_i();
    wasmtime_extern_t imports[2] = {{.kind = WASMTIME_EXTERN_FUNC}, {.kind = WASMTIME_EXTERN_FUNC}};
    wasmtime_func_new(w.context, t, add_host, &offset, count_final, &imports[0].of.func);
    wasmtime_func_new_unchecked(w.context, t, add_raw, &offset, count_final, &imports[1].of.func);
    wasm_functype_delete(t);
    wasmtime_instance_t i =
        instance_of(&w,
                    "(module (import \"\" \"a\" (func $a (param i32 i32) (result i32)))"
                    "(import \"\" \"b\" (func $b (param i32 i32) (result i32)))"
                    "(func (export \"f\") (param i32) (result i32) (i32.mul (call $a (local.get 0) "
                    "(i32.const 1)) (call $b (local.get 0) (i32.const 2))))"
                    "(export \"a\" (func $a)))",
                    imports, 2);
    wasmtime_extern_t f = export_of(&w, i, "f"), a = export_of(&w, i, "a");
    wasm_trap_t *trap;
    wasmtime_val_t v = {.kind = WASMTIME_I32, .of.i32 = 5}, r, two[2] = {v, v};
    OK(wasmtime_func_call(w.context, &f.of.func, &v, 1, &r, 1, &trap));
    CHECK(r.of.i32 == 1006 * 1007);
    OK(wasmtime_func_call(w.context, &a.of.func, two, 2, &r, 1, &trap));
    CHECK(r.of.i32 == 1010);
    OK(wasmtime_func_call(w.context, &imports[1].of.func, two, 2, &r, 1, &trap));
    CHECK(r.of.i32 == 1010);
    CHECK(finalized == 0);
    world_delete(&w);
    CHECK(finalized == 2000);
}

static wasm_trap_t *trap_message(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                                 size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return wasmtime_trap_new(env, strlen(env));
}

static wasm_trap_t *trap_code(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                              size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return wasmtime_trap_new_code(WASMTIME_TRAP_CODE_INTERRUPT);
}

static wasm_trap_t *exit_error(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                               size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return hospes_trap_new_error(hospes_error_new_exit(42));
}

static wasm_trap_t *wrong_result(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                                 size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)caller, (void)args, (void)nargs, (void)nresults;
    if (nresults)
        results[0] = (wasmtime_val_t){.kind = WASMTIME_F64};
    return NULL;
}

static wasmtime_extern_t host(struct world *w, wasmtime_func_callback_t cb, void *env, bool result)
{
    wasm_functype_t *t =
        result ? wasm_functype_new_0_1(wasm_valtype_new_i32()) : wasm_functype_new_0_0();
    wasmtime_extern_t x = {.kind = WASMTIME_EXTERN_FUNC};
    wasmtime_func_new(w->context, t, cb, env, NULL, &x.of.func);
    wasm_functype_delete(t);
    return x;
}

static void test_host_failures(void)
{
    struct world w = world_new(NULL);
    wasmtime_extern_t imports[4] = {
        host(&w, trap_message, "message", false), host(&w, trap_code, NULL, false),
        host(&w, exit_error, NULL, false), host(&w, wrong_result, NULL, true)};
    wasm_trap_t *trap = NULL;
    wasmtime_val_t r;
    ERROR_IS(wasmtime_func_call(w.context, &imports[0].of.func, NULL, 0, NULL, 0, &trap),
             "message");
    CHECK(trap == NULL);
    OK(wasmtime_func_call(w.context, &imports[1].of.func, NULL, 0, NULL, 0, &trap));
    CHECK(trap != NULL);
    TRAP_IS(trap, "wasm trap: interrupt");
    wasmtime_instance_t i =
        instance_of(&w,
                    "(module $m (import \"\" \"\" (func $a)) (import \"\" \"\" (func $b)) (import "
                    "\"\" \"\" (func $c))"
                    "(import \"\" \"\" (func $d (result i32)))"
                    "(func $one (export \"a\") call $a) (func (export \"b\") call $b)"
                    "(func (export \"c\") call $c) (func (export \"d\") call $d drop))",
                    imports, 4);
    wasmtime_extern_t f = export_of(&w, i, "a");
    wasmtime_error_t *e = wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap);
    CHECK(trap == NULL && e != NULL);
    wasm_frame_vec_t frames;
    wasmtime_error_wasm_trace(e, &frames);
    CHECK(frames.size == 1);
    if (frames.size) {
        CHECK(wasm_frame_func_index(frames.data[0]) == 4);
        const wasm_name_t *n = wasmtime_frame_func_name(frames.data[0]);
        CHECK(n && n->size == 3 && memcmp(n->data, "one", 3) == 0);
    }
    wasm_frame_vec_delete(&frames);
    ERROR_HAS(e, "error while executing at wasm backtrace:\n    0: ");
    f = export_of(&w, i, "b");
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    wasmtime_trap_code_t code = 255;
    CHECK(trap && wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_INTERRUPT);
    TRAP_HAS(trap, "m!<wasm function 5>\n\nCaused by:\n    wasm trap: interrupt\n");
    f = export_of(&w, i, "c");
    e = wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap);
    int status = -1;
    CHECK(trap == NULL && e && wasmtime_error_exit_status(e, &status) && status == 42);
    ERROR_HAS(e, "Exited with i32 exit status 42");
    f = export_of(&w, i, "d");
    ERROR_HAS(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap),
              "    0: function attempted to return an incompatible value\n    1: type mismatch: "
              "expected i32, found f64\n");
    ERROR_IS(wasmtime_func_call(w.context, &imports[3].of.func, NULL, 0, &r, 1, &trap),
             "function attempted to return an incompatible value\n\nCaused by:\n    type mismatch: "
             "expected i32, found f64\n");
    world_delete(&w);
}

static void test_frames(void)
{
    struct world w = world_new(NULL);
    wasmtime_instance_t i = instance_of(&w,
                                        "(module $module (func (export \"init\") call $foo) (func "
                                        "$foo call $bar) (func $bar unreachable))",
                                        NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "init");
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    CHECK(trap != NULL);
    wasm_frame_vec_t frames;
    wasm_trap_trace(trap, &frames);
    CHECK(frames.size == 3);
    if (frames.size == 3) {
        CHECK(wasm_frame_func_index(frames.data[0]) == 2 &&
              wasm_frame_func_index(frames.data[2]) == 0);
        CHECK(wasm_frame_func_offset(frames.data[0]) == 1);
        CHECK(wasmtime_frame_func_name(frames.data[2]) == NULL);
        CHECK(wasmtime_frame_module_name(frames.data[2])->size == 6);
    }
    wasm_frame_t *origin = wasm_trap_origin(trap), *copy = wasm_frame_copy(origin);
    CHECK(wasm_frame_func_index(copy) == 2);
    wasm_frame_delete(origin);
    wasm_frame_delete(copy);
    wasm_frame_vec_delete(&frames);
    wasmtime_trap_code_t code;
    CHECK(wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED);
    wasm_trap_t *second = wasm_trap_copy(trap);
    CHECK(wasm_trap_same(second, trap));
    TRAP_IS(trap, "error while executing at wasm backtrace:\n"
                  "    0:     0x2d - module!bar\n"
                  "    1:     0x28 - module!foo\n"
                  "    2:     0x23 - module!<wasm function 0>\n"
                  "\nCaused by:\n"
                  "    wasm trap: wasm `unreachable` instruction executed\n");
    TRAP_HAS(second, "module!foo");
    i = instance_of(&w, "(module (func (export \"\") unreachable))", NULL, 0);
    f = export_of(&w, i, "");
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    origin = wasm_trap_origin(trap);
    CHECK(wasm_frame_module_offset(origin) == 29 && wasm_frame_func_offset(origin) == 1);
    CHECK(wasmtime_frame_module_name(origin) == NULL);
    wasm_frame_delete(origin);
    TRAP_HAS(trap, "<unknown>!<wasm function 0>");
    world_delete(&w);
}

static void test_traps(void)
{
    static const struct {
        const char *body;
        wasmtime_trap_code_t code;
    } cases[] = {
        {"(drop (i32.div_s (i32.const 1) (i32.const 0)))",
         WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO},
        {"(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
         WASMTIME_TRAP_CODE_INTEGER_OVERFLOW},
        {"(drop (i32.trunc_f32_s (f32.const nan)))", WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER},
        {"(drop (i32.load (i32.const -4)))", WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS},
        {"(call_indirect (i32.const 0))", WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL},
        {"(call_indirect (i32.const 10))", WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS},
        {"(drop (call_indirect (result i32) (i32.const 1)))", WASMTIME_TRAP_CODE_BAD_SIGNATURE},
        {"(call $f)", WASMTIME_TRAP_CODE_STACK_OVERFLOW},
        {"(drop (i32.load (i32.const 65536)))", WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS},
    };
    struct world w = world_new(NULL);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char wat[512];
        snprintf(wat, sizeof wat,
                 "(module (memory 1) (table 2 funcref) (elem (i32.const 1) $f) (func $f (export "
                 "\"f\") %s))",
                 cases[k].body);
        wasmtime_instance_t i = instance_of(&w, wat, NULL, 0);
        wasmtime_extern_t f = export_of(&w, i, "f");
        wasm_trap_t *trap = NULL;
        OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
        wasmtime_trap_code_t code = 200;
        if (!trap || !wasmtime_trap_code(trap, &code) || code != cases[k].code) {
            printf("%s: code %u instead of %u\n", cases[k].body, code, cases[k].code);
            failures++;
        }
        if (trap && code == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS && k == 3) {
            char *s = take_trap_message(wasm_trap_copy(trap));
            CHECK(
                s &&
                strstr(
                    s,
                    "memory fault at wasm address 0xfffffffc in linear memory of size 0x10000\n"));
            free(s);
        }
        wasm_trap_delete(trap);
    }
    for (unsigned c = 0; c < 50; c++) {
        wasm_trap_t *t = wasmtime_trap_new_code((wasmtime_trap_code_t)c);
        wasmtime_trap_code_t code = 255;
        CHECK(wasmtime_trap_code(t, &code) && code == c);
        TRAP_HAS(t, "wasm trap: ");
    }
    wasm_trap_t *t = wasmtime_trap_new_code(50);
    wasmtime_trap_code_t code = 7;
    CHECK(!wasmtime_trap_code(t, &code) && code == 7);
    wasm_trap_delete(t);
    TRAP_IS(wasmtime_trap_new("foo", 3), "foo");
    TRAP_IS(wasmtime_trap_new(NULL, 0), "");
    TRAP_IS(wasmtime_trap_new("a\xff z", 4), "a\xef\xbf\xbd z");
    ERROR_IS(wasmtime_error_new("hello"), "hello");
    t = wasmtime_trap_new("x", 1);
    wasm_name_t m;
    wasm_trap_message(t, &m);
    CHECK(m.size == 2 && m.data[0] == 'x' && m.data[1] == 0);
    wasm_name_delete(&m);
    wasm_frame_vec_t frames;
    wasm_trap_trace(t, &frames);
    CHECK(frames.size == 0);
    wasm_frame_vec_delete(&frames);
    CHECK(wasm_trap_origin(t) == NULL);
    wasm_trap_delete(t);
    wasmtime_error_delete(NULL);
    wasm_trap_delete(NULL);
    world_delete(&w);
}

static wasm_trap_t *look_around(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                                size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)args, (void)nargs, (void)results, (void)nresults;
    wasmtime_extern_t x;
    uint8_t *base;
    size_t size;
    bool inside = *(bool *)env;
    CHECK(wasmtime_caller_export_get(caller, "memory", 6, &x) == inside);
    CHECK(!inside || x.kind == WASMTIME_EXTERN_MEMORY);
    CHECK(wasmtime_caller_export_get(caller, "g", 1, &x) == inside);
    CHECK(!wasmtime_caller_export_get(caller, "nope", 4, &x));
    CHECK(hospes_caller_memory(caller, &base, &size) == inside);
    if (inside) {
        CHECK(size == 65536 && base[3] == 'x');
        base[4] = 'y';
        CHECK(wasmtime_caller_export_get(caller, "g", 1, &x) && x.kind == WASMTIME_EXTERN_FUNC);
        wasmtime_val_t r;
        wasm_trap_t *trap;
        OK(wasmtime_func_call(wasmtime_caller_context(caller), &x.of.func, NULL, 0, &r, 1, &trap));
        CHECK(r.of.i32 == 'y');
    }
    return NULL;
}

static void test_caller(void)
{
    struct world w = world_new(NULL);
    bool inside = false;
    wasmtime_extern_t h = host(&w, look_around, &inside, false);
    wasm_trap_t *trap;
    OK(wasmtime_func_call(w.context, &h.of.func, NULL, 0, NULL, 0, &trap));
    inside = true;
    wasmtime_instance_t i = instance_of(&w,
                                        "(module (import \"\" \"\" (func $h)) (memory (export "
                                        "\"memory\") 1) (data (i32.const 3) \"x\")"
                                        "(func (export \"f\") call $h) (func (export \"g\") "
                                        "(result i32) (i32.load8_u (i32.const 4))))",
                                        &h, 1);
    wasmtime_extern_t f = export_of(&w, i, "f");
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    CHECK(trap == NULL);
    world_delete(&w);
}

static void test_many(void)
{
    struct world w = world_new(NULL);
    char wat[4096] = "(module (func (export \"f\") (param";
    wasmtime_val_t a[40], r[40];
    for (int i = 0; i < 40; i++) {
        strcat(wat, i % 2 ? " i64" : " f64");
        a[i] = i % 2 ? (wasmtime_val_t){.kind = WASMTIME_I64, .of.i64 = i}
                     : (wasmtime_val_t){.kind = WASMTIME_F64, .of.f64 = i};
    }
    strcat(wat, ") (result");
    for (int i = 39; i >= 0; i--)
        strcat(wat, i % 2 ? " i64" : " f64");
    strcat(wat, ")");
    for (int i = 39; i >= 0; i--)
        sprintf(wat + strlen(wat), " local.get %d", i);
    strcat(wat, "))");
    wasmtime_instance_t inst = instance_of(&w, wat, NULL, 0);
    wasmtime_extern_t f = export_of(&w, inst, "f");
    wasm_trap_t *trap;
    OK(wasmtime_func_call(w.context, &f.of.func, a, 40, r, 40, &trap));
    for (int i = 0; i < 40; i++)
        CHECK(r[39 - i].kind == a[i].kind && r[39 - i].of.i64 == a[i].of.i64);
    world_delete(&w);
}

int main(void)
{
    test_numbers();
    test_host();
    test_host_failures();
    test_frames();
    test_traps();
    test_caller();
    test_many();
    FINISH();
}
