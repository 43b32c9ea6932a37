/* wasmtime/linker.h: names that imports are looked up under. An entry is a thing of one store, or
 * a function of no store (struct linker_def), of which every store that needs it makes its own,
 * once.
 *
 * Entries are kept in the order they came, with a hash table of their numbers beside; both names
 * and the entry's place are one key. */
#include "api/api.h"
#include <stdio.h>

struct entry {
    uint64_t hash;
    struct span module, name; /* one allocation, at module.data; never NULL */
    struct linker_def *def;   /* counted; or: */
    struct hs_extern item;    /* of store store_id, */
    uint64_t store_id;
    wasmtime_sharedmemory_t *shared; /* or this, counted */
};

struct wasmtime_linker {
    struct engine *engine; /* counted */
    bool allow_shadowing;
    HS_VEC(struct entry) entries;
    uint32_t *table; /* entry number + 1, 0: free; mask + 1 places, at most half taken */
    uint32_t mask;
};

/* --- Definitions without a store -------------------------------------------------------------- */

struct linker_def *hs_api_def_new(struct engine *e, uint32_t type, void *callback, void *data,
                                  void (*finalizer)(void *))
{
    struct linker_def *d = hs_alloc(sizeof *d);
    if (!d)
        return NULL;
    *d = (struct linker_def){.refs = 1,
                             .engine = hs_engine_ref(e),
                             .type = type,
                             .call = hs_api_host_boxed,
                             .callback = callback,
                             .data = data,
                             .finalizer = finalizer};
    hs_type_registry_hold(&e->rt.types, type);
    return d;
}

void hs_api_def_unref(void *def)
{
    struct linker_def *d = def;
    if (!d || atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (d->finalizer)
        d->finalizer(d->data);
    hs_type_registry_release(&d->engine->rt.types, d->type);
    hs_engine_unref(d->engine);
    hs_free(d);
}

static struct linker_def *def_ref(struct linker_def *d)
{
    atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
    return d;
}

static struct def_entry *def_place(struct def_entry *table, uint32_t mask,
                                   const struct linker_def *d)
{
    uint32_t at = (uint32_t)(((uintptr_t)d >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 40) & mask;
    while (table[at].def && table[at].def != d)
        at = (at + 1) & mask;
    return &table[at];
}

static bool defs_grow(struct wasmtime_store *w)
{
    uint32_t mask = w->defs ? w->def_mask * 2 + 1 : 63;
    struct def_entry *table = hs_calloc((size_t)mask + 1, sizeof *table);
    if (!table)
        return false;
    for (uint32_t i = 0; w->defs && i <= w->def_mask; i++)
        if (w->defs[i].def)
            *def_place(table, mask, w->defs[i].def) = w->defs[i];
    hs_free(w->defs);
    w->defs = table;
    w->def_mask = mask;
    return true;
}

struct hs_funcref *hs_api_def_func(struct store *s, struct linker_def *d)
{
    struct wasmtime_store *w = hs_api_part(s);
    if ((!w->defs || w->ndefs >= w->def_mask / 2) && !defs_grow(w) &&
        (!w->defs || w->ndefs == w->def_mask))
        return NULL;
    struct def_entry *e = def_place(w->defs, w->def_mask, d);
    if (e->def)
        return e->func;
    struct host_func *f;
    if (hs_host_func_new(s, d->type, &f) != ST_OK)
        return NULL;
    hs_api_host_func_set(f, d->call, d->callback, d->data);
    f->shared = def_ref(d);
    f->shared_unref = hs_api_def_unref;
    if (d->async)
        hs_api_need_async(w);
    *e = (struct def_entry){d, &f->ref}; /* the function holds the definition */
    w->ndefs++;
    return &f->ref;
}

/* --- Entries ---------------------------------------------------------------------------------- */

static uint64_t key_hash(struct span module, struct span name)
{
    return hs_hash_mix(hs_hash_bytes(module.data, module.size),
                       hs_hash_bytes(name.data, name.size));
}

static struct entry *find(const wasmtime_linker_t *l, struct span module, struct span name)
{
    if (!l->table)
        return NULL;
    uint64_t hash = key_hash(module, name);
    for (uint32_t at = (uint32_t)hash & l->mask; l->table[at]; at = (at + 1) & l->mask) {
        struct entry *e = &l->entries.data[l->table[at] - 1];
        if (e->hash == hash && hs_span_equal(e->module, module) && hs_span_equal(e->name, name))
            return e;
    }
    return NULL;
}

static void entry_clear(struct entry *e)
{
    if (e->def)
        hs_api_def_unref(e->def);
    wasmtime_sharedmemory_delete(e->shared);
    e->def = NULL;
    e->shared = NULL;
}

static void place(wasmtime_linker_t *l, uint32_t number)
{
    uint32_t at = (uint32_t)l->entries.data[number].hash & l->mask;
    while (l->table[at])
        at = (at + 1) & l->mask;
    l->table[at] = number + 1;
}

static bool room(wasmtime_linker_t *l)
{
    if (l->table && l->entries.count < l->mask / 2)
        return true;
    uint32_t mask = l->table ? l->mask * 2 + 1 : 127;
    uint32_t *table = hs_calloc((size_t)mask + 1, sizeof *table);
    if (!table)
        return false;
    hs_free(l->table);
    l->table = table;
    l->mask = mask;
    for (uint32_t i = 0; i < l->entries.count; i++)
        place(l, i);
    return true;
}

/* Adds what `content` holds, which is the linker's then; on failure it is cleared. Names are
 * valid. */
static wasmtime_error_t *insert(wasmtime_linker_t *l, struct span module, struct span name,
                                struct entry content)
{
    struct entry *old = find(l, module, name);
    if (old) {
        if (!l->allow_shadowing) {
            entry_clear(&content);
            return hs_api_error("import of `%.*s::%.*s` defined twice", (int)module.size,
                                (const char *)module.data, (int)name.size, (const char *)name.data);
        }
        entry_clear(old);
        content.hash = old->hash;
        content.module = old->module;
        content.name = old->name;
        *old = content;
        return NULL;
    }
    uint8_t *bytes = module.size < SIZE_MAX / 4 && name.size < SIZE_MAX / 4
                         ? hs_alloc(module.size + name.size + 1)
                         : NULL;
    if (!bytes || !room(l) || !hs_vec_reserve(&l->entries, 1)) {
        hs_free(bytes);
        entry_clear(&content);
        return hs_api_error_oom();
    }
    if (module.size)
        memcpy(bytes, module.data, module.size);
    if (name.size)
        memcpy(bytes + module.size, name.data, name.size);
    content.hash = key_hash(module, name);
    content.module = (struct span){bytes, module.size};
    content.name = (struct span){bytes + module.size, name.size};
    l->entries.data[l->entries.count++] = content;
    place(l, (uint32_t)l->entries.count - 1);
    return NULL;
}

static wasmtime_error_t *define(wasmtime_linker_t *l, struct span module, struct span name,
                                struct entry content)
{
    if (!hs_utf8_valid(module.data, module.size) || !hs_utf8_valid(name.data, name.size)) {
        entry_clear(&content);
        return hs_api_error("input was not valid utf-8");
    }
    return insert(l, module, name, content);
}

/* The thing an entry means in a store. */
static wasmtime_error_t *resolve(const struct entry *e, struct store *s, struct hs_extern *out)
{
    if (e->def) {
        out->kind = EXTERN_FUNC;
        out->func = hs_api_def_func(s, e->def);
        return out->func ? NULL : hs_api_error_oom();
    }
    if (e->shared) {
        out->kind = EXTERN_MEMORY;
        return hs_api_shared_in(s, e->shared, &out->memory);
    }
    if (e->store_id != s->id)
        return hs_api_error_cross_store();
    *out = e->item;
    return NULL;
}

/* --- Linkers ---------------------------------------------------------------------------------- */

wasmtime_linker_t *wasmtime_linker_new(wasm_engine_t *engine)
{
    wasmtime_linker_t *l = hs_calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->engine = hs_engine_ref(hs_api_engine(engine));
    hs_vec_init(&l->entries, 1u << 26);
    return l;
}

void wasmtime_linker_delete(wasmtime_linker_t *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->entries.count; i++) {
        entry_clear(&l->entries.data[i]);
        hs_free((void *)(uintptr_t)l->entries.data[i].module.data);
    }
    hs_vec_deinit(&l->entries);
    hs_free(l->table);
    hs_engine_unref(l->engine);
    hs_free(l);
}

wasmtime_linker_t *wasmtime_linker_clone(const wasmtime_linker_t *linker)
{
    wasmtime_linker_t *l = wasmtime_linker_new((wasm_engine_t *)linker->engine);
    if (!l)
        return NULL;
    l->allow_shadowing = linker->allow_shadowing;
    for (size_t i = 0; i < linker->entries.count; i++) {
        struct entry e = linker->entries.data[i];
        if (e.def)
            def_ref(e.def);
        if (e.shared)
            wasmtime_sharedmemory_clone(e.shared);
        if (insert(l, e.module, e.name,
                   e)) { /* only for lack of memory, and that error needs no deleting */
            wasmtime_linker_delete(l);
            return NULL;
        }
    }
    return l;
}

void wasmtime_linker_allow_shadowing(wasmtime_linker_t *linker, bool allow_shadowing)
{
    linker->allow_shadowing = allow_shadowing;
}

/* --- Defining --------------------------------------------------------------------------------- */

static wasmtime_error_t *define_item(wasmtime_linker_t *l, struct store *s, struct span module,
                                     struct span name, const struct hs_extern *item)
{
    struct entry e = {.item = *item, .store_id = s->id};
    if (item->kind == EXTERN_MEMORY && item->memory->type.shared &&
        !(e.shared = hs_api_shared_of(s, item->memory)))
        return hs_api_error_oom();
    return define(l, module, name, e);
}

wasmtime_error_t *wasmtime_linker_define(wasmtime_linker_t *linker, wasmtime_context_t *store,
                                         const char *module, size_t module_len, const char *name,
                                         size_t name_len, const wasmtime_extern_t *item)
{
    struct store *s = hs_api_store(store);
    struct hs_extern x;
    if (s->rt != &linker->engine->rt)
        return hs_api_error("the store belongs to another engine than the linker");
    wasmtime_error_t *e = hs_api_extern_in(s, item, &x);
    return e ? e
             : define_item(linker, s, hs_api_span(module, module_len), hs_api_span(name, name_len),
                           &x);
}

wasmtime_error_t *hs_api_linker_define_def(wasmtime_linker_t *linker, struct span module,
                                           struct span name, struct linker_def *def)
{
    return define(linker, module, name, (struct entry){.def = def});
}

static wasmtime_error_t *define_func(wasmtime_linker_t *l, struct span module, struct span name,
                                     const wasm_functype_t *ty, host_call *call, bool async,
                                     void *callback, void *data, void (*finalizer)(void *))
{
    uint32_t id;
    enum status st = hs_api_functype_id(l->engine, ty, &id);
    struct linker_def *d =
        st == ST_OK ? hs_api_def_new(l->engine, id, callback, data, finalizer) : NULL;
    if (st == ST_OK)
        hs_type_registry_release(&l->engine->rt.types, id);
    if (!d) {
        if (finalizer)
            finalizer(data);
        return st == ST_MISUSE ? hs_api_error("the function type belongs to another engine")
                               : hs_api_error_oom();
    }
    d->call = call;
    d->async = async;
    return hs_api_linker_define_def(l, module, name, d);
}

wasmtime_error_t *wasmtime_linker_define_func(wasmtime_linker_t *linker, const char *module,
                                              size_t module_len, const char *name, size_t name_len,
                                              const wasm_functype_t *ty,
                                              wasmtime_func_callback_t cb, void *data,
                                              void (*finalizer)(void *))
{
    return define_func(linker, hs_api_span(module, module_len), hs_api_span(name, name_len), ty,
                       hs_api_host_boxed, false, (void *)cb, data, finalizer);
}

wasmtime_error_t *wasmtime_linker_define_func_unchecked(wasmtime_linker_t *linker,
                                                        const char *module, size_t module_len,
                                                        const char *name, size_t name_len,
                                                        const wasm_functype_t *ty,
                                                        wasmtime_func_unchecked_callback_t cb,
                                                        void *data, void (*finalizer)(void *))
{
    return define_func(linker, hs_api_span(module, module_len), hs_api_span(name, name_len), ty,
                       NULL, false, (void *)cb, data, finalizer);
}

wasmtime_error_t *wasmtime_linker_define_async_func(wasmtime_linker_t *linker, const char *module,
                                                    size_t module_len, const char *name,
                                                    size_t name_len, const wasm_functype_t *ty,
                                                    wasmtime_func_async_callback_t cb, void *data,
                                                    void (*finalizer)(void *))
{
    return define_func(linker, hs_api_span(module, module_len), hs_api_span(name, name_len), ty,
                       hs_api_host_async, true, (void *)cb, data, finalizer);
}

static wasmtime_error_t *define_exports(wasmtime_linker_t *l, struct store *s, struct span name,
                                        struct instance *i)
{
    for (uint32_t n = 0; n < i->code->module->nexports; n++) {
        struct hs_extern x;
        if (!hs_instance_export(i, n, &x))
            return hs_api_error_oom();
        wasmtime_error_t *e = define_item(l, s, name, i->code->module->exports[n].name, &x);
        if (e)
            return e;
    }
    return NULL;
}

wasmtime_error_t *wasmtime_linker_define_instance(wasmtime_linker_t *linker,
                                                  wasmtime_context_t *store, const char *name,
                                                  size_t name_len,
                                                  const wasmtime_instance_t *instance)
{
    struct store *s = hs_api_store(store);
    struct instance *i = hs_api_instance(s, instance);
    if (!i)
        return hs_api_error("object used with the wrong store");
    if (!hs_utf8_valid((const uint8_t *)name, name_len))
        return hs_api_error("input was not valid utf-8");
    return define_exports(linker, s, hs_api_span(name, name_len), i);
}

/* --- What is missing -------------------------------------------------------------------------- */

static wasmtime_error_t *unknown_import(const struct import *im)
{
    return hs_api_error("unknown import: `%.*s::%.*s` has not been defined", (int)im->module.size,
                        (const char *)im->module.data, (int)im->name.size,
                        (const char *)im->name.data);
}

static uintptr_t call_unknown(struct host_func *f, struct hs_caller *caller, union hs_value *values,
                              size_t count)
{
    return hs_api_raise_error(f->host.context.run->store, hs_api_error_ref(f->env));
}

static void error_delete(void *e)
{
    wasmtime_error_delete(e);
}

static uintptr_t call_default(struct host_func *f, struct hs_caller *caller, union hs_value *values,
                              size_t count)
{
    memset(values, 0, f->type->nresults * sizeof *values);
    return 0;
}

/* A definition for import number k with a call of ours. */
static wasmtime_error_t *stub(wasmtime_linker_t *l, struct code_object *c, uint32_t k,
                              host_call *call, void *data, void (*finalizer)(void *))
{
    const struct import *im = &c->module->imports[k];
    struct linker_def *d = hs_api_def_new(l->engine, c->type_ids[c->module->funcs[im->index].type],
                                          NULL, data, finalizer);
    if (!d) {
        if (finalizer)
            finalizer(data);
        return hs_api_error_oom();
    }
    d->call = call;
    return hs_api_linker_define_def(l, im->module, im->name, d);
}

wasmtime_error_t *wasmtime_linker_define_unknown_imports_as_traps(wasmtime_linker_t *linker,
                                                                  const wasmtime_module_t *module)
{
    struct code_object *c = hs_api_code(module);
    for (uint32_t k = 0; k < c->module->nimports; k++) {
        const struct import *im = &c->module->imports[k];
        if (find(linker, im->module, im->name))
            continue;
        if (im->kind != EXTERN_FUNC)
            return unknown_import(im);
        wasmtime_error_t *e = stub(linker, c, k, call_unknown, unknown_import(im), error_delete);
        if (e)
            return e;
    }
    return NULL;
}

static wasmtime_error_t *default_value(wasmtime_linker_t *l, struct store *s, struct code_object *c,
                                       uint32_t k)
{
    const struct module *m = c->module;
    const struct import *im = &m->imports[k];
    struct hs_extern x = {.kind = im->kind};
    struct error error;
    enum status st = ST_OK;
    hs_error_init(&error);
    switch (im->kind) {
    case EXTERN_FUNC: {
        const struct functype *f = hs_module_functype(m, im->index);
        for (uint32_t i = 0; i < f->nresults; i++)
            if (!hs_vt_defaultable(f->types[f->nparams + i]))
                return hs_api_error_context(
                    hs_api_error("no default value exists for a result of this type"),
                    "no default value for function `%.*s::%.*s`", (int)im->module.size,
                    (const char *)im->module.data, (int)im->name.size, (const char *)im->name.data);
        return stub(l, c, k, call_default, NULL, NULL);
    }
    case EXTERN_GLOBAL: {
        struct valtype t = hs_canon_vt(c->type_ids, m->globals[im->index].type.type);
        union hs_value zero = {.bits = {0, 0}};
        if (!hs_vt_defaultable(t))
            return hs_api_error("no default value exists for global `%.*s::%.*s`",
                                (int)im->module.size, (const char *)im->module.data,
                                (int)im->name.size, (const char *)im->name.data);
        hs_api_keep_type(s, t);
        st = hs_global_new(s, t, m->globals[im->index].type.mutable, &zero, &x.global);
        break;
    }
    case EXTERN_TABLE: {
        const struct tabletype *t = &m->tables[im->index].type;
        struct valtype elem = hs_canon_vt(c->type_ids, t->elem);
        if (!hs_vt_defaultable(elem))
            return hs_api_error("no default value exists for table `%.*s::%.*s`",
                                (int)im->module.size, (const char *)im->module.data,
                                (int)im->name.size, (const char *)im->name.data);
        hs_api_keep_type(s, elem);
        st = hs_table_new(s, &t->limits, elem, 0, &error, &x.table);
        break;
    }
    case EXTERN_MEMORY: {
        const struct limits *t = &m->memories[im->index].type.limits;
        if (!t->shared) {
            st = hs_memory_new(s, t, &error, &x.memory);
            break;
        }
        wasm_memorytype_t *type = hs_api_memorytype(t);
        wasmtime_sharedmemory_t *shared;
        wasmtime_error_t *e =
            type ? wasmtime_sharedmemory_new((wasm_engine_t *)l->engine, type, &shared)
                 : hs_api_error_oom();
        wasm_memorytype_delete(type);
        if (e)
            return e;
        if ((e = hs_api_shared_in(s, shared, &x.memory))) {
            wasmtime_sharedmemory_delete(shared);
            return e;
        }
        return insert(l, im->module, im->name,
                      (struct entry){.item = x, .store_id = s->id, .shared = shared});
    }
    case EXTERN_TAG:
        hs_api_keep_type(s, HS_REF(false, c->type_ids[m->tags[im->index].type]));
        st = hs_tag_new(s, c->type_ids[m->tags[im->index].type], &x.tag);
        break;
    }
    if (st != ST_OK)
        return error.status != ST_OK ? hs_api_error_from(&error) : hs_api_error_oom();
    return define_item(l, s, im->module, im->name, &x);
}

wasmtime_error_t *wasmtime_linker_define_unknown_imports_as_default_values(
    wasmtime_linker_t *linker, wasmtime_context_t *store, const wasmtime_module_t *module)
{
    struct code_object *c = hs_api_code(module);
    for (uint32_t k = 0; k < c->module->nimports; k++) {
        if (find(linker, c->module->imports[k].module, c->module->imports[k].name))
            continue;
        wasmtime_error_t *e = default_value(linker, hs_api_store(store), c, k);
        if (e)
            return e;
    }
    return NULL;
}

/* --- Instantiating ---------------------------------------------------------------------------- */

static wasmtime_error_t *instantiate(const wasmtime_linker_t *l, struct store *s,
                                     struct code_object *c, struct instance **out,
                                     wasm_trap_t **trap)
{
    enum { SMALL = 32 };
    uint32_t n = c->module->nimports;
    struct hs_extern small[SMALL] = {{0}}, *items = small;
    if (c->rt != s->rt || c->rt != &l->engine->rt)
        return hs_api_error("cross-`Engine` instantiation is not currently supported");
    if (n > SMALL && !(items = hs_calloc(n, sizeof *items)))
        return hs_api_error_oom();
    wasmtime_error_t *e = NULL;
    for (uint32_t k = 0; k < n && !e; k++) {
        const struct import *im = &c->module->imports[k];
        const struct entry *x = find(l, im->module, im->name);
        e = x ? resolve(x, s, &items[k]) : unknown_import(im);
    }
    if (!e)
        e = hs_api_instantiate(s, c, items, out, trap);
    if (items != small)
        hs_free(items);
    return e;
}

wasmtime_error_t *wasmtime_linker_instantiate(const wasmtime_linker_t *linker,
                                              wasmtime_context_t *store,
                                              const wasmtime_module_t *module,
                                              wasmtime_instance_t *instance, wasm_trap_t **trap)
{
    struct store *s = hs_api_store(store);
    struct instance *i = NULL;
    if (trap)
        *trap = NULL;
    wasmtime_error_t *e = instantiate(linker, s, hs_api_code(module), &i, trap);
    if (e || !i)
        return e;
    return hs_api_instance_out(s, i, instance) ? NULL : hs_api_error_oom();
}

/* Checks an entry against an import; functions of no store are checked by their type. */
static enum status check(struct code_object *c, uint32_t k, const struct entry *e,
                         struct error *error)
{
    struct hs_funcref f;
    struct hs_extern x = e->item; /* also of a shared memory */
    if (e->def) {
        f = (struct hs_funcref){.type = e->def->type};
        x.kind = EXTERN_FUNC;
        x.func = &f;
    }
    return hs_link_check(c, k, &x, error);
}

static wasmtime_error_t *pre_new(const wasmtime_linker_t *l, struct code_object *c,
                                 wasmtime_instance_pre_t **out)
{
    uint32_t n = c->module->nimports;
    wasmtime_instance_pre_t *p = hs_calloc(1, sizeof *p);
    struct pre_import *imports = hs_calloc(n, sizeof *imports);
    if (!p || !imports) {
        hs_free(p);
        hs_free(imports);
        return hs_api_error_oom();
    }
    p->refs = 1;
    p->code = c;
    p->imports = imports;
    hs_code_ref(c);
    wasmtime_error_t *e = NULL;
    if (c->rt != &l->engine->rt)
        e = hs_api_error("cross-`Engine` instantiation is not currently supported");
    for (uint32_t k = 0; k < n && !e; k++) {
        const struct import *im = &c->module->imports[k];
        const struct entry *x = find(l, im->module, im->name);
        struct error error;
        hs_error_init(&error);
        if (!x)
            e = unknown_import(im);
        else if (check(c, k, x, &error) != ST_OK)
            e = hs_api_link_error(c, k, &error);
        else
            imports[k] =
                (struct pre_import){x->def ? def_ref(x->def) : NULL, x->item, x->store_id,
                                    x->shared ? wasmtime_sharedmemory_clone(x->shared) : NULL};
    }
    if (e) {
        wasmtime_instance_pre_delete(p);
        return e;
    }
    *out = p;
    return NULL;
}

wasmtime_error_t *wasmtime_linker_instantiate_pre(const wasmtime_linker_t *linker,
                                                  const wasmtime_module_t *module,
                                                  wasmtime_instance_pre_t **instance_pre)
{
    return pre_new(linker, hs_api_code(module), instance_pre);
}

/* --- Programs --------------------------------------------------------------------------------- */

/* the environment of a command's function */
struct command {
    wasmtime_instance_pre_t *pre; /* counted */
    uint32_t func;                /* function index */
};

static void command_delete(void *env)
{
    struct command *cmd = env;
    wasmtime_instance_pre_delete(cmd->pre);
    hs_free(cmd);
}

static uintptr_t call_command(struct host_func *f, struct hs_caller *caller, union hs_value *values,
                              size_t count)
{
    struct command *cmd = f->env;
    struct store *s = f->host.context.run->store;
    struct instance *i = NULL;
    wasmtime_error_t *e = hs_api_pre_run(cmd->pre, s, &i, NULL);
    if (e)
        return hs_api_raise_error(s, e);
    struct hs_funcref *g = hs_instance_func(i, cmd->func);
    if (!g)
        return hs_api_raise_error(s, hs_api_error("the function of the command is not exported"));
    enum status st = hs_call(s, g, values);
    return st == ST_OK ? 0 : hs_api_raise_error(s, hs_api_call_error(s, st));
}

/* What toolchains export beside functions, and nobody imports from a command. */
static bool may_be_ignored(const struct export *x)
{
    static const char *const globals[] = {"__data_end",      "__dso_handle", "__global_base",
                                          "__heap_base",     "__heap_end",   "__memory_base",
                                          "__table_base",    "__stack_high", "__stack_low",
                                          "__stack_pointer", "__rw_data_end"};
    if (x->kind == EXTERN_MEMORY)
        return hs_span_equal(x->name, hs_span_text("memory"));
    if (x->kind == EXTERN_TABLE)
        return hs_span_equal(x->name, hs_span_text("__indirect_function_table"));
    for (size_t i = 0; x->kind == EXTERN_GLOBAL && i < HS_ARRAY_SIZE(globals); i++)
        if (hs_span_equal(x->name, hs_span_text(globals[i])))
            return true;
    return false;
}

static wasmtime_error_t *define_command(wasmtime_linker_t *l, struct store *s, struct span name,
                                        struct code_object *c)
{
    const struct module *m = c->module;
    wasmtime_instance_pre_t *pre = NULL;
    wasmtime_error_t *e = pre_new(l, c, &pre);
    for (uint32_t n = 0; !e && n < m->nexports; n++) {
        const struct export *x = &m->exports[n];
        if (x->kind != EXTERN_FUNC) {
            if (!may_be_ignored(x))
                e = hs_api_error("command export '%.*s' is not a function", (int)x->name.size,
                                 (const char *)x->name.data);
            continue;
        }
        struct command *cmd = hs_alloc(sizeof *cmd);
        struct host_func *f;
        if (!cmd || hs_host_func_new(s, c->type_ids[m->funcs[x->index].type], &f) != ST_OK) {
            hs_free(cmd);
            e = hs_api_error_oom();
            break;
        }
        atomic_fetch_add_explicit(&pre->refs, 1, memory_order_relaxed);
        *cmd = (struct command){pre, x->index};
        hs_api_host_func_set(f, call_command, NULL, cmd);
        f->finalizer = command_delete;
        e = define_item(l, s, name, x->name,
                        &(struct hs_extern){.kind = EXTERN_FUNC, .func = &f->ref});
    }
    wasmtime_instance_pre_delete(pre);
    return e;
}

static wasmtime_error_t *define_library(wasmtime_linker_t *l, struct store *s, struct span name,
                                        struct code_object *c, const struct export *initialize)
{
    struct instance *i = NULL;
    wasmtime_error_t *e = instantiate(l, s, c, &i, NULL);
    if (e)
        return e;
    if (initialize) {
        struct hs_funcref *f = hs_instance_func(i, initialize->index);
        const struct functype *t = hs_module_functype(c->module, initialize->index);
        if (!f || t->nparams || t->nresults)
            return hs_api_error("the type of `_initialize` must be that of a function without "
                                "parameters and results");
        union hs_value none;
        enum status st = hs_call(s, f, &none);
        if (st != ST_OK)
            return hs_api_error_context(hs_api_call_error(s, st),
                                        "calling the Reactor initialization function");
    }
    return define_exports(l, s, name, i);
}

static const struct export *exported_func(const struct module *m, const char *name)
{
    const struct export *x = hs_module_find_export(m, hs_span_text(name));
    return x && x->kind == EXTERN_FUNC ? x : NULL;
}

wasmtime_error_t *wasmtime_linker_module(wasmtime_linker_t *linker, wasmtime_context_t *store,
                                         const char *name, size_t name_len,
                                         const wasmtime_module_t *module)
{
    struct store *s = hs_api_store(store);
    struct code_object *c = hs_api_code(module);
    struct span n = hs_api_span(name, name_len);
    if (!hs_utf8_valid(n.data, n.size))
        return hs_api_error("input was not valid utf-8");
    const struct export *start = exported_func(c->module, "_start");
    const struct export *initialize = exported_func(c->module, "_initialize");
    if (start && initialize)
        return hs_api_error("a module cannot be a command and a reactor: it exports both `_start` "
                            "and `_initialize`");
    return start ? define_command(linker, s, n, c) : define_library(linker, s, n, c, initialize);
}

/* --- Looking up ------------------------------------------------------------------------------- */

bool wasmtime_linker_get(const wasmtime_linker_t *linker, wasmtime_context_t *store,
                         const char *module, size_t module_len, const char *name, size_t name_len,
                         wasmtime_extern_t *item)
{
    struct store *s = hs_api_store(store);
    const struct entry *x =
        find(linker, hs_api_span(module, module_len), hs_api_span(name, name_len));
    struct hs_extern r;
    if (!x || s->rt != &linker->engine->rt)
        return false;
    wasmtime_error_t *e = resolve(x, s, &r);
    wasmtime_error_delete(e);
    return !e && hs_api_extern_out(s, &r, item);
}

static uintptr_t call_nothing(struct host_func *f, struct hs_caller *caller, union hs_value *values,
                              size_t count)
{
    return 0;
}

wasmtime_error_t *wasmtime_linker_get_default(const wasmtime_linker_t *linker,
                                              wasmtime_context_t *store, const char *name,
                                              size_t name_len, wasmtime_func_t *func)
{
    struct store *s = hs_api_store(store);
    struct span n = hs_api_span(name, name_len);
    struct engine *engine = hs_api_store_engine(s);
    if (!hs_utf8_valid(n.data, n.size))
        return hs_api_error("input was not valid utf-8");
    const struct entry *x = find(linker, n, hs_span_text(""));
    if (!x)
        x = find(linker, n, hs_span_text("_start"));
    if (x) {
        struct hs_extern r;
        wasmtime_error_t *e = resolve(x, s, &r);
        if (e)
            return e;
        if (r.kind != EXTERN_FUNC)
            return hs_api_error("default export in '%.*s' is not a function", (int)name_len, name);
        hs_api_func_out(s, r.func, func);
        return NULL;
    }
    struct wasmtime_store *w = hs_api_part(s);
    if (!w->nothing) {
        uint32_t id;
        struct host_func *f;
        if (hs_type_registry_func(&engine->rt.types, &(struct functype){0}, &id) != ST_OK)
            return hs_api_error_oom();
        enum status st = hs_host_func_new(s, id, &f);
        hs_type_registry_release(&engine->rt.types, id);
        if (st != ST_OK)
            return hs_api_error_oom();
        hs_api_host_func_set(f, call_nothing, NULL, NULL);
        w->nothing = &f->ref;
    }
    hs_api_func_out(s, w->nothing, func);
    return NULL;
}
