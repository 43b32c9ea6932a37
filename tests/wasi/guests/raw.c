/* Functions of preview 1 that C libraries rarely call, and answers to wrong arguments. */
#include "check.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

P1("args_sizes_get") int raw_args_sizes(void *a, void *b);
P1("clock_res_get") int raw_clock_res(int id, int64_t *out);
P1("clock_time_get") int raw_clock_time(int id, int64_t precision, int64_t *out);
P1("fd_advise") int raw_advise(int fd, int64_t at, int64_t len, int advice);
P1("fd_allocate") int raw_allocate(int fd, int64_t at, int64_t len);
P1("fd_close") int raw_close(int fd);
P1("fd_fdstat_get") int raw_fdstat(int fd, void *out);
P1("fd_fdstat_set_flags") int raw_set_flags(int fd, int flags);
P1("fd_fdstat_set_rights") int raw_set_rights(int fd, int64_t base, int64_t inheriting);
P1("fd_prestat_get") int raw_prestat(int fd, void *out);
P1("fd_read") int raw_read(int fd, const void *iovs, int count, int *out);
P1("fd_renumber") int raw_renumber(int fd, int to);
P1("fd_seek") int raw_seek(int fd, int64_t offset, int whence, int64_t *out);
P1("fd_tell") int raw_tell(int fd, int64_t *out);
P1("fd_write") int raw_write(int fd, const void *iovs, int count, int *out);
P1("path_open")
int raw_open(int fd, int lookup, const char *path, int len, int oflags, int64_t base, int64_t inh,
             int flags, int *out);
P1("path_unlink_file") int raw_unlink(int fd, const char *path, int len);
P1("poll_oneoff") int raw_poll(const void *in, void *out, int count, int *out_count);
P1("proc_raise") int raw_raise(int signal);
P1("random_get") int raw_random(void *out, int len);
P1("sched_yield") int raw_yield(void);
P1("sock_accept") int raw_accept(int fd, int flags, int *out);
P1("sock_shutdown") int raw_shutdown(int fd, int how);

enum { SUCCESS = 0, BADF = 8, FAULT = 21, INVAL = 28, NOTDIR = 54, NOTSOCK = 57, NOTCAPABLE = 76 };
struct iovec32 {
    uint32_t at, len;
};

int main(void)
{
    int fd, other, n;
    int64_t v, w;
    uint8_t buffer[256];
    struct iovec32 iov = {(uint32_t)(uintptr_t)buffer, 3};
    check("path_open", raw_open(3, 0, "new", 3, 1, 2 | 64, 0, 0, &fd) == SUCCESS && fd == 4);
    memcpy(buffer, "abc", 3);
    check("fd_write", raw_write(fd, &iov, 1, &n) == SUCCESS && n == 3);
    check("fd_tell", raw_tell(fd, &v) == SUCCESS && v == 3);
    check("fd_seek set, current, end", raw_seek(fd, 1, 0, &v) == SUCCESS && v == 1 &&
                                           raw_seek(fd, 1, 1, &v) == SUCCESS && v == 2 &&
                                           raw_seek(fd, -3, 2, &v) == SUCCESS && v == 0);
    check("fd_seek nowhere", raw_seek(fd, -1, 0, &v) == INVAL && raw_seek(fd, 0, 3, &v) == INVAL);
    check("fd_seek of a directory", raw_seek(3, 0, 0, &v) == BADF);
    check("fd_advise", raw_advise(fd, 0, 3, 2) == SUCCESS && raw_advise(fd, 0, 3, 9) == INVAL);
    check("fd_allocate of nothing", raw_allocate(fd, 0, 0) == INVAL);
    check("fd_fdstat_get", raw_fdstat(fd, buffer) == SUCCESS && buffer[0] == 4);
    check("fd_fdstat_set_flags", raw_set_flags(fd, 1) == SUCCESS &&
                                     raw_fdstat(fd, buffer) == SUCCESS && buffer[2] == 1 &&
                                     raw_set_flags(fd, 0) == SUCCESS);
    check("rights can be dropped", raw_set_rights(fd, 2 | 4 | 32, 0) == SUCCESS &&
                                       raw_write(fd, &iov, 1, &n) == NOTCAPABLE &&
                                       raw_read(fd, &iov, 1, &n) == SUCCESS);
    check("rights cannot be had back", raw_set_rights(fd, 2 | 4 | 32 | 64, 0) == NOTCAPABLE);
    check("fd_renumber", raw_open(3, 0, "new", 3, 0, 2, 0, 0, &other) == SUCCESS && other == 5 &&
                             raw_renumber(5, 4) == SUCCESS && raw_tell(5, &v) == BADF &&
                             raw_tell(4, &v) == SUCCESS && v == 0);
    check("fd_renumber to nothing", raw_renumber(4, 100) == BADF && raw_renumber(100, 4) == BADF);
    check("the lowest number is next",
          raw_open(3, 0, "new", 3, 0, 2, 0, 0, &other) == SUCCESS && other == 5);
    check("fd_close", raw_close(5) == SUCCESS && raw_close(5) == BADF && raw_close(4) == SUCCESS);
    check("a file is no directory", raw_open(0, 0, "x", 1, 0, 2, 0, 0, &other) == NOTDIR);
    check("fd_prestat_get",
          raw_prestat(3, buffer) == SUCCESS && buffer[0] == 0 && raw_prestat(4, buffer) == BADF);
    check("pointers outside", raw_args_sizes((void *)-4, buffer) == FAULT &&
                                  raw_random((void *)-1, 1) == FAULT &&
                                  raw_write(1, (void *)-8, 2, &n) == FAULT &&
                                  raw_open(3, 0, (char *)-16, 32, 0, 2, 0, 0, &other) == FAULT);
    iov.at = 0xfffffff0;
    iov.len = 0x20;
    check("buffers outside",
          raw_write(1, &iov, 1, &n) == FAULT && raw_read(0, &iov, 1, &n) == FAULT);
    check("lists without end", raw_write(1, &iov, -1, &n) == INVAL &&
                                   raw_poll(buffer, buffer, -1, &n) == INVAL &&
                                   raw_poll(buffer, buffer, 0, &n) == INVAL);
    check("clocks",
          raw_clock_res(0, &v) == SUCCESS && v > 0 && raw_clock_time(1, 1, &v) == SUCCESS &&
              raw_clock_time(1, 1, &w) == SUCCESS && w >= v && raw_clock_time(99, 1, &v) == INVAL);
    check("sched_yield", raw_yield() == SUCCESS);
    check("proc_raise of no signal", raw_raise(0) == SUCCESS && raw_raise(200) == INVAL);
    memset(buffer, 0, sizeof buffer);
    int any = 0;
    check("random_get", raw_random(buffer, sizeof buffer) == SUCCESS);
    for (unsigned i = 0; i < sizeof buffer; i++)
        any |= buffer[i];
    check("random_get is random", any != 0);
    check("no sockets here", raw_accept(3, 0, &n) == NOTSOCK && raw_shutdown(3, 1) == NOTSOCK);
    check("path_unlink_file", raw_unlink(3, "new", 3) == SUCCESS);
    /* A clock and a directory: the directory is ready at once. */
    uint8_t subs[96] = {0}, events[64];
    subs[0] = 1;
    subs[16] = 1;
    memset(subs + 24, 0xff, 8);
    subs[48] = 2;
    subs[56] = 1;
    subs[64] = 3;
    check("poll_oneoff",
          raw_poll(subs, events, 2, &n) == SUCCESS && n == 1 && events[0] == 2 && events[8] == 0);
    subs[48 + 16] = 77;
    check("poll_oneoff of a bad number",
          raw_poll(subs, events, 2, &n) == SUCCESS && n == 1 && events[8] == BADF);
    check("sleeping", raw_clock_time(1, 1, &v) == SUCCESS && usleep(20000) == 0 &&
                          raw_clock_time(1, 1, &w) == SUCCESS && w - v >= 20000000 &&
                          w - v < 2000000000);
    return 0;
}
