/* Floating point: arithmetic, comparisons, rounding, signs. What the machine does not do as the
 * specification says (min, max, nearest) is in x64_masm. With AVX results have a register of
 * their own; without it the left operand becomes the destination.
 *
 * https://webassembly.github.io/spec/core/exec/numerics.html#floating-point-operations */
#include "compile/baseline/baseline.h"

enum { F_ADD = 0x58, F_MUL = 0x59, F_SUB = 0x5c, F_DIV = 0x5e };

static uint8_t float_type(enum x64_fp fp)
{
    return fp == X64_F32 ? VT_F32 : VT_F64;
}

/* A destination: the pin that is set next, a register of an operand, or a new one. */
static uint8_t destination(struct bl *b, const uint8_t *p, uint8_t preferred)
{
    uint8_t d = bl_dest(b, p);
    if (d != BL_NONE)
        return d;
    return preferred != BL_NONE && (b->held >> preferred & 1) ? preferred : bl_alloc_fpr(b);
}

static void emit(struct bl *b, uint32_t form, uint8_t d, const struct opnd *o)
{
    if (o->kind == O_REG)
        x64_emit_r(&b->a, form, XR(d), XR(o->reg));
    else
        x64_emit_m(&b->a, form, XR(d), o->m);
    bl_used(b, o);
}

static const uint8_t *combine(struct bl *b, const uint8_t *p, unsigned op, enum x64_fp fp,
                              struct value l, struct opnd r)
{
    uint32_t form = X64_FORM(fp == X64_F32 ? 2 : 3, 1, op);
    uint8_t type = float_type(fp), rr = r.kind == O_REG ? r.reg : BL_NONE;
    if (b->cpu & HS_CPU_AVX) {
        uint8_t s = hs_bl_use(b, l);
        uint8_t d = bl_dest(b, p);
        if (d == BL_NONE)
            d = b->held >> s & 1 ? s : rr != BL_NONE && (b->held >> rr & 1) ? rr : bl_alloc_fpr(b);
        if (r.kind == O_REG)
            x64_emit_vex(&b->a, form, XR(d), XR(s), XR(rr));
        else
            x64_emit_vex_m(&b->a, form, XR(d), XR(s), r.m);
        bl_used(b, &r);
        return bl_result(b, p, d, type);
    }
    uint8_t d = bl_dest(b, p);
    if (d != BL_NONE && d == rr) { /* the right operand would be overwritten */
        if (op == F_ADD || op == F_MUL) {
            struct opnd lo = hs_bl_operand(b, l);
            emit(b, form, d, &lo);
        } else {
            uint8_t t = bl_alloc_fpr(b);
            hs_bl_move_to(b, l, t);
            emit(b, form, t, &r);
            hs_bl_move_reg(b, type, d, t);
        }
        return bl_result(b, p, d, type);
    }
    if (d == BL_NONE)
        d = l.kind == V_REG ? l.reg : bl_alloc_fpr(b);
    hs_bl_move_to(b, l, d);
    emit(b, form, d, &r);
    return bl_result(b, p, d, type);
}

static const uint8_t *binop(struct bl *b, const uint8_t *p, unsigned op, enum x64_fp fp)
{
    struct value r = bl_pop(b), l = bl_pop(b);
    return combine(b, p, op, fp, l, hs_bl_operand(b, r));
}

#define BL_FBINOP(id, op, fp)                                                                      \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return binop(b, p, op, fp);                                                                \
    }
BL_FBINOP(F32_ADD, F_ADD, X64_F32)
BL_FBINOP(F32_SUB, F_SUB, X64_F32)
BL_FBINOP(F32_MUL, F_MUL, X64_F32)
BL_FBINOP(F32_DIV, F_DIV, X64_F32)
BL_FBINOP(F64_ADD, F_ADD, X64_F64)
BL_FBINOP(F64_SUB, F_SUB, X64_F64)
BL_FBINOP(F64_MUL, F_MUL, X64_F64)
BL_FBINOP(F64_DIV, F_DIV, X64_F64)

const uint8_t *hs_bl_fold_float(struct bl *b, const uint8_t *p, struct x64_mem m)
{
    static const uint8_t ops[4] = {F_ADD, F_SUB, F_MUL, F_DIV};
    enum x64_fp fp = *p >= 0xa0 ? X64_F64 : X64_F32;
    unsigned op = ops[*p - (fp == X64_F64 ? 0xa0 : 0x92)];
    return combine(b, p + 1, op, fp, bl_pop(b), (struct opnd){.kind = O_MEM, .m = m});
}

/* --- comparisons: lt and le with exchanged operands, so that "unordered" means false ---------- */

static const uint8_t *compare(struct bl *b, const uint8_t *p, int cc, enum x64_fp fp, bool exchange)
{
    struct use u = hs_bl_peek(p);
    hs_bl_prepare(b, &u, 2);
    struct value r = bl_pop(b), l = bl_pop(b);
    if (exchange) {
        struct value t = l;
        l = r;
        r = t;
    }
    uint8_t x = hs_bl_use(b, l);
    struct opnd o = hs_bl_operand(b, r);
    struct cond c;
    hs_bl_before(b, &u, 0, &c);
    emit(b, X64_FORM(fp == X64_F32 ? 0 : 1, 1, 0x2e), x, &o); /* ucomis */
    return hs_bl_after(b, &c, cc);
}

#define BL_FCOMPARE(id, cc, fp, exchange)                                                          \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return compare(b, p, cc, fp, exchange);                                                    \
    }
BL_FCOMPARE(F32_EQ, BL_FEQ, X64_F32, false)
BL_FCOMPARE(F32_NE, BL_FNE, X64_F32, false)
BL_FCOMPARE(F32_LT, CC_A, X64_F32, true)
BL_FCOMPARE(F32_GT, CC_A, X64_F32, false)
BL_FCOMPARE(F32_LE, CC_AE, X64_F32, true)
BL_FCOMPARE(F32_GE, CC_AE, X64_F32, false)
BL_FCOMPARE(F64_EQ, BL_FEQ, X64_F64, false)
BL_FCOMPARE(F64_NE, BL_FNE, X64_F64, false)
BL_FCOMPARE(F64_LT, CC_A, X64_F64, true)
BL_FCOMPARE(F64_GT, CC_A, X64_F64, false)
BL_FCOMPARE(F64_LE, CC_AE, X64_F64, true)
BL_FCOMPARE(F64_GE, CC_AE, X64_F64, false)

/* --- signs: bit operations with a constant ---------------------------------------------------- */

static const uint8_t *with_mask(struct bl *b, const uint8_t *p, unsigned op, enum x64_fp fp,
                                uint64_t mask)
{
    struct value v = bl_pop(b);
    uint8_t s = hs_bl_use(b, v), d = destination(b, p, s);
    struct opnd o = {.kind = O_MEM, .m = x64_rip(0), .pool = 16};
    b->pool_bits[0] = b->pool_bits[1] = mask;
    uint32_t form = X64_FORM(0, 1, op);
    if (b->cpu & HS_CPU_AVX) {
        x64_emit_vex_m(&b->a, form, XR(d), XR(s), o.m);
        bl_used(b, &o);
    } else {
        hs_bl_move_reg(b, VT_F64, d, s);
        emit(b, form, d, &o);
    }
    return bl_result(b, p, d, float_type(fp));
}

#define F32_SIGNS UINT64_C(0x8000000080000000)
#define F64_SIGN  UINT64_C(0x8000000000000000)
#define BL_SIGN(id, op, fp, mask)                                                                  \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return with_mask(b, p, op, fp, mask);                                                      \
    }
BL_SIGN(F32_ABS, 0x54, X64_F32, ~F32_SIGNS)
BL_SIGN(F64_ABS, 0x54, X64_F64, ~F64_SIGN)
BL_SIGN(F32_NEG, 0x57, X64_F32, F32_SIGNS)
BL_SIGN(F64_NEG, 0x57, X64_F64, F64_SIGN)

static const uint8_t *copysign_(struct bl *b, const uint8_t *p, enum x64_fp fp)
{
    struct value r = bl_pop(b), l = bl_pop(b);
    uint8_t x = hs_bl_use(b, r), d = hs_bl_own(b, l), t = bl_alloc_fpr(b);
    x64_masm_fcopysign(&b->a, fp, XR(d), XR(x), XR(t));
    return bl_result(b, p, d, float_type(fp));
}

BL_OP(F32_COPYSIGN)
{
    return copysign_(b, p, X64_F32);
}

BL_OP(F64_COPYSIGN)
{
    return copysign_(b, p, X64_F64);
}

/* --- min, max, sqrt, rounding ----------------------------------------------------------------- */

static const uint8_t *min_max(struct bl *b, const uint8_t *p, enum x64_fp fp,
                              void (*op)(struct x64_asm *, enum x64_fp, unsigned, unsigned))
{
    struct value r = bl_pop(b), l = bl_pop(b);
    uint8_t x = hs_bl_use(b, r), d = hs_bl_own(b, l);
    op(&b->a, fp, XR(d), XR(x));
    return bl_result(b, p, d, float_type(fp));
}

#define BL_MINMAX(id, op, fp)                                                                      \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return min_max(b, p, fp, op);                                                              \
    }
BL_MINMAX(F32_MIN, x64_masm_fmin, X64_F32)
BL_MINMAX(F32_MAX, x64_masm_fmax, X64_F32)
BL_MINMAX(F64_MIN, x64_masm_fmin, X64_F64)
BL_MINMAX(F64_MAX, x64_masm_fmax, X64_F64)

static const uint8_t *square_root(struct bl *b, const uint8_t *p, enum x64_fp fp)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = destination(b, p, s);
    x64_masm_fsqrt(&b->a, fp, XR(d), XR(s));
    return bl_result(b, p, d, float_type(fp));
}

BL_OP(F32_SQRT)
{
    return square_root(b, p, X64_F32);
}

BL_OP(F64_SQRT)
{
    return square_root(b, p, X64_F64);
}

static const uint8_t *round_to(struct bl *b, const uint8_t *p, enum x64_fp fp, enum x64_round mode)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d, tx = 16, t = RAX;
    if (b->cpu & HS_CPU_SSE41) {
        d = destination(b, p, s);
    } else {
        d = bl_alloc_fpr(b);
        tx = bl_alloc_fpr(b);
        t = bl_alloc_gpr(b);
    }
    x64_masm_fround(&b->a, fp, mode, b->cpu, XR(d), XR(s), XR(tx), t);
    return bl_result(b, p, d, float_type(fp));
}

#define BL_ROUND(id, fp, mode)                                                                     \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return round_to(b, p, fp, mode);                                                           \
    }
BL_ROUND(F32_CEIL, X64_F32, X64_CEIL)
BL_ROUND(F32_FLOOR, X64_F32, X64_FLOOR)
BL_ROUND(F32_TRUNC, X64_F32, X64_TRUNC)
BL_ROUND(F32_NEAREST, X64_F32, X64_NEAREST)
BL_ROUND(F64_CEIL, X64_F64, X64_CEIL)
BL_ROUND(F64_FLOOR, X64_F64, X64_FLOOR)
BL_ROUND(F64_TRUNC, X64_F64, X64_TRUNC)
BL_ROUND(F64_NEAREST, X64_F64, X64_NEAREST)
