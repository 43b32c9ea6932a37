/* The story of a failure. One struct error per context; the first error wins; building it is out
 * of line, so that the main line of the callers stays readable. No allocation: an error can be
 * reported when memory is exhausted. Texts are in errors.def in the words of the official test
 * suite. */
#ifndef HS_BASE_ERROR_H
#define HS_BASE_ERROR_H

#include "base/status.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#define HS_NO_OFFSET UINT64_MAX
#define HS_NO_FUNC   UINT32_MAX

enum { HS_ERROR_TEXT = 512 };

struct error {
    enum status status;       /* ST_OK: no error yet */
    uint32_t func;            /* function index the error is in, or HS_NO_FUNC */
    uint32_t line, column;    /* place in a text, from 1; 0 when it is not a text */
    uint64_t offset;          /* byte offset in the module, or HS_NO_OFFSET */
    char text[HS_ERROR_TEXT]; /* NUL-terminated UTF-8, names from the guest already escaped */
};

void hs_error_init(struct error *e);

/* Records (unless an error is recorded already) and returns the status. The format is printf's. */
enum status hs_error_set(struct error *e, enum status s, uint64_t offset, const char *format, ...)
    __attribute__((format(printf, 4, 5), cold, noinline));
enum status hs_error_vset(struct error *e, enum status s, uint64_t offset, const char *format,
                          va_list args);

/* Copies bytes from a guest into out (size cap, always terminated) with control characters,
 * quotes and invalid UTF-8 escaped, so that a terminal or log may see it. Returns out. */
const char *hs_error_escape(char *out, uint32_t cap, const void *bytes, uint64_t size);

#endif
