/* fork.h: the locks of this folder, for fork.c alone. */
#ifndef HS_PLATFORM_POSIX_FORK_H
#define HS_PLATFORM_POSIX_FORK_H

#include <stdbool.h>

void hs_faults_lock(void);
void hs_faults_unlock(void);
void hs_wait_lock(void);
void hs_wait_unlock(bool in_child); /* a child has no sleepers */

#endif
