/* The body of a function: instructions one after the other, each with what it needs before it.
 * `value` writes an expression of a type, `instruction` anything at all; both spend a budget,
 * which ends the function. See random_gen.h. */
#include "random_gen.h"

/* --- operands --------------------------------------------------------------------------------- */

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
        random_constant(g, t);
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
        uint64_t x = random_edge_int(g, t == 'i' ? 32 : 64);
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
        return chance(g, 50) ? offset
               : m->is64     ? random_edge_int(g, 64)
                             : (uint32_t)random_edge_int(g, 32);
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
        offset = m->is64 ? random_edge_int(g, 64) : (uint32_t)random_edge_int(g, 32);
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

/* A multiple of a constant divided by it, where a multiplication instead of the division has its
 * worst case. */
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
        random_constant(g, sig[1]);
        push(g, sig[1]);
        return;
    }
    if (op == OP_V128_CONST) {
        random_constant(g, 'v');
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
    case 14:
    case 15:
    case 16:
        if (HAS(GC) && !is_object(t) && t != 'r' && t != 'n' && random_from_object(g, t, depth - 1))
            return;
        break;
    default: break;
    }
    if (is_object(t))
        random_object(g, t, depth - 1);
    else if (is_ref(t))
        leaf(g, t);
    else
        simple(g, g->ops_of[letter(t)][below(g, g->nops_of[letter(t)])], depth, false);
}

void random_value(struct gen *g, char t, int depth)
{
    value(g, t, depth);
}

int random_local(struct gen *g, char t, bool written)
{
    return find_local(g, t, written);
}

bool random_nests(const struct gen *g)
{
    return g->nctls - g->nested < MAX_NESTED - 1;
}

void random_enter(struct gen *g, char result)
{
    struct ctl *c = &g->ctls[g->nctls++];
    *c = (struct ctl){{result}, {result}, g->height};
}

void random_leave(struct gen *g, char result)
{
    leave(g, OP_END);
    g->nctls--;
    g->stack[g->height - 1] = result;
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

/* --- control ---------------------------------------------------------------------------------- */

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
        random_zero(g, *t);
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

void random_open(struct gen *g, const char *results)
{
    enter(g, results, results, g->height);
}

void random_sequence(struct gen *g, uint32_t count, int depth)
{
    sequence(g, count, depth);
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

void random_close(struct gen *g)
{
    close_block(g);
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

/* Arguments of a call: values, or locals in any order, which are in registers that arguments go
 * to. */
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

void random_call(struct gen *g, int depth, bool host)
{
    if (host)
        call(g, 0, depth);
    else
        any_call(g, depth, false);
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
    case 21:
    case 22:
    case 23:
        if (HAS(GC)) {
            random_object_op(g, depth - 1);
            break;
        } /* fall through */
    case 24:
    case 25:
        if (HAS(EXCEPTIONS)) {
            if (g->nctls - g->nested >= MAX_NESTED - 5 || depth <= 0)
                break;
            if (g->tries)
                random_try(g, depth - 1);
            else if (chance(g, 30))
                random_throw(g, depth - 1);
            break;
        } /* fall through */
    case 26:
        if (HAS(EXCEPTIONS)) {
            if (g->nctls - g->nested < MAX_NESTED - 2 && chance(g, 35))
                random_throw(g, depth - 1);
            break;
        } /* fall through */
    default: simple(g, (enum op)g->ops[below(g, g->nops)], depth, true); break;
    }
}

/* --- functions -------------------------------------------------------------------------------- */

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

void random_function(struct gen *g, const struct sig *s)
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
    g->tries = chance(g, 50); /* they change what registers a function has */
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
    if (HAS(EXCEPTIONS) && s == &g->types[T_HOST] && chance(g, 60)) {
        g->tries = false; /* the other instance calls it */
        random_throw(g, 2);
    }
    while (g->budget > 0) {
        if (HAS(EXCEPTIONS) && !g->tries && chance(g, 5)) /* for its callers */
            random_throw(g, 2);
        instruction(g, 4);
    }
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

void random_wrapper(struct gen *g, uint32_t func)
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
        random_constant(g, *t);
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
