/* See handlers.h. */
#include "runtime/handlers.h"
#include "base/alloc.h"
#include <string.h>

static uint32_t bigger(uint32_t cap, uint64_t need)
{
    return (uint32_t)(need > 2 * (uint64_t)cap ? need : 2 * (uint64_t)cap);
}

enum status hs_handlers_reserve(struct hs_handlers *_Atomic *place,
                                const struct hs_more_handlers *more)
{
    static const struct hs_handlers none;
    struct hs_handlers *old = atomic_load_explicit(place, memory_order_relaxed);
    if (more->nsites == 0) /* a try_table without a call catches nothing */
        return ST_OK;
    const struct hs_handlers *h = old ? old : &none;
    uint64_t nsites = h->nsites + (uint64_t)more->nsites,
             ntries = h->ntries + (uint64_t)more->ntries,
             nclauses = h->nclauses + (uint64_t)more->nclauses;
    if (old && nsites <= h->site_cap && ntries <= h->try_cap && nclauses <= h->clause_cap)
        return ST_OK;
    if (nsites >= INT32_MAX || ntries >= INT32_MAX || nclauses >= INT32_MAX)
        return ST_OOM;
    struct hs_handlers n = {
        .older = old,
        .ntries = h->ntries,
        .nclauses = h->nclauses,
        .site_cap = bigger(h->site_cap, nsites),
        .try_cap = bigger(h->try_cap, ntries),
        .clause_cap = bigger(h->clause_cap, nclauses),
    };
    uint8_t *room =
        hs_alloc(sizeof n + (size_t)n.site_cap * sizeof *n.sites +
                 (size_t)n.try_cap * sizeof *n.tries + (size_t)n.clause_cap * sizeof *n.clauses);
    if (!room)
        return ST_OOM;
    n.sites = (void *)(room + sizeof n);
    n.tries = (void *)(n.sites + n.site_cap);
    n.clauses = (void *)(n.tries + n.try_cap);
    if (old) {
        memcpy(n.sites, old->sites, old->nsites * sizeof *n.sites);
        memcpy(n.tries, old->tries, old->ntries * sizeof *n.tries);
        memcpy(n.clauses, old->clauses, old->nclauses * sizeof *n.clauses);
    }
    struct hs_handlers *fresh = (struct hs_handlers *)room;
    memcpy(fresh, &n, sizeof n);
    atomic_init(&fresh->nsites, h->nsites);
    atomic_store_explicit(place, fresh, memory_order_release);
    return ST_OK;
}

void hs_handlers_add(struct hs_handlers *_Atomic *where, const struct hs_more_handlers *more,
                     uint32_t place)
{
    struct hs_handlers *h = atomic_load_explicit(where, memory_order_relaxed);
    if (more->nsites == 0)
        return;
    uint32_t nsites = h->nsites;
    for (size_t i = 0; i < more->nclauses; i++)
        h->clauses[h->nclauses + i] =
            (struct hs_clause){more->clauses[i].tag, more->clauses[i].landing + place};
    for (size_t i = 0; i < more->ntries; i++) {
        struct hs_try t = more->tries[i];
        t.outer += t.outer == HS_NO_TRY ? 0 : h->ntries;
        t.first += h->nclauses;
        h->tries[h->ntries + i] = t;
    }
    for (size_t i = 0; i < more->nsites; i++)
        h->sites[nsites + i] =
            (struct hs_try_site){more->sites[i].place + place, more->sites[i].try_ + h->ntries};
    h->nclauses += (uint32_t)more->nclauses;
    h->ntries += (uint32_t)more->ntries;
    atomic_store_explicit(&h->nsites, nsites + (uint32_t)more->nsites, memory_order_release);
}

void hs_handlers_delete(struct hs_handlers *h)
{
    while (h) {
        struct hs_handlers *older = h->older;
        hs_free(h);
        h = older;
    }
}

uint32_t hs_handlers_find(const struct hs_handlers *h, uint64_t place)
{
    uint32_t low = 0, n = atomic_load_explicit(&h->nsites, memory_order_acquire);
    while (n > 1) { /* without a branch that depends on what is compared */
        uint32_t half = n / 2;
        low += h->sites[low + half].place <= place ? half : 0;
        n -= half;
    }
    return n && h->sites[low].place == place ? h->sites[low].try_ : HS_NO_TRY;
}
