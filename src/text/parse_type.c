/* Value types, type definitions and type uses. See parser.h.
 * https://webassembly.github.io/spec/core/text/types.html */
#include "syntax/insn_write.h"
#include "text/parser.h"

/* --- value types ------------------------------------------------------------------------------ */

struct type_word {
    uint8_t kind;  /* enum valkind, VT_BOT: not a value type */
    uint32_t heap; /* VT_REF: of the abbreviation */
};

static struct type_word value_word(const struct token *t)
{
    if (t->kind != T_WORD)
        return (struct type_word){VT_BOT, 0};
    switch (t->keyword) {
    case KW_I32: return (struct type_word){VT_I32, 0};
    case KW_I64: return (struct type_word){VT_I64, 0};
    case KW_F32: return (struct type_word){VT_F32, 0};
    case KW_F64: return (struct type_word){VT_F64, 0};
    case KW_V128: return (struct type_word){VT_V128, 0};
    case KW_FUNCREF: return (struct type_word){VT_REF, HEAP_FUNC};
    case KW_EXTERNREF: return (struct type_word){VT_REF, HEAP_EXTERN};
    case KW_ANYREF: return (struct type_word){VT_REF, HEAP_ANY};
    case KW_EQREF: return (struct type_word){VT_REF, HEAP_EQ};
    case KW_I31REF: return (struct type_word){VT_REF, HEAP_I31};
    case KW_STRUCTREF: return (struct type_word){VT_REF, HEAP_STRUCT};
    case KW_ARRAYREF: return (struct type_word){VT_REF, HEAP_ARRAY};
    case KW_NULLREF: return (struct type_word){VT_REF, HEAP_NONE};
    case KW_NULLFUNCREF: return (struct type_word){VT_REF, HEAP_NOFUNC};
    case KW_NULLEXTERNREF: return (struct type_word){VT_REF, HEAP_NOEXTERN};
    case KW_EXNREF: return (struct type_word){VT_REF, HEAP_EXN};
    case KW_NULLEXNREF: return (struct type_word){VT_REF, HEAP_NOEXN};
    default: return (struct type_word){VT_BOT, 0};
    }
}

uint32_t hs_parse_heaptype(struct parser *p)
{
    uint32_t heap = HEAP_END;
    if (p->tk.kind == T_WORD) {
        switch (p->tk.keyword) {
        case KW_FUNC: heap = HEAP_FUNC; break;
        case KW_NOFUNC: heap = HEAP_NOFUNC; break;
        case KW_EXTERN: heap = HEAP_EXTERN; break;
        case KW_NOEXTERN: heap = HEAP_NOEXTERN; break;
        case KW_ANY: heap = HEAP_ANY; break;
        case KW_EQ: heap = HEAP_EQ; break;
        case KW_I31: heap = HEAP_I31; break;
        case KW_STRUCT: heap = HEAP_STRUCT; break;
        case KW_ARRAY: heap = HEAP_ARRAY; break;
        case KW_NONE: heap = HEAP_NONE; break;
        case KW_EXN: heap = HEAP_EXN; break;
        case KW_NOEXN: heap = HEAP_NOEXN; break;
        default: break;
        }
        if (heap != HEAP_END) {
            hs_parse_advance(p);
            return heap;
        }
    }
    if (!hs_parse_at_index(p)) {
        hs_parse_unexpected(p, "a heap type");
        return HEAP_FUNC;
    }
    const char *at = p->tk.start;
    heap = hs_parse_index(p, SP_TYPE);
    if (heap >= HEAP_FIRST) {
        hs_parse_fail(p, at, "unknown type %u", heap);
        return HEAP_FUNC;
    }
    return heap;
}

/* At "(ref". */
static struct valtype long_reftype(struct parser *p)
{
    hs_parse_open(p, KW_REF);
    bool nullable = hs_parse_word(p, KW_NULL);
    uint32_t heap = hs_parse_heaptype(p);
    hs_parse_close(p);
    return HS_REF(nullable, heap);
}

bool hs_parse_at_valtype(struct parser *p)
{
    return value_word(&p->tk).kind != VT_BOT || hs_parse_at(p, KW_REF);
}

struct valtype hs_parse_valtype(struct parser *p)
{
    struct type_word w = value_word(&p->tk);
    if (w.kind != VT_BOT) {
        hs_parse_advance(p);
        return w.kind == VT_REF ? HS_REF(true, w.heap) : HS_VT(w.kind);
    }
    if (hs_parse_at(p, KW_REF))
        return long_reftype(p);
    hs_parse_unexpected(p, "a value type");
    return HS_I32;
}

struct valtype hs_parse_reftype(struct parser *p)
{
    struct type_word w = value_word(&p->tk);
    if (w.kind == VT_REF) {
        hs_parse_advance(p);
        return HS_REF(true, w.heap);
    }
    if (hs_parse_at(p, KW_REF))
        return long_reftype(p);
    hs_parse_unexpected(p, "a reference type");
    return HS_FUNCREF;
}

static void out_valtypes(struct buffer *o, const struct valtype *types, uint32_t n)
{
    hs_buffer_u(o, n);
    for (uint32_t i = 0; i < n; i++)
        hs_write_valtype(o, types[i]);
}

/* --- type uses -------------------------------------------------------------------------------- */

static void push_valtype(struct parser *p, struct valtype t)
{
    if (!hs_vec_push(&p->valtypes, t))
        hs_parse_oom(p);
}

/* (param …)* (result …)* into valtypes. bind: 0 names are refused, 1 names become locals, 2
 * names are read over. */
static void signature(struct parser *p, int bind, struct typeuse *u)
{
    hs_vec_clear(&p->valtypes);
    while (hs_parse_open(p, KW_PARAM)) {
        u->has_inline = true;
        if (p->tk.kind == T_ID && bind) {
            struct symbol *s = hs_parse_id(p);
            if (bind == 1)
                hs_parse_bind_local(p, s);
            else
                hs_parse_name_annotation(p, s);
            push_valtype(p, hs_parse_valtype(p));
        } else {
            while (p->tk.kind != T_RPAR && p->tk.kind != T_EOF) {
                if (bind == 1)
                    hs_parse_bind_local(p, NULL);
                push_valtype(p, hs_parse_valtype(p));
            }
        }
        hs_parse_close(p);
    }
    u->nparams = (uint32_t)p->valtypes.count;
    while (hs_parse_open(p, KW_RESULT)) {
        u->has_inline = true;
        while (p->tk.kind != T_RPAR && p->tk.kind != T_EOF)
            push_valtype(p, hs_parse_valtype(p));
        hs_parse_close(p);
    }
    u->nresults = (uint32_t)p->valtypes.count - u->nparams;
}

void hs_parse_typeuse(struct parser *p, bool bind, struct typeuse *u)
{
    *u = (struct typeuse){.at = p->tk.start};
    uint32_t first_local = p->nlocals;
    if (hs_parse_open(p, KW_TYPE)) {
        u->has_index = true;
        u->index = hs_parse_index(p, SP_TYPE);
        hs_parse_close(p);
    }
    signature(p, bind, u);
    if (hs_parse_at(p, KW_PARAM) ||
        hs_parse_at(p, KW_TYPE)) { /* said before a mismatch with the type */
        hs_parse_advance(p);
        hs_parse_unexpected(p, "type, param and result in this order");
    }
    if (!u->has_index || hs_parse_failed(p))
        return;
    const struct text_type *t = u->index < p->types.count ? &p->types.data[u->index] : NULL;
    if (u->nparams + u->nresults > 0) {
        if (!t)
            hs_parse_fail(p, u->at, "unknown type %u", u->index);
        else if (!t->is_func || t->nparams != u->nparams || t->nresults != u->nresults ||
                 memcmp(t->types, p->valtypes.data,
                        (u->nparams + u->nresults) * sizeof *t->types) != 0)
            hs_parse_fail(p, u->at, "inline function type does not match type %u", u->index);
    } else if (bind && t && t->is_func) {
        p->nlocals = first_local + t->nparams;
    } else if (bind && !t) {
        p->unknown_type = u->at;
    }
}

static uint64_t hash_signature(const struct parser *p, uint32_t nparams, uint32_t nresults,
                               const struct valtype *types)
{
    uint64_t h = hs_hash_mix(p->seed, (uint64_t)nparams << 32 | nresults);
    for (uint32_t i = 0; i < nparams + nresults; i++)
        h = hs_hash_mix(h, types[i].bits);
    return h;
}

/* The smallest plain function type that is equal, or NO_INDEX; *out_slot is where it belongs. */
static uint32_t find_signature(const struct parser *p, uint32_t nparams, uint32_t nresults,
                               const struct valtype *types, size_t *out_slot)
{
    size_t mask = p->type_slots_cap - 1,
           k = (size_t)hash_signature(p, nparams, nresults, types) & mask;
    for (; p->type_slots[k]; k = (k + 1) & mask) {
        const struct text_type *t = &p->types.data[p->type_slots[k] - 1];
        if (t->nparams == nparams && t->nresults == nresults &&
            (nparams + nresults == 0 ||
             memcmp(t->types, types, (nparams + nresults) * sizeof *types) == 0))
            return p->type_slots[k] - 1;
    }
    *out_slot = k;
    return NO_INDEX;
}

static bool grow_type_slots(struct parser *p)
{
    if (p->ntype_slots * 2 < p->type_slots_cap)
        return true;
    size_t old_cap = p->type_slots_cap, k;
    uint32_t *old = p->type_slots;
    size_t cap = old_cap ? old_cap * 4 : 64;
    uint32_t *slots = hs_calloc(cap, sizeof *slots);
    if (!slots)
        return false;
    p->type_slots = slots;
    p->type_slots_cap = cap;
    for (size_t i = 0; i < old_cap; i++) {
        if (!old[i])
            continue;
        const struct text_type *t = &p->types.data[old[i] - 1];
        find_signature(p, t->nparams, t->nresults, t->types, &k);
        slots[k] = old[i];
    }
    hs_free(old);
    return true;
}

/* Enters type `index` so that type uses find it. */
static void enter_type(struct parser *p, uint32_t index)
{
    size_t slot;
    const struct text_type *t = &p->types.data[index];
    if (!grow_type_slots(p)) {
        hs_parse_oom(p);
        return;
    }
    if (find_signature(p, t->nparams, t->nresults, t->types, &slot) == NO_INDEX) {
        p->type_slots[slot] = index + 1;
        p->ntype_slots++;
    }
}

static bool push_type(struct parser *p, struct text_type *t, const struct valtype *types)
{
    if (p->types.count >= HS_LIMIT_TYPES) {
        hs_parse_fail(p, p->tk.start, "too many types");
        return false;
    }
    if (t->is_func)
        t->types = hs_arena_copy(&p->arena, types, (t->nparams + t->nresults) * sizeof *types);
    if ((t->is_func && !t->types) || !hs_vec_push(&p->types, *t)) {
        hs_parse_oom(p);
        return false;
    }
    return true;
}

uint32_t hs_typeuse_index(struct parser *p, const struct typeuse *u)
{
    size_t slot = 0;
    if (u->has_index || hs_parse_failed(p))
        return u->index;
    if (!grow_type_slots(p)) {
        hs_parse_oom(p);
        return 0;
    }
    uint32_t index = find_signature(p, u->nparams, u->nresults, p->valtypes.data, &slot);
    if (index != NO_INDEX)
        return index;
    struct text_type t = {
        .is_func = true, .plain = true, .nparams = u->nparams, .nresults = u->nresults};
    index = (uint32_t)p->types.count;
    if (!push_type(p, &t, p->valtypes.data))
        return 0;
    p->type_slots[slot] = index + 1;
    p->ntype_slots++;
    struct section *s = &p->section[SEC_TYPE];
    s->count++;
    hs_buffer_byte(&s->bytes, 0x60);
    out_valtypes(&s->bytes, t.types, t.nparams);
    out_valtypes(&s->bytes, t.types + t.nparams, t.nresults);
    return index;
}

/* --- type definitions ------------------------------------------------------------------------- */

/* storagetype, perhaps in (mut …) */
static void field_type(struct parser *p, struct buffer *o)
{
    bool mutable = hs_parse_open(p, KW_MUT);
    struct valtype t;
    if (hs_parse_word(p, KW_I8))
        t = HS_VT(VT_I8);
    else if (hs_parse_word(p, KW_I16))
        t = HS_VT(VT_I16);
    else
        t = hs_parse_valtype(p);
    if (mutable)
        hs_parse_close(p);
    hs_write_valtype(o, t);
    hs_buffer_byte(o, mutable);
}

static void struct_type(struct parser *p, struct buffer *o, uint32_t type)
{
    uint32_t n = 0;
    p->tmp2.size = 0;
    p->fields_tmp.size = p->fields_tmp_count = 0;
    while (hs_parse_open(p, KW_FIELD)) {
        const char *at = p->tk.start;
        struct symbol *s = hs_parse_id(p);
        struct span name = hs_parse_name_annotation(p, s);
        if (s && !hs_symbol_add_field(p, type, s, n))
            hs_parse_fail(p, at, "duplicate field %.*s",
                          (int)(s->name.size < 60 ? s->name.size : 60), s->name.data);
        if (name.data) {
            hs_buffer_u(&p->fields_tmp, n);
            hs_buffer_name(&p->fields_tmp, name);
            p->fields_tmp_count++;
        }
        if (s) {
            field_type(p, &p->tmp2);
            n++;
        } else {
            for (; p->tk.kind != T_RPAR && p->tk.kind != T_EOF; n++)
                field_type(p, &p->tmp2);
        }
        hs_parse_close(p);
    }
    hs_buffer_u(o, n);
    hs_buffer_bytes(o, p->tmp2.data, p->tmp2.size);
    if (p->fields_tmp_count) {
        struct section *names = &p->name[NAME_FIELD];
        hs_buffer_u(&names->bytes, type);
        hs_buffer_u(&names->bytes, p->fields_tmp_count);
        hs_buffer_bytes(&names->bytes, p->fields_tmp.data, p->fields_tmp.size);
        names->count++;
    }
}

/* "(func …)", "(struct …)" or "(array …)". */
static void composite(struct parser *p, struct buffer *o, struct text_type *t, uint32_t index)
{
    if (hs_parse_open(p, KW_FUNC)) {
        struct typeuse u = {0};
        signature(p, 2, &u);
        t->is_func = true;
        t->nparams = u.nparams;
        t->nresults = u.nresults;
        hs_buffer_byte(o, 0x60);
        out_valtypes(o, p->valtypes.data, u.nparams);
        out_valtypes(o, p->valtypes.data + u.nparams, u.nresults);
    } else if (hs_parse_open(p, KW_STRUCT)) {
        hs_buffer_byte(o, 0x5f);
        struct_type(p, o, index);
    } else if (hs_parse_open(p, KW_ARRAY)) {
        hs_buffer_byte(o, 0x5e);
        field_type(p, o);
    } else {
        if (p->tk.kind == T_LPAR)
            hs_parse_advance(p);
        hs_parse_unexpected(p, "func, struct, array or sub");
        return;
    }
    hs_parse_close(p);
}

/* Behind "(type", to behind its closing parenthesis. */
static void type_definition(struct parser *p, bool alone)
{
    struct buffer *o = &p->section[SEC_TYPE].bytes;
    struct symbol *s = hs_parse_id(p);
    uint32_t index = (uint32_t)p->types.count;
    struct span name = hs_parse_name_annotation(p, s);
    if (name.data)
        hs_name_add(&p->name[NAME_TYPE], index, name);
    struct text_type t = {.plain = alone};
    hs_vec_clear(&p->valtypes);
    if (hs_parse_open(p, KW_SUB)) {
        bool final = hs_parse_word(p, KW_FINAL);
        uint32_t supers = 0;
        p->tmp.size = 0;
        while (hs_parse_at_index(p)) {
            hs_buffer_u(&p->tmp, hs_parse_index(p, SP_TYPE));
            supers++;
        }
        if (!final || supers) {
            hs_buffer_byte(o, final ? 0x4f : 0x50);
            hs_buffer_u(o, supers);
            hs_buffer_bytes(o, p->tmp.data, p->tmp.size);
            t.plain = false;
        }
        p->tmp.size = 0;
        composite(p, o, &t, index);
        hs_parse_close(p);
    } else {
        composite(p, o, &t, index);
    }
    hs_parse_close(p);
    if (hs_parse_failed(p) || !push_type(p, &t, p->valtypes.data))
        return;
    if (t.is_func && t.plain)
        enter_type(p, index);
}

void hs_parse_type_fields(struct parser *p)
{
    struct section *section = &p->section[SEC_TYPE];
    for (size_t i = 0; i < p->type_fields.count && !hs_parse_failed(p); i++) {
        /* The place is that of the keyword, behind the parenthesis. */
        p->lex.pos = p->type_fields.data[i];
        p->has_next = false;
        hs_lex(&p->lex, &p->tk);
        section->count++;
        if (hs_parse_word(p, KW_TYPE)) {
            type_definition(p, true);
            continue;
        }
        hs_parse_word(p, KW_REC);
        /* A group of one is written as the type itself. */
        uint32_t members = 0;
        struct lexer count = p->lex;
        if (p->tk.kind == T_LPAR) {
            count.pos = p->tk.start;
            count.error = NULL;
            struct token t;
            for (hs_lex(&count, &t); t.kind == T_LPAR; hs_lex(&count, &t)) {
                members++;
                hs_lex_skip_group(&count);
            }
        }
        if (members != 1) {
            hs_buffer_byte(&section->bytes, 0x4e);
            hs_buffer_u(&section->bytes, members);
        }
        while (hs_parse_open(p, KW_TYPE))
            type_definition(p, members == 1);
        hs_parse_close(p);
    }
}
