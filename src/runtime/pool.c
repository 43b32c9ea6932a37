/* Memory slots; see memory.h. What costs in recycling is telling the other processors that a
 * page is gone or lost a right (12 µs and more as soon as two threads run), so pages are kept
 * and restored in place where few are dirty, and a sealed slot's pages only gain rights. */
#include "base/assert.h"
#include "base/bits.h"
#include "base/planted.h"
#include "runtime/memory.h"

enum {
    /* dirty bytes restored in place from the start of a slot; what lies beyond is given back to the
     * system */
    KEEP_BYTES = 1 << 20,
    HOT_RANGES = sizeof((struct mem_slot *)0)->hot / sizeof(struct hot_range),
    HOT_PAGES = 16, /* restoring more takes longer than asking the kernel which of them are dirty */
    PATIENCE = 4,   /* tenants watched before a slot is sealed for the first time */
    PATIENCE_MAX = 4096, /* a slot that was sealed so often in vain stays open */
    WORTH = 64,          /* tenants of a sealed slot for whom sealing was not in vain */
    /* slots of the process: each has up to 2 * HOT_RANGES mappings more, of 65,530 */
    SEALED_MAX = 1024,
};

static _Atomic uint32_t sealed_slots;

void hs_mem_image_unref(struct mem_image *image)
{
    if (image && atomic_fetch_sub_explicit(&image->refs, 1, memory_order_acq_rel) == 1) {
        hs_image_delete(&image->image);
        hs_free(image);
    }
}

static struct mem_slot *slot_new(void)
{
    struct mem_slot *slot = hs_calloc(1, sizeof *slot);
    if (!slot)
        return NULL;
    slot->reserved = HS_GUARD_BYTES + HS_RESERVED_BYTES + HS_GUARD_BYTES;
    slot->reservation = hs_pages_reserve(slot->reserved);
    if (!slot->reservation) {
        hs_free(slot);
        return NULL;
    }
    slot->base = slot->reservation + HS_GUARD_BYTES;
    slot->patience = PATIENCE;
    slot->ticket = hs_fault_range_add(FAULT_MEMORY, slot->reservation, slot->reserved);
    if (slot->ticket < 0) {
        hs_pages_release(slot->reservation, slot->reserved);
        hs_free(slot);
        return NULL;
    }
    return slot;
}

void hs_pool_drop(struct mem_slot *slot)
{
    if (!slot)
        return;
    if (slot->sealed)
        atomic_fetch_sub_explicit(&sealed_slots, 1, memory_order_relaxed);
    hs_fault_range_remove(slot->ticket);
    hs_pages_release(slot->reservation, slot->reserved);
    hs_mem_image_unref(slot->image);
    hs_free(slot);
}

/* Makes the slot read as `image` (NULL: zero) in its first `bytes` bytes, which become the
 * opened prefix. */
static bool slot_shape(struct mem_slot *slot, struct mem_image *image, size_t bytes)
{
    if (slot->image != image) {
        if (slot->image) { /* cover the old image with fresh pages */
            size_t covered = slot->image->image.size;
            if (!hs_pages_renew(slot->base, covered))
                return false;
            hs_mem_image_unref(slot->image);
            slot->image = NULL;
            if (slot->opened &&
                !hs_pages_open(slot->base, slot->opened < covered ? slot->opened : covered))
                return false;
        }
        if (image) {
            if (!hs_image_map(&image->image, slot->base))
                return false;
            atomic_fetch_add_explicit(&image->refs, 1, memory_order_relaxed);
            slot->image = image;
            if (slot->opened < image->image.size)
                slot->opened = image->image.size;
        }
    }
    if (slot->opened > bytes) {
        if (!hs_pages_close(slot->base + bytes, slot->opened - bytes))
            return false;
    } else if (!hs_pages_open(slot->base + slot->opened, bytes - slot->opened)) {
        return false;
    }
    slot->opened = bytes;
    return true;
}

enum status hs_pool_take(struct runtime *rt, struct mem_image *image, size_t bytes,
                         struct mem_slot **out_slot)
{
    HS_CHECK(bytes <= HS_RESERVED_BYTES && (!image || image->image.size <= bytes));
    pthread_mutex_lock(&rt->pool_lock);
    struct mem_slot *slot = rt->free_slots;
    if (slot) {
        rt->free_slots = slot->next;
        rt->nfree_slots--;
    }
    pthread_mutex_unlock(&rt->pool_lock);
    if (!slot && !(slot = slot_new()))
        return ST_OOM;
    slot->next = NULL;
    if (!slot_shape(slot, image, bytes)) {
        hs_pool_drop(slot);
        return ST_OOM;
    }
    *out_slot = slot;
    return ST_OK;
}

void hs_pool_give(struct runtime *rt, struct mem_slot *slot)
{
    pthread_mutex_lock(&rt->pool_lock);
    bool keep = rt->nfree_slots < rt->config.keep_slots;
    if (keep) {
        slot->next = rt->free_slots;
        rt->free_slots = slot;
        rt->nfree_slots++;
    }
    pthread_mutex_unlock(&rt->pool_lock);
    if (!keep)
        hs_pool_drop(slot);
}

/* --- Hot pages -------------------------------------------------------------------------------- */

static bool is_hot(const struct mem_slot *slot, uint32_t first, uint32_t end)
{
    for (uint32_t k = 0; k < slot->nhot; k++)
        if (first >= slot->hot[k].first && end <= slot->hot[k].first + slot->hot[k].count)
            return true;
    return false;
}

/* Adds pages to the hot ones, merging what they overlap or touch. False: they would be too many,
 * nothing changed. */
static bool make_hot(struct mem_slot *slot, uint32_t first, uint32_t end)
{
    uint32_t from = 0;
    while (from < slot->nhot && slot->hot[from].first + slot->hot[from].count < first)
        from++;
    uint32_t to = from, pages = slot->hot_pages;
    for (; to < slot->nhot && slot->hot[to].first <= end; to++) {
        struct hot_range r = slot->hot[to];
        pages -= r.count;
        if (r.first < first)
            first = r.first;
        if (r.first + r.count > end)
            end = r.first + r.count;
    }
    pages += end - first;
    if (pages > HOT_PAGES || slot->nhot - (to - from) == HOT_RANGES)
        return false;
    memmove(&slot->hot[from + 1], &slot->hot[to], (slot->nhot - to) * sizeof *slot->hot);
    slot->hot[from] = (struct hot_range){first, end - first};
    slot->nhot += 1 - (to - from);
    slot->hot_pages = pages;
    return true;
}

static void watch_anew(struct mem_slot *slot)
{
    slot->nhot = slot->hot_pages = slot->calm = 0;
}

/* Opens a sealed slot. If that comes early, it will have to show longer that it is worth
 * sealing. */
static bool unseal(struct mem_slot *slot)
{
    size_t sealed = slot->sealed;
    if (!sealed)
        return true;
    slot->sealed = 0;
    atomic_fetch_sub_explicit(&sealed_slots, 1, memory_order_relaxed);
    slot->patience = slot->calm >= WORTH ? PATIENCE : slot->patience * 4;
    watch_anew(slot);
    if (!hs_pages_open(slot->base, sealed))
        slot->broken = true;
    return !slot->broken;
}

static void seal(struct mem_slot *slot)
{
    size_t page = hs_page_size(), at = 0;
    slot->calm = 0; /* if it is refused, it is asked for again later */
    if (slot->exposed || !hs_fault_arrives())
        return;
    if (atomic_fetch_add_explicit(&sealed_slots, 1, memory_order_relaxed) >= SEALED_MAX) {
        atomic_fetch_sub_explicit(&sealed_slots, 1, memory_order_relaxed);
        return;
    }
    slot->sealed = slot->opened;
    for (uint32_t k = 0; k <= slot->nhot; k++) {
        size_t end = k < slot->nhot ? slot->hot[k].first * page : slot->opened;
        if (!hs_pages_protect(slot->base + at, end - at)) {
            unseal(slot);
            return;
        }
        at = k < slot->nhot ? end + slot->hot[k].count * page : end;
    }
}

/* The hot pages stay writable from here on, so that a tenant's first write to each is the last
 * that costs anything. */
bool hs_pool_write(struct mem_slot *slot, size_t at, size_t size)
{
    if (at >= slot->sealed || size == 0)
        return !slot->broken;
    size_t page = hs_page_size(),
           last = size < slot->sealed - at ? at + size - 1 : slot->sealed - 1;
    uint32_t first = (uint32_t)(at / page), end = (uint32_t)(last / page) + 1;
    if (is_hot(slot, first, end))
        return true;
    if ((HS_PLANTED(22) || make_hot(slot, first, end)) &&
        hs_pages_open(slot->base + first * page, (end - first) * page))
        return true;
    slot->stale = true;
    return unseal(slot);
}

bool hs_pool_fault(struct mem_slot *slot, size_t at)
{
    uint32_t page = (uint32_t)(at / hs_page_size());
    return is_hot(slot, page, page + 1) ? unseal(slot) /* somebody else changed its rights */
                                        : hs_pool_write(slot, at, 1);
}

bool hs_pool_expose(struct mem_slot *slot)
{
    if (slot->broken || !(HS_PLANTED(23) || unseal(slot)))
        return false;
    __atomic_store_n(&slot->exposed, true, __ATOMIC_RELAXED);
    return true;
}

/* --- Cleaning --------------------------------------------------------------------------------- */

enum {
    /* a slot of this size is restored whole: less than asking the kernel what is dirty */
    SMALL_BYTES = 64 << 10,
    WATCHED = 8, /* once it has been cleaned so often and was not sealed */
};

static void restore(struct mem_slot *slot, size_t at, size_t size)
{
    size_t from_image = 0;
    if (slot->image && at < slot->image->image.size) {
        from_image = slot->image->image.size - at < size ? slot->image->image.size - at : size;
        memcpy(slot->base + at, slot->image->image.view + at, from_image);
    }
    memset(slot->base + at + from_image, 0, size - from_image);
}

/* Does this part read as it should for a new tenant? */
static bool as_new(const struct mem_slot *slot, size_t at, size_t size)
{
    size_t image = slot->image ? slot->image->image.size : 0, page = hs_page_size();
    for (size_t end = at + size; at < end; at += page)
        if (memcmp(slot->base + at, at < image ? slot->image->image.view + at : hs_page_zero(),
                   page) != 0)
            return false;
    return true;
}

static void restore_hot(struct mem_slot *slot)
{
    size_t page = hs_page_size();
    for (uint32_t k = 0; k + HS_PLANTED(21) < slot->nhot; k++)
        restore(slot, slot->hot[k].first * page, slot->hot[k].count * page);
    if (slot->calm < UINT32_MAX)
        slot->calm++;
    /* The invariant of sealing. Large memories are looked at now and then. */
    HS_ASSERT((slot->opened > 1 << 20 && slot->calm % 64) || as_new(slot, 0, slot->opened));
}

/* The kernel tells of pages that were ever written since they were given back, not of those that
 * this tenant wrote. Now and then it is looked how many it did, and if they are few, all are
 * given back. */
enum { LOOK_EVERY = 16, FEW = 32 };

struct cleaning {
    struct mem_slot *slot;
    size_t kept, written; /* bytes; what was written is looked for if `look` */
    bool look;
    bool ok, wandered, too_many; /* wandered: pages were written that had not been before */
};

static void restore_dirty(void *env, void *pages, size_t size)
{
    struct cleaning *c = env;
    size_t at = (size_t)((uint8_t *)pages - c->slot->base), page = hs_page_size();
    HS_CHECK(at < c->slot->opened && size <= c->slot->opened - at);
    uint32_t first = (uint32_t)(at / page), end = (uint32_t)((at + size) / page);
    if (!is_hot(c->slot, first, end)) {
        c->wandered = true;
        c->too_many |= !make_hot(c->slot, first, end);
    }
    if (c->kept + size > KEEP_BYTES) {
        c->ok &= hs_pages_discard(pages, size);
        return;
    }
    c->kept += size;
    for (size_t p = at; c->look && p < at + size; p += page)
        c->written += as_new(c->slot, p, page) ? 0 : page;
    restore(c->slot, at, size);
}

/* Cleans an open slot and learns from it. */
static bool scan(struct mem_slot *slot, bool exposed)
{
    struct cleaning c = {.slot = slot, .ok = true, .look = ++slot->cleaned % LOOK_EVERY == 0};
    if (slot->stale || !hs_pages_scan_dirty(slot->base, slot->opened, restore_dirty, &c)) {
        slot->stale = false;
        /* where the kernel cannot tell, faults will once it is sealed */
        slot->nhot = slot->hot_pages = 0;
        c.ok = hs_pages_discard(slot->base, slot->opened);
    }
    if (exposed || c.wandered)
        slot->calm = 0;
    else
        slot->calm++;
    if (c.too_many)
        watch_anew(slot);
    if (c.look && c.too_many && c.written < c.kept / FEW)
        c.ok &= hs_pages_discard(slot->base, slot->opened);
    if (c.ok && slot->calm >= slot->patience && slot->patience <= PATIENCE_MAX)
        seal(slot);
    return c.ok && !slot->broken;
}

bool hs_pool_clean(struct mem_slot *slot, bool written, size_t bytes)
{
    bool exposed = __atomic_load_n(&slot->exposed, __ATOMIC_RELAXED);
    if (slot->broken || (bytes < slot->sealed && !unseal(slot)))
        return false;
    slot->exposed = false;
    if (slot->opened > bytes) { /* what grew goes back first: then there is less to scan */
        if (!hs_pages_close(slot->base + bytes, slot->opened - bytes))
            return false;
        slot->opened = bytes;
    }
    if (bytes == 0) { /* the next tenant may be anybody */
        watch_anew(slot);
        slot->patience = PATIENCE;
        slot->cleaned = 0;
        slot->stale = false;
    }
    if (!written || slot->opened == 0)
        return true;
    if (slot->sealed) {
        restore_hot(slot);
        return true;
    }
    if (slot->opened <= SMALL_BYTES && slot->cleaned >= WATCHED) {
        restore(slot, 0, slot->opened);
        return true;
    }
    return scan(slot, exposed);
}
