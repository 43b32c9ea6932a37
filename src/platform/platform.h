/* platform.h: the operating system, as much of it as the engine needs. Everything above this
 * folder is free of system calls; posix/ is the one implementation for now.
 *
 * Sizes are multiples of hs_page_size() where pages are meant. */
#ifndef HS_PLATFORM_PLATFORM_H
#define HS_PLATFORM_PLATFORM_H

#include "base/span.h"
#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

size_t hs_page_size(void);
unsigned hs_cpu_count(void);

/* --- Address space ---------------------------------------------------------------------------- */

/* Reserves address space without access and without a promise of memory; NULL if refused. */
void *hs_pages_reserve(size_t size);
void hs_pages_release(void *base, size_t size);
/* Makes reserved pages readable and writable (zero at first use). False if refused: nothing
 * changed. */
bool hs_pages_open(void *base, size_t size);
/* Takes access away and gives the memory back; the pages read zero when opened again. */
bool hs_pages_close(void *base, size_t size);
/* Open pages become readable only, with what is in them. False if refused: some of them may
 * have. */
bool hs_pages_protect(void *base, size_t size);
/* Gives the memory of open pages back: they read as their origin again, zero or the image mapped
 * there. */
bool hs_pages_discard(void *base, size_t size);
/* Replaces pages, whatever is mapped there, by a fresh reservation without access. */
bool hs_pages_renew(void *base, size_t size);
/* New memory for much data, readable and writable, of large pages where there are any: up to 2
 * MB more than asked for may be taken. To be given back to hs_pages_release with the size in
 * *out_size; NULL if refused. */
void *hs_pages_new_large(size_t size, size_t *out_size);
/* A page that faults at every access and one that reads zero, for the process. */
const uint8_t *hs_page_fault(void);
const uint8_t *hs_page_zero(void);

/* Pages of [base, base+size) that were written since they were opened or discarded (present or
 * swapped out, neither file nor zero page): calls back for each run of pages. False where the
 * kernel cannot tell. */
bool hs_pages_scan_dirty(void *base, size_t size,
                         void (*found)(void *env, void *pages, size_t size), void *env);

/* An image: sealed memory that is mapped privately (copy on write) into reservations. */
struct hs_image {
    int fd;
    size_t size;         /* whole pages */
    const uint8_t *view; /* read-only mapping of it */
};
bool hs_image_new(struct hs_image *out, const void *bytes, size_t size);
void hs_image_delete(struct hs_image *image);
/* Maps the image at base over reserved or open pages, readable and writable. */
bool hs_image_map(const struct hs_image *image, void *base);

/* --- Machine code ----------------------------------------------------------------------------- */

/* A contiguous reservation: `code` bytes never writable and executable at once, then `data`
 * bytes readable and writable. Writing goes through a second way in. A forked child gets memory
 * of its own at its first write. */
struct hs_code_memory {
    uint8_t *base;
    size_t code, data;
    size_t written; /* bytes of code written so far, from base */
    /* -1: anonymous memory; pages are made executable after writing and not written again */
    int fd;
    unsigned generation; /* of the process that owns fd; a child has another */
    bool is_open;        /* not executable before hs_code_memory_seal */
    size_t writable;     /* while open: bytes with access, from base */
};
enum status hs_code_memory_new(struct hs_code_memory *out, size_t code, size_t data);
/* The same for a large amount of code that is written at once. None of it runs before
 * hs_code_memory_seal. */
enum status hs_code_memory_new_open(struct hs_code_memory *out, size_t code, size_t data);
enum status hs_code_memory_seal(struct hs_code_memory *m);
void hs_code_memory_delete(struct hs_code_memory *m);
/* Writes at `place`, which is at or after everything written before. Not thread-safe for one
 * object. */
enum status hs_code_memory_write(struct hs_code_memory *m, size_t place, const void *bytes,
                                 size_t size);
/* The next place code may be written at: `place` itself, or the next page where written pages
 * are final. */
size_t hs_code_memory_next(const struct hs_code_memory *m, size_t place);

/* --- Threads ---------------------------------------------------------------------------------- */

/* Lowest usable address of the calling thread's stack; 0 if unknown. Cached per thread. */
uintptr_t hs_thread_stack_low(void);
/* Do these addresses both lie in the calling thread's own stack? Asks the system each time. */
bool hs_thread_stack_has(uintptr_t low, uintptr_t high);

/* Makes fork safe while other threads work: `take` takes the locks of the layers above, `give`
 * gives them back, in the parent and in the child. The same functions at every call. */
void hs_fork_watch(void (*take)(void), void (*give)(void));

/* Waiting on a word of shared memory. Sleeps while the word has the expected value, for *timeout
 * nanoseconds (negative: for ever; what is left is written back), in slices: WAIT_AGAIN when
 * *stop was seen set. */
enum wait_result { WAIT_WOKEN = 0, WAIT_NOT_EQUAL = 1, WAIT_TIMED_OUT = 2, WAIT_AGAIN = 3 };
enum wait_result hs_wait_sleep(const void *word, unsigned size, uint64_t expected, int64_t *timeout,
                               const uint32_t *stop);
uint32_t hs_wait_wake(const void *word, uint32_t count);

/* A lock that may be held by code which async-signal-safe functions also take: signals are
 * blocked while held. */
struct hs_siglock {
    _Atomic int taken;
};
struct hs_sigstate {
    uint64_t mask[16];
};
void hs_siglock_take(struct hs_siglock *l, struct hs_sigstate *saved);
void hs_siglock_give(struct hs_siglock *l, const struct hs_sigstate *saved);

/* --- Files ------------------------------------------------------------------------------------ */

/* Maps a file for reading, followed by at least `pad` bytes of 0xFF. out is to be given back to
 * hs_file_unmap. */
struct hs_file_map {
    struct span bytes;
    void *map;
    size_t map_size;
};
enum status hs_file_map(const char *path, size_t pad, struct hs_file_map *out);
void hs_file_unmap(struct hs_file_map *f);

/* --- Faults of compiled code ------------------------------------------------------------------ */

/* Ranges the fault handler knows; adding and removing is thread-safe, looking up is
 * async-signal-safe. Returns a ticket for removal, or -1 when memory is exhausted. */
enum hs_fault_kind { FAULT_CODE, FAULT_MEMORY };
int hs_fault_range_add(enum hs_fault_kind kind, const void *base, size_t size);
void hs_fault_range_remove(int ticket);
bool hs_fault_range_has(enum hs_fault_kind kind, uintptr_t address);

/* What the handler found: a fault whose PC is in a FAULT_CODE range. */
struct hs_fault {
    enum { FAULT_ACCESS, FAULT_DIVIDE_ZERO, FAULT_DIVIDE_OVERFLOW, FAULT_BREAKPOINT } what;
    uintptr_t pc, fp, sp, address; /* address: of the access */
    uintptr_t context; /* the register that compiled code keeps its instance context in: r13 */
    bool write;        /* FAULT_ACCESS: a write where there is no right to write */
};
/* What to do: continue at `pc` with rdi and a stack pointer as given (keep_registers: only pc
 * changes). */
struct hs_fault_resume {
    uintptr_t pc, sp, argument;
    bool keep_registers;
};
/* Installs the handlers once per process, chaining to what was there. `decide` runs in signal
 * context and returns false for a fault that is not ours. */
enum status hs_fault_install(bool (*decide)(const struct hs_fault *fault,
                                            struct hs_fault_resume *out));
/* Would a fault of this thread come to our handler? Not if the host put its own in front or
 * blocks the signal. Asks the kernel now and then only. */
bool hs_fault_arrives(void);

#endif
