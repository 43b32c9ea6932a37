/* Look-ups of a module: names of functions, exports by name with and without the table, imports by
 * kind. */
#include "syntax/module.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void exports_by_name(void **state)
{
    enum { N = 5000 };
    static char names[N][16];
    static struct export exports[N];
    struct module m;
    hs_module_init(&m);
    for (uint32_t i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "name%u",
                 i % (N - 1)); /* the last one is a duplicate of the first */
        exports[i] = (struct export){.name = hs_span_text(names[i]), .index = i};
    }
    m.exports = exports;
    for (int round = 0; round < 2; round++) {
        m.nexports = round == 0 ? 100 : N;
        const struct export *duplicate = NULL;
        if (round == 1) {
            assert_int_equal(hs_module_index_exports(&m, &duplicate), ST_OK);
            assert_ptr_equal(duplicate, &exports[N - 1]);
        }
        for (uint32_t i = 0; i < m.nexports; i++)
            assert_ptr_equal(hs_module_find_export(&m, hs_span_text(names[i])),
                             &exports[i % (N - 1)]);
        assert_null(hs_module_find_export(&m, hs_span_text("name")));
        assert_null(hs_module_find_export(&m, hs_span_text("")));
        assert_null(hs_module_find_export(&m, hs_span_text("another name, a long one")));
    }
    hs_module_deinit(&m);
    hs_module_deinit(&m);
}

static void func_names(void **state)
{
    struct names_entry entries[] = {
        {2, hs_span_text("two")}, {3, hs_span_text("three")}, {900, hs_span_text("many")}};
    struct module m;
    hs_module_init(&m);
    assert_int_equal(hs_module_func_name(&m, 0).size, 0);
    m.names.funcs = entries;
    m.names.nfuncs = 3;
    assert_true(hs_span_equal(hs_module_func_name(&m, 2), hs_span_text("two")));
    assert_true(hs_span_equal(hs_module_func_name(&m, 900), hs_span_text("many")));
    for (uint32_t i = 4; i < 900; i++)
        assert_int_equal(hs_module_func_name(&m, i).size, 0);
    assert_int_equal(hs_module_func_name(&m, UINT32_MAX).size, 0);
    hs_module_deinit(&m);
}

static void imports_by_kind(void **state)
{
    struct import imports[] = {{.kind = EXTERN_GLOBAL, .index = 0},
                               {.kind = EXTERN_FUNC, .index = 0},
                               {.kind = EXTERN_FUNC, .index = 1},
                               {.kind = EXTERN_GLOBAL, .index = 1}};
    struct module m;
    hs_module_init(&m);
    m.imports = imports;
    m.nimports = 4;
    assert_ptr_equal(hs_module_import_of(&m, EXTERN_FUNC, 1), &imports[2]);
    assert_ptr_equal(hs_module_import_of(&m, EXTERN_GLOBAL, 1), &imports[3]);
    assert_null(hs_module_import_of(&m, EXTERN_FUNC, 2));
    assert_null(hs_module_import_of(&m, EXTERN_TAG, 0));
    hs_module_deinit(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(exports_by_name),
                                       cmocka_unit_test(func_names),
                                       cmocka_unit_test(imports_by_kind)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
