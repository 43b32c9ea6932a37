/* UTF-8: all scalar values, and one case for each way to be wrong. */
#include "base/bits.h"
#include "base/utf8.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void every_scalar(void **state)
{
    for (uint32_t c = 0; c <= 0x110000; c++) {
        uint8_t bytes[4];
        int n = hs_utf8_write(bytes, c);
        bool scalar = c < 0x110000 && !(c >= 0xd800 && c < 0xe000);
        assert_int_equal(n != 0, scalar);
        if (scalar) {
            assert_true(hs_utf8_valid(bytes, (size_t)n));
            for (int cut = 1; cut < n; cut++)
                assert_false(hs_utf8_valid(bytes, (size_t)cut));
        }
    }
}

static void wrong(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } cases[] = {
        {"\x80", 1}, /* continuation alone */
        {"\xbf", 1},
        {"\xc0\x80", 2}, /* overlong NUL */
        {"\xc1\xbf", 2},
        {"\xc2\x2e", 2},
        {"\xe0\x9f\xbf", 3}, /* overlong */
        {"\xed\xa0\x80", 3}, /* surrogate */
        {"\xed\xbf\xbf", 3},
        {"\xe1\x80\x41", 3},
        {"\xf0\x8f\xbf\xbf", 4}, /* overlong */
        {"\xf4\x90\x80\x80", 4}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", 4},
        {"\xf8\x88\x80\x80\x80", 5},
        {"\xfe", 1},
        {"\xff", 1},
        {"abcdefgh\xff", 9}, /* after a whole word */
        {"abcdefg\xe2\x82", 9},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++)
        assert_false(hs_utf8_valid((const uint8_t *)cases[i].bytes, cases[i].size));
    assert_true(hs_utf8_valid((const uint8_t *)"", 0));
    assert_true(hs_utf8_valid((const uint8_t *)"abcdefgh\xe2\x82\xac"
                                               "abcdefghijk",
                              22));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_scalar), cmocka_unit_test(wrong)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
