/* Keccak-f[1600] (FIPS 202): twenty-five live 64-bit lanes, rotations, and-not. */
#include "bench.h"

static uint64_t constants[24];
static int offsets[25];

static uint64_t rol(uint64_t x, int n)
{
    return n ? x << n | x >> (64 - n) : x;
}

/* Both tables follow from the definitions: an LFSR, and a walk over the lanes. */
static void prepare(void)
{
    uint8_t lfsr = 1;
    for (int round = 0; round < 24; round++) {
        for (int j = 0; j < 7; j++) {
            if (lfsr & 1)
                constants[round] |= UINT64_C(1) << ((1 << j) - 1);
            lfsr = (uint8_t)(lfsr << 1 ^ (lfsr >> 7 ? 0x71 : 0));
        }
    }
    int x = 1, y = 0;
    for (int t = 0; t < 24; t++) {
        offsets[x + 5 * y] = (t + 1) * (t + 2) / 2 % 64;
        int next = (2 * x + 3 * y) % 5;
        x = y;
        y = next;
    }
}

static void permute(uint64_t a[25])
{
    for (int round = 0; round < 24; round++) {
        uint64_t c[5], b[25];
        for (int x = 0; x < 5; x++)
            c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (int x = 0; x < 5; x++) {
            uint64_t d = c[(x + 4) % 5] ^ rol(c[(x + 1) % 5], 1);
            for (int y = 0; y < 25; y += 5)
                a[x + y] ^= d;
        }
        for (int x = 0; x < 5; x++)
            for (int y = 0; y < 5; y++)
                b[y + 5 * ((2 * x + 3 * y) % 5)] = rol(a[x + 5 * y], offsets[x + 5 * y]);
        for (int y = 0; y < 25; y += 5)
            for (int x = 0; x < 5; x++)
                a[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
        a[0] ^= constants[round];
    }
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 250000);
    uint64_t state[25] = {0};
    prepare();
    for (uint32_t i = 0; i < rounds; i++) {
        state[i % 17] ^= i;
        permute(state);
    }
    return bench_report("keccak", state[0]);
}
