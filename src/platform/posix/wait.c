/* memory.atomic.wait and notify; see platform.h. Sleepers stand in a hash table of queues by
 * address; the lock of a queue makes "compare, then sleep" one step against a notify. Sleeps are
 * sliced, so that a request to stop is seen. */
#include "platform/platform.h"
#include "platform/posix/fork.h"
#include <pthread.h>
#include <time.h>

struct sleeper {
    const void *word;
    bool woken;
    pthread_cond_t wake;
    struct sleeper *next;
};

enum { QUEUES = 64 };
static const int64_t SLICE = 10 * 1000 * 1000; /* ns */

static struct queue {
    pthread_mutex_t lock;
    struct sleeper *first;
} queues[QUEUES] = {[0 ... QUEUES - 1] = {PTHREAD_MUTEX_INITIALIZER, NULL}};

void hs_wait_lock(void)
{
    for (unsigned i = 0; i < QUEUES; i++)
        pthread_mutex_lock(&queues[i].lock);
}

void hs_wait_unlock(bool in_child)
{
    for (unsigned i = QUEUES; i-- > 0;) {
        if (in_child)
            queues[i].first = NULL;
        pthread_mutex_unlock(&queues[i].lock);
    }
}

static struct queue *queue_of(const void *word)
{
    return &queues[((uintptr_t)word >> 2) * 0x9e3779b1u >> 8 & (QUEUES - 1)];
}

static void unlink_sleeper(struct queue *q, struct sleeper *s)
{
    for (struct sleeper **p = &q->first; *p; p = &(*p)->next)
        if (*p == s) {
            *p = s->next;
            return;
        }
}

enum wait_result hs_wait_sleep(const void *word, unsigned size, uint64_t expected, int64_t *timeout,
                               const uint32_t *stop)
{
    struct queue *q = queue_of(word);
    struct sleeper me = {.word = word};
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&me.wake, &attr);
    pthread_condattr_destroy(&attr);
    enum wait_result result;
    pthread_mutex_lock(&q->lock);
    bool equal =
        size == 4 ? __atomic_load_n((const uint32_t *)word, __ATOMIC_SEQ_CST) == (uint32_t)expected
                  : __atomic_load_n((const uint64_t *)word, __ATOMIC_SEQ_CST) == expected;
    if (!equal) {
        result = WAIT_NOT_EQUAL;
        goto out;
    }
    struct sleeper **last = &q->first; /* first come, first woken */
    while (*last)
        last = &(*last)->next;
    *last = &me;
    struct timespec start, now, until;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t passed =
            (now.tv_sec - start.tv_sec) * INT64_C(1000000000) + (now.tv_nsec - start.tv_nsec);
        int64_t left = *timeout < 0 ? SLICE : *timeout - passed;
        if (me.woken) {
            result = WAIT_WOKEN;
            break;
        }
        if (left <= 0) {
            unlink_sleeper(q, &me);
            result = WAIT_TIMED_OUT;
            break;
        }
        if (__atomic_load_n(stop, __ATOMIC_RELAXED)) {
            unlink_sleeper(q, &me);
            if (*timeout >= 0)
                *timeout = left;
            result = WAIT_AGAIN;
            break;
        }
        int64_t sleep = (left < SLICE ? left : SLICE) + now.tv_nsec;
        until.tv_sec = now.tv_sec + sleep / 1000000000;
        until.tv_nsec = sleep % 1000000000;
        pthread_cond_timedwait(&me.wake, &q->lock, &until);
    }
out:
    pthread_mutex_unlock(&q->lock);
    pthread_cond_destroy(&me.wake);
    return result;
}

uint32_t hs_wait_wake(const void *word, uint32_t count)
{
    struct queue *q = queue_of(word);
    uint32_t n = 0;
    pthread_mutex_lock(&q->lock);
    for (struct sleeper **p = &q->first; *p && n < count;) {
        struct sleeper *s = *p;
        if (s->word != word) {
            p = &s->next;
            continue;
        }
        *p = s->next;
        s->woken = true;
        pthread_cond_signal(&s->wake);
        n++;
    }
    pthread_mutex_unlock(&q->lock);
    return n;
}
