/* Every way out of a preopened directory that we know of, each by name, in both ways to resolve
 * a path. */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FOLLOW 1

static void refuse_open(const char *path)
{
    assert_int_equal(path_open_at(3, path, FOLLOW, 0, OPEN_R, 0, NULL), WASI_EPERM);
    assert_int_equal(path_open_at(3, path, FOLLOW, 0, OPEN_RW, 0, NULL), WASI_EPERM);
    /* Creating what ends in a slash is EISDIR before anything is looked up. */
    int created = path_open_at(3, path, FOLLOW, WASI_O_CREAT, OPEN_RW, 0, NULL);
    assert_true(created == WASI_EPERM || (created == WASI_EISDIR && path[strlen(path) - 1] == '/'));
    assert_int_equal(path_open_at(3, path, FOLLOW, WASI_O_DIRECTORY, OPEN_R, 0, NULL), WASI_EPERM);
    assert_int_equal(path_open_at(3, path, FOLLOW, WASI_O_TRUNC, OPEN_W, 0, NULL), WASI_EPERM);
    assert_int_equal(wasi("path_filestat_get", 3, FOLLOW, PATH1, put(PATH1, path), BUFFER),
                     WASI_EPERM);
    assert_int_equal(wasi("path_filestat_set_times", 3, FOLLOW, PATH1, put(PATH1, path), (int64_t)0,
                          (int64_t)0, WASI_FST_ATIM),
                     WASI_EPERM);
}

static void open_dotdot_is_refused(void **state)
{
    refuse_open("..");
    refuse_open("../");
    refuse_open("../outside/secret");
    refuse_open("./../outside/secret");
    refuse_open("dir/../../outside/secret");
    refuse_open("dir/nested/../../../outside/secret");
    refuse_open(".//..//outside");
    refuse_open("../root/file"); /* back in again does not count */
    refuse_open("link-dir/../../outside/secret");
}

static void open_absolute_is_refused(void **state)
{
    char path[400];
    refuse_open("/");
    refuse_open("/etc/passwd");
    refuse_open("//etc/passwd");
    snprintf(path, sizeof path, "%s/file", root);
    refuse_open(path);
}

static void open_symlink_out_is_refused(void **state)
{
    refuse_open("out-rel");
    refuse_open("out-abs");
    refuse_open("out-dir/secret");
    refuse_open("out-abs-dir/secret");
    refuse_open("dir/deep-out/secret");
    refuse_open("link-dir/deep-out/secret");
}

static void open_symlink_out_with_trailing_slash_is_refused(void **state)
{
    refuse_open("out-dir/");
    refuse_open("out-abs-dir/");
    refuse_open("dir/deep-out//");
    refuse_open("out-dir/.");
    /* A slash follows a link even where following was not asked for. */
    assert_int_equal(path_open_at(3, "out-dir/", 0, WASI_O_DIRECTORY, OPEN_R, 0, NULL), WASI_EPERM);
    assert_int_equal(wasi("path_filestat_get", 3, 0, PATH1, put(PATH1, "out-dir/"), BUFFER),
                     WASI_EPERM);
    assert_int_equal(wasi("path_filestat_set_times", 3, 0, PATH1, put(PATH1, "out-dir/"),
                          (int64_t)0, (int64_t)0, WASI_FST_ATIM),
                     WASI_EPERM);
}

static void open_symlink_out_without_following_is_the_link(void **state)
{
    assert_int_equal(path_open_at(3, "out-rel", 0, 0, OPEN_R, 0, NULL), WASI_ELOOP);
    assert_int_equal(path_open_at(3, "out-rel", 0, WASI_O_CREAT | WASI_O_EXCL, OPEN_RW, 0, NULL),
                     WASI_EEXIST);
    assert_int_equal(wasi("path_filestat_get", 3, 0, PATH1, put(PATH1, "out-rel"), BUFFER), 0);
    assert_int_equal(load(BUFFER + 16, 1), WASI_FT_SYMBOLIC_LINK);
}

static void open_through_descriptor_of_subdirectory_is_refused(void **state)
{
    int dir;
    assert_int_equal(path_open_at(3, "dir", 0, WASI_O_DIRECTORY, OPEN_R, 0, &dir), 0);
    assert_int_equal(path_open_at(dir, "../file", FOLLOW, 0, OPEN_R, 0, NULL), WASI_EPERM);
    assert_int_equal(path_open_at(dir, "back", FOLLOW, 0, OPEN_R, 0, NULL), WASI_EPERM);
    assert_int_equal(path_open_at(dir, "deep-out/secret", FOLLOW, 0, OPEN_R, 0, NULL), WASI_EPERM);
    assert_int_equal(path_open_at(dir, "nested/file", FOLLOW, 0, OPEN_R, 0, NULL), 0);
}

static void create_through_dangling_symlink_out_is_refused(void **state)
{
    char path[400];
    snprintf(path, sizeof path, "%s/planted", root);
    assert_int_equal(symlink("../outside/new", path), 0);
    assert_int_equal(path_open_at(3, "planted", FOLLOW, WASI_O_CREAT, OPEN_RW, 0, NULL),
                     WASI_EPERM);
    assert_false(host_exists(outside, "new"));
}

static void symlink_made_by_the_guest_leads_nowhere(void **state)
{
    int n = put(PATH1, "../outside");
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "mine")), 0);
    refuse_open("mine/secret");
    refuse_open("mine");
    n = put(PATH1, "..");
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "dir/up")), 0);
    n = put(PATH1, "dir/up/..");
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "up")), 0);
    refuse_open("up/outside/secret");
}

static void symlink_with_absolute_target_is_refused(void **state)
{
    int n = put(PATH1, "/etc/passwd");
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "mine")), WASI_EPERM);
    assert_false(host_exists(root, "mine"));
}

static void symlink_made_outside_is_refused(void **state)
{
    int n = put(PATH1, "file");
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "../outside/mine")),
                     WASI_EPERM);
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "out-dir/mine")),
                     WASI_EPERM);
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "/tmp/mine")), WASI_EPERM);
    assert_false(host_exists(outside, "mine"));
}

static int rename_from_to(const char *from, const char *to)
{
    int n = put(PATH1, from);
    return wasi("path_rename", 3, PATH1, n, 3, PATH2, put(PATH2, to));
}

static void rename_from_outside_is_refused(void **state)
{
    static const char *const from[] = {"../outside/secret",        "out-dir/secret",
                                       "out-abs-dir/secret",       "dir/deep-out/secret",
                                       "dir/../../outside/secret", "/etc/passwd"};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        assert_int_equal(rename_from_to(from[i], "stolen"), WASI_EPERM);
    assert_false(host_exists(root, "stolen"));
}

static void rename_to_outside_is_refused(void **state)
{
    static const char *const to[] = {"../outside/moved",   "out-dir/moved", "out-abs-dir/moved",
                                     "dir/deep-out/moved", "../moved",      "/tmp/moved",
                                     "../outside/dir/"};
    for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
        assert_int_equal(rename_from_to("file", to[i]), WASI_EPERM);
        assert_int_equal(rename_from_to("dir", to[i]), WASI_EPERM);
    }
    assert_true(host_exists(root, "file"));
    assert_false(host_exists(outside, "moved"));
}

static void rename_of_dot_and_dotdot_is_refused(void **state)
{
    assert_int_equal(rename_from_to("..", "up"), WASI_EPERM);
    assert_int_equal(rename_from_to(".", "here"), WASI_EBUSY);
    assert_int_equal(rename_from_to("dir/..", "here"), WASI_EBUSY);
    assert_int_equal(rename_from_to("dir/nested/.", "here"), WASI_EBUSY);
    assert_int_equal(rename_from_to("dir", ".."), WASI_EPERM);
    assert_int_equal(rename_from_to("dir", "."), WASI_EBUSY);
}

static void rename_over_symlink_replaces_the_link(void **state)
{
    assert_int_equal(rename_from_to("file", "out-rel"), 0);
    assert_true(host_equals(root, "out-rel", "inside"));
}

static int link_from_to(const char *from, const char *to)
{
    int n = put(PATH1, from);
    return wasi("path_link", 3, 0, PATH1, n, 3, PATH2, put(PATH2, to));
}

static void link_from_outside_is_refused(void **state)
{
    static const char *const from[] = {"../outside/secret",  "out-dir/secret",
                                       "out-abs-dir/secret", "dir/deep-out/secret",
                                       "/etc/passwd",        "dir/../../outside/secret"};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        assert_int_equal(link_from_to(from[i], "stolen"), WASI_EPERM);
    assert_false(host_exists(root, "stolen"));
}

static void link_to_outside_is_refused(void **state)
{
    static const char *const to[] = {"../outside/linked", "out-dir/linked", "out-abs-dir/linked",
                                     "dir/deep-out/linked", "/tmp/hospes-linked"};
    for (size_t i = 0; i < sizeof to / sizeof *to; i++)
        assert_int_equal(link_from_to("file", to[i]), WASI_EPERM);
    assert_false(host_exists(outside, "linked"));
}

static void link_never_follows(void **state)
{
    /* The link itself gets a second name; what it points to does not. */
    assert_int_equal(link_from_to("out-rel", "copy"), 0);
    int n = put(PATH1, "copy");
    assert_int_equal(wasi("path_filestat_get", 3, 0, PATH1, n, BUFFER), 0);
    assert_int_equal(load(BUFFER + 16, 1), WASI_FT_SYMBOLIC_LINK);
    n = put(PATH1, "out-rel");
    assert_int_equal(wasi("path_link", 3, 1, PATH1, n, 3, PATH2, put(PATH2, "copy2")), WASI_EINVAL);
    assert_int_not_equal(link_from_to("out-rel/", "copy3"), 0);
    assert_false(host_exists(root, "copy3"));
}

static void unlink_outside_is_refused(void **state)
{
    static const char *const paths[] = {"../outside/secret", "out-dir/secret", "out-abs-dir/secret",
                                        "dir/deep-out/secret", "/etc/hospes-no-such"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_int_equal(wasi("path_unlink_file", 3, PATH1, put(PATH1, paths[i])), WASI_EPERM);
}

static void unlink_of_symlink_removes_the_link(void **state)
{
    assert_int_equal(wasi("path_unlink_file", 3, PATH1, put(PATH1, "out-rel")), 0);
    assert_false(host_exists(root, "out-rel"));
    assert_int_equal(wasi("path_unlink_file", 3, PATH1, put(PATH1, "out-dir/")), WASI_ENOTDIR);
    assert_true(host_exists(root, "out-dir"));
}

static void remove_directory_outside_is_refused(void **state)
{
    static const char *const paths[] = {
        "../outside/dir", "out-dir/dir", "out-abs-dir/dir/", "..", "../", "/tmp/none"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_int_equal(wasi("path_remove_directory", 3, PATH1, put(PATH1, paths[i])), WASI_EPERM);
    assert_int_equal(wasi("path_remove_directory", 3, PATH1, put(PATH1, "out-dir/")), WASI_ENOTDIR);
    assert_int_equal(wasi("path_remove_directory", 3, PATH1, put(PATH1, "out-dir")), WASI_ENOTDIR);
}

static void create_directory_outside_is_refused(void **state)
{
    static const char *const paths[] = {"../outside/new", "out-dir/new", "out-abs-dir/new/", "..",
                                        "/tmp/hospes-new"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, paths[i])), WASI_EPERM);
    assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, "out-dir/")), WASI_EEXIST);
    assert_false(host_exists(outside, "new"));
}

static void readlink_outside_is_refused(void **state)
{
    char path[400];
    snprintf(path, sizeof path, "%s/pointer", outside);
    assert_int_equal(symlink("x", path), 0);
    assert_int_equal(
        wasi("path_readlink", 3, PATH1, put(PATH1, "../outside/pointer"), BUFFER, 64, RESULT),
        WASI_EPERM);
    assert_int_equal(
        wasi("path_readlink", 3, PATH1, put(PATH1, "out-dir/pointer"), BUFFER, 64, RESULT),
        WASI_EPERM);
    /* An absolute content would tell the guest where on the host it lives. */
    assert_int_equal(wasi("path_readlink", 3, PATH1, put(PATH1, "out-abs"), BUFFER, 64, RESULT),
                     WASI_EPERM);
}

static void proc_magic_links_are_not_followed(void **state)
{
    guest_stop();
    wasi_config_t *config = wasi_config_new();
    if (!wasi_config_preopen_dir(config, "/proc/self", "/", false)) {
        wasi_config_delete(config);
        skip();
    }
    guest_start(config);
    assert_int_not_equal(path_open_at(3, "root/etc/passwd", FOLLOW, 0, OPEN_R, 0, NULL), 0);
    assert_int_not_equal(path_open_at(3, "cwd/CMakeLists.txt", FOLLOW, 0, OPEN_R, 0, NULL), 0);
    assert_int_not_equal(path_open_at(3, "exe", FOLLOW, 0, OPEN_R, 0, NULL), 0);
    assert_int_not_equal(path_open_at(3, "fd/0", FOLLOW, 0, OPEN_R, 0, NULL), 0);
    assert_int_not_equal(path_open_at(3, "ns/mnt", FOLLOW, 0, OPEN_R, 0, NULL), 0);
}

static void readonly_directory_refuses_every_change(void **state)
{
    int fd;
    guest_stop();
    wasi_config_t *config = wasi_config_new();
    assert_true(wasi_config_preopen_dir(config, root, "/", false));
    guest_start(config);
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_W, 0, NULL), WASI_EPERM);
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_RW, 0, NULL), WASI_EPERM);
    assert_int_equal(path_open_at(3, "new", 0, WASI_O_CREAT, OPEN_R, 0, NULL), WASI_EPERM);
    assert_int_equal(path_open_at(3, "file", 0, WASI_O_TRUNC, OPEN_R, 0, NULL), WASI_EPERM);
    assert_int_equal(path_open_at(3, "file", 0, WASI_O_TRUNC, 0, 0, NULL), WASI_EPERM);
    assert_int_equal(wasi("path_create_directory", 3, PATH1, put(PATH1, "new")), WASI_EPERM);
    assert_int_equal(wasi("path_unlink_file", 3, PATH1, put(PATH1, "file")), WASI_EPERM);
    assert_int_equal(wasi("path_remove_directory", 3, PATH1, put(PATH1, "dir")), WASI_EPERM);
    assert_int_equal(rename_from_to("file", "other"), WASI_EPERM);
    assert_int_equal(link_from_to("file", "other"), WASI_EPERM);
    int n = put(PATH1, "x");
    assert_int_equal(wasi("path_symlink", PATH1, n, 3, PATH2, put(PATH2, "y")), WASI_EPERM);
    assert_int_equal(
        wasi("path_filestat_set_times", 3, 0, PATH1, put(PATH1, "file"), (int64_t)0, (int64_t)0, 1),
        WASI_EPERM);
    assert_int_equal(wasi("fd_filestat_set_times", 3, (int64_t)0, (int64_t)0, 1), WASI_EPERM);
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, &fd), 0);
    assert_int_equal(wasi("fd_filestat_set_size", fd, (int64_t)0), WASI_EPERM);
    assert_int_equal(wasi("fd_allocate", fd, (int64_t)0, (int64_t)100), WASI_EPERM);
    assert_int_equal(wasi("fd_filestat_set_times", fd, (int64_t)0, (int64_t)0, 1), WASI_EPERM);
    assert_int_equal(write_text(fd, "x", NULL), WASI_EBADF);
    /* What is opened through it is no freer. */
    assert_int_equal(path_open_at(3, "dir", 0, WASI_O_DIRECTORY, OPEN_RW, 0, &fd), 0);
    assert_int_equal(path_open_at(fd, "new", 0, WASI_O_CREAT, OPEN_RW, 0, NULL), WASI_EPERM);
    assert_int_equal(path_open_at(fd, "nested/file", 0, 0, OPEN_W, 0, NULL), WASI_EPERM);
    assert_true(host_equals(root, "file", "inside"));
}

/* A file that may only be read must not become writable by getting a name in another preopened
 * directory. */
static void moving_between_directories_gains_no_permission(void **state)
{
    char second[400];
    guest_stop();
    snprintf(second, sizeof second, "%s/second", base);
    assert_int_equal(mkdir(second, 0777), 0);
    wasi_config_t *config = wasi_config_new();
    const uint32_t rw = HOSPES_WASI_READ | HOSPES_WASI_WRITE;
    assert_true(hospes_wasi_config_preopen_dir(config, root, "/a", rw, HOSPES_WASI_READ));
    assert_true(hospes_wasi_config_preopen_dir(config, second, "/b", rw, rw));
    guest_start(config);
    int n = put(PATH1, "file");
    assert_int_equal(wasi("path_rename", 3, PATH1, n, 4, PATH2, put(PATH2, "file")), WASI_EPERM);
    assert_int_equal(wasi("path_link", 3, 0, PATH1, n, 4, PATH2, put(PATH2, "file")), WASI_EPERM);
    assert_false(host_exists(second, "file"));
    /* The other direction loses permissions and is fine. */
    host_write(second, "mine", "x");
    n = put(PATH1, "mine");
    assert_int_equal(wasi("path_rename", 4, PATH1, n, 3, PATH2, put(PATH2, "mine")), 0);
    assert_true(host_exists(root, "mine"));
}

static void dropped_rights_stay_dropped(void **state)
{
    int dir, fd;
    const uint64_t no_write = (RIGHTS_DIR | RIGHTS_FILE) & ~R_FD_WRITE;
    assert_int_equal(wasi("fd_fdstat_set_rights", 3, (int64_t)(RIGHTS_DIR & ~R_PATH_UNLINK_FILE),
                          (int64_t)no_write),
                     0);
    assert_int_equal(wasi("fd_fdstat_set_rights", 3, (int64_t)RIGHTS_DIR, (int64_t)no_write),
                     WASI_ENOTCAPABLE);
    assert_int_equal(wasi("path_unlink_file", 3, PATH1, put(PATH1, "file")), WASI_ENOTCAPABLE);
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_W, 0, NULL), WASI_ENOTCAPABLE);
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, &fd), 0);
    /* A directory opened through it inherits what is left. */
    assert_int_equal(path_open_at(3, "dir", 0, WASI_O_DIRECTORY, OPEN_R, 0, &dir), 0);
    assert_int_equal(path_open_at(dir, "nested/file", 0, 0, OPEN_RW, 0, NULL), WASI_ENOTCAPABLE);
    assert_int_equal(wasi("fd_fdstat_get", dir, BUFFER), 0);
    assert_int_equal(load(BUFFER + 16, 8) & R_FD_WRITE, 0);
    assert_int_equal(wasi("fd_fdstat_set_rights", fd, (int64_t)R_FD_READ, (int64_t)0), 0);
    assert_int_equal(wasi("fd_tell", fd, RESULT), WASI_ENOTCAPABLE);
    assert_int_equal(wasi("fd_filestat_get", fd, BUFFER), WASI_ENOTCAPABLE);
}

static void truncation_needs_its_right(void **state)
{
    assert_int_equal(wasi("fd_fdstat_set_rights", 3,
                          (int64_t)(RIGHTS_DIR & ~R_PATH_FILESTAT_SET_SIZE),
                          (int64_t)(RIGHTS_DIR | RIGHTS_FILE)),
                     0);
    assert_int_equal(path_open_at(3, "file", 0, WASI_O_TRUNC, OPEN_W, 0, NULL), WASI_ENOTCAPABLE);
    assert_true(host_equals(root, "file", "inside"));
}

/* --- changes while a path is being resolved --------------------------------------------------- */

static volatile bool racing;

static void pause_until(const struct timespec *end, bool *out_over)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *out_over =
        now.tv_sec > end->tv_sec || (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec);
}

/* root/flip is by turns a directory inside and a link to the outside. */
static void *flip(void *arg)
{
    char a[400], b[400];
    snprintf(a, sizeof a, "%s/flip", root);
    snprintf(b, sizeof b, "%s/flop", root);
    while (racing)
        syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2u /* RENAME_EXCHANGE */);
    return NULL;
}

static void race(void (*once)(unsigned *counts))
{
    char path[400];
    snprintf(path, sizeof path, "%s/flip", root);
    assert_int_equal(mkdir(path, 0777), 0);
    host_write(path, "secret", "inside");
    snprintf(path, sizeof path, "%s/flop", root);
    assert_int_equal(symlink("../outside", path), 0);
    pthread_t thread;
    racing = true;
    assert_int_equal(pthread_create(&thread, NULL, flip, NULL), 0);
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_nsec += 300000000;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    unsigned counts[2] = {0, 0};
    bool over = false;
    while (!over) {
        once(counts);
        pause_until(&end, &over);
    }
    racing = false;
    pthread_join(thread, NULL);
    /* Both states were met, or the race shows nothing. */
    assert_true(counts[0] > 0 && counts[1] > 0);
}

static void race_open_once(unsigned *counts)
{
    int fd;
    char text[32];
    int err = path_open_at(3, "flip/secret", FOLLOW, 0, OPEN_R, 0, &fd);
    counts[err == 0]++;
    if (err)
        return;
    int read_err = read_text(fd, text, sizeof text, NULL);
    wasi("fd_close", fd);
    assert_int_equal(read_err, 0);
    assert_string_equal(text, "inside");
}

static void symlink_made_while_opening_is_refused(void **state)
{
    race(race_open_once);
}

static void race_change_once(unsigned *counts)
{
    int err = wasi("path_create_directory", 3, PATH1, put(PATH1, "flip/new"));
    counts[err == 0]++;
    assert_false(host_exists(outside, "new"));
    wasi("path_remove_directory", 3, PATH1, put(PATH1, "flip/new"));
    wasi("path_remove_directory", 3, PATH1, put(PATH1, "flip/dir"));
    assert_true(host_exists(outside, "dir"));
    rename_from_to("dir/nested/file", "flip/moved");
    assert_false(host_exists(outside, "moved"));
    rename_from_to("flip/moved", "dir/nested/file");
    link_from_to("flip/secret", "stolen");
    wasi("path_unlink_file", 3, PATH1, put(PATH1, "stolen"));
}

static void symlink_made_while_changing_is_refused(void **state)
{
    race(race_change_once);
}

static void race_dotdot_once(unsigned *counts)
{
    int fd;
    /* From the directory back up and down again; never from outside. */
    int err = path_open_at(3, "flip/../file", FOLLOW, 0, OPEN_R, 0, &fd);
    counts[err == 0]++;
    if (err == 0)
        wasi("fd_close", fd);
    assert_int_not_equal(path_open_at(3, "flip/../outside/secret", FOLLOW, 0, OPEN_R, 0, NULL), 0);
    assert_int_not_equal(path_open_at(3, "flip/../../outside/secret", FOLLOW, 0, OPEN_R, 0, NULL),
                         0);
}

static void symlink_made_while_going_up_is_refused(void **state)
{
    race(race_dotdot_once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_WAYS(open_dotdot_is_refused),
        BOTH_WAYS(open_absolute_is_refused),
        BOTH_WAYS(open_symlink_out_is_refused),
        BOTH_WAYS(open_symlink_out_with_trailing_slash_is_refused),
        BOTH_WAYS(open_symlink_out_without_following_is_the_link),
        BOTH_WAYS(open_through_descriptor_of_subdirectory_is_refused),
        BOTH_WAYS(create_through_dangling_symlink_out_is_refused),
        BOTH_WAYS(symlink_made_by_the_guest_leads_nowhere),
        BOTH_WAYS(symlink_with_absolute_target_is_refused),
        BOTH_WAYS(symlink_made_outside_is_refused),
        BOTH_WAYS(rename_from_outside_is_refused),
        BOTH_WAYS(rename_to_outside_is_refused),
        BOTH_WAYS(rename_of_dot_and_dotdot_is_refused),
        BOTH_WAYS(rename_over_symlink_replaces_the_link),
        BOTH_WAYS(link_from_outside_is_refused),
        BOTH_WAYS(link_to_outside_is_refused),
        BOTH_WAYS(link_never_follows),
        BOTH_WAYS(unlink_outside_is_refused),
        BOTH_WAYS(unlink_of_symlink_removes_the_link),
        BOTH_WAYS(remove_directory_outside_is_refused),
        BOTH_WAYS(create_directory_outside_is_refused),
        BOTH_WAYS(readlink_outside_is_refused),
        BOTH_WAYS(proc_magic_links_are_not_followed),
        BOTH_WAYS(readonly_directory_refuses_every_change),
        BOTH_WAYS(moving_between_directories_gains_no_permission),
        BOTH_WAYS(dropped_rights_stay_dropped),
        BOTH_WAYS(truncation_needs_its_right),
        BOTH_WAYS(symlink_made_while_opening_is_refused),
        BOTH_WAYS(symlink_made_while_changing_is_refused),
        BOTH_WAYS(symlink_made_while_going_up_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
