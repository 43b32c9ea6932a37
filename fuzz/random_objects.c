/* Structs, arrays, numbers of 31 bits and casts. A module with them has these types after its
 * function types, all in one recursive group, and all nullable where they are types of values:
 *
 *     s  struct            t  struct, sub s       u  struct, sub t, final     w  struct, final
 *     x  array of i8, i16  y  array of numbers    z  array of references
 *     a  any               q  eq                  j  i31
 *
 * Fields are letters, too; b and h are i8 and i16. Most references that are read from are made
 * sure not to be null, most indices are in range, so that functions come to their end; what
 * traps is seen by all, too. */
#include "random_gen.h"

enum { S, T, U, W, X, Y, Z };
static const char object_letters[] = "stuwxyz";

static uint32_t number_of(char t)
{
    return (uint32_t)(strchr(object_letters, t) - object_letters);
}

static bool is_struct(uint32_t n)
{
    return n <= W;
}

static char stack_type(char storage)
{
    return storage == 'b' || storage == 'h' ? 'i' : storage;
}

static char random_field(struct gen *g)
{
    if (chance(g, 25))
        return "bh"[below(g, 2)];
    if (chance(g, 45))
        return "arnejstuwxyzq"[below(g, 13)];
    return HAS(SIMD) && chance(g, 20) ? 'v' : "ilfd"[below(g, 4)];
}

void random_object_types(struct gen *g)
{
    for (uint32_t n = S; n <= Z; n++) {
        char *f = g->fields[n];
        f[0] = 0;
        if (n == T || n == U)
            snprintf(f, MAX_FIELDS + 1, "%s", g->fields[n - 1]);
        uint32_t have = (uint32_t)strlen(f),
                 more = n == X || n == Y || n == Z ? 1 : 1 + below(g, 4);
        for (uint32_t k = 0; k < more && have < MAX_FIELDS; k++)
            f[have++] = n == X   ? "bh"[below(g, 2)]
                        : n == Y ? (HAS(SIMD) && chance(g, 25) ? 'v' : "ilfd"[below(g, 4)])
                        : n == Z ? "arnejstuwxy"[below(g, 11)]
                                 : random_field(g);
        f[have] = 0;
    }
}

static void write_field(struct buffer *b, char storage)
{
    struct fieldtype f = {storage == 'b'   ? HS_VT(VT_I8)
                          : storage == 'h' ? HS_VT(VT_I16)
                                           : type_of(storage),
                          true};
    hs_write_fieldtype(b, &f);
}

void random_write_object_types(struct gen *g, struct buffer *b)
{
    for (uint32_t n = S; n <= Z; n++) {
        if (n == U || n == T || n == S) { /* sub, or sub final */
            hs_buffer_byte(b, n == U ? 0x4f : 0x50);
            hs_buffer_u(b, n != S);
            if (n != S)
                hs_buffer_u(b, T_OBJECTS + n - 1);
        }
        hs_buffer_byte(b, is_struct(n) ? 0x5f : 0x5e);
        if (is_struct(n))
            hs_buffer_u(b, strlen(g->fields[n]));
        for (const char *f = g->fields[n]; *f; f++)
            write_field(b, *f);
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

static void put_type(struct gen *g, enum op op, uint32_t n)
{
    leave(g, op);
    hs_buffer_u(&g->b, T_OBJECTS + n);
}

/* The top of the stack is of another type now. */
static void now(struct gen *g, char t)
{
    g->stack[g->height - 1] = t;
}

/* A new object that no operand is needed for: also in constant expressions. Pushes nothing on
 * g->stack. */
void random_new_object(struct gen *g, char t)
{
    switch (t) {
    case 'a':
    case 'q': random_new_object(g, "jstuwxyz"[below(g, 8)]); return;
    case 'j':
        put_i32(g, (int32_t)random_edge_int(g, 32));
        put(g, OP_REF_I31);
        return;
    default:
        if (!is_struct(number_of(t))) {
            put_i32(g, chance(g, 90) ? 4 + below(g, 9) : below(g, 3));
            put_type(g, OP_ARRAY_NEW_DEFAULT, number_of(t));
        } else {
            put_type(g, OP_STRUCT_NEW_DEFAULT, number_of(t));
        }
        return;
    }
}

/* An index or a length, mostly within. */
static void index_of(struct gen *g, int depth)
{
    if (chance(g, 75)) {
        put_i32(g, below(g, 4));
        push(g, 'i');
        return;
    }
    random_value(g, 'i', depth);
    if (chance(g, 92)) {
        put_i32(g, 3);
        put(g, OP_I32_AND);
    }
}

/* A reference to read from: mostly not null. */
static void solid(struct gen *g, char t, int depth)
{
    int local = random_local(g, t, true);
    if (chance(g, 6)) {
        random_value(g, t, depth);
    } else if (local < 0 || chance(g, 20)) {
        if (chance(g, 50)) {
            random_object(g, t, depth);
            if (chance(g, 20))
                leave(g, OP_REF_AS_NON_NULL);
        } else {
            random_new_object(g, t);
            push(g, t);
        }
    } else {
        if (chance(g, 40)) {
            random_value(g, t, depth);
            put_u(g, OP_LOCAL_SET, (uint32_t)local);
            g->height--;
        }
        put_u(g, OP_LOCAL_GET, (uint32_t)local);
        put(g, OP_REF_IS_NULL);
        leave(g, OP_IF);
        hs_buffer_byte(&g->b, 0x40);
        random_new_object(g, t);
        put_u(g, OP_LOCAL_SET, (uint32_t)local);
        leave(g, OP_END);
        put_u(g, OP_LOCAL_GET, (uint32_t)local);
        if (chance(g, 25))
            leave(g, OP_REF_AS_NON_NULL);
        push(g, t);
    }
}

/* A field or array element of type t (as on the stack): the object's type, or -1. */
static int find_field(struct gen *g, char t, uint32_t *out_field)
{
    for (uint32_t k = 0, start = below(g, 7); k < 7; k++) {
        uint32_t n = (start + k) % 7, count = (uint32_t)strlen(g->fields[n]),
                 from = below(g, count);
        for (uint32_t i = 0; i < count; i++)
            if (stack_type(g->fields[n][(from + i) % count]) == t) {
                *out_field = (from + i) % count;
                return (int)n;
            }
    }
    return -1;
}

/* Reads a field or an element of type t; false if there is none. */
static bool get(struct gen *g, char t, int depth)
{
    uint32_t i;
    int n = find_field(g, t, &i);
    if (n < 0)
        return false;
    char storage = g->fields[n][i];
    bool packed = storage != stack_type(storage), sign = chance(g, 50);
    solid(g, object_letters[n], depth);
    if (is_struct((uint32_t)n)) {
        put_type(g,
                 !packed ? OP_STRUCT_GET
                 : sign  ? OP_STRUCT_GET_S
                         : OP_STRUCT_GET_U,
                 (uint32_t)n);
        hs_buffer_u(&g->b, i);
    } else {
        index_of(g, depth);
        put_type(g, !packed ? OP_ARRAY_GET : sign ? OP_ARRAY_GET_S : OP_ARRAY_GET_U, (uint32_t)n);
        g->height--;
    }
    now(g, t);
    return true;
}

/* A value of a type of the heap, made. */
static void make(struct gen *g, char t, int depth)
{
    uint32_t n = number_of(t);
    const char *f = g->fields[n];
    if (is_struct(n)) {
        uint32_t height = g->height;
        for (const char *field = f; *field; field++)
            random_value(g, stack_type(*field), depth);
        put_type(g, OP_STRUCT_NEW, n);
        g->height = height;
        push(g, t);
        return;
    }
    switch (below(g, 5)) {
    case 0:
    case 1:
        random_value(g, stack_type(*f), depth);
        put_i32(g, chance(g, 98) ? (int64_t)below(g, 12) : -1);
        push(g, 'i');
        put_type(g, OP_ARRAY_NEW, n);
        g->height -= 2;
        push(g, t);
        return;
    case 2:
        if (n != Z ? g->nmems : *f == 'r' && g->ntabs) {
            put_i32(g, below(g, 4));
            put_i32(g, chance(g, 97) ? (int64_t)below(g, 3) : 40);
            put_type(g, n != Z ? OP_ARRAY_NEW_DATA : OP_ARRAY_NEW_ELEM, n);
            hs_buffer_u(&g->b, n != Z ? PASSIVE_DATA + below(g, NDATAS - PASSIVE_DATA)
                                      : PASSIVE_ELEM + below(g, NELEMS - 1 - PASSIVE_ELEM));
            push(g, t);
            return;
        } /* fall through */
    default: {
        uint32_t height = g->height, count = chance(g, 95) ? 1 + below(g, 6) : below(g, 20);
        for (uint32_t k = 0; k < count; k++)
            random_value(g, stack_type(*f), k < 2 ? depth : 0);
        put_type(g, OP_ARRAY_NEW_FIXED, n);
        hs_buffer_u(&g->b, count);
        g->height = height;
        push(g, t);
        return;
    }
    }
}

static void cast_types(struct gen *g, struct valtype from, struct valtype to, uint32_t l, bool fail)
{
    leave(g, fail ? OP_BR_ON_CAST_FAIL : OP_BR_ON_CAST);
    hs_buffer_byte(&g->b, (uint8_t)(hs_vt_nullable(from) | hs_vt_nullable(to) << 1));
    hs_buffer_u(&g->b, l);
    hs_write_heaptype(&g->b, hs_vt_heap(from));
    hs_write_heaptype(&g->b, hs_vt_heap(to));
}

/* Does a value of type `sub` count as one of `super`? */
static bool below_type(char sub, char super)
{
    return super == 'a' || sub == super || (super == 'q' && sub != 'a') ||
           (strchr("stu", sub) && strchr("stu", super) && sub > super);
}

/* The bigger type whose values are asked whether they are t. */
static char above_type(struct gen *g, char t)
{
    static const char all[] = "aqst";
    for (;;) {
        char c = all[below(g, 4)];
        if (below_type(t, c))
            return c;
    }
}

void random_object(struct gen *g, char t, int depth)
{
    static const char below_any[] = "jstuwxyz";
    switch (below(g, 10)) {
    case 0:
    case 1:
        if (get(g, t, depth))
            return;
        break;
    case 2: { /* a cast that succeeds or goes elsewhere */
        char from = above_type(g, t);
        if (from == t || !random_nests(g))
            break;
        leave(g, OP_BLOCK);
        hs_write_valtype(&g->b, type_of(t));
        random_enter(g, t);
        random_value(g, from, depth);
        bool null = chance(g, 50);
        cast_types(g, type_of(from), HS_REF(null, hs_vt_heap(type_of(t))), 0, false);
        put(g, OP_DROP);
        g->height--;
        random_value(g, t, depth);
        random_leave(g, t);
        return;
    }
    case 3: { /* the same the other way round: what is not a t is asked whether it is null */
        char from = above_type(g, t);
        if (from == t || !random_nests(g))
            break;
        random_value(g, t, depth);
        leave(g, OP_BLOCK);
        hs_write_valtype(&g->b, type_of(from));
        random_enter(g, from);
        random_value(g, from, depth);
        cast_types(g, type_of(from), HS_REF(true, hs_vt_heap(type_of(t))), 0, true);
        now(g, t);
        if (chance(g, 50)) {
            put(g, OP_DROP);
            g->height--;
            random_value(g, from, depth);
        } else {
            now(g, from);
        }
        random_leave(g, from);
        put(g, OP_REF_IS_NULL);
        now(g, 'i');
        put(g, OP_DROP);
        g->height--;
        return;
    }
    case 4: /* a cast that had better succeed */
        if (t != 'a') {
            random_object(g, t, depth - 1);
            if (chance(g, 60) && g->nctls) {
                int local = random_local(g, 'a', true);
                if (local >= 0)
                    put_u(g, OP_LOCAL_TEE, (uint32_t)local);
            }
            leave(g, OP_REF_CAST_NULL);
            hs_write_heaptype(&g->b, hs_vt_heap(type_of(t)));
            return;
        }
        break;
    default: break;
    }
    if (t == 'a' && chance(g, 20)) {
        random_value(g, 'e', depth);
        put(g, OP_ANY_CONVERT_EXTERN);
    } else if (t == 'a' || t == 'q') {
        random_value(g, below_any[below(g, 8)], depth);
    } else if (t == 's' && chance(g, 50)) {
        random_value(g, "tu"[below(g, 2)], depth);
    } else if (t == 't' && chance(g, 40)) {
        random_value(g, 'u', depth);
    } else if (t == 'j') {
        random_value(g, 'i', depth);
        put(g, OP_REF_I31);
    } else {
        make(g, t, depth);
    }
    now(g, t);
}

/* A number or vector that an object has; false: none this time. */
bool random_from_object(struct gen *g, char t, int depth)
{
    static const char all[] = "ajstuwxyzq";
    if (t == 'e') {
        random_value(g, 'a', depth);
        put(g, OP_EXTERN_CONVERT_ANY);
        now(g, 'e');
        return true;
    }
    if (t != 'i' || chance(g, 40))
        return get(g, t, depth);
    switch (below(g, 4)) {
    case 0:
        solid(g, "xyz"[below(g, 3)], depth);
        leave(g, OP_ARRAY_LEN);
        break;
    case 1:
        solid(g, 'j', depth);
        leave(g, chance(g, 50) ? OP_I31_GET_S : OP_I31_GET_U);
        break;
    case 2: {
        char to = all[below(g, 10)];
        static const uint32_t abstract[] = {HEAP_ANY,    HEAP_EQ,    HEAP_I31,
                                            HEAP_STRUCT, HEAP_ARRAY, HEAP_NONE};
        random_value(g, chance(g, 60) ? 'a' : above_type(g, to), depth);
        put(g, chance(g, 50) ? OP_REF_TEST : OP_REF_TEST_NULL);
        hs_write_heaptype(&g->b, chance(g, 70) ? hs_vt_heap(type_of(to)) : abstract[below(g, 6)]);
        break;
    }
    default: {
        char one = all[1 + below(g, 9)], other = chance(g, 60) ? one : all[1 + below(g, 9)];
        random_value(g, one, depth);
        int local = random_local(g, one, true);
        if (chance(g, 40) && local >= 0) {
            put_u(g, OP_LOCAL_TEE, (uint32_t)local);
            put_u(g, OP_LOCAL_GET, (uint32_t)local);
            push(g, one);
        } else {
            random_value(g, other, depth);
        }
        put(g, OP_REF_EQ);
        g->height--;
        break;
    }
    }
    now(g, 'i');
    return true;
}

/* An instruction that writes to objects. */
void random_object_op(struct gen *g, int depth)
{
    uint32_t n = below(g, 7), i = 0, height = g->height;
    if (chance(g, 45))
        n = X + below(g, 3);
    char t = object_letters[n];
    const char *f = g->fields[n];
    if (is_struct(n)) {
        i = below(g, strlen(f));
        solid(g, t, depth);
        random_value(g, stack_type(f[i]), depth);
        put_type(g, OP_STRUCT_SET, n);
        hs_buffer_u(&g->b, i);
        g->height = height;
        return;
    }
    solid(g, t, depth);
    index_of(g, depth);
    switch (below(g, 6)) {
    case 0:
        random_value(g, stack_type(*f), depth);
        index_of(g, depth);
        put_type(g, OP_ARRAY_FILL, n);
        break;
    case 1:
        solid(g, t, depth);
        index_of(g, depth);
        index_of(g, depth);
        put_type(g, OP_ARRAY_COPY, n);
        hs_buffer_u(&g->b, T_OBJECTS + n);
        break;
    case 2:
        if (n != Z ? g->nmems : *f == 'r' && g->ntabs) {
            index_of(g, depth);
            index_of(g, depth);
            put_type(g, n != Z ? OP_ARRAY_INIT_DATA : OP_ARRAY_INIT_ELEM, n);
            hs_buffer_u(&g->b, n != Z ? PASSIVE_DATA + below(g, NDATAS - PASSIVE_DATA)
                                      : PASSIVE_ELEM + below(g, NELEMS - 1 - PASSIVE_ELEM));
            break;
        } /* fall through */
    default:
        random_value(g, stack_type(*f), depth);
        put_type(g, OP_ARRAY_SET, n);
        break;
    }
    g->height = height;
}
