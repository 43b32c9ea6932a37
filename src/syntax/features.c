/* See features.h. */
#include "syntax/features.h"

const char *hs_feature_name(enum feature f)
{
    static const char *const names[] = {
#define FEATURE(id, name, on, source) name,
#include "syntax/features.def"
    };
    return (unsigned)f < FEATURE_COUNT ? names[f] : "?";
}
