/* Traps of every kind: the code, the place and the backtrace; endless recursion on any stack. */
#include "kit.h"
#include <math.h>
#include <pthread.h>

enum {
    OVERFLOW_ = WASMTIME_TRAP_CODE_STACK_OVERFLOW,
    DIVIDE = WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO,
    TOO_LARGE = WASMTIME_TRAP_CODE_INTEGER_OVERFLOW,
    NO_INTEGER = WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER,
};

/* Where a trap says it happened: the offset in the module of the first frame. */
static size_t place(const wasm_trap_t *trap)
{
    wasm_frame_t *f = wasm_trap_origin(trap);
    if (!f)
        return SIZE_MAX;
    size_t at = wasm_frame_module_offset(f);
    wasm_frame_delete(f);
    return at;
}

static size_t depth(const wasm_trap_t *trap)
{
    wasm_frame_vec_t v;
    wasm_trap_trace(trap, &v);
    size_t n = v.size;
    wasm_frame_vec_delete(&v);
    return n;
}

/* --- Division --------------------------------------------------------------------------------- */

/* Operands as locals, as constants on either side, in a loop with everything live: all forms the
 * compiler has. */
static void division(void)
{
    static const struct {
        const char *op;
        bool wide, is_signed, rem;
    } ops[] = {{"i32.div_s", 0, 1, 0}, {"i32.div_u", 0, 0, 0}, {"i32.rem_s", 0, 1, 1},
               {"i32.rem_u", 0, 0, 1}, {"i64.div_s", 1, 1, 0}, {"i64.div_u", 1, 0, 0},
               {"i64.rem_s", 1, 1, 1}, {"i64.rem_u", 1, 0, 1}};
    static const uint8_t codes[] = {0x6d, 0x6e, 0x6f, 0x70, 0x7f, 0x80, 0x81, 0x82};
    static const int64_t values[] = {0,         1,         -1,        2,  7, INT32_MIN,
                                     INT32_MAX, INT64_MIN, INT64_MAX, 10, -3};
    enum { NVALUES = sizeof values / sizeof *values };
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour += KIT_NO_SIGNALS) {
        wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, 0);
        for (unsigned k = 0; k < 8; k++)
            for (unsigned form = 0; form < 3 + 2 * NVALUES; form++) {
                struct bytes body = {0};
                put_byte(&body, 0);
                /* form 0: plain. 1: the dividend stays live. 2: inside a loop. then constants
                 * right and left. */
                unsigned constant = form < 3 ? 0 : (form - 3) % NVALUES;
                bool right = form >= 3 && form < 3 + NVALUES, left = form >= 3 + NVALUES;
                if (form == 2)
                    put(&body, "\x03\x40\x0b", 3); /* an empty loop before */
                if (form == 1)
                    put(&body, "\x20\0", 2);
                if (left) {
                    put_byte(&body, ops[k].wide ? 0x42 : 0x41);
                    put_s(&body, ops[k].wide ? values[constant] : (int32_t)values[constant]);
                } else {
                    put(&body, "\x20\0", 2);
                }
                if (right) {
                    put_byte(&body, ops[k].wide ? 0x42 : 0x41);
                    put_s(&body, ops[k].wide ? values[constant] : (int32_t)values[constant]);
                } else {
                    put(&body, "\x20\1", 2);
                }
                size_t at = body.size;
                put_byte(&body, codes[k]);
                if (form == 1)
                    put_byte(&body, ops[k].wide ? 0x85 : 0x73); /* xor */
                put_byte(&body, 0x0b);
                struct bytes module =
                    one_function(ops[k].wide ? "ll" : "ii", ops[k].wide ? "l" : "i", &body, -1);
                size_t offset = module.size - body.size + at;
                wasmtime_module_t *m = kit_binary(e, &module);
                struct guest g;
                guest_open(&g, e, m);
                for (unsigned a = 0; a < NVALUES; a++)
                    for (unsigned b = 0; b < NVALUES; b++) {
                        int64_t x = left ? values[constant] : values[a],
                                y = right ? values[constant] : values[b];
                        int expected = KIT_DONE;
                        int64_t want = 0;
                        if (ops[k].wide) {
                            if (y == 0)
                                expected = DIVIDE;
                            else if (ops[k].is_signed && x == INT64_MIN && y == -1)
                                expected = ops[k].rem ? KIT_DONE : TOO_LARGE;
                            else if (ops[k].is_signed)
                                want = ops[k].rem ? x % y : x / y;
                            else
                                want = (int64_t)(ops[k].rem ? (uint64_t)x % (uint64_t)y
                                                            : (uint64_t)x / (uint64_t)y);
                        } else {
                            int32_t p = (int32_t)x, q = (int32_t)y;
                            if (q == 0)
                                expected = DIVIDE;
                            else if (ops[k].is_signed && p == INT32_MIN && q == -1)
                                expected = ops[k].rem ? KIT_DONE : TOO_LARGE;
                            else if (ops[k].is_signed)
                                want = ops[k].rem ? p % q : p / q;
                            else
                                want = ops[k].rem ? (uint32_t)p % (uint32_t)q
                                                  : (uint32_t)p / (uint32_t)q;
                        }
                        if (form == 1)
                            want ^= x;
                        int64_t got = 0;
                        int outcome = ops[k].wide
                                          ? guest_call(&g, "f", "ll:l", values[a], values[b], &got)
                                          : guest_call(&g, "f", "ii:i", (unsigned)values[a],
                                                       (unsigned)values[b], &got);
                        if (!check_text(outcome == expected,
                                        "%s of %lld and %lld, form %u, %s: %d, not %d", ops[k].op,
                                        (long long)x, (long long)y, form,
                                        kit_flavour_names[flavour], outcome, expected))
                            continue;
                        if (outcome == KIT_DONE)
                            check_text(ops[k].wide ? got == want : (int32_t)got == (int32_t)want,
                                       "%s of %lld and %lld, form %u: %lld, not %lld", ops[k].op,
                                       (long long)x, (long long)y, form, (long long)got,
                                       (long long)want);
                        else
                            check_text(place(g.trap) == offset, "%s, form %u: trap at %zu, not %zu",
                                       ops[k].op, form, place(g.trap), offset);
                    }
                guest_close(&g);
                wasmtime_module_delete(m);
                free(module.data);
                free(body.data);
            }
        wasm_engine_delete(e);
    }
}

/* --- Conversions ------------------------------------------------------------------------------ */

static void conversions(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    struct guest g;
    guest_open_wat(
        &g, e,
        "(module"
        "(func (export \"i32s\") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))"
        "(func (export \"i32u\") (param f64) (result i32) (i32.trunc_f64_u (local.get 0)))"
        "(func (export \"i64s\") (param f64) (result i64) (i64.trunc_f64_s (local.get 0)))"
        "(func (export \"i64u\") (param f64) (result i64) (i64.trunc_f64_u (local.get 0)))"
        "(func (export \"fi32s\") (param f32) (result i32) (i32.trunc_f32_s (local.get 0)))"
        "(func (export \"fi64u\") (param f32) (result i64) (i64.trunc_f32_u (local.get 0))))");
    static const struct {
        const char *name;
        double value;
        int outcome;
    } cases[] = {
        {"i32s", 2147483647.9, KIT_DONE},
        {"i32s", 2147483648.0, TOO_LARGE},
        {"i32s", -2147483648.9, KIT_DONE},
        {"i32s", -2147483649.0, TOO_LARGE},
        {"i32s", NAN, NO_INTEGER},
        {"i32s", INFINITY, TOO_LARGE},
        {"i32u", 4294967295.9, KIT_DONE},
        {"i32u", 4294967296.0, TOO_LARGE},
        {"i32u", -0.9, KIT_DONE},
        {"i32u", -1.0, TOO_LARGE},
        {"i32u", -NAN, NO_INTEGER},
        {"i64s", 9223372036854774784.0, KIT_DONE},
        {"i64s", 9223372036854775808.0, TOO_LARGE},
        {"i64s", -9223372036854775808.0, KIT_DONE},
        {"i64s", -9223372036854777856.0, TOO_LARGE},
        {"i64s", NAN, NO_INTEGER},
        {"i64u", 18446744073709549568.0, KIT_DONE},
        {"i64u", 18446744073709551616.0, TOO_LARGE},
        {"i64u", -0.5, KIT_DONE},
        {"i64u", -1.0, TOO_LARGE},
        {"i64u", NAN, NO_INTEGER},
        {"fi32s", 2147483520.0, KIT_DONE},
        {"fi32s", 2147483648.0, TOO_LARGE},
        {"fi32s", NAN, NO_INTEGER},
        {"fi64u", 18446742974197923840.0, KIT_DONE},
        {"fi64u", 18446744073709551616.0, TOO_LARGE},
        {"fi64u", NAN, NO_INTEGER},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t got = 0;
        char signature[4] = {cases[i].name[0] == 'f' ? 'f' : 'd', ':',
                             strstr(cases[i].name, "i64") ? 'l' : 'i', 0};
        int outcome = guest_call(&g, cases[i].name, signature, cases[i].value, &got);
        check_text(outcome == cases[i].outcome, "%s(%g): %d, not %d", cases[i].name, cases[i].value,
                   outcome, cases[i].outcome);
    }
    guest_close(&g);
    wasm_engine_delete(e);
}

/* --- Calls through tables, unreachable, null -------------------------------------------------- */

static void kinds(void)
{
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour += KIT_NO_SIGNALS) {
        wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, KIT_FEATURES);
        struct guest g;
        guest_open_wat(
            &g, e,
            "(module (type $v (func)) (type $i (func (result i32)))"
            "(memory 1) (table $t 4 10 funcref) (elem (i32.const 0) $nothing $one)"
            "(func $nothing) (func $one (result i32) (i32.const 1))"
            "(elem $d funcref (ref.func $one)) (data $b \"abc\")"
            "(func (export \"call\") (param i32) (result i32) (call_indirect (type $i) (local.get "
            "0)))"
            "(func (export \"tail\") (param i32) (result i32) (return_call_indirect (type $i) "
            "(local.get 0)))"
            "(func (export \"get\") (param i32) (drop (table.get $t (local.get 0))))"
            "(func (export \"set\") (param i32) (table.set $t (local.get 0) (ref.null func)))"
            "(func (export \"fill\") (param i32 i32) (table.fill $t (local.get 0) (ref.null func) "
            "(local.get 1)))"
            "(func (export \"tcopy\") (param i32 i32 i32) (table.copy (local.get 0) (local.get 1) "
            "(local.get 2)))"
            "(func (export \"tinit\") (param i32 i32 i32) (table.init $t $d (local.get 0) "
            "(local.get 1) (local.get 2)))"
            "(func (export \"ref\") (call_ref $v (ref.null $v)))"
            "(func (export \"unreachable\") (unreachable))"
            "(func (export \"nonnull\") (drop (ref.as_non_null (ref.null func))))"
            "(func (export \"grow\") (param i32) (result i32) (table.grow $t (ref.null func) "
            "(local.get 0))))");
        enum {
            TABLE = WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS,
            NUL = WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL,
            SIG = WASMTIME_TRAP_CODE_BAD_SIGNATURE,
            NULLREF = WASMTIME_TRAP_CODE_NULL_REFERENCE
        };
        uint32_t x = 0;
        for (int tail = 0; tail < 2; tail++) {
            const char *call = tail ? "tail" : "call";
            check(guest_call(&g, call, "i:i", 1u, &x) == KIT_DONE && x == 1);
            check(guest_call(&g, call, "i:i", 0u, &x) == SIG);
            check(guest_call(&g, call, "i:i", 2u, &x) == NUL);
            check(guest_call(&g, call, "i:i", 4u, &x) == TABLE);
            check(guest_call(&g, call, "i:i", 0x80000000u, &x) == TABLE);
            check(guest_call(&g, call, "i:i", 0x20000000u, &x) == TABLE); /* times 8 is 2^32 */
            check(guest_call(&g, call, "i:i", UINT32_MAX, &x) == TABLE);
        }
        check(guest_call(&g, "get", "i", 3u) == KIT_DONE &&
              guest_call(&g, "get", "i", 4u) == TABLE);
        check(guest_call(&g, "set", "i", 3u) == KIT_DONE &&
              guest_call(&g, "set", "i", UINT32_MAX) == TABLE);
        check(guest_call(&g, "fill", "ii", 4u, 0u) == KIT_DONE &&
              guest_call(&g, "fill", "ii", 3u, 2u) == TABLE);
        check(guest_call(&g, "fill", "ii", 5u, 0u) == TABLE &&
              guest_call(&g, "fill", "ii", 2u, UINT32_MAX) == TABLE);
        check(guest_call(&g, "tcopy", "iii", 2u, 0u, 2u) == KIT_DONE &&
              guest_call(&g, "tcopy", "iii", 3u, 0u, 2u) == TABLE);
        check(guest_call(&g, "tcopy", "iii", UINT32_MAX, 0u, 1u) == TABLE);
        check(guest_call(&g, "tinit", "iii", 0u, 0u, 1u) == KIT_DONE &&
              guest_call(&g, "tinit", "iii", 0u, 1u, 1u) == TABLE);
        check(guest_call(&g, "tinit", "iii", 0u, UINT32_MAX, 2u) == TABLE);
        check(guest_call(&g, "ref", "") == NULLREF);
        check(guest_call(&g, "nonnull", "") == NULLREF);
        check(guest_call(&g, "unreachable", "") == WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED);
        check(guest_call(&g, "grow", "i:i", 7u, &x) == KIT_DONE && x == UINT32_MAX);
        check(guest_call(&g, "grow", "i:i", 6u, &x) == KIT_DONE && x == 4);
        check(guest_call(&g, "grow", "i:i", 1u, &x) == KIT_DONE && x == UINT32_MAX);
        check(guest_call(&g, "grow", "i:i", UINT32_MAX, &x) == KIT_DONE && x == UINT32_MAX);
        check(guest_call(&g, "get", "i", 9u) == KIT_DONE &&
              guest_call(&g, "get", "i", 10u) == TABLE);
        guest_close(&g);
        wasm_engine_delete(e);
    }
}

/* A trap gives no results and leaves what was stored before it. */
static void what_stays(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    struct guest g;
    guest_open_wat(&g, e,
                   "(module (memory (export \"m\") 1) (global $g (mut i32) (i32.const 0))"
                   "(func (export \"f\") (result i32) (i32.store (i32.const 0) (i32.const 5)) "
                   "(global.set $g (i32.const 6))"
                   "  (i32.store (i32.const 65533) (i32.const -1)) (i32.store (i32.const 0) "
                   "(i32.const 9)) (i32.const 3))"
                   "(func (export \"g\") (result i32) (global.get $g)))");
    uint32_t x = 1234;
    check(guest_call(&g, "f", ":i", &x) == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS && x == 1234);
    wasmtime_memory_t m = guest_memory(&g, "m");
    check(wasmtime_memory_data(g.cx, &m)[0] == 5 && wasmtime_memory_data(g.cx, &m)[65535] == 0);
    check(guest_call(&g, "g", ":i", &x) == KIT_DONE && x == 6);
    const char *text = (guest_call(&g, "f", ":i", &x), kit_trap_text(g.trap));
    check_text(strstr(text, "wasm trap: out of bounds memory access") != NULL, "%s", text);
    guest_close(&g);
    wasm_engine_delete(e);
}

/* --- Recursion -------------------------------------------------------------------------------- */

/* A function that calls itself, with n locals that are live over the call. */
static char *recursive(unsigned nlocals)
{
    size_t cap = 200 + nlocals * 160, n = 0;
    char *t = malloc(cap);
    need(t != NULL);
    n += (size_t)snprintf(t + n, cap - n,
                          "(module (func $f (export \"f\") (param i64) (result i64)");
    for (unsigned i = 0; i < nlocals; i++)
        n += (size_t)snprintf(t + n, cap - n, " (local i64)");
    for (unsigned i = 1; i <= nlocals; i++)
        n += (size_t)snprintf(
            t + n, cap - n, "(local.set %u (i64.add (local.get %u) (i64.const %u)))", i, i - 1, i);
    n += (size_t)snprintf(t + n, cap - n, "(call $f (i64.add (local.get 0) (i64.const 1)))");
    for (unsigned i = 1; i <= nlocals; i++)
        n += (size_t)snprintf(t + n, cap - n, "(local.get %u) i64.xor ", i);
    snprintf(t + n, cap - n, "))");
    return t;
}

static void recurse(struct guest *g)
{
    for (int i = 0; i < 3; i++) {
        uint64_t x = 0;
        check(guest_call(g, "f", "l:l", UINT64_C(0), &x) == OVERFLOW_);
        if (g->trap) {
            check(depth(g->trap) > 0);
            check(strstr(kit_trap_text(g->trap), "call stack exhausted") != NULL);
        }
    }
}

static void *on_thread(void *module_and_engine)
{
    void **p = module_and_engine;
    struct guest g;
    guest_open(&g, p[0], p[1]);
    recurse(&g);
    guest_close(&g);
    return NULL;
}

static void with_stack(size_t size, void *(*run)(void *), void *arg)
{
    pthread_attr_t attr;
    pthread_t t;
    pthread_attr_init(&attr);
    need(pthread_attr_setstacksize(&attr, size) == 0);
    need(pthread_create(&t, &attr, run, arg) == 0);
    pthread_join(t, NULL);
    pthread_attr_destroy(&attr);
}

static void recursion(void)
{
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour += KIT_NO_SIGNALS) {
        wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, 0);
        static const unsigned locals[] = {0, 10, 1000, 20000};
        for (unsigned k = 0; k < 4; k++) {
            char *text = recursive(locals[k]);
            wasmtime_module_t *m = kit_module(e, text);
            free(text);
            struct guest g;
            guest_open(&g, e, m);
            recurse(&g);
            guest_close(&g);
            void *p[2] = {e, m};
            with_stack(8 << 20, on_thread, p);
            with_stack(1 << 20, on_thread, p);
            with_stack(512 << 10, on_thread, p);
            with_stack(kit_sanitized() ? 384 << 10 : 256 << 10, on_thread, p);
            wasmtime_module_delete(m);
        }
        wasm_engine_delete(e);
    }
}

/* 128 KiB: there may be no room for a guest at all, but nothing is overrun and the error is the
 * ordinary one. */
static void *on_tiny(void *module_and_engine)
{
    void **p = module_and_engine;
    struct guest *g = p[2];
    uint64_t x = 0;
    check(guest_call(g, "f", "l:l", UINT64_C(0), &x) == OVERFLOW_);
    return NULL;
}

static void tiny_stacks(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    static const unsigned locals[] = {0, 1000, 20000};
    for (unsigned k = 0; k < 3; k++) {
        char *text = recursive(locals[k]);
        wasmtime_module_t *m = kit_module(e, text);
        free(text);
        struct guest g;
        guest_open(&g, e, m);
        recurse(&g); /* compiled now: the compiler is not run on the small stack */
        void *p[3] = {e, m, &g};
        with_stack(128 << 10, on_tiny, p);
        with_stack(64 << 10, on_tiny, p);
        recurse(&g);
        guest_close(&g);
        wasmtime_module_delete(m);
    }
    wasm_engine_delete(e);
}

/* A store that moves from a thread with a large stack to one with a small stack at the same
 * place. */
static void same_place(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    char *text = recursive(100);
    wasmtime_module_t *m = kit_module(e, text);
    free(text);
    struct guest g;
    guest_open(&g, e, m);
    size_t size = 4 << 20, small = 256 << 10;
    char *stack = aligned_alloc(1 << 16, size);
    need(stack != NULL);
    void *p[3] = {e, m, &g};
    for (int i = 0; i < 2; i++) {
        pthread_attr_t attr;
        pthread_t t;
        pthread_attr_init(&attr);
        size_t n = i ? small : size;
        if (i) /* what lies below the small stack is somebody else's */
            memset(stack, 0xa5, size - small);
        need(pthread_attr_setstack(&attr, stack + size - n, n) == 0);
        need(pthread_create(&t, &attr, on_tiny, p) == 0);
        pthread_join(t, NULL);
        pthread_attr_destroy(&attr);
    }
    size_t dirty = 0;
    for (size_t i = 0; i < size - small; i++)
        dirty += (uint8_t)stack[i] != 0xa5;
    check_text(dirty == 0, "%zu bytes below the stack were written", dirty);
    free(stack);
    guest_close(&g);
    wasmtime_module_delete(m);
    wasm_engine_delete(e);
}

/* Guest and host call each other until the stack ends. */
static wasm_trap_t *again(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                          size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    unsigned *calls = env;
    ++*calls;
    wasmtime_extern_t f;
    if (!wasmtime_caller_export_get(caller, "f", 1, &f))
        return wasmtime_trap_new("no f", 4);
    wasm_trap_t *trap = NULL;
    wasmtime_val_t arg = {.kind = WASMTIME_I32, .of.i32 = args[0].of.i32 - 1};
    wasmtime_error_t *e =
        wasmtime_func_call(wasmtime_caller_context(caller), &f.of.func, &arg, 1, results, 1, &trap);
    if (e) {
        const char *text = kit_error(e);
        return wasmtime_trap_new(text, strlen(text));
    }
    return trap;
}

static void ping_pong(enum kit_flavour flavour)
{
    wasm_engine_t *e = kit_engine(flavour, 0);
    wasmtime_module_t *m =
        kit_module(e, "(module (import \"\" \"again\" (func $again (param i32) (result i32)))"
                      "(func (export \"f\") (param i32) (result i32)"
                      "  (if (i32.eqz (local.get 0)) (then (return (i32.const 42))))"
                      "  (i32.add (i32.const 1) (call $again (local.get 0))))"
                      "(func (export \"t\") (param i32) (result i32)"
                      "  (if (i32.eqz (local.get 0)) (then (unreachable)))"
                      "  (i32.add (i32.const 1) (call $again (local.get 0)))))");
    unsigned calls = 0;
    wasmtime_linker_t *l = wasmtime_linker_new(e);
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    need(!kit_error(wasmtime_linker_define_func(l, "", 0, "again", 5, type, again, &calls, NULL)));
    wasm_functype_delete(type);
    struct guest g = {.engine = e, .store = wasmtime_store_new(e, NULL, NULL)};
    g.cx = wasmtime_store_context(g.store);
    wasm_trap_t *trap = NULL;
    need(!kit_error(wasmtime_linker_instantiate(l, g.cx, m, &g.instance, &trap)) && !trap);
    uint32_t x = 0;
    check(guest_call(&g, "f", "i:i", 0u, &x) == KIT_DONE && x == 42);
    unsigned deep = kit_sanitized() ? 100 : 1000;
    /* the default stack may hold it or not, but nothing breaks */
    int outcome = guest_call(&g, "f", "i:i", deep, &x);
    check_text(outcome == OVERFLOW_ || outcome == KIT_ERROR ||
                   (outcome == KIT_DONE && x == 42 + deep),
               "%d", outcome);
    printf("  %u calls in turn: %s\n", deep, outcome == KIT_DONE ? "returned" : "trapped");
    calls = 0;
    outcome = guest_call(&g, "f", "i:i", UINT32_MAX, &x);
    check_text(outcome == OVERFLOW_, "%d: %s", outcome, kit_last);
    check(calls > 50);
    check(guest_call(&g, "f", "i:i", 3u, &x) == KIT_DONE && x == 45);
    guest_close(&g);
    wasmtime_linker_delete(l);
    wasmtime_module_delete(m);
    wasm_engine_delete(e);
}

static void through_the_host(void)
{
    ping_pong(KIT_GUARDED);
    ping_pong(KIT_NO_SIGNALS);
}

/* Mutual recursion through tables, imports of another instance, and tail calls, which must not
 * overflow. */
static void other_recursion(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, KIT_FEATURES);
    struct guest g;
    guest_open_wat(
        &g, e,
        "(module (type $t (func (param i64) (result i64))) (table 2 funcref) (elem (i32.const 0) "
        "$a $b)"
        "(func $a (export \"f\") (param i64) (result i64)"
        "  (i64.add (i64.const 1) (call_indirect (type $t) (local.get 0) (i32.const 1))))"
        "(func $b (param i64) (result i64)"
        "  (i64.add (i64.const 1) (call_indirect (type $t) (local.get 0) (i32.const 0))))"
        "(func $tail (export \"tail\") (param i64) (result i64)"
        "  (if (i64.eqz (local.get 0)) (then (return (i64.const 7))))"
        "  (return_call $tail2 (i64.sub (local.get 0) (i64.const 1)) (i64.const 1) (f64.const 1)))"
        "(func $tail2 (param i64 i64 f64) (result i64) (return_call $tail (local.get 0))))");
    recurse(&g);
    uint64_t x = 0;
    check(guest_call(&g, "tail", "l:l", UINT64_C(3000000), &x) == KIT_DONE && x == 7);
    guest_close(&g);
    wasm_engine_delete(e);
}

int main(int argc, char **argv)
{
    static const struct kit_test tests[] = {
        {"division", division},
        {"conversions", conversions},
        {"kinds", kinds},
        {"what_stays", what_stays},
        {"recursion", recursion},
        {"tiny_stacks", tiny_stacks},
        {"same_place", same_place},
        {"through_the_host", through_the_host},
        {"other_recursion", other_recursion},
    };
    return kit_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
