/*
 * A string out of a Go guest, in C.
 *
 * A string in the guest is an offset and a length: the offset counts from the start of the guest's
 * memory and is no pointer of the host's. To get one, the host
 *
 *   1. asks the guest's malloc for eight bytes,
 *   2. calls the function with the offset of those, where it stores the pair,
 *   3. reads the pair, checks it, and copies the text.
 *
 * To give one, it asks malloc for room, copies the text there, and passes offset and length. Memory
 * that malloc gave goes back through free; the text itself belongs to the guest's collector.
 *
 *   string-host-c guest.wasm
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasmtime.h>

static wasmtime_context_t *context;
static wasmtime_instance_t instance;
static wasmtime_memory_t memory;

static void check(const char *what, wasmtime_error_t *error, wasm_trap_t *trap)
{
    if (!error && !trap)
        return;
    wasm_byte_vec_t text;
    if (error)
        wasmtime_error_message(error, &text);
    else
        wasm_trap_message(trap, &text);
    fprintf(stderr, "%s: %.*s\n", what, (int)text.size, text.data);
    exit(1);
}

/* Calls an export with integers; gives its result, or 0 if it has none. A trap is the caller's. */
static uint32_t call(const char *name, const uint32_t *args, size_t count, size_t results,
                     wasm_trap_t **out_trap)
{
    wasmtime_extern_t item;
    if (!wasmtime_instance_export_get(context, &instance, name, strlen(name), &item) ||
        item.kind != WASMTIME_EXTERN_FUNC) {
        fprintf(stderr, "the guest exports no function %s\n", name);
        exit(1);
    }
    wasmtime_val_t in[3], out = {.kind = WASMTIME_I32, .of.i32 = 0};
    for (size_t i = 0; i < count; i++)
        in[i] = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = (int32_t)args[i]};
    wasm_trap_t *trap = NULL;
    check(name, wasmtime_func_call(context, &item.of.func, in, count, &out, results, &trap), NULL);
    if (out_trap)
        *out_trap = trap;
    else
        check(name, NULL, trap);
    return (uint32_t)out.of.i32;
}

static uint32_t guest_malloc(uint32_t size)
{
    return call("malloc", &size, 1, 1, NULL);
}

static void guest_free(uint32_t offset)
{
    call("free", &offset, 1, 0, NULL);
}

/* Where these bytes of the guest's are in the host, until the guest runs again; NULL if any of them
 * is outside. The comparison is in this order since `offset + size` could wrap around. */
static uint8_t *window(uint32_t offset, uint32_t size)
{
    size_t whole = wasmtime_memory_data_size(context, &memory);
    if (size > whole || offset > whole - size)
        return NULL;
    return wasmtime_memory_data(context, &memory) + offset;
}

/* The string that a pair at `pair_at` describes: a copy, to be freed; NULL if any part is
 * outside. */
static char *take_string(uint32_t pair_at)
{
    uint32_t pair[2]; /* offset and length, as WebAssembly stores them: little end first */
    const uint8_t *bytes = window(pair_at, sizeof pair);
    if (!bytes)
        return NULL;
    memcpy(pair, bytes, sizeof pair);
    const uint8_t *text = window(pair[0], pair[1]);
    char *copy = text ? malloc((size_t)pair[1] + 1) : NULL;
    if (copy) {
        memcpy(copy, text, pair[1]);
        copy[pair[1]] = 0;
    }
    return copy;
}

static void greet(const char *name)
{
    uint32_t length = (uint32_t)strlen(name);
    uint32_t name_at = guest_malloc(length), pair_at = guest_malloc(8);
    uint8_t *there = window(name_at, length);
    if (!there)
        exit(1);
    memcpy(there, name, length);
    uint32_t args[3] = {pair_at, name_at, length};
    call("Greet", args, 3, 0, NULL);
    char *answer = take_string(pair_at);
    printf("sent \"%s\", received \"%s\"\n", name, answer ? answer : "(outside)");
    free(answer);
    guest_free(name_at);
    guest_free(pair_at);
}

static const char *verdict(const void *bytes)
{
    return bytes ? "allowed" : "refused";
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: string-host-c guest.wasm\n");
        return 2;
    }
    FILE *file = fopen(argv[1], "rb");
    wasm_byte_vec_t wasm;
    long size = -1;
    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (size < 0 || fseek(file, 0, SEEK_SET) != 0) {
        perror(argv[1]);
        return 1;
    }
    wasm_byte_vec_new_uninitialized(&wasm, (size_t)size);
    if (fread(wasm.data, 1, wasm.size, file) != wasm.size)
        return 1;
    fclose(file);

    wasm_engine_t *engine = wasm_engine_new();
    wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
    context = wasmtime_store_context(store);
    wasmtime_linker_t *linker = wasmtime_linker_new(engine);
    check("wasi", wasmtime_linker_define_wasi(linker), NULL);
    wasi_config_t *wasi = wasi_config_new();
    wasi_config_inherit_stdout(wasi);
    wasi_config_inherit_stderr(wasi);
    check("wasi", wasmtime_context_set_wasi(context, wasi), NULL);
    wasmtime_module_t *module = NULL;
    check(argv[1], wasmtime_module_new(engine, (const uint8_t *)wasm.data, wasm.size, &module),
          NULL);
    wasm_byte_vec_delete(&wasm);
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error =
        wasmtime_linker_instantiate(linker, context, module, &instance, &trap);
    check(argv[1], error, trap);
    wasmtime_extern_t item;
    if (!wasmtime_instance_export_get(context, &instance, "memory", 6, &item) ||
        item.kind != WASMTIME_EXTERN_MEMORY)
        return 1;
    memory = item.of.memory;
    call("_initialize", NULL, 0, 0, NULL); /* a Go library has a start of its own */

    uint32_t pair_at = guest_malloc(8);
    call("ReturnString", &pair_at, 1, 0, NULL);
    char *text = take_string(pair_at);
    printf("a string of %zu bytes: \"%s\"\n", text ? strlen(text) : 0, text ? text : "(outside)");
    free(text);

    greet("ada lovelace");
    greet("");
    greet("x");

    uint32_t whole = (uint32_t)wasmtime_memory_data_size(context, &memory);
    printf("offset 0, four bytes: %s\n", verdict(window(0, 4)));
    printf("the last four bytes: %s\n", verdict(window(whole - 4, 4)));
    printf("one byte later: %s\n", verdict(window(whole - 3, 4)));
    printf("after the end: %s\n", verdict(window(whole, 1)));
    printf("a length that wraps around: %s\n", verdict(window(16, UINT32_MAX - 8)));
    uint32_t lie[2] = {whole - 2, 100};
    memcpy(window(pair_at, 8), lie, sizeof lie);
    text = take_string(pair_at);
    printf("a pair that lies: %s\n", verdict(text));
    free(text);
    guest_free(pair_at);

    uint32_t outside = 0xfffffff0;
    call("ReturnString", &outside, 1, 0, &trap);
    wasmtime_trap_code_t code = 0;
    bool bounds =
        trap && wasmtime_trap_code(trap, &code) && code == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS;
    printf("an offset outside, given to the guest: %s\n", bounds ? "it traps" : "no trap");
    if (trap)
        wasm_trap_delete(trap);

    wasmtime_module_delete(module);
    wasmtime_linker_delete(linker);
    wasmtime_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
