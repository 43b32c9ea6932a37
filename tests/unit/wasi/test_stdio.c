/* The three standard descriptors in every shape a host can give them, and waiting that can be
 * interrupted. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void start_with(wasi_config_t *config)
{
    guest_stop();
    guest_start(config);
}

/* Puts `fd` in the place of a standard descriptor of the process; returns what was there. */
static int replace(int number, int fd)
{
    int saved = fcntl(number, F_DUPFD_CLOEXEC, 10);
    assert_true(saved >= 0);
    assert_true(dup2(fd, number) == number);
    return saved;
}

static void restore(int number, int saved)
{
    dup2(saved, number);
    close(saved);
}

static void nothing_is_granted_by_default(void **state)
{
    char text[16];
    int n;
    start_with(wasi_config_new());
    assert_int_equal(read_text(0, text, sizeof text, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(write_text(1, "gone", &n), 0);
    assert_int_equal(n, 4);
    assert_int_equal(write_text(2, "gone", &n), 0);
    assert_int_equal(write_text(0, "x", &n), WASI_EBADF);
    assert_int_equal(read_text(1, text, sizeof text, &n), WASI_EBADF);
    assert_int_equal(wasi("fd_prestat_get", 3, BUFFER), WASI_EBADF);
    assert_int_equal(wasi("args_sizes_get", BUFFER, BUFFER + 4), 0);
    assert_int_equal(load(BUFFER, 8), 0);
    assert_int_equal(wasi("environ_sizes_get", BUFFER, BUFFER + 4), 0);
    assert_int_equal(load(BUFFER, 8), 0);
    assert_int_equal(wasi("fd_seek", 0, (int64_t)0, 1, RESULT), WASI_ESPIPE);
    assert_int_equal(wasi("fd_tell", 1, RESULT), WASI_ESPIPE);
    assert_int_equal(wasi("fd_sync", 1), 0);
    assert_int_equal(wasi("fd_filestat_get", 1, BUFFER), 0);
}

static void stdin_from_bytes(void **state)
{
    char text[16];
    int n;
    wasm_byte_vec_t vec = {5, malloc(5)};
    memcpy(vec.data, "hello", 5);
    wasi_config_t *config = wasi_config_new();
    wasi_config_set_stdin_bytes(config, &vec);
    assert_int_equal(vec.size, 0);
    assert_null(vec.data);
    start_with(config);
    assert_int_equal(read_text(0, text, 4, &n), 0);
    assert_string_equal(text, "hel");
    assert_int_equal(read_text(0, text, 4, &n), 0);
    assert_string_equal(text, "lo");
    assert_int_equal(read_text(0, text, 4, &n), 0);
    assert_int_equal(n, 0);
}

static void stdio_files(void **state)
{
    char path[400], text[16];
    int n;
    wasi_config_t *config = wasi_config_new();
    snprintf(path, sizeof path, "%s/none", root);
    assert_false(wasi_config_set_stdin_file(config, path));
    assert_false(wasi_config_set_stdin_file(config, root));
    assert_false(wasi_config_set_stdout_file(config, root));
    snprintf(path, sizeof path, "%s/none/out", root);
    assert_false(wasi_config_set_stdout_file(config, path));
    snprintf(path, sizeof path, "%s/file", root);
    assert_true(wasi_config_set_stdin_file(config, path));
    snprintf(path, sizeof path, "%s/out", root);
    assert_true(wasi_config_set_stdout_file(config, path));
    snprintf(path, sizeof path, "%s/err", root);
    assert_true(wasi_config_set_stderr_file(config, path));
    start_with(config);
    assert_int_equal(read_text(0, text, sizeof text, &n), 0);
    assert_string_equal(text, "inside");
    assert_int_equal(write_text(1, "to out", &n), 0);
    assert_int_equal(write_text(2, "to err", &n), 0);
    assert_true(host_equals(root, "out", "to out"));
    assert_true(host_equals(root, "err", "to err"));
    /* A stream, whatever lies behind it: the guest cannot go back in the host's file. */
    assert_int_equal(wasi("fd_seek", 1, (int64_t)0, 0, RESULT), WASI_ESPIPE);
    assert_int_equal(wasi("fd_filestat_set_size", 1, (int64_t)0), WASI_ENOTCAPABLE);
    assert_int_equal(wasi("fd_filestat_get", 1, BUFFER), 0);
    assert_int_equal(load(BUFFER + 8, 8), 0);
}

struct sink {
    char text[300];
    size_t size;
    ptrdiff_t answer; /* 0: take all */
    int finalized;
};

static ptrdiff_t to_sink(void *data, const unsigned char *bytes, size_t size)
{
    struct sink *sink = data;
    size_t n = size < sizeof sink->text - sink->size ? size : sizeof sink->text - sink->size;
    memcpy(sink->text + sink->size, bytes, n);
    sink->size += n;
    return sink->answer ? sink->answer : (ptrdiff_t)size;
}

static void sink_done(void *data)
{
    ((struct sink *)data)->finalized++;
}

static void stdout_custom(void **state)
{
    static struct sink sink, err_sink;
    int n;
    memset(&sink, 0, sizeof sink);
    memset(&err_sink, 0, sizeof err_sink);
    wasi_config_t *config = wasi_config_new();
    wasi_config_set_stdout_custom(config, to_sink, &err_sink, sink_done);
    wasi_config_set_stdout_custom(config, to_sink, &sink, sink_done);
    assert_int_equal(err_sink.finalized, 1);
    wasi_config_set_stderr_custom(config, to_sink, &err_sink, NULL);
    start_with(config);
    assert_int_equal(write_text(1, "hello ", &n), 0);
    store(IOVS, BUFFER, 4);
    store(IOVS + 4, (uint64_t)put(BUFFER, "wor"), 4);
    store(IOVS + 8, BUFFER + 100, 4);
    store(IOVS + 12, (uint64_t)put(BUFFER + 100, "ld"), 4);
    assert_int_equal(wasi("fd_write", 1, IOVS, 2, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 5);
    assert_int_equal(sink.size, 11);
    assert_memory_equal(sink.text, "hello world", 11);
    sink.answer = 2;
    assert_int_equal(write_text(1, "short", &n), 0);
    assert_int_equal(n, 2);
    sink.answer = 1000;
    assert_int_equal(write_text(1, "liar", &n), 0);
    assert_int_equal(n, 4);
    sink.answer = -ENOSPC;
    assert_int_equal(write_text(1, "x", &n), WASI_ENOSPC);
    sink.answer = PTRDIFF_MIN;
    assert_int_equal(write_text(1, "x", &n), WASI_EIO);
    sink.answer = 0;
    /* Large writes are cut, not refused. */
    store(IOVS, 0, 4);
    store(IOVS + 4, MEMORY_SIZE, 4);
    store(IOVS + 8, 0, 4);
    store(IOVS + 12, MEMORY_SIZE, 4);
    assert_int_equal(wasi("fd_write", 1, IOVS, 2, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 1 << 20);
    assert_int_equal(sink.finalized, 0);
    guest_stop();
    assert_int_equal(sink.finalized, 1);
    assert_int_equal(err_sink.finalized, 1);
}

static ptrdiff_t closes_itself(void *data, const unsigned char *bytes, size_t size)
{
    assert_int_equal(wasi("fd_close", 1), 0);
    return (ptrdiff_t)size;
}

static void callback_may_close_its_descriptor(void **state)
{
    static struct sink sink;
    int n;
    memset(&sink, 0, sizeof sink);
    wasi_config_t *config = wasi_config_new();
    wasi_config_set_stdout_custom(config, closes_itself, &sink, sink_done);
    start_with(config);
    assert_int_equal(write_text(1, "x", &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(sink.finalized, 1);
    assert_int_equal(write_text(1, "x", &n), WASI_EBADF);
}

static ptrdiff_t replaces_everything(void *data, const unsigned char *bytes, size_t size)
{
    guest_stop();
    guest_has_memory = false;
    return (ptrdiff_t)size;
}

static void callback_may_replace_the_state(void **state)
{
    wasi_config_t *config = wasi_config_new();
    wasi_config_set_stdout_custom(config, replaces_everything, NULL, NULL);
    start_with(config);
    assert_int_equal(write_text(1, "x", NULL),
                     WASI_EFAULT); /* the memory has gone, the result has no place */
    guest_has_memory = true;
}

static void closed_pipe_does_not_kill_the_host(void **state)
{
    int fds[2], n;
    assert_int_equal(pipe(fds), 0);
    int saved = replace(1, fds[1]);
    wasi_config_t *config = wasi_config_new();
    wasi_config_inherit_stdout(config);
    start_with(config);
    close(fds[0]);
    signal(SIGPIPE, SIG_DFL);
    int err = write_text(1, "x", &n);
    restore(1, saved);
    close(fds[1]);
    assert_int_equal(err, WASI_EPIPE);
    sigset_t pending;
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &pending), 0);
    assert_false(sigismember(&pending, SIGPIPE));
}

static void *read_all(void *arg)
{
    static char sink[1 << 16];
    size_t total = 0;
    ssize_t n;
    while ((n = read(*(int *)arg, sink, sizeof sink)) > 0)
        total += (size_t)n;
    return (void *)(uintptr_t)total;
}

static void inherited_pipe_takes_all_of_a_large_write(void **state)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    int saved = replace(1, fds[1]);
    close(fds[1]);
    wasi_config_t *config = wasi_config_new();
    wasi_config_inherit_stdout(config);
    start_with(config);
    pthread_t thread;
    pthread_create(&thread, NULL, read_all, &fds[0]);
    store(IOVS, 0, 4);
    store(IOVS + 4, 500000, 4);
    store(IOVS + 8, 0, 4);
    store(IOVS + 12, 0x6000, 4);
    int err = wasi("fd_write", 1, IOVS, 2, RESULT);
    uint32_t size = (uint32_t)load(RESULT, 4);
    guest_stop();
    restore(1, saved);
    void *total;
    pthread_join(thread, &total);
    close(fds[0]);
    assert_int_equal(err, 0);
    assert_int_equal(size, 500000 + 0x6000);
    assert_int_equal((uintptr_t)total, size);
}

static void full_pipe_can_be_interrupted(void **state)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    int saved = replace(1, fds[1]);
    wasi_config_t *config = wasi_config_new();
    wasi_config_inherit_stdout(config);
    start_with(config);
    store(IOVS, 0, 4);
    store(IOVS + 4, 500000, 4);
    interrupt_after = 3;
    int err = wasi("fd_write", 1, IOVS, 1, RESULT);
    uint32_t size = (uint32_t)load(RESULT, 4);
    int again = wasi("fd_write", 1, IOVS, 1, RESULT);
    restore(1, saved);
    close(fds[0]);
    close(fds[1]);
    assert_int_equal(err, 0); /* what went before counts */
    assert_int_equal(size, 65536);
    assert_int_equal(again, WASI_EINTR);
}

static void reading_can_be_interrupted(void **state)
{
    int fds[2], n;
    char text[16];
    assert_int_equal(pipe(fds), 0);
    int saved = replace(0, fds[0]);
    wasi_config_t *config = wasi_config_new();
    wasi_config_inherit_stdin(config);
    start_with(config);
    interrupt_after = 3;
    int err = read_text(0, text, sizeof text, &n);
    assert_int_equal(err, WASI_EINTR);
    interrupted = false;
    assert_int_equal(wasi("fd_fdstat_set_flags", 0, WASI_FD_NONBLOCK), 0);
    assert_int_equal(read_text(0, text, sizeof text, &n), WASI_EAGAIN);
    assert_false(fcntl(fds[0], F_GETFL) & O_NONBLOCK); /* the host's flags are the host's */
    assert_int_equal(write(fds[1], "now", 3), 3);
    assert_int_equal(read_text(0, text, sizeof text, &n), 0);
    assert_string_equal(text, "now");
    close(fds[1]);
    assert_int_equal(read_text(0, text, sizeof text, &n), 0);
    assert_int_equal(n, 0);
    restore(0, saved);
    close(fds[0]);
}

static void fifo_opened_by_the_guest(void **state)
{
    char path[400], text[16];
    int r, w, n;
    snprintf(path, sizeof path, "%s/pipe", root);
    assert_int_equal(mkfifo(path, 0666), 0);
    assert_int_equal(path_open_at(3, "pipe", 0, 0, OPEN_R, 0, &r), 0);
    assert_int_equal(path_open_at(3, "pipe", 0, 0, OPEN_W, 0, &w), 0);
    interrupt_after = 2;
    assert_int_equal(read_text(r, text, sizeof text, &n), WASI_EINTR);
    interrupted = false;
    assert_int_equal(write_text(w, "abc", &n), 0);
    assert_int_equal(read_text(r, text, sizeof text, &n), 0);
    assert_string_equal(text, "abc");
    assert_int_equal(wasi("fd_close", r), 0);
    assert_int_equal(write_text(w, "abc", &n), WASI_EPIPE);
}

static void sockets(void **state)
{
    int fds[2], n;
    char text[16];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    int saved = replace(0, fds[0]);
    wasi_config_t *config = wasi_config_new();
    wasi_config_inherit_stdin(config);
    start_with(config);
    assert_int_equal(wasi("fd_fdstat_get", 0, BUFFER), 0);
    assert_int_equal(load(BUFFER, 1), WASI_FT_SOCKET_STREAM);
    assert_int_equal(write(fds[1], "hello", 5), 5);
    store(IOVS, BUFFER, 4);
    store(IOVS + 4, 3, 4);
    assert_int_equal(wasi("sock_recv", 0, IOVS, 1, WASI_RI_PEEK, RESULT, RESULT + 4), 0);
    assert_int_equal(load(RESULT, 4), 3);
    assert_int_equal(wasi("sock_recv", 0, IOVS, 1, 0, RESULT, RESULT + 4), 0);
    assert_memory_equal(memory + BUFFER, "hel", 3);
    assert_int_equal(read_text(0, text, sizeof text, &n), 0);
    assert_string_equal(text, "lo");
    store(IOVS + 4, (uint64_t)put(BUFFER, "answer"), 4);
    assert_int_equal(wasi("sock_send", 0, IOVS, 1, 0, RESULT), 0);
    assert_int_equal(read(fds[1], text, sizeof text), 6);
    assert_int_equal(wasi("sock_send", 0, IOVS, 1, 1, RESULT), WASI_EINVAL);
    interrupt_after = 2;
    assert_int_equal(wasi("sock_recv", 0, IOVS, 1, 0, RESULT, RESULT + 4), WASI_EINTR);
    interrupted = false;
    assert_int_equal(wasi("sock_accept", 0, 0, RESULT), WASI_EINVAL);
    assert_int_equal(wasi("sock_shutdown", 0, 4), WASI_EINVAL);
    assert_int_equal(wasi("sock_shutdown", 0, 0), WASI_EINVAL);
    assert_int_equal(wasi("sock_shutdown", 0, WASI_SD_WR), 0);
    assert_int_equal(wasi("sock_send", 0, IOVS, 1, 0, RESULT), WASI_EPIPE);
    assert_int_equal(wasi("sock_shutdown", 1, WASI_SD_WR), WASI_ENOTSOCK);
    assert_int_equal(wasi("sock_recv", 1, IOVS, 1, 0, RESULT, RESULT + 4), WASI_ENOTSOCK);
    restore(0, saved);
    close(fds[0]);
    close(fds[1]);
}

static void accepting(void **state)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&(struct sockaddr){.sa_family = AF_UNIX},
                          sizeof(sa_family_t)),
                     0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(listen(listener, 4), 0);
    int saved = replace(0, listener);
    wasi_config_t *config = wasi_config_new();
    wasi_config_inherit_stdin(config);
    start_with(config);
    interrupt_after = 2;
    assert_int_equal(wasi("sock_accept", 0, 0, RESULT), WASI_EINTR);
    interrupted = false;
    assert_int_equal(wasi("sock_accept", 0, 1, RESULT), WASI_EINVAL);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&address, len), 0);
    assert_int_equal(wasi("sock_accept", 0, WASI_FD_NONBLOCK, RESULT), 0);
    int fd = (int)load(RESULT, 4), n;
    char text[16];
    assert_int_equal(fd, 3);
    assert_int_equal(read_text(fd, text, sizeof text, &n), WASI_EAGAIN);
    assert_int_equal(write_text(fd, "welcome", &n), 0);
    assert_int_equal(read(client, text, sizeof text), 7);
    /* All of it, in two parts. */
    assert_int_equal(wasi("fd_fdstat_set_flags", fd, 0), 0);
    assert_int_equal(write(client, "abcdef", 6), 6);
    store(IOVS, BUFFER, 4);
    store(IOVS + 4, 2, 4);
    store(IOVS + 8, BUFFER + 2, 4);
    store(IOVS + 12, 4, 4);
    assert_int_equal(wasi("sock_recv", fd, IOVS, 2, WASI_RI_WAITALL, RESULT, RESULT + 4), 0);
    assert_int_equal(load(RESULT, 4), 6);
    assert_memory_equal(memory + BUFFER, "abcdef", 6);
    restore(0, saved);
    close(client);
    close(listener);
}

static void terminals_and_other_devices(void **state)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), n;
    int saved = replace(1, null);
    wasi_config_t *config = wasi_config_new();
    wasi_config_inherit_stdout(config);
    start_with(config);
    int write_err = write_text(1, "x", &n);
    int err = wasi("fd_fdstat_get", 1, BUFFER);
    restore(1, saved);
    close(null);
    assert_int_equal(err, 0);
    assert_int_equal(write_err, 0);
    assert_int_equal(load(BUFFER, 1),
                     WASI_FT_UNKNOWN); /* no terminal, so a C library must not take it for one */
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) || unlockpt(master))
        skip();
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(slave >= 0);
    saved = replace(1, slave);
    config = wasi_config_new();
    wasi_config_inherit_stdout(config);
    start_with(config);
    err = wasi("fd_fdstat_get", 1, BUFFER);
    restore(1, saved);
    close(slave);
    close(master);
    assert_int_equal(err, 0);
    assert_int_equal(load(BUFFER, 1), WASI_FT_CHARACTER_DEVICE);
    assert_int_equal(load(BUFFER + 8, 8) & (R_FD_SEEK | R_FD_TELL), 0);
}

/* The same as on a kernel without RWF_NOWAIT. */
static int plain_setup(void **state)
{
    hs_wasi_io_plain_set(true);
    return tree_setup(state);
}

static int plain_teardown(void **state)
{
    hs_wasi_io_plain_set(false);
    return tree_teardown(state);
}
#define PLAIN(test) {#test " [plain]", test, plain_setup, plain_teardown, NULL}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONE_WAY(nothing_is_granted_by_default),
        ONE_WAY(stdin_from_bytes),
        ONE_WAY(stdio_files),
        ONE_WAY(stdout_custom),
        ONE_WAY(callback_may_close_its_descriptor),
        ONE_WAY(callback_may_replace_the_state),
        ONE_WAY(closed_pipe_does_not_kill_the_host),
        PLAIN(closed_pipe_does_not_kill_the_host),
        ONE_WAY(inherited_pipe_takes_all_of_a_large_write),
        PLAIN(inherited_pipe_takes_all_of_a_large_write),
        ONE_WAY(full_pipe_can_be_interrupted),
        PLAIN(full_pipe_can_be_interrupted),
        ONE_WAY(reading_can_be_interrupted),
        PLAIN(reading_can_be_interrupted),
        ONE_WAY(fifo_opened_by_the_guest),
        ONE_WAY(sockets),
        ONE_WAY(accepting),
        ONE_WAY(terminals_and_other_devices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
