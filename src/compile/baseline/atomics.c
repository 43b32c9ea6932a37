/* Atomic accesses. On this machine a load is a plain load and a store an exchange, which makes
 * both sequentially consistent; the others have a lock prefix or are a loop around
 * compare-and-exchange.
 *
 * The effective address must be aligned, which is checked before the bounds.
 *
 * https://github.com/WebAssembly/threads/blob/main/proposals/threads/Overview.md */
#include "compile/baseline/baseline.h"

enum rmw { ADD, SUB, AND, OR, XOR, XCHG };

/* The operand for an aligned access, after the popped address. */
static struct x64_mem aligned(struct bl *b, struct bl_memarg arg, uint32_t size,
                              struct value address)
{
    uint8_t r = hs_bl_use(b, address);
    if (size > 1) {
        uint8_t low = r;
        if (arg.offset & (size - 1)) {
            low = bl_alloc_gpr(b);
            x64_lea64_rm(&b->a, low, x64_bd(r, (int32_t)(arg.offset & (size - 1))));
        }
        x64_test32_ri(&b->a, low, (int32_t)(size - 1));
        hs_bl_trap_if(b, CC_NE, TRAP_HEAP_MISALIGNED);
        if (low != r)
            bl_free(b, low);
    }
    if (!bl_is_pin(b, r)) /* the value is in the register now */
        address = bl_value(V_REG, address.type, r, 0);
    return hs_bl_address(b, arg.memory, arg.offset, size, address);
}

static void extend(struct bl *b, uint32_t size, uint8_t r)
{
    if (size == 1)
        x64_movzx8_32_rr(&b->a, r, r);
    else if (size == 2)
        x64_movzx16_32_rr(&b->a, r, r);
    else if (size == 4)
        x64_mov32_rr(&b->a, r, r);
}

/* An instruction of the form opcode r/m, reg at a width. */
static void emit(struct bl *b, uint32_t form, uint32_t size, struct x64_mem m, uint8_t r)
{
    x64_emit_m(&b->a, x64_int_form(size * 8, form), r, m);
}

enum { LOCK = 0xf0, OP_XCHG = 0x87, OP_MOV = 0x89 };
#define OP_XADD    X64_FORM(0, 1, 0xc1)
#define OP_CMPXCHG X64_FORM(0, 1, 0xb1)

static void load_zero(struct bl *b, uint32_t size, uint8_t d, struct x64_mem m)
{
    switch (size) {
    case 1: x64_movzx8_32_rm(&b->a, d, m); break;
    case 2: x64_movzx16_32_rm(&b->a, d, m); break;
    case 4: x64_mov32_rm(&b->a, d, m); break;
    default: x64_mov64_rm(&b->a, d, m); break;
    }
}

static const uint8_t *load(struct bl *b, const uint8_t *p, uint32_t size, uint8_t type)
{
    struct bl_memarg arg = bl_memarg(&p);
    struct x64_mem m = aligned(b, arg, size, bl_pop(b));
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_alloc_gpr(b);
    load_zero(b, size, d, m);
    return bl_result(b, p, d, type);
}

static const uint8_t *store(struct bl *b, const uint8_t *p, uint32_t size)
{
    struct bl_memarg arg = bl_memarg(&p);
    struct value v = bl_pop(b), address = bl_pop(b);
    uint8_t r = hs_bl_own(b, v); /* the exchange overwrites it */
    struct x64_mem m = aligned(b, arg, size, address);
    emit(b, OP_XCHG, size, m, r);
    bl_done(b);
    return p;
}

/* rax must be free for the loop before anything is popped. */
static const uint8_t *read_modify_write(struct bl *b, const uint8_t *p, enum rmw op, uint32_t size,
                                        uint8_t type)
{
    struct bl_memarg arg = bl_memarg(&p);
    bool loop = op == AND || op == OR || op == XOR;
    if (loop)
        hs_bl_take(b, RAX);
    struct value v = bl_pop(b), address = bl_pop(b);
    if (!loop) {
        uint8_t r = hs_bl_own(b, v);
        struct x64_mem m = aligned(b, arg, size, address);
        if (op == SUB)
            x64_neg64_r(&b->a, r);
        if (op != XCHG)
            x64_u8(&b->a, LOCK);
        emit(b, op == XCHG ? OP_XCHG : OP_XADD, size, m, r);
        extend(b, size, r);
        return bl_result(b, p, r, type);
    }
    uint8_t r = hs_bl_use(b, v);
    struct x64_mem m = aligned(b, arg, size, address);
    uint8_t t = bl_alloc_gpr(b);
    load_zero(b, size, RAX, m);
    struct x64_label again;
    x64_label_init(&again);
    x64_bind(&b->a, &again);
    x64_mov64_rr(&b->a, t, RAX);
    bl_alu_rr(b, op == AND ? ALU_AND : op == OR ? ALU_OR : ALU_XOR, 1, t, r);
    x64_u8(&b->a, LOCK);
    emit(b, OP_CMPXCHG, size, m, t);
    x64_jcc_label(&b->a, CC_NE, &again);
    extend(b, size, RAX);
    return bl_result(b, p, RAX, type);
}

static const uint8_t *compare_exchange(struct bl *b, const uint8_t *p, uint32_t size, uint8_t type)
{
    struct bl_memarg arg = bl_memarg(&p);
    hs_bl_take(b, RAX);
    struct value new = bl_pop(b), expected = bl_pop(b), address = bl_pop(b);
    hs_bl_move_to(b, expected, RAX);
    if (expected.kind == V_REG)
        bl_free(b, expected.reg);
    uint8_t r = hs_bl_use(b, new);
    struct x64_mem m = aligned(b, arg, size, address);
    x64_u8(&b->a, LOCK);
    emit(b, OP_CMPXCHG, size, m, r);
    extend(b, size, RAX);
    return bl_result(b, p, RAX, type);
}

#define BL_ATOMIC_LOAD(id, size, type)                                                             \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return load(b, p, size, type);                                                             \
    }
BL_ATOMIC_LOAD(I32_ATOMIC_LOAD, 4, VT_I32)
BL_ATOMIC_LOAD(I64_ATOMIC_LOAD, 8, VT_I64)
BL_ATOMIC_LOAD(I32_ATOMIC_LOAD8_U, 1, VT_I32)
BL_ATOMIC_LOAD(I32_ATOMIC_LOAD16_U, 2, VT_I32)
BL_ATOMIC_LOAD(I64_ATOMIC_LOAD8_U, 1, VT_I64)
BL_ATOMIC_LOAD(I64_ATOMIC_LOAD16_U, 2, VT_I64)
BL_ATOMIC_LOAD(I64_ATOMIC_LOAD32_U, 4, VT_I64)

#define BL_ATOMIC_STORE(id, size)                                                                  \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return store(b, p, size);                                                                  \
    }
BL_ATOMIC_STORE(I32_ATOMIC_STORE, 4)
BL_ATOMIC_STORE(I64_ATOMIC_STORE, 8)
BL_ATOMIC_STORE(I32_ATOMIC_STORE8, 1)
BL_ATOMIC_STORE(I32_ATOMIC_STORE16, 2)
BL_ATOMIC_STORE(I64_ATOMIC_STORE8, 1)
BL_ATOMIC_STORE(I64_ATOMIC_STORE16, 2)
BL_ATOMIC_STORE(I64_ATOMIC_STORE32, 4)

#define BL_RMW(id, op, size, type)                                                                 \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return read_modify_write(b, p, op, size, type);                                            \
    }
#define BL_RMWS(op)                                                                                \
    BL_RMW(I32_ATOMIC_RMW_##op, op, 4, VT_I32)                                                     \
    BL_RMW(I64_ATOMIC_RMW_##op, op, 8, VT_I64)                                                     \
    BL_RMW(I32_ATOMIC_RMW8_##op##_U, op, 1, VT_I32)                                                \
    BL_RMW(I32_ATOMIC_RMW16_##op##_U, op, 2, VT_I32)                                               \
    BL_RMW(I64_ATOMIC_RMW8_##op##_U, op, 1, VT_I64)                                                \
    BL_RMW(I64_ATOMIC_RMW16_##op##_U, op, 2, VT_I64)                                               \
    BL_RMW(I64_ATOMIC_RMW32_##op##_U, op, 4, VT_I64)
BL_RMWS(ADD)
BL_RMWS(SUB)
BL_RMWS(AND)
BL_RMWS(OR)
BL_RMWS(XOR)
BL_RMWS(XCHG)

#define BL_CMPXCHG(id, size, type)                                                                 \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return compare_exchange(b, p, size, type);                                                 \
    }
BL_CMPXCHG(I32_ATOMIC_RMW_CMPXCHG, 4, VT_I32)
BL_CMPXCHG(I64_ATOMIC_RMW_CMPXCHG, 8, VT_I64)
BL_CMPXCHG(I32_ATOMIC_RMW8_CMPXCHG_U, 1, VT_I32)
BL_CMPXCHG(I32_ATOMIC_RMW16_CMPXCHG_U, 2, VT_I32)
BL_CMPXCHG(I64_ATOMIC_RMW8_CMPXCHG_U, 1, VT_I64)
BL_CMPXCHG(I64_ATOMIC_RMW16_CMPXCHG_U, 2, VT_I64)
BL_CMPXCHG(I64_ATOMIC_RMW32_CMPXCHG_U, 4, VT_I64)

BL_OP(ATOMIC_FENCE)
{
    x64_mfence(&b->a);
    return p + 1;
}

/* --- wait and notify: the runtime checks everything; it gets the effective address ------------ */

static void add_offset(struct bl *b, uint64_t offset, uint32_t below)
{
    struct value *v = b->sp - 1 - below;
    struct value a = *v;
    if (a.kind == V_SLOT)
        a.num = (uint32_t)(v - b->stack);
    else if (a.kind == V_REG)
        b->held |= BIT(a.reg);
    *v = bl_value(V_CONST, VT_I64, BL_NONE, 0); /* nothing to spill meanwhile */
    uint8_t r = hs_bl_own(b, a);
    if (offset) {
        uint8_t t = bl_alloc_gpr(b);
        x64_mov64_ri(&b->a, t, offset);
        x64_add64_rr(&b->a, r, t);
        hs_bl_trap_if(b, CC_C, TRAP_MEMORY_OUT_OF_BOUNDS);
    }
    b->held &= ~BIT(r);
    *v = bl_value(V_REG, VT_I64, r, 0);
    bl_done(b);
}

static const uint8_t *wait_or_notify(struct bl *b, const uint8_t *p, enum hs_libcall id, uint32_t n)
{
    struct bl_memarg arg = bl_memarg(&p);
    add_offset(b, arg.offset, n - 1);
    hs_bl_libcall(b, id, n, 1, (uint64_t[]){arg.memory}, VT_I32);
    return p;
}

BL_OP(MEMORY_ATOMIC_NOTIFY)
{
    return wait_or_notify(b, p, LIBCALL_ATOMIC_NOTIFY, 2);
}

BL_OP(MEMORY_ATOMIC_WAIT32)
{
    return wait_or_notify(b, p, LIBCALL_ATOMIC_WAIT32, 3);
}

BL_OP(MEMORY_ATOMIC_WAIT64)
{
    return wait_or_notify(b, p, LIBCALL_ATOMIC_WAIT64, 3);
}
