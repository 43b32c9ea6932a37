/**
 * @file wasi.h
 *
 * The world that a WASI guest sees: arguments, environment, streams, files.
 *
 * A configuration starts empty. No file can be opened, nothing is read, what is
 * written is thrown away, and there are neither arguments nor variables:
 * everything that a guest shall have is granted here, one call each. The
 * finished configuration is given to a store, wasmtime_context_set_wasi().
 *
 * Strings end in a zero, must be UTF-8, and are copied. A function that gives
 * `bool` gives false if that is not so or if what it names cannot be opened;
 * the configuration is unchanged then. A configuration is used by one thread at
 * a time.
 *
 * Specification: https://github.com/WebAssembly/WASI
 *
 * Everything in this header since 0.1.
 */
#ifndef WASI_H
#define WASI_H

#include <wasm.h>
#include <wasmtime/conf.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WASMTIME_FEATURE_WASI

/* The mark of every exported function; a program may define it beforehand. */
#ifndef WASI_API_EXTERN
#define WASI_API_EXTERN WASM_API_EXTERN
#endif

/* The ownership mark, as in wasm.h. */
#define own

/**
 * Declares the opaque type `wasi_<name>_t` and its `_delete`, which accepts
 * NULL.
 */
#define WASI_DECLARE_OWN(name)                                                                     \
    typedef struct wasi_##name##_t wasi_##name##_t;                                                \
                                                                                                   \
    WASI_API_EXTERN void wasi_##name##_delete(own wasi_##name##_t *);

/**
 * What a guest shall see; to be given to a store, or deleted with
 * wasi_config_delete().
 */
WASI_DECLARE_OWN(config)

/** Makes an empty configuration. NULL if there is no memory. */
WASI_API_EXTERN own wasi_config_t *wasi_config_new(void);

/**
 * Adds arguments; the first one of all is the program's name.
 *
 * @param config  borrowed
 * @param argc    number of strings
 * @param argv    borrowed; copied
 * @return false if a string is not UTF-8
 */
WASI_API_EXTERN bool wasi_config_set_argv(wasi_config_t *config, size_t argc, const char **argv);

/**
 * Adds the arguments of this process.
 *
 * @param config  borrowed
 */
WASI_API_EXTERN void wasi_config_inherit_argv(wasi_config_t *config);

/**
 * Adds variables of the environment.
 *
 * @param config  borrowed
 * @param envc    number of variables
 * @param names   borrowed; copied
 * @param values  borrowed; copied; one for each name
 * @return false if a string is not UTF-8
 */
WASI_API_EXTERN bool wasi_config_set_env(wasi_config_t *config, size_t envc, const char **names,
                                         const char **values);

/**
 * Adds the environment of this process.
 *
 * @param config  borrowed
 */
WASI_API_EXTERN void wasi_config_inherit_env(wasi_config_t *config);

/**
 * Has the guest read its input from a file, which is opened now.
 *
 * @param config  borrowed
 * @param path    borrowed
 * @return false if the file cannot be opened for reading
 */
WASI_API_EXTERN bool wasi_config_set_stdin_file(wasi_config_t *config, const char *path);

/**
 * Has the guest read its input from bytes.
 *
 * @param config  borrowed
 * @param binary  its content is consumed: the vector is empty afterwards
 */
WASI_API_EXTERN void wasi_config_set_stdin_bytes(wasi_config_t *config, wasm_byte_vec_t *binary);

/**
 * Has the guest read the input of this process.
 *
 * @param config  borrowed
 */
WASI_API_EXTERN void wasi_config_inherit_stdin(wasi_config_t *config);

/**
 * Has the guest write its output to a file, which is created or emptied now.
 *
 * @param config  borrowed
 * @param path    borrowed
 * @return false if the file cannot be opened for writing
 */
WASI_API_EXTERN bool wasi_config_set_stdout_file(wasi_config_t *config, const char *path);

/**
 * Has the guest write its output to that of this process.
 *
 * @param config  borrowed
 */
WASI_API_EXTERN void wasi_config_inherit_stdout(wasi_config_t *config);

/**
 * Has the guest's output given to a function of the host, at once and on the
 * guest's thread.
 *
 * The callback receives @p data, the bytes (borrowed) and their number. It
 * gives the number of bytes it took, or a negative `errno` that the guest sees
 * as the failure of its write.
 *
 * @param config     borrowed
 * @param callback   the function
 * @param data       given to the callback
 * @param finalizer  called once with @p data when the configuration, or the
 *                   store it was given to, is deleted; may be NULL
 */
WASI_API_EXTERN void
wasi_config_set_stdout_custom(wasi_config_t *config,
                              ptrdiff_t (*callback)(void *, const unsigned char *, size_t),
                              void *data, void (*finalizer)(void *));

/**
 * Has the guest write its error output to a file, which is created or emptied
 * now.
 *
 * @param config  borrowed
 * @param path    borrowed
 * @return false if the file cannot be opened for writing
 */
WASI_API_EXTERN bool wasi_config_set_stderr_file(wasi_config_t *config, const char *path);

/**
 * Has the guest write its error output to that of this process.
 *
 * @param config  borrowed
 */
WASI_API_EXTERN void wasi_config_inherit_stderr(wasi_config_t *config);

/**
 * Has the guest's error output given to a function of the host; see
 * wasi_config_set_stdout_custom().
 *
 * @param config     borrowed
 * @param callback   the function
 * @param data       given to the callback
 * @param finalizer  called once with @p data when the configuration, or the
 *                   store it was given to, is deleted; may be NULL
 */
WASI_API_EXTERN void
wasi_config_set_stderr_custom(wasi_config_t *config,
                              ptrdiff_t (*callback)(void *, const unsigned char *, size_t),
                              void *data, void (*finalizer)(void *));

/** A set of permissions, as earlier versions of this interface had it. */
typedef size_t wasi_file_perms;

/**
 * Grants a directory. The guest reaches everything below it, and nothing
 * outside: neither `..` nor a symbolic link leads out.
 *
 * @param config      borrowed
 * @param host_path   borrowed; the directory, which is opened now
 * @param guest_path  borrowed; the name under which the guest finds it
 * @param fs_mutable  whether the guest may create, change and remove; if not,
 *                    it may only read
 * @return false if the directory cannot be opened
 *
 * Until version 47 of Wasmtime two permission masks stood in place of
 * @p fs_mutable. hospes_wasi_config_preopen_dir() takes such masks, and cannot
 * be mistaken.
 */
WASI_API_EXTERN bool wasi_config_preopen_dir(wasi_config_t *config, const char *host_path,
                                             const char *guest_path, bool fs_mutable);

/**
 * Lets components use sockets of this machine. Preview 1 has none.
 *
 * @param config  borrowed
 */
WASI_API_EXTERN void wasi_config_inherit_network(wasi_config_t *config);

/**
 * Lets components look up names of the network, or forbids it, which is the
 * default. Preview 1 has no such function.
 *
 * @param config  borrowed
 * @param enable  whether they may
 */
WASI_API_EXTERN void wasi_config_allow_ip_name_lookup(wasi_config_t *config, bool enable);

#undef own

#endif /* WASMTIME_FEATURE_WASI */

#ifdef __cplusplus
}
#endif

#endif /* WASI_H */
