/* Constant expressions at instantiation: a stack machine over the few instructions the validator
 * lets through. They can make objects, and making one can collect: so the stack is held
 * (gc/heap_parts.h) as long as it is in use.
 * https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions */
#include "runtime/gc/heap_parts.h"
#include "runtime/instance.h"
#include "syntax/insn_read.h"

static void global_value(struct instance *i, uint32_t global, union hs_value *out)
{
    const struct module *m = i->code->module;
    uint8_t *at = (uint8_t *)i->vmctx + hs_off_global(&i->code->layout, global);
    *out = global < m->nimported_globals ? **(union hs_value **)at : *(union hs_value *)at;
}

/* --- Objects: the operands, which stay where they are until the object is complete, become its fields or elements.  */

static enum status make_struct(struct instance *i, uint32_t type, const union hs_value *fields,
                               uint32_t *out)
{
    struct store *s = i->store;
    const uint32_t id = i->code->type_ids[type];
    const struct deftype *t = hs_canon_type(&s->rt->types, id);
    enum status st = hs_gc_new_struct(s, id, out);
    for (uint32_t k = 0; fields && st == ST_OK && k < t->nfields; k++)
        st = hs_gc_set(s, *out, i->code->layout.objects[type].offsets[k], t->fields[k].type,
                       &fields[k]);
    return st;
}

/* Elements one after the other, or the same for all (step 0). */
static enum status make_array(struct instance *i, uint32_t type, uint32_t n,
                              const union hs_value *elems, uint32_t step, uint32_t *out)
{
    struct store *s = i->store;
    const uint32_t id = i->code->type_ids[type];
    const struct valtype storage = hs_canon_type(&s->rt->types, id)->fields[0].type;
    const uint32_t size = hs_gc_size_of(storage);
    enum status st = hs_gc_new_array(s, id, n, out);
    for (uint32_t k = 0; elems && st == ST_OK && k < n; k++)
        st = hs_gc_set(s, *out, HS_GC_HEADER + k * size, storage, &elems[(size_t)k * step]);
    return st;
}

struct machine {
    HS_VEC(union hs_value) stack;
    struct hs_gc_held held;
};

/* Takes n operands and makes an object. The list of what is held is told of the stack as it is. */
static enum status make(struct instance *i, struct machine *e, const struct insn *in)
{
    uint32_t ref = 0, operands = 0;
    enum status st;
    const struct deftype *t = &i->code->module->types[in->a];
    switch (in->op) {
    case OP_STRUCT_NEW: operands = t->nfields; break;
    case OP_ARRAY_NEW: operands = 2; break;
    case OP_ARRAY_NEW_DEFAULT: operands = 1; break;
    case OP_ARRAY_NEW_FIXED: operands = in->b; break;
    default: break;
    }
    if (!hs_vec_reserve(&e->stack, 1) || hs_heap_open(i->store) != ST_OK)
        return ST_OOM;
    const union hs_value *args = e->stack.data + (e->stack.count - operands);
    e->held = (struct hs_gc_held){.values = e->stack.data, .count = e->stack.count};
    hs_gc_hold(i->store, &e->held);
    switch (in->op) {
    case OP_STRUCT_NEW: st = make_struct(i, in->a, args, &ref); break;
    case OP_STRUCT_NEW_DEFAULT: st = make_struct(i, in->a, NULL, &ref); break;
    case OP_ARRAY_NEW: st = make_array(i, in->a, (uint32_t)args[1].i32, args, 0, &ref); break;
    case OP_ARRAY_NEW_DEFAULT:
        st = make_array(i, in->a, (uint32_t)args[0].i32, NULL, 0, &ref);
        break;
    default: st = make_array(i, in->a, in->b, args, 1, &ref); break;
    }
    hs_gc_let_go(i->store, &e->held);
    if (st != ST_OK)
        return st;
    e->stack.count -= operands;
    e->stack.data[e->stack.count++] = (union hs_value){.bits = {ref, 0}};
    return ST_OK;
}

static enum status run(struct instance *i, const struct constexpr *c, union hs_value *out)
{
    const struct module *m = i->code->module;
    struct error error;
    hs_error_init(&error);
    struct insn_reader r = {.p = c->code.data,
                            .end = c->code.data + c->code.size,
                            .base = m->bytes.data,
                            .features = HS_FEATURES_ALL,
                            .error = &error};
    struct machine e;
    hs_vec_init(&e.stack, c->code.size + 1);
    enum status s = ST_OK;
    while (s == ST_OK && r.p < r.end) {
        struct insn in;
        union hs_value v = {.bits = {0, 0}};
        s = hs_insn_read(&r, &in);
        if (s != ST_OK)
            break;
        union hs_value *top = e.stack.data ? e.stack.data + e.stack.count : NULL;
        switch (in.op) {
        case OP_END: continue;
        case OP_I32_CONST: v.bits[0] = (uint32_t)in.i32; break;
        case OP_I64_CONST: v.i64 = in.i64; break;
        case OP_F32_CONST: v.f32 = in.f32; break;
        case OP_F64_CONST: v.f64 = in.f64; break;
        case OP_V128_CONST: memcpy(v.v128, in.v128, 16); break;
        case OP_REF_NULL: break;
        case OP_REF_FUNC: v.funcref = hs_instance_func(i, in.a); break;
        case OP_GLOBAL_GET: global_value(i, in.a, &v); break;
        case OP_REF_I31: /* unboxed: the low bit says so */
            top[-1].bits[0] = (uint32_t)(top[-1].bits[0] << 1 | 1);
            continue;
        case OP_ANY_CONVERT_EXTERN: /* one encoding for all */
        case OP_EXTERN_CONVERT_ANY: continue;
        case OP_STRUCT_NEW:
        case OP_STRUCT_NEW_DEFAULT:
        case OP_ARRAY_NEW:
        case OP_ARRAY_NEW_DEFAULT:
        case OP_ARRAY_NEW_FIXED: s = make(i, &e, &in); continue;
#define BINARY(op, field, operation)                                                               \
    case op:                                                                                       \
        e.stack.count--;                                                                           \
        top[-2].bits[0] = (field)top[-2].bits[0] operation(field) top[-1].bits[0];                 \
        continue;
            BINARY(OP_I32_ADD, uint32_t, +)
            BINARY(OP_I32_SUB, uint32_t, -)
            BINARY(OP_I32_MUL, uint32_t, *)
            BINARY(OP_I64_ADD, uint64_t, +)
            BINARY(OP_I64_SUB, uint64_t, -)
            BINARY(OP_I64_MUL, uint64_t, *)
#undef BINARY
        default: s = ST_UNSUPPORTED; continue;
        }
        if (!hs_vec_push(&e.stack, v))
            s = ST_OOM;
    }
    if (s == ST_OK)
        *out = e.stack.data[e.stack.count - 1]; /* validated: exactly one value */
    hs_vec_deinit(&e.stack);
    return s;
}

enum status hs_const_eval(struct instance *i, const struct constexpr *e, union hs_value *out)
{
    union hs_value v = {.bits = {0, 0}};
    enum status s = ST_OK;
    switch (e->kind) {
    case CONST_NONE:
    case CONST_NULL: break;
    case CONST_NUMBER: memcpy(v.v128, e->bits, 16); break;
    case CONST_FUNC: v.funcref = hs_instance_func(i, e->index); break;
    case CONST_GLOBAL: global_value(i, e->index, &v); break;
    case CONST_CODE: s = run(i, e, &v); break;
    }
    *out = v;
    return s;
}
