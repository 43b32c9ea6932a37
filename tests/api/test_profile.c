#define _GNU_SOURCE
/* The guest profiler: samples taken in functions of the host and at deadlines, and the file made
 * of them, read back by a small reader of JSON. */
#include "check.h"
#include <ctype.h>

/* --- JSON: enough to see that it is well-formed and to find things ---------------------------- */

static const char *at, *stop;

static void blank(void)
{
    while (at < stop && isspace((unsigned char)*at))
        at++;
}

static bool value(void);

static bool text(void)
{
    if (at >= stop || *at++ != '"')
        return false;
    while (at < stop && *at != '"') {
        if ((unsigned char)*at < 0x20)
            return false;
        if (*at++ == '\\') {
            if (at < stop && *at == 'u') {
                for (int k = 1; k <= 4; k++)
                    if (at + k >= stop || !isxdigit((unsigned char)at[k]))
                        return false;
                at += 5;
            } else if (at < stop && strchr("\"\\/bfnrt", *at)) {
                at++;
            } else {
                return false;
            }
        }
    }
    return at++ < stop;
}

static bool list(char open, char close)
{
    (void)open;
    at++;
    blank();
    if (at < stop && *at == close)
        return at++ < stop;
    for (;;) {
        blank();
        if (close == '}') {
            if (!text())
                return false;
            blank();
            if (at >= stop || *at++ != ':')
                return false;
        }
        if (!value())
            return false;
        blank();
        if (at >= stop)
            return false;
        char c = *at++;
        if (c == close)
            return true;
        if (c != ',')
            return false;
    }
}

static bool value(void)
{
    blank();
    if (at >= stop)
        return false;
    if (*at == '{')
        return list('{', '}');
    if (*at == '[')
        return list('[', ']');
    if (*at == '"')
        return text();
    static const char *const words[] = {"true", "false", "null"};
    for (int k = 0; k < 3; k++)
        if ((size_t)(stop - at) >= strlen(words[k]) &&
            memcmp(at, words[k], strlen(words[k])) == 0) {
            at += strlen(words[k]);
            return true;
        }
    const char *start = at;
    while (at < stop && (isdigit((unsigned char)*at) || strchr("+-.eE", *at)))
        at++;
    return at > start;
}

static bool is_json(const wasm_byte_vec_t *b)
{
    at = b->data;
    stop = b->data + b->size;
    bool ok = value();
    blank();
    return ok && at == stop;
}

static bool has(const wasm_byte_vec_t *b, const char *part)
{
    return memmem(b->data, b->size, part, strlen(part)) != NULL;
}

/* --- Samples ---------------------------------------------------------------------------------- */

struct sampler {
    wasmtime_guestprofiler_t *profiler;
    wasmtime_store_t *store;
    wasm_engine_t *engine; /* whose epoch ends instead, or NULL */
};

static wasm_trap_t *take(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                         size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    struct sampler *s = env;
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    if (s->engine)
        wasmtime_engine_increment_epoch(s->engine);
    else
        wasmtime_guestprofiler_sample(s->profiler, s->store, 5000000);
    return NULL;
}

static wasmtime_error_t *tick(wasmtime_context_t *c, void *data, uint64_t *delta,
                              wasmtime_update_deadline_kind_t *kind)
{
    (void)c, (void)kind;
    struct sampler *s = data;
    wasmtime_guestprofiler_sample(s->profiler, s->store, 0);
    *delta = 1000;
    return NULL;
}

static const char guest[] = "(module $m (import \"\" \"\" (func $take)) (func $outer (export "
                            "\"outer\") (call $middle) (call $middle))"
                            " (func $middle (call 3)) (func (call $take))"
                            " (func $loop (export \"loop\") (param i32) (call $take) (loop (br_if "
                            "0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))";

static void test_samples(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_epoch_interruption_set(config, true);
    struct world w = world_new(config);
    struct sampler s = {NULL, w.store, NULL};
    wasmtime_store_epoch_deadline_callback(w.store, tick, &s, NULL);
    wasmtime_context_set_epoch_deadline(w.context, 1000);
    wasmtime_module_t *m = module_of(w.engine, guest);
    wasm_name_t title, name;
    wasm_name_new(&title, 11, "a \"title\"\n\x01");
    wasm_name_new(&name, 6, "mod\xc3\xa9x");
    wasmtime_guestprofiler_modules_t modules[] = {{&name, m}};
    s.profiler = wasmtime_guestprofiler_new(w.engine, &title, 10000000, modules, 1);
    wasm_name_delete(&title);
    wasm_name_delete(&name);
    wasm_functype_t *t = wasm_functype_new_0_0();
    wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_FUNC};
    wasmtime_func_new(w.context, t, take, &s, NULL, &import.of.func);
    wasm_functype_delete(t);
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    OK(wasmtime_instance_new(w.context, m, &import, 1, &i, &trap));
    wasmtime_module_delete(m); /* the profiler holds it */
    wasmtime_extern_t outer = export_of(&w, i, "outer"), loop = export_of(&w, i, "loop");
    wasmtime_guestprofiler_sample(s.profiler, w.store,
                                  0); /* no guest is running: time passes, that is all */
    OK(wasmtime_func_call(w.context, &outer.of.func, NULL, 0, NULL, 0, &trap));
    OK(wasmtime_func_call(w.context, &import.of.func, NULL, 0, NULL, 0,
                          &trap)); /* the host itself */
    s.engine = w.engine;
    wasmtime_context_set_epoch_deadline(w.context, 1);
    wasmtime_val_t arg = {.kind = WASMTIME_I32, .of.i32 = 10};
    OK(wasmtime_func_call(w.context, &loop.of.func, &arg, 1, NULL, 0, &trap));
    CHECK(!trap);
    wasm_byte_vec_t out;
    OK(wasmtime_guestprofiler_finish(s.profiler, &out));
    CHECK(is_json(&out));
    CHECK(has(&out, "\"a \\u0022title\\u0022\\u000a\\u0001\"") && has(&out, "\"mod\xc3\xa9x\""));
    CHECK(has(&out, "\"outer\"") && has(&out, "\"middle\"") && has(&out, "<wasm function 3>") &&
          has(&out, "\"loop\""));
    CHECK(has(&out, "\"interval\":10.000000") && has(&out, "\"threadCPUDelta\":[5000,5000,"));
    /* Two samples of one stack, its frames outermost first, each the prefix of the next; times
     * as they went by. */
    CHECK(has(&out, "\"prefix\":[null,0,1,null]") && has(&out, "\"stack\":[2,2,") &&
          has(&out, "\"time\":[20.000000,30.000000,"));
    wasm_byte_vec_delete(&out);
    world_delete(&w);
}

/* Modules that the profile does not know are left out; names that are no UTF-8 do not spoil the
 * file. */
static void test_unknown(void)
{
    struct world w = world_new(NULL);
    struct sampler s = {NULL, w.store, NULL};
    wasm_name_t title;
    wasm_name_new(&title, 3,
                  "a\xff"
                  "b");
    s.profiler = wasmtime_guestprofiler_new(w.engine, &title, 1, NULL, 0);
    wasm_name_delete(&title);
    wasm_functype_t *t = wasm_functype_new_0_0();
    wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_FUNC};
    wasmtime_func_new(w.context, t, take, &s, NULL, &import.of.func);
    wasm_functype_delete(t);
    wasmtime_instance_t i = instance_of(&w, guest, &import, 1);
    wasmtime_extern_t outer = export_of(&w, i, "outer");
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &outer.of.func, NULL, 0, NULL, 0, &trap));
    wasm_byte_vec_t out;
    OK(wasmtime_guestprofiler_finish(s.profiler, &out));
    CHECK(is_json(&out) && has(&out, "\"a?b\"") && !has(&out, "middle") &&
          has(&out, "\"stack\":[null,null]"));
    wasm_byte_vec_delete(&out);
    s.profiler = wasmtime_guestprofiler_new(w.engine, NULL, 0, NULL, 0); /* given up */
    wasmtime_guestprofiler_delete(s.profiler);
    wasmtime_guestprofiler_delete(NULL);
    world_delete(&w);
}

int main(void)
{
    test_samples();
    test_unknown();
    FINISH();
}
