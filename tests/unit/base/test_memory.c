/* Arenas, growing arrays and buffers: alignment, limits, overflow, failed allocations. */
#include "base/alloc.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/vec.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void arena_objects(void **state)
{
    struct arena a;
    hs_arena_init(&a, SIZE_MAX);
    uint8_t *last = NULL;
    for (size_t size = 0; size < 3000; size += 7) {
        uint8_t *p = hs_arena_alloc(&a, 1, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        assert_ptr_not_equal(p, last);
        memset(p, (int)size, size);
        last = p;
    }
    uint8_t *big = hs_arena_calloc(&a, 1000, 1000);
    assert_non_null(big);
    for (size_t i = 0; i < 1000 * 1000; i++)
        assert_int_equal(big[i], 0);
    assert_string_equal(hs_arena_copy(&a, "hello", 6), "hello");
    hs_arena_clear(&a);
    assert_int_equal(a.used, 0);
    assert_non_null(hs_arena_alloc(&a, 10, 10));
    hs_arena_deinit(&a);
    hs_arena_deinit(&a);
}

static void arena_limits(void **state)
{
    struct arena a;
    hs_arena_init(&a, 1000);
    assert_null(hs_arena_alloc(&a, SIZE_MAX / 2, 3));
    assert_null(hs_arena_alloc(&a, SIZE_MAX, 1));
    assert_null(hs_arena_alloc(&a, 1, 1001));
    assert_non_null(hs_arena_alloc(&a, 1, 900));
    assert_null(hs_arena_alloc(&a, 1, 200));
    hs_arena_deinit(&a);
}

static void vec_grows(void **state)
{
    HS_VEC(uint32_t) v;
    hs_vec_init(&v, 1000);
    for (uint32_t i = 0; i < 1000; i++)
        assert_true(hs_vec_push(&v, i * i));
    assert_false(hs_vec_push(&v, 1u)); /* the stated maximum */
    assert_false(hs_vec_reserve(&v, SIZE_MAX));
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(v.data[i], i * i);
    hs_vec_clear(&v);
    assert_true(hs_vec_push(&v, 1u));
    hs_vec_deinit(&v);
}

static void buffer_parts(void **state)
{
    struct buffer b;
    hs_buffer_init(&b, SIZE_MAX);
    size_t outer = hs_buffer_open(&b);
    hs_buffer_byte(&b, 0xaa);
    size_t inner = hs_buffer_open(&b);
    hs_buffer_zeros(&b, 127);
    hs_buffer_close(&b, inner); /* one byte of size */
    hs_buffer_byte(&b, 0xbb);
    hs_buffer_close(&b, outer); /* 130: two bytes */
    assert_int_equal(b.size, 2 + 1 + 1 + 127 + 1);
    assert_memory_equal(b.data, "\x82\x01\xaa\x7f\x00", 5);
    assert_int_equal(b.data[b.size - 1], 0xbb);

    hs_buffer_clear(&b);
    hs_buffer_u(&b, 624485);
    hs_buffer_s(&b, -123456);
    hs_buffer_f32(&b, 0x3f800000);
    hs_buffer_name(&b, hs_span_text("ab"));
    assert_int_equal(b.size, 13);
    assert_memory_equal(b.data,
                        "\xe5\x8e\x26\xc0\xbb\x78\x00\x00\x80\x3f\x02"
                        "ab",
                        13);
    size_t size;
    uint8_t *bytes = hs_buffer_take(&b, &size);
    assert_int_equal(size, 13);
    hs_free(bytes);
    hs_buffer_deinit(&b);
}

static void buffer_limit(void **state)
{
    struct buffer b;
    hs_buffer_init(&b, 300);
    size_t mark = hs_buffer_open(&b);
    hs_buffer_zeros(&b, 299);
    assert_false(b.failed);
    hs_buffer_close(&b, mark); /* one byte too many */
    assert_true(b.failed);
    hs_buffer_byte(&b, 1);
    hs_buffer_u(&b, UINT64_MAX);
    hs_buffer_zeros(&b, SIZE_MAX);
    assert_true(b.failed && b.size <= 300);
    hs_buffer_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_objects), cmocka_unit_test(arena_limits),
        cmocka_unit_test(vec_grows),     cmocka_unit_test(buffer_parts),
        cmocka_unit_test(buffer_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
