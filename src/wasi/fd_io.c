/* Reading and writing.
 *
 * Regular files never wait. Everything else (terminals, pipes, sockets, devices) may, and a
 * guest that waits must still be stoppable: so a wait is ppoll in slices, and the transfer
 * itself is made so that it does not wait. What the guest opened is O_NONBLOCK at the host,
 * whatever the guest asked for: the transfer is tried, then waited for. What the host handed in
 * (inherited or opened stdio) belongs to somebody else, whose flags are not ours to change:
 * there RWF_NOWAIT says it for the one transfer. Where the kernel does not know that (terminals,
 * older kernels) we wait first and write no more than a pipe takes at once when it is ready.
 *
 * SIGPIPE would kill the host for a reader that has gone: sockets are written with MSG_NOSIGNAL,
 * pipes with RWF_NOSIGNAL (Linux 6.18) or with the signal blocked and, if the write raised it,
 * taken back.
 *
 * APPEND and the SYNC flags are acted out here (RWF_APPEND, fdatasync), since the host's
 * O_APPEND would turn fd_pwrite into an append and O_DSYNC cannot be set later. */
#include "wasi/wasi_ctx.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A guest's list may be this long; the first IOV_MAX buffers that are not empty are used, the
 * rest is a short transfer. Longer lists are EINVAL as in POSIX: nobody has them, and reading
 * them takes time. */
#define IOVS_MAX 65536
#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x00000100
#endif
/* Linux moves at most this much in a call. */
#define TRANSFER_MAX ((size_t)0x7ffff000)
/* What a callback gets at once; more is a short write. */
#define CALLBACK_MAX ((size_t)1 << 20)

uint32_t hs_wasi_wait_fd(struct hs_wasi_call *call, int host_fd, short events)
{
    for (;;) {
        struct pollfd p = {.fd = host_fd, .events = events};
        const struct timespec slice = {.tv_nsec = HS_WASI_SLICE_NS};
        int n = ppoll(&p, 1, &slice, NULL);
        if (n > 0)
            return p.revents & POLLNVAL ? WASI_EBADF : WASI_SUCCESS;
        if (n < 0 && errno != EINTR)
            return hs_wasi_errno(errno);
        if (hospes_context_interrupted(call->context))
            return WASI_EINTR;
    }
}

uint32_t hs_wasi_iovs_init(struct hs_wasi_iovs *iovs, const struct hs_guest_mem *mem, uint32_t ptr,
                           uint32_t count)
{
    iovs->v = iovs->few;
    iovs->count = iovs->total = 0;
    if (count > IOVS_MAX)
        return WASI_EINVAL;
    const uint8_t *list = hs_guest_range(mem, ptr, (uint64_t)count * WASI_IOVEC_SIZE);
    if (!list)
        return WASI_EFAULT;
    const size_t room = count < IOV_MAX ? count : IOV_MAX;
    if (room > sizeof iovs->few / sizeof *iovs->few) {
        iovs->v = malloc(room * sizeof *iovs->v);
        if (!iovs->v)
            return WASI_ENOMEM;
    }
    for (uint32_t i = 0; i < count && iovs->count < room; i++, list += WASI_IOVEC_SIZE) {
        const uint32_t base = (uint32_t)hs_le_load(list, 4);
        size_t len = hs_le_load(list + 4, 4);
        if (len == 0)
            continue;
        uint8_t *host = hs_guest_range(mem, base, len);
        if (!host)
            return WASI_EFAULT;
        if (len > TRANSFER_MAX - iovs->total)
            len = TRANSFER_MAX - iovs->total;
        if (len == 0)
            break;
        iovs->v[iovs->count++] = (struct iovec){.iov_base = host, .iov_len = len};
        iovs->total += len;
    }
    return WASI_SUCCESS;
}

void hs_wasi_iovs_deinit(struct hs_wasi_iovs *iovs)
{
    if (iovs->v != iovs->few)
        free(iovs->v);
}

static bool is_socket(const struct hs_wasi_desc *desc)
{
    return desc->filetype == WASI_FT_SOCKET_STREAM || desc->filetype == WASI_FT_SOCKET_DGRAM;
}

/* Makes sure that a transfer on a descriptor whose flags are not ours will not wait. */
static uint32_t ready(struct hs_wasi_call *call, const struct hs_wasi_desc *desc, short events)
{
    if (!(desc->fdflags & WASI_FD_NONBLOCK))
        return hs_wasi_wait_fd(call, desc->host_fd, events);
    struct pollfd p = {.fd = desc->host_fd, .events = events};
    int n = poll(&p, 1, 0);
    return n > 0 ? WASI_SUCCESS : n == 0 || errno == EINTR ? WASI_EAGAIN : hs_wasi_errno(errno);
}

/* What follows a transfer that failed: try again (success), or an errno for the guest. */
static uint32_t after_failure(struct hs_wasi_call *call, const struct hs_wasi_desc *desc, int err,
                              short events)
{
    if (err == EINTR)
        return hospes_context_interrupted(call->context) ? WASI_EINTR : WASI_SUCCESS;
    if (err != EAGAIN || desc->fdflags & WASI_FD_NONBLOCK)
        return hs_wasi_errno(err);
    return hs_wasi_wait_fd(call, desc->host_fd, events);
}

/* Somebody else's descriptor that may wait, and whose flags are therefore to be left alone. */
static bool is_foreign(const struct hs_wasi_desc *desc)
{
    return desc->blocks && !desc->host_nonblock && !is_socket(desc);
}

static _Atomic bool plain;

void hs_wasi_io_plain_set(bool on)
{
    atomic_store(&plain, on);
}

static bool has_nowait(const struct hs_wasi_desc *desc)
{
    return is_foreign(desc) && !desc->no_nowait &&
           !atomic_load_explicit(&plain, memory_order_relaxed);
}

/* Whether a transfer with RWF_NOWAIT failed because there is no such thing; then it is not tried
 * again. */
static bool lacks_nowait(struct hs_wasi_desc *desc, int err)
{
    if (err != EOPNOTSUPP && err != EINVAL && err != ENOSYS)
        return false;
    desc->no_nowait = true;
    return true;
}

static uint32_t read_host(struct hs_wasi_call *call, struct hs_wasi_desc *desc,
                          const struct hs_wasi_iovs *iovs, size_t *out_size)
{
    for (;;) {
        const bool nowait = has_nowait(desc);
        uint32_t err = is_foreign(desc) && !nowait ? ready(call, desc, POLLIN) : WASI_SUCCESS;
        if (err)
            return err;
        ssize_t n;
        if (is_socket(desc)) {
            struct msghdr msg = {.msg_iov = iovs->v, .msg_iovlen = iovs->count};
            n = recvmsg(desc->host_fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        } else if (nowait) {
            n = preadv2(desc->host_fd, iovs->v, (int)iovs->count, -1, RWF_NOWAIT);
            if (n < 0 && lacks_nowait(desc, errno))
                continue;
        } else {
            n = readv(desc->host_fd, iovs->v, (int)iovs->count);
        }
        if (n >= 0) {
            *out_size = (size_t)n;
            return WASI_SUCCESS;
        }
        if ((err = after_failure(call, desc, errno, POLLIN)) != WASI_SUCCESS)
            return err;
    }
}

static size_t read_bytes(struct hs_wasi_desc *desc, const struct hs_wasi_iovs *iovs)
{
    size_t done = 0;
    for (size_t i = 0; i < iovs->count && desc->bytes_pos < desc->bytes_size; i++) {
        size_t left = desc->bytes_size - desc->bytes_pos;
        size_t n = iovs->v[i].iov_len < left ? iovs->v[i].iov_len : left;
        memcpy(iovs->v[i].iov_base, desc->bytes + desc->bytes_pos, n);
        desc->bytes_pos += n;
        done += n;
    }
    return done;
}

uint32_t hs_wasi_fd_read(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    struct hs_wasi_iovs iovs;
    size_t size = 0;
    uint32_t err = hs_wasi_iovs_init(&iovs, &call->mem, (uint32_t)arg[1].i32, (uint32_t)arg[2].i32);
    if (!err && !hs_guest_range(&call->mem, (uint32_t)arg[3].i32, 4))
        err = WASI_EFAULT;
    if (!err && iovs.count) {
        if (call->fd->kind == HS_WASI_HOST)
            err = read_host(call, call->fd, &iovs, &size);
        else
            size = read_bytes(call->fd, &iovs);
    }
    hs_wasi_iovs_deinit(&iovs);
    if (err)
        return err;
    return hs_guest_store(&call->mem, (uint32_t)arg[3].i32, size, 4) ? WASI_SUCCESS : WASI_EFAULT;
}

/* One write to a pipe that cannot raise SIGPIPE. */
static ssize_t write_pipe(int fd, const struct iovec *v, int count)
{
    sigset_t pipe_set, before, pending;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    sigpending(&pending);
    const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_set, &before);
    ssize_t n = writev(fd, v, count);
    int err = errno;
    if (n < 0 && err == EPIPE && !was_pending) {
        const struct timespec now = {0};
        while (sigtimedwait(&pipe_set, NULL, &now) < 0 && errno == EINTR)
            continue;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = err;
    return n;
}

static ssize_t write_once(const struct hs_wasi_desc *desc, struct iovec *v, size_t count)
{
    if (is_socket(desc)) {
        struct msghdr msg = {.msg_iov = v, .msg_iovlen = count};
        return sendmsg(desc->host_fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    if (desc->blocks) {
        /* Ready means that a pipe has room for PIPE_BUF bytes; where we cannot have EAGAIN, more
         * could wait. */
        struct iovec first = {.iov_base = v->iov_base,
                              .iov_len = v->iov_len < PIPE_BUF ? v->iov_len : PIPE_BUF};
        if (!desc->host_nonblock) {
            v = &first;
            count = 1;
        }
        return desc->pipe ? write_pipe(desc->host_fd, v, (int)count)
                          : writev(desc->host_fd, v, (int)count);
    }
    if (desc->fdflags & WASI_FD_APPEND) {
        ssize_t n = pwritev2(desc->host_fd, v, (int)count, -1, RWF_APPEND);
        if (n >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS))
            return n;
        if (lseek(desc->host_fd, 0, SEEK_END) < 0)
            return -1;
    }
    return writev(desc->host_fd, v, (int)count);
}

/* Drops what has been written from the front of the list. */
static void advance(struct hs_wasi_iovs *iovs, size_t n)
{
    size_t i = 0;
    iovs->total -= n;
    while (i < iovs->count && n >= iovs->v[i].iov_len)
        n -= iovs->v[i++].iov_len;
    if (i < iovs->count) {
        iovs->v[i].iov_base = (char *)iovs->v[i].iov_base + n;
        iovs->v[i].iov_len -= n;
    }
    memmove(iovs->v, iovs->v + i, (iovs->count - i) * sizeof *iovs->v);
    iovs->count -= i;
}

static uint32_t sync_written(const struct hs_wasi_desc *desc)
{
    if (desc->blocks || !(desc->fdflags & (WASI_FD_SYNC | WASI_FD_DSYNC)))
        return WASI_SUCCESS;
    int r = desc->fdflags & WASI_FD_SYNC ? fsync(desc->host_fd) : fdatasync(desc->host_fd);
    return r == 0 || errno == EINVAL ? WASI_SUCCESS : hs_wasi_errno(errno);
}

/* A guest that did not ask for NONBLOCK gets everything written, as with a blocking descriptor
 * in POSIX. */
static uint32_t write_host(struct hs_wasi_call *call, struct hs_wasi_desc *desc,
                           struct hs_wasi_iovs *iovs, size_t *out_size)
{
    size_t done = 0;
    uint32_t err = WASI_SUCCESS;
    while (iovs->count) {
        const bool nowait = has_nowait(desc);
        if (is_foreign(desc) && !nowait && (err = ready(call, desc, POLLOUT)) != WASI_SUCCESS)
            break;
        ssize_t n = nowait ? pwritev2(desc->host_fd, iovs->v, (int)iovs->count, -1,
                                      RWF_NOWAIT | RWF_NOSIGNAL)
                           : write_once(desc, iovs->v, iovs->count);
        if (n < 0 && nowait && lacks_nowait(desc, errno))
            continue;
        if (n < 0) {
            if ((err = after_failure(call, desc, errno, POLLOUT)) != WASI_SUCCESS)
                break;
            continue;
        }
        done += (size_t)n;
        advance(iovs, (size_t)n);
        if (n == 0 || (desc->fdflags & WASI_FD_NONBLOCK && desc->blocks))
            break;
    }
    if (done && !err)
        err = sync_written(desc);
    else if (done)
        err = WASI_SUCCESS; /* what went counts; the failure comes back with the next write */
    *out_size = done;
    return err;
}

/* The callback sees a copy: another thread of the guest cannot change what it has looked at, and
 * it may do what it likes with the store's memory. */
static uint32_t write_callback(struct hs_wasi_call *call, const struct hs_wasi_desc *desc,
                               const struct hs_wasi_iovs *iovs, size_t *out_size)
{
    const size_t size = iovs->total < CALLBACK_MAX ? iovs->total : CALLBACK_MAX;
    uint8_t few[512];
    uint8_t *copy = size <= sizeof few ? few : malloc(size);
    if (!copy)
        return WASI_ENOMEM;
    size_t filled = 0;
    for (size_t i = 0; i < iovs->count && filled < size; i++) {
        size_t n = iovs->v[i].iov_len < size - filled ? iovs->v[i].iov_len : size - filled;
        memcpy(copy + filled, iovs->v[i].iov_base, n);
        filled += n;
    }
    ptrdiff_t n = desc->callback(desc->callback_data, copy, size);
    if (copy != few)
        free(copy);
    /* The callback may have run the guest: look at the memory anew before the result is stored. */
    if (!hospes_caller_memory(call->caller, &call->mem.base, &call->mem.size))
        call->mem = (struct hs_guest_mem){0};
    if (n < 0)
        return hs_wasi_errno(n < -INT_MAX ? EIO : (int)-n);
    if (n == 0)
        return WASI_EIO; /* a write of nothing, for ever, is no way to answer */
    *out_size = (size_t)n < size ? (size_t)n : size;
    return WASI_SUCCESS;
}

uint32_t hs_wasi_fd_write(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    struct hs_wasi_iovs iovs;
    size_t size = 0;
    uint32_t err = hs_wasi_iovs_init(&iovs, &call->mem, (uint32_t)arg[1].i32, (uint32_t)arg[2].i32);
    if (!err && !hs_guest_range(&call->mem, (uint32_t)arg[3].i32, 4))
        err = WASI_EFAULT;
    if (!err && iovs.count) {
        if (call->fd->kind == HS_WASI_HOST)
            err = write_host(call, call->fd, &iovs, &size);
        else if (call->fd->kind == HS_WASI_CALLBACK)
            err = write_callback(call, call->fd, &iovs, &size);
        else
            size = iovs.total;
    }
    hs_wasi_iovs_deinit(&iovs);
    if (err)
        return err;
    return hs_guest_store(&call->mem, (uint32_t)arg[3].i32, size, 4) ? WASI_SUCCESS : WASI_EFAULT;
}

/* fd_pread and fd_pwrite: only descriptors with a position have the right FD_SEEK, which both
 * need. */
static uint32_t at_offset(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg, bool write)
{
    struct hs_wasi_iovs iovs;
    ssize_t n = 0;
    uint32_t err = hs_wasi_iovs_init(&iovs, &call->mem, (uint32_t)arg[1].i32, (uint32_t)arg[2].i32);
    if (!err && !hs_guest_range(&call->mem, (uint32_t)arg[4].i32, 4))
        err = WASI_EFAULT;
    if (!err && arg[3].i64 < 0)
        err = WASI_EINVAL;
    while (!err && iovs.count) {
        n = write ? pwritev(call->fd->host_fd, iovs.v, (int)iovs.count, arg[3].i64)
                  : preadv(call->fd->host_fd, iovs.v, (int)iovs.count, arg[3].i64);
        if (n >= 0)
            break;
        err = after_failure(call, call->fd, errno, write ? POLLOUT : POLLIN);
    }
    hs_wasi_iovs_deinit(&iovs);
    if (!err && write && n > 0)
        err = sync_written(call->fd);
    if (err)
        return err;
    return hs_guest_store(&call->mem, (uint32_t)arg[4].i32, (uint64_t)n, 4) ? WASI_SUCCESS
                                                                            : WASI_EFAULT;
}

uint32_t hs_wasi_fd_pread(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    return at_offset(call, arg, false);
}

uint32_t hs_wasi_fd_pwrite(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    return at_offset(call, arg, true);
}
