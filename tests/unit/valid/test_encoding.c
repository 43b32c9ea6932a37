/* Encodings inside bodies that validators get wrong, each once accepted or refused by a
 * prototype of ours, and what needs a memory, a table or a feature. */
#include "support.h"

#define V "60 00 00"

static void test_block_types(void **state)
{
    /* A block type that is negative and two bytes long is no block type, though -1 would be i32. */
    assert_invalid("malformed block type", .types = {V}, .funcs = "00",
                   .bodies = {"00 02 ff 7f 41 00 0b 1a 0b"});
    assert_invalid("malformed block type", .types = {V}, .funcs = "00",
                   .bodies = {"00 02 c0 7f 0b 0b"});
    assert_valid(.types = {V}, .funcs = "00",
                 .bodies = {"00 02 80 00 0b 0b"}); /* type 0, two bytes */
    assert_valid(.types = {V}, .funcs = "00", .bodies = {"00 02 80 80 80 80 00 0b 0b"});
    assert_invalid("", .types = {V}, .funcs = "00", .bodies = {"00 02 80 80 80 80 80 00 0b 0b"});
    assert_invalid("", .types = {V}, .funcs = "00", .bodies = {"00 02 41 0b 0b"});
    assert_invalid("unknown type 5", .types = {V}, .funcs = "00",
                   .bodies = {"00 02 63 05 d0 05 0b 1a 0b"});
    assert_valid(.types = {V}, .funcs = "00", .bodies = {"00 02 63 00 d0 00 0b 1a 0b"});
}

static void test_memory_offsets(void **state)
{
#define LOAD(memarg)                                                                               \
    .types = {V}, .funcs = "00", .memories = {"00 01"}, .bodies = {"00 41 00 28 " memarg " 1a 0b"}
    assert_valid(LOAD("02 00"));
    assert_valid(LOAD("02 80 00"));
    assert_valid(LOAD("02 80 80 80 80 00"));
    assert_valid(LOAD("02 ff ff ff ff 0f"));
    assert_valid(LOAD("02 80 80 80 80 80 00")); /* six to ten bytes are fine, the value counts */
    assert_valid(LOAD("02 80 80 80 80 80 80 80 80 80 00"));
    assert_valid(LOAD("82 80 80 80 00 00")); /* a padded alignment */
    assert_invalid("integer representation too long", LOAD("02 80 80 80 80 80 80 80 80 80 80 00"));
    assert_invalid("offset out of range", LOAD("02 80 80 80 80 10"));
    assert_invalid("offset out of range", LOAD("02 ff ff ff ff ff ff ff ff ff 01"));
    assert_invalid("alignment must not be larger than natural", LOAD("03 00"));
    assert_invalid("malformed memop flags", LOAD("80 01 00"));
    assert_valid(LOAD("42 00 00")); /* memory 0, named */
    assert_invalid("unknown memory 1", LOAD("42 01 00"));
    assert_valid(.types = {V}, .funcs = "00", .memories = {"04 01"},
                 .bodies = {"00 42 00 28 02 80 80 80 80 10 1a 0b"});
    assert_invalid("type mismatch", .types = {V}, .funcs = "00", .memories = {"04 01"},
                   .bodies = {"00 41 00 28 02 00 1a 0b"});
    /* Without memory64 an offset has at most 32 bits, and so at most five bytes. */
    assert_invalid("integer representation too long", LOAD("02 80 80 80 80 80 00"),
                   .without = HS_FEATURE(MEMORY64));
}

static void test_no_memory(void **state)
{
    assert_invalid("unknown memory 0", .types = {V}, .funcs = "00",
                   .bodies = {"00 41 00 28 02 00 1a 0b"});
    assert_invalid("unknown memory 0", .types = {V}, .funcs = "00",
                   .bodies = {"00 41 00 41 00 36 02 00 0b"});
    assert_invalid("unknown memory 0", .types = {V}, .funcs = "00",
                   .bodies = {"00 00 28 02 00 1a 0b"});
    assert_invalid("unknown memory 0", .types = {V}, .funcs = "00",
                   .bodies = {"00 00 36 02 00 0b"});
    assert_invalid("unknown memory 0", .types = {V}, .funcs = "00", .bodies = {"00 3f 00 1a 0b"});
    assert_invalid("unknown memory 0", .types = {V}, .funcs = "00",
                   .bodies = {"00 00 fc 0a 00 00 0b"});
    assert_invalid("unknown memory 0", .types = {V}, .funcs = "00",
                   .bodies = {"00 00 fc 0b 00 0b"});
    assert_invalid("unknown memory 0", .types = {V}, .funcs = "00",
                   .bodies = {"00 00 fd 00 00 00 1a 0b"});
    assert_invalid("unknown memory 0", .types = {V}, .funcs = "00",
                   .bodies = {"00 00 fe 10 02 00 1a 0b"});
}

static void test_code_section(void **state)
{
    assert_invalid("", .types = {V}, .code_tail = "00 0b"); /* count 0 and a byte behind */
    assert_invalid("", .types = {V}, .funcs = "00", .bodies = {"00 0b"}, .code_tail = "00");
}

static void test_constants(void **state)
{
#define CONST(bytes) .types = {V}, .funcs = "00", .bodies = {"00 " bytes " 1a 0b"}
    assert_valid(CONST("41 7f"));
    assert_valid(CONST("41 ff ff ff ff 07"));
    assert_valid(CONST("41 80 80 80 80 78"));
    assert_valid(CONST("41 ff ff ff ff 7f"));
    assert_invalid("integer too large", CONST("41 ff ff ff ff 0f"));
    assert_invalid("integer too large", CONST("41 80 80 80 80 70"));
    assert_invalid("integer representation too long", CONST("41 80 80 80 80 80 00"));
    assert_valid(CONST("42 80 80 80 80 80 80 80 80 00"));
    assert_valid(CONST("42 80 80 80 80 80 80 80 80 80 7f"));
    assert_valid(CONST("42 ff ff ff ff ff ff ff ff ff 00"));
    assert_invalid("integer too large", CONST("42 80 80 80 80 80 80 80 80 80 01"));
    assert_invalid("integer representation too long", CONST("42 80 80 80 80 80 80 80 80 80 80 00"));
    assert_valid(CONST("43 00 00 80 7f"));
    assert_valid(CONST("fd 0c 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"));
}

static void test_lanes(void **state)
{
    assert_valid(.types = {V}, .funcs = "00", .bodies = {"00 00 fd 15 0f 1a 0b"});
    assert_invalid("invalid lane index", .types = {V}, .funcs = "00",
                   .bodies = {"00 00 fd 15 10 1a 0b"});
    assert_valid(.types = {V}, .funcs = "00", .bodies = {"00 00 fd 21 01 1a 0b"});
    assert_invalid("invalid lane index", .types = {V}, .funcs = "00",
                   .bodies = {"00 00 fd 21 02 1a 0b"});
    assert_invalid("invalid lane index", .types = {V}, .funcs = "00",
                   .bodies = {"00 00 fd 0d 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 20 1a 0b"});
    assert_valid(.types = {"60 01 7b 01 7b"}, .funcs = "00",
                 .bodies = {
                     "00 20 00 20 00 fd 0d 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 1f 0b"});
    assert_valid(.types = {"60 01 7b 01 7b"}, .funcs = "00",
                 .bodies = {"00 20 00 20 00 fd ae 01 0b"}); /* i32x4.add */
    assert_invalid("type mismatch", .types = {"60 01 7b 01 7b"}, .funcs = "00",
                   .bodies = {"00 20 00 fd ae 01 0b"});
    assert_valid(.types = {"60 01 7b 01 7b"}, .funcs = "00",
                 .bodies = {"00 20 00 20 00 fd ae 81 00 0b"});
    assert_invalid("illegal opcode", .types = {"60 01 7b 01 7b"}, .funcs = "00",
                   .bodies = {"00 20 00 20 00 fd ff 7f 0b"});
}

static void test_atomics(void **state)
{
    assert_valid(.types = {V}, .funcs = "00", .memories = {"03 01 01"},
                 .bodies = {"00 41 00 fe 10 02 00 1a 0b"});
    assert_invalid("alignment", .types = {V}, .funcs = "00", .memories = {"03 01 01"},
                   .bodies = {"00 41 00 fe 10 01 00 1a 0b"});
    assert_invalid("alignment must not be larger than natural", .types = {V}, .funcs = "00",
                   .memories = {"03 01 01"}, .bodies = {"00 41 00 fe 10 03 00 1a 0b"});
    assert_valid(.types = {V}, .funcs = "00", .bodies = {"00 fe 03 00 0b"});
    assert_invalid("zero byte expected", .types = {V}, .funcs = "00", .bodies = {"00 fe 03 01 0b"});
}

static void test_locals(void **state)
{
    assert_valid(.types = {V}, .funcs = "00", .bodies = {"02 00 7f 80 01 7e 20 ff 00 1a 0b"});
    assert_invalid("unknown local 128", .types = {V}, .funcs = "00",
                   .bodies = {"02 00 7f 80 01 7e 20 80 01 1a 0b"});
    assert_valid(.types = {V}, .funcs = "00",
                 .bodies = {"01 d0 86 03 7f 20 cf 86 03 1a 0b"}); /* 50000 */
    assert_invalid("too many locals", .types = {V}, .funcs = "00", .bodies = {"01 d1 86 03 7f 0b"});
    assert_invalid("too many locals", .types = {V}, .funcs = "00",
                   .bodies = {"02 ff ff ff ff 0f 7f 01 7f 0b"});
    assert_invalid("unexpected end", .types = {V}, .funcs = "00", .bodies = {"01 01"});
    assert_invalid("length out of bounds", .types = {V}, .funcs = "00", .bodies = {"7f 0b"});
    assert_invalid("malformed value type", .types = {V}, .funcs = "00", .bodies = {"01 01 40 0b"});
}

static void test_features(void **state)
{
#define NEEDS(feature, name, ...)                                                                  \
    assert_invalid(name, .types = {V}, .funcs = "00", .without = HS_FEATURE(feature), __VA_ARGS__)
    NEEDS(SIGN_EXTENSION, "sign-extension", .bodies = {"00 41 00 c0 1a 0b"});
    NEEDS(SATURATING_FLOAT_TO_INT, "saturating-float-to-int",
          .bodies = {"00 43 00 00 00 00 fc 00 1a 0b"});
    NEEDS(SIMD, "simd", .bodies = {"00 00 fd ae 01 1a 0b"});
    NEEDS(SIMD, "simd", .bodies = {"01 01 7b 0b"});
    NEEDS(RELAXED_SIMD, "relaxed-simd", .bodies = {"00 00 fd 80 02 1a 0b"});
    NEEDS(TAIL_CALL, "tail-call", .bodies = {"00 12 00 0b"});
    NEEDS(THREADS, "threads", .bodies = {"00 fe 03 00 0b"});
    NEEDS(GC, "gc", .bodies = {"00 41 00 fb 1c 1a 0b"});
    NEEDS(EXCEPTIONS, "exceptions", .bodies = {"00 1f 40 00 0b 0b"});
    NEEDS(LEGACY_EXCEPTIONS, "legacy-exceptions", .bodies = {"00 06 40 0b 0b"});
    NEEDS(WIDE_ARITHMETIC, "wide-arithmetic",
          .bodies = {"00 42 00 42 00 42 00 42 00 fc 13 1a 1a 0b"});
    NEEDS(MULTI_VALUE, "multi-value", .bodies = {"00 02 00 0b 0b"});
    NEEDS(BULK_MEMORY, "bulk-memory", .memories = {"00 01"},
          .bodies = {"00 41 00 41 00 41 00 fc 0b 00 0b"});
    NEEDS(REFERENCE_TYPES, "reference-types", .bodies = {"00 d0 70 1a 0b"});
    NEEDS(MULTI_MEMORY, "multi-memory", .memories = {"00 01"},
          .bodies = {"00 41 00 28 42 00 00 1a 0b"});
    NEEDS(MULTI_MEMORY, "multiple memories", .memories = {"00 01", "00 01"}, .bodies = {"00 0b"});
    NEEDS(MEMORY64, "memory64", .memories = {"04 01"}, .bodies = {"00 0b"});
    NEEDS(EXTENDED_CONST, "extended-const", .globals = {"7f 00 41 00 41 00 6a 0b"},
          .bodies = {"00 0b"});
    assert_valid(.types = {V}, .funcs = "00", .bodies = {"00 41 00 c0 1a 43 00 00 00 00 a8 1a 0b"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_types), cmocka_unit_test(test_memory_offsets),
        cmocka_unit_test(test_no_memory),   cmocka_unit_test(test_code_section),
        cmocka_unit_test(test_constants),   cmocka_unit_test(test_lanes),
        cmocka_unit_test(test_atomics),     cmocka_unit_test(test_locals),
        cmocka_unit_test(test_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
