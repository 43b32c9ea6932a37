/* Variables, constants, globals, tables and references.
 *
 * local.get and constants emit nothing. A reference is 64 bits in a register: the address of a
 * struct hs_funcref, or a 32-bit reference, zero-extended. Null is 0 in both.
 *
 * Tables are read and written in place; what needs the runtime (growing, bulk operations) is
 * called. */
#include "compile/baseline/baseline.h"

/* --- locals and constants --------------------------------------------------------------------- */

BL_OP(LOCAL_GET)
{
    uint32_t i = bl_u32(&p);
    bl_push(b, b->locals[i].get);
    return p;
}

static void set_local(struct bl *b, uint32_t i, struct value v)
{
    struct local *l = &b->locals[i];
    if (v.kind == V_LOCAL && v.num == i) /* to itself */
        return;
    bl_unalias(b, i);
    uint8_t pin = l->get.reg;
    if (pin == BL_NONE) {
        if (v.kind == V_CONST || v.kind == V_WIDE)
            hs_bl_store_to(b, v, l->home);
        else
            hs_bl_store_frame(b, hs_bl_use(b, v), l->get.type, l->home);
        return;
    }
    hs_bl_move_to(b, v, pin);
    b->dirty |= BIT(pin) & b->spill_pins;
    b->inval &= ~BIT(pin);
}

BL_OP(LOCAL_SET)
{
    uint32_t i = bl_u32(&p);
    set_local(b, i, bl_pop(b));
    bl_done(b);
    return p;
}

BL_OP(LOCAL_TEE)
{
    uint32_t i = bl_u32(&p);
    struct value v = bl_pop(b);
    if (v.kind == V_SLOT || (v.kind == V_LOCAL && v.reg == BL_NONE && v.num != i)) {
        uint8_t r = hs_bl_use(b, v); /* read once, used twice */
        v = bl_value(V_REG, v.type, r, 0);
    }
    set_local(b, i, v);
    if (b->locals[i].get.reg != BL_NONE || v.kind == V_LOCAL)
        bl_push(b, b->locals[i].get);
    else if (v.kind == V_REG)
        bl_push_reg(b, v.reg, v.type); /* it is in a register, too */
    else
        bl_push(b, v);
    bl_done(b);
    return p;
}

BL_OP(I32_CONST)
{
    bl_push_const(b, VT_I32, (uint32_t)hs_bl_s64(&p));
    return p;
}

BL_OP(I64_CONST)
{
    uint32_t at = (uint32_t)(p - b->bytes);
    int64_t x = hs_bl_s64(&p);
    if (x == (int32_t)x)
        bl_push_const(b, VT_I64, (uint32_t)x);
    else
        bl_push(b, bl_value(V_WIDE, VT_I64, BL_NONE, at));
    return p;
}

BL_OP(F32_CONST)
{
    bl_push_const(b, VT_F32, hs_load32(p));
    return p + 4;
}

BL_OP(F64_CONST)
{
    bl_push(b, bl_value(V_WIDE, VT_F64, BL_NONE, (uint32_t)(p - b->bytes)));
    return p + 8;
}

/* --- globals ---------------------------------------------------------------------------------- */

static struct x64_mem global(struct bl *b, uint32_t i)
{
    int32_t at = (int32_t)hs_off_global(b->layout, i);
    if (i >= b->m->nimported_globals)
        return x64_bd(R13, at);
    uint8_t r = bl_alloc_gpr(b);
    x64_mov64_rm(&b->a, r, x64_bd(R13, at));
    return x64_bd(r, 0);
}

BL_OP(GLOBAL_GET)
{
    uint32_t i = bl_u32(&p);
    uint8_t type = (uint8_t)hs_vt_kind(b->m->globals[i].type.type);
    struct x64_mem m = global(b, i);
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_alloc(b, bl_class_of(type));
    switch (type) {
    case VT_I32: x64_mov32_rm(&b->a, d, m); break;
    case VT_F32: x64_movss_rm(&b->a, XR(d), m); break;
    case VT_F64: x64_movsd_rm(&b->a, XR(d), m); break;
    case VT_V128: x64_movups_rm(&b->a, XR(d), m); break;
    default:
        x64_mov64_rm(&b->a, d, m);
        return hs_bl_ref_result(b, p, d, b->m->globals[i].type.type);
    }
    return bl_result(b, p, d, type);
}

BL_OP(GLOBAL_SET)
{
    uint32_t i = bl_u32(&p);
    uint8_t type = (uint8_t)hs_vt_kind(b->m->globals[i].type.type);
    struct value v = bl_pop(b);
    if (bl_is_fp(type)) {
        uint8_t r = hs_bl_use(b, v);
        struct x64_mem m = global(b, i);
        if (type == VT_F32)
            x64_movss_mr(&b->a, m, XR(r));
        else if (type == VT_F64)
            x64_movsd_mr(&b->a, m, XR(r));
        else
            x64_movups_mr(&b->a, m, XR(r));
    } else {
        struct opnd o = hs_bl_operand(b, v);
        if (o.kind == O_MEM)
            o = (struct opnd){.kind = O_REG, .reg = hs_bl_use(b, v)};
        struct x64_mem m = global(b, i);
        if (o.kind == O_REG)
            bl_mov_mr(b, bl_w(type), m, o.reg);
        else if (type == VT_I32)
            x64_mov32_mi(&b->a, m, o.imm);
        else
            x64_mov64_mi(&b->a, m, o.imm);
    }
    bl_done(b);
    return p;
}

/* --- tables ----------------------------------------------------------------------------------- */

static uint8_t index_type(const struct bl *b, uint32_t table)
{
    return b->m->tables[table].type.limits.is64 ? VT_I64 : VT_I32;
}

static bool holds_funcs(const struct bl *b, uint32_t table)
{
    return hs_heap_top(b->m, hs_vt_heap(b->m->tables[table].type.elem)) == HEAP_FUNC;
}

/* The operand of an element after the bounds check. */
static struct x64_mem element(struct bl *b, uint32_t table, struct value index)
{
    uint8_t i = hs_bl_use(b, index), rec = bl_alloc_gpr(b), safe = BL_NONE;
    if (b->layout->spectre) {
        safe = bl_alloc_gpr(b);
        bl_zero(b, safe);
    }
    x64_mov64_rm(&b->a, rec, x64_bd(R13, (int32_t)hs_off_table(b->layout, table)));
    x64_cmp64_rm(&b->a, i, x64_bd(rec, HS_OFF_TABREC_SIZE)); /* an i32 is zero-extended */
    hs_bl_trap_if(b, CC_AE, TRAP_TABLE_OUT_OF_BOUNDS);
    if (b->layout->spectre) {
        x64_cmov64_rr(&b->a, CC_B, safe, i);
        i = safe;
    }
    x64_mov64_rm(&b->a, rec, x64_bd(rec, HS_OFF_TABREC_ELEMS));
    return x64_bisd(rec, i, 3, 0);
}

BL_OP(TABLE_GET)
{
    uint32_t table = bl_u32(&p);
    struct x64_mem m = element(b, table, bl_pop(b));
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = (uint8_t)x64_mem_base(m);
    if (holds_funcs(b, table))
        x64_mov64_rm(&b->a, d, m);
    else
        x64_mov32_rm(&b->a, d, m);
    return hs_bl_ref_result(b, p, d, b->m->tables[table].type.elem);
}

BL_OP(TABLE_SET)
{
    uint32_t table = bl_u32(&p);
    struct value v = bl_pop(b), index = bl_pop(b);
    uint8_t r = hs_bl_use(b, v);
    struct x64_mem m = element(b, table, index);
    x64_mov64_mr(&b->a, m, r);
    bl_done(b);
    return p;
}

BL_OP(TABLE_SIZE)
{
    uint32_t table = bl_u32(&p);
    uint8_t type = index_type(b, table);
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_alloc_gpr(b);
    x64_mov64_rm(&b->a, d, x64_bd(R13, (int32_t)hs_off_table(b->layout, table)));
    bl_mov_rm(b, bl_w(type), d, x64_bd(d, HS_OFF_TABREC_SIZE));
    return bl_result(b, p, d, type);
}

BL_OP(TABLE_GROW)
{
    uint32_t table = bl_u32(&p);
    hs_bl_libcall(b, LIBCALL_TABLE_GROW, 2, 1, (uint64_t[]){table}, index_type(b, table));
    return p;
}

BL_OP(TABLE_FILL)
{
    hs_bl_libcall(b, LIBCALL_TABLE_FILL, 3, 1, (uint64_t[]){bl_u32(&p)}, VT_BOT);
    return p;
}

BL_OP(TABLE_INIT)
{
    uint64_t elem = bl_u32(&p), table = bl_u32(&p);
    hs_bl_libcall(b, LIBCALL_TABLE_INIT, 3, 1, (uint64_t[]){elem | table << 32}, VT_BOT);
    return p;
}

BL_OP(ELEM_DROP)
{
    hs_bl_libcall(b, LIBCALL_ELEM_DROP, 0, 1, (uint64_t[]){bl_u32(&p)}, VT_BOT);
    return p;
}

BL_OP(TABLE_COPY)
{
    uint64_t to = bl_u32(&p), from = bl_u32(&p);
    hs_bl_libcall(b, LIBCALL_TABLE_COPY, 3, 1, (uint64_t[]){to | from << 32}, VT_BOT);
    return p;
}

/* --- references ------------------------------------------------------------------------------- */

BL_OP(REF_NULL)
{
    hs_bl_s64(&p);
    bl_push_const(b, VT_REF, 0);
    return p;
}

/* The condition of a comparison with null, for whoever consumes it. */
BL_OP(REF_IS_NULL)
{
    struct use u = hs_bl_peek(p);
    hs_bl_prepare(b, &u, 1);
    uint8_t r = hs_bl_use(b, bl_pop(b));
    struct cond c;
    hs_bl_before(b, &u, BIT(r), &c);
    x64_test64_rr(&b->a, r, r);
    return hs_bl_after(b, &c, CC_E);
}

BL_OP(REF_EQ)
{
    struct use u = hs_bl_peek(p);
    hs_bl_prepare(b, &u, 2);
    struct value y = bl_pop(b), x = bl_pop(b);
    uint8_t r = hs_bl_use(b, x), s = hs_bl_use(b, y);
    struct cond c;
    hs_bl_before(b, &u, BIT(r) | BIT(s), &c);
    x64_cmp64_rr(&b->a, r, s);
    return hs_bl_after(b, &c, CC_E);
}

BL_OP(REF_FUNC)
{
    uint32_t func = bl_u32(&p);
    if (func < b->m->nfuncs && b->layout->funcref_slot[func] != UINT32_MAX) {
        uint8_t d = bl_dest(b, p);
        if (d == BL_NONE)
            d = bl_alloc_gpr(b);
        x64_lea64_rm(&b->a, d, x64_bd(R13, (int32_t)hs_off_funcref(b->layout, func)));
        return hs_bl_ref_result(b, p, d, HS_REF(false, HEAP_FUNC));
    }
    hs_bl_libcall(b, LIBCALL_REF_FUNC, 0, 1, (uint64_t[]){func}, VT_REF);
    return p;
}

BL_OP(REF_AS_NON_NULL)
{
    struct value v = bl_pop(b);
    uint8_t r = hs_bl_use(b, v);
    if (!(v.facts & BL_NON_NULL)) {
        x64_test64_rr(&b->a, r, r);
        hs_bl_trap_if(b, CC_E, TRAP_NULL_REFERENCE);
    }
    if (v.kind == V_LOCAL)
        bl_push(b, v);
    else
        bl_push_reg(b, r, VT_REF);
    b->sp[-1].facts = v.facts | BL_NON_NULL;
    bl_done(b);
    return p;
}

/* br_on_null: the reference is not passed on; otherwise it stays. */
BL_OP(BR_ON_NULL)
{
    uint32_t depth = bl_u32(&p);
    bl_reload_all(b);
    struct value v = bl_pop(b);
    uint8_t r = hs_bl_own(b, v);
    x64_test64_rr(&b->a, r, r);
    hs_bl_branch_if(b, CC_E, depth);
    bl_push_reg(b, r, VT_REF);
    b->sp[-1].facts = v.facts | BL_NON_NULL;
    bl_done(b);
    hs_bl_fuel_block(b);
    return p;
}

BL_OP(BR_ON_NON_NULL)
{
    uint32_t depth = bl_u32(&p);
    bl_reload_all(b);
    struct value v = bl_pop(b);
    uint8_t r = hs_bl_own(b, v);
    bl_push_reg(b, r, VT_REF);
    bl_done(b);
    x64_test64_rr(&b->a, r, r);
    hs_bl_branch_if(b, CC_NE, depth);
    bl_pop(b);
    bl_done(b);
    hs_bl_fuel_block(b);
    return p;
}
