/* What fills a module: constant expressions, element and data segments, and the place of each
 * function body. https://webassembly.github.io/spec/core/binary/modules.html#element-section */
#include "binary/reader.h"

/* The forms that need no evaluator: one instruction and `end`. */
static void recognize(const struct insn *i, struct constexpr *out)
{
    switch (i->op) {
    case OP_I32_CONST:
        out->kind = CONST_NUMBER;
        memcpy(out->bits, &i->i32, 4);
        break;
    case OP_I64_CONST:
        out->kind = CONST_NUMBER;
        memcpy(out->bits, &i->i64, 8);
        break;
    case OP_F32_CONST:
        out->kind = CONST_NUMBER;
        memcpy(out->bits, &i->f32, 4);
        break;
    case OP_F64_CONST:
        out->kind = CONST_NUMBER;
        memcpy(out->bits, &i->f64, 8);
        break;
    case OP_V128_CONST:
        out->kind = CONST_NUMBER;
        memcpy(out->bits, i->v128, 16);
        break;
    case OP_REF_NULL:
        out->kind = CONST_NULL;
        out->index = i->heap;
        break;
    case OP_REF_FUNC:
        out->kind = CONST_FUNC;
        out->index = i->a;
        break;
    case OP_GLOBAL_GET:
        out->kind = CONST_GLOBAL;
        out->index = i->a;
        break;
    default: break;
    }
}

enum status hs_read_constexpr(struct reader *r, struct constexpr *out)
{
    struct constexpr c = {.kind = CONST_CODE, .offset = hs_read_offset(&r->in)};
    const uint8_t *start = r->in.p;
    if (r->in.end - start > 2 &&
        start[0] == 0x41) { /* i32.const: some modules have 100,000 of them */
        int32_t number;
        r->in.p++;
        TRY(hs_read_s32(&r->in, &number));
        if (r->in.p < r->in.end && *r->in.p == 0x0b) {
            r->in.p++;
            c.kind = CONST_NUMBER;
            memcpy(c.bits, &number, 4);
            c.code = (struct span){start, (size_t)(r->in.p - start)};
            *out = c;
            return ST_OK;
        }
        r->in.p = start;
    }
    struct insn first = {.op = OP_COUNT}, i;
    uint32_t depth = 0;
    for (uint32_t count = 0;; count++) {
        TRY(hs_insn_read(&r->in, &i));
        if (count == 0)
            first = i;
        if (i.op == OP_END) {
            if (depth-- == 0) {
                if (count == 1)
                    recognize(&first, &c);
                break;
            }
        } else if (hs_op_info[i.op].imm == IMM_BLOCK || i.op == OP_TRY_TABLE) {
            depth++; /* not constant, as validation will say, but well-formed */
        } else if (i.op == OP_DELEGATE && depth > 0) {
            depth--;
        } else if (i.op == OP_ELSE && depth == 0) {
            return malformed_at(r, r->in.p - 1, MSG_END_EXPECTED);
        }
    }
    c.code = (struct span){start, (size_t)(r->in.p - start)};
    *out = c;
    return ST_OK;
}

/* Element segments. Three bits of the flags say which parts are there:
 *
 *     bit 0   not active; bit 1 then means declarative, else a table index follows
 *     bit 1   (active) explicit table index, and explicit kind or type of the items
 *     bit 2   items are expressions, not function indices */
static enum status read_elem(struct reader *r, struct elem *out)
{
    enum { NOT_ACTIVE = 1, DECLARATIVE_OR_TABLE = 2, EXPRS = 4 };
    const uint8_t *at = r->in.p;
    struct elem e = {.mode = SEGMENT_ACTIVE, .place = hs_read_offset(&r->in)};
    uint32_t flags;
    TRY(hs_read_u32(&r->in, &flags));
    if (flags > 7)
        return malformed_at(r, at, MSG_ELEM_FLAGS);
    if (flags != 0)
        TRY(need(r, at, flags & EXPRS ? FEATURE_REFERENCE_TYPES : FEATURE_BULK_MEMORY));
    if (flags & NOT_ACTIVE) {
        e.mode = flags & DECLARATIVE_OR_TABLE ? SEGMENT_DECLARATIVE : SEGMENT_PASSIVE;
    } else {
        if (flags & DECLARATIVE_OR_TABLE)
            TRY(hs_read_u32(&r->in, &e.table));
        TRY(hs_read_constexpr(r, &e.offset));
    }
    e.type = flags & EXPRS ? HS_FUNCREF : HS_REF(false, HEAP_FUNC);
    if (flags & (NOT_ACTIVE | DECLARATIVE_OR_TABLE)) {
        if (flags & EXPRS) {
            TRY(hs_read_reftype(&r->in, &e.type));
        } else {
            const uint8_t *kind_at = r->in.p;
            uint8_t kind;
            TRY(hs_read_byte(&r->in, &kind));
            if (kind != 0)
                return malformed_at(r, kind_at, MSG_ELEM_KIND);
        }
    }
    TRY(hs_read_limited(r, HS_LIMIT_ELEM_ITEMS, MSG_LIMIT_ELEM_ITEMS, &e.count));
    if (flags & EXPRS) {
        e.exprs = hs_arena_alloc(&r->m->arena, e.count, sizeof *e.exprs);
        if (!e.exprs)
            return hs_fail_oom(r->in.error);
        for (uint32_t i = 0; i < e.count; i++)
            TRY(hs_read_constexpr(r, &e.exprs[i]));
    } else {
        e.funcs = hs_arena_alloc(&r->m->arena, e.count, sizeof *e.funcs);
        if (!e.funcs)
            return hs_fail_oom(r->in.error);
        for (uint32_t i = 0; i < e.count; i++)
            TRY(hs_read_u32(&r->in, &e.funcs[i]));
    }
    *out = e;
    return ST_OK;
}

enum status hs_read_elem_section(struct reader *r)
{
    struct module *m = r->m;
    uint32_t n;
    TRY(hs_read_limited(r, HS_LIMIT_ELEMS, MSG_LIMIT_ELEMS, &n));
    m->elems = hs_arena_alloc(&m->arena, n, sizeof *m->elems);
    if (!m->elems)
        return hs_fail_oom(r->in.error);
    for (; m->nelems < n; m->nelems++)
        TRY(read_elem(r, &m->elems[m->nelems]));
    return ST_OK;
}

static enum status read_data(struct reader *r, struct data *out)
{
    const uint8_t *at = r->in.p;
    struct data d = {.mode = SEGMENT_ACTIVE};
    uint32_t flags;
    TRY(hs_read_u32(&r->in, &flags));
    if (flags > 2)
        return malformed_at(r, at, MSG_DATA_FLAGS);
    if (flags != 0)
        TRY(need(r, at, FEATURE_BULK_MEMORY));
    if (flags == 1)
        d.mode = SEGMENT_PASSIVE;
    if (flags == 2)
        TRY(hs_read_u32(&r->in, &d.memory));
    if (flags != 1)
        TRY(hs_read_constexpr(r, &d.offset));
    TRY(hs_read_vec_bytes(&r->in, &d.bytes));
    *out = d;
    return ST_OK;
}

enum status hs_read_data_section(struct reader *r)
{
    struct module *m = r->m;
    uint32_t n;
    TRY(hs_read_limited(r, HS_LIMIT_DATAS, MSG_LIMIT_DATAS, &n));
    m->datas = hs_arena_alloc(&m->arena, n, sizeof *m->datas);
    if (!m->datas)
        return hs_fail_oom(r->in.error);
    for (; m->ndatas < n; m->ndatas++)
        TRY(read_data(r, &m->datas[m->ndatas]));
    return ST_OK;
}

/* One step per body: its size is read, the rest skipped. A count other than that of the function
 * section is an error that waits until the sections have been seen. */
enum status hs_read_code_section(struct reader *r)
{
    struct module *m = r->m;
    m->code_offset = hs_read_offset(&r->in);
    m->code_size = (uint32_t)(r->section_end - r->in.p);
    TRY(hs_read_count(&r->in, &r->ncodes));
    for (uint32_t i = 0, index = m->nimported_funcs; i < r->ncodes; i++, index++) {
        const uint8_t *at = r->in.p;
        uint32_t size;
        TRY(hs_read_count(&r->in, &size));
        if (size > (size_t)(r->in.end - r->in.p))
            return malformed_at(r, r->in.end, MSG_UNEXPECTED_END);
        if (size > HS_LIMIT_BODY)
            return fail_at(r, at, ST_UNSUPPORTED, MSG_LIMIT_BODY);
        if (index < m->nfuncs) {
            m->funcs[index].body = hs_read_offset(&r->in);
            m->funcs[index].body_size = size;
        }
        r->in.p += size;
    }
    return ST_OK;
}
