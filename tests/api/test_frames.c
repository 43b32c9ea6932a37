/* Frames of traps: which function, where, of which instance; what they hold and what they
 * outlive. */
#include "check.h"

static wasm_module_t *module_in(wasm_store_t *store, const char *wat)
{
    wasm_byte_vec_t bytes;
    OK(wasmtime_wat2wasm(wat, strlen(wat), &bytes));
    wasm_module_t *m = wasm_module_new(store, &bytes);
    wasm_byte_vec_delete(&bytes);
    CHECK(m);
    return m;
}

static wasm_func_t *func_of(const wasm_instance_t *i, size_t n, wasm_extern_vec_t *out)
{
    wasm_instance_exports(i, out);
    return wasm_extern_as_func(out->data[n]);
}

static bool is_name(const wasm_name_t *n, const char *text)
{
    return n && n->size == strlen(text) && memcmp(n->data, text, n->size) == 0;
}

static wasm_trap_t *fail(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)args, (void)results;
    wasm_message_t text;
    wasm_name_new_from_string_nt(&text, "from the host");
    wasm_trap_t *trap = wasm_trap_new(env, &text);
    wasm_name_delete(&text);
    return trap;
}

/* Each way of failing, in the inner of three instances of two modules: two of them of the same. */
static const char inner_text[] =
    "(module $inner (import \"h\" \"fail\" (func $fail)) (memory 1)"
    " (func $go (export \"go\") (param i32) (local i64 i64 i64 i64 i64 i64)"
    "  (block $0 (block $1 (block $2 (block $3 (block $4 (br_table $0 $1 $2 $3 $4 (local.get 0)))"
    "     (call $fail) (return)) (drop (i32.div_s (i32.const 1) (i32.const 0))) (return))"
    "    (drop (i32.load (i32.const -4))) (return)) (unreachable)) (call $leaf))"
    " (func $leaf (local i64 i64 i64) (local.set 0 (i64.const -1)) (local.set 1 (i64.const -1)) "
    "unreachable))";
static const char outer_text[] =
    "(module $outer (import \"i\" \"go\" (func $go (param i32)))"
    " (func $run (export \"go\") (param i32) (call $go (local.get 0))))";

static void test_instances(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_functype_t *t = wasm_functype_new_0_0();
    wasm_func_t *host = wasm_func_new_with_env(store, t, fail, store, NULL);
    wasm_functype_delete(t);
    wasm_module_t *inner = module_in(store, inner_text), *outer = module_in(store, outer_text);
    wasm_instance_t *a[2], *b[4];
    wasm_extern_vec_t ax[2], bx[4];
    for (int k = 0; k < 2; k++) {
        wasm_extern_t *items[] = {wasm_func_as_extern(host)};
        wasm_extern_vec_t imports = WASM_ARRAY_VEC(items);
        a[k] = wasm_instance_new(store, inner, &imports, NULL);
        func_of(a[k], 0, &ax[k]);
    }
    for (int k = 0; k < 4; k++) { /* 0 and 1 call the inner ones, 2 and 3 call those */
        wasm_extern_t *items[] = {k < 2 ? ax[k].data[0] : bx[k - 2].data[0]};
        wasm_extern_vec_t imports = WASM_ARRAY_VEC(items);
        b[k] = wasm_instance_new(store, outer, &imports, NULL);
        func_of(b[k], 0, &bx[k]);
    }
    wasm_trap_t *kept = NULL;
    for (int how = 0; how < 5; how++)
        for (int k = 0; k < 2; k++) {
            wasm_val_t args[] = {WASM_I32_VAL(how)};
            wasm_val_vec_t arg_vec = WASM_ARRAY_VEC(args), none = WASM_EMPTY_VEC;
            wasm_trap_t *trap =
                wasm_func_call(wasm_extern_as_func(bx[2 + k].data[0]), &arg_vec, &none);
            CHECK(trap);
            if (!trap)
                continue;
            wasm_frame_vec_t frames;
            wasm_trap_trace(trap, &frames);
            size_t extra = how == 0; /* the leaf */
            CHECK(frames.size == 3 + extra);
            for (size_t n = 0; n < frames.size; n++) {
                wasm_instance_t *want = n < 1 + extra ? a[k] : n < 2 + extra ? b[k] : b[2 + k];
                wasm_instance_t *got = wasm_frame_instance(frames.data[n]);
                CHECK(got && wasm_instance_same(got, want));
                CHECK(got == wasm_frame_instance(frames.data[n])); /* the frame's own */
                wasm_frame_t *copy = wasm_frame_copy(frames.data[n]);
                CHECK(wasm_instance_same(wasm_frame_instance(copy), want));
                CHECK(wasm_frame_func_index(copy) == wasm_frame_func_index(frames.data[n]));
                CHECK(wasm_frame_func_offset(copy) == wasm_frame_func_offset(frames.data[n]));
                CHECK(wasm_frame_module_offset(copy) == wasm_frame_module_offset(frames.data[n]));
                CHECK(is_name(wasmtime_frame_module_name(copy), n < 1 + extra ? "inner" : "outer"));
                CHECK(is_name(wasmtime_frame_func_name(copy), n < extra       ? "leaf"
                                                              : n < 1 + extra ? "go"
                                                                              : "run"));
                wasm_frame_delete(copy);
            }
            wasm_frame_t *origin = wasm_trap_origin(trap);
            CHECK(origin && wasm_instance_same(wasm_frame_instance(origin), a[k]));
            wasm_frame_delete(origin);
            wasm_frame_vec_delete(&frames);
            if (kept)
                wasm_trap_delete(kept);
            kept = trap;
        }
    /* A frame that was asked holds its store by the handle; one that was not asked does not. */
    wasm_frame_t *asked = wasm_trap_origin(kept);
    wasm_instance_t *held = wasm_instance_copy(wasm_frame_instance(asked));
    for (int k = 0; k < 4; k++) {
        wasm_extern_vec_delete(&bx[k]);
        wasm_instance_delete(b[k]);
    }
    for (int k = 0; k < 2; k++) {
        wasm_extern_vec_delete(&ax[k]);
        wasm_instance_delete(a[k]);
    }
    wasm_module_delete(inner);
    wasm_module_delete(outer);
    wasm_func_delete(host);
    wasm_store_delete(store);
    wasm_frame_t *late = wasm_trap_origin(kept);
    CHECK(wasm_instance_same(wasm_frame_instance(late), held)); /* the store is still there */
    wasm_frame_delete(late);
    wasm_frame_delete(asked);
    wasm_instance_delete(held);
    late = wasm_trap_origin(kept);
    CHECK(late && !wasm_frame_instance(late)); /* now it is gone, the names are not */
    CHECK(is_name(wasmtime_frame_module_name(late), "inner"));
    wasm_frame_delete(late);
    wasm_trap_delete(kept);
    wasm_engine_delete(engine);
}

/* Calls by reference and tail calls into another instance: each frame is of its own. */
static void test_indirect(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *m = module_in(
        store, "(module (import \"\" \"t\" (table 4 funcref)) (import \"\" \"at\" (global $at "
               "i32)) (type $t (func (param i32)))"
               " (func $f (export \"f\") (type $t) (if (i32.eqz (local.get 0)) (then unreachable))"
               "   (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1))"
               "     (i32.rem_u (i32.add (global.get $at) (i32.const 1)) (i32.const 4))))"
               " (func (export \"tail\") (type $t) (return_call_indirect (type $t) (local.get 0)"
               "     (i32.rem_u (i32.add (global.get $at) (i32.const 1)) (i32.const 4))))"
               " (elem (table 0) (global.get $at) func $f))");
    wasm_limits_t limits = {4, 4};
    wasm_tabletype_t *tt = wasm_tabletype_new(wasm_valtype_new_funcref(), &limits);
    wasm_table_t *table = wasm_table_new(store, tt, NULL);
    wasm_tabletype_delete(tt);
    wasm_instance_t *i[4];
    wasm_extern_vec_t x[4];
    for (int k = 0; k < 4; k++) {
        wasm_val_t at = WASM_I32_VAL(k);
        wasm_globaltype_t *gt = wasm_globaltype_new(wasm_valtype_new_i32(), WASM_CONST);
        wasm_global_t *g = wasm_global_new(store, gt, &at);
        wasm_globaltype_delete(gt);
        wasm_extern_t *items[] = {wasm_table_as_extern(table), wasm_global_as_extern(g)};
        wasm_extern_vec_t imports = WASM_ARRAY_VEC(items);
        i[k] = wasm_instance_new(store, m, &imports, NULL);
        wasm_instance_exports(i[k], &x[k]);
        wasm_global_delete(g);
    }
    for (int start = 0; start < 4; start++)
        for (int tail = 0; tail < 2; tail++) {
            wasm_val_t args[] = {WASM_I32_VAL(40)};
            wasm_val_vec_t arg_vec = WASM_ARRAY_VEC(args), none = WASM_EMPTY_VEC;
            wasm_trap_t *trap =
                wasm_func_call(wasm_extern_as_func(x[start].data[tail]), &arg_vec, &none);
            wasm_frame_vec_t frames;
            wasm_trap_trace(trap, &frames);
            CHECK(frames.size == 41);
            for (size_t n = 0; n < frames.size; n++)
                CHECK(wasm_instance_same(wasm_frame_instance(frames.data[frames.size - 1 - n]),
                                         i[(start + tail + (int)n) % 4]));
            wasm_frame_vec_delete(&frames);
            wasm_trap_delete(trap);
        }
    for (int k = 0; k < 4; k++) {
        wasm_extern_vec_delete(&x[k]);
        wasm_instance_delete(i[k]);
    }
    wasm_table_delete(table);
    wasm_module_delete(m);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
}

/* Stores of wasmtime.h have numbers for instances, and so no handle to give. */
static void test_wasmtime_h(void)
{
    struct world w = world_new(NULL);
    wasmtime_instance_t i = instance_of(&w, "(module (func (export \"\") unreachable))", NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "");
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    wasm_frame_t *frame = wasm_trap_origin(trap);
    CHECK(frame && !wasm_frame_instance(frame));
    CHECK(wasm_frame_func_index(frame) == 0 && wasm_frame_func_offset(frame) == 1 &&
          wasm_frame_module_offset(frame) == 29);
    CHECK(!wasmtime_frame_func_name(frame) && !wasmtime_frame_module_name(frame));
    wasm_frame_delete(frame);
    wasm_trap_t *copy = wasm_trap_copy(trap);
    wasm_trap_delete(trap);
    TRAP_HAS(copy, "unreachable");
    wasm_frame_delete(NULL);
    world_delete(&w);
}

/* Vectors of frames own their frames. */
static void test_vectors(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *m = module_in(store, "(module (func $f (export \"\") unreachable))");
    wasm_instance_t *i = wasm_instance_new(store, m, NULL, NULL);
    wasm_extern_vec_t x;
    wasm_val_vec_t none = WASM_EMPTY_VEC;
    wasm_trap_t *trap = wasm_func_call(func_of(i, 0, &x), &none, &none);
    wasm_frame_vec_t frames, copy, taken, empty, blank;
    wasm_trap_trace(trap, &frames);
    wasm_frame_vec_copy(&copy, &frames);
    CHECK(copy.size == 1 && copy.data[0] != frames.data[0] && wasm_frame_instance(copy.data[0]));
    wasm_frame_t *one = wasm_frame_copy(copy.data[0]);
    wasm_frame_vec_new(&taken, 1, &one);
    wasm_frame_vec_new_empty(&empty);
    wasm_frame_vec_new_uninitialized(&blank, 2);
    CHECK(empty.size == 0 && !empty.data && blank.size == 2 && !blank.data[0] && !blank.data[1]);
    wasm_frame_vec_delete(&blank);
    wasm_frame_vec_delete(&empty);
    wasm_frame_vec_delete(&frames);
    wasm_frame_vec_delete(&copy);
    CHECK(is_name(wasmtime_frame_func_name(taken.data[0]), "f"));
    wasm_frame_vec_delete(&taken);
    CHECK(!taken.size && !taken.data);
    wasm_trap_delete(trap);
    wasm_extern_vec_delete(&x);
    wasm_instance_delete(i);
    wasm_module_delete(m);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
}

int main(void)
{
    test_instances();
    test_indirect();
    test_wasmtime_h();
    test_vectors();
    FINISH();
}
