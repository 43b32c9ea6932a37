/* What the fast tier can get wrong beside arithmetic: values that live over calls, destinations
 * that are operands, flags, merges, tail calls, the argument area, traps and their places, fuel,
 * the stack. Each in all styles of memory and with random pins. The numbered pitfalls were bugs
 * of a prototype. */
#include "base/alloc.h"
#include "support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above */
#include <cmocka.h>

static struct guest g;

static const struct guest_options options[] = {
    {.cpu = UINT32_MAX},
    {.cpu = 0, .epochs = true},
    {.cpu = UINT32_MAX, .style = MEMORY_CHECKED_FIXED, .pin_seed = 1},
    {.cpu = UINT32_MAX,
     .style = MEMORY_CHECKED_MOVABLE,
     .no_signals = true,
     .epochs = true,
     .pin_seed = 2},
    {.cpu = UINT32_MAX, .style = MEMORY_CHECKED_MOVABLE, .no_spectre = true, .pin_seed = 3},
    {.cpu = HS_CPU_AVX, .fuel = true, .pin_seed = 4},
    {.cpu = UINT32_MAX, .pin_seed = 5},
    {.cpu = UINT32_MAX, .pin_seed = 6},
    {.cpu = UINT32_MAX, .pin_seed = 7},
    {.cpu = 0, .pin_seed = 8},
};
enum { NOPTIONS = sizeof options / sizeof *options };

/* Calls export "f" with i64 arguments (i32 parameters take the low half) and returns the first
 * result. */
static uint64_t call(const char *name, int n, ...)
{
    static union hs_value v[HS_ARGS_AREA];
    memset(v, 0, sizeof v);
    va_list args;
    va_start(args, n);
    for (int i = 0; i < n; i++)
        v[i].bits[0] = va_arg(args, uint64_t);
    va_end(args);
    int f = guest_export(&g, name);
    assert_true(f >= 0);
    uint32_t r = guest_call(&g, (uint32_t)f, v);
    if (r)
        return UINT64_C(0xdead0000) + (r - 1);
    const struct functype *t = hs_module_functype(&g.m, (uint32_t)f);
    if (t->nresults && hs_vt_kind(t->types[t->nparams]) == VT_I32)
        return (uint32_t)v[0].i32;
    return v[0].bits[0];
}
#define TRAP(code) (UINT64_C(0xdead0000) + TRAP_##code)
#define L(x)       ((uint64_t)(x))

#define EVERYWHERE(wat)                                                                            \
    for (int o_ = 0; o_ < NOPTIONS; o_++)                                                          \
        for (bool open_ = (assert_true(guest_open(&g, wat, &options[o_])), true); open_;           \
             guest_close(&g), open_ = false)

static void results_of_calls(void **state) /* pitfall 1: copying aliases must not take rax */
{
    EVERYWHERE("(module (func $id (param i32) (result i32) (local.get 0))"
               "(func (export \"f\") (param i32 i32) (result i32)"
               "  (i32.add (i32.add (local.get 0) (local.get 1))"
               "    (block (result i32)"
               "      (local.get 0) (local.get 0) (local.get 1)"
               "      (local.set 0 (call $id (i32.const 100)))"
               "      (i32.add) (i32.mul) (i32.add (local.get 0))))))")
    {
        assert_int_equal(call("f", 2, L(3), L(4)), 3 + 4 + 3 * (3 + 4) + 100);
    }
}

static void
indirect_targets(void **state) /* pitfall 2: the target must survive the moves of arguments */
{
    EVERYWHERE("(module (type $t (func (param i32 i64 i32 i32 i64 i32 i32 f64) (result i32)))"
               "(table 4 funcref) (elem (i32.const 1) $sum)"
               "(func $sum (type $t) (i32.add (i32.add (i32.add (local.get 0) (i32.mul (local.get "
               "2) (i32.const 10)))"
               "   (i32.add (i32.mul (local.get 3) (i32.const 100)) (i32.mul (local.get 5) "
               "(i32.const 1000))))"
               "   (i32.add (i32.mul (local.get 6) (i32.const 10000)) (i32.add (i32.wrap_i64 "
               "(i64.add (local.get 1) (local.get 4))) (i32.trunc_f64_s (local.get 7))))))"
               "(func (export \"f\") (param i32 i32 i32 i32 i32 i32) (result i32) (local i32)"
               "  (loop (local.set 6 (i32.add (local.get 6) (i32.const 1)))"
               "   (drop (i32.mul (local.get 0) (i32.mul (local.get 1) (i32.mul (local.get 2) "
               "(i32.mul (local.get 3) (local.get 4))))))"
               "   (br_if 0 (i32.lt_u (local.get 6) (i32.const 3))))"
               "  (call_indirect (type $t) (local.get 4) (i64.extend_i32_u (local.get 3)) "
               "(local.get 2) (local.get 1) (i64.const 7)"
               "     (local.get 0) (local.get 6) (f64.const 0.5) (local.get 5))))")
    {
        assert_int_equal(call("f", 6, L(1), L(2), L(3), L(4), L(5), L(1)),
                         5 + 30 + 200 + 1000 + 30000 + 4 + 7);
        assert_int_equal(call("f", 6, L(1), L(2), L(3), L(4), L(5), L(2)),
                         TRAP(INDIRECT_CALL_TO_NULL));
        assert_int_equal(call("f", 6, L(1), L(2), L(3), L(4), L(5), L(4)),
                         TRAP(TABLE_OUT_OF_BOUNDS));
        assert_int_equal(call("f", 6, L(1), L(2), L(3), L(4), L(5), L(0xffffffff)),
                         TRAP(TABLE_OUT_OF_BOUNDS));
    }
}

static void signatures(void **state)
{
    EVERYWHERE(
        "(module (type $a (func (param i32) (result i32))) (type $b (func (param i64) (result "
        "i64)))"
        "(type $open (sub (func (result i32)))) (type $child (sub $open (func (result i32))))"
        "(table funcref (elem $x $y $z))"
        "(func $x (type $a) (i32.add (local.get 0) (i32.const 1)))"
        "(func $y (type $b) (local.get 0))"
        "(func $z (type $child) (i32.const 77))"
        "(func (export \"f\") (param i32 i32) (result i32) (call_indirect (type $a) (local.get 0) "
        "(local.get 1)))"
        "(func (export \"g\") (param i32) (result i32) (i32.add (i32.mul (local.get 0) (i32.const "
        "100))"
        "   (call_indirect (type $open) (local.get 0)))))")
    {
        assert_int_equal(call("f", 2, L(5), L(0)), 6);
        assert_int_equal(call("f", 2, L(5), L(1)), TRAP(BAD_SIGNATURE));
        assert_int_equal(call("g", 1, L(2)), 277); /* a subtype: the slow path keeps what is live */
        assert_int_equal(call("g", 1, L(1)), TRAP(BAD_SIGNATURE));
    }
}

static void destinations(void **state) /* pitfall 3 */
{
    EVERYWHERE("(module (memory 1)"
               "(func (export \"sub\") (param i32 i32) (result i32) (local.set 1 (i32.sub "
               "(local.get 0) (local.get 1))) (local.get 1))"
               "(func (export \"sub0\") (param i32 i32) (result i32) (local.set 0 (i32.sub "
               "(local.get 0) (local.get 1))) (local.get 0))"
               "(func (export \"fold\") (param i32 i32) (result i32) (i32.store (local.get 1) "
               "(i32.const 1000))"
               "  (local.set 1 (i32.sub (local.get 0) (i32.load (local.get 1)))) (local.get 1))"
               "(func (export \"shift\") (param i32 i32) (result i32) (local.set 1 (i32.shl "
               "(local.get 0) (local.get 1))) (local.get 1))"
               "(func (export \"rot\") (param i32 i32) (result i32) (local.set 1 (i32.rotl "
               "(local.get 0) (local.get 1))) (local.get 1))"
               "(func (export \"fsub\") (param f64 f64) (result f64) (local.set 1 (f64.sub "
               "(local.get 0) (local.get 1))) (local.get 1))"
               "(func (export \"sel\") (param i32 i32 i32) (result i32)"
               "  (local.set 1 (select (local.get 0) (local.get 1) (i32.lt_s (local.get 1) "
               "(local.get 2)))) (local.get 1))"
               "(func (export \"cmp\") (param i32 i32) (result i32) (local.set 1 (i32.lt_s "
               "(local.get 0) (local.get 1))) (local.get 1))"
               "(func (export \"tee\") (param i32) (result i32) (i32.add (local.get 0) (i32.add "
               "(local.tee 0 (i32.const 9)) (local.get 0))))"
               "(func (export \"swap\") (param i32 i32) (result i32) (local.get 0) (local.get 1) "
               "(local.set 0) (local.set 1)"
               "  (i32.sub (local.get 0) (local.get 1))))")
    {
        assert_int_equal(call("sub", 2, L(10), L(3)), 7);
        assert_int_equal(call("sub0", 2, L(10), L(3)), 7);
        assert_int_equal(call("fold", 2, L(1200), L(64)), 200);
        assert_int_equal(call("shift", 2, L(3), L(4)), 48);
        assert_int_equal(call("rot", 2, L(0x80000001), L(4)), 0x18);
        double a = 10, b = 4, want = 6;
        uint64_t x, y, z;
        memcpy(&x, &a, 8);
        memcpy(&y, &b, 8);
        memcpy(&z, &want, 8);
        assert_true(call("fsub", 2, x, y) == z);
        assert_int_equal(call("sel", 3, L(1), L(2), L(3)), 1);
        assert_int_equal(call("sel", 3, L(1), L(5), L(3)), 5);
        assert_int_equal(call("cmp", 2, L(1), L(2)), 1);
        assert_int_equal(call("cmp", 2, L(3), L(2)), 0);
        assert_int_equal(call("tee", 1, L(1)), 19);
        assert_int_equal(call("swap", 2, L(1), L(5)), 4);
    }
}

static void flags(void **state) /* pitfall 4: nothing that changes flags between compare and jump */
{
    EVERYWHERE(
        "(module (func $nop)"
        "(func (export \"f\") (param i32 i32 i32) (result i32) (local i32)"
        "  (local.set 3 (local.get 2)) (call $nop)"
        "  (block (result i32) (i32.const 0) (br_if 0 (i32.lt_s (local.get 0) (local.get 1)))"
        "    (drop) (i32.add (local.get 3) (i32.const 5))))"
        "(func (export \"g\") (param i32) (result i64)"
        "  (block (result i64) (i64.const 0) (br_if 0 (i32.eqz (i32.eqz (i32.eqz (local.get 0))))) "
        "(drop) (i64.const 1)))"
        "(func (export \"h\") (param i32 i32) (result i32) (local i32 i32 i32 i32)"
        "  (loop $l (local.set 2 (i32.add (local.get 2) (i32.const 1))) (local.set 3 (i32.add "
        "(local.get 3) (local.get 2)))"
        "    (call $nop) (br_if $l (i32.ne (local.get 2) (local.get 0)))) (local.get 3))"
        "(func (export \"d\") (param f64) (result i32) (if (result i32) (f64.eq (local.get 0) "
        "(local.get 0))"
        "   (then (i32.const 1)) (else (i32.const 2))))"
        "(func (export \"e\") (param f64) (result i32) (select (i32.const 7) (i32.const 8) (f64.ne "
        "(local.get 0) (f64.const 1)))))")
    {
        assert_int_equal(call("f", 3, L(1), L(2), L(3)), 0);
        assert_int_equal(call("f", 3, L(2), L(1), L(3)), 8);
        assert_int_equal(call("g", 1, L(0)), 0);
        assert_int_equal(call("g", 1, L(4)), 1);
        assert_int_equal(call("h", 2, L(100), L(0)), 5050);
        uint64_t nan = UINT64_C(0x7ff8000000000000), one = UINT64_C(0x3ff0000000000000);
        assert_int_equal(call("d", 1, nan), 2);
        assert_int_equal(call("d", 1, one), 1);
        assert_int_equal(call("e", 1, nan), 7);
        assert_int_equal(call("e", 1, one), 8);
    }
}

static void hidden_calls(void **state) /* pitfall 5 */
{
    EVERYWHERE("(module (memory 1 8) (func (export \"f\") (param i32 i32 i32 i32 i32 i32) (result "
               "i32) (local i32 f64)"
               "  (loop $l (local.set 6 (i32.add (local.get 6) (i32.const 1)))"
               "    (local.set 7 (f64.add (local.get 7) (f64.const 0.5)))"
               "    (local.set 0 (i32.add (local.get 0) (local.get 5)))"
               "    (memory.fill (i32.const 0) (local.get 6) (i32.const 16))"
               "    (drop (memory.grow (i32.eq (local.get 6) (i32.const 2))))"
               "    (memory.copy (i32.const 100) (i32.const 0) (i32.const 16))"
               "    (local.set 1 (i32.add (local.get 1) (i32.load8_u (i32.const 103))))"
               "    (br_if $l (i32.lt_u (local.get 6) (local.get 4))))"
               "  (i32.add (i32.add (local.get 0) (local.get 1)) (i32.add (i32.mul (memory.size) "
               "(i32.const 1000)) (i32.trunc_f64_s (local.get 7))))))")
    {
        assert_int_equal(call("f", 6, L(1), L(2), L(3), L(4), L(10), L(6)), 61 + 57 + 2000 + 5);
    }
}

static void
many_values(void **state) /* the argument area both ways, results in registers and slots */
{
    EVERYWHERE(
        "(module (type $m (func (param i32 i64 f32 f64 i32 i32 i32 i32 i32 f64 f64 f64 f64 f64 f64 "
        "f64 f64 f64)"
        "   (result i32 i64 i32 i32 i32 f64 f64 f64 f64 f64 i64)))"
        "(func $m (type $m) (local.get 8) (i64.add (local.get 1) (i64.const 1)) (local.get 7) "
        "(local.get 6) (local.get 5)"
        "   (local.get 17) (local.get 16) (local.get 15) (local.get 14) (f64.add (local.get 3) "
        "(local.get 13)) (i64.const -1))"
        "(func (export \"f\") (param i32) (result i32) (local f64 f64 f64 f64 f64 i32 i32 i32 i32 "
        "i64 i64)"
        "  (call $m (local.get 0) (i64.const 2) (f32.const 3) (f64.const 4) (i32.const 5) "
        "(i32.const 6) (i32.const 7) (i32.const 8)"
        "    (i32.add (local.get 0) (i32.const 9)) (f64.const 10) (f64.const 11) (f64.const 12) "
        "(f64.const 13) (f64.const 14) (f64.const 15)"
        "    (f64.const 16) (f64.const 17) (f64.const 18))"
        "  (local.set 11) (local.set 1) (local.set 2) (local.set 3) (local.set 4) (local.set 5)"
        "  (local.set 6) (local.set 7) (local.set 8) (local.set 10) (local.set 9)"
        "  (i32.trunc_f64_s (f64.add (f64.add (local.get 1) (f64.mul (local.get 2) (f64.const "
        "100))) (f64.mul (local.get 5) (f64.const 10000))))"
        "  (i32.add (i32.mul (local.get 6) (i32.const 1000000)))"
        "  (i32.add (i32.mul (i32.add (local.get 9) (i32.add (local.get 7) (local.get 8))) "
        "(i32.const 10000000)))"
        "  (i32.add (i32.wrap_i64 (i64.mul (local.get 10) (local.get 11))))))")
    {
        assert_int_equal(call("f", 1, L(3)), 18 + 1500 + 180000 + 6000000 + 27 * 10000000 - 3);
    }
}

/* Arithmetic in 64 bits that is wrapped at once: only the low halves count, and the result is a
 * whole i32. */
static void wrapped(void **state)
{
    EVERYWHERE(
        "(module (memory 1) (data (i32.const 100) \"\\2a\")"
        "(func (export \"add\") (param i64 i64) (result i64)"
        "  (i64.extend_i32_u (i32.wrap_i64 (i64.add (local.get 0) (local.get 1)))))"
        "(func (export \"sub\") (param i64) (result i64)"
        "  (i64.extend_i32_u (i32.wrap_i64 (i64.sub (i64.const 0) (local.get 0)))))"
        "(func (export \"mul\") (param i64) (result i64)"
        "  (i64.extend_i32_u (i32.wrap_i64 (i64.mul (local.get 0) (i64.const 0x500000003)))))"
        "(func (export \"mask\") (param i64) (result i64)"
        "  (i64.extend_i32_u (i32.wrap_i64 (i64.and (local.get 0) (i64.const 0xffffffff)))))"
        "(func (export \"or\") (param i64) (result i64) (local i32)"
        "  (local.set 1 (i32.wrap_i64 (i64.or (local.get 0) (i64.const 0x100000001))))"
        "  (i64.extend_i32_u (local.get 1)))"
        "(func (export \"taken\") (param i64 i64) (result i32)"
        "  (if (result i32) (i32.wrap_i64 (i64.and (local.get 0) (local.get 1)))"
        "    (then (i32.const 1)) (else (i32.const 2))))"
        "(func (export \"address\") (param i64) (result i32)"
        "  (i32.load8_u (i32.wrap_i64 (i64.add (local.get 0) (i64.const 0x700000004))))))")
    {
        assert_int_equal(call("add", 2, L(0xffffffffffffffff), L(2)), 1);
        assert_int_equal(call("add", 2, L(0x7fffffff80000000), L(0x123)), 0x80000123);
        assert_int_equal(call("sub", 1, L(0xffffffff00000001)), 0xffffffff);
        assert_int_equal(call("mul", 1, L(0xabcd55555556)), 2);
        assert_int_equal(call("mask", 1, L(0xffffffffffffffff)), 0xffffffff);
        assert_int_equal(call("or", 1, L(0x1234567890)), 0x34567891);
        assert_int_equal(call("taken", 2, L(0xffffffff00000001), L(0xffffffff00000002)), 2);
        assert_int_equal(call("taken", 2, L(0xff00000003), L(2)), 1);
        assert_int_equal(call("address", 1, L(0xabc00000060)), 42);
    }
}

static void tail_calls(void **state)
{
    EVERYWHERE(
        "(module (table funcref (elem $odd)) (type $t (func (param i64 i32) (result i32)))"
        "(func $even (export \"even\") (type $t) (local i32)"
        "  (if (i64.eqz (local.get 0)) (then (return (local.get 1))))"
        "  (return_call $odd (i64.sub (local.get 0) (i64.const 1)) (i32.add (local.get 1) "
        "(i32.const 1))))"
        "(func $odd (type $t) (if (i64.eqz (local.get 0)) (then (return (i32.const -1))))"
        "  (return_call $even (i64.sub (local.get 0) (i64.const 1)) (local.get 1)))"
        "(func $deep (export \"deep\") (param i64 i32) (result i32)"
        "  (return_call_indirect (type $t) (local.get 0) (local.get 1) (i32.const 0)))"
        "(func $many (export \"many\") (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)"
        "  (if (i32.eqz (local.get 8)) (then (return (i32.sub (local.get 7) (local.get 0)))))"
        "  (return_call $many (local.get 1) (local.get 0) (local.get 3) (local.get 2) (local.get "
        "5) (local.get 4)"
        "     (local.get 7) (local.get 6) (i32.sub (local.get 8) (i32.const 1)))))")
    {
        assert_int_equal(call("even", 2, L(1000000), L(0)), 500000);
        assert_int_equal(call("deep", 2, L(99999), L(5)), 5 + 49999);
        assert_int_equal(
            call("many", 9, L(1), L(2), L(3), L(4), L(5), L(6), L(7), L(80), L(100001)), 7 - 2);
    }
}

static void merges(void **state)
{
    EVERYWHERE("(module (func $two (param i32) (result i32 i32) (local.get 0) (i32.const 1))"
               "(func (export \"f\") (param i32 i32) (result i32)"
               "  (local.get 0) (i32.const 7)"
               "  (block (param i32 i32) (result i32 i32)"
               "    (i32.add) (local.get 1)"
               "    (br_if 0 (i32.gt_s (local.get 1) (i32.const 10)))"
               "    (drop) (i32.const 3))"
               "  (i32.mul))"
               "(func (export \"loop\") (param i32) (result i32)"
               "  (i32.const 1) (local.get 0)"
               "  (loop $l (param i32 i32) (result i32)"
               "    (local.set 0) (i32.mul (local.get 0)) (i32.sub (local.get 0) (i32.const 1))"
               "    (br_if $l (i32.gt_s (local.get 0) (i32.const 1))) (drop)))"
               "(func (export \"table\") (param i32) (result i32)"
               "  (block $a (result i32) (block $b (result i32) (block $c (result i32)"
               "     (i32.const 5) (br_table $a $b $c $b (local.get 0)))"
               "     (i32.add (i32.const 10))) (i32.add (i32.const 100))))"
               "(func (export \"if\") (param i32) (result i32) (i32.const 40) (local.get 0)"
               "   (if (param i32) (result i32) (then (i32.add (i32.const 2)))) )"
               "(func (export \"return\") (param i32) (result i64 i32) (i64.const 9) (i32.const 8)"
               "   (br_if 0 (local.get 0)) (drop) (drop) (i64.const 1) (i32.const 2)))")
    {
        assert_int_equal(call("f", 2, L(5), L(11)), 12 * 11);
        assert_int_equal(call("f", 2, L(5), L(9)), 36);
        assert_int_equal(call("loop", 1, L(6)), 720);
        assert_int_equal(call("table", 1, L(0)), 5);
        assert_int_equal(call("table", 1, L(1)), 105);
        assert_int_equal(call("table", 1, L(2)), 115);
        assert_int_equal(call("table", 1, L(0xffffffff)), 105);
        assert_int_equal(call("if", 1, L(1)), 42);
        assert_int_equal(call("if", 1, L(0)), 40);
        assert_int_equal(call("return", 1, L(1)), 9);
        assert_int_equal(call("return", 1, L(0)), 1);
    }
}

static void
bounds(void **state) /* in every style the same accesses trap, also those beyond the guard */
{
    EVERYWHERE(
        "(module (memory 1) (memory $b 1)"
        "(func (export \"load\") (param i32) (result i32) (i32.load (local.get 0)))"
        "(func (export \"off\") (param i32) (result i32) (i32.load offset=65530 (local.get 0)))"
        "(func (export \"far\") (param i32) (result i32) (i32.load offset=0xfffffff0 (local.get "
        "0)))"
        "(func (export \"const\") (result i64) (i64.load (i32.const -1)))"
        "(func (export \"edge\") (result i64) (i64.load (i32.const 65528)))"
        "(func (export \"wrap\") (param i64) (result i32) (i32.load (i32.wrap_i64 (local.get 0))))"
        "(func (export \"other\") (param i32) (result i32) (i32.store $b (local.get 0) (i32.const "
        "5)) (i32.load $b (local.get 0)))"
        "(func (export \"store\") (param i32) (i64.store (local.get 0) (i64.const 1))))")
    {
        assert_int_equal(call("load", 1, L(65532)), 0);
        assert_int_equal(call("load", 1, L(65533)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("load", 1, L(0xffffffff)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("off", 1, L(2)), 0);
        assert_int_equal(call("off", 1, L(3)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("off", 1, L(0xffffffff)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("far", 1, L(0)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("far", 1, L(0xffffffff)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("far", 1, L(32)), TRAP(MEMORY_OUT_OF_BOUNDS)); /* no wrap around */
        assert_int_equal(call("const", 0), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("edge", 0), 0);
        assert_int_equal(call("wrap", 1, UINT64_C(0xffffffff00000004)), 0); /* zero-extended */
        assert_int_equal(call("other", 1, L(100)), 5);
        assert_int_equal(call("other", 1, L(65536)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("store", 1, L(65529)), TRAP(MEMORY_OUT_OF_BOUNDS));
    }
}

static void memory64(void **state)
{
    EVERYWHERE("(module (memory i64 1)"
               "(func (export \"load\") (param i64) (result i32) (i32.load offset=8 (local.get 0)))"
               "(func (export \"far\") (param i64) (result i32) (i32.load "
               "offset=0xfffffffffffffff0 (local.get 0)))"
               "(func (export \"size\") (result i64) (memory.size)))")
    {
        assert_int_equal(call("load", 1, L(65524)), 0);
        assert_int_equal(call("load", 1, L(65525)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("load", 1, UINT64_C(0xfffffffffffffff8)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("load", 1, UINT64_C(0xfffffffffffffff0)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("load", 1, UINT64_C(0x100000000)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("far", 1, L(16)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("far", 1, L(0)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("size", 0), 1);
    }
}

static void references(void **state)
{
    EVERYWHERE("(module (type $t (func (param i32) (result i32))) (table $t 3 10 funcref) (elem "
               "declare func $inc)"
               "(func $inc (type $t) (i32.add (local.get 0) (i32.const 1)))"
               "(func (export \"ref\") (param i32) (result i32) (call_ref $t (local.get 0) "
               "(ref.func $inc)))"
               "(func (export \"null\") (param i32) (result i32) (call_ref $t (local.get 0) "
               "(ref.null $t)))"
               "(func (export \"tail\") (param i32) (result i32) (return_call_ref $t (local.get 0) "
               "(ref.func $inc)))"
               "(func (export \"table\") (param i32) (result i32) (table.set (i32.const 2) "
               "(ref.func $inc))"
               "  (ref.is_null (table.get (local.get 0))))"
               "(func (export \"branch\") (param i32) (result i32)"
               "  (block $null (call_ref $t (i32.const 5) (br_on_null $null (select (result (ref "
               "null $t)) (ref.func $inc) (ref.null $t) (local.get 0)))) (return)) (i32.const -1))"
               "(func (export \"grow\") (param i32) (result i32) (drop (table.grow (ref.func $inc) "
               "(local.get 0))) (table.size)))")
    {
        assert_int_equal(call("ref", 1, L(41)), 42);
        assert_int_equal(call("tail", 1, L(41)), 42);
        assert_int_equal(call("null", 1, L(41)), TRAP(NULL_REFERENCE));
        assert_int_equal(call("table", 1, L(2)), 0);
        assert_int_equal(call("table", 1, L(1)), 1);
        assert_int_equal(call("table", 1, L(3)), TRAP(TABLE_OUT_OF_BOUNDS));
        assert_int_equal(call("branch", 1, L(1)), 6);
        assert_int_equal(call("branch", 1, L(0)), 0xffffffff);
        assert_int_equal(call("grow", 1, L(4)), 7);
    }
}

static void wide_and_atomic(void **state)
{
    EVERYWHERE("(module (memory 1 1 shared)"
               "(func (export \"add128\") (param i64 i64 i64 i64) (result i64) (i64.add128 "
               "(local.get 0) (local.get 1) (local.get 2) (local.get 3)) (i64.add))"
               "(func (export \"mul\") (param i64 i64) (result i64) (i64.mul_wide_u (local.get 0) "
               "(local.get 1)) (i64.xor))"
               "(func (export \"rmw\") (param i32 i32) (result i32) (i32.atomic.store (i32.const "
               "8) (local.get 0))"
               "  (drop (i32.atomic.rmw.sub (i32.const 8) (local.get 1))) (drop "
               "(i32.atomic.rmw16.xor_u (i32.const 8) (i32.const 0xff)))"
               "  (drop (i32.atomic.rmw.cmpxchg (i32.const 8) (i32.load (i32.const 8)) (i32.add "
               "(i32.load (i32.const 8)) (i32.const 1))))"
               "  (i32.atomic.rmw.and (i32.const 8) (i32.const 3)))"
               "(func (export \"odd\") (param i32) (result i64) (i64.atomic.load offset=3 "
               "(local.get 0))))")
    {
        assert_true(call("add128", 4, UINT64_MAX, L(1), L(2), L(3)) == 1 + 5);
        assert_true(call("mul", 2, UINT64_MAX, UINT64_MAX) == (UINT64_C(0xfffffffffffffffe) ^ 1));
        assert_int_equal(call("rmw", 2, L(0x1234), L(0x34)), (0x1200 ^ 0xff) + 1);
        assert_int_equal(call("odd", 1, L(5)), 0);
        assert_int_equal(call("odd", 1, L(4)), TRAP(HEAP_MISALIGNED));
    }
}

/* The helper for 64 x 64 -> 128 bits as LLVM's library compiles to: calls of it are replaced
 * (intrinsics.c), except where fuel is counted or an upper half is not the constant zero. All
 * must agree. */
static void multiplication_helper(void **state)
{
    EVERYWHERE(
        "(module (memory 1)"
        "(func $m (param i32 i64 i64 i64 i64) (local i64)"
        " local.get 0 local.get 4 local.get 1 i64.mul local.get 2 local.get 3 i64.mul i64.add"
        " local.get 3 i64.const 32 i64.shr_u local.tee 2 local.get 1 i64.const 32 i64.shr_u "
        "local.tee 4 i64.mul i64.add"
        " local.get 3 i64.const 4294967295 i64.and local.tee 3 local.get 1 i64.const 4294967295 "
        "i64.and local.tee 1 i64.mul"
        " local.tee 5 i64.const 32 i64.shr_u local.get 3 local.get 4 i64.mul i64.add local.tee 3 "
        "i64.const 32 i64.shr_u i64.add"
        " local.get 3 i64.const 4294967295 i64.and local.get 2 local.get 1 i64.mul i64.add "
        "local.tee 1 i64.const 32 i64.shr_u i64.add"
        " i64.store offset=8 local.get 0 local.get 1 i64.const 32 i64.shl local.get 5 i64.const "
        "4294967295 i64.and i64.or i64.store)"
        "(func (export \"f\") (param i64 i64 i32) (result i64) (local i64)"
        "  (local.set 3 (i64.mul (local.get 0) (i64.const 3)))"
        "  (call $m (i32.const 16) (local.get 0) (i64.const 0) (local.get 1) (i64.const 0))"
        "  (call $m (i32.add (local.get 2) (i32.const 16)) (local.get 3) (i64.const 0) (i64.add "
        "(local.get 1) (i64.const 1)) (i64.const 0))"
        "  (call $m (i32.const 48) (local.get 0) (i64.const 5) (local.get 1) (i64.const 0))"
        "  (i64.xor (i64.xor (i64.xor (i64.load (i32.const 16)) (i64.load (i32.const 24))) "
        "(i64.xor (i64.load (i32.const 32)) (i64.load (i32.const 40))))"
        "    (i64.add (i64.load (i32.const 48)) (i64.load (i32.const 56))))))")
    {
        uint64_t a = UINT64_C(0xfedcba9876543210), b = UINT64_C(0x8badf00ddeadbeef);
        __uint128_t x = (__uint128_t)a * b, y = (__uint128_t)(a * 3) * (b + 1),
                    z = (((__uint128_t)5 << 64) + a) * b;
        uint64_t want = (uint64_t)x ^ (uint64_t)(x >> 64) ^ (uint64_t)y ^ (uint64_t)(y >> 64) ^
                        ((uint64_t)z + (uint64_t)(z >> 64));
        assert_true(call("f", 3, a, b, L(16)) == want);
        assert_int_equal(call("f", 3, a, b, L(65512)), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(g.m.funcs[0].body_size, 117);
    }
}

static void stack_overflow(void **state)
{
    EVERYWHERE("(module (func $f (export \"f\") (param i32) (result i32) (i32.add (call $f "
               "(i32.add (local.get 0) (i32.const 1))) (i32.const 1))))")
    {
        assert_int_equal(call("f", 1, L(0)), TRAP(STACK_OVERFLOW));
    }
}

static void interruption(
    void **state) /* of a loop where signals are not used, and of recursion: registers survive */
{
    EVERYWHERE("(module (func $fib (export \"fib\") (param i32) (result i32) (if (result i32) "
               "(i32.lt_u (local.get 0) (i32.const 2))"
               "  (then (local.get 0)) (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const "
               "1))) (call $fib (i32.sub (local.get 0) (i32.const 2)))))))"
               "(func (export \"loop\") (param i32 f64) (result i32) (local i32)"
               "  (loop (local.set 2 (i32.add (local.get 2) (local.get 0))) (local.set 1 (f64.add "
               "(local.get 1) (f64.const 1)))"
               "    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"
               "  (i32.add (local.get 2) (i32.trunc_f64_s (local.get 1)))))")
    {
        g.ctx->stack_limit = UINT64_MAX;
        assert_int_equal(call("fib", 1, L(15)), 610);
        assert_int_equal(g.run.interrupted, 1);
        g.ctx->stack_limit = UINT64_MAX;
        assert_int_equal(call("loop", 2, L(100), L(0)), 5150);
        g.ctx->stack_limit = g.run.stack_limit;
    }
}

static void fuel(void **state)
{
    struct guest_options o = {.cpu = UINT32_MAX, .fuel = true};
    for (o.pin_seed = 0; o.pin_seed < 3; o.pin_seed++) {
        assert_true(guest_open(&g,
                               "(module (func (export \"f\") (param i32) (result i32)"
                               "  (block (br_if 0 (i32.eqz (local.get 0)))"
                               "    (loop (local.set 0 (i32.sub (local.get 0) (i32.const 1))) "
                               "(br_if 0 (local.get 0))))"
                               "  (local.get 0) (return) (unreachable) (drop))"
                               "(func (export \"empty\")))",
                               &o));
        g.run.fuel = 1000;
        assert_int_equal(call("f", 1, L(10)), 0);
        assert_int_equal(g.run.fuel, 1000 - (1 + 3 + 10 * 6 + 1));
        g.run.fuel = 1000;
        call("empty", 0);
        assert_int_equal(g.run.fuel, 999);
        g.run.fuel = 20;
        assert_int_equal(call("f", 1, L(10)), TRAP(OUT_OF_FUEL));
        guest_close(&g);
    }
}

/* The place of a trap: the byte of the instruction's opcode is known. */
static void places(void **state)
{
    static const struct {
        const char *wat;
        uint8_t opcode;
        uint64_t argument;
    } cases[] = {
        {"(module (memory 1) (func (export \"f\") (param i32) (result i32) (nop) (i32.add "
         "(local.get 0) (i32.load (local.get 0)))))",
         0x28, 70000},
        {"(module (func (export \"f\") (param i32) (result i32) (nop) (i32.div_u (i32.const 7) "
         "(i32.sub (local.get 0) (local.get 0)))))",
         0x6e, 1},
        {"(module (func (export \"f\") (param i32) (result i32) (if (local.get 0) (then "
         "(unreachable))) (i32.const 1)))",
         0x00, 1},
        {"(module (table 1 funcref) (type $t (func)) (func (export \"f\") (param i32) (result i32) "
         "(call_indirect (type $t) (local.get 0)) (i32.const 1)))",
         0x11, 0},
        {"(module (func (export \"f\") (param i32) (result i32) (i32.trunc_f64_s (f64.div "
         "(f64.const 1e30) (f64.convert_i32_s (local.get 0))))))",
         0xaa, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EVERYWHERE(cases[i].wat)
        {
            uint64_t r = call("f", 1, cases[i].argument);
            assert_true((r & UINT64_C(0xffff0000)) == UINT64_C(0xdead0000));
            struct hs_compile_input in = {
                .module = &g.m,
                .layout = &g.layout,
                .func = 0,
                .plt_size = g.range.plt_size,
                .code_capacity = g.range.code_capacity,
                .cpu = g.options.cpu & hs_cpu_features(),
                .pin_seed = g.options.pin_seed,
            };
            uint32_t at =
                (uint32_t)(g.run.trap_pc - (uint64_t)(uintptr_t)g.range.base - g.offsets[0]);
            bool is_return = g.range.base[g.offsets[0] + at - 3] == 0xff ||
                             g.range.base[g.offsets[0] + at - 6] == 0xff;
            uint32_t offset = hs_baseline_locate(&in, at, is_return);
            assert_int_equal(g.bytes[offset], cases[i].opcode);
        }
    }
}

static char *text;
static size_t length;
static void add(const char *s)
{
    size_t n = strlen(s);
    memcpy(text + length, s, n + 1);
    length += n;
}
static void repeat(int n, const char *s)
{
    for (int i = 0; i < n; i++)
        add(s);
}

static bool compares(int op, uint64_t x, uint64_t y)
{
    switch (op) {
    case 0: return x == y;
    case 1: return x != y;
    case 2: return (int64_t)x < (int64_t)y;
    case 3: return x < y;
    case 4: return (int64_t)x > (int64_t)y;
    case 5: return x > y;
    case 6: return (int64_t)x <= (int64_t)y;
    case 7: return x <= y;
    case 8: return (int64_t)x >= (int64_t)y;
    default: return x >= y;
    }
}

/* A load on the left of a comparison with a constant, or as a condition itself: one instruction. */
static void compared_loads(void **state)
{
    static const char *const ops[] = {"eq",   "ne",   "lt_s", "lt_u", "gt_s",
                                      "gt_u", "le_s", "le_u", "ge_s", "ge_u"};
    static const char *const loads[] = {"i32.load", "i32.load8_u", "i64.load"};
    static const int constants[] = {0, 1, -1, 63, -64, 100};
    static const uint64_t contents[] = {0,
                                        1,
                                        63,
                                        64,
                                        100,
                                        128,
                                        255,
                                        0x7fffffff,
                                        0x80000000,
                                        0xffffffff,
                                        0x100000000,
                                        UINT64_MAX,
                                        UINT64_C(1) << 63};
    text = malloc(1 << 20);
    for (int o = 0; o < NOPTIONS; o += 2)
        for (int l = 0; l < 3; l++)
            for (int c = 0; c < 6; c++)
                for (int op = 0; op < 10; op++) {
                    const char *t = l == 2 ? "i64" : "i32";
                    char value[200], wat[2048];
                    sprintf(value, "(%s.%s (%s offset=4 (local.get 0)) (%s.const %d))", t, ops[op],
                            loads[l], t, constants[c]);
                    sprintf(
                        wat,
                        "(module (memory 1) (func (export \"f\") (param i32 i64) (result i32) "
                        "(local i32 i32)"
                        " (i64.store offset=4 (local.get 0) (local.get 1))"
                        " (local.set 2 %s)"
                        " (local.set 2 (i32.add (local.get 2) (if (result i32) %s (then (i32.const "
                        "2)) (else (i32.const 0)))))"
                        " (block (br_if 0 (i32.eqz %s)) (local.set 2 (i32.add (local.get 2) "
                        "(i32.const 4))))"
                        " (local.set 0 (i32.add (local.get 0) (i32.const 0)))"
                        " (i32.add (local.get 2) (select (i32.const 8) (i32.const 0) %s))"
                        " (if (%s) (then (local.set 3 (i32.const 16)))) (i32.add (local.get 3))))",
                        value, value, value, value,
                        l == 2   ? "i64.eqz (i64.load offset=4 (local.get 0))"
                        : l == 1 ? "i32.load8_u offset=4 (local.get 0)"
                                 : "i32.load offset=4 (local.get 0)");
                    assert_true(guest_open(&g, wat, &options[o]));
                    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
                        uint64_t x = contents[i], k = (uint64_t)(int64_t)constants[c];
                        if (l < 2) { /* compare as 32-bit numbers of either kind */
                            bool is_signed = op >= 2 && op % 2 == 0;
                            x = l == 1 ? (uint8_t)x : (uint32_t)x;
                            x = is_signed ? (uint64_t)(int32_t)x : x;
                            k = is_signed ? k : (uint32_t)k;
                        }
                        uint64_t want = compares(op, x, k) ? 15 : 0;
                        bool zero = l == 2 ? contents[i] == 0 : x == 0;
                        want += (l == 2 ? zero : !zero) ? 16 : 0;
                        assert_int_equal(call("f", 2, L(16), contents[i]), want);
                    }
                    guest_close(&g);
                }
    free(text);
}

/* Sizes at the edge of what the tables are made for. */
static void large_functions(void **state)
{
    text = malloc(16 << 20);
    for (int o = 0; o < NOPTIONS; o += 3) {
        /* 49,000 locals: a frame of many pages, zeroed, and checked against the limit as a
         * whole. */
        length = 0;
        add("(module (func $f (export \"f\") (param i32) (result i64) (local i64");
        repeat(48998, " i64");
        add(") (if (local.get 0) (then (local.set 48998 (i64.const 5)) (local.set 4 (call $f "
            "(i32.sub (local.get 0) (i32.const 1))))))"
            "  (i64.add (local.get 48998) (i64.add (local.get 4) (local.get 30000)))))");
        assert_true(guest_open(&g, text, &options[o]));
        assert_int_equal(call("f", 1, L(0)), 0);
        g.run.stack_limit = g.ctx->stack_limit =
            (uint64_t)(uintptr_t)__builtin_frame_address(0) - (1 << 20);
        assert_int_equal(call("f", 1, L(1)), 5);
        assert_int_equal(call("f", 1, L(5)), TRAP(STACK_OVERFLOW));
        guest_close(&g);
        /* 500 operands in flight, with a call below which all must survive. */
        length = 0;
        add("(module (func $id (param i32) (result i32) (local.get 0)) (func (export \"f\") (param "
            "i32) (result i32)");
        repeat(500, " (i32.add (local.get 0) (i32.const 1))");
        add(" (call $id (local.get 0))");
        repeat(500, " i32.add");
        add("))");
        assert_true(guest_open(&g, text, &options[o]));
        assert_int_equal(call("f", 1, L(7)), 500 * 8 + 7);
        guest_close(&g);
        /* 5,000 blocks, and a table of branches that leaves them all. */
        length = 0;
        add("(module (func (export \"f\") (param i32) (result i32) (local i32)");
        repeat(5000, " (block");
        add(" (br_table");
        for (int i = 0; i < 5000; i++) {
            char number[16];
            sprintf(number, " %d", i);
            add(number);
        }
        add(" (local.get 0))");
        repeat(5000, ") (local.set 1 (i32.add (local.get 1) (i32.const 1)))");
        add(" (local.get 1)))");
        assert_true(guest_open(&g, text, &options[o]));
        assert_int_equal(call("f", 1, L(0)), 5000);
        assert_int_equal(call("f", 1, L(4999)), 1);
        assert_int_equal(call("f", 1, L(4000)), 1000);
        assert_int_equal(call("f", 1, L(0x80000000)), 1);
        guest_close(&g);
    }
    /* 200,000 operands in flight while a local is read and written: the search for its aliases
     * must not look at all of them each time, and those far below keep their values. */
    for (int o = 0; o < NOPTIONS; o += 3) {
        length = 0;
        add("(module (func $id (param i32) (result i32) (local.get 0)) (func (export \"f\") (param "
            "i32) (result i32) (local i32)");
        repeat(100000, " local.get 0 i32.const 1 i32.const 2 i32.add local.get 0 local.set 1");
        add(" (local.set 0 (i32.const 9)) (block (result i32) (local.get 0) (br_if 0 (local.get "
            "1)) (drop) (call $id (local.get 0)))");
        repeat(200000, " i32.add");
        add("))");
        assert_true(guest_open(&g, text, &options[o]));
        assert_int_equal(call("f", 1, L(7)), TRAP(STACK_OVERFLOW));
        g.run.stack_limit = g.ctx->stack_limit =
            (uint64_t)(uintptr_t)__builtin_frame_address(0) - (6 << 20);
        assert_int_equal(call("f", 1, L(7)), 100000 * 10 + 9);
        guest_close(&g);
    }
    free(text);
}

/* Each allocation fails once: an error, and nothing is lost. */
static void exhausted_memory(void **state)
{
    text = malloc(1 << 20);
    length = 0;
    add("(module (memory 1) (func (export \"f\") (param i32 f64) (result f64) (local i64");
    repeat(300, " i64");
    add(")");
    repeat(80, " (block");
    add(" (drop (i32.div_s (local.get 0) (i32.load offset=0xfffffff0 (local.get 0))))");
    repeat(80, ")");
    repeat(300, " (i32.add (local.get 0) (i32.const 3))");
    repeat(300, " drop");
    add(" (f64.add (local.get 1) (f64.const 1.5))))");
    assert_true(guest_open(&g, text, &options[3]));
    struct hs_compile_input in = {
        .module = &g.m,
        .layout = &g.layout,
        .func = 0,
        .plt_size = g.range.plt_size,
        .code_capacity = g.range.code_capacity,
    };
    enum status s = ST_OOM;
    for (uint64_t n = 1; s != ST_OK; n++) {
        assert_true(n < 1000);
        struct hs_machine_code c;
        struct error e;
        hs_machine_code_init(&c);
        hs_error_init(&e);
        hs_alloc_fail_at(n);
        size_t start;
        s = hs_baseline_compile(&in, &c, &start, &e);
        hs_alloc_fail_at(0);
        assert_true(s == ST_OK || (s == ST_OOM && n > 0));
        hs_machine_code_deinit(&c);
    }
    guest_close(&g);
    free(text);
}

/* Compiling is a function of its input. */
static void determinism(void **state)
{
    EVERYWHERE("(module (memory 1) (func (export \"f\") (param i32 f64) (result i32) (local i32)"
               " (loop (local.set 2 (i32.add (local.get 2) (i32.load (local.get 0)))) (br_if 0 "
               "(i32.lt_s (local.get 2) (local.get 0))))"
               " (i32.trunc_f64_s (f64.add (local.get 1) (f64.const 2.5)))))")
    {
        struct hs_compile_input in = {
            .module = &g.m,
            .layout = &g.layout,
            .func = 0,
            .plt_size = g.range.plt_size,
            .code_capacity = g.range.code_capacity,
            .cpu = g.options.cpu & hs_cpu_features(),
            .pin_seed = g.options.pin_seed,
        };
        struct hs_machine_code a, b;
        hs_machine_code_init(&a);
        hs_machine_code_init(&b);
        struct error e;
        size_t start, second;
        assert_int_equal(hs_baseline_compile(&in, &a, &start, &e), ST_OK);
        assert_int_equal(hs_baseline_compile(&in, &b, &start, &e), ST_OK);
        assert_int_equal(start, 0);
        assert_int_equal(a.bytes.count, b.bytes.count);
        assert_memory_equal(a.bytes.data, b.bytes.data, a.bytes.count);
        /* behind other code the same */
        assert_int_equal(hs_baseline_compile(&in, &b, &second, &e), ST_OK);
        assert_true(second % HS_CODE_ALIGN == 0 && second - a.bytes.count < HS_CODE_ALIGN);
        assert_int_equal(b.bytes.count, second + a.bytes.count);
        assert_memory_equal(b.bytes.data + second, a.bytes.data, a.bytes.count);
        hs_machine_code_deinit(&a);
        hs_machine_code_deinit(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_of_calls),
        cmocka_unit_test(indirect_targets),
        cmocka_unit_test(signatures),
        cmocka_unit_test(destinations),
        cmocka_unit_test(flags),
        cmocka_unit_test(hidden_calls),
        cmocka_unit_test(many_values),
        cmocka_unit_test(tail_calls),
        cmocka_unit_test(merges),
        cmocka_unit_test(bounds),
        cmocka_unit_test(memory64),
        cmocka_unit_test(references),
        cmocka_unit_test(multiplication_helper),
        cmocka_unit_test(wide_and_atomic),
        cmocka_unit_test(stack_overflow),
        cmocka_unit_test(interruption),
        cmocka_unit_test(fuel),
        cmocka_unit_test(places),
        cmocka_unit_test(determinism),
        cmocka_unit_test(wrapped),
        cmocka_unit_test(compared_loads),
        cmocka_unit_test(large_functions),
        cmocka_unit_test(exhausted_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
