/* See x64_masm.h. Where an operation has a rare case, the common one falls through or takes one
 * forward jump, and the rare code stands in line: it is short, and no operation depends on a
 * place for cold code. */
#include "compile/x64/x64_masm.h"
#include "base/planted.h"

/* --- the buffer ------------------------------------------------------------------------------- */

enum status x64_code_begin(struct x64_asm *a, struct hs_machine_code *code, size_t n)
{
    if (!hs_vec_reserve(&code->bytes, n))
        return ST_OOM;
    a->base = code->bytes.data;
    a->p = a->base + code->bytes.count;
    a->end = a->base + code->bytes.cap;
    return ST_OK;
}

enum status x64_code_grow(struct x64_asm *a, struct hs_machine_code *code, size_t n)
{
    code->bytes.count = x64_pos(a);
    return x64_code_begin(a, code, n);
}

void x64_code_end(struct x64_asm *a, struct hs_machine_code *code)
{
    HS_CHECK(a->p <= a->end);
    code->bytes.count = x64_pos(a);
}

/* --- constants -------------------------------------------------------------------------------- */

void x64_masm_fconst(struct x64_asm *a, enum x64_fp fp, unsigned dx, uint64_t bits, unsigned t)
{
    if (fp == X64_F32)
        bits = (uint32_t)bits;
    if (bits == 0) {
        x64_xorps_rr(a, dx, dx);
    } else if (fp == X64_F32) {
        x64_mov32_ri(a, t, (uint32_t)bits);
        x64_movd_x_rr(a, dx, t);
    } else {
        x64_mov64_ri(a, t, bits);
        x64_movq_x_rr(a, dx, t);
    }
}

void x64_masm_v128const(struct x64_asm *a, unsigned dx, const uint8_t bytes[16], unsigned t,
                        unsigned tx)
{
    uint64_t low = hs_load64(bytes), high = hs_load64(bytes + 8);
    if (low == 0 && high == 0) {
        x64_xorps_rr(a, dx, dx);
        return;
    }
    if (low == UINT64_MAX && high == UINT64_MAX) {
        x64_pcmpeqd_rr(a, dx, dx);
        return;
    }
    x64_masm_fconst(a, X64_F64, dx, low, t);
    if (high == low) {
        x64_punpcklqdq_rr(a, dx, dx);
    } else if (high) {
        x64_masm_fconst(a, X64_F64, tx, high, t);
        x64_punpcklqdq_rr(a, dx, tx);
    }
}

/* --- calls into the runtime ------------------------------------------------------------------- */

void x64_masm_libcall(struct x64_asm *a, enum hs_libcall id)
{
    x64_mov64_rm(a, RAX, x64_bd(R13, HS_OFF_RT));
    x64_call_m(a, x64_bd(RAX, 8 * (int32_t)id));
}

void x64_masm_trap(struct x64_asm *a, unsigned code)
{
    x64_mov32_ri(a, RDI, code);
    x64_masm_libcall(a, LIBCALL_TRAP);
}

/* --- integers --------------------------------------------------------------------------------- */

void x64_masm_clz(struct x64_asm *a, unsigned width, uint32_t cpu, unsigned d, unsigned s,
                  unsigned t)
{
    if (cpu & HS_CPU_LZCNT) {
        if (width == 32)
            x64_lzcnt32_rr(a, d, s);
        else
            x64_lzcnt64_rr(a, d, s);
        return;
    }
    /* bsr gives width - 1 - clz, and only ZF for a source of zero. 2 * width - 1 becomes width. */
    if (width == 32)
        x64_bsr32_rr(a, t, s);
    else
        x64_bsr64_rr(a, t, s);
    x64_mov32_ri(a, d, 2 * width - 1);
    x64_cmov32_rr(a, CC_NE, d, t);
    x64_xor32_ri(a, d, (int32_t)width - 1);
}

void x64_masm_ctz(struct x64_asm *a, unsigned width, uint32_t cpu, unsigned d, unsigned s,
                  unsigned t)
{
    if (cpu & HS_CPU_BMI1) {
        if (width == 32)
            x64_tzcnt32_rr(a, d, s);
        else
            x64_tzcnt64_rr(a, d, s);
        return;
    }
    if (width == 32)
        x64_bsf32_rr(a, t, s);
    else
        x64_bsf64_rr(a, t, s);
    x64_mov32_ri(a, d, width);
    x64_cmov32_rr(a, CC_NE, d, t);
}

/* t = mask of the width, repeated from 32 bits. */
static void popcnt_mask(struct x64_asm *a, unsigned width, unsigned t, uint32_t mask)
{
    x64_mov64_ri(a, t, width == 32 ? mask : (uint64_t)mask << 32 | mask);
}

void x64_masm_popcnt(struct x64_asm *a, unsigned width, uint32_t cpu, unsigned d, unsigned s,
                     unsigned t, unsigned t2)
{
    if (cpu & HS_CPU_POPCNT) {
        if (width == 32)
            x64_popcnt32_rr(a, d, s);
        else
            x64_popcnt64_rr(a, d, s);
        return;
    }
    /* Sums of 2, 4, 8 bits side by side; the multiplication adds the bytes up in the highest
     * one. */
    if (width == 32)
        x64_mov32_rr(a, d, s);
    else
        x64_mov64_rr(a, d, s);
    x64_mov64_rr(a, t, d);
    x64_shr64_ri(a, t, 1);
    popcnt_mask(a, width, t2, 0x55555555);
    x64_and64_rr(a, t, t2);
    x64_sub64_rr(a, d, t);
    x64_mov64_rr(a, t, d);
    x64_shr64_ri(a, t, 2);
    popcnt_mask(a, width, t2, 0x33333333);
    x64_and64_rr(a, t, t2);
    x64_and64_rr(a, d, t2);
    x64_add64_rr(a, d, t);
    x64_mov64_rr(a, t, d);
    x64_shr64_ri(a, t, 4);
    x64_add64_rr(a, d, t);
    popcnt_mask(a, width, t2, 0x0f0f0f0f);
    x64_and64_rr(a, d, t2);
    popcnt_mask(a, width, t2, 0x01010101);
    if (width == 32) {
        x64_imul32_rr(a, d, t2);
        x64_shr32_ri(a, d, 24);
    } else {
        x64_imul64_rr(a, d, t2);
        x64_shr64_ri(a, d, 56);
    }
}

void x64_masm_div(struct x64_asm *a, unsigned width, enum x64_div op, unsigned s,
                  struct x64_label *zero, struct x64_label *overflow)
{
    bool wide = width == 64;
    HS_ASSERT(s != RAX && s != RDX);
    if (zero) {
        if (wide)
            x64_test64_rr(a, s, s);
        else
            x64_test32_rr(a, s, s);
        x64_jcc_label(a, CC_E, zero);
    }
    if (op == X64_DIV_U || op == X64_REM_U) {
        x64_masm_zero(a, RDX);
        if (wide)
            x64_div64_r(a, s);
        else
            x64_div32_r(a, s);
        return;
    }
    uint32_t minus_one = 0, not_minus_one = 0;
    if (op == X64_REM_S || overflow) {
        if (wide)
            x64_cmp64_ri(a, s, -1);
        else
            x64_cmp32_ri(a, s, -1);
        if (op == X64_REM_S) {
            /* The quotient may not fit; the remainder is 0 whatever the dividend. */
            not_minus_one = x64_jcc8(a, CC_NE);
            x64_masm_zero(a, RDX);
            minus_one = x64_jmp8(a);
        } else {
            not_minus_one = x64_jcc8(a, CC_NE);
            if (wide)
                x64_cmp64_ri(a, RAX, 1);
            else
                x64_cmp32_ri(a, RAX, 1);
            x64_jcc_label(a, CC_O, overflow);
        }
        x64_here8(a, not_minus_one);
    }
    if (wide) {
        x64_cqo(a);
        x64_idiv64_r(a, s);
    } else {
        x64_cdq(a);
        x64_idiv32_r(a, s);
    }
    if (minus_one)
        x64_here8(a, minus_one);
}

/* --- floating point --------------------------------------------------------------------------- */

static void ucomi(struct x64_asm *a, enum x64_fp fp, unsigned x, unsigned y)
{
    if (fp == X64_F32)
        x64_ucomiss_rr(a, x, y);
    else
        x64_ucomisd_rr(a, x, y);
}

static void add(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned x)
{
    if (fp == X64_F32)
        x64_addss_rr(a, dx, x);
    else
        x64_addsd_rr(a, dx, x);
}

static void sub(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned x)
{
    if (fp == X64_F32)
        x64_subss_rr(a, dx, x);
    else
        x64_subsd_rr(a, dx, x);
}

/* minss returns its second operand for equal and for unordered operands: zeros of different sign
 * and NaN are taken out first. Equal operands differ in the sign of zero at most, which or and
 * and decide. */
static void min_or_max(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned x, bool max)
{
    HS_ASSERT(dx != x);
    ucomi(a, fp, dx, x);
    uint32_t different = x64_jcc8(a, CC_NE);
    uint32_t unordered = x64_jcc8(a, CC_P);
    if (max)
        x64_andps_rr(a, dx, x);
    else
        x64_orps_rr(a, dx, x);
    uint32_t done = x64_jmp8(a);
    x64_here8(a, unordered);
    if (!HS_PLANTED(9))
        add(a, fp, dx, x); /* a quiet NaN, canonical if the operands' are */
    uint32_t done_too = x64_jmp8(a);
    x64_here8(a, different);
    if (fp == X64_F32) {
        if (max)
            x64_maxss_rr(a, dx, x);
        else
            x64_minss_rr(a, dx, x);
    } else {
        if (max)
            x64_maxsd_rr(a, dx, x);
        else
            x64_minsd_rr(a, dx, x);
    }
    x64_here8(a, done);
    x64_here8(a, done_too);
}

void x64_masm_fmin(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned x)
{
    min_or_max(a, fp, dx, x, false);
}

void x64_masm_fmax(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned x)
{
    min_or_max(a, fp, dx, x, true);
}

/* tx = all bits but the sign, in each lane. */
static void magnitude_mask(struct x64_asm *a, enum x64_fp fp, unsigned tx)
{
    x64_pcmpeqd_rr(a, tx, tx);
    if (fp == X64_F32)
        x64_psrld_ri(a, tx, 1);
    else
        x64_psrlq_ri(a, tx, 1);
}

void x64_masm_fabs(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned tx)
{
    magnitude_mask(a, fp, tx);
    x64_andps_rr(a, dx, tx);
}

void x64_masm_fneg(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned tx)
{
    x64_pcmpeqd_rr(a, tx, tx);
    if (fp == X64_F32)
        x64_pslld_ri(a, tx, 31);
    else
        x64_psllq_ri(a, tx, 63);
    x64_xorps_rr(a, dx, tx);
}

void x64_masm_fcopysign(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned x, unsigned tx)
{
    magnitude_mask(a, fp, tx);
    x64_andps_rr(a, dx, tx);
    x64_andnps_rr(a, tx, x);
    x64_orps_rr(a, dx, tx);
}

/* Scalar instructions keep the upper lanes of their destination; clearing it first cuts the
 * dependency. */
static void cut(struct x64_asm *a, unsigned dx, unsigned x)
{
    if (dx != x)
        x64_xorps_rr(a, dx, dx);
}

void x64_masm_fsqrt(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned x)
{
    cut(a, dx, x);
    if (fp == X64_F32)
        x64_sqrtss_rr(a, dx, x);
    else
        x64_sqrtsd_rr(a, dx, x);
}

/* Without roundss. Floats from 2^23 (2^52) on are integers; below that, adding and subtracting
 * 2^23 rounds to the nearest even one, and cvttss2si is exact. In both cases the sign of x goes
 * onto the result: -0.5 becomes -0. */
static void round_by_hand(struct x64_asm *a, enum x64_fp fp, enum x64_round mode, unsigned dx,
                          unsigned x, unsigned tx, unsigned t)
{
    HS_ASSERT(dx != x && tx != x && tx != dx);
    uint64_t big = fp == X64_F32 ? 0x4b000000u : 0x4330000000000000u;
    uint64_t one = fp == X64_F32 ? 0x3f800000u : 0x3ff0000000000000u;
    x64_movaps_rr(a, dx, x);
    x64_masm_fabs(a, fp, dx, tx);
    x64_masm_fconst(a, fp, tx, big, t);
    ucomi(a, fp, tx, dx);
    uint32_t is_integer = x64_jcc8(a, CC_BE); /* 2^23 <= |x|, or NaN */
    if (mode == X64_NEAREST) {
        add(a, fp, dx, tx);
        sub(a, fp, dx, tx);
    } else {
        if (fp == X64_F32) {
            x64_cvttss2si32_rr(a, t, x);
            x64_cvtsi2ss32_rr(a, dx, t);
        } else {
            x64_cvttsd2si64_rr(a, t, x);
            x64_cvtsi2sd64_rr(a, dx, t);
        }
        if (mode != X64_TRUNC) {
            if (mode == X64_FLOOR)
                ucomi(a, fp, x, dx);
            else
                ucomi(a, fp, dx, x);
            uint32_t fits = x64_jcc8(a, CC_AE); /* floor: x >= trunc(x); ceil: trunc(x) >= x */
            x64_masm_fconst(a, fp, tx, one, t);
            if (mode == X64_FLOOR)
                sub(a, fp, dx, tx);
            else
                add(a, fp, dx, tx);
            x64_here8(a, fits);
        }
    }
    /* dx |= sign of x */
    x64_pcmpeqd_rr(a, tx, tx);
    if (fp == X64_F32)
        x64_pslld_ri(a, tx, 31);
    else
        x64_psllq_ri(a, tx, 63);
    x64_andps_rr(a, tx, x);
    x64_orps_rr(a, dx, tx);
    uint32_t done = x64_jmp8(a);
    x64_here8(a, is_integer);
    x64_xorps_rr(a, tx, tx);
    x64_movaps_rr(a, dx, x);
    add(a, fp, dx, tx); /* quiets a NaN and changes nothing else */
    x64_here8(a, done);
}

void x64_masm_fround(struct x64_asm *a, enum x64_fp fp, enum x64_round mode, uint32_t cpu,
                     unsigned dx, unsigned x, unsigned tx, unsigned t)
{
    if (!(cpu & HS_CPU_SSE41)) {
        round_by_hand(a, fp, mode, dx, x, tx, t);
        return;
    }
    cut(a, dx, x);
    if (fp == X64_F32)
        x64_roundss_rri(a, dx, x, 8 | mode); /* 8: no precision exception */
    else
        x64_roundsd_rri(a, dx, x, 8 | mode);
}

void x64_masm_promote(struct x64_asm *a, unsigned dx, unsigned x)
{
    cut(a, dx, x);
    x64_cvtss2sd_rr(a, dx, x);
}

void x64_masm_demote(struct x64_asm *a, unsigned dx, unsigned x)
{
    cut(a, dx, x);
    x64_cvtsd2ss_rr(a, dx, x);
}

enum x64_cc x64_masm_fcmp(struct x64_asm *a, enum x64_fp fp, enum x64_fcmp op, unsigned x,
                          unsigned y)
{
    /* ucomiss sets CF for less and unordered: above and above or equal are false for NaN, below
     * is not. */
    static const uint8_t cc[] = {CC_E, CC_NE, CC_A, CC_A, CC_AE, CC_AE};
    if (op == X64_FLT || op == X64_FLE)
        ucomi(a, fp, y, x);
    else
        ucomi(a, fp, x, y);
    return (enum x64_cc)cc[op];
}

void x64_masm_fcmp_set(struct x64_asm *a, enum x64_fp fp, enum x64_fcmp op, unsigned d, unsigned x,
                       unsigned y, unsigned t)
{
    enum x64_cc cc = x64_masm_fcmp(a, fp, op, x, y);
    if (op == X64_FEQ || op == X64_FNE) {
        x64_setcc_r(a, op == X64_FEQ ? CC_NP : CC_P, t);
        x64_setcc_r(a, cc, d);
        if (op == X64_FEQ)
            x64_and8_rr(a, d, t);
        else
            x64_or8_rr(a, d, t);
    } else {
        x64_setcc_r(a, cc, d);
    }
    x64_movzx8_32_rr(a, d, d);
}

void x64_masm_fcmp_jump(struct x64_asm *a, enum x64_fp fp, enum x64_fcmp op, unsigned x, unsigned y,
                        struct x64_label *target)
{
    enum x64_cc cc = x64_masm_fcmp(a, fp, op, x, y);
    if (op == X64_FEQ) {
        uint32_t unordered = x64_jcc8(a, CC_P);
        x64_jcc_label(a, cc, target);
        x64_here8(a, unordered);
        return;
    }
    if (op == X64_FNE)
        x64_jcc_label(a, CC_P, target);
    x64_jcc_label(a, cc, target);
}

void x64_masm_fcmp_jump_not(struct x64_asm *a, enum x64_fp fp, enum x64_fcmp op, unsigned x,
                            unsigned y, struct x64_label *target)
{
    if (op == X64_FEQ || op == X64_FNE) {
        x64_masm_fcmp_jump(a, fp, op == X64_FEQ ? X64_FNE : X64_FEQ, x, y, target);
        return;
    }
    /* Not above is below or equal, which unordered operands are as well. */
    x64_jcc_label(a, (enum x64_cc)(x64_masm_fcmp(a, fp, op, x, y) ^ 1), target);
}

/* --- conversions ------------------------------------------------------------------------------ */

static void cvtt64(struct x64_asm *a, enum x64_fp fp, unsigned d, unsigned x)
{
    if (fp == X64_F32)
        x64_cvttss2si64_rr(a, d, x);
    else
        x64_cvttsd2si64_rr(a, d, x);
}

static uint64_t minus_two_to_63(enum x64_fp fp)
{
    return fp == X64_F32 ? 0xdf000000u : 0xc3e0000000000000u;
}

/* The common start of both conversions: d = x if that is in range, as the returned short jump
 * found; else the code behind it runs. 32 bits are converted to 64 and compared with their
 * extension. A 64-bit result that is INT64_MIN is out of range, NaN, or -2^63; an unsigned one
 * that is negative may be above 2^63. */
static uint32_t trunc_in_range(struct x64_asm *a, unsigned width, bool is_signed, enum x64_fp fp,
                               unsigned d, unsigned x, unsigned t)
{
    cvtt64(a, fp, d, x);
    if (width == 64) {
        if (is_signed)
            x64_cmp64_ri(a, d, 1);
        else
            x64_test64_rr(a, d, d);
        return x64_jcc8(a, is_signed ? CC_NO : CC_NS);
    }
    if (is_signed)
        x64_movsx32_64_rr(a, t, d);
    else
        x64_mov32_rr(a, t, d);
    x64_cmp64_rr(a, t, d);
    return x64_jcc8(a, CC_E);
}

/* d = x - 2^63, negative if that is not an unsigned 63-bit number (then SF is set); tx is lost. */
static void trunc_above_63(struct x64_asm *a, enum x64_fp fp, unsigned d, unsigned x, unsigned t,
                           unsigned tx)
{
    x64_masm_fconst(a, fp, tx, minus_two_to_63(fp), t);
    add(a, fp, tx, x);
    cvtt64(a, fp, d, tx);
    x64_test64_rr(a, d, d);
}

void x64_masm_trunc(struct x64_asm *a, unsigned width, bool is_signed, enum x64_fp fp, unsigned d,
                    unsigned x, unsigned t, unsigned tx, struct x64_label *invalid,
                    struct x64_label *overflow)
{
    HS_ASSERT(t != d && tx != x);
    uint32_t done = trunc_in_range(a, width, is_signed, fp, d, x, t);
    ucomi(a, fp, x, x);
    x64_jcc_label(a, CC_P, invalid);
    if (width == 32) {
        x64_jmp_label(a, overflow);
    } else if (is_signed) {
        x64_masm_fconst(a, fp, tx, minus_two_to_63(fp), t);
        ucomi(a, fp, x, tx);
        x64_jcc_label(a, CC_NE, overflow);
    } else {
        trunc_above_63(a, fp, d, x, t, tx); /* for x <= -1 it is negative as well */
        x64_jcc_label(a, CC_S, overflow);
        x64_btc64_ri(a, d, 63);
    }
    x64_here8(a, done);
    if (width == 32 && is_signed)
        x64_mov32_rr(a, d, d);
}

void x64_masm_trunc_sat(struct x64_asm *a, unsigned width, bool is_signed, enum x64_fp fp,
                        unsigned d, unsigned x, unsigned t, unsigned tx)
{
    HS_ASSERT(t != d && tx != x);
    uint32_t done = trunc_in_range(a, width, is_signed, fp, d, x, t);
    if (is_signed) {
        /* NaN: 0. Else the largest number, plus the carry of x < 0. */
        x64_xorps_rr(a, tx, tx);
        ucomi(a, fp, x, tx);
        x64_mov32_ri(a, d, 0);
        uint32_t nan = x64_jcc8(a, CC_P);
        x64_mov64_ri(a, d, width == 32 ? INT32_MAX : INT64_MAX);
        if (width == 32)
            x64_adc32_ri(a, d, 0);
        else
            x64_adc64_ri(a, d, 0);
        x64_here8(a, nan);
    } else {
        uint32_t done_too = 0;
        if (width == 64) {
            trunc_above_63(a, fp, d, x, t, tx);
            uint32_t out = x64_jcc8(a, CC_S);
            x64_btc64_ri(a, d, 63);
            done_too = x64_jmp8(a);
            x64_here8(a, out);
        }
        /* Carry: x < 0, or NaN. 0 then, else all ones. */
        x64_xorps_rr(a, tx, tx);
        ucomi(a, fp, x, tx);
        if (width == 32) {
            x64_sbb32_rr(a, d, d);
            x64_not32_r(a, d);
        } else {
            x64_sbb64_rr(a, d, d);
            x64_not64_r(a, d);
            x64_here8(a, done_too);
        }
    }
    x64_here8(a, done);
    if (width == 32 && is_signed)
        x64_mov32_rr(a, d, d);
}

static void cvtsi64(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned s)
{
    x64_xorps_rr(a, dx, dx);
    if (fp == X64_F32)
        x64_cvtsi2ss64_rr(a, dx, s);
    else
        x64_cvtsi2sd64_rr(a, dx, s);
}

void x64_masm_convert(struct x64_asm *a, unsigned width, bool is_signed, enum x64_fp fp,
                      unsigned dx, unsigned s, unsigned t)
{
    if (width == 32 && is_signed) {
        x64_xorps_rr(a, dx, dx);
        if (fp == X64_F32)
            x64_cvtsi2ss32_rr(a, dx, s);
        else
            x64_cvtsi2sd32_rr(a, dx, s);
        return;
    }
    if (width == 32 || is_signed) {
        cvtsi64(a, fp, dx, s);
        return;
    }
    /* From 2^63 on: half of it, with the lost bit kept as sticky bit for the rounding, then
     * doubled. */
    HS_ASSERT(t != s);
    x64_test64_rr(a, s, s);
    uint32_t high = x64_jcc8(a, CC_S);
    cvtsi64(a, fp, dx, s);
    uint32_t done = x64_jmp8(a);
    x64_here8(a, high);
    x64_mov64_rr(a, t, s);
    x64_shr64_ri(a, t, 1);
    uint32_t even = x64_jcc8(a, CC_NC);
    x64_or64_ri(a, t, 1);
    x64_here8(a, even);
    cvtsi64(a, fp, dx, t);
    add(a, fp, dx, dx);
    x64_here8(a, done);
}
