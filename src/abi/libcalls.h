/* Runtime functions that compiled code calls, and the machine-code stubs around them. */
#ifndef HS_ABI_LIBCALLS_H
#define HS_ABI_LIBCALLS_H

#include "abi/traps.h"
#include "abi/vmctx.h"
#include "base/bits.h"

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
    /* hs_tail_switch: arguments in place, frame left; it may use rax, r10 and r11, and r10 is the
     * jumping instance's vmctx when the target is entered */
    HS_RT_TAIL_SWITCH = LIBCALL_COUNT,
    HS_RT_COUNT
};

/* The table vmctx->rt points at: the stubs. */
extern void *const hs_rt_stubs[HS_RT_COUNT];

/* Of a thread. */
struct hs_thread {
    struct hs_run *current; /* the store whose guest runs on it, or NULL; signal handlers read it */
    /* the store that was entered last while no other ran; compared only, it may be gone */
    struct hs_run *last;
};
extern __thread struct hs_thread hs_thread __attribute__((tls_model("initial-exec")));

/* Calls a function: values has its parameters and takes its results, from index 0. NULL, or what
 * run->act.failed returned for (run, trap code + 1, out); values are then as they were. C
 * calling convention.
 *
 * Each signature has a generated one, in three parts. HS_ENTRY_CHECKED is the way in for
 * everybody: an outermost entry from the same place of the same thread's stack as the one
 * before, uninterrupted, goes straight on, and every other one jumps to hs_rt_enter with its
 * arguments as they are. HS_ENTRY_BODY is where that goes on, through hs_stub_enter, when all is
 * prepared. */
typedef void *hs_entry_fn(struct hs_run *run, struct hs_funcref *f, union hs_value *values,
                          void *out);
enum {
    HS_ENTRY_BODY = 16,
    HS_ENTRY_CHECKED = 32,
    /* from entry_sp up to the rbp of the frame, where a walk over frames ends; rsp was 8 above
     * that */
    HS_ENTRY_FRAME = 48,
};
hs_entry_fn hs_rt_enter; /* the runtime's */
/* hs_rt_enter by a way of its own: processors predict the jump to the trampoline best as long as
 * it has gone nowhere else. */
static inline void *hs_enter(struct hs_run *run, struct hs_funcref *f, union hs_value *values,
                             void *out)
{
    hs_entry_fn *entry = f->entry;
    return HS_LIKELY(entry != NULL) ? entry(run, f, values, out) : hs_rt_enter(run, f, values, out);
}
/* Sets run->act.entry_sp and calls the body at `code`. */
void *hs_stub_enter(struct hs_run *run, struct hs_funcref *f, union hs_value *values, void *out,
                    const uint8_t *code);

/* Called by stubs, host adapters and the signal handler's landing: leaves the innermost
 * activation of run with a trap. */
_Noreturn void hs_raise(struct hs_run *run, uint32_t code);

/* The same after hs_exn_catch: enters the landing of a catch clause (see code.h). */
_Noreturn void hs_stub_catch(struct hs_run *run);

/* Machine-code symbols of stubs_x64.S that others need the address of. */
/* eax: index of a defined function; compiles it and jumps to it (hs_rt_lazy) */
extern char hs_stub_lazy[];
extern char hs_tail_switch[]; /* a tail call into another instance: vmctx->tail_code, tail_vmctx */
extern char hs_tail_return[]; /* where hs_tail_switch's frames return to */
/* the signal handler continues here with rdi = run (r13 and the rest are the guest's): calls
 * hs_rt_trapped, then hs_raise */
extern char hs_stub_trap_landing[];
/* the signal handler continues here after a poll fault: saves all registers, calls hs_rt_poll,
 * restores and resumes at run->trap_pc, which is behind the load */
extern char hs_stub_poll_landing[];

/* C functions the stubs call; the runtime defines them. */
/* code to jump to, or NULL: run->trap_code is raised */
void *hs_rt_lazy(struct hs_vmctx *vmctx, uint32_t defined_index);
/* its function returned this, not 0: trap + 1; 0: an exception, and it is caught */
uint32_t hs_rt_host_failed(struct hs_host *host, uintptr_t result);
/* on the guest's stack, after a signal: records the backtrace; returns the code */
uint32_t hs_rt_trapped(struct hs_run *run);
uint32_t hs_rt_poll(struct hs_run *run); /* serves an interruption: 0 go on, or trap + 1 */
#endif
