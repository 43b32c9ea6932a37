/* *
 * @file wasmtime/profiling.h
 *
 * A profiler for guests: it collects samples of the guest's own stack, and
 * gives a file that the Firefox profiler shows.
 *
 * The host takes the samples, usually in the callback of an epoch deadline,
 * see wasmtime_store_epoch_deadline_callback(). A profiler is used by one
 * thread at a time.
 *
 * Format:
 * https://github.com/firefox-devtools/profiler/blob/main/docs-developer/processed-profile-format.md
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_PROFILING_H
#define WASMTIME_PROFILING_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>
#include <wasmtime/module.h>
#include <wasmtime/store.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WASMTIME_FEATURE_PROFILING

/** A profile being collected, owned by whoever made it. */
typedef struct wasmtime_guestprofiler wasmtime_guestprofiler_t;

/** A module whose functions the profile shall name. */
typedef struct wasmtime_guestprofiler_modules {
    const wasm_name_t *name;      /* borrowed; how the module is called in the profile */
    const wasmtime_module_t *mod; /* borrowed; the module */
} wasmtime_guestprofiler_modules_t;

/**
 * Starts a profile.
 *
 * @param engine          borrowed; the engine of the modules
 * @param module_name     borrowed; the title of the profile
 * @param interval_nanos  how far apart samples are meant to be
 * @param modules         borrowed for the duration of the call; frames of other
 *                        modules are left out
 * @param modules_len     number of modules
 * @return owned by the caller; NULL if there is no memory
 */
WASM_API_EXTERN wasmtime_guestprofiler_t *
wasmtime_guestprofiler_new(const wasm_engine_t *engine, const wasm_name_t *module_name,
                           uint64_t interval_nanos, const wasmtime_guestprofiler_modules_t *modules,
                           size_t modules_len);

/**
 * Gives up a profile without a result.
 *
 * @param guestprofiler  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_guestprofiler_delete(wasmtime_guestprofiler_t *guestprofiler);

/**
 * Takes a sample: the stack of the guest that called the host.
 *
 * @param guestprofiler  borrowed
 * @param store          borrowed; the store whose guest is active
 * @param delta_nanos    processor time since the last sample, 0 if unknown
 */
WASM_API_EXTERN void wasmtime_guestprofiler_sample(wasmtime_guestprofiler_t *guestprofiler,
                                                   const wasmtime_store_t *store,
                                                   uint64_t delta_nanos);

/**
 * Ends a profile and writes it down.
 *
 * @param guestprofiler  consumed in every case
 * @param[out] out       JSON, owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_guestprofiler_finish(wasmtime_guestprofiler_t *guestprofiler, wasm_byte_vec_t *out);

#endif /* WASMTIME_FEATURE_PROFILING */

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_PROFILING_H */
