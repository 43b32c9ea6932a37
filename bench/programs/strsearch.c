/* Looks for words in a text three ways: plain, Horspool, and a shift-and automaton. */
#include "bench.h"

static uint32_t plain(const uint8_t *text, size_t n, const uint8_t *word, size_t m)
{
    uint32_t found = 0;
    for (size_t i = 0; i + m <= n; i++) {
        size_t k = 0;
        while (k < m && text[i + k] == word[k])
            k++;
        found += k == m;
    }
    return found;
}

static uint32_t horspool(const uint8_t *text, size_t n, const uint8_t *word, size_t m)
{
    size_t skip[256];
    uint32_t found = 0;
    for (int i = 0; i < 256; i++)
        skip[i] = m;
    for (size_t i = 0; i + 1 < m; i++)
        skip[word[i]] = m - 1 - i;
    for (size_t at = 0; at + m <= n; at += skip[text[at + m - 1]]) {
        size_t k = m;
        while (k > 0 && text[at + k - 1] == word[k - 1])
            k--;
        found += k == 0;
    }
    return found;
}

static uint32_t shift_and(const uint8_t *text, size_t n, const uint8_t *word, size_t m)
{
    uint64_t masks[256] = {0}, state = 0, last = UINT64_C(1) << (m - 1);
    uint32_t found = 0;
    for (size_t i = 0; i < m; i++)
        masks[word[i]] |= UINT64_C(1) << i;
    for (size_t i = 0; i < n; i++) {
        state = (state << 1 | 1) & masks[text[i]];
        found += (state & last) != 0;
    }
    return found;
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 20), seed = 3;
    size_t n = 1 << 20;
    uint8_t *text = bench_alloc(n, 1);
    for (size_t i = 0; i < n; i++)
        text[i] = (uint8_t)('a' + bench_random(&seed) % 4);
    uint64_t hash = BENCH_HASH;
    for (uint32_t round = 0; round < rounds; round++) {
        size_t m = 4 + round % 9, at = bench_random(&seed) % (n - 32);
        uint8_t word[16];
        memcpy(word, text + at, m);
        uint32_t a = plain(text, n, word, m), b = horspool(text, n, word, m);
        if (a != b || a != shift_and(text, n, word, m))
            return 1;
        hash = bench_mix(hash, a);
    }
    free(text);
    return bench_report("strsearch", hash);
}
