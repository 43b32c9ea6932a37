/* Huffman code of a text: count, build the tree, write bits, read bits, compare. */
#include "bench.h"

static uint32_t weights[512];
static uint16_t children[512][2];
static uint32_t codes[256];
static uint8_t lengths[256];

static void assign(uint32_t node, uint32_t code, uint8_t length)
{
    if (node < 256) {
        codes[node] = code;
        lengths[node] = length ? length : 1;
        return;
    }
    assign(children[node][0], code << 1, (uint8_t)(length + 1));
    assign(children[node][1], code << 1 | 1, (uint8_t)(length + 1));
}

static uint32_t build(void)
{
    uint32_t top = 256;
    for (;;) {
        uint32_t a = UINT32_MAX, b = UINT32_MAX;
        for (uint32_t i = 0; i < top; i++) {
            if (weights[i] == 0)
                continue;
            if (a == UINT32_MAX || weights[i] < weights[a])
                b = a, a = i;
            else if (b == UINT32_MAX || weights[i] < weights[b])
                b = i;
        }
        if (b == UINT32_MAX)
            return a;
        weights[top] = weights[a] + weights[b];
        children[top][0] = (uint16_t)a;
        children[top][1] = (uint16_t)b;
        weights[a] = weights[b] = 0;
        top++;
    }
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 25), seed = 29;
    size_t n = 1 << 18;
    uint8_t *text = bench_alloc(n, 1), *bits = bench_alloc(n * 4, 1);
    for (size_t i = 0; i < n; i++) {
        uint32_t a = bench_random(&seed) % 60, b = bench_random(&seed) % 60;
        text[i] = (uint8_t)(32 + (a < b ? a : b));
    }
    uint64_t hash = BENCH_HASH;
    for (uint32_t round = 0; round < rounds; round++) {
        memset(weights, 0, sizeof weights);
        for (size_t i = 0; i < n; i++)
            weights[text[i]]++;
        uint32_t root = build();
        assign(root, 0, 0);
        uint64_t buffer = 0;
        uint32_t have = 0;
        uint8_t *p = bits;
        for (size_t i = 0; i < n; i++) {
            buffer = buffer << lengths[text[i]] | codes[text[i]];
            for (have += lengths[text[i]]; have >= 8; have -= 8)
                *p++ = (uint8_t)(buffer >> (have - 8));
        }
        *p++ = (uint8_t)(buffer << (8 - have));
        size_t at = 0;
        uint32_t node = root;
        for (const uint8_t *q = bits; at < n; q++) {
            for (int bit = 7; bit >= 0 && at < n; bit--) {
                node = children[node][*q >> bit & 1];
                if (node < 256) {
                    if (text[at++] != node)
                        return 1;
                    node = root;
                }
            }
        }
        hash = bench_mix(hash, (uint64_t)(p - bits));
        text[round] ^= 3;
    }
    free(text);
    free(bits);
    return bench_report("huffman", hash);
}
