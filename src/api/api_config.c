/* wasmtime/config.h and the engine: settings are plain fields until an engine is made of them.
 *
 * Some settings of Wasmtime choose between things of which this library has one: they are accepted
 * and change nothing (strategy, register allocation, most flags of its compiler, Mach ports). So
 * are those for parts that are to come (canonical NaN, deterministic relaxed vectors, profilers).
 * What contradicts itself, names something unknown or means another machine makes
 * wasm_engine_new_with_config fail. */
#include "api/api.h"
#include <stdio.h>
#include <stdlib.h>

wasm_config_t *wasm_config_new(void)
{
    wasm_config_t *c = hs_calloc(1, sizeof *c);
    if (!c)
        return NULL;
    hs_engine_config_init(&c->engine);
    c->async_stack_size = 2 << 20;
    return c;
}

void wasm_config_delete(wasm_config_t *c)
{
    hs_free(c);
}

/* --- Features --------------------------------------------------------------------------------- */

static void set_feature(wasm_config_t *c, hs_features bits, bool enable)
{
    if (enable)
        c->engine.features |= bits;
    else
        c->engine.features &= ~bits;
}

#define FEATURE_SETTER(name, id)                                                                   \
    void wasmtime_config_wasm_##name##_set(wasm_config_t *config, bool enable)                     \
    {                                                                                              \
        set_feature(config, HS_FEATURE(id), enable);                                               \
    }

FEATURE_SETTER(simd, SIMD)
FEATURE_SETTER(relaxed_simd, RELAXED_SIMD)
FEATURE_SETTER(bulk_memory, BULK_MEMORY)
FEATURE_SETTER(multi_value, MULTI_VALUE)
FEATURE_SETTER(multi_memory, MULTI_MEMORY)
FEATURE_SETTER(memory64, MEMORY64)
FEATURE_SETTER(tail_call, TAIL_CALL)
FEATURE_SETTER(reference_types, REFERENCE_TYPES)
FEATURE_SETTER(function_references, FUNCTION_REFERENCES)
FEATURE_SETTER(gc, GC)
FEATURE_SETTER(exceptions, EXCEPTIONS)
FEATURE_SETTER(threads, THREADS)
FEATURE_SETTER(wide_arithmetic, WIDE_ARITHMETIC)
FEATURE_SETTER(custom_page_sizes, CUSTOM_PAGE_SIZES)

void wasmtime_config_gc_support_set(wasm_config_t *config, bool enable)
{
    config->no_gc = !enable;
}

/* Proposals that are not there yet: their modules are refused whatever the setting says. And
 * hints. */
#define ACCEPTED(name, type)                                                                       \
    void wasmtime_config_##name##_set(wasm_config_t *config, type value)                           \
    {                                                                                              \
        (void)config;                                                                              \
        (void)value;                                                                               \
    }

ACCEPTED(wasm_relaxed_simd_deterministic, bool)
ACCEPTED(wasm_branch_hinting, bool)
ACCEPTED(wasm_stack_switching, bool)
ACCEPTED(wasm_component_model, bool)
ACCEPTED(concurrency_support, bool)
ACCEPTED(wasm_component_model_map, bool)
ACCEPTED(wasm_component_model_async, bool)
ACCEPTED(wasm_component_model_more_async_builtins, bool)
ACCEPTED(wasm_component_model_async_stackful, bool)
ACCEPTED(strategy, wasmtime_strategy_t)
ACCEPTED(cranelift_opt_level, wasmtime_opt_level_t)
ACCEPTED(cranelift_regalloc_algorithm, wasmtime_regalloc_algorithm_t)
ACCEPTED(cranelift_debug_verifier, bool)
ACCEPTED(cranelift_nan_canonicalization, bool)
ACCEPTED(debug_info, bool)
ACCEPTED(native_unwind_info, bool)
ACCEPTED(profiler, wasmtime_profiling_strategy_t)
ACCEPTED(macos_use_mach_ports, bool)
ACCEPTED(memory_reservation_for_growth, uint64_t)

/* Flags of Wasmtime's compiler by name. Those with a meaning here: the CPU's extensions, and the
 * masking of addresses against speculation; the others are names that programs set and that change
 * nothing. */
static const struct flag {
    const char *name;
    uint32_t cpu; /* HS_CPU_... that `false` forbids */
} flags[] = {
    {"has_ssse3", HS_CPU_SSSE3},
    {"has_sse41", HS_CPU_SSE41},
    {"has_sse42", HS_CPU_SSE42},
    {"has_popcnt", HS_CPU_POPCNT},
    {"has_lzcnt", HS_CPU_LZCNT},
    {"has_bmi1", HS_CPU_BMI1},
    {"has_bmi2", HS_CPU_BMI2},
    {"has_avx", HS_CPU_AVX},
    {"has_avx2", HS_CPU_AVX2},
    {"has_fma", HS_CPU_FMA},
    {"enable_heap_access_spectre_mitigation", 0},
    {"enable_table_access_spectre_mitigation", 0},
    {"has_sse3", 0},
    {"has_cmpxchg16b", 0},
    {"has_avx512bitalg", 0},
    {"has_avx512dq", 0},
    {"has_avx512vl", 0},
    {"has_avx512vbmi", 0},
    {"has_avx512f", 0},
    {"opt_level", 0},
    {"regalloc_algorithm", 0},
    {"preserve_frame_pointers", 0},
    {"unwind_info", 0},
    {"enable_verifier", 0},
    {"enable_alias_analysis", 0},
    {"enable_nan_canonicalization", 0},
    {"enable_probestack", 0},
    {"enable_jump_tables", 0},
    {"enable_multi_ret_implicit_sret", 0},
    {"enable_llvm_abi_extensions", 0},
    {"enable_pinned_reg", 0},
    {"enable_float", 0},
    {"enable_pcc", 0},
    {"is_pic", 0},
    {"use_colocated_libcalls", 0},
    {"machine_code_cfg_info", 0},
    {"probestack_strategy", 0},
    {"probestack_size_log2", 0},
    {"libcall_call_conv", 0},
    {"tls_model", 0},
    {"stack_switch_model", 0},
    {"bb_padding_log2_minus_one", 0},
    {"log2_min_function_alignment", 0},
};

static const struct flag *find_flag(const char *name)
{
    for (size_t i = 0; name && i < HS_ARRAY_SIZE(flags); i++)
        if (strcmp(flags[i].name, name) == 0)
            return &flags[i];
    return NULL;
}

void wasmtime_config_cranelift_flag_enable(wasm_config_t *config, const char *flag)
{
    if (!find_flag(flag))
        config->unknown_flag = true; /* no engine is made of it */
}

void wasmtime_config_cranelift_flag_set(wasm_config_t *config, const char *key, const char *value)
{
    const struct flag *f = find_flag(key);
    if (!f || !value) {
        config->unknown_flag = true;
        return;
    }
    bool off = strcmp(value, "false") == 0 || strcmp(value, "0") == 0 || strcmp(value, "off") == 0;
    if (off)
        config->engine.cpu_mask &= ~f->cpu;
    if (strstr(key, "spectre"))
        config->engine.runtime.spectre = !off;
}

/* --- Running ---------------------------------------------------------------------------------- */

void wasmtime_config_consume_fuel_set(wasm_config_t *config, bool enable)
{
    config->engine.runtime.fuel = enable;
}

void wasmtime_config_epoch_interruption_set(wasm_config_t *config, bool enable)
{
    config->engine.runtime.epochs = enable;
}

void wasmtime_config_max_wasm_stack_set(wasm_config_t *config, size_t size)
{
    config->engine.runtime.max_wasm_stack = size;
}

void wasmtime_config_shared_memory_set(wasm_config_t *config, bool enable)
{
    config->engine.shared_memory = enable;
}

void wasmtime_config_parallel_compilation_set(wasm_config_t *config, bool enable)
{
    config->engine.parallel = enable;
}

void wasmtime_config_signals_based_traps_set(wasm_config_t *config, bool enable)
{
    config->engine.runtime.signals = enable;
}

void wasmtime_config_memory_reservation_set(wasm_config_t *config, uint64_t bytes)
{
    config->engine.runtime.memory_reservation = bytes;
}

void wasmtime_config_memory_guard_size_set(wasm_config_t *config, uint64_t bytes)
{
    config->engine.runtime.memory_guard = bytes;
}

void wasmtime_config_memory_may_move_set(wasm_config_t *config, bool enable)
{
    config->engine.runtime.memory_may_move = enable;
}

void wasmtime_config_memory_init_cow_set(wasm_config_t *config, bool enable)
{
    config->engine.runtime.cow_images = enable;
}

void hospes_config_count_entries_set(wasm_config_t *config, bool enable)
{
    config->engine.runtime.counters = enable;
}

void hospes_config_gc_stress_set(wasm_config_t *config, bool enable)
{
    config->engine.runtime.gc_stress = enable;
}

void hospes_config_lazy_set(wasm_config_t *config, bool enable)
{
    config->engine.lazy = enable;
}

void wasmtime_config_async_stack_size_set(wasm_config_t *config, size_t size)
{
    config->async_stack_size = size;
}

void wasmtime_config_host_memory_creator_set(wasm_config_t *config,
                                             wasmtime_memory_creator_t *creator)
{
    config->memory_creator = *creator;
    config->has_memory_creator = true;
}

void wasmtime_config_host_stack_creator_set(wasm_config_t *config,
                                            wasmtime_stack_creator_t *creator)
{
    config->stack_creator = *creator;
    config->has_stack_creator = true;
}

/* --- What can fail ---------------------------------------------------------------------------- */

/* A triple is arch-vendor-system, perhaps with an environment; the vendor may be left out. */
wasmtime_error_t *wasmtime_config_target_set(wasm_config_t *config, const char *target)
{
    static const char *const archs[] = {"x86_64",   "aarch64",  "riscv64gc", "s390x",
                                        "pulley32", "pulley64", "i686"};
    const char *dash = target ? strchr(target, '-') : NULL;
    size_t n = dash ? (size_t)(dash - target) : target ? strlen(target) : 0;
    bool known = false;
    for (size_t i = 0; i < HS_ARRAY_SIZE(archs); i++)
        known |= strlen(archs[i]) == n && memcmp(archs[i], target, n) == 0;
    bool pulley = known && target[0] == 'p';
    if (!known || (!dash && !pulley))
        return hs_api_error("failed to parse target triple: `%.200s`", target ? target : "");
#if defined(__x86_64__)
    static const char host[] = "x86_64";
#else
    static const char host[] = "aarch64";
#endif
    config->foreign_target = strlen(host) != n || memcmp(host, target, n) != 0 ||
                             (strstr(target, "linux") == NULL && strcmp(dash, "-unknown-unknown"));
    return NULL;
}

/* The file is TOML; what can be said without a cache is whether it is there and looks like it. */
static bool toml_line(const char *s, const char *end)
{
    while (s < end && (*s == ' ' || *s == '\t'))
        s++;
    while (end > s && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    if (s == end || *s == '#')
        return true;
    if (*s == '[')
        return memchr(s, ']', (size_t)(end - s)) != NULL;
    const char *equals = memchr(s, '=', (size_t)(end - s));
    return equals && equals > s && equals + 1 < end;
}

wasmtime_error_t *wasmtime_config_cache_config_load(wasm_config_t *config, const char *path)
{
    (void)config;
    if (!path)
        return NULL;
    struct hs_file_map file;
    if (hs_file_map(path, 1, &file) != ST_OK)
        return hs_api_error("failed to read config file `%.400s`", path);
    const char *s = (const char *)file.bytes.data, *end = s + file.bytes.size;
    bool ok = hs_utf8_valid(file.bytes.data, file.bytes.size);
    unsigned line = 0;
    while (ok && s < end) {
        line++;
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        stop = stop ? stop : end;
        ok = toml_line(s, stop);
        s = stop + 1;
    }
    hs_file_unmap(&file);
    return ok ? NULL : hs_api_error("failed to parse config file `%.400s`, line %u", path, line);
}

/* --- The pool --------------------------------------------------------------------------------- */

struct wasmtime_pooling_allocation_config_t {
    uint32_t max_unused_warm_slots;
    size_t decommit_batch_size, linear_memory_keep_resident, table_keep_resident;
    uint32_t total_component_instances;
    size_t max_component_instance_size;
    uint32_t max_core_instances_per_component, max_memories_per_component, max_tables_per_component;
    uint32_t total_core_instances;
    size_t max_core_instance_size;
    uint32_t total_memories, max_memories_per_module;
    size_t max_memory_size;
    uint32_t total_tables, max_tables_per_module;
    size_t table_elements;
    uint32_t total_gc_heaps, total_stacks;
    size_t async_stack_keep_resident;
};

wasmtime_pooling_allocation_config_t *wasmtime_pooling_allocation_config_new(void)
{
    wasmtime_pooling_allocation_config_t *p = hs_alloc(sizeof *p);
    if (p)
        *p = (wasmtime_pooling_allocation_config_t){
            .max_unused_warm_slots = 100,
            .decommit_batch_size = 1,
            .total_component_instances = 1000,
            .max_component_instance_size = 1 << 20,
            .max_core_instances_per_component = UINT32_MAX,
            .max_memories_per_component = UINT32_MAX,
            .max_tables_per_component = UINT32_MAX,
            .total_core_instances = 1000,
            .max_core_instance_size = 1 << 20,
            .total_memories = 1000,
            .max_memories_per_module = 1,
            .max_memory_size = (size_t)4 << 30,
            .total_tables = 1000,
            .max_tables_per_module = 1,
            .table_elements = 20000,
            .total_gc_heaps = 1000,
            .total_stacks = 1000,
        };
    return p;
}

void wasmtime_pooling_allocation_config_delete(wasmtime_pooling_allocation_config_t *p)
{
    hs_free(p);
}

#define POOL(name, type)                                                                           \
    void wasmtime_pooling_allocation_config_##name##_set(                                          \
        wasmtime_pooling_allocation_config_t *config, type value)                                  \
    {                                                                                              \
        config->name = value;                                                                      \
    }

POOL(max_unused_warm_slots, uint32_t)
POOL(decommit_batch_size, size_t)
POOL(linear_memory_keep_resident, size_t)
POOL(table_keep_resident, size_t)
POOL(total_component_instances, uint32_t)
POOL(max_component_instance_size, size_t)
POOL(max_core_instances_per_component, uint32_t)
POOL(max_memories_per_component, uint32_t)
POOL(max_tables_per_component, uint32_t)
POOL(total_core_instances, uint32_t)
POOL(max_core_instance_size, size_t)
POOL(total_memories, uint32_t)
POOL(max_memories_per_module, uint32_t)
POOL(max_memory_size, size_t)
POOL(total_tables, uint32_t)
POOL(max_tables_per_module, uint32_t)
POOL(table_elements, size_t)
POOL(total_gc_heaps, uint32_t)
POOL(total_stacks, uint32_t)
POOL(async_stack_keep_resident, size_t)

void wasmtime_pooling_allocation_strategy_set(wasm_config_t *config,
                                              const wasmtime_pooling_allocation_config_t *pool)
{
    /* Instances and memories are recycled in any case; the description says how many stay ready. */
    config->engine.runtime.keep_slots = pool->max_unused_warm_slots;
}

/* --- The engine ------------------------------------------------------------------------------- */

static void api_engine_delete(void *api)
{
    struct api_engine *a = api;
    if (a->has_memory_creator && a->memory_creator.finalizer)
        a->memory_creator.finalizer(a->memory_creator.env);
    if (a->has_stack_creator && a->stack_creator.finalizer)
        a->stack_creator.finalizer(a->stack_creator.env);
    hs_free(a);
}

/* A memory of the host's; grow returns an error object, of which the runtime wants to know only
 * that it is there. */
struct host_memory_box {
    wasmtime_linear_memory_t memory;
};

static uint8_t *box_get(void *env, size_t *size, size_t *capacity)
{
    struct host_memory_box *b = env;
    return b->memory.get_memory(b->memory.env, size, capacity);
}

static enum status box_grow(void *env, size_t bytes)
{
    struct host_memory_box *b = env;
    wasmtime_error_t *e = b->memory.grow_memory(b->memory.env, bytes);
    wasmtime_error_delete(e);
    return e ? ST_LIMIT : ST_OK;
}

static void box_delete(void *env)
{
    struct host_memory_box *b = env;
    if (b->memory.finalizer)
        b->memory.finalizer(b->memory.env);
    hs_free(b);
}

/* What the host says goes to whoever wanted the memory. */
static enum status tell_host_error(wasmtime_error_t *e, struct error *out)
{
    wasm_name_t text;
    wasmtime_error_message(e, &text);
    int n = text.size < HS_ERROR_TEXT ? (int)text.size : HS_ERROR_TEXT;
    enum status st = hs_error_set(out, ST_LIMIT, HS_NO_OFFSET, "%.*s", n, n ? text.data : "");
    wasm_name_delete(&text);
    wasmtime_error_delete(e);
    return st;
}

static enum status make_host_memory(void *env, const struct limits *type, uint64_t min,
                                    uint64_t max, struct error *error, struct host_memory *out)
{
    struct engine *e = env;
    struct api_engine *a = e->api;
    struct host_memory_box *b = hs_calloc(1, sizeof *b);
    wasm_memorytype_t *t = hs_api_memorytype(type);
    enum status st = ST_OOM;
    if (b && t) {
        wasmtime_error_t *said = a->memory_creator.new_memory(
            a->memory_creator.env, t, min, max, e->config.runtime.memory_reservation,
            e->config.runtime.memory_guard, &b->memory);
        st = said ? tell_host_error(said, error) : ST_OK;
        if (st == ST_OK)
            *out = (struct host_memory){b, box_get, box_grow, box_delete};
    }
    wasm_memorytype_delete(t);
    if (st != ST_OK)
        hs_free(b);
    return st;
}

wasm_engine_t *wasm_engine_new_with_config(wasm_config_t *config)
{
    struct engine *e = NULL;
    struct api_engine *a = NULL;
    if (!config)
        return NULL;
    const struct engine_config *c = &config->engine;
    hs_features f = c->features;
    if (config->unknown_flag || config->foreign_target || c->runtime.max_wasm_stack == 0)
        goto out;
    a = hs_calloc(1, sizeof *a);
    if (!a)
        goto out;
    *a = (struct api_engine){config->memory_creator, config->stack_creator,
                             config->has_memory_creator, config->has_stack_creator,
                             config->async_stack_size};
    if (config->has_memory_creator)
        config->engine.runtime.host_memory = make_host_memory;
    if (config->no_gc)
        set_feature(config, HS_FEATURE(GC) | HS_FEATURE(EXCEPTIONS), false);
    if (!(f & HS_FEATURE(SIMD)))
        config->engine.features &= ~HS_FEATURE(RELAXED_SIMD); /* a common way to say "no vectors" */
    if (hs_engine_new(&config->engine, &e) != ST_OK) {
        api_engine_delete(a);
        e = NULL;
        goto out;
    }
    e->api = a;
    e->api_delete = api_engine_delete;
    e->rt.config.host_memory_env = e;
out:
    wasm_config_delete(config);
    return (wasm_engine_t *)e;
}

wasm_engine_t *wasm_engine_new(void)
{
    wasm_config_t *c = wasm_config_new();
    return c ? wasm_engine_new_with_config(c) : NULL;
}

void wasm_engine_delete(wasm_engine_t *engine)
{
    hs_engine_unref(hs_api_engine(engine));
}

wasm_engine_t *wasmtime_engine_clone(const wasm_engine_t *engine)
{
    return (wasm_engine_t *)hs_engine_ref(hs_api_engine(engine));
}

void wasmtime_engine_increment_epoch(const wasm_engine_t *engine)
{
    hs_runtime_increment_epoch(&hs_api_engine(engine)->rt);
}

bool wasmtime_engine_is_pulley(const wasm_engine_t *engine)
{
    (void)engine;
    return false;
}

const char *hospes_version(void)
{
    return "0.1.0";
}
