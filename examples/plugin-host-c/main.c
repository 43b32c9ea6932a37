/*
 * A C host and its Rust guest talk to each other, in five patterns:
 *
 *   1. the host calls the guest                      numbers there, a number back
 *   2. the guest calls the host                      three imports, one with a string
 *   3. strings through shared memory                 in both directions, with ownership
 *   4. structs across the boundary                   an array of them, changed in place
 *   5. the host changes the guest's state            and the guest finds it changed
 *
 * and at the end two mistakes that stay inside the sandbox. The output is compared with
 * expected.txt as a test. The guest is ../plugin-guest-rust.
 *
 *   plugin-host-c plugin_guest.wasm
 */
#include "plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The guest's `struct Article`, byte for byte: offsets and size are part of the agreement. */
struct article {
    uint32_t id;
    uint32_t count;
    double price;
    uint16_t flags;
    uint16_t shelf;
    uint32_t reserved;
};
_Static_assert(sizeof(struct article) == 24 && offsetof(struct article, price) == 8 &&
                   offsetof(struct article, shelf) == 18,
               "the guest lays it out like this");

/* The host's own state, which its functions reach through `env`. */
struct shop {
    uint32_t tickets;
    uint32_t lines_logged;
};

static void expect(bool holds, const char *what)
{
    if (!holds) {
        fflush(stdout);
        fprintf(stderr, "unexpected: %s\n", what);
        exit(1);
    }
}

/* --- what the host offers to the guest -------------------------------------------------------- */

/* log(text, length): the host looks into the memory of whoever calls, and checks what it is told:
 * address and length come from the guest. */
static wasm_trap_t *host_log(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                             size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)nargs, (void)results, (void)nresults;
    struct shop *shop = env;
    wasmtime_context_t *context = wasmtime_caller_context(caller);
    wasmtime_extern_t item;
    if (!wasmtime_caller_export_get(caller, "memory", 6, &item) ||
        item.kind != WASMTIME_EXTERN_MEMORY)
        return wasmtime_trap_new("log: no memory", 14);
    uint32_t address = (uint32_t)args[0].of.i32, length = (uint32_t)args[1].of.i32;
    size_t whole = wasmtime_memory_data_size(context, &item.of.memory);
    if (length > whole || address > whole - length)
        return wasmtime_trap_new("log: text out of bounds", 23);
    const uint8_t *text = wasmtime_memory_data(context, &item.of.memory) + address;
    printf("  host: log %u: %.*s\n", ++shop->lines_logged, (int)length, (const char *)text);
    return NULL;
}

/* next_ticket() -> i32: the guest changes the host's state, but only in this way. */
static wasm_trap_t *host_next_ticket(void *env, wasmtime_caller_t *caller,
                                     const wasmtime_val_t *args, size_t nargs,
                                     wasmtime_val_t *results, size_t nresults)
{
    (void)caller, (void)args, (void)nargs, (void)nresults;
    struct shop *shop = env;
    results[0] = val_i32(++shop->tickets);
    return NULL;
}

/* rate(currency) -> f64: four letters packed into an integer. */
static wasm_trap_t *host_rate(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                              size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    (void)env, (void)caller, (void)nargs, (void)nresults;
    char currency[5] = {0};
    memcpy(currency, &args[0].of.i32, 4);
    results[0].kind = WASMTIME_F64;
    results[0].of.f64 = strcmp(currency, "CZK") == 0 ? 0.04 : 1.0;
    return NULL;
}

/* --- the five patterns ------------------------------------------------------------------------ */

static void host_calls_guest(struct plugin *plugin)
{
    puts("1. the host calls the guest");
    wasmtime_val_t args[2] = {val_i64(UINT64_C(1071)), val_i64(UINT64_C(462))};
    int64_t result = plugin_call(plugin, "gcd", args, 2).of.i64;
    printf("  host: gcd(1071, 462) = %lld\n", (long long)result);
    expect(result == 21, "the divisor");
}

static void guest_calls_host(struct plugin *plugin, struct shop *shop)
{
    puts("2. the guest calls the host");
    uint32_t before = shop->tickets;
    wasmtime_val_t amount = val_i32(3);
    uint32_t last = (uint32_t)plugin_call(plugin, "order", &amount, 1).of.i32;
    printf("  host: tickets went from %u to %u, the guest says %u\n", before, shop->tickets, last);
    expect(shop->tickets == before + 3 && last == shop->tickets, "three more tickets");
}

static void strings(struct plugin *plugin)
{
    puts("3. strings through shared memory");
    static const char names[] = "ada, grace , ,édouard";
    uint32_t length = sizeof names - 1;

    /* Room for the text, and for the pair of address and length that comes back. */
    uint32_t text = plugin_alloc(plugin, length), pair_at = plugin_alloc(plugin, 8);
    expect(plugin_write(plugin, text, names, length), "the text is inside");
    wasmtime_val_t args[3] = {val_i32(pair_at), val_i32(text), val_i32(length)};
    expect(plugin_call(plugin, "greet_all", args, 3).of.i32 == 0, "greet_all succeeds");

    uint32_t pair[2];
    char answer[128];
    expect(plugin_read(plugin, pair_at, pair, sizeof pair), "the pair is inside");
    expect(pair[1] < sizeof answer && plugin_read(plugin, pair[0], answer, pair[1]),
           "the answer is inside");
    printf("  host: sent \"%s\"\n  host: received \"%.*s\"\n", names, (int)pair[1], answer);

    /* Text that is no UTF-8 is the guest's to refuse. */
    expect(plugin_write(plugin, text, "\xff\xfe", 2), "the text is inside");
    args[2] = val_i32(2);
    printf("  host: two bytes that are no text give %d\n",
           plugin_call(plugin, "greet_all", args, 3).of.i32);

    plugin_free(plugin, pair[0], pair[1]);
    plugin_free(plugin, pair_at, 8);
    plugin_free(plugin, text, length);
}

static void structs(struct plugin *plugin)
{
    puts("4. structs across the boundary");
    struct article articles[3] = {
        {.id = 7, .count = 12, .price = 2.5},
        {.id = 40, .count = 1, .price = 199.0},
        {.id = 41, .count = 3, .price = 20.0},
    };
    uint32_t size = sizeof articles, at = plugin_alloc(plugin, size);
    expect(plugin_write(plugin, at, articles, size), "the array is inside");
    wasmtime_val_t args[2] = {val_i32(at), val_i32(3)};
    printf("  host: the guest holds %d articles\n",
           plugin_call(plugin, "store_articles", args, 2).of.i32);

    /* What the guest changed in place is seen by reading again. */
    expect(plugin_read(plugin, at, articles, size), "the array is inside");
    for (int i = 0; i < 3; i++)
        printf("  host: article %u goes to shelf %u%s\n", articles[i].id, articles[i].shelf,
               articles[i].flags & 1 ? ", fragile" : "");
    expect(articles[1].flags == 1 && articles[2].shelf == 30, "the guest's marks");

    struct article found;
    wasmtime_val_t query[2] = {val_i32(41), val_i32(at)};
    expect(plugin_call(plugin, "find_article", query, 2).of.i32 == 1, "article 41 is there");
    expect(plugin_read(plugin, at, &found, sizeof found), "the article is inside");
    printf("  host: article 41 as the guest keeps it: %u pieces at %.2f\n", found.count,
           found.price);
    query[0] = val_i32(5);
    printf("  host: article 5 is %s\n",
           plugin_call(plugin, "find_article", query, 2).of.i32 ? "there" : "not there");
    plugin_free(plugin, at, size);
}

static void state(struct plugin *plugin)
{
    puts("5. the host changes the guest's state");
    uint32_t address = (uint32_t)plugin_call(plugin, "settings_address", NULL, 0).of.i32;
    struct {
        uint32_t version, discount_percent;
    } settings;
    expect(plugin_read(plugin, address, &settings, sizeof settings), "the settings are inside");
    printf("  host: found version %u, discount %u %%\n", settings.version,
           settings.discount_percent);
    double before = plugin_call(plugin, "stock_value", NULL, 0).of.f64;

    settings.version++;
    settings.discount_percent = 20;
    expect(plugin_write(plugin, address, &settings, sizeof settings), "the settings are inside");
    double after = plugin_call(plugin, "stock_value", NULL, 0).of.f64;
    printf("  host: the stock was worth %.2f and is worth %.2f\n", before, after);
    expect(before == 289.0 && after > 231.19 && after < 231.21, "a fifth less");
}

static void mistakes(struct plugin *plugin)
{
    puts("and two mistakes");
    /* A bad address given by the host is refused by the host's own check. */
    uint32_t word;
    size_t whole = wasmtime_memory_data_size(plugin->context, &plugin->memory);
    printf("  host: reading four bytes at the last one: %s\n",
           plugin_read(plugin, (uint32_t)whole - 1, &word, 4) ? "read" : "refused");

    /* A bad address given to the guest is caught by the machine: a trap, and the host goes on. */
    wasmtime_val_t args[2] = {val_i32(7), val_i32(0xfffffff0)}, result;
    wasm_trap_t *trap = plugin_try(plugin, "find_article", args, 2, &result, true);
    wasmtime_trap_code_t code = 255;
    expect(trap && wasmtime_trap_code(trap, &code), "a trap with a code");
    printf("  host: the guest trapped: %s\n",
           code == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS ? "out of bounds" : "something else");
    wasm_trap_delete(trap);

    wasmtime_val_t numbers[2] = {val_i64(48), val_i64(36)};
    printf("  host: and it still works: gcd(48, 36) = %lld\n",
           (long long)plugin_call(plugin, "gcd", numbers, 2).of.i64);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s plugin_guest.wasm\n", argv[0]);
        return 2;
    }
    /* Host and guest write to the same place: line by line, so that the order is the true one. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    struct shop shop = {.tickets = 100};
    struct plugin plugin;
    plugin_init(&plugin);
    plugin_offer(&plugin, "plugin", "log", "ii", "", host_log, &shop);
    plugin_offer(&plugin, "plugin", "next_ticket", "", "i", host_next_ticket, &shop);
    plugin_offer(&plugin, "plugin", "rate", "i", "F", host_rate, &shop);
    plugin_load(&plugin, argv[1]);

    host_calls_guest(&plugin);
    guest_calls_host(&plugin, &shop);
    strings(&plugin);
    structs(&plugin);
    state(&plugin);
    mistakes(&plugin);

    plugin_deinit(&plugin);
    puts("done");
    return 0;
}
