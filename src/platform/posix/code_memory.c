/* Memory for machine code; see platform.h. No page is ever writable and executable. There are
 * two ways:
 *
 *   a file      Code is written into a memfd with pwrite, which is mapped shared, readable and executable. Any
 *               amount can follow at any time: right for functions that are compiled one by one.
 *   anonymous   Pages are written once, made executable, and not written again, so the next code starts on a fresh
 *               page. Right for a whole module at once (hs_code_memory_new_open): until it is sealed one writes as
 *               into any memory, and large pages make it three times as fast as pwrite, which takes memory page by
 *               page. It also serves hosts that refuse memfds.
 *
 * After fork both processes see the same memfd. The child makes a file of its own, with a copy
 * of what was written, before its first write; the parent goes on with the old one. Neither
 * recycles places, so what one writes the other never runs. */
#include "base/bits.h"
#include "platform/platform.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic unsigned generation = 1;

static void in_child(void)
{
    atomic_fetch_add(&generation, 1);
}

static void watch_fork(void)
{
    pthread_atfork(NULL, NULL, in_child);
}

static bool write_all(int fd, size_t place, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = pwrite(fd, (const char *)bytes + done, size - done, (off_t)(place + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static int new_file(size_t size)
{
#ifdef MFD_EXEC
    int fd = memfd_create("hospes-code", MFD_CLOEXEC | MFD_EXEC);
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create("hospes-code", MFD_CLOEXEC);
#else
    int fd = memfd_create("hospes-code", MFD_CLOEXEC | 0x10u /* MFD_EXEC, since Linux 6.3 */);
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create("hospes-code", MFD_CLOEXEC);
#endif
    if (fd >= 0 && ftruncate(fd, (off_t)size) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Anonymous memory without access, with its data. */
static enum status reserve(struct hs_code_memory *out, size_t code, size_t data)
{
    size_t page = hs_page_size();
    code = hs_align_up(code, page);
    data = hs_align_up(data, page);
    uint8_t *base =
        mmap(NULL, code + data, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return ST_OOM;
    if (data && mprotect(base + code, data, PROT_READ | PROT_WRITE) != 0) {
        munmap(base, code + data);
        return ST_OOM;
    }
    *out = (struct hs_code_memory){.base = base, .code = code, .data = data, .fd = -1};
    return ST_OK;
}

enum status hs_code_memory_new(struct hs_code_memory *out, size_t code, size_t data)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_fork);
    struct hs_code_memory m;
    enum status s = reserve(&m, code, data);
    if (s != ST_OK)
        return s;
    m.fd = new_file(m.code);
    m.generation = atomic_load(&generation);
    if (m.fd >= 0 && mmap(m.base, m.code, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, m.fd, 0) ==
                         MAP_FAILED) {
        /* a host that forbids executable mappings of memfds; MAP_FIXED may have removed the
         * reservation */
        close(m.fd);
        m.fd = -1;
        if (mmap(m.base, m.code, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
                 -1, 0) == MAP_FAILED) {
            munmap(m.base, m.code + m.data);
            return ST_OOM;
        }
    }
    *out = m;
    return ST_OK;
}

enum status hs_code_memory_new_open(struct hs_code_memory *out, size_t code, size_t data)
{
    enum { LARGE = 2 << 20 }; /* the kernel aligns mappings of whole large pages to them */
    struct hs_code_memory m;
    code = hs_align_up(code, hs_page_size());
    enum status s = reserve(&m, code, hs_align_up(code + data, LARGE) - code);
    if (s != ST_OK)
        return s;
    /* Hosts may forbid what was written to become executable (SELinux's execmem): better to know
     * it now. */
    if (mprotect(m.base, hs_page_size(), PROT_READ | PROT_EXEC) != 0 ||
        mprotect(m.base, hs_page_size(), PROT_NONE) != 0) {
        munmap(m.base, m.code + m.data);
        return hs_code_memory_new(out, code, data);
    }
    madvise(m.base, m.code, MADV_HUGEPAGE);
    m.is_open = true;
    *out = m;
    return ST_OK;
}

enum status hs_code_memory_seal(struct hs_code_memory *m)
{
    if (!m->is_open)
        return ST_OK;
    size_t end = hs_align_up(m->written, hs_page_size());
    if (mprotect(m->base, end, PROT_READ | PROT_EXEC) != 0 ||
        mprotect(m->base + end, m->code - end, PROT_READ) != 0) /* as in a file, it reads zero */
        return ST_OOM;
    m->is_open = false;
    return ST_OK;
}

/* Access comes in steps, since the reservation is far larger than what will be written. */
static bool make_writable(struct hs_code_memory *m, size_t end)
{
    enum { STEP = 16 << 20 };
    if (end <= m->writable)
        return true;
    end = end < m->code - m->code % STEP ? hs_align_up(end, STEP) : m->code;
    if (mprotect(m->base + m->writable, end - m->writable, PROT_READ | PROT_WRITE) != 0)
        return false;
    m->writable = end;
    return true;
}

void hs_code_memory_delete(struct hs_code_memory *m)
{
    if (!m->base)
        return;
    munmap(m->base, m->code + m->data);
    if (m->fd >= 0)
        close(m->fd);
    m->base = NULL;
    m->fd = -1;
}

/* The child's own file. */
static enum status leave_parent(struct hs_code_memory *m)
{
    int fd = new_file(m->code);
    if (fd < 0)
        return ST_OOM;
    if (!write_all(fd, 0, m->base, m->written) ||
        mmap(m->base, m->code, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, fd, 0) ==
            MAP_FAILED) {
        close(fd);
        return ST_OOM;
    }
    close(m->fd);
    m->fd = fd;
    m->generation = atomic_load(&generation);
    return ST_OK;
}

enum status hs_code_memory_write(struct hs_code_memory *m, size_t place, const void *bytes,
                                 size_t size)
{
    if (place < m->written || place > m->code || size > m->code - place)
        return ST_OOM;
    if (m->fd >= 0) {
        if (m->generation != atomic_load(&generation)) {
            enum status s = leave_parent(m);
            if (s != ST_OK)
                return s;
        }
        if (!write_all(m->fd, place, bytes, size))
            return ST_OOM;
    } else if (m->is_open) {
        if (!make_writable(m, place + size))
            return ST_OOM;
        memcpy(m->base + place, bytes, size);
    } else {
        size_t page = hs_page_size(), first = place & ~(page - 1),
               end = hs_align_up(place + size, page);
        if (mprotect(m->base + first, end - first, PROT_READ | PROT_WRITE) != 0)
            return ST_OOM;
        memcpy(m->base + place, bytes, size);
        if (mprotect(m->base + first, end - first, PROT_READ | PROT_EXEC) != 0)
            return ST_OOM;
    }
    m->written = place + size;
    return ST_OK;
}

size_t hs_code_memory_next(const struct hs_code_memory *m, size_t place)
{
    return m->fd >= 0 || m->is_open ? place : hs_align_up(place, hs_page_size());
}
