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

int main(void)
{
    test_values();
    test_resources();
    test_linker();
    FINISH();
}
