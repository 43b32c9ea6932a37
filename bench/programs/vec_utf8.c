/* Is a text UTF-8? Sixteen bytes at a time: three look-ups of half bytes classify each pair of
 * neighbours. The method is Keiser's and Lemire's ("Validating UTF-8 in less than one
 * instruction per byte", 2020). */
#include "bench.h"

typedef uint8_t b16 __attribute__((vector_size(16)));

#ifdef __wasm__
#include <wasm_simd128.h>
static inline b16 look_up(b16 table, b16 index)
{
    return (b16)wasm_i8x16_swizzle((v128_t)table, (v128_t)index);
}
static inline bool any(b16 x)
{
    return wasm_v128_any_true((v128_t)x);
}
static inline b16 minus(b16 a, uint8_t n) /* saturating */
{
    return (b16)wasm_u8x16_sub_sat((v128_t)a, wasm_i8x16_splat((int8_t)n));
}
#else
#include <immintrin.h>
static inline b16 look_up(b16 table, b16 index)
{
    return (b16)_mm_shuffle_epi8((__m128i)table, (__m128i)index);
}
static inline bool any(b16 x)
{
    return !_mm_testz_si128((__m128i)x, (__m128i)x);
}
static inline b16 minus(b16 a, uint8_t n)
{
    return (b16)_mm_subs_epu8((__m128i)a, _mm_set1_epi8((char)n));
}
#endif

/* The sixteen bytes that end n before the end of `now`. */
#define BEFORE(last, now, n)                                                                       \
    __builtin_shufflevector(last, now, 16 - (n), 17 - (n), 18 - (n), 19 - (n), 20 - (n), 21 - (n), \
                            22 - (n), 23 - (n), 24 - (n), 25 - (n), 26 - (n), 27 - (n), 28 - (n),  \
                            29 - (n), 30 - (n), 31 - (n))

enum {
    TOO_SHORT = 1,
    TOO_LONG = 2,
    OVERLONG_3 = 4,
    TOO_LARGE = 8,
    SURROGATE = 16,
    OVERLONG_2 = 32,
    TOO_LARGE_1000 = 64,
    OVERLONG_4 = 64,
    TWO_CONTINUATIONS = 128,
    CARRY = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS
};

static bool valid(const uint8_t *p, size_t size)
{
    const b16 first_high = {TOO_LONG,
                            TOO_LONG,
                            TOO_LONG,
                            TOO_LONG,
                            TOO_LONG,
                            TOO_LONG,
                            TOO_LONG,
                            TOO_LONG,
                            TWO_CONTINUATIONS,
                            TWO_CONTINUATIONS,
                            TWO_CONTINUATIONS,
                            TWO_CONTINUATIONS,
                            TOO_SHORT | OVERLONG_2,
                            TOO_SHORT,
                            TOO_SHORT | OVERLONG_3 | SURROGATE,
                            TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4};
    const uint8_t L = CARRY | TOO_LARGE | TOO_LARGE_1000;
    const b16 first_low = {CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
                           CARRY | OVERLONG_2,
                           CARRY,
                           CARRY,
                           CARRY | TOO_LARGE,
                           L,
                           L,
                           L,
                           L,
                           L,
                           L,
                           L,
                           L,
                           L | SURROGATE,
                           L,
                           L};
    const uint8_t C8 = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS;
    const b16 second_high = {TOO_SHORT,
                             TOO_SHORT,
                             TOO_SHORT,
                             TOO_SHORT,
                             TOO_SHORT,
                             TOO_SHORT,
                             TOO_SHORT,
                             TOO_SHORT,
                             C8 | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
                             C8 | OVERLONG_3 | TOO_LARGE,
                             C8 | SURROGATE | TOO_LARGE,
                             C8 | SURROGATE | TOO_LARGE,
                             TOO_SHORT,
                             TOO_SHORT,
                             TOO_SHORT,
                             TOO_SHORT};
    b16 last = {0}, wrong = {0};
    for (size_t i = 0; i + 16 <= size; i += 16) {
        b16 now;
        memcpy(&now, p + i, 16);
        b16 one = BEFORE(last, now, 1), two = BEFORE(last, now, 2), three = BEFORE(last, now, 3);
        b16 pairs = look_up(first_high, one >> 4) & look_up(first_low, one & 15) &
                    look_up(second_high, now >> 4);
        b16 long_ones = (minus(two, 0xdf) | minus(three, 0xef)) > 0;
        wrong |= pairs ^ (long_ones & 0x80);
        last = now;
    }
    return !any(wrong);
}

int main(int argc, char **argv)
{
    static const char *const words[] = {"plain ", "größer ", "日本語 ", "🎉 ", "naïve ", "text "};
    uint32_t rounds = bench_size(argc, argv, 500), seed = 3;
    size_t size = 1 << 20, at = 0;
    uint8_t *text = bench_alloc(size + 16, 1);
    for (;;) {
        const char *w = words[bench_random(&seed) % 6];
        size_t n = strlen(w);
        if (at + n > size)
            break;
        memcpy(text + at, w, n);
        at += n;
    }
    uint64_t sum = BENCH_HASH;
    for (uint32_t i = 0; i < rounds; i++) {
        size_t where = bench_random(&seed) % at;
        uint8_t was = text[where];
        if (i % 4 == 0)
            text[where] = (uint8_t)bench_random(&seed);
        sum = bench_mix(sum, valid(text, size));
        text[where] = was;
    }
    free(text);
    return bench_report("vec_utf8", sum);
}
