/* Linear memories; see memory.h. Which style a memory has follows from configuration and type
 * alone; the code of a module relies on it, so it is computed here only and checked at every
 * link. */
#include "runtime/memory.h"
#include "base/bits.h"
#include "runtime/store.h"

/* What a 64-bit memory without a maximum reserves before it has to move. */
#define MEM64_RESERVATION (UINT64_C(4) << 30)
/* The largest memory that is created at all: address space of a process is 2^47. */
#define MEM_MAX_BYTES (UINT64_C(1) << 45)

enum hs_memory_style hs_memory_style(const struct runtime_config *config, const struct limits *t)
{
    if (config->host_memory && !t->shared)
        return MEMORY_CHECKED_MOVABLE; /* nothing is known about the place the host chooses */
    if (!t->is64 && t->page_log2 == 16) {
        bool full = config->signals && config->memory_reservation >= HS_RESERVED_BYTES &&
                    config->memory_guard >= HS_GUARD_BYTES;
        if (full)
            return MEMORY_GUARDED_FIXED;
        return config->memory_may_move && !t->shared ? MEMORY_CHECKED_MOVABLE
                                                     : MEMORY_CHECKED_FIXED;
    }
    if (t->shared || !t->is64)
        return MEMORY_CHECKED_FIXED;
    uint64_t max;
    bool bounded = t->has_max &&
                   !__builtin_mul_overflow(t->max, UINT64_C(1) << t->page_log2, &max) &&
                   max <= MEM_MAX_BYTES / 64;
    return bounded ? MEMORY_CHECKED_FIXED : MEMORY_CHECKED_MOVABLE;
}

bool hs_memory_style_fits(enum hs_memory_style code, enum hs_memory_style actual)
{
    /* Code that checks and reloads is right for every memory that has a record; code that relies
     * on guards or on a fixed base needs them. */
    switch (code) {
    case MEMORY_GUARDED_FIXED: return actual == MEMORY_GUARDED_FIXED;
    case MEMORY_CHECKED_FIXED: return actual != MEMORY_CHECKED_MOVABLE;
    case MEMORY_CHECKED_MOVABLE: return true;
    }
    return false;
}

static uint64_t saturating_bytes(uint64_t pages, unsigned page_log2)
{
    uint64_t bytes;
    return __builtin_mul_overflow(pages, UINT64_C(1) << page_log2, &bytes) ? UINT64_MAX : bytes;
}

static enum status open_memory(struct runtime *rt, const struct limits *t, struct mem_image *image,
                               struct error *error, struct memory_obj *out)
{
    uint64_t min = saturating_bytes(t->min, t->page_log2);
    uint64_t address_space = t->is64 ? MEM_MAX_BYTES : HS_RESERVED_BYTES;
    struct memory_obj m = {.type = *t, .style = hs_memory_style(&rt->config, t)};
    m.max_bytes = t->has_max ? saturating_bytes(t->max, t->page_log2) : address_space;
    if (m.max_bytes > address_space)
        m.max_bytes = address_space;
    if (min > m.max_bytes)
        return ST_OOM;
    if (m.style == MEMORY_GUARDED_FIXED) {
        enum status s = hs_pool_take(rt, image, min, &m.slot);
        if (s != ST_OK)
            return s;
        m.rec.base = m.slot->base;
        m.capacity = HS_RESERVED_BYTES;
    } else if (rt->config.host_memory && !t->shared) {
        enum status s =
            rt->config.host_memory(rt->config.host_memory_env, t, min,
                                   t->has_max ? m.max_bytes : UINT64_MAX, error, &m.host);
        if (s != ST_OK)
            return s;
        size_t size, capacity;
        m.rec.base = m.host.get(m.host.env, &size, &capacity);
        m.capacity = size;
        if (!m.rec.base || size < min) {
            size_t found = m.rec.base ? size : 0;
            hs_memory_close(rt, &m);
            return hs_error_set(error, ST_OOM, HS_NO_OFFSET,
                                "the host's memory has %zu bytes, where %llu were asked for", found,
                                (unsigned long long)min);
        }
        if (image)
            memcpy(m.rec.base, image->image.view,
                   image->image.size < min ? image->image.size : min);
    } else {
        uint64_t page = hs_page_size(), reserve = m.max_bytes;
        if (m.style == MEMORY_CHECKED_MOVABLE) {
            reserve = t->is64 ? MEM64_RESERVATION : rt->config.memory_reservation;
            if (reserve < min)
                reserve = min;
            if (reserve > m.max_bytes)
                reserve = m.max_bytes;
        }
        /* A guard on either side costs address space only and backs the checks up. */
        reserve = hs_align_up(reserve, page);
        m.reservation = hs_pages_reserve(reserve + 2 * page);
        if (!m.reservation)
            return ST_OOM;
        m.rec.base = m.reservation + page;
        m.capacity = reserve;
        if (!hs_pages_open(m.rec.base, hs_align_up(min, page))) {
            hs_pages_release(m.reservation, reserve + 2 * page);
            return ST_OOM;
        }
        if (image)
            memcpy(m.rec.base, image->image.view,
                   image->image.size < min ? image->image.size : min);
    }
    m.rec.bytes = min;
    *out = m;
    return ST_OK;
}

enum status hs_memory_open(struct runtime *rt, const struct limits *t, struct mem_image *image,
                           struct error *error, struct memory_obj *out)
{
    enum status s = open_memory(rt, t, image, error, out);
    /* What the host said comes first. */
    return s == ST_OK ? s
                      : hs_error_set(error, s, HS_NO_OFFSET,
                                     "cannot reserve address space for a memory of %llu pages",
                                     (unsigned long long)t->min);
}

void hs_memory_close(struct runtime *rt, struct memory_obj *m)
{
    if (m->slot) {
        if (hs_pool_clean(m->slot, true, 0))
            hs_pool_give(rt, m->slot);
        else
            hs_pool_drop(m->slot);
    } else if (m->host.finalizer) {
        m->host.finalizer(m->host.env);
    } else if (m->reservation) {
        hs_pages_release(m->reservation, m->capacity + 2 * hs_page_size());
    }
    m->slot = NULL;
    m->reservation = NULL;
    m->host.finalizer = NULL;
    m->rec = (struct hs_memory_rec){0};
}

/* Moves a movable memory to a reservation of at least `bytes`. */
static bool move(struct memory_obj *m, uint64_t bytes)
{
    uint64_t page = hs_page_size(), reserve = bytes + bytes / 2;
    if (reserve > m->max_bytes)
        reserve = m->max_bytes;
    reserve = hs_align_up(reserve, page);
    uint8_t *fresh = hs_pages_reserve(reserve + 2 * page);
    if (!fresh)
        return false;
    if (!hs_pages_open(fresh + page, hs_align_up(bytes, page))) {
        hs_pages_release(fresh, reserve + 2 * page);
        return false;
    }
    memcpy(fresh + page, m->rec.base, m->rec.bytes);
    hs_pages_release(m->reservation, m->capacity + 2 * page);
    m->reservation = fresh;
    m->capacity = reserve;
    m->rec.base = fresh + page;
    return true;
}

static uint64_t grow(struct memory_obj *m, const struct store *s, uint64_t delta)
{
    uint64_t old = hs_memory_pages(m), add = saturating_bytes(delta, m->type.page_log2), bytes;
    if (delta == 0)
        return old;
    if (__builtin_add_overflow(m->rec.bytes, add, &bytes) || bytes > m->max_bytes ||
        (s && bytes > s->max_memory_bytes))
        return UINT64_MAX;
    if (m->host.get) {
        size_t size, capacity;
        if (m->host.grow(m->host.env, bytes) != ST_OK)
            return UINT64_MAX;
        m->rec.base = m->host.get(m->host.env, &size, &capacity);
    } else if (bytes > m->capacity) {
        if (m->style != MEMORY_CHECKED_MOVABLE || !move(m, bytes))
            return UINT64_MAX;
    } else {
        uint64_t page = hs_page_size(), open = hs_align_up(m->rec.bytes, page),
                 want = hs_align_up(bytes, page);
        if (want > open && !hs_pages_open(m->rec.base + open, want - open))
            return UINT64_MAX;
    }
    if (m->slot)
        m->slot->opened = bytes;
    __atomic_store_n(&m->rec.bytes, bytes, __ATOMIC_RELEASE);
    return old;
}

/* of all shared memories: growing is rare */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void hs_memory_growth_lock(bool take)
{
    if (take)
        pthread_mutex_lock(&lock);
    else
        pthread_mutex_unlock(&lock);
}

uint64_t hs_memory_grow(struct memory_obj *m, const struct store *s, uint64_t delta)
{
    if (!m->type.shared)
        return grow(m, s, delta);
    pthread_mutex_lock(&lock);
    uint64_t old = grow(m, s, delta);
    pthread_mutex_unlock(&lock);
    return old;
}

enum status hs_memory_new(struct store *s, const struct limits *type, struct error *error,
                          struct memory_obj **out)
{
    uint64_t bytes = saturating_bytes(type->min, type->page_log2);
    if (s->nmemories >= s->max_memories)
        return hs_error_set(error, ST_LIMIT, HS_NO_OFFSET,
                            "resource limit exceeded: memory count too high at %llu",
                            (unsigned long long)s->nmemories + 1);
    if (bytes > s->max_memory_bytes)
        return hs_error_set(error, ST_LIMIT, HS_NO_OFFSET,
                            "memory minimum size of %llu pages exceeds memory limits",
                            (unsigned long long)type->min);
    struct memory_obj *m = hs_calloc(1, sizeof *m);
    if (!m)
        return hs_error_set(error, ST_OOM, HS_NO_OFFSET, "out of memory");
    enum status st = hs_memory_open(s->rt, type, NULL, error, m);
    if (st != ST_OK) {
        hs_free(m);
        return st;
    }
    m->next = s->memories;
    s->memories = m;
    s->nmemories++;
    *out = m;
    return ST_OK;
}

/* --- Shared memories -------------------------------------------------------------------------- */

struct shared_memory {
    struct memory_obj memory;
    struct runtime *rt;
    _Atomic uint32_t refs;
};

enum status hs_shared_memory_new(struct runtime *rt, const struct limits *type,
                                 struct mem_image *image, struct error *error,
                                 struct memory_obj **out)
{
    struct shared_memory *m = hs_calloc(1, sizeof *m);
    if (!m)
        return hs_error_set(error, ST_OOM, HS_NO_OFFSET, "out of memory");
    enum status st = hs_memory_open(rt, type, image, error, &m->memory);
    if (st != ST_OK) {
        hs_free(m);
        return st;
    }
    m->rt = rt;
    m->refs = 1;
    hs_memory_mark(&m->memory); /* anybody may write at any time */
    *out = &m->memory;
    return ST_OK;
}

struct memory_obj *hs_shared_memory_ref(struct memory_obj *m)
{
    struct shared_memory *shared = HS_CONTAINER(m, struct shared_memory, memory);
    atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    return m;
}

void hs_shared_memory_unref(struct memory_obj *m)
{
    struct shared_memory *shared = m ? HS_CONTAINER(m, struct shared_memory, memory) : NULL;
    if (!shared || atomic_fetch_sub_explicit(&shared->refs, 1, memory_order_acq_rel) != 1)
        return;
    hs_memory_close(shared->rt, m);
    hs_free(shared);
}
