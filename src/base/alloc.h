/* All heap memory of the library comes through here, so that tests can make the n-th allocation
 * fail and an embedder's limit has one place. Sizes are products checked for overflow. NULL
 * means exhausted. */
#ifndef HS_BASE_ALLOC_H
#define HS_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *hs_alloc(size_t size) __attribute__((malloc, warn_unused_result)); /* uninitialized */
/* zeroed, product checked */
void *hs_calloc(size_t count, size_t size) __attribute__((malloc, warn_unused_result));
/* product checked */
void *hs_realloc(void *p, size_t count, size_t size) __attribute__((warn_unused_result));
void *hs_alloc_aligned(size_t align, size_t size) __attribute__((malloc, warn_unused_result));
void hs_free(void *p); /* NULL is fine; also for hs_alloc_aligned */
char *hs_strndup(const char *s, size_t n) __attribute__((malloc, warn_unused_result));

/* For the tests: allocation number n from now (1 is the next one) fails, 0 turns it off. Not
 * thread-safe. */
void hs_alloc_fail_at(uint64_t n);
uint64_t hs_alloc_count(void); /* allocations since hs_alloc_fail_at */

#endif
