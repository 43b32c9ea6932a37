/* wasmtime/tag.h and exnref.h: tags, exceptions, and the exception that a store has pending.
 * https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances
 *
 * store->pending_exn is thrown, and nobody caught it yet: either it left the last call of a
 * guest, or the host has set it and is about to return the trap that stands for it. A host
 * function that returns such a trap, its own or one that a call of a guest gave it, lets the
 * exception go on in the guest that called it (hs_api_raise). */
#include "api/api.h"

/* --- Tags ------------------------------------------------------------------------------------- */

static wasmtime_error_t *tag_out(struct store *s, struct tag_obj *t, wasmtime_tag_t *out)
{
    uint32_t number;
    if (!hs_store_handle(s, EXTERN_TAG, t, &number))
        return hs_api_error_oom();
    *out = (wasmtime_tag_t){{s->id, number}, 0};
    return NULL;
}

wasmtime_error_t *wasmtime_tag_new(wasmtime_context_t *store, const wasm_tagtype_t *tt,
                                   wasmtime_tag_t *ret)
{
    struct store *s = hs_api_store(store);
    struct engine *e = hs_api_store_engine(s);
    uint32_t id;
    if (tt->functype->results.size)
        return hs_api_error("Cannot create an exception type from a tag type with results in the "
                            "signature");
    if (hs_api_functype_id(e, tt->functype, &id) != ST_OK)
        return hs_api_error("the type of the tag cannot be used with this engine");
    struct tag_obj *t;
    enum status st = hs_tag_new(s, id, &t);
    hs_type_registry_release(&e->rt.types, id);
    return st == ST_OK ? tag_out(s, t, ret) : hs_api_error_oom();
}

wasm_tagtype_t *wasmtime_tag_type(const wasmtime_context_t *store, const wasmtime_tag_t *tag)
{
    struct store *s = hs_api_store(store);
    struct tag_obj *t = hs_api_tag(s, tag);
    return t ? hs_api_tagtype(hs_api_store_engine(s), t->type) : NULL;
}

bool wasmtime_tag_eq(const wasmtime_context_t *store, const wasmtime_tag_t *a,
                     const wasmtime_tag_t *b)
{
    struct store *s = hs_api_store(store);
    struct tag_obj *t = hs_api_tag(s, a);
    return t && t == hs_api_tag(s, b);
}

/* --- Exceptions ------------------------------------------------------------------------------- */

enum { SMALL = 16 }; /* values that are kept on the stack; more need memory */

wasmtime_error_t *wasmtime_exnref_new(wasmtime_context_t *store, const wasmtime_tag_t *tag,
                                      const wasmtime_val_t *fields, size_t nfields,
                                      wasmtime_exnref_t *exn_ret)
{
    struct store *s = hs_api_store(store);
    struct tag_obj *t = hs_api_tag(s, tag);
    if (!t)
        return hs_api_error_cross_store();
    const struct functype *f = &hs_canon_type(&s->rt->types, t->type)->func;
    if (nfields != f->nparams)
        return hs_api_error("expected %u fields, got %zu", f->nparams, nfields);
    if (hs_heap_open(s) != ST_OK)
        return hs_api_error_oom();
    const struct hs_gc_layout *layout = hs_gc_layout(s, t->type);
    union hs_value small[SMALL], *values = small;
    if (!layout || (nfields > SMALL && !(values = hs_alloc_aligned(16, nfields * sizeof *values))))
        return hs_api_error_oom();
    wasmtime_error_t *e = NULL;
    uint32_t ref = 0;
    for (size_t i = 0; i < nfields && !e; i++)
        e = hs_api_field_in(s, &fields[i], f->types[i], "field type mismatch", &values[i]);
    enum status st = e ? ST_OK : hs_gc_new_exn(s, t, &ref);
    if (hs_api_retry(s, st))
        st = hs_gc_new_exn(s, t, &ref);
    if (st != ST_OK)
        e = hs_api_heap_full(layout->size);
    for (size_t i = 0; i < nfields && !e; i++)
        if (hs_gc_set(s, ref, layout->offsets[i], f->types[i], &values[i]) != ST_OK)
            e = hs_api_error_oom();
    wasmtime_anyref_t out;
    if (!e && !hs_api_root(s, ref, &out))
        e = hs_api_error_oom();
    if (!e)
        *(wasmtime_anyref_t *)exn_ret = out;
    if (values != small)
        hs_free(values);
    return e;
}

bool hs_api_is_exn(struct store *s, uint32_t ref)
{
    return hs_gc_is_object(s, ref) && hs_gc_is_exn(s, ref);
}

/* The exception behind a root. NULL, or the error that it is none. */
static wasmtime_error_t *exn_in(struct store *s, const wasmtime_exnref_t *exn)
{
    if (!exn || exn->store_id == 0)
        return hs_api_error("exnref is null");
    if (exn->store_id != s->id)
        return hs_api_error_cross_store();
    return hs_api_is_exn(s, exn->__private1) ? NULL : hs_api_error("the reference is no exnref");
}

/* The same where there is no place for an error. */
static bool is_exn(struct store *s, const wasmtime_exnref_t *exn)
{
    return exn && exn->store_id == s->id && hs_api_is_exn(s, exn->__private1);
}

wasmtime_error_t *wasmtime_exnref_tag(wasmtime_context_t *store, const wasmtime_exnref_t *exn,
                                      wasmtime_tag_t *tag_ret)
{
    struct store *s = hs_api_store(store);
    wasmtime_error_t *e = exn_in(s, exn);
    return e ? e : tag_out(s, hs_gc_exn_tag(s, exn->__private1), tag_ret);
}

static const struct functype *type_of(struct store *s, const wasmtime_exnref_t *exn)
{
    return &hs_canon_type(&s->rt->types, hs_gc_type(s, exn->__private1))->func;
}

size_t wasmtime_exnref_field_count(wasmtime_context_t *store, const wasmtime_exnref_t *exn)
{
    struct store *s = hs_api_store(store);
    return is_exn(s, exn) ? type_of(s, exn)->nparams : 0;
}

wasmtime_error_t *wasmtime_exnref_field(wasmtime_context_t *store, const wasmtime_exnref_t *exn,
                                        size_t index, wasmtime_val_t *val_ret)
{
    struct store *s = hs_api_store(store);
    wasmtime_error_t *e = exn_in(s, exn);
    if (e)
        return e;
    const struct functype *f = type_of(s, exn);
    if (index >= f->nparams)
        return hs_api_error("cannot access field %zu: exn only has %u fields", index, f->nparams);
    const struct hs_gc_layout *layout = hs_gc_layout(s, hs_gc_type(s, exn->__private1));
    union hs_value v = {.bits = {0, 0}};
    wasmtime_val_t val;
    if (!layout)
        return hs_api_error_oom();
    hs_gc_get(s, exn->__private1, layout->offsets[index], f->types[index], &v);
    if (!hs_api_field_out(s, f->types[index], &v, &val))
        return hs_api_error_oom();
    *val_ret = val;
    return NULL;
}

wasmtime_exn_type_t *wasmtime_exnref_type(wasmtime_context_t *context,
                                          const wasmtime_exnref_t *exnref)
{
    struct store *s = hs_api_store(context);
    return is_exn(s, exnref)
               ? hs_api_gc_type(hs_api_store_engine(s), hs_gc_type(s, exnref->__private1))
               : NULL;
}

/* --- The pending exception -------------------------------------------------------------------- */

wasm_trap_t *wasmtime_context_set_exception(wasmtime_context_t *store, const wasmtime_exnref_t *exn)
{
    struct store *s = hs_api_store(store);
    wasmtime_error_t *e = exn_in(s, exn);
    if (e)
        return hs_api_trap(e);
    s->pending_exn = exn->__private1;
    return hs_api_trap(hs_api_error_exception());
}

bool wasmtime_context_take_exception(wasmtime_context_t *store, wasmtime_exnref_t *exn_ret)
{
    struct store *s = hs_api_store(store);
    wasmtime_anyref_t out;
    if (!s->pending_exn || !hs_api_root(s, s->pending_exn, &out))
        return false;
    s->pending_exn = 0;
    *(wasmtime_anyref_t *)exn_ret = out;
    return true;
}

bool wasmtime_context_has_exception(wasmtime_context_t *store)
{
    return hs_api_store(store)->pending_exn != 0;
}
