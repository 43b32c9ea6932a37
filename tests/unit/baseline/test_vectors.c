/* Vectors in the fast tier: where values are, not what instructions compute (that is
 * tests/unit/x64/test_simd.c). Calls with more vectors than registers, pins and slots of 16
 * bytes, loads as operands and their traps, conditions. Each in all styles of memory, for each
 * set of extensions, with random pins. */
#include "support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above */
#include <cmocka.h>

static struct guest g;

static bool open_nth(const char *wat, unsigned n)
{
    static const uint32_t cpus[] = {
        HS_CPU_SSE41 | HS_CPU_SSSE3,
        HS_CPU_SSE41 | HS_CPU_SSSE3 | HS_CPU_SSE42 | HS_CPU_AVX,
        UINT32_MAX,
    };
    static const enum hs_memory_style styles[] = {
        MEMORY_GUARDED_FIXED,
        MEMORY_CHECKED_FIXED,
        MEMORY_CHECKED_MOVABLE,
    };
    if (n >= 27)
        return false;
    struct guest_options o = {
        .cpu = cpus[n % 3], .style = styles[n / 3 % 3], .pin_seed = n / 9 * (1 + n * 7)};
    o.no_signals = o.style != MEMORY_GUARDED_FIXED && n % 2;
    o.fuel = n == 20;
    if (!guest_open(&g, wat, &o))
        fail_msg("%s", g.error.text);
    return true;
}
#define EVERYWHERE(wat) for (unsigned o_ = 0; open_nth(wat, o_); guest_close(&g), o_++)

/* Calls an export with one i32; its only result, or 0xdead0000 and the trap. */
static uint64_t call(const char *name, uint32_t x)
{
    static union hs_value v[HS_ARGS_AREA];
    memset(v, 0, 32);
    v[0].i32 = (int32_t)x;
    int f = guest_export(&g, name);
    assert_true(f >= 0);
    uint32_t r = guest_call(&g, (uint32_t)f, v);
    return r ? UINT64_C(0xdead0000) + (r - 1) : v[0].bits[0];
}
#define TRAP(code) (UINT64_C(0xdead0000) + TRAP_##code)

/* Twelve parameters, nine of them vectors; eight results, six of them vectors: through calls, a
 * table, tail calls, a branch. The sum is what V8 computes. */
static const char many[] =
    "(module (type $t (func (param $p0 v128) (param $p1 v128) (param $p2 v128) (param $p3 "
    "i64) (param $p4 v128) (param $p5 v128) (param $p6 v128) (param $p7 i64) (param $p8 "
    "v128) (param $p9 v128) (param $p10 v128) (param $p11 i64) (result v128 v128 f64 v128 "
    "v128 i32 v128 v128)))  (table 3 funcref) (elem (i32.const 0) $a $b $h) (func $a "
    "(type $t) (param $p0 v128) (param $p1 v128) (param $p2 v128) (param $p3 i64) (param "
    "$p4 v128) (param $p5 v128) (param $p6 v128) (param $p7 i64) (param $p8 v128) (param "
    "$p9 v128) (param $p10 v128) (param $p11 i64) (result v128 v128 f64 v128 v128 i32 "
    "v128 v128) (local.get $p5) (local.get $p6) (f64x2.extract_lane 1 "
    "(f64x2.convert_low_i32x4_s (local.get $p0))) (local.get $p8) (local.get $p9) "
    "(i32.wrap_i64 (local.get $p3)) (local.get $p10) (i64x2.add (local.get $p1) "
    "(i64x2.splat (i64.add (local.get $p7) (local.get $p11)))))(func $b (type $t) (param "
    "$p0 v128) (param $p1 v128) (param $p2 v128) (param $p3 i64) (param $p4 v128) (param "
    "$p5 v128) (param $p6 v128) (param $p7 i64) (param $p8 v128) (param $p9 v128) (param "
    "$p10 v128) (param $p11 i64) (result v128 v128 f64 v128 v128 i32 v128 v128) "
    "(return_call $a (local.get $p0) (local.get $p1) (local.get $p2) (local.get $p3) "
    "(local.get $p4) (local.get $p5) (local.get $p6) (local.get $p7) (local.get $p8) "
    "(local.get $p9) (local.get $p10) (local.get $p11)))(func $c (type $t) (param $p0 "
    "v128) (param $p1 v128) (param $p2 v128) (param $p3 i64) (param $p4 v128) (param $p5 "
    "v128) (param $p6 v128) (param $p7 i64) (param $p8 v128) (param $p9 v128) (param $p10 "
    "v128) (param $p11 i64) (result v128 v128 f64 v128 v128 i32 v128 v128) "
    "(return_call_indirect (type $t) (local.get $p0) (local.get $p1) (local.get $p2) "
    "(local.get $p3) (local.get $p4) (local.get $p5) (local.get $p6) (local.get $p7) "
    "(local.get $p8) (local.get $p9) (local.get $p10) (local.get $p11) (i32.const "
    "1)))(func $d (type $t) (param $p0 v128) (param $p1 v128) (param $p2 v128) (param $p3 "
    "i64) (param $p4 v128) (param $p5 v128) (param $p6 v128) (param $p7 i64) (param $p8 "
    "v128) (param $p9 v128) (param $p10 v128) (param $p11 i64) (result v128 v128 f64 v128 "
    "v128 i32 v128 v128) (block (result v128 v128 f64 v128 v128 i32 v128 v128) (br_if 0 "
    "(local.get $p5) (local.get $p6) (f64x2.extract_lane 1 (f64x2.convert_low_i32x4_s "
    "(local.get $p0))) (local.get $p8) (local.get $p9) (i32.wrap_i64 (local.get $p3)) "
    "(local.get $p10) (i64x2.add (local.get $p1) (i64x2.splat (i64.add (local.get $p7) "
    "(local.get $p11)))) (i64.eqz (local.get $p3))) (br 0)))(func (export \"id\") (type "
    "$t) (param $p0 v128) (param $p1 v128) (param $p2 v128) (param $p3 i64) (param $p4 "
    "v128) (param $p5 v128) (param $p6 v128) (param $p7 i64) (param $p8 v128) (param $p9 "
    "v128) (param $p10 v128) (param $p11 i64) (result v128 v128 f64 v128 v128 i32 v128 "
    "v128) (call $d (local.get $p0) (local.get $p1) (local.get $p2) (local.get $p3) "
    "(local.get $p4) (local.get $p5) (local.get $p6) (local.get $p7) (local.get $p8) "
    "(local.get $p9) (local.get $p10) (local.get $p11)))(func (export \"f\") (param i32) "
    "(result i64) (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local "
    "$e v128) (local $g v128) (local $f f64) (local $i i32) (local $s v128) (loop "
    "(call_indirect (type $t) (i32x4.add (v128.const i32x4 0 0 0 0) (i32x4.splat "
    "(local.get 0))) (i32x4.add (v128.const i32x4 1 3 -1 1048576) (i32x4.splat (local.get "
    "0))) (i32x4.add (v128.const i32x4 2 6 -2 2097152) (i32x4.splat (local.get 0))) "
    "(i64.const 3703703673) (i32x4.add (v128.const i32x4 4 12 -4 4194304) (i32x4.splat "
    "(local.get 0))) (i32x4.add (v128.const i32x4 5 15 -5 5242880) (i32x4.splat "
    "(local.get 0))) (i32x4.add (v128.const i32x4 6 18 -6 6291456) (i32x4.splat "
    "(local.get 0))) (i64.const 8641975237) (i32x4.add (v128.const i32x4 8 24 -8 8388608) "
    "(i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 9 27 -9 9437184) "
    "(i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 10 30 -10 10485760) "
    "(i32x4.splat (local.get 0))) (i64.const 13580246801) (i32.const 2)) (local.set $a) "
    "(local.set $b) (local.set $i) (local.set $c) (local.set $d) (local.set $f) "
    "(local.set $e) (local.set $g) (local.set $s (i64x2.add (i64x2.mul (local.get $s) "
    "(v128.const i64x2 31 37)) (i64x2.add (i64x2.add (local.get $a) (i64x2.mul (local.get "
    "$b) (v128.const i64x2 3 5))) (i64x2.add (i64x2.add (local.get $c) (local.get $d)) "
    "(i64x2.add (i64x2.sub (local.get $e) (local.get $g)) (i32x4.splat (local.get "
    "$i)))))))(local.set $s (v128.xor (local.get $s) (f64x2.splat (local.get $f))))(call "
    "$a (i32x4.add (v128.const i32x4 0 0 0 0) (i32x4.splat (local.get 0))) (i32x4.add "
    "(v128.const i32x4 1 3 -1 1048576) (i32x4.splat (local.get 0))) (i32x4.add "
    "(v128.const i32x4 2 6 -2 2097152) (i32x4.splat (local.get 0))) (i64.const "
    "3703703673) (i32x4.add (v128.const i32x4 4 12 -4 4194304) (i32x4.splat (local.get "
    "0))) (i32x4.add (v128.const i32x4 5 15 -5 5242880) (i32x4.splat (local.get 0))) "
    "(i32x4.add (v128.const i32x4 6 18 -6 6291456) (i32x4.splat (local.get 0))) "
    "(i64.const 8641975237) (i32x4.add (v128.const i32x4 8 24 -8 8388608) (i32x4.splat "
    "(local.get 0))) (i32x4.add (v128.const i32x4 9 27 -9 9437184) (i32x4.splat "
    "(local.get 0))) (i32x4.add (v128.const i32x4 10 30 -10 10485760) (i32x4.splat "
    "(local.get 0))) (i64.const 13580246801)) (local.set $a) (local.set $b) (local.set "
    "$i) (local.set $c) (local.set $d) (local.set $f) (local.set $e) (local.set $g) "
    "(local.set $s (i64x2.add (i64x2.mul (local.get $s) (v128.const i64x2 31 37)) "
    "(i64x2.add (i64x2.add (local.get $a) (i64x2.mul (local.get $b) (v128.const i64x2 3 "
    "5))) (i64x2.add (i64x2.add (local.get $c) (local.get $d)) (i64x2.add (i64x2.sub "
    "(local.get $e) (local.get $g)) (i32x4.splat (local.get $i)))))))(local.set $s "
    "(v128.xor (local.get $s) (f64x2.splat (local.get $f))))(call $b (i32x4.add "
    "(v128.const i32x4 0 0 0 0) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 "
    "1 3 -1 1048576) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 2 6 -2 "
    "2097152) (i32x4.splat (local.get 0))) (i64.const 3703703673) (i32x4.add (v128.const "
    "i32x4 4 12 -4 4194304) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 5 "
    "15 -5 5242880) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 6 18 -6 "
    "6291456) (i32x4.splat (local.get 0))) (i64.const 8641975237) (i32x4.add (v128.const "
    "i32x4 8 24 -8 8388608) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 9 "
    "27 -9 9437184) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 10 30 -10 "
    "10485760) (i32x4.splat (local.get 0))) (i64.const 13580246801)) (local.set $a) "
    "(local.set $b) (local.set $i) (local.set $c) (local.set $d) (local.set $f) "
    "(local.set $e) (local.set $g) (local.set $s (i64x2.add (i64x2.mul (local.get $s) "
    "(v128.const i64x2 31 37)) (i64x2.add (i64x2.add (local.get $a) (i64x2.mul (local.get "
    "$b) (v128.const i64x2 3 5))) (i64x2.add (i64x2.add (local.get $c) (local.get $d)) "
    "(i64x2.add (i64x2.sub (local.get $e) (local.get $g)) (i32x4.splat (local.get "
    "$i)))))))(local.set $s (v128.xor (local.get $s) (f64x2.splat (local.get $f))))(call "
    "$c (i32x4.add (v128.const i32x4 0 0 0 0) (i32x4.splat (local.get 0))) (i32x4.add "
    "(v128.const i32x4 1 3 -1 1048576) (i32x4.splat (local.get 0))) (i32x4.add "
    "(v128.const i32x4 2 6 -2 2097152) (i32x4.splat (local.get 0))) (i64.const "
    "3703703673) (i32x4.add (v128.const i32x4 4 12 -4 4194304) (i32x4.splat (local.get "
    "0))) (i32x4.add (v128.const i32x4 5 15 -5 5242880) (i32x4.splat (local.get 0))) "
    "(i32x4.add (v128.const i32x4 6 18 -6 6291456) (i32x4.splat (local.get 0))) "
    "(i64.const 8641975237) (i32x4.add (v128.const i32x4 8 24 -8 8388608) (i32x4.splat "
    "(local.get 0))) (i32x4.add (v128.const i32x4 9 27 -9 9437184) (i32x4.splat "
    "(local.get 0))) (i32x4.add (v128.const i32x4 10 30 -10 10485760) (i32x4.splat "
    "(local.get 0))) (i64.const 13580246801)) (local.set $a) (local.set $b) (local.set "
    "$i) (local.set $c) (local.set $d) (local.set $f) (local.set $e) (local.set $g) "
    "(local.set $s (i64x2.add (i64x2.mul (local.get $s) (v128.const i64x2 31 37)) "
    "(i64x2.add (i64x2.add (local.get $a) (i64x2.mul (local.get $b) (v128.const i64x2 3 "
    "5))) (i64x2.add (i64x2.add (local.get $c) (local.get $d)) (i64x2.add (i64x2.sub "
    "(local.get $e) (local.get $g)) (i32x4.splat (local.get $i)))))))(local.set $s "
    "(v128.xor (local.get $s) (f64x2.splat (local.get $f))))(call $d (i32x4.add "
    "(v128.const i32x4 0 0 0 0) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 "
    "1 3 -1 1048576) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 2 6 -2 "
    "2097152) (i32x4.splat (local.get 0))) (i64.const 3703703673) (i32x4.add (v128.const "
    "i32x4 4 12 -4 4194304) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 5 "
    "15 -5 5242880) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 6 18 -6 "
    "6291456) (i32x4.splat (local.get 0))) (i64.const 8641975237) (i32x4.add (v128.const "
    "i32x4 8 24 -8 8388608) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 9 "
    "27 -9 9437184) (i32x4.splat (local.get 0))) (i32x4.add (v128.const i32x4 10 30 -10 "
    "10485760) (i32x4.splat (local.get 0))) (i64.const 13580246801)) (local.set $a) "
    "(local.set $b) (local.set $i) (local.set $c) (local.set $d) (local.set $f) "
    "(local.set $e) (local.set $g) (local.set $s (i64x2.add (i64x2.mul (local.get $s) "
    "(v128.const i64x2 31 37)) (i64x2.add (i64x2.add (local.get $a) (i64x2.mul (local.get "
    "$b) (v128.const i64x2 3 5))) (i64x2.add (i64x2.add (local.get $c) (local.get $d)) "
    "(i64x2.add (i64x2.sub (local.get $e) (local.get $g)) (i32x4.splat (local.get "
    "$i)))))))(local.set $s (v128.xor (local.get $s) (f64x2.splat (local.get $f))))(call "
    "$h (i32x4.add (v128.const i32x4 0 0 0 0) (i32x4.splat (local.get 0))) (i32x4.add "
    "(v128.const i32x4 1 3 -1 1048576) (i32x4.splat (local.get 0))) (i32x4.add "
    "(v128.const i32x4 2 6 -2 2097152) (i32x4.splat (local.get 0))) (i64.const "
    "3703703673) (i32x4.add (v128.const i32x4 4 12 -4 4194304) (i32x4.splat (local.get "
    "0))) (i32x4.add (v128.const i32x4 5 15 -5 5242880) (i32x4.splat (local.get 0))) "
    "(i32x4.add (v128.const i32x4 6 18 -6 6291456) (i32x4.splat (local.get 0))) "
    "(i64.const 8641975237) (i32x4.add (v128.const i32x4 8 24 -8 8388608) (i32x4.splat "
    "(local.get 0))) (i32x4.add (v128.const i32x4 9 27 -9 9437184) (i32x4.splat "
    "(local.get 0))) (i32x4.add (v128.const i32x4 10 30 -10 10485760) (i32x4.splat "
    "(local.get 0))) (i64.const 13580246801)) (local.set $a) (local.set $b) (local.set "
    "$i) (local.set $c) (local.set $d) (local.set $f) (local.set $e) (local.set $g) "
    "(local.set $s (i64x2.add (i64x2.mul (local.get $s) (v128.const i64x2 31 37)) "
    "(i64x2.add (i64x2.add (local.get $a) (i64x2.mul (local.get $b) (v128.const i64x2 3 "
    "5))) (i64x2.add (i64x2.add (local.get $c) (local.get $d)) (i64x2.add (i64x2.sub "
    "(local.get $e) (local.get $g)) (i32x4.splat (local.get $i)))))))(local.set $s "
    "(v128.xor (local.get $s) (f64x2.splat (local.get $f)))) (br_if 0 (i32.and (local.tee "
    "0 (i32.sub (local.get 0) (i32.const 1))) (i32.const 7)))) (i64.add "
    "(i64x2.extract_lane 0 (local.get $s)) (i64x2.extract_lane 1 (local.get $s))))(func "
    "$h (type $t) (param $p0 v128) (param $p1 v128) (param $p2 v128) (param $p3 i64) "
    "(param $p4 v128) (param $p5 v128) (param $p6 v128) (param $p7 i64) (param $p8 v128) "
    "(param $p9 v128) (param $p10 v128) (param $p11 i64) (result v128 v128 f64 v128 v128 "
    "i32 v128 v128) (local.get $p5) (local.get $p6) (f64x2.extract_lane 1 "
    "(f64x2.convert_low_i32x4_s (local.get $p0))) (local.get $p8) (local.get $p9) "
    "(i32.wrap_i64 (local.get $p3)) (local.get $p10) (i64x2.add (local.get $p1) "
    "(i64x2.splat (i64.add (local.get $p7) (local.get $p11)))))) ";

static void calls(void **state)
{
    (void)state;
    EVERYWHERE(many)
    {
        assert_int_equal(call("f", 5), UINT64_C(0x456b9b9e77fa5e94));
    }
}

static void operands_in_memory(void **state)
{
    (void)state;
    EVERYWHERE(
        "(module (memory 1)"
        "(data (i32.const 65520) "
        "\"\\01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e\\0f\\10\")"
        "(func (export \"add\") (param i32) (result i64)"
        "  (i64x2.extract_lane 1 (i8x16.add (i8x16.splat (local.get 0)) (v128.load (i32.const "
        "65520)))))"
        "(func (export \"sub\") (param i32) (result i64) (local v128)"
        "  (local.set 1 (i8x16.splat (i32.const 0x20)))"
        "  (i64x2.extract_lane 0 (i8x16.sub (local.get 1) (v128.load offset=65000 (local.get 0)))))"
        "(func (export \"eq\") (param i32) (result i32)"
        "  (i8x16.bitmask (i8x16.eq (v128.const i8x16 1 0 3 0 0 0 0 0 0 0 0 0 0 0 0 16) (v128.load "
        "(local.get 0)))))"
        "(func (export \"lt\") (param i32) (result i32)"
        "  (i32x4.bitmask (f32x4.lt (v128.const f32x4 0 0 0 -1) (v128.load (local.get 0)))))"
        "(func (export \"lane\") (param i32) (result i32)"
        "  (i8x16.extract_lane_s 15 (v128.load8_lane 15 (local.get 0) (v128.const i64x2 0 0))))"
        "(func (export \"wide\") (param i32) (result i64)"
        "  (i64x2.extract_lane 1 (v128.load32x2_s (local.get 0))))"
        "(func (export \"store\") (param i32) (result i64)"
        "  (v128.store offset=8 (local.get 0) (v128.const i64x2 7 8))"
        "  (i64.load offset=16 (local.get 0)))"
        "(func (export \"store_lane\") (param i32) (result i64)"
        "  (v128.store64_lane 1 (local.get 0) (v128.const i64x2 7 8)) (i64.load (local.get 0))))")
    {
        assert_int_equal(call("add", 1), UINT64_C(0x11100f0e0d0c0b0a));
        assert_int_equal(call("sub", 520), UINT64_C(0x18191a1b1c1d1e1f));
        assert_int_equal(call("sub", 521), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("sub", 0xffffffff), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal((uint32_t)call("eq", 65520), 0x8005);
        assert_int_equal(call("eq", 65521), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal((uint32_t)call("lt", 65520), 15);
        assert_int_equal(call("lt", 0xfffffff0), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal((uint32_t)call("lane", 65535), 16);
        assert_int_equal(call("lane", 65536), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("wide", 65528), 0x100f0e0d);
        assert_int_equal(call("wide", 65529), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("store", 65513), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("add", 0), UINT64_C(0x100f0e0d0c0b0a09)); /* nothing was written */
        assert_int_equal(call("store", 65512), 8);
        assert_int_equal(call("store_lane", 65529), TRAP(MEMORY_OUT_OF_BOUNDS));
        assert_int_equal(call("store_lane", 65528), 8);
    }
}

static void
places(void **state) /* more locals than pins, more values than registers, over a call */
{
    (void)state;
    EVERYWHERE(
        "(module (func $id (param v128) (result v128) (local.get 0))"
        "(global $g (mut v128) (v128.const i64x2 100 200))"
        "(func (export \"f\") (param i32) (result i64) (local $n i32) (local $s v128)"
        "  (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $e v128) (local "
        "$h v128)"
        "  (local $i v128) (local $j v128) (local $k v128) (local $l v128)"
        "  (local.set $a (i64x2.splat (i64.const 1))) (local.set $b (i64x2.splat (i64.const 2)))"
        "  (local.set $c (i64x2.splat (i64.const 3))) (local.set $d (i64x2.splat (i64.const 4)))"
        "  (local.set $e (i64x2.splat (i64.const 5))) (local.set $h (i64x2.splat (i64.const 6)))"
        "  (local.set $i (i64x2.splat (i64.const 7))) (local.set $j (i64x2.splat (i64.const 8)))"
        "  (local.set $k (i64x2.splat (i64.const 9))) (local.set $l (i64x2.splat (i64.const 10)))"
        "  (loop"
        "    (i64x2.add (local.get $a) (local.get $b)) (i64x2.add (local.get $c) (local.get $d))"
        "    (i64x2.add (local.get $e) (local.get $h)) (i64x2.add (local.get $i) (local.get $j))"
        "    (i64x2.add (local.get $k) (local.get $l)) (i64x2.mul (local.get $a) (local.get $l))"
        "    (i64x2.mul (local.get $b) (local.get $k)) (i64x2.mul (local.get $c) (local.get $j))"
        "    (i64x2.mul (local.get $d) (local.get $i)) (i64x2.mul (local.get $e) (local.get $h))"
        "    (global.get $g) (call $id (local.get $l))"
        "    (local.set $l (local.tee $a (i64x2.sub (local.get $l) (local.get $a))))" /* d is the second operand */
        "    i64x2.add i64x2.sub i64x2.add i64x2.sub i64x2.add i64x2.sub i64x2.add i64x2.sub "
        "i64x2.add i64x2.sub i64x2.add"
        "    (local.set $s (i64x2.add (local.get $s)))"
        "    (global.set $g (i64x2.add (global.get $g) (select (local.get $a) (local.get $b) "
        "(i32.and (local.get $n) (i32.const 1)))))"
        "    (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (local.get "
        "0))))"
        "  (i64.add (i64x2.extract_lane 0 (local.get $s)) (i64.mul (i64.const 1000) "
        "(i64x2.extract_lane 1 (global.get $g))))))")
    {
        /* The same in numbers. */
        uint64_t l = 10, a = 1, s = 0, g0 = 100, g1 = 200;
        for (uint64_t n = 0; n < 9; n++) {
            uint64_t st[] = {a + 2, 7, 11, 15, 9 + l, a * l, 18, 24, 28, 30, g0, l};
            l = a = l - a;
            uint64_t top = st[11];
            for (int i = 10, add = 1; i >= 0; i--, add = !add)
                top = add ? st[i] + top : st[i] - top;
            s += top;
            g0 += n & 1 ? a : 2;
            g1 += n & 1 ? a : 2;
        }
        assert_int_equal(call("f", 9), s + 1000 * g1);
    }
}

static void conditions(void **state)
{
    (void)state;
    EVERYWHERE(
        "(module (func (export \"f\") (param i32) (result i32) (local v128 i32)"
        "  (local.set 1 (i8x16.splat (local.get 0)))"
        "  (if (v128.any_true (local.get 1)) (then (local.set 2 (i32.const 1))))"
        "  (if (i32.eqz (i32x4.all_true (i32x4.replace_lane 2 (local.get 1) (i32.const 0)))) (then"
        "     (local.set 2 (i32.add (local.get 2) (i32.const 2)))))"
        "  (block (br_if 0 (i8x16.all_true (local.get 1))) (local.set 2 (i32.add (local.get 2) "
        "(i32.const 4))))"
        "  (local.set 2 (i32.add (local.get 2) (select (i32.const 8) (i32.const 16) "
        "(i64x2.all_true (local.get 1)))))"
        "  (local.set 2 (i32.add (local.get 2) (i32.shl (v128.any_true (local.get 1)) (i32.const "
        "5))))"
        "  (i32.add (local.get 2) (i32.shl (i16x8.bitmask (local.get 1)) (i32.const 6)))))")
    {
        assert_int_equal((uint32_t)call("f", 0), 2 + 4 + 16);
        assert_int_equal((uint32_t)call("f", 0x80), 1 + 2 + 8 + 32 + (0xff << 6));
        assert_int_equal((uint32_t)call("f", 0x7f), 1 + 2 + 8 + 32);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls),
        cmocka_unit_test(operands_in_memory),
        cmocka_unit_test(places),
        cmocka_unit_test(conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
