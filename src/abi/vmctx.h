/* vmctx.h: the layouts that compiled code and the runtime share, and the rules of a call.
 * Nothing here is written down anywhere else; every offset that machine code uses is an
 * HS_OFF_... of this file.
 *
 *
 * Registers at a call (x86-64; LLVM's swiftcc with the instance context as swiftself)
 *
 *   r13                  struct hs_vmctx of the callee; equal before and after every call
 *   rdi rsi rdx rcx r8 r9    integer and reference parameters 1 to 6; further ones: argument area
 *   xmm0 to xmm7         f32, f64, v128 parameters 1 to 8; further ones: argument area
 *   rax rdx rcx r8       integer and reference results 1 to 4; further ones: argument area
 *   xmm0 to xmm3         f32, f64, v128 results 1 to 4; further ones: argument area
 *   rbx r12 r14 r15      callee-saved
 *   rbp                  frame pointer, always; [rbp] and [rbp+8] are caller's rbp and return address
 *   r10                  at a call through an import, a funcref or a table: the caller's vmctx; from the host: the callee's. Host
 *                        adapters read it (the context of a host function has no instance).
 *   rax r11              scratch
 *   rsp                  8 mod 16 at entry; no stack arguments, so a tail call is a jump
 *
 * An i32 in a register: as parameter and result the upper half is undefined, the reader
 * zero-extends. Inside a function of the baseline compiler an i32 in a register is always
 * zero-extended: addresses rest on it.
 *
 * The argument area (run->args) holds parameter or result number i (counted over all, both
 * classes) that has no register at args[i], 16 bytes each. It is written last before the call or
 * return and read first by the callee at entry or the caller after return. What may run in
 * between: the lazy-compilation stub, hs_tail_switch, host adapters and entry trampolines; each
 * keeps it as it is (the lazy stub does not call guest code, so nothing overwrites it).
 *
 *
 * How code reaches things: through r13 (fields below), or RIP-relative within the module's code
 * range, which starts with one PLT entry per defined function (see code.h).
 *
 * A module's code runs in many instances and stores; it holds no address of any of them. It
 * belongs to one engine: canonical type ids of that engine are immediates in it.
 */
#ifndef HS_ABI_VMCTX_H
#define HS_ABI_VMCTX_H

#include "abi/gc.h"
#include <stddef.h>
#include <stdint.h>

/* one slot of arrays of raw values; the layout of wasmtime_val_raw_t */
union hs_value {
    int32_t i32;
    int64_t i64;
    uint32_t f32; /* bits */
    uint64_t f64; /* bits */
    uint8_t v128[16];
    struct hs_funcref *funcref; /* NULL: null */
    uint32_t gcref;             /* externref, anyref, exnref: 0 is null */
    uint64_t bits[2];
};
_Static_assert(sizeof(union hs_value) == 16, "an argument slot is 16 bytes");

/* funcref: what a reference to a function points at. Lives in its instance's vmctx (functions of
 * modules) or in the store (host functions); stays as long as the store. */
struct hs_funcref {
    /* the PLT entry of the function or, from its first call by the host on, its code; or a host
     * adapter */
    void *code;
    struct hs_vmctx *vmctx; /* what r13 must be */
    uint32_t type;          /* canonical type id of the engine */
    uint32_t index; /* function index in its module, or the host function's number in its store */
    /* an hs_entry_fn, the entry trampoline of its type; NULL until the host calls it (hs_enter) */
    void *entry;
};
enum {
    HS_OFF_FUNCREF_CODE = 0,
    HS_OFF_FUNCREF_VMCTX = 8,
    HS_OFF_FUNCREF_TYPE = 16,
};
_Static_assert(offsetof(struct hs_funcref, vmctx) == HS_OFF_FUNCREF_VMCTX, "layout");
_Static_assert(offsetof(struct hs_funcref, type) == HS_OFF_FUNCREF_TYPE, "layout");
_Static_assert(sizeof(struct hs_funcref) == 32, "layout");

/* An imported function as an instance sees it. */
struct hs_import_func {
    void *code;
    struct hs_vmctx *vmctx;
};

/* A linear memory as compiled code sees it; owned by the memory of the runtime. `base` is
 * constant for fixed styles. `bytes` grows only; it is written by the thread that grows, with
 * release order for shared memories. */
struct hs_memory_rec {
    uint8_t *base;
    uint64_t bytes;
};
enum { HS_OFF_MEMREC_BASE = 0, HS_OFF_MEMREC_BYTES = 8 };

/* A table as compiled code sees it. Elements are 8 bytes: struct hs_funcref * (0: null), or for
 * other references the 32-bit reference in the low half. `elems` moves when the table grows. */
struct hs_table_rec {
    uint64_t *elems;
    uint64_t size;
};
enum { HS_OFF_TABREC_ELEMS = 0, HS_OFF_TABREC_SIZE = 8 };

struct hs_run;
struct hs_heap;

/* An activation: one entry from the host into compiled code. The innermost one of a store is in
 * its hs_run; whoever enters from within keeps the outer one on the C stack and puts it back. */
struct hs_activation {
    /* rbp of the stub through which compiled code was last left; walks start there */
    void *exit_fp;
    void *entry_sp; /* rsp inside the entry trampoline: where a trap comes back to */
    /* Jumped to when hs_raise has left the call, left being the trap's code + 1 and out from the
     * trampoline's caller: its result is the trampoline's. */
    void *(*failed)(struct hs_run *run, uint32_t left, void *out);
    struct hs_activation *outer; /* of this store, or NULL */
};

/* Per store: what every instance of a running store shares. */
struct hs_run {
    struct hs_activation act; /* first: the innermost */
    union hs_value *args;     /* the argument area, HS_ARGS_AREA slots */
    uint64_t stack_limit; /* the true limit; the copies in vmctx are UINT64_MAX while interrupted */
    uint64_t fuel;        /* what is left */
    struct store *store;
    /* trap being raised */
    uint32_t trap_code;   /* enum trap */
    uint32_t interrupted; /* set by whoever arms the poll; cleared when served */
    /* of an exception that is caught: the landing, its frame, the exception */
    uint64_t trap_pc, trap_fp, trap_addr;
    /* rbp of the trampoline at the latest outermost entry: one at the same place needs no
     * preparation, entry_sp is right already; 0: there is no such place */
    uint64_t repeat_fp;
    uint32_t nested;           /* entries into other stores, or this one, from within this one */
    struct hs_funcref **funcs; /* functions that the heap refers to by number; [0] is NULL */
};
enum {
    HS_OFF_RUN_EXIT_FP = 0,
    HS_OFF_RUN_ENTRY_SP = 8,
    HS_OFF_RUN_FAILED = 16,
    HS_OFF_RUN_ARGS = 32,
    HS_OFF_RUN_STACK_LIMIT = 40,
    HS_OFF_RUN_FUEL = 48,
    HS_OFF_RUN_INTERRUPTED = 68,
    HS_OFF_RUN_REPEAT_FP = 96,
    HS_OFF_RUN_FUNCS = 112,
    HS_ARGS_AREA = HS_LIMIT_PARAMS > HS_LIMIT_RESULTS ? HS_LIMIT_PARAMS : HS_LIMIT_RESULTS,
};
_Static_assert(offsetof(struct hs_run, act.exit_fp) == HS_OFF_RUN_EXIT_FP, "layout");
_Static_assert(offsetof(struct hs_run, act.entry_sp) == HS_OFF_RUN_ENTRY_SP, "layout");
_Static_assert(offsetof(struct hs_run, act.failed) == HS_OFF_RUN_FAILED, "layout");
_Static_assert(offsetof(struct hs_run, args) == HS_OFF_RUN_ARGS, "layout");
_Static_assert(offsetof(struct hs_run, interrupted) == HS_OFF_RUN_INTERRUPTED, "layout");
_Static_assert(offsetof(struct hs_run, repeat_fp) == HS_OFF_RUN_REPEAT_FP, "layout");
_Static_assert(offsetof(struct hs_run, funcs) == HS_OFF_RUN_FUNCS, "layout");
_Static_assert(offsetof(struct hs_run, fuel) == HS_OFF_RUN_FUEL, "layout");
_Static_assert(offsetof(struct hs_run, stack_limit) == HS_OFF_RUN_STACK_LIMIT, "layout");

/* The instance context: fixed head, then what the module's layout asks for (struct hs_vmlayout).
 *
 *   +----------------------------+ 0
 *   | head                       |   one-byte displacements reach the hot fields
 *   +----------------------------+ HS_VMCTX_HEAD
 *   | hs_import_func  imports[]  |   16 bytes each
 *   | hs_memory_rec * memories[] |
 *   | hs_table_rec *  tables[]   |
 *   | globals[]                  |   16 bytes each: the value (own), or a pointer to the value (imported)
 *   | hs_funcref      funcrefs[] |   escaping functions only
 *   +----------------------------+
 */
struct hs_vmctx {
    uint64_t stack_limit; /* compared with rsp in each prologue; UINT64_MAX asks for a stop */
    const uint8_t *poll;  /* loaded from at loop heads: a readable page, or the one that faults */
    uint8_t *mem0_base;   /* fixed styles: base of memory 0 */
    struct hs_run *run;
    void *const *rt;            /* runtime entry points, indexed by enum hs_libcall */
    union hs_value *args;       /* == run->args */
    struct hs_memory_rec *mem0; /* record of memory 0, or NULL */
    /* code that may write has run, or the host got a pointer: recycling has work to do */
    uint64_t ran;
    void *tail_code; /* set before jumping to hs_tail_switch */
    struct hs_vmctx *tail_vmctx;
    struct instance *instance; /* the runtime's object; NULL: a host function's context */
    const struct hs_vmlayout *layout;
    struct hs_vmctx *next; /* list of the store's instances, for arming */
    uint64_t magic;        /* HS_VMCTX_MAGIC, asserted at entry in debug builds */
    uint8_t *heap;         /* base of the store's collected heap; NULL: the module uses none */
    struct hs_heap *gc;    /* where objects are made, see gc.h */
};
#define HS_VMCTX_MAGIC UINT64_C(0x7874636d76736568)
enum {
    HS_OFF_STACK_LIMIT = 0,
    HS_OFF_POLL = 8,
    HS_OFF_MEM0_BASE = 16,
    HS_OFF_RUN = 24,
    HS_OFF_RT = 32,
    HS_OFF_ARGS = 40,
    HS_OFF_MEM0 = 48,
    HS_OFF_TAIL_CODE = 64,
    HS_OFF_TAIL_VMCTX = 72,
    HS_OFF_INSTANCE = 80,
    HS_OFF_HEAP = 112,
    HS_OFF_GC = 120,
    HS_VMCTX_HEAD = 128,
};
_Static_assert(offsetof(struct hs_vmctx, poll) == HS_OFF_POLL, "layout");
_Static_assert(offsetof(struct hs_vmctx, mem0_base) == HS_OFF_MEM0_BASE, "layout");
_Static_assert(offsetof(struct hs_vmctx, run) == HS_OFF_RUN, "layout");
_Static_assert(offsetof(struct hs_vmctx, rt) == HS_OFF_RT, "layout");
_Static_assert(offsetof(struct hs_vmctx, args) == HS_OFF_ARGS, "layout");
_Static_assert(offsetof(struct hs_vmctx, mem0) == HS_OFF_MEM0, "layout");
_Static_assert(offsetof(struct hs_vmctx, instance) == HS_OFF_INSTANCE, "layout");
_Static_assert(offsetof(struct hs_vmctx, heap) == HS_OFF_HEAP, "layout");
_Static_assert(offsetof(struct hs_vmctx, gc) == HS_OFF_GC, "layout");
_Static_assert(offsetof(struct hs_vmctx, tail_code) == HS_OFF_TAIL_CODE, "layout");
_Static_assert(offsetof(struct hs_vmctx, tail_vmctx) == HS_OFF_TAIL_VMCTX, "layout");
_Static_assert(sizeof(struct hs_vmctx) == HS_VMCTX_HEAD, "layout");

/* Who calls a host function: on the stack of its adapter. */
struct hs_caller {
    struct hs_run *run;
    struct instance *instance; /* NULL: the host itself */
};

/* The context of a host function. Its adapter calls function(argument, caller, values, count),
 * where values has the parameters and takes the results, and count is the greater of their
 * numbers. It returns 0 for success. */
struct hs_host {
    struct hs_vmctx context; /* first; instance is NULL */
    uintptr_t (*function)(void *argument, struct hs_caller *caller, union hs_value *values,
                          size_t count);
    void *argument;
};
enum {
    HS_OFF_HOST_FUNCTION = 128,
    HS_OFF_HOST_ARGUMENT = 136,
    HS_OFF_CALLER_RUN = 0,
    HS_OFF_CALLER_INSTANCE = 8
};
_Static_assert(offsetof(struct hs_host, function) == HS_OFF_HOST_FUNCTION, "layout");
_Static_assert(offsetof(struct hs_host, argument) == HS_OFF_HOST_ARGUMENT, "layout");
_Static_assert(offsetof(struct hs_caller, instance) == HS_OFF_CALLER_INSTANCE &&
                   sizeof(struct hs_caller) == 16,
               "layout");

/* How the memory of one index is accessed. Follows from configuration and type alone
 * (hs_memory_style). */
enum hs_memory_style {
    /* no checks below HS_GUARD offsets; a fault is the trap; base never moves */
    MEMORY_GUARDED_FIXED,
    MEMORY_CHECKED_FIXED,   /* explicit checks against the record; base never moves */
    MEMORY_CHECKED_MOVABLE, /* checks; base reloaded from the record after whatever can grow */
};

/* Guarded memories reserve 4 GiB + HS_GUARD_BYTES above the base, and HS_GUARD_BYTES below. An
 * access at i32 address + constant offset needs no check if offset + 16 <= HS_GUARD_BYTES;
 * otherwise code checks. */
#define HS_GUARD_BYTES    (UINT64_C(32) << 20)
#define HS_RESERVED_BYTES (UINT64_C(4) << 30)

/* Where things are in a module's vmctx, and what its compiled code assumes. Computed once per
 * compiled module by hs_vmlayout_init; constant afterwards. */
struct hs_vmlayout {
    const struct module *module;
    uint32_t size;                                         /* of the whole vmctx */
    uint32_t imports, memories, tables, globals, funcrefs; /* offsets of the arrays */
    uint32_t nfuncrefs;
    uint32_t *funcref_slot; /* per function index: number in funcrefs[], or UINT32_MAX */
    uint8_t *memory_style;  /* per memory: enum hs_memory_style */
    /* per type index; NULL if the module does nothing with objects and tags */
    struct hs_gc_layout *objects;
    const uint32_t *type_ids; /* per type index: canonical id in the engine; owned by the engine */
    bool signals;      /* faults of compiled code are caught; false: explicit checks everywhere */
    bool fuel, epochs; /* accounting wanted; poll loads at loop heads wanted */
    bool counters;     /* functions count their entries */
    bool spectre;      /* mask explicit bounds checks */
    bool vectors;      /* a type or a global of the module mentions v128 */
};

static inline uint32_t hs_off_import(const struct hs_vmlayout *l, uint32_t func)
{
    return l->imports + func * 16;
}
static inline uint32_t hs_off_memory(const struct hs_vmlayout *l, uint32_t memory)
{
    return l->memories + memory * 8;
}
static inline uint32_t hs_off_table(const struct hs_vmlayout *l, uint32_t table)
{
    return l->tables + table * 8;
}
static inline uint32_t hs_off_global(const struct hs_vmlayout *l, uint32_t global)
{
    return l->globals + global * 16;
}
static inline uint32_t hs_off_funcref(const struct hs_vmlayout *l, uint32_t func)
{
    return l->funcrefs + l->funcref_slot[func] * 32;
}

/* Fills the offsets from the module; memory_style, type_ids and the switches are the caller's.
 * ST_OOM, ST_LIMIT (the context would exceed 2^31 bytes) or ST_OK. */
enum status hs_vmlayout_init(struct hs_vmlayout *l, const struct module *m);
void hs_vmlayout_deinit(struct hs_vmlayout *l);

#endif
