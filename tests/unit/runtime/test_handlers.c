/* Tables of try_tables: they grow as code is placed, and every return address is found in them,
 * and nothing else. */
#include "base/alloc.h"
#include "runtime/handlers.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t next(uint32_t n)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % n);
}

static void test_empty(void **state)
{
    struct hs_handlers *_Atomic h = NULL;
    struct hs_more_handlers none = {0};
    assert_int_equal(hs_handlers_reserve(&h, &none), ST_OK);
    hs_handlers_add(&h, &none, 7);
    assert_null(h);
    hs_handlers_delete(h);
}

/* Batches of random sizes against lists that say the same without numbers that start anew in
 * each batch. */
static void test_growth(void **state)
{
    enum { BATCHES = 300, MOST = 20 };
    static struct {
        uint32_t place, clause_tag, landing, outer_tag;
    } model[BATCHES * MOST];
    struct hs_handlers *_Atomic h = NULL;
    uint32_t place = 0, n = 0, tag = 0;
    for (uint32_t k = 0; k < BATCHES; k++) {
        struct hs_try_site sites[MOST];
        struct hs_try tries[MOST];
        struct hs_clause clauses[MOST];
        uint32_t ntries = 1 + next(MOST), nsites = next(MOST), at = 0, first_tag = tag;
        for (uint32_t t = 0; t < ntries; t++) {
            tries[t] = (struct hs_try){t && next(2) ? next(t) : HS_NO_TRY, t, 1};
            clauses[t] = (struct hs_clause){tag++, 5 * t};
        }
        for (uint32_t s = 0; s < nsites; s++) {
            uint32_t t = next(ntries);
            sites[s] = (struct hs_try_site){at += 1 + next(9), t};
            model[n].place = place + sites[s].place;
            model[n].clause_tag = first_tag + t;
            model[n].landing = place + 5 * t;
            model[n++].outer_tag =
                tries[t].outer == HS_NO_TRY ? HS_ANY_TAG : first_tag + tries[t].outer;
        }
        struct hs_more_handlers more = {sites, tries, clauses, nsites, ntries, ntries};
        assert_int_equal(hs_handlers_reserve(&h, &more), ST_OK);
        hs_handlers_add(&h, &more, place);
        place += at + 1 + next(50);
        uint32_t found = 0;
        for (uint32_t p = 0; h && k % 10 == 9 && p < place + 3; p++) {
            uint32_t t = hs_handlers_find(h, p);
            if (found < n && model[found].place == p) {
                assert_true(t < h->ntries && h->tries[t].count == 1);
                const struct hs_clause *c = &h->clauses[h->tries[t].first];
                assert_int_equal(c->tag, model[found].clause_tag);
                assert_int_equal(c->landing, model[found].landing);
                uint32_t outer = h->tries[t].outer;
                assert_int_equal(outer == HS_NO_TRY ? HS_ANY_TAG
                                                    : h->clauses[h->tries[outer].first].tag,
                                 model[found].outer_tag);
                found++;
            } else {
                assert_int_equal(t, HS_NO_TRY);
            }
        }
        assert_true(k % 10 != 9 || found == n);
    }
    assert_int_equal(hs_handlers_find(h, UINT64_MAX), HS_NO_TRY);
    assert_int_equal(hs_handlers_find(h, (UINT64_C(1) << 32) + model[0].place), HS_NO_TRY);
    hs_handlers_delete(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_empty), cmocka_unit_test(test_growth)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
