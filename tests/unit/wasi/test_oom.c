/* Every allocation of the folder is made to fail, one by one: the call says ENOMEM or the
 * configuration an error, nothing leaks (the sanitizer build watches), and what was handed over
 * is released exactly once. The sources are included, so that their allocations alone are the
 * ones that fail. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long until_failure = -1; /* allocations that still succeed; negative: all */
static bool has_failed;

static bool this_one_fails(void)
{
    if (until_failure < 0)
        return false;
    if (until_failure == 0) {
        has_failed = true;
        return true;
    }
    until_failure--;
    return false;
}

static void *test_malloc_(size_t n)
{
    return this_one_fails() ? NULL : malloc(n);
}

static void *test_calloc_(size_t count, size_t n)
{
    return this_one_fails() ? NULL : calloc(count, n);
}

static void *test_realloc_(void *p, size_t n)
{
    return this_one_fails() ? NULL : realloc(p, n);
}

static char *test_strdup(const char *s)
{
    return this_one_fails() ? NULL : strdup(s);
}

static char *test_strndup(const char *s, size_t n)
{
    return this_one_fails() ? NULL : strndup(s, n);
}

#define malloc  test_malloc_
#define calloc  test_calloc_
#define realloc test_realloc_
#define strdup  test_strdup
#define strndup test_strndup
#include "wasi/errno_map.c"
#include "wasi/fd_attr.c"
#include "wasi/fd_io.c"
#include "wasi/fd_readdir.c"
#include "wasi/fd_table.c"
#include "wasi/path_open.c"
#include "wasi/path_ops.c"
#include "wasi/path_walk.c"
#include "wasi/poll_oneoff.c"
#include "wasi/wasi_clock.c"
#include "wasi/wasi_config.c"
#include "wasi/wasi_ctx.c"
#include "wasi/wasi_env.c"
#include "wasi/wasi_proc.c"
#include "wasi/wasi_sock.c"

#include "wasi/wasi_module.c" /* last: it takes the names FILE and DIR */
#undef malloc
#undef calloc
#undef realloc
#undef strdup
#undef strndup
#undef FILE
#undef DIR

#include "support.h"

static int sinks, finalized;

static ptrdiff_t take_all(void *data, const unsigned char *bytes, size_t size)
{
    return (ptrdiff_t)size;
}

static void count_finalized(void *data)
{
    finalized++;
}

static wasi_config_t *configure(void)
{
    static const char *strings[] = {"one", "two"};
    char large[600];
    const char *one[] = {large};
    wasi_config_t *config = wasi_config_new();
    if (!config)
        return NULL;
    memset(large, 'a', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    wasi_config_set_argv(config, 2, strings);
    wasi_config_set_argv(config, 1, one);
    wasi_config_inherit_argv(config);
    wasi_config_set_env(config, 2, strings, strings);
    wasi_config_inherit_env(config);
    wasm_byte_vec_t vec = {5, calloc(1, 5)};
    wasi_config_set_stdin_bytes(config, &vec);
    wasi_config_inherit_stdout(config);
    sinks++;
    wasi_config_set_stderr_custom(config, take_all, NULL, count_finalized);
    wasi_config_preopen_dir(config, root, "/", true);
    wasi_config_preopen_dir(config, root, "/again", false);
    return config;
}

static void change_the_tree(void)
{
    int n = put(PATH1, "dir/nested/file");
    wasi("path_rename", 3, PATH1, n, 3, PATH2, put(PATH2, "dir/other"));
    n = put(PATH1, "dir/other");
    wasi("path_link", 3, 0, PATH1, n, 3, PATH2, put(PATH2, "dir/twin"));
    wasi("path_unlink_file", 3, PATH2, put(PATH2, "dir/twin"));
    wasi("path_rename", 3, PATH1, n, 3, PATH2, put(PATH2, "dir/nested/file"));
    n = put(PATH1, "target");
    wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "dir/alias"));
    wasi("path_unlink_file", 3, PATH2, put(PATH2, "dir/alias"));
    wasi("path_create_directory", 3, PATH1, put(PATH1, "dir/new"));
    wasi("path_remove_directory", 3, PATH1, put(PATH1, "dir/new"));
    wasi("path_filestat_get", 3, 1, PATH1, put(PATH1, "dir/back"), BUFFER);
    wasi("path_readlink", 3, PATH1, put(PATH1, "dir/back"), BUFFER, 100, RESULT);
}

static void use_everything(void)
{
    for (int i = 0; i < 9; i++)
        path_open_at(3, i % 2 ? "dir/../link-file" : "dir/nested", 1, 0, OPEN_R, 0, NULL);
    change_the_tree();
    for (uint32_t i = 0; i < 30; i++) {
        store(IOVS + 8 * i, BUFFER, 4);
        store(IOVS + 8 * i + 4, 100, 4);
    }
    wasi("fd_write", 2, IOVS, 30, RESULT);
    wasi("fd_read", 0, IOVS, 30, RESULT);
    memset(memory + BUFFER, 0, 480);
    for (uint32_t i = 0; i < 10; i++) {
        memory[BUFFER + 48 * i + 8] = WASI_EVENT_FD_READ;
        store(BUFFER + 48 * i + 16, 3, 4);
    }
    wasi("poll_oneoff", BUFFER, BUFFER + 0x1000, 10, RESULT);
}

static void every_allocation_may_fail(void **state)
{
    guest_stop();
    sinks = finalized = 0;
    long n = 0;
    do {
        has_failed = false;
        until_failure = n++;
        wasi_config_t *config = configure();
        if (!config)
            continue;
        wasmtime_error_t *error = wasmtime_context_set_wasi(NULL, config);
        if (error) {
            wasmtime_error_delete(error);
            continue;
        }
        use_everything();
        guest_stop();
        assert_true(host_exists(root, "file"));
    } while (has_failed && n < 1000);
    until_failure = -1;
    assert_false(has_failed);
    assert_true(n > 50);
    assert_int_equal(sinks, finalized);
}

int main(void)
{
    const struct CMUnitTest tests[] = {BOTH_WAYS(every_allocation_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
