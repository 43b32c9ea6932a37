/* Validation of all that is not a body, section by section.
 * https://webassembly.github.io/spec/core/valid/modules.html
 *
 * The order is that of the binary format where it matters: a type knows the types of its own
 * recursive group and of those before, a global's initializer the globals before it, a table's
 * the imported globals. Bodies come last, so that all functions that are referred to outside of
 * bodies are known ("declared", func_escapes) when ref.func is met in a body. */
#include "base/alloc.h"
#include "base/bits.h"
#include "syntax/insn_read.h"
#include "valid/bodies.h"
#include "valid/plain.h"
#include "valid/valid.h"

struct head {
    struct module *m;
    struct error *e;
    uint32_t place; /* best known offset in the module for errors */
};

#define TRY(x)                                                                                     \
    do {                                                                                           \
        enum status try_ = (x);                                                                    \
        if (try_ != ST_OK)                                                                         \
            return try_;                                                                           \
    } while (0)

/* Zero is no place in a module, it is the magic number's. */
static uint64_t place(const struct head *h)
{
    return h->place ? h->place : HS_NO_OFFSET;
}

static enum status fail(const struct head *h, enum msg msg)
{
    return hs_fail(h->e, ST_INVALID, place(h), msg);
}

static enum status unknown(const struct head *h, enum msg msg, uint64_t index)
{
    return hs_valid_fail_index(h->e, place(h), msg, index);
}

static enum status sub_type(const struct head *h, uint32_t index, const char *why)
{
    hs_error_set(h->e, ST_INVALID, place(h), "%s %u %s", hs_msg(MSG_SUB_TYPE), index, why);
    return ST_INVALID;
}

/* Types.  https://webassembly.github.io/spec/core/valid/types.html */

static enum status need(const struct head *h, enum feature f)
{
    return h->m->features >> f & 1 ? ST_OK : hs_fail_feature(h->e, place(h), f);
}

static enum status check_type_bound(const struct head *h, struct valtype t, uint32_t bound)
{
    if (hs_vt_is_ref(t) && hs_heap_is_index(hs_vt_heap(t)) && hs_vt_heap(t) >= bound)
        return unknown(h, MSG_UNKNOWN_TYPE, hs_vt_heap(t));
    return ST_OK;
}

static enum status check_valtype(const struct head *h, struct valtype t)
{
    return check_type_bound(h, t, h->m->ntypes);
}

/* References of a type reach up to the end of its group; the supertype comes before it. */
static enum status check_references(const struct head *h, struct deftype *t, uint32_t index)
{
    uint32_t bound = t->rec_first + t->rec_size;
    if (t->kind == COMP_FUNC) {
        uint32_t n = t->func.nparams + t->func.nresults;
        for (uint32_t i = 0; i < n; i++)
            TRY(check_type_bound(h, t->func.types[i], bound));
        if (t->func.nresults > 1)
            TRY(need(h, FEATURE_MULTI_VALUE));
    } else {
        TRY(need(h, FEATURE_GC));
        for (uint32_t i = 0; i < t->nfields; i++)
            TRY(check_type_bound(h, t->fields[i].type, bound));
    }
    t->depth = 0;
    if (t->super == HS_NO_TYPE)
        return ST_OK;
    TRY(need(h, FEATURE_GC));
    if (t->super >= index)
        return unknown(h, MSG_UNKNOWN_TYPE, t->super);
    t->depth = h->m->types[t->super].depth + 1;
    if (t->depth > HS_LIMIT_SUBTYPE_DEPTH)
        return hs_fail(h->e, ST_UNSUPPORTED, place(h), MSG_LIMIT_DEPTH);
    return ST_OK;
}

static bool fields_match(const struct module *m, struct fieldtype sub, struct fieldtype super)
{
    if (sub.mutable != super.mutable)
        return false;
    return super.mutable
               ? hs_vt_subtype(m, sub.type, super.type) && hs_vt_subtype(m, super.type, sub.type)
               : hs_vt_subtype(m, sub.type, super.type);
}

/* Does the structure of a type match that of its declared supertype? */
static bool structures_match(const struct module *m, const struct deftype *sub,
                             const struct deftype *super)
{
    if (sub->kind != super->kind)
        return false;
    if (sub->kind == COMP_FUNC) {
        const struct functype *a = &sub->func, *b = &super->func;
        return a->nparams == b->nparams && a->nresults == b->nresults &&
               hs_valid_lists_match(m, b->types, a->types, a->nparams) &&
               hs_valid_lists_match(m, a->types + a->nparams, b->types + b->nparams, a->nresults);
    }
    if (sub->nfields < super->nfields)
        return false;
    for (uint32_t i = 0; i < super->nfields; i++)
        if (!fields_match(m, sub->fields[i], super->fields[i]))
            return false;
    return true;
}

static enum status check_types(struct head *h)
{
    struct module *m = h->m;
    for (uint32_t i = 0; i < m->ntypes; i++)
        TRY(check_references(h, &m->types[i], i));
    TRY(hs_types_canonicalize(m, h->e));
    for (uint32_t i = 0; i < m->ntypes; i++) {
        const struct deftype *t = &m->types[i];
        if (t->super == HS_NO_TYPE)
            continue;
        if (m->types[t->super].final)
            return sub_type(h, i, "has a final supertype");
        if (!structures_match(m, t, &m->types[t->super]))
            return sub_type(h, i, "does not match its supertype");
    }
    return ST_OK;
}

static enum status check_functype(const struct head *h, uint32_t type, const struct functype **out)
{
    if (type >= h->m->ntypes)
        return unknown(h, MSG_UNKNOWN_TYPE, type);
    if (h->m->types[type].kind != COMP_FUNC)
        return hs_valid_fail_reason(h->e, place(h), MSG_UNKNOWN_TYPE, "not a function type");
    *out = &h->m->types[type].func;
    return ST_OK;
}

/* Tables, memories, globals, tags */

static enum status check_tabletype(const struct head *h, const struct tabletype *t)
{
    const struct limits *l = &t->limits;
    if (l->is64)
        TRY(need(h, FEATURE_MEMORY64));
    TRY(check_valtype(h, t->elem));
    if (!l->is64 && (l->min > UINT32_MAX || (l->has_max && l->max > UINT32_MAX)))
        return fail(h, MSG_TABLE_SIZE);
    if (l->has_max && l->min > l->max)
        return fail(h, MSG_LIMITS_ORDER);
    return ST_OK;
}

static enum status check_memtype(const struct head *h, const struct memtype *t)
{
    const struct limits *l = &t->limits;
    if (l->is64)
        TRY(need(h, FEATURE_MEMORY64));
    if (l->shared)
        TRY(need(h, FEATURE_THREADS));
    uint64_t most = l->is64 ? HS_LIMIT_MEM64_PAGES : HS_LIMIT_MEM32_PAGES;
    enum msg too_large = l->is64 ? MSG_MEMORY_SIZE_64 : MSG_MEMORY_SIZE_32;
    if (l->page_log2 != 16) {
        TRY(need(h, FEATURE_CUSTOM_PAGE_SIZES));
        if (l->page_log2 != 0)
            return fail(h, MSG_PAGE_SIZE);
        most = l->is64 ? UINT64_MAX : UINT32_MAX;
        too_large = l->is64 ? MSG_MEMORY_SIZE_BYTES_64 : MSG_MEMORY_SIZE_BYTES_32;
    }
    if (l->min > most || (l->has_max && l->max > most))
        return fail(h, too_large);
    if (l->has_max && l->min > l->max)
        return fail(h, MSG_LIMITS_ORDER);
    if (l->shared && !l->has_max)
        return fail(h, MSG_SHARED_MAXIMUM);
    return ST_OK;
}

static enum status check_tagtype(const struct head *h, uint32_t type)
{
    const struct functype *f = NULL;
    TRY(check_functype(h, type, &f));
    return f->nresults == 0 ? ST_OK : fail(h, MSG_TAG_RESULTS);
}

/* Imports carry a place; items are in the index spaces already. */
static enum status check_imports(struct head *h)
{
    const struct module *m = h->m;
    for (uint32_t i = 0; i < m->nimports; i++) {
        const struct import *import = &m->imports[i];
        const struct functype *f;
        h->place = import->offset;
        switch (import->kind) {
        case EXTERN_FUNC: TRY(check_functype(h, m->funcs[import->index].type, &f)); break;
        case EXTERN_TABLE: TRY(check_tabletype(h, &m->tables[import->index].type)); break;
        case EXTERN_MEMORY: TRY(check_memtype(h, &m->memories[import->index].type)); break;
        case EXTERN_GLOBAL: TRY(check_valtype(h, m->globals[import->index].type.type)); break;
        case EXTERN_TAG: TRY(check_tagtype(h, m->tags[import->index].type)); break;
        }
    }
    h->place = 0;
    return ST_OK;
}

static void escape(struct module *m, uint32_t func)
{
    m->func_escapes[func >> 3] |= (uint8_t)(1u << (func & 7));
}

/* Constant expressions. The forms that segments repeat a million times are looked at here,
 * the others with the plain validator. */
static enum status check_constant(const struct head *h, const struct constexpr *c,
                                  struct valtype type, uint32_t nglobals)
{
    struct module *m = h->m;
    if (c->kind == CONST_FUNC && c->index < m->nfuncs &&
        hs_valid_subtype(m, HS_REF(false, m->funcs[c->index].type), type)) {
        escape(m, c->index);
        return ST_OK;
    }
    if (c->kind == CONST_NULL && hs_vt_is_ref(type) &&
        (!hs_heap_is_index(c->index) || c->index < m->ntypes) &&
        hs_valid_subtype(m, HS_REF(true, c->index), type))
        return ST_OK;
    if (c->kind == CONST_NUMBER && c->code.size > 0 &&
        ((c->code.data[0] == 0x41 && hs_vt_equal(type, HS_I32)) ||
         (c->code.data[0] == 0x42 && hs_vt_equal(type, HS_I64))))
        return ST_OK;
    return hs_valid_plain_constant(m, c->code, c->offset, type, nglobals, h->e);
}

/* Which globals an initializer may use: before gc only imported ones. */
static uint32_t usable_globals(const struct module *m, uint32_t count)
{
    return (m->features & HS_FEATURE(GC)) ? count : m->nimported_globals;
}

static enum status check_tables(struct head *h)
{
    const struct module *m = h->m;
    if (m->ntables > 1 && !(m->features & HS_FEATURE(REFERENCE_TYPES)))
        return fail(h, MSG_MULTIPLE_TABLES);
    for (uint32_t i = m->nimported_tables; i < m->ntables; i++) {
        const struct table *t = &m->tables[i];
        h->place = t->init.offset;
        TRY(check_tabletype(h, &t->type));
        if (t->init.kind != CONST_NONE)
            TRY(check_constant(h, &t->init, t->type.elem, m->nimported_globals));
        else if (!hs_vt_defaultable(t->type.elem))
            return hs_valid_fail_reason(h->e, place(h), MSG_TYPE_MISMATCH,
                                        "a table of non-null references needs an initial value");
    }
    h->place = 0;
    return ST_OK;
}

static enum status check_memories(struct head *h)
{
    const struct module *m = h->m;
    if (m->nmemories > 1 && !(m->features & HS_FEATURE(MULTI_MEMORY)))
        return fail(h, MSG_MULTIPLE_MEMORIES);
    for (uint32_t i = m->nimported_memories; i < m->nmemories; i++)
        TRY(check_memtype(h, &m->memories[i].type));
    return ST_OK;
}

static enum status check_globals(struct head *h)
{
    const struct module *m = h->m;
    for (uint32_t i = m->nimported_globals; i < m->nglobals; i++) {
        const struct global *g = &m->globals[i];
        h->place = g->init.offset;
        TRY(check_valtype(h, g->type.type));
        TRY(check_constant(h, &g->init, g->type.type, usable_globals(m, i)));
    }
    h->place = 0;
    return ST_OK;
}

static enum status check_exports(struct head *h)
{
    struct module *m = h->m;
    for (uint32_t i = 0; i < m->nexports; i++) {
        const struct export *e = &m->exports[i];
        switch (e->kind) {
        case EXTERN_FUNC:
            if (e->index >= m->nfuncs)
                return unknown(h, MSG_UNKNOWN_FUNC, e->index);
            escape(m, e->index);
            break;
        case EXTERN_TABLE:
            if (e->index >= m->ntables)
                return unknown(h, MSG_UNKNOWN_TABLE, e->index);
            break;
        case EXTERN_MEMORY:
            if (e->index >= m->nmemories)
                return unknown(h, MSG_UNKNOWN_MEMORY, e->index);
            break;
        case EXTERN_GLOBAL:
            if (e->index >= m->nglobals)
                return unknown(h, MSG_UNKNOWN_GLOBAL, e->index);
            break;
        case EXTERN_TAG:
            if (e->index >= m->ntags)
                return unknown(h, MSG_UNKNOWN_TAG, e->index);
            break;
        }
    }
    const struct export *duplicate = NULL;
    if (!m->export_table) {
        enum status s = hs_module_index_exports(m, &duplicate);
        if (s != ST_OK)
            return hs_fail_oom(h->e);
    } else {
        for (uint32_t i = 0; i < m->nexports && !duplicate;
             i++) /* the table finds the first of a name */
            if (hs_module_find_export(m, m->exports[i].name) != &m->exports[i])
                duplicate = &m->exports[i];
    }
    if (duplicate) {
        char name[96];
        hs_error_set(
            h->e, ST_INVALID, HS_NO_OFFSET, "%s \"%s\"", hs_msg(MSG_DUPLICATE_EXPORT),
            hs_error_escape(name, sizeof name, duplicate->name.data, duplicate->name.size));
        return ST_INVALID;
    }
    return ST_OK;
}

static enum status check_start(struct head *h)
{
    const struct module *m = h->m;
    if (!m->has_start)
        return ST_OK;
    if (m->start >= m->nfuncs)
        return unknown(h, MSG_UNKNOWN_FUNC, m->start);
    const struct functype *t = hs_module_functype(m, m->start);
    return t->nparams == 0 && t->nresults == 0
               ? ST_OK
               : hs_valid_fail_reason(h->e, place(h), MSG_START_FUNC,
                                      "it has parameters or results");
}

static enum status check_elem(struct head *h, const struct elem *s)
{
    struct module *m = h->m;
    h->place = s->place;
    TRY(check_valtype(h, s->type));
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->funcs) {
            if (s->funcs[i] >= m->nfuncs)
                return unknown(h, MSG_UNKNOWN_FUNC, s->funcs[i]);
            escape(m, s->funcs[i]);
        } else {
            TRY(check_constant(h, &s->exprs[i], s->type, usable_globals(m, m->nglobals)));
        }
    }
    if (s->mode != SEGMENT_ACTIVE)
        return ST_OK;
    if (s->table >= m->ntables)
        return unknown(h, MSG_UNKNOWN_TABLE, s->table);
    const struct tabletype *t = &m->tables[s->table].type;
    if (!hs_valid_subtype(m, s->type, t->elem))
        return hs_valid_fail_reason(h->e, place(h), MSG_TYPE_MISMATCH,
                                    "the element segment does not fit the table");
    return check_constant(h, &s->offset, t->limits.is64 ? HS_I64 : HS_I32,
                          usable_globals(m, m->nglobals));
}

static enum status check_data(struct head *h, const struct data *s)
{
    const struct module *m = h->m;
    if (s->mode != SEGMENT_ACTIVE)
        return ST_OK;
    h->place = s->offset.offset;
    if (s->memory >= m->nmemories)
        return unknown(h, MSG_UNKNOWN_MEMORY, s->memory);
    bool is64 = m->memories[s->memory].type.limits.is64;
    return check_constant(h, &s->offset, is64 ? HS_I64 : HS_I32, usable_globals(m, m->nglobals));
}

enum status hs_valid_module_head(struct module *m, struct error *error)
{
    struct head h = {m, error, 0};
    const struct functype *f;
    m->func_escapes = hs_arena_calloc(&m->arena, (size_t)m->nfuncs / 8 + 1, 1);
    if (!m->func_escapes)
        return hs_fail_oom(error);
    TRY(check_types(&h));
    TRY(check_imports(&h));
    for (uint32_t i = m->nimported_funcs; i < m->nfuncs; i++)
        TRY(check_functype(&h, m->funcs[i].type, &f));
    TRY(check_tables(&h));
    TRY(check_memories(&h));
    for (uint32_t i = m->nimported_tags; i < m->ntags; i++)
        TRY(check_tagtype(&h, m->tags[i].type));
    TRY(check_globals(&h));
    TRY(check_exports(&h));
    TRY(check_start(&h));
    for (uint32_t i = 0; i < m->nelems; i++)
        TRY(check_elem(&h, &m->elems[i]));
    for (uint32_t i = 0; i < m->ndatas; i++)
        TRY(check_data(&h, &m->datas[i]));
    return ST_OK;
}

enum status hs_valid_module(struct module *m, unsigned threads, struct error *error)
{
    TRY(hs_valid_module_head(m, error));
    return hs_valid_bodies(m, threads, error);
}
