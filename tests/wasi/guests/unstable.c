/* The same functions under the older name, with what was different there: the order of whence,
 * the link count of 32 bits, a subscription of 56 bytes. No C library: nothing else is imported. */
#include <stdint.h>

#define U(name) __attribute__((import_module("wasi_unstable"), import_name(name)))
U("fd_write") int fd_write(int fd, const void *iovs, int count, int *out);
U("fd_seek") int fd_seek(int fd, int64_t offset, int whence, int64_t *out);
U("fd_filestat_get") int fd_filestat(int fd, void *out);
U("path_open")
int path_open(int fd, int lookup, const char *path, int len, int oflags, int64_t base, int64_t inh,
              int flags, int *out);
U("poll_oneoff") int poll_oneoff(const void *in, void *out, int count, int *out_count);
U("path_unlink_file") int unlink_file(int fd, const char *path, int len);
U("proc_exit") _Noreturn void proc_exit(int status);

static int length(const char *s)
{
    int n = 0;
    while (s[n])
        n++;
    return n;
}

static void print(const char *s)
{
    const void *iov[2] = {s, (const void *)(intptr_t)length(s)};
    int n;
    fd_write(1, iov, 1, &n);
}

static void check(const char *name, int right)
{
    print(right ? "ok " : "FAILED ");
    print(name);
    print("\n");
}

__attribute__((export_name("_start"))) void start(void)
{
    int fd, n;
    int64_t at;
    unsigned char stat[64], subs[56], event[32];
    const void *iov[2] = {"abcdef", (const void *)6};
    check("path_open", path_open(3, 0, "old", 3, 1, 2 | 64, 0, 0, &fd) == 0);
    check("fd_write", fd_write(fd, iov, 1, &n) == 0 && n == 6);
    check("fd_seek set", fd_seek(fd, 2, 2, &at) == 0 && at == 2);
    check("fd_seek current", fd_seek(fd, 1, 0, &at) == 0 && at == 3);
    check("fd_seek end", fd_seek(fd, -1, 1, &at) == 0 && at == 5);
    for (int i = 0; i < 64; i++)
        stat[i] = 0xee;
    check("filestat",
          fd_filestat(fd, stat) == 0 && stat[16] == 4 && stat[20] == 1 && stat[24] == 6);
    check("filestat has 56 bytes", stat[56] == 0xee);
    for (int i = 0; i < 56; i++)
        subs[i] = 0;
    subs[0] = 9;
    subs[16] = 0xff; /* identifier */
    subs[24] = 1;    /* the monotonic clock */
    subs[33] = 0x10; /* some microseconds */
    check("poll_oneoff",
          poll_oneoff(subs, event, 1, &n) == 0 && n == 1 && event[0] == 9 && event[10] == 0);
    check("path_unlink_file", unlink_file(3, "old", 3) == 0);
    proc_exit(42);
}
