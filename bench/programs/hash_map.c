/* A hash map with open addressing and linear probing, 64-bit keys: insert, look up, delete. */
#include "bench.h"

struct map {
    uint64_t *keys; /* 0 is free, 1 is a tombstone */
    uint64_t *values;
    size_t mask;
};

static size_t place(const struct map *map, uint64_t key)
{
    uint64_t h = key * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(h >> 32) & map->mask;
}

static size_t find(const struct map *map, uint64_t key)
{
    size_t i = place(map, key);
    while (map->keys[i] != 0) {
        if (map->keys[i] == key)
            return i;
        i = (i + 1) & map->mask;
    }
    return SIZE_MAX;
}

static void add(struct map *map, uint64_t key, uint64_t amount)
{
    size_t i = find(map, key);
    if (i == SIZE_MAX) {
        i = place(map, key);
        while (map->keys[i] > 1)
            i = (i + 1) & map->mask;
        map->keys[i] = key;
        map->values[i] = 0;
    }
    map->values[i] += amount;
}

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 1500000);
    size_t slots = 1 << 17;
    struct map map = {bench_alloc(slots, 8), bench_alloc(slots, 8), slots - 1};
    uint32_t seed = 5;
    uint64_t hash = BENCH_HASH;
    uint32_t tombstones = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t key = 2 + bench_random(&seed) % 40000;
        add(&map, key, i);
        if (i % 16 == 3 && tombstones < 20000) {
            size_t at = find(&map, 2 + bench_random(&seed) % 40000);
            if (at != SIZE_MAX) {
                hash = bench_mix(hash, map.values[at]);
                map.keys[at] = 1;
                tombstones++;
            }
        }
    }
    for (size_t i = 0; i < slots; i++)
        if (map.keys[i] > 1)
            hash += map.keys[i] * map.values[i];
    free(map.keys);
    free(map.values);
    return bench_report("hash_map", hash);
}
