/* Clocks: the host's four, nanoseconds in 64 bits. */
#include "wasi/wasi_ctx.h"

#include <errno.h>
#include <sys/stat.h>

#define NS_PER_S UINT64_C(1000000000)

bool hs_wasi_clock_host(uint32_t id, clockid_t *out_clock)
{
    static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID,
                                       CLOCK_THREAD_CPUTIME_ID};
    if (id >= sizeof clocks / sizeof *clocks)
        return false;
    *out_clock = clocks[id];
    return true;
}

/* Times before 1970 become 0, times beyond 2554 the largest number. */
uint64_t hs_wasi_timespec_ns(const struct timespec *ts)
{
    if (ts->tv_sec < 0)
        return 0;
    if ((uint64_t)ts->tv_sec > (UINT64_MAX - (uint64_t)ts->tv_nsec) / NS_PER_S)
        return UINT64_MAX;
    return (uint64_t)ts->tv_sec * NS_PER_S + (uint64_t)ts->tv_nsec;
}

uint64_t hs_wasi_clock_now(clockid_t clock)
{
    struct timespec ts = {0};
    clock_gettime(clock, &ts);
    return hs_wasi_timespec_ns(&ts);
}

uint32_t hs_wasi_times(uint64_t atim, uint64_t mtim, uint32_t flags, struct timespec out_times[2])
{
    const uint32_t a = flags & (WASI_FST_ATIM | WASI_FST_ATIM_NOW),
                   m = flags & (WASI_FST_MTIM | WASI_FST_MTIM_NOW);
    if (flags & ~WASI_FST_ALL || a == (WASI_FST_ATIM | WASI_FST_ATIM_NOW) ||
        m == (WASI_FST_MTIM | WASI_FST_MTIM_NOW))
        return WASI_EINVAL;
    out_times[0] = (struct timespec){.tv_nsec = a ? UTIME_NOW : UTIME_OMIT};
    out_times[1] = (struct timespec){.tv_nsec = m ? UTIME_NOW : UTIME_OMIT};
    if (a == WASI_FST_ATIM)
        out_times[0] = (struct timespec){.tv_sec = (time_t)(atim / NS_PER_S),
                                         .tv_nsec = (long)(atim % NS_PER_S)};
    if (m == WASI_FST_MTIM)
        out_times[1] = (struct timespec){.tv_sec = (time_t)(mtim / NS_PER_S),
                                         .tv_nsec = (long)(mtim % NS_PER_S)};
    return WASI_SUCCESS;
}

uint32_t hs_wasi_clock_res_get(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    clockid_t clock;
    struct timespec ts;
    if (!hs_wasi_clock_host((uint32_t)arg[0].i32, &clock))
        return WASI_EINVAL;
    if (clock_getres(clock, &ts) != 0)
        return hs_wasi_errno(errno);
    return hs_guest_store(&call->mem, (uint32_t)arg[1].i32, hs_wasi_timespec_ns(&ts), 8)
               ? WASI_SUCCESS
               : WASI_EFAULT;
}

/* The precision asked for is always met. */
uint32_t hs_wasi_clock_time_get(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    clockid_t clock;
    if (!hs_wasi_clock_host((uint32_t)arg[0].i32, &clock))
        return WASI_EINVAL;
    return hs_guest_store(&call->mem, (uint32_t)arg[2].i32, hs_wasi_clock_now(clock), 8)
               ? WASI_SUCCESS
               : WASI_EFAULT;
}
