/* Parses JSON into a tree out of an arena and writes it again: branches, recursion, digits. */
#include "bench.h"

enum kind { NUL, BOOL, NUMBER, STRING, ARRAY, OBJECT };

struct value {
    enum kind kind;
    double number;
    const char *text; /* of a string, borrowed from the input */
    size_t length;
    const char *key; /* when a member of an object */
    size_t key_length;
    struct value *first, *next;
};

static char *arena, *arena_at;
static const char *cursor;

static struct value *make(enum kind kind)
{
    struct value *v = (struct value *)arena_at;
    arena_at += sizeof *v;
    memset(v, 0, sizeof *v);
    v->kind = kind;
    return v;
}

static void blank(void)
{
    while (*cursor == ' ' || *cursor == '\n' || *cursor == '\t')
        cursor++;
}

static const char *string(size_t *length)
{
    const char *start = ++cursor;
    while (*cursor != '"')
        cursor += *cursor == '\\' ? 2 : 1;
    *length = (size_t)(cursor - start);
    cursor++;
    return start;
}

static struct value *parse(void)
{
    blank();
    char c = *cursor;
    if (c == '"') {
        struct value *v = make(STRING);
        v->text = string(&v->length);
        return v;
    }
    if (c == '{' || c == '[') {
        struct value *v = make(c == '{' ? OBJECT : ARRAY), **tail = &v->first;
        char end = c == '{' ? '}' : ']';
        cursor++;
        for (blank(); *cursor != end; blank()) {
            const char *key = NULL;
            size_t length = 0;
            if (c == '{') {
                key = string(&length);
                blank();
                cursor++; /* the colon */
            }
            *tail = parse();
            (*tail)->key = key;
            (*tail)->key_length = length;
            tail = &(*tail)->next;
            blank();
            if (*cursor == ',')
                cursor++;
        }
        cursor++;
        return v;
    }
    if (c == 't' || c == 'f' || c == 'n') {
        struct value *v = make(c == 'n' ? NUL : BOOL);
        v->number = c == 't';
        cursor += c == 'f' ? 5 : 4;
        return v;
    }
    struct value *v = make(NUMBER);
    bool negative = c == '-';
    cursor += negative;
    double number = 0, scale = 1;
    for (; *cursor >= '0' && *cursor <= '9'; cursor++)
        number = number * 10 + (*cursor - '0');
    if (*cursor == '.')
        for (cursor++; *cursor >= '0' && *cursor <= '9'; cursor++)
            number = number * 10 + (*cursor - '0'), scale *= 10;
    v->number = (negative ? -number : number) / scale;
    return v;
}

static char *put(char *p, const char *text, size_t length)
{
    memcpy(p, text, length);
    return p + length;
}

static char *put_number(char *p, double number)
{
    int64_t n = (int64_t)(number * 100 + (number < 0 ? -0.5 : 0.5));
    char digits[24];
    int count = 0;
    if (n < 0) {
        *p++ = '-';
        n = -n;
    }
    do {
        digits[count++] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0 || count < 3);
    while (count > 0) {
        if (count == 2)
            *p++ = '.';
        *p++ = digits[--count];
    }
    return p;
}

static char *print(const struct value *v, char *p)
{
    switch (v->kind) {
    case NUL: return put(p, "null", 4);
    case BOOL: return v->number != 0 ? put(p, "true", 4) : put(p, "false", 5);
    case NUMBER: return put_number(p, v->number);
    case STRING:
        *p++ = '"';
        p = put(p, v->text, v->length);
        *p++ = '"';
        return p;
    default:
        *p++ = v->kind == OBJECT ? '{' : '[';
        for (const struct value *e = v->first; e; e = e->next) {
            if (v->kind == OBJECT) {
                *p++ = '"';
                p = put(p, e->key, e->key_length);
                p = put(p, "\":", 2);
            }
            p = print(e, p);
            if (e->next)
                *p++ = ',';
        }
        *p++ = v->kind == OBJECT ? '}' : ']';
        return p;
    }
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 60);
    char *input = bench_alloc(1, 600000), *output = bench_alloc(1, 600000), *p = input;
    arena = bench_alloc(1, 8 << 20);
    uint32_t seed = 23;
    *p++ = '[';
    for (int i = 0; i < 4000; i++)
        p += sprintf(p,
                     "%s\n{\"id\": %d, \"name\": \"item \\\"%u\\\"\", \"price\": %u.%02u, "
                     "\"tags\": [\"a%u\", null, true, -%u], \"in\": {\"x\": %u, \"y\": false}}",
                     i ? "," : "", i, bench_random(&seed) % 10000, bench_random(&seed) % 1000,
                     bench_random(&seed) % 100, bench_random(&seed) % 50,
                     bench_random(&seed) % 5000, bench_random(&seed));
    strcpy(p, "]");
    uint64_t hash = BENCH_HASH;
    for (uint32_t round = 0; round < rounds; round++) {
        arena_at = arena;
        cursor = input;
        struct value *v = parse();
        size_t n = (size_t)(print(v, output) - output);
        for (size_t i = round % 13; i < n; i += 13)
            hash = bench_mix(hash, (uint8_t)output[i]);
    }
    return bench_report("json", hash);
}
