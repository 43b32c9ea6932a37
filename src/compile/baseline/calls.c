/* Calls: of functions, through tables and references, of the runtime; returning; tail calls.
 * vmctx.h has the rules.
 *
 * Before a call: what lies below the arguments leaves its registers, pins that die are stored if
 * their home is stale, arguments beyond the registers go to the argument area, and the others
 * move in parallel. After it: those pins are invalid and all temporaries free, except the
 * results. Locals below the arguments stay aliases: a call writes no local.
 *
 * The callee's instance is in r13 during the call. A call that may leave the instance passes its
 * own in r10 and takes r13 back from the frame.
 *
 * A tail call tears the frame down between the moves and the jump, so its target waits in rax or
 * r11, which carry no argument, or is a slot. */
#include "compile/baseline/baseline.h"

static const uint8_t int_params[6] = {RDI, RSI, RDX, RCX, R8, R9};
static const uint8_t int_results[4] = {RAX, RDX, RCX, R8};

/* Temporaries of entries below `first` go to their slots. */
static void save_below(struct bl *b, struct value *first)
{
    uint32_t used = b->temps & ~b->free & ~b->held;
    if (!used)
        return;
    for (struct value *v = bl_searched(b); v < first; v++)
        if (v->kind == V_REG) {
            if (!hs_bl_room(b, BL_ROOM))
                return;
            hs_bl_store_frame(b, v->reg, v->type, bl_slot(b, (uint32_t)(v - b->stack)));
            b->free |= BIT(v->reg);
            *v = bl_value(V_SLOT, v->type, BL_NONE, 0);
        }
}

static uint8_t place(const uint8_t *ints, uint32_t nints, uint32_t nfps, uint8_t type, uint32_t *ni,
                     uint32_t *nf)
{
    if (bl_is_fp(type))
        return *nf < nfps ? (uint8_t)(16 + (*nf)++) : BL_NONE;
    return *ni < nints ? ints[(*ni)++] : BL_NONE;
}

void hs_bl_store_area(struct bl *b, uint8_t base, struct value v, uint32_t i)
{
    struct x64_mem m = x64_bd(base, (int32_t)i * 16);
    if (v.type == VT_V128) {
        x64_movups_mr(&b->a, m, XR(hs_bl_use(b, v)));
    } else if (bl_is_fp(v.type)) {
        uint8_t r = hs_bl_use(b, v);
        if (v.type == VT_F32)
            x64_movss_mr(&b->a, m, XR(r));
        else
            x64_movsd_mr(&b->a, m, XR(r));
    } else {
        struct opnd o = hs_bl_operand(b, v);
        if (o.kind == O_IMM) {
            x64_mov64_mi(&b->a, m, o.imm);
            return;
        }
        uint8_t r = o.kind == O_REG ? o.reg : hs_bl_use(b, v);
        bl_mov_mr(b, bl_w(v.type), m, r);
    }
}

/* The n topmost entries into the places of parameters or results; the entries are popped. `keep`
 * are registers that stay as they are besides; they are held. */
static void pass(struct bl *b, uint32_t n, const uint8_t *ints, uint32_t nints, uint32_t nfps)
{
    struct value *first = b->sp - n;
    if (HS_LIKELY(n <= nints && n <= nfps)) { /* registers for all */
        struct reg_move reg[8];
        uint8_t late[8];
        uint32_t k = 0, nlate = 0, ni = 0, nf = 0;
        for (uint32_t i = 0; i < n; i++) {
            struct value v = first[i];
            uint8_t to = bl_is_fp(v.type) ? (uint8_t)(16 + nf++) : ints[ni++], from = BL_NONE;
            if (v.kind == V_REG) {
                from = v.reg;
                b->free |= BIT(from);
            } else if (v.kind == V_LOCAL) {
                from = v.reg;
                if (from != BL_NONE && (b->inval & BIT(from)))
                    from = BL_NONE;
            }
            if (from == BL_NONE)
                late[nlate++] = (uint8_t)i | (uint8_t)(to << 3);
            else if (from != to)
                reg[k++] = (struct reg_move){to, from, v.type};
        }
        hs_bl_reg_moves(b, reg, k);
        b->sp = first;
        for (uint32_t i = 0; i < nlate; i++) {
            struct value v = first[late[i] & 7];
            uint8_t to = late[i] >> 3;
            if (v.kind == V_LOCAL) {
                hs_bl_load_frame(b, to, b->locals[v.num].get.type, b->locals[v.num].home);
            } else {
                v.num = v.kind == V_SLOT ? (uint32_t)(first + (late[i] & 7) - b->stack) : v.num;
                hs_bl_move_to(b, v, to);
            }
        }
        return;
    }
    uint32_t ni = 0, nf = 0;
    struct moves mv; /* its array is large: not cleared */
    mv.n = 0;
    bool area = false;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t to = place(ints, nints, nfps, first[i].type, &ni, &nf);
        if (to == BL_NONE) {
            area = true;
            continue;
        }
        struct value v = first[i];
        if (v.kind == V_SLOT)
            v.num = (uint32_t)(first + i - b->stack);
        mv.m[mv.n].to = to;
        mv.m[mv.n++].v = v;
    }
    if (area) {
        uint32_t held = b->held;
        uint8_t base = bl_alloc_gpr(b);
        x64_mov64_rm(&b->a, base, x64_bd(R13, HS_OFF_ARGS));
        uint32_t with_base = b->held;
        ni = nf = 0;
        for (uint32_t i = 0; i < n; i++) {
            if (place(ints, nints, nfps, first[i].type, &ni, &nf) != BL_NONE)
                continue;
            if (!hs_bl_room(b, BL_ROOM))
                return;
            struct value v = first[i];
            if (v.kind == V_SLOT)
                v.num = (uint32_t)(first + i - b->stack);
            hs_bl_store_area(b, base, v, i);
            b->free |= (b->held & ~with_base) & b->temps;
            b->held = with_base;
        }
        b->free |= (b->held & ~held) & b->temps;
        b->held = held;
        /* Allocating may have spilled what was to be moved: look again. */
        ni = nf = 0;
        mv.n = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint8_t to = place(ints, nints, nfps, first[i].type, &ni, &nf);
            if (to == BL_NONE)
                continue;
            struct value v = first[i];
            if (v.kind == V_SLOT)
                v.num = (uint32_t)(first + i - b->stack);
            mv.m[mv.n].to = to;
            mv.m[mv.n++].v = v;
        }
    }
    for (struct value *v = first; v < b->sp; v++)
        if (v->kind == V_REG)
            b->free |= BIT(v->reg);
    b->sp = first;
    hs_bl_moves(b, &mv);
}

/* Pushes the results of a call; returns what comes next: a local.set of the only result is done
 * here. */
static const uint8_t *push_results(struct bl *b, const uint8_t *p, const struct functype *t)
{
    b->held = 0;
    b->free = b->temps;
    bl_lose_pins(b);
    const struct valtype *types = t->types + t->nparams;
    if (t->nresults == 0)
        return p;
    if (t->nresults == 1) {
        uint8_t type = (uint8_t)hs_vt_kind(types[0]);
        uint8_t r = bl_is_fp(type) ? 16 : RAX;
        b->free &= ~BIT(r);
        b->held = BIT(r);
        uint8_t d = bl_dest(b, p);
        if (d == BL_NONE) {
            if (type == VT_I32)
                x64_mov32_rr(&b->a, RAX, RAX);
            d = r;
        } else if (type == VT_I32) {
            x64_mov32_rr(&b->a, d, RAX);
        } else {
            hs_bl_move_reg(b, type, d, r);
        }
        return type == VT_REF ? hs_bl_ref_result(b, p, d, types[0]) : bl_result(b, p, d, type);
    }
    /* Registers first: rax is needed to fetch the others. r8 may be a pin, so it cannot hold an
     * entry. */
    uint32_t ni = 0, nf = 0;
    bool area = false;
    struct value *first = b->sp;
    for (uint32_t i = 0; i < t->nresults; i++) {
        uint8_t type = (uint8_t)hs_vt_kind(types[i]);
        uint8_t r = place(HS_PLANTED(13) ? (const uint8_t[]){RAX, RCX, RDX, R8} : int_results, 4, 4,
                          type, &ni, &nf);
        if (r == BL_NONE) {
            area = true;
            bl_push_slot(b, type);
        } else if (r == R8 && bl_is_pin(b, R8)) {
            hs_bl_store_frame(b, R8, type, bl_slot(b, bl_height(b)));
            bl_push_slot(b, type);
        } else {
            if (type == VT_I32)
                x64_mov32_rr(&b->a, r, r);
            b->free &= ~BIT(r);
            bl_push_reg(b, r, type);
        }
    }
    if (area) {
        x64_mov64_rm(&b->a, R11, x64_bd(R13, HS_OFF_ARGS));
        ni = nf = 0;
        for (uint32_t i = 0; i < t->nresults; i++) {
            uint8_t type = first[i].type;
            if (place(int_results, 4, 4, type, &ni, &nf) != BL_NONE)
                continue;
            if (!hs_bl_room(b, BL_ROOM))
                return NULL;
            int32_t slot = bl_slot(b, (uint32_t)(first + i - b->stack));
            for (int half = 0; half < (type == VT_V128 ? 2 : 1); half++) {
                x64_mov64_rm(&b->a, R10, x64_bd(R11, (int32_t)i * 16 + 8 * half));
                x64_mov64_mr(&b->a, x64_bd(RBP, slot + 8 * half), R10);
            }
        }
    }
    return p;
}

static void call_slot(struct bl *b, uint32_t func, bool tail)
{
    uint64_t slot = b->in->code_capacity + 8 * (uint64_t)(func - b->m->nimported_funcs);
    x64_u16(&b->a, tail ? 0x25ff : 0x15ff);
    if (!hs_vec_push(&b->out->relocs, bl_pos(b)))
        hs_bl_fail(b, ST_OOM, "out of memory");
    x64_u32(&b->a, (uint32_t)slot - (bl_pos(b) + 4));
}

BL_OP(CALL)
{
    uint32_t func = bl_u32(&p);
    const struct functype *t = hs_module_functype(b->m, func);
    if (!hs_bl_room(b, BL_ROOM))
        return NULL;
    if (t->nparams == 5 && func >= b->m->nimported_funcs && hs_bl_intrinsic(b, func))
        return p;
    save_below(b, b->sp - t->nparams);
    hs_bl_save_pins(b);
    pass(b, t->nparams, int_params, 6, 8);
    if (func < b->m->nimported_funcs) {
        int32_t off = (int32_t)hs_off_import(b->layout, func);
        x64_mov64_rr(&b->a, R10, R13);
        x64_mov64_rm(&b->a, R13, x64_bd(R10, off + 8));
        x64_call_m(&b->a, x64_bd(R10, off));
        bl_call_site(b);
        x64_mov64_rm(&b->a, R13, x64_bd(RBP, -8));
    } else {
        call_slot(b, func, false);
        bl_call_site(b);
    }
    return push_results(b, p, t);
}

/* Leaves a checked funcref in r11, held. The entries above it are gone. */
static void load_callee(struct bl *b, uint32_t type, uint32_t table)
{
    const struct table *t = &b->m->tables[table];
    bool wide = t->type.limits.is64;
    struct value idx =
        *--b->sp; /* the index; r11 must not be taken from another entry, so first make it free */
    if (idx.kind == V_REG)
        b->held |= BIT(idx.reg);
    else if (idx.kind == V_SLOT)
        idx.num = bl_height(b);
    bool in_r11 = idx.kind == V_REG && idx.reg == R11;
    if (!in_r11)
        hs_bl_take(b, R11);
    uint8_t i = hs_bl_use(b, idx);
    uint8_t rec = bl_alloc_gpr(b), safe = BL_NONE;
    if (b->layout->spectre) {
        safe = bl_alloc_gpr(b);
        bl_zero(b, safe);
    }
    x64_mov64_rm(&b->a, rec, x64_bd(R13, (int32_t)hs_off_table(b->layout, table)));
    if (wide)
        x64_cmp64_rm(&b->a, i, x64_bd(rec, HS_OFF_TABREC_SIZE));
    else
        x64_cmp32_rm(&b->a, i, x64_bd(rec, HS_OFF_TABREC_SIZE));
    hs_bl_trap_if(b, CC_AE, TRAP_TABLE_OUT_OF_BOUNDS);
    if (b->layout->spectre) {
        x64_cmov64_rr(&b->a, CC_B, safe, i);
        i = safe;
    }
    x64_mov64_rm(&b->a, rec, x64_bd(rec, HS_OFF_TABREC_ELEMS));
    x64_mov64_rm(&b->a, R11, x64_bisd(rec, i, 3, 0));
    x64_test64_rr(&b->a, R11, R11);
    hs_bl_trap_if(b, CC_E, TRAP_INDIRECT_CALL_TO_NULL);
    b->free |= (b->held & ~BIT(R11)) & b->temps;
    b->held = BIT(R11);
    /* The table's own type may say it all. */
    struct valtype elem = t->type.elem;
    if (hs_heap_is_index(hs_vt_heap(elem)) && hs_heap_subtype(b->m, hs_vt_heap(elem), type))
        return;
    x64_cmp32_mi(&b->a, x64_bd(R11, HS_OFF_FUNCREF_TYPE), (int32_t)b->layout->type_ids[type]);
    if (b->m->types[type].final)
        hs_bl_trap_if(b, CC_NE, TRAP_BAD_SIGNATURE);
    else
        hs_bl_cold_call(b, CC_NE, LIBCALL_CALL_MISMATCH, R11, BL_IMMEDIATE,
                        b->layout->type_ids[type], BL_NONE, hs_bl_live(b) | BIT(R11));
}

static void call_r11(struct bl *b)
{
    HS_ASSERT(!b->leaf);
    x64_mov64_rr(&b->a, R10, R13);
    x64_mov64_rm(&b->a, R13, x64_bd(R11, HS_OFF_FUNCREF_VMCTX));
    x64_call_m(&b->a, x64_bd(R11, HS_OFF_FUNCREF_CODE));
    bl_call_site(b);
    x64_mov64_rm(&b->a, R13, x64_bd(RBP, -8));
}

BL_OP(CALL_INDIRECT)
{
    uint32_t type = bl_u32(&p), table = bl_u32(&p);
    const struct functype *t = &b->m->types[type].func;
    if (!hs_bl_room(b, BL_ROOM))
        return NULL;
    load_callee(b, type, table);
    save_below(b, b->sp - t->nparams);
    hs_bl_save_pins(b);
    pass(b, t->nparams, int_params, 6, 8);
    call_r11(b);
    return push_results(b, p, t);
}

/* The reference on top into r11; null traps. */
static void load_reference(struct bl *b)
{
    struct value v = bl_pop(b);
    if (!(v.kind == V_REG && v.reg == R11)) {
        hs_bl_take(b, R11);
        hs_bl_move_to(b, v, R11);
    }
    if (!(v.facts & BL_NON_NULL)) {
        x64_test64_rr(&b->a, R11, R11);
        hs_bl_trap_if(b, CC_E, TRAP_NULL_REFERENCE);
    }
    b->free |= (b->held & ~BIT(R11)) & b->temps;
    b->held = BIT(R11);
}

BL_OP(CALL_REF)
{
    const struct functype *t = &b->m->types[bl_u32(&p)].func;
    if (!hs_bl_room(b, BL_ROOM))
        return NULL;
    load_reference(b);
    save_below(b, b->sp - t->nparams);
    hs_bl_save_pins(b);
    pass(b, t->nparams, int_params, 6, 8);
    call_r11(b);
    return push_results(b, p, t);
}

/* --- returning -------------------------------------------------------------------------------- */

/* Does not change the state: it may stand in a path that others jump around. */
void hs_bl_return(struct bl *b)
{
    const struct functype *t = b->type;
    struct value *sp = b->sp;
    uint32_t free_ = b->free, held = b->held, inval = b->inval;
    if (t->nresults) {
        /* The area needs registers, and an entry that is spilled for it must not stay so
         * elsewhere. */
        uint32_t n = t->nresults;
        struct value keep[16], *copy = n <= 16 ? keep : hs_alloc(n * sizeof *copy);
        uint32_t i;
        if (!copy) {
            hs_bl_fail(b, ST_OOM, "out of memory");
            return;
        }
        memcpy(copy, sp - n, n * sizeof *copy);
        /* What lies below is dead here: its registers are free, and nothing of it may be
         * spilled. */
        b->free = b->temps;
        for (i = 0; i < n; i++)
            if (copy[i].kind == V_REG)
                b->free &= ~BIT(copy[i].reg);
        b->held = 0;
        struct value below[32];
        uint32_t nbelow = 0;
        for (struct value *v = bl_searched(b); v < sp - n; v++)
            if (v->kind == V_REG && nbelow < 32) {
                below[nbelow] = *v;
                below[nbelow++].num = (uint32_t)(v - b->stack);
                v->kind = V_CONST;
            }
        pass(b, n, int_results, 4, 4);
        b->sp = sp;
        memcpy(sp - n, copy, n * sizeof *copy);
        for (i = 0; i < nbelow; i++) {
            uint32_t at = below[i].num;
            below[i].num = 0;
            b->stack[at] = below[i];
        }
        if (copy != keep)
            hs_free(copy);
    }
    b->free = free_;
    b->held = held;
    b->inval = inval;
    hs_bl_epilogue(b);
    x64_ret(&b->a);
}

/* --- tail calls ------------------------------------------------------------------------------- */

BL_OP(RETURN_CALL)
{
    uint32_t func = bl_u32(&p);
    const struct functype *t = hs_module_functype(b->m, func);
    if (!hs_bl_room(b, BL_ROOM))
        return NULL;
    pass(b, t->nparams, int_params, 6, 8);
    hs_bl_epilogue(b);
    if (func >= b->m->nimported_funcs) {
        call_slot(b, func, true);
        return hs_bl_dead(b, p);
    }
    /* An import: of another instance, unless it is linked to itself; the stub copes with both. */
    int32_t off = (int32_t)hs_off_import(b->layout, func);
    x64_mov64_rm(&b->a, RAX, x64_bd(R13, off));
    x64_mov64_rm(&b->a, R11, x64_bd(R13, off + 8));
    x64_mov64_mr(&b->a, x64_bd(R13, HS_OFF_TAIL_CODE), RAX);
    x64_mov64_mr(&b->a, x64_bd(R13, HS_OFF_TAIL_VMCTX), R11);
    x64_mov64_rm(&b->a, RAX, x64_bd(R13, HS_OFF_RT));
    x64_jmp_m(&b->a, x64_bd(RAX, 8 * HS_RT_TAIL_SWITCH));
    return hs_bl_dead(b, p);
}

static const uint8_t *tail_r11(struct bl *b, const uint8_t *p, const struct functype *t)
{
    pass(b, t->nparams, int_params, 6, 8);
    hs_bl_epilogue(b);
    struct x64_label leaves;
    x64_label_init(&leaves);
    x64_cmp64_rm(&b->a, R13, x64_bd(R11, HS_OFF_FUNCREF_VMCTX));
    x64_jcc_label(&b->a, CC_NE, &leaves);
    x64_jmp_m(&b->a, x64_bd(R11, HS_OFF_FUNCREF_CODE));
    hs_bl_cold_add(
        b, &(struct cold){.kind = COLD_TAIL_SWITCH, .here = leaves, .offset = bl_offset(b)});
    return hs_bl_dead(b, p);
}

BL_OP(RETURN_CALL_INDIRECT)
{
    uint32_t type = bl_u32(&p), table = bl_u32(&p);
    if (!hs_bl_room(b, BL_ROOM))
        return NULL;
    load_callee(b, type, table);
    return tail_r11(b, p, &b->m->types[type].func);
}

BL_OP(RETURN_CALL_REF)
{
    const struct functype *t = &b->m->types[bl_u32(&p)].func;
    if (!hs_bl_room(b, BL_ROOM))
        return NULL;
    load_reference(b);
    return tail_r11(b, p, t);
}

/* --- the runtime ------------------------------------------------------------------------------ */

void hs_bl_libcall(struct bl *b, enum hs_libcall id, uint32_t n, uint32_t nextra,
                   const uint64_t *extra, uint8_t result)
{
    static const uint8_t regs[5] = {RDI, RSI, RDX, RCX, R8};
    HS_ASSERT(n + nextra <= 5);
    if (!hs_bl_room(b, BL_ROOM))
        return;
    save_below(b, b->sp - n);
    hs_bl_save_pins(b);
    pass(b, n, regs, 5, 0);
    for (uint32_t i = 0; i < nextra; i++)
        x64_mov64_ri(&b->a, regs[n + i], extra[i]);
    if (b->leaf) /* not expected in one; the frame is below rsp */
        x64_sub64_ri(&b->a, RSP, 128);
    x64_masm_libcall(&b->a, id);
    if (b->leaf)
        x64_add64_ri(&b->a, RSP, 128);
    b->held = 0;
    b->free = b->temps;
    bl_lose_pins(b);
    if (result == VT_BOT)
        return;
    if (result == VT_I32 && !HS_PLANTED(19))
        x64_mov32_rr(&b->a, RAX, RAX);
    b->free &= ~BIT(RAX);
    bl_push_reg(b, RAX, result);
}
