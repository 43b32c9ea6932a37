/* All bodies of a module. Threads claim runs of functions of about CHUNK bytes from one
 * counter, so that none waits for a slow one; each has its own struct fast and writes the facts
 * of its functions, which nobody else does.
 *
 * The error reported is that of the lowest failing function whatever the threads did: chunks
 * are claimed in order, each is gone through in order, and those above a failure are skipped. */
#include "valid/bodies.h"
#include "base/alloc.h"
#include "valid/fast.h"
#include "valid/valid.h"
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum {
    CHUNK = 64 << 10,
    PER_THREAD =
        512
        << 10, /* bytes of code that make another thread worth its start, about 50 microseconds */
    MAX_THREADS = 64,
    NO_FAILURE = UINT32_MAX,
};

struct work {
    struct module *m;
    struct fast_tables tables;
    uint32_t largest;        /* body */
    _Atomic uint32_t next;   /* first function that nobody has claimed */
    _Atomic uint32_t failed; /* lowest function that failed */
    _Atomic bool oom;
};

/* One body; those at the very end of the module are copied, since handlers read a little
 * beyond. The struct fast is replaced when a body has many locals. */
static bool body(struct fast **fast, uint32_t func, uint32_t largest, struct func_facts *out)
{
    struct fast *f = *fast;
    const struct module *m = f->m;
    const struct func *d = &m->funcs[func];
    const uint8_t *code = m->bytes.data + d->body;
    uint8_t *copy = NULL;
    if (m->bytes.size - d->body - d->body_size < FAST_PADDING) {
        copy = hs_calloc((size_t)d->body_size + FAST_PADDING, 1);
        if (!copy) {
            f->oom = true;
            return false;
        }
        memcpy(copy, code, d->body_size);
        code = copy;
    }
    bool ok = hs_fast_func(f, func, code, d->body_size, out);
    if (!ok && f->more_locals) {
        struct fast *more = hs_fast_new(f->t, largest, HS_LIMIT_LOCALS);
        if (!more) {
            f->oom = true;
        } else {
            hs_fast_delete(f);
            *fast = more;
            ok = hs_fast_func(more, func, code, d->body_size, out);
        }
    }
    hs_free(copy);
    return ok;
}

/* Claims functions [*out_first, *out_end); false: there are none left. */
static bool claim(struct work *w, uint32_t *out_first, uint32_t *out_end)
{
    const struct module *m = w->m;
    uint32_t first = atomic_load_explicit(&w->next, memory_order_relaxed), end;
    do {
        if (first >= m->nfuncs)
            return false;
        uint64_t bytes = 0;
        for (end = first; end < m->nfuncs && bytes < CHUNK; end++)
            bytes += m->funcs[end].body_size;
    } while (!atomic_compare_exchange_weak(&w->next, &first, end));
    *out_first = first;
    *out_end = end;
    return true;
}

static void fail(struct work *w, uint32_t func)
{
    uint32_t lowest = atomic_load(&w->failed);
    while (func < lowest && !atomic_compare_exchange_weak(&w->failed, &lowest, func))
        ;
}

static void *work_on(void *arg)
{
    struct work *w = arg;
    struct module *m = w->m;
    struct fast *f = hs_fast_new(&w->tables, w->largest, FAST_FEW_LOCALS);
    if (!f) {
        atomic_store(&w->oom, true);
        return NULL;
    }
    uint32_t first, end;
    while (claim(w, &first, &end) && first < atomic_load(&w->failed)) {
        for (uint32_t i = first; i < end; i++) {
            if (body(&f, i, w->largest, &m->facts[i - m->nimported_funcs]))
                continue;
            if (f->oom)
                atomic_store(&w->oom, true);
            fail(w, i);
            break;
        }
    }
    hs_fast_delete(f);
    return NULL;
}

static unsigned choose_threads(const struct module *m, unsigned threads, uint64_t code)
{
    uint64_t worth = code / PER_THREAD;
    if (worth <= 1)
        return 1;
    if (threads == 0) {
        long n = sysconf(_SC_NPROCESSORS_ONLN);
        threads = n > 0 ? (unsigned)n : 1;
    }
    if (threads > MAX_THREADS)
        threads = MAX_THREADS;
    return threads < worth ? threads : (unsigned)worth;
}

/* A thread that cannot be started is one less: the caller's is always there. */
static void run(struct work *w, unsigned threads)
{
    pthread_t others[MAX_THREADS];
    unsigned started = 0;
    for (; started + 1 < threads; started++)
        if (pthread_create(&others[started], NULL, work_on, w) != 0)
            break;
    work_on(w);
    for (unsigned i = 0; i < started; i++)
        pthread_join(others[i], NULL);
}

enum status hs_valid_bodies(struct module *m, unsigned threads, struct error *error)
{
    struct work w = {.m = m};
    uint32_t defined = m->nfuncs - m->nimported_funcs;
    uint64_t code = 0;
    m->facts = hs_arena_alloc(&m->arena, (size_t)defined + 1, sizeof *m->facts);
    if (!m->facts)
        return hs_fail_oom(error);
    for (uint32_t i = m->nimported_funcs; i < m->nfuncs; i++) {
        uint32_t size = m->funcs[i].body_size;
        code += size;
        if (size > w.largest)
            w.largest = size;
    }
    if (defined == 0)
        return ST_OK;
    if (hs_fast_tables_init(&w.tables, m) != ST_OK)
        return hs_fail_oom(error);
    atomic_store(&w.next, m->nimported_funcs);
    atomic_store(&w.failed, NO_FAILURE);
    run(&w, choose_threads(m, threads, code));
    hs_fast_tables_deinit(&w.tables);

    uint32_t failed = atomic_load(&w.failed);
    if (atomic_load(&w.oom))
        return hs_fail_oom(error);
    if (failed == NO_FAILURE)
        return ST_OK;
    enum status s = hs_valid_func_plain(m, failed, error);
    if (s == ST_OK) { /* only the heights that they accept differ */
        s = hs_fail(error, ST_UNSUPPORTED, m->funcs[failed].body, MSG_LIMIT_STACK);
        error->func = failed;
    }
    return s;
}

bool hs_valid_func_fast(const struct module *m, uint32_t func, struct func_facts *out_facts)
{
    struct fast_tables t;
    struct func_facts facts;
    if (hs_fast_tables_init(&t, m) != ST_OK)
        return false;
    uint32_t size = m->funcs[func].body_size;
    struct fast *f = hs_fast_new(&t, size, FAST_FEW_LOCALS);
    bool ok = f && body(&f, func, size, &facts);
    hs_fast_delete(f);
    hs_fast_tables_deinit(&t);
    if (ok)
        *out_facts = facts;
    return ok;
}
