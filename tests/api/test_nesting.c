/* Host and guest calling each other a thousand deep, traps through all of it, growth and
 * re-entry inside callbacks. */
#include "check.h"

struct env {
    wasmtime_func_t func; /* of the guest: calls the host with its parameter */
    wasmtime_memory_t memory;
    int bottom; /* what the innermost host function does */
    int depth, deepest;
};

static wasm_trap_t *down(void *data, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                         size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    struct env *env = data;
    wasmtime_context_t *c = wasmtime_caller_context(caller);
    (void)nargs, (void)nresults;
    if (++env->depth > env->deepest)
        env->deepest = env->depth;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *e = NULL;
    if (args[0].of.i32 == 0) {
        uint64_t old;
        results[0] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = 1};
        if (env->bottom == 1)
            trap = wasmtime_trap_new("bottom", 6);
        else if (env->bottom == 2)
            trap = wasmtime_trap_new_code(WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED);
        else if (env->bottom == 3)
            OK(wasmtime_memory_grow(c, &env->memory, 1, &old));
    } else {
        wasmtime_val_t arg = {.kind = WASMTIME_I32, .of.i32 = args[0].of.i32 - 1};
        e = wasmtime_func_call(c, &env->func, &arg, 1, results, 1, &trap);
        if (e)
            trap = hospes_trap_new_error(e);
        else if (!trap)
            results[0].of.i32++;
    }
    env->depth--;
    return trap;
}

static void test(int bottom, int32_t n)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_max_wasm_stack_set(config, 4 << 20);
    struct world w = world_new(config);
    struct env env = {.bottom = bottom};
    wasm_functype_t *t = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_FUNC};
    wasmtime_func_new(w.context, t, down, &env, NULL, &import.of.func);
    wasm_functype_delete(t);
    wasmtime_instance_t i = instance_of(
        &w,
        "(module (import \"\" \"\" (func $h (param i32) (result i32))) (memory (export \"m\") 1)"
        "(func (export \"f\") (param i32) (result i32) (local i64) (local.set 1 (i64.const 77))"
        " (call $h (local.get 0)) (i32.add (i32.wrap_i64 (local.get 1))) (i32.sub (i32.const 77))"
        " (i32.add (i32.load (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 4))))))",
        &import, 1);
    env.func = export_of(&w, i, "f").of.func;
    env.memory = export_of(&w, i, "m").of.memory;
    wasmtime_val_t arg = {.kind = WASMTIME_I32, .of.i32 = n}, r;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *e = wasmtime_func_call(w.context, &env.func, &arg, 1, &r, 1, &trap);
    CHECK(env.deepest == n + 1);
    if (bottom == 1) {
        CHECK(!trap && e);
        ERROR_HAS(e, "\n    bottom\n");
    } else if (bottom == 2) {
        CHECK(!e && trap);
        TRAP_HAS(trap, "wasm `unreachable` instruction executed");
    } else {
        CHECK(!e && !trap && r.of.i32 == n + 1);
        CHECK(wasmtime_memory_size(w.context, &env.memory) == (bottom == 3 ? 2 : 1));
    }
    /* And the store still works. */
    arg.of.i32 = 2;
    env.bottom = 0;
    OK(wasmtime_func_call(w.context, &env.func, &arg, 1, &r, 1, &trap));
    CHECK(!trap && r.of.i32 == 3);
    world_delete(&w);
}

/* Calls with the stack where it was for a call before: an entry is known again by that. */
struct again {
    wasmtime_func_t trapping, nothing;
    uintptr_t place; /* of the first call's room */
    bool came_back;
};

/* Takes so much room, then calls. Where that is, is returned. */
static __attribute__((noinline)) uintptr_t call_below(wasmtime_context_t *c, wasmtime_func_t *func,
                                                      size_t room, bool trap_expected)
{
    volatile char *place = __builtin_alloca(room + 16);
    wasm_trap_t *trap = NULL;
    place[0] = 0;
    OK(wasmtime_func_call_unchecked(c, func, NULL, 0, &trap));
    CHECK(!trap == !trap_expected);
    if (trap)
        wasm_trap_delete(trap);
    return (uintptr_t)place;
}

static wasm_trap_t *call_there(void *data, wasmtime_caller_t *caller, wasmtime_val_raw_t *values,
                               size_t count)
{
    struct again *a = data;
    wasmtime_context_t *c = wasmtime_caller_context(caller);
    (void)values, (void)count;
    uintptr_t here = call_below(c, &a->nothing, 0, false);
    CHECK(here > a->place && (here - a->place) % 16 == 0);
    for (int k = 0; k < 2; k++) {
        CHECK(call_below(c, &a->trapping, here - a->place, true) == a->place);
        CHECK(call_below(c, &a->nothing, here - a->place, false) == a->place);
    }
    a->came_back = true;
    return NULL;
}

/* A nested call at the place of an earlier outermost one is not taken for its repetition. */
static void test_same_place(void)
{
    struct world w = world_new(NULL);
    struct again a = {.came_back = false};
    wasm_functype_t *t = wasm_functype_new_0_0();
    wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_FUNC};
    wasmtime_func_new_unchecked(w.context, t, call_there, &a, NULL, &import.of.func);
    wasm_functype_delete(t);
    wasmtime_instance_t i =
        instance_of(&w,
                    "(module (import \"\" \"\" (func $h)) (memory 1)"
                    "(func (export \"nothing\")) (func (export \"trapping\") unreachable)"
                    "(func (export \"outer\") (call $h) (drop (i32.load (i32.const 8)))))",
                    &import, 1);
    wasmtime_func_t outer = export_of(&w, i, "outer").of.func;
    a.trapping = export_of(&w, i, "trapping").of.func;
    a.nothing = export_of(&w, i, "nothing").of.func;
    a.place = call_below(w.context, &a.nothing, 2000, false);
    CHECK(call_below(w.context, &a.nothing, 2000, false) == a.place);
    for (int k = 0; k < 3; k++) {
        a.came_back = false;
        call_below(w.context, &outer, 0, false);
        CHECK(a.came_back);
        CHECK(call_below(w.context, &a.nothing, 2000, false) == a.place);
    }
    world_delete(&w);
}

int main(void)
{
    test_same_place();
    for (int bottom = 0; bottom < 4; bottom++) {
        test(bottom, 5);
        test(bottom, 1000);
    }
    FINISH();
}
