/* The table of words: all instructions and keywords, built once from opcodes.def and
 * keywords.def. */
#ifndef HS_TEXT_WORDS_H
#define HS_TEXT_WORDS_H

#include "base/bits.h"
#include "text/lexer.h"

/* Sets op and keyword; false if the word means nothing. */
bool hs_word_find(const char *s, size_t n, uint16_t *out_op, uint8_t *out_keyword);

static inline uint64_t hs_word_hash(const char *s, size_t n, uint64_t seed)
{
    uint64_t a, b, h = seed ^ n;
    if (n >= 8) {
        for (; n > 16; n -= 8, s += 8)
            h = hs_hash_mix(h, hs_load64(s));
        a = hs_load64(s);
        b = hs_load64(s + n - 8);
    } else if (n >= 4) {
        a = hs_load32(s);
        b = hs_load32(s + n - 4);
    } else if (n) {
        a = (uint8_t)s[0] | (uint64_t)(uint8_t)s[n / 2] << 8 | (uint64_t)(uint8_t)s[n - 1] << 16;
        b = 0;
    } else {
        a = b = 0;
    }
    return hs_hash_mix(h ^ a, b);
}

#endif
