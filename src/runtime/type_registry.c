/* See type_registry.h. A group is found by its key: the words that describe its types, where a
 * reference into the group is its position and a reference out of it is an id. */
#include "runtime/type_registry.h"
#include "base/bits.h"
#include "platform/platform.h"

struct canon_group {
    struct canon_group *next; /* in its bucket */
    uint64_t hash;
    uint32_t first, count; /* ids */
    uint64_t refs;
    size_t nwords;
    uint64_t words[];
};

/* INSIDE: bit 32 of a word, a position in the group */
enum { MAX_IDS = HS_LIMIT_TYPES, INSIDE = 1 };

enum status hs_type_registry_init(struct type_registry *r)
{
    *r = (struct type_registry){0};
    pthread_mutex_init(&r->lock, NULL);
    hs_vec_init(&r->free_runs, MAX_IDS);
    hs_module_init(&r->types);
    r->types.types =
        hs_pages_reserve(hs_align_up(MAX_IDS * sizeof *r->types.types, hs_page_size()));
    r->extra = hs_pages_reserve(hs_align_up(MAX_IDS * sizeof *r->extra, hs_page_size()));
    r->nbuckets = 64;
    r->buckets = hs_calloc(r->nbuckets, sizeof *r->buckets);
    if (r->types.types && r->extra && r->buckets)
        return ST_OK;
    hs_type_registry_deinit(r);
    return ST_OOM;
}

static void free_group(struct type_registry *r, struct canon_group *g)
{
    for (uint32_t i = 0; i < g->count; i++) {
        struct deftype *t = &r->types.types[g->first + i];
        if (t->kind == COMP_FUNC)
            hs_free(t->func.types);
        else
            hs_free(t->fields);
        struct gc_shape *shape = r->extra[g->first + i].shape;
        if (shape) {
            hs_gc_layout_deinit(&shape->layout);
            hs_free(shape->refs);
            hs_free(shape);
        }
        r->extra[g->first + i].shape = NULL;
    }
    hs_free(g);
}

void hs_type_registry_deinit(struct type_registry *r)
{
    for (size_t i = 0; r->buckets && i < r->nbuckets; i++)
        for (struct canon_group *g = r->buckets[i], *next; g; g = next) {
            next = g->next;
            free_group(r, g);
        }
    hs_free(r->buckets);
    hs_vec_deinit(&r->free_runs);
    hs_pages_release(r->types.types, hs_align_up(MAX_IDS * sizeof *r->types.types, hs_page_size()));
    hs_pages_release(r->extra, hs_align_up(MAX_IDS * sizeof *r->extra, hs_page_size()));
    r->types.types = NULL;
    hs_module_deinit(&r->types);
    pthread_mutex_destroy(&r->lock);
}

static bool open_ids(struct type_registry *r, size_t count)
{
    if (count <= r->opened)
        return true;
    size_t page = hs_page_size(), want = hs_align_up(count, 1024);
    if (want > MAX_IDS)
        want = MAX_IDS;
    if (!hs_pages_open(r->types.types, hs_align_up(want * sizeof *r->types.types, page)) ||
        !hs_pages_open(r->extra, hs_align_up(want * sizeof *r->extra, page)))
        return false;
    r->opened = want;
    return true;
}

static bool take_ids(struct type_registry *r, uint32_t count, uint32_t *out_first)
{
    for (size_t i = 0; i < r->free_runs.count; i++) {
        struct id_run *run = &r->free_runs.data[i];
        if (run->count < count)
            continue;
        *out_first = run->first;
        run->first += count;
        run->count -= count;
        if (run->count == 0)
            r->free_runs.data[i] = r->free_runs.data[--r->free_runs.count];
        return true;
    }
    if (count > MAX_IDS - r->types.ntypes || !open_ids(r, r->types.ntypes + count))
        return false;
    *out_first = r->types.ntypes;
    r->types.ntypes += count;
    return true;
}

static void drop_refs(struct type_registry *r, struct canon_group *g);

static void unref_group(struct type_registry *r, struct canon_group *g)
{
    if (--g->refs)
        return;
    struct canon_group **p = &r->buckets[g->hash & (r->nbuckets - 1)];
    while (*p != g)
        p = &(*p)->next;
    *p = g->next;
    r->ngroups--;
    drop_refs(r, g);
    struct id_run run = {g->first, g->count};
    (void)!hs_vec_push(&r->free_runs, run); /* when memory is exhausted the ids are lost, no more */
    free_group(r, g);
}

/* Calls f for each group outside g that g's types name. */
static void each_outside(struct type_registry *r, struct canon_group *g,
                         void (*f)(struct type_registry *, struct canon_group *))
{
    for (uint32_t i = 0; i < g->count; i++) {
        struct deftype *t = &r->types.types[g->first + i];
        uint32_t n = t->kind == COMP_FUNC ? t->func.nparams + t->func.nresults : t->nfields;
        for (uint32_t k = 0; k <= n; k++) {
            uint32_t id;
            if (k == n) {
                id = t->super;
                if (id == HS_NO_TYPE)
                    continue;
            } else {
                struct valtype v = t->kind == COMP_FUNC ? t->func.types[k] : t->fields[k].type;
                if (!hs_vt_is_ref(v) || !hs_heap_is_index(hs_vt_heap(v)))
                    continue;
                id = hs_vt_heap(v);
            }
            if (id - g->first >= g->count)
                f(r, r->extra[id].group);
        }
    }
}

static void drop_refs(struct type_registry *r, struct canon_group *g)
{
    each_outside(r, g, unref_group);
}

static void ref_group(struct type_registry *r, struct canon_group *g)
{
    (void)r;
    g->refs++;
}

/* --- Keys ------------------------------------------------------------------------------------- */

struct key {
    uint64_t *data;
    size_t count, cap, max; /* the fields of HS_VEC */
};

static uint64_t heap_word(const uint32_t *ids, uint32_t first, uint32_t count, uint32_t index)
{
    if (index - first < count)
        return (uint64_t)INSIDE << 32 | (index - first);
    return ids ? ids[index] : index;
}

static bool push_vt(struct key *key, const uint32_t *ids, uint32_t first, uint32_t count,
                    struct valtype v)
{
    if (!hs_vt_is_ref(v) || !hs_heap_is_index(hs_vt_heap(v)))
        return hs_vec_push(key, v.bits);
    return hs_vec_push(key, (uint64_t)2 << 40 | heap_word(ids, first, count, hs_vt_heap(v)) |
                                (uint64_t)hs_vt_nullable(v) << 44);
}

static bool push_type(struct key *key, const uint32_t *ids, uint32_t first, uint32_t count,
                      const struct deftype *t)
{
    uint64_t head = t->kind | (uint64_t)t->final << 8;
    if (!hs_vec_push(key, head) ||
        !hs_vec_push(key,
                     t->super == HS_NO_TYPE ? UINT64_MAX : heap_word(ids, first, count, t->super)))
        return false;
    if (t->kind == COMP_FUNC) {
        if (!hs_vec_push(key, (uint64_t)t->func.nparams << 32 | t->func.nresults))
            return false;
        for (uint32_t i = 0; i < t->func.nparams + t->func.nresults; i++)
            if (!push_vt(key, ids, first, count, t->func.types[i]))
                return false;
    } else {
        if (!hs_vec_push(key, t->nfields))
            return false;
        for (uint32_t i = 0; i < t->nfields; i++)
            if (!push_vt(key, ids, first, count, t->fields[i].type) ||
                !hs_vec_push(key, t->fields[i].mutable))
                return false;
    }
    return true;
}

/* --- Adding ----------------------------------------------------------------------------------- */

static struct valtype canon_inside(const uint32_t *ids, uint32_t first, uint32_t count, uint32_t id,
                                   struct valtype v)
{
    if (!hs_vt_is_ref(v) || !hs_heap_is_index(hs_vt_heap(v)))
        return v;
    uint32_t index = hs_vt_heap(v);
    return HS_REF(hs_vt_nullable(v), index - first < count ? id + (index - first)
                                     : ids                 ? ids[index]
                                                           : index);
}

static bool copy_type(struct type_registry *r, uint32_t id, const uint32_t *ids, uint32_t first,
                      uint32_t count, uint32_t group_id, const struct deftype *t)
{
    struct deftype *c = &r->types.types[id];
    *c = *t;
    c->canon = id;
    c->rec_first = group_id;
    c->rec_size = count;
    if (t->super != HS_NO_TYPE)
        c->super = t->super - first < count ? group_id + (t->super - first)
                   : ids                    ? ids[t->super]
                                            : t->super;
    if (t->kind == COMP_FUNC) {
        uint32_t n = t->func.nparams + t->func.nresults;
        if (!(c->func.types = hs_calloc(n, sizeof *c->func.types)))
            return false;
        for (uint32_t i = 0; i < n; i++)
            c->func.types[i] = canon_inside(ids, first, count, group_id, t->func.types[i]);
    } else {
        if (!(c->fields = hs_calloc(t->nfields, sizeof *c->fields)))
            return false;
        for (uint32_t i = 0; i < t->nfields; i++) {
            c->fields[i] = t->fields[i];
            c->fields[i].type = canon_inside(ids, first, count, group_id, t->fields[i].type);
        }
    }
    return true;
}

static void rehash(struct type_registry *r)
{
    size_t n = r->nbuckets * 2;
    struct canon_group **fresh = hs_calloc(n, sizeof *fresh);
    if (!fresh)
        return; /* longer chains, no more */
    for (size_t i = 0; i < r->nbuckets; i++)
        for (struct canon_group *g = r->buckets[i], *next; g; g = next) {
            next = g->next;
            g->next = fresh[g->hash & (n - 1)];
            fresh[g->hash & (n - 1)] = g;
        }
    hs_free(r->buckets);
    r->buckets = fresh;
    r->nbuckets = n;
}

/* types[first .. first + count) is a group; ids[] of earlier types are known (NULL: indices are
 * ids). */
static enum status add_group(struct type_registry *r, const struct deftype *types,
                             const uint32_t *ids, uint32_t first, uint32_t count, struct key *key,
                             uint32_t *out_first)
{
    hs_vec_clear(key);
    for (uint32_t i = 0; i < count; i++)
        if (!push_type(key, ids, first, count, &types[i]))
            return ST_OOM;
    uint64_t hash = hs_hash_bytes(key->data, key->count * 8);
    for (struct canon_group *g = r->buckets[hash & (r->nbuckets - 1)]; g; g = g->next)
        if (g->hash == hash && g->count == count && g->nwords == key->count &&
            memcmp(g->words, key->data, key->count * 8) == 0) {
            g->refs++;
            *out_first = g->first;
            return ST_OK;
        }
    struct canon_group *g = hs_alloc(sizeof *g + key->count * 8);
    uint32_t id;
    if (!g)
        return ST_OOM;
    if (!take_ids(r, count, &id)) {
        hs_free(g);
        return ST_LIMIT;
    }
    *g = (struct canon_group){
        .hash = hash, .first = id, .count = count, .refs = 1, .nwords = key->count};
    memcpy(g->words, key->data, key->count * 8);
    for (uint32_t i = 0; i < count; i++) {
        memset(&r->types.types[id + i], 0, sizeof *r->types.types);
        r->extra[id + i].group = g;
        r->extra[id + i].entry = NULL;
        r->extra[id + i].adapter = NULL;
        r->extra[id + i].shape = NULL;
    }
    for (uint32_t i = 0; i < count; i++)
        if (!copy_type(r, id + i, ids, first, count, id, &types[i])) {
            struct id_run run = {id, count};
            (void)!hs_vec_push(&r->free_runs, run);
            g->count = i + 1;
            free_group(r, g);
            return ST_OOM;
        }
    each_outside(r, g, ref_group);
    g->next = r->buckets[hash & (r->nbuckets - 1)];
    r->buckets[hash & (r->nbuckets - 1)] = g;
    if (++r->ngroups > r->nbuckets)
        rehash(r);
    *out_first = id;
    return ST_OK;
}

enum status hs_type_registry_add(struct type_registry *r, const struct module *m,
                                 uint32_t **out_ids)
{
    uint32_t *ids = hs_calloc(m->ntypes, sizeof *ids);
    if (!ids)
        return ST_OOM;
    struct key key;
    hs_vec_init(&key, SIZE_MAX / 8);
    enum status s = ST_OK;
    pthread_mutex_lock(&r->lock);
    uint32_t done = 0;
    while (done < m->ntypes) {
        uint32_t count = m->types[done].rec_size, id;
        s = add_group(r, &m->types[done], ids, done, count, &key, &id);
        if (s != ST_OK)
            break;
        for (uint32_t i = 0; i < count; i++)
            ids[done + i] = id + i;
        done += count;
    }
    pthread_mutex_unlock(&r->lock);
    hs_vec_deinit(&key);
    if (s != ST_OK) {
        hs_type_registry_remove(r, ids, done);
        return s;
    }
    *out_ids = ids;
    return ST_OK;
}

void hs_type_registry_remove(struct type_registry *r, uint32_t *ids, uint32_t count)
{
    if (!ids)
        return;
    pthread_mutex_lock(&r->lock);
    for (uint32_t i = 0; i < count;) {
        struct canon_group *g = r->extra[ids[i]].group;
        uint32_t n = g->count;
        unref_group(r, g);
        i += n;
    }
    pthread_mutex_unlock(&r->lock);
    hs_free(ids);
}

enum status hs_type_registry_lone(struct type_registry *r, const struct deftype *type,
                                  uint32_t *out_id)
{
    struct key key;
    hs_vec_init(&key, SIZE_MAX / 8);
    pthread_mutex_lock(&r->lock);
    /* first = UINT32_MAX: no index is inside the group, a lone type does not name itself. */
    enum status s = add_group(r, type, NULL, UINT32_MAX, 1, &key, out_id);
    pthread_mutex_unlock(&r->lock);
    hs_vec_deinit(&key);
    return s;
}

enum status hs_type_registry_func(struct type_registry *r, const struct functype *type,
                                  uint32_t *out_id)
{
    struct deftype t = {
        .kind = COMP_FUNC, .final = true, .super = HS_NO_TYPE, .rec_size = 1, .func = *type};
    return hs_type_registry_lone(r, &t, out_id);
}

void hs_type_registry_hold(struct type_registry *r, uint32_t id)
{
    pthread_mutex_lock(&r->lock);
    r->extra[id].group->refs++;
    pthread_mutex_unlock(&r->lock);
}

void hs_type_registry_release(struct type_registry *r, uint32_t id)
{
    pthread_mutex_lock(&r->lock);
    unref_group(r, r->extra[id].group);
    pthread_mutex_unlock(&r->lock);
}

/* --- Shapes of objects ------------------------------------------------------------------------ */

static bool followed(const struct type_registry *r, struct valtype t)
{
    return hs_vt_is_ref(t) && hs_heap_top(&r->types, hs_vt_heap(t)) != HEAP_FUNC;
}

static struct gc_shape *shape_new(const struct type_registry *r, const struct deftype *t)
{
    struct gc_shape *s = hs_calloc(1, sizeof *s);
    if (!s || hs_gc_layout_init(&s->layout, t) != ST_OK) {
        hs_free(s);
        return NULL;
    }
    if (t->kind == COMP_ARRAY) {
        s->elem_size = (uint8_t)hs_gc_size_of(t->fields[0].type);
        s->elem_followed = followed(r, t->fields[0].type);
        return s;
    }
    const uint32_t n = t->kind == COMP_FUNC ? t->func.nparams : t->nfields;
    s->refs = hs_calloc((size_t)n + 1, sizeof *s->refs);
    if (!s->refs) {
        hs_gc_layout_deinit(&s->layout);
        hs_free(s);
        return NULL;
    }
    for (uint32_t i = 0; i < n; i++)
        if (followed(r, t->kind == COMP_FUNC ? t->func.types[i] : t->fields[i].type))
            s->refs[s->nrefs++] = s->layout.offsets[i];
    return s;
}

const struct gc_shape *hs_type_registry_make_shape(struct type_registry *r, uint32_t id)
{
    pthread_mutex_lock(&r->lock);
    struct gc_shape *s = r->extra[id].shape;
    if (!s) {
        s = shape_new(r, &r->types.types[id]);
        atomic_store_explicit(&r->extra[id].shape, s, memory_order_release);
    }
    pthread_mutex_unlock(&r->lock);
    return s;
}
