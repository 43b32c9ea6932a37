/* Value types and the types of functions, globals, tables, memories and tags: descriptions that
 * belong to no store.
 *
 * Abstract types are plain data. A concrete reference type (to functions, structs or arrays of one
 * type) is an engine and a canonical id in it; such descriptions hold the engine and the type.
 * Types of modules may be recursive, so what an id looks like is spelled out only when somebody
 * asks, one level at a time. */
#include "api/api.h"

static const uint32_t abstract_heap[16] = {
    [WASMTIME_HEAPTYPE_KIND_EXTERN] = HEAP_EXTERN,
    [WASMTIME_HEAPTYPE_KIND_NOEXTERN] = HEAP_NOEXTERN,
    [WASMTIME_HEAPTYPE_KIND_FUNC] = HEAP_FUNC,
    [WASMTIME_HEAPTYPE_KIND_NOFUNC] = HEAP_NOFUNC,
    [WASMTIME_HEAPTYPE_KIND_ANY] = HEAP_ANY,
    [WASMTIME_HEAPTYPE_KIND_NONE] = HEAP_NONE,
    [WASMTIME_HEAPTYPE_KIND_EQ] = HEAP_EQ,
    [WASMTIME_HEAPTYPE_KIND_I31] = HEAP_I31,
    [WASMTIME_HEAPTYPE_KIND_ARRAY] = HEAP_ARRAY,
    [WASMTIME_HEAPTYPE_KIND_STRUCT] = HEAP_STRUCT,
    [WASMTIME_HEAPTYPE_KIND_EXN] = HEAP_EXN,
    [WASMTIME_HEAPTYPE_KIND_NOEXN] = HEAP_NOEXN,
};

static bool is_concrete(uint8_t heap)
{
    return heap == WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC ||
           heap == WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY ||
           heap == WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT ||
           heap == WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN;
}

static void hold(struct engine *e, uint32_t id)
{
    hs_engine_ref(e);
    hs_type_registry_hold(&e->rt.types, id);
}

static void drop(struct engine *e, uint32_t id)
{
    if (!e)
        return;
    hs_type_registry_release(&e->rt.types, id);
    hs_engine_unref(e);
}

/* --- Value types ------------------------------------------------------------------------------ */

static wasm_valtype_t *valtype_new(const wasm_valtype_t *content)
{
    wasm_valtype_t *t = hs_alloc(sizeof *t);
    if (!t)
        return NULL;
    *t = *content;
    if (t->engine)
        hold(t->engine, t->id);
    return t;
}

void wasm_valtype_delete(wasm_valtype_t *t)
{
    if (!t)
        return;
    drop(t->engine, t->id);
    hs_free(t);
}

wasm_valtype_t *wasm_valtype_copy(const wasm_valtype_t *t)
{
    return valtype_new(t);
}

wasm_valtype_t *wasm_valtype_new(wasm_valkind_t kind)
{
    wasm_valtype_t t = {.kind = kind};
    switch (kind) {
    case WASM_I32:
    case WASM_I64:
    case WASM_F32:
    case WASM_F64: break; /* the kinds have the same numbers */
    case WASM_EXTERNREF:
    case WASM_FUNCREF:
        t.kind = WASMTIME_VALTYPE_KIND_REF;
        t.nullable = true;
        t.heap = kind == WASM_FUNCREF ? WASMTIME_HEAPTYPE_KIND_FUNC : WASMTIME_HEAPTYPE_KIND_EXTERN;
        break;
    default: return NULL;
    }
    return valtype_new(&t);
}

wasm_valtype_t *wasmtime_wasm_valtype_v128(void)
{
    return valtype_new(&(wasm_valtype_t){.kind = WASMTIME_VALTYPE_KIND_V128});
}

wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t *t)
{
    if (t->kind != WASMTIME_VALTYPE_KIND_REF)
        return t->kind; /* v128 has no constant in wasm.h; its number says: no reference */
    switch (t->heap) {
    case WASMTIME_HEAPTYPE_KIND_FUNC:
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC:
    case WASMTIME_HEAPTYPE_KIND_NOFUNC: return WASM_FUNCREF;
    default: return WASM_EXTERNREF;
    }
}

static bool same_valtype(const wasm_valtype_t *a, const wasm_valtype_t *b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind != WASMTIME_VALTYPE_KIND_REF ||
           (a->nullable == b->nullable && a->heap == b->heap && a->engine == b->engine &&
            a->id == b->id);
}

bool wasmtime_wasm_valtype_equal(const wasm_valtype_t *a, const wasm_valtype_t *b)
{
    return same_valtype(a, b);
}

wasm_valtype_t *hs_api_valtype(struct engine *e, struct valtype v)
{
    wasm_valtype_t t = {0};
    switch (hs_vt_kind(v)) {
    case VT_I64: t.kind = WASMTIME_VALTYPE_KIND_I64; break;
    case VT_F32: t.kind = WASMTIME_VALTYPE_KIND_F32; break;
    case VT_F64: t.kind = WASMTIME_VALTYPE_KIND_F64; break;
    case VT_V128: t.kind = WASMTIME_VALTYPE_KIND_V128; break;
    case VT_REF:
        t.kind = WASMTIME_VALTYPE_KIND_REF;
        t.nullable = hs_vt_nullable(v);
        if (hs_heap_is_index(hs_vt_heap(v))) {
            static const uint8_t concrete[] = {
                [COMP_FUNC] = WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC,
                [COMP_STRUCT] = WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT,
                [COMP_ARRAY] = WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY};
            t.engine = e;
            t.id = hs_vt_heap(v);
            t.heap = concrete[hs_canon_type(&e->rt.types, t.id)->kind];
        } else {
            for (uint8_t k = 0; k < HS_ARRAY_SIZE(abstract_heap); k++)
                if (!is_concrete(k) && abstract_heap[k] == hs_vt_heap(v))
                    t.heap = k;
        }
        break;
    default: t.kind = WASMTIME_VALTYPE_KIND_I32; break;
    }
    return valtype_new(&t);
}

bool hs_api_valtype_get(struct engine *e, const wasm_valtype_t *t, struct valtype *out)
{
    static const uint8_t numbers[] = {VT_I32, VT_I64, VT_F32, VT_F64, VT_V128};
    if (t->kind != WASMTIME_VALTYPE_KIND_REF) {
        *out = HS_VT(numbers[t->kind]);
        return true;
    }
    if (is_concrete(t->heap)) {
        if (t->engine != e || t->heap == WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN)
            return false;
        *out = HS_REF(t->nullable, t->id);
        return true;
    }
    *out = HS_REF(t->nullable, abstract_heap[t->heap]);
    return true;
}

/* --- The open form of value types ------------------------------------------------------------- */

void *hs_api_gc_type(struct engine *e, uint32_t id)
{
    struct wasmtime_struct_type *t = hs_alloc(sizeof *t);
    if (!t)
        return NULL;
    *t = (struct wasmtime_struct_type){e, id};
    hold(e, id);
    return t;
}

static void gc_type_delete(void *type)
{
    struct wasmtime_struct_type *t = type;
    if (!t)
        return;
    drop(t->engine, t->id);
    hs_free(t);
}

static void *gc_type_copy(const void *type)
{
    const struct wasmtime_struct_type *t = type;
    return hs_api_gc_type(t->engine, t->id);
}

void wasmtime_heaptype_clone(const wasmtime_heaptype_t *ty, wasmtime_heaptype_t *out)
{
    wasmtime_heaptype_t t = *ty;
    switch (ty->kind) {
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC:
        t.of.concrete_func = wasm_functype_copy(ty->of.concrete_func);
        break;
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY:
        t.of.concrete_array = gc_type_copy(ty->of.concrete_array);
        break;
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT:
        t.of.concrete_struct = gc_type_copy(ty->of.concrete_struct);
        break;
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN:
        t.of.concrete_exn = gc_type_copy(ty->of.concrete_exn);
        break;
    default: break;
    }
    *out = t;
}

void wasmtime_heaptype_delete(wasmtime_heaptype_t *ty)
{
    if (!ty)
        return;
    switch (ty->kind) {
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC: wasm_functype_delete(ty->of.concrete_func); break;
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY: gc_type_delete(ty->of.concrete_array); break;
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT: gc_type_delete(ty->of.concrete_struct); break;
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN: gc_type_delete(ty->of.concrete_exn); break;
    default: break;
    }
    ty->kind = WASMTIME_HEAPTYPE_KIND_EXTERN;
}

void wasmtime_reftype_clone(const wasmtime_reftype_t *ty, wasmtime_reftype_t *out)
{
    out->nullable = ty->nullable;
    wasmtime_heaptype_clone(&ty->heaptype, &out->heaptype);
}

void wasmtime_reftype_delete(wasmtime_reftype_t *ty)
{
    if (ty)
        wasmtime_heaptype_delete(&ty->heaptype);
}

void wasmtime_valtype_clone(const wasmtime_valtype_t *ty, wasmtime_valtype_t *out)
{
    out->kind = ty->kind;
    if (ty->kind == WASMTIME_VALTYPE_KIND_REF)
        wasmtime_reftype_clone(&ty->reftype, &out->reftype);
}

void wasmtime_valtype_delete(wasmtime_valtype_t *ty)
{
    if (ty && ty->kind == WASMTIME_VALTYPE_KIND_REF)
        wasmtime_reftype_delete(&ty->reftype);
}

void wasmtime_valtype_new(const wasm_valtype_t *ty, wasmtime_valtype_t *out)
{
    *out = (wasmtime_valtype_t){.kind = ty->kind};
    if (ty->kind != WASMTIME_VALTYPE_KIND_REF)
        return;
    wasmtime_heaptype_t *heap = &out->reftype.heaptype;
    out->reftype.nullable = ty->nullable;
    heap->kind = ty->heap;
    switch (ty->heap) {
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC:
        heap->of.concrete_func = hs_api_functype(ty->engine, ty->id);
        break;
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY:
        heap->of.concrete_array = hs_api_gc_type(ty->engine, ty->id);
        break;
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT:
        heap->of.concrete_struct = hs_api_gc_type(ty->engine, ty->id);
        break;
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN:
        heap->of.concrete_exn = hs_api_gc_type(ty->engine, ty->id);
        break;
    default: break;
    }
}

wasm_valtype_t *wasmtime_valtype_to_wasm(const wasm_engine_t *engine, const wasmtime_valtype_t *ty)
{
    wasm_valtype_t t = {.kind = ty->kind};
    if (ty->kind > WASMTIME_VALTYPE_KIND_REF)
        return NULL;
    if (ty->kind != WASMTIME_VALTYPE_KIND_REF)
        return valtype_new(&t);
    const wasmtime_heaptype_t *heap = &ty->reftype.heaptype;
    if (heap->kind > WASMTIME_HEAPTYPE_KIND_NOEXN)
        return NULL;
    t.nullable = ty->reftype.nullable;
    t.heap = heap->kind;
    if (heap->kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC) {
        struct engine *e = hs_api_engine(engine);
        const wasm_functype_t *f = heap->of.concrete_func;
        if (!e && f)
            e = f->engine;
        if (!e || !f || hs_api_functype_id(e, f, &t.id) != ST_OK)
            return NULL;
        t.engine = e;
        wasm_valtype_t *v = valtype_new(&t);
        hs_type_registry_release(&e->rt.types, t.id);
        return v;
    }
    if (is_concrete(heap->kind)) {
        const struct wasmtime_struct_type *g =
            heap->of.concrete_struct; /* the three have one layout */
        if (!g)
            return NULL;
        t.engine = g->engine;
        t.id = g->id;
    }
    return valtype_new(&t);
}

/* --- Function types --------------------------------------------------------------------------- */

wasm_functype_t *wasm_functype_new(wasm_valtype_vec_t *params, wasm_valtype_vec_t *results)
{
    wasm_functype_t *t = hs_calloc(1, sizeof *t);
    if (!t) {
        wasm_valtype_vec_delete(params);
        wasm_valtype_vec_delete(results);
        return NULL;
    }
    t->base.kind = WASM_EXTERN_FUNC;
    t->params = *params;
    t->results = *results;
    wasm_valtype_vec_new_empty(params);
    wasm_valtype_vec_new_empty(results);
    return t;
}

void wasm_functype_delete(wasm_functype_t *t)
{
    if (!t)
        return;
    wasm_valtype_vec_delete(&t->params);
    wasm_valtype_vec_delete(&t->results);
    drop(t->engine, t->id);
    hs_free(t);
}

wasm_functype_t *wasm_functype_copy(const wasm_functype_t *t)
{
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_copy(&params, &t->params);
    wasm_valtype_vec_copy(&results, &t->results);
    bool ok = params.size == t->params.size && results.size == t->results.size;
    wasm_functype_t *c = wasm_functype_new(&params, &results);
    if (!c || !ok) {
        wasm_functype_delete(c);
        return NULL;
    }
    if (t->engine) {
        c->engine = t->engine;
        c->id = t->id;
        hold(c->engine, c->id);
    }
    return c;
}

const wasm_valtype_vec_t *wasm_functype_params(const wasm_functype_t *t)
{
    return &t->params;
}

const wasm_valtype_vec_t *wasm_functype_results(const wasm_functype_t *t)
{
    return &t->results;
}

static bool valtypes_out(struct engine *e, const struct valtype *types, uint32_t n,
                         wasm_valtype_vec_t *out)
{
    wasm_valtype_vec_new_uninitialized(out, n);
    if (out->size != n)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (!(out->data[i] = hs_api_valtype(e, types[i])))
            return false;
    return true;
}

wasm_functype_t *hs_api_functype(struct engine *e, uint32_t id)
{
    const struct functype *f = &hs_canon_type(&e->rt.types, id)->func;
    wasm_valtype_vec_t params, results;
    bool ok = valtypes_out(e, f->types, f->nparams, &params);
    ok &= valtypes_out(e, f->types + f->nparams, f->nresults, &results);
    wasm_functype_t *t = wasm_functype_new(&params, &results);
    if (!t || !ok) {
        wasm_functype_delete(t);
        return NULL;
    }
    t->engine = e;
    t->id = id;
    hold(e, id);
    return t;
}

enum status hs_api_functype_id(struct engine *e, const wasm_functype_t *t, uint32_t *out_id)
{
    if (t->engine == e) {
        hs_type_registry_hold(&e->rt.types, t->id);
        *out_id = t->id;
        return ST_OK;
    }
    size_t np = t->params.size, nr = t->results.size;
    if (np > HS_LIMIT_PARAMS || nr > HS_LIMIT_RESULTS)
        return ST_LIMIT;
    struct valtype small[16], *types = small;
    if (np + nr > HS_ARRAY_SIZE(small) && !(types = hs_calloc(np + nr, sizeof *types)))
        return ST_OOM;
    enum status st = ST_OK;
    for (size_t i = 0; i < np + nr && st == ST_OK; i++) {
        const wasm_valtype_t *v = i < np ? t->params.data[i] : t->results.data[i - np];
        if (!v || !hs_api_valtype_get(e, v, &types[i]))
            st = ST_MISUSE;
    }
    if (st == ST_OK)
        st = hs_type_registry_func(&e->rt.types,
                                   &(struct functype){(uint32_t)np, (uint32_t)nr, types}, out_id);
    if (types != small)
        hs_free(types);
    return st;
}

/* --- Global types ----------------------------------------------------------------------------- */

wasm_globaltype_t *wasm_globaltype_new(wasm_valtype_t *content, wasm_mutability_t mutability)
{
    wasm_globaltype_t *t = content && mutability <= WASM_VAR ? hs_alloc(sizeof *t) : NULL;
    if (!t) {
        wasm_valtype_delete(content);
        return NULL;
    }
    *t = (wasm_globaltype_t){{WASM_EXTERN_GLOBAL}, mutability, content};
    return t;
}

void wasm_globaltype_delete(wasm_globaltype_t *t)
{
    if (!t)
        return;
    wasm_valtype_delete(t->content);
    hs_free(t);
}

wasm_globaltype_t *wasm_globaltype_copy(const wasm_globaltype_t *t)
{
    return wasm_globaltype_new(wasm_valtype_copy(t->content), t->mutability);
}

const wasm_valtype_t *wasm_globaltype_content(const wasm_globaltype_t *t)
{
    return t->content;
}

wasm_mutability_t wasm_globaltype_mutability(const wasm_globaltype_t *t)
{
    return t->mutability;
}

wasm_globaltype_t *hs_api_globaltype(struct engine *e, struct valtype type, bool mutable)
{
    return wasm_globaltype_new(hs_api_valtype(e, type), mutable ? WASM_VAR : WASM_CONST);
}

/* --- Limits ----------------------------------------------------------------------------------- */

static uint32_t clamp(uint64_t x)
{
    return x < wasm_limits_max_default ? (uint32_t)x : wasm_limits_max_default;
}

static wasm_limits_t view_of(const struct limits *l)
{
    return (wasm_limits_t){clamp(l->min), l->has_max ? clamp(l->max) : wasm_limits_max_default};
}

static struct limits limits_of(const wasm_limits_t *l, uint8_t page_log2)
{
    bool has_max = l->max != wasm_limits_max_default;
    return (struct limits){.min = l->min,
                           .max = has_max ? l->max : UINT64_MAX,
                           .has_max = has_max,
                           .page_log2 = page_log2};
}

/* --- Table types ------------------------------------------------------------------------------ */

static wasm_tabletype_t *tabletype(wasm_valtype_t *element, const struct limits *limits)
{
    wasm_tabletype_t *t =
        element && element->kind == WASMTIME_VALTYPE_KIND_REF ? hs_alloc(sizeof *t) : NULL;
    if (!t) {
        wasm_valtype_delete(element);
        return NULL;
    }
    *t = (wasm_tabletype_t){{WASM_EXTERN_TABLE}, element, *limits, view_of(limits)};
    return t;
}

wasm_tabletype_t *wasm_tabletype_new(wasm_valtype_t *element, const wasm_limits_t *limits)
{
    struct limits l = limits_of(limits, 0);
    return tabletype(element, &l);
}

wasm_tabletype_t *hs_api_tabletype(struct engine *e, struct valtype elem,
                                   const struct limits *limits)
{
    return tabletype(hs_api_valtype(e, elem), limits);
}

void wasm_tabletype_delete(wasm_tabletype_t *t)
{
    if (!t)
        return;
    wasm_valtype_delete(t->element);
    hs_free(t);
}

wasm_tabletype_t *wasm_tabletype_copy(const wasm_tabletype_t *t)
{
    return tabletype(wasm_valtype_copy(t->element), &t->limits);
}

const wasm_valtype_t *wasm_tabletype_element(const wasm_tabletype_t *t)
{
    return t->element;
}

const wasm_limits_t *wasm_tabletype_limits(const wasm_tabletype_t *t)
{
    return &t->view;
}

/* --- Memory types ----------------------------------------------------------------------------- */

wasm_memorytype_t *hs_api_memorytype(const struct limits *limits)
{
    wasm_memorytype_t *t = hs_alloc(sizeof *t);
    if (t)
        *t = (wasm_memorytype_t){{WASM_EXTERN_MEMORY}, *limits, view_of(limits)};
    return t;
}

wasm_memorytype_t *wasm_memorytype_new(const wasm_limits_t *limits)
{
    struct limits l = limits_of(limits, 16);
    return hs_api_memorytype(&l);
}

wasmtime_error_t *wasmtime_memorytype_new(uint64_t min, bool max_present, uint64_t max, bool is_64,
                                          bool shared, uint8_t page_size_log2,
                                          wasm_memorytype_t **ret)
{
    if (page_size_log2 != 0 && page_size_log2 != 16)
        return hs_api_error("page size must be 1 or 65536 bytes, but its logarithm is %u",
                            page_size_log2);
    if (shared && !max_present)
        return hs_api_error("shared memories must have a maximum");
    if (max_present && max < min)
        return hs_api_error("maximum page size cannot be smaller than the minimum page size");
    /* As many pages as make up the address space: 2^32 or 2^64 bytes. */
    unsigned bits = (is_64 ? 64 : 32) - page_size_log2;
    uint64_t most = bits == 64 ? UINT64_MAX : UINT64_C(1) << bits;
    if (min > most || (max_present && max > most))
        return hs_api_error("memory size of %llu pages does not fit %d-bit addresses",
                            (unsigned long long)(min > most ? min : max), is_64 ? 64 : 32);
    struct limits l = {.min = min,
                       .max = max_present ? max : UINT64_MAX,
                       .has_max = max_present,
                       .is64 = is_64,
                       .shared = shared,
                       .page_log2 = page_size_log2};
    wasm_memorytype_t *t = hs_api_memorytype(&l);
    if (!t)
        return hs_api_error_oom();
    *ret = t;
    return NULL;
}

void wasm_memorytype_delete(wasm_memorytype_t *t)
{
    hs_free(t);
}

wasm_memorytype_t *wasm_memorytype_copy(const wasm_memorytype_t *t)
{
    return hs_api_memorytype(&t->limits);
}

const wasm_limits_t *wasm_memorytype_limits(const wasm_memorytype_t *t)
{
    return &t->view;
}

uint64_t wasmtime_memorytype_minimum(const wasm_memorytype_t *t)
{
    return t->limits.min;
}

bool wasmtime_memorytype_maximum(const wasm_memorytype_t *t, uint64_t *max)
{
    if (t->limits.has_max)
        *max = t->limits.max;
    return t->limits.has_max;
}

bool wasmtime_memorytype_is64(const wasm_memorytype_t *t)
{
    return t->limits.is64;
}

bool wasmtime_memorytype_isshared(const wasm_memorytype_t *t)
{
    return t->limits.shared;
}

uint64_t wasmtime_memorytype_page_size(const wasm_memorytype_t *t)
{
    return UINT64_C(1) << t->limits.page_log2;
}

uint8_t wasmtime_memorytype_page_size_log2(const wasm_memorytype_t *t)
{
    return t->limits.page_log2;
}

/* --- Tag types -------------------------------------------------------------------------------- */

wasm_tagtype_t *wasm_tagtype_new(wasm_functype_t *functype)
{
    wasm_tagtype_t *t = functype ? hs_alloc(sizeof *t) : NULL;
    if (!t) {
        wasm_functype_delete(functype);
        return NULL;
    }
    *t = (wasm_tagtype_t){{WASM_EXTERN_TAG}, functype};
    return t;
}

wasm_tagtype_t *hs_api_tagtype(struct engine *e, uint32_t id)
{
    return wasm_tagtype_new(hs_api_functype(e, id));
}

void wasm_tagtype_delete(wasm_tagtype_t *t)
{
    if (!t)
        return;
    wasm_functype_delete(t->functype);
    hs_free(t);
}

wasm_tagtype_t *wasm_tagtype_copy(const wasm_tagtype_t *t)
{
    return wasm_tagtype_new(wasm_functype_copy(t->functype));
}

const wasm_functype_t *wasm_tagtype_functype(const wasm_tagtype_t *t)
{
    return t->functype;
}

/* --- Types of structs, arrays and exceptions -------------------------------------------------- */

static bool field_get(struct engine *e, const wasmtime_field_type_t *f, struct fieldtype *out)
{
    out->mutable = f->mutable_;
    switch (f->storage.kind) {
    case WASMTIME_STORAGE_TYPE_KIND_I8: out->type = HS_VT(VT_I8); return true;
    case WASMTIME_STORAGE_TYPE_KIND_I16: out->type = HS_VT(VT_I16); return true;
    case WASMTIME_STORAGE_TYPE_KIND_VALTYPE:
        return f->storage.valtype && hs_api_valtype_get(e, f->storage.valtype, &out->type);
    default: return false;
    }
}

static void field_out(struct engine *e, const struct fieldtype *f, wasmtime_field_type_t *out)
{
    *out = (wasmtime_field_type_t){.mutable_ = f->mutable};
    switch (hs_vt_kind(f->type)) {
    case VT_I8: out->storage.kind = WASMTIME_STORAGE_TYPE_KIND_I8; break;
    case VT_I16: out->storage.kind = WASMTIME_STORAGE_TYPE_KIND_I16; break;
    default:
        out->storage.kind = WASMTIME_STORAGE_TYPE_KIND_VALTYPE;
        out->storage.valtype = hs_api_valtype(e, f->type);
    }
}

static void *aggregate_new(struct engine *e, enum compkind kind,
                           const wasmtime_field_type_t *fields, size_t n)
{
    if (n > HS_LIMIT_FIELDS)
        return NULL;
    struct fieldtype *list = hs_calloc(n, sizeof *list);
    if (!list)
        return NULL;
    void *t = NULL;
    size_t i = 0;
    while (i < n && field_get(e, &fields[i], &list[i]))
        i++;
    if (i == n) {
        struct deftype d = {.kind = kind, .final = true, .super = HS_NO_TYPE, .rec_size = 1};
        d.nfields = (uint32_t)n;
        d.fields = list;
        uint32_t id;
        if (hs_type_registry_lone(&e->rt.types, &d, &id) == ST_OK) {
            t = hs_api_gc_type(e, id);
            hs_type_registry_release(&e->rt.types, id);
        }
    }
    hs_free(list);
    return t;
}

void wasmtime_storage_type_clone(const wasmtime_storage_type_t *storage,
                                 wasmtime_storage_type_t *out)
{
    out->kind = storage->kind;
    out->valtype = NULL;
    if (storage->kind == WASMTIME_STORAGE_TYPE_KIND_VALTYPE && storage->valtype)
        out->valtype = wasm_valtype_copy(storage->valtype);
}

void wasmtime_storage_type_delete(wasmtime_storage_type_t *storage)
{
    if (!storage || storage->kind != WASMTIME_STORAGE_TYPE_KIND_VALTYPE)
        return;
    wasm_valtype_delete(storage->valtype);
    storage->valtype = NULL;
}

void wasmtime_field_type_clone(const wasmtime_field_type_t *field, wasmtime_field_type_t *out)
{
    out->mutable_ = field->mutable_;
    wasmtime_storage_type_clone(&field->storage, &out->storage);
}

void wasmtime_field_type_delete(wasmtime_field_type_t *field)
{
    if (field)
        wasmtime_storage_type_delete(&field->storage);
}

wasmtime_struct_type_t *wasmtime_struct_type_new(const wasm_engine_t *engine,
                                                 const wasmtime_field_type_t *fields,
                                                 size_t nfields)
{
    return aggregate_new(hs_api_engine(engine), COMP_STRUCT, fields, nfields);
}

wasmtime_struct_type_t *wasmtime_struct_type_copy(const wasmtime_struct_type_t *ty)
{
    return gc_type_copy(ty);
}

void wasmtime_struct_type_delete(wasmtime_struct_type_t *ty)
{
    gc_type_delete(ty);
}

size_t wasmtime_struct_type_num_fields(const wasmtime_struct_type_t *ty)
{
    return hs_canon_type(&ty->engine->rt.types, ty->id)->nfields;
}

bool wasmtime_struct_type_field(const wasmtime_struct_type_t *ty, size_t index,
                                wasmtime_field_type_t *out)
{
    const struct deftype *t = hs_canon_type(&ty->engine->rt.types, ty->id);
    if (index >= t->nfields)
        return false;
    field_out(ty->engine, &t->fields[index], out);
    return true;
}

wasmtime_array_type_t *wasmtime_array_type_new(const wasm_engine_t *engine,
                                               const wasmtime_field_type_t *field)
{
    return aggregate_new(hs_api_engine(engine), COMP_ARRAY, field, 1);
}

wasmtime_array_type_t *wasmtime_array_type_copy(const wasmtime_array_type_t *ty)
{
    return gc_type_copy(ty);
}

void wasmtime_array_type_delete(wasmtime_array_type_t *ty)
{
    gc_type_delete(ty);
}

void wasmtime_array_type_element(const wasmtime_array_type_t *ty, wasmtime_field_type_t *out)
{
    const struct wasmtime_struct_type *t = (const struct wasmtime_struct_type *)ty;
    field_out(t->engine, &hs_canon_type(&t->engine->rt.types, t->id)->fields[0], out);
}

wasmtime_error_t *wasmtime_exn_type_new(const wasm_engine_t *engine,
                                        const wasm_valtype_vec_t *params, wasmtime_exn_type_t **out)
{
    struct engine *e = hs_api_engine(engine);
    wasm_functype_t f = {.params = *params};
    uint32_t id;
    enum status st = hs_api_functype_id(e, &f, &id);
    if (st != ST_OK)
        return st == ST_OOM ? hs_api_error_oom()
                            : hs_api_error("the values of an exception have unusable types");
    void *t = hs_api_gc_type(e, id);
    hs_type_registry_release(&e->rt.types, id);
    if (!t)
        return hs_api_error_oom();
    *out = t;
    return NULL;
}

void wasmtime_exn_type_delete(wasmtime_exn_type_t *ty)
{
    gc_type_delete(ty);
}

wasmtime_exn_type_t *wasmtime_exn_type_copy(const wasmtime_exn_type_t *ty)
{
    return gc_type_copy(ty);
}

wasm_tagtype_t *wasmtime_exn_type_tag_type(const wasmtime_exn_type_t *ty)
{
    const struct wasmtime_struct_type *t = (const struct wasmtime_struct_type *)ty;
    return hs_api_tagtype(t->engine, t->id);
}
