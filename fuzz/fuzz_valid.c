/* One function body, the fast validator against the plain one: both accept it or both refuse
 * it, and a refusal has words and a place within the body.
 *
 * The input is the body (the vector of locals and the instructions); the module around it is
 * fixed and has some of everything: types that are subtypes of others, tables and memories of
 * both address types, tags, segments. The first byte of the input turns features off, so that
 * the gates are compared, too. What is wrong with the rest of a module is the business of
 * fuzz_binary.c. */
#include "binary/binary.h"
#include "valid/valid.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* (rec-free types 0 to 11) [] -> []; [] -> [i32]; [i32] -> [i32]; [i32 i64] -> [i64 i32]; nine
 * i32 -> [i32]; struct {mut i32}; below it {mut i32, mut funcref}; array mut i8; array of it;
 * [(ref 5)] -> [(ref null 6)]; [] -> []; [i32] -> []. Function 0 is imported, function 1, of
 * type 2, is the one whose body is replaced. */
static const uint8_t frame[] = {
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x45, 0x0c, 0x60, 0x00, 0x00, 0x60, 0x00,
    0x01, 0x7f, 0x60, 0x01, 0x7f, 0x01, 0x7f, 0x60, 0x02, 0x7f, 0x7e, 0x02, 0x7e, 0x7f, 0x60, 0x09,
    0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x01, 0x7f, 0x50, 0x00, 0x5f, 0x01, 0x7f,
    0x01, 0x50, 0x01, 0x05, 0x5f, 0x02, 0x7f, 0x01, 0x70, 0x01, 0x5e, 0x78, 0x01, 0x5e, 0x64, 0x07,
    0x00, 0x60, 0x01, 0x64, 0x05, 0x01, 0x63, 0x06, 0x60, 0x00, 0x00, 0x60, 0x01, 0x7f, 0x00, 0x02,
    0x05, 0x01, 0x00, 0x00, 0x00, 0x00, 0x03, 0x02, 0x01, 0x02, 0x04, 0x0e, 0x02, 0x70, 0x00, 0x05,
    0x40, 0x00, 0x64, 0x05, 0x00, 0x01, 0xfb, 0x01, 0x05, 0x0b, 0x05, 0x05, 0x02, 0x00, 0x01, 0x04,
    0x01, 0x0d, 0x05, 0x02, 0x00, 0x00, 0x00, 0x0b, 0x06, 0x11, 0x03, 0x7f, 0x01, 0x41, 0x00, 0x0b,
    0x7e, 0x00, 0x42, 0x00, 0x0b, 0x63, 0x05, 0x01, 0xd0, 0x05, 0x0b, 0x07, 0x09, 0x02, 0x01, 0x61,
    0x00, 0x00, 0x01, 0x62, 0x00, 0x01, 0x09, 0x0f, 0x02, 0x05, 0x70, 0x01, 0xd0, 0x70, 0x0b, 0x05,
    0x64, 0x05, 0x01, 0xfb, 0x01, 0x05, 0x0b, 0x0c, 0x01, 0x01, 0x0a, 0x06, 0x01, 0x04, 0x00, 0x41,
    0x00, 0x0b, 0x0b, 0x05, 0x01, 0x01, 0x02, 0x61, 0x62,
};

static void broken(const char *what, const struct error *e)
{
    fprintf(stderr, "%s; plain says: %s\n", what, e->status == ST_OK ? "valid" : e->text);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const hs_features off[] = {
        0,
        HS_FEATURE(GC),
        HS_FEATURE(SIMD) | HS_FEATURE(RELAXED_SIMD),
        HS_FEATURE(REFERENCE_TYPES) | HS_FEATURE(FUNCTION_REFERENCES),
        HS_FEATURE(MULTI_VALUE) | HS_FEATURE(MULTI_MEMORY),
        HS_FEATURE(BULK_MEMORY) | HS_FEATURE(SIGN_EXTENSION) | HS_FEATURE(SATURATING_FLOAT_TO_INT),
        HS_FEATURE(EXCEPTIONS) | HS_FEATURE(LEGACY_EXCEPTIONS) | HS_FEATURE(TAIL_CALL),
        HS_FEATURE(THREADS) | HS_FEATURE(WIDE_ARITHMETIC) | HS_FEATURE(MEMORY64),
    };
    struct module m;
    struct error e;
    struct func_facts facts;
    if (size < 2)
        return 0;
    hs_error_init(&e);
    if (hs_binary_read(frame, sizeof frame, HS_FEATURES_ALL, &m, &e) != ST_OK ||
        hs_valid_module_head(&m, &e) != ST_OK)
        broken("the frame is not valid", &e);
    m.features &= ~off[bytes[0] % (sizeof off / sizeof off[0])];
    m.bytes = (struct span){bytes + 1,
                            size - 1}; /* exact, so that the sanitizer sees every read behind */
    m.funcs[1].body = 0;
    m.funcs[1].body_size = (uint32_t)(size - 1);
    bool plain = hs_valid_func_plain(&m, 1, &e) == ST_OK, fast = hs_valid_func_fast(&m, 1, &facts);
    if (plain != fast)
        broken(fast ? "only fast accepts" : "only plain accepts", &e);
    if (!plain && (e.status == ST_OK || !e.text[0] || e.offset > size || e.func != 1))
        broken("an error without words or place", &e);
    hs_module_deinit(&m);
    return 0;
}
