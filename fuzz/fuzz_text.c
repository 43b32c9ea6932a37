/* Any bytes through the text parser, the script parser and the printer. What must hold, beyond
 * "no crash, no sanitizer report":
 *
 *  - a text that is refused has an error with a message and, unless memory is meant, a line and a column,
 *  - bytes from a text are read by the binary reader, unless a limit or the place for an index is exceeded,
 *  - what was read prints, the print parses, and to the same module.
 *
 * The beginning chooses: "#" a script, "\0asm" a module to print, anything else a text. Seeds:
 * the official suite and the samples of the project. */
#include "binary/binary.h"
#include "syntax/insn_read.h"
#include "text/script.h"
#include "text/text.h"
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define MUST(x)                                                                                    \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #x);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Reads, prints, parses, prints: both prints must be the same. */
static void check_print(const uint8_t *bytes, size_t size)
{
    struct module m, back;
    struct error e;
    struct buffer first, second;
    uint8_t *again;
    size_t again_size;
    hs_error_init(&e);
    if (hs_binary_read(bytes, size, HS_FEATURES_ALL, &m, &e) != ST_OK)
        return;
    hs_buffer_init(&first, HS_LIMIT_MODULE_SIZE);
    hs_buffer_init(&second, HS_LIMIT_MODULE_SIZE);
    if (hs_text_print(&m, &first, &e) != ST_OK) {
        MUST(e.status != ST_OK && e.text[0]);
    } else {
        enum status s =
            hs_text_parse((const char *)first.data, first.size, &again, &again_size, &e);
        if (s != ST_OK)
            fprintf(stderr, "%s\n%.*s\n", e.text, (int)first.size, (const char *)first.data);
        MUST(s == ST_OK);
        MUST(hs_binary_read(again, again_size, HS_FEATURES_ALL, &back, &e) == ST_OK);
        MUST(hs_text_print(&back, &second, &e) == ST_OK);
        if (!hs_span_equal(hs_buffer_span(&first), hs_buffer_span(&second))) {
            fprintf(stderr, "%.*s\nagain\n%.*s\n", (int)first.size, (const char *)first.data,
                    (int)second.size, (const char *)second.data);
            MUST(!"the same text");
        }
        hs_module_deinit(&back);
        hs_free(again);
    }
    hs_module_deinit(&m);
    hs_buffer_deinit(&first);
    hs_buffer_deinit(&second);
}

static void check_text(const char *text, size_t size)
{
    struct error e;
    uint8_t *bytes;
    size_t n;
    hs_error_init(&e);
    if (hs_text_parse(text, size, &bytes, &n, &e) != ST_OK) {
        MUST(e.status != ST_OK && e.text[0]);
        return;
    }
    check_print(bytes, n);
    hs_free(bytes);
}

static void check_script(const char *text, size_t size)
{
    struct script s;
    struct error e;
    hs_error_init(&e);
    if (hs_script_parse(text, size, &s, &e) != ST_OK) {
        MUST(e.text[0] && e.line > 0 && e.column > 0);
        return;
    }
    for (uint32_t i = 0; i < s.ncommands; i++) {
        uint8_t *bytes;
        size_t n;
        if (!s.commands[i].has_module)
            continue;
        hs_error_init(&e);
        if (hs_script_module_bytes(&s, &s.commands[i].module, &bytes, &n, &e) != ST_OK)
            continue;
        check_print(bytes, n);
        hs_free(bytes);
    }
    hs_script_deinit(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    if (bytes[0] == '#')
        check_script((const char *)bytes + 1, size - 1);
    else if (size >= 4 && memcmp(bytes, "\0asm", 4) == 0)
        check_print(bytes, size);
    else
        check_text((const char *)bytes, size);
    return 0;
}
