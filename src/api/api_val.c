/* Values between the host and the guest. Numbers are copied by the inline functions of api.h;
 * everything here is for references and for telling what is wrong.
 *
 * A reference is one word (abi/gc.h). A boxed one is a root, an object of its own, so that it
 * can be ended after the store; small integers (i31) need none. The store's roots are a list,
 * which a collection reads (hs_api_each_root). */
#include "api/api.h"
#include <stdio.h>

const char *hs_api_val_kind_name(wasmtime_valkind_t kind)
{
    static const char *const names[] = {"i32",     "i64",       "f32",    "f64",   "v128",
                                        "funcref", "externref", "anyref", "exnref"};
    return kind < HS_ARRAY_SIZE(names) ? names[kind] : "a value of unknown kind";
}

/* The text form of types, in which each is told apart; types that a module defines have no names
 * here but their numbers. */
enum { TYPE_TEXT = 64 };

static void name_ref(const struct store *s, bool nullable, uint32_t heap, char out[TYPE_TEXT])
{
    static const char *const kinds[] = {
        [COMP_FUNC] = "func", [COMP_STRUCT] = "struct", [COMP_ARRAY] = "array"};
    char name[32];
    hs_heap_name(heap, name);
    if (hs_heap_is_index(heap))
        snprintf(out, TYPE_TEXT, "(ref %s(concrete %s %s))", nullable ? "null " : "",
                 kinds[hs_canon_type(&s->rt->types, heap)->kind], name);
    else
        snprintf(out, TYPE_TEXT, "(ref %s%s)", nullable ? "null " : "", name);
}

/* What a value is, as closely as can be told. */
static void name_found(struct store *s, const wasmtime_val_t *v, char out[TYPE_TEXT])
{
    uint32_t top, bottom, heap, ref = v->of.anyref.__private1;
    switch (v->kind) {
    case WASMTIME_FUNCREF:
        top = HEAP_FUNC;
        bottom = HEAP_NOFUNC;
        break;
    case WASMTIME_EXTERNREF:
        top = HEAP_EXTERN;
        bottom = HEAP_NOEXTERN;
        break;
    case WASMTIME_ANYREF:
        top = HEAP_ANY;
        bottom = HEAP_NONE;
        break;
    case WASMTIME_EXNREF:
        top = HEAP_EXN;
        bottom = HEAP_NOEXN;
        break;
    default: snprintf(out, TYPE_TEXT, "%s", hs_api_val_kind_name(v->kind)); return;
    }
    uint64_t owner = v->kind == WASMTIME_FUNCREF ? v->of.funcref.store_id : v->of.anyref.store_id;
    heap = owner ? top : bottom;
    if (owner == s->id && v->kind == WASMTIME_FUNCREF)
        heap = hs_api_func(s, &v->of.funcref)->type;
    else if (owner == s->id && v->kind == WASMTIME_ANYREF && hs_api_ref_exists(s, ref, HEAP_ANY))
        heap = hs_ref_is_i31(ref) ? HEAP_I31 : hs_ref_is_object(ref) ? hs_gc_type(s, ref) : top;
    name_ref(s, !owner, heap, out);
}

static wasmtime_error_t *mismatch(struct store *s, const wasmtime_val_t *v, struct valtype want)
{
    char expected[TYPE_TEXT], found[TYPE_TEXT];
    if (hs_vt_is_ref(want))
        name_ref(s, hs_vt_nullable(want), hs_vt_heap(want), expected);
    else
        hs_vt_name(want, expected);
    name_found(s, v, found);
    return hs_api_error("type mismatch: expected %s, found %s", expected, found);
}

wasmtime_error_t *hs_api_val_in(struct store *s, const wasmtime_val_t *v, struct valtype want,
                                union hs_value *out)
{
    const struct type_registry *types = &s->rt->types;
    if (v->kind <= WASMTIME_V128) {
        if (want.bits != (uint32_t)v->kind + VT_I32)
            return mismatch(s, v, want);
        memcpy(out->v128, v->of.v128, 16);
        return NULL;
    }
    if (!hs_vt_is_ref(want))
        return mismatch(s, v, want);
    uint32_t top = hs_heap_top(&types->types, hs_vt_heap(want));
    switch (v->kind) {
    case WASMTIME_FUNCREF:
        if (top != HEAP_FUNC)
            return mismatch(s, v, want);
        out->bits[0] = out->bits[1] = 0;
        if (v->of.funcref.store_id == 0)
            return hs_vt_nullable(want) ? NULL : mismatch(s, v, want);
        out->funcref = hs_api_func(s, &v->of.funcref);
        if (!out->funcref)
            return hs_api_error_cross_store();
        if (want.bits != HS_FUNCREF.bits &&
            !hs_canon_vt_subtype(types, HS_REF(false, out->funcref->type), want))
            return mismatch(s, v, want);
        return NULL;
    case WASMTIME_EXTERNREF:
    case WASMTIME_ANYREF:
    case WASMTIME_EXNREF: {
        const wasmtime_anyref_t *r = &v->of.anyref; /* the three have one layout */
        uint32_t heap = v->kind == WASMTIME_EXTERNREF ? HEAP_EXTERN
                        : v->kind == WASMTIME_ANYREF  ? HEAP_ANY
                                                      : HEAP_EXN;
        if (top != heap)
            return mismatch(s, v, want);
        out->bits[0] = out->bits[1] = 0;
        if (r->store_id == 0)
            return hs_vt_nullable(want) ? NULL : mismatch(s, v, want);
        if (r->store_id != s->id)
            return hs_api_error_cross_store();
        if (!hs_api_ref_exists(s, r->__private1, top) ||
            (hs_vt_heap(want) != top && !hs_ref_is_a(s, r->__private1, hs_vt_heap(want), false)))
            return mismatch(s, v, want);
        out->gcref = r->__private1;
        return NULL;
    }
    default: return mismatch(s, v, want);
    }
}

bool hs_api_val_is_foreign(const struct store *s, const wasmtime_val_t *v)
{
    uint64_t owner = v->kind == WASMTIME_FUNCREF ? v->of.funcref.store_id
                     : v->kind > WASMTIME_FUNCREF && v->kind <= WASMTIME_EXNREF
                         ? v->of.anyref.store_id
                         : 0;
    return owner != 0 && owner != s->id;
}

bool hs_api_val_out(struct store *s, struct valtype type, const union hs_value *v,
                    wasmtime_val_t *out)
{
    if (!hs_vt_is_ref(type)) {
        out->kind = (wasmtime_valkind_t)(hs_vt_kind(type) - VT_I32);
        memcpy(out->of.v128, v->v128, 16);
        return true;
    }
    switch (hs_heap_top(&s->rt->types.types, hs_vt_heap(type))) {
    case HEAP_FUNC:
        out->kind = WASMTIME_FUNCREF;
        hs_api_func_out(s, v->funcref, &out->of.funcref);
        return true;
    case HEAP_EXTERN: out->kind = WASMTIME_EXTERNREF; break;
    case HEAP_EXN: out->kind = WASMTIME_EXNREF; break;
    default: out->kind = WASMTIME_ANYREF; break;
    }
    return hs_api_root(s, v->gcref, &out->of.anyref);
}

/* --- Roots ------------------------------------------------------------------------------------ */

bool hs_api_root(struct store *s, uint32_t ref, wasmtime_anyref_t *out)
{
    *out = (wasmtime_anyref_t){0};
    if (ref == 0)
        return true;
    if (!hs_ref_is_i31(ref)) {
        struct wasmtime_store *w = hs_api_part(s);
        struct root *r = hs_alloc(sizeof *r);
        if (!r)
            return false;
        *r = (struct root){w->roots, &w->roots, s, ref};
        if (r->next)
            r->next->link = &r->next;
        w->roots = r;
        out->__private3 = r;
    }
    out->store_id = s->id;
    out->__private1 = ref;
    return true;
}

void hs_api_each_root(struct store *s, void (*visit)(void *env, uint32_t ref), void *env)
{
    for (const struct root *r = hs_api_part(s)->roots; r; r = r->next)
        visit(env, r->ref);
}

bool hs_api_ref_exists(struct store *s, uint32_t ref, uint32_t top)
{
    if (hs_ref_is_object(ref))
        return hs_gc_is_object(s, ref) && hs_gc_is_exn(s, ref) == (top == HEAP_EXN);
    return top != HEAP_EXN &&
           (hs_ref_is_host(ref) ? hs_externref_exists(s, ref) : hs_ref_is_i31(ref));
}

void hs_api_root_clone(const wasmtime_anyref_t *ref, wasmtime_anyref_t *out)
{
    struct root *old = ref->store_id ? ref->__private3 : NULL;
    if (!old) {
        *out = ref->store_id ? *ref : (wasmtime_anyref_t){0};
        return;
    }
    if (old->store) {
        hs_api_root(old->store, old->ref, out);
        return;
    }
    struct root *r = hs_alloc(sizeof *r); /* the store is gone; it is a root of nothing */
    *out = (wasmtime_anyref_t){0};
    if (!r)
        return;
    *r = (struct root){.ref = old->ref};
    *out = *ref;
    out->__private3 = r;
}

void hs_api_unroot(wasmtime_anyref_t *ref)
{
    struct root *r = ref && ref->store_id ? ref->__private3 : NULL;
    if (ref)
        ref->store_id = 0;
    if (!r)
        return;
    if (r->store) {
        *r->link = r->next;
        if (r->next)
            r->next->link = r->link;
    }
    hs_free(r);
}

void wasmtime_val_unroot(wasmtime_val_t *v)
{
    if (v && v->kind >= WASMTIME_EXTERNREF && v->kind <= WASMTIME_EXNREF)
        hs_api_unroot(&v->of.anyref);
}

void wasmtime_val_clone(const wasmtime_val_t *src, wasmtime_val_t *dst)
{
    if (src->kind >= WASMTIME_EXTERNREF && src->kind <= WASMTIME_EXNREF) {
        wasmtime_anyref_t copy;
        hs_api_root_clone(&src->of.anyref, &copy);
        dst->kind = src->kind;
        dst->of.anyref = copy;
    } else {
        *dst = *src;
    }
}
