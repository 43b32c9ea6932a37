/* Address space, images and dirty pages; see platform.h. Measured choices: reservations are
 * NORESERVE mappings without access; PAGEMAP_SCAN tells written pages at 8 ns each where the
 * kernel has it (Linux 6.7 on). */
#include "base/bits.h"
#include "platform/platform.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

size_t hs_page_size(void)
{
    static _Atomic size_t cached;
    size_t n = atomic_load_explicit(&cached, memory_order_relaxed);
    if (!n) {
        n = (size_t)sysconf(_SC_PAGESIZE);
        atomic_store_explicit(&cached, n, memory_order_relaxed);
    }
    return n;
}

unsigned hs_cpu_count(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 1024 ? 1024 : (unsigned)n;
}

void *hs_pages_reserve(size_t size)
{
    void *p = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void hs_pages_release(void *base, size_t size)
{
    if (base && size)
        munmap(base, size);
}

bool hs_pages_open(void *base, size_t size)
{
    return size == 0 || mprotect(base, size, PROT_READ | PROT_WRITE) == 0;
}

bool hs_pages_close(void *base, size_t size)
{
    /* Discarding first is cheaper: the kernel then has no page to re-protect. */
    return size == 0 ||
           (madvise(base, size, MADV_DONTNEED) == 0 && mprotect(base, size, PROT_NONE) == 0);
}

bool hs_pages_protect(void *base, size_t size)
{
    return size == 0 || mprotect(base, size, PROT_READ) == 0;
}

bool hs_pages_discard(void *base, size_t size)
{
    return size == 0 || madvise(base, size, MADV_DONTNEED) == 0;
}

bool hs_pages_renew(void *base, size_t size)
{
    return size == 0 ||
           mmap(base, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
                0) != MAP_FAILED;
}

void *hs_pages_new_large(size_t size, size_t *out_size)
{
    enum { LARGE = 2 << 20 };
    size_t whole = hs_align_up(size, LARGE);
    void *p = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    madvise(p, whole, MADV_HUGEPAGE);
    *out_size = whole;
    return p;
}

static const uint8_t *fault_page, *zero_page;

static void make_special_pages(void)
{
    size_t n = hs_page_size();
    void *p = mmap(NULL, 2 * n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED || mprotect((char *)p + n, n, PROT_READ) != 0)
        return;
    zero_page = (const uint8_t *)p + n;
    fault_page = p;
}

static void special_pages(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_special_pages);
}

const uint8_t *hs_page_fault(void)
{
    special_pages();
    return fault_page;
}

const uint8_t *hs_page_zero(void)
{
    special_pages();
    return zero_page;
}

/* --- Dirty pages ------------------------------------------------------------------------------ */

/* The kernel's interface (linux/fs.h since 6.7), spelt out since older headers lack it. */
struct scan_region {
    uint64_t start, end, categories;
};
struct scan_arg {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
enum { IS_FILE = 4, IS_PRESENT = 8, IS_SWAPPED = 16, IS_PFNZERO = 32 };
#define PAGEMAP_SCAN_CALL _IOWR('f', 16, struct scan_arg)

static _Atomic int pagemap_fd = -1; /* -2: not to be had */

static void forget_pagemap(void)
{
    /* The file of the parent describes the parent. */
    int fd = atomic_exchange(&pagemap_fd, -1);
    if (fd >= 0)
        close(fd);
}

static void watch_fork(void)
{
    pthread_atfork(NULL, NULL, forget_pagemap);
}

static int pagemap(void)
{
    int fd = atomic_load_explicit(&pagemap_fd, memory_order_acquire);
    if (fd != -1)
        return fd;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_fork);
    int fresh = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (fresh < 0)
        fresh = -2;
    int expected = -1;
    if (!atomic_compare_exchange_strong(&pagemap_fd, &expected, fresh)) {
        if (fresh >= 0)
            close(fresh);
        return expected;
    }
    return fresh;
}

bool hs_pages_scan_dirty(void *base, size_t size,
                         void (*found)(void *env, void *pages, size_t size), void *env)
{
    int fd = pagemap();
    if (fd < 0)
        return false;
    struct scan_region regions[64];
    uint64_t at = (uintptr_t)base, end = at + size;
    while (at < end) {
        struct scan_arg arg = {
            .size = sizeof arg,
            .start = at,
            .end = end,
            .vec = (uintptr_t)regions,
            .vec_len = HS_ARRAY_SIZE(regions),
            .category_inverted = IS_FILE | IS_PFNZERO,
            .category_mask = IS_FILE | IS_PFNZERO,
            .category_anyof_mask = IS_PRESENT | IS_SWAPPED,
            .return_mask = IS_PRESENT,
        };
        int n = ioctl(fd, PAGEMAP_SCAN_CALL, &arg);
        if (n < 0) {
            if (errno == EINTR)
                continue;
            if (errno == ENOTTY || errno == EINVAL) {
                int old = atomic_exchange(&pagemap_fd, -2);
                if (old >= 0)
                    close(old);
            }
            return false;
        }
        for (int i = 0; i < n; i++)
            found(env, (void *)(uintptr_t)regions[i].start, regions[i].end - regions[i].start);
        if (arg.walk_end <= at)
            break;
        at = arg.walk_end;
    }
    return true;
}

/* --- Images ----------------------------------------------------------------------------------- */

bool hs_image_new(struct hs_image *out, const void *bytes, size_t size)
{
    size_t whole = hs_align_up(size, hs_page_size());
    int fd = memfd_create("hospes-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return false;
    if (ftruncate(fd, (off_t)whole) != 0)
        goto fail;
    for (size_t done = 0; done < size;) {
        ssize_t n = pwrite(fd, (const char *)bytes + done, size - done, (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            goto fail;
        done += (size_t)n;
    }
    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    void *view = mmap(NULL, whole, PROT_READ, MAP_PRIVATE, fd, 0);
    if (view == MAP_FAILED)
        goto fail;
    *out = (struct hs_image){fd, whole, view};
    return true;
fail:
    close(fd);
    return false;
}

void hs_image_delete(struct hs_image *image)
{
    if (image->view) {
        munmap((void *)(uintptr_t)image->view, image->size);
        close(image->fd);
    }
    image->view = NULL;
}

bool hs_image_map(const struct hs_image *image, void *base)
{
    return mmap(base, image->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE,
                image->fd, 0) != MAP_FAILED;
}
