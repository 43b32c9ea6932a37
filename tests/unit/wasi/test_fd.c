/* Descriptors: reading, writing, positions, flags, rights, numbers. */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t seek_to(int fd, int64_t offset, int whence, int *out_err)
{
    *out_err = wasi("fd_seek", fd, offset, whence, RESULT);
    return (int64_t)load(RESULT, 8);
}

static void read_and_write(void **state)
{
    int fd, n, err;
    char text[32];
    assert_int_equal(path_open_at(3, "new", 0, WASI_O_CREAT, OPEN_RW, 0, &fd), 0);
    assert_int_equal(write_text(fd, "hello world", &n), 0);
    assert_int_equal(n, 11);
    assert_true(host_equals(root, "new", "hello world"));
    assert_int_equal(seek_to(fd, 6, 0, &err), 6);
    assert_int_equal(read_text(fd, text, sizeof text, &n), 0);
    assert_string_equal(text, "world");
    assert_int_equal(read_text(fd, text, sizeof text, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(seek_to(fd, -3, 2, &err), 8);
    assert_int_equal(seek_to(fd, -2, 1, &err), 6);
    assert_int_equal(wasi("fd_tell", fd, RESULT), 0);
    assert_int_equal(load(RESULT, 8), 6);
    seek_to(fd, -100, 0, &err);
    assert_int_equal(err, WASI_EINVAL);
    seek_to(fd, 0, 3, &err);
    assert_int_equal(err, WASI_EINVAL);
    seek_to(fd, 0, 256, &err);
    assert_int_equal(err, WASI_EINVAL);
}

static void seek_order_of_snapshot_0(void **state)
{
    int fd;
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, &fd), 0);
    assert_int_equal(wasi_unstable("fd_seek", fd, (int64_t)2, 2, RESULT), 0); /* set */
    assert_int_equal(load(RESULT, 8), 2);
    assert_int_equal(wasi_unstable("fd_seek", fd, (int64_t)1, 0, RESULT), 0); /* cur */
    assert_int_equal(load(RESULT, 8), 3);
    assert_int_equal(wasi_unstable("fd_seek", fd, (int64_t)-1, 1, RESULT), 0); /* end */
    assert_int_equal(load(RESULT, 8), 5);
}

static void access_follows_how_it_was_opened(void **state)
{
    int r, w, n;
    char text[32];
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, &r), 0);
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_W, 0, &w), 0);
    assert_int_equal(write_text(r, "x", &n), WASI_EBADF);
    assert_int_equal(read_text(w, text, sizeof text, &n), WASI_EBADF);
    assert_int_equal(read_text(3, text, sizeof text, &n), WASI_EBADF);
    assert_int_equal(wasi("fd_seek", 3, (int64_t)0, 0, RESULT), WASI_EBADF);
    assert_int_equal(path_open_at(3, "file", 0, 0, 0, 0, &r), 0);
    assert_int_equal(read_text(r, text, sizeof text, &n), WASI_EBADF);
}

static void scatter_and_gather(void **state)
{
    int fd;
    assert_int_equal(path_open_at(3, "new", 0, WASI_O_CREAT, OPEN_RW, 0, &fd), 0);
    /* 3000 buffers of one byte: the first 1024 go, which is a short write. */
    for (uint32_t i = 0; i < 3000; i++) {
        store(BUFFER + 8 * i, 0x40000 + i, 4);
        store(BUFFER + 8 * i + 4, 1, 4);
        memory[0x40000 + i] = (uint8_t)('a' + i % 26);
    }
    assert_int_equal(wasi("fd_write", fd, BUFFER, 3000, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 1024);
    assert_int_equal(wasi("fd_pread", fd, BUFFER, 30, (int64_t)26, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 30);
    assert_int_equal(memory[0x40000], 'a');
    /* Empty buffers may point anywhere; many of them are no end of file. */
    for (uint32_t i = 0; i < 2000; i++) {
        store(BUFFER + 8 * i, 0xffffffff, 4);
        store(BUFFER + 8 * i + 4, 0, 4);
    }
    store(BUFFER + 8 * 1999, 0x50000, 4);
    store(BUFFER + 8 * 1999 + 4, 5, 4);
    assert_int_equal(wasi("fd_pread", fd, BUFFER, 2000, (int64_t)0, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 5);
    assert_memory_equal(memory + 0x50000, "abcde", 5);
    assert_int_equal(wasi("fd_write", fd, BUFFER, 0, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 0);
    /* Hostile lists. */
    assert_int_equal(wasi("fd_write", fd, BUFFER, -1, RESULT), WASI_EINVAL);
    assert_int_equal(wasi("fd_write", fd, (int)MEMORY_SIZE - 8, 2, RESULT), WASI_EFAULT);
    assert_int_equal(wasi("fd_write", fd, -8, 2, RESULT), WASI_EFAULT);
    store(IOVS, MEMORY_SIZE - 4, 4);
    store(IOVS + 4, 5, 4);
    assert_int_equal(wasi("fd_write", fd, IOVS, 1, RESULT), WASI_EFAULT);
    assert_int_equal(wasi("fd_read", fd, IOVS, 1, RESULT), WASI_EFAULT);
    store(IOVS, 16, 4);
    store(IOVS + 4, 0xfffffff8, 4);
    assert_int_equal(wasi("fd_read", fd, IOVS, 1, RESULT), WASI_EFAULT);
    store(IOVS + 4, 1, 4);
    assert_int_equal(wasi("fd_read", fd, IOVS, 1, (int)MEMORY_SIZE - 3), WASI_EFAULT);
    assert_int_equal(wasi("fd_pread", fd, IOVS, 1, (int64_t)-1, RESULT), WASI_EINVAL);
}

static void append_appends_and_pwrite_does_not(void **state)
{
    int fd, n, err;
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_RW, WASI_FD_APPEND, &fd), 0);
    assert_int_equal(write_text(fd, "+1", &n), 0);
    seek_to(fd, 0, 0, &err);
    assert_int_equal(write_text(fd, "+2", &n), 0);
    assert_true(host_equals(root, "file", "inside+1+2"));
    store(IOVS, BUFFER, 4);
    store(IOVS + 4, (uint64_t)put(BUFFER, "IN"), 4);
    assert_int_equal(wasi("fd_pwrite", fd, IOVS, 1, (int64_t)0, RESULT), 0);
    assert_true(host_equals(root, "file", "INside+1+2"));
    assert_int_equal(wasi("fd_fdstat_set_flags", fd, 0), 0);
    seek_to(fd, 0, 0, &err);
    assert_int_equal(write_text(fd, "OU", &n), 0);
    assert_true(host_equals(root, "file", "OUside+1+2"));
}

static void flags_are_kept(void **state)
{
    int fd, n;
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_RW, WASI_FD_NONBLOCK | WASI_FD_SYNC, &fd),
                     0);
    assert_int_equal(wasi("fd_fdstat_get", fd, BUFFER), 0);
    assert_int_equal(load(BUFFER, 1), WASI_FT_REGULAR_FILE);
    assert_int_equal(load(BUFFER + 2, 2), WASI_FD_NONBLOCK | WASI_FD_SYNC);
    assert_int_equal(load(BUFFER + 8, 8), RIGHTS_FILE);
    for (unsigned flags = 0; flags <= WASI_FD_ALL; flags++) {
        assert_int_equal(wasi("fd_fdstat_set_flags", fd, (int)flags), 0);
        assert_int_equal(write_text(fd, "x", &n), 0);
        assert_int_equal(wasi("fd_fdstat_get", fd, BUFFER), 0);
        assert_int_equal(load(BUFFER + 2, 2), flags);
    }
    assert_int_equal(wasi("fd_fdstat_set_flags", fd, 32), WASI_EINVAL);
    assert_int_equal(wasi("fd_fdstat_set_flags", fd, 0x10000), WASI_EINVAL);
}

static void sizes_and_allocation(void **state)
{
    int fd;
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_RW, 0, &fd), 0);
    assert_int_equal(wasi("fd_filestat_set_size", fd, (int64_t)100), 0);
    assert_int_equal(wasi("fd_filestat_get", fd, BUFFER), 0);
    assert_int_equal(load(BUFFER + 32, 8), 100);
    assert_int_equal(wasi("fd_filestat_set_size", fd, (int64_t)-1), WASI_EINVAL);
    int err = wasi("fd_allocate", fd, (int64_t)0, (int64_t)500);
    assert_true(err == 0 || err == WASI_ENOTSUP);
    if (!err) {
        assert_int_equal(wasi("fd_filestat_get", fd, BUFFER), 0);
        assert_int_equal(load(BUFFER + 32, 8), 500);
    }
    assert_int_equal(wasi("fd_allocate", fd, (int64_t)0, (int64_t)0), WASI_EINVAL);
    assert_int_equal(wasi("fd_allocate", fd, INT64_MAX, INT64_MAX), WASI_EFBIG);
    assert_int_equal(wasi("fd_allocate", fd, (int64_t)-1, (int64_t)1), WASI_EINVAL);
    for (int advice = 0; advice < 6; advice++)
        assert_int_equal(wasi("fd_advise", fd, (int64_t)0, (int64_t)10, advice), 0);
    assert_int_equal(wasi("fd_advise", fd, (int64_t)0, (int64_t)10, 6), WASI_EINVAL);
    assert_int_equal(wasi("fd_advise", fd, (int64_t)-1, (int64_t)10, 0), WASI_EINVAL);
    assert_int_equal(wasi("fd_sync", fd), 0);
    assert_int_equal(wasi("fd_datasync", fd), 0);
    assert_int_equal(wasi("fd_sync", 3), 0);
    assert_int_equal(wasi("fd_filestat_set_times", fd, (int64_t)5, (int64_t)7, 5), 0);
    assert_int_equal(wasi("fd_filestat_get", fd, BUFFER), 0);
    assert_int_equal(load(BUFFER + 40, 8), 5);
    assert_int_equal(load(BUFFER + 48, 8), 7);
    assert_int_equal(wasi("fd_filestat_set_times", 3, (int64_t)5, (int64_t)7, 5), 0);
}

static void numbers_are_reused(void **state)
{
    int a, b, c;
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, &a), 0);
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, &b), 0);
    assert_int_equal(a, 4);
    assert_int_equal(b, 5);
    assert_int_equal(wasi("fd_close", a), 0);
    assert_int_equal(wasi("fd_close", a), WASI_EBADF);
    assert_int_equal(path_open_at(3, "dir/nested/file", 0, 0, OPEN_R, 0, &c), 0);
    assert_int_equal(c, 4);
    char text[32];
    assert_int_equal(wasi("fd_renumber", c, b), 0);
    assert_int_equal(read_text(b, text, sizeof text, NULL), 0);
    assert_string_equal(text, "nested");
    assert_int_equal(wasi("fd_tell", c, RESULT), WASI_EBADF);
    assert_int_equal(wasi("fd_renumber", b, 99), WASI_EBADF);
    assert_int_equal(wasi("fd_renumber", b, -1), WASI_EBADF);
    assert_int_equal(wasi("fd_renumber", 99, b), WASI_EBADF);
    assert_int_equal(wasi("fd_renumber", b, b), 0);
    assert_int_equal(read_text(b, text, sizeof text, NULL), 0);
}

static void preopened_directories(void **state)
{
    assert_int_equal(wasi("fd_prestat_get", 3, BUFFER), 0);
    assert_int_equal(load(BUFFER, 4), 0);
    assert_int_equal(load(BUFFER + 4, 4), 1);
    assert_int_equal(wasi("fd_prestat_dir_name", 3, BUFFER, 1), 0);
    assert_int_equal(memory[BUFFER], '/');
    assert_int_equal(wasi("fd_prestat_dir_name", 3, BUFFER, 0), WASI_ENAMETOOLONG);
    assert_int_equal(wasi("fd_prestat_get", 4, BUFFER), WASI_EBADF);
    assert_int_equal(wasi("fd_prestat_get", 0, BUFFER), WASI_EBADF);
    assert_int_equal(wasi("fd_prestat_get", 3, (int)MEMORY_SIZE - 4), WASI_EFAULT);
    int dir;
    assert_int_equal(path_open_at(3, "dir", 0, WASI_O_DIRECTORY, OPEN_R, 0, &dir), 0);
    assert_int_equal(wasi("fd_prestat_get", dir, BUFFER), WASI_EBADF);
    assert_int_equal(wasi("fd_close", 3), 0);
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, NULL), WASI_EBADF);
    assert_int_equal(path_open_at(dir, "nested/file", 0, 0, OPEN_R, 0, NULL), 0);
}

static void the_table_ends(void **state)
{
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    small = before;
    small.rlim_cur = 100;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
    int count = 0, err;
    while ((err = path_open_at(3, "file", 0, 0, OPEN_R, 0, NULL)) == 0 && count < 1000)
        count++;
    assert_int_equal(err, WASI_EMFILE);
    assert_int_equal(count, 50 - 4);
    assert_int_equal(path_open_at(3, "new", 0, WASI_O_CREAT, OPEN_RW, 0, NULL), WASI_EMFILE);
    assert_false(host_exists(root, "new"));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONE_WAY(read_and_write),
        ONE_WAY(seek_order_of_snapshot_0),
        ONE_WAY(access_follows_how_it_was_opened),
        ONE_WAY(scatter_and_gather),
        ONE_WAY(append_appends_and_pwrite_does_not),
        ONE_WAY(flags_are_kept),
        ONE_WAY(sizes_and_allocation),
        ONE_WAY(numbers_are_reused),
        ONE_WAY(preopened_directories),
        ONE_WAY(the_table_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
