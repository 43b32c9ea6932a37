/*
 * Structs, arrays, casts and exceptions: how long the functions of objects.wat take, in milliseconds.
 *
 *   objects LIBRARY MODULE      a line per function: its name, the median, least and greatest of 5
 *                               calls, each in a store of its own, and its result
 */
#include "api.h"

#define SAMPLES 5

static const struct {
    const char *name;
    int32_t argument;
} functions[] = {
    {"trees", 16}, {"sum", 200000}, {"list", 100000}, {"throw_3", 1000000}, {"throw_102", 100000}};

int main(int argc, char **argv)
{
    static uint8_t bytes[1 << 16];
    if (argc != 3)
        fail("objects", "LIBRARY MODULE");
    api_open(argv[1]);
    FILE *file = fopen(argv[2], "rb");
    if (!file)
        fail(argv[2], "cannot be read");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    wasm_config_t *config = API(wasm_config_new)();
    API(wasmtime_config_wasm_exceptions_set)(config, true);
    wasm_engine_t *engine = API(wasm_engine_new_with_config)(config);
    wasmtime_module_t *module;
    check(API(wasmtime_module_new)(engine, bytes, size, &module), argv[2]);
    for (size_t k = 0; k < sizeof functions / sizeof *functions; k++) {
        double times[SAMPLES];
        wasmtime_val_t result = {0};
        for (int i = 0; i < SAMPLES; i++) {
            wasmtime_store_t *store = API(wasmtime_store_new)(engine, NULL, NULL);
            wasmtime_context_t *context = API(wasmtime_store_context)(store);
            wasmtime_instance_t instance;
            wasmtime_extern_t item;
            wasm_trap_t *trap = NULL;
            check(API(wasmtime_instance_new)(context, module, NULL, 0, &instance, &trap),
                  "instance");
            if (!API(wasmtime_instance_export_get)(context, &instance, functions[k].name,
                                                   strlen(functions[k].name), &item))
                fail(functions[k].name, "no such function");
            wasmtime_val_t argument = {.kind = WASMTIME_I32, .of.i32 = functions[k].argument};
            times[i] = now_ns() / 1e6;
            check(API(wasmtime_func_call)(context, &item.of.func, &argument, 1, &result, 1, &trap),
                  functions[k].name);
            times[i] = now_ns() / 1e6 - times[i];
            if (trap)
                fail(functions[k].name, "trapped");
            API(wasmtime_store_delete)(store);
        }
        qsort(times, SAMPLES, sizeof *times, by_value);
        printf("%s %.2f %.2f %.2f %d\n", functions[k].name, times[SAMPLES / 2], times[0],
               times[SAMPLES - 1], result.of.i32);
    }
    return 0;
}
