/* The small verbs: validate, compile, wat2wasm. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cmd_validate(int argc, char **argv)
{
    struct options o;
    options_init(&o);
    int i = options_parse(&o, "validate", 0, argc, argv);
    if (i < 0) {
        wasm_config_delete(o.config);
        return i == -2 ? 0 : EXIT_USAGE;
    }
    wasm_engine_t *engine = wasm_engine_new_with_config(o.config);
    if (!engine)
        return complain("cannot make an engine");
    if (i == argc) {
        wasm_engine_delete(engine);
        return complain("`hospes validate` needs a file");
    }
    int status = 0;
    for (; i < argc; i++) {
        wasm_byte_vec_t bytes;
        if (!read_binary(argv[i], &bytes)) {
            status = EXIT_ERROR;
            continue;
        }
        wasmtime_error_t *error =
            wasmtime_module_validate(engine, (const uint8_t *)bytes.data, bytes.size);
        wasm_byte_vec_delete(&bytes);
        if (error) {
            char context[512];
            snprintf(context, sizeof context, "`%s` is not valid", argv[i]);
            status = report_error(context, NULL, error);
        }
    }
    wasm_engine_delete(engine);
    return status;
}

/* "dir/name.ext" with another extension, in the current directory; owned. */
static char *output_name(const char *path, const char *extension)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path,
               *dot = strrchr(name, '.');
    size_t n = dot ? (size_t)(dot - name) : strlen(name);
    char *out = malloc(n + strlen(extension) + 1);
    if (out) {
        memcpy(out, name, n);
        strcpy(out + n, extension);
    }
    return out;
}

/* Options, then one file, then options again. */
static const char *one_file(struct options *o, const char *verb, unsigned accept, int argc,
                            char **argv, int *out_status)
{
    int i = options_parse(o, verb, accept, argc, argv);
    *out_status = i == -2 ? 0 : EXIT_USAGE;
    if (i < 0)
        return NULL;
    if (i == argc) {
        complain("`hospes %s` needs a file", verb);
        return NULL;
    }
    const char *file = argv[i];
    int rest = options_parse(o, verb, accept, argc - i, argv + i);
    if (rest < 0)
        return NULL;
    if (rest != argc - i) {
        complain("`hospes %s` takes one file; `%s` is too much", verb, argv[i + rest]);
        return NULL;
    }
    return file;
}

int cmd_compile(int argc, char **argv)
{
    struct options o;
    int status;
    options_init(&o);
    const char *file = one_file(&o, "compile", ACCEPT_OUTPUT, argc, argv, &status);
    if (!file) {
        wasm_config_delete(o.config);
        return status;
    }
    wasm_engine_t *engine = wasm_engine_new_with_config(o.config);
    if (!engine)
        return complain("cannot make an engine");
    wasmtime_module_t *module = load_module(engine, file, false);
    status = EXIT_ERROR;
    if (module) {
        wasm_byte_vec_t bytes;
        wasmtime_error_t *error = wasmtime_module_serialize(module, &bytes);
        if (error) {
            report_error("failed to serialize the module", NULL, error);
        } else {
            char *name = o.output ? NULL : output_name(file, ".cwasm");
            if (write_file(o.output ? o.output : name ? name : "out.cwasm", bytes.data, bytes.size))
                status = 0;
            free(name);
            wasm_byte_vec_delete(&bytes);
        }
        wasmtime_module_delete(module);
    }
    wasm_engine_delete(engine);
    return status;
}

int cmd_wat2wasm(int argc, char **argv)
{
    struct options o;
    int status;
    options_init(&o);
    const char *file = one_file(&o, "wat2wasm", ACCEPT_OUTPUT, argc, argv, &status);
    wasm_config_delete(o.config);
    if (!file)
        return status;
    wasm_byte_vec_t text, binary;
    if (!read_file(file, &text))
        return EXIT_ERROR;
    wasmtime_error_t *error = wasmtime_wat2wasm(text.data, text.size, &binary);
    wasm_byte_vec_delete(&text);
    if (error) {
        char context[512];
        snprintf(context, sizeof context, "failed to parse `%s`", file);
        return report_error(context, NULL, error);
    }
    char *name = o.output ? NULL : output_name(file, ".wasm");
    bool ok = write_file(o.output ? o.output : name ? name : "out.wasm", binary.data, binary.size);
    free(name);
    wasm_byte_vec_delete(&binary);
    return ok ? 0 : EXIT_ERROR;
}

int cmd_wasm2wat(int argc, char **argv)
{
    struct options o;
    int status;
    options_init(&o);
    const char *file = one_file(&o, "wasm2wat", ACCEPT_OUTPUT, argc, argv, &status);
    wasm_config_delete(o.config);
    if (!file)
        return status;
    wasm_byte_vec_t binary, text;
    if (!read_binary(file, &binary))
        return EXIT_ERROR;
    wasmtime_error_t *error = hospes_wasm2wat((const uint8_t *)binary.data, binary.size, &text);
    wasm_byte_vec_delete(&binary);
    if (error) {
        char context[512];
        snprintf(context, sizeof context, "failed to print `%s`", file);
        return report_error(context, NULL, error);
    }
    bool ok = write_file(o.output ? o.output : "-", text.data, text.size);
    wasm_byte_vec_delete(&text);
    return ok ? 0 : EXIT_ERROR;
}
