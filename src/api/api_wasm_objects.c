/* wasm.h: functions, globals, tables, memories, instances, externs and references as counted
 * handles. All of them are one struct, wasm_ref_t, so that the conversions between them are casts.
 * Each handle holds its store; the object itself lives as long as the store. */
#include "api/api.h"

wasm_ref_t *hs_api_ref_new(enum ref_kind kind, wasm_store_t *store, void *object)
{
    wasm_ref_t *r = hs_alloc(sizeof *r);
    if (!r)
        return NULL;
    *r = (wasm_ref_t){.kind = kind, .store = store, .object = object};
    if (store)
        atomic_fetch_add_explicit(&store->refs, 1, memory_order_relaxed);
    return r;
}

/* what a foreign object is */
struct counted_nothing {
    _Atomic uint32_t refs;
};

static void set_info(wasm_ref_t *r, void *info, void (*finalizer)(void *))
{
    void (*old)(void *) = r->info_finalizer;
    void *old_info = r->info;
    if (r->permanent)
        return;
    r->info = info;
    r->info_finalizer = finalizer;
    if (old)
        old(old_info);
}

static void ref_delete(wasm_ref_t *r)
{
    if (!r || r->permanent)
        return;
    set_info(r, NULL, NULL);
    switch (r->kind) {
    case REF_MODULE: hs_code_unref(r->object); break;
    case REF_TRAP: wasmtime_error_delete(r->object); break;
    case REF_FOREIGN: {
        struct counted_nothing *n = r->object;
        if (atomic_fetch_sub(&n->refs, 1) == 1)
            hs_free(n);
        break;
    }
    default: break;
    }
    hs_api_wasm_store_unref(r->store);
    hs_free(r);
}

static wasm_ref_t *ref_copy(const wasm_ref_t *r)
{
    if (!r)
        return NULL;
    if (r->permanent)
        return (wasm_ref_t *)(uintptr_t)r;
    wasm_ref_t *c = hs_api_ref_new(r->kind, r->store, r->object);
    if (!c)
        return NULL;
    switch (r->kind) {
    case REF_MODULE: hs_code_ref(r->object); break;
    case REF_TRAP: hs_api_error_ref(r->object); break;
    case REF_FOREIGN: atomic_fetch_add(&((struct counted_nothing *)r->object)->refs, 1); break;
    default: break;
    }
    return c;
}

static bool ref_same(const wasm_ref_t *a, const wasm_ref_t *b)
{
    if (a == b)
        return true;
    if (!a || !b || a->kind != b->kind)
        return false;
    if (a->kind != REF_FUNC || a->object == b->object)
        return a->object == b->object;
    /* An instance that imports a function and hands it on has a copy of its record. */
    const struct hs_funcref *f = a->object, *g = b->object;
    return f->vmctx == g->vmctx && f->index == g->index;
}

/* The functions that every type has, and the views as references. `is` tests a reference's kind. */
#define BASE(name)                                                                                 \
    void wasm_##name##_delete(wasm_##name##_t *x)                                                  \
    {                                                                                              \
        ref_delete((wasm_ref_t *)x);                                                               \
    }                                                                                              \
    wasm_##name##_t *wasm_##name##_copy(const wasm_##name##_t *x)                                  \
    {                                                                                              \
        return (wasm_##name##_t *)ref_copy((const wasm_ref_t *)x);                                 \
    }                                                                                              \
    bool wasm_##name##_same(const wasm_##name##_t *a, const wasm_##name##_t *b)                    \
    {                                                                                              \
        return ref_same((const wasm_ref_t *)a, (const wasm_ref_t *)b);                             \
    }                                                                                              \
    void *wasm_##name##_get_host_info(const wasm_##name##_t *x)                                    \
    {                                                                                              \
        return ((const wasm_ref_t *)x)->info;                                                      \
    }                                                                                              \
    void wasm_##name##_set_host_info(wasm_##name##_t *x, void *info)                               \
    {                                                                                              \
        set_info((wasm_ref_t *)x, info, NULL);                                                     \
    }                                                                                              \
    void wasm_##name##_set_host_info_with_finalizer(wasm_##name##_t *x, void *info,                \
                                                    void (*finalizer)(void *))                     \
    {                                                                                              \
        set_info((wasm_ref_t *)x, info, finalizer);                                                \
    }

#define REF(name, is)                                                                              \
    BASE(name)                                                                                     \
    wasm_ref_t *wasm_##name##_as_ref(wasm_##name##_t *x)                                           \
    {                                                                                              \
        return (wasm_ref_t *)x;                                                                    \
    }                                                                                              \
    const wasm_ref_t *wasm_##name##_as_ref_const(const wasm_##name##_t *x)                         \
    {                                                                                              \
        return (const wasm_ref_t *)x;                                                              \
    }                                                                                              \
    wasm_##name##_t *wasm_ref_as_##name(wasm_ref_t *r)                                             \
    {                                                                                              \
        return r && (is) ? (wasm_##name##_t *)r : NULL;                                            \
    }                                                                                              \
    const wasm_##name##_t *wasm_ref_as_##name##_const(const wasm_ref_t *r)                         \
    {                                                                                              \
        return r && (is) ? (const wasm_##name##_t *)r : NULL;                                      \
    }

BASE(ref)
REF(trap, r->kind == REF_TRAP)
REF(foreign, r->kind == REF_FOREIGN)
REF(module, r->kind == REF_MODULE)
REF(func, r->kind == REF_FUNC)
REF(global, r->kind == REF_GLOBAL)
REF(table, r->kind == REF_TABLE)
REF(memory, r->kind == REF_MEMORY)
REF(extern, r->kind <= REF_TAG)
REF(instance, r->kind == REF_INSTANCE)

#define EXTERN_VIEW(name, KIND)                                                                    \
    wasm_extern_t *wasm_##name##_as_extern(wasm_##name##_t *x)                                     \
    {                                                                                              \
        return (wasm_extern_t *)x;                                                                 \
    }                                                                                              \
    const wasm_extern_t *wasm_##name##_as_extern_const(const wasm_##name##_t *x)                   \
    {                                                                                              \
        return (const wasm_extern_t *)x;                                                           \
    }                                                                                              \
    wasm_##name##_t *wasm_extern_as_##name(wasm_extern_t *x)                                       \
    {                                                                                              \
        return x && ((wasm_ref_t *)x)->kind == KIND ? (wasm_##name##_t *)x : NULL;                 \
    }                                                                                              \
    const wasm_##name##_t *wasm_extern_as_##name##_const(const wasm_extern_t *x)                   \
    {                                                                                              \
        return x && ((const wasm_ref_t *)x)->kind == KIND ? (const wasm_##name##_t *)x : NULL;     \
    }

EXTERN_VIEW(func, REF_FUNC)
EXTERN_VIEW(global, REF_GLOBAL)
EXTERN_VIEW(table, REF_TABLE)
EXTERN_VIEW(memory, REF_MEMORY)

static const wasm_ref_t *ref(const void *x)
{
    return x;
}

static struct store *inner(const wasm_store_t *s)
{
    return s->inner->store;
}

wasm_foreign_t *wasm_foreign_new(wasm_store_t *store)
{
    struct counted_nothing *n = hs_alloc(sizeof *n);
    if (!n)
        return NULL;
    n->refs = 1;
    wasm_ref_t *r = hs_api_ref_new(REF_FOREIGN, store, n);
    if (!r)
        hs_free(n);
    return (wasm_foreign_t *)r;
}

/* --- Values ----------------------------------------------------------------------------------- */

void wasm_val_delete(wasm_val_t *v)
{
    if (!v || v->kind < WASM_EXTERNREF)
        return;
    ref_delete(v->of.ref);
    v->of.ref = NULL;
}

void wasm_val_copy(wasm_val_t *out, const wasm_val_t *src)
{
    wasm_val_t v = *src;
    if (v.kind >= WASM_EXTERNREF && v.of.ref)
        v.of.ref = ref_copy(v.of.ref);
    *out = v;
}

/* What null is called in wasmtime.h, by the hierarchy of its type. */
static wasmtime_valkind_t null_kind(uint32_t top)
{
    switch (top) {
    case HEAP_FUNC: return WASMTIME_FUNCREF;
    case HEAP_EXTERN: return WASMTIME_EXTERNREF;
    case HEAP_EXN: return WASMTIME_EXNREF;
    default: return WASMTIME_ANYREF;
    }
}

/* A value as raw bits. Of references only functions of the same store can cross over, and null. */
static wasmtime_error_t *val_in(struct store *s, const wasm_val_t *v, struct valtype want,
                                union hs_value *out)
{
    wasmtime_val_t w = {.kind = WASMTIME_I32};
    switch (v->kind) {
    case WASM_I32:
    case WASM_I64:
    case WASM_F32:
    case WASM_F64:
        w.kind = v->kind;
        w.of.i64 = v->of.i64;
        break;
    case WASM_FUNCREF:
    case WASM_EXTERNREF:
        w.kind = v->kind == WASM_FUNCREF ? WASMTIME_FUNCREF : WASMTIME_EXTERNREF;
        /* Null references are made with either kind: WASM_INIT_VAL is one of kind externref. */
        if (!v->of.ref && hs_vt_is_ref(want))
            w.kind = null_kind(hs_heap_top(&s->rt->types.types, hs_vt_heap(want)));
        w.of.anyref.store_id = 0;
        if (v->of.ref && v->of.ref->kind != REF_FUNC)
            return hs_api_error(
                "only references to functions can be passed through this interface");
        if (v->of.ref) {
            if (inner(v->of.ref->store) != s)
                return hs_api_error_cross_store();
            w.kind = WASMTIME_FUNCREF;
            hs_api_func_out(s, v->of.ref->object, &w.of.funcref);
        }
        break;
    default: return hs_api_error("unknown kind %u of a value", v->kind);
    }
    return hs_api_val_in(s, &w, want, out);
}

static wasmtime_error_t *val_out(wasm_store_t *store, struct valtype type, const union hs_value *v,
                                 wasm_val_t *out)
{
    struct store *s = inner(store);
    wasm_val_t r = {.kind = WASM_I32};
    switch (hs_vt_kind(type)) {
    case VT_I32:
    case VT_F32:
    case VT_I64:
    case VT_F64:
        r.kind = (wasm_valkind_t)(hs_vt_kind(type) - VT_I32);
        r.of.i64 = v->i64;
        break;
    case VT_REF: {
        bool func = hs_heap_top(&s->rt->types.types, hs_vt_heap(type)) == HEAP_FUNC;
        r.kind = func ? WASM_FUNCREF : WASM_EXTERNREF;
        r.of.ref = NULL;
        if (v->bits[0] == 0)
            break;
        if (!func)
            return hs_api_error(
                "only references to functions can be passed through this interface");
        if (!(r.of.ref = hs_api_ref_new(REF_FUNC, store, v->funcref)))
            return hs_api_error_oom();
        break;
    }
    default: return hs_api_error("vectors cannot be passed through this interface");
    }
    *out = r;
    return NULL;
}

/* --- Functions -------------------------------------------------------------------------------- */

enum { SMALL = 16 };

static uint32_t call_host(struct host_func *f, union hs_value *values, bool with_env)
{
    struct store *s = f->host.context.run->store;
    wasm_store_t *store = hs_api_part(s)->outer;
    const struct functype *t = f->type;
    uint32_t np = t->nparams, nr = t->nresults, left = 0;
    wasm_val_t small[SMALL], *args = small;
    if (np + nr > SMALL && !(args = hs_calloc(np + nr, sizeof *args)))
        return hs_api_raise_error(s, hs_api_error_oom());
    wasmtime_error_t *e = NULL;
    memset(args, 0, (np + nr) * sizeof *args);
    for (uint32_t i = 0; i < np && !e; i++)
        e = val_out(store, t->types[i], &values[i], &args[i]);
    wasm_val_vec_t arg_vec = {np, args}, result_vec = {nr, args + np};
    wasm_trap_t *trap = NULL;
    if (!e)
        trap = with_env
                   ? ((wasm_func_callback_with_env_t)f->callback)(f->env, &arg_vec, &result_vec)
                   : ((wasm_func_callback_t)f->callback)(&arg_vec, &result_vec);
    for (uint32_t i = 0; i < nr && !trap && !e; i++) {
        e = val_in(s, &args[np + i], t->types[np + i], &values[i]);
        if (e)
            e = hs_api_error_context(e, "function attempted to return an incompatible value");
    }
    if (trap)
        left = hs_api_raise(s, trap);
    else if (e)
        left = hs_api_raise_error(s, e);
    for (uint32_t i = 0; i < np + nr; i++)
        wasm_val_delete(&args[i]);
    if (args != small)
        hs_free(args);
    return left;
}

static uintptr_t call_plain(struct host_func *f, struct hs_caller *caller, union hs_value *values,
                            size_t count)
{
    return call_host(f, values, false);
}

static uintptr_t call_with_env(struct host_func *f, struct hs_caller *caller,
                               union hs_value *values, size_t count)
{
    return call_host(f, values, true);
}

static wasm_func_t *func_new(wasm_store_t *store, const wasm_functype_t *type, host_call *call,
                             void *callback, void *env, void (*finalizer)(void *))
{
    struct store *s = inner(store);
    struct host_func *f = NULL;
    uint32_t id;
    if (hs_api_functype_id(hs_api_store_engine(s), type, &id) == ST_OK) {
        if (hs_host_func_new(s, id, &f) != ST_OK)
            f = NULL;
        hs_type_registry_release(&s->rt->types, id);
    }
    if (!f) {
        if (finalizer)
            finalizer(env);
        return NULL;
    }
    hs_api_host_func_set(f, call, callback, env);
    f->finalizer = finalizer;
    return (wasm_func_t *)hs_api_ref_new(REF_FUNC, store, &f->ref);
}

wasm_func_t *wasm_func_new(wasm_store_t *store, const wasm_functype_t *type,
                           wasm_func_callback_t callback)
{
    return func_new(store, type, call_plain, (void *)callback, NULL, NULL);
}

wasm_func_t *wasm_func_new_with_env(wasm_store_t *store, const wasm_functype_t *type,
                                    wasm_func_callback_with_env_t callback, void *env,
                                    void (*finalizer)(void *))
{
    return func_new(store, type, call_with_env, (void *)callback, env, finalizer);
}

static const struct functype *type_of(const wasm_func_t *func)
{
    return hs_api_func_type(inner(ref(func)->store), ref(func)->object);
}

wasm_functype_t *wasm_func_type(const wasm_func_t *func)
{
    struct hs_funcref *f = ref(func)->object;
    return hs_api_functype(hs_api_store_engine(inner(ref(func)->store)), f->type);
}

size_t wasm_func_param_arity(const wasm_func_t *func)
{
    return type_of(func)->nparams;
}

size_t wasm_func_result_arity(const wasm_func_t *func)
{
    return type_of(func)->nresults;
}

wasm_trap_t *wasm_func_call(const wasm_func_t *func, const wasm_val_vec_t *args,
                            wasm_val_vec_t *results)
{
    wasm_store_t *store = ref(func)->store;
    struct store *s = inner(store);
    const struct functype *t = type_of(func);
    uint32_t np = t->nparams, nr = t->nresults, n = np > nr ? np : nr;
    size_t nargs = args ? args->size : 0, nresults = results ? results->size : 0;
    if (nargs != np)
        return hs_api_trap(hs_api_error("expected %u arguments, got %zu", np, nargs));
    if (nresults != nr)
        return hs_api_trap(hs_api_error("expected %u results, got %zu", nr, nresults));
    union hs_value small[SMALL], *values = small;
    if (n > SMALL && !(values = hs_alloc_aligned(16, n * sizeof *values)))
        return hs_api_trap(hs_api_error_oom());
    wasmtime_error_t *e = NULL;
    for (uint32_t i = 0; i < np && !e; i++) {
        e = val_in(s, &args->data[i], t->types[i], &values[i]);
        if (e)
            e = hs_api_error_context(e, "argument type mismatch");
    }
    if (!e) {
        enum status st = hs_call(s, ref(func)->object, values);
        if (st != ST_OK)
            e = hs_api_call_error(s, st);
    }
    for (uint32_t i = 0; i < nr && !e; i++)
        e = val_out(store, t->types[np + i], &values[i], &results->data[i]);
    if (values != small)
        hs_free(values);
    return e ? hs_api_trap(e) : NULL;
}

/* --- Globals ---------------------------------------------------------------------------------- */

wasm_global_t *wasm_global_new(wasm_store_t *store, const wasm_globaltype_t *type,
                               const wasm_val_t *value)
{
    struct store *s = inner(store);
    struct valtype t;
    union hs_value v = {.bits = {0, 0}};
    struct global_obj *g;
    if (!hs_api_valtype_get(hs_api_store_engine(s), type->content, &t))
        return NULL;
    wasmtime_error_t *e = val_in(s, value, t, &v);
    wasmtime_error_delete(e);
    if (e || hs_global_new(s, t, type->mutability == WASM_VAR, &v, &g) != ST_OK)
        return NULL;
    hs_api_keep_type(s, t);
    return (wasm_global_t *)hs_api_ref_new(REF_GLOBAL, store, g);
}

static struct global_obj *global(const wasm_global_t *g)
{
    return ref(g)->object;
}

wasm_globaltype_t *wasm_global_type(const wasm_global_t *g)
{
    return hs_api_globaltype(hs_api_store_engine(inner(ref(g)->store)), global(g)->type,
                             global(g)->mutable);
}

void wasm_global_get(const wasm_global_t *g, wasm_val_t *out)
{
    wasmtime_error_t *e = val_out(ref(g)->store, global(g)->type, global(g)->value, out);
    if (e)
        *out = (wasm_val_t)WASM_INIT_VAL;
    wasmtime_error_delete(e);
}

void wasm_global_set(wasm_global_t *g, const wasm_val_t *value)
{
    union hs_value v = {.bits = {0, 0}};
    if (!global(g)->mutable)
        return;
    wasmtime_error_t *e = val_in(inner(ref(g)->store), value, global(g)->type, &v);
    if (!e)
        *global(g)->value = v;
    wasmtime_error_delete(e);
}

/* --- Tables ----------------------------------------------------------------------------------- */

static bool element_in(struct store *s, struct valtype type, const wasm_ref_t *r, uint64_t *out)
{
    wasm_val_t v = {.kind = WASM_FUNCREF, .of = {.ref = (wasm_ref_t *)(uintptr_t)r}};
    union hs_value bits = {.bits = {0, 0}};
    if (!r && hs_heap_top(&s->rt->types.types, hs_vt_heap(type)) == HEAP_EXTERN)
        v.kind = WASM_EXTERNREF;
    wasmtime_error_t *e = val_in(s, &v, type, &bits);
    wasmtime_error_delete(e);
    *out = bits.bits[0];
    return !e;
}

wasm_table_t *wasm_table_new(wasm_store_t *store, const wasm_tabletype_t *type, wasm_ref_t *init)
{
    struct store *s = inner(store);
    struct valtype elem;
    uint64_t bits = 0;
    struct error error;
    struct table_obj *t;
    hs_error_init(&error);
    if (!hs_api_valtype_get(hs_api_store_engine(s), type->element, &elem) ||
        !element_in(s, elem, init, &bits) ||
        (type->limits.has_max && type->limits.max < type->limits.min) ||
        hs_table_new(s, &type->limits, elem, bits, &error, &t) != ST_OK)
        return NULL;
    hs_api_keep_type(s, elem);
    return (wasm_table_t *)hs_api_ref_new(REF_TABLE, store, t);
}

static struct table_obj *table(const wasm_table_t *t)
{
    return ref(t)->object;
}

wasm_tabletype_t *wasm_table_type(const wasm_table_t *t)
{
    return hs_api_tabletype(hs_api_store_engine(inner(ref(t)->store)), table(t)->elem,
                            &table(t)->type);
}

wasm_ref_t *wasm_table_get(const wasm_table_t *t, wasm_table_size_t index)
{
    if (index >= table(t)->rec.size)
        return NULL;
    union hs_value v = {.bits = {table(t)->rec.elems[index], 0}};
    wasm_val_t out;
    wasmtime_error_t *e = val_out(ref(t)->store, table(t)->elem, &v, &out);
    wasmtime_error_delete(e);
    return e ? NULL : out.of.ref;
}

bool wasm_table_set(wasm_table_t *t, wasm_table_size_t index, wasm_ref_t *element)
{
    uint64_t bits = 0;
    if (index >= table(t)->rec.size ||
        !element_in(inner(ref(t)->store), table(t)->elem, element, &bits))
        return false;
    table(t)->rec.elems[index] = bits;
    return true;
}

wasm_table_size_t wasm_table_size(const wasm_table_t *t)
{
    return (wasm_table_size_t)table(t)->rec.size;
}

bool wasm_table_grow(wasm_table_t *t, wasm_table_size_t delta, wasm_ref_t *init)
{
    uint64_t bits = 0;
    return element_in(inner(ref(t)->store), table(t)->elem, init, &bits) &&
           hs_table_grow(table(t), delta, bits) != UINT64_MAX;
}

/* --- Memories --------------------------------------------------------------------------------- */

wasm_memory_t *wasm_memory_new(wasm_store_t *store, const wasm_memorytype_t *type)
{
    struct error error;
    struct memory_obj *m;
    hs_error_init(&error);
    if (type->limits.shared || (type->limits.has_max && type->limits.max < type->limits.min) ||
        hs_memory_new(inner(store), &type->limits, &error, &m) != ST_OK)
        return NULL;
    return (wasm_memory_t *)hs_api_ref_new(REF_MEMORY, store, m);
}

static struct memory_obj *memory(const wasm_memory_t *m)
{
    return ref(m)->object;
}

wasm_memorytype_t *wasm_memory_type(const wasm_memory_t *m)
{
    return hs_api_memorytype(&memory(m)->type);
}

byte_t *wasm_memory_data(wasm_memory_t *m)
{
    return (byte_t *)memory(m)->rec.base;
}

size_t wasm_memory_data_size(const wasm_memory_t *m)
{
    return memory(m)->rec.bytes;
}

wasm_memory_pages_t wasm_memory_size(const wasm_memory_t *m)
{
    return (wasm_memory_pages_t)hs_memory_pages(memory(m));
}

bool wasm_memory_grow(wasm_memory_t *m, wasm_memory_pages_t delta)
{
    return hs_memory_grow(memory(m), inner(ref(m)->store), delta) != UINT64_MAX;
}

/* --- Externs and instances -------------------------------------------------------------------- */

static bool as_extern(const wasm_extern_t *x, struct hs_extern *out)
{
    static const uint8_t kinds[] = {[REF_FUNC] = EXTERN_FUNC,
                                    [REF_GLOBAL] = EXTERN_GLOBAL,
                                    [REF_TABLE] = EXTERN_TABLE,
                                    [REF_MEMORY] = EXTERN_MEMORY,
                                    [REF_TAG] = EXTERN_TAG};
    if (!x || ref(x)->kind > REF_TAG)
        return false;
    out->kind = (enum externkind)kinds[ref(x)->kind];
    out->func = ref(x)->object;
    return true;
}

wasm_externkind_t wasm_extern_kind(const wasm_extern_t *x)
{
    return (wasm_externkind_t)ref(x)->kind; /* the first five kinds have the numbers of wasm.h */
}

wasm_externtype_t *wasm_extern_type(const wasm_extern_t *x)
{
    struct hs_extern e;
    return as_extern(x, &e) ? hs_api_externtype(inner(ref(x)->store), &e) : NULL;
}

wasm_instance_t *wasm_instance_new(wasm_store_t *store, const wasm_module_t *module,
                                   const wasm_extern_vec_t *imports, wasm_trap_t **trap)
{
    enum { SMALL_IMPORTS = 32 };
    struct store *s = inner(store);
    struct code_object *c = ref(module)->object;
    size_t n = imports ? imports->size : 0;
    struct hs_extern small[SMALL_IMPORTS] = {{0}}, *items = small;
    struct instance *i = NULL;
    wasmtime_error_t *e = NULL;
    if (trap)
        *trap = NULL;
    if (n != c->module->nimports)
        e = hs_api_error("expected %u imports, found %zu", c->module->nimports, n);
    else if (n > SMALL_IMPORTS && !(items = hs_calloc(n, sizeof *items)))
        e = hs_api_error_oom();
    for (size_t k = 0; k < n && !e; k++) {
        if (!as_extern(imports->data[k], &items[k]))
            e = hs_api_error("import %zu is missing", k);
        else if (inner(ref(imports->data[k])->store) != s)
            e = hs_api_error_cross_store();
    }
    if (!e)
        e = hs_api_instantiate(s, c, items, &i, NULL);
    if (items != small)
        hs_free(items);
    wasm_ref_t *r = e ? NULL : hs_api_ref_new(REF_INSTANCE, store, i);
    if (r)
        return (wasm_instance_t *)r;
    if (!e)
        e = hs_api_error_oom();
    if (trap)
        *trap = hs_api_trap(e);
    else
        wasmtime_error_delete(e);
    return NULL;
}

static wasm_ref_t *export_ref(wasm_store_t *store, struct instance *i, uint32_t n)
{
    static const uint8_t kinds[] = {[EXTERN_FUNC] = REF_FUNC,
                                    [EXTERN_GLOBAL] = REF_GLOBAL,
                                    [EXTERN_TABLE] = REF_TABLE,
                                    [EXTERN_MEMORY] = REF_MEMORY,
                                    [EXTERN_TAG] = REF_TAG};
    struct hs_extern x;
    if (!hs_instance_export(i, n, &x))
        return NULL;
    return hs_api_ref_new((enum ref_kind)kinds[x.kind], store, x.func);
}

void wasm_instance_exports(const wasm_instance_t *instance, wasm_extern_vec_t *out)
{
    struct instance *i = ref(instance)->object;
    wasm_extern_vec_new_uninitialized(out, i->code->module->nexports);
    for (uint32_t n = 0; n < out->size; n++)
        if (!(out->data[n] = (wasm_extern_t *)export_ref(ref(instance)->store, i, n))) {
            wasm_extern_vec_delete(out);
            return;
        }
}
