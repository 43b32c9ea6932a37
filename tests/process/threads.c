/* Several threads: one module compiled lazily by all of them, stores of their own on one engine,
 * modules made and deleted meanwhile, epochs raised from outside. Run under ThreadSanitizer as
 * well. */
#include "kit.h"
#include <pthread.h>

enum { THREADS = 8, FUNCTIONS = 200 };

static wasm_engine_t *engine;
static wasmtime_module_t *module;
static pthread_barrier_t line;
static _Atomic bool stop;
static _Atomic unsigned wrong;

static void each(void *(*work)(void *))
{
    pthread_t t[THREADS];
    pthread_barrier_init(&line, NULL, THREADS);
    for (size_t i = 0; i < THREADS; i++)
        need(pthread_create(&t[i], NULL, work, (void *)i) == 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    pthread_barrier_destroy(&line);
    check_text(wrong == 0, "%u wrong outcomes", wrong);
    wrong = 0;
}

static wasmtime_module_t *many_functions(unsigned salt)
{
    char *text = malloc(FUNCTIONS * 400 + 1000);
    need(text != NULL);
    size_t n = (size_t)sprintf(text,
                               "(module (memory 1) (table 1 funcref)"
                               "(func (export \"oob\") (result i32) (i32.load (i32.const -%u)))",
                               salt + 4);
    for (unsigned i = 0; i < FUNCTIONS; i++)
        n += (size_t)sprintf(
            text + n,
            "(func $f%u (export \"f%u\") (param i32) (result i32) (local i32)"
            "(if (i32.eqz (local.get 0)) (then (return (i32.const %u))))"
            "(loop (local.set 1 (i32.add (local.get 1) (i32.const 1))) (br_if 0 (i32.lt_u "
            "(local.get 1) (i32.const 20))))"
            "(i32.add (i32.const 1) (call $f%u (i32.sub (local.get 0) (i32.const 1)))))",
            i, i, salt, (i * 7 + 1) % FUNCTIONS);
    sprintf(text + n, ")");
    wasmtime_module_t *m = kit_module(engine, text);
    free(text);
    return m;
}

static void use(struct guest *g, unsigned first, unsigned step, unsigned salt)
{
    char name[16];
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        uint32_t x = 0;
        snprintf(name, sizeof name, "f%u", (first + i * step) % FUNCTIONS);
        int outcome = guest_call(g, name, "i:i", i % 50, &x);
        if (outcome != KIT_DONE || x != salt + i % 50) {
            fprintf(stderr, "%s: %d, %u\n", name, outcome, x);
            wrong++;
        }
        if (i % 40 == 0 &&
            guest_call(g, "oob", ":i", &x) != WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS)
            wrong++;
        if (g->trap) { /* frames are looked up in what others are writing */
            wasm_frame_vec_t v;
            wasm_trap_trace(g->trap, &v);
            if (v.size != 1)
                wrong++;
            wasm_frame_vec_delete(&v);
        }
    }
}

/* All begin at once, half of them at the same function. */
static void *same_module(void *number)
{
    unsigned k = (unsigned)(size_t)number;
    struct guest g;
    guest_open(&g, engine, module);
    pthread_barrier_wait(&line);
    use(&g, k % 2 ? k * 20 : 0, k % 2 ? 3 : 1, 1000);
    guest_close(&g);
    return NULL;
}

static void one_module(void)
{
    for (int round = 0; round < (kit_sanitized() ? 3 : 20); round++) {
        engine = kit_engine(KIT_GUARDED, 0);
        module = many_functions(1000);
        each(same_module);
        wasmtime_module_delete(module);
        wasm_engine_delete(engine);
    }
}

static void *churning(void *number)
{
    unsigned k = (unsigned)(size_t)number;
    pthread_barrier_wait(&line);
    for (unsigned i = 0; i < (kit_sanitized() ? 4u : 30u); i++) {
        wasmtime_module_t *m = k % 2 ? many_functions(k) : wasmtime_module_clone(module);
        for (unsigned j = 0; j < 3; j++) {
            struct guest g;
            guest_open(&g, engine, m);
            use(&g, i, 1, k % 2 ? k : 1000);
            guest_close(&g);
        }
        wasmtime_module_delete(m);
    }
    return NULL;
}

/* Eight stores on one engine, instances recycled between threads, modules coming and going. */
static void one_engine(void)
{
    engine = kit_engine(KIT_GUARDED, 0);
    module = many_functions(1000);
    each(churning);
    wasmtime_module_delete(module);
    wasm_engine_delete(engine);
}

static void *tick(void *unused)
{
    while (!stop)
        wasmtime_engine_increment_epoch(engine);
    return NULL;
}

static wasmtime_error_t *go_on(wasmtime_context_t *cx, void *data, uint64_t *delta,
                               wasmtime_update_deadline_kind_t *kind)
{
    ++*(unsigned *)data;
    *delta = 1;
    *kind = WASMTIME_UPDATE_DEADLINE_CONTINUE;
    return NULL;
}

static void *interrupted(void *number)
{
    unsigned asked = 0;
    for (unsigned i = 0; i < (kit_sanitized() ? 3u : 40u) || (!asked && i < 20000); i++) {
        struct guest g;
        guest_open(&g, engine, module);
        wasmtime_store_epoch_deadline_callback(g.store, go_on, &asked, NULL);
        wasmtime_context_set_epoch_deadline(g.cx, 1);
        use(&g, i, 1, 1000);
        guest_close(&g);
    }
    if (!asked) {
        fprintf(stderr, "no epoch was noticed\n");
        wrong++;
    }
    return NULL;
}

/* Epochs raised all the time from another thread, while stores come and go. */
static void epochs(void)
{
    engine = kit_engine(KIT_GUARDED, KIT_EPOCHS);
    module = many_functions(1000);
    pthread_t ticker;
    stop = false;
    need(pthread_create(&ticker, NULL, tick, NULL) == 0);
    each(interrupted);
    stop = true;
    pthread_join(ticker, NULL);
    wasmtime_module_delete(module);
    wasm_engine_delete(engine);
}

/* A shared memory that all increment, with atomic instructions, and grow. */
static wasmtime_sharedmemory_t *shared;
static void *adds(void *number)
{
    struct guest g = {.engine = engine, .store = wasmtime_store_new(engine, NULL, NULL)};
    g.cx = wasmtime_store_context(g.store);
    wasmtime_extern_t item = {.kind = WASMTIME_EXTERN_SHAREDMEMORY, .of.sharedmemory = shared};
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *e = wasmtime_instance_new(g.cx, module, &item, 1, &g.instance, &trap);
    if (e || trap) {
        wrong++;
        fprintf(stderr, "%s\n", e ? kit_error(e) : kit_trap_text(trap));
        wasmtime_store_delete(g.store);
        return NULL;
    }
    uint32_t x = 0;
    if (guest_call(&g, "add", "i:i", 10000u, &x) != KIT_DONE)
        wrong++;
    guest_close(&g);
    return NULL;
}

static void shared_memory(void)
{
    wasm_config_t *c = kit_config(KIT_GUARDED);
    wasmtime_config_wasm_threads_set(c, true);
    wasmtime_config_shared_memory_set(c, true);
    engine = wasm_engine_new_with_config(c);
    need(engine != NULL);
    wasm_memorytype_t *type;
    need(!kit_error(wasmtime_memorytype_new(1, true, 64, false, true, 16, &type)));
    need(!kit_error(wasmtime_sharedmemory_new(engine, type, &shared)));
    wasm_memorytype_delete(type);
    module = kit_module(engine, "(module (import \"\" \"\" (memory 1 64 shared))"
                                "(func (export \"add\") (param i32) (result i32)"
                                "  (loop (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))"
                                "    (if (i32.eqz (i32.rem_u (local.get 0) (i32.const 1500))) "
                                "(then (drop (memory.grow (i32.const 1)))))"
                                "    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"
                                "  (i32.atomic.load (i32.const 8))))");
    each(adds);
    uint32_t total;
    memcpy(&total, wasmtime_sharedmemory_data(shared) + 8, 4);
    check_text(total == THREADS * 10000, "%u", total);
    check(wasmtime_sharedmemory_size(shared) == 1 + THREADS * 6);
    wasmtime_sharedmemory_delete(shared);
    wasmtime_module_delete(module);
    wasm_engine_delete(engine);
}

int main(int argc, char **argv)
{
    static const struct kit_test tests[] = {
        {"one_module", one_module},
        {"one_engine", one_engine},
        {"epochs", epochs},
        {"shared_memory", shared_memory},
    };
    return kit_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
