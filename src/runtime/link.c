/* Do imports match?  https://webassembly.github.io/spec/core/valid/matching.html
 * The texts are the causes; whoever reports them names the import. */
#include "runtime/instance.h"
#include <stdio.h>

static const char *const kind_names[] = {"func", "table", "memory", "global", "tag"};

static enum status mismatch(struct error *e, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));
static enum status mismatch(struct error *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    enum status s = hs_error_vset(e, ST_LINK, HS_NO_OFFSET, format, args);
    va_end(args);
    return s;
}

static bool limits_match(const struct limits *want, uint64_t size, bool has_max, uint64_t max)
{
    return size >= want->min && (!want->has_max || (has_max && max <= want->max));
}

static void show_limits(char out[64], uint64_t min, bool has_max, uint64_t max)
{
    int n = snprintf(out, 64, "(min: %llu, max: ", (unsigned long long)min);
    if (has_max)
        snprintf(out + n, 64 - (size_t)n, "%llu)", (unsigned long long)max);
    else
        snprintf(out + n, 64 - (size_t)n, "none)");
}

/* "(func (param i32) (result i64))"; long lists are cut. */
static void show_func(const struct functype *f, char *out, size_t cap)
{
    size_t n = (size_t)snprintf(out, cap, "(func");
    char name[32];
    for (uint32_t part = 0; part < 2; part++) {
        uint32_t first = part ? f->nparams : 0, end = part ? f->nparams + f->nresults : f->nparams;
        if (first == end)
            continue;
        if (n < cap)
            n += (size_t)snprintf(out + n, cap - n, part ? " (result" : " (param");
        for (uint32_t k = first; k < end && n + 40 < cap; k++)
            n += (size_t)snprintf(out + n, cap - n, " %s", hs_vt_name(f->types[k], name));
        if (n < cap)
            n += (size_t)snprintf(out + n, cap - n, ")");
    }
    if (n < cap)
        snprintf(out + n, cap - n, ")");
}

static enum status check_func(struct code_object *c, uint32_t index, const struct hs_funcref *f,
                              struct error *e)
{
    uint32_t want = c->type_ids[c->module->funcs[index].type];
    const struct type_registry *r = &c->rt->types;
    if (hs_canon_subtype(r, f->type, want))
        return ST_OK;
    char expected[160], found[160];
    show_func(&hs_canon_type(r, want)->func, expected, sizeof expected);
    show_func(&hs_canon_type(r, f->type)->func, found, sizeof found);
    return mismatch(e, "types incompatible: expected type `%s`, found type `%s`", expected, found);
}

static enum status check_memory(struct code_object *c, uint32_t index, const struct memory_obj *m,
                                struct error *e)
{
    const struct limits *want = &c->module->memories[index].type.limits;
    char expected[64], found[64];
    if (want->is64 != m->type.is64)
        return mismatch(e, "memory types incompatible: expected %d-bit memory, found %d-bit memory",
                        want->is64 ? 64 : 32, m->type.is64 ? 64 : 32);
    if (want->shared != m->type.shared)
        return mismatch(e, "memory types incompatible: expected %s memory, found %s memory",
                        want->shared ? "shared" : "unshared",
                        m->type.shared ? "shared" : "unshared");
    if (want->page_log2 != m->type.page_log2)
        return mismatch(e, "memory types incompatible: expected a page size of %u, found %u",
                        1u << want->page_log2, 1u << m->type.page_log2);
    if (!limits_match(want, hs_memory_pages(m), m->type.has_max, m->type.max)) {
        show_limits(expected, want->min, want->has_max, want->max);
        show_limits(found, hs_memory_pages(m), m->type.has_max, m->type.max);
        return mismatch(e,
                        "memory types incompatible: expected memory limits %s doesn't match "
                        "provided memory limits %s",
                        expected, found);
    }
    if (!hs_memory_style_fits((enum hs_memory_style)c->layout.memory_style[index], m->style))
        return mismatch(e, "memory types incompatible: the memory cannot be accessed the way this "
                           "module's code does");
    return ST_OK;
}

static enum status check_table(struct code_object *c, uint32_t index, const struct table_obj *t,
                               struct error *e)
{
    const struct tabletype *want = &c->module->tables[index].type;
    struct valtype elem = hs_canon_vt(c->type_ids, want->elem);
    char expected[64], found[64];
    if (want->limits.is64 != t->type.is64)
        return mismatch(e, "table types incompatible: expected %d-bit table, found %d-bit table",
                        want->limits.is64 ? 64 : 32, t->type.is64 ? 64 : 32);
    /* Tables can be read and written: the element types must be equivalent. */
    if (!hs_canon_vt_subtype(&c->rt->types, elem, t->elem) ||
        !hs_canon_vt_subtype(&c->rt->types, t->elem, elem))
        return mismatch(
            e, "table types incompatible: expected table of type `%s`, found table of type `%s`",
            hs_vt_name(elem, expected), hs_vt_name(t->elem, found));
    if (!limits_match(&want->limits, t->rec.size, t->type.has_max, t->type.max)) {
        show_limits(expected, want->limits.min, want->limits.has_max, want->limits.max);
        show_limits(found, t->rec.size, t->type.has_max, t->type.max);
        return mismatch(e,
                        "table types incompatible: expected table limits %s doesn't match provided "
                        "table limits %s",
                        expected, found);
    }
    return ST_OK;
}

static enum status check_global(struct code_object *c, uint32_t index, const struct global_obj *g,
                                struct error *e)
{
    const struct globaltype *want = &c->module->globals[index].type;
    struct valtype type = hs_canon_vt(c->type_ids, want->type);
    char expected[32], found[32];
    if (want->mutable != g->mutable)
        return mismatch(e, "global types incompatible: expected %s global, found %s global",
                        want->mutable ? "mutable" : "immutable",
                        g->mutable ? "mutable" : "immutable");
    bool ok = hs_canon_vt_subtype(&c->rt->types, g->type, type) &&
              (!want->mutable || hs_canon_vt_subtype(&c->rt->types, type, g->type));
    if (!ok)
        return mismatch(
            e, "global types incompatible: expected global of type `%s`, found global of type `%s`",
            hs_vt_name(type, expected), hs_vt_name(g->type, found));
    return ST_OK;
}

enum status hs_link_check(struct code_object *c, uint32_t i, const struct hs_extern *item,
                          struct error *e)
{
    const struct import *im = &c->module->imports[i];
    if (item->kind != im->kind)
        return mismatch(e, "expected %s, but found %s", kind_names[im->kind],
                        /* Wasmtime's words */
                        item->kind == EXTERN_FUNC ? "function" : kind_names[item->kind]);
    switch (im->kind) {
    case EXTERN_FUNC: return check_func(c, im->index, item->func, e);
    case EXTERN_TABLE: return check_table(c, im->index, item->table, e);
    case EXTERN_MEMORY: return check_memory(c, im->index, item->memory, e);
    case EXTERN_GLOBAL: return check_global(c, im->index, item->global, e);
    case EXTERN_TAG:
        if (item->tag->type != c->type_ids[c->module->tags[im->index].type])
            return mismatch(e, "incompatible tag types");
        return ST_OK;
    }
    return ST_OK;
}
