/* See support.h. The stand-ins behave as the public headers promise, with one store and one
 * caller. */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wasmtime/linker.h>
#include <wasmtime/trap.h>

uint8_t memory[MEMORY_SIZE];
bool guest_has_memory = true;
volatile bool interrupted;
int interrupt_after = -1;
char trap_text[256];
int exit_status = -1;

/* --- the public API, as far as src/wasi needs it ---------------------------------------------- */

struct defined {
    char module[32], name[40], params[16], result[2];
    wasmtime_func_unchecked_callback_t cb;
    void *data;
};
static struct defined funcs[128];
static size_t func_count;
static void *slot_data;
static void (*slot_finalizer)(void *);

struct wasm_valtype_t {
    wasm_valkind_t kind;
};
struct wasm_functype_t {
    wasm_valtype_vec_t params, results;
};
struct wasmtime_error {
    char text[200];
    int status;
};
struct wasm_trap_t {
    char text[200];
    int status;
};

wasm_valtype_t *wasm_valtype_new(wasm_valkind_t kind)
{
    wasm_valtype_t *t = malloc(sizeof *t);
    t->kind = kind;
    return t;
}

void wasm_valtype_delete(wasm_valtype_t *t)
{
    free(t);
}

void wasm_valtype_vec_new(wasm_valtype_vec_t *out, size_t size, wasm_valtype_t *const data[])
{
    out->size = size;
    out->data = size ? malloc(size * sizeof *out->data) : NULL;
    if (size)
        memcpy(out->data, data, size * sizeof *data);
}

void wasm_valtype_vec_delete(wasm_valtype_vec_t *vec)
{
    for (size_t i = 0; i < vec->size; i++)
        free(vec->data[i]);
    free(vec->data);
    vec->size = 0;
    vec->data = NULL;
}

wasm_functype_t *wasm_functype_new(wasm_valtype_vec_t *params, wasm_valtype_vec_t *results)
{
    wasm_functype_t *t = malloc(sizeof *t);
    t->params = *params;
    t->results = *results;
    return t;
}

void wasm_functype_delete(wasm_functype_t *t)
{
    wasm_valtype_vec_delete(&t->params);
    wasm_valtype_vec_delete(&t->results);
    free(t);
}

void wasm_byte_vec_delete(wasm_byte_vec_t *vec)
{
    free(vec->data);
    vec->data = NULL;
    vec->size = 0;
}

static void letters(const wasm_valtype_vec_t *types, char *out)
{
    for (size_t i = 0; i < types->size; i++)
        *out++ = types->data[i]->kind == WASM_I64 ? 'I' : 'i';
    *out = '\0';
}

wasmtime_error_t *wasmtime_linker_define_func_unchecked(wasmtime_linker_t *linker,
                                                        const char *module, size_t module_len,
                                                        const char *name, size_t name_len,
                                                        const wasm_functype_t *ty,
                                                        wasmtime_func_unchecked_callback_t cb,
                                                        void *data, void (*finalizer)(void *))
{
    struct defined *f = &funcs[func_count++];
    snprintf(f->module, sizeof f->module, "%.*s", (int)module_len, module);
    snprintf(f->name, sizeof f->name, "%.*s", (int)name_len, name);
    letters(&ty->params, f->params);
    letters(&ty->results, f->result);
    f->cb = cb;
    f->data = data;
    return NULL;
}

wasmtime_error_t *wasmtime_error_new(const char *text)
{
    wasmtime_error_t *e = calloc(1, sizeof *e);
    snprintf(e->text, sizeof e->text, "%s", text);
    e->status = -1;
    return e;
}

void wasmtime_error_delete(wasmtime_error_t *e)
{
    free(e);
}

wasmtime_error_t *hospes_error_new_exit(int status)
{
    wasmtime_error_t *e = wasmtime_error_new("");
    snprintf(e->text, sizeof e->text, "Exited with i32 exit status %d", status);
    e->status = status;
    return e;
}

wasm_trap_t *hospes_trap_new_error(wasmtime_error_t *e)
{
    wasm_trap_t *t = calloc(1, sizeof *t);
    snprintf(t->text, sizeof t->text, "%s", e->text);
    t->status = e->status;
    free(e);
    return t;
}

wasm_trap_t *wasmtime_trap_new(const char *text, size_t size)
{
    wasm_trap_t *t = calloc(1, sizeof *t);
    snprintf(t->text, sizeof t->text, "%.*s", (int)size, text);
    t->status = -1;
    return t;
}

int hospes_store_slot_new(void)
{
    return 0;
}

wasmtime_error_t *hospes_store_slot_set(wasmtime_context_t *context, int slot, void *data,
                                        void (*finalizer)(void *))
{
    if (slot_finalizer)
        slot_finalizer(slot_data);
    slot_data = data;
    slot_finalizer = finalizer;
    return NULL;
}

void *hospes_store_slot_get(const wasmtime_context_t *context, int slot)
{
    return slot_data;
}

wasmtime_context_t *wasmtime_caller_context(wasmtime_caller_t *caller)
{
    return (wasmtime_context_t *)caller;
}

bool hospes_caller_memory(wasmtime_caller_t *caller, uint8_t **out_base, size_t *out_size)
{
    if (!guest_has_memory)
        return false;
    *out_base = memory;
    *out_size = MEMORY_SIZE;
    return true;
}

bool hospes_context_interrupted(const wasmtime_context_t *context)
{
    if (interrupt_after > 0 && --interrupt_after == 0)
        interrupted = true;
    return interrupted;
}

/* --- the guest -------------------------------------------------------------------------------- */

void guest_start(wasi_config_t *config)
{
    if (func_count == 0)
        assert_null(wasmtime_linker_define_wasi(NULL));
    if (!config) {
        config = wasi_config_new();
        assert_true(wasi_config_preopen_dir(config, root, "/", true));
    }
    assert_null(wasmtime_context_set_wasi(NULL, config));
    memset(memory, 0, sizeof memory);
    guest_has_memory = true;
    interrupted = false;
    interrupt_after = -1;
}

void guest_stop(void)
{
    if (slot_finalizer)
        slot_finalizer(slot_data);
    slot_finalizer = NULL;
    slot_data = NULL;
}

static const struct defined *find(const char *module, const char *name)
{
    if (func_count == 0)
        wasmtime_linker_define_wasi(NULL);
    for (size_t i = 0; i < func_count; i++)
        if (strcmp(funcs[i].name, name) == 0 && strcmp(funcs[i].module, module) == 0)
            return &funcs[i];
    return NULL;
}

bool wasi_defined(const char *module, const char *name, char *out_signature, size_t size)
{
    const struct defined *f = find(module, name);
    if (f && out_signature)
        snprintf(out_signature, size, "%s:%s", f->params, f->result);
    return f != NULL;
}

static int call(const struct defined *f, wasmtime_val_raw_t *args)
{
    trap_text[0] = '\0';
    exit_status = -1;
    wasm_trap_t *trap = f->cb(f->data, NULL, args, 16);
    if (trap) {
        snprintf(trap_text, sizeof trap_text, "%s", trap->text);
        exit_status = trap->status;
        free(trap);
    }
    return f->result[0] ? args[0].i32 : 0;
}

static int call_va(const char *module, const char *name, va_list ap)
{
    const struct defined *f = find(module, name);
    if (!f)
        fail_msg("%s.%s is not defined", module, name);
    wasmtime_val_raw_t args[16];
    memset(args, 0xaa, sizeof args);
    for (size_t i = 0; f->params[i]; i++) {
        if (f->params[i] == 'I')
            args[i].i64 = va_arg(ap, int64_t);
        else
            args[i].i32 = va_arg(ap, int32_t);
    }
    return call(f, args);
}

int wasi(const char *name, ...)
{
    va_list ap;
    va_start(ap, name);
    int r = call_va("wasi_snapshot_preview1", name, ap);
    va_end(ap);
    return r;
}

int wasi_unstable(const char *name, ...)
{
    va_list ap;
    va_start(ap, name);
    int r = call_va("wasi_unstable", name, ap);
    va_end(ap);
    return r;
}

int wasi_array(bool unstable, const char *name, const int64_t *from)
{
    const struct defined *f = find(unstable ? "wasi_unstable" : "wasi_snapshot_preview1", name);
    if (!f)
        return WASI_ENOSYS;
    wasmtime_val_raw_t args[16];
    memset(args, 0xaa, sizeof args);
    for (size_t i = 0; f->params[i]; i++) {
        if (f->params[i] == 'I')
            args[i].i64 = from[i];
        else
            args[i].i32 = (int32_t)from[i];
    }
    return call(f, args);
}

uint64_t load(uint32_t at, unsigned bytes)
{
    return hs_le_load(memory + at, bytes);
}

void store(uint32_t at, uint64_t v, unsigned bytes)
{
    hs_le_store(memory + at, v, bytes);
}

int put(uint32_t at, const char *text)
{
    size_t n = strlen(text);
    memcpy(memory + at, text, n);
    return (int)n;
}

int path_open_at(int fd, const char *path, int lookup, int oflags, int64_t rights, int fdflags,
                 int *out_fd)
{
    int err = wasi("path_open", fd, lookup, PATH1, put(PATH1, path), oflags, rights, (int64_t)0,
                   fdflags, RESULT);
    if (!err && out_fd)
        *out_fd = (int)load(RESULT, 4);
    return err;
}

int write_text(int fd, const char *text, int *out_size)
{
    store(IOVS, BUFFER, 4);
    store(IOVS + 4, (uint64_t)put(BUFFER, text), 4);
    int err = wasi("fd_write", fd, IOVS, 1, RESULT);
    if (out_size)
        *out_size = (int)load(RESULT, 4);
    return err;
}

int read_text(int fd, char *out, int size, int *out_size)
{
    store(IOVS, BUFFER, 4);
    store(IOVS + 4, (uint64_t)size - 1, 4);
    int err = wasi("fd_read", fd, IOVS, 1, RESULT);
    if (!err) {
        size_t n = load(RESULT, 4);
        memcpy(out, memory + BUFFER, n);
        out[n] = '\0';
        if (out_size)
            *out_size = (int)n;
    }
    return err;
}

/* --- the tree --------------------------------------------------------------------------------- */

char base[256], root[300], outside[300];

static void in(char *out, size_t size, const char *dir, const char *name)
{
    snprintf(out, size, "%s/%s", dir, name);
}

bool host_exists(const char *dir, const char *name)
{
    char path[600];
    struct stat st;
    in(path, sizeof path, dir, name);
    return lstat(path, &st) == 0;
}

void host_write(const char *dir, const char *name, const char *text)
{
    char path[600];
    in(path, sizeof path, dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

bool host_equals(const char *dir, const char *name, const char *text)
{
    char path[600], got[256];
    in(path, sizeof path, dir, name);
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    size_t n = fread(got, 1, sizeof got - 1, f);
    got[n] = '\0';
    fclose(f);
    return strcmp(got, text) == 0;
}

static void make_link(const char *target, const char *name)
{
    char path[600];
    in(path, sizeof path, root, name);
    assert_int_equal(symlink(target, path), 0);
}

static void make_dir(const char *dir, const char *name)
{
    char path[600];
    in(path, sizeof path, dir, name);
    assert_int_equal(mkdir(path, 0777), 0);
}

void tree_make(void)
{
    char path[600];
    snprintf(base, sizeof base, "%s/hospes-wasi-XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(base));
    in(root, sizeof root, base, "root");
    in(outside, sizeof outside, base, "outside");
    make_dir(base, "root");
    make_dir(base, "outside");
    make_dir(outside, "dir");
    host_write(outside, "secret", "outside");
    host_write(root, "file", "inside");
    make_dir(root, "dir");
    make_dir(root, "dir/nested");
    host_write(root, "dir/nested/file", "nested");
    make_link("file", "link-file");
    make_link("dir", "link-dir");
    make_link("../file", "dir/back");
    make_link("link-file", "chain");
    make_link("loop", "loop");
    make_link("nowhere", "dangling");
    make_link("../outside/secret", "out-rel");
    make_link("../outside", "out-dir");
    make_link("../../outside", "dir/deep-out");
    in(path, sizeof path, outside, "secret");
    make_link(path, "out-abs");
    make_link(outside, "out-abs-dir");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

void tree_remove(void)
{
    nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int tree_setup(void **state)
{
    hs_wasi_walk_mode_set((enum hs_wasi_walk_mode)(intptr_t)*state);
    tree_make();
    guest_start(NULL);
    return 0;
}

int tree_teardown(void **state)
{
    guest_stop();
    /* Whatever a test did: nothing outside has changed. */
    bool safe = host_equals(outside, "secret", "outside") && host_exists(outside, "dir");
    tree_remove();
    return safe ? 0 : -1;
}
