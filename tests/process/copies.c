/* Two copies of the library in one process, as when two plug-ins of a program each bring their
 * own: both catch their own faults and let the other's through, whichever came first. Usage:
 * copies <path of the shared library> */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wasmtime.h>

#define NEED(c)                                                                                    \
    do {                                                                                           \
        if (!(c)) {                                                                                \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #c);                        \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

#define FUNCTIONS(X)                                                                               \
    X(wasm_engine_new)                                                                             \
    X(wasm_engine_delete)                                                                          \
    X(wasmtime_store_new)                                                                          \
    X(wasmtime_store_context)                                                                      \
    X(wasmtime_store_delete)                                                                       \
    X(wasmtime_wat2wasm)                                                                           \
    X(wasm_byte_vec_delete)                                                                        \
    X(wasmtime_module_new)                                                                         \
    X(wasmtime_module_delete)                                                                      \
    X(wasmtime_instance_new)                                                                       \
    X(wasmtime_instance_export_get)                                                                \
    X(wasmtime_func_call)                                                                          \
    X(wasmtime_trap_code)                                                                          \
    X(wasm_trap_delete)

struct copy {
    const char *name;
    void *handle;
#define X(f) __typeof__(&f) f;
    FUNCTIONS(X)
#undef X
    wasm_engine_t *engine;
    wasmtime_store_t *store;
    wasmtime_func_t oob, div;
};

static void load(struct copy *c, const char *path, const char *name, int isolated)
{
    c->name = name;
    c->handle = isolated ? dlmopen(LM_ID_NEWLM, path, RTLD_NOW | RTLD_LOCAL)
                         : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!c->handle) {
        fprintf(stderr, "%s\n", dlerror());
        exit(isolated ? 77 : 1);
    }
#define X(f) NEED((c->f = (__typeof__(&f))dlsym(c->handle, #f)));
    FUNCTIONS(X)
#undef X
}

static void start(struct copy *c)
{
    static const char text[] =
        "(module (memory 1) (func (export \"oob\") (drop (i32.load (i32.const -4))))"
        "(func (export \"div\") (drop (i32.div_u (i32.const 1) (i32.load (i32.const 0))))))";
    wasm_byte_vec_t b;
    wasmtime_module_t *m = NULL;
    wasmtime_instance_t i;
    wasm_trap_t *trap = NULL;
    wasmtime_extern_t x;
    NEED((c->engine = c->wasm_engine_new()));
    NEED((c->store = c->wasmtime_store_new(c->engine, NULL, NULL)));
    wasmtime_context_t *cx = c->wasmtime_store_context(c->store);
    NEED(!c->wasmtime_wat2wasm(text, sizeof text - 1, &b));
    NEED(!c->wasmtime_module_new(c->engine, (uint8_t *)b.data, b.size, &m));
    c->wasm_byte_vec_delete(&b);
    NEED(!c->wasmtime_instance_new(cx, m, NULL, 0, &i, &trap) && !trap);
    c->wasmtime_module_delete(m);
    NEED(c->wasmtime_instance_export_get(cx, &i, "oob", 3, &x));
    c->oob = x.of.func;
    NEED(c->wasmtime_instance_export_get(cx, &i, "div", 3, &x));
    c->div = x.of.func;
}

static void traps(struct copy *c)
{
    wasmtime_context_t *cx = c->wasmtime_store_context(c->store);
    for (int k = 0; k < 2; k++) {
        wasm_trap_t *trap = NULL;
        wasmtime_trap_code_t code = 99;
        NEED(!c->wasmtime_func_call(cx, k ? &c->div : &c->oob, NULL, 0, NULL, 0, &trap));
        NEED(trap && c->wasmtime_trap_code(trap, &code));
        NEED(code == (k ? WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO
                        : WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS));
        c->wasm_trap_delete(trap);
    }
}

static void copy_file(const char *from, const char *to)
{
    static char buffer[1 << 16];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0700);
    NEED(in >= 0 && out >= 0);
    for (ssize_t n; (n = read(in, buffer, sizeof buffer)) > 0;)
        NEED(write(out, buffer, (size_t)n) == n);
    close(in);
    close(out);
}

int main(int argc, char **argv)
{
    NEED(argc >= 2);
    struct copy copies[3] = {0};
    char path[] = "/tmp/hospes-copy-XXXXXX";
    int fd = mkstemp(path);
    NEED(fd >= 0);
    close(fd);
    copy_file(argv[1], path);
    load(&copies[0], argv[1], "first", 0);
    load(&copies[1], path, "second", 0);
    unlink(path);
    unsigned n = 2;
    if (argc > 2 && strcmp(argv[2], "isolated") == 0) { /* with a C library of its own */
        load(&copies[2], argv[1], "isolated", 1);
        n = 3;
    }
    NEED(copies[0].wasm_engine_new != copies[1].wasm_engine_new);
    for (unsigned i = 0; i < n; i++) {
        start(&copies[i]);
        for (unsigned k = 0; k <= i; k++)
            traps(&copies[k]);
    }
    for (unsigned round = 0; round < 100; round++)
        for (unsigned i = 0; i < n; i++)
            traps(&copies[(i + round) % n]);
    for (unsigned i = 0; i < n; i++) { /* the others work on after one has ended */
        copies[i].wasmtime_store_delete(copies[i].store);
        copies[i].wasm_engine_delete(copies[i].engine);
        dlclose(copies[i].handle);
        for (unsigned k = i + 1; k < n; k++)
            traps(&copies[k]);
    }
    printf("%u copies ok\n", n);
    return 0;
}
