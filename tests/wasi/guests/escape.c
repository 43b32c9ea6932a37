/* Every way out of the preopened directory, tried from inside. The runner lays `outside` beside
 * the directory, with a file `secret` and an empty `dir`, and links to both into it, and checks
 * afterwards that nothing has changed. */
#include "check.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

P1("path_open")
int raw_open(int fd, int lookup, const char *path, int len, int oflags, int64_t base, int64_t inh,
             int flags, int *out);
P1("path_rename")
int raw_rename(int fd, const char *from, int from_len, int to_fd, const char *to, int to_len);
P1("path_link")
int raw_link(int fd, int lookup, const char *from, int from_len, int to_fd, const char *to,
             int to_len);
P1("path_symlink")
int raw_symlink(const char *target, int target_len, int fd, const char *path, int len);
P1("path_unlink_file") int raw_unlink(int fd, const char *path, int len);
P1("path_remove_directory") int raw_rmdir(int fd, const char *path, int len);
P1("path_create_directory") int raw_mkdir(int fd, const char *path, int len);
P1("path_filestat_get") int raw_stat(int fd, int lookup, const char *path, int len, void *out);
P1("path_filestat_set_times")
int raw_times(int fd, int lookup, const char *path, int len, int64_t a, int64_t m, int f);
P1("path_readlink")
int raw_readlink(int fd, const char *path, int len, char *out, int size, int *out_size);

enum { ROOT = 3, PERM = 63, READ = 2, WRITE = 64, FOLLOW = 1, CREAT = 1, DIRECTORY = 2, TRUNC = 8 };

static int refused_open(const char *path)
{
    const int n = (int)strlen(path);
    int fd;
    char st[64];
    return raw_open(ROOT, FOLLOW, path, n, 0, READ, 0, 0, &fd) == PERM &&
           raw_open(ROOT, FOLLOW, path, n, 0, READ | WRITE, 0, 0, &fd) == PERM &&
           raw_open(ROOT, FOLLOW, path, n, CREAT, READ | WRITE, 0, 0, &fd) != 0 &&
           raw_open(ROOT, FOLLOW, path, n, TRUNC, WRITE, 0, 0, &fd) == PERM &&
           raw_open(ROOT, FOLLOW, path, n, DIRECTORY, READ, 0, 0, &fd) == PERM &&
           raw_stat(ROOT, FOLLOW, path, n, st) == PERM &&
           raw_times(ROOT, FOLLOW, path, n, 0, 0, 1) == PERM;
}

static int refused_rename(const char *from, const char *to)
{
    return raw_rename(ROOT, from, (int)strlen(from), ROOT, to, (int)strlen(to)) == PERM;
}

static int refused_link(const char *from, const char *to)
{
    return raw_link(ROOT, 0, from, (int)strlen(from), ROOT, to, (int)strlen(to)) == PERM;
}

int main(void)
{
    int fd;
    char st[64];
    check("open ..", refused_open("..") && refused_open("../"));
    check("open ../outside/secret", refused_open("../outside/secret"));
    check("open ./../outside", refused_open("./../outside/secret"));
    check("open dir/../../outside", refused_open("dir/../../outside/secret"));
    check("open out and in again", refused_open("../root/file"));
    check("open /", refused_open("/"));
    check("open /etc/passwd", refused_open("/etc/passwd"));
    check("open //etc/passwd", refused_open("//etc/passwd"));
    check("open a link to ..", refused_open("out-rel"));
    check("open an absolute link", refused_open("out-abs"));
    check("open below a link to ..", refused_open("out-dir/secret"));
    check("open below an absolute link", refused_open("out-abs-dir/secret"));
    check("open a link deeper down", refused_open("dir/deep-out/secret"));
    check("open a link with a trailing slash",
          refused_open("out-dir/") && refused_open("out-dir/."));
    check("stat a link with a trailing slash", raw_stat(ROOT, 0, "out-dir/", 8, st) == PERM);
    check("open a link without following",
          raw_open(ROOT, 0, "out-rel", 7, 0, READ, 0, 0, &fd) == 32);
    check("create through a link out",
          raw_open(ROOT, FOLLOW, "out-new", 7, CREAT, READ | WRITE, 0, 0, &fd) == PERM);
    check("symlink out, then open",
          raw_symlink("../outside", 10, ROOT, "mine", 4) == 0 && refused_open("mine/secret"));
    check("symlink to an absolute path", raw_symlink("/etc", 4, ROOT, "abs", 3) == PERM);
    check("symlink made outside", raw_symlink("x", 1, ROOT, "../outside/x", 12) == PERM &&
                                      raw_symlink("x", 1, ROOT, "out-dir/x", 9) == PERM);
    check("rename from ..", refused_rename("../outside/secret", "stolen"));
    check("rename from below a link", refused_rename("out-dir/secret", "stolen"));
    check("rename from an absolute path", refused_rename("/etc/passwd", "stolen"));
    check("rename to ..", refused_rename("file", "../outside/moved"));
    check("rename to below a link", refused_rename("file", "out-dir/moved"));
    check("rename to an absolute path", refused_rename("file", "/tmp/moved"));
    check("rename a directory out", refused_rename("dir", "../outside/dir/"));
    check("link from ..", refused_link("../outside/secret", "stolen"));
    check("link from below a link", refused_link("out-dir/secret", "stolen"));
    check("link to ..", refused_link("file", "../outside/linked"));
    check("link to below a link", refused_link("file", "out-dir/linked"));
    check("unlink ..", raw_unlink(ROOT, "../outside/secret", 17) == PERM);
    check("unlink below a link", raw_unlink(ROOT, "out-dir/secret", 14) == PERM);
    check("rmdir ..",
          raw_rmdir(ROOT, "../outside/dir", 14) == PERM && raw_rmdir(ROOT, "..", 2) == PERM);
    check("rmdir below a link", raw_rmdir(ROOT, "out-dir/dir", 11) == PERM);
    check("rmdir a link with a trailing slash", raw_rmdir(ROOT, "out-dir/", 8) == 54);
    check("mkdir ..", raw_mkdir(ROOT, "../outside/new", 14) == PERM);
    check("mkdir below a link", raw_mkdir(ROOT, "out-dir/new", 11) == PERM);
    check("readlink of an absolute link",
          raw_readlink(ROOT, "out-abs", 7, st, sizeof st, &fd) == PERM);
    check("a NUL in the path", raw_open(ROOT, 0, "file\0/../..", 11, 0, READ, 0, 0, &fd) == 28);
    check("no UTF-8 in the path", raw_open(ROOT, 0, "\xff", 1, 0, READ, 0, 0, &fd) == 25);
    check("what is inside opens", raw_open(ROOT, FOLLOW, "dir/back", 8, 0, READ, 0, 0, &fd) == 0);
    check("the C library: open", open("/../outside/secret", O_RDONLY) == -1);
    check("the C library: chdir", chdir("/..") == -1 || open("outside/secret", O_RDONLY) == -1);
    return 0;
}
