/* Reading options; the groups come from options.def. */
#include "cli.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void strings_add(struct strings *s, const char *text)
{
    s->data = realloc(s->data, (s->count + 1) * sizeof *s->data);
    if (!s->data) {
        fputs("hospes: out of memory\n", stderr);
        exit(EXIT_ERROR);
    }
    s->data[s->count++] = text;
}

void options_init(struct options *o)
{
    *o = (struct options){.config = wasm_config_new()};
    /* As a signed number -1: no limit but the library's own. */
    o->max_instances = o->max_memories = o->max_tables = o->max_memory = o->max_table = UINT64_MAX;
    if (!o->config) {
        fputs("hospes: out of memory\n", stderr);
        exit(EXIT_ERROR);
    }
}

enum kind { BOOL, SIZE, TIME, TEXT };

static bool read_bool(const char *s, bool *out)
{
    if (!*s || strcmp(s, "y") == 0 || strcmp(s, "yes") == 0 || strcmp(s, "true") == 0 ||
        strcmp(s, "1") == 0)
        return *out = true;
    if (strcmp(s, "n") == 0 || strcmp(s, "no") == 0 || strcmp(s, "false") == 0 ||
        strcmp(s, "0") == 0) {
        *out = false;
        return true;
    }
    return false;
}

static bool read_number(const char *s, char **end, uint64_t *out)
{
    if (*s < '0' || *s > '9')
        return false;
    errno = 0;
    *out = strtoull(s, end, 0);
    return errno == 0;
}

static bool read_size(const char *s, uint64_t *out)
{
    char *end;
    uint64_t n;
    unsigned shift = 0;
    if (!read_number(s, &end, &n))
        return false;
    switch (*end | 32) {
    case 'k': shift = 10; break;
    case 'm': shift = 20; break;
    case 'g': shift = 30; break;
    case 't': shift = 40; break;
    default: end--;
    }
    if (end[1] != 0 || (n << shift) >> shift != n)
        return false;
    *out = n << shift;
    return true;
}

static bool read_time(const char *s, uint64_t *out)
{
    char *end;
    uint64_t n, unit;
    if (!read_number(s, &end, &n))
        return false;
    if (*end == 0 || strcmp(end, "s") == 0)
        unit = 1000000000;
    else if (strcmp(end, "ms") == 0)
        unit = 1000000;
    else if (strcmp(end, "us") == 0)
        unit = 1000;
    else if (strcmp(end, "m") == 0 || strcmp(end, "min") == 0)
        unit = UINT64_C(60000000000);
    else
        return false;
    return !__builtin_mul_overflow(n, unit, out);
}

/* One KEY[=VALUE] of a group. */
static bool apply(struct options *o, char group, const char *key, const char *value)
{
    bool flag = false;
    uint64_t number = 0;
#define CONFIG(setter)      setter(o->config, flag)
#define CONFIG_SIZE(setter) setter(o->config, number)
#define FIELD(name)         o->name = (__typeof__(o->name))(number | flag)
#define NOTHING             (void)0
#define OPTION(g, text, kind, action, help)                                                        \
    if (group == #g[0] && strcmp(key, text) == 0) {                                                \
        bool ok = kind == BOOL   ? read_bool(value, &flag)                                         \
                  : kind == SIZE ? read_size(value, &number)                                       \
                                 : read_time(value, &number);                                      \
        if (!ok) {                                                                                 \
            complain("the value of `-%c %s` is `%s`; expected %s", group, key, value,              \
                     kind == BOOL   ? "y or n"                                                     \
                     : kind == SIZE ? "a number, which k, m or g may follow"                       \
                                    : "a time such as 500ms or 2s");                               \
            return false;                                                                          \
        }                                                                                          \
        action;                                                                                    \
        return true;                                                                               \
    }
#include "options.def"
    complain("`-%c %s` is not known; `hospes run --help` lists what is", group, key);
    return false;
}

static bool apply_group(struct options *o, char group, const char *text)
{
    char *copy = strdup(text), *rest = copy, *item;
    bool ok = copy != NULL;
    while (ok && (item = strsep(&rest, ",")) != NULL) {
        char *value = strchr(item, '=');
        if (value)
            *value++ = 0;
        ok = apply(o, group, item, value ? value : "");
    }
    free(copy);
    return ok;
}

/* The value of --name at argv[*i], from `--name=value` or the next argument; NULL if argv[*i] is
 * another option. */
static const char *value_of(const char *name, int argc, char **argv, int *i, bool *missing)
{
    size_t n = strlen(name);
    if (strncmp(argv[*i], name, n) != 0)
        return NULL;
    if (argv[*i][n] == '=')
        return argv[*i] + n + 1;
    if (argv[*i][n] != 0)
        return NULL;
    if (*i + 1 >= argc) {
        complain("`%s` needs a value", name);
        *missing = true;
        return NULL;
    }
    return argv[++*i];
}

int options_parse(struct options *o, const char *verb, unsigned accept, int argc, char **argv)
{
    int i = 1;
    for (; i < argc; i++) {
        const char *a = argv[i], *v;
        bool missing = false;
        if (a[0] != '-' || a[1] == 0)
            break;
        if (strcmp(a, "--") == 0) {
            i++;
            break;
        }
        if (strcmp(a, "-h") == 0 || strcmp(a, "--help") == 0) {
            print_help(verb);
            return -2;
        }
        if (strchr("WCODS", a[1]) && a[1]) {
            const char *text = a + 2;
            if (!*text) {
                if (++i >= argc) {
                    complain("`%s` needs a value", a);
                    return -1;
                }
                text = argv[i];
            }
            if (!apply_group(o, a[1], text))
                return -1;
            continue;
        }
        if (accept & ACCEPT_OUTPUT &&
            ((v = value_of("-o", argc, argv, &i, &missing)) ||
             (!missing && (v = value_of("--output", argc, argv, &i, &missing))))) {
            o->output = v;
            continue;
        }
        if (accept & ACCEPT_OBJDUMP) {
            if ((v = value_of("--func", argc, argv, &i, &missing))) {
                o->function = v;
                continue;
            }
            if (strcmp(a, "-d") == 0 || strcmp(a, "--disassemble") == 0) {
                o->machine_code = true;
                continue;
            }
            if (strcmp(a, "-w") == 0 || strcmp(a, "--wasm") == 0) {
                o->bytecode = true;
                continue;
            }
        }
        if (accept & ACCEPT_WAST) {
            if ((v = value_of("--ledger", argc, argv, &i, &missing))) {
                o->ledger = v;
                continue;
            }
            if (strcmp(a, "-v") == 0 || strcmp(a, "--verbose") == 0) {
                o->verbose = true;
                continue;
            }
        }
        if (accept & ACCEPT_RUN) {
            if ((v = value_of("--dir", argc, argv, &i, &missing))) {
                strings_add(&o->dirs, v);
                continue;
            }
            if (!missing && (v = value_of("--env", argc, argv, &i, &missing))) {
                strings_add(&o->envs, v);
                continue;
            }
            if (!missing && (v = value_of("--preload", argc, argv, &i, &missing))) {
                strings_add(&o->preloads, v);
                continue;
            }
            if (!missing && (v = value_of("--invoke", argc, argv, &i, &missing))) {
                o->invoke = v;
                continue;
            }
            if (!missing && (v = value_of("--argv0", argc, argv, &i, &missing))) {
                o->argv0 = v;
                continue;
            }
            if (strcmp(a, "--allow-precompiled") == 0) {
                o->allow_precompiled = true;
                continue;
            }
        }
        if (!missing)
            complain("the option `%s` is not known; `hospes %s --help` lists what is", a, verb);
        return -1;
    }
    return i;
}
