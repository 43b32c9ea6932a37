/* The operand stack: underflow, unreachable code, results of blocks, labels. Types below: 0 []
 * -> [], 1 [] -> [i32], 2 [i32] -> [i32], 3 [i32 i64] -> [], 4 [] -> [i32 i64]. */
#include "support.h"

#define TYPES                                                                                      \
    .types = {"60 00 00", "60 00 01 7f", "60 01 7f 01 7f", "60 02 7f 7e 00", "60 00 02 7f 7e"}
#define VALID0(body)          assert_valid(TYPES, .funcs = "00", .bodies = {"00 " body})
#define INVALID0(words, body) assert_invalid(words, TYPES, .funcs = "00", .bodies = {"00 " body})
#define VALID1(body)          assert_valid(TYPES, .funcs = "01", .bodies = {"00 " body})
#define INVALID1(words, body) assert_invalid(words, TYPES, .funcs = "01", .bodies = {"00 " body})

static void test_numbers(void **state)
{
    VALID1("41 00 41 00 6a 0b"); /* i32.add */
    INVALID1("type mismatch: instruction requires [i32 i32] but stack has [i32]", "41 00 6a 0b");
    INVALID1("type mismatch: instruction requires [i32 i32] but stack has [i32 i64]",
             "41 00 42 00 6a 0b");
    INVALID1("type mismatch: instruction requires [i32] but stack has []", "0b");
    INVALID0("type mismatch: block requires [] but stack has [i32]", "41 00 0b");
    INVALID1("block requires [i32] but stack has [i32 i32]", "41 00 41 00 0b");
    INVALID0("type mismatch", "1a 0b");                /* drop of nothing */
    INVALID0("type mismatch", "41 00 02 40 1a 0b 0b"); /* drop across a block */
}

static void test_unreachable_is_polymorphic(void **state)
{
    VALID1("00 0b");
    VALID1("00 6a 0b");
    VALID1("00 1a 0b");
    VALID1("00 41 00 6a 0b");
    VALID1("00 1b 0b"); /* select of bottoms gives bottom */
    VALID1("00 1b 45 0b");
    VALID1("00 41 00 41 01 41 02 1b 0b");
    VALID1("00 41 01 1b 0b");
    INVALID1("type mismatch", "00 42 00 6a 0b");
    INVALID1("type mismatch", "00 42 00 0b");
    INVALID1("type mismatch", "00 41 00 41 00 0b");
    VALID0("02 40 00 0b 0b");
    VALID0("03 40 0c 00 0b 0b");
    INVALID1("type mismatch", "02 40 00 0b 6a 0b"); /* reachable again after the block */
    VALID1("02 7f 00 0f 0b 0b");                    /* return with a bottom */
    VALID0("00 0e 00 00 0b");
}

static void test_unknown_local_in_unreachable_code(void **state)
{
    INVALID0("unknown local 0", "00 20 00 1a 0b");
    INVALID0("unknown local 3", "20 03 00 0b");
    INVALID0("unknown local 200", "00 21 c8 01 0b");
    INVALID0("unknown local 70000", "20 f0 a2 04 1a 0b");
    INVALID0("unknown local 4294967295", "20 ff ff ff ff 0f 1a 0b");
}

/* The first function has a local that the second has not. */
static void test_locals_of_the_previous_function(void **state)
{
    assert_invalid("unknown local 0", TYPES, .funcs = "00 00",
                   .bodies = {"01 05 7f 41 00 21 04 0b", "00 41 00 21 00 0b"});
    assert_invalid("unknown local 4", TYPES, .funcs = "00 00",
                   .bodies = {"01 05 7f 0b", "01 04 7f 20 04 1a 0b"});
}

static void test_blocks(void **state)
{
    VALID1("41 00 02 02 0b 0b"); /* block [i32] -> [i32] */
    VALID1("41 00 41 01 04 02 05 0b 0b");
    VALID1("41 00 41 01 04 02 0b 0b"); /* if without else: parameters are results */
    INVALID1("type mismatch",
             "41 01 04 7f 41 00 0b 0b"); /* if without else must not need a value */
    VALID0("02 04 41 00 42 00 0b 03 03 0c 00 0b 0b");
    VALID0("02 04 00 0b 1a 1a 0b");
    INVALID0("type mismatch", "02 04 41 00 0b 1a 1a 0b");
    INVALID0("type mismatch", "42 00 03 02 0b 1a 0b");
    INVALID0("type mismatch", "41 00 02 02 1a 0b 1a 0b");
    INVALID0("unknown type 9", "02 09 0b 0b");
    INVALID0("END opcode expected", "05 0b"); /* else without if */
    INVALID0("END opcode expected", "02 40 05 0b 0b");
    INVALID0("END opcode expected", "41 00 04 40 05 05 0b 0b");
}

static void test_labels(void **state)
{
    VALID0("0c 00 0b");
    INVALID0("unknown label 1", "0c 01 0b");
    INVALID0("unknown label 200", "0c c8 01 0b");
    VALID1("02 7f 41 00 0c 00 0b 0b");
    INVALID1("type mismatch", "02 7f 0c 00 0b 0b");
    INVALID1("type mismatch", "02 7f 42 00 0c 00 0b 0b");
    VALID1("41 00 41 00 0d 00 0b");
    INVALID1("type mismatch", "41 00 0d 00 41 00 0b");
    VALID0("03 40 41 00 0d 00 0b 0b"); /* a loop's label takes its parameters */
    VALID0("41 00 03 02 41 01 0d 00 0b 1a 0b");
    INVALID0("type mismatch", "41 00 02 40 0c 00 0b 0b"); /* a value left behind */
}

/* br_table looks at its labels without changing the stack, which holds for values below the
 * ones taken, too. */
static void test_br_table(void **state)
{
    VALID1("02 7f 41 00 41 01 0e 01 00 01 0b 0b");
    VALID1("02 7f 02 7f 41 00 41 01 0e 02 00 01 00 0b 0b 0b");
    INVALID1("type mismatch",
             "02 40 41 00 41 01 0e 01 00 01 0b 41 00 0b"); /* numbers of values differ */
    INVALID1("type mismatch", "02 7e 42 00 41 01 0e 01 00 01 0b 1a 41 00 0b");
    INVALID0("unknown label 7", "41 00 0e 01 00 07 0b");
    INVALID0("unknown label 7", "41 00 0e 01 07 00 0b");
    INVALID0("length out of bounds", "41 00 0e ff 01 00 0b");
    VALID1("02 7e 00 0e 01 00 01 0b 1a 41 00 0b"); /* a bottom fits i64 and i32 */
    INVALID1("type mismatch", "02 7e 00 42 00 41 00 0e 01 00 01 0b 1a 41 00 0b");
}

/* br_if pushes the label's types, not those it found. */
static void test_br_if_pushes_label_types(void **state)
{
    /* type 5: [] -> [funcref]; the block's label is funcref, ref.func 0 is (ref 0) */
    assert_invalid("type mismatch", .types = {"60 00 00", "60 00 01 70"}, .funcs = "00 00",
                   .exports = {"01 61 00 00"},
                   .bodies = {"00 0b", "00 02 70 d2 00 41 00 0d 00 14 00 d0 70 0b 1a 0b"});
    assert_valid(.types = {"60 00 00", "60 00 01 70"}, .funcs = "00 00", .exports = {"01 61 00 00"},
                 .bodies = {"00 0b", "00 02 70 d2 00 14 00 d0 70 0b 1a 0b"});
}

static void test_select(void **state)
{
    VALID1("41 00 41 01 41 02 1b 0b");
    INVALID1("type mismatch", "41 00 42 01 41 02 1b 0b");
    INVALID1("type mismatch",
             "d0 70 d0 70 41 02 1b 1a 41 00 0b"); /* references need the typed form */
    VALID1("d0 70 d0 70 41 02 1c 01 70 1a 41 00 0b");
    INVALID1("invalid result arity", "41 00 41 00 41 00 1c 00 0b");
    INVALID1("invalid result arity", "41 00 41 00 41 00 1c 02 7f 7f 0b");
    INVALID1("type mismatch", "42 00 42 00 41 00 1c 01 7f 0b");
}

/* A call with more than eight parameters, and one with two results. */
static void test_calls(void **state)
{
#define NINE "41 00 41 00 41 00 41 00 41 00 41 00 41 00 41 00 "
    const char *nine = "60 09 7f 7f 7f 7f 7f 7f 7f 7f 7e 00";
    assert_valid(.types = {"60 00 00", nine}, .funcs = "00 01",
                 .bodies = {"00 " NINE "42 00 10 01 0b", "00 0b"});
    assert_valid(.types = {"60 00 00", nine}, .funcs = "00 01",
                 .bodies = {"00 00 42 00 10 01 0b", "00 0b"});
    assert_invalid("type mismatch", .types = {"60 00 00", nine}, .funcs = "00 01",
                   .bodies = {"00 " NINE "41 00 10 01 0b", "00 0b"});
    assert_invalid("type mismatch", .types = {"60 00 00", nine}, .funcs = "00 01",
                   .bodies = {"00 " NINE "10 01 0b", "00 0b"});
    assert_invalid("unknown function 2", .types = {"60 00 00"}, .funcs = "00 00",
                   .bodies = {"00 10 02 0b", "00 0b"});
    assert_valid(TYPES, .funcs = "00 04", .bodies = {"00 10 01 1a 1a 0b", "00 41 00 42 00 0b"});
    assert_invalid("type mismatch", TYPES, .funcs = "00 04",
                   .bodies = {"00 10 01 45 1a 1a 0b", "00 41 00 42 01 0b"});
    /* an index of five bytes, as linkers write it */
    assert_valid(TYPES, .funcs = "00 00", .bodies = {"00 10 81 80 80 80 00 0b", "00 0b"});
    assert_invalid("unknown function", TYPES, .funcs = "00 00",
                   .bodies = {"00 10 81 80 80 80 01 0b", "00 0b"});
    assert_invalid("integer too large", TYPES, .funcs = "00 00",
                   .bodies = {"00 10 81 80 80 80 10 0b", "00 0b"});
}

static void test_end_of_body(void **state)
{
    INVALID0("unexpected end", "");
    INVALID0("unexpected end", "02 40 0b");
    INVALID0("END opcode expected", "0b 0b");
    INVALID0("END opcode expected", "0b 01");
    INVALID0("unexpected end", "41");
    INVALID0("unexpected end", "44 00 00 00");
    INVALID0("unexpected end", "fd 0c 00 00 00 00");
    INVALID0("illegal opcode", "ff 0b");
    INVALID0("illegal opcode", "fc ff 01 0b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_unreachable_is_polymorphic),
        cmocka_unit_test(test_unknown_local_in_unreachable_code),
        cmocka_unit_test(test_locals_of_the_previous_function),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_br_table),
        cmocka_unit_test(test_br_if_pushes_label_types),
        cmocka_unit_test(test_select),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_end_of_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
