/* Modules from files: binary ones are mapped, text is translated, serialized ones are
 * recognized. */
#include "cli.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool read_file(const char *path, wasm_byte_vec_t *out)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    size_t size = 0, cap = 0;
    char *data = NULL;
    bool ok = f != NULL;
    while (ok) {
        if (size == cap) {
            cap = cap ? cap * 2 : 64 << 10;
            char *more = realloc(data, cap);
            if (!more) {
                ok = false;
                break;
            }
            data = more;
        }
        size_t n = fread(data + size, 1, cap - size, f);
        size += n;
        if (n == 0) {
            ok = !ferror(f);
            break;
        }
    }
    if (ok)
        wasm_byte_vec_new(out, size, data);
    else
        complain("failed to read `%s`: %s", path, strerror(errno));
    free(data);
    if (f && f != stdin)
        fclose(f);
    return ok;
}

bool write_file(const char *path, const void *bytes, size_t size)
{
    FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
    bool ok = f && fwrite(bytes, 1, size, f) == size;
    if (f && f != stdout)
        ok &= fclose(f) == 0;
    else if (f)
        ok &= fflush(f) == 0;
    if (!ok)
        complain("failed to write `%s`: %s", path, strerror(errno));
    return ok;
}

bool read_binary(const char *path, wasm_byte_vec_t *out)
{
    wasm_byte_vec_t bytes;
    if (!read_file(path, &bytes))
        return false;
    if (bytes.size >= 4 && memcmp(bytes.data, "\0asm", 4) == 0) {
        *out = bytes;
        return true;
    }
    wasmtime_error_t *error = wasmtime_wat2wasm(bytes.data, bytes.size, out);
    wasm_byte_vec_delete(&bytes);
    if (error) {
        char context[512];
        snprintf(context, sizeof context, "failed to parse `%s`", path);
        report_error(context, NULL, error);
    }
    return !error;
}

wasmtime_module_t *load_module(wasm_engine_t *engine, const char *path, bool allow_precompiled)
{
    char magic[8] = {0};
    FILE *f = strcmp(path, "-") == 0 ? NULL : fopen(path, "rb");
    wasmtime_module_t *module = NULL;
    wasmtime_error_t *error = NULL;
    char context[512];
    snprintf(context, sizeof context, "failed to compile `%s`", path);
    if (f) {
        size_t n = fread(magic, 1, sizeof magic, f);
        (void)n;
        fclose(f);
    } else if (strcmp(path, "-") != 0) {
        char read[512];
        snprintf(read, sizeof read, "failed to read `%s`: %s", path, strerror(errno));
        complain("%s", read);
        return NULL;
    }
    if (memcmp(magic, "\0asm", 4) == 0) {
        error = hospes_module_new_owned_file(engine, path, &module);
    } else {
        wasm_byte_vec_t text, binary;
        if (!read_file(path, &text))
            return NULL;
        if (memcmp(magic, "hospes\0", 7) == 0) {
            if (allow_precompiled) {
                error = wasmtime_module_deserialize(engine, (const uint8_t *)text.data, text.size,
                                                    &module);
            } else {
                wasm_byte_vec_delete(&text);
                complain("`%s` is a serialized module; pass --allow-precompiled to run it", path);
                return NULL;
            }
        } else if (text.size >= 4 && memcmp(text.data, "\0asm", 4) == 0) {
            error = wasmtime_module_new(engine, (const uint8_t *)text.data, text.size, &module);
        } else {
            error = wasmtime_wat2wasm(text.data, text.size, &binary);
            if (!error) {
                error =
                    wasmtime_module_new(engine, (const uint8_t *)binary.data, binary.size, &module);
                wasm_byte_vec_delete(&binary);
            }
        }
        wasm_byte_vec_delete(&text);
    }
    if (error) {
        report_error(context, NULL, error);
        return NULL;
    }
    return module;
}
