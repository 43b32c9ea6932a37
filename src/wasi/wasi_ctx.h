/* WASI preview 1: what a guest may see of the host.
 *
 * This folder is an embedder like any other: it uses the public headers only. A store's WASI
 * state lives in a slot of the store (hospes_store_slot_set); the functions are host functions
 * in a linker.
 *
 *   wasi_config.c   what the host grants: arguments, environment, stdio, directories (struct wasi_config_t)
 *   wasi_ctx.c      the state of one store, made of a configuration; wasmtime_context_set_wasi
 *   wasi_module.c   wasmtime_linker_define_wasi and the dispatcher: every call passes its checks
 *   wasi_p1.def     the one list of functions with signature, descriptor, rights and permission
 *   fd_table.c      descriptors
 *   fd_io.c         reading and writing, waiting that can be interrupted
 *   fd_attr.c       metadata, flags, rights, positions
 *   fd_readdir.c    listing directories
 *   path_walk.c     the sandbox: how a path is resolved without leaving its directory
 *   path_open.c     path_open
 *   path_ops.c      the other path_ functions
 *   poll_oneoff.c, wasi_clock.c, wasi_env.c, wasi_proc.c, wasi_sock.c   the rest
 *
 * Three fences, in this order:
 *   permissions  what the *host* granted to a preopened directory, for directories and for files; every descriptor
 *                inherits them and nothing changes them;
 *   rights       what the *guest* has kept: it can drop rights with fd_fdstat_set_rights, and what is opened through
 *                a directory has at most the directory's inheriting rights. As in Wasmtime, path_open takes from the
 *                rights it is asked for only whether to read and to write: many toolchains ask for those two alone
 *                and go on to seek. Nothing but dropping removes the others;
 *   the walk     a path is resolved below the descriptor's directory or not at all.
 *
 * Invariants:
 *   1. Nothing of the guest is used before it is checked, nothing is read twice.
 *   2. Host descriptors are O_CLOEXEC; those that could block are opened O_NONBLOCK.
 *   3. A wait is a loop of slices that ends when hospes_context_interrupted says so, with EINTR for the guest.
 *   4. A state belongs to one store and is used by one thread at a time: there are no locks.
 */
#ifndef HS_WASI_CTX_H
#define HS_WASI_CTX_H

#include "wasi/guest_mem.h"
#include "wasi/wasi_abi.h"

#include <hospes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>

enum hs_wasi_kind {
    HS_WASI_HOST,     /* a file, device, pipe or socket of the host */
    HS_WASI_DIR,      /* a directory of the host */
    HS_WASI_BYTES,    /* input from a buffer; an empty one is the default standard input */
    HS_WASI_CALLBACK, /* output to a function of the host */
    HS_WASI_DISCARD,  /* output that goes nowhere: the default */
};

struct hs_wasi_desc {
    unsigned refs;      /* one of the table, one of each call under way */
    uint8_t kind;       /* enum hs_wasi_kind */
    uint8_t filetype;   /* enum wasi_filetype */
    bool owns_fd;       /* close host_fd with the descriptor; false for inherited stdio */
    bool stream;        /* standard input or output: no position, no metadata of the host */
    bool blocks;        /* reads and writes may wait: anything but a regular file or a directory */
    bool no_nowait;     /* RWF_NOWAIT has been tried and is not known here */
    bool pipe;          /* a write without reader raises SIGPIPE */
    bool host_nonblock; /* host_fd is O_NONBLOCK: try first, wait on EAGAIN; otherwise wait first */
    bool readable;      /* opened for reading */
    bool writable;      /* opened for writing */
    uint16_t
        fdflags;   /* WASI_FD_*: kept here and acted out here, never set on the host's descriptor */
    int host_fd;   /* HOST, DIR */
    uint64_t base; /* rights */
    uint64_t inheriting; /* rights of what is opened through this directory */
    uint32_t dir_perms;  /* HOSPES_WASI_READ | HOSPES_WASI_WRITE on directories */
    uint32_t file_perms; /* the same on files */
    char *preopen_name;  /* DIR: owned, the guest's name of a preopened directory; else NULL */
    size_t preopen_len;
    uint8_t *bytes; /* BYTES: owned */
    size_t bytes_size, bytes_pos;
    ptrdiff_t (*callback)(void *, const unsigned char *, size_t); /* CALLBACK */
    void *callback_data;
    void (*finalizer)(void *);
};

/* A list of strings as args_get and environ_get hand it out: each with its NUL, one after the
 * other. */
struct hs_wasi_strings {
    char *bytes;
    size_t size, capacity, count;
};

struct wasi_config_t {
    struct hs_wasi_strings args, env;
    struct hs_wasi_desc *stdio[3]; /* NULL: the default */
    struct hs_wasi_desc **dirs;
    size_t dir_count;
    bool inherit_network; /* accepted for compatibility: preview 1 cannot open sockets */
    bool
        failed; /* memory ran out in a setter without result; wasmtime_context_set_wasi reports it */
};

struct hs_wasi_ctx {
    unsigned refs; /* one of the store's slot, one of each call under way */
    struct hs_wasi_strings args, env;
    struct hs_wasi_desc **fds; /* NULL where a number is free */
    uint32_t fd_count, fd_capacity, fd_max;
};

/* One call of a function. */
struct hs_wasi_call {
    wasmtime_caller_t *caller;
    wasmtime_context_t *context;
    struct hs_wasi_ctx *ctx;
    struct hs_guest_mem mem;
    struct hs_wasi_desc *fd, *fd2; /* the descriptors of the row of wasi_p1.def, checked */
    bool unstable;                 /* called through wasi_unstable */
    wasm_trap_t *trap; /* set to end the call with a trap or an error instead of an errno */
};

/* The functions: one per row of the list. Arguments are raw values in the order of the
 * signature; the result is an errno of WASI. */
#define WASI(name, params, result, fd, sort, rights, fd2, rights2, perm, since)                    \
    uint32_t hs_wasi_##name(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg);
#include "wasi/wasi_p1.def"

/* errno_map.c */
uint32_t hs_wasi_errno(int host);

/* wasi_ctx.c */
bool hs_wasi_utf8_valid(const char *bytes, size_t size);
bool hs_wasi_strings_add(struct hs_wasi_strings *list, const char *bytes, size_t size);
void hs_wasi_strings_deinit(struct hs_wasi_strings *list);
/* Takes everything out of the configuration; NULL if memory is exhausted. */
struct hs_wasi_ctx *hs_wasi_ctx_new(wasi_config_t *config);
void hs_wasi_ctx_ref(struct hs_wasi_ctx *ctx);
void hs_wasi_ctx_unref(struct hs_wasi_ctx *ctx);
int hs_wasi_slot(void);

/* fd_table.c */
struct hs_wasi_desc *hs_wasi_desc_new(enum hs_wasi_kind kind, int host_fd, bool owns_fd);
void hs_wasi_desc_unref(struct hs_wasi_desc *desc);
enum wasi_filetype hs_wasi_filetype(const struct stat *st, int host_fd);
/* Is there room for one more? Asked before anything is opened, so that nothing is created in
 * vain. */
uint32_t hs_wasi_fd_reserve(struct hs_wasi_ctx *ctx);
/* Puts an owned descriptor at the lowest free number; the reservation cannot have gone since. */
uint32_t hs_wasi_fd_add(struct hs_wasi_ctx *ctx, struct hs_wasi_desc *desc);
struct hs_wasi_desc *hs_wasi_fd_get(const struct hs_wasi_ctx *ctx, uint32_t fd);

/* fd_io.c */
#define HS_WASI_SLICE_NS                                                                           \
    10000000 /* a wait looks for an interruption this often: 10 ms costs no measurable CPU */
/* For tests: transfers of the whole process do without RWF_NOWAIT, as on an old kernel. */
void hs_wasi_io_plain_set(bool on);
/* Waits for events on one descriptor of the host; EINTR when the store is interrupted. */
uint32_t hs_wasi_wait_fd(struct hs_wasi_call *call, int host_fd, short events);
struct hs_wasi_iovs {
    struct iovec few[8];
    struct iovec *v;
    size_t count, total;
};
/* Copies and checks a list of buffers. Deinit also after an error. */
uint32_t hs_wasi_iovs_init(struct hs_wasi_iovs *iovs, const struct hs_guest_mem *mem, uint32_t ptr,
                           uint32_t count);
void hs_wasi_iovs_deinit(struct hs_wasi_iovs *iovs);

/* wasi_clock.c */
bool hs_wasi_clock_host(uint32_t id, clockid_t *out_clock);
uint64_t hs_wasi_timespec_ns(const struct timespec *ts);
uint64_t hs_wasi_clock_now(clockid_t clock);
/* Reads the two times and the flags of a set_times function. */
uint32_t hs_wasi_times(uint64_t atim, uint64_t mtim, uint32_t flags, struct timespec out_times[2]);

/* fd_attr.c */
uint32_t hs_wasi_filestat_store(struct hs_wasi_call *call, uint32_t ptr, const struct stat *st,
                                uint32_t filetype);

#endif
