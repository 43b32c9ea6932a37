/* Guests that do not end by themselves: stopped by epochs from another thread and from a signal
 * handler, by fuel, by the limits of a store; and continued by callbacks. */
#include "kit.h"
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

enum { INTERRUPT = WASMTIME_TRAP_CODE_INTERRUPT, FUEL = WASMTIME_TRAP_CODE_OUT_OF_FUEL };

#define ENDLESS                                                                                    \
    "(module (memory (export \"m\") 1 65536) (table 2 funcref) (elem (i32.const 0) $ping $pong)"   \
    "(func (export \"loop\") (loop (br 0)))"                                                       \
    "(func (export \"work\") (param i64) (result i64) (local i64)"                                 \
    "  (loop (local.set 1 (i64.add (i64.mul (local.get 1) (i64.const 31)) (local.get 0)))"         \
    "    (i64.store (i32.const 8) (local.get 1)) (br_if 0 (i64.ne (local.tee 0 (i64.sub "          \
    "(local.get 0) (i64.const 1))) (i64.const 0))))"                                               \
    "  (local.get 1))"                                                                             \
    "(func (export \"nested\") (loop (loop (loop (br_if 0 (i32.const 0))) (br_if 0 (i32.const "    \
    "0))) (br 0)))"                                                                                \
    "(func (export \"switch\") (loop $l (block $b (br_table $b $b $l (i32.const 2)))))"            \
    "(func $fib (export \"fib\") (param i64) (result i64)"                                         \
    "  (if (result i64) (i64.lt_u (local.get 0) (i64.const 2)) (then (local.get 0)) (else"         \
    "    (i64.add (call $fib (i64.sub (local.get 0) (i64.const 1))) (call $fib (i64.sub "          \
    "(local.get 0) (i64.const 2)))))))"                                                            \
    "(func $ping (export \"tail\") (return_call $pong)) (func $pong (return_call_indirect "        \
    "(i32.const 0)))"                                                                              \
    "(func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"                \
    "(func (export \"copy\") (loop (memory.copy (i32.const 1) (i32.const 0) (i32.const "           \
    "0x7fffff00)) (br 0)))"                                                                        \
    "(func (export \"fill\") (loop (memory.fill (i32.const 0) (i32.const 1) (i32.const "           \
    "0x7fffff00)) (br 0)))"                                                                        \
    "(func (export \"once\") (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x7fffff00)))"    \
    "(func (export \"short\") (result i32) (i32.const 5)))"

static wasm_engine_t *engine;

static void *later(void *delay)
{
    usleep((useconds_t)(size_t)delay);
    wasmtime_engine_increment_epoch(engine);
    return NULL;
}

/* The call ends soon after the epoch rises, with the right trap, and the store works on. */
static void stopped(struct guest *g, const char *name, bool has_param, unsigned delay)
{
    pthread_t t;
    uint64_t x;
    wasmtime_context_set_epoch_deadline(g->cx, 1);
    double start = kit_now();
    need(pthread_create(&t, NULL, later, (void *)(size_t)delay) == 0);
    int outcome = has_param ? guest_call(g, name, "l:l",
                                         *name == 'f' ? UINT64_C(80) : UINT64_C(1000000000000), &x)
                            : guest_call(g, name, "");
    double took = kit_now() - start;
    pthread_join(t, NULL);
    check_text(outcome == INTERRUPT, "%s: %d", name, outcome);
    check_text(took < (kit_sanitized() ? 10 : 3), "%s took %.2f s to stop", name, took);
    wasmtime_context_set_epoch_deadline(g->cx, UINT64_C(1) << 40);
    uint32_t y = 0;
    check(guest_call(g, "short", ":i", &y) == KIT_DONE && y == 5);
}

static void by_thread(void)
{
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++) {
        engine = kit_engine((enum kit_flavour)flavour, KIT_EPOCHS | KIT_FEATURES);
        struct guest g;
        guest_open_wat(&g, engine, ENDLESS);
        for (unsigned round = 0; round < 3; round++) {
            unsigned delay = 1000 + round * 7000;
            stopped(&g, "loop", false, delay);
            stopped(&g, "work", true, delay);
            stopped(&g, "nested", false, delay);
            stopped(&g, "switch", false, delay);
            stopped(&g, "fib", true, delay);
            stopped(&g, "tail", false, delay);
        }
        uint32_t old = 0;
        check(guest_call(&g, "grow", "i:i", 0x7fffu, &old) == KIT_DONE);
        if (old == 1 && flavour != KIT_MOVABLE) { /* gigabytes; also within one instruction */
            stopped(&g, "copy", false, 1000);
            stopped(&g, "fill", false, 1000);
            if (!kit_sanitized())
                stopped(&g, "once", false, 1000);
        }
        guest_close(&g);
        wasm_engine_delete(engine);
    }
}

static void on_alarm(int number)
{
    wasmtime_engine_increment_epoch(engine);
}

static void by_signal(void)
{
    struct sigaction a = {.sa_handler = on_alarm}, old;
    sigaction(SIGALRM, &a, &old);
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour += KIT_NO_SIGNALS) {
        engine = kit_engine((enum kit_flavour)flavour, KIT_EPOCHS | KIT_FEATURES);
        struct guest g;
        guest_open_wat(&g, engine, ENDLESS);
        for (unsigned i = 0; i < 20; i++) {
            wasmtime_context_set_epoch_deadline(g.cx, 1);
            struct itimerval soon = {.it_value = {0, 500 + i * 100}};
            setitimer(ITIMER_REAL, &soon, NULL);
            check(guest_call(&g, i & 1 ? "loop" : "tail", "") == INTERRUPT);
        }
        guest_close(&g);
        /* A storm, while stores and deadlines come and go: the handler interrupts whatever is
         * being done. */
        struct itimerval storm = {.it_value = {0, 50}, .it_interval = {0, 50}}, off = {0};
        wasmtime_module_t *m = kit_module(engine, ENDLESS);
        setitimer(ITIMER_REAL, &storm, NULL);
        for (unsigned i = 0; i < 3000; i++) {
            uint32_t y = 0;
            guest_open(&g, engine, m);
            wasmtime_context_set_epoch_deadline(g.cx, 1000000);
            check(guest_call(&g, "short", ":i", &y) == KIT_DONE && y == 5);
            wasmtime_context_set_epoch_deadline(g.cx, 0);
            check(guest_call(&g, "loop", "") == INTERRUPT);
            guest_close(&g);
        }
        setitimer(ITIMER_REAL, &off, NULL);
        wasmtime_module_delete(m);
        wasm_engine_delete(engine);
    }
    sigaction(SIGALRM, &old, NULL);
}

struct asked {
    unsigned times, until;
    const char *text;
};

static wasmtime_error_t *callback(wasmtime_context_t *cx, void *data, uint64_t *delta,
                                  wasmtime_update_deadline_kind_t *kind)
{
    struct asked *a = data;
    if (++a->times >= a->until)
        return wasmtime_error_new(a->text);
    *delta = 1;
    *kind = WASMTIME_UPDATE_DEADLINE_CONTINUE;
    return NULL;
}

static _Atomic bool enough;
static void *ticking(void *unused)
{
    while (!enough) {
        usleep(200);
        wasmtime_engine_increment_epoch(engine);
    }
    return NULL;
}

/* Continued many times the result is the same; then the callback's error is what the call fails
 * with. */
static void callbacks(void)
{
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++) {
        engine = kit_engine((enum kit_flavour)flavour, KIT_EPOCHS | KIT_FEATURES);
        struct guest g;
        guest_open_wat(&g, engine, ENDLESS);
        uint64_t n = kit_sanitized() ? 3000000 : 30000000, expected = 0, x = 0;
        for (uint64_t i = n; i > 0; i--)
            expected = expected * 31 + i;
        struct asked a = {.until = 1000000};
        wasmtime_store_epoch_deadline_callback(g.store, callback, &a, NULL);
        wasmtime_context_set_epoch_deadline(g.cx, 1);
        pthread_t t;
        enough = false;
        need(pthread_create(&t, NULL, ticking, NULL) == 0);
        /* the other thread may start late */
        for (int again = 0; again == 0 || (again < 1000 && a.times <= 2); again++)
            check(guest_call(&g, "work", "l:l", n, &x) == KIT_DONE && x == expected);
        check_text(a.times > 2, "asked %u times", a.times);
        unsigned before = a.times;
        for (int again = 0; again == 0 || (again < 1000 && !kit_sanitized() && a.times == before);
             again++)
            check(guest_call(&g, "fib", "l:l", (uint64_t)(kit_sanitized() ? 24 : 32), &x) ==
                      KIT_DONE &&
                  x == (kit_sanitized() ? 46368 : 2178309));
        check(kit_sanitized() || a.times > before);
        a = (struct asked){.until = 3, .text = "that is enough"};
        check(guest_call(&g, "loop", "") == KIT_ERROR);
        check_text(a.times == 3 && strstr(kit_last, "that is enough"), "%u: %s", a.times, kit_last);
        enough = true;
        pthread_join(t, NULL);
        guest_close(&g);
        wasm_engine_delete(engine);
    }
}

/* A deadline that has passed before the call stops it at once; a new store's deadline has. */
static void at_once(void)
{
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour += KIT_NO_SIGNALS) {
        engine = kit_engine((enum kit_flavour)flavour, KIT_EPOCHS | KIT_FEATURES);
        struct guest g;
        guest_open_wat(&g, engine, ENDLESS);
        wasmtime_context_set_epoch_deadline(g.cx, 0);
        uint32_t y;
        check(guest_call(&g, "short", ":i", &y) == INTERRUPT);
        check(guest_call(&g, "loop", "") == INTERRUPT);
        check(strstr(kit_trap_text(g.trap), "wasm trap: interrupt") != NULL);
        wasmtime_context_set_epoch_deadline(g.cx, 2);
        check(guest_call(&g, "short", ":i", &y) == KIT_DONE);
        wasmtime_engine_increment_epoch(engine);
        check(guest_call(&g, "short", ":i", &y) == KIT_DONE);
        wasmtime_engine_increment_epoch(engine);
        check(guest_call(&g, "short", ":i", &y) == INTERRUPT);
        guest_close(&g);
        wasm_engine_delete(engine);
    }
}

/* --- Fuel ------------------------------------------------------------------------------------- */

static void fuel(void)
{
    static const char *const names[] = {"loop", "nested", "switch", "tail"};
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++) {
        wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, KIT_FUEL | KIT_FEATURES);
        struct guest g;
        guest_open_wat(&g, e, ENDLESS);
        uint64_t x, left;
        for (unsigned i = 0; i < 4; i++) {
            check(!kit_error(wasmtime_context_set_fuel(g.cx, 100000)));
            check_text(guest_call(&g, names[i], "") == FUEL, "%s", names[i]);
            check(strstr(kit_trap_text(g.trap), "all fuel consumed by WebAssembly") != NULL);
        }
        check(!kit_error(wasmtime_context_set_fuel(g.cx, 1000000)));
        check(guest_call(&g, "fib", "l:l", UINT64_C(60), &x) == FUEL);
        check(!kit_error(wasmtime_context_set_fuel(g.cx, 0)));
        uint32_t y;
        check(guest_call(&g, "short", ":i", &y) == FUEL);
        check(!kit_error(wasmtime_context_set_fuel(g.cx, 12345)));
        check(!kit_error(wasmtime_context_get_fuel(g.cx, &left)) && left == 12345);
        guest_close(&g);
        wasm_engine_delete(e);
    }
    /* The same amount in every kind of engine and every time, whether it traps or ends. */
    uint64_t used[2] = {0, 0};
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++)
        for (int round = 0; round < 2; round++) {
            wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, KIT_FUEL | KIT_FEATURES);
            struct guest g;
            guest_open_wat(&g, e, ENDLESS);
            uint64_t x, left[2];
            check(!kit_error(wasmtime_context_set_fuel(g.cx, 10000000)));
            check(guest_call(&g, "fib", "l:l", UINT64_C(15), &x) == KIT_DONE);
            check(!kit_error(wasmtime_context_get_fuel(g.cx, &left[0])));
            check(guest_call(&g, "work", "l:l", UINT64_C(1000), &x) == KIT_DONE);
            check(!kit_error(wasmtime_context_get_fuel(g.cx, &left[1])));
            if (!used[0]) {
                used[0] = left[0];
                used[1] = left[1];
            }
            check_text(left[0] == used[0] && left[1] == used[1] && left[1] < left[0],
                       "%llu %llu, not %llu %llu", (unsigned long long)left[0],
                       (unsigned long long)left[1], (unsigned long long)used[0],
                       (unsigned long long)used[1]);
            guest_close(&g);
            wasm_engine_delete(e);
        }
}

static void fuel_is_off(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    wasmtime_store_t *s = wasmtime_store_new(e, NULL, NULL);
    uint64_t x;
    const char *text = kit_error(wasmtime_context_set_fuel(wasmtime_store_context(s), 1));
    check(text && strstr(text, "fuel is not configured in this store"));
    check(kit_error(wasmtime_context_get_fuel(wasmtime_store_context(s), &x)) != NULL);
    wasmtime_store_delete(s);
    wasm_engine_delete(e);
}

/* --- Limits of a store ------------------------------------------------------------------------ */

static const char *with_limits(wasm_engine_t *e, wasmtime_module_t *m, int64_t limits[5],
                               unsigned times, struct guest *g)
{
    *g = (struct guest){.engine = e, .store = wasmtime_store_new(e, NULL, NULL)};
    g->cx = wasmtime_store_context(g->store);
    wasmtime_store_limiter(g->store, limits[0], limits[1], limits[2], limits[3], limits[4]);
    const char *text = NULL;
    for (unsigned i = 0; i < times && !text; i++) {
        wasm_trap_t *trap = NULL;
        text = kit_error(wasmtime_instance_new(g->cx, m, NULL, 0, &g->instance, &trap));
        check(!trap);
    }
    return text;
}

static void limiter(void)
{
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++) {
        wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, KIT_FEATURES);
        wasmtime_module_t *m = kit_module(
            e, "(module (memory (export \"m\") 2) (table (export \"t\") 10 funcref)"
               "(func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"
               "(func (export \"tgrow\") (param i32) (result i32) (table.grow (ref.null func) "
               "(local.get 0))))");
        struct guest g;
        const char *text = with_limits(e, m, (int64_t[]){5 << 16, 20, -1, -1, -1}, 1, &g);
        need(!text);
        uint32_t old = 0;
        uint64_t before;
        check(guest_call(&g, "grow", "i:i", 4u, &old) == KIT_DONE && old == UINT32_MAX);
        check(guest_call(&g, "grow", "i:i", 3u, &old) == KIT_DONE && old == 2);
        check(guest_call(&g, "grow", "i:i", 1u, &old) == KIT_DONE && old == UINT32_MAX);
        check(guest_call(&g, "tgrow", "i:i", 11u, &old) == KIT_DONE && old == UINT32_MAX);
        check(guest_call(&g, "tgrow", "i:i", 10u, &old) == KIT_DONE && old == 10);
        check(guest_call(&g, "tgrow", "i:i", UINT32_MAX, &old) == KIT_DONE && old == UINT32_MAX);
        wasmtime_memory_t memory = guest_memory(&g, "m");
        check((text = kit_error(wasmtime_memory_grow(g.cx, &memory, 1, &before))) &&
              strstr(text, "failed to grow memory by `1`"));
        wasmtime_store_limiter(g.store, 6 << 16, -1, -1, -1, -1); /* raised later */
        check(guest_call(&g, "grow", "i:i", 1u, &old) == KIT_DONE && old == 5);
        guest_close(&g);
        text = with_limits(e, m, (int64_t[]){1 << 16, -1, -1, -1, -1}, 1, &g);
        check_text(text && strstr(text, "memory minimum size of 2 pages exceeds memory limits"),
                   "%s", text ? text : "accepted");
        guest_close(&g);
        text = with_limits(e, m, (int64_t[]){-1, 9, -1, -1, -1}, 1, &g);
        check_text(text && strstr(text, "table minimum size of 10 elements exceeds table limits"),
                   "%s", text ? text : "accepted");
        guest_close(&g);
        static const char *const words[] = {"instance count too high at 3",
                                            "table count too high at 3",
                                            "memory count too high at 3"};
        for (unsigned k = 0; k < 3; k++) {
            int64_t limits[5] = {-1, -1, -1, -1, -1};
            limits[2 + k] = 2;
            text = with_limits(e, m, limits, 3, &g);
            check_text(text && strstr(text, "resource limit exceeded") && strstr(text, words[k]),
                       "%s", text ? text : "accepted");
            guest_close(&g);
        }
        text = with_limits(e, m, (int64_t[]){-1, -1, -1, -1, -1}, 10001, &g);
        check_text(text && strstr(text, "too high at 10001"), "%s", text ? text : "accepted");
        guest_close(&g);
        wasmtime_module_delete(m);
        wasm_engine_delete(e);
    }
}

/* Tables: to the bound of the implementation, and a clear refusal above it. */
static void tables(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    struct guest g;
    guest_open_wat(&g, e,
                   "(module (table 0 externref) (func (export \"grow\") (param i32) (result i32)"
                   "(table.grow (ref.null extern) (local.get 0))) (func (export \"get\") (param "
                   "i32) (drop (table.get (local.get 0)))))");
    uint32_t old = 0, total = 0;
    check(guest_call(&g, "grow", "i:i", UINT32_MAX, &old) == KIT_DONE && old == UINT32_MAX);
    for (unsigned i = 0; i < 200; i++) {
        check(guest_call(&g, "grow", "i:i", 100000u, &old) == KIT_DONE);
        if (old == UINT32_MAX)
            break;
        check(old == total);
        total += 100000;
    }
    check_text(total == 10000000, "grown to %u", total);
    check(guest_call(&g, "get", "i", total - 1) == KIT_DONE);
    check(guest_call(&g, "get", "i", total) == WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS);
    guest_close(&g);
    wasm_engine_delete(e);
}

int main(int argc, char **argv)
{
    static const struct kit_test tests[] = {
        {"at_once", at_once},     {"by_thread", by_thread}, {"by_signal", by_signal},
        {"callbacks", callbacks}, {"fuel", fuel},           {"fuel_is_off", fuel_is_off},
        {"limiter", limiter},     {"tables", tables},
    };
    return kit_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
