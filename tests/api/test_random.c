/* Random sequences of calls of the API, right and wrong: handles of other stores and of stores
 * that are gone, wrong kinds and numbers, host functions that do more of the same. Everything
 * that can be seen to be wrong must end in an error, and nothing may crash; run it under the
 * address sanitizer, for as long as you like:
 *
 * test_api_random [operations [seed [seconds]]]    with seconds: again and again with the next
 * seed, until they are over
 *
 * The seed also decides how the engine is configured: guarded or checked memories, memories of
 * the host's making, stacks of the host's making. */
#include "check.h"
#include <time.h>
#include <wasmtime/async.h>
#include <wasmtime/component.h>

enum { STORES = 3, EXTERNS = 64, VALUES = 32, INSTANCES = 16 };

static uint64_t state;
static uint32_t rnd(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16) % n;
}

/* Guests with objects of their own, and with exceptions; the host function may do anything in
 * between. */
#define HEAP_MODULE                                                                                \
    "(module (import \"m\" \"f\" (func $f (param i32) (result i32)))"                              \
    " (rec (type $s (sub (struct (field (mut i32)) (field (mut anyref)) (field (mut "              \
    "externref))))) (type $t (sub $s "                                                             \
    "(struct (field (mut i32)) (field (mut anyref)) (field (mut externref)) (field (mut i8))))))"  \
    " (type $a (array (mut anyref)))"                                                              \
    " (table (export \"any\") 3 50 anyref) (table (export \"s\") 2 50 (ref null $s))"              \
    " (global (export \"gs\") (mut (ref null $s)) (ref.null $s))"                                  \
    " (global (export \"ga\") (mut (ref $a)) (array.new $a (ref.null any) (i32.const 5)))"         \
    " (func (export \"new\") (param i32 anyref externref) (result (ref $s)) (local $p (ref null "  \
    "$s))"                                                                                         \
    "  (local.set $p (struct.new $s (local.get 0) (local.get 1) (local.get 2)))"                   \
    "  (struct.new $t (call $f (local.get 0)) (local.get $p) (local.get 2) (local.get 0)))"        \
    " (func (export \"link\") (param (ref null $s) anyref) (result anyref) (local $old anyref)"    \
    "  (local.set $old (struct.get $s 1 (local.get 0))) (drop (call $f (i32.const 1)))"            \
    "  (struct.set $s 1 (local.get 0) (local.get 1)) (global.set 0 (local.get 0)) (local.get "     \
    "$old))"                                                                                       \
    " (func (export \"array\") (param i32 anyref) (result (ref $a)) (local $a (ref null $a))"      \
    "  (local.set $a (array.new $a (local.get 1) (i32.and (local.get 0) (i32.const 63))))"         \
    "  (drop (call $f (i32.const 2))) (ref.as_non_null (local.get $a)))"                           \
    " (func (export \"cast\") (param anyref) (result i32) (i32.add (ref.test (ref $t) (local.get " \
    "0))"                                                                                          \
    "  (i32.shl (ref.test (ref null $s) (local.get 0)) (i32.const 1))))"                           \
    " (func (export \"in\") (param externref) (result anyref) (any.convert_extern (local.get 0)))" \
    " (func (export \"out\") (param anyref) (result externref) (extern.convert_any (local.get "    \
    "0)))"                                                                                         \
    " (func (export \"churn\") (param $n i32) (param $e externref) (result anyref) (local $p "     \
    "(ref null $s))"                                                                               \
    "  (local.set $n (i32.and (local.get $n) (i32.const 255)))"                                    \
    "  (loop $l (local.set $p (struct.new $s (local.get $n) (local.get $p) (local.get $e)))"       \
    "   (if (i32.eqz (i32.and (local.get $n) (i32.const 31))) (then (drop (call $f (local.get "    \
    "$n)))))"                                                                                      \
    "   (br_if $l (i32.gt_s (local.tee $n (i32.sub (local.get $n) (i32.const 1))) (i32.const "     \
    "0))))"                                                                                        \
    "  (local.get $p)))"
#define THROWING_MODULE                                                                            \
    "(module (import \"m\" \"f\" (func $f (param i32) (result i32)))"                              \
    " (tag $t (export \"tag\") (param i32 anyref externref))"                                      \
    " (func $throw (export \"throw\") (param i32 anyref) (throw $t (local.get 0) (local.get 1) "   \
    "(ref.null extern)))"                                                                          \
    " (func (export \"catch\") (param i32) (result i32) (local $k i64) (local.set $k (i64.const "  \
    "77))"                                                                                         \
    "  (block $h (result i32 anyref externref)"                                                    \
    "   (try_table (catch $t $h) (call $throw (call $f (local.get 0)) (ref.i31 (local.get 0)))) "  \
    "(unreachable))"                                                                               \
    "  (drop) (drop) (i32.add (i32.wrap_i64 (local.get $k))))"                                     \
    " (func (export \"exn\") (param i32 anyref) (result exnref)"                                   \
    "  (block $h (result exnref) (try_table (catch_all_ref $h) (drop (call $f (local.get 0)))"     \
    "   (call $throw (local.get 0) (local.get 1))) (unreachable)))"                                \
    " (func (export \"again\") (param exnref) (throw_ref (local.get 0)))"                          \
    " (func (export \"quiet\") (param exnref) (result exnref)"                                     \
    "  (block $h (result exnref) (try_table (catch_all_ref $h) (throw_ref (local.get 0))) "        \
    "(unreachable))))"

static const char *const texts[] = {
    "(module (func (export \"a\") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))"
    " (memory (export \"memory\") 1 3) (table (export \"t\") 2 10 funcref) (elem (i32.const 0) 0)"
    " (global (export \"g\") (mut i32) (i32.const 5)) (global (export \"c\") i64 (i64.const 6)))",
    "(module (import \"m\" \"f\" (func $f (param i32) (result i32))) (import \"m\" \"mem\" (memory "
    "1))"
    " (func (export \"b\") (param i32) (result i32) (i32.store8 (local.get 0) (i32.const 7)) (call "
    "$f (local.get 0)))"
    " (func (export \"loop\") (loop br 0)) (func (export \"rec\") call 3))",
    "(module (import \"m\" \"f\" (func $f (param i32) (result i32))) (import \"m\" \"t\" (table 1 "
    "funcref))"
    " (import \"m\" \"g\" (global (mut i32))) (export \"f\" (func $f)) (export \"t\" (table 0))"
    " (func (export \"ind\") (param i32) (result i32) (call_indirect (param i32) (result i32) "
    "(local.get 0) (local.get 0)))"
    " (func (export \"grow\") (param i32) (result i32) (table.grow (ref.func $f) (local.get 0))) "
    "(elem declare func $f))",
    "(module (table (export \"e\") 3 externref) (func (export \"id\") (param externref i64 f32 "
    "f64) (result f64 externref i64 f32)"
    " (local.get 3) (local.get 0) (local.get 1) (local.get 2)) (func (export \"set\") (param i32 "
    "externref)"
    " (table.set (local.get 0) (local.get 1))) (func $s unreachable) (func (export \"_start\")))",
    "(module (memory (export \"memory\") 2) (data (i32.const 131070) \"abc\") (func (export "
    "\"_initialize\")))",
    "(module (import \"x\" \"tag\" (tag (param i32))) (import \"m\" \"f\" (func)) (memory i64 1))",
    "(module (memory (export \"memory\") 1 4 shared) (func (export \"add\") (param i32) (result "
    "i32)"
    " (i32.atomic.rmw.add (i32.const 8) (local.get 0))) (func (export \"grow\") (param i32) "
    "(result i32)"
    " (memory.grow (local.get 0))) (func (export \"wait\") (param i32) (result i32) "
    "(memory.atomic.wait32"
    " (local.get 0) (i32.const 1) (i64.const 1000))))",
    "(module (import \"m\" \"shared\" (memory 1 4 shared)) (func (export \"load\") (param i32) "
    "(result i32)"
    " (i32.atomic.load (local.get 0))))",
    "(module (import \"m\" \"ref\" (func $ref (param externref) (result externref))) (table "
    "(export \"e\") 4 20 externref)"
    " (global (export \"ge\") (mut externref) (ref.null extern))"
    " (func (export \"keep\") (param externref i32) (result externref) (local externref)"
    "  (local.set 2 (call $ref (local.get 0))) (global.set 0 (call $ref (local.get 2)))"
    "  (table.set (i32.and (local.get 1) (i32.const 3)) (local.get 0))"
    "  (drop (table.grow (local.get 2) (i32.const 1))) (drop (call $ref (global.get 0))) "
    "(local.get 2)))",
    "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"
    " (import \"wasi_snapshot_preview1\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result "
    "i32)))"
    " (memory (export \"memory\") 1) (func (export \"_start\")"
    "  (drop (call $write (i32.const 1) (i32.const -1) (i32.const 7) (i32.const 70000)))"
    "  (call $exit (i32.const 3))))",
    HEAP_MODULE,
    THROWING_MODULE,
};
enum { MODULES = sizeof texts / sizeof *texts };

/* of a store */
struct place {
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_linker_t *linker;
    /* A call under way, and what it needs until it is over. */
    wasmtime_call_future_t *future;
    bool polling, suspends;
    wasmtime_func_t func;
    wasmtime_val_t args[4], results[4];
    size_t nresults;
    wasmtime_linker_t *borrowed;
    wasmtime_module_t *module;
    wasmtime_instance_t instance;
    wasm_trap_t *trap;
    wasmtime_error_t *error;
};

static wasm_engine_t *engine, *other_engine;
static wasmtime_module_t *modules[MODULES];
static wasmtime_instance_pre_t *pre;
static struct place places[STORES];
static wasmtime_extern_t externs[STORES * EXTERNS]; /* mostly of the store they stand with */
static uint32_t here;                               /* the store that is in use */
static wasmtime_instance_t instances[INSTANCES];
static wasmtime_val_t values[VALUES];
static unsigned depth, errors, traps, successes;

static bool drop(wasmtime_error_t *e)
{
    if (!e) {
        successes++;
        return true;
    }
    wasm_name_t m;
    wasmtime_error_message(e, &m);
    CHECK(m.size > 0);
    wasm_name_delete(&m);
    wasmtime_error_delete(e);
    errors++;
    return false;
}

static void drop_trap(wasm_trap_t *t)
{
    if (!t)
        return;
    wasm_message_t m;
    wasm_trap_message(t, &m);
    CHECK(m.size > 1);
    wasm_name_delete(&m);
    wasm_frame_vec_t frames;
    wasm_trap_trace(t, &frames);
    wasm_frame_vec_delete(&frames);
    wasm_trap_delete(t);
    traps++;
}

static void keep_extern(const wasmtime_extern_t *x)
{
    uint32_t at = here * EXTERNS + rnd(EXTERNS);
    wasmtime_extern_delete(&externs[at]);
    externs[at] = *x;
}

static const wasmtime_extern_t *some_extern(void)
{
    return &externs[(rnd(10) ? here : rnd(STORES)) * EXTERNS + rnd(EXTERNS)];
}

/* Mostly of the kind. */
static const wasmtime_extern_t *some_extern_of(wasmtime_extern_kind_t kind)
{
    const wasmtime_extern_t *x = some_extern();
    for (int tries = 0; tries < 20; tries++) {
        if (x->kind == kind && (kind != WASMTIME_EXTERN_FUNC || x->of.func.store_id))
            break;
        x = some_extern();
    }
    return x;
}

static void keep_value(const wasmtime_val_t *v)
{
    uint32_t at = rnd(VALUES);
    wasmtime_val_unroot(&values[at]);
    values[at] = *v;
}

static wasm_valtype_t *some_type(void)
{
    static const wasm_valkind_t kinds[] = {WASM_I32, WASM_I64,       WASM_F32,
                                           WASM_F64, WASM_EXTERNREF, WASM_FUNCREF};
    return rnd(8) == 0 ? wasmtime_wasm_valtype_v128() : wasm_valtype_new(kinds[rnd(6)]);
}

static wasm_functype_t *some_functype(void)
{
    switch (rnd(4)) {
    case 0: return wasm_functype_new_0_0();
    case 1: return wasm_functype_new_2_1(some_type(), some_type(), some_type());
    default: return wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    }
}

/* For functions that see raw values and write a number: nothing checks what they give. */
static wasm_functype_t *some_raw_functype(void)
{
    switch (rnd(4)) {
    case 0: return wasm_functype_new_0_0();
    case 1:
        return wasm_functype_new_2_1(wasm_valtype_new_i64(), wasm_valtype_new_externref(),
                                     wasm_valtype_new_f32());
    default: return wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    }
}

static void step(void);

static wasm_trap_t *some_exception(wasmtime_context_t *c);

static wasm_trap_t *boxed(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                          size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)args, (void)nargs;
    wasmtime_extern_t x;
    if (wasmtime_caller_export_get(caller, "memory", 6, &x))
        keep_extern(&x);
    if (++depth < 4)
        for (uint32_t n = rnd(4); n > 0; n--)
            step();
    depth--;
    if (rnd(8) == 0)
        return rnd(2) ? wasmtime_trap_new("host", 4)
                      : wasmtime_trap_new_code((wasmtime_trap_code_t)rnd(60));
    if (rnd(8) == 0)
        return hospes_trap_new_error(hospes_error_new_exit((int)rnd(200)));
    if (rnd(8) == 0)
        return some_exception(wasmtime_caller_context(caller));
    for (size_t i = 0; i < nresults; i++) {
        if (rnd(8))
            results[i] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = (int32_t)rnd(9)};
        else
            wasmtime_val_clone(&values[rnd(VALUES)], &results[i]);
    }
    return NULL;
}

/* References of the host's point to a byte: a use after the end is seen by the sanitizer. */
static unsigned long finalizers;
static void end_reference(void *p)
{
    finalizers++;
    free(p);
}

static void look_at(wasmtime_context_t *c, const wasmtime_val_t *v)
{
    if (v->kind != WASMTIME_EXTERNREF)
        return;
    const char *byte = wasmtime_externref_data(c, &v->of.externref);
    CHECK(!byte || *byte == 'r');
}

/* Throws any reference that says it is one to an exception: null, and those of other stores, end
 * as errors. */
static wasm_trap_t *some_exception(wasmtime_context_t *c)
{
    for (int tries = 0; tries < 40; tries++) {
        const wasmtime_val_t *v = &values[rnd(VALUES)];
        if (v->kind == WASMTIME_EXNREF &&
            (rnd(20) == 0 || wasmtime_exnref_to_raw(c, &v->of.exnref)))
            return wasmtime_context_set_exception(c, &v->of.exnref);
    }
    return NULL;
}

static wasm_trap_t *reference(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                              size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)nargs, (void)nresults;
    wasmtime_context_t *c = wasmtime_caller_context(caller);
    look_at(c, &args[0]);
    if (++depth < 4 && rnd(4) == 0)
        step();
    depth--;
    if (rnd(3) == 0)
        OK(wasmtime_context_gc(c));
    look_at(c, &args[0]);
    if (rnd(3)) {
        wasmtime_val_clone(&args[0], &results[0]);
    } else {
        char *byte = malloc(1);
        *byte = 'r';
        results[0].kind = WASMTIME_EXTERNREF;
        if (!wasmtime_externref_new(c, byte, end_reference, &results[0].of.externref))
            free(byte);
    }
    return NULL;
}

static bool not_yet(void *env)
{
    (void)env;
    return rnd(3) == 0;
}

static void slow(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args, size_t nargs,
                 wasmtime_val_t *results, size_t nresults, wasm_trap_t **trap,
                 wasmtime_async_continuation_t *rest)
{
    (void)env, (void)caller, (void)args, (void)nargs;
    for (size_t i = 0; i < nresults; i++)
        results[i] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = 1};
    if (rnd(6) == 0)
        *trap = wasmtime_trap_new("slow", 4);
    else
        *rest = (wasmtime_async_continuation_t){not_yet, NULL, NULL};
}

static wasmtime_error_t *deadline(wasmtime_context_t *c, void *data, uint64_t *delta,
                                  wasmtime_update_deadline_kind_t *kind)
{
    (void)data;
    *delta = rnd(4);
    *kind = rnd(4) ? WASMTIME_UPDATE_DEADLINE_CONTINUE : (wasmtime_update_deadline_kind_t)rnd(3);
    OK(wasmtime_context_gc(c));
    return rnd(4) ? NULL : wasmtime_error_new("over");
}

static wasm_trap_t *raw(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *v, size_t n)
{
    (void)env;
    uint8_t *base;
    size_t size;
    if (hospes_caller_memory(caller, &base, &size) && size)
        base[rnd((uint32_t)size)] = 1;
    if (n)
        v[0].i32++;
    return rnd(10) ? NULL : wasmtime_trap_new("raw", 3);
}

static void finalize(void *p)
{
    (void)p;
    finalizers++;
}

static struct place *in_call; /* whose asynchronous call is running */

static void end_future(struct place *p)
{
    wasmtime_call_future_t *future = p->future;
    p->future = NULL;
    p->polling = true; /* what it has of host functions goes on until they end */
    in_call = p;
    wasmtime_call_future_delete(future);
    in_call = NULL;
    p->polling = false;
    wasmtime_linker_delete(p->borrowed);
    wasmtime_module_delete(p->module);
    p->borrowed = NULL;
    p->module = NULL;
}

static void close_place(struct place *p)
{
    end_future(p);
    wasmtime_store_delete(p->store);
    wasmtime_linker_delete(p->linker);
}

/* Mostly of the kind. */
static wasmtime_val_t some_value(wasm_valkind_t k)
{
    if (k < WASM_EXTERNREF && rnd(10))
        return (wasmtime_val_t){.kind = k, .of.i64 = rnd(5) ? rnd(4) : -(int64_t)rnd(70000)};
    wasmtime_valkind_t want = k == WASM_EXTERNREF ? WASMTIME_EXTERNREF : WASMTIME_FUNCREF;
    for (int tries = 0; tries < 8; tries++) {
        const wasmtime_val_t *v = &values[rnd(VALUES)];
        if (v->kind == want)
            return *v;
    }
    return values[rnd(VALUES)];
}

#include "random_objects.h"

static void call(struct place *p, const wasmtime_func_t *f)
{
    wasmtime_val_t args[4], results[4];
    wasm_functype_t *t = wasmtime_func_type(p->context, f);
    size_t np = t ? wasm_functype_params(t)->size : rnd(3),
           nr = t ? wasm_functype_results(t)->size : rnd(3);
    for (size_t i = 0; i < np; i++) {
        args[i] = t ? value_for(wasm_functype_params(t)->data[i]) : some_value(WASM_I32);
    }
    wasm_functype_delete(t);
    if (rnd(20) == 0 && np < 4)
        np++, args[np - 1] = values[0];
    wasm_trap_t *trap = (wasm_trap_t *)1;
    OK(wasmtime_context_set_fuel(p->context, 10000));
    wasmtime_context_set_epoch_deadline(p->context, rnd(3));
    if (drop(wasmtime_func_call(p->context, f, args, np, results, nr, &trap)) && !trap)
        for (size_t i = 0; i < nr; i++)
            keep_value(&results[i]);
    drop_trap(trap);
}

/* The same without boxes, which only makes sense with values of the right types. */
static void call_raw(struct place *p, const wasmtime_func_t *f)
{
    wasmtime_val_raw_t v[8];
    wasm_functype_t *t = wasmtime_func_type(p->context, f);
    if (!t)
        return;
    size_t np = wasm_functype_params(t)->size, nr = wasm_functype_results(t)->size;
    bool ok = np <= 8 && nr <= 8;
    memset(v, 0, sizeof v);
    for (size_t i = 0; i < np && ok; i++) {
        const wasm_valtype_t *type = wasm_functype_params(t)->data[i];
        wasmtime_valkind_t k = kind_of(type);
        const wasmtime_val_t *x = &values[rnd(VALUES)];
        ok = is_top(type);
        if (k <= WASMTIME_V128)
            v[i].i64 = rnd(100);
        else if (k != x->kind)
            continue;
        else if (k == WASMTIME_EXTERNREF)
            v[i].externref = wasmtime_externref_to_raw(p->context, &x->of.externref);
        else if (k == WASMTIME_ANYREF)
            v[i].anyref = wasmtime_anyref_to_raw(p->context, &x->of.anyref);
        else if (k == WASMTIME_EXNREF)
            v[i].exnref = wasmtime_exnref_to_raw(p->context, &x->of.exnref);
        else
            v[i].funcref = wasmtime_func_to_raw(p->context, &x->of.funcref);
    }
    wasm_trap_t *trap = NULL;
    OK(wasmtime_context_set_fuel(p->context, 10000));
    wasmtime_context_set_epoch_deadline(p->context, rnd(3));
    if (ok && drop(wasmtime_func_call_unchecked(p->context, f, v, 8, &trap)) && !trap)
        for (size_t i = 0; i < nr; i++) {
            wasmtime_val_t out = {.kind = kind_of(wasm_functype_results(t)->data[i])};
            if (out.kind == WASMTIME_EXTERNREF)
                wasmtime_externref_from_raw(p->context, v[i].externref, &out.of.externref);
            else if (out.kind == WASMTIME_ANYREF)
                wasmtime_anyref_from_raw(p->context, v[i].anyref, &out.of.anyref);
            else if (out.kind == WASMTIME_EXNREF)
                wasmtime_exnref_from_raw(p->context, v[i].exnref, &out.of.exnref);
            else if (out.kind == WASMTIME_FUNCREF && v[i].funcref)
                wasmtime_func_from_raw(p->context, v[i].funcref, &out.of.funcref);
            else
                continue;
            look_at(p->context, &out);
            keep_value(&out);
        }
    drop_trap(trap);
    wasm_functype_delete(t);
}

static void keep_instance(struct place *p, const wasmtime_instance_t *i)
{
    instances[rnd(INSTANCES)] = *i;
    char *name;
    size_t len;
    wasmtime_extern_t x;
    for (size_t n = 0; wasmtime_instance_export_nth(p->context, i, n, &name, &len, &x); n++)
        keep_extern(&x);
}

/* A call under way goes on, or is given up. */
static void go_on(struct place *p)
{
    if (in_call)
        return;
    if (rnd(8) == 0) {
        end_future(p);
        return;
    }
    p->polling = true;
    in_call = p;
    bool done = wasmtime_call_future_poll(p->future);
    in_call = NULL;
    p->polling = false;
    if (!done)
        return;
    bool ok = !p->error && !p->trap;
    drop(p->error);
    drop_trap(p->trap);
    p->error = NULL;
    p->trap = NULL;
    if (ok)
        for (size_t i = 0; i < p->nresults; i++)
            wasmtime_val_unroot(&p->results[i]);
    end_future(p);
}

static void begin_call(struct place *p, const wasmtime_extern_t *x, const wasmtime_module_t *m)
{
    if (p->future || in_call)
        return;
    p->error = NULL;
    p->trap = NULL;
    p->nresults = 0;
    OK(wasmtime_context_set_fuel(p->context, 10000));
    wasmtime_context_set_epoch_deadline(p->context, rnd(3));
    if (rnd(3) == 0) {
        p->borrowed = wasmtime_linker_clone(p->linker);
        p->module = wasmtime_module_clone((wasmtime_module_t *)m);
        p->future = wasmtime_linker_instantiate_async(p->borrowed, p->context, p->module,
                                                      &p->instance, &p->trap, &p->error);
        return;
    }
    x = some_extern_of(WASMTIME_EXTERN_FUNC);
    if (x->kind != WASMTIME_EXTERN_FUNC)
        return;
    p->func = x->of.func;
    wasm_functype_t *t = wasmtime_func_type(p->context, &p->func);
    size_t np = t ? wasm_functype_params(t)->size : 0, nr = t ? wasm_functype_results(t)->size : 0;
    for (size_t i = 0; i < np && i < 4; i++) { /* what is rooted stays so until the end */
        p->args[i] = value_for(wasm_functype_params(t)->data[i]);
        if (p->args[i].kind >= WASMTIME_EXTERNREF)
            p->args[i].of.anyref.store_id = 0;
    }
    wasm_functype_delete(t);
    if (np > 4 || nr > 4)
        return;
    p->nresults = nr;
    p->future = wasmtime_func_call_async(p->context, &p->func, p->args, np, p->results, nr,
                                         &p->trap, &p->error);
}

static bool opening; /* a memory creator does its best */
static void open_place(struct place *p)
{
    memset(p, 0, sizeof *p);
    opening = true;
    p->store = wasmtime_store_new(engine, NULL, NULL);
    p->context = wasmtime_store_context(p->store);
    p->linker = wasmtime_linker_new(engine);
    OK(wasmtime_context_set_fuel(p->context, 100000));
    wasmtime_store_limiter(p->store, 1 << 20, 1000, 100, 200, 200);
    here = (uint32_t)(p - places);
    wasmtime_instance_t i;
    wasm_trap_t *trap;
    OK(wasmtime_instance_new(p->context, modules[0], NULL, 0, &i, &trap));
    keep_instance(p, &i);
    static const char *const given[][2] = {{"memory", "mem"}, {"t", "t"}, {"g", "g"}};
    for (size_t k = 0; k < 3; k++) {
        wasmtime_extern_t x;
        CHECK(wasmtime_instance_export_get(p->context, &i, given[k][0], strlen(given[k][0]), &x));
        OK(wasmtime_linker_define(p->linker, p->context, "m", 1, given[k][1], strlen(given[k][1]),
                                  &x));
    }
    wasm_functype_t *t = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    p->suspends = rnd(3) == 0;
    if (p->suspends && rnd(2))
        OK(wasmtime_linker_define_async_func(p->linker, "m", 1, "f", 1, t, slow, NULL, finalize));
    else
        OK(wasmtime_linker_define_func(p->linker, "m", 1, "f", 1, t, boxed, NULL, finalize));
    if (p->suspends && rnd(2))
        OK(wasmtime_context_fuel_async_yield_interval(p->context, 1 + rnd(300)));
    if (p->suspends && rnd(2))
        OK(wasmtime_context_epoch_deadline_async_yield_and_update(p->context, 1 + rnd(2)));
    wasm_functype_delete(t);
    t = wasm_functype_new_1_1(wasm_valtype_new_externref(), wasm_valtype_new_externref());
    OK(wasmtime_linker_define_func(p->linker, "m", 1, "ref", 3, t, reference, NULL, finalize));
    wasm_functype_delete(t);
    if (rnd(2))
        wasmtime_store_epoch_deadline_callback(p->store, deadline, NULL, finalize);
    if (rnd(2))
        OK(wasmtime_linker_define_wasi(p->linker));
    if (rnd(2)) {
        wasi_config_t *wasi = wasi_config_new();
        wasm_byte_vec_t input;
        wasm_byte_vec_new(&input, 3, "in\n");
        wasi_config_set_stdin_bytes(wasi, &input);
        OK(wasmtime_context_set_wasi(p->context, wasi));
    }
    if (rnd(2) && wasmtime_instance_new(p->context, modules[6], NULL, 0, &i, &trap) == NULL &&
        !trap) {
        wasmtime_extern_t x;
        CHECK(wasmtime_instance_export_get(p->context, &i, "memory", 6, &x));
        CHECK(x.kind == WASMTIME_EXTERN_SHAREDMEMORY);
        OK(wasmtime_linker_define(p->linker, p->context, "m", 1, "shared", 6, &x));
        keep_extern(&x);
    }
    drop_trap(trap);
    opening = false;
}

#include "random_more.h"

static const char *const names[] = {"f", "mem",    "t", "g",    "memory",
                                    "a", "_start", "",  "\xff", "tag"};
static wasmtime_guestprofiler_t *profiler;

static void step_profiler(struct place *p)
{
    wasm_name_t name;
    wasm_name_new_from_string(&name, "profile");
    if (!profiler) {
        wasmtime_guestprofiler_modules_t known = {&name, modules[rnd(2)]};
        profiler = wasmtime_guestprofiler_new(engine, &name, 1000, &known, rnd(2));
    } else if (rnd(8)) {
        wasmtime_guestprofiler_sample(profiler, p->store, rnd(1000));
    } else {
        if (rnd(2)) {
            wasm_byte_vec_t out;
            if (drop(wasmtime_guestprofiler_finish(profiler, &out)))
                wasm_byte_vec_delete(&out);
        } else {
            wasmtime_guestprofiler_delete(profiler);
        }
        profiler = NULL;
    }
    wasm_name_delete(&name);
}

static void step(void)
{
    /* In an asynchronous call its own store only: what rests has to be on top of its stack. */
    if (in_call)
        here = (uint32_t)(in_call - places);
    else if (depth == 0 || rnd(8) == 0)
        here = rnd(STORES);
    struct place *p = &places[here];
    const wasmtime_extern_t *x = some_extern();
    const wasmtime_val_t *v = &values[rnd(VALUES)];
    const wasmtime_module_t *m = modules[rnd(MODULES)];
    const char *name = names[rnd(10)], *module = rnd(4) ? "m" : names[rnd(10)];
    wasmtime_instance_t instance;
    wasmtime_extern_t made = {0};
    wasmtime_val_t out = {0};
    wasm_trap_t *trap = NULL;
    uint64_t number;
    switch (rnd(10) ? 99 : rnd(6)) { /* what has nothing to do with a call under way */
    case 0: step_component(p); return;
    case 1: step_wasm(); return;
    case 2: step_types(p); return;
    case 3: wasmtime_engine_increment_epoch(engine); return;
    case 4:
        if (depth == 0)
            renew_module(rnd(MODULES));
        return;
    case 5: step_profiler(p); return;
    default: break;
    }
    if (p->future && !p->polling && rnd(3)) {
        go_on(p);
        return;
    }
    switch (rnd(36)) {
    case 30:
    case 31:
    case 32:
    case 33:
    case 34:
    case 35: step_objects(p); break;
    case 24: begin_call(p, x, m); break;
    case 25:
        if (depth == 0 && rnd(4) == 0) {
            wasm_functype_t *t =
                wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
            drop(wasmtime_linker_define_async_func(p->linker, module, strlen(module), name,
                                                   strlen(name), t, slow, NULL, finalize));
            wasm_functype_delete(t);
        }
        break;
    case 26:
        if (rnd(20) == 0)
            drop(wasmtime_context_fuel_async_yield_interval(p->context, rnd(3) * 100));
        else if (rnd(20) == 0)
            drop(wasmtime_context_epoch_deadline_async_yield_and_update(p->context, rnd(3)));
        break;
    case 27:
    case 28:
        x = some_extern_of(WASMTIME_EXTERN_FUNC);
        if (x->kind == WASMTIME_EXTERN_FUNC) {
            wasmtime_func_t f = x->of.func;
            call_raw(p, &f);
        }
        break;
    case 29:
        x = some_extern_of(WASMTIME_EXTERN_SHAREDMEMORY);
        if (x->kind == WASMTIME_EXTERN_SHAREDMEMORY && x->of.sharedmemory) {
            wasmtime_sharedmemory_t *shared = wasmtime_sharedmemory_clone(x->of.sharedmemory);
            drop(
                wasmtime_sharedmemory_grow(shared, rnd(4) ? rnd(2) : UINT64_MAX - rnd(2), &number));
            size_t size = wasmtime_sharedmemory_data_size(shared);
            if (size)
                wasmtime_sharedmemory_data(shared)[size - 1] = 1;
            made = (wasmtime_extern_t){.kind = WASMTIME_EXTERN_SHAREDMEMORY,
                                       .of.sharedmemory = shared};
            here = rnd(STORES); /* it is of no store */
            keep_extern(&made);
        }
        break;
    case 0:
        if (depth == 0 && rnd(10) == 0) {
            close_place(p);
            open_place(p);
        }
        break;
    case 1:
    case 2: {
        static const wasmtime_extern_kind_t kinds[] = {WASMTIME_EXTERN_FUNC, WASMTIME_EXTERN_GLOBAL,
                                                       WASMTIME_EXTERN_TABLE,
                                                       WASMTIME_EXTERN_MEMORY, WASMTIME_EXTERN_TAG};
        wasmtime_extern_t imports[4];
        wasm_importtype_vec_t wanted;
        wasmtime_module_imports(m, &wanted);
        size_t n = wanted.size <= 4 && rnd(9) ? wanted.size : rnd(5);
        for (size_t i = 0; i < n; i++)
            imports[i] =
                *(i < wanted.size
                      ? some_extern_of(
                            kinds[wasm_externtype_kind(wasm_importtype_type(wanted.data[i]))])
                      : some_extern());
        wasm_importtype_vec_delete(&wanted);
        if (drop(wasmtime_instance_new(p->context, m, imports, n, &instance, &trap)) && !trap)
            keep_instance(p, &instance);
        break;
    }
    case 3:
        if (p->suspends && !in_call && rnd(2))
            begin_call(p, x, m);
        else if (drop(wasmtime_linker_instantiate(p->linker, p->context, m, &instance, &trap)) &&
                 !trap)
            keep_instance(p, &instance);
        break;
    case 4:
        drop(wasmtime_linker_define(p->linker, p->context, module, strlen(module), name,
                                    strlen(name), x));
        break;
    case 5: {
        bool raw_values = rnd(2);
        wasm_functype_t *t = raw_values ? some_raw_functype() : some_functype();
        if (!raw_values)
            drop(wasmtime_linker_define_func(p->linker, module, strlen(module), name, strlen(name),
                                             t, boxed, NULL, finalize));
        else
            drop(wasmtime_linker_define_func_unchecked(p->linker, module, strlen(module), name,
                                                       strlen(name), t, raw, NULL, finalize));
        wasm_functype_delete(t);
        break;
    }
    case 6:
        if (rnd(3) == 0)
            drop(wasmtime_linker_define_unknown_imports_as_traps(p->linker, m));
        else
            drop(
                wasmtime_linker_define_unknown_imports_as_default_values(p->linker, p->context, m));
        break;
    case 7: drop(wasmtime_linker_module(p->linker, p->context, name, strlen(name), m)); break;
    case 8:
        drop(wasmtime_linker_define_instance(p->linker, p->context, name, strlen(name),
                                             &instances[rnd(INSTANCES)]));
        break;
    case 9:
        if (wasmtime_linker_get(p->linker, p->context, module, strlen(module), name, strlen(name),
                                &made))
            keep_extern(&made);
        break;
    case 10:
        if (depth != 0)
            break;
        wasmtime_instance_pre_delete(pre);
        pre = NULL;
        drop(wasmtime_linker_instantiate_pre(p->linker, m, &pre));
        break;
    case 11:
        if (pre && drop(wasmtime_instance_pre_instantiate(pre, p->context, &instance, &trap)) &&
            !trap)
            keep_instance(p, &instance);
        break;
    case 12: {
        bool raw_values = rnd(2);
        wasm_functype_t *t = raw_values ? some_raw_functype() : some_functype();
        made.kind = WASMTIME_EXTERN_FUNC;
        if (!raw_values)
            wasmtime_func_new(p->context, t, boxed, NULL, finalize, &made.of.func);
        else
            wasmtime_func_new_unchecked(p->context, t, raw, NULL, finalize, &made.of.func);
        wasm_functype_delete(t);
        keep_extern(&made);
        break;
    }
    case 13:
    case 14:
    case 15:
        x = some_extern_of(WASMTIME_EXTERN_FUNC);
        if (p->suspends && !in_call && rnd(4))
            begin_call(p, x, m);
        else if (x->kind == WASMTIME_EXTERN_FUNC)
            call(p, &x->of.func);
        break;
    case 16:
        if (x->kind == WASMTIME_EXTERN_MEMORY) {
            drop(wasmtime_memory_grow(p->context, &x->of.memory,
                                      rnd(4) ? rnd(3) : UINT64_MAX - rnd(3), &number));
            size_t size = wasmtime_memory_data_size(p->context, &x->of.memory);
            if (size)
                wasmtime_memory_data(p->context, &x->of.memory)[size - 1] = 3;
        }
        break;
    case 17:
        if (x->kind == WASMTIME_EXTERN_TABLE) {
            drop(wasmtime_table_set(p->context, &x->of.table, rnd(4) ? rnd(4) : UINT64_MAX - rnd(2),
                                    v));
            if (wasmtime_table_get(p->context, &x->of.table, rnd(6), &out))
                keep_value(&out);
            drop(wasmtime_table_grow(p->context, &x->of.table,
                                     rnd(4) ? rnd(3) : UINT64_MAX - rnd(3), v, &number));
        }
        break;
    case 18:
        if (x->kind == WASMTIME_EXTERN_GLOBAL) {
            drop(wasmtime_global_set(p->context, &x->of.global, v));
            wasmtime_global_get(p->context, &x->of.global, &out);
            keep_value(&out);
        }
        break;
    case 19: {
        out.kind = (wasmtime_valkind_t)rnd(5);
        out.of.i64 = rnd(100);
        char *byte = rnd(3) == 0 ? malloc(1) : NULL;
        if (byte) {
            *byte = 'r';
            out.kind = WASMTIME_EXTERNREF;
            if (!wasmtime_externref_new(p->context, byte, end_reference, &out.of.externref))
                free(byte);
        } else if (rnd(3) == 0 && x->kind == WASMTIME_EXTERN_FUNC) {
            out.kind = WASMTIME_FUNCREF;
            out.of.funcref = x->of.func;
        } else if (rnd(6) == 0) {
            out.kind = WASMTIME_ANYREF;
            wasmtime_anyref_from_i31(p->context, rnd(1000), &out.of.anyref);
        }
        keep_value(&out);
        break;
    }
    case 20:
        drop(wasmtime_context_gc(p->context));
        look_at(p->context, v);
        break;
    case 21: {
        wasm_externtype_t *t = wasmtime_extern_type(p->context, x);
        if (t) {
            wasm_externtype_t *copy = wasm_externtype_copy(t);
            CHECK(wasm_externtype_kind(copy) == wasm_externtype_kind(t));
            wasm_externtype_delete(copy);
            const wasm_globaltype_t *g = wasm_externtype_as_globaltype_const(t);
            const wasm_tabletype_t *tt = wasm_externtype_as_tabletype_const(t);
            const wasm_memorytype_t *mt = wasm_externtype_as_memorytype_const(t);
            if (g && drop(wasmtime_global_new(p->context, g, v, &made.of.global))) {
                made.kind = WASMTIME_EXTERN_GLOBAL;
                keep_extern(&made);
            } else if (tt && drop(wasmtime_table_new(p->context, tt, v, &made.of.table))) {
                made.kind = WASMTIME_EXTERN_TABLE;
                keep_extern(&made);
            } else if (mt && drop(wasmtime_memory_new(p->context, mt, &made.of.memory))) {
                made.kind = WASMTIME_EXTERN_MEMORY;
                keep_extern(&made);
            }
            wasm_externtype_delete(t);
        }
        break;
    }
    case 22: {
        wasmtime_func_t f;
        if (drop(wasmtime_linker_get_default(p->linker, p->context, name, strlen(name), &f)))
            call(p, &f);
        break;
    }
    case 23: {
        wasmtime_linker_t *copy = wasmtime_linker_clone(p->linker);
        wasmtime_linker_allow_shadowing(copy, rnd(2));
        if (rnd(4) == 0 && depth == 0) {
            wasmtime_linker_delete(p->linker);
            p->linker = rnd(3) ? copy : wasmtime_linker_new(engine);
            if (p->linker == copy)
                copy = NULL;
        }
        wasmtime_linker_delete(copy);
        break;
    }
    }
    drop_trap(trap);
}

/* --- What the host makes for the engine ------------------------------------------------------- */

struct block {
    uint8_t *bytes;
    size_t size;
};

static uint8_t *block_get(void *env, size_t *size, size_t *capacity)
{
    struct block *b = env;
    *size = *capacity = b->size;
    return b->bytes;
}

static wasmtime_error_t *block_grow(void *env, size_t size)
{
    struct block *b = env;
    uint8_t *fresh = size > (1u << 20) ? NULL : calloc(size, 1);
    if (!fresh)
        return wasmtime_error_new("too large");
    memcpy(fresh, b->bytes, b->size);
    free(b->bytes);
    *b = (struct block){fresh, size};
    return NULL;
}

static void block_end(void *env)
{
    free(((struct block *)env)->bytes);
    free(env);
}

static wasmtime_error_t *block_new(void *env, const wasm_memorytype_t *ty, size_t min, size_t max,
                                   size_t reserved, size_t guard, wasmtime_linear_memory_t *out)
{
    (void)env, (void)ty, (void)max, (void)reserved, (void)guard;
    if (min > (1u << 20) || (!opening && rnd(10) == 0))
        return wasmtime_error_new("not this one");
    struct block *b = malloc(sizeof *b);
    *b = (struct block){calloc(min + 1, 1), min};
    *out = (wasmtime_linear_memory_t){b, block_get, block_grow, block_end};
    return NULL;
}

static uint8_t *stack_get(void *env, size_t *size)
{
    struct block *b = env;
    *size = b->size;
    return b->bytes + b->size;
}

static wasmtime_error_t *stack_new(void *env, size_t size, bool zeroed,
                                   wasmtime_stack_memory_t *out)
{
    (void)env, (void)zeroed;
    if (rnd(10) == 0)
        return wasmtime_error_new("no stack");
    struct block *b = malloc(sizeof *b);
    *b = (struct block){aligned_alloc(4096, size), size};
    *out = (wasmtime_stack_memory_t){b, stack_get, block_end};
    return NULL;
}

static void run(unsigned long operations, uint64_t seed)
{
    state = seed ? seed : 1;
    for (int i = 0; i < 10; i++)
        rnd(2); /* seeds that are close are not alike */
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_consume_fuel_set(config, true);
    wasmtime_config_epoch_interruption_set(config, true);
    wasmtime_config_wasm_threads_set(config, true);
    wasmtime_config_shared_memory_set(config, true);
    wasmtime_config_wasm_custom_page_sizes_set(config, true);
    wasmtime_memory_creator_t memories = {NULL, block_new, NULL};
    wasmtime_stack_creator_t stacks = {NULL, stack_new, NULL};
    bool own_memories = rnd(4) == 0;
    if (own_memories)
        wasmtime_config_host_memory_creator_set(config, &memories);
    if (rnd(4) == 0)
        wasmtime_config_host_stack_creator_set(config, &stacks);
    wasmtime_config_async_stack_size_set(config, 512 << 10);
    if (rnd(4) == 0)
        wasmtime_config_signals_based_traps_set(config, false);
    if (rnd(4) == 0)
        wasmtime_config_memory_reservation_set(config, 1 << 20);
    hospes_config_gc_stress_set(config, rnd(8) == 0);
    engine = wasm_engine_new_with_config(config);
    other_engine = wasm_engine_new();
    for (size_t i = 0; i < MODULES; i++)
        modules[i] = module_of(i == 4 ? other_engine : engine, texts[i]);
    for (size_t i = 0; i < 2; i++)
        wasm_stores[i] = wasm_store_new(other_engine);
    for (size_t i = 0; i < STORES; i++)
        open_place(&places[i]);
    for (unsigned long n = 0; n < operations; n++)
        step();
    for (size_t i = 0; i < STORES; i++)
        close_place(&places[i]);
    end_component();
    end_wasm();
    end_objects();
    for (size_t i = 0; i < VALUES; i++)
        wasmtime_val_unroot(&values[i]);
    for (size_t i = 0; i < STORES * EXTERNS; i++)
        wasmtime_extern_delete(&externs[i]);
    wasmtime_instance_pre_delete(pre);
    wasmtime_guestprofiler_delete(profiler);
    for (size_t i = 0; i < MODULES; i++)
        wasmtime_module_delete(modules[i]);
    wasm_engine_delete(engine);
    wasm_engine_delete(other_engine);
    CHECK(depth == 0 && wasm_depth == 0);
    /* Nothing is left for the next seed. */
    memset(places, 0, sizeof places);
    memset(externs, 0, sizeof externs);
    memset(instances, 0, sizeof instances);
    memset(values, 0, sizeof values);
    memset(component_vals, 0, sizeof component_vals);
    memset(resources, 0, sizeof resources);
    memset(objects, 0, sizeof objects);
    component_linker = NULL;
    some_frame = NULL;
    pre = NULL;
    profiler = NULL;
}

int main(int argc, char **argv)
{
    unsigned long operations = argc > 1 ? strtoul(argv[1], NULL, 0) : 20000, rounds = 0;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 88172645463325252u;
    time_t end = time(NULL) + (argc > 3 ? atol(argv[3]) : 0);
    setvbuf(stdout, NULL, _IOLBF, 0);
    do {
        if (argc > 3)
            printf("seed %llu\n", (unsigned long long)seed);
        run(operations, seed++);
        rounds++;
    } while (time(NULL) < end && !failures);
    printf("%lu rounds of %lu operations: %u successes, %u errors, %u traps, %lu finalizers\n",
           rounds, operations, successes, errors, traps, finalizers);
    CHECK(successes && errors && traps);
    FINISH();
}
