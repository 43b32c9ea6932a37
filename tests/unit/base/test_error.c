/* Errors: the first one wins, and nothing from a guest reaches a terminal as it is. */
#include "base/error.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void first_wins(void **state)
{
    struct error e;
    hs_error_init(&e);
    assert_int_equal(hs_error_set(&e, ST_MALFORMED, 7, "at %d", 7), ST_MALFORMED);
    assert_int_equal(hs_error_set(&e, ST_OOM, 8, "later"), ST_MALFORMED);
    assert_string_equal(e.text, "at 7");
    assert_int_equal(e.offset, 7);
}

static void long_text(void **state)
{
    struct error e;
    char text[2 * HS_ERROR_TEXT];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    hs_error_init(&e);
    hs_error_set(&e, ST_IO, HS_NO_OFFSET, "%s", text);
    assert_int_equal(strlen(e.text), HS_ERROR_TEXT - 1);
}

static void escapes(void **state)
{
    char out[64];
    assert_string_equal(hs_error_escape(out, sizeof out, "plain", 5), "plain");
    assert_string_equal(hs_error_escape(out, sizeof out, "\x1b[31m\0\"\\", 8),
                        "\\x1b[31m\\x00\\x22\\x5c");
    assert_string_equal(hs_error_escape(out, sizeof out, "\xc3\xa9", 2), "\\xc3\\xa9");
    assert_string_equal(hs_error_escape(out, sizeof out, "", 0), "");
    char many[200];
    memset(many, 1, sizeof many);
    for (uint32_t cap = 1; cap <= sizeof out; cap++) {
        memset(out, '!', sizeof out);
        hs_error_escape(out, cap, many, sizeof many);
        assert_true(strlen(out) < cap);
        if (cap < sizeof out)
            assert_int_equal(out[cap], '!');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(first_wins), cmocka_unit_test(long_text),
                                       cmocka_unit_test(escapes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
