/* Leaving compiled code: faults, backtraces, interruptions. Compiled frames form one chain of
 * frame pointers; it is entered at the frame the code was left through (run->act.exit_fp) and
 * ends at the entry trampoline's frame. */
#include "runtime/bulk.h"
#include "runtime/gc/heap.h"
#include "runtime/rt_calls.h"

/* Walks from a frame and, if pc is not 0, an exact place in it. Only addresses on our own stack
 * are read: the chain was built by code we made. context: of the innermost function, or NULL. A
 * function that calls others keeps its context below its frame pointer; what is read there of
 * another frame is found to be no context by hs_frame_instance. */
static void walk(struct store *s, uintptr_t pc, uintptr_t fp, const void *context)
{
    struct trap_record *t = &s->trap;
    t->nframes = 0;
    if (pc) {
        t->raw[t->nframes++] = (struct raw_frame){pc, context, false};
        context = NULL;
    }
    for (const struct hs_activation *act = &s->run.act; fp; fp = (uintptr_t)act->exit_fp) {
        const uintptr_t end = (uintptr_t)act->entry_sp + HS_ENTRY_FRAME;
        while (fp != end && t->nframes < HS_MAX_FRAMES) {
            const uintptr_t *frame = (const uintptr_t *)fp;
            if (!context)
                context = (const void *)((const uintptr_t *)frame[0])[-1];
            t->raw[t->nframes++] = (struct raw_frame){frame[1], context, true};
            context = NULL;
            fp = frame[0];
        }
        if (t->nframes == HS_MAX_FRAMES)
            return;
        act = act->outer;
        if (!act)
            return;
    }
}

void hs_trap_capture(struct store *s, enum trap code, const struct hs_vmctx *context)
{
    s->trap.code = code;
    s->trap.has_address = false;
    walk(s, 0, (uintptr_t)s->run.act.exit_fp, context);
}

uint32_t hs_trap_frames(struct store *s, struct frame *out)
{
    uint32_t n = 0;
    uintptr_t returns[HS_MAX_FRAMES]; /* return addresses of what is in out; 0: an exact place */
    for (uint32_t k = 0; k < s->trap.nframes; k++) {
        struct code_object *c;
        uint32_t func, offset;
        struct raw_frame f = s->trap.raw[k];
        /* Recursion repeats itself, and locating compiles a function. */
        const struct frame *same = NULL;
        for (uint32_t j = n; f.is_return && j > 0 && n - j < 4 && !same; j--)
            if (returns[j - 1] == f.pc)
                same = &out[j - 1];
        if (same) {
            hs_code_ref(same->code);
            out[n] = *same;
            out[n].context = f.context;
            returns[n++] = f.pc;
            continue;
        }
        /* A return address may be the first byte behind its function. */
        if (!hs_code_find(f.pc - f.is_return, &c, &func, &offset))
            continue;
        hs_code_ref(c);
        out[n].code = c;
        out[n].func = func;
        out[n].context = f.context;
        out[n].offset = c->locate(c, func, offset + f.is_return, f.is_return);
        returns[n++] = f.is_return ? f.pc : 0;
    }
    s->trap.nframes = 0;
    return n;
}

struct instance *hs_frame_instance(struct store *s, const struct frame *f)
{
    struct instance *only = NULL;
    uint32_t n = 0;
    for (struct instance *i = s->instances; i; i = i->next) {
        if (i->code != f->code)
            continue;
        if (i->vmctx == f->context)
            return i;
        only = i;
        n++;
    }
    return n == 1 ? only : NULL;
}

/* --- Faults, in signal context ---------------------------------------------------------------- */

/* The length of the load at a loop head, test [reg], reg: its register holds the page that
 * faults, so a guest that goes on does so behind it. 0: something else. */
static unsigned poll_length(const uint8_t *pc)
{
    unsigned n = 0;
    if ((pc[n] & 0xf0) == 0x40)
        n++;
    if (pc[n] != 0x85)
        return 0;
    unsigned mod = pc[n + 1] >> 6, rm = pc[n + 1] & 7;
    if (mod == 3 || (mod == 0 && rm == 5))
        return 0;
    return n + 2 + (rm == 4) + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

/* The guarded memory of the store that an address lies in or near, or NULL. */
static struct memory_obj *memory_at(struct store *s, uintptr_t address)
{
    for (struct instance *i = s->instances; i; i = i->next)
        for (uint32_t k = 0; k < i->code->module->nmemories; k++) {
            struct memory_obj *m = i->memories[k];
            if (m && m->slot && address - (uintptr_t)m->slot->reservation < m->slot->reserved)
                return m;
        }
    return NULL;
}

/* A write to a sealed memory: does the fault come from there? The lists are whole: compiled code
 * was running. */
static bool sealed_at(struct hs_run *run, uintptr_t address, struct mem_slot **out_slot,
                      size_t *out_at)
{
    struct memory_obj *m = memory_at(run->store, address);
    size_t at = m ? address - (uintptr_t)m->slot->base : 0;
    if (!m || at >= m->slot->sealed)
        return false;
    *out_slot = m->slot;
    *out_at = at;
    return true;
}

static bool decide(const struct hs_fault *fault, struct hs_fault_resume *out)
{
    struct hs_run *run = hs_thread.current;
    if (!run)
        return false;
    uint32_t code;
    run->store->trap.context = (const void *)fault->context;
    switch (fault->what) {
    case FAULT_DIVIDE_ZERO: code = TRAP_INTEGER_DIVISION_BY_ZERO; break;
    case FAULT_DIVIDE_OVERFLOW: code = TRAP_INTEGER_OVERFLOW; break;
    case FAULT_ACCESS:
        if (fault->address - (uintptr_t)hs_page_fault() < hs_page_size()) {
            unsigned length = poll_length((const uint8_t *)fault->pc);
            if (length == 0)
                return false;
            run->trap_pc = fault->pc + length;
            run->trap_fp = fault->fp;
            out->pc = (uintptr_t)hs_stub_poll_landing;
            out->keep_registers = true;
            return true;
        }
        const uint8_t *heap = hs_heap_base(run->store);
        if (heap && fault->address - (uintptr_t)heap < HS_GC_NULL) {
            code = TRAP_NULL_REFERENCE;
            break;
        }
        if (!hs_fault_range_has(FAULT_MEMORY, fault->address))
            return false;
        code = TRAP_MEMORY_OUT_OF_BOUNDS;
        struct mem_slot *slot;
        size_t at;
        if (fault->write && sealed_at(run, fault->address, &slot, &at)) {
            if (hs_pool_fault(slot, at)) {
                out->pc = fault->pc; /* once more, now with the right to write */
                out->keep_registers = true;
                return true;
            }
            code = TRAP_ALLOCATION_TOO_LARGE;
        }
        break;
    default: return false;
    }
    run->trap_code = code;
    run->trap_pc = fault->pc;
    run->trap_fp = fault->fp;
    run->trap_addr = fault->what == FAULT_ACCESS ? fault->address : 0;
    out->pc = (uintptr_t)hs_stub_trap_landing;
    out->sp = (fault->sp - 256) & ~(uintptr_t)63;
    out->argument = (uintptr_t)run;
    return true;
}

enum status hs_trap_install(void)
{
    if (!hs_page_fault() || !hs_page_zero())
        return ST_OOM;
    return hs_fault_install(decide);
}

uint32_t hs_rt_trapped(struct hs_run *run)
{
    struct store *s = run->store;
    s->trap.code = (enum trap)run->trap_code;
    s->trap.has_address = false;
    struct memory_obj *m = run->trap_addr ? memory_at(s, run->trap_addr) : NULL;
    if (m) {
        s->trap.has_address = true;
        s->trap.address = run->trap_addr - (uintptr_t)m->rec.base;
        s->trap.memory_bytes = m->rec.bytes;
    }
    walk(s, run->trap_pc, run->trap_fp, s->trap.context);
    return run->trap_code;
}

/* --- Interruptions ---------------------------------------------------------------------------- */

uint32_t hs_interruption(struct store *s)
{
    if (s->rt->config.epochs) {
        if (atomic_load(&s->rt->epoch) >= s->epoch_deadline) {
            if (!s->interrupt)
                return TRAP_INTERRUPT + 1;
            uint32_t left = s->interrupt(s, s->interrupt_env);
            if (left)
                return left;
        }
        hs_store_set_epoch_deadline(s, s->epoch_deadline); /* arms or disarms for what is now */
        return 0;
    }
    hs_store_disarm(s);
    return 0;
}

uint32_t hs_rt_poll(struct hs_run *run)
{
    struct store *s = run->store;
    uintptr_t pc = run->trap_pc, fp = run->trap_fp; /* a callback may run guests, which may fault */
    const void *context = s->trap.context;
    uint32_t left = hs_interruption(s);
    if (left) {
        s->trap.code = (enum trap)(left - 1);
        s->trap.has_address = false;
        walk(s, pc - 1, fp, context); /* in the load, not behind it */
    }
    run->trap_pc = pc;
    run->trap_fp = fp;
    return left;
}

struct hs_rt_result hs_rt_stack_or_poll(struct hs_vmctx *vmctx, uint64_t sp)
{
    struct hs_run *run = vmctx->run;
    struct store *s = run->store;
    uint32_t code = TRAP_STACK_OVERFLOW;
    if (sp >= run->stack_limit) {
        uint32_t left =
            __atomic_load_n(&run->interrupted, __ATOMIC_RELAXED) ? hs_interruption(s) : 0;
        if (!left)
            return (struct hs_rt_result){0, TRAP_NONE};
        code = left - 1;
    }
    hs_trap_capture(s, (enum trap)code, vmctx);
    return (struct hs_rt_result){0, code};
}
