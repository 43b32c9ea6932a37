/* Listing a directory.
 *
 * The one idea: a cookie is the host's own (d_off of getdents64), so nothing is kept between
 * calls, positions stay valid while entries come and go as far as the file system promises it,
 * and a forged cookie is the kernel's to refuse. Cookie 0 is the beginning.
 *
 * `..` is listed with the directory's own serial number: what lies above is not the guest's
 * business. Names that are no UTF-8 are left out, since no path could name them. */
#include "wasi/wasi_ctx.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* struct linux_dirent64 as the kernel writes it: ino @0, off @8, reclen u16 @16, type @18, name
 * @19. */
enum { ENTRY_OFF = 8, ENTRY_RECLEN = 16, ENTRY_TYPE = 18, ENTRY_NAME = 19 };

static uint8_t entry_type(int dir_fd, const char *name, uint8_t host_type)
{
    switch (host_type) {
    case DT_REG: return WASI_FT_REGULAR_FILE;
    case DT_DIR: return WASI_FT_DIRECTORY;
    case DT_LNK: return WASI_FT_SYMBOLIC_LINK;
    case DT_CHR: return WASI_FT_CHARACTER_DEVICE;
    case DT_BLK: return WASI_FT_BLOCK_DEVICE;
    case DT_SOCK: return WASI_FT_SOCKET_STREAM;
    case DT_FIFO: return WASI_FT_UNKNOWN;
    default: {
        struct stat st;
        if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            return WASI_FT_UNKNOWN;
        return (uint8_t)hs_wasi_filetype(&st, -1);
    }
    }
}

/* The guest's buffer, filled from the front; the last entry may be cut. */
struct listing {
    uint8_t *out;
    size_t size, used;
};

static bool append(struct listing *l, const void *bytes, size_t n)
{
    size_t room = l->size - l->used;
    memcpy(l->out + l->used, bytes, n < room ? n : room);
    l->used += n < room ? n : room;
    return n <= room;
}

uint32_t hs_wasi_fd_readdir(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    const int dir_fd = call->fd->host_fd;
    struct listing l = {.size = (uint32_t)arg[2].i32};
    l.out = hs_guest_range(&call->mem, (uint32_t)arg[1].i32, l.size);
    if (!l.out || !hs_guest_range(&call->mem, (uint32_t)arg[4].i32, 4))
        return WASI_EFAULT;
    struct stat self;
    if (fstat(dir_fd, &self) != 0 || lseek(dir_fd, arg[3].i64, SEEK_SET) < 0)
        return hs_wasi_errno(errno);
    bool room = l.size > 0;
    while (room) {
        char buffer[4096] __attribute__((aligned(8)));
        long n = syscall(SYS_getdents64, dir_fd, buffer, sizeof buffer);
        if (n < 0 && errno != EINTR)
            return hs_wasi_errno(errno);
        if (n == 0)
            break;
        if (hospes_context_interrupted(call->context))
            return WASI_EINTR;
        for (long at = 0; at < n && room;) {
            const char *entry = buffer + at;
            uint64_t ino;
            int64_t off;
            uint16_t reclen;
            memcpy(&ino, entry, sizeof ino);
            memcpy(&off, entry + ENTRY_OFF, sizeof off);
            memcpy(&reclen, entry + ENTRY_RECLEN, sizeof reclen);
            at += reclen;
            const char *name = entry + ENTRY_NAME;
            const size_t len = strlen(name);
            if (!hs_wasi_utf8_valid(name, len))
                continue;
            if (strcmp(name, "..") == 0)
                ino = self.st_ino;
            uint8_t head[WASI_DIRENT_SIZE] = {0};
            hs_le_store(head, (uint64_t)off, 8);
            hs_le_store(head + 8, ino, 8);
            hs_le_store(head + 16, len, 4);
            head[20] = entry_type(dir_fd, name, (uint8_t)entry[ENTRY_TYPE]);
            room = append(&l, head, sizeof head) && append(&l, name, len) && l.used < l.size;
        }
    }
    return hs_guest_store(&call->mem, (uint32_t)arg[4].i32, l.used, 4) ? WASI_SUCCESS : WASI_EFAULT;
}
