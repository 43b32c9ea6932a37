/* Each way to be malformed, with the words and the place of its error; every cut and many changed
 * bytes of a module that has everything; features that are not enabled; limits. */
#include "base/bits.h"
#include "support.h"
#include "syntax/body.h"
#include <stdio.h>
#include <stdlib.h>

static void raw_headers(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        enum status status;
        const char *text;
        uint64_t offset;
    } cases[] = {
        {"", 0, ST_MALFORMED, "unexpected end", 0},
        {"\0as", 3, ST_MALFORMED, "unexpected end", 3},
        {"\0asn", 4, ST_MALFORMED, "magic header not detected", 0},
        {"(mod", 4, ST_MALFORMED, "magic header not detected", 0},
        {"\0asm\1\0\0", 7, ST_MALFORMED, "unexpected end", 7},
        {"\0asm\2\0\0\0", 8, ST_MALFORMED, "unknown binary version", 4},
        {"\0asm\x0d\0\0\0", 8, ST_MALFORMED, "unknown binary version", 4},
        {"\0asm\x0d\0\1\0", 8, ST_UNSUPPORTED,
         "unknown binary version: this is a component, not a core module", 4},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++) {
        struct module m;
        struct error e;
        uint8_t *bytes;
        assert_int_equal(read_copy((const uint8_t *)cases[i].bytes, cases[i].size, HS_FEATURES_ALL,
                                   &m, &e, &bytes),
                         cases[i].status);
        assert_string_equal(e.text, cases[i].text);
        assert_int_equal(e.offset, cases[i].offset);
        free(bytes);
    }
}

struct bad {
    const char *hex; /* behind the header, sizes included */
    const char *text;
    uint64_t offset; /* of the error */
};

static void bad_sections(void **state)
{
    static const char *const end = "unexpected end of section or function";
    const struct bad cases[] = {
        /* The frame */
        {"0e 01 00", "malformed section id", 8},
        {"7f 01 00", "malformed section id", 8},
        {"01", end, 9},
        {"01 80", end, 9},
        {"01 05 00", "length out of bounds", 9},
        {"01 02 00", end, 11},
        {"01 01 00 01 01 00", "unexpected content after last section", 11},
        {"05 01 00 04 01 00", "unexpected content after last section", 11},
        {"0a 01 00 0c 01 00", "unexpected content after last section", 11},
        {"01 02 00 00", "section size mismatch", 11},
        {"01 00 00", "section size mismatch", 11},
        {"0a 02 00 00", "section size mismatch", 11}, /* no bodies, and bytes behind them */
        {"00 00", end, 10},
        {"00 01 01 'a'", end, 10},
        {"00 02 01 ff", "malformed UTF-8 encoding", 11},
        {"00 81 80 80 80 80 00 00", "integer representation too long", 9},
        {"00 81 80 80 80 10 00", "integer too large", 9},
        /* Types */
        {"01 03 01 61 00", "malformed definition type", 11},
        {"01 04 01 e0 7f 00", "integer representation too long", 11},
        {"01 04 01 60 01 76", "malformed value type", 13},
        {"01 04 01 60 01 78", "malformed value type", 13},
        {"01 05 01 60 01 64 40", "malformed heap type", 14},
        {"01 03 01 5e 79", "malformed storage type", 12},
        {"01 04 01 5e 7f 02", "malformed mutability", 13},
        {"01 06 01 50 02 00 00 60", "too many supertypes", 11},
        {"01 04 02 60 00 00", end, 14},
        {"01 03 01 60 05", "length out of bounds", 12},
        /* Imports */
        {"02 04 01 00 00 05", "malformed import kind", 13},
        {"02 06 01 00 00 03 7f 02", "malformed mutability", 15},
        {"02 06 01 00 00 04 01 00", "malformed tag attribute", 14},
        {"02 05 01 02 c0 80 00", "malformed UTF-8 encoding", 12},
        /* Tables and memories */
        {"04 04 01 7f 00 00", "malformed reference type", 11},
        {"04 04 01 70 08 00", "malformed limits flags", 12},
        {"04 04 01 70 02 00", "malformed limits flags", 12}, /* no shared tables */
        {"04 06 01 40 01 70 00 00", "malformed table initializer", 12},
        {"04 06 01 40 00 70 00 00", end, 16},
        {"05 03 01 10 00", "malformed limits flags", 11},
        {"05 04 01 08 00 40", "invalid custom page size", 13},
        {"05 03 01 01 00", end, 13},
        {"05 0b 01 00 80 80 80 80 80 80 80 80 80 02", "integer too large", 12},
        /* Globals, exports */
        {"06 05 01 7f 04 41 00", "malformed mutability", 12},
        {"06 05 01 7f 00 41 00", end, 15},
        {"06 06 01 7f 00 41 00 05", "END opcode expected", 15},
        {"06 06 01 7f 00 ff 00 0b", "illegal opcode ff", 13},
        {"07 05 01 01 'a' 05 00", "malformed export kind", 13},
        /* Segments */
        {"09 02 01 08", "malformed elements segment kind", 11},
        {"09 04 01 01 01 00", "malformed element kind", 12},
        {"09 04 01 05 7f 00", "malformed reference type", 12},
        {"09 04 01 01 00 05", "length out of bounds", 13},
        {"0b 02 01 03", "malformed data segment kind", 11},
        {"0b 03 01 01 02", "length out of bounds", 12},
        {"0b 04 01 01 02 61", end, 14},
        /* Counts that must agree */
        {"01 04 01 60 00 00 03 02 01 00", "function and code section have inconsistent lengths",
         18},
        {"0a 04 01 02 00 0b", "function and code section have inconsistent lengths", 14},
        {"0c 01 01", "data count and data section have inconsistent lengths", 11},
        {"0c 01 00 0b 03 01 01 00", "data count and data section have inconsistent lengths", 16},
        /* A body and what follows: the first error counts */
        {"01 04 01 60 00 00 03 02 01 00 0a 04 01 02 00 ff 7f", "illegal opcode ff", 23},
        {"01 04 01 60 00 00 03 02 01 00 0a 04 01 02 00 01 0e",
         "unexpected end of section or function", 25},
        {"01 04 01 60 00 00 03 02 01 00 0a 04 01 02 00 01 0b 7f", "section size mismatch", 25},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++) {
        struct buffer b;
        hs_buffer_init(&b, SIZE_MAX);
        put_header(&b);
        put_hex(&b, cases[i].hex);
        struct module m;
        struct error e;
        uint8_t *bytes;
        enum status s = read_copy(b.data, b.size, HS_FEATURES_ALL, &m, &e, &bytes);
        if (s == ST_OK || strcmp(e.text, cases[i].text) != 0 || e.offset != cases[i].offset)
            print_error("%s: status %d, \"%s\" at %llu; wanted \"%s\" at %llu\n", cases[i].hex, s,
                        e.text, (unsigned long long)e.offset, cases[i].text,
                        (unsigned long long)cases[i].offset);
        assert_int_not_equal(s, ST_OK);
        assert_string_equal(e.text, cases[i].text);
        assert_int_equal(e.offset, cases[i].offset);
        free(bytes);
        hs_buffer_deinit(&b);
    }
}

/* Bodies are decoded by validation; this is what it asks when it wants the first malformed byte. */
static void bad_bodies(void **state)
{
    static const struct {
        const char *hex; /* code section's contents */
        const char *text;
    } cases[] = {
        {"01 02 00 0b", ""},
        {"01 06 02 80 01 7f 01 7e 0b", "section size mismatch"},
        {"01 03 00 01 01", "unexpected end of section or function"},
        {"01 03 00 01 05", "END opcode expected"},
        {"01 06 00 02 40 05 0b 0b", "END opcode expected"},
        {"01 06 00 04 40 05 0b 0b", ""},
        {"01 05 00 04 40 05 0b 0b", "section size mismatch"},
        {"01 08 00 41 00 04 40 05 0b 0b", ""},
        {"01 09 00 41 00 04 40 05 05 0b 0b", "END opcode expected"},
        {"01 08 01 ff ff ff ff 0f 7f 0b", ""},
        {"01 0a 02 ff ff ff ff 0f 7f 01 7e 0b", "too many locals"},
        {"01 09 01 ff ff ff ff 1f 7f 01 0b", "integer too large"},
        {"01 05 00 fc 09 00 0b", "data count section required"},
        {"01 06 00 d2 00 1a 01 0b", ""},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++) {
        struct buffer b;
        hs_buffer_init(&b, SIZE_MAX);
        put_header(&b);
        put_section(&b, 1, "01 60 00 00");
        put_section(&b, 3, "01 00");
        put_section(&b, 10, cases[i].hex);
        struct module m;
        struct error e;
        uint8_t *bytes;
        enum status s = read_copy(b.data, b.size, HS_FEATURES_ALL, &m, &e, &bytes);
        if (s == ST_OK) {
            s = hs_bodies_read(&m, &e);
            hs_module_deinit(&m);
        }
        if (strcmp(e.text, cases[i].text) != 0)
            print_error("%s: \"%s\" at %llu\n", cases[i].hex, e.text, (unsigned long long)e.offset);
        assert_string_equal(e.text, cases[i].text);
        assert_int_equal(s == ST_OK, cases[i].text[0] == 0);
        free(bytes);
        hs_buffer_deinit(&b);
    }
}

static void every_cut(void **state)
{
    struct buffer b;
    hs_buffer_init(&b, SIZE_MAX);
    put_everything(&b);
    for (size_t cut = 0; cut < b.size; cut++) {
        struct module m;
        struct error e;
        uint8_t *bytes;
        enum status s = read_copy(b.data, cut, HS_FEATURES_ALL, &m, &e, &bytes);
        assert_true(s == ST_OK || s == ST_MALFORMED);
        if (s == ST_OK)
            hs_module_deinit(&m); /* cut between two sections */
        else
            assert_true(e.offset <= cut);
        free(bytes);
    }
    hs_buffer_deinit(&b);
}

/* Every byte replaced by every other: no crash, and what is still read survives a round trip. */
static void every_byte_changed(void **state)
{
    struct buffer b;
    hs_buffer_init(&b, SIZE_MAX);
    put_everything(&b);
    uint32_t read = 0;
    for (size_t at = 8; at < b.size; at++) {
        uint8_t old = b.data[at];
        for (int value = 0; value < 256; value++) {
            b.data[at] = (uint8_t)value;
            struct module m, back;
            struct error e;
            uint8_t *bytes;
            if (read_copy(b.data, b.size, HS_FEATURES_ALL, &m, &e, &bytes) == ST_OK) {
                struct buffer first, second;
                hs_buffer_init(&first, SIZE_MAX);
                hs_buffer_init(&second, SIZE_MAX);
                assert_int_equal(hs_binary_write(&m, &first), ST_OK);
                assert_int_equal(hs_binary_read(first.data, first.size, HS_FEATURES_ALL, &back, &e),
                                 ST_OK);
                assert_int_equal(hs_binary_write(&back, &second), ST_OK);
                assert_int_equal(first.size, second.size);
                assert_memory_equal(first.data, second.data, first.size);
                hs_module_deinit(&back);
                hs_module_deinit(&m);
                hs_buffer_deinit(&first);
                hs_buffer_deinit(&second);
                read++;
            } else {
                assert_true(e.status != ST_OK && e.text[0]);
            }
            free(bytes);
        }
        b.data[at] = old;
    }
    assert_true(read > 1000);
    hs_buffer_deinit(&b);
}

/* The module that has everything needs each of these; what it says names the feature. */
static void disabled_features(void **state)
{
    struct buffer b;
    hs_buffer_init(&b, SIZE_MAX);
    put_everything(&b);
    static const enum feature needed[] = {
        FEATURE_MULTI_VALUE, FEATURE_BULK_MEMORY, FEATURE_REFERENCE_TYPES,
        FEATURE_SIMD,        FEATURE_MEMORY64,    FEATURE_FUNCTION_REFERENCES,
        FEATURE_GC,          FEATURE_THREADS,     FEATURE_CUSTOM_PAGE_SIZES,
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(needed); i++) {
        struct module m;
        struct error e;
        uint8_t *bytes;
        assert_int_not_equal(read_copy(b.data, b.size,
                                       HS_FEATURES_ALL & ~((hs_features)1 << needed[i]), &m, &e,
                                       &bytes),
                             ST_OK);
        char want[100];
        snprintf(want, sizeof want, "%s support is not enabled", hs_feature_name(needed[i]));
        assert_non_null(strstr(e.text, want));
        free(bytes);
    }
    hs_buffer_deinit(&b);
}

static void limits(void **state)
{
    static const struct {
        int section;
        const char *count; /* of the section, then padding makes it plausible */
        const char *text;
    } cases[] = {
        {2, "c1 84 3d", "too many imports"},
        {3, "c1 84 3d", "too many functions"},
        {4, "a1 8d 06", "too many tables"},
        {5, "65", "too many memories"},
        {6, "c1 84 3d", "too many globals"},
        {7, "c1 84 3d", "too many exports"},
        {9, "81 ad e2 04", "too many element segments"},
        {11, "a1 8d 06", "too many data segments"},
        {13, "c1 84 3d", "too many tags"},
        {1, "01 60 e9 07", "too many parameters"},
        {1, "01 60 00 e9 07", "too many results"},
        {1, "01 5f 91 4e", "too many fields"},
        {1, "01 4e c1 84 3d", "too many types"},
        {9, "01 01 00 81 ad e2 04", "element segment is too long"},
        {7, "01 a1 8d 06", "name is too long"},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++) {
        struct buffer b;
        hs_buffer_init(&b, SIZE_MAX);
        put_header(&b);
        hs_buffer_byte(&b, (uint8_t)cases[i].section);
        size_t mark = hs_buffer_open(&b);
        put_hex(&b, cases[i].count);
        hs_buffer_zeros(&b, 10000001);
        hs_buffer_close(&b, mark);
        struct module m;
        struct error e;
        hs_error_init(&e);
        assert_int_equal(hs_binary_read(b.data, b.size, HS_FEATURES_ALL, &m, &e), ST_UNSUPPORTED);
        assert_string_equal(e.text, cases[i].text);
        hs_buffer_deinit(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_headers),
        cmocka_unit_test(bad_sections),
        cmocka_unit_test(bad_bodies),
        cmocka_unit_test(every_cut),
        cmocka_unit_test(every_byte_changed),
        cmocka_unit_test(disabled_features),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
