/* What a host makes itself of the component model: values, resources, linkers; and that components
 * are refused in words. */
#include "check.h"
#include <wasmtime/component.h>

typedef wasmtime_component_val_t val;

static val string(const char *s)
{
    val v = {.kind = WASMTIME_COMPONENT_STRING};
    wasm_name_new_from_string(&v.of.string, s);
    return v;
}

static void test_values(void)
{
    val inner = string("payload");
    val *box = wasmtime_component_val_new(&inner);
    CHECK(inner.kind == WASMTIME_COMPONENT_BOOL && box->kind == WASMTIME_COMPONENT_STRING);
    val option = {.kind = WASMTIME_COMPONENT_OPTION, .of.option = box}, copy;
    wasmtime_component_val_clone(&option, &copy);
    CHECK(copy.of.option != box && copy.of.option->of.string.size == 7);
    wasmtime_component_val_delete(&option);
    wasmtime_component_val_delete(&copy);
    val list = {.kind = WASMTIME_COMPONENT_LIST};
    wasmtime_component_vallist_new_uninit(&list.of.list, 3);
    CHECK(list.of.list.size == 3 && list.of.list.data[2].kind == WASMTIME_COMPONENT_BOOL);
    list.of.list.data[1] = string("x");
    wasmtime_component_valrecord_entry_t e = {.val = list};
    wasm_name_new_from_string(&e.name, "field");
    val record = {.kind = WASMTIME_COMPONENT_RECORD};
    wasmtime_component_valrecord_new(&record.of.record, 1, &e);
    val pair[2] = {record, {.kind = WASMTIME_COMPONENT_U32, .of.u32 = 9}};
    val tuple = {.kind = WASMTIME_COMPONENT_TUPLE};
    wasmtime_component_valtuple_new(&tuple.of.tuple, 2, pair);
    wasmtime_component_val_clone(&tuple, &copy);
    wasmtime_component_val_delete(&tuple);
    const val *l = &copy.of.tuple.data[0].of.record.data[0].val;
    CHECK(l->kind == WASMTIME_COMPONENT_LIST && l->of.list.data[1].of.string.data[0] == 'x' &&
          copy.of.tuple.data[1].of.u32 == 9);
    wasmtime_component_val_delete(&copy);
    val variant = {.kind = WASMTIME_COMPONENT_VARIANT};
    wasm_name_new_from_string(&variant.of.variant.discriminant, "none");
    wasmtime_component_val_clone(&variant, &copy);
    CHECK(copy.of.variant.val == NULL && copy.of.variant.discriminant.size == 4);
    wasmtime_component_val_delete(&copy);
    wasmtime_component_val_delete(&variant);
    wasm_name_t flag;
    wasm_name_new_from_string(&flag, "on");
    val flags = {.kind = WASMTIME_COMPONENT_FLAGS};
    wasmtime_component_valflags_new(&flags.of.flags, 1, &flag);
    wasmtime_component_val_clone(&flags, &copy);
    CHECK(copy.of.flags.size == 1 && copy.of.flags.data[0].data != flags.of.flags.data[0].data);
    wasmtime_component_val_delete(&copy);
    wasmtime_component_val_delete(&flags);
    wasmtime_component_valmap_t map;
    wasmtime_component_valmap_new_empty(&map);
    CHECK(map.size == 0 && map.data == NULL);
    wasmtime_component_val_free(NULL);
}

static void test_resources(void)
{
    struct world w = world_new(NULL);
    wasmtime_component_resource_host_t *h = wasmtime_component_resource_host_new(true, 5, 7),
                                       *back = NULL;
    wasmtime_component_resource_any_t *any = NULL;
    OK(wasmtime_component_resource_host_to_any(w.context, h, &any));
    CHECK(wasmtime_component_resource_any_owned(any));
    wasmtime_component_resource_type_t *t = wasmtime_component_resource_any_type(any),
                                       *t7 = wasmtime_component_resource_type_new_host(7);
    CHECK(wasmtime_component_resource_type_equal(t, t7));
    wasmtime_component_resource_type_delete(t);
    wasmtime_component_resource_type_delete(t7);
    OK(wasmtime_component_resource_any_to_host(w.context, any, &back));
    CHECK(wasmtime_component_resource_host_rep(back) == 5 &&
          wasmtime_component_resource_host_type(back) == 7);
    wasmtime_component_resource_host_delete(back);
    back = NULL;
    wasmtime_error_t *e = wasmtime_component_resource_any_to_host(w.context, any, &back);
    CHECK(e && !back);
    wasmtime_error_delete(e);
    e = wasmtime_component_resource_any_drop(w.context, any);
    CHECK(e);
    wasmtime_error_delete(e);
    wasmtime_component_resource_any_delete(any);
    OK(wasmtime_component_resource_host_to_any(w.context, h, &any));
    OK(wasmtime_component_resource_any_drop(w.context, any));
    wasmtime_component_resource_any_delete(any);
    wasmtime_component_resource_host_delete(h);
    world_delete(&w);
}

static int finalized;
static void count_final(void *p)
{
    (void)p;
    finalized++;
}

static wasmtime_error_t *callback(void *data, wasmtime_context_t *context,
                                  const wasmtime_component_func_type_t *type, val *args,
                                  size_t nargs, val *results, size_t nresults)
{
    (void)data, (void)context, (void)type, (void)args, (void)nargs, (void)results, (void)nresults;
    return NULL;
}

static void test_linker(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasmtime_component_linker_t *l = wasmtime_component_linker_new(engine);
    wasmtime_component_linker_instance_t *root = wasmtime_component_linker_root(l), *inner = NULL,
                                         *again = NULL;
    OK(wasmtime_component_linker_instance_add_instance(root, "i", 1, &inner));
    finalized = 0;
    OK(wasmtime_component_linker_instance_add_func(inner, "f", 1, callback, NULL, count_final));
    wasmtime_error_t *e =
        wasmtime_component_linker_instance_add_func(inner, "f", 1, callback, NULL, count_final);
    CHECK(e && finalized == 1);
    wasmtime_error_delete(e);
    e = wasmtime_component_linker_instance_add_func(inner, "\xff", 1, callback, NULL, count_final);
    CHECK(e && finalized == 2);
    wasmtime_error_delete(e);
    wasmtime_component_linker_instance_delete(inner);
    e = wasmtime_component_linker_instance_add_instance(root, "i", 1, &again);
    CHECK(e && !again);
    wasmtime_error_delete(e);
    wasmtime_component_linker_allow_shadowing(l, true);
    OK(wasmtime_component_linker_instance_add_instance(root, "i", 1, &again));
    CHECK(finalized == 3);
    wasmtime_component_resource_type_t *t = wasmtime_component_resource_type_new_host(1);
    OK(wasmtime_component_linker_instance_add_resource(again, "r", 1, t, NULL, NULL, count_final));
    wasmtime_component_resource_type_delete(t);
    wasmtime_component_linker_instance_delete(again);
    wasmtime_component_linker_instance_delete(root);
    wasmtime_component_linker_delete(l);
    CHECK(finalized == 4);
    wasmtime_component_t *c = NULL;
    static const uint8_t bytes[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0},
                         module[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    ERROR_HAS(wasmtime_component_new(engine, bytes, 8, &c), "not supported by this build");
    ERROR_HAS(wasmtime_component_new(engine, module, 8, &c), "was given a WebAssembly module");
    ERROR_HAS(wasmtime_component_new(engine, (const uint8_t *)"(component", 10, &c), "");
    CHECK(c == NULL);
    wasm_engine_delete(engine);
}

/* Every vector: made of elements, empty, to be filled, copied. */
#define VECTOR(name, entry, set, same)                                                             \
    do {                                                                                           \
        wasmtime_component_##name##_t v, c, e;                                                     \
        entry items[2];                                                                            \
        memset(items, 0, sizeof items);                                                            \
        for (int k = 0; k < 2; k++) {                                                              \
            entry *x = &items[k];                                                                  \
            set;                                                                                   \
        }                                                                                          \
        wasmtime_component_##name##_new(&v, 2, items);                                             \
        CHECK(v.size == 2 && v.data && v.data != items);                                           \
        wasmtime_component_##name##_copy(&c, &v);                                                  \
        CHECK(c.size == 2 && c.data != v.data);                                                    \
        for (int k = 0; k < 2; k++) {                                                              \
            const entry *x = &v.data[k], *y = &c.data[k];                                          \
            CHECK(same);                                                                           \
        }                                                                                          \
        wasmtime_component_##name##_delete(&v);                                                    \
        CHECK(v.size == 0 && !v.data);                                                             \
        wasmtime_component_##name##_delete(&v);                                                    \
        wasmtime_component_##name##_delete(&c);                                                    \
        wasmtime_component_##name##_new_empty(&e);                                                 \
        CHECK(e.size == 0 && !e.data);                                                             \
        wasmtime_component_##name##_copy(&c, &e);                                                  \
        CHECK(c.size == 0 && !c.data);                                                             \
        wasmtime_component_##name##_new_uninit(&e, 3);                                             \
        CHECK(e.size == 3 && e.data);                                                              \
        wasmtime_component_##name##_delete(&e); /* as it is */                                     \
    } while (0)

static void test_vectors(void)
{
    VECTOR(vallist, val, *x = string("el"),
           x->of.string.size == 2 && y->of.string.data != x->of.string.data);
    VECTOR(valtuple, val, *x = string("el"),
           x->of.string.size == 2 && y->of.string.data != x->of.string.data);
    VECTOR(valrecord, wasmtime_component_valrecord_entry_t,
           (wasm_name_new_from_string(&x->name, "n"), x->val = string("v")),
           x->name.data != y->name.data && y->name.size == 1 && y->val.of.string.size == 1);
    VECTOR(valmap, wasmtime_component_valmap_entry_t,
           (x->key = string("key"), x->value = string("v")),
           x->key.of.string.data != y->key.of.string.data && y->value.of.string.size == 1);
    VECTOR(valflags, wasm_name_t, wasm_name_new_from_string(x, "flag"),
           x->data != y->data && y->size == 4);
}

/* What only a component could give is never there: each function answers for nothing, and leaves
 * its results alone. */
static void test_absent(void)
{
    struct world w = world_new(NULL);
    wasmtime_component_valtype_t t = {.kind = WASMTIME_COMPONENT_VALTYPE_U8};
    const char *name = "untouched";
    size_t len = 9;
    bool payload = true;
    wasmtime_component_item_t item;
#define ABSENT(kind)                                                                               \
    CHECK(wasmtime_component_##kind##_type_clone(NULL) == NULL);                                   \
    wasmtime_component_##kind##_type_delete(NULL)
#define ABSENT_VALTYPE(kind)                                                                       \
    ABSENT(kind);                                                                                  \
    CHECK(wasmtime_component_##kind##_type_equal(NULL, NULL))
    ABSENT_VALTYPE(list);
    ABSENT_VALTYPE(record);
    ABSENT_VALTYPE(tuple);
    ABSENT_VALTYPE(variant);
    ABSENT_VALTYPE(enum);
    ABSENT_VALTYPE(option);
    ABSENT_VALTYPE(result);
    ABSENT_VALTYPE(flags);
    ABSENT_VALTYPE(future);
    ABSENT_VALTYPE(stream);
    ABSENT_VALTYPE(map);
    ABSENT(func);
    ABSENT(instance);
    CHECK(!wasmtime_component_type_clone(NULL) && !wasmtime_module_type_clone(NULL));
    wasmtime_component_type_delete(NULL);
    wasmtime_module_type_delete(NULL);
    CHECK(!wasmtime_component_result_type_ok(NULL, &t) &&
          !wasmtime_component_result_type_err(NULL, &t) &&
          !wasmtime_component_future_type_ty(NULL, &t) &&
          !wasmtime_component_stream_type_ty(NULL, &t) &&
          !wasmtime_component_func_type_result(NULL, &t));
    CHECK(!wasmtime_component_record_type_field_count(NULL) &&
          !wasmtime_component_tuple_type_types_count(NULL) &&
          !wasmtime_component_variant_type_case_count(NULL) &&
          !wasmtime_component_enum_type_names_count(NULL) &&
          !wasmtime_component_flags_type_names_count(NULL) &&
          !wasmtime_component_func_type_param_count(NULL) &&
          !wasmtime_component_func_type_async(NULL));
    CHECK(!wasmtime_component_record_type_field_nth(NULL, 0, &name, &len, &t) &&
          !wasmtime_component_tuple_type_types_nth(NULL, 0, &t) &&
          !wasmtime_component_variant_type_case_nth(NULL, 0, &name, &len, &payload, &t) &&
          !wasmtime_component_enum_type_names_nth(NULL, 0, &name, &len) &&
          !wasmtime_component_flags_type_names_nth(NULL, 0, &name, &len) &&
          !wasmtime_component_func_type_param_nth(NULL, 0, &name, &len, &t));
    CHECK(!wasmtime_component_type_import_count(NULL, w.engine) &&
          !wasmtime_component_type_export_count(NULL, w.engine) &&
          !wasmtime_component_instance_type_export_count(NULL, w.engine) &&
          !wasmtime_module_type_import_count(NULL, w.engine) &&
          !wasmtime_module_type_export_count(NULL, w.engine));
    CHECK(!wasmtime_component_type_import_get(NULL, w.engine, "x", 1, &item) &&
          !wasmtime_component_type_export_get(NULL, w.engine, "x", 1, &item) &&
          !wasmtime_component_instance_type_export_get(NULL, w.engine, "x", 1, &item) &&
          !wasmtime_component_type_import_nth(NULL, w.engine, 0, &name, &len, &item) &&
          !wasmtime_component_type_export_nth(NULL, w.engine, 0, &name, &len, &item) &&
          !wasmtime_component_instance_type_export_nth(NULL, w.engine, 0, &name, &len, &item));
    CHECK(!wasmtime_module_type_import_nth(NULL, w.engine, 0) &&
          !wasmtime_module_type_export_nth(NULL, w.engine, 0));
    CHECK(t.kind == WASMTIME_COMPONENT_VALTYPE_U8 && len == 9 && payload &&
          !strcmp(name, "untouched"));
    /* Parts that a type always has: the simplest of types. */
    wasmtime_component_list_type_element(NULL, &t);
    CHECK(t.kind == WASMTIME_COMPONENT_VALTYPE_BOOL);
    wasmtime_component_option_type_ty(NULL, &t);
    wasmtime_component_map_type_key(NULL, &t);
    wasmtime_component_map_type_value(NULL, &t);
    CHECK(t.kind == WASMTIME_COMPONENT_VALTYPE_BOOL);

    /* Components, instances, functions. */
    CHECK(!wasmtime_component_clone(NULL) && !wasmtime_component_type(NULL));
    wasmtime_component_delete(NULL);
    wasm_byte_vec_t bytes = {0, NULL};
    ERROR_HAS(wasmtime_component_serialize(NULL, &bytes), "not supported by this build");
    wasmtime_component_t *c = NULL;
    ERROR_HAS(wasmtime_component_deserialize(w.engine, (const uint8_t *)"x", 1, &c),
              "not supported by this build");
    ERROR_HAS(wasmtime_component_deserialize_file(w.engine, "/nonexistent", &c), "");
    CHECK(!c && !bytes.data);
    CHECK(!wasmtime_component_get_export_index(NULL, NULL, "x", 1) &&
          !wasmtime_component_export_index_clone(NULL));
    wasmtime_component_export_index_delete(NULL);
    wasmtime_component_instance_t i = {0};
    wasmtime_component_func_t f = {0};
    CHECK(!wasmtime_component_instance_get_export_index(&i, w.context, NULL, "x", 1) &&
          !wasmtime_component_instance_get_func(&i, w.context, NULL, &f) &&
          !wasmtime_component_func_type(&f, w.context));
    ERROR_HAS(wasmtime_component_func_call(&f, w.context, NULL, 0, NULL, 0),
              "not supported by this build");
    OK(wasmtime_component_func_post_return(&f, w.context));
    wasmtime_error_t *error = NULL;
    wasmtime_call_future_t *call =
        wasmtime_component_func_call_async(&f, w.context, NULL, 0, NULL, 0, &error);
    CHECK(wasmtime_call_future_poll(call));
    wasmtime_call_future_delete(call);
    ERROR_HAS(error, "not supported by this build");
    wasmtime_component_linker_t *l = wasmtime_component_linker_new(w.engine);
    ERROR_HAS(wasmtime_component_linker_instantiate(l, w.context, NULL, &i),
              "not supported by this build");
    call = wasmtime_component_linker_instantiate_async(l, w.context, NULL, &i, &error);
    CHECK(wasmtime_call_future_poll(call));
    wasmtime_call_future_delete(call);
    ERROR_HAS(error, "not supported by this build");
    ERROR_HAS(wasmtime_component_linker_define_unknown_imports_as_traps(l, NULL),
              "not supported by this build");
    ERROR_HAS(wasmtime_component_linker_add_wasip2(l), "not supported by this build");
    ERROR_HAS(wasmtime_component_linker_add_wasip2_async(l), "not supported by this build");
    ERROR_HAS(wasmtime_component_linker_add_wasi_http(l), "not supported by this build");
    ERROR_HAS(wasmtime_component_linker_add_wasi_http_async(l), "not supported by this build");
    wasmtime_context_set_wasi_http(w.context); /* nothing can ask for it */
    wasmtime_component_linker_delete(l);
    wasmtime_component_linker_delete(NULL);
    wasmtime_component_linker_instance_delete(NULL);
    world_delete(&w);
}

static void slow_func(void *data, wasmtime_context_t *context,
                      const wasmtime_component_func_type_t *type, val *args, size_t nargs,
                      val *results, size_t nresults, wasmtime_error_t **error,
                      wasmtime_async_continuation_t *rest)
{
    (void)data, (void)context, (void)type, (void)args, (void)nargs, (void)results, (void)nresults,
        (void)error, (void)rest;
}

static void test_more_of_linkers(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasmtime_component_linker_t *l = wasmtime_component_linker_new(engine);
    wasmtime_component_linker_instance_t *root = wasmtime_component_linker_root(l);
    wasmtime_module_t *m = module_of(engine, "(module)");
    finalized = 0;
    OK(wasmtime_component_linker_instance_add_module(root, "m", 1, m));
    ERROR_HAS(wasmtime_component_linker_instance_add_module(root, "m", 1, m), "defined twice");
    wasmtime_module_delete(m);
    OK(wasmtime_component_linker_instance_add_func_async(root, "f", 1, slow_func, NULL,
                                                         count_final));
    ERROR_HAS(wasmtime_component_linker_instance_add_func_async(root, "m", 1, slow_func, NULL,
                                                                count_final),
              "defined twice");
    CHECK(finalized == 1);
    wasmtime_component_resource_type_t *t = wasmtime_component_resource_type_new_host(1);
    ERROR_HAS(
        wasmtime_component_linker_instance_add_resource(root, "f", 1, t, NULL, NULL, count_final),
        "defined twice");
    CHECK(finalized == 2);
    wasmtime_component_resource_type_t *copy = wasmtime_component_resource_type_clone(t),
                                       *other = wasmtime_component_resource_type_new_host(2);
    CHECK(wasmtime_component_resource_type_equal(t, copy) &&
          !wasmtime_component_resource_type_equal(t, other));
    wasmtime_component_resource_type_delete(t);
    wasmtime_component_resource_type_delete(copy);
    wasmtime_component_resource_type_delete(other);
    wasmtime_component_resource_type_delete(NULL);
    wasmtime_component_linker_instance_delete(root);
    root = wasmtime_component_linker_root(l); /* again */
    OK(wasmtime_component_linker_instance_add_func(root, "g", 1, callback, NULL, count_final));
    wasmtime_component_linker_instance_delete(root);
    wasmtime_component_linker_delete(l);
    CHECK(finalized == 4);
    wasm_engine_delete(engine);
}

/* A handle belongs to a store; a copy of it is the same handle. */
static void test_handles(void)
{
    struct world w = world_new(NULL), v = world_new(NULL);
    wasmtime_component_resource_host_t *h = wasmtime_component_resource_host_new(false, 5, 7),
                                       *hc = wasmtime_component_resource_host_clone(h),
                                       *back = NULL;
    CHECK(!wasmtime_component_resource_host_owned(hc) &&
          wasmtime_component_resource_host_rep(hc) == 5);
    wasmtime_component_resource_host_delete(hc);
    wasmtime_component_resource_any_t *any = NULL;
    OK(wasmtime_component_resource_host_to_any(w.context, h, &any));
    CHECK(!wasmtime_component_resource_any_owned(any));
    wasmtime_component_resource_host_delete(h);
    h = wasmtime_component_resource_host_new(true, 6, 7);
    wasmtime_component_resource_any_delete(any);
    OK(wasmtime_component_resource_host_to_any(w.context, h, &any));
    wasmtime_component_resource_any_t *copy = wasmtime_component_resource_any_clone(any);
    wasmtime_error_t *e =
        wasmtime_component_resource_any_to_host(v.context, any, &back); /* of another store */
    CHECK(e && !back);
    wasmtime_error_delete(e);
    e = wasmtime_component_resource_any_drop(v.context, any);
    CHECK(e);
    wasmtime_error_delete(e);
    OK(wasmtime_component_resource_any_to_host(w.context, copy, &back));
    CHECK(wasmtime_component_resource_host_rep(back) == 6 &&
          wasmtime_component_resource_host_owned(back));
    e = wasmtime_component_resource_any_drop(w.context, any); /* used up by the copy */
    CHECK(e);
    wasmtime_error_delete(e);
    wasmtime_component_resource_any_delete(any);
    wasmtime_component_resource_any_delete(copy);
    wasmtime_component_resource_any_delete(NULL);
    wasmtime_component_resource_host_delete(h);
    wasmtime_component_resource_host_delete(back);
    wasmtime_component_resource_host_delete(NULL);
    world_delete(&w);
    world_delete(&v);
}

/* Value types and items that need no component. */
static void test_types(void)
{
    wasmtime_component_valtype_t a = {.kind = WASMTIME_COMPONENT_VALTYPE_STRING}, b, c;
    wasmtime_component_valtype_clone(&a, &b);
    CHECK(wasmtime_component_valtype_equal(&a, &b));
    b.kind = WASMTIME_COMPONENT_VALTYPE_U8;
    CHECK(!wasmtime_component_valtype_equal(&a, &b));
    b.kind = WASMTIME_COMPONENT_VALTYPE_OWN;
    b.of.own = wasmtime_component_resource_type_new_host(3);
    wasmtime_component_valtype_clone(&b, &c);
    CHECK(wasmtime_component_valtype_equal(&b, &c) && c.of.own != b.of.own);
    wasmtime_component_valtype_delete(&c);
    c.kind = WASMTIME_COMPONENT_VALTYPE_BORROW;
    c.of.borrow = wasmtime_component_resource_type_new_host(3);
    CHECK(!wasmtime_component_valtype_equal(&b, &c));
    wasmtime_component_item_t x = {.kind = WASMTIME_COMPONENT_ITEM_TYPE, .of.type = b}, y;
    wasmtime_component_item_clone(&x, &y);
    CHECK(y.kind == WASMTIME_COMPONENT_ITEM_TYPE &&
          wasmtime_component_valtype_equal(&y.of.type, &b));
    wasmtime_component_item_delete(&x); /* b with it */
    wasmtime_component_item_delete(&y);
    wasmtime_component_item_delete(&y); /* it is empty */
    x = (wasmtime_component_item_t){.kind = WASMTIME_COMPONENT_ITEM_CORE_FUNC,
                                    .of.core_func = wasm_functype_new_0_0()};
    wasmtime_component_item_clone(&x, &y);
    CHECK(y.of.core_func && y.of.core_func != x.of.core_func);
    wasmtime_component_item_delete(&x);
    wasmtime_component_item_delete(&y);
    x = (wasmtime_component_item_t){.kind = WASMTIME_COMPONENT_ITEM_RESOURCE,
                                    .of.resource = wasmtime_component_resource_type_new_host(9)};
    wasmtime_component_item_clone(&x, &y);
    CHECK(wasmtime_component_resource_type_equal(x.of.resource, y.of.resource));
    wasmtime_component_item_delete(&x);
    wasmtime_component_item_delete(&y);
    wasmtime_component_valtype_delete(&c);
    wasmtime_component_valtype_delete(NULL);
    wasmtime_component_item_delete(NULL);
}

int main(void)
{
    test_vectors();
    test_absent();
    test_more_of_linkers();
    test_handles();
    test_types();
    test_values();
    test_resources();
    test_linker();
    FINISH();
}
