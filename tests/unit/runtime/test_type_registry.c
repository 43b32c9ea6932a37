/* Canonical types: equal groups of different modules get the same ids, and ids come back when
 * nobody holds them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "binary/binary.h"
#include "runtime/type_registry.h"
#include "text/text.h"
#include "valid/valid.h"
#include <string.h>

struct loaded {
    uint8_t *bytes;
    struct module module;
};

static void load(struct loaded *l, const char *text)
{
    struct error e;
    size_t size;
    hs_error_init(&e);
    if (hs_text_parse(text, strlen(text), &l->bytes, &size, &e) != ST_OK ||
        hs_binary_read(l->bytes, size, HS_FEATURES_ALL, &l->module, &e) != ST_OK ||
        hs_valid_module(&l->module, 1, &e) != ST_OK)
        fail_msg("%s: %s", text, e.text);
}

static void unload(struct loaded *l)
{
    hs_module_deinit(&l->module);
    hs_free(l->bytes);
}

static void equal_types_of_two_modules_have_one_id(void **state)
{
    struct loaded a, b;
    struct type_registry r;
    uint32_t *ia, *ib;
    load(&a, "(module (type (func (param i32) (result i64))) (rec (type $s (struct (field (ref "
             "null $t)))) (type $t (array (ref $s)))))");
    load(&b, "(module (type (func)) (rec (type $s (struct (field (ref null $t)))) (type $t (array "
             "(ref $s)))) (type (func (param i32) (result i64))))");
    assert_int_equal(hs_type_registry_init(&r), ST_OK);
    assert_int_equal(hs_type_registry_add(&r, &a.module, &ia), ST_OK);
    assert_int_equal(hs_type_registry_add(&r, &b.module, &ib), ST_OK);
    assert_int_equal(ia[0], ib[3]);
    assert_int_equal(ia[1], ib[1]);
    assert_int_equal(ia[2], ib[2]);
    assert_int_not_equal(ia[0], ib[0]);
    hs_type_registry_remove(&r, ia, a.module.ntypes);
    assert_int_equal(hs_canon_type(&r, ib[3])->func.nparams, 1); /* still held by b */
    hs_type_registry_remove(&r, ib, b.module.ntypes);
    assert_int_equal(r.ngroups, 0);
    hs_type_registry_deinit(&r);
    unload(&a);
    unload(&b);
}

static void position_in_the_group_matters(void **state)
{
    struct loaded a;
    struct type_registry r;
    uint32_t *ids;
    load(&a, "(module (rec (type $f1 (func)) (type (struct (field (ref $f1))))) (rec (type "
             "(struct)) (type $g (func))) (type (func)))");
    assert_int_equal(hs_type_registry_init(&r), ST_OK);
    assert_int_equal(hs_type_registry_add(&r, &a.module, &ids), ST_OK);
    assert_int_not_equal(ids[0], ids[3]);
    assert_int_not_equal(ids[0], ids[4]);
    hs_type_registry_remove(&r, ids, a.module.ntypes);
    hs_type_registry_deinit(&r);
    unload(&a);
}

static void subtyping_holds_between_modules(void **state)
{
    struct loaded a, b;
    struct type_registry r;
    uint32_t *ia, *ib;
    load(&a, "(module (type $a (sub (struct (field i32)))) (type $b (sub $a (struct (field i32 "
             "i64)))))");
    load(&b, "(module (type $x (sub (func))) (type $a (sub (struct (field i32)))) (type $b (sub $a "
             "(struct (field i32 i64)))) (type $c (sub final $b (struct (field i32 i64 f32)))))");
    assert_int_equal(hs_type_registry_init(&r), ST_OK);
    assert_int_equal(hs_type_registry_add(&r, &a.module, &ia), ST_OK);
    assert_int_equal(hs_type_registry_add(&r, &b.module, &ib), ST_OK);
    assert_true(hs_canon_subtype(&r, ib[3], ia[0]));
    assert_true(hs_canon_subtype(&r, ia[1], ib[1]));
    assert_false(hs_canon_subtype(&r, ia[0], ib[2]));
    assert_false(hs_canon_subtype(&r, ib[0], ia[0]));
    hs_type_registry_remove(&r, ia, a.module.ntypes);
    hs_type_registry_remove(&r, ib, b.module.ntypes);
    hs_type_registry_deinit(&r);
    unload(&a);
    unload(&b);
}

static void ids_are_reused(void **state)
{
    struct loaded a;
    struct type_registry r;
    load(&a, "(module (type (func (param i32))) (rec (type (func (param i64))) (type (func (param "
             "f32)))))");
    assert_int_equal(hs_type_registry_init(&r), ST_OK);
    for (int i = 0; i < 1000; i++) {
        uint32_t *ids;
        assert_int_equal(hs_type_registry_add(&r, &a.module, &ids), ST_OK);
        hs_type_registry_remove(&r, ids, a.module.ntypes);
    }
    assert_true(r.types.ntypes < 16);
    hs_type_registry_deinit(&r);
    unload(&a);
}

static void a_host_function_type_is_a_module_type(void **state)
{
    struct loaded a;
    struct type_registry r;
    uint32_t *ids, id;
    struct valtype types[] = {HS_I32, HS_I32, HS_I64};
    struct functype f = {2, 1, types};
    load(&a, "(module (type (func (param i32 i32) (result i64))))");
    assert_int_equal(hs_type_registry_init(&r), ST_OK);
    assert_int_equal(hs_type_registry_add(&r, &a.module, &ids), ST_OK);
    assert_int_equal(hs_type_registry_func(&r, &f, &id), ST_OK);
    assert_int_equal(id, ids[0]);
    hs_type_registry_release(&r, id);
    hs_type_registry_remove(&r, ids, 1);
    assert_int_equal(r.ngroups, 0);
    hs_type_registry_deinit(&r);
    unload(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_types_of_two_modules_have_one_id),
        cmocka_unit_test(position_in_the_group_matters),
        cmocka_unit_test(subtyping_holds_between_modules),
        cmocka_unit_test(ids_are_reused),
        cmocka_unit_test(a_host_function_type_is_a_module_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
