/* Every script of the official suite, if HOSPES_SPEC names its folder: each module that is meant
 * to parse does, each text that is meant to be malformed is refused with the script's words, and
 * what parses is printed and comes back as the same module. Proposals that the project does not
 * have are left out.
 *
 * The limits of 32-bit memories are checked by validation, as WebAssembly 3.0 has it; the
 * threads proposal, which is older, wants the parser to refuse them: such a text may be accepted
 * here. */
#include "support.h"

#include "binary/binary.h"
#include "text/script.h"
#include <dirent.h>

static unsigned scripts, modules, malformed, same_bytes;

static char *read_file(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    if (f && fseek(f, 0, SEEK_END) == 0 &&
        (*size = (size_t)ftell(f), text = malloc(*size + 1)) != NULL) {
        rewind(f);
        if (fread(text, 1, *size, f) != *size)
            *size = 0;
    }
    if (f)
        fclose(f);
    return text;
}

/* Print, parse, print: the same text. */
static void check_print(const char *path, unsigned line, const uint8_t *bytes, size_t size)
{
    struct module m;
    struct error e;
    hs_error_init(&e);
    if (hs_binary_read(bytes, size, HS_FEATURES_ALL, &m, &e) != ST_OK)
        return;
    struct buffer out;
    hs_buffer_init(&out, HS_LIMIT_MODULE_SIZE);
    if (hs_text_print(&m, &out, &e) == ST_OK) {
        uint8_t *again;
        size_t n;
        if (hs_text_parse((const char *)out.data, out.size, &again, &n, &e) != ST_OK)
            fail_msg("%s:%u: %s", path, line, e.text);
        same_bytes += n == size && memcmp(again, bytes, n) == 0;
        struct bytes b = {again, n};
        char *second = print(b);
        assert_int_equal(strlen(second), out.size);
        if (memcmp(second, out.data, out.size) != 0)
            fail_msg("%s:%u: prints differently when parsed", path, line);
        free(second);
        hs_free(again);
    }
    hs_buffer_deinit(&out);
    hs_module_deinit(&m);
}

static void check_script(const char *path)
{
    size_t size = 0;
    char *text = read_file(path, &size);
    struct script s;
    struct error e;
    assert_non_null(text);
    hs_error_init(&e);
    if (hs_script_parse(text, size, &s, &e) != ST_OK)
        fail_msg("%s: %s", path, e.text);
    scripts++;
    for (uint32_t i = 0; i < s.ncommands; i++) {
        const struct script_command *c = &s.commands[i];
        uint8_t *bytes;
        size_t n;
        bool bad = c->kind == SCRIPT_ASSERT_MALFORMED ||
                   c->kind == SCRIPT_ASSERT_MALFORMED_CUSTOM ||
                   c->kind == SCRIPT_ASSERT_INVALID_CUSTOM;
        if (!c->has_module || (bad && c->module.form == SCRIPT_MODULE_BINARY))
            continue;
        hs_error_init(&e);
        enum status r = hs_script_module_bytes(&s, &c->module, &bytes, &n, &e);
        if (!bad) {
            if (r != ST_OK)
                fail_msg("%s:%u: %s", path, c->line, e.text);
            modules++;
            check_print(path, c->line, bytes, n);
        } else {
            bool limit = hs_span_equal(c->text, hs_span_text("i32 constant out of range"));
            if (r == ST_OK && !limit)
                fail_msg("%s:%u: accepted: %.*s", path, c->line, (int)c->text.size,
                         (const char *)c->text.data);
            if (r != ST_OK && strncmp(e.text, (const char *)c->text.data, c->text.size) != 0)
                fail_msg("%s:%u: %.*s: %s", path, c->line, (int)c->text.size,
                         (const char *)c->text.data, e.text);
            malformed++;
        }
        if (r == ST_OK)
            hs_free(bytes);
    }
    hs_script_deinit(&s);
    free(text);
}

static void check_folder(const char *folder)
{
    DIR *d = opendir(folder);
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[1024];
        size_t n = strlen(e->d_name);
        if (e->d_name[0] == '.' || strcmp(e->d_name, "custom-descriptors") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (n > 5 && strcmp(e->d_name + n - 5, ".wast") == 0)
            check_script(path);
        else
            check_folder(path); /* not a folder: nothing */
    }
    closedir(d);
}

static void test_suite(void **state)
{
    const char *folder = getenv("HOSPES_SPEC");
    if (!folder || !*folder)
        skip();
    check_folder(folder);
    print_message("%u scripts, %u modules (%u come back byte by byte), %u malformed texts\n",
                  scripts, modules, same_bytes, malformed);
    assert_true(scripts > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
