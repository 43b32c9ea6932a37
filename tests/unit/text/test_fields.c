/* Modules and their fields: exact bytes of small ones, and each abbreviation against what it
 * stands for. */
#include "support.h"

static void test_frames(void **state)
{
    assert_bytes("(module)", "");
    assert_bytes("", "");
    assert_bytes(" ;; nothing\n (; at (; all ;) ;) ", "");
    struct bytes b = parse("(component)");
    assert_int_equal(b.size, 8);
    assert_memory_equal(b.data, "\0asm\x0d\0\1\0", 8);
    hs_free(b.data);
    b = parse("(component $c)");
    hs_free(b.data);
    assert_int_equal(refuse("(component (core module))").status, ST_UNSUPPORTED);
    assert_same_module("(func)", "(module (func))");
    assert_same_module("(module binary \"\\00asm\" \"\\01\\00\\00\\00\")", "(module)");
    assert_same_module("(module quote \"(func \" \"(nop))\")", "(module (func nop))");
    assert_refused("(module quote \"(module quote)\")", "quoted modules are nested too deep");
}

static void test_offsets_of_code(void **state)
{
    /* The place of `unreachable` that backtraces show is 29 here. */
    struct bytes b = parse("(module (func (export \"\") unreachable))");
    assert_int_equal(b.size, 31);
    assert_int_equal(b.data[29], 0x00);
    assert_int_equal(b.data[30], 0x0b);
    hs_free(b.data);
    /* A name section comes last and moves nothing. */
    struct bytes n = parse("(module $m (func $f (export \"\") unreachable))");
    assert_int_equal(n.data[29], 0x00);
    assert_true(n.size > 31);
    hs_free(n.data);
}

static void test_inline(void **state)
{
    static const char *const pairs[][2] = {
        {"(func (export \"a\") (export \"b\"))",
         "(func) (export \"a\" (func 0)) (export \"b\" (func 0))"},
        {"(func (import \"m\" \"n\") (param i32))", "(import \"m\" \"n\" (func (param i32)))"},
        {"(func (export \"x\") (import \"m\" \"n\"))",
         "(import \"m\" \"n\" (func)) (export \"x\" (func 0))"},
        {"(memory (export \"a\") 1 2)", "(memory 1 2) (export \"a\" (memory 0))"},
        {"(memory (import \"m\" \"n\") i64 1 2)", "(import \"m\" \"n\" (memory i64 1 2))"},
        {"(memory (import \"m\" \"n\") 1 2 shared)", "(import \"m\" \"n\" (memory 1 2 shared))"},
        {"(memory (data \"abc\" \"d\"))", "(memory 1 1) (data (i32.const 0) \"abcd\")"},
        {"(memory (data))", "(memory 0 0) (data (i32.const 0))"},
        {"(memory i64 (data \"x\"))", "(memory i64 1 1) (data (i64.const 0) \"x\")"},
        {"(memory (pagesize 1) (data \"xyz\"))",
         "(memory 3 3 (pagesize 1)) (data (i32.const 0) \"xyz\")"},
        {"(memory 1) (memory (data \"x\"))",
         "(memory 1) (memory 1 1) (data (memory 1) (i32.const 0) \"x\")"},
        {"(table funcref (elem 0 $f)) (func $f)",
         "(table 2 2 funcref) (elem (i32.const 0) func 0 0) (func $f)"},
        {"(table i64 funcref (elem)) ", "(table i64 0 0 funcref) (elem (i64.const 0) func)"},
        {"(table externref (elem (ref.null extern)))",
         "(table 1 1 externref) (elem (table 0) (i32.const 0) externref (item ref.null extern))"},
        {"(type $t (func)) (func $f) (table (ref null $t) (elem $f))",
         "(type $t (func)) (func $f) (table 1 1 (ref null $t)) (elem (i32.const 0) (ref null $t) "
         "(ref.func $f))"},
        {"(table 1 funcref) (table funcref (elem))",
         "(table 1 funcref) (table 0 0 funcref) (elem (table 1) (i32.const 0) func)"},
        {"(table (export \"t\") (import \"m\" \"n\") 1 externref)",
         "(import \"m\" \"n\" (table 1 externref)) (export \"t\" (table 0))"},
        {"(global (export \"g\") (mut i32) (i32.const 1))",
         "(global (mut i32) i32.const 1) (export \"g\" (global 0))"},
        {"(global (import \"m\" \"n\") (mut f64))", "(import \"m\" \"n\" (global (mut f64)))"},
        {"(tag (export \"t\") (param i32))",
         "(type (func (param i32))) (tag (type 0)) (export \"t\" (tag 0))"},
        {"(tag (import \"m\" \"n\"))", "(import \"m\" \"n\" (tag))"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_same_module(pairs[i][0], pairs[i][1]);
}

static void test_segments(void **state)
{
    static const char *const pairs[][2] = {
        {"(memory 1) (data (i32.const 1) \"a\")", "(memory 1) (data (offset i32.const 1) \"a\")"},
        {"(memory 1) (data (memory 0) (offset (i32.const 1)) \"a\")",
         "(memory 1) (data (i32.const 1) \"a\")"},
        {"(memory 1) (data 0 (i32.const 1) \"a\")", "(memory 1) (data (i32.const 1) \"a\")"},
        {"(table 1 funcref) (func) (elem (i32.const 0) 0)",
         "(table 1 funcref) (func) (elem (offset i32.const 0) func 0)"},
        {"(table 1 funcref) (func) (elem (table 0) (i32.const 0) func 0)",
         "(table 1 funcref) (func) (elem 0 (i32.const 0) 0)"},
        {"(func) (elem funcref (ref.func 0))", "(func) (elem funcref (item ref.func 0))"},
        {"(func) (elem (ref null func) (item (ref.func 0)))", "(func) (elem funcref (ref.func 0))"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_same_module(pairs[i][0], pairs[i][1]);
    assert_bytes("(func) (elem func 0)",
                 "01 04 01 60 00 00 03 02 01 00 09 05 01 01 00 01 00 0a 04 01 02 00 0b");
    assert_bytes("(func) (elem declare func 0)",
                 "01 04 01 60 00 00 03 02 01 00 09 05 01 03 00 01 00 0a 04 01 02 00 0b");
    assert_bytes("(elem funcref)", "09 04 01 05 70 00");
    assert_bytes("(elem (ref func))", "09 05 01 05 64 70 00");
    assert_bytes("(elem declare externref (ref.null extern))", "09 07 01 07 6f 01 d0 6f 0b");
    assert_bytes("(data \"\\00\\ff\\t\\n\\r\\\"\\'\\\\\\u{e9}\")",
                 "0b 0d 01 01 0a 00 ff 09 0a 0d 22 27 5c c3 a9");
    assert_bytes("(data)", "0b 03 01 01 00");
}

static void test_types(void **state)
{
    static const char *const pairs[][2] = {
        {"(type (func (param i32 i64) (param f32) (result f64) (result i32)))",
         "(type (func (param i32) (param i64) (param $x f32) (result f64 i32)))"},
        {"(type (sub final (func)))", "(type (func))"},
        {"(rec (type (func)))", "(type (func))"},
        {"(type (struct (field i8 (mut i16)) (field $x i32)))",
         "(type (struct (field i8) (field (mut i16)) (field $x i32)))"},
        {"(type (array (mut (ref null any))))", "(type (array (mut anyref)))"},
        {"(func (param i32) (param) (param i32) (result) (result i32) unreachable)",
         "(func (param i32 i32) (result i32) unreachable)"},
        /* A type use finds the first equal plain type, wherever it stands. */
        {"(func (param i32)) (type (func)) (type (func (param i32)))",
         "(func (type 1)) (type (func)) (type (func (param i32)))"},
        {"(type (sub (func))) (func)", "(type (sub (func))) (type (func)) (func (type 1))"},
        {"(rec (type (func)) (type (func (param i32)))) (func)",
         "(rec (type (func)) (type (func (param i32)))) (type (func)) (func (type 2))"},
        /* New ones are appended in the order of the text, those of instructions among them. */
        {"(func (block (param f64) drop)) (func (param i64)) (type (func (result i32)))",
         "(type (func (result i32))) (type (func)) (type (func (param f64))) (type (func (param "
         "i64)))"
         "(func (type 1) (block (type 2) drop)) (func (type 3))"},
        {"(func (type $t) (param i32) (result i32) local.get 0) (type $t (func (param i32) (result "
         "i32)))",
         "(type (func (param i32) (result i32))) (func (type 0) local.get 0)"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        /* Identifiers of the left side would make names: compare through the printer without
         * them. */
        if (strchr(pairs[i][0], '$') || strchr(pairs[i][1], '$')) {
            struct bytes a = parse(pairs[i][0]), b = parse(pairs[i][1]);
            assert_true(a.size > 8 && b.size > 8);
            size_t common = a.size < b.size ? a.size : b.size;
            assert_memory_equal(a.data, b.data, common < 20 ? common : 20);
            hs_free(a.data);
            hs_free(b.data);
        } else {
            assert_same_module(pairs[i][0], pairs[i][1]);
        }
    }
    assert_bytes("(type (sub (func)))", "01 06 01 50 00 60 00 00");
    assert_bytes("(rec)", "01 03 01 4e 00");
    assert_bytes(
        "(rec (type $a (sub (struct (field (ref $b))))) (type $b (sub final $a (struct (field (ref "
        "null $b))))))"
        "(@custom \"name\" (before first) \"\")",
        "00 05 04 6e 61 6d 65 01 12 01 4e 02 50 00 5f 01 64 01 00 4f 01 00 5f 01 63 01 00");
    assert_bytes("(type (func (param i32 i64 f32 f64 v128 funcref externref anyref eqref i31ref "
                 "structref arrayref nullref"
                 " nullfuncref nullexternref exnref nullexnref (ref func) (ref null extern) (ref "
                 "any) (ref none))))",
                 "01 1c 01 60 15 7f 7e 7d 7c 7b 70 6f 6e 6d 6c 6b 6a 71 73 72 69 74 64 70 6f 64 6e "
                 "64 71 00");
}

static void test_limits(void **state)
{
    assert_bytes("(memory 1)", "05 03 01 00 01");
    assert_bytes("(memory i32 1 2)", "05 04 01 01 01 02");
    assert_bytes("(memory 1 2 shared)", "05 04 01 03 01 02");
    assert_bytes("(memory i64 0x1_0000_0000)", "05 07 01 04 80 80 80 80 10");
    assert_bytes("(memory 1 (pagesize 1))", "05 04 01 08 01 00");
    assert_bytes("(memory i64 1 2 shared (pagesize 65536))", "05 05 01 0f 01 02 10");
    assert_bytes("(table 1 funcref)", "04 04 01 70 00 01");
    assert_bytes("(table i64 1 2 externref)", "04 05 01 6f 05 01 02");
    assert_bytes("(table 1 funcref (ref.null func))", "04 09 01 40 00 70 00 01 d0 70 0b");
    assert_refused("(memory 1 (pagesize 3))", "invalid custom page size");
    assert_refused("(memory 0x1_0000_0000_0000_0000)", "i64 constant out of range");
}

static void test_names(void **state)
{
    assert_bytes("(module $m)", "00 09 04 6e 61 6d 65 00 02 01 6d");
    assert_same_module("(module $\"\\6d\")", "(module $m)");
    assert_same_module("(module (@name \"m\"))", "(module $m)");
    assert_same_module("(module $x (@name \"m\"))", "(module $m)");
    assert_same_module("(func (@name \"f\"))", "(func $f)");
    assert_same_module("(func $x (@name \"f\")) (func call $x)", "(func $f) (func call 0)");
    assert_same_module("(func (param (@name \"p\") i32) (local (@name \"l\") i32))",
                       "(func (param $p i32) (local $l i32))");
    assert_same_module("(func block (@name \"l\") end)", "(func block $l end)");
    assert_same_module("(type (@name \"t\") (struct (field (@name \"f\") i32)))",
                       "(type $t (struct (field $f i32)))");
    assert_same_module("(memory (@name \"m\") 1) (data (@name \"d\"))", "(memory $m 1) (data $d)");
    assert_refused("(module (@name \"a\") (@name \"b\"))", "@name annotation: multiple module");
    assert_same_module("(module (@name \"a\") (@custom \"b\") (func))",
                       "(module $a (func) (@custom \"b\"))");
    assert_refused("(func (@name 3))", "@name annotation: unexpected token");
    assert_refused("(func) (@name \"x\")", "misplaced @name annotation");
    /* Equal identifiers in different spaces, and one symbol in all of them. */
    struct bytes b = parse("(module $x (type $x (func)) (func $x (type $x) (param) (local $x i32) "
                           "block $x (br $x) end (call $x)"
                           " (local.set $x (global.get $x)) (drop (table.get $x (i32.const 0))) "
                           "(data.drop $x) (elem.drop $x))"
                           " (global $x i32 (i32.const 0)) (table $x 1 funcref) (memory $x 1) "
                           "(data $x) (elem $x func) (tag $x))");
    hs_free(b.data);
}

static void test_customs(void **state)
{
    assert_bytes("(@custom \"a\" \"b\" \"c\")", "00 04 01 61 62 63");
    assert_bytes("(@custom \"a\") (func) (@custom \"b\" (before first)) (@custom \"c\" (after "
                 "type)) (@custom \"d\" (before code))",
                 "00 02 01 62 01 04 01 60 00 00 00 02 01 63 03 02 01 00 00 02 01 64 0a 04 01 02 00 "
                 "0b 00 02 01 61");
    assert_bytes(
        "(func (param i32) (@metadata.code.branch_hint \"\\01\") (if (local.get 0) (then)))",
        "01 05 01 60 01 7f 00 03 02 01 00 00 20 19 6d 65 74 61 64 61 74 61 2e 63 6f 64 65 2e 62 72 "
        "61 6e 63 68 5f 68 69 6e 74"
        " 01 00 01 03 01 01 0a 09 01 07 00 20 00 04 40 0b 0b");
    assert_same_module(
        "(func (param i32) (@metadata.code.branch_hint \"\\00\") (br_if 0 (local.get 0)))",
        "(func (param i32) local.get 0 (@metadata.code.branch_hint \"\\00\") br_if 0)");
    assert_refused("(@custom)", "@custom annotation: missing section name");
    assert_refused("(@custom \"x\" (after))", "@custom annotation: malformed section kind");
    assert_refused("(func (@custom \"x\"))", "misplaced @custom annotation");
    assert_refused("(@metadata.code.branch_hint \"\\00\")",
                   "@metadata.code.branch_hint annotation: not in a function");
    assert_refused("(func (@metadata.code.branch_hint \"\\00\") nop)",
                   "@metadata.code.branch_hint annotation: invalid target");
    assert_same_module("(@anything (goes here) \"(\" 0x @ ,) (func (@x) nop (@y))", "(func nop)");
}

static void test_data_count(void **state)
{
    assert_bytes(
        "(func data.drop 0) (data)",
        "01 04 01 60 00 00 03 02 01 00 0c 01 01 0a 07 01 05 00 fc 09 00 0b 0b 03 01 01 00");
    struct bytes b = parse("(memory 1) (data \"x\") (func i32.const 0 drop)");
    for (size_t i = 8; i < b.size; i++)
        assert_int_not_equal(b.data[i], 12);
    hs_free(b.data);
}

static void test_start(void **state)
{
    assert_bytes("(start $f) (func $f) (@custom \"name\")",
                 "01 04 01 60 00 00 03 02 01 00 08 01 00 0a 04 01 02 00 0b 00 05 04 6e 61 6d 65");
    assert_refused("(start 0) (func) (start 0)", "multiple start sections");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),     cmocka_unit_test(test_offsets_of_code),
        cmocka_unit_test(test_inline),     cmocka_unit_test(test_segments),
        cmocka_unit_test(test_types),      cmocka_unit_test(test_limits),
        cmocka_unit_test(test_names),      cmocka_unit_test(test_customs),
        cmocka_unit_test(test_data_count), cmocka_unit_test(test_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
