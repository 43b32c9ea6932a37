/* Instructions to text, flat, one to a line, indented by nesting. Immediates are printed by
 * kind. */
#include "text/number.h"
#include "text/print.h"

enum { MAX_INDENT = 36 }; /* levels that are shown; hostile nesting would make the text quadratic */

static void space(struct printer *p)
{
    hs_buffer_byte(p->out, ' ');
}

static void line(struct printer *p, uint32_t depth)
{
    uint32_t n = 2 * (depth < MAX_INDENT ? depth : MAX_INDENT);
    hs_buffer_byte(p->out, '\n');
    hs_buffer_bytes(
        p->out, "                                                                                ",
        n);
}

static void number(struct printer *p, uint64_t x)
{
    space(p);
    hs_print_number(p, x);
}

static void hex(struct printer *p, uint32_t x)
{
    static const char digits[] = "0123456789abcdef";
    char text[] = " 0x00000000";
    for (int i = 0; i < 8; i++)
        text[10 - i] = digits[x >> (4 * i) & 15];
    hs_print_text(p, text);
}

static void block_type(struct printer *p, const struct blocktype *b)
{
    if (b->kind == BLOCK_VALUE) {
        hs_print_text(p, " (result ");
        hs_print_valtype(p, b->value);
        hs_print_text(p, ")");
    } else if (b->kind == BLOCK_TYPE) {
        hs_print_text(p, " (type");
        hs_print_index(p, SP_TYPE, b->type);
        hs_print_text(p, ")");
    }
}

static void local(struct printer *p, uint32_t func, uint32_t index)
{
    const struct item_name *n =
        func == HS_NO_FUNC ? NULL : hs_print_inner_name(&p->locals, func, index);
    if (n && n->is_id)
        hs_print_declared(p, n);
    else
        number(p, index);
}

static void memarg(struct printer *p, const struct insn *i)
{
    if (i->mem.memory)
        hs_print_index(p, SP_MEMORY, i->mem.memory);
    if (i->mem.offset) {
        hs_print_text(p, " offset=");
        hs_print_number(p, i->mem.offset);
    }
    if (i->mem.align != (hs_op_info[i->op].flags & OPF_ALIGN_MASK)) {
        hs_print_text(p, " align=");
        hs_print_number(p, UINT64_C(1) << (i->mem.align & 63));
    }
}

static void floating(struct printer *p, uint64_t bits, int width)
{
    char text[HS_NUM_FLOAT_TEXT];
    int n = hs_num_float_text(text, bits, width);
    space(p);
    hs_buffer_bytes(p->out, text, (size_t)n);
}

static void immediates(struct printer *p, const struct insn *i, uint32_t func)
{
    switch ((enum imm)hs_op_info[i->op].imm) {
    case IMM_NONE:
    case IMM_ZERO: break;
    case IMM_BLOCK: block_type(p, &i->block); break;
    case IMM_LABEL: number(p, i->a); break;
    case IMM_BR_TABLE: {
        const uint8_t *v = i->vector;
        for (uint32_t k = 0; k < i->count; k++)
            number(p, hs_insn_label(&v));
        number(p, i->fallback);
        break;
    }
    case IMM_FUNC: hs_print_index(p, SP_FUNC, i->a); break;
    case IMM_TYPE: hs_print_index(p, SP_TYPE, i->a); break;
    case IMM_TYPE_TABLE:
        if (i->b)
            hs_print_index(p, SP_TABLE, i->b);
        hs_print_text(p, " (type");
        hs_print_index(p, SP_TYPE, i->a);
        hs_print_text(p, ")");
        break;
    case IMM_LOCAL: local(p, func, i->a); break;
    case IMM_GLOBAL: hs_print_index(p, SP_GLOBAL, i->a); break;
    case IMM_TABLE: hs_print_index(p, SP_TABLE, i->a); break;
    case IMM_TABLE_TABLE:
        hs_print_index(p, SP_TABLE, i->a);
        hs_print_index(p, SP_TABLE, i->b);
        break;
    case IMM_ELEM: hs_print_index(p, SP_ELEM, i->a); break;
    case IMM_ELEM_TABLE:
        if (i->b)
            hs_print_index(p, SP_TABLE, i->b);
        hs_print_index(p, SP_ELEM, i->a);
        break;
    case IMM_DATA: hs_print_index(p, SP_DATA, i->a); break;
    case IMM_MEMORY:
        if (i->a)
            hs_print_index(p, SP_MEMORY, i->a);
        break;
    case IMM_DATA_MEMORY:
        if (i->b)
            hs_print_index(p, SP_MEMORY, i->b);
        hs_print_index(p, SP_DATA, i->a);
        break;
    case IMM_MEMORY_MEMORY:
        if (i->a || i->b) {
            hs_print_index(p, SP_MEMORY, i->a);
            hs_print_index(p, SP_MEMORY, i->b);
        }
        break;
    case IMM_MEMARG: memarg(p, i); break;
    case IMM_MEMARG_LANE:
        memarg(p, i);
        number(p, i->lane);
        break;
    case IMM_LANE: number(p, i->lane); break;
    case IMM_SHUFFLE:
        for (int k = 0; k < 16; k++)
            number(p, i->v128[k]);
        break;
    case IMM_I32:
        space(p);
        if (i->i32 < 0)
            hs_print_text(p, "-");
        hs_print_number(p, i->i32 < 0 ? 0 - (uint64_t)i->i32 : (uint64_t)i->i32);
        break;
    case IMM_I64:
        space(p);
        if (i->i64 < 0)
            hs_print_text(p, "-");
        hs_print_number(p, i->i64 < 0 ? 0 - (uint64_t)i->i64 : (uint64_t)i->i64);
        break;
    case IMM_F32: floating(p, i->f32, 32); break;
    case IMM_F64: floating(p, i->f64, 64); break;
    case IMM_V128:
        hs_print_text(p, " i32x4");
        for (int k = 0; k < 16; k += 4)
            hex(p, hs_load32(i->v128 + k));
        break;
    case IMM_SELECT_TYPES: {
        const uint8_t *v = i->vector;
        hs_print_text(p, " (result");
        for (uint32_t k = 0; k < i->count; k++) {
            space(p);
            hs_print_valtype(p, hs_insn_select_type(&v));
        }
        hs_print_text(p, ")");
        break;
    }
    case IMM_HEAPTYPE:
        space(p);
        if (i->op == OP_REF_NULL)
            hs_print_heaptype(p, i->heap);
        else
            hs_print_reftype(p, HS_REF((hs_op_info[i->op].flags & OPF_NULLABLE) != 0, i->heap));
        break;
    case IMM_TYPE_FIELD: {
        const struct item_name *n = hs_print_inner_name(&p->fields, i->a, i->b);
        hs_print_index(p, SP_TYPE, i->a);
        if (n && n->is_id)
            hs_print_declared(p, n);
        else
            number(p, i->b);
        break;
    }
    case IMM_TYPE_N:
        hs_print_index(p, SP_TYPE, i->a);
        number(p, i->b);
        break;
    case IMM_TYPE_DATA:
        hs_print_index(p, SP_TYPE, i->a);
        hs_print_index(p, SP_DATA, i->b);
        break;
    case IMM_TYPE_ELEM:
        hs_print_index(p, SP_TYPE, i->a);
        hs_print_index(p, SP_ELEM, i->b);
        break;
    case IMM_TYPE_TYPE:
        hs_print_index(p, SP_TYPE, i->a);
        hs_print_index(p, SP_TYPE, i->b);
        break;
    case IMM_BR_ON_CAST:
        number(p, i->cast.label);
        space(p);
        hs_print_reftype(p, HS_REF(i->cast.cast_flags & 1, i->cast.from));
        space(p);
        hs_print_reftype(p, HS_REF(i->cast.cast_flags >> 1 & 1, i->cast.to));
        break;
    case IMM_TRY_TABLE: {
        static const char *const words[] = {" (catch", " (catch_ref", " (catch_all",
                                            " (catch_all_ref"};
        const uint8_t *v = i->vector;
        block_type(p, &i->try_block);
        for (uint32_t k = 0; k < i->count; k++) {
            struct catch_clause c = hs_insn_catch(&v);
            hs_print_text(p, words[c.kind & 3]);
            if (c.kind == CATCH_TAG || c.kind == CATCH_TAG_REF)
                hs_print_index(p, SP_TAG, c.tag);
            number(p, c.label);
            hs_print_text(p, ")");
        }
        break;
    }
    case IMM_TAG: hs_print_index(p, SP_TAG, i->a); break;
    }
}

static bool opens(enum op op)
{
    return hs_op_info[op].imm == IMM_BLOCK || op == OP_TRY_TABLE;
}

/* --- bodies ----------------------------------------------------------------------------------- */

static struct insn_reader reader(const struct module *m, struct span code, struct error *error)
{
    return (struct insn_reader){.p = code.data,
                                .end = code.data + code.size,
                                .base = m->bytes.data,
                                .features = HS_FEATURES_ALL,
                                .error = error};
}

static struct span body_of(const struct module *m, uint32_t func)
{
    const struct func *f = &m->funcs[func];
    return (struct span){m->bytes.data + f->body, f->body_size};
}

/* The vector of locals; with a printer they are printed. */
static enum status locals(struct printer *p, struct insn_reader *r, uint32_t func, uint32_t nparams,
                          uint32_t *out_count)
{
    uint32_t runs, n, total = 0;
    bool open = false; /* a "(local" that more can go into */
    enum status s = hs_read_count(r, &runs);
    for (; s == ST_OK && runs; runs--) {
        struct valtype t;
        if ((s = hs_read_u32(r, &n)) != ST_OK || (s = hs_read_valtype(r, &t)) != ST_OK)
            break;
        if (n > HS_LIMIT_LOCALS - total)
            return hs_fail(r->error, ST_MALFORMED, hs_read_offset(r), MSG_TOO_MANY_LOCALS);
        for (uint32_t i = 0; p && i < n; i++) {
            const struct item_name *name =
                hs_print_inner_name(&p->locals, func, nparams + total + i);
            if (open && name)
                hs_print_text(p, ")");
            if (!open || name) { /* one with a name has a declaration of its own */
                line(p, 2);
                hs_print_text(p, "(local");
            }
            if (name)
                hs_print_declared(p, name);
            space(p);
            hs_print_valtype(p, t);
            if (name)
                hs_print_text(p, ")");
            open = !name;
        }
        total += n;
    }
    if (open)
        hs_print_text(p, ")");
    if (s == ST_OK)
        *out_count = total;
    return s;
}

enum status hs_print_count_body(const struct module *m, uint32_t func, uint32_t *out_locals,
                                uint32_t *out_labels)
{
    struct error ignored;
    struct insn i;
    uint32_t labels = 0;
    hs_error_init(&ignored);
    struct insn_reader r = reader(m, body_of(m, func), &ignored);
    enum status s = locals(NULL, &r, func, 0, out_locals);
    while (s == ST_OK && r.p < r.end) {
        s = hs_insn_read(&r, &i);
        labels += s == ST_OK && opens(i.op);
    }
    *out_labels = labels;
    return s;
}

/* What may continue a construct: the stack of openers, with `else` or the catch that came last
 * in place of them. */
struct openers {
    HS_VEC(uint16_t) list;
};

static bool may_follow(const struct openers *open, enum op op)
{
    enum op top = open->list.count ? (enum op)open->list.data[open->list.count - 1] : OP_COUNT;
    switch (op) {
    case OP_ELSE: return top == OP_IF;
    case OP_CATCH:
    case OP_CATCH_ALL: return top == OP_TRY || top == OP_CATCH;
    case OP_DELEGATE: return top == OP_TRY;
    default: return true;
    }
}

static enum status body(struct printer *p, struct insn_reader *r, uint32_t func,
                        struct openers *open)
{
    uint32_t labels = 0;
    enum status s;
    for (;;) {
        struct insn i;
        if (r->p == r->end)
            return hs_fail(p->error, ST_MALFORMED, hs_read_offset(r), MSG_END_EXPECTED);
        if ((s = hs_insn_read(r, &i)) != ST_OK)
            return s;
        if (!may_follow(open, i.op) || (i.op == OP_END && open->list.count == 0 && r->p != r->end))
            return hs_fail(p->error, ST_MALFORMED, i.offset, MSG_END_EXPECTED);
        if (i.op == OP_END && open->list.count == 0)
            return ST_OK;
        bool middle = i.op == OP_ELSE || i.op == OP_CATCH || i.op == OP_CATCH_ALL;
        if (i.op == OP_END || i.op == OP_DELEGATE)
            open->list.count--;
        else if (middle)
            open->list.data[open->list.count - 1] = (uint16_t)i.op;
        line(p, (uint32_t)(open->list.count < MAX_INDENT ? open->list.count : MAX_INDENT) + 2 -
                    middle);
        hs_print_text(p, hs_op_info[i.op].text);
        if (opens(i.op)) {
            const struct item_name *label = hs_print_inner_name(&p->labels, func, labels++);
            if (label)
                hs_print_declared(p, label);
            if (!hs_vec_push(&open->list, (uint16_t)i.op))
                return hs_fail_oom(p->error);
        }
        immediates(p, &i, func);
        if (p->out->failed)
            return hs_fail_oom(p->error);
    }
}

enum status hs_print_body(struct printer *p, uint32_t func)
{
    const struct module *m = p->m;
    struct insn_reader r = reader(m, body_of(m, func), p->error);
    uint32_t type = m->funcs[func].type, nlocals;
    uint32_t nparams =
        type < m->ntypes && m->types[type].kind == COMP_FUNC ? m->types[type].func.nparams : 0;
    struct openers open;
    hs_vec_init(&open.list, UINT32_MAX / 2);
    enum status s = locals(p, &r, func, nparams, &nlocals);
    if (s == ST_OK)
        s = body(p, &r, func, &open);
    hs_vec_deinit(&open.list);
    return s;
}

enum status hs_print_const(struct printer *p, const struct constexpr *c, const char *keyword)
{
    struct insn_reader r = reader(p->m, c->code, p->error);
    struct insn i;
    struct openers none = {.list = {.count = 0}};
    uint32_t n = 0;
    enum status s = ST_OK;
    while (s == ST_OK && r.p < r.end) { /* how many instructions, without the end */
        s = hs_insn_read(&r, &i);
        if (s == ST_OK && (opens(i.op) || !may_follow(&none, i.op)))
            return hs_fail(p->error, ST_INVALID, i.offset, MSG_CONST_REQUIRED);
        n += s == ST_OK && r.p < r.end;
    }
    if (s != ST_OK)
        return s;
    r = reader(p->m, c->code, p->error);
    bool parens =
        n == 1 || *keyword; /* an initializer of several instructions stands without parentheses */
    if (parens)
        hs_print_text(p, " (");
    if (n != 1)
        hs_print_text(p, keyword);
    for (uint32_t k = 0; k < n && s == ST_OK; k++) {
        s = hs_insn_read(&r, &i);
        if (s != ST_OK)
            break;
        if (n != 1)
            space(p);
        hs_print_text(p, hs_op_info[i.op].text);
        immediates(p, &i, HS_NO_FUNC);
    }
    if (parens)
        hs_print_text(p, ")");
    return s;
}
