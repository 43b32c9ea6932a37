/* Code that runs rarely, written after the body: traps, slow paths and constants.
 *
 * A trap calls the runtime; its return address is the place of the trap, so each site has its
 * own code. A slow path keeps every register that carries something and continues in the body. */
#include "compile/baseline/baseline.h"

static bool more_cold(struct bl *b)
{
    struct cold *bigger = hs_alloc(2 * (size_t)b->cold_cap * sizeof *bigger);
    if (!bigger) {
        hs_bl_fail(b, ST_OOM, "out of memory");
        return false;
    }
    memcpy(bigger, b->cold, b->ncold * sizeof *bigger);
    if (b->cold != b->inline_cold)
        hs_free(b->cold);
    b->cold = bigger;
    b->cold_cap *= 2;
    return true;
}

void hs_bl_cold_add(struct bl *b, const struct cold *c)
{
    if (b->ncold < b->cold_cap || more_cold(b))
        b->cold[b->ncold++] = *c;
}

void hs_bl_trap_label(struct bl *b, const struct x64_label *l, enum trap code)
{
    if (x64_label_used(l))
        hs_bl_cold_add(
            b, &(struct cold){
                   .kind = COLD_TRAP, .code = (uint8_t)code, .here = *l, .offset = bl_offset(b)});
}

void hs_bl_trap_if(struct bl *b, int cc, enum trap code)
{
    struct x64_label l;
    x64_label_init(&l);
    x64_jcc_label(&b->a, (enum x64_cc)cc, &l);
    hs_bl_trap_label(b, &l, code);
}

void hs_bl_trap(struct bl *b, enum trap code)
{
    x64_masm_trap(&b->a, code);
}

uint32_t hs_bl_live(const struct bl *b)
{
    return (b->temps & ~b->free) | (b->spill_pins & ~b->inval);
}

static void add_call(struct bl *b, int cc, struct cold c)
{
    c.offset = bl_offset(b);
    c.depth = (b->leaf ? 0 : 8) + 8 * (uint32_t)__builtin_popcount(b->saved) +
              (b->entering ? 0 : b->frame);
    x64_label_init(&c.here);
    x64_jcc_label(&b->a, (enum x64_cc)cc, &c.here);
    c.back = bl_pos(b);
    hs_bl_cold_add(b, &c);
}

void hs_bl_cold_call(struct bl *b, int cc, enum hs_libcall id, uint8_t arg0, uint8_t arg1,
                     uint32_t immediate, uint8_t result, uint32_t live)
{
    add_call(b, cc,
             (struct cold){.kind = COLD_CALL,
                           .code = (uint8_t)id,
                           .arg = {arg0, arg1},
                           .result = result,
                           .immediate = immediate,
                           .live = live});
}

void hs_bl_cold_make(struct bl *b, int cc, enum hs_libcall id, const uint64_t extra[2],
                     uint8_t result, uint32_t live)
{
    HS_ASSERT(!b->leaf);
    add_call(b, cc,
             (struct cold){.kind = COLD_CALL,
                           .code = (uint8_t)id,
                           .arg = {BL_IMMEDIATE, BL_IMMEDIATE},
                           .result = result,
                           .immediate0 = (uint32_t)extra[0],
                           .immediate = (uint32_t)extra[1],
                           .live = live});
}

void hs_bl_cold_back(struct bl *b)
{
    if (b->status == ST_OK)
        b->cold[b->ncold - 1].back = bl_pos(b);
}

void hs_bl_cold_test(struct bl *b, int cc, uint8_t ref, uint32_t heap, uint32_t live)
{
    HS_ASSERT(!b->leaf);
    add_call(b, cc,
             (struct cold){.kind = COLD_TEST,
                           .code = LIBCALL_REF_TEST,
                           .arg = {ref, BL_IMMEDIATE},
                           .result = BL_NONE,
                           .immediate = heap,
                           .live = live});
}

static void emit_call(struct bl *b, const struct cold *c)
{
    uint32_t size = 0, at = 0;
    for (uint32_t m = c->live; m; m &= m - 1)
        size += __builtin_ctz(m) < 16 ? 8 : 16;
    size += (-(c->depth + size)) & 15;
    if (size)
        x64_sub64_ri(&b->a, RSP, (int32_t)size);
    for (uint32_t m = c->live; m; m &= m - 1) {
        uint8_t r = (uint8_t)__builtin_ctz(m);
        if (r < 16)
            x64_mov64_mr(&b->a, x64_bd(RSP, (int32_t)at), r);
        else
            x64_movups_mr(&b->a, x64_bd(RSP, (int32_t)at), XR(r));
        at += r < 16 ? 8 : 16;
    }
    if (c->arg[0] == RSP)
        x64_lea64_rm(&b->a, RDI, x64_bd(RSP, (int32_t)size));
    else if (c->arg[0] == BL_IMMEDIATE)
        x64_mov32_ri(&b->a, RDI, c->immediate0);
    else if (c->arg[0] != BL_NONE)
        x64_mov64_rr(&b->a, RDI, c->arg[0]);
    if (c->arg[1] == BL_IMMEDIATE)
        x64_mov32_ri(&b->a, RSI, c->immediate);
    if (c->kind == COLD_TEST)
        bl_zero(b, RDX); /* null does not come here */
    x64_masm_libcall(&b->a, (enum hs_libcall)c->code);
    if (c->result != BL_NONE)
        x64_mov64_rr(&b->a, c->result, RAX);
    if (c->kind == COLD_TEST) /* what follows leaves the flags alone */
        x64_cmp32_ri(&b->a, RAX, 1);
    at = 0;
    for (uint32_t m = c->live; m; m &= m - 1) {
        uint8_t r = (uint8_t)__builtin_ctz(m);
        if (r < 16)
            x64_mov64_rm(&b->a, r, x64_bd(RSP, (int32_t)at));
        else
            x64_movups_rm(&b->a, XR(r), x64_bd(RSP, (int32_t)at));
        at += r < 16 ? 8 : 16;
    }
    if (size && c->kind == COLD_TEST)
        x64_lea64_rm(&b->a, RSP, x64_bd(RSP, (int32_t)size));
    else if (size)
        x64_add64_ri(&b->a, RSP, (int32_t)size);
    x64_jmp32(&b->a, (int32_t)c->back);
}

void hs_bl_pool(struct bl *b, uint32_t field, uint32_t size, const uint64_t bits[2])
{
    struct pool_use u = {field, size, {bits[0], bits[1]}};
    if (!hs_vec_push(&b->pool, u))
        hs_bl_fail(b, ST_OOM, "out of memory");
}

/* Constants, each once as far as a look at the latest ones tells. */
static void emit_pool(struct bl *b)
{
    uint32_t where[16];
    for (uint32_t size = 16; size >= 4; size /= 2) {
        uint32_t seen = 0;
        size_t recent[16];
        for (size_t i = 0; i < b->pool.count; i++) {
            const struct pool_use *u = &b->pool.data[i];
            if (u->size != size)
                continue;
            if (!hs_bl_room(b, BL_ROOM))
                return;
            uint32_t at = UINT32_MAX;
            for (uint32_t k = 0; k < seen && k < 16; k++) {
                const struct pool_use *o = &b->pool.data[recent[k]];
                if (o->bits[0] == u->bits[0] && o->bits[1] == u->bits[1])
                    at = where[k];
            }
            if (at == UINT32_MAX) {
                while (bl_pos(b) & (size - 1))
                    x64_u8(&b->a, 0xcc);
                at = bl_pos(b);
                x64_bytes(&b->a, u->bits, size);
                recent[seen & 15] = i;
                where[seen & 15] = at;
                seen++;
            }
            /* The field holds what the assembler computed for target 0; the instruction's end is
             * in it. */
            uint8_t *field = b->a.base + u->fixup;
            hs_store32(field, hs_load32(field) + at);
        }
    }
}

enum status hs_bl_cold_emit(struct bl *b)
{
    for (uint32_t i = 0; i < b->ncold && b->status == ST_OK; i++) {
        struct cold c = b->cold[i];
        if (!hs_bl_room(b, BL_ROOM))
            break;
        if (b->locate)
            hs_bl_watch(b, c.offset);
        x64_bind(&b->a, &c.here);
        switch (c.kind) {
        case COLD_TRAP: x64_masm_trap(&b->a, c.code); break;
        case COLD_CALL:
        case COLD_TEST: emit_call(b, &c); break;
        case COLD_TAIL_SWITCH:
            x64_mov64_rm(&b->a, RAX, x64_bd(R11, HS_OFF_FUNCREF_CODE));
            x64_mov64_mr(&b->a, x64_bd(R13, HS_OFF_TAIL_CODE), RAX);
            x64_mov64_rm(&b->a, RAX, x64_bd(R11, HS_OFF_FUNCREF_VMCTX));
            x64_mov64_mr(&b->a, x64_bd(R13, HS_OFF_TAIL_VMCTX), RAX);
            x64_mov64_rm(&b->a, RAX, x64_bd(R13, HS_OFF_RT));
            x64_jmp_m(&b->a, x64_bd(RAX, 8 * HS_RT_TAIL_SWITCH));
            break;
        }
    }
    emit_pool(b);
    return b->status;
}
