/* Identifiers, indices, names and annotations. See parser.h. */
#include "base/utf8.h"
#include "text/number.h"
#include "text/parser.h"
#include "text/words.h"
#include <stdio.h>

/* --- tokens and errors ------------------------------------------------------------------------ */

void hs_parse_sync(struct parser *p)
{
    if (p->lex.failed) {
        p->lex.pos = p->lex.end;
        p->has_next = false;
        p->tk =
            (struct token){.kind = T_EOF, .op = OP_COUNT, .start = p->lex.end, .end = p->lex.end};
    }
}

void hs_parse_fail(struct parser *p, const char *at, const char *format, ...)
{
    char message[160];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    hs_lex_fail(&p->lex, at, "%s", message);
    hs_parse_sync(p);
}

void hs_parse_unexpected(struct parser *p, const char *expected)
{
    hs_lex_unexpected(&p->lex, &p->tk, expected);
    hs_parse_sync(p);
}

void hs_parse_oom(struct parser *p)
{
    hs_lex_oom(&p->lex);
    hs_parse_sync(p);
}

/* --- symbols ---------------------------------------------------------------------------------- */

bool hs_symbols_init(struct parser *p)
{
    p->symbols_cap = 64;
    p->symbols = hs_calloc(p->symbols_cap, sizeof *p->symbols);
    p->seed = (uint64_t)(uintptr_t)p ^ (uint64_t)(uintptr_t)p->symbols
                                           << 20; /* not to be guessed by the text */
    return p->symbols != NULL;
}

static bool grow_symbols(struct parser *p)
{
    size_t cap = p->symbols_cap * 4;
    struct symbol **slots = hs_calloc(cap, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < p->symbols_cap; i++) {
        struct symbol *s = p->symbols[i];
        if (!s)
            continue;
        size_t k = s->hash & (cap - 1);
        while (slots[k])
            k = (k + 1) & (cap - 1);
        slots[k] = s;
    }
    hs_free(p->symbols);
    p->symbols = slots;
    p->symbols_cap = cap;
    return true;
}

struct symbol *hs_symbol_intern(struct parser *p, const struct token *id)
{
    struct span name = {(const uint8_t *)id->start + 1, (size_t)(id->end - id->start) - 1};
    bool quoted = name.data[0] == '"', escaped = quoted && !hs_lex_string_is_plain(id);
    if (quoted && !escaped) {
        name.data++;
        name.size -= 2;
    } else if (escaped) {
        p->str.size = 0;
        hs_lex_string(id, &p->str);
        if (p->str.failed) {
            hs_parse_oom(p);
            return NULL;
        }
        name = (struct span){p->str.data, p->str.size};
    }
    uint32_t hash = (uint32_t)hs_word_hash((const char *)name.data, name.size, p->seed);
    size_t k = hash & (p->symbols_cap - 1);
    for (struct symbol *s; (s = p->symbols[k]) != NULL; k = (k + 1) & (p->symbols_cap - 1))
        if (s->hash == hash && hs_span_equal(s->name, name))
            return s;
    if (p->nsymbols * 2 >= p->symbols_cap) {
        if (!grow_symbols(p)) {
            hs_parse_oom(p);
            return NULL;
        }
        k = hash & (p->symbols_cap - 1);
        while (p->symbols[k])
            k = (k + 1) & (p->symbols_cap - 1);
    }
    struct symbol *s = hs_arena_alloc(&p->arena, 1, sizeof *s);
    if (s && escaped)
        name.data = hs_arena_copy(&p->arena, name.data, name.size);
    if (!s || !name.data) {
        hs_parse_oom(p);
        return NULL;
    }
    *s = (struct symbol){.name = name, .hash = hash};
    memset(s->index, 0xff, sizeof s->index);
    p->symbols[k] = s;
    p->nsymbols++;
    return s;
}

static size_t field_slot(const struct parser *p, uint32_t type, const struct symbol *s)
{
    return (size_t)hs_hash_mix(type ^ p->seed, s->hash) & (p->fields_cap - 1);
}

uint32_t hs_symbol_field(const struct parser *p, uint32_t type, const struct symbol *s)
{
    if (!p->fields_cap)
        return NO_INDEX;
    for (size_t k = field_slot(p, type, s); p->fields[k].symbol; k = (k + 1) & (p->fields_cap - 1))
        if (p->fields[k].symbol == s && p->fields[k].type == type)
            return p->fields[k].field;
    return NO_INDEX;
}

bool hs_symbol_add_field(struct parser *p, uint32_t type, struct symbol *s, uint32_t field)
{
    if (hs_symbol_field(p, type, s) != NO_INDEX)
        return false;
    if (p->nfields * 2 >= p->fields_cap) {
        struct field_name *old = p->fields;
        size_t old_cap = p->fields_cap;
        p->fields_cap = old_cap ? old_cap * 4 : 64;
        p->fields = hs_calloc(p->fields_cap, sizeof *p->fields);
        if (!p->fields) {
            p->fields = old;
            p->fields_cap = old_cap;
            hs_parse_oom(p);
            return true;
        }
        for (size_t i = 0; i < old_cap; i++) {
            if (!old[i].symbol)
                continue;
            size_t k = field_slot(p, old[i].type, old[i].symbol);
            while (p->fields[k].symbol)
                k = (k + 1) & (p->fields_cap - 1);
            p->fields[k] = old[i];
        }
        hs_free(old);
    }
    size_t k = field_slot(p, type, s);
    while (p->fields[k].symbol)
        k = (k + 1) & (p->fields_cap - 1);
    p->fields[k] = (struct field_name){s, type, field};
    p->nfields++;
    return true;
}

/* --- indices and numbers ---------------------------------------------------------------------- */

struct symbol *hs_parse_id(struct parser *p)
{
    if (p->tk.kind != T_ID)
        return NULL;
    struct symbol *s = hs_symbol_intern(p, &p->tk);
    hs_parse_advance(p);
    return s;
}

bool hs_parse_at_index(const struct parser *p)
{
    return p->tk.kind == T_ID ||
           (p->tk.kind == T_NUMBER && *p->tk.start >= '0' && *p->tk.start <= '9');
}

uint64_t hs_parse_u64(struct parser *p, const char *expected)
{
    uint64_t x = 0;
    enum num n = p->tk.kind == T_NUMBER ? hs_num_nat(p->tk.start, p->tk.end, &x) : NUM_SYNTAX;
    if (n == NUM_SYNTAX)
        hs_parse_unexpected(p, expected);
    else if (n == NUM_RANGE)
        hs_parse_fail(p, p->tk.start, "i64 constant out of range");
    else
        hs_parse_advance(p);
    return x;
}

uint32_t hs_parse_u32(struct parser *p, const char *expected)
{
    uint64_t x = 0;
    enum num n = p->tk.kind == T_NUMBER ? hs_num_nat(p->tk.start, p->tk.end, &x) : NUM_SYNTAX;
    if (n == NUM_SYNTAX)
        hs_parse_unexpected(p, expected);
    else if (n == NUM_RANGE || x > UINT32_MAX)
        hs_parse_fail(p, p->tk.start, "i32 constant out of range");
    else
        hs_parse_advance(p);
    return (uint32_t)x;
}

uint32_t hs_parse_index(struct parser *p, enum space space)
{
    static const struct {
        const char *name, *expected;
    } words[SP_COUNT] = {
        {"type", "a type index"},
        {"function", "a function index"},
        {"table", "a table index"},
        {"memory", "a memory index"},
        {"global", "a global index"},
        {"tag", "a tag index"},
        {"elem segment", "an element segment index"},
        {"data segment", "a data segment index"},
    };
    if (p->tk.kind == T_ID) {
        struct symbol *s = hs_symbol_intern(p, &p->tk);
        uint32_t x = s ? s->index[space] : 0;
        if (x == NO_INDEX) {
            char text[80];
            hs_error_escape(text, sizeof text, s->name.data, s->name.size);
            hs_parse_fail(p, p->tk.start, "unknown %s $%s", words[space].name, text);
            return 0;
        }
        hs_parse_advance(p);
        return x;
    }
    return hs_parse_u32(p, words[space].expected);
}

/* --- names ------------------------------------------------------------------------------------ */

void hs_parse_name(struct parser *p, struct buffer *out)
{
    if (p->tk.kind != T_STRING) {
        hs_parse_unexpected(p, "a string");
        return;
    }
    p->str.size = 0;
    hs_lex_string(&p->tk, &p->str);
    if (p->str.failed)
        hs_parse_oom(p);
    else if (!hs_utf8_valid(p->str.data, p->str.size))
        hs_parse_fail(p, p->tk.start, "malformed UTF-8 encoding");
    else {
        hs_buffer_name(out, hs_buffer_span(&p->str));
        hs_parse_advance(p);
    }
}

void hs_name_add(struct section *names, uint32_t index, struct span name)
{
    hs_buffer_u(&names->bytes, index);
    hs_buffer_name(&names->bytes, name);
    names->count++;
}

/* --- annotations ------------------------------------------------------------------------------ */

void hs_parse_misplaced(struct parser *p)
{
    struct lexer sub = p->lex;
    sub.pos = p->tk.annotation;
    switch (hs_lex_annotation_id(&sub)) {
    case ANNOTATION_CUSTOM:
        hs_parse_fail(p, p->tk.annotation, "misplaced @custom annotation");
        break;
    case ANNOTATION_NAME: hs_parse_fail(p, p->tk.annotation, "misplaced @name annotation"); break;
    default:
        hs_parse_fail(p, p->tk.annotation,
                      "@metadata.code.branch_hint annotation: not in a function");
    }
}

/* The contents of a string of an annotation into p->str; `what` is said if the token is none,
 * `not_utf8` if it is given and the contents are not UTF-8. */
static bool string_into(struct parser *p, const struct token *t, const char *what,
                        const char *not_utf8)
{
    if (t->kind != T_STRING) {
        hs_parse_fail(p, t->start, "%s", what);
        return false;
    }
    p->str.size = 0;
    hs_lex_string(t, &p->str);
    if (p->str.failed) {
        hs_parse_oom(p);
        return false;
    }
    if (not_utf8 && !hs_utf8_valid(p->str.data, p->str.size)) {
        hs_parse_fail(p, t->start, "%s", not_utf8);
        return false;
    }
    return true;
}

/* The section a placement names, or PLACE_NONE. */
static int section_of_word(const struct token *t)
{
    if (t->kind != T_WORD)
        return PLACE_NONE;
    switch (t->keyword) {
    case KW_FIRST: return PLACE_FIRST;
    case KW_LAST: return PLACE_LAST;
    case KW_TYPE: return SEC_TYPE;
    case KW_IMPORT: return SEC_IMPORT;
    case KW_FUNC: return SEC_FUNC;
    case KW_TABLE: return SEC_TABLE;
    case KW_MEMORY: return SEC_MEMORY;
    case KW_GLOBAL: return SEC_GLOBAL;
    case KW_EXPORT: return SEC_EXPORT;
    case KW_START: return SEC_START;
    case KW_ELEM: return SEC_ELEM;
    case KW_CODE: return SEC_CODE;
    case KW_DATA: return SEC_DATA;
    case KW_DATACOUNT: return SEC_DATA_COUNT;
    case KW_TAG: return SEC_TAG;
    default: return PLACE_NONE;
    }
}

/* @custom "name" ((before|after) section)? string* ')', behind the id. */
static void custom_annotation(struct parser *p, struct lexer *sub)
{
    struct token t;
    struct custom_text c = {
        .before = PLACE_NONE, .after = PLACE_LAST, .start = p->custom_bytes.size};
    hs_lex(sub, &t);
    if (!string_into(p, &t, "@custom annotation: missing section name",
                     "@custom annotation: malformed UTF-8 encoding"))
        return;
    hs_buffer_name(&p->custom_bytes, hs_buffer_span(&p->str));
    hs_lex(sub, &t);
    if (t.kind == T_LPAR) {
        hs_lex(sub, &t);
        bool before = t.kind == T_WORD && t.keyword == KW_BEFORE,
             after = t.kind == T_WORD && t.keyword == KW_AFTER;
        if (!before && !after) {
            hs_parse_fail(p, t.start, "@custom annotation: malformed placement");
            return;
        }
        hs_lex(sub, &t);
        int section = section_of_word(&t);
        if (section == PLACE_NONE || section == (before ? PLACE_LAST : PLACE_FIRST)) {
            hs_parse_fail(p, t.start, "@custom annotation: malformed section kind");
            return;
        }
        c.before = before ? section : PLACE_NONE;
        c.after = before ? PLACE_NONE : section;
        hs_lex(sub, &t);
        if (t.kind != T_RPAR) {
            hs_parse_fail(p, t.start, "@custom annotation: unexpected token");
            return;
        }
        hs_lex(sub, &t);
    }
    for (; t.kind == T_STRING; hs_lex(sub, &t))
        hs_lex_string(&t, &p->custom_bytes);
    if (t.kind != T_RPAR) {
        hs_parse_fail(p, t.start, "@custom annotation: unexpected token");
        return;
    }
    c.size = p->custom_bytes.size - c.start;
    if (p->custom_bytes.failed || !hs_vec_push(&p->customs, c))
        hs_parse_oom(p);
}

/* Goes over the known annotations before the current token as long as they are of one kind; the
 * first of another kind is left to the token. `take` gets each, with the lexer behind its id,
 * and leaves it behind the closing parenthesis. */
static void each_annotation(struct parser *p, enum annotation kind,
                            void (*take)(struct parser *, struct lexer *))
{
    struct lexer sub = p->lex;
    const char *limit = p->tk.start;
    sub.pos = p->tk.annotation;
    while (!hs_parse_failed(p) && hs_lex_next_annotation(&sub, limit)) {
        const char *at = sub.pos;
        if (hs_lex_annotation_id(&sub) != kind) {
            p->tk.annotation = at;
            return;
        }
        take(p, &sub);
        if (sub.failed)
            p->lex.failed = true;
    }
    hs_parse_sync(p);
    p->tk.annotation = NULL;
}

void hs_parse_fields_annotations(struct parser *p)
{
    if (HS_UNLIKELY(p->tk.annotation != NULL))
        each_annotation(p, ANNOTATION_CUSTOM, custom_annotation);
}

static void name_annotation(struct parser *p, struct lexer *sub)
{
    struct token t;
    if (p->tmp.size) {
        hs_parse_fail(p, sub->pos, "@name annotation: multiple %s", p->naming);
        return;
    }
    hs_lex(sub, &t);
    if (!string_into(p, &t, "@name annotation: unexpected token",
                     "@name annotation: malformed UTF-8 encoding"))
        return;
    hs_buffer_byte(&p->tmp, 1); /* so that an empty name counts */
    hs_buffer_bytes(&p->tmp, p->str.data, p->str.size);
    hs_lex(sub, &t);
    if (t.kind != T_RPAR)
        hs_parse_fail(p, t.start, "@name annotation: unexpected token");
}

struct span hs_parse_name_annotation(struct parser *p, const struct symbol *id)
{
    struct span name = {NULL, 0};
    if (id)
        name = id->name;
    if (HS_UNLIKELY(p->tk.annotation != NULL)) {
        struct lexer sub = p->lex;
        sub.pos = p->tk.annotation;
        if (hs_lex_annotation_id(&sub) != ANNOTATION_NAME)
            return name; /* of the field's contents, or misplaced */
        p->tmp.size = 0;
        each_annotation(p, ANNOTATION_NAME, name_annotation);
        if (p->tmp.failed) {
            hs_parse_oom(p);
        } else if (!hs_parse_failed(p)) {
            const void *copy = hs_arena_copy(&p->arena, p->tmp.data + 1, p->tmp.size - 1);
            if (!copy)
                hs_parse_oom(p);
            else
                name = (struct span){copy, p->tmp.size - 1};
        }
        p->tmp.size = 0;
    }
    return name;
}

static void hint_annotation(struct parser *p, struct lexer *sub)
{
    struct token t;
    if (p->tmp.size) {
        hs_parse_fail(p, sub->pos, "@metadata.code.branch_hint annotation: duplicate annotation");
        return;
    }
    hs_lex(sub, &t);
    if (!string_into(p, &t, "@metadata.code.branch_hint annotation: unexpected token", NULL))
        return;
    if (p->str.size != 1 || p->str.data[0] > 1) {
        hs_parse_fail(p, t.start, "@metadata.code.branch_hint annotation: invalid value");
        return;
    }
    hs_buffer_byte(&p->tmp, p->str.data[0]);
    hs_lex(sub, &t);
    if (t.kind != T_RPAR)
        hs_parse_fail(p, t.start, "@metadata.code.branch_hint annotation: unexpected token");
}

uint8_t hs_parse_hint(struct parser *p)
{
    if (!p->in_func) {
        hs_parse_misplaced(p);
        return NO_HINT;
    }
    p->tmp.size = 0;
    each_annotation(p, ANNOTATION_HINT, hint_annotation);
    uint8_t hint = p->tmp.size && !p->tmp.failed ? p->tmp.data[0] : NO_HINT;
    p->tmp.size = 0;
    return hint;
}
