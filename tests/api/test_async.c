/* Asynchronous calls: suspended by host functions, fuel and epochs; given up halfway. */
#include "check.h"
#include <pthread.h>
#include <wasmtime/async.h>

struct job {
    int left, finished;
    wasmtime_val_t *results;
    int32_t answer;
};

static bool ask(void *env)
{
    struct job *j = env;
    if (j->left-- > 0)
        return false;
    j->results[0] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = j->answer};
    return true;
}

static void finish(void *env)
{
    ((struct job *)env)->finished++;
}

static void slow(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args, size_t nargs,
                 wasmtime_val_t *results, size_t nresults, wasm_trap_t **trap_ret,
                 wasmtime_async_continuation_t *rest)
{
    struct job *j = env;
    (void)caller, (void)nargs, (void)nresults;
    if (args[0].of.i32 < 0) {
        *trap_ret = wasmtime_trap_new("no", 2);
        return;
    }
    j->left = args[0].of.i32;
    j->answer = args[0].of.i32 * 2;
    j->results = results;
    *rest = (wasmtime_async_continuation_t){ask, j, finish};
}

static wasmtime_val_t i32(int32_t x)
{
    return (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = x};
}

static void test_host(void)
{
    struct world w = world_new(NULL);
    struct job job = {0};
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    wasm_functype_t *t = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    OK(wasmtime_linker_define_async_func(l, "", 0, "slow", 4, t, slow, &job, NULL));
    wasm_functype_delete(t);
    wasmtime_module_t *m = module_of(
        w.engine, "(module (import \"\" \"slow\" (func $s (param i32) (result i32)))"
                  "(func (export \"f\") (param i32) (result i32) (i32.add (call $s (local.get 0)) "
                  "(call $s (i32.const 1))))"
                  "(func (export \"g\") (result i32) (i32.div_s (i32.const 1) (i32.const 0))))");
    wasmtime_instance_t i = {0};
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    wasmtime_call_future_t *c =
        wasmtime_linker_instantiate_async(l, w.context, m, &i, &trap, &error);
    CHECK(wasmtime_call_future_poll(c) && !trap && !error);
    wasmtime_call_future_delete(c);
    wasmtime_extern_t f = export_of(&w, i, "f"), g = export_of(&w, i, "g");
    wasmtime_val_t arg = i32(3), r = i32(0);
    ERROR_HAS(wasmtime_func_call(w.context, &f.of.func, &arg, 1, &r, 1, &trap),
              "`*_async` functions");
    c = wasmtime_func_call_async(w.context, &f.of.func, &arg, 1, &r, 1, &trap, &error);
    int polls = 1;
    while (!wasmtime_call_future_poll(c))
        polls++;
    wasmtime_call_future_delete(c);
    CHECK(polls == 5 && !trap && !error && r.of.i32 == 8 && job.finished == 2);
    arg = i32(-1);
    c = wasmtime_func_call_async(w.context, &f.of.func, &arg, 1, &r, 1, &trap, &error);
    CHECK(wasmtime_call_future_poll(c) && !trap);
    ERROR_HAS(error, "Caused by:\n    no\n");
    error = NULL;
    wasmtime_call_future_delete(c);
    c = wasmtime_func_call_async(w.context, &g.of.func, NULL, 0, &r, 1, &trap, &error);
    CHECK(wasmtime_call_future_poll(c) && !error);
    TRAP_HAS(trap, "integer divide by zero");
    wasmtime_call_future_delete(c);
    trap = NULL;
    arg = i32(100);
    job.finished = 0;
    c = wasmtime_func_call_async(w.context, &f.of.func, &arg, 1, &r, 1, &trap, &error);
    CHECK(!wasmtime_call_future_poll(c) && !wasmtime_call_future_poll(c));
    wasmtime_call_future_delete(c);
    CHECK(job.finished == 1 && !trap && !error);
    c = wasmtime_func_call_async(w.context, &f.of.func, &arg, 1, &r, 1, &trap, &error);
    wasmtime_call_future_delete(c);
    wasmtime_call_future_delete(NULL);
    wasmtime_module_delete(m);
    wasmtime_linker_delete(l);
    world_delete(&w);
}

static bool poll_once(wasmtime_call_future_t *c)
{
    return wasmtime_call_future_poll(c);
}

static void *poll_thread(void *c)
{
    return poll_once(c) ? c : NULL;
}

/* A call may go on in another thread than it began in; traps and faults find their way there,
 * too. */
static void test_moving(void)
{
    struct world w = world_new(NULL);
    struct job job = {0};
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    wasm_functype_t *t = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    OK(wasmtime_linker_define_async_func(l, "", 0, "slow", 4, t, slow, &job, NULL));
    wasm_functype_delete(t);
    wasmtime_module_t *m = module_of(
        w.engine, "(module (import \"\" \"slow\" (func $s (param i32) (result i32))) (memory 1)"
                  "(func (export \"f\") (param i32) (result i32)"
                  " (i32.load (i32.mul (call $s (local.get 0)) (i32.const 0x8000)))))");
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    OK(wasmtime_linker_instantiate(l, w.context, m, &i, &trap));
    wasmtime_extern_t f = export_of(&w, i, "f");
    for (int32_t n = 0; n < 6; n++) {
        wasmtime_val_t arg = i32(n), r = i32(7);
        wasmtime_call_future_t *c =
            wasmtime_func_call_async(w.context, &f.of.func, &arg, 1, &r, 1, &trap, &error);
        void *done = NULL;
        for (int32_t k = 0; k <= n; k++) {
            pthread_t thread;
            CHECK(!done);
            pthread_create(&thread, NULL, poll_thread, c);
            pthread_join(thread, &done);
        }
        CHECK(done && !error);
        wasmtime_call_future_delete(c);
        if (n == 0)
            CHECK(!trap && r.of.i32 == 0);
        else
            TRAP_HAS(trap, "out of bounds memory access");
        trap = NULL;
    }
    wasmtime_module_delete(m);
    wasmtime_linker_delete(l);
    world_delete(&w);
}

static void test_fuel(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_consume_fuel_set(config, true);
    struct world w = world_new(config);
    wasmtime_instance_t i =
        instance_of(&w,
                    "(module (func (export \"f\") (param i32) (result i32) (loop (br_if 0 "
                    "(local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 9)))",
                    NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f");
    OK(wasmtime_context_set_fuel(w.context, 1000000));
    OK(wasmtime_context_fuel_async_yield_interval(w.context, 1000));
    uint64_t fuel;
    OK(wasmtime_context_get_fuel(w.context, &fuel));
    CHECK(fuel == 1000000);
    wasmtime_val_t arg = i32(2000), r = i32(0);
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    wasmtime_call_future_t *c =
        wasmtime_func_call_async(w.context, &f.of.func, &arg, 1, &r, 1, &trap, &error);
    int polls = 1;
    while (!wasmtime_call_future_poll(c))
        polls++;
    wasmtime_call_future_delete(c);
    CHECK(polls > 4 && polls < 40 && r.of.i32 == 9 && !trap && !error);
    OK(wasmtime_context_set_fuel(w.context, 3000));
    c = wasmtime_func_call_async(w.context, &f.of.func, &arg, 1, &r, 1, &trap, &error);
    while (!wasmtime_call_future_poll(c))
        ;
    wasmtime_call_future_delete(c);
    CHECK(!error);
    TRAP_HAS(trap, "all fuel consumed by WebAssembly");
    world_delete(&w);
}

static void test_epoch(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_epoch_interruption_set(config, true);
    struct world w = world_new(config);
    wasmtime_instance_t i = instance_of(&w, "(module (func (export \"f\") (loop br 0)))", NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f");
    wasmtime_context_set_epoch_deadline(w.context, 1);
    CHECK(wasmtime_context_epoch_deadline_async_yield_and_update(w.context, 1) == NULL);
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    wasmtime_call_future_t *c =
        wasmtime_func_call_async(w.context, &f.of.func, NULL, 0, NULL, 0, &trap, &error);
    for (int k = 0; k < 5; k++) {
        wasmtime_engine_increment_epoch(w.engine);
        CHECK(!wasmtime_call_future_poll(c));
    }
    wasmtime_call_future_delete(c);
    CHECK(!trap && !error);
    world_delete(&w);
}

/* --- Between two threads ---------------------------------------------------------------------- */

/* Two threads poll in turns: what belongs to the guest and what belongs to a thread must not be
 * mixed up. */
struct turns {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int turn; /* of thread 0 or 1; 2: over */
    wasmtime_call_future_t *call;
    struct world *w;
    wasmtime_func_t busy; /* of a store of each thread, called between the polls */
    int polls[2];
};

struct turn_of {
    struct turns *t;
    int me;
};

static void *take_turns(void *arg)
{
    struct turn_of *of = arg;
    struct turns *t = of->t;
    struct world own = world_new(NULL); /* something of its own to do: calls, faults, traps */
    wasmtime_instance_t i = instance_of(&own,
                                        "(module (memory 1) (func (export \"f\") (param i32) "
                                        "(result i32) (i32.load (local.get 0))))",
                                        NULL, 0);
    wasmtime_extern_t f = export_of(&own, i, "f");
    pthread_mutex_lock(&t->lock);
    for (;;) {
        while (t->turn != of->me && t->turn != 2)
            pthread_cond_wait(&t->changed, &t->lock);
        if (t->turn == 2)
            break;
        wasmtime_val_t arg0 = i32(t->polls[of->me] % 2 ? 0 : -4), r;
        wasm_trap_t *trap = NULL;
        OK(wasmtime_func_call(own.context, &f.of.func, &arg0, 1, &r, 1, &trap));
        CHECK((trap != NULL) == (arg0.of.i32 != 0));
        wasm_trap_delete(trap);
        t->polls[of->me]++;
        t->turn = wasmtime_call_future_poll(t->call) ? 2 : 1 - of->me;
        pthread_cond_broadcast(&t->changed);
    }
    pthread_mutex_unlock(&t->lock);
    world_delete(&own);
    return NULL;
}

/* Runs a call in turns of two threads. */
static void poll_in_turns(wasmtime_call_future_t *c, int *out_polls)
{
    struct turns t = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, c, NULL, {0}, {0, 0}};
    struct turn_of of[2] = {{&t, 0}, {&t, 1}};
    pthread_t threads[2];
    for (int k = 0; k < 2; k++)
        pthread_create(&threads[k], NULL, take_turns, &of[k]);
    for (int k = 0; k < 2; k++)
        pthread_join(threads[k], NULL);
    CHECK(t.polls[0] - t.polls[1] <= 1 && t.polls[0] >= t.polls[1]);
    *out_polls = t.polls[0] + t.polls[1];
}

static wasm_trap_t *call_back(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                              size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)nargs;
    wasmtime_extern_t f;
    wasm_trap_t *trap = NULL;
    int *live = env;
    ++*live;
    CHECK(wasmtime_caller_export_get(caller, "inner", 5, &f));
    wasmtime_error_t *e = wasmtime_func_call(wasmtime_caller_context(caller), &f.of.func, args, 1,
                                             results, nresults, &trap);
    --*live;
    return e ? hospes_trap_new_error(e) : trap;
}

/* Guests that suspend at each turn of a loop, below functions of the host; ends by a result, a
 * fault, a trap, a stack that is used up, each found by the thread that polls at the time. */
static const char turning[] =
    "(module (import \"\" \"slow\" (func $slow (param i32) (result i32))) (import \"\" \"back\" "
    "(func $back (param i32)"
    " (result i32))) (memory 1)"
    " (func (export \"outer\") (param i32) (result i32) (i32.add (call $back (local.get 0)) "
    "(i32.const 1000)))"
    " (func $inner (export \"inner\") (param $how i32) (result i32) (local $n i32) (local $sum i32)"
    "  (loop $l (local.set $sum (i32.add (local.get $sum) (call $slow (i32.const 1))))"
    "   (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 20))))"
    "  (if (i32.eq (local.get $how) (i32.const 1)) (then (drop (i32.load (i32.const -4)))))"
    "  (if (i32.eq (local.get $how) (i32.const 2)) (then unreachable))"
    "  (if (i32.eq (local.get $how) (i32.const 3)) (then (drop (call $deep (i32.const 0)))))"
    "  (if (i32.eq (local.get $how) (i32.const 4)) (then (drop (i32.div_s (i32.const 1) (i32.const "
    "0)))))"
    "  (local.get $sum))"
    " (func $deep (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1))))";

static void test_turns(void)
{
    static const char *const ends[] = {NULL, "out of bounds memory access", "unreachable",
                                       "call stack exhausted", "integer divide by zero"};
    struct world w = world_new(NULL);
    struct job job = {0};
    int live = 0, polls = 0;
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    wasm_functype_t *t = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    OK(wasmtime_linker_define_async_func(l, "", 0, "slow", 4, t, slow, &job, NULL));
    OK(wasmtime_linker_define_func(l, "", 0, "back", 4, t, call_back, &live, NULL));
    wasm_functype_delete(t);
    wasmtime_module_t *m = module_of(w.engine, turning);
    wasmtime_instance_pre_t *pre = NULL;
    OK(wasmtime_linker_instantiate_pre(l, m, &pre));
    wasmtime_instance_t i = {0};
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    wasmtime_call_future_t *c =
        wasmtime_instance_pre_instantiate_async(pre, w.context, &i, &trap, &error);
    CHECK(wasmtime_call_future_poll(c) && !trap && !error);
    wasmtime_call_future_delete(c);
    wasmtime_extern_t f = export_of(&w, i, "outer");
    for (int32_t how = 0; how < 5; how++) {
        wasmtime_val_t arg = i32(how), r = i32(0);
        c = wasmtime_func_call_async(w.context, &f.of.func, &arg, 1, &r, 1, &trap, &error);
        poll_in_turns(c, &polls);
        wasmtime_call_future_delete(c);
        CHECK(!error && polls == 21 && live == 0);
        if (ends[how])
            TRAP_HAS(trap, ends[how]);
        else
            CHECK(!trap && r.of.i32 == 1000 + 20 * 2);
        trap = NULL;
    }
    /* Given up at each of its rests: what the host has on the stack comes to its end. */
    for (int rests = 0; rests < 20; rests++) {
        wasmtime_val_t arg = i32(0), r = i32(0);
        c = wasmtime_func_call_async(w.context, &f.of.func, &arg, 1, &r, 1, &trap, &error);
        for (int k = 0; k < rests; k++)
            CHECK(!wasmtime_call_future_poll(c));
        CHECK(live == (rests > 0));
        job.finished = 0;
        wasmtime_call_future_delete(c);
        CHECK(live == 0 && job.finished == (rests > 0) && !trap && !error);
    }
    wasmtime_instance_pre_delete(pre);
    wasmtime_module_delete(m);
    wasmtime_linker_delete(l);
    world_delete(&w);
}

/* --- Several calls ---------------------------------------------------------------------------- */

struct nested {
    wasmtime_func_t inner;
    int how;
};

/* A function of the host that lets another call of its store run, to the end or until it rests,
 * or gives it up. */
static wasm_trap_t *nest(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                         size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    struct nested *n = env;
    (void)nargs, (void)nresults;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    wasmtime_val_t r = i32(0);
    wasmtime_call_future_t *c = wasmtime_func_call_async(wasmtime_caller_context(caller), &n->inner,
                                                         args, 1, &r, 1, &trap, &error);
    if (n->how == 0) {
        while (!wasmtime_call_future_poll(c))
            ;
    } else {
        CHECK(!wasmtime_call_future_poll(c));
        r = i32(1);
    }
    wasmtime_call_future_delete(c);
    OK(error);
    results[0] = r;
    return trap;
}

static void test_several(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_epoch_interruption_set(config, true);
    struct world w = world_new(config);
    struct nested nested = {.how = 0};
    wasmtime_context_set_epoch_deadline(w.context, 1000);
    wasm_functype_t *t = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_FUNC};
    wasmtime_func_new(w.context, t, nest, &nested, NULL, &import.of.func);
    wasm_functype_delete(t);
    wasmtime_instance_t i =
        instance_of(&w,
                    "(module (import \"\" \"\" (func $h (param i32) (result i32))) (memory 1)"
                    " (func $f (export \"f\") (param i32) (result i32)"
                    "  (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))"
                    "  (i32.add (call $f (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))"
                    " (func (export \"outer\") (param i32) (result i32) (i32.add (call $h "
                    "(local.get 0)) (i32.const 10)))"
                    " (func (export \"spin\") (param i32) (result i32) (loop $l (i32.store "
                    "(i32.const 0) (i32.add (i32.load (i32.const 0))"
                    "  (i32.const 1))) (br_if $l (i32.lt_u (i32.load (i32.const 0)) (local.get "
                    "0)))) (i32.load (i32.const 0)))"
                    " (func $r (export \"deep\") (param i32) (result i32) (i32.add (call $r "
                    "(local.get 0)) (i32.const 1))))",
                    &import, 1);
    wasmtime_extern_t f = export_of(&w, i, "f"), outer = export_of(&w, i, "outer"),
                      spin = export_of(&w, i, "spin"), deep = export_of(&w, i, "deep");
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    wasmtime_val_t arg = i32(7), r = i32(0);
    /* A call of the ordinary kind whose host function runs one on a stack of its own: to the
     * end, also if that is a trap. */
    nested.inner = f.of.func;
    OK(wasmtime_func_call(w.context, &outer.of.func, &arg, 1, &r, 1, &trap));
    CHECK(!trap && r.of.i32 == 17);
    nested.inner = deep.of.func;
    OK(wasmtime_func_call(w.context, &outer.of.func, &arg, 1, &r, 1, &trap));
    TRAP_HAS(trap, "call stack exhausted");
    OK(wasmtime_func_call(w.context, &deep.of.func, &arg, 1, &r, 1, &trap));
    TRAP_HAS(trap, "call stack exhausted");
    OK(wasmtime_func_call(w.context, &f.of.func, &arg, 1, &r, 1, &trap));
    CHECK(!trap && r.of.i32 == 7);
    /* Two that rest in turn, and a third within the first. */
    nested.inner = f.of.func;
    CHECK(!wasmtime_context_epoch_deadline_async_yield_and_update(w.context, 1));
    wasmtime_context_set_epoch_deadline(w.context, 1);
    wasmtime_val_t a = i32(100000000), b = i32(100000000), ra = i32(0), rb = i32(0);
    wasmtime_call_future_t *x = wasmtime_func_call_async(w.context, &spin.of.func, &a, 1, &ra, 1,
                                                         &trap, &error),
                           *y = wasmtime_func_call_async(w.context, &spin.of.func, &b, 1, &rb, 1,
                                                         &trap, &error);
    for (int k = 0; k < 10; k++) {
        wasmtime_engine_increment_epoch(w.engine);
        CHECK(!wasmtime_call_future_poll(k % 2 ? x : y));
        wasmtime_val_t ro = i32(0);
        wasmtime_call_future_t *z =
            wasmtime_func_call_async(w.context, &outer.of.func, &arg, 1, &ro, 1, &trap, &error);
        while (!wasmtime_call_future_poll(z))
            ;
        wasmtime_call_future_delete(z);
        CHECK(ro.of.i32 == 17 && !trap && !error);
    }
    wasmtime_extern_t fuel_free =
        export_of(&w, i, "deep"); /* the depth of one is no matter to the others */
    wasmtime_val_t rd = i32(0);
    wasmtime_call_future_t *z =
        wasmtime_func_call_async(w.context, &fuel_free.of.func, &arg, 1, &rd, 1, &trap, &error);
    while (!wasmtime_call_future_poll(z))
        ;
    wasmtime_call_future_delete(z);
    TRAP_HAS(trap, "call stack exhausted");
    trap = NULL;
    wasmtime_engine_increment_epoch(w.engine);
    CHECK(!wasmtime_call_future_poll(x));
    wasmtime_call_future_delete(x);
    wasmtime_engine_increment_epoch(w.engine);
    CHECK(!wasmtime_call_future_poll(y));
    wasmtime_call_future_delete(y);
    CHECK(!trap && !error);
    /* The ordinary functions say that the store is for the others. */
    ERROR_HAS(wasmtime_func_call(w.context, &f.of.func, &arg, 1, &r, 1, &trap),
              "`*_async` functions");
    world_delete(&w);
}

/* --- Giving way on its own -------------------------------------------------------------------- */

static int deadlines;
static wasmtime_error_t *deadline(wasmtime_context_t *c, void *data, uint64_t *delta,
                                  wasmtime_update_deadline_kind_t *kind)
{
    (void)c;
    deadlines++;
    *delta = 1;
    *kind = *(wasmtime_update_deadline_kind_t *)data;
    return *kind == 7 ? wasmtime_error_new("error from callback") : NULL;
}

static void test_deadlines(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_epoch_interruption_set(config, true);
    struct world w = world_new(config);
    wasmtime_instance_t i = instance_of(
        &w,
        "(module (func (export \"f\") (param i32) (result i32) (loop (br_if 0 (local.tee 0"
        " (i32.sub (local.get 0) (i32.const 1))))) (i32.const 9)) (func (export \"forever\") (loop "
        "br 0)))",
        NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f"), forever = export_of(&w, i, "forever");
    wasmtime_update_deadline_kind_t kind = WASMTIME_UPDATE_DEADLINE_YIELD;
    wasmtime_store_epoch_deadline_callback(w.store, deadline, &kind, NULL);
    wasmtime_context_set_epoch_deadline(w.context, 1);
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    wasmtime_val_t arg = i32(10), r = i32(0);
    wasmtime_call_future_t *c =
        wasmtime_func_call_async(w.context, &forever.of.func, NULL, 0, NULL, 0, &trap, &error);
    for (int k = 1; k <= 5; k++) { /* one rest for each deadline */
        wasmtime_engine_increment_epoch(w.engine);
        CHECK(!wasmtime_call_future_poll(c) && deadlines == k);
    }
    wasmtime_call_future_delete(c);
    /* Without a stack of its own a call cannot rest. */
    wasmtime_engine_increment_epoch(w.engine);
    ERROR_HAS(wasmtime_func_call(w.context, &f.of.func, &arg, 1, &r, 1, &trap), "cannot yield");
    kind = WASMTIME_UPDATE_DEADLINE_CONTINUE;
    deadlines = 0;
    wasmtime_context_set_epoch_deadline(w.context, 0);
    OK(wasmtime_func_call(w.context, &f.of.func, &arg, 1, &r, 1, &trap));
    CHECK(!trap && r.of.i32 == 9 && deadlines == 1);
    OK(wasmtime_func_call(w.context, &f.of.func, &arg, 1, &r, 1,
                          &trap)); /* not again before the next tick */
    CHECK(deadlines == 1);
    kind = 7;
    wasmtime_engine_increment_epoch(w.engine);
    ERROR_HAS(wasmtime_func_call(w.context, &f.of.func, &arg, 1, &r, 1, &trap),
              "error from callback");
    kind = 9;
    wasmtime_context_set_epoch_deadline(w.context, 0);
    ERROR_HAS(wasmtime_func_call(w.context, &f.of.func, &arg, 1, &r, 1, &trap), "unknown kind 9");
    CHECK(!trap);
    world_delete(&w);
}

/* An interval of 0 ends the giving way; what is left is told exactly. */
static void test_interval(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_consume_fuel_set(config, true);
    struct world w = world_new(config);
    wasmtime_instance_t i = instance_of(&w,
                                        "(module (func (export \"f\") (param i32) (loop (br_if 0 "
                                        "(local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))",
                                        NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f");
    static const uint64_t intervals[] = {1, 10, 1000, 0, UINT64_MAX};
    int last = 1 << 30;
    uint64_t used = 0;
    for (size_t k = 0; k < 5; k++) {
        uint64_t fuel;
        OK(wasmtime_context_set_fuel(w.context, 100000));
        OK(wasmtime_context_fuel_async_yield_interval(w.context, intervals[k]));
        wasm_trap_t *trap = NULL;
        wasmtime_error_t *error = NULL;
        wasmtime_val_t arg = i32(1000);
        wasmtime_call_future_t *c =
            wasmtime_func_call_async(w.context, &f.of.func, &arg, 1, NULL, 0, &trap, &error);
        int polls = 1;
        while (!wasmtime_call_future_poll(c)) {
            polls++;
            OK(wasmtime_context_get_fuel(w.context, &fuel)); /* also while it rests */
            CHECK(fuel <= 100000);
        }
        wasmtime_call_future_delete(c);
        OK(wasmtime_context_get_fuel(w.context, &fuel));
        CHECK(!trap && !error && polls <= last);
        if (k == 0)
            used = 100000 - fuel;
        CHECK(100000 - fuel == used && used > 1000); /* resting costs nothing */
        if (intervals[k] == 0 || intervals[k] == UINT64_MAX)
            CHECK(polls == 1);
        else
            CHECK(polls > 1);
        last = polls;
    }
    world_delete(&w);
}

int main(void)
{
    test_turns();
    test_several();
    test_deadlines();
    test_interval();
    test_host();
    test_moving();
    test_fuel();
    test_epoch();
    FINISH();
}
