/* See runtime.h: what the stores of an engine share. Trampolines depend on the shape of a
 * signature alone (which values go in which class of register), so a few serve all types; each
 * type remembers its own. */
#include "runtime/runtime.h"
#include "base/bits.h"
#include "runtime/code_object.h"
#include "runtime/memory.h"
#include "runtime/store.h"

enum { TRAMPOLINE_SPACE = 32 << 20, TRAMPOLINE_MAX = 256 << 10, CACHE_LINE = 64 };

struct trampoline_shape {
    const uint8_t *entry;
    void *adapter;
    uint32_t nparams, nresults;
    uint8_t classes[]; /* 0 i32, 1 i64 and references, 2 f32, 3 f64, 4 v128 */
};

/* --- Fork ------------------------------------------------------------------------------------- */

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct runtime *all;

/* Every lock of this folder, outer ones first: an order that no other place contradicts. Nobody
 * forks with one held: callbacks of the host run without. */
static void take_locks(void)
{
    hs_code_lock_all();
    pthread_mutex_lock(&all_lock);
    for (struct runtime *rt = all; rt; rt = rt->next) {
        pthread_mutex_lock(&rt->trampoline_lock);
        pthread_mutex_lock(&rt->types.lock);
        pthread_mutex_lock(&rt->pool_lock);
    }
    hs_memory_growth_lock(true);
    for (struct runtime *rt = all; rt; rt = rt->next)
        hs_siglock_take(&rt->epoch_lock, &rt->fork_signals);
}

static void give_locks(void)
{
    /* The first one taken saved the signals that were let through before; the others found all
     * blocked. */
    for (struct runtime *rt = all; rt; rt = rt->next)
        if (rt != all)
            hs_siglock_give(&rt->epoch_lock, &rt->fork_signals);
    if (all)
        hs_siglock_give(&all->epoch_lock, &all->fork_signals);
    hs_memory_growth_lock(false);
    for (struct runtime *rt = all; rt; rt = rt->next) {
        pthread_mutex_unlock(&rt->pool_lock);
        pthread_mutex_unlock(&rt->types.lock);
        pthread_mutex_unlock(&rt->trampoline_lock);
    }
    pthread_mutex_unlock(&all_lock);
    hs_code_unlock_all();
}

enum status hs_runtime_init(struct runtime *rt, const struct runtime_config *config)
{
    *rt = (struct runtime){.config = *config};
    enum status s = hs_type_registry_init(&rt->types);
    if (s != ST_OK)
        return s;
    pthread_mutex_init(&rt->trampoline_lock, NULL);
    pthread_mutex_init(&rt->pool_lock, NULL);
    hs_vec_init(&rt->shapes, 1u << 20);
    rt->trampolines.fd = -1;
    rt->trampolines_ticket = -1;
    hs_fork_watch(take_locks, give_locks);
    pthread_mutex_lock(&all_lock);
    rt->next = all;
    rt->link = &all;
    if (all)
        all->link = &rt->next;
    all = rt;
    pthread_mutex_unlock(&all_lock);
    return ST_OK;
}

void hs_runtime_deinit(struct runtime *rt)
{
    pthread_mutex_lock(&all_lock);
    *rt->link = rt->next;
    if (rt->next)
        rt->next->link = rt->link;
    pthread_mutex_unlock(&all_lock);
    for (struct mem_slot *slot = rt->free_slots, *next; slot; slot = next) {
        next = slot->next;
        hs_pool_drop(slot);
    }
    for (size_t i = 0; i < rt->shapes.count; i++)
        hs_free(rt->shapes.data[i]);
    hs_vec_deinit(&rt->shapes);
    hs_fault_range_remove(rt->trampolines_ticket);
    hs_code_memory_delete(&rt->trampolines);
    hs_type_registry_deinit(&rt->types);
    pthread_mutex_destroy(&rt->pool_lock);
    pthread_mutex_destroy(&rt->trampoline_lock);
}

static uint8_t class_of(struct valtype t)
{
    switch (hs_vt_kind(t)) {
    case VT_I32: return 0;
    case VT_F32: return 2;
    case VT_F64: return 3;
    case VT_V128: return 4;
    default: return 1;
    }
}

static struct trampoline_shape *find_shape(struct runtime *rt, const struct functype *f)
{
    uint32_t n = f->nparams + f->nresults;
    for (size_t i = 0; i < rt->shapes.count; i++) {
        struct trampoline_shape *s = rt->shapes.data[i];
        if (s->nparams != f->nparams || s->nresults != f->nresults)
            continue;
        uint32_t k = 0;
        while (k < n && s->classes[k] == class_of(f->types[k]))
            k++;
        if (k == n)
            return s;
    }
    struct trampoline_shape *s = hs_calloc(1, sizeof *s + n);
    if (!s)
        return NULL;
    s->nparams = f->nparams;
    s->nresults = f->nresults;
    for (uint32_t k = 0; k < n; k++)
        s->classes[k] = class_of(f->types[k]);
    if (!hs_vec_push(&rt->shapes, s)) {
        hs_free(s);
        return NULL;
    }
    return s;
}

static void *make(struct runtime *rt, bool adapter, const struct functype *f)
{
    if (!rt->trampolines.base) {
        if (hs_code_memory_new(&rt->trampolines, TRAMPOLINE_SPACE, 0) != ST_OK)
            return NULL;
        rt->trampolines_ticket =
            hs_fault_range_add(FAULT_CODE, rt->trampolines.base, TRAMPOLINE_SPACE);
        if (rt->trampolines_ticket < 0) {
            hs_code_memory_delete(&rt->trampolines);
            return NULL;
        }
    }
    size_t cap = 512 + (size_t)(f->nparams + f->nresults) * 64, size;
    if (cap > TRAMPOLINE_MAX)
        cap = TRAMPOLINE_MAX;
    uint8_t *buf = hs_alloc(cap);
    void *code = NULL;
    if (buf && rt->make_trampoline(adapter, f, buf, cap, &size) == ST_OK) {
        /* Entries so that all they do before the call is in one cache line, if it is as much. */
        size_t place = adapter ? hs_align_up(rt->trampolines_used, HS_CODE_ALIGN)
                               : hs_align_up(rt->trampolines_used + HS_ENTRY_CHECKED, CACHE_LINE) -
                                     HS_ENTRY_CHECKED;
        place = hs_code_memory_next(&rt->trampolines, place);
        if (hs_code_memory_write(&rt->trampolines, place, buf, size) == ST_OK) {
            rt->trampolines_used = place + size;
            code = rt->trampolines.base + place;
        }
    }
    hs_free(buf);
    return code;
}

const uint8_t *hs_runtime_entry(struct runtime *rt, uint32_t type)
{
    struct canon_extra *x = &rt->types.extra[type];
    const uint8_t *entry = atomic_load_explicit(&x->entry, memory_order_acquire);
    if (HS_LIKELY(entry != NULL))
        return entry;
    const struct functype *f = &hs_canon_type(&rt->types, type)->func;
    pthread_mutex_lock(&rt->trampoline_lock);
    struct trampoline_shape *s = find_shape(rt, f);
    if (s && !s->entry)
        s->entry = make(rt, false, f);
    entry = s ? s->entry : NULL;
    atomic_store_explicit(&x->entry, entry, memory_order_release);
    pthread_mutex_unlock(&rt->trampoline_lock);
    return entry;
}

void *hs_runtime_adapter(struct runtime *rt, uint32_t type)
{
    struct canon_extra *x = &rt->types.extra[type];
    void *adapter = atomic_load_explicit(&x->adapter, memory_order_acquire);
    if (HS_LIKELY(adapter != NULL))
        return adapter;
    const struct functype *f = &hs_canon_type(&rt->types, type)->func;
    pthread_mutex_lock(&rt->trampoline_lock);
    struct trampoline_shape *s = find_shape(rt, f);
    if (s && !s->adapter)
        s->adapter = make(rt, true, f);
    adapter = s ? s->adapter : NULL;
    atomic_store_explicit(&x->adapter, adapter, memory_order_release);
    pthread_mutex_unlock(&rt->trampoline_lock);
    return adapter;
}

void hs_runtime_increment_epoch(struct runtime *rt)
{
    uint64_t now = atomic_fetch_add(&rt->epoch, 1) + 1;
    struct hs_sigstate saved;
    hs_siglock_take(&rt->epoch_lock, &saved);
    for (struct store *s = rt->epoch_stores; s; s = s->epoch_next)
        if (now >= s->epoch_deadline)
            hs_store_arm(s);
    hs_siglock_give(&rt->epoch_lock, &saved);
}
