/* References: declared subtypes, equality of recursive groups, casts, locals without a default,
 * exceptions. */
#include "support.h"
#include <stdio.h>

#define TWO(a, b) .types = {a, b}

static void test_declarations(void **state)
{
    /* 50: open, 4f: final; 5f struct, 5e array, 60 func */
    assert_valid(TWO("50 00 5f 00", "50 01 00 5f 01 7f 00"));       /* width */
    assert_valid(TWO("50 00 5f 01 6d 00", "50 01 00 5f 01 6c 00")); /* depth: eq, i31 */
    assert_invalid("sub type 1",
                   TWO("50 00 5f 01 6d 01", "50 01 00 5f 01 6c 01")); /* not if mutable */
    assert_invalid("sub type 1", TWO("50 00 5f 01 7f 00", "50 01 00 5f 00"));
    assert_invalid("sub type 1", TWO("5f 00", "50 01 00 5f 00")); /* final */
    assert_invalid("sub type 1", TWO("50 00 5f 00", "50 01 00 5e 7f 00"));
    assert_valid(
        TWO("50 00 60 01 6c 01 6d", "50 01 00 60 01 6d 01 6c")); /* contravariant, covariant */
    assert_invalid("sub type 1", TWO("50 00 60 01 6d 00", "50 01 00 60 01 6c 00"));
    assert_invalid("unknown type 1",
                   TWO("50 01 01 5f 00", "50 00 5f 00")); /* the super comes before */
    assert_invalid("unknown type 1",
                   .types = {"5f 01 63 01 00", "5f 00"}); /* forward needs a group */
    assert_valid(.types = {"4e 02 5f 01 63 01 00 5f 01 63 00 00"});
    assert_invalid("unknown type 7", .types = {"60 01 63 07 00"});
}

static void test_depth_limit(void **state)
{
    /* One group with n types, each below the one before. */
    for (int n = 64; n <= 65; n++) {
        char text[65 * 16 + 32];
        int used = sprintf(text, "4e %02x 50 00 5f 00", n);
        for (int i = 1; i < n; i++)
            used += sprintf(text + used, " 50 01 %02x 5f 00", i - 1);
        struct parts parts = {.types = {text}};
        struct error e;
        assert_int_equal(validate(&parts, &e, NULL), n == 64 ? ST_OK : ST_UNSUPPORTED);
    }
}

static void test_equal_groups(void **state)
{
    /* Types 0 and 1 have the same structure and are the same; 2 differs by its place in a group. */
#define GROUPS .types = {"60 00 00", "60 00 00", "4e 02 60 00 00 60 00 00"}
    assert_valid(GROUPS, .funcs = "00 01", .exports = {"01 61 00 00"},
                 .bodies = {"00 0b", "00 d2 00 14 01 0b"});
    assert_invalid("type mismatch", GROUPS, .funcs = "00 02", .exports = {"01 61 00 00"},
                   .bodies = {"00 0b", "00 d2 00 14 02 0b"});
    assert_valid(GROUPS, .funcs = "02 02", .exports = {"01 61 00 00"},
                 .bodies = {"00 0b", "00 d2 00 14 02 0b"});
    assert_invalid("type mismatch", GROUPS, .funcs = "03 02", .exports = {"01 61 00 00"},
                   .bodies = {"00 0b", "00 d2 00 14 02 0b"});
}

static void test_structs_and_arrays(void **state)
{
    /* 0: func, 1: struct {i8, mut i64}, 2: array mut funcref, 3: array i32 */
#define GC .types = {"60 00 00", "5f 02 78 00 7e 01", "5e 70 01", "5e 7f 00"}, .funcs = "00"
    assert_valid(GC, .bodies = {"00 41 00 42 00 fb 00 01 fb 03 01 00 1a 0b"});
    assert_valid(GC, .bodies = {"00 fb 01 01 42 00 fb 05 01 01 0b"});
    assert_invalid("immutable field", GC, .bodies = {"00 fb 01 01 41 00 fb 05 01 00 0b"});
    assert_invalid("unknown field 2", GC, .bodies = {"00 fb 01 01 fb 02 01 02 1a 0b"});
    assert_invalid("packed", GC, .bodies = {"00 fb 01 01 fb 02 01 00 1a 0b"});
    assert_invalid("not packed", GC, .bodies = {"00 fb 01 01 fb 03 01 01 1a 0b"});
    assert_invalid("type mismatch", GC, .bodies = {"00 42 00 41 00 fb 00 01 1a 0b"});
    assert_valid(GC, .bodies = {"00 d0 70 d0 70 fb 08 02 02 fb 0f 1a 0b"});
    assert_valid(GC, .bodies = {"00 d0 70 d0 73 fb 08 02 02 1a 0b"}); /* nullfuncref is a funcref */
    assert_invalid("type mismatch", GC, .bodies = {"00 d0 70 d0 6e fb 08 02 02 1a 0b"});
    assert_invalid("type mismatch", GC, .bodies = {"00 d0 70 fb 08 02 02 1a 0b"});
    assert_invalid("too many operands", GC, .bodies = {"00 00 fb 08 02 91 4e 1a 0b"});
    assert_valid(GC, .bodies = {"00 00 fb 08 02 90 4e 1a 0b"}); /* from unreachable code */
    assert_invalid("immutable array", GC, .bodies = {"00 d0 03 41 00 41 00 fb 0e 03 0b"});
    assert_invalid("not an array type", GC, .bodies = {"00 fb 07 01 1a 0b"});
    assert_invalid("unknown type 9", GC, .bodies = {"00 fb 01 09 1a 0b"});
    assert_invalid("unknown data segment 0", GC, .data_count = true,
                   .bodies = {"00 41 00 41 00 fb 09 03 00 1a 0b"});
    assert_invalid("data count section required", GC, .datas = {"01 00"},
                   .bodies = {"00 41 00 41 00 fb 09 03 00 1a 0b"});
    assert_valid(GC, .data_count = true, .datas = {"01 00"},
                 .bodies = {"00 41 00 41 00 fb 09 03 00 1a 0b"});
}

static void test_unreachable_references(void **state)
{
    /* ref.as_non_null on a bottom makes a reference, which is no number. */
    assert_valid(.types = {"60 00 00"}, .funcs = "00", .bodies = {"00 00 d4 d1 1a 0b"});
    assert_valid(.types = {"60 00 00"}, .funcs = "00", .bodies = {"00 00 d4 14 00 0b"});
    assert_invalid("type mismatch", .types = {"60 00 00"}, .funcs = "00",
                   .bodies = {"00 00 d4 45 1a 0b"});
    assert_invalid("type mismatch", .types = {"60 00 00"}, .funcs = "00",
                   .bodies = {"00 41 00 d1 1a 0b"});
    assert_valid(.types = {"60 00 00"}, .funcs = "00", .bodies = {"00 00 fb 1a fb 1b 1a 0b"});
    assert_invalid("type mismatch", .types = {"60 00 00"}, .funcs = "00",
                   .bodies = {"00 00 d4 d4 41 00 41 00 1b 1a 0b"});
}

static void test_casts(void **state)
{
#define OBJ .types = {"60 00 00", "50 00 5f 00", "50 01 01 5f 01 7f 00"}, .funcs = "00"
    assert_valid(OBJ, .bodies = {"00 d0 6e fb 16 02 1a 0b"});
    assert_invalid("type mismatch", OBJ, .bodies = {"00 d0 70 fb 16 02 1a 0b"});
    assert_valid(OBJ, .bodies = {"00 02 63 02 d0 01 fb 18 03 00 01 02 1a d0 02 0b 1a 0b"});
    assert_invalid("type mismatch", OBJ,
                   .bodies = {"00 02 63 02 d0 02 fb 18 03 00 02 01 1a d0 02 0b 1a 0b"});
    assert_invalid("type mismatch", OBJ, .bodies = {"00 02 40 d0 01 fb 18 03 00 01 02 1a 0b 0b"});
    /* the rest of a cast to a nullable type is not null */
    assert_valid(OBJ,
                 .bodies = {"01 01 64 01 02 63 02 d0 01 fb 18 03 00 01 02 21 00 d0 02 0b 1a 0b"});
    assert_invalid("type mismatch", OBJ,
                   .bodies = {"01 01 64 01 02 64 02 d0 01 fb 18 01 00 01 02 21 00 00 0b 1a 0b"});
    assert_valid(OBJ, .bodies = {"00 02 63 01 d0 01 fb 19 03 00 01 02 1a d0 01 0b 1a 0b"});
    assert_invalid("unknown type 9", OBJ, .bodies = {"00 d0 6e fb 16 09 1a 0b"});
    assert_invalid("unknown label 4", OBJ, .bodies = {"00 d0 01 fb 18 03 04 01 02 1a 0b"});
    assert_invalid("malformed br_on_cast flags", OBJ,
                   .bodies = {"00 d0 01 fb 18 04 00 01 02 1a 0b"});
}

static void test_branches_on_null(void **state)
{
    assert_valid(OBJ, .bodies = {"00 02 40 d0 01 d5 00 1a 0b 0b"});
    assert_valid(OBJ, .bodies = {"00 02 64 01 d0 01 d6 00 00 0b 1a 0b"});
    assert_invalid("type mismatch", OBJ, .bodies = {"00 02 40 d0 01 d6 00 0b 0b"});
    assert_invalid("type mismatch", OBJ, .bodies = {"00 02 7f 41 00 d6 00 00 0b 1a 0b"});
    assert_valid(OBJ, .bodies = {"00 02 64 01 00 d6 00 00 0b 1a 0b"});
}

/* A local that cannot be null must be set before it is read, and is forgotten at the end of the
 * block. */
static void test_locals_without_default(void **state)
{
#define LOCAL(body)                                                                                \
    .types = {"60 00 00"}, .funcs = "00", .exports = {"01 61 00 00"},                              \
    .bodies = {"01 01 64 00 " body}
    assert_invalid("uninitialized local 0", LOCAL("20 00 1a 0b"));
    assert_valid(LOCAL("d2 00 21 00 20 00 1a 0b"));
    assert_valid(LOCAL("d2 00 22 00 1a 20 00 1a 0b"));
    assert_invalid("uninitialized local 0", LOCAL("02 40 d2 00 21 00 0b 20 00 1a 0b"));
    assert_valid(LOCAL("d2 00 21 00 02 40 20 00 1a d2 00 21 00 0b 20 00 1a 0b"));
    assert_invalid("uninitialized local 0", LOCAL("41 00 04 40 d2 00 21 00 05 20 00 1a 0b 0b"));
    assert_invalid("uninitialized local 0", LOCAL("00 20 00 1a 0b")); /* also where nothing runs */
    assert_invalid("type mismatch", LOCAL("d0 00 21 00 0b"));
    assert_valid(LOCAL("00 21 00 20 00 1a 0b"));
}

static void test_exceptions(void **state)
{
    /* tag 0: [i32] */
#define TAG                                                                                        \
    .types = {"60 00 00", "60 01 7f 00", "60 00 02 7f 64 69"}, .tags = {"00 01"}, .funcs = "00"
    assert_valid(TAG, .bodies = {"00 41 00 08 00 0b"});
    assert_invalid("type mismatch: instruction requires [i32] but stack has []", TAG,
                   .bodies = {"00 08 00 0b"});
    assert_invalid("unknown tag 3", TAG, .bodies = {"00 08 03 0b"});
    assert_valid(TAG, .bodies = {"00 02 7f 1f 40 01 00 00 00 0b 41 00 0b 1a 0b"});
    assert_valid(TAG, .bodies = {"00 02 02 1f 40 01 01 00 00 0b 00 0b 1a 1a 0b"});
    assert_invalid("type mismatch", TAG, .bodies = {"00 02 40 1f 40 01 00 00 00 0b 0b 0b"});
    assert_valid(TAG, .bodies = {"00 02 69 1f 40 01 03 00 0b d0 69 0b 0a 0b"});
    assert_valid(TAG, .bodies = {"00 02 40 1f 40 01 02 00 0b 0b 0b"});
    assert_invalid("unknown label 5", TAG, .bodies = {"00 1f 40 01 02 05 0b 0b"});
    assert_invalid("malformed catch clause", TAG, .bodies = {"00 1f 40 01 04 00 0b 0b"});
    assert_invalid("non-empty tag result type", .types = {"60 00 01 7f"}, .tags = {"00 00"});
}

static void test_legacy_exceptions(void **state)
{
    assert_valid(TAG, .bodies = {"00 06 40 41 00 08 00 07 00 1a 19 09 00 0b 0b"});
    assert_valid(TAG,
                 .bodies = {"00 06 7f 41 00 07 00 0b 1a 0b"}); /* the tag's value is the result */
    assert_invalid("type mismatch", TAG, .bodies = {"00 06 40 07 00 0b 0b"});
    assert_invalid("invalid rethrow label", TAG, .bodies = {"00 06 40 09 00 0b 0b"});
    assert_invalid("unknown label 9", TAG, .bodies = {"00 06 40 19 09 09 0b 0b"});
    assert_valid(TAG, .bodies = {"00 06 40 06 40 18 00 0b 0b"});
    assert_valid(TAG, .bodies = {"00 06 40 18 00 0b"}); /* to the caller */
    assert_invalid("unknown label 1", TAG, .bodies = {"00 06 40 18 01 0b"});
    assert_invalid("END opcode expected", TAG, .bodies = {"00 06 40 19 19 0b 0b"});
    assert_invalid("END opcode expected", TAG, .bodies = {"00 06 40 19 07 00 1a 0b 0b"});
    assert_invalid("END opcode expected", TAG, .bodies = {"00 06 40 19 18 00 0b"});
    assert_invalid("END opcode expected", TAG, .bodies = {"00 02 40 07 00 1a 0b 0b"});
    assert_invalid("END opcode expected", TAG, .bodies = {"00 07 00 1a 0b"});
}

/* More types than there are codes: the rest takes the long way to the same answers. */
static void test_types_without_a_code(void **state)
{
    enum { TYPES = 300 };
    static char text[TYPES * 40 + 64];
    int used = sprintf(text, "4e ac 02 60 00 00"); /* 300 types, all different */
    for (int i = 1; i < TYPES; i++) /* type i is a function of a reference to type i - 1 */
        used += sprintf(text + used, " 60 01 63 %02x %02x 01 63 %02x %02x", ((i - 1) & 0x7f) | 0x80,
                        (i - 1) >> 7, ((i - 1) & 0x7f) | 0x80, (i - 1) >> 7);
#define FAR .types = {text}, .funcs = "00 00", .exports = {"01 61 00 00"}
    assert_valid(FAR,
                 .bodies = {"00 0b", "01 01 63 a0 02 d0 a0 02 21 00 20 00 1a 0b"}); /* type 288 */
    assert_invalid("type mismatch", FAR,
                   .bodies = {"00 0b", "01 01 63 a0 02 d0 a1 02 21 00 20 00 1a 0b"});
    assert_valid(FAR, .bodies = {"00 0b", "00 02 63 a0 02 d0 a0 02 41 00 0d 00 0b 1a 0b"});
    assert_invalid("type mismatch", FAR, .bodies = {"00 0b", "00 02 63 a0 02 d0 a1 02 0b 1a 0b"});
    assert_valid(FAR, .bodies = {"00 0b", "00 d0 9f 02 d0 a0 02 14 a0 02 1a 0b"}); /* call_ref */
    assert_invalid("type mismatch", FAR,
                   .bodies = {"00 0b", "00 d0 9e 02 d0 a0 02 14 a0 02 1a 0b"});
    assert_invalid("uninitialized local 0", FAR, .bodies = {"00 0b", "01 01 64 a0 02 20 00 1a 0b"});
    assert_valid(FAR, .bodies = {"00 0b", "01 01 64 a0 02 d0 a0 02 d4 21 00 20 00 1a 0b"});
    assert_invalid("type mismatch", FAR,
                   .bodies = {"00 0b", "01 01 64 a0 02 d0 a1 02 d4 21 00 0b"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_declarations),
        cmocka_unit_test(test_depth_limit),
        cmocka_unit_test(test_equal_groups),
        cmocka_unit_test(test_structs_and_arrays),
        cmocka_unit_test(test_unreachable_references),
        cmocka_unit_test(test_casts),
        cmocka_unit_test(test_branches_on_null),
        cmocka_unit_test(test_locals_without_default),
        cmocka_unit_test(test_exceptions),
        cmocka_unit_test(test_legacy_exceptions),
        cmocka_unit_test(test_types_without_a_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
