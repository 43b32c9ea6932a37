/* Vectors of floats: arithmetic, comparisons, rounding, conversions.
 *
 * min and max of the specification propagate NaN and order the zeros; minps does neither. Both operand orders are
 * computed and combined; a lane with a NaN becomes a quiet one.
 *
 * https://webassembly.github.io/spec/core/exec/numerics.html */
#include "compile/baseline/vector.h"

static const uint8_t *binary(struct bl *b, const uint8_t *p, uint32_t form, bool exchange)
{
    struct value r = bl_pop(b), l = bl_pop(b);
    uint8_t d = exchange ? hs_bl_vbinary(b, p, form, r, l) : hs_bl_vbinary(b, p, form, l, r);
    return bl_result(b, p, d, VT_V128);
}

#define BL_VFBIN(id, form, exchange)                                                                         \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return binary(b, p, form, exchange);                                                                 \
    }
BL_VFBIN(F32X4_ADD, P0F(0x58), false)
BL_VFBIN(F32X4_SUB, P0F(0x5c), false)
BL_VFBIN(F32X4_MUL, P0F(0x59), false)
BL_VFBIN(F32X4_DIV, P0F(0x5e), false)
BL_VFBIN(F64X2_ADD, P66(0x58), false)
BL_VFBIN(F64X2_SUB, P66(0x5c), false)
BL_VFBIN(F64X2_MUL, P66(0x59), false)
BL_VFBIN(F64X2_DIV, P66(0x5e), false)
BL_VFBIN(F32X4_PMIN, P0F(0x5d), true) /* y < x ? y : x */
BL_VFBIN(F32X4_PMAX, P0F(0x5f), true)
BL_VFBIN(F64X2_PMIN, P66(0x5d), true)
BL_VFBIN(F64X2_PMAX, P66(0x5f), true)

static const uint8_t *compare(struct bl *b, const uint8_t *p, uint32_t form, unsigned predicate, bool exchange)
{
    struct value r = bl_pop(b), l = bl_pop(b);
    if (exchange) {
        struct value t = l;
        l = r;
        r = t;
    }
    uint8_t s = hs_bl_use(b, r), d = hs_bl_own(b, l);
    bl_v2i(b, form, d, s, predicate);
    return bl_result(b, p, d, VT_V128);
}

#define BL_VFCOMPARE(id, form, predicate, exchange)                                                          \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return compare(b, p, form, predicate, exchange);                                                     \
    }
#define BL_VFCOMPARES(shape, form)                                                                           \
    BL_VFCOMPARE(shape##_EQ, form, 0, false)                                                                 \
    BL_VFCOMPARE(shape##_NE, form, 4, false)                                                                 \
    BL_VFCOMPARE(shape##_LT, form, 1, false)                                                                 \
    BL_VFCOMPARE(shape##_GT, form, 1, true)                                                                  \
    BL_VFCOMPARE(shape##_LE, form, 2, false)                                                                 \
    BL_VFCOMPARE(shape##_GE, form, 2, true)
BL_VFCOMPARES(F32X4, P0F(0xc2))
BL_VFCOMPARES(F64X2, P66(0xc2))

static const uint8_t *unary(struct bl *b, const uint8_t *p, uint32_t form)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = hs_bl_vdest(b, p, s);
    bl_v1(b, form, d, s);
    return bl_result(b, p, d, VT_V128);
}

static const uint8_t *round_to(struct bl *b, const uint8_t *p, uint32_t form, enum x64_round mode)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = hs_bl_vdest(b, p, s);
    bl_v1i(b, form, d, s, 8 | (unsigned)mode);
    return bl_result(b, p, d, VT_V128);
}

static const uint8_t *mask(struct bl *b, const uint8_t *p, uint32_t form, uint64_t bits)
{
    uint8_t d = hs_bl_own(b, bl_pop(b));
    bl_v2c(b, form, d, bits);
    return bl_result(b, p, d, VT_V128);
}

#define BL_VFUN(id, expression)                                                                              \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return expression;                                                                                   \
    }
#define F32_SIGNS UINT64_C(0x8000000080000000)
#define F64_SIGN UINT64_C(0x8000000000000000)
BL_VFUN(F32X4_SQRT, unary(b, p, P0F(0x51)))
BL_VFUN(F64X2_SQRT, unary(b, p, P66(0x51)))
BL_VFUN(F32X4_ABS, mask(b, p, PAND, ~F32_SIGNS))
BL_VFUN(F64X2_ABS, mask(b, p, PAND, ~F64_SIGN))
BL_VFUN(F32X4_NEG, mask(b, p, PXOR, F32_SIGNS))
BL_VFUN(F64X2_NEG, mask(b, p, PXOR, F64_SIGN))
BL_VFUN(F32X4_CEIL, round_to(b, p, P3A(0x08), X64_CEIL))
BL_VFUN(F32X4_FLOOR, round_to(b, p, P3A(0x08), X64_FLOOR))
BL_VFUN(F32X4_TRUNC, round_to(b, p, P3A(0x08), X64_TRUNC))
BL_VFUN(F32X4_NEAREST, round_to(b, p, P3A(0x08), X64_NEAREST))
BL_VFUN(F64X2_CEIL, round_to(b, p, P3A(0x09), X64_CEIL))
BL_VFUN(F64X2_FLOOR, round_to(b, p, P3A(0x09), X64_FLOOR))
BL_VFUN(F64X2_TRUNC, round_to(b, p, P3A(0x09), X64_TRUNC))
BL_VFUN(F64X2_NEAREST, round_to(b, p, P3A(0x09), X64_NEAREST))
BL_VFUN(F32X4_DEMOTE_F64X2_ZERO, unary(b, p, P66(0x5a)))
BL_VFUN(F64X2_PROMOTE_LOW_F32X4, unary(b, p, P0F(0x5a)))
BL_VFUN(F32X4_CONVERT_I32X4_S, unary(b, p, P0F(0x5b)))
BL_VFUN(F64X2_CONVERT_LOW_I32X4_S, unary(b, p, X64_FORM(2, 1, 0xe6)))

/* ---- min and max ---- */

/* wide: f64. `quiet` is the shift that keeps sign, exponent and the quiet bit. */
static const uint8_t *minimum(struct bl *b, const uint8_t *p, bool wide)
{
    struct value r = bl_pop(b), l = bl_pop(b);
    uint32_t pp = wide ? 1 : 0;
    uint8_t y = hs_bl_use(b, r), x = hs_bl_use(b, l), t = bl_alloc_fpr(b), d = bl_alloc_fpr(b);
    bl_vmove(b, t, x);
    bl_v2(b, X64_FORM(pp, 1, 0x5d), t, y);
    bl_vmove(b, d, y);
    bl_v2(b, X64_FORM(pp, 1, 0x5d), d, x);
    bl_v2(b, P0F(0x56), t, d);                /* or: -0 wins, a NaN shows */
    bl_v2i(b, X64_FORM(pp, 1, 0xc2), d, t, 3); /* unordered */
    bl_v2(b, P0F(0x56), t, d);
    bl_vshift(b, wide ? 0x73 : 0x72, 2, d, wide ? 13 : 10);
    bl_v2(b, P0F(0x55), d, t);                /* andn */
    return bl_result(b, p, d, VT_V128);
}

static const uint8_t *maximum(struct bl *b, const uint8_t *p, bool wide)
{
    struct value r = bl_pop(b), l = bl_pop(b);
    uint32_t pp = wide ? 1 : 0;
    uint8_t y = hs_bl_use(b, r), x = hs_bl_use(b, l), t = bl_alloc_fpr(b), d = bl_alloc_fpr(b);
    bl_vmove(b, t, x);
    bl_v2(b, X64_FORM(pp, 1, 0x5f), t, y);
    bl_vmove(b, d, y);
    bl_v2(b, X64_FORM(pp, 1, 0x5f), d, x);
    bl_v2(b, P0F(0x57), d, t);                /* where they differ: the sign of zero, or NaN */
    bl_v2(b, P0F(0x56), t, d);
    bl_v2(b, X64_FORM(pp, 1, 0x5c), t, d);    /* -0 - (-0) is +0; NaN stays */
    bl_v2i(b, X64_FORM(pp, 1, 0xc2), d, t, 3);
    bl_vshift(b, wide ? 0x73 : 0x72, 2, d, wide ? 13 : 10);
    bl_v2(b, P0F(0x55), d, t);
    return bl_result(b, p, d, VT_V128);
}

BL_VFUN(F32X4_MIN, minimum(b, p, false))
BL_VFUN(F64X2_MIN, minimum(b, p, true))
BL_VFUN(F32X4_MAX, maximum(b, p, false))
BL_VFUN(F64X2_MAX, maximum(b, p, true))
BL_VFUN(F32X4_RELAXED_MIN, minimum(b, p, false))
BL_VFUN(F64X2_RELAXED_MIN, minimum(b, p, true))
BL_VFUN(F32X4_RELAXED_MAX, maximum(b, p, false))
BL_VFUN(F64X2_RELAXED_MAX, maximum(b, p, true))

/* ---- conversions ---- */

/* NaN becomes 0; what is too large gives 0x80000000 from the machine, flipped to 0x7fffffff where the source was positive. */
static const uint8_t *trunc_f32_s(struct bl *b, const uint8_t *p)
{
    uint8_t d = hs_bl_own(b, bl_pop(b)), t = bl_alloc_fpr(b);
    bl_vmove(b, t, d);
    bl_v2i(b, P0F(0xc2), t, t, 0);              /* ordered lanes */
    bl_v2(b, P0F(0x54), d, t);                  /* NaN -> 0 */
    bl_vmove(b, t, d);
    bl_v2c(b, P0F(0x57), t, F32_SIGNS);         /* its sign: set where the source is not negative */
    bl_v1(b, X64_FORM(2, 1, 0x5b), d, d);       /* cvttps2dq */
    bl_v2(b, PAND, t, d);                       /* sign set: positive source, negative result */
    bl_vshift(b, 0x72, 4, t, 31);
    bl_v2(b, PXOR, d, t);
    return bl_result(b, p, d, VT_V128);
}

/* max(x, 0), in two parts: below 2^31 directly, the rest less 2^31; saturating by an integer maximum. */
static const uint8_t *trunc_f32_u(struct bl *b, const uint8_t *p)
{
    uint8_t d = hs_bl_own(b, bl_pop(b)), t = bl_alloc_fpr(b), big = bl_alloc_fpr(b);
    bl_v2(b, PXOR, t, t);
    bl_v2(b, P0F(0x5f), d, t);                  /* max(x, 0): the second operand for NaN */
    hs_bl_vconst(b, big, UINT64_C(0x4f0000004f000000), UINT64_C(0x4f0000004f000000)); /* 2^31 */
    bl_vmove(b, t, d);
    bl_v2(b, P0F(0x5c), t, big);                /* x - 2^31 */
    bl_v2i(b, P0F(0xc2), big, t, 2);            /* 2^31 <= x - 2^31: overflow */
    bl_v1(b, X64_FORM(2, 1, 0x5b), t, t);
    bl_v2(b, PXOR, t, big);                     /* 0x80000000 -> 0x7fffffff */
    bl_v2(b, PXOR, big, big);
    bl_v2(b, P38(0x3d), t, big);                /* negative differences: 0 */
    bl_v1(b, X64_FORM(2, 1, 0x5b), d, d);       /* 0x80000000 from 2^31 on */
    bl_v2(b, P66(0xfe), d, t);
    return bl_result(b, p, d, VT_V128);
}

BL_VFUN(I32X4_TRUNC_SAT_F32X4_S, trunc_f32_s(b, p))
BL_VFUN(I32X4_TRUNC_SAT_F32X4_U, trunc_f32_u(b, p))
BL_VFUN(I32X4_RELAXED_TRUNC_F32X4_S, trunc_f32_s(b, p))
BL_VFUN(I32X4_RELAXED_TRUNC_F32X4_U, trunc_f32_u(b, p))

static const uint8_t *trunc_f64_s(struct bl *b, const uint8_t *p)
{
    uint8_t d = hs_bl_own(b, bl_pop(b)), t = bl_alloc_fpr(b);
    bl_vmove(b, t, d);
    bl_v2i(b, P66(0xc2), t, t, 0);
    bl_v2c(b, P66(0x54), t, UINT64_C(0x41dfffffffc00000)); /* 2147483647.0, or 0 for NaN */
    bl_v2(b, P66(0x5d), d, t);                  /* min(x, t): t for NaN */
    bl_v1(b, P66(0xe6), d, d);                  /* cvttpd2dq */
    return bl_result(b, p, d, VT_V128);
}

static const uint8_t *trunc_f64_u(struct bl *b, const uint8_t *p)
{
    uint8_t d = hs_bl_own(b, bl_pop(b)), t = bl_alloc_fpr(b);
    bl_v2(b, PXOR, t, t);
    bl_v2(b, P66(0x5f), d, t);                  /* NaN and negative: 0 */
    bl_v2c(b, P66(0x5d), d, UINT64_C(0x41efffffffe00000)); /* 4294967295.0 */
    bl_v1i(b, P3A(0x09), d, d, 8 | X64_TRUNC);
    bl_v2c(b, P66(0x58), d, UINT64_C(0x4330000000000000)); /* + 2^52: the integer is in the low half */
    if (bl_avx(b))
        x64_emit_vex(&b->a, P0F(0xc6), XR(d), XR(d), XR(t));
    else
        x64_emit_r(&b->a, P0F(0xc6), XR(d), XR(t));
    x64_u8(&b->a, 0x88);                        /* shufps: lanes 0, 2, zero, zero */
    return bl_result(b, p, d, VT_V128);
}

BL_VFUN(I32X4_TRUNC_SAT_F64X2_S_ZERO, trunc_f64_s(b, p))
BL_VFUN(I32X4_TRUNC_SAT_F64X2_U_ZERO, trunc_f64_u(b, p))
BL_VFUN(I32X4_RELAXED_TRUNC_F64X2_S_ZERO, trunc_f64_s(b, p))
BL_VFUN(I32X4_RELAXED_TRUNC_F64X2_U_ZERO, trunc_f64_u(b, p))

BL_OP(F32X4_CONVERT_I32X4_U) /* low 16 bits exactly, the rest halved, doubled afterwards: one rounding in the sum */
{
    uint8_t d = hs_bl_own(b, bl_pop(b)), t = bl_alloc_fpr(b);
    bl_vmove(b, t, d);
    bl_v2c(b, PAND, t, UINT64_C(0x0000ffff0000ffff));
    bl_v2(b, P66(0xfa), d, t);                  /* the high half */
    bl_v1(b, P0F(0x5b), t, t);
    bl_vshift(b, 0x72, 2, d, 1);
    bl_v1(b, P0F(0x5b), d, d);
    bl_v2(b, P0F(0x58), d, d);
    bl_v2(b, P0F(0x58), d, t);
    return bl_result(b, p, d, VT_V128);
}

BL_OP(F64X2_CONVERT_LOW_I32X4_U) /* under the exponent of 2^52, less 2^52 */
{
    uint8_t d = hs_bl_own(b, bl_pop(b));
    bl_v2c(b, P0F(0x14), d, UINT64_C(0x4330000043300000)); /* unpcklps */
    bl_v2c(b, P66(0x5c), d, UINT64_C(0x4330000000000000));
    return bl_result(b, p, d, VT_V128);
}

/* ---- relaxed multiply and add ---- */

static const uint8_t *multiply_add(struct bl *b, const uint8_t *p, bool wide, bool negate)
{
    struct value addend = bl_pop(b), y = bl_pop(b), x = bl_pop(b);
    uint8_t c = hs_bl_use(b, addend), s = hs_bl_use(b, y), d = hs_bl_own(b, x);
    uint32_t pp = wide ? 1 : 0;
    if (b->cpu & HS_CPU_FMA) { /* d = s * d + c */
        x64_emit_vex(&b->a, P38(negate ? 0xac : 0xa8) | W(wide), XR(d), XR(s), XR(c));
    } else if (negate) {
        uint8_t t = bl_alloc_fpr(b);
        bl_v2(b, X64_FORM(pp, 1, 0x59), d, s);
        bl_vmove(b, t, c);
        bl_v2(b, X64_FORM(pp, 1, 0x5c), t, d);
        d = t;
    } else {
        bl_v2(b, X64_FORM(pp, 1, 0x59), d, s);
        bl_v2(b, X64_FORM(pp, 1, 0x58), d, c);
    }
    return bl_result(b, p, d, VT_V128);
}

BL_VFUN(F32X4_RELAXED_MADD, multiply_add(b, p, false, false))
BL_VFUN(F32X4_RELAXED_NMADD, multiply_add(b, p, false, true))
BL_VFUN(F64X2_RELAXED_MADD, multiply_add(b, p, true, false))
BL_VFUN(F64X2_RELAXED_NMADD, multiply_add(b, p, true, true))
