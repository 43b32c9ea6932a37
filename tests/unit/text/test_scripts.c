/* Scripts as data. */
#include "support.h"

#include "syntax/types.h"
#include "text/script.h"

static bool equal(struct span s, const char *text)
{
    return hs_span_equal(s, hs_span_text(text));
}

static struct script script(const char *text)
{
    struct script s;
    struct error e;
    hs_error_init(&e);
    if (hs_script_parse(text, strlen(text), &s, &e) != ST_OK)
        fail_msg("%s", e.text);
    return s;
}

static void test_modules(void **state)
{
    struct script s = script("(module $a (func))\n"
                             "(module definition $b (memory 1))\n"
                             "(module instance $c $b)\n(module instance)\n"
                             "(module binary \"\\00asm\" \"\\01\\00\\00\\00\")\n"
                             "(module $q quote \"(func\" \" nop)\")\n"
                             "(register \"r\" $c)\n(register \"s\")\n"
                             "(module)");
    uint8_t *bytes;
    size_t size;
    struct error e;
    hs_error_init(&e);
    assert_int_equal(s.ncommands, 9);
    const struct script_command *c = s.commands;
    assert_int_equal(c[0].kind, SCRIPT_MODULE);
    assert_true(equal(c[0].module.name, "a") && !c[0].module.definition && c[0].has_module);
    assert_true(c[1].module.definition && equal(c[1].module.name, "b") && c[1].line == 2);
    assert_int_equal(hs_script_module_bytes(&s, &c[1].module, &bytes, &size, &e), ST_OK);
    assert_int_equal(bytes[8], 5);
    hs_free(bytes);
    assert_int_equal(c[2].kind, SCRIPT_INSTANCE);
    assert_true(equal(c[2].name, "c") && equal(c[2].of, "b"));
    assert_null(c[3].name.data);
    assert_int_equal(c[4].module.form, SCRIPT_MODULE_BINARY);
    assert_int_equal(hs_script_module_bytes(&s, &c[4].module, &bytes, &size, &e), ST_OK);
    assert_int_equal(size, 8);
    hs_free(bytes);
    assert_int_equal(c[5].module.form, SCRIPT_MODULE_QUOTE);
    assert_true(equal(c[5].module.name, "q") && equal(c[5].module.bytes, "(func nop)"));
    assert_int_equal(hs_script_module_bytes(&s, &c[5].module, &bytes, &size, &e), ST_OK);
    hs_free(bytes);
    assert_true(c[6].kind == SCRIPT_REGISTER && equal(c[6].text, "r") && equal(c[6].of, "c"));
    assert_true(equal(c[7].text, "s") && c[7].of.data == NULL);
    assert_int_equal(c[8].line, 9);
    assert_int_equal(hs_script_module_bytes(&s, &c[8].module, &bytes, &size, &e), ST_OK);
    assert_int_equal(size, 8);
    hs_free(bytes);
    hs_script_deinit(&s);
}

static void test_lines_of_errors(void **state)
{
    struct script s =
        script("(module)\n\n(assert_malformed (module\n  (func $x) (func $x)) \"duplicate func\")");
    uint8_t *bytes;
    size_t size;
    struct error e;
    hs_error_init(&e);
    assert_int_equal(s.commands[1].line, 3);
    assert_int_equal(hs_script_module_bytes(&s, &s.commands[1].module, &bytes, &size, &e),
                     ST_MALFORMED);
    assert_int_equal(e.line, 4);
    assert_int_equal(e.column, 19);
    hs_script_deinit(&s);
}

static void test_assertions(void **state)
{
    struct script s = script(
        "(invoke $m \"f\" (i32.const -1) (i64.const 0x10) (f32.const -0) (f64.const nan:0x123) "
        "(ref.null func) (ref.extern 3)"
        " (ref.host 4) (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15))\n"
        "(assert_return (get \"g\") (i32.const 7))\n"
        "(assert_return (invoke \"f\") (f32.const nan:canonical) (f64.const nan:arithmetic)"
        " (v128.const f32x4 nan:canonical 1 nan:arithmetic nan) (ref.null) (ref.null any) "
        "(ref.func) (ref.extern) (ref.i31) (ref.eq)"
        " (ref.struct) (ref.array) (ref.any) (ref.exn) (either (i32.const 1) (i32.const 2)))\n"
        "(assert_trap (invoke \"f\") \"unreachable\")\n(assert_trap (module (start 0)) \"x\")\n"
        "(assert_exhaustion (invoke \"f\") \"call stack exhausted\")\n(assert_exception (invoke "
        "\"f\"))\n"
        "(assert_invalid (module (func (result i32))) \"type mismatch\")\n(assert_unlinkable "
        "(module) \"unknown import\")\n"
        "(assert_malformed (module quote \"(\") \"unexpected\")\n(assert_malformed_custom (module "
        "quote \"(\") \"x\")\n"
        "(assert_invalid_custom (module) \"x\")\n"
        "(thread $t (shared (module $m)) (register \"m\" $m) (module) (assert_return (invoke "
        "\"f\")))\n(wait $t)");
    const struct script_command *c = s.commands;
    assert_int_equal(s.ncommands, 14);
    const struct script_action *a = &c[0].action;
    assert_int_equal(c[0].kind, SCRIPT_ACTION);
    assert_true(!a->get && equal(a->module, "m") && equal(a->field, "f") && a->nargs == 8);
    assert_memory_equal(a->args[0].bits, "\xff\xff\xff\xff\0\0\0\0", 8);
    assert_memory_equal(a->args[1].bits, "\x10\0\0\0\0\0\0\0", 8);
    assert_memory_equal(a->args[2].bits, "\0\0\0\x80", 4);
    assert_memory_equal(a->args[3].bits, "\x23\x01\0\0\0\0\xf0\x7f", 8);
    assert_true(a->args[4].kind == SCRIPT_REF_NULL && a->args[4].heap == HEAP_FUNC);
    assert_true(a->args[5].kind == SCRIPT_REF_EXTERN && a->args[5].has_number &&
                a->args[5].number == 3);
    assert_true(a->args[6].kind == SCRIPT_REF_HOST && a->args[6].number == 4);
    assert_true(a->args[7].kind == SCRIPT_V128 && a->args[7].lanes == 16 &&
                a->args[7].bits[15] == 15);
    assert_true(c[1].kind == SCRIPT_ASSERT_RETURN && c[1].action.get && c[1].nresults == 1);
    const struct script_value *r = c[2].results;
    assert_int_equal(c[2].nresults, 14);
    assert_int_equal(r[0].nan[0], SCRIPT_NAN_CANONICAL);
    assert_int_equal(r[1].nan[0], SCRIPT_NAN_ARITHMETIC);
    assert_true(r[2].float_lanes && r[2].lanes == 4 && r[2].nan[0] == SCRIPT_NAN_CANONICAL &&
                r[2].nan[1] == SCRIPT_NAN_NONE && r[2].nan[2] == SCRIPT_NAN_ARITHMETIC &&
                r[2].nan[3] == SCRIPT_NAN_NONE);
    assert_memory_equal(r[2].bits + 4, "\0\0\x80\x3f", 4);
    assert_memory_equal(r[2].bits + 12, "\0\0\xc0\x7f", 4);
    assert_true(r[3].kind == SCRIPT_REF_NULL && r[3].heap == HEAP_END);
    assert_true(r[4].kind == SCRIPT_REF_NULL && r[4].heap == HEAP_ANY);
    static const enum script_value_kind kinds[] = {
        SCRIPT_REF_FUNC,  SCRIPT_REF_EXTERN, SCRIPT_REF_I31, SCRIPT_REF_EQ, SCRIPT_REF_STRUCT,
        SCRIPT_REF_ARRAY, SCRIPT_REF_ANY,    SCRIPT_REF_EXN, SCRIPT_EITHER};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_int_equal(r[5 + i].kind, kinds[i]);
    assert_false(r[6].has_number);
    assert_int_equal(r[13].nalternatives, 2);
    assert_int_equal(r[13].alternatives[1].bits[0], 2);
    assert_true(c[3].kind == SCRIPT_ASSERT_TRAP && !c[3].has_module &&
                equal(c[3].text, "unreachable"));
    assert_true(c[4].kind == SCRIPT_ASSERT_TRAP && c[4].has_module);
    assert_int_equal(c[5].kind, SCRIPT_ASSERT_EXHAUSTION);
    assert_int_equal(c[6].kind, SCRIPT_ASSERT_EXCEPTION);
    assert_true(c[7].kind == SCRIPT_ASSERT_INVALID && c[7].has_module &&
                equal(c[7].text, "type mismatch"));
    assert_int_equal(c[8].kind, SCRIPT_ASSERT_UNLINKABLE);
    assert_int_equal(c[9].kind, SCRIPT_ASSERT_MALFORMED);
    assert_int_equal(c[10].kind, SCRIPT_ASSERT_MALFORMED_CUSTOM);
    assert_int_equal(c[11].kind, SCRIPT_ASSERT_INVALID_CUSTOM);
    assert_true(c[12].kind == SCRIPT_THREAD && equal(c[12].name, "t") && equal(c[12].shared, "m") &&
                c[12].ncommands == 3);
    assert_true(c[13].kind == SCRIPT_WAIT && equal(c[13].name, "t"));
    for (int k = 0; k <= SCRIPT_WAIT; k++)
        assert_string_not_equal(hs_script_kind_name((enum script_kind)k), "?");
    hs_script_deinit(&s);
}

static void test_inline(void **state)
{
    struct script s = script("(func $f)\n(memory 0)\n(func (export \"f\") call $f)");
    uint8_t *bytes;
    size_t size;
    struct error e;
    hs_error_init(&e);
    assert_int_equal(s.ncommands, 1);
    assert_int_equal(hs_script_module_bytes(&s, &s.commands[0].module, &bytes, &size, &e), ST_OK);
    hs_free(bytes);
    hs_script_deinit(&s);
    s = script(" ;; nothing\n");
    assert_int_equal(s.ncommands, 0);
    hs_script_deinit(&s);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *message;
        unsigned line;
    } cases[] = {
        {"(modul)", "unknown operator modul", 1},
        {"(module)\nx", "unknown operator x", 2},
        {"(assert_return)", "unexpected token )", 1},
        {"(assert_return (module))", "unexpected token module, expected invoke or get", 1},
        {"(invoke f)", "unknown operator f", 1},
        {"(invoke \"f\" (i32.const))", "unexpected token )", 1},
        {"(invoke \"f\" (i32.add))", "unexpected token i32.add", 1},
        {"(invoke \"f\" (i32.const 0x1_0000_0000))", "constant out of range", 1},
        {"(assert_return (invoke \"f\") (either (either)))", "unexpected token )", 1},
        {"(thread $t (thread $u))", "unexpected token thread", 1},
        {"(assert_trap (invoke \"f\"))", "unexpected token ), expected a string", 1},
        {"(invoke \"f\"", "unexpected token: end of the text", 1},
        {"(module \"", "unclosed string", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct script s;
        struct error e;
        hs_error_init(&e);
        if (hs_script_parse(cases[i].text, strlen(cases[i].text), &s, &e) == ST_OK) {
            hs_script_deinit(&s);
            fail_msg("accepted: %s", cases[i].text);
        }
        if (strncmp(e.text, cases[i].message, strlen(cases[i].message)) != 0 ||
            e.line != cases[i].line)
            fail_msg("%s: %s", cases[i].text, e.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modules),    cmocka_unit_test(test_lines_of_errors),
        cmocka_unit_test(test_assertions), cmocka_unit_test(test_inline),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
