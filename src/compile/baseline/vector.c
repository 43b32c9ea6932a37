/* Vectors of integers, and bits. One line per instruction where the machine has it; the rest are short sequences.
 *
 * https://webassembly.github.io/spec/core/exec/numerics.html */
#include "compile/baseline/vector.h"

void hs_bl_v2c(struct bl *b, uint32_t form, uint8_t d, uint64_t low, uint64_t high)
{
    struct opnd o = {.kind = O_MEM, .m = x64_rip(0), .pool = 16, .bits = {low, high}};
    if (bl_avx(b))
        x64_emit_vex_m(&b->a, form, XR(d), XR(d), o.m);
    else
        x64_emit_m(&b->a, form, XR(d), o.m);
    bl_used(b, &o);
}

void hs_bl_vconst(struct bl *b, uint8_t d, uint64_t low, uint64_t high)
{
    struct opnd o = {.kind = O_MEM, .m = x64_rip(0), .pool = 16, .bits = {low, high}};
    x64_movaps_rm(&b->a, XR(d), o.m);
    bl_used(b, &o);
}

uint8_t hs_bl_vdest(struct bl *b, const uint8_t *p, uint8_t s)
{
    uint8_t d = bl_dest(b, p);
    if (d != BL_NONE)
        return d;
    return b->held >> s & 1 ? s : bl_alloc_fpr(b);
}

uint8_t hs_bl_vbinary(struct bl *b, const uint8_t *p, uint32_t form, struct value l, struct value r)
{
    if (bl_avx(b)) {
        uint8_t s = hs_bl_use(b, l);
        struct opnd o = hs_bl_operand(b, r); /* AVX operands need no alignment */
        uint8_t d = bl_dest(b, p);
        if (d == BL_NONE)
            d = b->held >> s & 1 ? s : o.kind == O_REG && (b->held >> o.reg & 1) ? o.reg : bl_alloc_fpr(b);
        if (o.kind == O_REG)
            x64_emit_vex(&b->a, form, XR(d), XR(s), XR(o.reg));
        else
            x64_emit_vex_m(&b->a, form, XR(d), XR(s), o.m);
        bl_used(b, &o);
        return d;
    }
    uint8_t s = hs_bl_use(b, r), d = hs_bl_own(b, l);
    x64_emit_r(&b->a, form, XR(d), XR(s));
    return d;
}

/* The result may be in a temporary although a pin is set next: then local.set moves it. */
enum { EXCHANGE = 1, NOT = 2 };

static const uint8_t *binary(struct bl *b, const uint8_t *p, uint32_t form, unsigned flags)
{
    struct value r = bl_pop(b), l = bl_pop(b);
    uint8_t d = flags & EXCHANGE ? hs_bl_vbinary(b, p, form, r, l) : hs_bl_vbinary(b, p, form, l, r);
    if (flags & NOT)
        bl_v2c(b, PXOR, d, ~UINT64_C(0));
    return bl_result(b, p, d, VT_V128);
}

static const uint8_t *unary(struct bl *b, const uint8_t *p, uint32_t form)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = hs_bl_vdest(b, p, s);
    bl_v1(b, form, d, s);
    return bl_result(b, p, d, VT_V128);
}

#define BL_VBIN(id, form, flags)                                                                             \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return binary(b, p, form, flags);                                                                    \
    }
#define BL_VUN(id, form)                                                                                     \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return unary(b, p, form);                                                                            \
    }

/* ---- bits ---- */

BL_VBIN(V128_AND, PAND, 0)
BL_VBIN(V128_ANDNOT, PANDN, EXCHANGE)
BL_VBIN(V128_OR, POR, 0)
BL_VBIN(V128_XOR, PXOR, 0)

BL_OP(V128_NOT)
{
    uint8_t d = hs_bl_own(b, bl_pop(b));
    bl_v2c(b, PXOR, d, ~UINT64_C(0));
    return bl_result(b, p, d, VT_V128);
}

/* (x & mask) | (y & ~mask) */
static const uint8_t *bitselect(struct bl *b, const uint8_t *p)
{
    struct value mask = bl_pop(b), y = bl_pop(b), x = bl_pop(b);
    uint8_t m = hs_bl_use(b, mask), s = hs_bl_use(b, y), d = hs_bl_own(b, x), t = bl_alloc_fpr(b);
    bl_vmove(b, t, m);
    bl_v2(b, PAND, d, m);
    bl_v2(b, PANDN, t, s);
    bl_v2(b, POR, d, t);
    return bl_result(b, p, d, VT_V128);
}

#define BL_BITSELECT(id)                                                                                     \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return bitselect(b, p);                                                                              \
    }
BL_BITSELECT(V128_BITSELECT)
BL_BITSELECT(I8X16_RELAXED_LANESELECT)
BL_BITSELECT(I16X8_RELAXED_LANESELECT)
BL_BITSELECT(I32X4_RELAXED_LANESELECT)
BL_BITSELECT(I64X2_RELAXED_LANESELECT)

BL_OP(V128_ANY_TRUE)
{
    struct use u = hs_bl_peek(p);
    hs_bl_prepare(b, &u, 1);
    uint8_t s = hs_bl_use(b, bl_pop(b));
    struct cond c;
    hs_bl_before(b, &u, 0, &c);
    bl_v1(b, PTEST, s, s);
    return hs_bl_after(b, &c, CC_NE);
}

/* No lane is zero: comparing with zero gives zeros only. */
static const uint8_t *all_true(struct bl *b, const uint8_t *p, uint32_t equal)
{
    struct use u = hs_bl_peek(p);
    hs_bl_prepare(b, &u, 1);
    uint8_t s = hs_bl_use(b, bl_pop(b)), t = bl_alloc_fpr(b);
    struct cond c;
    hs_bl_before(b, &u, 0, &c);
    bl_v2(b, PXOR, t, t);
    bl_v2(b, equal, t, s);
    bl_v1(b, PTEST, t, t);
    return hs_bl_after(b, &c, CC_E);
}

#define BL_ALL_TRUE(id, equal)                                                                               \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return all_true(b, p, equal);                                                                        \
    }
BL_ALL_TRUE(I8X16_ALL_TRUE, PCMPEQB)
BL_ALL_TRUE(I16X8_ALL_TRUE, PCMPEQW)
BL_ALL_TRUE(I32X4_ALL_TRUE, PCMPEQD)
BL_ALL_TRUE(I64X2_ALL_TRUE, PCMPEQQ)

static const uint8_t *bitmask(struct bl *b, const uint8_t *p, uint32_t form)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_alloc_gpr(b);
    if (form == P66(0x63)) { /* words: their signs as bytes */
        uint8_t t = bl_alloc_fpr(b);
        bl_vmove(b, t, s);
        bl_v2(b, form, t, t);
        bl_v1(b, P66(0xd7), d, t);
        x64_movzx8_32_rr(&b->a, d, d);
    } else if (bl_avx(b)) {
        x64_emit_vex(&b->a, form, d, 0, XR(s));
    } else {
        x64_emit_r(&b->a, form, d, XR(s));
    }
    return bl_result(b, p, d, VT_I32);
}

#define BL_BITMASK(id, form)                                                                                 \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return bitmask(b, p, form);                                                                          \
    }
BL_BITMASK(I8X16_BITMASK, P66(0xd7))
BL_BITMASK(I16X8_BITMASK, P66(0x63))
BL_BITMASK(I32X4_BITMASK, P0F(0x50))
BL_BITMASK(I64X2_BITMASK, P66(0x50))

/* ---- arithmetic that the machine has ---- */

BL_VBIN(I8X16_ADD, P66(0xfc), 0)
BL_VBIN(I8X16_ADD_SAT_S, P66(0xec), 0)
BL_VBIN(I8X16_ADD_SAT_U, P66(0xdc), 0)
BL_VBIN(I8X16_SUB, P66(0xf8), 0)
BL_VBIN(I8X16_SUB_SAT_S, P66(0xe8), 0)
BL_VBIN(I8X16_SUB_SAT_U, P66(0xd8), 0)
BL_VBIN(I8X16_MIN_S, P38(0x38), 0)
BL_VBIN(I8X16_MIN_U, P66(0xda), 0)
BL_VBIN(I8X16_MAX_S, P38(0x3c), 0)
BL_VBIN(I8X16_MAX_U, P66(0xde), 0)
BL_VBIN(I8X16_AVGR_U, P66(0xe0), 0)
BL_VBIN(I16X8_ADD, P66(0xfd), 0)
BL_VBIN(I16X8_ADD_SAT_S, P66(0xed), 0)
BL_VBIN(I16X8_ADD_SAT_U, P66(0xdd), 0)
BL_VBIN(I16X8_SUB, P66(0xf9), 0)
BL_VBIN(I16X8_SUB_SAT_S, P66(0xe9), 0)
BL_VBIN(I16X8_SUB_SAT_U, P66(0xd9), 0)
BL_VBIN(I16X8_MUL, P66(0xd5), 0)
BL_VBIN(I16X8_MIN_S, P66(0xea), 0)
BL_VBIN(I16X8_MIN_U, P38(0x3a), 0)
BL_VBIN(I16X8_MAX_S, P66(0xee), 0)
BL_VBIN(I16X8_MAX_U, P38(0x3e), 0)
BL_VBIN(I16X8_AVGR_U, P66(0xe3), 0)
BL_VBIN(I32X4_ADD, P66(0xfe), 0)
BL_VBIN(I32X4_SUB, P66(0xfa), 0)
BL_VBIN(I32X4_MUL, P38(0x40), 0)
BL_VBIN(I32X4_MIN_S, P38(0x39), 0)
BL_VBIN(I32X4_MIN_U, P38(0x3b), 0)
BL_VBIN(I32X4_MAX_S, P38(0x3d), 0)
BL_VBIN(I32X4_MAX_U, P38(0x3f), 0)
BL_VBIN(I32X4_DOT_I16X8_S, P66(0xf5), 0)
BL_VBIN(I64X2_ADD, P66(0xd4), 0)
BL_VBIN(I64X2_SUB, P66(0xfb), 0)
BL_VBIN(I8X16_NARROW_I16X8_S, P66(0x63), 0)
BL_VBIN(I8X16_NARROW_I16X8_U, P66(0x67), 0)
BL_VBIN(I16X8_NARROW_I32X4_S, P66(0x6b), 0)
BL_VBIN(I16X8_NARROW_I32X4_U, P38(0x2b), 0)
BL_VBIN(I16X8_RELAXED_Q15MULR_S, P38(0x0b), 0)
BL_VBIN(I16X8_RELAXED_DOT_I8X16_I7X16_S, P38(0x04), EXCHANGE) /* the second operand is unsigned, 7 bits */
BL_VUN(I8X16_ABS, P38(0x1c))
BL_VUN(I16X8_ABS, P38(0x1d))
BL_VUN(I32X4_ABS, P38(0x1e))
BL_VUN(I16X8_EXTEND_LOW_I8X16_S, P38(0x20))
BL_VUN(I16X8_EXTEND_LOW_I8X16_U, P38(0x30))
BL_VUN(I32X4_EXTEND_LOW_I16X8_S, P38(0x23))
BL_VUN(I32X4_EXTEND_LOW_I16X8_U, P38(0x33))
BL_VUN(I64X2_EXTEND_LOW_I32X4_S, P38(0x25))
BL_VUN(I64X2_EXTEND_LOW_I32X4_U, P38(0x35))

/* ---- comparisons ---- */

BL_VBIN(I8X16_EQ, PCMPEQB, 0)
BL_VBIN(I8X16_NE, PCMPEQB, NOT)
BL_VBIN(I8X16_LT_S, PCMPGTB, EXCHANGE)
BL_VBIN(I8X16_GT_S, PCMPGTB, 0)
BL_VBIN(I8X16_LE_S, PCMPGTB, NOT)
BL_VBIN(I8X16_GE_S, PCMPGTB, EXCHANGE | NOT)
BL_VBIN(I16X8_EQ, PCMPEQW, 0)
BL_VBIN(I16X8_NE, PCMPEQW, NOT)
BL_VBIN(I16X8_LT_S, PCMPGTW, EXCHANGE)
BL_VBIN(I16X8_GT_S, PCMPGTW, 0)
BL_VBIN(I16X8_LE_S, PCMPGTW, NOT)
BL_VBIN(I16X8_GE_S, PCMPGTW, EXCHANGE | NOT)
BL_VBIN(I32X4_EQ, PCMPEQD, 0)
BL_VBIN(I32X4_NE, PCMPEQD, NOT)
BL_VBIN(I32X4_LT_S, PCMPGTD, EXCHANGE)
BL_VBIN(I32X4_GT_S, PCMPGTD, 0)
BL_VBIN(I32X4_LE_S, PCMPGTD, NOT)
BL_VBIN(I32X4_GE_S, PCMPGTD, EXCHANGE | NOT)
BL_VBIN(I64X2_EQ, PCMPEQQ, 0)
BL_VBIN(I64X2_NE, PCMPEQQ, NOT)
BL_VBIN(I64X2_LT_S, PCMPGTQ, EXCHANGE)
BL_VBIN(I64X2_GT_S, PCMPGTQ, 0)
BL_VBIN(I64X2_LE_S, PCMPGTQ, NOT)
BL_VBIN(I64X2_GE_S, PCMPGTQ, EXCHANGE | NOT)

/* Unsigned: x <= y iff min(x, y) == x; x >= y iff max(x, y) == x. The strict ones are their opposites. */
static const uint8_t *compare_unsigned(struct bl *b, const uint8_t *p, uint32_t extreme, uint32_t equal, bool negate)
{
    struct value r = bl_pop(b), l = bl_pop(b);
    uint8_t x = hs_bl_use(b, l), y = hs_bl_use(b, r), d = bl_alloc_fpr(b);
    bl_vmove(b, d, x);
    bl_v2(b, extreme, d, y);
    bl_v2(b, equal, d, x);
    if (negate)
        bl_v2c(b, PXOR, d, ~UINT64_C(0));
    return bl_result(b, p, d, VT_V128);
}

#define BL_COMPARE_U(id, extreme, equal, negate)                                                             \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return compare_unsigned(b, p, extreme, equal, negate);                                               \
    }
BL_COMPARE_U(I8X16_LE_U, P66(0xda), PCMPEQB, false)
BL_COMPARE_U(I8X16_GT_U, P66(0xda), PCMPEQB, true)
BL_COMPARE_U(I8X16_GE_U, P66(0xde), PCMPEQB, false)
BL_COMPARE_U(I8X16_LT_U, P66(0xde), PCMPEQB, true)
BL_COMPARE_U(I16X8_LE_U, P38(0x3a), PCMPEQW, false)
BL_COMPARE_U(I16X8_GT_U, P38(0x3a), PCMPEQW, true)
BL_COMPARE_U(I16X8_GE_U, P38(0x3e), PCMPEQW, false)
BL_COMPARE_U(I16X8_LT_U, P38(0x3e), PCMPEQW, true)
BL_COMPARE_U(I32X4_LE_U, P38(0x3b), PCMPEQD, false)
BL_COMPARE_U(I32X4_GT_U, P38(0x3b), PCMPEQD, true)
BL_COMPARE_U(I32X4_GE_U, P38(0x3f), PCMPEQD, false)
BL_COMPARE_U(I32X4_LT_U, P38(0x3f), PCMPEQD, true)

/* ---- sequences ---- */

static const uint8_t *negate(struct bl *b, const uint8_t *p, uint32_t subtract)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = bl_alloc_fpr(b);
    bl_v2(b, PXOR, d, d);
    bl_v2(b, subtract, d, s);
    return bl_result(b, p, d, VT_V128);
}

#define BL_NEGATE(id, subtract)                                                                              \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return negate(b, p, subtract);                                                                       \
    }
BL_NEGATE(I8X16_NEG, P66(0xf8))
BL_NEGATE(I16X8_NEG, P66(0xf9))
BL_NEGATE(I32X4_NEG, P66(0xfa))
BL_NEGATE(I64X2_NEG, P66(0xfb))

BL_OP(I64X2_ABS) /* (x ^ m) - m with m = x >> 63 */
{
    uint8_t d = hs_bl_own(b, bl_pop(b)), m = bl_alloc_fpr(b);
    bl_v1i(b, PSHUFD, m, d, 0xf5);
    bl_vshift(b, 0x72, 4, m, 31); /* psrad */
    bl_v2(b, PXOR, d, m);
    bl_v2(b, P66(0xfb), d, m);
    return bl_result(b, p, d, VT_V128);
}

BL_OP(I8X16_POPCNT) /* a table of nibbles */
{
    uint8_t x = hs_bl_own(b, bl_pop(b)), high = bl_alloc_fpr(b), d = bl_alloc_fpr(b), t = bl_alloc_fpr(b);
    const uint64_t low_table = UINT64_C(0x0302020102010100), high_table = UINT64_C(0x0403030203020201);
    bl_vmove(b, high, x);
    bl_v2c(b, PAND, x, UINT64_C(0x0f0f0f0f0f0f0f0f));
    bl_vshift(b, 0x71, 2, high, 4); /* psrlw */
    bl_v2c(b, PAND, high, UINT64_C(0x0f0f0f0f0f0f0f0f));
    hs_bl_vconst(b, d, low_table, high_table);
    bl_vmove(b, t, d);
    bl_v2(b, PSHUFB, d, x);
    bl_v2(b, PSHUFB, t, high);
    bl_v2(b, P66(0xfc), d, t);
    return bl_result(b, p, d, VT_V128);
}

BL_OP(I16X8_Q15MULR_SAT_S) /* only 0x8000 * 0x8000 overflows, to 0x8000 */
{
    struct value r = bl_pop(b), l = bl_pop(b);
    uint8_t s = hs_bl_use(b, r), d = hs_bl_own(b, l), t = bl_alloc_fpr(b);
    bl_v2(b, P38(0x0b), d, s);
    bl_vmove(b, t, d);
    bl_v2c(b, PCMPEQW, t, UINT64_C(0x8000800080008000));
    bl_v2(b, PXOR, d, t);
    return bl_result(b, p, d, VT_V128);
}

/* x * y modulo 2^64 from 32-bit halves. */
BL_OP(I64X2_MUL)
{
    struct value r = bl_pop(b), l = bl_pop(b);
    uint8_t x = hs_bl_own(b, l), y = hs_bl_use(b, r), t = bl_alloc_fpr(b), u = bl_alloc_fpr(b);
    bl_vmove(b, t, x);
    bl_vshift(b, 0x73, 2, t, 32);
    bl_v2(b, P66(0xf4), t, y); /* x.high * y.low */
    bl_vmove(b, u, y);
    bl_vshift(b, 0x73, 2, u, 32);
    bl_v2(b, P66(0xf4), u, x); /* y.high * x.low */
    bl_v2(b, P66(0xd4), t, u);
    bl_vshift(b, 0x73, 6, t, 32);
    bl_v2(b, P66(0xf4), x, y);
    bl_v2(b, P66(0xd4), x, t);
    return bl_result(b, p, x, VT_V128);
}

static const uint8_t *extend_high(struct bl *b, const uint8_t *p, uint32_t extend)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = hs_bl_vdest(b, p, s);
    bl_v1i(b, PSHUFD, d, s, 0xee);
    bl_v1(b, extend, d, d);
    return bl_result(b, p, d, VT_V128);
}

#define BL_EXTEND_HIGH(id, extend)                                                                           \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return extend_high(b, p, extend);                                                                    \
    }
BL_EXTEND_HIGH(I16X8_EXTEND_HIGH_I8X16_S, P38(0x20))
BL_EXTEND_HIGH(I16X8_EXTEND_HIGH_I8X16_U, P38(0x30))
BL_EXTEND_HIGH(I32X4_EXTEND_HIGH_I16X8_S, P38(0x23))
BL_EXTEND_HIGH(I32X4_EXTEND_HIGH_I16X8_U, P38(0x33))
BL_EXTEND_HIGH(I64X2_EXTEND_HIGH_I32X4_S, P38(0x25))
BL_EXTEND_HIGH(I64X2_EXTEND_HIGH_I32X4_U, P38(0x35))

/* Extends the halves of both operands and multiplies. */
static const uint8_t *extmul(struct bl *b, const uint8_t *p, bool high, uint32_t extend, uint32_t multiply)
{
    struct value r = bl_pop(b), l = bl_pop(b);
    uint8_t x = hs_bl_use(b, l), y = hs_bl_use(b, r), d = bl_alloc_fpr(b), t = bl_alloc_fpr(b);
    if (high) {
        bl_v1i(b, PSHUFD, d, x, 0xee);
        bl_v1i(b, PSHUFD, t, y, 0xee);
        x = d;
        y = t;
    }
    bl_v1(b, extend, d, x);
    bl_v1(b, extend, t, y);
    bl_v2(b, multiply, d, t);
    return bl_result(b, p, d, VT_V128);
}

#define BL_EXTMUL(id, high, extend, multiply)                                                                \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return extmul(b, p, high, extend, multiply);                                                         \
    }
BL_EXTMUL(I16X8_EXTMUL_LOW_I8X16_S, false, P38(0x20), P66(0xd5))
BL_EXTMUL(I16X8_EXTMUL_HIGH_I8X16_S, true, P38(0x20), P66(0xd5))
BL_EXTMUL(I16X8_EXTMUL_LOW_I8X16_U, false, P38(0x30), P66(0xd5))
BL_EXTMUL(I16X8_EXTMUL_HIGH_I8X16_U, true, P38(0x30), P66(0xd5))
BL_EXTMUL(I32X4_EXTMUL_LOW_I16X8_S, false, P38(0x23), P38(0x40))
BL_EXTMUL(I32X4_EXTMUL_HIGH_I16X8_S, true, P38(0x23), P38(0x40))
BL_EXTMUL(I32X4_EXTMUL_LOW_I16X8_U, false, P38(0x33), P38(0x40))
BL_EXTMUL(I32X4_EXTMUL_HIGH_I16X8_U, true, P38(0x33), P38(0x40))
BL_EXTMUL(I64X2_EXTMUL_LOW_I32X4_S, false, P38(0x25), P38(0x28))
BL_EXTMUL(I64X2_EXTMUL_HIGH_I32X4_S, true, P38(0x25), P38(0x28))
BL_EXTMUL(I64X2_EXTMUL_LOW_I32X4_U, false, P38(0x35), P66(0xf4))
BL_EXTMUL(I64X2_EXTMUL_HIGH_I32X4_U, true, P38(0x35), P66(0xf4))

BL_OP(I16X8_EXTADD_PAIRWISE_I8X16_S) /* pmaddubsw takes its first operand as unsigned: the ones */
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = bl_alloc_fpr(b);
    hs_bl_vconst(b, d, UINT64_C(0x0101010101010101), UINT64_C(0x0101010101010101));
    bl_v2(b, P38(0x04), d, s);
    return bl_result(b, p, d, VT_V128);
}

BL_OP(I16X8_EXTADD_PAIRWISE_I8X16_U)
{
    uint8_t d = hs_bl_own(b, bl_pop(b));
    bl_v2c(b, P38(0x04), d, UINT64_C(0x0101010101010101));
    return bl_result(b, p, d, VT_V128);
}

BL_OP(I32X4_EXTADD_PAIRWISE_I16X8_S)
{
    uint8_t d = hs_bl_own(b, bl_pop(b));
    bl_v2c(b, P66(0xf5), d, UINT64_C(0x0001000100010001));
    return bl_result(b, p, d, VT_V128);
}

BL_OP(I32X4_EXTADD_PAIRWISE_I16X8_U) /* (x - 0x8000) + (y - 0x8000) + 0x10000 */
{
    uint8_t d = hs_bl_own(b, bl_pop(b));
    bl_v2c(b, PXOR, d, UINT64_C(0x8000800080008000));
    bl_v2c(b, P66(0xf5), d, UINT64_C(0x0001000100010001));
    bl_v2c(b, P66(0xfe), d, UINT64_C(0x0001000000010000));
    return bl_result(b, p, d, VT_V128);
}

BL_OP(I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S)
{
    struct value sum = bl_pop(b), r = bl_pop(b), l = bl_pop(b);
    uint8_t c = hs_bl_use(b, sum), x = hs_bl_use(b, l), d = hs_bl_own(b, r);
    bl_v2(b, P38(0x04), d, x);
    bl_v2c(b, P66(0xf5), d, UINT64_C(0x0001000100010001));
    bl_v2(b, P66(0xfe), d, c);
    return bl_result(b, p, d, VT_V128);
}

/* ---- shifts ---- */

/* The count modulo the lane's width, in the low lane of a vector register. */
static uint8_t shift_count(struct bl *b, struct value count, unsigned mask, unsigned add)
{
    uint8_t x = bl_alloc_fpr(b), t = bl_alloc_gpr(b);
    hs_bl_move_to(b, count, t);
    x64_and32_ri(&b->a, t, (int32_t)mask);
    if (add)
        x64_add32_ri(&b->a, t, (int32_t)add);
    x64_movd_x_rr(&b->a, XR(x), t);
    bl_free(b, t);
    return x;
}

/* Lanes of 16, 32, 64 bits: `variable` is the form with the count in a register, opcode and digit those of the other. */
static const uint8_t *shift(struct bl *b, const uint8_t *p, uint32_t variable, unsigned opcode, unsigned digit, unsigned mask)
{
    struct value count = bl_pop(b), v = bl_pop(b);
    if (count.kind == V_CONST) {
        uint8_t d = hs_bl_own(b, v);
        bl_vshift(b, opcode, digit, d, count.num & mask);
        return bl_result(b, p, d, VT_V128);
    }
    uint8_t d = hs_bl_own(b, v), n = shift_count(b, count, mask, 0);
    bl_v2(b, variable, d, n);
    return bl_result(b, p, d, VT_V128);
}

#define BL_VSHIFT(id, variable, opcode, digit, mask)                                                         \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return shift(b, p, P66(variable), opcode, digit, mask);                                              \
    }
BL_VSHIFT(I16X8_SHL, 0xf1, 0x71, 6, 15)
BL_VSHIFT(I16X8_SHR_S, 0xe1, 0x71, 4, 15)
BL_VSHIFT(I16X8_SHR_U, 0xd1, 0x71, 2, 15)
BL_VSHIFT(I32X4_SHL, 0xf2, 0x72, 6, 31)
BL_VSHIFT(I32X4_SHR_S, 0xe2, 0x72, 4, 31)
BL_VSHIFT(I32X4_SHR_U, 0xd2, 0x72, 2, 31)
BL_VSHIFT(I64X2_SHL, 0xf3, 0x73, 6, 63)
BL_VSHIFT(I64X2_SHR_U, 0xd3, 0x73, 2, 63)

BL_OP(I64X2_SHR_S) /* (x >>u n ^ m) - m with m = 2^63 >>u n */
{
    struct value count = bl_pop(b), v = bl_pop(b);
    uint8_t d = hs_bl_own(b, v), n = shift_count(b, count, 63, 0), m = bl_alloc_fpr(b);
    hs_bl_vconst(b, m, UINT64_C(1) << 63, UINT64_C(1) << 63);
    bl_v2(b, P66(0xd3), m, n);
    bl_v2(b, P66(0xd3), d, n);
    bl_v2(b, PXOR, d, m);
    bl_v2(b, P66(0xfb), d, m);
    return bl_result(b, p, d, VT_V128);
}

/* Bytes: the even ones and the odd ones as words. */
static const uint8_t *shift_bytes(struct bl *b, const uint8_t *p, bool left)
{
    struct value count = bl_pop(b), v = bl_pop(b);
    uint8_t d = hs_bl_own(b, v), n = shift_count(b, count, 7, 0), t = bl_alloc_fpr(b);
    const uint64_t even = UINT64_C(0x00ff00ff00ff00ff);
    uint32_t op = P66(left ? 0xf1 : 0xd1);
    bl_vmove(b, t, d);
    bl_v2c(b, PAND, t, left ? ~even : even); /* those whose bits fall out at the word's end */
    bl_v2(b, op, t, n);
    bl_v2(b, op, d, n);
    bl_v2c(b, PAND, d, left ? even : ~even);
    bl_v2(b, POR, d, t);
    return bl_result(b, p, d, VT_V128);
}

BL_OP(I8X16_SHL)
{
    return shift_bytes(b, p, true);
}

BL_OP(I8X16_SHR_U)
{
    return shift_bytes(b, p, false);
}

BL_OP(I8X16_SHR_S) /* each byte into the upper half of a word, shifted by 8 more, packed again */
{
    struct value count = bl_pop(b), v = bl_pop(b);
    uint8_t d = hs_bl_own(b, v), n = shift_count(b, count, 7, 8), t = bl_alloc_fpr(b);
    bl_vmove(b, t, d);
    bl_v2(b, P66(0x68), t, t); /* punpckhbw */
    bl_v2(b, P66(0x60), d, d); /* punpcklbw */
    bl_v2(b, P66(0xe1), t, n);
    bl_v2(b, P66(0xe1), d, n);
    bl_v2(b, P66(0x63), d, t);
    return bl_result(b, p, d, VT_V128);
}
