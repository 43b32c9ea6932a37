/* A treap of integers: insert by rotation, look up, walk in order; pointers all over memory. */
#include "bench.h"

struct node {
    uint32_t key, priority;
    struct node *child[2];
};

static struct node *rotate(struct node *node, int side)
{
    struct node *up = node->child[side];
    node->child[side] = up->child[!side];
    up->child[!side] = node;
    return up;
}

static struct node *insert(struct node *node, struct node *fresh)
{
    if (!node)
        return fresh;
    if (node->key == fresh->key)
        return node;
    int side = fresh->key > node->key;
    node->child[side] = insert(node->child[side], fresh);
    return node->child[side]->priority > node->priority ? rotate(node, side) : node;
}

static uint64_t walk(const struct node *node, uint64_t hash)
{
    if (!node)
        return hash;
    hash = walk(node->child[0], hash);
    return walk(node->child[1], bench_mix(hash, node->key));
}

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 150000), seed = 53;
    struct node *nodes = bench_alloc(n, sizeof *nodes), *root = NULL;
    for (uint32_t i = 0; i < n; i++) {
        nodes[i].key = bench_random(&seed) % (n * 4);
        nodes[i].priority = bench_random(&seed);
        root = insert(root, &nodes[i]);
    }
    uint32_t found = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t key = bench_random(&seed) % (n * 4);
        const struct node *node = root;
        while (node && node->key != key)
            node = node->child[key > node->key];
        found += node != NULL;
    }
    uint64_t hash = bench_mix(walk(root, BENCH_HASH), found);
    free(nodes);
    return bench_report("treap", hash);
}
