/* Numbers of the text format. Floats are compared with strtod and strtof of the C library, which
 * round exactly too. */
#include "support.h"

#include "base/bits.h"
#include "text/number.h"
#include <math.h>

static enum num nat(const char *s, uint64_t *out)
{
    return hs_num_nat(s, s + strlen(s), out);
}
static enum num integer(const char *s, int bits, uint64_t *out)
{
    return hs_num_int(s, s + strlen(s), bits, out);
}
static enum num floating(const char *s, int width, uint64_t *out)
{
    return hs_num_float(s, s + strlen(s), width, out);
}

static void test_nat(void **state)
{
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = {{"0", 0},
                {"00", 0},
                {"1_000", 1000},
                {"0x1F", 31},
                {"0xdead_BEEF", 0xdeadbeef},
                {"18446744073709551615", UINT64_MAX},
                {"0xffff_ffff_ffff_ffff", UINT64_MAX},
                {"0x0000000000000000000001", 1}};
    static const char *const bad[] = {"",   "_1",  "1_", "1__0", "0x",  "0x_1", "0x1_",
                                      "1a", "0X1", "+1", "-1",   "1.0", "x"};
    for (size_t i = 0; i < HS_ARRAY_SIZE(good); i++) {
        uint64_t x;
        assert_int_equal(nat(good[i].text, &x), NUM_OK);
        assert_true(x == good[i].value);
    }
    for (size_t i = 0; i < HS_ARRAY_SIZE(bad); i++) {
        uint64_t x = 7;
        assert_int_equal(nat(bad[i], &x), NUM_SYNTAX);
        assert_true(x == 7);
    }
    uint64_t x = 7;
    assert_int_equal(nat("18446744073709551616", &x), NUM_RANGE);
    assert_int_equal(nat("0x1_0000_0000_0000_0000", &x), NUM_RANGE);
    assert_int_equal(nat("99999999999999999999999999_", &x), NUM_SYNTAX);
    assert_true(x == 7);
}

static void test_int(void **state)
{
    static const struct {
        const char *text;
        int bits;
        enum num result;
        int64_t value;
    } cases[] = {
        {"255", 8, NUM_OK, 255},
        {"256", 8, NUM_RANGE, 0},
        {"-128", 8, NUM_OK, -128},
        {"-129", 8, NUM_RANGE, 0},
        {"0xffff", 16, NUM_OK, 0xffff},
        {"-0x8000", 16, NUM_OK, -0x8000},
        {"-0x8001", 16, NUM_RANGE, 0},
        {"4294967295", 32, NUM_OK, 4294967295},
        {"4294967296", 32, NUM_RANGE, 0},
        {"-2147483648", 32, NUM_OK, INT32_MIN},
        {"-2147483649", 32, NUM_RANGE, 0},
        {"+7", 32, NUM_OK, 7},
        {"-0", 32, NUM_OK, 0},
        {"0xffffffffffffffff", 64, NUM_OK, -1},
        {"-0x8000000000000000", 64, NUM_OK, INT64_MIN},
        {"-0x8000000000000001", 64, NUM_RANGE, 0},
        {"18446744073709551616", 64, NUM_RANGE, 0},
        {"--1", 32, NUM_SYNTAX, 0},
        {"- 1", 32, NUM_SYNTAX, 0},
        {"-", 32, NUM_SYNTAX, 0},
        {"+", 32, NUM_SYNTAX, 0},
        {"1.", 32, NUM_SYNTAX, 0},
        {"1e3", 32, NUM_SYNTAX, 0},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++) {
        uint64_t x = 0;
        assert_int_equal(integer(cases[i].text, cases[i].bits, &x), cases[i].result);
        if (cases[i].result == NUM_OK)
            assert_true((int64_t)x == cases[i].value);
    }
}

static uint64_t bits64(double d)
{
    uint64_t x;
    memcpy(&x, &d, 8);
    return x;
}
static uint32_t bits32(float f)
{
    uint32_t x;
    memcpy(&x, &f, 4);
    return x;
}

/* Against the C library; what it rounds to infinity must be out of range. */
static void check_float(const char *s)
{
    uint64_t x = 0;
    double d = strtod(s, NULL);
    enum num n = floating(s, 64, &x);
    if (isinf(d) ? n != NUM_RANGE : n != NUM_OK || x != bits64(d))
        fail_msg("f64 %s: %d %016lx instead of %016lx", s, n, (unsigned long)x,
                 (unsigned long)bits64(d));
    float f = strtof(s, NULL);
    n = floating(s, 32, &x);
    if (isinf(f) ? n != NUM_RANGE : n != NUM_OK || (uint32_t)x != bits32(f))
        fail_msg("f32 %s: %d %08lx instead of %08x", s, n, (unsigned long)x, bits32(f));
}

static void test_float_edges(void **state)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "0.0",
        "-0.0",
        "0e5",
        "0.e1",
        "1.",
        "1.e1",
        "1e0",
        "1E5",
        "1e+5",
        "1e-5",
        "123456789012345678901234567890",
        "0.1",
        "0.2",
        "0.3",
        "1e22",
        "1e23",
        "9007199254740992",
        "9007199254740993",
        "9007199254740994",
        "9007199254740995",
        "9007199254740993."
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000001",
        "9007199254740992."
        "9999999999999999999999999999999999999999999999999999999999999999999999999999",
        "16777216",
        "16777217",
        "16777218",
        "16777219",
        "16777217.00000000000000000000000000001",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.47032822920623272e-324",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1.797693134862315807e308",
        "1e308",
        "1e309",
        "1e400",
        "1e-325",
        "1e-330",
        "1e-331",
        "1e-392",
        "1e-393",
        "1e-400",
        "1e-420",
        "123456789012345678901e-400",
        "0.0001e-328",
        "1e-323",
        "1e-324",
        "3e-324",
        "1.1754942e-38",
        "1.1754943e-38",
        "1.4e-45",
        "7e-46",
        "7.006492321624085e-46",
        "7.006492321624086e-46",
        "3.4028235e38",
        "3.4028235677973366e38",
        "3.4028235677973365e38",
        "3.40282357e38",
        "1e39",
        "6.8e-46",
        "1e-46",
        "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017"
        "977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273"
        "854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704"
        "342711559699508093042880",
        "0."
        "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "000000000000000001e100",
        "0x0p0",
        "0x1p0",
        "0x1.8p1",
        "0x.8p1",
        "0x1p-1074",
        "0x1p-1075",
        "0x1.0000000000001p-1075",
        "0x1.fffffffffffffp1023",
        "0x1.fffffffffffff7p1023",
        "0x1.fffffffffffff8p1023",
        "0x1p1024",
        "0x1.00000000000008p0",
        "0x1.000000000000080000000001p0",
        "0x1.00000000000018p0",
        "0x1.000001p0",
        "0x1.0000010000000001p0",
        "0x1.000003p0",
        "0x1p-149",
        "0x1p-150",
        "0x1.8p-150",
        "0x1.fffffep127",
        "0x1.ffffffp127",
        "0xffffffffffffffffffffffffffffffff",
        "0x123456789abcdef0123456789abcdefp-60",
        "0x0.00000000000000000000000000000000000000000000000001p200",
        "0x1p-99999",
        "0x0p99999",
        "0x1p99999",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "0e99999999999999999999",
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(texts); i++) {
        if (strncmp(texts[i], "0x.", 3) == 0) {
            uint64_t x;
            assert_int_equal(floating(texts[i], 64, &x), NUM_SYNTAX);
            continue;
        }
        check_float(texts[i]);
    }
    char *digits = malloc(3000); /* a halfway point with very many digits behind it */
    for (int last = '0'; last <= '1'; last++) {
        strcpy(digits, "9007199254740993.");
        memset(digits + 17, '0', 2000);
        digits[2016] = (char)last;
        digits[2017] = 0;
        check_float(digits);
    }
    free(digits);
}

static uint64_t seed = 88172645463325252u;
static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static void test_float_random(void **state)
{
    char text[128];
    for (int i = 0; i < 300000; i++) {
        uint64_t r = next_random();
        switch (i % 6) {
        case 0: { /* a float, with too few, enough and too many digits */
            double d;
            memcpy(&d, &r, 8);
            if (!isfinite(d))
                continue;
            snprintf(text, sizeof text, "%.*e", (int)(next_random() % 25), d);
            break;
        }
        case 1: {
            float f;
            memcpy(&f, &r, 4);
            if (!isfinite(f))
                continue;
            snprintf(text, sizeof text, "%.*e", (int)(next_random() % 12), (double)f);
            break;
        }
        case 2:
            snprintf(text, sizeof text, "%lue%d", (unsigned long)r,
                     (int)(next_random() % 800) - 420);
            break;
        case 3:
            snprintf(text, sizeof text, "%lu.%lu", (unsigned long)(r >> (next_random() % 64)),
                     (unsigned long)next_random());
            break;
        case 4: { /* the middle of two neighbours, written out */
            float f;
            r = (r & 0x7fffffff) % 0x7f000000;
            memcpy(&f, &r, 4);
            snprintf(text, sizeof text, "%.80e", ((double)f + (double)nextafterf(f, INFINITY)) / 2);
            break;
        }
        default:
            snprintf(text, sizeof text, "%s0x%lx.%lxp%d", i & 8 ? "-" : "",
                     (unsigned long)(r >> (next_random() % 64)), (unsigned long)next_random(),
                     (int)(next_random() % 2400) - 1200);
        }
        check_float(text);
    }
}

static void test_float_special(void **state)
{
    static const struct {
        const char *text;
        int width;
        enum num result;
        uint64_t bits;
    } cases[] = {
        {"inf", 32, NUM_OK, 0x7f800000},
        {"-inf", 64, NUM_OK, 0xfff0000000000000},
        {"+inf", 32, NUM_OK, 0x7f800000},
        {"nan", 32, NUM_OK, 0x7fc00000},
        {"-nan", 32, NUM_OK, 0xffc00000},
        {"nan", 64, NUM_OK, 0x7ff8000000000000},
        {"nan:0x1", 32, NUM_OK, 0x7f800001},
        {"-nan:0x7fffff", 32, NUM_OK, 0xffffffff},
        {"nan:0x400000", 32, NUM_OK, 0x7fc00000},
        {"nan:0x0", 32, NUM_RANGE, 0},
        {"nan:0x800000", 32, NUM_RANGE, 0},
        {"nan:0xf_ffff_ffff_ffff", 64, NUM_OK, 0x7fffffffffffffff},
        {"nan:0x10_0000_0000_0000", 64, NUM_RANGE, 0},
        {"nan:1", 32, NUM_SYNTAX, 0},
        {"nan:0x", 32, NUM_SYNTAX, 0},
        {"nan:0x_1", 32, NUM_SYNTAX, 0},
        {"infinity", 32, NUM_SYNTAX, 0},
        {"Inf", 32, NUM_SYNTAX, 0},
        {"nanx", 32, NUM_SYNTAX, 0},
        {"1_0.0_1e1_0", 64, NUM_OK, 0},
        {"0x1_0.0_1p1_0", 64, NUM_OK, 0},
        {"1_.0", 64, NUM_SYNTAX, 0},
        {"1._0", 64, NUM_SYNTAX, 0},
        {"1.0_", 64, NUM_SYNTAX, 0},
        {"1e", 64, NUM_SYNTAX, 0},
        {"1e+", 64, NUM_SYNTAX, 0},
        {"1e_1", 64, NUM_SYNTAX, 0},
        {"1e1_", 64, NUM_SYNTAX, 0},
        {".1", 64, NUM_SYNTAX, 0},
        {"0x1p", 64, NUM_SYNTAX, 0},
        {"0x.1", 64, NUM_SYNTAX, 0},
        {"0xg", 64, NUM_SYNTAX, 0},
        {"1p1", 64, NUM_SYNTAX, 0},
        {"", 64, NUM_SYNTAX, 0},
        {"-", 64, NUM_SYNTAX, 0},
        {"+-1", 64, NUM_SYNTAX, 0},
        {"1.0.0", 64, NUM_SYNTAX, 0},
        {"0x1.0p1.0", 64, NUM_SYNTAX, 0},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++) {
        uint64_t x = 0;
        enum num n = floating(cases[i].text, cases[i].width, &x);
        if (n != cases[i].result || (n == NUM_OK && cases[i].bits && x != cases[i].bits))
            fail_msg("%s: %d %lx", cases[i].text, n, (unsigned long)x);
    }
}

static void test_float_text(void **state)
{
    static const struct {
        double d;
        const char *text;
    } shown[] = {{0, "0"},
                 {-0.0, "-0"},
                 {1, "1"},
                 {-1.5, "-1.5"},
                 {0.1, "0.1"},
                 {1e6, "1000000"},
                 {INFINITY, "inf"},
                 {-INFINITY, "-inf"},
                 {0x1p-1074, "0x1p-1074"},
                 {0x1p100, "0x1p+100"},
                 {123.456, "123.456"}};
    char text[HS_NUM_FLOAT_TEXT];
    for (size_t i = 0; i < HS_ARRAY_SIZE(shown); i++) {
        int n = hs_num_float_text(text, bits64(shown[i].d), 64);
        assert_true((size_t)n == strlen(shown[i].text));
        assert_memory_equal(text, shown[i].text, (size_t)n);
    }
    for (int i = 0; i < 300000; i++) {
        uint64_t r = next_random(), back;
        if (i % 3 == 0)
            r = bits64((double)(int64_t)(r >> 40) / 64);
        if (i % 7 == 0)
            r |= UINT64_C(0x7ff0000000000000);
        int n = hs_num_float_text(text, r, 64);
        assert_true(n < HS_NUM_FLOAT_TEXT);
        assert_int_equal(hs_num_float(text, text + n, 64, &back), NUM_OK);
        assert_true(back == r);
        n = hs_num_float_text(text, (uint32_t)r, 32);
        assert_int_equal(hs_num_float(text, text + n, 32, &back), NUM_OK);
        assert_true(back == (uint32_t)r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nat),           cmocka_unit_test(test_int),
        cmocka_unit_test(test_float_edges),   cmocka_unit_test(test_float_random),
        cmocka_unit_test(test_float_special), cmocka_unit_test(test_float_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
