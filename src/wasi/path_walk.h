/* The sandbox: paths are resolved below a directory or not at all. See path_walk.c. */
#ifndef HS_WASI_PATH_WALK_H
#define HS_WASI_PATH_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum hs_wasi_walk_mode {
    HS_WASI_WALK_AUTO,       /* openat2; the component walk where the kernel lacks or refuses it */
    HS_WASI_WALK_OPENAT2,    /* openat2; only where it has no answer (EAGAIN), the walk */
    HS_WASI_WALK_COMPONENTS, /* the component walk only */
};

/* For tests: how the whole process resolves from now on. */
void hs_wasi_walk_mode_set(enum hs_wasi_walk_mode mode);

/* Opens `path` below the directory `root`. `flags` are open(2)'s; O_NOFOLLOW speaks of the last
 * component and does not hold when a slash follows it. O_CLOEXEC and O_NOCTTY are added. An
 * absolute path, or one that leaves the directory by `..` or by a symbolic link, is EPERM. */
uint32_t hs_wasi_open_beneath(int root, const char *path, int flags, mode_t mode, int *out_fd);

enum hs_wasi_last {
    HS_WASI_LAST_NAME,   /* dir_fd and name are set */
    HS_WASI_LAST_DOT,    /* the path ends in `.`; it has been resolved and is a directory */
    HS_WASI_LAST_DOTDOT, /* the same for `..` */
};

struct hs_wasi_parent {
    enum hs_wasi_last last;
    int dir_fd;   /* the directory of the last component */
    bool owns_fd; /* false: dir_fd is the root itself */
    bool
        slash; /* a slash followed the last component: never handed to the kernel, which would follow a link */
    char name[256]; /* the last component: not empty, no slash, neither `.` nor `..` */
};

/* Resolves all but the last component. Deinit only after success. */
uint32_t hs_wasi_open_parent(int root, const char *path, struct hs_wasi_parent *out_parent);
void hs_wasi_parent_deinit(struct hs_wasi_parent *parent);

#endif
