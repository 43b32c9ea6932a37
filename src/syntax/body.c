/* See body.h. As in the reference interpreter a body is read on beyond the size it announces, which
 * is compared afterwards: that is what decides between "END opcode expected", "section size
 * mismatch" and "unexpected end". */
#include "syntax/body.h"
#include "base/buffer.h"

#define TRY(x)                                                                                     \
    do {                                                                                           \
        enum status try_ = (x);                                                                    \
        if (try_ != ST_OK)                                                                         \
            return try_;                                                                           \
    } while (0)

static enum status read_locals(struct insn_reader *r)
{
    uint32_t place = hs_read_offset(r), groups;
    uint64_t total = 0;
    TRY(hs_read_count(r, &groups));
    for (; groups > 0; groups--) {
        uint32_t n;
        struct valtype t;
        TRY(hs_read_u32(r, &n));
        TRY(hs_read_valtype(r, &t));
        total += n;
    }
    if (total > UINT32_MAX)
        return hs_fail(r->error, ST_MALFORMED, place, MSG_TOO_MANY_LOCALS);
    return ST_OK;
}

static bool needs_data_count(enum op op)
{
    enum imm imm = (enum imm)hs_op_info[op].imm;
    return imm == IMM_DATA || imm == IMM_DATA_MEMORY || imm == IMM_TYPE_DATA;
}

/* `open` has a byte for each open block: whether an `else` may come. */
static enum status read_code(struct insn_reader *r, struct buffer *open, uint32_t *out_data_offset)
{
    for (;;) {
        struct insn i;
        TRY(hs_insn_read(r, &i));
        if (needs_data_count(i.op))
            *out_data_offset = i.offset;
        bool closes = i.op == OP_END || (i.op == OP_DELEGATE && open->size > 0);
        if (hs_op_info[i.op].imm == IMM_BLOCK || i.op == OP_TRY_TABLE) {
            hs_buffer_byte(open, i.op == OP_IF);
            if (open->failed)
                return hs_fail_oom(r->error);
        } else if (i.op == OP_ELSE) {
            if (open->size == 0 || !open->data[open->size - 1])
                return hs_fail(r->error, ST_MALFORMED, i.offset, MSG_END_EXPECTED);
            open->data[open->size - 1] = false;
        } else if (closes) {
            if (open->size == 0)
                return ST_OK;
            open->size--;
        }
    }
}

enum status hs_body_read(struct insn_reader *r, uint32_t *out_data_offset)
{
    TRY(read_locals(r));
    struct buffer open;
    hs_buffer_init(&open, HS_LIMIT_MODULE_SIZE);
    enum status s = read_code(r, &open, out_data_offset);
    hs_buffer_deinit(&open);
    return s;
}

enum status hs_bodies_read(const struct module *m, struct error *error)
{
    uint32_t data_offset = UINT32_MAX;
    struct insn_reader r = {.end = m->bytes.data + m->bytes.size,
                            .base = m->bytes.data,
                            .features = m->features,
                            .error = error};
    for (uint32_t i = m->nimported_funcs; i < m->nfuncs; i++) {
        const struct func *f = &m->funcs[i];
        if (!f->body)
            break; /* the reader has not come to it */
        r.p = m->bytes.data + f->body;
        enum status s = hs_body_read(&r, &data_offset);
        if (s == ST_OK && r.p != m->bytes.data + f->body + f->body_size)
            s = hs_fail(error, ST_MALFORMED, hs_read_offset(&r), MSG_SECTION_SIZE);
        if (s != ST_OK) {
            error->func = i;
            return s;
        }
    }
    if (data_offset != UINT32_MAX && !m->has_data_count)
        return hs_fail(error, ST_MALFORMED, data_offset, MSG_DATA_COUNT_REQUIRED);
    return ST_OK;
}
