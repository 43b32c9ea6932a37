/* LZ77 with hash chains of one: find matches, write tokens, decompress, compare. */
#include "bench.h"

#define WINDOW 65535

static size_t compress(const uint8_t *in, size_t n, uint8_t *out, uint32_t *heads)
{
    uint8_t *p = out;
    size_t literal = 0, i = 0;
    memset(heads, 0xff, 4 << 14);
    while (i < n) {
        size_t length = 0, from = 0;
        if (i + 4 <= n) {
            uint32_t word;
            memcpy(&word, in + i, 4);
            uint32_t slot = word * 2654435761u >> 18;
            from = heads[slot];
            heads[slot] = (uint32_t)i;
            if (from != UINT32_MAX && i - from <= WINDOW)
                while (length < 255 && i + length < n && in[from + length] == in[i + length])
                    length++;
        }
        if (length < 4) {
            i++;
            if (++literal < 255 && i < n)
                continue;
            length = 0;
        }
        /* A token: count of literals, the literals, length of the match, distance. */
        *p++ = (uint8_t)literal;
        memcpy(p, in + i - literal, literal);
        p += literal;
        *p++ = (uint8_t)length;
        if (length) {
            size_t distance = i - from;
            *p++ = (uint8_t)distance;
            *p++ = (uint8_t)(distance >> 8);
        }
        i += length;
        literal = 0;
    }
    return (size_t)(p - out);
}

static size_t expand(const uint8_t *in, size_t n, uint8_t *out)
{
    uint8_t *p = out;
    const uint8_t *end = in + n;
    while (in < end) {
        size_t literal = *in++;
        memcpy(p, in, literal);
        p += literal;
        in += literal;
        size_t length = *in++;
        if (length) {
            size_t distance = in[0] | (size_t)in[1] << 8;
            in += 2;
            for (size_t i = 0; i < length; i++, p++)
                *p = p[-(ptrdiff_t)distance];
        }
    }
    return (size_t)(p - out);
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 20);
    size_t size = 1 << 19;
    uint8_t *data = bench_alloc(size, 1), *packed = bench_alloc(size * 2, 1);
    uint8_t *back = bench_alloc(size, 1);
    uint32_t *heads = bench_alloc(1 << 14, 4);
    uint32_t seed = 17;
    /* Text with a vocabulary, so that there is something to find. */
    for (size_t i = 0; i < size;) {
        uint32_t word = bench_random(&seed) % 700, length = 2 + word % 9;
        for (uint32_t k = 0; k < length && i < size; k++)
            data[i++] = (uint8_t)('a' + (word * (k + 3) + word / 26) % 26);
        if (i < size)
            data[i++] = ' ';
    }
    uint64_t hash = BENCH_HASH;
    for (uint32_t round = 0; round < rounds; round++) {
        data[round * 977 % size] ^= 1;
        size_t n = compress(data, size, packed, heads);
        size_t m = expand(packed, n, back);
        if (m != size || memcmp(data, back, size) != 0)
            return 1;
        hash = bench_mix(hash, n);
    }
    free(data);
    free(packed);
    free(back);
    free(heads);
    return bench_report("lz", hash);
}
