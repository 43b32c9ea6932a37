/* Integer arithmetic and comparisons. One line per instruction; above the lines, the few ways of
 * doing it.
 *
 * The right operand may be a register, memory or an immediate; the left one becomes the
 * destination if it is a temporary. When local.set of a pinned local follows, its register is
 * the destination: it may be equal to either operand or part of the address of one, which is the
 * one thing to be careful about here.
 *
 * https://webassembly.github.io/spec/core/exec/numerics.html */
#include "compile/baseline/baseline.h"

enum { MUL = 8 }; /* after enum alu */

static bool commutes(int op)
{
    return op != ALU_SUB;
}

static bool names(struct opnd o, uint8_t r)
{
    return o.kind == O_REG ? o.reg == r
                           : o.kind == O_MEM && (x64_mem_base(o.m) == r ||
                                                 (x64_mem_index(o.m) == r && r != X64_NO_INDEX));
}

static inline void alu(struct bl *b, int op, int w, uint8_t d, struct opnd o)
{
    if (o.kind == O_REG)
        bl_alu_rr(b, op, w, d, o.reg);
    else if (o.kind == O_MEM)
        bl_alu_rm(b, op, w, d, o.m);
    else
        hs_bl_alu_ri(b, op, w, d, o.imm);
}

static inline void emit(struct bl *b, int op, int w, uint8_t d, struct opnd o)
{
    if (op != MUL) {
        alu(b, op, w, d, o);
        b->flags_pos = bl_pos(b);
        b->flags_reg = d;
        b->flags_w = (uint8_t)w;
    } else if (o.kind == O_REG) {
        x64_emit_r(&b->a, X64_FORM(0, 1, 0xaf) | W(w), d, o.reg);
    } else {
        x64_emit_m(&b->a, X64_FORM(0, 1, 0xaf) | W(w), d, o.m);
    }
}

/* l op r where one instruction with a destination of its own does it; false: nothing was
 * emitted. */
static bool three_operands(struct bl *b, int op, int w, uint8_t d, uint8_t l, struct opnd r)
{
    if (op == ALU_ADD && r.kind == O_REG) {
        bl_lea(b, w, d, x64_bid(l, r.reg, 0));
        return true;
    }
    if (r.kind != O_IMM)
        return false;
    switch (op) {
    case ALU_ADD: bl_lea(b, w, d, x64_bd(l, r.imm)); return true;
    case ALU_SUB:
        if (r.imm == INT32_MIN)
            return false;
        bl_lea(b, w, d, x64_bd(l, -r.imm));
        return true;
    case ALU_AND:
        if (r.imm == 0xff)
            x64_movzx8_32_rr(&b->a, d, l);
        else if (r.imm == 0xffff)
            x64_movzx16_32_rr(&b->a, d, l);
        else
            return false;
        return true;
    default: return false;
    }
}

static const uint8_t *multiply_by(struct bl *b, const uint8_t *p, int w, struct value l, int32_t k)
{
    uint8_t type = w ? VT_I64 : VT_I32;
    struct opnd o = hs_bl_operand_rm(b, l);
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = l.kind == V_REG ? l.reg : bl_alloc_gpr(b);
    if (k > 0 && (k & (k - 1)) == 0) {
        int n = __builtin_ctz((unsigned)k);
        if (o.kind == O_MEM)
            bl_mov_rm(b, w, d, o.m);
        else if (n == 1 && d != o.reg) {
            bl_lea(b, w, d, x64_bid(o.reg, o.reg, 0));
            return bl_result(b, p, d, type);
        } else
            hs_bl_move_reg(b, type, d, o.reg);
        if (n)
            x64_shift_ri(&b->a, w ? 64 : 32, 4, d, (unsigned)n);
    } else if (o.kind == O_REG && (k == 3 || k == 5 || k == 9)) {
        bl_lea(b, w, d, x64_bisd(o.reg, o.reg, k == 3 ? 1 : k == 5 ? 2 : 3, 0));
    } else if (o.kind == O_REG) {
        x64_emit_r(&b->a, (x64_is_i8(k) ? 0x6b : 0x69) | W(w), d, o.reg);
        x64_imm(&b->a, x64_is_i8(k) ? 8 : 32, k);
    } else {
        x64_emit_m(&b->a, (x64_is_i8(k) ? 0x6b | X64_IMM(1) : 0x69 | X64_IMM(4)) | W(w), d, o.m);
        x64_imm(&b->a, x64_is_i8(k) ? 8 : 32, k);
    }
    return bl_result(b, p, d, type);
}

/* l is popped, r is its right operand; `right` tells whether r owns a temporary that may be the
 * result. */
static const uint8_t *combine(struct bl *b, const uint8_t *p, int op, int w, struct value l,
                              struct opnd r)
{
    uint8_t type = w ? VT_I64 : VT_I32;
    if (p[0] == 0x21 && l.kind == V_LOCAL && l.num == p[1] && p[1] < 0x80 && op != MUL &&
        r.kind != O_MEM && l.reg == BL_NONE) { /* x = x op r in the frame */
        struct x64_mem m = x64_bd(RBP, b->locals[l.num].home);
        bl_unalias(b, l.num);
        if (r.kind == O_IMM)
            hs_bl_alu_mi(b, op, w, m, r.imm);
        else
            x64_emit_m(&b->a, (uint32_t)(op << 3 | 1) | W(w), r.reg, m);
        bl_done(b);
        return p + 2;
    }
    struct opnd lo = hs_bl_operand(b, l);
    if (lo.kind == O_IMM) {
        if (op == ALU_SUB && lo.imm == 0 && r.kind == O_REG) {
            uint8_t d = bl_dest(b, p);
            if (d == BL_NONE)
                d = b->held >> r.reg & 1 ? r.reg : bl_alloc_gpr(b);
            hs_bl_move_reg(b, type, d, r.reg);
            x64_emit_d(&b->a, 0xf7 | W(w), 3, d); /* neg */
            return bl_result(b, p, d, type);
        }
        lo = hs_bl_operand_rm(b, l);
    }
    uint8_t lr = lo.kind == O_REG ? lo.reg : BL_NONE;
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE) {
        if (lr != BL_NONE && (b->held >> lr & 1)) {
            d = lr;
        } else if (commutes(op) && r.kind == O_REG && (b->held >> r.reg & 1)) {
            d = r.reg;
        } else {
            d = bl_alloc_gpr(b);
        }
    }
    if (d == lr) {
        emit(b, op, w, d, r);
    } else if (lr != BL_NONE && three_operands(b, op, w, d, lr, r)) {
        /* done; d may be the right operand's register */
    } else if (names(r, d)) {
        if (commutes(op) && r.kind == O_REG) {
            emit(b, op, w, d, lo);
        } else {
            uint8_t t = bl_alloc_gpr(b);
            if (lo.kind == O_REG)
                bl_mov_rr(b, w, t, lr);
            else
                bl_mov_rm(b, w, t, lo.m);
            emit(b, op, w, t, r);
            bl_mov_rr(b, w, d, t);
        }
    } else {
        if (lo.kind == O_REG)
            bl_mov_rr(b, w, d, lr);
        else
            bl_mov_rm(b, w, d, lo.m);
        emit(b, op, w, d, r);
    }
    return bl_result(b, p, d, type);
}

static const uint8_t *test_and(struct bl *b, const struct use *u, int cc, int w)
{
    hs_bl_prepare(b, u, 2);
    struct value r = bl_pop(b), l = bl_pop(b);
    if (l.kind >= V_CONST && l.kind <= V_WIDE) {
        struct value t = l;
        l = r;
        r = t;
    }
    struct opnd ro = hs_bl_operand(b, r);
    if (ro.kind == O_MEM)
        ro = (struct opnd){.kind = O_REG, .reg = hs_bl_use(b, r)};
    struct opnd lo = hs_bl_operand_rm(b, l);
    uint32_t regs = (lo.kind == O_REG ? BIT(lo.reg) : 0) | (ro.kind == O_REG ? BIT(ro.reg) : 0);
    struct cond c;
    hs_bl_before(b, u, regs, &c);
    if (lo.kind == O_REG && ro.kind == O_REG) {
        x64_emit_r(&b->a, 0x85 | W(w), ro.reg, lo.reg);
    } else if (lo.kind == O_REG) {
        if ((ro.imm & ~0x7f) == 0 && lo.reg < 4)
            x64_test8_ri(&b->a, lo.reg, ro.imm);
        else if (ro.imm >= 0 || w == 0) /* the upper half of the mask is zero */
            x64_test32_ri(&b->a, lo.reg, ro.imm);
        else
            x64_test64_ri(&b->a, lo.reg, ro.imm);
    } else if (ro.kind == O_REG) {
        x64_emit_m(&b->a, 0x85 | W(w), ro.reg, lo.m);
    } else if (w) {
        x64_test64_mi(&b->a, lo.m, ro.imm);
    } else {
        x64_test32_mi(&b->a, lo.m, ro.imm);
    }
    return hs_bl_after(b, &c, cc);
}

static const uint8_t *binop(struct bl *b, const uint8_t *p, int op, int w)
{
    if (w && *p == 0xa7) { /* i32.wrap_i64 follows: low halves give the low half */
        w = 0;
        p++;
    }
    if (op == ALU_AND) {
        if (w == 0) {
            struct use u = hs_bl_peek(p);
            if (u.kind != USE_VALUE || u.p != p)
                return test_and(b, &u, CC_NE, 0);
        } else if (*p == 0x50) { /* i64.eqz */
            struct use u = hs_bl_peek(p + 1);
            return test_and(b, &u, CC_E, 1);
        }
    }
    struct value r = bl_pop(b), l = bl_pop(b);
    if (commutes(op) && l.kind >= V_CONST && l.kind <= V_WIDE) {
        struct value t = l;
        l = r;
        r = t;
    }
    if (r.kind == V_CONST && op == MUL)
        return multiply_by(b, p, w, l, (int32_t)r.num);
    if (r.kind == V_WIDE && op == ALU_AND) { /* & 0xffffffff is a move */
        int64_t k;
        hs_bl_const_i64(b, r, &k);
        if (k == UINT32_MAX) {
            struct opnd o = hs_bl_operand_rm(b, l);
            uint8_t d = bl_dest(b, p);
            if (d == BL_NONE)
                d = l.kind == V_REG ? l.reg : bl_alloc_gpr(b);
            if (o.kind == O_REG)
                x64_mov32_rr(&b->a, d, o.reg);
            else
                x64_mov32_rm(&b->a, d, o.m);
            return bl_result(b, p, d, w ? VT_I64 : VT_I32);
        }
    }
    return combine(b, p, op, w, l, hs_bl_operand(b, r));
}

#define BL_BINOP(id, op, w)                                                                        \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return binop(b, p, op, w);                                                                 \
    }
BL_BINOP(I32_ADD, ALU_ADD, 0)
BL_BINOP(I32_SUB, ALU_SUB, 0)
BL_BINOP(I32_MUL, MUL, 0)
BL_BINOP(I32_AND, ALU_AND, 0)
BL_BINOP(I32_OR, ALU_OR, 0)
BL_BINOP(I32_XOR, ALU_XOR, 0)
BL_BINOP(I64_ADD, ALU_ADD, 1)
BL_BINOP(I64_SUB, ALU_SUB, 1)
BL_BINOP(I64_MUL, MUL, 1)
BL_BINOP(I64_AND, ALU_AND, 1)
BL_BINOP(I64_OR, ALU_OR, 1)
BL_BINOP(I64_XOR, ALU_XOR, 1)

/* --- comparisons ------------------------------------------------------------------------------ */

/* The condition when the operands are exchanged. */
static int swapped(int cc)
{
    switch (cc) {
    case CC_L: return CC_G;
    case CC_G: return CC_L;
    case CC_LE: return CC_GE;
    case CC_GE: return CC_LE;
    case CC_B: return CC_A;
    case CC_A: return CC_B;
    case CC_BE: return CC_AE;
    case CC_AE: return CC_BE;
    default: return cc;
    }
}

static uint32_t registers_of(struct opnd o)
{
    if (o.kind == O_REG)
        return BIT(o.reg);
    if (o.kind != O_MEM || x64_mem_base(o.m) >= 16)
        return 0;
    unsigned index = x64_mem_index(o.m);
    return BIT(x64_mem_base(o.m)) | (index != X64_NO_INDEX ? BIT(index) : 0);
}

static const uint8_t *compare_with(struct bl *b, const struct use *u, int cc, int w, struct value l,
                                   struct opnd r)
{
    struct opnd lo = hs_bl_operand(b, l);
    if (lo.kind == O_IMM || (lo.kind == O_MEM && r.kind == O_MEM))
        lo = (struct opnd){.kind = O_REG, .reg = hs_bl_use(b, l)};
    struct cond c;
    hs_bl_before(b, u, registers_of(lo) | registers_of(r), &c);
    if (lo.kind == O_REG) {
        if (r.kind == O_IMM && r.imm == 0 && (cc == CC_E || cc == CC_NE))
            bl_test_zero(b, w, lo.reg);
        else if (r.kind == O_IMM && r.imm == 0)
            x64_emit_r(&b->a, 0x85 | W(w), lo.reg, lo.reg); /* test */
        else
            alu(b, ALU_CMP, w, lo.reg, r);
    } else if (r.kind == O_REG) {
        x64_emit_m(&b->a, (ALU_CMP << 3 | 1) | W(w), r.reg, lo.m);
    } else {
        hs_bl_alu_mi(b, ALU_CMP, w, lo.m, r.imm);
    }
    return hs_bl_after(b, &c, cc);
}

static const uint8_t *compare(struct bl *b, const uint8_t *p, int cc, int w)
{
    struct use u = hs_bl_peek(p);
    hs_bl_prepare(b, &u, 2);
    struct value r = bl_pop(b), l = bl_pop(b);
    if (l.kind >= V_CONST && l.kind <= V_WIDE) {
        struct value t = l;
        l = r;
        r = t;
        cc = HS_PLANTED(3) ? cc : swapped(cc);
    }
    return compare_with(b, &u, cc, w, l, hs_bl_operand(b, r));
}

static const uint8_t *equal_zero(struct bl *b, const uint8_t *p, int w)
{
    struct use u = hs_bl_peek(p);
    hs_bl_prepare(b, &u, 1);
    struct value l = bl_pop(b);
    return compare_with(b, &u, CC_E, w, l, (struct opnd){.kind = O_IMM, .imm = 0});
}

#define BL_COMPARE(id, cc, w)                                                                      \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return compare(b, p, cc, w);                                                               \
    }
BL_COMPARE(I32_EQ, CC_E, 0)
BL_COMPARE(I32_NE, CC_NE, 0)
BL_COMPARE(I32_LT_S, CC_L, 0)
BL_COMPARE(I32_LT_U, CC_B, 0)
BL_COMPARE(I32_GT_S, CC_G, 0)
BL_COMPARE(I32_GT_U, CC_A, 0)
BL_COMPARE(I32_LE_S, HS_PLANTED(1) ? CC_L : CC_LE, 0)
BL_COMPARE(I32_LE_U, CC_BE, 0)
BL_COMPARE(I32_GE_S, CC_GE, 0)
BL_COMPARE(I32_GE_U, CC_AE, 0)
BL_COMPARE(I64_EQ, CC_E, 1)
BL_COMPARE(I64_NE, CC_NE, 1)
BL_COMPARE(I64_LT_S, CC_L, 1)
BL_COMPARE(I64_LT_U, CC_B, 1)
BL_COMPARE(I64_GT_S, CC_G, 1)
BL_COMPARE(I64_GT_U, CC_A, 1)
BL_COMPARE(I64_LE_S, CC_LE, 1)
BL_COMPARE(I64_LE_U, CC_BE, 1)
BL_COMPARE(I64_GE_S, CC_GE, 1)
BL_COMPARE(I64_GE_U, CC_AE, 1)

BL_OP(I32_EQZ)
{
    return equal_zero(b, p, 0);
}

BL_OP(I64_EQZ)
{
    return equal_zero(b, p, 1);
}

/* --- with a load as the right operand --------------------------------------------------------- */

static const struct fold {
    uint8_t type; /* VT_BOT: none */
    uint8_t op;   /* enum alu, MUL; CMP with a condition */
    uint8_t cc;
} folds[256] = {
    [0x6a] = {VT_I32, ALU_ADD, 0}, [0x6b] = {VT_I32, ALU_SUB, 0}, [0x6c] = {VT_I32, MUL, 0},
    [0x71] = {VT_I32, ALU_AND, 0}, [0x72] = {VT_I32, ALU_OR, 0},  [0x73] = {VT_I32, ALU_XOR, 0},
    [0x7c] = {VT_I64, ALU_ADD, 0}, [0x7d] = {VT_I64, ALU_SUB, 0}, [0x7e] = {VT_I64, MUL, 0},
    [0x83] = {VT_I64, ALU_AND, 0}, [0x84] = {VT_I64, ALU_OR, 0},  [0x85] = {VT_I64, ALU_XOR, 0},
#define COMPARES(first, type)                                                                      \
    [first] = {type, ALU_CMP, CC_E}, [first + 1] = {type, ALU_CMP, CC_NE},                         \
    [first + 2] = {type, ALU_CMP, CC_L}, [first + 3] = {type, ALU_CMP, CC_B},                      \
    [first + 4] = {type, ALU_CMP, CC_G}, [first + 5] = {type, ALU_CMP, CC_A},                      \
    [first + 6] = {type, ALU_CMP, CC_LE}, [first + 7] = {type, ALU_CMP, CC_BE},                    \
    [first + 8] = {type, ALU_CMP, CC_GE}, [first + 9] = {type, ALU_CMP, CC_AE}
    COMPARES(0x46, VT_I32),        COMPARES(0x51, VT_I64),
#undef COMPARES
};

const uint8_t *hs_bl_fold_int(struct bl *b, const uint8_t *p, struct x64_mem m)
{
    const struct fold *f = &folds[*p++];
    struct opnd r = {.kind = O_MEM, .m = m};
    int w = f->type == VT_I64;
    if (f->op == ALU_CMP) {
        struct use u = hs_bl_peek(p);
        hs_bl_prepare(b, &u, 1);
        return compare_with(b, &u, HS_PLANTED(17) && f->cc == CC_B ? CC_L : f->cc, w, bl_pop(b), r);
    }
    return combine(b, p, f->op, w, bl_pop(b), r);
}

/* The condition for zero-extended bytes: none is negative. */
static int without_sign(int cc)
{
    switch (cc) {
    case CC_L: return CC_B;
    case CC_G: return CC_A;
    case CC_LE: return CC_BE;
    case CC_GE: return CC_AE;
    default: return cc;
    }
}

const uint8_t *hs_bl_fold_compare(struct bl *b, const uint8_t *p, struct x64_mem m, uint32_t size,
                                  uint8_t type)
{
    int cc, k = 0;
    struct use u;
    if (p[0] == (type == VT_I32 ? 0x41 : 0x42) && p[1] < 0x80 && folds[p[2]].type == type &&
        folds[p[2]].op == ALU_CMP) {
        k = (int32_t)((uint32_t)p[1] << 25) >> 25;
        cc = folds[p[2]].cc;
        if (size == 1) {
            if (k < 0)
                return NULL;
            cc = without_sign(cc);
        }
        u = hs_bl_peek(p + 3);
    } else if (type == VT_I32) { /* a condition itself, perhaps with i32.eqz */
        u = hs_bl_peek(p);
        if (u.kind == USE_VALUE && u.p == p)
            return NULL;
        cc = CC_NE;
    } else if (p[0] == 0x50) { /* i64.eqz */
        u = hs_bl_peek(p + 1);
        cc = CC_E;
    } else {
        return NULL;
    }
    hs_bl_prepare(b, &u, 0);
    struct opnd o = {.kind = O_MEM, .m = m};
    struct cond c;
    hs_bl_before(b, &u, registers_of(o), &c);
    x64_alu_mi(&b->a, size * 8, ALU_CMP, m, k);
    return hs_bl_after(b, &c, cc);
}

/* --- shifts and rotations --------------------------------------------------------------------- */

enum shift { ROL = 0, ROR = 1, SHL = 4, SHR = 5, SAR = 7 }; /* the /digit of the instruction */

static const uint8_t *shift_by(struct bl *b, const uint8_t *p, int op, int w, struct value l,
                               unsigned n)
{
    uint8_t type = w ? VT_I64 : VT_I32;
    n &= w ? 63 : HS_PLANTED(5) ? 15 : 31;
    struct opnd o = hs_bl_operand_rm(b, l);
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = l.kind == V_REG ? l.reg : bl_alloc_gpr(b);
    if (n && (op == ROL || op == ROR) && (b->cpu & HS_CPU_BMI2) &&
        !(o.kind == O_REG && o.reg == d)) {
        unsigned right = (op == ROR) != HS_PLANTED(16) ? n : (w ? 64 : 32) - n;
        if (o.kind == O_REG)
            x64_emit_vex(&b->a, X64_FORM(3, 3, 0xf0) | W(w), d, 0, o.reg);
        else
            x64_emit_vex_m(&b->a, X64_FORM(3, 3, 0xf0) | W(w) | X64_IMM(1), d, 0, o.m);
        x64_u8(&b->a, right);
        return bl_result(b, p, d, type);
    }
    if (o.kind == O_MEM) {
        bl_mov_rm(b, w, d, o.m);
    } else if (o.reg != d) {
        if (op == SHL && n >= 1 && n <= 3) {
            if (n == 1)
                bl_lea(b, w, d, x64_bid(o.reg, o.reg, 0));
            else
                bl_lea(b, w, d, x64_bisd(X64_NO_BASE, o.reg, n, 0));
            return bl_result(b, p, d, type);
        }
        bl_mov_rr(b, w, d, o.reg);
    }
    if (n)
        x64_shift_ri(&b->a, w ? 64 : 32, (unsigned)op, d, n);
    return bl_result(b, p, d, type);
}

static const uint8_t *shift(struct bl *b, const uint8_t *p, int op, int w)
{
    uint8_t type = w ? VT_I64 : VT_I32;
    struct value *top = b->sp - 1;
    if (top->kind == V_CONST || top->kind == V_WIDE) {
        int64_t n;
        hs_bl_const_i64(b, *top, &n);
        b->sp--;
        return shift_by(b, p, op, w, bl_pop(b), (unsigned)n & 63);
    }
    if (op >= SHL && (b->cpu & HS_CPU_BMI2)) {
        struct value r = bl_pop(b), l = bl_pop(b);
        uint8_t count = hs_bl_use(b, r);
        struct opnd o = hs_bl_operand_rm(b, l);
        uint8_t d = bl_dest(b, p);
        if (d == BL_NONE)
            d = l.kind == V_REG ? l.reg : b->held >> count & 1 ? count : bl_alloc_gpr(b);
        uint32_t form = X64_FORM(op == SHL ? 1 : op == SAR ? 2 : 3, 2, 0xf7) | W(w);
        if (o.kind == O_REG)
            x64_emit_vex(&b->a, form, d, count, o.reg);
        else
            x64_emit_vex_m(&b->a, form, d, count, o.m);
        return bl_result(b, p, d, type);
    }
    if (!(top->kind == V_REG && top->reg == RCX))
        hs_bl_take(b, RCX);
    struct value r = bl_pop(b), l = bl_pop(b);
    hs_bl_move_to(b, r, RCX);
    if (r.kind == V_REG && r.reg != RCX)
        bl_free(b, r.reg);
    struct opnd o = hs_bl_operand_rm(b, l);
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = l.kind == V_REG ? l.reg : bl_alloc_gpr(b);
    if (o.kind == O_MEM)
        bl_mov_rm(b, w, d, o.m);
    else
        hs_bl_move_reg(b, type, d, o.reg);
    x64_emit_d(&b->a, 0xd3 | W(w), (unsigned)op, d);
    return bl_result(b, p, d, type);
}

#define BL_SHIFT(id, op, w)                                                                        \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return shift(b, p, op, w);                                                                 \
    }
BL_SHIFT(I32_SHL, SHL, 0)
BL_SHIFT(I32_SHR_S, SAR, 0)
BL_SHIFT(I32_SHR_U, SHR, 0)
BL_SHIFT(I32_ROTL, ROL, 0)
BL_SHIFT(I32_ROTR, ROR, 0)
BL_SHIFT(I64_SHL, SHL, 1)
BL_SHIFT(I64_SHR_S, SAR, 1)
BL_SHIFT(I64_SHR_U, SHR, 1)
BL_SHIFT(I64_ROTL, ROL, 1)
BL_SHIFT(I64_ROTR, ROR, 1)

/* --- one operand ------------------------------------------------------------------------------ */

/* Source and destination registers of an instruction that writes the destination once. */
static uint8_t unary(struct bl *b, const uint8_t *p, struct value v, uint8_t *out_source)
{
    *out_source = hs_bl_use(b, v);
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = b->held >> *out_source & 1 ? *out_source : bl_alloc_gpr(b);
    return d;
}

#define BL_COUNT(id, call, width, type, feature)                                                   \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        uint8_t s, d = unary(b, p, bl_pop(b), &s), t = RAX;                                        \
        if (!(b->cpu & (feature)))                                                                 \
            t = bl_alloc_gpr(b);                                                                   \
        call(&b->a, width, b->cpu, d, s, t);                                                       \
        return bl_result(b, p, d, type);                                                           \
    }
BL_COUNT(I32_CLZ, x64_masm_clz, 32, VT_I32, HS_CPU_LZCNT)
BL_COUNT(I64_CLZ, x64_masm_clz, 64, VT_I64, HS_CPU_LZCNT)
BL_COUNT(I32_CTZ, x64_masm_ctz, 32, VT_I32, HS_CPU_BMI1)
BL_COUNT(I64_CTZ, x64_masm_ctz, 64, VT_I64, HS_CPU_BMI1)

static const uint8_t *popcnt(struct bl *b, const uint8_t *p, unsigned width, uint8_t type)
{
    uint8_t s, d = unary(b, p, bl_pop(b), &s), t = RAX, t2 = RAX;
    if (!(b->cpu & HS_CPU_POPCNT)) {
        t = bl_alloc_gpr(b);
        t2 = bl_alloc_gpr(b);
    }
    x64_masm_popcnt(&b->a, width, b->cpu, d, s, t, t2);
    return bl_result(b, p, d, type);
}

BL_OP(I32_POPCNT)
{
    return popcnt(b, p, 32, VT_I32);
}

BL_OP(I64_POPCNT)
{
    return popcnt(b, p, 64, VT_I64);
}

#define BL_EXTEND(id, insn, result)                                                                \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        uint8_t s, d = unary(b, p, bl_pop(b), &s);                                                 \
        insn(&b->a, d, s);                                                                         \
        return bl_result(b, p, d, result);                                                         \
    }
BL_EXTEND(I32_EXTEND8_S, x64_movsx8_32_rr, VT_I32)
BL_EXTEND(I32_EXTEND16_S, x64_movsx16_32_rr, VT_I32)
BL_EXTEND(I64_EXTEND8_S, x64_movsx8_64_rr, VT_I64)
BL_EXTEND(I64_EXTEND16_S, x64_movsx16_64_rr, VT_I64)
BL_EXTEND(I64_EXTEND32_S, x64_movsx32_64_rr, VT_I64)
BL_EXTEND(I64_EXTEND_I32_S, x64_movsx32_64_rr, VT_I64)
BL_EXTEND(I32_WRAP_I64, (HS_PLANTED(4) ? x64_mov64_rr : x64_mov32_rr), VT_I32)

/* Zero-extended is what an i32 in a register is (I1): often nothing is to be done. */
BL_OP(I64_EXTEND_I32_U)
{
    struct value v = bl_pop(b);
    if (v.kind == V_REG && bl_dest(b, p) == BL_NONE) {
        bl_push_reg(b, v.reg, VT_I64);
        bl_done(b);
        return p;
    }
    if (v.kind == V_CONST && (int32_t)v.num >= 0) {
        bl_push_const(b, VT_I64, v.num);
        return p;
    }
    if (v.kind == V_LOCAL && v.reg != BL_NONE && bl_dest(b, p) == BL_NONE) {
        v.type = VT_I64;
        bl_push(b, v);
        return p;
    }
    uint8_t s, d = unary(b, p, v, &s);
    x64_mov32_rr(&b->a, d, s);
    return bl_result(b, p, d, VT_I64);
}

/* --- wide arithmetic -------------------------------------------------------------------------- */

static const uint8_t *wide(struct bl *b, const uint8_t *p, int low_op, int high_op)
{
    struct value h2 = bl_pop(b), l2 = bl_pop(b), h1 = bl_pop(b), l1 = bl_pop(b);
    struct opnd ro = hs_bl_operand(b, l2), rh = hs_bl_operand(b, h2);
    uint8_t lo = hs_bl_own(b, l1), hi = hs_bl_own(b, h1);
    alu(b, low_op, 1, lo, ro);
    alu(b, high_op, 1, hi, rh);
    bl_push_reg(b, lo, VT_I64);
    bl_push_reg(b, hi, VT_I64);
    bl_done(b);
    return p;
}

BL_OP(I64_ADD128)
{
    return wide(b, p, ALU_ADD, ALU_ADC);
}

BL_OP(I64_SUB128)
{
    return wide(b, p, ALU_SUB, ALU_SBB);
}

static const uint8_t *mul_wide(struct bl *b, const uint8_t *p, unsigned digit)
{
    hs_bl_take(b, RDX);
    struct value *l = b->sp - 2;
    if (!(l->kind == V_REG && l->reg == RAX))
        hs_bl_take(b, RAX);
    struct value r = bl_pop(b), v = bl_pop(b);
    struct opnd o = hs_bl_operand_rm(b, r);
    hs_bl_move_to(b, v, RAX);
    if (o.kind == O_REG)
        x64_emit_d(&b->a, 0xf7 | X64_F_W, digit, o.reg);
    else
        x64_emit_dm(&b->a, 0xf7 | X64_F_W, digit, o.m);
    bl_push_reg(b, RAX, VT_I64);
    bl_push_reg(b, RDX, VT_I64);
    bl_done(b);
    return p;
}

BL_OP(I64_MUL_WIDE_S)
{
    return mul_wide(b, p, 5);
}

BL_OP(I64_MUL_WIDE_U)
{
    return mul_wide(b, p, 4);
}
