/* runtime.h: the promise of this folder. A store owns everything a running guest has: instances,
 * memories, tables, globals, host functions; they are objects on the heap, linked into the
 * store, and live until it dies. Whoever holds a handle {store id, number or pointer} asks the
 * store.
 *
 * Read in this order: type_registry.h (types that compare by number), memory.h and pool.c
 * (address space), code_object.h (a compiled module), instance.c (making one), enter.c (calling
 * into it), trap.c (leaving it), rt_calls.c (what compiled code asks of us).
 *
 * Threads: a store is used by one thread at a time; struct runtime is shared by all stores of an
 * engine. */
#ifndef HS_RUNTIME_RUNTIME_H
#define HS_RUNTIME_RUNTIME_H

#include "abi/code.h"
#include "abi/libcalls.h"
#include "base/vec.h"
#include "platform/platform.h"
#include "runtime/type_registry.h"
#include <stdatomic.h>

struct store;
struct instance;
struct code_object;
struct mem_slot;
struct host_memory;

/* The switches that decide what code and memories look like; set once, before anything is
 * created. */
struct runtime_config {
    bool signals; /* catch faults of compiled code */
    bool fuel, epochs, spectre, counters;
    bool memory_may_move;        /* of Wasmtime's API: growth may relocate */
    uint64_t memory_reservation; /* bytes reserved for a 32-bit memory; below 4 GiB: checked */
    uint64_t memory_guard;
    uint64_t max_wasm_stack; /* bytes */
    bool cow_images;         /* data segments become images */
    uint32_t keep_slots;     /* free memory slots kept for reuse */
    bool gc_stress;          /* of tests: collect before every object */
    /* Makes unshared memories in place of this library; or NULL. max: bytes, UINT64_MAX for no
     * bound. A failure is told in the error. */
    enum status (*host_memory)(void *env, const struct limits *type, uint64_t min, uint64_t max,
                               struct error *error, struct host_memory *out);
    void *host_memory_env;
};

/* What all stores of an engine share. */
struct runtime {
    struct runtime_config config;
    struct type_registry types;
    uint32_t cpu; /* HS_CPU_... */
    /* Trampolines of signatures: made at first use, kept for good. */
    pthread_mutex_t trampoline_lock;
    struct hs_code_memory trampolines;
    size_t trampolines_used;
    int trampolines_ticket;
    HS_VEC(struct trampoline_shape *) shapes;
    /* Machine code of an entry or a host adapter into buf; set by the engine (hs_compile_entry,
     * hs_compile_host_adapter). */
    enum status (*make_trampoline)(bool adapter, const struct functype *type, uint8_t *buf,
                                   size_t cap, size_t *out_size);
    /* Free memory slots. */
    pthread_mutex_t pool_lock;
    struct mem_slot *free_slots;
    uint32_t nfree_slots;
    /* Epochs: stores whose deadline must be watched. */
    _Atomic uint64_t epoch;
    struct hs_siglock epoch_lock;
    struct store *epoch_stores;
    void *engine;                    /* struct engine */
    struct runtime *next, **link;    /* of the process, for fork */
    struct hs_sigstate fork_signals; /* while forking */
};

enum status hs_runtime_init(struct runtime *rt, const struct runtime_config *config);
void hs_runtime_deinit(struct runtime *rt);

/* Entry trampoline and host adapter of a function type, made at first use; NULL when memory is
 * exhausted. */
const uint8_t *hs_runtime_entry(struct runtime *rt, uint32_t type);
void *hs_runtime_adapter(struct runtime *rt, uint32_t type);

/* Async-signal-safe: raises the epoch and asks stores beyond their deadline to stop. */
void hs_runtime_increment_epoch(struct runtime *rt);

#endif
