/* See support.h. */
#include "support.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
    uint8_t *data;
    size_t size, cap;
};

static void put(struct bytes *b, uint8_t x)
{
    if (b->size == b->cap) {
        b->cap = b->cap * 2 + 64;
        b->data = realloc(b->data, b->cap);
        if (!b->data)
            abort();
    }
    b->data[b->size++] = x;
}

static void put_u32(struct bytes *b, size_t x)
{
    do {
        put(b, (uint8_t)((x & 0x7f) | (x >= 0x80 ? 0x80 : 0)));
        x >>= 7;
    } while (x);
}

static void put_hex(struct bytes *b, const char *hex)
{
    int high = -1;
    for (; hex && *hex; hex++) {
        if (*hex == ' ' || *hex == '\n')
            continue;
        int digit = *hex <= '9' ? *hex - '0' : (*hex | 0x20) - 'a' + 10;
        if (high < 0) {
            high = digit;
        } else {
            put(b, (uint8_t)(high << 4 | digit));
            high = -1;
        }
    }
}

static void put_section(struct bytes *b, uint8_t id, struct bytes *contents)
{
    if (contents->size) {
        put(b, id);
        put_u32(b, contents->size);
        for (size_t i = 0; i < contents->size; i++)
            put(b, contents->data[i]);
    }
    free(contents->data);
}

static void put_items(struct bytes *b, uint8_t id, const char *const items[PARTS], bool sized,
                      const char *tail)
{
    struct bytes contents = {0};
    size_t n = 0;
    while (n < PARTS && items[n])
        n++;
    if (n)
        put_u32(&contents, n);
    for (size_t i = 0; i < n; i++) {
        struct bytes item = {0};
        put_hex(&item, items[i]);
        if (sized)
            put_u32(&contents, item.size);
        for (size_t k = 0; k < item.size; k++)
            put(&contents, item.data[k]);
        free(item.data);
    }
    put_hex(&contents, tail);
    put_section(b, id, &contents);
}

uint8_t *assemble(const struct parts *p, size_t *out_size)
{
    struct bytes b = {0}, funcs = {0}, indices = {0}, start = {0}, count = {0};
    put_hex(&b, "00 61 73 6d 01 00 00 00");
    put_items(&b, 1, p->types, false, NULL);
    put_items(&b, 2, p->imports, false, NULL);
    put_hex(&indices, p->funcs);
    if (indices.size)
        put_u32(&funcs, indices.size);
    for (size_t i = 0; i < indices.size; i++)
        put(&funcs, indices.data[i]);
    free(indices.data);
    put_section(&b, 3, &funcs);
    put_items(&b, 4, p->tables, false, NULL);
    put_items(&b, 5, p->memories, false, NULL);
    put_items(&b, 13, p->tags, false, NULL);
    put_items(&b, 6, p->globals, false, NULL);
    put_items(&b, 7, p->exports, false, NULL);
    put_hex(&start, p->start);
    put_section(&b, 8, &start);
    put_items(&b, 9, p->elems, false, NULL);
    if (p->data_count) {
        size_t n = 0;
        while (n < PARTS && p->datas[n])
            n++;
        put_u32(&count, n);
        put_section(&b, 12, &count);
    }
    put_items(&b, 10, p->bodies, true, p->code_tail);
    put_items(&b, 11, p->datas, false, NULL);
    *out_size = b.size;
    return b.data;
}

enum status validate_bytes(const uint8_t *bytes, size_t size, hs_features features,
                           struct error *out_error, struct func_facts *out_facts)
{
    struct module m;
    struct error plain;
    struct func_facts facts;
    hs_error_init(out_error);
    enum status s = hs_binary_read(bytes, size, features, &m, out_error);
    if (s != ST_OK)
        return s;
    if (hs_valid_module_head(&m, out_error) == ST_OK) {
        for (uint32_t i = m.nimported_funcs; i < m.nfuncs; i++) {
            hs_error_init(&plain);
            bool ok = hs_valid_func_plain(&m, i, &plain) == ST_OK;
            if (ok != hs_valid_func_fast(&m, i, &facts)) {
                fprintf(stderr, "function %u: plain says %s\n", i, ok ? "valid" : plain.text);
                for (size_t k = 0; k < m.funcs[i].body_size; k++)
                    fprintf(stderr, "%02x ", bytes[m.funcs[i].body + k]);
                fprintf(stderr, "\n");
                fail_msg("the two validators disagree");
            }
        }
    }
    hs_module_deinit(&m);

    hs_error_init(out_error);
    s = hs_binary_read(bytes, size, features, &m, out_error);
    if (s != ST_OK)
        return s;
    s = hs_valid_module(&m, 1, out_error);
    if (s == ST_OK && out_facts && m.nfuncs > m.nimported_funcs)
        *out_facts = m.facts[m.nfuncs - m.nimported_funcs - 1];
    hs_module_deinit(&m);
    return s;
}

enum status validate(const struct parts *parts, struct error *out_error,
                     struct func_facts *out_facts)
{
    size_t size;
    uint8_t *bytes = assemble(parts, &size),
            *exact = malloc(size); /* so that sanitizers see reads behind the end */
    if (!exact)
        abort();
    memcpy(exact, bytes, size);
    free(bytes);
    enum status s =
        validate_bytes(exact, size, HS_FEATURES_ALL & ~parts->without, out_error, out_facts);
    free(exact);
    return s;
}

void check_valid(const char *file, int line, const struct parts *parts)
{
    struct error e;
    if (validate(parts, &e, NULL) != ST_OK) {
        fprintf(stderr, "%s at offset %llx\n", e.text, (unsigned long long)e.offset);
        _fail(file, line);
    }
}

void check_invalid(const char *file, int line, const char *words, const struct parts *parts)
{
    struct error e;
    enum status s = validate(parts, &e, NULL);
    if (s == ST_OK || !strstr(e.text, words)) {
        fprintf(stderr, "expected \"%s\", got %d \"%s\"\n", words, s, s == ST_OK ? "" : e.text);
        _fail(file, line);
    }
}
