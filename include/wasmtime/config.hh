/**
 * @file wasmtime/config.hh
 *
 * How an engine is to be. What each setting does, and what it is if not set,
 * stands in `wasmtime/config.h`.
 *
 * Thread rules: a configuration is used by one thread at a time. Everything in
 * this header since 0.1.
 */
#ifndef WASMTIME_CONFIG_HH
#define WASMTIME_CONFIG_HH

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <wasmtime/conf.h>
#include <wasmtime/config.h>
#include <wasmtime/error.hh>
#include <wasmtime/types/memory.hh>

namespace wasmtime
{

/// Which compiler to use.
enum class Strategy {
    Auto = WASMTIME_STRATEGY_AUTO,
    Cranelift = WASMTIME_STRATEGY_CRANELIFT,
    Winch = WASMTIME_STRATEGY_WINCH,
};

/// What the compiler optimizes for.
enum class OptLevel {
    None = WASMTIME_OPT_LEVEL_NONE,
    Speed = WASMTIME_OPT_LEVEL_SPEED,
    SpeedAndSize = WASMTIME_OPT_LEVEL_SPEED_AND_SIZE,
};

/// How the compiler chooses registers.
enum RegallocAlgorithm {
    Backtracking = WASMTIME_REGALLOC_BACKTRACKING,
    SinglePass = WASMTIME_REGALLOC_SINGLE_PASS,
};

/// Which profiler is told about compiled code.
enum class ProfilingStrategy {
    None = WASMTIME_PROFILING_STRATEGY_NONE,
    Jitdump = WASMTIME_PROFILING_STRATEGY_JITDUMP,
    Vtune = WASMTIME_PROFILING_STRATEGY_VTUNE,
    Perfmap = WASMTIME_PROFILING_STRATEGY_PERFMAP,
};

#ifdef WASMTIME_FEATURE_POOLING_ALLOCATOR

/// The size of a pool of instances.
class PoolAllocationConfig
    : public detail::Owned<PoolAllocationConfig, wasmtime_pooling_allocation_config_t,
                           wasmtime_pooling_allocation_config_delete>
{
  public:
    using Owned::Owned;

    PoolAllocationConfig() : Owned(wasmtime_pooling_allocation_config_new())
    {
    }

    /// How many places are kept ready after use.
    void max_unused_warm_slots(uint32_t max)
    {
        wasmtime_pooling_allocation_config_max_unused_warm_slots_set(ptr.get(), max);
    }

    /// How many places are given back to the system at once.
    void decommit_batch_size(size_t batch_size)
    {
        wasmtime_pooling_allocation_config_decommit_batch_size_set(ptr.get(), batch_size);
    }

#ifdef WASMTIME_FEATURE_ASYNC
    /// How many bytes of a stack stay mapped.
    void async_stack_keep_resident(size_t size)
    {
        wasmtime_pooling_allocation_config_async_stack_keep_resident_set(ptr.get(), size);
    }
#endif

    /// How many bytes of a memory stay mapped.
    void linear_memory_keep_resident(size_t size)
    {
        wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(ptr.get(), size);
    }

    /// How many bytes of a table stay mapped.
    void table_keep_resident(size_t size)
    {
        wasmtime_pooling_allocation_config_table_keep_resident_set(ptr.get(), size);
    }

    /// How many instances of components there can be.
    void total_component_instances(uint32_t count)
    {
        wasmtime_pooling_allocation_config_total_component_instances_set(ptr.get(), count);
    }

    /// How many bytes one may need besides its memories.
    void max_component_instance_size(size_t size)
    {
        wasmtime_pooling_allocation_config_max_component_instance_size_set(ptr.get(), size);
    }

    /// How many instances of modules one may have.
    void max_core_instances_per_component(uint32_t count)
    {
        wasmtime_pooling_allocation_config_max_core_instances_per_component_set(ptr.get(), count);
    }

    /// How many memories one may have.
    void max_memories_per_component(uint32_t count)
    {
        wasmtime_pooling_allocation_config_max_memories_per_component_set(ptr.get(), count);
    }

    /// How many tables one may have.
    void max_tables_per_component(uint32_t count)
    {
        wasmtime_pooling_allocation_config_max_tables_per_component_set(ptr.get(), count);
    }

    /// How many memories there can be.
    void total_memories(uint32_t count)
    {
        wasmtime_pooling_allocation_config_total_memories_set(ptr.get(), count);
    }

    /// How many tables there can be.
    void total_tables(uint32_t count)
    {
        wasmtime_pooling_allocation_config_total_tables_set(ptr.get(), count);
    }

#ifdef WASMTIME_FEATURE_ASYNC
    /// How many stacks there can be.
    void total_stacks(uint32_t count)
    {
        wasmtime_pooling_allocation_config_total_stacks_set(ptr.get(), count);
    }
#endif

    /// How many instances of modules there can be.
    void total_core_instances(uint32_t count)
    {
        wasmtime_pooling_allocation_config_total_core_instances_set(ptr.get(), count);
    }

    /// How many bytes one may need besides its memories.
    void max_core_instance_size(size_t size)
    {
        wasmtime_pooling_allocation_config_max_core_instance_size_set(ptr.get(), size);
    }

    /// How many tables a module may have.
    void max_tables_per_module(uint32_t tables)
    {
        wasmtime_pooling_allocation_config_max_tables_per_module_set(ptr.get(), tables);
    }

    /// How many elements a table may have.
    void table_elements(size_t elements)
    {
        wasmtime_pooling_allocation_config_table_elements_set(ptr.get(), elements);
    }

    /// How many memories a module may have.
    void max_memories_per_module(uint32_t memories)
    {
        wasmtime_pooling_allocation_config_max_memories_per_module_set(ptr.get(), memories);
    }

    /// How many bytes a memory may have.
    void max_memory_size(size_t bytes)
    {
        wasmtime_pooling_allocation_config_max_memory_size_set(ptr.get(), bytes);
    }

    /// How many collected heaps there can be.
    void total_gc_heaps(uint32_t count)
    {
        wasmtime_pooling_allocation_config_total_gc_heaps_set(ptr.get(), count);
    }
};

#endif // WASMTIME_FEATURE_POOLING_ALLOCATOR

/// How an engine is to be; `Engine` takes it.
class Config : public detail::Owned<Config, wasm_config_t, wasm_config_delete>
{
    template <typename Memory> static uint8_t *get_memory(void *env, size_t *size, size_t *capacity)
    {
        return static_cast<Memory *>(env)->get_memory(size, capacity);
    }

    template <typename Memory> static wasmtime_error_t *grow_memory(void *env, size_t new_size)
    {
        return detail::guarded(
            [&]() -> wasmtime_error_t * {
                Result<std::monostate> grown = static_cast<Memory *>(env)->grow_memory(new_size);
                return grown ? nullptr : grown.err().capi_release();
            },
            [](const char *what) { return wasmtime_error_new(what); });
    }

    template <typename T>
    static wasmtime_error_t *new_memory(void *env, const wasm_memorytype_t *ty, size_t minimum,
                                        size_t maximum, size_t reserved, size_t guard,
                                        wasmtime_linear_memory_t *out)
    {
        using Memory = typename T::Memory;
        return detail::guarded(
            [&]() -> wasmtime_error_t * {
                Result<Memory> made = static_cast<T *>(env)->new_memory(
                    MemoryType::Ref(ty), minimum, maximum, reserved, guard);
                if (!made)
                    return made.err().capi_release();
                out->env = std::make_unique<Memory>(made.ok()).release();
                out->get_memory = get_memory<Memory>;
                out->grow_memory = grow_memory<Memory>;
                out->finalizer = detail::finalize<Memory>;
                return nullptr;
            },
            [](const char *what) { return wasmtime_error_new(what); });
    }

  public:
    using Owned::Owned;

    Config() : Owned(wasm_config_new())
    {
    }

    /// Whether compiled code can be looked at with a debugger.
    void debug_info(bool enable)
    {
        wasmtime_config_debug_info_set(ptr.get(), enable);
    }

    /// Whether stores have deadlines in epochs; see `Store::Context::set_epoch_deadline`.
    void epoch_interruption(bool enable)
    {
        wasmtime_config_epoch_interruption_set(ptr.get(), enable);
    }

    /// Whether running costs fuel; see `Store::Context::set_fuel`.
    void consume_fuel(bool enable)
    {
        wasmtime_config_consume_fuel_set(ptr.get(), enable);
    }

    /// How many bytes of stack a guest may use.
    void max_wasm_stack(size_t stack)
    {
        wasmtime_config_max_wasm_stack_set(ptr.get(), stack);
    }

#ifdef WASMTIME_FEATURE_THREADS
    /// Whether atomic instructions and shared memories are accepted.
    void wasm_threads(bool enable)
    {
        wasmtime_config_wasm_threads_set(ptr.get(), enable);
    }
#endif // WASMTIME_FEATURE_THREADS

    /// Whether shared memories can be made.
    void shared_memory(bool enable)
    {
        wasmtime_config_shared_memory_set(ptr.get(), enable);
    }

    /// Whether tail calls are accepted.
    void wasm_tail_call(bool enable)
    {
        wasmtime_config_wasm_tail_call_set(ptr.get(), enable);
    }

#ifdef WASMTIME_FEATURE_GC
    /// Whether reference types are accepted.
    void wasm_reference_types(bool enable)
    {
        wasmtime_config_wasm_reference_types_set(ptr.get(), enable);
    }
#endif // WASMTIME_FEATURE_GC

    /// Whether vectors are accepted.
    void wasm_simd(bool enable)
    {
        wasmtime_config_wasm_simd_set(ptr.get(), enable);
    }

    /// Whether the relaxed vector instructions are accepted.
    void wasm_relaxed_simd(bool enable)
    {
        wasmtime_config_wasm_relaxed_simd_set(ptr.get(), enable);
    }

    /// Whether these give the same results on all machines.
    void wasm_relaxed_simd_deterministic(bool enable)
    {
        wasmtime_config_wasm_relaxed_simd_deterministic_set(ptr.get(), enable);
    }

    /// Whether copies and fills of whole ranges are accepted.
    void wasm_bulk_memory(bool enable)
    {
        wasmtime_config_wasm_bulk_memory_set(ptr.get(), enable);
    }

    /// Whether functions and blocks may have several results.
    void wasm_multi_value(bool enable)
    {
        wasmtime_config_wasm_multi_value_set(ptr.get(), enable);
    }

    /// Whether modules may have several memories.
    void wasm_multi_memory(bool enable)
    {
        wasmtime_config_wasm_multi_memory_set(ptr.get(), enable);
    }

    /// Whether memories may have addresses of 64 bits.
    void wasm_memory64(bool enable)
    {
        wasmtime_config_wasm_memory64_set(ptr.get(), enable);
    }

#ifdef WASMTIME_FEATURE_GC
    /// Whether collected structs and arrays are accepted.
    void wasm_gc(bool enable)
    {
        wasmtime_config_wasm_gc_set(ptr.get(), enable);
    }

    /// Whether references to functions of a type are accepted.
    void wasm_function_references(bool enable)
    {
        wasmtime_config_wasm_function_references_set(ptr.get(), enable);
    }
#endif // WASMTIME_FEATURE_GC

    /// Whether arithmetic with 128 bits is accepted.
    void wasm_wide_arithmetic(bool enable)
    {
        wasmtime_config_wasm_wide_arithmetic_set(ptr.get(), enable);
    }

#ifdef WASMTIME_FEATURE_GC
    /// Whether exceptions are accepted.
    void wasm_exceptions(bool enable)
    {
        wasmtime_config_wasm_exceptions_set(ptr.get(), enable);
    }
#endif // WASMTIME_FEATURE_GC

    /// Whether memories may have pages of one byte.
    void wasm_custom_page_sizes(bool enable)
    {
        wasmtime_config_wasm_custom_page_sizes_set(ptr.get(), enable);
    }

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL
    /// Whether components are accepted.
    void wasm_component_model(bool enable)
    {
        wasmtime_config_wasm_component_model_set(ptr.get(), enable);
    }

    /// Whether components may use maps.
    void wasm_component_model_map(bool enable)
    {
        wasmtime_config_wasm_component_model_map_set(ptr.get(), enable);
    }
#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef WASMTIME_FEATURE_PARALLEL_COMPILATION
    /// Whether functions are compiled on several threads.
    void parallel_compilation(bool enable)
    {
        wasmtime_config_parallel_compilation_set(ptr.get(), enable);
    }
#endif // WASMTIME_FEATURE_PARALLEL_COMPILATION

#ifdef WASMTIME_FEATURE_COMPILER
    /// Which compiler to use.
    void strategy(Strategy strategy)
    {
        wasmtime_config_strategy_set(ptr.get(), static_cast<wasmtime_strategy_t>(strategy));
    }

    /// Whether the compiler checks itself.
    void cranelift_debug_verifier(bool enable)
    {
        wasmtime_config_cranelift_debug_verifier_set(ptr.get(), enable);
    }

    /// Whether every NaN is the same one.
    void cranelift_nan_canonicalization(bool enable)
    {
        wasmtime_config_cranelift_nan_canonicalization_set(ptr.get(), enable);
    }

    /// What the compiler optimizes for.
    void cranelift_opt_level(OptLevel level)
    {
        wasmtime_config_cranelift_opt_level_set(ptr.get(),
                                                static_cast<wasmtime_opt_level_t>(level));
    }

    /// Turns a flag of the compiler on.
    void cranelift_flag_enable(const std::string &flag)
    {
        wasmtime_config_cranelift_flag_enable(ptr.get(), flag.c_str());
    }

    /// Sets a flag of the compiler to a value.
    void cranelift_flag_set(const std::string &flag, const std::string &value)
    {
        wasmtime_config_cranelift_flag_set(ptr.get(), flag.c_str(), value.c_str());
    }

    /// How the compiler chooses registers.
    void cranelift_regalloc_algorithm(RegallocAlgorithm algo)
    {
        wasmtime_config_cranelift_regalloc_algorithm_set(
            ptr.get(), static_cast<wasmtime_regalloc_algorithm_t>(algo));
    }
#endif // WASMTIME_FEATURE_COMPILER

    /// Which profiler is told about compiled code.
    void profiler(ProfilingStrategy profiler)
    {
        wasmtime_config_profiler_set(ptr.get(),
                                     static_cast<wasmtime_profiling_strategy_t>(profiler));
    }

    /// How many bytes of address space a memory starts with.
    void memory_reservation(uint64_t size)
    {
        wasmtime_config_memory_reservation_set(ptr.get(), size);
    }

    /// How many more bytes when a memory has to move.
    void memory_reservation_for_growth(uint64_t size)
    {
        wasmtime_config_memory_reservation_for_growth_set(ptr.get(), size);
    }

    /// How many bytes behind a memory are unmapped.
    void memory_guard_size(uint64_t size)
    {
        wasmtime_config_memory_guard_size_set(ptr.get(), size);
    }

    /// Whether a memory may move when it grows.
    void memory_may_move(bool enable)
    {
        wasmtime_config_memory_may_move_set(ptr.get(), enable);
    }

    /// Whether memories start as copies that share unwritten pages.
    void memory_init_cow(bool enable)
    {
        wasmtime_config_memory_init_cow_set(ptr.get(), enable);
    }

    /// Whether debuggers and profilers can walk the stack of guests.
    void native_unwind_info(bool enable)
    {
        wasmtime_config_native_unwind_info_set(ptr.get(), enable);
    }

    /// Which way of catching faults macOS uses.
    void macos_use_mach_ports(bool enable)
    {
        wasmtime_config_macos_use_mach_ports_set(ptr.get(), enable);
    }

    /// Whether faults of the processor become traps, instead of checks.
    void signals_based_traps(bool enable)
    {
        wasmtime_config_signals_based_traps_set(ptr.get(), enable);
    }

#ifdef WASMTIME_FEATURE_CACHE
    /// Keeps compiled modules in the usual cache.
    Result<std::monostate> cache_load_default()
    {
        return detail::done(wasmtime_config_cache_config_load(ptr.get(), nullptr));
    }

    /// Keeps compiled modules in the cache that a file describes.
    Result<std::monostate> cache_load(const std::string &path)
    {
        return detail::done(wasmtime_config_cache_config_load(ptr.get(), path.c_str()));
    }
#endif // WASMTIME_FEATURE_CACHE

    /// Lets the host provide the memories.
    ///
    /// `T` has a type `T::Memory` and a function
    /// `Result<T::Memory> new_memory(const MemoryType::Ref &, size_t min, size_t max,
    /// size_t reserved, size_t guard)`, where `max` may be `SIZE_MAX`. `T::Memory` has
    /// `uint8_t *get_memory(size_t *size, size_t *capacity)` and
    /// `Result<std::monostate> grow_memory(size_t size)`, all in bytes.
    template <typename T> void host_memory_creator(T creator)
    {
        wasmtime_memory_creator_t raw;
        raw.env = std::make_unique<T>(std::move(creator)).release();
        raw.new_memory = new_memory<T>;
        raw.finalizer = detail::finalize<T>;
        wasmtime_config_host_memory_creator_set(ptr.get(), &raw);
    }

#ifdef WASMTIME_FEATURE_POOLING_ALLOCATOR
    /// Takes instances from a pool of this size; the description is copied.
    void pooling_allocation_strategy(const PoolAllocationConfig &config)
    {
        wasmtime_pooling_allocation_strategy_set(ptr.get(), config.capi());
    }
#endif // WASMTIME_FEATURE_POOLING_ALLOCATOR

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL
    /// Whether components may have several calls under way.
    void concurrency_support(bool enable)
    {
        wasmtime_config_concurrency_support_set(ptr.get(), enable);
    }
#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL_ASYNC
    /// Whether components may use asynchronous functions.
    void wasm_component_model_async(bool enable)
    {
        wasmtime_config_wasm_component_model_async_set(ptr.get(), enable);
    }

    /// Whether they may use all the functions for that.
    void wasm_component_model_more_async_builtins(bool enable)
    {
        wasmtime_config_wasm_component_model_more_async_builtins_set(ptr.get(), enable);
    }

    /// Whether they may suspend a stack.
    void wasm_component_model_async_stackful(bool enable)
    {
        wasmtime_config_wasm_component_model_async_stackful_set(ptr.get(), enable);
    }
#endif // WASMTIME_FEATURE_COMPONENT_MODEL_ASYNC
};

} // namespace wasmtime

#endif // WASMTIME_CONFIG_HH
