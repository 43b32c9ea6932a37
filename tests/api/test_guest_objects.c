/* Objects that cross between host and guest: as arguments and results in both directions, boxed
 * and raw, in tables and globals, each time with the check of its type; and what a guest that
 * runs holds while the host collects. */
#include "gc.h"

static const char guest[] =
    "(module"
    " (rec (type $point (sub (struct (field (mut i32)) (field (mut externref)))))"
    "      (type $colored (sub $point (struct (field (mut i32)) (field (mut externref)) (field "
    "i8)))))"
    " (type $lone (struct (field (mut i64))))" /* as the host would make it */
    " (type $bytes (array (mut i8)))"
    " (import \"\" \"boxed\" (func $boxed (param (ref null $point) anyref externref i32) (result "
    "(ref null $point))))"
    " (import \"\" \"raw\" (func $raw (param (ref null $point) anyref) (result anyref)))"
    " (import \"\" \"gc\" (func $gc))"
    " (table (export \"points\") 4 100 (ref null $point))"
    " (table (export \"any\") 4 100 anyref)"
    " (global (export \"point\") (mut (ref null $point)) (ref.null $point))"
    " (global (export \"eq\") (mut eqref) (ref.null eq))"
    " (global (export \"always\") (mut (ref $point)) (struct.new $point (i32.const 7) (ref.null "
    "extern)))"
    " (global (export \"fixed\") (ref $bytes) (array.new $bytes (i32.const 5) (i32.const 3)))"
    " (func (export \"new\") (param i32 externref) (result (ref $point)) (struct.new $point "
    "(local.get 0) (local.get 1)))"
    " (func (export \"colored\") (param i32 externref i32) (result (ref $colored))"
    "   (struct.new $colored (local.get 0) (local.get 1) (local.get 2)))"
    " (func (export \"x\") (param (ref $point)) (result i32) (struct.get $point 0 (local.get 0)))"
    " (func (export \"thing\") (param (ref null $point)) (result externref) (struct.get $point 1 "
    "(local.get 0)))"
    " (func (export \"lone\") (param (ref null $lone)) (result i64) (struct.get $lone 0 (local.get "
    "0)))"
    " (func (export \"sum\") (param (ref $bytes)) (result i32) (local $k i32) (local $s i32)"
    "   (loop $l (if (i32.lt_u (local.get $k) (array.len (local.get 0))) (then"
    "     (local.set $s (i32.add (local.get $s) (array.get_u $bytes (local.get 0) (local.get $k))))"
    "     (local.set $k (i32.add (local.get $k) (i32.const 1))) (br $l))))"
    "   (local.get $s))"
    " (func (export \"same\") (param anyref) (result anyref) (local.get 0))"
    " (func (export \"out\") (param anyref) (result externref) (extern.convert_any (local.get 0)))"
    " (func (export \"in\") (param externref) (result anyref) (any.convert_extern (local.get 0)))"
    " (func (export \"ref_eq\") (param eqref eqref) (result i32) (ref.eq (local.get 0) (local.get "
    "1)))"
    " (func (export \"many\") (param anyref anyref anyref anyref anyref anyref anyref anyref "
    "anyref anyref anyref"
    "   anyref anyref anyref anyref anyref anyref anyref) (result anyref anyref anyref)"
    "   (call $gc) (local.get 17) (local.get 9) (local.get 0))"
    " (func (export \"call_boxed\") (param (ref null $point) i32) (result i32)"
    "   (struct.get $point 0 (call $boxed (local.get 0) (struct.new $lone (i64.const 5)) (ref.null "
    "extern) (local.get 1))))"
    " (func (export \"call_raw\") (param (ref null $point)) (result i32)"
    "   (ref.eq (local.get 0) (ref.cast eqref (call $raw (local.get 0) (ref.i31 (i32.const 9))))))"
    /* what a guest holds in a local, on its operand stack and in a field while the host collects */
    " (func (export \"hold\") (param externref externref externref) (result externref externref "
    "externref)"
    "   (local $p (ref null $point)) (local $q (ref null $point))"
    "   (local.set $p (struct.new $point (i32.const 1) (local.get 0))) (local.set 0 (ref.null "
    "extern))"
    "   (struct.new $point (i32.const 2) (local.get 1)) (local.set 1 (ref.null extern))"
    "   (local.set $q (struct.new $colored (i32.const 3) (local.get 2) (i32.const 4))) (local.set "
    "2 (ref.null extern))"
    "   (call $gc)"
    "   (struct.get $point 1)"
    "   (call $gc)"
    "   (struct.get $point 1 (local.get $p)) (struct.get $point 1 (local.get $q))))";

struct host {
    struct world w;
    wasmtime_instance_t i;
};

static bool is_point(wasmtime_context_t *c, const wasmtime_val_t *v)
{
    return v->kind == WASMTIME_ANYREF && wasmtime_anyref_is_struct(c, &v->of.anyref);
}

static wasm_trap_t *boxed(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                          size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    struct host *h = env;
    wasmtime_context_t *c = wasmtime_caller_context(caller);
    CHECK(nargs == 4 && nresults == 1 && args[1].kind == WASMTIME_ANYREF &&
          args[2].kind == WASMTIME_EXTERNREF && wasmtime_externref_is_null(&args[2].of.externref));
    wasmtime_structref_t lone;
    wasmtime_val_t v;
    OK(wasmtime_context_gc(c)); /* the guest has no other hold on the second than this call */
    CHECK(wasmtime_anyref_as_struct(c, &args[1].of.anyref, &lone));
    OK(wasmtime_structref_field(c, &lone, 0, &v));
    CHECK(v.kind == WASMTIME_I64 && v.of.i64 == 5);
    wasmtime_structref_unroot(&lone);
    switch (args[3].of.i32) {
    case 0: wasmtime_val_clone(&args[0], &results[0]); break; /* a root that the library takes */
    case 1: wasmtime_val_clone(&args[1], &results[0]); break; /* a struct of another type */
    case 2: results[0] = (wasmtime_val_t){.kind = WASMTIME_ANYREF}; break;
    case 3: results[0] = thing(c, 20); break;
    case 4: break; /* i32, as it was */
    case 5:
        results[0].kind = WASMTIME_ANYREF;
        wasmtime_anyref_from_i31(c, 1, &results[0].of.anyref);
        break;
    case 6: { /* a new one, from a guest that the host calls */
        wasmtime_extern_t f;
        wasmtime_val_t a[2] = {i32_val(66), thing(c, 21)};
        wasm_trap_t *trap = NULL;
        CHECK(wasmtime_instance_export_get(c, &h->i, "new", 3, &f));
        OK(wasmtime_func_call(c, &f.of.func, a, 2, &results[0], 1, &trap));
        wasmtime_val_unroot(&a[1]);
        OK(wasmtime_context_gc(c));
        break;
    }
    }
    return NULL;
}

static wasm_trap_t *raw(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *v, size_t n)
{
    wasmtime_context_t *c = wasmtime_caller_context(caller);
    wasmtime_anyref_t p, i;
    uint32_t u = 0;
    (void)env, (void)n;
    wasmtime_anyref_from_raw(c, v[0].anyref, &p);
    wasmtime_anyref_from_raw(c, v[1].anyref, &i);
    OK(wasmtime_context_gc(c));
    CHECK(wasmtime_anyref_is_struct(c, &p) && wasmtime_anyref_i31_get_u(c, &i, &u) && u == 9);
    v[0].anyref = wasmtime_anyref_to_raw(c, &p);
    wasmtime_anyref_unroot(&p);
    wasmtime_anyref_unroot(&i);
    return NULL;
}

static wasm_trap_t *collect(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                            size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)args, (void)nargs, (void)results, (void)nresults;
    OK(wasmtime_context_gc(wasmtime_caller_context(caller)));
    return NULL;
}

/* Host functions whose types name types of the module's: taken from its imports. */
static struct host *host_new(void)
{
    struct host *h = calloc(1, sizeof *h);
    h->w = gc_world(NULL);
    wasmtime_module_t *m = module_of(h->w.engine, guest);
    wasm_importtype_vec_t imports;
    wasmtime_module_imports(m, &imports);
    wasmtime_extern_t x[3];
    for (size_t k = 0; k < 3; k++) {
        const wasm_functype_t *t =
            wasm_externtype_as_functype_const(wasm_importtype_type(imports.data[k]));
        x[k].kind = WASMTIME_EXTERN_FUNC;
        if (k == 1)
            wasmtime_func_new_unchecked(h->w.context, t, raw, h, NULL, &x[k].of.func);
        else
            wasmtime_func_new(h->w.context, t, k ? collect : boxed, h, NULL, &x[k].of.func);
    }
    wasm_importtype_vec_delete(&imports);
    wasm_trap_t *trap = NULL;
    OK(wasmtime_instance_new(h->w.context, m, x, 3, &h->i, &trap));
    CHECK(!trap);
    wasmtime_module_delete(m);
    return h;
}

static void host_delete(struct host *h)
{
    world_delete(&h->w);
    free(h);
}

static wasmtime_error_t *call(struct host *h, const char *name, wasmtime_val_t *args, size_t nargs,
                              wasmtime_val_t *results, size_t nresults)
{
    wasmtime_extern_t f = export_of(&h->w, h->i, name);
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *e =
        wasmtime_func_call(h->w.context, &f.of.func, args, nargs, results, nresults, &trap);
    if (trap)
        TRAP_IS(trap, "no trap");
    return e;
}

static wasmtime_val_t new_point(struct host *h, int32_t x, int n)
{
    wasmtime_val_t a[2] = {i32_val(x), thing(h->w.context, n)}, p = {0};
    OK(call(h, "new", a, 2, &p, 1));
    wasmtime_val_unroot(&a[1]);
    return p;
}

static wasmtime_val_t null_any(void)
{
    return (wasmtime_val_t){.kind = WASMTIME_ANYREF};
}

static void test_calls(void)
{
    struct host *h = host_new();
    wasmtime_context_t *c = h->w.context;
    wasmtime_val_t p = new_point(h, 42, 1), r, v;
    wasmtime_structref_t s;
    OK(wasmtime_context_gc(c));
    CHECK(is_point(c, &p) && !ended[1] && wasmtime_anyref_as_struct(c, &p.of.anyref, &s));
    OK(wasmtime_structref_field(c, &s, 0, &v));
    CHECK(v.of.i32 == 42);
    v = i32_val(43);
    OK(wasmtime_structref_set_field(c, &s, 0, &v));
    OK(call(h, "x", &p, 1, &r, 1));
    CHECK(r.of.i32 == 43);
    OK(call(h, "thing", &p, 1, &r, 1));
    CHECK(wasmtime_externref_data(c, &r.of.externref) == &ended[1]);
    wasmtime_val_unroot(&r);
    /* A struct of a subtype goes where the supertype is wanted, not the other way round. */
    wasmtime_val_t ca[3] = {i32_val(5), {.kind = WASMTIME_EXTERNREF}, i32_val(0x1ff)}, colored;
    OK(call(h, "colored", ca, 3, &colored, 1));
    OK(call(h, "x", &colored, 1, &r, 1));
    CHECK(r.of.i32 == 5);
    /* Wrong ones: another struct, a small integer, null, a thing of the host's, another kind,
     * another store. */
    wasmtime_field_type_t f = field(true, wasm_valtype_new_i64());
    wasmtime_struct_type_t *lt = wasmtime_struct_type_new(h->w.engine, &f, 1);
    wasmtime_struct_ref_pre_t *pre = wasmtime_struct_ref_pre_new(c, lt);
    wasmtime_val_t seven = {.kind = WASMTIME_I64, .of.i64 = 7}, lone = null_any(), i31 = null_any(),
                   null = null_any(), host = thing(c, 2), as_any = null_any();
    wasmtime_structref_t ls;
    OK(wasmtime_structref_new(c, pre, &seven, 1, &ls));
    wasmtime_structref_to_anyref(&ls, &lone.of.anyref);
    wasmtime_structref_unroot(&ls);
    wasmtime_anyref_from_i31(c, 3, &i31.of.anyref);
    OK(call(h, "in", &host, 1, &as_any, 1));
    CHECK(!wasmtime_anyref_is_null(&as_any.of.anyref) &&
          !wasmtime_anyref_is_eqref(c, &as_any.of.anyref));
    ERROR_HAS(call(h, "x", &lone, 1, &r, 1), "argument type mismatch");
    ERROR_HAS(call(h, "x", &i31, 1, &r, 1), "argument type mismatch");
    ERROR_HAS(call(h, "x", &null, 1, &r, 1), "argument type mismatch");
    ERROR_HAS(call(h, "x", &as_any, 1, &r, 1), "argument type mismatch");
    ERROR_HAS(call(h, "x", &host, 1, &r, 1), "argument type mismatch");
    ERROR_HAS(call(h, "thing", &seven, 1, &r, 1), "argument type mismatch");
    /* The host's type is the module's, where they look the same. */
    OK(call(h, "lone", &lone, 1, &r, 1));
    CHECK(r.of.i64 == 7);
    ERROR_HAS(call(h, "lone", &p, 1, &r, 1), "argument type mismatch");
    struct host *other = host_new();
    wasmtime_val_t theirs = new_point(other, 1, 3);
    ERROR_IS(call(h, "x", &theirs, 1, &r, 1), "cross-`Store` values are not currently supported");
    wasmtime_val_unroot(&theirs);
    host_delete(other);
    /* Out as an externref and in again: the same object, the same thing. */
    OK(call(h, "out", &p, 1, &r, 1));
    CHECK(r.kind == WASMTIME_EXTERNREF && !wasmtime_externref_is_null(&r.of.externref) &&
          !wasmtime_externref_data(c, &r.of.externref));
    OK(wasmtime_context_gc(c));
    OK(call(h, "in", &r, 1, &v, 1));
    wasmtime_val_t both[2] = {p, v};
    OK(call(h, "ref_eq", both, 2, &both[1], 1));
    CHECK(both[1].of.i32 == 1);
    wasmtime_val_unroot(&r);
    wasmtime_val_unroot(&v);
    OK(call(h, "out", &as_any, 1, &r, 1));
    CHECK(wasmtime_externref_data(c, &r.of.externref) == &ended[2]);
    wasmtime_val_unroot(&r);
    OK(call(h, "out", &i31, 1, &r, 1));
    CHECK(!wasmtime_externref_is_null(&r.of.externref) &&
          !wasmtime_externref_data(c, &r.of.externref));
    wasmtime_externref_t twice;
    wasmtime_externref_clone(&r.of.externref, &twice);
    CHECK(!wasmtime_externref_is_null(&twice));
    OK(call(h, "in", &r, 1, &v, 1));
    uint32_t u = 0;
    CHECK(wasmtime_anyref_i31_get_u(c, &v.of.anyref, &u) && u == 3);
    wasmtime_externref_unroot(&twice);
    wasmtime_val_unroot(&r);
    /* More arguments than registers, with a collection in between. */
    wasmtime_val_t many[18], three[3];
    for (int k = 0; k < 18; k++)
        many[k] = new_point(h, k, 30 + k);
    wasmtime_extern_t mf = export_of(&h->w, h->i, "many");
    wasmtime_val_raw_t raws[18];
    for (int k = 0; k < 18; k++) {
        raws[k].anyref = wasmtime_anyref_to_raw(c, &many[k].of.anyref);
        OK(call(h, "same", &many[k], 1, &v, 1));
        wasmtime_val_unroot(&v);
    }
    OK(call(h, "many", many, 18, three, 3));
    for (int k = 0; k < 18; k++)
        wasmtime_val_unroot(&many[k]);
    OK(wasmtime_context_gc(c));
    for (int k = 0; k < 18; k++)
        CHECK(ended[30 + k] == (k != 0 && k != 9 && k != 17));
    for (int k = 0; k < 3; k++) {
        OK(call(h, "x", &three[k], 1, &v, 1));
        CHECK(v.of.i32 == (k == 0 ? 17 : k == 1 ? 9 : 0));
        wasmtime_val_unroot(&three[k]);
    }
    /* Raw: arguments that nobody but the call holds. */
    wasmtime_val_t one = new_point(h, 1, 50);
    for (int k = 0; k < 18; k++)
        raws[k].anyref = wasmtime_anyref_to_raw(c, &one.of.anyref);
    wasmtime_val_unroot(&one);
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call_unchecked(c, &mf.of.func, raws, 18, &trap));
    CHECK(!trap && raws[0].anyref == raws[1].anyref && raws[1].anyref == raws[2].anyref &&
          !ended[50]);
    OK(wasmtime_context_gc(c));
    CHECK(ended[50]);
    wasmtime_val_unroot(&p);
    wasmtime_structref_unroot(&s);
    wasmtime_val_unroot(&colored);
    wasmtime_val_unroot(&lone);
    wasmtime_val_unroot(&host);
    wasmtime_val_unroot(&as_any);
    OK(wasmtime_context_gc(c));
    CHECK(ended[1] && ended[2]);
    wasmtime_struct_ref_pre_delete(pre);
    wasmtime_struct_type_delete(lt);
    wasmtime_field_type_delete(&f);
    host_delete(h);
}

static void test_host_functions(void)
{
    struct host *h = host_new();
    wasmtime_context_t *c = h->w.context;
    wasmtime_val_t a[2] = {new_point(h, 11, 4), i32_val(0)}, r;
    OK(call(h, "call_boxed", a, 2, &r, 1));
    CHECK(r.of.i32 == 11);
    a[1] = i32_val(6);
    OK(call(h, "call_boxed", a, 2, &r, 1));
    CHECK(r.of.i32 == 66);
    for (int k = 1; k <= 5; k++) {
        if (k == 2)
            continue;
        a[1] = i32_val(k);
        ERROR_HAS(call(h, "call_boxed", a, 2, &r, 1),
                  "function attempted to return an incompatible value");
    }
    a[1] = i32_val(2); /* null is of the type; the guest traps on it */
    wasmtime_extern_t f = export_of(&h->w, h->i, "call_boxed");
    wasm_trap_t *trap = NULL;
    wasmtime_trap_code_t code;
    OK(wasmtime_func_call(c, &f.of.func, a, 2, &r, 1, &trap));
    CHECK(trap && wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_NULL_REFERENCE);
    wasm_trap_delete(trap);
    OK(call(h, "call_raw", a, 1, &r, 1));
    CHECK(r.of.i32 == 1);
    OK(wasmtime_context_gc(c));
    CHECK(ended[20] && ended[21] && !ended[4]);
    wasmtime_val_unroot(&a[0]);
    OK(wasmtime_context_gc(c));
    CHECK(ended[4]);
    /* What a running guest holds. */
    wasmtime_val_t things[3] = {thing(c, 5), thing(c, 6), thing(c, 7)}, back[3];
    wasmtime_extern_t hold = export_of(&h->w, h->i, "hold");
    wasmtime_val_raw_t raws[3];
    for (int k = 0; k < 3; k++)
        raws[k].externref = wasmtime_externref_to_raw(c, &things[k].of.externref);
    OK(call(h, "hold", things, 3, back, 3));
    for (int k = 0; k < 3; k++) {
        static const int order[3] = {6, 5, 7};
        CHECK(wasmtime_externref_data(c, &back[k].of.externref) == &ended[order[k]]);
        wasmtime_val_unroot(&back[k]);
        wasmtime_val_unroot(&things[k]);
    }
    trap = NULL;
    OK(wasmtime_func_call_unchecked(c, &hold.of.func, raws, 3,
                                    &trap)); /* now nobody else holds them */
    CHECK(!trap && !ended[5] && !ended[6] && !ended[7]);
    OK(wasmtime_context_gc(c));
    CHECK(ended[5] && ended[6] && ended[7]);
    host_delete(h);
}

static void test_tables_and_globals(void)
{
    struct host *h = host_new();
    wasmtime_context_t *c = h->w.context;
    wasmtime_extern_t points = export_of(&h->w, h->i, "points"),
                      any = export_of(&h->w, h->i, "any"), point = export_of(&h->w, h->i, "point"),
                      eq = export_of(&h->w, h->i, "eq"), always = export_of(&h->w, h->i, "always"),
                      fixed = export_of(&h->w, h->i, "fixed");
    wasmtime_val_t p = new_point(h, 1, 8), i31 = null_any(), null = null_any(), host = thing(c, 9),
                   as_any, v, r;
    wasmtime_anyref_from_i31(c, 5, &i31.of.anyref);
    OK(call(h, "in", &host, 1, &as_any, 1));
    uint64_t old = 99;
    OK(wasmtime_table_set(c, &points.of.table, 1, &p));
    OK(wasmtime_table_set(c, &any.of.table, 1, &i31));
    OK(wasmtime_table_set(c, &any.of.table, 2, &as_any));
    OK(wasmtime_global_set(c, &point.of.global, &p));
    OK(wasmtime_global_set(c, &always.of.global, &p));
    OK(wasmtime_global_set(c, &eq.of.global, &i31));
    OK(wasmtime_table_grow(c, &points.of.table, 3, &p, &old));
    CHECK(old == 4);
    /* Wrong types change nothing. */
    ERROR_HAS(wasmtime_table_set(c, &points.of.table, 1, &i31), "type mismatch");
    ERROR_HAS(wasmtime_table_set(c, &points.of.table, 1, &as_any), "type mismatch");
    ERROR_HAS(wasmtime_table_set(c, &points.of.table, 1, &host), "type mismatch");
    ERROR_HAS(wasmtime_table_grow(c, &points.of.table, 1, &i31, &old), "type mismatch");
    ERROR_HAS(wasmtime_global_set(c, &point.of.global, &i31), "type mismatch");
    ERROR_HAS(wasmtime_global_set(c, &always.of.global, &null), "type mismatch");
    ERROR_HAS(wasmtime_global_set(c, &eq.of.global, &as_any), "type mismatch");
    ERROR_IS(wasmtime_global_set(c, &fixed.of.global, &p), "immutable global cannot be set");
    wasmtime_val_unroot(&p);
    wasmtime_val_unroot(&host);
    wasmtime_val_unroot(&as_any);
    OK(wasmtime_context_gc(c));
    CHECK(!ended[8] && !ended[9]);
    CHECK(wasmtime_table_get(c, &points.of.table, 1, &v) && is_point(c, &v));
    OK(call(h, "x", &v, 1, &r, 1));
    CHECK(r.of.i32 == 1);
    wasmtime_val_unroot(&v);
    CHECK(wasmtime_table_get(c, &points.of.table, 6, &v) && is_point(c, &v));
    wasmtime_val_unroot(&v);
    CHECK(wasmtime_table_get(c, &any.of.table, 2, &v) && v.kind == WASMTIME_ANYREF &&
          !wasmtime_anyref_is_eqref(c, &v.of.anyref));
    OK(call(h, "out", &v, 1, &r, 1));
    CHECK(wasmtime_externref_data(c, &r.of.externref) == &ended[9]);
    wasmtime_val_unroot(&r);
    wasmtime_val_unroot(&v);
    wasmtime_global_get(c, &eq.of.global, &v);
    CHECK(wasmtime_anyref_is_i31(c, &v.of.anyref));
    wasmtime_global_get(c, &fixed.of.global, &v);
    OK(call(h, "sum", &v, 1, &r, 1));
    CHECK(r.of.i32 == 15);
    wasmtime_val_unroot(&v);
    wasmtime_global_get(c, &always.of.global, &v);
    OK(call(h, "x", &v, 1, &r, 1));
    CHECK(r.of.i32 == 1);
    wasmtime_val_unroot(&v);
    /* Nothing holds the thing of the host's once the table does not. */
    OK(wasmtime_table_set(c, &any.of.table, 2, &null));
    OK(wasmtime_context_gc(c));
    CHECK(ended[9] && !ended[8]);
    /* Globals and tables that the host makes, of the module's types. */
    wasm_globaltype_t *gt = wasmtime_global_type(c, &point.of.global);
    wasm_tabletype_t *tt = wasmtime_table_type(c, &points.of.table);
    wasmtime_global_t g;
    wasmtime_table_t t;
    p = new_point(h, 2, 10);
    ERROR_HAS(wasmtime_global_new(c, gt, &i31, &g), "type mismatch");
    ERROR_HAS(wasmtime_table_new(c, tt, &i31, &t), "type mismatch");
    OK(wasmtime_global_new(c, gt, &p, &g));
    OK(wasmtime_table_new(c, tt, &p, &t));
    wasmtime_val_unroot(&p);
    wasm_globaltype_delete(gt);
    wasm_tabletype_delete(tt);
    OK(wasmtime_context_gc(c));
    CHECK(!ended[10]);
    wasmtime_global_get(c, &g, &v);
    CHECK(is_point(c, &v));
    wasmtime_val_unroot(&v);
    OK(wasmtime_global_set(c, &g, &null));
    CHECK(wasmtime_table_get(c, &t, 3, &v) && is_point(c, &v));
    wasmtime_val_unroot(&v);
    host_delete(h);
}

/* Values of other kinds than functions do not pass through wasm.h; null does. */
static void test_wasm_h(void)
{
    static const char text[] =
        "(module (func (export \"i31\") (result anyref) (ref.i31 (i32.const 1)))"
        " (func (export \"null\") (result anyref) (ref.null any))"
        " (func (export \"is_null\") (param anyref) (result i32) (ref.is_null (local.get 0)))"
        " (func (export \"exn\") (param exnref) (result i32) (ref.is_null (local.get 0))))";
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_byte_vec_t bytes;
    OK(wasmtime_wat2wasm(text, strlen(text), &bytes));
    wasm_module_t *m = wasm_module_new(store, &bytes);
    wasm_byte_vec_delete(&bytes);
    wasm_extern_vec_t none = WASM_EMPTY_VEC, exports;
    wasm_instance_t *i = wasm_instance_new(store, m, &none, NULL);
    wasm_instance_exports(i, &exports);
    wasm_val_t v = WASM_INIT_VAL, r[1] = {WASM_INIT_VAL};
    wasm_val_vec_t args = WASM_EMPTY_VEC, results = WASM_ARRAY_VEC(r);
    TRAP_HAS(wasm_func_call(wasm_extern_as_func(exports.data[0]), &args, &results),
             "only references to functions");
    CHECK(!wasm_func_call(wasm_extern_as_func(exports.data[1]), &args, &results) &&
          r[0].kind == WASM_EXTERNREF && !r[0].of.ref);
    wasm_val_t a[1] = {v}, n[1] = {WASM_INIT_VAL};
    for (int k = 0; k < 2; k++) { /* null is null, whatever its kind is said to be */
        wasm_val_vec_t with = WASM_ARRAY_VEC(a), number = WASM_ARRAY_VEC(n);
        a[0].kind = k ? WASM_FUNCREF : WASM_EXTERNREF;
        CHECK(!wasm_func_call(wasm_extern_as_func(exports.data[2]), &with, &number) &&
              n[0].of.i32 == 1);
        CHECK(!wasm_func_call(wasm_extern_as_func(exports.data[3]), &with, &number) &&
              n[0].of.i32 == 1);
    }
    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(i);
    wasm_module_delete(m);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
}

int main(void)
{
    test_calls();
    test_host_functions();
    test_tables_and_globals();
    test_wasm_h();
    FINISH();
}
