/**
 * @file hospes.h
 *
 * What this library adds to the Wasmtime C API.
 *
 * The functions here work with the stores, modules and errors of `wasmtime.h`.
 * Most of them are what a host module needs that wants to do its work as well as
 * the library's own WASI, which is written with nothing else: data of its own in
 * each store, quick access to the guest's memory, an end with a status, and a
 * look at whether somebody wants the guest to stop.
 *
 * Ownership, threads and errors follow the rules of the headers they extend;
 * what differs is said.
 */
#ifndef HOSPES_H
#define HOSPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wasi.h>
#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>
#include <wasmtime/func.h>
#include <wasmtime/module.h>
#include <wasmtime/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -------------------------------------------------------------------------
 * The library
 * ---------------------------------------------------------------------- */

/**
 * The version of the library that the program runs with, such as "0.1.0". The
 * version of Wasmtime whose interface it has is WASMTIME_VERSION.
 *
 * @return a string that lives as long as the program
 *
 * May be called from any thread. Since 0.1.
 */
WASM_API_EXTERN const char *hospes_version(void);

/* -------------------------------------------------------------------------
 * How a host function ends its guest
 * ---------------------------------------------------------------------- */

/**
 * Makes the error that stands for the regular end of a guest, as WASI's
 * `proc_exit` does. wasmtime_error_exit_status() finds the status in it.
 *
 * @param status  0 for success; WASI allows 0 to 125, which is not checked here
 * @return owned by the caller; never NULL: without memory it is an error that
 *         says so
 *
 * May be called from any thread. Since 0.1.
 */
WASM_API_EXTERN wasmtime_error_t *hospes_error_new_exit(int status);

/**
 * Makes a trap that carries an error, for a host function to return. The guest
 * ends, and the function that called it gives that very error back: not a trap,
 * and with the exit status that may be in it.
 *
 * @param error  consumed in every case; not NULL
 * @return owned by the caller, who hands it to the runtime by returning it;
 *         never NULL
 *
 * May be called from any thread. Since 0.1.
 */
WASM_API_EXTERN wasm_trap_t *hospes_trap_new_error(wasmtime_error_t *error);

/* -------------------------------------------------------------------------
 * Slots: data of a host module in every store
 * ---------------------------------------------------------------------- */

/**
 * Reserves a slot: a place for one pointer in each store of the process, present
 * and future. A host module does this once, when it is loaded or first used, and
 * keeps the number; there is no way to give it back.
 *
 * @return the number of the slot, 0 or more; -1 if no more are to be had
 *
 * May be called from any thread. Since 0.1.
 */
WASM_API_EXTERN int hospes_store_slot_new(void);

/**
 * Puts a pointer into a slot of a store. What was there before is finalized
 * first.
 *
 * @param context    borrowed
 * @param slot       a number from hospes_store_slot_new()
 * @param data       the pointer; NULL empties the slot
 * @param finalizer  called once with @p data when it is replaced or the store is
 *                   deleted; slots are finalized after all instances and host
 *                   functions of the store, so that these can still use them;
 *                   may be NULL
 * @return NULL, or an error that the caller owns: there is no memory, or no such
 *         slot. The slot is unchanged then, and @p data still the caller's
 *
 * Uses the store: the thread rules of `wasmtime/store.h` apply. Since 0.1.
 */
WASM_API_EXTERN wasmtime_error_t *hospes_store_slot_set(wasmtime_context_t *context, int slot,
                                                        void *data, void (*finalizer)(void *));

/**
 * Gives the pointer in a slot of a store. It costs a comparison and two loads,
 * so that a host function can ask each time.
 *
 * @param context  borrowed
 * @param slot     a number from hospes_store_slot_new()
 * @return borrowed until the slot is set again; NULL if it is empty, or if there
 *         is no such slot
 *
 * Uses the store: the thread rules of `wasmtime/store.h` apply. Since 0.1.
 */
WASM_API_EXTERN void *hospes_store_slot_get(const wasmtime_context_t *context, int slot);

/* -------------------------------------------------------------------------
 * Inside a host function
 * ---------------------------------------------------------------------- */

/**
 * Gives the memory that the calling instance exports as "memory", as
 * wasmtime_caller_export_get() would, but without looking up a name.
 *
 * @param caller         borrowed
 * @param[out] out_base  the first byte; borrowed until the memory may have grown,
 *                       which any call of a guest can bring about
 * @param[out] out_size  the size in bytes. A shared memory may be larger by the
 *                       time it is read, never smaller
 * @return false, with nothing written, if the instance has no such export, or if
 *         no instance calls, because the host called the function itself
 *
 * Uses the store: the thread rules of `wasmtime/store.h` apply. Since 0.1.
 */
WASM_API_EXTERN bool hospes_caller_memory(wasmtime_caller_t *caller, uint8_t **out_base,
                                          size_t *out_size);

/**
 * Whether the guest is to be interrupted: the store's deadline of epochs has been
 * reached, see wasmtime_context_set_epoch_deadline(). A host function that waits
 * or computes for long asks from time to time, and returns early if so; the
 * guest is then interrupted where it goes on.
 *
 * @param context  borrowed
 * @return false if the engine has no epochs
 *
 * Uses the store: the thread rules of `wasmtime/store.h` apply. Since 0.1.
 */
WASM_API_EXTERN bool hospes_context_interrupted(const wasmtime_context_t *context);

/* -------------------------------------------------------------------------
 * WASI
 * ---------------------------------------------------------------------- */

#ifdef WASMTIME_FEATURE_WASI

/**
 * What a guest may do with a directory and with the files below it; to be
 * combined with `|`.
 */
enum hospes_wasi_permission {
    /** Directories: list and look up. Files: read. */
    HOSPES_WASI_READ = 1,
    /** Directories: create, rename, remove. Files: write, truncate, set times. */
    HOSPES_WASI_WRITE = 2,
};

/**
 * Grants a directory with permissions; see wasi_config_preopen_dir(), which knows
 * only two sets of them. They apply to everything below the directory.
 *
 * @param config      borrowed
 * @param host_path   borrowed; ends in a zero; the directory, which is opened now
 * @param guest_path  borrowed; ends in a zero; the name under which the guest
 *                    finds it
 * @param dir_perms   what the guest may do with directories
 * @param file_perms  what the guest may do with files
 * @return false if the directory cannot be opened, a string is not UTF-8, or a
 *         permission does not exist; the configuration is unchanged then
 *
 * A configuration is used by one thread at a time. Since 0.1.
 */
WASM_API_EXTERN bool hospes_wasi_config_preopen_dir(wasi_config_t *config, const char *host_path,
                                                    const char *guest_path, uint32_t dir_perms,
                                                    uint32_t file_perms);

#endif /* WASMTIME_FEATURE_WASI */

/* -------------------------------------------------------------------------
 * Compilation
 * ---------------------------------------------------------------------- */

/**
 * Decides when functions are compiled: each at its first call, which is the
 * default, or all of them when the module is made. A module is checked in full
 * when it is made, in either case.
 *
 * @param config  borrowed
 * @param enable  whether compilation waits for the first call
 *
 * A configuration is used by one thread at a time. Since 0.1.
 */
WASM_API_EXTERN void hospes_config_lazy_set(wasm_config_t *config, bool enable);

/**
 * Makes functions count how often they are entered, see
 * hospes_module_func_entries(). Off by default. It costs an instruction for each
 * call, and four bytes for each function of a module.
 *
 * @param config  borrowed
 * @param enable  whether modules of the engine count
 *
 * A configuration is used by one thread at a time. Since 0.1.
 */
WASM_API_EXTERN void hospes_config_count_entries_set(wasm_config_t *config, bool enable);

/**
 * Collects garbage before each object that a guest or the host makes: a reference
 * that nobody holds as it should is then found at once. Very slow, for tests. Off by
 * default.
 *
 * @param config  borrowed
 * @param enable  whether stores of the engine do so
 *
 * A configuration is used by one thread at a time. Since 0.1.
 */
WASM_API_EXTERN void hospes_config_gc_stress_set(wasm_config_t *config, bool enable);

#ifdef WASMTIME_FEATURE_COMPILER

/**
 * Makes a module from a file in the binary format; see wasmtime_module_new(). The
 * file is mapped, and its bytes are never copied. The module holds the mapping:
 * the file may be unlinked or replaced by another one of its name while the
 * module lives, but must not be changed or shortened in place.
 *
 * @param engine           borrowed; decides which proposals are accepted
 * @param path             borrowed; ends in a zero
 * @param[out] out_module  owned by the caller, see wasmtime_module_delete();
 *                         untouched on failure
 * @return NULL, or an error that the caller owns: the file cannot be read, or its
 *         content is no valid module
 *
 * May be called from any thread. Since 0.1.
 */
WASM_API_EXTERN wasmtime_error_t *hospes_module_new_owned_file(wasm_engine_t *engine,
                                                               const char *path,
                                                               wasmtime_module_t **out_module);

/**
 * Prints a module in the text format. Reading the text back gives an equal module,
 * names and custom sections included.
 *
 * @param wasm      borrowed; the binary format. It need not be valid, but it must decode
 * @param size      of it, in bytes
 * @param[out] out  owned by the caller, see wasm_byte_vec_delete(); not terminated;
 *                  untouched on failure
 * @return NULL, or an error that the caller owns and that names offset and reason
 *
 * May be called from any thread. Since 0.1.
 * https://webassembly.github.io/spec/core/text/
 */
WASM_API_EXTERN wasmtime_error_t *hospes_wasm2wat(const uint8_t *wasm, size_t size,
                                                  wasm_byte_vec_t *out);

/**
 * The number of functions of a module.
 *
 * @param module         borrowed
 * @param[out] imported  how many of them are imported: these come first; may be NULL
 * @return the size of the index space of functions
 *
 * May be called from any thread. Since 0.1.
 */
WASM_API_EXTERN uint32_t hospes_module_func_count(const wasmtime_module_t *module,
                                                  uint32_t *imported);

/**
 * How often a function was entered since its module was made, by all instances
 * together. Threads count without waiting for each other, so that a few entries of
 * the same moment may be missing; the counter starts again at 2^32.
 *
 * @param module        borrowed
 * @param func          in the index space of functions
 * @param[out] entries  the number; untouched on failure
 * @return whether there is such a number: false for an imported function, one that
 *         does not exist, and when hospes_config_count_entries_set() was not enabled
 *
 * May be called from any thread, also while the function runs. Since 0.1.
 */
WASM_API_EXTERN bool hospes_module_func_entries(const wasmtime_module_t *module, uint32_t func,
                                                uint64_t *entries);

/**
 * The name a function has in the module's name section.
 *
 * @param module     borrowed
 * @param func       a function index
 * @param[out] name  borrowed from the module: not terminated, any UTF-8; NULL without a name
 * @param[out] size  of the name, in bytes
 * @return false if there is no such function or it has no name; the outputs are then NULL and 0
 *
 * May be called from any thread. Since 0.1.
 */
WASM_API_EXTERN bool hospes_module_func_name(const wasmtime_module_t *module, uint32_t func,
                                             const char **name, size_t *size);

/**
 * The machine code of a function, for tools that show it. Compiles the function if
 * that has not happened.
 *
 * @param module     borrowed
 * @param func       a function index; not of an import
 * @param[out] out   owned by the caller, see wasm_byte_vec_delete(): a copy; untouched on failure
 * @param[out] address  where the code lies; may be NULL
 * @return NULL, or an error that the caller owns
 *
 * May be called from any thread. Since 0.1.
 */
WASM_API_EXTERN wasmtime_error_t *hospes_module_machine_code(const wasmtime_module_t *module,
                                                             uint32_t func, wasm_byte_vec_t *out,
                                                             uint64_t *address);

#endif /* WASMTIME_FEATURE_COMPILER */

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HOSPES_H */
