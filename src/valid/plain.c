/* The plain validator: the algorithm of the specification's appendix, with its names, over
 * instructions that are decoded one by one.
 * https://webassembly.github.io/spec/core/appendix/algorithm.html
 *
 * Three stacks: values (their types), controls (blocks that are open) and inits (non-null
 * locals set since). Speed does not matter here: it runs on the one body that the fast pass
 * refused, on constant expressions and in the fuzzer. What matters is that it can be read
 * beside the specification, and the words and places of its errors.
 *
 * Memory: the stacks grow as the body asks; a body that stacks more than HS_VALID_MAX_HEIGHT
 * values is refused. */
#include "valid/plain.h"
#include "base/alloc.h"
#include "base/vec.h"
#include "syntax/insn_read.h"
#include "valid/rules.h"
#include "valid/valid.h"
#include <stdio.h>
#include <string.h>

/* A list of types: of the module, of an instruction, or a single one that is kept here. */
struct operands {
    uint32_t n;
    const struct valtype *list;
    const struct insn_type *type; /* instead of list */
    struct valtype one;           /* if both are NULL */
};

static struct valtype operand(const struct operands *o, uint32_t i)
{
    return o->type ? hs_insn_type_param(o->type, i) : o->list ? o->list[i] : o->one;
}

struct ctrl_frame {
    enum op opcode;
    struct operands start, end;
    uint32_t height; /* of the value stack below the block */
    uint32_t init_height;
    bool unreachable;
};

struct plain {
    struct module *m;            /* written only by constant expressions: func_escapes */
    const struct functype *func; /* NULL in a constant expression */
    struct insn_reader r;
    const struct insn *i; /* the instruction looked at */
    struct error *e;
    HS_VEC(struct valtype) vals;
    HS_VEC(struct ctrl_frame) ctrls;
    HS_VEC(uint32_t) inits;
    HS_VEC(struct valtype) locals;
    uint8_t *local_set; /* a byte per local */
    bool constant;
    uint32_t nglobals; /* constant: those below may be used */
};

#define TRY(x)                                                                                     \
    do {                                                                                           \
        enum status try_ = (x);                                                                    \
        if (try_ != ST_OK)                                                                         \
            return try_;                                                                           \
    } while (0)
#define INLINE inline __attribute__((always_inline))

/* Errors */

static INLINE enum status fail(struct plain *v, enum msg msg)
{
    return hs_fail(v->e, ST_INVALID, v->i->offset, msg);
}

static INLINE enum status unknown(struct plain *v, enum msg msg, uint64_t index)
{
    return hs_valid_fail_index(v->e, v->i->offset, msg, index);
}

static INLINE enum status reason(struct plain *v, const char *why)
{
    return hs_valid_fail_reason(v->e, v->i->offset, MSG_TYPE_MISMATCH, why);
}

struct text {
    char bytes[160];
    size_t used;
};

static void text_add(struct text *t, const char *s)
{
    size_t n = strlen(s);
    if (t->used + n < sizeof t->bytes) {
        memcpy(t->bytes + t->used, s, n + 1);
        t->used += n;
    }
}

static void text_type(struct text *t, struct valtype type, bool first)
{
    char name[32];
    if (!first)
        text_add(t, " ");
    if (hs_vt_is_ref(type) && hs_vt_heap(type) == HEAP_BOT)
        text_add(t, hs_vt_nullable(type) ? "(ref null bot)" : "(ref bot)");
    else
        text_add(t, hs_vt_name(type, name));
}

/* "type mismatch: instruction requires [i32] but stack has [i64]": the stack as far as it was
 * asked for, within the block; at the end of a block all of it. */
static __attribute__((cold, noinline)) void record_mismatch(struct plain *v, const char *who,
                                                            const struct operands *o,
                                                            uint32_t stack_from, uint32_t stack_to)
{
    enum { SHOWN = 6 };
    struct text need = {0}, have = {0};
    need.bytes[0] = have.bytes[0] = 0;
    uint32_t skip = o->n > SHOWN ? o->n - SHOWN : 0;
    if (skip)
        text_add(&need, "... ");
    for (uint32_t i = skip; i < o->n; i++)
        text_type(&need, operand(o, i), i == skip);
    if (stack_to - stack_from > SHOWN) {
        stack_from = stack_to - SHOWN;
        text_add(&have, "... ");
    }
    for (uint32_t i = stack_from; i < stack_to; i++)
        text_type(&have, v->vals.data[i], i == stack_from);
    hs_error_set(v->e, ST_INVALID, v->i->offset, "%s: %s requires [%s] but stack has [%s] (%s)",
                 hs_msg(MSG_TYPE_MISMATCH), who, need.bytes, have.bytes, hs_op_info[v->i->op].text);
}

/* The value stack */

static struct ctrl_frame *top(struct plain *v)
{
    return &v->ctrls.data[v->ctrls.count - 1];
}

static enum status push_val(struct plain *v, struct valtype t)
{
    if (v->vals.count >= HS_VALID_MAX_HEIGHT)
        return hs_fail(v->e, ST_UNSUPPORTED, v->i->offset, MSG_LIMIT_STACK);
    return hs_vec_push(&v->vals, t) ? ST_OK : hs_fail_oom(v->e);
}

static enum status push_vals(struct plain *v, const struct operands *o)
{
    for (uint32_t i = 0; i < o->n; i++)
        TRY(push_val(v, operand(o, i)));
    return ST_OK;
}

/* Pops a value of any type; false: there is none. */
static bool pop_any(struct plain *v, struct valtype *out)
{
    if (v->vals.count == top(v)->height) {
        *out = HS_VALID_BOT;
        return top(v)->unreachable;
    }
    *out = v->vals.data[--v->vals.count];
    return true;
}

static enum status pop_vals(struct plain *v, const struct operands *o)
{
    uint32_t before = (uint32_t)v->vals.count, floor = top(v)->height;
    for (uint32_t i = o->n; i-- > 0;) {
        struct valtype actual;
        if (!pop_any(v, &actual) || !hs_valid_subtype(v->m, actual, operand(o, i))) {
            record_mismatch(v, "instruction", o, before - floor > o->n ? before - o->n : floor,
                            before);
            return ST_INVALID;
        }
    }
    return ST_OK;
}

static enum status pop_val(struct plain *v, struct valtype t)
{
    struct operands o = {.n = 1, .one = t};
    return pop_vals(v, &o);
}

/* Pops a reference of any type: its heap type, HEAP_BOT in unreachable code. */
static enum status pop_ref(struct plain *v, uint32_t *out_heap)
{
    struct valtype t;
    if (!pop_any(v, &t) || (hs_vt_kind(t) != VT_BOT && !hs_vt_is_ref(t)))
        return reason(v, "a reference is required");
    *out_heap = hs_vt_is_ref(t) ? hs_vt_heap(t) : HEAP_BOT;
    return ST_OK;
}

/* The control stack */

static enum status push_ctrl(struct plain *v, enum op opcode, struct operands start,
                             struct operands end)
{
    struct ctrl_frame f = {.opcode = opcode,
                           .start = start,
                           .end = end,
                           .height = (uint32_t)v->vals.count,
                           .init_height = (uint32_t)v->inits.count};
    if (!hs_vec_push(&v->ctrls, f))
        return hs_fail_oom(v->e);
    return push_vals(v, &start);
}

/* The results of the block are on the stack and nothing else; locals set in it are no longer. */
static enum status pop_ctrl(struct plain *v, struct ctrl_frame *out)
{
    struct ctrl_frame f = *top(v);
    uint32_t before = (uint32_t)v->vals.count;
    TRY(pop_vals(v, &f.end));
    if (v->vals.count != f.height) {
        v->vals.count = before;
        record_mismatch(v, "block", &f.end, f.height, before);
        return ST_INVALID;
    }
    for (; v->inits.count > f.init_height; v->inits.count--)
        v->local_set[v->inits.data[v->inits.count - 1]] = 0;
    v->ctrls.count--;
    *out = f;
    return ST_OK;
}

static void unreachable(struct plain *v)
{
    v->vals.count = top(v)->height;
    top(v)->unreachable = true;
}

static enum status label_at(struct plain *v, uint32_t label, struct operands *out)
{
    if (label >= v->ctrls.count)
        return unknown(v, MSG_UNKNOWN_LABEL, label);
    const struct ctrl_frame *f = &v->ctrls.data[v->ctrls.count - 1 - label];
    *out = f->opcode == OP_LOOP ? f->start : f->end;
    return ST_OK;
}

static enum status block_types(struct plain *v, const struct blocktype *b, struct operands *start,
                               struct operands *end)
{
    *start = *end = (struct operands){0};
    switch (b->kind) {
    case BLOCK_EMPTY: return ST_OK;
    case BLOCK_VALUE:
        if (!hs_valid_type_exists(v->m, b->value))
            return unknown(v, MSG_UNKNOWN_TYPE, hs_vt_heap(b->value));
        *end = (struct operands){.n = 1, .one = b->value};
        return ST_OK;
    case BLOCK_TYPE: break;
    }
    if (b->type >= v->m->ntypes)
        return unknown(v, MSG_UNKNOWN_TYPE, b->type);
    const struct deftype *d = &v->m->types[b->type];
    if (d->kind != COMP_FUNC)
        return reason(v, "not a function type");
    *start = (struct operands){.n = d->func.nparams, .list = d->func.types};
    *end = (struct operands){.n = d->func.nresults, .list = d->func.types + d->func.nparams};
    return ST_OK;
}

/* Blocks */

static enum status enter(struct plain *v, const struct blocktype *b, enum op opcode)
{
    struct operands start, end;
    TRY(block_types(v, b, &start, &end));
    if (opcode == OP_IF)
        TRY(pop_val(v, HS_I32));
    TRY(pop_vals(v, &start));
    return push_ctrl(v, opcode, start, end);
}

static enum status check_catch(struct plain *v, struct catch_clause c)
{
    const struct module *m = v->m;
    struct operands label;
    const struct deftype *tag = NULL;
    if (c.kind == CATCH_TAG || c.kind == CATCH_TAG_REF) {
        if (c.tag >= m->ntags)
            return unknown(v, MSG_UNKNOWN_TAG, c.tag);
        tag = &m->types[m->tags[c.tag].type];
    }
    TRY(label_at(v, c.label, &label));
    uint32_t nparams = tag ? tag->func.nparams : 0;
    bool with_ref = c.kind == CATCH_TAG_REF || c.kind == CATCH_ALL_REF;
    if (label.n != nparams + with_ref)
        return reason(v, "a catch clause does not fit its label");
    for (uint32_t i = 0; i < label.n; i++) {
        struct valtype t = i < nparams ? tag->func.types[i] : HS_REF(false, HEAP_EXN);
        if (!hs_valid_subtype(m, t, operand(&label, i)))
            return reason(v, "a catch clause does not fit its label");
    }
    return ST_OK;
}

static enum status try_table(struct plain *v)
{
    const uint8_t *p = v->i->vector;
    struct operands start, end;
    TRY(block_types(v, &v->i->try_block, &start, &end));
    for (uint32_t n = v->i->count; n > 0; n--) /* labels are those outside the block */
        TRY(check_catch(v, hs_insn_catch(&p)));
    TRY(pop_vals(v, &start));
    return push_ctrl(v, OP_TRY_TABLE, start, end);
}

/* Legacy: ends the body of a try or of a clause before and begins a clause. */
static enum status begin_catch(struct plain *v, struct operands params)
{
    if (top(v)->opcode != OP_TRY && top(v)->opcode != OP_CATCH)
        return hs_fail(v->e, ST_MALFORMED, v->i->offset, MSG_MISPLACED);
    struct ctrl_frame f;
    TRY(pop_ctrl(v, &f));
    TRY(push_ctrl(v, v->i->op, (struct operands){0}, f.end));
    return push_vals(v, &params);
}

static enum status end(struct plain *v)
{
    struct ctrl_frame f;
    TRY(pop_ctrl(v, &f));
    if (f.opcode == OP_IF) { /* an else that does nothing */
        TRY(push_ctrl(v, OP_ELSE, f.start, f.end));
        TRY(pop_ctrl(v, &f));
    }
    return push_vals(v, &f.end);
}

static enum status control(struct plain *v)
{
    const struct insn *i = v->i;
    struct ctrl_frame f;
    struct operands label;
    switch (i->op) {
    case OP_BLOCK:
    case OP_LOOP:
    case OP_IF:
    case OP_TRY: return enter(v, &i->block, i->op);
    case OP_TRY_TABLE: return try_table(v);
    case OP_ELSE:
        if (top(v)->opcode != OP_IF)
            return hs_fail(v->e, ST_MALFORMED, i->offset, MSG_MISPLACED);
        TRY(pop_ctrl(v, &f));
        return push_ctrl(v, OP_ELSE, f.start, f.end);
    case OP_CATCH: {
        if (i->a >= v->m->ntags)
            return unknown(v, MSG_UNKNOWN_TAG, i->a);
        const struct functype *t = &v->m->types[v->m->tags[i->a].type].func;
        return begin_catch(v, (struct operands){.n = t->nparams, .list = t->types});
    }
    case OP_CATCH_ALL: return begin_catch(v, (struct operands){0});
    case OP_DELEGATE:
        if (top(v)->opcode != OP_TRY)
            return hs_fail(v->e, ST_MALFORMED, i->offset, MSG_MISPLACED);
        TRY(pop_ctrl(v, &f));
        TRY(label_at(v, i->a, &label)); /* counted outside the try */
        return push_vals(v, &f.end);
    case OP_RETHROW: {
        TRY(label_at(v, i->a, &label));
        enum op in = v->ctrls.data[v->ctrls.count - 1 - i->a].opcode;
        if (in != OP_CATCH && in != OP_CATCH_ALL)
            return fail(v, MSG_RETHROW_LABEL);
        unreachable(v);
        return ST_OK;
    }
    default: return end(v);
    }
}

/* Branches */

static enum status br_table(struct plain *v)
{
    struct operands last, label;
    TRY(pop_val(v, HS_I32));
    TRY(label_at(v, v->i->fallback, &last));
    const uint8_t *p = v->i->vector;
    for (uint32_t n = v->i->count; n > 0; n--) {
        TRY(label_at(v, hs_insn_label(&p), &label));
        if (label.n != last.n)
            return reason(v, "the labels of br_table have different numbers of values");
        /* Pops the label's types and puts back what was there. */
        uint32_t before = (uint32_t)v->vals.count;
        TRY(pop_vals(v, &label));
        v->vals.count = before;
    }
    TRY(pop_vals(v, &last));
    unreachable(v);
    return ST_OK;
}

/* The label's types but the last, which must be a reference; popped and pushed. */
static enum status label_prefix(struct plain *v, const struct operands *label)
{
    struct operands most = *label;
    most.n--;
    TRY(pop_vals(v, &most));
    return push_vals(v, &most);
}

static enum status br_on_cast(struct plain *v)
{
    struct valtype from, to;
    struct operands label;
    TRY(hs_rule_cast(v->m, v->i, &from, &to, v->e));
    TRY(label_at(v, v->i->cast.label, &label));
    bool on_success = v->i->op == OP_BR_ON_CAST;
    struct valtype rest = hs_valid_difference(from, to), taken = on_success ? to : rest;
    if (label.n == 0 || !hs_valid_subtype(v->m, taken, operand(&label, label.n - 1)))
        return reason(v, "the label does not take the reference");
    TRY(pop_val(v, from));
    TRY(label_prefix(v, &label));
    return push_val(v, on_success ? rest : to);
}

static enum status branch(struct plain *v)
{
    struct operands label;
    uint32_t heap;
    switch (v->i->op) {
    case OP_BR:
        TRY(label_at(v, v->i->a, &label));
        TRY(pop_vals(v, &label));
        unreachable(v);
        return ST_OK;
    case OP_BR_IF:
        TRY(label_at(v, v->i->a, &label));
        TRY(pop_val(v, HS_I32));
        TRY(pop_vals(v, &label));
        return push_vals(v, &label);
    case OP_BR_TABLE: return br_table(v);
    case OP_BR_ON_NULL:
        TRY(label_at(v, v->i->a, &label));
        TRY(pop_ref(v, &heap));
        TRY(pop_vals(v, &label));
        TRY(push_vals(v, &label));
        return push_val(v, HS_REF(false, heap));
    case OP_BR_ON_NON_NULL:
        TRY(label_at(v, v->i->a, &label));
        TRY(pop_ref(v, &heap));
        if (label.n == 0 ||
            !hs_valid_subtype(v->m, HS_REF(false, heap), operand(&label, label.n - 1)))
            return reason(v, "the label does not take the reference");
        return label_prefix(v, &label);
    default: return br_on_cast(v);
    }
}

/* Locals */

static enum status local(struct plain *v)
{
    uint32_t x = v->i->a;
    if (x >= v->locals.count)
        return unknown(v, MSG_UNKNOWN_LOCAL, x);
    struct valtype t = v->locals.data[x];
    if (v->i->op == OP_LOCAL_GET) {
        if (!v->local_set[x])
            return unknown(v, MSG_UNINITIALIZED_LOCAL, x);
        return push_val(v, t);
    }
    TRY(pop_val(v, t));
    if (!v->local_set[x]) {
        v->local_set[x] = 1;
        if (!hs_vec_push(&v->inits, x))
            return hs_fail_oom(v->e);
    }
    return v->i->op == OP_LOCAL_TEE ? push_val(v, t) : ST_OK;
}

/* What depends on the types found on the stack */

static enum status stack_typed(struct plain *v)
{
    struct valtype a, b;
    uint32_t heap;
    switch (v->i->op) {
    case OP_DROP:
        return pop_any(v, &a) ? ST_OK : reason(v, "instruction requires a value but stack has []");
    case OP_SELECT:
        TRY(pop_val(v, HS_I32));
        if (!pop_any(v, &b) || !pop_any(v, &a))
            return reason(v, "instruction requires two values");
        if ((hs_vt_kind(a) != VT_BOT && !hs_valid_is_numeric(a)) ||
            (hs_vt_kind(b) != VT_BOT && !hs_valid_is_numeric(b)))
            return reason(v, "select without a type is for numbers and vectors");
        if (!hs_vt_equal(a, b) && hs_vt_kind(a) != VT_BOT && hs_vt_kind(b) != VT_BOT)
            return reason(v, "select has operands of different types");
        return push_val(v, hs_vt_kind(a) == VT_BOT ? b : a);
    case OP_REF_IS_NULL: TRY(pop_ref(v, &heap)); return push_val(v, HS_I32);
    case OP_REF_AS_NON_NULL: TRY(pop_ref(v, &heap)); return push_val(v, HS_REF(false, heap));
    default: { /* any.convert_extern, extern.convert_any: as nullable as before */
        bool to_any = v->i->op == OP_ANY_CONVERT_EXTERN;
        uint32_t count = (uint32_t)v->vals.count;
        bool nullable = count > top(v)->height && hs_vt_nullable(v->vals.data[count - 1]);
        TRY(pop_val(v, HS_REF(true, to_any ? HEAP_EXTERN : HEAP_ANY)));
        return push_val(v, HS_REF(nullable, to_any ? HEAP_ANY : HEAP_EXTERN));
    }
    }
}

static enum status by_rule(struct plain *v)
{
    struct insn_type t;
    TRY(hs_rule_type(v->m, v->func, v->i, &t, v->e));
    struct operands params = {.n = hs_insn_type_nparams(&t), .type = &t};
    struct operands results = {.n = t.nresults, .list = hs_insn_type_results(&t)};
    TRY(pop_vals(v, &params));
    if (t.diverges)
        unreachable(v);
    return push_vals(v, &results);
}

static enum status instruction(struct plain *v)
{
    switch (v->i->op) {
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
    case OP_END: return control(v);
    case OP_BR:
    case OP_BR_IF:
    case OP_BR_TABLE:
    case OP_BR_ON_NULL:
    case OP_BR_ON_NON_NULL:
    case OP_BR_ON_CAST:
    case OP_BR_ON_CAST_FAIL: return branch(v);
    case OP_LOCAL_GET:
    case OP_LOCAL_SET:
    case OP_LOCAL_TEE: return local(v);
    default: return hs_rule_covers(v->i->op) ? by_rule(v) : stack_typed(v);
    }
}

/* Constant expressions: few instructions, and globals that are known already.
 * https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions */
static enum status check_constant(struct plain *v)
{
    const struct op_info *info = &hs_op_info[v->i->op];
    if (info->flags & OPF_CONST_EXT) {
        if (!(v->m->features & HS_FEATURE(EXTENDED_CONST)))
            return hs_fail_feature(v->e, v->i->offset, FEATURE_EXTENDED_CONST);
    } else if (!(info->flags & OPF_CONST)) {
        return fail(v, MSG_CONST_REQUIRED);
    }
    if (v->i->op == OP_GLOBAL_GET) {
        if (v->i->a >= v->nglobals)
            return unknown(v, MSG_UNKNOWN_GLOBAL, v->i->a);
        if (v->m->globals[v->i->a].type.mutable)
            return fail(v, MSG_CONST_REQUIRED);
    }
    if (v->i->op == OP_REF_FUNC && v->i->a < v->m->nfuncs)
        v->m->func_escapes[v->i->a >> 3] |= (uint8_t)(1u << (v->i->a & 7));
    return ST_OK;
}

/* The suite distinguishes what a reader without sizes of bodies would find next. */
static enum msg missing_end(const struct plain *v)
{
    uint32_t at = hs_read_offset(&v->r), code_end = v->m->code_offset + v->m->code_size;
    if (v->constant || at >= v->m->bytes.size)
        return MSG_UNEXPECTED_END;
    return at == code_end ? MSG_SECTION_SIZE : MSG_END_EXPECTED;
}

static enum status run(struct plain *v, struct operands results)
{
    struct insn none = {.op = OP_END, .offset = hs_read_offset(&v->r)}, i;
    v->i = &none;
    TRY(push_ctrl(v, OP_BLOCK, (struct operands){0}, results));
    while (v->ctrls.count > 0) {
        if (v->r.p >= v->r.end)
            return hs_fail(v->e, ST_MALFORMED, hs_read_offset(&v->r), missing_end(v));
        TRY(hs_insn_read(&v->r, &i));
        v->i = &i;
        if (v->constant)
            TRY(check_constant(v));
        if (v->ctrls.count == 1 && i.op == OP_END) { /* the results need no place on the stack */
            struct ctrl_frame f;
            TRY(pop_ctrl(v, &f));
            break;
        }
        TRY(instruction(v));
    }
    if (v->r.p != v->r.end)
        return hs_fail(v->e, ST_MALFORMED, hs_read_offset(&v->r), MSG_END_EXPECTED);
    return ST_OK;
}

/* The locals' vector of a body.
 * https://webassembly.github.io/spec/core/binary/modules.html#code-section */
static enum status read_locals(struct plain *v)
{
    uint32_t groups, n;
    uint64_t total;
    for (uint32_t i = 0; i < v->func->nparams; i++)
        if (!hs_vec_push(&v->locals, v->func->types[i]))
            return hs_fail_oom(v->e);
    TRY(hs_read_count(&v->r, &groups));
    uint32_t place = hs_read_offset(&v->r);
    total = v->func->nparams;
    for (; groups > 0; groups--) {
        uint32_t at = hs_read_offset(&v->r);
        struct valtype t;
        TRY(hs_read_u32(&v->r, &n));
        TRY(hs_read_valtype(&v->r, &t));
        if (!hs_valid_type_exists(v->m, t))
            return hs_valid_fail_index(v->e, at, MSG_UNKNOWN_TYPE, hs_vt_heap(t));
        total += n;
        if (total > UINT32_MAX)
            return hs_fail(v->e, ST_MALFORMED, at, MSG_TOO_MANY_LOCALS);
        if (total > HS_LIMIT_LOCALS)
            continue; /* more than the specification's limit would be another error */
        if (!hs_vec_reserve(&v->locals, n))
            return hs_fail_oom(v->e);
        while (n-- > 0)
            v->locals.data[v->locals.count++] = t;
    }
    if (total > HS_LIMIT_LOCALS)
        return hs_fail(v->e, ST_UNSUPPORTED, place, MSG_LIMIT_LOCALS);
    v->local_set = hs_alloc(v->locals.count + 1);
    if (!v->local_set)
        return hs_fail_oom(v->e);
    for (size_t i = 0; i < v->locals.count; i++)
        v->local_set[i] = i < v->func->nparams || hs_vt_defaultable(v->locals.data[i]);
    return ST_OK;
}

static void init(struct plain *v, const struct module *m, const uint8_t *code, size_t size,
                 struct error *error)
{
    *v = (struct plain){.m = (struct module *)m, .e = error};
    v->r = (struct insn_reader){.p = code,
                                .end = code + size,
                                .base = m->bytes.data,
                                .features = m->features,
                                .error = error};
    hs_vec_init(&v->vals, HS_VALID_MAX_HEIGHT);
    hs_vec_init(&v->ctrls, HS_LIMIT_BODY);
    hs_vec_init(&v->inits, HS_LIMIT_LOCALS);
    hs_vec_init(&v->locals, HS_LIMIT_LOCALS);
}

static void deinit(struct plain *v)
{
    hs_vec_deinit(&v->vals);
    hs_vec_deinit(&v->ctrls);
    hs_vec_deinit(&v->inits);
    hs_vec_deinit(&v->locals);
    hs_free(v->local_set);
}

enum status hs_valid_func_plain(const struct module *m, uint32_t func, struct error *error)
{
    struct plain v;
    const struct func *f = &m->funcs[func];
    init(&v, m, m->bytes.data + f->body, f->body_size, error);
    v.func = hs_module_functype(m, func);
    enum status s = read_locals(&v);
    if (s == ST_OK)
        s = run(&v,
                (struct operands){.n = v.func->nresults, .list = v.func->types + v.func->nparams});
    if (s != ST_OK && error->func == HS_NO_FUNC)
        error->func = func;
    deinit(&v);
    return s;
}

enum status hs_valid_plain_constant(struct module *m, struct span code, uint32_t offset,
                                    struct valtype type, uint32_t nglobals, struct error *error)
{
    struct plain v;
    init(&v, m, code.data, code.size, error);
    v.r.base = code.data - offset; /* the code may be a copy */
    v.constant = true;
    v.nglobals = nglobals;
    enum status s = run(&v, (struct operands){.n = 1, .one = type});
    deinit(&v);
    return s;
}
