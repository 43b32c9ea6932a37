/* Modules written as hexadecimal text, section by section, for tests of validation. Items of a
 * section are strings; counts and sizes are added here, so a test shows only what it is about. */
#ifndef HS_TEST_VALID_SUPPORT_H
#define HS_TEST_VALID_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "binary/binary.h"
#include "valid/valid.h"

enum { PARTS = 12 };

struct parts {
    const char *types[PARTS], *imports[PARTS], *tables[PARTS], *memories[PARTS], *tags[PARTS],
        *globals[PARTS];
    const char *exports[PARTS], *elems[PARTS], *datas[PARTS];
    const char *funcs; /* type indices of the defined functions */
    const char *start;
    const char *bodies[PARTS]; /* locals' vector and instructions */
    const char *code_tail;     /* bytes behind the last body, in the code section */
    bool data_count;
    hs_features without; /* features that are off; all others are on */
};

/* Bytes of a module; `size` is stored. Freed by the caller with free. */
uint8_t *assemble(const struct parts *parts, size_t *out_size);

/* Reads and validates on one thread, and compares the two validators of bodies wherever the
 * head is valid. */
enum status validate(const struct parts *parts, struct error *out_error,
                     struct func_facts *out_facts);

/* The same for bytes. */
enum status validate_bytes(const uint8_t *bytes, size_t size, hs_features features,
                           struct error *out_error, struct func_facts *out_facts);

#define assert_valid(...) check_valid(__FILE__, __LINE__, &(struct parts){__VA_ARGS__})
#define assert_invalid(words, ...)                                                                 \
    check_invalid(__FILE__, __LINE__, words, &(struct parts){__VA_ARGS__})
void check_valid(const char *file, int line, const struct parts *parts);
void check_invalid(const char *file, int line, const char *words, const struct parts *parts);

#endif
