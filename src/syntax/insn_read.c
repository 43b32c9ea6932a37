/* See insn_read.h. Instructions are read by the kind of their immediates: an instruction that has a
 * kind known here needs no line in this file. */
#include "syntax/insn_read.h"
#include "base/utf8.h"
#include <string.h>

static inline __attribute__((always_inline)) enum status malformed(struct insn_reader *r,
                                                                   const uint8_t *at, enum msg m)
{
    return hs_fail(r->error, ST_MALFORMED, (uint64_t)(at - r->base), m);
}

static inline enum status need(struct insn_reader *r, const uint8_t *at, enum feature f)
{
    if (r->features >> f & 1)
        return ST_OK;
    return hs_fail_feature(r->error, (uint64_t)(at - r->base), f);
}

#define TRY(x)                                                                                     \
    do {                                                                                           \
        enum status try_ = (x);                                                                    \
        if (__builtin_expect(try_ != ST_OK, 0))                                                    \
            return try_;                                                                           \
    } while (0)

/* Numbers */

static inline __attribute__((always_inline)) enum status leb_failed(struct insn_reader *r,
                                                                    enum leb_error e)
{
    return malformed(r, r->p,
                     e == LEB_END    ? MSG_UNEXPECTED_END
                     : e == LEB_LONG ? MSG_LEB_LONG
                                     : MSG_LEB_LARGE);
}

enum status hs_read_byte(struct insn_reader *r, uint8_t *out)
{
    if (r->p >= r->end)
        return malformed(r, r->p, MSG_UNEXPECTED_END);
    *out = *r->p++;
    return ST_OK;
}

enum status hs_read_u32_slow(struct insn_reader *r, uint32_t *out)
{
    uint64_t x;
    enum leb_error e = hs_leb_read_u(&r->p, r->end, 32, &x);
    if (e)
        return leb_failed(r, e);
    *out = (uint32_t)x;
    return ST_OK;
}

enum status hs_read_u64(struct insn_reader *r, uint64_t *out)
{
    uint64_t x;
    enum leb_error e = hs_leb_read_u(&r->p, r->end, 64, &x);
    if (e)
        return leb_failed(r, e);
    *out = x;
    return ST_OK;
}

static inline enum status read_s(struct insn_reader *r, int bits, int64_t *out)
{
    if (r->p < r->end && *r->p < 0x80) {
        *out = (int64_t)((uint64_t)*r->p++ << 57) >> 57;
        return ST_OK;
    }
    enum leb_error e = hs_leb_read_s(&r->p, r->end, bits, out);
    return e ? leb_failed(r, e) : ST_OK;
}

enum status hs_read_s32(struct insn_reader *r, int32_t *out)
{
    int64_t x;
    TRY(read_s(r, 32, &x));
    *out = (int32_t)x;
    return ST_OK;
}

enum status hs_read_s33(struct insn_reader *r, int64_t *out)
{
    return read_s(r, 33, out);
}

enum status hs_read_s64(struct insn_reader *r, int64_t *out)
{
    return read_s(r, 64, out);
}

enum status hs_read_count(struct insn_reader *r, uint32_t *out)
{
    const uint8_t *at = r->p;
    uint32_t n;
    TRY(hs_read_u32(r, &n));
    if (n > (size_t)(r->end - at))
        return malformed(r, at, MSG_LENGTH);
    *out = n;
    return ST_OK;
}

enum status hs_read_vec_bytes(struct insn_reader *r, struct span *out)
{
    uint32_t n;
    TRY(hs_read_count(r, &n));
    if (n > (size_t)(r->end - r->p))
        return malformed(r, r->end, MSG_UNEXPECTED_END);
    *out = (struct span){r->p, n};
    r->p += n;
    return ST_OK;
}

enum status hs_read_name(struct insn_reader *r, struct span *out)
{
    const uint8_t *at = r->p;
    struct span name;
    TRY(hs_read_vec_bytes(r, &name));
    if (name.size > HS_LIMIT_NAME)
        return hs_fail(r->error, ST_UNSUPPORTED, (uint64_t)(at - r->base), MSG_LIMIT_NAME);
    if (!hs_utf8_valid(name.data, name.size))
        return malformed(r, name.data, MSG_UTF8);
    *out = name;
    return ST_OK;
}

/* Types */

enum { HEAP_CODE_FIRST = 0x69, HEAP_CODE_END = 0x75, CODE_REF = 0x64, CODE_REF_NULL = 0x63 };

static const uint32_t heap_of_code[] = {
    HEAP_EXN,    HEAP_ARRAY, HEAP_STRUCT, HEAP_I31,      HEAP_EQ,     HEAP_ANY,
    HEAP_EXTERN, HEAP_FUNC,  HEAP_NONE,   HEAP_NOEXTERN, HEAP_NOFUNC, HEAP_NOEXN,
};
_Static_assert(sizeof heap_of_code / 4 == HEAP_CODE_END - HEAP_CODE_FIRST, "one row for each code");

uint32_t hs_heap_of_code(uint8_t code)
{
    return code >= HEAP_CODE_FIRST && code < HEAP_CODE_END ? heap_of_code[code - HEAP_CODE_FIRST]
                                                           : HEAP_END;
}

uint8_t hs_heap_code(uint32_t heap)
{
    for (uint8_t i = 0; i < HEAP_CODE_END - HEAP_CODE_FIRST; i++)
        if (heap_of_code[i] == heap)
            return (uint8_t)(HEAP_CODE_FIRST + i);
    return 0;
}

static enum feature heap_feature(uint32_t heap)
{
    switch (heap) {
    case HEAP_FUNC:
    case HEAP_EXTERN: return FEATURE_REFERENCE_TYPES;
    case HEAP_EXN:
    case HEAP_NOEXN: return FEATURE_EXCEPTIONS;
    default: return hs_heap_is_index(heap) ? FEATURE_FUNCTION_REFERENCES : FEATURE_GC;
    }
}

enum status hs_read_heaptype(struct insn_reader *r, uint32_t *out)
{
    const uint8_t *at = r->p;
    int64_t x;
    TRY(hs_read_s33(r, &x));
    uint32_t heap;
    if (x >= 0) {
        if (x >= HEAP_FIRST) /* more than HS_LIMIT_TYPES, so there is no such type */
            return hs_error_set(r->error, ST_INVALID, (uint64_t)(at - r->base), "%s %lld",
                                hs_msg(MSG_UNKNOWN_TYPE), (long long)x);
        heap = (uint32_t)x;
    } else {
        /* The code is a byte, not a number: 0xf0 0x7f is none. */
        heap = r->p - at == 1 ? hs_heap_of_code(*at) : HEAP_END;
        if (heap == HEAP_END)
            return malformed(r, at, MSG_HEAP_TYPE);
    }
    TRY(need(r, at, heap_feature(heap)));
    *out = heap;
    return ST_OK;
}

/* A reference type if the next byte begins one; *out_found says so. */
static enum status read_maybe_reftype(struct insn_reader *r, bool *out_found, struct valtype *out)
{
    const uint8_t *at = r->p;
    *out_found = true;
    uint8_t code = *at;
    if (code == CODE_REF || code == CODE_REF_NULL) {
        TRY(need(r, at, FEATURE_FUNCTION_REFERENCES));
        r->p++;
        uint32_t heap;
        TRY(hs_read_heaptype(r, &heap));
        *out = HS_REF(code == CODE_REF_NULL, heap);
        return ST_OK;
    }
    uint32_t heap = hs_heap_of_code(code);
    if (heap == HEAP_END) {
        *out_found = false;
        return ST_OK;
    }
    r->p++;
    *out = HS_REF(true, heap);
    return ST_OK;
}

enum status hs_read_reftype(struct insn_reader *r, struct valtype *out)
{
    bool found;
    const uint8_t *at = r->p;
    if (at >= r->end)
        return malformed(r, at, MSG_UNEXPECTED_END);
    struct valtype t;
    TRY(read_maybe_reftype(r, &found, &t));
    if (!found)
        return malformed(r, at, MSG_REF_TYPE);
    /* funcref is the element type of every table of WebAssembly 1.0. */
    if (t.bits != HS_FUNCREF.bits)
        TRY(need(r, at, heap_feature(hs_vt_heap(t))));
    *out = t;
    return ST_OK;
}

enum status hs_read_valtype(struct insn_reader *r, struct valtype *out)
{
    const uint8_t *at = r->p;
    if (at >= r->end)
        return malformed(r, at, MSG_UNEXPECTED_END);
    switch (*at) {
    case 0x7f: *out = HS_I32; break;
    case 0x7e: *out = HS_I64; break;
    case 0x7d: *out = HS_F32; break;
    case 0x7c: *out = HS_F64; break;
    case 0x7b:
        TRY(need(r, at, FEATURE_SIMD));
        *out = HS_V128;
        break;
    default: {
        bool found;
        struct valtype t;
        TRY(read_maybe_reftype(r, &found, &t));
        if (!found)
            return malformed(r, at, *at >= 0x80 ? MSG_LEB_LONG : MSG_VAL_TYPE);
        TRY(need(r, at, heap_feature(hs_vt_heap(t))));
        *out = t;
        return ST_OK;
    }
    }
    r->p++;
    return ST_OK;
}

enum status hs_read_storagetype(struct insn_reader *r, struct valtype *out)
{
    const uint8_t *at = r->p;
    if (at >= r->end)
        return malformed(r, at, MSG_UNEXPECTED_END);
    if (*at == 0x78 || *at == 0x77) {
        *out = HS_VT(*at == 0x78 ? VT_I8 : VT_I16);
        r->p++;
        return ST_OK;
    }
    bool number = *at >= 0x7b && *at <= 0x7f;
    bool reference = *at == CODE_REF || *at == CODE_REF_NULL || hs_heap_of_code(*at) != HEAP_END;
    if (!number && !reference)
        return malformed(r, at, MSG_STORAGE_TYPE);
    return hs_read_valtype(r, out);
}

enum status hs_read_blocktype(struct insn_reader *r, struct blocktype *out)
{
    const uint8_t *at = r->p;
    if (at >= r->end)
        return malformed(r, at, MSG_UNEXPECTED_END);
    if (*at == 0x40) {
        r->p++;
        *out = (struct blocktype){.kind = BLOCK_EMPTY};
        return ST_OK;
    }
    if ((*at & 0xc0) == 0x40) { /* one byte, negative: a value type */
        struct valtype t;
        TRY(hs_read_valtype(r, &t));
        *out = (struct blocktype){.kind = BLOCK_VALUE, .value = t};
        return ST_OK;
    }
    int64_t x;
    TRY(hs_read_s33(r, &x));
    if (x < 0) /* 0xff 0x7f is -1 and yet no code */
        return malformed(r, at, MSG_BLOCK_TYPE);
    TRY(need(r, at, FEATURE_MULTI_VALUE));
    *out = (struct blocktype){.kind = BLOCK_TYPE, .type = (uint32_t)x};
    return ST_OK;
}

/* Instructions */

static enum status read_table(struct insn_reader *r, uint32_t *out)
{
    if (!(r->features & HS_FEATURE(REFERENCE_TYPES)) && r->p < r->end && *r->p != 0)
        return malformed(r, r->p, MSG_ZERO_BYTE);
    return hs_read_u32(r, out);
}

static enum status read_memory(struct insn_reader *r, uint32_t *out)
{
    if (!(r->features & HS_FEATURE(MULTI_MEMORY)) && r->p < r->end && *r->p != 0)
        return malformed(r, r->p, MSG_ZERO_BYTE);
    return hs_read_u32(r, out);
}

static enum status read_memarg(struct insn_reader *r, struct memarg *out)
{
    const uint8_t *at = r->p;
    uint32_t flags;
    struct memarg m = {0};
    TRY(hs_read_u32(r, &flags));
    if (flags >= 0x80)
        return malformed(r, at, MSG_MEMOP_FLAGS);
    m.align = flags & 0x3f;
    if (flags & 0x40) {
        TRY(need(r, at, FEATURE_MULTI_MEMORY));
        TRY(hs_read_u32(r, &m.memory));
    }
    if (r->features & HS_FEATURE(MEMORY64)) { /* a 32-bit memory's offset too may take ten bytes */
        TRY(hs_read_u64(r, &m.offset));
    } else {
        uint32_t offset;
        TRY(hs_read_u32(r, &offset));
        m.offset = offset;
    }
    *out = m;
    return ST_OK;
}

static enum status read_bytes(struct insn_reader *r, void *out, size_t n)
{
    if ((size_t)(r->end - r->p) < n)
        return malformed(r, r->end, MSG_UNEXPECTED_END);
    memcpy(out, r->p, n);
    r->p += n;
    return ST_OK;
}

static enum status read_catch(struct insn_reader *r, struct catch_clause *out)
{
    const uint8_t *at = r->p;
    struct catch_clause c = {0};
    TRY(hs_read_byte(r, &c.kind));
    if (c.kind > CATCH_ALL_REF)
        return malformed(r, at, MSG_CATCH_KIND);
    if (c.kind == CATCH_TAG || c.kind == CATCH_TAG_REF)
        TRY(hs_read_u32(r, &c.tag));
    TRY(hs_read_u32(r, &c.label));
    *out = c;
    return ST_OK;
}

static enum status read_immediates(struct insn_reader *r, struct insn *i)
{
    switch ((enum imm)hs_op_info[i->op].imm) {
    case IMM_NONE: return ST_OK;
    case IMM_BLOCK: return hs_read_blocktype(r, &i->block);
    case IMM_LABEL:
    case IMM_FUNC:
    case IMM_TYPE:
    case IMM_LOCAL:
    case IMM_GLOBAL:
    case IMM_ELEM:
    case IMM_DATA:
    case IMM_TAG: return hs_read_u32(r, &i->a);
    case IMM_TABLE: return read_table(r, &i->a);
    case IMM_MEMORY: return read_memory(r, &i->a);
    case IMM_TYPE_TABLE:
    case IMM_ELEM_TABLE: TRY(hs_read_u32(r, &i->a)); return read_table(r, &i->b);
    case IMM_TABLE_TABLE: TRY(read_table(r, &i->a)); return read_table(r, &i->b);
    case IMM_DATA_MEMORY: TRY(hs_read_u32(r, &i->a)); return read_memory(r, &i->b);
    case IMM_MEMORY_MEMORY: TRY(read_memory(r, &i->a)); return read_memory(r, &i->b);
    case IMM_TYPE_FIELD:
    case IMM_TYPE_N:
    case IMM_TYPE_DATA:
    case IMM_TYPE_ELEM:
    case IMM_TYPE_TYPE: TRY(hs_read_u32(r, &i->a)); return hs_read_u32(r, &i->b);
    case IMM_MEMARG: return read_memarg(r, &i->mem);
    case IMM_MEMARG_LANE: TRY(read_memarg(r, &i->mem)); return hs_read_byte(r, &i->lane);
    case IMM_LANE: return hs_read_byte(r, &i->lane);
    case IMM_SHUFFLE:
    case IMM_V128: return read_bytes(r, i->v128, 16);
    case IMM_I32: return hs_read_s32(r, &i->i32);
    case IMM_I64: return hs_read_s64(r, &i->i64);
    case IMM_F32: return read_bytes(r, &i->f32, 4);
    case IMM_F64: return read_bytes(r, &i->f64, 8);
    case IMM_HEAPTYPE: return hs_read_heaptype(r, &i->heap);
    case IMM_BR_TABLE: {
        const uint8_t *at = r->p;
        TRY(hs_read_count(r, &i->count));
        if (i->count > HS_LIMIT_BR_TABLE)
            return hs_fail(r->error, ST_UNSUPPORTED, (uint64_t)(at - r->base), MSG_LIMIT_BR_TABLE);
        i->vector = r->p;
        uint32_t label;
        for (uint32_t n = i->count; n > 0; n--)
            TRY(hs_read_u32(r, &label));
        i->vector_end = r->p;
        return hs_read_u32(r, &i->fallback);
    }
    case IMM_SELECT_TYPES: {
        TRY(hs_read_count(r, &i->count));
        i->vector = r->p;
        struct valtype t;
        for (uint32_t n = i->count; n > 0; n--)
            TRY(hs_read_valtype(r, &t));
        i->vector_end = r->p;
        return ST_OK;
    }
    case IMM_TRY_TABLE: {
        TRY(hs_read_blocktype(r, &i->try_block));
        TRY(hs_read_count(r, &i->count));
        i->vector = r->p;
        struct catch_clause c;
        for (uint32_t n = i->count; n > 0; n--)
            TRY(read_catch(r, &c));
        i->vector_end = r->p;
        return ST_OK;
    }
    case IMM_BR_ON_CAST: {
        const uint8_t *at = r->p;
        TRY(hs_read_byte(r, &i->cast.cast_flags));
        if (i->cast.cast_flags > 3)
            return malformed(r, at, MSG_CAST_FLAGS);
        TRY(hs_read_u32(r, &i->cast.label));
        TRY(hs_read_heaptype(r, &i->cast.from));
        return hs_read_heaptype(r, &i->cast.to);
    }
    case IMM_ZERO: {
        const uint8_t *at = r->p;
        uint8_t b;
        TRY(hs_read_byte(r, &b));
        return b == 0 ? ST_OK : malformed(r, at, MSG_ZERO_BYTE);
    }
    }
    return malformed(r, r->p, MSG_ILLEGAL_OPCODE);
}

static __attribute__((cold, noinline)) enum status
illegal(struct insn_reader *r, const uint8_t *at, const char *format, uint32_t first, uint32_t code)
{
    hs_error_set(r->error, ST_MALFORMED, (uint64_t)(at - r->base), format,
                 hs_msg(MSG_ILLEGAL_OPCODE), first, code);
    return ST_MALFORMED;
}

enum status hs_insn_read(struct insn_reader *r, struct insn *out)
{
    const uint8_t *at = r->p;
    uint8_t first;
    TRY(hs_read_byte(r, &first));
    struct insn i;
    if (first < 0xfb || first == 0xff) {
        i.op = hs_op_decode(0, first);
        if (i.op == OP_COUNT)
            return illegal(r, at, "%s %02x", first, 0);
    } else {
        uint32_t code;
        TRY(hs_read_u32(r, &code));
        i.op = hs_op_decode(first, code);
        if (i.op == OP_COUNT)
            return illegal(r, at, "%s %02x %02x", first, code);
    }
    i.offset = (uint32_t)(at - r->base);
    TRY(need(r, at, (enum feature)hs_op_info[i.op].feature));
    TRY(read_immediates(r, &i));
    *out = i;
    return ST_OK;
}

/* Elements of vectors that hs_insn_read has passed. The reader's end lies far beyond what a checked
 * element can take, and the features are all of them, since the check has been made. */
static struct insn_reader trusted(const uint8_t *p)
{
    return (struct insn_reader){.p = p, .end = p + 32, .base = p, .features = HS_FEATURES_ALL};
}

uint32_t hs_insn_label(const uint8_t **p)
{
    if (**p < 0x80)
        return *(*p)++;
    struct insn_reader r = trusted(*p);
    uint32_t x = 0;
    if (hs_read_u32(&r, &x) == ST_OK)
        *p = r.p;
    return x;
}

struct valtype hs_insn_select_type(const uint8_t **p)
{
    struct insn_reader r = trusted(*p);
    struct valtype t = HS_VT(VT_BOT);
    if (hs_read_valtype(&r, &t) == ST_OK)
        *p = r.p;
    return t;
}

struct catch_clause hs_insn_catch(const uint8_t **p)
{
    struct insn_reader r = trusted(*p);
    struct catch_clause c = {0};
    if (read_catch(&r, &c) == ST_OK)
        *p = r.p;
    return c;
}
