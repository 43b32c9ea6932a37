/* WASI under a guest that does anything: the input is a sequence of calls with arguments, and
 * the guest's memory. After each run the directory beside the sandbox must be what it was.
 *
 *   call      index of the function (1 byte), then per argument a byte: below 224 an index into `worst`, else a
 *             number of 1 to 8 bytes follows
 *   memory    paths are at fixed places so that they are easily hit; the rest of the input fills what is left
 *
 * The public API is stood in for by the unit tests' support.c. */
#include "../tests/unit/wasi/support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct {
    const char *name, *params;
} functions[] = {
#define WASI(name, params, result, fd, sort, rights, fd2, rights2, perm, since) {#name, params},
#include "wasi/wasi_p1.def"
};

static const char *const paths[] = {
    "file",
    "dir",
    "dir/nested/file",
    "link-file",
    "chain",
    "out-rel",
    "out-dir/secret",
    "out-abs",
    "..",
    "../outside",
    "dir/deep-out/dir",
    "loop",
    "dangling",
    ".",
    "/",
    "dir/",
    "out-dir/",
    "dir/../../outside",
    "new",
    "new/new",
    "dir/back",
    "link-dir/",
    "out-dir/new",
    "./dir//nested/.",
    "dir/nested/../../x",
    "../root/file",
    "",
    "dir/nested/..",
};
enum { PATHS = 0x8000, PATH_STEP = 64, DATA = 0x10000 };

static const int64_t worst[] = {
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    16,
    32,
    63,
    64,
    100,
    255,
    256,
    0x1000,
    0x8000,
    DATA,
    DATA + 8,
    DATA + 0x100,
    MEMORY_SIZE,
    MEMORY_SIZE - 1,
    MEMORY_SIZE - 8,
    MEMORY_SIZE - 48,
    0xffff,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    0xfffffff0,
    -1,
    -2,
    INT64_MAX,
    INT64_MIN,
    0x1fffffff,
    0x3fffffff,
    R_FD_READ,
    R_FD_WRITE,
    R_FD_READ | R_FD_WRITE,
};

struct input {
    const uint8_t *p, *end;
};

static uint64_t take(struct input *in, size_t bytes)
{
    uint64_t v = 0;
    for (size_t i = 0; i < bytes && in->p < in->end; i++)
        v |= (uint64_t)*in->p++ << (8 * i);
    return v;
}

static int64_t argument(struct input *in)
{
    uint8_t how = (uint8_t)take(in, 1);
    if (how >= 224)
        return (int64_t)take(in, (how & 7) + 1u);
    if (how >= 160)
        return PATHS + PATH_STEP * (int64_t)(how - 160) %
                           (int64_t)(PATH_STEP * (sizeof paths / sizeof *paths));
    return worst[how % (sizeof worst / sizeof *worst)];
}

static void fill_memory(const uint8_t *data, size_t size)
{
    memset(memory, 0, sizeof memory);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        put((uint32_t)(PATHS + PATH_STEP * i), paths[i]);
    /* Buffers that lie inside, for lists of buffers. */
    for (uint32_t i = 0; i < 16; i++) {
        store(0x4000 + 8 * i, DATA + 64 * i, 4);
        store(0x4000 + 8 * i + 4, 64, 4);
    }
    memcpy(memory + DATA, data, size < 0x8000 ? size : 0x8000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool prepared;
    if (!prepared) {
        const struct rlimit file = {1 << 20, 1 << 20};
        setrlimit(RLIMIT_FSIZE, &file);
        signal(SIGXFSZ, SIG_IGN);
        prepared = true;
    }
    if (size < 2)
        return 0;
    hs_wasi_walk_mode_set(data[0] & 1 ? HS_WASI_WALK_OPENAT2 : HS_WASI_WALK_COMPONENTS);
    struct input in = {data + 2, data + size};
    tree_make();
    wasi_config_t *config = wasi_config_new();
    wasi_config_preopen_dir(config, root, "/", true);
    wasi_config_preopen_dir(config, root, "/again", data[0] & 2);
    guest_start(config);
    fill_memory(data, size);
    for (int calls = 0; calls < 64 && in.p < in.end; calls++) {
        const size_t f = (size_t)take(&in, 1) % (sizeof functions / sizeof *functions);
        int64_t a[9];
        for (size_t i = 0; functions[f].params[i]; i++) {
            /* A length behind a path is the path's own, mostly. */
            a[i] = argument(&in);
            if (i && a[i - 1] >= PATHS && a[i - 1] < DATA && a[i] < 128)
                a[i] = (int64_t)strlen((char *)memory + a[i - 1]);
        }
        interrupt_after = 1;
        interrupted = false;
        wasi_array(data[1] & 1, functions[f].name, a);
    }
    guest_stop();
    if (!host_equals(outside, "secret", "outside") || !host_exists(outside, "dir") ||
        host_exists(outside, "new"))
        abort();
    tree_remove();
    return 0;
}
