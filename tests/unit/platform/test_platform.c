/* The operating system as the engine sees it: pages, images, code memory before and after a
 * fork, files, waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "platform/platform.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct found {
    size_t bytes;
    uint8_t *first;
};

static void note(void *env, void *pages, size_t size)
{
    struct found *f = env;
    if (!f->first)
        f->first = pages;
    f->bytes += size;
}

static void dirty_pages_are_found(void **state)
{
    size_t page = hs_page_size(), size = 256 * page;
    uint8_t *p = hs_pages_reserve(size);
    struct found f = {0};
    assert_non_null(p);
    assert_true(hs_pages_open(p, size));
    volatile uint8_t sink = p[3 * page]; /* reading makes a page present, not dirty */
    (void)sink;
    p[5 * page] = 1;
    p[200 * page + 17] = 1;
    if (!hs_pages_scan_dirty(p, size, note, &f))
        skip();
    assert_int_equal(f.bytes, 2 * page);
    assert_ptr_equal(f.first, p + 5 * page);
    assert_true(hs_pages_discard(p, size));
    assert_int_equal(p[5 * page], 0);
    hs_pages_release(p, size);
}

static void dirty_pages_of_an_image(void **state)
{
    size_t page = hs_page_size(), size = 16 * page;
    uint8_t *bytes = malloc(size), *p = hs_pages_reserve(size);
    struct hs_image image;
    struct found f = {0};
    memset(bytes, 7, size);
    assert_true(hs_image_new(&image, bytes, size));
    assert_true(hs_image_map(&image, p));
    assert_int_equal(p[size - 1], 7);
    p[2 * page] = 8;
    assert_int_equal(image.view[2 * page], 7);
    if (hs_pages_scan_dirty(p, size, note, &f))
        assert_int_equal(f.bytes, page);
    assert_true(hs_pages_discard(p, size));
    assert_int_equal(p[2 * page], 7);
    hs_image_delete(&image);
    hs_pages_release(p, size);
    free(bytes);
}

/* mov eax, n; ret */
static void put_constant(struct hs_code_memory *m, size_t place, uint8_t n)
{
    uint8_t code[6] = {0xb8, n, 0, 0, 0, 0xc3};
    assert_int_equal(hs_code_memory_write(m, place, code, sizeof code), ST_OK);
}

static int run_at(struct hs_code_memory *m, size_t place)
{
    int (*f)(void);
    uint8_t *at = m->base + place;
    memcpy(&f, &at, sizeof f);
    return f();
}

static void code_memory_runs_and_refuses_rewriting(void **state)
{
    struct hs_code_memory m;
    assert_int_equal(hs_code_memory_new(&m, 1 << 20, 4096), ST_OK);
    put_constant(&m, 0, 41);
    size_t next = hs_code_memory_next(&m, 32);
    put_constant(&m, next, 42);
    assert_int_equal(run_at(&m, 0), 41);
    assert_int_equal(run_at(&m, next), 42);
    m.base[m.code] = 1; /* data is writable */
    assert_int_equal(hs_code_memory_write(&m, 0, "x", 1), ST_OOM);
    assert_int_equal(hs_code_memory_write(&m, m.code - 1, "xx", 2), ST_OOM);
    hs_code_memory_delete(&m);
}

/* Much code at once: nothing runs before it is sealed; what comes later stands on a page of its
 * own. */
static void code_memory_is_sealed(void **state)
{
    enum { FAR = 20 << 20 };
    struct hs_code_memory m;
    assert_int_equal(hs_code_memory_new_open(&m, 64 << 20, 4096), ST_OK);
    put_constant(&m, 0, 41);
    put_constant(&m, hs_code_memory_next(&m, 32), 42);
    put_constant(&m, FAR, 43); /* further than the first step of access */
    assert_int_equal(hs_code_memory_seal(&m), ST_OK);
    assert_int_equal(hs_code_memory_seal(&m), ST_OK);
    assert_int_equal(run_at(&m, 0), 41);
    assert_int_equal(run_at(&m, FAR), 43);
    assert_int_equal(m.base[m.code - 1], 0); /* all of it can be read */
    size_t next = hs_code_memory_next(&m, m.written);
    put_constant(&m, next, 44);
    assert_int_equal(run_at(&m, next), 44);
    assert_int_equal(run_at(&m, FAR), 43);
    m.base[m.code] = 1; /* data is writable */
    assert_int_equal(hs_code_memory_write(&m, 0, "x", 1), ST_OOM);
    assert_int_equal(hs_code_memory_write(&m, m.code - 1, "xx", 2), ST_OOM);
    hs_code_memory_delete(&m);

    size_t size;
    uint8_t *p = hs_pages_new_large(5 << 20, &size);
    assert_true(p && size >= 5 << 20);
    p[0] = p[size - 1] = 1;
    hs_pages_release(p, size);
}

static void a_child_writes_code_of_its_own(void **state)
{
    struct hs_code_memory m;
    assert_int_equal(hs_code_memory_new(&m, 1 << 20, 4096), ST_OK);
    put_constant(&m, 0, 1);
    pid_t child = fork();
    if (child == 0) {
        put_constant(&m, 64, 2);
        _exit(run_at(&m, 0) == 1 && run_at(&m, 64) == 2 ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    put_constant(&m, 64, 3); /* where the child wrote its own */
    assert_int_equal(run_at(&m, 64), 3);
    hs_code_memory_delete(&m);
}

static void files_end_in_ones(void **state)
{
    char path[] = "/tmp/hospes-test-XXXXXX";
    int fd = mkstemp(path);
    size_t sizes[] = {0, 1, 100, 4095, 4096, 4097, 70000};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct hs_file_map f;
        assert_int_equal(ftruncate(fd, 0), 0);
        for (size_t i = 0; i < sizes[k]; i++)
            assert_int_equal(pwrite(fd, "a", 1, (off_t)i), 1);
        assert_int_equal(hs_file_map(path, 64, &f), ST_OK);
        assert_int_equal(f.bytes.size, sizes[k]);
        for (size_t i = 0; i < sizes[k]; i++)
            assert_int_equal(f.bytes.data[i], 'a');
        for (size_t i = 0; i < 64; i++)
            assert_int_equal(f.bytes.data[sizes[k] + i], 0xff);
        hs_file_unmap(&f);
    }
    close(fd);
    unlink(path);
    struct hs_file_map f;
    assert_int_equal(hs_file_map("/nonexistent/file", 64, &f), ST_IO);
    assert_int_equal(hs_file_map("/tmp", 64, &f), ST_IO);
}

static uint32_t word;
static void *sleeper(void *env)
{
    int64_t for_ever = -1;
    static const uint32_t never;
    return (void *)(intptr_t)hs_wait_sleep(&word, 4, 0, &for_ever, &never);
}

static void waiting(void **state)
{
    static const uint32_t never, now = 1;
    int64_t timeout = 5000000;
    assert_int_equal(hs_wait_sleep(&word, 4, 1, &timeout, &never), WAIT_NOT_EQUAL);
    assert_int_equal(hs_wait_sleep(&word, 4, 0, &timeout, &never), WAIT_TIMED_OUT);
    timeout = -1;
    assert_int_equal(hs_wait_sleep(&word, 4, 0, &timeout, &now), WAIT_AGAIN);
    pthread_t t[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&t[i], NULL, sleeper, NULL), 0);
    uint32_t woken = 0;
    for (int i = 0; i < 1000 && woken < 3; i++) {
        woken += hs_wait_wake(&word, 1);
        usleep(1000);
    }
    assert_int_equal(woken, 3);
    for (int i = 0; i < 3; i++) {
        void *result;
        pthread_join(t[i], &result);
        assert_int_equal((intptr_t)result, WAIT_WOKEN);
    }
    assert_int_equal(hs_wait_wake(&word, 100), 0);
}

static void *stack_of_a_thread(void *env)
{
    char here;
    uintptr_t low = hs_thread_stack_low();
    return (void *)(uintptr_t)(low && low < (uintptr_t)&here &&
                               (uintptr_t)&here - low < (1u << 20));
}

static void stacks_are_known(void **state)
{
    char here;
    uintptr_t low = hs_thread_stack_low();
    assert_true(low && low < (uintptr_t)&here);
    pthread_attr_t attr;
    pthread_t t;
    void *ok;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 256 << 10);
    assert_int_equal(pthread_create(&t, &attr, stack_of_a_thread, NULL), 0);
    pthread_join(t, &ok);
    assert_non_null(ok);
    pthread_attr_destroy(&attr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dirty_pages_are_found),
        cmocka_unit_test(dirty_pages_of_an_image),
        cmocka_unit_test(code_memory_runs_and_refuses_rewriting),
        cmocka_unit_test(code_memory_is_sealed),
        cmocka_unit_test(a_child_writes_code_of_its_own),
        cmocka_unit_test(files_end_in_ones),
        cmocka_unit_test(waiting),
        cmocka_unit_test(stacks_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
