/* Stacks and the signal-safe lock; see platform.h. */
#include "platform/platform.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_stack_end __attribute__((weak));

static uintptr_t find_stack_low(void)
{
    if (&__libc_stack_end && syscall(SYS_gettid) == getpid()) {
        /* The main thread: pthread_getattr_np reads /proc/self/maps, which takes tens of
         * microseconds. */
        struct rlimit limit;
        uintptr_t top = (uintptr_t)__libc_stack_end;
        if (top && getrlimit(RLIMIT_STACK, &limit) == 0) {
            uintptr_t here = (uintptr_t)&limit,
                      size = limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > (1u << 30)
                                 ? (uintptr_t)8 << 20
                                 : (uintptr_t)limit.rlim_cur;
            /* not on a stack of the host's own, a fiber's for example */
            if (here < top && top - here < size)
                return top - size;
        }
    }
    pthread_attr_t attr;
    if (pthread_getattr_np(pthread_self(), &attr) != 0)
        return 0;
    void *low = NULL;
    size_t size = 0;
    pthread_attr_getstack(&attr, &low, &size);
    pthread_attr_destroy(&attr);
    uintptr_t here = (uintptr_t)&attr;
    return here >= (uintptr_t)low && here < (uintptr_t)low + size ? (uintptr_t)low : 0;
}

uintptr_t hs_thread_stack_low(void)
{
    static __thread uintptr_t low;
    static __thread bool asked;
    if (!asked) {
        low = find_stack_low();
        asked = true;
    }
    return low;
}

bool hs_thread_stack_has(uintptr_t low, uintptr_t high)
{
    /* found once: for the main thread that reads /proc/self/maps */
    static __thread uintptr_t from, to;
    if (to == 0) {
        pthread_attr_t attr;
        void *start = NULL;
        size_t size = 0;
        if (pthread_getattr_np(pthread_self(), &attr) != 0)
            return false;
        pthread_attr_getstack(&attr, &start, &size);
        pthread_attr_destroy(&attr);
        from = (uintptr_t)start;
        to = from + size;
    }
    return low >= from && low <= high && high <= to;
}

_Static_assert(sizeof(sigset_t) <= sizeof(struct hs_sigstate), "a signal mask fits");

void hs_siglock_take(struct hs_siglock *l, struct hs_sigstate *saved)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    memcpy(saved->mask, &old, sizeof old);
    for (unsigned spins = 0; atomic_exchange_explicit(&l->taken, 1, memory_order_acquire);)
        if (++spins > 100)
            sched_yield();
}

void hs_siglock_give(struct hs_siglock *l, const struct hs_sigstate *saved)
{
    sigset_t old;
    memcpy(&old, saved->mask, sizeof old);
    atomic_store_explicit(&l->taken, 0, memory_order_release);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}
