/* See lexer.h. */
#include "text/lexer.h"
#include "base/utf8.h"
#include "text/number.h"
#include "text/words.h"
#include <stdio.h>

enum class { BAD, SPACE, IDCHAR, OPEN, CLOSE, QUOTE, SEMICOLON, PUNCTUATION };

/* The classes of characters; everything else is illegal outside of strings and comments. */
static const uint8_t class_of[256] = {
    ['\t'] = SPACE,      ['\n'] = SPACE,         ['\r'] = SPACE,         [' '] = SPACE,
    ['('] = OPEN,        [')'] = CLOSE,          ['"'] = QUOTE,          [';'] = SEMICOLON,
    [','] = PUNCTUATION, ['['] = PUNCTUATION,    [']'] = PUNCTUATION,    ['{'] = PUNCTUATION,
    ['}'] = PUNCTUATION, ['0' ... '9'] = IDCHAR, ['A' ... 'Z'] = IDCHAR, ['a' ... 'z'] = IDCHAR,
    ['!'] = IDCHAR,      ['#'] = IDCHAR,         ['$'] = IDCHAR,         ['%'] = IDCHAR,
    ['&'] = IDCHAR,      ['\''] = IDCHAR,        ['*'] = IDCHAR,         ['+'] = IDCHAR,
    ['-'] = IDCHAR,      ['.'] = IDCHAR,         ['/'] = IDCHAR,         [':'] = IDCHAR,
    ['<'] = IDCHAR,      ['='] = IDCHAR,         ['>'] = IDCHAR,         ['?'] = IDCHAR,
    ['@'] = IDCHAR,      ['\\'] = IDCHAR,        ['^'] = IDCHAR,         ['_'] = IDCHAR,
    ['`'] = IDCHAR,      ['|'] = IDCHAR,         ['~'] = IDCHAR,
};

static inline enum class class_at(const char *p)
{
    return (enum class)class_of[(uint8_t)*p];
}

/* --- errors ----------------------------------------------------------------------------------- */

enum { EXCERPT = 100 }; /* characters of the line that are shown */

static void fail_at(struct lexer *l, const char *at, enum status status, const char *format,
                    va_list args)
{
    if (!l->failed && l->error) {
        struct error *e = l->error;
        uint32_t line = 1;
        const char *start = l->text;
        for (const char *p = l->text; p < at; p++)
            if (*p == '\n') {
                line++;
                start = p + 1;
            }
        const char *end = at;
        while (end < l->end && *end != '\n' && *end != '\r')
            end++;
        uint32_t column = 1;
        for (const char *p = start; p < at; p++)
            column += ((uint8_t)*p & 0xc0) != 0x80;
        const char *from = at - start > EXCERPT - 30 ? at - (EXCERPT - 30) : start;
        while (from > start && from < end && ((uint8_t)*from & 0xc0) == 0x80)
            from--;
        char shown[EXCERPT + 1], blank[EXCERPT + 1];
        int n = 0, caret = 0;
        for (const char *p = from; p < end && n < EXCERPT - 4; p++) {
            if (p < at && ((uint8_t)*p & 0xc0) != 0x80)
                blank[caret++] = *p == '\t' ? '\t' : ' ';
            shown[n++] = (uint8_t)*p < 0x20 && *p != '\t' ? '?' : *p == 0x7f ? '?' : *p;
        }
        while (n > 0 && !hs_utf8_valid((const uint8_t *)shown, (size_t)n))
            n--;
        char message[HS_ERROR_TEXT];
        vsnprintf(message, sizeof message, format, args);
        bool first = e->status == ST_OK;
        hs_error_set(e, status, HS_NO_OFFSET,
                     "%.200s\n  at line %u, column %u\n    %s%.*s\n    %s%.*s^", message, line,
                     column, from > start ? "..." : "", n, shown, from > start ? "   " : "", caret,
                     blank);
        if (first) {
            e->line = line;
            e->column = column;
        }
    }
    l->failed = true;
    l->pos = l->end;
}

void hs_lex_fail_status(struct lexer *l, const char *at, enum status status, const char *format,
                        ...)
{
    va_list args;
    va_start(args, format);
    fail_at(l, at, status, format, args);
    va_end(args);
}

void hs_lex_fail(struct lexer *l, const char *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_at(l, at, ST_MALFORMED, format, args);
    va_end(args);
}

void hs_lex_oom(struct lexer *l)
{
    if (!l->failed && l->error)
        hs_error_set(l->error, ST_OOM, HS_NO_OFFSET, "out of memory");
    l->failed = true;
    l->pos = l->end;
}

void hs_lex_unexpected(struct lexer *l, const struct token *t, const char *expected)
{
    char text[64];
    uint64_t bits;
    hs_error_escape(text, sizeof text, t->start, (uint64_t)(t->end - t->start));
    bool unknown = t->kind == T_RESERVED ||
                   (t->kind == T_NUMBER && hs_num_float(t->start, t->end, 64, &bits) == NUM_SYNTAX);
    const char *comma = expected ? ", expected " : "";
    if (unknown)
        hs_lex_fail(l, t->start, "unknown operator %s%s%s", text, comma, expected ? expected : "");
    else if (t->kind == T_EOF)
        hs_lex_fail(l, t->start, "unexpected token: end of the text%s%s", comma,
                    expected ? expected : "");
    else
        hs_lex_fail(l, t->start, "unexpected token %s%s%s", text, comma, expected ? expected : "");
}

/* --- pieces ----------------------------------------------------------------------------------- */

void hs_lex_init(struct lexer *l, const char *text, size_t from, size_t to, struct error *error)
{
    *l = (struct lexer){.text = text, .pos = text + from, .end = text + to, .error = error};
    if (hs_utf8_valid((const uint8_t *)text + from, to - from))
        return;
    while (from < to) { /* over the longest valid beginning, a character at a time */
        size_t n = 1;
        while (n <= 4 && from + n <= to && !hs_utf8_valid((const uint8_t *)text + from, n))
            n++;
        if (n > 4 || from + n > to)
            break;
        from += n;
    }
    hs_lex_fail(l, text + from, "malformed UTF-8 encoding");
}

/* From behind "(;" to behind the matching ";)". */
static const char *block_comment(struct lexer *l, const char *start)
{
    const char *p = start + 2;
    for (size_t depth = 1; p < l->end; p++) {
        if (p + 1 == l->end)
            break;
        if (p[0] == '(' && p[1] == ';') {
            depth++;
            p++;
        } else if (p[0] == ';' && p[1] == ')') {
            p++;
            if (--depth == 0)
                return p + 1;
        }
    }
    hs_lex_fail(l, start, "unclosed comment");
    return l->end;
}

static const char *line_comment(const struct lexer *l, const char *p)
{
    while (p < l->end && *p != '\n' && *p != '\r')
        p++;
    return p;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* \u{...}, p at the brace; the scalar value, or -1. *out_end is behind the closing brace. */
static int64_t unicode_escape(const char *p, const char *end, const char **out_end)
{
    int64_t x = 0;
    if (p == end || *p != '{' || ++p == end || hex_digit(*p) < 0)
        return -1;
    for (; p < end && *p != '}'; p++) {
        if (*p == '_' && p + 1 < end && p[-1] != '_' && p[-1] != '{')
            p++;
        int d = hex_digit(*p);
        if (d < 0 || x >= 0x110000)
            return -1;
        x = x * 16 + d;
    }
    if (p == end || x >= 0x110000 || (x >= 0xd800 && x < 0xe000))
        return -1;
    *out_end = p + 1;
    return x;
}

/* From the opening quote to behind the closing one; NULL after an error. */
static const char *string(struct lexer *l, const char *start)
{
    const char *p = start + 1;
    for (;;) {
        if (p >= l->end) {
            hs_lex_fail(l, start, "unclosed string");
            return NULL;
        }
        uint8_t c = (uint8_t)*p++;
        if (c == '"')
            return p;
        if (c < 0x20 || c == 0x7f) {
            if (c == '\n' || c == '\r')
                hs_lex_fail(l, start, "unclosed string");
            else
                hs_lex_fail(l, p - 1, "illegal control character in string");
            return NULL;
        }
        if (c != '\\')
            continue;
        if (p >= l->end) {
            hs_lex_fail(l, start, "unclosed string");
            return NULL;
        }
        c = (uint8_t)*p++;
        if (c == 't' || c == 'n' || c == 'r' || c == '"' || c == '\'' || c == '\\')
            continue;
        if (c == 'u') {
            if (unicode_escape(p, l->end, &p) >= 0)
                continue;
        } else if (hex_digit((char)c) >= 0 && p < l->end && hex_digit(*p) >= 0) {
            p++;
            continue;
        }
        hs_lex_fail(l, p - 2, "illegal escape in string");
        return NULL;
    }
}

bool hs_lex_string_is_plain(const struct token *t)
{
    return memchr(t->start, '\\', (size_t)(t->end - t->start)) == NULL;
}

void hs_lex_string(const struct token *t, struct buffer *out)
{
    const char *p = t->start + (*t->start == '$') + 1, *end = t->end - 1;
    while (p < end) {
        const char *plain = p;
        while (p < end && *p != '\\')
            p++;
        hs_buffer_bytes(out, plain, (size_t)(p - plain));
        if (p >= end)
            break;
        p++;
        char c = *p++;
        switch (c) {
        case 't': hs_buffer_byte(out, '\t'); break;
        case 'n': hs_buffer_byte(out, '\n'); break;
        case 'r': hs_buffer_byte(out, '\r'); break;
        case '"':
        case '\'':
        case '\\': hs_buffer_byte(out, (uint8_t)c); break;
        case 'u': {
            uint8_t utf8[4];
            hs_buffer_bytes(out, utf8,
                            (size_t)hs_utf8_write(utf8, (uint32_t)unicode_escape(p, end, &p)));
            break;
        }
        default: hs_buffer_byte(out, (uint8_t)(hex_digit(c) << 4 | hex_digit(*p))); p++;
        }
    }
}

/* --- annotations ------------------------------------------------------------------------------ */

enum annotation hs_lex_annotation_id(struct lexer *l)
{
    static const struct {
        const char *name;
        enum annotation kind;
    } known[] = {{"custom", ANNOTATION_CUSTOM},
                 {"name", ANNOTATION_NAME},
                 {"metadata.code.branch_hint", ANNOTATION_HINT}};
    const char *open = l->pos, *id = open + 2, *p = id;
    if (p < l->end && *p == '"') {
        const char *q = p + 1;
        while (q < l->end && (uint8_t)*q >= 0x20 && *q != '"')
            q += *q == '\\' ? 2 : 1;
        if (q >= l->end || *q != '"' || q == p + 1) {
            hs_lex_fail(l, open, "empty annotation id");
            return 0;
        }
        p = string(l, p);
        if (!p)
            return 0;
        struct token t = {.start = id, .end = p};
        struct buffer name = {.max = HS_LIMIT_MODULE_SIZE};
        hs_lex_string(&t, &name);
        bool valid = hs_utf8_valid(name.data, name.size), failed = name.failed;
        hs_buffer_deinit(&name);
        if (failed || !valid) {
            if (failed)
                hs_lex_oom(l);
            else
                hs_lex_fail(l, open, "malformed UTF-8 encoding");
            return 0;
        }
    } else {
        while (p < l->end && class_at(p) == IDCHAR)
            p++;
        if (p == id) {
            hs_lex_fail(l, open, "empty annotation id");
            return 0;
        }
    }
    l->pos = p;
    for (size_t i = 0; i < HS_ARRAY_SIZE(known); i++)
        if (strlen(known[i].name) == (size_t)(p - id) &&
            memcmp(id, known[i].name, (size_t)(p - id)) == 0)
            return known[i].kind;
    return 0;
}

void hs_lex_skip_annotation(struct lexer *l)
{
    const char *open = l->pos, *p = open;
    for (size_t depth = 1; depth;) {
        if (p >= l->end) {
            hs_lex_fail(l, open, "unclosed annotation");
            return;
        }
        switch (class_at(p)) {
        case SPACE:
        case IDCHAR:
        case PUNCTUATION: p++; break;
        case CLOSE:
            depth--;
            p++;
            break;
        case OPEN:
            if (p + 1 < l->end && p[1] == ';') {
                p = block_comment(l, p);
                if (l->failed)
                    return;
            } else {
                depth++;
                p++;
            }
            break;
        case SEMICOLON: p = p + 1 < l->end && p[1] == ';' ? line_comment(l, p) : p + 1; break;
        case QUOTE:
            p = string(l, p);
            if (!p)
                return;
            break;
        case BAD: hs_lex_fail(l, p, "illegal character"); return;
        }
    }
    l->pos = p;
}

bool hs_lex_next_annotation(struct lexer *l, const char *limit)
{
    while (l->pos < limit) {
        const char *p = l->pos;
        enum class c = class_at(p);
        if (c == SPACE) {
            l->pos++;
        } else if (c == SEMICOLON) {
            l->pos = line_comment(l, p);
        } else if (c == OPEN && p + 1 < limit && p[1] == ';') {
            l->pos = block_comment(l, p);
        } else if (c == OPEN && p + 1 < limit && p[1] == '@') {
            if (hs_lex_annotation_id(l)) {
                l->pos = p;
                return !l->failed;
            }
            if (!l->failed)
                hs_lex_skip_annotation(l);
        } else {
            break;
        }
    }
    return false;
}

/* --- tokens ----------------------------------------------------------------------------------- */

/* A run that goes on after its token: "a"b, 0"a", x{. All of it is one meaningless token. */
static const char *reserved(struct lexer *l, const char *p)
{
    while (p < l->end) {
        switch (class_at(p)) {
        case IDCHAR:
        case PUNCTUATION: p++; continue;
        case QUOTE:
            p = string(l, p);
            if (!p)
                return l->end;
            continue;
        default: return p;
        }
    }
    return p;
}

static inline bool goes_on(const struct lexer *l, const char *p)
{
    if (p >= l->end)
        return false;
    enum class c = class_at(p);
    return c == QUOTE || c == IDCHAR || c == PUNCTUATION;
}

static void identifier(struct lexer *l, struct token *t)
{
    const char *p = t->start + 1;
    t->kind = T_ID;
    if (p < l->end && *p == '"') {
        const char *q =
            p + 1; /* a raw control character or nothing between the quotes: no identifier at all */
        while (q < l->end && (uint8_t)*q >= 0x20 && *q != '"')
            q += *q == '\\' ? 2 : 1;
        if (q >= l->end || *q != '"' || q == p + 1) {
            hs_lex_fail(l, t->start, "empty identifier");
            return;
        }
        p = string(l, p);
        if (!p)
            return;
        struct token quoted = {.start = t->start, .end = p};
        struct buffer name = {.max = HS_LIMIT_MODULE_SIZE};
        hs_lex_string(&quoted, &name);
        bool valid = hs_utf8_valid(name.data, name.size), failed = name.failed;
        hs_buffer_deinit(&name);
        if (failed || !valid) {
            if (failed)
                hs_lex_oom(l);
            else
                hs_lex_fail(l, t->start, "malformed UTF-8 encoding");
            return;
        }
    } else {
        while (p < l->end && class_at(p) == IDCHAR)
            p++;
        if (p == t->start + 1) {
            hs_lex_fail(l, t->start, "empty identifier");
            return;
        }
    }
    t->end = l->pos = p;
}

void hs_lex(struct lexer *l, struct token *t)
{
    const char *p = l->pos;
    t->annotation = NULL;
    t->keyword = KW_NO_KEYWORD;
    t->op = OP_COUNT;
    for (;;) {
        if (p >= l->end)
            break;
        t->start = p;
        switch (class_at(p)) {
        case SPACE: p++; continue;
        case CLOSE:
            t->kind = T_RPAR;
            t->end = l->pos = p + 1;
            return;
        case OPEN:
            if (p + 1 < l->end && p[1] == ';') {
                p = block_comment(l, p);
                continue;
            }
            if (p + 1 < l->end && p[1] == '@') {
                l->pos = p;
                if (hs_lex_annotation_id(l) && !t->annotation)
                    t->annotation = p;
                if (!l->failed)
                    hs_lex_skip_annotation(l);
                p = l->pos;
                continue;
            }
            t->kind = T_LPAR;
            t->end = l->pos = p + 1;
            return;
        case SEMICOLON:
            if (p + 1 < l->end && p[1] == ';') {
                p = line_comment(l, p);
                continue;
            }
            t->kind = T_RESERVED;
            t->end = l->pos = p + 1;
            return;
        case QUOTE: {
            const char *q = string(l, p);
            if (!q) {
                p = l->end;
                continue;
            }
            t->kind = T_STRING;
            if (HS_UNLIKELY(goes_on(l, q))) {
                t->kind = T_RESERVED;
                q = reserved(l, q);
            }
            t->end = l->pos = q;
            return;
        }
        case IDCHAR: {
            if (*p == '$') {
                identifier(l, t);
                if (l->failed) {
                    p = l->end;
                    continue;
                }
                p = l->pos;
            } else {
                const char *start = p++;
                while (p < l->end && class_at(p) == IDCHAR)
                    p++;
                size_t n = (size_t)(p - start);
                char c = *start;
                if (c >= 'a' && c <= 'z') {
                    if (HS_LIKELY(hs_word_find(start, n, &t->op, &t->keyword)))
                        t->kind = T_WORD;
                    else if ((n == 3 &&
                              (memcmp(start, "nan", 3) == 0 || memcmp(start, "inf", 3) == 0)) ||
                             (n > 6 && memcmp(start, "nan:0x", 6) == 0))
                        t->kind = T_NUMBER;
                    else
                        t->kind = T_RESERVED;
                } else {
                    t->kind =
                        (c >= '0' && c <= '9') || c == '+' || c == '-' ? T_NUMBER : T_RESERVED;
                }
            }
            if (HS_UNLIKELY(goes_on(l, p))) {
                t->kind = T_RESERVED;
                p = reserved(l, p);
            }
            t->end = l->pos = p;
            return;
        }
        case PUNCTUATION:
            t->kind = T_RESERVED;
            t->end = l->pos = reserved(l, p);
            return;
        case BAD:
            hs_lex_fail(l, p, "illegal character");
            p = l->end;
            continue;
        }
    }
    l->pos = l->end;
    t->kind = T_EOF;
    t->start = t->end = l->end;
}

/* What the fast skip has to look at: parentheses, strings and comments. */
static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++)
        if (*p == '\\')
            p++;
    return p < end ? p + 1 : end;
}

bool hs_lex_skip_group_seeking(struct lexer *l, const char *word, size_t size)
{
    const char *p = l->pos, *end = l->end;
    bool found = false;
    for (size_t depth = 1; depth && p < end;) {
        enum class c = class_at(p);
        if (c == IDCHAR || c == SPACE) {
            p++;
        } else if (c == OPEN) {
            if (p + 1 < end && p[1] == ';') {
                size_t comments = 0;
                do {
                    if (p + 1 >= end) {
                        p = end;
                        break;
                    }
                    if (p[0] == '(' && p[1] == ';') {
                        comments++;
                        p += 2;
                    } else if (p[0] == ';' && p[1] == ')') {
                        comments--;
                        p += 2;
                    } else {
                        p++;
                    }
                } while (comments);
            } else {
                p++;
                if (depth == 1 && size) {
                    struct lexer ahead = *l;
                    struct token t;
                    ahead.pos = p;
                    ahead.error = NULL;
                    hs_lex(&ahead, &t);
                    found |= t.kind == T_WORD && (size_t)(t.end - t.start) == size &&
                             memcmp(t.start, word, size) == 0;
                }
                depth++;
            }
        } else if (c == CLOSE) {
            depth--;
            p++;
        } else if (c == QUOTE) {
            p = skip_string(p, end);
        } else if (c == SEMICOLON && p + 1 < end && p[1] == ';') {
            p = line_comment(l, p);
        } else {
            p++;
        }
    }
    l->pos = p;
    return found;
}

void hs_lex_skip_group(struct lexer *l)
{
    hs_lex_skip_group_seeking(l, NULL, 0);
}
