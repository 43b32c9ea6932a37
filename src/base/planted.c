/* See planted.h: which of the planted bugs is on. */
#include "base/planted.h"

#ifdef HS_PLANTS
#include <stdlib.h>

int hs_planted;

__attribute__((constructor)) static void choose(void)
{
    const char *n = getenv("HOSPES_PLANT");
    hs_planted = n ? atoi(n) : 0;
}
#endif
