/* The general path of the fast validator: any instruction, on the stack of codes, with
 * subtyping, unreachable code and every check. Handlers come here when the top of the stack is
 * not exactly what they expect, and for all that is too rare for a handler. The instruction is
 * decoded with hs_insn_read and mostly typed by rules.c; the control instructions follow the
 * appendix of the specification like plain.c, on the other representation.
 *
 * Texts of errors are thrown away: the plain validator finds them. */
#include "base/alloc.h"
#include "base/bits.h"
#include "syntax/insn_read.h"
#include "valid/fast.h"
#include "valid/rules.h"
#include <string.h>

#define TRY(x)                                                                                     \
    do {                                                                                           \
        if (HS_UNLIKELY(!(x)))                                                                     \
            return false;                                                                          \
    } while (0)

static bool exhausted(struct fast *f)
{
    f->oom = true;
    return false;
}

/* Room for n more values and one for each byte of the rest of the body. May move the stack. */
static bool room(struct fast *f, uint32_t n)
{
    size_t left = (size_t)(f->end - f->p) + FAST_PADDING;
    if (HS_LIKELY((size_t)(f->stack_end - f->sp) > n + left))
        return true;
    size_t used = (size_t)(f->sp - f->stack), have = (size_t)(f->stack_end - f->stack);
    if (used + n > 2 * (size_t)HS_VALID_MAX_HEIGHT)
        return false;
    size_t size = used + n + left + have / 2;
    uint8_t *stack = hs_calloc(size, 1);
    uint32_t *wide = f->wide ? hs_calloc(size, sizeof *wide) : NULL;
    if (!stack || (f->wide && !wide)) {
        hs_free(stack);
        hs_free(wide);
        return exhausted(f);
    }
    memcpy(stack, f->stack, have);
    if (wide)
        memcpy(wide, f->wide, have * sizeof *wide);
    for (struct fast_frame *c = f->frames; c <= f->ctl; c++)
        c->base = stack + (c->base - f->stack);
    hs_free(f->stack);
    hs_free(f->wide);
    f->stack = stack;
    f->wide = wide;
    f->stack_end = stack + size;
    f->sp = stack + used;
    return true;
}

/* Values */

static struct valtype type_at(const struct fast *f, const uint8_t *slot)
{
    if (*slot == CODE_WIDE)
        return (struct valtype){f->wide[slot - f->stack]};
    return f->t->type_of[*slot];
}

static bool push(struct fast *f, struct valtype type)
{
    uint8_t code = hs_fast_code(f->t, type);
    if (HS_UNLIKELY(code == CODE_WIDE)) {
        if (!f->wide) {
            f->wide = hs_calloc((size_t)(f->stack_end - f->stack), sizeof *f->wide);
            if (!f->wide)
                return exhausted(f);
        }
        f->wide[f->sp - f->stack] = type.bits;
    }
    *f->sp++ = code;
    return true;
}

static bool pop_any(struct fast *f, struct valtype *out)
{
    if (f->sp[-1] == CODE_SENTINEL) {
        *out = HS_VALID_BOT;
        return f->ctl->unreachable;
    }
    *out = type_at(f, --f->sp);
    return true;
}

static bool pop(struct fast *f, struct valtype want)
{
    struct valtype have;
    return pop_any(f, &have) && hs_valid_subtype(f->m, have, want);
}

static bool push_list(struct fast *f, const struct valtype *list, uint32_t n)
{
    TRY(room(f, n));
    for (uint32_t i = 0; i < n; i++)
        TRY(push(f, list[i]));
    return true;
}

static bool pop_list(struct fast *f, const struct valtype *list, uint32_t n)
{
    for (uint32_t i = n; i-- > 0;)
        TRY(pop(f, list[i]));
    return true;
}

/* Do the values on top fit the list? Nothing is popped. */
static bool peek_list(struct fast *f, const struct valtype *list, uint32_t n)
{
    const uint8_t *slot = f->sp;
    for (uint32_t i = n; i-- > 0;) {
        if (slot[-1] == CODE_SENTINEL)
            return f->ctl->unreachable;
        slot--;
        TRY(hs_valid_subtype(f->m, type_at(f, slot), list[i]));
    }
    return true;
}

static bool pop_ref(struct fast *f, uint32_t *out_heap)
{
    struct valtype t;
    TRY(pop_any(f, &t) && (hs_vt_is_ref(t) || hs_vt_kind(t) == VT_BOT));
    *out_heap = hs_vt_is_ref(t) ? hs_vt_heap(t) : HEAP_BOT;
    return true;
}

static bool diverge(struct fast *f)
{
    f->sp = f->ctl->base;
    f->ctl->unreachable = 1;
    return true;
}

/* Blocks */

static const struct types *label(const struct fast *f, uint32_t depth)
{
    return depth <= (size_t)(f->ctl - f->frames) ? f->ctl[-(ptrdiff_t)depth].label : NULL;
}

static const struct sig *block_sig(struct fast *f, const struct blocktype *b)
{
    switch (b->kind) {
    case BLOCK_EMPTY: return &f->t->empty_sig;
    case BLOCK_TYPE:
        return b->type < f->m->ntypes && f->t->sigs[b->type].is_func ? &f->t->sigs[b->type] : NULL;
    case BLOCK_VALUE: break;
    }
    if (!hs_valid_type_exists(f->m, b->value))
        return NULL;
    uint8_t code = hs_fast_code(f->t, b->value);
    if (code != CODE_WIDE)
        return &f->t->value_sigs[code];
    size_t index = 2 * (size_t)hs_vt_heap(b->value) + hs_vt_nullable(b->value);
    if (!f->wide_sigs)
        f->wide_sigs = hs_calloc(2 * (size_t)f->m->ntypes, sizeof *f->wide_sigs);
    if (f->wide_sigs && f->wide_sigs[index])
        return f->wide_sigs[index];
    struct sig *s = f->wide_sigs ? hs_calloc(1, sizeof *s) : NULL;
    if (!s) {
        exhausted(f);
        return NULL;
    }
    s->value = b->value;
    s->is_func = true;
    hs_fast_types(f->t, &s->results, &s->value, 1);
    f->wide_sigs[index] = s;
    return s;
}

/* Begins a frame; the parameters have been popped. */
static bool push_frame(struct fast *f, const struct sig *s, enum frame_kind kind)
{
    if (f->ctl + 1 == f->frames_end) {
        size_t depth = (size_t)(f->ctl - f->frames), cap = 2 * (size_t)(f->frames_end - f->frames);
        struct fast_frame *frames = hs_realloc(f->frames, cap, sizeof *frames);
        if (!frames)
            return exhausted(f);
        f->frames = frames;
        f->frames_end = frames + cap;
        f->ctl = frames + depth;
    }
    TRY(room(f, 1));
    *f->sp++ = CODE_SENTINEL;
    *++f->ctl = (struct fast_frame){.sig = s,
                                    .label = kind == FRAME_LOOP ? &s->params : &s->results,
                                    .base = f->sp,
                                    .log = (uint32_t)f->log.count,
                                    .weight = f->weight,
                                    .kind = (uint8_t)kind};
    return push_list(f, s->params.list, s->params.n);
}

static bool enter(struct fast *f, const struct sig *s, enum frame_kind kind)
{
    TRY(s);
    if (kind == FRAME_IF)
        TRY(pop(f, HS_I32));
    TRY(pop_list(f, s->params.list, s->params.n));
    TRY(push_frame(f, s, kind));
    if (kind == FRAME_LOOP) {
        f->weight = f->weight < FAST_WEIGHT_MAX ? f->weight << 3 : f->weight;
        f->flags |= FACT_HAS_LOOP;
    }
    return true;
}

static void forget_set_locals(struct fast *f)
{
    for (; f->log.count > f->ctl->log; f->log.count--)
        f->locals[f->log.data[f->log.count - 1]] = CODE_UNSET;
}

/* The results are there and nothing else; leaves the stack at the frame's base. */
static bool check_results(struct fast *f)
{
    const struct types *r = &f->ctl->sig->results;
    TRY(pop_list(f, r->list, r->n));
    TRY(f->sp == f->ctl->base);
    forget_set_locals(f);
    return true;
}

static bool pop_frame(struct fast *f)
{
    const struct sig *s = f->ctl->sig;
    f->sp = f->ctl->base - 1;
    f->weight = f->ctl->weight;
    f->ctl--;
    return f->ctl < f->frames || push_list(f, s->results.list, s->results.n);
}

static bool end(struct fast *f)
{
    TRY(check_results(f));
    TRY(f->ctl->kind != FRAME_IF || f->ctl->sig->balanced);
    return pop_frame(f);
}

static bool begin_else(struct fast *f)
{
    TRY(f->ctl->kind == FRAME_IF);
    TRY(check_results(f));
    f->ctl->kind = FRAME_ELSE;
    f->ctl->unreachable = 0;
    return push_list(f, f->ctl->sig->params.list, f->ctl->sig->params.n);
}

static bool begin_catch(struct fast *f, enum frame_kind kind, const struct types *values)
{
    TRY(f->ctl->kind == FRAME_TRY || f->ctl->kind == FRAME_CATCH);
    TRY(check_results(f));
    f->ctl->kind = (uint8_t)kind;
    f->ctl->unreachable = 0;
    return !values || push_list(f, values->list, values->n);
}

static const struct types *tag_params(const struct fast *f, uint32_t tag)
{
    return tag < f->m->ntags ? &f->t->sigs[f->m->tags[tag].type].params : NULL;
}

static bool catch_fits(const struct fast *f, struct catch_clause c)
{
    static const struct types none;
    const struct types *l = label(f, c.label), *values = &none;
    if (c.kind == CATCH_TAG || c.kind == CATCH_TAG_REF)
        values = tag_params(f, c.tag);
    bool with_ref = c.kind == CATCH_TAG_REF || c.kind == CATCH_ALL_REF;
    TRY(l && values && l->n == values->n + with_ref);
    TRY(hs_valid_lists_match(f->m, values->list, l->list, values->n));
    return !with_ref || hs_valid_subtype(f->m, HS_REF(false, HEAP_EXN), l->list[l->n - 1]);
}

static bool try_table(struct fast *f, const struct insn *i)
{
    const uint8_t *p = i->vector;
    for (uint32_t n = i->count; n > 0; n--)
        TRY(catch_fits(f, hs_insn_catch(&p)));
    f->flags |= FACT_HAS_TRY;
    return enter(f, block_sig(f, &i->try_block), FRAME_BLOCK);
}

static bool delegate(struct fast *f, uint32_t depth)
{
    TRY(f->ctl->kind == FRAME_TRY);
    TRY(depth < (size_t)(f->ctl - f->frames)); /* counted outside the try */
    TRY(check_results(f));
    return pop_frame(f);
}

static bool rethrow(struct fast *f, uint32_t depth)
{
    TRY(label(f, depth));
    uint8_t kind = f->ctl[-(ptrdiff_t)depth].kind;
    TRY(kind == FRAME_CATCH || kind == FRAME_CATCH_ALL);
    f->calls += f->weight;
    return diverge(f);
}

/* Branches */

static bool br_table(struct fast *f, const struct insn *i)
{
    const struct types *last = label(f, i->fallback);
    TRY(pop(f, HS_I32) && last);
    const uint8_t *p = i->vector;
    for (uint32_t n = i->count; n > 0; n--) {
        const struct types *l = label(f, hs_insn_label(&p));
        TRY(l && l->n == last->n && peek_list(f, l->list, l->n));
    }
    TRY(peek_list(f, last->list, last->n));
    return diverge(f);
}

/* The types of a label but the last `without`, popped and pushed. */
static bool pass(struct fast *f, const struct types *l, uint32_t without)
{
    TRY(pop_list(f, l->list, l->n - without));
    return push_list(f, l->list, l->n - without);
}

static bool br_on_cast(struct fast *f, const struct insn *i, struct error *ignored)
{
    struct valtype from, to;
    TRY(hs_rule_cast(f->m, i, &from, &to, ignored) == ST_OK);
    const struct types *l = label(f, i->cast.label);
    bool on_success = i->op == OP_BR_ON_CAST;
    struct valtype rest = hs_valid_difference(from, to);
    TRY(l && l->n > 0 && hs_valid_subtype(f->m, on_success ? to : rest, l->list[l->n - 1]));
    TRY(pop(f, from) && pass(f, l, 1));
    return push(f, on_success ? rest : to);
}

static bool br_on_null(struct fast *f, const struct insn *i)
{
    uint32_t heap;
    const struct types *l = label(f, i->a);
    TRY(l && pop_ref(f, &heap));
    if (i->op == OP_BR_ON_NULL)
        return pass(f, l, 0) && push(f, HS_REF(false, heap));
    TRY(l->n > 0 && hs_valid_subtype(f->m, HS_REF(false, heap), l->list[l->n - 1]));
    return pass(f, l, 1);
}

/* Locals */

static struct valtype local_type(const struct fast *f, uint32_t x)
{
    if (x < f->func->nparams)
        return f->func->types[x];
    uint8_t code = f->locals[x];
    if (code < CODE_UNSET)
        return f->t->type_of[code];
    uint32_t low = 0,
             high = (uint32_t)f->odd_locals.count; /* the last group that begins at or before x */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (f->odd_locals.data[middle].first <= x)
            low = middle;
        else
            high = middle;
    }
    return f->odd_locals.data[low].type;
}

static bool local(struct fast *f, const struct insn *i)
{
    uint32_t x = i->a;
    TRY(x < f->nlocals);
    struct valtype type = local_type(f, x);
    f->uses[x] += f->weight;
    if (i->op == OP_LOCAL_GET)
        return f->locals[x] != CODE_UNSET && push(f, type);
    TRY(pop(f, type));
    if (f->locals[x] == CODE_UNSET) {
        if (!hs_vec_push(&f->log, x))
            return exhausted(f);
        f->locals[x] = hs_fast_wanted(f->t, type);
    }
    return i->op == OP_LOCAL_SET || push(f, type);
}

/* What depends on the types found on the stack */

static bool select_untyped(struct fast *f)
{
    struct valtype a, b;
    TRY(pop(f, HS_I32) && pop_any(f, &b) && pop_any(f, &a));
    bool a_bot = hs_vt_kind(a) == VT_BOT, b_bot = hs_vt_kind(b) == VT_BOT;
    TRY((a_bot || hs_valid_is_numeric(a)) && (b_bot || hs_valid_is_numeric(b)));
    TRY(a_bot || b_bot || hs_vt_equal(a, b));
    return push(f, a_bot ? b : a);
}

static bool stack_typed(struct fast *f, const struct insn *i)
{
    struct valtype t;
    uint32_t heap;
    switch (i->op) {
    case OP_DROP: return pop_any(f, &t);
    case OP_SELECT: return select_untyped(f);
    case OP_REF_IS_NULL: return pop_ref(f, &heap) && push(f, HS_I32);
    case OP_REF_AS_NON_NULL: return pop_ref(f, &heap) && push(f, HS_REF(false, heap));
    default: { /* any.convert_extern, extern.convert_any */
        bool to_any = i->op == OP_ANY_CONVERT_EXTERN;
        TRY(pop_any(f, &t) &&
            hs_valid_subtype(f->m, t, HS_REF(true, to_any ? HEAP_EXTERN : HEAP_ANY)));
        return push(f, HS_REF(hs_vt_nullable(t), to_any ? HEAP_ANY : HEAP_EXTERN));
    }
    }
}

/* Does an instruction of the gc proposal always call the runtime? Casts and small objects do so
 * in cold code, which keeps registers. */
static bool gc_calls(const struct fast *f, const struct insn *i)
{
    uint32_t
        first = 0,
        count =
            1; /* fields that are written: the heap has numbers for functions, which the runtime gives */
    switch (i->op) {
    case OP_ARRAY_NEW:
    case OP_ARRAY_NEW_DEFAULT:
    case OP_ARRAY_NEW_DATA:
    case OP_ARRAY_NEW_ELEM:
    case OP_ARRAY_FILL:
    case OP_ARRAY_COPY:
    case OP_ARRAY_INIT_DATA:
    case OP_ARRAY_INIT_ELEM: return true;
    case OP_STRUCT_NEW: count = f->m->types[i->a].nfields; break;
    case OP_STRUCT_SET: first = i->b; break;
    case OP_ARRAY_NEW_FIXED:
    case OP_ARRAY_SET: break;
    default: return false;
    }
    for (uint32_t k = first; k < first + count; k++) {
        struct valtype t = f->m->types[i->a].fields[k].type;
        if (hs_vt_is_ref(t) && hs_heap_top(f->m, hs_vt_heap(t)) == HEAP_FUNC)
            return true;
    }
    return false;
}

/* Or perhaps? */
static bool gc_may_call(enum op op)
{
    switch (op) {
    case OP_STRUCT_NEW:
    case OP_STRUCT_NEW_DEFAULT:
    case OP_ARRAY_NEW_DEFAULT:
    case OP_ARRAY_NEW_FIXED:
    case OP_REF_TEST:
    case OP_REF_TEST_NULL:
    case OP_REF_CAST:
    case OP_REF_CAST_NULL: return true;
    default: return false;
    }
}

/* Facts about an instruction without a handler. */
static void note(struct fast *f, const struct insn *i)
{
    const struct op_info *info = &hs_op_info[i->op];
    bool calls = false, writes = false;
    if (info->feature == FEATURE_GC)
        f->flags |= FACT_HAS_GC;
    if (info->feature == FEATURE_LEGACY_EXCEPTIONS)
        f->flags |= FACT_HAS_LEGACY_TRY;
    switch (info->prefix) {
    case 0xfb:
        calls = gc_calls(f, i);
        if (gc_may_call(i->op))
            f->flags |= FACT_MAY_CALL;
        writes = calls || i->op == OP_STRUCT_SET || i->op == OP_ARRAY_SET ||
                 (info->flags & OPF_CONST) != 0;
        break;
    case 0xfc: calls = true; break; /* bulk operations, saturating conversions, wide arithmetic */
    case 0xfd: f->flags |= FACT_HAS_SIMD; break;
    case 0xfe:
        f->flags |= FACT_HAS_ATOMIC;
        writes = (info->flags & OPF_LOAD) == 0;
        calls = i->op == OP_MEMORY_ATOMIC_NOTIFY || i->op == OP_MEMORY_ATOMIC_WAIT32 ||
                i->op == OP_MEMORY_ATOMIC_WAIT64;
        break;
    default:
        switch (i->op) {
        case OP_RETURN_CALL:
        case OP_RETURN_CALL_INDIRECT:
        case OP_RETURN_CALL_REF:
            f->flags |= FACT_HAS_TAIL_CALL;
            calls = true;
            break;
        case OP_CALL:
        case OP_CALL_INDIRECT:
        case OP_CALL_REF:
        case OP_MEMORY_GROW:
        case OP_TABLE_GET:
        case OP_TABLE_SET:
        case OP_THROW:
        case OP_THROW_REF:
        case OP_REF_FUNC: calls = true; break;
        case OP_GLOBAL_SET: writes = true; break;
        default: calls = i->op >= OP_I32_TRUNC_F32_S && i->op <= OP_F64_PROMOTE_F32; break;
        }
        break;
    }
    if (info->imm == IMM_MEMARG || info->imm == IMM_MEMARG_LANE) {
        if (i->mem.memory == 0)
            f->accesses += f->weight;
        writes |= (info->flags & OPF_STORE) != 0;
    }
    if (calls)
        f->calls += f->weight;
    if (writes)
        f->flags |= FACT_MAY_WRITE;
}

static bool by_rule(struct fast *f, const struct insn *i, struct error *ignored)
{
    struct insn_type t;
    TRY(hs_rule_type(f->m, f->func, i, &t, ignored) == ST_OK);
    for (uint32_t n = hs_insn_type_nparams(&t); n-- > 0;)
        TRY(pop(f, hs_insn_type_param(&t, n)));
    note(f, i);
    if (t.diverges)
        diverge(f);
    return push_list(f, hs_insn_type_results(&t), t.nresults);
}

static bool instruction(struct fast *f, const struct insn *i, struct error *ignored)
{
    const struct types *l;
    switch (i->op) {
    case OP_BLOCK: return enter(f, block_sig(f, &i->block), FRAME_BLOCK);
    case OP_LOOP: return enter(f, block_sig(f, &i->block), FRAME_LOOP);
    case OP_IF: return enter(f, block_sig(f, &i->block), FRAME_IF);
    case OP_TRY:
        f->flags |= FACT_HAS_LEGACY_TRY;
        return enter(f, block_sig(f, &i->block), FRAME_TRY);
    case OP_TRY_TABLE: return try_table(f, i);
    case OP_ELSE: return begin_else(f);
    case OP_CATCH: return tag_params(f, i->a) && begin_catch(f, FRAME_CATCH, tag_params(f, i->a));
    case OP_CATCH_ALL: return begin_catch(f, FRAME_CATCH_ALL, NULL);
    case OP_DELEGATE: return delegate(f, i->a);
    case OP_RETHROW: return rethrow(f, i->a);
    case OP_END: return end(f);
    case OP_BR: l = label(f, i->a); return l && pop_list(f, l->list, l->n) && diverge(f);
    case OP_BR_IF: l = label(f, i->a); return l && pop(f, HS_I32) && pass(f, l, 0);
    case OP_BR_TABLE: return br_table(f, i);
    case OP_BR_ON_NULL:
    case OP_BR_ON_NON_NULL: return br_on_null(f, i);
    case OP_BR_ON_CAST:
    case OP_BR_ON_CAST_FAIL:
        f->flags |= FACT_HAS_GC | FACT_MAY_CALL;
        return br_on_cast(f, i, ignored);
    case OP_LOCAL_GET:
    case OP_LOCAL_SET:
    case OP_LOCAL_TEE: return local(f, i);
    default: return hs_rule_covers(i->op) ? by_rule(f, i, ignored) : stack_typed(f, i);
    }
}

const uint8_t *hs_fast_general(struct fast *f, const uint8_t *at, uint8_t *sp)
{
    struct error ignored;
    struct insn i;
    struct insn_reader r = {
        .p = at, .end = f->end, .base = at, .features = f->features, .error = &ignored};
    ignored.status = ST_OOM; /* "there is an error already": no text is made */
    f->sp = sp;
    if (*at == 0xfd && f->nsimd == 0)
        hs_fast_simd_init(f);
    if (hs_insn_read(&r, &i) != ST_OK)
        return NULL;
    f->p = r.p;
    return instruction(f, &i, &ignored) ? r.p : NULL;
}
