/* The facts that the compilers take from validation. */
#include "support.h"

static struct func_facts facts_of(const struct parts *parts)
{
    struct error e;
    struct func_facts facts;
    if (validate(parts, &e, &facts) != ST_OK)
        fail_msg("%s", e.text);
    return facts;
}
#define FACTS(...)                                                                                 \
    facts_of(&(struct parts){                                                                      \
        .types = {"60 00 00", "60 02 7f 7c 00"}, .memories = {"00 01"}, __VA_ARGS__})

static void test_nothing(void **state)
{
    struct func_facts f = FACTS(.funcs = "00", .bodies = {"00 0b"});
    assert_int_equal(f.flags, 0);
    assert_int_equal(f.nlocals, 0);
    assert_true(f.max_height <= 1);
    assert_int_equal(f.int_local[0], FACTS_NO_LOCAL);
    assert_int_equal(f.fp_local[0], FACTS_NO_LOCAL);
    assert_true(f.call_weight == 0 && f.memory_weight == 0);
}

/* Parameters i32 f64, then i64; the loop counts eight times, the loop in it 64 times. */
static void test_local_weights(void **state)
{
    struct func_facts f =
        FACTS(.funcs = "01",
              .bodies = {"01 02 7e 20 00 1a 03 40 20 02 1a 20 01 1a 03 40 20 03 1a 0b 20 02 1a 0b "
                         "20 00 1a 0b"});
    assert_int_equal(f.nlocals, 4);
    assert_int_equal(f.int_local[0], 3);
    assert_int_equal(f.int_local[1], 2);
    assert_int_equal(f.int_local[2], 0);
    assert_int_equal(f.int_local[3], FACTS_NO_LOCAL);
    assert_true(f.int_weight[0] == 64 && f.int_weight[1] == 16 && f.int_weight[2] == 2);
    assert_int_equal(f.fp_local[0], 1);
    assert_true(f.fp_weight[0] == 8);
    assert_int_equal(f.fp_local[1], FACTS_NO_LOCAL);
    assert_int_equal(f.flags, FACT_HAS_LOOP);
}

/* Ten locals compete for eight places. */
static void test_heaviest(void **state)
{
    struct func_facts f = FACTS(
            .funcs = "00",
            .bodies = {
                "01 0a 7f 20 00 1a 20 01 1a 20 02 1a 20 03 1a 20 04 1a 20 05 1a 20 06 1a 20 07 1a "
                "20 08 1a 20 09 1a 20 09 1a 20 08 1a 41 00 21 09 0b"});
    assert_int_equal(f.int_local[0], 9);
    assert_int_equal(f.int_local[1], 8);
    assert_true(f.int_weight[0] == 3 && f.int_weight[1] == 2 && f.int_weight[2] == 1);
    for (int i = 2; i < FACTS_PINS; i++)
        assert_true(f.int_local[i] < 8);
}

static void test_calls_and_memory(void **state)
{
    struct func_facts f =
        FACTS(.funcs = "00", .bodies = {"00 10 00 03 40 10 00 41 00 28 02 00 1a 0b 0b"});
    assert_true(f.call_weight == 9 && f.memory_weight == 8);
    assert_int_equal(f.flags, FACT_HAS_CALL | FACT_USES_MEMORY0 | FACT_HAS_LOOP | FACT_MAY_WRITE);
    f = FACTS(.funcs = "00", .bodies = {"00 41 00 28 02 00 1a 0b"});
    assert_int_equal(f.flags, FACT_USES_MEMORY0);
    f = FACTS(.funcs = "00", .bodies = {"00 41 00 41 00 36 02 00 0b"});
    assert_int_equal(f.flags, FACT_USES_MEMORY0 | FACT_MAY_WRITE);
    f = FACTS(.funcs = "00", .bodies = {"00 41 00 40 00 1a 0b"}); /* memory.grow is a call */
    assert_int_equal(f.flags, FACT_HAS_CALL | FACT_MAY_WRITE);
    f = FACTS(.funcs = "00", .bodies = {"00 43 00 00 00 00 a8 1a 0b"}); /* so are conversions */
    assert_true(f.flags & FACT_HAS_CALL);
    f = FACTS(.funcs = "00", .bodies = {"00 41 00 b2 1a 41 00 be 1a 0b"}); /* but not all */
    assert_int_equal(f.flags, 0);
    f = FACTS(.funcs = "00",
              .bodies = {"00 41 00 41 00 41 00 fc 0b 00 41 00 41 00 41 00 fc 0a 00 00 0b"});
    assert_true(f.call_weight == 2 && (f.flags & FACT_MAY_WRITE));
    f = FACTS(.funcs = "00", .bodies = {"00 12 00 0b"});
    assert_true((f.flags & FACT_HAS_TAIL_CALL) && (f.flags & FACT_HAS_CALL));
    f = FACTS(.funcs = "00",
              .bodies = {"00 fd 0c 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 1a 0b"});
    assert_int_equal(f.flags, FACT_HAS_SIMD);
    f = FACTS(.funcs = "00", .bodies = {"00 1f 40 00 0b 0b"});
    assert_int_equal(f.flags, FACT_HAS_TRY);
    /* throw_ref is a call, and catches nothing */
    f = FACTS(.funcs = "00", .bodies = {"00 d0 69 0a 0b"});
    assert_int_equal(f.flags, FACT_HAS_CALL | FACT_MAY_WRITE);
    f = FACTS(.funcs = "00", .bodies = {"00 41 07 fb 1c 1a 0b"});
    assert_true((f.flags & FACT_HAS_GC) && !(f.flags & (FACT_HAS_CALL | FACT_MAY_CALL)));
    f = FACTS(.funcs = "00", .bodies = {"00 d0 6e fb 14 6b 1a 0b"}); /* a cast keeps registers */
    assert_int_equal(f.flags, FACT_HAS_GC | FACT_MAY_CALL);
    f = FACTS(.funcs = "00", .bodies = {"00 02 6b d0 6e fb 18 03 00 6e 6b d1 1a d0 6b 0b 1a 0b"});
    assert_int_equal(f.flags, FACT_HAS_GC | FACT_MAY_CALL);
    f = FACTS(.funcs = "00", .bodies = {"00 41 00 fe 10 02 00 1a 0b"});
    assert_int_equal(f.flags, FACT_HAS_ATOMIC | FACT_USES_MEMORY0);
    f = FACTS(.funcs = "00", .globals = {"7f 01 41 00 0b"}, .bodies = {"00 41 00 24 00 0b"});
    assert_int_equal(f.flags, FACT_MAY_WRITE);
}

/* The height is an upper bound: at least the values, at most one more for each block that is
 * open. */
static void test_height(void **state)
{
    struct func_facts f =
        FACTS(.funcs = "00", .bodies = {"00 41 00 41 00 41 00 41 00 1a 1a 1a 1a 0b"});
    assert_true(f.max_height >= 4 && f.max_height <= 5);
    f = FACTS(.funcs = "00", .bodies = {"00 02 40 02 40 41 00 41 00 6a 1a 0b 0b 0b"});
    assert_true(f.max_height >= 2 && f.max_height <= 5);
    f = FACTS(.funcs = "00 00", .bodies = {"00 41 00 41 00 41 00 1a 1a 1a 0b",
                                           "00 41 00 1a 0b"}); /* not the first's */
    assert_true(f.max_height >= 1 && f.max_height <= 2);
}

/* The same facts whether an instruction took its handler or, in unreachable code or padded, the
 * long way. */
static void test_both_ways(void **state)
{
    struct func_facts a =
        FACTS(.funcs = "00", .bodies = {"01 01 7f 41 00 28 02 00 21 00 10 00 0b"});
    struct func_facts b =
        FACTS(.funcs = "00",
              .bodies = {"01 01 7f 41 00 28 82 00 00 21 80 80 00 10 80 80 80 80 00 0b"});
    assert_true(a.memory_weight == b.memory_weight && a.call_weight == b.call_weight &&
                a.flags == b.flags);
    assert_true(a.int_weight[0] == b.int_weight[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),  cmocka_unit_test(test_local_weights),
        cmocka_unit_test(test_heaviest), cmocka_unit_test(test_calls_and_memory),
        cmocka_unit_test(test_height),   cmocka_unit_test(test_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
