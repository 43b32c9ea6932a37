/* See insn_write.h. */
#include "syntax/insn_write.h"
#include "syntax/insn_read.h"

void hs_write_op(struct buffer *b, enum op op)
{
    const struct op_info *info = &hs_op_info[op];
    if (info->prefix) {
        hs_buffer_byte(b, info->prefix);
        hs_buffer_u(b, info->code);
    } else {
        hs_buffer_byte(b, (uint8_t)info->code);
    }
}

void hs_write_heaptype(struct buffer *b, uint32_t heap)
{
    if (hs_heap_is_index(heap))
        hs_buffer_s(b, heap);
    else
        hs_buffer_byte(b, hs_heap_code(heap));
}

void hs_write_valtype(struct buffer *b, struct valtype t)
{
    static const uint8_t codes[] = {
        [VT_I32] = 0x7f,  [VT_I64] = 0x7e, [VT_F32] = 0x7d, [VT_F64] = 0x7c,
        [VT_V128] = 0x7b, [VT_I8] = 0x78,  [VT_I16] = 0x77,
    };
    if (!hs_vt_is_ref(t)) {
        hs_buffer_byte(b, codes[hs_vt_kind(t)]);
        return;
    }
    uint32_t heap = hs_vt_heap(t);
    if (!hs_vt_nullable(t))
        hs_buffer_byte(b, 0x64);
    else if (hs_heap_is_index(heap)) /* nullable abstract types have codes of their own */
        hs_buffer_byte(b, 0x63);
    hs_write_heaptype(b, heap);
}

void hs_write_blocktype(struct buffer *b, const struct blocktype *t)
{
    switch (t->kind) {
    case BLOCK_EMPTY: hs_buffer_byte(b, 0x40); break;
    case BLOCK_VALUE: hs_write_valtype(b, t->value); break;
    case BLOCK_TYPE: hs_buffer_s(b, t->type); break;
    }
}

void hs_write_memarg(struct buffer *b, const struct memarg *m)
{
    hs_buffer_u(b, m->align | (m->memory ? 0x40 : 0));
    if (m->memory)
        hs_buffer_u(b, m->memory);
    hs_buffer_u(b, m->offset);
}

void hs_write_catch(struct buffer *b, const struct catch_clause *c)
{
    hs_buffer_byte(b, c->kind);
    if (c->kind == CATCH_TAG || c->kind == CATCH_TAG_REF)
        hs_buffer_u(b, c->tag);
    hs_buffer_u(b, c->label);
}

void hs_insn_write(struct buffer *b, const struct insn *i)
{
    hs_write_op(b, i->op);
    const uint8_t *p = i->vector;
    switch ((enum imm)hs_op_info[i->op].imm) {
    case IMM_NONE: break;
    case IMM_BLOCK: hs_write_blocktype(b, &i->block); break;
    case IMM_LABEL:
    case IMM_FUNC:
    case IMM_TYPE:
    case IMM_LOCAL:
    case IMM_GLOBAL:
    case IMM_TABLE:
    case IMM_ELEM:
    case IMM_DATA:
    case IMM_MEMORY:
    case IMM_TAG: hs_buffer_u(b, i->a); break;
    case IMM_TYPE_TABLE:
    case IMM_TABLE_TABLE:
    case IMM_ELEM_TABLE:
    case IMM_DATA_MEMORY:
    case IMM_MEMORY_MEMORY:
    case IMM_TYPE_FIELD:
    case IMM_TYPE_N:
    case IMM_TYPE_DATA:
    case IMM_TYPE_ELEM:
    case IMM_TYPE_TYPE:
        hs_buffer_u(b, i->a);
        hs_buffer_u(b, i->b);
        break;
    case IMM_MEMARG: hs_write_memarg(b, &i->mem); break;
    case IMM_MEMARG_LANE:
        hs_write_memarg(b, &i->mem);
        hs_buffer_byte(b, i->lane);
        break;
    case IMM_LANE: hs_buffer_byte(b, i->lane); break;
    case IMM_SHUFFLE:
    case IMM_V128: hs_buffer_bytes(b, i->v128, 16); break;
    case IMM_I32: hs_buffer_s(b, i->i32); break;
    case IMM_I64: hs_buffer_s(b, i->i64); break;
    case IMM_F32: hs_buffer_f32(b, i->f32); break;
    case IMM_F64: hs_buffer_f64(b, i->f64); break;
    case IMM_HEAPTYPE: hs_write_heaptype(b, i->heap); break;
    case IMM_BR_TABLE:
        hs_buffer_u(b, i->count);
        for (uint32_t n = 0; n < i->count; n++)
            hs_buffer_u(b, hs_insn_label(&p));
        hs_buffer_u(b, i->fallback);
        break;
    case IMM_SELECT_TYPES:
        hs_buffer_u(b, i->count);
        for (uint32_t n = 0; n < i->count; n++)
            hs_write_valtype(b, hs_insn_select_type(&p));
        break;
    case IMM_TRY_TABLE:
        hs_write_blocktype(b, &i->try_block);
        hs_buffer_u(b, i->count);
        for (uint32_t n = 0; n < i->count; n++) {
            struct catch_clause c = hs_insn_catch(&p);
            hs_write_catch(b, &c);
        }
        break;
    case IMM_BR_ON_CAST:
        hs_buffer_byte(b, i->cast.cast_flags);
        hs_buffer_u(b, i->cast.label);
        hs_write_heaptype(b, i->cast.from);
        hs_write_heaptype(b, i->cast.to);
        break;
    case IMM_ZERO: hs_buffer_byte(b, 0); break;
    }
}

/* Types of the module's sections */

void hs_write_fieldtype(struct buffer *b, const struct fieldtype *t)
{
    hs_write_valtype(b, t->type);
    hs_buffer_byte(b, t->mutable);
}

void hs_write_functype(struct buffer *b, const struct functype *t)
{
    hs_buffer_byte(b, 0x60);
    hs_buffer_u(b, t->nparams);
    for (uint32_t i = 0; i < t->nparams; i++)
        hs_write_valtype(b, t->types[i]);
    hs_buffer_u(b, t->nresults);
    for (uint32_t i = 0; i < t->nresults; i++)
        hs_write_valtype(b, t->types[t->nparams + i]);
}

void hs_write_subtype(struct buffer *b, const struct deftype *t)
{
    if (!t->final || t->super != HS_NO_TYPE) {
        hs_buffer_byte(b, t->final ? 0x4f : 0x50);
        hs_buffer_u(b, t->super != HS_NO_TYPE);
        if (t->super != HS_NO_TYPE)
            hs_buffer_u(b, t->super);
    }
    switch (t->kind) {
    case COMP_FUNC: hs_write_functype(b, &t->func); break;
    case COMP_STRUCT:
        hs_buffer_byte(b, 0x5f);
        hs_buffer_u(b, t->nfields);
        for (uint32_t i = 0; i < t->nfields; i++)
            hs_write_fieldtype(b, &t->fields[i]);
        break;
    case COMP_ARRAY:
        hs_buffer_byte(b, 0x5e);
        hs_write_fieldtype(b, &t->fields[0]);
        break;
    }
}

static void write_limits(struct buffer *b, const struct limits *l, bool custom_page)
{
    hs_buffer_byte(b, (uint8_t)(l->has_max | l->shared << 1 | l->is64 << 2 | custom_page << 3));
    hs_buffer_u(b, l->min);
    if (l->has_max)
        hs_buffer_u(b, l->max);
    if (custom_page)
        hs_buffer_u(b, l->page_log2);
}

void hs_write_tabletype(struct buffer *b, const struct tabletype *t)
{
    hs_write_valtype(b, t->elem);
    write_limits(b, &t->limits, false);
}

void hs_write_memtype(struct buffer *b, const struct memtype *t)
{
    write_limits(b, &t->limits, t->limits.page_log2 != 16);
}

void hs_write_globaltype(struct buffer *b, const struct globaltype *t)
{
    hs_write_valtype(b, t->type);
    hs_buffer_byte(b, t->mutable);
}
