/* The operations of x64_masm, run: each is assembled into a small function, once per set of CPU
 * extensions and choice of registers, and compared with the meaning written in plain C on edge
 * cases and random numbers. */
#include "compile/x64/x64_masm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { PAGE = 4096 };
static uint8_t *page;

static void start(struct x64_asm *a)
{
    assert_int_equal(mprotect(page, PAGE, PROT_READ | PROT_WRITE), 0);
    x64_asm_init(a, page, PAGE);
}

static void *finish(struct x64_asm *a)
{
    assert_true(x64_room(a, 1));
    assert_int_equal(mprotect(page, PAGE, PROT_READ | PROT_EXEC), 0);
    return page;
}

static uint64_t random64(void)
{
    static uint64_t x = 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

static const uint64_t ints[] = {
    0,
    1,
    2,
    3,
    7,
    8,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fffffff,
    0x80000000,
    0x80000001,
    0xffffffff,
    0x100000000,
    0x100000001,
    0x7fffffffffffffff,
    0x8000000000000000,
    0x8000000000000001,
    0xffffffffffffffff,
    0x0020000000000001,
    0x7ffffffffffffdff,
    0x7ffffffffffffe00,
    0x8000000000000400,
    0x8000008000000001,
    0x8000008000000000,
    0xfffffffffffffbff,
    0xfffffffffffffc00,
    0xffffff7fffffffff,
    0xffffff8000000000,
};
enum { NINTS = HS_ARRAY_SIZE(ints), NRANDOM = 400 };

static uint64_t pick_int(unsigned i)
{
    return i < NINTS ? ints[i] : random64() >> (random64() & 63);
}

static const uint64_t f32s[] = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x3f800000, 0xbf800000, 0x3f000000, 0xbf000000,
    0x3effffff, 0xbeffffff, 0x3f7fffff, 0xbf7fffff, 0x3fc00000, 0xbfc00000, 0x40200000, 0xc0200000,
    0x4b000000, 0xcb000000, 0x4affffff, 0xcaffffff, 0x4b000001, 0x4effffff, 0x4f000000, 0xcf000000,
    0xcf000001, 0x4f7fffff, 0x4f800000, 0x5effffff, 0x5f000000, 0xdf000000, 0xdf000001, 0x5f7fffff,
    0x5f800000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7fa00000, 0xffa00000, 0x7f800001,
    0x7fffffff, 0x7f7fffff, 0xff7fffff,
};
static const uint64_t f64s[] = {
    0x0000000000000000, 0x8000000000000000, 0x0000000000000001, 0x8000000000000001,
    0x3ff0000000000000, 0xbff0000000000000, 0x3fe0000000000000, 0xbfe0000000000000,
    0x3fdfffffffffffff, 0xbfdfffffffffffff, 0x3fefffffffffffff, 0xbfefffffffffffff,
    0x3ff8000000000000, 0xbff8000000000000, 0x4004000000000000, 0xc004000000000000,
    0x4330000000000000, 0xc330000000000000, 0x432fffffffffffff, 0xc32fffffffffffff,
    0x4330000000000001, 0x41dfffffffc00000, 0x41dfffffffffffff, 0x41e0000000000000,
    0xc1e0000000000000, 0xc1e00000001fffff, 0xc1e0000000200000, 0x41efffffffe00000,
    0x41efffffffffffff, 0x41f0000000000000, 0x43dfffffffffffff, 0x43e0000000000000,
    0xc3e0000000000000, 0xc3e0000000000001, 0x43efffffffffffff, 0x43f0000000000000,
    0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000000,
    0x7ff4000000000000, 0x7ff0000000000001, 0x7fffffffffffffff, 0x7fefffffffffffff,
    0xffefffffffffffff,
};

static unsigned nfloats(enum x64_fp fp)
{
    return (fp ? HS_ARRAY_SIZE(f64s) : HS_ARRAY_SIZE(f32s)) + NRANDOM;
}

static uint64_t pick_float(enum x64_fp fp, unsigned i)
{
    if (i < (fp ? HS_ARRAY_SIZE(f64s) : HS_ARRAY_SIZE(f32s)))
        return fp ? f64s[i] : f32s[i];
    if (i & 1) { /* of a moderate size */
        double x = (double)(int64_t)random64() / (double)(UINT64_C(1) << (random64() % 63));
        float y = (float)x;
        uint64_t bits = 0;
        if (fp)
            memcpy(&bits, &x, 8);
        else
            memcpy(&bits, &y, 4);
        return bits;
    }
    return fp ? random64() : random64() & 0xffffffff;
}

static double value(enum x64_fp fp, uint64_t bits)
{
    double x;
    float y;
    memcpy(&x, &bits, 8);
    memcpy(&y, &bits, 4);
    return fp ? x : (double)y;
}

static uint64_t bits_of(enum x64_fp fp, double x)
{
    float y = (float)x;
    uint64_t bits = 0;
    if (fp)
        memcpy(&bits, &x, 8);
    else
        memcpy(&bits, &y, 4);
    return bits;
}

static bool is_nan(enum x64_fp fp, uint64_t bits)
{
    return isnan(value(fp, bits));
}

static uint64_t quiet_bit(enum x64_fp fp)
{
    return fp ? UINT64_C(1) << 51 : 1u << 22;
}

static bool is_canonical(enum x64_fp fp, uint64_t bits)
{
    return fp ? bits << 1 == 0xfff0000000000000u : (uint32_t)(bits << 1) == 0xff800000u;
}

/* An arithmetic NaN; a canonical one if the NaNs among the operands are. */
static void check_nan(enum x64_fp fp, uint64_t got, uint64_t x, uint64_t y)
{
    assert_true(is_nan(fp, got));
    assert_true(got & quiet_bit(fp));
    if ((!is_nan(fp, x) || is_canonical(fp, x)) && (!is_nan(fp, y) || is_canonical(fp, y)))
        assert_true(is_canonical(fp, got));
}

/* --- integers: uint64_t f(uint64_t rdi, uint64_t rsi) ----------------------------------------- */

typedef uint64_t int_fn(uint64_t x, uint64_t y);
static const uint32_t cpus[] = {0, HS_CPU_SSE41 | HS_CPU_POPCNT | HS_CPU_LZCNT | HS_CPU_BMI1};

static void test_bits(void **state)
{
    for (unsigned c = 0; c < 2; c++) {
        uint32_t cpu = cpus[c] & hs_cpu_features();
        for (unsigned width = 32; width <= 64; width += 32) {
            for (unsigned op = 0; op < 3; op++) {
                for (unsigned same = 0; same < 2; same++) {
                    struct x64_asm a;
                    unsigned d = same ? RDI : RAX;
                    start(&a);
                    if (op == 0)
                        x64_masm_clz(&a, width, cpu, d, RDI, R11);
                    else if (op == 1)
                        x64_masm_ctz(&a, width, cpu, d, RDI, R11);
                    else
                        x64_masm_popcnt(&a, width, cpu, d, RDI, R11, R8);
                    x64_mov64_rr(&a, RAX, d);
                    x64_ret(&a);
                    int_fn *f = (int_fn *)finish(&a);
                    for (unsigned i = 0; i < NINTS + NRANDOM; i++) {
                        uint64_t x = pick_int(i), y = width == 32 ? (uint32_t)x : x;
                        uint64_t clz = y ? (uint64_t)__builtin_clzll(y) - (64 - width) : width;
                        uint64_t ctz = y ? (uint64_t)__builtin_ctzll(y) : width;
                        uint64_t want = op == 0   ? clz
                                        : op == 1 ? ctz
                                                  : (uint64_t)__builtin_popcountll(y);
                        assert_int_equal(f(x | (width == 32 ? x << 32 : 0), 0), want);
                    }
                }
            }
        }
    }
}

static void test_div(void **state)
{
    for (unsigned width = 32; width <= 64; width += 32) {
        for (unsigned op = 0; op < 4; op++) {
            for (unsigned checked = 0; checked < 2; checked++) {
                struct x64_asm a;
                struct x64_label zero, overflow;
                x64_label_init(&zero);
                x64_label_init(&overflow);
                start(&a);
                x64_mov64_rr(&a, RAX, RDI);
                x64_masm_div(&a, width, (enum x64_div)op, RSI, checked ? &zero : NULL,
                             checked ? &overflow : NULL);
                if (op >= X64_REM_S)
                    x64_mov64_rr(&a, RAX, RDX);
                x64_ret(&a);
                x64_bind(&a, &zero);
                x64_mov64_ri(&a, RAX, 111);
                x64_ret(&a);
                x64_bind(&a, &overflow);
                x64_mov64_ri(&a, RAX, 222);
                x64_ret(&a);
                int_fn *f = (int_fn *)finish(&a);
                for (unsigned i = 0; i < NINTS * NINTS + NRANDOM; i++) {
                    uint64_t x = i < NINTS * NINTS ? ints[i / NINTS] : random64();
                    uint64_t y =
                        i < NINTS * NINTS ? ints[i % NINTS] : random64() >> (random64() & 63);
                    if (width == 32)
                        x = (uint32_t)x, y = (uint32_t)y;
                    int64_t sx = width == 32 ? (int32_t)x : (int64_t)x;
                    int64_t sy = width == 32 ? (int32_t)y : (int64_t)y;
                    bool too_large = sy == -1 && sx == (width == 32 ? INT32_MIN : INT64_MIN);
                    if (!checked && (y == 0 || (too_large && op == X64_DIV_S)))
                        continue;
                    uint64_t want;
                    if (y == 0)
                        want = 111;
                    else if (op == X64_DIV_U)
                        want = x / y;
                    else if (op == X64_REM_U)
                        want = x % y;
                    else if (op == X64_DIV_S)
                        want = too_large ? 222 : (uint64_t)(sx / sy);
                    else
                        want = sy == -1 ? 0 : (uint64_t)(sx % sy);
                    uint64_t got = f(x, y);
                    if (width == 32)
                        got = (uint32_t)got, want = (uint32_t)want;
                    assert_int_equal(got, want);
                }
            }
        }
    }
}

/* --- floats: uint64_t f(uint64_t xbits, uint64_t ybits); operands in x1 and x2 ---------------- */

static void load_float(struct x64_asm *a, unsigned x, unsigned r)
{
    x64_movq_x_rr(a, x, r);
}

static void ret_float(struct x64_asm *a, enum x64_fp fp, unsigned x)
{
    if (fp)
        x64_movq_g_rr(a, RAX, x);
    else
        x64_movd_g_rr(a, RAX, x);
    x64_ret(a);
}

static void test_min_max(void **state)
{
    for (unsigned n = 0; n < 8; n++) {
        enum x64_fp fp = (enum x64_fp)(n & 1);
        bool max = n & 2;
        unsigned x1 = n & 4 ? XMM9 : XMM0, x2 = n & 4 ? XMM3 : XMM15;
        struct x64_asm a;
        start(&a);
        load_float(&a, x1, RDI);
        load_float(&a, x2, RSI);
        if (max)
            x64_masm_fmax(&a, fp, x1, x2);
        else
            x64_masm_fmin(&a, fp, x1, x2);
        ret_float(&a, fp, x1);
        int_fn *f = (int_fn *)finish(&a);
        for (unsigned i = 0; i < nfloats(fp); i++) {
            for (unsigned j = 0; j < nfloats(fp); j++) {
                uint64_t x = pick_float(fp, i), y = pick_float(fp, j), got = f(x, y);
                double vx = value(fp, x), vy = value(fp, y);
                if (isnan(vx) || isnan(vy)) {
                    check_nan(fp, got, x, y);
                } else if (vx == vy) {
                    assert_int_equal(got, max ? x & y : x | y);
                } else {
                    assert_int_equal(got, (vx < vy) == max ? y : x);
                }
            }
        }
    }
}

static void test_unary(void **state)
{
    enum { ABS, NEG, SQRT, NEAREST, FLOOR, CEIL, TRUNC, NOPS };
    for (unsigned n = 0; n < 4; n++) {
        enum x64_fp fp = (enum x64_fp)(n & 1);
        uint32_t cpu = cpus[n >> 1] & hs_cpu_features();
        for (unsigned op = 0; op < NOPS; op++) {
            struct x64_asm a;
            unsigned dx = op == ABS || op == NEG ? XMM8 : XMM1;
            start(&a);
            load_float(&a, XMM8, RDI);
            switch (op) {
            case ABS: x64_masm_fabs(&a, fp, XMM8, XMM2); break;
            case NEG: x64_masm_fneg(&a, fp, XMM8, XMM2); break;
            case SQRT: x64_masm_fsqrt(&a, fp, XMM1, XMM8); break;
            default:
                x64_masm_fround(&a, fp, (enum x64_round)(op - NEAREST), cpu, XMM1, XMM8, XMM11,
                                R11);
                break;
            }
            ret_float(&a, fp, dx);
            int_fn *f = (int_fn *)finish(&a);
            uint64_t sign = fp ? UINT64_C(1) << 63 : 1u << 31;
            for (unsigned i = 0; i < nfloats(fp); i++) {
                uint64_t x = pick_float(fp, i), got = f(x, 0);
                double v = value(fp, x);
                if (op == ABS) {
                    assert_int_equal(got, x & ~sign);
                } else if (op == NEG) {
                    assert_int_equal(got, x ^ sign);
                } else if (isnan(v) || (op == SQRT && v < 0)) {
                    check_nan(fp, got, x, x);
                } else {
                    double want = op == SQRT      ? fp ? sqrt(v) : (double)sqrtf((float)v)
                                  : op == NEAREST ? rint(v)
                                  : op == FLOOR   ? floor(v)
                                  : op == CEIL    ? ceil(v)
                                                  : trunc(v);
                    assert_int_equal(got, bits_of(fp, want));
                }
            }
        }
    }
}

static void test_copysign_and_widths(void **state)
{
    for (unsigned n = 0; n < 2; n++) {
        enum x64_fp fp = (enum x64_fp)n;
        uint64_t sign = fp ? UINT64_C(1) << 63 : 1u << 31;
        struct x64_asm a;
        start(&a);
        load_float(&a, XMM5, RDI);
        load_float(&a, XMM14, RSI);
        x64_masm_fcopysign(&a, fp, XMM5, XMM14, XMM0);
        ret_float(&a, fp, XMM5);
        int_fn *f = (int_fn *)finish(&a);
        for (unsigned i = 0; i < nfloats(fp); i++) {
            uint64_t x = pick_float(fp, i), y = pick_float(fp, nfloats(fp) - 1 - i);
            assert_int_equal(f(x, y), (x & ~sign) | (y & sign));
        }
        start(&a); /* fp is the source now */
        load_float(&a, XMM5, RDI);
        if (fp)
            x64_masm_demote(&a, XMM6, XMM5);
        else
            x64_masm_promote(&a, XMM6, XMM5);
        ret_float(&a, (enum x64_fp) !fp, XMM6);
        f = (int_fn *)finish(&a);
        for (unsigned i = 0; i < nfloats(fp); i++) {
            uint64_t x = pick_float(fp, i), got = f(x, 0);
            if (is_nan(fp, x)) {
                assert_true(is_nan((enum x64_fp) !fp, got) && (got & quiet_bit((enum x64_fp) !fp)));
                assert_true(!is_canonical(fp, x) || is_canonical((enum x64_fp) !fp, got));
            } else {
                assert_int_equal(got, bits_of((enum x64_fp) !fp, value(fp, x)));
            }
        }
    }
}

static void test_compare(void **state)
{
    for (unsigned n = 0; n < 2 * 6 * 3; n++) {
        enum x64_fp fp = (enum x64_fp)(n & 1);
        enum x64_fcmp op = (enum x64_fcmp)(n / 2 % 6);
        struct x64_asm a;
        struct x64_label l;
        start(&a);
        load_float(&a, XMM0, RDI);
        load_float(&a, XMM9, RSI);
        switch (n / 12) {
        case 0:
            x64_mov64_ri(&a, RDI, UINT64_MAX);
            x64_masm_fcmp_set(&a, fp, op, RDI, XMM0, XMM9, RSI);
            x64_mov64_rr(&a, RAX, RDI);
            break;
        default:
            x64_label_init(&l);
            x64_mov32_ri(&a, RAX, n / 12 == 1);
            if (n / 12 == 1)
                x64_masm_fcmp_jump(&a, fp, op, XMM0, XMM9, &l);
            else
                x64_masm_fcmp_jump_not(&a, fp, op, XMM0, XMM9, &l);
            x64_mov32_ri(&a, RAX, n / 12 != 1);
            x64_bind(&a, &l);
        }
        x64_ret(&a);
        int_fn *f = (int_fn *)finish(&a);
        for (unsigned i = 0; i < nfloats(fp); i++) {
            for (unsigned j = 0; j < nfloats(fp); j++) {
                uint64_t x = pick_float(fp, i), y = pick_float(fp, j);
                double v = value(fp, x), w = value(fp, y);
                bool want = op == X64_FEQ   ? v == w
                            : op == X64_FNE ? v != w
                            : op == X64_FLT ? v < w
                            : op == X64_FGT ? v > w
                            : op == X64_FLE ? v <= w
                                            : v >= w;
                assert_int_equal(f(x, y), want);
            }
        }
    }
}

static void test_trunc(void **state)
{
    for (unsigned n = 0; n < 16; n++) {
        enum x64_fp fp = (enum x64_fp)(n & 1);
        bool is_signed = n & 2, sat = n & 8;
        unsigned width = n & 4 ? 64 : 32;
        struct x64_asm a;
        struct x64_label invalid, overflow;
        x64_label_init(&invalid);
        x64_label_init(&overflow);
        start(&a);
        load_float(&a, XMM12, RDI);
        if (sat)
            x64_masm_trunc_sat(&a, width, is_signed, fp, RAX, XMM12, R9, XMM1);
        else
            x64_masm_trunc(&a, width, is_signed, fp, RAX, XMM12, R9, XMM1, &invalid, &overflow);
        x64_ret(&a);
        x64_bind(&a, &invalid);
        x64_mov64_ri(&a, RAX, 0xabcdabcd11111111);
        x64_ret(&a);
        x64_bind(&a, &overflow);
        x64_mov64_ri(&a, RAX, 0xabcdabcd22222222);
        x64_ret(&a);
        int_fn *f = (int_fn *)finish(&a);
        long double low = is_signed ? width == 32 ? -0x1p31L : -0x1p63L : 0;
        long double high = ldexpl(1, (int)width - is_signed);
        for (unsigned i = 0; i < nfloats(fp); i++) {
            uint64_t x = pick_float(fp, i), want;
            long double t = truncl(value(fp, x));
            if (isnan(t))
                want = sat ? 0 : 0xabcdabcd11111111;
            else if (t < low)
                want = sat ? is_signed ? width == 32 ? 0x80000000u : UINT64_C(1) << 63 : 0
                           : 0xabcdabcd22222222;
            else if (t >= high)
                want = sat ? UINT64_MAX >> (64 - width + is_signed) : 0xabcdabcd22222222;
            else
                want = t < 0 ? (uint64_t)(int64_t)t : (uint64_t)t;
            if (width == 32 && want >> 32 != 0xabcdabcd)
                want = (uint32_t)want;
            assert_int_equal(f(x, 0), want);
        }
    }
}

static void test_convert(void **state)
{
    for (unsigned n = 0; n < 8; n++) {
        enum x64_fp fp = (enum x64_fp)(n & 1);
        bool is_signed = n & 2;
        unsigned width = n & 4 ? 64 : 32;
        struct x64_asm a;
        start(&a);
        x64_masm_convert(&a, width, is_signed, fp, XMM10, RDI, R10);
        x64_mov64_rr(&a, RSI, RDI);
        ret_float(&a, fp, XMM10);
        int_fn *f = (int_fn *)finish(&a);
        for (unsigned i = 0; i < NINTS + NRANDOM; i++) {
            uint64_t x = pick_int(i), want = 0;
            if (width == 32)
                x = (uint32_t)x;
            if (fp) {
                double v = width == 32 ? is_signed ? (double)(int32_t)x : (double)(uint32_t)x
                           : is_signed ? (double)(int64_t)x
                                       : (double)x;
                memcpy(&want, &v, 8);
            } else {
                float v = width == 32 ? is_signed ? (float)(int32_t)x : (float)(uint32_t)x
                          : is_signed ? (float)(int64_t)x
                                      : (float)x;
                memcpy(&want, &v, 4);
            }
            assert_int_equal(f(x, 0), want);
        }
    }
}

static void test_constants(void **state)
{
    static const uint8_t v[][16] = {
        {0},
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff},
        {1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8},
        {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
        {1, 2, 3},
        {0, 0, 0, 0, 0, 0, 0, 0, 1},
        {[0] = 9, [15] = 0x80},
    };
    for (unsigned i = 0; i < HS_ARRAY_SIZE(v); i++) {
        struct x64_asm a;
        uint8_t got[16];
        start(&a);
        x64_masm_v128const(&a, XMM13, v[i], RAX, XMM7);
        x64_movups_mr(&a, x64_bd(RDI, 0), XMM13);
        x64_ret(&a);
        ((void (*)(uint8_t *))finish(&a))(got);
        assert_memory_equal(got, v[i], 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_div),
        cmocka_unit_test(test_min_max),
        cmocka_unit_test(test_unary),
        cmocka_unit_test(test_copysign_and_widths),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_trunc),
        cmocka_unit_test(test_convert),
        cmocka_unit_test(test_constants),
    };
    page = (uint8_t *)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
