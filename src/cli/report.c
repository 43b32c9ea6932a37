/* Complaints in Wasmtime's form. The library renders a chain of causes as text: the outermost
 * line, and under "Caused by:" the others, indented by four spaces when there is one and
 * numbered when there are several. The program puts its own contexts before them and numbers
 * all. */
#include "cli.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("Error: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return EXIT_USAGE;
}

struct chain {
    char *links[32];
    size_t count;
};

static void chain_add(struct chain *c, const char *text, size_t size)
{
    while (size && text[size - 1] == '\n')
        size--;
    if (c->count < sizeof c->links / sizeof *c->links)
        c->links[c->count++] = strndup(text, size);
}

/* Takes a rendered chain apart again. */
static void chain_split(struct chain *c, const char *text)
{
    static const char caused[] = "\n\nCaused by:\n";
    const char *causes = strstr(text, caused);
    chain_add(c, text, causes ? (size_t)(causes - text) : strlen(text));
    if (!causes)
        return;
    causes += sizeof caused - 1;
    if (strncmp(causes, "    0: ", 7) != 0) {
        chain_add(c, causes + (strncmp(causes, "    ", 4) == 0 ? 4 : 0),
                  strlen(causes) - (strncmp(causes, "    ", 4) == 0 ? 4 : 0));
        return;
    }
    for (unsigned n = 0; *causes; n++) {
        char next[32];
        snprintf(next, sizeof next, "\n%5u: ", n + 1);
        const char *end = strstr(causes, next);
        if (!end)
            end = causes + strlen(causes);
        chain_add(c, causes + 7, (size_t)(end - causes) - 7);
        causes = *end ? end + 1 : end;
    }
}

static void print_chain(const struct chain *c)
{
    fprintf(stderr, "Error: %s\n", c->links[0]);
    if (c->count > 1)
        fputs("\nCaused by:\n", stderr);
    for (size_t i = 1; i < c->count; i++) {
        if (c->count == 2)
            fputs("    ", stderr);
        else
            fprintf(stderr, "%5zu: ", i - 1);
        for (const char *p = c->links[i]; *p; p++) {
            fputc(*p, stderr);
            if (*p == '\n')
                fputs(c->count == 2 ? "    " : "       ", stderr);
        }
        fputc('\n', stderr);
    }
}

static void report(const char *context, const char *context2, const char *text)
{
    struct chain c = {.count = 0};
    if (context)
        chain_add(&c, context, strlen(context));
    if (context2)
        chain_add(&c, context2, strlen(context2));
    chain_split(&c, text);
    print_chain(&c);
    for (size_t i = 0; i < c.count; i++)
        free(c.links[i]);
}

int report_error(const char *context, const char *context2, wasmtime_error_t *error)
{
    wasm_byte_vec_t message;
    wasmtime_error_message(error, &message);
    char *text = strndup(message.data, message.size);
    report(context, context2, text ? text : "out of memory");
    free(text);
    wasm_byte_vec_delete(&message);
    wasmtime_error_delete(error);
    return EXIT_ERROR;
}

int report_trap(const char *context, const char *context2, wasm_trap_t *trap)
{
    wasm_message_t message;
    wasm_trap_message(trap, &message);
    report(context, context2, message.data);
    wasm_byte_vec_delete(&message);
    wasm_trap_delete(trap);
    return EXIT_TRAP;
}
