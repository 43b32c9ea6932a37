/*
 * A small Lisp: numbers, symbols, strings, pairs, closures, proper tail calls in `if`, `cond`,
 * `begin` and calls, and a mark-and-sweep collector with precise roots.
 *
 *   lisp FILE…            lisp -      from standard input
 *
 * Every value is a cell. Roots are kept by hand: what must survive an allocation is pushed to the
 * root stack and popped again (the KEEP and DROP below), so the collector needs no help of the C
 * stack, which a WebAssembly guest could not scan anyway. Exit status 1 after an error in the
 * program, with a message that names what was wrong.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum tag { T_FREE, T_NIL, T_NUMBER, T_SYMBOL, T_STRING, T_PAIR, T_BUILTIN, T_CLOSURE, T_TRUE };

struct cell {
    uint8_t tag;
    bool marked;
    union {
        int64_t number;
        char *text; /* of symbols (kept for ever) and strings (owned) */
        struct {
            struct cell *head, *tail;
        };
        struct {
            struct cell *code, *scope; /* ((parameters) body…), and where it was made */
        };
        struct cell *(*builtin)(struct cell *args);
    };
};

enum { CELLS = 20000, ROOTS = 20000 };
static struct cell heap[CELLS];
static struct cell *free_list;
static struct cell *roots[ROOTS];
static int root_count;
static long collections, allocated;

static struct cell nil_cell = {.tag = T_NIL}, true_cell = {.tag = T_TRUE};
#define NIL  (&nil_cell)
#define TRUE (&true_cell)

static struct cell *symbols = NIL; /* a list of all symbols */
static struct cell *globals;       /* the outermost scope */
static struct cell *s_quote, *s_if, *s_define, *s_lambda, *s_begin, *s_let, *s_cond, *s_else,
    *s_set;

static void die(const char *why, const char *what)
{
    fflush(stdout);
    printf("error: %s%s%s\n", why, what ? ": " : "", what ? what : "");
    exit(1);
}

/* --- memory ----------------------------------------------------------------------------------- */

static struct cell *KEEP(struct cell *c)
{
    if (root_count == ROOTS)
        die("the recursion is too deep", NULL);
    return roots[root_count++] = c;
}

static void DROP(int count)
{
    root_count -= count;
}

static void mark(struct cell *c)
{
    while (!c->marked && c->tag != T_NIL && c->tag != T_TRUE) {
        c->marked = true;
        if (c->tag != T_PAIR && c->tag != T_CLOSURE)
            return;
        mark(c->head); /* of a closure: its code and scope, at the same places */
        c = c->tail;
    }
}

static void collect(void)
{
    collections++;
    mark(symbols);
    mark(globals);
    for (int i = 0; i < root_count; i++)
        mark(roots[i]);
    free_list = NULL;
    for (int i = CELLS; i-- > 0;) {
        struct cell *c = &heap[i];
        if (c->marked) {
            c->marked = false;
            continue;
        }
        if (c->tag == T_STRING)
            free(c->text);
        c->tag = T_FREE;
        c->head = free_list;
        free_list = c;
    }
    if (!free_list)
        die("out of memory", NULL);
}

static struct cell *alloc(enum tag tag)
{
    if (!free_list)
        collect();
    struct cell *c = free_list;
    free_list = c->head;
    allocated++;
    c->tag = (uint8_t)tag;
    c->tail = NIL;
    c->head = NIL;
    return c;
}

static struct cell *number(int64_t n)
{
    struct cell *c = alloc(T_NUMBER);
    c->number = n;
    return c;
}

static struct cell *cons(struct cell *head, struct cell *tail)
{
    KEEP(head);
    KEEP(tail);
    struct cell *c = alloc(T_PAIR);
    DROP(2);
    c->head = head;
    c->tail = tail;
    return c;
}

static struct cell *text(enum tag tag, const char *from, size_t length)
{
    char *copy = malloc(length + 1);
    if (!copy)
        die("out of memory", NULL);
    memcpy(copy, from, length);
    copy[length] = 0;
    struct cell *c = alloc(tag);
    c->text = copy;
    return c;
}

static struct cell *symbol(const char *name, size_t length)
{
    for (struct cell *s = symbols; s != NIL; s = s->tail)
        if (strlen(s->head->text) == length && memcmp(s->head->text, name, length) == 0)
            return s->head;
    struct cell *c = text(T_SYMBOL, name, length);
    symbols = cons(c, symbols);
    return c;
}

/* --- reading and printing --------------------------------------------------------------------- */

static const char *at;

static void skip(void)
{
    for (;; at++) {
        if (*at == ';')
            at += strcspn(at, "\n");
        if (!isspace((unsigned char)*at) || !*at)
            return;
    }
}

static struct cell *read_form(void)
{
    skip();
    if (*at == 0)
        die("the program ends within a form", NULL);
    if (*at == '\'') {
        at++;
        struct cell *rest = cons(read_form(), NIL);
        return cons(s_quote, rest);
    }
    if (*at == '(') {
        at++;
        /* Gathered backwards, then turned. */
        struct cell *list = NIL, *forward = NIL;
        for (skip(); *at != ')'; skip()) {
            KEEP(list);
            struct cell *item = read_form();
            DROP(1);
            list = cons(item, list);
        }
        at++;
        for (KEEP(list); list != NIL; list = list->tail)
            forward = cons(list->head, forward);
        DROP(1);
        return forward;
    }
    if (*at == ')')
        die("a ) too many", NULL);
    if (*at == '"') {
        size_t n = strcspn(++at, "\"");
        struct cell *c = text(T_STRING, at, n);
        at += n + (at[n] != 0);
        return c;
    }
    size_t n = strcspn(at, " \t\r\n()';\"");
    char *end;
    int64_t value = strtoll(at, &end, 10);
    struct cell *c = end == at + n ? number(value) : symbol(at, n);
    at += n;
    return c;
}

static void print(const struct cell *c)
{
    switch (c->tag) {
    case T_NIL: printf("()"); break;
    case T_TRUE: printf("#t"); break;
    case T_NUMBER: printf("%lld", (long long)c->number); break;
    case T_SYMBOL:
    case T_STRING: printf("%s", c->text); break;
    case T_PAIR:
        for (printf("("); c->tag == T_PAIR; c = c->tail) {
            print(c->head);
            printf(c->tail->tag == T_PAIR ? " " : "");
        }
        if (c != NIL) {
            printf(" . ");
            print(c);
        }
        printf(")");
        break;
    default: printf("<function>");
    }
}

/* --- evaluation ------------------------------------------------------------------------------- */

/* A scope is a pair: a list of (symbol . value), and the scope around it. */
static struct cell *find(struct cell *name, struct cell *scope)
{
    for (; scope != NIL; scope = scope->tail)
        for (struct cell *b = scope->head; b != NIL; b = b->tail)
            if (b->head->head == name)
                return b->head;
    return NULL;
}

static void define(struct cell *name, struct cell *value, struct cell *scope)
{
    for (struct cell *b = scope->head; b != NIL; b = b->tail)
        if (b->head->head == name) {
            b->head->tail = value;
            return;
        }
    KEEP(scope);
    scope->head = cons(cons(name, value), scope->head);
    DROP(1);
}

static struct cell *nth(struct cell *list, int n)
{
    while (list->tag == T_PAIR && n-- > 0)
        list = list->tail;
    if (list->tag != T_PAIR)
        die("something is missing in a form", NULL);
    return list->head;
}

static struct cell *eval(struct cell *form, struct cell *scope)
{
    int base = root_count;
    KEEP(form);
    KEEP(scope);
    for (;;) {
        roots[base] = form;
        roots[base + 1] = scope;
        struct cell *result = NULL;
        if (form->tag == T_SYMBOL) {
            struct cell *binding = find(form, scope);
            if (!binding)
                die("an unknown name", form->text);
            result = binding->tail;
        } else if (form->tag != T_PAIR) {
            result = form;
        } else if (form->head == s_quote) {
            result = nth(form, 1);
        } else if (form->head == s_if) {
            bool holds = eval(nth(form, 1), scope) != NIL;
            if (holds || form->tail->tail->tail != NIL) {
                form = nth(form, holds ? 2 : 3);
                continue;
            }
            result = NIL;
        } else if (form->head == s_cond) {
            struct cell *clause = form->tail;
            while (clause != NIL && nth(clause->head, 0) != s_else &&
                   eval(nth(clause->head, 0), scope) == NIL)
                clause = clause->tail;
            if (clause != NIL) {
                form = nth(clause->head, 1);
                continue;
            }
            result = NIL;
        } else if (form->head == s_define || form->head == s_set) {
            struct cell *name = nth(form, 1), *value;
            if (name->tag == T_PAIR) { /* (define (f x) …) */
                value = cons(name->tail, form->tail->tail);
                KEEP(value);
                struct cell *closure = alloc(T_CLOSURE);
                closure->code = value;
                closure->scope = scope;
                value = closure;
                name = name->head;
            } else {
                value = KEEP(eval(nth(form, 2), scope));
            }
            KEEP(value);
            if (form->head == s_set) {
                struct cell *binding = find(name, scope);
                if (!binding)
                    die("an unknown name", name->text);
                binding->tail = value;
            } else {
                define(name, value, scope);
            }
            result = name;
        } else if (form->head == s_lambda) {
            result = alloc(T_CLOSURE);
            result->code = form->tail;
            result->scope = scope;
        } else if (form->head == s_begin) {
            struct cell *body = form->tail;
            for (; body->tail != NIL; body = body->tail)
                eval(body->head, scope);
            form = nth(body, 0);
            continue;
        } else {
            /* A call, or a `let`, which is one too: bind, then go on in the body. */
            struct cell *inner, *body;
            if (form->head == s_let) {
                inner = KEEP(cons(NIL, scope));
                for (struct cell *b = nth(form, 1); b != NIL; b = b->tail) {
                    struct cell *value = KEEP(eval(nth(b->head, 1), scope));
                    define(nth(b->head, 0), value, inner);
                    DROP(1);
                }
                body = form->tail->tail;
            } else {
                struct cell *function = KEEP(eval(form->head, scope));
                struct cell *args = NIL, **tail = &args;
                int slot = root_count;
                KEEP(args);
                for (struct cell *a = form->tail; a != NIL; a = a->tail) {
                    struct cell *value = eval(a->head, scope);
                    *tail = cons(value, NIL);
                    tail = &(*tail)->tail;
                    roots[slot] = args;
                }
                if (function->tag == T_BUILTIN) {
                    result = function->builtin(args);
                    root_count = base;
                    return result;
                }
                if (function->tag != T_CLOSURE)
                    die("a call of something that is no function", NULL);
                inner = KEEP(cons(NIL, function->scope));
                struct cell *parameter = nth(function->code, 0);
                for (; parameter != NIL; parameter = parameter->tail, args = args->tail) {
                    if (args == NIL)
                        die("too few arguments", NULL);
                    define(parameter->head, args->head, inner);
                }
                if (args != NIL)
                    die("too many arguments", NULL);
                body = function->code->tail;
            }
            for (; body->tail != NIL; body = body->tail)
                eval(body->head, inner);
            form = nth(body, 0);
            scope = inner;
            root_count = base + 2;
            continue;
        }
        root_count = base;
        return result;
    }
}

/* --- built in --------------------------------------------------------------------------------- */

static int64_t want_number(struct cell *args, int n)
{
    struct cell *c = nth(args, n);
    if (c->tag != T_NUMBER)
        die("a number expected", NULL);
    return c->number;
}

static struct cell *want_pair(struct cell *c)
{
    if (c->tag != T_PAIR)
        die("a pair expected", NULL);
    return c;
}

static struct cell *truth(bool b)
{
    return b ? TRUE : NIL;
}

#define FOLD(name, start, operation)                                                               \
    static struct cell *name(struct cell *args)                                                    \
    {                                                                                              \
        int64_t a = want_number(args, 0);                                                          \
        if (args->tail == NIL) {                                                                   \
            int64_t b = a;                                                                         \
            a = start;                                                                             \
            return number(operation);                                                              \
        }                                                                                          \
        for (args = args->tail; args != NIL; args = args->tail) {                                  \
            int64_t b = want_number(args, 0);                                                      \
            a = operation;                                                                         \
        }                                                                                          \
        return number(a);                                                                          \
    }
FOLD(f_add, 0, (int64_t)((uint64_t)a + (uint64_t)b))
FOLD(f_sub, 0, (int64_t)((uint64_t)a - (uint64_t)b))
FOLD(f_mul, 1, (int64_t)((uint64_t)a * (uint64_t)b))

static struct cell *f_quotient(struct cell *args)
{
    int64_t a = want_number(args, 0), b = want_number(args, 1);
    if (b == 0)
        die("division by zero", NULL);
    return number(b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b);
}

static struct cell *f_remainder(struct cell *args)
{
    int64_t a = want_number(args, 0), b = want_number(args, 1);
    if (b == 0)
        die("division by zero", NULL);
    return number(b == -1 ? 0 : a % b);
}

static struct cell *f_less(struct cell *args)
{
    return truth(want_number(args, 0) < want_number(args, 1));
}

static struct cell *f_equal(struct cell *args)
{
    struct cell *a = nth(args, 0), *b = nth(args, 1);
    if (a->tag == T_NUMBER && b->tag == T_NUMBER)
        return truth(a->number == b->number);
    if (a->tag == T_STRING && b->tag == T_STRING)
        return truth(strcmp(a->text, b->text) == 0);
    return truth(a == b);
}

static struct cell *f_cons(struct cell *args)
{
    return cons(nth(args, 0), nth(args, 1));
}

static struct cell *f_head(struct cell *args)
{
    return want_pair(nth(args, 0))->head;
}

static struct cell *f_tail(struct cell *args)
{
    return want_pair(nth(args, 0))->tail;
}

static struct cell *f_is_null(struct cell *args)
{
    return truth(nth(args, 0) == NIL);
}

static struct cell *f_list(struct cell *args)
{
    return args;
}

static struct cell *f_print(struct cell *args)
{
    for (; args != NIL; args = args->tail) {
        print(args->head);
        printf(args->tail == NIL ? "\n" : " ");
    }
    return NIL;
}

static const struct {
    const char *name;
    struct cell *(*function)(struct cell *);
} builtins[] = {
    {"+", f_add},
    {"-", f_sub},
    {"*", f_mul},
    {"quotient", f_quotient},
    {"remainder", f_remainder},
    {"<", f_less},
    {"=", f_equal},
    {"cons", f_cons},
    {"car", f_head},
    {"cdr", f_tail},
    {"null?", f_is_null},
    {"list", f_list},
    {"print", f_print},
};

static struct cell *name(const char *s)
{
    return symbol(s, strlen(s));
}

int main(int argc, char **argv)
{
    for (int i = CELLS; i-- > 0;) {
        heap[i].head = free_list;
        free_list = &heap[i];
    }
    globals = NIL;
    globals = cons(NIL, NIL);
    s_quote = name("quote"), s_if = name("if"), s_define = name("define");
    s_lambda = name("lambda"), s_begin = name("begin"), s_let = name("let");
    s_cond = name("cond"), s_else = name("else"), s_set = name("set!");
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++) {
        struct cell *c = KEEP(alloc(T_BUILTIN));
        c->builtin = builtins[i].function;
        define(name(builtins[i].name), c, globals);
        DROP(1);
    }
    define(name("#t"), TRUE, globals);
    define(name("nil"), NIL, globals);

    for (int i = 1; i < argc; i++) {
        FILE *file = strcmp(argv[i], "-") == 0 ? stdin : fopen(argv[i], "r");
        if (!file)
            die("cannot open", argv[i]);
        static char program[1 << 16];
        program[fread(program, 1, sizeof program - 1, file)] = 0;
        fclose(file);
        for (at = program, skip(); *at; skip()) {
            struct cell *form = KEEP(read_form());
            eval(form, globals);
            DROP(1);
        }
    }
    printf("%ld cells, %s\n", allocated, collections ? "collected" : "never collected");
    return 0;
}
