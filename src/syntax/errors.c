/* See errors.h. */
#include "syntax/errors.h"

const char *hs_msg(enum msg m)
{
    static const char *const texts[] = {
#define MSG(id, text) text,
#include "syntax/errors.def"
    };
    return (unsigned)m < MSG_COUNT ? texts[m] : "?";
}

void hs_fail_record(struct error *e, enum status s, uint64_t offset, enum msg m)
{
    hs_error_set(e, s, offset, "%s", hs_msg(m));
}

void hs_fail_feature_record(struct error *e, uint64_t offset, enum feature f)
{
    hs_error_set(e, ST_UNSUPPORTED, offset, "%s support is not enabled", hs_feature_name(f));
}
