/* Runtime functions that compiled code calls, and the machine-code stubs around them. */
#ifndef HS_ABI_LIBCALLS_H
#define HS_ABI_LIBCALLS_H

#include "abi/traps.h"
#include "abi/vmctx.h"

enum hs_libcall {
#define LIBCALL(id, name, signature, trap) LIBCALL_##id,
#include "abi/libcalls.def"
    LIBCALL_COUNT
};

struct hs_rt_result {
    uint64_t value;
    uint64_t trap; /* enum trap; TRAP_NONE: none */
};

/* Entries of the table behind the runtime calls, jumped to instead of called. */
enum {
    HS_RT_TAIL_SWITCH = LIBCALL_COUNT, /* hs_tail_switch: arguments in place, frame left; it may use rax, r10 and
                                          r11, and r10 is the jumping instance's vmctx when the target is entered */
    HS_RT_COUNT
};

/* The table vmctx->rt points at: the stubs. */
extern void *const hs_rt_stubs[HS_RT_COUNT];

/* An activation: one entry from the host into compiled code, on the C stack of hs_enter's caller. */
struct hs_activation {
    void *entry_sp;               /* rsp inside the entry trampoline: where a trap comes back to */
    void *entry_fp;               /* its rbp: a walk over frames ends here */
    struct hs_activation *prev;   /* outer activation of the same thread (any store), or NULL */
    struct hs_run *run;
    void *saved_exit_fp;          /* run->exit_fp of the outer activation of this store, restored on leaving */
};
enum { HS_OFF_ACT_ENTRY_SP = 0, HS_OFF_ACT_ENTRY_FP = 8 };

/* The thread's innermost activation; signal handlers read it. */
extern __thread struct hs_activation *hs_activation_top __attribute__((tls_model("initial-exec")));

/* Generated entry trampoline of one signature: loads parameters from `values`, calls code with r13 = vmctx, r10 =
 * 0, stores results into `values` from index 0. Returns 0, or the trap code + 1 when the call was left by hs_raise
 * (values are then as they were). C calling convention. */
typedef uint32_t hs_entry_fn(struct hs_vmctx *vmctx, void *code, union hs_value *values, struct hs_activation *act);

/* Called by stubs and by the signal handler's landing: never returns; goes back to the entry trampoline of the
 * innermost activation, which returns code + 1. */
_Noreturn void hs_raise(struct hs_activation *act, uint32_t code);

/* Machine-code symbols of stubs_x64.S that others need the address of. */
extern char hs_stub_lazy[];        /* eax: index of a defined function; compiles it and jumps to it (hs_rt_lazy) */
extern char hs_tail_switch[];      /* a tail call into another instance: vmctx->tail_code, tail_vmctx */
extern char hs_tail_return[];      /* where hs_tail_switch's frames return to */
extern char hs_stub_trap_landing[];/* the signal handler continues here with rdi = run, rsi = the innermost activation (r13 and
                                      the rest are the guest's): calls hs_rt_trapped, then hs_raise */
extern char hs_stub_poll_landing[];/* the signal handler continues here after a poll fault: saves all registers, calls
                                      hs_rt_poll, restores and resumes at run->trap_pc, which is behind the load */

/* C functions the stubs call; the runtime defines them. */
void *hs_rt_lazy(struct hs_vmctx *vmctx, uint32_t defined_index); /* code to jump to, or NULL: run->trap_code is raised */
uint32_t hs_rt_host_call(struct hs_vmctx *host, struct hs_vmctx *caller, union hs_value *values); /* adapter: 0, or trap + 1 */
uint32_t hs_rt_trapped(struct hs_run *run); /* on the guest's stack, after a signal: records the backtrace; returns the code */
uint32_t hs_rt_poll(struct hs_run *run);    /* serves an interruption: 0 go on, or trap + 1 */
#endif
