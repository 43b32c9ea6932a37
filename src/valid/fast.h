/* The fast validator: yes or no, and the facts that compilers want, in one pass over a body.
 *
 * The type of a value on the operand stack is one byte, its code. Below the values of every
 * block lies a sentinel byte, so that underflow, unreachable code and a wrong type are all
 * found by the one compare that a type check needs anyway: a handler in fast_handlers.h looks
 * whether the top of the stack is exactly what it expects, and leaves everything else to the
 * general path in fast_general.c, which knows about subtyping and unreachable code and decodes
 * the instruction again. A signature is eight bytes, so a call or a branch is one compare as
 * well.
 *
 * Codes
 *
 *   0            nothing: below the stack, beyond the last local; no value has it
 *   1 to 5       i32, i64, f32, f64, v128: enum valkind
 *   6            (ref bot)
 *   7 to 30      (ref a) and (ref null a) of each abstract heap type
 *   31 to 0xfa   (ref x) and (ref null x) of the first types that differ, while codes last
 *   0xfb         a local that must be set before it is read
 *   0xfc         expected: a type without a code. No value has this, so the general path decides
 *   0xfd         found: a type without a code, to be looked up in `wide` at the same height
 *   0xfe         found: bottom, a value made by unreachable code
 *   0xff         sentinel
 *
 * The operand stack has room for one value for each byte of the body that is left; instructions
 * that push more (calls and blocks with several results) make sure of that first, see room in
 * fast_general.c. Slots above the top that were never used are zero and each used slot is not,
 * so the greatest height is found afterwards by looking for the first zero.
 *
 * A body must be followed by FAST_PADDING readable bytes of any content: handlers decode
 * without looking at the end, which is compared once for each instruction. */
#ifndef HS_VALID_FAST_H
#define HS_VALID_FAST_H

#include "base/vec.h"
#include "syntax/insn.h"
#include "valid/typing.h"

enum {
    CODE_NONE = 0,
    CODE_I32 = VT_I32,
    CODE_I64 = VT_I64,
    CODE_F32 = VT_F32,
    CODE_F64 = VT_F64,
    CODE_V128 = VT_V128,
    CODE_REF_BOT = 6,
    CODE_ABSTRACT = 7,
    CODE_INDEXED = CODE_ABSTRACT + 2 * (HEAP_END - HEAP_FIRST),
    CODE_UNSET = 0xfb,
    CODE_WIDE_WANTED = 0xfc,
    CODE_WIDE = 0xfd,
    CODE_BOT = 0xfe,
    CODE_SENTINEL = 0xff,

    FAST_PADDING = 64,
    FAST_LOCALS = 1 << 14, /* what an index of two bytes can reach: zeros after the last local */
    FAST_SIMD_ROWS = 0x120,
    FAST_BELOW =
        1024 +
        16, /* zero bytes below the stack: a list of the longest signature may be compared there */
};
_Static_assert(CODE_V128 == 5 && CODE_INDEXED == 31, "the codes above");
_Static_assert(HS_LIMIT_PARAMS <= 1024 && HS_LIMIT_RESULTS <= 1024, "FAST_BELOW");

/* A list of types to be found on the stack or to be put there. */
struct types {
    uint64_t codes,
        mask; /* (top eight bytes of the stack & mask) == codes; longer lists: never true */
    uint32_t n;
    uint8_t one;          /* the code to push if pushes is 1 */
    uint8_t pushes;       /* 0 or 1 value: as many; 2: ask the general path */
    const uint8_t *bytes; /* expected codes if n > 8 and all have one, else NULL */
    const struct valtype *list;
};

struct sig {
    struct types params, results;
    bool balanced;        /* parameters match results: fit for an `if` without `else` */
    bool is_func;         /* false: a type index that is no function type */
    struct valtype value; /* of a block with one result: what results.list points to */
};

/* What is derived from the module once and shared by all threads. */
struct fast_tables {
    const struct module *m;
    struct sig *sigs;              /* per type */
    const struct sig **func_sigs;  /* per function */
    const struct sig *blocks[256]; /* block type of one byte; NULL: look closer */
    struct sig *value_sigs;        /* [] -> [type of the code], for each code that is used */
    struct sig empty_sig;
    struct valtype type_of[256]; /* of a code */
    uint8_t *index_code; /* per type: code of (ref x), that of (ref null x) is one more; 0: none */
    uint8_t local_code[256]; /* of a value type of one byte, as local; 0: look closer */
    uint8_t *global_get;     /* per global, its code */
    uint8_t *global_set;     /* the same as expected; 0 for immutable ones */
    uint8_t address;         /* code of an address of memory 0; 0: there is no memory */
    uint8_t table_address;   /* code of an index into table 0, if that holds functions; else 0 */
    uint8_t *bytes;          /* what types.bytes points to */
};

struct fast_frame {
    const struct sig *sig;
    const struct types *label;
    uint8_t *base;   /* first slot above the sentinel */
    uint32_t log;    /* height of the log of locals set */
    uint32_t weight; /* of the code around */
    uint8_t kind;    /* enum frame_kind */
    uint8_t unreachable;
};

enum frame_kind {
    FRAME_BLOCK,
    FRAME_LOOP,
    FRAME_ELSE,
    FRAME_IF,
    FRAME_TRY,
    FRAME_CATCH,
    FRAME_CATCH_ALL
};

/* A group of locals whose type is not to be seen from their code. */
struct fast_locals {
    uint32_t first;
    struct valtype type;
};

/* an instruction with prefix 0xfd */
struct fast_simd_row {
    uint32_t want, mask;
    uint8_t n, result, imm, natural;
};

/* One thread's state; zeroed when made, and between bodies where it must be. */
struct fast {
    const struct fast_tables *t;
    const struct module *m;
    const uint8_t *p, *end; /* p, sp: handed over between handlers and general path */
    uint8_t *sp;
    uint8_t *stack, *stack_end;
    uint32_t *wide; /* struct valtype.bits of slots with CODE_WIDE; NULL until needed */
    struct fast_frame *frames, *frames_end, *ctl;
    HS_VEC(uint32_t) log; /* locals set that were not */
    const struct functype *func;
    HS_VEC(struct fast_locals) odd_locals; /* in order */
    uint32_t nlocals, weight, flags;
    uint64_t calls, accesses; /* weighted counts */
    hs_features features;
    uint8_t address;
    bool oom;
    bool more_locals;       /* the body has more than this struct has room for */
    struct sig **wide_sigs; /* of block types without a code, by heap type and nullability */
    uint32_t nsimd;         /* rows of simd that are filled: none until one is needed */
    struct fast_simd_row simd[FAST_SIMD_ROWS];
    uint32_t *uses; /* weighted, per local */
    uint32_t max_locals;
    uint8_t locals[]; /* codes; FAST_LOCALS or max_locals, then zeros */
};

enum { FAST_WEIGHT_MAX = 1 << 18, FAST_FEW_LOCALS = 1024 };

enum status hs_fast_tables_init(struct fast_tables *t, const struct module *m) HS_MUST_CHECK;
void hs_fast_tables_deinit(struct fast_tables *t);

/* largest_body in bytes; max_locals, FAST_FEW_LOCALS at first: a body with more makes
 * hs_fast_func fail with more_locals, and is then given to one with HS_LIMIT_LOCALS. NULL: out
 * of memory. */
struct fast *hs_fast_new(const struct fast_tables *t, uint32_t largest_body, uint32_t max_locals);
void hs_fast_delete(struct fast *f);

/* Validates a body of a function; `body` may be a copy. On false either it is invalid or
 * f->oom. */
bool hs_fast_func(struct fast *f, uint32_t func, const uint8_t *body, uint32_t size,
                  struct func_facts *out_facts);

/* The general path: the instruction at `at` (its opcode), whatever it is. The next instruction,
 * with f->sp set; NULL: invalid or f->oom. When the last frame is left, f->ctl is below
 * f->frames. */
const uint8_t *hs_fast_general(struct fast *f, const uint8_t *at, uint8_t *sp);

/* Fills the table of instructions with prefix 0xfd. */
void hs_fast_simd_init(struct fast *f);

/* The code of a type as found on the stack (CODE_WIDE if it has none). */
static inline uint8_t hs_fast_code(const struct fast_tables *t, struct valtype type)
{
    enum valkind k = hs_vt_kind(type);
    if (k != VT_REF)
        return k == VT_BOT ? CODE_BOT : (uint8_t)k;
    uint32_t heap = hs_vt_heap(type);
    if (hs_heap_is_index(heap)) {
        uint8_t code = t->index_code[t->m->types[heap].canon];
        return code ? (uint8_t)(code + hs_vt_nullable(type)) : CODE_WIDE;
    }
    if (heap == HEAP_BOT)
        return CODE_REF_BOT;
    return (uint8_t)(CODE_ABSTRACT + 2 * (heap - HEAP_FIRST) + hs_vt_nullable(type));
}

/* The code of a type as expected. */
static inline uint8_t hs_fast_wanted(const struct fast_tables *t, struct valtype type)
{
    uint8_t code = hs_fast_code(t, type);
    return code == CODE_WIDE ? CODE_WIDE_WANTED : code;
}

void hs_fast_types(const struct fast_tables *t, struct types *out, const struct valtype *list,
                   uint32_t n);

#endif
