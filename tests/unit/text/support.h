/* Helpers of the text tests. */
#ifndef TEXT_SUPPORT_H
#define TEXT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "text/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
    uint8_t *data;
    size_t size;
};

/* Parses what must parse; the test fails with the error's text otherwise. */
struct bytes parse(const char *text);
/* Parses what must not; returns the error. */
struct error refuse(const char *text);
void assert_same_module(const char *a, const char *b); /* the same bytes */
void assert_bytes(const char *text,
                  const char *hex); /* "00 61 73 6d …", without the eight bytes of the header */
void assert_refused(const char *text, const char *message_prefix);
char *print(struct bytes b); /* to be freed with free */

#endif
