/**
 * @file wasi.h
 */
#ifndef WASI_H
#define WASI_H

#include <wasm.h>
#include <wasmtime/conf.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WASMTIME_FEATURE_WASI

#ifndef WASI_API_EXTERN
#define WASI_API_EXTERN WASM_API_EXTERN
#endif

#define own

#define WASI_DECLARE_OWN(name)                                                                     \
    typedef struct wasi_##name##_t wasi_##name##_t;                                                \
    WASI_API_EXTERN void wasi_##name##_delete(own wasi_##name##_t *);

WASI_DECLARE_OWN(config)

typedef size_t wasi_file_perms;

WASI_API_EXTERN own wasi_config_t *wasi_config_new(void);
WASI_API_EXTERN void wasi_config_inherit_network(wasi_config_t *config);
WASI_API_EXTERN void wasi_config_allow_ip_name_lookup(wasi_config_t *config, bool enable);
WASI_API_EXTERN bool wasi_config_set_argv(wasi_config_t *config, size_t argc, const char **argv);
WASI_API_EXTERN void wasi_config_inherit_argv(wasi_config_t *config);
WASI_API_EXTERN bool wasi_config_set_env(wasi_config_t *config, size_t envc, const char **names, const char **values);
WASI_API_EXTERN void wasi_config_inherit_env(wasi_config_t *config);
WASI_API_EXTERN bool wasi_config_set_stdin_file(wasi_config_t *config, const char *path);
WASI_API_EXTERN void wasi_config_set_stdin_bytes(wasi_config_t *config, wasm_byte_vec_t *binary);
WASI_API_EXTERN void wasi_config_inherit_stdin(wasi_config_t *config);
WASI_API_EXTERN bool wasi_config_set_stdout_file(wasi_config_t *config, const char *path);
WASI_API_EXTERN void wasi_config_inherit_stdout(wasi_config_t *config);
WASI_API_EXTERN void wasi_config_set_stdout_custom(wasi_config_t *config, ptrdiff_t (*callback)(void *, const unsigned char *, size_t), void *data, void (*finalizer)(void *));
WASI_API_EXTERN bool wasi_config_set_stderr_file(wasi_config_t *config, const char *path);
WASI_API_EXTERN void wasi_config_inherit_stderr(wasi_config_t *config);
WASI_API_EXTERN void wasi_config_set_stderr_custom(wasi_config_t *config, ptrdiff_t (*callback)(void *, const unsigned char *, size_t), void *data, void (*finalizer)(void *));
WASI_API_EXTERN bool wasi_config_preopen_dir(wasi_config_t *config, const char *host_path, const char *guest_path, bool fs_mutable);

#undef own

#endif

#ifdef __cplusplus
}
#endif

#endif /* WASI_H */
