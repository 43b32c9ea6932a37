/* path_open: from a path below a directory to a descriptor. */
#include "wasi/path_ops.h"
#include "wasi/path_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct open_request {
    uint32_t oflags, fdflags;
    bool follow, read, write;
};

/* Rights and permissions of the directory for what is asked. */
static uint32_t check_open(const struct hs_wasi_desc *dir, const struct open_request *q)
{
    if (q->oflags & ~WASI_O_ALL || q->fdflags & ~WASI_FD_ALL)
        return WASI_EINVAL;
    if (q->oflags & WASI_O_DIRECTORY && q->oflags & (WASI_O_CREAT | WASI_O_EXCL | WASI_O_TRUNC))
        return WASI_EINVAL;
    uint64_t base = 0, inheriting = 0;
    if (q->oflags & WASI_O_CREAT)
        base |= R_PATH_CREATE_FILE;
    if (q->oflags & WASI_O_TRUNC)
        base |= R_PATH_FILESTAT_SET_SIZE;
    if (q->fdflags & (WASI_FD_SYNC | WASI_FD_RSYNC))
        inheriting |= R_FD_SYNC;
    if (q->fdflags & WASI_FD_DSYNC && !(dir->inheriting & R_FD_SYNC))
        inheriting |= R_FD_DATASYNC;
    const bool directory = q->oflags & WASI_O_DIRECTORY;
    if (q->read && !directory)
        inheriting |= R_FD_READ;
    if (q->write && !directory)
        inheriting |= R_FD_WRITE;
    if (base & ~dir->base || inheriting & ~dir->inheriting)
        return WASI_ENOTCAPABLE;
    if (q->oflags & WASI_O_CREAT && !(dir->dir_perms & HOSPES_WASI_WRITE))
        return WASI_EPERM;
    if (q->oflags & WASI_O_CREAT && q->read && !(dir->file_perms & HOSPES_WASI_READ))
        return WASI_EPERM; /* refused below too, but a file would have been made by then */
    if ((q->oflags & WASI_O_TRUNC || (q->write && !directory)) &&
        !(dir->file_perms & HOSPES_WASI_WRITE))
        return WASI_EPERM;
    return WASI_SUCCESS;
}

static int open_flags(const struct open_request *q)
{
    /* A pipe without partner, or a device, must not hold up the open. */
    int flags = O_NONBLOCK;
    if (!q->follow)
        flags |= O_NOFOLLOW;
    if (q->oflags & WASI_O_DIRECTORY)
        return flags | O_RDONLY | O_DIRECTORY;
    flags |= q->write ? (q->read ? O_RDWR : O_WRONLY) : O_RDONLY;
    if (q->oflags & WASI_O_CREAT)
        flags |= O_CREAT | (q->oflags & WASI_O_EXCL ? O_EXCL : 0);
    if (q->oflags & WASI_O_TRUNC)
        flags |= O_TRUNC;
    return flags;
}

/* Describes what has been opened; takes host_fd in any case. */
static uint32_t describe(const struct hs_wasi_desc *dir, const struct open_request *q, int host_fd,
                         struct hs_wasi_desc **out_desc)
{
    struct stat st;
    if (fstat(host_fd, &st) != 0) {
        uint32_t err = hs_wasi_errno(errno);
        close(host_fd);
        return err;
    }
    const bool is_dir = S_ISDIR(st.st_mode);
    if (!is_dir && q->read && !(dir->file_perms & HOSPES_WASI_READ)) {
        close(host_fd);
        return WASI_EPERM;
    }
    struct hs_wasi_desc *desc =
        hs_wasi_desc_new(is_dir ? HS_WASI_DIR : HS_WASI_HOST, host_fd, true);
    if (!desc) {
        close(host_fd);
        return WASI_ENOMEM;
    }
    desc->filetype = (uint8_t)hs_wasi_filetype(&st, host_fd);
    desc->fdflags = (uint16_t)q->fdflags;
    desc->dir_perms = dir->dir_perms;
    desc->file_perms = dir->file_perms;
    if (is_dir) {
        desc->base = dir->inheriting & RIGHTS_DIR;
        desc->inheriting = dir->inheriting;
    } else {
        desc->blocks = !S_ISREG(st.st_mode);
        desc->pipe = S_ISFIFO(st.st_mode);
        desc->host_nonblock = true;
        desc->readable = q->read;
        desc->writable = q->write;
        desc->base = dir->inheriting & RIGHTS_FILE;
        if (!q->read)
            desc->base &= ~R_FD_READ;
        if (!q->write)
            desc->base &= ~R_FD_WRITE;
        /* Without a position: pipes, and terminals, which a C library knows by just that. */
        if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ||
            (S_ISCHR(st.st_mode) && isatty(host_fd)))
            desc->base &= RIGHTS_STREAM;
    }
    *out_desc = desc;
    return WASI_SUCCESS;
}

uint32_t hs_wasi_path_open(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    const uint32_t lookup = (uint32_t)arg[1].i32, out_ptr = (uint32_t)arg[8].i32;
    const uint64_t rights = (uint64_t)arg[5].i64;
    const struct open_request q = {
        .oflags = (uint32_t)arg[4].i32,
        .fdflags = (uint32_t)arg[7].i32,
        .follow = lookup & WASI_LOOKUP_SYMLINK_FOLLOW,
        .read = rights & R_FD_READ,
        .write = rights & R_FD_WRITE,
    };
    if (lookup & ~WASI_LOOKUP_SYMLINK_FOLLOW)
        return WASI_EINVAL;
    uint32_t err = check_open(call->fd, &q);
    if (err)
        return err;
    if (!hs_guest_range(&call->mem, out_ptr, 4))
        return WASI_EFAULT;
    char *path;
    if ((err = hs_wasi_path_copy(&call->mem, (uint32_t)arg[2].i32, (uint32_t)arg[3].i32, &path)) !=
        WASI_SUCCESS)
        return err;
    int host_fd;
    struct hs_wasi_desc *desc = NULL;
    err = hs_wasi_fd_reserve(call->ctx);
    if (!err)
        err = hs_wasi_open_beneath(call->fd->host_fd, path, open_flags(&q), 0666, &host_fd);
    free(path);
    if (!err)
        err = describe(call->fd, &q, host_fd, &desc);
    if (err)
        return err;
    hs_guest_store(&call->mem, out_ptr, hs_wasi_fd_add(call->ctx, desc), 4);
    return WASI_SUCCESS;
}
