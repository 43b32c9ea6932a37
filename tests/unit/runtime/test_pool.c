/* Memory slots: what the next tenant sees, and what the guards catch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runtime/memory.h"
#include <stdlib.h>
#include <string.h>

static struct runtime rt;

static int start(void **state)
{
    struct runtime_config c = {.signals = true, .memory_reservation = HS_RESERVED_BYTES, .memory_guard = HS_GUARD_BYTES,
                               .max_wasm_stack = 512 << 10, .cow_images = true, .keep_slots = 8};
    return hs_runtime_init(&rt, &c) != ST_OK;
}

static int stop(void **state)
{
    hs_runtime_deinit(&rt);
    return 0;
}

static struct mem_image *image_of(const void *bytes, size_t size)
{
    struct mem_image *i = calloc(1, sizeof *i);
    assert_non_null(i);
    assert_true(hs_image_new(&i->image, bytes, size));
    i->refs = 1;
    return i;
}

static void expect(const uint8_t *p, size_t size, const uint8_t *image, size_t image_size)
{
    for (size_t i = 0; i < size; i++)
        if (p[i] != (i < image_size ? image[i] : 0))
            fail_msg("byte %zu is %u", i, p[i]);
}

static void a_slot_is_zero_again(void **state)
{
    struct mem_slot *s;
    assert_int_equal(hs_pool_take(&rt, NULL, 1 << 16, &s), ST_OK);
    memset(s->base, 0xaa, 1 << 16);
    assert_true(hs_pool_clean(s, true, 0));
    hs_pool_give(&rt, s);
    assert_int_equal(hs_pool_take(&rt, NULL, 2 << 16, &s), ST_OK);
    expect(s->base, 2 << 16, NULL, 0);
    hs_pool_drop(s);
}

static void images_change_and_shrink(void **state)
{
    static uint8_t big[300000], small[5000];
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 7 + 1);
    memset(small, 0x5a, sizeof small);
    struct mem_image *a = image_of(big, sizeof big), *b = image_of(small, sizeof small);
    struct mem_slot *s;
    size_t pages = 5 << 16;
    for (int round = 0; round < 50; round++) {
        struct mem_image *im = round % 3 == 0 ? a : round % 3 == 1 ? b : NULL;
        const uint8_t *want = im == a ? big : small;
        size_t want_size = im == a ? sizeof big : im ? sizeof small : 0;
        assert_int_equal(hs_pool_take(&rt, im, pages, &s), ST_OK);
        expect(s->base, pages, want, want_size);
        for (int k = 0; k < 200; k++)
            s->base[(size_t)rand() % pages] = (uint8_t)rand();
        if (round % 2) { /* clean for the same tenant first */
            assert_true(hs_pool_clean(s, true, pages));
            expect(s->base, pages, want, want_size);
            s->base[round] ^= 1;
        }
        assert_true(hs_pool_clean(s, true, round % 4 ? 0 : pages));
        hs_pool_give(&rt, s);
    }
    hs_mem_image_unref(a);
    hs_mem_image_unref(b);
}

static void more_dirty_pages_than_are_kept(void **state)
{
    struct mem_slot *s;
    size_t bytes = 64 << 20;
    assert_int_equal(hs_pool_take(&rt, NULL, bytes, &s), ST_OK);
    for (size_t i = 0; i < bytes; i += 4096)
        s->base[i] = 1;
    assert_true(hs_pool_clean(s, true, bytes));
    expect(s->base, bytes, NULL, 0);
    hs_pool_drop(s);
}

static void styles_follow_from_type_and_configuration(void **state)
{
    struct limits m32 = {.min = 1, .page_log2 = 16}, m64 = {.min = 1, .page_log2 = 16, .is64 = true};
    struct runtime_config c = rt.config;
    assert_int_equal(hs_memory_style(&c, &m32), MEMORY_GUARDED_FIXED);
    assert_int_equal(hs_memory_style(&c, &m64), MEMORY_CHECKED_MOVABLE);
    m64.has_max = true;
    m64.max = 100;
    assert_int_equal(hs_memory_style(&c, &m64), MEMORY_CHECKED_FIXED);
    m32.page_log2 = 0;
    assert_int_equal(hs_memory_style(&c, &m32), MEMORY_CHECKED_FIXED);
    m32.page_log2 = 16;
    c.signals = false;
    assert_int_equal(hs_memory_style(&c, &m32), MEMORY_CHECKED_FIXED);
    c.signals = true;
    c.memory_guard = 0;
    assert_int_equal(hs_memory_style(&c, &m32), MEMORY_CHECKED_FIXED);
    assert_false(hs_memory_style_fits(MEMORY_GUARDED_FIXED, MEMORY_CHECKED_FIXED));
    assert_false(hs_memory_style_fits(MEMORY_CHECKED_FIXED, MEMORY_CHECKED_MOVABLE));
    assert_true(hs_memory_style_fits(MEMORY_CHECKED_MOVABLE, MEMORY_CHECKED_FIXED));
}

static void the_fault_handler_knows_slots(void **state)
{
    struct mem_slot *s;
    assert_int_equal(hs_pool_take(&rt, NULL, 1 << 16, &s), ST_OK);
    uintptr_t base = (uintptr_t)s->base;
    assert_true(hs_fault_range_has(FAULT_MEMORY, base));
    assert_true(hs_fault_range_has(FAULT_MEMORY, base - 1));
    assert_true(hs_fault_range_has(FAULT_MEMORY, base + HS_RESERVED_BYTES + HS_GUARD_BYTES - 1));
    assert_false(hs_fault_range_has(FAULT_MEMORY, base + HS_RESERVED_BYTES + HS_GUARD_BYTES));
    hs_pool_drop(s);
    assert_false(hs_fault_range_has(FAULT_MEMORY, base));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_is_zero_again),           cmocka_unit_test(images_change_and_shrink),
        cmocka_unit_test(more_dirty_pages_than_are_kept), cmocka_unit_test(styles_follow_from_type_and_configuration),
        cmocka_unit_test(the_fault_handler_knows_slots),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
