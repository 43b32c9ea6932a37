/* See support.h. */
#include "support.h"
#include "binary/binary.h"

struct bytes parse(const char *text)
{
    struct bytes b;
    struct error e;
    hs_error_init(&e);
    if (hs_text_parse(text, strlen(text), &b.data, &b.size, &e) != ST_OK)
        fail_msg("%s\nin: %.300s", e.text, text);
    return b;
}

struct error refuse(const char *text)
{
    struct bytes b;
    struct error e;
    hs_error_init(&e);
    if (hs_text_parse(text, strlen(text), &b.data, &b.size, &e) == ST_OK)
        fail_msg("accepted: %.300s", text);
    assert_int_not_equal(e.status, ST_OK);
    return e;
}

void assert_same_module(const char *a, const char *b)
{
    struct bytes x = parse(a), y = parse(b);
    if (x.size != y.size || memcmp(x.data, y.data, x.size) != 0) {
        char *p = print(x), *q = print(y);
        fail_msg("not the same:\n%s\n%s\nas\n%s\n%s", a, b, p, q);
    }
    hs_free(x.data);
    hs_free(y.data);
}

void assert_bytes(const char *text, const char *hex)
{
    struct bytes b = parse(text);
    char *all = malloc(b.size * 3 + 1), *p = all;
    *p = 0;
    assert_memory_equal(b.data, "\0asm\1\0\0\0", 8);
    for (size_t i = 8; i < b.size; i++)
        p += sprintf(p, i == 8 ? "%02x" : " %02x", b.data[i]);
    assert_string_equal(all, hex);
    free(all);
    hs_free(b.data);
}

void assert_refused(const char *text, const char *prefix)
{
    struct error e = refuse(text);
    if (strncmp(e.text, prefix, strlen(prefix)) != 0)
        fail_msg("\"%s\" instead of \"%s\" for: %.300s", e.text, prefix, text);
}

char *print(struct bytes b)
{
    struct module m;
    struct error e;
    struct buffer out;
    hs_error_init(&e);
    hs_buffer_init(&out, HS_LIMIT_MODULE_SIZE);
    if (hs_binary_read(b.data, b.size, HS_FEATURES_ALL, &m, &e) != ST_OK ||
        hs_text_print(&m, &out, &e) != ST_OK)
        fail_msg("%s", e.text);
    char *text = malloc(out.size + 1);
    memcpy(text, out.data, out.size);
    text[out.size] = 0;
    hs_buffer_deinit(&out);
    hs_module_deinit(&m);
    return text;
}
