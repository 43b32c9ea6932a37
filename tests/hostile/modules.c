/* Modules made to hurt: sizes at and beyond every limit, what is no module at all, imports that
 * are missing or of another type. Either it works, or the error says what is wrong. */
#include "kit.h"

static wasm_engine_t *engine;

static void refused(const char *what, const char *error, const char *words)
{
    check_text(error && strstr(error, words), "%s: %s", what, error ? error : "accepted");
}

static const char *refusal(const struct bytes *m)
{
    return kit_refusal(engine, m->data, m->size);
}

/* --- Locals ----------------------------------------------------------------------------------- */

static struct bytes with_locals(uint64_t count, unsigned groups)
{
    struct bytes body = {0};
    put_u(&body, groups);
    for (unsigned i = 0; i < groups; i++) {
        put_u(&body, count / groups);
        put_byte(&body, i % 2 ? 0x7e : 0x7f);
    }
    put(&body, "\x41\7\x21", 3); /* the last local is set and read */
    put_u(&body, count - 1);
    put_byte(&body, 0x20);
    put_u(&body, count - 1);
    put_byte(&body, 0x0b);
    struct bytes m = one_function("", "i", &body, -1);
    free(body.data);
    return m;
}

static void locals(void)
{
    struct bytes m = with_locals(10000000, 1);
    refused("10 million locals", refusal(&m), "too many locals");
    free(m.data);
    m = with_locals(UINT64_C(0xffffffff), 1);
    refused("2^32 - 1 locals", refusal(&m), "too many locals");
    free(m.data);
    m = with_locals(UINT64_C(10000000) * 3, 3);
    refused("three groups", refusal(&m), "too many locals");
    free(m.data);
    m = with_locals(50001, 1);
    refused("50,001 locals", refusal(&m), "too many locals");
    free(m.data);
    m = with_locals(50000, 1);
    wasmtime_module_t *module = kit_binary(engine, &m);
    struct guest g;
    uint32_t x = 0;
    guest_open(&g, engine, module);
    check(guest_call(&g, "f", ":i", &x) == KIT_DONE && x == 7);
    guest_close(&g);
    wasmtime_module_delete(module);
    free(m.data);
}

/* --- Nesting and branches --------------------------------------------------------------------- */

static void nested(unsigned opcode, unsigned depth, unsigned result)
{
    struct bytes body = {0};
    put_byte(&body, 0);
    for (unsigned i = 0; i < depth; i++) {
        if (opcode == 4)
            put(&body, "\x41\1", 2);
        put_byte(&body, opcode);
        put_byte(&body, result);
    }
    if (result == 0x7f)
        put(&body, "\x41\5", 2);
    for (unsigned i = 0; i < depth; i++) {
        if (opcode == 4 && result == 0x7f)
            put(&body, "\5\x41\6", 3); /* else */
        put_byte(&body, 0x0b);
    }
    if (result != 0x7f)
        put(&body, "\x41\5", 2);
    put_byte(&body, 0x0b);
    struct bytes m = one_function("", "i", &body, -1);
    wasmtime_module_t *module = kit_binary(engine, &m);
    struct guest g;
    uint32_t x = 0;
    guest_open(&g, engine, module);
    check_text(guest_call(&g, "f", ":i", &x) == KIT_DONE && x == 5, "%u times opcode %u", depth,
               opcode);
    guest_close(&g);
    wasmtime_module_delete(module);
    free(m.data);
    free(body.data);
}

static void blocks(void)
{
    static const unsigned opcodes[] = {2, 3, 4};
    for (unsigned i = 0; i < 3; i++) {
        nested(opcodes[i], 100000, 0x40);
        nested(opcodes[i], 100000, 0x7f);
    }
    /* and never closed */
    struct bytes body = {0};
    put_byte(&body, 0);
    for (unsigned i = 0; i < 100000; i++)
        put(&body, "\2\x40", 2);
    struct bytes m = one_function("", "", &body, -1);
    check(refusal(&m) != NULL);
    free(m.data);
    free(body.data);
}

static void br_table(uint32_t targets, bool works)
{
    struct bytes body = {0};
    put(&body, "\0\2\x40\2\x40\x20\0\x0e", 8);
    put_u(&body, targets);
    for (uint32_t i = 0; i < targets; i++)
        put_byte(&body, i % 2);
    put_byte(&body, 1);
    put(&body, "\x0b\x41\x0a\x0f\x0b\x41\x14\x0b", 8); /* inner: 10, outer: 20 */
    struct bytes m = one_function("i", "i", &body, -1);
    if (works) {
        wasmtime_module_t *module = kit_binary(engine, &m);
        struct guest g;
        uint32_t x = 0, places[] = {0,       1,           2,          targets - 2, targets - 1,
                                    targets, targets + 1, UINT32_MAX, 0x80000000};
        guest_open(&g, engine, module);
        for (unsigned i = 0; i < sizeof places / sizeof *places; i++)
            check(guest_call(&g, "f", "i:i", places[i], &x) == KIT_DONE &&
                  x == (places[i] < targets && places[i] % 2 == 0 ? 10 : 20));
        guest_close(&g);
        wasmtime_module_delete(module);
    } else {
        check(refusal(&m) != NULL);
    }
    free(m.data);
    free(body.data);
}

static void branches(void)
{
    br_table(1000000, true);
    br_table(1000001, false);
    /* A count that the bytes cannot hold. */
    struct bytes body = {0};
    put(&body, "\0\2\x40\x41\0\x0e", 6);
    put_u(&body, UINT32_MAX);
    put(&body, "\0\0\x0b\x0b", 4);
    struct bytes m = one_function("", "", &body, -1);
    check(refusal(&m) != NULL);
    free(m.data);
    free(body.data);
}

/* --- Signatures ------------------------------------------------------------------------------- */

static void signatures(void)
{
    for (unsigned over = 0; over < 3; over++) {
        unsigned nparams = over == 1 ? 1001 : 1000, nresults = over == 2 ? 1001 : 1000;
        char *params = malloc(1002), *results = malloc(1002);
        for (unsigned i = 0; i < 1001; i++)
            params[i] = results[i] = "ilfd"[i % 4];
        params[nparams] = results[nresults] = 0;
        struct bytes body = {0};
        put_byte(&body, 0);
        for (unsigned i = 0; i < nresults; i++) {
            put_byte(&body, 0x20);
            put_u(&body, i < 1000 ? 999 / 4 * 4 - i / 4 * 4 + i % 4 : 0); /* in reverse, by fours */
        }
        put_byte(&body, 0x0b);
        struct bytes m = one_function(params, results, &body, -1);
        if (over) {
            check(refusal(&m) != NULL);
        } else {
            wasmtime_module_t *module = kit_binary(engine, &m);
            struct guest g;
            guest_open(&g, engine, module);
            wasmtime_func_t f = guest_func(&g, "f");
            wasmtime_val_raw_t *v = calloc(1000, sizeof *v);
            for (unsigned i = 0; i < 1000; i++)
                v[i].i64 = i % 2 ? (int64_t)i << 33 | i : i;
            wasm_trap_t *trap = NULL;
            check(!kit_error(wasmtime_func_call_unchecked(g.cx, &f, v, 1000, &trap)) && !trap);
            for (unsigned i = 0; i < 1000; i++) {
                unsigned from = 999 / 4 * 4 - i / 4 * 4 + i % 4;
                uint64_t want = from % 2 ? (uint64_t)from << 33 | from : from;
                if (!check(i % 2 ? (uint64_t)v[i].i64 == want
                                 : (uint32_t)v[i].i32 == (uint32_t)want))
                    break;
            }
            free(v);
            guest_close(&g);
            wasmtime_module_delete(module);
        }
        free(m.data);
        free(body.data);
        free(params);
        free(results);
    }
}

/* --- Large bodies ----------------------------------------------------------------------------- */

static void large(size_t size, bool works)
{
    struct bytes body = {0};
    put_byte(&body, 0);
    put(&body, "\x41\0", 2);
    uint32_t want = 0;
    while (body.size + 6 <= size - 1) {
        put(&body, "\x41\3\x6a", 3); /* i32.const 3, i32.add */
        put(&body, "\x41\1\x6b", 3); /* i32.const 1, i32.sub */
        want += 2;
    }
    while (body.size < size - 1)
        put_byte(&body, 1);
    put_byte(&body, 0x0b);
    struct bytes m = one_function("", "i", &body, -1);
    if (works) {
        wasmtime_module_t *module = kit_binary(engine, &m);
        struct guest g;
        uint32_t x = 0;
        guest_open(&g, engine, module);
        check(guest_call(&g, "f", ":i", &x) == KIT_DONE && x == want);
        guest_close(&g);
        wasmtime_module_delete(module);
    } else {
        const char *e = refusal(&m);
        check_text(e != NULL, "accepted");
    }
    free(m.data);
    free(body.data);
}

/* Code that grows most: stores with every operand in a frame. */
static void large_and_wide(void)
{
    struct bytes body = {0};
    put(&body, "\1\x20\x7e", 3);
    while (body.size + 16 <= 7000000)
        put(&body, "\x20\0\xa7\x20\x1f\x20\x05\x7f\x37\3\0\x20\1\x20\2\x20",
            11 + 0); /* store(local 0, local 31 / local 5) */
    put(&body, "\x0b", 1);
    struct bytes m = one_function("", "", &body, 1);
    wasmtime_module_t *module = NULL;
    const char *e = kit_error(wasmtime_module_new(engine, m.data, m.size, &module));
    if (!check_text(!e, "%s", e ? e : ""))
        return;
    struct guest g;
    guest_open(&g, engine, module);
    int outcome = guest_call(&g, "f", "");
    check_text(outcome == WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO || outcome == KIT_ERROR, "%d",
               outcome);
    printf("  7 MB of divisions: %d\n", outcome);
    guest_close(&g);
    wasmtime_module_delete(module);
    free(m.data);
    free(body.data);
}

static void bodies(void)
{
    large(7000000, true);
    large(7654321, true);
    large(7654322, false);
    large_and_wide();
}

/* Counts that promise more than there is. */
static void counts(void)
{
    static const unsigned sections[] = {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13};
    for (unsigned i = 0; i < sizeof sections / sizeof *sections; i++)
        for (unsigned k = 0; k < 4; k++) {
            static const uint64_t values[] = {1000001, 100000000, 0x7fffffff, 0xffffffff};
            struct bytes m = {0}, s = {0};
            put_header(&m);
            put_u(&s, values[k]);
            put(&s, "\0\0\0\0\0\0\0\0", 8);
            put_section(&m, sections[i], &s);
            double start = kit_now();
            check_text(refusal(&m) != NULL, "section %u with %llu entries", sections[i],
                       (unsigned long long)values[k]);
            check(kit_now() - start < 1);
            free(m.data);
        }
}

/* --- No module at all ------------------------------------------------------------------------- */

static void junk(void)
{
    refused("nothing", kit_refusal(engine, "", 0), "unexpected end");
    check(kit_refusal(engine, NULL, 0) != NULL);
    refused("text", kit_refusal(engine, "(module)", 8), "magic header not detected");
    refused("a script", kit_refusal(engine, "#!/bin/sh\necho", 14), "magic header not detected");
    refused("ELF",
            kit_refusal(engine,
                        "\x7f"
                        "ELF\2\1\1\0\0\0\0\0",
                        12),
            "magic");
    const char *e = kit_refusal(engine, "\0asm\x0d\0\1\0", 8);
    check_text(e && strstr(e, "component"), "a component: %s", e ? e : "accepted");
    refused("version 2", kit_refusal(engine, "\0asm\2\0\0\0", 8), "version");
    for (size_t n = 1; n < 8; n++)
        check(kit_refusal(engine, "\0asm\1\0\0\0", n) != NULL);
    check(kit_refusal(engine, "\0asm\1\0\0\0", 8) == NULL);
    char zeros[1000] = {0};
    check(kit_refusal(engine, zeros, sizeof zeros) != NULL);
    /* Every prefix of a module with every section. */
    static const char text[] = "(module (import \"a\" \"b\" (func $i (param i32))) (memory 1) "
                               "(table 2 funcref) (global (mut i64) (i64.const 1))"
                               "(export \"f\" (func $f)) (start $s) (elem (i32.const 0) $f) (data "
                               "(i32.const 0) \"abc\") (data \"p\")"
                               "(func $s) (func $f (param i32) (result i32) (block (br_if 0 "
                               "(local.get 0))) (data.drop 1) (i32.load offset=4 (local.get 0))))";
    wasm_byte_vec_t b;
    need(!kit_error(wasmtime_wat2wasm(text, sizeof text - 1, &b)));
    size_t accepted = 0;
    for (size_t n = 0; n < b.size; n++) {
        /* so that a byte behind the end is seen by the address sanitizer */
        uint8_t *exact = malloc(n + 1);
        memcpy(exact + 1, b.data, n);
        accepted += kit_refusal(engine, exact + 1, n) == NULL;
        free(exact);
    }
    /* at a section's end one may be */
    check_text(accepted <= 4, "%zu prefixes are modules", accepted);
    wasm_byte_vec_delete(&b);
    /* The same as text. */
    for (size_t n = 0; n < sizeof text - 2; n++) {
        wasm_byte_vec_t out;
        const char *error = kit_error(wasmtime_wat2wasm(text, n, &out));
        if (!error)
            wasm_byte_vec_delete(&out);
        check_text(error || n == 0, "a prefix of %zu bytes is a module", n);
    }
    /* Text nested beyond reason. */
    size_t deep = 1000000;
    char *parentheses = malloc(deep + 1);
    memset(parentheses, '(', deep);
    wasm_byte_vec_t out;
    check(kit_error(wasmtime_wat2wasm(parentheses, deep, &out)) != NULL);
    free(parentheses);
    char *folded = malloc(deep * 12 + 100), *p = folded + sprintf(folded, "(module (func ");
    for (size_t i = 0; i < deep; i++)
        p += sprintf(p, "(block ");
    for (size_t i = 0; i < deep; i++)
        *p++ = ')';
    p += sprintf(p, "))");
    const char *error = kit_error(wasmtime_wat2wasm(folded, (size_t)(p - folded), &out));
    if (!error)
        wasm_byte_vec_delete(&out);
    free(folded);
}

/* --- Imports ---------------------------------------------------------------------------------- */

static const char *link(const char *importing, const char *exporting)
{
    wasmtime_linker_t *l = wasmtime_linker_new(engine);
    wasmtime_module_t *m = kit_module(engine, importing);
    struct guest g;
    guest_open_wat(&g, engine, exporting);
    need(!kit_error(wasmtime_linker_define_instance(l, g.cx, "m", 1, &g.instance)));
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    const char *e = kit_error(wasmtime_linker_instantiate(l, g.cx, m, &i, &trap));
    check(!trap);
    guest_close(&g);
    wasmtime_module_delete(m);
    wasmtime_linker_delete(l);
    return e;
}

static void imports(void)
{
    static const struct {
        const char *import, *export, *words[2];
    } cases[] = {
        {"func", "(func (export \"other\"))", {"unknown import: `m::x` has not been defined"}},
        {"func",
         "(memory (export \"x\") 1)",
         {"incompatible import type for `m::x`", "expected func, but found memory"}},
        {"memory 1",
         "(func (export \"x\"))",
         {"incompatible import type for `m::x`", "expected memory, but found func"}},
        {"table 1 funcref",
         "(global (export \"x\") i32 (i32.const 0))",
         {"incompatible import type", "expected table, but found global"}},
        {"global i32",
         "(table (export \"x\") 1 funcref)",
         {"incompatible import type", "expected global, but found table"}},
        {"func (param i32)",
         "(func (export \"x\"))",
         {"incompatible import type", "types incompatible"}},
        {"func (result i64)",
         "(func (export \"x\") (result i32) (i32.const 0))",
         {"incompatible import type", "types incompatible"}},
        {"global i32",
         "(global (export \"x\") i64 (i64.const 0))",
         {"incompatible import type", "global types incompatible"}},
        {"global (mut i32)",
         "(global (export \"x\") i32 (i32.const 0))",
         {"incompatible import type", "global types incompatible"}},
        {"memory 2",
         "(memory (export \"x\") 1)",
         {"incompatible import type", "memory types incompatible"}},
        {"memory 1 2",
         "(memory (export \"x\") 1)",
         {"incompatible import type", "memory types incompatible"}},
        {"memory 1 2",
         "(memory (export \"x\") 1 3)",
         {"incompatible import type", "memory types incompatible"}},
        {"table 3 funcref",
         "(table (export \"x\") 2 funcref)",
         {"incompatible import type", "table types incompatible"}},
        {"table 1 externref",
         "(table (export \"x\") 1 funcref)",
         {"incompatible import type", "table types incompatible"}},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        char importing[200], exporting[200];
        snprintf(importing, sizeof importing, "(module (import \"m\" \"x\" (%s)))",
                 cases[i].import);
        snprintf(exporting, sizeof exporting, "(module %s)", cases[i].export);
        const char *e = link(importing, exporting);
        for (unsigned k = 0; k < 2 && cases[i].words[k]; k++)
            refused(importing, e, cases[i].words[k]);
    }
    check(!link("(module (import \"m\" \"x\" (memory 1 9)))",
                "(module (memory (export \"x\") 2 9))"));
    /* By position: too few, too many, of another kind, of another store. */
    wasmtime_module_t *m = kit_module(engine, "(module (import \"m\" \"x\" (memory 1)))");
    struct guest g, other;
    guest_open_wat(&g, engine, "(module (memory (export \"m\") 1) (func (export \"f\")))");
    guest_open_wat(&other, engine, "(module (memory (export \"m\") 1))");
    wasmtime_extern_t items[2] = {
        {.kind = WASMTIME_EXTERN_MEMORY, .of.memory = guest_memory(&g, "m")}};
    items[1] = items[0];
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    refused("none", kit_error(wasmtime_instance_new(g.cx, m, NULL, 0, &i, &trap)),
            "expected 1 imports, found 0");
    refused("two", kit_error(wasmtime_instance_new(g.cx, m, items, 2, &i, &trap)),
            "expected 1 imports, found 2");
    check(!kit_error(wasmtime_instance_new(g.cx, m, items, 1, &i, &trap)) && !trap);
    check(kit_error(wasmtime_instance_new(other.cx, m, items, 1, &i, &trap)) != NULL);
    items[0] = (wasmtime_extern_t){.kind = WASMTIME_EXTERN_FUNC, .of.func = guest_func(&g, "f")};
    refused("a function", kit_error(wasmtime_instance_new(g.cx, m, items, 1, &i, &trap)),
            "expected memory, but found func");
    guest_close(&g);
    guest_close(&other);
    wasmtime_module_delete(m);
}

int main(int argc, char **argv)
{
    static const struct kit_test tests[] = {
        {"locals", locals}, {"blocks", blocks}, {"branches", branches}, {"signatures", signatures},
        {"bodies", bodies}, {"counts", counts}, {"junk", junk},         {"imports", imports},
    };
    engine = kit_engine(KIT_GUARDED, 0);
    int status = kit_main(argc, argv, tests, sizeof tests / sizeof *tests);
    wasm_engine_delete(engine);
    return status;
}
