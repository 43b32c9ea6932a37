/* Where things are in an instance context; see vmctx.h. */
#include "abi/vmctx.h"
#include "base/alloc.h"
#include "base/bits.h"

static bool mentions_vectors(const struct module *m)
{
    for (uint32_t i = 0; i < m->ntypes; i++) {
        const struct deftype *t = &m->types[i];
        for (uint32_t k = 0; t->kind == COMP_FUNC && k < t->func.nparams + t->func.nresults; k++)
            if (hs_vt_kind(t->func.types[k]) == VT_V128)
                return true;
    }
    for (uint32_t i = 0; i < m->nglobals; i++)
        if (hs_vt_kind(m->globals[i].type.type) == VT_V128)
            return true;
    return false;
}

/* array.len needs no type of the module, but the heap. */
static bool reads_objects(const struct module *m)
{
    for (uint32_t i = 0; m->facts && i < m->nfuncs - m->nimported_funcs; i++)
        if (m->facts[i].flags & FACT_HAS_GC)
            return true;
    return false;
}

static enum status lay_out_objects(struct hs_vmlayout *l, const struct module *m)
{
    bool any = m->ntags != 0 || reads_objects(m);
    for (uint32_t i = 0; i < m->ntypes && !any; i++)
        any = m->types[i].kind != COMP_FUNC;
    if (!any)
        return ST_OK;
    l->objects = hs_calloc(m->ntypes, sizeof *l->objects);
    if (!l->objects)
        return ST_OOM;
    for (uint32_t i = 0; i < m->ntypes; i++)
        if (m->types[i].kind != COMP_FUNC &&
            hs_gc_layout_init(&l->objects[i], &m->types[i]) != ST_OK)
            return ST_OOM;
    for (uint32_t i = 0; i < m->ntags; i++) {
        uint32_t type = m->tags[i].type;
        if (!l->objects[type].size &&
            hs_gc_layout_init(&l->objects[type], &m->types[type]) != ST_OK)
            return ST_OOM;
    }
    return ST_OK;
}

enum status hs_vmlayout_init(struct hs_vmlayout *l, const struct module *m)
{
    uint64_t at = HS_VMCTX_HEAD;
    l->module = m;
    l->vectors = mentions_vectors(m);
    l->funcref_slot = hs_alloc(((size_t)m->nfuncs + 1) * sizeof *l->funcref_slot);
    l->memory_style = hs_calloc(m->nmemories, 1);
    l->objects = NULL;
    if (!l->funcref_slot || !l->memory_style || lay_out_objects(l, m) != ST_OK) {
        hs_vmlayout_deinit(l);
        return ST_OOM;
    }
    l->nfuncrefs = 0;
    for (uint32_t i = 0; i < m->nfuncs; i++) {
        bool escapes = m->func_escapes && (m->func_escapes[i / 8] >> i % 8 & 1);
        l->funcref_slot[i] = escapes ? l->nfuncrefs++ : UINT32_MAX;
    }
    l->imports = (uint32_t)at;
    at += (uint64_t)m->nimported_funcs * 16;
    uint64_t memories = at;
    at += (uint64_t)m->nmemories * 8;
    uint64_t tables = at;
    at += (uint64_t)m->ntables * 8;
    at = hs_align_up(at, 16);
    uint64_t globals = at;
    at += (uint64_t)m->nglobals * 16;
    uint64_t funcrefs = at;
    at += (uint64_t)l->nfuncrefs * 32;
    if (at > INT32_MAX) { /* offsets are displacements of 32 bits */
        hs_vmlayout_deinit(l);
        return ST_LIMIT;
    }
    l->memories = (uint32_t)memories;
    l->tables = (uint32_t)tables;
    l->globals = (uint32_t)globals;
    l->funcrefs = (uint32_t)funcrefs;
    l->size = (uint32_t)at;
    return ST_OK;
}

void hs_vmlayout_deinit(struct hs_vmlayout *l)
{
    for (uint32_t i = 0; l->objects && i < l->module->ntypes; i++)
        hs_gc_layout_deinit(&l->objects[i]);
    hs_free(l->objects);
    hs_free(l->funcref_slot);
    hs_free(l->memory_style);
    l->objects = NULL;
    l->funcref_slot = NULL;
    l->memory_style = NULL;
}
