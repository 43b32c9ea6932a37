/* The path_ functions doing what they are for, in both ways to resolve a path, and their errors. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int stat_path(const char *path, int lookup)
{
    return wasi("path_filestat_get", 3, lookup, PATH1, put(PATH1, path), BUFFER);
}

static void open_follows_links_inside(void **state)
{
    static const char *const same[] = {
        "file",     "./file",        "dir/../file", "link-file",        "chain",
        "dir/back", "link-dir/back", ".//file",     "link-dir/../file", "dir/nested/../back"};
    char text[32];
    int fd;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_int_equal(path_open_at(3, same[i], 1, 0, OPEN_R, 0, &fd), 0);
        assert_int_equal(read_text(fd, text, sizeof text, NULL), 0);
        assert_string_equal(text, "inside");
        assert_int_equal(wasi("fd_close", fd), 0);
    }
    assert_int_equal(path_open_at(3, "link-dir/nested/file", 0, 0, OPEN_R, 0, &fd), 0);
    assert_int_equal(path_open_at(3, "link-file", 0, 0, OPEN_R, 0, &fd), WASI_ELOOP);
    assert_int_equal(path_open_at(3, "loop", 1, 0, OPEN_R, 0, &fd), WASI_ELOOP);
    assert_int_equal(path_open_at(3, "dangling", 1, 0, OPEN_R, 0, &fd), WASI_ENOENT);
    assert_int_equal(path_open_at(3, "file/x", 1, 0, OPEN_R, 0, &fd), WASI_ENOTDIR);
    assert_int_equal(path_open_at(3, "file/..", 1, 0, OPEN_R, 0, &fd), WASI_ENOTDIR);
    assert_int_equal(path_open_at(3, "file/.", 1, 0, OPEN_R, 0, &fd), WASI_ENOTDIR);
    assert_int_equal(path_open_at(3, "none/x", 1, 0, OPEN_R, 0, &fd), WASI_ENOENT);
}

static void open_creates_through_a_dangling_link(void **state)
{
    int fd;
    assert_int_equal(path_open_at(3, "dangling", 1, WASI_O_CREAT, OPEN_RW, 0, &fd), 0);
    assert_true(host_exists(root, "nowhere"));
    assert_int_equal(path_open_at(3, "dangling", 1, WASI_O_CREAT | WASI_O_EXCL, OPEN_RW, 0, &fd),
                     WASI_EEXIST);
}

static void open_with_flags(void **state)
{
    int fd;
    assert_int_equal(path_open_at(3, "new", 0, WASI_O_CREAT | WASI_O_EXCL, OPEN_RW, 0, &fd), 0);
    assert_int_equal(fd, 4);
    assert_int_equal(path_open_at(3, "new", 0, WASI_O_CREAT | WASI_O_EXCL, OPEN_RW, 0, &fd),
                     WASI_EEXIST);
    assert_int_equal(path_open_at(3, "file", 0, WASI_O_DIRECTORY, OPEN_R, 0, &fd), WASI_ENOTDIR);
    assert_int_equal(path_open_at(3, "dir", 0, WASI_O_DIRECTORY | WASI_O_CREAT, OPEN_R, 0, &fd),
                     WASI_EINVAL);
    assert_int_equal(path_open_at(3, "dir", 0, 0, OPEN_RW, 0, &fd), WASI_EISDIR);
    assert_int_equal(path_open_at(3, "dir", 0, 0, OPEN_R, 0, &fd), 0);
    assert_int_equal(path_open_at(3, "dir/", 0, 0, OPEN_R, 0, &fd), 0);
    assert_int_equal(path_open_at(3, ".", 0, WASI_O_DIRECTORY, OPEN_R, 0, &fd), 0);
    assert_int_equal(path_open_at(3, "file", 0, 16, OPEN_R, 0, &fd), WASI_EINVAL);
    assert_int_equal(path_open_at(3, "file", 2, 0, OPEN_R, 0, &fd), WASI_EINVAL);
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 32, &fd), WASI_EINVAL);
    assert_int_equal(path_open_at(3, "file/", 0, 0, OPEN_R, 0, &fd), WASI_ENOTDIR);
    assert_int_equal(path_open_at(3, "link-file/", 0, 0, OPEN_R, 0, &fd), WASI_ENOTDIR);
    assert_int_equal(path_open_at(3, "file", 0, WASI_O_TRUNC, OPEN_W, 0, &fd), 0);
    assert_true(host_equals(root, "file", ""));
    assert_int_equal(path_open_at(fd, "x", 0, 0, OPEN_R, 0, &fd), WASI_ENOTDIR);
    assert_int_equal(path_open_at(77, "x", 0, 0, OPEN_R, 0, &fd), WASI_EBADF);
    assert_int_equal(path_open_at(-1, "x", 0, 0, OPEN_R, 0, &fd), WASI_EBADF);
}

static void open_does_not_hang_on_a_pipe(void **state)
{
    char path[400];
    int fd;
    snprintf(path, sizeof path, "%s/pipe", root);
    assert_int_equal(mkfifo(path, 0666), 0);
    assert_int_equal(path_open_at(3, "pipe", 0, 0, OPEN_R, 0, &fd), 0);
    assert_int_equal(wasi("fd_seek", fd, (int64_t)0, 1, RESULT), WASI_ESPIPE);
    wasi("fd_close", fd);
    assert_int_equal(path_open_at(3, "pipe", 0, 0, OPEN_W, 0, &fd), WASI_ENXIO);
}

static void descriptors_are_close_on_exec(void **state)
{
    int fd;
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, &fd), 0);
    int seen = 0;
    for (int host = 3; host < 256; host++) {
        char link[64], target[512];
        snprintf(link, sizeof link, "/proc/self/fd/%d", host);
        ssize_t n = readlink(link, target, sizeof target - 1);
        if (n <= 0)
            continue;
        target[n] = '\0';
        if (strncmp(target, base, strlen(base)) == 0) {
            assert_true(fcntl(host, F_GETFD) & FD_CLOEXEC);
            seen++;
        }
    }
    assert_true(seen >= 2);
}

static void bad_paths(void **state)
{
    int fd;
    static char longest[5000];
    assert_int_equal(path_open_at(3, "", 0, 0, OPEN_R, 0, &fd), WASI_ENOENT);
    assert_int_equal(path_open_at(3, "a\xff", 0, 0, OPEN_R, 0, &fd), WASI_EILSEQ);
    assert_int_equal(path_open_at(3, "a\xed\xa0\x80", 0, 0, OPEN_R, 0, &fd), WASI_EILSEQ);
    memcpy(memory + PATH1, "file\0x", 6);
    assert_int_equal(wasi("path_open", 3, 0, PATH1, 6, 0, OPEN_R, (int64_t)0, 0, RESULT),
                     WASI_EINVAL);
    assert_int_equal(wasi("path_open", 3, 0, PATH1, 5, 0, OPEN_R, (int64_t)0, 0, RESULT),
                     WASI_EINVAL);
    memset(longest, 'a', 300);
    assert_int_equal(path_open_at(3, longest, 0, 0, OPEN_R, 0, &fd), WASI_ENAMETOOLONG);
    assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, longest)),
                     WASI_ENAMETOOLONG);
    memset(longest, '/', 4500);
    longest[0] = 'a';
    assert_int_equal(path_open_at(3, longest, 0, 0, OPEN_R, 0, &fd), WASI_ENAMETOOLONG);
    assert_int_equal(wasi("path_open", 3, 0, -16, 32, 0, OPEN_R, (int64_t)0, 0, RESULT),
                     WASI_EFAULT);
    assert_int_equal(wasi("path_open", 3, 0, PATH1, -1, 0, OPEN_R, (int64_t)0, 0, RESULT),
                     WASI_EFAULT);
    /* Nothing is opened when the result has no place. */
    assert_int_equal(wasi("path_open", 3, 0, PATH1, put(PATH1, "new"), WASI_O_CREAT, OPEN_RW,
                          (int64_t)0, 0, (int)MEMORY_SIZE - 2),
                     WASI_EFAULT);
    assert_false(host_exists(root, "new"));
}

static void deep_paths_resolve(void **state)
{
    char path[2000] = "";
    int fd;
    for (int i = 0; i < 100; i++) {
        strcat(path, "d/");
        assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, path)), 0);
    }
    strcat(path, "file");
    assert_int_equal(path_open_at(3, path, 0, WASI_O_CREAT, OPEN_RW, 0, &fd), 0);
    path[0] = '\0';
    for (int i = 0; i < 300; i++)
        strcat(path, "d/../");
    strcat(path, "file");
    assert_int_equal(path_open_at(3, path, 0, 0, OPEN_R, 0, &fd), 0);
}

/* A rename anywhere on the machine may make the kernel give up on a `..` (EAGAIN): guests must
 * not see it. */
static void busy_renames_do_not_disturb(void **state)
{
    char path[2000] = "", a[320], b[320];
    int fd;
    snprintf(a, sizeof a, "%s/a", outside);
    snprintf(b, sizeof b, "%s/b", outside);
    assert_int_equal(mkdir(a, 0700), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            rename(a, b);
            rename(b, a);
        }
    }
    for (int i = 0; i < 250; i++)
        strcat(path, "dir/../");
    strcat(path, "file");
    uint32_t err = 0;
    for (int i = 0; i < 200 && err == 0; i++) {
        err = path_open_at(3, path, 0, 0, OPEN_R, 0, &fd);
        if (err == 0)
            assert_int_equal(wasi("fd_close", fd), 0);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    rmdir(a);
    rmdir(b);
    assert_int_equal(err, 0);
}

static void too_many_links_are_a_loop(void **state)
{
    char name[16], target[16];
    int fd;
    int n = put(PATH1, "file");
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "l0")), 0);
    for (int i = 1; i <= 41; i++) {
        snprintf(target, sizeof target, "l%d", i - 1);
        snprintf(name, sizeof name, "l%d", i);
        n = put(PATH1, target);
        assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, name)), 0);
    }
    assert_int_equal(path_open_at(3, "l39", 1, 0, OPEN_R, 0, &fd), 0); /* 40 links */
    assert_int_equal(path_open_at(3, "l40", 1, 0, OPEN_R, 0, &fd), WASI_ELOOP);
}

static void create_and_remove_directories(void **state)
{
    assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, "new")), 0);
    assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, "new")), WASI_EEXIST);
    assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, "slash/")), 0);
    assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, ".")), WASI_EEXIST);
    assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, "none/new")), WASI_ENOENT);
    assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, "file/new")), WASI_ENOTDIR);
    assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, "")), WASI_ENOENT);
    assert_int_equal(wasi("path_remove_directory", 3, PATH1, put(PATH1, "new")), 0);
    assert_int_equal(wasi("path_remove_directory", 3, PATH1, put(PATH1, "slash/")), 0);
    assert_int_equal(wasi("path_remove_directory", 3, PATH1, put(PATH1, "dir")), WASI_ENOTEMPTY);
    assert_int_equal(wasi("path_remove_directory", 3, PATH1, put(PATH1, "file")), WASI_ENOTDIR);
    assert_int_equal(wasi("path_remove_directory", 3, PATH1, put(PATH1, "dir/.")), WASI_EINVAL);
    assert_int_equal(wasi("path_remove_directory", 3, PATH1, put(PATH1, "dir/nested/..")),
                     WASI_ENOTEMPTY);
    assert_int_equal(wasi("path_remove_directory", 3, PATH1, put(PATH1, "none")), WASI_ENOENT);
}

static void unlink_files(void **state)
{
    assert_int_equal(wasi("path_unlink_file", 3, PATH1, put(PATH1, "file/")), WASI_ENOTDIR);
    assert_int_equal(wasi("path_unlink_file", 3, PATH1, put(PATH1, "dir/")), WASI_EISDIR);
    assert_int_equal(wasi("path_unlink_file", 3, PATH1, put(PATH1, "dir")), WASI_EISDIR);
    assert_int_equal(wasi("path_unlink_file", 3, PATH1, put(PATH1, "none/")), WASI_ENOENT);
    assert_int_equal(wasi("path_unlink_file", 3, PATH1, put(PATH1, "file")), 0);
    assert_false(host_exists(root, "file"));
    assert_int_equal(wasi("path_unlink_file", 3, PATH1, put(PATH1, "file")), WASI_ENOENT);
}

static int rename_to(const char *from, const char *to)
{
    int n = put(PATH1, from);
    return wasi("path_rename", 3, PATH1, n, 3, PATH2, put(PATH2, to));
}

static void rename_with_and_without_slashes(void **state)
{
    assert_int_equal(rename_to("file", "other"), 0);
    assert_int_equal(rename_to("other/", "third"), WASI_ENOTDIR);
    assert_int_equal(rename_to("other", "third/"), WASI_ENOTDIR);
    assert_int_equal(rename_to("none", "third"), WASI_ENOENT);
    assert_int_equal(rename_to("dir/", "moved"), 0);
    assert_int_equal(rename_to("moved", "dir/"), 0);
    assert_int_equal(rename_to("dir/", "dir2//"), 0);
    assert_int_equal(rename_to("link-dir/", "x"), WASI_ENOTDIR);
    assert_int_equal(rename_to("dir2", "dir2/nested/x"), WASI_EINVAL);
    assert_int_equal(rename_to("other", "dir2"), WASI_EISDIR);
    assert_int_equal(rename_to("dir2", "other"), WASI_ENOTDIR);
    assert_true(host_exists(root, "dir2/nested/file"));
}

static void links_and_symlinks(void **state)
{
    int n = put(PATH1, "file");
    assert_int_equal(wasi("path_link", 3, 0, PATH1, n, 3, PATH2, put(PATH2, "hard")), 0);
    assert_true(host_equals(root, "hard", "inside"));
    assert_int_equal(wasi("path_link", 3, 0, PATH1, n, 3, PATH2, put(PATH2, "hard")), WASI_EEXIST);
    assert_int_equal(wasi("path_link", 3, 0, PATH1, n, 3, PATH2, put(PATH2, "hard2/")),
                     WASI_ENOENT);
    assert_int_equal(wasi("path_link", 3, 2, PATH1, n, 3, PATH2, put(PATH2, "hard2")), WASI_EINVAL);
    n = put(PATH1, "dir");
    assert_int_equal(wasi("path_link", 3, 0, PATH1, n, 3, PATH2, put(PATH2, "hard2")), WASI_EPERM);
    n = put(PATH1, "dir/nested");
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "soft")), 0);
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "soft")), WASI_EEXIST);
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "soft2/")), WASI_ENOENT);
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "dir/")), WASI_EEXIST);
    assert_int_equal(wasi("path_symlink", PATH1, 0, 3, PATH2, put(PATH2, "soft3")), WASI_ENOENT);
    assert_int_equal(stat_path("soft/file", 0), 0);
}

static void readlink_cuts_to_the_buffer(void **state)
{
    assert_int_equal(wasi("path_readlink", 3, PATH1, put(PATH1, "link-file"), BUFFER, 64, RESULT),
                     0);
    assert_int_equal(load(RESULT, 4), 4);
    assert_memory_equal(memory + BUFFER, "file\0", 5);
    memset(memory + BUFFER, 0, 8);
    assert_int_equal(wasi("path_readlink", 3, PATH1, put(PATH1, "link-file"), BUFFER, 2, RESULT),
                     0);
    assert_int_equal(load(RESULT, 4), 2);
    assert_memory_equal(memory + BUFFER, "fi\0", 3);
    assert_int_equal(wasi("path_readlink", 3, PATH1, put(PATH1, "link-file"), BUFFER, 0, RESULT),
                     0);
    assert_int_equal(wasi("path_readlink", 3, PATH1, put(PATH1, "file"), BUFFER, 64, RESULT),
                     WASI_EINVAL);
    assert_int_equal(wasi("path_readlink", 3, PATH1, put(PATH1, "link-dir/"), BUFFER, 64, RESULT),
                     WASI_EINVAL);
    assert_int_equal(
        wasi("path_readlink", 3, PATH1, put(PATH1, "link-file"), (int)MEMORY_SIZE, 1, RESULT),
        WASI_EFAULT);
}

static void filestat_and_its_layouts(void **state)
{
    assert_int_equal(stat_path("link-file", 0), 0);
    assert_int_equal(load(BUFFER + 16, 1), WASI_FT_SYMBOLIC_LINK);
    assert_int_equal(stat_path("link-file", 1), 0);
    assert_int_equal(load(BUFFER + 16, 1), WASI_FT_REGULAR_FILE);
    assert_int_equal(load(BUFFER + 24, 8), 1);
    assert_int_equal(load(BUFFER + 32, 8), 6);
    assert_int_equal(stat_path("dir", 2), WASI_EINVAL);
    assert_int_equal(stat_path(".", 0), 0);
    assert_int_equal(load(BUFFER + 16, 1), WASI_FT_DIRECTORY);
    assert_int_equal(stat_path("dangling", 1), WASI_ENOENT);
    /* Snapshot 0 has a link count of 32 bits, and 56 bytes. */
    memset(memory + BUFFER, 0xee, 64);
    assert_int_equal(wasi_unstable("path_filestat_get", 3, 0, PATH1, put(PATH1, "file"), BUFFER),
                     0);
    assert_int_equal(load(BUFFER + 16, 1), WASI_FT_REGULAR_FILE);
    assert_int_equal(load(BUFFER + 20, 4), 1);
    assert_int_equal(load(BUFFER + 24, 8), 6);
    assert_int_equal(load(BUFFER + 56, 8), 0xeeeeeeeeeeeeeeee);
    assert_int_equal(
        wasi("path_filestat_get", 3, 0, PATH1, put(PATH1, "file"), (int)MEMORY_SIZE - 63),
        WASI_EFAULT);
    assert_int_equal(
        wasi_unstable("path_filestat_get", 3, 0, PATH1, put(PATH1, "file"), (int)MEMORY_SIZE - 56),
        0);
}

static void set_times(void **state)
{
    const int64_t t = INT64_C(1234567890123456789), u = INT64_C(987654321098765432);
    assert_int_equal(wasi("path_filestat_set_times", 3, 1, PATH1, put(PATH1, "link-file"), t, u,
                          WASI_FST_ATIM | WASI_FST_MTIM),
                     0);
    assert_int_equal(stat_path("file", 0), 0);
    assert_int_equal(load(BUFFER + 40, 8), t);
    assert_int_equal(load(BUFFER + 48, 8), u);
    assert_int_equal(stat_path("link-file", 0), 0);
    assert_int_not_equal(load(BUFFER + 48, 8), u);
    assert_int_equal(
        wasi("path_filestat_set_times", 3, 0, PATH1, put(PATH1, "link-file"), t, t, WASI_FST_MTIM),
        0);
    assert_int_equal(stat_path("link-file", 0), 0);
    assert_int_equal(load(BUFFER + 48, 8), t);
    assert_int_equal(stat_path("file", 0), 0);
    assert_int_equal(load(BUFFER + 48, 8), u);
    assert_int_equal(
        wasi("path_filestat_set_times", 3, 1, PATH1, put(PATH1, "file"), t, t, WASI_FST_MTIM_NOW),
        0);
    assert_int_equal(stat_path("file", 0), 0);
    assert_true(load(BUFFER + 48, 8) > (uint64_t)t);
    for (int flags = 0; flags < 32; flags++) {
        bool both = (flags & 3) == 3 || (flags & 12) == 12 || flags > 15;
        assert_int_equal(
            wasi("path_filestat_set_times", 3, 1, PATH1, put(PATH1, "file"), t, t, flags),
            both ? WASI_EINVAL : 0);
    }
}

static bool listed(const char *name, uint64_t start, uint64_t *out_next, int *out_type)
{
    assert_int_equal(wasi("fd_readdir", 3, BUFFER, BUFFER_SIZE, (int64_t)start, RESULT), 0);
    uint32_t used = (uint32_t)load(RESULT, 4);
    for (uint32_t at = 0; at + 24 <= used;) {
        uint32_t len = (uint32_t)load(BUFFER + at + 16, 4);
        if (len == strlen(name) && memcmp(memory + BUFFER + at + 24, name, len) == 0) {
            *out_next = load(BUFFER + at, 8);
            *out_type = memory[BUFFER + at + 20];
            return true;
        }
        at += 24 + len;
    }
    return false;
}

static void readdir_lists_everything(void **state)
{
    static const struct {
        const char *name;
        int type;
    } all[] = {{".", 3},         {"..", 3},   {"file", 4},   {"dir", 3},
               {"link-file", 7}, {"loop", 7}, {"out-dir", 7}};
    uint64_t next;
    int type;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_true(listed(all[i].name, 0, &next, &type));
        assert_int_equal(type, all[i].type);
        assert_false(
            listed(all[i].name, next, &next, &type)); /* behind its cookie it does not come again */
    }
}

static void readdir_goes_on_at_cookies(void **state)
{
    /* 200 entries through a buffer that holds few, with the last cut; every name once. */
    char name[32], seen[200] = {0};
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "many-%03d", i);
        host_write(root, name, "");
    }
    uint64_t cookie = 0;
    int count = 0;
    for (;;) {
        assert_int_equal(wasi("fd_readdir", 3, BUFFER, 100, (int64_t)cookie, RESULT), 0);
        uint32_t used = (uint32_t)load(RESULT, 4), at = 0;
        while (at + 24 <= used && at + 24 + load(BUFFER + at + 16, 4) <= used) {
            uint32_t len = (uint32_t)load(BUFFER + at + 16, 4);
            int i;
            snprintf(name, sizeof name, "%.*s", (int)len, (const char *)memory + BUFFER + at + 24);
            if (sscanf(name, "many-%d", &i) == 1)
                seen[i]++;
            count++;
            cookie = load(BUFFER + at, 8);
            at += 24 + len;
        }
        if (used < 100)
            break;
        assert_true(at > 0);
    }
    for (int i = 0; i < 200; i++)
        assert_int_equal(seen[i], 1);
    assert_true(count > 210);
    assert_int_equal(wasi("fd_readdir", 3, BUFFER, 0, (int64_t)0, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 0);
    assert_int_equal(wasi("fd_readdir", 3, BUFFER, 10, (int64_t)0, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 10);
    /* Any cookie is survived. */
    for (int bit = 0; bit < 64; bit++)
        wasi("fd_readdir", 3, BUFFER, 100, (int64_t)(UINT64_C(1) << bit), RESULT);
    assert_int_equal(wasi("fd_readdir", 3, BUFFER, -1, (int64_t)0, RESULT), WASI_EFAULT);
    int fd;
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, &fd), 0);
    assert_int_equal(wasi("fd_readdir", fd, BUFFER, 100, (int64_t)0, RESULT), WASI_ENOTDIR);
}

/* What containers do to openat2: the call fails with `error`. False where filters cannot be
 * installed. */
static bool refuse_openat2(uint32_t error)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 437 /* openat2 */, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* In a child, since a filter stays: 0 all is well, 77 no filters here. */
static int resolve_without_openat2(uint32_t error)
{
    int fd;
    if (!refuse_openat2(error))
        return 77;
    if (syscall(437, 0, "", NULL, 0) != -1 || errno != (int)error)
        return 77;
    for (int i = 0; i < 2; i++) {
        if (path_open_at(3, "dir/../chain", 1, 0, OPEN_RW, 0, &fd) != 0)
            return 1;
        if (path_open_at(3, "dir/../../outside/secret", 1, 0, OPEN_R, 0, &fd) != WASI_EPERM)
            return 2;
        if (path_open_at(3, "out-rel", 1, 0, OPEN_R, 0, &fd) != WASI_EPERM)
            return 3;
        if (path_open_at(3, "none", 1, 0, OPEN_R, 0, &fd) != WASI_ENOENT)
            return 4;
    }
    return 0;
}

static void openat2_missing_or_refused(void **state)
{
    static const uint32_t errors[] = {ENOSYS, EPERM};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        int status;
        pid_t child = fork();
        if (child == 0)
            _exit(resolve_without_openat2(errors[i]));
        assert_true(child > 0 && waitpid(child, &status, 0) == child);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) != 77)
            assert_int_equal(WEXITSTATUS(status), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_WAYS(open_follows_links_inside),
        BOTH_WAYS(open_creates_through_a_dangling_link),
        BOTH_WAYS(open_with_flags),
        BOTH_WAYS(open_does_not_hang_on_a_pipe),
        ONE_WAY(descriptors_are_close_on_exec),
        BOTH_WAYS(bad_paths),
        BOTH_WAYS(deep_paths_resolve),
        BOTH_WAYS(busy_renames_do_not_disturb),
        BOTH_WAYS(too_many_links_are_a_loop),
        BOTH_WAYS(create_and_remove_directories),
        BOTH_WAYS(unlink_files),
        BOTH_WAYS(rename_with_and_without_slashes),
        BOTH_WAYS(links_and_symlinks),
        BOTH_WAYS(readlink_cuts_to_the_buffer),
        BOTH_WAYS(filestat_and_its_layouts),
        BOTH_WAYS(set_times),
        ONE_WAY(openat2_missing_or_refused),
        ONE_WAY(readdir_lists_everything),
        ONE_WAY(readdir_goes_on_at_cookies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
