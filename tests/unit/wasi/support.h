/* A guest without a runtime: the functions of the WASI module called by name on a memory of our
 * own.
 *
 * support.c stands in for the few functions of the public API that src/wasi needs, and prepares
 * a directory tree:
 *
 *   base/outside/secret            "outside"     what no guest may reach
 *   base/outside/dir/              empty
 *   base/root/                     preopened as descriptor 3, "/" for the guest
 *   base/root/file                 "inside"
 *   base/root/dir/nested/file      "nested"
 *   base/root/link-file -> file,  link-dir -> dir,  dir/back -> ../file,  chain -> link-file,
 *             loop -> loop,  dangling -> nowhere,
 *             out-rel -> ../outside/secret,  out-abs -> base/outside/secret,
 *             out-dir -> ../outside,  out-abs-dir -> base/outside,
 *             dir/deep-out -> ../../outside
 */
#ifndef TEST_WASI_SUPPORT_H
#define TEST_WASI_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wasi/path_walk.h"
#include "wasi/wasi_ctx.h"

#define MEMORY_SIZE (1u << 20)
extern uint8_t memory[MEMORY_SIZE];
extern bool guest_has_memory;
extern volatile bool interrupted;
extern int interrupt_after; /* looks for an interruption until it is there; negative: never */

/* What the last call ended with besides an errno. */
extern char trap_text[256];
extern int exit_status; /* -1: none */

/* Where tests put things in the guest's memory. */
enum {
    PATH1 = 0x1000,
    PATH2 = 0x3000,
    RESULT = 0x5000,
    IOVS = 0x6000,
    BUFFER = 0x10000,
    BUFFER_SIZE = 0x8000
};

/* Makes a store with this configuration, or with one that preopens `root` for reading and
 * writing. */
void guest_start(wasi_config_t *config);
void guest_stop(void);

/* Calls a function; arguments are int32_t for i and int64_t for I. Returns the errno. */
int wasi(const char *name, ...);
int wasi_unstable(const char *name, ...);
/* The same with the arguments in an array. */
int wasi_array(bool unstable, const char *name, const int64_t *args);
bool wasi_defined(const char *module, const char *name, char *out_signature, size_t size);

uint64_t load(uint32_t at, unsigned bytes);
void store(uint32_t at, uint64_t v, unsigned bytes);
/* Copies a string to `at`; returns its length. */
int put(uint32_t at, const char *text);

/* Calls in the shape tests like. `OPEN_RW` asks for reading and writing. */
#define OPEN_R  ((int64_t)R_FD_READ)
#define OPEN_W  ((int64_t)R_FD_WRITE)
#define OPEN_RW ((int64_t)(R_FD_READ | R_FD_WRITE))
int path_open_at(int fd, const char *path, int lookup, int oflags, int64_t rights, int fdflags,
                 int *out_fd);
int write_text(int fd, const char *text, int *out_size);
int read_text(int fd, char *out, int size, int *out_size);

/* The tree. */
extern char base[256], root[300], outside[300];
void tree_make(void);
void tree_remove(void);
bool host_exists(const char *dir, const char *name);
void host_write(const char *dir, const char *name, const char *text);
bool host_equals(const char *dir, const char *name, const char *text);

/* Setup and teardown for tests in both ways to resolve paths; the initial state is the mode. */
int tree_setup(void **state);
int tree_teardown(void **state);
#define BOTH_WAYS(test)                                                                            \
    {#test " [openat2]", test, tree_setup, tree_teardown, (void *)(intptr_t)HS_WASI_WALK_OPENAT2}, \
    {                                                                                              \
        #test " [components]", test, tree_setup, tree_teardown,                                    \
            (void *)(intptr_t)HS_WASI_WALK_COMPONENTS                                              \
    }
#define ONE_WAY(test) {#test, test, tree_setup, tree_teardown, (void *)(intptr_t)HS_WASI_WALK_AUTO}

#endif
