/* Linear memory: addresses in the three styles, loads and stores, and the bulk operations, which are calls.
 *
 *   guarded   [base + address + offset]: a fault is the trap. Offsets that could reach over the guard are checked.
 *   checked   end = address + offset + size, without overflow; end > bytes traps; the access is [base + end - size].
 *             Against speculation a cmov makes end = size when the branch is mispredicted: offset 0.
 *   movable   checked, and the base is read from the record at each access.
 *
 * That [base + register] stays inside the reservation rests on I1: an i32 address is zero-extended.
 *
 * A load whose operation follows becomes the memory operand of it (hs_bl_fold_int, hs_bl_fold_float).
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

/* Whether accesses of memory 0 at small offsets need neither a check nor a register for the base. */
static inline bool simple(const struct bl *b, const struct bl_memarg *arg)
{
    return b->plain_memory && arg->memory == 0 && arg->offset <= HS_GUARD_BYTES - 16;
}

/* hs_bl_address, with the usual case here. */
static inline struct x64_mem address_of(struct bl *b, const struct bl_memarg *arg, uint32_t size,
                                        struct value address)
{
    if (HS_LIKELY(simple(b, arg) && address.kind != V_CONST))
        return x64_bid(RBX, hs_bl_use(b, address), (int32_t)arg->offset);
    return hs_bl_address(b, arg->memory, arg->offset, size, address);
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

/* ---- loads ---- */

enum access {
    I32,
    I64,
    F32,
    F64,
    I32_S8,
    I32_U8,
    I32_S16,
    I32_U16,
    I64_S8,
    I64_U8,
    I64_S16,
    I64_U16,
    I64_S32,
    I64_U32,
};

/* A register that only the operand uses, or a new one. */
static uint8_t reuse(struct bl *b, struct x64_mem m)
{
    if (m.index != X64_NO_INDEX && (b->held >> m.index & 1))
        return m.index;
    if (b->held >> m.base & 1)
        return m.base;
    return bl_alloc_gpr(b);
}

/* A quick look before hs_bl_fold_compare's: a constant and a comparison, or what takes a condition. */
static inline bool may_be_compared(const uint8_t *p)
{
    switch (p[0]) {
    case 0x41: return p[1] < 0x80 && p[2] - 0x46u < 10; /* i32.const, i32.eq to i32.ge_u */
    case 0x42: return p[1] < 0x80 && p[2] - 0x51u < 10;
    case 0x45: /* eqz, if, br_if, select */
    case 0x50:
    case 0x04:
    case 0x0d:
    case 0x1b: return true;
    default: return false;
    }
}

static const uint8_t *load(struct bl *b, const uint8_t *p, enum access access, uint8_t type,
                           uint32_t size)
{
    struct bl_memarg arg = bl_memarg(&p);
    struct value address = bl_pop(b);
    struct x64_mem m = address_of(b, &arg, size, address);
    if ((access <= I64 || access == I32_U8) && may_be_compared(p)) {
        const uint8_t *next = hs_bl_fold_compare(b, p, m, size, type);
        if (next)
            return next;
    }
    if (access <= I64) {
        if (hs_bl_folds_int(*p, type))
            return hs_bl_fold_int(b, p, m);
    } else if (access <= F64 && hs_bl_folds_float(*p, type)) {
        return hs_bl_fold_float(b, p, m);
    }
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_is_fp(type) ? bl_alloc_fpr(b) : reuse(b, m);
    switch (access) {
    case I32:
    case I64_U32: x64_mov32_rm(&b->a, d, m); break;
    case I64: x64_mov64_rm(&b->a, d, m); break;
    case F32: x64_movss_rm(&b->a, XR(d), m); break;
    case F64: x64_movsd_rm(&b->a, XR(d), m); break;
    case I32_S8: x64_movsx8_32_rm(&b->a, d, m); break;
    case I32_U8:
    case I64_U8: x64_movzx8_32_rm(&b->a, d, m); break;
    case I32_S16: (HS_PLANTED(10) ? x64_movzx16_32_rm : x64_movsx16_32_rm)(&b->a, d, m); break;
    case I32_U16:
    case I64_U16: x64_movzx16_32_rm(&b->a, d, m); break;
    case I64_S8: x64_movsx8_64_rm(&b->a, d, m); break;
    case I64_S16: x64_movsx16_64_rm(&b->a, d, m); break;
    case I64_S32: x64_movsx32_64_rm(&b->a, d, m); break;
    }
    return bl_result(b, p, d, type);
}

#define BL_LOAD(id, access, type, size)                                                            \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return load(b, p, access, type, size);                                                     \
    }
BL_LOAD(I32_LOAD, I32, VT_I32, 4)
BL_LOAD(I64_LOAD, I64, VT_I64, 8)
BL_LOAD(F32_LOAD, F32, VT_F32, 4)
BL_LOAD(F64_LOAD, F64, VT_F64, 8)
BL_LOAD(I32_LOAD8_S, I32_S8, VT_I32, 1)
BL_LOAD(I32_LOAD8_U, I32_U8, VT_I32, 1)
BL_LOAD(I32_LOAD16_S, I32_S16, VT_I32, 2)
BL_LOAD(I32_LOAD16_U, I32_U16, VT_I32, 2)
BL_LOAD(I64_LOAD8_S, I64_S8, VT_I64, 1)
BL_LOAD(I64_LOAD8_U, I64_U8, VT_I64, 1)
BL_LOAD(I64_LOAD16_S, I64_S16, VT_I64, 2)
BL_LOAD(I64_LOAD16_U, I64_U16, VT_I64, 2)
BL_LOAD(I64_LOAD32_S, I64_S32, VT_I64, 4)
BL_LOAD(I64_LOAD32_U, I64_U32, VT_I64, 4)

/* ---- stores ---- */

static const uint8_t *store_int(struct bl *b, const uint8_t *p, uint32_t size)
{
    struct bl_memarg arg = bl_memarg(&p);
    struct value v = bl_pop(b), address = bl_pop(b);
    struct opnd o = hs_bl_operand(b, v);
    if (o.kind == O_MEM)
        o = (struct opnd){.kind = O_REG, .reg = hs_bl_use(b, v)};
    struct x64_mem m = address_of(b, &arg, size, address);
    if (o.kind == O_REG)
        switch (size) {
        case 1: x64_mov8_mr(&b->a, m, o.reg); break;
        case 2: (HS_PLANTED(18) ? x64_mov32_mr : x64_mov16_mr)(&b->a, m, o.reg); break;
        case 4: x64_mov32_mr(&b->a, m, o.reg); break;
        default: x64_mov64_mr(&b->a, m, o.reg); break;
        }
    else
        switch (size) {
        case 1: x64_mov8_mi(&b->a, m, (int8_t)o.imm); break;
        case 2: x64_mov16_mi(&b->a, m, (int16_t)o.imm); break;
        case 4: x64_mov32_mi(&b->a, m, o.imm); break;
        default: x64_mov64_mi(&b->a, m, o.imm); break;
        }
    bl_done(b);
    return p;
}

static const uint8_t *store_float(struct bl *b, const uint8_t *p, uint32_t size)
{
    struct bl_memarg arg = bl_memarg(&p);
    struct value v = bl_pop(b), address = bl_pop(b);
    if (v.kind == V_CONST) { /* f32 */
        struct x64_mem m = hs_bl_address(b, arg.memory, arg.offset, size, address);
        x64_mov32_mi(&b->a, m, (int32_t)v.num);
        bl_done(b);
        return p;
    }
    uint8_t r = hs_bl_use(b, v);
    struct x64_mem m = hs_bl_address(b, arg.memory, arg.offset, size, address);
    if (size == 4)
        x64_movss_mr(&b->a, m, XR(r));
    else
        x64_movsd_mr(&b->a, m, XR(r));
    bl_done(b);
    return p;
}

#define BL_STORE(id, kind, size)                                                                   \
    BL_OP(id)                                                                                      \
    {                                                                                              \
        return store_##kind(b, p, size);                                                           \
    }
BL_STORE(I32_STORE, int, 4)
BL_STORE(I64_STORE, int, 8)
BL_STORE(F32_STORE, float, 4)
BL_STORE(F64_STORE, float, 8)
BL_STORE(I32_STORE8, int, 1)
BL_STORE(I32_STORE16, int, 2)
BL_STORE(I64_STORE8, int, 1)
BL_STORE(I64_STORE16, int, 2)
BL_STORE(I64_STORE32, int, 4)

/* ---- size and bulk operations ---- */

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
