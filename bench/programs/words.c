/* Counts words with ctype and a chained hash table of strings, as a text tool would. */
#include "bench.h"
#include <ctype.h>

struct word {
    struct word *next;
    uint32_t count;
    char text[];
};

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 20), seed = 71;
    size_t n = 1 << 19;
    char *text = bench_alloc(n + 1, 1);
    for (size_t i = 0; i < n;) {
        uint32_t word = bench_random(&seed) % 3000;
        for (uint32_t k = word; i < n && k > 0; k /= 7)
            text[i++] = (char)((k & 8 ? 'A' : 'a') + k % 26);
        if (i < n)
            text[i++] = " ,.\n;-"[word % 6];
    }
    static struct word *table[4096];
    uint64_t hash = BENCH_HASH;
    for (uint32_t round = 0; round < rounds; round++) {
        uint32_t distinct = 0;
        for (const char *p = text; *p;) {
            while (*p && !isalpha((unsigned char)*p))
                p++;
            char buffer[64];
            size_t length = 0;
            uint32_t h = 2166136261u;
            for (; isalpha((unsigned char)*p) && length < 63; p++) {
                buffer[length] = (char)tolower((unsigned char)*p);
                h = (h ^ (uint8_t)buffer[length++]) * 16777619u;
            }
            buffer[length] = 0;
            if (length == 0)
                continue;
            struct word **at = &table[h % 4096];
            while (*at && strcmp((*at)->text, buffer) != 0)
                at = &(*at)->next;
            if (!*at) {
                *at = bench_alloc(1, sizeof **at + length + 1);
                memcpy((*at)->text, buffer, length + 1);
                distinct++;
            }
            (*at)->count++;
        }
        for (int i = 0; i < 4096; i++) {
            while (table[i]) {
                struct word *next = table[i]->next;
                hash += (uint64_t)table[i]->count * (uint8_t)table[i]->text[0];
                free(table[i]);
                table[i] = next;
            }
        }
        hash = bench_mix(hash, distinct);
    }
    free(text);
    return bench_report("words", hash);
}
