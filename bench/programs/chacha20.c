/* The ChaCha20 key stream (RFC 8439): sixteen live 32-bit values, more than registers. */
#include "bench.h"

static uint32_t rol(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

#define QUARTER(a, b, c, d)                                                                        \
    do {                                                                                           \
        a += b, d = rol(d ^ a, 16);                                                                \
        c += d, b = rol(b ^ c, 12);                                                                \
        a += b, d = rol(d ^ a, 8);                                                                 \
        c += d, b = rol(b ^ c, 7);                                                                 \
    } while (0)

static void stream_block(const uint32_t in[16], uint32_t out[16])
{
    uint32_t x[16];
    memcpy(x, in, sizeof x);
    for (int i = 0; i < 10; i++) {
        QUARTER(x[0], x[4], x[8], x[12]);
        QUARTER(x[1], x[5], x[9], x[13]);
        QUARTER(x[2], x[6], x[10], x[14]);
        QUARTER(x[3], x[7], x[11], x[15]);
        QUARTER(x[0], x[5], x[10], x[15]);
        QUARTER(x[1], x[6], x[11], x[12]);
        QUARTER(x[2], x[7], x[8], x[13]);
        QUARTER(x[3], x[4], x[9], x[14]);
    }
    for (int i = 0; i < 16; i++)
        out[i] = x[i] + in[i];
}

int main(int argc, char **argv)
{
    uint32_t blocks = bench_size(argc, argv, 800000);
    uint32_t state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    for (uint32_t i = 4; i < 16; i++)
        state[i] = i * 0x01010101u;
    uint32_t out[16] = {0};
    uint64_t hash = BENCH_HASH;
    for (uint32_t b = 0; b < blocks; b++) {
        state[12] = b;
        stream_block(state, out);
        hash = bench_mix(hash, out[b & 15]);
    }
    return bench_report("chacha20", hash);
}
