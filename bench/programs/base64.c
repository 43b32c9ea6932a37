/* Base64 there and back: bytes in, bytes out, small tables (RFC 4648). */
#include "bench.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t encode(const uint8_t *in, size_t n, char *out)
{
    char *p = out;
    size_t i = 0;
    for (; i + 2 < n; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];
        *p++ = digits[v >> 18];
        *p++ = digits[v >> 12 & 63];
        *p++ = digits[v >> 6 & 63];
        *p++ = digits[v & 63];
    }
    if (i < n) {
        uint32_t v = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0);
        *p++ = digits[v >> 18];
        *p++ = digits[v >> 12 & 63];
        *p++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
        *p++ = '=';
    }
    return (size_t)(p - out);
}

static size_t decode(const int8_t values[256], const char *in, size_t n, uint8_t *out)
{
    uint8_t *p = out;
    uint32_t bits = 0, have = 0;
    for (size_t i = 0; i < n; i++) {
        int v = values[(uint8_t)in[i]];
        if (v < 0)
            break;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            *p++ = (uint8_t)(bits >> have);
        }
    }
    return (size_t)(p - out);
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 60);
    size_t size = (1 << 19) + 1;
    uint8_t *data = bench_alloc(size, 1), *back = bench_alloc(size + 3, 1);
    char *text = bench_alloc(size * 2, 1);
    int8_t values[256];
    memset(values, -1, sizeof values);
    for (int i = 0; i < 64; i++)
        values[(uint8_t)digits[i]] = (int8_t)i;
    uint32_t seed = 11;
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)bench_random(&seed);
    uint64_t hash = BENCH_HASH;
    for (uint32_t round = 0; round < rounds; round++) {
        data[round % size]++;
        size_t n = encode(data, size, text);
        size_t m = decode(values, text, n, back);
        if (m != size || memcmp(data, back, size) != 0)
            return 1;
        hash = bench_mix(bench_mix(hash, n), (uint8_t)text[round * 7 % n]);
    }
    free(data);
    free(back);
    free(text);
    return bench_report("base64", hash);
}
