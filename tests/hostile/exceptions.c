/* Exceptions: thrown at every depth and over a hundred thousand frames, through instances, tail
 * calls and a thousand nested callbacks of the host; what the catching function and its caller
 * find in their registers and frames afterwards; and what is no exception and must not be
 * caught: traps, exhausted stacks, interruptions. */
#include "kit.h"
#include <pthread.h>
#include <time.h>
#include <wasmtime/exnref.h>

static const unsigned options[] = {0, KIT_EPOCHS | KIT_STRESS, KIT_FUEL, KIT_EPOCHS | KIT_FUEL,
                                   KIT_STRESS};

/* --- Values and registers --------------------------------------------------------------------- */

/* Every function gives 1 if all is as it must be; those at the end must trap. */
static const char values_wat[] =
    "(module"
    "  (tag $none) (tag $other) (tag $i (param i32))"
    "  (tag $all (param i32 i64 f32 f64 v128 funcref externref i32))"
    "  (memory 1)"
    "  (table $t 2 funcref)"
    "  (elem (i32.const 0) $throw_i $throw_all)"
    "  (func $throw_i (param i32) (throw $i (local.get 0)))"
    "  (func $throw_all (param i32)"
    "    (throw $all (local.get 0) (i64.const -2) (f32.const 1.5) (f64.const -0.25) (v128.const "
    "i64x2 3 -4)"
    "      (ref.func $throw_i) (ref.null extern) (i32.const 9)))"
    "  (func $nothing)"
    /* all of the payload, and an operand below; the function that came with it is called; what
     * no clause before takes */
    "  (func (export \"payload\") (result i32)"
    "    (local $e exnref) (local $l externref) (local $fr funcref) (local $v v128)"
    "    (i32.const 7)"
    "    (block $none (block $i (result i32)"
    "      (block $h (result i32 i64 f32 f64 v128 funcref externref i32 exnref)"
    "        (try_table (catch $none $none) (catch $i $i) (catch_ref $all $h) (catch_all $none)"
    "          (call_indirect (param i32) (i32.const 6) (i32.const 1)))"
    "        unreachable)"
    "      (local.set $e)"
    "      (if (i32.ne (i32.const 9)) (then unreachable))"
    "      (local.set $l) (local.set $fr) (local.set $v)"
    "      (if (f64.ne (f64.const -0.25)) (then unreachable))"
    "      (if (f32.ne (f32.const 1.5)) (then unreachable))"
    "      (if (i64.ne (i64.const -2)) (then unreachable))"
    "      (if (i32.ne (i32.const 6)) (then unreachable))"
    "      (if (i64.ne (i64x2.extract_lane 0 (local.get $v)) (i64.const 3)) (then unreachable))"
    "      (if (i64.ne (i64x2.extract_lane 1 (local.get $v)) (i64.const -4)) (then unreachable))"
    "      (if (i32.eqz (ref.is_null (local.get $l))) (then unreachable))"
    "      (if (ref.is_null (local.get $e)) (then unreachable))"
    "      (table.set $t (i32.const 1) (local.get $fr))"
    "      (try_table (catch $i $i) (call_indirect (param i32) (i32.const 77) (i32.const 1)))"
    "      unreachable)"
    "    (table.set $t (i32.const 1) (ref.func $throw_all))"
    "    (if (i32.ne (i32.const 77)) (then unreachable)))"
    "    (i32.eq (i32.const 7)))"
    /* a tag not named goes to the outer try_table; the clause order counts */
    "  (func (export \"nested\") (result i32)"
    "    (block $out (result i32)"
    "      (try_table (catch $i $out)"
    "        (block $in"
    "          (try_table (catch $none $in) (catch $other $in) (call $throw_i (i32.const 1)))"
    "          unreachable)"
    "        unreachable)"
    "      unreachable))"
    /* a throw inside of a handler is not caught by its own try_table */
    "  (func (export \"in_handler\") (result i32)"
    "    (block $out (result i32)"
    "      (try_table (catch $i $out)"
    "        (block $in (result i32)"
    "          (try_table (catch $i $in) (call $throw_i (i32.const 20)))"
    "          unreachable)"
    "        (call $throw_i (i32.add (i32.const -19)))"
    "        unreachable)"
    "      unreachable))"
    /* a loop as the label, with a parameter that counts down */
    "  (func (export \"loop\") (result i32) (local $n i32) (local $sum i32)"
    "    (i32.const 10)"
    "    (loop $l (param i32)"
    "      (local.set $n)"
    "      (local.set $sum (i32.add (local.get $sum) (local.get $n)))"
    "      (if (local.get $n)"
    "        (then (try_table (catch $i $l) (call $throw_i (i32.sub (local.get $n) (i32.const "
    "1)))) unreachable)))"
    "    (i32.eq (local.get $sum) (i32.const 55)))"
    /* the function's end as the label, with one result, and with several and an exnref */
    "  (func $one_result (param $x i32) (result i32)"
    "    (try_table (catch $i 0) (call $throw_i (local.get $x))) (i32.const 0))"
    "  (func $results (param i32) (result i32 i64 f32 f64 v128 funcref externref i32)"
    "    (try_table (catch $all 0) (call $throw_all (local.get 0))) unreachable)"
    "  (func $results_ref (param i32) (result i32 exnref)"
    "    (try_table (catch_ref $i 0) (call $throw_i (local.get 0))) unreachable)"
    "  (func (export \"one_result\") (result i32) (call $one_result (i32.const 1)))"
    "  (func (export \"results\") (result i32)"
    "    (call $results (i32.const 1)) (drop) (drop) (drop) (drop) (drop) (drop) (drop))"
    "  (func (export \"results_ref\") (result i32) (local $e exnref) (local $i i32)"
    "    (call $results_ref (i32.const 40)) (local.set $e) (local.set $i)"
    "    (block $h (result i32) (try_table (catch $i $h) (throw_ref (local.get $e))) unreachable)"
    "    (i32.eq (local.get $i)))"
    /* results of the try_table itself, and the path without an exception */
    "  (func $maybe (param i32) (result i32) (if (local.get 0) (then (throw $none))) (i32.const 3))"
    "  (func $quiet (param i32) (result i32 i64)"
    "    (block $h"
    "      (try_table (result i32 i64) (catch $none $h) (call $maybe (local.get 0)) (i64.const 4))"
    "      return)"
    "    (i32.const 5) (i64.const 6))"
    "  (func (export \"quiet\") (result i32)"
    "    (call $quiet (i32.const 0)) (if (i64.ne (i64.const 4)) (then unreachable))"
    "    (if (i32.ne (i32.const 3)) (then unreachable))"
    "    (call $quiet (i32.const 1)) (if (i64.ne (i64.const 6)) (then unreachable))"
    "    (i32.eq (i32.const 5)))"
    /* operands below, some of them constants, some locals that change afterwards; memory after
     * the catch */
    "  (func (export \"below\") (result i32) (local $a i32) (local $b i32)"
    "    (local.set $a (i32.const 100)) (local.set $b (i32.const 30))"
    "    (local.get $a) (i32.const 11) (local.get $b) (i32.mul (local.get $a) (local.get $b))"
    "    (block $h (result i32)"
    "      (local.set $a (i32.const 1))"
    "      (try_table (catch $i $h) (local.set $b (i32.const 2)) (call $nothing) (local.set $b "
    "(i32.const 4))"
    "        (call $throw_i (local.get $b)) (local.set $b (i32.const 8)))"
    "      unreachable)"
    "    (i32.store (i32.const 16) (local.get $b))"
    "    (i32.add) (i32.add) (i32.add) (i32.add)"
    "    (i32.add (i32.load (i32.const 16))) (i32.add (local.get $a))"
    "    (i32.eq (i32.const 3150)))" /* 4 + 3000 + 30 + 11 + 100 + 4 + 1 */
    /* the caller's pins, in loops around a function that catches, and one that throws through
     * others */
    "  (func $deep (param i32 i32) (result i32) (local $a i32) (local $b i32) (local $c i32) "
    "(local $d i32)"
    "    (local.set $a (i32.const -1)) (local.set $b (i32.const -2)) (local.set $c (i32.const -3)) "
    "(local.set $d (i32.const -4))"
    "    (loop $l"
    "      (local.set $a (i32.add (local.get $a) (i32.const 1))) (local.set $b (i32.sub (local.get "
    "$b) (local.get $a)))"
    "      (local.set $c (i32.xor (local.get $c) (local.get $b))) (local.set $d (i32.add "
    "(local.get $c) (local.get $d)))"
    "      (br_if $l (i32.lt_s (local.get $a) (i32.const 3))))"
    "    (if (local.get 0) (then (return (call $deep (i32.sub (local.get 0) (i32.const 1)) "
    "(local.get 1)))))"
    "    (throw $i (local.get 1)))"
    "  (func $catcher (param $n i32) (result i32) (local $k i32)"
    "    (local.set $k (local.get $n))"
    "    (i32.add (local.get $k)"
    "      (block $h (result i32)"
    "        (try_table (catch $i $h) (drop (call $deep (i32.rem_u (local.get $n) (i32.const 5)) "
    "(local.get $n))))"
    "        unreachable)))"
    "  (func (export \"pins\") (result i32)"
    "    (local $i i32) (local $a i32) (local $b i64) (local $c i32) (local $x f64) (local $y f32) "
    "(local $d i32)"
    "    (local.set $x (f64.const 1)) (local.set $d (i32.const 7)) (i32.store (i32.const 32) "
    "(i32.const 0))"
    "    (loop $l"
    "      (local.set $a (i32.add (local.get $a) (call $catcher (local.get $i))))"
    "      (local.set $b (i64.add (local.get $b) (i64.extend_i32_u (local.get $a))))"
    "      (local.set $c (i32.xor (local.get $c) (local.get $i)))"
    "      (local.set $x (f64.add (local.get $x) (f64.const 0.5)))"
    "      (local.set $y (f32.add (local.get $y) (f32.const 2)))"
    "      (i32.store (i32.const 32) (i32.add (i32.load (i32.const 32)) (local.get $i)))"
    "      (local.set $i (i32.add (local.get $i) (i32.const 1)))"
    "      (br_if $l (i32.lt_u (local.get $i) (i32.const 100))))"
    "    (if (i32.ne (local.get $a) (i32.const 9900)) (then unreachable))"
    "    (if (i64.ne (local.get $b) (i64.const 333300)) (then unreachable))"
    "    (if (local.get $c) (then unreachable))"
    "    (if (f64.ne (local.get $x) (f64.const 51)) (then unreachable))"
    "    (if (f32.ne (local.get $y) (f32.const 200)) (then unreachable))"
    "    (if (i32.ne (i32.load (i32.const 32)) (i32.const 4950)) (then unreachable))"
    "    (i32.eq (local.get $d) (i32.const 7)))"
    /* the catching function's own locals in loops: those pinned to registers that calls destroy */
    "  (func (export \"own\") (result i32) (local $i i32) (local $s i32) (local $x f64) (local $y "
    "f64)"
    "    (loop $l"
    "      (local.set $s (i32.add (local.get $s) (local.get $i)))"
    "      (local.set $s (i32.add (local.get $s) (local.get $i)))"
    "      (local.set $x (f64.add (local.get $x) (f64.const 1)))"
    "      (local.set $y (f64.add (local.get $y) (local.get $x)))"
    "      (local.set $i (i32.add (local.get $i) (i32.const 1)))"
    "      (if (i32.lt_u (local.get $i) (i32.const 50))"
    "        (then (if (i32.and (local.get $i) (i32.const 1))"
    "          (then (try_table (catch_all $l) (call $throw_i (local.get $i))) unreachable) (else "
    "(br $l))))))"
    "    (if (f64.ne (local.get $y) (f64.const 1275)) (then unreachable))"
    "    (i32.eq (local.get $s) (i32.const 2450)))"
    /* a tail call leaves the try_table */
    "  (func $tail (result i32)"
    "    (block $h (result i32) (try_table (catch $i $h) (return_call $tail_target)) unreachable))"
    "  (func $tail_target (result i32) (throw $i (i32.const 1)))"
    "  (func (export \"tail\") (result i32)"
    "    (block $h (result i32) (try_table (catch $i $h) (drop (call $tail)) unreachable) "
    "unreachable))"
    /* null */
    "  (func (export \"null\") (result i32)"
    "    (block $h (try_table (catch_all $h) (throw_ref (ref.null exn)))) (i32.const 1))"
    "  (func (export \"trap\") (result i32)"
    "    (block $h (try_table (catch_all $h) (unreachable))) (i32.const 1))"
    "  (func $forever (call $forever))"
    "  (func (export \"overflow\") (result i32)"
    "    (block $h (try_table (catch_all $h) (call $forever))) (i32.const 1))"
    "  (func (export \"spin\") (result i32)"
    "    (block $h (try_table (catch_all $h) (loop $l (br $l)))) (i32.const 1))"
    "  (func (export \"uncaught\") (result i32)"
    "    (block $h (try_table (catch $none $h) (call $throw_i (i32.const 4)))) (i32.const 1))"
    "  (func (export \"uncaught_here\") (result i32) (throw $none))"
    ")";

static void put_text(struct bytes *b, const char *text)
{
    put(b, text, strlen(text));
}

static void values(void)
{
    static const char *const names[] = {"payload",    "nested",  "in_handler", "loop",
                                        "one_result", "results", "quiet",      "results_ref",
                                        "below",      "pins",    "own",        "tail"};
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++)
        for (unsigned o = 0; o < sizeof options / sizeof *options; o++) {
            wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, KIT_FEATURES | options[o]);
            struct guest g;
            guest_open_wat(&g, e, values_wat);
            for (unsigned k = 0; k < sizeof names / sizeof *names; k++)
                for (int again = 0; again < 2; again++) {
                    uint32_t got = 0;
                    int outcome = guest_call(&g, names[k], ":i", &got);
                    check_text(outcome == KIT_DONE && got == 1, "%s, %s, options %u: %d, %u (%s)",
                               names[k], kit_flavour_names[flavour], options[o], outcome, got,
                               outcome == KIT_DONE ? ""
                               : g.trap            ? kit_trap_text(g.trap)
                                                   : kit_last);
                }
            guest_close(&g);
            wasm_engine_delete(e);
        }
}

/* --- What is not caught ----------------------------------------------------------------------- */

static void not_caught(void)
{
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour += KIT_NO_SIGNALS) {
        wasm_engine_t *e =
            kit_engine((enum kit_flavour)flavour, KIT_FEATURES | KIT_EPOCHS | KIT_FUEL);
        struct guest g;
        uint32_t got = 0;
        guest_open_wat(&g, e, values_wat);
        check(guest_call(&g, "null", ":i", &got) == WASMTIME_TRAP_CODE_NULL_REFERENCE);
        check(guest_call(&g, "trap", ":i", &got) == WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED);
        check(guest_call(&g, "overflow", ":i", &got) == WASMTIME_TRAP_CODE_STACK_OVERFLOW);
        wasmtime_context_set_epoch_deadline(g.cx, 1);
        wasmtime_engine_increment_epoch(e);
        check(guest_call(&g, "spin", ":i", &got) == WASMTIME_TRAP_CODE_INTERRUPT);
        wasmtime_context_set_epoch_deadline(g.cx, UINT64_C(1) << 40);
        check(!kit_error(wasmtime_context_set_fuel(g.cx, 100000)));
        check(guest_call(&g, "spin", ":i", &got) == WASMTIME_TRAP_CODE_OUT_OF_FUEL);
        check(!kit_error(wasmtime_context_set_fuel(g.cx, 100000)));
        check(!wasmtime_context_has_exception(g.cx));
        static const char *const names[] = {"uncaught", "uncaught_here"};
        for (unsigned k = 0; k < 2; k++) {
            wasmtime_trap_code_t code;
            guest_call(&g, names[k], ":i", &got);
            need(g.trap != NULL);
            check(!wasmtime_trap_code(g.trap, &code));
            check_text(strstr(kit_trap_text(g.trap), "thrown Wasm exception") != NULL, "%s",
                       kit_last);
            wasm_frame_vec_t frames;
            wasm_trap_trace(g.trap, &frames);
            check_text(frames.size == 2 - k, "%zu frames", frames.size);
            wasm_frame_vec_delete(&frames);
            check(wasmtime_context_has_exception(g.cx));
            wasmtime_exnref_t exn;
            check(wasmtime_context_take_exception(g.cx, &exn));
            check(wasmtime_exnref_field_count(g.cx, &exn) == 1 - k);
            wasmtime_exnref_unroot(&exn);
            check(!wasmtime_context_has_exception(g.cx));
        }
        guest_close(&g);
        wasm_engine_delete(e);
    }
}

/* --- Depth ------------------------------------------------------------------------------------ */

/* down(n, at): n more frames, of which the one with `at` left catches; the result counts the
 * frames that were left. Every second frame has a try_table that does not take it. */
static const char depth_wat[] =
    "(module (tag $t (param i32)) (tag $u)"
    "  (func $down (export \"down\") (param $n i32) (param $at i32) (result i32) (local $keep i32)"
    "    (local.set $keep (i32.mul (local.get $n) (i32.const 3)))"
    "    (if (i32.eqz (local.get $n)) (then (throw $t (i32.const 1000))))"
    "    (if (i32.eq (local.get $n) (local.get $at))"
    "      (then"
    "        (block $h (result i32)"
    "          (try_table (catch $t $h) (drop (call $plain (i32.sub (local.get $n) (i32.const 1)) "
    "(local.get $at))))"
    "          unreachable)"
    "        (return (i32.add (i32.sub (local.get $keep) (i32.mul (local.get $n) (i32.const 3))) "
    "(i32.add (local.get $n))))))"
    "    (if (result i32) (i32.and (local.get $n) (i32.const 1))"
    "      (then (call $plain (i32.sub (local.get $n) (i32.const 1)) (local.get $at)))"
    "      (else"
    "        (block $h"
    "          (try_table (catch $u $h) (return (call $plain (i32.sub (local.get $n) (i32.const "
    "1)) (local.get $at)))))"
    "        unreachable)))"
    "  (func $plain (param $n i32) (param $at i32) (result i32)"
    "    (call $down (local.get $n) (local.get $at))))";

static void depths(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, KIT_FEATURES);
    struct guest g;
    guest_open_wat(&g, e, depth_wat);
    for (unsigned n = 1; n < 300; n += n < 40 ? 1 : 37)
        for (unsigned at = 1; at <= n; at++) {
            uint32_t got = 0;
            int outcome = guest_call(&g, "down", "ii:i", n, at, &got);
            check_text(outcome == KIT_DONE && got == 1000 + at, "%u of %u: %d, %u", at, n, outcome,
                       got);
        }
    guest_close(&g);
    wasm_engine_delete(e);
}

static void *deep_thread(void *env)
{
    wasm_config_t *c = kit_config(KIT_GUARDED);
    wasmtime_config_max_wasm_stack_set(c, 200 << 20);
    wasm_engine_t *e = wasm_engine_new_with_config(c);
    struct guest g;
    guest_open_wat(&g, e, depth_wat);
    for (int k = 0; k < 3; k++) {
        uint32_t got = 0, n = kit_sanitized() ? 100000 : 300000;
        int outcome = guest_call(&g, "down", "ii:i", n, n - (unsigned)k, &got);
        check_text(outcome == KIT_DONE && got == 1000 + n - (unsigned)k, "%d, %u", outcome, got);
    }
    uint32_t got = 0;
    guest_call(&g, "down", "ii:i", 100000, 0, &got); /* nobody catches */
    wasmtime_trap_code_t code;
    need(g.trap != NULL);
    check(!wasmtime_trap_code(g.trap, &code) && wasmtime_context_has_exception(g.cx));
    guest_close(&g);
    wasm_engine_delete(e);
    return NULL;
}

static void deep(void)
{
    pthread_t t;
    pthread_attr_t a;
    pthread_attr_init(&a);
    pthread_attr_setstacksize(&a, 256 << 20);
    need(pthread_create(&t, &a, deep_thread, NULL) == 0);
    pthread_join(t, NULL);
    pthread_attr_destroy(&a);
}

/* --- Through the host ------------------------------------------------------------------------- */

/* down(n): the host calls it again with n - 1; every `every`th frame of the guest catches, adds
 * one and throws on. */
static const char sandwich_wat[] =
    "(module (import \"\" \"down\" (func $host (param i32 i32) (result i32)))"
    "  (tag $t (export \"t\") (param i32 i64))"
    "  (func (export \"down\") (param $n i32) (param $every i32) (result i32) (local $a i32) "
    "(local $b i64)"
    "    (if (i32.eqz (local.get $n)) (then (throw $t (i32.const 5) (i64.const -6))))"
    "    (if (i32.rem_u (local.get $n) (local.get $every)) (then (return (call $host (local.get "
    "$n) (local.get $every)))))"
    "    (block $h (result i32 i64)"
    "      (try_table (catch $t $h) (return (call $host (local.get $n) (local.get $every))))"
    "      unreachable)"
    "    (local.set $b) (local.set $a)"
    "    (throw $t (i32.add (local.get $a) (i32.const 1)) (local.get $b)))"
    "  (func (export \"catch\") (param $n i32) (param $every i32) (result i32) (local $b i64)"
    "    (block $h (result i32 i64)"
    "      (try_table (catch $t $h) (drop (call $host (local.get $n) (local.get $every))))"
    "      unreachable)"
    "    (local.set $b)"
    "    (i32.add (i32.wrap_i64 (local.get $b)))))";

struct sandwich {
    wasmtime_func_t down;
    unsigned collect; /* every so many calls */
    unsigned calls;
    bool own_trap; /* a trap of the host's own instead of the guest's */
};

static wasm_trap_t *down_again(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                               size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    struct sandwich *s = env;
    wasmtime_context_t *cx = wasmtime_caller_context(caller);
    wasmtime_val_t v[2] = {args[0], args[1]};
    wasm_trap_t *trap = NULL;
    v[0].of.i32--;
    wasmtime_error_t *e = wasmtime_func_call(cx, &s->down, v, 2, results, 1, &trap);
    if (e) {
        check(s->own_trap);
        wasmtime_error_delete(e);
        return wasmtime_trap_new("mine", 4);
    }
    if (s->collect && ++s->calls % s->collect == 0)
        kit_error(wasmtime_context_gc(cx));
    if (trap && s->own_trap && args[0].of.i32 == 1) {
        wasm_trap_delete(trap);
        return wasmtime_trap_new("mine", 4);
    }
    return trap;
}

static void through_the_host(void)
{
    static const unsigned depth[] = {1, 2, 10, 1000}, every[] = {1, 2, 3, 100000},
                          collect[] = {0, 1, 7};
    wasm_engine_t *e = kit_engine(KIT_GUARDED, KIT_FEATURES | KIT_STRESS);
    wasmtime_module_t *m = kit_module(e, sandwich_wat);
    for (unsigned d = 0; d < 4; d++)
        for (unsigned v = 0; v < 4; v++)
            for (unsigned c = 0; c < 3; c++) {
                if (depth[d] == 1000 && c > 0 && v != 2)
                    continue;
                struct sandwich s = {.collect = collect[c]};
                struct guest g = {.engine = e, .store = wasmtime_store_new(e, NULL, NULL)};
                g.cx = wasmtime_store_context(g.store);
                wasm_functype_t *type = wasm_functype_new_2_1(
                    wasm_valtype_new_i32(), wasm_valtype_new_i32(), wasm_valtype_new_i32());
                wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_FUNC};
                wasmtime_func_new(g.cx, type, down_again, &s, NULL, &import.of.func);
                wasm_functype_delete(type);
                wasm_trap_t *trap = NULL;
                need(!kit_error(wasmtime_instance_new(g.cx, m, &import, 1, &g.instance, &trap)) &&
                     !trap);
                s.down = guest_func(&g, "down");
                uint32_t got = 0, n = depth[d];
                /* `catch` calls the host with n, which calls down(n - 1) ... down(0). Of those
                 * above 0 each nth adds one. */
                uint32_t want = 5 - 6 + (n - 1) / every[v];
                int outcome = guest_call(&g, "catch", "ii:i", n, every[v], &got);
                check_text(outcome == KIT_DONE && got == want,
                           "depth %u, every %u, collect %u: %d, %d, not %d (%s)", n, every[v],
                           collect[c], outcome, (int)got, (int)want,
                           g.trap ? kit_trap_text(g.trap) : "");
                check(!wasmtime_context_has_exception(g.cx));
                /* nobody at the bottom: the host gets it */
                guest_call(&g, "down", "ii:i", n, every[v], &got);
                need(g.trap != NULL);
                wasmtime_trap_code_t code;
                check(!wasmtime_trap_code(g.trap, &code));
                wasmtime_exnref_t exn;
                wasmtime_val_t field;
                need(wasmtime_context_take_exception(g.cx, &exn));
                check(wasmtime_exnref_field_count(g.cx, &exn) == 2);
                check(!kit_error(wasmtime_exnref_field(g.cx, &exn, 0, &field)));
                check_text(field.kind == WASMTIME_I32 && field.of.i32 == (int)(5 + n / every[v]),
                           "%d", field.of.i32);
                wasmtime_exnref_unroot(&exn);
                /* another trap in its place is no exception */
                s.own_trap = true;
                outcome = guest_call(&g, "catch", "ii:i", n, every[v], &got);
                check(outcome != KIT_DONE);
                guest_close(&g);
            }
    wasmtime_module_delete(m);
    wasm_engine_delete(e);
}

/* --- Instances -------------------------------------------------------------------------------- */

/* Three instances: the tag and the thrower, a middle one that calls on in every way, and the
 * catcher. */
static void instances(void)
{
    static const char thrower[] =
        "(module (tag $t (export \"t\") (param i32)) (tag $mine (export \"mine\") (param i32))"
        "  (func (export \"f\") (param i32) (throw $t (local.get 0)))"
        "  (func (export \"g\") (param i32) (throw $mine (local.get 0))))";
    static const char middle[] =
        "(module (type $f (func (param i32)))"
        "  (import \"a\" \"t\" (tag $t (param i32))) (import \"a\" \"f\" (func $f (param i32)))"
        "  (tag $mine (param i32)) (memory 1)"
        "  (table 1 funcref) (elem (i32.const 0) $f) (elem declare func $f)"
        "  (func (export \"direct\") (param i32) (call $f (local.get 0)))"
        "  (func (export \"tail\") (param i32) (return_call $f (local.get 0)))"
        "  (func (export \"indirect\") (param i32) (call_indirect (type $f) (local.get 0) "
        "(i32.const 0)))"
        "  (func (export \"tail_indirect\") (param i32) (return_call_indirect (type $f) (local.get "
        "0) (i32.const 0)))"
        "  (func (export \"ref\") (param i32) (call_ref $f (local.get 0) (ref.func $f)))"
        "  (func (export \"tail_ref\") (param i32) (return_call_ref $f (local.get 0) (ref.func "
        "$f)))"
        "  (func (export \"rethrow\") (param i32)"
        "    (block $mine (result i32)"
        "      (block $h (result exnref)"
        "        (try_table (catch $mine $mine) (catch_all_ref $h) (call $f (local.get 0))) "
        "unreachable)"
        "      (throw_ref))"
        "    (drop)))";
    static const char catcher[] =
        "(module (import \"a\" \"t\" (tag $t (param i32))) (import \"a\" \"mine\" (tag $mine "
        "(param i32)))"
        "  (import \"b\" \"g\" (func $g (param i32))) (memory 2)"
        "  (func (export \"f\") (param i32) (result i32) (local $s i32)"
        "    (local.set $s (i32.const 100))"
        "    (i32.store (i32.const 65536) (i32.const 1))"
        "    (block $wrong (result i32)"
        "      (block $h (result i32)"
        "        (try_table (catch $mine $wrong) (catch $t $h) (call $g (local.get 0)))"
        "        unreachable)"
        "      (i32.add (local.get $s))"
        "      (return (i32.add (i32.load (i32.const 65536)))))))";
    static const char *const ways[] = {"direct", "tail",     "indirect", "tail_indirect",
                                       "ref",    "tail_ref", "rethrow"};
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++) {
        wasm_engine_t *e = kit_engine((enum kit_flavour)flavour, KIT_FEATURES);
        wasmtime_module_t *ma = kit_module(e, thrower), *mb = kit_module(e, middle),
                          *mc = kit_module(e, catcher);
        struct guest g;
        guest_open(&g, e, ma);
        wasmtime_instance_t a = g.instance, b;
        wasmtime_extern_t t, f, mine;
        wasm_trap_t *trap = NULL;
        need(wasmtime_instance_export_get(g.cx, &a, "t", 1, &t) &&
             wasmtime_instance_export_get(g.cx, &a, "f", 1, &f) &&
             wasmtime_instance_export_get(g.cx, &a, "mine", 4, &mine));
        need(!kit_error(
                 wasmtime_instance_new(g.cx, mb, (wasmtime_extern_t[]){t, f}, 2, &b, &trap)) &&
             !trap);
        for (unsigned k = 0; k < sizeof ways / sizeof *ways; k++) {
            wasmtime_extern_t way;
            uint32_t got = 0;
            need(wasmtime_instance_export_get(g.cx, &b, ways[k], strlen(ways[k]), &way));
            need(!kit_error(wasmtime_instance_new(g.cx, mc, (wasmtime_extern_t[]){t, mine, way}, 3,
                                                  &g.instance, &trap)) &&
                 !trap);
            int outcome = guest_call(&g, "f", "i:i", 23 + k, &got);
            check_text(outcome == KIT_DONE && got == 124 + k, "%s, %s: %d, %u (%s)", ways[k],
                       kit_flavour_names[flavour], outcome, got,
                       g.trap ? kit_trap_text(g.trap) : "");
        }
        guest_close(&g);
        wasmtime_module_delete(ma);
        wasmtime_module_delete(mb);
        wasmtime_module_delete(mc);
        wasm_engine_delete(e);
    }
}

/* --- A search without end --------------------------------------------------------------------- */

static void *tick(void *env)
{
    nanosleep(&(struct timespec){0, 100000000}, NULL);
    wasmtime_engine_increment_epoch(env);
    return NULL;
}

/* Twenty thousand frames with a hundred thousand clauses each, none of which takes the
 * exception: seconds, unless interrupted. */
static void long_search(void)
{
    enum { CLAUSES = 100000 };
    struct bytes b = {0}, s = {0}, f = {0};
    put_header(&b);
    put(&s, "\2\x60\1\x7f\0\x60\0\0", 8);
    put_section(&b, 1, &s);
    put(&s, "\1\0", 2);
    put_section(&b, 3, &s);
    put(&s, "\2\0\1\0\1", 5); /* two tags */
    put_section(&b, 13, &s);
    put(&s, "\1\1f\0\0", 5);
    put_section(&b, 7, &s);
    put_byte(&f, 0);
    put(&f, "\x20\0\x45\x04\x40\x08\0\x0b", 8); /* at 0: throw 0 */
    put(&f, "\x1f\x40", 2);
    put_u(&f, CLAUSES);
    for (unsigned k = 0; k < CLAUSES; k++)
        put(&f, "\0\1\0", 3); /* (catch 1 0) */
    put(&f, "\x20\0\x41\1\x6b\x10\0\x0b\x0b", 9);
    put_u(&s, 1);
    put_u(&s, f.size);
    put(&s, f.data, f.size);
    put_section(&b, 10, &s);
    wasm_engine_t *e = kit_engine(KIT_GUARDED, KIT_FEATURES | KIT_EPOCHS);
    wasmtime_module_t *m = kit_binary(e, &b);
    struct guest g;
    guest_open(&g, e, m);
    pthread_t t;
    wasmtime_context_set_epoch_deadline(g.cx, 1);
    need(pthread_create(&t, NULL, tick, e) == 0);
    double start = kit_now();
    int outcome = guest_call(&g, "f", "i", 20000);
    check_text(outcome == WASMTIME_TRAP_CODE_INTERRUPT, "%d (%s)", outcome, kit_last);
    check_text(kit_now() - start < 5, "%.1f s", kit_now() - start);
    pthread_join(t, NULL);
    check(!wasmtime_context_has_exception(g.cx));
    guest_close(&g);
    wasmtime_module_delete(m);
    wasm_engine_delete(e);
    free(b.data);
    free(f.data);
}

/* --- Threads ---------------------------------------------------------------------------------- */

/* Functions are compiled when they are first called, so the tables of try_tables grow while
 * others look into them. */
enum { LAZY_FUNCTIONS = 400, LAZY_THREADS = 4 };

struct shared {
    wasmtime_module_t *module;
    wasm_engine_t *engine;
};

static void *lazy_thread(void *env)
{
    const struct shared *s = env;
    struct guest g;
    guest_open(&g, s->engine, s->module);
    for (unsigned k = 0; k < LAZY_FUNCTIONS; k++) {
        uint32_t got = 0;
        char name[16];
        snprintf(name, sizeof name, "f%u", k);
        int outcome = guest_call(&g, name, "i:i", k, &got);
        check_text(outcome == KIT_DONE && got == 2 * k, "%s: %d, %u", name, outcome, got);
    }
    guest_close(&g);
    return NULL;
}

static void threads(void)
{
    struct bytes b = {0};
    char line[512];
    put_text(&b, "(module (tag $t (param i32)) (tag $u (param i32))");
    for (unsigned k = 0; k < LAZY_FUNCTIONS; k++) {
        snprintf(line, sizeof line,
                 "(func $g%u (param i32) (throw $t (local.get 0)))"
                 "(func (export \"f%u\") (param i32) (result i32)"
                 "  (block $h (result i32)"
                 "    (try_table (catch $u $h) (try_table (catch $t $h) (call $g%u (i32.mul "
                 "(local.get 0) (i32.const 2)))))"
                 "    unreachable))",
                 k, k, k);
        put_text(&b, line);
    }
    put(&b, ")", 2);
    wasm_config_t *c = kit_config(KIT_GUARDED);
    hospes_config_lazy_set(c, true);
    wasm_engine_t *e = wasm_engine_new_with_config(c);
    for (int round = 0; round < 5; round++) {
        struct shared shared = {kit_module(e, (const char *)b.data), e};
        pthread_t t[LAZY_THREADS];
        for (int k = 0; k < LAZY_THREADS; k++)
            need(pthread_create(&t[k], NULL, lazy_thread, &shared) == 0);
        for (int k = 0; k < LAZY_THREADS; k++)
            pthread_join(t[k], NULL);
        wasmtime_module_delete(shared.module);
    }
    wasm_engine_delete(e);
    free(b.data);
}

int main(int argc, char **argv)
{
    static const struct kit_test tests[] = {
        {"values", values},
        {"not_caught", not_caught},
        {"depths", depths},
        {"deep", deep},
        {"through_the_host", through_the_host},
        {"instances", instances},
        {"threads", threads},
        {"long_search", long_search},
    };
    return kit_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
