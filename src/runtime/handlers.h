/* handlers.h: where the try_tables of a module's code are, for throws to find; abi/code.h draws
 * the tables.
 *
 * Functions are placed one behind the other, so sites come in ascending order and the tables
 * only grow at their ends. Who places code holds the code object's lock; who looks up takes
 * none: it sees an array as long as the number of sites that was stored last, and an array that
 * became too small stays until the code object ends. */
#ifndef HS_RUNTIME_HANDLERS_H
#define HS_RUNTIME_HANDLERS_H

#include "abi/code.h"
#include "base/error.h"
#include <stdatomic.h>
#include <stddef.h>

struct hs_handlers {
    struct hs_handlers *older; /* what it replaced */
    _Atomic uint32_t nsites;   /* the last to be written */
    uint32_t ntries, nclauses;
    uint32_t site_cap, try_cap, clause_cap;
    struct hs_try_site *sites;
    struct hs_try *tries;
    struct hs_clause *clauses;
};

/* What the code placed at `place` brings; its numbers and places count from its own start. */
struct hs_more_handlers {
    const struct hs_try_site *sites;
    const struct hs_try *tries;
    const struct hs_clause *clauses;
    size_t nsites, ntries, nclauses;
};

/* Makes room, so that adding cannot fail. ST_OOM or ST_OK. */
enum status hs_handlers_reserve(struct hs_handlers *_Atomic *h,
                                const struct hs_more_handlers *more);
void hs_handlers_add(struct hs_handlers *_Atomic *h, const struct hs_more_handlers *more,
                     uint32_t place);
void hs_handlers_delete(struct hs_handlers *h);

/* The innermost try_table around the call that returns to `place`; HS_NO_TRY: none. */
uint32_t hs_handlers_find(const struct hs_handlers *h, uint64_t place);

#endif
