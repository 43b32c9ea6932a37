/* Evaluates a tree of cells with closures, as a small Lisp does: tags, environments, recursion. */
#include "bench.h"

enum tag { NUM, VAR, ADD, SUB, LESS, IF, CALL, LAMBDA };

struct cell {
    enum tag tag;
    int32_t value; /* number, or how many scopes up */
    struct cell *a, *b, *c;
};

struct scope {
    struct scope *up;
    int64_t value;             /* a number, or a closure */
    const struct cell *lambda; /* with code and ... */
    struct scope *closed;      /* ... the scope it was made in */
};

static struct scope *pool;
static uint32_t used, peak;

static struct cell *make(enum tag tag, int32_t value, struct cell *a, struct cell *b,
                         struct cell *c)
{
    struct cell *cell = bench_alloc(1, sizeof *cell);
    *cell = (struct cell){tag, value, a, b, c};
    return cell;
}

static struct scope eval(const struct cell *cell, struct scope *scope)
{
    for (;;) {
        switch (cell->tag) {
        case NUM: return (struct scope){.value = cell->value};
        case VAR: {
            struct scope *at = scope;
            for (int32_t i = cell->value; i > 0; i--)
                at = at->up;
            return *at;
        }
        case ADD:
            return (struct scope){.value = eval(cell->a, scope).value + eval(cell->b, scope).value};
        case SUB:
            return (struct scope){.value = eval(cell->a, scope).value - eval(cell->b, scope).value};
        case LESS:
            return (struct scope){.value = eval(cell->a, scope).value < eval(cell->b, scope).value};
        case IF: cell = eval(cell->a, scope).value ? cell->b : cell->c; continue;
        case LAMBDA: return (struct scope){.lambda = cell->a, .closed = scope};
        case CALL: {
            struct scope function = eval(cell->a, scope);
            struct scope *inner = &pool[used++];
            if (used > peak)
                peak = used;
            *inner = eval(cell->b, scope);
            inner->up = function.closed;
            struct scope result = eval(function.lambda, inner);
            used--;
            return result;
        }
        }
    }
}

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 27);
    pool = bench_alloc(1000, sizeof *pool);
    /* (let ((fib (lambda (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))))) (fib n)) */
    struct cell *arg = make(VAR, 0, NULL, NULL, NULL), *self = make(VAR, 1, NULL, NULL, NULL);
    struct cell *two = make(NUM, 2, NULL, NULL, NULL), *one = make(NUM, 1, NULL, NULL, NULL);
    struct cell *first = make(CALL, 0, self, make(SUB, 0, arg, one, NULL), NULL);
    struct cell *second = make(CALL, 0, self, make(SUB, 0, arg, two, NULL), NULL);
    struct cell *body =
        make(IF, 0, make(LESS, 0, arg, two, NULL), arg, make(ADD, 0, first, second, NULL));
    struct scope *global = &pool[used++];
    *global = (struct scope){.lambda = body, .closed = global};
    struct cell *start = make(CALL, 0, make(VAR, 0, NULL, NULL, NULL),
                              make(NUM, (int32_t)n, NULL, NULL, NULL), NULL);
    int64_t value = eval(start, global).value;
    return bench_report("lisp_eval", bench_mix((uint64_t)value, peak));
}
