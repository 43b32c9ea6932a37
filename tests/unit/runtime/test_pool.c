/* Memory slots: what the next tenant sees, and what the guards catch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runtime/memory.h"
#include "runtime/store.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct runtime rt;
static struct sigaction handler;

/* cmocka has a handler of its own in front of ours during each test, and then nothing is sealed. */
static void our_handler(void)
{
    assert_int_equal(sigaction(SIGSEGV, &handler, NULL), 0);
}

static int start(void **state)
{
    struct runtime_config c = {.signals = true,
                               .memory_reservation = HS_RESERVED_BYTES,
                               .memory_guard = HS_GUARD_BYTES,
                               .max_wasm_stack = 512 << 10,
                               .cow_images = true,
                               .keep_slots = 8};
    return hs_trap_install() != ST_OK || sigaction(SIGSEGV, NULL, &handler) != 0 ||
           hs_runtime_init(&rt, &c) != ST_OK;
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

/* More runs of dirty pages than fit in one answer of the kernel. */
static void a_scan_that_is_cut_short(void **state)
{
    struct mem_slot *s;
    size_t bytes = 40 << 16;
    assert_int_equal(hs_pool_take(&rt, NULL, bytes, &s), ST_OK);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 4096; i < bytes; i += 2 * 4096)
            s->base[i + (size_t)round] = 1;
        assert_true(hs_pool_clean(s, true, bytes));
        expect(s->base, bytes, NULL, 0);
    }
    hs_pool_drop(s);
}

/* The image cannot be mapped: the slot is given up, and the next one is as it should be. */
static void a_switch_that_fails_midway(void **state)
{
    static uint8_t contents[100000];
    memset(contents, 0x77, sizeof contents);
    struct mem_image *good = image_of(contents, sizeof contents),
                     *bad = image_of(contents, sizeof contents / 2);
    struct mem_slot *s, *before = NULL;
    assert_int_equal(hs_pool_take(&rt, good, 2 << 16, &s), ST_OK);
    memset(s->base, 0xaa, 2 << 16);
    assert_true(hs_pool_clean(s, true, 0));
    hs_pool_give(&rt, s);
    uint32_t kept = rt.nfree_slots;
    int fd = bad->image.fd;
    bad->image.fd = -1;
    assert_int_equal(hs_pool_take(&rt, bad, 2 << 16, &before), ST_OOM);
    assert_null(before);
    assert_int_equal(rt.nfree_slots, kept - 1);
    assert_int_equal(good->refs, 1);
    bad->image.fd = fd;
    assert_int_equal(hs_pool_take(&rt, bad, 2 << 16, &s), ST_OK);
    expect(s->base, 2 << 16, contents, sizeof contents / 2);
    assert_true(hs_pool_clean(s, true, 0));
    hs_pool_drop(s);
    hs_mem_image_unref(good);
    hs_mem_image_unref(bad);
}

/* Pages of a tenant that were swapped out are its pages still. */
static void swapped_pages_are_dirty(void **state)
{
    struct mem_slot *s;
    size_t bytes = 4 << 16;
    assert_int_equal(hs_pool_take(&rt, NULL, bytes, &s), ST_OK);
    memset(s->base, 0x55, bytes);
#ifdef MADV_PAGEOUT
    /* Without swap nothing leaves; then this is one more scan. */
    (void)madvise(s->base, bytes, MADV_PAGEOUT);
#endif
    assert_true(hs_pool_clean(s, true, bytes));
    expect(s->base, bytes, NULL, 0);
    hs_pool_drop(s);
}

/* --- Sealed slots ----------------------------------------------------------------------------- */

enum { PAGE = 4096 };

/* May the kernel write to this page for us? It does not raise a signal. */
static bool writable(struct mem_slot *s, size_t page)
{
    static int zero = -1;
    if (zero < 0)
        zero = open("/dev/zero", O_RDONLY);
    uint8_t *at = s->base + page * PAGE + 100, old = *at;
    bool may = read(zero, at, 1) == 1;
    if (may)
        *at = old;
    return may;
}

/* As compiled code and the fault handler do together. */
static void guest_writes(struct mem_slot *s, size_t at, uint8_t value)
{
    if (!writable(s, at / PAGE)) {
        assert_true(at < s->sealed);
        assert_true(hs_pool_fault(s, at));
    }
    assert_true(writable(s, at / PAGE));
    s->base[at] = value;
}

/* A slot whose tenants write to the pages given, until it is sealed. */
static struct mem_slot *steady(struct mem_image *image, size_t bytes, const size_t *pages,
                               size_t npages)
{
    struct mem_slot *s;
    our_handler();
    assert_int_equal(hs_pool_take(&rt, image, bytes, &s), ST_OK);
    for (int tenant = 0; tenant < 7; tenant++) {
        for (size_t i = 0; i < npages; i++)
            s->base[pages[i] * PAGE + (size_t)tenant] = 0xee;
        assert_true(hs_pool_clean(s, true, bytes));
    }
    assert_int_equal(s->sealed, bytes);
    return s;
}

static const size_t some_pages[] = {0, 3, 4, 70};

static void steady_tenants_seal_a_slot(void **state)
{
    static uint8_t contents[200000];
    memset(contents, 0x42, sizeof contents);
    struct mem_image *image = image_of(contents, sizeof contents);
    size_t bytes = 16 << 16;
    struct mem_slot *s = steady(image, bytes, some_pages, 4);
    for (size_t page = 0; page < bytes / PAGE; page++) {
        bool hot = page == 0 || page == 3 || page == 4 || page == 70;
        if (writable(s, page) != hot)
            fail_msg("page %zu", page);
    }
    expect(s->base, bytes, contents, sizeof contents);
    assert_int_equal(s->nhot, 3); /* 3 and 4 are one range */
    guest_writes(s, 5 * PAGE, 1);
    assert_int_equal(s->nhot, 3);
    guest_writes(s, 200 * PAGE, 1);
    assert_int_equal(s->nhot, 4);
    assert_int_equal(s->hot_pages, 6);
    assert_true(hs_pool_clean(s, true, bytes));
    expect(s->base, bytes, contents, sizeof contents);
    assert_true(writable(s, 5) && writable(s, 200) && !writable(s, 6));
    /* The next tenant has another image. */
    assert_true(hs_pool_clean(s, true, 0));
    hs_pool_give(&rt, s);
    assert_int_equal(hs_pool_take(&rt, NULL, bytes, &s), ST_OK);
    for (size_t page = 0; page < bytes / PAGE; page++)
        assert_true(writable(s, page));
    expect(s->base, bytes, NULL, 0);
    hs_pool_drop(s);
    hs_mem_image_unref(image);
}

static void too_many_pages_open_it(void **state)
{
    size_t bytes = 32 << 16;
    struct mem_slot *s = steady(NULL, bytes, some_pages, 4);
    for (size_t page = 100; s->sealed; page += 2) {
        assert_true(page < 140);
        guest_writes(s, page * PAGE, 9);
    }
    for (size_t page = 0; page < bytes / PAGE; page++)
        assert_true(writable(s, page));
    s->base[bytes - 1] = 1;
    assert_true(hs_pool_clean(s, true, bytes));
    expect(s->base, bytes, NULL, 0);
    /* All at once, as a bulk operation asks. */
    struct mem_slot *t = steady(NULL, bytes, some_pages, 4);
    assert_true(hs_pool_write(t, 10 * PAGE - 1, 2));
    assert_true(t->sealed && writable(t, 9) && writable(t, 10) && !writable(t, 11));
    assert_true(hs_pool_write(t, bytes - 1, 1));
    assert_true(t->sealed && writable(t, bytes / PAGE - 1));
    assert_true(hs_pool_write(t, 20 * PAGE, 17 * PAGE));
    assert_true(!t->sealed && writable(t, 20) && writable(t, 36) && writable(t, 300));
    assert_true(hs_pool_clean(t, true, bytes));
    expect(t->base, bytes, NULL, 0);
    hs_pool_drop(s);
    hs_pool_drop(t);
}

static void exposed_slots_are_open(void **state)
{
    size_t bytes = 4 << 16;
    struct mem_slot *s = steady(NULL, bytes, some_pages, 3);
    uint32_t patience = s->patience;
    assert_true(hs_pool_expose(s));
    assert_true(!s->sealed && s->exposed && s->patience > patience);
    for (size_t page = 0; page < bytes / PAGE; page++)
        assert_true(writable(s, page));
    memset(s->base, 0xff, bytes);
    assert_true(hs_pool_clean(s, true, bytes));
    assert_false(s->exposed);
    expect(s->base, bytes, NULL, 0);
    /* While it is exposed by each tenant, it is never sealed. */
    for (int tenant = 0; tenant < 100; tenant++) {
        assert_true(hs_pool_expose(s));
        s->base[tenant] = 1;
        assert_true(hs_pool_clean(s, true, bytes));
        assert_int_equal(s->sealed, 0);
    }
    hs_pool_drop(s);
}

static void growth_on_top_of_a_sealed_slot(void **state)
{
    size_t bytes = 2 << 16, grown = 5 << 16;
    struct mem_slot *s = steady(NULL, bytes, some_pages, 3);
    for (int tenant = 0; tenant < 10; tenant++) {
        assert_true(hs_pages_open(s->base + bytes, grown - bytes));
        s->opened = grown;
        expect(s->base, grown, NULL, 0);
        memset(s->base + bytes, 0xcc, grown - bytes);
        guest_writes(s, bytes - 1, 1);
        assert_true(hs_pool_write(s, bytes - 10, 100)); /* across the edge */
        assert_true(hs_pool_clean(s, true, bytes));
        assert_int_equal(s->sealed, bytes);
        assert_int_equal(s->opened, bytes);
        expect(s->base, bytes, NULL, 0);
    }
    /* Shrinking below what is sealed opens it. */
    assert_true(hs_pool_clean(s, true, 1 << 16));
    assert_int_equal(s->sealed, 0);
    for (size_t page = 0; page < 16; page++)
        assert_true(writable(s, page));
    hs_pool_drop(s);
}

/* A write that faults although its page is hot: somebody took the right away. It is given back
 * once and for all. */
static void rights_that_others_change(void **state)
{
    size_t bytes = 4 << 16;
    struct mem_slot *s = steady(NULL, bytes, some_pages, 3);
    assert_int_equal(mprotect(s->base, PAGE, PROT_READ), 0);
    assert_true(hs_pool_fault(s, 5));
    assert_true(!s->sealed && writable(s, 0) && writable(s, 9));
    assert_true(hs_pool_clean(s, true, bytes));
    hs_pool_drop(s);
}

/* No right to write can be had: the slot is told to be broken, and is not used again. */
static void broken_slots_are_dropped(void **state)
{
    size_t bytes = 4 << 16;
    struct mem_slot *s = steady(NULL, bytes, some_pages, 3);
    assert_int_equal(munmap(s->base + 20 * PAGE, PAGE), 0); /* mprotect fails from here on */
    assert_false(hs_pool_fault(s, 20 * PAGE));
    assert_true(s->broken && !s->sealed);
    assert_false(hs_pool_expose(s));
    assert_false(hs_pool_clean(s, true, bytes));
    assert_false(hs_pool_clean(s, true, 0));
    hs_pool_drop(s);
}

/* Random tenants, compared byte by byte. */
static void random_tenants(void **state)
{
    static uint8_t contents[90000];
    for (size_t i = 0; i < sizeof contents; i++)
        contents[i] = (uint8_t)(i * 13 + 5);
    struct mem_image *image = image_of(contents, sizeof contents);
    size_t bytes = 3 << 16, sealed = 0, steps = getenv("HS_LONG") ? 1000000 : 20000;
    struct mem_slot *s = NULL;
    our_handler();
    for (size_t t = 0; t < steps; t++) {
        if (!s) {
            assert_int_equal(hs_pool_take(&rt, image, bytes, &s), ST_OK);
            expect(s->base, bytes, contents, sizeof contents);
        }
        size_t home = t / 300 % 7; /* the habits of tenants change */
        for (int i = 0; i < 3; i++)
            guest_writes(s, (home * 5 + (size_t)i * 2) * PAGE + (size_t)rand() % PAGE,
                         (uint8_t)rand());
        switch (rand() % 200) {
        case 0: guest_writes(s, (size_t)rand() % bytes, 1); break;
        case 1: {
            size_t at = (size_t)rand() % bytes,
                   size = (size_t)rand() % (bytes - at) / (rand() % 10 + 1);
            assert_true(hs_pool_write(s, at, size));
            memset(s->base + at, 0xbb, size);
            break;
        }
        case 2:
            if (rand() % 8 == 0) {
                assert_true(hs_pool_expose(s));
                memset(s->base, 0xdd, bytes);
            }
            break;
        case 3:
            assert_true(hs_pages_open(s->base + bytes, 1 << 16));
            s->opened = bytes + (1 << 16);
            memset(s->base + bytes, 0x99, 1 << 16);
            break;
        default: break;
        }
        bool end = rand() % 1000 == 0;
        assert_true(hs_pool_clean(s, true, end ? 0 : bytes));
        sealed += s->sealed != 0;
        if (end) {
            hs_pool_give(&rt, s);
            s = NULL;
        } else if (t % 8 == 0) {
            expect(s->base, bytes, contents, sizeof contents);
        }
    }
    assert_true(sealed > steps / 4);
    if (s)
        hs_pool_drop(s);
    hs_mem_image_unref(image);
}

static void styles_follow_from_type_and_configuration(void **state)
{
    struct limits m32 = {.min = 1, .page_log2 = 16},
                  m64 = {.min = 1, .page_log2 = 16, .is64 = true};
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
        cmocka_unit_test(a_slot_is_zero_again),
        cmocka_unit_test(images_change_and_shrink),
        cmocka_unit_test(more_dirty_pages_than_are_kept),
        cmocka_unit_test(a_scan_that_is_cut_short),
        cmocka_unit_test(a_switch_that_fails_midway),
        cmocka_unit_test(swapped_pages_are_dirty),
        cmocka_unit_test(steady_tenants_seal_a_slot),
        cmocka_unit_test(too_many_pages_open_it),
        cmocka_unit_test(exposed_slots_are_open),
        cmocka_unit_test(growth_on_top_of_a_sealed_slot),
        cmocka_unit_test(rights_that_others_change),
        cmocka_unit_test(broken_slots_are_dropped),
        cmocka_unit_test(random_tenants),
        cmocka_unit_test(styles_follow_from_type_and_configuration),
        cmocka_unit_test(the_fault_handler_knows_slots),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
