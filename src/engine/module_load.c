/* From bytes to a code object: read, validate, register the types, lay out, reserve machine
 * code; then compile each function when it is first called, or all of them. See engine.h. */
#include "base/bits.h"
#include "binary/binary.h"
#include "engine/engine.h"
#include "valid/valid.h"

/* A code object with what it owns. */
struct loaded {
    struct code_object code; /* first */
    struct engine *engine;   /* counted */
    struct module module;
    struct hs_file_map file; /* the bytes: mapped, */
    uint8_t *copy;           /* or copied */
    size_t copy_pages;       /* bytes of pages that the copy has to itself; 0: it was allocated */
};

/* From these sizes on memory in large pages pays: of the module's copy, and of code, when all is
 * compiled at once. */
enum { LARGE_COPY = 4 << 20, LARGE_CODE = 512 << 10 };

enum { MIN_CODE = 1 << 20, MAX_CODE = INT32_MAX - (64 << 20) };

/* What no tier can compile yet is refused here, with the reason, not at the first call. */
static enum status check_supported(const struct module *m, struct error *error)
{
    uint32_t flags = 0;
    for (uint32_t i = 0; i < m->nfuncs - m->nimported_funcs; i++)
        flags |= m->facts[i].flags;
    const char *what = NULL;
    if (flags & FACT_HAS_LEGACY_TRY)
        what = "the instructions of an earlier proposal of exception handling";
    else if (flags & FACT_HAS_GC & hs_baseline_lacks())
        what = "garbage-collected types";
    else if (flags & hs_baseline_lacks())
        what = "vector instructions";
    if (what)
        return hs_error_set(error, ST_UNSUPPORTED, HS_NO_OFFSET,
                            "the module is valid, but uses %s, which this build cannot compile yet",
                            what);
    return ST_OK;
}

static struct hs_compile_input input_of(const struct code_object *c, uint32_t func)
{
    const struct engine *e = c->rt->engine;
    return (struct hs_compile_input){
        .module = c->module,
        .layout = &c->layout,
        .func = func,
        .plt_size = c->range.plt_size,
        .code_capacity = c->range.code_capacity,
        .cpu = c->rt->cpu,
        .pin_seed = e->config.pin_seed,
    };
}

/* --- Placing code ----------------------------------------------------------------------------- */

/* Functions compiled but not placed yet, one after the other. */
struct batch {
    struct hs_machine_code code;
    HS_VEC(struct placed) functions; /* place: offset in the batch */
};

enum { BATCH_BYTES = 64 << 10 };

static void batch_init(struct batch *b)
{
    hs_machine_code_init(&b->code);
    hs_vec_init(&b->functions, HS_LIMIT_FUNCS);
}

static void batch_deinit(struct batch *b)
{
    hs_machine_code_deinit(&b->code);
    hs_vec_deinit(&b->functions);
}

static enum status batch_compile(struct batch *b, const struct code_object *c, uint32_t func,
                                 struct error *error)
{
    struct hs_compile_input in = input_of(c, func);
    size_t start;
    enum status s = hs_baseline_compile(&in, &b->code, &start, error);
    if (s != ST_OK)
        return s;
    struct placed f = {(uint32_t)start, (uint32_t)(b->code.bytes.count - start), func};
    return hs_vec_push(&b->functions, f) ? ST_OK : ST_OOM;
}

/* Writes the batch into the range and publishes its functions; those that another thread
 * published first stay. */
static enum status batch_place(struct code_object *c, struct batch *b)
{
    if (b->functions.count == 0)
        return ST_OK;
    enum status s = ST_OOM;
    const struct hs_more_handlers handlers = {b->code.sites.data,   b->code.tries.data,
                                              b->code.clauses.data, b->code.sites.count,
                                              b->code.tries.count,  b->code.clauses.count};
    pthread_mutex_lock(&c->lock);
    size_t place = hs_code_memory_next(&c->memory, hs_align_up(c->range.code_used, HS_CODE_ALIGN));
    if (place + b->code.bytes.count <= c->range.code_capacity &&
        hs_vec_reserve(&c->placed, b->functions.count) &&
        hs_handlers_reserve(&c->handlers, &handlers) == ST_OK) {
        hs_machine_code_place(&b->code, place);
        s = hs_code_memory_write(&c->memory, place, b->code.bytes.data, b->code.bytes.count);
    }
    if (s == ST_OK) {
        c->range.code_used = place + b->code.bytes.count;
        hs_handlers_add(&c->handlers, &handlers, (uint32_t)place);
        for (size_t i = 0; i < b->functions.count; i++) {
            struct placed f = b->functions.data[i];
            f.place += (uint32_t)place;
            c->placed.data[c->placed.count++] = f;
            uint32_t n = f.func - c->module->nimported_funcs;
            void *unresolved = c->range.base + (uint64_t)n * HS_PLT_ENTRY + HS_PLT_LAZY;
            atomic_compare_exchange_strong(&c->range.slots[n], &unresolved,
                                           (void *)(c->range.base + f.place));
        }
    }
    pthread_mutex_unlock(&c->lock);
    hs_machine_code_clear(&b->code);
    hs_vec_clear(&b->functions);
    return s;
}

static bool resolved(struct code_object *c, uint32_t n, void **out)
{
    void *entry = atomic_load_explicit(&c->range.slots[n], memory_order_acquire);
    *out = entry;
    return entry != c->range.base + (uint64_t)n * HS_PLT_ENTRY + HS_PLT_LAZY;
}

static enum status compile_one(struct code_object *c, uint32_t n, void **out_code,
                               struct error *error)
{
    if (resolved(c, n, out_code))
        return ST_OK;
    struct batch b;
    batch_init(&b);
    enum status s = batch_compile(&b, c, c->module->nimported_funcs + n, error);
    if (s == ST_OK)
        s = batch_place(c, &b);
    if (s == ST_OK)
        resolved(c, n, out_code);
    else
        hs_error_set(error, s, HS_NO_OFFSET, "out of memory for machine code");
    batch_deinit(&b);
    return s;
}

static uint32_t locate(struct code_object *c, uint32_t func, uint32_t code_offset,
                       bool is_return_address)
{
    struct hs_compile_input in = input_of(c, func);
    return hs_baseline_locate(&in, code_offset, is_return_address);
}

/* --- All at once ------------------------------------------------------------------------------ */

struct eager {
    struct code_object *code;
    _Atomic uint32_t next;
    _Atomic int failed; /* enum status */
    pthread_mutex_t lock;
    struct error error;
};

enum { CLAIM = 32 }; /* functions a thread takes at a time */

static void *eager_work(void *env)
{
    struct eager *w = env;
    struct code_object *c = w->code;
    uint32_t total = c->range.nfuncs;
    struct batch b;
    struct error error;
    hs_error_init(&error);
    batch_init(&b);
    enum status s = ST_OK;
    while (s == ST_OK && !w->failed) {
        uint32_t first = atomic_fetch_add(&w->next, CLAIM);
        if (first >= total)
            break;
        uint32_t end = first + CLAIM < total ? first + CLAIM : total;
        for (uint32_t n = first; s == ST_OK && n < end; n++) {
            void *done;
            if (resolved(c, n, &done))
                continue;
            s = batch_compile(&b, c, c->module->nimported_funcs + n, &error);
            if (s == ST_OK && b.code.bytes.count > BATCH_BYTES)
                s = batch_place(c, &b);
        }
    }
    if (s == ST_OK)
        s = batch_place(c, &b);
    if (s != ST_OK) {
        hs_error_set(&error, s, HS_NO_OFFSET, "out of memory for machine code");
        pthread_mutex_lock(&w->lock);
        if (!w->failed) {
            w->failed = (int)s;
            w->error = error;
        }
        pthread_mutex_unlock(&w->lock);
    }
    batch_deinit(&b);
    return NULL;
}

enum status hs_module_compile_all(struct code_object *c, unsigned threads, struct error *error)
{
    enum { MAX_THREADS = 64, SMALL = 64 << 10 };
    struct eager w = {.code = c};
    pthread_t others[MAX_THREADS];
    unsigned started = 0;
    if (threads == 0)
        threads = c->module->code_size < SMALL ? 1 : hs_cpu_count();
    pthread_mutex_init(&w.lock, NULL);
    while (started + 1 < threads && started < MAX_THREADS &&
           pthread_create(&others[started], NULL, eager_work, &w) == 0)
        started++;
    eager_work(&w);
    while (started > 0)
        pthread_join(others[--started], NULL);
    pthread_mutex_destroy(&w.lock);
    if (!w.failed && (w.failed = (int)hs_code_memory_seal(&c->memory)) != ST_OK)
        hs_error_set(&w.error, ST_OOM, HS_NO_OFFSET, "out of memory for machine code");
    if (w.failed && error->status == ST_OK)
        *error = w.error;
    return (enum status)w.failed;
}

/* --- Loading ---------------------------------------------------------------------------------- */

static void free_bytes(struct loaded *l)
{
    hs_file_unmap(&l->file);
    if (l->copy_pages)
        hs_pages_release(l->copy, l->copy_pages);
    else
        hs_free(l->copy);
}

static void destroy(struct code_object *c)
{
    struct loaded *l = HS_CONTAINER(c, struct loaded, code);
    struct runtime *rt = c->rt;
    uint32_t ntypes = l->module.ntypes;
    hs_code_object_forget_parked(c);
    hs_code_object_deinit(c);
    hs_vmlayout_deinit(&c->layout);
    hs_type_registry_remove(&rt->types, c->type_ids, ntypes);
    hs_module_deinit(&l->module);
    free_bytes(l);
    hs_engine_unref(l->engine);
    hs_free(l);
}

static enum status reserve_code(struct code_object *c, bool all_at_once)
{
    const struct module *m = c->module;
    uint32_t n = m->nfuncs - m->nimported_funcs;
    uint64_t plt = hs_align_up((uint64_t)n * HS_PLT_ENTRY + HS_PLT_ENTRY, HS_CODE_ALIGN);
    /* Address space only. The most that a byte of a body has been seen to become is about 20. */
    uint64_t capacity = plt + MIN_CODE + (uint64_t)m->code_size * 24 + (uint64_t)n * 256;
    if (capacity > MAX_CODE)
        capacity = MAX_CODE;
    capacity = hs_align_up(capacity, hs_page_size());
    uint64_t slots =
        c->layout.counters ? hs_code_counter(0, n, n) : ((uint64_t)n + 1) * sizeof(void *);
    enum status s = all_at_once && m->code_size >= LARGE_CODE
                        ? hs_code_memory_new_open(&c->memory, capacity, slots)
                        : hs_code_memory_new(&c->memory, capacity, slots);
    if (s != ST_OK)
        return s;
    c->range = (struct hs_code_range){
        .base = c->memory.base,
        .plt_size = plt,
        .code_capacity = capacity,
        .code_used = plt,
        .slots = (void *_Atomic *)(c->memory.base + capacity),
        .nfuncs = n,
    };
    uint8_t *stubs = hs_alloc(plt);
    if (!stubs)
        return ST_OOM;
    hs_compile_plt(&c->range, stubs);
    s = hs_code_memory_write(&c->memory, 0, stubs, plt);
    hs_free(stubs);
    for (uint32_t i = 0; i < n; i++)
        c->range.slots[i] = c->range.base + (uint64_t)i * HS_PLT_ENTRY + HS_PLT_LAZY;
    c->range.slots[n] = (void *)hs_stub_lazy;
    return s;
}

/* l->file or l->copy and bytes are set; frees l on failure. */
static enum status load(struct engine *e, struct loaded *l, struct span bytes, struct error *error,
                        struct code_object **out)
{
    struct code_object *c = &l->code;
    struct hs_vmlayout *layout = &c->layout;
    unsigned threads = e->config.parallel ? 0 : 1;
    enum status s = hs_binary_read(bytes.data, bytes.size, e->config.features, &l->module, error);
    if (s != ST_OK)
        goto no_module;
    struct module *m = &l->module;
    if ((s = hs_valid_module(m, threads, error)) != ST_OK ||
        (s = check_supported(m, error)) != ST_OK)
        goto no_types;
    c->refs = 1;
    c->rt = &e->rt;
    c->module = m;
    c->memory.fd = -1;
    c->ticket = -1;
    c->compile = compile_one;
    c->locate = locate;
    c->destroy = destroy;
    if ((s = hs_type_registry_add(&e->rt.types, m, &c->type_ids)) != ST_OK)
        goto no_types;
    if ((s = hs_vmlayout_init(layout, m)) != ST_OK)
        goto no_layout;
    layout->type_ids = c->type_ids;
    layout->signals = e->rt.config.signals;
    layout->fuel = e->rt.config.fuel;
    layout->epochs = e->rt.config.epochs;
    layout->counters = e->rt.config.counters;
    layout->spectre = e->rt.config.spectre;
    for (uint32_t i = 0; i < m->nmemories; i++)
        layout->memory_style[i] =
            (uint8_t)hs_memory_style(&e->rt.config, &m->memories[i].type.limits);
    if ((s = reserve_code(c, !e->config.lazy)) != ST_OK)
        goto no_code;
    c->ticket = hs_fault_range_add(FAULT_CODE, c->range.base, c->range.code_capacity);
    if (c->ticket < 0) {
        s = ST_OOM;
        goto no_code;
    }
    pthread_mutex_init(&c->lock, NULL);
    hs_vec_init(&c->placed, 2 * (size_t)HS_LIMIT_FUNCS);
    hs_code_object_init(c);
    l->engine = hs_engine_ref(e);
    if (!e->config.lazy && (s = hs_module_compile_all(c, threads, error)) != ST_OK) {
        destroy(c);
        return s;
    }
    *out = c;
    return ST_OK;
no_code:
    hs_code_memory_delete(&c->memory);
    hs_vmlayout_deinit(layout);
no_layout:
    hs_type_registry_remove(&e->rt.types, c->type_ids, m->ntypes);
no_types:
    hs_module_deinit(&l->module);
no_module:
    free_bytes(l);
    hs_free(l);
    return hs_error_set(error, s, HS_NO_OFFSET,
                        s == ST_OOM ? "out of memory"
                                    : "the module exceeds a limit of the implementation");
}

enum status hs_module_new(struct engine *e, const void *bytes, size_t size, struct error *error,
                          struct code_object **out)
{
    if (size > HS_LIMIT_MODULE_SIZE)
        return hs_error_set(error, ST_UNSUPPORTED, HS_NO_OFFSET,
                            "the module has %zu bytes, more than the limit of %u", size,
                            HS_LIMIT_MODULE_SIZE);
    struct loaded *l = hs_calloc(1, sizeof *l);
    if (l)
        l->copy = size < LARGE_COPY ? hs_alloc(size) : hs_pages_new_large(size, &l->copy_pages);
    if (!l || !l->copy) {
        hs_free(l);
        return hs_error_set(error, ST_OOM, HS_NO_OFFSET, "out of memory");
    }
    if (size)
        memcpy(l->copy, bytes, size);
    return load(e, l, (struct span){l->copy, size}, error, out);
}

enum status hs_module_new_file(struct engine *e, const char *path, struct error *error,
                               struct code_object **out)
{
    struct loaded *l = hs_calloc(1, sizeof *l);
    if (!l)
        return hs_error_set(error, ST_OOM, HS_NO_OFFSET, "out of memory");
    enum status s = hs_file_map(path, 64, &l->file);
    if (s != ST_OK) {
        hs_free(l);
        return hs_error_set(error, s, HS_NO_OFFSET, "failed to read `%s`", path);
    }
    if (l->file.bytes.size > HS_LIMIT_MODULE_SIZE) {
        hs_file_unmap(&l->file);
        hs_free(l);
        return hs_error_set(error, ST_UNSUPPORTED, HS_NO_OFFSET,
                            "`%s` has more than %u bytes, the limit for a module", path,
                            HS_LIMIT_MODULE_SIZE);
    }
    return load(e, l, l->file.bytes, error, out);
}

enum status hs_module_validate(struct engine *e, const void *bytes, size_t size,
                               struct error *error)
{
    struct module m;
    enum status s = hs_binary_read(bytes, size, e->config.features, &m, error);
    if (s != ST_OK)
        return s;
    s = hs_valid_module(&m, e->config.parallel ? 0 : 1, error);
    hs_module_deinit(&m);
    return s;
}
