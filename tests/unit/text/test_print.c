/* The printer: what it writes, and that parsing it gives the same module. */
#include "support.h"

#include "base/bits.h"
#include "binary/binary.h"

static void test_text(void **state)
{
    struct bytes b =
        parse("(module $m (type $s (sub (struct (field $a i32) (field (mut i8)))))\n"
              "(import \"a\\00\" \"\\\"\" (func $imp (param i32)))\n"
              "(func $f (export \"f\") (param $p i32) (result i32) (local $l f64) (local i32 i32)\n"
              " (block $b (result i32) (if (result i32) (local.get $p) (then (br $b (i32.const "
              "-1))) (else (i32.const 2)))))\n"
              "(memory 1) (data (i32.const 0) \"\\00a\\ff\") (global f64 (f64.const 0.1))\n"
              "(func $\"a b\" call $f (call_indirect (type 1)) (i32.store8 offset=1 (i32.const 0) "
              "(i32.const 1)))\n"
              "(table 1 funcref) (elem (i32.const 0) $imp))");
    char *text = print(b);
    assert_string_equal(text, "(module $m\n"
                              "  (type $s (;0;) (sub (struct (field $a i32) (field (mut i8)))))\n"
                              "  (type (;1;) (func (param i32)))\n"
                              "  (type (;2;) (func (param i32) (result i32)))\n"
                              "  (type (;3;) (func))\n"
                              "  (import \"a\\00\" \"\\\"\" (func $imp (;0;) (type 1)))\n"
                              "  (table (;0;) 1 funcref)\n"
                              "  (memory (;0;) 1)\n"
                              "  (global (;0;) f64 (f64.const 0.1))\n"
                              "  (export \"f\" (func $f))\n"
                              "  (elem (;0;) (i32.const 0) func $imp)\n"
                              "  (func $f (;1;) (type 2) (param $p i32) (result i32)\n"
                              "    (local $l f64)\n"
                              "    (local i32 i32)\n"
                              "    block $b (result i32)\n"
                              "      local.get $p\n"
                              "      if (result i32)\n"
                              "        i32.const -1\n"
                              "        br 1\n"
                              "      else\n"
                              "        i32.const 2\n"
                              "      end\n"
                              "    end)\n"
                              "  (func $\"a b\" (;2;) (type 3)\n"
                              "    call $f\n"
                              "    call_indirect (type 1)\n"
                              "    i32.const 0\n"
                              "    i32.const 1\n"
                              "    i32.store8 offset=1)\n"
                              "  (data (;0;) (i32.const 0) \"\\00a\\ff\"))\n");
    struct bytes again = parse(text);
    assert_int_equal(again.size, b.size);
    assert_memory_equal(again.data, b.data, b.size);
    free(text);
    hs_free(b.data);
    hs_free(again.data);
}

static void test_round_trip(void **state)
{
    static const char *const texts[] = {
        "(module)",
        "(rec (type $a (struct (field (ref null $b)))) (type $b (sub final $a (struct (field (ref "
        "$b)))))) (type $c (sub (array (mut i16))))",
        "(import \"\" \"\" (func)) (import \"\" \"\" (table i64 1 2 (ref null extern))) (import "
        "\"\" \"\" (memory i64 1 2 shared))"
        "(import \"\" \"\" (memory 1 (pagesize 1))) (import \"\" \"\" (global (mut (ref i31)))) "
        "(import \"\" \"\" (tag (param i32)))",
        "(func) (table 1 (ref null func) (ref.null func)) (table i64 1 funcref (ref.func 0)) "
        "(global i32 i32.const 1 i32.const 2 i32.add)"
        "(global i32) (start 0)",
        "(func) (table 1 funcref) (table 1 externref) (elem (table 0) (i32.const 0) funcref "
        "(ref.func 0) (item ref.null func))"
        "(elem (table 1) (offset i32.const 0 i32.const 1 i32.add) externref (item ref.null extern "
        "i32.const 0)) (elem func 0 0) (elem func) "
        "(elem declare func 0) (elem declare funcref (ref.func 0)) (elem (ref i31) (item i32.const "
        "1 ref.i31)) (elem (ref func) (ref.func 0))",
        "(memory 1) (memory 1) (data \"\") (data (i32.const 1) \"\\\\\\\"\") (data (memory 1) "
        "(offset i32.const 0 i32.const 0 i32.add) \"x\")"
        "(func memory.init 0 memory.copy 1 0 memory.copy memory.fill 1 memory.init 1 2)",
        "(func $a (param $x i32) (param i32) (local i32) (local $y i32) (local i64 i64) (local $z "
        "i64) block $l loop $m end block $n end end)",
        "(func (param (@name \"\") i32) (local (@name \"\") i32) block (@name \"\") end)"
        "(func (param $x i32) (local $y (@name \"x\") i32)) (func $f) (func $g (@name \"f\")) "
        "(func $h (@name \"\"))",
        "(module (@name \"\")) ",
        "(type (struct (field $x i32) (field (@name \"x\") i32))) (type $t (func)) (table $t 1 "
        "funcref) (memory $t 1) (global $t i32 (i32.const 0))"
        "(tag $t) (elem $t func) (data $t \"\")",
        "(func $\"a\\\\\\\"b\" call $\"a\\\\\\\"b\") (func $\"\\u{e9}\") (func $\"(;\" (local "
        "$\")\" i32) local.get $\")\")",
        "(@custom \"a\" (before first) \"1\") (@custom \"b\" (before type) \"\") (@custom \"c\" "
        "(after code) \"\\00\") (@custom \"d\" \"4\") (func)",
        "(@custom \"name\" \"\\00\\02\\01m\") (func)",              /* fine: becomes identifiers */
        "(@custom \"name\" (after type) \"\\00\\02\\01m\") (func)", /* not at the end */
        "(@custom \"name\" \"\\00\\02\\01\") (func)",               /* cut */
        "(@custom \"name\" \"\\01\\05\\01\\07\\02fg\") (func)",     /* out of range */
        "(@custom \"name\" \"\\01\\04\\01\\80\\00\\00\") (func)",   /* not the shortest */
        "(@custom \"name\" \"\\63\\00\") (func)",                   /* unknown part */
        /* a local that is not there */
        "(@custom \"name\" \"\\02\\07\\01\\00\\01\\00\\02xy\") (func)",
        "(@custom \"name\" \"\") (@custom \"name\" \"\") (func)",
        "(@custom \"x\") (func $f) (@custom \"y\" (after last))",
        "(func (param i32) (@metadata.code.branch_hint \"\\00\") (br_if 0 (local.get 0)))",
        "(func f32.const nan f32.const -nan:0x1 f64.const 0x1p-1074 f64.const 1e300 f32.const -0 "
        "f64.const 123456.789 f32.const inf)",
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(texts); i++) {
        struct bytes a = parse(texts[i]);
        char *text = print(a);
        struct bytes b = parse(text);
        if (a.size != b.size || memcmp(a.data, b.data, a.size) != 0)
            fail_msg("not the same:\n%s\nas\n%s", texts[i], text);
        free(text);
        hs_free(a.data);
        hs_free(b.data);
    }
}

/* Runs of locals that are empty or could be one are printed as one, so that the print of the
 * print is the same. */
static void test_runs_of_locals(void **state)
{
    struct bytes b = parse("(module binary \"\\00asm\\01\\00\\00\\00\" "
                           "\"\\01\\04\\01\\60\\00\\00\" \"\\03\\02\\01\\00\""
                           " \"\\0a\\0a\\01\\08\\03\\02\\7f\\00\\7e\\01\\7f\\0b\")");
    char *text = print(b);
    assert_non_null(strstr(text, "(local i32 i32 i32))"));
    struct bytes again = parse(text);
    char *second = print(again);
    assert_string_equal(text, second);
    free(text);
    free(second);
    hs_free(b.data);
    hs_free(again.data);
}

/* Whatever bytes a body has: an error or a text, nothing else. */
static void test_malformed_bodies(void **state)
{
    struct bytes b = parse("(type (func (param i32))) (func (param i32) (local i32 i64) (block "
                           "(br_table 0 0 (local.get 0))) (if (local.get 0) (then)))");
    for (size_t at = b.size - 24; at < b.size; at++) {
        uint8_t was = b.data[at];
        for (int x = 0; x < 256; x++) {
            struct module m;
            struct error e;
            struct buffer out;
            b.data[at] = (uint8_t)x;
            hs_error_init(&e);
            hs_buffer_init(&out, HS_LIMIT_MODULE_SIZE);
            if (hs_binary_read(b.data, b.size, HS_FEATURES_ALL, &m, &e) != ST_OK)
                continue;
            enum status s = hs_text_print(&m, &out, &e);
            assert_true(s == ST_OK ? out.size > 0 : e.text[0] && out.size == 0);
            if (s == ST_OK) {
                struct bytes again;
                if (hs_text_parse((const char *)out.data, out.size, &again.data, &again.size, &e) !=
                    ST_OK)
                    fail_msg("%s\n%.*s", e.text, (int)out.size, (const char *)out.data);
                hs_free(again.data);
            }
            hs_buffer_deinit(&out);
            hs_module_deinit(&m);
        }
        b.data[at] = was;
    }
    hs_free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_runs_of_locals),
        cmocka_unit_test(test_malformed_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
