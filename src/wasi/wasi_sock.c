/* Sockets. Preview 1 opens none: a guest has a socket when the host's standard input or output
 * is one (as under inetd or socket activation), and what it accepts on it. */
#include "wasi/wasi_ctx.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* After a failure: wait and try again (success), or an errno for the guest. */
static uint32_t again(struct hs_wasi_call *call, short events)
{
    if (errno == EINTR)
        return hospes_context_interrupted(call->context) ? WASI_EINTR : WASI_SUCCESS;
    if (errno != EAGAIN || call->fd->fdflags & WASI_FD_NONBLOCK)
        return hs_wasi_errno(errno);
    return hs_wasi_wait_fd(call, call->fd->host_fd, events);
}

uint32_t hs_wasi_sock_accept(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    const uint32_t flags = (uint32_t)arg[1].i32, out_ptr = (uint32_t)arg[2].i32;
    if (flags & ~WASI_FD_NONBLOCK)
        return WASI_EINVAL;
    if (!hs_guest_range(&call->mem, out_ptr, 4))
        return WASI_EFAULT;
    int listening = 0;
    socklen_t size = sizeof listening;
    if (getsockopt(call->fd->host_fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 ||
        !listening)
        return WASI_EINVAL;
    uint32_t err = hs_wasi_fd_reserve(call->ctx);
    int host_fd = -1;
    while (!err && host_fd < 0) {
        /* The listening socket is the host's and may be blocking: accept only what has arrived. */
        struct pollfd p = {.fd = call->fd->host_fd, .events = POLLIN};
        if (poll(&p, 1, 0) == 0)
            errno = EAGAIN;
        else
            host_fd = accept4(call->fd->host_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (host_fd < 0)
            err = again(call, POLLIN);
    }
    if (err)
        return err;
    struct stat st;
    struct hs_wasi_desc *desc = hs_wasi_desc_new(HS_WASI_HOST, host_fd, true);
    if (!desc) {
        close(host_fd);
        return WASI_ENOMEM;
    }
    desc->filetype =
        fstat(host_fd, &st) == 0 ? (uint8_t)hs_wasi_filetype(&st, host_fd) : WASI_FT_SOCKET_STREAM;
    desc->stream = desc->blocks = desc->host_nonblock = desc->readable = desc->writable = true;
    desc->fdflags = (uint16_t)flags;
    desc->file_perms = HOSPES_WASI_READ | HOSPES_WASI_WRITE;
    desc->base = call->fd->base & RIGHTS_SOCKET & ~R_SOCK_ACCEPT;
    hs_guest_store(&call->mem, out_ptr, hs_wasi_fd_add(call->ctx, desc), 4);
    return WASI_SUCCESS;
}

uint32_t hs_wasi_sock_recv(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    const uint32_t flags = (uint32_t)arg[3].i32, size_ptr = (uint32_t)arg[4].i32,
                   flags_ptr = (uint32_t)arg[5].i32;
    if (flags & ~(WASI_RI_PEEK | WASI_RI_WAITALL))
        return WASI_EINVAL;
    struct hs_wasi_iovs iovs;
    uint32_t err = hs_wasi_iovs_init(&iovs, &call->mem, (uint32_t)arg[1].i32, (uint32_t)arg[2].i32);
    if (!err &&
        (!hs_guest_range(&call->mem, size_ptr, 4) || !hs_guest_range(&call->mem, flags_ptr, 2)))
        err = WASI_EFAULT;
    size_t done = 0;
    uint32_t out_flags = 0;
    while (!err) {
        struct msghdr msg = {.msg_iov = iovs.v, .msg_iovlen = iovs.count};
        ssize_t n =
            recvmsg(call->fd->host_fd, &msg,
                    MSG_DONTWAIT | MSG_CMSG_CLOEXEC | (flags & WASI_RI_PEEK ? MSG_PEEK : 0));
        if (n < 0) {
            err = again(call, POLLIN);
            if (err && done) {
                err = WASI_SUCCESS;
                break;
            }
            continue;
        }
        done += (size_t)n;
        if (msg.msg_flags & MSG_TRUNC)
            out_flags |= WASI_RO_DATA_TRUNCATED;
        const bool stream = call->fd->filetype == WASI_FT_SOCKET_STREAM;
        if (n == 0 || !stream || !(flags & WASI_RI_WAITALL) || flags & WASI_RI_PEEK ||
            done >= iovs.total)
            break;
        /* Waiting for all: go on behind what has come. */
        size_t skip = (size_t)n, i = 0;
        while (i < iovs.count && skip >= iovs.v[i].iov_len)
            skip -= iovs.v[i++].iov_len;
        for (size_t to = 0; to < iovs.count - i; to++)
            iovs.v[to] = iovs.v[to + i];
        iovs.count -= i;
        iovs.v[0].iov_base = (char *)iovs.v[0].iov_base + skip;
        iovs.v[0].iov_len -= skip;
    }
    hs_wasi_iovs_deinit(&iovs);
    if (err)
        return err;
    hs_guest_store(&call->mem, size_ptr, done, 4);
    hs_guest_store(&call->mem, flags_ptr, out_flags, 2);
    return WASI_SUCCESS;
}

uint32_t hs_wasi_sock_send(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    if (arg[3].i32 != 0)
        return WASI_EINVAL;
    struct hs_wasi_iovs iovs;
    uint32_t err = hs_wasi_iovs_init(&iovs, &call->mem, (uint32_t)arg[1].i32, (uint32_t)arg[2].i32);
    if (!err && !hs_guest_range(&call->mem, (uint32_t)arg[4].i32, 4))
        err = WASI_EFAULT;
    ssize_t n = 0;
    while (!err) {
        struct msghdr msg = {.msg_iov = iovs.v, .msg_iovlen = iovs.count};
        n = sendmsg(call->fd->host_fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0)
            break;
        err = again(call, POLLOUT);
    }
    hs_wasi_iovs_deinit(&iovs);
    if (err)
        return err;
    hs_guest_store(&call->mem, (uint32_t)arg[4].i32, (uint64_t)n, 4);
    return WASI_SUCCESS;
}

uint32_t hs_wasi_sock_shutdown(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    static const int how[] = {-1, SHUT_RD, SHUT_WR, SHUT_RDWR};
    const uint32_t flags = (uint32_t)arg[1].i32;
    if (flags == 0 || flags > (WASI_SD_RD | WASI_SD_WR))
        return WASI_EINVAL;
    return shutdown(call->fd->host_fd, how[flags]) == 0 ? WASI_SUCCESS : hs_wasi_errno(errno);
}
