/* The two validators of bodies say the same: on bodies made of random instructions that tend to
 * fit, and on mutants of them. The seed is fixed; HOSPES_SEED and HOSPES_ROUNDS change seed and
 * number. */
#include "base/bits.h"
#include "support.h"
#include "syntax/insn_read.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state_of_random;

static uint32_t pick(uint32_t n)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state_of_random >> 33) % n);
}

/* Types of the module below: see the strings; two groups are equal, one type is a subtype. */
static const struct parts frame = {
    .types = {"60 00 00", "60 00 01 7f", "60 01 7f 01 7f", "60 02 7f 7e 02 7e 7f",
              "60 09 7f 7f 7f 7f 7f 7f 7f 7f 7f 01 7f", "50 00 5f 01 7f 01",
              "50 01 05 5f 02 7f 01 70 01", "5e 78 01", "5e 64 07 00", "60 01 64 05 01 63 06",
              "60 00 00", "60 01 7f 00"},
    .imports = {"00 00 00 00"},
    .funcs = "02",
    .tables = {"70 00 05", "40 00 64 05 00 01 fb 01 05 0b"},
    .memories = {"00 01", "04 01"},
    .tags = {"00 00", "00 0b"},
    .globals = {"7f 01 41 00 0b", "7e 00 42 00 0b", "63 05 01 d0 05 0b"},
    .exports = {"01 61 00 00", "01 62 00 01"},
    .elems = {"05 70 01 d0 70 0b", "05 64 05 01 fb 01 05 0b"},
    .datas = {"01 02 61 62"},
    .data_count = true,
};

struct body {
    uint8_t bytes[512];
    size_t size;
};

static void put(struct body *b, uint32_t x)
{
    if (b->size < sizeof b->bytes)
        b->bytes[b->size++] = (uint8_t)x;
}

static void put_block_type(struct body *b)
{
    static const uint8_t types[] = {0x40, 0x40, 0x40, 0x7f, 0x7e, 0x70,
                                    0x00, 0x01, 0x02, 0x03, 0x7b};
    if (pick(12) == 0) {
        put(b, 0x63 + pick(2));
        put(b, pick(10));
    } else {
        put(b, types[pick(sizeof types)]);
    }
}

static void put_heap(struct body *b)
{
    put(b, pick(3) ? pick(11) : 0x69 + pick(12));
}

static void put_memarg(struct body *b, uint32_t natural)
{
    uint32_t align = pick(8) ? natural : pick(6);
    if (pick(4) == 0) {
        put(b, align | 0x40);
        put(b, pick(2));
    } else {
        put(b, align);
    }
    if (pick(6) == 0)
        put(b, 0x80 | pick(128));
    put(b, pick(0x80));
}

static void put_insn(struct body *b)
{
    enum op op = (enum op)pick(OP_COUNT);
    if (pick(3)) { /* what code is mostly made of */
        static const enum op common[] = {OP_LOCAL_GET,
                                         OP_LOCAL_GET,
                                         OP_LOCAL_SET,
                                         OP_LOCAL_TEE,
                                         OP_I32_CONST,
                                         OP_I32_CONST,
                                         OP_I64_CONST,
                                         OP_DROP,
                                         OP_DROP,
                                         OP_BLOCK,
                                         OP_LOOP,
                                         OP_IF,
                                         OP_ELSE,
                                         OP_END,
                                         OP_END,
                                         OP_END,
                                         OP_BR,
                                         OP_BR_IF,
                                         OP_BR_TABLE,
                                         OP_UNREACHABLE,
                                         OP_CALL,
                                         OP_I32_ADD,
                                         OP_STRUCT_NEW_DEFAULT,
                                         OP_REF_NULL,
                                         OP_REF_AS_NON_NULL,
                                         OP_STRUCT_GET,
                                         OP_SELECT,
                                         OP_RETURN,
                                         OP_I32_LOAD,
                                         OP_I32_STORE,
                                         OP_TRY_TABLE,
                                         OP_TRY,
                                         OP_CATCH_ALL,
                                         OP_CATCH};
        op = common[pick(HS_ARRAY_SIZE(common))];
    }
    const struct op_info *info = &hs_op_info[op];
    if (info->prefix) {
        put(b, info->prefix);
        if (info->code >= 0x80) {
            put(b, (info->code & 0x7f) | 0x80);
            put(b, info->code >> 7);
        } else {
            put(b, info->code);
        }
    } else {
        put(b, info->code);
    }
    switch ((enum imm)info->imm) {
    case IMM_NONE: break;
    case IMM_BLOCK: put_block_type(b); break;
    case IMM_LABEL: put(b, pick(4)); break;
    case IMM_FUNC: put(b, pick(3)); break;
    case IMM_TYPE: put(b, pick(12)); break;
    case IMM_LOCAL: put(b, pick(7)); break;
    case IMM_GLOBAL: put(b, pick(4)); break;
    case IMM_ELEM:
    case IMM_DATA:
    case IMM_TAG:
    case IMM_TABLE:
    case IMM_MEMORY: put(b, pick(3)); break;
    case IMM_TABLE_TABLE:
    case IMM_ELEM_TABLE:
    case IMM_DATA_MEMORY:
    case IMM_MEMORY_MEMORY:
        put(b, pick(2));
        put(b, pick(2));
        break;
    case IMM_TYPE_TABLE:
    case IMM_TYPE_FIELD:
    case IMM_TYPE_N:
    case IMM_TYPE_DATA:
    case IMM_TYPE_ELEM:
        put(b, pick(11));
        put(b, pick(3));
        break;
    case IMM_TYPE_TYPE:
        put(b, pick(11));
        put(b, pick(11));
        break;
    case IMM_MEMARG: put_memarg(b, info->flags & OPF_ALIGN_MASK); break;
    case IMM_MEMARG_LANE:
        put_memarg(b, info->flags & OPF_ALIGN_MASK);
        put(b, pick(4));
        break;
    case IMM_LANE: put(b, pick(5)); break;
    case IMM_SHUFFLE:
    case IMM_V128:
        for (int i = 0; i < 16; i++)
            put(b, pick(33));
        break;
    case IMM_I32:
    case IMM_I64: put(b, pick(0x80)); break;
    case IMM_F32:
    case IMM_F64:
        for (int i = 0; i < (info->imm == IMM_F32 ? 4 : 8); i++)
            put(b, pick(256));
        break;
    case IMM_SELECT_TYPES:
        put(b, 1);
        put(b, 0x7f - pick(4));
        break;
    case IMM_HEAPTYPE: put_heap(b); break;
    case IMM_BR_TABLE: {
        uint32_t n = pick(4);
        put(b, n);
        for (uint32_t i = 0; i <= n; i++)
            put(b, pick(3));
        break;
    }
    case IMM_TRY_TABLE: {
        put_block_type(b);
        uint32_t n = pick(3);
        put(b, n);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t kind = pick(4);
            put(b, kind);
            if (kind < 2)
                put(b, pick(2));
            put(b, pick(3));
        }
        break;
    }
    case IMM_BR_ON_CAST:
        put(b, pick(4));
        put(b, pick(3));
        put_heap(b);
        put_heap(b);
        break;
    case IMM_ZERO: put(b, 0); break;
    }
}

/* Puts a body in the place of the module's bytes, in memory of just its size, and asks both. */
static enum status ask(struct module *m, const struct body *b, struct error *e)
{
    uint8_t *exact = malloc(b->size + !b->size);
    struct func_facts facts;
    memcpy(exact, b->bytes, b->size);
    m->bytes = (struct span){exact, b->size};
    m->funcs[1].body = 0;
    m->funcs[1].body_size = (uint32_t)b->size;
    hs_error_init(e);
    enum status s = hs_valid_func_plain(m, 1, e);
    if ((s == ST_OK) != hs_valid_func_fast(m, 1, &facts)) {
        fprintf(stderr, "plain says \"%s\":", s == ST_OK ? "valid" : e->text);
        for (size_t k = 0; k < b->size; k++)
            fprintf(stderr, " %02x", b->bytes[k]);
        fprintf(stderr, "\n");
        fail_msg("the two validators disagree");
    }
    if (s != ST_OK) /* an error has words and a place within the body */
        assert_true(e->status == s && e->text[0] && e->offset <= b->size && e->func == 1);
    free(exact);
    return s;
}

/* Instructions that fit what is before them mostly stay, so that bodies get deep. */
static void make_body(struct module *m, struct body *b)
{
    static const uint8_t locals[] = {4, 1, 0x7f, 2, 0x7e, 1, 0x64, 5, 1, 0x63, 6};
    struct error e;
    b->size = 0;
    for (size_t i = 0; i < sizeof locals; i++)
        put(b, locals[i]);
    for (uint32_t n = pick(60); n > 0; n--) {
        size_t before = b->size;
        put_insn(b);
        bool fits = ask(m, b, &e) != ST_OK && e.offset == b->size;
        if (!fits && pick(200))
            b->size = before;
    }
    if (pick(2))
        put(b, 0x00);
    for (uint32_t n = 12; n > 0 && ask(m, b, &e) != ST_OK; n--) {
        if (e.offset != b->size) /* values are left over */
            b->bytes[b->size - 1] = 0x00;
        put(b, 0x0b);
    }
}

static void mutate(struct body *b)
{
    for (uint32_t n = pick(3) + 1; n > 0 && b->size > 1; n--) {
        size_t at = pick((uint32_t)b->size);
        switch (pick(4)) {
        case 0: b->bytes[at] = (uint8_t)pick(256); break;
        case 1: b->bytes[at] ^= (uint8_t)(1u << pick(8)); break;
        case 2: /* away */
            memmove(b->bytes + at, b->bytes + at + 1, b->size - at - 1);
            b->size--;
            break;
        default: /* twice */
            if (b->size < sizeof b->bytes) {
                memmove(b->bytes + at + 1, b->bytes + at, b->size - at);
                b->size++;
            }
            break;
        }
    }
}

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 0) : otherwise;
}

static void test_random_bodies(void **state)
{
    state_of_random = from_environment("HOSPES_SEED", 1);
    unsigned long rounds = from_environment("HOSPES_ROUNDS", 600), valid = 0;
    struct parts parts = frame;
    parts.bodies[0] = "00 41 00 0b";
    size_t size;
    uint8_t *bytes = assemble(&parts, &size);
    struct module m;
    struct error e;
    hs_error_init(&e);
    if (hs_binary_read(bytes, size, HS_FEATURES_ALL, &m, &e) != ST_OK ||
        hs_valid_module_head(&m, &e) != ST_OK)
        fail_msg("%s", e.text);
    struct span whole = m.bytes;
    for (unsigned long i = 0; i < rounds; i++) {
        struct body b;
        make_body(&m, &b);
        for (uint32_t mutant = 0; mutant < 6; mutant++) {
            valid += ask(&m, &b, &e) == ST_OK;
            mutate(&b);
        }
    }
    m.bytes = whole;
    hs_module_deinit(&m);
    free(bytes);
    assert_true(valid > rounds / 2); /* else the generator is of no use */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_bodies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
