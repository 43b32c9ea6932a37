/* x64_simd.h: the vector instructions of WebAssembly as machine code, whichever extensions the
 * CPU has; SSE4.1 is the least. Part of the layer of operations (x64_masm.h): no state, no
 * choice of registers. https://webassembly.github.io/spec/core/exec/numerics.html
 *
 * One idea: an instruction is a row of x64_simd.def, and one function carries out all rows. The
 * caller asks what the row needs (x64_simd_row), fills in registers, calls x64_simd_emit, and
 * hands the constants that the code refers to to its own pool.
 *
 * Manners
 *
 *   d            may be any operand; where a row does not like that, one more temporary is needed (x64_simd_temps
 *                counts it).
 *   temporaries  are none of the operands and not d; they are clobbered. Operands other than d stay.
 *   t            general temporary, needed by SHIFT with a count in a register; may be the count.
 *   i32          counts and lanes may have anything in the upper half; 32-bit results are zero-extended.
 *   NaN          results are as the specification allows: canonical when the operands' NaNs are.
 *   room         X64_SIMD_ROOM bytes are enough for every instruction. */
#ifndef HS_COMPILE_X64_SIMD_H
#define HS_COMPILE_X64_SIMD_H

#include "compile/compile.h"
#include "compile/x64/x64_asm.h"
#include "syntax/insn.h"

enum { X64_SIMD_ROOM = 256, X64_SIMD_TEMPS = 3, X64_SIMD_USES = 6 };

enum x64_simd_class {
    X64_SIMD_UN,
    X64_SIMD_BIN,
    X64_SIMD_TER,
    X64_SIMD_SHIFT,
    X64_SIMD_TEST,
    X64_SIMD_MASK,
    X64_SIMD_SPLAT,
    X64_SIMD_EXTRACT,
    X64_SIMD_REPLACE,
    X64_SIMD_SHUFFLE,
    X64_SIMD_LOAD,
    X64_SIMD_LOAD_LANE,
    X64_SIMD_STORE,
    X64_SIMD_STORE_LANE,
};

/* flags of rows, see x64_simd.def */
enum {
    X64_SIMD_COMMUTES = 1,
    X64_SIMD_SWAP = 2,
    X64_SIMD_ANY = 4,
};

/* Operands of one instruction, and what came of it. */
struct x64_simd {
    struct x64_asm *a;
    uint32_t cpu; /* HS_CPU_... */
    uint8_t d;    /* destination: vector, or general for MASK and EXTRACT of integers */
    uint8_t s[3]; /* operands: vectors; general for counts, and lanes of integers */
    uint8_t tx[X64_SIMD_TEMPS];
    uint8_t t;
    uint8_t imm;    /* lane; count */
    bool constant;  /* SHIFT: the count is imm */
    bool in_memory; /* the second operand is m (x64_simd_folds) */
    struct x64_mem m;
    uint32_t field;       /* result: the displacement of m, where in_memory */
    const uint8_t *lanes; /* SHUFFLE: 16 bytes */
    enum x64_cc cc;       /* result of TEST: holds if the result is 1 */
    uint32_t nuses;
    struct {
        uint32_t
            field; /* a rel32 computed for target 0, to which the place of the constant is to be added */
        uint64_t bits[2];  /* 16 bytes, aligned to 16 */
    } uses[X64_SIMD_USES]; /* results; nuses is set by x64_simd_emit */
};

struct x64_simd_row;
struct x64_simd_row {
    void (*emit)(struct x64_simd *x, const struct x64_simd_row *r);
    uint32_t insn, second; /* forms of the assembler */
    uint8_t class, imm, temps, flags;
};
const struct x64_simd_row *x64_simd_row(enum op op);

/* Can the second operand be in memory? */
bool x64_simd_folds(enum op op, uint32_t cpu);
/* How many vector temporaries this choice of d and s needs. */
unsigned x64_simd_temps(enum op op, const struct x64_simd *x);
void x64_simd_emit(enum op op, struct x64_simd *x);

#endif
