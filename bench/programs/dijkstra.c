/* Shortest paths over a random graph with a binary heap: indirect loads, compares of pairs. */
#include "bench.h"

struct edge {
    uint32_t to, weight;
};

struct entry {
    uint32_t distance, vertex;
};

static struct entry *heap;
static uint32_t heap_size;

static void push(struct entry e)
{
    uint32_t i = heap_size++;
    while (i > 0 && heap[(i - 1) / 2].distance > e.distance) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = e;
}

static struct entry pop(void)
{
    struct entry top = heap[0], last = heap[--heap_size];
    uint32_t i = 0;
    for (uint32_t child; (child = 2 * i + 1) < heap_size; i = child) {
        if (child + 1 < heap_size && heap[child + 1].distance < heap[child].distance)
            child++;
        if (heap[child].distance >= last.distance)
            break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    return top;
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 6);
    const uint32_t vertices = 50000, degree = 8;
    struct edge *edges = bench_alloc((size_t)vertices * degree, sizeof *edges);
    uint32_t *distance = bench_alloc(vertices, sizeof *distance);
    heap = bench_alloc((size_t)vertices * degree + 1, sizeof *heap);
    uint32_t seed = 77;
    for (size_t i = 0; i < (size_t)vertices * degree; i++) {
        edges[i].to = bench_random(&seed) % vertices;
        edges[i].weight = 1 + bench_random(&seed) % 1000;
    }
    uint64_t hash = BENCH_HASH;
    for (uint32_t round = 0; round < rounds; round++) {
        memset(distance, 0xff, vertices * sizeof *distance);
        distance[round] = 0;
        push((struct entry){0, round});
        while (heap_size > 0) {
            struct entry e = pop();
            if (e.distance != distance[e.vertex])
                continue;
            const struct edge *edge = &edges[(size_t)e.vertex * degree];
            for (uint32_t i = 0; i < degree; i++) {
                uint32_t d = e.distance + edge[i].weight;
                if (d < distance[edge[i].to]) {
                    distance[edge[i].to] = d;
                    push((struct entry){d, edge[i].to});
                }
            }
        }
        for (uint32_t i = 0; i < vertices; i++)
            hash = bench_mix(hash, distance[i]);
    }
    return bench_report("dijkstra", hash);
}
