/* poll_oneoff: clocks, descriptors, both layouts, hostile lists, interruption. */
#include "support.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SUBS = BUFFER, EVENTS = BUFFER + 0x4000 };

static void clock_sub(int i, uint64_t userdata, uint32_t id, uint64_t timeout, uint32_t flags)
{
    uint32_t at = SUBS + 48 * (uint32_t)i;
    memset(memory + at, 0, 48);
    store(at, userdata, 8);
    store(at + 16, id, 4);
    store(at + 24, timeout, 8);
    store(at + 40, flags, 2);
}

static void fd_sub(int i, uint64_t userdata, int type, uint32_t fd)
{
    uint32_t at = SUBS + 48 * (uint32_t)i;
    memset(memory + at, 0, 48);
    store(at, userdata, 8);
    memory[at + 8] = (uint8_t)type;
    store(at + 16, fd, 4);
}

static uint64_t now(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void clocks_arrive(void **state)
{
    for (uint32_t id = 0; id < 2; id++) {
        uint64_t start = now(CLOCK_MONOTONIC);
        clock_sub(0, 11, id, 25000000, 0);
        clock_sub(1, 22, id, 1000000000000, 0);
        assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 2, RESULT), 0);
        uint64_t took = now(CLOCK_MONOTONIC) - start;
        assert_true(took >= 25000000 && took < 1000000000);
        assert_int_equal(load(RESULT, 4), 1);
        assert_int_equal(load(EVENTS, 8), 11);
        assert_int_equal(load(EVENTS + 8, 4), 0);
        clock_sub(0, 33, id, now(id ? CLOCK_MONOTONIC : CLOCK_REALTIME) + 5000000,
                  WASI_SUBCLOCK_ABSTIME);
        assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 1, RESULT), 0);
        assert_int_equal(load(EVENTS, 8), 33);
        clock_sub(0, 44, id, 1, WASI_SUBCLOCK_ABSTIME);
        clock_sub(1, 55, id, 0, 0);
        assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 2, RESULT), 0);
        assert_int_equal(load(RESULT, 4), 2);
    }
    clock_sub(0, 1, 9, 1, 0);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 1, RESULT), 0);
    assert_int_equal(load(EVENTS + 8, 2), WASI_EINVAL);
}

static void clocks_of_snapshot_0(void **state)
{
    memset(memory + SUBS, 0, 112);
    store(SUBS, 7, 8);
    store(SUBS + 16, 0xffffffffffffffff, 8); /* identifier */
    store(SUBS + 24, 1, 4);
    store(SUBS + 32, 3000000, 8);
    store(SUBS + 56, 8, 8);
    memory[SUBS + 56 + 8] = WASI_EVENT_FD_WRITE;
    store(SUBS + 56 + 16, 1, 4);
    assert_int_equal(wasi_unstable("poll_oneoff", SUBS, EVENTS, 1, RESULT), 0);
    assert_int_equal(load(EVENTS, 8), 7);
    assert_int_equal(wasi_unstable("poll_oneoff", SUBS, EVENTS, 2, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 1);
    assert_int_equal(load(EVENTS, 8), 8);
}

static void descriptors_are_ready(void **state)
{
    int file, out;
    assert_int_equal(path_open_at(3, "file", 0, 0, OPEN_R, 0, &file), 0);
    assert_int_equal(path_open_at(3, "new", 0, WASI_O_CREAT, OPEN_W, 0, &out), 0);
    fd_sub(0, 1, WASI_EVENT_FD_READ, (uint32_t)file);
    fd_sub(1, 2, WASI_EVENT_FD_WRITE, 1);
    fd_sub(2, 3, WASI_EVENT_FD_READ, 0);
    fd_sub(3, 4, WASI_EVENT_FD_READ, 99);
    fd_sub(4, 5, WASI_EVENT_FD_READ, (uint32_t)out);
    fd_sub(5, 6, WASI_EVENT_FD_READ, 1);
    clock_sub(6, 7, 1, UINT64_MAX, 0);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 7, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 6);
    assert_int_equal(load(EVENTS, 8), 1);
    assert_int_equal(load(EVENTS + 8, 2), 0);
    assert_int_equal(memory[EVENTS + 10], WASI_EVENT_FD_READ);
    assert_int_equal(load(EVENTS + 16, 8), 6);
    assert_int_equal(load(EVENTS + 32 + 8, 2), 0);
    assert_int_equal(load(EVENTS + 64 + 16, 8), 0); /* empty input: ready, at its end */
    assert_int_equal(load(EVENTS + 64 + 24, 2), WASI_EVENT_HANGUP);
    assert_int_equal(load(EVENTS + 96 + 8, 2), WASI_EBADF);
    assert_int_equal(load(EVENTS + 128 + 8, 2), WASI_EBADF);
    assert_int_equal(load(EVENTS + 160 + 8, 2), WASI_EBADF);
}

static void pipes_become_ready(void **state)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    int saved = fcntl(0, F_DUPFD_CLOEXEC, 10);
    dup2(fds[0], 0);
    guest_stop();
    wasi_config_t *config = wasi_config_new();
    wasi_config_inherit_stdin(config);
    guest_start(config);
    fd_sub(0, 1, WASI_EVENT_FD_READ, 0);
    fd_sub(1, 2, WASI_EVENT_FD_READ, 0);
    clock_sub(2, 3, 1, 15000000, 0);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 3, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 1);
    assert_int_equal(load(EVENTS, 8), 3);
    assert_int_equal(write(fds[1], "abc", 3), 3);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 3, RESULT), 0);
    assert_int_equal(load(RESULT, 4), 2);
    assert_int_equal(load(EVENTS + 16, 8), 3);
    assert_int_equal(load(EVENTS + 24, 2), 0);
    close(fds[1]);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 1, RESULT), 0);
    assert_int_equal(load(EVENTS + 24, 2), WASI_EVENT_HANGUP);
    dup2(saved, 0);
    close(saved);
    close(fds[0]);
}

static void waiting_can_be_interrupted(void **state)
{
    clock_sub(0, 1, 1, UINT64_MAX, 0);
    interrupt_after = 4;
    uint64_t start = now(CLOCK_MONOTONIC);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 1, RESULT), WASI_EINTR);
    assert_true(now(CLOCK_MONOTONIC) - start < 2000000000);
    interrupted = false;
    clock_sub(0, 1, 2, UINT64_MAX, 0); /* CPU time does not even pass while waiting */
    interrupt_after = 4;
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 1, RESULT), WASI_EINTR);
}

static void hostile_lists(void **state)
{
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 0, RESULT), WASI_EINVAL);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, -1, RESULT), WASI_EINVAL);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 0x08000001, RESULT), WASI_EINVAL);
    assert_int_equal(wasi("poll_oneoff", (int)MEMORY_SIZE - 47, EVENTS, 1, RESULT), WASI_EFAULT);
    assert_int_equal(wasi("poll_oneoff", SUBS, (int)MEMORY_SIZE - 31, 1, RESULT), WASI_EFAULT);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 1, (int)MEMORY_SIZE - 3), WASI_EFAULT);
    fd_sub(0, 1, 3, 0);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 1, RESULT), WASI_EINVAL);
    fd_sub(0, 1, 255, 0);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 1, RESULT), WASI_EINVAL);
    clock_sub(0, 1, 1, 0, 2);
    assert_int_equal(wasi("poll_oneoff", SUBS, EVENTS, 1, RESULT), WASI_EINVAL);
    /* As many as there may be, events over subscriptions. */
    memset(memory, 0, MEMORY_SIZE);
    for (uint32_t i = 0; i < 16384; i++) {
        memory[48 * i + 8] = WASI_EVENT_FD_READ;
        store(48 * i + 16, i % 5, 4);
    }
    assert_int_equal(wasi("poll_oneoff", 0, 0, 16384, (int)MEMORY_SIZE - 4), 0);
    assert_int_equal(load(MEMORY_SIZE - 4, 4), 16384);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONE_WAY(clocks_arrive),
        ONE_WAY(clocks_of_snapshot_0),
        ONE_WAY(descriptors_are_ready),
        ONE_WAY(pipes_become_ready),
        ONE_WAY(waiting_can_be_interrupted),
        ONE_WAY(hostile_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
