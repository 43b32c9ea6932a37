/* hospes run: a program with WASI, or one export of a module. */
#include "cli.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct run {
    struct options o;
    wasm_engine_t *engine;
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_linker_t *linker;
    const char *file;
    int argc; /* arguments of the guest, without its name */
    char **argv;
};

/* --- Time-out --------------------------------------------------------------------------------- */

struct timer {
    wasm_engine_t *engine;
    uint64_t ns;
};

static void *timer_main(void *env)
{
    struct timer *t = env;
    struct timespec left = {(time_t)(t->ns / 1000000000), (long)(t->ns % 1000000000)};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
    wasmtime_engine_increment_epoch(t->engine);
    return NULL;
}

static void start_timer(struct run *r)
{
    static struct timer t;
    pthread_t thread;
    t = (struct timer){r->engine, r->o.timeout_ns};
    if (pthread_create(&thread, NULL, timer_main, &t) == 0)
        pthread_detach(thread);
}

/* --- WASI ------------------------------------------------------------------------------------- */

static bool set_env(struct run *r, wasi_config_t *wasi)
{
    size_t n = r->o.envs.count;
    char **names = calloc(n + 1, sizeof *names);
    const char **values = calloc(n + 1, sizeof *values);
    size_t count = 0;
    bool ok = names && values;
    for (size_t i = 0; ok && i < n; i++) {
        char *name = strdup(r->o.envs.data[i]), *equals = name ? strchr(name, '=') : NULL;
        if (!name) {
            ok = false;
            break;
        }
        if (equals)
            *equals = 0;
        const char *value = equals ? equals + 1 : getenv(name);
        if (!value) { /* not set in the host either */
            free(name);
            continue;
        }
        names[count] = name;
        values[count++] = value;
    }
    if (ok && count)
        ok = wasi_config_set_env(wasi, count, (const char **)names, values);
    while (names && count > 0)
        free(names[--count]);
    free(names);
    free(values);
    return ok;
}

static int set_wasi(struct run *r)
{
    wasi_config_t *wasi = wasi_config_new();
    if (!wasi)
        return complain("out of memory");
    const char **argv = calloc((size_t)r->argc + 1, sizeof *argv);
    const char *slash = strrchr(r->file, '/');
    bool ok = argv != NULL;
    if (ok) {
        argv[0] = r->o.argv0 ? r->o.argv0 : slash ? slash + 1 : r->file;
        for (int i = 0; i < r->argc; i++)
            argv[i + 1] = r->argv[i];
        ok = wasi_config_set_argv(wasi, (size_t)r->argc + 1, argv);
        free(argv);
    }
    if (!ok) {
        wasi_config_delete(wasi);
        return complain("the arguments are not valid UTF-8");
    }
    if (r->o.inherit_env)
        wasi_config_inherit_env(wasi);
    if (!set_env(r, wasi)) {
        wasi_config_delete(wasi);
        return complain("the environment is not valid UTF-8");
    }
    wasi_config_inherit_stdin(wasi);
    wasi_config_inherit_stdout(wasi);
    wasi_config_inherit_stderr(wasi);
    for (size_t i = 0; i < r->o.dirs.count; i++) {
        const char *dir = r->o.dirs.data[i], *colons = strstr(dir, "::");
        char *host = colons ? strndup(dir, (size_t)(colons - dir)) : strdup(dir);
        bool opened = host && wasi_config_preopen_dir(wasi, host, colons ? colons + 2 : dir, true);
        if (!opened) {
            complain("failed to open directory `%s`: %s", host ? host : dir, strerror(errno));
            free(host);
            wasi_config_delete(wasi);
            return EXIT_ERROR;
        }
        free(host);
    }
    wasmtime_error_t *error = wasmtime_context_set_wasi(r->context, wasi);
    if (!error)
        error = wasmtime_linker_define_wasi(r->linker);
    return error ? report_error("failed to set up WASI", NULL, error) : 0;
}

/* --- Calling ---------------------------------------------------------------------------------- */

/* Exit status of a call that failed, after reporting what is to be reported. */
static int failed(struct run *r, const char *what, wasmtime_error_t *error, wasm_trap_t *trap)
{
    char context[512];
    int status;
    snprintf(context, sizeof context, "failed to run main module `%s`", r->file);
    if (trap)
        return report_trap(context, what, trap);
    if (wasmtime_error_exit_status(error, &status)) {
        wasmtime_error_delete(error);
        return status;
    }
    return report_error(context, what, error);
}

static bool parse_argument(const char *text, wasm_valkind_t kind, wasmtime_val_t *out)
{
    char *end;
    errno = 0;
    switch (kind) {
    case WASM_I32: {
        long long x = strtoll(text, &end, 0);
        if (x < INT32_MIN || x > UINT32_MAX)
            errno = ERANGE;
        *out = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = (int32_t)x};
        break;
    }
    case WASM_I64:
        *out = (wasmtime_val_t){.kind = WASMTIME_I64};
        out->of.i64 = text[0] == '-' ? strtoll(text, &end, 0) : (int64_t)strtoull(text, &end, 0);
        break;
    case WASM_F32:
        *out = (wasmtime_val_t){.kind = WASMTIME_F32, .of.f32 = strtof(text, &end)};
        break;
    case WASM_F64:
        *out = (wasmtime_val_t){.kind = WASMTIME_F64, .of.f64 = strtod(text, &end)};
        break;
    default: return false;
    }
    return *text && *end == 0 && errno == 0;
}

static void print_float(double x, int digits_max, bool single)
{
    char text[64];
    if (isnan(x)) {
        puts("NaN");
        return;
    }
    if (isinf(x)) {
        puts(x < 0 ? "-inf" : "inf");
        return;
    }
    /* the shortest that reads back the same */
    for (int digits = 1; digits <= digits_max; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (single ? strtof(text, NULL) == (float)x : strtod(text, NULL) == x)
            break;
    }
    puts(text);
}

static void print_reference(const char *kind, bool null)
{
    printf("<%s%s>\n", null ? "null " : "", kind);
}

static void print_value(const wasmtime_val_t *v)
{
    switch (v->kind) {
    case WASMTIME_I32: printf("%" PRId32 "\n", v->of.i32); break;
    case WASMTIME_I64: printf("%" PRId64 "\n", v->of.i64); break;
    case WASMTIME_F32: print_float(v->of.f32, 9, true); break;
    case WASMTIME_F64: print_float(v->of.f64, 17, false); break;
    case WASMTIME_V128:
        fputs("0x", stdout);
        for (int i = 15; i >= 0; i--)
            printf("%02x", v->of.v128[i]);
        putchar('\n');
        break;
    case WASMTIME_FUNCREF:
        print_reference("funcref", wasmtime_funcref_is_null(&v->of.funcref));
        break;
    case WASMTIME_EXTERNREF:
        print_reference("externref", wasmtime_externref_is_null(&v->of.externref));
        break;
    case WASMTIME_ANYREF: print_reference("anyref", wasmtime_anyref_is_null(&v->of.anyref)); break;
    default: print_reference("exnref", wasmtime_exnref_is_null(&v->of.exnref)); break;
    }
}

static int invoke(struct run *r, const wasmtime_func_t *func)
{
    wasm_functype_t *type = wasmtime_func_type(r->context, func);
    const wasm_valtype_vec_t *params = wasm_functype_params(type),
                             *results = wasm_functype_results(type);
    size_t nresults = results->size;
    wasmtime_val_t *args = calloc(params->size + 1, sizeof *args),
                   *values = calloc(nresults + 1, sizeof *values);
    int status = 0;
    if (!args || !values) {
        status = complain("out of memory");
    } else if ((size_t)r->argc < params->size) {
        status = complain("not enough arguments for `%s`: %zu expected, %d given", r->o.invoke,
                          params->size, r->argc);
    } else {
        for (size_t i = 0; i < params->size && !status; i++)
            if (!parse_argument(r->argv[i], wasm_valtype_kind(params->data[i]), &args[i]))
                status = complain("argument %zu of `%s` is `%s`, which is no value of its type",
                                  i + 1, r->o.invoke, r->argv[i]);
    }
    if (!status) {
        wasm_trap_t *trap = NULL;
        char what[256];
        snprintf(what, sizeof what, "failed to invoke `%s`", r->o.invoke);
        wasmtime_error_t *error =
            wasmtime_func_call(r->context, func, args, params->size, values, nresults, &trap);
        if (error || trap) {
            fflush(stdout);
            status = failed(r, what, error, trap);
        } else {
            for (size_t i = 0; i < nresults; i++) {
                print_value(&values[i]);
                wasmtime_val_unroot(&values[i]);
            }
        }
    }
    free(args);
    free(values);
    wasm_functype_delete(type);
    return status;
}

static int call_plain(struct run *r, const char *what, const wasmtime_func_t *func)
{
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = wasmtime_func_call(r->context, func, NULL, 0, NULL, 0, &trap);
    return error || trap ? failed(r, what, error, trap) : 0;
}

static bool export_func(struct run *r, const wasmtime_instance_t *instance, const char *name,
                        wasmtime_func_t *out)
{
    wasmtime_extern_t item;
    if (!wasmtime_instance_export_get(r->context, instance, name, strlen(name), &item))
        return false;
    bool is_func = item.kind == WASMTIME_EXTERN_FUNC;
    if (is_func)
        *out = item.of.func;
    wasmtime_extern_delete(&item);
    return is_func;
}

static int run_main(struct run *r, wasmtime_module_t *module)
{
    wasmtime_instance_t instance;
    wasm_trap_t *trap = NULL;
    wasmtime_func_t func;
    wasmtime_error_t *error = NULL;
    if (r->o.unknown_trap)
        error = wasmtime_linker_define_unknown_imports_as_traps(r->linker, module);
    if (!error && r->o.unknown_default)
        error =
            wasmtime_linker_define_unknown_imports_as_default_values(r->linker, r->context, module);
    if (!error)
        error = wasmtime_linker_instantiate(r->linker, r->context, module, &instance, &trap);
    if (error || trap) {
        char what[512];
        snprintf(what, sizeof what, "failed to instantiate `%s`", r->file);
        return failed(r, what, error, trap);
    }
    if (export_func(r, &instance, "_initialize", &func)) {
        int status = call_plain(r, "failed to call `_initialize`", &func);
        if (status)
            return status;
    }
    if (r->o.invoke) {
        if (!export_func(r, &instance, r->o.invoke, &func)) {
            complain(
                "failed to run main module `%s`: no export `%s` found, or it is not a function",
                r->file, r->o.invoke);
            return EXIT_ERROR;
        }
        return invoke(r, &func);
    }
    if (export_func(r, &instance, "", &func) || export_func(r, &instance, "_start", &func))
        return call_plain(r, "failed to invoke command default", &func);
    return 0; /* a library without a program: it was instantiated, that is all */
}

static int preload(struct run *r)
{
    for (size_t i = 0; i < r->o.preloads.count; i++) {
        const char *text = r->o.preloads.data[i], *equals = strchr(text, '=');
        if (!equals)
            return complain("`--preload %s`: expected NAME=FILE", text);
        wasmtime_module_t *module = load_module(r->engine, equals + 1, r->o.allow_precompiled);
        if (!module)
            return EXIT_ERROR;
        wasmtime_error_t *error =
            wasmtime_linker_module(r->linker, r->context, text, (size_t)(equals - text), module);
        wasmtime_module_delete(module);
        if (error)
            return failed(r, "failed to preload a module", error, NULL);
    }
    return 0;
}

int cmd_run(int argc, char **argv)
{
    struct run r = {.file = NULL};
    options_init(&r.o);
    int i = options_parse(&r.o, "run", ACCEPT_RUN, argc, argv);
    if (i < 0 || i >= argc) {
        wasm_config_delete(r.o.config);
        return i == -2 ? 0
               : i < 0 ? EXIT_USAGE
                       : complain("no file to run; `hospes --help` explains");
    }
    r.file = argv[i];
    r.argc = argc - i - 1;
    r.argv = argv + i + 1;
    if (r.o.timeout_ns)
        wasmtime_config_epoch_interruption_set(r.o.config, true);
    if (r.o.fuel)
        wasmtime_config_consume_fuel_set(r.o.config, true);
    if (!(r.engine = wasm_engine_new_with_config(r.o.config)))
        return complain("cannot make an engine with these options");
    int status = EXIT_ERROR;
    wasmtime_module_t *module = load_module(r.engine, r.file, r.o.allow_precompiled);
    if (!module)
        goto no_module;
    r.store = wasmtime_store_new(r.engine, NULL, NULL);
    r.linker = wasmtime_linker_new(r.engine);
    if (!r.store || !r.linker) {
        complain("out of memory");
        goto done;
    }
    r.context = wasmtime_store_context(r.store);
    wasmtime_store_limiter(r.store, (int64_t)r.o.max_memory, (int64_t)r.o.max_table,
                           (int64_t)r.o.max_instances, (int64_t)r.o.max_tables,
                           (int64_t)r.o.max_memories);
    if (r.o.fuel) {
        wasmtime_error_t *error = wasmtime_context_set_fuel(r.context, r.o.fuel);
        if (error) {
            status = report_error("failed to set fuel", NULL, error);
            goto done;
        }
    }
    if (r.o.timeout_ns) {
        wasmtime_context_set_epoch_deadline(r.context, 1);
        start_timer(&r);
    } else {
        /* `-W epoch-interruption` alone makes code interruptible; nobody interrupts it. */
        wasmtime_context_set_epoch_deadline(r.context, UINT64_MAX / 2);
    }
    if ((status = set_wasi(&r)) == 0 && (status = preload(&r)) == 0)
        status = run_main(&r, module);
done:
    if (r.linker)
        wasmtime_linker_delete(r.linker);
    if (r.store)
        wasmtime_store_delete(r.store);
    wasmtime_module_delete(module);
no_module:
    if (!r.o.timeout_ns) /* the timer may still hold the engine */
        wasm_engine_delete(r.engine);
    free(r.o.dirs.data);
    free(r.o.envs.data);
    free(r.o.preloads.data);
    return status;
}
