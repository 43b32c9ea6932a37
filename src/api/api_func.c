/* wasmtime/func.h: functions, calls in both directions. These are the hot paths of the API: no
 * locks, no allocation, no lookups. A boxed call copies numbers inline and leaves references and
 * mistakes to functions out of line; an unchecked call hands the caller's array straight to the
 * entry trampoline. */
#include "api/api.h"

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

static void func_new(struct store *s, const wasm_functype_t *type, host_call *call, void *callback,
                     void *env, void (*finalizer)(void *), wasmtime_func_t *ret)
{
    *ret = (wasmtime_func_t){0};
    struct host_func *f = host_func_new(s, type);
    if (!f) {
        if (finalizer)
            finalizer(env);
        return;
    }
    hs_api_host_func_set(f, call, callback, env);
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
    func_new(hs_api_store(store), type, NULL, (void *)callback, env, finalizer, ret);
}

/* --- From the guest to the host --------------------------------------------------------------- */

static __attribute__((cold, noinline)) uint32_t bad_result(struct store *s, wasmtime_error_t *e)
{
    return hs_api_raise_error(
        s, hs_api_error_context(e, "function attempted to return an incompatible value"));
}

/* Result number i is not the number it should be, which may still be no mistake: the general
 * way. */
static __attribute__((cold, noinline)) uintptr_t number_missing(struct store *s,
                                                                const struct functype *t,
                                                                wasmtime_val_t *results,
                                                                union hs_value *values, size_t i)
{
    wasmtime_error_t *e = NULL;
    for (; i < t->nresults && !e; i++)
        e = hs_api_val_in(s, &results[i], t->types[t->nparams + i], &values[i]);
    for (size_t k = 0; k < t->nresults; k++)
        wasmtime_val_unroot(&results[k]);
    return e ? bad_result(s, e) : 0;
}

uintptr_t hs_api_host_boxed(struct host_func *f, struct hs_caller *caller, union hs_value *values,
                            size_t count)
{
    struct wasmtime_caller *c = (struct wasmtime_caller *)caller;
    const struct functype *t = f->type;
    uint32_t np = t->nparams, nr = t->nresults, left = 0;
    wasmtime_val_t small[SMALL], *args = small;
    if (HS_UNLIKELY(np + nr > SMALL)) {
        args = hs_calloc(np + nr, sizeof *args);
        if (!args)
            return hs_api_raise_error(c->store, hs_api_error_oom());
    }
    wasmtime_val_t *results = args + np;
    bool rooted = false;
    for (uint32_t i = 0; i < np; i++)
        if (HS_UNLIKELY(!hs_api_val_out_fast(t->types[i], &values[i], &args[i]))) {
            rooted = true;
            if (!hs_api_val_out(c->store, t->types[i], &values[i], &args[i]))
                left = 1; /* no root for it: the function is not called */
        }
    for (uint32_t i = 0; i < nr; i++) {
        results[i].kind = WASMTIME_I32;
        results[i].of.i64 = 0;
    }
    wasm_trap_t *trap =
        HS_UNLIKELY(left)
            ? hs_api_trap(hs_api_error_oom())
            : ((wasmtime_func_callback_t)f->callback)(f->env, c, args, np, results, nr);
    if (HS_LIKELY(!trap)) {
        for (uint32_t i = 0; i < nr; i++)
            if (HS_UNLIKELY(!hs_api_val_in_fast(&results[i], t->types[np + i], &values[i]))) {
                wasmtime_error_t *e =
                    hs_api_val_in(c->store, &results[i], t->types[np + i], &values[i]);
                rooted = true;
                if (e) {
                    left = bad_result(c->store, e);
                    break;
                }
            }
    } else {
        left = hs_api_raise(c->store, trap);
    }
    if (HS_UNLIKELY(rooted || left))
        for (uint32_t i = 0; i < np + nr; i++)
            wasmtime_val_unroot(&args[i]);
    if (HS_UNLIKELY(args != small))
        hs_free(args);
    return left;
}

/* The same for a signature of numbers alone, of which most are. */
static inline __attribute__((always_inline)) uintptr_t numbers(struct host_func *f,
                                                               struct hs_caller *caller,
                                                               union hs_value *values, size_t np,
                                                               size_t nr)
{
    struct wasmtime_caller *c = (struct wasmtime_caller *)caller;
    const struct valtype *types = f->type->types;
    wasmtime_val_t args[SMALL], *results = args + np;
    for (size_t i = 0; i < np; i++) {
        args[i].kind = (wasmtime_valkind_t)(types[i].bits - VT_I32);
        args[i].of.i64 = values[i].i64;
    }
    for (size_t i = 0; i < nr; i++) {
        results[i].kind = WASMTIME_I32;
        results[i].of.i64 = 0;
    }
    wasm_trap_t *trap = ((wasmtime_func_callback_t)f->callback)(f->env, c, args, np, results, nr);
    if (HS_UNLIKELY(trap != NULL))
        return hs_api_raise(c->store, trap);
    for (size_t i = 0; i < nr; i++)
        if (HS_UNLIKELY(!hs_api_val_in_fast(&results[i], types[np + i], &values[i])))
            return number_missing(c->store, f->type, results, values, i);
    return 0;
}

static uintptr_t numbers_any(struct host_func *f, struct hs_caller *caller, union hs_value *values,
                             size_t count)
{
    return numbers(f, caller, values, f->type->nparams, f->type->nresults);
}

/* And for the commonest shapes of it: loops of a known length are none. */
#define NUMBERS(np, nr)                                                                            \
    static uintptr_t numbers_##np##_##nr(struct host_func *f, struct hs_caller *caller,            \
                                         union hs_value *values, size_t count)                     \
    {                                                                                              \
        return numbers(f, caller, values, np, nr);                                                 \
    }
NUMBERS(0, 1)
NUMBERS(1, 0)
NUMBERS(1, 1)
NUMBERS(2, 0)
NUMBERS(2, 1)
NUMBERS(3, 0)
NUMBERS(3, 1)
NUMBERS(4, 0)
NUMBERS(4, 1)
#undef NUMBERS

static host_call *call_of_numbers(const struct functype *t)
{
    static host_call *const calls[][2] = {{numbers_any, numbers_0_1},
                                          {numbers_1_0, numbers_1_1},
                                          {numbers_2_0, numbers_2_1},
                                          {numbers_3_0, numbers_3_1},
                                          {numbers_4_0, numbers_4_1}};
    return t->nparams < HS_ARRAY_SIZE(calls) && t->nresults < 2 ? calls[t->nparams][t->nresults]
                                                                : numbers_any;
}

static bool only_numbers(const struct functype *t)
{
    if (t->nparams + t->nresults > SMALL)
        return false;
    for (uint32_t i = 0; i < t->nparams + t->nresults; i++)
        if (t->types[i].bits - VT_I32 > VT_F64 - VT_I32)
            return false;
    return true;
}

static uint32_t callback_trap(struct store *s, void *result)
{
    return hs_api_raise(s, result);
}

void hs_api_host_func_set(struct host_func *f, host_call *call, void *callback, void *env)
{
    f->callback = callback;
    f->env = env;
    if (call) {
        hs_host_func_calls(f, call == hs_api_host_boxed && only_numbers(f->type)
                                  ? call_of_numbers(f->type)
                                  : call);
    } else {
        f->host.function =
            (uintptr_t (*)(void *, struct hs_caller *, union hs_value *, size_t))callback;
        f->host.argument = env;
        f->trap = callback_trap;
    }
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
    if (hs_api_val_is_foreign(s, v))
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
    union hs_value small[SMALL], *values = small;
    if (HS_UNLIKELY(n > SMALL) && !(values = hs_alloc_aligned(16, n * sizeof *values)))
        return hs_api_error_oom();
    wasmtime_error_t *e = NULL;
    wasm_trap_t *failed = NULL;
    for (uint32_t i = 0; i < np; i++)
        if (HS_UNLIKELY(!hs_api_val_in_fast(&args[i], t->types[i], &values[i])) &&
            (e = argument_in(s, &args[i], t->types[i], &values[i])))
            goto out;
    e = hs_enter(&s->run, f, values, &failed);
    if (HS_LIKELY(!e && !failed))
        e = results_out(s, t, values, results);
    else if (failed && trap)
        *trap = failed;
    else if (failed)
        e = hs_api_trap_error(failed);
out:
    if (HS_UNLIKELY(values != small))
        hs_free(values);
    return e;
}

/* Aligned, for it fits into one cache line: every further one costs such a call a cycle. */
__attribute__((aligned(64))) wasmtime_error_t *
wasmtime_func_call_unchecked(wasmtime_context_t *store, const wasmtime_func_t *func,
                             wasmtime_val_raw_t *args_and_results, size_t args_and_results_len,
                             wasm_trap_t **trap)
{
    struct store *s = hs_api_store(store);
    struct hs_funcref *f = hs_api_func(s, func);
    if (trap &&
        HS_UNLIKELY(*trap != NULL)) /* most callers have done so: a load costs less than a store */
        *trap = NULL;
    if (HS_UNLIKELY(!f))
        return wrong_call(s, NULL, 0, 0);
    return hs_enter(&s->run, f, (union hs_value *)args_and_results, trap);
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
    if (!hs_memory_mark(m))
        return false;
    *out_base = m->rec.base;
    *out_size = __atomic_load_n(&m->rec.bytes, __ATOMIC_ACQUIRE);
    return true;
}
