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

enum status hs_vmlayout_init(struct hs_vmlayout *l, const struct module *m)
{
    uint64_t at = HS_VMCTX_HEAD;
    l->module = m;
    l->vectors = mentions_vectors(m);
    l->funcref_slot = hs_alloc(((size_t)m->nfuncs + 1) * sizeof *l->funcref_slot);
    l->memory_style = hs_calloc(m->nmemories, 1);
    if (!l->funcref_slot || !l->memory_style) {
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
    hs_free(l->funcref_slot);
    hs_free(l->memory_style);
    l->funcref_slot = NULL;
    l->memory_style = NULL;
}
