/* Modules for tests, written as hexadecimal text section by section. */
#ifndef TESTS_UNIT_BINARY_SUPPORT_H
#define TESTS_UNIT_BINARY_SUPPORT_H

#include "base/buffer.h"
#include "binary/binary.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

void put_hex(struct buffer *b, const char *hex); /* "00 61 'text' 7f" */
void put_header(struct buffer *b);
void put_section(struct buffer *b, int id, const char *hex); /* the size comes from the contents */
void put_everything(
    struct buffer *b); /* a module with every section and every form in it, in canonical form */

/* Reads a copy of exactly the size, so that sanitizers see a step beyond. The copy is *out_bytes,
 * freed by the caller. */
enum status read_copy(const uint8_t *bytes, size_t size, hs_features features,
                      struct module *out_module, struct error *e, uint8_t **out_bytes);

#endif
