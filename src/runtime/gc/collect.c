/* Collecting: objects of the heap, and the host's things (externrefs), which are numbers into a
 * table of the store. Both are alive as long as a root or a living object refers to them, or a
 * guest that is running may.
 *
 * A store collects when the host asks (wasmtime_context_gc); when twice as much as was alive
 * after the last time has been allocated, or as many of the host's things as were alive have
 * come; and before an allocation fails. So the work stays in proportion to what is made.
 * Finalizers of the host's things run then, and when the store ends.
 *
 * Guests keep no maps of their frames. While one runs, its part of the stack, from here up to
 * where it was entered, is read word by word, and a word that is the number of an entry or the
 * place of an object keeps it: that can keep a thing for too long, never too short, since
 * nothing moves. Compiled code keeps references in frames, in registers that the functions above
 * save in theirs, and in the store's argument area. Other stacks where guests of the store wait
 * are read, too, if they are known (store->asides). If the running guest's frames are not all on
 * one stack, or on one of the host's own making, nothing is collected. All other roots, and the
 * fields of objects, are known exactly.
 *
 * Marking keeps a list of objects whose fields are still to be followed. When there is no memory
 * for it, marked objects are missing in it; then all marked ones are followed once more, until
 * none was missed. */
#include "base/planted.h"
#include "runtime/gc/heap_parts.h"
#include "runtime/instance.h"
#include <setjmp.h>

enum { FIRST = 1 << 14 }; /* entries before the store collects by itself */

static void freed(void *data) /* the finalizer of entries that mean nothing */
{
    (void)data;
}

struct marks {
    struct store *s;
    struct hs_heap *h; /* NULL: none */
    uint8_t *hosts;    /* bits of entries; NULL: no memory, all live */
    uint64_t live;     /* bytes of objects that were followed */
};

/* --- Marking ---------------------------------------------------------------------------------- */

/* Marks what a word refers to, if it is a reference to something there is. */
static inline void mark_word(struct marks *m, uint32_t ref)
{
    if ((ref & 3) == 2) {
        uint32_t n = ref >> 2;
        if (m->hosts && n < m->s->externrefs.count)
            m->hosts[n / 8] |= (uint8_t)(1 << n % 8);
        return;
    }
    struct hs_heap *h = m->h;
    if (ref % HS_GC_ALIGN || !h || ref < HS_HEAP_FIRST || ref >= h->top ||
        hs_gc_bit(h->marks, ref) || !hs_gc_bit(h->starts, ref))
        return;
    hs_gc_set_bit(h->marks, ref);
    if (!hs_vec_push(&h->pending, ref))
        h->overflowed = true;
}

static void mark_ref(void *env, uint32_t ref)
{
    mark_word(env, ref);
}

/* Marks what an object refers to. */
static void follow(struct marks *m, uint32_t ref)
{
    const struct gc_shape *shape = hs_gc_shape(m->s, ref);
    m->live += hs_gc_object_size(m->s, ref);
    for (uint32_t k = 0; k < shape->nrefs; k++)
        mark_word(m, hs_gc_word(m->h, ref, shape->refs[k]));
    if (shape->elem_followed && !HS_PLANTED(38)) {
        const uint32_t n = hs_gc_word(m->h, ref, HS_OFF_GC_LENGTH);
        for (uint32_t k = 0; k < n; k++)
            mark_word(m, hs_gc_word(m->h, ref, HS_GC_HEADER + k * 4));
    }
}

static void follow_pending(struct marks *m)
{
    while (m->h->pending.count)
        follow(m, m->h->pending.data[--m->h->pending.count]);
}

static void follow_all(struct marks *m)
{
    struct hs_heap *h = m->h;
    bool missed = false;
    follow_pending(m);
    while (h->overflowed) {
        h->overflowed = false;
        missed = true;
        for (uint32_t p = hs_heap_next_object(h, HS_HEAP_FIRST); p < h->top;
             p = hs_heap_next_object(h, p + HS_GC_ALIGN))
            if (hs_gc_bit(h->marks, p)) {
                follow(m, p);
                follow_pending(m);
            }
    }
    if (!missed)
        return;
    m->live = 0; /* some were followed twice */
    for (uint32_t p = hs_heap_next_object(h, HS_HEAP_FIRST); p < h->top;
         p = hs_heap_next_object(h, p + HS_GC_ALIGN))
        if (hs_gc_bit(h->marks, p))
            m->live += hs_gc_object_size(m->s, p);
}

/* --- Roots ------------------------------------------------------------------------------------ */

static bool may_hold(const struct store *s, struct valtype t)
{
    return hs_vt_is_ref(t) && hs_heap_top(&s->rt->types.types, hs_vt_heap(t)) != HEAP_FUNC;
}

static void mark_table(struct marks *m, const struct table_obj *t)
{
    if (may_hold(m->s, t->elem) && !HS_PLANTED(34))
        for (uint64_t i = 0; i < t->rec.size; i++)
            mark_word(m, (uint32_t)t->rec.elems[i]);
}

static void mark_instance(struct marks *m, struct instance *i)
{
    const struct module *mod = i->code->module;
    for (uint32_t k = mod->nimported_globals; k < mod->nglobals; k++)
        if (may_hold(m->s, hs_canon_vt(i->code->type_ids, mod->globals[k].type.type)))
            mark_word(
                m,
                ((union hs_value *)((char *)i->vmctx + hs_off_global(&i->code->layout, k)))->gcref);
    for (uint32_t k = mod->nimported_tables; k < mod->ntables; k++)
        if (i->tables[k])
            mark_table(m, i->tables[k]);
    for (uint32_t k = 0; i->items && !HS_PLANTED(35) && k < mod->nelems; k++)
        if (i->items[k] && may_hold(m->s, hs_canon_vt(i->code->type_ids, mod->elems[k].type)))
            for (uint32_t n = 0; n < mod->elems[k].count; n++)
                mark_word(m, (uint32_t)i->items[k][n]);
}

/* Reads whatever lies there, also what a sanitizer would not have read. */
__attribute__((no_sanitize("address", "thread", "undefined"), noinline)) static void
mark_words(struct marks *m, uintptr_t from, uintptr_t to)
{
    for (from &= ~(uintptr_t)3; from + 4 <= to; from += 4)
        mark_word(m, *(const volatile uint32_t *)from);
}

/* What earlier calls left where our frames will be is not to be taken for references. */
static __attribute__((noinline)) void wipe_stack(void)
{
    uint64_t words[256];
    memset(words, 0, sizeof words);
    __asm__ volatile("" : : "r"(words) : "memory");
}

/* What a running guest may hold. False: that cannot be told. */
static __attribute__((noinline)) bool mark_running(struct marks *m)
{
    struct store *s = m->s;
    jmp_buf registers; /* on the stack with those of our callers that no frame has saved yet */
    uintptr_t low = (uintptr_t)__builtin_frame_address(0), high = low;
    memset(&registers, 0,
           sizeof registers); /* most of it is not written, and old words would be read */
    if ((uintptr_t)&registers < low)
        low = (uintptr_t)&registers;
    if (hs_store_running(s))
        for (const struct hs_activation *a = &s->run.act; a; a = a->outer) {
            uintptr_t entry = (uintptr_t)a->entry_sp + HS_ENTRY_FRAME;
            if (entry < low || entry < (uintptr_t)s->run.act.exit_fp)
                return false;
            if (entry > high)
                high = entry;
        }
    if (s->stack_is_whole ? !s->stack_is_whole(s, low, high)
                          : high > low && !hs_thread_stack_has(low, high))
        return false;
    if (!hs_store_running(s))
        return true;
    (void)!setjmp(registers);
    mark_words(m, HS_PLANTED(37) ? high : low, high);
    mark_words(m, (uintptr_t)s->run.args, (uintptr_t)(s->run.args + HS_ARGS_AREA));
    return true;
}

static bool mark_all(struct marks *m)
{
    struct store *s = m->s;
    if (!mark_running(m))
        return false;
    for (const struct hs_aside *a = s->asides; a; a = a->next) {
        mark_words(m, a->low, a->high);
        mark_words(m, (uintptr_t)a->registers, (uintptr_t)a->registers + a->registers_size);
    }
    if (s->each_root)
        s->each_root(s, mark_ref, m);
    mark_word(m, s->pending_exn);
    for (struct instance *i = s->instances; i; i = i->next)
        mark_instance(m, i);
    for (struct table_obj *t = s->tables; t; t = t->next)
        mark_table(m, t);
    for (struct global_obj *g = s->globals; g; g = g->next)
        if (may_hold(s, g->type))
            mark_word(m, g->value->gcref);
    if (!m->h)
        return true;
    for (struct hs_gc_held *held = m->h->held; held; held = held->next)
        for (size_t k = 0; k < held->count; k++)
            mark_word(m, held->values[k].gcref);
    follow_all(m);
    return true;
}

/* --- The dead --------------------------------------------------------------------------------- */

/* Objects: the bitmap of the living takes the place of the one of all. */
static void sweep(struct marks *m)
{
    struct hs_heap *h = m->h;
    uint8_t *starts = h->starts;
    h->starts = h->marks;
    h->marks = starts;
    h->marked_top = h->top;
    h->live = m->live;
    uint32_t last = hs_heap_last_object(h);
    h->top = last ? last + hs_gc_object_size(m->s, last) : HS_HEAP_FIRST;
    HS_ASSERT(h->live <= h->top - HS_HEAP_FIRST);
    h->collections++;
    hs_heap_restart(m->s);
}

/* Takes the dead entries out of the table, into `dead`. False: no memory. */
static bool take_dead(struct marks *m, struct hs_externref **out_dead, size_t *out_count)
{
    struct store *s = m->s;
    size_t count = 0;
#define DEAD(n) (!(m->hosts[(n) / 8] >> (n) % 8 & 1) && s->externrefs.data[n].finalizer != freed)
    for (size_t n = 0; n < s->externrefs.count; n++)
        count += DEAD(n);
    struct hs_externref *dead = hs_calloc(count, sizeof *dead);
    if (!dead || !hs_vec_reserve(&s->free_externrefs, count)) {
        hs_free(dead);
        return false;
    }
    size_t k = 0;
    for (size_t n = 0; n < s->externrefs.count; n++)
        if (DEAD(n)) {
            dead[k++] = s->externrefs.data[n];
            s->externrefs.data[n] = (struct hs_externref){NULL, freed};
            s->free_externrefs.data[s->free_externrefs.count++] = (uint32_t)n;
        }
#undef DEAD
    *out_dead = dead;
    *out_count = k;
    return true;
}

static size_t alive(const struct store *s)
{
    return s->externrefs.count - s->free_externrefs.count;
}

static size_t collect_at(const struct store *s)
{
    return s->collect_externrefs_at ? s->collect_externrefs_at : FIRST;
}

/* When to collect again, with what is alive now. */
static void set_collect_at(struct store *s)
{
    s->collect_externrefs_at = alive(s) < FIRST / 2 ? FIRST : alive(s) * 2;
}

bool hs_gc_collect(struct store *s)
{
    if (s->collecting)
        return false;
    if (!s->heap && alive(s) == 0)
        return true;
    struct hs_heap *h = s->heap;
    struct marks m = {s, h, alive(s) ? hs_calloc((s->externrefs.count + 7) / 8, 1) : NULL, 0};
    if (h) {
        h->overflowed = false;
        hs_vec_clear(&h->pending);
        memset(h->marks + HS_HEAP_FIRST / 64, 0,
               ((h->marked_top > h->top ? h->marked_top : h->top) + 511) / 512 * 8 -
                   HS_HEAP_FIRST / 64);
    }
    struct hs_externref *dead = NULL;
    size_t count = 0;
    wipe_stack();
    const bool known = mark_all(&m);
    if (known && h)
        sweep(&m);
    if (known && m.hosts && take_dead(&m, &dead, &count))
        set_collect_at(s);
    hs_free(m.hosts);
    /* Finalizers may make references, and call guests: everything is in order again. */
    s->collecting = true;
    for (size_t n = 0; n < count; n++)
        if (dead[n].finalizer)
            dead[n].finalizer(dead[n].data);
    s->collecting = false;
    hs_free(dead);
    return known;
}

/* --- The host's things ------------------------------------------------------------------------ */

uint32_t hs_externref_new(struct store *s, void *data, void (*finalizer)(void *))
{
    struct hs_externref entry = {data, finalizer};
    if (alive(s) >= collect_at(s))
        hs_gc_collect(s);
    if (alive(s) >= collect_at(s)) /* it could not: no use in trying each time */
        set_collect_at(s);
    if (s->free_externrefs.count) {
        uint32_t n = s->free_externrefs.data[--s->free_externrefs.count];
        s->externrefs.data[n] = entry;
        return hs_ref_of_host(n);
    }
    return hs_vec_push(&s->externrefs, entry) ? hs_ref_of_host((uint32_t)s->externrefs.count - 1)
                                              : 0;
}

void hs_externref_forget(struct store *s, uint32_t ref)
{
    s->externrefs.data[ref >> 2].finalizer = NULL; /* the next collection takes the entry */
}

bool hs_externref_exists(const struct store *s, uint32_t ref)
{
    return ref >> 2 < s->externrefs.count && s->externrefs.data[ref >> 2].finalizer != freed;
}

void *hs_externref_data(struct store *s, uint32_t ref)
{
    return hs_ref_is_host(ref) && ref >> 2 < s->externrefs.count ? s->externrefs.data[ref >> 2].data
                                                                 : NULL;
}
