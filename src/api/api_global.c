/* wasmtime/global.h and table.h. */
#include "api/api.h"

static wasmtime_error_t *wrong_store(void)
{
    return hs_api_error("object used with the wrong store");
}

/* A value comes in; if its type is wrong, @p what says for what. Values of other stores have
 * words of their own. */
static wasmtime_error_t *value_in(struct store *s, const wasmtime_val_t *val, struct valtype type,
                                  const char *what, union hs_value *out)
{
    wasmtime_error_t *e = hs_api_val_in(s, val, type, out);
    return !e || hs_api_val_is_foreign(s, val) ? e
                                               : hs_api_error_context(e, "type mismatch: %s", what);
}

/* --- Globals ---------------------------------------------------------------------------------- */

wasmtime_error_t *wasmtime_global_new(wasmtime_context_t *store, const wasm_globaltype_t *type,
                                      const wasmtime_val_t *val, wasmtime_global_t *ret)
{
    struct store *s = hs_api_store(store);
    struct engine *e = hs_api_store_engine(s);
    struct valtype t;
    if (!hs_api_valtype_get(e, type->content, &t))
        return hs_api_error("the type belongs to another engine");
    union hs_value v = {.bits = {0, 0}};
    wasmtime_error_t *error =
        value_in(s, val, t, "initial value provided does not match the type of this global", &v);
    if (error)
        return error;
    struct global_obj *g;
    uint32_t number;
    if (hs_global_new(s, t, type->mutability == WASM_VAR, &v, &g) != ST_OK ||
        !hs_store_handle(s, EXTERN_GLOBAL, g, &number))
        return hs_api_error_oom();
    hs_api_keep_type(s, t);
    *ret = (wasmtime_global_t){s->id, number, 0, 0};
    return NULL;
}

wasm_globaltype_t *wasmtime_global_type(const wasmtime_context_t *store,
                                        const wasmtime_global_t *global)
{
    struct store *s = hs_api_store(store);
    struct global_obj *g = hs_api_global(s, global);
    return g ? hs_api_globaltype(hs_api_store_engine(s), g->type, g->mutable) : NULL;
}

void wasmtime_global_get(wasmtime_context_t *store, const wasmtime_global_t *global,
                         wasmtime_val_t *out)
{
    struct store *s = hs_api_store(store);
    struct global_obj *g = hs_api_global(s, global);
    if (!g) {
        *out = (wasmtime_val_t){.kind = WASMTIME_I32};
        return;
    }
    if (!hs_api_val_out_fast(g->type, g->value, out))
        hs_api_val_out(s, g->type, g->value, out);
}

wasmtime_error_t *wasmtime_global_set(wasmtime_context_t *store, const wasmtime_global_t *global,
                                      const wasmtime_val_t *val)
{
    struct store *s = hs_api_store(store);
    struct global_obj *g = hs_api_global(s, global);
    if (!g)
        return wrong_store();
    if (!g->mutable)
        return hs_api_error("immutable global cannot be set");
    union hs_value v = {.bits = {0, 0}};
    wasmtime_error_t *e =
        value_in(s, val, g->type, "attempt to set global to value of wrong type", &v);
    if (!e)
        *g->value = v;
    return e;
}

/* --- Tables ----------------------------------------------------------------------------------- */

static wasmtime_error_t *element_in(struct store *s, struct valtype type, const wasmtime_val_t *val,
                                    const char *what, uint64_t *out)
{
    union hs_value v = {.bits = {0, 0}};
    if (val->kind < WASMTIME_FUNCREF)
        return hs_api_error("%s is not a reference", what);
    wasmtime_error_t *e = value_in(s, val, type, "value does not match table element type", &v);
    *out = v.bits[0];
    return e;
}

wasmtime_error_t *wasmtime_table_new(wasmtime_context_t *store, const wasm_tabletype_t *ty,
                                     const wasmtime_val_t *init, wasmtime_table_t *table)
{
    struct store *s = hs_api_store(store);
    struct valtype elem;
    uint64_t bits = 0;
    if (!hs_api_valtype_get(hs_api_store_engine(s), ty->element, &elem))
        return hs_api_error("the type belongs to another engine");
    wasmtime_error_t *e = element_in(s, elem, init, "wasmtime_table_new init value", &bits);
    if (e)
        return e;
    if (ty->limits.has_max && ty->limits.max < ty->limits.min)
        return hs_api_error("table limits are contradictory: the maximum is below the minimum");
    struct error error;
    struct table_obj *t;
    uint32_t number;
    hs_error_init(&error);
    if (hs_table_new(s, &ty->limits, elem, bits, &error, &t) != ST_OK)
        return hs_api_error_from(&error);
    if (!hs_store_handle(s, EXTERN_TABLE, t, &number))
        return hs_api_error_oom();
    hs_api_keep_type(s, elem);
    *table = (wasmtime_table_t){{s->id, number}, 0};
    return NULL;
}

wasm_tabletype_t *wasmtime_table_type(const wasmtime_context_t *store,
                                      const wasmtime_table_t *table)
{
    struct store *s = hs_api_store(store);
    struct table_obj *t = hs_api_table(s, table);
    return t ? hs_api_tabletype(hs_api_store_engine(s), t->elem, &t->type) : NULL;
}

bool wasmtime_table_get(wasmtime_context_t *store, const wasmtime_table_t *table, uint64_t index,
                        wasmtime_val_t *val)
{
    struct store *s = hs_api_store(store);
    struct table_obj *t = hs_api_table(s, table);
    if (!t || index >= t->rec.size)
        return false;
    union hs_value v = {.bits = {t->rec.elems[index], 0}};
    return hs_api_val_out(s, t->elem, &v, val);
}

wasmtime_error_t *wasmtime_table_set(wasmtime_context_t *store, const wasmtime_table_t *table,
                                     uint64_t index, const wasmtime_val_t *value)
{
    struct store *s = hs_api_store(store);
    struct table_obj *t = hs_api_table(s, table);
    uint64_t bits = 0;
    if (!t)
        return wrong_store();
    wasmtime_error_t *e = element_in(s, t->elem, value, "wasmtime_table_set value", &bits);
    if (e)
        return e;
    if (index >= t->rec.size)
        return hs_api_error("wasm trap: undefined element: out of bounds table access");
    t->rec.elems[index] = bits;
    return NULL;
}

uint64_t wasmtime_table_size(const wasmtime_context_t *store, const wasmtime_table_t *table)
{
    struct table_obj *t = hs_api_table(hs_api_store(store), table);
    return t ? t->rec.size : 0;
}

wasmtime_error_t *wasmtime_table_grow(wasmtime_context_t *store, const wasmtime_table_t *table,
                                      uint64_t delta, const wasmtime_val_t *init,
                                      uint64_t *prev_size)
{
    struct store *s = hs_api_store(store);
    struct table_obj *t = hs_api_table(s, table);
    uint64_t bits = 0;
    if (!t)
        return wrong_store();
    wasmtime_error_t *e = element_in(s, t->elem, init, "wasmtime_table_grow value", &bits);
    if (e)
        return e;
    uint64_t old = hs_table_grow(t, delta, bits);
    if (old == UINT64_MAX)
        return hs_api_error("failed to grow table by `%llu`", (unsigned long long)delta);
    *prev_size = old;
    return NULL;
}
