/* LEB128, read with the specification's limits: at most ceil(N/7) bytes, unused bits of the last
 * byte must repeat the sign (or be zero). Each reader returns the first byte after the number or
 * NULL. `end` may be exceeded by nobody.
 * https://webassembly.github.io/spec/core/binary/values.html */
#ifndef HS_BASE_LEB128_H
#define HS_BASE_LEB128_H

#include <stdbool.h>
#include <stdint.h>

/* unexpected end, representation too long, integer too large */
enum leb_error { LEB_OK, LEB_END, LEB_LONG, LEB_LARGE };

enum leb_error hs_leb_read_u(const uint8_t **p, const uint8_t *end, int bits, uint64_t *out);
enum leb_error hs_leb_read_s(const uint8_t **p, const uint8_t *end, int bits, int64_t *out);

/* Writers return the number of bytes written, at most 10. */
int hs_leb_write_u(uint8_t *p, uint64_t x);
int hs_leb_write_s(uint8_t *p, int64_t x);
void hs_leb_write_u32_padded(uint8_t p[5], uint32_t x);

#endif
