/* x64_asm.h: the bytes of x86-64 instructions; the lowest of the three layers of a compiler for
 * this machine (x64_asm: bytes, x64_masm: operations, baseline: meaning of WebAssembly).
 *
 * One idea: an instruction is a row of x64_insn.def, and each row becomes static inline
 * functions whose names end in the kinds of their operands, destination first as in Intel's
 * manuals:
 *
 *     _r  register (general or vector, as the row says)      x64_add32_rr(a, RAX, RCX)
 *     _m  memory: struct x64_mem                             x64_add64_rm(a, RAX, x64_bd(R13, 24))
 *     _i  immediate                                          x64_add32_ri(a, RAX, 1)
 *     _c  the register cl as a shift count                   x64_shl32_rc(a, RAX)
 *
 * Integer instructions carry their width, 8 16 32 or 64, in the name; conversions of width carry
 * source and destination (x64_movsx8_64_rr). A vector row makes the SSE form (x64_addsd_rr) and
 * the AVX form with one more operand (x64_vaddsd_rrr) where there is one. The shortest encoding
 * is chosen: immediates and displacements of 8 bits, no REX or VEX3 prefix where it says
 * nothing. Flags are never changed behind the caller's back: mov of zero stays a mov.
 *
 * Room: an emitter never checks. The caller has made sure that X64_MAX_INSN bytes per
 * instruction are left (x64_room); offsets, not pointers, survive a move of the buffer.
 *
 * Positions are offsets from `base`. A RIP-relative operand (x64_rip) names its target as such
 * an offset, which may lie outside of the buffer; the displacement is the four bytes before the
 * immediate, i.e. it ends the instruction where there is none. */
#ifndef HS_COMPILE_X64_ASM_H
#define HS_COMPILE_X64_ASM_H

#include "base/assert.h"
#include "base/bits.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { X64_MAX_INSN = 16 };

struct x64_asm {
    uint8_t *p;    /* the next byte goes here */
    uint8_t *base; /* offset 0 */
    uint8_t *end;  /* one behind the last byte of the buffer */
};

enum x64_reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };
/* clang-format off */
enum x64_xmm {
    XMM0, XMM1, XMM2, XMM3, XMM4, XMM5, XMM6, XMM7,
    XMM8, XMM9, XMM10, XMM11, XMM12, XMM13, XMM14, XMM15,
};

/* Condition codes; c ^ 1 is the opposite of c. */
enum x64_cc {
    CC_O, CC_NO, CC_B, CC_AE, CC_E, CC_NE, CC_BE, CC_A, CC_S, CC_NS, CC_P, CC_NP, CC_L, CC_GE, CC_LE, CC_G,
    CC_C = CC_B, CC_NC = CC_AE, CC_Z = CC_E, CC_NZ = CC_NE,
};
/* clang-format on */

enum { X64_NO_INDEX = RSP, X64_RIP = 0x10, X64_NO_BASE = 0x20 };

/* [base + index << scale + disp], ready to be written, since most of it is known when it is
 * made, often at compile time. One word, so it travels in a register:
 *
 *      63        32 31   24 23 16 15   8 7      0
 *    +-------------+-------+-----+------+--------+
 *    |    disp     | shape | rex | SIB  | ModRM  |
 *    +-------------+-------+-----+------+--------+
 *
 * disp   X64_RIP: offset of the target from the buffer's base
 * rex    bits X and B
 * SIB    the low bits of base and index even if there will be no such byte
 * ModRM  without the register */
struct x64_mem {
    uint64_t bits;
};
enum {
    X64_MEM_SIB = 1 << 24,  /* there is a SIB byte */
    X64_MEM_DISP = 1 << 25, /* there is a displacement even if it is 0: rbp, r13 */
    X64_MEM_RIP = 1 << 26,
    X64_MEM_NO_BASE = 1 << 27,
};

static inline __attribute__((always_inline)) struct x64_mem x64_bisd(unsigned base, unsigned index,
                                                                     unsigned scale, int32_t disp)
{
    uint32_t low = base & 7, bits = scale << 14 | (index & 7) << 11 | (index & 8) << 14;
    if (base == X64_RIP)
        bits |= 5 | X64_MEM_RIP;
    else if (base == X64_NO_BASE)
        bits |= 4 | 5 << 8 | X64_MEM_SIB | X64_MEM_NO_BASE;
    else
        bits |= (base & 8) << 13 | low << 8 | (low == RBP ? X64_MEM_DISP : 0) |
                (index != X64_NO_INDEX || low == RSP ? 4 | X64_MEM_SIB : low);
    return (struct x64_mem){(uint64_t)(uint32_t)disp << 32 | bits};
}
static inline struct x64_mem x64_bd(unsigned base, int32_t disp)
{
    return x64_bisd(base, X64_NO_INDEX, 0, disp);
}
static inline struct x64_mem x64_bid(unsigned base, unsigned index, int32_t disp)
{
    return x64_bisd(base, index, 0, disp);
}
static inline struct x64_mem x64_rip(int32_t target)
{
    return x64_bisd(X64_RIP, X64_NO_INDEX, 0, target);
}
static inline unsigned x64_mem_base(struct x64_mem m)
{
    return m.bits & X64_MEM_RIP       ? X64_RIP
           : m.bits & X64_MEM_NO_BASE ? X64_NO_BASE
                                      : (m.bits >> 8 & 7) | (m.bits >> 13 & 8);
}
static inline unsigned x64_mem_index(struct x64_mem m)
{
    return (m.bits >> 11 & 7) | (m.bits >> 14 & 8);
}
static inline int32_t x64_mem_disp(struct x64_mem m)
{
    return (int32_t)(m.bits >> 32);
}
static inline struct x64_mem x64_mem_moved(struct x64_mem m, int32_t by)
{
    return (struct x64_mem){m.bits + ((uint64_t)(uint32_t)by << 32)};
}

static inline void x64_asm_init(struct x64_asm *a, uint8_t *buffer, size_t size)
{
    a->p = a->base = buffer;
    a->end = buffer + size;
}
static inline uint32_t x64_pos(const struct x64_asm *a)
{
    return (uint32_t)(a->p - a->base);
}
/* Is there room for n bytes? */
static inline bool x64_room(const struct x64_asm *a, size_t n)
{
    return (size_t)(a->end - a->p) >= n;
}

/* --- raw bytes -------------------------------------------------------------------------------- */

static inline void x64_u8(struct x64_asm *a, unsigned x)
{
    *a->p++ = (uint8_t)x;
}
static inline void x64_u16(struct x64_asm *a, unsigned x)
{
    uint16_t v = (uint16_t)x;
    memcpy(a->p, &v, 2);
    a->p += 2;
}
static inline void x64_u32(struct x64_asm *a, uint32_t x)
{
    memcpy(a->p, &x, 4);
    a->p += 4;
}
static inline void x64_u64(struct x64_asm *a, uint64_t x)
{
    memcpy(a->p, &x, 8);
    a->p += 8;
}
static inline void x64_bytes(struct x64_asm *a, const void *bytes, size_t n)
{
    memcpy(a->p, bytes, n);
    a->p += n;
}
static inline bool x64_is_i8(int64_t x)
{
    return x == (int8_t)x;
}
static inline bool x64_is_i32(int64_t x)
{
    return x == (int32_t)x;
}

/* ---- forms ----
 *
 *      19   18     17    16  15    13  12 11  10 9  8 7      0
 *    +---+-------+------+---+--------+---+------+-----+--------+
 *    | L |byte rm| byte | W |imm size| 0 |  pp  | map | opcode |
 *    +---+-------+------+---+--------+---+------+-----+--------+
 *
 * The encodings of map (0: one byte, 1: 0f, 2: 0f 38, 3: 0f 3a) and pp (0: none, 1: 66, 2: f3,
 * 3: f2) are VEX's. */
enum {
    X64_F_PP = 10,
    X64_F_MAP = 8,
    X64_F_IMM = 13,
    X64_F_W = 1 << 16,
    X64_F_BYTE = 1 << 17, /* both operands are byte registers: spl bpl sil dil need a REX prefix */
    X64_F_BYTE_RM = 1 << 18, /* only the r/m operand is one: movzx, movsx */
    X64_F_L = 1 << 19,       /* VEX.256 */
};
#define X64_FORM(pp, map, opcode) ((uint32_t)(opcode) | (map) << X64_F_MAP | (pp) << X64_F_PP)
#define X64_IMM(n)                ((uint32_t)(n) << X64_F_IMM)

/* The memory forms are out of line: there is much to decide at run time and the code stays
 * small. `form` says how many bytes of immediate follow; the caller emits them. */
void x64_emit_m(struct x64_asm *a, uint32_t form, unsigned reg, struct x64_mem m);
void x64_emit_vex_m(struct x64_asm *a, uint32_t form, unsigned reg, unsigned vvvv,
                    struct x64_mem m);

static inline __attribute__((always_inline)) uint8_t *x64_put_prefix(uint8_t *p, uint32_t form)
{
    uint32_t pp = form >> X64_F_PP & 3;
    if (pp)
        *p++ = pp == 1 ? 0x66 : pp == 2 ? 0xf3 : 0xf2;
    return p;
}

static inline __attribute__((always_inline)) uint8_t *x64_put_opcode(uint8_t *p, uint32_t form)
{
    uint32_t map = form >> X64_F_MAP & 3;
    if (map)
        *p++ = 0x0f;
    if (map > 1)
        *p++ = map == 2 ? 0x38 : 0x3a;
    *p++ = (uint8_t)form;
    return p;
}

static inline __attribute__((always_inline)) void x64_emit_r(struct x64_asm *a, uint32_t form,
                                                             unsigned reg, unsigned rm)
{
    uint8_t *p = x64_put_prefix(a->p, form);
    unsigned rex = 0x40 | (form & X64_F_W ? 8 : 0) | (reg >> 3 & 1) << 2 | (rm >> 3 & 1);
    bool want = rex != 0x40;
    if (form & X64_F_BYTE)
        want = want || reg >= RSP || rm >= RSP;
    else if (form & X64_F_BYTE_RM)
        want = want || rm >= RSP;
    *p = (uint8_t)rex;
    p = x64_put_opcode(p + want, form);
    *p++ = (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7));
    a->p = p;
}

/* /digit forms: the reg field is part of the opcode, never a byte register. */
static inline __attribute__((always_inline)) void x64_emit_d(struct x64_asm *a, uint32_t form,
                                                             unsigned digit, unsigned rm)
{
    x64_emit_r(a, form & X64_F_BYTE ? (form & ~(uint32_t)X64_F_BYTE) | X64_F_BYTE_RM : form, digit,
               rm);
}
static inline __attribute__((always_inline)) void x64_emit_dm(struct x64_asm *a, uint32_t form,
                                                              unsigned digit, struct x64_mem m)
{
    x64_emit_m(a, form & ~(uint32_t)X64_F_BYTE, digit, m);
}

static inline __attribute__((always_inline)) void
x64_emit_vex(struct x64_asm *a, uint32_t form, unsigned reg, unsigned vvvv, unsigned rm)
{
    uint8_t *p = a->p;
    unsigned low = (~vvvv & 15) << 3 | (form & X64_F_L ? 4 : 0) | (form >> X64_F_PP & 3);
    if (!(form & X64_F_W) && (form >> X64_F_MAP & 3) == 1 && rm < 8) {
        *p++ = 0xc5;
        *p++ = (uint8_t)((reg < 8 ? 0x80 : 0) | low);
    } else {
        *p++ = 0xc4;
        *p++ =
            (uint8_t)((reg < 8 ? 0x80 : 0) | 0x40 | (rm < 8 ? 0x20 : 0) | (form >> X64_F_MAP & 3));
        *p++ = (uint8_t)((form & X64_F_W ? 0x80 : 0) | low);
    }
    *p++ = (uint8_t)form;
    *p++ = (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7));
    a->p = p;
}

/* An immediate of the operand's width, at most 32 bits. */
static inline __attribute__((always_inline)) void x64_imm(struct x64_asm *a, unsigned width,
                                                          int32_t i)
{
    if (width == 8)
        x64_u8(a, (uint8_t)i);
    else if (width == 16)
        x64_u16(a, (uint16_t)i);
    else
        x64_u32(a, (uint32_t)i);
}

/* The form of an integer opcode at a width: the even opcode is the byte form, the odd one the
 * others. */
static inline __attribute__((always_inline)) uint32_t x64_int_form(unsigned width, uint32_t form)
{
    switch (width) {
    case 8: return (form & ~1u) | X64_F_BYTE;
    case 16: return form | 1 << X64_F_PP;
    case 64: return form | X64_F_W;
    default: return form;
    }
}
/* The same for opcodes that have one form for all widths but 8. */
static inline __attribute__((always_inline)) uint32_t x64_wide_form(unsigned width, uint32_t form)
{
    return width == 16 ? form | 1 << X64_F_PP : width == 64 ? form | X64_F_W : form;
}

#define X64_FN static inline __attribute__((always_inline, unused)) void
#define X64_A  struct x64_asm *a

static inline __attribute__((always_inline)) void x64_alu_ri(X64_A, unsigned width, unsigned digit,
                                                             unsigned r, int32_t i)
{
    if (width == 8) {
        if (r == RAX)
            x64_u8(a, digit << 3 | 4);
        else
            x64_emit_d(a, X64_F_BYTE | 0x80, digit, r);
        x64_u8(a, (uint8_t)i);
    } else if (x64_is_i8(width == 16 ? (int16_t)i : i)) {
        x64_emit_d(a, x64_wide_form(width, 0x83), digit, r);
        x64_u8(a, (uint8_t)i);
    } else if (r == RAX) {
        if (width == 16)
            x64_u8(a, 0x66);
        if (width == 64)
            x64_u8(a, 0x48);
        x64_u8(a, digit << 3 | 5);
        x64_imm(a, width, i);
    } else {
        x64_emit_d(a, x64_wide_form(width, 0x81), digit, r);
        x64_imm(a, width, i);
    }
}

static inline __attribute__((always_inline)) void x64_alu_mi(X64_A, unsigned width, unsigned digit,
                                                             struct x64_mem m, int32_t i)
{
    if (width == 8) {
        x64_emit_dm(a, X64_IMM(1) | 0x80, digit, m);
        x64_u8(a, (uint8_t)i);
    } else if (x64_is_i8(width == 16 ? (int16_t)i : i)) {
        x64_emit_dm(a, x64_wide_form(width, 0x83) | X64_IMM(1), digit, m);
        x64_u8(a, (uint8_t)i);
    } else {
        x64_emit_dm(a, x64_wide_form(width, 0x81) | X64_IMM(width == 16 ? 2 : 4), digit, m);
        x64_imm(a, width, i);
    }
}

static inline __attribute__((always_inline)) void
x64_shift_ri(X64_A, unsigned width, unsigned digit, unsigned r, unsigned i)
{
    x64_emit_d(a, x64_int_form(width, i == 1 ? 0xd1 : 0xc1), digit, r);
    if (i != 1)
        x64_u8(a, i);
}
static inline __attribute__((always_inline)) void
x64_shift_mi(X64_A, unsigned width, unsigned digit, struct x64_mem m, unsigned i)
{
    x64_emit_dm(a, x64_int_form(width, i == 1 ? 0xd1 : 0xc1) | X64_IMM(i != 1), digit, m);
    if (i != 1)
        x64_u8(a, i);
}

/* --- what the rows become --------------------------------------------------------------------- */

/* name, /digit: add sub and ... cmp. Opcode digit * 8 + {0 mr8, 1 mr, 2 rm8, 3 rm}. */
#define X64_ALU_W(name, digit, w)                                                                  \
    X64_FN x64_##name##w##_rr(X64_A, unsigned d, unsigned s)                                       \
    {                                                                                              \
        x64_emit_r(a, x64_int_form(w, (digit) << 3 | 1), s, d);                                    \
    }                                                                                              \
    X64_FN x64_##name##w##_rm(X64_A, unsigned d, struct x64_mem m)                                 \
    {                                                                                              \
        x64_emit_m(a, x64_int_form(w, (digit) << 3 | 3), d, m);                                    \
    }                                                                                              \
    X64_FN x64_##name##w##_mr(X64_A, struct x64_mem m, unsigned s)                                 \
    {                                                                                              \
        x64_emit_m(a, x64_int_form(w, (digit) << 3 | 1), s, m);                                    \
    }                                                                                              \
    X64_FN x64_##name##w##_ri(X64_A, unsigned d, int32_t i)                                        \
    {                                                                                              \
        x64_alu_ri(a, w, digit, d, i);                                                             \
    }                                                                                              \
    X64_FN x64_##name##w##_mi(X64_A, struct x64_mem m, int32_t i)                                  \
    {                                                                                              \
        x64_alu_mi(a, w, digit, m, i);                                                             \
    }
#define X64_ALU(name, digit)                                                                       \
    X64_ALU_W(name, digit, 8)                                                                      \
    X64_ALU_W(name, digit, 16) X64_ALU_W(name, digit, 32) X64_ALU_W(name, digit, 64)

#define X64_SHIFT_W(name, digit, w)                                                                \
    X64_FN x64_##name##w##_rc(X64_A, unsigned d)                                                   \
    {                                                                                              \
        x64_emit_d(a, x64_int_form(w, 0xd3), digit, d);                                            \
    }                                                                                              \
    X64_FN x64_##name##w##_mc(X64_A, struct x64_mem m)                                             \
    {                                                                                              \
        x64_emit_dm(a, x64_int_form(w, 0xd3), digit, m);                                           \
    }                                                                                              \
    X64_FN x64_##name##w##_ri(X64_A, unsigned d, unsigned i)                                       \
    {                                                                                              \
        x64_shift_ri(a, w, digit, d, i);                                                           \
    }                                                                                              \
    X64_FN x64_##name##w##_mi(X64_A, struct x64_mem m, unsigned i)                                 \
    {                                                                                              \
        x64_shift_mi(a, w, digit, m, i);                                                           \
    }
#define X64_SHIFT(name, digit)                                                                     \
    X64_SHIFT_W(name, digit, 8)                                                                    \
    X64_SHIFT_W(name, digit, 16) X64_SHIFT_W(name, digit, 32) X64_SHIFT_W(name, digit, 64)

/* One operand, register or memory: not neg mul imul div idiv inc dec. */
#define X64_UNARY_W(name, opcode, digit, w)                                                        \
    X64_FN x64_##name##w##_r(X64_A, unsigned d)                                                    \
    {                                                                                              \
        x64_emit_d(a, x64_int_form(w, opcode), digit, d);                                          \
    }                                                                                              \
    X64_FN x64_##name##w##_m(X64_A, struct x64_mem m)                                              \
    {                                                                                              \
        x64_emit_dm(a, x64_int_form(w, opcode), digit, m);                                         \
    }
#define X64_UNARY(name, opcode, digit)                                                             \
    X64_UNARY_W(name, opcode, digit, 8)                                                            \
    X64_UNARY_W(name, opcode, digit, 16)                                                           \
    X64_UNARY_W(name, opcode, digit, 32) X64_UNARY_W(name, opcode, digit, 64)

/* reg, r/m, 32 and 64 bits, with any prefix. */
#define X64_INT_W(name, pp, map, opcode, w)                                                        \
    X64_FN x64_##name##w##_rr(X64_A, unsigned d, unsigned s)                                       \
    {                                                                                              \
        x64_emit_r(a, X64_FORM(pp, map, opcode) | ((w) == 64 ? X64_F_W : 0), d, s);                \
    }                                                                                              \
    X64_FN x64_##name##w##_rm(X64_A, unsigned d, struct x64_mem m)                                 \
    {                                                                                              \
        x64_emit_m(a, X64_FORM(pp, map, opcode) | ((w) == 64 ? X64_F_W : 0), d, m);                \
    }
#define X64_INT(name, pp, map, opcode)                                                             \
    X64_INT_W(name, pp, map, opcode, 32) X64_INT_W(name, pp, map, opcode, 64)

/* movzx and movsx: from, to and opcode; byte sources may need a REX prefix. */
#define X64_EXTEND(name, from, to, map, opcode)                                                    \
    X64_FN x64_##name##from##_##to##_rr(X64_A, unsigned d, unsigned s)                             \
    {                                                                                              \
        x64_emit_r(                                                                                \
            a, x64_wide_form(to, X64_FORM(0, map, opcode)) | ((from) == 8 ? X64_F_BYTE_RM : 0), d, \
            s);                                                                                    \
    }                                                                                              \
    X64_FN x64_##name##from##_##to##_rm(X64_A, unsigned d, struct x64_mem m)                       \
    {                                                                                              \
        x64_emit_m(a, x64_wide_form(to, X64_FORM(0, map, opcode)), d, m);                          \
    }

/* r/m, reg, all widths: xchg cmpxchg xadd, and with a lock prefix (memory only). */
#define X64_LOCKED_W(name, lock, map, opcode, w)                                                   \
    X64_FN x64_##name##w##_mr(X64_A, struct x64_mem m, unsigned s)                                 \
    {                                                                                              \
        if (lock)                                                                                  \
            x64_u8(a, 0xf0);                                                                       \
        x64_emit_m(a, x64_int_form(w, X64_FORM(0, map, opcode)), s, m);                            \
    }
#define X64_LOCKED(name, lock, map, opcode)                                                        \
    X64_LOCKED_W(name, lock, map, opcode, 8)                                                       \
    X64_LOCKED_W(name, lock, map, opcode, 16)                                                      \
    X64_LOCKED_W(name, lock, map, opcode, 32) X64_LOCKED_W(name, lock, map, opcode, 64)

/* BMI: reg, r/m, vvvv (shlx shrx sarx bzhi), and reg, vvvv, r/m (andn). Operands in the manual's
 * order. */
#define X64_BMI_RMV_W(name, pp, map, opcode, w)                                                    \
    X64_FN x64_##name##w##_rrr(X64_A, unsigned d, unsigned s, unsigned count)                      \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(pp, map, opcode) | ((w) == 64 ? X64_F_W : 0), d, count, s);       \
    }                                                                                              \
    X64_FN x64_##name##w##_rmr(X64_A, unsigned d, struct x64_mem m, unsigned count)                \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(pp, map, opcode) | ((w) == 64 ? X64_F_W : 0), d, count, m);     \
    }
#define X64_BMI_RMV(name, pp, map, opcode)                                                         \
    X64_BMI_RMV_W(name, pp, map, opcode, 32) X64_BMI_RMV_W(name, pp, map, opcode, 64)
#define X64_BMI_RVM_W(name, pp, map, opcode, w)                                                    \
    X64_FN x64_##name##w##_rrr(X64_A, unsigned d, unsigned s, unsigned s2)                         \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(pp, map, opcode) | ((w) == 64 ? X64_F_W : 0), d, s, s2);          \
    }                                                                                              \
    X64_FN x64_##name##w##_rrm(X64_A, unsigned d, unsigned s, struct x64_mem m)                    \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(pp, map, opcode) | ((w) == 64 ? X64_F_W : 0), d, s, m);         \
    }
#define X64_BMI_RVM(name, pp, map, opcode)                                                         \
    X64_BMI_RVM_W(name, pp, map, opcode, 32) X64_BMI_RVM_W(name, pp, map, opcode, 64)
/* vvvv, r/m with a digit: blsr blsmsk blsi. */
#define X64_BMI_VM_W(name, digit, w)                                                               \
    X64_FN x64_##name##w##_rr(X64_A, unsigned d, unsigned s)                                       \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(0, 2, 0xf3) | ((w) == 64 ? X64_F_W : 0), digit, d, s);            \
    }
#define X64_BMI_VM(name, digit) X64_BMI_VM_W(name, digit, 32) X64_BMI_VM_W(name, digit, 64)
#define X64_BMI_RMI_W(name, pp, map, opcode, w)                                                    \
    X64_FN x64_##name##w##_rri(X64_A, unsigned d, unsigned s, unsigned i)                          \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(pp, map, opcode) | ((w) == 64 ? X64_F_W : 0), d, 0, s);           \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_##name##w##_rmi(X64_A, unsigned d, struct x64_mem m, unsigned i)                    \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(pp, map, opcode) | ((w) == 64 ? X64_F_W : 0) | X64_IMM(1), d,   \
                       0, m);                                                                      \
        x64_u8(a, i);                                                                              \
    }
#define X64_BMI_RMI(name, pp, map, opcode)                                                         \
    X64_BMI_RMI_W(name, pp, map, opcode, 32) X64_BMI_RMI_W(name, pp, map, opcode, 64)

/* No operands: the bytes. */
#define X64_BYTES(name, n, little_endian)                                                          \
    X64_FN x64_##name(X64_A)                                                                       \
    {                                                                                              \
        uint64_t x64_value_ = (little_endian);                                                     \
        memcpy(a->p, &x64_value_, n);                                                              \
        a->p += (n);                                                                               \
    }

/* Vector rows. BIN: d = d op s, AVX d = s1 op s2. */
#define X64_SSE_FN(name, form)                                                                     \
    X64_FN x64_##name##_rr(X64_A, unsigned d, unsigned s)                                          \
    {                                                                                              \
        x64_emit_r(a, form, d, s);                                                                 \
    }                                                                                              \
    X64_FN x64_##name##_rm(X64_A, unsigned d, struct x64_mem m)                                    \
    {                                                                                              \
        x64_emit_m(a, form, d, m);                                                                 \
    }
#define X64_AVX_FN(name, form)                                                                     \
    X64_FN x64_##name##_rrr(X64_A, unsigned d, unsigned s, unsigned s2)                            \
    {                                                                                              \
        x64_emit_vex(a, form, d, s, s2);                                                           \
    }                                                                                              \
    X64_FN x64_##name##_rrm(X64_A, unsigned d, unsigned s, struct x64_mem m)                       \
    {                                                                                              \
        x64_emit_vex_m(a, form, d, s, m);                                                          \
    }
#define X64_SSE_BIN(name, pp, map, opcode)                                                         \
    X64_SSE_FN(name, X64_FORM(pp, map, opcode)) X64_AVX_FN(v##name, X64_FORM(pp, map, opcode))
#define X64_AVX_BIN(name, pp, map, opcode) X64_AVX_FN(name, X64_FORM(pp, map, opcode))
/* FMA and variable shifts with VEX.W1. */
#define X64_AVX_BIN_W(name, pp, map, opcode) X64_AVX_FN(name, X64_FORM(pp, map, opcode) | X64_F_W)
/* UN: d = op s, in both. */
#define X64_SSE_UN(name, pp, map, opcode)                                                          \
    X64_SSE_FN(name, X64_FORM(pp, map, opcode))                                                    \
    X64_FN x64_v##name##_rr(X64_A, unsigned d, unsigned s)                                         \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(pp, map, opcode), d, 0, s);                                       \
    }                                                                                              \
    X64_FN x64_v##name##_rm(X64_A, unsigned d, struct x64_mem m)                                   \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(pp, map, opcode), d, 0, m);                                     \
    }
#define X64_AVX_UN(name, pp, map, opcode)                                                          \
    X64_FN x64_##name##_rr(X64_A, unsigned d, unsigned s)                                          \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(pp, map, opcode), d, 0, s);                                       \
    }                                                                                              \
    X64_FN x64_##name##_rm(X64_A, unsigned d, struct x64_mem m)                                    \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(pp, map, opcode), d, 0, m);                                     \
    }
/* ST: memory = s. */
#define X64_SSE_ST(name, pp, map, opcode)                                                          \
    X64_FN x64_##name##_mr(X64_A, struct x64_mem m, unsigned s)                                    \
    {                                                                                              \
        x64_emit_m(a, X64_FORM(pp, map, opcode), s, m);                                            \
    }                                                                                              \
    X64_FN x64_v##name##_mr(X64_A, struct x64_mem m, unsigned s)                                   \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(pp, map, opcode), s, 0, m);                                     \
    }
/* LD: d = memory only. */
#define X64_SSE_LD(name, pp, map, opcode)                                                          \
    X64_FN x64_##name##_rm(X64_A, unsigned d, struct x64_mem m)                                    \
    {                                                                                              \
        x64_emit_m(a, X64_FORM(pp, map, opcode), d, m);                                            \
    }                                                                                              \
    X64_FN x64_v##name##_rm(X64_A, unsigned d, struct x64_mem m)                                   \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(pp, map, opcode), d, 0, m);                                     \
    }
/* BIN and UN with an immediate byte. */
#define X64_SSE_BINI(name, pp, map, opcode)                                                        \
    X64_FN x64_##name##_rri(X64_A, unsigned d, unsigned s, unsigned i)                             \
    {                                                                                              \
        x64_emit_r(a, X64_FORM(pp, map, opcode), d, s);                                            \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_##name##_rmi(X64_A, unsigned d, struct x64_mem m, unsigned i)                       \
    {                                                                                              \
        x64_emit_m(a, X64_FORM(pp, map, opcode) | X64_IMM(1), d, m);                               \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_v##name##_rrri(X64_A, unsigned d, unsigned s, unsigned s2, unsigned i)              \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(pp, map, opcode), d, s, s2);                                      \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_v##name##_rrmi(X64_A, unsigned d, unsigned s, struct x64_mem m, unsigned i)         \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(pp, map, opcode) | X64_IMM(1), d, s, m);                        \
        x64_u8(a, i);                                                                              \
    }
#define X64_SSE_UNI(name, pp, map, opcode)                                                         \
    X64_FN x64_##name##_rri(X64_A, unsigned d, unsigned s, unsigned i)                             \
    {                                                                                              \
        x64_emit_r(a, X64_FORM(pp, map, opcode), d, s);                                            \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_##name##_rmi(X64_A, unsigned d, struct x64_mem m, unsigned i)                       \
    {                                                                                              \
        x64_emit_m(a, X64_FORM(pp, map, opcode) | X64_IMM(1), d, m);                               \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_v##name##_rri(X64_A, unsigned d, unsigned s, unsigned i)                            \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(pp, map, opcode), d, 0, s);                                       \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_v##name##_rmi(X64_A, unsigned d, struct x64_mem m, unsigned i)                      \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(pp, map, opcode) | X64_IMM(1), d, 0, m);                        \
        x64_u8(a, i);                                                                              \
    }
/* Shifts of vectors by an immediate: 66 0f opcode /digit ib. */
#define X64_SSE_SHI(name, opcode, digit)                                                           \
    X64_FN x64_##name##_ri(X64_A, unsigned d, unsigned i)                                          \
    {                                                                                              \
        x64_emit_r(a, X64_FORM(1, 1, opcode), digit, d);                                           \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_v##name##_rri(X64_A, unsigned d, unsigned s, unsigned i)                            \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(1, 1, opcode), digit, d, s);                                      \
        x64_u8(a, i);                                                                              \
    }
/* The reg field and the r/m field hold registers of different files. CVT: d, s as written; the
 * AVX form of conversions from integers takes the upper lanes from one more operand. */
#define X64_SSE_CVT(name, pp, map, opcode, w)                                                      \
    X64_FN x64_##name##_rr(X64_A, unsigned d, unsigned s)                                          \
    {                                                                                              \
        x64_emit_r(a, X64_FORM(pp, map, opcode) | ((w) ? X64_F_W : 0), d, s);                      \
    }                                                                                              \
    X64_FN x64_##name##_rm(X64_A, unsigned d, struct x64_mem m)                                    \
    {                                                                                              \
        x64_emit_m(a, X64_FORM(pp, map, opcode) | ((w) ? X64_F_W : 0), d, m);                      \
    }
#define X64_AVX_CVT(name, pp, map, opcode, w)                                                      \
    X64_FN x64_##name##_rr(X64_A, unsigned d, unsigned s)                                          \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(pp, map, opcode) | ((w) ? X64_F_W : 0), d, 0, s);                 \
    }                                                                                              \
    X64_FN x64_##name##_rm(X64_A, unsigned d, struct x64_mem m)                                    \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(pp, map, opcode) | ((w) ? X64_F_W : 0), d, 0, m);               \
    }
#define X64_AVX_CVT3(name, pp, map, opcode, w)                                                     \
    X64_AVX_FN(name, X64_FORM(pp, map, opcode) | ((w) ? X64_F_W : 0))
/* The r/m field is the destination and the vector register is in the reg field: movd movq pextr. */
#define X64_SSE_OUT(name, pp, map, opcode, w)                                                      \
    X64_FN x64_##name##_rr(X64_A, unsigned d, unsigned s)                                          \
    {                                                                                              \
        x64_emit_r(a, X64_FORM(pp, map, opcode) | ((w) ? X64_F_W : 0), s, d);                      \
    }
#define X64_AVX_OUT(name, pp, map, opcode, w)                                                      \
    X64_FN x64_##name##_rr(X64_A, unsigned d, unsigned s)                                          \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(pp, map, opcode) | ((w) ? X64_F_W : 0), s, 0, d);                 \
    }
#define X64_SSE_OUTI(name, map, opcode, w)                                                         \
    X64_FN x64_##name##_rri(X64_A, unsigned d, unsigned s, unsigned i)                             \
    {                                                                                              \
        x64_emit_r(a, X64_FORM(1, map, opcode) | ((w) ? X64_F_W : 0), s, d);                       \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_##name##_mri(X64_A, struct x64_mem m, unsigned s, unsigned i)                       \
    {                                                                                              \
        x64_emit_m(a, X64_FORM(1, map, opcode) | ((w) ? X64_F_W : 0) | X64_IMM(1), s, m);          \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_v##name##_rri(X64_A, unsigned d, unsigned s, unsigned i)                            \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(1, map, opcode) | ((w) ? X64_F_W : 0), s, 0, d);                  \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_v##name##_mri(X64_A, struct x64_mem m, unsigned s, unsigned i)                      \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(1, map, opcode) | ((w) ? X64_F_W : 0) | X64_IMM(1), s, 0, m);   \
        x64_u8(a, i);                                                                              \
    }
#define X64_SSE_INSI(name, map, opcode, w)                                                         \
    X64_FN x64_##name##_rri(X64_A, unsigned d, unsigned s, unsigned i)                             \
    {                                                                                              \
        x64_emit_r(a, X64_FORM(1, map, opcode) | ((w) ? X64_F_W : 0), d, s);                       \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_##name##_rmi(X64_A, unsigned d, struct x64_mem m, unsigned i)                       \
    {                                                                                              \
        x64_emit_m(a, X64_FORM(1, map, opcode) | ((w) ? X64_F_W : 0) | X64_IMM(1), d, m);          \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_v##name##_rrri(X64_A, unsigned d, unsigned s, unsigned s2, unsigned i)              \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(1, map, opcode) | ((w) ? X64_F_W : 0), d, s, s2);                 \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_v##name##_rrmi(X64_A, unsigned d, unsigned s, struct x64_mem m, unsigned i)         \
    {                                                                                              \
        x64_emit_vex_m(a, X64_FORM(1, map, opcode) | ((w) ? X64_F_W : 0) | X64_IMM(1), d, s, m);   \
        x64_u8(a, i);                                                                              \
    }
/* AVX blends: the selecting register is in the upper half of an immediate. */
#define X64_AVX_IS4(name, pp, map, opcode)                                                         \
    X64_FN x64_##name##_rrrr(X64_A, unsigned d, unsigned s, unsigned s2, unsigned mask)            \
    {                                                                                              \
        x64_emit_vex(a, X64_FORM(pp, map, opcode), d, s, s2);                                      \
        x64_u8(a, mask << 4);                                                                      \
    }

#include "compile/x64/x64_insn.def"

/* --- instructions that are no row ------------------------------------------------------------- */

#define X64_MOV_W(w)                                                                               \
    X64_FN x64_mov##w##_rr(X64_A, unsigned d, unsigned s)                                          \
    {                                                                                              \
        x64_emit_r(a, x64_int_form(w, 0x89), s, d);                                                \
    }                                                                                              \
    X64_FN x64_mov##w##_rm(X64_A, unsigned d, struct x64_mem m)                                    \
    {                                                                                              \
        x64_emit_m(a, x64_int_form(w, 0x8b), d, m);                                                \
    }                                                                                              \
    X64_FN x64_mov##w##_mr(X64_A, struct x64_mem m, unsigned s)                                    \
    {                                                                                              \
        x64_emit_m(a, x64_int_form(w, 0x89), s, m);                                                \
    }                                                                                              \
    X64_FN x64_mov##w##_mi(X64_A, struct x64_mem m, int32_t i)                                     \
    {                                                                                              \
        x64_emit_dm(a, x64_int_form(w, 0xc7) | X64_IMM((w) == 8 ? 1 : (w) == 16 ? 2 : 4), 0, m);   \
        x64_imm(a, w, i);                                                                          \
    }                                                                                              \
    X64_FN x64_test##w##_rr(X64_A, unsigned d, unsigned s)                                         \
    {                                                                                              \
        x64_emit_r(a, x64_int_form(w, 0x85), s, d);                                                \
    }                                                                                              \
    X64_FN x64_test##w##_mr(X64_A, struct x64_mem m, unsigned s)                                   \
    {                                                                                              \
        x64_emit_m(a, x64_int_form(w, 0x85), s, m);                                                \
    }                                                                                              \
    X64_FN x64_test##w##_mi(X64_A, struct x64_mem m, int32_t i)                                    \
    {                                                                                              \
        x64_emit_dm(a, x64_int_form(w, 0xf7) | X64_IMM((w) == 8 ? 1 : (w) == 16 ? 2 : 4), 0, m);   \
        x64_imm(a, w, i);                                                                          \
    }                                                                                              \
    X64_FN x64_test##w##_ri(X64_A, unsigned d, int32_t i)                                          \
    {                                                                                              \
        if (d == RAX) {                                                                            \
            if ((w) == 16)                                                                         \
                x64_u8(a, 0x66);                                                                   \
            if ((w) == 64)                                                                         \
                x64_u8(a, 0x48);                                                                   \
            x64_u8(a, (w) == 8 ? 0xa8 : 0xa9);                                                     \
        } else {                                                                                   \
            x64_emit_d(a, x64_int_form(w, 0xf7), 0, d);                                            \
        }                                                                                          \
        x64_imm(a, w, i);                                                                          \
    }                                                                                              \
    X64_FN x64_xchg##w##_rr(X64_A, unsigned d, unsigned s)                                         \
    {                                                                                              \
        x64_emit_r(a, x64_int_form(w, 0x87), s, d);                                                \
    }
X64_MOV_W(8)
X64_MOV_W(16)
X64_MOV_W(32)
X64_MOV_W(64)

/* Zero-extends into 64 bits. */
X64_FN x64_mov32_ri(X64_A, unsigned d, uint32_t i)
{
    *a->p = 0x41;
    a->p += d >> 3;
    x64_u8(a, 0xb8 | (d & 7));
    x64_u32(a, i);
}
/* Any 64-bit constant in the shortest form: 5, 7 or 10 bytes. Leaves the flags alone. */
X64_FN x64_mov64_ri(X64_A, unsigned d, uint64_t i)
{
    if (i <= UINT32_MAX) {
        x64_mov32_ri(a, d, (uint32_t)i);
    } else if (x64_is_i32((int64_t)i)) {
        x64_emit_d(a, X64_F_W | 0xc7, 0, d);
        x64_u32(a, (uint32_t)i);
    } else {
        x64_u8(a, 0x48 | d >> 3);
        x64_u8(a, 0xb8 | (d & 7));
        x64_u64(a, i);
    }
}
X64_FN x64_lea32_rm(X64_A, unsigned d, struct x64_mem m)
{
    x64_emit_m(a, 0x8d, d, m);
}
X64_FN x64_lea64_rm(X64_A, unsigned d, struct x64_mem m)
{
    x64_emit_m(a, X64_F_W | 0x8d, d, m);
}
#define X64_IMUL_W(w)                                                                              \
    X64_FN x64_imul##w##_rri(X64_A, unsigned d, unsigned s, int32_t i)                             \
    {                                                                                              \
        x64_emit_r(a, x64_wide_form(w, x64_is_i8(i) ? 0x6b : 0x69), d, s);                         \
        x64_imm(a, x64_is_i8(i) ? 8 : 32, i);                                                      \
    }                                                                                              \
    X64_FN x64_imul##w##_rmi(X64_A, unsigned d, struct x64_mem m, int32_t i)                       \
    {                                                                                              \
        x64_emit_m(a,                                                                              \
                   x64_wide_form(w, x64_is_i8(i) ? 0x6b : 0x69) | X64_IMM(x64_is_i8(i) ? 1 : 4),   \
                   d, m);                                                                          \
        x64_imm(a, x64_is_i8(i) ? 8 : 32, i);                                                      \
    }
X64_IMUL_W(32)
X64_IMUL_W(64)
/* shld, shrd d, s, count. */
#define X64_SHD_W(w)                                                                               \
    X64_FN x64_shld##w##_rri(X64_A, unsigned d, unsigned s, unsigned i)                            \
    {                                                                                              \
        x64_emit_r(a, x64_wide_form(w, X64_FORM(0, 1, 0xa4)), s, d);                               \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_shrd##w##_rri(X64_A, unsigned d, unsigned s, unsigned i)                            \
    {                                                                                              \
        x64_emit_r(a, x64_wide_form(w, X64_FORM(0, 1, 0xac)), s, d);                               \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_bt##w##_ri(X64_A, unsigned d, unsigned i)                                           \
    {                                                                                              \
        x64_emit_r(a, x64_wide_form(w, X64_FORM(0, 1, 0xba)), 4, d);                               \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_bts##w##_rr(X64_A, unsigned d, unsigned s) /* the bit's number, modulo the width */ \
    {                                                                                              \
        x64_emit_r(a, x64_wide_form(w, X64_FORM(0, 1, 0xab)), s, d);                               \
    }                                                                                              \
    X64_FN x64_btr##w##_ri(X64_A, unsigned d, unsigned i)                                          \
    {                                                                                              \
        x64_emit_r(a, x64_wide_form(w, X64_FORM(0, 1, 0xba)), 6, d);                               \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_btc##w##_ri(X64_A, unsigned d, unsigned i)                                          \
    {                                                                                              \
        x64_emit_r(a, x64_wide_form(w, X64_FORM(0, 1, 0xba)), 7, d);                               \
        x64_u8(a, i);                                                                              \
    }                                                                                              \
    X64_FN x64_bswap##w##_r(X64_A, unsigned d)                                                     \
    {                                                                                              \
        unsigned rex = 0x40 | ((w) == 64 ? 8 : 0) | d >> 3;                                        \
        *a->p = (uint8_t)rex;                                                                      \
        a->p += rex != 0x40;                                                                       \
        x64_u16(a, 0xc80f | (d & 7) << 8);                                                         \
    }                                                                                              \
    X64_FN x64_cmov##w##_rr(X64_A, enum x64_cc cc, unsigned d, unsigned s)                         \
    {                                                                                              \
        x64_emit_r(a, x64_wide_form(w, X64_FORM(0, 1, 0x40 | cc)), d, s);                          \
    }                                                                                              \
    X64_FN x64_cmov##w##_rm(X64_A, enum x64_cc cc, unsigned d, struct x64_mem m)                   \
    {                                                                                              \
        x64_emit_m(a, x64_wide_form(w, X64_FORM(0, 1, 0x40 | cc)), d, m);                          \
    }
X64_SHD_W(32)
X64_SHD_W(64)
/* Writes one byte of the register; movzx or an xor before makes it a number. */
X64_FN x64_setcc_r(X64_A, enum x64_cc cc, unsigned d)
{
    x64_emit_r(a, X64_FORM(0, 1, 0x90 | cc) | X64_F_BYTE_RM, 0, d);
}
X64_FN x64_push_r(X64_A, unsigned r)
{
    *a->p = 0x41;
    a->p += r >> 3;
    x64_u8(a, 0x50 | (r & 7));
}
X64_FN x64_pop_r(X64_A, unsigned r)
{
    *a->p = 0x41;
    a->p += r >> 3;
    x64_u8(a, 0x58 | (r & 7));
}
X64_FN x64_push_m(X64_A, struct x64_mem m)
{
    x64_emit_m(a, 0xff, 6, m);
}
X64_FN x64_pop_m(X64_A, struct x64_mem m)
{
    x64_emit_m(a, 0x8f, 0, m);
}
X64_FN x64_push_i(X64_A, int32_t i)
{
    x64_u8(a, x64_is_i8(i) ? 0x6a : 0x68);
    x64_imm(a, x64_is_i8(i) ? 8 : 32, i);
}
X64_FN x64_jmp_r(X64_A, unsigned r)
{
    x64_emit_r(a, 0xff, 4, r);
}
X64_FN x64_jmp_m(X64_A, struct x64_mem m)
{
    x64_emit_m(a, 0xff, 4, m);
}
X64_FN x64_call_r(X64_A, unsigned r)
{
    x64_emit_r(a, 0xff, 2, r);
}
X64_FN x64_call_m(X64_A, struct x64_mem m)
{
    x64_emit_m(a, 0xff, 2, m);
}
/* `ud1l code(%eax),%eax`: a trap whose code can be read behind the PC (67 0f b9 40 code), as
 * LLVM emits for llvm.ubsantrap. */
X64_FN x64_ud1_trap(X64_A, unsigned code)
{
    x64_u32(a, 0x40b90f67);
    x64_u8(a, code);
}

/* ---- jumps and labels ----
 *
 * A label is bound once; jumps to it before that are threaded through their rel32 fields: each
 * holds the position of the field of the jump before, the first one 0 (no field is at 0, an
 * opcode stands before it). Backward jumps take the short form where it reaches. For known short
 * distances forward there are the 8-bit forms: pos = x64_jcc8(a, cc); ...; x64_here8(a, pos). */
struct x64_label {
    uint32_t pos;   /* X64_UNBOUND, or the position */
    uint32_t chain; /* field of the latest jump that waits, 0: none */
};
#define X64_UNBOUND UINT32_MAX

static inline void x64_label_init(struct x64_label *l)
{
    l->pos = X64_UNBOUND;
    l->chain = 0;
}
static inline bool x64_label_used(const struct x64_label *l)
{
    return l->chain != 0;
}
/* Emits the rel32 field of an instruction that ends with it. */
static inline void x64_rel32_label(X64_A, struct x64_label *l)
{
    uint32_t field = x64_pos(a);
    if (l->pos != X64_UNBOUND) {
        x64_u32(a, l->pos - (field + 4));
    } else {
        x64_u32(a, l->chain);
        l->chain = field;
    }
}
static inline void x64_jmp_label(X64_A, struct x64_label *l)
{
    int64_t d = (int64_t)l->pos - ((int64_t)x64_pos(a) + 2);
    if (l->pos != X64_UNBOUND && x64_is_i8(d)) {
        x64_u8(a, 0xeb);
        x64_u8(a, (uint8_t)d);
    } else {
        x64_u8(a, 0xe9);
        x64_rel32_label(a, l);
    }
}
static inline void x64_jcc_label(X64_A, enum x64_cc cc, struct x64_label *l)
{
    int64_t d = (int64_t)l->pos - ((int64_t)x64_pos(a) + 2);
    if (l->pos != X64_UNBOUND && x64_is_i8(d)) {
        x64_u8(a, 0x70 | cc);
        x64_u8(a, (uint8_t)d);
    } else {
        x64_u16(a, 0x800f | (unsigned)cc << 8);
        x64_rel32_label(a, l);
    }
}
static inline void x64_call_label(X64_A, struct x64_label *l)
{
    x64_u8(a, 0xe8);
    x64_rel32_label(a, l);
}
static inline void x64_lea64_label(X64_A, unsigned d, struct x64_label *l)
{
    x64_u8(a, 0x48 | (d >> 3) << 2);
    x64_u16(a, 0x058d | (d & 7) << 11);
    x64_rel32_label(a, l);
}
/* Binds to a position and patches the jumps that waited. */
static inline void x64_bind_at(X64_A, struct x64_label *l, uint32_t pos)
{
    for (uint32_t field = l->chain; field;) {
        uint32_t next = hs_load32(a->base + field);
        hs_store32(a->base + field, pos - (field + 4));
        field = next;
    }
    l->chain = 0;
    l->pos = pos;
}
static inline void x64_bind(X64_A, struct x64_label *l)
{
    x64_bind_at(a, l, x64_pos(a));
}

/* To a position from the buffer's base, which may lie outside: always rel32 (the field ends the
 * instruction). */
X64_FN x64_jmp32(X64_A, int32_t target)
{
    x64_u8(a, 0xe9);
    x64_u32(a, (uint32_t)target - (x64_pos(a) + 4));
}
X64_FN x64_jcc32(X64_A, enum x64_cc cc, int32_t target)
{
    x64_u16(a, 0x800f | (unsigned)cc << 8);
    x64_u32(a, (uint32_t)target - (x64_pos(a) + 4));
}
X64_FN x64_call32(X64_A, int32_t target)
{
    x64_u8(a, 0xe8);
    x64_u32(a, (uint32_t)target - (x64_pos(a) + 4));
}
/* A short jump forward, to be patched by x64_here8 with what the jump returns; at most 127 bytes
 * later. */
static inline uint32_t x64_jmp8(X64_A)
{
    x64_u16(a, 0x00eb);
    return x64_pos(a);
}
static inline uint32_t x64_jcc8(X64_A, enum x64_cc cc)
{
    x64_u16(a, 0x70 | cc);
    return x64_pos(a);
}
static inline void x64_here8(X64_A, uint32_t after_jump)
{
    HS_ASSERT(x64_pos(a) - after_jump <= 127);
    a->base[after_jump - 1] = (uint8_t)(x64_pos(a) - after_jump);
}
/* A short jump back to a position. */
static inline void x64_jcc8_back(X64_A, enum x64_cc cc, uint32_t target)
{
    HS_ASSERT(x64_pos(a) + 2 - target <= 128);
    x64_u16(a, (0x70 | (unsigned)cc) | (target - (x64_pos(a) + 2)) << 8);
}

/* n bytes of nops in as few instructions as possible; room for n + 9 bytes. */
void x64_nops(struct x64_asm *a, unsigned n);
static inline void x64_align(X64_A, unsigned alignment)
{
    x64_nops(a, -x64_pos(a) & (alignment - 1));
}

#undef X64_A
#endif
