/* enter.h: calling into compiled code without a detour. hs_call_inline is hs_call for the ordinary case, in the frame of
 * its caller: the outermost entry of a store that nobody interrupts, from about the same depth of the stack as before. */
#ifndef HS_RUNTIME_ENTER_H
#define HS_RUNTIME_ENTER_H

#include "base/bits.h"
#include "runtime/instance.h"

/* The stack limit was computed for entry_sp; it serves for entries this close. */
enum { ENTRY_SLACK = 4096 };
static inline bool hs_entry_near(const struct store *s, uintptr_t sp)
{
    return sp - s->entry_sp + ENTRY_SLACK < 2 * ENTRY_SLACK;
}

/* The general case; sp: about where the caller's frame is. */
enum status hs_call_from(struct store *s, struct hs_funcref *f, union hs_value *values, uintptr_t sp);

static inline __attribute__((always_inline)) enum status hs_call_inline(struct store *s, struct hs_funcref *f,
                                                                        union hs_value *values)
{
    uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
    hs_entry_fn *entry = (hs_entry_fn *)f->entry;
    struct instance *i = f->vmctx->instance;
    if (HS_UNLIKELY(!entry || !i || s->run.top || !hs_entry_near(s, sp) ||
                    __atomic_load_n(&s->run.interrupted, __ATOMIC_RELAXED)))
        return hs_call_from(s, f, values, sp);
    struct hs_activation act, *prev = hs_activation_top;
    act.prev = prev;
    act.run = &s->run;
    act.saved_exit_fp = NULL; /* there is no outer activation of this store to go back to */
    i->ran = true;
    s->run.top = &act;
    hs_activation_top = &act;
    uint32_t left = entry(f->vmctx, f->code, values, &act);
    hs_activation_top = prev;
    s->run.top = NULL;
    if (HS_LIKELY(left == 0))
        return ST_OK;
    s->trap.code = (enum trap)(left - 1);
    return ST_TRAP;
}

#endif
