/* Calling into compiled code; see store.h. An activation is a struct on our C stack: the entry trampoline writes
 * into it where a trap comes back to. The thread-local hs_activation_top is what signal handlers look at. */
#include "base/assert.h"
#include "base/bits.h"
#include "runtime/bulk.h"
#include "runtime/enter.h"

__thread struct hs_activation *hs_activation_top __attribute__((tls_model("initial-exec")));
__thread uintptr_t hs_entry_low __attribute__((tls_model("initial-exec")));

/* Kept free below the limit for the runtime, host functions and signal frames. */
enum { NATIVE_RESERVE = 128 << 10 };

/* The outermost entry decides how deep this run may go. */
static void set_stack_limit(struct store *s, uintptr_t sp)
{
    if (hs_entry_near(s, sp))
        return;
    hs_entry_low = hs_thread_stack_low();
    uint64_t low = s->stack_low ? s->stack_low : hs_entry_low, limit = 0;
    if (sp > s->rt->config.max_wasm_stack)
        limit = sp - s->rt->config.max_wasm_stack;
    if (low && limit < low + NATIVE_RESERVE)
        limit = low + NATIVE_RESERVE;
    s->entry_sp = s->calls_are_special ? 0 : sp;
    s->entry_low = hs_entry_low;
    s->entry_low = hs_entry_low;
    s->run.stack_limit = limit;
    for (struct hs_vmctx *c = s->contexts; c; c = c->next)
        __atomic_store_n(&c->stack_limit, limit, __ATOMIC_RELAXED);
    /* Another thread may have armed the store in between; what it wrote was then overwritten. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&s->run.interrupted, __ATOMIC_RELAXED))
        hs_store_arm(s);
}

enum status hs_call_from(struct store *s, struct hs_funcref *f, union hs_value *values, uintptr_t sp)
{
    hs_entry_fn *entry = hs_runtime_entry(s->rt, f->type);
    if (HS_UNLIKELY(!entry))
        return ST_OOM;
    if (f->vmctx->instance)
        f->entry = (void *)entry;
    HS_ASSERT(f->vmctx->magic == HS_VMCTX_MAGIC && f->vmctx->run == &s->run);
    struct hs_activation *prev = hs_activation_top, *outer = s->run.top;
    void *exit_fp = s->run.exit_fp;
    struct hs_activation act = {.prev = prev, .run = &s->run, .saved_exit_fp = exit_fp};
    struct instance *i = f->vmctx->instance;
    if (i) {
        i->ran = true;
        /* A function that calls nothing and has no loop does not look by itself. */
        if (HS_UNLIKELY(__atomic_load_n(&s->run.interrupted, __ATOMIC_RELAXED))) {
            uint32_t stop = hs_interruption(s);
            if (stop) {
                s->trap.code = (enum trap)(stop - 1);
                s->trap.nframes = 0;
                s->trap.has_address = false;
                return ST_TRAP;
            }
        }
    }
    if (!outer)
        set_stack_limit(s, sp);
    s->run.top = &act;
    hs_activation_top = &act;
    uint32_t left = entry(f->vmctx, f->code, values, &act);
    hs_activation_top = prev;
    s->run.top = outer;
    s->run.exit_fp = exit_fp;
    if (HS_LIKELY(left == 0))
        return ST_OK;
    s->trap.code = (enum trap)(left - 1);
    return ST_TRAP;
}

enum status hs_call(struct store *s, struct hs_funcref *f, union hs_value *values)
{
    return hs_call_from(s, f, values, (uintptr_t)__builtin_frame_address(0));
}
