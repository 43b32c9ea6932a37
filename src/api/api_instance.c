/* wasmtime/instance.h: making instances, prepared or not, and their exports. */
#include "api/api.h"

enum { SMALL_IMPORTS = 32 };

wasmtime_error_t *hs_api_link_error(struct code_object *c, uint32_t import,
                                    const struct error *cause)
{
    const struct import *im = &c->module->imports[import];
    wasmtime_error_t *e = hs_api_error("%s", cause->text);
    return hs_api_error_context(e, "incompatible import type for `%.*s::%.*s`",
                                (int)im->module.size, (const char *)im->module.data,
                                (int)im->name.size, (const char *)im->name.data);
}

/* Finds out which import does not match, for the words. */
static wasmtime_error_t *check_imports(struct code_object *c, const struct hs_extern *imports)
{
    for (uint32_t k = 0; k < c->module->nimports; k++) {
        struct error error;
        hs_error_init(&error);
        if (hs_link_check(c, k, &imports[k], &error) != ST_OK)
            return hs_api_link_error(c, k, &error);
    }
    return hs_api_error("the imports do not match");
}

wasmtime_error_t *hs_api_instantiate(struct store *s, struct code_object *c,
                                     const struct hs_extern *imports, struct instance **out,
                                     wasm_trap_t **out_trap)
{
    struct error error;
    struct instance *i;
    hs_error_init(&error);
    if (c->rt != s->rt)
        return hs_api_error("cross-`Engine` instantiation is not currently supported");
    enum status st = hs_instance_new(s, c, imports, &error, &i);
    if (st == ST_OK)
        st = hs_instance_start(i);
    else if (st != ST_TRAP)
        return st == ST_LINK ? check_imports(c, imports) : hs_api_error_from(&error);
    if (st != ST_OK) {
        wasmtime_error_t *e = hs_api_call_error(s, st);
        if (e->code == TRAP_NONE || !out_trap)
            return e;
        *out_trap = hs_api_trap(e);
        return NULL;
    }
    *out = i;
    return NULL;
}

static wasmtime_error_t *instance_new(struct store *s, struct code_object *c,
                                      const wasmtime_extern_t *imports, size_t nimports,
                                      struct instance **out, wasm_trap_t **trap)
{
    if (nimports != c->module->nimports)
        return hs_api_error("expected %u imports, found %zu", c->module->nimports, nimports);
    struct hs_extern small[SMALL_IMPORTS] = {{0}}, *items = small;
    if (nimports > SMALL_IMPORTS && !(items = hs_calloc(nimports, sizeof *items)))
        return hs_api_error_oom();
    wasmtime_error_t *e = NULL;
    for (size_t k = 0; k < nimports && !e; k++)
        e = hs_api_extern_in(s, &imports[k], &items[k]);
    if (!e)
        e = hs_api_instantiate(s, c, items, out, trap);
    if (items != small)
        hs_free(items);
    return e;
}

static wasmtime_error_t *give(struct store *s, struct instance *i, wasmtime_instance_t *out)
{
    return !i || hs_api_instance_out(s, i, out) ? NULL : hs_api_error_oom();
}

wasmtime_error_t *wasmtime_instance_new(wasmtime_context_t *store, const wasmtime_module_t *module,
                                        const wasmtime_extern_t *imports, size_t nimports,
                                        wasmtime_instance_t *instance, wasm_trap_t **trap)
{
    struct store *s = hs_api_store(store);
    struct instance *i = NULL;
    if (trap)
        *trap = NULL;
    wasmtime_error_t *e = instance_new(s, hs_api_code(module), imports, nimports, &i, trap);
    return e ? e : give(s, i, instance);
}

bool wasmtime_instance_export_get(wasmtime_context_t *store, const wasmtime_instance_t *instance,
                                  const char *name, size_t name_len, wasmtime_extern_t *item)
{
    struct store *s = hs_api_store(store);
    struct instance *i = hs_api_instance(s, instance);
    const struct export *e =
        i ? hs_module_find_export(i->code->module, hs_api_span(name, name_len)) : NULL;
    struct hs_extern x;
    return e && hs_instance_extern(i, e->kind, e->index, &x) && hs_api_extern_out(s, &x, item);
}

bool wasmtime_instance_export_nth(wasmtime_context_t *store, const wasmtime_instance_t *instance,
                                  size_t index, char **name, size_t *name_len,
                                  wasmtime_extern_t *item)
{
    struct store *s = hs_api_store(store);
    struct instance *i = hs_api_instance(s, instance);
    struct hs_extern x;
    if (!i || index >= i->code->module->nexports || !hs_instance_export(i, (uint32_t)index, &x) ||
        !hs_api_extern_out(s, &x, item))
        return false;
    const struct span *n = &i->code->module->exports[index].name;
    *name = (char *)(uintptr_t)n->data;
    *name_len = n->size;
    return true;
}

/* --- Prepared instances ----------------------------------------------------------------------- */

void wasmtime_instance_pre_delete(wasmtime_instance_pre_t *pre)
{
    if (!pre || atomic_fetch_sub_explicit(&pre->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t k = 0; k < pre->code->module->nimports; k++) {
        hs_api_def_unref(pre->imports[k].def);
        wasmtime_sharedmemory_delete(pre->imports[k].shared);
    }
    hs_free(pre->imports);
    hs_code_unref(pre->code);
    hs_free(pre);
}

wasmtime_error_t *hs_api_pre_run(const struct wasmtime_instance_pre *pre, struct store *s,
                                 struct instance **out, wasm_trap_t **out_trap)
{
    struct code_object *c = pre->code;
    uint32_t n = c->module->nimports;
    if (c->rt != s->rt)
        return hs_api_error("cross-`Engine` instantiation is not currently supported");
    struct hs_extern small[SMALL_IMPORTS] = {{0}}, *items = small;
    if (n > SMALL_IMPORTS && !(items = hs_calloc(n, sizeof *items)))
        return hs_api_error_oom();
    wasmtime_error_t *e = NULL;
    for (uint32_t k = 0; k < n && !e; k++) {
        const struct pre_import *im = &pre->imports[k];
        if (im->shared) {
            items[k].kind = EXTERN_MEMORY;
            e = hs_api_shared_in(s, im->shared, &items[k].memory);
        } else if (!im->def) {
            items[k] = im->item;
            if (im->store_id != s->id)
                e = hs_api_error_cross_store();
        } else if ((items[k].func = hs_api_def_func(s, im->def))) {
            items[k].kind = EXTERN_FUNC;
        } else {
            e = hs_api_error_oom();
        }
    }
    if (!e)
        e = hs_api_instantiate(s, c, items, out, out_trap);
    if (items != small)
        hs_free(items);
    return e;
}

wasmtime_error_t *wasmtime_instance_pre_instantiate(const wasmtime_instance_pre_t *pre,
                                                    wasmtime_context_t *store,
                                                    wasmtime_instance_t *instance,
                                                    wasm_trap_t **trap_ptr)
{
    struct store *s = hs_api_store(store);
    struct instance *i = NULL;
    if (trap_ptr)
        *trap_ptr = NULL;
    wasmtime_error_t *e = hs_api_pre_run(pre, s, &i, trap_ptr);
    return e ? e : give(s, i, instance);
}

wasmtime_module_t *wasmtime_instance_pre_module(const wasmtime_instance_pre_t *pre)
{
    return wasmtime_module_clone((const wasmtime_module_t *)pre->code);
}
