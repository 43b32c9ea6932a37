/* What keeps objects alive without the host holding them: globals, tables, element segments,
 * guests that rest or run on other stacks; instances that are taken again by another store; and
 * the limits and stops that hold for objects as for memories. */
#include "gc.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#include <wasmtime/async.h>

static wasm_config_t *config_of(void)
{
    wasm_config_t *c = wasm_config_new();
#ifdef EVERY_ALLOCATION
    hospes_config_gc_stress_set(c, true);
#endif
    return c;
}

static wasmtime_instance_t new_instance(struct world *w, wasmtime_module_t *m)
{
    wasmtime_instance_t i = {0};
    wasm_trap_t *trap = NULL;
    OK(wasmtime_instance_new(w->context, m, NULL, 0, &i, &trap));
    CHECK(!trap);
    return i;
}

/* Calls an export of i32 parameters with one result. */
static int32_t call(struct world *w, wasmtime_instance_t i, const char *name, int n, int32_t a,
                    int32_t b)
{
    wasmtime_extern_t f = export_of(w, i, name);
    wasmtime_val_t args[2] = {i32_val(a), i32_val(b)}, r = i32_val(-1);
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w->context, &f.of.func, args, (size_t)n, &r, 1, &trap));
    if (trap)
        TRAP_IS(trap, "no trap");
    return r.of.i32;
}

#define GARBAGE_FUNC                                                                               \
    " (func $garbage (local $n i32) (local.set $n (i32.const 100000))"                             \
    "   (loop $l (drop (array.new $bytes (i32.const 255) (i32.const 20)))"                         \
    "     (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 100))))))"

static const char guest[] =
    "(module"
    " (type $s (struct (field (mut i32)) (field (mut (ref null $s)))))"
    " (type $bytes (array (mut i8))) (type $list (array (mut (ref null $s)))) (type $fs (array "
    "(mut funcref)))"
    " (type $f (func (result i32)))" GARBAGE_FUNC
    " (global $fixed (ref $s) (struct.new $s (i32.const 1) (struct.new $s (i32.const 2) (ref.null "
    "$s))))"
    " (global $numbers (ref $list) (array.new_fixed $list 3 (struct.new $s (i32.const 3) (ref.null "
    "$s))"
    "    (ref.null $s) (struct.new $s (i32.const 4) (struct.new_default $s))))"
    " (global $same (ref $list) (array.new $list (struct.new $s (i32.const 5) (ref.null $s)) "
    "(i32.const 4)))"
    " (global $none (ref $list) (array.new_default $list (i32.const 2)))"
    " (global $any anyref (any.convert_extern (extern.convert_any (struct.new $s (i32.const 6) "
    "(ref.null $s)))))"
    " (global $funcs (ref $fs) (array.new_fixed $fs 2 (ref.func $seven) (ref.null func)))"
    " (global $var (mut (ref null $s)) (struct.new $s (i32.const 8) (ref.null $s)))"
    " (table $filled 3 (ref $s) (struct.new $s (i32.const 9) (ref.null $s)))"
    " (table $active 4 (ref null $s))"
    " (elem (table $active) (i32.const 1) (ref null $s) (item (struct.new $s (i32.const 10) "
    "(ref.null $s)))"
    "   (item (struct.new $s (i32.const 11) (ref.null $s))))"
    " (elem $passive (ref null $s) (item (struct.new $s (i32.const 12) (struct.new $s (i32.const "
    "13) (ref.null $s))))"
    "   (item (ref.null $s)) (item (global.get $fixed)))"
    " (elem $functions funcref (ref.func $seven) (ref.func $seven))"
    " (elem declare func $seven)"
    " (func $seven (type $f) (i32.const 7))"
    " (func $is (param (ref null $s) i32) (if (i32.ne (struct.get $s 0 (local.get 0)) (local.get "
    "1)) (then unreachable)))"
    " (func (export \"check\") (result i32) (local $a (ref $list)) (local $b (ref $list))"
    "   (call $garbage)"
    "   (call $is (global.get $fixed) (i32.const 1))"
    "   (call $is (struct.get $s 1 (global.get $fixed)) (i32.const 2))"
    "   (call $is (array.get $list (global.get $numbers) (i32.const 0)) (i32.const 3))"
    "   (call $is (array.get $list (global.get $numbers) (i32.const 2)) (i32.const 4))"
    "   (call $is (struct.get $s 1 (array.get $list (global.get $numbers) (i32.const 2))) "
    "(i32.const 0))"
    "   (if (i32.eqz (ref.eq (array.get $list (global.get $same) (i32.const 0))"
    "     (array.get $list (global.get $same) (i32.const 3)))) (then unreachable))"
    "   (call $is (array.get $list (global.get $same) (i32.const 3)) (i32.const 5))"
    "   (if (i32.eqz (ref.is_null (array.get $list (global.get $none) (i32.const 1)))) (then "
    "unreachable))"
    "   (call $is (ref.cast (ref $s) (global.get $any)) (i32.const 6))"
    "   (if (i32.ne (call_ref $f (ref.cast (ref $f) (array.get $fs (global.get $funcs) (i32.const "
    "0)))) (i32.const 7))"
    "     (then unreachable))"
    "   (call $is (global.get $var) (i32.const 8))"
    "   (if (i32.eqz (ref.eq (table.get $filled (i32.const 0)) (table.get $filled (i32.const 2)))) "
    "(then unreachable))"
    "   (call $is (table.get $filled (i32.const 2)) (i32.const 9))"
    "   (call $is (table.get $active (i32.const 1)) (i32.const 10))"
    "   (call $is (table.get $active (i32.const 2)) (i32.const 11))"
    "   (local.set $a (array.new_elem $list $passive (i32.const 0) (i32.const 3)))"
    "   (call $garbage)"
    "   (local.set $b (array.new $list (ref.null $s) (i32.const 4)))"
    "   (array.init_elem $list $passive (local.get $b) (i32.const 1) (i32.const 0) (i32.const 3))"
    /* the same objects each time */
    "   (if (i32.eqz (ref.eq (array.get $list (local.get $a) (i32.const 0))"
    "     (array.get $list (local.get $b) (i32.const 1)))) (then unreachable))"
    "   (if (i32.eqz (ref.eq (array.get $list (local.get $a) (i32.const 2)) (global.get $fixed))) "
    "(then unreachable))"
    "   (table.init $active $passive (i32.const 0) (i32.const 0) (i32.const 1))"
    "   (if (i32.eqz (ref.eq (table.get $active (i32.const 0)) (array.get $list (local.get $a) "
    "(i32.const 0))))"
    "     (then unreachable))"
    "   (call $is (struct.get $s 1 (table.get $active (i32.const 0))) (i32.const 13))"
    "   (call_ref $f (ref.cast (ref $f) (array.get $fs (array.new_elem $fs $functions (i32.const "
    "0) (i32.const 2))"
    "      (i32.const 1)))))"
    " (func (export \"change\") (result i32)"
    "   (struct.set $s 0 (global.get $fixed) (i32.const 99))"
    "   (struct.set $s 0 (table.get $filled (i32.const 0)) (i32.const 99))"
    "   (struct.set $s 0 (table.get $active (i32.const 1)) (i32.const 99))"
    "   (array.fill $list (global.get $numbers) (i32.const 0) (ref.null $s) (i32.const 3))"
    "   (global.set $var (ref.null $s)) (table.fill $active (i32.const 0) (ref.null $s) (i32.const "
    "4))"
    "   (elem.drop $passive) (call $garbage)"
    "   (array.len (array.new_elem $list $passive (i32.const 0) (i32.const 0)))))";

/* All that constant expressions make; and again for the next store, whatever the one before did
 * with it. */
static void test_instances(void)
{
    wasm_engine_t *engine = wasm_engine_new_with_config(config_of());
    wasmtime_module_t *m = module_of(engine, guest);
    for (int round = 0; round < 4; round++) {
        struct world w = {.engine = engine, .store = wasmtime_store_new(engine, NULL, NULL)};
        w.context = wasmtime_store_context(w.store);
        wasmtime_instance_t a = new_instance(&w, m), b = new_instance(&w, m);
        for (int k = 0; k < 3; k++) {
            CHECK(call(&w, a, "check", 0, 0, 0) == 7);
            OK(wasmtime_context_gc(w.context));
        }
        CHECK(call(&w, a, "change", 0, 0, 0) == 0);
        CHECK(call(&w, b, "check", 0, 0, 0) == 7);
        wasmtime_store_delete(w.store);
    }
    wasmtime_module_delete(m);
    wasm_engine_delete(engine);
}

/* Only globals hold objects: such instances are taken again. */
static void test_taken_again(void)
{
    wasm_engine_t *engine = wasm_engine_new_with_config(config_of());
    wasmtime_module_t *m = module_of(
        engine, "(module (type $s (struct (field (mut i32))))"
                " (memory 1) (table 2 anyref)"
                " (global $g (mut (ref null $s)) (struct.new $s (i32.const 5)))"
                " (global $e (export \"e\") (mut externref) (ref.null extern))"
                " (func (export \"f\") (param i32) (result i32)"
                "   (table.set (i32.const 1) (global.get $g))"
                "   (struct.set $s 0 (global.get $g) (i32.add (local.get 0) (struct.get $s 0 "
                "(global.get $g))))"
                "   (struct.get $s 0 (ref.cast (ref $s) (table.get (i32.const 1)))))"
                " (func (export \"empty\") (result i32) (ref.is_null (table.get (i32.const 1)))))");
    for (int round = 0; round < 6; round++) {
        struct world w = {.engine = engine, .store = wasmtime_store_new(engine, NULL, NULL)};
        w.context = wasmtime_store_context(w.store);
        wasmtime_instance_t i = new_instance(&w, m);
        CHECK(call(&w, i, "empty", 0, 0, 0) == 1);
        CHECK(call(&w, i, "f", 1, 10, 0) == 15);
        OK(wasmtime_context_gc(w.context));
        CHECK(call(&w, i, "f", 1, 10, 0) == 25);
        wasmtime_store_delete(w.store);
    }
    wasmtime_module_delete(m);
    wasm_engine_delete(engine);
}

/* A heap is a memory for the store's limit: the trap names it, and the store goes on. */
static void test_limit(void)
{
    struct world w = world_new(NULL);
    wasmtime_module_t *m = module_of(
        w.engine,
        "(module (type $s (struct (field (mut (ref null $s))) (field i64))) (type $a (array (mut "
        "i8)))"
        " (global $g (mut (ref null $s)) (ref.null $s))"
        " (func (export \"fill\") (result i32)"
        "   (loop $l (global.set $g (struct.new $s (global.get $g) (i64.const 1))) (br $l)) "
        "(i32.const 0))"
        " (func (export \"count\") (result i32) (local $p (ref null $s)) (local $n i32)"
        "   (local.set $p (global.get $g))"
        "   (loop $l (if (ref.is_null (local.get $p)) (then (return (local.get $n))))"
        "     (local.set $n (i32.add (local.get $n) (i32.const 1)))"
        "     (local.set $p (struct.get $s 0 (local.get $p))) (br $l)) (unreachable))"
        " (func (export \"drop\") (result i32) (local $p (ref null $s)) (local $q (ref null $s))"
        /* link by link, so that a word that looks like one of them does not keep the others */
        "   (local.set $p (global.get $g)) (global.set $g (ref.null $s))"
        "   (loop $l (if (ref.is_null (local.get $p)) (then (return (i32.const 0))))"
        "     (local.set $q (struct.get $s 0 (local.get $p))) (struct.set $s 0 (local.get $p) "
        "(ref.null $s))"
        "     (local.set $p (local.get $q)) (br $l)) (unreachable))"
        " (func (export \"array\") (param i32) (result i32)"
        "   (array.len (array.new_default $a (local.get 0)))))");
    wasmtime_store_limiter(w.store, 3 << 20, -1, -1, -1, -1);
    wasmtime_instance_t i = new_instance(&w, m);
    for (int round = 0; round < 3; round++) {
        wasmtime_extern_t f = export_of(&w, i, "fill");
        wasm_trap_t *trap = NULL;
        wasmtime_val_t r;
        OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, &r, 1, &trap));
        wasmtime_trap_code_t code = 0;
        CHECK(trap && wasmtime_trap_code(trap, &code) &&
              code == WASMTIME_TRAP_CODE_ALLOCATION_TOO_LARGE);
        wasm_trap_delete(trap);
        int n = call(&w, i, "count", 0, 0, 0);
        CHECK(n > 100000 && n * 24 <= 3 << 20);
        CHECK(call(&w, i, "drop", 0, 0, 0) == 0);
    }
    for (int k = 0; k < 50; k++) /* a few that seem to be in use do no harm */
        CHECK(call(&w, i, "array", 1, 300000, 0) == 300000);
    wasmtime_module_delete(m);
    world_delete(&w);
}

/* Operations on arrays of gigabytes stop when they are asked to. */
static atomic_bool over;
static void *clock_of(void *engine)
{
    while (!atomic_load(&over)) {
        wasmtime_engine_increment_epoch(engine);
        usleep(2000);
    }
    return NULL;
}

static void test_stop(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_epoch_interruption_set(config, true);
    struct world w = world_new(config);
    wasmtime_module_t *m =
        module_of(w.engine, "(module (type $a (array (mut i64)))"
                            " (func (export \"fill\") (result i32) (local $a (ref $a)) (local.set "
                            "$a (array.new_default $a (i32.const 50000000)))"
                            "   (loop $l (array.fill $a (local.get $a) (i32.const 0) (i64.const 7) "
                            "(i32.const 50000000)) (br $l)) (i32.const 0))"
                            " (func (export \"copy\") (result i32) (local $a (ref $a)) (local.set "
                            "$a (array.new_default $a (i32.const 50000000)))"
                            "   (array.copy $a $a (local.get $a) (i32.const 1) (local.get $a) "
                            "(i32.const 0) (i32.const 49999999))"
                            "   (array.copy $a $a (local.get $a) (i32.const 0) (local.get $a) "
                            "(i32.const 1) (i32.const 49999999))"
                            "   (array.copy $a $a (local.get $a) (i32.const 1) (local.get $a) "
                            "(i32.const 0) (i32.const 49999999)) (i32.const 0))"
                            " (func (export \"new\") (result i32)"
                            "   (loop $l (drop (array.new $a (i64.const 3) (i32.const 50000000))) "
                            "(br $l)) (i32.const 0)))");
    wasmtime_context_set_epoch_deadline(w.context, 1000000);
    wasmtime_instance_t i = new_instance(&w, m);
    pthread_t thread;
    atomic_store(&over, false);
    CHECK(pthread_create(&thread, NULL, clock_of, w.engine) == 0);
    static const char *const names[] = {"fill", "copy", "new"};
    for (int k = 0; k < 3; k++) {
        wasmtime_extern_t f = export_of(&w, i, names[k]);
        wasm_trap_t *trap = NULL;
        wasmtime_val_t r;
        wasmtime_context_set_epoch_deadline(w.context, 2);
        OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, &r, 1, &trap));
        wasmtime_trap_code_t code = 0;
        CHECK(trap && wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_INTERRUPT);
        wasm_trap_delete(trap);
    }
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    wasmtime_module_delete(m);
    world_delete(&w);
}

/* --- Other stacks ----------------------------------------------------------------------------- */

/* Collects, and sees that it was done. */
static void collect(wasmtime_context_t *c)
{
    for (int k = 0; k < 20; k++) { /* small numbers look like some of them */
        wasmtime_val_t v = thing(c, k);
        wasmtime_val_unroot(&v);
    }
    OK(wasmtime_context_gc(c));
    int gone = 0;
    for (int k = 0; k < 20; k++)
        gone += ended[k];
    CHECK(gone > 3);
}

static bool ask(void *env)
{
    return --*(int *)env <= 0;
}

static void rest(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args, size_t nargs,
                 wasmtime_val_t *results, size_t nresults, wasm_trap_t **trap_ret,
                 wasmtime_async_continuation_t *out)
{
    *(int *)env = 2;
    (void)args, (void)nargs, (void)results, (void)nresults, (void)trap_ret;
    collect(wasmtime_caller_context(caller));
    *out = (wasmtime_async_continuation_t){ask, env, NULL};
}

/* A guest on a stack of its own collects, rests while the host asks for collections, and goes
 * on. */
static void test_fiber(void)
{
    struct world w = world_new(config_of());
    int left = 0;
    wasmtime_linker_t *l = wasmtime_linker_new(w.engine);
    wasm_functype_t *t = wasm_functype_new_0_0();
    OK(wasmtime_linker_define_async_func(l, "", 0, "rest", 4, t, rest, &left, NULL));
    wasm_functype_delete(t);
    wasmtime_module_t *m = module_of(
        w.engine,
        "(module (import \"\" \"rest\" (func $rest))"
        " (type $s (struct (field i32) (field (ref null $s)))) (type $bytes (array (mut "
        "i8)))" GARBAGE_FUNC " (func $deep (param $n i32) (result (ref $s)) (local $s (ref $s))"
        "   (local.set $s (struct.new $s (local.get $n) (ref.null $s)))"
        "   (if (i32.eqz (local.get $n)) (then (call $garbage) (call $rest) (call $garbage) "
        "(return (local.get $s))))"
        "   (struct.new $s (struct.get $s 0 (local.get $s)) (call $deep (i32.sub (local.get $n) "
        "(i32.const 1)))))"
        " (func (export \"f\") (result i32) (local $p (ref null $s)) (local $sum i32)"
        "   (local.set $p (call $deep (i32.const 20)))"
        "   (loop $l (if (ref.is_null (local.get $p)) (then (return (local.get $sum))))"
        "     (local.set $sum (i32.add (local.get $sum) (struct.get $s 0 (local.get $p))))"
        "     (local.set $p (struct.get $s 1 (local.get $p))) (br $l)) (unreachable)))");
    wasmtime_instance_t i = {0};
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    wasmtime_call_future_t *c =
        wasmtime_linker_instantiate_async(l, w.context, m, &i, &trap, &error);
    CHECK(wasmtime_call_future_poll(c) && !trap && !error);
    wasmtime_call_future_delete(c);
    wasmtime_extern_t f = export_of(&w, i, "f");
    for (int round = 0; round < 3; round++) {
        wasmtime_val_t r = i32_val(0);
        c = wasmtime_func_call_async(w.context, &f.of.func, NULL, 0, &r, 1, &trap, &error);
        int polls = 0;
        while (!wasmtime_call_future_poll(c)) {
            polls++;
            if (round == 2)
                break; /* given up */
            collect(w.context);
        }
        wasmtime_call_future_delete(c);
        if (round < 2)
            CHECK(polls > 0 && r.of.i32 == 210);
        wasm_trap_delete(trap);
        wasmtime_error_delete(error);
        trap = NULL;
        error = NULL;
    }
    wasmtime_linker_delete(l);
    wasmtime_module_delete(m);
    world_delete(&w);
}

/* A guest calls the host, which calls a guest of the same store on another stack, which
 * collects. */
static struct nested {
    wasmtime_func_t garbage;
} nested;

static wasm_trap_t *collect_now(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                                size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)args, (void)nargs, (void)results, (void)nresults;
    collect(wasmtime_caller_context(caller));
    return NULL;
}

static wasm_trap_t *call_on_another_stack(void *env, wasmtime_caller_t *caller,
                                          const wasmtime_val_t *args, size_t nargs,
                                          wasmtime_val_t *results, size_t nresults)
{
    wasmtime_context_t *c = wasmtime_caller_context(caller);
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    (void)env, (void)args, (void)nargs, (void)results, (void)nresults;
    wasmtime_call_future_t *f =
        wasmtime_func_call_async(c, &nested.garbage, NULL, 0, NULL, 0, &trap, &error);
    while (!wasmtime_call_future_poll(f))
        ;
    wasmtime_call_future_delete(f);
    CHECK(!trap);
    OK(error);
    return NULL;
}

static void test_two_stacks(void)
{
    struct world w = world_new(config_of());
    wasm_functype_t *t = wasm_functype_new_0_0();
    wasmtime_func_t host, gc;
    wasmtime_func_new(w.context, t, call_on_another_stack, NULL, NULL, &host);
    wasmtime_func_new(w.context, t, collect_now, NULL, NULL, &gc);
    wasm_functype_delete(t);
    wasmtime_module_t *m = module_of(
        w.engine,
        "(module (import \"\" \"other\" (func $other)) (import \"\" \"gc\" (func $gc)) (type $s "
        "(struct (field i32))) (type $bytes "
        "(array (mut i8)))" GARBAGE_FUNC " (func (export \"garbage\") (local $s (ref $s)) "
        "(local.set $s (struct.new $s (i32.const 3)))"
        "   (call $garbage) (call $gc) (if (i32.ne (struct.get $s 0 (local.get $s)) (i32.const 3)) "
        "(then unreachable)))"
        " (func (export \"f\") (param i32) (result i32) (local $s (ref $s))"
        "   (local.set $s (struct.new $s (local.get 0)))"
        "   (call $garbage) (call $other) (call $garbage) (struct.get $s 0 (local.get $s))))");
    wasmtime_extern_t imports[2] = {{.kind = WASMTIME_EXTERN_FUNC, .of.func = host},
                                    {.kind = WASMTIME_EXTERN_FUNC, .of.func = gc}};
    wasmtime_instance_t i = {0};
    wasm_trap_t *trap = NULL;
    OK(wasmtime_instance_new(w.context, m, imports, 2, &i, &trap));
    nested.garbage = export_of(&w, i, "garbage").of.func;
    for (int k = 0; k < 5; k++)
        CHECK(call(&w, i, "f", 1, 1000 + k, 0) == 1000 + k);
    wasmtime_module_delete(m);
    world_delete(&w);
}

int main(void)
{
    test_instances();
    test_taken_again();
    test_limit();
    test_stop();
    test_fiber();
    test_two_stacks();
    return failures != 0;
}
