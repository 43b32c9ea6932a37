/*
 * A JSON parser (RFC 8259) with positions in its errors, a printer, and a query.
 *
 *   json FILE             prints it indented, keys as they come
 *   json FILE a.b[2].c    prints the value at that path
 *
 * Standard input is the file "-". Exit status 1 for a syntax error, 2 for a path to nowhere.
 */
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { J_NULL, J_FALSE, J_TRUE, J_NUMBER, J_STRING, J_ARRAY, J_OBJECT };

struct value {
    enum kind kind;
    double number;
    char *text;             /* of a string, UTF-8, terminated */
    struct member *members; /* of an array or object */
    size_t count, room;
};

struct member {
    char *key; /* NULL in an array */
    struct value value;
};

struct parser {
    const char *start, *at, *end;
    const char *error; /* the first one */
    int depth;
};

static void *checked(void *p)
{
    if (!p) {
        fprintf(stderr, "json: out of memory\n");
        exit(3);
    }
    return p;
}

static bool fail(struct parser *p, const char *why)
{
    if (!p->error)
        p->error = why;
    return false;
}

static int peek(struct parser *p)
{
    while (p->at < p->end && strchr(" \t\r\n", *p->at))
        p->at++;
    return p->at < p->end ? (unsigned char)*p->at : -1;
}

static bool hex4(struct parser *p, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++, p->at++) {
        if (p->at == p->end || !isxdigit((unsigned char)*p->at))
            return fail(p, "four hexadecimal digits expected");
        int c = tolower((unsigned char)*p->at);
        *out = *out * 16 + (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
}

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 63));
        *to++ = (char)(0x80 | (c & 63));
    } else {
        *to++ = (char)(0xf0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 63));
        *to++ = (char)(0x80 | (c >> 6 & 63));
        *to++ = (char)(0x80 | (c & 63));
    }
    return to;
}

static bool parse_string(struct parser *p, char **out)
{
    const char *close = ++p->at;
    while (close < p->end && *close != '"')
        close += *close == '\\' && close + 1 < p->end ? 2 : 1;
    /* An escape never takes fewer bytes than what it stands for. */
    char *text = checked(malloc((size_t)(close - p->at) + 1)), *to = text;
    *out = text;
    while (p->at < p->end && *p->at != '"') {
        unsigned char c = (unsigned char)*p->at++;
        if (c < 0x20) {
            p->at--;
            return fail(p, "a control character in a string");
        }
        if (c != '\\') {
            *to++ = (char)c;
            continue;
        }
        if (p->at == p->end)
            break;
        static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
        char escape = *p->at++;
        const char *simple = strchr(from, escape);
        uint32_t unit, low;
        if (simple && escape) {
            *to++ = into[simple - from];
        } else if (escape == 'u') {
            if (!hex4(p, &unit))
                return false;
            if (unit >= 0xd800 && unit < 0xdc00) {
                if (p->end - p->at < 6 || p->at[0] != '\\' || p->at[1] != 'u')
                    return fail(p, "half of a surrogate pair");
                p->at += 2;
                if (!hex4(p, &low) || low < 0xdc00 || low > 0xdfff)
                    return fail(p, "half of a surrogate pair");
                unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            }
            to = put_utf8(to, unit);
        } else {
            p->at--;
            return fail(p, "an escape that does not exist");
        }
    }
    if (p->at == p->end)
        return fail(p, "a string that does not end");
    p->at++;
    *to = 0;
    return true;
}

static bool digits(struct parser *p)
{
    if (p->at == p->end || !isdigit((unsigned char)*p->at))
        return fail(p, "a digit expected");
    while (p->at < p->end && isdigit((unsigned char)*p->at))
        p->at++;
    return true;
}

static bool parse_number(struct parser *p, double *out)
{
    const char *start = p->at;
    if (*p->at == '-')
        p->at++;
    if (p->at < p->end && *p->at == '0')
        p->at++;
    else if (!digits(p))
        return false;
    if (p->at < p->end && *p->at == '.') {
        p->at++;
        if (!digits(p))
            return false;
    }
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        p->at++;
        if (p->at < p->end && (*p->at == '+' || *p->at == '-'))
            p->at++;
        if (!digits(p))
            return false;
    }
    *out = strtod(start, NULL);
    return true;
}

static bool parse_value(struct parser *p, struct value *v);

static bool parse_members(struct parser *p, struct value *v, char close)
{
    p->at++;
    if (peek(p) == close) {
        p->at++;
        return true;
    }
    for (;;) {
        if (v->count == v->room) {
            v->room = v->room ? v->room * 2 : 4;
            v->members = checked(realloc(v->members, v->room * sizeof *v->members));
        }
        struct member *m = &v->members[v->count++];
        memset(m, 0, sizeof *m);
        if (v->kind == J_OBJECT) {
            if (peek(p) != '"')
                return fail(p, "a key expected");
            if (!parse_string(p, &m->key))
                return false;
            if (peek(p) != ':')
                return fail(p, "a colon expected");
            p->at++;
        }
        if (!parse_value(p, &m->value))
            return false;
        int c = peek(p);
        if (c != ',' && c != close)
            return fail(p, close == '}' ? "a comma or } expected" : "a comma or ] expected");
        p->at++;
        if (c == close)
            return true;
    }
}

static bool parse_value(struct parser *p, struct value *v)
{
    static const struct {
        const char *word;
        enum kind kind;
    } words[] = {{"null", J_NULL}, {"false", J_FALSE}, {"true", J_TRUE}};
    int c = peek(p);
    if (c == '"') {
        v->kind = J_STRING;
        return parse_string(p, &v->text);
    }
    if (c == '{' || c == '[') {
        if (++p->depth > 200)
            return fail(p, "nested too deeply");
        v->kind = c == '{' ? J_OBJECT : J_ARRAY;
        bool ok = parse_members(p, v, c == '{' ? '}' : ']');
        p->depth--;
        return ok;
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        v->kind = J_NUMBER;
        return parse_number(p, &v->number);
    }
    for (int i = 0; i < 3; i++) {
        size_t n = strlen(words[i].word);
        if ((size_t)(p->end - p->at) >= n && memcmp(p->at, words[i].word, n) == 0) {
            p->at += n;
            v->kind = words[i].kind;
            return true;
        }
    }
    return fail(p, c < 0 ? "a value expected, but the text ends" : "a value expected");
}

static void print_string(const char *s)
{
    putchar('"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c == '\n')
            printf("\\n");
        else if (c < 0x20)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void print(const struct value *v, int indent)
{
    switch (v->kind) {
    case J_NULL: printf("null"); break;
    case J_FALSE: printf("false"); break;
    case J_TRUE: printf("true"); break;
    case J_NUMBER:
        if (v->number == floor(v->number) && fabs(v->number) < 1e15)
            printf("%.0f", v->number);
        else
            printf("%.17g", v->number);
        break;
    case J_STRING: print_string(v->text); break;
    default:
        if (v->count == 0) {
            printf(v->kind == J_ARRAY ? "[]" : "{}");
            break;
        }
        printf(v->kind == J_ARRAY ? "[\n" : "{\n");
        for (size_t i = 0; i < v->count; i++) {
            printf("%*s", indent + 2, "");
            if (v->kind == J_OBJECT) {
                print_string(v->members[i].key);
                printf(": ");
            }
            print(&v->members[i].value, indent + 2);
            printf(i + 1 < v->count ? ",\n" : "\n");
        }
        printf("%*s%c", indent, "", v->kind == J_ARRAY ? ']' : '}');
    }
}

/* Follows a path like a.b[2]; NULL if it leads nowhere. The last of equal keys counts. */
static const struct value *walk(const struct value *v, const char *path)
{
    while (*path && v) {
        const struct value *next = NULL;
        if (*path == '[') {
            char *end;
            unsigned long index = strtoul(path + 1, &end, 10);
            if (*end != ']')
                return NULL;
            path = end + 1;
            if (v->kind == J_ARRAY && index < v->count)
                next = &v->members[index].value;
        } else {
            path += *path == '.';
            size_t n = strcspn(path, ".[");
            for (size_t i = 0; v->kind == J_OBJECT && i < v->count; i++)
                if (strlen(v->members[i].key) == n && memcmp(v->members[i].key, path, n) == 0)
                    next = &v->members[i].value;
            path += n;
        }
        v = next;
    }
    return v;
}

static void release(struct value *v)
{
    for (size_t i = 0; i < v->count; i++) {
        free(v->members[i].key);
        release(&v->members[i].value);
    }
    free(v->members);
    free(v->text);
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: json FILE [PATH]\n");
        return 2;
    }
    FILE *file = strcmp(argv[1], "-") == 0 ? stdin : fopen(argv[1], "rb");
    if (!file) {
        perror(argv[1]);
        return 2;
    }
    char *text = NULL;
    size_t size = 0;
    for (size_t n = 1; n > 0; size += n) {
        text = checked(realloc(text, size + 4097));
        n = fread(text + size, 1, 4096, file);
    }
    text[size] = 0;
    struct parser p = {.start = text, .at = text, .end = text + size};
    struct value root = {0};
    int status = 0;
    if (!parse_value(&p, &root) || (peek(&p) >= 0 && !fail(&p, "something after the end"))) {
        int line = 1, column = 1;
        for (const char *c = text; c < p.at; c++)
            line += *c == '\n', column = *c == '\n' ? 1 : column + 1;
        printf("line %d, column %d: %s\n", line, column, p.error);
        status = 1;
    } else {
        const struct value *found = argc > 2 ? walk(&root, argv[2]) : &root;
        if (found)
            print(found, 0), putchar('\n');
        else
            printf("nothing at %s\n", argv[2]), status = 2;
    }
    release(&root);
    free(text);
    return status;
}
