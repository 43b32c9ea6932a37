/* References: external ones, small integers, null ones of objects and exceptions. Roots and
 * copies, raw values, and what belongs to another store. */
#include "check.h"

static int ended;
static void end(void *p)
{
    (void)p;
    ended++;
}

static void test_externref(void)
{
    struct world w = world_new(NULL), other = world_new(NULL);
    int data = 5;
    wasmtime_externref_t r, c, back, null;
    CHECK(wasmtime_externref_new(w.context, &data, end, &r));
    CHECK(!wasmtime_externref_is_null(&r) && wasmtime_externref_data(w.context, &r) == &data);
    CHECK(wasmtime_externref_data(other.context, &r) == NULL); /* of another store */
    CHECK(wasmtime_externref_data(w.context, NULL) == NULL);
    wasmtime_externref_set_null(&null);
    CHECK(wasmtime_externref_is_null(&null) && wasmtime_externref_data(w.context, &null) == NULL);
    wasmtime_externref_clone(&r, &c);
    wasmtime_externref_unroot(&r);
    CHECK(wasmtime_externref_is_null(&r) && wasmtime_externref_data(w.context, &c) == &data);
    wasmtime_externref_unroot(&r); /* once more does nothing */
    wasmtime_externref_unroot(NULL);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended == 0);
    /* raw values: 0 is null, a root is made of one */
    uint32_t raw = wasmtime_externref_to_raw(w.context, &c);
    CHECK(raw && wasmtime_externref_to_raw(w.context, &null) == 0 &&
          wasmtime_externref_to_raw(w.context, NULL) == 0 &&
          wasmtime_externref_to_raw(other.context, &c) == 0);
    wasmtime_externref_from_raw(w.context, raw, &back);
    wasmtime_externref_unroot(&c);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended == 0 && wasmtime_externref_data(w.context, &back) == &data);
    wasmtime_externref_from_raw(w.context, 0, &null);
    CHECK(wasmtime_externref_is_null(&null));
    wasmtime_externref_from_raw(w.context, raw + 100, &r); /* no such thing: no data, and no harm */
    CHECK(wasmtime_externref_data(w.context, &r) == NULL);
    OK(wasmtime_context_gc(w.context));
    wasmtime_externref_unroot(&r);
    wasmtime_externref_unroot(&back);
    CHECK(ended == 0); /* not at the end of a root, */
    OK(wasmtime_context_gc(w.context));
    CHECK(ended == 1); /* but at a collection */
    /* null data, no finalizer; two references to one thing are two references */
    CHECK(wasmtime_externref_new(w.context, NULL, NULL, &r) && !wasmtime_externref_is_null(&r));
    CHECK(wasmtime_externref_data(w.context, &r) == NULL);
    /* roots outlive their store */
    wasmtime_externref_clone(&r, &c);
    CHECK(wasmtime_externref_new(w.context, &data, end, &back));
    wasmtime_store_delete(w.store);
    CHECK(ended == 2);
    wasmtime_externref_t late;
    wasmtime_externref_clone(&c, &late);
    CHECK(wasmtime_externref_data(other.context, &late) == NULL);
    wasmtime_externref_unroot(&late);
    wasmtime_externref_unroot(&r);
    wasmtime_externref_unroot(&c);
    wasmtime_externref_unroot(&back);
    wasm_engine_delete(w.engine);
    world_delete(&other);
}

static void test_values(void)
{
    struct world w = world_new(NULL);
    int data = 1;
    ended = 0;
    wasmtime_val_t v = {.kind = WASMTIME_EXTERNREF}, c, n = {.kind = WASMTIME_I64, .of.i64 = 77};
    CHECK(wasmtime_externref_new(w.context, &data, end, &v.of.externref));
    wasmtime_val_clone(&v, &c);
    wasmtime_val_unroot(&v);
    OK(wasmtime_context_gc(w.context));
    CHECK(c.kind == WASMTIME_EXTERNREF &&
          wasmtime_externref_data(w.context, &c.of.externref) == &data && ended == 0);
    wasmtime_val_unroot(&c);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended == 1);
    wasmtime_val_clone(&n, &c);
    CHECK(c.kind == WASMTIME_I64 && c.of.i64 == 77);
    wasmtime_val_unroot(&n);
    wasmtime_val_unroot(&c);
    wasmtime_val_unroot(NULL);
    /* Tables and globals hold what is put into them. */
    wasmtime_instance_t i = instance_of(
        &w,
        "(module (table (export \"t\") 3 externref) (global (export \"g\") (mut externref)"
        " (ref.null extern)))",
        NULL, 0);
    wasmtime_extern_t t = export_of(&w, i, "t"), g = export_of(&w, i, "g");
    CHECK(wasmtime_externref_new(w.context, &data, end, &v.of.externref));
    OK(wasmtime_table_set(w.context, &t.of.table, 1, &v));
    OK(wasmtime_global_set(w.context, &g.of.global, &v));
    wasmtime_val_unroot(&v);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended == 1);
    wasmtime_global_get(w.context, &g.of.global, &c);
    CHECK(c.kind == WASMTIME_EXTERNREF &&
          wasmtime_externref_data(w.context, &c.of.externref) == &data);
    wasmtime_val_unroot(&c);
    CHECK(wasmtime_table_get(w.context, &t.of.table, 1, &c) &&
          wasmtime_externref_data(w.context, &c.of.externref) == &data);
    wasmtime_val_unroot(&c);
    wasmtime_val_t null = {.kind = WASMTIME_EXTERNREF};
    wasmtime_externref_set_null(&null.of.externref);
    OK(wasmtime_global_set(w.context, &g.of.global, &null));
    OK(wasmtime_context_gc(w.context));
    CHECK(ended == 1);
    OK(wasmtime_table_set(w.context, &t.of.table, 1, &null));
    OK(wasmtime_context_gc(w.context));
    CHECK(ended == 2);
    world_delete(&w);
}

static void test_i31(void)
{
    struct world w = world_new(NULL), other = world_new(NULL);
    static const struct {
        uint32_t in, u;
        int32_t s;
    } cases[] = {{0, 0, 0},
                 {5, 5, 5},
                 {(uint32_t)-5, 0x7ffffffb, -5},
                 {0x7fffffff, 0x7fffffff, -1},
                 {0x80000000, 0, 0},
                 {0x3fffffff, 0x3fffffff, 0x3fffffff},
                 {0x40000000, 0x40000000, -0x40000000}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        wasmtime_anyref_t a, copy, raw;
        wasmtime_eqref_t e, ec;
        uint32_t u = 0;
        int32_t s = 0;
        wasmtime_anyref_from_i31(w.context, cases[k].in, &a);
        wasmtime_eqref_from_i31(w.context, cases[k].in, &e);
        CHECK(wasmtime_anyref_is_i31(w.context, &a) && wasmtime_eqref_is_i31(w.context, &e));
        CHECK(wasmtime_anyref_i31_get_u(w.context, &a, &u) && u == cases[k].u);
        CHECK(wasmtime_anyref_i31_get_s(w.context, &a, &s) && s == cases[k].s);
        CHECK(wasmtime_eqref_i31_get_u(w.context, &e, &u) && u == cases[k].u);
        CHECK(wasmtime_eqref_i31_get_s(w.context, &e, &s) && s == cases[k].s);
        wasmtime_anyref_clone(&a, &copy);
        wasmtime_anyref_from_raw(w.context, wasmtime_anyref_to_raw(w.context, &a), &raw);
        CHECK(wasmtime_anyref_i31_get_u(w.context, &raw, &u) && u == cases[k].u);
        wasmtime_anyref_unroot(&a);
        CHECK(wasmtime_anyref_is_null(&a) && wasmtime_anyref_i31_get_u(w.context, &copy, &u) &&
              u == cases[k].u);
        CHECK(wasmtime_anyref_is_eqref(w.context, &copy) &&
              wasmtime_anyref_as_eqref(w.context, &copy, &ec));
        CHECK(wasmtime_eqref_i31_get_u(w.context, &ec, &u) && u == cases[k].u);
        wasmtime_eqref_to_anyref(&ec, &a);
        CHECK(wasmtime_anyref_i31_get_u(w.context, &a, &u) && u == cases[k].u);
        CHECK(!wasmtime_anyref_is_i31(other.context, &a) &&
              !wasmtime_anyref_i31_get_u(other.context, &a, &u));
        wasmtime_heaptype_t h = {.kind = 77};
        CHECK(wasmtime_anyref_type(w.context, &a, &h) && h.kind == WASMTIME_HEAPTYPE_KIND_I31);
        h.kind = 77;
        CHECK(wasmtime_eqref_type(w.context, &ec, &h) && h.kind == WASMTIME_HEAPTYPE_KIND_I31);
        wasmtime_structref_t st;
        wasmtime_arrayref_t ar;
        memset(&st, 1, sizeof st);
        memset(&ar, 1, sizeof ar);
        CHECK(!wasmtime_anyref_is_struct(w.context, &a) &&
              !wasmtime_anyref_as_struct(w.context, &a, &st) && wasmtime_structref_is_null(&st));
        CHECK(!wasmtime_anyref_is_array(w.context, &a) &&
              !wasmtime_anyref_as_array(w.context, &a, &ar) && wasmtime_arrayref_is_null(&ar));
        CHECK(!wasmtime_eqref_is_struct(w.context, &ec) &&
              !wasmtime_eqref_as_struct(w.context, &ec, &st) &&
              !wasmtime_eqref_is_array(w.context, &ec) &&
              !wasmtime_eqref_as_array(w.context, &ec, &ar));
        wasmtime_eqref_clone(&ec, &e);
        wasmtime_eqref_unroot(&e);
        CHECK(wasmtime_eqref_is_null(&e));
        wasmtime_eqref_unroot(&ec);
        wasmtime_anyref_unroot(&a);
        wasmtime_anyref_unroot(&copy);
        wasmtime_anyref_unroot(&raw);
    }
    /* null is nothing of all this */
    wasmtime_anyref_t null;
    wasmtime_eqref_t e;
    uint32_t u = 9;
    wasmtime_heaptype_t h = {.kind = 77};
    wasmtime_anyref_set_null(&null);
    CHECK(!wasmtime_anyref_is_i31(w.context, &null) &&
          !wasmtime_anyref_is_eqref(w.context, &null) &&
          !wasmtime_anyref_i31_get_u(w.context, &null, &u) && u == 9 &&
          !wasmtime_anyref_type(w.context, &null, &h) && h.kind == 77 &&
          wasmtime_anyref_to_raw(w.context, &null) == 0 &&
          wasmtime_anyref_to_raw(w.context, NULL) == 0);
    memset(&e, 1, sizeof e);
    CHECK(!wasmtime_anyref_as_eqref(w.context, &null, &e) && wasmtime_eqref_is_null(&e));
    wasmtime_eqref_to_anyref(&e, &null);
    CHECK(wasmtime_anyref_is_null(&null));
    wasmtime_anyref_from_raw(w.context, 0, &null);
    CHECK(wasmtime_anyref_is_null(&null));
    world_delete(&w);
    world_delete(&other);
}

/* Types of structs, arrays and exceptions, and null references to them. */
static void test_heap(void)
{
    struct world w = world_new(NULL), other = world_new(NULL);
    wasmtime_field_type_t field = {true,
                                   {WASMTIME_STORAGE_TYPE_KIND_VALTYPE, wasm_valtype_new_i32()}},
                          got;
    wasmtime_struct_type_t *st = wasmtime_struct_type_new(w.engine, &field, 1),
                           *sc = wasmtime_struct_type_copy(st);
    wasmtime_array_type_t *at = wasmtime_array_type_new(w.engine, &field),
                          *ac = wasmtime_array_type_copy(at);
    wasmtime_struct_type_delete(st);
    wasmtime_array_type_delete(at);
    CHECK(wasmtime_struct_type_num_fields(sc) == 1 && wasmtime_struct_type_field(sc, 0, &got) &&
          got.mutable_);
    wasmtime_field_type_t cloned;
    wasmtime_field_type_clone(&got, &cloned);
    CHECK(cloned.storage.kind == WASMTIME_STORAGE_TYPE_KIND_VALTYPE &&
          cloned.storage.valtype != got.storage.valtype);
    wasmtime_storage_type_t storage;
    wasmtime_storage_type_clone(&got.storage, &storage);
    wasmtime_storage_type_delete(&storage);
    wasmtime_field_type_delete(&cloned);
    wasmtime_field_type_delete(&got);
    wasmtime_field_type_delete(NULL);
    wasmtime_storage_type_delete(NULL);
    wasmtime_array_type_element(ac, &got);
    CHECK(got.mutable_ && wasm_valtype_kind(got.storage.valtype) == WASM_I32);
    wasmtime_field_type_delete(&got);
    wasmtime_val_t v = {.kind = WASMTIME_I32, .of.i32 = 3};
    wasmtime_structref_t s;
    wasmtime_arrayref_t a;
    wasmtime_struct_ref_pre_t *sp = wasmtime_struct_ref_pre_new(w.context, sc);
    wasmtime_array_ref_pre_t *ap = wasmtime_array_ref_pre_new(w.context, ac);
    memset(&s, 1, sizeof s);
    memset(&a, 1, sizeof a);
    ERROR_IS(wasmtime_structref_new(w.context, sp, &v, 0, &s), "expected 1 fields, got 0");
    ERROR_HAS(wasmtime_structref_new(other.context, sp, &v, 1, &s), "cross-`Store`");
    ERROR_HAS(wasmtime_arrayref_new(other.context, ap, &v, 4, &a), "cross-`Store`");
    CHECK(wasmtime_structref_is_null(&s) && wasmtime_arrayref_is_null(&a));
    wasmtime_struct_ref_pre_delete(sp);
    wasmtime_array_ref_pre_delete(ap);
    wasmtime_struct_ref_pre_delete(NULL);
    wasmtime_array_ref_pre_delete(NULL);
    uint32_t len = 9;
    wasmtime_val_t out = v;
    ERROR_IS(wasmtime_structref_field(w.context, &s, 0, &out), "non-null structref required");
    ERROR_IS(wasmtime_structref_set_field(w.context, &s, 0, &v), "non-null structref required");
    ERROR_IS(wasmtime_arrayref_len(w.context, &a, &len), "non-null arrayref required");
    ERROR_IS(wasmtime_arrayref_get(w.context, &a, 0, &out), "non-null arrayref required");
    ERROR_IS(wasmtime_arrayref_set(w.context, &a, 0, &v), "non-null arrayref required");
    CHECK(len == 9 && out.of.i32 == 3 && !wasmtime_structref_type(w.context, &s) &&
          !wasmtime_arrayref_type(w.context, &a));
    wasmtime_structref_t s2;
    wasmtime_arrayref_t a2;
    wasmtime_anyref_t any;
    wasmtime_eqref_t eq;
    wasmtime_structref_clone(&s, &s2);
    wasmtime_arrayref_clone(&a, &a2);
    CHECK(wasmtime_structref_is_null(&s2) && wasmtime_arrayref_is_null(&a2));
    wasmtime_structref_to_anyref(&s, &any);
    wasmtime_structref_to_eqref(&s, &eq);
    CHECK(wasmtime_anyref_is_null(&any) && wasmtime_eqref_is_null(&eq));
    wasmtime_arrayref_to_anyref(&a, &any);
    wasmtime_arrayref_to_eqref(&a, &eq);
    CHECK(wasmtime_anyref_is_null(&any) && wasmtime_eqref_is_null(&eq));
    wasmtime_structref_unroot(&s);
    wasmtime_arrayref_unroot(&a);
    wasmtime_structref_unroot(NULL);
    wasmtime_arrayref_unroot(NULL);
    wasmtime_struct_type_delete(sc);
    wasmtime_array_type_delete(ac);
    wasmtime_field_type_delete(&field);

    /* Exceptions. */
    wasm_tagtype_t *tt = wasm_tagtype_new(wasm_functype_new_1_0(wasm_valtype_new_i32()));
    wasmtime_tag_t tag, same, foreign;
    OK(wasmtime_tag_new(w.context, tt, &tag));
    OK(wasmtime_tag_new(w.context, tt, &same));
    OK(wasmtime_tag_new(other.context, tt, &foreign));
    CHECK(wasmtime_tag_eq(w.context, &tag, &tag) && !wasmtime_tag_eq(w.context, &tag, &same) &&
          !wasmtime_tag_eq(w.context, &tag, &foreign));
    wasm_tagtype_t *gt = wasmtime_tag_type(w.context, &tag);
    CHECK(gt && wasm_functype_params(wasm_tagtype_functype(gt))->size == 1);
    wasm_tagtype_delete(gt);
    CHECK(!wasmtime_tag_type(w.context, &foreign));
    wasmtime_exnref_t x, xc;
    wasmtime_exnref_set_null(&x);
    ERROR_HAS(wasmtime_exnref_new(w.context, &foreign, &v, 1, &x), "cross-`Store`");
    CHECK(wasmtime_exnref_is_null(&x));
    ERROR_IS(wasmtime_exnref_tag(w.context, &x, &same), "exnref is null");
    ERROR_IS(wasmtime_exnref_field(w.context, &x, 0, &out), "exnref is null");
    CHECK(wasmtime_exnref_field_count(w.context, &x) == 0 && !wasmtime_exnref_type(w.context, &x));
    wasmtime_exnref_clone(&x, &xc);
    CHECK(wasmtime_exnref_is_null(&xc) && wasmtime_exnref_to_raw(w.context, &xc) == 0);
    wasmtime_exnref_from_raw(w.context, 0, &xc);
    CHECK(wasmtime_exnref_is_null(&xc));
    TRAP_IS(wasmtime_context_set_exception(w.context, &x), "exnref is null");
    CHECK(!wasmtime_context_has_exception(w.context) &&
          !wasmtime_context_take_exception(w.context, &xc));
    wasmtime_exnref_unroot(&x);
    wasmtime_exnref_unroot(NULL);
    wasmtime_exn_type_t *et = NULL;
    wasm_valtype_vec_t params;
    wasm_valtype_vec_copy(&params, wasm_functype_params(wasm_tagtype_functype(tt)));
    OK(wasmtime_exn_type_new(w.engine, &params, &et));
    wasm_valtype_vec_delete(&params);
    wasmtime_exn_type_t *ec = wasmtime_exn_type_copy(et);
    gt = wasmtime_exn_type_tag_type(ec);
    CHECK(gt && wasm_functype_params(wasm_tagtype_functype(gt))->size == 1);
    wasm_tagtype_delete(gt);
    wasmtime_exn_type_delete(et);
    wasmtime_exn_type_delete(ec);
    wasm_tagtype_delete(tt);
    world_delete(&w);
    world_delete(&other);
}

/* Types of references, seen from both interfaces. */
static void test_types(void)
{
    for (int kind = 0; kind < 16; kind++) {
        if (kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC ||
            kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY ||
            kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT ||
            kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN)
            continue;
        for (int nullable = 0; nullable < 2; nullable++) {
            wasmtime_valtype_t t = {WASMTIME_VALTYPE_KIND_REF,
                                    {nullable, {.kind = (wasmtime_heaptype_kind_t)kind}}},
                               back, clone;
            wasm_valtype_t *v = wasmtime_valtype_to_wasm(NULL, &t);
            CHECK(v);
            wasmtime_valtype_new(v, &back);
            CHECK(back.kind == WASMTIME_VALTYPE_KIND_REF && back.reftype.nullable == nullable &&
                  back.reftype.heaptype.kind == kind);
            wasmtime_valtype_clone(&back, &clone);
            CHECK(clone.reftype.heaptype.kind == kind);
            wasmtime_reftype_t r;
            wasmtime_reftype_clone(&clone.reftype, &r);
            wasmtime_heaptype_t h;
            wasmtime_heaptype_clone(&r.heaptype, &h);
            CHECK(h.kind == kind && r.nullable == nullable);
            wasmtime_heaptype_delete(&h);
            wasmtime_reftype_delete(&r);
            wasmtime_valtype_delete(&clone);
            wasmtime_valtype_delete(&back);
            wasm_valtype_t *copy = wasm_valtype_copy(v), *i32 = wasm_valtype_new_i32();
            CHECK(wasmtime_wasm_valtype_equal(v, copy) && !wasmtime_wasm_valtype_equal(v, i32));
            wasm_valtype_delete(v);
            wasm_valtype_delete(copy);
            wasm_valtype_delete(i32);
        }
    }
    wasm_valtype_t *v128 = wasmtime_wasm_valtype_v128();
    wasmtime_valtype_t t;
    wasmtime_valtype_new(v128, &t);
    CHECK(t.kind == WASMTIME_VALTYPE_KIND_V128);
    wasmtime_valtype_delete(&t);
    wasm_valtype_delete(v128);
    wasmtime_valtype_delete(NULL);
    wasmtime_reftype_delete(NULL);
    wasmtime_heaptype_delete(NULL);
}

/* A typed function reference goes in and out, and only there. */
static void test_funcref(void)
{
    struct world w = world_new(NULL), other = world_new(NULL);
    wasmtime_instance_t i =
        instance_of(&w,
                    "(module (type $t (func (param i32) (result i32))) (func $f (export \"f\") "
                    "(type $t) (local.get 0))"
                    " (func (export \"g\") (param f32)) (func (export \"typed\") (param (ref $t)) "
                    "(result funcref) (local.get 0))"
                    " (func (export \"any\") (param funcref) (result funcref) (local.get 0)))",
                    NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f"), g = export_of(&w, i, "g"),
                      typed = export_of(&w, i, "typed"), any = export_of(&w, i, "any");
    wasmtime_val_t a = {.kind = WASMTIME_FUNCREF, .of.funcref = f.of.func}, r;
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &typed.of.func, &a, 1, &r, 1, &trap));
    CHECK(r.kind == WASMTIME_FUNCREF && r.of.funcref.store_id == f.of.func.store_id &&
          r.of.funcref.__private == f.of.func.__private);
    a.of.funcref = g.of.func;
    ERROR_HAS(wasmtime_func_call(w.context, &typed.of.func, &a, 1, &r, 1, &trap), "type mismatch");
    OK(wasmtime_func_call(w.context, &any.of.func, &a, 1, &r, 1, &trap));
    wasmtime_funcref_set_null(&a.of.funcref);
    CHECK(wasmtime_funcref_is_null(&a.of.funcref));
    ERROR_HAS(wasmtime_func_call(w.context, &typed.of.func, &a, 1, &r, 1, &trap), "type mismatch");
    OK(wasmtime_func_call(w.context, &any.of.func, &a, 1, &r, 1, &trap));
    CHECK(wasmtime_funcref_is_null(&r.of.funcref));
    /* raw */
    void *raw = wasmtime_func_to_raw(w.context, &f.of.func);
    wasmtime_func_t back, null = {0};
    CHECK(raw && !wasmtime_func_to_raw(other.context, &f.of.func) &&
          !wasmtime_func_to_raw(w.context, &null) && !wasmtime_func_to_raw(w.context, NULL));
    wasmtime_func_from_raw(w.context, raw, &back);
    a = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = 9};
    OK(wasmtime_func_call(w.context, &back, &a, 1, &r, 1, &trap));
    CHECK(r.of.i32 == 9);
    wasmtime_func_from_raw(w.context, NULL, &back);
    CHECK(wasmtime_funcref_is_null(&back));
    world_delete(&w);
    world_delete(&other);
}

int main(void)
{
    test_externref();
    test_values();
    test_i31();
    test_heap();
    test_types();
    test_funcref();
    FINISH();
}
