/* Extern types and their five views, import and export types, and what a module says of itself in
 * them. A view is the same object: the five descriptions begin with struct wasm_externtype_t. */
#include "api/api.h"

/* --- Extern types ----------------------------------------------------------------------------- */

wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t *t)
{
    return t->kind;
}

void wasm_externtype_delete(wasm_externtype_t *t)
{
    if (!t)
        return;
    switch (t->kind) {
    case WASM_EXTERN_FUNC: wasm_functype_delete((wasm_functype_t *)t); break;
    case WASM_EXTERN_GLOBAL: wasm_globaltype_delete((wasm_globaltype_t *)t); break;
    case WASM_EXTERN_TABLE: wasm_tabletype_delete((wasm_tabletype_t *)t); break;
    case WASM_EXTERN_MEMORY: wasm_memorytype_delete((wasm_memorytype_t *)t); break;
    case WASM_EXTERN_TAG: wasm_tagtype_delete((wasm_tagtype_t *)t); break;
    }
}

wasm_externtype_t *wasm_externtype_copy(const wasm_externtype_t *t)
{
    switch (t->kind) {
    case WASM_EXTERN_FUNC:
        return (wasm_externtype_t *)wasm_functype_copy((const wasm_functype_t *)t);
    case WASM_EXTERN_GLOBAL:
        return (wasm_externtype_t *)wasm_globaltype_copy((const wasm_globaltype_t *)t);
    case WASM_EXTERN_TABLE:
        return (wasm_externtype_t *)wasm_tabletype_copy((const wasm_tabletype_t *)t);
    case WASM_EXTERN_MEMORY:
        return (wasm_externtype_t *)wasm_memorytype_copy((const wasm_memorytype_t *)t);
    case WASM_EXTERN_TAG: return (wasm_externtype_t *)wasm_tagtype_copy((const wasm_tagtype_t *)t);
    }
    return NULL;
}

#define VIEWS(name, number)                                                                        \
    wasm_externtype_t *wasm_##name##_as_externtype(wasm_##name##_t *t)                             \
    {                                                                                              \
        return (wasm_externtype_t *)t;                                                             \
    }                                                                                              \
    const wasm_externtype_t *wasm_##name##_as_externtype_const(const wasm_##name##_t *t)           \
    {                                                                                              \
        return (const wasm_externtype_t *)t;                                                       \
    }                                                                                              \
    wasm_##name##_t *wasm_externtype_as_##name(wasm_externtype_t *t)                               \
    {                                                                                              \
        return t->kind == number ? (wasm_##name##_t *)t : NULL;                                    \
    }                                                                                              \
    const wasm_##name##_t *wasm_externtype_as_##name##_const(const wasm_externtype_t *t)           \
    {                                                                                              \
        return t->kind == number ? (const wasm_##name##_t *)t : NULL;                              \
    }

VIEWS(functype, WASM_EXTERN_FUNC)
VIEWS(globaltype, WASM_EXTERN_GLOBAL)
VIEWS(tabletype, WASM_EXTERN_TABLE)
VIEWS(memorytype, WASM_EXTERN_MEMORY)
VIEWS(tagtype, WASM_EXTERN_TAG)

/* --- Imports and exports ---------------------------------------------------------------------- */

struct wasm_importtype_t {
    wasm_name_t module, name;
    wasm_externtype_t *type;
};

struct wasm_exporttype_t {
    wasm_name_t name;
    wasm_externtype_t *type;
};

static bool is_utf8(const wasm_name_t *name)
{
    return hs_utf8_valid((const uint8_t *)name->data, name->size);
}

static wasm_name_t take(wasm_name_t *name)
{
    wasm_name_t n = *name;
    wasm_name_new_empty(name);
    return n;
}

wasm_importtype_t *wasm_importtype_new(wasm_name_t *module, wasm_name_t *name,
                                       wasm_externtype_t *type)
{
    wasm_importtype_t *t = type && is_utf8(module) && is_utf8(name) ? hs_alloc(sizeof *t) : NULL;
    if (!t) {
        wasm_name_delete(module);
        wasm_name_delete(name);
        wasm_externtype_delete(type);
        return NULL;
    }
    *t = (wasm_importtype_t){take(module), take(name), type};
    return t;
}

void wasm_importtype_delete(wasm_importtype_t *t)
{
    if (!t)
        return;
    wasm_name_delete(&t->module);
    wasm_name_delete(&t->name);
    wasm_externtype_delete(t->type);
    hs_free(t);
}

wasm_importtype_t *wasm_importtype_copy(const wasm_importtype_t *t)
{
    wasm_name_t module, name;
    wasm_name_copy(&module, &t->module);
    wasm_name_copy(&name, &t->name);
    bool ok = module.size == t->module.size && name.size == t->name.size;
    wasm_importtype_t *c = wasm_importtype_new(&module, &name, wasm_externtype_copy(t->type));
    if (c && !ok) {
        wasm_importtype_delete(c);
        c = NULL;
    }
    return c;
}

const wasm_name_t *wasm_importtype_module(const wasm_importtype_t *t)
{
    return &t->module;
}

const wasm_name_t *wasm_importtype_name(const wasm_importtype_t *t)
{
    return &t->name;
}

const wasm_externtype_t *wasm_importtype_type(const wasm_importtype_t *t)
{
    return t->type;
}

wasm_exporttype_t *wasm_exporttype_new(wasm_name_t *name, wasm_externtype_t *type)
{
    wasm_exporttype_t *t = type && is_utf8(name) ? hs_alloc(sizeof *t) : NULL;
    if (!t) {
        wasm_name_delete(name);
        wasm_externtype_delete(type);
        return NULL;
    }
    *t = (wasm_exporttype_t){take(name), type};
    return t;
}

void wasm_exporttype_delete(wasm_exporttype_t *t)
{
    if (!t)
        return;
    wasm_name_delete(&t->name);
    wasm_externtype_delete(t->type);
    hs_free(t);
}

wasm_exporttype_t *wasm_exporttype_copy(const wasm_exporttype_t *t)
{
    wasm_name_t name;
    wasm_name_copy(&name, &t->name);
    bool ok = name.size == t->name.size;
    wasm_exporttype_t *c = wasm_exporttype_new(&name, wasm_externtype_copy(t->type));
    if (c && !ok) {
        wasm_exporttype_delete(c);
        c = NULL;
    }
    return c;
}

const wasm_name_t *wasm_exporttype_name(const wasm_exporttype_t *t)
{
    return &t->name;
}

const wasm_externtype_t *wasm_exporttype_type(const wasm_exporttype_t *t)
{
    return t->type;
}

/* --- Modules ---------------------------------------------------------------------------------- */

bool hs_api_name(wasm_name_t *out, struct span bytes)
{
    wasm_name_new(out, bytes.size, (const char *)bytes.data);
    return out->size == bytes.size;
}

wasm_externtype_t *hs_api_module_externtype(struct code_object *c, enum externkind kind,
                                            uint32_t index)
{
    const struct module *m = c->module;
    struct engine *e = hs_code_engine(c);
    switch (kind) {
    case EXTERN_FUNC:
        return (wasm_externtype_t *)hs_api_functype(e, c->type_ids[m->funcs[index].type]);
    case EXTERN_TABLE:
        return (wasm_externtype_t *)hs_api_tabletype(
            e, hs_canon_vt(c->type_ids, m->tables[index].type.elem), &m->tables[index].type.limits);
    case EXTERN_MEMORY:
        return (wasm_externtype_t *)hs_api_memorytype(&m->memories[index].type.limits);
    case EXTERN_GLOBAL:
        return (wasm_externtype_t *)hs_api_globaltype(
            e, hs_canon_vt(c->type_ids, m->globals[index].type.type),
            m->globals[index].type.mutable);
    case EXTERN_TAG:
        return (wasm_externtype_t *)hs_api_tagtype(e, c->type_ids[m->tags[index].type]);
    }
    return NULL;
}

static wasm_importtype_t *import_type(struct code_object *c, const struct import *im)
{
    wasm_name_t module, name;
    bool ok = hs_api_name(&module, im->module);
    ok &= hs_api_name(&name, im->name);
    wasm_importtype_t *t =
        wasm_importtype_new(&module, &name, hs_api_module_externtype(c, im->kind, im->index));
    if (t && !ok) {
        wasm_importtype_delete(t);
        return NULL;
    }
    return t;
}

static wasm_exporttype_t *export_type(struct code_object *c, const struct export *x)
{
    wasm_name_t name;
    bool ok = hs_api_name(&name, x->name);
    wasm_exporttype_t *t =
        wasm_exporttype_new(&name, hs_api_module_externtype(c, x->kind, x->index));
    if (t && !ok) {
        wasm_exporttype_delete(t);
        return NULL;
    }
    return t;
}

bool hs_api_module_imports(struct code_object *c, wasm_importtype_vec_t *out)
{
    wasm_importtype_vec_new_uninitialized(out, c->module->nimports);
    bool ok = out->size == c->module->nimports;
    for (size_t i = 0; ok && i < out->size; i++)
        ok = (out->data[i] = import_type(c, &c->module->imports[i])) != NULL;
    if (!ok)
        wasm_importtype_vec_delete(out);
    return ok;
}

bool hs_api_module_exports(struct code_object *c, wasm_exporttype_vec_t *out)
{
    wasm_exporttype_vec_new_uninitialized(out, c->module->nexports);
    bool ok = out->size == c->module->nexports;
    for (size_t i = 0; ok && i < out->size; i++)
        ok = (out->data[i] = export_type(c, &c->module->exports[i])) != NULL;
    if (!ok)
        wasm_exporttype_vec_delete(out);
    return ok;
}
