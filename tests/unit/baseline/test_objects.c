/* Objects in the fast tier: every kind of field and element, checks and where their traps are,
 * casts, references through calls of all kinds. Everything in all styles, with random pins, and
 * with objects made by compiled code itself or by the runtime. The heap is that of support.c. */
#include "support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above */
#include <cmocka.h>

static struct guest g;

#define VECTORS (HS_CPU_SSSE3 | HS_CPU_SSE41 | HS_CPU_SSE42)
static const struct guest_options options[] = {
    {.cpu = UINT32_MAX},
    {.cpu = UINT32_MAX, .full = true},
    {.cpu = VECTORS, .epochs = true, .no_spectre = true},
    {.cpu = UINT32_MAX, .style = MEMORY_CHECKED_MOVABLE, .no_signals = true, .epochs = true},
    {.cpu = UINT32_MAX, .fuel = true, .pin_seed = 4, .full = true},
    {.cpu = UINT32_MAX, .pin_seed = 5},
    {.cpu = UINT32_MAX, .pin_seed = 6, .full = true},
    {.cpu = UINT32_MAX, .pin_seed = 7, .no_spectre = true},
    {.cpu = VECTORS, .pin_seed = 8, .no_signals = true},
};
enum { NOPTIONS = sizeof options / sizeof *options };

#define TRAP(code) (UINT64_C(0xdead0000) + TRAP_##code)
#define EVERYWHERE(wat)                                                                            \
    for (int o_ = 0; o_ < NOPTIONS; o_++)                                                          \
        for (bool open_ = (assert_true(guest_open(&g, wat, &options[o_])), true); open_;           \
             guest_close(&g), open_ = false)

/* Calls an export with up to three integers; the first result, or the trap. */
static uint64_t call(const char *name, uint64_t x, uint64_t y, uint64_t z)
{
    static union hs_value v[HS_ARGS_AREA];
    memset(v, 0, sizeof v);
    v[0].bits[0] = x;
    v[1].bits[0] = y;
    v[2].bits[0] = z;
    int f = guest_export(&g, name);
    assert_true(f >= 0);
    uint32_t left = guest_call(&g, (uint32_t)f, v);
    if (left)
        return UINT64_C(0xdead0000) + (left - 1);
    const struct functype *t = hs_module_functype(&g.m, (uint32_t)f);
    return hs_vt_kind(t->types[t->nparams]) == VT_I64 ? v[0].bits[0] : (uint32_t)v[0].i32;
}

/* Each field is set and read, and no other changes with it. */
static void fields(void **state)
{
    EVERYWHERE(
        "(module (type $f (func (result i32)))"
        " (type $s (struct (field $a (mut i8)) (field $b (mut i64)) (field $c (mut i16))"
        "   (field $d (mut f32)) (field $e (mut (ref null $f))) (field $g (mut f64))"
        "   (field $h (mut (ref null $s))) (field $i (mut i32)) (field $j (mut i8))))"
        " (elem declare func $seven)"
        " (func $seven (type $f) (i32.const 7))"
        " (func $new (param i32 i64) (result (ref $s))"
        "   (struct.new $s (local.get 0) (local.get 1) (local.get 0) (f32.const 1.5)"
        "     (ref.func $seven) (f64.convert_i64_s (local.get 1)) (struct.new_default $s)"
        "     (i32.add (local.get 0) (i32.const 1)) (i32.const 0x1ff)))"
        " (func (export \"all\") (param i32 i64) (result i64) (local $s (ref $s))"
        "   (local.set $s (call $new (local.get 0) (local.get 1)))"
        "   (i64.add (struct.get $s $b (local.get $s))"
        "   (i64.add (i64.extend_i32_s (struct.get_s $s $a (local.get $s)))"
        "   (i64.add (i64.mul (i64.extend_i32_u (struct.get_u $s $c (local.get $s))) (i64.const 3))"
        "   (i64.add (i64.extend_i32_u (call_ref $f (struct.get $s $e (local.get $s))))"
        "   (i64.add (i64.trunc_f64_s (struct.get $s $g (local.get $s)))"
        "   (i64.add (i64.extend_i32_u (struct.get_u $s $j (local.get $s)))"
        "            (i64.extend_i32_u (ref.is_null (struct.get $s $h (local.get $s))))))))))"
        " )"
        " (func (export \"set\") (param i32 i64) (result i64) (local $s (ref null $s))"
        "   (local.set $s (struct.new_default $s))"
        "   (struct.set $s $a (local.get $s) (local.get 0))"
        "   (struct.set $s $c (local.get $s) (i32.const -2))"
        "   (struct.set $s $j (local.get $s) (i32.const -1))"
        "   (struct.set $s $b (local.get $s) (local.get 1))"
        "   (struct.set $s $e (local.get $s) (ref.func $seven))"
        "   (struct.set $s $g (local.get $s) (f64.const -3))"
        "   (struct.set $s $h (local.get $s) (local.get $s))"
        "   (struct.set $s $e (struct.get $s $h (local.get $s)) (ref.null $f))"
        "   (i64.add (i64.extend_i32_s (struct.get_s $s $a (local.get $s)))"
        "   (i64.add (i64.extend_i32_s (struct.get_s $s $c (local.get $s)))"
        "   (i64.add (i64.extend_i32_u (struct.get_u $s $j (local.get $s)))"
        "   (i64.add (struct.get $s $b (struct.get $s $h (struct.get $s $h (local.get $s))))"
        "   (i64.add (i64.trunc_f64_s (struct.get $s $g (local.get $s)))"
        "   (i64.add (i64.extend_i32_u (ref.is_null (struct.get $s $e (local.get $s))))"
        "            (i64.extend_i32_u (struct.get $s $i (local.get $s)))))))))"
        " ))")
    {
        assert_int_equal(call("all", 0x180, 1000, 0), 1000 - 128 + 3 * 0x180 + 7 + 1000 + 255);
        assert_int_equal(call("set", 5, 1 << 20, 0), 5 - 2 + 255 + (1 << 20) - 3 + 1);
        assert_true(options[o_].full ? g.heap.made == 3 : g.heap.made == 0);
    }
}

static void arrays(void **state)
{
    EVERYWHERE(
        "(module (type $b (array (mut i8))) (type $w (array (mut i64)))"
        " (type $v (array (mut v128))) (type $f (func (result i32)))"
        " (type $r (array (mut (ref null $f)))) (elem declare func $nine)"
        " (func $nine (type $f) (i32.const 9))"
        " (func (export \"bytes\") (param $n i32) (param $at i32) (param $x i32) (result i32)"
        "   (local $a (ref $b))"
        "   (local.set $a (array.new $b (i32.const 0x81) (local.get $n)))"
        "   (array.set $b (local.get $a) (local.get $at) (local.get $x))"
        "   (i32.add (array.get_s $b (local.get $a) (local.get $at))"
        "     (i32.add (array.get_u $b (local.get $a) (i32.const 1))"
        "              (array.len (local.get $a)))))"
        " (func (export \"words\") (param $at i32) (result i64) (local $a (ref $w))"
        "   (local.set $a (array.new_fixed $w 3 (i64.const 1) (i64.const -1) (i64.const 0)))"
        "   (array.set $w (local.get $a) (i32.const 2)"
        "     (i64.add (array.get $w (local.get $a) (i32.const 0)) (i64.const 40)))"
        "   (array.get $w (local.get $a) (local.get $at)))"
        " (func (export \"vectors\") (param $at i32) (result i64) (local $a (ref $v))"
        "   (local.set $a (array.new $v (v128.const i64x2 5 6) (i32.const 4)))"
        "   (array.fill $v (local.get $a) (i32.const 1) (v128.const i64x2 7 8) (i32.const 2))"
        "   (array.set $v (local.get $a) (i32.const 3) (v128.const i64x2 9 10))"
        "   (i64x2.extract_lane 1 (array.get $v (local.get $a) (local.get $at))))"
        " (func (export \"functions\") (param $at i32) (result i32) (local $a (ref $r))"
        "   (local.set $a (array.new_default $r (i32.const 4)))"
        "   (array.set $r (local.get $a) (i32.const 1) (ref.func $nine))"
        "   (array.copy $r $r (local.get $a) (i32.const 2) (local.get $a) (i32.const 0) (i32.const "
        "2))"
        "   (call_ref $f (array.get $r (local.get $a) (local.get $at))))"
        " (func (export \"null\") (result i32) (array.len (ref.null array)))"
        " (func (export \"sum\") (param $n i32) (result i64)"
        "   (local $a (ref $w)) (local $i i32) (local $sum i64)"
        "   (local.set $a (array.new $w (i64.const 3) (local.get $n)))"
        "   (loop $next (local.set $sum (i64.add (local.get $sum)"
        "       (array.get $w (local.get $a) (local.get $i))))"
        "     (br_if $next (i32.lt_u"
        "       (local.tee $i (i32.add (local.get $i) (i32.const 1))) (array.len (local.get $a)))))"
        "   (local.get $sum)))")
    {
        assert_int_equal(call("bytes", 10, 3, 0x1ff), UINT32_C(0xffffffff) + 0x81 + 10);
        assert_int_equal(call("bytes", 10, 9, 5), 5 + 0x81 + 10);
        assert_int_equal(call("bytes", 10, 10, 5), TRAP(ARRAY_OUT_OF_BOUNDS));
        assert_int_equal(call("bytes", 10, UINT32_MAX, 5), TRAP(ARRAY_OUT_OF_BOUNDS));
        assert_int_equal(call("bytes", 1, 0, 5), TRAP(ARRAY_OUT_OF_BOUNDS));
        assert_int_equal(call("bytes", UINT32_MAX, 0, 5), TRAP(ALLOCATION_TOO_LARGE));
        assert_int_equal(call("words", 1, 0, 0), UINT64_MAX);
        assert_int_equal(call("words", 2, 0, 0), 41);
        assert_int_equal(call("words", 3, 0, 0), TRAP(ARRAY_OUT_OF_BOUNDS));
        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(call("vectors", i, 0, 0), ((uint64_t[]){6, 8, 8, 10})[i]);
        assert_int_equal(call("vectors", 4, 0, 0), TRAP(ARRAY_OUT_OF_BOUNDS));
        assert_int_equal(call("functions", 3, 0, 0), 9);
        assert_int_equal(call("functions", 2, 0, 0), TRAP(NULL_REFERENCE));
        assert_int_equal(call("null", 0, 0, 0), TRAP(NULL_REFERENCE));
        assert_int_equal(call("sum", 1000, 0, 0), 3000);
    }
}

/* Every kind of reference asked for every type: what the specification's subtyping says. */
static void casts(void **state)
{
    static const char *const types[] = {"any",  "eq", "i31", "struct", "array",
                                        "none", "$a", "$b",  "$c",     "$x"};
    /* null, an i31, one of the host's, $a, $b, $c, $x; a letter per type. */
    static const char *const is[] = {"nnnnnnnnnn", "yyy.......", "y.........", "yy.y..y...",
                                     "yy.y..yy..", "yy.y..yyy.", "yy..y....y"};
    char wat[16384];
    for (int null = 0; null < 2; null++) {
        size_t n = 0;
        n += (size_t)sprintf(
            wat + n, "(module (type $a (sub (struct (field i32))))"
                     " (type $b (sub $a (struct (field i32 i32))))"
                     " (type $c (sub final $b (struct (field i32 i32 i64)))) (type $x (array i8))"
                     " (func $make (param i32) (result anyref)"
                     "   (block (block (block (block (block (block (block"
                     "     (br_table 0 1 2 3 4 5 6 (local.get 0)))"
                     "     (return (ref.null none))) (return (ref.i31 (i32.const 0x7fffffff))))"
                     "     (return (any.convert_extern (global.get $host))))"
                     "     (return (struct.new_default $a))) (return (struct.new_default $b)))"
                     "     (return (struct.new_default $c))) (array.new_default $x (i32.const 2)))"
                     " (global $host (mut externref) (ref.null extern))");
        for (int t = 0; t < 10; t++)
            n += (size_t)sprintf(
                wat + n,
                " (func (export \"test%d\") (param i32) (result i32)"
                "   (ref.test (ref %s %s) (call $make (local.get 0))))"
                " (func (export \"cast%d\") (param i32) (result i32)"
                "   (drop (ref.cast (ref %s %s) (call $make (local.get 0)))) (i32.const 1))"
                " (func (export \"if%d\") (param i32) (result i32) (local $k i32)"
                "   (local.set $k (i32.const 5))"
                "   (if (result i32) (i32.eqz (ref.test (ref %s %s) (call $make (local.get 0))))"
                "     (then (i32.const 0)) (else (i32.sub (local.get $k) (i32.const 4)))))"
                " (func (export \"br%d\") (param i32) (result i32)"
                "   (block $yes (result (ref %s %s))"
                "     (br_on_cast $yes anyref (ref %s %s) (call $make (local.get 0)))"
                "     (return (i32.const 0))) (drop) (i32.const 1))"
                " (func (export \"fail%d\") (param i32) (result i32) (local $l i64)"
                "   (local.set $l (i64.const 1))"
                "   (block $no (result anyref)"
                "     (drop (br_on_cast_fail $no anyref (ref %s %s) (call $make (local.get 0))))"
                "     (return (i32.wrap_i64 (local.get $l)))) (drop) (i32.const 0))",
                t, null ? "null" : "", types[t], t, null ? "null" : "", types[t], t,
                null ? "null" : "", types[t], t, null ? "null" : "", types[t], null ? "null" : "",
                types[t], t, null ? "null" : "", types[t]);
        sprintf(wat + n, ")");
        assert_true(n < sizeof wat - 2);
        EVERYWHERE(wat)
        {
            g.ctx->run = &g.run;
            *(uint64_t *)((uint8_t *)g.ctx + hs_off_global(&g.layout, 0)) = hs_ref_of_host(3);
            for (uint32_t what = 0; what < 7; what++)
                for (int t = 0; t < 10; t++) {
                    uint64_t yes = is[what][t] == 'n' ? (uint64_t)null : is[what][t] == 'y';
                    static const char *const ways[] = {"test", "if", "br", "fail", "cast"};
                    for (int way = 0; way < 5; way++) {
                        char name[16];
                        snprintf(name, sizeof name, "%s%d", ways[way], t);
                        uint64_t want = way == 4 && !yes ? TRAP(CAST_FAILURE) : yes;
                        uint64_t got = call(name, what, 0, 0);
                        if (got != want)
                            print_error("%s %s %d: %llx\n", ways[way], types[t], what,
                                        (unsigned long long)got);
                        assert_int_equal(got, want);
                    }
                }
        }
    }
}

static void small_integers(void **state)
{
    EVERYWHERE(
        "(module (func (export \"s\") (param i32) (result i32) (i31.get_s (ref.i31 (local.get 0))))"
        " (func (export \"u\") (param i32) (result i32) (local $r i31ref)"
        "   (local.set $r (ref.i31 (local.get 0)))"
        "   (i32.add (i31.get_u (local.get $r)) (i32.const 0)))"
        " (func (export \"null\") (result i32) (i31.get_u (ref.null i31)))"
        " (func (export \"same\") (param i32 i32) (result i32)"
        "   (ref.eq (ref.i31 (local.get 0)) (ref.i31 (local.get 1)))))")
    {
        assert_int_equal(call("s", 0x40000000, 0, 0), 0xc0000000);
        assert_int_equal(call("u", 0xffffffff, 0, 0), 0x7fffffff);
        assert_int_equal(call("null", 0, 0, 0), TRAP(NULL_REFERENCE));
        assert_int_equal(call("same", 0x80000001, 1, 0), 1);
        assert_int_equal(call("same", 2, 1, 0), 0);
    }
}

/* References among many values, over calls of all kinds, and objects made while registers are
 * full. */
static void through_calls(void **state)
{
    EVERYWHERE(
        "(module (type $p (struct (field $x (mut i64)) (field $next (ref null $p))))"
        " (type $t (func (param (ref null $p) i64 i32) (result i64)))"
        " (table 2 funcref) (elem (i32.const 0) func $sum $sum)"
        " (func $list (param $n i32) (param $tail (ref null $p)) (result (ref null $p))"
        "   (if (i32.eqz (local.get $n)) (then (return (local.get $tail))))"
        "   (return_call $list (i32.sub (local.get $n) (i32.const 1))"
        "     (struct.new $p (i64.extend_i32_u (local.get $n)) (local.get $tail))))"
        " (func $sum (type $t)"
        "   (if (ref.is_null (local.get 0)) (then (return (local.get 1))))"
        "   (return_call_indirect (type $t) (struct.get $p $next (local.get 0))"
        "     (i64.add (local.get 1) (struct.get $p $x (local.get 0))) (i32.const 0) (i32.const "
        "1)))"
        " (func (export \"sum\") (param i32) (result i64)"
        "   (call_indirect (type $t) (call $list (local.get 0) (ref.null $p)) (i64.const 0)"
        "     (i32.const 0) (i32.const 0)))"
        " (func $many (param i64 i64 i64 f64 f64 i64) (result i64 (ref $p) i64 (ref $p) i64)"
        "   (i64.add (local.get 0) (local.get 1)) (struct.new $p (local.get 2) (ref.null $p))"
        "   (i64.mul (local.get 1) (local.get 2))"
        "   (struct.new $p (i64.trunc_f64_s (f64.add (local.get 3) (local.get 4)))"
        "     (struct.new $p (i64.add (local.get 0) (local.get 5)) (ref.null $p)))"
        "   (i64.sub (local.get 5) (local.get 0)))"
        " (func (export \"many\") (param i64 i64) (result i64)"
        "   (local $a i64) (local $b i64) (local $p (ref null $p)) (local $q (ref null $p))"
        "   (call $many (local.get 0) (local.get 1) (i64.const 3) (f64.const 2) (f64.const 5) "
        "(i64.const 100))"
        "   (local.set $a) (local.set $p) (local.set $b) (local.set $q)"
        "   (i64.add (i64.mul (local.get $a) (i64.const 10))"
        "     (i64.add (struct.get $p $x (struct.get $p $next (local.get $p)))"
        "       (i64.add (i64.add (struct.get $p $x (local.get $p)) (local.get $b))"
        "         (struct.get $p $x (local.get $q)))))"
        "   (i64.add)))")
    {
        assert_int_equal(call("sum", 1000, 0, 0), 500500);
        assert_int_equal(call("many", 7, 9, 0), 16 + 93 * 10 + 107 + 7 + 27 + 3);
    }
}

/* Does a trap name the instruction? */
static void places(void **state)
{
#define OBJECT_TYPES "(type $s (struct (field i64) (field (mut i32)))) (type $a (array (mut i32)))"
    static const struct {
        const char *wat;
        uint32_t code; /* after 0xfb */
        uint64_t trap;
    } cases[] = {
        {"(module " OBJECT_TYPES " (func (export \"f\") (param i32) (result i32) (nop) (i32.add "
         "(local.get 0) (struct.get $s 1 (ref.null $s)))))",
         0x02, TRAP(NULL_REFERENCE)},
        {"(module " OBJECT_TYPES
         " (func (export \"f\") (param i32) (result i32) (local (ref null $s))"
         " (nop) (struct.set $s 1 (local.get 1) (local.get 0)) (i32.const 1)))",
         0x05, TRAP(NULL_REFERENCE)},
        {"(module " OBJECT_TYPES " (func (export \"f\") (param i32) (result i32) (nop) (i32.add "
         "(i32.const 1) (array.get $a (array.new_default $a (i32.const 2)) (local.get 0)))))",
         0x0b, TRAP(ARRAY_OUT_OF_BOUNDS)},
        {"(module " OBJECT_TYPES
         " (func (export \"f\") (param i32) (result i32) (local (ref null $a)) "
         "(array.len (local.get 1))))",
         0x0f, TRAP(NULL_REFERENCE)},
        {"(module " OBJECT_TYPES " (func (export \"f\") (param i32) (result i32) (nop) (drop "
         "(ref.cast (ref $s) (ref.i31 (local.get 0)))) (i32.const 1)))",
         0x16, TRAP(CAST_FAILURE)},
        {"(module " OBJECT_TYPES " (func (export \"f\") (param i32) (result i32) (nop) (drop "
         "(array.new $a (local.get 0) (i32.const -1))) (i32.const 1)))",
         0x06, TRAP(ALLOCATION_TOO_LARGE)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EVERYWHERE(cases[i].wat)
        {
            assert_int_equal(call("f", 7, 0, 0), cases[i].trap);
            struct hs_compile_input in = {
                .module = &g.m,
                .layout = &g.layout,
                .func = 0,
                .plt_size = g.range.plt_size,
                .code_capacity = g.range.code_capacity,
                .cpu = g.options.cpu & hs_cpu_features(),
                .pin_seed = g.options.pin_seed,
            };
            bool fault = cases[i].trap == TRAP(NULL_REFERENCE) && !g.options.no_signals;
            uint32_t at =
                (uint32_t)(g.run.trap_pc - (uint64_t)(uintptr_t)g.range.base - g.offsets[0]);
            uint32_t offset = hs_baseline_locate(&in, at, !fault);
            assert_int_equal(g.bytes[offset], 0xfb);
            assert_int_equal(g.bytes[offset + 1], cases[i].code);
        }
    }
}

/* More operands than a frame's usual entries, more bytes than are made in place, and a struct of
 * many fields. */
static void large(void **state)
{
    char *wat = malloc(1 << 20);
    assert_non_null(wat);
    size_t n = (size_t)sprintf(wat, "(module (type $a (array (mut i32))) (type $s (struct");
    for (int i = 0; i < 1500; i++)
        n += (size_t)sprintf(wat + n, " (field i32)");
    n += (size_t)sprintf(wat + n, ")) (func (export \"array\") (param i32) (result i32)"
                                  " (array.get $a (array.new_fixed $a 3000");
    for (int i = 0; i < 3000; i++)
        n += (size_t)sprintf(
            wat + n, i % 3 ? " (i32.const %d)" : " (i32.add (local.get 0) (i32.const %d))", i);
    n += (size_t)sprintf(wat + n,
                         ") (local.get 0))) (func (export \"struct\") (param i32) (result i32)"
                         " (struct.get $s 1499 (struct.new $s");
    for (int i = 0; i < 1500; i++)
        n += (size_t)sprintf(wat + n, " (i32.mul (local.get 0) (i32.const %d))", i);
    sprintf(wat + n, "))))");
    EVERYWHERE(wat)
    {
        assert_int_equal(call("array", 2998, 0, 0), 2998);
        assert_int_equal(call("array", 2997, 0, 0), 2 * 2997);
        assert_int_equal(call("array", 3000, 0, 0), TRAP(ARRAY_OUT_OF_BOUNDS));
        assert_int_equal(call("struct", 3, 0, 0), 3 * 1499);
    }
    free(wat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields),         cmocka_unit_test(arrays),        cmocka_unit_test(casts),
        cmocka_unit_test(small_integers), cmocka_unit_test(through_calls), cmocka_unit_test(places),
        cmocka_unit_test(large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
