/*
 * What a call over the boundary costs, in both directions, boxed and unchecked, in nanoseconds.
 *
 *   calls LIBRARY
 *
 * Prints a line per figure: its name, median, least and greatest of 15 samples of 200,000 calls.
 * Calls of the host by the guest are made from a loop in the guest, whose cost without the call
 * (under a nanosecond) is part of the figure.
 */
#include "api.h"

#define SAMPLES 15
#define CALLS   200000

/*
 * (module
 *   (import "h" "f" (func $f (param i32 i32) (result i32)))
 *   (func (export "add") (param i32 i32) (result i32) local.get 0  local.get 1  i32.add)
 *   (func (export "loop") (param i32) (result i32) (local i32)
 *     loop  local.get 0  local.get 1  call $f  local.set 1
 *           local.get 0  i32.const 1  i32.sub  local.tee 0  br_if 0  end
 *     local.get 1))
 */
static const uint8_t module_bytes[] = {
    0,    'a', 's',  'm',  1,    0,    0,    0, /* */
    1,    12,  2,    0x60, 2,    0x7f, 0x7f, 1,    0x7f, 0x60, 1,    0x7f, 1,    0x7f,
    2,    7,   1,    1,    'h',  1,    'f',  0,    0, /* import */
    3,    3,   2,    0,    1,                         /* functions */
    7,    14,  2,    3,    'a',  'd',  'd',  0,    1,    4,    'l',  'o',  'o',  'p',
    0,    2,   10,   36,   2,                      /* code */
    7,    0,   0x20, 0,    0x20, 1,    0x6a, 0x0b, /* add */
    26,   1,   1,    0x7f, 0x03, 0x40, 0x20, 0,    0x20, 1,    0x10, 0,    0x21, 1,
    0x20, 0,   0x41, 1,    0x6b, 0x22, 0,    0x0d, 0,    0x0b, 0x20, 1,    0x0b, /* loop */
};

static wasm_trap_t *boxed(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                          size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)caller, (void)nargs, (void)nresults;
    results[0].kind = WASMTIME_I32;
    results[0].of.i32 = (int32_t)((uint32_t)args[0].of.i32 + (uint32_t)args[1].of.i32);
    return NULL;
}

static wasm_trap_t *unchecked(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *values,
                              size_t count)
{
    (void)env, (void)caller, (void)count;
    values[0].i32 = (int32_t)((uint32_t)values[0].i32 + (uint32_t)values[1].i32);
    return NULL;
}

static wasmtime_func_t export(wasmtime_context_t *context, const wasmtime_instance_t *instance,
                              const char *name)
{
    wasmtime_extern_t item;
    if (!API(wasmtime_instance_export_get)(context, instance, name, strlen(name), &item))
        fail(name, "is not exported");
    return item.of.func;
}

static wasmtime_instance_t instantiate(wasmtime_context_t *context, const wasmtime_module_t *module,
                                       wasmtime_func_t func)
{
    wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_FUNC, .of.func = func};
    wasmtime_instance_t instance;
    wasm_trap_t *trap = NULL;
    check(API(wasmtime_instance_new)(context, module, &import, 1, &instance, &trap), "instance");
    return instance;
}

/* The guest's loop calls the host; the sum is checked, so that every call was one. */
static void guest_to_host(const char *name, wasmtime_context_t *context, wasmtime_func_t loop)
{
    double samples[SAMPLES];
    for (int s = 0; s < SAMPLES; s++) {
        wasmtime_val_raw_t value = {.i32 = CALLS};
        wasm_trap_t *trap = NULL;
        double begin = now_ns();
        check(API(wasmtime_func_call_unchecked)(context, &loop, &value, 1, &trap), name);
        samples[s] = (now_ns() - begin) / CALLS;
        if (trap || (uint32_t)value.i32 != (uint32_t)((uint64_t)CALLS * (CALLS + 1) / 2))
            fail(name, "gave a wrong sum");
    }
    report(name, samples, SAMPLES);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        fail("calls", "LIBRARY");
    api_open(argv[1]);
    wasm_engine_t *engine = API(wasm_engine_new_with_config)(API(wasm_config_new)());
    wasmtime_module_t *module;
    check(API(wasmtime_module_new)(engine, module_bytes, sizeof module_bytes, &module), "module");
    wasmtime_store_t *store = API(wasmtime_store_new)(engine, NULL, NULL);
    wasmtime_context_t *context = API(wasmtime_store_context)(store);

    wasm_valtype_t *types[3];
    for (int i = 0; i < 3; i++)
        types[i] = API(wasm_valtype_new)(WASM_I32);
    wasm_valtype_vec_t params, results;
    API(wasm_valtype_vec_new)(&params, 2, types);
    API(wasm_valtype_vec_new)(&results, 1, types + 2);
    wasm_functype_t *type = API(wasm_functype_new)(&params, &results);
    wasmtime_func_t host_boxed, host_unchecked;
    API(wasmtime_func_new)(context, type, boxed, NULL, NULL, &host_boxed);
    API(wasmtime_func_new_unchecked)(context, type, unchecked, NULL, NULL, &host_unchecked);
    API(wasm_functype_delete)(type);

    wasmtime_instance_t with_boxed = instantiate(context, module, host_boxed);
    wasmtime_instance_t with_unchecked = instantiate(context, module, host_unchecked);
    wasmtime_func_t add = export(context, &with_boxed, "add");

    double samples[SAMPLES];
    for (int s = 0; s < SAMPLES; s++) {
        int32_t sum = 0;
        double begin = now_ns();
        for (int i = 0; i < CALLS; i++) {
            wasmtime_val_t args[2] = {{.kind = WASMTIME_I32, .of.i32 = sum},
                                      {.kind = WASMTIME_I32, .of.i32 = 1}};
            wasmtime_val_t result;
            wasm_trap_t *trap = NULL;
            if (API(wasmtime_func_call)(context, &add, args, 2, &result, 1, &trap) || trap)
                fail("add", NULL);
            sum = result.of.i32;
        }
        samples[s] = (now_ns() - begin) / CALLS;
        if (sum != CALLS)
            fail("add", "gave a wrong sum");
    }
    report("host_to_guest_boxed", samples, SAMPLES);

    for (int s = 0; s < SAMPLES; s++) {
        int32_t sum = 0;
        double begin = now_ns();
        for (int i = 0; i < CALLS; i++) {
            wasmtime_val_raw_t values[2] = {{.i32 = sum}, {.i32 = 1}};
            wasm_trap_t *trap = NULL;
            if (API(wasmtime_func_call_unchecked)(context, &add, values, 2, &trap) || trap)
                fail("add", NULL);
            sum = values[0].i32;
        }
        samples[s] = (now_ns() - begin) / CALLS;
        if (sum != CALLS)
            fail("add", "gave a wrong sum");
    }
    report("host_to_guest_unchecked", samples, SAMPLES);

    guest_to_host("guest_to_host_boxed", context, export(context, &with_boxed, "loop"));
    guest_to_host("guest_to_host_unchecked", context, export(context, &with_unchecked, "loop"));

    API(wasmtime_store_delete)(store);
    API(wasmtime_module_delete)(module);
    API(wasm_engine_delete)(engine);
    return 0;
}
