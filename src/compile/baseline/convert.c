/* Conversions between integers and floats, and reinterpretation. The sequences are in x64_masm.
 *
 * https://webassembly.github.io/spec/core/exec/numerics.html#conversions */
#include "compile/baseline/baseline.h"

static uint8_t int_type(unsigned width)
{
    return width == 64 ? VT_I64 : VT_I32;
}

static uint8_t float_type(enum x64_fp fp)
{
    return fp == X64_F32 ? VT_F32 : VT_F64;
}

static uint8_t dest_or_new(struct bl *b, const uint8_t *p, enum bl_class c)
{
    uint8_t d = bl_dest(b, p);
    return d != BL_NONE ? d : bl_alloc(b, c);
}

static const uint8_t *trunc_(struct bl *b, const uint8_t *p, unsigned width, bool is_signed,
                             enum x64_fp fp, bool sat)
{
    uint8_t x = hs_bl_use(b, bl_pop(b)), t = bl_alloc_gpr(b), tx = bl_alloc_fpr(b);
    uint8_t d = dest_or_new(b, p, GPR);
    if (sat) {
        x64_masm_trunc_sat(&b->a, width, is_signed, fp, d, XR(x), t, XR(tx));
    } else {
        struct x64_label invalid, overflow;
        x64_label_init(&invalid);
        x64_label_init(&overflow);
        x64_masm_trunc(&b->a, width, is_signed, fp, d, XR(x), t, XR(tx), &invalid, &overflow);
        hs_bl_trap_label(b, &invalid, TRAP_BAD_CONVERSION_TO_INTEGER);
        hs_bl_trap_label(b, &overflow, TRAP_INTEGER_OVERFLOW);
    }
    return bl_result(b, p, d, int_type(width));
}

#define BL_TRUNC(id, width, is_signed, fp, sat)                                                    \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return trunc_(b, p, width, is_signed, fp, sat);                                            \
    }
BL_TRUNC(I32_TRUNC_F32_S, 32, true, X64_F32, false)
BL_TRUNC(I32_TRUNC_F32_U, 32, false, X64_F32, false)
BL_TRUNC(I32_TRUNC_F64_S, 32, true, X64_F64, false)
BL_TRUNC(I32_TRUNC_F64_U, 32, false, X64_F64, false)
BL_TRUNC(I64_TRUNC_F32_S, 64, true, X64_F32, false)
BL_TRUNC(I64_TRUNC_F32_U, 64, false, X64_F32, false)
BL_TRUNC(I64_TRUNC_F64_S, 64, true, X64_F64, false)
BL_TRUNC(I64_TRUNC_F64_U, 64, false, X64_F64, false)
BL_TRUNC(I32_TRUNC_SAT_F32_S, 32, true, X64_F32, true)
BL_TRUNC(I32_TRUNC_SAT_F32_U, 32, false, X64_F32, true)
BL_TRUNC(I32_TRUNC_SAT_F64_S, 32, true, X64_F64, true)
BL_TRUNC(I32_TRUNC_SAT_F64_U, 32, false, X64_F64, true)
BL_TRUNC(I64_TRUNC_SAT_F32_S, 64, true, X64_F32, true)
BL_TRUNC(I64_TRUNC_SAT_F32_U, 64, false, X64_F32, true)
BL_TRUNC(I64_TRUNC_SAT_F64_S, 64, true, X64_F64, true)
BL_TRUNC(I64_TRUNC_SAT_F64_U, 64, false, X64_F64, true)

static const uint8_t *convert(struct bl *b, const uint8_t *p, unsigned width, bool is_signed,
                              enum x64_fp fp)
{
    uint8_t s = hs_bl_use(b, bl_pop(b));
    uint8_t t = width == 64 && !is_signed ? bl_alloc_gpr(b) : RAX;
    uint8_t d = dest_or_new(b, p, FPR);
    x64_masm_convert(&b->a, width, is_signed, fp, XR(d), s, t);
    return bl_result(b, p, d, float_type(fp));
}

#define BL_CONVERT(id, width, is_signed, fp)                                                       \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return convert(b, p, width, is_signed, fp);                                                \
    }
BL_CONVERT(F32_CONVERT_I32_S, 32, true, X64_F32)
BL_CONVERT(F32_CONVERT_I32_U, 32, false, X64_F32)
BL_CONVERT(F32_CONVERT_I64_S, 64, true, X64_F32)
BL_CONVERT(F32_CONVERT_I64_U, 64, false, X64_F32)
BL_CONVERT(F64_CONVERT_I32_S, 32, true, X64_F64)
BL_CONVERT(F64_CONVERT_I32_U, 32, false, X64_F64)
BL_CONVERT(F64_CONVERT_I64_S, 64, true, X64_F64)
BL_CONVERT(F64_CONVERT_I64_U, 64, false, X64_F64)

BL_OP(F32_DEMOTE_F64)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = dest_or_new(b, p, FPR);
    x64_masm_demote(&b->a, XR(d), XR(s));
    return bl_result(b, p, d, VT_F32);
}

BL_OP(F64_PROMOTE_F32)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = dest_or_new(b, p, FPR);
    x64_masm_promote(&b->a, XR(d), XR(s));
    return bl_result(b, p, d, VT_F64);
}

#define BL_REINTERPRET(id, insn, to_class, type, x, y)                                             \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        uint8_t s = hs_bl_use(b, bl_pop(b)), d = dest_or_new(b, p, to_class);                      \
        insn(&b->a, x(d), y(s));                                                                   \
        return bl_result(b, p, d, type);                                                           \
    }
#define SAME(r) (r)
BL_REINTERPRET(I32_REINTERPRET_F32, x64_movd_g_rr, GPR, VT_I32, SAME, XR)
BL_REINTERPRET(I64_REINTERPRET_F64, x64_movq_g_rr, GPR, VT_I64, SAME, XR)
BL_REINTERPRET(F32_REINTERPRET_I32, x64_movd_x_rr, FPR, VT_F32, XR, SAME)
BL_REINTERPRET(F64_REINTERPRET_I64, x64_movq_x_rr, FPR, VT_F64, XR, SAME)
