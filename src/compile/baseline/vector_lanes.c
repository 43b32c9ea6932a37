/* Vectors in memory, constants, and everything about single lanes: splat, extract, replace, shuffle, swizzle. */
#include "compile/baseline/vector.h"

/* ---- constants ---- */

BL_OP(V128_CONST)
{
    bl_push(b, (struct value){V_WIDE, VT_V128, 0, 0, (uint32_t)(p - b->bytes)});
    return p + 16;
}

/* ---- loads and stores ---- */

/* d = op [m]; without AVX the instructions that want aligned memory get a register. */
static void load_form(struct bl *b, uint32_t form, uint8_t d, struct x64_mem m)
{
    if (bl_avx(b))
        x64_emit_vex_m(&b->a, form, XR(d), 0, m);
    else
        x64_emit_m(&b->a, form, XR(d), m);
}

static const uint8_t *load(struct bl *b, const uint8_t *p, uint32_t form, uint32_t size)
{
    struct bl_memarg arg = bl_memarg(&p);
    struct x64_mem m = hs_bl_address(b, arg.memory, arg.offset, size, bl_pop(b));
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_alloc_fpr(b);
    load_form(b, form, d, m);
    return bl_result(b, p, d, VT_V128);
}

#define BL_VLOAD(id, form, size)                                                                             \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return load(b, p, form, size);                                                                       \
    }
BL_VLOAD(V128_LOAD, P0F(0x10), 16)
BL_VLOAD(V128_LOAD8X8_S, P38(0x20), 8)
BL_VLOAD(V128_LOAD8X8_U, P38(0x30), 8)
BL_VLOAD(V128_LOAD16X4_S, P38(0x23), 8)
BL_VLOAD(V128_LOAD16X4_U, P38(0x33), 8)
BL_VLOAD(V128_LOAD32X2_S, P38(0x25), 8)
BL_VLOAD(V128_LOAD32X2_U, P38(0x35), 8)
BL_VLOAD(V128_LOAD64_SPLAT, X64_FORM(3, 1, 0x12), 8) /* movddup */
BL_VLOAD(V128_LOAD32_ZERO, X64_FORM(2, 1, 0x10), 4)
BL_VLOAD(V128_LOAD64_ZERO, X64_FORM(3, 1, 0x10), 8)

/* All lanes from the lowest. */
static void splat(struct bl *b, uint8_t d, unsigned size)
{
    switch (size) {
    case 1: {
        uint8_t t = bl_alloc_fpr(b);
        bl_v2(b, PXOR, t, t);
        bl_v2(b, PSHUFB, d, t);
        break;
    }
    case 2:
        bl_v1i(b, X64_FORM(3, 1, 0x70), d, d, 0); /* pshuflw */
        bl_v1i(b, PSHUFD, d, d, 0);
        break;
    case 4: bl_v1i(b, PSHUFD, d, d, 0); break;
    default: bl_v1i(b, PSHUFD, d, d, 0x44); break;
    }
}

static const uint8_t *load_splat(struct bl *b, const uint8_t *p, uint32_t size)
{
    struct bl_memarg arg = bl_memarg(&p);
    struct x64_mem m = hs_bl_address(b, arg.memory, arg.offset, size, bl_pop(b));
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_alloc_fpr(b);
    if (b->cpu & HS_CPU_AVX2) { /* vpbroadcastb, w, d */
        x64_emit_vex_m(&b->a, P38(size == 1 ? 0x78 : size == 2 ? 0x79 : 0x58), XR(d), 0, m);
        return bl_result(b, p, d, VT_V128);
    }
    if (size == 4) {
        x64_movss_rm(&b->a, XR(d), m);
    } else {
        uint8_t t = bl_alloc_gpr(b);
        if (size == 1)
            x64_movzx8_32_rm(&b->a, t, m);
        else
            x64_movzx16_32_rm(&b->a, t, m);
        x64_movd_x_rr(&b->a, XR(d), t);
    }
    splat(b, d, size);
    return bl_result(b, p, d, VT_V128);
}

BL_OP(V128_LOAD8_SPLAT)
{
    return load_splat(b, p, 1);
}

BL_OP(V128_LOAD16_SPLAT)
{
    return load_splat(b, p, 2);
}

BL_OP(V128_LOAD32_SPLAT)
{
    return load_splat(b, p, 4);
}

BL_OP(V128_STORE)
{
    struct bl_memarg arg = bl_memarg(&p);
    struct value v = bl_pop(b), address = bl_pop(b);
    uint8_t r = hs_bl_use(b, v);
    struct x64_mem m = hs_bl_address(b, arg.memory, arg.offset, 16, address);
    x64_movups_mr(&b->a, m, XR(r));
    bl_done(b);
    return p;
}

static uint32_t insert_form(uint32_t size) /* pinsrb, w, d, q */
{
    return size == 1 ? P3A(0x20) : size == 2 ? P66(0xc4) : P3A(0x22) | W(size == 8);
}

static uint32_t extract_form(uint32_t size) /* pextrb, w, d, q with r/m as the destination */
{
    return size == 1 ? P3A(0x14) : size == 2 ? P3A(0x15) : P3A(0x16) | W(size == 8);
}

static const uint8_t *load_lane(struct bl *b, const uint8_t *p, uint32_t size)
{
    struct bl_memarg arg = bl_memarg(&p);
    unsigned lane = *p++;
    struct value v = bl_pop(b), address = bl_pop(b);
    uint8_t d = hs_bl_own(b, v);
    struct x64_mem m = hs_bl_address(b, arg.memory, arg.offset, size, address);
    x64_emit_m(&b->a, insert_form(size) | X64_IMM(1), XR(d), m);
    x64_u8(&b->a, lane);
    return bl_result(b, p, d, VT_V128);
}

static const uint8_t *store_lane(struct bl *b, const uint8_t *p, uint32_t size)
{
    struct bl_memarg arg = bl_memarg(&p);
    unsigned lane = *p++;
    struct value v = bl_pop(b), address = bl_pop(b);
    uint8_t r = hs_bl_use(b, v);
    struct x64_mem m = hs_bl_address(b, arg.memory, arg.offset, size, address);
    x64_emit_m(&b->a, extract_form(size) | X64_IMM(1), XR(r), m);
    x64_u8(&b->a, lane);
    bl_done(b);
    return p;
}

#define BL_LANE_MEMORY(id, direction, size)                                                                  \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return direction##_lane(b, p, size);                                                                 \
    }
BL_LANE_MEMORY(V128_LOAD8_LANE, load, 1)
BL_LANE_MEMORY(V128_LOAD16_LANE, load, 2)
BL_LANE_MEMORY(V128_LOAD32_LANE, load, 4)
BL_LANE_MEMORY(V128_LOAD64_LANE, load, 8)
BL_LANE_MEMORY(V128_STORE8_LANE, store, 1)
BL_LANE_MEMORY(V128_STORE16_LANE, store, 2)
BL_LANE_MEMORY(V128_STORE32_LANE, store, 4)
BL_LANE_MEMORY(V128_STORE64_LANE, store, 8)

/* ---- splat ---- */

static const uint8_t *splat_int(struct bl *b, const uint8_t *p, unsigned size)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_alloc_fpr(b);
    if (size == 8)
        x64_movq_x_rr(&b->a, XR(d), s);
    else
        x64_movd_x_rr(&b->a, XR(d), s);
    splat(b, d, size);
    return bl_result(b, p, d, VT_V128);
}

static const uint8_t *splat_float(struct bl *b, const uint8_t *p, unsigned imm)
{
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = hs_bl_vdest(b, p, s);
    bl_v1i(b, PSHUFD, d, s, imm);
    return bl_result(b, p, d, VT_V128);
}

#define BL_SPLAT(id, kind, x)                                                                                \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return splat_##kind(b, p, x);                                                                        \
    }
BL_SPLAT(I8X16_SPLAT, int, 1)
BL_SPLAT(I16X8_SPLAT, int, 2)
BL_SPLAT(I32X4_SPLAT, int, 4)
BL_SPLAT(I64X2_SPLAT, int, 8)
BL_SPLAT(F32X4_SPLAT, float, 0x00)
BL_SPLAT(F64X2_SPLAT, float, 0x44)

/* ---- extract and replace ---- */

static const uint8_t *extract_int(struct bl *b, const uint8_t *p, unsigned size, bool is_signed)
{
    unsigned lane = *p++;
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_alloc_gpr(b);
    x64_emit_r(&b->a, extract_form(size), XR(s), d);
    x64_u8(&b->a, lane);
    if (is_signed && size == 1)
        x64_movsx8_32_rr(&b->a, d, d);
    else if (is_signed && size == 2)
        x64_movsx16_32_rr(&b->a, d, d);
    return bl_result(b, p, d, size == 8 ? VT_I64 : VT_I32);
}

#define BL_EXTRACT(id, size, is_signed)                                                                      \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return extract_int(b, p, size, is_signed);                                                           \
    }
BL_EXTRACT(I8X16_EXTRACT_LANE_S, 1, true)
BL_EXTRACT(I8X16_EXTRACT_LANE_U, 1, false)
BL_EXTRACT(I16X8_EXTRACT_LANE_S, 2, true)
BL_EXTRACT(I16X8_EXTRACT_LANE_U, 2, false)
BL_EXTRACT(I32X4_EXTRACT_LANE, 4, false)
BL_EXTRACT(I64X2_EXTRACT_LANE, 8, false)

static const uint8_t *extract_float(struct bl *b, const uint8_t *p, bool wide)
{
    unsigned lane = *p++;
    uint8_t s = hs_bl_use(b, bl_pop(b)), d = hs_bl_vdest(b, p, s);
    if (lane == 0)
        bl_vmove(b, d, s);
    else
        bl_v1i(b, PSHUFD, d, s, wide ? 0xee : lane);
    return bl_result(b, p, d, wide ? VT_F64 : VT_F32);
}

BL_OP(F32X4_EXTRACT_LANE)
{
    return extract_float(b, p, false);
}

BL_OP(F64X2_EXTRACT_LANE)
{
    return extract_float(b, p, true);
}

static const uint8_t *replace_int(struct bl *b, const uint8_t *p, unsigned size)
{
    unsigned lane = *p++;
    struct value v = bl_pop(b), vector = bl_pop(b);
    uint8_t s = hs_bl_use(b, v), d = hs_bl_own(b, vector);
    x64_emit_r(&b->a, insert_form(size), XR(d), s);
    x64_u8(&b->a, lane);
    return bl_result(b, p, d, VT_V128);
}

#define BL_REPLACE(id, size)                                                                                 \
    BL_OP(id)                                                                                                \
    {                                                                                                        \
        return replace_int(b, p, size);                                                                      \
    }
BL_REPLACE(I8X16_REPLACE_LANE, 1)
BL_REPLACE(I16X8_REPLACE_LANE, 2)
BL_REPLACE(I32X4_REPLACE_LANE, 4)
BL_REPLACE(I64X2_REPLACE_LANE, 8)

BL_OP(F32X4_REPLACE_LANE)
{
    unsigned lane = *p++;
    struct value v = bl_pop(b), vector = bl_pop(b);
    uint8_t s = hs_bl_use(b, v), d = hs_bl_own(b, vector);
    bl_v2i(b, P3A(0x21), d, s, lane << 4); /* insertps */
    return bl_result(b, p, d, VT_V128);
}

BL_OP(F64X2_REPLACE_LANE)
{
    unsigned lane = *p++;
    struct value v = bl_pop(b), vector = bl_pop(b);
    uint8_t s = hs_bl_use(b, v), d = hs_bl_own(b, vector);
    if (lane == 0)
        bl_v2(b, X64_FORM(3, 1, 0x10), d, s); /* movsd: the low lane */
    else
        bl_v2(b, P0F(0x16), d, s); /* movlhps */
    return bl_result(b, p, d, VT_V128);
}

/* ---- shuffles ---- */

/* The 32-bit lanes that a shuffle moves, as the immediate of pshufd; -1 if it moves something smaller. */
static int as_dwords(const uint8_t lanes[16])
{
    int imm = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t first = lanes[4 * i];
        if (first & 3)
            return -1;
        for (int k = 1; k < 4; k++)
            if (lanes[4 * i + k] != first + k)
                return -1;
        imm |= (first >> 2 & 3) << (2 * i);
    }
    return imm;
}

static void shuffle_one(struct bl *b, uint8_t d, uint8_t s, const uint8_t lanes[16])
{
    int dwords = as_dwords(lanes);
    if (dwords >= 0) {
        bl_v1i(b, PSHUFD, d, s, (unsigned)dwords);
        return;
    }
    bl_vmove(b, d, s);
    hs_bl_v2c(b, PSHUFB, d, hs_load64(lanes), hs_load64(lanes + 8));
}

BL_OP(I8X16_SHUFFLE)
{
    const uint8_t *lanes = p;
    p += 16;
    struct value r = bl_pop(b), l = bl_pop(b);
    uint8_t y = hs_bl_use(b, r), x = hs_bl_use(b, l);
    uint8_t first[16], second[16];
    bool from_first = false, from_second = false, consecutive = true;
    for (int i = 0; i < 16; i++) {
        bool low = lanes[i] < 16;
        first[i] = low ? lanes[i] : 0x80; /* pshufb writes zero */
        second[i] = low ? 0x80 : lanes[i] - 16;
        from_first |= low;
        from_second |= !low;
        consecutive = consecutive && lanes[i] == lanes[0] + i;
    }
    uint8_t d = bl_alloc_fpr(b);
    if (!from_second) {
        shuffle_one(b, d, x, first);
    } else if (!from_first) {
        shuffle_one(b, d, y, second);
    } else if (consecutive) { /* palignr: high:low >> bytes */
        bl_vmove(b, d, y);
        bl_v2i(b, P3A(0x0f), d, x, lanes[0]);
    } else {
        uint8_t t = bl_alloc_fpr(b);
        bl_vmove(b, d, x);
        hs_bl_v2c(b, PSHUFB, d, hs_load64(first), hs_load64(first + 8));
        bl_vmove(b, t, y);
        hs_bl_v2c(b, PSHUFB, t, hs_load64(second), hs_load64(second + 8));
        bl_v2(b, POR, d, t);
    }
    return bl_result(b, p, d, VT_V128);
}

BL_OP(I8X16_SWIZZLE) /* indices of 16 and more get the top bit, for which pshufb writes zero */
{
    struct value r = bl_pop(b), l = bl_pop(b);
    uint8_t d = hs_bl_own(b, l), s = hs_bl_own(b, r);
    bl_v2c(b, P66(0xdc), s, UINT64_C(0x7070707070707070)); /* paddusb */
    bl_v2(b, PSHUFB, d, s);
    return bl_result(b, p, d, VT_V128);
}

BL_OP(I8X16_RELAXED_SWIZZLE)
{
    struct value r = bl_pop(b), l = bl_pop(b);
    return bl_result(b, p, hs_bl_vbinary(b, p, PSHUFB, l, r), VT_V128);
}
