/**
 * @file wasmtime/error.h
 *
 * The error object: what went wrong, in words, and a little more.
 *
 * A function that can fail returns `wasmtime_error_t *`: NULL means success,
 * anything else belongs to the caller, who deletes it. An error is either a
 * mistake that a function noticed (a wrong argument, a missing import, a module
 * that is not valid) or the end of a guest that asked for it (WASI's
 * `proc_exit`). A guest that broke a rule of the language ends in a trap
 * instead, see `wasmtime/trap.h`.
 *
 * Errors belong to no store. An error may move to another thread and be read
 * there; reading one from several threads is fine.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_ERROR_H
#define WASMTIME_ERROR_H

#include <wasm.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An error, owned by whoever received it. */
typedef struct wasmtime_error wasmtime_error_t;

/**
 * Makes an error with a message, for a callback to return.
 *
 * @param message  borrowed; ends in a zero; bytes that are not UTF-8 are
 *                 replaced
 * @return owned by the caller; never NULL: without memory it is an error that
 *         says so
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_error_new(const char *message);

/**
 * Gives back an error.
 *
 * @param error  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_error_delete(wasmtime_error_t *error);

/**
 * Writes down the error: the outermost context first, then, after a line
 * `Caused by:`, what led to it. An error that left through frames of a guest
 * begins with their backtrace.
 *
 * @param error         borrowed
 * @param[out] message  owned by the caller, not terminated by a zero; empty if
 *                      there is no memory
 */
WASM_API_EXTERN void wasmtime_error_message(const wasmtime_error_t *error, wasm_name_t *message);

/**
 * Says whether the error is a guest's regular end, and with which status.
 *
 * @param error        borrowed
 * @param[out] status  the status that the guest gave to WASI's `proc_exit`,
 *                     0 included; untouched if the result is false
 * @return true if the error stands for such an end
 */
WASM_API_EXTERN bool wasmtime_error_exit_status(const wasmtime_error_t *error, int *status);

/**
 * Gives the frames of the guest that were active when the error came up.
 *
 * @param error     borrowed; must outlive the frames
 * @param[out] out  owned by the caller; the innermost first; empty if no guest
 *                  was running
 */
WASM_API_EXTERN void wasmtime_error_wasm_trace(const wasmtime_error_t *error,
                                               wasm_frame_vec_t *out);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_ERROR_H */
