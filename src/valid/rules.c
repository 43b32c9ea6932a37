/* See rules.h.  https://webassembly.github.io/spec/core/valid/instructions.html
 *
 * Rows of opcodes.def whose signature is letters are typed from the letters; the others have a
 * case below, in the order of the specification. */
#include "valid/rules.h"
#include "syntax/insn_read.h"
#include <stdlib.h>
#include <string.h>

struct rule {
    const struct module *m;
    const struct functype *func;
    const struct insn *i;
    struct insn_type *t;
    struct error *e;
};

#define TRY(x)                                                                                     \
    do {                                                                                           \
        enum status try_ = (x);                                                                    \
        if (try_ != ST_OK)                                                                         \
            return try_;                                                                           \
    } while (0)

static inline
    __attribute__((always_inline)) enum status unknown(struct rule *r, enum msg msg, uint64_t index)
{
    return hs_valid_fail_index(r->e, r->i->offset, msg, index);
}

static inline __attribute__((always_inline)) enum status fail(struct rule *r, enum msg msg)
{
    return hs_fail(r->e, ST_INVALID, r->i->offset, msg);
}

static inline __attribute__((always_inline)) enum status mismatch(struct rule *r,
                                                                  const char *reason)
{
    return hs_valid_fail_reason(r->e, r->i->offset, MSG_TYPE_MISMATCH, reason);
}

static void push(struct rule *r, struct valtype t)
{
    r->t->buffer[r->t->nresults++] = t;
}

static void pop(struct rule *r,
                struct valtype t) /* operands are named in order of the specification */
{
    r->t->tail[r->t->ntail++] = t;
}

static struct valtype address(struct limits l)
{
    return l.is64 ? HS_I64 : HS_I32;
}

/* Index spaces */

static enum status memory_at(struct rule *r, uint32_t index, struct valtype *out_address)
{
    if (index >= r->m->nmemories)
        return unknown(r, MSG_UNKNOWN_MEMORY, index);
    *out_address = address(r->m->memories[index].type.limits);
    return ST_OK;
}

static enum status table_at(struct rule *r, uint32_t index, struct valtype *out_address,
                            struct valtype *out_elem)
{
    if (index >= r->m->ntables)
        return unknown(r, MSG_UNKNOWN_TABLE, index);
    *out_address = address(r->m->tables[index].type.limits);
    *out_elem = r->m->tables[index].type.elem;
    return ST_OK;
}

static enum status data_at(struct rule *r, uint32_t index)
{
    if (!r->m->has_data_count)
        return hs_fail(r->e, ST_MALFORMED, r->i->offset, MSG_DATA_COUNT_REQUIRED);
    return index < r->m->data_count ? ST_OK : unknown(r, MSG_UNKNOWN_DATA, index);
}

static enum status elem_at(struct rule *r, uint32_t index, struct valtype *out_type)
{
    if (index >= r->m->nelems)
        return unknown(r, MSG_UNKNOWN_ELEM, index);
    *out_type = r->m->elems[index].type;
    return ST_OK;
}

static enum status type_at(struct rule *r, uint32_t index, enum compkind kind,
                           const struct deftype **out)
{
    if (index >= r->m->ntypes)
        return unknown(r, MSG_UNKNOWN_TYPE, index);
    if (r->m->types[index].kind != kind)
        return mismatch(r, kind == COMP_FUNC     ? "not a function type"
                           : kind == COMP_STRUCT ? "not a structure type"
                                                 : "not an array type");
    *out = &r->m->types[index];
    return ST_OK;
}

static enum status heap_exists(struct rule *r, uint32_t heap)
{
    return !hs_heap_is_index(heap) || heap < r->m->ntypes ? ST_OK
                                                          : unknown(r, MSG_UNKNOWN_TYPE, heap);
}

static enum status writable_array(struct rule *r, uint32_t index, struct fieldtype *out_field)
{
    const struct deftype *d;
    TRY(type_at(r, index, COMP_ARRAY, &d));
    if (!d->fields[0].mutable)
        return fail(r, MSG_IMMUTABLE_ARRAY);
    *out_field = d->fields[0];
    return ST_OK;
}

/* Instructions typed by letters */

static struct valtype letter(char c, struct valtype mem)
{
    switch (c) {
    case 'i': return HS_I32;
    case 'l': return HS_I64;
    case 'f': return HS_F32;
    case 'd': return HS_F64;
    case 'v': return HS_V128;
    default: return mem; /* 'm' */
    }
}

static enum status memarg(struct rule *r, struct valtype *out_address)
{
    const struct memarg *a = &r->i->mem;
    const struct op_info *info = &hs_op_info[r->i->op];
    uint32_t natural = info->flags & OPF_ALIGN_MASK;
    TRY(memory_at(r, a->memory, out_address));
    if (a->align > natural)
        return fail(r, MSG_ALIGNMENT);
    if ((info->flags & OPF_ATOMIC) && a->align != natural)
        return fail(r, MSG_ALIGNMENT_ATOMIC);
    if (!r->m->memories[a->memory].type.limits.is64 && a->offset > UINT32_MAX)
        return fail(r, MSG_OFFSET_RANGE);
    return ST_OK;
}

static enum status lane(struct rule *r, uint32_t lanes)
{
    return r->i->lane < lanes ? ST_OK : fail(r, MSG_LANE_INDEX);
}

static enum status simple(struct rule *r)
{
    const struct op_info *info = &hs_op_info[r->i->op];
    struct valtype mem = HS_I32;
    switch ((enum imm)info->imm) {
    case IMM_MEMARG: TRY(memarg(r, &mem)); break;
    case IMM_MEMARG_LANE:
        TRY(memarg(r, &mem));
        TRY(lane(r, 16u >> (info->flags & OPF_ALIGN_MASK)));
        break;
    case IMM_LANE:
        TRY(lane(r, (uint32_t)atoi(strchr(info->text, 'x') + 1)));
        break; /* "i8x16.…": 16 */
    case IMM_SHUFFLE:
        for (int k = 0; k < 16; k++)
            if (r->i->v128[k] >= 32)
                return fail(r, MSG_LANE_INDEX);
        break;
    case IMM_DATA: TRY(data_at(r, r->i->a)); break;
    case IMM_ELEM: {
        struct valtype elem;
        TRY(elem_at(r, r->i->a, &elem));
        break;
    }
    default: break;
    }
    const char *s = info->signature;
    for (; *s != '_'; s++)
        pop(r, letter(*s, mem));
    for (s++; *s; s++)
        push(r, letter(*s, mem));
    return ST_OK;
}

/* Calls */

static enum status call(struct rule *r, uint32_t type, bool tail)
{
    const struct deftype *d;
    TRY(type_at(r, type, COMP_FUNC, &d));
    r->t->list = d->func.types;
    r->t->nhead = d->func.nparams;
    if (!tail) {
        r->t->results = d->func.types + d->func.nparams;
        r->t->nresults = d->func.nresults;
        return ST_OK;
    }
    r->t->diverges = true;
    if (d->func.nresults != r->func->nresults ||
        !hs_valid_lists_match(r->m, d->func.types + d->func.nparams,
                              r->func->types + r->func->nparams, d->func.nresults))
        return mismatch(r, "the results of a tail call differ from those of the function");
    return ST_OK;
}

static enum status call_indirect(struct rule *r, bool tail)
{
    struct valtype at, elem;
    TRY(table_at(r, r->i->b, &at, &elem));
    if (!hs_valid_subtype(r->m, elem, HS_FUNCREF))
        return mismatch(r, "the table does not hold functions");
    TRY(call(r, r->i->a, tail));
    pop(r, at);
    return ST_OK;
}

/* Structures and arrays */

static enum status struct_field(struct rule *r, struct fieldtype *out)
{
    const struct deftype *d;
    TRY(type_at(r, r->i->a, COMP_STRUCT, &d));
    if (r->i->b >= d->nfields)
        return unknown(r, MSG_UNKNOWN_FIELD, r->i->b);
    *out = d->fields[r->i->b];
    return ST_OK;
}

static enum status readable(struct rule *r, struct fieldtype f, bool extends)
{
    if (hs_valid_is_packed(f) != extends)
        return mismatch(r, extends ? "the field is not packed" : "the field is packed");
    return ST_OK;
}

static enum status struct_insn(struct rule *r)
{
    const struct insn *i = r->i;
    const struct deftype *d;
    struct fieldtype f;
    switch (i->op) {
    case OP_STRUCT_NEW:
        TRY(type_at(r, i->a, COMP_STRUCT, &d));
        r->t->fields = d->fields;
        r->t->nhead = d->nfields;
        push(r, HS_REF(false, i->a));
        return ST_OK;
    case OP_STRUCT_NEW_DEFAULT:
        TRY(type_at(r, i->a, COMP_STRUCT, &d));
        for (uint32_t k = 0; k < d->nfields; k++)
            if (!hs_vt_defaultable(d->fields[k].type))
                return mismatch(r, "a field has no default value");
        push(r, HS_REF(false, i->a));
        return ST_OK;
    case OP_STRUCT_GET:
    case OP_STRUCT_GET_S:
    case OP_STRUCT_GET_U:
        TRY(struct_field(r, &f));
        TRY(readable(r, f, i->op != OP_STRUCT_GET));
        pop(r, HS_REF(true, i->a));
        push(r, hs_valid_unpack(f));
        return ST_OK;
    default: /* OP_STRUCT_SET */
        TRY(struct_field(r, &f));
        if (!f.mutable)
            return fail(r, MSG_IMMUTABLE_FIELD);
        pop(r, HS_REF(true, i->a));
        pop(r, hs_valid_unpack(f));
        return ST_OK;
    }
}

static enum status array_insn(struct rule *r)
{
    const struct insn *i = r->i;
    const struct deftype *d;
    struct fieldtype f;
    struct valtype elem;
    switch (i->op) {
    case OP_ARRAY_NEW:
        TRY(type_at(r, i->a, COMP_ARRAY, &d));
        pop(r, hs_valid_unpack(d->fields[0]));
        pop(r, HS_I32);
        push(r, HS_REF(false, i->a));
        return ST_OK;
    case OP_ARRAY_NEW_DEFAULT:
        TRY(type_at(r, i->a, COMP_ARRAY, &d));
        if (!hs_vt_defaultable(d->fields[0].type))
            return mismatch(r, "the element type has no default value");
        pop(r, HS_I32);
        push(r, HS_REF(false, i->a));
        return ST_OK;
    case OP_ARRAY_NEW_FIXED:
        TRY(type_at(r, i->a, COMP_ARRAY, &d));
        if (i->b > HS_LIMIT_ARRAY_NEW_FIXED)
            return hs_fail(r->e, ST_UNSUPPORTED, i->offset, MSG_LIMIT_ARRAY_FIXED);
        r->t->same = hs_valid_unpack(d->fields[0]);
        r->t->nhead = i->b;
        push(r, HS_REF(false, i->a));
        return ST_OK;
    case OP_ARRAY_NEW_DATA:
        TRY(type_at(r, i->a, COMP_ARRAY, &d));
        TRY(data_at(r, i->b));
        if (!hs_valid_is_numeric(hs_valid_unpack(d->fields[0])))
            return fail(r, MSG_ARRAY_NOT_NUMERIC);
        pop(r, HS_I32);
        pop(r, HS_I32);
        push(r, HS_REF(false, i->a));
        return ST_OK;
    case OP_ARRAY_NEW_ELEM:
        TRY(type_at(r, i->a, COMP_ARRAY, &d));
        TRY(elem_at(r, i->b, &elem));
        if (!hs_valid_subtype(r->m, elem, d->fields[0].type))
            return mismatch(r, "the element segment does not fit the array");
        pop(r, HS_I32);
        pop(r, HS_I32);
        push(r, HS_REF(false, i->a));
        return ST_OK;
    case OP_ARRAY_GET:
    case OP_ARRAY_GET_S:
    case OP_ARRAY_GET_U:
        TRY(type_at(r, i->a, COMP_ARRAY, &d));
        TRY(readable(r, d->fields[0], i->op != OP_ARRAY_GET));
        pop(r, HS_REF(true, i->a));
        pop(r, HS_I32);
        push(r, hs_valid_unpack(d->fields[0]));
        return ST_OK;
    case OP_ARRAY_SET:
        TRY(writable_array(r, i->a, &f));
        pop(r, HS_REF(true, i->a));
        pop(r, HS_I32);
        pop(r, hs_valid_unpack(f));
        return ST_OK;
    case OP_ARRAY_LEN:
        pop(r, HS_REF(true, HEAP_ARRAY));
        push(r, HS_I32);
        return ST_OK;
    case OP_ARRAY_FILL:
        TRY(writable_array(r, i->a, &f));
        pop(r, HS_REF(true, i->a));
        pop(r, HS_I32);
        pop(r, hs_valid_unpack(f));
        pop(r, HS_I32);
        return ST_OK;
    case OP_ARRAY_COPY:
        TRY(writable_array(r, i->a, &f));
        TRY(type_at(r, i->b, COMP_ARRAY, &d));
        if (!hs_valid_subtype(r->m, d->fields[0].type, f.type))
            return fail(r, MSG_ARRAY_TYPES);
        pop(r, HS_REF(true, i->a));
        pop(r, HS_I32);
        pop(r, HS_REF(true, i->b));
        pop(r, HS_I32);
        pop(r, HS_I32);
        return ST_OK;
    case OP_ARRAY_INIT_DATA:
        TRY(writable_array(r, i->a, &f));
        TRY(data_at(r, i->b));
        if (!hs_valid_is_numeric(hs_valid_unpack(f)))
            return fail(r, MSG_ARRAY_NOT_NUMERIC);
        break;
    default: /* OP_ARRAY_INIT_ELEM */
        TRY(writable_array(r, i->a, &f));
        TRY(elem_at(r, i->b, &elem));
        if (!hs_valid_subtype(r->m, elem, f.type))
            return mismatch(r, "the element segment does not fit the array");
        break;
    }
    pop(r, HS_REF(true, i->a));
    pop(r, HS_I32);
    pop(r, HS_I32);
    pop(r, HS_I32);
    return ST_OK;
}

static enum status cast_insn(struct rule *r, bool test)
{
    uint32_t heap = r->i->heap;
    TRY(heap_exists(r, heap));
    pop(r, HS_REF(true, hs_heap_top(r->m, heap)));
    push(r, test ? HS_I32 : HS_REF(hs_op_info[r->i->op].flags & OPF_NULLABLE, heap));
    return ST_OK;
}

enum status hs_rule_cast(const struct module *m, const struct insn *i, struct valtype *out_from,
                         struct valtype *out_to, struct error *error)
{
    struct insn_type none = {0};
    struct rule r = {m, NULL, i, &none, error};
    TRY(heap_exists(&r, i->cast.from));
    TRY(heap_exists(&r, i->cast.to));
    struct valtype from = HS_REF(i->cast.cast_flags & 1, i->cast.from);
    struct valtype to = HS_REF(i->cast.cast_flags & 2, i->cast.to);
    if (!hs_valid_subtype(m, to, from))
        return mismatch(&r, "the target of the cast is no subtype of its source");
    *out_from = from;
    *out_to = to;
    return ST_OK;
}

/* Tables and memories */

static enum status table_insn(struct rule *r)
{
    const struct insn *i = r->i;
    struct valtype at, elem, at2, elem2;
    switch (i->op) {
    case OP_TABLE_INIT:
        TRY(table_at(r, i->b, &at, &elem));
        TRY(elem_at(r, i->a, &elem2));
        if (!hs_valid_subtype(r->m, elem2, elem))
            return mismatch(r, "the element segment does not fit the table");
        pop(r, at);
        pop(r, HS_I32);
        pop(r, HS_I32);
        return ST_OK;
    case OP_TABLE_COPY:
        TRY(table_at(r, i->a, &at, &elem));
        TRY(table_at(r, i->b, &at2, &elem2));
        if (!hs_valid_subtype(r->m, elem2, elem))
            return mismatch(r, "the tables hold different types");
        pop(r, at);
        pop(r, at2);
        pop(r, hs_vt_equal(at, HS_I64) ? at2 : at); /* the smaller of the two */
        return ST_OK;
    default: break;
    }
    TRY(table_at(r, i->a, &at, &elem));
    switch (i->op) {
    case OP_TABLE_GET:
        pop(r, at);
        push(r, elem);
        return ST_OK;
    case OP_TABLE_SET:
        pop(r, at);
        pop(r, elem);
        return ST_OK;
    case OP_TABLE_SIZE: push(r, at); return ST_OK;
    case OP_TABLE_GROW:
        pop(r, elem);
        pop(r, at);
        push(r, at);
        return ST_OK;
    default: /* OP_TABLE_FILL */
        pop(r, at);
        pop(r, elem);
        pop(r, at);
        return ST_OK;
    }
}

static enum status memory_insn(struct rule *r)
{
    const struct insn *i = r->i;
    struct valtype at, at2;
    switch (i->op) {
    case OP_MEMORY_SIZE:
        TRY(memory_at(r, i->a, &at));
        push(r, at);
        return ST_OK;
    case OP_MEMORY_GROW:
        TRY(memory_at(r, i->a, &at));
        pop(r, at);
        push(r, at);
        return ST_OK;
    case OP_MEMORY_INIT:
        TRY(memory_at(r, i->b, &at));
        TRY(data_at(r, i->a));
        pop(r, at);
        pop(r, HS_I32);
        pop(r, HS_I32);
        return ST_OK;
    case OP_MEMORY_COPY:
        TRY(memory_at(r, i->a, &at));
        TRY(memory_at(r, i->b, &at2));
        pop(r, at);
        pop(r, at2);
        pop(r, hs_vt_equal(at, HS_I64) ? at2 : at);
        return ST_OK;
    default: /* OP_MEMORY_FILL */
        TRY(memory_at(r, i->a, &at));
        pop(r, at);
        pop(r, HS_I32);
        pop(r, at);
        return ST_OK;
    }
}

static enum status global_insn(struct rule *r)
{
    if (r->i->a >= r->m->nglobals)
        return unknown(r, MSG_UNKNOWN_GLOBAL, r->i->a);
    struct globaltype g = r->m->globals[r->i->a].type;
    if (r->i->op == OP_GLOBAL_GET) {
        push(r, g.type);
        return ST_OK;
    }
    if (!g.mutable)
        return fail(r, MSG_IMMUTABLE_GLOBAL);
    pop(r, g.type);
    return ST_OK;
}

static enum status select_typed(struct rule *r)
{
    if (r->i->count != 1)
        return fail(r, MSG_RESULT_ARITY);
    const uint8_t *p = r->i->vector;
    struct valtype t = hs_insn_select_type(&p);
    if (!hs_valid_type_exists(r->m, t))
        return unknown(r, MSG_UNKNOWN_TYPE, hs_vt_heap(t));
    pop(r, t);
    pop(r, t);
    pop(r, HS_I32);
    push(r, t);
    return ST_OK;
}

static enum status func_at(struct rule *r)
{
    return r->i->a < r->m->nfuncs ? ST_OK : unknown(r, MSG_UNKNOWN_FUNC, r->i->a);
}

static enum status special(struct rule *r)
{
    const struct module *m = r->m;
    const struct insn *i = r->i;
    const struct deftype *d;
    switch (i->op) {
    case OP_UNREACHABLE: r->t->diverges = true; return ST_OK;
    case OP_RETURN:
        r->t->list = r->func->types + r->func->nparams;
        r->t->nhead = r->func->nresults;
        r->t->diverges = true;
        return ST_OK;
    case OP_CALL: TRY(func_at(r)); return call(r, m->funcs[i->a].type, false);
    case OP_RETURN_CALL: TRY(func_at(r)); return call(r, m->funcs[i->a].type, true);
    case OP_CALL_INDIRECT: return call_indirect(r, false);
    case OP_RETURN_CALL_INDIRECT: return call_indirect(r, true);
    case OP_CALL_REF:
    case OP_RETURN_CALL_REF:
        TRY(call(r, i->a, i->op == OP_RETURN_CALL_REF));
        pop(r, HS_REF(true, i->a));
        return ST_OK;
    case OP_THROW:
        if (i->a >= m->ntags)
            return unknown(r, MSG_UNKNOWN_TAG, i->a);
        TRY(type_at(r, m->tags[i->a].type, COMP_FUNC, &d));
        r->t->list = d->func.types;
        r->t->nhead = d->func.nparams;
        r->t->diverges = true;
        return ST_OK;
    case OP_THROW_REF:
        pop(r, HS_EXNREF);
        r->t->diverges = true;
        return ST_OK;
    case OP_SELECT_T: return select_typed(r);
    case OP_GLOBAL_GET:
    case OP_GLOBAL_SET: return global_insn(r);
    case OP_TABLE_GET:
    case OP_TABLE_SET:
    case OP_TABLE_INIT:
    case OP_TABLE_COPY:
    case OP_TABLE_GROW:
    case OP_TABLE_SIZE:
    case OP_TABLE_FILL: return table_insn(r);
    case OP_MEMORY_SIZE:
    case OP_MEMORY_GROW:
    case OP_MEMORY_INIT:
    case OP_MEMORY_COPY:
    case OP_MEMORY_FILL: return memory_insn(r);
    case OP_REF_NULL:
        TRY(heap_exists(r, i->heap));
        push(r, HS_REF(true, i->heap));
        return ST_OK;
    case OP_REF_FUNC:
        TRY(func_at(r));
        /* Constant expressions declare, code must refer to what is declared. */
        if (r->func && !hs_valid_escapes(m, i->a))
            return fail(r, MSG_UNDECLARED_REF);
        push(r, HS_REF(false, m->funcs[i->a].type));
        return ST_OK;
    case OP_REF_EQ:
        pop(r, HS_REF(true, HEAP_EQ));
        pop(r, HS_REF(true, HEAP_EQ));
        push(r, HS_I32);
        return ST_OK;
    case OP_REF_I31:
        pop(r, HS_I32);
        push(r, HS_REF(false, HEAP_I31));
        return ST_OK;
    case OP_I31_GET_S:
    case OP_I31_GET_U:
        pop(r, HS_REF(true, HEAP_I31));
        push(r, HS_I32);
        return ST_OK;
    case OP_REF_TEST:
    case OP_REF_TEST_NULL: return cast_insn(r, true);
    case OP_REF_CAST:
    case OP_REF_CAST_NULL: return cast_insn(r, false);
    default:
        if (i->op >= OP_STRUCT_NEW && i->op <= OP_STRUCT_SET)
            return struct_insn(r);
        return array_insn(r);
    }
}

bool hs_rule_covers(enum op op)
{
    switch (op) {
    case OP_BLOCK:
    case OP_LOOP:
    case OP_IF:
    case OP_ELSE:
    case OP_TRY:
    case OP_CATCH:
    case OP_CATCH_ALL:
    case OP_DELEGATE:
    case OP_RETHROW:
    case OP_TRY_TABLE:
    case OP_END:
    case OP_BR:
    case OP_BR_IF:
    case OP_BR_TABLE:
    case OP_BR_ON_NULL:
    case OP_BR_ON_NON_NULL:
    case OP_BR_ON_CAST:
    case OP_BR_ON_CAST_FAIL:
    case OP_DROP:
    case OP_SELECT:
    case OP_LOCAL_GET:
    case OP_LOCAL_SET:
    case OP_LOCAL_TEE:
    case OP_REF_IS_NULL:
    case OP_REF_AS_NON_NULL:
    case OP_ANY_CONVERT_EXTERN:
    case OP_EXTERN_CONVERT_ANY: return false;
    default: return true;
    }
}

enum status hs_rule_type(const struct module *m, const struct functype *func, const struct insn *i,
                         struct insn_type *out, struct error *error)
{
    out->nhead = out->ntail = out->nresults = 0;
    out->list = NULL;
    out->fields = NULL;
    out->same = HS_VALID_BOT;
    out->results = NULL;
    out->diverges = false;
    struct rule r = {m, func, i, out, error};
    return hs_op_info[i->op].signature[0] == 'S' ? special(&r) : simple(&r);
}
