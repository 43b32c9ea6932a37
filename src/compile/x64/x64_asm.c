/* See x64_asm.h: the forms with a memory operand, and padding. */
#include "compile/x64/x64_asm.h"

static inline unsigned rex_of(struct x64_mem m)
{
    return m.bits >> 16 & 3;
}

/* ModRM, SIB and displacement. */
static inline __attribute__((always_inline)) uint8_t *put_mem(uint8_t *p, unsigned reg,
                                                              struct x64_mem m)
{
    uint16_t bytes =
        (uint16_t)(m.bits | (reg & 7) << 3); /* ModRM, SIB; what is not wanted is overwritten */
    uint8_t *q = p + 1 + (m.bits / X64_MEM_SIB & 1);
    int32_t disp = x64_mem_disp(m);
    uint32_t length = 4;
    if (!x64_is_i8(disp)) {
        bytes |= 0x80;
    } else if (disp != 0 || (m.bits & X64_MEM_DISP)) {
        bytes |= 0x40;
        length = 1;
    } else {
        length = 0;
    }
    memcpy(p, &bytes, 2);
    hs_store32(q, (uint32_t)disp);
    return q + length;
}

/* With the shapes that are rare. */
static uint8_t *put_mem_any(struct x64_asm *a, uint8_t *p, uint32_t form, unsigned reg,
                            struct x64_mem m)
{
    if (HS_LIKELY(!(m.bits & (X64_MEM_RIP | X64_MEM_NO_BASE))))
        return put_mem(p, reg, m);
    uint32_t disp = (uint32_t)x64_mem_disp(m);
    *p++ = (uint8_t)(m.bits | (reg & 7) << 3);
    if (m.bits & X64_MEM_RIP)
        disp -= (uint32_t)(p - a->base) + 4 + (form >> X64_F_IMM & 7);
    else
        *p++ = (uint8_t)(m.bits >> 8);
    hs_store32(p, disp);
    return p + 4;
}

/* Every form: prefixes, opcode maps, byte registers, RIP. */
static __attribute__((noinline)) void emit_m_any(struct x64_asm *a, uint32_t form, unsigned reg,
                                                 struct x64_mem m)
{
    uint8_t *p = x64_put_prefix(a->p, form);
    unsigned rex = 0x40 | (form & X64_F_W ? 8 : 0) | (reg >> 3 & 1) << 2 | rex_of(m);
    bool want = rex != 0x40 || ((form & X64_F_BYTE) && reg >= RSP);
    *p = (uint8_t)rex;
    p = x64_put_opcode(p + want, form);
    a->p = put_mem_any(a, p, form, reg, m);
}

/* The most frequent function of a compiler: one opcode byte and a register as the base come
 * first. */
void x64_emit_m(struct x64_asm *a, uint32_t form, unsigned reg, struct x64_mem m)
{
    if ((form & ~(uint32_t)(X64_F_W | X64_IMM(7) | 0xff)) ||
        (m.bits & (X64_MEM_RIP | X64_MEM_NO_BASE))) {
        emit_m_any(a, form, reg, m);
        return;
    }
    uint8_t *p = a->p;
    unsigned rex = (form >> 13 & 8) | (reg >> 1 & 4) | rex_of(m);
    *p = (uint8_t)(0x40 | rex);
    p += rex != 0;
    *p = (uint8_t)form;
    a->p = put_mem(p + 1, reg, m);
}
_Static_assert(X64_F_W >> 13 == 8, "the W bit becomes REX.W by a shift");

void x64_emit_vex_m(struct x64_asm *a, uint32_t form, unsigned reg, unsigned vvvv, struct x64_mem m)
{
    uint8_t *p = a->p;
    unsigned low = (~vvvv & 15) << 3 | (form & X64_F_L ? 4 : 0) | (form >> X64_F_PP & 3);
    if (!(form & X64_F_W) && (form >> X64_F_MAP & 3) == 1 && !rex_of(m)) {
        *p++ = 0xc5;
        *p++ = (uint8_t)((reg < 8 ? 0x80 : 0) | low);
    } else {
        *p++ = 0xc4;
        *p++ = (uint8_t)((reg < 8 ? 0x80 : 0) | (rex_of(m) & 2 ? 0 : 0x40) |
                         (rex_of(m) & 1 ? 0 : 0x20) | (form >> X64_F_MAP & 3));
        *p++ = (uint8_t)((form & X64_F_W ? 0x80 : 0) | low);
    }
    *p++ = (uint8_t)form;
    a->p = put_mem_any(a, p, form, reg, m);
}

void x64_nops(struct x64_asm *a, unsigned n)
{
    static const uint8_t nops[9][9] = {
        {0x90},
        {0x66, 0x90},
        {0x0f, 0x1f, 0x00},
        {0x0f, 0x1f, 0x40, 0x00},
        {0x0f, 0x1f, 0x44, 0x00, 0x00},
        {0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
        {0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
        {0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
        {0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
    };
    while (n) {
        unsigned k = n < 9 ? n : 9;
        memcpy(a->p, nops[k - 1], 9);
        a->p += k;
        n -= k;
    }
}
