/* More words for test_random.c, which includes this once: things that stand for themselves,
 * beside the stores that the main file moves in. Values and linkers of the component model,
 * objects of wasm.h, descriptions of types, serialized modules. */
#ifndef TESTS_API_RANDOM_MORE_H
#define TESTS_API_RANDOM_MORE_H

/* --- Values of the component model ------------------------------------------------------------ */

static wasm_name_t some_name(void)
{
    wasm_name_t n;
    static const char *const texts_of[] = {"", "a", "beta", "\xc3\xa9",
                                           "a-rather-long-name-that-needs-memory"};
    const char *s = texts_of[rnd(5)];
    wasm_name_new(&n, strlen(s), s);
    return n;
}

static wasmtime_component_val_t some_component_val(unsigned deep)
{
    wasmtime_component_val_t v = {.kind = (wasmtime_component_valkind_t)rnd(deep ? 23 : 13)}, inner;
    size_t n = rnd(4);
    v.of.u64 = rnd(100);
    switch (v.kind) {
    case WASMTIME_COMPONENT_BOOL: v.of.boolean = rnd(2); break;
    case WASMTIME_COMPONENT_STRING: v.of.string = some_name(); break;
    case WASMTIME_COMPONENT_ENUM: v.of.enumeration = some_name(); break;
    case WASMTIME_COMPONENT_LIST:
        wasmtime_component_vallist_new_uninit(&v.of.list, n);
        for (size_t i = 0; i < n; i++)
            v.of.list.data[i] = some_component_val(deep - 1);
        break;
    case WASMTIME_COMPONENT_TUPLE: {
        wasmtime_component_val_t each[4];
        for (size_t i = 0; i < n; i++)
            each[i] = some_component_val(deep - 1);
        wasmtime_component_valtuple_new(&v.of.tuple, n, each);
        break;
    }
    case WASMTIME_COMPONENT_RECORD:
        wasmtime_component_valrecord_new_uninit(&v.of.record, n);
        for (size_t i = 0; i < n; i++) {
            v.of.record.data[i].name = some_name();
            v.of.record.data[i].val = some_component_val(deep - 1);
        }
        break;
    case WASMTIME_COMPONENT_MAP:
        wasmtime_component_valmap_new_uninit(&v.of.map, n);
        for (size_t i = 0; i < n; i++) {
            v.of.map.data[i].key = some_component_val(0);
            if (rnd(2))
                v.of.map.data[i].value = some_component_val(deep - 1);
        }
        break;
    case WASMTIME_COMPONENT_FLAGS:
        wasmtime_component_valflags_new_uninit(&v.of.flags, n);
        for (size_t i = 0; i < n; i++)
            if (rnd(4))
                v.of.flags.data[i] = some_name();
        break;
    case WASMTIME_COMPONENT_VARIANT:
        v.of.variant.discriminant = some_name();
        inner = some_component_val(deep - 1);
        v.of.variant.val = wasmtime_component_val_new(&inner);
        break;
    case WASMTIME_COMPONENT_OPTION:
        inner = some_component_val(deep - 1);
        v.of.option = rnd(2) ? wasmtime_component_val_new(&inner) : NULL;
        if (!v.of.option)
            wasmtime_component_val_delete(&inner);
        break;
    case WASMTIME_COMPONENT_RESULT:
        inner = some_component_val(deep - 1);
        v.of.result.is_ok = rnd(2);
        v.of.result.val = wasmtime_component_val_new(&inner);
        break;
    case WASMTIME_COMPONENT_RESOURCE: v.of.resource = NULL; break;
    default: break;
    }
    return v;
}

static wasmtime_component_val_t component_vals[8];
static wasmtime_component_resource_any_t *resources[8];
static wasmtime_component_linker_t *component_linker;

static wasmtime_error_t *end_resource(void *data, wasmtime_context_t *context, uint32_t rep)
{
    (void)data, (void)context, (void)rep;
    return NULL;
}

static wasmtime_error_t *component_func(void *data, wasmtime_context_t *context,
                                        const wasmtime_component_func_type_t *type,
                                        wasmtime_component_val_t *args, size_t nargs,
                                        wasmtime_component_val_t *results, size_t nresults)
{
    (void)data, (void)context, (void)type, (void)args, (void)nargs, (void)results, (void)nresults;
    return NULL;
}

static void define_in_level(wasmtime_component_linker_instance_t *level, unsigned deep)
{
    static const char *const keys[] = {"a", "b", "c", "\xff"};
    for (unsigned n = rnd(5); n > 0; n--) {
        const char *key = keys[rnd(4)];
        wasmtime_component_linker_instance_t *sub;
        wasmtime_component_resource_type_t *t;
        switch (rnd(4)) {
        case 0:
            if (deep &&
                drop(wasmtime_component_linker_instance_add_instance(level, key, 1, &sub))) {
                define_in_level(sub, deep - 1);
                wasmtime_component_linker_instance_delete(sub);
            }
            break;
        case 1:
            drop(wasmtime_component_linker_instance_add_module(level, key, 1, modules[0]));
            break;
        case 2:
            drop(wasmtime_component_linker_instance_add_func(level, key, 1, component_func, NULL,
                                                             finalize));
            break;
        case 3:
            t = wasmtime_component_resource_type_new_host(rnd(3));
            drop(wasmtime_component_linker_instance_add_resource(level, key, 1, t, end_resource,
                                                                 NULL, finalize));
            wasmtime_component_resource_type_delete(t);
            break;
        }
    }
}

static void step_component(struct place *p)
{
    wasmtime_component_val_t *v = &component_vals[rnd(8)], *w = &component_vals[rnd(8)];
    uint32_t at = rnd(8);
    wasmtime_component_resource_host_t *host = NULL;
    switch (rnd(6)) {
    case 0:
        wasmtime_component_val_delete(v);
        *v = some_component_val(4);
        break;
    case 1: {
        wasmtime_component_val_t copy;
        wasmtime_component_val_clone(v, &copy);
        wasmtime_component_val_delete(w);
        *w = copy;
        break;
    }
    case 2: {
        wasmtime_component_val_t *boxed_val = wasmtime_component_val_new(v); /* v is empty now */
        wasmtime_component_val_free(boxed_val);
        *v = (wasmtime_component_val_t){0};
        break;
    }
    case 3:
        host = wasmtime_component_resource_host_new(rnd(2), rnd(100), rnd(3));
        wasmtime_component_resource_any_delete(resources[at]);
        resources[at] = NULL;
        drop(wasmtime_component_resource_host_to_any(p->context, host, &resources[at]));
        wasmtime_component_resource_host_delete(host);
        break;
    case 4:
        if (!resources[at])
            break;
        wasmtime_component_resource_type_delete(
            wasmtime_component_resource_any_type(resources[at]));
        if (rnd(2)) {
            if (drop(wasmtime_component_resource_any_to_host(p->context, resources[at], &host)))
                wasmtime_component_resource_host_delete(host);
        } else {
            drop(wasmtime_component_resource_any_drop(p->context, resources[at]));
        }
        if (rnd(2)) {
            v = &component_vals[rnd(8)];
            wasmtime_component_val_delete(v);
            *v = (wasmtime_component_val_t){
                .kind = WASMTIME_COMPONENT_RESOURCE,
                .of.resource = wasmtime_component_resource_any_clone(resources[at])};
        }
        break;
    case 5:
        if (!component_linker || rnd(8) == 0) {
            wasmtime_component_linker_delete(component_linker);
            component_linker = wasmtime_component_linker_new(engine);
        }
        wasmtime_component_linker_allow_shadowing(component_linker, rnd(2));
        wasmtime_component_linker_instance_t *root =
            wasmtime_component_linker_root(component_linker);
        define_in_level(root, 3);
        wasmtime_component_linker_instance_delete(root);
        break;
    }
}

static void end_component(void)
{
    for (size_t i = 0; i < 8; i++) {
        wasmtime_component_val_delete(&component_vals[i]);
        wasmtime_component_resource_any_delete(resources[i]);
    }
    wasmtime_component_linker_delete(component_linker);
}

/* --- Objects of wasm.h ------------------------------------------------------------------------ */

enum { OBJECTS = 24 };
static wasm_store_t *wasm_stores[2];
static wasm_ref_t
    *objects[OBJECTS]; /* of either store; modules, instances, externs, foreign things, traps */
static wasm_frame_t *some_frame;

static void keep_object(wasm_ref_t *r)
{
    uint32_t at = rnd(OBJECTS);
    wasm_ref_delete(objects[at]);
    objects[at] = r;
}

static wasm_ref_t *some_object(void)
{
    return objects[rnd(OBJECTS)];
}

static unsigned wasm_depth;
static void step_wasm(void);

static void keep_trap(wasm_trap_t *t)
{
    if (!t)
        return;
    traps++;
    wasm_frame_delete(some_frame);
    some_frame = wasm_trap_origin(t);
    if (rnd(2))
        keep_object(wasm_trap_as_ref(t));
    else
        wasm_trap_delete(t);
}

static wasm_trap_t *wasm_boxed(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)env, (void)args;
    if (++wasm_depth < 4)
        for (uint32_t n = rnd(3); n > 0; n--)
            step_wasm();
    wasm_depth--;
    if (rnd(8) == 0)
        return wasmtime_trap_new("host", 4);
    for (size_t i = 0; i < results->size; i++)
        results->data[i] = rnd(8) ? (wasm_val_t)WASM_I32_VAL(1) : (wasm_val_t)WASM_F64_VAL(2);
    return NULL;
}

static void call_wasm(wasm_func_t *f)
{
    wasm_val_t args[3], results[3];
    size_t np = wasm_func_param_arity(f), nr = wasm_func_result_arity(f);
    if (np > 3 || nr > 3)
        return;
    wasm_functype_t *t = wasm_func_type(f);
    for (size_t i = 0; i < np; i++) {
        wasm_valkind_t k = wasm_valtype_kind(wasm_functype_params(t)->data[i]);
        args[i] = (wasm_val_t){.kind = rnd(9) ? k : WASM_I32, .of.i64 = 0};
        if (k < WASM_EXTERNREF)
            args[i].of.i64 = rnd(4);
        else if (rnd(2))
            args[i].of.ref = some_object(); /* perhaps of another store, perhaps no function */
    }
    wasm_functype_delete(t);
    wasm_val_vec_t a = {np, args}, r = {rnd(9) ? nr : rnd(4), results};
    wasm_trap_t *trap = wasm_func_call(f, &a, &r);
    if (!trap)
        for (size_t i = 0; i < nr; i++) {
            wasm_val_t copy;
            wasm_val_copy(&copy, &results[i]);
            wasm_val_delete(&copy);
            wasm_val_delete(&results[i]);
        }
    keep_trap(trap);
}

static void step_wasm(void)
{
    wasm_store_t *s = wasm_stores[rnd(2)];
    wasm_ref_t *r = some_object(), *other = some_object();
    wasm_extern_t *x = wasm_ref_as_extern(r);
    switch (rnd(16)) {
    case 0: {
        wasm_functype_t *t = some_functype();
        wasm_func_t *f = wasm_func_new_with_env(s, t, wasm_boxed, NULL, finalize);
        wasm_functype_delete(t);
        if (f)
            keep_object(wasm_func_as_ref(f));
        break;
    }
    case 1: {
        uint32_t n = rnd(MODULES);
        const char *text = texts[n == 1 ? 0 : n]; /* nothing stops a loop without an end here */
        wasm_byte_vec_t bytes;
        OK(wasmtime_wat2wasm(text, strlen(text), &bytes));
        wasm_module_t *m = wasm_module_new(s, &bytes);
        wasm_byte_vec_delete(&bytes);
        if (m)
            keep_object(wasm_module_as_ref(m));
        break;
    }
    case 2:
    case 3: {
        const wasm_module_t *m = wasm_ref_as_module_const(r);
        if (!m)
            break;
        wasm_extern_t *items[4] = {wasm_ref_as_extern(some_object()),
                                   wasm_ref_as_extern(some_object()), x, wasm_ref_as_extern(other)};
        wasm_importtype_vec_t wanted;
        wasm_module_imports(m, &wanted);
        /* Mostly of the right number, and of the right kind if there is one. */
        for (size_t i = 0; i < wanted.size && i < 4; i++)
            for (int tries = 0; tries < 20; tries++) {
                wasm_extern_t *e = wasm_ref_as_extern(some_object());
                if (e && wasm_extern_kind(e) ==
                             wasm_externtype_kind(wasm_importtype_type(wanted.data[i])))
                    items[i] = e;
            }
        wasm_extern_vec_t imports = {rnd(9) ? wanted.size : rnd(5), items};
        wasm_importtype_vec_delete(&wanted);
        wasm_trap_t *trap = NULL;
        wasm_instance_t *i = imports.size <= 4 ? wasm_instance_new(s, m, &imports, &trap) : NULL;
        if (i) {
            successes++;
            keep_object(wasm_instance_as_ref(i));
        }
        keep_trap(trap);
        break;
    }
    case 4:
    case 5: {
        wasm_instance_t *i = wasm_ref_as_instance(r);
        if (!i)
            break;
        wasm_extern_vec_t exports;
        wasm_instance_exports(i, &exports);
        for (size_t n = 0; n < exports.size; n++) {
            keep_object(wasm_extern_as_ref(exports.data[n]));
            exports.data[n] = NULL;
        }
        wasm_extern_vec_delete(&exports);
        break;
    }
    case 6:
    case 7:
        if (wasm_ref_as_func(r)) {
            wasm_func_t *f = wasm_func_copy(wasm_ref_as_func(r)); /* callbacks may replace it */
            call_wasm(f);
            wasm_func_delete(f);
        }
        break;
    case 8: keep_object(wasm_ref_copy(r)); break;
    case 9:
        CHECK(!r || wasm_ref_same(r, r));
        if (r && rnd(2))
            wasm_ref_set_host_info_with_finalizer(r, NULL, finalize);
        break;
    case 10:
        if (wasm_ref_as_memory(r)) {
            wasm_memory_t *m = wasm_ref_as_memory(r);
            wasm_memory_grow(m, rnd(4) ? rnd(2) : UINT32_MAX);
            if (wasm_memory_data_size(m))
                wasm_memory_data(m)[wasm_memory_data_size(m) - 1] = 5;
            wasm_memorytype_delete(wasm_memory_type(m));
        }
        break;
    case 11:
        if (wasm_ref_as_table(r)) {
            wasm_table_t *t = wasm_ref_as_table(r);
            wasm_table_set(t, rnd(4) ? rnd(3) : UINT32_MAX, other);
            wasm_table_grow(t, rnd(4) ? rnd(2) : UINT32_MAX, other);
            wasm_ref_delete(wasm_table_get(t, rnd(4)));
            wasm_tabletype_delete(wasm_table_type(t));
        }
        break;
    case 12:
        if (wasm_ref_as_global(r)) {
            wasm_val_t v;
            wasm_global_get(wasm_ref_as_global(r), &v);
            wasm_global_set(
                wasm_ref_as_global(other) ? wasm_ref_as_global(other) : wasm_ref_as_global(r), &v);
            wasm_val_delete(&v);
            wasm_globaltype_delete(wasm_global_type(wasm_ref_as_global(r)));
        }
        break;
    case 13:
        if (x && rnd(4) == 0) {
            wasm_externtype_t *t = wasm_extern_type(x), *copy = wasm_externtype_copy(t);
            wasm_limits_t few = {rnd(3), rnd(2) ? wasm_limits_max_default : rnd(4)};
            const wasm_globaltype_t *gt = wasm_externtype_as_globaltype_const(t);
            wasm_val_t v = {.kind = (wasm_valkind_t)rnd(4)};
            if (gt) {
                wasm_global_t *g = wasm_global_new(s, gt, &v);
                if (g)
                    keep_object(wasm_global_as_ref(g));
            } else {
                wasm_memorytype_t *mt = wasm_memorytype_new(&few);
                wasm_memory_t *m = mt ? wasm_memory_new(s, mt) : NULL;
                wasm_memorytype_delete(mt);
                wasm_tabletype_t *tt = wasm_tabletype_new(wasm_valtype_new_funcref(), &few);
                wasm_table_t *table = tt ? wasm_table_new(s, tt, other) : NULL;
                wasm_tabletype_delete(tt);
                if (m)
                    keep_object(wasm_memory_as_ref(m));
                if (table)
                    keep_object(wasm_table_as_ref(table));
            }
            wasm_externtype_delete(t);
            wasm_externtype_delete(copy);
        }
        break;
    case 14:
        if (some_frame) {
            wasm_instance_t *i = wasm_frame_instance(some_frame);
            if (i && rnd(2))
                keep_object(wasm_instance_as_ref(wasm_instance_copy(i)));
            if (rnd(2)) {
                wasm_frame_t *copy = wasm_frame_copy(some_frame);
                wasm_frame_delete(some_frame);
                some_frame = copy;
            }
            (void)wasmtime_frame_func_name(some_frame);
            (void)wasmtime_frame_module_name(some_frame);
        }
        break;
    case 15:
        if (rnd(10) == 0 && wasm_depth == 0) { /* what is of it goes on to exist */
            uint32_t which = rnd(2);
            wasm_store_delete(wasm_stores[which]);
            wasm_stores[which] = wasm_store_new(other_engine);
        } else if (rnd(3) == 0) {
            keep_object(wasm_foreign_as_ref(wasm_foreign_new(s)));
        } else if (wasm_ref_as_module(r)) {
            wasm_byte_vec_t bytes;
            wasm_module_serialize(wasm_ref_as_module(r), &bytes);
            wasm_module_t *m = wasm_module_deserialize(s, &bytes);
            wasm_byte_vec_delete(&bytes);
            wasm_shared_module_t *shared = wasm_module_share(wasm_ref_as_module(r));
            wasm_module_t *obtained = wasm_module_obtain(s, shared);
            wasm_shared_module_delete(shared);
            wasm_module_delete(obtained);
            CHECK(m && obtained);
            if (m)
                keep_object(wasm_module_as_ref(m));
        }
        break;
    }
}

static void end_wasm(void)
{
    wasm_store_delete(wasm_stores[0]); /* before what is of it */
    for (size_t i = 0; i < OBJECTS; i++)
        wasm_ref_delete(objects[i]);
    wasm_frame_delete(some_frame);
    wasm_store_delete(wasm_stores[1]);
}

/* --- Types ------------------------------------------------------------------------------------ */

static void step_types(struct place *p)
{
    wasm_memorytype_t *mt = NULL;
    wasm_tabletype_t *tt = NULL;
    wasmtime_memory_t m;
    wasmtime_table_t t;
    static const uint64_t sizes[] = {
        0, 1, 2, 3, 65536, 65537, UINT32_MAX, (uint64_t)UINT32_MAX + 1, UINT64_MAX};
    switch (rnd(4)) {
    case 0:
        if (drop(wasmtime_memorytype_new(sizes[rnd(9)], rnd(2), sizes[rnd(9)], rnd(2), rnd(4) == 0,
                                         rnd(2) ? 16 : (uint8_t)rnd(20), &mt))) {
            if (drop(wasmtime_memory_new(p->context, mt, &m)))
                CHECK(wasmtime_memory_size(p->context, &m) == wasmtime_memorytype_minimum(mt));
            wasmtime_sharedmemory_t *shared = NULL;
            if (wasmtime_memorytype_minimum(mt) <= 4 &&
                drop(wasmtime_sharedmemory_new(engine, mt, &shared))) {
                wasmtime_extern_t x = {.kind = WASMTIME_EXTERN_SHAREDMEMORY,
                                       .of.sharedmemory = shared};
                keep_extern(&x);
            }
            wasm_memorytype_t *copy = wasm_memorytype_copy(mt);
            CHECK(wasmtime_memorytype_is64(copy) == wasmtime_memorytype_is64(mt));
            wasm_memorytype_delete(copy);
            wasm_memorytype_delete(mt);
        }
        break;
    case 1: {
        wasm_limits_t few = {(uint32_t)sizes[rnd(7)], (uint32_t)sizes[rnd(7)]};
        tt = wasm_tabletype_new(some_type(), &few);
        if (tt && drop(wasmtime_table_new(p->context, tt, &values[rnd(VALUES)], &t)))
            CHECK(wasmtime_table_size(p->context, &t) == few.min);
        wasm_tabletype_delete(tt);
        break;
    }
    case 2: {
        wasm_functype_t *f = some_functype();
        wasm_tagtype_t *tag = wasm_tagtype_new(wasm_functype_copy(f));
        wasmtime_extern_t x = {.kind = WASMTIME_EXTERN_TAG};
        if (tag && drop(wasmtime_tag_new(p->context, tag, &x.of.tag)))
            keep_extern(&x);
        wasm_tagtype_delete(tag);
        wasm_functype_delete(f);
        break;
    }
    case 3: {
        wasm_importtype_vec_t imports;
        wasm_exporttype_vec_t exports, copy;
        const wasmtime_module_t *module = modules[rnd(MODULES)];
        wasmtime_module_imports(module, &imports);
        wasmtime_module_exports(module, &exports);
        wasm_exporttype_vec_copy(&copy, &exports);
        CHECK(copy.size == exports.size);
        wasm_importtype_vec_delete(&imports);
        wasm_exporttype_vec_delete(&exports);
        wasm_exporttype_vec_delete(&copy);
        break;
    }
    }
}

/* A module anew: from its text, or by way of its serialized form. */
static void renew_module(uint32_t n)
{
    wasm_engine_t *of = n == 4 ? other_engine : engine;
    wasmtime_module_t *fresh = NULL;
    wasm_byte_vec_t bytes;
    if (rnd(2)) {
        fresh = module_of(of, texts[n]);
    } else if (drop(wasmtime_module_serialize(modules[n], &bytes))) {
        wasmtime_module_t *wrong = NULL;
        if (drop(wasmtime_module_deserialize(of == engine ? other_engine : engine,
                                             (uint8_t *)bytes.data, bytes.size, &wrong)))
            wasmtime_module_delete(wrong);
        drop(wasmtime_module_deserialize(of, (uint8_t *)bytes.data, rnd((uint32_t)bytes.size),
                                         &wrong));
        OK(wasmtime_module_deserialize(of, (uint8_t *)bytes.data, bytes.size, &fresh));
        wasm_byte_vec_delete(&bytes);
    }
    if (!fresh)
        fresh = wasmtime_module_clone(modules[n]);
    wasmtime_module_delete(modules[n]);
    modules[n] = fresh;
}

#endif
