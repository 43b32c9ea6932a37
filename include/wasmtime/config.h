/**
 * @file wasmtime/config.h
 *
 * The settings of an engine.
 *
 * A configuration from wasm_config_new() holds the defaults. The setters here
 * change it, wasm_engine_new_with_config() consumes it, and from then on the
 * engine stays as it is. Setters do not fail, but for the few that give an
 * error; settings that contradict each other are found when the engine is
 * made. Settings that concern the inside of Wasmtime's own compilers are
 * remembered and have no further effect.
 *
 * A configuration is used by one thread at a time. "Accepts" below means: a
 * module that uses the feature passes validation. What the host itself makes
 * (memories, tags, references) does not depend on it.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_CONFIG_H
#define WASMTIME_CONFIG_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Declares one setter: `wasmtime_config_<name>_set(config, value)`. The header
 * spells its own setters out; the macro is for programs that use it.
 */
#define WASMTIME_CONFIG_PROP(ret, name, ty)                                                        \
    WASM_API_EXTERN ret wasmtime_config_##name##_set(wasm_config_t *, ty);

/** Which compiler: one of the constants below. */
typedef uint8_t wasmtime_strategy_t;

enum wasmtime_strategy_enum {
    /** Fast first, optimized where it pays. */
    WASMTIME_STRATEGY_AUTO,
    /** The optimizing compiler for everything. */
    WASMTIME_STRATEGY_CRANELIFT,
    /** The single-pass compiler for everything. */
    WASMTIME_STRATEGY_WINCH,
};

/** What the optimizing compiler aims at: one of the constants below. */
typedef uint8_t wasmtime_opt_level_t;

enum wasmtime_opt_level_enum {
    /** Short compilation. */
    WASMTIME_OPT_LEVEL_NONE,
    /** Fast code. */
    WASMTIME_OPT_LEVEL_SPEED,
    /** Fast code, but not at any size. */
    WASMTIME_OPT_LEVEL_SPEED_AND_SIZE,
};

/** Which native profiler is told about code: one of the constants below. */
typedef uint8_t wasmtime_profiling_strategy_t;

enum wasmtime_profiling_strategy_enum {
    /** None. */
    WASMTIME_PROFILING_STRATEGY_NONE,
    /** `perf`, through a file `jit-<pid>.dump` with code and lines. */
    WASMTIME_PROFILING_STRATEGY_JITDUMP,
    /** Intel VTune. */
    WASMTIME_PROFILING_STRATEGY_VTUNE,
    /** `perf`, through a file `/tmp/perf-<pid>.map` with names. */
    WASMTIME_PROFILING_STRATEGY_PERFMAP,
};

/** How registers are assigned: one of the constants below. */
typedef uint8_t wasmtime_regalloc_algorithm_t;

enum wasmtime_regalloc_algorithm_enum {
    /** Better code. */
    WASMTIME_REGALLOC_BACKTRACKING,
    /** Shorter compilation. */
    WASMTIME_REGALLOC_SINGLE_PASS,
};

/* -------------------------------------------------------------------------
 * How guests are limited and interrupted
 * ---------------------------------------------------------------------- */

/**
 * Has guests use up fuel, so that they end after a bounded amount of work that
 * is the same in every run. See wasmtime_context_set_fuel(). Off by default;
 * costs running time when on.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_consume_fuel_set(wasm_config_t *config, bool enable);

/**
 * Lets guests be interrupted when a clock of the host reaches a deadline, which
 * costs almost no running time. See wasmtime_context_set_epoch_deadline(). Off
 * by default.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_epoch_interruption_set(wasm_config_t *config, bool enable);

/**
 * Sets how many bytes of stack guests may use, across all nested calls. Beyond
 * that they trap with WASMTIME_TRAP_CODE_STACK_OVERFLOW. 512 KiB by default.
 * The thread that calls a guest must have that much stack and some more.
 *
 * @param config  borrowed
 * @param size    in bytes, greater than 0
 */
WASM_API_EXTERN void wasmtime_config_max_wasm_stack_set(wasm_config_t *config, size_t size);

/* -------------------------------------------------------------------------
 * What guests may contain: finished parts of the standard
 * ---------------------------------------------------------------------- */

/**
 * Accepts 128-bit vectors (fixed-width SIMD). On by default.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_simd_set(wasm_config_t *config, bool enable);

/**
 * Accepts vector instructions whose result may depend on the machine (relaxed
 * SIMD). On by default; needs the vectors themselves.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_relaxed_simd_set(wasm_config_t *config, bool enable);

/**
 * Has relaxed vector instructions give the same result on every machine, even
 * where that is slower. Off by default.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_wasm_relaxed_simd_deterministic_set(wasm_config_t *config,
                                                                         bool enable);

/**
 * Accepts instructions that copy, fill and initialize whole ranges (bulk memory
 * operations). On by default.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_bulk_memory_set(wasm_config_t *config, bool enable);

/**
 * Accepts functions and blocks with several results (multi-value). On by
 * default.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_multi_value_set(wasm_config_t *config, bool enable);

/**
 * Accepts modules with several memories (multi-memory). On by default.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_multi_memory_set(wasm_config_t *config, bool enable);

/**
 * Accepts memories and tables with 64-bit addresses (memory64). On by default.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_memory64_set(wasm_config_t *config, bool enable);

/**
 * Accepts calls that replace the frame of their caller (tail calls). On by
 * default.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_tail_call_set(wasm_config_t *config, bool enable);

/**
 * Makes use of hints about likely branches, a custom section. They never change
 * what a module means.
 *
 * @param config  borrowed
 * @param enable  whether to heed them
 */
WASM_API_EXTERN void wasmtime_config_wasm_branch_hinting_set(wasm_config_t *config, bool enable);

#ifdef WASMTIME_FEATURE_GC

/**
 * Accepts references as values, and several tables (reference types). On by
 * default.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_reference_types_set(wasm_config_t *config, bool enable);

/**
 * Accepts references to functions of a given type, and calls through them
 * (typed function references). On by default; needs reference types.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_function_references_set(wasm_config_t *config,
                                                                  bool enable);

/**
 * Accepts structs, arrays and `i31` on a collected heap (garbage collection).
 * On by default; needs typed function references.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_gc_set(wasm_config_t *config, bool enable);

/**
 * Accepts tags, `throw` and `try_table` (exception handling). On by default.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_exceptions_set(wasm_config_t *config, bool enable);

#endif /* WASMTIME_FEATURE_GC */

/**
 * Whether modules may use a collected heap at all. On by default; without it
 * neither garbage collection nor exception handling is accepted, however they
 * are set. What the host makes itself, and external references, do not depend
 * on it.
 *
 * @param config  borrowed
 * @param enable  whether it has
 */
WASM_API_EXTERN void wasmtime_config_gc_support_set(wasm_config_t *config, bool enable);

/* -------------------------------------------------------------------------
 * What guests may contain: threads and proposals
 * ---------------------------------------------------------------------- */

#ifdef WASMTIME_FEATURE_THREADS

/**
 * Accepts atomic instructions and the type of shared memories (threads). On by
 * default. Making a shared memory has a setting of its own.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_threads_set(wasm_config_t *config, bool enable);

#endif /* WASMTIME_FEATURE_THREADS */

/**
 * Lets hosts make shared memories, see wasmtime_sharedmemory_new(). Off by
 * default, since they are written to by several threads at once. What modules
 * may define, wasmtime_config_wasm_threads_set() says.
 *
 * @param config  borrowed
 * @param enable  whether they may be made
 */
WASM_API_EXTERN void wasmtime_config_shared_memory_set(wasm_config_t *config, bool enable);

/**
 * Accepts 128-bit addition, subtraction and multiplication (wide arithmetic).
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_wide_arithmetic_set(wasm_config_t *config, bool enable);

/**
 * Accepts memories with pages of one byte (custom page sizes). Off by default.
 * A host can make such memories in any case.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_custom_page_sizes_set(wasm_config_t *config, bool enable);

#ifdef WASMTIME_FEATURE_COMPILER

/**
 * Accepts continuations (stack switching). Off by default.
 *
 * @param config  borrowed
 * @param enable  whether modules may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_stack_switching_set(wasm_config_t *config, bool enable);

#endif /* WASMTIME_FEATURE_COMPILER */

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

/**
 * Accepts components. On by default.
 *
 * @param config  borrowed
 * @param enable  whether components are accepted
 */
WASM_API_EXTERN void wasmtime_config_wasm_component_model_set(wasm_config_t *config, bool enable);

/**
 * Lets a store keep several calls of components going at once. On by default.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_concurrency_support_set(wasm_config_t *config, bool enable);

/**
 * Accepts the type `map` in components. Off by default.
 *
 * @param config  borrowed
 * @param enable  whether components may use it
 */
WASM_API_EXTERN void wasmtime_config_wasm_component_model_map_set(wasm_config_t *config,
                                                                  bool enable);

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL_ASYNC

/**
 * Accepts asynchronous functions, futures and streams in components.
 *
 * @param config  borrowed
 * @param enable  whether components may use them
 */
WASM_API_EXTERN void wasmtime_config_wasm_component_model_async_set(wasm_config_t *config,
                                                                    bool enable);

/**
 * Accepts the built-in functions for asynchronous components that are still
 * under discussion. Off by default.
 *
 * @param config  borrowed
 * @param enable  whether components may use them
 */
WASM_API_EXTERN void
wasmtime_config_wasm_component_model_more_async_builtins_set(wasm_config_t *config, bool enable);

/**
 * Accepts asynchronous exports that keep a stack while they wait. Off by
 * default.
 *
 * @param config  borrowed
 * @param enable  whether components may use them
 */
WASM_API_EXTERN void wasmtime_config_wasm_component_model_async_stackful_set(wasm_config_t *config,
                                                                             bool enable);

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL_ASYNC */

/* -------------------------------------------------------------------------
 * How modules are compiled
 * ---------------------------------------------------------------------- */

#ifdef WASMTIME_FEATURE_COMPILER

/**
 * Chooses the compiler. WASMTIME_STRATEGY_AUTO, the default, compiles fast
 * first and lets the optimizing compiler replace what is used much; the other
 * two choose one for everything.
 *
 * @param config    borrowed
 * @param strategy  one of the constants
 */
WASM_API_EXTERN void wasmtime_config_strategy_set(wasm_config_t *config,
                                                  wasmtime_strategy_t strategy);

/**
 * Sets what the optimizing compiler aims at. WASMTIME_OPT_LEVEL_SPEED by
 * default.
 *
 * @param config  borrowed
 * @param level   one of the constants
 */
WASM_API_EXTERN void wasmtime_config_cranelift_opt_level_set(wasm_config_t *config,
                                                             wasmtime_opt_level_t level);

/**
 * Sets how the optimizing compiler assigns registers. A hint: this library may
 * have one way only.
 *
 * @param config     borrowed
 * @param algorithm  one of the constants
 */
WASM_API_EXTERN void
wasmtime_config_cranelift_regalloc_algorithm_set(wasm_config_t *config,
                                                 wasmtime_regalloc_algorithm_t algorithm);

/**
 * Has the optimizing compiler check its own work. Slow; for developers of the
 * library. Off by default.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_cranelift_debug_verifier_set(wasm_config_t *config,
                                                                  bool enable);

/**
 * Has floating-point instructions give one and the same bit pattern for "not a
 * number" on every machine. Off by default; costs running time when on.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_cranelift_nan_canonicalization_set(wasm_config_t *config,
                                                                        bool enable);

/**
 * Turns on a flag of the optimizing compiler, by name. Names are looked at when
 * the engine is made.
 *
 * @param config  borrowed
 * @param flag    borrowed; ends in a zero; copied
 */
WASM_API_EXTERN void wasmtime_config_cranelift_flag_enable(wasm_config_t *config, const char *flag);

/**
 * Sets an option of the optimizing compiler, by name. Names and values are
 * looked at when the engine is made.
 *
 * @param config  borrowed
 * @param key     borrowed; ends in a zero; copied
 * @param value   borrowed; ends in a zero; copied
 */
WASM_API_EXTERN void wasmtime_config_cranelift_flag_set(wasm_config_t *config, const char *key,
                                                        const char *value);

#endif /* WASMTIME_FEATURE_COMPILER */

#ifdef WASMTIME_FEATURE_PARALLEL_COMPILATION

/**
 * Compiles functions of a module on several threads. On by default.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_parallel_compilation_set(wasm_config_t *config, bool enable);

#endif /* WASMTIME_FEATURE_PARALLEL_COMPILATION */

/**
 * Names the machine that code is made for: a triple such as
 * `x86_64-unknown-linux-gnu`. This machine by default. With another one modules
 * can be compiled and written down, but not run.
 *
 * @param config  borrowed
 * @param target  borrowed; ends in a zero
 * @return NULL, or an error that the caller owns: the name is not understood
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_config_target_set(wasm_config_t *config,
                                                             const char *target);

#ifdef WASMTIME_FEATURE_CACHE

/**
 * Keeps compiled modules on disk, as a configuration file says.
 *
 * The directory should belong to the user alone: whoever can write to it can
 * run code in this process.
 *
 * @param config  borrowed
 * @param path    borrowed; the file, TOML; NULL for the user's default settings
 * @return NULL, or an error that the caller owns: the file is missing or wrong
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_config_cache_config_load(wasm_config_t *config,
                                                                    const char *path);

#endif /* WASMTIME_FEATURE_CACHE */

/* -------------------------------------------------------------------------
 * Debugging and profiling
 * ---------------------------------------------------------------------- */

/**
 * Makes information for native debuggers, so that they show the source of
 * guests. Off by default; slows compilation.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_debug_info_set(wasm_config_t *config, bool enable);

/**
 * Describes the frames of guests to native unwinders, so that debuggers and
 * profilers can walk them. On by default.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_native_unwind_info_set(wasm_config_t *config, bool enable);

/**
 * Tells a native profiler which function lies where.
 * WASMTIME_PROFILING_STRATEGY_NONE by default.
 *
 * @param config    borrowed
 * @param strategy  one of the constants
 */
WASM_API_EXTERN void wasmtime_config_profiler_set(wasm_config_t *config,
                                                  wasmtime_profiling_strategy_t strategy);

/* -------------------------------------------------------------------------
 * Memories and signals
 * ---------------------------------------------------------------------- */

/**
 * Lets accesses outside a memory be found by the processor, with a signal
 * handler, in place of comparisons in the code. On by default; turning it off
 * makes guests slower, and leaves the signals of the process alone.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_signals_based_traps_set(wasm_config_t *config, bool enable);

/**
 * Chooses Mach exceptions in place of signals. Has an effect on macOS only.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_macos_use_mach_ports_set(wasm_config_t *config, bool enable);

/**
 * Sets how many bytes of addresses a memory gets, so that it can grow in place
 * and accesses need no comparison. 4 GiB by default on 64-bit machines.
 *
 * @param config  borrowed
 * @param bytes   0 for as many as the memory needs at first
 */
WASM_API_EXTERN void wasmtime_config_memory_reservation_set(wasm_config_t *config, uint64_t bytes);

/**
 * Sets how many bytes after the reservation are kept free of anything, so that
 * accesses with a constant offset need no comparison. 32 MiB by default on
 * 64-bit machines.
 *
 * @param config  borrowed
 * @param bytes   rounded up to whole pages of the machine
 */
WASM_API_EXTERN void wasmtime_config_memory_guard_size_set(wasm_config_t *config, uint64_t bytes);

/**
 * Sets how many bytes more are reserved when a memory has to move in order to
 * grow. 2 GiB by default on 64-bit machines.
 *
 * @param config  borrowed
 * @param bytes   0 for none
 */
WASM_API_EXTERN void wasmtime_config_memory_reservation_for_growth_set(wasm_config_t *config,
                                                                       uint64_t bytes);

/**
 * Lets a memory move to other addresses when it grows beyond its reservation.
 * On by default; if off, such growth fails.
 *
 * @param config  borrowed
 * @param enable  whether it may
 */
WASM_API_EXTERN void wasmtime_config_memory_may_move_set(wasm_config_t *config, bool enable);

/**
 * Fills a memory at instantiation by mapping an image of its data, copied only
 * where it is written. On by default.
 *
 * @param config  borrowed
 * @param enable  whether to do so
 */
WASM_API_EXTERN void wasmtime_config_memory_init_cow_set(wasm_config_t *config, bool enable);

/**
 * Gives the bytes of a memory that the host provides.
 *
 * @param env                 the pointer in wasmtime_linear_memory_t
 * @param[out] byte_size      how many bytes the memory has now
 * @param[out] byte_capacity  how many it can have without moving
 * @return the first byte
 */
typedef uint8_t *(*wasmtime_memory_get_callback_t)(void *env, size_t *byte_size,
                                                   size_t *byte_capacity);

/**
 * Makes a memory that the host provides larger.
 *
 * @param env       the pointer in wasmtime_linear_memory_t
 * @param new_size  how many bytes it shall have; new ones must be zero
 * @return NULL, or an error that the library owns from then on
 */
typedef wasmtime_error_t *(*wasmtime_memory_grow_callback_t)(void *env, size_t new_size);

/** A memory that the host provides. Filled by the host, owned by the library. */
typedef struct wasmtime_linear_memory {
    void *env;                                   /* given to the callbacks */
    wasmtime_memory_get_callback_t get_memory;   /* where the bytes are */
    wasmtime_memory_grow_callback_t grow_memory; /* more of them */
    void (*finalizer)(void *); /* called once with `env` when the memory ends; may be NULL */
} wasmtime_linear_memory_t;

/**
 * Makes a memory on behalf of the host.
 *
 * @param env                     the pointer in wasmtime_memory_creator_t
 * @param ty                      borrowed; the type
 * @param minimum                 how many bytes it must have at once, all zero
 * @param maximum                 how many it can ever have; SIZE_MAX for no bound
 * @param reserved_size_in_bytes  how many must be there without moving; may be 0
 * @param guard_size_in_bytes     how many after them must not be accessible
 * @param[out] memory_ret         to be filled; the library owns its content then
 * @return NULL, or an error that the library owns from then on; whoever wanted
 *         the memory, by itself or for an instance, gets its message
 */
typedef wasmtime_error_t *(*wasmtime_new_memory_callback_t)(void *env, const wasm_memorytype_t *ty,
                                                            size_t minimum, size_t maximum,
                                                            size_t reserved_size_in_bytes,
                                                            size_t guard_size_in_bytes,
                                                            wasmtime_linear_memory_t *memory_ret);

/** A host's way to make memories. */
typedef struct wasmtime_memory_creator {
    void *env;                                 /* given to the callback */
    wasmtime_new_memory_callback_t new_memory; /* makes one; called from any thread */
    void (*finalizer)(void *); /* called once with `env` when the engine ends; may be NULL */
} wasmtime_memory_creator_t;

/**
 * Has the host provide all memories that are not shared.
 *
 * @param config   borrowed
 * @param creator  borrowed and copied; what it points to must live as long as
 *                 the engine
 */
WASM_API_EXTERN void wasmtime_config_host_memory_creator_set(wasm_config_t *config,
                                                             wasmtime_memory_creator_t *creator);

/* -------------------------------------------------------------------------
 * The pool: instances in prepared places
 * ---------------------------------------------------------------------- */

#ifdef WASMTIME_FEATURE_POOLING_ALLOCATOR

/**
 * How large the pool is. Owned by whoever made it; used by one thread at a
 * time.
 */
typedef struct wasmtime_pooling_allocation_config_t wasmtime_pooling_allocation_config_t;

/**
 * Declares one setter of the pool:
 * `wasmtime_pooling_allocation_config_<name>_set(config, value)`.
 */
#define WASMTIME_POOLING_ALLOCATION_CONFIG_PROP(name, ty)                                          \
    WASM_API_EXTERN void wasmtime_pooling_allocation_config_##name##_set(                          \
        wasmtime_pooling_allocation_config_t *, ty);

/** Makes a description of a pool that holds the defaults. The caller owns it. */
WASM_API_EXTERN wasmtime_pooling_allocation_config_t *wasmtime_pooling_allocation_config_new(void);

/**
 * Gives back a description of a pool.
 *
 * @param config  consumed; NULL is accepted
 */
WASM_API_EXTERN void
wasmtime_pooling_allocation_config_delete(wasmtime_pooling_allocation_config_t *config);

/**
 * Has instances live in a pool: places of fixed size that are prepared once and
 * used again and again, so that making an instance is fast and the memory of
 * all of them is bounded. What does not fit fails to instantiate.
 *
 * @param config  borrowed
 * @param pool    borrowed; copied
 */
WASM_API_EXTERN void
wasmtime_pooling_allocation_strategy_set(wasm_config_t *config,
                                         const wasmtime_pooling_allocation_config_t *pool);

/**
 * Sets how many free places stay prepared for the module they served last. 100
 * by default.
 *
 * @param config  borrowed
 * @param count   number of places
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_unused_warm_slots_set(
    wasmtime_pooling_allocation_config_t *config, uint32_t count);

/**
 * Sets how many freed places are given back to the system in one go. 1 by
 * default.
 *
 * @param config  borrowed
 * @param count   number of places
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_decommit_batch_size_set(
    wasmtime_pooling_allocation_config_t *config, size_t count);

/**
 * Sets how many bytes of a freed memory are cleared by hand in place of asking
 * the system for new pages, which is faster for few bytes. 0 by default.
 *
 * @param config  borrowed
 * @param size    in bytes
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(
    wasmtime_pooling_allocation_config_t *config, size_t size);

/**
 * Sets the same for tables. 0 by default.
 *
 * @param config  borrowed
 * @param size    in bytes
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_table_keep_resident_set(
    wasmtime_pooling_allocation_config_t *config, size_t size);

/**
 * Sets how many instances of components there can be at once. 1,000 by default.
 *
 * @param config  borrowed
 * @param count   number of instances
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_total_component_instances_set(
    wasmtime_pooling_allocation_config_t *config, uint32_t count);

/**
 * Sets how much bookkeeping an instance of a component may need.
 *
 * @param config  borrowed
 * @param size    in bytes
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_component_instance_size_set(
    wasmtime_pooling_allocation_config_t *config, size_t size);

/**
 * Sets how many instances of modules a component may consist of. No limit by
 * default.
 *
 * @param config  borrowed
 * @param count   number of instances
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_core_instances_per_component_set(
    wasmtime_pooling_allocation_config_t *config, uint32_t count);

/**
 * Sets how many memories a component may have in all. No limit by default.
 *
 * @param config  borrowed
 * @param count   number of memories
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_memories_per_component_set(
    wasmtime_pooling_allocation_config_t *config, uint32_t count);

/**
 * Sets how many tables a component may have in all. No limit by default.
 *
 * @param config  borrowed
 * @param count   number of tables
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_tables_per_component_set(
    wasmtime_pooling_allocation_config_t *config, uint32_t count);

/**
 * Sets how many instances of modules there can be at once. 1,000 by default.
 *
 * @param config  borrowed
 * @param count   number of instances
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_total_core_instances_set(
    wasmtime_pooling_allocation_config_t *config, uint32_t count);

/**
 * Sets how much bookkeeping an instance of a module may need.
 *
 * @param config  borrowed
 * @param size    in bytes
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_core_instance_size_set(
    wasmtime_pooling_allocation_config_t *config, size_t size);

/**
 * Sets how many memories there can be at once. 1,000 by default.
 *
 * @param config  borrowed
 * @param count   number of memories
 */
WASM_API_EXTERN void
wasmtime_pooling_allocation_config_total_memories_set(wasmtime_pooling_allocation_config_t *config,
                                                      uint32_t count);

/**
 * Sets how many memories a module may define. 1 by default.
 *
 * @param config  borrowed
 * @param count   number of memories
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_memories_per_module_set(
    wasmtime_pooling_allocation_config_t *config, uint32_t count);

/**
 * Sets how large a memory may become. 4 GiB by default.
 *
 * @param config  borrowed
 * @param size    in bytes
 */
WASM_API_EXTERN void
wasmtime_pooling_allocation_config_max_memory_size_set(wasmtime_pooling_allocation_config_t *config,
                                                       size_t size);

/**
 * Sets how many tables there can be at once. 1,000 by default.
 *
 * @param config  borrowed
 * @param count   number of tables
 */
WASM_API_EXTERN void
wasmtime_pooling_allocation_config_total_tables_set(wasmtime_pooling_allocation_config_t *config,
                                                    uint32_t count);

/**
 * Sets how many tables a module may define. 1 by default.
 *
 * @param config  borrowed
 * @param count   number of tables
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_max_tables_per_module_set(
    wasmtime_pooling_allocation_config_t *config, uint32_t count);

/**
 * Sets how many elements a table may have. 20,000 by default.
 *
 * @param config  borrowed
 * @param count   number of elements
 */
WASM_API_EXTERN void
wasmtime_pooling_allocation_config_table_elements_set(wasmtime_pooling_allocation_config_t *config,
                                                      size_t count);

/**
 * Sets how many stores with a collected heap there can be at once. 1,000 by
 * default. Accepted without effect: a heap is address space until it is used.
 *
 * @param config  borrowed
 * @param count   number of heaps
 */
WASM_API_EXTERN void
wasmtime_pooling_allocation_config_total_gc_heaps_set(wasmtime_pooling_allocation_config_t *config,
                                                      uint32_t count);

#ifdef WASMTIME_FEATURE_ASYNC

/**
 * Sets how many asynchronous calls there can be at once. 1,000 by default.
 *
 * @param config  borrowed
 * @param count   number of stacks
 */
WASM_API_EXTERN void
wasmtime_pooling_allocation_config_total_stacks_set(wasmtime_pooling_allocation_config_t *config,
                                                    uint32_t count);

/**
 * Sets how many bytes of a freed stack are cleared by hand in place of asking
 * the system for new pages. 0 by default.
 *
 * @param config  borrowed
 * @param size    in bytes
 */
WASM_API_EXTERN void wasmtime_pooling_allocation_config_async_stack_keep_resident_set(
    wasmtime_pooling_allocation_config_t *config, size_t size);

#endif /* WASMTIME_FEATURE_ASYNC */

#endif /* WASMTIME_FEATURE_POOLING_ALLOCATOR */

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_CONFIG_H */
