/* See buffer.h. */
#include "base/buffer.h"
#include "base/alloc.h"
#include "base/leb128.h"

void hs_buffer_init(struct buffer *b, size_t max)
{
    *b = (struct buffer){.max = max};
}

void hs_buffer_deinit(struct buffer *b)
{
    hs_free(b->data);
    *b = (struct buffer){.max = b->max};
}

uint8_t *hs_buffer_take(struct buffer *b, size_t *out_size)
{
    uint8_t *data = b->data;
    *out_size = b->size;
    *b = (struct buffer){.max = b->max};
    return data;
}

bool hs_buffer_reserve(struct buffer *b, size_t extra)
{
    if (b->failed)
        return false;
    if (b->cap - b->size >= extra)
        return true;
    if (extra > b->max || b->size > b->max - extra) {
        b->failed = true;
        return false;
    }
    size_t cap = b->cap < 128 ? 256 : b->cap + b->cap / 2;
    if (cap < b->size + extra)
        cap = b->size + extra;
    if (cap > b->max)
        cap = b->max;
    uint8_t *data = hs_realloc(b->data, cap, 1);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->cap = cap;
    return true;
}

void hs_buffer_bytes(struct buffer *b, const void *bytes, size_t size)
{
    if (size == 0 || !hs_buffer_reserve(b, size))
        return;
    memcpy(b->data + b->size, bytes, size);
    b->size += size;
}

void hs_buffer_zeros(struct buffer *b, size_t size)
{
    if (size == 0 || !hs_buffer_reserve(b, size))
        return;
    memset(b->data + b->size, 0, size);
    b->size += size;
}

void hs_buffer_u(struct buffer *b, uint64_t x)
{
    if (x < 0x80) {
        hs_buffer_byte(b, (uint8_t)x);
        return;
    }
    if (hs_buffer_reserve(b, 10))
        b->size += (size_t)hs_leb_write_u(b->data + b->size, x);
}

void hs_buffer_s(struct buffer *b, int64_t x)
{
    if (hs_buffer_reserve(b, 10))
        b->size += (size_t)hs_leb_write_s(b->data + b->size, x);
}

void hs_buffer_f32(struct buffer *b, uint32_t bits)
{
    uint8_t bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(bits >> 8 * i);
    hs_buffer_bytes(b, bytes, 4);
}

void hs_buffer_f64(struct buffer *b, uint64_t bits)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(bits >> 8 * i);
    hs_buffer_bytes(b, bytes, 8);
}

void hs_buffer_name(struct buffer *b, struct span name)
{
    hs_buffer_u(b, name.size);
    hs_buffer_bytes(b, name.data, name.size);
}

void hs_buffer_insert(struct buffer *b, size_t at, const void *bytes, size_t size)
{
    if (size == 0 || !hs_buffer_reserve(b, size))
        return;
    memmove(b->data + at + size, b->data + at, b->size - at);
    memcpy(b->data + at, bytes, size);
    b->size += size;
}

/* One byte is reserved for the prefix, which is enough for most parts; others move their contents
 * up once. */
size_t hs_buffer_open(struct buffer *b)
{
    hs_buffer_byte(b, 0);
    return b->size;
}

void hs_buffer_close(struct buffer *b, size_t mark)
{
    if (b->failed)
        return;
    uint8_t prefix[10];
    int n = hs_leb_write_u(prefix, b->size - mark);
    hs_buffer_insert(b, mark, prefix, (size_t)n - 1);
    if (!b->failed)
        memcpy(b->data + mark - 1, prefix, (size_t)n);
}
