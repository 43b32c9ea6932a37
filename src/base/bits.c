/* See bits.h. */
#include "base/bits.h"

uint64_t hs_hash_bytes(const void *bytes, uint64_t size)
{
    const uint8_t *p = bytes;
    uint64_t h = size;
    for (; size >= 8; p += 8, size -= 8)
        h = hs_hash_mix(h, hs_load64(p));
    uint64_t rest = 0;
    for (uint64_t i = 0; i < size; i++)
        rest = rest << 8 | p[i];
    return hs_hash_mix(h, rest);
}
