/* A module so large that its copy and, compiled at once, its code get large pages: calls from
 * one end of the code to the other, traps with their places, everything readable, with one
 * thread and with all. */
#include "check.h"
#include <sys/wait.h>
#include <unistd.h>

/* Who forks holds every lock of the library, which are more than ThreadSanitizer's search for
 * deadlocks can count. */
__attribute__((visibility("default"))) const char *__tsan_default_options(void);
__attribute__((visibility("default"))) const char *__tsan_default_options(void)
{
    return "detect_deadlocks=0";
}

enum { FUNCS = 9000, DATA = 5 << 20, CHAIN = 90 };

/* Function i adds i to what function i - FUNCS / CHAIN gives, modulo 2^32; the one at the end of
 * the chain traps for 0. A passive segment makes the module larger than 4 MB. */
static char *large_text(void)
{
    char *text = malloc(DATA + (size_t)FUNCS * 1000 + 1000), *p = text;
    p += sprintf(p, "(module (memory 1) (data \"");
    memset(p, 'x', DATA);
    p += DATA;
    p += sprintf(p, "\")");
    for (int i = 0; i < FUNCS; i++) {
        p += sprintf(p, "(func $f%d (param i32) (result i32) (local i64)\n", i);
        for (int k = 0; k < 8; k++)
            p += sprintf(
                p, "(local.set 1 (i64.add (local.get 1) (i64.load32_u offset=%d (i32.const %d))))",
                k, k);
        if (i < FUNCS / CHAIN)
            p += sprintf(p, "(drop (i32.div_u (i32.const 1) (local.get 0))) (i32.const %d))", i);
        else
            p += sprintf(p, "(i32.add (i32.const %d) (call $f%d (local.get 0))))", i,
                         i - FUNCS / CHAIN);
    }
    p += sprintf(p, "(export \"last\" (func $f%d)))", FUNCS - 1);
    return text;
}

static void calls_and_traps(struct world *w, const wasmtime_module_t *m)
{
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    OK(wasmtime_instance_new(w->context, m, NULL, 0, &i, &trap));
    wasmtime_extern_t f = export_of(w, i, "last");
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 1}, r = {0};
    OK(wasmtime_func_call(w->context, &f.of.func, &a, 1, &r, 1, &trap));
    int want = 0;
    for (int k = FUNCS - 1; k >= 0; k -= FUNCS / CHAIN)
        want += k;
    CHECK(!trap && r.of.i32 == want);
    a.of.i32 = 0;
    OK(wasmtime_func_call(w->context, &f.of.func, &a, 1, &r, 1, &trap));
    CHECK(trap);
    wasm_frame_vec_t frames;
    wasm_trap_trace(trap, &frames);
    CHECK(frames.size > 10 && wasm_frame_func_index(frames.data[0]) == FUNCS / CHAIN - 1);
    for (size_t k = 1; k < frames.size && k < 10; k++)
        CHECK(wasm_frame_func_index(frames.data[k]) == (k + 1) * (FUNCS / CHAIN) - 1);
    wasm_frame_vec_delete(&frames);
    TRAP_HAS(trap, "integer divide by zero");
}

static void test_large(const wasm_byte_vec_t *bytes, bool parallel, bool lazy)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_parallel_compilation_set(config, parallel);
    hospes_config_lazy_set(config, lazy);
    struct world w = world_new(config);
    wasmtime_module_t *m = NULL;
    uint8_t *given = malloc(bytes->size);
    memcpy(given, bytes->data, bytes->size);
    OK(wasmtime_module_new(w.engine, given, bytes->size, &m));
    memset(given, 0, bytes->size); /* the module has a copy */
    free(given);
    calls_and_traps(&w, m);
    void *start, *end;
    wasmtime_module_image_range(m, &start, &end);
    CHECK(*(volatile uint8_t *)start == 0xff && *((volatile uint8_t *)end - 1) == 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) { /* the code is there in a forked child, too */
        failures = 0;
        calls_and_traps(&w, m);
        _exit(failures != 0);
    }
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    calls_and_traps(&w, m);
    wasmtime_module_delete(m);
    world_delete(&w);
}

int main(void)
{
    char *text = large_text();
    wasm_byte_vec_t bytes;
    OK(wasmtime_wat2wasm(text, strlen(text), &bytes));
    free(text);
    test_large(&bytes, false, false);
    test_large(&bytes, true, false);
    test_large(&bytes, true, true);
    wasm_byte_vec_delete(&bytes);
    FINISH();
}
