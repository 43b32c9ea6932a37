/* A growing run of bytes: what a section, a function body or a name map is written to. When memory is exhausted
 * the buffer keeps `failed` and drops what is written, so that only the end has to look. */
#ifndef HS_TEXT_OUT_H
#define HS_TEXT_OUT_H

#include "base/alloc.h"
#include "base/bits.h"
#include "base/leb128.h"
#include <stdbool.h>
#include <string.h>

struct out {
    uint8_t *data;
    size_t size, cap;
    bool failed;
};

bool hs_out_grow(struct out *o, size_t extra); /* cold path of the functions below */

static inline void hs_out_deinit(struct out *o)
{
    hs_free(o->data);
    memset(o, 0, sizeof *o);
}
static inline bool hs_out_room(struct out *o, size_t extra)
{
    return HS_LIKELY(o->cap - o->size >= extra) || hs_out_grow(o, extra);
}
static inline void hs_out_byte(struct out *o, uint8_t b)
{
    if (hs_out_room(o, 1))
        o->data[o->size++] = b;
}
static inline void hs_out_u(struct out *o, uint64_t x)
{
    if (!hs_out_room(o, 10))
        return;
    if (x < 0x80)
        o->data[o->size++] = (uint8_t)x;
    else
        o->size += (size_t)hs_leb_write_u(o->data + o->size, x);
}
static inline void hs_out_s(struct out *o, int64_t x)
{
    if (hs_out_room(o, 10))
        o->size += (size_t)hs_leb_write_s(o->data + o->size, x);
}
static inline void hs_out_bytes(struct out *o, const void *bytes, size_t size)
{
    if (size && hs_out_room(o, size)) {
        memcpy(o->data + o->size, bytes, size);
        o->size += size;
    }
}
static inline void hs_out_text(struct out *o, const char *s)
{
    hs_out_bytes(o, s, strlen(s));
}
/* A vector of bytes: its size as LEB128, then the bytes. */
static inline void hs_out_vec(struct out *o, const void *bytes, size_t size)
{
    hs_out_u(o, size);
    hs_out_bytes(o, bytes, size);
}

#endif
