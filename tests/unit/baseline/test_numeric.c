/* Every numeric instruction of the fast tier against C, on edge values, with its operands in
 * every place they can be: parameters, constants on either side, memory, the destination of a
 * local.set, a condition. All of it with the usual and with random pins, with and without
 * extensions of the CPU. */
#include "support.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above */
#include <cmocka.h>

enum { TRAPPED = 1 };
static int trapped; /* set by a reference that traps */

static uint64_t trap_value(void)
{
    trapped = TRAPPED;
    return 0;
}

static float f32_of(uint64_t x)
{
    uint32_t u = (uint32_t)x;
    float f;
    memcpy(&f, &u, 4);
    return f;
}
static double f64_of(uint64_t x)
{
    double d;
    memcpy(&d, &x, 8);
    return d;
}
static uint64_t of_f32(float f)
{
    uint32_t u;
    memcpy(&u, &f, 4);
    return u;
}
static uint64_t of_f64(double d)
{
    uint64_t u;
    memcpy(&u, &d, 8);
    return u;
}

#define S32(x) ((int32_t)(x))
#define U32(x) ((uint32_t)(x))
#define S64(x) ((int64_t)(x))
#define BIN(T, n, expr)                                                                            \
    static uint64_t T##_##n(uint64_t a, uint64_t b)                                                \
    {                                                                                              \
        (void)b;                                                                                   \
        return (expr);                                                                             \
    }

#define INTS(T, U, S, BITS)                                                                        \
    BIN(T, add, (U)((U)a + (U)b))                                                                  \
    BIN(T, sub, (U)((U)a - (U)b))                                                                  \
    BIN(T, mul, (U)((U)a * (U)b))                                                                  \
    BIN(T, and, (U)((U)a & (U)b))                                                                  \
    BIN(T, or, (U)((U)a | (U)b))                                                                   \
    BIN(T, xor, (U)((U)a ^ (U)b))                                                                  \
    BIN(T, shl, (U)((U)a << ((U)b % BITS)))                                                        \
    BIN(T, shr_u, (U)((U)a >> ((U)b % BITS)))                                                      \
    BIN(T, shr_s, (U)((S)a >> ((U)b % BITS)))                                                      \
    BIN(T, rotl, (U)((U)a << ((U)b % BITS) | (U)a >> ((BITS - (U)b % BITS) % BITS)))               \
    BIN(T, rotr, (U)((U)a >> ((U)b % BITS) | (U)a << ((BITS - (U)b % BITS) % BITS)))               \
    BIN(T, div_u, (U)b == 0 ? trap_value() : (U)((U)a / (U)b))                                     \
    BIN(T, rem_u, (U)b == 0 ? trap_value() : (U)((U)a % (U)b))                                     \
    BIN(T, div_s,                                                                                  \
        (U)b == 0 || ((S)b == -1 && (U)a == (U)1 << (BITS - 1)) ? trap_value() : (U)((S)a / (S)b)) \
    BIN(T, rem_s, (U)b == 0 ? trap_value() : (S)b == -1 ? 0 : (U)((S)a % (S)b))                    \
    BIN(T, eq, (U)a == (U)b)                                                                       \
    BIN(T, ne, (U)a != (U)b)                                                                       \
    BIN(T, lt_s, (S)a < (S)b)                                                                      \
    BIN(T, lt_u, (U)a < (U)b)                                                                      \
    BIN(T, gt_s, (S)a > (S)b)                                                                      \
    BIN(T, gt_u, (U)a > (U)b)                                                                      \
    BIN(T, le_s, (S)a <= (S)b)                                                                     \
    BIN(T, le_u, (U)a <= (U)b)                                                                     \
    BIN(T, ge_s, (S)a >= (S)b)                                                                     \
    BIN(T, ge_u, (U)a >= (U)b)                                                                     \
    BIN(T, eqz, (U)a == 0)
INTS(i32, uint32_t, int32_t, 32)
INTS(i64, uint64_t, int64_t, 64)
BIN(i32, clz, U32(a) ? (uint64_t)__builtin_clz(U32(a)) : 32)
BIN(i32, ctz, U32(a) ? (uint64_t)__builtin_ctz(U32(a)) : 32)
BIN(i32, popcnt, (uint64_t)__builtin_popcount(U32(a)))
BIN(i64, clz, a ? (uint64_t)__builtin_clzll(a) : 64)
BIN(i64, ctz, a ? (uint64_t)__builtin_ctzll(a) : 64)
BIN(i64, popcnt, (uint64_t)__builtin_popcountll(a))
BIN(i32, extend8_s, U32((int8_t)a))
BIN(i32, extend16_s, U32((int16_t)a))
BIN(i64, extend8_s, (uint64_t)(int8_t)a)
BIN(i64, extend16_s, (uint64_t)(int16_t)a)
BIN(i64, extend32_s, (uint64_t)S32(a))
BIN(i32, wrap_i64, U32(a))
BIN(i64, extend_i32_s, (uint64_t)S32(a))
BIN(i64, extend_i32_u, U32(a))

#define FLOATS(T, F, S)                                                                            \
    BIN(T, add, of_##T(T##_of(a) + T##_of(b)))                                                     \
    BIN(T, sub, of_##T(T##_of(a) - T##_of(b)))                                                     \
    BIN(T, mul, of_##T(T##_of(a) * T##_of(b)))                                                     \
    BIN(T, div, of_##T(T##_of(a) / T##_of(b)))                                                     \
    BIN(T, min, T##_min_(a, b))                                                                    \
    BIN(T, max, T##_max_(a, b))                                                                    \
    BIN(T, copysign, of_##T(copysign##S(T##_of(a), T##_of(b))))                                    \
    BIN(T, abs, of_##T(fabs##S(T##_of(a))))                                                        \
    BIN(T, neg, a ^ T##_SIGN)                                                                      \
    BIN(T, sqrt, of_##T(sqrt##S(T##_of(a))))                                                       \
    BIN(T, ceil, of_##T(ceil##S(T##_of(a))))                                                       \
    BIN(T, floor, of_##T(floor##S(T##_of(a))))                                                     \
    BIN(T, trunc, of_##T(trunc##S(T##_of(a))))                                                     \
    BIN(T, nearest, of_##T(nearbyint##S(T##_of(a))))                                               \
    BIN(T, eq, T##_of(a) == T##_of(b))                                                             \
    BIN(T, ne, T##_of(a) != T##_of(b))                                                             \
    BIN(T, lt, T##_of(a) < T##_of(b))                                                              \
    BIN(T, gt, T##_of(a) > T##_of(b))                                                              \
    BIN(T, le, T##_of(a) <= T##_of(b))                                                             \
    BIN(T, ge, T##_of(a) >= T##_of(b))
#define f32_SIGN UINT64_C(0x80000000)
#define f64_SIGN UINT64_C(0x8000000000000000)
#define MINMAX(T)                                                                                  \
    static uint64_t T##_min_(uint64_t a, uint64_t b)                                               \
    {                                                                                              \
        if (isnan(T##_of(a)) || isnan(T##_of(b)))                                                  \
            return of_##T(NAN);                                                                    \
        if (T##_of(a) == T##_of(b))                                                                \
            return a | b;                                                                          \
        return T##_of(a) < T##_of(b) ? a : b;                                                      \
    }                                                                                              \
    static uint64_t T##_max_(uint64_t a, uint64_t b)                                               \
    {                                                                                              \
        if (isnan(T##_of(a)) || isnan(T##_of(b)))                                                  \
            return of_##T(NAN);                                                                    \
        if (T##_of(a) == T##_of(b))                                                                \
            return a & b;                                                                          \
        return T##_of(a) > T##_of(b) ? a : b;                                                      \
    }
MINMAX(f32)
MINMAX(f64)
FLOATS(f32, float, f)
FLOATS(f64, double, )

#define TRUNC(T, F, sign, lo, hi, C)                                                               \
    BIN(T, trunc_##F##_##sign,                                                                     \
        !(F##_of(a) > (lo) && F##_of(a) < (hi)) ? trap_value() : (uint64_t)(C)F##_of(a))           \
    BIN(T, trunc_sat_##F##_##sign,                                                                 \
        isnan(F##_of(a))    ? 0                                                                    \
        : F##_of(a) <= (lo) ? SAT_##T##_##sign##_LO                                                \
        : F##_of(a) >= (hi) ? SAT_##T##_##sign##_HI                                                \
                            : (uint64_t)(C)F##_of(a))
#define SAT_i32_s_LO UINT64_C(0x80000000)
#define SAT_i32_s_HI UINT64_C(0x7fffffff)
#define SAT_i32_u_LO 0
#define SAT_i32_u_HI UINT64_C(0xffffffff)
#define SAT_i64_s_LO UINT64_C(0x8000000000000000)
#define SAT_i64_s_HI UINT64_C(0x7fffffffffffffff)
#define SAT_i64_u_LO 0
#define SAT_i64_u_HI UINT64_C(0xffffffffffffffff)
TRUNC(i32, f32, s, -2147483904.0f, 2147483648.0f, int32_t)
TRUNC(i32, f32, u, -1.0f, 4294967296.0f, uint32_t)
TRUNC(i32, f64, s, -2147483649.0, 2147483648.0, int32_t)
TRUNC(i32, f64, u, -1.0, 4294967296.0, uint32_t)
TRUNC(i64, f32, s, -9223373136366403584.0f, 9223372036854775808.0f, int64_t)
TRUNC(i64, f32, u, -1.0f, 18446744073709551616.0f, uint64_t)
TRUNC(i64, f64, s, -9223372036854777856.0, 9223372036854775808.0, int64_t)
TRUNC(i64, f64, u, -1.0, 18446744073709551616.0, uint64_t)
BIN(f32, convert_i32_s, of_f32((float)S32(a)))
BIN(f32, convert_i32_u, of_f32((float)U32(a)))
BIN(f32, convert_i64_s, of_f32((float)S64(a)))
BIN(f32, convert_i64_u, of_f32((float)a))
BIN(f64, convert_i32_s, of_f64((double)S32(a)))
BIN(f64, convert_i32_u, of_f64((double)U32(a)))
BIN(f64, convert_i64_s, of_f64((double)S64(a)))
BIN(f64, convert_i64_u, of_f64((double)a))
BIN(f32, demote_f64, of_f32((float)f64_of(a)))
BIN(f64, promote_f32, of_f64((double)f32_of(a)))
BIN(i32, reinterpret_f32, U32(a))
BIN(i64, reinterpret_f64, a)
BIN(f32, reinterpret_i32, U32(a))
BIN(f64, reinterpret_i64, a)

struct row {
    const char *text;
    char from, to; /* i l f d */
    int operands;
    uint64_t (*reference)(uint64_t, uint64_t);
};
#define I2(T, c, n) {#T "." #n, c, c, 2, T##_##n}
#define I1(T, c, n) {#T "." #n, c, c, 1, T##_##n}
#define C2(T, c, n) {#T "." #n, c, 'i', 2, T##_##n}
#define INT_ROWS(T, c)                                                                             \
    I2(T, c, add), I2(T, c, sub), I2(T, c, mul), I2(T, c, and), I2(T, c, or), I2(T, c, xor),       \
        I2(T, c, shl), I2(T, c, shr_s), I2(T, c, shr_u), I2(T, c, rotl), I2(T, c, rotr),           \
        I2(T, c, div_s), I2(T, c, div_u), I2(T, c, rem_s), I2(T, c, rem_u), C2(T, c, eq),          \
        C2(T, c, ne), C2(T, c, lt_s), C2(T, c, lt_u), C2(T, c, gt_s), C2(T, c, gt_u),              \
        C2(T, c, le_s), C2(T, c, le_u), C2(T, c, ge_s), C2(T, c, ge_u),                            \
        {#T ".eqz", c, 'i', 1, T##_eqz}, I1(T, c, clz), I1(T, c, ctz), I1(T, c, popcnt),           \
        I1(T, c, extend8_s), I1(T, c, extend16_s)
#define FLOAT_ROWS(T, c)                                                                           \
    I2(T, c, add), I2(T, c, sub), I2(T, c, mul), I2(T, c, div), I2(T, c, min), I2(T, c, max),      \
        I2(T, c, copysign), I1(T, c, abs), I1(T, c, neg), I1(T, c, sqrt), I1(T, c, ceil),          \
        I1(T, c, floor), I1(T, c, trunc), I1(T, c, nearest), C2(T, c, eq), C2(T, c, ne),           \
        C2(T, c, lt), C2(T, c, gt), C2(T, c, le), C2(T, c, ge)
#define CVT(T, to, n, from) {#T "." #n, from, to, 1, T##_##n}
#define TRUNCS(T, to)                                                                              \
    CVT(T, to, trunc_f32_s, 'f'), CVT(T, to, trunc_f32_u, 'f'), CVT(T, to, trunc_f64_s, 'd'),      \
        CVT(T, to, trunc_f64_u, 'd'), CVT(T, to, trunc_sat_f32_s, 'f'),                            \
        CVT(T, to, trunc_sat_f32_u, 'f'), CVT(T, to, trunc_sat_f64_s, 'd'),                        \
        CVT(T, to, trunc_sat_f64_u, 'd')
static const struct row rows[] = {
    INT_ROWS(i32, 'i'),
    INT_ROWS(i64, 'l'),
    I1(i64, 'l', extend32_s),
    FLOAT_ROWS(f32, 'f'),
    FLOAT_ROWS(f64, 'd'),
    CVT(i32, 'i', wrap_i64, 'l'),
    CVT(i64, 'l', extend_i32_s, 'i'),
    CVT(i64, 'l', extend_i32_u, 'i'),
    TRUNCS(i32, 'i'),
    TRUNCS(i64, 'l'),
    CVT(f32, 'f', convert_i32_s, 'i'),
    CVT(f32, 'f', convert_i32_u, 'i'),
    CVT(f32, 'f', convert_i64_s, 'l'),
    CVT(f32, 'f', convert_i64_u, 'l'),
    CVT(f64, 'd', convert_i32_s, 'i'),
    CVT(f64, 'd', convert_i32_u, 'i'),
    CVT(f64, 'd', convert_i64_s, 'l'),
    CVT(f64, 'd', convert_i64_u, 'l'),
    CVT(f32, 'f', demote_f64, 'd'),
    CVT(f64, 'd', promote_f32, 'f'),
    CVT(i32, 'i', reinterpret_f32, 'f'),
    CVT(i64, 'l', reinterpret_f64, 'd'),
    CVT(f32, 'f', reinterpret_i32, 'i'),
    CVT(f64, 'd', reinterpret_i64, 'l'),
};

static const uint64_t ints[] = {
    0,
    1,
    2,
    3,
    5,
    7,
    9,
    10,
    31,
    32,
    33,
    63,
    64,
    100,
    127,
    128,
    255,
    641,
    1000,
    65535,
    0x7ffffffe,
    0x7fffffff,
    0x80000000,
    0x80000001,
    0xfffffff9,
    0xffffffff,
    0x100000000,
    0x123456789abcdef0,
    0x7fffffffffffffff,
    0x8000000000000000,
    0x8000000000000001,
    0xfffffffffffffff9,
    0xfffffffffffffffe,
    0xffffffffffffffff,
};
static const double floats[] = {
    0.0,
    -0.0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    0.99999,
    -0.99999,
    3.7,
    1e10,
    -1e10,
    1e20,
    -1e20,
    1e-310,
    2147483647.0,
    2147483648.0,
    -2147483648.0,
    -2147483649.0,
    4294967295.0,
    4294967296.0,
    9223372036854775808.0,
    -9223372036854775808.0,
    18446744073709551616.0,
    4503599627370497.5,
    8388609.5,
    INFINITY,
    -INFINITY,
    NAN,
};
enum { NINTS = sizeof ints / sizeof *ints, NFLOATS = sizeof floats / sizeof *floats };

static int nvalues(char type)
{
    return type == 'i' || type == 'l' ? NINTS : NFLOATS;
}
static uint64_t value(char type, int i)
{
    switch (type) {
    case 'i': return U32(ints[i]);
    case 'l': return ints[i];
    case 'f': return of_f32((float)floats[i]);
    default: return of_f64(floats[i]);
    }
}
static const char *type_name(char c)
{
    return c == 'i' ? "i32" : c == 'l' ? "i64" : c == 'f' ? "f32" : "f64";
}
static void constant(char *out, char type, uint64_t x)
{
    if (type == 'i')
        sprintf(out, "(i32.const %d)", S32(x));
    else if (type == 'l')
        sprintf(out, "(i64.const %lld)", (long long)x);
    else if (type == 'f')
        sprintf(out, "(f32.reinterpret_i32 (i32.const %d))", S32(x));
    else
        sprintf(out, "(f64.reinterpret_i64 (i64.const %lld))", (long long)x);
    if (type == 'f' && !isnan(f32_of(x)) && !isinf(f32_of(x)))
        sprintf(out, "(f32.const %a)", (double)f32_of(x));
    if (type == 'd' && !isnan(f64_of(x)) && !isinf(f64_of(x)))
        sprintf(out, "(f64.const %a)", f64_of(x));
}

static bool same(char type, uint64_t x, uint64_t y)
{
    if (type == 'f')
        return U32(x) == U32(y) || (isnan(f32_of(x)) && isnan(f32_of(y)));
    if (type == 'd')
        return x == y || (isnan(f64_of(x)) && isnan(f64_of(y)));
    return type == 'i' ? U32(x) == U32(y) : x == y;
}

static char wat[1 << 20];

/* Functions 0 to 7 take both operands; then constants on the right, then on the left, one
 * function each. */
static int write_module(const struct row *r)
{
    const char *t = type_name(r->from), *to = type_name(r->to);
    char *p = wat;
    p += sprintf(p, "(module (memory 1)\n");
    const char *get1 = r->operands == 2 ? "(local.get 1)" : "";
#define FUNC(body, ...)                                                                            \
    p += sprintf(p, "(func (param %s %s) (result %s) (local %s i64 i32 f64) " body ")\n", t, t,    \
                 to, to, __VA_ARGS__)
    FUNC("(%s (local.get 0) %s)", r->text, get1);
    FUNC("(local.set 2 (%s (local.get 0) %s)) (local.get 2)", r->text, get1);
    /* A load folded, its address in a local. */
    FUNC("(local.set 4 (i32.const 64)) (%s.store offset=8 (local.get 4) (local.get %d)) (%s %s "
         "(%s.load offset=8 (local.get 4)))",
         t, r->operands - 1, r->text, r->operands == 2 ? "(local.get 0)" : "", t);
    /* As a condition, when it is one. */
    if (r->to == 'i') {
        FUNC("(if (result i32) (%s (local.get 0) %s) (then (i32.const 1)) (else (i32.const 0)))",
             r->text, get1);
        FUNC("(block (result i32) (i32.const 1) (br_if 0 (%s (local.get 0) %s)) (drop) (i32.const "
             "0))",
             r->text, get1);
        FUNC("(select (i32.const 1) (i32.const 0) (%s (local.get 0) %s))", r->text, get1);
        FUNC("(i32.eqz (%s (local.get 0) %s))", r->text, get1);
    } else {
        for (int i = 0; i < 4; i++)
            FUNC("(block (result %s) (br 0 (%s (local.get 0) %s)))", to, r->text, get1);
    }
    /* The destination is an operand's local. */
    if (r->from == r->to && r->operands == 2)
        FUNC("(local.set 0 (local.get 0)) (local.set 1 (%s (local.get 0) (local.get 1))) "
             "(local.get 1)",
             r->text);
    else
        FUNC("(local.tee 2 (%s (local.get 0) %s))", r->text, get1);
    int n = nvalues(r->from);
    if (r->operands == 2)
        for (int side = 0; side < 2; side++)
            for (int i = 0; i < n; i++) {
                char c[64];
                constant(c, r->from, value(r->from, i));
                p += sprintf(p, "(func (param %s) (result %s) (%s %s %s))\n", t, to, r->text,
                             side ? c : "(local.get 0)", side ? "(local.get 0)" : c);
            }
    sprintf(p, ")");
    return n;
}

static void check(struct guest *g, const struct row *r, int func, uint64_t a, uint64_t b,
                  uint64_t a0, uint64_t a1)
{
    union hs_value v[2];
    memset(v, 0x5a, sizeof v); /* upper halves are undefined */
    memcpy(&v[0], &a0, r->from == 'i' || r->from == 'f' ? 4 : 8);
    memcpy(&v[1], &a1, r->from == 'i' || r->from == 'f' ? 4 : 8);
    trapped = 0;
    uint64_t want = r->reference(a, b);
    bool traps = trapped;
    if (func >= 3 && func <= 5 && r->to == 'i')
        want = U32(want) != 0;
    if (func == 6 && r->to == 'i')
        want = U32(want) == 0;
    uint32_t status = guest_call(g, (uint32_t)func, v);
    if (traps != (status != 0) || (!traps && !same(r->to, v[0].bits[0], want)))
        fail_msg("%s, function %d, pins %llu, cpu %x: operands %llx %llx give %llx (status %u), "
                 "not %llx",
                 r->text, func, (unsigned long long)g->options.pin_seed, g->options.cpu,
                 (unsigned long long)a, (unsigned long long)b, (unsigned long long)v[0].bits[0],
                 status, (unsigned long long)want);
}

static void all_rows(const struct guest_options *o)
{
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const struct row *r = &rows[k];
        int n = write_module(r);
        static struct guest g;
        assert_true(guest_open(&g, wat, o));
        for (int i = 0; i < n; i++)
            for (int j = 0; j < (r->operands == 2 ? n : 1); j++) {
                uint64_t a = value(r->from, i), b = value(r->from, j);
                for (int f = 0; f < 8; f++)
                    check(&g, r, f, a, b, a, b);
                if (r->operands == 2) {
                    check(&g, r, 8 + j, a, b, a, 0);
                    check(&g, r, 8 + n + i, a, b, b, 0);
                }
            }
        guest_close(&g);
    }
}

static void plain(void **state)
{
    all_rows(&(struct guest_options){.cpu = UINT32_MAX});
}
static void without_extensions(void **state)
{
    all_rows(&(struct guest_options){.cpu = 0});
}
static void without_signals(void **state)
{
    all_rows(&(struct guest_options){
        .cpu = HS_CPU_SSE41 | HS_CPU_BMI1, .no_signals = true, .pin_seed = 11});
}
static void movable_random_pins(void **state)
{
    for (uint64_t seed = 1; seed <= 4; seed++)
        all_rows(&(struct guest_options){.cpu = seed & 1 ? UINT32_MAX : HS_CPU_AVX,
                                         .style = MEMORY_CHECKED_MOVABLE,
                                         .pin_seed = seed});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain),
        cmocka_unit_test(without_extensions),
        cmocka_unit_test(without_signals),
        cmocka_unit_test(movable_random_pins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
