/* Bytes that somebody else owns. */
#ifndef HS_BASE_SPAN_H
#define HS_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const uint8_t *data;
    size_t size;
};

static inline bool hs_span_equal(struct span a, struct span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline struct span hs_span_text(const char *s)
{
    return (struct span){(const uint8_t *)s, strlen(s)};
}

#endif
