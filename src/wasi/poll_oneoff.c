/* poll_oneoff: waiting for the first of several clocks and descriptors.
 *
 * The subscriptions are copied and understood first, so it does not matter that the guest's
 * events may overlap them. What is ready without the host (regular files, buffers, errors) is
 * found once; then the host is asked in slices, with one entry per descriptor of the guest
 * however often it is subscribed to, until something is ready, a clock has arrived or the store
 * is interrupted. */
#include "wasi/wasi_ctx.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Every descriptor for reading and writing, and some clocks: more than that is a mistake or an
 * attack. */
#define SUBSCRIPTIONS_MAX 16384

struct subscription {
    uint64_t userdata;
    uint64_t deadline; /* CLOCK: in nanoseconds of `clock` */
    clockid_t clock;
    uint8_t type; /* WASI_EVENT_* */
    bool ready;
    uint16_t error; /* the event's errno */
    uint16_t flags; /* the event's flags */
    uint64_t nbytes;
    struct hs_wasi_desc *desc;
    int32_t poll_index; /* into the host's list, or -1 */
};

struct poll_set {
    struct subscription *subs;
    uint32_t count;
    struct pollfd *fds; /* one per descriptor of the guest at most */
    uint32_t fd_count;
};

static uint32_t parse(struct hs_wasi_call *call, const uint8_t *in, struct subscription *s)
{
    const bool unstable = call->unstable;
    *s = (struct subscription){.userdata = hs_le_load(in, 8), .type = in[8], .poll_index = -1};
    if (s->type == WASI_EVENT_CLOCK) {
        const uint8_t *clock = in + (unstable ? 24 : 16);
        const uint32_t id = (uint32_t)hs_le_load(clock, 4);
        const uint64_t timeout = hs_le_load(clock + 8, 8);
        const uint32_t flags = (uint32_t)hs_le_load(clock + 24, 2);
        if (flags & ~WASI_SUBCLOCK_ABSTIME)
            return WASI_EINVAL;
        if (!hs_wasi_clock_host(id, &s->clock)) {
            s->error = WASI_EINVAL;
            s->ready = true;
            return WASI_SUCCESS;
        }
        s->deadline = timeout;
        if (!(flags & WASI_SUBCLOCK_ABSTIME)) {
            /* A span of real time must not jump when the date is set. */
            if (s->clock == CLOCK_REALTIME)
                s->clock = CLOCK_MONOTONIC;
            const uint64_t now = hs_wasi_clock_now(s->clock);
            s->deadline = timeout > UINT64_MAX - now ? UINT64_MAX : now + timeout;
        }
        return WASI_SUCCESS;
    }
    if (s->type != WASI_EVENT_FD_READ && s->type != WASI_EVENT_FD_WRITE)
        return WASI_EINVAL;
    const uint32_t fd = (uint32_t)hs_le_load(in + 16, 4);
    s->desc = hs_wasi_fd_get(call->ctx, fd);
    if (!s->desc)
        s->error = WASI_EBADF;
    else if (!(s->desc->base & R_POLL_FD_READWRITE))
        s->error = WASI_ENOTCAPABLE;
    else if (s->desc->kind != HS_WASI_DIR &&
             !(s->type == WASI_EVENT_FD_READ ? s->desc->readable : s->desc->writable))
        s->error = WASI_EBADF;
    if (s->error) {
        s->ready = true;
        return WASI_SUCCESS;
    }
    if (s->desc->kind == HS_WASI_HOST && s->desc->blocks)
        return WASI_SUCCESS;
    /* Always ready: files, directories, buffers, callbacks. */
    s->ready = true;
    if (s->type == WASI_EVENT_FD_WRITE) {
        s->nbytes = 65536;
    } else if (s->desc->kind == HS_WASI_BYTES) {
        s->nbytes = s->desc->bytes_size - s->desc->bytes_pos;
        s->flags = s->nbytes ? 0 : WASI_EVENT_HANGUP;
    } else if (s->desc->kind == HS_WASI_HOST) {
        struct stat st;
        off_t at = lseek(s->desc->host_fd, 0, SEEK_CUR);
        if (at >= 0 && fstat(s->desc->host_fd, &st) == 0 && st.st_size > at)
            s->nbytes = (uint64_t)(st.st_size - at);
    }
    return WASI_SUCCESS;
}

/* Gives each descriptor that may wait its one entry in the host's list. */
static void collect(struct poll_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        struct subscription *s = &set->subs[i];
        if (!s->desc || s->ready)
            continue;
        const short events = s->type == WASI_EVENT_FD_READ ? POLLIN : POLLOUT;
        uint32_t k = 0;
        while (k < set->fd_count && set->fds[k].fd != s->desc->host_fd)
            k++;
        if (k == set->fd_count)
            set->fds[set->fd_count++] = (struct pollfd){.fd = s->desc->host_fd};
        set->fds[k].events |= events;
        s->poll_index = (int32_t)k;
    }
}

static bool any_ready(const struct poll_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->subs[i].ready)
            return true;
    return false;
}

/* Marks the clocks that have arrived; returns the nanoseconds until the next one, at most a
 * slice. */
static uint64_t check_clocks(struct poll_set *set)
{
    uint64_t wait = HS_WASI_SLICE_NS;
    for (uint32_t i = 0; i < set->count; i++) {
        struct subscription *s = &set->subs[i];
        if (s->type != WASI_EVENT_CLOCK || s->error)
            continue;
        const uint64_t now = hs_wasi_clock_now(s->clock);
        if (now >= s->deadline)
            s->ready = true;
        else if (s->deadline - now < wait)
            wait = s->deadline - now;
    }
    return wait;
}

static void check_fds(struct poll_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        struct subscription *s = &set->subs[i];
        if (s->poll_index < 0)
            continue;
        const short got = set->fds[s->poll_index].revents;
        const short wanted = s->type == WASI_EVENT_FD_READ ? POLLIN : POLLOUT;
        if (!(got & (wanted | POLLHUP | POLLERR | POLLNVAL)))
            continue;
        s->ready = true;
        if (got & POLLNVAL) {
            s->error = WASI_EBADF;
            continue;
        }
        if (got & (POLLHUP | POLLERR))
            s->flags |= WASI_EVENT_HANGUP;
        int n = 0;
        if (s->type == WASI_EVENT_FD_WRITE)
            s->nbytes = got & POLLOUT ? 4096 : 0;
        else if (ioctl(s->desc->host_fd, FIONREAD, &n) == 0 && n > 0)
            s->nbytes = (uint64_t)n;
    }
}

static uint32_t wait_for_any(struct hs_wasi_call *call, struct poll_set *set)
{
    bool first = true;
    for (;;) {
        uint64_t wait = check_clocks(set);
        if (any_ready(set))
            wait = 0;
        if (wait && !first && hospes_context_interrupted(call->context))
            return WASI_EINTR;
        const struct timespec slice = {.tv_nsec = (long)wait};
        if (set->fd_count || wait) {
            int n = ppoll(set->fds, set->fd_count, &slice, NULL);
            if (n < 0 && errno != EINTR)
                return hs_wasi_errno(errno);
            if (n > 0)
                check_fds(set);
        }
        if (wait == 0 || any_ready(set))
            return WASI_SUCCESS;
        first = false;
    }
}

static uint32_t store_events(const struct poll_set *set, uint8_t *out)
{
    uint32_t stored = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct subscription *s = &set->subs[i];
        if (!s->ready)
            continue;
        uint8_t *event = out + (size_t)stored++ * WASI_EVENT_SIZE;
        memset(event, 0, WASI_EVENT_SIZE);
        hs_le_store(event, s->userdata, 8);
        hs_le_store(event + 8, s->error, 2);
        event[10] = s->type;
        hs_le_store(event + 16, s->nbytes, 8);
        hs_le_store(event + 24, s->flags, 2);
    }
    return stored;
}

uint32_t hs_wasi_poll_oneoff(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    struct poll_set set = {.count = (uint32_t)arg[2].i32};
    const uint32_t size = call->unstable ? WASI_SUBSCRIPTION_SIZE_UNSTABLE : WASI_SUBSCRIPTION_SIZE;
    if (set.count == 0 || set.count > SUBSCRIPTIONS_MAX)
        return WASI_EINVAL;
    const uint8_t *in =
        hs_guest_range(&call->mem, (uint32_t)arg[0].i32, (uint64_t)set.count * size);
    uint8_t *out =
        hs_guest_range(&call->mem, (uint32_t)arg[1].i32, (uint64_t)set.count * WASI_EVENT_SIZE);
    if (!in || !out || !hs_guest_range(&call->mem, (uint32_t)arg[3].i32, 4))
        return WASI_EFAULT;
    uint32_t err = WASI_SUCCESS;
    const uint32_t fds = set.count < call->ctx->fd_count ? set.count : call->ctx->fd_count;
    set.subs = malloc(set.count * sizeof *set.subs);
    set.fds = calloc(fds ? fds : 1, sizeof *set.fds);
    if (!set.subs || !set.fds)
        err = WASI_ENOMEM;
    for (uint32_t i = 0; !err && i < set.count; i++) {
        uint8_t copy[WASI_SUBSCRIPTION_SIZE_UNSTABLE];
        memcpy(copy, in + (size_t)i * size, size);
        err = parse(call, copy, &set.subs[i]);
    }
    if (!err) {
        collect(&set);
        err = wait_for_any(call, &set);
    }
    if (!err)
        hs_guest_store(&call->mem, (uint32_t)arg[3].i32, store_events(&set, out), 4);
    free(set.subs);
    free(set.fds);
    return err;
}
