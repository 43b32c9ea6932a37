/* See out.h. */
#include "text/out.h"

bool hs_out_grow(struct out *o, size_t extra)
{
    size_t want;
    if (o->failed || __builtin_add_overflow(o->size, extra, &want)) {
        o->failed = true;
        return false;
    }
    size_t cap = o->cap + o->cap / 2;
    if (cap < want)
        cap = want;
    if (cap < 64)
        cap = 64;
    uint8_t *p = hs_realloc(o->data, cap, 1);
    if (!p) {
        o->failed = true;
        return false;
    }
    o->data = p;
    o->cap = cap;
    return true;
}
