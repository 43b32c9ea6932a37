/* Small arithmetic on bits and unaligned little-endian access, the same on every host. */
#ifndef HS_BASE_BITS_H
#define HS_BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define HS_ARRAY_SIZE(a)               (sizeof(a) / sizeof((a)[0]))
#define HS_LIKELY(x)                   __builtin_expect(!!(x), 1)
#define HS_UNLIKELY(x)                 __builtin_expect(!!(x), 0)
#define HS_CONTAINER(ptr, type, field) ((type *)((char *)(ptr) - offsetof(type, field)))

static inline uint64_t hs_align_up(uint64_t x, uint64_t a)
{
    return (x + a - 1) & ~(a - 1);
}

static inline uint32_t hs_load32(const void *p)
{
    uint32_t x;
    memcpy(&x, p, 4);
    return x;
}

static inline uint64_t hs_load64(const void *p)
{
    uint64_t x;
    memcpy(&x, p, 8);
    return x;
}

static inline void hs_store32(void *p, uint32_t x)
{
    memcpy(p, &x, 4);
}

static inline void hs_store64(void *p, uint64_t x)
{
    memcpy(p, &x, 8);
}

/* A hash for tables that hostile input fills: multiply and fold (the caller seeds it). */
static inline uint64_t hs_hash_mix(uint64_t h, uint64_t x)
{
    __uint128_t m = (__uint128_t)(h ^ x ^ 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

uint64_t hs_hash_bytes(const void *bytes, uint64_t size);

#endif
