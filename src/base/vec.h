/* A growing array of anything, with a stated maximum.
 *
 *     HS_VEC(uint32_t) fixups;          // in a struct
 *     hs_vec_init(&fixups, LIMIT);
 *     if (!hs_vec_push(&fixups, 7)) return ST_OOM;
 *     hs_vec_deinit(&fixups);
 *
 * data may move at a push; count and cap are elements. */
#ifndef HS_BASE_VEC_H
#define HS_BASE_VEC_H

#include "base/alloc.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HS_VEC(type)                                                                               \
    struct {                                                                                       \
        type *data;                                                                                \
        size_t count, cap, max;                                                                    \
    }

#define hs_vec_init(v, maximum) ((v)->data = NULL, (v)->count = (v)->cap = 0, (v)->max = (maximum))
#define hs_vec_deinit(v)        (hs_free((v)->data), (v)->data = NULL, (v)->count = (v)->cap = 0)
#define hs_vec_clear(v)         ((v)->count = 0)
/* Room for n more elements; false when memory or the maximum is exhausted. */
#define hs_vec_reserve(v, n)                                                                       \
    ((v)->cap - (v)->count >= (size_t)(n) ||                                                       \
     hs_vec_grow((void **)&(v)->data, (v)->count, &(v)->cap, (v)->max, sizeof *(v)->data, (n)))
#define hs_vec_push(v, x) (hs_vec_reserve(v, 1) && ((v)->data[(v)->count++] = (x), true))

bool hs_vec_grow(void **data, size_t count, size_t *cap, size_t max, size_t size, size_t extra);

#endif
