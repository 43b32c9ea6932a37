/*
 * What the kernel asks for the ways to make a written memory clean again, in nanoseconds.
 * Nothing of either library is measured here: these are the figures that RATIONALE.md chooses
 * by.
 *
 *   pages THREADS
 *
 * Every thread has a memory of its own, 16 MiB with an image of 1 MiB under its start, and all
 * do the same at the same time; the first one reports. What takes a page away from a process
 * interrupts the other processors that run it, so a figure for one thread says little about two.
 * Prints a line per figure: name, median, least, greatest.
 */
#define _GNU_SOURCE
#include "api.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    SMALL = 64 << 10,
    IMAGE = 1 << 20,
    WHOLE = 16 << 20,
    SAMPLES = 21,
    MAX_THREADS = 16
};

static int image_fd, pagemap_fd;
static const uint8_t *image;
static pthread_barrier_t together;

struct memory {
    uint8_t *base;
    bool reports;
};

/* linux/fs.h since 6.7, spelt out since older headers lack it. */
struct region {
    uint64_t start, end, categories;
};
struct scan {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
enum { IS_FILE = 4, IS_PRESENT = 8, IS_SWAPPED = 16, IS_PFNZERO = 32 };

/* How many runs of pages were written to. */
static int dirty(uint8_t *at, size_t size)
{
    struct region regions[64];
    struct scan s = {.size = sizeof s,
                     .start = (uintptr_t)at,
                     .end = (uintptr_t)at + size,
                     .vec = (uintptr_t)regions,
                     .vec_len = 64,
                     .category_inverted = IS_FILE | IS_PFNZERO,
                     .category_mask = IS_FILE | IS_PFNZERO,
                     .category_anyof_mask = IS_PRESENT | IS_SWAPPED,
                     .return_mask = IS_PRESENT};
    return ioctl(pagemap_fd, _IOWR('f', 16, struct scan), &s);
}

static void write_page(uint8_t *at)
{
    *(volatile uint8_t *)at = 1;
}

/* --- what is measured: `times` times, with its own preparation -------------------------------- */

static double scan_small(struct memory *m, int times)
{
    double begin = now_ns();
    for (int i = 0; i < times; i++)
        if (dirty(m->base, SMALL) != 1)
            fail("PAGEMAP_SCAN", "did not find the one page");
    return now_ns() - begin;
}

static double scan_whole(struct memory *m, int times)
{
    double begin = now_ns();
    for (int i = 0; i < times; i++)
        if (dirty(m->base, WHOLE) != 1)
            fail("PAGEMAP_SCAN", "did not find the one page");
    return now_ns() - begin;
}

static double fill_small(struct memory *m, int times)
{
    double begin = now_ns();
    for (int i = 0; i < times; i++) {
        memset(m->base, 0, SMALL);
        __asm__ volatile("" ::: "memory");
    }
    return now_ns() - begin;
}

static double copy_small(struct memory *m, int times)
{
    double begin = now_ns();
    for (int i = 0; i < times; i++) {
        memcpy(m->base, image, SMALL);
        __asm__ volatile("" ::: "memory");
    }
    return now_ns() - begin;
}

static double copy_page(struct memory *m, int times)
{
    double begin = now_ns();
    for (int i = 0; i < times; i++) {
        write_page(m->base);
        memcpy(m->base, image, PAGE);
        __asm__ volatile("" ::: "memory");
    }
    return now_ns() - begin;
}

static double discard_tail(struct memory *m, int times)
{
    double begin = now_ns();
    for (int i = 0; i < times; i++)
        madvise(m->base + IMAGE, WHOLE - IMAGE, MADV_DONTNEED);
    return now_ns() - begin;
}

static double discard_page(struct memory *m, int times)
{
    double begin = now_ns();
    for (int i = 0; i < times; i++) {
        write_page(m->base);
        madvise(m->base, WHOLE, MADV_DONTNEED);
    }
    return now_ns() - begin;
}

/* First writes to fresh pages of the image. */
static double first_write(struct memory *m, int times)
{
    madvise(m->base, WHOLE, MADV_DONTNEED);
    double begin = now_ns();
    for (int i = 0; i < times; i++)
        write_page(m->base + (size_t)i * PAGE);
    double end = now_ns();
    madvise(m->base, WHOLE, MADV_DONTNEED);
    return end - begin;
}

static void open_page(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    mprotect((void *)((uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1)), PAGE,
             PROT_READ | PROT_WRITE);
}

/* The same, where each page is protected and opened by the handler of the signal. */
static double protected_write(struct memory *m, int times)
{
    madvise(m->base, WHOLE, MADV_DONTNEED);
    mprotect(m->base, WHOLE, PROT_READ);
    double begin = now_ns();
    for (int i = 0; i < times; i++)
        write_page(m->base + (size_t)i * PAGE);
    double end = now_ns();
    mprotect(m->base, WHOLE, PROT_READ | PROT_WRITE);
    madvise(m->base, WHOLE, MADV_DONTNEED);
    return end - begin;
}

/* Taking the right to write away from a memory with one written page, and giving it back. */
static double protect(struct memory *m, int times)
{
    double begin = now_ns();
    for (int i = 0; i < times; i++) {
        mprotect(m->base, WHOLE, PROT_READ);
        mprotect(m->base, WHOLE, PROT_READ | PROT_WRITE);
        write_page(m->base);
    }
    return now_ns() - begin;
}

static const struct {
    const char *name;
    double (*run)(struct memory *, int times);
    int times;
} figures[] = {
    {"scan_64k", scan_small, 1000},         {"scan_16m", scan_whole, 1000},
    {"fill_64k", fill_small, 1000},         {"copy_64k", copy_small, 1000},
    {"copy_page", copy_page, 10000},        {"discard_untouched", discard_tail, 1000},
    {"discard_written", discard_page, 300}, {"protect_and_open", protect, 300},
    {"first_write", first_write, 200},      {"first_write_protected", protected_write, 200},
};

static void *thread(void *env)
{
    struct memory *m = env;
    for (size_t f = 0; f < sizeof figures / sizeof *figures; f++) {
        double samples[SAMPLES];
        madvise(m->base, WHOLE, MADV_DONTNEED);
        for (int i = 0; i < SMALL;
             i += PAGE) /* a guest that reads its data and writes to one page */
            (void)*(volatile uint8_t *)(m->base + i);
        write_page(m->base);
        figures[f].run(m, figures[f].times);
        for (int s = 0; s < SAMPLES; s++) {
            write_page(m->base);
            pthread_barrier_wait(&together);
            samples[s] = figures[f].run(m, figures[f].times) / figures[f].times;
        }
        if (m->reports)
            report(figures[f].name, samples, SAMPLES);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc == 2 ? atoi(argv[1]) : 0;
    if (threads < 1 || threads > MAX_THREADS)
        fail("pages", "THREADS");
    static uint8_t contents[IMAGE];
    memset(contents, 0x5a, sizeof contents);
    image_fd = memfd_create("image", MFD_CLOEXEC);
    pagemap_fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (image_fd < 0 || write(image_fd, contents, IMAGE) != IMAGE)
        fail("image", NULL);
    image = mmap(NULL, IMAGE, PROT_READ, MAP_PRIVATE, image_fd, 0);
    struct sigaction action = {.sa_sigaction = open_page, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSEGV, &action, NULL);
    pthread_barrier_init(&together, NULL, (unsigned)threads);
    struct memory memories[MAX_THREADS];
    pthread_t ids[MAX_THREADS];
    for (int i = 0; i < threads; i++) {
        memories[i].reports = i == 0;
        memories[i].base = mmap(NULL, WHOLE, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (image == MAP_FAILED || memories[i].base == MAP_FAILED ||
            mmap(memories[i].base, IMAGE, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, image_fd, 0) == MAP_FAILED)
            fail("memory", NULL);
    }
    for (int i = 0; i < threads; i++)
        if (pthread_create(&ids[i], NULL, thread, &memories[i]) != 0)
            fail("thread", NULL);
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    return 0;
}
