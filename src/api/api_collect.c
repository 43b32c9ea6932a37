/* Collecting references to the host's things. They are numbers into a table of the store; an entry is alive as long as a root,
 * a table or a global holds its number, or a guest that is running may.
 *
 * A store collects when the host asks (wasmtime_context_gc), and by itself when an entry is made and there are twice as many
 * as were alive after the last time: so a store that lives for long has at most twice what it needs, and the work stays in
 * proportion to the entries made. The finalizers run at these two moments, and when the store ends.
 *
 * Guests keep no maps of their frames. While one runs, its part of the stack, from here up to where it was entered, is read
 * word by word, and a word that is a number of an entry keeps it: that can keep an entry for too long, never too short.
 * Compiled code keeps references in frames, in registers that the functions above save in theirs, and in the store's
 * argument area. If the guest's frames are not all on this stack (a call that rests, a stack of the host's own making),
 * nothing is collected. */
#include "api/api.h"
#include <setjmp.h>

enum { FIRST = 1 << 14 }; /* entries before the store collects by itself */

static void freed(void *data) /* the finalizer of entries that mean nothing */
{
    (void)data;
}

struct marks {
    struct store *s;
    uint8_t *bits;
};

static void mark(struct marks *m, uint64_t ref)
{
    uint32_t n = (uint32_t)ref - 1;
    if (n < m->s->externrefs.count)
        m->bits[n / 8] |= (uint8_t)(1 << n % 8);
}

static bool may_hold(const struct store *s, struct valtype t)
{
    return hs_vt_is_ref(t) && hs_heap_top(&s->rt->types.types, hs_vt_heap(t)) == HEAP_EXTERN;
}

static void mark_table(struct marks *m, const struct table_obj *t)
{
    if (may_hold(m->s, t->elem))
        for (uint64_t i = 0; i < t->rec.size; i++)
            mark(m, t->rec.elems[i]);
}

static void mark_instance(struct marks *m, struct instance *i)
{
    const struct module *mod = i->code->module;
    for (uint32_t k = mod->nimported_globals; k < mod->nglobals; k++)
        if (may_hold(m->s, hs_canon_vt(i->code->type_ids, mod->globals[k].type.type)))
            mark(
                m,
                ((union hs_value *)((char *)i->vmctx + hs_off_global(&i->code->layout, k)))->gcref);
    for (uint32_t k = mod->nimported_tables; k < mod->ntables; k++)
        if (i->tables[k])
            mark_table(m, i->tables[k]);
}

/* Reads whatever lies there, also what a sanitizer would not have read. */
__attribute__((no_sanitize("address", "thread", "undefined"), noinline)) static void
mark_words(struct marks *m, uintptr_t from, uintptr_t to)
{
    for (from &= ~(uintptr_t)3; from + 4 <= to; from += 4)
        mark(m, *(const volatile uint32_t *)from);
}

/* What a running guest may hold. False: that cannot be told. */
static __attribute__((noinline)) bool mark_running(struct marks *m)
{
    struct store *s = m->s;
    jmp_buf registers; /* on the stack with those of our callers that no frame has saved yet */
    uintptr_t low = (uintptr_t)__builtin_frame_address(0), high = low;
    if (hs_api_part(s)->resting)
        return false;
    if (!hs_store_running(s))
        return true;
    if ((uintptr_t)&registers < low)
        low = (uintptr_t)&registers;
    for (const struct hs_activation *a = &s->run.act; a; a = a->outer) {
        uintptr_t entry = (uintptr_t)a->entry_sp + HS_ENTRY_FRAME;
        if (entry < low || entry < (uintptr_t)s->run.act.exit_fp)
            return false;
        if (entry > high)
            high = entry;
    }
    if (hs_api_fiber_running(hs_api_part(s)) ? !hs_api_fiber_has(hs_api_part(s), low, high)
                                             : !hs_thread_stack_has(low, high))
        return false;
    (void)!setjmp(registers);
    mark_words(m, low, high);
    mark_words(m, (uintptr_t)s->run.args, (uintptr_t)(s->run.args + HS_ARGS_AREA));
    return true;
}

static bool mark_all(struct marks *m)
{
    struct store *s = m->s;
    if (!mark_running(m))
        return false;
    for (struct root *r = hs_api_part(s)->roots; r; r = r->next)
        mark(m, r->ref);
    for (struct instance *i = s->instances; i; i = i->next)
        mark_instance(m, i);
    for (struct table_obj *t = s->tables; t; t = t->next)
        mark_table(m, t);
    for (struct global_obj *g = s->globals; g; g = g->next)
        if (may_hold(s, g->type))
            mark(m, g->value->gcref);
    return true;
}

/* Takes the dead entries out of the table, into `dead`. False: no memory. */
static bool take_dead(struct marks *m, struct hs_externref **out_dead, size_t *out_count)
{
    struct store *s = m->s;
    struct wasmtime_store *w = hs_api_part(s);
    size_t count = 0;
#define DEAD(n) (!(m->bits[(n) / 8] >> (n) % 8 & 1) && s->externrefs.data[n].finalizer != freed)
    for (size_t n = 0; n < s->externrefs.count; n++)
        count += DEAD(n);
    struct hs_externref *dead = hs_calloc(count, sizeof *dead);
    if (!dead || !hs_vec_reserve(&w->free_refs, count)) {
        hs_free(dead);
        return false;
    }
    size_t k = 0;
    for (size_t n = 0; n < s->externrefs.count; n++)
        if (DEAD(n)) {
            dead[k++] = s->externrefs.data[n];
            s->externrefs.data[n] = (struct hs_externref){NULL, freed};
            w->free_refs.data[w->free_refs.count++] = (uint32_t)n;
        }
#undef DEAD
    *out_dead = dead;
    *out_count = k;
    return true;
}

static size_t alive(const struct store *s)
{
    return s->externrefs.count - hs_api_part(s)->free_refs.count;
}

/* When to collect again, with what is alive now. */
static void set_mark(struct store *s)
{
    hs_api_part(s)->collect_at = alive(s) < FIRST / 2 ? FIRST : alive(s) * 2;
}

void hs_api_collect(struct store *s)
{
    struct wasmtime_store *w = hs_api_part(s);
    struct hs_externref *dead;
    size_t count;
    if (w->collecting || alive(s) == 0)
        return;
    struct marks m = {s, hs_calloc((s->externrefs.count + 7) / 8, 1)};
    bool ok = m.bits && mark_all(&m) && take_dead(&m, &dead, &count);
    hs_free(m.bits);
    if (!ok)
        return;
    set_mark(s);
    /* Finalizers may make references, and call guests: everything is in order again. */
    w->collecting = true;
    for (size_t n = 0; n < count; n++)
        if (dead[n].finalizer)
            dead[n].finalizer(dead[n].data);
    w->collecting = false;
    hs_free(dead);
}

uint32_t hs_api_externref_new(struct store *s, void *data, void (*finalizer)(void *))
{
    struct wasmtime_store *w = hs_api_part(s);
    if (alive(s) >= (w->collect_at ? w->collect_at : FIRST))
        hs_api_collect(s);
    if (alive(s) >=
        (w->collect_at ? w->collect_at : FIRST)) /* it could not: no use in trying each time */
        set_mark(s);
    if (!w->free_refs.count)
        return hs_externref_new(s, data, finalizer);
    uint32_t n = w->free_refs.data[--w->free_refs.count];
    s->externrefs.data[n] = (struct hs_externref){data, finalizer};
    return n + 1;
}
