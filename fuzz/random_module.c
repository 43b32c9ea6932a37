/* See random_module.h. The generator keeps the types of the operand stack, as a validator does, and writes forward: an
 * instruction takes what lies on the stack if it fits, else its operands are written first (`value`). So values stay on
 * the stack across other instructions, blocks and calls, which is where compilers with a value stack go wrong.
 *
 * A type is a letter, a list of types a string: i l f d v as in opcodes.def, r funcref, e externref, n a nullable
 * reference to a function of type 0. Buffers fail stickily and are checked at the end. */
#include "random_module.h"
#include "syntax/facts.h"
#include "syntax/insn_write.h"
#include <stdio.h>
#include <string.h>

enum {
    MAX_LIST = 40,
    MAX_TYPES = 16,
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
};

static const char numbers[] = "ilfdv";

/* ---- chance ---- */

static uint64_t draw(struct gen *g)
{
    uint64_t z = g->seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t below(struct gen *g, uint64_t n)
{
    return (uint32_t)((draw(g) >> 11) % n);
}

static bool chance(struct gen *g, uint32_t percent)
{
    return below(g, 100) < percent;
}

static bool has(const struct gen *g, hs_features f)
{
    return (g->features & f) == f;
}
#define HAS(id) has(g, HS_FEATURE(id))

static void used(struct gen *g, hs_features f)
{
    g->out->used |= f;
}

static struct valtype type_of(char t)
{
    switch (t) {
    case 'i': return HS_I32;
    case 'l': return HS_I64;
    case 'f': return HS_F32;
    case 'd': return HS_F64;
    case 'v': return HS_V128;
    case 'e': return HS_EXTERNREF;
    case 'n': return HS_REF(true, T_HOST);
    default: return HS_FUNCREF;
    }
}

static bool is_ref(char t)
{
    return t == 'r' || t == 'e' || t == 'n';
}

/* A type that values of this module may have. */
static char any_type(struct gen *g)
{
    if (HAS(REFERENCE_TYPES) && chance(g, 8))
        return HAS(FUNCTION_REFERENCES) && chance(g, 50) ? 'n' : chance(g, 70) ? 'r' : 'e';
    if (HAS(SIMD) && chance(g, 25))
        return 'v';
    return "iiilllffdd"[below(g, 10)];
}

/* ---- writing ---- */

static void note(struct gen *g, enum op op)
{
    used(g, HS_FEATURE(MVP) << hs_op_info[op].feature);
    if (g->options->count) {
        g->out->piece_ops.max = SIZE_MAX / 4;
        if (!hs_vec_push(&g->out->piece_ops, (uint16_t)op))
            g->b.failed = true;
        g->pending = true;
    }
}

static void put(struct gen *g, enum op op)
{
    note(g, op);
    hs_write_op(&g->b, op);
}

static void put_u(struct gen *g, enum op op, uint64_t x)
{
    put(g, op);
    hs_buffer_u(&g->b, x);
}

/* Ends a piece of code: its counter. */
static void piece(struct gen *g)
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
static void leave(struct gen *g, enum op op)
{
    note(g, op);
    piece(g);
    hs_write_op(&g->b, op);
}

static void put_i32(struct gen *g, int64_t x)
{
    put(g, OP_I32_CONST);
    hs_buffer_s(&g->b, (int32_t)x);
}

static void put_i64(struct gen *g, int64_t x)
{
    put(g, OP_I64_CONST);
    hs_buffer_s(&g->b, x);
}

static void put_address(struct gen *g, bool is64, int64_t x)
{
    if (is64)
        put_i64(g, x);
    else
        put_i32(g, x);
}

static void push(struct gen *g, char t)
{
    if (g->height < MAX_STACK)
        g->stack[g->height++] = t;
    else
        g->b.failed = true; /* the budgets keep it from happening */
}

static void push_list(struct gen *g, const char *list)
{
    for (; *list; list++)
        push(g, *list);
}

static uint32_t base(const struct gen *g)
{
    return g->ctls[g->nctls - 1].base;
}

static uint32_t letter(char t)
{
    return (uint32_t)(strchr(numbers, t) - numbers);
}

/* ---- constants ---- */

static uint64_t edge_int(struct gen *g, uint32_t bits)
{
    uint64_t x;
    switch (below(g, 8)) {
    case 0: x = below(g, 4); break;
    case 1: x = -(uint64_t)below(g, 4) - 1; break;
    case 2: x = (UINT64_C(1) << below(g, bits)) + below(g, 3) - 1; break;
    case 3: x = (UINT64_C(1) << (bits - 1)) - below(g, 2); break;
    case 4: x = below(g, 200); break;
    case 5: x = bits - 2 + below(g, 5); break;
    case 6: x = (uint64_t)below(g, 256) * UINT64_C(0x0101010101010101); break;
    default: x = draw(g); break;
    }
    return x;
}

static uint32_t edge_f32(struct gen *g)
{
    static const uint32_t edges[] = {
        0,          0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000,
        0xffc00000, 0x7fa00001, 0xff812345, 0x00000001, 0x807fffff, 0x00800000, 0x7f7fffff,
        0x4f000000, 0xcf000000, 0x4f800000, 0x5f000000, 0xdf000000, 0x5f800000, 0x4effffff,
        0x3f000000, 0x3fc00000, 0x40200000, 0xbf000000, 0x4b000001, 0x3effffff,
    };
    if (chance(g, 70))
        return edges[below(g, sizeof edges / sizeof *edges)];
    if (chance(g, 50)) {
        float f = (float)(int32_t)edge_int(g, 32) / 16;
        uint32_t bits;
        memcpy(&bits, &f, 4);
        return bits;
    }
    return (uint32_t)draw(g);
}

static uint64_t edge_f64(struct gen *g)
{
    static const uint64_t edges[] = {
        0,
        UINT64_C(0x8000000000000000),
        UINT64_C(0x3ff0000000000000),
        UINT64_C(0xbff0000000000000),
        UINT64_C(0x7ff0000000000000),
        UINT64_C(0xfff0000000000000),
        UINT64_C(0x7ff8000000000000),
        UINT64_C(0xfff8000000000000),
        UINT64_C(0x7ff4000000000001),
        UINT64_C(0xfff0123456789abc),
        1,
        UINT64_C(0x800fffffffffffff),
        UINT64_C(0x0010000000000000),
        UINT64_C(0x7fefffffffffffff),
        UINT64_C(0x41e0000000000000),
        UINT64_C(0xc1e0000000200000),
        UINT64_C(0x41dfffffffc00000),
        UINT64_C(0x41efffffffffffff),
        UINT64_C(0x43e0000000000000),
        UINT64_C(0xc3e0000000000000),
        UINT64_C(0x43f0000000000000),
        UINT64_C(0x3fe0000000000000),
        UINT64_C(0x4004000000000000),
        UINT64_C(0x3fdfffffffffffff),
        UINT64_C(0x47efffffe0000000),
        UINT64_C(0x36a0000000000000),
    };
    if (chance(g, 70))
        return edges[below(g, sizeof edges / sizeof *edges)];
    if (chance(g, 50)) {
        double d = (double)(int64_t)edge_int(g, 64) / 16;
        uint64_t bits;
        memcpy(&bits, &d, 8);
        return bits;
    }
    return draw(g);
}

static void constant(struct gen *g, char t)
{
    switch (t) {
    case 'i': put_i32(g, (int32_t)edge_int(g, 32)); break;
    case 'l': put_i64(g, (int64_t)edge_int(g, 64)); break;
    case 'f':
        put(g, OP_F32_CONST);
        hs_buffer_f32(&g->b, edge_f32(g));
        break;
    case 'd':
        put(g, OP_F64_CONST);
        hs_buffer_f64(&g->b, edge_f64(g));
        break;
    case 'v': {
        put(g, OP_V128_CONST);
        uint32_t kind = below(g, 4);
        uint64_t same = draw(g);
        for (int n = 0; n < 2; n++) {
            uint64_t x = kind == 0   ? edge_int(g, 64)
                         : kind == 1 ? edge_f64(g)
                         : kind == 2 ? (uint64_t)edge_f32(g) << 32 | edge_f32(g)
                                     : same & edge_int(g, 64);
            hs_buffer_f64(&g->b, x);
        }
        break;
    }
    default:
        put(g, OP_REF_NULL);
        hs_write_heaptype(&g->b, hs_vt_heap(type_of(t)));
        break;
    }
}

static void zero(struct gen *g, char t)
{
    switch (t) {
    case 'i': put_i32(g, 0); break;
    case 'l': put_i64(g, 0); break;
    case 'f':
        put(g, OP_F32_CONST);
        hs_buffer_f32(&g->b, 0);
        break;
    case 'd':
        put(g, OP_F64_CONST);
        hs_buffer_f64(&g->b, 0);
        break;
    case 'v':
        put(g, OP_V128_CONST);
        hs_buffer_zeros(&g->b, 16);
        break;
    default: constant(g, t); break;
    }
}

/* ---- operands ---- */

/* A local of the type, or -1; `written`: one that may be changed. */
static int find_local(struct gen *g, char t, bool written)
{
    uint32_t n = written ? g->first_counter : (uint32_t)strlen(g->locals);
    uint32_t start = below(g, n + 1);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = (start + k) % n;
        if (g->locals[i] == t && i != g->scratch[0] && i != g->scratch[1] && i != g->scratch[2])
            return (int)i;
    }
    return -1;
}

static int find_global(struct gen *g, char t)
{
    uint32_t n = (uint32_t)strlen(g->globals), start = below(g, n);
    for (uint32_t k = 0; k < n; k++)
        if (g->globals[(start + k) % n] == t && (start + k) % n)
            return (int)((start + k) % n);
    return -1;
}

static int find_table(struct gen *g, char t)
{
    uint32_t start = g->ntabs ? below(g, g->ntabs) : 0;
    for (uint32_t k = 0; k < g->ntabs; k++)
        if (g->tabs[(start + k) % g->ntabs].elem == t)
            return (int)((start + k) % g->ntabs);
    return -1;
}

static void leaf(struct gen *g, char t)
{
    int n;
    if (chance(g, 55) && (n = find_local(g, t, false)) >= 0)
        put_u(g, OP_LOCAL_GET, (uint32_t)n);
    else if (chance(g, 20) && (n = find_global(g, t)) >= 0)
        put_u(g, OP_GLOBAL_GET, (uint32_t)n);
    else if (t == 'r' && chance(g, 60))
        put_u(g, OP_REF_FUNC, below(g, RANDOM_IMPORTS + g->nfuncs));
    else if (t == 'n' && chance(g, 60))
        put_u(g, OP_REF_FUNC, chance(g, 50) ? 0 : RANDOM_IMPORTS);
    else
        constant(g, t);
    push(g, t);
}

static void value(struct gen *g, char t, int depth);
static void simple(struct gen *g, enum op op, int depth, bool reuse);
static void block(struct gen *g, int depth, const char *results);
static void call(struct gen *g, uint32_t func, int depth);
static void grow(struct gen *g, uint32_t memory, int depth);

/* Makes a NaN on top of the stack the canonical one. */
static void clean(struct gen *g, char t)
{
    uint32_t s = g->scratch[t == 'd'];
    put_u(g, OP_LOCAL_TEE, s);
    if (t == 'f') {
        put(g, OP_F32_CONST);
        hs_buffer_f32(&g->b, 0x7fc00000);
    } else {
        put(g, OP_F64_CONST);
        hs_buffer_f64(&g->b, UINT64_C(0x7ff8000000000000));
    }
    put_u(g, OP_LOCAL_GET, s);
    put_u(g, OP_LOCAL_GET, s);
    put(g, t == 'f' ? OP_F32_EQ : OP_F64_EQ);
    put(g, OP_SELECT);
}

static void clean_lanes(struct gen *g, bool wide)
{
    uint32_t s = g->scratch[2];
    put_u(g, OP_LOCAL_TEE, s);
    put(g, OP_V128_CONST);
    for (int n = 0; n < 2; n++)
        hs_buffer_f64(&g->b, wide ? UINT64_C(0x7ff8000000000000) : UINT64_C(0x7fc000007fc00000));
    put_u(g, OP_LOCAL_GET, s);
    put_u(g, OP_LOCAL_GET, s);
    put(g, wide ? OP_F64X2_EQ : OP_F32X4_EQ);
    put(g, OP_V128_BITSELECT);
}

/* Does the instruction compute floats in lanes, so that the bits of a NaN are open? */
static bool computes_lanes(const char *text)
{
    static const char *const names[] = {
        "add",   "sub",   "mul",     "div",      "sqrt",      "min",       "max",      "ceil",
        "floor", "trunc", "nearest", "demote_f", "promote_l", "relaxed_m", "relaxed_n"};
    if (strncmp(text, "f32x4.", 6) && strncmp(text, "f64x2.", 6))
        return false;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        if (!strncmp(text + 6, names[n], strlen(names[n])))
            return true;
    return false;
}

/* Its last operand is a float whose bits can be seen afterwards. */
static bool shows_bits(enum op op)
{
    switch (op) {
    case OP_F32_STORE:
    case OP_F64_STORE:
    case OP_I32_REINTERPRET_F32:
    case OP_I64_REINTERPRET_F64:
    case OP_F32_COPYSIGN:
    case OP_F64_COPYSIGN:
    case OP_F32X4_SPLAT:
    case OP_F64X2_SPLAT:
    case OP_F32X4_REPLACE_LANE:
    case OP_F64X2_REPLACE_LANE: return true;
    default: return false;
    }
}

static bool divides(enum op op)
{
    return (op >= OP_I32_DIV_S && op <= OP_I32_REM_U) || (op >= OP_I64_DIV_S && op <= OP_I64_REM_U);
}

static void divisor(struct gen *g, char t, int depth)
{
    if (chance(g, 45)) {
        uint64_t x = edge_int(g, t == 'i' ? 32 : 64);
        if (!(t == 'i' ? (uint32_t)x : x))
            x = 7;
        if (t == 'i')
            put_i32(g, (int32_t)x);
        else
            put_i64(g, (int64_t)x);
        push(g, t);
    } else {
        value(g, t, depth);
        if (chance(g, 90)) {
            put_address(g, t == 'l', 1);
            put(g, t == 'i' ? OP_I32_OR : OP_I64_OR);
        }
    }
}

static bool truncates(enum op op) /* and traps if it does not fit */
{
    return (op >= OP_I32_TRUNC_F32_S && op <= OP_I32_TRUNC_F64_U) ||
           (op >= OP_I64_TRUNC_F32_S && op <= OP_I64_TRUNC_F64_U);
}

static void fitting_float(struct gen *g, char t, int depth)
{
    if (chance(g, 8)) {
        value(g, t, depth);
    } else if (chance(g, 30)) {
        double x = (double)below(g, 4000) / 16;
        if (chance(g, 20))
            x = -x / 260;
        put(g, t == 'f' ? OP_F32_CONST : OP_F64_CONST);
        if (t == 'f') {
            float y = (float)x;
            uint32_t bits;
            memcpy(&bits, &y, 4);
            hs_buffer_f32(&g->b, bits);
        } else {
            uint64_t bits;
            memcpy(&bits, &x, 8);
            hs_buffer_f64(&g->b, bits);
        }
        push(g, t);
    } else {
        value(g, 'i', depth);
        put_i32(g, chance(g, 50) ? 0xffff : 0x7fffffff);
        put(g, OP_I32_AND);
        put(g, t == 'f' ? OP_F32_CONVERT_I32_S : OP_F64_CONVERT_I32_S);
        g->stack[g->height - 1] = t;
    }
}

/* Writes an address for `size` bytes; the returned offset belongs to it. */
static uint64_t address(struct gen *g, uint32_t memory, uint32_t size, bool aligned, int depth)
{
    const struct mem *m = &g->mems[memory];
    char t = m->is64 ? 'l' : 'i';
    enum op and_ = m->is64 ? OP_I64_AND : OP_I32_AND, add = m->is64 ? OP_I64_ADD : OP_I32_ADD;
    int64_t align = aligned && chance(g, 99) ? -(int64_t)size : -1;
    uint64_t offset = chance(g, 40)   ? 0
                      : chance(g, 60) ? below(g, 128) & (uint64_t)align
                                      : below(g, 0x6000) & (uint64_t)align;
    int64_t last = (int64_t)m->bytes - size;
    uint32_t way = below(g, 1000);
    if (way < 420) { /* anything, masked; perhaps something added that can be folded */
        value(g, t, depth);
        put_address(g, m->is64, (chance(g, 30) ? 0xff : 0x7fff) & align);
        put(g, and_);
        if (chance(g, 40)) {
            put_address(g, m->is64, below(g, 0x1000) & align);
            put(g, add);
        }
        return offset;
    }
    if (way < 620) {
        put_address(g, m->is64, below(g, 0x7000) & align);
    } else if (way < 760) { /* the last bytes */
        int64_t place = (last - (int64_t)below(g, 4)) & align;
        if (chance(g, 50))
            offset = 0;
        put_address(g, m->is64, place - (int64_t)offset);
    } else if (way < 830) { /* the last bytes of now */
        put_u(g, OP_MEMORY_SIZE, memory);
        put_address(g, m->is64, m->page_log2);
        put(g, m->is64 ? OP_I64_SHL : OP_I32_SHL);
        put_address(g, m->is64, (int64_t)size + (int64_t)offset + (aligned ? 0 : below(g, 3)));
        put(g, m->is64 ? OP_I64_SUB : OP_I32_SUB);
        if (aligned && !m->page_log2) {
            put_address(g, m->is64, align);
            put(g, and_);
        }
        if (chance(g, 3)) /* and one beyond */
            offset += size;
    } else if (way < 838) { /* just beyond, unless it has grown */
        put_address(g, m->is64, (last + 1 + (int64_t)below(g, 4)) & align);
        offset = 0;
    } else if (way < 900) { /* wraps around in 32 bits, stays below in 64 */
        value(g, t, depth);
        put_address(g, m->is64, 15 & align);
        put(g, and_);
        put_address(g, m->is64, -64);
        put(g, m->is64 ? OP_I64_OR : OP_I32_OR);
        put_address(g, m->is64, 64 + (below(g, 100) & align));
        put(g, add);
        return offset;
    } else if (way < 906) { /* anything at all */
        value(g, t, depth);
        return chance(g, 50) ? offset : m->is64 ? edge_int(g, 64) : (uint32_t)edge_int(g, 32);
    } else if (way < 914) { /* together beyond 4 GiB: wraps around if an offset counts as signed */
        offset = (UINT64_C(0x80000000) + below(g, 0x7fff0000)) & (uint64_t)align;
        value(g, t, depth);
        put_address(g, m->is64, 0xff & align);
        put(g, and_);
        put_address(g, m->is64, -(int64_t)offset);
        put(g, add);
        return offset;
    } else if (way < 930 && !m->is64) { /* 64 bits, of which the lower half counts */
        value(g, 'l', depth);
        put_i64(g, 0x3fff & align);
        put(g, OP_I64_AND);
        put_i64(g, (int64_t)(draw(g) << 32 | below(g, 2)));
        put(g, chance(g, 50) || aligned ? OP_I64_OR : OP_I64_SUB);
        put(g, OP_I32_WRAP_I64);
        g->height--;
        if (aligned) {
            put_i32(g, align);
            put(g, OP_I32_AND);
        }
    } else if (way < 932) {
        put_address(g, m->is64, below(g, 3));
        offset = m->is64 ? edge_int(g, 64) : (uint32_t)edge_int(g, 32);
    } else { /* a local as it is, which is mostly a loop's counter */
        uint32_t local = g->first_counter + below(g, LOOP_COUNTERS);
        put_u(g, OP_LOCAL_GET, local);
        if (m->is64)
            put(g, OP_I64_EXTEND_I32_U);
        if (align != -1) {
            put_address(g, m->is64, align);
            put(g, and_);
        }
    }
    push(g, t);
    return offset;
}

/* What follows an opcode whose operands need no rule of their own. */
static void immediates(struct gen *g, enum op op, uint32_t memory, uint64_t offset)
{
    const struct op_info *info = &hs_op_info[op];
    uint32_t natural = info->flags & OPF_ALIGN_MASK;
    struct memarg m = {info->flags & OPF_ATOMIC ? natural : below(g, natural + 1), memory, offset};
    switch (info->imm) {
    case IMM_MEMARG: hs_write_memarg(&g->b, &m); break;
    case IMM_MEMARG_LANE:
        hs_write_memarg(&g->b, &m);
        hs_buffer_byte(&g->b, (uint8_t)below(g, 16u >> natural));
        break;
    case IMM_LANE: {
        uint32_t lanes = strstr(info->text, "8x16")   ? 16
                         : strstr(info->text, "16x8") ? 8
                         : strstr(info->text, "x4")   ? 4
                                                      : 2;
        hs_buffer_byte(&g->b, (uint8_t)below(g, lanes));
        break;
    }
    case IMM_SHUFFLE: {
        uint32_t kind = below(g, 4), first = below(g, 17);
        for (uint32_t n = 0; n < 16; n++)
            hs_buffer_byte(&g->b, (uint8_t)(kind == 0   ? first + n
                                            : kind == 1 ? below(g, 16)
                                            : kind == 2 ? (n & 1 ? 16 : 0) + n / 2
                                                        : below(g, 32)));
        break;
    }
    case IMM_ZERO: hs_buffer_byte(&g->b, 0); break;
    case IMM_DATA: hs_buffer_u(&g->b, PASSIVE_DATA + below(g, NDATAS - PASSIVE_DATA)); break;
    case IMM_ELEM: hs_buffer_u(&g->b, PASSIVE_ELEM + below(g, NELEMS - 1 - PASSIVE_ELEM)); break;
    default: break;
    }
}

/* A load of a whole value: what is done with it at once may be one instruction of the machine. */
static void load(struct gen *g, char t, int depth)
{
    static const uint16_t loads[] = {OP_I32_LOAD, OP_I64_LOAD, OP_F32_LOAD, OP_F64_LOAD,
                                     OP_V128_LOAD};
    simple(g, (enum op)loads[letter(t)], depth, false);
}

/* A multiple of a constant divided by it, where a multiplication instead of the division has its worst case. */
static void divide_multiple(struct gen *g, enum op op, char t, int depth)
{
    int64_t by = 2 + (int64_t)(below(g, 2) ? below(g, 50) : below(g, 100000));
    if (chance(g, 30))
        by = -by;
    value(g, t, depth);
    put_address(g, t == 'l', by);
    put(g, t == 'i' ? OP_I32_MUL : OP_I64_MUL);
    if (chance(g, 30)) {
        put_address(g, t == 'l', 1);
        put(g, t == 'i' ? OP_I32_SUB : OP_I64_SUB);
    }
    put_address(g, t == 'l', by);
    leave(g, op);
}

/* An instruction by its signature; reuse: its operands may be what lies on the stack. */
static void simple(struct gen *g, enum op op, int depth, bool reuse)
{
    const struct op_info *info = &hs_op_info[op];
    const char *sig = info->signature;
    if (op >= OP_I32_CONST && op <= OP_F64_CONST) {
        constant(g, sig[1]);
        push(g, sig[1]);
        return;
    }
    if (op == OP_V128_CONST) {
        constant(g, 'v');
        push(g, 'v');
        return;
    }
    if (divides(op) && chance(g, 25)) {
        divide_multiple(g, op, sig[0], depth - 1);
        return;
    }
    uint32_t n = (uint32_t)(strchr(sig, '_') - sig), from = 0,
             memory = g->nmems ? below(g, g->nmems) : 0;
    uint64_t offset = 0;
    bool special = divides(op) || truncates(op) || op == OP_MEMORY_ATOMIC_WAIT32 ||
                   op == OP_MEMORY_ATOMIC_WAIT64;
    if (reuse && n && sig[0] != 'm' && chance(g, 60))
        for (uint32_t k = special ? n - 1 : n; k; k--)
            if (g->height - base(g) >= k && !memcmp(g->stack + g->height - k, sig, k)) {
                from = k;
                break;
            }
    for (uint32_t k = from; k < n; k++) {
        if (sig[k] == 'm')
            offset = address(g, memory, 1u << (info->flags & OPF_ALIGN_MASK),
                             info->flags & OPF_ATOMIC, depth - 1);
        else if (divides(op) && k == 1)
            divisor(g, sig[k], depth - 1);
        else if (truncates(op))
            fitting_float(g, sig[k], depth - 1);
        else if (special && k == 2) {
            put_i64(g, below(g, 3)); /* nanoseconds */
            push(g, 'l');
        } else if (k && k == n - 1 && sig[0] != 'm' && g->nmems && chance(g, 18)) {
            load(g, sig[k], depth - 1);
        } else {
            value(g, sig[k], depth - 1);
        }
    }
    if (shows_bits(op))
        clean(g, g->stack[g->height - 1]);
    if (special || sig[0] == 'm')
        leave(g, op);
    else
        put(g, op);
    immediates(g, op, memory, offset);
    g->height -= n;
    push_list(g, sig + n + 1);
    if (computes_lanes(info->text))
        clean_lanes(g, info->text[1] == '6');
}

/* An index into a table. */
static void table_index(struct gen *g, uint32_t table, int depth)
{
    const struct tab *t = &g->tabs[table];
    if (chance(g, 70)) {
        put_address(g, t->is64, below(g, t->min));
        push(g, t->is64 ? 'l' : 'i');
    } else {
        value(g, t->is64 ? 'l' : 'i', depth);
        if (chance(g, 92)) {
            put_address(g, t->is64, 7);
            put(g, t->is64 ? OP_I64_AND : OP_I32_AND);
        }
    }
}

/* Writes a value of type t, using nothing of what lies on the stack. */
static void value(struct gen *g, char t, int depth)
{
    g->budget--;
    if (depth <= 0 || g->budget <= 0 || g->height > MAX_STACK - 40) {
        leaf(g, t);
        return;
    }
    int n;
    switch (below(g, 24)) {
    case 0:
    case 1:
    case 2: leaf(g, t); return;
    case 3:
        if ((n = find_local(g, t, true)) >= 0) {
            value(g, t, depth - 1);
            put_u(g, OP_LOCAL_TEE, (uint32_t)n);
            return;
        }
        break;
    case 4:
    case 5:
        value(g, t, depth - 1);
        value(g, t, depth - 1);
        value(g, 'i', depth - 1);
        if (is_ref(t) || chance(g, 10)) {
            put_u(g, OP_SELECT_T, 1);
            hs_write_valtype(&g->b, type_of(t));
        } else {
            put(g, OP_SELECT);
        }
        g->height -= 2;
        return;
    case 6:
        for (uint32_t k = 0, start = below(g, 8); k < RANDOM_IMPORTS + g->nfuncs; k++) {
            uint32_t f = (start + k) % (RANDOM_IMPORTS + g->nfuncs);
            const char *r = g->types[g->func_type[f]].results;
            if (r[0] == t && !r[1]) {
                call(g, f, depth - 1);
                return;
            }
        }
        break;
    case 7:
    case 8:
        if (g->nctls - g->nested < MAX_NESTED - 1) {
            char results[2] = {t, 0};
            block(g, depth - 1, results);
            return;
        }
        break;
    case 9:
        if (is_ref(t) && (n = find_table(g, t)) >= 0) {
            table_index(g, (uint32_t)n, depth - 1);
            leave(g, OP_TABLE_GET);
            hs_buffer_u(&g->b, (uint32_t)n);
            g->stack[g->height - 1] = t;
            return;
        }
        if ((t == 'i' || t == 'l') && g->ntabs) {
            uint32_t table = below(g, g->ntabs);
            if (g->tabs[table].is64 == (t == 'l')) {
                put_u(g, OP_TABLE_SIZE, table);
                push(g, t);
                return;
            }
        }
        break;
    case 10:
        if ((t == 'i' || t == 'l') && g->nmems) {
            uint32_t memory = below(g, g->nmems);
            if (g->mems[memory].is64 == (t == 'l')) {
                if (chance(g, 25)) {
                    grow(g, memory, depth - 1);
                } else {
                    put_u(g, OP_MEMORY_SIZE, memory);
                    push(g, t);
                }
                return;
            }
        }
        break;
    case 13: /* what is above an i32 */
        if (t == 'l') {
            if (g->nmems && !g->mems[0].is64 && chance(g, 15))
                grow(g, 0, depth - 1);
            else
                value(g, 'i', depth - 1);
            put(g, OP_I64_EXTEND_I32_U);
            g->stack[g->height - 1] = 'l';
            return;
        }
        break;
    case 11:
        if (t == 'i' && HAS(REFERENCE_TYPES)) {
            value(g, "ren"[below(g, HAS(FUNCTION_REFERENCES) ? 3 : 2)], depth - 1);
            put(g, OP_REF_IS_NULL);
            g->stack[g->height - 1] = 'i';
            return;
        }
        break;
    case 12: /* br_on_non_null: the reference, or another one */
        if (t == 'n' && g->nctls - g->nested < MAX_NESTED - 1) {
            put(g, OP_BLOCK);
            hs_write_valtype(&g->b, type_of(t));
            struct ctl *c = &g->ctls[g->nctls++];
            *c = (struct ctl){"n", "n", g->height};
            value(g, t, depth - 1);
            leave(g, OP_BR_ON_NON_NULL);
            hs_buffer_u(&g->b, 0);
            g->height--;
            value(g, t, depth - 1);
            leave(g, OP_END);
            g->nctls--;
            return;
        }
        break;
    default: break;
    }
    if (is_ref(t))
        leaf(g, t);
    else
        simple(g, g->ops_of[letter(t)][below(g, g->nops_of[letter(t)])], depth, false);
}

static void values(struct gen *g, const char *list, int depth)
{
    for (; *list; list++)
        value(g, *list, depth);
}

/* Brings the list onto the stack: what lies there if it fits, else new values. */
static void want(struct gen *g, const char *list, int depth)
{
    uint32_t n = (uint32_t)strlen(list);
    if (g->height - base(g) >= n && !memcmp(g->stack + g->height - n, list, n) && chance(g, 70))
        return;
    values(g, list, depth);
}

/* Takes the top off: to a local or a global of its type, or for nothing. */
static void take(struct gen *g)
{
    char t = g->stack[g->height - 1];
    int n;
    if (chance(g, 75) && (n = find_local(g, t, true)) >= 0)
        put_u(g, OP_LOCAL_SET, (uint32_t)n);
    else if (chance(g, 50) && (n = find_global(g, t)) >= 0)
        put_u(g, OP_GLOBAL_SET, (uint32_t)n);
    else
        put(g, OP_DROP);
    g->height--;
}

/* The end of a block: exactly the results lie above its base. */
static void settle(struct gen *g, const char *results)
{
    uint32_t from = base(g), n = (uint32_t)strlen(results), k = 0;
    while (k < n && from + k < g->height && g->stack[from + k] == results[k])
        k++;
    while (g->height > from + k)
        take(g);
    for (; k < n; k++)
        value(g, results[k], 1);
}

/* ---- control ---- */

static void instruction(struct gen *g, int depth);

static void sequence(struct gen *g, uint32_t count, int depth)
{
    while (count-- && g->budget > 0)
        instruction(g, depth);
}

/* Out of fuel: leaves the function with zeros. */
static void spend(struct gen *g, uint32_t amount)
{
    put_u(g, OP_GLOBAL_GET, 0);
    put_i32(g, amount);
    put(g, OP_I32_SUB);
    put_u(g, OP_GLOBAL_SET, 0);
    put_u(g, OP_GLOBAL_GET, 0);
    put_i32(g, 0);
    put(g, OP_I32_LT_S);
    leave(g, OP_IF);
    hs_buffer_byte(&g->b, 0x40);
    for (const char *t = g->sig->results; *t; t++)
        zero(g, *t);
    leave(g, OP_RETURN);
    leave(g, OP_END);
}

static struct ctl *enter(struct gen *g, const char *label, const char *results, uint32_t base)
{
    struct ctl *c = &g->ctls[g->nctls++];
    snprintf(c->label, sizeof c->label, "%s", label);
    snprintf(c->results, sizeof c->results, "%s", results);
    c->base = base;
    return c;
}

/* Ends the innermost block; its results are on the stack then. */
static void close_block(struct gen *g)
{
    struct ctl *c = &g->ctls[g->nctls - 1];
    settle(g, c->results);
    leave(g, OP_END);
    g->height = c->base;
    g->nctls--;
    push_list(g, c->results);
}

static bool
code_is_dead(struct gen *g,
             int depth) /* after a jump: the stack is empty; perhaps some code that never runs */
{
    g->height = base(g);
    if (chance(g, 40))
        sequence(g, 1 + below(g, 3), depth - 1);
    return true;
}

/* A block, loop or if; results: NULL for any. */
static void block(struct gen *g, int depth, const char *results)
{
    struct sig s = {"", ""};
    int type = -1;
    if (results) {
        snprintf(s.results, sizeof s.results, "%s", results);
    } else {
        switch (below(g, 4)) {
        case 0: break;
        case 1: s.results[0] = any_type(g); break;
        default:
            type = T_FIRST + (int)below(g, g->ntypes - T_FIRST);
            s = g->types[type];
            if (strlen(s.params) > 4 || strlen(s.results) > 4) {
                s = (struct sig){"", ""};
                type = -1;
            }
            break;
        }
    }
    enum op kind = chance(g, 40) ? OP_IF : chance(g, 40) ? OP_LOOP : OP_BLOCK;
    uint32_t counter = UINT32_MAX;
    want(g, s.params, depth);
    if (kind == OP_LOOP && g->next_counter < LOOP_COUNTERS) {
        counter = g->first_counter + g->next_counter++;
        put_i32(g, 1 + below(g, 6));
        put_u(g, OP_LOCAL_SET, counter);
    }
    if (kind == OP_IF) {
        if (!results && g->height > base(g) && !*s.params && g->stack[g->height - 1] == 'i' &&
            chance(g, 50))
            ;
        else
            value(g, 'i', depth);
        g->height--;
    }
    uint32_t n = (uint32_t)strlen(s.params), from = g->height - n;
    leave(g, kind);
    if (type >= 0)
        hs_buffer_s(&g->b, type);
    else if (*s.results)
        hs_write_valtype(&g->b, type_of(*s.results));
    else
        hs_buffer_byte(&g->b, 0x40);
    enter(g, kind == OP_LOOP ? s.params : s.results, s.results, from);
    if (kind == OP_LOOP)
        spend(g, 1);
    uint32_t count = 1 + below(g, 5);
    sequence(g, count, depth);
    if (kind == OP_LOOP && counter != UINT32_MAX) {
        want(g, s.params, 1);
        put_u(g, OP_LOCAL_GET, counter);
        put_i32(g, 1);
        put(g, OP_I32_SUB);
        put_u(g, OP_LOCAL_TEE, counter);
        leave(g, OP_BR_IF);
        hs_buffer_u(&g->b, 0);
    }
    if (kind == OP_IF && (*s.params || *s.results || chance(g, 50))) {
        struct ctl *c = &g->ctls[g->nctls - 1];
        settle(g, s.results);
        leave(g, OP_ELSE);
        g->height = c->base;
        push_list(g, s.params);
        sequence(g, below(g, 4), depth);
    }
    close_block(g);
    if (counter != UINT32_MAX)
        g->next_counter--;
}

static const struct ctl *label(const struct gen *g, uint32_t depth)
{
    return &g->ctls[g->nctls - 1 - depth];
}

static void br_table(struct gen *g, int depth)
{
    uint32_t labels[12], alike[MAX_CTLS], nalike = 0, count = 1 + below(g, 8);
    const char *list = NULL;
    for (int tries = 0; tries < 4 && nalike < 2;
         tries++) { /* labels of one list, two at least if there are */
        list = label(g, below(g, g->nctls))->label;
        nalike = 0;
        for (uint32_t l = 0; l < g->nctls; l++)
            if (!strcmp(label(g, l)->label, list))
                alike[nalike++] = l;
    }
    for (uint32_t k = 0; k < count; k++)
        labels[k] = alike[below(g, nalike)];
    want(g, list, depth);
    value(g, 'i', depth);
    if (chance(g, 85)) {
        put_i32(g, chance(g, 50) ? 3 : 7);
        put(g, OP_I32_AND);
    }
    leave(g, OP_BR_TABLE);
    hs_buffer_u(&g->b, count - 1);
    for (uint32_t k = 0; k < count; k++)
        hs_buffer_u(&g->b, labels[k]);
    code_is_dead(g, depth);
}

/* Arguments of a call: values, or locals in any order, which are in registers that arguments go to. */
static void arguments(struct gen *g, const char *params, int depth)
{
    bool locals = chance(g, 35);
    for (; *params; params++) {
        int n = locals ? find_local(g, *params, true) : -1;
        if (n >= 0) {
            put_u(g, OP_LOCAL_GET, (uint32_t)n);
            push(g, *params);
        } else {
            value(g, *params, depth);
        }
    }
}

static void called(struct gen *g, const struct sig *s)
{
    g->height -= (uint32_t)strlen(s->params);
    push_list(g, s->results);
}

static void call(struct gen *g, uint32_t func, int depth)
{
    const struct sig *s = &g->types[g->func_type[func]];
    arguments(g, s->params, depth);
    leave(g, OP_CALL);
    hs_buffer_u(&g->b, func);
    called(g, s);
}

/* Any kind of call, of any function; tail: it returns what the function around returns. */
static void any_call(struct gen *g, int depth, bool tail)
{
    uint32_t total = RANDOM_IMPORTS + g->nfuncs, start = below(g, total), f = 0, k;
    for (k = 0; k < total; k++) {
        f = (start + k) % total;
        if (!tail || !strcmp(g->types[g->func_type[f]].results, g->sig->results))
            break;
    }
    if (k == total)
        return;
    uint32_t type = g->func_type[f];
    const struct sig *s = &g->types[type];
    if (strlen(s->params) + g->height > MAX_STACK - 20)
        return;
    if (chance(g, 50))
        want(g, s->params, depth);
    else
        arguments(g, s->params, depth);
    int table = g->ntabs && chance(g, 85) ? 0 : find_table(g, 'r');
    uint32_t way = below(g, 3);
    if (way == 1 && table >= 0) {
        const struct tab *t = &g->tabs[table];
        if (chance(g, 93)) /* the active segment puts function f there */
            put_address(g, t->is64, f), push(g, t->is64 ? 'l' : 'i');
        else
            table_index(g, (uint32_t)table, depth);
        g->height--;
        leave(g, tail ? OP_RETURN_CALL_INDIRECT : OP_CALL_INDIRECT);
        hs_buffer_u(&g->b, type);
        hs_buffer_u(&g->b, (uint32_t)table);
        if (table)
            used(g, HS_FEATURE(REFERENCE_TYPES));
    } else if (way == 2 && HAS(FUNCTION_REFERENCES)) {
        if (type == T_HOST && chance(g, 60)) {
            value(g, 'n', depth);
            g->height--;
            if (chance(g, 40)) {
                leave(g, OP_REF_AS_NON_NULL);
            }
        } else {
            put_u(g, OP_REF_FUNC, f);
        }
        leave(g, tail ? OP_RETURN_CALL_REF : OP_CALL_REF);
        hs_buffer_u(&g->b, type);
    } else {
        leave(g, tail ? OP_RETURN_CALL : OP_CALL);
        hs_buffer_u(&g->b, f);
    }
    if (tail)
        code_is_dead(g, depth);
    else
        called(g, s);
}

/* A number below `most`, mostly. */
static void small(struct gen *g, bool is64, uint32_t most, int depth)
{
    if (chance(g, 50)) {
        put_address(g, is64, below(g, most));
        push(g, is64 ? 'l' : 'i');
    } else {
        uint32_t mask = 1;
        while (mask * 2 < most)
            mask *= 2;
        value(g, is64 ? 'l' : 'i', depth);
        if (chance(g, 96)) {
            put_address(g, is64, mask - 1);
            put(g, is64 ? OP_I64_AND : OP_I32_AND);
        }
    }
}

static void grow(struct gen *g, uint32_t memory, int depth)
{
    small(g, g->mems[memory].is64, chance(g, 80) ? 2 : 9, depth);
    leave(g, OP_MEMORY_GROW);
    hs_buffer_u(&g->b, memory);
}

static void bulk(struct gen *g, int depth)
{
    uint32_t a = below(g, g->nmems), b = below(g, g->nmems);
    bool a64 = g->mems[a].is64, b64 = g->mems[b].is64;
    switch (below(g, 4)) {
    case 0: /* the largest size is small, failure as welcome as success */
        grow(g, a, depth);
        return;
    case 1:
        small(g, a64, 0x4000, depth);
        value(g, 'i', depth);
        small(g, a64, 600, depth);
        leave(g, OP_MEMORY_FILL);
        hs_buffer_u(&g->b, a);
        break;
    case 2:
        small(g, a64, 0x4000, depth);
        small(g, b64, 0x4000, depth);
        small(g, a64 && b64, 600, depth);
        leave(g, OP_MEMORY_COPY);
        hs_buffer_u(&g->b, a);
        hs_buffer_u(&g->b, b);
        break;
    default:
        small(g, a64, 0x4000, depth);
        small(g, false, 16, depth);
        small(g, false, 17, depth);
        leave(g, OP_MEMORY_INIT);
        hs_buffer_u(&g->b, PASSIVE_DATA + below(g, NDATAS - PASSIVE_DATA));
        hs_buffer_u(&g->b, a);
        break;
    }
    g->height -= 3;
}

static void table_op(struct gen *g, int depth)
{
    uint32_t t = below(g, g->ntabs), from;
    const struct tab *a = &g->tabs[t];
    switch (below(g, 6)) {
    case 0:
        table_index(g, t, depth);
        value(g, a->elem, depth);
        leave(g, OP_TABLE_SET);
        hs_buffer_u(&g->b, t);
        g->height -= 2;
        break;
    case 1:
        value(g, a->elem, depth);
        small(g, a->is64, chance(g, 80) ? 2 : 30, depth);
        leave(g, OP_TABLE_GROW);
        hs_buffer_u(&g->b, t);
        g->height -= 2;
        push(g, a->is64 ? 'l' : 'i');
        break;
    case 2:
        small(g, a->is64, 8, depth);
        value(g, a->elem, depth);
        small(g, a->is64, 5, depth);
        leave(g, OP_TABLE_FILL);
        hs_buffer_u(&g->b, t);
        g->height -= 3;
        break;
    case 3:
        from = below(g, g->ntabs);
        if (g->tabs[from].elem != a->elem)
            from = t;
        small(g, a->is64, 8, depth);
        small(g, g->tabs[from].is64, 8, depth);
        small(g, a->is64 && g->tabs[from].is64, 5, depth);
        leave(g, OP_TABLE_COPY);
        hs_buffer_u(&g->b, t);
        hs_buffer_u(&g->b, from);
        g->height -= 3;
        break;
    case 4:
        if (a->elem != 'r')
            break;
        small(g, a->is64, 8, depth);
        small(g, false, 4, depth);
        small(g, false, 3, depth);
        leave(g, OP_TABLE_INIT);
        hs_buffer_u(&g->b, PASSIVE_ELEM + below(g, NELEMS - 1 - PASSIVE_ELEM));
        hs_buffer_u(&g->b, t);
        g->height -= 3;
        break;
    default:
        put_u(g, OP_TABLE_SIZE, t);
        push(g, a->is64 ? 'l' : 'i');
        break;
    }
}

static void instruction(struct gen *g, int depth)
{
    g->budget--;
    if (g->height > MAX_STACK - 50) {
        while (g->height > base(g))
            take(g);
        return;
    }
    uint32_t l;
    switch (below(g, 32)) {
    case 0:
    case 1:
    case 2: { /* a local gets a value */
        char t = any_type(g);
        int n = find_local(g, t, true);
        if (n >= 0) {
            value(g, t, depth);
            put_u(g, OP_LOCAL_SET, (uint32_t)n);
            g->height--;
        }
        break;
    }
    case 3:
    case 4:
        if (g->height > base(g))
            take(g);
        break;
    case 5:
    case 6: leaf(g, any_type(g)); break;
    case 7:
    case 8:
    case 9:
        if (g->nctls - g->nested < MAX_NESTED - 2 && depth > 0)
            block(g, depth - 1, NULL);
        break;
    case 10:
    case 11:
        l = below(g, g->nctls);
        want(g, label(g, l)->label, depth);
        value(g, 'i', depth);
        leave(g, OP_BR_IF);
        hs_buffer_u(&g->b, l);
        g->height--;
        break;
    case 12:
        if (g->nctls < 2 || chance(g, 20))
            break;
        if (chance(g, 60)) {
            br_table(g, depth);
        } else if (chance(g, 70)) {
            l = below(g, g->nctls);
            want(g, label(g, l)->label, depth);
            leave(g, OP_BR);
            hs_buffer_u(&g->b, l);
            code_is_dead(g, depth);
        } else {
            want(g, g->sig->results, depth);
            leave(g, OP_RETURN);
            code_is_dead(g, depth);
        }
        break;
    case 13:
    case 14: any_call(g, depth - 1, false); break;
    case 15:
        if (HAS(TAIL_CALL) && g->nctls > 1 && chance(g, 30))
            any_call(g, depth - 1, true);
        break;
    case 16:
        if (g->nmems && HAS(BULK_MEMORY))
            bulk(g, depth - 1);
        break;
    case 17:
        if (g->ntabs && HAS(REFERENCE_TYPES))
            table_op(g, depth - 1);
        break;
    case 18:
        if (HAS(FUNCTION_REFERENCES)) { /* br_on_null, then a call or nothing */
            l = below(g, g->nctls);
            want(g, label(g, l)->label, depth);
            value(g, 'n', depth);
            g->height--;
            leave(g, OP_BR_ON_NULL);
            hs_buffer_u(&g->b, l);
            put(g, chance(g, 30) ? OP_REF_AS_NON_NULL : OP_NOP);
            if (chance(g, 50)) {
                put(g, OP_REF_IS_NULL);
                push(g, 'i');
            } else {
                put(g, OP_DROP);
            }
        }
        break;
    case 19:
        if (chance(g, 10))
            put(g, OP_NOP);
        else if (chance(g, 3) && g->nctls > 1) {
            leave(g, OP_UNREACHABLE);
            code_is_dead(g, depth);
        }
        break;
    case 20: { /* a comparison that decides at once */
        char t = "ilfd"[below(g, 4)];
        static const uint16_t compare[4][2] = {
            {OP_I32_EQZ, 11}, {OP_I64_EQZ, 11}, {OP_F32_EQ, 6}, {OP_F64_EQ, 6}};
        l = below(g, g->nctls);
        want(g, label(g, l)->label, depth);
        simple(g, (enum op)(compare[letter(t)][0] + below(g, compare[letter(t)][1])), 2, false);
        if (chance(g, 30))
            put(g, OP_I32_EQZ);
        leave(g, OP_BR_IF);
        hs_buffer_u(&g->b, l);
        g->height--;
        break;
    }
    default: simple(g, (enum op)g->ops[below(g, g->nops)], depth, true); break;
    }
}

/* ---- functions ---- */

static void put_locals(struct gen *g, const char *list)
{
    hs_buffer_u(&g->b, strlen(list));
    for (; *list; list++) {
        hs_buffer_u(&g->b, 1);
        hs_write_valtype(&g->b, type_of(*list));
    }
}

/* The value on top as an i64. */
static void fold(struct gen *g, char t)
{
    switch (t) {
    case 'i': put(g, chance(g, 50) ? OP_I64_EXTEND_I32_U : OP_I64_EXTEND_I32_S); break;
    case 'l': break;
    case 'f':
        clean(g, 'f');
        put(g, OP_I32_REINTERPRET_F32);
        put(g, OP_I64_EXTEND_I32_U);
        break;
    case 'd':
        clean(g, 'd');
        put(g, OP_I64_REINTERPRET_F64);
        break;
    case 'v':
        put_u(g, OP_LOCAL_TEE, g->scratch[2]);
        put_u(g, OP_I64X2_EXTRACT_LANE, 0);
        put_u(g, OP_LOCAL_GET, g->scratch[2]);
        put_u(g, OP_I64X2_EXTRACT_LANE, 1);
        put_i64(g, 3);
        put(g, OP_I64_MUL);
        put(g, OP_I64_ADD);
        break;
    default:
        put(g, OP_REF_IS_NULL);
        put(g, OP_I64_EXTEND_I32_U);
        break;
    }
}

/* Adds locals to sums in memory: what was computed is seen, even if nothing came of it. */
static void witness(struct gen *g)
{
    uint32_t memory = below(g, g->nmems);
    bool is64 = g->mems[memory].is64;
    for (uint32_t k = 0; k < g->first_counter; k++) {
        char t = g->locals[k];
        if (is_ref(t) || chance(g, 30))
            continue;
        struct memarg m = {t == 'v' ? 4 : 3, memory, 0x7000 + 16 * k};
        put_address(g, is64, 0);
        put_address(g, is64, 0);
        put(g, t == 'v' ? OP_V128_LOAD : OP_I64_LOAD);
        hs_write_memarg(&g->b, &m);
        if (t != 'v') {
            put_i64(g, 5);
            put(g, OP_I64_ROTL);
        }
        put_u(g, OP_LOCAL_GET, k);
        if (t != 'v')
            fold(g, t);
        put(g, t == 'v' ? OP_I64X2_ADD : OP_I64_ADD);
        put(g, t == 'v' ? OP_V128_STORE : OP_I64_STORE);
        hs_write_memarg(&g->b, &m);
    }
}

static void function(struct gen *g, const struct sig *s)
{
    uint32_t nparams = (uint32_t)strlen(s->params), n = nparams,
             more = chance(g, 70)   ? below(g, 10)
                    : chance(g, 80) ? below(g, 24)
                                    : below(g, 300);
    memcpy(g->locals, s->params, nparams);
    while (more--)
        g->locals[n++] = any_type(g);
    g->first_counter = n;
    g->next_counter = 0;
    for (int k = 0; k < LOOP_COUNTERS; k++)
        g->locals[n++] = 'i';
    for (int k = 0; k < 2 + HAS(SIMD); k++) {
        g->scratch[k] = n;
        g->locals[n++] = "fdv"[k];
    }
    g->locals[n] = 0;
    put_locals(g, g->locals + nparams);
    g->sig = s;
    g->height = g->nctls = 0;
    g->budget = 20 + (int)below(g, chance(g, 80) ? 150 : 500);
    enter(g, s->results, s->results, 0);
    spend(g, FUEL_PER_CALL);
    g->nested = 0;
    if (chance(g, 5)) /* deep */
        for (uint32_t k = below(g, MAX_CTLS - MAX_NESTED - 2); k; k--) {
            leave(g, OP_BLOCK);
            hs_buffer_byte(&g->b, 0x40);
            enter(g, "", "", 0);
            g->nested++;
        }
    if (chance(g, 5)) /* many values below what follows */
        for (uint32_t k = below(g, 230); k; k--)
            leaf(g, any_type(g));
    while (g->budget > 0)
        instruction(g, 4);
    while (g->nctls > 1) {
        if (g->height > base(g) + 20 && chance(g, 70)) /* together, and not one after the other */
            while (g->height > base(g))
                take(g);
        close_block(g);
    }
    if (g->nmems)
        witness(g);
    close_block(g);
}

static void wrapper(struct gen *g, uint32_t func)
{
    const struct sig *s = &g->types[g->func_type[func]];
    g->sig = &g->types[T_RUN];
    g->scratch[0] = 1;
    g->scratch[1] = 2;
    g->scratch[2] = 3;
    g->locals[0] = 0;
    g->height = g->nctls = 0;
    enter(g, "l", "l", 0);
    put_locals(g, HAS(SIMD) ? "lfdv" : "lfd");
    put_i32(g, RANDOM_FUEL);
    put_u(g, OP_GLOBAL_SET, 0);
    for (const char *t = s->params; *t; t++)
        constant(g, *t);
    leave(g, OP_CALL);
    hs_buffer_u(&g->b, func);
    for (size_t n = strlen(s->results); n--;) {
        fold(g, s->results[n]);
        put_u(g, OP_LOCAL_GET, 0);
        put_i64(g, 7);
        put(g, OP_I64_ROTL);
        put(g, OP_I64_ADD);
        put_u(g, OP_LOCAL_SET, 0);
    }
    put_u(g, OP_LOCAL_GET, 0);
    leave(g, OP_END);
}

/* ---- the module ---- */

bool random_module_covers(enum op op)
{
    const struct op_info *info = &hs_op_info[op];
    switch (info->feature) {
    case FEATURE_GC:
    case FEATURE_EXCEPTIONS:
    case FEATURE_LEGACY_EXCEPTIONS: return false;
    default: return true;
    }
}

static void collect(struct gen *g)
{
    for (uint32_t op = 0; op < OP_COUNT; op++) {
        const struct op_info *info = &hs_op_info[op];
        const char *sig = info->signature, *results = strchr(sig, '_');
        if (!strcmp(sig, "SPECIAL") || !has(g, (hs_features)1 << info->feature) ||
            !random_module_covers((enum op)op) || op == OP_NOP)
            continue;
        if ((sig[0] == 'm' && !g->nmems) ||
            ((info->imm == IMM_DATA || info->imm == IMM_ELEM) && !HAS(BULK_MEMORY)) ||
            (info->imm == IMM_ELEM && !g->ntabs) || (info->imm == IMM_DATA && !g->nmems))
            continue;
        if ((op == OP_DATA_DROP || op == OP_ELEM_DROP) && chance(g, 60))
            continue; /* else little is left to be copied */
        if ((op == OP_MEMORY_ATOMIC_WAIT32 || op == OP_MEMORY_ATOMIC_WAIT64) && chance(g, 85))
            continue; /* they trap on a memory that is not shared */
        g->ops[g->nops++] = (uint16_t)op;
        if (strlen(results) == 2)
            g->ops_of[letter(results[1])][g->nops_of[letter(results[1])]++] = (uint16_t)op;
    }
}

static void choose_features(struct gen *g)
{
    static const struct {
        hs_features f;
        uint32_t percent;
    } choice[] = {
        {HS_FEATURE(SIMD), 40},
        {HS_FEATURE(RELAXED_SIMD), 25},
        {HS_FEATURE(REFERENCE_TYPES), 60},
        {HS_FEATURE(TAIL_CALL), 40},
        {HS_FEATURE(MULTI_MEMORY), 25},
        {HS_FEATURE(MEMORY64), 25},
        {HS_FEATURE(FUNCTION_REFERENCES), 50},
        {HS_FEATURE(THREADS), 25},
        {HS_FEATURE(WIDE_ARITHMETIC), 25},
        {HS_FEATURE(CUSTOM_PAGE_SIZES), 6},
    };
    g->features = g->options->features &
                  ~(HS_FEATURE(GC) | HS_FEATURE(EXCEPTIONS) | HS_FEATURE(LEGACY_EXCEPTIONS));
    if (g->options->lacks & FACT_HAS_SIMD)
        g->features &= ~HS_FEATURE(SIMD);
    if (g->options->lacks & FACT_HAS_ATOMIC)
        g->features &= ~HS_FEATURE(THREADS);
    for (size_t n = 0; n < sizeof choice / sizeof *choice; n++)
        if (!chance(g, choice[n].percent))
            g->features &= ~choice[n].f;
    if (!HAS(SIMD))
        g->features &= ~HS_FEATURE(RELAXED_SIMD);
    if (!HAS(REFERENCE_TYPES))
        g->features &= ~HS_FEATURE(FUNCTION_REFERENCES);
}

static void random_list(struct gen *g, char *out, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        out[k] = any_type(g);
    out[n] = 0;
}

static void choose_shape(struct gen *g)
{
    g->types[T_HOST] = (struct sig){"ildf", "l"};
    g->types[T_GROW] = (struct sig){"i", "i"};
    g->types[T_RUN] = (struct sig){"", "l"};
    g->ntypes = T_FIRST;
    char results[3][MAX_LIST]; /* few lists of results, so that tail calls fit */
    for (int n = 0; n < 3; n++)
        random_list(g, results[n],
                    chance(g, 60)   ? below(g, 3)
                    : chance(g, 90) ? below(g, 8)
                                    : below(g, 22));
    for (uint32_t n = 4 + below(g, 6); n; n--) {
        struct sig *s = &g->types[g->ntypes++];
        random_list(g, s->params, chance(g, 70) ? below(g, 5) : below(g, 16));
        if (chance(g, 20)) /* integers for all registers */
            memset(s->params, chance(g, 50) ? 'i' : 'l', strlen(s->params));
        snprintf(s->results, sizeof s->results, "%s", results[below(g, 3)]);
    }
    g->nfuncs = 2 + below(g, MAX_FUNCS - 2);
    g->func_type[0] = T_HOST;
    g->func_type[1] = T_GROW;
    for (uint32_t n = 0; n < g->nfuncs; n++) {
        g->func_type[RANDOM_IMPORTS + n] = n ? T_FIRST + below(g, g->ntypes - T_FIRST) : T_HOST;
        g->func_type[RANDOM_IMPORTS + g->nfuncs + n] = T_RUN;
    }
    uint32_t nglobals = 3 + below(g, 8);
    random_list(g, g->globals, nglobals);
    g->globals[0] = 'i';
    g->nmems = HAS(MULTI_MEMORY) ? 1 + below(g, 3) : chance(g, 95);
    for (uint32_t n = 0; n < g->nmems; n++) {
        struct mem *m = &g->mems[n];
        m->is64 = HAS(MEMORY64) && chance(g, 60);
        m->page_log2 = HAS(CUSTOM_PAGE_SIZES) && chance(g, 70) ? 0 : 16;
        m->pages = m->page_log2 ? 1 + below(g, 2) : 65536 + below(g, 5000);
        m->max = m->page_log2 ? m->pages + below(g, 5) : m->pages + below(g, 10);
        m->bytes = m->pages << m->page_log2;
        if (m->is64)
            used(g, HS_FEATURE(MEMORY64));
        if (!m->page_log2)
            used(g, HS_FEATURE(CUSTOM_PAGE_SIZES));
        if (n)
            used(g, HS_FEATURE(MULTI_MEMORY));
    }
    g->ntabs = HAS(REFERENCE_TYPES) ? 1 + below(g, 3) : chance(g, 90);
    for (uint32_t n = 0; n < g->ntabs; n++) {
        struct tab *t = &g->tabs[n];
        t->is64 = HAS(MEMORY64) && chance(g, 30);
        t->elem = n == 0                     ? 'r'
                  : n == 1                   ? (chance(g, 50) ? 'e' : 'r')
                  : HAS(FUNCTION_REFERENCES) ? 'n'
                                             : 'r';
        t->min = n ? 8 + below(g, 4) : RANDOM_IMPORTS + g->nfuncs + below(g, 4);
        t->max = t->min + below(g, 20);
        if (t->is64)
            used(g, HS_FEATURE(MEMORY64));
    }
}

static void name(struct buffer *b, const char *text)
{
    hs_buffer_name(b, (struct span){(const uint8_t *)text, strlen(text)});
}

static void export(struct buffer *b, char kind, uint32_t number, uint8_t code, uint32_t index)
{
    char text[16];
    snprintf(text, sizeof text, "%c%u", kind, number);
    name(b, text);
    hs_buffer_byte(b, code);
    hs_buffer_u(b, index);
}

/* Everything around the code section, in the order of the format. */
static void write_module(struct gen *g, const struct buffer *code)
{
    struct buffer *b = &g->out->bytes;
    uint32_t nfuncs = 2 * g->nfuncs, ncounters = (uint32_t)g->out->piece_end.count,
             nglobals = (uint32_t)strlen(g->globals);
    hs_buffer_bytes(b, "\0asm\1\0\0\0", 8);
    hs_buffer_byte(b, 1);
    size_t s = hs_buffer_open(b);
    hs_buffer_u(b, g->ntypes);
    for (uint32_t n = 0; n < g->ntypes; n++) {
        struct valtype list[2 * MAX_LIST];
        struct functype f = {(uint32_t)strlen(g->types[n].params),
                             (uint32_t)strlen(g->types[n].results), list};
        for (uint32_t k = 0; k < f.nparams; k++)
            list[k] = type_of(g->types[n].params[k]);
        for (uint32_t k = 0; k < f.nresults; k++)
            list[f.nparams + k] = type_of(g->types[n].results[k]);
        hs_write_functype(b, &f);
    }
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 2);
    s = hs_buffer_open(b);
    hs_buffer_u(b, RANDOM_IMPORTS);
    for (uint32_t n = 0; n < RANDOM_IMPORTS; n++) {
        name(b, "h");
        name(b, n ? "g" : "i");
        hs_buffer_byte(b, EXTERN_FUNC);
        hs_buffer_u(b, g->func_type[n]);
    }
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 3);
    s = hs_buffer_open(b);
    hs_buffer_u(b, nfuncs);
    for (uint32_t n = 0; n < nfuncs; n++)
        hs_buffer_u(b, g->func_type[RANDOM_IMPORTS + n]);
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 4);
    s = hs_buffer_open(b);
    hs_buffer_u(b, g->ntabs);
    for (uint32_t n = 0; n < g->ntabs; n++) {
        const struct tab *t = &g->tabs[n];
        hs_write_tabletype(
            b, &(struct tabletype){{t->min, t->max, true, t->is64, false, 0}, type_of(t->elem)});
    }
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 5);
    s = hs_buffer_open(b);
    hs_buffer_u(b, g->nmems);
    for (uint32_t n = 0; n < g->nmems; n++) {
        const struct mem *m = &g->mems[n];
        hs_write_memtype(b,
                         &(struct memtype){{m->pages, m->max, true, m->is64, false, m->page_log2}});
    }
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 6);
    s = hs_buffer_open(b);
    hs_buffer_u(b, nglobals + ncounters);
    for (uint32_t n = 0; n < nglobals + ncounters; n++) {
        char t = n < nglobals ? g->globals[n] : 'l';
        hs_write_globaltype(b, &(struct globaltype){type_of(t), true});
        hs_buffer_clear(&g->b);
        if (n < nglobals)
            constant(g, t);
        else
            zero(g, 'l');
        hs_buffer_bytes(b, g->b.data, g->b.size);
        hs_write_op(b, OP_END);
    }
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 7);
    s = hs_buffer_open(b);
    hs_buffer_u(b, nfuncs + g->ntabs + g->nmems + nglobals + ncounters);
    for (uint32_t n = 0; n < g->nfuncs; n++) {
        export(b, 'f', n, EXTERN_FUNC, RANDOM_IMPORTS + n);
        export(b, 'r', n, EXTERN_FUNC, RANDOM_IMPORTS + g->nfuncs + n);
    }
    for (uint32_t n = 0; n < g->ntabs; n++)
        export(b, 't', n, EXTERN_TABLE, n);
    for (uint32_t n = 0; n < g->nmems; n++)
        export(b, 'm', n, EXTERN_MEMORY, n);
    for (uint32_t n = 0; n < nglobals; n++)
        export(b, 'g', n, EXTERN_GLOBAL, n);
    for (uint32_t n = 0; n < ncounters; n++)
        export(b, 'c', n, EXTERN_GLOBAL, nglobals + n);
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 9);
    s = hs_buffer_open(b);
    hs_buffer_u(b, g->ntabs ? NELEMS : 1);
    for (uint32_t n = g->ntabs ? 0 : NELEMS - 1; n < NELEMS; n++) {
        bool last = n == NELEMS - 1;
        hs_buffer_u(b, n == 0 ? 0 : last ? 3 : 1);
        if (n == 0) {
            hs_write_op(b, g->tabs[0].is64 ? OP_I64_CONST : OP_I32_CONST);
            hs_buffer_s(b, 0);
            hs_write_op(b, OP_END);
        } else {
            hs_buffer_byte(b, 0);
        }
        uint32_t count = n == 0 || last ? RANDOM_IMPORTS + g->nfuncs : 6;
        hs_buffer_u(b, count);
        for (uint32_t k = 0; k < count; k++)
            hs_buffer_u(b, n == 0 || last ? k : below(g, RANDOM_IMPORTS + g->nfuncs));
    }
    hs_buffer_close(b, s);
    if (g->nmems) {
        hs_buffer_byte(b, 12);
        s = hs_buffer_open(b);
        hs_buffer_u(b, NDATAS);
        hs_buffer_close(b, s);
    }
    hs_buffer_byte(b, 10);
    s = hs_buffer_open(b);
    hs_buffer_u(b, nfuncs);
    hs_buffer_bytes(b, code->data, code->size);
    hs_buffer_close(b, s);
    if (g->nmems) {
        hs_buffer_byte(b, 11);
        s = hs_buffer_open(b);
        hs_buffer_u(b, NDATAS);
        for (uint32_t n = 0; n < NDATAS; n++) {
            hs_buffer_u(b, n >= PASSIVE_DATA);
            if (n < PASSIVE_DATA) {
                hs_write_op(b, g->mems[0].is64 ? OP_I64_CONST : OP_I32_CONST);
                hs_buffer_s(b, below(g, 64));
                hs_write_op(b, OP_END);
            }
            uint32_t size = n < PASSIVE_DATA ? 600 : 32;
            hs_buffer_u(b, size);
            for (uint32_t k = 0; k < size; k++)
                hs_buffer_byte(b, (uint8_t)draw(g));
        }
        hs_buffer_close(b, s);
    }
}

bool random_module_make(const struct random_options *options, struct random_module *out)
{
    struct gen *g = hs_calloc(1, sizeof *g);
    *out = (struct random_module){0};
    hs_buffer_init(&out->bytes, 16 << 20);
    if (!g)
        return false;
    g->seed = options->seed * UINT64_C(0xd1342543de82ef95) + 1;
    g->options = options;
    g->out = out;
    hs_buffer_init(&g->b, 1 << 20);
    struct buffer code;
    hs_buffer_init(&code, 8 << 20);
    choose_features(g);
    choose_shape(g);
    collect(g);
    out->nfuncs = g->nfuncs;
    out->nmemories = g->nmems;
    out->ntables = g->ntabs;
    out->nglobals = out->first_counter = (uint32_t)strlen(g->globals);
    bool failed = false;
    for (uint32_t n = 0; n < 2 * g->nfuncs; n++) {
        hs_buffer_clear(&g->b);
        if (n < g->nfuncs)
            function(g, &g->types[g->func_type[RANDOM_IMPORTS + n]]);
        else
            wrapper(g, RANDOM_IMPORTS + n - g->nfuncs);
        failed |= g->b.failed;
        hs_buffer_u(&code, g->b.size);
        hs_buffer_bytes(&code, g->b.data, g->b.size);
    }
    uint32_t pieces = (uint32_t)out->piece_ops.count;
    write_module(g, &code);
    out->piece_ops.count = pieces; /* constants of globals are no instructions that run */
    failed |= code.failed | g->b.failed | out->bytes.failed;
    hs_buffer_deinit(&code);
    hs_buffer_deinit(&g->b);
    hs_free(g);
    return !failed;
}

void random_module_deinit(struct random_module *m)
{
    hs_buffer_deinit(&m->bytes);
    hs_vec_deinit(&m->piece_end);
    hs_vec_deinit(&m->piece_ops);
}
