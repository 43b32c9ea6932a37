#ifndef HOSPES_H
#define HOSPES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasi.h>
#include <wasm.h>
#include <wasmtime/config.h>
#include <wasmtime/error.h>
#include <wasmtime/func.h>
#include <wasmtime/module.h>
#include <wasmtime/store.h>
#ifdef __cplusplus
extern "C" {
#endif
WASM_API_EXTERN const char *hospes_version(void);
WASM_API_EXTERN wasmtime_error_t *hospes_error_new_exit(int status);
WASM_API_EXTERN wasm_trap_t *hospes_trap_new_error(wasmtime_error_t *error);
WASM_API_EXTERN int hospes_store_slot_new(void);
WASM_API_EXTERN wasmtime_error_t *hospes_store_slot_set(wasmtime_context_t *context, int slot,
                                                        void *data, void (*finalizer)(void *));
WASM_API_EXTERN void *hospes_store_slot_get(const wasmtime_context_t *context, int slot);
WASM_API_EXTERN bool hospes_caller_memory(wasmtime_caller_t *caller, uint8_t **out_base,
                                          size_t *out_size);
WASM_API_EXTERN bool hospes_context_interrupted(const wasmtime_context_t *context);
enum hospes_wasi_perms {
    HOSPES_WASI_READ = 1,
    HOSPES_WASI_WRITE = 2,
};
WASM_API_EXTERN bool hospes_wasi_config_preopen_dir(wasi_config_t *config, const char *host_path,
                                                    const char *guest_path, uint32_t dir_perms,
                                                    uint32_t file_perms);
WASM_API_EXTERN void hospes_config_lazy_set(wasm_config_t *config, bool enable);
WASM_API_EXTERN wasmtime_error_t *hospes_module_new_owned_file(wasm_engine_t *engine,
                                                               const char *path,
                                                               wasmtime_module_t **out_module);
#ifdef __cplusplus
}
#endif
#endif
