/* Throwing. https://webassembly.github.io/spec/core/exec/instructions.html#exec-throw-ref
 *
 * A throw follows the frame pointers from the frame through which compiled code was left up to
 * the entry of the activation, and asks for each return address whether a try_table is around
 * that call (handlers.h). Whose frame it is, and so whose tables and tags are meant, the frame
 * itself says: a function that calls keeps its instance below its frame pointer. Nothing is
 * unwound on the way: a function that catches relies on no register of its callees
 * (compile/baseline/exceptions.c), so entering its landing is all there is to do, and the frames
 * in between are just left behind.
 *
 * An exception that nobody in the activation catches is the store's pending one, and leaves the
 * activation like a trap. The host function that made the call gets to know as one. If it fails
 * for that reason itself, the exception goes on from its caller, until it is caught or the host
 * has it. */
#include "base/planted.h"
#include "runtime/bulk.h"
#include "runtime/gc/heap.h"
#include "runtime/gc/exception.h"
#include "runtime/rt_calls.h"

enum { STEPS = 1 << 20 }; /* between two looks at the request to stop: a millisecond or two */

/* A search may be long: a hostile function has a million clauses around a call, and its frame is
 * there a hundred thousand times. */
struct search {
    struct hs_run *run;
    const struct tag_obj *tag;
    uint32_t steps;
    uint32_t stop; /* trap + 1 */
};

static bool stopped(struct search *s, uint32_t steps)
{
    s->steps += steps;
    if (HS_LIKELY(s->steps < STEPS))
        return false;
    s->steps = 0;
    if (__atomic_load_n(&s->run->interrupted, __ATOMIC_RELAXED))
        s->stop = hs_interruption(s->run->store);
    return s->stop != 0;
}

/* The first clause for the tag at or around a try_table; NULL: none. An own tag of which nothing
 * was thrown yet may not be there. */
static const struct hs_clause *clause_for(struct search *s, const struct hs_handlers *h,
                                          uint32_t try_, const struct instance *i)
{
    while (try_ != HS_NO_TRY) {
        const struct hs_try *t = &h->tries[try_];
        const struct hs_clause *c = h->clauses + t->first, *end = c + t->count;
        for (; c < end; c++)
            if (c->tag == HS_ANY_TAG || i->tags[c->tag] == s->tag)
                return c;
        if (stopped(s, 1 + t->count))
            return NULL;
        try_ = HS_PLANTED(33) ? HS_NO_TRY : t->outer;
    }
    return NULL;
}

uint32_t hs_exn_catch(struct hs_run *run, uint32_t exn, const struct tag_obj *tag)
{
    struct search s = {run, tag, 0, 0};
    const uintptr_t end = (uintptr_t)run->act.entry_sp + HS_ENTRY_FRAME;
    uintptr_t fp = (uintptr_t)run->act.exit_fp;
    while (fp != end) {
        const uintptr_t pc = ((const uintptr_t *)fp)[1];
        fp = ((const uintptr_t *)fp)[0];
        if (fp == end) /* the caller is the entry trampoline */
            break;
        if (stopped(&s, 1))
            return s.stop;
        const struct hs_vmctx *c = (const struct hs_vmctx *)((const uintptr_t *)fp)[-1];
        const struct code_object *code = c->instance->code;
        const struct hs_handlers *h = atomic_load_explicit(&code->handlers, memory_order_acquire);
        if (!h)
            continue;
        const uint32_t try_ = hs_handlers_find(h, pc - (uintptr_t)code->range.base);
        if (try_ == HS_NO_TRY)
            continue;
        const struct hs_clause *clause = clause_for(&s, h, try_, c->instance);
        if (clause) {
            run->trap_pc = (uintptr_t)code->range.base + clause->landing;
            run->trap_fp = fp;
            run->trap_addr = exn;
            return 0;
        }
        if (s.stop)
            return s.stop;
    }
    return TRAP_EXCEPTION + 1;
}

static struct hs_rt_result raise(struct hs_vmctx *c, uint32_t exn, const struct tag_obj *tag)
{
    struct store *s = c->run->store;
    const uint32_t left = hs_exn_catch(c->run, exn, tag);
    if (HS_LIKELY(!left))
        return (struct hs_rt_result){exn, TRAP_NONE};
    if (left == TRAP_EXCEPTION + 1)
        s->pending_exn = exn;
    hs_trap_capture(s, (enum trap)(left - 1), c);
    return (struct hs_rt_result){0, left - 1};
}

static struct hs_rt_result no_memory(struct hs_vmctx *c)
{
    hs_trap_capture(c->run->store, TRAP_ALLOCATION_TOO_LARGE, c);
    return (struct hs_rt_result){0, TRAP_ALLOCATION_TOO_LARGE};
}

struct hs_rt_result hs_rt_throw(struct hs_vmctx *c, uint32_t tag_index)
{
    struct store *s = c->run->store;
    struct instance *i = c->instance;
    struct tag_obj *tag = hs_instance_tag(i, tag_index);
    const uint32_t type = i->code->module->tags[tag_index].type;
    const struct functype *f = &i->code->module->types[type].func;
    const uint32_t *offsets = i->code->layout.objects[type].offsets;
    uint32_t exn;
    if (!tag || hs_gc_new_exn(s, tag, &exn) != ST_OK)
        return no_memory(c);
    for (uint32_t k = 0; k < f->nparams; k++) {
        /* Types of the module's will do: setting asks for the kind and whether it is a function. */
        struct valtype t = f->types[k];
        if (hs_vt_is_ref(t) && hs_heap_is_index(hs_vt_heap(t)))
            t = HS_REF(true, hs_heap_top(i->code->module, hs_vt_heap(t)));
        if (hs_gc_set(s, exn, offsets[k], t, &c->run->args[k]) != ST_OK)
            return no_memory(c);
    }
    return raise(c, exn, tag);
}

struct hs_rt_result hs_rt_throw_ref(struct hs_vmctx *c, uint32_t exn)
{
    struct store *s = c->run->store;
    if (!exn) {
        hs_trap_capture(s, TRAP_NULL_REFERENCE, c);
        return (struct hs_rt_result){0, TRAP_NULL_REFERENCE};
    }
    return raise(c, exn, hs_gc_exn_tag(s, exn));
}

uint32_t hs_exn_goes_on(struct store *s)
{
    const uint32_t exn = s->pending_exn;
    const uint32_t left =
        exn ? hs_exn_catch(&s->run, exn, hs_gc_exn_tag(s, exn)) : TRAP_EXCEPTION + 1;
    if (left != TRAP_EXCEPTION + 1)
        s->pending_exn = 0;
    return left;
}
