/* LEB128 at its edges: every length, the last byte's unused bits, the end of the input. */
#include "base/bits.h"
#include "base/leb128.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct u_case {
    const char *bytes;
    int size, bits;
    enum leb_error want;
    uint64_t value;
};

#define B(s) s, sizeof(s) - 1

static void unsigned_edges(void **state)
{
    static const struct u_case cases[] = {
        {B("\x00"), 32, LEB_OK, 0},
        {B("\x7f"), 32, LEB_OK, 127},
        {B("\x80\x01"), 32, LEB_OK, 128},
        {B("\x80\x00"), 32, LEB_OK, 0}, /* longer than needed is fine */
        {B("\x80\x80\x80\x80\x00"), 32, LEB_OK, 0},
        {B("\xff\xff\xff\xff\x0f"), 32, LEB_OK, 0xffffffff},
        {B("\xff\xff\xff\xff\x1f"), 32, LEB_LARGE, 0},
        {B("\x80\x80\x80\x80\x10"), 32, LEB_LARGE, 0},
        {B("\x80\x80\x80\x80\x40"), 32, LEB_LARGE, 0},
        {B("\x80\x80\x80\x80\x80\x00"), 32, LEB_LONG, 0},
        {B("\xff\xff\xff\xff\xff\x00"), 32, LEB_LONG, 0},
        {B(""), 32, LEB_END, 0},
        {B("\x80"), 32, LEB_END, 0},
        {B("\x80\x80\x80\x80"), 32, LEB_END, 0},
        {B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 64, LEB_OK, UINT64_MAX},
        {B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), 64, LEB_LARGE, 0},
        {B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), 64, LEB_LARGE, 0},
        {B("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"), 64, LEB_OK, 0},
        {B("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"), 64, LEB_LONG, 0},
        {B("\x80\x80\x80\x80\x80\x80\x80\x80\x80"), 64, LEB_END, 0},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++) {
        const struct u_case *c = &cases[i];
        const uint8_t *start = (const uint8_t *)c->bytes, *p = start;
        uint64_t x = 4242;
        assert_int_equal(hs_leb_read_u(&p, start + c->size, c->bits, &x), c->want);
        if (c->want == LEB_OK) {
            assert_int_equal(x, c->value);
            assert_ptr_equal(p, start + c->size);
        } else { /* nothing moved, nothing written */
            assert_int_equal(x, 4242);
            assert_ptr_equal(p, start);
        }
    }
}

struct s_case {
    const char *bytes;
    int size, bits;
    enum leb_error want;
    int64_t value;
};

static void signed_edges(void **state)
{
    static const struct s_case cases[] = {
        {B("\x00"), 32, LEB_OK, 0},
        {B("\x3f"), 32, LEB_OK, 63},
        {B("\x40"), 32, LEB_OK, -64},
        {B("\x7f"), 32, LEB_OK, -1},
        {B("\xff\x7f"), 32, LEB_OK, -1},
        {B("\xff\xff\xff\xff\x7f"), 32, LEB_OK, -1},
        {B("\xff\xff\xff\xff\x07"), 32, LEB_OK, INT32_MAX},
        {B("\x80\x80\x80\x80\x78"), 32, LEB_OK, INT32_MIN},
        {B("\xff\xff\xff\xff\x0f"), 32, LEB_LARGE, 0},
        {B("\xff\xff\xff\xff\x4f"), 32, LEB_LARGE, 0},
        {B("\x80\x80\x80\x80\x70"), 32, LEB_LARGE, 0},
        {B("\x80\x80\x80\x80\x1f"), 32, LEB_LARGE, 0},
        {B("\x80\x80\x80\x80\x80\x00"), 32, LEB_LONG, 0},
        {B("\xff\xff\xff\xff\xff\x7f"), 32, LEB_LONG, 0},
        {B("\xff\xff\xff\xff\x0f"), 33, LEB_OK, UINT32_MAX},
        {B("\x80\x80\x80\x80\x70"), 33, LEB_OK, -(INT64_C(1) << 32)},
        {B("\x80\x80\x80\x80\x20"), 33, LEB_LARGE, 0},
        {B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00"), 64, LEB_OK, INT64_MAX},
        {B("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f"), 64, LEB_OK, INT64_MIN},
        {B("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7e"), 64, LEB_LARGE, 0},
        {B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 64, LEB_LARGE, 0},
        {B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), 64, LEB_LONG, 0},
        {B("\xff\xff"), 64, LEB_END, 0},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++) {
        const struct s_case *c = &cases[i];
        const uint8_t *start = (const uint8_t *)c->bytes, *p = start;
        int64_t x = 4242;
        assert_int_equal(hs_leb_read_s(&p, start + c->size, c->bits, &x), c->want);
        if (c->want == LEB_OK) {
            assert_true(x == c->value);
            assert_ptr_equal(p, start + c->size);
        } else {
            assert_int_equal(x, 4242);
            assert_ptr_equal(p, start);
        }
    }
}

static void round_trip(void **state)
{
    for (int bit = 0; bit < 64; bit++) {
        for (int delta = -2; delta <= 2; delta++) {
            uint64_t u = ((uint64_t)1 << bit) + (uint64_t)delta;
            uint8_t bytes[10];
            const uint8_t *p = bytes;
            uint64_t x;
            int n = hs_leb_write_u(bytes, u);
            assert_in_range(n, 1, 10);
            assert_int_equal(hs_leb_read_u(&p, bytes + n, 64, &x), LEB_OK);
            assert_true(x == u && p == bytes + n);
            for (int sign = 0; sign < 2; sign++) {
                int64_t s = sign ? (int64_t)(0 - u) : (int64_t)u, y;
                n = hs_leb_write_s(bytes, s);
                p = bytes;
                assert_int_equal(hs_leb_read_s(&p, bytes + n, 64, &y), LEB_OK);
                assert_true(y == s && p == bytes + n);
            }
        }
    }
    uint8_t padded[5];
    hs_leb_write_u32_padded(padded, 3);
    assert_memory_equal(padded, "\x83\x80\x80\x80\x00", 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unsigned_edges),
        cmocka_unit_test(signed_edges),
        cmocka_unit_test(round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
