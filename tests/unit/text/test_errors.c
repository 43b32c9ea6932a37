/* What is said about a text that does not parse, and where: the words of the official suite,
 * line, column, the line itself and a caret below. Lexical matters (tokens, strings, comments,
 * annotations) are here as well. */
#include "support.h"

#include "base/bits.h"

static void test_messages(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        /* tokens */
        {"(func i32.foo)", "unknown operator i32.foo"},
        {"(func (i32.const0))", "unknown operator i32.const0"},
        {"(func br 0drop)", "unknown operator 0drop"},
        {"(data \"a\"\"b\")", "unknown operator"},
        {"(data \"a\"b)", "unknown operator"},
        {"(func $a\"b\")", "unknown operator"},
        {"(func ,)", "unknown operator ,"},
        {"(func a;b)", "unknown operator a"},
        {"( @a)", "unknown operator @a"},
        {"(func $)", "empty identifier"},
        {"(func $\"\")", "empty identifier"},
        {"(func $ \"a\")", "empty identifier"},
        {"(func $\"a\nb\")", "empty identifier"},
        {"(func $\"\\ef\")", "malformed UTF-8 encoding"},
        {"(func \xc3\xa9)", "illegal character"},
        {"(func \x01)", "illegal character"},
        {"(func \x80)", "malformed UTF-8 encoding"},
        {";; \xff", "malformed UTF-8 encoding"},
        {"(;", "unclosed comment"},
        {"(; (; ;)", "unclosed comment"},
        {"(data \"a", "unclosed string"},
        {"(data \"a\n\")", "unclosed string"},
        {"(data \"a\\", "unclosed string"},
        {"(data \"\x01\")", "illegal control character"},
        {"(data \"\\x\")", "illegal escape"},
        {"(data \"\\0g\")", "illegal escape"},
        {"(data \"\\u{110000}\")", "illegal escape"},
        {"(data \"\\u{d800}\")", "illegal escape"},
        {"(data \"\\u{}\")", "illegal escape"},
        {"(data \"\\u{1\")", "illegal escape"},
        {"(data \"\\u{1__0}\")", "illegal escape"},
        {"(@", "empty annotation id"},
        {"(@ x)", "empty annotation id"},
        {"(@\"\")", "empty annotation id"},
        {"(@x", "unclosed annotation"},
        {"(@x (y)", "unclosed annotation"},
        {"(@x \"", "unclosed string"},
        {"(@x \x01)", "illegal character"},
        {"(@x))", "unexpected token"},
        /* grammar */
        {"(module", "unexpected token: end of the text"},
        {"(module))", "unexpected token )"},
        {"(module) x", "unknown operator x"},
        {"(module (func) func)", "unexpected token func"},
        {"(module (modul))", "unknown operator modul"},
        {"(module (module))", "unexpected token module"},
        {"(func (local $x i32) (param i32))", "unexpected token param"},
        {"(func (param $x i32 i32))", "unexpected token i32, expected a closing parenthesis"},
        {"(func (result $x i32))", "unexpected token $x, expected a value type"},
        {"(func (result i32) (param i32))", "unexpected token param"},
        {"(func (block (param $x i32)))", "unexpected token $x"},
        {"(func (type 0) (result i32) (param i32)) (type (func))", "unexpected token param"},
        {"(func i32.add else)", "unexpected token else"},
        {"(func end)", "unexpected token end"},
        {"(func block)", "unexpected token ), expected end"},
        {"(func (block)", "unexpected token: end of the text"},
        {"(func (if (then) (then)))", "unexpected token then"},
        {"(func (if (i32.const 0)))", "unexpected token ), expected (then"},
        {"(func (if (i32.const 0) nop (then)))", "unexpected token nop"},
        {"(func (i32.add nop))", "unexpected token nop"},
        {"(func (try (catch_all)))", "unexpected token catch_all"},
        {"(func (try nop))", "unexpected token nop"},
        {"(func (then))", "unexpected token then"},
        {"(func (3))", "unexpected token 3"},
        {"(func 3)", "unexpected token 3, expected an instruction"},
        {"(func br)", "unexpected token ), expected a label"},
        {"(func i32.const)", "unexpected token ), expected an integer"},
        {"(func i32.const 1.0)", "unexpected token 1.0"},
        {"(func i32.const 0x)", "unknown operator 0x"},
        {"(func f32.const .5)", "unknown operator .5"},
        {"(func local.get -1)", "unexpected token -1, expected a local index"},
        {"(func (i32.load align=4 offset=4 (i32.const 0)))", "unexpected token offset=4"},
        {"(func (i32.load offset=x (i32.const 0)))", "unknown operator offset=x"},
        {"(func (i8x16.extract_lane_u -1))", "unexpected token -1"},
        {"(memory)", "unexpected token ), expected a number, the minimum"},
        {"(table 1)", "unexpected token ), expected a reference type"},
        {"(table 1 i32)", "unexpected token i32, expected a reference type"},
        {"(global i32 (nop) x)", "unknown operator x"},
        {"(elem x)", "unknown operator x"},
        {"(export \"a\" (type 0))", "unexpected token type"},
        {"(export a (func 0))", "unknown operator a, expected a string"},
        {"(import \"a\" (func))", "unexpected token (, expected a string"},
        {"(import \"\\ff\" \"\" (func))", "malformed UTF-8 encoding"},
        {"(type (func) (func))", "unexpected token (, expected a closing parenthesis"},
        {"(type (sub))", "unexpected token ), expected func, struct, array or sub"},
        {"(type func)", "unexpected token func"},
        {"(rec (func))", "unexpected token (, expected a closing parenthesis"},
        {"(start)", "unexpected token ), expected a function index"},
        /* numbers */
        {"(func i32.const 0x1_0000_0000)", "constant out of range"},
        {"(func i64.const -9223372036854775809)", "constant out of range"},
        {"(func f32.const 1e39)", "constant out of range"},
        {"(func f64.const nan:0x0)", "constant out of range"},
        {"(func br 0x1_0000_0000)", "i32 constant out of range"},
        {"(func i32.load offset=0x1_0000_0000_0000_0000)", "i64 constant out of range"},
        {"(func i32.load align=3)", "alignment must be a power of two"},
        {"(func i32.load align=0)", "alignment must be a power of two"},
        {"(func i8x16.extract_lane_u 256)", "i8 constant out of range"},
        {"(func i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 256)", "i8 constant out of range"},
        {"(func i8x16.shuffle 0 1 2)", "invalid lane length"},
        {"(func i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)", "invalid lane length"},
        {"(func v128.const i32x4 1 2 3)", "wrong number of lane literals"},
        {"(func v128.const i32x4 1 2 3 4 5)", "wrong number of lane literals"},
        {"(func v128.const 1 2 3 4)", "unexpected token 1, expected a shape of lanes"},
        {"(func v128.const i8x16 256 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0)", "constant out of range"},
        /* names */
        {"(func $f) (func $f)", "duplicate func $f"},
        {"(import \"\" \"\" (global $g i32)) (global $g i32 (i32.const 0))", "duplicate global $g"},
        {"(table $t 1 funcref) (table $t 1 funcref)", "duplicate table $t"},
        {"(memory $m 1) (memory $m 1)", "duplicate memory $m"},
        {"(type $t (func)) (rec (type $t (func)))", "duplicate type $t"},
        {"(type (struct (field $x i32) (field $x i32)))", "duplicate field x"},
        {"(func (param $x i32) (local $x i32))", "duplicate local $x"},
        {"(func call $f)", "unknown function $f"},
        {"(func local.get $x)", "unknown local $x"},
        {"(func (local $x i32)) (func local.get $x)", "unknown local $x"},
        {"(global i32 (local.get $x))", "unknown local $x"},
        {"(func br $l)", "unknown label $l"},
        {"(func (type $t))", "unknown type $t"},
        {"(func (type 0) (param i32))", "unknown type 0"},
        {"(func (type 9) (local $x i32))", "unknown type"},
        {"(func (param (ref 2000000000)))", "unknown type 2000000000"},
        {"(type $s (struct)) (func struct.get $s $x)", "unknown field"},
        {"(func throw $e)", "unknown tag $e"},
        {"(func data.drop $d)", "unknown data segment $d"},
        {"(type (func)) (func (type 0) (param i32))", "inline function type"},
        {"(type (struct)) (func (type 0) (param i32))", "inline function type"},
        {"(func block $a end $b)", "mismatching label"},
        {"(func block end $b)", "mismatching label"},
        {"(func i32.const 0 if $a else $b end)", "mismatching label"},
        /* order */
        {"(func) (import \"\" \"\" (func))", "import after function"},
        {"(table 1 funcref) (memory (import \"\" \"\") 1)", "import after table"},
        {"(memory 1) (import \"\" \"\" (global i32))", "import after memory"},
        {"(global i32 (i32.const 0)) (import \"\" \"\" (tag))", "import after global"},
        {"(tag) (import \"\" \"\" (func))", "import after tag"},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++)
        assert_refused(cases[i].text, cases[i].message);
}

static void test_places(void **state)
{
    static const struct {
        const char *text;
        unsigned line, column;
    } cases[] = {
        {"x", 1, 1},
        {"(func\n  nop\n  x)", 3, 3},
        {"(func\r\n x)", 2, 2},
        {"(module\n\n(func (i32.const 1)\n\t(foo)))", 4, 3},
        {";; \xc3\xa9\xc3\xa9\n(; \xc3\xa9 ;) x", 2, 9},
        {"(func", 1, 6},
        {"(func\n", 2, 1},
        {"(data \"abc\\zd\")", 1, 11},
        {"\"a\nb\"", 1, 1},
        {"(func)\n(import \"\" \"\" (func))", 2, 1},
        {"(func (param i32\n i33))", 2, 2},
        {"(func $f)\n(func\n$f)", 3, 1},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++) {
        struct error e = refuse(cases[i].text);
        if (e.line != cases[i].line || e.column != cases[i].column)
            fail_msg("%u:%u instead of %u:%u in %s\n%s", e.line, e.column, cases[i].line,
                     cases[i].column, cases[i].text, e.text);
    }
}

static void test_excerpt(void **state)
{
    struct error e = refuse("(module\n  (func (i32.foo))\n)");
    assert_string_equal(e.text, "unknown operator i32.foo, expected an instruction\n"
                                "  at line 2, column 10\n"
                                "      (func (i32.foo))\n"
                                "             ^");
    e = refuse(
        "\t(func\t\x7f)"); /* tabs stay, so that the caret stands right; what a terminal would act on does not */
    assert_non_null(strstr(e.text, "    \t(func\t?)\n    \t     \t^"));
    /* A long line is cut around the place. */
    char *text = malloc(5000);
    memset(text, ' ', 5000);
    memcpy(text, "(func", 5);
    strcpy(text + 4000, "(foo) (bar))");
    e = refuse(text);
    assert_int_equal(e.column, 4002);
    assert_true(strlen(e.text) < 400);
    assert_non_null(strstr(e.text, "(foo)"));
    const char *shown = strstr(e.text, "..."), *caret = strchr(e.text, '^');
    const char *end = strchr(shown, '\n');
    assert_int_equal(strstr(shown, "foo") - shown, caret - (end + 1) - 4);
    free(text);
    /* So is one of many bytes per character. */
    text = malloc(5000);
    char *p = text + sprintf(text, "(; ");
    for (int i = 0; i < 1000; i++)
        p += sprintf(p, "\xf0\x9f\xa6\x84");
    strcpy(p, ";) bad");
    e = refuse(text);
    assert_int_equal(e.column, 1007);
    free(text);
}

static void test_every_cut(void **state)
{
    static const char text[] =
        "(module $m (type $t (sub (struct (field $x (mut i8))))) (rec (type (array i32)))\n"
        " (import \"a\" \"b\" (func $i (param i32))) (func $f (export \"f\") (type 2) (param $p "
        "i32) (local f64)\n"
        "  (@metadata.code.branch_hint \"\\00\") (if $l (i32.const 0x1f) (then (br $l)) (else "
        "block $q end $q))\n"
        "  (drop (v128.const f32x4 1 -0x1p3 nan:0x1 inf)) call_indirect $tab (type 2) try_table "
        "(catch_all 0) end)\n"
        " (table $tab 1 2 funcref) (memory (data \"\\u{1f}\")) (global (mut i64) (i64.const 0)) "
        "(tag)\n"
        " (elem (table $tab) (offset i32.const 0) funcref (item ref.func $f)) (data \"x\") (start "
        "$f)\n"
        " (@custom \"c\" (after type) \"z\"))";
    struct error e;
    struct bytes b;
    char copy[sizeof text];
    hs_free(parse(text).data);
    for (size_t n = 1; n < sizeof text - 1; n++) {
        char *exact = malloc(n); /* so that a sanitizer sees a byte too far */
        memcpy(exact, text, n);
        hs_error_init(&e);
        assert_int_not_equal(hs_text_parse(exact, n, &b.data, &b.size, &e), ST_OK);
        assert_true(e.line >= 1 && e.column >= 1);
        free(exact);
    }
    for (size_t n = 0; n < sizeof text - 1; n++) { /* without one character; with another one */
        memcpy(copy, text, n);
        memcpy(copy + n, text + n + 1, sizeof text - n - 1);
        hs_error_init(&e);
        if (hs_text_parse(copy, sizeof text - 2, &b.data, &b.size, &e) == ST_OK)
            hs_free(b.data);
        memcpy(copy, text, sizeof text);
        for (const char *c = "()\"$;@\\ 0x\n\xff"; *c; c++) {
            copy[n] = *c;
            hs_error_init(&e);
            if (hs_text_parse(copy, sizeof text - 1, &b.data, &b.size, &e) == ST_OK)
                hs_free(b.data);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_excerpt),
        cmocka_unit_test(test_every_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
