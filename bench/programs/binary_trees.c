/* Builds, walks and frees complete binary trees: the allocator, pointers, recursion. */
#include "bench.h"

struct node {
    struct node *left, *right;
};

static struct node *grow(uint32_t depth)
{
    struct node *node = bench_alloc(1, sizeof *node);
    if (depth > 0) {
        node->left = grow(depth - 1);
        node->right = grow(depth - 1);
    }
    return node;
}

static uint32_t count(const struct node *node)
{
    return node->left ? 1 + count(node->left) + count(node->right) : 1;
}

static void fell(struct node *node)
{
    if (node->left) {
        fell(node->left);
        fell(node->right);
    }
    free(node);
}

int main(int argc, char **argv)
{
    uint32_t depth = bench_size(argc, argv, 15);
    struct node *lasting = grow(depth);
    uint64_t hash = BENCH_HASH;
    for (uint32_t d = 4; d <= depth; d += 4) {
        for (uint32_t i = 0; i < 1u << (depth - d + 2); i++) {
            struct node *tree = grow(d);
            hash = bench_mix(hash, count(tree));
            fell(tree);
        }
    }
    hash = bench_mix(hash, count(lasting));
    fell(lasting);
    return bench_report("binary_trees", hash);
}
