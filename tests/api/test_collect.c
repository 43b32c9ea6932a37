/* References to the host's things in a store that lives for long: a million pass through, few
 * are alive at any time, none is taken away that somebody holds, and each finalizer runs once. */
#include "check.h"
#include <stdint.h>

enum {
    BOUND = 1 << 15, /* what may lie around beyond twice of what is held */
};

/* The data of a reference is its number; a byte each says whether it ended. */
static uint8_t *ended;
static size_t made, gone, most;

static void end(void *data)
{
    size_t n = (size_t)(uintptr_t)data;
    CHECK(n && n <= made && !ended[n]);
    ended[n] = 1;
    gone++;
}

static void begin(size_t room)
{
    free(ended);
    ended = calloc(room + 2, 1);
    made = gone = most = 0;
}

static wasmtime_externref_t make(wasmtime_context_t *c)
{
    wasmtime_externref_t r;
    CHECK(wasmtime_externref_new(c, (void *)(uintptr_t)++made, end, &r));
    if (made - gone > most)
        most = made - gone;
    return r;
}

/* Host functions of the guests: make -> a reference; check(reference, number); garbage(count). */
static wasm_trap_t *host_make(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                              size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)args, (void)nargs, (void)nresults;
    results[0].of.externref = make(wasmtime_caller_context(caller));
    results[0].kind = WASMTIME_EXTERNREF;
    return NULL;
}

static wasm_trap_t *raw_make(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *v, size_t n)
{
    (void)env, (void)n;
    wasmtime_context_t *c = wasmtime_caller_context(caller);
    wasmtime_externref_t r = make(c);
    v[0].externref = wasmtime_externref_to_raw(c, &r);
    wasmtime_externref_unroot(&r);
    return NULL;
}

static wasm_trap_t *host_check(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                               size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)nargs, (void)results, (void)nresults;
    size_t n = (size_t)(uintptr_t)wasmtime_externref_data(wasmtime_caller_context(caller),
                                                          &args[0].of.externref);
    return n == (size_t)args[1].of.i32 && !ended[n] ? NULL : wasmtime_trap_new("lost", 4);
}

static wasm_trap_t *host_count(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                               size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)caller, (void)args, (void)nargs, (void)nresults;
    results[0] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = (int32_t)made};
    return NULL;
}

static wasm_trap_t *host_gc(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                            size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)args, (void)nargs, (void)results, (void)nresults;
    OK(wasmtime_context_gc(wasmtime_caller_context(caller)));
    return NULL;
}

/* The numbers of references are those of their making: `count` tells the last one. */
static const char guest[] =
    "(module (import \"\" \"make\" (func $make (result externref)))"
    " (import \"\" \"check\" (func $check (param externref i32)))"
    " (import \"\" \"count\" (func $count (result i32)))"
    " (import \"\" \"gc\" (func $gc))"
    " (table $t (export \"t\") 5000 externref) (global $g (mut externref) (ref.null extern))"
    " (func (export \"id\") (param externref) (result externref) (local.get 0))"
    /* a loop that keeps a few: in locals, on the operand stack, in a global and a table */
    " (func (export \"loop\") (param $n i32) (local $a externref) (local $an i32) (local $b "
    "externref) (local $bn i32)"
    "   (local.set $a (call $make)) (local.set $an (call $count))"
    "   (global.set $g (local.get $a))"
    "   (loop $l"
    "     (local.set $b (call $make)) (local.set $bn (call $count))"
    "     (call $make) (call $count)" /* stays on the operand stack over the calls below */
    "     (drop (call $make))"
    "     (call $check (local.get $a) (local.get $an)) (call $check (local.get $b) (local.get $bn))"
    "     (table.set $t (i32.rem_u (local.get $n) (i32.const 5000)) (local.get $b))"
    "     (call $check (table.get $t (i32.rem_u (local.get $n) (i32.const 5000))) (local.get $bn))"
    "     (call $check)"
    "     (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))"
    "   (call $check (global.get $g) (local.get $an)))"
    /* one in each of many frames */
    " (func $deep (export \"deep\") (param $n i32) (local $a externref) (local $an i32) (local $k "
    "i32)"
    "   (local.set $a (call $make)) (local.set $an (call $count))"
    "   (loop $l (drop (call $make)) (br_if $l (i32.lt_u (local.tee $k (i32.add (local.get $k) "
    "(i32.const 1))) (i32.const 100))))"
    "   (if (local.get $n) (then (call $deep (i32.sub (local.get $n) (i32.const 1)))) (else (call "
    "$gc)))"
    "   (call $check (local.get $a) (local.get $an))))";

struct guest {
    struct world w;
    wasmtime_linker_t *linker;
    wasmtime_instance_t i;
};

static void define(wasmtime_linker_t *l, const char *name, wasm_functype_t *t,
                   wasmtime_func_callback_t f)
{
    OK(wasmtime_linker_define_func(l, "", 0, name, strlen(name), t, f, NULL, NULL));
    wasm_functype_delete(t);
}

static struct guest guest_new(bool raw)
{
    struct guest g = {.w = world_new(NULL)};
    g.linker = wasmtime_linker_new(g.w.engine);
    wasm_functype_t *t = wasm_functype_new_0_1(wasm_valtype_new_externref());
    if (raw) {
        OK(wasmtime_linker_define_func_unchecked(g.linker, "", 0, "make", 4, t, raw_make, NULL,
                                                 NULL));
        wasm_functype_delete(t);
    } else {
        define(g.linker, "make", t, host_make);
    }
    define(g.linker, "check",
           wasm_functype_new_2_0(wasm_valtype_new_externref(), wasm_valtype_new_i32()), host_check);
    define(g.linker, "count", wasm_functype_new_0_1(wasm_valtype_new_i32()), host_count);
    define(g.linker, "gc", wasm_functype_new_0_0(), host_gc);
    wasmtime_module_t *m = module_of(g.w.engine, guest);
    wasm_trap_t *trap = NULL;
    OK(wasmtime_linker_instantiate(g.linker, g.w.context, m, &g.i, &trap));
    wasmtime_module_delete(m);
    return g;
}

static void guest_delete(struct guest *g)
{
    wasmtime_linker_delete(g->linker);
    world_delete(&g->w);
    CHECK(gone == made); /* the rest ends with the store */
}

static void run(struct guest *g, const char *name, int32_t n)
{
    wasmtime_extern_t f = export_of(&g->w, g->i, name);
    wasmtime_val_t arg = {.kind = WASMTIME_I32, .of.i32 = n};
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(g->w.context, &f.of.func, &arg, 1, NULL, 0, &trap));
    if (trap)
        TRAP_IS(trap, "no trap");
}

/* A host that passes references to a guest and gets them back. */
static void test_million(void)
{
    enum { N = 1000000, HELD = 20000 };
    begin(N);
    struct guest g = guest_new(false);
    wasmtime_extern_t id = export_of(&g.w, g.i, "id");
    static wasmtime_externref_t held[HELD];
    for (size_t k = 0; k < N; k++) {
        wasmtime_val_t arg = {.kind = WASMTIME_EXTERNREF}, result;
        arg.of.externref = make(g.w.context);
        wasm_trap_t *trap = NULL;
        OK(wasmtime_func_call(g.w.context, &id.of.func, &arg, 1, &result, 1, &trap));
        CHECK(result.kind == WASMTIME_EXTERNREF &&
              wasmtime_externref_data(g.w.context, &result.of.externref) ==
                  (void *)(uintptr_t)made);
        wasmtime_externref_unroot(&held[k % HELD]);
        held[k % HELD] = result.of.externref;
        wasmtime_val_unroot(&arg);
    }
    CHECK(most <= 2 * HELD + BOUND && gone >= N - 2 * HELD - BOUND);
    for (size_t k = 0; k < HELD; k++) {
        size_t n = (size_t)(uintptr_t)wasmtime_externref_data(g.w.context, &held[k]);
        CHECK(n > N - HELD && !ended[n]);
        wasmtime_externref_unroot(&held[k]);
    }
    size_t before = gone;
    CHECK(gone == before); /* never at the end of a root */
    OK(wasmtime_context_gc(g.w.context));
    CHECK(gone == made);
    guest_delete(&g);
}

/* Few references are never touched between two calls of wasmtime_context_gc. */
static void test_few(void)
{
    begin(10000);
    struct guest g = guest_new(false);
    for (int k = 0; k < 10000; k++) {
        wasmtime_externref_t r = make(g.w.context);
        wasmtime_externref_unroot(&r);
    }
    CHECK(gone == 0);
    OK(wasmtime_context_gc(g.w.context));
    CHECK(gone == 10000);
    guest_delete(&g);
}

/* A guest that runs all the time and makes references all the time. */
static void test_running(bool raw)
{
    enum { N = 150000 };
    begin(3 * N + 10);
    struct guest g = guest_new(raw);
    run(&g, "loop", N);
    CHECK(made == 3 * N + 1 && most <= 2 * 5000 + 2 * BOUND);
    guest_delete(&g);
}

static void test_deep(bool raw)
{
    begin(500000);
    struct guest g = guest_new(raw);
    run(&g, "deep", 1000);
    run(&g, "deep", 1000);
    CHECK(most <= 2 * BOUND);
    guest_delete(&g);
}

/* --- On a stack of its own -------------------------------------------------------------------- */

static bool ready(void *env)
{
    return ++*(int *)env % 3 == 0;
}

static int polls;

static void async_make(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                       size_t nargs, wasmtime_val_t *results, size_t nresults, wasm_trap_t **trap,
                       wasmtime_async_continuation_t *rest)
{
    (void)args, (void)nargs, (void)nresults, (void)trap, (void)env;
    results[0].of.externref = make(wasmtime_caller_context(caller));
    results[0].kind = WASMTIME_EXTERNREF;
    *rest = (wasmtime_async_continuation_t){ready, &polls, NULL};
}

static void test_async(void)
{
    enum { N = 10000 };
    begin(3 * N + 100000);
    struct guest g = guest_new(false);
    wasm_functype_t *t = wasm_functype_new_0_1(wasm_valtype_new_externref());
    wasmtime_linker_allow_shadowing(g.linker, true);
    OK(wasmtime_linker_define_async_func(g.linker, "", 0, "make", 4, t, async_make, NULL, NULL));
    wasm_functype_delete(t);
    wasmtime_module_t *m = module_of(g.w.engine, guest);
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    wasmtime_call_future_t *f =
        wasmtime_linker_instantiate_async(g.linker, g.w.context, m, &g.i, &trap, &error);
    while (!wasmtime_call_future_poll(f))
        ;
    wasmtime_call_future_delete(f);
    OK(error);
    wasmtime_module_delete(m);
    wasmtime_extern_t loop = export_of(&g.w, g.i, "loop");
    wasmtime_val_t arg = {.kind = WASMTIME_I32, .of.i32 = N};
    f = wasmtime_func_call_async(g.w.context, &loop.of.func, &arg, 1, NULL, 0, &trap, &error);
    size_t rests = 0;
    while (!wasmtime_call_future_poll(f))
        if (++rests % 1000 == 0) /* while it rests nothing is known of its frames */
            OK(wasmtime_context_gc(g.w.context));
    wasmtime_call_future_delete(f);
    OK(error);
    if (trap)
        TRAP_IS(trap, "no trap");
    CHECK(made == 3 * N + 1 && rests > N && most < 3 * N);
    guest_delete(&g);
}

/* --- Finalizers that do things ---------------------------------------------------------------- */

static struct {
    wasmtime_context_t *context;
    wasmtime_externref_t kept[64];
    int nkept, depth, ran;
} busy;

static void busy_end(void *data)
{
    (void)data;
    busy.ran++;
    if (busy.nkept < 64)
        CHECK(wasmtime_externref_new(busy.context, (void *)(uintptr_t)(1000 + busy.nkept), NULL,
                                     &busy.kept[busy.nkept]));
    if (busy.nkept < 64)
        busy.nkept++;
    if (!busy.depth++)
        OK(wasmtime_context_gc(busy.context)); /* already under way: no harm */
}

static void test_finalizers(void)
{
    struct world w = world_new(NULL);
    busy.context = w.context;
    wasmtime_externref_t r[200];
    for (int k = 0; k < 200; k++)
        CHECK(wasmtime_externref_new(w.context, NULL, busy_end, &r[k]));
    for (int k = 0; k < 200; k += 2)
        wasmtime_externref_unroot(&r[k]);
    OK(wasmtime_context_gc(w.context));
    CHECK(busy.ran == 100 && busy.nkept == 64);
    OK(wasmtime_context_gc(w.context));
    for (int k = 0; k < 64; k++) { /* what finalizers made is there */
        CHECK(wasmtime_externref_data(w.context, &busy.kept[k]) == (void *)(uintptr_t)(1000 + k));
        wasmtime_externref_unroot(&busy.kept[k]);
    }
    for (int k = 1; k < 200; k += 2)
        wasmtime_externref_unroot(&r[k]);
    wasmtime_store_delete(w.store);
    CHECK(busy.ran == 200);
    wasm_engine_delete(w.engine);
}

int main(void)
{
    test_million();
    test_few();
    test_running(false);
    test_running(true);
    test_deep(false);
    test_deep(true);
    test_async();
    test_finalizers();
    free(ended);
    FINISH();
}
