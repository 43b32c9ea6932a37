/* The abstract value stack: where operands are, and the temporary registers. See baseline.h for
 * the kinds of entries and the invariants; here is everything that turns an entry into an
 * operand, a register or a slot.
 *
 * Nothing here is clever about registers: the lowest free one is taken, and when there is none,
 * the deepest entry in a register goes to its slot. Five general temporaries are enough for
 * nearly all code: what lives long is pinned. */
#include "compile/baseline/baseline.h"

/* --- emitters --------------------------------------------------------------------------------- */

void hs_bl_alu_ri(struct bl *b, int op, int w, uint8_t d, int32_t i)
{
    x64_alu_ri(&b->a, w ? 64 : 32, (unsigned)op, d, i);
}

void hs_bl_alu_mi(struct bl *b, int op, int w, struct x64_mem m, int32_t i)
{
    x64_alu_mi(&b->a, w ? 64 : 32, (unsigned)op, m, i);
}

void hs_bl_move_reg(struct bl *b, uint8_t type, uint8_t to, uint8_t from)
{
    if (to == from)
        return;
    if (bl_is_fp(type))
        x64_movaps_rr(&b->a, XR(to), XR(from));
    else
        bl_mov_rr(b, bl_w(type), to, from);
}

/* mov between a general register and [rbp + offset], the most frequent instructions of all. */
static inline void mov_frame(struct bl *b, unsigned opcode, int w, uint8_t reg, int32_t offset)
{
    uint8_t *p = b->a.p;
    unsigned rex = (w ? 8 : 0) | (reg >> 1 & 4u);
    *p = (uint8_t)(0x40 | rex);
    p += rex != 0;
    p[0] = (uint8_t)opcode;
    if (x64_is_i8(offset)) {
        p[1] = (uint8_t)(0x45 | (reg & 7) << 3);
        p[2] = (uint8_t)offset;
        b->a.p = p + 3;
    } else {
        p[1] = (uint8_t)(0x85 | (reg & 7) << 3);
        hs_store32(p + 2, (uint32_t)offset);
        b->a.p = p + 6;
    }
}

void hs_bl_load_frame(struct bl *b, uint8_t reg, uint8_t type, int32_t offset)
{
    if (!bl_is_fp(type)) {
        mov_frame(b, 0x8b, bl_w(type), reg, offset);
        return;
    }
    struct x64_mem m = x64_bd(RBP, offset);
    switch (type) {
    case VT_F32: x64_movss_rm(&b->a, XR(reg), m); break;
    case VT_F64: x64_movsd_rm(&b->a, XR(reg), m); break;
    default: x64_movups_rm(&b->a, XR(reg), m); break;
    }
}

void hs_bl_store_frame(struct bl *b, uint8_t reg, uint8_t type, int32_t offset)
{
    if (!bl_is_fp(type)) {
        mov_frame(b, 0x89, bl_w(type), reg, offset);
        return;
    }
    struct x64_mem m = x64_bd(RBP, offset);
    switch (type) {
    case VT_F32: x64_movss_mr(&b->a, m, XR(reg)); break;
    case VT_F64: x64_movsd_mr(&b->a, m, XR(reg)); break;
    default: x64_movups_mr(&b->a, m, XR(reg)); break;
    }
}

/* --- temporaries ------------------------------------------------------------------------------ */

static void spill(struct bl *b, struct value *v)
{
    hs_bl_store_frame(b, v->reg, v->type, bl_slot(b, (uint32_t)(v - b->stack) + HS_PLANTED(7)));
    b->free |= BIT(v->reg);
    *v = bl_value(V_SLOT, v->type, BL_NONE, 0);
}

uint8_t hs_bl_alloc_slow(struct bl *b, uint32_t among)
{
    for (struct value *v = bl_searched(b); v < b->sp; v++)
        if (v->kind == V_REG && (among >> v->reg & 1)) {
            spill(b, v);
            return bl_alloc_among(b, among);
        }
    /* All temporaries are locked by one instruction: no handler does that. Refuse the function
     * rather than generate wrong code. */
    HS_ASSERT(!"out of temporaries");
    hs_bl_fail(b, ST_UNSUPPORTED, "an instruction needs too many registers");
    return among & BL_GPRS ? RAX : 16;
}

void hs_bl_evict(struct bl *b, uint8_t reg)
{
    if (b->free >> reg & 1)
        return;
    for (struct value *v = b->sp; v-- > b->stack;)
        if (v->kind == V_REG && v->reg == reg) {
            uint32_t others = b->free & (reg < 16 ? BL_GPRS : BL_FPRS);
            if (others) {
                uint8_t to = (uint8_t)__builtin_ctz(others);
                hs_bl_move_reg(b, v->type == VT_I32 ? VT_I64 : v->type, to, reg);
                b->free &= ~BIT(to);
                b->free |= BIT(reg);
                v->reg = to;
            } else {
                spill(b, v);
            }
            return;
        }
    HS_ASSERT(!"the register is locked");
}

void hs_bl_take(struct bl *b, uint8_t reg)
{
    HS_ASSERT(b->temps >> reg & 1);
    if (b->held >> reg & 1)
        return;
    hs_bl_evict(b, reg);
    b->free &= ~BIT(reg);
    b->held |= BIT(reg);
}

/* --- entries as operands ---------------------------------------------------------------------- */

void hs_bl_const_i64(struct bl *b, struct value v, int64_t *out)
{
    if (v.kind == V_CONST) {
        *out = v.type == VT_I32 ? (int64_t)v.num : (int32_t)v.num;
    } else {
        const uint8_t *p = b->bytes + v.num;
        *out = hs_bl_s64(&p);
    }
}

/* The bits of a floating-point constant; true if they are all zero. */
static bool const_bits(struct bl *b, struct value v, uint64_t bits[2], uint8_t *size)
{
    bits[0] = bits[1] = 0;
    if (v.kind == V_CONST) {
        bits[0] = v.num;
        *size = v.type == VT_F32 ? 4 : 8;
    } else {
        bits[0] = hs_load64(b->bytes + v.num);
        *size = 8;
        if (v.type == VT_V128) {
            bits[1] = hs_load64(b->bytes + v.num + 8);
            *size = 16;
        }
    }
    return (bits[0] | bits[1]) == 0;
}

struct opnd hs_bl_operand_slow(struct bl *b, struct value v)
{
    struct opnd o = {.kind = O_REG, .reg = BL_NONE};
    switch (v.kind) {
    case V_LOCAL: /* not pinned */
        HS_ASSERT(b->locals[v.num].get.type == v.type);
        o.kind = O_MEM;
        o.m = x64_bd(RBP, b->locals[v.num].home);
        break;
    case V_SLOT:
        o.kind = O_MEM;
        o.m = x64_bd(RBP, bl_slot(b, v.num));
        break;
    default: /* V_CONST of f32, V_WIDE */
        if (bl_is_fp(v.type)) {
            if (const_bits(b, v, b->pool_bits, &o.pool)) {
                o.pool = 0;
                o.reg = bl_alloc_fpr(b);
                x64_xorps_rr(&b->a, XR(o.reg), XR(o.reg));
            } else {
                o.kind = O_MEM;
                o.m = x64_rip(0);
            }
        } else {
            int64_t x;
            hs_bl_const_i64(b, v, &x);
            o.reg = bl_alloc_gpr(b);
            x64_mov64_ri(&b->a, o.reg, (uint64_t)x);
        }
        break;
    }
    return o;
}

struct opnd hs_bl_operand_rm(struct bl *b, struct value v)
{
    struct opnd o = hs_bl_operand(b, v);
    if (o.kind == O_IMM) {
        o.kind = O_REG;
        o.reg = bl_alloc_gpr(b);
        hs_bl_move_to(b, v, o.reg);
    }
    return o;
}

void hs_bl_move_to(struct bl *b, struct value v, uint8_t reg)
{
    switch (v.kind) {
    case V_REG: hs_bl_move_reg(b, v.type, reg, v.reg); break;
    case V_LOCAL:
        if (v.reg != BL_NONE) {
            bl_reload(b, v.reg);
            hs_bl_move_reg(b, v.type, reg, v.reg);
        } else {
            hs_bl_load_frame(b, reg, v.type, b->locals[v.num].home);
        }
        break;
    case V_SLOT: hs_bl_load_frame(b, reg, v.type, bl_slot(b, v.num)); break;
    default:
        if (bl_is_fp(v.type)) {
            struct x64_mem m = x64_rip(0);
            uint64_t bits[2];
            uint8_t size;
            if (const_bits(b, v, bits, &size)) {
                x64_xorps_rr(&b->a, XR(reg), XR(reg));
                break;
            }
            if (v.type == VT_F32)
                x64_movss_rm(&b->a, XR(reg), m);
            else if (v.type == VT_F64)
                x64_movsd_rm(&b->a, XR(reg), m);
            else
                x64_movups_rm(&b->a, XR(reg), m);
            hs_bl_pool(b, bl_pos(b) - 4, size, bits);
        } else {
            int64_t x;
            hs_bl_const_i64(b, v, &x);
            if (x == 0)
                bl_zero(b, reg);
            else
                x64_mov64_ri(&b->a, reg, (uint64_t)x);
        }
        break;
    }
}

uint8_t hs_bl_use_slow(struct bl *b, struct value v)
{
    uint8_t r = bl_alloc(b, bl_class_of(v.type));
    hs_bl_move_to(b, v, r);
    return r;
}

uint8_t hs_bl_own(struct bl *b, struct value v)
{
    if (v.kind == V_REG)
        return v.reg;
    uint8_t r = bl_alloc(b, bl_class_of(v.type));
    hs_bl_move_to(b, v, r);
    return r;
}

/* Without a register; what is below rsp may be in use. */
static void copy_by_stack(struct bl *b, int32_t from, int32_t to)
{
    if (b->leaf)
        x64_lea64_rm(&b->a, RSP, x64_bd(RSP, -128));
    x64_push_m(&b->a, x64_bd(RBP, from));
    x64_pop_m(&b->a, x64_bd(RBP, to));
    if (b->leaf)
        x64_lea64_rm(&b->a, RSP, x64_bd(RSP, 128));
}

/* Changes no entry and no flag, so it may stand in a path that others jump around. */
void hs_bl_store_to(struct bl *b, struct value v, int32_t offset)
{
    struct x64_mem to = x64_bd(RBP, offset);
    int32_t from;
    switch (v.kind) {
    case V_REG: hs_bl_store_frame(b, v.reg, v.type, offset); return;
    case V_LOCAL: {
        const struct local *l = &b->locals[v.num];
        if (v.reg != BL_NONE && !(b->inval & BIT(v.reg))) {
            hs_bl_store_frame(b, v.reg, v.type, offset);
            return;
        }
        from = l->home;
        if (l->get.type == VT_I32 &&
            v.type != VT_I32) { /* an extended alias: only the low half is at home */
            copy_by_stack(b, from, offset);
            x64_mov32_mi(&b->a, x64_bd(RBP, offset + 4), 0);
            return;
        }
        break;
    }
    case V_SLOT:
        from = bl_slot(b, v.num);
        if (from == offset)
            return;
        break;
    default: {
        uint64_t bits[2] = {0, 0};
        uint8_t size = 8;
        if (bl_is_fp(v.type)) {
            const_bits(b, v, bits, &size);
        } else {
            int64_t x;
            hs_bl_const_i64(b, v, &x);
            bits[0] = (uint64_t)x;
        }
        if (v.type == VT_I32 || v.type == VT_F32) {
            x64_mov32_mi(&b->a, to, (int32_t)bits[0]);
            return;
        }
        for (int i = 0; i < (size == 16 ? 2 : 1); i++) {
            struct x64_mem half = x64_bd(RBP, offset + 8 * i);
            if (x64_is_i32((int64_t)bits[i])) {
                x64_mov64_mi(&b->a, half, (int32_t)bits[i]);
            } else {
                x64_mov32_mi(&b->a, half, (int32_t)bits[i]);
                x64_mov32_mi(&b->a, x64_bd(RBP, offset + 8 * i + 4), (int32_t)(bits[i] >> 32));
            }
        }
        return;
    }
    }
    uint32_t scratch = b->free & BL_GPRS;
    for (int i = 0; i < (v.type == VT_V128 ? 2 : 1); i++) {
        if (scratch) {
            uint8_t r = (uint8_t)__builtin_ctz(scratch);
            int w = v.type != VT_I32 && v.type != VT_F32;
            bl_mov_rm(b, w, r, x64_bd(RBP, from + 8 * i));
            bl_mov_mr(b, w, x64_bd(RBP, offset + 8 * i), r);
        } else {
            copy_by_stack(b, from + 8 * i, offset + 8 * i);
        }
    }
}

void hs_bl_flush(struct bl *b, struct value *below, uint32_t force_last)
{
    for (struct value *v = bl_searched(b); v < below; v++) {
        if (v->kind == V_SLOT)
            continue;
        if (v->kind >= V_CONST && v->kind <= V_WIDE && v < below - force_last)
            continue;
        if (!hs_bl_room(b, BL_ROOM))
            return;
        hs_bl_store_to(b, *v, bl_slot(b, (uint32_t)(v - b->stack)));
        if (v->kind == V_REG)
            b->free |= BIT(v->reg);
        *v = bl_value(V_SLOT, v->type, BL_NONE, 0);
    }
}

/* window is floor + BL_WINDOW_MIN entries into the stack, at least its start. */
void hs_bl_move_floor(struct bl *b)
{
    uint32_t height = bl_height(b);
    uint32_t floor = height > BL_WINDOW_MIN ? height - BL_WINDOW_MIN : 0;
    if (b->sp > b->window) /* high above: the floor follows */
        hs_bl_flush(b, b->stack + floor, 0);
    else /* what was below the floor remains as it is */
        floor = floor > (BL_WINDOW_MAX - BL_WINDOW_MIN) / 2
                    ? floor - (BL_WINDOW_MAX - BL_WINDOW_MIN) / 2
                    : 0;
    b->floor = floor;
    b->window = b->stack + (floor ? floor + BL_WINDOW_MIN : 0);
}

void hs_bl_unalias_slow(struct bl *b, uint32_t local)
{
    for (struct value *v = bl_searched(b); v < b->sp; v++)
        if (v->kind == V_LOCAL && v->num == local) {
            if (!hs_bl_room(b, BL_ROOM))
                return;
            uint8_t r = bl_alloc(b, bl_class_of(v->type));
            hs_bl_move_to(b, *v, r); /* a copy that keeps flags: a local is never a constant */
            b->held &= ~BIT(r);
            *v = bl_value(V_REG, v->type, r, 0);
        }
}

/* --- parallel moves --------------------------------------------------------------------------- */

void hs_bl_reg_moves(struct bl *b, struct reg_move *reg, uint32_t n)
{
    while (n) {
        uint32_t sources = 0, i, before = n;
        for (i = 0; i < n; i++)
            sources |= BIT(reg[i].from);
        for (i = 0;
             i < n;) { /* sources only shrinks: what it forbids wrongly comes in the next round */
            if (sources & BIT(reg[i].to)) {
                i++;
            } else {
                hs_bl_move_reg(b, reg[i].type, reg[i].to, reg[i].from);
                reg[i] = reg[--n];
            }
        }
        if (n < before)
            continue;
        /* Only cycles are left: every destination is a source. */
        uint8_t x = reg[0].to, y = reg[0].from;
        if (x < 16) {
            x64_xchg64_rr(&b->a, x, y);
        } else {
            x64_xorps_rr(&b->a, XR(x), XR(y));
            x64_xorps_rr(&b->a, XR(y), XR(x));
            x64_xorps_rr(&b->a, XR(x), XR(y));
        }
        reg[0] = reg[--n];
        for (i = 0; i < n; i++) {
            if (reg[i].from == x)
                reg[i].from = HS_PLANTED(20) ? x : y;
            else if (reg[i].from == y)
                reg[i].from = x;
            if (reg[i].from == reg[i].to)
                reg[i--] = reg[--n];
        }
    }
}

/* The register that the value is in now, or BL_NONE. */
static uint8_t present(const struct bl *b, struct value v)
{
    return v.reg != BL_NONE && !(b->inval & BIT(v.reg)) ? v.reg : BL_NONE;
}

/* What is in the frame or constant. Not hs_bl_move_to: it would reload a pin, which may be a
 * destination. */
static void move_late(struct bl *b, struct value v, uint8_t to)
{
    if (v.kind == V_LOCAL)
        hs_bl_load_frame(b, to, b->locals[v.num].get.type, b->locals[v.num].home);
    else
        hs_bl_move_to(b, v, to);
}

void hs_bl_move(struct bl *b, struct value v, uint8_t to)
{
    uint8_t from = present(b, v);
    if (from != BL_NONE)
        hs_bl_move_reg(b, v.type, to, from);
    else
        move_late(b, v, to);
}

/* First the moves between registers, each when its destination is no source of another, cycles
 * by exchange; then everything that comes from the frame or is constant. */
void hs_bl_moves(struct bl *b, struct moves *mv)
{
    struct reg_move reg[16];
    uint32_t n = 0, late = 0;
    for (uint32_t i = 0; i < mv->n; i++) {
        uint8_t from = present(b, mv->m[i].v), to = mv->m[i].to;
        if (from == BL_NONE)
            late |= BIT(i);
        else if (from != to)
            reg[n++] = (struct reg_move){to, from, mv->m[i].v.type};
    }
    hs_bl_reg_moves(b, reg, n);
    for (; late; late &= late - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(late);
        move_late(b, mv->m[i].v, mv->m[i].to);
    }
}
