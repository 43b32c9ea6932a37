/* Helpers for the files about 128-bit vectors (vector.c, vector_lanes.c, vector_float.c). A form is an encoding of the
 * assembler (X64_FORM), the same for SSE and AVX. With AVX results have registers of their own; without it the
 * destination is the first operand. The tier's vectors need x86-64-v2 (SSSE3, SSE4.1, SSE4.2). */
#ifndef HS_COMPILE_BASELINE_VECTOR_H
#define HS_COMPILE_BASELINE_VECTOR_H

#include "compile/baseline/baseline.h"

#define P0F(opcode) X64_FORM(0, 1, opcode)  /* ps */
#define P66(opcode) X64_FORM(1, 1, opcode)  /* pd and integers */
#define P38(opcode) X64_FORM(1, 2, opcode)
#define P3A(opcode) X64_FORM(1, 3, opcode)

enum {
    PAND = P66(0xdb), PANDN = P66(0xdf), POR = P66(0xeb), PXOR = P66(0xef),
    PCMPEQB = P66(0x74), PCMPEQW = P66(0x75), PCMPEQD = P66(0x76), PCMPEQQ = P38(0x29),
    PCMPGTB = P66(0x64), PCMPGTW = P66(0x65), PCMPGTD = P66(0x66), PCMPGTQ = P38(0x37),
    PSHUFB = P38(0x00), PSHUFD = P66(0x70), PTEST = P38(0x17),
};

static inline bool bl_avx(const struct bl *b)
{
    return b->cpu & HS_CPU_AVX;
}
/* d = d op s */
static inline void bl_v2(struct bl *b, uint32_t form, uint8_t d, uint8_t s)
{
    if (bl_avx(b))
        x64_emit_vex(&b->a, form, XR(d), XR(d), XR(s));
    else
        x64_emit_r(&b->a, form, XR(d), XR(s));
}
/* d = op s */
static inline void bl_v1(struct bl *b, uint32_t form, uint8_t d, uint8_t s)
{
    if (bl_avx(b))
        x64_emit_vex(&b->a, form, XR(d), 0, XR(s));
    else
        x64_emit_r(&b->a, form, XR(d), XR(s));
}
static inline void bl_v1i(struct bl *b, uint32_t form, uint8_t d, uint8_t s, unsigned imm)
{
    bl_v1(b, form, d, s);
    x64_u8(&b->a, imm);
}
static inline void bl_v2i(struct bl *b, uint32_t form, uint8_t d, uint8_t s, unsigned imm)
{
    bl_v2(b, form, d, s);
    x64_u8(&b->a, imm);
}
/* d = d op constant */
void hs_bl_v2c(struct bl *b, uint32_t form, uint8_t d, uint64_t low, uint64_t high);
static inline void bl_v2c(struct bl *b, uint32_t form, uint8_t d, uint64_t both)
{
    hs_bl_v2c(b, form, d, both, both);
}
/* d = constant */
void hs_bl_vconst(struct bl *b, uint8_t d, uint64_t low, uint64_t high);
/* Shifts by an immediate: 66 0f opcode /digit ib, in place. */
static inline void bl_vshift(struct bl *b, unsigned opcode, unsigned digit, uint8_t d, unsigned imm)
{
    if (bl_avx(b))
        x64_emit_vex(&b->a, P66(opcode), digit, XR(d), XR(d));
    else
        x64_emit_r(&b->a, P66(opcode), digit, XR(d));
    x64_u8(&b->a, imm);
}
static inline void bl_vmove(struct bl *b, uint8_t d, uint8_t s)
{
    hs_bl_move_reg(b, VT_V128, d, s);
}
/* l op r, both popped: the usual case of one instruction. Leaves the result in a register for bl_result. */
uint8_t hs_bl_vbinary(struct bl *b, const uint8_t *p, uint32_t form, struct value l, struct value r);
/* A destination for an instruction that reads s once. */
uint8_t hs_bl_vdest(struct bl *b, const uint8_t *p, uint8_t s);

#endif
