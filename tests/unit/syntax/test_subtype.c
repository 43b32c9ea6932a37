/* Subtyping: the whole lattice of abstract types, defined types with supertypes, canonical groups,
 * names. */
#include "base/bits.h"
#include "syntax/module.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct module make(struct deftype *types, uint32_t n)
{
    struct module m;
    hs_module_init(&m);
    m.types = types;
    m.ntypes = n;
    for (uint32_t i = 0; i < n; i++) {
        if (types[i].rec_size == 0) {
            types[i].rec_first = i;
            types[i].rec_size = 1;
        }
        types[i].depth = types[i].super == HS_NO_TYPE ? 0 : types[types[i].super].depth + 1;
    }
    struct error e;
    hs_error_init(&e);
    assert_int_equal(hs_types_canonicalize(&m, &e), ST_OK);
    return m;
}

#define FUNC0 {.kind = COMP_FUNC, .final = true, .super = HS_NO_TYPE}

static void abstract_lattice(void **state)
{
    struct module m = make(NULL, 0);
    static const struct {
        uint32_t type, above; /* direct supertypes; their closure is the relation */
    } edges[] = {
        {HEAP_EQ, HEAP_ANY},     {HEAP_I31, HEAP_EQ},      {HEAP_STRUCT, HEAP_EQ},
        {HEAP_ARRAY, HEAP_EQ},   {HEAP_NONE, HEAP_I31},    {HEAP_NONE, HEAP_STRUCT},
        {HEAP_NONE, HEAP_ARRAY}, {HEAP_NOFUNC, HEAP_FUNC}, {HEAP_NOEXTERN, HEAP_EXTERN},
        {HEAP_NOEXN, HEAP_EXN},
    };
    bool want[HEAP_END - HEAP_FIRST][HEAP_END - HEAP_FIRST] = {0};
    enum { N = HEAP_END - HEAP_FIRST };
    for (int i = 0; i < N; i++)
        want[i][i] = true;
    for (size_t i = 0; i < HS_ARRAY_SIZE(edges); i++)
        want[edges[i].type - HEAP_FIRST][edges[i].above - HEAP_FIRST] = true;
    for (int k = 0; k < N; k++)
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                want[i][j] |= want[i][k] && want[k][j];
    for (uint32_t i = 0; i < N; i++) {
        for (uint32_t j = 0; j < N; j++)
            assert_int_equal(hs_heap_subtype(&m, HEAP_FIRST + i, HEAP_FIRST + j), want[i][j]);
        uint32_t top = hs_heap_top(&m, HEAP_FIRST + i), bottom = hs_heap_bottom(&m, HEAP_FIRST + i);
        assert_true(hs_heap_subtype(&m, HEAP_FIRST + i, top));
        assert_true(hs_heap_subtype(&m, bottom, HEAP_FIRST + i));
    }
}

static void defined_types(void **state)
{
    struct fieldtype one[] = {{HS_I32, false}}, two[] = {{HS_I32, false}, {HS_I64, true}};
    struct deftype types[] = {
        {.kind = COMP_STRUCT, .super = HS_NO_TYPE, .nfields = 1, .fields = one},
        {.kind = COMP_STRUCT, .super = 0, .nfields = 2, .fields = two},
        {.kind = COMP_STRUCT, .super = HS_NO_TYPE, .nfields = 1, .fields = one}, /* equal to 0 */
        {.kind = COMP_STRUCT, .super = 2, .nfields = 2, .fields = two},          /* equal to 1 */
        {.kind = COMP_ARRAY, .final = true, .super = HS_NO_TYPE, .nfields = 1, .fields = one},
        FUNC0,
        {.kind = COMP_STRUCT, .super = 3, .nfields = 2, .fields = two},
    };
    struct module m = make(types, 7);
    assert_int_equal(types[2].canon, 0);
    assert_int_equal(types[3].canon, 1);
    assert_int_equal(types[6].canon, 6);
    assert_true(hs_heap_subtype(&m, 1, 0) && hs_heap_subtype(&m, 3, 0) &&
                hs_heap_subtype(&m, 6, 0));
    assert_true(hs_heap_subtype(&m, 6, 1) && hs_heap_subtype(&m, 2, 0) &&
                hs_heap_subtype(&m, 0, 2));
    assert_false(hs_heap_subtype(&m, 0, 1) || hs_heap_subtype(&m, 4, 0) ||
                 hs_heap_subtype(&m, 5, 0));
    assert_true(hs_heap_subtype(&m, 6, HEAP_STRUCT) && hs_heap_subtype(&m, 4, HEAP_ARRAY));
    assert_true(hs_heap_subtype(&m, 4, HEAP_ANY) && hs_heap_subtype(&m, 5, HEAP_FUNC));
    assert_false(hs_heap_subtype(&m, 5, HEAP_ANY) || hs_heap_subtype(&m, 4, HEAP_STRUCT));
    assert_true(hs_heap_subtype(&m, HEAP_NONE, 4) && hs_heap_subtype(&m, HEAP_NOFUNC, 5));
    assert_false(hs_heap_subtype(&m, HEAP_NONE, 5) || hs_heap_subtype(&m, HEAP_I31, 4));

    assert_true(hs_vt_subtype(&m, HS_REF(false, 1), HS_REF(true, 0)));
    assert_false(hs_vt_subtype(&m, HS_REF(true, 1), HS_REF(false, 0)));
    assert_true(hs_vt_subtype(&m, HS_VT(VT_BOT), HS_REF(false, 0)) &&
                hs_vt_subtype(&m, HS_VT(VT_BOT), HS_I32));
    assert_false(hs_vt_subtype(&m, HS_I32, HS_I64) || hs_vt_subtype(&m, HS_I32, HS_ANYREF));
}

static void recursive_groups(void **state)
{
    /* (rec (type $a (struct (ref $b))) (type $b (struct (ref $a)))) twice, then with the references
     * swapped, then each alone, referring to the first group. */
    struct fieldtype f[][1] = {
        {{HS_REF(false, 1), false}}, {{HS_REF(false, 0), false}}, {{HS_REF(false, 3), false}},
        {{HS_REF(false, 2), false}}, {{HS_REF(false, 4), false}}, {{HS_REF(false, 5), false}},
        {{HS_REF(false, 1), false}}, {{HS_REF(false, 3), false}},
    };
    struct deftype types[8];
    for (uint32_t i = 0; i < 8; i++)
        types[i] = (struct deftype){.kind = COMP_STRUCT,
                                    .final = true,
                                    .super = HS_NO_TYPE,
                                    .nfields = 1,
                                    .fields = f[i],
                                    .rec_first = i < 6 ? i & ~1u : i,
                                    .rec_size = i < 6 ? 2 : 1};
    struct module m = make(types, 8);
    (void)m;
    static const uint32_t want[] = {0, 1, 0, 1, 4, 5, 6, 6};
    for (uint32_t i = 0; i < 8; i++)
        assert_int_equal(types[i].canon, want[i]);
}

static void differences(void **state)
{
    struct fieldtype a[] = {{HS_I32, false}}, b[] = {{HS_I32, true}}, c[] = {{HS_VT(VT_I8), false}};
    struct valtype p[] = {HS_I32, HS_I64};
    struct deftype types[] = {
        {.kind = COMP_STRUCT, .final = true, .super = HS_NO_TYPE, .nfields = 1, .fields = a},
        {.kind = COMP_STRUCT, .final = false, .super = HS_NO_TYPE, .nfields = 1, .fields = a},
        {.kind = COMP_STRUCT, .final = true, .super = HS_NO_TYPE, .nfields = 1, .fields = b},
        {.kind = COMP_STRUCT, .final = true, .super = HS_NO_TYPE, .nfields = 1, .fields = c},
        {.kind = COMP_ARRAY, .final = true, .super = HS_NO_TYPE, .nfields = 1, .fields = a},
        {.kind = COMP_FUNC, .final = true, .super = HS_NO_TYPE, .func = {2, 0, p}},
        {.kind = COMP_FUNC, .final = true, .super = HS_NO_TYPE, .func = {1, 1, p}},
        {.kind = COMP_FUNC, .final = true, .super = HS_NO_TYPE, .func = {0, 2, p}},
        {.kind = COMP_STRUCT, .final = true, .super = 1, .nfields = 1, .fields = a},
        {.kind = COMP_STRUCT, .final = true, .super = HS_NO_TYPE, .nfields = 0, .fields = a},
    };
    make(types, HS_ARRAY_SIZE(types));
    for (uint32_t i = 0; i < HS_ARRAY_SIZE(types); i++)
        assert_int_equal(types[i].canon, i);
}

/* A million types in time linear in their number: equal ones, different ones, one group of all. */
static void a_million(void **state)
{
    enum { N = 1000000 };
    struct deftype *types = calloc(N, sizeof *types);
    struct fieldtype *fields = calloc(N, sizeof *fields);
    for (int mode = 0; mode < 3; mode++) {
        for (uint32_t i = 0; i < N; i++) {
            fields[i] = (struct fieldtype){mode == 1 && i ? HS_REF(true, i - 1) : HS_I32, false};
            types[i] = (struct deftype){.kind = COMP_STRUCT,
                                        .final = true,
                                        .super = HS_NO_TYPE,
                                        .nfields = 1,
                                        .fields = &fields[i],
                                        .rec_first = mode == 2 ? 0 : i,
                                        .rec_size = mode == 2 ? N : 1};
        }
        struct module m = make(types, N);
        (void)m;
        assert_int_equal(types[N - 1].canon, mode == 0 ? 0 : N - 1);
    }
    free(types);
    free(fields);
}

static void names(void **state)
{
    char out[32];
    assert_string_equal(hs_vt_name(HS_I32, out), "i32");
    assert_string_equal(hs_vt_name(HS_V128, out), "v128");
    assert_string_equal(hs_vt_name(HS_FUNCREF, out), "funcref");
    assert_string_equal(hs_vt_name(HS_REF(true, HEAP_NONE), out), "nullref");
    assert_string_equal(hs_vt_name(HS_REF(false, HEAP_EXTERN), out), "(ref extern)");
    assert_string_equal(hs_vt_name(HS_REF(true, 3), out), "(ref null 3)");
    assert_string_equal(hs_vt_name(HS_REF(false, HEAP_FIRST - 1), out), "(ref 1048319)");
    assert_string_equal(hs_heap_name(HEAP_NOEXN, out), "noexn");
    for (uint32_t h = HEAP_FIRST; h < HEAP_END; h++)
        assert_string_not_equal(hs_heap_name(h, out), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(abstract_lattice), cmocka_unit_test(defined_types),
        cmocka_unit_test(recursive_groups), cmocka_unit_test(differences),
        cmocka_unit_test(a_million),        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
