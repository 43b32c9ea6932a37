/* Library functions of guests that are one machine instruction here, recognized by their whole
 * body.
 *
 * WebAssembly has no 64 x 64 -> 128 bit multiplication, so compilers call a helper of their
 * runtime library, __multi3(result, a_low, a_high, b_low, b_high), which multiplies 32-bit
 * halves: in programs that do arithmetic on large numbers it is most of the run time. Its body
 * is compared byte for byte with what LLVM's library compiles to, so that what replaces it is
 * known to do the same: two stores of the product, the upper half first (if one of the two is
 * out of bounds, it is that one). Only products of zero-extended operands are replaced; others
 * are called. */
#include "compile/baseline/baseline.h"

static const uint8_t multi3[] = {
    0x01, 0x01, 0x7e, 0x20, 0x00, 0x20, 0x04, 0x20, 0x01, 0x7e, 0x20, 0x02, 0x20, 0x03, 0x7e,
    0x7c, 0x20, 0x03, 0x42, 0x20, 0x88, 0x22, 0x02, 0x20, 0x01, 0x42, 0x20, 0x88, 0x22, 0x04,
    0x7e, 0x7c, 0x20, 0x03, 0x42, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x83, 0x22, 0x03, 0x20, 0x01,
    0x42, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x83, 0x22, 0x01, 0x7e, 0x22, 0x05, 0x42, 0x20, 0x88,
    0x20, 0x03, 0x20, 0x04, 0x7e, 0x7c, 0x22, 0x03, 0x42, 0x20, 0x88, 0x7c, 0x20, 0x03, 0x42,
    0xff, 0xff, 0xff, 0xff, 0x0f, 0x83, 0x20, 0x02, 0x20, 0x01, 0x7e, 0x7c, 0x22, 0x01, 0x42,
    0x20, 0x88, 0x7c, 0x37, 0x03, 0x08, 0x20, 0x00, 0x20, 0x01, 0x42, 0x20, 0x86, 0x20, 0x05,
    0x42, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x83, 0x84, 0x37, 0x03, 0x00, 0x0b,
};

static bool is_multi3(const struct bl *b, uint32_t func)
{
    const struct func *f = &b->m->funcs[func];
    const struct functype *t = hs_module_functype(b->m, func);
    if (f->body_size != sizeof multi3 || t->nparams != 5 || t->nresults != 0 ||
        hs_vt_kind(t->types[0]) != VT_I32)
        return false;
    for (uint32_t i = 1; i < 5; i++)
        if (hs_vt_kind(t->types[i]) != VT_I64)
            return false;
    return b->m->nmemories > 0 && !b->m->memories[0].type.limits.is64 &&
           memcmp(b->bytes + f->body, multi3, sizeof multi3) == 0;
}

static bool is_zero(struct value v)
{
    return v.kind == V_CONST && v.num == 0;
}

bool hs_bl_intrinsic(struct bl *b, uint32_t func)
{
    if (!is_zero(b->sp[-1]) || !is_zero(b->sp[-3]) || b->layout->fuel || !is_multi3(b, func))
        return false;
    b->sp--;
    struct value v = b->sp[-1]; /* b_low over a_low: the zero between them goes */
    b->sp--;
    b->sp--;
    if (v.kind == V_SLOT)
        v.num = bl_height(b) + 1; /* its slot is where it was */
    else if (v.kind == V_REG)
        b->held |= BIT(v.reg);
    uint8_t y = hs_bl_use(b, v);
    bool fixed = y == RAX || y == RDX;
    if (fixed) {
        uint8_t t = bl_alloc_among(b, BL_GPRS & ~(BIT(RAX) | BIT(RDX)));
        x64_mov64_rr(&b->a, t, y);
        bl_free(b, y);
        y = t;
    }
    hs_bl_take(b, RDX);
    struct value *low = b->sp - 1;
    if (!(low->kind == V_REG && low->reg == RAX))
        hs_bl_take(b, RAX);
    hs_bl_move_to(b, bl_pop(b), RAX);
    x64_mul64_r(&b->a, y);
    uint32_t keep = BIT(RAX) | BIT(RDX);
    b->free |= (b->held & ~keep) & b->temps;
    b->held = keep;
    struct x64_mem m = hs_bl_address(b, 0, 8, 8, bl_pop(b));
    x64_mov64_mr(&b->a, m, RDX);
    m = x64_mem_moved(m, -8);
    x64_mov64_mr(&b->a, m, RAX);
    bl_done(b);
    return true;
}
