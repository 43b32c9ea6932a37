/* fork in a process with several threads; see platform.h. A child has one thread and the memory
 * as it was: a lock that another thread held would stay taken for ever, and what it guards might
 * be half done. So the thread that forks takes every lock of the library before and gives it
 * back afterwards, in parent and child. Locks of the upper layers come first, as they do
 * everywhere. */
#include "platform/platform.h"
#include "platform/posix/fork.h"
#include <pthread.h>

/* set once: engines are made in several threads */
static void (*upper_before)(void), (*upper_after)(void);

static void before(void)
{
    upper_before();
    hs_faults_lock();
    hs_wait_lock();
}

static void in_parent(void)
{
    hs_wait_unlock(false);
    hs_faults_unlock();
    upper_after();
}

static void in_child(void)
{
    hs_wait_unlock(true);
    hs_faults_unlock();
    upper_after();
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void hs_fork_watch(void (*take)(void), void (*give)(void))
{
    pthread_mutex_lock(&lock);
    if (!upper_before) {
        upper_before = take;
        upper_after = give;
        pthread_atfork(before, in_parent, in_child);
    }
    pthread_mutex_unlock(&lock);
}
