/* Bulk operations: bounds that must not wrap, copies over themselves in pieces, and requests to
 * stop in between. The instance is put together by hand: the operations look at a few fields
 * only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/bulk.h"
#include <stdlib.h>
#include <string.h>

enum { SMALL = 1000, DATA = 37, ITEMS = 50, ELEMS = 9 };
#define MIB (UINT64_C(1) << 20)

static struct runtime rt;
static struct store *store;
static struct module module;
static struct data datas[2];
static struct elem elems[1];
static struct constexpr nulls[ELEMS];
static struct code_object code;
static struct memory_obj memory[2];
static struct table_obj table[2];
static uint8_t dropped_datas[1], dropped_elems[1];
static struct memory_obj *memories[] = {&memory[0], &memory[1]};
static struct table_obj *tables[] = {&table[0], &table[1]};
static struct instance inst;
static uint8_t segment[DATA];

static int start(void **state)
{
    struct runtime_config c = {
        .epochs = true, .memory_reservation = HS_RESERVED_BYTES, .max_wasm_stack = 512 << 10};
    if (hs_runtime_init(&rt, &c) != ST_OK || hs_store_new(&rt, &store) != ST_OK)
        return 1;
    hs_store_set_epoch_deadline(store, UINT64_MAX);
    for (unsigned i = 0; i < DATA; i++)
        segment[i] = (uint8_t)(200 + i);
    for (unsigned i = 0; i < ELEMS; i++)
        nulls[i].kind = CONST_NULL;
    datas[0] = (struct data){.mode = SEGMENT_PASSIVE, .bytes = {segment, DATA}};
    datas[1] = datas[0];
    elems[0] = (struct elem){.mode = SEGMENT_PASSIVE, .count = ELEMS, .exprs = nulls};
    module.datas = datas;
    module.elems = elems;
    code.module = &module;
    inst = (struct instance){.code = &code,
                             .store = store,
                             .memories = memories,
                             .tables = tables,
                             .dropped_datas = dropped_datas,
                             .dropped_elems = dropped_elems};
    return 0;
}

static int stop(void **state)
{
    hs_store_delete(store);
    hs_runtime_deinit(&rt);
    return 0;
}

static void give_memory(unsigned k, uint64_t bytes)
{
    free(memory[k].rec.base);
    memory[k] = (struct memory_obj){.rec = {.base = malloc(bytes ? bytes : 1), .bytes = bytes}};
    assert_non_null(memory[k].rec.base);
    for (uint64_t i = 0; i < bytes; i++)
        memory[k].rec.base[i] = (uint8_t)(i * 7 + i / 251 + k);
}

static void give_table(unsigned k, uint64_t items)
{
    free(table[k].rec.elems);
    table[k] = (struct table_obj){.rec = {.elems = calloc(items + 1, 8), .size = items}};
    assert_non_null(table[k].rec.elems);
    for (uint64_t i = 0; i < items; i++)
        table[k].rec.elems[i] = 1000 * k + i + 1;
}

static bool fits(uint64_t at, uint64_t n, uint64_t size)
{
    return (unsigned __int128)at + n <= size;
}

/* Around every edge that matters, the ends of the number range included. */
static uint64_t edge(unsigned k)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     DATA - 1,
                                     DATA,
                                     DATA + 1,
                                     ELEMS,
                                     ITEMS,
                                     ITEMS + 1,
                                     SMALL - 1,
                                     SMALL,
                                     SMALL + 1,
                                     SMALL - DATA,
                                     UINT32_MAX,
                                     UINT64_C(1) << 32,
                                     UINT64_MAX - DATA,
                                     UINT64_MAX - SMALL + 1,
                                     UINT64_MAX - 1,
                                     UINT64_MAX};
    return k < sizeof edges / sizeof *edges ? edges[k] : 0;
}
enum { EDGES = 18 };

static void memory_bounds(void **state)
{
    give_memory(0, SMALL);
    give_memory(1, SMALL / 2);
    uint8_t before[SMALL], model[SMALL];
    for (unsigned a = 0; a < EDGES * EDGES * EDGES; a++) {
        uint64_t d = edge(a % EDGES), s = edge(a / EDGES % EDGES), n = edge(a / EDGES / EDGES);
        memcpy(before, memory[0].rec.base, SMALL);
        bool ok = fits(d, n, SMALL) && fits(s, n, SMALL);
        memcpy(model, before, SMALL);
        if (ok)
            memmove(model + d, before + s, n);
        assert_int_equal(hs_memory_copy(&inst, 0, 0, d, s, n),
                         ok ? TRAP_NONE : TRAP_MEMORY_OUT_OF_BOUNDS);
        assert_memory_equal(memory[0].rec.base, model, SMALL);

        ok = fits(d, n, SMALL) && fits(s, n, SMALL / 2);
        if (ok)
            memcpy(model + d, memory[1].rec.base + s, n);
        assert_int_equal(hs_memory_copy(&inst, 0, 1, d, s, n),
                         ok ? TRAP_NONE : TRAP_MEMORY_OUT_OF_BOUNDS);
        assert_memory_equal(memory[0].rec.base, model, SMALL);

        ok = fits(d, n, SMALL) && fits(s, n, DATA);
        if (ok)
            memcpy(model + d, segment + s, n);
        assert_int_equal(hs_memory_init(&inst, 0, 0, d, s, n),
                         ok ? TRAP_NONE : TRAP_MEMORY_OUT_OF_BOUNDS);
        assert_memory_equal(memory[0].rec.base, model, SMALL);

        ok = fits(d, n, SMALL);
        if (ok)
            memset(model + d, (int)(a & 255), n);
        assert_int_equal(hs_memory_fill(&inst, 0, d, (uint8_t)a, n),
                         ok ? TRAP_NONE : TRAP_MEMORY_OUT_OF_BOUNDS);
        assert_memory_equal(memory[0].rec.base, model, SMALL);
        if (ok) /* something to copy again */
            for (unsigned i = 0; i < SMALL; i++)
                memory[0].rec.base[i] = (uint8_t)(i * 3 + a);
    }
    assert_true(memory[0].written);
    assert_false(memory[1].written);
}

static void table_bounds(void **state)
{
    give_table(0, ITEMS);
    give_table(1, ITEMS / 2);
    uint64_t model[ITEMS];
    for (unsigned a = 0; a < EDGES * EDGES * EDGES; a++) {
        uint64_t d = edge(a % EDGES), s = edge(a / EDGES % EDGES), n = edge(a / EDGES / EDGES);
        memcpy(model, table[0].rec.elems, sizeof model);
        bool ok = fits(d, n, ITEMS) && fits(s, n, ITEMS);
        if (ok)
            memmove(model + d, model + s, n * 8);
        assert_int_equal(hs_table_copy(&inst, 0, 0, d, s, n),
                         ok ? TRAP_NONE : TRAP_TABLE_OUT_OF_BOUNDS);
        assert_memory_equal(table[0].rec.elems, model, sizeof model);

        ok = fits(d, n, ITEMS) && fits(s, n, ITEMS / 2);
        if (ok)
            memcpy(model + d, table[1].rec.elems + s, n * 8);
        assert_int_equal(hs_table_copy(&inst, 0, 1, d, s, n),
                         ok ? TRAP_NONE : TRAP_TABLE_OUT_OF_BOUNDS);
        assert_memory_equal(table[0].rec.elems, model, sizeof model);

        ok = fits(d, n, ITEMS) && fits(s, n, ELEMS);
        if (ok)
            memset(model + d, 0, n * 8);
        assert_int_equal(hs_table_init(&inst, 0, 0, d, s, n),
                         ok ? TRAP_NONE : TRAP_TABLE_OUT_OF_BOUNDS);
        assert_memory_equal(table[0].rec.elems, model, sizeof model);

        ok = fits(d, n, ITEMS);
        if (ok)
            for (uint64_t i = 0; i < n; i++)
                model[d + i] = a + 1;
        assert_int_equal(hs_table_fill(&inst, 0, d, a + 1, n),
                         ok ? TRAP_NONE : TRAP_TABLE_OUT_OF_BOUNDS);
        assert_memory_equal(table[0].rec.elems, model, sizeof model);
        if (ok)
            for (unsigned i = 0; i < ITEMS; i++)
                table[0].rec.elems[i] = (uint64_t)i * a + 5;
    }
}

/* A dropped segment has no bytes, and nothing of it is enough. */
static void dropped_segments(void **state)
{
    give_memory(0, SMALL);
    give_table(0, ITEMS);
    dropped_datas[0] = 2;
    dropped_elems[0] = 1;
    assert_int_equal(hs_memory_init(&inst, 0, 0, 0, 0, DATA), TRAP_NONE);
    assert_int_equal(hs_memory_init(&inst, 0, 1, 0, 0, 1), TRAP_MEMORY_OUT_OF_BOUNDS);
    assert_int_equal(hs_memory_init(&inst, 0, 1, SMALL, 0, 0), TRAP_NONE);
    assert_int_equal(hs_memory_init(&inst, 0, 1, 0, 1, 0), TRAP_MEMORY_OUT_OF_BOUNDS);
    assert_int_equal(hs_table_init(&inst, 0, 0, 0, 0, 1), TRAP_TABLE_OUT_OF_BOUNDS);
    assert_int_equal(hs_table_init(&inst, 0, 0, ITEMS, 0, 0), TRAP_NONE);
    dropped_datas[0] = dropped_elems[0] = 0;
}

/* In pieces, and yet as if all were read before anything is written. */
static void long_copies_over_themselves(void **state)
{
    uint64_t size = 30 * MIB;
    uint8_t *model = malloc(size);
    assert_non_null(model);
    static const int64_t distances[] = {1, -1, 4096, -4097, 9 << 20, -(9 << 20), 0};
    for (unsigned i = 0; i < sizeof distances / sizeof *distances; i++) {
        give_memory(0, size);
        memcpy(model, memory[0].rec.base, size);
        int64_t by = distances[i];
        uint64_t d = by > 0 ? (uint64_t)by : 0, s = by < 0 ? (uint64_t)-by : 0, n = size - d - s;
        memmove(model + d, model + s, n);
        assert_int_equal(hs_memory_copy(&inst, 0, 0, d, s, n), TRAP_NONE);
        assert_memory_equal(memory[0].rec.base, model, size);
    }
    free(model);
}

static unsigned asked, patience;
static uint32_t answer(struct store *s, void *env)
{
    return ++asked > patience ? TRAP_INTERRUPT + 1 : 0;
}

/* 24 MiB are three pieces: between them it is asked twice. */
static void requests_to_stop(void **state)
{
    give_memory(0, 24 * MIB);
    give_memory(1, 24 * MIB);
    store->interrupt = answer;
    hs_store_set_epoch_deadline(store, 0);
    assert_int_equal(store->run.interrupted, 1);
    patience = 100;
    asked = 0;
    assert_int_equal(hs_memory_fill(&inst, 0, 0, 9, 24 * MIB), TRAP_NONE);
    assert_int_equal(asked, 2);
    assert_int_equal(memory[0].rec.base[24 * MIB - 1], 9);
    assert_int_equal(hs_memory_copy(&inst, 0, 1, 0, 0, 24 * MIB), TRAP_NONE);
    assert_int_equal(asked, 4);
    assert_memory_equal(memory[0].rec.base, memory[1].rec.base, 24 * MIB);
    assert_int_equal(hs_memory_fill(&inst, 0, 0, 8, 8 * MIB),
                     TRAP_NONE); /* one piece: nobody is asked */
    assert_int_equal(asked, 4);
    patience = 5;
    assert_int_equal(hs_memory_fill(&inst, 0, 0, 7, 24 * MIB), TRAP_INTERRUPT);
    assert_int_equal(asked, 6);
    assert_int_equal(memory[0].rec.base[16 * MIB - 1], 7);
    assert_int_equal(memory[0].rec.base[16 * MIB], memory[1].rec.base[16 * MIB]);
    assert_int_equal(hs_memory_copy(&inst, 1, 0, 1, 0, 24 * MIB - 1), TRAP_INTERRUPT);
    assert_int_equal(asked, 7);
    store->interrupt = NULL;
    hs_store_set_epoch_deadline(store, UINT64_MAX);
    assert_int_equal(hs_memory_fill(&inst, 0, 0, 7, 24 * MIB), TRAP_NONE);
    give_memory(0, 0);
    give_memory(1, 0);
    free(memory[0].rec.base);
    free(memory[1].rec.base);
    free(table[0].rec.elems);
    free(table[1].rec.elems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_bounds),    cmocka_unit_test(table_bounds),
        cmocka_unit_test(dropped_segments), cmocka_unit_test(long_copies_over_themselves),
        cmocka_unit_test(requests_to_stop),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
