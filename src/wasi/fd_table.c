/* Descriptors: what a guest's small numbers mean.
 *
 * A table of pointers; the lowest free number is given out first, as POSIX programs expect. Each
 * number costs the host a descriptor, so the table ends where a guest would hurt its host: at
 * half of what the process may open, and never beyond 4096. */
#include "wasi/wasi_ctx.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FDS_MAX 4096
#define FDS_MIN 16

struct hs_wasi_desc *hs_wasi_desc_new(enum hs_wasi_kind kind, int host_fd, bool owns_fd)
{
    struct hs_wasi_desc *desc = calloc(1, sizeof *desc);
    if (!desc)
        return NULL;
    desc->refs = 1;
    desc->kind = (uint8_t)kind;
    desc->host_fd = host_fd;
    desc->owns_fd = owns_fd;
    return desc;
}

void hs_wasi_desc_unref(struct hs_wasi_desc *desc)
{
    if (!desc || --desc->refs)
        return;
    if (desc->owns_fd)
        close(desc->host_fd);
    if (desc->finalizer)
        desc->finalizer(desc->callback_data);
    free(desc->preopen_name);
    free(desc->bytes);
    free(desc);
}

enum wasi_filetype hs_wasi_filetype(const struct stat *st, int host_fd)
{
    switch (st->st_mode & S_IFMT) {
    case S_IFREG: return WASI_FT_REGULAR_FILE;
    case S_IFDIR: return WASI_FT_DIRECTORY;
    case S_IFLNK: return WASI_FT_SYMBOLIC_LINK;
    case S_IFBLK: return WASI_FT_BLOCK_DEVICE;
    case S_IFCHR: return WASI_FT_CHARACTER_DEVICE;
    case S_IFSOCK: {
        int type = 0;
        socklen_t size = sizeof type;
        if (host_fd >= 0 && getsockopt(host_fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
            type == SOCK_DGRAM)
            return WASI_FT_SOCKET_DGRAM;
        return WASI_FT_SOCKET_STREAM;
    }
    default: return WASI_FT_UNKNOWN; /* pipes: preview 1 has no name for them */
    }
}

static uint32_t fd_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur / 2 > FDS_MAX)
        return FDS_MAX;
    return limit.rlim_cur / 2 < FDS_MIN ? FDS_MIN : (uint32_t)(limit.rlim_cur / 2);
}

uint32_t hs_wasi_fd_reserve(struct hs_wasi_ctx *ctx)
{
    for (uint32_t i = 0; i < ctx->fd_count; i++)
        if (!ctx->fds[i])
            return WASI_SUCCESS;
    if (!ctx->fd_max)
        ctx->fd_max = fd_limit();
    if (ctx->fd_count >= ctx->fd_max)
        return WASI_EMFILE;
    if (ctx->fd_count == ctx->fd_capacity) {
        uint32_t capacity = ctx->fd_capacity ? 2 * ctx->fd_capacity : 8;
        struct hs_wasi_desc **grown = realloc(ctx->fds, capacity * sizeof *grown);
        if (!grown)
            return WASI_ENOMEM;
        ctx->fds = grown;
        ctx->fd_capacity = capacity;
    }
    ctx->fds[ctx->fd_count++] = NULL;
    return WASI_SUCCESS;
}

uint32_t hs_wasi_fd_add(struct hs_wasi_ctx *ctx, struct hs_wasi_desc *desc)
{
    uint32_t fd = 0;
    while (ctx->fds[fd])
        fd++;
    ctx->fds[fd] = desc;
    return fd;
}

struct hs_wasi_desc *hs_wasi_fd_get(const struct hs_wasi_ctx *ctx, uint32_t fd)
{
    return fd < ctx->fd_count ? ctx->fds[fd] : NULL;
}

uint32_t hs_wasi_fd_close(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    uint32_t fd = (uint32_t)arg[0].i32;
    call->ctx->fds[fd] = NULL;
    hs_wasi_desc_unref(call->fd);
    return WASI_SUCCESS;
}

/* Both numbers must be open: the second is closed, the first moves there. */
uint32_t hs_wasi_fd_renumber(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    uint32_t from = (uint32_t)arg[0].i32, to = (uint32_t)arg[1].i32;
    if (from == to)
        return WASI_SUCCESS;
    call->ctx->fds[from] = NULL;
    call->ctx->fds[to] = call->fd;
    hs_wasi_desc_unref(call->fd2);
    return WASI_SUCCESS;
}

uint32_t hs_wasi_fd_prestat_get(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    if (!call->fd->preopen_name)
        return WASI_EBADF;
    uint8_t *out = hs_guest_range(&call->mem, (uint32_t)arg[1].i32, WASI_PRESTAT_SIZE);
    if (!out)
        return WASI_EFAULT;
    memset(out, 0, WASI_PRESTAT_SIZE);
    hs_le_store(out + 4, call->fd->preopen_len, 4);
    return WASI_SUCCESS;
}

uint32_t hs_wasi_fd_prestat_dir_name(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    uint32_t size = (uint32_t)arg[2].i32;
    if (!call->fd->preopen_name)
        return WASI_EBADF;
    if (size < call->fd->preopen_len)
        return WASI_ENAMETOOLONG;
    uint8_t *out = hs_guest_range(&call->mem, (uint32_t)arg[1].i32, call->fd->preopen_len);
    if (!out)
        return WASI_EFAULT;
    memcpy(out, call->fd->preopen_name, call->fd->preopen_len);
    return WASI_SUCCESS;
}
