/* The table of ranges the fault handler looks in: many ranges, removal, reuse of places, readers
 * beside writers; and code memory where no file can be had. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "platform/platform.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Addresses that nothing is mapped at: the table does not look. */
static void *at(uintptr_t n)
{
    return (void *)(UINT64_C(0x100000000000) + n * 0x10000);
}

static void edges_of_a_range(void **state)
{
    uintptr_t base = (uintptr_t)at(1);
    int t = hs_fault_range_add(FAULT_MEMORY, at(1), 0x1000);
    assert_true(t >= 0);
    assert_true(hs_fault_range_has(FAULT_MEMORY, base));
    assert_true(hs_fault_range_has(FAULT_MEMORY, base + 0xfff));
    assert_false(hs_fault_range_has(FAULT_MEMORY, base - 1));
    assert_false(hs_fault_range_has(FAULT_MEMORY, base + 0x1000));
    assert_false(hs_fault_range_has(FAULT_CODE, base)); /* the kinds are apart */
    hs_fault_range_remove(t);
    assert_false(hs_fault_range_has(FAULT_MEMORY, base));
    hs_fault_range_remove(-1);
}

static void many_ranges(void **state)
{
    enum { N = 1000 };
    int tickets[N];
    for (unsigned i = 0; i < N; i++)
        assert_true((tickets[i] = hs_fault_range_add(i % 3 ? FAULT_MEMORY : FAULT_CODE, at(10 + i),
                                                     0x800)) >= 0);
    for (unsigned i = 0; i < N; i++)
        for (unsigned k = i + 1; k < i + 5 && k < N; k++)
            assert_int_not_equal(tickets[i], tickets[k]);
    for (unsigned i = 0; i < N; i += 2)
        hs_fault_range_remove(tickets[i]);
    for (unsigned i = 0; i < N; i++) {
        assert_int_equal(hs_fault_range_has(FAULT_MEMORY, (uintptr_t)at(10 + i) + 5),
                         i % 2 && i % 3);
        assert_int_equal(hs_fault_range_has(FAULT_CODE, (uintptr_t)at(10 + i) + 5),
                         i % 2 && i % 3 == 0);
        assert_false(hs_fault_range_has(FAULT_MEMORY, (uintptr_t)at(10 + i) + 0x800));
    }
    /* free places are taken again: the table does not grow for ever */
    for (unsigned i = 0; i < N; i += 2)
        assert_true((tickets[i] = hs_fault_range_add(FAULT_MEMORY, at(5000 + i), 0x800)) >= 0);
    for (unsigned i = 0; i < N; i += 2)
        assert_true(tickets[i] < 2 * 3 * N);
    for (unsigned i = 0; i < N; i++)
        hs_fault_range_remove(tickets[i]);
    for (unsigned i = 0; i < N; i++)
        assert_false(hs_fault_range_has(FAULT_MEMORY, (uintptr_t)at(10 + i)));
}

static _Atomic bool stop, lost;
static void *reads(void *unused)
{
    while (!stop)
        if (!hs_fault_range_has(FAULT_MEMORY, (uintptr_t)at(1) + 5) ||
            hs_fault_range_has(FAULT_MEMORY, (uintptr_t)at(3)))
            lost = true;
    return NULL;
}

/* What stays is always found, whatever is added and removed meanwhile; what never was is never
 * found. */
static void readers_beside_writers(void **state)
{
    int kept = hs_fault_range_add(FAULT_MEMORY, at(1), 0x1000);
    pthread_t t[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&t[i], NULL, reads, NULL), 0);
    for (unsigned i = 0; i < 20000; i++) {
        int a = hs_fault_range_add(FAULT_MEMORY, at(20 + i % 50), 0x1000);
        int b = hs_fault_range_add(FAULT_MEMORY, at(200 + i % 50), 0x10000);
        assert_true(a >= 0 && b >= 0);
        hs_fault_range_remove(a);
        hs_fault_range_remove(b);
    }
    stop = true;
    for (int i = 0; i < 2; i++)
        pthread_join(t[i], NULL);
    assert_false(lost);
    hs_fault_range_remove(kept);
}

/* mov eax, n; ret */
static void put(struct hs_code_memory *m, size_t place, uint8_t n)
{
    uint8_t code[] = {0xb8, n, 0, 0, 0, 0xc3};
    assert_int_equal(hs_code_memory_write(m, place, code, sizeof code), ST_OK);
}

static int run(struct hs_code_memory *m, size_t place)
{
    int (*f)(void);
    void *p = m->base + place;
    memcpy(&f, &p, sizeof f);
    return f();
}

/* In a child without file descriptors. */
static void code_without_files(void **state)
{
    hs_page_size();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        struct hs_code_memory m;
        if (setrlimit(RLIMIT_NOFILE, &none) != 0 || hs_code_memory_new(&m, 64 << 10, 4096) != ST_OK)
            _exit(10);
        if (m.fd != -1)
            _exit(11);
        put(&m, 0, 1);
        size_t second = hs_code_memory_next(&m, m.written);
        if (second % hs_page_size() || run(&m, 0) != 1)
            _exit(12);
        put(&m, second, 2);
        size_t third = hs_code_memory_next(&m, m.written);
        put(&m, third, 3);
        if (run(&m, 0) != 1 || run(&m, second) != 2 || run(&m, third) != 3)
            _exit(13);
        m.base[m.code] = 5; /* the data behind it can be written */
        uint8_t ret = 0xc3;
        if (hs_code_memory_write(&m, 0, &ret, 1) == ST_OK ||
            hs_code_memory_write(&m, m.code - 1, "ab", 2) == ST_OK)
            _exit(14);
        pid_t grandchild = fork(); /* private memory: nothing is shared */
        if (grandchild == 0) {
            put(&m, hs_code_memory_next(&m, m.written), 4);
            _exit(run(&m, 0) == 1 ? 0 : 1);
        }
        int status = 1;
        if (waitpid(grandchild, &status, 0) != grandchild || status != 0)
            _exit(15);
        put(&m, hs_code_memory_next(&m, m.written), 5);
        hs_code_memory_delete(&m);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_of_a_range),
        cmocka_unit_test(many_ranges),
        cmocka_unit_test(readers_beside_writers),
        cmocka_unit_test(code_without_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
