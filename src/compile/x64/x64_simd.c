/* See x64_simd.h: the methods that the rows of x64_simd.def name. What is not obvious about a
 * sequence stands above it.
 *
 * All of them go through `two`, `three` and the like, which take the AVX form if there is one
 * and otherwise move first. VEX-encoded and other instructions mix without a penalty: upper
 * halves are never in use. */
#include "compile/x64/x64_simd.h"

/* --- the machine's instructions as data: the rows of x64_insn.def once more ------------------- */

#undef X64_ALU
#undef X64_SHIFT
#undef X64_UNARY
#undef X64_INT
#undef X64_EXTEND
#undef X64_LOCKED
#undef X64_BMI_RMV
#undef X64_BMI_RVM
#undef X64_BMI_VM
#undef X64_BMI_RMI
#undef X64_BYTES
#undef X64_SSE_FN
#undef X64_SSE_BIN
#undef X64_SSE_UN
#undef X64_SSE_ST
#undef X64_SSE_LD
#undef X64_SSE_BINI
#undef X64_SSE_UNI
#undef X64_SSE_SHI
#undef X64_SSE_CVT
#undef X64_SSE_OUT
#undef X64_SSE_OUTI
#undef X64_SSE_INSI
#undef X64_AVX_CVT
#undef X64_AVX_CVT3
#undef X64_AVX_OUT
#undef X64_AVX_UN
#undef X64_AVX_BIN
#undef X64_AVX_BIN_W
#undef X64_AVX_IS4
#define X64_ALU(...)
#define X64_SHIFT(...)
#define X64_UNARY(...)
#define X64_INT(...)
#define X64_EXTEND(...)
#define X64_LOCKED(...)
#define X64_BMI_RMV(...)
#define X64_BMI_RVM(...)
#define X64_BMI_VM(...)
#define X64_BMI_RMI(...)
#define X64_BYTES(...)
#define X64_SSE_ST(...)
#define X64_SSE_LD(...)
#define X64_SSE_CVT(...)
#define X64_SSE_OUT(...)
#define X64_AVX_CVT(...)
#define X64_AVX_CVT3(...)
#define X64_AVX_OUT(...)
#define X64_AVX_UN(...)
#define X64_SSE_FN(name, form)              I_##name = (form),
#define X64_SSE_BIN(name, pp, map, opcode)  I_##name = X64_FORM(pp, map, opcode),
#define X64_SSE_UN(name, pp, map, opcode)   I_##name = X64_FORM(pp, map, opcode),
#define X64_SSE_BINI(name, pp, map, opcode) I_##name = X64_FORM(pp, map, opcode),
#define X64_SSE_UNI(name, pp, map, opcode)  I_##name = X64_FORM(pp, map, opcode),
#define X64_SSE_SHI(name, opcode, digit) I_##name##_i = X64_FORM(1, 1, opcode) | (digit) << DIGIT,
#define X64_SSE_OUTI(name, map, opcode, w)                                                         \
    I_##name = X64_FORM(1, map, opcode) | ((w) ? X64_F_W : 0),
#define X64_SSE_INSI(name, map, opcode, w)                                                         \
    I_##name = X64_FORM(1, map, opcode) | ((w) ? X64_F_W : 0),
#define X64_AVX_BIN(name, pp, map, opcode)   I_##name = X64_FORM(pp, map, opcode),
#define X64_AVX_BIN_W(name, pp, map, opcode) I_##name = X64_FORM(pp, map, opcode) | X64_F_W,
#define X64_AVX_IS4(name, pp, map, opcode)   I_##name = X64_FORM(pp, map, opcode),

enum { DIGIT = 20 }; /* above the bits of a form: /digit of shifts by an immediate */
enum {
    I_0 = 0, /* rows without an instruction */
#include "compile/x64/x64_insn.def"
};

#define METHOD(name) static void name(struct x64_simd *x, const struct x64_simd_row *r)
#define UNUSED       ((void)r)

/* --- emitting --------------------------------------------------------------------------------- */

static bool avx(const struct x64_simd *x)
{
    return x->cpu & HS_CPU_AVX;
}

static void mov(struct x64_simd *x, unsigned d, unsigned s)
{
    if (d == s)
        return;
    if (avx(x))
        x64_vmovaps_rr(x->a, d, s);
    else
        x64_movaps_rr(x->a, d, s);
}

/* d = op s */
static void two(struct x64_simd *x, uint32_t form, unsigned d, unsigned s)
{
    if (avx(x))
        x64_emit_vex(x->a, form, d, 0, s);
    else
        x64_emit_r(x->a, form, d, s);
}

/* d = s op s2; d is not s2 (unless it is s too), except with AVX. */
static void three(struct x64_simd *x, uint32_t form, unsigned d, unsigned s, unsigned s2)
{
    if (avx(x)) {
        x64_emit_vex(x->a, form, d, s, s2);
        return;
    }
    HS_ASSERT(d != s2 || d == s);
    mov(x, d, s);
    x64_emit_r(x->a, form, d, s2);
}

/* The same where the order does not matter: any d. */
static void either(struct x64_simd *x, uint32_t form, unsigned d, unsigned s, unsigned s2)
{
    if (d == s2)
        three(x, form, d, s2, s);
    else
        three(x, form, d, s, s2);
}

/* The same where the order matters, with a temporary: any d. */
static void through(struct x64_simd *x, uint32_t form, unsigned d, unsigned s, unsigned s2,
                    unsigned tx)
{
    if (d == s2 && d != s && !avx(x)) {
        mov(x, tx, s2);
        s2 = tx;
    }
    three(x, form, d, s, s2);
}

static void imm(struct x64_simd *x, unsigned i)
{
    x64_u8(x->a, i);
}

/* The instruction before ends with a reference to a constant. */
static void use(struct x64_simd *x, uint64_t low, uint64_t high)
{
    HS_ASSERT(x->nuses < X64_SIMD_USES);
    x->uses[x->nuses].field = x64_pos(x->a) - 4;
    x->uses[x->nuses].bits[0] = low;
    x->uses[x->nuses++].bits[1] = high;
}

/* d = s op constant */
static void with2(struct x64_simd *x, uint32_t form, unsigned d, unsigned s, uint64_t low,
                  uint64_t high)
{
    if (avx(x)) {
        x64_emit_vex_m(x->a, form, d, s, x64_rip(0));
    } else {
        mov(x, d, s);
        x64_emit_m(x->a, form, d, x64_rip(0));
    }
    use(x, low, high);
}
static void with(struct x64_simd *x, uint32_t form, unsigned d, unsigned s, uint64_t half)
{
    with2(x, form, d, s, half, half);
}

static void constant2(struct x64_simd *x, unsigned d, uint64_t low, uint64_t high)
{
    if (avx(x))
        x64_vmovaps_rm(x->a, d, x64_rip(0));
    else
        x64_movaps_rm(x->a, d, x64_rip(0));
    use(x, low, high);
}
static void constant(struct x64_simd *x, unsigned d, uint64_t half)
{
    constant2(x, d, half, half);
}

static uint64_t rep8(unsigned i)
{
    return (i & 0xff) * UINT64_C(0x0101010101010101);
}
static uint64_t rep16(unsigned i)
{
    return (i & 0xffff) * UINT64_C(0x0001000100010001);
}
static uint64_t rep32(uint32_t i)
{
    return i * UINT64_C(0x0000000100000001);
}

static void zero(struct x64_simd *x, unsigned d)
{
    three(x, I_pxor, d, d, d);
}
static void ones(struct x64_simd *x, unsigned d)
{
    three(x, I_pcmpeqd, d, d, d);
}

/* d = s shifted by an immediate; the form says the digit. */
static void shift_imm(struct x64_simd *x, uint32_t form, unsigned d, unsigned s, unsigned n)
{
    unsigned digit = form >> DIGIT;
    form &= (1u << DIGIT) - 1;
    if (avx(x)) {
        x64_emit_vex(x->a, form, digit, d, s);
    } else {
        mov(x, d, s);
        x64_emit_r(x->a, form, digit, d);
    }
    imm(x, n);
}

static void pshufd(struct x64_simd *x, unsigned d, unsigned s, unsigned i)
{
    two(x, I_pshufd, d, s);
    imm(x, i);
}

/* tx = the count modulo the width, plus something. */
static void count(struct x64_simd *x, unsigned tx, unsigned mask, unsigned plus)
{
    x64_mov32_rr(x->a, x->t, x->s[1]);
    x64_and32_ri(x->a, x->t, (int32_t)mask);
    if (plus)
        x64_add32_ri(x->a, x->t, (int32_t)plus);
    if (avx(x))
        x64_vmovd_x_rr(x->a, tx, x->t);
    else
        x64_movd_x_rr(x->a, tx, x->t);
}

/* --- one instruction -------------------------------------------------------------------------- */

METHOD(un)
{
    two(x, r->insn, x->d, x->s[0]);
}

METHOD(un_imm)
{
    two(x, r->insn, x->d, x->s[0]);
    imm(x, r->imm);
}

static void in_memory(struct x64_simd *x, uint32_t form)
{
    x64_emit_vex_m(x->a, form, x->d, x->s[0], x->m);
    x->field = x64_pos(x->a) - 4;
}

METHOD(bin)
{
    if (x->in_memory)
        in_memory(x, r->insn);
    else if (r->flags & X64_SIMD_COMMUTES)
        either(x, r->insn, x->d, x->s[0], x->s[1]);
    else
        three(x, r->insn, x->d, x->s[0], x->s[1]);
}

METHOD(bin_imm)
{
    if (x->in_memory)
        in_memory(x, r->insn | X64_IMM(1));
    else if (r->flags & X64_SIMD_COMMUTES)
        either(x, r->insn, x->d, x->s[0], x->s[1]);
    else
        three(x, r->insn, x->d, x->s[0], x->s[1]);
    imm(x, r->imm);
}

/* --- bits ------------------------------------------------------------------------------------- */

METHOD(not_)
{
    ones(x, x->tx[0]);
    either(x, r->insn, x->d, x->s[0], x->tx[0]);
}

METHOD(bin_not)
{
    bin(x, r);
    ones(x, x->tx[0]);
    either(x, I_pxor, x->d, x->d, x->tx[0]);
}

/* ((a ^ b) & mask) ^ b */
static void select_bits(struct x64_simd *x, unsigned a, unsigned b, unsigned mask)
{
    unsigned d = x->d == b || x->d == mask ? x->tx[0] : x->d;
    three(x, I_pxor, d, a, b);
    three(x, I_pand, d, d, mask);
    either(x, I_pxor, x->d, d, b);
}

METHOD(bitselect)
{
    UNUSED;
    select_bits(x, x->s[0], x->s[1], x->s[2]);
}

METHOD(laneselect)
{
    if (!avx(x) || !r->insn) {
        select_bits(x, x->s[0], x->s[1], x->s[2]);
        return;
    }
    x64_emit_vex(x->a, r->insn, x->d, x->s[1], x->s[0]);
    imm(x, (unsigned)x->s[2] << 4);
}

METHOD(any_true)
{
    UNUSED;
    two(x, I_ptest, x->s[0], x->s[0]);
    x->cc = CC_NE;
}

METHOD(all_true)
{
    zero(x, x->tx[0]);
    three(x, r->insn, x->tx[0], x->tx[0], x->s[0]);
    two(x, I_ptest, x->tx[0], x->tx[0]);
    x->cc = CC_E;
}

/* --- comparisons of integers ------------------------------------------------------------------ */

/* a is the larger of both (or the smaller): a >= b, a <= b. */
METHOD(extreme_eq)
{
    three(x, r->insn, x->tx[0], x->s[0], x->s[1]);
    either(x, r->second, x->d, x->s[0], x->tx[0]);
}

METHOD(extreme_ne)
{
    extreme_eq(x, r);
    ones(x, x->tx[1]);
    either(x, I_pxor, x->d, x->d, x->tx[1]);
}

/* a > b; with an immediate the opposite. Without SSE4.2: the high words decide, and where they
 * are equal, the borrow of b - a, which is all ones in the high word. */
METHOD(greater64)
{
    unsigned tx = x->tx[0], ty = x->tx[1], a = x->s[0], b = x->s[1];
    if (x->cpu & HS_CPU_SSE42) {
        through(x, I_pcmpgtq, x->d, a, b, tx);
    } else {
        three(x, I_psubq, tx, b, a);
        three(x, I_pcmpeqd, ty, a, b);
        three(x, I_pand, tx, tx, ty);
        three(x, I_pcmpgtd, ty, a, b);
        three(x, I_por, tx, tx, ty);
        pshufd(x, x->d, tx, 0xf5);
    }
    if (r->imm) {
        ones(x, tx);
        either(x, I_pxor, x->d, x->d, tx);
    }
}

/* --- arithmetic of integers ------------------------------------------------------------------- */

METHOD(neg)
{
    unsigned d = avx(x) || x->d == x->s[0] ? x->tx[0] : x->d;
    zero(x, d);
    if (avx(x)) {
        three(x, r->insn, x->d, d, x->s[0]);
    } else {
        three(x, r->insn, d, d, x->s[0]);
        mov(x, x->d, d);
    }
}

/* The sign, spread over the lane, by exclusive or and subtraction. */
METHOD(abs64)
{
    UNUSED;
    unsigned tx = x->tx[0];
    pshufd(x, tx, x->s[0], 0xf5);
    shift_imm(x, I_psrad_i, tx, tx, 31);
    three(x, I_pxor, x->d, x->s[0], tx);
    three(x, I_psubq, x->d, x->d, tx);
}

/* Both halves of each byte select from a table. */
METHOD(popcnt)
{
    UNUSED;
    unsigned tx = x->tx[0], ty = x->tx[1];
    const uint64_t low = 0x0302020102010100, high = 0x0403030203020201;
    constant(x, tx, rep8(0x0f));
    three(x, I_pand, ty, x->s[0], tx);
    shift_imm(x, I_psrlw_i, x->d, x->s[0], 4);
    three(x, I_pand, x->d, x->d, tx);
    constant2(x, tx, low, high);
    if (avx(x)) {
        three(x, I_pshufb, ty, tx, ty);
        three(x, I_pshufb, tx, tx, x->d);
    } else {
        x64_pshufb_rr(x->a, tx, ty);
        constant2(x, ty, low, high);
        x64_pshufb_rr(x->a, ty, x->d);
    }
    three(x, I_paddb, x->d, tx, ty);
}

METHOD(mask8)
{
    UNUSED;
    two(x, X64_FORM(1, 1, 0xd7), x->d, x->s[0]); /* pmovmskb */
}

METHOD(mask16)
{
    UNUSED;
    three(x, I_packsswb, x->tx[0], x->s[0], x->s[0]);
    two(x, X64_FORM(1, 1, 0xd7), x->d, x->tx[0]);
    x64_movzx8_32_rr(x->a, x->d, x->d);
}

METHOD(mask32)
{
    UNUSED;
    two(x, X64_FORM(0, 1, 0x50), x->d, x->s[0]); /* movmskps */
}

METHOD(mask64)
{
    UNUSED;
    two(x, X64_FORM(1, 1, 0x50), x->d, x->s[0]); /* movmskpd */
}

/* Low times low, and both products of a high and a low word. */
METHOD(mul64)
{
    UNUSED;
    unsigned tx = x->tx[0], ty = x->tx[1], a = x->s[0], b = x->s[1];
    shift_imm(x, I_psrlq_i, tx, a, 32);
    three(x, I_pmuludq, tx, tx, b);
    shift_imm(x, I_psrlq_i, ty, b, 32);
    three(x, I_pmuludq, ty, ty, a);
    three(x, I_paddq, tx, tx, ty);
    shift_imm(x, I_psllq_i, tx, tx, 32);
    either(x, I_pmuludq, x->d, a, b);
    three(x, I_paddq, x->d, x->d, tx);
}

/* pmulhrsw is exact but for -1 * -1, which gives 0x8000 and nothing else does. */
METHOD(q15mulr)
{
    UNUSED;
    either(x, I_pmulhrsw, x->d, x->s[0], x->s[1]);
    with(x, I_pcmpeqw, x->tx[0], x->d, rep16(0x8000));
    three(x, I_pxor, x->d, x->d, x->tx[0]);
}

/* --- shifts ----------------------------------------------------------------------------------- */

METHOD(shift)
{
    if (x->constant) {
        unsigned n = x->imm & r->imm;
        if (n)
            shift_imm(x, r->second, x->d, x->s[0], n);
        else
            mov(x, x->d, x->s[0]);
        return;
    }
    count(x, x->tx[0], r->imm, 0);
    three(x, r->insn, x->d, x->s[0], x->tx[0]);
}

/* The lowest byte to all bytes; tx is clobbered. */
static void spread_byte(struct x64_simd *x, unsigned d, unsigned tx)
{
    if (x->cpu & HS_CPU_AVX2) {
        x64_vpbroadcastb_rr(x->a, d, d);
    } else {
        zero(x, tx);
        three(x, I_pshufb, d, d, tx);
    }
}

/* There are no shifts of bytes: words are shifted and what crossed a border is masked. The mask
 * comes from shifting ones in the same way. */
METHOD(shl8)
{
    unsigned tx = x->tx[0], ty = x->tx[1], n = x->imm & r->imm;
    if (!x->constant) {
        count(x, tx, r->imm, 0);
        three(x, I_psllw, x->d, x->s[0], tx);
        ones(x, ty);
        three(x, I_psllw, ty, ty, tx);
        spread_byte(x, ty, tx);
        three(x, I_pand, x->d, x->d, ty);
    } else if (n == 0) {
        mov(x, x->d, x->s[0]);
    } else if (n == 1) {
        three(x, I_paddb, x->d, x->s[0], x->s[0]);
    } else {
        shift_imm(x, I_psllw_i, x->d, x->s[0], n);
        with(x, I_pand, x->d, x->d, rep8(0xff << n));
    }
}

METHOD(shr8_u)
{
    unsigned tx = x->tx[0], ty = x->tx[1], n = x->imm & r->imm;
    if (!x->constant) {
        count(x, tx, r->imm, 0);
        three(x, I_psrlw, x->d, x->s[0], tx);
        ones(x, ty);
        shift_imm(x, I_psrlw_i, ty, ty, 8);
        three(x, I_psrlw, ty, ty, tx);
        spread_byte(x, ty, tx);
        three(x, I_pand, x->d, x->d, ty);
    } else if (n == 0) {
        mov(x, x->d, x->s[0]);
    } else {
        shift_imm(x, I_psrlw_i, x->d, x->s[0], n);
        with(x, I_pand, x->d, x->d, rep8(0xff >> n));
    }
}

/* By a constant: unsigned, then the sign bit is spread by (v ^ m) - m. Otherwise bytes go to the
 * upper half of words. */
METHOD(shr8_s)
{
    unsigned tx = x->tx[0], ty = x->tx[1], n = x->imm & r->imm;
    if (!x->constant) {
        count(x, tx, r->imm, 8);
        three(x, I_punpckhbw, ty, x->s[0], x->s[0]);
        three(x, I_psraw, ty, ty, tx);
        three(x, I_punpcklbw, x->d, x->s[0], x->s[0]);
        three(x, I_psraw, x->d, x->d, tx);
        three(x, I_packsswb, x->d, x->d, ty);
    } else if (n == 0) {
        mov(x, x->d, x->s[0]);
    } else if (n == 7) { /* 0 > v */
        zero(x, tx);
        three(x, I_pcmpgtb, tx, tx, x->s[0]);
        mov(x, x->d, tx);
    } else {
        shift_imm(x, I_psrlw_i, x->d, x->s[0], n);
        with(x, I_pand, x->d, x->d, rep8(0xff >> n));
        with(x, I_pxor, x->d, x->d, rep8(0x80 >> n));
        with(x, I_psubb, x->d, x->d, rep8(0x80 >> n));
    }
}

/* The same trick. */
METHOD(shr64_s)
{
    unsigned tx = x->tx[0], ty = x->tx[1], n = x->imm & r->imm;
    const uint64_t top = UINT64_C(1) << 63;
    if (!x->constant) {
        count(x, tx, r->imm, 0);
        constant(x, ty, top);
        three(x, I_psrlq, ty, ty, tx);
        three(x, I_psrlq, x->d, x->s[0], tx);
        three(x, I_pxor, x->d, x->d, ty);
        three(x, I_psubq, x->d, x->d, ty);
    } else if (n == 0) {
        mov(x, x->d, x->s[0]);
    } else if (n == 63) {
        pshufd(x, x->d, x->s[0], 0xf5);
        shift_imm(x, I_psrad_i, x->d, x->d, 31);
    } else {
        shift_imm(x, I_psrlq_i, x->d, x->s[0], n);
        with(x, I_pxor, x->d, x->d, top >> n);
        with(x, I_psubq, x->d, x->d, top >> n);
    }
}

/* --- wider integers --------------------------------------------------------------------------- */

METHOD(extend_high)
{
    pshufd(x, x->d, x->s[0], 0xee);
    two(x, r->insn, x->d, x->d);
}

/* Bytes are extended, then multiplied. */
METHOD(extmul8)
{
    unsigned tx = x->tx[0];
    if (r->imm) {
        pshufd(x, tx, x->s[0], 0xee);
        two(x, r->insn, tx, tx);
        pshufd(x, x->d, x->s[1], 0xee);
        two(x, r->insn, x->d, x->d);
    } else {
        two(x, r->insn, tx, x->s[0]);
        two(x, r->insn, x->d, x->s[1]);
    }
    three(x, I_pmullw, x->d, x->d, tx);
}

/* High and low halves of the products, interleaved. */
METHOD(extmul16)
{
    unsigned tx = x->tx[0];
    three(x, r->insn, tx, x->s[0], x->s[1]);
    either(x, I_pmullw, x->d, x->s[0], x->s[1]);
    three(x, r->second, x->d, x->d, tx);
}

METHOD(extmul32)
{
    unsigned tx = x->tx[0];
    pshufd(x, tx, x->s[0], r->imm);
    pshufd(x, x->d, x->s[1], r->imm);
    three(x, r->insn, x->d, x->d, tx);
}

/* Products with ones, added in pairs; pmaddubsw takes its first operand as unsigned, the second
 * as signed. */
METHOD(extadd8_s)
{
    UNUSED;
    constant(x, x->tx[0], rep8(1));
    three(x, I_pmaddubsw, x->tx[0], x->tx[0], x->s[0]);
    mov(x, x->d, x->tx[0]);
}

METHOD(extadd8_u)
{
    UNUSED;
    with(x, I_pmaddubsw, x->d, x->s[0], rep8(1));
}

METHOD(extadd16_s)
{
    UNUSED;
    with(x, I_pmaddwd, x->d, x->s[0], rep16(1));
}

METHOD(extadd16_u)
{
    UNUSED;
    unsigned tx = x->tx[0];
    zero(x, tx);
    three(x, I_pblendw, tx, tx, x->s[0]);
    imm(x, 0x55);
    shift_imm(x, I_psrld_i, x->d, x->s[0], 16);
    three(x, I_paddd, x->d, x->d, tx);
}

METHOD(dot_add)
{
    UNUSED;
    unsigned tx = x->tx[0];
    three(x, I_pmaddubsw, tx, x->s[1], x->s[0]);
    with(x, I_pmaddwd, tx, tx, rep16(1));
    either(x, I_paddd, x->d, tx, x->s[2]);
}

/* --- floating point; the immediate of a row: 64 bits ------------------------------------------ */

METHOD(float_abs)
{
    with(x, r->insn, x->d, x->s[0], r->imm ? UINT64_MAX >> 1 : rep32(0x7fffffff));
}

METHOD(float_neg)
{
    with(x, r->insn, x->d, x->s[0], r->imm ? UINT64_C(1) << 63 : rep32(0x80000000));
}

/* NaNs become canonical: ty = unordered lanes, without the bits that stay; d = tx & ~ty. */
static void canonical(struct x64_simd *x, bool wide, unsigned tx, unsigned ty)
{
    shift_imm(x, wide ? I_psrlq_i : I_psrld_i, ty, ty, wide ? 13 : 10);
    three(x, I_andnps, x->d, ty, tx);
}

/* minps gives its second operand for NaN and for zeros of both signs, so both orders together
 * have everything: `or` makes -0 and NaN win. */
METHOD(float_min)
{
    unsigned tx = x->tx[0], ty = x->tx[1];
    three(x, r->insn, tx, x->s[0], x->s[1]);
    three(x, r->insn, ty, x->s[1], x->s[0]);
    three(x, I_orps, tx, tx, ty);
    three(x, r->imm ? I_cmppd : I_cmpps, ty, tx, tx);
    imm(x, 3);
    three(x, I_orps, tx, tx, ty);
    canonical(x, r->imm, tx, ty);
}

/* Where the orders differ there are zeros or a NaN: -0 - -0 is +0, and NaN minus anything is a
 * quiet NaN. */
METHOD(float_max)
{
    unsigned tx = x->tx[0], ty = x->tx[1];
    three(x, r->insn, tx, x->s[0], x->s[1]);
    three(x, r->insn, ty, x->s[1], x->s[0]);
    three(x, I_xorps, ty, ty, tx);
    three(x, I_orps, tx, tx, ty);
    three(x, r->imm ? I_subpd : I_subps, tx, tx, ty);
    three(x, r->imm ? I_cmppd : I_cmpps, ty, tx, tx);
    imm(x, 3);
    canonical(x, r->imm, tx, ty);
}

METHOD(madd)
{
    unsigned a = x->s[0], b = x->s[1], c = x->s[2];
    if (!(x->cpu & HS_CPU_FMA)) {
        either(x, r->imm ? I_mulpd : I_mulps, x->tx[0], a, b);
        either(x, r->imm ? I_addpd : I_addps, x->d, x->tx[0], c);
    } else if (x->d == c) {
        x64_emit_vex(x->a, r->second, c, a, b);
    } else if (x->d == b) {
        x64_emit_vex(x->a, r->insn, b, a, c);
    } else {
        mov(x, x->d, a);
        x64_emit_vex(x->a, r->insn, x->d, b, c);
    }
}

METHOD(nmadd)
{
    if (x->cpu & HS_CPU_FMA) {
        madd(x, r);
    } else {
        either(x, r->imm ? I_mulpd : I_mulps, x->tx[0], x->s[0], x->s[1]);
        three(x, r->imm ? I_subpd : I_subps, x->d, x->s[2], x->tx[0]);
    }
}

/* --- conversions ------------------------------------------------------------------------------ */

/* Halves become the mantissas of 2^23 + low and 2^39 + high * 2^16, which are exact; only the
 * last sum rounds. */
METHOD(convert32_u)
{
    UNUSED;
    unsigned tx = x->tx[0];
    constant(x, tx, rep32(0x4b000000));
    three(x, I_pblendw, tx, tx, x->s[0]);
    imm(x, 0x55);
    shift_imm(x, I_psrld_i, x->d, x->s[0], 16);
    with(x, I_por, x->d, x->d, rep32(0x53000000));
    with(x, I_subps, x->d, x->d, rep32(0x53000080));
    three(x, I_addps, x->d, x->d, tx);
}

/* The mantissas of 2^52 + value. */
METHOD(convert64_u)
{
    UNUSED;
    with(x, I_unpcklps, x->d, x->s[0], rep32(0x43300000));
    with(x, I_subpd, x->d, x->d, UINT64_C(0x4330000000000000));
}

/* NaN becomes 0 first. Out of range gives 0x80000000, which is right below, and is inverted
 * above. */
METHOD(trunc32_s)
{
    UNUSED;
    unsigned tx = x->tx[0];
    three(x, I_cmpps, tx, x->s[0], x->s[0]);
    imm(x, 0);
    three(x, I_andps, x->d, x->s[0], tx);
    constant(x, tx, rep32(0x4f000000));
    three(x, I_cmpps, tx, tx, x->d);
    imm(x, 2);
    two(x, I_cvttps2dq, x->d, x->d);
    three(x, I_pxor, x->d, x->d, tx);
}

/* NaN and negative become 0 first. v below 2^31 converts as it is; otherwise that gives
 * 0x80000000, and v - 2^31 is added, saturated to 0 and 2^31 - 1. */
METHOD(trunc32_u)
{
    UNUSED;
    unsigned tx = x->tx[0], ty = x->tx[1];
    zero(x, tx);
    three(x, I_maxps, x->d, x->s[0], tx);
    with(x, I_subps, ty, x->d, rep32(0x4f000000));
    constant(x, tx, rep32(0x4f000000));
    three(x, I_cmpps, tx, tx, ty);
    imm(x, 2);
    two(x, I_cvttps2dq, ty, ty);
    three(x, I_pxor, ty, ty, tx);
    zero(x, tx);
    three(x, I_pmaxsd, ty, ty, tx);
    two(x, I_cvttps2dq, x->d, x->d);
    three(x, I_paddd, x->d, x->d, ty);
}

/* min with 2^31 - 1, or with 0 for NaN; below gives 0x80000000, which is right. */
METHOD(trunc64_s)
{
    UNUSED;
    unsigned tx = x->tx[0];
    three(x, I_cmppd, tx, x->s[0], x->s[0]);
    imm(x, 0);
    with(x, I_andpd, tx, tx, UINT64_C(0x41dfffffffc00000));
    three(x, I_minpd, x->d, x->s[0], tx);
    two(x, I_cvttpd2dq, x->d, x->d);
}

/* Between 0 and 2^32 - 1, then the mantissa of 2^52 + value. */
METHOD(trunc64_u)
{
    UNUSED;
    unsigned tx = x->tx[0];
    zero(x, tx);
    three(x, I_maxpd, x->d, x->s[0], tx);
    with(x, I_minpd, x->d, x->d, UINT64_C(0x41efffffffe00000));
    two(x, I_roundpd, x->d, x->d);
    imm(x, 11);
    with(x, I_addpd, x->d, x->d, UINT64_C(0x4330000000000000));
    three(x, I_shufps, x->d, x->d, tx);
    imm(x, 0x88);
}

/* --- lanes ------------------------------------------------------------------------------------ */

/* pshufb clears lanes whose index has its top bit set: indices from 16 up are made so by
 * saturation. */
METHOD(swizzle)
{
    UNUSED;
    unsigned tx = x->tx[0];
    with(x, I_paddusb, tx, x->s[1], rep8(0x70));
    three(x, I_pshufb, x->d, x->s[0], tx);
}

/* Are the lanes groups of n bytes, each a whole one of the sources? Their numbers. */
static bool grouped(const uint8_t l[16], unsigned n, uint8_t out[16])
{
    for (unsigned i = 0; i < 16; i += n) {
        if (l[i] % n)
            return false;
        for (unsigned k = 1; k < n; k++)
            if (l[i + k] != l[i] + k)
                return false;
        out[i / n] = (uint8_t)(l[i] / n);
    }
    return true;
}

static void shuffle_one(struct x64_simd *x, unsigned s, const uint8_t l[16])
{
    uint8_t g[16];
    unsigned i;
    for (i = 0; i < 16 && l[i] == i; i++)
        ;
    if (i == 16) {
        mov(x, x->d, s);
    } else if (grouped(l, 4, g)) {
        pshufd(x, x->d, s, g[0] | g[1] << 2 | g[2] << 4 | (unsigned)g[3] << 6);
    } else {
        with2(x, I_pshufb, x->d, s, hs_load64(l), hs_load64(l + 8));
    }
}

/* Interleaved lanes of a and b? */
static bool unpack(struct x64_simd *x, const uint8_t l[16], unsigned a, unsigned b)
{
    static const uint32_t forms[2][4] = {
        {I_punpcklbw, I_punpcklwd, I_punpckldq, I_punpcklqdq},
        {I_punpckhbw, I_punpckhwd, I_punpckhdq, I_punpckhqdq},
    };
    uint8_t g[16];
    for (unsigned k = 0; k < 4; k++) {
        unsigned n = 16u >> k; /* lanes */
        if (!grouped(l, 1u << k, g))
            continue;
        for (unsigned high = 0; high < 2; high++) {
            unsigned i;
            for (i = 0; i < n && g[i] == (i & 1) * n + i / 2 + high * (n / 2); i++)
                ;
            if (i == n) {
                through(x, forms[high][k], x->d, a, b, x->tx[0]);
                return true;
            }
        }
    }
    return false;
}

static bool shuffle_two(struct x64_simd *x, const uint8_t l[16], unsigned a, unsigned b)
{
    uint8_t g[16];
    unsigned i, blend = 0;
    if (unpack(x, l, a, b))
        return true;
    for (i = 0; i < 16 && l[i] == l[0] + i; i++)
        ;
    if (i == 16 && l[0] < 16) {
        through(x, I_palignr, x->d, b, a, x->tx[0]);
        imm(x, l[0]);
        return true;
    }
    if (grouped(l, 2, g)) {
        for (i = 0; i < 8 && (g[i] & 7) == i; i++)
            blend |= (g[i] >= 8u) << i;
        if (i == 8) {
            through(x, I_pblendw, x->d, a, b, x->tx[0]);
            imm(x, blend);
            return true;
        }
    }
    if (grouped(l, 4, g) && g[0] < 4 && g[1] < 4 && g[2] >= 4 && g[3] >= 4) {
        through(x, I_shufps, x->d, a, b, x->tx[0]);
        imm(x, g[0] | g[1] << 2 | (g[2] & 3) << 4 | (g[3] & 3u) << 6);
        return true;
    }
    return false;
}

METHOD(shuffle)
{
    UNUSED;
    unsigned tx = x->tx[0], a = x->s[0], b = x->s[1];
    uint8_t l[16], other[16], from_a = 0, from_b = 0;
    for (int i = 0; i < 16; i++) {
        l[i] = x->lanes[i] & (a == b ? 15 : 31);
        other[i] = l[i] ^ 16;
        from_a |= l[i] < 16;
        from_b |= l[i] >= 16;
    }
    if (!from_b) {
        shuffle_one(x, a, l);
    } else if (!from_a) {
        shuffle_one(x, b, other);
    } else if (!shuffle_two(x, l, a, b) && !shuffle_two(x, other, b, a)) {
        for (int i = 0; i < 16; i++) {
            l[i] = l[i] < 16 ? l[i] : 0x80;
            other[i] = other[i] < 16 ? other[i] : 0x80;
        }
        with2(x, I_pshufb, tx, b, hs_load64(other), hs_load64(other + 8));
        with2(x, I_pshufb, x->d, a, hs_load64(l), hs_load64(l + 8));
        three(x, I_por, x->d, x->d, tx);
    }
}

static void from_gpr(struct x64_simd *x, bool wide)
{
    if (avx(x)) {
        if (wide)
            x64_vmovq_x_rr(x->a, x->d, x->s[0]);
        else
            x64_vmovd_x_rr(x->a, x->d, x->s[0]);
    } else if (wide) {
        x64_movq_x_rr(x->a, x->d, x->s[0]);
    } else {
        x64_movd_x_rr(x->a, x->d, x->s[0]);
    }
}

METHOD(splat_8)
{
    UNUSED;
    from_gpr(x, false);
    spread_byte(x, x->d, x->tx[0]);
}

static void spread_word(struct x64_simd *x)
{
    if (x->cpu & HS_CPU_AVX2) {
        x64_vpbroadcastw_rr(x->a, x->d, x->d);
        return;
    }
    two(x, I_pshuflw, x->d, x->d);
    imm(x, 0);
    pshufd(x, x->d, x->d, 0);
}

METHOD(splat_16)
{
    UNUSED;
    from_gpr(x, false);
    spread_word(x);
}

METHOD(splat_32)
{
    UNUSED;
    from_gpr(x, false);
    pshufd(x, x->d, x->d, 0);
}

METHOD(splat_64)
{
    UNUSED;
    from_gpr(x, true);
    three(x, I_punpcklqdq, x->d, x->d, x->d);
}

METHOD(splat_f32)
{
    UNUSED;
    if (x->cpu & HS_CPU_AVX2)
        x64_vbroadcastss_rr(x->a, x->d, x->s[0]);
    else
        pshufd(x, x->d, x->s[0], 0);
}

METHOD(splat_f64)
{
    UNUSED;
    two(x, I_movddup, x->d, x->s[0]);
}

/* The immediate of the row: signed. */
METHOD(extract_8)
{
    if (avx(x))
        x64_vpextrb_rri(x->a, x->d, x->s[0], x->imm);
    else
        x64_pextrb_rri(x->a, x->d, x->s[0], x->imm);
    if (r->imm)
        x64_movsx8_32_rr(x->a, x->d, x->d);
}

METHOD(extract_16)
{
    if (avx(x))
        x64_vpextrw_rri(x->a, x->d, x->s[0], x->imm);
    else
        x64_pextrw_rri(x->a, x->d, x->s[0], x->imm);
    if (r->imm)
        x64_movsx16_32_rr(x->a, x->d, x->d);
}

METHOD(extract_32)
{
    UNUSED;
    if (x->imm == 0)
        avx(x) ? x64_vmovd_g_rr(x->a, x->d, x->s[0]) : x64_movd_g_rr(x->a, x->d, x->s[0]);
    else if (avx(x))
        x64_vpextrd_rri(x->a, x->d, x->s[0], x->imm);
    else
        x64_pextrd_rri(x->a, x->d, x->s[0], x->imm);
}

METHOD(extract_64)
{
    UNUSED;
    if (x->imm == 0)
        avx(x) ? x64_vmovq_g_rr(x->a, x->d, x->s[0]) : x64_movq_g_rr(x->a, x->d, x->s[0]);
    else if (avx(x))
        x64_vpextrq_rri(x->a, x->d, x->s[0], x->imm);
    else
        x64_pextrq_rri(x->a, x->d, x->s[0], x->imm);
}

METHOD(extract_f32)
{
    UNUSED;
    if (x->imm == 0)
        mov(x, x->d, x->s[0]);
    else
        pshufd(x, x->d, x->s[0], x->imm);
}

METHOD(extract_f64)
{
    UNUSED;
    if (x->imm == 0)
        mov(x, x->d, x->s[0]);
    else
        pshufd(x, x->d, x->s[0], 0xee);
}

/* pinsr: the second operand is a general register, never d. */
static void insert(struct x64_simd *x, const struct x64_simd_row *r)
{
    if (avx(x)) {
        x64_emit_vex(x->a, r->insn, x->d, x->s[0], x->s[1]);
    } else {
        mov(x, x->d, x->s[0]);
        x64_emit_r(x->a, r->insn, x->d, x->s[1]);
    }
    imm(x, x->imm);
}

METHOD(replace_8)
{
    insert(x, r);
}
METHOD(replace_16)
{
    insert(x, r);
}
METHOD(replace_32)
{
    insert(x, r);
}
METHOD(replace_64)
{
    insert(x, r);
}

METHOD(replace_f32)
{
    UNUSED;
    through(x, I_insertps, x->d, x->s[0], x->s[1], x->tx[0]);
    imm(x, (unsigned)x->imm << 4);
}

METHOD(replace_f64)
{
    UNUSED;
    through(x, x->imm ? I_unpcklpd : I_movsd, x->d, x->s[0], x->s[1], x->tx[0]);
}

/* --- memory ----------------------------------------------------------------------------------- */

METHOD(load)
{
    if (avx(x))
        x64_emit_vex_m(x->a, r->insn, x->d, 0, x->m);
    else
        x64_emit_m(x->a, r->insn, x->d, x->m);
}

METHOD(load_splat8)
{
    UNUSED;
    if (x->cpu & HS_CPU_AVX2) {
        x64_vpbroadcastb_rm(x->a, x->d, x->m);
        return;
    }
    zero(x, x->d);
    x64_pinsrb_rmi(x->a, x->d, x->m, 0);
    spread_byte(x, x->d, x->tx[0]);
}

METHOD(load_splat16)
{
    UNUSED;
    if (x->cpu & HS_CPU_AVX2) {
        x64_vpbroadcastw_rm(x->a, x->d, x->m);
        return;
    }
    zero(x, x->d);
    x64_pinsrw_rmi(x->a, x->d, x->m, 0);
    spread_word(x);
}

METHOD(load_splat32)
{
    UNUSED;
    if (avx(x)) {
        x64_vbroadcastss_rm(x->a, x->d, x->m);
    } else {
        x64_movss_rm(x->a, x->d, x->m);
        pshufd(x, x->d, x->d, 0);
    }
}

METHOD(load_lane)
{
    if (avx(x)) {
        x64_emit_vex_m(x->a, r->insn | X64_IMM(1), x->d, x->s[0], x->m);
    } else {
        mov(x, x->d, x->s[0]);
        x64_emit_m(x->a, r->insn | X64_IMM(1), x->d, x->m);
    }
    imm(x, x->imm);
}

METHOD(store)
{
    UNUSED;
    if (avx(x))
        x64_vmovups_mr(x->a, x->m, x->s[0]);
    else
        x64_movups_mr(x->a, x->m, x->s[0]);
}

METHOD(store_lane)
{
    if (x->imm == 0 && r->imm >= 4) {
        if (r->imm == 4)
            avx(x) ? x64_vmovss_mr(x->a, x->m, x->s[0]) : x64_movss_mr(x->a, x->m, x->s[0]);
        else
            avx(x) ? x64_vmovsd_mr(x->a, x->m, x->s[0]) : x64_movsd_mr(x->a, x->m, x->s[0]);
        return;
    }
    if (avx(x))
        x64_emit_vex_m(x->a, r->insn | X64_IMM(1), x->s[0], 0, x->m);
    else
        x64_emit_m(x->a, r->insn | X64_IMM(1), x->s[0], x->m);
    imm(x, x->imm);
}

/* --- the table -------------------------------------------------------------------------------- */

#define C    X64_SIMD_COMMUTES
#define SWAP X64_SIMD_SWAP
#define ANY  X64_SIMD_ANY
enum { FIRST = OP_V128_LOAD };
static const struct x64_simd_row rows[] = {
#define SIMD(class, op, method, insn, second, imm, temps, flags)                                   \
    [OP_##op - FIRST] = {method, I_##insn, I_##second, X64_SIMD_##class, imm, temps, flags},
#include "compile/x64/x64_simd.def"
};

const struct x64_simd_row *x64_simd_row(enum op op)
{
    return &rows[op - FIRST];
}

bool x64_simd_folds(enum op op, uint32_t cpu)
{
    const struct x64_simd_row *r = x64_simd_row(op);
    return (cpu & HS_CPU_AVX) && (r->emit == bin || r->emit == bin_imm) && !(r->flags & SWAP);
}

/* Would writing d destroy an operand that is still needed? */
static bool clashes(const struct x64_simd_row *r, const struct x64_simd *x)
{
    if (avx(x) || (r->flags & (C | ANY)))
        return false;
    unsigned second = r->flags & SWAP ? 0 : 1, first = 1 - second;
    return (r->class == X64_SIMD_BIN || r->class == X64_SIMD_TER) && x->d == x->s[second] &&
           x->d != x->s[first];
}

unsigned x64_simd_temps(enum op op, const struct x64_simd *x)
{
    const struct x64_simd_row *r = x64_simd_row(op);
    return r->temps + clashes(r, x);
}

void x64_simd_emit(enum op op, struct x64_simd *x)
{
    const struct x64_simd_row *r = x64_simd_row(op);
    bool copy = clashes(r, x);
    x->nuses = 0;
    if (r->flags & SWAP) {
        uint8_t s = x->s[0];
        x->s[0] = x->s[1];
        x->s[1] = s;
    }
    if (copy) {
        mov(x, x->tx[r->temps], x->s[1]);
        x->s[1] = x->tx[r->temps];
    }
    r->emit(x, r);
}
