/*
 * What an instance costs from birth to death: make a store and an instance in it, call a function
 * that writes to one page, delete the store. In nanoseconds.
 *
 *   instances LIBRARY default|pooled [KEEP]
 *
 * KEEP is how many bytes of a memory a pool keeps resident and cleans itself (0 by default).
 * Two modules: a memory of one page without data, and one of 16 MiB with 1 MiB of data. For each:
 * with the call and without. Every instance must start clean: the call returns what it found and
 * leaves something else. Prints a line per figure: name, median, least, greatest.
 */
#include "api.h"

#define SAMPLES 21

/* (memory PAGES) (data 0 of DATA bytes) (func (export "f") (result i32) swap a word of page 0) */
static struct bytes make_module(uint32_t pages, uint32_t data_size)
{
    struct bytes m = {0}, s = {0};
    put(&m, "\0asm\1\0\0\0", 8);
    put(&s, "\1\x60\0\1\x7f", 5);
    put_section(&m, 1, &s); /* types: [] -> [i32] */
    put(&s, "\1\0", 2);
    put_section(&m, 3, &s); /* functions */
    put(&s, "\1\0", 2);
    put_leb(&s, pages);
    put_section(&m, 5, &s); /* memory */
    put(&s, "\1\1f\0\0", 5);
    put_section(&m, 7, &s); /* exports */
    /* i32.const 128 i32.load, i32.const 128 i32.const -1 i32.store */
    static const uint8_t body[] = {1,    17,   0, 0x41, 0x80, 1,    0x28, 2, 0,
                                   0x41, 0x80, 1, 0x41, 0x7f, 0x36, 2,    0, 0x0b};
    put(&s, body, sizeof body);
    s.data[1] = (uint8_t)(sizeof body - 2);
    put_section(&m, 10, &s); /* code */
    if (data_size > 0) {
        put(&s, "\1\0\x41\0\x0b", 5);
        put_leb(&s, data_size);
        for (uint32_t i = 0; i < data_size; i++)
            put_byte(&s, (uint8_t)(i % 251 + 1));
        put_section(&m, 11, &s); /* data */
    }
    free(s.data);
    return m;
}

static double cycle(wasm_engine_t *engine, const wasmtime_module_t *module, int times, bool call,
                    int32_t expected)
{
    double begin = now_ns();
    for (int i = 0; i < times; i++) {
        wasmtime_store_t *store = API(wasmtime_store_new)(engine, NULL, NULL);
        wasmtime_context_t *context = API(wasmtime_store_context)(store);
        wasmtime_instance_t instance;
        wasm_trap_t *trap = NULL;
        check(API(wasmtime_instance_new)(context, module, NULL, 0, &instance, &trap), "instance");
        if (call) {
            wasmtime_extern_t item;
            wasmtime_val_raw_t value;
            if (!API(wasmtime_instance_export_get)(context, &instance, "f", 1, &item))
                fail("f", "is not exported");
            check(API(wasmtime_func_call_unchecked)(context, &item.of.func, &value, 1, &trap), "f");
            if (trap || value.i32 != expected)
                fail("instance", "did not start clean");
        }
        API(wasmtime_store_delete)(store);
    }
    return (now_ns() - begin) / times;
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4)
        fail("instances", "LIBRARY default|pooled [KEEP]");
    api_open(argv[1]);
    wasm_config_t *config = API(wasm_config_new)();
    if (strcmp(argv[2], "pooled") == 0) {
        size_t keep = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : 0;
        wasmtime_pooling_allocation_config_t *pool = API(wasmtime_pooling_allocation_config_new)();
        API(wasmtime_pooling_allocation_config_linear_memory_keep_resident_set)(pool, keep);
        API(wasmtime_pooling_allocation_strategy_set)(config, pool);
        API(wasmtime_pooling_allocation_config_delete)(pool);
    }
    wasm_engine_t *engine = API(wasm_engine_new_with_config)(config);
    if (!engine)
        fail("engine", NULL);

    static const struct {
        const char *name;
        uint32_t pages, data;
        int32_t expected; /* the word at 128, from the data */
    } kinds[] = {{"small", 1, 0, 0}, {"large", 256, 1 << 20, 0x84838281 - INT64_C(0x100000000)}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct bytes bytes = make_module(kinds[k].pages, kinds[k].data);
        wasmtime_module_t *module;
        check(API(wasmtime_module_new)(engine, bytes.data, bytes.size, &module), "module");
        for (int call = 0; call < 2; call++) {
            double samples[SAMPLES];
            char name[32];
            cycle(engine, module, 200, call, kinds[k].expected);
            for (int s = 0; s < SAMPLES; s++)
                samples[s] = cycle(engine, module, 1000, call, kinds[k].expected);
            snprintf(name, sizeof name, "%s_%s", kinds[k].name, call ? "called" : "untouched");
            report(name, samples, SAMPLES);
        }
        API(wasmtime_module_delete)(module);
        free(bytes.data);
    }
    API(wasm_engine_delete)(engine);
    return 0;
}
