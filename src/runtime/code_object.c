/* See code_object.h. */
#include "runtime/code_object.h"
#include "runtime/instance.h"

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct code_object *all;

void hs_code_object_init(struct code_object *c)
{
    pthread_mutex_lock(&all_lock);
    c->prev = NULL;
    c->next = all;
    if (all)
        all->prev = c;
    all = c;
    pthread_mutex_unlock(&all_lock);
}

void hs_code_object_deinit(struct code_object *c)
{
    pthread_mutex_lock(&all_lock);
    if (c->prev)
        c->prev->next = c->next;
    else if (all == c)
        all = c->next;
    if (c->next)
        c->next->prev = c->prev;
    pthread_mutex_unlock(&all_lock);
    hs_mem_image_unref(c->image);
    hs_free(c->globals);
    hs_vec_deinit(&c->placed);
    hs_handlers_delete(c->handlers);
    hs_fault_range_remove(c->ticket);
    hs_code_memory_delete(&c->memory);
    pthread_mutex_destroy(&c->lock);
}

void hs_code_lock_all(void)
{
    pthread_mutex_lock(&all_lock);
    for (struct code_object *c = all; c; c = c->next)
        pthread_mutex_lock(&c->lock);
}

void hs_code_unlock_all(void)
{
    for (struct code_object *c = all; c; c = c->next)
        pthread_mutex_unlock(&c->lock);
    pthread_mutex_unlock(&all_lock);
}

void hs_code_unref(struct code_object *c)
{
    if (c && atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) == 1)
        c->destroy(c);
}

bool hs_code_find(uintptr_t pc, struct code_object **out_code, uint32_t *out_func,
                  uint32_t *out_offset)
{
    bool found = false;
    pthread_mutex_lock(&all_lock);
    for (struct code_object *c = all; c; c = c->next) {
        uintptr_t at = pc - (uintptr_t)c->range.base;
        if (pc < (uintptr_t)c->range.base || at >= c->range.code_capacity)
            continue;
        pthread_mutex_lock(&c->lock);
        size_t low = 0, high = c->placed.count; /* the last function placed at or below `at` */
        while (low < high) {
            size_t mid = (low + high) / 2;
            if (c->placed.data[mid].place <= at)
                low = mid + 1;
            else
                high = mid;
        }
        if (low > 0) {
            struct placed *p = &c->placed.data[low - 1];
            if (at - p->place < p->size) {
                *out_code = c;
                *out_func = p->func;
                *out_offset = (uint32_t)(at - p->place);
                found = true;
            }
        }
        pthread_mutex_unlock(&c->lock);
        break;
    }
    pthread_mutex_unlock(&all_lock);
    return found;
}
