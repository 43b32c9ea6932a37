/* The store and its small objects; see store.h. */
#include "runtime/store.h"
#include "base/assert.h"
#include "base/bits.h"
#include "runtime/gc/heap.h"
#include "runtime/instance.h"

static _Atomic uint64_t last_id;

enum status hs_store_new(struct runtime *rt, struct store **out)
{
    struct store *s = hs_alloc(sizeof *s);
    union hs_value *args = hs_alloc_aligned(16, HS_ARGS_AREA * sizeof *args);
    if (!s || !args) {
        hs_free(s);
        hs_free(args);
        return ST_OOM;
    }
    memset(s, 0, offsetof(struct store, trap));
    memset((char *)s + offsetof(struct store, trap) + sizeof s->trap, 0,
           sizeof *s - offsetof(struct store, trap) - sizeof s->trap);
    s->trap.nframes = 0;
    s->trap.code = TRAP_NONE;
    s->id = atomic_fetch_add(&last_id, 1) + 1;
    s->rt = rt;
    s->run.store = s;
    s->run.args = args;
    s->run.trap_code = TRAP_NONE;
    s->max_memory_bytes = s->max_table_elems = UINT64_MAX;
    s->max_instances = s->max_tables = s->max_memories = 10000;
    hs_vec_init(&s->handles_memory, UINT32_MAX);
    hs_vec_init(&s->handles_table, UINT32_MAX);
    hs_vec_init(&s->handles_global, UINT32_MAX);
    hs_vec_init(&s->handles_tag, UINT32_MAX);
    hs_vec_init(&s->handles_instance, UINT32_MAX);
    hs_vec_init(&s->externrefs, HS_GC_HOST_MAX);
    hs_vec_init(&s->free_externrefs, HS_GC_HOST_MAX);
    if (rt->config.epochs) {
        struct hs_sigstate saved;
        hs_siglock_take(&rt->epoch_lock, &saved);
        s->epoch_deadline = atomic_load(&rt->epoch);
        s->epoch_next = rt->epoch_stores;
        s->epoch_link = &rt->epoch_stores;
        if (s->epoch_next)
            s->epoch_next->epoch_link = &s->epoch_next;
        rt->epoch_stores = s;
        /* the deadline is now, as for every new store: contexts are armed as they come */
        s->run.interrupted = 1;
        hs_siglock_give(&rt->epoch_lock, &saved);
    }
    *out = s;
    return ST_OK;
}

void hs_store_delete(struct store *s)
{
    if (!s)
        return;
    HS_ASSERT(!hs_store_running(s));
    if (hs_thread.last == &s->run)
        hs_thread.last = NULL;
    struct runtime *rt = s->rt;
    if (rt->config.epochs) {
        struct hs_sigstate saved;
        hs_siglock_take(&rt->epoch_lock, &saved);
        *s->epoch_link = s->epoch_next;
        if (s->epoch_next)
            s->epoch_next->epoch_link = s->epoch_link;
        hs_siglock_give(&rt->epoch_lock, &saved);
    }
    for (size_t i = 0; i < s->externrefs.count; i++)
        if (s->externrefs.data[i].finalizer)
            s->externrefs.data[i].finalizer(s->externrefs.data[i].data);
    for (struct instance *i = s->instances, *next; i; i = next) {
        next = i->next;
        hs_instance_release(i);
    }
    for (struct host_func *f = s->host_funcs, *next; f; f = next) {
        next = f->next;
        if (f->finalizer)
            f->finalizer(f->env);
        if (f->shared_unref)
            f->shared_unref(f->shared);
        hs_type_registry_release(&rt->types, f->ref.type);
        hs_free(f);
    }
    for (struct memory_obj *m = s->memories, *next; m; m = next) {
        next = m->next;
        hs_memory_close(rt, m);
        hs_free(m);
    }
    for (struct table_obj *t = s->tables, *next; t; t = next) {
        next = t->next;
        hs_free(t->rec.elems);
        hs_free(t);
    }
    for (struct global_obj *g = s->globals, *next; g; g = next) {
        next = g->next;
        hs_free(g);
    }
    for (struct tag_obj *t = s->tags, *next; t; t = next) {
        next = t->next;
        hs_type_registry_release(&rt->types, t->type);
        hs_free(t);
    }
    hs_heap_delete(s);
    hs_vec_deinit(&s->handles_memory);
    hs_vec_deinit(&s->handles_table);
    hs_vec_deinit(&s->handles_global);
    hs_vec_deinit(&s->handles_tag);
    hs_vec_deinit(&s->handles_instance);
    hs_vec_deinit(&s->externrefs);
    hs_vec_deinit(&s->free_externrefs);
    hs_free(s->run.args);
    hs_free(s);
}

void hs_store_set_aside(struct store *s, struct hs_aside *part)
{
    part->next = s->asides;
    part->link = &s->asides;
    if (part->next)
        part->next->link = &part->next;
    s->asides = part;
}

void hs_store_take_up(struct hs_aside *part)
{
    if (!part->link)
        return;
    *part->link = part->next;
    if (part->next)
        part->next->link = part->link;
    part->link = NULL;
}

/* --- Stopping --------------------------------------------------------------------------------- */

static void arm_context(struct hs_vmctx *c)
{
    __atomic_store_n(&c->stack_limit, UINT64_MAX, __ATOMIC_RELAXED);
    __atomic_store_n(&c->poll, hs_page_fault(), __ATOMIC_RELAXED);
}

void hs_store_add_context(struct store *s, struct hs_vmctx *c)
{
    c->stack_limit = s->run.stack_limit;
    c->poll = hs_page_zero();
    c->run = &s->run;
    c->rt = hs_rt_stubs;
    c->args = s->run.args;
    c->heap = hs_heap_base(s);
    c->gc = hs_heap_space(s);
    c->magic = HS_VMCTX_MAGIC;
    if (s->rt->config.epochs) {
        struct hs_sigstate saved;
        hs_siglock_take(&s->rt->epoch_lock, &saved);
        c->next = s->contexts;
        s->contexts = c;
        if (s->run.interrupted)
            arm_context(c);
        hs_siglock_give(&s->rt->epoch_lock, &saved);
    } else {
        c->next = s->contexts;
        s->contexts = c;
        if (s->run.interrupted)
            arm_context(c);
    }
}

void hs_store_arm(struct store *s)
{
    /* see hs_store_set_stack_limit */
    __atomic_exchange_n(&s->run.interrupted, 1, __ATOMIC_SEQ_CST);
    for (struct hs_vmctx *c = s->contexts; c; c = c->next)
        arm_context(c);
}

void hs_store_set_stack_limit(struct store *s, uint64_t limit)
{
    if (s->run.stack_limit == limit)
        return;
    s->run.stack_limit = limit;
    for (struct hs_vmctx *c = s->contexts; c; c = c->next)
        __atomic_store_n(&c->stack_limit, limit, __ATOMIC_RELAXED);
    /* Another thread may arm the store meanwhile, and what it wrote may have been overwritten
     * here. Both sides change `interrupted` by a read-modify-write: either this one sees the
     * other's, or it comes first, and the other's limits come after ours. */
    if (__atomic_fetch_or(&s->run.interrupted, 0, __ATOMIC_SEQ_CST))
        hs_store_arm(s);
}

void hs_store_disarm(struct store *s)
{
    __atomic_store_n(&s->run.interrupted, 0, __ATOMIC_RELAXED);
    for (struct hs_vmctx *c = s->contexts; c; c = c->next) {
        __atomic_store_n(&c->stack_limit, s->run.stack_limit, __ATOMIC_RELAXED);
        __atomic_store_n(&c->poll, hs_page_zero(), __ATOMIC_RELAXED);
    }
}

void hs_store_set_epoch_deadline(struct store *s, uint64_t deadline)
{
    if (!s->rt->config.epochs) {
        s->epoch_deadline = deadline;
        return;
    }
    struct hs_sigstate saved;
    hs_siglock_take(&s->rt->epoch_lock, &saved);
    s->epoch_deadline = deadline;
    if (atomic_load(&s->rt->epoch) >= deadline)
        hs_store_arm(s);
    else
        hs_store_disarm(s);
    hs_siglock_give(&s->rt->epoch_lock, &saved);
}

/* --- Objects ---------------------------------------------------------------------------------- */

enum status hs_table_new(struct store *s, const struct limits *type, struct valtype elem,
                         uint64_t init, struct error *error, struct table_obj **out)
{
    if (s->ntables >= s->max_tables)
        return hs_error_set(error, ST_LIMIT, HS_NO_OFFSET,
                            "resource limit exceeded: table count too high at %llu",
                            (unsigned long long)s->ntables + 1);
    if (type->min > s->max_table_elems || type->min > HS_LIMIT_TABLE_ELEMS)
        return hs_error_set(error, ST_LIMIT, HS_NO_OFFSET,
                            "table minimum size of %llu elements exceeds table limits",
                            (unsigned long long)type->min);
    struct table_obj *t = hs_calloc(1, sizeof *t);
    uint64_t *elems = t ? hs_calloc(type->min, 8) : NULL;
    if (!elems) {
        hs_free(t);
        return hs_error_set(error, ST_OOM, HS_NO_OFFSET, "out of memory");
    }
    if (init)
        for (uint64_t i = 0; i < type->min; i++)
            elems[i] = init;
    t->rec = (struct hs_table_rec){elems, type->min};
    t->type = *type;
    t->elem = elem;
    t->max = type->has_max && type->max < HS_LIMIT_TABLE_ELEMS ? type->max : HS_LIMIT_TABLE_ELEMS;
    t->capacity = type->min;
    t->store = s;
    t->next = s->tables;
    s->tables = t;
    s->ntables++;
    *out = t;
    return ST_OK;
}

uint64_t hs_table_grow(struct table_obj *t, uint64_t delta, uint64_t init)
{
    uint64_t old = t->rec.size, size;
    if (__builtin_add_overflow(old, delta, &size) || size > t->max ||
        size > t->store->max_table_elems)
        return UINT64_MAX;
    if (size > t->capacity) {
        uint64_t want = size + size / 4;
        if (want > t->max)
            want = t->max;
        uint64_t *elems = hs_realloc(t->rec.elems, want, 8);
        if (!elems)
            return UINT64_MAX;
        t->rec.elems = elems;
        t->capacity = want;
    }
    for (uint64_t i = old; i < size; i++)
        t->rec.elems[i] = init;
    t->rec.size = size;
    return old;
}

enum status hs_global_new(struct store *s, struct valtype type, bool mutable,
                          const union hs_value *init, struct global_obj **out)
{
    struct global_obj *g = hs_alloc_aligned(16, sizeof *g);
    if (!g)
        return ST_OOM;
    *g = (struct global_obj){
        .own = *init, .type = type, .mutable = mutable, .store = s, .next = s->globals};
    g->value = &g->own;
    s->globals = g;
    *out = g;
    return ST_OK;
}

enum status hs_tag_new(struct store *s, uint32_t type, struct tag_obj **out)
{
    struct tag_obj *t = hs_calloc(1, sizeof *t);
    if (!t)
        return ST_OOM;
    hs_type_registry_hold(&s->rt->types, type);
    t->type = type;
    t->store = s;
    t->next = s->tags;
    s->tags = t;
    *out = t;
    return ST_OK;
}

enum status hs_host_func_new(struct store *s, uint32_t type, struct host_func **out)
{
    void *adapter = hs_runtime_adapter(s->rt, type);
    struct host_func *f = adapter ? hs_alloc_aligned(64, sizeof *f) : NULL;
    if (!f)
        return ST_OOM;
    *f = (struct host_func){0};
    hs_store_add_context(s, &f->host.context);
    hs_type_registry_hold(&s->rt->types, type);
    f->type = &hs_canon_type(&s->rt->types, type)->func;
    f->ref = (struct hs_funcref){.code = adapter, .vmctx = &f->host.context, .type = type};
    f->next = s->host_funcs;
    s->host_funcs = f;
    *out = f;
    return ST_OK;
}

/* --- Handles ---------------------------------------------------------------------------------- */

bool hs_store_handle(struct store *s, enum externkind kind, void *object, uint32_t *out_number)
{
#define GIVE(vec, type)                                                                            \
    do {                                                                                           \
        type *o = object;                                                                          \
        if (!o->handle) {                                                                          \
            if (!hs_vec_push(&s->vec, object))                                                     \
                return false;                                                                      \
            o->handle = (uint32_t)s->vec.count;                                                    \
        }                                                                                          \
        *out_number = o->handle - 1;                                                               \
        return true;                                                                               \
    } while (0)
    switch (kind) {
    case EXTERN_MEMORY: GIVE(handles_memory, struct memory_obj);
    case EXTERN_TABLE: GIVE(handles_table, struct table_obj);
    case EXTERN_GLOBAL: GIVE(handles_global, struct global_obj);
    case EXTERN_TAG: GIVE(handles_tag, struct tag_obj);
    case EXTERN_FUNC: break; /* funcs are pointers */
    }
#undef GIVE
    return false;
}

void *hs_store_object(struct store *s, enum externkind kind, uint32_t number)
{
    switch (kind) {
    case EXTERN_MEMORY:
        return number < s->handles_memory.count ? s->handles_memory.data[number] : NULL;
    case EXTERN_TABLE:
        return number < s->handles_table.count ? s->handles_table.data[number] : NULL;
    case EXTERN_GLOBAL:
        return number < s->handles_global.count ? s->handles_global.data[number] : NULL;
    case EXTERN_TAG: return number < s->handles_tag.count ? s->handles_tag.data[number] : NULL;
    case EXTERN_FUNC: break;
    }
    return NULL;
}
