/* Constants, most of them where something changes: zeros and their signs, limits of the integers
 * as integers and as floats, infinities, NaNs with payloads, powers of two and their neighbours. */
#include "random_gen.h"

uint64_t random_edge_int(struct gen *g, uint32_t bits)
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
        float f = (float)(int32_t)random_edge_int(g, 32) / 16;
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
        double d = (double)(int64_t)random_edge_int(g, 64) / 16;
        uint64_t bits;
        memcpy(&bits, &d, 8);
        return bits;
    }
    return draw(g);
}

void random_constant(struct gen *g, char t)
{
    switch (t) {
    case 'i': put_i32(g, (int32_t)random_edge_int(g, 32)); break;
    case 'l': put_i64(g, (int64_t)random_edge_int(g, 64)); break;
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
            uint64_t x = kind == 0   ? random_edge_int(g, 64)
                         : kind == 1 ? edge_f64(g)
                         : kind == 2 ? (uint64_t)edge_f32(g) << 32 | edge_f32(g)
                                     : same & random_edge_int(g, 64);
            hs_buffer_f64(&g->b, x);
        }
        break;
    }
    default:
        if (is_object(t) && chance(g, 60)) {
            random_new_object(g, t);
            break;
        }
        put(g, OP_REF_NULL);
        hs_write_heaptype(&g->b, hs_vt_heap(type_of(t)));
        break;
    }
}

void random_zero(struct gen *g, char t)
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
    default: random_constant(g, t); break;
    }
}
