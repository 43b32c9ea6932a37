/* Everything outside of bodies: limits, constant expressions, segments, exports, start,
 * declared functions; and what validation leaves in the module. */
#include "base/alloc.h"
#include "support.h"
#include <stdlib.h>
#include <string.h>

static void test_limits(void **state)
{
    assert_valid(.memories = {"01 01 02"});
    assert_invalid("size minimum must not be greater than maximum", .memories = {"01 02 01"});
    assert_valid(.memories = {"00 80 80 04"});
    assert_invalid("memory size must be at most 65536 pages (4GiB)", .memories = {"00 81 80 04"});
    assert_invalid("memory size must be at most 65536 pages (4GiB)",
                   .memories = {"01 00 81 80 04"});
    assert_valid(.memories = {"04 80 80 80 80 80 80 40"}); /* 2^48 pages */
    assert_invalid("memory size", .memories = {"04 81 80 80 80 80 80 40"});
    assert_valid(.memories = {"03 00 01"});
    assert_invalid("shared memory must have maximum", .memories = {"02 00"});
    assert_valid(.memories = {"08 ff ff ff ff 0f 00"}); /* pages of one byte */
    assert_invalid("invalid custom page size", .memories = {"08 00 03"});
    assert_invalid("size minimum must not be greater than maximum", .tables = {"70 01 02 01"});
    assert_valid(.tables = {"70 00 ff ff ff ff 0f"});
    assert_invalid("type mismatch", .tables = {"64 70 00 00"});
    assert_valid(.types = {"60 00 00"}, .funcs = "00", .tables = {"40 00 64 70 00 00 d2 00 0b"},
                 .bodies = {"00 0b"});
    assert_invalid("unknown type 4", .tables = {"63 04 00 00"});
}

static void test_constant_expressions(void **state)
{
    assert_valid(.globals = {"7f 00 41 00 0b"});
    assert_invalid("type mismatch", .globals = {"7f 00 42 00 0b"});
    assert_invalid("type mismatch", .globals = {"7f 00 0b"});
    assert_invalid("type mismatch", .globals = {"7f 00 41 00 41 00 0b"});
    assert_valid(.globals = {"7f 00 41 00 41 01 6a 41 03 6c 0b"});
    assert_invalid("constant expression required", .globals = {"7f 00 41 00 41 01 6d 0b"});
    assert_invalid("constant expression required", .globals = {"7f 00 41 00 45 0b"});
    assert_invalid("constant expression required", .globals = {"7f 00 01 41 00 0b"});
    assert_invalid("unknown global 0", .globals = {"7f 00 23 00 0b"}); /* itself */
    assert_invalid("unknown global 1", .globals = {"7f 00 23 01 0b", "7f 00 41 00 0b"});
    assert_valid(.globals = {"7f 00 41 00 0b", "7f 00 23 00 0b"});
    assert_invalid("constant expression required", .globals = {"7f 01 41 00 0b", "7f 00 23 00 0b"});
    assert_invalid("unknown global 0", .globals = {"7f 00 41 00 0b", "7f 00 23 00 0b"},
                   .without = HS_FEATURE(GC));
    assert_valid(.globals = {"70 00 d0 70 0b", "6e 00 41 07 fb 1c 0b"});
    assert_invalid("unknown function 0", .globals = {"70 00 d2 00 0b"});
    assert_invalid("unexpected end", .globals = {"7f 00 41 00"});
    /* a table's initializer sees imported globals only */
    assert_invalid("unknown global 0", .tables = {"40 00 70 00 00 23 00 0b"},
                   .globals = {"70 00 d0 70 0b"});
    assert_valid(.imports = {"00 00 03 70 00"}, .tables = {"40 00 70 00 00 23 00 0b"});
}

static void test_segments(void **state)
{
#define F .types = {"60 00 00"}, .funcs = "00", .bodies = {"00 0b"}
    assert_valid(F, .tables = {"70 00 01"}, .elems = {"00 41 00 0b 01 00"});
    assert_invalid("unknown table 0", F, .elems = {"00 41 00 0b 01 00"});
    assert_invalid("unknown function 7", F, .tables = {"70 00 01"}, .elems = {"00 41 00 0b 01 07"});
    assert_invalid("type mismatch", F, .tables = {"70 00 01"}, .elems = {"00 42 00 0b 01 00"});
    assert_valid(F, .tables = {"70 04 01"}, .elems = {"00 42 00 0b 01 00"}); /* a 64-bit table */
    assert_invalid("type mismatch", F, .tables = {"6f 00 01"}, .elems = {"00 41 00 0b 01 00"});
    assert_valid(F, .elems = {"05 70 02 d0 70 0b d2 00 0b"});
    assert_invalid("type mismatch", F, .elems = {"05 70 01 d0 6e 0b"});
    assert_invalid("type mismatch", F, .elems = {"05 70 01 41 00 0b"});
    assert_invalid("unknown memory 0", .datas = {"00 41 00 0b 00"});
    assert_valid(.memories = {"00 00"}, .datas = {"00 41 00 0b 00"});
    assert_invalid("type mismatch", .memories = {"00 00"}, .datas = {"00 42 00 0b 00"});
    assert_invalid("unknown memory 1", .memories = {"00 00"}, .datas = {"02 01 41 00 0b 00"});
}

static void test_exports_and_start(void **state)
{
    assert_valid(F, .exports = {"01 61 00 00", "01 62 00 00", "00 00 00"});
    assert_invalid("duplicate export name \"a\"", F, .exports = {"01 61 00 00", "01 61 00 00"});
    assert_invalid("unknown function 1", F, .exports = {"01 61 00 01"});
    assert_invalid("unknown table 0", F, .exports = {"01 61 01 00"});
    assert_invalid("unknown memory 0", F, .exports = {"01 61 02 00"});
    assert_invalid("unknown global 0", F, .exports = {"01 61 03 00"});
    assert_invalid("unknown tag 0", F, .exports = {"01 61 04 00"});
    assert_valid(F, .start = "00");
    assert_invalid("unknown function 1", F, .start = "01");
    assert_invalid("start function", .types = {"60 01 7f 00"}, .funcs = "00", .bodies = {"00 0b"},
                   .start = "00");
    assert_invalid("unknown type 1", .types = {"60 00 00"}, .funcs = "01", .bodies = {"00 0b"});
    assert_invalid("unknown type", .types = {"5f 00"}, .funcs = "00", .bodies = {"00 0b"});
    assert_invalid("unknown type 3", .imports = {"00 00 00 03"});
}

/* ref.func in a body wants the function to be mentioned outside of bodies; the start function
 * does not count. */
static void test_declared_functions(void **state)
{
#define G .types = {"60 00 00"}, .funcs = "00 00", .bodies = {"00 d2 01 1a 0b", "00 0b"}
    assert_invalid("undeclared function reference", G);
    assert_invalid("undeclared function reference", G, .start = "01");
    assert_valid(G, .exports = {"01 61 00 01"});
    assert_valid(G, .elems = {"03 00 01 01"});
    assert_valid(G, .elems = {"07 70 01 d2 01 0b"});
    assert_valid(G, .globals = {"70 00 d2 01 0b"});
    assert_invalid("undeclared function reference", G, .globals = {"70 00 d2 00 0b"});
}

static void test_escapes(void **state)
{
    struct parts parts = {.types = {"60 00 00"},
                          .funcs = "00 00 00 00",
                          .exports = {"01 61 00 00"},
                          .elems = {"01 00 01 02"},
                          .bodies = {"00 0b", "00 0b", "00 0b", "00 0b"}};
    size_t size;
    uint8_t *bytes = assemble(&parts, &size);
    struct module m;
    struct error e;
    hs_error_init(&e);
    assert_int_equal(hs_binary_read(bytes, size, HS_FEATURES_ALL, &m, &e), ST_OK);
    assert_int_equal(hs_valid_module(&m, 0, &e), ST_OK);
    assert_int_equal(m.func_escapes[0], 1 | 4);
    hs_module_deinit(&m);
    free(bytes);
}

/* Whatever the number of threads: the lowest failing function, its offset, its index. */
static void test_threads(void **state)
{
    enum { FUNCS = 3000, BODY = 1000 };
    size_t cap = (size_t)FUNCS * (BODY + 8) + 100, n = 0;
    uint8_t *bytes = malloc(cap);
    static const uint8_t start[] = {0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0};
    memcpy(bytes, start, sizeof start);
    n = sizeof start;
    size_t section = FUNCS + 2;
    bytes[n++] = 3;
    bytes[n++] = (uint8_t)(section | 0x80), bytes[n++] = (uint8_t)(section >> 7);
    bytes[n++] = (uint8_t)(FUNCS & 0x7f) | 0x80, bytes[n++] = FUNCS >> 7;
    memset(bytes + n, 0, FUNCS);
    n += FUNCS;
    section = 2 + (size_t)FUNCS * (2 + BODY);
    bytes[n++] = 10;
    for (int k = 0; k < 4; k++)
        bytes[n++] = (uint8_t)(section >> (7 * k) & 0x7f) | (k < 3 ? 0x80 : 0);
    bytes[n++] = (uint8_t)(FUNCS & 0x7f) | 0x80, bytes[n++] = FUNCS >> 7;
    size_t bodies = n;
    for (int f = 0; f < FUNCS; f++) {
        bytes[n++] = (uint8_t)(BODY & 0x7f) | 0x80, bytes[n++] = BODY >> 7;
        memset(bytes + n, 0x01, BODY);
        bytes[n] = 0;
        bytes[n + BODY - 1] = 0x0b;
        n += BODY;
    }
    static const int bad[] = {2999, 1800, 1799, 7}; /* each time one more is broken */
    for (unsigned round = 0; round <= 4; round++) {
        for (unsigned threads = 0; threads <= 4; threads++) {
            struct module m;
            struct error e;
            hs_error_init(&e);
            assert_int_equal(hs_binary_read(bytes, n, HS_FEATURES_ALL, &m, &e), ST_OK);
            enum status s = hs_valid_module(&m, threads, &e);
            if (round == 0) {
                assert_int_equal(s, ST_OK);
            } else {
                assert_int_equal(s, ST_INVALID);
                assert_int_equal(e.func, bad[round - 1]);
                assert_int_equal(e.offset, bodies + (size_t)bad[round - 1] * (BODY + 2) + 2 + 500);
            }
            hs_module_deinit(&m);
        }
        if (round < 4)
            bytes[bodies + (size_t)bad[round] * (BODY + 2) + 2 + 500] = 0x1a;
    }
    free(bytes);
}

/* Each allocation fails once: the result is ST_OOM or as ever, and nothing leaks (the sanitizer
 * build looks). */
static void test_out_of_memory(void **state)
{
    struct parts parts = {.types = {"60 00 00", "60 09 7f 7f 7f 7f 7f 7f 7f 7f 7f 00",
                                    "4e 02 50 00 5f 00 5f 01 63 02 00"},
                          .funcs = "00 00",
                          .memories = {"00 01"},
                          .globals = {"63 02 00 fb 01 02 0b"},
                          .exports = {"01 61 00 00"},
                          .elems = {"05 70 01 d0 70 0b"},
                          .bodies = {"01 01 64 02 fb 01 02 21 00 02 00 0b 0b", "00 6a 0b"}};
    size_t size;
    uint8_t *bytes = assemble(&parts, &size);
    for (unsigned n = 1; n < 200; n++) {
        struct module m;
        struct error e;
        hs_error_init(&e);
        assert_int_equal(hs_binary_read(bytes, size, HS_FEATURES_ALL, &m, &e), ST_OK);
        hs_alloc_fail_at(n);
        enum status s = hs_valid_module(&m, 1, &e);
        bool reached = hs_alloc_count() >= n;
        hs_alloc_fail_at(0);
        assert_true(s == ST_OOM || s == ST_INVALID);
        assert_int_equal(e.status, s);
        hs_module_deinit(&m);
        if (!reached) {
            assert_int_equal(s, ST_INVALID);
            break;
        }
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_constant_expressions),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_exports_and_start),
        cmocka_unit_test(test_declared_functions),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
