/* Linear memory: addresses in the three styles, loads and stores, and the bulk operations, which
 * are calls.
 *
 *   guarded   [base + address + offset]: a fault is the trap. Offsets that could reach over the guard are checked.
 *   checked   end = address + offset + size, without overflow; end > bytes traps; the access is [base + end - size].
 *             Against speculation a cmov makes end = size when the branch is mispredicted: offset 0.
 *   movable   checked, and the base is read from the record at each access.
 *
 * That [base + register] stays inside the reservation rests on I1: an i32 address is
 * zero-extended.
 *
 * A load whose operation follows becomes the memory operand of it (join).
 *
 * https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions */
#include "compile/baseline/baseline.h"

static void load_record(struct bl *b, uint8_t r, uint32_t memory)
{
    int32_t at = memory == 0 ? HS_OFF_MEM0 : (int32_t)hs_off_memory(b->layout, memory);
    x64_mov64_rm(&b->a, r, x64_bd(R13, at));
}

/* A register with the base. For fixed memories it is read where it is cheapest. */
static uint8_t base_of(struct bl *b, uint32_t memory)
{
    if (memory == 0 && b->membase != BL_NONE)
        return b->membase;
    uint8_t r = bl_alloc_gpr(b);
    if (memory == 0 && b->layout->memory_style[0] != MEMORY_CHECKED_MOVABLE) {
        x64_mov64_rm(&b->a, r, x64_bd(R13, HS_OFF_MEM0_BASE));
    } else {
        load_record(b, r, memory);
        x64_mov64_rm(&b->a, r, x64_bd(r, HS_OFF_MEMREC_BASE));
    }
    return r;
}

static void always_out_of_bounds(struct bl *b)
{
    struct x64_label l;
    x64_label_init(&l);
    x64_jmp_label(&b->a, &l);
    hs_bl_trap_label(b, &l, TRAP_MEMORY_OUT_OF_BOUNDS);
}

static struct x64_mem checked_address(struct bl *b, uint32_t memory, uint64_t offset, uint32_t size,
                                      struct value address)
{
    bool is64 = b->m->memories[memory].type.limits.is64;
    uint64_t add;
    if (__builtin_add_overflow(offset, size, &add)) {
        always_out_of_bounds(b);
        add = offset = 0;
    }
    uint8_t rec;
    int64_t c;
    uint64_t end_const;
    if (address.kind == V_CONST || address.kind == V_WIDE) {
        hs_bl_const_i64(b, address, &c);
        if (!__builtin_add_overflow((uint64_t)c, add, &end_const) && end_const <= INT32_MAX) {
            rec = bl_alloc_gpr(b);
            load_record(b, rec, memory);
            hs_bl_alu_mi(b, ALU_CMP, 1, x64_bd(rec, HS_OFF_MEMREC_BYTES), (int32_t)end_const);
            hs_bl_trap_if(b, CC_B, TRAP_MEMORY_OUT_OF_BOUNDS);
            bl_free(b, rec);
            return x64_bd(base_of(b, memory), (int32_t)(end_const - size));
        }
    }
    uint8_t r = hs_bl_use(b, address);
    uint8_t end = bl_alloc_gpr(b);
    if (add <= INT32_MAX) {
        if (is64) {
            x64_mov64_rr(&b->a, end, r);
            x64_add64_ri(&b->a, end, (int32_t)add);
        } else {
            x64_lea64_rm(&b->a, end, x64_bd(r, (int32_t)add));
        }
    } else {
        x64_mov64_ri(&b->a, end, add);
        x64_add64_rr(&b->a, end, r);
    }
    if (is64)
        hs_bl_trap_if(b, CC_C, TRAP_MEMORY_OUT_OF_BOUNDS);
    bl_free(b, r);
    b->free &= ~BIT(end);
    rec = bl_alloc_gpr(b);
    load_record(b, rec, memory);
    x64_cmp64_rm(&b->a, end, x64_bd(rec, HS_OFF_MEMREC_BYTES));
    if (!HS_PLANTED(2))
        hs_bl_trap_if(b, CC_A, TRAP_MEMORY_OUT_OF_BOUNDS);
    if (b->layout->spectre) {
        x64_mov32_ri(&b->a, rec, size);
        x64_cmov64_rr(&b->a, CC_A, end, rec);
    }
    bl_free(b, rec);
    return x64_bid(base_of(b, memory), end, -(int32_t)size);
}

struct x64_mem hs_bl_address(struct bl *b, uint32_t memory, uint64_t offset, uint32_t size,
                             struct value address)
{
    bool guarded = b->layout->memory_style[memory] == MEMORY_GUARDED_FIXED && b->layout->signals;
    if (!guarded || (offset > HS_GUARD_BYTES - 16 && !HS_PLANTED(11)))
        return checked_address(b, memory, offset, size, address);
    if (address.kind == V_CONST) {
        uint64_t at = (uint64_t)address.num + offset;
        if (at <= INT32_MAX)
            return x64_bd(base_of(b, memory), (int32_t)at);
    }
    uint8_t r = hs_bl_use(b, address);
    return x64_bid(base_of(b, memory), r, (int32_t)offset);
}

/* The operand of an access: the memarg at *p is read and the address popped. */
static __attribute__((noinline)) struct x64_mem any_operand(struct bl *b, const uint8_t **p,
                                                            uint32_t size)
{
    struct bl_memarg arg = bl_memarg(p);
    return hs_bl_address(b, arg.memory, arg.offset, size, bl_pop(b));
}

/* The same; the usual case is here: guarded memory 0 with its base in rbx, an offset of one or
 * two bytes, an address that is not constant. */
static inline __attribute__((always_inline)) struct x64_mem operand(struct bl *b, const uint8_t **p,
                                                                    uint32_t size)
{
    const uint8_t *q = *p;
    uint32_t offset = q[1], more = offset >> 7;
    if (more)
        offset = (offset & 0x7f) | (uint32_t)q[2] << 7;
    if (HS_LIKELY(b->plain_memory && q[0] < 0x40 && offset < 1 << 14 &&
                  b->sp[-1].kind != V_CONST)) {
        *p = q + 2 + more;
        return x64_bid(RBX, hs_bl_use(b, bl_pop(b)), (int32_t)offset);
    }
    struct x64_mem m = any_operand(b, &q, size);
    *p = q;
    return m;
}
_Static_assert(1 << 14 <= HS_GUARD_BYTES - 16, "no check is needed");

/* --- loads ------------------------------------------------------------------------------------ */

/* A register that only the operand uses, or a new one. */
static uint8_t reuse(struct bl *b, struct x64_mem m)
{
    unsigned index = x64_mem_index(m), base = x64_mem_base(m);
    if (index != X64_NO_INDEX && (b->held >> index & 1))
        return (uint8_t)index;
    if (b->held >> base & 1)
        return (uint8_t)base;
    return bl_alloc_gpr(b);
}

/* With what a load can become one instruction, and what instructions may be the beginning of it. */
enum { WITH_NOTHING, WITH_COMPARE = 1, WITH_I32 = 2, WITH_I64 = 4, WITH_F32 = 8, WITH_F64 = 16 };
static const uint8_t joins[256] = {
    [0x41] = WITH_COMPARE,      [0x42] = WITH_COMPARE, /* a constant, and a comparison then */
    [0x45] = WITH_COMPARE,      [0x50] = WITH_COMPARE, /* eqz, if, br_if, select */
    [0x04] = WITH_COMPARE,      [0x0d] = WITH_COMPARE,      [0x1b] = WITH_COMPARE,
    [0x46 ... 0x4f] = WITH_I32, [0x6a ... 0x6c] = WITH_I32, [0x71 ... 0x73] = WITH_I32,
    [0x51 ... 0x5a] = WITH_I64, [0x7c ... 0x7e] = WITH_I64, [0x83 ... 0x85] = WITH_I64,
    [0x92 ... 0x95] = WITH_F32, [0xa0 ... 0xa3] = WITH_F64,
};

/* What follows reads memory itself; NULL if it does not after all. */
static __attribute__((noinline)) const uint8_t *join(struct bl *b, const uint8_t *p,
                                                     struct x64_mem m, uint32_t size, uint8_t type)
{
    switch (joins[*p]) {
    case WITH_COMPARE:
        if (*p <= 0x42 && *p >= 0x41 &&
            !(p[1] < 0x80 && p[2] - (*p == 0x41 ? 0x46u : 0x51u) < 10)) /* eq to ge_u */
            return NULL;
        return hs_bl_fold_compare(b, p, m, size, type);
    case WITH_F32:
    case WITH_F64: return hs_bl_fold_float(b, p, m);
    default: return hs_bl_fold_int(b, p, m);
    }
}

const uint8_t *hs_bl_fold_load(struct bl *b, const uint8_t *p, struct x64_mem m, uint32_t size,
                               uint8_t type)
{
    static const uint8_t with[] = {[VT_I32] = WITH_COMPARE | WITH_I32,
                                   [VT_I64] = WITH_COMPARE | WITH_I64,
                                   [VT_F32] = WITH_F32,
                                   [VT_F64] = WITH_F64};
    return joins[*p] & with[type] & (size == 1 ? WITH_COMPARE : 0xff) ? join(b, p, m, size, type)
                                                                      : NULL;
}

static const uint8_t *load(struct bl *b, const uint8_t *p, uint32_t form, uint8_t type,
                           uint32_t size, unsigned with)
{
    struct x64_mem m = operand(b, &p, size);
    if (joins[*p] & with) {
        const uint8_t *next = join(b, p, m, size, type);
        if (next)
            return next;
    }
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_is_fp(type) ? bl_alloc_fpr(b) : reuse(b, m);
    x64_emit_m(&b->a, form, XR(d), m);
    return bl_result(b, p, d, type);
}

#define BL_LOAD(id, form, type, size, with)                                                        \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return load(b, p, form, type, size, with);                                                 \
    }
#define ZERO_8  X64_FORM(0, 1, 0xb6) /* movzx, movsx */
#define ZERO_16 X64_FORM(0, 1, 0xb7)
#define SIGN_8  X64_FORM(0, 1, 0xbe)
#define SIGN_16 X64_FORM(0, 1, 0xbf)
BL_LOAD(I32_LOAD, 0x8b, VT_I32, 4, WITH_COMPARE | WITH_I32)
BL_LOAD(I64_LOAD, 0x8b | X64_F_W, VT_I64, 8, WITH_COMPARE | WITH_I64)
BL_LOAD(F32_LOAD, X64_FORM(2, 1, 0x10), VT_F32, 4, WITH_F32)
BL_LOAD(F64_LOAD, X64_FORM(3, 1, 0x10), VT_F64, 8, WITH_F64)
BL_LOAD(I32_LOAD8_S, SIGN_8, VT_I32, 1, WITH_NOTHING)
BL_LOAD(I32_LOAD8_U, ZERO_8, VT_I32, 1, WITH_COMPARE)
BL_LOAD(I32_LOAD16_S, (HS_PLANTED(10) ? ZERO_16 : SIGN_16), VT_I32, 2, WITH_NOTHING)
BL_LOAD(I32_LOAD16_U, ZERO_16, VT_I32, 2, WITH_NOTHING)
BL_LOAD(I64_LOAD8_S, SIGN_8 | X64_F_W, VT_I64, 1, WITH_NOTHING)
BL_LOAD(I64_LOAD8_U, ZERO_8, VT_I64, 1, WITH_NOTHING)
BL_LOAD(I64_LOAD16_S, SIGN_16 | X64_F_W, VT_I64, 2, WITH_NOTHING)
BL_LOAD(I64_LOAD16_U, ZERO_16, VT_I64, 2, WITH_NOTHING)
BL_LOAD(I64_LOAD32_S, 0x63 | X64_F_W, VT_I64, 4, WITH_NOTHING)
BL_LOAD(I64_LOAD32_U, 0x8b, VT_I64, 4, WITH_NOTHING)

/* --- stores ----------------------------------------------------------------------------------- */

/* The opcode with an immediate is the one with a register and 0x3e: 88 and c6, 89 and c7. */
static const uint8_t *store_int(struct bl *b, const uint8_t *p, uint32_t form, uint32_t size)
{
    struct value v = bl_pop(b);
    struct opnd o = hs_bl_operand(b, v);
    if (o.kind == O_MEM)
        o = (struct opnd){.kind = O_REG, .reg = hs_bl_use(b, v)};
    struct x64_mem m = operand(b, &p, size);
    if (o.kind == O_REG) {
        x64_emit_m(&b->a, form, o.reg, m);
    } else {
        uint32_t bytes = size < 4 ? size : 4;
        x64_emit_m(&b->a, (form + 0x3e + X64_IMM(bytes)) & ~(uint32_t)X64_F_BYTE, 0, m);
        hs_store32(b->a.p, (uint32_t)o.imm);
        b->a.p += bytes;
    }
    bl_done(b);
    return p;
}

static const uint8_t *store_float(struct bl *b, const uint8_t *p, uint32_t form, uint32_t size)
{
    struct value v = bl_pop(b);
    if (v.kind == V_CONST) { /* f32 */
        x64_mov32_mi(&b->a, operand(b, &p, size), (int32_t)v.num);
    } else {
        uint8_t r = hs_bl_use(b, v);
        x64_emit_m(&b->a, form, XR(r), operand(b, &p, size));
    }
    bl_done(b);
    return p;
}

#define BL_STORE(id, kind, form, size)                                                             \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return store_##kind(b, p, form, size);                                                     \
    }
#define STORE_16 (HS_PLANTED(18) ? 0x89 : X64_FORM(1, 0, 0x89))
BL_STORE(I32_STORE, int, 0x89, 4)
BL_STORE(I64_STORE, int, 0x89 | X64_F_W, 8)
BL_STORE(F32_STORE, float, X64_FORM(2, 1, 0x11), 4)
BL_STORE(F64_STORE, float, X64_FORM(3, 1, 0x11), 8)
BL_STORE(I32_STORE8, int, 0x88 | X64_F_BYTE, 1)
BL_STORE(I32_STORE16, int, STORE_16, 2)
BL_STORE(I64_STORE8, int, 0x88 | X64_F_BYTE, 1)
BL_STORE(I64_STORE16, int, STORE_16, 2)
BL_STORE(I64_STORE32, int, 0x89, 4)

/* --- size and bulk operations ----------------------------------------------------------------- */

static uint8_t address_type(const struct bl *b, uint32_t memory)
{
    return b->m->memories[memory].type.limits.is64 ? VT_I64 : VT_I32;
}

BL_OP(MEMORY_SIZE)
{
    uint32_t memory = bl_u32(&p);
    uint8_t type = address_type(b, memory);
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_alloc_gpr(b);
    load_record(b, d, memory);
    x64_mov64_rm(&b->a, d, x64_bd(d, HS_OFF_MEMREC_BYTES));
    if (b->m->memories[memory].type.limits.page_log2)
        x64_shr64_ri(&b->a, d, b->m->memories[memory].type.limits.page_log2);
    if (type == VT_I32)
        x64_mov32_rr(&b->a, d, d);
    return bl_result(b, p, d, type);
}

BL_OP(MEMORY_GROW)
{
    uint32_t memory = bl_u32(&p);
    hs_bl_libcall(b, LIBCALL_MEMORY_GROW, 1, 1, (uint64_t[]){memory}, address_type(b, memory));
    return p;
}

BL_OP(MEMORY_INIT)
{
    uint64_t data = bl_u32(&p), memory = bl_u32(&p);
    hs_bl_libcall(b, LIBCALL_MEMORY_INIT, 3, 1, (uint64_t[]){data | memory << 32}, VT_BOT);
    return p;
}

BL_OP(DATA_DROP)
{
    hs_bl_libcall(b, LIBCALL_DATA_DROP, 0, 1, (uint64_t[]){bl_u32(&p)}, VT_BOT);
    return p;
}

BL_OP(MEMORY_COPY)
{
    uint64_t to = bl_u32(&p), from = bl_u32(&p);
    hs_bl_libcall(b, LIBCALL_MEMORY_COPY, 3, 1, (uint64_t[]){to | from << 32}, VT_BOT);
    return p;
}

BL_OP(MEMORY_FILL)
{
    hs_bl_libcall(b, LIBCALL_MEMORY_FILL, 3, 1, (uint64_t[]){bl_u32(&p)}, VT_BOT);
    return p;
}
