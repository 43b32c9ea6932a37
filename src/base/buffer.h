/* A growing byte buffer for whoever writes the binary format: the text parser and the module
 * writer. Failure is sticky: when memory or the stated maximum is exhausted `failed` is set and
 * everything after it does nothing, so that a writer checks once, at the end.
 *
 *     struct buffer b;
 *     hs_buffer_init(&b, HS_LIMIT_MODULE_SIZE);
 *     size_t mark = hs_buffer_open(&b);      // a size prefix whose value is not known yet
 *     hs_buffer_u(&b, 42);
 *     hs_buffer_close(&b, mark);             // now it is, in the shortest LEB128
 *     if (b.failed) ... ST_OOM
 *     hs_buffer_deinit(&b);
 *
 * Opened parts nest. */
#ifndef HS_BASE_BUFFER_H
#define HS_BASE_BUFFER_H

#include "base/span.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    uint8_t *data;
    size_t size, cap, max;
    bool failed;
};

void hs_buffer_init(struct buffer *b, size_t max);
void hs_buffer_deinit(struct buffer *b);
static inline void hs_buffer_clear(struct buffer *b)
{
    b->size = 0;
    b->failed = false;
}
/* The contents, now the caller's to hs_free; the buffer is empty afterwards. */
uint8_t *hs_buffer_take(struct buffer *b, size_t *out_size);
bool hs_buffer_reserve(struct buffer *b, size_t extra);

void hs_buffer_bytes(struct buffer *b, const void *bytes, size_t size);
void hs_buffer_zeros(struct buffer *b, size_t size);
static inline void hs_buffer_byte(struct buffer *b, uint8_t x)
{
    if (b->size < b->cap || hs_buffer_reserve(b, 1))
        b->data[b->size++] = x;
}
void hs_buffer_u(struct buffer *b, uint64_t x); /* shortest unsigned LEB128 */
void hs_buffer_s(struct buffer *b, int64_t x);  /* shortest signed LEB128 */
void hs_buffer_f32(struct buffer *b, uint32_t bits);
void hs_buffer_f64(struct buffer *b, uint64_t bits);
void hs_buffer_name(struct buffer *b,
                    struct span name); /* length and bytes; also any vector of bytes */
/* Inserts bytes before position `at`. */
void hs_buffer_insert(struct buffer *b, size_t at, const void *bytes, size_t size);

/* A part with a size prefix: what is written between the two calls. */
size_t hs_buffer_open(struct buffer *b);
void hs_buffer_close(struct buffer *b, size_t mark);

static inline struct span hs_buffer_span(const struct buffer *b)
{
    return (struct span){b->data, b->size};
}

#endif
