/* See x64_asm.h: the forms with a memory operand, and padding. */
#include "compile/x64/x64_asm.h"

/* ModRM, SIB and displacement. */
static uint8_t *put_modrm_m(struct x64_asm *a, uint8_t *p, uint32_t form, unsigned reg,
                            struct x64_mem m)
{
    unsigned r = (reg & 7) << 3, base = m.base & 7u;
    if (m.base >= X64_RIP) {
        uint32_t disp = (uint32_t)m.disp;
        if (m.base == X64_RIP) {
            *p++ = (uint8_t)(r | 5);
            disp -= (uint32_t)(p - a->base) + 4 + (form >> X64_F_IMM & 7);
        } else {
            *p++ = (uint8_t)(r | 4);
            *p++ = (uint8_t)(m.scale << 6 | (m.index & 7) << 3 | 5);
        }
        memcpy(p, &disp, 4);
        return p + 4;
    }
    unsigned mod = m.disp == 0 && base != RBP ? 0 : x64_is_i8(m.disp) ? 0x40 : 0x80;
    if (m.index != X64_NO_INDEX || base == RSP) {
        *p++ = (uint8_t)(mod | r | 4);
        *p++ = (uint8_t)(m.scale << 6 | (m.index & 7) << 3 | base);
    } else {
        *p++ = (uint8_t)(mod | r | base);
    }
    memcpy(p, &m.disp, 4);
    return p + (mod == 0 ? 0 : mod == 0x40 ? 1 : 4);
}

/* Every form: prefixes, opcode maps, byte registers, RIP. */
static __attribute__((noinline)) void emit_m_any(struct x64_asm *a, uint32_t form, unsigned reg, struct x64_mem m)
{
    uint8_t *p = x64_put_prefix(a->p, form);
    unsigned rex = 0x40 | (form & X64_F_W ? 8 : 0) | (reg >> 3 & 1) << 2 | (m.index >> 3 & 1u) << 1 |
                   (m.base >> 3 & 1u);
    bool want = rex != 0x40 || ((form & X64_F_BYTE) && reg >= RSP);
    *p = (uint8_t)rex;
    p = x64_put_opcode(p + want, form);
    a->p = put_modrm_m(a, p, form, reg, m);
}

/* The most frequent function of a compiler: one opcode byte and a register as the base come first. */
void x64_emit_m(struct x64_asm *a, uint32_t form, unsigned reg, struct x64_mem m)
{
    if ((form & ~(uint32_t)(X64_F_W | X64_IMM(7) | 0xff)) || m.base >= X64_RIP) {
        emit_m_any(a, form, reg, m);
        return;
    }
    uint8_t *p = a->p;
    unsigned rex = (form >> 13 & 8) | (reg >> 1 & 4) | (m.index >> 2 & 2u) | m.base >> 3;
    *p = (uint8_t)(0x40 | rex);
    p += rex != 0;
    unsigned low = m.base & 7u, mod_reg = (reg & 7) << 3, skip = 0;
    if (!x64_is_i8(m.disp)) {
        mod_reg |= 0x80;
        skip = 4;
    } else if (m.disp != 0 || low == RBP) {
        mod_reg |= 0x40;
        skip = 1;
    }
    *p++ = (uint8_t)form;
    if (m.index == X64_NO_INDEX && low != RSP) {
        *p++ = (uint8_t)(mod_reg | low);
    } else {
        *p++ = (uint8_t)(mod_reg | 4);
        *p++ = (uint8_t)(m.scale << 6 | (m.index & 7) << 3 | low);
    }
    memcpy(p, &m.disp, 4);
    a->p = p + skip;
}
_Static_assert(X64_F_W >> 13 == 8, "the W bit becomes REX.W by a shift");

void x64_emit_vex_m(struct x64_asm *a, uint32_t form, unsigned reg, unsigned vvvv, struct x64_mem m)
{
    uint8_t *p = a->p;
    unsigned low = (~vvvv & 15) << 3 | (form & X64_F_L ? 4 : 0) | (form >> X64_F_PP & 3);
    bool x = m.index >> 3 & 1, b = m.base >> 3 & 1;
    if (!(form & X64_F_W) && (form >> X64_F_MAP & 3) == 1 && !x && !b) {
        *p++ = 0xc5;
        *p++ = (uint8_t)((reg < 8 ? 0x80 : 0) | low);
    } else {
        *p++ = 0xc4;
        *p++ = (uint8_t)((reg < 8 ? 0x80 : 0) | (x ? 0 : 0x40) | (b ? 0 : 0x20) |
                         (form >> X64_F_MAP & 3));
        *p++ = (uint8_t)((form & X64_F_W ? 0x80 : 0) | low);
    }
    *p++ = (uint8_t)form;
    a->p = put_modrm_m(a, p, form, reg, m);
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
