/* Recycled instances: nothing of a tenant is visible to the next. Random tenancies over several
 * modules, each of which first looks at everything it can see, then changes what it can reach:
 * by its own code, through another instance, from the host through a raw pointer, and ending in
 * a trap. */
#include "kit.h"
#include <sys/wait.h>
#include <unistd.h>

#define EXPORTS                                                                                    \
    "(func (export \"store\") (param i32 i32) (i32.store (local.get 0) (local.get 1)))"            \
    "(func (export \"load\") (param i32) (result i32) (i32.load (local.get 0)))"                   \
    "(func (export \"setg\") (param i32) (global.set $g (local.get 0)) (global.set $h (i64.const " \
    "-1)))"                                                                                        \
    "(func (export \"getg\") (result i32) (global.get $g))"                                        \
    "(func (export \"geth\") (result i64) (global.get $h))"                                        \
    "(func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"                \
    "(func (export \"size\") (result i32) (memory.size))"                                          \
    "(func (export \"tgrow\") (param i32) (result i32) (table.grow $t (ref.func $seven) "          \
    "(local.get 0)))"                                                                              \
    "(func (export \"tsize\") (result i32) (table.size $t))"                                       \
    "(func (export \"tset\") (param i32) (table.set $t (local.get 0) (ref.func $seven)))"          \
    "(func (export \"tnull\") (param i32) (table.set $t (local.get 0) (ref.null func)))"           \
    "(func (export \"isnull\") (param i32) (result i32) (ref.is_null (table.get $t (local.get "    \
    "0))))"                                                                                        \
    "(func (export \"calls\") (param i32) (result i32) (call_indirect $t (result i32) (local.get " \
    "0)))"                                                                                         \
    "(func (export \"drop\") (data.drop $passive) (elem.drop $pe))"                                \
    "(func (export \"init\") (memory.init $passive (i32.const 100) (i32.const 0) (i32.const 4)))"  \
    "(func (export \"einit\") (table.init $t $pe (i32.const 2) (i32.const 0) (i32.const 1)))"      \
    "(func (export \"fill\") (param i32 i32) (memory.fill (local.get 0) (i32.const 0xee) "         \
    "(local.get 1)))"                                                                              \
    "(func (export \"die\") (param i32) (i32.store (i32.const 64) (i32.const -1)) (global.set $g " \
    "(i32.const 99))"                                                                              \
    "  (drop (memory.grow (i32.const 1))) (table.set $t (i32.const 1) (ref.func $seven))"          \
    "  (i32.store (local.get 0) (i32.const 1)) (unreachable))"                                     \
    "(func $one (result i32) (i32.const 1)) (func $seven (result i32) (i32.const 7))"              \
    "(global $g (mut i32) (i32.const 42)) (global $h (mut i64) (i64.const 43))"                    \
    "(table $t (export \"t\") 4 20 funcref) (elem (i32.const 0) $one)"                             \
    "(elem $pe funcref (ref.func $seven)) (data $passive \"PASS\")"

static const struct {
    const char *text;
    unsigned pages;
    const char *at_16, *at_70000; /* contents of data segments; NULL: zero */
} modules[] = {
    {"(module (memory (export \"m\") 1 8)" EXPORTS ")", 1, NULL, NULL},
    {"(module (memory (export \"m\") 1 8) (data (i32.const 16) \"hello, tenant\")" EXPORTS ")", 1,
     "hello, tenant", NULL},
    {"(module (memory (export \"m\") 3 9) (data (i32.const 16) \"another\") (data (i32.const "
     "70000) \"far away\")" EXPORTS ")",
     3, "another", "far away"},
    {"(module (memory (export \"m\") 40 60) (data (i32.const 70000) \"wide\")" EXPORTS ")", 40,
     NULL, "wide"},
    {"(module (memory (export \"m\") 2 5) (data (i32.const 16) \"tail\")" EXPORTS ")", 2, "tail",
     NULL},
};
enum { NMODULES = sizeof modules / sizeof *modules };

static wasm_engine_t *engine;
static wasmtime_module_t *compiled[NMODULES], *client;
static unsigned long long looked_at;

static void setup(void)
{
    engine = kit_engine(KIT_GUARDED, KIT_FEATURES);
    for (unsigned i = 0; i < NMODULES; i++)
        compiled[i] = kit_module(engine, modules[i].text);
    client = kit_module(
        engine, "(module (import \"\" \"store\" (func $s (param i32 i32))) (import \"\" \"setg\" "
                "(func $g (param i32)))"
                "(import \"\" \"tset\" (func $t (param i32))) (import \"\" \"drop\" (func $d))"
                "(func (export \"all\") (param i32) (call $s (local.get 0) (i32.const -1)) (call "
                "$g (i32.const 5))"
                "  (call $t (i32.const 3)) (call $d)))");
}

static void teardown(void)
{
    for (unsigned i = 0; i < NMODULES; i++)
        wasmtime_module_delete(compiled[i]);
    wasmtime_module_delete(client);
    wasm_engine_delete(engine);
}

/* Every byte of the memory is as declared; through the host's view, which does not touch the
 * tenant. */
static bool pristine_bytes(const uint8_t *p, size_t n, unsigned k, bool all)
{
    const char *a = modules[k].at_16, *b = modules[k].at_70000;
    size_t la = a ? strlen(a) : 0, lb = b ? strlen(b) : 0;
    if ((a && memcmp(p + 16, a, la) != 0) || (b && memcmp(p + 70000, b, lb) != 0))
        return false;
    for (size_t i = 0; i < n;) {
        if (a && i == 16)
            i += la;
        else if (b && i == 70000)
            i += lb;
        else if (i % 8 == 0 && i + 8 <= n && i != 16 && i / 8 != 70000 / 8 && (i < 16 || i > 64)) {
            uint64_t x;
            memcpy(&x, p + i, 8);
            if (x)
                return false;
            i += 8;
            /* the start of each page and one place in it, most of the time */
            if (!all && i % 4096 == 128)
                i += 4096 - 128;
        } else if (p[i++])
            return false;
    }
    looked_at += n;
    return true;
}

static void look(struct guest *g, unsigned k, unsigned long tenancy)
{
    uint32_t x = 0;
    uint64_t y = 0;
    bool ok = true;
    ok &= guest_call(g, "size", ":i", &x) == KIT_DONE && x == modules[k].pages;
    ok &= guest_call(g, "tsize", ":i", &x) == KIT_DONE && x == 4;
    ok &= guest_call(g, "getg", ":i", &x) == KIT_DONE && x == 42;
    ok &= guest_call(g, "geth", ":l", &y) == KIT_DONE && y == 43;
    ok &= guest_call(g, "calls", "i:i", 0u, &x) == KIT_DONE && x == 1;
    for (unsigned i = 1; i < 4; i++)
        ok &= guest_call(g, "isnull", "i:i", i, &x) == KIT_DONE && x == 1;
    ok &= guest_call(g, "load", "i:i", modules[k].pages << 16, &x) ==
          WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS;
    check_text(ok, "tenancy %lu of module %u sees another's state", tenancy, k);
    wasmtime_memory_t m = guest_memory(g, "m");
    size_t n = wasmtime_memory_data_size(g->cx, &m);
    check_text(n == (size_t)modules[k].pages << 16 &&
                   pristine_bytes(wasmtime_memory_data(g->cx, &m), n, k, tenancy % 16 == 0),
               "tenancy %lu of module %u sees another's memory", tenancy, k);
}

static void damage(struct guest *g, unsigned k)
{
    uint32_t x, bytes = modules[k].pages << 16;
    unsigned how = (unsigned)(kit_random() % 12), many = (unsigned)(kit_random() % 20);
    switch (how) {
    case 0: break;
    case 1:
    case 2:
        for (unsigned i = 0; i < many; i++)
            check(guest_call(g, "store", "ii", (unsigned)(kit_random() % (bytes - 4)),
                             UINT32_MAX) == KIT_DONE);
        break;
    case 3: check(guest_call(g, "setg", "i", 7u) == KIT_DONE); break;
    case 4: /* growth, and stores in what grew */
        if (guest_call(g, "grow", "i:i", 1 + many % 4, &x) == KIT_DONE && x != UINT32_MAX)
            check(guest_call(g, "store", "ii", bytes + many * 100, UINT32_MAX) == KIT_DONE);
        break;
    case 5:
        check(guest_call(g, "tgrow", "i:i", many % 10, &x) == KIT_DONE);
        check(guest_call(g, "tset", "i", many % 4) == KIT_DONE);
        check(guest_call(g, "tnull", "i", 0u) == KIT_DONE);
        break;
    case 6:
        check(guest_call(g, "drop", "") == KIT_DONE);
        check(guest_call(g, "init", "") == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS);
        break;
    case 7:
        check(guest_call(g, "init", "") == KIT_DONE);
        check(guest_call(g, "einit", "") == KIT_DONE);
        break;
    case 8: { /* trapping by a fault or by unreachable, in the middle of changes */
        int outcome = guest_call(g, "die", "i", kit_random() & 1 ? UINT32_MAX : 128u);
        check(outcome == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS ||
              outcome == WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED);
        break;
    }
    case 9:
        check(guest_call(g, "fill", "ii", (unsigned)(kit_random() % 1000),
                         (unsigned)(kit_random() % (bytes - 1000))) == KIT_DONE);
        break;
    case 10: { /* the host writes through a raw pointer, without any call */
        wasmtime_memory_t m = guest_memory(g, "m");
        uint8_t *p = wasmtime_memory_data(g->cx, &m);
        for (unsigned i = 0; i < many; i++)
            p[kit_random() % bytes] = 0xff;
        break;
    }
    default: { /* another instance does it: this one never runs by itself */
        wasmtime_extern_t imports[4];
        static const char *const names[] = {"store", "setg", "tset", "drop"};
        for (unsigned i = 0; i < 4; i++)
            need(wasmtime_instance_export_get(g->cx, &g->instance, names[i], strlen(names[i]),
                                              &imports[i]));
        struct guest other = *g;
        wasm_trap_t *trap = NULL;
        other.trap = NULL;
        need(!kit_error(wasmtime_instance_new(g->cx, client, imports, 4, &other.instance, &trap)));
        check(guest_call(&other, "all", "i", (unsigned)(kit_random() % (bytes - 4))) == KIT_DONE);
        break;
    }
    }
}

static unsigned long tenancies(void)
{
    const char *n = getenv("TENANCIES");
    return n ? strtoul(n, NULL, 10) : kit_sanitized() ? 4000 : 100000;
}

/* Tenants look with half the chance, so that a change may stay unseen for several generations. */
static void random_tenants(void)
{
    setup();
    unsigned long total = tenancies();
    for (unsigned long t = 0; t < total && kit_failures < 10; t++) {
        unsigned k = (unsigned)(kit_random() % NMODULES);
        if (k == 3 && t % 8) /* the large one less often */
            k = 1;
        struct guest g;
        guest_open(&g, engine, compiled[k]);
        if (kit_random() & 1)
            look(&g, k, t);
        damage(&g, k);
        guest_close(&g);
    }
    printf("  %lu tenancies, %.1f GB looked at\n", total, (double)looked_at / 1e9);
    teardown();
}

/* Several tenants at once, ended in another order than they began. */
static void overlapping(void)
{
    setup();
    enum { MANY = 24 };
    struct guest g[MANY] = {0};
    unsigned which[MANY] = {0};
    for (unsigned long t = 0; t < tenancies() / 20 && kit_failures < 10; t++) {
        unsigned i = (unsigned)(kit_random() % MANY);
        if (g[i].store) {
            damage(&g[i], which[i]);
            guest_close(&g[i]);
        } else {
            which[i] = (unsigned)(kit_random() % NMODULES);
            guest_open(&g[i], engine, compiled[which[i]]);
            look(&g[i], which[i], t);
        }
    }
    for (unsigned i = 0; i < MANY; i++)
        if (g[i].store)
            guest_close(&g[i]);
    teardown();
}

/* A tenant that only another instance runs, reached by a function, a reference in a global, a
 * table and a host's table. */
static void reached_by_others(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, KIT_FEATURES);
    wasmtime_module_t *tenant = kit_module(
        e, "(module (memory 1) (global $n (mut i32) (i32.const 0)) (table $t 2 funcref)"
           "(func $bump (export \"bump\") (result i32)"
           "  (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))"
           "  (global.set $n (i32.add (global.get $n) (i32.const 1))) (table.set $t (i32.const 1) "
           "(ref.func $bump))"
           "  (i32.add (i32.add (i32.load (i32.const 8)) (global.get $n)) (i32.mul (i32.const 100) "
           "(ref.is_null (table.get $t (i32.const 0))))))"
           "(global (export \"ref\") funcref (ref.func $bump))"
           "(table (export \"table\") 1 1 funcref) (elem (table 1) (i32.const 0) func $bump))");
    wasmtime_module_t *by_func = kit_module(e, "(module (import \"\" \"\" (func $f (result i32))) "
                                               "(func (export \"f\") (result i32) (call $f)))");
    wasmtime_module_t *by_global =
        kit_module(e, "(module (import \"\" \"\" (global $g funcref)) (table 1 funcref) (func "
                      "(export \"f\") (result i32)"
                      "  (table.set 0 (i32.const 0) (global.get $g)) (call_indirect (result i32) "
                      "(i32.const 0))))");
    wasmtime_module_t *by_table =
        kit_module(e, "(module (import \"\" \"\" (table 1 funcref)) (func (export \"f\") (result "
                      "i32) (call_indirect (result i32) (i32.const 0))))");
    wasmtime_module_t *by_host =
        kit_module(e, "(module (table (export \"t\") 1 funcref) (func (export \"f\") (result i32) "
                      "(call_indirect (result i32) (i32.const 0))))");
    for (int round = 0; round < 40; round++) {
        struct guest g, other;
        guest_open(&g, e, tenant);
        other = g;
        other.trap = NULL;
        wasmtime_extern_t item;
        wasm_trap_t *trap = NULL;
        wasmtime_module_t *m = NULL;
        const char *name = NULL;
        switch (round % 4) {
        case 0: m = by_func, name = "bump"; break;
        case 1: m = by_global, name = "ref"; break;
        case 2: m = by_table, name = "table"; break;
        default: m = by_host, name = "bump"; break;
        }
        need(wasmtime_instance_export_get(g.cx, &g.instance, name, strlen(name), &item));
        need(!kit_error(
                 wasmtime_instance_new(g.cx, m, &item, round % 4 != 3, &other.instance, &trap)) &&
             !trap);
        if (round % 4 == 3) {
            wasmtime_extern_t table;
            need(wasmtime_instance_export_get(g.cx, &other.instance, "t", 1, &table));
            wasmtime_val_t v = {.kind = WASMTIME_FUNCREF, .of.funcref = item.of.func};
            check(!kit_error(wasmtime_table_set(g.cx, &table.of.table, 0, &v)));
        }
        uint32_t x = 0;
        check(guest_call(&other, "f", ":i", &x) == KIT_DONE);
        check_text(x == 102, "round %d: the tenant counts to %u", round, x);
        guest_close(&g);
    }
    wasmtime_module_delete(tenant);
    wasmtime_module_delete(by_func);
    wasmtime_module_delete(by_global);
    wasmtime_module_delete(by_table);
    wasmtime_module_delete(by_host);
    wasm_engine_delete(e);
}

/* Contents that depend on imports are made anew for every tenant. */
static void depends_on_imports(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, KIT_FEATURES);
    wasmtime_module_t *m = kit_module(
        e,
        "(module (import \"\" \"at\" (global $at i32)) (import \"\" \"f\" (global $f funcref))"
        "(memory (export \"m\") 1) (data (global.get $at) \"here\") (table 2 funcref) (elem "
        "(i32.const 0) funcref (global.get $f))"
        "(table $t2 2 funcref (global.get $f))"
        "(func (export \"null\") (result i32) (ref.is_null (table.get 0 (i32.const 0))))"
        "(func (export \"call\") (result i32) (call_indirect (result i32) (i32.const 0)))"
        "(func (export \"call2\") (result i32) (call_indirect $t2 (result i32) (i32.const 1))))");
    wasmtime_module_t *source =
        kit_module(e, "(module (global (export \"n\") (mut i32) (i32.const 0))"
                      "(func (export \"f\") (result i32) (global.get 0)))");
    for (uint32_t round = 0; round < 20; round++) {
        struct guest g;
        guest_open(&g, e, source);
        wasmtime_extern_t n, imports[2];
        need(wasmtime_instance_export_get(g.cx, &g.instance, "n", 1, &n));
        wasmtime_val_t v = {.kind = WASMTIME_I32, .of.i32 = (int32_t)round};
        need(!kit_error(wasmtime_global_set(g.cx, &n.of.global, &v)));
        v.of.i32 = (int32_t)round * 100;
        wasm_globaltype_t *type = wasm_globaltype_new(wasm_valtype_new_i32(), WASM_CONST);
        imports[0].kind = imports[1].kind = WASMTIME_EXTERN_GLOBAL;
        need(!kit_error(wasmtime_global_new(g.cx, type, &v, &imports[0].of.global)));
        wasm_globaltype_delete(type);
        type = wasm_globaltype_new(wasm_valtype_new_funcref(), WASM_CONST);
        v.kind = WASMTIME_FUNCREF;
        v.of.funcref = guest_func(&g, "f");
        need(!kit_error(wasmtime_global_new(g.cx, type, &v, &imports[1].of.global)));
        wasm_globaltype_delete(type);
        struct guest other = g;
        other.trap = NULL;
        wasm_trap_t *trap = NULL;
        need(!kit_error(wasmtime_instance_new(g.cx, m, imports, 2, &other.instance, &trap)) &&
             !trap);
        wasmtime_memory_t memory = guest_memory(&other, "m");
        const uint8_t *p = wasmtime_memory_data(g.cx, &memory);
        for (uint32_t i = 0; i < 20; i++)
            check(memcmp(p + i * 100, i == round ? "here" : "\0\0\0\0", 4) == 0);
        uint32_t x = 77;
        check(guest_call(&other, "null", ":i", &x) == KIT_DONE && x == 0);
        check(guest_call(&other, "call", ":i", &x) == KIT_DONE && x == round);
        check(guest_call(&other, "call2", ":i", &x) == KIT_DONE && x == round);
        guest_close(&g);
    }
    wasmtime_module_delete(source);
    wasmtime_module_delete(m);
    wasm_engine_delete(e);
}

/* A forked child recycles, and so does the parent; neither sees the other's. */
static void after_fork(void)
{
    setup();
    struct guest g;
    for (unsigned k = 0; k < NMODULES; k++) {
        guest_open(&g, engine, compiled[k]);
        damage(&g, k);
        guest_close(&g);
    }
    fflush(NULL);
    pid_t child = fork();
    need(child >= 0);
    for (unsigned long t = 0; t < 400; t++) {
        unsigned k = (unsigned)(kit_random() % NMODULES);
        guest_open(&g, engine, compiled[k]);
        look(&g, k, t);
        damage(&g, k);
        guest_close(&g);
    }
    if (child == 0)
        _exit(kit_failures != 0);
    int status = 0;
    need(waitpid(child, &status, 0) == child);
    check_text(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %#x", status);
    teardown();
}

int main(int argc, char **argv)
{
    static const struct kit_test tests[] = {
        {"reached_by_others", reached_by_others},
        {"depends_on_imports", depends_on_imports},
        {"random_tenants", random_tenants},
        {"overlapping", overlapping},
        {"after_fork", after_fork},
    };
    return kit_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
