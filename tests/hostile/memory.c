/* Accesses at the edges of memories: every width, at every place where a check, a guard page or
 * a sum of address and offset could be off by one, in every kind of memory, against an oracle of
 * a few lines of arithmetic. */
#include "kit.h"

struct access {
    const char *load, *store; /* instructions; store NULL: none of this width */
    char type;
    unsigned width;
};
static const struct access accesses[] = {
    {"i32.load8_u", "i32.store8", 'i', 1},   {"i32.load8_s", NULL, 'i', 1},
    {"i32.load16_u", "i32.store16", 'i', 2}, {"i32.load16_s", NULL, 'i', 2},
    {"i32.load", "i32.store", 'i', 4},       {"i64.load8_u", "i64.store8", 'l', 1},
    {"i64.load8_s", NULL, 'l', 1},           {"i64.load16_u", "i64.store16", 'l', 2},
    {"i64.load16_s", NULL, 'l', 2},          {"i64.load32_u", "i64.store32", 'l', 4},
    {"i64.load32_s", NULL, 'l', 4},          {"i64.load", "i64.store", 'l', 8},
    {"f32.load", "f32.store", 'f', 4},       {"f64.load", "f64.store", 'd', 8},
};
enum { NACCESSES = sizeof accesses / sizeof *accesses };

#define GUARD UINT64_C(0x2000000) /* the compiler checks offsets that reach beyond the guard */
static const uint64_t offsets[] = {0,          1,          7,          0xffff,     0x10000,
                                   GUARD - 17, GUARD - 16, GUARD - 15, GUARD - 1,  GUARD,
                                   GUARD + 1,  0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffff8,
                                   0xfffffffe, 0xffffffff};
enum { NOFFSETS = sizeof offsets / sizeof *offsets };

static const char *wat_type(char c)
{
    return c == 'i' ? "i32" : c == 'l' ? "i64" : c == 'f' ? "f32" : "f64";
}

static char *make_text(const char *memory, const char *index, unsigned long pages)
{
    size_t cap = 1 << 20, n = 0;
    char *t = malloc(cap);
    need(t != NULL);
    n +=
        (size_t)snprintf(t + n, cap - n, "(module (memory (export \"m\") %s %lu)\n", memory, pages);
    n += (size_t)snprintf(
        t + n, cap - n,
        "(func (export \"grow\") (param %s) (result %s) (memory.grow (local.get 0)))\n"
        "(func (export \"size\") (result %s) (memory.size))\n",
        index, index, index);
    for (unsigned a = 0; a < NACCESSES; a++)
        for (unsigned o = 0; o < NOFFSETS; o++) {
            const char *type = wat_type(accesses[a].type);
            n += (size_t)snprintf(t + n, cap - n,
                                  "(func (export \"l%u_%u\") (param %s) (result %s) (%s "
                                  "offset=%llu (local.get 0)))\n",
                                  a, o, index, type, accesses[a].load,
                                  (unsigned long long)offsets[o]);
            /* A load whose value nobody uses traps all the same. */
            n += (size_t)snprintf(
                t + n, cap - n,
                "(func (export \"d%u_%u\") (param %s) (drop (%s offset=%llu (local.get 0))))\n", a,
                o, index, accesses[a].load, (unsigned long long)offsets[o]);
            if (accesses[a].store)
                n += (size_t)snprintf(t + n, cap - n,
                                      "(func (export \"s%u_%u\") (param %s %s) (%s offset=%llu "
                                      "(local.get 0) (local.get 1)))\n",
                                      a, o, index, type, accesses[a].store,
                                      (unsigned long long)offsets[o]);
        }
    snprintf(t + n, cap - n, ")");
    return t;
}

static int call_raw(struct guest *g, wasmtime_func_t *f, wasmtime_val_raw_t *v)
{
    wasm_trap_t *trap = NULL;
    if (kit_error(wasmtime_func_call_unchecked(g->cx, f, v, 2, &trap)))
        return KIT_ERROR;
    if (!trap)
        return KIT_DONE;
    wasmtime_trap_code_t code = 255;
    wasmtime_trap_code(trap, &code);
    wasm_trap_delete(trap);
    return code;
}

static uint64_t loaded(const struct access *a, const uint8_t *p)
{
    uint64_t x = 0;
    memcpy(&x, p, a->width);
    if (strstr(a->load, "_s")) {
        unsigned unused = 64 - a->width * 8;
        x = (uint64_t)((int64_t)(x << unused) >> unused);
    }
    return x;
}

/* One access at `address`: what the oracle says, what the guest does, and that nothing else
 * changed. */
static void try_one(struct guest *g, wasmtime_func_t f[3], const struct access *a, uint64_t address,
                    uint64_t offset, uint8_t *mem, uint64_t size, bool is64, const char *where)
{
    uint64_t at, end;
    bool fits = !__builtin_add_overflow(address, offset, &at) &&
                !__builtin_add_overflow(at, (uint64_t)a->width, &end) && end <= size;
    int expected = fits ? KIT_DONE : WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS;
    wasmtime_val_raw_t v[2] = {0};
    v[0].i64 = (int64_t)address;
    if (!is64) /* the upper half is unspecified: make it matter */
        v[0].i64 |= (int64_t)(kit_random() << 32);
    /* fresh pages: give the load something to find */
    if (fits && at >= (1 << 20) && at + 64 < size)
        mem[at] = 0x81;
    uint64_t want = fits ? loaded(a, mem + at) : 0;
    int got = call_raw(g, &f[0], v);
    check_text(got == expected, "%s: %s offset=%#llx at %#llx of %#llx: %d, not %d", where, a->load,
               (unsigned long long)offset, (unsigned long long)address, (unsigned long long)size,
               got, expected);
    if (got == KIT_DONE && fits) {
        uint64_t mask = a->type == 'i' || a->type == 'f' ? UINT32_MAX : UINT64_MAX;
        check_text(((uint64_t)v[0].i64 & mask) == (want & mask),
                   "%s: %s offset=%#llx at %#llx loads %#llx, not %#llx", where, a->load,
                   (unsigned long long)offset, (unsigned long long)address,
                   (unsigned long long)v[0].i64, (unsigned long long)want);
    }
    v[0].i64 = (int64_t)address;
    got = call_raw(g, &f[1], v);
    check_text(got == expected, "%s: dropped %s offset=%#llx at %#llx: %d, not %d", where, a->load,
               (unsigned long long)offset, (unsigned long long)address, got, expected);
    if (!a->store)
        return;
    uint8_t before[16] = {0}, after[16] = {0};
    if (size >= 16)
        memcpy(before, mem + size - 16, 16);
    uint64_t value = kit_random();
    v[0].i64 = (int64_t)address;
    v[1].i64 = (int64_t)value;
    got = call_raw(g, &f[2], v);
    check_text(got == expected, "%s: %s offset=%#llx at %#llx: %d, not %d", where, a->store,
               (unsigned long long)offset, (unsigned long long)address, got, expected);
    if (fits)
        check_text(memcmp(mem + at, &value, a->width) == 0,
                   "%s: %s offset=%#llx at %#llx: other bytes", where, a->store,
                   (unsigned long long)offset, (unsigned long long)address);
    else if (size >= 16) { /* nothing was written, not even in part */
        memcpy(after, mem + size - 16, 16);
        check_text(memcmp(before, after, 16) == 0,
                   "%s: %s offset=%#llx at %#llx wrote before it trapped", where, a->store,
                   (unsigned long long)offset, (unsigned long long)address);
    }
}

static void edges(struct guest *g, const char *where, bool is64, bool all)
{
    wasmtime_memory_t m = guest_memory(g, "m");
    uint64_t size = wasmtime_memory_data_size(g->cx, &m);
    uint8_t *mem = wasmtime_memory_data(g->cx, &m);
    for (unsigned a = 0; a < NACCESSES; a++)
        for (unsigned o = 0; o < NOFFSETS; o++) {
            wasmtime_func_t f[3];
            char name[32];
            for (unsigned k = 0; k < 3; k++) {
                if (k == 2 && !accesses[a].store)
                    continue;
                snprintf(name, sizeof name, "%c%u_%u", "lds"[k], a, o);
                f[k] = guest_func(g, name);
            }
            uint64_t places[64], n = 0, off = offsets[o];
            for (int d = -9; d <= 1; d++) { /* around the end, as address and as sum */
                places[n++] = size + (uint64_t)(int64_t)d;
                if (off)
                    places[n++] = size - off + (uint64_t)(int64_t)d;
            }
            if (all || o == 0) {
                places[n++] = 0;
                places[n++] = 1;
                for (int d = -1; d <= 1; d++) {
                    places[n++] = UINT64_C(0x80000000) + (uint64_t)(int64_t)d;
                    /* the sum wraps in 32 bits */
                    places[n++] = UINT64_C(0x100000000) - off + (uint64_t)(int64_t)d;
                    places[n++] = (UINT64_C(0) - off) + (uint64_t)(int64_t)d; /* and in 64 */
                }
                places[n++] = 0xfffffff8;
                places[n++] = 0xfffffffe;
                places[n++] = 0xffffffff;
            }
            for (uint64_t k = 0; k < n; k++) {
                uint64_t address = is64 ? places[k] : (uint32_t)places[k];
                try_one(g, f, &accesses[a], address, off, mem, size, is64, where);
            }
        }
}

static void fill(struct guest *g)
{
    wasmtime_memory_t m = guest_memory(g, "m");
    uint8_t *p = wasmtime_memory_data(g->cx, &m);
    size_t n = wasmtime_memory_data_size(g->cx, &m);
    for (size_t i = 0; i < n && i < 1 << 20; i++)
        p[i] = (uint8_t)kit_random();
}

static void edges_of(enum kit_flavour flavour)
{
    wasm_engine_t *e = kit_engine(flavour, 0);
    static const unsigned pages[] = {1, 0, 3};
    for (unsigned k = 0; k < sizeof pages / sizeof *pages; k++) {
        char where[64];
        char *text = make_text("", "i32", pages[k]);
        struct guest g;
        guest_open_wat(&g, e, text);
        free(text);
        fill(&g);
        snprintf(where, sizeof where, "%s, %u pages", kit_flavour_names[flavour], pages[k]);
        edges(&g, where, false, k == 0);
        uint32_t old = 0;
        check(guest_call(&g, "grow", "i:i", 1u, &old) == KIT_DONE && old == pages[k]);
        snprintf(where, sizeof where, "%s, %u pages and one", kit_flavour_names[flavour], pages[k]);
        edges(&g, where, false, false);
        guest_close(&g);
    }
    wasm_engine_delete(e);
}

static void guarded(void)
{
    edges_of(KIT_GUARDED);
}
static void checked(void)
{
    edges_of(KIT_CHECKED);
}
static void movable(void)
{
    edges_of(KIT_MOVABLE);
}
static void no_signals(void)
{
    edges_of(KIT_NO_SIGNALS);
}

static void memory64(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, KIT_FEATURES);
    char *text = make_text("i64", "i64", 2);
    struct guest g;
    guest_open_wat(&g, e, text);
    free(text);
    fill(&g);
    edges(&g, "64-bit", true, true);
    uint64_t old = 0;
    check(guest_call(&g, "grow", "l:l", UINT64_C(1), &old) == KIT_DONE && old == 2);
    edges(&g, "64-bit, grown", true, false);
    check(guest_call(&g, "grow", "l:l", UINT64_MAX, &old) == KIT_DONE && old == UINT64_MAX);
    check(guest_call(&g, "grow", "l:l", UINT64_C(1) << 48, &old) == KIT_DONE && old == UINT64_MAX);
    check(guest_call(&g, "grow", "l:l", (UINT64_C(1) << 48) - 3, &old) == KIT_DONE &&
          old == UINT64_MAX);
    guest_close(&g);
    wasm_engine_delete(e);
}

/* 4 GiB: by declaration and by growing, the last bytes, and nothing behind them. */
static void four_gib(void)
{
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++) {
        wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, 0);
        for (int declared = 0; declared < 2; declared++) {
            char *text = make_text("", "i32", declared ? 65536 : 1);
            wasmtime_module_t *m = kit_module(e, text);
            free(text);
            struct guest g = {.engine = e, .store = wasmtime_store_new(e, NULL, NULL)};
            g.cx = wasmtime_store_context(g.store);
            wasm_trap_t *trap = NULL;
            const char *refused =
                kit_error(wasmtime_instance_new(g.cx, m, NULL, 0, &g.instance, &trap));
            wasmtime_module_delete(m);
            check(!trap);
            if (refused) { /* a machine that does not promise 4 GiB */
                check_text(strstr(refused, "memory") != NULL, "%s", refused);
                guest_close(&g);
                continue;
            }
            uint32_t old = 0;
            if (!declared) {
                check(guest_call(&g, "grow", "i:i", 65536u, &old) == KIT_DONE && old == UINT32_MAX);
                check(guest_call(&g, "grow", "i:i", 65535u, &old) == KIT_DONE);
                if (old == UINT32_MAX) {
                    guest_close(&g);
                    continue;
                }
                check(old == 1);
            }
            check(guest_call(&g, "grow", "i:i", 1u, &old) == KIT_DONE && old == UINT32_MAX);
            check(guest_call(&g, "grow", "i:i", UINT32_MAX, &old) == KIT_DONE && old == UINT32_MAX);
            check(guest_call(&g, "grow", "i:i", 0u, &old) == KIT_DONE && old == 65536);
            check(guest_call(&g, "size", ":i", &old) == KIT_DONE && old == 65536);
            char where[64];
            snprintf(where, sizeof where, "%s, 4 GiB", kit_flavour_names[flavour]);
            edges(&g, where, false, true);
            guest_close(&g);
        }
        wasm_engine_delete(e);
    }
}

/* Growth: to the declared maximum, exactly; refused beyond it; contents kept, new pages zero,
 * also when it moves. */
static void growth(void)
{
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++) {
        wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, 0);
        struct guest g;
        guest_open_wat(
            &g, e,
            "(module (memory (export \"m\") 1 40)"
            "(func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"
            ";; the base may move under a loop that keeps it\n"
            "(func (export \"loop\") (result i32) (local i32 i32)"
            "  (i32.store (i32.const 0) (i32.const 7))"
            "  (loop (local.set 1 (i32.add (local.get 1) (i32.load (i32.const 0))))"
            "    (drop (memory.grow (i32.const 1)))"
            "    (i32.store (i32.const 4) (local.get 0))"
            "    (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const "
            "60))))"
            "  (local.get 1)))");
        uint32_t old = 0;
        check(guest_call(&g, "grow", "i:i", 40u, &old) == KIT_DONE && old == UINT32_MAX);
        check(guest_call(&g, "grow", "i:i", 0u, &old) == KIT_DONE && old == 1);
        check(guest_call(&g, "grow", "i:i", 3u, &old) == KIT_DONE && old == 1);
        wasmtime_memory_t m = guest_memory(&g, "m");
        uint8_t *p = wasmtime_memory_data(g.cx, &m);
        memset(p, 0x5a, 4 << 16);
        uint64_t before = 0;
        check(!kit_error(wasmtime_memory_grow(g.cx, &m, 20, &before)) && before == 4);
        p = wasmtime_memory_data(g.cx, &m);
        for (size_t i = 0; i < 24 << 16; i += 4096)
            if (!check(p[i] == (i < 4 << 16 ? 0x5a : 0)))
                break;
        uint32_t sum = 0;
        check(guest_call(&g, "loop", ":i", &sum) == KIT_DONE && sum == 7 * 60);
        check(guest_call(&g, "grow", "i:i", 0u, &old) == KIT_DONE && old == 40);
        const char *text = kit_error(wasmtime_memory_grow(g.cx, &m, 1, &before));
        check(text && strcmp(text, "failed to grow memory by `1`") == 0);
        check(kit_error(wasmtime_memory_grow(g.cx, &m, UINT64_MAX, &before)) != NULL);
        check(!kit_error(wasmtime_memory_grow(g.cx, &m, 0, &before)) && before == 40);
        check(wasmtime_memory_size(g.cx, &m) == 40);
        guest_close(&g);
        wasm_engine_delete(e);
    }
}

/* Copies and fills at the edges: all or nothing. */
static void bulk(void)
{
    static const uint64_t ends[] = {0, 1, 65535, 65536, 65537, 0x80000000, 0xffffffff};
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++) {
        wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, 0);
        struct guest g;
        guest_open_wat(&g, e,
                       "(module (memory (export \"m\") 1) (data $d \"0123456789\")"
                       "(func (export \"copy\") (param i32 i32 i32) (memory.copy (local.get 0) "
                       "(local.get 1) (local.get 2)))"
                       "(func (export \"fill\") (param i32 i32 i32) (memory.fill (local.get 0) "
                       "(local.get 1) (local.get 2)))"
                       "(func (export \"init\") (param i32 i32 i32) (memory.init $d (local.get 0) "
                       "(local.get 1) (local.get 2))))");
        wasmtime_memory_t m = guest_memory(&g, "m");
        uint8_t *p = wasmtime_memory_data(g.cx, &m), model[65536];
        for (unsigned i = 0; i < 65536; i++)
            p[i] = model[i] = (uint8_t)kit_random();
        for (unsigned a = 0; a < 7; a++)
            for (unsigned b = 0; b < 7; b++)
                for (unsigned c = 0; c < 7; c++) {
                    uint64_t d = ends[a], s = ends[b], n = ends[c];
                    int oob = WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS;
                    bool in = d + n <= 65536 && s + n <= 65536;
                    check(guest_call(&g, "copy", "iii", (unsigned)d, (unsigned)s, (unsigned)n) ==
                          (in ? KIT_DONE : oob));
                    if (in)
                        memmove(model + d, model + s, n);
                    in = d + n <= 65536;
                    check(guest_call(&g, "fill", "iii", (unsigned)d, (unsigned)s, (unsigned)n) ==
                          (in ? KIT_DONE : oob));
                    if (in)
                        memset(model + d, (uint8_t)s, n);
                    in = d + n <= 65536 && s + n <= 10;
                    check(guest_call(&g, "init", "iii", (unsigned)d, (unsigned)s, (unsigned)n) ==
                          (in ? KIT_DONE : oob));
                    if (in)
                        memcpy(model + d, "0123456789" + s, n);
                    check(memcmp(p, model, 65536) == 0);
                }
        guest_close(&g);
        wasm_engine_delete(e);
    }
}

/* The compiled code of a memory that may move, linked to one that does not, and the other way
 * round. */
static void linked_styles(void)
{
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++) {
        wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, 0);
        wasmtime_store_t *store = wasmtime_store_new(e, NULL, NULL);
        wasmtime_context_t *cx = wasmtime_store_context(store);
        wasm_memorytype_t *type;
        need(!kit_error(wasmtime_memorytype_new(1, true, 9, false, false, 16, &type)));
        wasmtime_memory_t memory;
        need(!kit_error(wasmtime_memory_new(cx, type, &memory)));
        wasm_memorytype_delete(type);
        wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_MEMORY, .of.memory = memory};
        wasmtime_module_t *m = kit_module(
            e, "(module (import \"\" \"\" (memory 1))"
               "(func (export \"load\") (param i32) (result i32) (i32.load8_u (local.get 0)))"
               "(func (export \"both\") (param i32) (result i32)"
               "  (drop (i32.load8_u (local.get 0))) (drop (memory.grow (i32.const 1)))"
               "  (i32.load8_u (i32.add (local.get 0) (i32.const 65536)))))");
        struct guest g = {.engine = e, .store = store, .cx = cx};
        wasm_trap_t *trap = NULL;
        need(!kit_error(wasmtime_instance_new(cx, m, &import, 1, &g.instance, &trap)) && !trap);
        uint32_t x = 9;
        check(guest_call(&g, "load", "i:i", 65536u, &x) == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS);
        uint64_t old;
        check(!kit_error(wasmtime_memory_grow(cx, &memory, 1, &old))); /* behind the guest's back */
        wasmtime_memory_data(cx, &memory)[0x1ffff] = 77;
        check(guest_call(&g, "load", "i:i", 0x1ffffu, &x) == KIT_DONE && x == 77);
        check(guest_call(&g, "load", "i:i", 0x20000u, &x) ==
              WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS);
        check(guest_call(&g, "both", "i:i", 0x1ffffu, &x) == KIT_DONE && x == 0);
        wasmtime_module_delete(m);
        guest_close(&g);
        wasm_engine_delete(e);
    }
}

int main(int argc, char **argv)
{
    static const struct kit_test tests[] = {
        {"guarded", guarded},       {"checked", checked},   {"movable", movable},
        {"no_signals", no_signals}, {"memory64", memory64}, {"four_gib", four_gib},
        {"growth", growth},         {"bulk", bulk},         {"linked_styles", linked_styles},
    };
    return kit_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
