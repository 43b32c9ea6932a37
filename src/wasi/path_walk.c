/* The sandbox: how a guest's path becomes a descriptor without ever leaving its directory.
 *
 * Two ways, the same answers:
 *
 * openat2(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS): the kernel refuses absolute paths, absolute
 * links and a `..` above the root, in one system call and without races.
 *
 * The component walk, for kernels before 5.6 and for sandboxes that refuse the call: every
 * component is opened relative to the descriptor of the one before with O_NOFOLLOW, so no link
 * is ever followed by the kernel. Links are read and put in front of the rest of the path by
 * hand, at most 40 of them; `..` pops a stack of descriptors, so it leads where the walk came
 * from and never above the root, whatever is renamed meanwhile. A file that turns into a link
 * between two steps is an error (ELOOP), not a way out.
 *
 * What changes a directory (mkdir, unlink, rename, …) resolves the parent here and names only
 * the last component to the kernel: a plain name without slash, never `.` or `..`, in calls that
 * do not follow links. */
#include "wasi/path_walk.h"
#include "wasi/wasi_ctx.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

/* Links in one resolution: Linux's own limit. */
#define LINKS_MAX 40
/* Directories below the root in the component walk. Each is a descriptor of the host while the
 * walk lasts, and a guest must not be able to use up the process's. */
#define DEPTH_MAX 256
/* openat2 says EAGAIN when a rename or a mount anywhere on the machine races with a `..`: a busy
 * machine can do that for long to a path with hundreds of them. After so many the component
 * walk, which cannot be disturbed that way, decides. */
#define RETRIES_MAX 32

static _Atomic int walk_mode = HS_WASI_WALK_AUTO;
static _Atomic bool openat2_missing; /* the kernel said ENOSYS once */

void hs_wasi_walk_mode_set(enum hs_wasi_walk_mode mode)
{
    atomic_store(&walk_mode, (int)mode);
}

/* A descriptor or -errno; -EXDEV means that the path leaves the root. */
static int open_openat2(int root, const char *path, int flags, mode_t mode)
{
    struct open_how how = {
        .flags = (uint64_t)(unsigned)flags,
        .mode = flags & O_CREAT ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    for (int tries = 0;; tries++) {
        long fd = syscall(SYS_openat2, root, path, &how, sizeof how);
        if (fd >= 0)
            return (int)fd;
        if (errno == EINTR || (errno == EAGAIN && tries < RETRIES_MAX))
            continue;
        return -errno;
    }
}

struct walk {
    int root;
    int stack[DEPTH_MAX]; /* directories from below the root down to where the walk is */
    int depth;
    int links;
    char rest[PATH_MAX];   /* what is left of the path, links expanded */
    char target[PATH_MAX]; /* scratch: a link's content */
};

static int current(const struct walk *w)
{
    return w->depth ? w->stack[w->depth - 1] : w->root;
}

/* Replaces the component `name`, a link, by its content: rest = content [/ after]. Zero or
 * -errno; -EINVAL when `name` is no link. */
static int expand_link(struct walk *w, const char *name, const char *after, bool slash)
{
    ssize_t n = readlinkat(current(w), name, w->target, sizeof w->target);
    if (n < 0)
        return -errno;
    if (++w->links > LINKS_MAX)
        return -ELOOP;
    if (n == 0)
        return -ENOENT;
    if (w->target[0] == '/')
        return -EXDEV;
    size_t after_len = strlen(after);
    if ((size_t)n + slash + after_len >= sizeof w->rest)
        return -ENAMETOOLONG;
    memmove(w->rest + n + slash, after, after_len + 1);
    memcpy(w->rest, w->target, (size_t)n);
    if (slash)
        w->rest[n] = '/';
    return 0;
}

/* The path ended at a directory that is open already. */
static int open_current(const struct walk *w, int flags)
{
    if (flags & O_CREAT)
        return flags & O_EXCL ? -EEXIST : -EISDIR;
    int fd = openat(current(w), ".", flags & ~(O_NOFOLLOW | O_EXCL));
    return fd < 0 ? -errno : fd;
}

/* The last component: a link is expanded when it is to be followed (and *out_again set),
 * anything else opened. */
static int open_last(struct walk *w, const char *name, bool slash, int flags, mode_t mode,
                     bool *out_again)
{
    if (slash && flags & O_CREAT)
        return -EISDIR;
    bool follow = slash || !(flags & O_NOFOLLOW);
    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        follow = false;
    if (follow) {
        int r = expand_link(w, name, "", slash);
        if (r == 0) {
            *out_again = true;
            return 0;
        }
        if (r != -EINVAL && r != -ENOENT && r != -EACCES)
            return r;
        if (r != -EINVAL && !(flags & O_CREAT))
            return r;
    }
    int fd = openat(current(w), name, flags | O_NOFOLLOW | (slash ? O_DIRECTORY : 0), mode);
    return fd < 0 ? -errno : fd;
}

static int walk_components(struct walk *w, int flags, mode_t mode)
{
    char name[NAME_MAX + 1];
    char *p = w->rest;
    for (;;) {
        p += strspn(p, "/");
        size_t n = strcspn(p, "/");
        char *next = p + n;
        const bool slash = *next == '/';
        next += strspn(next, "/");
        const bool last = *next == '\0';
        if (n == 0)
            return open_current(w, flags);
        if ((n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.')) {
            if (n == 2) {
                if (w->depth == 0)
                    return -EXDEV;
                close(w->stack[--w->depth]);
            }
            if (last)
                return open_current(w, flags);
            p = next;
            continue;
        }
        if (n > NAME_MAX)
            return -ENAMETOOLONG;
        memcpy(name, p, n);
        name[n] = '\0';
        if (last) {
            bool again = false;
            int r = open_last(w, name, slash, flags, mode, &again);
            if (!again)
                return r;
            p = w->rest;
            continue;
        }
        int fd = openat(current(w), name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0) {
            if (w->depth == DEPTH_MAX) {
                close(fd);
                return -ENAMETOOLONG;
            }
            w->stack[w->depth++] = fd;
            p = next;
            continue;
        }
        int err = errno;
        if (err != ENOTDIR && err != ELOOP)
            return -err;
        int r = expand_link(w, name, next, true);
        if (r < 0)
            return r == -EINVAL ? -err : r;
        p = w->rest;
    }
}

static int open_components(int root, const char *path, int flags, mode_t mode)
{
    size_t len = strlen(path);
    if (len >= PATH_MAX)
        return -ENAMETOOLONG;
    struct walk *w = malloc(sizeof *w);
    if (!w)
        return -ENOMEM;
    w->root = root;
    w->depth = w->links = 0;
    memcpy(w->rest, path, len + 1);
    int r = walk_components(w, flags, mode);
    while (w->depth)
        close(w->stack[--w->depth]);
    free(w);
    return r;
}

uint32_t hs_wasi_open_beneath(int root, const char *path, int flags, mode_t mode, int *out_fd)
{
    if (path[0] == '\0')
        return WASI_ENOENT;
    if (path[0] == '/')
        return WASI_EPERM;
    flags |= O_CLOEXEC | (flags & O_PATH ? 0 : O_NOCTTY);
    const int how = atomic_load(&walk_mode);
    bool walk = how == HS_WASI_WALK_COMPONENTS ||
                (how == HS_WASI_WALK_AUTO && atomic_load(&openat2_missing));
    int r = 0;
    if (!walk) {
        r = open_openat2(root, path, flags, mode);
        if (r == -EAGAIN) {
            walk = true; /* no answer at all: other processes rename too much just now */
        } else if (how == HS_WASI_WALK_AUTO && (r == -ENOSYS || r == -EPERM)) {
            /* EPERM is a filter's refusal or an answer about the file: the walk finds out which. */
            if (r == -ENOSYS)
                atomic_store(&openat2_missing, true);
            walk = true;
        }
    }
    if (walk)
        r = open_components(root, path, flags, mode);
    if (r < 0)
        return r == -EXDEV ? (uint32_t)WASI_EPERM : hs_wasi_errno(-r);
    *out_fd = r;
    return WASI_SUCCESS;
}

uint32_t hs_wasi_open_parent(int root, const char *path, struct hs_wasi_parent *out_parent)
{
    if (path[0] == '\0')
        return WASI_ENOENT;
    if (path[0] == '/')
        return WASI_EPERM;
    size_t end = strlen(path);
    const size_t full = end;
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    const char *name = path + start;
    const size_t n = end - start;
    if ((n == 1 && name[0] == '.') || (n == 2 && name[0] == '.' && name[1] == '.')) {
        int fd;
        uint32_t err = hs_wasi_open_beneath(root, path, O_PATH | O_DIRECTORY, 0, &fd);
        if (err)
            return err;
        close(fd);
        *out_parent =
            (struct hs_wasi_parent){.last = n == 1 ? HS_WASI_LAST_DOT : HS_WASI_LAST_DOTDOT,
                                    .dir_fd = -1,
                                    .slash = end < full};
        return WASI_SUCCESS;
    }
    if (n >= sizeof out_parent->name)
        return WASI_ENAMETOOLONG;
    int fd = root;
    if (start > 0) {
        char *prefix = strndup(path, start);
        if (!prefix)
            return WASI_ENOMEM;
        uint32_t err = hs_wasi_open_beneath(root, prefix, O_PATH | O_DIRECTORY, 0, &fd);
        free(prefix);
        if (err)
            return err;
    }
    *out_parent = (struct hs_wasi_parent){
        .last = HS_WASI_LAST_NAME, .dir_fd = fd, .owns_fd = start > 0, .slash = end < full};
    memcpy(out_parent->name, name, n);
    out_parent->name[n] = '\0';
    return WASI_SUCCESS;
}

void hs_wasi_parent_deinit(struct hs_wasi_parent *parent)
{
    if (parent->owns_fd)
        close(parent->dir_fd);
    parent->owns_fd = false;
    parent->dir_fd = -1;
}
