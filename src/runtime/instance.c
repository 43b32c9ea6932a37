/* Making, recycling and looking into instances; see instance.h.
 *
 * A module is prepared once: the contents of its memory become an image, its constant globals a
 * template. A fresh instance is one allocation. At the end of its store a recyclable instance is
 * cleaned and parked with its module: the next store takes it whole, memory, tables and funcrefs
 * included, and only what depends on the store is written again.
 *
 * What a tenant can have changed, and who restores it: memory 0 (hs_pool_clean), tables (the
 * pristine copy), own globals (template or initializers), dropped segments (cleared), imports
 * (written anew). Own funcrefs cannot be written by guests. */
#include "base/assert.h"
#include "base/bits.h"
#include "runtime/bulk.h"
#include "runtime/gc/heap.h"

enum {
    /* larger contents are copied: building the image takes as much memory again */
    MAX_IMAGE = 256 << 20,
    MAX_PARKED = 256,       /* per module */
    MAX_PRISTINE = 1 << 20, /* elements of a table that are copied at each return */
};

/* --- Preparing a module ----------------------------------------------------------------------- */

static bool const_offset(const struct constexpr *e, bool is64, uint64_t *out)
{
    if (e->kind != CONST_NUMBER)
        return false;
    *out = is64 ? hs_load64(e->bits) : hs_load32(e->bits);
    return true;
}

/* The contents of memory 0 as an image, if instantiation cannot fail before or while it is
 * filled. */
static void prepare_image(struct code_object *c)
{
    const struct module *m = c->module;
    if (!c->rt->config.cow_images || m->nmemories == 0 || m->nimported_memories > 0 ||
        c->layout.memory_style[0] != MEMORY_GUARDED_FIXED)
        return;
    /* an imported table may be too small: then no byte may be written */
    for (uint32_t i = 0; i < m->nelems; i++)
        if (m->elems[i].mode == SEGMENT_ACTIVE && m->elems[i].table < m->nimported_tables)
            return;
    uint64_t bytes = m->memories[0].type.limits.min << 16, end = 0;
    for (uint32_t i = 0; i < m->ndatas; i++) {
        const struct data *d = &m->datas[i];
        uint64_t at;
        if (d->mode != SEGMENT_ACTIVE)
            continue;
        if (d->memory != 0 || !const_offset(&d->offset, false, &at) || at > bytes ||
            d->bytes.size > bytes - at)
            return;
        if (d->bytes.size && at + d->bytes.size > end)
            end = at + d->bytes.size;
    }
    if (end > MAX_IMAGE)
        return;
    if (end == 0) {
        c->data_in_image = true; /* nothing to copy */
        return;
    }
    uint8_t *contents = hs_calloc(1, end);
    struct mem_image *image = hs_calloc(1, sizeof *image);
    if (contents && image) {
        for (uint32_t i = 0; i < m->ndatas; i++) {
            const struct data *d = &m->datas[i];
            uint64_t at;
            if (d->mode == SEGMENT_ACTIVE && d->bytes.size && const_offset(&d->offset, false, &at))
                memcpy(contents + at, d->bytes.data, d->bytes.size);
        }
        if (hs_image_new(&image->image, contents, end)) {
            image->refs = 1;
            c->image = image;
            c->data_in_image = true;
            image = NULL;
        }
    }
    hs_free(image);
    hs_free(contents);
}

static void prepare_globals(struct code_object *c)
{
    const struct module *m = c->module;
    for (uint32_t i = m->nimported_globals; i < m->nglobals; i++)
        switch (m->globals[i].init.kind) {
        case CONST_NONE:
        case CONST_NULL:
        case CONST_NUMBER: break;
        default: return;
        }
    uint8_t *t = hs_calloc(m->nglobals, 16);
    if (!t)
        return;
    for (uint32_t i = m->nimported_globals; i < m->nglobals; i++)
        if (m->globals[i].init.kind == CONST_NUMBER)
            memcpy(t + (size_t)i * 16, m->globals[i].init.bits, 16);
    c->globals = t;
    c->globals_constant = true;
}

/* May the elements of this table's contents be written back for another tenant? They are
 * addresses: of own funcrefs, which stay where they are; but what an imported global holds
 * belongs to one store. */
static bool stable(const struct constexpr *e)
{
    return e->kind == CONST_NONE || e->kind == CONST_NULL || e->kind == CONST_NUMBER ||
           e->kind == CONST_FUNC;
}

/* Items of a passive segment that may be objects: they are the same whenever they are used. */
static bool must_keep(const struct elem *e)
{
    for (uint32_t k = 0; e->mode == SEGMENT_PASSIVE && e->exprs && k < e->count; k++)
        if (e->exprs[k].kind == CONST_CODE)
            return true;
    return false;
}

/* A parked instance is taken without evaluating segments again: everything must be in the image
 * and the pristine copies of the tables, and be the same for every tenant. */
static bool may_recycle(const struct code_object *c)
{
    const struct module *m = c->module;
    if (c->rt->config.keep_slots == 0 || m->nimported_memories || m->nmemories > 1 ||
        m->nimported_tables)
        return false;
    if (m->nmemories && (c->layout.memory_style[0] != MEMORY_GUARDED_FIXED || !c->data_in_image ||
                         m->memories[0].type.limits.shared)) /* others may go on using it */
        return false;
    for (uint32_t i = 0; i < m->ntables; i++)
        if (m->tables[i].type.limits.min > MAX_PRISTINE || !stable(&m->tables[i].init))
            return false;
    for (uint32_t i = 0; i < m->nelems; i++) {
        const struct elem *e = &m->elems[i];
        if (must_keep(e))
            return false;
        if (e->mode != SEGMENT_ACTIVE)
            continue;
        if (!stable(&e->offset))
            return false;
        for (uint32_t k = 0; e->exprs && k < e->count; k++)
            if (!stable(&e->exprs[k]))
                return false;
    }
    return true;
}

/* The shapes of all types that objects can be made of, by compiled code without asking:
 * collections need them. False: no memory. */
static bool make_shapes(struct code_object *c)
{
    const struct module *m = c->module;
    for (uint32_t k = 0; k < m->ntypes; k++)
        if (m->types[k].kind != COMP_FUNC && !hs_canon_shape(&c->rt->types, c->type_ids[k]))
            return false;
    return true;
}

static void prepare(struct code_object *c)
{
    pthread_mutex_lock(&c->lock);
    if (!c->prepared) {
        prepare_image(c);
        prepare_globals(c);
        c->recyclable = may_recycle(c);
        __atomic_store_n(&c->prepared, true, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&c->lock);
}

/* --- The block of an instance ----------------------------------------------------------------- */

static struct instance *block_new(struct code_object *c)
{
    const struct module *m = c->module;
    uint32_t own_memories = m->nmemories - m->nimported_memories,
             own_tables = m->ntables - m->nimported_tables;
    size_t at = hs_align_up(sizeof(struct instance), 16);
#define PART(name, bytes)                                                                          \
    size_t name = at;                                                                              \
    at = hs_align_up(at + (bytes), 16)
    PART(memories, m->nmemories * sizeof(void *));
    PART(tables, m->ntables * sizeof(void *));
    PART(globals, m->nglobals * sizeof(void *));
    PART(tags, m->ntags * sizeof(void *));
    PART(memory_objs, own_memories * sizeof(struct memory_obj));
    PART(table_objs, own_tables * sizeof(struct table_obj));
    PART(elems, (m->nelems + 7) / 8);
    PART(datas, (m->ndatas + 7) / 8);
    at = hs_align_up(at, 64);
    PART(vmctx, c->layout.size);
#undef PART
    char *b = hs_alloc_aligned(64, at);
    if (!b)
        return NULL;
    memset(b, 0, at);
    struct instance *i = (struct instance *)b;
    i->code = c;
    i->memories = (struct memory_obj **)(b + memories);
    i->tables = (struct table_obj **)(b + tables);
    i->globals = (struct global_obj **)(b + globals);
    i->tags = (struct tag_obj **)(b + tags);
    i->own_memories = (struct memory_obj *)(b + memory_objs);
    i->own_tables = (struct table_obj *)(b + table_objs);
    i->dropped_elems = (uint8_t *)(b + elems);
    i->dropped_datas = (uint8_t *)(b + datas);
    i->vmctx = (struct hs_vmctx *)(b + vmctx);
    i->vmctx->instance = i;
    i->vmctx->layout = &c->layout;
    return i;
}

static void block_delete(struct instance *i, struct runtime *rt)
{
    const struct module *m = i->code->module;
    for (uint32_t k = m->nimported_memories; k < m->nmemories; k++)
        if (m->memories[k].type.limits.shared)
            hs_shared_memory_unref(i->memories[k]);
        else if (i->memories[k])
            hs_memory_close(rt, i->memories[k]);
    for (uint32_t k = m->nimported_tables; k < m->ntables; k++)
        if (i->tables[k]) {
            hs_free(i->tables[k]->rec.elems);
            hs_free(i->tables[k]->pristine);
        }
    for (uint32_t k = 0; i->items && k < m->nelems; k++)
        hs_free(i->items[k]);
    hs_free(i->items);
    hs_free(i);
}

static void *vm(struct instance *i, uint32_t offset)
{
    return (char *)i->vmctx + offset;
}

/* --- Filling ---------------------------------------------------------------------------------- */

static void fill_imports(struct instance *i, const struct hs_extern *imports)
{
    const struct module *m = i->code->module;
    const struct hs_vmlayout *l = &i->code->layout;
    for (uint32_t k = 0; k < m->nimports; k++) {
        const struct import *im = &m->imports[k];
        const struct hs_extern *x = &imports[k];
        switch (im->kind) {
        case EXTERN_FUNC: {
            struct hs_import_func *f = vm(i, hs_off_import(l, im->index));
            f->code = x->func->code;
            f->vmctx = x->func->vmctx;
            if (l->funcref_slot[im->index] != UINT32_MAX)
                *(struct hs_funcref *)vm(i, hs_off_funcref(l, im->index)) = *x->func;
            break;
        }
        case EXTERN_TABLE: i->tables[im->index] = x->table; break;
        case EXTERN_MEMORY:
            i->memories[im->index] = x->memory;
            /* by code that does not belong to its instance; exposed when it was handed out */
            hs_memory_mark(x->memory);
            break;
        case EXTERN_GLOBAL:
            i->globals[im->index] = x->global;
            *(union hs_value **)vm(i, hs_off_global(l, im->index)) = x->global->value;
            break;
        case EXTERN_TAG: i->tags[im->index] = x->tag; break;
        }
    }
}

static void fill_funcrefs(struct instance *i)
{
    struct code_object *c = i->code;
    const struct module *m = c->module;
    for (uint32_t f = m->nimported_funcs; f < m->nfuncs; f++)
        if (c->layout.funcref_slot[f] != UINT32_MAX)
            *(struct hs_funcref *)vm(i, hs_off_funcref(&c->layout, f)) = (struct hs_funcref){
                .code = hs_code_now(&c->range, f - m->nimported_funcs),
                .vmctx = i->vmctx,
                .type = c->type_ids[m->funcs[f].type],
                .index = f,
            };
}

static enum status too_many(struct error *e, const char *what, uint64_t n)
{
    return hs_error_set(e, ST_LIMIT, HS_NO_OFFSET,
                        "resource limit exceeded: %s count too high at %llu", what,
                        (unsigned long long)n);
}

/* The store's limits for what the module defines. */
static enum status check_limits(struct store *s, const struct module *m, struct error *e)
{
    uint64_t memories = m->nmemories - m->nimported_memories,
             tables = m->ntables - m->nimported_tables;
    if (s->ninstances + 1 > s->max_instances)
        return too_many(e, "instance", s->ninstances + 1);
    if (s->nmemories + memories > s->max_memories)
        return too_many(e, "memory", s->nmemories + memories);
    if (s->ntables + tables > s->max_tables)
        return too_many(e, "table", s->ntables + tables);
    for (uint32_t k = m->nimported_memories; k < m->nmemories; k++) {
        const struct limits *t = &m->memories[k].type.limits;
        uint64_t bytes;
        if (__builtin_mul_overflow(t->min, UINT64_C(1) << t->page_log2, &bytes) ||
            bytes > s->max_memory_bytes)
            return hs_error_set(e, ST_LIMIT, HS_NO_OFFSET,
                                "memory minimum size of %llu pages exceeds memory limits",
                                (unsigned long long)t->min);
    }
    for (uint32_t k = m->nimported_tables; k < m->ntables; k++) {
        uint64_t min = m->tables[k].type.limits.min;
        if (min > s->max_table_elems || min > HS_LIMIT_TABLE_ELEMS)
            return hs_error_set(e, ST_LIMIT, HS_NO_OFFSET,
                                "table minimum size of %llu elements exceeds table limits",
                                (unsigned long long)min);
    }
    return ST_OK;
}

/* Memories and tables of a fresh block. */
static enum status open_parts(struct instance *i, struct runtime *rt, struct error *e)
{
    struct code_object *c = i->code;
    const struct module *m = c->module;
    for (uint32_t k = m->nimported_memories; k < m->nmemories; k++) {
        struct memory_obj *mem = &i->own_memories[k - m->nimported_memories];
        const struct limits *t = &m->memories[k].type.limits;
        struct mem_image *image = k == 0 ? c->image : NULL;
        enum status st = t->shared ? hs_shared_memory_new(rt, t, image, e, &mem)
                                   : hs_memory_open(rt, t, image, e, mem);
        if (st != ST_OK)
            return st;
        HS_CHECK(mem->style == c->layout.memory_style[k]);
        i->memories[k] = mem;
    }
    for (uint32_t k = m->nimported_tables; k < m->ntables; k++) {
        struct table_obj *t = &i->own_tables[k - m->nimported_tables];
        const struct tabletype *type = &m->tables[k].type;
        t->rec.elems = hs_calloc(type->limits.min, 8);
        if (!t->rec.elems)
            return hs_error_set(e, ST_OOM, HS_NO_OFFSET, "out of memory");
        t->rec.size = t->capacity = type->limits.min;
        t->type = type->limits;
        t->elem = hs_canon_vt(c->type_ids, type->elem);
        t->max = type->limits.has_max && type->limits.max < HS_LIMIT_TABLE_ELEMS
                     ? type->limits.max
                     : HS_LIMIT_TABLE_ELEMS;
        i->tables[k] = t;
    }
    return ST_OK;
}

/* What depends on the store; the parts exist. */
static void attach(struct instance *i, struct store *s, const struct hs_extern *imports)
{
    struct code_object *c = i->code;
    const struct module *m = c->module;
    i->store = s;
    hs_code_ref(c);
    hs_store_add_context(s, i->vmctx);
    fill_imports(i, imports);
    for (uint32_t k = m->nimported_tables; k < m->ntables; k++)
        i->tables[k]->store = s;
    for (uint32_t k = 0; k < m->nmemories; k++)
        *(struct hs_memory_rec **)vm(i, hs_off_memory(&c->layout, k)) = &i->memories[k]->rec;
    for (uint32_t k = 0; k < m->ntables; k++)
        *(struct hs_table_rec **)vm(i, hs_off_table(&c->layout, k)) = &i->tables[k]->rec;
    i->vmctx->mem0 = m->nmemories ? &i->memories[0]->rec : NULL;
    i->vmctx->mem0_base = m->nmemories ? i->memories[0]->rec.base : NULL;
    i->next = s->instances;
    s->instances = i;
    s->ninstances++;
    s->nmemories += m->nmemories - m->nimported_memories;
    s->ntables += m->ntables - m->nimported_tables;
}

static enum status init_globals(struct instance *i)
{
    struct code_object *c = i->code;
    const struct module *m = c->module;
    uint32_t own = m->nglobals - m->nimported_globals;
    if (own == 0)
        return ST_OK;
    if (c->globals_constant) {
        memcpy(vm(i, hs_off_global(&c->layout, m->nimported_globals)),
               c->globals + (size_t)m->nimported_globals * 16, (size_t)own * 16);
        return ST_OK;
    }
    for (uint32_t k = m->nimported_globals; k < m->nglobals; k++) {
        enum status s = hs_const_eval(i, &m->globals[k].init, vm(i, hs_off_global(&c->layout, k)));
        if (s != ST_OK)
            return s;
    }
    return ST_OK;
}

static enum status init_tables(struct instance *i)
{
    const struct module *m = i->code->module;
    for (uint32_t k = m->nimported_tables; k < m->ntables; k++) {
        union hs_value v;
        if (m->tables[k].init.kind == CONST_NONE || m->tables[k].init.kind == CONST_NULL)
            continue;
        enum status s = hs_const_eval(i, &m->tables[k].init, &v);
        if (s != ST_OK)
            return s;
        for (uint64_t n = 0; n < i->tables[k]->rec.size; n++)
            i->tables[k]->rec.elems[n] = v.bits[0];
    }
    return ST_OK;
}

static enum status segment_trap(struct instance *i, enum trap t)
{
    i->store->trap.code = t;
    i->store->trap.nframes = 0;
    i->store->trap.has_address = false;
    return ST_TRAP;
}

static enum status segment_offset(struct instance *i, const struct constexpr *e, bool is64,
                                  uint64_t *out)
{
    union hs_value v;
    enum status s = hs_const_eval(i, e, &v);
    if (s == ST_OK)
        *out = is64 ? v.bits[0] : (uint32_t)v.bits[0];
    return s;
}

void hs_instance_drop_elem(struct instance *i, uint32_t elem)
{
    i->dropped_elems[elem / 8] |= (uint8_t)(1 << elem % 8);
    if (!i->items)
        return;
    hs_free(i->items[elem]);
    i->items[elem] = NULL;
}

/* Evaluates what must be the same at each use. What is done so far lies where a collection finds
 * it. */
static enum status keep_items(struct instance *i)
{
    const struct module *m = i->code->module;
    for (uint32_t k = 0; k < m->nelems; k++) {
        const struct elem *e = &m->elems[k];
        if (!must_keep(e))
            continue;
        if (!i->items && !(i->items = hs_calloc(m->nelems, sizeof *i->items)))
            return ST_OOM;
        if (!(i->items[k] = hs_calloc(e->count, sizeof *i->items[k])))
            return ST_OOM;
        for (uint32_t n = 0; n < e->count; n++) {
            union hs_value v;
            enum status s = hs_const_eval(i, &e->exprs[n], &v);
            if (s != ST_OK)
                return s;
            i->items[k][n] = v.bits[0];
        }
    }
    return ST_OK;
}

static enum status init_elems(struct instance *i)
{
    const struct module *m = i->code->module;
    enum status kept = keep_items(i);
    if (kept != ST_OK)
        return kept;
    for (uint32_t k = 0; k < m->nelems; k++) {
        const struct elem *e = &m->elems[k];
        if (e->mode == SEGMENT_ACTIVE) {
            uint64_t at;
            enum status s =
                segment_offset(i, &e->offset, m->tables[e->table].type.limits.is64, &at);
            if (s != ST_OK)
                return s;
            enum trap t = hs_table_init(i, e->table, k, at, 0, e->count);
            if (t != TRAP_NONE)
                return segment_trap(i, t);
        }
        if (e->mode != SEGMENT_PASSIVE)
            i->dropped_elems[k / 8] |= (uint8_t)(1 << k % 8);
    }
    return ST_OK;
}

static enum status init_datas(struct instance *i)
{
    struct code_object *c = i->code;
    const struct module *m = c->module;
    for (uint32_t k = 0; k < m->ndatas; k++) {
        const struct data *d = &m->datas[k];
        if (d->mode != SEGMENT_ACTIVE)
            continue;
        if (!(c->data_in_image && d->memory == 0)) {
            uint64_t at;
            enum status s =
                segment_offset(i, &d->offset, m->memories[d->memory].type.limits.is64, &at);
            if (s != ST_OK)
                return s;
            enum trap t = hs_memory_init(i, d->memory, k, at, 0, d->bytes.size);
            if (t != TRAP_NONE)
                return segment_trap(i, t);
        }
        i->dropped_datas[k / 8] |= (uint8_t)(1 << k % 8);
    }
    return ST_OK;
}

/* Remembers the tables as they are now, for the next tenant. */
static void keep_tables(struct instance *i)
{
    const struct module *m = i->code->module;
    for (uint32_t k = m->nimported_tables; k < m->ntables; k++) {
        struct table_obj *t = i->tables[k];
        if (t->pristine || t->rec.size == 0)
            continue;
        if ((t->pristine = hs_alloc(t->rec.size * 8)))
            memcpy(t->pristine, t->rec.elems, t->rec.size * 8);
    }
}

static void find_exported_memory(struct instance *i)
{
    const struct export *e = hs_module_find_export(i->code->module, hs_span_text("memory"));
    i->exported_memory = e && e->kind == EXTERN_MEMORY ? i->memories[e->index] : NULL;
}

enum { PLACES = sizeof((struct code_object *)0)->places / sizeof(struct parking_place) };

static unsigned home_place(void)
{
    static _Atomic unsigned threads;
    static __thread unsigned number __attribute__((tls_model("initial-exec"))); /* + 1 */
    if (!number)
        number = 1 + atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed) % PLACES;
    return number - 1;
}

static struct instance *unpark(struct code_object *c)
{
    for (unsigned n = 0, home = home_place(); n < PLACES; n++) {
        struct instance *_Atomic *place = &c->places[(home + n) % PLACES].instance;
        struct instance *i = atomic_load_explicit(place, memory_order_relaxed);
        if (i && (i = atomic_exchange_explicit(place, NULL, memory_order_acquire)))
            return i;
    }
    if (!__atomic_load_n(&c->parked, __ATOMIC_RELAXED))
        return NULL;
    pthread_mutex_lock(&c->lock);
    struct instance *i = c->parked;
    if (i) {
        __atomic_store_n(&c->parked, i->next, __ATOMIC_RELAXED); /* others look without the lock */
        c->nparked--;
    }
    pthread_mutex_unlock(&c->lock);
    return i;
}

/* False: there is no place left. */
static bool park(struct code_object *c, struct instance *i)
{
    if (c->rt->config.keep_slots >= PLACES)
        for (unsigned n = 0, home = home_place(); n < PLACES; n++) {
            struct instance *_Atomic *place = &c->places[(home + n) % PLACES].instance;
            struct instance *empty = NULL;
            if (!atomic_load_explicit(place, memory_order_relaxed) &&
                atomic_compare_exchange_strong_explicit(place, &empty, i, memory_order_release,
                                                        memory_order_relaxed))
                return true;
        }
    pthread_mutex_lock(&c->lock);
    bool room = c->nparked < MAX_PARKED && c->nparked < c->rt->config.keep_slots;
    if (room) {
        i->next = c->parked;
        __atomic_store_n(&c->parked, i, __ATOMIC_RELAXED);
        c->nparked++;
    }
    pthread_mutex_unlock(&c->lock);
    return room;
}

static struct instance *take_parked(struct code_object *c)
{
    struct instance *i = unpark(c);
    /* A sealed memory is for threads whose faults reach us. */
    if (i && c->module->nmemories && i->memories[0]->slot->sealed &&
        HS_UNLIKELY(!hs_fault_arrives()) && !hs_pool_expose(i->memories[0]->slot)) {
        block_delete(i, c->rt);
        return NULL;
    }
    return i;
}

enum status hs_instance_new(struct store *s, struct code_object *c, const struct hs_extern *imports,
                            struct error *error, struct instance **out)
{
    const struct module *m = c->module;
    for (uint32_t k = 0; k < m->nimports; k++) {
        enum status st = hs_link_check(c, k, &imports[k], error);
        if (st != ST_OK)
            return st;
    }
    enum status st = check_limits(s, m, error);
    if (st != ST_OK)
        return st;
    if (c->layout.objects && hs_heap_open(s) != ST_OK)
        return hs_error_set(error, ST_OOM, HS_NO_OFFSET, "out of memory");
    if (!__atomic_load_n(&c->prepared, __ATOMIC_ACQUIRE)) {
        if (!make_shapes(c))
            return hs_error_set(error, ST_OOM, HS_NO_OFFSET, "out of memory");
        prepare(c);
    }
    struct instance *i = take_parked(c);
    if (i) {
        attach(i, s, imports);
        st = init_globals(i);
        if (st != ST_OK)
            return hs_error_set(error, st, HS_NO_OFFSET, "out of memory");
        *out = i;
        return ST_OK;
    }
    i = block_new(c);
    if (!i)
        return hs_error_set(error, ST_OOM, HS_NO_OFFSET, "out of memory");
    st = open_parts(i, s->rt, error);
    if (st != ST_OK) {
        block_delete(i, s->rt);
        return st;
    }
    attach(i, s, imports);
    fill_funcrefs(i);
    find_exported_memory(i);
    if ((st = init_globals(i)) == ST_OK && (st = init_tables(i)) == ST_OK &&
        (st = init_elems(i)) == ST_OK)
        st = init_datas(i);
    if (st != ST_OK) /* it stays in the store: functions of it may be in imported tables */
        return st == ST_TRAP ? st : hs_error_set(error, st, HS_NO_OFFSET, "out of memory");
    if (c->recyclable)
        keep_tables(i);
    i->started = true;
    *out = i;
    return ST_OK;
}

enum status hs_instance_start(struct instance *i)
{
    const struct module *m = i->code->module;
    if (!m->has_start)
        return ST_OK;
    struct hs_funcref start = {.vmctx = i->vmctx,
                               .type = i->code->type_ids[m->funcs[m->start].type]};
    if (m->start < m->nimported_funcs) {
        struct hs_import_func *f = vm(i, hs_off_import(&i->code->layout, m->start));
        start.code = f->code;
        start.vmctx = f->vmctx;
    } else {
        start.code = i->code->range.base + (uint64_t)(m->start - m->nimported_funcs) * HS_PLT_ENTRY;
    }
    union hs_value none;
    return hs_call(i->store, &start, &none);
}

/* --- The end ---------------------------------------------------------------------------------- */

/* True if the instance is as new. */
static bool clean(struct instance *i)
{
    struct code_object *c = i->code;
    const struct module *m = c->module;
    if (!c->recyclable || !i->started)
        return false;
    if (m->nmemories) {
        struct memory_obj *mem = i->memories[0];
        uint64_t min = mem->type.min << 16;
        if (!hs_pool_clean(mem->slot, i->vmctx->ran || mem->written, min))
            return false;
        mem->rec.bytes = min;
        mem->written = false;
        mem->handle = 0;
    }
    for (uint32_t k = 0; k < m->ntables; k++) {
        struct table_obj *t = i->tables[k];
        uint64_t min = m->tables[k].type.limits.min;
        if (min && !t->pristine)
            return false;
        t->rec.size = min;
        t->handle = 0;
        if (min && i->vmctx->ran)
            memcpy(t->rec.elems, t->pristine, min * 8);
    }
    if (i->vmctx->ran) {
        memset(i->dropped_elems, 0, (m->nelems + 7) / 8);
        memset(i->dropped_datas, 0, (m->ndatas + 7) / 8);
        for (uint32_t k = 0; k < m->nelems; k++)
            if (m->elems[k].mode != SEGMENT_PASSIVE)
                i->dropped_elems[k / 8] |= (uint8_t)(1 << k % 8);
        for (uint32_t k = 0; k < m->ndatas; k++)
            if (m->datas[k].mode == SEGMENT_ACTIVE)
                i->dropped_datas[k / 8] |= (uint8_t)(1 << k % 8);
    }
    if (m->nglobals)
        memset(i->globals, 0, m->nglobals * sizeof *i->globals);
    if (m->ntags)
        memset(i->tags, 0, m->ntags * sizeof *i->tags);
    /* references that the next store would take for its own until they are initialized */
    if (!c->globals_constant)
        memset(vm(i, hs_off_global(&c->layout, m->nimported_globals)), 0,
               (size_t)(m->nglobals - m->nimported_globals) * 16);
    i->vmctx->ran = false;
    i->handle = 0;
    i->store = NULL;
    return true;
}

void hs_instance_release(struct instance *i)
{
    struct code_object *c = i->code;
    if (!clean(i) || !park(c, i))
        block_delete(i, c->rt);
    hs_code_unref(c);
}

void hs_code_object_forget_parked(struct code_object *c)
{
    for (struct instance *i; (i = unpark(c));)
        block_delete(i, c->rt);
}

/* --- Looking in ------------------------------------------------------------------------------- */

struct hs_funcref *hs_instance_func(struct instance *i, uint32_t func)
{
    const struct hs_vmlayout *l = &i->code->layout;
    return l->funcref_slot[func] == UINT32_MAX ? NULL : vm(i, hs_off_funcref(l, func));
}

static struct global_obj *global_of(struct instance *i, uint32_t index)
{
    if (i->globals[index])
        return i->globals[index];
    const struct globaltype *t = &i->code->module->globals[index].type;
    union hs_value none = {.bits = {0, 0}};
    struct global_obj *g;
    if (hs_global_new(i->store, hs_canon_vt(i->code->type_ids, t->type), t->mutable, &none, &g) !=
        ST_OK)
        return NULL;
    g->value = vm(i, hs_off_global(&i->code->layout, index));
    return i->globals[index] = g;
}

struct tag_obj *hs_instance_tag(struct instance *i, uint32_t index)
{
    if (!i->tags[index] &&
        hs_tag_new(i->store, i->code->type_ids[i->code->module->tags[index].type],
                   &i->tags[index]) != ST_OK)
        return NULL;
    return i->tags[index];
}

bool hs_instance_extern(struct instance *i, enum externkind kind, uint32_t index,
                        struct hs_extern *out)
{
    struct hs_extern x = {.kind = kind};
    if (kind != EXTERN_MEMORY)
        i->vmctx->ran =
            true; /* others may now call it, directly or by a global's reference, or write to its table */
    switch (kind) {
    case EXTERN_FUNC: x.func = hs_instance_func(i, index); break;
    case EXTERN_TABLE: x.table = i->tables[index]; break;
    case EXTERN_MEMORY:
        x.memory = i->memories[index];
        if (!hs_memory_mark(x.memory))
            return false;
        break;
    case EXTERN_GLOBAL: x.global = global_of(i, index); break;
    case EXTERN_TAG: x.tag = hs_instance_tag(i, index); break;
    }
    if (!x.func)
        return false;
    *out = x;
    return true;
}

bool hs_instance_export(struct instance *i, uint32_t n, struct hs_extern *out)
{
    const struct export *e = &i->code->module->exports[n];
    return hs_instance_extern(i, e->kind, e->index, out);
}
