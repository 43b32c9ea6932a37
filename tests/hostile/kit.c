/* kit.c: see kit.h. */
#include "kit.h"
#include <stdarg.h>
#include <time.h>

unsigned kit_failures;
_Thread_local char kit_last[4096];

bool kit_check(bool ok, const char *file, int line, const char *format, ...)
{
    if (ok)
        return true;
    va_list args;
    fprintf(stderr, "%s:%d: failed: ", file, line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    if (++kit_failures > 50) {
        fprintf(stderr, "too many failures\n");
        exit(1);
    }
    return false;
}

int kit_main(int argc, char **argv, const struct kit_test *tests, size_t ntests)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < ntests; i++) {
        bool wanted = argc < 2;
        for (int k = 1; k < argc; k++)
            wanted |= strcmp(argv[k], tests[i].name) == 0;
        if (!wanted)
            continue;
        unsigned before = kit_failures;
        double start = kit_now();
        printf("%s ...\n", tests[i].name);
        tests[i].run();
        printf("%s %s (%.2f s)\n", tests[i].name, kit_failures == before ? "ok" : "FAILED",
               kit_now() - start);
    }
    return kit_failures != 0;
}

double kit_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

uint64_t kit_random(void)
{
    static _Thread_local uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * UINT64_C(0x2545f4914f6cdd1d);
}

bool kit_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

/* --- Engines ---------------------------------------------------------------------------------- */

const char *const kit_flavour_names[KIT_FLAVOURS] = {"guarded", "checked", "movable", "no signals"};

wasm_config_t *kit_config(enum kit_flavour flavour)
{
    wasm_config_t *c = wasm_config_new();
    need(c != NULL);
    if (flavour == KIT_CHECKED || flavour == KIT_MOVABLE) {
        wasmtime_config_memory_reservation_set(c, 1 << 20);
        wasmtime_config_memory_guard_size_set(c, 0);
        wasmtime_config_memory_may_move_set(c, flavour == KIT_MOVABLE);
    }
    if (flavour == KIT_NO_SIGNALS) {
        wasmtime_config_signals_based_traps_set(c, false);
        wasmtime_config_memory_may_move_set(c, false);
    }
    return c;
}

wasm_engine_t *kit_engine(enum kit_flavour flavour, unsigned options)
{
    wasm_config_t *c = kit_config(flavour);
    if (options & KIT_EPOCHS)
        wasmtime_config_epoch_interruption_set(c, true);
    if (options & KIT_FUEL)
        wasmtime_config_consume_fuel_set(c, true);
    if (options & KIT_STRESS)
        hospes_config_gc_stress_set(c, true);
    if (options & KIT_FEATURES) {
        wasmtime_config_wasm_multi_memory_set(c, true);
        wasmtime_config_wasm_memory64_set(c, true);
        wasmtime_config_wasm_tail_call_set(c, true);
        wasmtime_config_wasm_function_references_set(c, true);
        wasmtime_config_wasm_threads_set(c, true);
    }
    wasm_engine_t *e = wasm_engine_new_with_config(c);
    need(e != NULL);
    return e;
}

/* --- Modules ---------------------------------------------------------------------------------- */

void put(struct bytes *b, const void *data, size_t size)
{
    if (b->size + size > b->cap) {
        b->cap = (b->size + size) * 2 + 64;
        b->data = realloc(b->data, b->cap);
        need(b->data != NULL);
    }
    if (size)
        memcpy(b->data + b->size, data, size);
    b->size += size;
}

void put_byte(struct bytes *b, unsigned byte)
{
    uint8_t x = (uint8_t)byte;
    put(b, &x, 1);
}

void put_u(struct bytes *b, uint64_t x)
{
    do
        put_byte(b, (unsigned)(x & 0x7f) | (x > 0x7f ? 0x80u : 0));
    while (x >>= 7);
}

void put_s(struct bytes *b, int64_t x)
{
    for (;;) {
        unsigned low = (unsigned)(x & 0x7f);
        x >>= 7;
        if ((x == 0 && !(low & 0x40)) || (x == -1 && low & 0x40)) {
            put_byte(b, low);
            return;
        }
        put_byte(b, low | 0x80);
    }
}

void put_section(struct bytes *b, unsigned id, struct bytes *contents)
{
    put_byte(b, id);
    put_u(b, contents->size);
    put(b, contents->data, contents->size);
    free(contents->data);
    *contents = (struct bytes){0};
}

void put_header(struct bytes *b)
{
    put(b, "\0asm\1\0\0\0", 8);
}

static unsigned type_byte(char c)
{
    return c == 'i' ? 0x7f : c == 'l' ? 0x7e : c == 'f' ? 0x7d : 0x7c;
}

struct bytes one_function(const char *params, const char *results, const struct bytes *body,
                          int pages)
{
    struct bytes b = {0}, s = {0};
    put_header(&b);
    put_u(&s, 1);
    put_byte(&s, 0x60);
    put_u(&s, strlen(params));
    for (; *params; params++)
        put_byte(&s, type_byte(*params));
    put_u(&s, strlen(results));
    for (; *results; results++)
        put_byte(&s, type_byte(*results));
    put_section(&b, 1, &s);
    put(&s, "\1\0", 2);
    put_section(&b, 3, &s);
    if (pages >= 0) {
        put(&s, "\1\0", 2);
        put_u(&s, (uint64_t)pages);
        put_section(&b, 5, &s);
    }
    put(&s, "\1\1f\0\0", 5);
    put_section(&b, 7, &s);
    put_u(&s, 1);
    put_u(&s, body->size);
    put(&s, body->data, body->size);
    put_section(&b, 10, &s);
    return b;
}

const char *kit_error(wasmtime_error_t *error)
{
    if (!error)
        return NULL;
    wasm_name_t text;
    wasmtime_error_message(error, &text);
    snprintf(kit_last, sizeof kit_last, "%.*s", (int)text.size, text.data);
    wasm_byte_vec_delete(&text);
    wasmtime_error_delete(error);
    return kit_last;
}

const char *kit_trap_text(const wasm_trap_t *trap)
{
    wasm_message_t text;
    wasm_trap_message(trap, &text);
    snprintf(kit_last, sizeof kit_last, "%.*s", (int)text.size, text.data);
    wasm_byte_vec_delete(&text);
    return kit_last;
}

wasmtime_module_t *kit_module(wasm_engine_t *engine, const char *wat)
{
    wasm_byte_vec_t b;
    const char *e = kit_error(wasmtime_wat2wasm(wat, strlen(wat), &b));
    if (e) {
        check_text(false, "text refused: %s\n%.300s", e, wat);
        exit(1);
    }
    wasmtime_module_t *m = NULL;
    e = kit_error(wasmtime_module_new(engine, (const uint8_t *)b.data, b.size, &m));
    if (e) {
        check_text(false, "module refused: %s\n%.300s", e, wat);
        exit(1);
    }
    wasm_byte_vec_delete(&b);
    return m;
}

wasmtime_module_t *kit_binary(wasm_engine_t *engine, const struct bytes *b)
{
    wasmtime_module_t *m = NULL;
    const char *e = kit_error(wasmtime_module_new(engine, b->data, b->size, &m));
    if (e) {
        check_text(false, "module of %zu bytes refused: %s", b->size, e);
        exit(1);
    }
    return m;
}

const char *kit_refusal(wasm_engine_t *engine, const void *bytes, size_t size)
{
    wasmtime_module_t *m = NULL;
    const char *e = kit_error(wasmtime_module_new(engine, bytes, size, &m));
    check(!e || !m);
    if (m)
        wasmtime_module_delete(m);
    return e;
}

const char *kit_refusal_wat(wasm_engine_t *engine, const char *wat)
{
    wasm_byte_vec_t b;
    const char *e = kit_error(wasmtime_wat2wasm(wat, strlen(wat), &b));
    if (e)
        return e;
    e = kit_refusal(engine, b.data, b.size);
    wasm_byte_vec_delete(&b);
    return e;
}

/* --- Instances -------------------------------------------------------------------------------- */

void guest_open(struct guest *g, wasm_engine_t *engine, const wasmtime_module_t *module)
{
    *g = (struct guest){.engine = engine, .store = wasmtime_store_new(engine, NULL, NULL)};
    need(g->store != NULL);
    g->cx = wasmtime_store_context(g->store);
    wasmtime_context_set_epoch_deadline(g->cx, UINT64_C(1) << 40);
    kit_error(wasmtime_context_set_fuel(g->cx, UINT64_C(1) << 60)); /* refused where fuel is off */
    wasm_trap_t *trap = NULL;
    const char *e = kit_error(wasmtime_instance_new(g->cx, module, NULL, 0, &g->instance, &trap));
    if (trap)
        e = kit_trap_text(trap);
    if (e) {
        check_text(false, "instantiation failed: %s", e);
        exit(1);
    }
}

void guest_open_wat(struct guest *g, wasm_engine_t *engine, const char *wat)
{
    wasmtime_module_t *m = kit_module(engine, wat);
    guest_open(g, engine, m);
    wasmtime_module_delete(m);
}

void guest_close(struct guest *g)
{
    if (g->trap)
        wasm_trap_delete(g->trap);
    wasmtime_store_delete(g->store);
    *g = (struct guest){0};
}

wasmtime_func_t guest_func(struct guest *g, const char *name)
{
    wasmtime_extern_t item;
    if (!wasmtime_instance_export_get(g->cx, &g->instance, name, strlen(name), &item) ||
        item.kind != WASMTIME_EXTERN_FUNC) {
        check_text(false, "no function %s", name);
        exit(1);
    }
    return item.of.func;
}

wasmtime_memory_t guest_memory(struct guest *g, const char *name)
{
    wasmtime_extern_t item;
    if (!wasmtime_instance_export_get(g->cx, &g->instance, name, strlen(name), &item) ||
        item.kind != WASMTIME_EXTERN_MEMORY) {
        check_text(false, "no memory %s", name);
        exit(1);
    }
    return item.of.memory;
}

int guest_call(struct guest *g, const char *name, const char *signature, ...)
{
    wasmtime_func_t f = guest_func(g, name);
    wasmtime_val_t args[16], result = {.kind = WASMTIME_I32};
    size_t n = 0;
    va_list list;
    va_start(list, signature);
    for (; *signature && *signature != ':'; signature++, n++)
        switch (*signature) {
        case 'i':
            args[n].kind = WASMTIME_I32, args[n].of.i32 = (int32_t)va_arg(list, unsigned);
            break;
        case 'l':
            args[n].kind = WASMTIME_I64, args[n].of.i64 = (int64_t)va_arg(list, uint64_t);
            break;
        case 'f': args[n].kind = WASMTIME_F32, args[n].of.f32 = (float)va_arg(list, double); break;
        default: args[n].kind = WASMTIME_F64, args[n].of.f64 = va_arg(list, double); break;
        }
    bool has_result = *signature == ':';
    if (g->trap)
        wasm_trap_delete(g->trap);
    g->trap = NULL;
    int outcome = KIT_DONE;
    if (kit_error(wasmtime_func_call(g->cx, &f, args, n, &result, has_result, &g->trap))) {
        outcome = KIT_ERROR;
    } else if (g->trap) {
        wasmtime_trap_code_t code;
        outcome = wasmtime_trap_code(g->trap, &code) ? code : KIT_ERROR;
    } else if (has_result) {
        void *out = va_arg(list, void *);
        memcpy(out, &result.of, signature[1] == 'i' || signature[1] == 'f' ? 4 : 8);
    }
    va_end(list);
    return outcome;
}
