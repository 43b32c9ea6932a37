/* Instructions: every row of opcodes.def from text to bytes, to text and to bytes again; flat
 * and folded forms; labels. */
#include "support.h"

#include "base/bits.h"
#include "binary/binary.h"
#include "syntax/insn_read.h"

/* Text of the immediates of a kind, and what has to stand around the instruction. */
struct usage {
    const char *before, *immediates, *after;
};

static struct usage usage_of(enum op op)
{
    switch (op) {
    case OP_ELSE: return (struct usage){"if", "", "end"};
    case OP_END: return (struct usage){"block", "", ""};
    case OP_CATCH: return (struct usage){"try", "$tag", "end"};
    case OP_CATCH_ALL: return (struct usage){"try", "", "end"};
    case OP_DELEGATE: return (struct usage){"try", "0", ""};
    case OP_REF_TEST_NULL:
    case OP_REF_CAST_NULL: return (struct usage){"", "(ref null $s)", ""};
    case OP_REF_TEST:
    case OP_REF_CAST: return (struct usage){"", "(ref $s)", ""};
    case OP_SELECT_T: return (struct usage){"", "(result (ref null $s))", ""};
    default: break;
    }
    switch ((enum imm)hs_op_info[op].imm) {
    case IMM_NONE:
    case IMM_ZERO: return (struct usage){"", "", ""};
    case IMM_BLOCK: return (struct usage){"", "$label (param i32) (result i32 i64)", "end"};
    case IMM_LABEL: return (struct usage){"", "3", ""};
    case IMM_BR_TABLE: return (struct usage){"", "0 1 2 0x1ff", ""};
    case IMM_FUNC: return (struct usage){"", "$g", ""};
    case IMM_TYPE: return (struct usage){"", "$f", ""};
    case IMM_TYPE_TABLE: return (struct usage){"", "$t2 (type $f)", ""};
    case IMM_LOCAL: return (struct usage){"", "$l", ""};
    case IMM_GLOBAL: return (struct usage){"", "$gl", ""};
    case IMM_TABLE: return (struct usage){"", "$t2", ""};
    case IMM_TABLE_TABLE: return (struct usage){"", "$t2 $t", ""};
    case IMM_ELEM: return (struct usage){"", "$e2", ""};
    case IMM_ELEM_TABLE: return (struct usage){"", "$t $e2", ""};
    case IMM_DATA: return (struct usage){"", "$d2", ""};
    case IMM_MEMORY: return (struct usage){"", "$m2", ""};
    case IMM_DATA_MEMORY: return (struct usage){"", "$m2 $d2", ""};
    case IMM_MEMORY_MEMORY: return (struct usage){"", "$m2 $m", ""};
    case IMM_MEMARG: return (struct usage){"", "$m2 offset=0xffff_ffff_ffff align=1", ""};
    case IMM_MEMARG_LANE: return (struct usage){"", "$m2 offset=5 1", ""};
    case IMM_LANE: return (struct usage){"", "1", ""};
    case IMM_SHUFFLE: return (struct usage){"", "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 255", ""};
    case IMM_I32: return (struct usage){"", "-0x8000_0000", ""};
    case IMM_I64: return (struct usage){"", "-0x8000_0000_0000_0000", ""};
    case IMM_F32: return (struct usage){"", "-nan:0x200000", ""};
    case IMM_F64: return (struct usage){"", "0x1.23456789abcdep-1000", ""};
    case IMM_V128: return (struct usage){"", "i16x8 0 1 -1 0x7fff -0x8000 5 6 65535", ""};
    case IMM_SELECT_TYPES: return (struct usage){"", "(result i32)", ""};
    case IMM_HEAPTYPE: return (struct usage){"", "$s", ""};
    case IMM_TYPE_FIELD: return (struct usage){"", "$s $y", ""};
    case IMM_TYPE_N: return (struct usage){"", "$a 5", ""};
    case IMM_TYPE_DATA: return (struct usage){"", "$a $d2", ""};
    case IMM_TYPE_ELEM: return (struct usage){"", "$a $e2", ""};
    case IMM_TYPE_TYPE: return (struct usage){"", "$a $s", ""};
    case IMM_BR_ON_CAST: return (struct usage){"", "1 (ref null any) (ref $s)", ""};
    case IMM_TRY_TABLE:
        return (struct usage){
            "", "(result i32) (catch $tag 0) (catch_ref $tag 1) (catch_all 2) (catch_all_ref 3)",
            "end"};
    case IMM_TAG: return (struct usage){"", "$tag", ""};
    }
    return (struct usage){"", "", ""};
}

static const char surroundings[] =
    "(type $f (func)) (type $s (struct (field $x i32) (field $y (mut i8)))) (type $a (array (mut "
    "i32)))"
    "(func $g (type $f)) (table $t 1 funcref) (table $t2 1 funcref) (memory $m 1) (memory $m2 1)"
    "(global $gl (mut i32) (i32.const 0)) (tag $tag (type $f)) (elem $e func $g) (elem $e2 func $g)"
    "(data $d \"\") (data $d2 \"\")";

static void test_every_opcode(void **state)
{
    for (int op = 0; op < OP_COUNT; op++) {
        struct usage u = usage_of((enum op)op);
        char text[2048];
        snprintf(text, sizeof text,
                 "(module %s (func (type $f) (local $k i32) (local $l i32) %s %s %s %s))",
                 surroundings, u.before, hs_op_info[op].text, u.immediates, u.after);
        struct bytes b = parse(text);
        struct module m;
        struct error e;
        hs_error_init(&e);
        if (hs_binary_read(b.data, b.size, HS_FEATURES_ALL, &m, &e) != ST_OK)
            fail_msg("%s: %s", hs_op_info[op].text, e.text);
        const struct func *f = &m.funcs[1];
        struct insn_reader r = {.p = b.data + f->body + 3,
                                .end = b.data + f->body + f->body_size,
                                .base = b.data,
                                .features = HS_FEATURES_ALL,
                                .error = &e};
        bool found = false;
        while (r.p < r.end) {
            struct insn i;
            if (hs_insn_read(&r, &i) != ST_OK)
                fail_msg("%s: %s", hs_op_info[op].text, e.text);
            found |= (int)i.op == op;
        }
        if (!found)
            fail_msg("%s became something else", hs_op_info[op].text);
        hs_module_deinit(&m);
        char *again = print(b);
        struct bytes c = parse(again);
        if (b.size != c.size || memcmp(b.data, c.data, b.size) != 0)
            fail_msg("%s does not come back:\n%s", hs_op_info[op].text, again);
        free(again);
        hs_free(b.data);
        hs_free(c.data);
    }
}

static void test_folded(void **state)
{
    static const char *const pairs[][2] = {
        {"(drop (i32.add (i32.const 1) (i32.mul (i32.const 2) (i32.const 3))))",
         "i32.const 1 i32.const 2 i32.const 3 i32.mul i32.add drop"},
        {"(drop (i32.add (i32.const 1)) )", "i32.const 1 i32.add drop"},
        {"(nop) nop (nop)", "nop nop nop"},
        {"(block (nop) nop)", "block nop nop end"},
        {"(block (result i32) (i32.const 1)) drop", "block (result i32) i32.const 1 end drop"},
        {"(loop nop (br 0))", "loop nop br 0 end"},
        {"(if (i32.const 1) (then))", "i32.const 1 if end"},
        {"(if (i32.const 1) (then nop) (else))", "i32.const 1 if nop else end"},
        {"i32.const 1 (if (then nop) (else (nop)))", "i32.const 1 if nop else nop end"},
        {"(if (block (result i32) (i32.const 1)) (then (if (i32.const 2) (then (br 1)))))",
         "block (result i32) i32.const 1 end if i32.const 2 if br 1 end end"},
        {"(if (i32.const 1) (i32.eqz) (then))", "i32.const 1 i32.eqz if end"},
        {"(try (do nop))", "try nop end"},
        {"(try (do) (catch $e nop) (catch $e) (catch_all nop))",
         "try catch $e nop catch $e catch_all nop end"},
        {"(block (try (do nop) (delegate 0)))", "block try nop delegate 0 end"},
        {"(try_table (catch $e 0) (catch_all 0) nop)",
         "try_table (catch $e 0) (catch_all 0) nop end"},
        {"(call_indirect (type 0) (i32.const 1))", "i32.const 1 call_indirect 0 (type 0)"},
        {"(select (i32.const 1) (i32.const 2) (i32.const 3)) drop",
         "i32.const 1 i32.const 2 i32.const 3 select drop"},
        {"(select (result i32) (i32.const 1) (i32.const 2) (i32.const 3)) drop",
         "i32.const 1 i32.const 2 i32.const 3 select (result i32) drop"},
        {"(return (i32.const 1) (nop))", "i32.const 1 nop return"},
        {"(v128.load8_lane 1 (i32.const 0) (v128.const i64x2 0 0)) drop",
         "i32.const 0 v128.const i32x4 0 0 0 0 v128.load8_lane 0 offset=0 1 drop"},
        {"(memory.copy) (memory.fill) (memory.size) (memory.init 1) (table.copy) (table.init 1) "
         "(table.get)",
         "memory.copy 0 0 memory.fill 0 memory.size 0 memory.init 0 1 table.copy 0 0 table.init 0 "
         "1 table.get 0"},
        {"(block (type 0)) ", "block (type 0) end"},
        {"(block (param) (result))", "block end"},
        {"(ref.test anyref) (ref.cast (ref null any)) (ref.test (ref eq))",
         "ref.test (ref null any) ref.cast anyref ref.test (ref eq)"},
        {"(br_table 0 0x1 2 (i32.const 0))", "i32.const 0 br_table 0 1 2"},
        {"(v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)",
         "v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c"},
        {"(v128.const f32x4 0 1 -0 nan)", "v128.const i32x4 0 0x3f800000 0x80000000 0x7fc00000"},
        {"(v128.const f64x2 1 inf)", "v128.const i64x2 0x3ff0000000000000 0x7ff0000000000000"},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(pairs); i++) {
        char a[1024], b[1024];
        const char *frame = "(type (func)) (tag $e) (memory 1) (table 1 funcref) (elem funcref) "
                            "(elem funcref) (data) (data) (func %s)";
        snprintf(a, sizeof a, frame, pairs[i][0]);
        snprintf(b, sizeof b, frame, pairs[i][1]);
        assert_same_module(a, b);
    }
}

static void test_labels(void **state)
{
    static const char *const pairs[][2] = {
        {"block $a block $b br $a br $b end end", "block $a block $b br 1 br 0 end end"},
        {"block $a block $a br $a end br $a end", "block $a block $a br 0 end br 0 end"},
        {"block $a end $a", "block $a end"},
        {"i32.const 0 if $a else $a end $a", "i32.const 0 if $a else end"},
        {"(block $a (if $b (br_if $a (i32.const 0)) (then (br $b)) (else (br $a))))",
         "(block $a (if $b (br_if 0 (i32.const 0)) (then (br 0)) (else (br 1))))"},
        {"block $a block $b i32.const 0 br_table $a $b $a end end",
         "block $a block $b i32.const 0 br_table 1 0 1 end end"},
        {"block $a try_table $a (catch_all $a) br $a end end",
         "block $a try_table $a (catch_all 0) br 0 end end"},
        {"block $a try $b delegate $a end", "block $a try $b delegate 0 end"},
        {"(block $a (try $b (do (br $b)) (delegate $a)))",
         "(block $a (try $b (do (br 0)) (delegate 0)))"},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(pairs); i++) {
        char a[512], b[512];
        snprintf(a, sizeof a, "(func %s)", pairs[i][0]);
        snprintf(b, sizeof b, "(func %s)", pairs[i][1]);
        assert_same_module(a, b);
    }
    assert_refused("(func block $a end br $a)", "unknown label $a");
    assert_refused("(func (if (br $a (i32.const 0)) (then)))", "unknown label $a");
    assert_refused("(func (if $a (br $a) (then)))",
                   "unknown label $a"); /* the condition is outside */
}

/* Nesting costs memory, not stack. */
static void test_deep(void **state)
{
    enum { DEPTH = 100000 };
    static const char *const forms[][3] = {
        {"(block ", "", ")"},    {"(drop ", "(i32.const 0)", ")"},
        {"block ", "", " end"},  {"(if (i32.const 0) (then ", "", "))"},
        {"(try (do ", "", "))"}, {"(block $a ", "(br $a)", ")"},
    };
    for (size_t f = 0; f < HS_ARRAY_SIZE(forms); f++) {
        size_t open = strlen(forms[f][0]), close = strlen(forms[f][2]);
        char *text = malloc(64 + strlen(forms[f][1]) + DEPTH * (open + close)), *p = text;
        p += sprintf(p, "(func ");
        for (int i = 0; i < DEPTH; i++, p += open)
            memcpy(p, forms[f][0], open);
        p += sprintf(p, "%s", forms[f][1]);
        for (int i = 0; i < DEPTH; i++, p += close)
            memcpy(p, forms[f][2], close);
        strcpy(p, ")");
        struct bytes b = parse(text);
        assert_true(b.size > DEPTH);
        hs_free(b.data);
        p[0] = 0; /* and without the last parenthesis */
        assert_refused(text, "unexpected token");
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_opcode),
        cmocka_unit_test(test_folded),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
