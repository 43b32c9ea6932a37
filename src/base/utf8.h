/* UTF-8 as names in modules must have it: no surrogates, no overlong forms, nothing above
 * U+10FFFF. */
#ifndef HS_BASE_UTF8_H
#define HS_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool hs_utf8_valid(const uint8_t *bytes, size_t size);
/* Writes the encoding of a scalar value (at most 4 bytes), returns its length; 0 for what is no
 * scalar value. */
int hs_utf8_write(uint8_t *out, uint32_t scalar);

#endif
