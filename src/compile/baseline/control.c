/* Blocks, branches and labels; conditions and what consumes them.
 *
 * At the start of a block everything below it goes to slots (constants excepted), so the state
 * at a label is known without looking at its branches (I2). A label with one value takes it in
 * rax or xmm0; a loop's label and labels with more values take them in their slots. A block
 * whose label nobody branched to ends without a trace.
 *
 * A comparison asks hs_bl_peek what comes next. When it is br_if, if or select, the flags are
 * used directly: hs_bl_prepare brings the state in order before the comparison (nothing may come
 * between it and the jump), hs_bl_before allocates what the consumer needs, hs_bl_after
 * consumes.
 *
 * https://webassembly.github.io/spec/core/exec/instructions.html#control-instructions */
#include "compile/baseline/baseline.h"
#include "syntax/insn_read.h"

/* --- labels ----------------------------------------------------------------------------------- */

static struct ctl *target(struct bl *b, uint32_t depth)
{
    return b->ctl - depth;
}

static uint32_t arity(const struct ctl *c)
{
    return c->kind == CTL_LOOP ? c->nparams : c->nresults;
}

static bool in_register(const struct ctl *c)
{
    return c->kind != CTL_LOOP && c->nresults == 1;
}

static uint8_t label_register(const struct ctl *c)
{
    return bl_is_fp((uint8_t)hs_vt_kind(c->types[c->nparams])) ? 16 : RAX;
}

/* A function with several results has no label: its results have places of their own. */
static bool returns(const struct ctl *c)
{
    return c->kind == CTL_FUNC && c->nresults > 1;
}

/* The entry n from the top (0: the topmost) as a value, left where it is. */
static struct value peek_entry(const struct bl *b, uint32_t n)
{
    struct value v = b->sp[-1 - (int32_t)n];
    if (v.kind == V_SLOT)
        v.num = bl_height(b) - 1 - n;
    return v;
}

static bool in_place(const struct bl *b, const struct ctl *c)
{
    uint32_t n = arity(c);
    if (n == 0)
        return true;
    if (in_register(c))
        return b->sp[-1].kind == V_REG && b->sp[-1].reg == label_register(c);
    if (bl_height(b) - n != c->base)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (b->sp[-1 - (int32_t)i].kind != V_SLOT)
            return false;
    return true;
}

/* Moves the topmost values to where the label takes them. Changes no entry: the code may be
 * jumped around. Everything else on the stack is dead in this path, so any register may be
 * overwritten, in this order: slots upwards (a source is never below its destination). */
static void move_values(struct bl *b, const struct ctl *c, uint32_t n);
static inline void label_moves(struct bl *b, const struct ctl *c)
{
    uint32_t n = arity(c);
    if (n != 0)
        move_values(b, c, n);
}

static void move_values(struct bl *b, const struct ctl *c, uint32_t n)
{
    if (in_register(c)) {
        hs_bl_move(b, peek_entry(b, 0), label_register(c));
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!hs_bl_room(b, BL_ROOM))
            return;
        hs_bl_store_to(b, peek_entry(b, n - 1 - i), bl_slot(b, c->base + i));
    }
}

void hs_bl_jcc(struct bl *b, int cc, struct x64_label *l)
{
    if (cc == BL_FNE) {
        x64_jcc_label(&b->a, CC_NE, l);
        x64_jcc_label(&b->a, CC_P, l);
    } else if (cc == BL_FEQ) {
        uint32_t skip = x64_jcc8(&b->a, CC_P);
        x64_jcc_label(&b->a, CC_E, l);
        x64_here8(&b->a, skip);
    } else {
        x64_jcc_label(&b->a, (enum x64_cc)cc, l);
    }
}

void hs_bl_branch_if(struct bl *b, int cc, uint32_t depth)
{
    struct ctl *c = target(b, depth);
    HS_ASSERT(!b->inval || c->kind == CTL_FUNC);
    c->dirty |= b->dirty;
    if (!returns(c) && in_place(b, c)) {
        hs_bl_jcc(b, cc, &c->label);
        return;
    }
    struct x64_label skip;
    x64_label_init(&skip);
    hs_bl_jcc(b, bl_invert(cc), &skip);
    if (returns(c)) {
        hs_bl_return(b);
    } else {
        label_moves(b, c);
        x64_jmp_label(&b->a, &c->label);
    }
    x64_bind(&b->a, &skip);
}

/* --- dead code -------------------------------------------------------------------------------- */

/* Skips to the else or end that makes code reachable again, and says so in b->dead. */
const uint8_t *hs_bl_dead(struct bl *b, const uint8_t *p)
{
    b->dead = true;
    if (!b->dead_from)
        b->dead_from = p;
    bl_done(b);
    if (*p == 0x0b || *p == 0x05)
        return p;
    struct error ignored;
    hs_error_init(&ignored);
    struct insn_reader r = {
        .p = p, .end = b->end, .base = b->bytes, .features = ~(hs_features)0, .error = &ignored};
    uint32_t depth = 0;
    for (;;) {
        const uint8_t *at = r.p;
        struct insn i;
        if (hs_insn_read(&r, &i) != ST_OK)
            return hs_bl_fail(b, ST_UNSUPPORTED, "unreadable instruction in dead code");
        switch (i.op) {
        case OP_BLOCK:
        case OP_LOOP:
        case OP_IF:
        case OP_TRY:
        case OP_TRY_TABLE: depth++; break;
        case OP_ELSE:
            if (depth == 0)
                return at;
            break;
        case OP_END:
            if (depth == 0)
                return at;
            depth--;
            break;
        case OP_DELEGATE: depth--; break;
        default: break;
        }
    }
}

/* ---- fuel ----
 *
 * The number of instructions of a basic block is known at its end: the charge at its start is
 * patched then. */
void hs_bl_fuel_charge(struct bl *b)
{
    uint8_t r = bl_alloc_gpr(b);
    x64_mov64_rm(&b->a, r, x64_bd(R13, HS_OFF_RUN));
    x64_emit_dm(&b->a, X64_F_W | 0x81 | X64_IMM(4), ALU_SUB, x64_bd(r, HS_OFF_RUN_FUEL));
    x64_u32(&b->a, 0);
    b->fuel_next = bl_pos(b) - 4;
    bl_free(b, r);
    hs_bl_cold_call(b, CC_B, LIBCALL_OUT_OF_FUEL, BL_NONE, BL_NONE, 0, BL_NONE, hs_bl_live(b));
}

/* --- block types ------------------------------------------------------------------------------ */

struct blocksig {
    uint32_t nparams, nresults;
    const struct valtype *types; /* parameters, then results */
};

/* The result of a block type of one byte (0x40: none), less 0x40. */
static const struct valtype one_result[64] = {
    [0 ... 0x3a] = {VT_REF}, /* of which kind does not matter here */
    [0x3f] = {VT_I32},       [0x3e] = {VT_I64},  [0x3d] = {VT_F32},
    [0x3c] = {VT_F64},       [0x3b] = {VT_V128},
};

static struct blocksig typed_block(const struct bl *b, uint32_t type)
{
    const struct functype *t = &b->m->types[type].func;
    return (struct blocksig){t->nparams, t->nresults, t->types};
}

static inline struct blocksig read_block(const struct bl *b, const uint8_t **p)
{
    uint32_t code = **p;
    if (HS_UNLIKELY((code & 0xc0) != 0x40))
        return typed_block(b, bl_u32(p));
    ++*p;
    if (HS_UNLIKELY(code == 0x63 || code == 0x64)) /* a reference with a heap type */
        hs_bl_s64(p);
    return (struct blocksig){0, code != 0x40, &one_result[code - 0x40]};
}

static __attribute__((noinline)) bool more_ctls(struct bl *b)
{
    size_t n = (size_t)(b->ctls_end - b->ctls), depth = (size_t)(b->ctl - b->ctls);
    struct ctl *bigger = hs_alloc(2 * n * sizeof *bigger);
    if (!bigger) {
        hs_bl_fail(b, ST_OOM, "out of memory");
        return false;
    }
    memcpy(bigger, b->ctls, n * sizeof *bigger);
    if (b->ctls != b->inline_ctls)
        hs_free(b->ctls);
    b->ctls = bigger;
    b->ctls_end = bigger + 2 * n;
    b->ctl = bigger + depth;
    return true;
}

static inline struct ctl *push_ctl(struct bl *b, enum ctl_kind kind, struct blocksig s)
{
    if (HS_UNLIKELY(b->ctl + 1 >= b->ctls_end) && !more_ctls(b))
        return b->ctl;
    struct ctl *c = ++b->ctl;
    c->kind = kind;
    c->nparams = s.nparams;
    c->nresults = s.nresults;
    c->types = s.types;
    c->base = bl_height(b) - s.nparams;
    x64_label_init(&c->label);
    x64_label_init(&c->other);
    c->dirty = 0;
    c->else_dirty = 0;
    return c;
}

bool hs_bl_begin(struct bl *b)
{
    struct ctl *c = b->ctl = b->ctls;
    memset(c, 0, sizeof *c);
    c->kind = CTL_FUNC;
    c->nresults = b->type->nresults;
    c->types = b->type->types + b->type->nparams;
    x64_label_init(&c->label);
    return true;
}

/* Entries from `base` up are slots: the parameters or results of a block. */
static void push_slots(struct bl *b, const struct valtype *types, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        bl_push_slot(b, (uint8_t)hs_vt_kind(types[i]));
}

BL_OP(UNREACHABLE)
{
    hs_bl_trap(b, TRAP_UNREACHABLE);
    return hs_bl_dead(b, p);
}

BL_OP(NOP)
{
    return p;
}

BL_OP(BLOCK)
{
    struct blocksig s = read_block(b, &p);
    if (b->sp - s.nparams > b->stack + b->ctl->base)
        hs_bl_flush(b, b->sp - s.nparams, 0);
    push_ctl(b, CTL_BLOCK, s);
    return p;
}

BL_OP(TRY_TABLE)
{
    struct blocksig s = read_block(b, &p);
    if (b->sp - s.nparams > b->stack + b->ctl->base)
        hs_bl_flush(b, b->sp - s.nparams, 0);
    struct ctl *c = push_ctl(b, CTL_TRY, s);
    return b->status == ST_OK ? hs_bl_enter_try(b, c, p) : NULL;
}

BL_OP(LOOP)
{
    struct blocksig s = read_block(b, &p);
    hs_bl_flush(b, b->sp, s.nparams);
    bl_reload_all(b);
    if (!hs_bl_room(b, BL_ROOM))
        return NULL;
    struct ctl *c = push_ctl(b, CTL_LOOP, s);
    x64_align(&b->a, 32);
    x64_bind(&b->a, &c->label);
    b->flags_pos = 0;
    b->dirty = b->spill_pins;
    if (b->layout->epochs) {
        if (b->layout->signals) {
            uint8_t r = bl_alloc_gpr(b);
            x64_mov64_rm(&b->a, r, x64_bd(R13, HS_OFF_POLL));
            x64_test32_mr(&b->a, x64_bd(r, 0), r);
            bl_free(b, r);
        } else {
            x64_cmp64_rm(&b->a, RSP, x64_bd(R13, HS_OFF_STACK_LIMIT));
            hs_bl_cold_call(b, CC_B, LIBCALL_STACK_OR_POLL, RSP, BL_NONE, 0, BL_NONE,
                            hs_bl_live(b));
        }
    }
    hs_bl_fuel_block(b);
    return p;
}

BL_OP(ELSE)
{
    struct ctl *c = b->ctl;
    HS_ASSERT(c->kind == CTL_IF);
    if (!b->dead) {
        bl_reload_all(b);
        c->dirty |= b->dirty;
        label_moves(b, c);
        x64_jmp_label(&b->a, &c->label);
    }
    c->kind = CTL_ELSE;
    x64_bind(&b->a, &c->other);
    b->flags_pos = 0; /* they differ with where one comes from */
    b->dead = false;
    b->sp = b->stack + c->base;
    push_slots(b, c->types, c->nparams);
    b->free = b->temps;
    b->dirty = c->else_dirty;
    b->inval = 0;
    hs_bl_fuel_block(b);
    return p;
}

static const uint8_t *end_function(struct bl *b)
{
    struct ctl *c = b->ctl;
    if (returns(c)) {
        if (!b->dead)
            hs_bl_return(b);
    } else {
        if (!b->dead)
            label_moves(b, c);
        if (!b->dead || x64_label_used(&c->label)) {
            x64_bind(&b->a, &c->label);
            hs_bl_epilogue(b);
            x64_ret(&b->a);
        }
    }
    return NULL;
}

BL_OP(END)
{
    struct ctl *c = b->ctl;
    if (c->kind == CTL_FUNC)
        return end_function(b);
    if (HS_UNLIKELY(c->kind == CTL_TRY)) {
        hs_bl_leave_try(b);
        if (b->status != ST_OK)
            return NULL;
    }
    bool bare_if = c->kind == CTL_IF; /* without else: parameters are the results on that path */
    bool label = (c->kind != CTL_LOOP && x64_label_used(&c->label)) || bare_if;
    if (!label) {
        b->ctl--;
        if (b->dead) {
            b->sp = b->stack + c->base;
            return hs_bl_dead(b, p);
        }
        return p; /* the state stays as it is */
    }
    if (!b->dead) {
        bl_reload_all(b);
        c->dirty |= b->dirty;
        label_moves(b, c);
    }
    if (bare_if) {
        c->dirty |= c->else_dirty;
        if (in_register(c)) { /* one parameter, in its slot; it is the result */
            if (!b->dead)
                x64_jmp_label(&b->a, &c->label);
            x64_bind(&b->a, &c->other);
            hs_bl_load_frame(b, label_register(c), (uint8_t)hs_vt_kind(c->types[0]),
                             bl_slot(b, c->base));
        } else {
            x64_bind(&b->a, &c->other);
        }
    }
    x64_bind(&b->a, &c->label);
    b->flags_pos = 0;
    b->dead = false;
    b->sp = b->stack + c->base;
    b->free = b->temps;
    b->dirty = c->dirty;
    b->inval = 0;
    if (in_register(c)) {
        uint8_t r = label_register(c);
        b->free &= ~BIT(r);
        bl_push_reg(b, r, (uint8_t)hs_vt_kind(c->types[c->nparams]));
    } else {
        push_slots(b, c->types + c->nparams, c->nresults);
    }
    b->ctl--;
    hs_bl_fuel_block(b);
    return p;
}

/* --- branches --------------------------------------------------------------------------------- */

const uint8_t *hs_bl_branch(struct bl *b, const uint8_t *p, uint32_t depth)
{
    struct ctl *c = target(b, depth);
    if (returns(c)) {
        hs_bl_return(b);
        return hs_bl_dead(b, p);
    }
    if (c->kind != CTL_FUNC)
        bl_reload_all(b);
    c->dirty |= b->dirty;
    label_moves(b, c);
    if (!hs_bl_room(b, BL_ROOM))
        return NULL;
    x64_jmp_label(&b->a, &c->label);
    return hs_bl_dead(b, p);
}

BL_OP(BR)
{
    uint32_t depth = bl_u32(&p);
    return hs_bl_branch(b, p, depth);
}

BL_OP(BR_IF)
{
    bl_reload_all(b);
    struct value v = bl_pop(b);
    struct opnd o = hs_bl_operand_rm(b, v);
    if (o.kind == O_REG)
        bl_test_zero(b, 0, o.reg);
    else
        hs_bl_alu_mi(b, ALU_CMP, 0, o.m, 0);
    bl_done(b);
    hs_bl_branch_if(b, CC_NE, bl_u32(&p));
    hs_bl_fuel_block(b);
    return p;
}

BL_OP(IF)
{
    struct use u = {USE_IF, false, p - 1};
    hs_bl_prepare(b, &u, 1);
    struct value v = bl_pop(b);
    struct opnd o = hs_bl_operand_rm(b, v);
    struct cond c;
    hs_bl_before(b, &u, 0, &c);
    if (o.kind == O_REG)
        bl_test_zero(b, 0, o.reg);
    else
        hs_bl_alu_mi(b, ALU_CMP, 0, o.m, 0);
    return hs_bl_after(b, &c, CC_NE);
}

BL_OP(RETURN)
{
    struct ctl *c = b->ctls;
    if (returns(c) || p[0] != 0x0b || b->ctl != c) {
        if (!returns(c) && __builtin_popcount(b->saved) > 2) { /* a jump is shorter */
            label_moves(b, c);
            x64_jmp_label(&b->a, &c->label);
        } else {
            hs_bl_return(b);
        }
        return hs_bl_dead(b, p);
    }
    /* The end of the function follows: its code is this instruction's. */
    label_moves(b, c);
    b->sp = b->stack;
    b->free = b->temps;
    if (c->nresults) {
        uint8_t r = label_register(c);
        b->free &= ~BIT(r);
        bl_push_reg(b, r, (uint8_t)hs_vt_kind(c->types[0]));
    }
    return p;
}

BL_OP(BR_TABLE)
{
    uint32_t n = bl_u32(&p);
    const uint8_t *labels = p;
    if (!hs_bl_room(b, (size_t)(n + 1) * 4 + BL_ROOM))
        return NULL;
    bl_reload_all(b);
    struct value v = bl_pop(b);
    uint8_t idx = hs_bl_use(b, v);
    if (n == 0) {
        bl_done(b);
        uint32_t depth = bl_u32(&p);
        return hs_bl_branch(b, p, depth);
    }
    const uint8_t *q = labels;
    bool moves = arity(target(b, bl_u32(&q))) != 0; /* the same number for all */
    q = labels;
    uint8_t t = bl_alloc_gpr(b), clamped = bl_alloc_gpr(b);
    struct x64_label table;
    x64_label_init(&table);
    x64_mov32_ri(&b->a, clamped,
                 HS_PLANTED(8)
                     ? n - 1
                     : n); /* also the mask against speculation: there is no branch to mispredict */
    x64_cmp32_rr(&b->a, idx, clamped);
    x64_cmov32_rr(&b->a, CC_B, clamped, idx);
    x64_lea64_label(&b->a, t, &table);
    x64_lea64_rm(&b->a, t, x64_bisd(t, clamped, 2, 0));
    x64_movsx32_64_rm(&b->a, clamped, x64_bd(t, 0));
    x64_lea64_rm(&b->a, t, x64_bid(t, clamped, 4));
    x64_jmp_r(&b->a, t);
    x64_bind(&b->a, &table);
    bl_done(b);
    /* Entries are rel32 fields relative to their own end, like those of jumps. */
    uint32_t entries = bl_pos(b);
    if (!moves) {
        for (uint32_t i = 0; i <= n; i++) {
            struct ctl *c = target(b, bl_u32(&q));
            c->dirty |= b->dirty;
            x64_rel32_label(&b->a, &c->label);
        }
        return hs_bl_dead(b, q);
    }
    b->a.p += (size_t)(n + 1) * 4;
    for (uint32_t i = 0; i <= n; i++) {
        struct ctl *c = target(b, bl_u32(&q));
        if (!hs_bl_room(b, BL_ROOM))
            return NULL;
        hs_store32(b->a.base + entries + 4 * i, bl_pos(b) - (entries + 4 * i + 4));
        if (returns(c)) {
            hs_bl_return(b);
            continue;
        }
        c->dirty |= b->dirty;
        label_moves(b, c);
        x64_jmp_label(&b->a, &c->label);
    }
    return hs_bl_dead(b, q);
}

/* --- conditions ------------------------------------------------------------------------------- */

struct use hs_bl_peek(const uint8_t *p)
{
    struct use u = {USE_VALUE, false, p};
    while (*u.p == 0x45) { /* i32.eqz */
        u.invert = !u.invert;
        u.p++;
    }
    switch (*u.p) {
    case 0x0d: u.kind = USE_BR_IF; break;
    case 0x04: u.kind = USE_IF; break;
    case 0x1b: u.kind = USE_SELECT; break;
    default: break;
    }
    return u;
}

void hs_bl_prepare(struct bl *b, const struct use *u, uint32_t operands)
{
    if (u->kind == USE_IF) {
        const uint8_t *p = u->p + 1;
        hs_bl_flush(b, b->sp - operands, read_block(b, &p).nparams);
        bl_reload_all(b);
    } else if (u->kind == USE_BR_IF) {
        bl_reload_all(b);
    }
}

void hs_bl_before(struct bl *b, const struct use *u, uint32_t operand_regs, struct cond *c)
{
    c->u = *u;
    c->zeroed = false;
    c->dst = BL_NONE;
    if (u->kind == USE_VALUE) {
        c->dst = bl_dest(b, u->p);
        if (c->dst == BL_NONE)
            c->dst = bl_alloc_gpr(b);
        if (!(operand_regs & BIT(c->dst))) {
            bl_zero(b, c->dst);
            c->zeroed = true;
        }
    } else if (u->kind == USE_SELECT) {
        struct value second = bl_pop(b), first = bl_pop(b);
        c->type = first.type;
        if (bl_is_fp(c->type)) {
            c->other = (struct opnd){.kind = O_REG, .reg = hs_bl_use(b, second)};
            c->dst = hs_bl_own(b, first);
            return;
        }
        c->other = hs_bl_operand_rm(b, second);
        uint8_t d = bl_dest(b, u->p + 1);
        if (first.reg != BL_NONE)
            bl_reload(b, first.reg);
        if (d != BL_NONE && !(operand_regs & BIT(d)) &&
            !(c->other.kind == O_REG && c->other.reg == d)) {
            hs_bl_move_to(b, first, d);
            c->dst = d;
        } else {
            c->dst = hs_bl_own(b, first);
        }
    }
}

static void set_condition(struct bl *b, const struct cond *c, int cc)
{
    uint8_t d = c->dst;
    if (cc >= BL_FEQ) {
        uint8_t t = bl_alloc_gpr(b);
        x64_setcc_r(&b->a, cc == BL_FEQ ? CC_NP : CC_P, t);
        x64_setcc_r(&b->a, cc == BL_FEQ ? CC_E : CC_NE, d);
        if (cc == BL_FEQ)
            x64_and8_rr(&b->a, d, t);
        else
            x64_or8_rr(&b->a, d, t);
    } else {
        x64_setcc_r(&b->a, (enum x64_cc)cc, d);
    }
    if (!c->zeroed)
        x64_movzx8_32_rr(&b->a, d, d);
}

static void select_condition(struct bl *b, const struct cond *c, int cc)
{
    const struct opnd *o = &c->other;
    if (bl_is_fp(c->type) || cc == BL_FNE) {
        struct x64_label keep;
        x64_label_init(&keep);
        hs_bl_jcc(b, HS_PLANTED(12) ? bl_invert(cc) : cc, &keep);
        if (o->kind == O_MEM)
            bl_mov_rm(b, bl_w(c->type), c->dst, o->m);
        else
            hs_bl_move_reg(b, c->type, c->dst, o->reg);
        x64_bind(&b->a, &keep);
        return;
    }
    int first = cc == BL_FEQ ? CC_NE : bl_invert(cc), last = cc == BL_FEQ ? CC_P : first;
    for (int k = first;; k = last) {
        uint32_t form = X64_FORM(0, 1, 0x40 | (unsigned)k) | W(bl_w(c->type));
        if (o->kind == O_MEM)
            x64_emit_m(&b->a, form, c->dst, o->m);
        else
            x64_emit_r(&b->a, form, c->dst, o->reg);
        if (k == last)
            break;
    }
}

const uint8_t *hs_bl_after(struct bl *b, struct cond *c, int cc)
{
    const uint8_t *p = c->u.p;
    if (c->u.invert)
        cc = bl_invert(cc);
    switch (c->u.kind) {
    case USE_BR_IF:
        p++;
        bl_done(b);
        hs_bl_branch_if(b, cc, bl_u32(&p));
        hs_bl_fuel_block(b);
        return p;
    case USE_IF: {
        p++;
        struct blocksig s = read_block(b, &p);
        bl_done(b);
        struct ctl *ctl = push_ctl(b, CTL_IF, s);
        hs_bl_jcc(b, bl_invert(cc), &ctl->other);
        ctl->else_dirty = b->dirty;
        hs_bl_fuel_block(b);
        return p;
    }
    case USE_SELECT: select_condition(b, c, cc); return bl_result(b, p + 1, c->dst, c->type);
    default: set_condition(b, c, cc); return bl_result(b, p, c->dst, VT_I32);
    }
}

/* --- parametric ------------------------------------------------------------------------------- */

BL_OP(DROP)
{
    bl_pop(b);
    bl_done(b);
    return p;
}

static const uint8_t *select_plain(struct bl *b, const uint8_t *consumer)
{
    struct use u = {USE_SELECT, false, consumer};
    struct value v = bl_pop(b);
    struct opnd o = hs_bl_operand_rm(b, v);
    struct cond c;
    hs_bl_before(b, &u, o.kind == O_REG ? BIT(o.reg) : 0, &c);
    if (o.kind == O_REG)
        bl_test_zero(b, 0, o.reg);
    else
        hs_bl_alu_mi(b, ALU_CMP, 0, o.m, 0);
    return hs_bl_after(b, &c, CC_NE);
}

BL_OP(SELECT)
{
    return select_plain(b, p - 1);
}

BL_OP(SELECT_T)
{
    for (uint32_t n = bl_u32(&p); n > 0; n--) {
        uint8_t code = *p++;
        if (code == 0x63 || code == 0x64)
            hs_bl_s64(&p);
    }
    return select_plain(b, p - 1); /* what comes before p is not read */
}
