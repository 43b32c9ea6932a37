/* Traps and frames of wasm.h and wasmtime/trap.h. A trap is a handle to an error (api_error.c):
 * one with a code of the language is a trap proper, one without is an error that travels through
 * a guest.
 *
 * How a failure leaves: a host function's trap is put into store->host_error and the guest is
 * unwound with TRAP_HOST_ERROR; whoever called the guest takes it out again, and decides by the
 * code whether a trap or an error comes of it. The trap that stands for the store's pending
 * exception leaves as TRAP_EXCEPTION instead, and handlers of the guest are looked for. */
#include "api/api.h"

static wasm_ref_t oom_trap = {.kind = REF_TRAP, .permanent = true};

/* --- Texts ------------------------------------------------------------------------------------ */

const char *hs_api_trap_text(unsigned code)
{
    static const char *const component[] = {
        /* 21 */ "pulley opcode disabled at compile time was executed",
        "deadlock detected: event loop cannot make further progress",
        "cannot leave component instance",
        "cannot block a synchronous task before returning",
        /* 25 */ "invalid `char` bit pattern",
        "should have finished string encoding",
        "code units should be equal",
        "pointer should be aligned",
        "upper bits should be unset",
        /* 30 */ "string content out-of-bounds",
        "list content out-of-bounds",
        "invalid variant discriminant",
        "unaligned pointer",
        "`task.cancel` called by task which has not been cancelled",
        /* 35 */ "`task.return` or `task.cancel` called more than once for current task",
        "`subtask.cancel` called after terminal status delivered",
        "invalid `task.return` signature and/or options for current task",
        "cannot drop waitable set with waiters",
        "cannot drop a subtask which has not yet resolved",
        /* 40 */
        "start function does not match expected type (currently only `(i32) -> ()` is supported)",
        "the start function index points to an uninitialized function",
        "backpressure counter overflow",
        "unsupported callback code",
        "cannot resume thread which is not suspended",
        /* 45 */ "cannot have concurrent operations active on a future/stream",
        "reference count overflow",
        "stream read/write count too large",
        "waitable cannot be used synchronously while added to a waitable set",
        "uncaught exception propagated out of component",
    };
    if (code >= 21)
        return code - 21 < HS_ARRAY_SIZE(component) ? component[code - 21] : NULL;
    return hs_trap_text((enum trap)code);
}

/* --- Between traps and errors ----------------------------------------------------------------- */

wasm_trap_t *hs_api_trap(wasmtime_error_t *error)
{
    wasm_ref_t *r = hs_api_ref_new(REF_TRAP, NULL, error);
    if (r)
        return (wasm_trap_t *)r;
    wasmtime_error_delete(error);
    oom_trap.object = hs_api_error_oom();
    return (wasm_trap_t *)&oom_trap;
}

static struct wasmtime_error *error_of(const wasm_trap_t *trap)
{
    return ((const wasm_ref_t *)trap)->object;
}

wasmtime_error_t *hs_api_trap_error(wasm_trap_t *trap)
{
    wasmtime_error_t *e = hs_api_error_ref(error_of(trap));
    wasm_trap_delete(trap);
    return e;
}

/* A counted link to the store of wasm.h around this one; NULL: there is none. */
static struct store_link *link_to(struct store *s)
{
    wasm_store_t *outer = hs_api_part(s)->outer;
    if (!outer)
        return NULL;
    if (!outer->link) {
        if (!(outer->link = hs_alloc(sizeof *outer->link)))
            return NULL;
        *outer->link = (struct store_link){1, outer};
    }
    atomic_fetch_add_explicit(&outer->link->refs, 1, memory_order_relaxed);
    return outer->link;
}

static struct backtrace *take_backtrace(struct store *s)
{
    if (!s->trap.nframes)
        return NULL;
    struct frame frames[HS_MAX_FRAMES];
    uint32_t n = hs_trap_frames(s, frames);
    if (!n)
        return NULL;
    struct backtrace *b = hs_alloc(sizeof *b + n * sizeof *frames);
    if (!b) {
        for (uint32_t i = 0; i < n; i++)
            hs_code_unref(frames[i].code);
        return NULL;
    }
    b->refs = 1;
    b->count = n;
    b->link = link_to(s);
    memcpy(b->frames, frames, n * sizeof *frames);
    return b;
}

wasmtime_error_t *hs_api_error_exception(void)
{
    wasmtime_error_t *e = hs_api_error("thrown Wasm exception");
    if (!e->permanent)
        e->is_exception = true;
    return e;
}

wasmtime_error_t *hs_api_call_error(struct store *s, enum status st)
{
    if (st == ST_OOM)
        return hs_api_error_oom();
    wasmtime_error_t *e;
    if (s->trap.code == TRAP_HOST_ERROR) {
        e = s->host_error;
        s->host_error = NULL;
        if (!e)
            e = hs_api_error("a host function failed");
    } else if (s->trap.code == TRAP_EXCEPTION) {
        e = hs_api_error_exception();
    } else {
        e = hs_api_error_code(s->trap.code);
        if (s->trap.has_address)
            e = hs_api_error_context(
                e, "memory fault at wasm address 0x%llx in linear memory of size 0x%llx",
                (unsigned long long)s->trap.address, (unsigned long long)s->trap.memory_bytes);
        s->trap.has_address = false;
    }
    return hs_api_error_add_backtrace(e, take_backtrace(s));
}

void *hs_api_call_failed(struct hs_run *run, uint32_t left, void *out)
{
    struct store *s = run->store;
    wasm_trap_t **out_trap = out;
    if (left)
        s->trap.code = (enum trap)(left - 1);
    wasmtime_error_t *e = hs_api_call_error(s, left ? ST_TRAP : ST_OOM);
    if ((e->code == TRAP_NONE && !e->is_exception) || !out_trap)
        return e;
    *out_trap = hs_api_trap(e);
    return NULL;
}

uint32_t hs_api_raise_error(struct store *s, wasmtime_error_t *error)
{
    /* it goes on, and is told anew if nobody catches it */
    if (error->is_exception && s->pending_exn) {
        wasmtime_error_delete(error);
        return TRAP_EXCEPTION + 1;
    }
    if (s->host_error)
        wasmtime_error_delete(s->host_error);
    s->host_error = error;
    return TRAP_HOST_ERROR + 1;
}

uint32_t hs_api_raise(struct store *s, wasm_trap_t *trap)
{
    return hs_api_raise_error(s, hs_api_trap_error(trap));
}

/* --- Making ----------------------------------------------------------------------------------- */

wasm_trap_t *wasmtime_trap_new(const char *msg, size_t msg_len)
{
    return hs_api_trap(hs_api_error_text(msg, msg ? msg_len : 0));
}

wasm_trap_t *wasmtime_trap_new_code(wasmtime_trap_code_t code)
{
    if (!hs_api_trap_text(code))
        return hs_api_trap(hs_api_error("there is no trap code %u", code));
    return hs_api_trap(hs_api_error_code((enum trap)code));
}

wasm_trap_t *wasm_trap_new(wasm_store_t *store, const wasm_message_t *message)
{
    if (!message || !message->size || message->data[message->size - 1] != 0)
        return NULL;
    return wasmtime_trap_new(message->data, message->size - 1);
}

wasm_trap_t *hospes_trap_new_error(wasmtime_error_t *error)
{
    return hs_api_trap(error ? error : hs_api_error("no error was given"));
}

/* --- Telling ---------------------------------------------------------------------------------- */

void wasm_trap_message(const wasm_trap_t *trap, wasm_message_t *out)
{
    struct buffer b;
    hs_buffer_init(&b, SIZE_MAX / 2);
    if (trap)
        hs_api_error_render(error_of(trap), &b);
    hs_buffer_byte(&b, 0);
    if (b.failed)
        wasm_name_new_empty(out);
    else
        wasm_name_new(out, b.size, (const char *)b.data);
    hs_buffer_deinit(&b);
}

bool wasmtime_trap_code(const wasm_trap_t *trap, wasmtime_trap_code_t *code)
{
    if (!trap || error_of(trap)->code == TRAP_NONE)
        return false;
    *code = (wasmtime_trap_code_t)error_of(trap)->code;
    return true;
}

/* --- Frames ----------------------------------------------------------------------------------- */

struct wasm_frame_t {
    struct backtrace *backtrace; /* counted */
    uint32_t index;
    wasm_name_t func_name, module_name; /* borrowed from the module, which the backtrace holds */
    _Atomic(wasm_ref_t *) instance;     /* made when somebody asks; owned */
};

static const struct frame *frame_of(const wasm_frame_t *f)
{
    return &f->backtrace->frames[f->index];
}

static wasm_frame_t *frame_new(struct backtrace *b, uint32_t index)
{
    wasm_frame_t *f = hs_alloc(sizeof *f);
    if (!f)
        return NULL;
    const struct module *m = b->frames[index].code->module;
    struct span func = hs_module_func_name(m, b->frames[index].func), module = m->names.module;
    *f = (wasm_frame_t){hs_api_backtrace_ref(b),
                        index,
                        {func.size, (char *)(uintptr_t)func.data},
                        {module.size, (char *)(uintptr_t)module.data},
                        NULL};
    return f;
}

static void trace(const struct wasmtime_error *e, wasm_frame_vec_t *out)
{
    wasm_frame_vec_new_empty(out);
    struct backtrace *b = e ? e->backtrace : NULL;
    if (!b || !b->count)
        return;
    wasm_frame_vec_new_uninitialized(out, b->count);
    for (size_t i = 0; i < out->size; i++)
        if (!(out->data[i] = frame_new(b, (uint32_t)i))) {
            wasm_frame_vec_delete(out);
            return;
        }
}

void wasm_trap_trace(const wasm_trap_t *trap, wasm_frame_vec_t *out)
{
    trace(trap ? error_of(trap) : NULL, out);
}

void wasmtime_error_wasm_trace(const wasmtime_error_t *error, wasm_frame_vec_t *out)
{
    trace(error, out);
}

wasm_frame_t *wasm_trap_origin(const wasm_trap_t *trap)
{
    struct backtrace *b = trap ? error_of(trap)->backtrace : NULL;
    return b && b->count ? frame_new(b, 0) : NULL;
}

void wasm_frame_delete(wasm_frame_t *f)
{
    if (!f)
        return;
    wasm_instance_delete((wasm_instance_t *)f->instance);
    hs_api_backtrace_unref(f->backtrace);
    hs_free(f);
}

wasm_frame_t *wasm_frame_copy(const wasm_frame_t *f)
{
    return f ? frame_new(f->backtrace, f->index) : NULL;
}

/* A frame knows where its instance is; the handle is made of that as long as the store is there,
 * and then holds the store like any other. Frames of stores of wasmtime.h have none: their
 * instances are numbers. */
struct wasm_instance_t *wasm_frame_instance(const wasm_frame_t *frame)
{
    wasm_frame_t *f = (wasm_frame_t *)(uintptr_t)frame;
    wasm_ref_t *known = f->instance;
    wasm_store_t *store = f->backtrace->link ? f->backtrace->link->store : NULL;
    if (known || !store)
        return (struct wasm_instance_t *)known;
    struct instance *i = hs_frame_instance(store->inner->store, frame_of(f));
    wasm_ref_t *r = i ? hs_api_ref_new(REF_INSTANCE, store, i) : NULL;
    if (!r)
        return NULL;
    if (!atomic_compare_exchange_strong(&f->instance, &known, r)) {
        wasm_instance_delete((wasm_instance_t *)r);
        r = known;
    }
    return (struct wasm_instance_t *)r;
}

uint32_t wasm_frame_func_index(const wasm_frame_t *f)
{
    return frame_of(f)->func;
}

size_t wasm_frame_func_offset(const wasm_frame_t *f)
{
    const struct frame *x = frame_of(f);
    uint32_t body = x->code->module->funcs[x->func].body;
    return body && x->offset >= body ? x->offset - body : SIZE_MAX;
}

size_t wasm_frame_module_offset(const wasm_frame_t *f)
{
    return frame_of(f)->offset;
}

const wasm_name_t *wasmtime_frame_func_name(const wasm_frame_t *f)
{
    return f->func_name.data && f->func_name.size ? &f->func_name : NULL;
}

const wasm_name_t *wasmtime_frame_module_name(const wasm_frame_t *f)
{
    return f->module_name.data && f->module_name.size ? &f->module_name : NULL;
}
