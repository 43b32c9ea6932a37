/* Vectors: the value stack on one side, the rows of x64_simd.def on the other. One function per
 * class of operands finds registers for them; what the machine does is in x64_simd.c.
 *
 * A destination is the pin that is set next, else a register that an operand leaves behind, else
 * a new one; any of them may be an operand at the same time, x64_simd copes. With AVX the second
 * operand may stay in memory: in its slot, as a constant, or where a v128.load comes right
 * before.
 *
 * https://webassembly.github.io/spec/core/exec/instructions.html#vector-instructions */
#include "compile/baseline/baseline.h"
#include "compile/x64/x64_simd.h"

_Static_assert(X64_SIMD_ROOM + 256 <= BL_ROOM, "an instruction and its spills have room");

static struct x64_simd begin(struct bl *b)
{
    return (struct x64_simd){.a = &b->a, .cpu = b->cpu};
}

static uint8_t general(struct bl *b, const uint8_t *p)
{
    uint8_t d = bl_dest(b, p);
    return d != BL_NONE ? d : bl_alloc_gpr(b);
}

/* A vector register for the result of n vector operands. */
static uint8_t destination(struct bl *b, const uint8_t *p, enum op op, const struct x64_simd *x,
                           unsigned n)
{
    uint8_t d = bl_dest(b, p);
    if (d != BL_NONE)
        return d;
    const struct x64_simd_row *r = x64_simd_row(op);
    bool any = (b->cpu & HS_CPU_AVX) || (r->flags & (X64_SIMD_COMMUTES | X64_SIMD_ANY));
    unsigned best = r->flags & X64_SIMD_SWAP ? 1 : 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned k = i == 0 ? best : i == best ? 0 : i;
        if (i > 0 && (!any || (k == 1 && x->in_memory)))
            continue;
        if (b->held >> (x->s[k] + 16) & 1)
            return (uint8_t)(x->s[k] + 16);
    }
    return bl_alloc_fpr(b);
}

/* Finds temporaries, emits, and keeps the constants. */
static void emit(struct bl *b, enum op op, struct x64_simd *x)
{
    unsigned n = x64_simd_temps(op, x);
    for (unsigned i = 0; i < n; i++)
        x->tx[i] = XR(bl_alloc_fpr(b));
    x64_simd_emit(op, x);
    for (uint32_t i = 0; i < x->nuses; i++)
        hs_bl_pool(b, x->uses[i].field, 16, x->uses[i].bits);
}

static const uint8_t *vector_result(struct bl *b, const uint8_t *p, enum op op, struct x64_simd *x,
                                    unsigned n)
{
    uint8_t d = destination(b, p, op, x, n);
    x->d = XR(d);
    emit(b, op, x);
    return bl_result(b, p, d, VT_V128);
}

/* --- vectors to a vector ---------------------------------------------------------------------- */

static const uint8_t *un(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    x.s[0] = XR(hs_bl_use(b, bl_pop(b)));
    return vector_result(b, p, op, &x, 1);
}

static const uint8_t *bin_with(struct bl *b, const uint8_t *p, enum op op, struct value l,
                               struct x64_mem m)
{
    struct x64_simd x = begin(b);
    x.s[0] = x.s[1] = XR(hs_bl_use(b, l));
    x.in_memory = true;
    x.m = m;
    return vector_result(b, p, op, &x, 1);
}

static const uint8_t *bin(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    struct value r = bl_pop(b), l = bl_pop(b);
    if (!x64_simd_folds(op, b->cpu)) {
        x.s[1] = XR(hs_bl_use(b, r));
        x.s[0] = XR(hs_bl_use(b, l));
        return vector_result(b, p, op, &x, 2);
    }
    if ((x64_simd_row(op)->flags & X64_SIMD_COMMUTES) && r.kind == V_REG && l.kind != V_REG) {
        struct value t = l;
        l = r;
        r = t;
    }
    struct opnd o = hs_bl_operand(b, r);
    if (o.kind == O_REG) {
        x.s[1] = XR(o.reg);
        x.s[0] = XR(hs_bl_use(b, l));
        return vector_result(b, p, op, &x, 2);
    }
    x.s[0] = x.s[1] = XR(hs_bl_use(b, l));
    x.in_memory = true;
    x.m = o.m;
    uint8_t d = destination(b, p, op, &x, 1);
    x.d = XR(d);
    emit(b, op, &x);
    if (o.pool)
        hs_bl_pool(b, x.field, o.pool, b->pool_bits);
    return bl_result(b, p, d, VT_V128);
}

static const uint8_t *ter(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    for (int i = 2; i >= 0; i--)
        x.s[i] = XR(hs_bl_use(b, bl_pop(b)));
    return vector_result(b, p, op, &x, 3);
}

static const uint8_t *shuffle(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    x.lanes = p;
    for (int i = 1; i >= 0; i--)
        x.s[i] = XR(hs_bl_use(b, bl_pop(b)));
    return vector_result(b, p + 16, op, &x, 2);
}

static const uint8_t *shift(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    struct value count = bl_pop(b), v = bl_pop(b);
    if (count.kind == V_CONST) {
        x.constant = true;
        x.imm = (uint8_t)count.num;
    } else {
        x.s[1] = hs_bl_use(b, count);
        x.t = b->held >> x.s[1] & 1 ? x.s[1] : bl_alloc_gpr(b);
    }
    x.s[0] = XR(hs_bl_use(b, v));
    return vector_result(b, p, op, &x, 1);
}

/* --- to numbers ------------------------------------------------------------------------------- */

static const uint8_t *test(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    struct use u = hs_bl_peek(p);
    hs_bl_prepare(b, &u, 1);
    x.s[0] = XR(hs_bl_use(b, bl_pop(b)));
    struct cond c;
    hs_bl_before(b, &u, 0, &c);
    emit(b, op, &x);
    return hs_bl_after(b, &c, x.cc);
}

static const uint8_t *mask(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    x.s[0] = XR(hs_bl_use(b, bl_pop(b)));
    x.d = general(b, p);
    emit(b, op, &x);
    return bl_result(b, p, x.d, VT_I32);
}

static uint8_t lane_type(enum op op)
{
    switch (op) {
    case OP_F32X4_SPLAT:
    case OP_F32X4_EXTRACT_LANE:
    case OP_F32X4_REPLACE_LANE: return VT_F32;
    case OP_F64X2_SPLAT:
    case OP_F64X2_EXTRACT_LANE:
    case OP_F64X2_REPLACE_LANE: return VT_F64;
    case OP_I64X2_EXTRACT_LANE: return VT_I64;
    default: return VT_I32;
    }
}

static const uint8_t *extract(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    uint8_t type = lane_type(op), d;
    x.imm = *p++;
    x.s[0] = XR(hs_bl_use(b, bl_pop(b)));
    d = bl_is_fp(type) ? destination(b, p, op, &x, 1) : general(b, p);
    x.d = XR(d);
    emit(b, op, &x);
    return bl_result(b, p, d, type);
}

/* --- from numbers ----------------------------------------------------------------------------- */

static const uint8_t *splat(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    uint8_t s = hs_bl_use(b, bl_pop(b));
    x.s[0] = XR(s);
    return vector_result(b, p, op, &x, s >= 16);
}

static const uint8_t *replace(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    x.imm = *p++;
    uint8_t s = hs_bl_use(b, bl_pop(b));
    x.s[1] = XR(s);
    x.s[0] = XR(hs_bl_use(b, bl_pop(b)));
    return vector_result(b, p, op, &x, s >= 16 ? 2 : 1);
}

/* --- constants and memory --------------------------------------------------------------------- */

BL_OP(V128_CONST)
{
    bl_push(b, bl_value(V_WIDE, VT_V128, BL_NONE, (uint32_t)(p - b->bytes)));
    return p + 16;
}

static const uint16_t by_code[] = {
#define OP(id, text, prefix, code, imm, sig, feature, flags) CODE_##prefix(code, OP_##id)
#define CODE_0x00(code, op)
#define CODE_0xfb(code, op)
#define CODE_0xfc(code, op)
#define CODE_0xfd(code, op) [code] = op,
#define CODE_0xfe(code, op)
#include "syntax/opcodes.def"
};

/* Does an instruction follow that takes its second operand from memory? */
static bool folds_next(const struct bl *b, const uint8_t *p, enum op *out_op,
                       const uint8_t **out_next)
{
    if (*p++ != 0xfd)
        return false;
    uint32_t code = bl_u32(&p);
    enum op op = (enum op)by_code[code];
    if (op == OP_V128_CONST || !x64_simd_folds(op, b->cpu))
        return false;
    *out_op = op;
    *out_next = p;
    return true;
}

static const uint8_t *load(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    struct bl_memarg arg = bl_memarg(&p);
    x.m = hs_bl_address(b, arg.memory, arg.offset, x64_simd_row(op)->imm, bl_pop(b));
    enum op next;
    const uint8_t *after;
    if (op == OP_V128_LOAD && folds_next(b, p, &next, &after))
        return bin_with(b, after, next, bl_pop(b), x.m);
    return vector_result(b, p, op, &x, 0);
}

static const uint8_t *load_lane(struct bl *b, const uint8_t *p, enum op op)
{
    struct x64_simd x = begin(b);
    struct bl_memarg arg = bl_memarg(&p);
    x.imm = *p++;
    struct value v = bl_pop(b), address = bl_pop(b);
    x.s[0] = XR(hs_bl_use(b, v));
    x.m = hs_bl_address(b, arg.memory, arg.offset, x64_simd_row(op)->imm, address);
    return vector_result(b, p, op, &x, 1);
}

static const uint8_t *store_at(struct bl *b, const uint8_t *p, enum op op, struct bl_memarg arg,
                               uint8_t lane)
{
    struct x64_simd x = begin(b);
    x.imm = lane;
    struct value v = bl_pop(b), address = bl_pop(b);
    x.s[0] = XR(hs_bl_use(b, v));
    x.m = hs_bl_address(b, arg.memory, arg.offset, x64_simd_row(op)->imm, address);
    emit(b, op, &x);
    bl_done(b);
    return p;
}

static const uint8_t *store(struct bl *b, const uint8_t *p, enum op op)
{
    struct bl_memarg arg = bl_memarg(&p);
    return store_at(b, p, op, arg, 0);
}

static const uint8_t *store_lane(struct bl *b, const uint8_t *p, enum op op)
{
    struct bl_memarg arg = bl_memarg(&p);
    return store_at(b, p + 1, op, arg, *p);
}

/* --- the handlers: a row each ----------------------------------------------------------------- */

#define CLASS_UN         un
#define CLASS_BIN        bin
#define CLASS_TER        ter
#define CLASS_SHIFT      shift
#define CLASS_TEST       test
#define CLASS_MASK       mask
#define CLASS_SPLAT      splat
#define CLASS_EXTRACT    extract
#define CLASS_REPLACE    replace
#define CLASS_SHUFFLE    shuffle
#define CLASS_LOAD       load
#define CLASS_LOAD_LANE  load_lane
#define CLASS_STORE      store
#define CLASS_STORE_LANE store_lane
#define SIMD(class, op, ...)                                                                       \
    BL_OP(op)                                                                                      \
    {                                                                                              \
        return CLASS_##class(b, p, OP_##op);                                                       \
    }
#include "compile/x64/x64_simd.def"
