/*
 * Compile speed of an engine behind the C API: every function compiled at once, on one thread, with
 * validation.
 *
 *   compile LIBRARY STRATEGY MODULE TIMES
 *
 * STRATEGY is a number of wasmtime_strategy_t (0 automatic, 1 Cranelift, 2 Winch), or "validate" to
 * validate only. Each of the TIMES compilations is of bytes that differ in a custom section at the
 * end, so that no cache can answer. Prints seconds: median, least, greatest.
 */
#include "api.h"

int main(int argc, char **argv)
{
    if (argc != 5)
        fail("compile", "LIBRARY STRATEGY MODULE TIMES");
    api_open(argv[1]);
    bool only_validate = strcmp(argv[2], "validate") == 0;
    int times = atoi(argv[4]);
    times = times < 1 ? 1 : times > 100 ? 100 : times;

    FILE *file = fopen(argv[3], "rb");
    if (!file)
        fail(argv[3], "cannot be opened");
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    uint8_t *wasm = malloc(size + 6);
    if (!wasm || fread(wasm, 1, size, file) != size)
        fail(argv[3], "cannot be read");
    fclose(file);
    /* A custom section of four bytes: the name "n" and two bytes that count. */
    memcpy(wasm + size, "\0\4\1n\0\0", 6);

    wasm_config_t *config = API(wasm_config_new)();
    API(wasmtime_config_parallel_compilation_set)(config, false);
    if (api.hospes_config_lazy_set)
        API(hospes_config_lazy_set)(config, false);
    else if (!only_validate)
        API(wasmtime_config_strategy_set)(config, (wasmtime_strategy_t)atoi(argv[2]));
    wasm_engine_t *engine = API(wasm_engine_new_with_config)(config);
    if (!engine)
        fail("engine", NULL);

    double samples[100];
    for (int i = 0; i < times; i++) {
        wasm[size + 4] = (uint8_t)i;
        wasmtime_module_t *module = NULL;
        double begin = now_ns();
        if (only_validate)
            check(API(wasmtime_module_validate)(engine, wasm, size + 6), argv[3]);
        else
            check(API(wasmtime_module_new)(engine, wasm, size + 6, &module), argv[3]);
        samples[i] = (now_ns() - begin) / 1e9;
        if (module)
            API(wasmtime_module_delete)(module);
    }
    report("seconds", samples, (size_t)times);
    API(wasm_engine_delete)(engine);
    free(wasm);
    return 0;
}
