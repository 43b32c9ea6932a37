/* The fast tier: machine code in one pass over a validated body, without an intermediate
 * representation.
 *
 * The idea: an *abstract value stack* stands for the operand stack. An entry says where its
 * value is: a temporary register, a local (a lazy alias: nothing has been copied), a constant,
 * or its slot in the frame. Code is emitted when an instruction consumes entries, so most of
 * local.get, const and drop cost nothing. The heaviest locals (struct func_facts) live in
 * registers for the whole function: they are *pinned*.
 *
 * Reading order: this header, value_stack.c, pins.c, control.c, numeric.c, then any other.
 *
 *   compile.c         input to output: prologue, the dispatch table made from opcodes.def, the loop
 *   value_stack.c     entries and temporary registers
 *   pins.c            choice of pinned locals, their homes, what calls do to them
 *   control.c         blocks, branches, labels, return
 *   calls.c           calls, tail calls, calls of the runtime;  intrinsics.c: library functions known by their body
 *   memory.c          addresses of the three memory styles, loads, stores, bulk operations
 *   numeric.c         integers;  float.c: floating point;  convert.c: conversions
 *   atomics.c, simd.c     threads and vectors
 *   tables_globals.c  variables, tables, references
 *   objects.c         structs, arrays, casts
 *   exceptions.c      throwing, try_table and what its catch clauses do
 *   cold.c            code at the end: traps, slow paths, constants
 *   locate.c          from a position in the code back to the instruction
 *
 * Frame (addresses grow upwards):
 *
 *      rbp + 8   return address
 *      rbp       caller's rbp
 *      rbp - 8   r13, the instance: restored from here after calls into other instances (not in leaves)
 *                callee-saved registers in use
 *                homes of locals (not of those pinned to callee-saved registers)
 *                slots of the operand stack: slot i belongs to entry i of the value stack
 *      rsp       16-aligned; in a leaf with a small frame rsp is above it, and the frame is its red zone
 *
 * Registers
 *
 *      r13                     the instance context
 *      rbx                     base of memory 0 where it is used and never moves; base of the heap in loops; else a pin
 *      r12 r14 r15             pins, unless the function has a try_table
 *      rdi rsi r8 r9 xmm8-15   pins worth saving around calls; else temporaries
 *      rax rcx rdx r10 r11 xmm0-7   temporaries
 *
 * Invariants
 *
 *  I1  An i32 in a register, a temporary or a pin, is zero-extended to 64 bits. The sandbox rests on it: addresses
 *      are used as they are. Parameters and call results are extended on arrival. In the frame only the low half counts.
 *  I2  Entries below the base of the innermost block are slots or constants: a label's state is known without its
 *      branches. A label with one value has it in rax or xmm0 (loops: in the slot); more values are in their slots.
 *  I3  At labels and before branches every pin is valid. `dirty`: the home of a pin is stale; `inval`: the register of a
 *      pin died in a call and its home is right. Both only concern pins that calls destroy.
 *  I4  A local's entries above the innermost base are copied before the local is written.
 *      Entries far below the top are slots or constants, too (the floor): no search is longer than BL_WINDOW entries.
 *  I5  A handler locks the registers of the operands it popped and the scratch it allocated in `held`, and ends with
 *      bl_done, which frees what was not pushed. What is locked is not on the stack, so it cannot be spilled.
 *  I6  No code stands between a comparison and its jump or cmov: what a branch needs is prepared before.
 *  I7  Whatever is decided depends on the input only: compiling again gives the same bytes (see locate.c). */
#ifndef HS_COMPILE_BASELINE_H
#define HS_COMPILE_BASELINE_H

#include "base/assert.h"
#include "base/bits.h"
#include "base/planted.h"
#include "compile/compile.h"
#include "compile/x64/x64_masm.h"

enum {
    BL_ROOM = 1024, /* bytes of output an ordinary handler may write; others ask for more */
    BL_FRAME_MARGIN =
        4096,       /* frames below this may cross the stack limit before they are checked */
    BL_NONE = 0xff, /* no register */
    BL_VECTOR_CPU = HS_CPU_SSSE3 | HS_CPU_SSE41, /* what vector instructions ask for */
};

/* Registers as the value stack counts them: 0 to 15 general, 16 to 31 vector. */
enum bl_class { GPR = 0, FPR = 16 };
#define BIT(r)          (UINT32_C(1) << (r))
#define BL_TEMP_GPRS    (BIT(RAX) | BIT(RCX) | BIT(RDX) | BIT(R10) | BIT(R11))
#define BL_SPARE_GPRS   (BIT(RDI) | BIT(RSI) | BIT(R8) | BIT(R9)) /* pins or temporaries */
#define BL_CALLEE_SAVED (BIT(RBX) | BIT(R12) | BIT(R14) | BIT(R15))
#define BL_GPRS         UINT32_C(0x0000ffff)
#define BL_FPRS         UINT32_C(0xffff0000)
#define BL_TEMP_FPRS    UINT32_C(0x00ff0000)
#define BL_SPARE_FPRS   UINT32_C(0xff000000)

enum value_kind {
    V_REG,   /* in temporary register `reg`, owned by the entry */
    V_LOCAL, /* the same as local `num`: in its pin `reg`, or at home (BL_NONE) */
    V_CONST, /* `num`: i32; i64 sign-extended from it; bits of f32; null reference */
    /* a constant too large: `num` is the offset in the module of its immediate (i64: LEB128) */
    V_WIDE,
    V_SLOT, /* in the slot of this entry */
};

struct value {
    uint8_t kind; /* enum value_kind */
    uint8_t type; /* enum valkind; references as VT_REF */
    uint8_t reg; /* where it can be read (a pin perhaps after a reload), or BL_NONE: of all kinds */
    uint8_t facts; /* of references: BL_NON_NULL, BL_OBJECT; 0 is always right */
    uint32_t num;
};
enum {
    BL_NON_NULL = 1,
    BL_OBJECT = 2, /* a struct, an array or null */
};
_Static_assert(sizeof(struct value) == 8, "entries are copied as one word");

/* Made as one word, too: a load of eight bytes that were stored one by one has to wait for all
 * of them. */
static inline struct value bl_value(enum value_kind kind, uint8_t type, uint8_t reg, uint32_t num)
{
    uint64_t word =
        (uint32_t)kind | (uint32_t)type << 8 | (uint32_t)reg << 16 | (uint64_t)num << 32;
    struct value v;
    memcpy(&v, &word, sizeof v);
    return v;
}

struct local {
    struct value get; /* what local.get pushes; its `reg` is the pin */
    int32_t home;     /* offset from rbp */
};

enum ctl_kind { CTL_FUNC, CTL_BLOCK, CTL_LOOP, CTL_IF, CTL_ELSE, CTL_TRY };

struct ctl {
    uint8_t kind;  /* enum ctl_kind */
    uint32_t base; /* entries below the block's parameters */
    uint32_t nparams, nresults;
    const struct valtype *types; /* parameters, then results */
    struct x64_label label;      /* of a branch: the end, or the head of a loop */
    struct x64_label other;      /* CTL_IF: where the condition is false */
    uint32_t dirty;              /* union over the branches to the label */
    uint32_t else_dirty;         /* state at the if */
    /* CTL_TRY: */
    uint32_t outer_try; /* what b->try_ was */
    uint32_t nclauses;
    const uint8_t *clauses;
};

/* Code that runs rarely, written after the body. */
enum cold_kind {
    COLD_TRAP,        /* raise `code` */
    COLD_CALL,        /* runtime call `code` with everything in `live` kept, then back */
    COLD_TAIL_SWITCH, /* a tail call that turned out to leave the instance */
    COLD_TEST,        /* a call, too: REF_TEST, whose answer comes back as the flag E */
};
struct cold {
    uint8_t kind, code;
    uint8_t arg
        [2]; /* COLD_CALL: registers of the arguments, BL_NONE: none; arg[1] may be BL_IMMEDIATE */
    uint8_t result;                 /* COLD_CALL: register that receives the result, or BL_NONE */
    uint32_t immediate, immediate0; /* for arg[1] and arg[0] */
    struct x64_label here;          /* the jump to it */
    uint32_t back;                  /* where to continue */
    uint32_t live;                  /* registers to keep */
    uint32_t depth;                 /* rbp - rsp at the jump */
    uint32_t offset;                /* of the instruction, for locate */
};
enum { BL_IMMEDIATE = 0xfe };

/* a rel32 that refers to a constant after the code */
struct pool_use {
    uint32_t fixup; /* field; ends the instruction */
    uint32_t size;  /* 4, 8 or 16 */
    uint64_t bits[2];
};

enum { BL_INLINE_VALUES = 256, BL_INLINE_LOCALS = 128, BL_INLINE_CTLS = 64, BL_INLINE_COLD = 16 };

struct locate_target;

struct bl {
    struct x64_asm a;    /* the output */
    struct value *sp;    /* first free entry */
    struct value *stack; /* entry 0 */
    struct ctl *ctl;     /* innermost */
    struct local *locals;
    uint32_t floor;             /* entries below are slots or constants */
    const struct value *window; /* lowest sp for which the floor is right, see hs_bl_move_floor */
    uint32_t free;              /* temporaries that nobody has */
    uint32_t held;              /* registers locked by the current instruction */
    uint32_t temps;             /* all temporaries of this function */
    uint32_t dirty, inval;      /* pins; see I3 */
    uint32_t spill_pins;        /* pins that calls destroy */
    uint8_t membase;            /* register with the base of memory 0, or BL_NONE */
    uint8_t heapbase;           /* with the base of the collected heap, or BL_NONE */
    bool dead;                  /* the code here cannot be reached */
    bool entering;              /* in the prologue: the frame is not yet there */
    bool plain_memory;          /* memory 0 is guarded, 32-bit, and its base is in rbx */
    bool leaf; /* calls nothing: r13 is not saved, a small frame lies below rsp (the red zone) */
    uint8_t flags_reg, flags_w; /* the flags at flags_pos say whether this register is zero */
    uint32_t flags_pos;
    uint64_t pool_bits[2]; /* of the pooled operand that is about to be used */
    uint32_t slot_size;    /* 8; 16 in functions with vectors */
    int32_t
        slots; /* offset from rbp of the end of slot 0: slot i is at slots - (i + 1) * slot_size */
    uint32_t cpu;
    const struct module *m;
    const struct hs_vmlayout *layout;
    const struct hs_compile_input *in;
    const struct functype *type;
    const struct func_facts *facts;
    const uint8_t *bytes; /* of the module */
    const uint8_t *at;    /* opcode of the current instruction */
    const uint8_t *end;   /* of the body */
    uint32_t nparams, nlocals;
    uint32_t saved;         /* callee-saved registers in use */
    uint32_t frame;         /* bytes below the saved registers */
    uint16_t pin_local[32]; /* local of a pin */
    struct cold *cold;
    uint32_t ncold, cold_cap;
    HS_VEC(struct pool_use) pool;
    struct hs_machine_code *out;
    struct error *error;
    enum status status;
    struct ctl *ctls, *ctls_end;
    uint32_t try_; /* innermost try_table, a number in out->tries, or HS_NO_TRY */
    /* fuel */
    uint32_t fuel_field; /* imm32 of the current block's charge; 0: none */
    uint32_t fuel_next;  /* a new block was begun by the current instruction */
    uint32_t fuel_count;
    const uint8_t *dead_from; /* instructions from here to the end of the handler were skipped */
    struct locate_target *locate;
    /* what follows is not cleared for each function */
    uint8_t arrival[64];   /* of the first parameters: register, or BL_NONE for the argument area */
    uint32_t arrival_regs; /* these registers */
    struct local inline_locals[BL_INLINE_LOCALS];
    struct value inline_stack[BL_INLINE_VALUES];
    struct ctl inline_ctls[BL_INLINE_CTLS];
    struct cold inline_cold[BL_INLINE_COLD];
};

/* A handler gets the byte after the opcode and returns the next opcode; NULL after a failure in
 * b->status. */
typedef const uint8_t *bl_handler(struct bl *b, const uint8_t *p);
#define OP(id, text, prefix, code, imm, sig, feature, flags) bl_handler hs_bl_##id;
#include "syntax/opcodes.def"
#define BL_OP(id) const uint8_t *hs_bl_##id(struct bl *b, const uint8_t *p)

/* Immediates of valid code. */
static inline uint32_t bl_u32(const uint8_t **p)
{
    uint32_t x = *(*p)++;
    if (HS_LIKELY(x < 0x80))
        return x;
    x &= 0x7f;
    for (int shift = 7;; shift += 7) {
        uint32_t c = *(*p)++;
        x |= (c & 0x7f) << shift;
        if (c < 0x80)
            return x;
    }
}
uint64_t hs_bl_u64(const uint8_t **p);
int64_t hs_bl_s64_slow(const uint8_t **p);
static inline int64_t hs_bl_s64(const uint8_t **p)
{
    uint8_t c = **p;
    if (HS_LIKELY(c < 0x80)) {
        ++*p;
        return (int64_t)((uint64_t)c << 57) >> 57;
    }
    const uint8_t *q = *p; /* a copy, so that the caller's p can stay in a register */
    int64_t x = hs_bl_s64_slow(&q);
    *p = q;
    return x;
}
static inline uint32_t bl_offset(const struct bl *b)
{
    return (uint32_t)(b->at - b->bytes);
}
static inline uint32_t bl_pos(const struct bl *b)
{
    return x64_pos(&b->a);
}

/* --- value_stack.c: entries and temporaries --------------------------------------------------- */

static inline bool bl_is_fp(uint8_t type)
{
    return type >= VT_F32 && type <= VT_V128;
}
static inline enum bl_class bl_class_of(uint8_t type)
{
    return bl_is_fp(type) ? FPR : GPR;
}
static inline int bl_w(uint8_t type) /* operand size of a general register: 1 for 64 bits */
{
    return type != VT_I32;
}
static inline int32_t bl_slot(const struct bl *b, uint32_t i)
{
    return b->slots - (int32_t)((i + 1) * b->slot_size);
}
/* A branch of a catch clause to the function's end has its values in slots for a moment. */
static inline uint32_t bl_max_height(const struct bl *b)
{
    uint32_t n = b->facts->max_height;
    return (b->facts->flags & FACT_HAS_TRY) && b->type->nresults > n ? b->type->nresults : n;
}
static inline uint32_t bl_height(const struct bl *b)
{
    return (uint32_t)(b->sp - b->stack);
}

uint8_t hs_bl_alloc_slow(struct bl *b, uint32_t among);
/* A free temporary among the mask, locked. Spills the deepest entry when there is none. */
static inline uint8_t bl_alloc_among(struct bl *b, uint32_t among)
{
    uint32_t f = b->free & among;
    if (HS_UNLIKELY(!f))
        return hs_bl_alloc_slow(b, among);
    uint8_t r = (uint8_t)__builtin_ctz(f);
    b->free &= ~BIT(r);
    b->held |= BIT(r);
    return r;
}
static inline uint8_t bl_alloc_gpr(struct bl *b)
{
    return bl_alloc_among(b, BL_GPRS);
}
static inline uint8_t bl_alloc_fpr(struct bl *b)
{
    return bl_alloc_among(b, BL_FPRS);
}
static inline uint8_t bl_alloc(struct bl *b, enum bl_class c)
{
    return bl_alloc_among(b, c == GPR ? BL_GPRS : BL_FPRS);
}
/* Makes a certain temporary free and locks it; it must not be held. */
void hs_bl_take(struct bl *b, uint8_t reg);
/* Moves the entry that owns the register elsewhere, so that it is free. */
void hs_bl_evict(struct bl *b, uint8_t reg);
static inline void bl_free(struct bl *b, uint8_t reg) /* unlocks early */
{
    b->held &= ~BIT(reg);
    b->free |= BIT(reg) & b->temps;
}
/* The end of an instruction: what it locked and did not push is free again. */
static inline void bl_done(struct bl *b)
{
    b->free |= b->held & b->temps;
    b->held = 0;
}

static inline void bl_push(struct bl *b, struct value v)
{
    *b->sp++ = v;
}
static inline void bl_push_reg(struct bl *b, uint8_t reg,
                               uint8_t type) /* a held temporary becomes an entry */
{
    b->held &= ~BIT(reg);
    *b->sp++ = bl_value(V_REG, type, reg, 0);
}
static inline void bl_push_const(struct bl *b, uint8_t type, uint32_t num)
{
    *b->sp++ = bl_value(V_CONST, type, BL_NONE, num);
}
static inline void bl_push_slot(struct bl *b, uint8_t type)
{
    *b->sp++ = bl_value(V_SLOT, type, BL_NONE, 0);
}
/* Takes an entry off; a register is locked. A slot's number is put into `num`, so the value
 * knows where it is. */
static inline struct value bl_pop(struct bl *b)
{
    struct value v = *--b->sp;
    if (v.kind == V_REG)
        b->held |= BIT(v.reg);
    else if (v.kind == V_SLOT)
        v.num = bl_height(b);
    return v;
}

/* Where the value is as an operand of an instruction. */
struct opnd {
    uint8_t kind; /* O_... */
    uint8_t reg;
    uint8_t
        pool; /* size of the constant in b->pool_bits that m refers to: bl_used must follow the instruction; 0: none */
    int32_t imm;
    struct x64_mem m;
};
_Static_assert(sizeof(struct opnd) == 16, "operands travel in two registers");
enum { O_REG, O_MEM, O_IMM };
struct opnd hs_bl_operand_slow(struct bl *b, struct value v);
struct opnd hs_bl_operand_rm(struct bl *b, struct value v); /* register or memory */
uint8_t hs_bl_use_slow(struct bl *b, struct value v);
uint8_t hs_bl_own(struct bl *b, struct value v); /* a temporary to write to, with the value in it */
void hs_bl_move_to(struct bl *b, struct value v, uint8_t reg); /* into a register; flags are lost */
void hs_bl_const_i64(struct bl *b, struct value v,
                     int64_t *out); /* of V_CONST, V_WIDE of integers */
/* Stores to [rbp + offset]; may need a scratch register. */
void hs_bl_store_to(struct bl *b, struct value v, int32_t offset);
void hs_bl_load_frame(struct bl *b, uint8_t reg, uint8_t type, int32_t offset);
void hs_bl_store_frame(struct bl *b, uint8_t reg, uint8_t type, int32_t offset);
void hs_bl_move_reg(struct bl *b, uint8_t type, uint8_t to, uint8_t from);

/* Puts the entries from the innermost base up to `below` into slots; constants stay, unless in
 * the last n. */
void hs_bl_flush(struct bl *b, struct value *below, uint32_t force_last);
/* Where a search for registers and aliases starts. */
static inline struct value *bl_searched(const struct bl *b)
{
    return b->stack + (b->ctl->base > b->floor ? b->ctl->base : b->floor);
}
/* The operand stack of hostile code may be a million high, and each local.set and call looks
 * through it: entries more than BL_WINDOW_MAX below the top are put into slots. Instructions pop
 * fewer than BL_WINDOW_MIN entries. */
enum { BL_WINDOW_MIN = HS_LIMIT_PARAMS + 100, BL_WINDOW_MAX = 2 * BL_WINDOW_MIN };
void hs_bl_move_floor(struct bl *b);
static inline void bl_keep_floor(struct bl *b) /* before each instruction */
{
    if (HS_UNLIKELY((uintptr_t)b->sp - (uintptr_t)b->window >
                    (BL_WINDOW_MAX - BL_WINDOW_MIN) * sizeof *b->sp))
        hs_bl_move_floor(b);
}
/* Copies the aliases of a local that is about to be written. */
void hs_bl_unalias_slow(struct bl *b, uint32_t local);
static inline void bl_unalias(struct bl *b, uint32_t local)
{
    for (struct value *v = bl_searched(b); v < b->sp; v++)
        if (v->kind == V_LOCAL && v->num == local) {
            hs_bl_unalias_slow(b, local);
            return;
        }
}

/* The pin that the result is about to be stored to, when local.set or local.tee of a pinned
 * local follows; BL_NONE otherwise. After that the operands popped already may still be read: as
 * registers, before the result is written. */
static inline uint8_t bl_dest(struct bl *b, const uint8_t *p)
{
    if ((p[0] == 0x21 || p[0] == 0x22) && p[1] < 0x80) {
        uint8_t pin = b->locals[p[1]].get.reg;
        if (pin != BL_NONE)
            bl_unalias(b, p[1]);
        return pin;
    }
    return BL_NONE;
}
static inline bool bl_is_pin(const struct bl *b, uint8_t reg)
{
    return !(b->temps >> reg & 1);
}
/* Pushes the result in a register that came from bl_dest or is a held temporary, ends the
 * instruction, and returns what comes next. */
static inline const uint8_t *bl_result(struct bl *b, const uint8_t *p, uint8_t reg, uint8_t type)
{
    if (bl_is_pin(b, reg)) {
        HS_ASSERT((p[0] == 0x21 || p[0] == 0x22) && b->locals[p[1]].get.reg == reg);
        b->dirty |= BIT(reg) & b->spill_pins;
        b->inval &= ~BIT(reg);
        if (p[0] == 0x22)
            *b->sp++ = b->locals[p[1]].get;
        p += 2;
    } else {
        bl_push_reg(b, reg, type);
    }
    bl_done(b);
    return p;
}

/* Parallel moves into registers. */
struct moves {
    uint32_t n;
    struct {
        struct value v;
        uint8_t to;
    } m[16];
};
void hs_bl_moves(struct bl *b, struct moves *mv);
void hs_bl_move(struct bl *b, struct value v, uint8_t to); /* one of them */
struct reg_move {
    uint8_t to, from, type;
};
void hs_bl_reg_moves(struct bl *b, struct reg_move *reg,
                     uint32_t n); /* none has to == from; destinations differ */

/* --- pins.c ----------------------------------------------------------------------------------- */

enum status hs_bl_frame_layout(struct bl *b, const uint8_t **body);
void hs_bl_reload_slow(struct bl *b, uint32_t pins);
static inline void bl_reload_all(struct bl *b) /* before branches and labels */
{
    if (HS_UNLIKELY(b->inval))
        hs_bl_reload_slow(b, b->inval);
}
static inline void bl_reload(struct bl *b, uint8_t pin) /* of a temporary: nothing */
{
    if (HS_UNLIKELY(b->inval & BIT(pin)))
        hs_bl_reload_slow(b, BIT(pin));
}
void hs_bl_save_pins(struct bl *b); /* before a call: stale homes are written */
/* Register, memory or 32-bit immediate (integers only). */
static inline struct opnd hs_bl_operand(struct bl *b, struct value v)
{
    if (v.reg != BL_NONE) {
        bl_reload(b, v.reg);
        return (struct opnd){.kind = O_REG, .reg = v.reg};
    }
    if (v.kind == V_CONST && !bl_is_fp(v.type))
        return (struct opnd){.kind = O_IMM, .reg = BL_NONE, .imm = (int32_t)v.num};
    return hs_bl_operand_slow(b, v);
}
/* A register to read: a temporary or a pin. */
static inline uint8_t hs_bl_use(struct bl *b, struct value v)
{
    if (v.reg == BL_NONE)
        return hs_bl_use_slow(b, v);
    bl_reload(b, v.reg);
    return v.reg;
}
static inline void bl_lose_pins(struct bl *b) /* after a call */
{
    b->inval = HS_PLANTED(14) ? b->spill_pins & (b->spill_pins - 1) : b->spill_pins;
}
void hs_bl_prologue(struct bl *b);
void hs_bl_epilogue(struct bl *b); /* restores and leaves the frame; without ret or jump */

/* --- control.c -------------------------------------------------------------------------------- */

/* Sets E if the register is zero, unless the instruction before did. */
static inline void bl_test_zero(struct bl *b, int w, uint8_t r)
{
    if (bl_pos(b) != b->flags_pos || r != b->flags_reg || w != b->flags_w)
        x64_emit_r(&b->a, 0x85 | (w ? X64_F_W : 0u), r, r);
}

/* conditions of floats that take two flags */
enum {
    BL_FEQ = 16,
    BL_FNE = 17,
};
static inline int bl_invert(int cc)
{
    return cc ^ 1;
}
/* What consumes a condition. */
enum use_kind { USE_VALUE, USE_BR_IF, USE_IF, USE_SELECT };
struct use {
    uint8_t kind;
    bool invert;
    const uint8_t *p; /* of the consumer */
};
struct use hs_bl_peek(const uint8_t *p);
/* Prepares the state for the consumer while the condition's `operands` topmost entries are on
 * the stack. */
void hs_bl_prepare(struct bl *b, const struct use *u, uint32_t operands);
/* For USE_SELECT: pops the two values; for USE_VALUE: a register for the result, zeroed if
 * possible. Call after the operands are popped and loaded, before the comparison. */
struct cond {
    struct use u;
    uint8_t dst;
    bool zeroed;
    uint8_t type;      /* select */
    struct opnd other; /* select: the value if the condition is false */
};
void hs_bl_before(struct bl *b, const struct use *u, uint32_t operand_regs, struct cond *out);
const uint8_t *hs_bl_after(struct bl *b, struct cond *c, int cc);
void hs_bl_jcc(struct bl *b, int cc, struct x64_label *l);
bool hs_bl_begin(struct bl *b);  /* the function's own label */
void hs_bl_return(struct bl *b); /* results into their registers, leave, ret */
void hs_bl_branch_if(struct bl *b, int cc, uint32_t depth);
const uint8_t *hs_bl_branch(struct bl *b, const uint8_t *p,
                            uint32_t depth); /* unconditional: returns after the dead code */
const uint8_t *hs_bl_dead(struct bl *b, const uint8_t *p);
void hs_bl_fuel_charge(struct bl *b);
static inline void hs_bl_fuel_block(struct bl *b) /* a basic block starts here */
{
    if (HS_UNLIKELY(b->layout->fuel))
        hs_bl_fuel_charge(b);
}
bool hs_bl_room(struct bl *b, size_t bytes); /* false: out of memory, status is set */
const uint8_t *hs_bl_fail(struct bl *b, enum status s, const char *reason);

/* --- calls.c ---------------------------------------------------------------------------------- */

/* Calls a runtime function with the n topmost entries, then `extra` immediates; results are
 * pushed as `result` (VT_BOT: none). */
void hs_bl_libcall(struct bl *b, enum hs_libcall id, uint32_t n, uint32_t nextra,
                   const uint64_t *extra, uint8_t result);

/* Stores the value that is parameter or result i into the argument area, whose address is in
 * `base`. */
void hs_bl_store_area(struct bl *b, uint8_t base, struct value v, uint32_t i);

/* --- exceptions.c ----------------------------------------------------------------------------- */

/* Begins a try_table, whose block is c; p at its clauses. Returns what follows them. */
const uint8_t *hs_bl_enter_try(struct bl *b, struct ctl *c, const uint8_t *p);
/* At the end of the innermost block, a try_table: emits the landings. The block is a plain one
 * afterwards. */
void hs_bl_leave_try(struct bl *b);
void hs_bl_call_site_slow(struct bl *b);
static inline void bl_call_site(struct bl *b) /* right behind a call that may throw */
{
    if (HS_UNLIKELY(b->try_ != HS_NO_TRY))
        hs_bl_call_site_slow(b);
}

/* --- objects.c -------------------------------------------------------------------------------- */

uint8_t hs_bl_ref_facts(const struct bl *b, struct valtype t); /* what every value of the type is */
/* bl_result of a reference that is known to be of the type. */
const uint8_t *hs_bl_ref_result(struct bl *b, const uint8_t *p, uint8_t reg, struct valtype t);
uint32_t hs_bl_heaptype(const uint8_t **p); /* reads one: enum heap, or a type index */

/* --- intrinsics.c ----------------------------------------------------------------------------- */

/* Does a call of a known library function with instructions instead; false: an ordinary call is
 * due. */
bool hs_bl_intrinsic(struct bl *b, uint32_t func);

/* --- memory.c --------------------------------------------------------------------------------- */

/* The operand for `size` bytes at the popped address. Registers that it names are held or are
 * pins. */
struct x64_mem hs_bl_address(struct bl *b, uint32_t memory, uint64_t offset, uint32_t size,
                             struct value address);
/* What is at a place that has just been made, of 1 byte (zero-extended) or of the type's size,
 * and the instruction at p that uses it, as one; NULL if that cannot be done. */
const uint8_t *hs_bl_fold_load(struct bl *b, const uint8_t *p, struct x64_mem m, uint32_t size,
                               uint8_t type);
struct bl_memarg {
    uint32_t memory;
    uint64_t offset;
};
static inline struct bl_memarg bl_memarg(const uint8_t **p)
{
    uint32_t flags = *(*p)++;
    struct bl_memarg m = {0, 0};
    if (HS_UNLIKELY(flags & 0x40))
        m.memory = bl_u32(p);
    if (HS_LIKELY(**p < 0x80))
        m.offset = *(*p)++;
    else
        m.offset = hs_bl_u64(p);
    return m;
}

/* --- numeric.c, float.c: operations with a memory operand instead of the right entry; p at the operation  */

const uint8_t *hs_bl_fold_int(struct bl *b, const uint8_t *p, struct x64_mem m);
/* A load of 1 (unsigned), 4 or 8 bytes that is only compared with a small constant or with zero:
 * the comparison reads memory. NULL if something else follows. */
const uint8_t *hs_bl_fold_compare(struct bl *b, const uint8_t *p, struct x64_mem m, uint32_t size,
                                  uint8_t type);
const uint8_t *hs_bl_fold_float(struct bl *b, const uint8_t *p, struct x64_mem m);

/* --- emitters with an operand size known at run time; w: 0 32 bits, 1 64 bits ----------------- */

enum alu { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };
#define W(w)  ((w) ? X64_F_W : 0u)
#define XR(r) ((r) & 15) /* a vector register as the assembler counts */
static inline void bl_alu_rr(struct bl *b, int op, int w, uint8_t d, uint8_t s)
{
    x64_emit_r(&b->a, (uint32_t)(op << 3 | 1) | W(w), s, d);
}
static inline void bl_alu_rm(struct bl *b, int op, int w, uint8_t d, struct x64_mem m)
{
    x64_emit_m(&b->a, (uint32_t)(op << 3 | 3) | W(w), d, m);
}
static inline void bl_mov_rr(struct bl *b, int w, uint8_t d, uint8_t s)
{
    x64_emit_r(&b->a, 0x89 | W(w), s, d);
}
static inline void bl_mov_rm(struct bl *b, int w, uint8_t d, struct x64_mem m)
{
    x64_emit_m(&b->a, 0x8b | W(w), d, m);
}
static inline void bl_mov_mr(struct bl *b, int w, struct x64_mem m, uint8_t s)
{
    x64_emit_m(&b->a, 0x89 | W(w), s, m);
}
static inline void bl_lea(struct bl *b, int w, uint8_t d, struct x64_mem m)
{
    x64_emit_m(&b->a, 0x8d | W(w), d, m);
}
void hs_bl_alu_ri(struct bl *b, int op, int w, uint8_t d, int32_t i);
void hs_bl_alu_mi(struct bl *b, int op, int w, struct x64_mem m, int32_t i);
static inline void bl_zero(struct bl *b, uint8_t r) /* changes flags */
{
    x64_xor32_rr(&b->a, r, r);
}
static inline void bl_used(struct bl *b, const struct opnd *o);

/* --- cold.c ----------------------------------------------------------------------------------- */

void hs_bl_trap_if(struct bl *b, int cc, enum trap code);
void hs_bl_trap_label(struct bl *b, const struct x64_label *l,
                      enum trap code);         /* jumps to an unbound label trap */
void hs_bl_trap(struct bl *b, enum trap code); /* here and now */
/* A jump to a runtime call in cold code if cc; execution continues after the jump. Everything
 * live is kept. */
void hs_bl_cold_call(struct bl *b, int cc, enum hs_libcall id, uint8_t arg0, uint8_t arg1,
                     uint32_t immediate, uint8_t result, uint32_t live);
/* If cc, a runtime call that makes an object, of one or two immediate arguments; execution
 * continues where hs_bl_cold_back is called. */
void hs_bl_cold_make(struct bl *b, int cc, enum hs_libcall id, const uint64_t extra[2],
                     uint8_t result, uint32_t live);
void hs_bl_cold_back(struct bl *b);
/* If cc, asks the runtime in cold code whether the reference in `ref` is of a heap type
 * (canonical) and continues after the jump with flag E set if it is. Every other register is
 * kept. */
void hs_bl_cold_test(struct bl *b, int cc, uint8_t ref, uint32_t heap, uint32_t live);
uint32_t hs_bl_live(const struct bl *b); /* caller-saved registers with a value */
void hs_bl_cold_add(struct bl *b, const struct cold *c);
void hs_bl_pool(struct bl *b, uint32_t field, uint32_t size, const uint64_t bits[2]);
enum status hs_bl_cold_emit(struct bl *b);
static inline void bl_used(struct bl *b, const struct opnd *o)
{
    if (o->pool)
        hs_bl_pool(b, bl_pos(b) - 4, o->pool, b->pool_bits);
}

/* --- locate.c --------------------------------------------------------------------------------- */

struct locate_target {
    uint32_t code_offset;
    uint32_t found, best; /* offset in the module; code position it starts at */
};
void hs_bl_watch(struct bl *b, uint32_t offset);

/* --- compile.c -------------------------------------------------------------------------------- */

enum status hs_bl_run(const struct hs_compile_input *in, struct hs_machine_code *out,
                      size_t *out_start, struct error *error, struct locate_target *locate);

#endif
