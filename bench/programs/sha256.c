/* SHA-256 over a megabyte, again and again: 32-bit rotations and additions (FIPS 180-4). */
#include "bench.h"

static uint32_t round_constants[64];

/* The constants are the fractional parts of cube roots of primes; found by integer search. */
static void prepare(uint32_t initial[8])
{
    uint32_t found = 0;
    for (uint32_t candidate = 2; found < 64; candidate++) {
        bool prime = true;
        for (uint32_t d = 2; d * d <= candidate; d++)
            prime &= candidate % d != 0;
        if (!prime)
            continue;
        /* The largest r with r^3 <= candidate * 2^96, by bits; r has 35 bits at most. */
        unsigned __int128 target = (unsigned __int128)candidate << 96;
        uint64_t root = 0, square_root = 0;
        for (int bit = 34; bit >= 0; bit--) {
            uint64_t t = root | UINT64_C(1) << bit;
            if ((unsigned __int128)t * t * t <= target)
                root = t;
        }
        round_constants[found] = (uint32_t)root;
        if (found < 8) {
            target = (unsigned __int128)candidate << 64;
            for (int bit = 34; bit >= 0; bit--) {
                uint64_t t = square_root | UINT64_C(1) << bit;
                if ((unsigned __int128)t * t <= target)
                    square_root = t;
            }
            initial[found] = (uint32_t)square_root;
        }
        found++;
    }
}

static uint32_t ror(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void block(uint32_t h[8], const uint8_t *p)
{
    uint32_t w[64];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
               (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = k + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + ((e & f) ^ (~e & g)) +
                      round_constants[i] + w[i];
        uint32_t t2 = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        k = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
    h[5] += f;
    h[6] += g;
    h[7] += k;
}

int main(int argc, char **argv)
{
    uint32_t megabytes = bench_size(argc, argv, 40);
    uint32_t h[8];
    prepare(h);
    uint8_t *data = bench_alloc(1 << 20, 1);
    uint32_t seed = 1;
    for (size_t i = 0; i < 1 << 20; i++)
        data[i] = (uint8_t)bench_random(&seed);
    for (uint32_t m = 0; m < megabytes; m++)
        for (size_t at = 0; at < 1 << 20; at += 64)
            block(h, data + at);
    free(data);
    return bench_report("sha256", (uint64_t)h[0] << 32 | h[7]);
}
