/* Every setting: what it changes, or that it is accepted and changes nothing (docs/c-api.md says
 * why). */
#include "check.h"
#include <wasmtime/async.h>

typedef void set_bool(wasm_config_t *, bool);

/* Does an engine with these settings take the module? */
static bool takes(wasm_config_t *c, const char *wat)
{
    wasm_engine_t *e = wasm_engine_new_with_config(c);
    wasm_byte_vec_t b;
    OK(wasmtime_wat2wasm(wat, strlen(wat), &b));
    wasmtime_error_t *error = wasmtime_module_validate(e, (uint8_t *)b.data, b.size);
    bool ok = !error;
    wasmtime_error_delete(error);
    wasmtime_module_t *m = NULL;
    error = wasmtime_module_new(e, (uint8_t *)b.data, b.size, &m);
    CHECK(ok == !error && ok == (m != NULL));
    wasmtime_error_delete(error);
    wasmtime_module_delete(m);
    wasm_byte_vec_delete(&b);
    wasm_engine_delete(e);
    return ok;
}

/* --- Proposals -------------------------------------------------------------------------------- */

static void test_features(void)
{
    static const struct {
        const char *name;
        set_bool *set;
        bool by_default;
        const char *wat;
    } features[] = {
        {"simd", wasmtime_config_wasm_simd_set, true,
         "(func (result v128) (v128.const i64x2 0 0))"},
        {"relaxed_simd", wasmtime_config_wasm_relaxed_simd_set, true,
         "(func (param v128 v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get "
         "1)))"},
        {"bulk_memory", wasmtime_config_wasm_bulk_memory_set, true,
         "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))"},
        {"multi_value", wasmtime_config_wasm_multi_value_set, true,
         "(func (result i32 i32) (i32.const 0) (i32.const 0))"},
        {"multi_memory", wasmtime_config_wasm_multi_memory_set, true, "(memory 1) (memory 1)"},
        {"memory64", wasmtime_config_wasm_memory64_set, true, "(memory i64 1)"},
        {"tail_call", wasmtime_config_wasm_tail_call_set, true, "(func return_call 0)"},
        {"reference_types", wasmtime_config_wasm_reference_types_set, true,
         "(func (param externref) (result externref) (local.get 0))"},
        {"function_references", wasmtime_config_wasm_function_references_set, true,
         "(type $t (func)) (func (param (ref $t)) (call_ref $t (local.get 0)))"},
        {"gc", wasmtime_config_wasm_gc_set, true, "(func (param (ref null i31)))"},
        {"exceptions", wasmtime_config_wasm_exceptions_set, true, "(tag (param i32))"},
        {"threads", wasmtime_config_wasm_threads_set, true, "(memory 1 1 shared)"},
        {"wide_arithmetic", wasmtime_config_wasm_wide_arithmetic_set, true,
         "(func (result i64 i64) (i64.mul_wide_u (i64.const 0) (i64.const 0)))"},
        {"custom_page_sizes", wasmtime_config_wasm_custom_page_sizes_set, false,
         "(memory 1 (pagesize 1))"},
    };
    for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
        if (takes(wasm_config_new(), features[i].wat) != features[i].by_default) {
            printf("%s: the default is not that of Wasmtime 48\n", features[i].name);
            failures++;
        }
        wasm_config_t *c = wasm_config_new();
        features[i].set(c, false);
        if (takes(c, features[i].wat)) {
            printf("%s: taken, though it is off\n", features[i].name);
            failures++;
        }
        c = wasm_config_new();
        features[i].set(c, false);
        features[i].set(c, true);
        if (!takes(c, features[i].wat)) {
            printf("%s: refused, though it is on\n", features[i].name);
            failures++;
        }
        /* One that is off takes nothing else away. */
        c = wasm_config_new();
        features[i].set(c, false);
        CHECK(takes(c, "(memory 1) (func (param i32) (result i32) (i32.load (local.get 0)))"));
    }
    /* No vectors, no relaxed ones. */
    wasm_config_t *c = wasm_config_new();
    wasmtime_config_wasm_simd_set(c, false);
    CHECK(!takes(c, features[1].wat));
    c = wasm_config_new();
    wasmtime_config_gc_support_set(c, false);
    CHECK(!takes(c, "(func (param (ref null i31)))"));
    c = wasm_config_new();
    wasmtime_config_gc_support_set(c, false);
    CHECK(!takes(c, "(tag (param i32))"));
    c = wasm_config_new(); /* in whatever order */
    wasmtime_config_gc_support_set(c, false);
    wasmtime_config_wasm_gc_set(c, true);
    wasmtime_config_wasm_exceptions_set(c, true);
    CHECK(!takes(c, "(func (param (ref null i31)))"));
    c = wasm_config_new();
    wasmtime_config_gc_support_set(c, false);
    wasmtime_config_gc_support_set(c, true);
    CHECK(takes(c, "(tag (param i32)) (func (param (ref null i31)))"));
    c = wasm_config_new();
    wasmtime_config_gc_support_set(c, true);
    CHECK(takes(c, "(func (param (ref null i31)))"));
    /* Not there, whatever is said. */
    c = wasm_config_new();
    wasmtime_config_wasm_stack_switching_set(c, true);
    CHECK(takes(c, "(func)"));
    /* Host objects need no proposals. */
    c = wasm_config_new();
    wasmtime_config_wasm_memory64_set(c, false);
    wasmtime_config_wasm_exceptions_set(c, false);
    wasmtime_config_wasm_reference_types_set(c, false);
    wasmtime_config_gc_support_set(c, false);
    struct world w = world_new(c);
    wasm_memorytype_t *mt = NULL;
    OK(wasmtime_memorytype_new(3, false, 0, true, false, 0, &mt));
    wasmtime_memory_t m;
    OK(wasmtime_memory_new(w.context, mt, &m));
    CHECK(wasmtime_memory_data_size(w.context, &m) == 3 &&
          wasmtime_memory_page_size(w.context, &m) == 1 &&
          wasmtime_memory_page_size_log2(w.context, &m) == 0);
    wasm_memorytype_delete(mt);
    wasm_tagtype_t *tt = wasm_tagtype_new(wasm_functype_new_1_0(wasm_valtype_new_i32()));
    wasmtime_tag_t tag;
    OK(wasmtime_tag_new(w.context, tt, &tag));
    wasm_tagtype_delete(tt);
    wasmtime_externref_t x;
    CHECK(wasmtime_externref_new(w.context, &w, NULL, &x));
    wasmtime_externref_unroot(&x);
    world_delete(&w);
}

/* --- What changes nothing --------------------------------------------------------------------- */

static void works(wasm_config_t *c)
{
    struct world w = world_new(c);
    wasmtime_instance_t i = instance_of(&w,
                                        "(module (memory (export \"m\") 1) (table 2 funcref) (func "
                                        "(export \"f\") (param i32) (result i32)"
                                        " (i32.store (local.get 0) (i32.const 7)) (i32.add "
                                        "(i32.load (local.get 0)) (memory.grow (i32.const 1)))))",
                                        NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f");
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 65532}, r;
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &f.of.func, &a, 1, &r, 1, &trap));
    CHECK(!trap && r.of.i32 == 8);
    a.of.i32 = 2 * 65536 - 3;
    OK(wasmtime_func_call(w.context, &f.of.func, &a, 1, &r, 1, &trap));
    TRAP_HAS(trap, "out of bounds memory access");
    world_delete(&w);
}

static void test_accepted(void)
{
    static set_bool *const bools[] = {
        wasmtime_config_debug_info_set,
        wasmtime_config_native_unwind_info_set,
        wasmtime_config_cranelift_debug_verifier_set,
        wasmtime_config_cranelift_nan_canonicalization_set,
        wasmtime_config_wasm_relaxed_simd_deterministic_set,
        wasmtime_config_macos_use_mach_ports_set,
        wasmtime_config_wasm_branch_hinting_set,
        wasmtime_config_wasm_stack_switching_set,
        wasmtime_config_wasm_component_model_set,
        wasmtime_config_wasm_component_model_async_set,
        wasmtime_config_wasm_component_model_async_stackful_set,
        wasmtime_config_wasm_component_model_more_async_builtins_set,
        wasmtime_config_wasm_component_model_map_set,
        wasmtime_config_concurrency_support_set,
        wasmtime_config_parallel_compilation_set,
        wasmtime_config_signals_based_traps_set,
        wasmtime_config_memory_init_cow_set,
        wasmtime_config_memory_may_move_set,
        wasmtime_config_shared_memory_set,
        hospes_config_lazy_set,
        hospes_config_gc_stress_set,
    };
    for (size_t i = 0; i < sizeof bools / sizeof *bools; i++)
        for (int value = 0; value < 2; value++) {
            wasm_config_t *c = wasm_config_new();
            bools[i](c, value);
            works(c);
        }
    for (unsigned k = 0; k <= 3; k++) {
        wasm_config_t *c = wasm_config_new();
        wasmtime_config_strategy_set(c, (wasmtime_strategy_t)(k % 3));
        wasmtime_config_cranelift_opt_level_set(c, (wasmtime_opt_level_t)(k % 3));
        wasmtime_config_cranelift_regalloc_algorithm_set(c, (wasmtime_regalloc_algorithm_t)(k % 2));
        wasmtime_config_profiler_set(c, (wasmtime_profiling_strategy_t)k);
        wasmtime_config_memory_reservation_for_growth_set(c, k ? UINT64_C(1) << (k * 10) : 0);
        works(c);
    }
    /* Extensions of the processor that are not to be used: the results are the same. */
    static const char *const cpu[] = {"has_ssse3", "has_sse41", "has_sse42", "has_popcnt",
                                      "has_lzcnt", "has_bmi1",  "has_bmi2",  "has_avx",
                                      "has_avx2",  "has_fma"};
    wasm_config_t *c = wasm_config_new();
    for (size_t i = 0; i < sizeof cpu / sizeof *cpu; i++)
        wasmtime_config_cranelift_flag_set(c, cpu[i], "false");
    struct world w = world_new(c);
    wasmtime_instance_t i = instance_of(
        &w,
        "(module (func (export \"f\") (param i32) (result i32) (i32.add (i32.popcnt (local.get 0))"
        " (i32.add (i32.clz (local.get 0)) (i32.add (i32.ctz (local.get 0)) (i32.trunc_sat_f64_s "
        "(f64.nearest"
        " (f64.add (f64.convert_i32_s (local.get 0)) (f64.const 0.6)))))))))",
        NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f");
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 12}, r;
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &f.of.func, &a, 1, &r, 1, &trap));
    CHECK(r.of.i32 == 2 + 28 + 2 + 13);
    world_delete(&w);
    static const char *const known[] = {
        "opt_level",   "regalloc_algorithm",   "preserve_frame_pointers",
        "unwind_info", "enable_verifier",      "is_pic",
        "tls_model",   "enable_alias_analysis"};
    c = wasm_config_new();
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        wasmtime_config_cranelift_flag_set(c, known[k], "1");
        wasmtime_config_cranelift_flag_enable(c, known[k]);
    }
    wasmtime_config_cranelift_flag_set(c, "enable_heap_access_spectre_mitigation", "false");
    works(c);
    /* Names that nobody knows, and values that are missing, make no engine; the settings are
     * consumed. */
    c = wasm_config_new();
    wasmtime_config_cranelift_flag_set(c, "no_such_flag", "1");
    CHECK(!wasm_engine_new_with_config(c));
    c = wasm_config_new();
    wasmtime_config_cranelift_flag_set(c, "opt_level", NULL);
    CHECK(!wasm_engine_new_with_config(c));
    c = wasm_config_new();
    wasmtime_config_cranelift_flag_enable(c, NULL);
    CHECK(!wasm_engine_new_with_config(c));
    wasm_config_delete(NULL);
}

/* --- Memories --------------------------------------------------------------------------------- */

static void test_memories(void)
{
    /* A memory that may not move keeps its place as long as it can grow. */
    for (int may = 0; may < 2; may++) {
        wasm_config_t *c = wasm_config_new();
        wasmtime_config_memory_may_move_set(c, may);
        wasmtime_config_memory_reservation_set(c, 1 << 20);
        wasmtime_config_memory_guard_size_set(c, 0);
        struct world w = world_new(c);
        wasmtime_instance_t i = instance_of(&w, "(module (memory (export \"m\") 1 1000))", NULL, 0);
        wasmtime_extern_t m = export_of(&w, i, "m");
        uint8_t *base = wasmtime_memory_data(w.context, &m.of.memory);
        base[5] = 77;
        uint64_t before;
        OK(wasmtime_memory_grow(w.context, &m.of.memory, 900, &before));
        uint8_t *now = wasmtime_memory_data(w.context, &m.of.memory);
        CHECK(before == 1 && now[5] == 77 && now[901 * 65536 - 1] == 0);
        if (!may)
            CHECK(now == base);
        world_delete(&w);
    }
    /* The contents of segments are there, as an image or copied. */
    for (int cow = 0; cow < 2; cow++) {
        wasm_config_t *c = wasm_config_new();
        wasmtime_config_memory_init_cow_set(c, cow);
        struct world w = world_new(c);
        wasmtime_module_t *module = module_of(
            w.engine, "(module (memory (export \"m\") 1) (data (i32.const 100) \"abc\"))");
        for (int k = 0; k < 3; k++) {
            wasmtime_store_t *s = wasmtime_store_new(w.engine, NULL, NULL);
            struct world in = {w.engine, s, wasmtime_store_context(s)};
            wasmtime_instance_t i;
            wasm_trap_t *trap = NULL;
            OK(wasmtime_instance_new(in.context, module, NULL, 0, &i, &trap));
            wasmtime_extern_t m = export_of(&in, i, "m");
            uint8_t *p = wasmtime_memory_data(in.context, &m.of.memory);
            CHECK(memcmp(p + 99, "\0abc\0", 5) == 0);
            memset(p + 90, 'x', 100);
            wasmtime_store_delete(s);
        }
        wasmtime_module_delete(module);
        world_delete(&w);
    }
}

static void test_pool(void)
{
    wasmtime_pooling_allocation_config_t *p = wasmtime_pooling_allocation_config_new();
    wasmtime_pooling_allocation_config_max_unused_warm_slots_set(p, 0);
    wasmtime_pooling_allocation_config_decommit_batch_size_set(p, 10);
    wasmtime_pooling_allocation_config_async_stack_keep_resident_set(p, 4096);
    wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(p, 65536);
    wasmtime_pooling_allocation_config_table_keep_resident_set(p, 4096);
    wasmtime_pooling_allocation_config_total_component_instances_set(p, 3);
    wasmtime_pooling_allocation_config_max_component_instance_size_set(p, 1 << 20);
    wasmtime_pooling_allocation_config_max_core_instances_per_component_set(p, 2);
    wasmtime_pooling_allocation_config_max_memories_per_component_set(p, 2);
    wasmtime_pooling_allocation_config_max_tables_per_component_set(p, 2);
    wasmtime_pooling_allocation_config_total_memories_set(p, 10);
    wasmtime_pooling_allocation_config_total_tables_set(p, 10);
    wasmtime_pooling_allocation_config_total_stacks_set(p, 10);
    wasmtime_pooling_allocation_config_total_core_instances_set(p, 10);
    wasmtime_pooling_allocation_config_max_core_instance_size_set(p, 1 << 20);
    wasmtime_pooling_allocation_config_max_tables_per_module_set(p, 1);
    wasmtime_pooling_allocation_config_table_elements_set(p, 1000);
    wasmtime_pooling_allocation_config_max_memories_per_module_set(p, 1);
    wasmtime_pooling_allocation_config_max_memory_size_set(p, 1 << 20);
    wasmtime_pooling_allocation_config_total_gc_heaps_set(p, 10);
    wasm_config_t *c = wasm_config_new();
    wasmtime_pooling_allocation_strategy_set(c, p);
    wasmtime_pooling_allocation_config_delete(p); /* it was copied */
    works(c);
    wasmtime_pooling_allocation_config_delete(NULL);
}

/* --- Running ---------------------------------------------------------------------------------- */

static int32_t depth_with(size_t stack)
{
    wasm_config_t *c = wasm_config_new();
    if (stack)
        wasmtime_config_max_wasm_stack_set(c, stack);
    struct world w = world_new(c);
    wasmtime_instance_t i = instance_of(
        &w,
        "(module (global (export \"g\") (mut i32) (i32.const 0)) (func $f (export \"f\")"
        " (global.set 0 (i32.add (global.get 0) (i32.const 1))) (call $f) (global.set 0 "
        "(global.get 0))))",
        NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f"), g = export_of(&w, i, "g");
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    TRAP_HAS(trap, "call stack exhausted");
    wasmtime_val_t v;
    wasmtime_global_get(w.context, &g.of.global, &v);
    world_delete(&w);
    return v.of.i32;
}

static void test_stack(void)
{
    int32_t small = depth_with(64 << 10), large = depth_with(512 << 10), usual = depth_with(0);
    CHECK(small > 100 && large > 6 * small && large < 10 * small && usual > large);
    wasm_config_t *c = wasm_config_new();
    wasmtime_config_max_wasm_stack_set(c, 0);
    CHECK(!wasm_engine_new_with_config(c));
}

static void test_running(void)
{
    /* Without the settings the functions say so. */
    struct world w = world_new(NULL);
    uint64_t fuel = 7;
    ERROR_HAS(wasmtime_context_set_fuel(w.context, 5), "fuel is not configured in this store");
    ERROR_HAS(wasmtime_context_get_fuel(w.context, &fuel), "fuel is not configured in this store");
    ERROR_HAS(wasmtime_context_fuel_async_yield_interval(w.context, 5),
              "fuel is not configured in this store");
    CHECK(fuel == 7);
    wasmtime_context_set_epoch_deadline(w.context, 1); /* nothing happens at it */
    wasmtime_engine_increment_epoch(w.engine);
    wasmtime_engine_increment_epoch(w.engine);
    wasmtime_instance_t i = instance_of(&w, "(module (func (export \"f\")))", NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f");
    wasm_trap_t *trap = NULL;
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    CHECK(!trap && !hospes_context_interrupted(w.context));
    world_delete(&w);
    /* With them stores begin without fuel and at their deadline. */
    wasm_config_t *c = wasm_config_new();
    wasmtime_config_consume_fuel_set(c, true);
    w = world_new(c);
    OK(wasmtime_context_get_fuel(w.context, &fuel));
    CHECK(fuel == 0);
    OK(wasmtime_context_set_fuel(w.context, UINT64_MAX));
    OK(wasmtime_context_get_fuel(w.context, &fuel));
    CHECK(fuel == UINT64_MAX);
    OK(wasmtime_context_set_fuel(w.context, 0));
    i = instance_of(&w, "(module (func (export \"f\") nop nop))", NULL, 0);
    f = export_of(&w, i, "f");
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    wasmtime_trap_code_t code = 0;
    CHECK(wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_OUT_OF_FUEL);
    TRAP_HAS(trap, "all fuel consumed by WebAssembly");
    OK(wasmtime_context_set_fuel(w.context, 1000));
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    OK(wasmtime_context_get_fuel(w.context, &fuel));
    CHECK(fuel < 1000 && fuel > 900);
    world_delete(&w);
    c = wasm_config_new();
    wasmtime_config_epoch_interruption_set(c, true);
    w = world_new(c);
    i = instance_of(&w, "(module (func (export \"f\")))", NULL, 0);
    f = export_of(&w, i, "f");
    CHECK(hospes_context_interrupted(w.context));
    trap = NULL;
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    CHECK(wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_INTERRUPT);
    wasm_trap_delete(trap);
    wasmtime_context_set_epoch_deadline(w.context, UINT64_MAX); /* no wrap */
    CHECK(!hospes_context_interrupted(w.context));
    OK(wasmtime_func_call(w.context, &f.of.func, NULL, 0, NULL, 0, &trap));
    CHECK(!trap);
    world_delete(&w);
}

/* --- Files and targets ------------------------------------------------------------------------ */

static void test_files(void)
{
    static const struct {
        const char *text;
        bool good;
    } files[] = {{"[cache]\nenabled = true\n# a comment\n\ndirectory = \"/tmp/x\"\n", true},
                 {"", true},
                 {"this is no setting\n", false},
                 {"[cache\n", false},
                 {"\xff\xfe = 1\n", false}};
    const char *path = "test_config_cache.toml";
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        FILE *f = fopen(path, "wb");
        fwrite(files[i].text, 1, strlen(files[i].text), f);
        fclose(f);
        wasm_config_t *c = wasm_config_new();
        wasmtime_error_t *e = wasmtime_config_cache_config_load(c, path);
        if (!e != files[i].good) {
            printf("cache file %zu\n", i);
            failures++;
        }
        wasmtime_error_delete(e);
        wasm_config_delete(c);
    }
    remove(path);
    static const struct {
        const char *triple;
        bool parses, makes;
    } targets[] = {{"x86_64-unknown-linux-gnu", true, true},
                   {"x86_64-linux", true, true},
                   {"x86_64-unknown-linux-musl", true, true},
                   {"aarch64-unknown-linux-gnu", true, false},
                   {"x86_64-pc-windows-msvc", true, false},
                   {"pulley64", true, false},
                   {"x86_64", false, true},
                   {"", false, true},
                   {"-", false, true},
                   {"vax-dec-ultrix", false, true},
                   {NULL, false, true}};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        wasm_config_t *c = wasm_config_new();
        wasmtime_error_t *e = wasmtime_config_target_set(c, targets[i].triple);
        if (!e != targets[i].parses) {
            printf("target %s\n", targets[i].triple);
            failures++;
        }
        wasmtime_error_delete(e);
        wasm_engine_t *engine = wasm_engine_new_with_config(c);
        CHECK((engine != NULL) == targets[i].makes);
        wasm_engine_delete(engine);
    }
}

/* --- Stacks of the host's making -------------------------------------------------------------- */

static int stacks_made, stacks_ended, creators_ended;
static size_t wanted_size;

struct stack {
    uint8_t *bytes;
    size_t size;
};

static uint8_t *stack_get(void *env, size_t *size)
{
    struct stack *s = env;
    *size = s->size;
    return s->bytes + s->size; /* the top */
}

static void stack_end(void *env)
{
    struct stack *s = env;
    free(s->bytes);
    free(s);
    stacks_ended++;
}

static void creator_end(void *env)
{
    (void)env;
    creators_ended++;
}

static wasmtime_error_t *stack_new(void *env, size_t size, bool zeroed,
                                   wasmtime_stack_memory_t *out)
{
    (void)zeroed;
    wanted_size = size;
    if (*(bool *)env)
        return wasmtime_error_new("no stack today");
    struct stack *s = malloc(sizeof *s);
    *s = (struct stack){aligned_alloc(4096, size), size};
    *out = (wasmtime_stack_memory_t){s, stack_get, stack_end};
    stacks_made++;
    return NULL;
}

static void test_stacks(void)
{
    bool refuse = false;
    wasm_config_t *c = wasm_config_new();
    wasmtime_stack_creator_t creator = {&refuse, stack_new, creator_end};
    wasmtime_config_host_stack_creator_set(c, &creator);
    wasmtime_config_async_stack_size_set(c, 1 << 20);
    struct world w = world_new(c);
    wasmtime_instance_t i = instance_of(&w,
                                        "(module (func (export \"f\") (param i32) (result i32) "
                                        "(i32.add (local.get 0) (i32.const 1)))"
                                        " (func $r (export \"deep\") (param i32) (result i32) "
                                        "(call $r (local.get 0)) (i32.add (i32.const 1))))",
                                        NULL, 0);
    wasmtime_extern_t f = export_of(&w, i, "f"), deep = export_of(&w, i, "deep");
    wasmtime_val_t a = {.kind = WASMTIME_I32, .of.i32 = 4}, r = {0};
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = NULL;
    wasmtime_call_future_t *call =
        wasmtime_func_call_async(w.context, &f.of.func, &a, 1, &r, 1, &trap, &error);
    CHECK(stacks_made == 0); /* nothing happens before the first poll */
    CHECK(wasmtime_call_future_poll(call) && !trap && !error && r.of.i32 == 5);
    wasmtime_call_future_delete(call);
    CHECK(stacks_made == 1 && stacks_ended == 1 && wanted_size >= 1 << 20);
    /* Its end is seen in time. */
    call = wasmtime_func_call_async(w.context, &deep.of.func, &a, 1, &r, 1, &trap, &error);
    CHECK(wasmtime_call_future_poll(call) && !error);
    wasmtime_call_future_delete(call);
    TRAP_HAS(trap, "call stack exhausted");
    trap = NULL;
    refuse = true;
    call = wasmtime_func_call_async(w.context, &f.of.func, &a, 1, &r, 1, &trap, &error);
    CHECK(wasmtime_call_future_poll(call) && !trap);
    wasmtime_call_future_delete(call);
    ERROR_IS(error, "no stack today");
    world_delete(&w);
    CHECK(stacks_made == stacks_ended && creators_ended == 1);
    /* A size that cannot be used. */
    c = wasm_config_new();
    wasmtime_config_async_stack_size_set(c, SIZE_MAX);
    w = world_new(c);
    i = instance_of(&w, "(module (func (export \"f\")))", NULL, 0);
    f = export_of(&w, i, "f");
    error = NULL;
    call = wasmtime_func_call_async(w.context, &f.of.func, NULL, 0, NULL, 0, &trap, &error);
    CHECK(wasmtime_call_future_poll(call));
    wasmtime_call_future_delete(call);
    ERROR_HAS(error, "stack size");
    world_delete(&w);
}

int main(void)
{
    test_features();
    test_accepted();
    test_memories();
    test_pool();
    test_stack();
    test_running();
    test_files();
    test_stacks();
    FINISH();
}
