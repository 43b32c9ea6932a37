/* Files mapped for reading; see platform.h. The mapping is followed by pages of 0xFF, so that a
 * decoder may look beyond the end of a malformed body without a check per byte. */
#include "base/bits.h"
#include "platform/platform.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum status hs_file_map(const char *path, size_t pad, struct hs_file_map *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ST_IO;
    struct stat st;
    enum status s = ST_IO;
    if (fstat(fd, &st) != 0)
        goto done;
    if (!S_ISREG(st.st_mode)) {
        errno = EINVAL;
        goto done;
    }
    size_t page = hs_page_size(), size = (size_t)st.st_size, whole = hs_align_up(size, page);
    size_t extra = whole - size < pad ? hs_align_up(pad, page) : 0;
    /* The tail of the last page reads zero in a file mapping: that page is copied, so that it
     * reads 0xFF. */
    uint8_t *base = mmap(NULL, whole + extra + page, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        s = ST_OOM;
        goto done;
    }
    size_t mapped = size & ~(page - 1);
    if (mapped && mmap(base, mapped, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED) {
        munmap(base, whole + extra + page);
        s = ST_OOM;
        goto done;
    }
    size_t rest = size - mapped;
    memset(base + mapped, 0xff, whole + extra + page - mapped);
    for (size_t got = 0; got < rest;) {
        ssize_t n = pread(fd, base + mapped + got, rest - got, (off_t)(mapped + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            munmap(base, whole + extra + page);
            goto done;
        }
        got += (size_t)n;
    }
    *out = (struct hs_file_map){{base, size}, base, whole + extra + page};
    s = ST_OK;
done:;
    int saved = errno;
    close(fd);
    errno = saved;
    return s;
}

void hs_file_unmap(struct hs_file_map *f)
{
    if (f->map)
        munmap(f->map, f->map_size);
    f->map = NULL;
}
