/* Constant expressions at instantiation: a stack machine over the few instructions the validator lets through.
 * https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions */
#include "runtime/instance.h"
#include "syntax/insn_read.h"

static void global_value(struct instance *i, uint32_t global, union hs_value *out)
{
    const struct module *m = i->code->module;
    uint8_t *at = (uint8_t *)i->vmctx + hs_off_global(&i->code->layout, global);
    *out = global < m->nimported_globals ? **(union hs_value **)at : *(union hs_value *)at;
}

static enum status run(struct instance *i, const struct constexpr *e, union hs_value *out)
{
    const struct module *m = i->code->module;
    struct error error;
    hs_error_init(&error);
    struct insn_reader r = {.p = e->code.data,
                            .end = e->code.data + e->code.size,
                            .base = m->bytes.data,
                            .features = HS_FEATURES_ALL,
                            .error = &error};
    HS_VEC(union hs_value) stack;
    hs_vec_init(&stack, e->code.size + 1);
    enum status s = ST_OK;
    while (s == ST_OK && r.p < r.end) {
        struct insn in;
        union hs_value v = {.bits = {0, 0}};
        s = hs_insn_read(&r, &in);
        if (s != ST_OK)
            break;
        union hs_value *top = stack.data ? stack.data + stack.count : NULL;
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
#define BINARY(op, field, operation)                                                                         \
    case op:                                                                                                 \
        stack.count--;                                                                                       \
        top[-2].bits[0] = (field)top[-2].bits[0] operation(field) top[-1].bits[0];                           \
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
        if (!hs_vec_push(&stack, v))
            s = ST_OOM;
    }
    if (s == ST_OK)
        *out = stack.data[stack.count - 1]; /* validated: exactly one value */
    hs_vec_deinit(&stack);
    return s;
}

enum status hs_const_eval(struct instance *i, const struct constexpr *e, union hs_value *out)
{
    *out = (union hs_value){.bits = {0, 0}};
    switch (e->kind) {
    case CONST_NONE:
    case CONST_NULL: return ST_OK;
    case CONST_NUMBER: memcpy(out->v128, e->bits, 16); return ST_OK;
    case CONST_FUNC: out->funcref = hs_instance_func(i, e->index); return ST_OK;
    case CONST_GLOBAL: global_value(i, e->index, out); return ST_OK;
    case CONST_CODE: return run(i, e, out);
    }
    return ST_UNSUPPORTED;
}
