/* The texts of errors.def by number, and the shortest way to report one. Details (a name, a number)
 * are appended by the caller with hs_error_set and hs_msg. */
#ifndef HS_SYNTAX_ERRORS_H
#define HS_SYNTAX_ERRORS_H

#include "base/error.h"
#include "syntax/features.h"

enum msg {
#define MSG(id, text) MSG_##id,
#include "syntax/errors.def"
    MSG_COUNT
};

const char *hs_msg(enum msg m);

/* Records the text at a byte offset of the module and returns the status. Inline, so that the
 * compiler sees that a failure is no ST_OK. */
void hs_fail_record(struct error *e, enum status s, uint64_t offset, enum msg m)
    __attribute__((cold, noinline));
static inline __attribute__((always_inline)) enum status hs_fail(struct error *e, enum status s,
                                                                 uint64_t offset, enum msg m)
{
    hs_fail_record(e, s, offset, m);
    return s;
}
/* "… support is not enabled". */
void hs_fail_feature_record(struct error *e, uint64_t offset, enum feature f)
    __attribute__((cold, noinline));
static inline __attribute__((always_inline)) enum status
hs_fail_feature(struct error *e, uint64_t offset, enum feature f)
{
    hs_fail_feature_record(e, offset, f);
    return ST_UNSUPPORTED;
}
static inline __attribute__((always_inline)) enum status hs_fail_oom(struct error *e)
{
    return hs_fail(e, ST_OOM, HS_NO_OFFSET, MSG_OOM);
}

#endif
