/* Memory that runs out at each allocation in turn: an error, nothing lost, nothing half done. In
 * builds without the hook (see base/alloc.h) the text just parses. */
#include "support.h"

#include "binary/binary.h"
#include "text/script.h"

static const char text[] =
    "(module $m (type $t (sub (struct (field $x (mut i8))))) (rec (type (array i32)) (type "
    "(func)))\n"
    " (import \"a\" \"b\" (func $i (param i32))) (func $f (export \"f\") (param $p i32) (local "
    "$\"\\41\" f64)\n"
    "  (if $l (i32.const 0x1f) (then (br $l)) (else block $q end $q))\n"
    "  (drop (v128.const f32x4 1 -0x1p3 nan:0x1 inf)) call_indirect (param i64) (try_table "
    "(catch_all 0)) (memory.init $d)\n"
    "  (@metadata.code.branch_hint \"\\00\") (br_if 0 (local.get 0)))\n"
    " (table funcref (elem $f)) (memory (data \"\\u{1f}\")) (global (mut i64) (i64.const 0)) "
    "(tag)\n"
    " (elem (offset i32.const 0) funcref (item ref.func $f)) (data $d \"x\") (start $f)\n"
    " (@custom \"c\" (after type) \"z\") (func (@name \"n\") (local i32)))";

static void test_parse(void **state)
{
    struct bytes whole = parse(text);
    for (uint64_t n = 1;; n++) {
        struct bytes b;
        struct error e;
        hs_error_init(&e);
        hs_alloc_fail_at(n);
        enum status s = hs_text_parse(text, sizeof text - 1, &b.data, &b.size, &e);
        bool reached = hs_alloc_count() >= n;
        hs_alloc_fail_at(0);
        if (s == ST_OK) {
            assert_int_equal(b.size, whole.size);
            assert_memory_equal(b.data, whole.data, b.size);
            hs_free(b.data);
            if (!reached)
                break;
        } else {
            assert_int_equal(s, ST_OOM);
            assert_int_equal(e.status, ST_OOM);
        }
        assert_true(n < 10000);
    }
    hs_free(whole.data);
}

static void test_print(void **state)
{
    struct bytes b = parse(text);
    struct module m;
    struct error e;
    hs_error_init(&e);
    assert_int_equal(hs_binary_read(b.data, b.size, HS_FEATURES_ALL, &m, &e), ST_OK);
    for (uint64_t n = 1;; n++) {
        struct buffer out;
        hs_error_init(&e);
        hs_buffer_init(&out, HS_LIMIT_MODULE_SIZE);
        hs_alloc_fail_at(n);
        enum status s = hs_text_print(&m, &out, &e);
        bool reached = hs_alloc_count() >= n;
        hs_alloc_fail_at(0);
        hs_buffer_deinit(&out);
        if (s == ST_OK && !reached)
            break;
        if (s != ST_OK)
            assert_int_equal(s, ST_OOM);
        assert_true(n < 10000);
    }
    hs_module_deinit(&m);
    hs_free(b.data);
}

static void test_script(void **state)
{
    static const char script_text[] =
        "(module $m) (module quote \"\" \"x\") (register \"a\" $\"b\\41\") (assert_return (invoke "
        "\"f\" (i32.const 1)) (either (i32.const 1) (ref.null)))"
        "(thread $t (shared (module $m)) (module) (invoke \"g\"))";
    for (uint64_t n = 1;; n++) {
        struct script s;
        struct error e;
        hs_error_init(&e);
        hs_alloc_fail_at(n);
        enum status r = hs_script_parse(script_text, sizeof script_text - 1, &s, &e);
        bool reached = hs_alloc_count() >= n;
        hs_alloc_fail_at(0);
        if (r == ST_OK)
            hs_script_deinit(&s);
        else
            assert_int_equal(r, ST_OOM);
        if (r == ST_OK && !reached)
            break;
        assert_true(n < 10000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
