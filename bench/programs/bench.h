/*
 * What the benchmark programs share: the size from the command line, a small generator of
 * pseudo-random numbers, and the one line of output.
 *
 * Every program does a fixed amount of work that its size decides, and prints a checksum of all of
 * it, so that nothing can be optimized away and every engine can be checked against the native
 * build. Floating-point results are printed with six significant digits, since the native build
 * may fuse multiplication and addition; where a rounding decides a branch the program forbids it.
 */
#ifndef BENCH_H
#define BENCH_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The size from the command line, or the one given here. */
static inline uint32_t bench_size(int argc, char **argv, uint32_t standard)
{
    return argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : standard;
}

/* xorshift32: the same sequence everywhere, and cheap enough not to be what is measured. */
static inline uint32_t bench_random(uint32_t *state)
{
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

/* One step of FNV-1a over a 64-bit value. */
static inline uint64_t bench_mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(0x100000001b3);
}

#define BENCH_HASH UINT64_C(0xcbf29ce484222325)

static inline int bench_report(const char *name, uint64_t checksum)
{
    printf("%s %016" PRIx64 "\n", name, checksum);
    return 0;
}

static inline int bench_report_float(const char *name, double value)
{
    printf("%s %.6g\n", name, value);
    return 0;
}

static inline void *bench_alloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return p;
}

#endif
