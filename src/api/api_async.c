/* wasmtime/async.h: calls that can be suspended. Each runs on a stack of its own; "giving way"
 * switches back to whoever polls, polling switches there again. The store knows which call is
 * running on it, so that a host function or a deadline deep in the guest finds the stack to
 * leave.
 *
 * What is switched, beside the stack: the thread's running store, the innermost activation of
 * this one, and how deep the stack may get. So while a call rests its guest's frames belong to
 * no thread, and the store is as it was before the poll: other calls may run there, also the one
 * whose host function polls. A collection is told of all stacks where guests of the store wait.
 * A call that is given up is resumed once more, with the word to fail, so that every frame ends
 * in the ordinary way and nothing leaks. */
#include "api/api.h"
#include <ucontext.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#elif defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

struct fiber {
    ucontext_t inside, outside;
    void *inside_shadow, *outside_shadow; /* of the sanitizers */
    const void *outside_stack;
    size_t outside_size;
    struct wasmtime_store *store;
    struct hs_run
        *current; /* hs_thread.current of the resting call; the next three are its store's */
    struct hs_activation act;
    uint32_t nested;
    uint64_t stack_limit;
    bool running, cancelled;
    struct hs_aside
        waiting; /* the one of `inside` or `outside` that does not run, if a guest is there */
    uintptr_t inside_low; /* no frame that was left is below */
};

struct wasmtime_call_future {
    struct fiber fiber;
    enum { CALL_FUNC, CALL_LINKER, CALL_PRE } what;
    bool started, done, permanent;
    const wasmtime_func_t *func;
    const wasmtime_val_t *args;
    wasmtime_val_t *results;
    size_t nargs, nresults;
    const wasmtime_linker_t *linker;
    const wasmtime_module_t *module;
    const wasmtime_instance_pre_t *pre;
    wasmtime_instance_t *instance;
    wasm_trap_t **trap_ret;
    wasmtime_error_t **error_ret;
    wasm_trap_t *trap; /* the outcome, until the poll that tells it */
    wasmtime_error_t *error;
    uint8_t *stack; /* lowest byte; with a page without access below */
    size_t stack_size;
    void *reservation; /* of ours; or: */
    wasmtime_stack_memory_t host_stack;
};

/* What stands for a call that cannot even begin: its error is told when it is made. */
static wasmtime_call_future_t over = {.done = true, .permanent = true};

/* --- Switching -------------------------------------------------------------------------------- */

/* Where a frame with this variable ends at the latest, of a function that calls another one: a
 * collection reads from there on. */
static uintptr_t below(const char *variable)
{
    enum { FRAME = 1024 };
    return (uintptr_t)variable - FRAME;
}

/* Guests on a stack that is left wait there. */
static void set_aside(struct fiber *f, const ucontext_t *registers, uintptr_t low, uintptr_t high)
{
    f->waiting = (struct hs_aside){
        .low = low, .high = high, .registers = registers, .registers_size = sizeof *registers};
    hs_store_set_aside(f->store->store, &f->waiting);
}

/* The switches, and what the sanitizers want to know of them. */
static void enter(struct fiber *f, const void *stack, size_t size)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&f->outside_shadow, stack, size);
#elif defined(__SANITIZE_THREAD__)
    f->outside_shadow = __tsan_get_current_fiber();
    if (!f->inside_shadow)
        f->inside_shadow = __tsan_create_fiber(0);
    __tsan_switch_to_fiber(f->inside_shadow, 0);
#endif
    (void)stack;
    (void)size;
    char here = 0;
    f->waiting.low = below(&here);
    swapcontext(&f->outside, &f->inside);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(f->outside_shadow, NULL, NULL);
#endif
}

static void arrived(struct fiber *f)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(f->inside_shadow, &f->outside_stack, &f->outside_size);
#endif
    (void)f;
}

static void leave(struct fiber *f, bool for_good)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(for_good ? NULL : &f->inside_shadow, f->outside_stack,
                                   f->outside_size);
#elif defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(f->outside_shadow, 0);
#endif
    (void)for_good;
    char here = 0;
    f->inside_low = below(&here);
    swapcontext(&f->inside, &f->outside);
    arrived(f);
}

/* A store that can be suspended is entered on a stack that can. */
static void *before_call(struct store *s)
{
    struct wasmtime_store *w = hs_api_part(s);
    if (!w->needs_async || hs_api_fiber_running(w))
        return NULL;
    return hs_api_error("store configuration requires that `*_async` functions are used instead");
}

static void see_calls(struct store *s)
{
    s->before_call = before_call;
    s->limit_sp = s->run.repeat_fp = 0;
}

void hs_api_need_async(struct wasmtime_store *w)
{
    w->needs_async = true;
    see_calls(w->store);
}

bool hs_api_fiber_running(const struct wasmtime_store *w)
{
    return w->fiber && w->fiber->running;
}

bool hs_api_stack_is_whole(struct store *s, uintptr_t low, uintptr_t high)
{
    const struct wasmtime_store *w = hs_api_part(s);
    if (w->resting)
        return false;
    if (!hs_api_fiber_running(w))
        return hs_thread_stack_has(low, high);
    const struct wasmtime_call_future *c =
        HS_CONTAINER(w->fiber, struct wasmtime_call_future, fiber);
    return low >= (uintptr_t)c->stack && low <= high && high - (uintptr_t)c->stack <= c->stack_size;
}

uint32_t hs_api_fiber_yield(struct wasmtime_store *w)
{
    struct fiber *f = w->fiber;
    if (!f->cancelled) {
        f->current = hs_thread.current;
        leave(f, false);
    }
    return f->cancelled
               ? hs_api_raise_error(w->store, hs_api_error("the asynchronous call was given up"))
               : 0;
}

static void run(struct wasmtime_call_future *c)
{
    wasmtime_context_t *context = hs_api_context(c->fiber.store->store);
    switch (c->what) {
    case CALL_FUNC:
        c->error = wasmtime_func_call(context, c->func, c->args, c->nargs, c->results, c->nresults,
                                      &c->trap);
        break;
    case CALL_LINKER:
        c->error =
            wasmtime_linker_instantiate(c->linker, context, c->module, c->instance, &c->trap);
        break;
    case CALL_PRE:
        c->error = wasmtime_instance_pre_instantiate(c->pre, context, c->instance, &c->trap);
        break;
    }
}

static void entry(unsigned low, unsigned high)
{
    struct wasmtime_call_future *c = (struct wasmtime_call_future *)((uintptr_t)high << 32 | low);
    arrived(&c->fiber);
    run(c);
    c->done = true;
    c->fiber.current = NULL;
    leave(&c->fiber, true);
    __builtin_unreachable();
}

/* --- Stacks ----------------------------------------------------------------------------------- */

static wasmtime_error_t *stack_new(struct wasmtime_call_future *c)
{
    struct api_engine *a = hs_api_store_engine(c->fiber.store->store)->api;
    size_t page = hs_page_size(), size = hs_align_up(a->async_stack_size, page);
    if (size < a->async_stack_size || size < 4 * page)
        return hs_api_error("the stack size of asynchronous calls is unusable");
    if (a->has_stack_creator) {
        wasmtime_error_t *e =
            a->stack_creator.new_stack(a->stack_creator.env, size, false, &c->host_stack);
        if (e)
            return e;
        uint8_t *top = c->host_stack.get_stack_memory(c->host_stack.env, &c->stack_size);
        c->stack = top - c->stack_size;
        return NULL;
    }
    uint8_t *base = hs_pages_reserve(size + page);
    if (!base)
        return hs_api_error_oom();
    c->reservation = base;
    c->stack = base + page;
    c->stack_size = size;
    return hs_pages_open(c->stack, size) ? NULL : hs_api_error_oom();
}

static void stack_delete(struct wasmtime_call_future *c)
{
#if defined(__SANITIZE_THREAD__)
    if (c->fiber.inside_shadow)
        __tsan_destroy_fiber(c->fiber.inside_shadow);
#endif
    if (c->reservation)
        hs_pages_release(c->reservation, c->stack_size + hs_page_size());
    else if (c->host_stack.finalizer)
        c->host_stack.finalizer(c->host_stack.env);
    c->reservation = NULL;
    c->host_stack.finalizer = NULL;
}

/* --- Polling ---------------------------------------------------------------------------------- */

/* Where the guests of a chain of activations were entered first. */
static uintptr_t end_of(const struct hs_activation *act)
{
    uintptr_t end = 0;
    for (; act; act = act->outer)
        if ((uintptr_t)act->entry_sp + HS_ENTRY_FRAME > end)
            end = (uintptr_t)act->entry_sp + HS_ENTRY_FRAME;
    return end;
}

/* Lets it run until it rests or is done. */
static void resume(struct wasmtime_call_future *c)
{
    struct fiber *f = &c->fiber, *outer = f->store->fiber;
    struct store *s = f->store->store;
    struct hs_run *current = hs_thread.current;
    struct hs_activation act = s->run.act;
    const uint32_t nested = s->run.nested;
    const uint64_t limit = s->run.stack_limit;
    const volatile bool running = hs_store_running(s);
    uintptr_t stack_low = s->stack_low;
    /* No short ways into the guest: they take the store's one activation and its limit for
     * granted. */
    see_calls(s);
    hs_store_take_up(&f->waiting);
    /* A guest of the store waits on this stack for the one on the other. */
    const volatile uintptr_t waits = running ? end_of(&act) : 0;
    const volatile bool readable = !running || hs_api_stack_is_whole(s, (uintptr_t)&act, waits);
    if (running && readable)
        set_aside(f, &f->outside, waits, waits); /* from where `enter` is */
    if (!readable)
        f->store->resting++;
    if (!c->started) {
        uintptr_t p = (uintptr_t)c;
        c->started = true;
        getcontext(&f->inside);
        f->inside.uc_stack.ss_sp = c->stack;
        f->inside.uc_stack.ss_size = c->stack_size;
        f->inside.uc_link = NULL;
        makecontext(&f->inside, (void (*)(void))(void *)entry, 2, (unsigned)p, (unsigned)(p >> 32));
    }
    f->store->fiber = f;
    f->running = true;
    s->stack_low = (uintptr_t)c->stack;
    hs_thread.current = f->current;
    s->run.act = f->act;
    s->run.nested = f->nested;
    if (hs_store_running(s)) /* else whatever it enters first sets it */
        hs_store_set_stack_limit(s, f->stack_limit);
    enter(f, c->stack, c->stack_size);
    f->act = s->run.act;
    f->nested = s->run.nested;
    f->stack_limit = s->run.stack_limit;
    hs_thread.current = current;
    s->run.act = act;
    s->run.nested = nested;
    if (running)
        hs_store_set_stack_limit(s, limit);
    s->stack_low = stack_low;
    hs_store_take_up(&f->waiting);
    if (!readable)
        f->store->resting--;
    if (!c->done)
        set_aside(f, &f->inside, f->inside_low, (uintptr_t)c->stack + c->stack_size);
    f->running = false;
    f->store->fiber = outer;
}

bool wasmtime_call_future_poll(wasmtime_call_future_t *c)
{
    if (c->done)
        return true;
    wasmtime_error_t *e = c->started ? NULL : stack_new(c);
    if (e) {
        c->done = true;
        c->error = e;
    } else {
        resume(c);
    }
    if (!c->done)
        return false;
    if (c->trap_ret)
        *c->trap_ret = c->trap;
    else
        wasm_trap_delete(c->trap);
    if (c->error_ret)
        *c->error_ret = c->error;
    else
        wasmtime_error_delete(c->error);
    c->trap = NULL;
    c->error = NULL;
    return true;
}

void wasmtime_call_future_delete(wasmtime_call_future_t *c)
{
    if (!c || c->permanent)
        return;
    if (c->started && !c->done) {
        c->fiber.cancelled = true;
        resume(c);
        if (c->what == CALL_FUNC && !c->error && !c->trap) /* it came to an end all the same */
            for (size_t i = 0; i < c->nresults; i++)
                wasmtime_val_unroot(&c->results[i]);
    }
    wasm_trap_delete(c->trap);
    wasmtime_error_delete(c->error);
    stack_delete(c);
    hs_free(c);
}

static wasmtime_call_future_t *future_new(struct store *s, wasm_trap_t **trap_ret,
                                          wasmtime_error_t **error_ret)
{
    wasmtime_call_future_t *c = hs_calloc(1, sizeof *c);
    if (!c) {
        if (error_ret)
            *error_ret = hs_api_error_oom();
        return NULL;
    }
    c->fiber.store = hs_api_part(s);
    c->trap_ret = trap_ret;
    c->error_ret = error_ret;
    return c;
}

wasmtime_call_future_t *hs_api_future_failed(wasmtime_error_t **error_ret, wasmtime_error_t *e)
{
    if (error_ret)
        *error_ret = e;
    else
        wasmtime_error_delete(e);
    return &over;
}

wasmtime_call_future_t *
wasmtime_func_call_async(wasmtime_context_t *context, const wasmtime_func_t *func,
                         const wasmtime_val_t *args, size_t nargs, wasmtime_val_t *results,
                         size_t nresults, wasm_trap_t **trap_ret, wasmtime_error_t **error_ret)
{
    wasmtime_call_future_t *c = future_new(hs_api_store(context), trap_ret, error_ret);
    if (!c)
        return &over;
    c->what = CALL_FUNC;
    c->func = func;
    c->args = args;
    c->nargs = nargs;
    c->results = results;
    c->nresults = nresults;
    return c;
}

wasmtime_call_future_t *
wasmtime_linker_instantiate_async(const wasmtime_linker_t *linker, wasmtime_context_t *store,
                                  const wasmtime_module_t *module, wasmtime_instance_t *instance,
                                  wasm_trap_t **trap_ret, wasmtime_error_t **error_ret)
{
    wasmtime_call_future_t *c = future_new(hs_api_store(store), trap_ret, error_ret);
    if (!c)
        return &over;
    c->what = CALL_LINKER;
    c->linker = linker;
    c->module = module;
    c->instance = instance;
    return c;
}

wasmtime_call_future_t *
wasmtime_instance_pre_instantiate_async(const wasmtime_instance_pre_t *instance_pre,
                                        wasmtime_context_t *store, wasmtime_instance_t *instance,
                                        wasm_trap_t **trap_ret, wasmtime_error_t **error_ret)
{
    wasmtime_call_future_t *c = future_new(hs_api_store(store), trap_ret, error_ret);
    if (!c)
        return &over;
    c->what = CALL_PRE;
    c->pre = instance_pre;
    c->instance = instance;
    return c;
}

/* --- Host functions that take their time ------------------------------------------------------ */

/* Asks until it is done; 0, or trap + 1 if the call was given up. */
static uint32_t wait(struct wasmtime_store *w, const wasmtime_async_continuation_t *rest)
{
    uint32_t left = 0;
    while (!left && !rest->callback(rest->env))
        left = hs_api_fiber_yield(w);
    return left;
}

uintptr_t hs_api_host_async(struct host_func *f, struct hs_caller *caller, union hs_value *values,
                            size_t count)
{
    struct wasmtime_caller *c = (struct wasmtime_caller *)caller;
    struct wasmtime_store *w = hs_api_part(c->store);
    const struct functype *t = f->type;
    uint32_t np = t->nparams, nr = t->nresults, left = 0;
    if (!hs_api_fiber_running(w))
        return hs_api_raise_error(
            c->store, hs_api_error("an asynchronous host function needs an asynchronous call"));
    wasmtime_val_t *args = hs_calloc(np + nr, sizeof *args);
    if (!args)
        return hs_api_raise_error(c->store, hs_api_error_oom());
    wasmtime_val_t *results = args + np;
    bool rooted = true;
    for (uint32_t i = 0; i < np; i++)
        rooted &= hs_api_val_out(c->store, t->types[i], &values[i], &args[i]);
    wasm_trap_t *trap = rooted ? NULL : hs_api_trap(hs_api_error_oom());
    wasmtime_async_continuation_t rest = {0};
    if (rooted)
        ((wasmtime_func_async_callback_t)f->callback)(f->env, c, args, np, results, nr, &trap,
                                                      &rest);
    if (!trap && rest.callback)
        left = wait(w, &rest);
    if (rest.finalizer)
        rest.finalizer(rest.env);
    if (trap && left)
        wasm_trap_delete(trap);
    else if (trap)
        left = hs_api_raise(c->store, trap);
    for (uint32_t i = 0; i < nr && !left; i++) {
        wasmtime_error_t *e = hs_api_val_in(c->store, &results[i], t->types[np + i], &values[i]);
        if (e)
            left = hs_api_raise_error(
                c->store,
                hs_api_error_context(e, "function attempted to return an incompatible value"));
    }
    for (uint32_t i = 0; i < np + nr; i++)
        wasmtime_val_unroot(&args[i]);
    hs_free(args);
    return left;
}

/* --- Giving way on its own -------------------------------------------------------------------- */

/* The fuel of a store is handed out in portions: run.fuel is the one in use, fuel_rest what is
 * kept back. */
static uint32_t refuel(struct store *s)
{
    struct wasmtime_store *w = hs_api_part(s);
    do { /* the charge that was too large may have been larger than a portion */
        uint64_t portion = w->fuel_rest < w->fuel_interval ? w->fuel_rest : w->fuel_interval;
        if (portion == 0)
            return TRAP_OUT_OF_FUEL + 1;
        w->fuel_rest -= portion;
        s->run.fuel += portion;
    } while ((int64_t)s->run.fuel < 0);
    return hs_api_fiber_running(w) ? hs_api_fiber_yield(w) : 0;
}

void hs_api_fuel_set(struct store *s, uint64_t fuel)
{
    struct wasmtime_store *w = hs_api_part(s);
    uint64_t portion = w->fuel_interval && fuel > w->fuel_interval ? w->fuel_interval : fuel;
    w->fuel_rest = fuel - portion;
    s->run.fuel = portion;
}

wasmtime_error_t *wasmtime_context_fuel_async_yield_interval(wasmtime_context_t *context,
                                                             uint64_t interval)
{
    struct store *s = hs_api_store(context);
    struct wasmtime_store *w = hs_api_part(s);
    if (!s->rt->config.fuel)
        return hs_api_error("fuel is not configured in this store");
    uint64_t fuel = s->run.fuel + w->fuel_rest;
    w->fuel_interval = interval;
    if (interval)
        hs_api_need_async(w);
    s->refuel = interval ? refuel : NULL;
    hs_api_fuel_set(s, fuel);
    return NULL;
}

wasmtime_error_t *
wasmtime_context_epoch_deadline_async_yield_and_update(wasmtime_context_t *context, uint64_t delta)
{
    struct wasmtime_store *w = hs_api_part(hs_api_store(context));
    w->yield_epoch = true;
    w->yield_delta = delta;
    hs_api_need_async(w);
    hs_api_watch_deadline(w);
    return NULL;
}
