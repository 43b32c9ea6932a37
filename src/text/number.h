/* Numbers as the text format writes them: integers with sign, hexadecimal digits and
 * underscores, decimal and hexadecimal floating point, infinities and NaNs with payload; and
 * floats back to text.
 *
 * Floats are rounded exactly (to nearest, ties to even), whatever the number of digits and
 * whatever the locale of the process: strtod is neither used nor needed. Decimal numbers go
 * through 64-bit approximations of powers of ten with a known error; where the error leaves the
 * rounding open, big integers decide.
 *
 * https://webassembly.github.io/spec/core/text/values.html */
#ifndef HS_TEXT_NUMBER_H
#define HS_TEXT_NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum num {
    NUM_OK,
    NUM_SYNTAX, /* not a number of the grammar */
    NUM_RANGE,  /* a number that the type cannot hold */
};

/* An unsigned number without sign, below 2^64. */
enum num hs_num_nat(const char *s, const char *end, uint64_t *out);
/* bits is 8, 16, 32 or 64; accepts -2^(bits-1) up to 2^bits - 1. The result is sign-extended
 * when negative. */
enum num hs_num_int(const char *s, const char *end, int bits, uint64_t *out);
/* width is 32 or 64; the bit pattern of the float. Out of range is what rounds to an infinity. */
enum num hs_num_float(const char *s, const char *end, int width, uint64_t *out);

/* Writes the float with this bit pattern so that hs_num_float reads the same bits: a short
 * decimal number if one does it, else hexadecimal. Returns the length. */
enum { HS_NUM_FLOAT_TEXT = 40 };
int hs_num_float_text(char out[HS_NUM_FLOAT_TEXT], uint64_t bits, int width);

#endif
