/* Layouts of objects; see gc.h. */
#include "abi/gc.h"
#include "base/alloc.h"

uint32_t hs_gc_size_of(struct valtype storage)
{
    switch (hs_vt_kind(storage)) {
    case VT_I8: return 1;
    case VT_I16: return 2;
    case VT_I64:
    case VT_F64: return 8;
    case VT_V128: return 16;
    default: return 4;
    }
}

enum status hs_gc_layout_init(struct hs_gc_layout *l, const struct deftype *type)
{
    *l = (struct hs_gc_layout){0};
    if (type->kind == COMP_ARRAY)
        return ST_OK;
    const bool exception = type->kind == COMP_FUNC;
    const uint32_t n = exception ? type->func.nparams : type->nfields;
    uint64_t at = HS_GC_HEADER;
    l->offsets = hs_alloc(((size_t)n + 1) * sizeof *l->offsets);
    if (!l->offsets)
        return ST_OOM;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t size = hs_gc_size_of(exception ? type->func.types[i] : type->fields[i].type);
        at = hs_align_up(at, size < HS_GC_ALIGN ? size : HS_GC_ALIGN);
        l->offsets[i] = (uint32_t)at;
        at += size;
    }
    l->size = (uint32_t)hs_align_up(at, HS_GC_ALIGN);
    return ST_OK;
}

void hs_gc_layout_deinit(struct hs_gc_layout *l)
{
    hs_free(l->offsets);
    *l = (struct hs_gc_layout){0};
}
