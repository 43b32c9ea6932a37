/* From the parser's buffers to the module's bytes, and hs_text_parse itself. See parser.h. */
#include "text/parser.h"
#include "text/text.h"

enum { NESTING_OF_QUOTES = 1 };

/* The buffers of the parser that are not a section or a part of the name section. */
#define OTHER_BUFFERS(p)                                                                           \
    {&(p)->names_tmp, &(p)->labels_tmp, &(p)->fields_tmp, &(p)->custom_bytes,                      \
     &(p)->body,      &(p)->pending,    &(p)->tmp,        &(p)->tmp2,                              \
     &(p)->str,       &(p)->hints,      &(p)->hints_tmp}

/* --- sections --------------------------------------------------------------------------------- */

static void out_section(struct buffer *o, uint8_t id, const struct section *s)
{
    uint8_t count[10];
    int n = hs_leb_write_u(count, s->count);
    hs_buffer_byte(o, id);
    hs_buffer_u(o, (uint64_t)n + s->bytes.size);
    hs_buffer_bytes(o, count, (size_t)n);
    hs_buffer_bytes(o, s->bytes.data, s->bytes.size);
}

/* True if an annotation gives a custom section of this name: then it stands for what would be
 * made here. */
static bool is_given(const struct parser *p, const char *name)
{
    struct span wanted = hs_span_text(name);
    for (size_t i = 0; i < p->customs.count; i++) {
        const uint8_t *q = p->custom_bytes.data + p->customs.data[i].start,
                      *end = q + p->customs.data[i].size;
        uint64_t n;
        if (hs_leb_read_u(&q, end, 32, &n) == LEB_OK && n == wanted.size &&
            memcmp(q, wanted.data, n) == 0)
            return true;
    }
    return false;
}

static void customs(struct parser *p, struct buffer *o, int before, int after)
{
    for (size_t i = 0; i < p->customs.count; i++) {
        const struct custom_text *c = &p->customs.data[i];
        if ((before != PLACE_NONE && c->before == before) ||
            (after != PLACE_NONE && c->after == after)) {
            hs_buffer_byte(o, SEC_CUSTOM);
            hs_buffer_name(o, (struct span){p->custom_bytes.data + c->start, c->size});
        }
    }
}

static void branch_hints(struct parser *p, struct buffer *o)
{
    static const char name[] = "metadata.code.branch_hint";
    uint8_t count[10];
    if (!p->hint_funcs || is_given(p, name))
        return;
    int n = hs_leb_write_u(count, p->hint_funcs);
    hs_buffer_byte(o, SEC_CUSTOM);
    hs_buffer_u(o, 1 + (sizeof name - 1) + (size_t)n + p->hints.size);
    hs_buffer_name(o, hs_span_text(name));
    hs_buffer_bytes(o, count, (size_t)n);
    hs_buffer_bytes(o, p->hints.data, p->hints.size);
}

static void name_section(struct parser *p, struct buffer *o)
{
    struct buffer s = {.max = HS_LIMIT_MODULE_SIZE};
    hs_buffer_name(&s, hs_span_text("name"));
    size_t empty = s.size;
    for (int id = 0; id < NAME_COUNT; id++) {
        const struct section *n = &p->name[id];
        if (id == NAME_MODULE && n->count) { /* the name alone, not a map */
            hs_buffer_byte(&s, (uint8_t)id);
            hs_buffer_name(&s, hs_buffer_span(&n->bytes));
        } else if (n->count) {
            out_section(&s, (uint8_t)id, n);
        }
    }
    if (s.size > empty && !is_given(p, "name")) {
        hs_buffer_byte(o, SEC_CUSTOM);
        hs_buffer_name(o, hs_buffer_span(&s));
    }
    if (s.failed)
        o->failed = true;
    hs_buffer_deinit(&s);
}

void hs_assemble(struct parser *p, struct buffer *o)
{
    static const uint8_t order[] = {SEC_TYPE,       SEC_IMPORT, SEC_FUNC,   SEC_TABLE, SEC_MEMORY,
                                    SEC_TAG,        SEC_GLOBAL, SEC_EXPORT, SEC_START, SEC_ELEM,
                                    SEC_DATA_COUNT, SEC_CODE,   SEC_DATA};
    size_t total = 4096;
    for (int i = 0; i < SEC_COUNT; i++)
        total += p->section[i].bytes.size + 16;
    for (int i = 0; i < NAME_COUNT; i++)
        total += p->name[i].bytes.size + 16;
    hs_buffer_reserve(o, total);
    hs_buffer_bytes(o, "\0asm\1\0\0\0", 8);
    customs(p, o, PLACE_FIRST, PLACE_NONE);
    for (size_t i = 0; i < sizeof order; i++) {
        int id = order[i];
        customs(p, o, id, PLACE_NONE);
        if (id == SEC_CODE)
            branch_hints(p, o);
        if (id == SEC_START || id == SEC_DATA_COUNT) {
            if (id == SEC_START ? p->has_start : p->needs_data_count) {
                uint8_t number[10];
                int n =
                    hs_leb_write_u(number, id == SEC_START ? p->start : p->section[SEC_DATA].count);
                hs_buffer_byte(o, (uint8_t)id);
                hs_buffer_name(o, (struct span){number, (size_t)n});
            }
        } else if (p->section[id].count) {
            out_section(o, (uint8_t)id, &p->section[id]);
        }
        customs(p, o, PLACE_NONE, id);
    }
    name_section(p, o);
    customs(p, o, PLACE_NONE, PLACE_LAST);
    bool failed = o->failed;
    struct buffer *others[] = OTHER_BUFFERS(p);
    for (size_t i = 0; i < HS_ARRAY_SIZE(others); i++)
        failed |= others[i]->failed;
    for (int i = 0; i < SEC_COUNT; i++)
        failed |= p->section[i].bytes.failed;
    for (int i = 0; i < NAME_COUNT; i++)
        failed |= p->name[i].bytes.failed;
    if (failed)
        hs_parse_oom(p);
}

/* --- the parser as a whole -------------------------------------------------------------------- */

static bool init(struct parser *p)
{
    for (int i = 0; i < SEC_COUNT; i++)
        hs_buffer_init(&p->section[i].bytes, HS_LIMIT_MODULE_SIZE);
    for (int i = 0; i < NAME_COUNT; i++)
        hs_buffer_init(&p->name[i].bytes, HS_LIMIT_MODULE_SIZE);
    struct buffer *others[] = OTHER_BUFFERS(p);
    for (size_t i = 0; i < HS_ARRAY_SIZE(others); i++)
        hs_buffer_init(others[i], HS_LIMIT_MODULE_SIZE);
    hs_arena_init(&p->arena, SIZE_MAX);
    hs_vec_init(&p->types, HS_LIMIT_TYPES);
    hs_vec_init(&p->type_fields, HS_LIMIT_TYPES);
    hs_vec_init(&p->valtypes, UINT32_MAX / 2);
    hs_vec_init(&p->customs, UINT32_MAX / 2);
    hs_vec_init(&p->frames, UINT32_MAX / 2);
    hs_vec_init(&p->labels, UINT32_MAX / 2);
    p->naming = "name";
    return hs_symbols_init(p);
}

static void deinit(struct parser *p)
{
    for (int i = 0; i < SEC_COUNT; i++)
        hs_buffer_deinit(&p->section[i].bytes);
    for (int i = 0; i < NAME_COUNT; i++)
        hs_buffer_deinit(&p->name[i].bytes);
    struct buffer *others[] = OTHER_BUFFERS(p);
    for (size_t i = 0; i < HS_ARRAY_SIZE(others); i++)
        hs_buffer_deinit(others[i]);
    hs_vec_deinit(&p->types);
    hs_vec_deinit(&p->type_fields);
    hs_vec_deinit(&p->valtypes);
    hs_vec_deinit(&p->customs);
    hs_vec_deinit(&p->frames);
    hs_vec_deinit(&p->labels);
    hs_free(p->type_slots);
    hs_free(p->symbols);
    hs_free(p->fields);
    hs_arena_deinit(&p->arena);
}

static enum status parse(struct parser *p, bool script, int quotes, struct buffer *out,
                         struct error *error);

/* "(module binary string*)" and "(module quote string*)", current token behind the word. */
static enum status strings(struct parser *p, bool quote, bool in_parens, int quotes,
                           struct buffer *out, struct error *error)
{
    struct buffer bytes = {.max = HS_LIMIT_MODULE_SIZE};
    for (; p->tk.kind == T_STRING; hs_parse_advance(p))
        hs_lex_string(&p->tk, &bytes);
    if (in_parens)
        hs_parse_close(p);
    if (p->tk.kind != T_EOF)
        hs_parse_unexpected(p, NULL);
    if (bytes.failed)
        hs_parse_oom(p);
    if (!hs_parse_failed(p) && !quote)
        hs_buffer_bytes(out, bytes.data, bytes.size);
    enum status s = hs_parse_failed(p) ? error->status : ST_OK;
    if (s == ST_OK && quote) {
        struct parser *inner = hs_calloc(1, sizeof *inner);
        if (!inner) {
            hs_parse_oom(p);
            s = error->status;
        } else {
            if (quotes >= NESTING_OF_QUOTES)
                hs_error_set(error, ST_MALFORMED, HS_NO_OFFSET,
                             "quoted modules are nested too deep");
            hs_lex_init(&inner->lex, bytes.data ? (const char *)bytes.data : "", 0, bytes.size,
                        error);
            s = error->status != ST_OK ? error->status
                                       : parse(inner, false, quotes + 1, out, error);
            hs_free(inner);
        }
    }
    hs_buffer_deinit(&bytes);
    return s;
}

/* lex is set up; the rest of p is zero. */
static enum status parse(struct parser *p, bool script, int quotes, struct buffer *out,
                         struct error *error)
{
    enum status s = ST_OK;
    bool in_parens = false;
    if (!init(p)) {
        hs_parse_oom(p);
        goto end;
    }
    hs_lex(&p->lex, &p->tk);
    if (hs_parse_at(p, KW_COMPONENT)) {
        const char *at = p->tk.start;
        hs_parse_open(p, KW_COMPONENT);
        hs_parse_id(p);
        if (p->tk.kind == T_RPAR && hs_parse_peek(p)->kind == T_EOF) {
            hs_buffer_bytes(out, "\0asm\x0d\0\1\0", 8);
            goto end;
        }
        hs_lex_fail_status(&p->lex, at, ST_UNSUPPORTED,
                           "components are not supported, except for the empty one");
        goto end;
    }
    if (hs_parse_at(p, KW_MODULE)) {
        in_parens = true;
        hs_parse_open(p, KW_MODULE);
        if (script)
            hs_parse_word(p, KW_DEFINITION);
        struct symbol *id = hs_parse_id(p);
        struct span name = {NULL, 0};
        p->naming = "module";
        name = hs_parse_name_annotation(p, id);
        if (name.data) {
            hs_buffer_bytes(&p->name[NAME_MODULE].bytes, NULL, 0);
            hs_buffer_name(&p->name[NAME_MODULE].bytes, name);
            p->name[NAME_MODULE].count = 1;
        }
        bool binary = hs_parse_word(p, KW_BINARY);
        if (binary || hs_parse_word(p, KW_QUOTE)) {
            s = strings(p, !binary, in_parens, quotes, out, error);
            goto end;
        }
    }
    hs_parse_module(p);
    if (in_parens)
        hs_parse_close(p);
    if (!hs_parse_failed(p) && p->tk.kind != T_EOF)
        hs_parse_unexpected(p, "the end of the text");
    hs_parse_fields_annotations(p);
    if (p->tk.annotation) /* at the end of the text nobody else would look */
        hs_parse_misplaced(p);
    if (!hs_parse_failed(p))
        hs_assemble(p, out);
end:
    if (s == ST_OK && hs_parse_failed(p))
        s = error->status;
    deinit(p);
    return s;
}

enum status hs_text_parse_part(const char *text, size_t from, size_t to, bool script,
                               uint8_t **out_bytes, size_t *out_size, struct error *error)
{
    struct buffer out = {.max = HS_LIMIT_MODULE_SIZE};
    struct error own;
    hs_error_init(&own);
    struct parser *p = hs_calloc(1, sizeof *p);
    if (!p)
        return hs_error_set(error, ST_OOM, HS_NO_OFFSET, "out of memory");
    hs_lex_init(&p->lex, text, from, to, &own);
    enum status s = own.status != ST_OK ? own.status : parse(p, script, 0, &out, &own);
    hs_free(p);
    if (s == ST_OK && out.failed)
        s = hs_error_set(&own, ST_OOM, HS_NO_OFFSET, "out of memory");
    if (s != ST_OK) {
        if (error->status == ST_OK)
            *error = own;
        hs_buffer_deinit(&out);
        return s;
    }
    *out_bytes = out.data;
    *out_size = out.size;
    return ST_OK;
}

enum status hs_text_parse(const char *text, size_t size, uint8_t **out_bytes, size_t *out_size,
                          struct error *error)
{
    return hs_text_parse_part(text, 0, size, false, out_bytes, out_size, error);
}
