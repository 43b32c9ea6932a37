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

/* A call may go on in another thread than it began in; traps and faults find their way there, too. */
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

int main(void)
{
    test_host();
    test_moving();
    test_fuel();
    test_epoch();
    FINISH();
}
