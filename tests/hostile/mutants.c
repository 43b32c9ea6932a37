/* Mutants of real modules through the reader and validation:
 *
 *     mutants [-n mutants per module] [-s seed] [-m least percentage to reach code] [-v] module.wasm …
 *
 * Each module is read, written and read again first. Each mutant is one to three edits
 * (fuzz/mutate.h). Both validators must agree on it, on one thread and on two, and it must be
 * refused with words and a place. The percentage that reaches the validation of bodies is
 * reported, since mutants that fail before it test little; a run with fewer than -m fails. Exit
 * status: 0 fine, 1 a promise was broken, 2 wrong arguments. */
#include "../../fuzz/mutate.h"
#include "base/alloc.h"
#include "binary/binary.h"
#include "syntax/body.h"
#include "valid/valid.h"
#include <stdio.h>
#include <stdlib.h>

static struct {
    unsigned long mutants, read, reached, valid, broken;
} total;
static bool verbose;

static void broken(const char *file, uint64_t seed, const char *what, const struct buffer *mutant)
{
    char name[64];
    snprintf(name, sizeof name, "broken-%016llx.wasm", (unsigned long long)seed);
    printf("%s: seed %llu: %s (%s)\n", file, (unsigned long long)seed, what, name);
    FILE *f = fopen(name, "wb");
    if (f) {
        fwrite(mutant->data, 1, mutant->size, f);
        fclose(f);
    }
    total.broken++;
}

/* NULL, or which promise is broken. */
static const char *check(const struct buffer *mutant)
{
    struct module m, plain_m;
    struct error e, e2;
    hs_error_init(&e);
    hs_error_init(&e2);
    total.mutants++;
    /* A copy of exactly the size: sanitizers see a step beyond. */
    uint8_t *bytes = malloc(mutant->size ? mutant->size : 1);
    if (!bytes)
        return "out of memory";
    memcpy(bytes, mutant->data, mutant->size);
    const char *wrong = NULL;
    if (hs_binary_read(bytes, mutant->size, HS_FEATURES_ALL, &m, &e) != ST_OK) {
        if (!e.text[0] || (e.offset != HS_NO_OFFSET && e.offset > mutant->size))
            wrong = "reader: no text or place";
        free(bytes);
        return wrong;
    }
    total.read++;
    if (hs_binary_read(bytes, mutant->size, HS_FEATURES_ALL, &plain_m, &e2) != ST_OK) {
        hs_module_deinit(&m);
        free(bytes);
        return "reader: two answers";
    }
    enum status s = hs_valid_module(&m, 2, &e);
    enum status head = hs_valid_module_head(&plain_m, &e2);
    if (head != ST_OK && s == ST_OK)
        wrong = "a module with an invalid head is accepted";
    if (s != ST_OK && (!e.text[0] || (e.offset != HS_NO_OFFSET && e.offset > mutant->size)))
        wrong = "validation: no text or place";
    if (head == ST_OK) {
        total.reached++;
        uint32_t f = plain_m.nimported_funcs;
        hs_error_init(&e2);
        while (f < plain_m.nfuncs && hs_valid_func_plain(&plain_m, f, &e2) == ST_OK)
            f++;
        if ((s == ST_OK) != (f == plain_m.nfuncs))
            wrong = s == ST_OK ? "the fast validator accepts what the plain one refuses"
                               : "the fast validator refuses what the plain one accepts";
        else if (s != ST_OK && e.func != HS_NO_FUNC && e.func != f)
            wrong = "another function is blamed";
    }
    if (s == ST_OK) {
        total.valid++;
        struct error decoded;
        hs_error_init(&decoded);
        if (hs_bodies_read(&plain_m, &decoded) != ST_OK)
            wrong = "a valid module has a malformed body";
    }
    if (wrong && verbose)
        printf("  %s @%llu func %u / %s @%llu\n", e.text, (unsigned long long)e.offset, e.func,
               e2.text, (unsigned long long)e2.offset);
    hs_module_deinit(&m);
    hs_module_deinit(&plain_m);
    free(bytes);
    return wrong;
}

static const char *round_trip(struct span module)
{
    struct buffer first, second;
    struct module m, back;
    struct error e;
    hs_error_init(&e);
    hs_buffer_init(&first, HS_LIMIT_MODULE_SIZE);
    hs_buffer_init(&second, HS_LIMIT_MODULE_SIZE);
    const char *wrong = NULL;
    if (hs_binary_read(module.data, module.size, HS_FEATURES_ALL, &m, &e) != ST_OK) {
        printf("  %s at %llu\n", e.text, (unsigned long long)e.offset);
        return "the module itself is refused";
    }
    if (hs_binary_write(&m, &first) != ST_OK ||
        hs_binary_read(first.data, first.size, HS_FEATURES_ALL, &back, &e) != ST_OK) {
        wrong = "what is written cannot be read";
    } else {
        if (hs_binary_write(&back, &second) != ST_OK ||
            !hs_span_equal(hs_buffer_span(&first), hs_buffer_span(&second)))
            wrong = "writing twice gives two modules";
        hs_module_deinit(&back);
    }
    hs_module_deinit(&m);
    hs_buffer_deinit(&first);
    hs_buffer_deinit(&second);
    return wrong;
}

static bool load(const char *name, struct buffer *out)
{
    FILE *f = fopen(name, "rb");
    if (!f)
        return false;
    static uint8_t chunk[65536];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        hs_buffer_bytes(out, chunk, n);
    fclose(f);
    return !out->failed;
}

static void run(const char *name, unsigned long n, uint64_t seed)
{
    struct buffer module, mutant, next;
    hs_buffer_init(&module, HS_LIMIT_MODULE_SIZE);
    hs_buffer_init(&mutant, HS_LIMIT_MODULE_SIZE);
    hs_buffer_init(&next, HS_LIMIT_MODULE_SIZE);
    if (!load(name, &module)) {
        printf("%s: cannot be read\n", name);
        total.broken++;
    } else {
        const char *wrong = round_trip(hs_buffer_span(&module));
        if (wrong)
            broken(name, 0, wrong, &module);
        for (unsigned long i = 0; i < n && !wrong; i++) {
            struct mutator mu = {.seed = seed + i * 1000003};
            uint64_t edits = 1 + mutate_random(&mu) % 3;
            hs_buffer_clear(&mutant);
            hs_buffer_bytes(&mutant, module.data, module.size);
            for (uint64_t k = 0; k < edits; k++) {
                hs_buffer_clear(&next);
                if (!mutate(&mu, hs_buffer_span(&mutant), &next))
                    break;
                struct buffer swap = mutant;
                mutant = next;
                next = swap;
            }
            const char *what = check(&mutant);
            if (what) {
                if (verbose)
                    printf("  last edit: %s\n", mu.what);
                broken(name, seed + i * 1000003, what, &mutant);
            }
        }
    }
    hs_buffer_deinit(&module);
    hs_buffer_deinit(&mutant);
    hs_buffer_deinit(&next);
}

int main(int argc, char **argv)
{
    unsigned long n = 100, least = 30;
    uint64_t seed = 1;
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        char option = argv[i][1];
        if (option == 'v')
            verbose = true;
        else if (i + 1 < argc && option == 'n')
            n = strtoul(argv[++i], NULL, 10);
        else if (i + 1 < argc && option == 's')
            seed = strtoull(argv[++i], NULL, 10);
        else if (i + 1 < argc && option == 'm')
            least = strtoul(argv[++i], NULL, 10);
        else
            break;
    }
    if (i >= argc || argv[i][0] == '-') {
        fprintf(stderr, "usage: mutants [-n count] [-s seed] [-m percent] [-v] module.wasm ...\n");
        return 2;
    }
    for (; i < argc; i++)
        run(argv[i], n, seed);
    unsigned long percent = total.mutants ? total.reached * 100 / total.mutants : 100;
    printf("%lu mutants: %lu read, %lu reached the validation of bodies (%lu %%), %lu valid, %lu "
           "broken promises\n",
           total.mutants, total.read, total.reached, percent, total.valid, total.broken);
    return total.broken || percent < least;
}
