/* trampoline.c: the ways in and out of compiled code, one of each per signature.
 *
 * The entry trampoline is an hs_entry_fn: C to compiled code. Calls of a host come in great
 * numbers from one place, so what an entry has to establish, a stack limit and where signal
 * handlers look, is there already but for the first of them: three comparisons see to that, and
 * any doubt goes to hs_rt_enter. Such a call costs what its jumps and its stores cost, so
 * nothing is written that is so already, and all that comes before the call of the guest is
 * short and in one cache line. Its frame is what hs_raise (abi/stubs_x64.S) comes back to, so
 * its layout is part of the contract (abi/asm_offsets.h):
 *
 *     rbp + 8   return address in C
 *     rbp       rbp of the C caller
 *     rbp - 8   rbx, then r12 r13 r14 r15
 *     rbp - 48  out                                   run->act.entry_sp, 16-aligned
 *
 * Compiled code keeps the callee-saved registers but r13, so an ordinary return restores that
 * one, and rbx, which has held the values.
 *
 * The host adapter is what compiled code calls for a host function: r13 is the host function's
 * context, r10 the caller's. It spreads the parameters into an array on the stack, calls the
 * function that the context names, with the caller in a struct above the array, and gathers the
 * results.
 *
 * A value of n-th class goes to the n-th register of that class, and what has no register to
 * slot i of the argument area, i being its number among all. References travel as 64 bits. */
#include "abi/asm_offsets.h"
#include "compile/x64/x64_masm.h"

enum {
    ROOM_FIXED = 256,
    ROOM_VALUE = 32,       /* bytes for one parameter or result: at most two instructions */
    UNCHECKED_FRAME = 2048 /* below the stack limit there is room for this without a look */
};

static const uint8_t int_params[] = {RDI, RSI, RDX, RCX, R8, R9};
static const uint8_t int_results[] = {RAX, RDX, RCX, R8};
enum { FP_PARAMS = 8, FP_RESULTS = 4 };

/* The registers of parameters or results, dealt out in order. */
struct deal {
    const uint8_t *ints;
    unsigned nints, nfps; /* how many there are */
    unsigned i, f;        /* how many are given */
};

static struct deal deal_params(void)
{
    return (struct deal){int_params, sizeof int_params, FP_PARAMS, 0, 0};
}

static struct deal deal_results(void)
{
    return (struct deal){int_results, sizeof int_results, FP_RESULTS, 0, 0};
}

/* The register of the next value, or -1: the argument area. */
static int deal(struct deal *d, struct valtype t)
{
    if (hs_vt_is_fp(t))
        return d->f < d->nfps ? (int)d->f++ : -1;
    return d->i < d->nints ? d->ints[d->i++] : -1;
}

static void load(struct x64_asm *a, struct valtype t, unsigned reg, struct x64_mem m)
{
    switch (hs_vt_kind(t)) {
    case VT_I32: x64_mov32_rm(a, reg, m); break;
    case VT_F32: x64_movss_rm(a, reg, m); break;
    case VT_F64: x64_movsd_rm(a, reg, m); break;
    case VT_V128: x64_movups_rm(a, reg, m); break;
    default: x64_mov64_rm(a, reg, m); break;
    }
}

/* Values of 32 bits are stored with whatever is above them: who reads all 64 bits of the slot at
 * once, not caring which kind it is, need not wait until two stores have met in the cache. */
static void store(struct x64_asm *a, struct valtype t, struct x64_mem m, unsigned reg)
{
    switch (hs_vt_kind(t)) {
    case VT_F32:
    case VT_F64: x64_movsd_mr(a, m, reg); break;
    case VT_V128: x64_movups_mr(a, m, reg); break;
    default: x64_mov64_mr(a, m, reg); break;
    }
}

/* Slots between an array and the argument area: those of the values without a register. Loads
 * the area's address into `area`; loses xmm8. r13 is a vmctx. */
static void copy_rest(struct x64_asm *a, struct deal d, const struct valtype *types, uint32_t n,
                      unsigned array, unsigned area, bool to_area)
{
    bool loaded = false;
    for (uint32_t i = 0; i < n; i++) {
        if (deal(&d, types[i]) >= 0)
            continue;
        if (!loaded)
            x64_mov64_rm(a, area, x64_bd(R13, HS_OFF_ARGS));
        loaded = true;
        struct x64_mem in_array = x64_bd(array, (int32_t)i * 16),
                       in_area = x64_bd(area, (int32_t)i * 16);
        x64_movups_rm(a, XMM8, to_area ? in_array : in_area);
        x64_movups_mr(a, to_area ? in_area : in_array, XMM8);
    }
}

/* What has a register, from or to an array. The array's own register may be one that is loaded:
 * it comes last. */
static void move_registers(struct x64_asm *a, struct deal d, const struct valtype *types,
                           uint32_t n, unsigned array, bool to_array)
{
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        int reg = deal(&d, types[i]);
        struct x64_mem m = x64_bd(array, (int32_t)i * 16);
        if (reg >= 0 && to_array)
            store(a, types[i], m, (unsigned)reg);
        else if (!hs_vt_is_fp(types[i]) && reg == (int)array)
            last = i;
        else if (reg >= 0)
            load(a, types[i], (unsigned)reg, m);
    }
    if (last != UINT32_MAX)
        load(a, types[last], array, x64_bd(array, (int32_t)last * 16));
}

static enum status begin(struct x64_asm *a, const struct functype *type,
                         struct hs_machine_code *out)
{
    hs_vec_clear(&out->bytes);
    hs_vec_clear(&out->relocs);
    return x64_code_begin(a, out,
                          ROOM_FIXED + ((size_t)type->nparams + type->nresults) * ROOM_VALUE);
}

/* Where the thread-local is, from the thread pointer: the same for all threads, as its model is
 * initial-exec. */
static int32_t thread_offset(const void *place)
{
    const char *thread;
    __asm__("movq %%fs:0, %0" : "=r"(thread));
    return (int32_t)((const char *)place - thread);
}

static void fill(struct x64_asm *a, uint32_t place)
{
    HS_ASSERT(x64_pos(a) <= place);
    while (x64_pos(a) < place)
        x64_u8(a, 0xcc);
}

enum status hs_compile_entry(const struct functype *type, struct hs_machine_code *out)
{
    enum { FS = 0x64 }; /* prefix: the address is relative to the thread pointer */
    struct x64_asm asm_, *a = &asm_;
    enum status s = begin(a, type, out);
    if (s != ST_OK)
        return s;
    const struct valtype *params = type->types, *results = type->types + type->nparams;
    struct x64_label other;
    x64_label_init(&other);
    x64_bind(a, &other);
    x64_pop_r(a, RBP);
    x64_mov64_ri(a, RAX, (uintptr_t)hs_rt_enter);
    x64_jmp_r(a, RAX);
    fill(a, HS_ENTRY_BODY);
    x64_push_r(a, RBP);
    x64_mov64_rr(a, RBP, RSP);
    uint32_t body = x64_jmp8(a);
    fill(a, HS_ENTRY_CHECKED);
    x64_push_r(a, RBP);
    x64_mov64_rr(a, RBP, RSP);
    x64_cmp64_mr(a, x64_bd(RDI, HS_OFF_RUN_REPEAT_FP), RBP);
    x64_jcc_label(a, CC_NE, &other);
    x64_mov64_ri(a, RAX, (uint64_t)thread_offset(&hs_thread));
    x64_u8(a, FS);
    x64_cmp64_mr(a, x64_bd(RAX, offsetof(struct hs_thread, last)), RDI);
    x64_jcc_label(a, CC_NE, &other);
    x64_cmp32_mi(a, x64_bd(RDI, HS_OFF_RUN_INTERRUPTED), 0);
    x64_jcc_label(a, CC_NE, &other);
    x64_u8(a, FS);
    x64_mov64_mr(a, x64_bd(RAX, offsetof(struct hs_thread, current)), RDI);
    x64_here8(a, body);
    x64_push_r(a, RBX);
    x64_push_r(a, R12);
    x64_push_r(a, R13);
    x64_push_r(a, R14);
    x64_push_r(a, R15);
    x64_push_r(a, RCX);
    x64_mov64_rr(a, RBX, RDX);
    x64_mov64_rm(a, R13, x64_bd(RSI, HS_OFF_FUNCREF_VMCTX));
    x64_mov64_rm(a, RAX, x64_bd(RSI, HS_OFF_FUNCREF_CODE));
    copy_rest(a, deal_params(), params, type->nparams, RDX, R10, true);
    move_registers(a, deal_params(), params, type->nparams, RDX, false);
    x64_mov64_rr(a, R10, R13); /* the caller is the host */
    x64_call_r(a, RAX);
    move_registers(a, deal_results(), results, type->nresults, RBX, true);
    copy_rest(a, deal_results(), results, type->nresults, RBX, R10, false);
    x64_mov64_ri(a, RCX, (uint64_t)thread_offset(&hs_thread.current));
    x64_xor32_rr(a, RAX, RAX);
    x64_u8(a, FS);
    x64_mov64_mr(a, x64_bd(RCX, 0), RAX);
    x64_mov64_rm(a, RBX, x64_bd(RBP, ASM_ENTRY_RBX));
    x64_mov64_rm(a, R13, x64_bd(RBP, ASM_ENTRY_R13));
    x64_leave(a);
    x64_ret(a);
    x64_code_end(a, out);
    return ST_OK;
}

enum status hs_compile_host_adapter(const struct functype *type, struct hs_machine_code *out)
{
    struct x64_asm asm_, *a = &asm_;
    enum status s = begin(a, type, out);
    if (s != ST_OK)
        return s;
    const struct valtype *params = type->types, *results = type->types + type->nparams;
    const uint32_t slots = type->nparams > type->nresults ? type->nparams : type->nresults;
    const int32_t caller = -(int32_t)sizeof(struct hs_caller), size = (int32_t)slots * 16 - caller;
    x64_push_r(a, RBP);
    x64_mov64_rr(a, RBP, RSP);
    x64_mov64_rm(a, R11, x64_bd(R13, HS_OFF_RUN));
    if (size > UNCHECKED_FRAME) {
        /* The true limit: the copy in the context may be armed, and an interruption is not
         * served here. */
        x64_lea64_rm(a, RAX, x64_bd(RSP, -size));
        x64_cmp64_rm(a, RAX, x64_bd(R11, HS_OFF_RUN_STACK_LIMIT));
        uint32_t enough = x64_jcc8(a, CC_AE);
        x64_masm_trap(a, TRAP_STACK_OVERFLOW);
        x64_here8(a, enough);
    }
    x64_mov64_mr(a, x64_bd(R11, HS_OFF_RUN_EXIT_FP), RBP);
    x64_mov64_rm(a, RAX, x64_bd(R10, HS_OFF_INSTANCE));
    x64_sub64_ri(a, RSP, size);
    x64_mov64_mr(a, x64_bd(RBP, caller + HS_OFF_CALLER_RUN), R11);
    x64_mov64_mr(a, x64_bd(RBP, caller + HS_OFF_CALLER_INSTANCE), RAX);
    move_registers(a, deal_params(), params, type->nparams, RSP, true);
    copy_rest(a, deal_params(), params, type->nparams, RSP, R11, false);
    x64_mov64_rm(a, RDI, x64_bd(R13, HS_OFF_HOST_ARGUMENT));
    x64_lea64_rm(a, RSI, x64_bd(RBP, caller));
    x64_mov64_rr(a, RDX, RSP);
    x64_mov32_ri(a, RCX, slots);
    x64_call_m(a, x64_bd(R13, HS_OFF_HOST_FUNCTION));
    x64_test64_rr(a, RAX, RAX);
    struct x64_label failed;
    x64_label_init(&failed);
    x64_jcc_label(a, CC_NE, &failed);
    copy_rest(a, deal_results(), results, type->nresults, RSP, R11, true);
    move_registers(a, deal_results(), results, type->nresults, RSP, false);
    x64_leave(a);
    x64_ret(a);
    x64_bind(a, &failed);
    x64_mov64_rr(a, RDI, R13);
    x64_mov64_rr(a, RSI, RAX);
    x64_mov64_ri(a, RAX, (uintptr_t)hs_rt_host_failed);
    x64_call_r(a, RAX);
    x64_lea32_rm(a, RSI, x64_bd(RAX, -1));
    x64_mov64_rm(a, RDI, x64_bd(R13, HS_OFF_RUN));
    x64_mov64_ri(a, RCX, (uintptr_t)hs_stub_catch);
    x64_test32_rr(a, RAX, RAX);
    x64_mov64_ri(a, RAX, (uintptr_t)hs_raise);
    x64_cmov64_rr(a, CC_E, RAX, RCX);
    x64_jmp_r(a, RAX);
    x64_code_end(a, out);
    return ST_OK;
}
