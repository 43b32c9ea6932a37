/* The collected heap: address space, and making objects; see heap.h for what it is, collect.c
 * for who lives.
 *
 *     base    +256 M                     at    end          cursor                      top      clean  opened      4 GiB
 *      |  no   | objects and gaps  objects|free,| gaps among   | objects of before, and   | free,  | zero  | no access | guard
 *      | access|                          |zero | new objects  | gaps not looked at yet   | dirty  |       |           |
 *
 * One idea: a bitmap says where objects start, and nothing else is known about free memory. A
 * collection replaces the bitmap by the one of the living, which frees everything else without
 * touching it. Small objects are made by counting up through a piece of free memory; when it is
 * used up the next gap of the bitmap is looked up, cleared a piece at a time, just before it is
 * used and stays in the cache. Wide objects look for a gap of their size with a cursor of their
 * own. Where no gap is left, the top goes up.
 *
 * Invariants: a bit of `starts` below the top is set exactly where an object is; objects do not
 * overlap; [at, end) has no object and is zero; memory from `clean` on is zero. */
#include "base/bits.h"
#include "base/planted.h"
#include "runtime/gc/heap_parts.h"

enum {
    PIECE = 32 << 10, /* bytes cleared at a time */
    SMALL = 2 << 10,  /* larger objects are wide */
    STEP = 1 << 20,   /* the heap is opened in such steps */
    GUARD = 1 << 20,
    DISCARD = 1 << 20, /* so much is rather given back than cleared */
    MIN_BUDGET = 2 << 20,
    PENDING = 1 << 10, /* room for objects to be followed that is always there */
    KEPT = 4 << 20,    /* free memory above the top that is not given back */
    /* A collection is no use when the one before left nearly everything in place: 1 / GAIN of
     * the living must have been allocated in between. */
    GAIN = 64,
};
#define RESERVED ((UINT64_C(4) << 30) + GUARD)
#define BITS     ((UINT64_C(4) << 30) / HS_GC_ALIGN / 8)

/* --- Opening and closing ---------------------------------------------------------------------- */

static void heap_free(struct hs_heap *h)
{
    hs_pages_release(h->base, RESERVED);
    hs_pages_release(h->starts, BITS);
    hs_pages_release(h->marks, BITS);
    hs_vec_deinit(&h->pending);
    hs_vec_deinit(&h->types);
    hs_free(h->func_numbers);
    hs_free(h);
}

enum status hs_heap_open(struct store *s)
{
    if (s->heap)
        return ST_OK;
    struct hs_heap *h = hs_calloc(1, sizeof *h);
    struct hs_funcref **funcs = hs_calloc(1, sizeof *funcs);
    if (h) {
        hs_vec_init(&h->pending, 1 << 24);
        hs_vec_init(&h->types, HS_LIMIT_TYPES);
        h->base = hs_pages_reserve(RESERVED);
        h->starts = hs_pages_reserve(BITS);
        h->marks = hs_pages_reserve(BITS);
    }
    if (!h || !funcs || !h->base || !h->starts || !h->marks ||
        !hs_vec_reserve(&h->pending, PENDING)) {
        if (h)
            heap_free(h);
        hs_free(funcs);
        return ST_OOM;
    }
    h->at = h->end = h->cursor = h->wide_cursor = h->top = h->clean = h->opened = h->marked_top =
        HS_HEAP_FIRST;
    h->hopeless = UINT32_MAX;
    h->budget = MIN_BUDGET;
    h->nfuncs = h->func_cap = 1;
    s->run.funcs = funcs;
    s->heap = h;
    memset(s->run.args, 0, HS_ARGS_AREA * sizeof *s->run.args); /* collections read it */
    for (struct hs_vmctx *c = s->contexts; c; c = c->next)
        c->heap = h->base; /* also of modules without types of objects: they can be given some */
    return ST_OK;
}

void hs_heap_delete(struct store *s)
{
    struct hs_heap *h = s->heap;
    if (!h)
        return;
    HS_ASSERT(!h->held);
    for (size_t i = 0; i < h->types.count; i++)
        hs_type_registry_release(&s->rt->types, h->types.data[i]);
    heap_free(h);
    hs_free(s->run.funcs);
    s->run.funcs = NULL;
    s->heap = NULL;
}

uint8_t *hs_heap_base(const struct store *s)
{
    return s->heap ? s->heap->base : NULL;
}

struct hs_heap *hs_heap_space(const struct store *s)
{
    static struct hs_heap full; /* never written: nothing fits */
    return s->heap && !s->rt->config.gc_stress ? s->heap : &full;
}

uint64_t hs_heap_bytes(const struct store *s)
{
    return s->heap ? s->heap->top - HS_HEAP_FIRST : 0;
}

enum status hs_gc_hold_type(struct store *s, uint32_t id)
{
    enum status st = hs_heap_open(s);
    if (st != ST_OK)
        return st;
    struct hs_heap *h = s->heap;
    for (size_t i = 0; i < h->types.count; i++)
        if (h->types.data[i] == id)
            return ST_OK;
    if (!hs_vec_push(&h->types, id))
        return ST_OOM;
    hs_type_registry_hold(&s->rt->types, id);
    return ST_OK;
}

void hs_gc_hold(struct store *s, struct hs_gc_held *held)
{
    held->next = s->heap->held;
    s->heap->held = held;
}

void hs_gc_let_go(struct store *s, struct hs_gc_held *held)
{
    struct hs_gc_held **p = &s->heap->held; /* not the first if a finalizer's call rests */
    while (*p != held)
        p = &(*p)->next;
    *p = held->next;
}

/* --- Free memory ------------------------------------------------------------------------------ */

/* The first object at or above a place, or `limit`, which is not above the top. */
static uint32_t next_object_below(const struct hs_heap *h, uint32_t from, uint32_t limit)
{
    if (from >= limit)
        return limit;
    uint64_t word = from >> 9, last = (uint64_t)(limit - 1) >> 9;
    uint64_t bits = hs_load64(h->starts + word * 8) >> (from >> 3 & 63);
    uint32_t found = limit;
    if (bits) {
        found = from + ((uint32_t)__builtin_ctzll(bits) << 3);
    } else {
        while (++word <= last) {
            bits = hs_load64(h->starts + word * 8);
            if (bits) {
                found = (uint32_t)(word << 9) + ((uint32_t)__builtin_ctzll(bits) << 3);
                break;
            }
        }
    }
    return found < limit ? found : limit;
}

uint32_t hs_heap_next_object(const struct hs_heap *h, uint32_t from)
{
    return next_object_below(h, from, h->top);
}

uint32_t hs_heap_last_object(const struct hs_heap *h)
{
    for (uint64_t word = ((uint64_t)h->top + 511) >> 9; word-- > HS_HEAP_FIRST >> 9;) {
        uint64_t bits = hs_load64(h->starts + word * 8);
        if (bits)
            return (uint32_t)(word << 9) + ((63 - (uint32_t)__builtin_clzll(bits)) << 3);
    }
    return 0;
}

static void clear(struct hs_heap *h, uint32_t from, uint32_t to)
{
    if (to > h->clean)
        to = h->clean;
    if (from >= to || HS_PLANTED(36))
        return;
    if (to - from >= DISCARD) {
        const uint64_t page = hs_page_size();
        uint64_t low = hs_align_up(from, page), high = to & ~(page - 1);
        if (hs_pages_discard(h->base + low, high - low)) {
            memset(h->base + from, 0, low - from);
            from = (uint32_t)high;
        }
    }
    memset(h->base + from, 0, to - from);
}

/* Room for `size` bytes at the top; false: the limit is reached, or the system has no memory. */
static bool raise_top(struct store *s, uint32_t size)
{
    struct hs_heap *h = s->heap;
    uint64_t limit = HS_HEAP_END, top = (uint64_t)h->top + size;
    if (s->max_memory_bytes < limit - HS_HEAP_FIRST)
        limit = s->max_memory_bytes + HS_HEAP_FIRST;
    if (top > limit)
        return false;
    if (top > h->opened) {
        uint64_t opened = hs_align_up(top, STEP);
        if (opened > hs_align_up(HS_HEAP_END, STEP))
            opened = hs_align_up(HS_HEAP_END, STEP);
        /* A page of a bitmap is for 32 pages of objects. */
        const uint64_t page = hs_page_size();
        uint64_t bits = hs_align_up((uint64_t)h->opened >> 6, page),
                 want = hs_align_up(opened >> 6, page);
        if (!hs_pages_open(h->base + h->opened, opened - h->opened) ||
            !hs_pages_open(h->starts + bits, want - bits) ||
            !hs_pages_open(h->marks + bits, want - bits))
            return false;
        h->opened = opened > UINT32_MAX ? HS_HEAP_END : (uint32_t)opened;
    }
    h->top = (uint32_t)top;
    return true;
}

/* What is written now is no longer clean. */
static void soil(struct hs_heap *h, uint32_t to)
{
    if (to > h->clean)
        h->clean = to;
}

/* Makes [at, end) have at least `size` bytes, cleared. */
static bool refill(struct store *s, uint32_t size)
{
    struct hs_heap *h = s->heap;
    while (h->cursor < h->top) {
        uint32_t from = h->cursor;
        if (hs_gc_bit(h->starts, from)) {
            h->cursor = from + hs_gc_object_size(s, from);
            continue;
        }
        /* A gap may be much larger than a piece, and is not to be looked through for each of its
         * pieces. */
        uint64_t enough = (uint64_t)from + PIECE + size;
        uint32_t next = next_object_below(h, from, enough < h->top ? (uint32_t)enough : h->top);
        uint32_t begin = from == h->end ? h->at : from; /* what is left goes on here */
        if (next - begin < size) {
            h->cursor = next;
            continue;
        }
        uint32_t end = next - from > PIECE ? from + PIECE : next;
        clear(h, from, end);
        h->at = begin;
        h->end = h->cursor = end;
        h->allocated += end - begin;
        soil(h, end);
        return true;
    }
    HS_ASSERT(h->cursor == h->top);
    uint32_t from = h->top;
    if (!raise_top(s, PIECE) && !raise_top(s, size))
        return false;
    clear(h, from, h->top);
    if (from != h->end)
        h->at = from;
    h->end = h->cursor = h->top;
    h->allocated += h->end - h->at;
    soil(h, h->top);
    return true;
}

/* A cleared place for a wide object. */
static bool find_wide(struct store *s, uint32_t size, uint32_t *out)
{
    struct hs_heap *h = s->heap;
    uint32_t found = 0;
    if (size < h->hopeless) {
        for (uint32_t p = h->wide_cursor; p < h->top;) {
            if (hs_gc_bit(h->starts, p)) {
                p += hs_gc_object_size(s, p);
                continue;
            }
            uint32_t next = hs_heap_next_object(h, p);
            if (p < h->end && next > h->at) /* the place of small objects is not to be given away */
                p = h->end;
            if (p < next && next - p >= size) {
                found = p;
                break;
            }
            p = next;
        }
        if (found)
            h->wide_cursor = found + size;
        else
            h->hopeless = size;
    }
    if (!found) {
        found = h->top;
        if (!raise_top(s, size))
            return false;
        if (h->cursor == found) /* nothing to look at in between */
            h->cursor = h->top;
    }
    clear(h, found, found + size);
    soil(h, found + size);
    h->allocated += size;
    *out = found;
    return true;
}

/* The next gap of DISCARD bytes or more; false: there is none. Looks at the bitmap and at the
 * objects before long runs without any, few as these are. */
static bool next_large_gap(const struct store *s, uint32_t from, uint32_t *out_begin,
                           uint32_t *out_end)
{
    const struct hs_heap *h = s->heap;
    const uint64_t end = ((uint64_t)h->top + 511) >> 9;
    uint32_t last = 0; /* the latest object seen */
    for (uint64_t word = from >> 9; word < end;) {
        uint64_t bits = hs_load64(h->starts + word * 8), run = word;
        if (bits) {
            last = (uint32_t)(word << 9) + ((63 - (uint32_t)__builtin_clzll(bits)) << 3);
            word++;
            continue;
        }
        while (run < end && !hs_load64(h->starts + run * 8))
            run++;
        if ((run - word) << 9 >= DISCARD - 1024) { /* words at both ends may be a part of it */
            uint32_t begin = last ? last + hs_gc_object_size(s, last) : from;
            uint32_t next = run == end ? h->top : hs_heap_next_object(h, (uint32_t)(run << 9));
            if (begin < next && next - begin >= DISCARD) {
                *out_begin = begin;
                *out_end = next;
                return true;
            }
        }
        word = run;
    }
    return false;
}

/* Memory that will not be needed soon goes back: what lies above the next budget's worth of gaps
 * and of the top. */
static void give_back(struct store *s)
{
    struct hs_heap *h = s->heap;
    const uint64_t page = hs_page_size();
    uint64_t keep = h->budget + KEPT;
    uint32_t begin, end;
    for (uint32_t from = HS_HEAP_FIRST; next_large_gap(s, from, &begin, &end); from = end) {
        if (keep >= end - begin) {
            keep -= end - begin;
            continue;
        }
        uint64_t low = hs_align_up(begin + keep, page), high = end & ~(page - 1);
        keep = 0;
        if (low < high)
            hs_pages_discard(h->base + low, high - low);
    }
    uint64_t top = hs_align_up(h->top + keep, STEP);
    if (top < h->clean && hs_pages_discard(h->base + top, hs_align_up(h->clean, STEP) - top))
        h->clean = (uint32_t)top;
}

void hs_heap_restart(struct store *s)
{
    struct hs_heap *h = s->heap;
    h->at = h->end = h->cursor = h->wide_cursor = HS_HEAP_FIRST;
    h->hopeless = UINT32_MAX;
    h->allocated = 0;
    h->refused = false;
    h->budget = h->live * 2 > MIN_BUDGET ? h->live * 2 : MIN_BUDGET;
    give_back(s);
}

/* --- Making objects --------------------------------------------------------------------------- */

static bool try_place(struct store *s, uint32_t size, uint32_t *out)
{
    struct hs_heap *h = s->heap;
    if (size > SMALL)
        return find_wide(s, size, out);
    if (size > h->end - h->at && !refill(s, size))
        return false;
    *out = h->at;
    h->at += size;
    return true;
}

static __attribute__((noinline)) enum status place_slowly(struct store *s, uint64_t bytes,
                                                          uint32_t *out)
{
    enum status st = hs_heap_open(s);
    if (st != ST_OK)
        return st;
    struct hs_heap *h = s->heap;
    if (bytes > HS_HEAP_END - HS_HEAP_FIRST)
        return ST_OOM;
    const uint32_t size = (uint32_t)bytes;
    bool collected = false;
    if (s->rt->config.gc_stress || h->allocated + size > h->budget) {
        collected = hs_gc_collect(s);
        if (!collected) /* not possible now: no use in trying each time */
            h->budget += MIN_BUDGET;
    }
    if (try_place(s, size, out))
        return ST_OK;
    /* The next try after a failure collects in any case: the host may have let go of much. */
    const bool useless = collected || (h->allocated < h->live / GAIN && !h->refused);
    if (!useless && hs_gc_collect(s) && try_place(s, size, out))
        return ST_OK;
    h->refused = true;
    return ST_OOM;
}

static inline enum status make(struct store *s, uint64_t bytes, uint32_t type, uint32_t length,
                               uint32_t *out)
{
    struct hs_heap *h = s->heap;
    uint32_t ref = 0; /* an old one that was left here would be seen by the collection */
    if (HS_LIKELY(h && bytes <= h->end - h->at && !s->rt->config.gc_stress)) {
        ref = h->at;
        h->at += (uint32_t)bytes;
    } else {
        enum status st = place_slowly(s, bytes, &ref);
        if (st != ST_OK)
            return st;
        h = s->heap;
    }
    HS_ASSERT(ref % HS_GC_ALIGN == 0 && ref >= HS_HEAP_FIRST && ref + bytes <= h->top &&
              !hs_gc_bit(h->starts, ref));
    hs_gc_set_bit(h->starts, ref);
    hs_store32(h->base + ref + HS_OFF_GC_TYPE, type);
    hs_store32(h->base + ref + HS_OFF_GC_LENGTH, length);
    *out = ref;
    return ST_OK;
}

enum status hs_gc_new_struct(struct store *s, uint32_t id, uint32_t *out_ref)
{
    const struct gc_shape *shape = hs_canon_shape(&s->rt->types, id);
    if (!shape)
        return ST_OOM;
    return make(s, shape->layout.size, id, 0, out_ref);
}

enum status hs_gc_new_array(struct store *s, uint32_t id, uint32_t length, uint32_t *out_ref)
{
    const struct gc_shape *shape = hs_canon_shape(&s->rt->types, id);
    if (!shape)
        return ST_OOM;
    return make(s, hs_gc_array_size(shape->elem_size, length), id, length, out_ref);
}

enum status hs_gc_new_exn(struct store *s, struct tag_obj *tag, uint32_t *out_ref)
{
    uint32_t number;
    const struct gc_shape *shape = hs_canon_shape(&s->rt->types, tag->type);
    if (!shape || !hs_store_handle(s, EXTERN_TAG, tag, &number))
        return ST_OOM;
    return make(s, shape->layout.size, tag->type | HS_GC_EXN, number, out_ref);
}
