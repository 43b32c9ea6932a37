/* Memory slots; see memory.h. What costs in recycling is telling the other processors that a page is gone (12 µs
 * and more as soon as two threads run), so pages are kept and restored in place where few are dirty. */
#include "base/bits.h"
#include "runtime/memory.h"
#include "base/assert.h"

/* Dirty bytes restored in place from the start of a slot; what lies beyond is given back to the system. */
enum { KEEP_BYTES = 1 << 20 };

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
    hs_fault_range_remove(slot->ticket);
    hs_pages_release(slot->reservation, slot->reserved);
    hs_mem_image_unref(slot->image);
    hs_free(slot);
}

/* Makes the slot read as `image` (NULL: zero) in its first `bytes` bytes, which become the opened prefix. */
static bool slot_shape(struct mem_slot *slot, struct mem_image *image, size_t bytes)
{
    if (slot->image != image) {
        if (slot->image) { /* cover the old image with fresh pages */
            size_t covered = slot->image->image.size;
            if (!hs_pages_renew(slot->base, covered))
                return false;
            hs_mem_image_unref(slot->image);
            slot->image = NULL;
            if (slot->opened && !hs_pages_open(slot->base, slot->opened < covered ? slot->opened : covered))
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

enum status hs_pool_take(struct runtime *rt, struct mem_image *image, size_t bytes, struct mem_slot **out_slot)
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

/* --- Cleaning ------------------------------------------------------------------------------------------------- */

enum {
    SMALL_BYTES = 64 << 10, /* a slot of this size is restored whole: less than asking the kernel what is dirty */
    HOT = 4,                /* once it has been cleaned so often that its pages may as well stay */
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

struct cleaning {
    struct mem_slot *slot;
    size_t kept;
    bool ok;
};

static void restore_dirty(void *env, void *pages, size_t size)
{
    struct cleaning *c = env;
    size_t at = (size_t)((uint8_t *)pages - c->slot->base);
    HS_CHECK(at < c->slot->opened && size <= c->slot->opened - at);
    if (c->kept + size > KEEP_BYTES) {
        c->ok &= hs_pages_discard(pages, size);
        return;
    }
    c->kept += size;
    restore(c->slot, at, size);
}

bool hs_pool_clean(struct mem_slot *slot, bool written, size_t bytes)
{
    if (slot->opened > bytes) { /* what grew goes back first: then there is less to scan */
        if (!hs_pages_close(slot->base + bytes, slot->opened - bytes))
            return false;
        slot->opened = bytes;
    }
    if (!written || slot->opened == 0)
        return true;
    if (slot->opened <= SMALL_BYTES && slot->cleaned++ >= HOT) {
        restore(slot, 0, slot->opened);
        return true;
    }
    struct cleaning c = {.slot = slot, .ok = true};
    if (!hs_pages_scan_dirty(slot->base, slot->opened, restore_dirty, &c))
        return hs_pages_discard(slot->base, slot->opened);
    return c.ok;
}
