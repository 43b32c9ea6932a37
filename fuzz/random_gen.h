/* What the files of the generator share: its state, chance, and writing of instructions. See
 * random_module.h.
 *
 * The generator keeps the types of the operand stack, as a validator does, and writes forward:
 * an instruction takes what lies on the stack if it fits, else its operands are written first.
 * So values stay on the stack across other instructions, blocks and calls, which is where
 * compilers with a value stack go wrong.
 *
 * A type is a letter, a list of types a string: i l f d v as in opcodes.def, r funcref, e
 * externref, n a nullable reference to a function of type 0. Buffers fail stickily and are
 * checked at the end.
 *
 * With objects there are more letters, see random_objects.c.
 *
 *   random_constants.c  numbers at the edges
 *   random_objects.c    structs, arrays, casts
 *   random_exceptions.c tags, try_table, throws
 *   random_body.c       instructions, blocks, calls: the body of a function
 *   random_module.c     the choice of features and types, and everything around the bodies */
#ifndef HS_FUZZ_RANDOM_GEN_H
#define HS_FUZZ_RANDOM_GEN_H

#include "random_module.h"
#include "syntax/facts.h"
#include "syntax/insn_write.h"
#include <stdio.h>
#include <string.h>

enum {
    MAX_LIST = 40,
    MAX_TYPES = 24,
    NTAGS = 3,
    MAX_FUNCS = 8,
    MAX_STACK = 330,
    MAX_LOCALS = 360,
    MAX_CTLS = 80,
    MAX_NESTED = 12, /* blocks in blocks, besides those that a function begins with */
    MAX_GLOBALS = 16,
    MAX_OPS = OP_COUNT,
    LOOP_COUNTERS = 4, /* locals that count the rounds of loops and nothing else */
    FUEL_PER_CALL = 10,
    T_HOST = 0,
    T_GROW = 1,
    T_RUN = 2,
    T_FIRST = 3, /* types */
    T_OBJECTS = MAX_TYPES,
    NOBJECTS = 7,
    MAX_FIELDS = 12,
    PASSIVE_DATA = 1,
    NDATAS = 4, /* segment 0 is active */
    PASSIVE_ELEM = 1,
    NELEMS = 4, /* 0 active; the last one declares */
};

struct sig {
    char params[MAX_LIST], results[MAX_LIST];
};

struct ctl {
    char label[MAX_LIST], results[MAX_LIST];
    uint32_t base;
};

struct mem {
    bool is64;
    uint8_t page_log2;
    uint64_t pages, max, bytes;
};

struct tab {
    bool is64;
    char elem;
    uint32_t min, max;
};

struct gen {
    uint64_t seed;
    const struct random_options *options;
    struct random_module *out;
    hs_features features;
    struct sig types[MAX_TYPES];
    uint32_t ntypes;
    char fields[NOBJECTS][MAX_FIELDS + 1];
    uint32_t tag_type[NTAGS], ntags;
    uint32_t func_type[RANDOM_IMPORTS + 2 * MAX_FUNCS];
    uint32_t nfuncs;
    char globals[MAX_GLOBALS + 1];
    struct mem mems[3];
    struct tab tabs[3];
    uint32_t nmems, ntabs;
    uint16_t ops[MAX_OPS],
        ops_of[5][MAX_OPS]; /* usable by signature; and those with one result of a type */
    uint32_t nops, nops_of[5];
    /* the function being written */
    struct buffer b;
    char locals[MAX_LOCALS + 1];
    uint32_t first_counter, next_counter, scratch[3]; /* locals; scratch of f, d, v */
    char stack[MAX_STACK + 1];
    uint32_t height;
    struct ctl ctls[MAX_CTLS];
    uint32_t nctls, nested;
    int budget;
    const struct sig *sig;
    bool pending; /* instructions since the last counter */
    bool tries;   /* the function may have try_tables */
};

/* --- chance ----------------------------------------------------------------------------------- */

static inline uint64_t draw(struct gen *g)
{
    uint64_t z = g->seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint32_t below(struct gen *g, uint64_t n)
{
    return (uint32_t)((draw(g) >> 11) % n);
}

static inline bool chance(struct gen *g, uint32_t percent)
{
    return below(g, 100) < percent;
}

static inline bool has(const struct gen *g, hs_features f)
{
    return (g->features & f) == f;
}
#define HAS(id) has(g, HS_FEATURE(id))

static inline void used(struct gen *g, hs_features f)
{
    g->out->used |= f;
}

static inline struct valtype type_of(char t)
{
    switch (t) {
    case 'i': return HS_I32;
    case 'l': return HS_I64;
    case 'f': return HS_F32;
    case 'd': return HS_F64;
    case 'v': return HS_V128;
    case 'e': return HS_EXTERNREF;
    case 'n': return HS_REF(true, T_HOST);
    case 'k': return HS_EXNREF;
    case 'a': return HS_ANYREF;
    case 'q': return HS_REF(true, HEAP_EQ);
    case 'j': return HS_REF(true, HEAP_I31);
    case 's': return HS_REF(true, T_OBJECTS);
    case 't': return HS_REF(true, T_OBJECTS + 1);
    case 'u': return HS_REF(true, T_OBJECTS + 2);
    case 'w': return HS_REF(true, T_OBJECTS + 3);
    case 'x': return HS_REF(true, T_OBJECTS + 4);
    case 'y': return HS_REF(true, T_OBJECTS + 5);
    case 'z': return HS_REF(true, T_OBJECTS + 6);
    default: return HS_FUNCREF;
    }
}

static inline bool is_object(char t)
{
    return strchr("aqjstuwxyz", t) != NULL;
}

static inline bool is_ref(char t)
{
    return t == 'r' || t == 'e' || t == 'n' || t == 'k' || is_object(t);
}

/* A type that values of this module may have. */
static inline char any_type(struct gen *g)
{
    if (HAS(EXCEPTIONS) && chance(g, 6))
        return 'k';
    if (HAS(GC) && chance(g, 25))
        return "aaqjjsstuwxxyyzz"[below(g, 16)];
    if (HAS(REFERENCE_TYPES) && chance(g, 8))
        return HAS(FUNCTION_REFERENCES) && chance(g, 50) ? 'n' : chance(g, 70) ? 'r' : 'e';
    if (HAS(SIMD) && chance(g, 25))
        return 'v';
    return "iiilllffdd"[below(g, 10)];
}

/* --- writing ---------------------------------------------------------------------------------- */

static inline void note(struct gen *g, enum op op)
{
    used(g, HS_FEATURE(MVP) << hs_op_info[op].feature);
    if (g->options->count) {
        g->out->piece_ops.max = SIZE_MAX / 4;
        if (!hs_vec_push(&g->out->piece_ops, (uint16_t)op))
            g->b.failed = true;
        g->pending = true;
    }
}

static inline void put(struct gen *g, enum op op)
{
    note(g, op);
    hs_write_op(&g->b, op);
}

static inline void put_u(struct gen *g, enum op op, uint64_t x)
{
    put(g, op);
    hs_buffer_u(&g->b, x);
}

/* Ends a piece of code: its counter. */
static inline void piece(struct gen *g)
{
    if (!g->pending)
        return;
    g->pending = false;
    uint32_t global = g->out->first_counter + (uint32_t)g->out->piece_end.count;
    g->out->piece_end.max = SIZE_MAX / 4;
    if (!hs_vec_push(&g->out->piece_end, (uint32_t)g->out->piece_ops.count)) {
        g->b.failed = true;
        return;
    }
    hs_write_op(&g->b, OP_GLOBAL_GET);
    hs_buffer_u(&g->b, global);
    hs_write_op(&g->b, OP_I64_CONST);
    hs_buffer_s(&g->b, 1);
    hs_write_op(&g->b, OP_I64_ADD);
    hs_write_op(&g->b, OP_GLOBAL_SET);
    hs_buffer_u(&g->b, global);
}

/* An instruction that may not continue with the next one. */
static inline void leave(struct gen *g, enum op op)
{
    note(g, op);
    piece(g);
    hs_write_op(&g->b, op);
}

static inline void put_i32(struct gen *g, int64_t x)
{
    put(g, OP_I32_CONST);
    hs_buffer_s(&g->b, (int32_t)x);
}

static inline void put_i64(struct gen *g, int64_t x)
{
    put(g, OP_I64_CONST);
    hs_buffer_s(&g->b, x);
}

static inline void put_address(struct gen *g, bool is64, int64_t x)
{
    if (is64)
        put_i64(g, x);
    else
        put_i32(g, x);
}

static inline void push(struct gen *g, char t)
{
    if (g->height < MAX_STACK)
        g->stack[g->height++] = t;
    else
        g->b.failed = true; /* the budgets keep it from happening */
}

static inline void push_list(struct gen *g, const char *list)
{
    for (; *list; list++)
        push(g, *list);
}

static inline uint32_t base(const struct gen *g)
{
    return g->ctls[g->nctls - 1].base;
}

static inline uint32_t letter(char t)
{
    static const char numbers[] = "ilfdv";
    return (uint32_t)(strchr(numbers, t) - numbers);
}

/* --- random_constants.c ----------------------------------------------------------------------- */

uint64_t random_edge_int(struct gen *g, uint32_t bits);
void random_constant(struct gen *g, char t); /* an instruction that pushes one */
void random_zero(struct gen *g, char t);

/* --- random_objects.c ------------------------------------------------------------------------- */

void random_object_types(struct gen *g); /* their choice */
void random_write_object_types(struct gen *g, struct buffer *b);
void random_new_object(struct gen *g, char t); /* constant, and not on the generator's stack */
void random_object(struct gen *g, char t, int depth); /* a reference of a letter of its own */
bool random_from_object(struct gen *g, char t,
                        int depth); /* something else that comes from one; false: nothing */
void random_object_op(struct gen *g, int depth);

/* --- random_exceptions.c ---------------------------------------------------------------------- */

void random_tag_types(struct gen *g); /* their choice */
void random_write_tags(struct gen *g, struct buffer *b);
void random_try(struct gen *g, int depth);
void random_throw(struct gen *g, int depth); /* sometimes */

/* --- random_body.c: a function's locals and code into g->b ------------------------------------ */

void random_value(struct gen *g, char t, int depth);
int random_local(struct gen *g, char t, bool written);
bool random_nests(const struct gen *g);        /* may another block begin? */
void random_enter(struct gen *g, char result); /* one with a result, whose opcode is written */
void random_leave(struct gen *g, char result);
/* one without parameters, whose opcode is written */
void random_open(struct gen *g, const char *results);
void random_sequence(struct gen *g, uint32_t count, int depth);
void random_call(struct gen *g, int depth, bool host); /* any; host: of the first import */
void random_close(struct gen *g);                      /* ends it; its results are on the stack */

void random_function(struct gen *g, const struct sig *s);
void random_wrapper(struct gen *g, uint32_t func);

#endif
