/* Features as run-time bits, read from features.def. */
#ifndef HS_SYNTAX_FEATURES_H
#define HS_SYNTAX_FEATURES_H

#include <stdint.h>

enum feature {
#define FEATURE(id, name, on, source) FEATURE_##id,
#include "syntax/features.def"
    FEATURE_COUNT
};

/* bit n: enum feature n; the only typedef, since it is a plain number */
typedef uint32_t hs_features;

#define HS_FEATURE(id) ((hs_features)1 << FEATURE_##id)

enum {
    HS_FEATURES_DEFAULT = 0
#define FEATURE(id, name, on, source) | ((on) ? 1 << FEATURE_##id : 0)
#include "syntax/features.def"
    ,
    HS_FEATURES_ALL = (1 << FEATURE_COUNT) - 1,
};

_Static_assert(FEATURE_COUNT <= 31, "hs_features has 32 bits");

const char *hs_feature_name(enum feature f);

#endif
