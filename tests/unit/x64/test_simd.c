/* The vector instructions of x64_simd, run: each is assembled into a small function, once per
 * set of CPU extensions and choice of registers (all distinct; the destination one of the
 * operands; operands the same), and compared with the meaning written lane by lane in plain C on
 * edge cases and random vectors. */
#include "compile/x64/x64_simd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { PAGE = 4096 };
static uint8_t *page;

union vec {
    int8_t s8[16];
    uint8_t u8[16];
    int16_t s16[8];
    uint16_t u16[8];
    int32_t s32[4];
    uint32_t u32[4];
    int64_t s64[2];
    uint64_t u64[2];
    float f32[4];
    double f64[2];
};

static uint64_t random64(void)
{
    static uint64_t x = 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

static const uint32_t edges32[] = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x3f800000, 0xbf800000, 0x3f000000, 0xbf000000,
    0x3effffff, 0x3f7fffff, 0x3fc00000, 0xbfc00000, 0x40200000, 0xc0200000, 0x4b000000, 0xcb000000,
    0x4affffff, 0x4b000001, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001, 0x4f7fffff, 0x4f800000,
    0x5f800000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7fa00000, 0xffa00000, 0x7f800001,
    0x7fffffff, 0x7f7fffff, 0xff7fffff, 0xffffffff, 0x80008000, 0x7fff7fff, 0x7fff8000, 0x7f80ff01,
    0x01ff807f, 0x80808080, 0x0000ffff, 0xffff0000, 0x10101010,
};
static const uint64_t edges64[] = {
    0x0000000000000000, 0x8000000000000000, 0x0000000000000001, 0x3ff0000000000000,
    0xbff0000000000000, 0x3fe0000000000000, 0xbfe0000000000000, 0x3fdfffffffffffff,
    0x3ff8000000000000, 0x4004000000000000, 0x4330000000000000, 0xc330000000000000,
    0x432fffffffffffff, 0x4330000000000001, 0x41dfffffffc00000, 0x41dfffffffdfffff,
    0x41e0000000000000, 0xc1e0000000000000, 0xc1e00000001fffff, 0xc1e0000000200000,
    0x41efffffffe00000, 0x41efffffffffffff, 0x41f0000000000000, 0x7ff0000000000000,
    0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000000, 0x7ff4000000000000,
    0x7ff0000000000001, 0x7fffffffffffffff, 0x7fefffffffffffff, 0xffefffffffffffff,
    0x00000000ffffffff, 0xffffffff00000000, 0x8000000080000000, 0x7fffffff80000000,
    0x0000000080000000, 0xffffffffffffffff, 0x36a0000000000000, 0x47efffffe0000000,
};

static union vec pick(void)
{
    union vec v;
    uint64_t kind = random64() % 5;
    for (int i = 0; i < 4; i++)
        v.u32[i] = kind == 0 ? (uint32_t)random64() : edges32[random64() % HS_ARRAY_SIZE(edges32)];
    for (int i = 0; i < 2; i++) {
        if (kind == 1)
            v.u64[i] = edges64[random64() % HS_ARRAY_SIZE(edges64)];
        else if (kind == 2)
            v.u64[i] = random64() & random64() & random64();
        else if (kind == 3)
            v.f64[i] = (double)(int64_t)random64() / (double)(UINT64_C(1) << (random64() % 63));
    }
    if (kind == 3 && (random64() & 1))
        for (int i = 0; i < 4; i++)
            v.f32[i] =
                (float)((double)(int64_t)random64() / (double)(UINT64_C(1) << (random64() % 63)));
    return v;
}

/* --- the meaning ------------------------------------------------------------------------------ */

static int64_t sat(int64_t x, int64_t low, int64_t high)
{
    return x < low ? low : x > high ? high : x;
}

static double fmin_(double x, double y)
{
    if (isnan(x) || isnan(y))
        return (double)NAN;
    return x == y ? (signbit(x) ? x : y) : x < y ? x : y;
}
static double fmax_(double x, double y)
{
    if (isnan(x) || isnan(y))
        return (double)NAN;
    return x == y ? (signbit(x) ? y : x) : x > y ? x : y;
}
static int64_t trunc_(double x, double low, double high)
{
    return isnan(x) ? 0 : x <= low ? (int64_t)low : x >= high ? (int64_t)high : (int64_t)x;
}

/* What the operations that have no vector operand or result work with. */
struct other {
    uint64_t g;
    unsigned imm;
    const uint8_t *lanes;
    const uint8_t *mem;
    uint8_t *stored;
    bool fma;
};

enum result { VECTOR, F32, F64, INT, STORED };

/* One result lane per i, from lanes x, y, z of the operands. */
#define EACH(m, expr)                                                                              \
    for (unsigned i = 0; i < HS_ARRAY_SIZE(r->m); i++) {                                           \
        __typeof__(r->m[0]) x = a->m[i], y = b->m[i], z = c->m[i];                                 \
        (void)x, (void)y, (void)z;                                                                 \
        r->m[i] = (__typeof__(r->m[0]))(expr);                                                     \
    }                                                                                              \
    break;
#define LANES(id, m, expr)                                                                         \
    case OP_##id: EACH(m, expr)
#define FLOATS(id, m, kind, expr)                                                                  \
    case OP_##id: is = kind; EACH(m, expr)
/* The same for all widths of integers. */
#define WIDTHS3(op, sign, expr)                                                                    \
    LANES(I8X16_##op, sign##8, expr)                                                               \
    LANES(I16X8_##op, sign##16, expr) LANES(I32X4_##op, sign##32, expr)
#define WIDTHS(op, sign, expr) WIDTHS3(op, sign, expr) LANES(I64X2_##op, sign##64, expr)
/* Every lane by hand. */
#define MAKE(id, m, expr)                                                                          \
    case OP_##id:                                                                                  \
        for (unsigned i = 0; i < HS_ARRAY_SIZE(r->m); i++)                                         \
            r->m[i] = (__typeof__(r->m[0]))(expr);                                                 \
        break;
#define NUMBER(id, expr)                                                                           \
    case OP_##id:                                                                                  \
        is = INT;                                                                                  \
        r->u64[0] = (expr);                                                                        \
        break;

static uint64_t mask_of(const union vec *a, unsigned width)
{
    uint64_t m = 0;
    for (unsigned i = 0; i < 16 / width; i++)
        m |= (uint64_t)(a->u8[i * width + width - 1] >> 7) << i;
    return m;
}
static uint64_t all_of(const union vec *a, unsigned width)
{
    for (unsigned i = 0; i < 16; i += width) {
        bool any = false;
        for (unsigned k = 0; k < width; k++)
            any = any || a->u8[i + k];
        if (!any)
            return 0;
    }
    return 1;
}

static enum result meaning(enum op op, const union vec *a, const union vec *b, const union vec *c,
                           const struct other *o, union vec *r)
{
    enum result is = VECTOR;
    union vec m;
    memcpy(&m, o->mem, 16);
    memset(r, 0, sizeof *r);
    switch (op) {
        LANES(V128_NOT, u64, ~x)
        LANES(V128_AND, u64, x & y)
        LANES(V128_ANDNOT, u64, x & ~y)
        LANES(V128_OR, u64, x | y)
        LANES(V128_XOR, u64, x ^ y)
        LANES(V128_BITSELECT, u64, (x & z) | (y & ~z))
        WIDTHS(EQ, s, -(x == y))
        WIDTHS(NE, s, -(x != y))
        WIDTHS(LT_S, s, -(x < y))
        WIDTHS3(LT_U, u, -(x < y))
        WIDTHS(GT_S, s, -(x > y))
        WIDTHS3(GT_U, u, -(x > y))
        WIDTHS(LE_S, s, -(x <= y))
        WIDTHS3(LE_U, u, -(x <= y))
        WIDTHS(GE_S, s, -(x >= y))
        WIDTHS3(GE_U, u, -(x >= y))
        WIDTHS(ABS, u, x >> (sizeof x * 8 - 1) ? -x : x)
        WIDTHS(NEG, u, -x)
        WIDTHS(ADD, u, x + y)
        WIDTHS(SUB, u, x - y)
        WIDTHS3(MIN_S, s, x < y ? x : y)
        WIDTHS3(MIN_U, u, x < y ? x : y)
        WIDTHS3(MAX_S, s, x > y ? x : y)
        WIDTHS3(MAX_U, u, x > y ? x : y)
        WIDTHS(SHL, u, x << (o->g & (sizeof x * 8 - 1)))
        WIDTHS(SHR_S, s, x >> (o->g & (sizeof x * 8 - 1)))
        WIDTHS(SHR_U, u, x >> (o->g & (sizeof x * 8 - 1)))
        LANES(I8X16_ADD_SAT_S, s8, sat(x + y, -128, 127))
        LANES(I8X16_ADD_SAT_U, u8, sat(x + y, 0, 255))
        LANES(I8X16_SUB_SAT_S, s8, sat(x - y, -128, 127))
        LANES(I8X16_SUB_SAT_U, u8, sat(x - y, 0, 255))
        LANES(I16X8_ADD_SAT_S, s16, sat(x + y, -32768, 32767))
        LANES(I16X8_ADD_SAT_U, u16, sat(x + y, 0, 65535))
        LANES(I16X8_SUB_SAT_S, s16, sat(x - y, -32768, 32767))
        LANES(I16X8_SUB_SAT_U, u16, sat(x - y, 0, 65535))
        LANES(I16X8_MUL, u16, (uint32_t)x * y)
        LANES(I32X4_MUL, u32, x * y)
        LANES(I64X2_MUL, u64, x * y)
        LANES(I8X16_AVGR_U, u8, (x + y + 1) / 2)
        LANES(I16X8_AVGR_U, u16, (x + y + 1) / 2)
        LANES(I8X16_POPCNT, u8, __builtin_popcount(x))
        LANES(I16X8_Q15MULR_SAT_S, s16, sat(((int64_t)x * y + 0x4000) >> 15, -32768, 32767))
        LANES(I16X8_RELAXED_Q15MULR_S, s16, ((int64_t)x * y + 0x4000) >> 15)
        MAKE(I32X4_DOT_I16X8_S, u32,
             (uint32_t)(a->s16[2 * i] * b->s16[2 * i]) +
                 (uint32_t)(a->s16[2 * i + 1] * b->s16[2 * i + 1]));
        NUMBER(V128_ANY_TRUE, (a->u64[0] | a->u64[1]) != 0)
        NUMBER(I8X16_ALL_TRUE, all_of(a, 1))
        NUMBER(I16X8_ALL_TRUE, all_of(a, 2))
        NUMBER(I32X4_ALL_TRUE, all_of(a, 4))
        NUMBER(I64X2_ALL_TRUE, all_of(a, 8))
        NUMBER(I8X16_BITMASK, mask_of(a, 1))
        NUMBER(I16X8_BITMASK, mask_of(a, 2))
        NUMBER(I32X4_BITMASK, mask_of(a, 4))
        NUMBER(I64X2_BITMASK, mask_of(a, 8))
        MAKE(I8X16_NARROW_I16X8_S, s8, sat(i < 8 ? a->s16[i] : b->s16[i - 8], -128, 127))
        MAKE(I8X16_NARROW_I16X8_U, u8, sat(i < 8 ? a->s16[i] : b->s16[i - 8], 0, 255))
        MAKE(I16X8_NARROW_I32X4_S, s16, sat(i < 4 ? a->s32[i] : b->s32[i - 4], -32768, 32767))
        MAKE(I16X8_NARROW_I32X4_U, u16, sat(i < 4 ? a->s32[i] : b->s32[i - 4], 0, 65535))
#define EXTENDS(wide, narrow, wm, nm, n)                                                           \
    MAKE(wide##_EXTEND_LOW_##narrow##_S, s##wm, a->s##nm[i]);                                      \
    MAKE(wide##_EXTEND_LOW_##narrow##_U, s##wm, a->u##nm[i]);                                      \
    MAKE(wide##_EXTEND_HIGH_##narrow##_S, s##wm, a->s##nm[i + (n)]);                               \
    MAKE(wide##_EXTEND_HIGH_##narrow##_U, s##wm, a->u##nm[i + (n)]);                               \
    MAKE(wide##_EXTMUL_LOW_##narrow##_S, u##wm, (int64_t)a->s##nm[i] * b->s##nm[i]);               \
    MAKE(wide##_EXTMUL_LOW_##narrow##_U, u##wm, (uint64_t)a->u##nm[i] * b->u##nm[i]);              \
    MAKE(wide##_EXTMUL_HIGH_##narrow##_S, u##wm, (int64_t)a->s##nm[i + (n)] * b->s##nm[i + (n)]);  \
    MAKE(wide##_EXTMUL_HIGH_##narrow##_U, u##wm, (uint64_t)a->u##nm[i + (n)] * b->u##nm[i + (n)])
        EXTENDS(I16X8, I8X16, 16, 8, 8)
        EXTENDS(I32X4, I16X8, 32, 16, 4)
        EXTENDS(I64X2, I32X4, 64, 32, 2)
        MAKE(I16X8_EXTADD_PAIRWISE_I8X16_S, s16, a->s8[2 * i] + a->s8[2 * i + 1])
        MAKE(I16X8_EXTADD_PAIRWISE_I8X16_U, u16, a->u8[2 * i] + a->u8[2 * i + 1])
        MAKE(I32X4_EXTADD_PAIRWISE_I16X8_S, s32, a->s16[2 * i] + a->s16[2 * i + 1])
        MAKE(I32X4_EXTADD_PAIRWISE_I16X8_U, u32, a->u16[2 * i] + a->u16[2 * i + 1])
        /* With the second operand taken as unsigned and sums saturated, as this machine does. */
#define DOT(i)                                                                                     \
    sat(a->s8[2 * (i)] * b->u8[2 * (i)] + a->s8[2 * (i) + 1] * b->u8[2 * (i) + 1], -32768, 32767)
        MAKE(I16X8_RELAXED_DOT_I8X16_I7X16_S, s16, DOT(i))
        MAKE(I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S, u32,
             (uint32_t)(DOT(2 * i) + DOT(2 * i + 1)) + c->u32[i])
#define FLOATING(n, m, mi, kind, f)                                                                \
    MAKE(n##_EQ, s##mi, -(a->m[i] == b->m[i]));                                                    \
    MAKE(n##_NE, s##mi, -(a->m[i] != b->m[i]));                                                    \
    MAKE(n##_LT, s##mi, -(a->m[i] < b->m[i]));                                                     \
    MAKE(n##_GT, s##mi, -(a->m[i] > b->m[i]));                                                     \
    MAKE(n##_LE, s##mi, -(a->m[i] <= b->m[i]));                                                    \
    MAKE(n##_GE, s##mi, -(a->m[i] >= b->m[i]));                                                    \
    LANES(n##_ABS, u##mi, x & ~((__typeof__(x))1 << (mi - 1)))                                     \
    LANES(n##_NEG, u##mi, x ^ (__typeof__(x))1 << (mi - 1))                                        \
    FLOATS(n##_SQRT, m, kind, sqrt##f(x))                                                          \
    FLOATS(n##_CEIL, m, kind, ceil##f(x))                                                          \
    FLOATS(n##_FLOOR, m, kind, floor##f(x))                                                        \
    FLOATS(n##_TRUNC, m, kind, trunc##f(x))                                                        \
    FLOATS(n##_NEAREST, m, kind, nearbyint##f(x))                                                  \
    FLOATS(n##_ADD, m, kind, x + y)                                                                \
    FLOATS(n##_SUB, m, kind, x - y)                                                                \
    FLOATS(n##_MUL, m, kind, x *y)                                                                 \
    FLOATS(n##_DIV, m, kind, x / y)                                                                \
    FLOATS(n##_MIN, m, kind, fmin_((double)x, (double)y))                                          \
    FLOATS(n##_MAX, m, kind, fmax_((double)x, (double)y))                                          \
    MAKE(n##_PMIN, u##mi, b->m[i] < a->m[i] ? b->u##mi[i] : a->u##mi[i]);                          \
    MAKE(n##_PMAX, u##mi, a->m[i] < b->m[i] ? b->u##mi[i] : a->u##mi[i]);                          \
    MAKE(n##_RELAXED_MIN, u##mi, a->m[i] < b->m[i] ? a->u##mi[i] : b->u##mi[i]);                   \
    MAKE(n##_RELAXED_MAX, u##mi, a->m[i] > b->m[i] ? a->u##mi[i] : b->u##mi[i]);                   \
    FLOATS(n##_RELAXED_MADD, m, kind, o->fma ? fma##f(x, y, z) : x *y + z)                         \
    FLOATS(n##_RELAXED_NMADD, m, kind, o->fma ? fma##f(-x, y, z) : z - x * y)
        FLOATING(F32X4, f32, 32, F32, f)
        FLOATING(F64X2, f64, 64, F64, )
        MAKE(F32X4_CONVERT_I32X4_S, f32, a->s32[i])
        MAKE(F32X4_CONVERT_I32X4_U, f32, a->u32[i])
        MAKE(F64X2_CONVERT_LOW_I32X4_S, f64, a->s32[i])
        MAKE(F64X2_CONVERT_LOW_I32X4_U, f64, a->u32[i])
    case OP_F32X4_DEMOTE_F64X2_ZERO:
        is = F32;
        r->f32[0] = (float)a->f64[0];
        r->f32[1] = (float)a->f64[1];
        break;
    case OP_F64X2_PROMOTE_LOW_F32X4:
        is = F64;
        r->f64[0] = (double)a->f32[0];
        r->f64[1] = (double)a->f32[1];
        break;
        MAKE(I32X4_TRUNC_SAT_F32X4_S, s32, trunc_((double)a->f32[i], INT32_MIN, INT32_MAX))
        MAKE(I32X4_TRUNC_SAT_F32X4_U, u32, trunc_((double)a->f32[i], 0, UINT32_MAX))
        MAKE(I32X4_TRUNC_SAT_F64X2_S_ZERO, s32, i < 2 ? trunc_(a->f64[i], INT32_MIN, INT32_MAX) : 0)
        MAKE(I32X4_TRUNC_SAT_F64X2_U_ZERO, u32, i < 2 ? trunc_(a->f64[i], 0, UINT32_MAX) : 0)
        MAKE(I32X4_RELAXED_TRUNC_F32X4_S, s32,
             isnan(a->f32[i]) || a->f32[i] >= 0x1p31f
                 ? INT32_MIN
                 : trunc_((double)a->f32[i], INT32_MIN, INT32_MAX));
        MAKE(I32X4_RELAXED_TRUNC_F32X4_U, u32, trunc_((double)a->f32[i], 0, UINT32_MAX))
        MAKE(I32X4_RELAXED_TRUNC_F64X2_S_ZERO, s32,
             i >= 2                                    ? 0
             : isnan(a->f64[i]) || a->f64[i] >= 0x1p31 ? INT32_MIN
                                                       : trunc_(a->f64[i], INT32_MIN, INT32_MAX));
        MAKE(I32X4_RELAXED_TRUNC_F64X2_U_ZERO, u32, i < 2 ? trunc_(a->f64[i], 0, UINT32_MAX) : 0)
        MAKE(I8X16_SHUFFLE, u8, o->lanes[i] < 16 ? a->u8[o->lanes[i]] : b->u8[o->lanes[i] - 16])
        MAKE(I8X16_SWIZZLE, u8, b->u8[i] < 16 ? a->u8[b->u8[i]] : 0)
        MAKE(I8X16_RELAXED_SWIZZLE, u8, b->u8[i] & 0x80 ? 0 : a->u8[b->u8[i] & 15])
    case OP_I8X16_RELAXED_LANESELECT:
    case OP_I16X8_RELAXED_LANESELECT:
    case OP_I32X4_RELAXED_LANESELECT:
    case OP_I64X2_RELAXED_LANESELECT:
        EACH(u64, (x & z) | (y & ~z)) /* masks of whole lanes only */
        MAKE(I8X16_SPLAT, u8, o->g)
        MAKE(I16X8_SPLAT, u16, o->g)
        MAKE(I32X4_SPLAT, u32, o->g)
        MAKE(I64X2_SPLAT, u64, o->g)
        MAKE(F32X4_SPLAT, u32, a->u32[0])
        MAKE(F64X2_SPLAT, u64, a->u64[0])
        NUMBER(I8X16_EXTRACT_LANE_S, (uint32_t)a->s8[o->imm])
        NUMBER(I8X16_EXTRACT_LANE_U, a->u8[o->imm])
        NUMBER(I16X8_EXTRACT_LANE_S, (uint32_t)a->s16[o->imm])
        NUMBER(I16X8_EXTRACT_LANE_U, a->u16[o->imm])
        NUMBER(I32X4_EXTRACT_LANE, a->u32[o->imm])
        NUMBER(I64X2_EXTRACT_LANE, a->u64[o->imm])
        NUMBER(F32X4_EXTRACT_LANE, a->u32[o->imm])
        NUMBER(F64X2_EXTRACT_LANE, a->u64[o->imm])
        MAKE(I8X16_REPLACE_LANE, u8, i == o->imm ? o->g : a->u8[i])
        MAKE(I16X8_REPLACE_LANE, u16, i == o->imm ? o->g : a->u16[i])
        MAKE(I32X4_REPLACE_LANE, u32, i == o->imm ? o->g : a->u32[i])
        MAKE(I64X2_REPLACE_LANE, u64, i == o->imm ? o->g : a->u64[i])
        MAKE(F32X4_REPLACE_LANE, u32, i == o->imm ? b->u32[0] : a->u32[i])
        MAKE(F64X2_REPLACE_LANE, u64, i == o->imm ? b->u64[0] : a->u64[i])
        MAKE(V128_LOAD, u64, m.u64[i])
        MAKE(V128_LOAD8X8_S, s16, m.s8[i])
        MAKE(V128_LOAD8X8_U, s16, m.u8[i])
        MAKE(V128_LOAD16X4_S, s32, m.s16[i])
        MAKE(V128_LOAD16X4_U, s32, m.u16[i])
        MAKE(V128_LOAD32X2_S, s64, m.s32[i])
        MAKE(V128_LOAD32X2_U, s64, m.u32[i])
        MAKE(V128_LOAD8_SPLAT, u8, m.u8[0])
        MAKE(V128_LOAD16_SPLAT, u16, m.u16[0])
        MAKE(V128_LOAD32_SPLAT, u32, m.u32[0])
        MAKE(V128_LOAD64_SPLAT, u64, m.u64[0])
        MAKE(V128_LOAD32_ZERO, u32, i == 0 ? m.u32[0] : 0)
        MAKE(V128_LOAD64_ZERO, u64, i == 0 ? m.u64[0] : 0)
        MAKE(V128_LOAD8_LANE, u8, i == o->imm ? m.u8[0] : a->u8[i])
        MAKE(V128_LOAD16_LANE, u16, i == o->imm ? m.u16[0] : a->u16[i])
        MAKE(V128_LOAD32_LANE, u32, i == o->imm ? m.u32[0] : a->u32[i])
        MAKE(V128_LOAD64_LANE, u64, i == o->imm ? m.u64[0] : a->u64[i])
    case OP_V128_STORE:
    case OP_V128_STORE8_LANE:
    case OP_V128_STORE16_LANE:
    case OP_V128_STORE32_LANE:
    case OP_V128_STORE64_LANE: {
        unsigned n = x64_simd_row(op)->imm;
        is = STORED;
        memcpy(o->stored, o->mem, 32);
        memcpy(o->stored, a->u8 + n * (op == OP_V128_STORE ? 0 : o->imm), n);
        break;
    }
    default: fail_msg("no meaning for %s", hs_op_info[op].text);
    }
    return is;
}

static bool canonical_inputs32(const union vec *v)
{
    for (int i = 0; i < 4; i++)
        if (isnan(v->f32[i]) && (v->u32[i] & 0x7fffff) != 0x400000)
            return false;
    return true;
}
static bool canonical_inputs64(const union vec *v)
{
    for (int i = 0; i < 2; i++)
        if (isnan(v->f64[i]) && (v->u64[i] & 0xfffffffffffff) != 0x8000000000000)
            return false;
    return true;
}

static bool same(enum result is, const union vec *got, const union vec *want, bool canonical)
{
    if (is == F32) {
        for (int i = 0; i < 4; i++) {
            if (isnan(want->f32[i])) {
                if (!isnan(got->f32[i]) || !(got->u32[i] & 0x400000) ||
                    (canonical && (got->u32[i] & 0x3fffff)))
                    return false;
            } else if (got->u32[i] != want->u32[i]) {
                return false;
            }
        }
        return true;
    }
    if (is == F64) {
        for (int i = 0; i < 2; i++) {
            if (isnan(want->f64[i])) {
                if (!isnan(got->f64[i]) || !(got->u64[i] >> 51 & 1) ||
                    (canonical && (got->u64[i] << 13)))
                    return false;
            } else if (got->u64[i] != want->u64[i]) {
                return false;
            }
        }
        return true;
    }
    return got->u64[0] == want->u64[0] && (is == INT || got->u64[1] == want->u64[1]);
}

/* --- running ---------------------------------------------------------------------------------- */

/* rdi: four vectors out (result, operands afterwards); rsi: three vectors in; rdx: a number;
 * rcx: memory. */
typedef void code_fn(union vec out[4], const union vec in[3], uint64_t number, uint8_t *memory);

struct registers {
    uint8_t d, s[3], tx[3];
};
static const struct registers choices[] = {
    {0, {1, 2, 3}, {4, 5, 6}},                                 /* all distinct */
    {8, {9, 10, 11}, {12, 13, 14}}, {1, {1, 2, 3}, {4, 5, 6}}, /* the first */
    {2, {1, 2, 3}, {4, 5, 6}},                                 /* the second */
    {3, {1, 2, 3}, {4, 5, 6}},                                 /* the third */
    {0, {1, 1, 3}, {4, 5, 6}},                                 /* operands the same */
    {1, {1, 1, 1}, {4, 5, 6}},                                 /* everything the same */
    {9, {1, 9, 9}, {4, 15, 6}},     {15, {7, 15, 7}, {14, 1, 8}},
};

static bool result_is_general(enum op op)
{
    uint8_t class = x64_simd_row(op)->class;
    return class == X64_SIMD_TEST || class == X64_SIMD_MASK ||
           (class == X64_SIMD_EXTRACT && op != OP_F32X4_EXTRACT_LANE &&
            op != OP_F64X2_EXTRACT_LANE);
}
static bool takes_general(enum op op)
{
    uint8_t class = x64_simd_row(op)->class;
    return class == X64_SIMD_SHIFT ||
           (class == X64_SIMD_SPLAT && op != OP_F32X4_SPLAT && op != OP_F64X2_SPLAT) ||
           (class == X64_SIMD_REPLACE && op != OP_F32X4_REPLACE_LANE &&
            op != OP_F64X2_REPLACE_LANE);
}

static code_fn *assemble(enum op op, uint32_t cpu, const struct registers *g, const struct other *o,
                         bool constant, bool memory)
{
    struct x64_asm a;
    assert_int_equal(mprotect(page, PAGE, PROT_READ | PROT_WRITE), 0);
    x64_asm_init(&a, page, PAGE);
    for (unsigned i = 0; i < 3; i++)
        x64_movups_rm(&a, g->s[i], x64_bd(RSI, (int32_t)i * 16));
    struct x64_simd x = {
        .a = &a, .cpu = cpu, .d = g->d, .s = {g->s[0], g->s[1], g->s[2]}, .tx = {0}, .t = RAX};
    x.lanes = o->lanes;
    x.imm = (uint8_t)(constant ? o->g : o->imm);
    x.constant = constant;
    x.m = memory ? x64_bd(RSI, 16) : x64_bisd(RCX, RDX, 0, 0);
    x.in_memory = memory;
    if (x64_simd_row(op)->class >= X64_SIMD_LOAD)
        x64_xor32_rr(&a, RDX, RDX);
    if (takes_general(op))
        x.s[x64_simd_row(op)->class == X64_SIMD_SPLAT ? 0 : 1] = RDX;
    if (g->d & 1)
        x.t = RDX; /* the count itself */
    unsigned temps = x64_simd_temps(op, &x);
    assert_true(temps <= X64_SIMD_TEMPS);
    for (unsigned i = 0; i < 3; i++)
        x.tx[i] = i < temps ? g->tx[i] : 0xff;
    if (result_is_general(op))
        x.d = RAX;
    uint32_t before = x64_pos(&a);
    x64_simd_emit(op, &x);
    assert_true(x64_pos(&a) - before <= X64_SIMD_ROOM);
    if (x64_simd_row(op)->class == X64_SIMD_TEST) {
        x64_setcc_r(&a, x.cc, RAX);
        x64_movzx8_32_rr(&a, RAX, RAX);
    }
    if (result_is_general(op))
        x64_mov64_mr(&a, x64_bd(RDI, 0), RAX);
    else
        x64_movups_mr(&a, x64_bd(RDI, 0), g->d);
    for (unsigned i = 0; i < 3; i++)
        x64_movups_mr(&a, x64_bd(RDI, 16 + 16 * (int32_t)i), g->s[i]);
    x64_ret(&a);
    for (uint32_t i = 0; i < x.nuses; i++) {
        while (x64_pos(&a) & 15)
            x64_u8(&a, 0xcc);
        hs_store32(page + x.uses[i].field, hs_load32(page + x.uses[i].field) + x64_pos(&a));
        x64_bytes(&a, x.uses[i].bits, 16);
    }
    assert_int_equal(mprotect(page, PAGE, PROT_READ | PROT_EXEC), 0);
    code_fn *fn;
    void *at = page;
    memcpy(&fn, &at, sizeof fn);
    return fn;
}

static void check(enum op op, uint32_t cpu, const struct registers *g, struct other *o,
                  bool constant, bool memory, int rounds)
{
    uint8_t class = x64_simd_row(op)->class;
    static const uint8_t whole[] = {0, 0xff};
    code_fn *fn = assemble(op, cpu, g, o, constant, memory);
    for (int round = 0; round < rounds; round++) {
        union vec in[3] = {pick(), pick(), pick()}, out[4], want;
        unsigned lane = op == OP_I8X16_RELAXED_LANESELECT   ? 1
                        : op == OP_I16X8_RELAXED_LANESELECT ? 2
                        : op == OP_I32X4_RELAXED_LANESELECT ? 4
                        : op == OP_I64X2_RELAXED_LANESELECT ? 8
                                                            : 0;
        if (lane) {
            if (g->s[2] == g->s[0] || g->s[2] == g->s[1])
                return;
            uint64_t bits = random64();
            for (unsigned i = 0; i < 16; i++)
                in[2].u8[i] = whole[bits >> (i / lane) & 1];
        }
        /* Registers loaded last win. */
        for (int i = 1; i >= 0; i--)
            for (int k = i + 1; k < 3; k++)
                if (g->s[i] == g->s[k])
                    in[i] = in[k];
        if (memory && (g->s[0] == g->s[1]))
            return;
        uint8_t mem[32], stored[32];
        for (int i = 0; i < 32; i += 8)
            hs_store64(mem + i,
                       edges64[random64() % HS_ARRAY_SIZE(edges64)] ^ (random64() & random64()));
        uint8_t before[32];
        memcpy(before, mem, 32);
        if (!constant)
            o->g = random64();
        o->mem = before;
        o->stored = stored;
        o->fma = cpu & HS_CPU_FMA;
        memset(out, 0x5a, sizeof out);
        fn(out, in, o->g, mem);
        enum result is = meaning(op, &in[0], &in[1], &in[2], o, &want);
        if (class == X64_SIMD_EXTRACT && !result_is_general(op)) { /* other lanes say nothing */
            if (op == OP_F32X4_EXTRACT_LANE)
                out[0].u64[0] &= UINT32_MAX;
            is = INT;
        }
        bool canonical = true;
        for (int i = 0; i < 3; i++)
            canonical = canonical &&
                        (is == F64 && op != OP_F64X2_PROMOTE_LOW_F32X4 ? canonical_inputs64(&in[i])
                         : op == OP_F32X4_DEMOTE_F64X2_ZERO ? canonical_inputs64(&in[i])
                                                            : canonical_inputs32(&in[i]));
        bool good =
            is == STORED ? memcmp(stored, mem, 32) == 0 : same(is, &out[0], &want, canonical);
        for (int i = 0; i < 3; i++)
            if (g->s[i] != g->d || is == INT || is == STORED)
                good = good &&
                       (memcmp(&out[i + 1], &in[i], 16) == 0 || (is == INT && g->s[i] == g->d));
        if (!good) {
            fprintf(stderr, "%s cpu %#x d %u s %u %u %u imm %u g %#jx\n", hs_op_info[op].text, cpu,
                    g->d, g->s[0], g->s[1], g->s[2], o->imm, (uintmax_t)o->g);
            for (int i = 0; i < 3; i++)
                fprintf(stderr, "  in   %016jx %016jx\n", (uintmax_t)in[i].u64[1],
                        (uintmax_t)in[i].u64[0]);
            fprintf(stderr, "  got  %016jx %016jx\n", (uintmax_t)out[0].u64[1],
                    (uintmax_t)out[0].u64[0]);
            fprintf(stderr, "  want %016jx %016jx\n", (uintmax_t)want.u64[1],
                    (uintmax_t)want.u64[0]);
            fail();
        }
    }
}

static unsigned lanes_of(enum op op)
{
    switch (hs_op_info[op].imm) {
    case IMM_LANE:
    case IMM_MEMARG_LANE: break;
    default: return 1;
    }
    const char *t = hs_op_info[op].text;
    const char *digits = "0123456789";
    if (t[0] == 'v') /* v128.load8_lane */
        return 128 / (unsigned)atoi(t + strcspn(t + 5, digits) + 5);
    return (unsigned)atoi(strchr(t, 'x') + 1);
}

static void all_instructions(void **state)
{
    (void)state;
    const uint32_t sse = HS_CPU_SSE41 | HS_CPU_SSSE3, avx_ = sse | HS_CPU_SSE42 | HS_CPU_AVX;
    const uint32_t cpus[] = {sse, sse | HS_CPU_SSE42, avx_, avx_ | HS_CPU_AVX2 | HS_CPU_FMA};
    uint8_t lanes[16] = {0};
    for (unsigned k = 0; k < HS_ARRAY_SIZE(cpus); k++) {
        if (cpus[k] & ~hs_cpu_features())
            continue;
        for (int i = OP_V128_LOAD; i <= OP_I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S; i++) {
            enum op op = (enum op)i;
            if (op == OP_V128_CONST || op == OP_I8X16_SHUFFLE)
                continue;
            assert_non_null(x64_simd_row(op)->emit);
            for (unsigned c = 0; c < HS_ARRAY_SIZE(choices); c++) {
                for (unsigned lane = 0; lane < lanes_of(op); lane++) {
                    struct other o = {.imm = lane, .lanes = lanes};
                    check(op, cpus[k], &choices[c], &o, false, false, 300);
                }
                if (x64_simd_row(op)->class == X64_SIMD_SHIFT)
                    for (unsigned n = 0; n < 70; n++) {
                        struct other o = {.g = n, .lanes = lanes};
                        check(op, cpus[k], &choices[c], &o, true, false, 10);
                    }
                if (x64_simd_folds(op, cpus[k])) {
                    struct other o = {.lanes = lanes};
                    check(op, cpus[k], &choices[c], &o, false, true, 50);
                }
            }
        }
    }
}

static void shuffles(void **state)
{
    (void)state;
    const uint32_t sse = HS_CPU_SSE41 | HS_CPU_SSSE3;
    const uint32_t cpus[] = {sse, sse | HS_CPU_AVX, sse | HS_CPU_AVX | HS_CPU_AVX2};
    for (unsigned k = 0; k < HS_ARRAY_SIZE(cpus); k++) {
        if (cpus[k] & ~hs_cpu_features())
            continue;
        for (int kind = 0; kind < 2000; kind++) {
            uint8_t lanes[16];
            unsigned r = (unsigned)random64(), n = 1u << (r >> 8 & 3), half = r >> 12 & 1,
                     order = r >> 13 & 1;
            for (unsigned i = 0; i < 16; i++) {
                unsigned g = i / n, w = 16 / n; /* groups of n bytes */
                switch (kind % 8) {
                case 0: lanes[i] = random64() & 31; break;
                case 1: lanes[i] = (r + i) & 31; break;
                case 2: lanes[i] = (uint8_t)((random64() & 15) | order << 4); break;
                case 3:
                    lanes[i] =
                        (uint8_t)(((g / 2 + half * w / 2 + ((g ^ order) & 1) * w) * n + i % n) &
                                  31);
                    break;
                case 4: lanes[i] = (uint8_t)(i | (r >> (16 + i / 2) & 1) << 4); break;
                case 5:
                    lanes[i] = (uint8_t)((r >> (14 + i / 4 * 2) & 3) << 2 | (i & 3) |
                                         ((i >> 3) ^ order) << 4);
                    break;
                case 6: lanes[i] = (uint8_t)((r >> (14 + i / 4 * 3) & 7) << 2 | (i & 3)); break;
                default: lanes[i] = (uint8_t)(i + 16 * order); break;
                }
            }
            struct other o = {.lanes = lanes};
            for (unsigned c = 0; c < HS_ARRAY_SIZE(choices); c++)
                check(OP_I8X16_SHUFFLE, cpus[k], &choices[c], &o, false, false, 2);
        }
    }
}

int main(void)
{
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_instructions),
        cmocka_unit_test(shuffles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
