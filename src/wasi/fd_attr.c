/* What is known of a descriptor and can be changed about it: type, flags, rights, metadata,
 * position, size. */
#include "wasi/wasi_ctx.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/falloc.h>
#include <string.h>
#include <unistd.h>

uint32_t hs_wasi_fd_fdstat_get(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    uint8_t *out = hs_guest_range(&call->mem, (uint32_t)arg[1].i32, WASI_FDSTAT_SIZE);
    if (!out)
        return WASI_EFAULT;
    memset(out, 0, WASI_FDSTAT_SIZE);
    out[0] = call->fd->filetype;
    hs_le_store(out + 2, call->fd->fdflags, 2);
    hs_le_store(out + 8, call->fd->base, 8);
    hs_le_store(out + 16, call->fd->inheriting, 8);
    return WASI_SUCCESS;
}

uint32_t hs_wasi_fd_fdstat_set_flags(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    uint32_t flags = (uint32_t)arg[1].i32;
    if (flags & ~WASI_FD_ALL)
        return WASI_EINVAL;
    call->fd->fdflags = (uint16_t)flags;
    return WASI_SUCCESS;
}

/* Rights can only be dropped. */
uint32_t hs_wasi_fd_fdstat_set_rights(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    uint64_t base = (uint64_t)arg[1].i64, inheriting = (uint64_t)arg[2].i64;
    if (base & ~call->fd->base || inheriting & ~call->fd->inheriting)
        return WASI_ENOTCAPABLE;
    call->fd->base = base;
    call->fd->inheriting = inheriting;
    return WASI_SUCCESS;
}

uint32_t hs_wasi_filestat_store(struct hs_wasi_call *call, uint32_t ptr, const struct stat *st,
                                uint32_t filetype)
{
    uint8_t *out = hs_guest_range(
        &call->mem, ptr, call->unstable ? WASI_FILESTAT_SIZE_UNSTABLE : WASI_FILESTAT_SIZE);
    if (!out)
        return WASI_EFAULT;
    memset(out, 0, call->unstable ? WASI_FILESTAT_SIZE_UNSTABLE : WASI_FILESTAT_SIZE);
    hs_le_store(out, st->st_dev, 8);
    hs_le_store(out + 8, st->st_ino, 8);
    out[16] = (uint8_t)filetype;
    if (call->unstable)
        hs_le_store(out + 20, st->st_nlink > UINT32_MAX ? UINT32_MAX : st->st_nlink, 4);
    else
        hs_le_store(out + 24, st->st_nlink, 8);
    uint8_t *rest = out + (call->unstable ? 24 : 32);
    hs_le_store(rest, (uint64_t)st->st_size, 8);
    hs_le_store(rest + 8, hs_wasi_timespec_ns(&st->st_atim), 8);
    hs_le_store(rest + 16, hs_wasi_timespec_ns(&st->st_mtim), 8);
    hs_le_store(rest + 24, hs_wasi_timespec_ns(&st->st_ctim), 8);
    return WASI_SUCCESS;
}

uint32_t hs_wasi_fd_filestat_get(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    struct stat st = {0};
    /* Of the host's standard descriptors the guest learns the type only, not which file of the
     * host they are. */
    if (!call->fd->stream && fstat(call->fd->host_fd, &st) != 0)
        return hs_wasi_errno(errno);
    return hs_wasi_filestat_store(call, (uint32_t)arg[1].i32, &st, call->fd->filetype);
}

uint32_t hs_wasi_fd_filestat_set_size(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    if (arg[1].i64 < 0)
        return WASI_EINVAL;
    for (;;) {
        if (ftruncate(call->fd->host_fd, arg[1].i64) == 0)
            return WASI_SUCCESS;
        if (errno != EINTR || hospes_context_interrupted(call->context))
            return hs_wasi_errno(errno);
    }
}

uint32_t hs_wasi_fd_filestat_set_times(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    struct timespec times[2];
    uint32_t err =
        hs_wasi_times((uint64_t)arg[1].i64, (uint64_t)arg[2].i64, (uint32_t)arg[3].i32, times);
    if (err)
        return err;
    return futimens(call->fd->host_fd, times) == 0 ? WASI_SUCCESS : hs_wasi_errno(errno);
}

uint32_t hs_wasi_fd_advise(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    static const int advices[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                                  POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
    const uint32_t advice = (uint32_t)arg[3].i32;
    if (advice >= sizeof advices / sizeof *advices || arg[1].i64 < 0 || arg[2].i64 < 0)
        return WASI_EINVAL;
    return hs_wasi_errno(posix_fadvise(call->fd->host_fd, arg[1].i64, arg[2].i64, advices[advice]));
}

/* fallocate, not posix_fallocate: the C library's imitation would write the whole region, which
 * can take for ever. */
uint32_t hs_wasi_fd_allocate(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    if (arg[1].i64 < 0 || arg[2].i64 <= 0)
        return WASI_EINVAL;
    if (arg[1].i64 > INT64_MAX - arg[2].i64)
        return WASI_EFBIG;
    for (;;) {
        if (fallocate(call->fd->host_fd, 0, arg[1].i64, arg[2].i64) == 0)
            return WASI_SUCCESS;
        if (errno != EINTR || hospes_context_interrupted(call->context))
            return hs_wasi_errno(errno);
    }
}

/* Pipes, terminals and buffers have nothing to bring to a disk: that is no failure. */
static uint32_t sync_desc(const struct hs_wasi_desc *desc, int (*sync)(int))
{
    if (desc->kind != HS_WASI_HOST && desc->kind != HS_WASI_DIR)
        return WASI_SUCCESS;
    return sync(desc->host_fd) == 0 || errno == EINVAL || errno == EROFS ? WASI_SUCCESS
                                                                         : hs_wasi_errno(errno);
}

uint32_t hs_wasi_fd_sync(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    (void)arg;
    return sync_desc(call->fd, fsync);
}

uint32_t hs_wasi_fd_datasync(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    (void)arg;
    return sync_desc(call->fd, fdatasync);
}

uint32_t hs_wasi_fd_seek(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    static const int preview1[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    static const int unstable[] = {SEEK_CUR, SEEK_END, SEEK_SET};
    const uint32_t whence = (uint32_t)arg[2].i32;
    if (whence > 2)
        return WASI_EINVAL;
    const int host = (call->unstable ? unstable : preview1)[whence];
    /* The right to tell is enough to ask where one is. */
    if (!(host == SEEK_CUR && arg[1].i64 == 0) && !(call->fd->base & R_FD_SEEK))
        return WASI_ENOTCAPABLE;
    if (!hs_guest_range(&call->mem, (uint32_t)arg[3].i32, 8))
        return WASI_EFAULT;
    off_t position = lseek(call->fd->host_fd, arg[1].i64, host);
    if (position < 0)
        return hs_wasi_errno(errno);
    return hs_guest_store(&call->mem, (uint32_t)arg[3].i32, (uint64_t)position, 8) ? WASI_SUCCESS
                                                                                   : WASI_EFAULT;
}

uint32_t hs_wasi_fd_tell(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    off_t position = lseek(call->fd->host_fd, 0, SEEK_CUR);
    if (position < 0)
        return hs_wasi_errno(errno);
    return hs_guest_store(&call->mem, (uint32_t)arg[1].i32, (uint64_t)position, 8) ? WASI_SUCCESS
                                                                                   : WASI_EFAULT;
}
