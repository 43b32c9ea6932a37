/* Every row of opcodes.def: write, read, compare, write again. Every cut of every instruction is
 * refused. */
#include "base/bits.h"
#include "syntax/insn_read.h"
#include "syntax/insn_write.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t seed = 1;
static uint64_t rnd(void)
{
    seed = hs_hash_mix(seed, 99);
    return seed >> (seed & 31); /* all sizes */
}

static uint32_t some_heap(void)
{
    return rnd() & 1 ? HEAP_FIRST + (uint32_t)(rnd() % (HEAP_END - HEAP_FIRST))
                     : (uint32_t)(rnd() % HEAP_FIRST);
}

static struct valtype some_type(void)
{
    static const struct valtype plain[] = {HS_I32, HS_I64, HS_F32, HS_F64, HS_V128};
    return rnd() & 1 ? plain[rnd() % 5] : HS_REF(rnd() & 1, some_heap());
}

static struct blocktype some_block(void)
{
    switch (rnd() % 3) {
    case 0: return (struct blocktype){.kind = BLOCK_EMPTY};
    case 1: return (struct blocktype){.kind = BLOCK_VALUE, .value = some_type()};
    default: return (struct blocktype){.kind = BLOCK_TYPE, .type = (uint32_t)rnd()};
    }
}

/* Random immediates of the right kind; vectors are encoded into `vector`. */
static struct insn some_insn(enum op op, struct buffer *vector)
{
    struct insn i;
    memset(&i, 0, sizeof i);
    i.op = op;
    hs_buffer_clear(vector);
    switch ((enum imm)hs_op_info[op].imm) {
    case IMM_NONE:
    case IMM_ZERO: break;
    case IMM_BLOCK: i.block = some_block(); break;
    case IMM_MEMARG_LANE: i.lane = (uint8_t)rnd(); /* fallthrough */
    case IMM_MEMARG:
        i.mem = (struct memarg){.align = (uint32_t)rnd() & 0x3f,
                                .memory = rnd() & 1 ? (uint32_t)rnd() : 0,
                                .offset = rnd()};
        break;
    case IMM_LANE: i.lane = (uint8_t)rnd(); break;
    case IMM_SHUFFLE:
    case IMM_V128:
        for (int k = 0; k < 16; k++)
            i.v128[k] = (uint8_t)rnd();
        break;
    case IMM_I32: i.i32 = (int32_t)rnd(); break;
    case IMM_I64: i.i64 = (int64_t)(rnd() * 3); break;
    case IMM_F32: i.f32 = (uint32_t)rnd(); break;
    case IMM_F64: i.f64 = rnd(); break;
    case IMM_HEAPTYPE: i.heap = some_heap(); break;
    case IMM_BR_ON_CAST:
        i.cast.cast_flags = rnd() & 3;
        i.cast.label = (uint32_t)rnd();
        i.cast.from = some_heap();
        i.cast.to = some_heap();
        break;
    case IMM_BR_TABLE:
        i.fallback = (uint32_t)rnd();
        i.count = rnd() % 40;
        for (uint32_t k = 0; k < i.count; k++)
            hs_buffer_u(vector, (uint32_t)rnd());
        break;
    case IMM_SELECT_TYPES:
        i.count = rnd() % 3;
        for (uint32_t k = 0; k < i.count; k++)
            hs_write_valtype(vector, some_type());
        break;
    case IMM_TRY_TABLE:
        i.try_block = some_block();
        i.count = rnd() % 5;
        for (uint32_t k = 0; k < i.count; k++) {
            struct catch_clause c = {
                .kind = rnd() & 3, .tag = (uint32_t)rnd(), .label = (uint32_t)rnd()};
            hs_write_catch(vector, &c);
        }
        break;
    default:
        i.a = (uint32_t)rnd();
        i.b = (uint32_t)rnd();
        break;
    }
    i.vector = hs_op_info[op].imm == IMM_BR_TABLE || hs_op_info[op].imm == IMM_SELECT_TYPES ||
                       hs_op_info[op].imm == IMM_TRY_TABLE
                   ? vector->data
                   : i.vector;
    return i;
}

static void every_opcode(void **state)
{
    struct buffer vector, a, b;
    hs_buffer_init(&vector, SIZE_MAX);
    hs_buffer_init(&a, SIZE_MAX);
    hs_buffer_init(&b, SIZE_MAX);
    for (enum op op = 0; op < OP_COUNT; op++) {
        assert_int_equal(hs_op_decode(hs_op_info[op].prefix, hs_op_info[op].code), op);
        for (int round = 0; round < 30; round++) {
            struct insn i = some_insn(op, &vector), back;
            hs_buffer_clear(&a);
            hs_insn_write(&a, &i);
            struct error e;
            hs_error_init(&e);
            /* a block of exactly the size, so that sanitizers see a step beyond */
            uint8_t *bytes = malloc(a.size);
            memcpy(bytes, a.data, a.size);
            struct insn_reader r = {bytes, bytes + a.size, bytes, HS_FEATURES_ALL, &e};
            if (hs_insn_read(&r, &back) != ST_OK)
                fail_msg("%s: %s", hs_op_info[op].text, e.text);
            assert_int_equal(back.op, op);
            assert_int_equal(back.offset, 0);
            assert_ptr_equal(r.p, bytes + a.size);
            hs_buffer_clear(&b);
            hs_insn_write(&b, &back);
            assert_int_equal(a.size, b.size);
            assert_memory_equal(a.data, b.data, a.size);
            for (size_t cut = 0; cut < a.size; cut++) {
                uint8_t *part = malloc(cut ? cut : 1);
                memcpy(part, a.data, cut);
                hs_error_init(&e);
                struct insn_reader short_r = {part, part + cut, part, HS_FEATURES_ALL, &e};
                assert_int_equal(hs_insn_read(&short_r, &back), ST_MALFORMED);
                if (strcmp(e.text, "length out of bounds") != 0) /* of a vector's count */
                    assert_memory_equal(e.text, "unexpected end", 14);
                assert_true(e.offset <= cut);
                free(part);
            }
            free(bytes);
        }
    }
    hs_buffer_deinit(&vector);
    hs_buffer_deinit(&a);
    hs_buffer_deinit(&b);
}

static enum status read_one(const char *bytes, size_t size, hs_features features, struct error *e,
                            struct insn *out)
{
    hs_error_init(e);
    struct insn_reader r = {(const uint8_t *)bytes, (const uint8_t *)bytes + size,
                            (const uint8_t *)bytes, features, e};
    return hs_insn_read(&r, out);
}
#define READ(s, features) read_one(s, sizeof(s) - 1, features, &e, &i)

static void every_byte(void **state)
{
    struct error e;
    struct insn i;
    static const uint8_t prefixes[] = {0, 0xfb, 0xfc, 0xfd, 0xfe};
    for (size_t p = 0; p < HS_ARRAY_SIZE(prefixes); p++) {
        for (uint32_t code = 0; code < (p ? 1000 : 256); code++) {
            enum op op = hs_op_decode(prefixes[p], code);
            if (op != OP_COUNT) {
                assert_int_equal(hs_op_info[op].prefix, prefixes[p]);
                assert_int_equal(hs_op_info[op].code, code);
            }
        }
    }
    assert_int_equal(READ("\xff", HS_FEATURES_ALL), ST_MALFORMED);
    assert_string_equal(e.text, "illegal opcode ff");
    assert_int_equal(READ("\xfc\xff\x01", HS_FEATURES_ALL), ST_MALFORMED);
    assert_string_equal(e.text, "illegal opcode fc ff");
    assert_int_equal(READ("\xfc\x87\x80\x80\x80\x80\x00", HS_FEATURES_ALL), ST_MALFORMED);
    assert_string_equal(e.text, "integer representation too long");
    assert_int_equal(READ("\xfc\x87\x00", HS_FEATURES_ALL), ST_OK); /* longer than needed */
    assert_int_equal(i.op, OP_I64_TRUNC_SAT_F64_U);
}

static void block_types(void **state)
{
    struct error e;
    struct insn i;
    assert_int_equal(READ("\x02\x40", HS_FEATURES_ALL), ST_OK);
    assert_int_equal(i.block.kind, BLOCK_EMPTY);
    assert_int_equal(READ("\x02\x7f", HS_FEATURES_ALL), ST_OK);
    assert_int_equal(i.block.value.bits, HS_I32.bits);
    assert_int_equal(READ("\x02\x80\x01", HS_FEATURES_ALL), ST_OK);
    assert_int_equal(i.block.type, 128);
    assert_int_equal(READ("\x02\xff\xff\xff\xff\x0f", HS_FEATURES_ALL),
                     ST_OK); /* an index nobody has */
    assert_int_equal(i.block.type, UINT32_MAX);
    /* A negative number of several bytes is no value type, and 0xc0 0x7f is not the empty type. */
    assert_int_equal(READ("\x02\xff\x7f", HS_FEATURES_ALL), ST_MALFORMED);
    assert_int_equal(READ("\x02\xc0\x7f", HS_FEATURES_ALL), ST_MALFORMED);
    assert_int_equal(READ("\x02\x41", HS_FEATURES_ALL), ST_MALFORMED);
    assert_int_equal(READ("\x02\x78", HS_FEATURES_ALL), ST_MALFORMED); /* i8 is for fields */
    assert_int_equal(READ("\x02\x64\x6d", HS_FEATURES_ALL), ST_OK);
    assert_int_equal(i.block.value.bits, HS_REF(false, HEAP_EQ).bits);
    assert_int_equal(READ("\x02\x63\x05", HS_FEATURES_ALL), ST_OK);
    assert_int_equal(i.block.value.bits, HS_REF(true, 5).bits);
    assert_int_equal(READ("\x02\x64\x40", HS_FEATURES_ALL), ST_MALFORMED);
    assert_int_equal(READ("\x02\x64\xc0\xff\x3f", HS_FEATURES_ALL),
                     ST_INVALID); /* beyond all types */
    assert_string_equal(e.text, "unknown type 1048512");
}

static void memory_arguments(void **state)
{
    struct error e;
    struct insn i;
    /* A 32-bit memory's offset may be written with ten bytes. */
    assert_int_equal(READ("\x28\x02\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", HS_FEATURES_ALL),
                     ST_OK);
    assert_int_equal(READ("\x28\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", HS_FEATURES_ALL),
                     ST_MALFORMED);
    assert_string_equal(e.text, "integer too large");
    assert_int_equal(READ("\x28\x80\x01\x00", HS_FEATURES_ALL), ST_MALFORMED);
    assert_string_equal(e.text, "malformed memop flags");
    assert_int_equal(READ("\x28\x42\x07\x10", HS_FEATURES_ALL), ST_OK);
    assert_int_equal(i.mem.memory, 7);
    assert_int_equal(i.mem.align, 2);
    assert_int_equal(i.mem.offset, 16);
    assert_int_equal(READ("\x28\x42\x07\x10", HS_FEATURES_ALL & ~HS_FEATURE(MULTI_MEMORY)),
                     ST_UNSUPPORTED);
    assert_string_equal(e.text, "multi-memory support is not enabled");
}

static void disabled_features(void **state)
{
    struct error e;
    struct insn i;
    for (enum op op = 0; op < OP_COUNT; op++) {
        if (hs_op_info[op].feature == FEATURE_MVP)
            continue;
        uint8_t bytes[40] = {hs_op_info[op].prefix};
        int n = hs_op_info[op].prefix ? 1 + hs_leb_write_u(bytes + 1, hs_op_info[op].code) : 1;
        if (n == 1)
            bytes[0] = (uint8_t)hs_op_info[op].code;
        hs_features features = HS_FEATURES_ALL & ~((hs_features)1 << hs_op_info[op].feature);
        assert_int_equal(read_one((const char *)bytes, sizeof bytes, features, &e, &i),
                         ST_UNSUPPORTED);
        assert_non_null(strstr(e.text, hs_feature_name(hs_op_info[op].feature)));
    }
    assert_int_equal(READ("\xd0\x6e", HS_FEATURES_ALL & ~HS_FEATURE(GC)), ST_UNSUPPORTED);
    assert_int_equal(READ("\xd0\x70", HS_FEATURES_ALL & ~HS_FEATURE(GC)), ST_OK);
    assert_int_equal(READ("\x02\x7b", HS_FEATURES_ALL & ~HS_FEATURE(SIMD)), ST_UNSUPPORTED);
    assert_int_equal(READ("\x02\x00", HS_FEATURES_ALL & ~HS_FEATURE(MULTI_VALUE)), ST_UNSUPPORTED);
    assert_int_equal(READ("\x11\x00\x01", HS_FEATURE(MVP)), ST_MALFORMED);
    assert_string_equal(e.text, "zero byte expected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_opcode),      cmocka_unit_test(every_byte),
        cmocka_unit_test(block_types),       cmocka_unit_test(memory_arguments),
        cmocka_unit_test(disabled_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
