/* The path_ functions but path_open.
 *
 * Two shapes. What looks at something opens it below the directory with O_PATH and asks the
 * descriptor. What changes a directory resolves the parent and hands the last component, a plain
 * name, to an *at call that does not follow links. Slashes behind the last component are
 * interpreted here, by the rules of Linux; the kernel never sees them, because it would follow a
 * link in front of one.
 *
 * rename and link between two directories must not give a file permissions it did not have: the
 * new place may permit no more than the old one. */
#include "wasi/path_ops.h"
#include "wasi/path_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint32_t hs_wasi_path_copy(const struct hs_guest_mem *mem, uint32_t ptr, uint32_t len,
                           char **out_path)
{
    const uint8_t *from = hs_guest_range(mem, ptr, len);
    if (!from)
        return WASI_EFAULT;
    if (len >= PATH_MAX)
        return WASI_ENAMETOOLONG;
    char *path = malloc((size_t)len + 1);
    if (!path)
        return WASI_ENOMEM;
    if (len)
        memcpy(path, from, len);
    path[len] = '\0';
    uint32_t err = memchr(path, 0, len)             ? WASI_EINVAL
                   : !hs_wasi_utf8_valid(path, len) ? WASI_EILSEQ
                                                    : WASI_SUCCESS;
    if (err) {
        free(path);
        return err;
    }
    *out_path = path;
    return WASI_SUCCESS;
}

/* The parent of the path at arg[ptr], arg[ptr + 1] below `dir`. */
static uint32_t parent_of(const struct hs_wasi_call *call, const struct hs_wasi_desc *dir,
                          const wasmtime_val_raw_t *arg, int at, struct hs_wasi_parent *out_parent)
{
    char *path;
    uint32_t err =
        hs_wasi_path_copy(&call->mem, (uint32_t)arg[at].i32, (uint32_t)arg[at + 1].i32, &path);
    if (err)
        return err;
    err = hs_wasi_open_parent(dir->host_fd, path, out_parent);
    free(path);
    return err;
}

/* Opens the path at arg[at] for a look (O_PATH). */
static uint32_t look_at(const struct hs_wasi_call *call, const wasmtime_val_raw_t *arg, int at,
                        bool follow, int *out_fd)
{
    char *path;
    uint32_t err =
        hs_wasi_path_copy(&call->mem, (uint32_t)arg[at].i32, (uint32_t)arg[at + 1].i32, &path);
    if (err)
        return err;
    err = hs_wasi_open_beneath(call->fd->host_fd, path, O_PATH | (follow ? 0 : O_NOFOLLOW), 0,
                               out_fd);
    free(path);
    return err;
}

static uint32_t result_of(int r)
{
    return r == 0 ? WASI_SUCCESS : hs_wasi_errno(errno);
}

/* What a name is, without following it: success and *out_mode, or the errno of looking. */
static uint32_t mode_of(const struct hs_wasi_parent *p, mode_t *out_mode)
{
    struct stat st;
    if (fstatat(p->dir_fd, p->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return hs_wasi_errno(errno);
    *out_mode = st.st_mode;
    return WASI_SUCCESS;
}

uint32_t hs_wasi_path_create_directory(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    struct hs_wasi_parent p;
    uint32_t err = parent_of(call, call->fd, arg, 1, &p);
    if (err)
        return err;
    err = p.last == HS_WASI_LAST_NAME ? result_of(mkdirat(p.dir_fd, p.name, 0777)) : WASI_EEXIST;
    hs_wasi_parent_deinit(&p);
    return err;
}

uint32_t hs_wasi_path_remove_directory(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    struct hs_wasi_parent p;
    uint32_t err = parent_of(call, call->fd, arg, 1, &p);
    if (err)
        return err;
    switch (p.last) {
    case HS_WASI_LAST_NAME: err = result_of(unlinkat(p.dir_fd, p.name, AT_REMOVEDIR)); break;
    case HS_WASI_LAST_DOT: err = WASI_EINVAL; break;
    case HS_WASI_LAST_DOTDOT: err = WASI_ENOTEMPTY; break;
    }
    hs_wasi_parent_deinit(&p);
    return err;
}

static uint32_t unlink_last(const struct hs_wasi_parent *p)
{
    mode_t mode;
    if (p->last != HS_WASI_LAST_NAME)
        return WASI_EISDIR;
    if (p->slash) {
        uint32_t err = mode_of(p, &mode);
        return err ? err : S_ISDIR(mode) ? WASI_EISDIR : WASI_ENOTDIR;
    }
    if (unlinkat(p->dir_fd, p->name, 0) == 0)
        return WASI_SUCCESS;
    uint32_t err = hs_wasi_errno(errno);
    /* Some file systems say EPERM for a directory. */
    if (err == WASI_EPERM && mode_of(p, &mode) == WASI_SUCCESS && S_ISDIR(mode))
        return WASI_EISDIR;
    return err;
}

uint32_t hs_wasi_path_unlink_file(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    struct hs_wasi_parent p;
    uint32_t err = parent_of(call, call->fd, arg, 1, &p);
    if (err)
        return err;
    err = unlink_last(&p);
    hs_wasi_parent_deinit(&p);
    return err;
}

/* May something move from below `from` to below `to`? Not if it could be more there than here. */
static bool gains_permission(const struct hs_wasi_desc *from, const struct hs_wasi_desc *to)
{
    return (to->file_perms & ~from->file_perms) || (to->dir_perms & ~from->dir_perms);
}

static uint32_t rename_last(const struct hs_wasi_parent *from, const struct hs_wasi_parent *to)
{
    if (from->last != HS_WASI_LAST_NAME || to->last != HS_WASI_LAST_NAME)
        return WASI_EBUSY;
    if (from->slash || to->slash) { /* the slash says: this is a directory */
        mode_t mode;
        uint32_t err = mode_of(from, &mode);
        if (err)
            return err;
        if (!S_ISDIR(mode))
            return WASI_ENOTDIR;
    }
    return result_of(renameat(from->dir_fd, from->name, to->dir_fd, to->name));
}

uint32_t hs_wasi_path_rename(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    struct hs_wasi_parent from, to;
    if (gains_permission(call->fd, call->fd2))
        return WASI_EPERM;
    uint32_t err = parent_of(call, call->fd, arg, 1, &from);
    if (err)
        return err;
    err = parent_of(call, call->fd2, arg, 4, &to);
    if (!err) {
        err = rename_last(&from, &to);
        hs_wasi_parent_deinit(&to);
    }
    hs_wasi_parent_deinit(&from);
    return err;
}

static uint32_t link_last(const struct hs_wasi_parent *from, const struct hs_wasi_parent *to)
{
    mode_t mode;
    if (from->last != HS_WASI_LAST_NAME)
        return WASI_EPERM; /* directories have one name */
    if (to->last != HS_WASI_LAST_NAME)
        return WASI_EEXIST;
    uint32_t err = mode_of(from, &mode);
    if (err)
        return err;
    if (S_ISDIR(mode))
        return WASI_EPERM;
    if (from->slash)
        return WASI_ENOTDIR;
    if (to->slash)
        return mode_of(to, &mode) == WASI_SUCCESS ? WASI_EEXIST : WASI_ENOENT;
    return result_of(linkat(from->dir_fd, from->name, to->dir_fd, to->name, 0));
}

/* A link is made to the last component itself: following it is refused as Wasmtime does. */
uint32_t hs_wasi_path_link(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    struct hs_wasi_parent from, to;
    if (arg[1].i32 != 0)
        return WASI_EINVAL;
    if (gains_permission(call->fd, call->fd2))
        return WASI_EPERM;
    uint32_t err = parent_of(call, call->fd, arg, 2, &from);
    if (err)
        return err;
    err = parent_of(call, call->fd2, arg, 5, &to);
    if (!err) {
        err = link_last(&from, &to);
        hs_wasi_parent_deinit(&to);
    }
    hs_wasi_parent_deinit(&from);
    return err;
}

/* A link may say what it likes but not begin at the root; where it leads is checked whenever it
 * is followed. */
uint32_t hs_wasi_path_symlink(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    char *target;
    struct hs_wasi_parent p;
    uint32_t err =
        hs_wasi_path_copy(&call->mem, (uint32_t)arg[0].i32, (uint32_t)arg[1].i32, &target);
    if (err)
        return err;
    err = target[0] == '/' ? (uint32_t)WASI_EPERM : parent_of(call, call->fd, arg, 3, &p);
    if (!err) {
        mode_t mode;
        if (p.last != HS_WASI_LAST_NAME)
            err = WASI_EEXIST;
        else if (p.slash)
            err = mode_of(&p, &mode) == WASI_SUCCESS ? WASI_EEXIST : WASI_ENOENT;
        else
            err = result_of(symlinkat(target, p.dir_fd, p.name));
        hs_wasi_parent_deinit(&p);
    }
    free(target);
    return err;
}

/* The content is cut to the buffer. An absolute one is a path of the host and stays hidden. */
uint32_t hs_wasi_path_readlink(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    const uint32_t size = (uint32_t)arg[4].i32;
    uint8_t *out = hs_guest_range(&call->mem, (uint32_t)arg[3].i32, size);
    if (!out || !hs_guest_range(&call->mem, (uint32_t)arg[5].i32, 4))
        return WASI_EFAULT;
    int fd;
    uint32_t err = look_at(call, arg, 1, false, &fd);
    if (err)
        return err;
    char target[PATH_MAX];
    struct stat st;
    ssize_t n = -1;
    if (fstat(fd, &st) != 0 ||
        (S_ISLNK(st.st_mode) && (n = readlinkat(fd, "", target, sizeof target)) < 0))
        err = hs_wasi_errno(errno);
    else if (!S_ISLNK(st.st_mode))
        err = WASI_EINVAL;
    else if (n > 0 && target[0] == '/')
        err = WASI_EPERM;
    else if (!hs_wasi_utf8_valid(target, (size_t)n))
        err = WASI_EILSEQ;
    close(fd);
    if (err)
        return err;
    size_t used = (size_t)n < size ? (size_t)n : size;
    memcpy(out, target, used);
    return hs_guest_store(&call->mem, (uint32_t)arg[5].i32, used, 4) ? WASI_SUCCESS : WASI_EFAULT;
}

uint32_t hs_wasi_path_filestat_get(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    const uint32_t lookup = (uint32_t)arg[1].i32;
    if (lookup & ~WASI_LOOKUP_SYMLINK_FOLLOW)
        return WASI_EINVAL;
    int fd;
    uint32_t err = look_at(call, arg, 2, lookup & WASI_LOOKUP_SYMLINK_FOLLOW, &fd);
    if (err)
        return err;
    struct stat st;
    err = result_of(fstat(fd, &st));
    close(fd);
    return err ? err
               : hs_wasi_filestat_store(call, (uint32_t)arg[4].i32, &st, hs_wasi_filetype(&st, -1));
}

uint32_t hs_wasi_path_filestat_set_times(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    const uint32_t lookup = (uint32_t)arg[1].i32;
    struct timespec times[2];
    if (lookup & ~WASI_LOOKUP_SYMLINK_FOLLOW)
        return WASI_EINVAL;
    /* The permission of the directory has been checked; what is named may be a file, and asking
     * first would race. */
    if (!(call->fd->file_perms & HOSPES_WASI_WRITE))
        return WASI_EPERM;
    uint32_t err =
        hs_wasi_times((uint64_t)arg[4].i64, (uint64_t)arg[5].i64, (uint32_t)arg[6].i32, times);
    if (err)
        return err;
    int fd;
    if ((err = look_at(call, arg, 2, lookup & WASI_LOOKUP_SYMLINK_FOLLOW, &fd)) != WASI_SUCCESS)
        return err;
    int r = utimensat(fd, "", times, AT_EMPTY_PATH);
    if (r != 0 &&
        errno == EINVAL) { /* before Linux 5.8: by the descriptor's name, but never a link's */
        struct stat st;
        char name[64];
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        if (fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode))
            r = utimensat(AT_FDCWD, name, times, 0);
        else
            errno = ENOTSUP;
    }
    err = result_of(r);
    close(fd);
    return err;
}
