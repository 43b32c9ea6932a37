/* The modules as a whole: which functions there are with which signature, what every one of them
 * does with hostile arguments, and the functions that need no descriptor. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void both_modules_are_complete(void **state)
{
    /* Spot checks by hand; the whole list is wasi_p1.def, held against clang's own imports by
     * tests/wasi. */
    static const char *const some[][2] = {{"args_get", "ii:i"},
                                          {"clock_time_get", "iIi:i"},
                                          {"fd_pread", "iiiIi:i"},
                                          {"path_open", "iiiiiIIii:i"},
                                          {"path_link", "iiiiiii:i"},
                                          {"path_filestat_set_times", "iiiiIIi:i"},
                                          {"poll_oneoff", "iiii:i"},
                                          {"proc_exit", "i:"},
                                          {"sched_yield", ":i"},
                                          {"sock_recv", "iiiiii:i"},
                                          {"fd_fdstat_set_rights", "iII:i"},
                                          {"sock_send", "iiiii:i"}};
    char signature[32];
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        assert_true(
            wasi_defined("wasi_snapshot_preview1", some[i][0], signature, sizeof signature));
        assert_string_equal(signature, some[i][1]);
        assert_true(wasi_defined("wasi_unstable", some[i][0], NULL, 0));
    }
    assert_true(wasi_defined("wasi_snapshot_preview1", "sock_accept", NULL, 0));
    assert_false(wasi_defined("wasi_unstable", "sock_accept", NULL, 0));
    unsigned count = 0;
#define WASI(name, params, result, fd, sort, rights, fd2, rights2, perm, since)                    \
    count++;                                                                                       \
    assert_true(wasi_defined("wasi_snapshot_preview1", #name, signature, sizeof signature));       \
    assert_string_equal(signature, params ":" result);
#include "wasi/wasi_p1.def"
    assert_int_equal(count, 46);
}

/* Every function with arguments from a small set of the worst numbers: an errno comes back,
 * nothing else happens. */
static void hostile_arguments(void **state)
{
    static const int64_t worst[] = {
        0,
        1,
        3,
        4,
        16,
        0xffff,
        0x10000,
        -1,
        -4,
        MEMORY_SIZE,
        MEMORY_SIZE - 1,
        MEMORY_SIZE - 8,
        0x7fffffff,
        0x80000000,
        0xfffffff8,
        INT64_MIN,
        INT64_MAX,
        UINT32_MAX,
    };
    static const char *const names[] = {
#define WASI(name, params, result, fd, sort, rights, fd2, rights2, perm, since) #name,
#include "wasi/wasi_p1.def"
    };
    unsigned seed = 1;
    interrupted = true; /* whatever would wait ends at once */
    for (int round = 0; round < 3000; round++) {
        for (size_t f = 0; f < sizeof names / sizeof *names; f++) {
            int64_t a[9];
            for (size_t i = 0; i < 9; i++) {
                seed = seed * 1103515245u + 12345u;
                a[i] = worst[(seed >> 16) % (sizeof worst / sizeof *worst)];
            }
            /* Rights once dropped would make the rest of the test see nothing else. */
            if (strcmp(names[f], "fd_fdstat_set_rights") != 0)
                assert_in_range(wasi_array(false, names[f], a), 0, 76);
            wasi_array(true, names[f], a);
        }
    }
    interrupted = false;
}

static void without_memory_everything_is_a_fault(void **state)
{
    guest_has_memory = false;
    assert_int_equal(wasi("args_sizes_get", 0, 0), WASI_EFAULT);
    assert_int_equal(wasi("random_get", 0, 1), WASI_EFAULT);
    assert_int_equal(wasi("random_get", 0, 0), 0);
    assert_int_equal(wasi("clock_time_get", 0, (int64_t)0, 0), WASI_EFAULT);
    assert_int_equal(wasi("fd_write", 1, 0, 1, 0), WASI_EFAULT);
    assert_int_equal(wasi("fd_close", 3), 0);
    wasi("proc_exit", 3);
    assert_int_equal(exit_status, 3);
    guest_has_memory = true;
}

static void without_state_every_call_is_an_error(void **state)
{
    guest_stop();
    wasi("sched_yield");
    assert_string_equal(trap_text, "wasi context must be populated");
}

static void exit_is_an_error_that_carries_the_status(void **state)
{
    for (int status = 0; status < 126; status++) {
        wasi("proc_exit", status);
        assert_int_equal(exit_status, status);
    }
    wasi("proc_exit", 7);
    assert_string_equal(trap_text, "Exited with i32 exit status 7");
    wasi("proc_exit", 126);
    assert_int_equal(exit_status, -1);
    assert_string_equal(trap_text, "exit with invalid exit status outside of [0..126)");
    wasi("proc_exit", -1);
    assert_int_equal(exit_status, -1);
    assert_string_equal(trap_text, "exit with invalid exit status outside of [0..126)");
}

static void raise_never_reaches_the_process(void **state)
{
    assert_int_equal(wasi("proc_raise", 0), 0);
    assert_string_equal(trap_text, "");
    assert_int_equal(wasi("proc_raise", 31), WASI_EINVAL);
    assert_int_equal(wasi("proc_raise", -1), WASI_EINVAL);
    assert_int_equal(wasi("proc_raise", 18), WASI_ENOTSUP);
    assert_int_equal(wasi("proc_raise", 16), 0);
    assert_string_equal(trap_text, "");
    wasi("proc_raise", 9);
    assert_string_equal(trap_text, "the guest raised signal kill");
    wasi("proc_raise", 30);
    assert_string_equal(trap_text, "the guest raised signal sys");
}

static void arguments_and_environment(void **state)
{
    const char *args[] = {"prog", "", "grüße"}, *names[] = {"A", "LONG"}, *values[] = {"1", "x=y"};
    const char *bad[] = {"ok", "\xff"};
    guest_stop();
    wasi_config_t *config = wasi_config_new();
    assert_true(wasi_config_set_argv(config, 2, args));
    assert_true(wasi_config_set_argv(config, 1, args + 2)); /* appends */
    assert_false(wasi_config_set_argv(config, 2, bad));
    assert_true(wasi_config_set_env(config, 2, names, values));
    assert_false(wasi_config_set_env(config, 2, names, bad));
    guest_start(config);
    assert_int_equal(wasi("args_sizes_get", BUFFER, BUFFER + 4), 0);
    assert_int_equal(load(BUFFER, 4), 3);
    assert_int_equal(load(BUFFER + 4, 4), 5 + 1 + 8);
    assert_int_equal(wasi("args_get", BUFFER, BUFFER + 100), 0);
    assert_int_equal(load(BUFFER, 4), BUFFER + 100);
    assert_int_equal(load(BUFFER + 4, 4), BUFFER + 105);
    assert_int_equal(load(BUFFER + 8, 4), BUFFER + 106);
    assert_memory_equal(memory + BUFFER + 100, "prog\0\0grüße", 14);
    assert_int_equal(wasi("environ_sizes_get", BUFFER, BUFFER + 4), 0);
    assert_int_equal(load(BUFFER, 4), 2);
    assert_int_equal(wasi("environ_get", BUFFER, BUFFER + 100), 0);
    assert_memory_equal(memory + BUFFER + 100, "A=1\0LONG=x=y", 13);
    assert_int_equal(wasi("environ_get", BUFFER, (int)MEMORY_SIZE - 12), WASI_EFAULT);
    assert_int_equal(wasi("environ_get", (int)MEMORY_SIZE - 7, BUFFER), WASI_EFAULT);
    assert_int_equal(wasi("args_sizes_get", BUFFER, (int)MEMORY_SIZE - 3), WASI_EFAULT);
}

static void inherited_arguments_and_environment(void **state)
{
    guest_stop();
    setenv("HOSPES_TEST", "yes", 1);
    wasi_config_t *config = wasi_config_new();
    wasi_config_inherit_argv(config);
    wasi_config_inherit_env(config);
    guest_start(config);
    assert_int_equal(wasi("args_sizes_get", BUFFER, BUFFER + 4), 0);
    assert_true(load(BUFFER, 4) >= 1);
    assert_int_equal(wasi("args_get", BUFFER, BUFFER + 0x1000), 0);
    assert_non_null(strstr((char *)memory + BUFFER + 0x1000, "test_"));
    assert_int_equal(wasi("environ_sizes_get", BUFFER, BUFFER + 4), 0);
    uint32_t count = (uint32_t)load(BUFFER, 4);
    assert_int_equal(wasi("environ_get", BUFFER, 0x40000), 0);
    bool found = false;
    for (uint32_t i = 0; i < count; i++)
        found |= strcmp((char *)memory + load(BUFFER + 4 * i, 4), "HOSPES_TEST=yes") == 0;
    assert_true(found);
}

static void clocks_and_randomness(void **state)
{
    for (int id = 0; id < 4; id++) {
        assert_int_equal(wasi("clock_res_get", id, RESULT), 0);
        assert_true(load(RESULT, 8) > 0);
        assert_int_equal(wasi("clock_time_get", id, (int64_t)1, RESULT), 0);
        uint64_t first = load(RESULT, 8);
        assert_true(first > 0);
        assert_int_equal(wasi("clock_time_get", id, (int64_t)1, RESULT), 0);
        assert_true(load(RESULT, 8) >= first);
    }
    assert_int_equal(wasi("clock_time_get", 0, (int64_t)1, RESULT), 0);
    assert_in_range(load(RESULT, 8) / 1000000000, (uint64_t)time(NULL) - 5,
                    (uint64_t)time(NULL) + 5);
    assert_int_equal(wasi("clock_res_get", 4, RESULT), WASI_EINVAL);
    assert_int_equal(wasi("clock_time_get", -1, (int64_t)1, RESULT), WASI_EINVAL);
    assert_int_equal(wasi("random_get", BUFFER, 64), 0);
    uint64_t any = 0;
    for (uint32_t i = 0; i < 64; i += 8)
        any |= load(BUFFER + i, 8);
    assert_true(any != 0);
    assert_int_equal(wasi("random_get", 0, MEMORY_SIZE), 0);
    assert_int_equal(wasi("random_get", 1, MEMORY_SIZE), WASI_EFAULT);
    assert_int_equal(wasi("sched_yield"), 0);
}

static void preopen_configuration(void **state)
{
    wasi_config_t *config = wasi_config_new();
    assert_false(wasi_config_preopen_dir(config, "/no/such/directory", "/", true));
    char path[400];
    snprintf(path, sizeof path, "%s/file", root);
    assert_false(wasi_config_preopen_dir(config, path, "/", true));
    assert_false(hospes_wasi_config_preopen_dir(config, root, "/", 4, 0));
    assert_false(hospes_wasi_config_preopen_dir(config, root, "/", 1, 8));
    assert_false(hospes_wasi_config_preopen_dir(config, root, "\xff", 1, 1));
    assert_true(hospes_wasi_config_preopen_dir(config, root, "a", 0, 0));
    assert_true(wasi_config_preopen_dir(config, root, "b", false));
    guest_stop();
    guest_start(config);
    assert_int_equal(wasi("fd_prestat_dir_name", 4, BUFFER, 1), 0);
    assert_int_equal(memory[BUFFER], 'b');
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, NULL), WASI_EPERM);
    assert_int_equal(wasi("fd_readdir", 3, BUFFER, 100, (int64_t)0, RESULT), WASI_EPERM);
    assert_int_equal(path_open_at(4, "file", 0, 0, OPEN_R, 0, NULL), 0);
    /* Directories may be read, files may not. */
    config = wasi_config_new();
    assert_true(hospes_wasi_config_preopen_dir(config, root, "c", 3, 0));
    guest_stop();
    guest_start(config);
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, NULL), WASI_EPERM);
    assert_int_equal(path_open_at(3, "new", 0, WASI_O_CREAT, OPEN_R, 0, NULL), WASI_EPERM);
    assert_false(host_exists(root, "new"));
    assert_int_equal(path_open_at(3, "dir", 0, WASI_O_DIRECTORY, OPEN_R, 0, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONE_WAY(both_modules_are_complete),
        BOTH_WAYS(hostile_arguments),
        ONE_WAY(without_memory_everything_is_a_fault),
        ONE_WAY(without_state_every_call_is_an_error),
        ONE_WAY(exit_is_an_error_that_carries_the_status),
        ONE_WAY(raise_never_reaches_the_process),
        ONE_WAY(arguments_and_environment),
        ONE_WAY(inherited_arguments_and_environment),
        ONE_WAY(clocks_and_randomness),
        ONE_WAY(preopen_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
