/* See vec.h. */
#include "base/vec.h"

bool hs_vec_grow(void **data, size_t count, size_t *cap, size_t max, size_t size, size_t extra)
{
    if (extra > max || count > max - extra)
        return false;
    size_t want = *cap ? *cap + *cap / 2 : 8;
    if (want < count + extra)
        want = count + extra;
    if (want > max)
        want = max;
    void *p = hs_realloc(*data, want, size);
    if (!p)
        return false;
    *data = p;
    *cap = want;
    return true;
}
