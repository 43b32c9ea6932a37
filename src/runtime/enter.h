/* enter.h: calling into compiled code without a detour. hs_call_now is hs_call for the ordinary case, in the frame of its
 * caller: the outermost entry of a store that nobody interrupts, from about the same depth of the stack as before. */
#ifndef HS_RUNTIME_ENTER_H
#define HS_RUNTIME_ENTER_H

#include "base/bits.h"
#include "runtime/instance.h"

/* The stack limit was computed for entry_sp; it serves for entries this close. */
enum { ENTRY_SLACK = 4096 };
/* Where the stack of this thread ends, once it has entered; 0 before. A stack pointer alone does not tell stacks apart:
 * a smaller one may lie where a larger one was. */
extern __thread uintptr_t hs_entry_low __attribute__((tls_model("initial-exec")));
static inline bool hs_entry_near(const struct store *s, uintptr_t sp)
{
    return sp - s->entry_sp + ENTRY_SLACK < 2 * ENTRY_SLACK && s->entry_low == hs_entry_low;
}

/* The general case; sp: about where the caller's frame is. */
enum status hs_call_from(struct store *s, struct hs_funcref *f, union hs_value *values, uintptr_t sp);

/* Whether hs_call_now may be used: nothing out of the ordinary is going on. Functions of the host have no `entry` here. */
static inline __attribute__((always_inline)) bool hs_call_ready(const struct store *s, const struct hs_funcref *f,
                                                                uintptr_t sp)
{
    return HS_LIKELY(f->entry && !s->run.top && hs_entry_near(s, sp) &&
                     !__atomic_load_n(&s->run.interrupted, __ATOMIC_RELAXED));
}

/* Stores are what such a call consists of: the activation is the store's own, whose constant parts are filled already, and
 * what rarely changes is looked at instead of written. */
static inline __attribute__((always_inline)) enum status hs_call_now(struct store *s, struct hs_funcref *f,
                                                                     union hs_value *values)
{
    struct hs_activation *act = &s->outermost;
    struct hs_vmctx *vmctx = f->vmctx;
    struct instance *i = vmctx->instance;
    if (HS_UNLIKELY(act->prev != hs_activation_top))
        act->prev = hs_activation_top;
    if (HS_UNLIKELY(!i->ran))
        i->ran = true;
    s->run.top = act;
    hs_activation_top = act;
    uint32_t left = ((hs_entry_fn *)f->entry)(vmctx, f->code, values, act);
    hs_activation_top = act->prev;
    s->run.top = NULL;
    if (HS_LIKELY(left == 0))
        return ST_OK;
    s->trap.code = (enum trap)(left - 1);
    return ST_TRAP;
}

#endif
