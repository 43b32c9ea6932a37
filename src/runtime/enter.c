/* Calling into compiled code; see store.h and libcalls.h. What an outermost entry prepares, the
 * stack limit in every context of the store, serves for all later ones from about the same depth
 * of the same stack, and almost every entry is one of these: it ends here only to learn the
 * exact place (repeat_fp) that lets the next one pass by. */
#include "base/assert.h"
#include "base/bits.h"
#include "runtime/bulk.h"
#include "runtime/instance.h"

__thread struct hs_thread hs_thread __attribute__((tls_model("initial-exec")));
/* Where the stack of this thread ends, once it has entered; 0 before. A stack pointer alone does
 * not tell stacks apart: a smaller one may lie where a larger one was. */
static __thread uintptr_t thread_low __attribute__((tls_model("initial-exec")));

enum {
    /* kept free below the limit for the runtime, host functions and signal frames */
    NATIVE_RESERVE = 128 << 10,
    SLACK = 4096, /* the stack limit was computed for limit_sp; it serves for entries this close */
};

static bool limit_serves(const struct store *s, uintptr_t sp)
{
    return sp - s->limit_sp + SLACK < 2 * SLACK && s->limit_low == thread_low;
}

/* The outermost entry decides how deep this run may go. */
static void set_stack_limit(struct store *s, uintptr_t sp)
{
    if (limit_serves(s, sp))
        return;
    thread_low = hs_thread_stack_low();
    uint64_t low = s->stack_low ? s->stack_low : thread_low, limit = 0;
    if (sp > s->rt->config.max_wasm_stack)
        limit = sp - s->rt->config.max_wasm_stack;
    if (low && limit < low + NATIVE_RESERVE)
        limit = low + NATIVE_RESERVE;
    s->limit_sp = s->before_call ? 0 : sp;
    s->limit_low = thread_low;
    hs_store_set_stack_limit(s, limit);
}

static void *enter(const uint8_t *code, struct store *s, struct hs_funcref *f,
                   union hs_value *values, void *out,
                   void *(*failed)(struct hs_run *, uint32_t, void *), uintptr_t sp)
{
    struct hs_run *run = &s->run, *outer_run = hs_thread.current;
    struct hs_activation outer = run->act;
    HS_ASSERT(f->vmctx->magic == HS_VMCTX_MAGIC && f->vmctx->run == run);
    /* A function that calls nothing and has no loop does not look by itself. */
    if (HS_UNLIKELY(__atomic_load_n(&run->interrupted, __ATOMIC_RELAXED)) && f->vmctx->instance) {
        uint32_t stop = hs_interruption(s);
        if (stop) {
            s->trap.nframes = 0;
            s->trap.has_address = false;
            return failed(run, stop, out);
        }
    }
    const bool running = hs_store_running(s);
    if (!running) {
        set_stack_limit(s, sp);
        run->repeat_fp = 0;
    }
    if (outer_run)
        outer_run->nested++;
    else
        hs_thread.last = run;
    run->act.outer = running ? &outer : NULL;
    run->act.failed = failed;
    hs_thread.current = run;
    void *result = hs_stub_enter(run, f, values, out, code + HS_ENTRY_BODY);
    run->act = outer;
    hs_thread.current = outer_run;
    if (outer_run)
        outer_run->nested--;
    return result;
}

/* The first call of a function by the host. It is compiled now, so that the trampoline never
 * calls its PLT entry: a call that has only ever gone to one place is predicted best. Without
 * memory for code the PLT entry stays, and traps. */
static void settle(struct hs_funcref *f, const uint8_t *entry)
{
    struct instance *i = f->vmctx->instance;
    struct error error;
    hs_error_init(&error);
    if (i)
        i->code->compile(i->code, f->index - i->code->module->nimported_funcs, &f->code, &error);
    f->vmctx->ran = true;
    f->entry = (void *)(uintptr_t)(entry + HS_ENTRY_CHECKED);
}

void *hs_rt_enter(struct hs_run *run, struct hs_funcref *f, union hs_value *values, void *out)
{
    /* Where the trampoline's frame was, or would have been: it jumps here without it. */
    const uintptr_t fp = (uintptr_t)__builtin_frame_address(0);
    struct store *s = run->store;
    void *refused = s->before_call ? s->before_call(s) : NULL;
    if (refused)
        return refused;
    const uint8_t *code = hs_runtime_entry(s->rt, f->type);
    if (HS_UNLIKELY(!code))
        return s->failed(run, 0, out);
    if (!f->entry)
        settle(f, code);
    if (hs_thread.current || !limit_serves(s, fp) ||
        __atomic_load_n(&run->interrupted, __ATOMIC_RELAXED))
        return enter(code, s, f, values, out, s->failed, fp);
    HS_ASSERT(!hs_store_running(s));
    run->act.failed = s->failed;
    run->repeat_fp = 0; /* a nested entry may be at the old one */
    hs_thread.last = hs_thread.current = run;
    void *result = hs_stub_enter(run, f, values, out, code + HS_ENTRY_BODY);
    /* a host function may have asked to see calls meanwhile */
    run->repeat_fp = s->before_call ? 0 : fp;
    run->act.entry_sp = (void *)(fp - HS_ENTRY_FRAME);
    return result;
}

static void *tell(struct hs_run *run, uint32_t left, void *out)
{
    *(uint32_t *)out = left;
    return NULL;
}

enum status hs_call(struct store *s, struct hs_funcref *f, union hs_value *values)
{
    const uint8_t *code = hs_runtime_entry(s->rt, f->type);
    if (!code)
        return ST_OOM;
    uint32_t left = 0;
    f->vmctx->ran = true;
    enter(code, s, f, values, &left, tell, (uintptr_t)__builtin_frame_address(0));
    if (HS_LIKELY(left == 0))
        return ST_OK;
    s->trap.code = (enum trap)(left - 1);
    return ST_TRAP;
}
