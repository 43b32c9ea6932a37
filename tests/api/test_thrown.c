/* Exceptions: those that the host makes and looks into, those that cross between host and guest
 * in both directions, and the one that a store has pending. */
#include "gc.h"
#include <wasmtime/async.h>

static wasmtime_tag_t tag_of(struct world *w, wasm_functype_t *type)
{
    wasm_tagtype_t *tt = wasm_tagtype_new(type);
    wasmtime_tag_t tag;
    OK(wasmtime_tag_new(w->context, tt, &tag));
    wasm_tagtype_delete(tt);
    return tag;
}

/* --- Making and looking ----------------------------------------------------------------------- */

static void test_fields(void)
{
    struct world w = gc_world(NULL), other = gc_world(NULL);
    wasmtime_valtype_t exn = {.kind = WASMTIME_VALTYPE_KIND_REF,
                              .reftype = {true, {.kind = WASMTIME_HEAPTYPE_KIND_EXN}}};
    wasmtime_valtype_t eq = {.kind = WASMTIME_VALTYPE_KIND_REF,
                             .reftype = {false, {.kind = WASMTIME_HEAPTYPE_KIND_EQ}}};
    wasm_valtype_t *types[] = {wasm_valtype_new_i32(),
                               wasm_valtype_new_i64(),
                               wasm_valtype_new_f32(),
                               wasm_valtype_new_f64(),
                               wasmtime_wasm_valtype_v128(),
                               wasm_valtype_new_funcref(),
                               wasm_valtype_new_externref(),
                               wasmtime_valtype_to_wasm(NULL, &exn),
                               wasmtime_valtype_to_wasm(NULL, &eq)};
    enum { N = sizeof types / sizeof *types };
    wasm_valtype_vec_t params, none;
    wasm_valtype_vec_new(&params, N, types);
    wasm_valtype_vec_new_empty(&none);
    wasmtime_tag_t tag = tag_of(&w, wasm_functype_new(&params, &none)),
                   empty = tag_of(&w, wasm_functype_new_0_0()),
                   same = tag_of(&w, wasm_functype_new_0_0()), got_tag;
    wasmtime_exnref_t inner, x, c, null;
    OK(wasmtime_exnref_new(w.context, &empty, NULL, 0, &inner));
    CHECK(wasmtime_exnref_field_count(w.context, &inner) == 0);
    OK(wasmtime_exnref_tag(w.context, &inner, &got_tag));
    CHECK(wasmtime_tag_eq(w.context, &got_tag, &empty) &&
          !wasmtime_tag_eq(w.context, &got_tag, &same));
    wasmtime_instance_t i = instance_of(&w, "(module (func (export \"f\")))", NULL, 0);
    wasmtime_val_t v[N] = {i32_val(-5),
                           {.kind = WASMTIME_I64, .of.i64 = INT64_MIN},
                           {.kind = WASMTIME_F32, .of.f32 = 0.5f},
                           {.kind = WASMTIME_F64, .of.f64 = 1e300},
                           {.kind = WASMTIME_V128, .of.v128 = {9, 8, 7}},
                           {.kind = WASMTIME_FUNCREF, .of.funcref = export_of(&w, i, "f").of.func},
                           thing(w.context, 1),
                           {.kind = WASMTIME_EXNREF, .of.exnref = inner},
                           {.kind = WASMTIME_ANYREF}},
                   got;
    wasmtime_anyref_from_i31(w.context, 12345, &v[8].of.anyref);
    OK(wasmtime_exnref_new(w.context, &tag, v, N, &x));
    wasmtime_val_unroot(&v[6]);
    wasmtime_exnref_unroot(&inner);
    OK(wasmtime_context_gc(w.context));
    CHECK(!ended[1] && wasmtime_exnref_field_count(w.context, &x) == N);
    for (size_t k = 0; k < N; k++) {
        OK(wasmtime_exnref_field(w.context, &x, k, &got));
        CHECK(got.kind == v[k].kind);
        uint32_t u = 0;
        switch (k) {
        case 0:
        case 2: CHECK(got.of.i32 == v[k].of.i32); break;
        case 1:
        case 3: CHECK(got.of.i64 == v[k].of.i64); break;
        case 4: CHECK(memcmp(got.of.v128, v[k].of.v128, 16) == 0); break;
        case 5: CHECK(got.of.funcref.__private == v[k].of.funcref.__private); break;
        case 6: CHECK(wasmtime_externref_data(w.context, &got.of.externref) == &ended[1]); break;
        case 7:
            OK(wasmtime_exnref_tag(w.context, &got.of.exnref, &got_tag));
            CHECK(wasmtime_tag_eq(w.context, &got_tag, &empty));
            break;
        case 8:
            CHECK(wasmtime_anyref_i31_get_u(w.context, &got.of.anyref, &u) && u == 12345);
            break;
        }
        wasmtime_val_unroot(&got);
    }
    wasmtime_exn_type_t *t = wasmtime_exnref_type(w.context, &x);
    wasm_tagtype_t *tt = wasmtime_exn_type_tag_type(t);
    CHECK(wasm_functype_params(wasm_tagtype_functype(tt))->size == N &&
          wasm_functype_results(wasm_tagtype_functype(tt))->size == 0);
    wasm_tagtype_delete(tt);
    wasmtime_exn_type_delete(t);
    /* Mistakes leave everything as it was. */
    got = i32_val(99);
    memset(&c, 1, sizeof c);
    c.store_id = 7;
    ERROR_HAS(wasmtime_exnref_field(w.context, &x, N, &got), "exn only has 9 fields");
    ERROR_HAS(wasmtime_exnref_field(w.context, &x, SIZE_MAX, &got), "exn only has 9 fields");
    v[6] = (wasmtime_val_t){.kind = WASMTIME_EXTERNREF};
    v[7] = (wasmtime_val_t){.kind = WASMTIME_EXNREF};
    ERROR_IS(wasmtime_exnref_new(w.context, &tag, v, N - 1, &c), "expected 9 fields, got 8");
    ERROR_IS(wasmtime_exnref_new(w.context, &empty, v, 1, &c), "expected 0 fields, got 1");
    ERROR_HAS(wasmtime_exnref_new(other.context, &tag, v, N, &c), "cross-`Store`");
    v[0].kind = WASMTIME_F32;
    ERROR_HAS(wasmtime_exnref_new(w.context, &tag, v, N, &c), "field type mismatch");
    v[0].kind = WASMTIME_I32;
    v[8].of.anyref.store_id = 0; /* null where it may not be */
    ERROR_HAS(wasmtime_exnref_new(w.context, &tag, v, N, &c), "field type mismatch");
    v[8].of.anyref.store_id = x.store_id;
    v[7].of.exnref = x;
    v[6] = thing(other.context, 2);
    ERROR_IS(wasmtime_exnref_new(w.context, &tag, v, N, &c),
             "cross-`Store` values are not currently supported");
    wasmtime_val_unroot(&v[6]);
    CHECK(c.store_id == 7 && got.of.i32 == 99);
    /* Null, and of another store. */
    wasmtime_exnref_set_null(&null);
    ERROR_IS(wasmtime_exnref_tag(w.context, &null, &got_tag), "exnref is null");
    ERROR_IS(wasmtime_exnref_field(w.context, &null, 0, &got), "exnref is null");
    CHECK(wasmtime_exnref_field_count(w.context, &null) == 0 &&
          !wasmtime_exnref_type(w.context, &null));
    ERROR_HAS(wasmtime_exnref_tag(other.context, &x, &got_tag), "cross-`Store`");
    ERROR_HAS(wasmtime_exnref_field(other.context, &x, 0, &got), "cross-`Store`");
    CHECK(wasmtime_exnref_field_count(other.context, &x) == 0 &&
          !wasmtime_exnref_type(other.context, &x) &&
          wasmtime_exnref_to_raw(other.context, &x) == 0);
    TRAP_HAS(wasmtime_context_set_exception(other.context, &x), "cross-`Store`");
    TRAP_IS(wasmtime_context_set_exception(w.context, &null), "exnref is null");
    CHECK(!wasmtime_context_has_exception(w.context) &&
          !wasmtime_context_has_exception(other.context));
    /* Something else under the name of an exception. */
    wasmtime_val_t host = thing(w.context, 3);
    memcpy(&c, &host.of.externref, sizeof c);
    ERROR_HAS(wasmtime_exnref_tag(w.context, &c, &got_tag), "no exnref");
    CHECK(wasmtime_exnref_field_count(w.context, &c) == 0 && !wasmtime_exnref_type(w.context, &c));
    wasmtime_val_unroot(&host);
    /* Roots. */
    wasmtime_exnref_clone(&x, &c);
    wasmtime_exnref_unroot(&x);
    OK(wasmtime_context_gc(w.context));
    CHECK(!ended[1]);
    wasmtime_exnref_from_raw(w.context, wasmtime_exnref_to_raw(w.context, &c), &x);
    wasmtime_exnref_unroot(&c);
    OK(wasmtime_context_gc(w.context));
    CHECK(!ended[1]);
    wasmtime_exnref_unroot(&x);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended[1]);
    world_delete(&w);
    world_delete(&other);
}

/* --- The pending exception -------------------------------------------------------------------- */

static void test_pending(void)
{
    struct world w = gc_world(NULL);
    struct makers m = makers_new(&w);
    wasmtime_exnref_t x = make_exception(&m, 4), y = make_exception(&m, 5), got;
    wasmtime_trap_code_t code;
    CHECK(!wasmtime_context_has_exception(w.context) &&
          !wasmtime_context_take_exception(w.context, &got));
    wasm_trap_t *trap = wasmtime_context_set_exception(w.context, &x);
    CHECK(trap && !wasmtime_trap_code(trap, &code) && wasmtime_context_has_exception(w.context));
    TRAP_HAS(trap, "thrown Wasm exception");
    wasmtime_exnref_unroot(&x);
    OK(wasmtime_context_gc(w.context)); /* the store holds it */
    CHECK(!ended[4] && wasmtime_context_has_exception(w.context));
    wasm_trap_delete(wasmtime_context_set_exception(w.context, &y)); /* in its place */
    wasmtime_exnref_unroot(&y);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended[4] && !ended[5]);
    CHECK(wasmtime_context_take_exception(w.context, &got) &&
          !wasmtime_context_has_exception(w.context));
    wasmtime_val_t v;
    OK(wasmtime_exnref_field(w.context, &got, 1, &v));
    CHECK(v.of.i32 == 5);
    CHECK(!wasmtime_context_take_exception(w.context, &x));
    OK(wasmtime_context_gc(w.context));
    CHECK(!ended[5]);
    wasmtime_exnref_unroot(&got);
    OK(wasmtime_context_gc(w.context));
    CHECK(ended[5]);
    /* A store may end with one. */
    x = make_exception(&m, 6);
    wasm_trap_delete(wasmtime_context_set_exception(w.context, &x));
    wasmtime_exnref_unroot(&x);
    makers_delete(&m);
    world_delete(&w);
    CHECK(ended[6]);
}

/* --- Between guest and host ------------------------------------------------------------------- */

/* `what` of the host function: */
enum act {
    RETURN,       /* nothing */
    THROW,        /* an exception of its own, with thing 10 and the number */
    SET_ONLY,     /* sets one, and returns */
    THROW_TAKEN,  /* sets one, takes it back, and returns the trap all the same */
    OTHER_TRAP,   /* sets one, and returns another trap */
    CALL_BACK,    /* calls the guest's `inner`, whose exception goes on */
    CALL_CATCH,   /* calls it, and takes the exception */
    CALL_KEEP,    /* calls it, leaves the exception pending and returns */
    COLLECT_THROW /* throws after a collection with nothing but the pending exception to hold it */
};

struct host {
    struct makers m;
    wasmtime_instance_t i;
    enum act act;
    int calls;
};

static wasm_trap_t *inner_call(struct host *h, wasmtime_context_t *c, int32_t arg)
{
    wasmtime_extern_t f;
    CHECK(wasmtime_instance_export_get(c, &h->i, "inner", 5, &f));
    wasmtime_val_t v = i32_val(arg);
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(c, &f.of.func, &v, 1, NULL, 0, &trap));
    return trap;
}

static wasm_trap_t *host_act(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                             size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    struct host *h = env;
    wasmtime_context_t *c = wasmtime_caller_context(caller);
    wasmtime_exnref_t x;
    wasm_trap_t *trap;
    h->calls++;
    CHECK(nargs == 1 && nresults == 1);
    results[0] = i32_val(args[0].of.i32 + 1);
    switch (h->act) {
    case RETURN: return NULL;
    case THROW:
    case SET_ONLY:
    case THROW_TAKEN:
    case OTHER_TRAP:
    case COLLECT_THROW: {
        wasmtime_val_t v[2] = {thing(c, 10), args[0]};
        OK(wasmtime_exnref_new(c, &h->m.tag, v, 2, &x));
        wasmtime_val_unroot(&v[0]);
        trap = wasmtime_context_set_exception(c, &x);
        wasmtime_exnref_unroot(&x);
        if (h->act == SET_ONLY) {
            wasm_trap_delete(trap);
            return NULL;
        }
        if (h->act == THROW_TAKEN) {
            CHECK(wasmtime_context_take_exception(c, &x));
            wasmtime_exnref_unroot(&x);
        }
        if (h->act == OTHER_TRAP) {
            wasm_trap_delete(trap);
            return wasmtime_trap_new_code(WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED);
        }
        if (h->act == COLLECT_THROW)
            OK(wasmtime_context_gc(c));
        return trap;
    }
    case CALL_BACK: return inner_call(h, c, args[0].of.i32);
    case CALL_CATCH:
    case CALL_KEEP:
        trap = inner_call(h, c, args[0].of.i32);
        CHECK(trap && wasmtime_context_has_exception(c));
        wasm_trap_delete(trap);
        if (h->act == CALL_CATCH) {
            wasmtime_val_t v;
            CHECK(wasmtime_context_take_exception(c, &x) && !wasmtime_context_has_exception(c));
            OK(wasmtime_exnref_field(c, &x, 1, &v));
            CHECK(v.of.i32 == args[0].of.i32);
            wasmtime_exnref_unroot(&x);
        }
        return NULL;
    }
    return NULL;
}

static wasm_trap_t *host_act_raw(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *v,
                                 size_t n)
{
    (void)n;
    wasmtime_val_t arg = i32_val(v[0].i32), result;
    wasm_trap_t *trap = host_act(env, caller, &arg, 1, &result, 1);
    v[0].i32 = result.of.i32;
    return trap;
}

static const char guest[] =
    "(module (import \"\" \"t\" (tag $t (param externref i32))) (import \"\" \"act\" (func $act "
    "(param i32) (result i32)))"
    " (tag $other (param i32))"
    " (func (export \"inner\") (param i32) (throw $t (ref.null extern) (local.get 0)))"
    /* the number of the exception + 1000, or what the host function returned */
    " (func (export \"caught\") (param i32) (result i32) (local $k i64)"
    "   (local.set $k (i64.const 0x123456789))"
    "   (block $h (result externref i32)"
    "     (try_table (catch $t $h) (return (call $act (local.get 0))))"
    "     (unreachable))"
    "   (if (i64.ne (local.get $k) (i64.const 0x123456789)) (then (unreachable)))"
    "   (return (i32.add (i32.const 1000))))"
    " (func (export \"uncaught\") (param i32) (result i32) (call $act (local.get 0)))"
    " (func (export \"wrong_handler\") (param i32) (result i32)"
    "   (block $h (result i32) (try_table (catch $other $h) (return (call $act (local.get 0)))) "
    "(unreachable)))"
    " (func (export \"all\") (param i32) (result i32)"
    "   (block $h (try_table (catch_all $h) (return (call $act (local.get 0)))) (unreachable)) "
    "(i32.const -7))"
    /* caught and thrown again, through another function */
    " (func $again (param exnref) (throw_ref (local.get 0)))"
    " (func (export \"again\") (param i32) (result i32)"
    "   (block $h (result exnref) (try_table (catch_all_ref $h) (return (call $act (local.get "
    "0)))) (unreachable))"
    "   (call $again) (i32.const -8))"
    /* caught, given to the host */
    " (func (export \"give\") (param i32) (result exnref)"
    "   (block $h (result exnref)"
    "     (try_table (catch_all_ref $h) (drop (call $act (local.get 0)))) (return (ref.null exn))))"
    " (func (export \"rethrow\") (param exnref) (throw_ref (local.get 0)))"
    " (func (export \"throw_other\") (param i32) (throw $other (local.get 0))))";

static int32_t call1(struct world *w, struct host *h, const char *name, int32_t arg,
                     wasm_trap_t **trap)
{
    wasmtime_extern_t f = export_of(w, h->i, name);
    wasmtime_val_t v = i32_val(arg), r = i32_val(-999);
    *trap = NULL;
    OK(wasmtime_func_call(w->context, &f.of.func, &v, 1, &r, 1, trap));
    return r.of.i32;
}

/* The exception that is pending has this number; takes it. */
static void take(struct world *w, int32_t number)
{
    wasmtime_exnref_t x;
    wasmtime_val_t v = i32_val(-1);
    CHECK(wasmtime_context_has_exception(w->context) &&
          wasmtime_context_take_exception(w->context, &x) &&
          !wasmtime_context_has_exception(w->context));
    OK(wasmtime_exnref_field(w->context, &x, 1, &v));
    CHECK(v.of.i32 == number);
    wasmtime_exnref_unroot(&x);
}

static struct host *host_new(struct world *w, bool raw)
{
    struct host *h = calloc(1, sizeof *h);
    h->m = makers_new(w);
    wasm_functype_t *t = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    wasmtime_extern_t imports[2] = {{.kind = WASMTIME_EXTERN_TAG, .of.tag = h->m.tag},
                                    {.kind = WASMTIME_EXTERN_FUNC}};
    if (raw)
        wasmtime_func_new_unchecked(w->context, t, host_act_raw, h, NULL, &imports[1].of.func);
    else
        wasmtime_func_new(w->context, t, host_act, h, NULL, &imports[1].of.func);
    wasm_functype_delete(t);
    h->i = instance_of(w, guest, imports, 2);
    return h;
}

static void test_crossing(bool raw)
{
    struct world w = gc_world(NULL);
    struct host *h = host_new(&w, raw);
    wasm_trap_t *trap;
    wasmtime_trap_code_t code;
    /* The host throws, the guest catches. */
    static const enum act throwing[] = {THROW, CALL_BACK, COLLECT_THROW};
    for (int k = 0; k < 3; k++) {
        h->act = throwing[k];
        CHECK(call1(&w, h, "caught", 5, &trap) == 1005 && !trap);
        CHECK(!wasmtime_context_has_exception(w.context));
        CHECK(call1(&w, h, "all", 6, &trap) == -7 && !trap &&
              !wasmtime_context_has_exception(w.context));
        /* Nobody does. */
        static const char *const names[] = {"uncaught", "wrong_handler", "again"};
        for (int n = 0; n < 3; n++) {
            CHECK(call1(&w, h, names[n], 20 + n, &trap) == -999 && trap);
            CHECK(trap && !wasmtime_trap_code(trap, &code));
            TRAP_HAS(trap, "thrown Wasm exception");
            take(&w, 20 + n);
        }
    }
    OK(wasmtime_context_gc(w.context));
    CHECK(ended[10]);
    /* The host catches what the guest throws. */
    h->act = CALL_CATCH;
    CHECK(call1(&w, h, "uncaught", 30, &trap) == 31 && !trap &&
          !wasmtime_context_has_exception(w.context));
    CHECK(call1(&w, h, "caught", 30, &trap) == 31 && !trap);
    /* It stays pending when nobody takes it, and disturbs nothing. */
    h->act = CALL_KEEP;
    CHECK(call1(&w, h, "caught", 40, &trap) == 41 && !trap);
    h->act = RETURN;
    CHECK(call1(&w, h, "caught", 41, &trap) == 42 && !trap);
    take(&w, 40);
    h->act = SET_ONLY;
    CHECK(call1(&w, h, "caught", 43, &trap) == 44 && !trap);
    take(&w, 43);
    /* Traps are not caught, and no exceptions. */
    h->act = OTHER_TRAP;
    CHECK(call1(&w, h, "all", 50, &trap) == -999 && trap && wasmtime_trap_code(trap, &code) &&
          code == WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED);
    wasm_trap_delete(trap);
    take(&w, 50);
    /* A trap for an exception that was taken is an error like any other. */
    h->act = THROW_TAKEN;
    wasmtime_extern_t f = export_of(&w, h->i, "all");
    wasmtime_val_t v = i32_val(1), r;
    trap = NULL;
    wasmtime_error_t *e = wasmtime_func_call(w.context, &f.of.func, &v, 1, &r, 1, &trap);
    CHECK((e != NULL) + (trap != NULL) == 1 && !wasmtime_context_has_exception(w.context));
    wasmtime_error_delete(e);
    wasm_trap_delete(trap);
    /* An unchecked call, and one without a place for a trap. */
    h->act = THROW;
    wasmtime_val_raw_t raws[1] = {{.i32 = 60}};
    f = export_of(&w, h->i, "uncaught");
    trap = NULL;
    OK(wasmtime_func_call_unchecked(w.context, &f.of.func, raws, 1, &trap));
    CHECK(trap);
    TRAP_HAS(trap, "thrown Wasm exception");
    take(&w, 60);
    v = i32_val(61);
    ERROR_HAS(wasmtime_func_call(w.context, &f.of.func, &v, 1, &r, 1, NULL),
              "thrown Wasm exception");
    take(&w, 61);
    /* Exceptions as values: out of the guest, into it, thrown by it. */
    f = export_of(&w, h->i, "give");
    v = i32_val(70);
    trap = NULL;
    OK(wasmtime_func_call(w.context, &f.of.func, &v, 1, &r, 1, &trap));
    CHECK(!trap && r.kind == WASMTIME_EXNREF && !wasmtime_exnref_is_null(&r.of.exnref));
    OK(wasmtime_context_gc(w.context));
    wasmtime_val_t n;
    OK(wasmtime_exnref_field(w.context, &r.of.exnref, 1, &n));
    CHECK(n.of.i32 == 70);
    wasmtime_tag_t tag;
    OK(wasmtime_exnref_tag(w.context, &r.of.exnref, &tag));
    CHECK(wasmtime_tag_eq(w.context, &tag, &h->m.tag));
    f = export_of(&w, h->i, "rethrow");
    OK(wasmtime_func_call(w.context, &f.of.func, &r, 1, NULL, 0, &trap));
    CHECK(trap);
    wasm_trap_delete(trap);
    wasmtime_val_unroot(&r);
    OK(wasmtime_context_gc(w.context));
    take(&w, 70);
    r = (wasmtime_val_t){.kind = WASMTIME_EXNREF};
    trap = NULL;
    OK(wasmtime_func_call(w.context, &f.of.func, &r, 1, NULL, 0, &trap));
    CHECK(trap && wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_NULL_REFERENCE);
    wasm_trap_delete(trap);
    CHECK(!wasmtime_context_has_exception(w.context));
    r = (wasmtime_val_t){.kind = WASMTIME_ANYREF};
    ERROR_HAS(wasmtime_func_call(w.context, &f.of.func, &r, 1, NULL, 0, &trap),
              "argument type mismatch");
    /* A tag of the guest's own. */
    f = export_of(&w, h->i, "throw_other");
    v = i32_val(80);
    OK(wasmtime_func_call(w.context, &f.of.func, &v, 1, NULL, 0, &trap));
    CHECK(trap);
    wasm_trap_delete(trap);
    wasmtime_exnref_t x;
    CHECK(wasmtime_context_take_exception(w.context, &x) &&
          wasmtime_exnref_field_count(w.context, &x) == 1);
    OK(wasmtime_exnref_field(w.context, &x, 0, &n));
    OK(wasmtime_exnref_tag(w.context, &x, &tag));
    wasm_tagtype_t *tt = wasmtime_tag_type(w.context, &tag);
    CHECK(n.of.i32 == 80 && !wasmtime_tag_eq(w.context, &tag, &h->m.tag) &&
          wasm_functype_params(wasm_tagtype_functype(tt))->size == 1);
    wasm_tagtype_delete(tt);
    /* It belongs to the instance: thrown into it once more. */
    wasmtime_val_t xv = {.kind = WASMTIME_EXNREF, .of.exnref = x};
    f = export_of(&w, h->i, "rethrow");
    OK(wasmtime_func_call(w.context, &f.of.func, &xv, 1, NULL, 0, &trap));
    CHECK(trap && wasmtime_context_has_exception(w.context));
    wasm_trap_delete(trap);
    wasmtime_exnref_unroot(&x);
    makers_delete(&h->m);
    free(h);
    world_delete(&w);
}

/* Many exceptions, caught by guest and host, some left uncaught: nothing grows. */
static void test_many(void)
{
    struct world w = gc_world(NULL);
    wasmtime_store_limiter(w.store, 4 << 20, -1, -1, -1, -1);
    struct host *h = host_new(&w, false);
    wasm_trap_t *trap;
    for (int k = 0; k < GARBAGE / 4; k++) {
        h->act = k % 3 ? THROW : CALL_BACK;
        CHECK(call1(&w, h, "caught", k, &trap) == 1000 + k && !trap);
        if (k % 16 == 0) {
            call1(&w, h, "uncaught", k, &trap);
            CHECK(trap);
            wasm_trap_delete(trap);
            if (k % 32)
                take(&w, k);
        }
    }
    makers_delete(&h->m);
    free(h);
    world_delete(&w);
}

/* A start function that throws: an error, since only calls give traps for exceptions. */
static void test_start(void)
{
    struct world w = gc_world(NULL);
    wasmtime_module_t *m = module_of(
        w.engine, "(module (tag $t (param i32)) (func $f (throw $t (i32.const 1))) (start $f))");
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    ERROR_HAS(wasmtime_instance_new(w.context, m, NULL, 0, &i, &trap), "thrown Wasm exception");
    CHECK(!trap && wasmtime_context_has_exception(w.context));
    wasmtime_exnref_t x;
    wasmtime_val_t v;
    CHECK(wasmtime_context_take_exception(w.context, &x));
    OK(wasmtime_exnref_field(w.context, &x, 0, &v));
    CHECK(v.of.i32 == 1);
    wasmtime_exnref_unroot(&x);
    wasmtime_module_delete(m);
    world_delete(&w);
}

/* --- Calls that rest -------------------------------------------------------------------------- */

static bool third_time(void *env)
{
    return ++*(int *)env % 3 == 0;
}

/* Rests for a while if its argument is even; throws at once if it is odd. */
static void slow(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args, size_t nargs,
                 wasmtime_val_t *results, size_t nresults, wasm_trap_t **trap,
                 wasmtime_async_continuation_t *rest)
{
    static int polls[2];
    struct makers *m = env;
    wasmtime_context_t *c = wasmtime_caller_context(caller);
    (void)nargs, (void)nresults;
    results[0] = args[0];
    if (args[0].of.i32 % 2 == 0) {
        *rest = (wasmtime_async_continuation_t){third_time, &polls[args[0].of.i32 / 2 % 2], NULL};
        return;
    }
    wasmtime_val_t v[2] = {thing(c, 11), args[0]};
    wasmtime_exnref_t x;
    OK(wasmtime_exnref_new(c, &m->tag, v, 2, &x));
    wasmtime_val_unroot(&v[0]);
    *trap = wasmtime_context_set_exception(c, &x);
    wasmtime_exnref_unroot(&x);
}

/* Two calls of one store rest at once in the middle of a try_table, each with objects that only
 * its frame has; then both throw, and each catches its own. */
static void test_resting(void)
{
    struct world w = gc_world(NULL);
    struct makers m = makers_new(&w);
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    wasm_functype_t *t = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    OK(wasmtime_linker_define_async_func(l, "", 0, "slow", 4, t, slow, &m, NULL));
    wasm_functype_delete(t);
    wasmtime_extern_t tag = {.kind = WASMTIME_EXTERN_TAG, .of.tag = m.tag};
    OK(wasmtime_linker_define(l, w.context, "", 0, "t", 1, &tag));
    wasmtime_module_t *module = module_of(
        w.engine,
        "(module (import \"\" \"slow\" (func $slow (param i32) (result i32))) (import \"\" \"t\" "
        "(tag $t (param externref i32)))"
        " (type $s (struct (field i32) (field externref)))"
        " (func (export \"f\") (param i32 externref) (result externref i32) (local $s (ref null "
        "$s))"
        "   (local.set $s (struct.new $s (local.get 0) (local.get 1))) (local.set 1 (ref.null "
        "extern))"
        "   (block $h (result externref i32)"
        "     (try_table (catch $t $h)"
        "       (drop (call $slow (local.get 0)))"
        "       (if (i32.ne (struct.get $s 0 (local.get $s)) (local.get 0)) (then (unreachable)))"
        "       (throw $t (struct.get $s 1 (local.get $s)) (i32.add (local.get 0) (i32.const "
        "100))))"
        "     (unreachable))))");
    wasmtime_instance_t i;
    wasm_trap_t *trap[3] = {NULL};
    wasmtime_error_t *error[3] = {NULL};
    wasmtime_call_future_t *f =
        wasmtime_linker_instantiate_async(l, w.context, module, &i, &trap[0], &error[0]);
    while (!wasmtime_call_future_poll(f))
        ;
    wasmtime_call_future_delete(f);
    OK(error[0]);
    wasmtime_extern_t func = export_of(&w, i, "f");
    for (int round = 0; round < 50; round++) {
        wasmtime_call_future_t *futures[3];
        wasmtime_val_t args[3][2], results[3][2];
        bool done[3] = {false};
        static const int32_t numbers[3] = {20, 22, 31}; /* the third one's host function throws */
        for (int k = 0; k < 3; k++) {
            args[k][0] = i32_val(numbers[k]);
            args[k][1] = thing(w.context, 12 + k);
            futures[k] = wasmtime_func_call_async(w.context, &func.of.func, args[k], 2, results[k],
                                                  2, &trap[k], &error[k]);
        }
        for (int left = 3; left > 0;)
            for (int k = 0; k < 3; k++)
                if (!done[k]) {
                    done[k] = wasmtime_call_future_poll(futures[k]);
                    left -= done[k];
                    if (!done[k])
                        wasmtime_val_unroot(&args[k][1]); /* now the frame alone has it */
                    OK(wasmtime_context_gc(w.context));
                }
        for (int k = 0; k < 3; k++) {
            wasmtime_call_future_delete(futures[k]);
            OK(error[k]);
            if (trap[k])
                TRAP_IS(trap[k], "no trap");
            CHECK(results[k][1].of.i32 == (k == 2 ? 31 : numbers[k] + 100));
            CHECK(wasmtime_externref_data(w.context, &results[k][0].of.externref) ==
                  &ended[k == 2 ? 11 : 12 + k]);
            wasmtime_val_unroot(&results[k][0]);
            wasmtime_val_unroot(&args[k][1]);
        }
        CHECK(!wasmtime_context_has_exception(w.context));
    }
    OK(wasmtime_context_gc(w.context));
    for (int k = 11; k < 15; k++)
        CHECK(ended[k]);
    wasmtime_module_delete(module);
    wasmtime_linker_delete(l);
    makers_delete(&m);
    world_delete(&w);
}

int main(void)
{
    test_fields();
    test_pending();
    test_start();
    test_crossing(false);
    test_crossing(true);
    test_many();
    test_resting();
    FINISH();
}
