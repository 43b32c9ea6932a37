/* wasi.h: each setting of the configuration, seen by a guest. What the functions of WASI do is
 * tested elsewhere. */
#include "check.h"
#include <errno.h>
#include <unistd.h>

/* Writes the number of arguments, of variables, then the bytes of both, then what it reads from
 * its input, to its output; "E" to the error output; the results of both writes are exports. */
static const char guest[] =
    "(module"
    " (import \"wasi_snapshot_preview1\" \"args_sizes_get\" (func $asg (param i32 i32) (result "
    "i32)))"
    " (import \"wasi_snapshot_preview1\" \"args_get\" (func $ag (param i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"environ_sizes_get\" (func $esg (param i32 i32) (result "
    "i32)))"
    " (import \"wasi_snapshot_preview1\" \"environ_get\" (func $eg (param i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"fd_write\" (func $w (param i32 i32 i32 i32) (result "
    "i32)))"
    " (import \"wasi_snapshot_preview1\" \"fd_read\" (func $r (param i32 i32 i32 i32) (result "
    "i32)))"
    " (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"
    " (memory (export \"memory\") 1) (data (i32.const 8) \"E\")"
    " (func $put (param $fd i32) (param $at i32) (param $n i32) (result i32)"
    "  (i32.store (i32.const 16) (local.get $at)) (i32.store (i32.const 20) (local.get $n))"
    "  (call $w (local.get $fd) (i32.const 16) (i32.const 1) (i32.const 24)))"
    " (func (export \"args\") (drop (call $asg (i32.const 100) (i32.const 104))) (drop (call $ag "
    "(i32.const 200) (i32.const 1000)))"
    "  (drop (call $put (i32.const 1) (i32.const 1000) (i32.load (i32.const 104)))))"
    " (func (export \"env\") (drop (call $esg (i32.const 100) (i32.const 104))) (drop (call $eg "
    "(i32.const 200) (i32.const 1000)))"
    "  (drop (call $put (i32.const 1) (i32.const 1000) (i32.load (i32.const 104)))))"
    " (func (export \"cat\") (i32.store (i32.const 16) (i32.const 2000)) (i32.store (i32.const 20) "
    "(i32.const 1000))"
    "  (drop (call $r (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))"
    "  (drop (call $put (i32.const 1) (i32.const 2000) (i32.load (i32.const 24)))))"
    " (func (export \"err\") (result i32) (call $put (i32.const 2) (i32.const 8) (i32.const 1)))"
    " (func (export \"out\") (result i32) (call $put (i32.const 1) (i32.const 8) (i32.const 1)))"
    " (func (export \"exit\") (param i32) (call $exit (local.get 0))))";

struct sink {
    char bytes[4096];
    size_t size;
    int ended;
    ptrdiff_t answer; /* 0: takes all */
};

static ptrdiff_t collect(void *data, const unsigned char *bytes, size_t size)
{
    struct sink *s = data;
    if (s->answer)
        return s->answer;
    memcpy(s->bytes + s->size, bytes, size);
    s->size += size;
    return (ptrdiff_t)size;
}

static void end(void *data)
{
    ((struct sink *)data)->ended++;
}

struct guest {
    struct world w;
    wasmtime_linker_t *linker;
    wasmtime_instance_t i;
    struct sink out, err;
};

static struct guest *start(wasi_config_t *config, bool sinks)
{
    struct guest *g = calloc(1, sizeof *g);
    g->w = world_new(NULL);
    g->linker = wasmtime_linker_new(g->w.engine);
    OK(wasmtime_linker_define_wasi(g->linker));
    if (sinks) {
        wasi_config_set_stdout_custom(config, collect, &g->out, end);
        wasi_config_set_stderr_custom(config, collect, &g->err, end);
    }
    if (config)
        OK(wasmtime_context_set_wasi(g->w.context, config));
    wasmtime_module_t *m = module_of(g->w.engine, guest);
    wasm_trap_t *trap = NULL;
    OK(wasmtime_linker_instantiate(g->linker, g->w.context, m, &g->i, &trap));
    wasmtime_module_delete(m);
    return g;
}

static int32_t run(struct guest *g, const char *name, bool result)
{
    wasmtime_extern_t f = export_of(&g->w, g->i, name);
    wasm_trap_t *trap = NULL;
    wasmtime_val_t r = {0};
    g->out.size = g->err.size = 0;
    OK(wasmtime_func_call(g->w.context, &f.of.func, NULL, 0, &r, result, &trap));
    CHECK(!trap);
    return r.of.i32;
}

static void finish(struct guest *g, bool sinks)
{
    wasmtime_linker_delete(g->linker);
    world_delete(&g->w);
    CHECK(g->out.ended == sinks && g->err.ended == sinks);
    free(g);
}

static bool printed(const struct sink *s, const char *bytes, size_t size)
{
    return s->size == size && memcmp(s->bytes, bytes, size) == 0;
}

static void test_arguments(void)
{
    wasi_config_t *c = wasi_config_new();
    const char *first[] = {"prog", "a b"}, *second[] = {"", "\xc3\xa9"}, *bad[] = {"ok", "\xff"};
    const char *names[] = {"A", "B"}, *values[] = {"1", "x=y"}, *more[] = {"C"}, *mores[] = {""};
    CHECK(wasi_config_set_argv(c, 2, first) && wasi_config_set_argv(c, 2, second)); /* adds to it */
    CHECK(!wasi_config_set_argv(c, 2, bad));
    CHECK(wasi_config_set_env(c, 2, names, values) && wasi_config_set_env(c, 1, more, mores));
    CHECK(!wasi_config_set_env(c, 2, names, bad) && !wasi_config_set_env(c, 2, bad, names));
    struct guest *g = start(c, true);
    run(g, "args", false);
    CHECK(printed(&g->out, "prog\0a b\0\0\xc3\xa9", 13) ||
          printed(&g->out, "prog\0a b\0\0\xc3\xa9\0", 13));
    run(g, "env", false);
    CHECK(printed(&g->out, "A=1\0B=x=y\0C=", 13) || g->out.size == 13);
    finish(g, true);
    /* Those of this process. */
    c = wasi_config_new();
    setenv("HOSPES_TEST_VARIABLE", "is set", 1);
    wasi_config_inherit_argv(c);
    wasi_config_inherit_env(c);
    g = start(c, true);
    run(g, "args", false);
    g->out.bytes[g->out.size] = 0;
    CHECK(strstr(g->out.bytes, "wasi_config"));
    run(g, "env", false);
    bool found = false;
    for (size_t k = 0; k + 27 <= g->out.size; k++)
        found |= memcmp(g->out.bytes + k, "HOSPES_TEST_VARIABLE=is set", 27) == 0;
    CHECK(found);
    finish(g, true);
    /* Nothing by default. */
    g = start(wasi_config_new(), true);
    run(g, "args", false);
    CHECK(g->out.size == 0);
    run(g, "env", false);
    CHECK(g->out.size == 0);
    run(g, "cat", false);
    CHECK(g->out.size == 0);
    finish(g, true);
}

static void write_file(const char *path, const char *bytes)
{
    FILE *f = fopen(path, "wb");
    fwrite(bytes, 1, strlen(bytes), f);
    fclose(f);
}

static bool file_is(const char *path, const char *bytes)
{
    char text[100];
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(text, 1, sizeof text, f) : 0;
    if (f)
        fclose(f);
    return n == strlen(bytes) && memcmp(text, bytes, n) == 0;
}

static void test_streams(void)
{
    wasi_config_t *c = wasi_config_new();
    wasm_byte_vec_t input;
    wasm_byte_vec_new(&input, 4, "a\0bc");
    wasi_config_set_stdin_bytes(c, &input);
    CHECK(input.size == 0 && !input.data); /* taken */
    struct guest *g = start(c, true);
    run(g, "cat", false);
    CHECK(printed(&g->out, "a\0bc", 4));
    run(g, "cat", false);
    CHECK(g->out.size == 0);
    CHECK(run(g, "err", true) == 0 && printed(&g->err, "E", 1) && g->out.size == 0);
    /* What the host's function says, the guest hears. */
    g->err.answer = -EPIPE;
    CHECK(run(g, "err", true) == 64); /* errno.pipe */
    g->out.answer = -ENOSPC;
    CHECK(run(g, "out", true) == 51); /* errno.nospc */
    g->out.answer = g->err.answer = 0;
    finish(g, true);
    /* Files: the input has to be there, outputs are made anew. */
    char dir[] = "/tmp/hospes-wasi-XXXXXX", in[64], out[64], err[64];
    CHECK(mkdtemp(dir));
    snprintf(in, sizeof in, "%s/in", dir);
    snprintf(out, sizeof out, "%s/out", dir);
    snprintf(err, sizeof err, "%s/err", dir);
    write_file(in, "from a file");
    write_file(out, "old content that is longer");
    c = wasi_config_new();
    CHECK(!wasi_config_set_stdin_file(c, "/nonexistent/x") &&
          !wasi_config_set_stdout_file(c, "/nonexistent/x") &&
          !wasi_config_set_stderr_file(c, "/nonexistent/x") &&
          !wasi_config_set_stdin_file(c, "\xff"));
    CHECK(wasi_config_set_stdin_file(c, in) && wasi_config_set_stdout_file(c, out) &&
          wasi_config_set_stderr_file(c, err));
    g = start(c, false);
    run(g, "cat", false);
    CHECK(run(g, "err", true) == 0);
    finish(g, false);
    CHECK(file_is(out, "from a file") && file_is(err, "E"));
    /* Those of this process. */
    c = wasi_config_new();
    wasi_config_inherit_stdin(c);
    wasi_config_inherit_stdout(c);
    wasi_config_inherit_stderr(c);
    fflush(stdout);
    int saved[3] = {dup(0), dup(1), dup(2)};
    FILE *fi = fopen(in, "rb"), *fo = fopen(out, "wb"), *fe = fopen(err, "wb");
    dup2(fileno(fi), 0);
    dup2(fileno(fo), 1);
    dup2(fileno(fe), 2);
    g = start(c, false);
    run(g, "cat", false);
    run(g, "err", true);
    for (int k = 0; k < 3; k++) {
        dup2(saved[k], k);
        close(saved[k]);
    }
    fclose(fi);
    fclose(fo);
    fclose(fe);
    finish(g, false);
    CHECK(file_is(out, "from a file") && file_is(err, "E"));
    /* Directories. */
    c = wasi_config_new();
    CHECK(wasi_config_preopen_dir(c, dir, "/", true) &&
          !wasi_config_preopen_dir(c, "/nonexistent", "/x", false) &&
          !wasi_config_preopen_dir(c, "\xff", "/x", false) &&
          !wasi_config_preopen_dir(c, dir, "\xff", false));
    wasi_config_inherit_network(c);
    wasi_config_allow_ip_name_lookup(c, true);
    wasi_config_allow_ip_name_lookup(c, false);
    wasi_config_delete(c); /* never given to a store */
    wasi_config_delete(NULL);
    unlink(in);
    unlink(out);
    unlink(err);
    rmdir(dir);
}

/* The end of a program: a status, or an error of the ordinary kind; never a trap, and the
 * process goes on. */
static void test_exit(void)
{
    struct guest *g = start(wasi_config_new(), true);
    wasmtime_extern_t f = export_of(&g->w, g->i, "exit");
    static const int statuses[] = {0, 1, 3, 125};
    for (size_t k = 0; k < 6; k++) {
        wasm_trap_t *trap = NULL;
        wasmtime_val_t arg = {.kind = WASMTIME_I32,
                              .of.i32 = k < 4    ? statuses[k]
                                        : k == 4 ? 126
                                                 : -1};
        wasmtime_error_t *e = wasmtime_func_call(g->w.context, &f.of.func, &arg, 1, NULL, 0, &trap);
        int status = 99;
        CHECK(e && !trap);
        if (k < 4) {
            char text[64];
            snprintf(text, sizeof text, "Exited with i32 exit status %d", statuses[k]);
            CHECK(wasmtime_error_exit_status(e, &status) && status == statuses[k]);
            wasm_frame_vec_t frames;
            wasmtime_error_wasm_trace(e, &frames);
            CHECK(frames.size == 1 && wasm_frame_func_index(frames.data[0]) == 13);
            wasm_frame_vec_delete(&frames);
            ERROR_HAS(e, text);
        } else {
            CHECK(!wasmtime_error_exit_status(e, &status) && status == 99);
            ERROR_HAS(e, "exit with invalid exit status outside of [0..126)");
        }
    }
    finish(g, true);
    /* A store that was not given a configuration says so. */
    g = start(NULL, false);
    f = export_of(&g->w, g->i, "args");
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *e = wasmtime_func_call(g->w.context, &f.of.func, NULL, 0, NULL, 0, &trap);
    CHECK(e && !trap);
    ERROR_HAS(e, "wasi");
    finish(g, false);
}

int main(void)
{
    test_arguments();
    test_streams();
    test_exit();
    FINISH();
}
