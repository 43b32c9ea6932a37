/* A container runtime as far as its guest is concerned, after crun: the library is opened by
 * name, twenty-six functions are looked up, and a file that is WebAssembly, or its text, runs
 * with the arguments, environment and directory of the container.
 *
 *     embed_container LIBRARY STYLE FILE [ARGUMENT…]
 *
 * STYLE is how preopen_dir is called, by the age of the caller:
 *
 *     three             (config, host, guest), as crun does: what the other registers hold is anybody's guess
 *     three:HEX         the same, with this value left in the fourth and fifth register
 *     masks:DIR:FILE    (config, host, guest, dir_perms, file_perms)
 *     bool:0  bool:1    (config, host, guest, fs_mutable)
 *
 * The exit status is 0 if the guest's start function returned, 1 if it did not, which is then
 * said on stderr, and 2 if the library or the file is not as it should be. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasmtime.h>

#define FUNCTIONS(F)                                                                               \
    F(wasi_config_new)                                                                             \
    F(wasi_config_set_argv)                                                                        \
    F(wasi_config_inherit_argv)                                                                    \
    F(wasi_config_inherit_env)                                                                     \
    F(wasi_config_inherit_stdin)                                                                   \
    F(wasi_config_inherit_stdout)                                                                  \
    F(wasi_config_inherit_stderr)                                                                  \
    F(wasm_byte_vec_delete)                                                                        \
    F(wasm_byte_vec_new_uninitialized)                                                             \
    F(wasm_engine_new)                                                                             \
    F(wasm_engine_delete)                                                                          \
    F(wasmtime_context_set_wasi)                                                                   \
    F(wasmtime_error_delete)                                                                       \
    F(wasmtime_error_message)                                                                      \
    F(wasmtime_func_call)                                                                          \
    F(wasmtime_linker_define_wasi)                                                                 \
    F(wasmtime_linker_get_default)                                                                 \
    F(wasmtime_linker_module)                                                                      \
    F(wasmtime_linker_new)                                                                         \
    F(wasmtime_module_delete)                                                                      \
    F(wasmtime_module_new)                                                                         \
    F(wasmtime_store_context)                                                                      \
    F(wasmtime_store_delete)                                                                       \
    F(wasmtime_store_new)                                                                          \
    F(wasmtime_wat2wasm)

static struct {
#define POINTER(name) __typeof__(&name) name;
    FUNCTIONS(POINTER)
    void *wasi_config_preopen_dir; /* the twenty-sixth: its type is the question */
} lib;

static void look_up(void *handle, const char *name, void *out)
{
    void *f = dlsym(handle, name);
    if (f == NULL) {
        fprintf(stderr, "%s is missing\n", name);
        exit(2);
    }
    memcpy(out, &f, sizeof f);
}

static bool preopen(const char *style, wasi_config_t *config)
{
    unsigned long long a = 0, b = 0;
    if (strcmp(style, "three") == 0) {
        bool (*f)(wasi_config_t *, const char *, const char *);
        memcpy(&f, &lib.wasi_config_preopen_dir, sizeof f);
        return f(config, ".", ".");
    }
    if (sscanf(style, "three:%llx", &a) == 1) {
        bool (*f)(wasi_config_t *, const char *, const char *, uint64_t, uint64_t);
        memcpy(&f, &lib.wasi_config_preopen_dir, sizeof f);
        return f(config, ".", ".", a, a);
    }
    if (sscanf(style, "masks:%llu:%llu", &a, &b) == 2) {
        bool (*f)(wasi_config_t *, const char *, const char *, size_t, size_t);
        memcpy(&f, &lib.wasi_config_preopen_dir, sizeof f);
        return f(config, ".", ".", (size_t)a, (size_t)b);
    }
    if (sscanf(style, "bool:%llu", &a) == 1) {
        bool (*f)(wasi_config_t *, const char *, const char *, bool);
        memcpy(&f, &lib.wasi_config_preopen_dir, sizeof f);
        return f(config, ".", ".", a != 0);
    }
    fprintf(stderr, "no such style: %s\n", style);
    exit(2);
}

/* As the runtime does it: with a trap alone the error is NULL, and its message is asked for all
 * the same. */
static int report(const char *what, wasmtime_error_t *error)
{
    wasm_byte_vec_t text = {0, NULL};
    lib.wasmtime_error_message(error, &text);
    fprintf(stderr, "%s: %.*s\n", what, (int)text.size, text.data != NULL ? text.data : "");
    if (error != NULL)
        lib.wasmtime_error_delete(error);
    lib.wasm_byte_vec_delete(&text);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: embed_container LIBRARY STYLE FILE [ARGUMENT...]\n");
        return 2;
    }
    void *handle = dlopen(argv[1], RTLD_NOW);
    if (handle == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
#define LOOK_UP(name) look_up(handle, #name, &lib.name);
    FUNCTIONS(LOOK_UP)
    look_up(handle, "wasi_config_preopen_dir", &lib.wasi_config_preopen_dir);

    FILE *file = fopen(argv[3], "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(argv[3]);
        return 2;
    }
    long size = ftell(file);
    rewind(file);
    wasm_byte_vec_t bytes, code;
    lib.wasm_byte_vec_new_uninitialized(&bytes, (size_t)size);
    if (fread(bytes.data, 1, (size_t)size, file) != (size_t)size)
        return 2;
    fclose(file);

    wasm_engine_t *engine = lib.wasm_engine_new();
    wasmtime_error_t *error = NULL;
    if (size < 4 || memcmp(bytes.data, "\0asm", 4) != 0) {
        error = lib.wasmtime_wat2wasm(bytes.data, bytes.size, &code);
        lib.wasm_byte_vec_delete(&bytes);
        if (error != NULL)
            return report("text", error);
        bytes = code;
    }
    wasmtime_store_t *store = lib.wasmtime_store_new(engine, NULL, NULL);
    wasmtime_context_t *context = lib.wasmtime_store_context(store);
    wasmtime_linker_t *linker = lib.wasmtime_linker_new(engine);
    error = lib.wasmtime_linker_define_wasi(linker);
    if (error != NULL)
        return report("linker", error);
    wasmtime_module_t *module = NULL;
    error = lib.wasmtime_module_new(engine, (const uint8_t *)bytes.data, bytes.size, &module);
    lib.wasm_byte_vec_delete(&bytes);
    if (error != NULL)
        return report("module", error);

    wasi_config_t *config = lib.wasi_config_new();
    lib.wasi_config_set_argv(config, (size_t)argc - 3, (const char **)argv + 3);
    lib.wasi_config_inherit_env(config);
    lib.wasi_config_inherit_stdin(config);
    lib.wasi_config_inherit_stdout(config);
    lib.wasi_config_inherit_stderr(config);
    if (!preopen(argv[2], config)) {
        fprintf(stderr, "the directory is refused\n");
        return 1;
    }
    error = lib.wasmtime_context_set_wasi(context, config);
    if (error != NULL)
        return report("wasi", error);
    error = lib.wasmtime_linker_module(linker, context, "", 0, module);
    if (error != NULL)
        return report("instance", error);
    wasmtime_func_t start;
    error = lib.wasmtime_linker_get_default(linker, context, "", 0, &start);
    if (error != NULL)
        return report("default export", error);
    wasm_trap_t *trap = NULL;
    error = lib.wasmtime_func_call(context, &start, NULL, 0, NULL, 0, &trap);
    int status = 0;
    if (error != NULL || trap != NULL)
        status = report(trap != NULL ? "trap" : "error", error);
    lib.wasmtime_module_delete(module);
    lib.wasmtime_store_delete(store);
    lib.wasm_engine_delete(engine);
    /* the linker is not among the twenty-six that are deleted: neither is it there */
    return status;
}
