/* Any bytes through the binary reader and validation. What must hold, beyond "no crash, no
 * sanitizer report":
 *
 * - a module that reads is written, read again and written to the same bytes,
 * - a module that is valid is so for both validators of bodies, and one that is not is refused by
 *   one thread and
 *    by two with the same words,
 * - the body that validation names is the first that the plain validator refuses.
 *
 * The input is the module. libFuzzer's own mutations rarely get past the sizes of sections, so a
 * custom one edits a part and repairs the sizes around it (fuzz/mutate.h, shared with
 * tests/hostile/mutants.c). */
#include "binary/binary.h"
#include "mutate.h"
#include "syntax/body.h"
#include "valid/valid.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max);

#define MUST(x)                                                                                    \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #x);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void check_round_trip(const struct module *m)
{
    struct buffer first, second;
    struct module back;
    struct error e;
    hs_buffer_init(&first, HS_LIMIT_MODULE_SIZE);
    hs_buffer_init(&second, HS_LIMIT_MODULE_SIZE);
    hs_error_init(&e);
    MUST(hs_binary_write(m, &first) == ST_OK);
    MUST(hs_binary_read(first.data, first.size, m->features, &back, &e) == ST_OK);
    MUST(hs_binary_write(&back, &second) == ST_OK);
    MUST(hs_span_equal(hs_buffer_span(&first), hs_buffer_span(&second)));
    hs_module_deinit(&back);
    hs_buffer_deinit(&first);
    hs_buffer_deinit(&second);
}

static void check_valid(const uint8_t *bytes, size_t size, hs_features features, bool decodes)
{
    struct module m[3];
    struct error e[3];
    for (int i = 0; i < 3; i++) {
        hs_error_init(&e[i]);
        MUST(hs_binary_read(bytes, size, features, &m[i], &e[i]) == ST_OK);
    }
    enum status whole = hs_valid_module(&m[0], 1, &e[0]);
    enum status threads = hs_valid_module(&m[1], 2, &e[1]);
    MUST(whole == threads && (whole == ST_OK) == (e[0].status == ST_OK));
    if (whole != ST_OK)
        MUST(strcmp(e[0].text, e[1].text) == 0 && e[0].offset == e[1].offset &&
             e[0].func == e[1].func);
    MUST(whole != ST_OK || decodes);
    enum status head = hs_valid_module_head(&m[2], &e[2]);
    MUST(head == ST_OK || whole != ST_OK);
    for (uint32_t f = m[2].nimported_funcs; head == ST_OK && f < m[2].nfuncs; f++) {
        struct error one;
        struct func_facts facts;
        hs_error_init(&one);
        enum status plain = hs_valid_func_plain(&m[2], f, &one);
        if (m[2].nfuncs - m[2].nimported_funcs < 20) /* it builds its tables each time */
            MUST(hs_valid_func_fast(&m[2], f, &facts) == (plain == ST_OK));
        if (plain != ST_OK) {
            MUST(whole != ST_OK);
            break;
        }
        MUST(whole == ST_OK || e[0].func != f);
    }
    for (int i = 0; i < 3; i++)
        hs_module_deinit(&m[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct module m;
    struct error e;
    hs_error_init(&e);
    if (hs_binary_read(bytes, size, HS_FEATURES_ALL, &m, &e) != ST_OK) {
        MUST(e.status != ST_OK && e.text[0]);
        return 0;
    }
    check_round_trip(&m);
    struct error bodies;
    hs_error_init(&bodies);
    bool decodes = hs_bodies_read(&m, &bodies) == ST_OK;
    hs_module_deinit(&m);
    struct module again;
    if (hs_binary_read(bytes, size, HS_FEATURES_DEFAULT, &again, &e) == ST_OK)
        hs_module_deinit(&again);
    check_valid(bytes, size, HS_FEATURES_ALL, decodes);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max, unsigned seed)
{
    struct mutator mu = {.seed = seed};
    struct buffer out;
    if (seed % 4 == 0)
        return LLVMFuzzerMutate(bytes, size, max);
    hs_buffer_init(&out, max);
    if (mutate(&mu, (struct span){bytes, size}, &out) &&
        out.size > 0) { /* at most max: its limit */
        memcpy(bytes, out.data, out.size);
        size = out.size;
    } else {
        size = LLVMFuzzerMutate(bytes, size, max);
    }
    hs_buffer_deinit(&out);
    return size;
}
