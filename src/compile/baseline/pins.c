/* Pinned locals and the frame: which locals live in registers, where the others are, entering
 * and leaving.
 *
 * Facts of validation name the heaviest locals of each class. A callee-saved register costs a
 * push and a load, so it goes to the heaviest; a caller-saved one costs a store and a load at
 * each call, so it is worth it when the local's weight exceeds twice the weight of the calls. In
 * a function without calls caller-saved registers are free, and a parameter stays where it
 * arrives.
 *
 * Every choice must be right, only some are fast: with a pin_seed the choice is random, which
 * the tests use. */
#include "compile/baseline/baseline.h"
#include "syntax/insn_read.h"

static const uint8_t int_params[6] = {RDI, RSI, RDX, RCX, R8, R9};

/* Registers in which parameters arrive: GPR or FPR number, or BL_NONE for the argument area. */
static void find_arrival(struct bl *b)
{
    uint32_t n = b->nparams < sizeof b->arrival ? b->nparams : sizeof b->arrival, ints = 0, fps = 0;
    b->arrival_regs = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t reg;
        if (bl_is_fp(b->locals[i].get.type))
            reg = fps < 8 ? (uint8_t)(16 + fps++) : BL_NONE;
        else
            reg = ints < 6 ? int_params[ints++] : BL_NONE;
        b->arrival[i] = reg;
        if (reg != BL_NONE)
            b->arrival_regs |= BIT(reg);
    }
}

/* That of a local; of parameters so far back that they have none, too. */
static uint8_t arrival(const struct bl *b, uint32_t i)
{
    return i < b->nparams && i < sizeof b->arrival ? b->arrival[i] : BL_NONE;
}

static void pin(struct bl *b, uint32_t local, uint8_t reg)
{
    b->locals[local].get.reg = reg;
    b->pin_local[reg] = (uint16_t)local;
    b->temps &= ~BIT(reg);
    if (BIT(reg) & BL_CALLEE_SAVED)
        b->saved |= BIT(reg);
    else
        b->spill_pins |= BIT(reg);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static void choose_random(struct bl *b, uint32_t gprs, uint32_t fprs)
{
    uint64_t seed = b->in->pin_seed * 0x9e3779b97f4a7c15u + b->in->func;
    for (int tries = (int)(next_random(&seed) % 40); tries > 0 && b->nlocals; tries--) {
        uint32_t local = (uint32_t)(next_random(&seed) % (b->nlocals < 64 ? b->nlocals : 64));
        struct local *l = &b->locals[local];
        uint32_t *set = bl_is_fp(l->get.type) ? &fprs : &gprs;
        uint8_t reg = (uint8_t)(next_random(&seed) & 31);
        if (l->get.reg == BL_NONE && (*set >> reg & 1)) {
            *set &= ~BIT(reg);
            pin(b, local, reg);
        }
    }
}

static uint8_t lowest(uint32_t set)
{
    return (uint8_t)__builtin_ctz(set);
}

static void choose(struct bl *b, uint32_t callee, uint32_t spare, uint32_t fprs)
{
    const struct func_facts *f = b->facts;
    bool calls = f->flags & FACT_HAS_CALL;
    /* Parameters whose register they may keep. */
    uint32_t reserved = 0;
    for (int k = 0; b->arrival_regs && k < FACTS_PINS && f->int_local[k] != FACTS_NO_LOCAL; k++) {
        uint8_t stay = arrival(b, f->int_local[k]);
        if (stay != BL_NONE && (!calls || f->int_weight[k] > 2 * f->call_weight))
            reserved |= BIT(stay) & spare;
    }
    for (int k = 0; k < FACTS_PINS && f->int_local[k] != FACTS_NO_LOCAL; k++) {
        uint32_t i = f->int_local[k];
        float w = f->int_weight[k];
        bool worth_spare = !calls || w > 2 * f->call_weight;
        uint8_t stay = arrival(b, i);
        if (stay != BL_NONE && (reserved & BIT(stay)) && (!calls || w > 8 * f->call_weight)) {
            pin(b, i, stay);
            spare &= ~BIT(stay);
        } else if (calls && callee && w >= 3) {
            pin(b, i, lowest(callee));
            callee &= callee - 1;
        } else if (worth_spare && (spare & ~reserved)) {
            uint8_t r = lowest(spare & ~reserved);
            pin(b, i, r);
            spare &= ~BIT(r);
        } else if (worth_spare && stay != BL_NONE && (spare & reserved & BIT(stay))) {
            pin(b, i, stay);
            spare &= ~BIT(stay);
        } else if (callee && w >= 3) {
            pin(b, i, lowest(callee));
            callee &= callee - 1;
        }
    }
    for (int k = 0; k < FACTS_PINS && f->fp_local[k] != FACTS_NO_LOCAL && fprs; k++)
        if (!calls || f->fp_weight[k] > 2 * f->call_weight) {
            pin(b, f->fp_local[k], lowest(fprs));
            fprs &= fprs - 1;
        }
}

static struct local local_at(uint32_t i, uint8_t type, uint8_t facts)
{
    struct local l = {bl_value(V_LOCAL, type, BL_NONE, i), 0};
    l.get.facts = facts;
    return l;
}

/* Reads the declarations of locals, chooses pins, and lays out the frame. */
enum status hs_bl_frame_layout(struct bl *b, const uint8_t **body)
{
    const uint8_t *p = *body;
    uint32_t n = 0;
    for (; n < b->nparams; n++)
        b->locals[n] = local_at(n, (uint8_t)hs_vt_kind(b->type->types[n]),
                                hs_bl_ref_facts(b, b->type->types[n]));
    for (uint32_t groups = bl_u32(&p); groups > 0; groups--) {
        uint32_t count = bl_u32(&p);
        uint8_t type, facts = 0, code = *p++;
        switch (code) {
        case 0x7f: type = VT_I32; break;
        case 0x7e: type = VT_I64; break;
        case 0x7d: type = VT_F32; break;
        case 0x7c: type = VT_F64; break;
        case 0x7b:
            type = VT_V128;
            b->slot_size = 16;
            break;
        case 0x63:
        case 0x64:
            type = VT_REF;
            facts = hs_bl_ref_facts(b, HS_REF(code == 0x63, hs_bl_heaptype(&p)));
            break;
        default:
            type = VT_REF;
            facts = hs_bl_ref_facts(b, HS_REF(true, hs_heap_of_code(code)));
            break;
        }
        HS_CHECK(count <= b->nlocals - n);
        for (; count > 0; count--, n++)
            b->locals[n] = local_at(n, type, facts);
    }
    HS_CHECK(n == b->nlocals);
    *body = p;
    find_arrival(b);

    const struct func_facts *f = b->facts;
    bool base = (f->flags & FACT_USES_MEMORY0) && b->m->nmemories > 0 &&
                b->layout->memory_style[0] != MEMORY_CHECKED_MOVABLE;
    uint32_t callee = BIT(R12) | BIT(R14) | BIT(R15), rbx = BIT(RBX);
    if (f->flags & FACT_HAS_TRY) { /* see exceptions.c */
        callee = rbx = 0;
        b->saved = HS_PLANTED(32) ? BIT(R15) : BL_CALLEE_SAVED;
    }
    bool heap = !base && (f->flags & FACT_HAS_GC) && (f->flags & FACT_HAS_LOOP);
    if (heap)
        rbx = 0;
    if (b->in->pin_seed) {
        base = base && (b->in->pin_seed >> 7 & 3);
        choose_random(b, callee | BL_SPARE_GPRS | (base ? 0 : rbx), BL_SPARE_FPRS);
    } else {
        base = base && f->memory_weight >= 3;
        choose(b, callee | (base ? 0 : rbx), BL_SPARE_GPRS, BL_SPARE_FPRS);
    }
    b->membase = b->heapbase = BL_NONE;
    if (heap) {
        b->heapbase = RBX;
        b->saved |= BIT(RBX);
    } else if (base) {
        b->membase = RBX;
        b->saved |= BIT(RBX);
        b->plain_memory = b->layout->memory_style[0] == MEMORY_GUARDED_FIXED && b->layout->signals;
    }
    b->free = b->temps;

    b->leaf = !(f->flags & (FACT_HAS_CALL | FACT_HAS_TAIL_CALL | FACT_HAS_TRY | FACT_MAY_CALL)) &&
              !b->layout->fuel && (b->layout->signals || !b->layout->epochs);
    uint32_t below = (b->leaf ? 0 : 8) + 8 * (uint32_t)__builtin_popcount(b->saved);
    uint32_t offset = below;
    for (uint32_t i = 0; i < b->nlocals; i++) {
        struct local *l = &b->locals[i];
        if (l->get.reg != BL_NONE && (BIT(l->get.reg) & BL_CALLEE_SAVED))
            continue;
        offset += l->get.type == VT_V128 ? 16 : 8;
        l->home = -(int32_t)offset;
    }
    b->slots = -(int32_t)offset;
    offset += bl_max_height(b) * b->slot_size;
    if (b->leaf && offset - below <= 128) {
        b->frame = 0;
    } else {
        offset = (offset + 15) & ~15u;
        b->frame = offset - below;
    }
    return ST_OK;
}

/* --- around calls ----------------------------------------------------------------------------- */

void hs_bl_save_pins(struct bl *b)
{
    for (uint32_t m = HS_PLANTED(6) ? b->dirty & (b->dirty - 1) : b->dirty; m; m &= m - 1) {
        uint8_t r = lowest(m);
        const struct local *l = &b->locals[b->pin_local[r]];
        hs_bl_store_frame(b, r, l->get.type, l->home);
    }
    b->dirty = 0;
}

void hs_bl_reload_slow(struct bl *b, uint32_t pins)
{
    for (uint32_t m = pins; m; m &= m - 1) {
        uint8_t r = lowest(m);
        const struct local *l = &b->locals[b->pin_local[r]];
        hs_bl_load_frame(b, r, l->get.type, l->home);
    }
    b->inval &= ~pins;
}

/* --- entering and leaving --------------------------------------------------------------------- */

/* Zero to everything from `low` (the lowest address) up to `high`. rax, r10, r11 hold no
 * parameter. */
static void zero_range(struct bl *b, int32_t low, int32_t high)
{
    bl_zero(b, RAX);
    if (high - low <= 16 * 8) {
        for (int32_t at = high - 8; at >= low; at -= 8)
            x64_mov64_mr(&b->a, x64_bd(RBP, at), RAX);
        return;
    }
    x64_lea64_rm(&b->a, R10, x64_bd(RBP, low));
    x64_lea64_rm(&b->a, R11, x64_bd(RBP, high));
    struct x64_label head;
    x64_label_init(&head);
    x64_bind(&b->a, &head);
    x64_mov64_mr(&b->a, x64_bd(R10, 0), RAX);
    x64_add64_ri(&b->a, R10, 8);
    x64_cmp64_rr(&b->a, R10, R11);
    x64_jcc_label(&b->a, CC_B, &head);
}

/* Locals start at zero. Runs of unpinned ones are zeroed together. */
static void zero_locals(struct bl *b)
{
    int32_t low = 0, high = 0;
    for (uint32_t i = b->nparams; i < b->nlocals; i++) {
        const struct local *l = &b->locals[i];
        if (!hs_bl_room(b, BL_ROOM))
            return;
        if (l->get.reg != BL_NONE) {
            if (l->get.reg < 16)
                bl_zero(b, l->get.reg);
            else
                x64_xorps_rr(&b->a, XR(l->get.reg), XR(l->get.reg));
            continue;
        }
        int32_t top = l->home + (l->get.type == VT_V128 ? 16 : 8);
        if (low != top) {
            if (low)
                zero_range(b, low, high);
            high = top;
        }
        low = l->home;
    }
    if (low)
        zero_range(b, low, high);
}

static void take_params(struct bl *b)
{
    uint32_t ints = 0, fps = 0;
    struct moves mv; /* its array is large: not cleared */
    mv.n = 0;
    uint32_t extend = 0;
    bool area = false;
    /* From registers to homes, so that afterwards only pins matter. */
    for (uint32_t i = 0; i < b->nparams; i++) {
        const struct local *l = &b->locals[i];
        uint8_t from;
        if (bl_is_fp(l->get.type))
            from = fps < 8 ? (uint8_t)(16 + fps++) : BL_NONE;
        else
            from = ints < 6 ? int_params[ints++] : BL_NONE;
        if (from == BL_NONE) {
            area = true;
        } else if (l->get.reg == BL_NONE) {
            hs_bl_store_frame(b, from, l->get.type, l->home);
        } else {
            if (l->get.type == VT_I32 && from == l->get.reg)
                extend |= BIT(l->get.reg); /* the move does it otherwise */
            mv.m[mv.n].to = l->get.reg;
            mv.m[mv.n++].v = bl_value(V_REG, l->get.type, from, 0);
        }
    }
    hs_bl_moves(b, &mv);
    for (uint32_t m = extend; m; m &= m - 1)
        x64_mov32_rr(&b->a, lowest(m), lowest(m));
    /* An exchange of two i32 moves the undefined halves too. */
    for (uint32_t i = 0; i < mv.n; i++)
        if (mv.m[i].v.type == VT_I32 && mv.m[i].v.reg != mv.m[i].to && mv.n > 1 &&
            (BIT(mv.m[i].to) & BL_SPARE_GPRS))
            x64_mov32_rr(&b->a, mv.m[i].to, mv.m[i].to);
    if (!area)
        return;
    x64_mov64_rm(&b->a, R11, x64_bd(R13, HS_OFF_ARGS));
    ints = fps = 0;
    for (uint32_t i = 0; i < b->nparams; i++) {
        const struct local *l = &b->locals[i];
        bool fp = bl_is_fp(l->get.type);
        if (fp ? fps++ < 8 : ints++ < 6)
            continue;
        if (!hs_bl_room(b, BL_ROOM))
            return;
        struct x64_mem m = x64_bd(R11, (int32_t)i * 16);
        if (l->get.reg != BL_NONE && fp) {
            if (l->get.type == VT_F32)
                x64_movss_rm(&b->a, XR(l->get.reg), m);
            else if (l->get.type == VT_F64)
                x64_movsd_rm(&b->a, XR(l->get.reg), m);
            else
                x64_movups_rm(&b->a, XR(l->get.reg), m);
        } else if (l->get.reg != BL_NONE) {
            bl_mov_rm(b, bl_w(l->get.type), l->get.reg, m);
        } else {
            x64_mov64_rm(&b->a, RAX, m);
            x64_mov64_mr(&b->a, x64_bd(RBP, l->home), RAX);
            if (l->get.type == VT_V128) {
                x64_mov64_rm(&b->a, RAX, x64_bd(R11, (int32_t)i * 16 + 8));
                x64_mov64_mr(&b->a, x64_bd(RBP, l->home + 8), RAX);
            }
        }
    }
}

/* inc dword [rip + counter]: a program that does nothing but call (fib) takes 8 % longer. */
static void count_entry(struct bl *b)
{
    uint64_t counter = hs_code_counter(b->in->code_capacity, b->m->nfuncs - b->m->nimported_funcs,
                                       b->in->func - b->m->nimported_funcs);
    x64_u16(&b->a, 0x05ff);
    if (!hs_vec_push(&b->out->relocs, bl_pos(b)))
        hs_bl_fail(b, ST_OOM, "out of memory");
    x64_u32(&b->a, (uint32_t)counter - (bl_pos(b) + 4));
}

void hs_bl_prologue(struct bl *b)
{
    b->entering = true;
    if (b->layout->counters)
        count_entry(b);
    x64_push_r(&b->a, RBP);
    x64_mov64_rr(&b->a, RBP, RSP);
    if (!b->leaf)
        x64_push_r(&b->a, R13);
    for (uint32_t m = b->saved; m; m &= m - 1)
        x64_push_r(&b->a, lowest(m));
    /* A leaf with a small frame can neither recurse nor cross the reserve below the limit. */
    if (b->frame >= BL_FRAME_MARGIN) {
        x64_lea64_rm(&b->a, R11, x64_bd(RSP, -(int32_t)b->frame));
        x64_cmp64_rm(&b->a, R11, x64_bd(R13, HS_OFF_STACK_LIMIT));
        hs_bl_cold_call(b, CC_B, LIBCALL_STACK_OR_POLL, R11, BL_NONE, 0, BL_NONE, b->arrival_regs);
    } else if (b->facts->flags & (FACT_HAS_CALL | FACT_HAS_TAIL_CALL)) {
        x64_cmp64_rm(&b->a, RSP, x64_bd(R13, HS_OFF_STACK_LIMIT));
        hs_bl_cold_call(b, CC_B, LIBCALL_STACK_OR_POLL, RSP, BL_NONE, 0, BL_NONE, b->arrival_regs);
    }
    b->entering = false;
    if (b->frame)
        x64_sub64_ri(&b->a, RSP, (int32_t)b->frame);
    take_params(b);
    zero_locals(b);
    if (b->membase != BL_NONE)
        x64_mov64_rm(&b->a, b->membase, x64_bd(R13, HS_OFF_MEM0_BASE));
    if (b->heapbase != BL_NONE)
        x64_mov64_rm(&b->a, b->heapbase, x64_bd(R13, HS_OFF_HEAP));
    b->dirty = b->spill_pins;
    b->inval = 0;
}

void hs_bl_epilogue(struct bl *b)
{
    if (b->leaf && b->frame == 0) { /* rsp is at the saved registers */
        for (uint32_t m = b->saved; m; m &= ~BIT(31 - __builtin_clz(m)))
            x64_pop_r(&b->a, 31 - (unsigned)__builtin_clz(m));
        x64_pop_r(&b->a, RBP);
        return;
    }
    int32_t at = b->leaf ? 0 : -8;
    for (uint32_t m = b->saved; m; m &= m - 1)
        x64_mov64_rm(&b->a, lowest(m), x64_bd(RBP, at -= 8));
    x64_leave(&b->a);
}
