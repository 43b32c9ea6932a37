/* Exceptions: throw, throw_ref and try_table; abi/code.h draws the tables that a throw reads.
 *
 * A try_table costs what a block costs: it emits nothing on its way in, and calls inside are
 * told apart from others by their return addresses alone. What it costs is pins: a throw puts no
 * register back, so a function with a try_table pins nothing to callee-saved registers (pins.c),
 * saves all of them in its frame, and its epilogue finds them there.
 *
 * The runtime enters a catch clause at its landing, with rbp of this frame and the exception's
 * reference in rax. Nothing else is known of the registers, and nothing else is needed: at a
 * call everything that lives is in its home, slot or local, and a label's values have their
 * places (I2). So a landing puts rsp and the fixed registers right, loads pins, moves the
 * exception's fields to the label's places and jumps there. Landings stand at the end of their
 * try_table, where mostly nothing falls through: compiled C++ leaves the block by a branch.
 *
 * https://webassembly.github.io/spec/core/exec/instructions.html#exec-try-table */
#include "compile/baseline/baseline.h"
#include "syntax/insn_read.h"

const uint8_t *hs_bl_enter_try(struct bl *b, struct ctl *c, const uint8_t *p)
{
    uint32_t n = bl_u32(&p);
    c->clauses = p;
    c->nclauses = n;
    c->outer_try = b->try_;
    for (uint32_t i = 0; i < n; i++)
        hs_insn_catch(&p);
    if (n == 0)
        return p;
    struct hs_try t = {.outer = b->try_};
    b->try_ = (uint32_t)b->out->tries.count;
    if (!hs_vec_push(&b->out->tries, t))
        return hs_bl_fail(b, ST_OOM, "out of memory");
    return p;
}

void hs_bl_call_site_slow(struct bl *b)
{
    struct hs_try_site site = {bl_pos(b), b->try_};
    if (!hs_vec_push(&b->out->sites, site))
        hs_bl_fail(b, ST_OOM, "out of memory");
}

/* The registers that the function relies on everywhere. */
static void restore_frame(struct bl *b)
{
    HS_ASSERT(!b->leaf);
    int32_t depth = 8 + 8 * __builtin_popcount(b->saved) + (int32_t)b->frame;
    x64_lea64_rm(&b->a, RSP, x64_bd(RBP, -depth));
    if (!HS_PLANTED(31))
        x64_mov64_rm(&b->a, R13, x64_bd(RBP, -8));
    if (b->membase != BL_NONE)
        x64_mov64_rm(&b->a, b->membase, x64_bd(R13, HS_OFF_MEM0_BASE));
    if (b->heapbase != BL_NONE)
        x64_mov64_rm(&b->a, b->heapbase, x64_bd(R13, HS_OFF_HEAP));
}

/* A field at [rcx + offset] as the operand stack has it. rdx is lost. */
static void load_field(struct bl *b, struct valtype type, uint8_t reg, uint32_t offset)
{
    struct x64_mem m = x64_bd(RCX, (int32_t)offset);
    switch (hs_vt_kind(type)) {
    case VT_I32: x64_mov32_rm(&b->a, reg, m); break;
    case VT_I64: x64_mov64_rm(&b->a, reg, m); break;
    case VT_F32: x64_movss_rm(&b->a, XR(reg), m); break;
    case VT_F64: x64_movsd_rm(&b->a, XR(reg), m); break;
    case VT_V128: x64_movups_rm(&b->a, XR(reg), m); break;
    default:
        x64_mov32_rm(&b->a, reg, m);
        if (hs_heap_top(b->m, hs_vt_heap(type)) != HEAP_FUNC)
            break;
        x64_mov64_rm(&b->a, R11, x64_bd(R13, HS_OFF_RUN));
        x64_mov64_rm(&b->a, R11, x64_bd(R11, HS_OFF_RUN_FUNCS));
        x64_mov64_rm(&b->a, reg, x64_bisd(R11, reg, 3, 0));
        break;
    }
}

/* One landing: rax is the exception. Registers are used as they come: nothing but the frame
 * lives here. */
static void land(struct bl *b, const struct catch_clause *clause, const struct ctl *target)
{
    const bool payload = clause->kind == CATCH_TAG || clause->kind == CATCH_TAG_REF;
    const bool with_ref = clause->kind == CATCH_TAG_REF || clause->kind == CATCH_ALL_REF;
    const uint32_t type = payload ? b->m->tags[clause->tag].type : 0;
    const struct functype *t = payload ? &b->m->types[type].func : NULL;
    const uint32_t n = payload ? t->nparams : 0;
    const uint32_t *offsets = n ? b->layout->objects[type].offsets : NULL;
    const bool one = target->kind != CTL_LOOP && target->nresults == 1;
    if (n) {
        x64_mov64_rm(&b->a, RCX, x64_bd(R13, HS_OFF_HEAP));
        x64_add64_rr(&b->a, RCX, RAX);
    }
    if (one) { /* the label takes it in rax or xmm0 */
        if (n)
            load_field(b, t->types[0], hs_vt_is_fp(t->types[0]) ? 16 : RAX, offsets[0]);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!hs_bl_room(b, BL_ROOM))
            return;
        uint8_t reg = hs_vt_is_fp(t->types[i]) ? 16 : RDX;
        load_field(b, t->types[i], reg, offsets[i]);
        hs_bl_store_frame(b, reg, (uint8_t)hs_vt_kind(t->types[i]), bl_slot(b, target->base + i));
    }
    if (with_ref)
        hs_bl_store_frame(b, RAX, VT_REF, bl_slot(b, target->base + n));
}

/* Several results of the function are in its lowest slots: returns them. The state stays as it
 * was. */
static void land_in_caller(struct bl *b, const struct ctl *function)
{
    const uint32_t n = function->nresults;
    struct value *sp = b->sp, *keep = hs_alloc(n * sizeof *keep);
    if (!keep) {
        hs_bl_fail(b, ST_OOM, "out of memory");
        return;
    }
    memcpy(keep, b->stack, n * sizeof *keep);
    b->sp = b->stack;
    for (uint32_t i = 0; i < n; i++)
        bl_push_slot(b, (uint8_t)hs_vt_kind(function->types[i]));
    hs_bl_return(b);
    memcpy(b->stack, keep, n * sizeof *keep);
    b->sp = sp;
    hs_free(keep);
}

void hs_bl_leave_try(struct bl *b)
{
    struct ctl *c = b->ctl;
    c->kind = CTL_BLOCK;
    if (c->nclauses == 0)
        return;
    struct hs_try *t = &b->out->tries.data[b->try_];
    b->try_ = c->outer_try;
    t->first = (uint32_t)b->out->clauses.count;
    t->count = c->nclauses;
    struct x64_label over;
    x64_label_init(&over);
    if (!b->dead)
        x64_jmp_label(&b->a, &over);
    const uint8_t *p = c->clauses;
    const uint32_t dirty = b->dirty, inval = b->inval;
    for (uint32_t i = 0; i < c->nclauses; i++) {
        struct catch_clause clause = hs_insn_catch(&p);
        struct ctl *target = c - 1 - clause.label; /* labels are those outside */
        struct hs_clause entry = {
            .tag =
                clause.kind == CATCH_TAG || clause.kind == CATCH_TAG_REF ? clause.tag : HS_ANY_TAG,
            .landing = bl_pos(b),
        };
        if (!hs_bl_room(b, BL_ROOM))
            return;
        if (!hs_vec_push(&b->out->clauses, entry)) {
            hs_bl_fail(b, ST_OOM, "out of memory");
            return;
        }
        restore_frame(b);
        if (target->kind != CTL_FUNC)
            hs_bl_reload_slow(b, HS_PLANTED(30) ? 0 : b->spill_pins);
        land(b, &clause, target);
        if (!hs_bl_room(b, BL_ROOM))
            return;
        if (target->kind == CTL_FUNC && target->nresults > 1)
            land_in_caller(b, target);
        else
            x64_jmp_label(&b->a, &target->label);
    }
    b->dirty = dirty;
    b->inval = inval;
    if (!b->dead)
        x64_bind(&b->a, &over);
    b->flags_pos = 0;
}

/* --- throwing --------------------------------------------------------------------------------- */

BL_OP(THROW)
{
    uint32_t tag = bl_u32(&p);
    const struct functype *t = &b->m->types[b->m->tags[tag].type].func;
    if (!hs_bl_room(b, BL_ROOM))
        return NULL;
    if (b->try_ != HS_NO_TRY)
        hs_bl_save_pins(b);
    if (t->nparams) {
        struct value *first = b->sp - t->nparams;
        uint8_t base = bl_alloc_gpr(b);
        x64_mov64_rm(&b->a, base, x64_bd(R13, HS_OFF_ARGS));
        for (uint32_t i = 0; i < t->nparams; i++) {
            if (!hs_bl_room(b, BL_ROOM))
                return NULL;
            struct value v = first[i];
            if (v.kind == V_SLOT)
                v.num = (uint32_t)(first + i - b->stack);
            hs_bl_store_area(b, base, v, i);
            b->free |= (b->held & ~BIT(base)) & b->temps;
            b->held = BIT(base);
        }
        b->sp = first;
    }
    bl_done(b);
    x64_mov32_ri(&b->a, RDI, tag);
    x64_masm_libcall(&b->a, LIBCALL_THROW);
    bl_call_site(b);
    return hs_bl_dead(b, p);
}

BL_OP(THROW_REF)
{
    hs_bl_libcall(b, LIBCALL_THROW_REF, 1, 0, NULL, VT_BOT);
    bl_call_site(b);
    return hs_bl_dead(b, p);
}
