/* x64_masm.h: operations, the layer between bytes (x64_asm) and WebAssembly (baseline): what
 * takes more than one instruction and means exactly what the specification says, whichever
 * extensions the CPU has. https://webassembly.github.io/spec/core/exec/numerics.html
 *
 * Manners of all functions here
 *
 *   d s t        general registers: destination, source, temporary; x, dx, tx: vector registers. The first register
 *                is the destination. A temporary is clobbered and is none of the other operands; d may be
 *                s unless said otherwise. Other registers stay; flags are lost.
 *   i32          a 32-bit source may have anything in its upper half unless said otherwise; a 32-bit result is
 *                zero-extended.
 *   fp           X64_F32 or X64_F64: the lowest lane; other lanes of a result are undefined.
 *   NaN          a result that is a NaN is quiet, and canonical when the operands' NaNs are: the machine's own
 *                arithmetic does that. abs, neg, copysign move bits.
 *   cpu          HS_CPU_... bits that may be used; 0 is the baseline x86-64 (SSE2).
 *   room         X64_MASM_ROOM bytes are enough for every operation. */
#ifndef HS_COMPILE_X64_MASM_H
#define HS_COMPILE_X64_MASM_H

#include "compile/compile.h"
#include "compile/x64/x64_asm.h"

enum { X64_MASM_ROOM = 160 };
enum x64_fp { X64_F32, X64_F64 };
enum x64_round {
    X64_NEAREST = 0,
    X64_FLOOR = 1,
    X64_CEIL = 2,
    X64_TRUNC = 3
}; /* as in MXCSR and roundss */

/* --- the buffer ------------------------------------------------------------------------------- */

/* Starts writing at the end of code->bytes. ST_OOM or ST_OK; room for n bytes afterwards. */
enum status x64_code_begin(struct x64_asm *a, struct hs_machine_code *code, size_t n);
/* Makes room for n more bytes; the buffer may move (x64_asm's pointers follow). */
enum status x64_code_grow(struct x64_asm *a, struct hs_machine_code *code, size_t n);
static inline enum status x64_code_reserve(struct x64_asm *a, struct hs_machine_code *code,
                                           size_t n)
{
    return HS_LIKELY(x64_room(a, n)) ? ST_OK : x64_code_grow(a, code, n);
}
/* Sets code->bytes.count to what was written. */
void x64_code_end(struct x64_asm *a, struct hs_machine_code *code);

/* --- constants -------------------------------------------------------------------------------- */

/* xor d, d: flags are lost, unlike mov. */
static inline void x64_masm_zero(struct x64_asm *a, unsigned d)
{
    x64_xor32_rr(a, d, d);
}
/* dx = the float with these bits; t is used unless the bits are 0. */
void x64_masm_fconst(struct x64_asm *a, enum x64_fp fp, unsigned dx, uint64_t bits, unsigned t);
/* dx = 128 bits; t is used unless all bits are equal. */
void x64_masm_v128const(struct x64_asm *a, unsigned dx, const uint8_t bytes[16], unsigned t,
                        unsigned tx);

/* --- calls into the runtime ------------------------------------------------------------------- */

/* mov rax, [r13 + rt]; call [rax + 8 * id]. Arguments are in rdi rsi rdx rcx r8 already. */
void x64_masm_libcall(struct x64_asm *a, enum hs_libcall id);
/* Raises a trap; does not come back. Its return address is the place of the trap. */
void x64_masm_trap(struct x64_asm *a, unsigned code);

/* --- integers; width 32 or 64 ----------------------------------------------------------------- */

void x64_masm_clz(struct x64_asm *a, unsigned width, uint32_t cpu, unsigned d, unsigned s,
                  unsigned t);
void x64_masm_ctz(struct x64_asm *a, unsigned width, uint32_t cpu, unsigned d, unsigned s,
                  unsigned t);
/* t and t2 are used without POPCNT only. */
void x64_masm_popcnt(struct x64_asm *a, unsigned width, uint32_t cpu, unsigned d, unsigned s,
                     unsigned t, unsigned t2);

enum x64_div { X64_DIV_S, X64_DIV_U, X64_REM_S, X64_REM_U };
/* rax (dividend) by s, which is neither rax nor rdx: quotient in rax, remainder in rdx; both are
 * lost otherwise. Without labels (NULL) a zero divisor, or the quotient 2^31 or 2^63 of
 * X64_DIV_S, raises #DE. With them it jumps there instead, before anything is changed. X64_REM_S
 * by -1 gives 0 always. */
void x64_masm_div(struct x64_asm *a, unsigned width, enum x64_div op, unsigned s,
                  struct x64_label *zero, struct x64_label *overflow);

/* --- floating point --------------------------------------------------------------------------- */

/* dx = min(dx, x) and max; dx != x. */
void x64_masm_fmin(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned x);
void x64_masm_fmax(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned x);
/* dx = |dx|, -dx, dx with the sign of x. */
void x64_masm_fabs(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned tx);
void x64_masm_fneg(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned tx);
void x64_masm_fcopysign(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned x, unsigned tx);
/* dx = sqrt(x). */
void x64_masm_fsqrt(struct x64_asm *a, enum x64_fp fp, unsigned dx, unsigned x);
/* dx = x rounded to an integer; tx, t are used without SSE4.1 only; dx != x then. */
void x64_masm_fround(struct x64_asm *a, enum x64_fp fp, enum x64_round mode, uint32_t cpu,
                     unsigned dx, unsigned x, unsigned tx, unsigned t);
/* f64.promote_f32 and f32.demote_f64. */
void x64_masm_promote(struct x64_asm *a, unsigned dx, unsigned x);
void x64_masm_demote(struct x64_asm *a, unsigned dx, unsigned x);

/* Comparison of floats: sets flags so that the returned condition, together with parity where
 * said, decides.
 *
 *     eq   CC_E and not parity       lt gt le ge   one condition: operands are swapped for lt and le
 *     ne   CC_NE or parity */
enum x64_fcmp { X64_FEQ, X64_FNE, X64_FLT, X64_FGT, X64_FLE, X64_FGE };
enum x64_cc x64_masm_fcmp(struct x64_asm *a, enum x64_fp fp, enum x64_fcmp op, unsigned x,
                          unsigned y);
/* d = 0 or 1. t is used for eq and ne; t != d. */
void x64_masm_fcmp_set(struct x64_asm *a, enum x64_fp fp, enum x64_fcmp op, unsigned d, unsigned x,
                       unsigned y, unsigned t);
/* Jumps when the comparison holds. */
void x64_masm_fcmp_jump(struct x64_asm *a, enum x64_fp fp, enum x64_fcmp op, unsigned x, unsigned y,
                        struct x64_label *target);
/* Jumps when it does not hold (which is not the opposite comparison, because of NaN). */
void x64_masm_fcmp_jump_not(struct x64_asm *a, enum x64_fp fp, enum x64_fcmp op, unsigned x,
                            unsigned y, struct x64_label *target);

/* --- conversions; width is the integer's ------------------------------------------------------ */

/* d = x towards zero. NaN jumps to invalid, out of range to overflow. t != d; x stays. */
void x64_masm_trunc(struct x64_asm *a, unsigned width, bool is_signed, enum x64_fp fp, unsigned d,
                    unsigned x, unsigned t, unsigned tx, struct x64_label *invalid,
                    struct x64_label *overflow);
/* The same, saturating; NaN gives 0. */
void x64_masm_trunc_sat(struct x64_asm *a, unsigned width, bool is_signed, enum x64_fp fp,
                        unsigned d, unsigned x, unsigned t, unsigned tx);
/* dx = s. An unsigned 32-bit source must be zero-extended. t is used for unsigned 64 bits; s
 * stays. */
void x64_masm_convert(struct x64_asm *a, unsigned width, bool is_signed, enum x64_fp fp,
                      unsigned dx, unsigned s, unsigned t);

#endif
