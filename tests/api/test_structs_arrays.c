/* Structs and arrays that the host makes: fields and elements of every type, every mistake,
 * views, raw values, and what keeps an object alive. An object has no finalizer, so each holds a
 * thing of the host's that has one. */
#include "gc.h"

/* --- Fields of every type --------------------------------------------------------------------- */

static wasmtime_heaptype_t heap_of_kind(wasmtime_heaptype_kind_t kind)
{
    return (wasmtime_heaptype_t){.kind = kind};
}

static wasm_valtype_t *ref_of(bool nullable, wasmtime_heaptype_t heap)
{
    wasmtime_valtype_t t = {.kind = WASMTIME_VALTYPE_KIND_REF, .reftype = {nullable, heap}};
    return wasmtime_valtype_to_wasm(NULL, &t);
}

enum {
    F_I8,
    F_I16,
    F_I32,
    F_I64,
    F_F32,
    F_F64,
    F_V128,
    F_FUNC,
    F_EXTERN,
    F_ANY,
    F_EXN,
    F_CONST,
    F_SELF,
    FIELDS
};

static wasmtime_func_t nothing(struct world *w)
{
    wasmtime_instance_t i = instance_of(w, "(module (func (export \"f\")))", NULL, 0);
    return export_of(w, i, "f").of.func;
}

static wasmtime_struct_type_t *wide_type(struct world *w, wasmtime_struct_type_t *inner)
{
    wasmtime_heaptype_t concrete = {.kind = WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT};
    concrete.of.concrete_struct = inner;
    wasmtime_field_type_t f[FIELDS] = {
        packed(true, WASMTIME_STORAGE_TYPE_KIND_I8),
        packed(true, WASMTIME_STORAGE_TYPE_KIND_I16),
        field(true, wasm_valtype_new_i32()),
        field(true, wasm_valtype_new_i64()),
        field(true, wasm_valtype_new_f32()),
        field(true, wasm_valtype_new_f64()),
        field(true, wasmtime_wasm_valtype_v128()),
        field(true, wasm_valtype_new_funcref()),
        field(true, wasm_valtype_new_externref()),
        field(true, ref_of(true, heap_of_kind(WASMTIME_HEAPTYPE_KIND_ANY))),
        field(true, ref_of(true, heap_of_kind(WASMTIME_HEAPTYPE_KIND_EXN))),
        field(false, wasm_valtype_new_i32()),
        field(true, ref_of(false, concrete)),
    };
    wasmtime_struct_type_t *t = wasmtime_struct_type_new(w->engine, f, FIELDS);
    CHECK(t);
    for (int i = 0; i < FIELDS; i++)
        wasmtime_field_type_delete(&f[i]);
    return t;
}

static void test_fields(void)
{
    struct world w = gc_world(NULL);
    wasmtime_field_type_t one = field(true, wasm_valtype_new_i32());
    wasmtime_struct_type_t *inner_type = wasmtime_struct_type_new(w.engine, &one, 1);
    wasmtime_field_type_delete(&one);
    wasmtime_struct_type_t *type = wide_type(&w, inner_type);
    wasmtime_struct_ref_pre_t *inner_pre = wasmtime_struct_ref_pre_new(w.context, inner_type),
                              *pre = wasmtime_struct_ref_pre_new(w.context, type);
    CHECK(inner_pre && pre);
    wasmtime_val_t five = i32_val(5), v[FIELDS] = {0}, got;
    wasmtime_structref_t inner, s;
    OK(wasmtime_structref_new(w.context, inner_pre, &five, 1, &inner));
    v[F_I8] = i32_val(0x1234);
    v[F_I16] = i32_val(-2);
    v[F_I32] = i32_val(-3);
    v[F_I64] = (wasmtime_val_t){.kind = WASMTIME_I64, .of.i64 = INT64_MIN + 1};
    v[F_F32] = (wasmtime_val_t){.kind = WASMTIME_F32, .of.f32 = 1.5f};
    v[F_F64] = (wasmtime_val_t){.kind = WASMTIME_F64, .of.f64 = -2.25};
    v[F_V128].kind = WASMTIME_V128;
    for (int i = 0; i < 16; i++)
        v[F_V128].of.v128[i] = (uint8_t)(i * 7);
    v[F_FUNC].kind = WASMTIME_FUNCREF;
    v[F_FUNC].of.funcref = nothing(&w);
    v[F_EXTERN] = thing(w.context, 1);
    v[F_ANY].kind = WASMTIME_ANYREF;
    wasmtime_anyref_from_i31(w.context, 77, &v[F_ANY].of.anyref);
    v[F_EXN].kind = WASMTIME_EXNREF; /* null */
    v[F_CONST] = i32_val(11);
    v[F_SELF].kind = WASMTIME_ANYREF;
    wasmtime_structref_to_anyref(&inner, &v[F_SELF].of.anyref);
    wasmtime_structref_unroot(&inner);
    OK(wasmtime_structref_new(w.context, pre, v, FIELDS, &s));
    wasmtime_val_unroot(&v[F_EXTERN]);
    wasmtime_val_unroot(&v[F_SELF]);
    OK(wasmtime_context_gc(w.context)); /* the struct holds them now */
    CHECK(!ended[1]);

#define FIELD(n) (wasmtime_structref_field(w.context, &s, n, &got))
    OK(FIELD(F_I8));
    CHECK(got.kind == WASMTIME_I32 &&
          got.of.i32 == 0x34); /* packed: cut, and read without a sign */
    OK(FIELD(F_I16));
    CHECK(got.kind == WASMTIME_I32 && got.of.i32 == 0xfffe);
    OK(FIELD(F_I32));
    CHECK(got.kind == WASMTIME_I32 && got.of.i32 == -3);
    OK(FIELD(F_I64));
    CHECK(got.kind == WASMTIME_I64 && got.of.i64 == INT64_MIN + 1);
    OK(FIELD(F_F32));
    CHECK(got.kind == WASMTIME_F32 && got.of.f32 == 1.5f);
    OK(FIELD(F_F64));
    CHECK(got.kind == WASMTIME_F64 && got.of.f64 == -2.25);
    OK(FIELD(F_V128));
    CHECK(got.kind == WASMTIME_V128 && memcmp(got.of.v128, v[F_V128].of.v128, 16) == 0);
    OK(FIELD(F_FUNC));
    CHECK(got.kind == WASMTIME_FUNCREF &&
          got.of.funcref.store_id == v[F_FUNC].of.funcref.store_id &&
          got.of.funcref.__private == v[F_FUNC].of.funcref.__private);
    OK(FIELD(F_EXTERN));
    CHECK(got.kind == WASMTIME_EXTERNREF &&
          wasmtime_externref_data(w.context, &got.of.externref) == &ended[1]);
    wasmtime_val_unroot(&got);
    OK(FIELD(F_ANY));
    uint32_t u = 0;
    CHECK(got.kind == WASMTIME_ANYREF && wasmtime_anyref_i31_get_u(w.context, &got.of.anyref, &u) &&
          u == 77);
    OK(FIELD(F_EXN));
    CHECK(got.kind == WASMTIME_EXNREF && wasmtime_exnref_is_null(&got.of.exnref));
    OK(FIELD(F_CONST));
    CHECK(got.of.i32 == 11);
    OK(FIELD(F_SELF));
    CHECK(got.kind == WASMTIME_ANYREF &&
          wasmtime_anyref_as_struct(w.context, &got.of.anyref, &inner));
    wasmtime_val_unroot(&got);
    OK(wasmtime_structref_field(w.context, &inner, 0, &got));
    CHECK(got.of.i32 == 5);

    /* Setting each to something else, and to null. */
    wasmtime_val_t x;
    for (int n = F_I8; n <= F_I32; n++) {
        x = i32_val(-1);
        OK(wasmtime_structref_set_field(w.context, &s, (size_t)n, &x));
        OK(FIELD((size_t)n));
        CHECK(got.of.i32 == (n == F_I8 ? 0xff : n == F_I16 ? 0xffff : -1));
    }
    x = (wasmtime_val_t){.kind = WASMTIME_FUNCREF};
    OK(wasmtime_structref_set_field(w.context, &s, F_FUNC, &x));
    OK(FIELD(F_FUNC));
    CHECK(wasmtime_funcref_is_null(&got.of.funcref));
    x = (wasmtime_val_t){.kind = WASMTIME_EXTERNREF};
    OK(wasmtime_structref_set_field(w.context, &s, F_EXTERN, &x));
    OK(wasmtime_context_gc(w.context));
    CHECK(ended[1]);
    x = (wasmtime_val_t){.kind = WASMTIME_ANYREF};
    wasmtime_structref_to_anyref(&s, &x.of.anyref); /* itself: a cycle */
    OK(wasmtime_structref_set_field(w.context, &s, F_ANY, &x));
    wasmtime_val_unroot(&x);
    OK(FIELD(F_ANY));
    CHECK(wasmtime_anyref_is_struct(w.context, &got.of.anyref));
    wasmtime_val_unroot(&got);

    /* Mistakes. The struct is as it was after each. */
    x = i32_val(1);
    ERROR_IS(wasmtime_structref_set_field(w.context, &s, F_CONST, &x),
             "cannot set field 11: field is not mutable");
    ERROR_HAS(wasmtime_structref_set_field(w.context, &s, FIELDS, &x), "cannot access field ");
    ERROR_HAS(wasmtime_structref_set_field(w.context, &s, SIZE_MAX, &x), "cannot access field ");
    got = i32_val(99);
    ERROR_HAS(FIELD(FIELDS), "cannot access field ");
    CHECK(got.of.i32 == 99);
    for (size_t n = 0; n < FIELDS; n++) {
        if (n == F_CONST)
            continue;
        wasmtime_val_t bad = {.kind = n == F_F64 ? WASMTIME_I64 : WASMTIME_F64};
        ERROR_HAS(wasmtime_structref_set_field(w.context, &s, n, &bad), "type mismatch: expected ");
    }
    x = (wasmtime_val_t){
        .kind = WASMTIME_ANYREF}; /* null where it may not be; a wrong struct; a small integer */
    ERROR_HAS(wasmtime_structref_set_field(w.context, &s, F_SELF, &x), "type mismatch");
    wasmtime_structref_to_anyref(&s, &x.of.anyref);
    ERROR_HAS(wasmtime_structref_set_field(w.context, &s, F_SELF, &x), "type mismatch");
    ERROR_HAS(wasmtime_structref_set_field(w.context, &s, F_EXN, &x), "type mismatch");
    ERROR_HAS(wasmtime_structref_set_field(w.context, &s, F_EXTERN, &x), "type mismatch");
    wasmtime_val_unroot(&x);
    wasmtime_anyref_from_i31(w.context, 1, &x.of.anyref);
    ERROR_HAS(wasmtime_structref_set_field(w.context, &s, F_SELF, &x), "type mismatch");
    OK(FIELD(F_SELF));
    CHECK(wasmtime_anyref_is_struct(w.context, &got.of.anyref));
    wasmtime_val_unroot(&got);
    wasmtime_structref_t none;
    memset(&none, 1, sizeof none);
    ERROR_IS(wasmtime_structref_new(w.context, pre, v, FIELDS - 1, &none),
             "expected 13 fields, got 12");
    CHECK(wasmtime_structref_is_null(&none));
    ERROR_IS(wasmtime_structref_new(w.context, inner_pre, NULL, 0, &none),
             "expected 1 fields, got 0");
    x = (wasmtime_val_t){.kind = WASMTIME_F32};
    memset(&none, 1, sizeof none);
    ERROR_HAS(wasmtime_structref_new(w.context, inner_pre, &x, 1, &none), "field type mismatch");
    CHECK(wasmtime_structref_is_null(&none));

    /* Its type. */
    wasmtime_struct_type_t *t = wasmtime_structref_type(w.context, &s);
    CHECK(t && wasmtime_struct_type_num_fields(t) == FIELDS);
    wasmtime_field_type_t f;
    CHECK(wasmtime_struct_type_field(t, F_I16, &f) && f.mutable_ &&
          f.storage.kind == WASMTIME_STORAGE_TYPE_KIND_I16);
    wasmtime_field_type_delete(&f);
    CHECK(wasmtime_struct_type_field(t, F_CONST, &f) && !f.mutable_ &&
          wasm_valtype_kind(f.storage.valtype) == WASM_I32);
    wasmtime_field_type_delete(&f);
    CHECK(!wasmtime_struct_type_field(t, FIELDS, &f));
    wasmtime_struct_type_delete(t);
    /* Prepared types and descriptions may go before their objects. */
    wasmtime_struct_ref_pre_delete(pre);
    wasmtime_struct_ref_pre_delete(inner_pre);
    wasmtime_struct_ref_pre_delete(NULL);
    wasmtime_struct_type_delete(type);
    wasmtime_struct_type_delete(inner_type);
    OK(wasmtime_context_gc(w.context));
    OK(FIELD(F_CONST));
    CHECK(got.of.i32 == 11);
#undef FIELD
    wasmtime_structref_unroot(&inner);
    wasmtime_structref_unroot(&s);
    world_delete(&w);
}

/* A struct with as many fields as there may be, more than fit on the stack. */
static void test_many_fields(void)
{
    enum { N = 1000 };
    struct world w = gc_world(NULL);
    static wasmtime_field_type_t f[N];
    static wasmtime_val_t v[N];
    for (int i = 0; i < N; i++) {
        f[i] = i % 3 == 0   ? packed(false, WASMTIME_STORAGE_TYPE_KIND_I8)
               : i % 3 == 1 ? field(false, wasm_valtype_new_i64())
                            : field(false, wasm_valtype_new_externref());
        v[i] = i % 3 == 0 ? i32_val(i & 0xff)
               : i % 3 == 1
                   ? (wasmtime_val_t){.kind = WASMTIME_I64, .of.i64 = i * INT64_C(1000000007)}
                   : thing(w.context, i % THINGS);
    }
    wasmtime_struct_type_t *t = wasmtime_struct_type_new(w.engine, f, N);
    wasmtime_struct_ref_pre_t *pre = wasmtime_struct_ref_pre_new(w.context, t);
    wasmtime_structref_t s;
    OK(wasmtime_structref_new(w.context, pre, v, N, &s));
    for (int i = 0; i < N; i++) {
        wasmtime_val_unroot(&v[i]);
        wasmtime_field_type_delete(&f[i]);
    }
    OK(wasmtime_context_gc(w.context));
    for (int i = 0; i < N; i++) {
        wasmtime_val_t got;
        OK(wasmtime_structref_field(w.context, &s, (size_t)i, &got));
        CHECK(i % 3 == 0 ? got.of.i32 == (i & 0xff)
              : i % 3 == 1
                  ? got.of.i64 == i * INT64_C(1000000007)
                  : wasmtime_externref_data(w.context, &got.of.externref) == &ended[i % THINGS]);
        wasmtime_val_unroot(&got);
    }
    wasmtime_structref_unroot(&s);
    wasmtime_struct_ref_pre_delete(pre);
    wasmtime_struct_type_delete(t);
    world_delete(&w);
}

/* --- Arrays ----------------------------------------------------------------------------------- */

static wasmtime_array_ref_pre_t *array_pre(struct world *w, wasmtime_field_type_t f)
{
    wasmtime_array_type_t *t = wasmtime_array_type_new(w->engine, &f);
    wasmtime_array_ref_pre_t *p = wasmtime_array_ref_pre_new(w->context, t);
    CHECK(t && p);
    wasmtime_array_type_delete(t);
    wasmtime_field_type_delete(&f);
    return p;
}

static void test_arrays(void)
{
    struct world w = gc_world(NULL);
    wasmtime_val_t init[] = {
        i32_val(0x1ff),
        i32_val(-2),
        i32_val(-3),
        {.kind = WASMTIME_I64, .of.i64 = INT64_C(0x123456789abcdef)},
        {.kind = WASMTIME_F32, .of.f32 = 1.5f},
        {.kind = WASMTIME_F64, .of.f64 = 2.5},
        {.kind = WASMTIME_V128, .of.v128 = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}},
        {.kind = WASMTIME_FUNCREF},
        thing(w.context, 2),
    };
    init[7].of.funcref = nothing(&w);
    wasmtime_field_type_t f[] = {
        packed(true, WASMTIME_STORAGE_TYPE_KIND_I8), packed(true, WASMTIME_STORAGE_TYPE_KIND_I16),
        field(true, wasm_valtype_new_i32()),         field(true, wasm_valtype_new_i64()),
        field(true, wasm_valtype_new_f32()),         field(true, wasm_valtype_new_f64()),
        field(true, wasmtime_wasm_valtype_v128()),   field(true, wasm_valtype_new_funcref()),
        field(true, wasm_valtype_new_externref())};
    static const uint32_t lengths[] = {0, 1, 2, 3, 7, 100, 4099};
    for (size_t k = 0; k < sizeof init / sizeof *init; k++) {
        wasmtime_array_ref_pre_t *pre = array_pre(&w, f[k]);
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
            uint32_t n = lengths[l], len = 99;
            wasmtime_arrayref_t a;
            wasmtime_val_t got;
            OK(wasmtime_arrayref_new(w.context, pre, &init[k], n, &a));
            OK(wasmtime_arrayref_len(w.context, &a, &len));
            CHECK(len == n);
            OK(wasmtime_context_gc(w.context));
            for (uint32_t i = 0; i < n; i = n > 200 && i == 100 ? n - 100 : i + 1) {
                OK(wasmtime_arrayref_get(w.context, &a, i, &got));
                CHECK(got.kind == init[k].kind);
                switch (k) {
                case 0: CHECK(got.of.i32 == 0xff); break;
                case 1: CHECK(got.of.i32 == 0xfffe); break;
                case 6: CHECK(memcmp(got.of.v128, init[k].of.v128, 16) == 0); break;
                case 7: CHECK(got.of.funcref.__private == init[k].of.funcref.__private); break;
                case 8:
                    CHECK(wasmtime_externref_data(w.context, &got.of.externref) == &ended[2]);
                    break;
                case 3:
                case 5: CHECK(got.of.i64 == init[k].of.i64); break;
                default: CHECK(got.of.i32 == init[k].of.i32); break;
                }
                wasmtime_val_unroot(&got);
            }
            got = i32_val(99);
            ERROR_HAS(wasmtime_arrayref_get(w.context, &a, n, &got), "out of bounds");
            ERROR_HAS(wasmtime_arrayref_get(w.context, &a, UINT32_MAX, &got), "out of bounds");
            ERROR_HAS(wasmtime_arrayref_set(w.context, &a, n, &init[k]), "out of bounds");
            CHECK(got.of.i32 == 99);
            if (n) {
                wasmtime_val_t zero = {.kind = init[k].kind},
                               bad = {.kind = k == 5 ? WASMTIME_I32 : WASMTIME_F64};
                OK(wasmtime_arrayref_set(w.context, &a, n - 1, &zero));
                OK(wasmtime_arrayref_get(w.context, &a, n - 1, &got));
                CHECK(got.kind == zero.kind &&
                      (k < 7 ? got.of.i32 == 0 : got.of.anyref.store_id == 0));
                ERROR_HAS(wasmtime_arrayref_set(w.context, &a, 0, &bad), "type mismatch");
                if (n > 1) {
                    OK(wasmtime_arrayref_get(w.context, &a, n - 2, &got));
                    CHECK(k >= 7 || (k == 3 || k == 5 ? got.of.i64 != 0 : got.of.i32 != 0));
                    wasmtime_val_unroot(&got);
                }
            }
            wasmtime_array_type_t *t = wasmtime_arrayref_type(w.context, &a);
            wasmtime_field_type_t e;
            wasmtime_array_type_element(t, &e);
            CHECK(e.mutable_ && e.storage.kind == (k == 0   ? WASMTIME_STORAGE_TYPE_KIND_I8
                                                   : k == 1 ? WASMTIME_STORAGE_TYPE_KIND_I16
                                                            : WASMTIME_STORAGE_TYPE_KIND_VALTYPE));
            wasmtime_field_type_delete(&e);
            wasmtime_array_type_delete(t);
            wasmtime_arrayref_unroot(&a);
        }
        wasmtime_val_t bad = {.kind = k == 5 ? WASMTIME_I32 : WASMTIME_F64};
        wasmtime_arrayref_t none;
        memset(&none, 1, sizeof none);
        ERROR_HAS(wasmtime_arrayref_new(w.context, pre, &bad, 3, &none), "element type mismatch");
        CHECK(wasmtime_arrayref_is_null(&none));
        wasmtime_array_ref_pre_delete(pre);
    }
    wasmtime_val_unroot(&init[8]);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended[2]);

    /* A constant array; and lengths that no heap has. */
    wasmtime_array_ref_pre_t *pre = array_pre(&w, field(false, wasm_valtype_new_i64()));
    wasmtime_arrayref_t a;
    wasmtime_val_t v = {.kind = WASMTIME_I64, .of.i64 = 5};
    OK(wasmtime_arrayref_new(w.context, pre, &v, 3, &a));
    ERROR_IS(wasmtime_arrayref_set(w.context, &a, 0, &v),
             "cannot set element 0: array elements are not mutable");
    wasmtime_arrayref_unroot(&a);
    memset(&a, 1, sizeof a);
    ERROR_HAS(wasmtime_arrayref_new(w.context, pre, &v, UINT32_MAX, &a),
              "wasm trap: allocation size too large");
    CHECK(wasmtime_arrayref_is_null(&a));
    ERROR_HAS(wasmtime_arrayref_new(w.context, pre, &v, UINT32_MAX / 8, &a),
              "wasm trap: allocation size too large");
    wasmtime_array_ref_pre_delete(pre);
    wasmtime_array_ref_pre_delete(NULL);
    world_delete(&w);
}

/* The store's limit of memory is one for the heap, too; what is dead makes room. */
static void test_limit(void)
{
    struct world w = gc_world(NULL);
    wasmtime_store_limiter(w.store, 4 << 20, -1, -1, -1, -1);
    wasmtime_array_ref_pre_t *pre = array_pre(&w, packed(true, WASMTIME_STORAGE_TYPE_KIND_I8));
    wasmtime_val_t v = i32_val(7), got;
    wasmtime_arrayref_t a, keep;
    ERROR_HAS(wasmtime_arrayref_new(w.context, pre, &v, 5 << 20, &a),
              "GC heap out of memory: no capacity for allocation of ");
    CHECK(wasmtime_arrayref_is_null(&a));
    OK(wasmtime_arrayref_new(w.context, pre, &v, 1000000, &keep));
    for (int i = 0; i < 50; i++) {
        OK(wasmtime_arrayref_new(w.context, pre, &v, 1000000, &a));
        wasmtime_arrayref_unroot(&a);
    }
    wasmtime_arrayref_t all[8];
    int n = 0;
    wasmtime_error_t *e = NULL;
    while (n < 8 && !(e = wasmtime_arrayref_new(w.context, pre, &v, 1000000, &all[n])))
        n++;
    CHECK(n >= 1 && n <= 4);
    ERROR_HAS(e, "GC heap out of memory: no capacity for allocation of ");
    while (n > 0)
        wasmtime_arrayref_unroot(&all[--n]);
    OK(wasmtime_arrayref_get(w.context, &keep, 999999, &got));
    CHECK(got.of.i32 == 7);
    OK(wasmtime_arrayref_new(w.context, pre, &v, 1000000, &a));
    wasmtime_arrayref_unroot(&a);
    /* Roots ended since the last collection make room at once, too. */
    for (n = 0; n < 2; n++)
        OK(wasmtime_arrayref_new(w.context, pre, &v, 1000000, &all[n]));
    OK(wasmtime_context_gc(w.context));
    while (n > 0)
        wasmtime_arrayref_unroot(&all[--n]);
    wasmtime_arrayref_unroot(&keep);
    OK(wasmtime_arrayref_new(w.context, pre, &v, 3500000, &a));
    wasmtime_arrayref_unroot(&a);
    wasmtime_array_ref_pre_delete(pre);
    world_delete(&w);
}

/* --- Null, other stores, other engines -------------------------------------------------------- */

static void test_strangers(void)
{
    struct world w = gc_world(NULL), other = gc_world(NULL);
    struct world same = {w.engine, wasmtime_store_new(w.engine, NULL, NULL),
                         NULL}; /* another store of the engine */
    same.context = wasmtime_store_context(same.store);
    wasmtime_field_type_t f = field(true, wasm_valtype_new_externref());
    wasmtime_struct_type_t *st = wasmtime_struct_type_new(w.engine, &f, 1),
                           *foreign = wasmtime_struct_type_new(other.engine, &f, 1);
    wasmtime_array_type_t *at = wasmtime_array_type_new(w.engine, &f);
    wasmtime_field_type_delete(&f);
    wasmtime_struct_ref_pre_t *sp = wasmtime_struct_ref_pre_new(w.context, st);
    wasmtime_array_ref_pre_t *ap = wasmtime_array_ref_pre_new(w.context, at);
    wasmtime_val_t mine = thing(w.context, 3), theirs = thing(same.context, 4), got = i32_val(9);
    wasmtime_structref_t s, none;
    wasmtime_arrayref_t a, no_array;
    CHECK(!wasmtime_struct_ref_pre_new(w.context, foreign)); /* a type of another engine */
    ERROR_HAS(wasmtime_structref_new(w.context, NULL, &mine, 1, &none), "could not be prepared");
    ERROR_HAS(wasmtime_arrayref_new(w.context, NULL, &mine, 1, &no_array), "could not be prepared");
    ERROR_HAS(wasmtime_structref_new(same.context, sp, &theirs, 1, &none), "cross-`Store`");
    ERROR_HAS(wasmtime_arrayref_new(same.context, ap, &theirs, 1, &no_array), "cross-`Store`");
    CHECK(wasmtime_structref_is_null(&none) && wasmtime_arrayref_is_null(&no_array));
    ERROR_IS(wasmtime_structref_new(w.context, sp, &theirs, 1, &none),
             "cross-`Store` values are not currently supported");
    ERROR_IS(wasmtime_arrayref_new(w.context, ap, &theirs, 1, &no_array),
             "cross-`Store` values are not currently supported");
    OK(wasmtime_structref_new(w.context, sp, &mine, 1, &s));
    OK(wasmtime_arrayref_new(w.context, ap, &mine, 1, &a));
    ERROR_HAS(wasmtime_structref_set_field(w.context, &s, 0, &theirs), "cross-`Store`");
    ERROR_HAS(wasmtime_arrayref_set(w.context, &a, 0, &theirs), "cross-`Store`");
    ERROR_HAS(wasmtime_structref_field(same.context, &s, 0, &got), "cross-`Store`");
    ERROR_HAS(wasmtime_structref_set_field(same.context, &s, 0, &theirs), "cross-`Store`");
    uint32_t len = 9;
    ERROR_HAS(wasmtime_arrayref_len(same.context, &a, &len), "cross-`Store`");
    ERROR_HAS(wasmtime_arrayref_get(same.context, &a, 0, &got), "cross-`Store`");
    ERROR_HAS(wasmtime_arrayref_set(same.context, &a, 0, &theirs), "cross-`Store`");
    CHECK(len == 9 && got.of.i32 == 9);
    CHECK(!wasmtime_structref_type(same.context, &s) && !wasmtime_arrayref_type(same.context, &a));
    wasmtime_anyref_t any;
    wasmtime_structref_to_anyref(&s, &any);
    wasmtime_heaptype_t h = {.kind = 77};
    wasmtime_structref_t down;
    memset(&down, 1, sizeof down);
    CHECK(!wasmtime_anyref_is_struct(same.context, &any) &&
          !wasmtime_anyref_is_eqref(same.context, &any) &&
          !wasmtime_anyref_type(same.context, &any, &h) && h.kind == 77 &&
          !wasmtime_anyref_as_struct(same.context, &any, &down) &&
          wasmtime_structref_is_null(&down) && wasmtime_anyref_to_raw(same.context, &any) == 0);
    /* Null. */
    ERROR_IS(wasmtime_structref_field(w.context, &none, 0, &got), "non-null structref required");
    ERROR_IS(wasmtime_structref_set_field(w.context, &none, 0, &mine),
             "non-null structref required");
    ERROR_IS(wasmtime_arrayref_len(w.context, &no_array, &len), "non-null arrayref required");
    ERROR_IS(wasmtime_arrayref_get(w.context, &no_array, 0, &got), "non-null arrayref required");
    ERROR_IS(wasmtime_arrayref_set(w.context, &no_array, 0, &mine), "non-null arrayref required");
    CHECK(!wasmtime_structref_type(w.context, &none) &&
          !wasmtime_arrayref_type(w.context, &no_array));
    /* An array under the name of a struct, as only a cast of the caller's can make it. */
    wasmtime_structref_t odd;
    wasmtime_arrayref_t odd_array;
    memcpy(&odd, &a, sizeof odd);
    memcpy(&odd_array, &s, sizeof odd_array);
    ERROR_HAS(wasmtime_structref_field(w.context, &odd, 0, &got), "no structref");
    ERROR_HAS(wasmtime_arrayref_len(w.context, &odd_array, &len), "no arrayref");
    CHECK(!wasmtime_structref_type(w.context, &odd) &&
          !wasmtime_arrayref_type(w.context, &odd_array));
    memcpy(&odd, &mine.of.externref, sizeof odd);
    ERROR_HAS(wasmtime_structref_field(w.context, &odd, 0, &got), "no structref");
    /* Roots outlive the store, and clones of them. */
    wasmtime_structref_t copy, late;
    wasmtime_structref_clone(&s, &copy);
    wasmtime_val_unroot(&theirs);
    wasmtime_store_delete(w.store);
    CHECK(ended[3]);
    wasmtime_structref_clone(&copy, &late);
    ERROR_HAS(wasmtime_structref_field(same.context, &late, 0, &got), "cross-`Store`");
    wasmtime_structref_unroot(&late);
    wasmtime_structref_unroot(&copy);
    wasmtime_structref_unroot(&s);
    wasmtime_arrayref_unroot(&a);
    wasmtime_anyref_unroot(&any);
    wasmtime_val_unroot(&mine);
    wasmtime_struct_ref_pre_delete(sp);
    wasmtime_array_ref_pre_delete(ap);
    wasmtime_struct_type_delete(st);
    wasmtime_struct_type_delete(foreign);
    wasmtime_array_type_delete(at);
    wasmtime_store_delete(same.store);
    wasm_engine_delete(w.engine);
    world_delete(&other);
}

/* A copy of a root that has ended, and values under a wrong kind: mistakes of the caller's, but
 * what they mean is looked up, so they do no harm. */
static void test_stale(void)
{
    struct world w = gc_world(NULL);
    struct makers m = makers_new(&w);
    wasmtime_structref_t s = make_struct(&m, 30, -1), stale = s, holder = make_struct(&m, 31, -1);
    wasmtime_exnref_t x = make_exception(&m, 32), stale_exn = x;
    wasmtime_val_t v = {.kind = WASMTIME_ANYREF}, got, host = thing(w.context, 33);
    wasmtime_structref_to_anyref(&s, &v.of.anyref);
    wasmtime_anyref_t stale_any = v.of.anyref;
    OK(wasmtime_structref_set_field(w.context, &holder, 1, &v));
    wasmtime_val_t odd = {.kind = WASMTIME_ANYREF};
    memcpy(&odd.of.anyref, &x, sizeof x);
    ERROR_HAS(wasmtime_structref_set_field(w.context, &holder, 1, &odd),
              "type mismatch"); /* an exception as anyref */
    odd.kind = WASMTIME_EXTERNREF;
    ERROR_HAS(wasmtime_structref_set_field(w.context, &holder, 0, &odd), "type mismatch");
    memcpy(&odd.of.externref, &v.of.anyref, sizeof s);
    OK(wasmtime_structref_set_field(w.context, &holder, 0,
                                    &odd)); /* a struct as externref: that is one */
    OK(wasmtime_structref_set_field(w.context, &holder, 0, &host));
    wasmtime_val_unroot(&host);
    wasmtime_val_unroot(&v);
    wasmtime_structref_unroot(&s);
    OK(wasmtime_structref_field(w.context, &holder, 1, &got));
    wasmtime_val_t null = {.kind = WASMTIME_ANYREF};
    OK(wasmtime_structref_set_field(w.context, &holder, 1, &null));
    wasmtime_val_unroot(&got);
    wasmtime_exnref_unroot(&x);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended[30] && ended[32]);
    v.of.anyref = stale_any;
    ERROR_HAS(wasmtime_structref_field(w.context, &stale, 0, &got), "no structref");
    ERROR_HAS(wasmtime_structref_set_field(w.context, &stale, 1, &null), "no structref");
    ERROR_HAS(wasmtime_structref_set_field(w.context, &holder, 1, &v), "type mismatch");
    CHECK(!wasmtime_anyref_is_struct(w.context, &stale_any) &&
          !wasmtime_anyref_is_eqref(w.context, &stale_any) &&
          !wasmtime_structref_type(w.context, &stale));
    ERROR_HAS(wasmtime_exnref_field(w.context, &stale_exn, 0, &got), "no exnref");
    TRAP_HAS(wasmtime_context_set_exception(w.context, &stale_exn), "no exnref");
    CHECK(!wasmtime_context_has_exception(w.context));
    wasmtime_structref_unroot(&holder);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended[31] && ended[33]);
    makers_delete(&m);
    world_delete(&w);
}

/* --- Views ------------------------------------------------------------------------------------ */

static void test_views(void)
{
    struct world w = gc_world(NULL);
    struct makers m = makers_new(&w);
    enum { NUL, SMALL_INT, STRUCT, ARRAY, HOST, KINDS };
    for (int k = 0; k < KINDS; k++) {
        wasmtime_anyref_t any = {0};
        wasmtime_structref_t s = {0}, s2;
        wasmtime_arrayref_t a = {0}, a2;
        wasmtime_eqref_t eq, eq2;
        wasmtime_val_t host = {.kind = WASMTIME_EXTERNREF};
        switch (k) {
        case SMALL_INT: wasmtime_anyref_from_i31(w.context, 5, &any); break;
        case STRUCT:
            s = make_struct(&m, 5, -1);
            wasmtime_structref_to_anyref(&s, &any);
            break;
        case ARRAY:
            a = make_array(&m, 6, 4, -1);
            wasmtime_arrayref_to_anyref(&a, &any);
            break;
        case HOST:
            host = thing(w.context, 7);
            wasmtime_anyref_from_raw(
                w.context, wasmtime_externref_to_raw(w.context, &host.of.externref), &any);
            break;
        default: break;
        }
        wasmtime_val_unroot(&host);
        wasmtime_structref_unroot(&s);
        wasmtime_arrayref_unroot(&a);
        OK(wasmtime_context_gc(w.context));
        bool eqs = k == SMALL_INT || k == STRUCT || k == ARRAY;
        CHECK(wasmtime_anyref_is_null(&any) == (k == NUL));
        CHECK(wasmtime_anyref_is_i31(w.context, &any) == (k == SMALL_INT));
        CHECK(wasmtime_anyref_is_eqref(w.context, &any) == eqs);
        CHECK(wasmtime_anyref_is_struct(w.context, &any) == (k == STRUCT));
        CHECK(wasmtime_anyref_is_array(w.context, &any) == (k == ARRAY));
        wasmtime_heaptype_t h = {.kind = 77};
        CHECK(wasmtime_anyref_type(w.context, &any, &h) == (k != NUL));
        CHECK(h.kind == (k == NUL         ? 77
                         : k == SMALL_INT ? WASMTIME_HEAPTYPE_KIND_I31
                         : k == STRUCT    ? WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT
                         : k == ARRAY     ? WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY
                                          : WASMTIME_HEAPTYPE_KIND_ANY));
        if (k == STRUCT)
            CHECK(wasmtime_struct_type_num_fields(h.of.concrete_struct) == 2);
        if (k != NUL)
            wasmtime_heaptype_delete(&h);
        memset(&eq, 1, sizeof eq);
        memset(&s, 1, sizeof s);
        memset(&a, 1, sizeof a);
        CHECK(wasmtime_anyref_as_eqref(w.context, &any, &eq) == eqs &&
              wasmtime_eqref_is_null(&eq) == !eqs);
        CHECK(wasmtime_anyref_as_struct(w.context, &any, &s) == (k == STRUCT) &&
              wasmtime_structref_is_null(&s) == (k != STRUCT));
        CHECK(wasmtime_anyref_as_array(w.context, &any, &a) == (k == ARRAY) &&
              wasmtime_arrayref_is_null(&a) == (k != ARRAY));
        CHECK(wasmtime_eqref_is_i31(w.context, &eq) == (k == SMALL_INT));
        CHECK(wasmtime_eqref_is_struct(w.context, &eq) == (k == STRUCT));
        CHECK(wasmtime_eqref_is_array(w.context, &eq) == (k == ARRAY));
        CHECK(wasmtime_eqref_as_struct(w.context, &eq, &s2) == (k == STRUCT));
        CHECK(wasmtime_eqref_as_array(w.context, &eq, &a2) == (k == ARRAY));
        CHECK(wasmtime_eqref_type(w.context, &eq, &h) == eqs);
        if (eqs)
            wasmtime_heaptype_delete(&h);
        /* Each view is a root of its own: the object lives as long as one of them. */
        wasmtime_anyref_unroot(&any);
        wasmtime_structref_unroot(&s);
        wasmtime_arrayref_unroot(&a);
        wasmtime_eqref_unroot(&eq);
        OK(wasmtime_context_gc(w.context));
        CHECK(k != STRUCT || !ended[5]);
        CHECK(k != ARRAY || !ended[6]);
        if (k == STRUCT) {
            wasmtime_structref_to_eqref(&s2, &eq);
            wasmtime_structref_unroot(&s2);
            OK(wasmtime_context_gc(w.context));
            CHECK(!ended[5] && wasmtime_eqref_is_struct(w.context, &eq));
            wasmtime_eqref_clone(&eq, &eq2);
            wasmtime_eqref_unroot(&eq);
            wasmtime_eqref_to_anyref(&eq2, &any);
            wasmtime_eqref_unroot(&eq2);
            wasmtime_anyref_t copy;
            wasmtime_anyref_clone(&any, &copy);
            wasmtime_anyref_unroot(&any);
            OK(wasmtime_context_gc(w.context));
            CHECK(!ended[5] && wasmtime_anyref_is_struct(w.context, &copy));
            wasmtime_anyref_unroot(&copy);
            OK(wasmtime_context_gc(w.context));
            CHECK(ended[5]);
        }
        if (k == ARRAY) {
            wasmtime_arrayref_to_eqref(&a2, &eq);
            wasmtime_arrayref_unroot(&a2);
            OK(wasmtime_context_gc(w.context));
            CHECK(!ended[6] && wasmtime_eqref_is_array(w.context, &eq));
            wasmtime_eqref_unroot(&eq);
            OK(wasmtime_context_gc(w.context));
            CHECK(ended[6]);
        }
    }
    OK(wasmtime_context_gc(w.context));
    CHECK(ended[7]);
    makers_delete(&m);
    world_delete(&w);
}

/* --- Raw values ------------------------------------------------------------------------------- */

static bool any_exists(wasmtime_context_t *c, uint32_t raw)
{
    wasmtime_anyref_t r;
    memset(&r, 1, sizeof r);
    wasmtime_anyref_from_raw(c, raw, &r);
    bool yes = !wasmtime_anyref_is_null(&r);
    CHECK(!yes || wasmtime_anyref_to_raw(c, &r) == raw);
    wasmtime_anyref_unroot(&r);
    return yes;
}

static bool extern_exists(wasmtime_context_t *c, uint32_t raw)
{
    wasmtime_externref_t r;
    wasmtime_externref_from_raw(c, raw, &r);
    bool yes = !wasmtime_externref_is_null(&r);
    wasmtime_externref_data(c, &r);
    wasmtime_externref_unroot(&r);
    return yes;
}

static bool exn_exists(wasmtime_context_t *c, uint32_t raw)
{
    wasmtime_exnref_t r;
    wasmtime_exnref_from_raw(c, raw, &r);
    bool yes = !wasmtime_exnref_is_null(&r);
    wasmtime_exnref_field_count(c, &r);
    wasmtime_exnref_unroot(&r);
    return yes;
}

static void test_raw(void)
{
    struct world w = gc_world(NULL), empty = gc_world(NULL);
    struct makers m = makers_new(&w);
    wasmtime_structref_t s = make_struct(&m, 8, -1), dead = make_struct(&m, 9, -1);
    wasmtime_arrayref_t a = make_array(&m, 10, 50, -1);
    wasmtime_val_t host = thing(w.context, 11);
    wasmtime_exnref_t x = make_exception(&m, 12);
    wasmtime_anyref_t sa, aa, da;
    wasmtime_structref_to_anyref(&s, &sa);
    wasmtime_arrayref_to_anyref(&a, &aa);
    wasmtime_structref_to_anyref(&dead, &da);
    uint32_t rs = wasmtime_anyref_to_raw(w.context, &sa),
             ra = wasmtime_anyref_to_raw(w.context, &aa),
             rd = wasmtime_anyref_to_raw(w.context, &da),
             rx = wasmtime_exnref_to_raw(w.context, &x),
             rh = wasmtime_externref_to_raw(w.context, &host.of.externref);
    CHECK(rs && ra && rd && rx && rh);
    CHECK(any_exists(w.context, rs) && any_exists(w.context, ra) && any_exists(w.context, rd));
    CHECK(extern_exists(w.context, rh) &&
          any_exists(w.context, rh)); /* the same word on both sides */
    CHECK(extern_exists(w.context, rs) && exn_exists(w.context, rx));
    /* Kinds are not mixed up. */
    CHECK(!any_exists(w.context, rx) && !extern_exists(w.context, rx) &&
          !exn_exists(w.context, rs) && !exn_exists(w.context, ra) && !exn_exists(w.context, rh) &&
          !exn_exists(w.context, 11));
    /* A small integer needs no object. */
    CHECK(any_exists(w.context, 11) && any_exists(empty.context, UINT32_MAX));
    /* Nothing starts there: inside objects, behind the last one, at odd places, in a store
     * without a heap. */
    for (uint32_t d = 8; d < 200; d += 8)
        if (ra + d != rx && ra + d != rs && ra + d != rd)
            CHECK(!any_exists(w.context, ra + d));
    CHECK(!any_exists(w.context, rs + 4) && !any_exists(w.context, rs + 8) &&
          !any_exists(w.context, 0x7ffffff8) && !any_exists(w.context, 0xfffffff8) &&
          !any_exists(w.context, 8) + !any_exists(w.context, 4) >= 1 && !any_exists(w.context, 0));
    CHECK(!extern_exists(w.context, rh + (1 << 20)) && !extern_exists(w.context, 0xfffffffe) &&
          !any_exists(w.context, 0xfffffffe));
    CHECK(!any_exists(empty.context, rs) && !any_exists(empty.context, 8) &&
          !exn_exists(empty.context, rx) && !extern_exists(empty.context, rh));
    /* An array whose content looks like objects does not make them. */
    wasmtime_val_t word = {.kind = WASMTIME_I32};
    wasmtime_field_type_t f = field(true, wasm_valtype_new_i32());
    wasmtime_array_type_t *t = wasmtime_array_type_new(w.engine, &f);
    wasmtime_array_ref_pre_t *pre = wasmtime_array_ref_pre_new(w.context, t);
    wasmtime_arrayref_t forged;
    wasmtime_anyref_t forged_any;
    for (int32_t id = 0; id < 20; id++) {
        word.of.i32 = id;
        OK(wasmtime_arrayref_new(w.context, pre, &word, 64, &forged));
        wasmtime_arrayref_to_anyref(&forged, &forged_any);
        uint32_t r = wasmtime_anyref_to_raw(w.context, &forged_any);
        for (uint32_t d = 8; d < 8 + 64 * 4; d += 8)
            CHECK(!any_exists(w.context, r + d) && !exn_exists(w.context, r + d));
        wasmtime_arrayref_unroot(&forged);
        wasmtime_anyref_unroot(&forged_any);
    }
    wasmtime_array_ref_pre_delete(pre);
    wasmtime_array_type_delete(t);
    wasmtime_field_type_delete(&f);
    /* What was collected is gone. */
    wasmtime_structref_unroot(&dead);
    wasmtime_anyref_unroot(&da);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended[9] && !any_exists(w.context, rd) && any_exists(w.context, rs));
    /* Words that mean nothing, many of them. */
    uint32_t seed = 1;
    for (int k = 0; k < 20000; k++) {
        seed = seed * 1664525 + 1013904223;
        uint32_t word2 = seed >> (seed >> 28);
        any_exists(w.context, word2);
        extern_exists(w.context, word2);
        exn_exists(w.context, word2);
    }
    wasmtime_anyref_unroot(&sa);
    wasmtime_anyref_unroot(&aa);
    wasmtime_structref_unroot(&s);
    wasmtime_arrayref_unroot(&a);
    wasmtime_exnref_unroot(&x);
    wasmtime_val_unroot(&host);
    OK(wasmtime_context_gc(w.context));
    CHECK(!extern_exists(w.context, rh) && !any_exists(w.context, rh) &&
          !exn_exists(w.context, rx));
    CHECK(ended[8] && ended[10] && ended[11] && ended[12]);
    makers_delete(&m);
    world_delete(&w);
    world_delete(&empty);
}

/* --- What keeps an object --------------------------------------------------------------------- */

static void test_chains(void)
{
    enum { LENGTH = GARBAGE / 10 };
    struct world w = gc_world(NULL);
    struct makers m = makers_new(&w);
    /* A chain of structs, each made when only the last one is rooted. */
    wasmtime_structref_t head = make_struct(&m, 0, -1);
    wasmtime_anyref_t link;
    wasmtime_structref_to_anyref(&head, &link);
    wasmtime_structref_unroot(&head);
    for (int k = 1; k < LENGTH; k++) {
        head = make_struct_to(&m, k % THINGS, &link);
        wasmtime_anyref_unroot(&link);
        wasmtime_structref_to_anyref(&head, &link);
        wasmtime_structref_unroot(&head);
    }
    OK(wasmtime_context_gc(w.context));
    int n = 0;
    while (!wasmtime_anyref_is_null(&link)) {
        wasmtime_val_t v;
        CHECK(wasmtime_anyref_as_struct(w.context, &link, &head));
        wasmtime_anyref_unroot(&link);
        OK(wasmtime_structref_field(w.context, &head, 0, &v));
        CHECK(wasmtime_externref_data(w.context, &v.of.externref) ==
              &ended[(LENGTH - 1 - n) % THINGS]);
        wasmtime_val_unroot(&v);
        OK(wasmtime_structref_field(w.context, &head, 1, &v));
        wasmtime_structref_unroot(&head);
        link = v.of.anyref;
        n++;
    }
    CHECK(n == LENGTH);
    memset(ended, 0, sizeof ended);
    OK(wasmtime_context_gc(w.context));
    for (int k = 0; k < THINGS; k++)
        CHECK(ended[k]);
    /* A cycle dies as a whole. */
    memset(ended, 0, sizeof ended);
    wasmtime_structref_t one = make_struct(&m, 1, -1);
    wasmtime_structref_to_anyref(&one, &link);
    wasmtime_structref_t two = make_struct_to(&m, 2, &link);
    wasmtime_anyref_unroot(&link);
    wasmtime_val_t v = {.kind = WASMTIME_ANYREF};
    wasmtime_structref_to_anyref(&two, &v.of.anyref);
    OK(wasmtime_structref_set_field(w.context, &one, 1, &v));
    wasmtime_val_unroot(&v);
    wasmtime_structref_unroot(&one);
    OK(wasmtime_context_gc(w.context));
    CHECK(!ended[1] && !ended[2]);
    wasmtime_structref_unroot(&two);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended[1] && ended[2]);
    makers_delete(&m);
    world_delete(&w);
}

/* Many short-lived ones, few that stay: the heap stays small, so does the number of things that
 * are not ended. */
static void test_garbage(void)
{
    struct world w = gc_world(NULL);
    wasmtime_store_limiter(w.store, 8 << 20, -1, -1, -1, -1);
    struct makers m = makers_new(&w);
    wasmtime_structref_t held[64] = {0};
    for (int k = 0; k < GARBAGE; k++) {
        wasmtime_structref_unroot(&held[k % 64]);
        held[k % 64] = make_struct(&m, k % THINGS, k % 7);
        wasmtime_arrayref_t a = make_array(&m, k % THINGS, (uint32_t)k % 90, k % 5);
        wasmtime_arrayref_unroot(&a);
    }
    for (int k = 0; k < 64; k++) {
        wasmtime_val_t v;
        OK(wasmtime_structref_field(w.context, &held[k], 0, &v));
        int n = GARBAGE - 64 + (k - GARBAGE % 64 + 128) % 64;
        CHECK(wasmtime_externref_data(w.context, &v.of.externref) == &ended[n % THINGS]);
        wasmtime_val_unroot(&v);
        wasmtime_structref_unroot(&held[k]);
    }
    makers_delete(&m);
    world_delete(&w);
}

int main(void)
{
    test_fields();
    test_many_fields();
    test_arrays();
    test_limit();
    test_strangers();
    test_stale();
    test_views();
    test_raw();
    test_chains();
    test_garbage();
    FINISH();
}
