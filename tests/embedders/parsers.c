/* An editor's parser library, after tree-sitter: guests that share a memory, a table and
 * functions of each other, linked by hand as a dynamic linker would. The host makes the memory,
 * the table and the globals that say where a guest may put its data and its functions; reads the
 * description a guest leaves in memory; takes its lexer out of the table by number; and calls it
 * without checks for every word, while the lexer calls the host back, also through the table.
 *
 *     embed_parsers FOLDER
 *
 * It uses no linker of the library, and no others than the functions listed here, which is what
 * such hosts live on. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasmtime.h>

#define CHECK(what)                                                                                \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            printf("FAILED, line %d: %s\n", __LINE__, #what);                                      \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

enum { STACK = 65536, CALLBACKS = 3 };
enum { ADVANCE, MARK_END, AT_END };

struct host {
    wasm_engine_t *engine;
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_memory_t memory;
    wasmtime_table_t table;
    wasmtime_global_t stack_pointer;
    wasmtime_instance_t library;
    uint32_t memory_end; /* where the next guest may put its data */
    uint32_t table_end;
    uint32_t lexer;   /* the address of the structure the lexers are given */
    const char *text; /* what they read */
    size_t at, start, end;
    unsigned callbacks; /* how often they called the host */
};

static void no_error(wasmtime_error_t *error)
{
    if (error == NULL)
        return;
    wasm_byte_vec_t text;
    wasmtime_error_message(error, &text);
    printf("FAILED: %.*s\n", (int)text.size, text.data);
    exit(1);
}

static uint32_t load32(struct host *h, uint32_t at)
{
    uint32_t value;
    CHECK((uint64_t)at + 4 <= wasmtime_memory_data_size(h->context, &h->memory));
    memcpy(&value, wasmtime_memory_data(h->context, &h->memory) + at, 4);
    return value;
}

static void store32(struct host *h, uint32_t at, uint32_t value)
{
    CHECK((uint64_t)at + 4 <= wasmtime_memory_data_size(h->context, &h->memory));
    memcpy(wasmtime_memory_data(h->context, &h->memory) + at, &value, 4);
}

/* What the lexers call. */
static wasm_trap_t *advance(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *slots,
                            size_t n)
{
    struct host *h = env;
    (void)n;
    h->callbacks++;
    CHECK(wasmtime_caller_context(caller) == h->context && (uint32_t)slots[0].i32 == h->lexer);
    if (h->text[h->at] == 'Q') { /* a host that gives up in the middle */
        return wasmtime_trap_new("the text is not to be read", 26);
    }
    if (h->text[h->at] != 0)
        h->at++;
    if (slots[1].i32)
        h->start = h->at;
    store32(h, h->lexer, (uint8_t)h->text[h->at]);
    return NULL;
}

static wasm_trap_t *mark_end(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *slots,
                             size_t n)
{
    struct host *h = env;
    (void)caller, (void)slots, (void)n;
    h->callbacks++;
    h->end = h->at;
    return NULL;
}

static wasm_trap_t *at_end(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *slots,
                           size_t n)
{
    struct host *h = env;
    (void)caller, (void)n;
    h->callbacks++;
    slots[0].i32 = h->text[h->at] == 0;
    return NULL;
}

static wasmtime_module_t *module_of_file(struct host *h, const char *folder, const char *name,
                                         uint32_t *out_memory, uint32_t *out_table)
{
    char path[1024], text[16384];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    CHECK(f != NULL);
    size_t size = fread(text, 1, sizeof text, f);
    fclose(f);
    wasm_byte_vec_t bytes;
    wasmtime_module_t *module = NULL;
    no_error(wasmtime_wat2wasm(text, size, &bytes));
    no_error(wasmtime_module_new(h->engine, (const uint8_t *)bytes.data, bytes.size, &module));
    /* The host looks for the section itself: it is the first, of one-byte sizes but for the
     * amount of memory. */
    *out_memory = *out_table = 0;
    const uint8_t *b = (const uint8_t *)bytes.data;
    if (bytes.size > 26 && b[8] == 0 && b[10] == 8 && memcmp(b + 11, "dylink.0", 8) == 0) {
        CHECK(b[19] == 1); /* memory and table: size, alignment, size, alignment */
        *out_memory = (uint32_t)(b[21] & 0x7f) | (uint32_t)(b[22] & 0x7f) << 7;
        *out_table = b[24];
    }
    wasm_byte_vec_delete(&bytes);
    return module;
}

static wasmtime_func_t func_named(struct host *h, wasmtime_instance_t *instance, const char *name)
{
    wasmtime_extern_t item;
    CHECK(wasmtime_instance_export_get(h->context, instance, name, strlen(name), &item));
    CHECK(item.kind == WASMTIME_EXTERN_FUNC);
    return item.of.func;
}

static int32_t call0(struct host *h, wasmtime_func_t f, size_t results)
{
    wasmtime_val_t result;
    wasm_trap_t *trap = NULL;
    memset(&result, 0, sizeof result);
    no_error(wasmtime_func_call(h->context, &f, NULL, 0, &result, results, &trap));
    CHECK(trap == NULL);
    return result.of.i32;
}

static void host_new(struct host *h, wasm_engine_t *engine, const char *folder)
{
    memset(h, 0, sizeof *h);
    h->engine = engine;
    h->store = wasmtime_store_new(engine, NULL, NULL);
    h->context = wasmtime_store_context(h->store);

    wasm_memorytype_t *mt = NULL;
    no_error(wasmtime_memorytype_new(2, true, 512, false, false, 16, &mt));
    no_error(wasmtime_memory_new(h->context, mt, &h->memory));
    wasm_memorytype_delete(mt);
    wasm_limits_t limits = {1, wasm_limits_max_default};
    wasm_tabletype_t *tt = wasm_tabletype_new(wasm_valtype_new(WASM_FUNCREF), &limits);
    wasmtime_val_t null = {.kind = WASMTIME_FUNCREF};
    memset(&null.of.funcref, 0, sizeof null.of.funcref);
    no_error(wasmtime_table_new(h->context, tt, &null, &h->table));
    wasm_tabletype_delete(tt);
    wasm_globaltype_t *gt = wasm_globaltype_new(wasm_valtype_new(WASM_I32), WASM_VAR);
    wasmtime_val_t sp = {.kind = WASMTIME_I32, .of.i32 = STACK};
    no_error(wasmtime_global_new(h->context, gt, &sp, &h->stack_pointer));
    wasm_globaltype_delete(gt);
    h->memory_end = STACK;

    /* The callbacks, into the table. Element 0 stays null, as C's null pointer. */
    static const wasmtime_func_unchecked_callback_t calls[CALLBACKS] = {advance, mark_end, at_end};
    uint64_t first;
    no_error(wasmtime_table_grow(h->context, &h->table, CALLBACKS, &null, &first));
    CHECK(first == 1 && wasmtime_table_size(h->context, &h->table) == 4);
    for (unsigned i = 0; i < CALLBACKS; i++) {
        wasm_functype_t *ft =
            i == AT_END ? wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32())
                        : wasm_functype_new_2_0(wasm_valtype_new_i32(), wasm_valtype_new_i32());
        wasmtime_val_t f = {.kind = WASMTIME_FUNCREF};
        wasmtime_func_new_unchecked(h->context, ft, calls[i], h, NULL, &f.of.funcref);
        wasm_functype_delete(ft);
        no_error(wasmtime_table_set(h->context, &h->table, first + i, &f));
    }
    h->table_end = 4;
    h->lexer = h->memory_end;
    h->memory_end += 256;
    for (unsigned i = 0; i < CALLBACKS; i++)
        store32(h, h->lexer + 8 + 4 * i, 1 + i);

    uint32_t none;
    wasmtime_module_t *module = module_of_file(h, folder, "library.wat", &none, &none);
    wasmtime_extern_t import = {.kind = WASMTIME_EXTERN_MEMORY, .of.memory = h->memory};
    wasm_trap_t *trap = NULL;
    no_error(wasmtime_instance_new(h->context, module, &import, 1, &h->library, &trap));
    CHECK(trap == NULL);
    wasmtime_module_delete(module);
}

static wasmtime_global_t constant(struct host *h, uint32_t value)
{
    wasm_globaltype_t *gt = wasm_globaltype_new(wasm_valtype_new(WASM_I32), WASM_CONST);
    wasmtime_val_t v = {.kind = WASMTIME_I32, .of.i32 = (int32_t)value};
    wasmtime_global_t g;
    no_error(wasmtime_global_new(h->context, gt, &v, &g));
    wasm_globaltype_delete(gt);
    return g;
}

/* Gives a guest room, resolves its imports by name, and returns the address of its description. */
static uint32_t language_load(struct host *h, const char *folder, const char *name)
{
    uint32_t memory, table;
    wasmtime_module_t *module = module_of_file(h, folder, name, &memory, &table);
    CHECK(memory == 256 && table == 2);
    uint32_t base = h->memory_end, elements = h->table_end;
    h->memory_end += memory;
    while (h->memory_end > wasmtime_memory_data_size(h->context, &h->memory)) {
        uint64_t before;
        no_error(wasmtime_memory_grow(h->context, &h->memory, 1, &before));
    }
    wasmtime_val_t null = {.kind = WASMTIME_FUNCREF};
    memset(&null.of.funcref, 0, sizeof null.of.funcref);
    uint64_t before;
    no_error(wasmtime_table_grow(h->context, &h->table, table, &null, &before));
    CHECK(before == elements);
    h->table_end += table;

    wasm_importtype_vec_t wanted;
    wasmtime_module_imports(module, &wanted);
    wasmtime_extern_t imports[16];
    CHECK(wanted.size <= 16);
    for (size_t i = 0; i < wanted.size; i++) {
        const wasm_name_t *module_name = wasm_importtype_module(wanted.data[i]);
        const wasm_name_t *n = wasm_importtype_name(wanted.data[i]);
        wasm_externkind_t kind = wasm_externtype_kind(wasm_importtype_type(wanted.data[i]));
        char field[64];
        CHECK(module_name->size == 3 && memcmp(module_name->data, "env", 3) == 0 &&
              n->size < sizeof field);
        memcpy(field, n->data, n->size);
        field[n->size] = 0;
        if (kind == WASM_EXTERN_FUNC) {
            wasmtime_extern_t item;
            CHECK(
                wasmtime_instance_export_get(h->context, &h->library, field, strlen(field), &item));
            imports[i] = item;
        } else if (strcmp(field, "memory") == 0) {
            imports[i] =
                (wasmtime_extern_t){.kind = WASMTIME_EXTERN_MEMORY, .of.memory = h->memory};
        } else if (strcmp(field, "__indirect_function_table") == 0) {
            imports[i] = (wasmtime_extern_t){.kind = WASMTIME_EXTERN_TABLE, .of.table = h->table};
        } else if (strcmp(field, "__memory_base") == 0) {
            imports[i] =
                (wasmtime_extern_t){.kind = WASMTIME_EXTERN_GLOBAL, .of.global = constant(h, base)};
        } else if (strcmp(field, "__table_base") == 0) {
            imports[i] = (wasmtime_extern_t){.kind = WASMTIME_EXTERN_GLOBAL,
                                             .of.global = constant(h, elements)};
        } else {
            CHECK(strcmp(field, "__stack_pointer") == 0);
            imports[i] =
                (wasmtime_extern_t){.kind = WASMTIME_EXTERN_GLOBAL, .of.global = h->stack_pointer};
        }
    }
    wasmtime_instance_t instance;
    wasm_trap_t *trap = NULL;
    no_error(wasmtime_instance_new(h->context, module, imports, wanted.size, &instance, &trap));
    CHECK(trap == NULL);
    wasm_importtype_vec_delete(&wanted);

    /* The exports, by number and by name: they agree; the description's function is the one with
     * the prefix. */
    wasm_exporttype_vec_t exports;
    wasmtime_module_exports(module, &exports);
    uint32_t description = 0;
    call0(h, func_named(h, &instance, "__wasm_apply_data_relocs"), 0);
    call0(h, func_named(h, &instance, "__wasm_call_ctors"), 0);
    for (size_t i = 0; i < exports.size; i++) {
        char *n;
        size_t size;
        wasmtime_extern_t item;
        CHECK(wasmtime_instance_export_nth(h->context, &instance, i, &n, &size, &item));
        const wasm_name_t *also = wasm_exporttype_name(exports.data[i]);
        CHECK(also->size == size && memcmp(also->data, n, size) == 0);
        if (size > 12 && memcmp(n, "tree_sitter_", 12) == 0) {
            const wasm_functype_t *ft = wasm_externtype_as_functype(
                (wasm_externtype_t *)wasm_exporttype_type(exports.data[i]));
            CHECK(wasm_functype_params(ft)->size == 0 && wasm_functype_results(ft)->size == 1);
            description = (uint32_t)call0(h, item.of.func, 1);
        }
        wasmtime_extern_delete(&item);
    }
    wasm_exporttype_vec_delete(&exports);
    wasmtime_module_delete(module);
    CHECK(description == base);
    return description;
}

static wasmtime_func_t element(struct host *h, uint32_t number)
{
    wasmtime_val_t v;
    CHECK(wasmtime_table_get(h->context, &h->table, number, &v) && v.kind == WASMTIME_FUNCREF &&
          v.of.funcref.store_id != 0);
    return v.of.funcref;
}

/* Reads a text in words; returns how many, and prints them if asked to. */
static unsigned parse(struct host *h, uint32_t language, const char *text, int print)
{
    wasmtime_func_t lex = element(h, load32(h, language + 12));
    unsigned n = 0;
    h->text = text;
    h->at = 0;
    store32(h, h->lexer, (uint8_t)text[0]);
    for (;;) {
        wasmtime_val_raw_t slots[2];
        wasm_trap_t *trap = NULL;
        h->start = h->at;
        slots[0].i32 = (int32_t)h->lexer;
        slots[1].i32 = (int32_t)n;
        wasmtime_error_t *error = wasmtime_func_call_unchecked(h->context, &lex, slots, 2, &trap);
        if (error != NULL) {
            wasm_byte_vec_t message;
            wasmtime_error_message(error, &message);
            printf("stopped by the host: %s\n",
                   message.size > 26 && memcmp(message.data + message.size - 27,
                                               "the text is not to be read", 26) == 0
                       ? "in its words"
                       : "in other words");
            wasm_byte_vec_delete(&message);
            wasmtime_error_delete(error);
            return n;
        }
        CHECK(trap == NULL);
        if (slots[0].i32 == 0)
            return n;
        uint32_t symbol = load32(h, h->lexer + 4) & 0xffff;
        CHECK(symbol < load32(h, language + 4));
        uint32_t name = load32(h, load32(h, language + 8) + 4 * symbol);
        if (print)
            printf("%s %.*s\n", (const char *)wasmtime_memory_data(h->context, &h->memory) + name,
                   (int)(h->end - h->start), text + h->start);
        n++;
    }
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    wasm_engine_t *engine = wasm_engine_new();
    static struct host h;
    host_new(&h, engine, argv[1]);

    /* Two copies of the language side by side, each with data and functions of its own. */
    uint32_t first = language_load(&h, argv[1], "words.wat"),
             second = language_load(&h, argv[1], "words.wat");
    printf("version %u, %u symbols; two copies, %u bytes and %u elements apart\n",
           load32(&h, first), load32(&h, first + 4), second - first,
           load32(&h, second + 12) - load32(&h, first + 12));
    CHECK(parse(&h, first, "abc 123   x9 zz", 1) == 5);
    CHECK(parse(&h, second, "7 seven", 1) == 2);
    CHECK(parse(&h, first, "", 1) == 0);
    CHECK(parse(&h, first, "good bQd", 1) == 1);
    wasmtime_val_t sp;
    wasmtime_global_get(h.context, &h.stack_pointer, &sp);
    printf("the stack that was left behind: %d bytes\n", STACK - sp.of.i32);
    sp.of.i32 = STACK;
    no_error(wasmtime_global_set(h.context, &h.stack_pointer, &sp));

    /* A guest that traps leaves all others as they are. */
    wasmtime_func_t bad = element(&h, load32(&h, first + 16));
    wasmtime_val_raw_t slots[2];
    memset(slots, 0, sizeof slots);
    wasm_trap_t *trap = NULL;
    no_error(wasmtime_func_call_unchecked(h.context, &bad, slots, 2, &trap));
    CHECK(trap != NULL);
    wasm_byte_vec_t message;
    wasm_trap_message(trap, &message);
    printf("trap: %s\n",
           strstr(message.data, "unreachable") != NULL ? "unreachable" : message.data);
    wasm_byte_vec_delete(&message);
    wasm_trap_delete(trap);

    /* The memory grows below the running guests: the library takes more, and addresses stay. */
    wasmtime_func_t malloc_ = func_named(&h, &h.library, "malloc"),
                    reset = func_named(&h, &h.library, "reset_heap");
    wasmtime_val_t arg = {.kind = WASMTIME_I32, .of.i32 = (int32_t)h.memory_end}, result;
    no_error(wasmtime_func_call(h.context, &reset, &arg, 1, NULL, 0, &trap));
    arg.of.i32 = 40000;
    uint64_t pages = wasmtime_memory_size(h.context, &h.memory);
    for (int i = 0; i < 20; i++)
        no_error(wasmtime_func_call(h.context, &malloc_, &arg, 1, &result, 1, &trap));
    printf("memory grew: %d; ", wasmtime_memory_size(h.context, &h.memory) > pages);
    CHECK(parse(&h, second, "still here", 0) == 2);

    /* Much text; and many languages. */
    static char text[60001];
    for (size_t i = 0; i + 6 <= sizeof text - 1; i += 6)
        memcpy(text + i, i % 12 ? "abcde " : "12345 ", 6);
    h.callbacks = 0;
    unsigned words = parse(&h, first, text, 0);
    printf("%u words with %u calls of the host\n", words, h.callbacks);
    uint32_t last = 0;
    for (int i = 0; i < 100; i++)
        last = language_load(&h, argv[1], "words.wat");
    CHECK(parse(&h, last, "one 2 three", 0) == 3);
    printf("%llu elements in the table\n",
           (unsigned long long)wasmtime_table_size(h.context, &h.table));
    wasmtime_store_delete(h.store);

    for (int i = 0; i < 20; i++) { /* stores come and go as buffers do */
        host_new(&h, engine, argv[1]);
        CHECK(parse(&h, language_load(&h, argv[1], "words.wat"), "a 1", 0) == 2);
        wasmtime_store_delete(h.store);
    }
    wasm_engine_delete(engine);
    puts("done");
    return 0;
}
