/* What both validators share about types: subtyping with the bottom types of unreachable code,
 * and words for error texts. */
#ifndef HS_VALID_TYPING_H
#define HS_VALID_TYPING_H

#include "syntax/errors.h"
#include "syntax/module.h"

/* The heap type below all others, of a reference taken from unreachable code: ref.as_non_null
 * there pushes (ref bot). It is never written down in a module. */
#define HEAP_BOT     ((uint32_t)HEAP_END)
#define HS_VALID_BOT HS_VT(VT_BOT)

/* Values on the operand stack of one function; ordinary code has at most one per byte, calls
 * and blocks with a thousand results could ask for gigabytes. */
enum { HS_VALID_MAX_HEIGHT = 1 << 24 };

static inline bool hs_valid_subtype(const struct module *m, struct valtype sub,
                                    struct valtype super)
{
    if (hs_vt_equal(sub, super) || hs_vt_kind(sub) == VT_BOT)
        return true;
    if (!hs_vt_is_ref(sub) || !hs_vt_is_ref(super))
        return false;
    if (hs_vt_heap(sub) == HEAP_BOT)
        return hs_vt_nullable(super) || !hs_vt_nullable(sub);
    return hs_vt_heap(super) != HEAP_BOT && hs_vt_subtype(m, sub, super);
}

static inline bool hs_valid_is_numeric(struct valtype t) /* number or vector */
{
    enum valkind k = hs_vt_kind(t);
    return k >= VT_I32 && k <= VT_V128;
}

/* The type that br_on_cast leaves when the cast fails: null is gone if the target accepts it. */
static inline struct valtype hs_valid_difference(struct valtype from, struct valtype to)
{
    return hs_vt_nullable(to) ? HS_REF(false, hs_vt_heap(from)) : from;
}

/* Type indices in a value type must exist. */
static inline bool hs_valid_type_exists(const struct module *m, struct valtype t)
{
    return !hs_vt_is_ref(t) || !hs_heap_is_index(hs_vt_heap(t)) || hs_vt_heap(t) < m->ntypes;
}

static inline struct valtype hs_valid_unpack(struct fieldtype f)
{
    enum valkind k = hs_vt_kind(f.type);
    return k == VT_I8 || k == VT_I16 ? HS_I32 : f.type;
}

static inline bool hs_valid_is_packed(struct fieldtype f)
{
    enum valkind k = hs_vt_kind(f.type);
    return k == VT_I8 || k == VT_I16;
}

static inline bool hs_valid_escapes(const struct module *m, uint32_t func)
{
    return m->func_escapes[func >> 3] >> (func & 7) & 1;
}

/* "text 7" with a number, "text: reason" with a reason. They return ST_INVALID, inline, so that
 * the compiler sees that a failure is no ST_OK. */
void hs_valid_record_index(struct error *e, uint64_t offset, enum msg m, uint64_t index)
    __attribute__((cold, noinline));
void hs_valid_record_reason(struct error *e, uint64_t offset, enum msg m, const char *reason)
    __attribute__((cold, noinline));
static inline __attribute__((always_inline)) enum status
hs_valid_fail_index(struct error *e, uint64_t offset, enum msg m, uint64_t index)
{
    hs_valid_record_index(e, offset, m, index);
    return ST_INVALID;
}
static inline __attribute__((always_inline)) enum status
hs_valid_fail_reason(struct error *e, uint64_t offset, enum msg m, const char *reason)
{
    hs_valid_record_reason(e, offset, m, reason);
    return ST_INVALID;
}

/* Checks that all types of a function match pairwise, in order. */
bool hs_valid_lists_match(const struct module *m, const struct valtype *sub,
                          const struct valtype *super, uint32_t n);

#endif
