/* Integer division: by constants with multiplications and shifts, otherwise with the machine's
 * instruction.
 *
 * Where faults are caught, division by zero and overflow are the machine's #DE; elsewhere they
 * are checked before. A constant divisor that is neither 0 nor -1 cannot trap.
 *
 * The multipliers are those of Granlund and Montgomery, "Division by invariant integers using
 * multiplication". */
#include "compile/baseline/baseline.h"

static const uint8_t *divide(struct bl *b, const uint8_t *p, enum x64_div op, int w)
{
    uint8_t type = w ? VT_I64 : VT_I32;
    hs_bl_take(b, RDX);
    struct value *left = b->sp - 2;
    if (!(left->kind == V_REG && left->reg == RAX))
        hs_bl_take(b, RAX);
    struct value r = bl_pop(b), l = bl_pop(b);
    uint8_t s = hs_bl_use(b, r);
    hs_bl_move_to(b, l, RAX);
    struct x64_label zero, overflow;
    x64_label_init(&zero);
    x64_label_init(&overflow);
    bool checks = !b->layout->signals;
    x64_masm_div(&b->a, w ? 64 : 32, op, s, checks ? &zero : NULL, checks ? &overflow : NULL);
    hs_bl_trap_label(b, &zero, TRAP_INTEGER_DIVISION_BY_ZERO);
    hs_bl_trap_label(b, &overflow, TRAP_INTEGER_OVERFLOW);
    uint8_t from = op >= X64_REM_S ? RDX : RAX;
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = from;
    hs_bl_move_reg(b, type, d, from);
    return bl_result(b, p, d, type);
}

static void shift(struct bl *b, int w, unsigned digit, uint8_t r,
                  unsigned n) /* 5 shr, 7 sar, 4 shl */
{
    if (n)
        x64_shift_ri(&b->a, w ? 64 : 32, digit, r, n);
}

/* rdx = high half of x * m, unsigned or signed; rax and rdx are held. */
static void high_product(struct bl *b, uint8_t x, uint64_t m, unsigned digit)
{
    x64_mov64_ri(&b->a, RAX, m);
    x64_emit_d(&b->a, 0xf7 | X64_F_W, digit, x);
}

/* q = x / c, unsigned; x is a register, q another. */
static void quotient_u(struct bl *b, int w, uint8_t q, uint8_t x, uint64_t c)
{
    unsigned n = w ? 64 : 32;
    unsigned l = c == 1 ? 0 : 64 - (unsigned)__builtin_clzll(c - 1); /* ceil(log2 c) */
    if ((c & (c - 1)) == 0) {
        bl_mov_rr(b, w, q, x);
        shift(b, w, 5, q, l);
        return;
    }
    /* m = 2^n * (2^l - c) / c + 1; q = (t + (x - t) / 2) >> (l - 1) with t = high(m * x). */
    uint64_t high = l == 64 ? -c : (UINT64_C(1) << l) - c;
    uint64_t m = (uint64_t)(((__uint128_t)high << n) / c) + 1;
    if (!w) {
        /* A multiplier that fits needs no correction: 2^(32 + s) / c rounded up, if the error is
         * small enough. */
        for (unsigned s = 0; s <= l; s++) {
            __uint128_t power = (__uint128_t)1 << (32 + s);
            uint64_t up = (uint64_t)(power / c) + 1;
            if (up <= UINT32_MAX && (__uint128_t)up * c - power <= (uint64_t)1 << s) {
                x64_mov64_ri(&b->a, q, up);
                x64_imul64_rr(&b->a, q, x);
                x64_shr64_ri(&b->a, q, 32 + s);
                return;
            }
        }
        uint8_t t = bl_alloc_gpr(b);
        x64_mov64_ri(&b->a, t, (uint32_t)m);
        x64_imul64_rr(&b->a, t, x);
        x64_shr64_ri(&b->a, t, 32);
        x64_mov32_rr(&b->a, q, x);
        x64_sub32_rr(&b->a, q, t);
        x64_shr32_ri(&b->a, q, 1);
        x64_add32_rr(&b->a, q, t);
        shift(b, 0, 5, q, l - 1);
        bl_free(b, t);
        return;
    }
    high_product(b, x, m, 4);
    bl_mov_rr(b, 1, q, x);
    x64_sub64_rr(&b->a, q, RDX);
    x64_shr64_ri(&b->a, q, 1);
    x64_add64_rr(&b->a, q, RDX);
    shift(b, 1, 5, q, l - 1);
}

/* q = x / c, signed, |c| >= 2. */
static void quotient_s(struct bl *b, int w, uint8_t q, uint8_t x, int64_t c)
{
    unsigned n = w ? 64 : 32;
    uint64_t a = c < 0 ? -(uint64_t)c : (uint64_t)c;
    if (!w)
        a = (uint32_t)a;
    unsigned l = 64 - (unsigned)__builtin_clzll(a - 1);
    if ((a & (a - 1)) == 0) {
        bl_mov_rr(b, w, q, x);
        shift(b, w, 7, q, n - 1);
        shift(b, w, 5, q, n - l);
        bl_alu_rr(b, ALU_ADD, w, q, x);
        shift(b, w, 7, q, l);
    } else if (!w) {
        uint64_t m = ((UINT64_C(1) << (31 + l)) / a) + !HS_PLANTED(15);
        uint8_t t = bl_alloc_gpr(b);
        x64_movsx32_64_rr(&b->a, t, x);
        x64_mov64_ri(&b->a, q, m);
        x64_imul64_rr(&b->a, q, t);
        x64_sar64_ri(&b->a, q, 31 + l);
        x64_shr64_ri(&b->a, t, 63);
        x64_add32_rr(&b->a, q, t);
        bl_free(b, t);
    } else {
        /* m' = 2^(63 + l) / a + 1 - 2^64 is negative as a signed number: high(m' * x) + x. */
        uint64_t m = (uint64_t)((((__uint128_t)1 << (63 + l)) / a) + 1);
        high_product(b, x, m, 5);
        x64_add64_rr(&b->a, RDX, x);
        shift(b, 1, 7, RDX, l - 1);
        bl_mov_rr(b, 1, q, x);
        x64_shr64_ri(&b->a, q, 63);
        x64_add64_rr(&b->a, q, RDX);
    }
    if (c < 0)
        x64_emit_d(&b->a, 0xf7 | W(w), 3, q); /* neg */
}

static const uint8_t *divide_by(struct bl *b, const uint8_t *p, enum x64_div op, int w, int64_t c)
{
    uint8_t type = w ? VT_I64 : VT_I32;
    bool is_signed = op == X64_DIV_S || op == X64_REM_S, rem = op >= X64_REM_S;
    uint64_t u = w ? (uint64_t)c : (uint32_t)c;
    b->sp--; /* the constant */
    bool power = !is_signed && (u & (u - 1)) == 0;
    if (w && !power) {
        hs_bl_take(b, RDX);
        hs_bl_take(b, RAX);
    }
    struct value l = bl_pop(b);
    uint8_t x = hs_bl_use(b, l), q = bl_alloc_gpr(b);
    if (power && rem) {
        if (u - 1 <= INT32_MAX) {
            bl_mov_rr(b, 0, q, x);
            x64_and32_ri(&b->a, q, (int32_t)(u - 1));
        } else {
            x64_mov64_ri(&b->a, q, u - 1);
            x64_and64_rr(&b->a, q, x);
        }
    } else {
        if (is_signed)
            quotient_s(b, w, q, x, w ? c : (int32_t)c);
        else
            quotient_u(b, w, q, x, u);
        /* done with them; the destination may need one to copy a local's aliases */
        if (w && !power) {
            bl_free(b, RAX);
            bl_free(b, RDX);
        }
        if (rem) { /* x - q * c */
            uint8_t t = bl_alloc_gpr(b);
            if (!w || c == (int32_t)c) {
                x64_emit_r(&b->a, 0x69 | W(w), q, q);
                x64_u32(&b->a, (uint32_t)c);
            } else {
                x64_mov64_ri(&b->a, t, (uint64_t)c);
                x64_imul64_rr(&b->a, q, t);
            }
            bl_mov_rr(b, w, t, x);
            bl_alu_rr(b, ALU_SUB, w, t, q);
            q = t;
        }
    }
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = q;
    hs_bl_move_reg(b, type, d, q);
    return bl_result(b, p, d, type);
}

static const uint8_t *division(struct bl *b, const uint8_t *p, enum x64_div op, int w)
{
    struct value *r = b->sp - 1;
    if (r->kind == V_CONST || r->kind == V_WIDE) {
        int64_t c;
        hs_bl_const_i64(b, *r, &c);
        if (!w)
            c = (int32_t)c;
        bool is_signed = op == X64_DIV_S || op == X64_REM_S;
        if (is_signed ? c >= 2 || c <= -2 : c != 0)
            return divide_by(b, p, op, w, c);
    }
    return divide(b, p, op, w);
}

#define BL_DIV(id, op, w)                                                                          \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return division(b, p, op, w);                                                              \
    }
BL_DIV(I32_DIV_S, X64_DIV_S, 0)
BL_DIV(I32_DIV_U, X64_DIV_U, 0)
BL_DIV(I32_REM_S, X64_REM_S, 0)
BL_DIV(I32_REM_U, X64_REM_U, 0)
BL_DIV(I64_DIV_S, X64_DIV_S, 1)
BL_DIV(I64_DIV_U, X64_DIV_U, 1)
BL_DIV(I64_REM_S, X64_REM_S, 1)
BL_DIV(I64_REM_U, X64_REM_U, 1)
