/* Each allocation of each part of the API made to fail once: what cannot be made is NULL or an
 * error, nothing crashes, and the leak checker of the address sanitizer finds nothing.
 * tests/process/exhaust.c goes the way from text to a trap like this; here are the objects that
 * it does not meet. Links the library's own allocator switch, so it works in debug builds. */
#include "base/alloc.h"
#include "check.h"
#include <wasmtime/async.h>
#include <wasmtime/component.h>

static bool complete; /* the part came to its end */

static bool bad(wasmtime_error_t *e)
{
    if (!e)
        return false;
    wasm_name_t m;
    wasmtime_error_message(e, &m);
    wasm_name_delete(&m);
    wasmtime_error_delete(e);
    return true;
}

static bool trapped(wasm_trap_t *t)
{
    if (!t)
        return false;
    wasm_name_t m;
    wasm_frame_vec_t frames, copy;
    wasm_trap_message(t, &m);
    wasm_name_delete(&m);
    wasm_trap_trace(t, &frames);
    wasm_frame_vec_copy(&copy, &frames);
    for (size_t i = 0; i < frames.size; i++)
        (void)wasm_frame_instance(frames.data[i]);
    wasm_frame_vec_delete(&copy);
    wasm_frame_vec_delete(&frames);
    wasm_frame_delete(wasm_trap_origin(t));
    wasm_trap_delete(wasm_trap_copy(t));
    wasm_trap_delete(t);
    return true;
}

#define NEED(x)                                                                                    \
    do {                                                                                           \
        if (!(x))                                                                                  \
            goto out;                                                                              \
    } while (0)

static void finalize(void *p)
{
    ++*(int *)p;
}

static int32_t begun, ended;

static wasm_functype_t *functype(void)
{
    wasm_valtype_t *p = wasm_valtype_new_i32(), *r = wasm_valtype_new_i32();
    if (!p || !r) {
        wasm_valtype_delete(p);
        wasm_valtype_delete(r);
        return NULL;
    }
    wasm_valtype_vec_t ps, rs;
    wasm_valtype_vec_new(&ps, 1, &p);
    wasm_valtype_vec_new(&rs, 1, &r);
    if (!ps.data || !rs.data) {
        wasm_valtype_vec_delete(&ps);
        wasm_valtype_vec_delete(&rs);
        return NULL;
    }
    return wasm_functype_new(&ps, &rs);
}

/* --- wasm.h ----------------------------------------------------------------------------------- */

static wasm_engine_t *engine;
static wasm_byte_vec_t classic_bytes, lib_bytes;

static wasm_trap_t *classic_host(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)env;
    if (args->data[0].of.i32 == 3) {
        wasm_message_t m;
        wasm_name_new_from_string_nt(&m, "three");
        wasm_trap_t *t = wasm_trap_new(NULL, &m);
        wasm_name_delete(&m);
        return t;
    }
    wasm_val_copy(&results->data[0], &args->data[0]);
    return NULL;
}

static const char classic_text[] =
    "(module $m (import \"a\" \"h\" (func $h (param i32) (result i32))) (func $f (export \"f\") "
    "(param i32) (result i32)"
    " (call $h (local.get 0))) (memory (export \"m\") 1 2) (global (export \"g\") (mut i64) "
    "(i64.const 5))"
    " (table (export \"t\") 2 4 funcref) (elem (i32.const 1) 0) (tag (export \"x\") (param i32)))";

static void classic(void)
{
    wasm_store_t *s = wasm_store_new(engine);
    wasm_functype_t *ft = functype();
    wasm_func_t *h = NULL, *hc = NULL;
    wasm_module_t *m = NULL, *m2 = NULL;
    wasm_shared_module_t *shared = NULL;
    wasm_instance_t *i = NULL;
    wasm_foreign_t *foreign = NULL;
    wasm_globaltype_t *gt = NULL;
    wasm_tabletype_t *tt = NULL;
    wasm_memorytype_t *mt = NULL;
    wasm_extern_vec_t x = WASM_EMPTY_VEC, xc = WASM_EMPTY_VEC;
    wasm_importtype_vec_t imports = WASM_EMPTY_VEC, ic = WASM_EMPTY_VEC;
    wasm_exporttype_vec_t exports = WASM_EMPTY_VEC, ec = WASM_EMPTY_VEC;
    wasm_byte_vec_t bytes = WASM_EMPTY_VEC;
    NEED(s && ft);
    begun++;
    NEED(h = wasm_func_new_with_env(s, ft, classic_host, &ended, finalize));
    NEED(hc = wasm_func_copy(h));
    wasm_functype_t *type = wasm_func_type(h);
    wasm_functype_delete(type);
    NEED(type);
    NEED(m = wasm_module_new(s, &classic_bytes));
    wasm_module_imports(m, &imports);
    wasm_module_exports(m, &exports);
    wasm_importtype_vec_copy(&ic, &imports);
    wasm_exporttype_vec_copy(&ec, &exports);
    NEED(ic.size == 1 && ec.size == 5);
    wasm_module_serialize(m, &bytes);
    NEED(bytes.data && (m2 = wasm_module_deserialize(s, &bytes)));
    wasm_module_delete(m2);
    m2 = NULL;
    NEED(shared = wasm_module_share(m));
    NEED(m2 = wasm_module_obtain(s, shared));
    wasm_extern_t *items[] = {wasm_func_as_extern(h)};
    wasm_extern_vec_t in = WASM_ARRAY_VEC(items);
    wasm_trap_t *trap = NULL;
    i = wasm_instance_new(s, m2, &in, &trap);
    CHECK(!i == trapped(trap));
    NEED(i);
    wasm_instance_exports(i, &x);
    wasm_extern_vec_copy(&xc, &x);
    NEED(xc.size == 5);
    for (size_t k = 0; k < 5; k++) {
        wasm_externtype_t *t = wasm_extern_type(xc.data[k]),
                          *copy = t ? wasm_externtype_copy(t) : NULL;
        wasm_externtype_delete(t);
        wasm_externtype_delete(copy);
        NEED(copy);
    }
    wasm_val_t args[] = {WASM_I32_VAL(2)}, results[] = {WASM_INIT_VAL};
    wasm_val_vec_t a = WASM_ARRAY_VEC(args), r = WASM_ARRAY_VEC(results);
    NEED(!trapped(wasm_func_call(wasm_extern_as_func(xc.data[0]), &a, &r)));
    args[0].of.i32 = 3;
    NEED(trapped(wasm_func_call(wasm_extern_as_func(xc.data[0]), &a,
                                &r))); /* the host may have no memory for it */
    wasm_table_t *t = wasm_extern_as_table(xc.data[3]);
    wasm_ref_t *e = wasm_table_get(t, 1);
    NEED(e);
    bool ok = wasm_table_set(t, 0, e) & wasm_table_grow(t, 1, e);
    wasm_ref_delete(e);
    NEED(ok && wasm_memory_grow(wasm_extern_as_memory(xc.data[1]), 1));
    NEED(foreign = wasm_foreign_new(s));
    wasm_valtype_t *vt = wasm_valtype_new_f32();
    NEED(vt && (gt = wasm_globaltype_new(vt, WASM_VAR)));
    wasm_val_t v = WASM_F32_VAL(1);
    wasm_global_t *g = wasm_global_new(s, gt, &v);
    wasm_global_delete(g);
    NEED(g);
    vt = wasm_valtype_new_funcref();
    NEED(vt && (tt = wasm_tabletype_new(vt, &(wasm_limits_t){1, 2})));
    t = wasm_table_new(s, tt, wasm_func_as_ref(h));
    wasm_table_delete(t);
    NEED(t && (mt = wasm_memorytype_new(&(wasm_limits_t){1, 2})));
    wasm_memory_t *mem = wasm_memory_new(s, mt);
    wasm_memory_delete(mem);
    NEED(mem);
    complete = true;
out:
    wasm_extern_vec_delete(&x);
    wasm_extern_vec_delete(&xc);
    wasm_importtype_vec_delete(&imports);
    wasm_importtype_vec_delete(&ic);
    wasm_exporttype_vec_delete(&exports);
    wasm_exporttype_vec_delete(&ec);
    wasm_byte_vec_delete(&bytes);
    wasm_globaltype_delete(gt);
    wasm_tabletype_delete(tt);
    wasm_memorytype_delete(mt);
    wasm_foreign_delete(foreign);
    wasm_shared_module_delete(shared);
    wasm_module_delete(m);
    wasm_module_delete(m2);
    wasm_instance_delete(i);
    wasm_func_delete(h);
    wasm_func_delete(hc);
    wasm_functype_delete(ft);
    wasm_store_delete(s);
    CHECK(begun == ended);
}

/* --- Linking ---------------------------------------------------------------------------------- */

static wasm_trap_t *host(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                         size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)nargs, (void)nresults;
    wasmtime_extern_t x;
    if (wasmtime_caller_export_get(caller, "m", 1, &x))
        wasmtime_extern_delete(&x);
    results[0] = args[0];
    return args[0].of.i32 == 3 ? wasmtime_trap_new("three", 5) : NULL;
}

static wasmtime_module_t *module(const wasm_byte_vec_t *bytes)
{
    wasmtime_module_t *m = NULL;
    return bad(wasmtime_module_new(engine, (uint8_t *)bytes->data, bytes->size, &m)) ? NULL : m;
}

static void linking(void)
{
    wasmtime_store_t *s = wasmtime_store_new(engine, NULL, NULL);
    wasm_functype_t *ft = functype();
    wasmtime_linker_t *l = wasmtime_linker_new(engine), *copy = NULL;
    wasmtime_module_t *m = NULL, *lib = NULL;
    wasmtime_instance_pre_t *pre = NULL;
    NEED(s && ft && l);
    wasmtime_context_t *c = wasmtime_store_context(s);
    for (char k = 0; k < 70; k++) { /* more than the first tables have room for */
        char name[2] = {'a', (char)('0' + k)};
        begun++;
        NEED(!bad(wasmtime_linker_define_func(l, "many", 4, name, 2, ft, host, &ended, finalize)));
    }
    begun++;
    NEED(!bad(wasmtime_linker_define_func(l, "a", 1, "h", 1, ft, host, &ended, finalize)));
    NEED((m = module(&classic_bytes)) && (lib = module(&lib_bytes)));
    NEED(copy = wasmtime_linker_clone(l));
    for (char k = 0; k < 70; k++) {
        char name[2] = {'a', (char)('0' + k)};
        wasmtime_extern_t x;
        NEED(wasmtime_linker_get(copy, c, "many", 4, name, 2, &x));
    }
    NEED(!bad(wasmtime_linker_instantiate_pre(copy, m, &pre)));
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    NEED(!bad(wasmtime_instance_pre_instantiate(pre, c, &i, &trap)) && !trapped(trap));
    NEED(!bad(wasmtime_linker_define_instance(copy, c, "i", 1, &i)));
    NEED(!bad(wasmtime_linker_module(copy, c, "lib", 3, lib)));
    wasmtime_func_t f;
    NEED(!bad(wasmtime_linker_get_default(copy, c, "lib", 3, &f)));
    NEED(!bad(wasmtime_linker_get_default(copy, c, "none", 4, &f)));
    wasmtime_extern_t x;
    NEED(wasmtime_linker_get(copy, c, "i", 1, "f", 1, &x));
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 2}, r;
    NEED(!bad(wasmtime_func_call(c, &x.of.func, &a, 1, &r, 1, &trap)) && !trapped(trap));
    a.of.i32 = 3;
    CHECK(bad(wasmtime_func_call(c, &x.of.func, &a, 1, &r, 1, &trap)) && !trap);
    wasmtime_linker_t *stubs = wasmtime_linker_new(engine);
    bool ok = stubs && !bad(wasmtime_linker_define_unknown_imports_as_traps(stubs, m));
    wasmtime_linker_delete(stubs);
    NEED(ok);
    stubs = wasmtime_linker_new(engine);
    ok = stubs && !bad(wasmtime_linker_define_unknown_imports_as_default_values(stubs, c, m)) &&
         !bad(wasmtime_linker_instantiate(stubs, c, m, &i, &trap)) && !trapped(trap);
    wasmtime_linker_delete(stubs);
    NEED(ok);
    complete = true;
out:
    wasmtime_instance_pre_delete(pre);
    wasmtime_linker_delete(copy);
    wasmtime_linker_delete(l);
    wasmtime_module_delete(m);
    wasmtime_module_delete(lib);
    wasm_functype_delete(ft);
    wasmtime_store_delete(s);
    CHECK(begun == ended);
}

/* --- References, shared memories -------------------------------------------------------------- */

static wasm_byte_vec_t refs_bytes, shared_bytes;

static void references(void)
{
    wasmtime_store_t *s = wasmtime_store_new(engine, NULL, NULL);
    wasmtime_module_t *m = NULL;
    wasmtime_val_t v[40];
    size_t n = 0;
    NEED(s);
    wasmtime_context_t *c = wasmtime_store_context(s);
    for (; n < 20; n++) {
        v[n].kind = WASMTIME_EXTERNREF;
        begun++;
        if (!wasmtime_externref_new(c, NULL, NULL, &v[n].of.externref))
            goto out;
    }
    NEED(m = module(&refs_bytes));
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    NEED(!bad(wasmtime_instance_new(c, m, NULL, 0, &i, &trap)) && !trapped(trap));
    wasmtime_extern_t f, t;
    NEED(wasmtime_instance_export_get(c, &i, "f", 1, &f) &&
         wasmtime_instance_export_get(c, &i, "t", 1, &t));
    for (; n < 40; n++) {
        wasmtime_val_t r = {.kind = WASMTIME_I32};
        if (bad(wasmtime_func_call(c, &f.of.func, &v[n - 20], 1, &r, 1, &trap)) || trapped(trap))
            goto out;
        v[n] = r;
        CHECK(r.kind == WASMTIME_EXTERNREF);
    }
    NEED(!bad(wasmtime_table_set(c, &t.of.table, 0, &v[0])));
    wasmtime_val_t r;
    NEED(wasmtime_table_get(c, &t.of.table, 0, &r));
    wasmtime_val_t copy;
    wasmtime_val_clone(&r, &copy);
    wasmtime_val_unroot(&r);
    wasmtime_val_unroot(&copy);
    uint64_t before;
    NEED(!bad(wasmtime_table_grow(c, &t.of.table, 5, &v[1], &before)));
    NEED(!bad(wasmtime_context_gc(c)));
    complete = true;
out:
    for (size_t k = 0; k < n; k++)
        wasmtime_val_unroot(&v[k]);
    if (s)
        (void)bad(wasmtime_context_gc(wasmtime_store_context(s)));
    wasmtime_module_delete(m);
    wasmtime_store_delete(s);
    begun = ended;
}

/* --- Objects and exceptions ------------------------------------------------------------------- */

static wasm_byte_vec_t throw_bytes;

static wasm_trap_t *throwing_host(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                                  size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)nargs, (void)results, (void)nresults;
    return wasmtime_context_set_exception(wasmtime_caller_context(caller), &args[0].of.exnref);
}

static void objects(void)
{
    wasmtime_store_t *s = wasmtime_store_new(engine, NULL, NULL);
    wasmtime_context_t *c = s ? wasmtime_store_context(s) : NULL;
    wasmtime_field_type_t fields[2] = {
        {true, {WASMTIME_STORAGE_TYPE_KIND_VALTYPE, wasm_valtype_new_externref()}},
        {true, {WASMTIME_STORAGE_TYPE_KIND_VALTYPE, wasm_valtype_new_funcref()}}};
    wasmtime_struct_type_t *st = NULL;
    wasmtime_array_type_t *at = NULL;
    wasmtime_struct_ref_pre_t *sp = NULL;
    wasmtime_array_ref_pre_t *ap = NULL;
    wasm_tagtype_t *tt = NULL;
    wasmtime_module_t *m = NULL;
    wasmtime_structref_t o = {0}, copy = {0};
    wasmtime_arrayref_t a = {0};
    wasmtime_exnref_t x = {0}, pending = {0};
    wasmtime_anyref_t any = {0};
    wasmtime_eqref_t eq = {0};
    wasmtime_val_t v[2] = {{.kind = WASMTIME_EXTERNREF}, {.kind = WASMTIME_FUNCREF}}, got = {0},
                   r = {0};
    wasmtime_heaptype_t heap = {.kind = WASMTIME_HEAPTYPE_KIND_ANY};
    wasmtime_extern_t imports[2] = {{.kind = WASMTIME_EXTERN_TAG}, {.kind = WASMTIME_EXTERN_FUNC}},
                      f;
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *e;
    NEED(s && fields[0].storage.valtype && fields[1].storage.valtype);
    NEED(st = wasmtime_struct_type_new(engine, fields, 2));
    NEED(at = wasmtime_array_type_new(engine, &fields[1]));
    NEED(sp = wasmtime_struct_ref_pre_new(c, st));
    NEED(ap = wasmtime_array_ref_pre_new(c, at));
    NEED(m = module(&throw_bytes));
    {
        wasm_valtype_t *p[2] = {wasm_valtype_new_externref(), wasm_valtype_new_funcref()};
        if (!p[0] || !p[1]) {
            wasm_valtype_delete(p[0]);
            wasm_valtype_delete(p[1]);
            goto out;
        }
        wasm_valtype_vec_t ps, none = WASM_EMPTY_VEC;
        wasm_valtype_vec_new(&ps, 2, p);
        NEED(ps.data);
        wasm_functype_t *ft = wasm_functype_new(&ps, &none);
        NEED(ft && (tt = wasm_tagtype_new(ft)));
    }
    NEED(!bad(wasmtime_tag_new(c, tt, &imports[0].of.tag)));
    {
        wasm_importtype_vec_t wanted;
        wasmtime_module_imports(m, &wanted);
        if (wanted.size == 2)
            wasmtime_func_new(
                c, wasm_externtype_as_functype_const(wasm_importtype_type(wanted.data[1])),
                throwing_host, NULL, NULL, &imports[1].of.func);
        wasm_importtype_vec_delete(&wanted);
        NEED(imports[1].of.func.store_id);
    }
    e = wasmtime_instance_new(c, m, imports, 2, &i, &trap);
    NEED(!bad(e) && !trapped(trap));
    NEED(wasmtime_instance_export_get(c, &i, "f", 1, &f));
    NEED(wasmtime_externref_new(c, &ended, finalize, &v[0].of.externref));
    begun++; /* else it was never there */
    v[1].of.funcref = f.of.func;
    NEED(!bad(wasmtime_structref_new(c, sp, v, 2, &o)));
    NEED(!bad(wasmtime_arrayref_new(c, ap, &v[1], 5, &a)));
    NEED(!bad(wasmtime_exnref_new(c, &imports[0].of.tag, v, 2, &x)));
    NEED(!bad(wasmtime_structref_field(c, &o, 0, &got)));
    wasmtime_val_unroot(&got);
    NEED(!bad(wasmtime_structref_set_field(c, &o, 1, &v[1])));
    NEED(!bad(wasmtime_exnref_field(c, &x, 0, &got)));
    wasmtime_val_unroot(&got);
    wasmtime_structref_clone(&o, &copy);
    NEED(copy.store_id);
    wasmtime_structref_to_anyref(&o, &any);
    NEED(any.store_id && wasmtime_anyref_as_eqref(c, &any, &eq));
    NEED(wasmtime_anyref_type(c, &any, &heap));
    wasmtime_heaptype_delete(&heap);
    wasmtime_struct_type_t *t = wasmtime_structref_type(c, &o);
    wasmtime_struct_type_delete(t);
    NEED(t);
    NEED(!bad(wasmtime_context_gc(c)));
    /* Thrown by the host through a guest, which catches it, and gives it back; then not caught. */
    got.kind = WASMTIME_EXNREF;
    got.of.exnref = x;
    e = wasmtime_func_call(c, &f.of.func, &got, 1, &r, 1, &trap);
    NEED(!bad(e) && !trapped(trap));
    CHECK(r.kind == WASMTIME_EXNREF && !wasmtime_exnref_is_null(&r.of.exnref));
    wasmtime_val_unroot(&r);
    NEED(wasmtime_instance_export_get(c, &i, "g", 1, &f));
    e = wasmtime_func_call(c, &f.of.func, &got, 1, NULL, 0, &trap);
    NEED(!bad(e) && trapped(trap));
    NEED(wasmtime_context_take_exception(c, &pending));
    complete = true;
out:
    wasmtime_val_unroot(&v[0]);
    wasmtime_structref_unroot(&o);
    wasmtime_structref_unroot(&copy);
    wasmtime_arrayref_unroot(&a);
    wasmtime_exnref_unroot(&x);
    wasmtime_exnref_unroot(&pending);
    wasmtime_anyref_unroot(&any);
    wasmtime_eqref_unroot(&eq);
    wasmtime_val_unroot(&r);
    wasmtime_module_delete(m);
    wasm_tagtype_delete(tt);
    wasmtime_struct_ref_pre_delete(sp);
    wasmtime_array_ref_pre_delete(ap);
    wasmtime_struct_type_delete(st);
    wasmtime_array_type_delete(at);
    wasmtime_field_type_delete(&fields[0]);
    wasmtime_field_type_delete(&fields[1]);
    wasmtime_store_delete(s);
    CHECK(begun == ended);
}

static void shared(void)
{
    wasmtime_store_t *s = wasmtime_store_new(engine, NULL, NULL);
    wasmtime_module_t *m = NULL;
    wasm_memorytype_t *mt = NULL;
    wasmtime_extern_t own = {.kind = WASMTIME_EXTERN_SHAREDMEMORY}, theirs = own;
    wasmtime_linker_t *l = wasmtime_linker_new(engine);
    NEED(s && l);
    wasmtime_context_t *c = wasmtime_store_context(s);
    NEED(!bad(wasmtime_memorytype_new(1, true, 2, false, true, 16, &mt)));
    NEED(!bad(wasmtime_sharedmemory_new(engine, mt, &own.of.sharedmemory)));
    NEED(m = module(&shared_bytes));
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    NEED(!bad(wasmtime_instance_new(c, m, &own, 1, &i, &trap)) && !trapped(trap));
    NEED(wasmtime_instance_export_get(c, &i, "m", 1, &theirs));
    NEED(!bad(wasmtime_linker_define(l, c, "x", 1, "y", 1, &theirs)));
    wasm_externtype_t *t = wasmtime_extern_type(c, &theirs);
    wasm_externtype_delete(t);
    NEED(t);
    uint64_t before;
    NEED(!bad(wasmtime_sharedmemory_grow(theirs.of.sharedmemory, 1, &before)));
    complete = true;
out:
    wasmtime_linker_delete(l);
    wasmtime_extern_delete(&own);
    wasmtime_extern_delete(&theirs);
    wasm_memorytype_delete(mt);
    wasmtime_module_delete(m);
    wasmtime_store_delete(s);
}

/* --- Calls that rest -------------------------------------------------------------------------- */

static bool twice(void *env)
{
    return ++*(int *)env % 2 == 0;
}

static void slow(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args, size_t nargs,
                 wasmtime_val_t *results, size_t nresults, wasm_trap_t **trap,
                 wasmtime_async_continuation_t *rest)
{
    static int asked;
    (void)env, (void)caller, (void)nargs, (void)nresults, (void)trap;
    results[0] = args[0];
    *rest = (wasmtime_async_continuation_t){twice, &asked, NULL};
}

static void resting(void)
{
    wasmtime_store_t *s = wasmtime_store_new(engine, NULL, NULL);
    wasm_functype_t *ft = functype();
    wasmtime_linker_t *l = wasmtime_linker_new(engine);
    wasmtime_module_t *m = NULL;
    wasmtime_call_future_t *call = NULL;
    NEED(s && ft && l);
    wasmtime_context_t *c = wasmtime_store_context(s);
    NEED(!bad(wasmtime_linker_define_async_func(l, "a", 1, "h", 1, ft, slow, NULL, NULL)));
    NEED(m = module(&classic_bytes));
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    call = wasmtime_linker_instantiate_async(l, c, m, &i, &trap, &error);
    while (!wasmtime_call_future_poll(call))
        ;
    NEED(!bad(error) && !trapped(trap));
    wasmtime_call_future_delete(call);
    call = NULL;
    wasmtime_extern_t f;
    NEED(wasmtime_instance_export_get(c, &i, "f", 1, &f));
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 2}, r;
    error = NULL;
    call = wasmtime_func_call_async(c, &f.of.func, &a, 1, &r, 1, &trap, &error);
    while (!wasmtime_call_future_poll(call))
        ;
    NEED(!bad(error) && !trapped(trap));
    wasmtime_call_future_delete(call);
    error = NULL;
    call = wasmtime_func_call_async(c, &f.of.func, &a, 1, &r, 1, &trap, &error); /* given up */
    if (wasmtime_call_future_poll(call)) {
        NEED(!bad(error) && !trapped(trap));
    }
    complete = true;
out:
    wasmtime_call_future_delete(call);
    wasmtime_linker_delete(l);
    wasmtime_module_delete(m);
    wasm_functype_delete(ft);
    wasmtime_store_delete(s);
}

/* --- Descriptions, values of components, profiles --------------------------------------------- */

static void described(void)
{
    wasmtime_field_type_t fields[2] = {{true, {WASMTIME_STORAGE_TYPE_KIND_I8, NULL}},
                                       {false, {WASMTIME_STORAGE_TYPE_KIND_VALTYPE, NULL}}},
                          got;
    wasmtime_struct_type_t *st = NULL, *sc = NULL;
    wasmtime_array_type_t *at = NULL;
    wasmtime_exn_type_t *et = NULL;
    wasm_valtype_t *v = NULL, *vc = NULL;
    NEED(fields[1].storage.valtype = wasm_valtype_new_f64());
    NEED(st = wasmtime_struct_type_new(engine, fields, 2));
    NEED(sc = wasmtime_struct_type_copy(st));
    NEED(wasmtime_struct_type_field(sc, 1, &got));
    wasmtime_field_type_delete(&got);
    NEED(at = wasmtime_array_type_new(engine, &fields[1]));
    wasmtime_valtype_t open = {WASMTIME_VALTYPE_KIND_REF,
                               {true,
                                {WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY, {.concrete_array = at}}}},
                       back;
    NEED(v = wasmtime_valtype_to_wasm(engine, &open));
    NEED(vc = wasm_valtype_copy(v));
    wasmtime_valtype_new(vc, &back);
    wasmtime_valtype_delete(&back);
    wasm_valtype_vec_t params = {1, &vc};
    NEED(!bad(wasmtime_exn_type_new(engine, &params, &et)));
    wasm_tagtype_t *tag = wasmtime_exn_type_tag_type(et),
                   *copy = tag ? wasm_tagtype_copy(tag) : NULL;
    wasm_tagtype_delete(tag);
    wasm_tagtype_delete(copy);
    NEED(copy);
    complete = true;
out:
    wasmtime_field_type_delete(&fields[1]);
    wasmtime_struct_type_delete(st);
    wasmtime_struct_type_delete(sc);
    wasmtime_array_type_delete(at);
    wasmtime_exn_type_delete(et);
    wasm_valtype_delete(v);
    wasm_valtype_delete(vc);
}

static void components(void)
{
    wasmtime_component_linker_t *l = wasmtime_component_linker_new(engine);
    wasmtime_component_linker_instance_t *root = NULL, *inner = NULL;
    wasmtime_component_resource_type_t *t = NULL;
    wasmtime_component_val_t v = {.kind = WASMTIME_COMPONENT_LIST}, copy = {0},
                             text = {.kind = WASMTIME_COMPONENT_STRING};
    wasmtime_component_vallist_new_uninit(&v.of.list, 3);
    NEED(v.of.list.data && l);
    wasm_name_new_from_string(&text.of.string, "a text");
    v.of.list.data[1] = text;
    wasmtime_component_val_clone(&v, &copy);
    NEED(copy.kind == WASMTIME_COMPONENT_LIST && copy.of.list.size == 3 && text.of.string.data);
    NEED((root = wasmtime_component_linker_root(l)) &&
         (t = wasmtime_component_resource_type_new_host(3)));
    NEED(!bad(wasmtime_component_linker_instance_add_instance(root, "i", 1, &inner)));
    begun++;
    NEED(!bad(wasmtime_component_linker_instance_add_func(inner, "f", 1, NULL, &ended, finalize)));
    begun++;
    NEED(!bad(
        wasmtime_component_linker_instance_add_resource(inner, "r", 1, t, NULL, &ended, finalize)));
    complete = true;
out:
    wasmtime_component_val_delete(&v);
    wasmtime_component_val_delete(&copy);
    wasmtime_component_linker_instance_delete(inner);
    wasmtime_component_linker_instance_delete(root);
    wasmtime_component_resource_type_delete(t);
    wasmtime_component_linker_delete(l);
    CHECK(begun == ended);
}

static wasmtime_guestprofiler_t *profiler;
static wasmtime_store_t *profiled;
static wasm_trap_t *sample(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                           size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)caller, (void)nargs, (void)nresults;
    wasmtime_guestprofiler_sample(profiler, profiled, 1);
    results[0] = args[0];
    return NULL;
}

static void profile(void)
{
    wasmtime_store_t *s = profiled = wasmtime_store_new(engine, NULL, NULL);
    wasm_functype_t *ft = functype();
    wasmtime_module_t *m = NULL;
    wasm_name_t name = {1, "n"};
    profiler = NULL;
    NEED(s && ft && (m = module(&classic_bytes)));
    wasmtime_context_t *c = wasmtime_store_context(s);
    wasmtime_guestprofiler_modules_t known = {&name, m};
    NEED(profiler = wasmtime_guestprofiler_new(engine, &name, 1000, &known, 1));
    wasmtime_extern_t h = {.kind = WASMTIME_EXTERN_FUNC}, f;
    wasmtime_func_new(c, ft, sample, NULL, NULL, &h.of.func);
    NEED(!wasmtime_funcref_is_null(&h.of.func));
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    NEED(!bad(wasmtime_instance_new(c, m, &h, 1, &i, &trap)) && !trapped(trap));
    NEED(wasmtime_instance_export_get(c, &i, "f", 1, &f));
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 2}, r;
    NEED(!bad(wasmtime_func_call(c, &f.of.func, &a, 1, &r, 1, &trap)) && !trapped(trap));
    wasm_byte_vec_t out = WASM_EMPTY_VEC;
    bool failed = bad(wasmtime_guestprofiler_finish(profiler, &out));
    profiler = NULL;
    wasm_byte_vec_delete(&out);
    NEED(!failed);
    complete = true;
out:
    wasmtime_guestprofiler_delete(profiler);
    wasm_functype_delete(ft);
    wasmtime_module_delete(m);
    wasmtime_store_delete(s);
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } parts[] = {{"classic", classic},     {"linking", linking},       {"references", references},
                 {"objects", objects},     {"shared", shared},         {"resting", resting},
                 {"described", described}, {"components", components}, {"profile", profile}};
    static const struct {
        const char *text;
        wasm_byte_vec_t *bytes;
    } texts[] = {{classic_text, &classic_bytes},
                 {"(module (import \"many\" \"a0\" (func (param i32) (result i32))) (memory "
                  "(export \"memory\") 1)"
                  " (func (export \"_start\")) (func (export \"g\") (result i32) (i32.const 1)))",
                  &lib_bytes},
                 {"(module (table (export \"t\") 2 20 externref) (func (export \"f\") (param "
                  "externref) (result externref)"
                  " (local.get 0)))",
                  &refs_bytes},
                 {"(module (import \"\" \"t\" (tag $t (param externref funcref)))"
                  " (import \"\" \"h\" (func $h (param exnref)))"
                  " (func (export \"f\") (param exnref) (result exnref)"
                  "  (block $b (result exnref) (try_table (catch_all_ref $b) (call $h (local.get "
                  "0))) (ref.null exn)))"
                  " (func (export \"g\") (param exnref) (call $h (local.get 0))))",
                  &throw_bytes},
                 {"(module (import \"\" \"\" (memory 1 2 shared)) (memory (export \"m\") 1 2 "
                  "shared) (data (memory 1) (i32.const 5)"
                  " \"x\"))",
                  &shared_bytes}};
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_shared_memory_set(config, true);
    engine = wasm_engine_new_with_config(config);
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        OK(wasmtime_wat2wasm(texts[k].text, strlen(texts[k].text), texts[k].bytes));
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        complete = false;
        parts[k].run(); /* what the engine makes once is made */
        CHECK(complete);
        hs_alloc_fail_at(UINT64_MAX);
        complete = false;
        parts[k].run();
        CHECK(complete);
        uint64_t total = hs_alloc_count(), without = 0;
        hs_alloc_fail_at(0);
        for (uint64_t n = 1; n <= total; n++) {
            complete = false;
            hs_alloc_fail_at(n);
            parts[k].run();
            hs_alloc_fail_at(0);
            without += complete;
        }
        complete = false;
        parts[k].run();
        CHECK(complete);
        printf("%s: %llu allocations, %llu of them can be done without\n", parts[k].name,
               (unsigned long long)total, (unsigned long long)without);
    }
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        wasm_byte_vec_delete(texts[k].bytes);
    wasm_engine_delete(engine);
    FINISH();
}
