/* See typing.h. */
#include "valid/typing.h"

void hs_valid_record_index(struct error *e, uint64_t offset, enum msg m, uint64_t index)
{
    hs_error_set(e, ST_INVALID, offset, "%s %llu", hs_msg(m), (unsigned long long)index);
}

void hs_valid_record_reason(struct error *e, uint64_t offset, enum msg m, const char *reason)
{
    hs_error_set(e, ST_INVALID, offset, "%s: %s", hs_msg(m), reason);
}

bool hs_valid_lists_match(const struct module *m, const struct valtype *sub,
                          const struct valtype *super, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!hs_valid_subtype(m, sub[i], super[i]))
            return false;
    return true;
}
