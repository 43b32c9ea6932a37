/* wasmtime/func.h: functions, calls in both directions. These are the hot paths of the API: no
 * locks, no allocation, no lookups. A boxed call copies numbers inline and leaves references and
 * mistakes to functions out of line; an unchecked call hands the caller's array straight to the
 * entry trampoline. */
#include "api/api.h"
#include "runtime/enter.h"

enum { SMALL = 16 }; /* values that are kept on the stack; more need memory */

/* --- Making ----------------------------------------------------------------------------------- */

static struct host_func *host_func_new(struct store *s, const wasm_functype_t *type)
{
    struct engine *e = hs_api_store_engine(s);
    uint32_t id;
    if (!type || hs_api_functype_id(e, type, &id) != ST_OK)
        return NULL;
    struct host_func *f = NULL;
    if (hs_host_func_new(s, id, &f) != ST_OK)
        f = NULL;
    hs_type_registry_release(&e->rt.types, id);
    return f;
}

static void func_new(struct store *s, const wasm_functype_t *type,
                     uint32_t (*call)(struct host_func *, struct instance *, union hs_value *),
                     void *callback, void *env, void (*finalizer)(void *), wasmtime_func_t *ret)
{
    *ret = (wasmtime_func_t){0};
    struct host_func *f = host_func_new(s, type);
    if (!f) {
        if (finalizer)
            finalizer(env);
        return;
    }
    f->call = call == hs_api_host_boxed ? hs_api_boxed_call(f->type) : call;
    f->callback = callback;
    f->env = env;
    f->finalizer = finalizer;
    hs_api_func_out(s, &f->ref, ret);
}

void wasmtime_func_new(wasmtime_context_t *store, const wasm_functype_t *type,
                       wasmtime_func_callback_t callback, void *env, void (*finalizer)(void *),
                       wasmtime_func_t *ret)
{
    func_new(hs_api_store(store), type, hs_api_host_boxed, (void *)callback, env, finalizer, ret);
}

void wasmtime_func_new_unchecked(wasmtime_context_t *store, const wasm_functype_t *type,
                                 wasmtime_func_unchecked_callback_t callback, void *env,
                                 void (*finalizer)(void *), wasmtime_func_t *ret)
{
    func_new(hs_api_store(store), type, hs_api_host_unchecked, (void *)callback, env, finalizer,
             ret);
}

/* --- From the guest to the host --------------------------------------------------------------- */

uint32_t hs_api_host_unchecked(struct host_func *f, struct instance *caller, union hs_value *values)
{
    struct wasmtime_caller c = {f->context.run->store, caller};
    const struct functype *t = f->type;
    uint32_t n = t->nparams > t->nresults ? t->nparams : t->nresults;
    wasm_trap_t *trap = ((wasmtime_func_unchecked_callback_t)f->callback)(
        f->env, &c, (wasmtime_val_raw_t *)values, n);
    if (HS_UNLIKELY(trap != NULL))
        return hs_api_raise(c.store, trap);
    return 0;
}

static __attribute__((cold, noinline)) uint32_t bad_result(struct store *s, wasmtime_error_t *e)
{
    return hs_api_raise_error(
        s, hs_api_error_context(e, "function attempted to return an incompatible value"));
}

uint32_t hs_api_host_boxed(struct host_func *f, struct instance *caller, union hs_value *values)
{
    struct wasmtime_caller c = {f->context.run->store, caller};
    const struct functype *t = f->type;
    uint32_t np = t->nparams, nr = t->nresults, left = 0;
    wasmtime_val_t small[SMALL], *args = small;
    if (HS_UNLIKELY(np + nr > SMALL)) {
        args = hs_calloc(np + nr, sizeof *args);
        if (!args)
            return hs_api_raise_error(c.store, hs_api_error_oom());
    }
    wasmtime_val_t *results = args + np;
    bool rooted = false;
    for (uint32_t i = 0; i < np; i++)
        if (HS_UNLIKELY(!hs_api_val_out_fast(t->types[i], &values[i], &args[i]))) {
            rooted = true;
            hs_api_val_out(c.store, t->types[i], &values[i], &args[i]);
        }
    for (uint32_t i = 0; i < nr; i++) {
        results[i].kind = WASMTIME_I32;
        results[i].of.i64 = 0;
    }
    wasm_trap_t *trap = ((wasmtime_func_callback_t)f->callback)(f->env, &c, args, np, results, nr);
    if (HS_LIKELY(!trap)) {
        for (uint32_t i = 0; i < nr; i++)
            if (HS_UNLIKELY(!hs_api_val_in_fast(&results[i], t->types[np + i], &values[i]))) {
                wasmtime_error_t *e =
                    hs_api_val_in(c.store, &results[i], t->types[np + i], &values[i]);
                rooted = true;
                if (e) {
                    left = bad_result(c.store, e);
                    break;
                }
            }
    } else {
        left = hs_api_raise(c.store, trap);
    }
    if (HS_UNLIKELY(rooted || left))
        for (uint32_t i = 0; i < np + nr; i++)
            wasmtime_val_unroot(&args[i]);
    if (HS_UNLIKELY(args != small))
        hs_free(args);
    return left;
}

/* The same for a signature of numbers alone, of which most are. */
static uint32_t host_numbers(struct host_func *f, struct instance *caller, union hs_value *values)
{
    struct wasmtime_caller c = {f->context.run->store, caller};
    const struct functype *t = f->type;
    const struct valtype *types = t->types;
    size_t np = t->nparams, nr = t->nresults;
    wasmtime_val_t args[SMALL], *results = args + np;
    for (size_t i = 0; i < np; i++) {
        args[i].kind = (wasmtime_valkind_t)(types[i].bits - VT_I32);
        args[i].of.i64 = values[i].i64;
    }
    for (size_t i = 0; i < nr; i++) {
        results[i].kind = WASMTIME_I32;
        results[i].of.i64 = 0;
    }
    wasm_trap_t *trap = ((wasmtime_func_callback_t)f->callback)(f->env, &c, args, np, results, nr);
    if (HS_UNLIKELY(trap != NULL))
        return hs_api_raise(c.store, trap);
    for (size_t i = 0; i < nr; i++)
        if (HS_UNLIKELY(!hs_api_val_in_fast(&results[i], types[np + i], &values[i]))) {
            wasmtime_error_t *e = hs_api_val_in(c.store, &results[i], types[np + i], &values[i]);
            for (size_t k = 0; k < nr; k++)
                wasmtime_val_unroot(&results[k]);
            return bad_result(c.store, e);
        }
    return 0;
}

host_call *hs_api_boxed_call(const struct functype *t)
{
    if (t->nparams + t->nresults > SMALL)
        return hs_api_host_boxed;
    for (uint32_t i = 0; i < t->nparams + t->nresults; i++)
        if (t->types[i].bits - VT_I32 > VT_F64 - VT_I32)
            return hs_api_host_boxed;
    return host_numbers;
}

/* --- From the host to the guest --------------------------------------------------------------- */

static __attribute__((cold, noinline)) wasmtime_error_t *
wrong_call(const struct store *s, const struct hs_funcref *f, size_t nargs, size_t nresults)
{
    if (!f)
        return hs_api_error("object used with the wrong store");
    const struct functype *t = hs_api_func_type(s, f);
    if (nargs != t->nparams)
        return hs_api_error("expected %u arguments, got %zu", t->nparams, nargs);
    return hs_api_error("expected %u results, got %zu", t->nresults, nresults);
}

static __attribute__((cold, noinline)) wasmtime_error_t *needs_async(void)
{
    return hs_api_error("store configuration requires that `*_async` functions are used instead");
}

static bool must_not_call(const struct store *s)
{
    return hs_api_part(s)->needs_async && !hs_api_fiber_running(hs_api_part(s));
}

static wasmtime_error_t *results_out(struct store *s, const struct functype *t,
                                     const union hs_value *values, wasmtime_val_t *results)
{
    for (uint32_t i = 0; i < t->nresults; i++)
        if (HS_UNLIKELY(!hs_api_val_out_fast(t->types[t->nparams + i], &values[i], &results[i])) &&
            !hs_api_val_out(s, t->types[t->nparams + i], &values[i], &results[i])) {
            while (i > 0)
                wasmtime_val_unroot(&results[--i]);
            return hs_api_error_oom();
        }
    return NULL;
}

static __attribute__((noinline)) wasmtime_error_t *
argument_in(struct store *s, const wasmtime_val_t *v, struct valtype want, union hs_value *out)
{
    uint64_t id = v->kind == WASMTIME_FUNCREF ? v->of.funcref.store_id : v->of.anyref.store_id;
    if (v->kind >= WASMTIME_FUNCREF && v->kind <= WASMTIME_EXNREF && id != 0 && id != s->id)
        return hs_api_error_cross_store();
    wasmtime_error_t *e = hs_api_val_in(s, v, want, out);
    return HS_LIKELY(!e) ? NULL : hs_api_error_context(e, "argument type mismatch");
}

wasmtime_error_t *wasmtime_func_call(wasmtime_context_t *store, const wasmtime_func_t *func,
                                     const wasmtime_val_t *args, size_t nargs,
                                     wasmtime_val_t *results, size_t nresults, wasm_trap_t **trap)
{
    struct store *s = hs_api_store(store);
    struct hs_funcref *f = hs_api_func(s, func);
    if (trap)
        *trap = NULL;
    if (HS_UNLIKELY(!f))
        return wrong_call(s, NULL, nargs, nresults);
    const struct functype *t = hs_api_func_type(s, f);
    uint32_t np = t->nparams, nr = t->nresults, n = np > nr ? np : nr;
    if (HS_UNLIKELY(nargs != np || nresults != nr))
        return wrong_call(s, f, nargs, nresults);
    uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
    bool ready = hs_call_ready(s, f, sp);
    if (HS_UNLIKELY(!ready) && must_not_call(s))
        return needs_async();
    union hs_value small[SMALL], *values = small;
    if (HS_UNLIKELY(n > SMALL) && !(values = hs_alloc_aligned(16, n * sizeof *values)))
        return hs_api_error_oom();
    wasmtime_error_t *e = NULL;
    for (uint32_t i = 0; i < np; i++)
        if (HS_UNLIKELY(!hs_api_val_in_fast(&args[i], t->types[i], &values[i])) &&
            (e = argument_in(s, &args[i], t->types[i], &values[i])))
            goto out;
    enum status st = HS_LIKELY(ready) ? hs_call_now(s, f, values) : hs_call_from(s, f, values, sp);
    if (HS_LIKELY(st == ST_OK))
        e = results_out(s, t, values, results);
    else
        e = hs_api_call_failed(s, st, trap);
out:
    if (HS_UNLIKELY(values != small))
        hs_free(values);
    return e;
}

static __attribute__((noinline)) wasmtime_error_t *
call_unchecked_slow(struct store *s, struct hs_funcref *f, union hs_value *values,
                    wasm_trap_t **trap, uintptr_t sp)
{
    if (!f)
        return wrong_call(s, NULL, 0, 0);
    if (must_not_call(s))
        return needs_async();
    enum status st = hs_call_from(s, f, values, sp);
    return HS_LIKELY(st == ST_OK) ? NULL : hs_api_call_failed(s, st, trap);
}

wasmtime_error_t *wasmtime_func_call_unchecked(wasmtime_context_t *store,
                                               const wasmtime_func_t *func,
                                               wasmtime_val_raw_t *args_and_results,
                                               size_t args_and_results_len, wasm_trap_t **trap)
{
    struct store *s = hs_api_store(store);
    struct hs_funcref *f = hs_api_func(s, func);
    union hs_value *values = (union hs_value *)args_and_results;
    uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
    if (trap)
        *trap = NULL;
    if (HS_UNLIKELY(!f || !hs_call_ready(s, f, sp)))
        return call_unchecked_slow(s, f, values, trap, sp);
    enum status st = hs_call_now(s, f, values);
    return HS_LIKELY(st == ST_OK) ? NULL : hs_api_call_failed(s, st, trap);
}

/* --- Looking ---------------------------------------------------------------------------------- */

wasm_functype_t *wasmtime_func_type(const wasmtime_context_t *store, const wasmtime_func_t *func)
{
    struct store *s = hs_api_store(store);
    struct hs_funcref *f = hs_api_func(s, func);
    return f ? hs_api_functype(hs_api_store_engine(s), f->type) : NULL;
}

void wasmtime_func_from_raw(wasmtime_context_t *context, void *raw, wasmtime_func_t *ret)
{
    hs_api_func_out(hs_api_store(context), raw, ret);
}

void *wasmtime_func_to_raw(wasmtime_context_t *context, const wasmtime_func_t *func)
{
    return func && func->store_id ? hs_api_func(hs_api_store(context), func) : NULL;
}

wasmtime_context_t *wasmtime_caller_context(wasmtime_caller_t *caller)
{
    return hs_api_context(caller->store);
}

bool wasmtime_caller_export_get(wasmtime_caller_t *caller, const char *name, size_t name_len,
                                wasmtime_extern_t *item)
{
    struct instance *i = caller->instance;
    if (!i)
        return false;
    const struct export *e = hs_module_find_export(i->code->module, hs_api_span(name, name_len));
    struct hs_extern x;
    return e && hs_instance_extern(i, e->kind, e->index, &x) &&
           hs_api_extern_out(caller->store, &x, item);
}

bool hospes_caller_memory(wasmtime_caller_t *caller, uint8_t **out_base, size_t *out_size)
{
    struct memory_obj *m = caller->instance ? caller->instance->exported_memory : NULL;
    if (!m)
        return false;
    hs_memory_mark(m);
    *out_base = m->rec.base;
    *out_size = __atomic_load_n(&m->rec.bytes, __ATOMIC_ACQUIRE);
    return true;
}
