/**
 * @file wasmtime/config.h
 */
#ifndef WASMTIME_CONFIG_H
#define WASMTIME_CONFIG_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint8_t wasmtime_strategy_t;
enum wasmtime_strategy_enum {
    WASMTIME_STRATEGY_AUTO,
    WASMTIME_STRATEGY_CRANELIFT,
    WASMTIME_STRATEGY_WINCH,
};

typedef uint8_t wasmtime_opt_level_t;
enum wasmtime_opt_level_enum {
    WASMTIME_OPT_LEVEL_NONE,
    WASMTIME_OPT_LEVEL_SPEED,
    WASMTIME_OPT_LEVEL_SPEED_AND_SIZE,
};

typedef uint8_t wasmtime_profiling_strategy_t;
enum wasmtime_profiling_strategy_enum {
    WASMTIME_PROFILING_STRATEGY_NONE,
    WASMTIME_PROFILING_STRATEGY_JITDUMP,
    WASMTIME_PROFILING_STRATEGY_VTUNE,
    WASMTIME_PROFILING_STRATEGY_PERFMAP,
};

typedef uint8_t wasmtime_regalloc_algorithm_t;
enum wasmtime_regalloc_algorithm_enum {
    WASMTIME_REGALLOC_BACKTRACKING,
    WASMTIME_REGALLOC_SINGLE_PASS,
};

/* Declares one setter: wasmtime_config_<name>_set(config, value). */
#define WASMTIME_CONFIG_PROP(ret, name, ty)                                                        \
    WASM_API_EXTERN ret wasmtime_config_##name##_set(wasm_config_t *, ty);

typedef uint8_t *(*wasmtime_memory_get_callback_t)(void *env, size_t *byte_size,
                                                   size_t *byte_capacity);

typedef wasmtime_error_t *(*wasmtime_memory_grow_callback_t)(void *env, size_t new_size);

typedef struct wasmtime_linear_memory {
    void *env;
    wasmtime_memory_get_callback_t get_memory;
    wasmtime_memory_grow_callback_t grow_memory;
    void (*finalizer)(void *);
} wasmtime_linear_memory_t;

typedef wasmtime_error_t *(*wasmtime_new_memory_callback_t)(
    void *env, const wasm_memorytype_t *ty, size_t minimum, size_t maximum,
    size_t reserved_size_in_bytes, size_t guard_size_in_bytes,
    wasmtime_linear_memory_t *memory_ret);

typedef struct wasmtime_memory_creator {
    void *env;
    wasmtime_new_memory_callback_t new_memory;
    void (*finalizer)(void *);
} wasmtime_memory_creator_t;

WASM_API_EXTERN void wasmtime_config_debug_info_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_consume_fuel_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_epoch_interruption_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_max_wasm_stack_set(wasm_config_t *, size_t);
WASM_API_EXTERN void wasmtime_config_shared_memory_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_tail_call_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_gc_support_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_simd_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_relaxed_simd_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_relaxed_simd_deterministic_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_bulk_memory_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_multi_value_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_multi_memory_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_memory64_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_wide_arithmetic_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_branch_hinting_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_custom_page_sizes_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_profiler_set(wasm_config_t *, wasmtime_profiling_strategy_t);
WASM_API_EXTERN void wasmtime_config_memory_may_move_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_memory_reservation_set(wasm_config_t *, uint64_t);
WASM_API_EXTERN void wasmtime_config_memory_guard_size_set(wasm_config_t *, uint64_t);
WASM_API_EXTERN void wasmtime_config_memory_reservation_for_growth_set(wasm_config_t *, uint64_t);
WASM_API_EXTERN void wasmtime_config_native_unwind_info_set(wasm_config_t *, bool);
WASM_API_EXTERN wasmtime_error_t *wasmtime_config_target_set(wasm_config_t *, const char *);
WASM_API_EXTERN void wasmtime_config_macos_use_mach_ports_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_signals_based_traps_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_host_memory_creator_set(wasm_config_t *, wasmtime_memory_creator_t *);
WASM_API_EXTERN void wasmtime_config_memory_init_cow_set(wasm_config_t *, bool);

#ifdef WASMTIME_FEATURE_THREADS
WASM_API_EXTERN void wasmtime_config_wasm_threads_set(wasm_config_t *, bool);
#endif
#ifdef WASMTIME_FEATURE_GC
WASM_API_EXTERN void wasmtime_config_wasm_reference_types_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_function_references_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_gc_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_exceptions_set(wasm_config_t *, bool);
#endif
#ifdef WASMTIME_FEATURE_COMPILER
WASM_API_EXTERN void wasmtime_config_wasm_stack_switching_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_strategy_set(wasm_config_t *, wasmtime_strategy_t);
WASM_API_EXTERN void wasmtime_config_cranelift_debug_verifier_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_cranelift_nan_canonicalization_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_cranelift_opt_level_set(wasm_config_t *, wasmtime_opt_level_t);
WASM_API_EXTERN void wasmtime_config_cranelift_regalloc_algorithm_set(wasm_config_t *, wasmtime_regalloc_algorithm_t);
WASM_API_EXTERN void wasmtime_config_cranelift_flag_enable(wasm_config_t *, const char *);
WASM_API_EXTERN void wasmtime_config_cranelift_flag_set(wasm_config_t *, const char *key, const char *value);
#endif
#ifdef WASMTIME_FEATURE_PARALLEL_COMPILATION
WASM_API_EXTERN void wasmtime_config_parallel_compilation_set(wasm_config_t *, bool);
#endif
#ifdef WASMTIME_FEATURE_CACHE
WASM_API_EXTERN wasmtime_error_t *wasmtime_config_cache_config_load(wasm_config_t *, const char *);
#endif
#ifdef WASMTIME_FEATURE_POOLING_ALLOCATOR
typedef struct wasmtime_pooling_allocation_config_t wasmtime_pooling_allocation_config_t;
/* Declares one setter of the pool's limits. */
#define WASMTIME_POOLING_ALLOCATION_CONFIG_PROP(name, ty)                                          \
    WASM_API_EXTERN void wasmtime_pooling_allocation_config_##name##_set(                          \
        wasmtime_pooling_allocation_config_t *, ty);
WASM_API_EXTERN wasmtime_pooling_allocation_config_t *wasmtime_pooling_allocation_config_new(void);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_delete(wasmtime_pooling_allocation_config_t *);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_unused_warm_slots_set(wasmtime_pooling_allocation_config_t *, uint32_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_decommit_batch_size_set(wasmtime_pooling_allocation_config_t *, size_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(wasmtime_pooling_allocation_config_t *, size_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_table_keep_resident_set(wasmtime_pooling_allocation_config_t *, size_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_total_component_instances_set(wasmtime_pooling_allocation_config_t *, uint32_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_component_instance_size_set(wasmtime_pooling_allocation_config_t *, size_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_core_instances_per_component_set(wasmtime_pooling_allocation_config_t *, uint32_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_memories_per_component_set(wasmtime_pooling_allocation_config_t *, uint32_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_tables_per_component_set(wasmtime_pooling_allocation_config_t *, uint32_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_total_memories_set(wasmtime_pooling_allocation_config_t *, uint32_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_total_tables_set(wasmtime_pooling_allocation_config_t *, uint32_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_total_core_instances_set(wasmtime_pooling_allocation_config_t *, uint32_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_core_instance_size_set(wasmtime_pooling_allocation_config_t *, size_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_tables_per_module_set(wasmtime_pooling_allocation_config_t *, uint32_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_table_elements_set(wasmtime_pooling_allocation_config_t *, size_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_memories_per_module_set(wasmtime_pooling_allocation_config_t *, uint32_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_memory_size_set(wasmtime_pooling_allocation_config_t *, size_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_total_gc_heaps_set(wasmtime_pooling_allocation_config_t *, uint32_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_strategy_set(wasm_config_t *, const wasmtime_pooling_allocation_config_t *);
#ifdef WASMTIME_FEATURE_ASYNC
WASM_API_EXTERN void wasmtime_pooling_allocation_config_async_stack_keep_resident_set(wasmtime_pooling_allocation_config_t *, size_t);
WASM_API_EXTERN void wasmtime_pooling_allocation_config_total_stacks_set(wasmtime_pooling_allocation_config_t *, uint32_t);
#endif
#endif
#ifdef WASMTIME_FEATURE_COMPONENT_MODEL
WASM_API_EXTERN void wasmtime_config_wasm_component_model_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_concurrency_support_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_component_model_map_set(wasm_config_t *, bool);
#endif
#ifdef WASMTIME_FEATURE_COMPONENT_MODEL_ASYNC
WASM_API_EXTERN void wasmtime_config_wasm_component_model_async_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_component_model_more_async_builtins_set(wasm_config_t *, bool);
WASM_API_EXTERN void wasmtime_config_wasm_component_model_async_stackful_set(wasm_config_t *, bool);
#endif

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_CONFIG_H */
