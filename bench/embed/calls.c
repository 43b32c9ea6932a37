/*
 * What a call over the boundary costs, in both directions, boxed and unchecked, in nanoseconds,
 * beside a call of a C function through a pointer.
 *
 *   calls LIBRARY               a line per figure: its name, median, least and greatest of 15
 *                               samples of 200,000 calls
 *   calls LIBRARY NAME COUNT    makes so many calls of one kind and times nothing, for a counter
 *                               of instructions
 *
 * Every loop adds up what its calls give, and the sum is checked. Boxed arguments are made anew for
 * each call; an unchecked call takes its first argument from where the one before put its result.
 * Calls of the host by the guest are made from a loop in the guest, whose cost without the call
 * (under a nanosecond) is part of the figure.
 */
#include "api.h"

#define SAMPLES 15
#define CALLS   200000

static const char text[] = "(module"
                           "  (import \"h\" \"f\" (func $f (param i32 i32) (result i32)))"
                           "  (func (export \"add\") (param i32 i32) (result i32)"
                           "    (i32.add (local.get 0) (local.get 1)))"
                           "  (func (export \"decrement\") (param i64) (result i64)"
                           "    (i64.sub (local.get 0) (i64.const 1)))"
                           "  (func (export \"loop\") (param i32) (result i32) (local i32)"
                           "    (loop"
                           "      (local.set 1 (call $f (local.get 0) (local.get 1)))"
                           "      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"
                           "    (local.get 1)))";

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

static wasmtime_context_t *context;
static wasmtime_func_t add, decrement, loop_boxed, loop_unchecked;

static int32_t add_in_c(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static void indirect_c_call(int32_t count)
{
    int32_t (*volatile pointer)(int32_t, int32_t) = add_in_c;
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++)
        sum = pointer(sum, 1);
    if (sum != count)
        fail("indirect_c_call", "gave a wrong sum");
}

static void host_to_guest_boxed(int32_t count)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        wasmtime_val_t args[2] = {{.kind = WASMTIME_I32, .of.i32 = sum},
                                  {.kind = WASMTIME_I32, .of.i32 = 1}};
        wasmtime_val_t result;
        wasm_trap_t *trap = NULL;
        if (API(wasmtime_func_call)(context, &add, args, 2, &result, 1, &trap) || trap)
            fail("add", NULL);
        sum = result.of.i32;
    }
    if (sum != count)
        fail("host_to_guest_boxed", "gave a wrong sum");
}

static void host_to_guest_unchecked(int32_t count)
{
    wasmtime_val_raw_t values[2] = {{.i32 = 0}, {.i32 = 1}};
    wasm_trap_t *trap = NULL;
    for (int32_t i = 0; i < count; i++)
        if (API(wasmtime_func_call_unchecked)(context, &add, values, 2, &trap) || trap)
            fail("add", NULL);
    if (values[0].i32 != count)
        fail("host_to_guest_unchecked", "gave a wrong sum");
}

/* Functions of different types: the way to them is not always the same. */
static void host_to_guest_in_turns(int32_t count)
{
    wasmtime_val_raw_t sum[2] = {{.i32 = 0}, {.i32 = 1}}, left = {.i64 = count};
    wasm_trap_t *trap = NULL;
    for (int32_t i = 0; i < count; i += 2) {
        if (API(wasmtime_func_call_unchecked)(context, &add, sum, 2, &trap) || trap)
            fail("add", NULL);
        if (API(wasmtime_func_call_unchecked)(context, &decrement, &left, 1, &trap) || trap)
            fail("decrement", NULL);
    }
    if (sum[0].i32 != left.i64)
        fail("host_to_guest_in_turns", "gave a wrong sum");
}

/* The guest's loop calls the host. */
static void guest_to_host(const char *name, const wasmtime_func_t *loop, int32_t count)
{
    wasmtime_val_raw_t value = {.i32 = count};
    wasm_trap_t *trap = NULL;
    check(API(wasmtime_func_call_unchecked)(context, loop, &value, 1, &trap), name);
    if (trap || (uint32_t)value.i32 != (uint32_t)((uint64_t)count * ((uint64_t)count + 1) / 2))
        fail(name, "gave a wrong sum");
}

static void guest_to_host_boxed(int32_t count)
{
    guest_to_host("guest_to_host_boxed", &loop_boxed, count);
}

static void guest_to_host_unchecked(int32_t count)
{
    guest_to_host("guest_to_host_unchecked", &loop_unchecked, count);
}

static const struct row {
    const char *name;
    void (*calls)(int32_t count);
} rows[] = {
#define ROW(name) {#name, name}
    ROW(indirect_c_call),        ROW(host_to_guest_boxed), ROW(host_to_guest_unchecked),
    ROW(host_to_guest_in_turns), ROW(guest_to_host_boxed), ROW(guest_to_host_unchecked),
#undef ROW
};

static wasmtime_func_t export(const wasmtime_instance_t *instance, const char *name)
{
    wasmtime_extern_t item;
    if (!API(wasmtime_instance_export_get)(context, instance, name, strlen(name), &item))
        fail(name, "is not exported");
    return item.of.func;
}

static wasmtime_instance_t instantiate(const wasmtime_module_t *module, wasmtime_func_t func)
{
    wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_FUNC, .of.func = func};
    wasmtime_instance_t instance;
    wasm_trap_t *trap = NULL;
    check(API(wasmtime_instance_new)(context, module, &import, 1, &instance, &trap), "instance");
    return instance;
}

static void measure(const struct row *row)
{
    double samples[SAMPLES];
    for (int s = 0; s < SAMPLES; s++) {
        double begin = now_ns();
        row->calls(CALLS);
        samples[s] = (now_ns() - begin) / CALLS;
    }
    report(row->name, samples, SAMPLES);
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 4)
        fail("calls", "LIBRARY [NAME COUNT]");
    api_open(argv[1]);
    wasm_engine_t *engine = API(wasm_engine_new_with_config)(API(wasm_config_new)());
    wasmtime_module_t *module;
    wasm_byte_vec_t bytes;
    check(API(wasmtime_wat2wasm)(text, sizeof text - 1, &bytes), "text");
    check(API(wasmtime_module_new)(engine, (uint8_t *)bytes.data, bytes.size, &module), "module");
    API(wasm_byte_vec_delete)(&bytes);
    wasmtime_store_t *store = API(wasmtime_store_new)(engine, NULL, NULL);
    context = API(wasmtime_store_context)(store);

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

    wasmtime_instance_t with_boxed = instantiate(module, host_boxed);
    wasmtime_instance_t with_unchecked = instantiate(module, host_unchecked);
    add = export(&with_boxed, "add");
    decrement = export(&with_boxed, "decrement");
    loop_boxed = export(&with_boxed, "loop");
    loop_unchecked = export(&with_unchecked, "loop");

    bool known = argc == 2;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (argc == 2) {
            measure(&rows[i]);
        } else if (strcmp(argv[2], rows[i].name) == 0) {
            rows[i].calls((int32_t)strtol(argv[3], NULL, 10));
            known = true;
        }
    if (!known)
        fail(argv[2], "is no figure of this program");

    API(wasmtime_store_delete)(store);
    API(wasmtime_module_delete)(module);
    API(wasm_engine_delete)(engine);
    return 0;
}
