/* See leb128.h. */
#include "base/leb128.h"

enum leb_error hs_leb_read_u(const uint8_t **pp, const uint8_t *end, int bits, uint64_t *out)
{
    const uint8_t *p = *pp;
    uint64_t x = 0;
    for (int shift = 0;; shift += 7) {
        if (p == end)
            return LEB_END;
        uint8_t b = *p++;
        int left = bits - shift;
        if (left < 7) {
            if (b & 0x80)
                return LEB_LONG;
            if (b >> left)
                return LEB_LARGE;
        }
        x |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80))
            break;
        if (left <= 7)
            return LEB_LONG;
    }
    *pp = p;
    *out = x;
    return LEB_OK;
}

enum leb_error hs_leb_read_s(const uint8_t **pp, const uint8_t *end, int bits, int64_t *out)
{
    const uint8_t *p = *pp;
    uint64_t x = 0;
    for (int shift = 0;; shift += 7) {
        if (p == end)
            return LEB_END;
        uint8_t b = *p++;
        int left = bits - shift;
        if (left < 7) {
            if (b & 0x80)
                return LEB_LONG;
            /* sign bit and all above must agree */
            int8_t rest = (int8_t)((uint8_t)(b << 1)) >> left;
            if (rest != 0 && rest != -1)
                return LEB_LARGE;
        }
        x |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) {
            if (shift + 7 < 64 && (b & 0x40))
                x |= ~(uint64_t)0 << (shift + 7);
            break;
        }
        if (left <= 7)
            return LEB_LONG;
    }
    *pp = p;
    *out = (int64_t)x;
    return LEB_OK;
}

int hs_leb_write_u(uint8_t *p, uint64_t x)
{
    int n = 0;
    while (x >= 0x80) {
        p[n++] = (uint8_t)x | 0x80;
        x >>= 7;
    }
    p[n++] = (uint8_t)x;
    return n;
}

int hs_leb_write_s(uint8_t *p, int64_t x)
{
    int n = 0;
    while (x < -64 || x > 63) {
        p[n++] = ((uint8_t)x & 0x7f) | 0x80;
        x >>= 7;
    }
    p[n++] = (uint8_t)x & 0x7f;
    return n;
}

void hs_leb_write_u32_padded(uint8_t p[5], uint32_t x)
{
    for (int i = 0; i < 5; i++)
        p[i] = (uint8_t)(x >> (7 * i) & 0x7f) | (i < 4 ? 0x80 : 0);
}
