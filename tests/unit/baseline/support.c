/* See support.h. Faults are turned into traps the way the real handler does it: the context
 * continues in hs_raise. */
#include "support.h"
#include "base/alloc.h"
#include "base/bits.h"
#include "binary/binary.h"
#include "text/text.h"
#include "valid/valid.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

static struct guest *current;
__thread struct hs_thread hs_thread __attribute__((tls_model("initial-exec")));

static void on_fault(int sig, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    uintptr_t pc = (uintptr_t)u->uc_mcontext.gregs[REG_RIP];
    struct guest *g = current;
    if (!g || pc < (uintptr_t)g->range.base ||
        pc >= (uintptr_t)g->range.base + g->range.code_used) {
        signal(sig, SIG_DFL);
        return;
    }
    uint32_t code = sig == SIGFPE ? TRAP_INTEGER_DIVISION_BY_ZERO : TRAP_MEMORY_OUT_OF_BOUNDS;
    if (sig == SIGSEGV && (uintptr_t)info->si_addr - (uintptr_t)g->heap.base < HS_GC_NULL)
        code = TRAP_NULL_REFERENCE;
    g->run.trap_pc = pc;
    u->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)hs_raise;
    u->uc_mcontext.gregs[REG_RDI] = (greg_t)(uintptr_t)&g->run;
    u->uc_mcontext.gregs[REG_RSI] = code;
}

/* For each module: the test framework has handlers of its own per test. */
static void install(void)
{
    struct sigaction a = {.sa_sigaction = on_fault,
                          .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
    sigaction(SIGSEGV, &a, NULL);
    sigaction(SIGBUS, &a, NULL);
    sigaction(SIGFPE, &a, NULL);
}

/* --- the runtime functions: the stubs call them by name --------------------------------------- */

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define NO_TRAP     ((struct hs_rt_result){0, TRAP_NONE})
#define TRAPS(code) ((struct hs_rt_result){0, code})

uint64_t hs_rt_memory_grow(struct hs_vmctx *c, uint64_t delta, uint32_t memory)
{
    struct hs_memory_rec *r = &current->memories[memory];
    uint64_t old = r->bytes >> 16;
    if (delta > 64 || old + delta > 64)
        return UINT64_MAX;
    mprotect(r->base, (old + delta) << 16, PROT_READ | PROT_WRITE);
    r->bytes = (old + delta) << 16;
    return old;
}

struct hs_rt_result hs_rt_memory_init(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                      uint64_t which)
{
    struct hs_memory_rec *r = &current->memories[which >> 32];
    const struct data *data = &current->m.datas[(uint32_t)which];
    d = current->m.memories[which >> 32].type.limits.is64 ? d : (uint32_t)d;
    s = (uint32_t)s;
    n = (uint32_t)n;
    if (s + n > data->bytes.size || d + n < d || d + n > r->bytes)
        return TRAPS(TRAP_MEMORY_OUT_OF_BOUNDS);
    memcpy(r->base + d, data->bytes.data + s, n);
    return NO_TRAP;
}

void hs_rt_data_drop(struct hs_vmctx *c, uint32_t data)
{
    current->m.datas[data].bytes.size = 0;
}

struct hs_rt_result hs_rt_memory_copy(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                      uint64_t which)
{
    struct hs_memory_rec *to = &current->memories[(uint32_t)which],
                         *from = &current->memories[which >> 32];
    if (d + n < d || d + n > to->bytes || s + n < s || s + n > from->bytes)
        return TRAPS(TRAP_MEMORY_OUT_OF_BOUNDS);
    memmove(to->base + d, from->base + s, n);
    return NO_TRAP;
}

struct hs_rt_result hs_rt_memory_fill(struct hs_vmctx *c, uint64_t d, uint64_t value, uint64_t n,
                                      uint32_t memory)
{
    struct hs_memory_rec *r = &current->memories[memory];
    if (d + n < d || d + n > r->bytes)
        return TRAPS(TRAP_MEMORY_OUT_OF_BOUNDS);
    memset(r->base + d, (int)value, n);
    return NO_TRAP;
}

uint64_t hs_rt_table_grow(struct hs_vmctx *c, uint64_t value, uint64_t delta, uint32_t table)
{
    struct hs_table_rec *t = &current->tables[table];
    uint64_t old = t->size;
    if (old + delta > 64 || delta > 64)
        return UINT64_MAX;
    for (uint64_t i = 0; i < delta; i++)
        t->elems[old + i] = value;
    t->size = old + delta;
    return old;
}

struct hs_rt_result hs_rt_table_init(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                     uint64_t which)
{
    return TRAPS(TRAP_TABLE_OUT_OF_BOUNDS);
}

void hs_rt_elem_drop(struct hs_vmctx *c, uint32_t elem)
{
}

struct hs_rt_result hs_rt_table_copy(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                     uint64_t which)
{
    struct hs_table_rec *to = &current->tables[(uint32_t)which],
                        *from = &current->tables[which >> 32];
    if (d + n > to->size || s + n > from->size)
        return TRAPS(TRAP_TABLE_OUT_OF_BOUNDS);
    memmove(to->elems + d, from->elems + s, n * 8);
    return NO_TRAP;
}

struct hs_rt_result hs_rt_table_fill(struct hs_vmctx *c, uint64_t d, uint64_t value, uint64_t n,
                                     uint32_t table)
{
    struct hs_table_rec *t = &current->tables[table];
    if (d + n > t->size)
        return TRAPS(TRAP_TABLE_OUT_OF_BOUNDS);
    for (uint64_t i = 0; i < n; i++)
        t->elems[d + i] = value;
    return NO_TRAP;
}

struct hs_rt_result hs_rt_table_get(struct hs_vmctx *c, uint64_t i, uint32_t table)
{
    struct hs_table_rec *t = &current->tables[table];
    return i < t->size ? (struct hs_rt_result){t->elems[i], TRAP_NONE}
                       : TRAPS(TRAP_TABLE_OUT_OF_BOUNDS);
}

uint64_t hs_rt_ref_func(struct hs_vmctx *c, uint32_t func)
{
    return 0;
}

struct hs_rt_result hs_rt_call_mismatch(struct hs_vmctx *c, uint64_t ref, uint32_t wanted)
{
    struct hs_funcref *f = (struct hs_funcref *)(uintptr_t)ref;
    for (uint32_t t = f->type; t != HS_NO_TYPE; t = current->m.types[t].super)
        if (t == wanted)
            return (struct hs_rt_result){ref, TRAP_NONE};
    return TRAPS(TRAP_BAD_SIGNATURE);
}

struct hs_rt_result hs_rt_trap(struct hs_vmctx *c, uint32_t code)
{
    current->run.trap_pc = ((uint64_t *)current->run.act.exit_fp)[1];
    return TRAPS(code);
}

struct hs_rt_result hs_rt_stack_or_poll(struct hs_vmctx *c, uint64_t rsp)
{
    if (rsp < current->run.stack_limit)
        return TRAPS(TRAP_STACK_OVERFLOW);
    current->run.interrupted++;
    current->ctx->stack_limit = current->run.stack_limit;
    return NO_TRAP;
}

struct hs_rt_result hs_rt_out_of_fuel(struct hs_vmctx *c)
{
    return TRAPS(TRAP_OUT_OF_FUEL);
}

struct hs_rt_result hs_rt_atomic_notify(struct hs_vmctx *c, uint64_t a, uint64_t n, uint32_t memory)
{
    return NO_TRAP;
}

struct hs_rt_result hs_rt_atomic_wait32(struct hs_vmctx *c, uint64_t a, uint64_t e, uint64_t t,
                                        uint32_t memory)
{
    return (struct hs_rt_result){1, TRAP_NONE};
}

struct hs_rt_result hs_rt_atomic_wait64(struct hs_vmctx *c, uint64_t a, uint64_t e, uint64_t t,
                                        uint32_t memory)
{
    return (struct hs_rt_result){1, TRAP_NONE};
}

/* The heap. Canonical ids are type indices here. */

enum { HEAP_BYTES = 4 << 20 };

static struct hs_rt_result make(uint64_t size, uint32_t id, uint32_t length)
{
    struct guest *g = current;
    uint32_t ref = g->heap.at;
    if (size > g->heap.end - ref)
        return hs_rt_trap(g->ctx, TRAP_ALLOCATION_TOO_LARGE);
    g->heap.at += (uint32_t)size;
    g->heap.starts[ref >> 6] |= (uint8_t)(1 << (ref >> 3 & 7));
    g->heap.made++;
    hs_store32(g->heap.base + ref + HS_OFF_GC_TYPE, id);
    hs_store32(g->heap.base + ref + HS_OFF_GC_LENGTH, length);
    return (struct hs_rt_result){ref, TRAP_NONE};
}

struct hs_rt_result hs_rt_gc_new(struct hs_vmctx *c, uint32_t id)
{
    return make(c->layout->objects[id].size, id, 0);
}

struct hs_rt_result hs_rt_gc_new_array(struct hs_vmctx *c, uint32_t id, uint32_t length)
{
    const struct valtype storage = c->layout->module->types[id].fields[0].type;
    return make(hs_gc_array_size(hs_gc_size_of(storage), length), id, length);
}

static uint8_t *elements(struct hs_vmctx *c, uint32_t array, uint32_t at, uint32_t n,
                         uint32_t *out_size)
{
    const uint8_t *object = c->heap + array;
    if ((uint64_t)at + n > hs_load32(object + HS_OFF_GC_LENGTH))
        return NULL;
    *out_size = hs_gc_size_of(c->layout->module->types[hs_load32(object)].fields[0].type);
    return c->heap + array + HS_GC_HEADER + (size_t)at * *out_size;
}

struct hs_rt_result hs_rt_array_fill(struct hs_vmctx *c, uint32_t array, uint32_t d, uint64_t value,
                                     uint32_t n)
{
    uint32_t size;
    if (!array)
        return TRAPS(TRAP_NULL_REFERENCE);
    uint8_t *to = elements(c, array, d, n, &size);
    if (!to)
        return TRAPS(TRAP_ARRAY_OUT_OF_BOUNDS);
    for (; n > 0; n--, to += size)
        memcpy(to, size == 16 ? (const void *)c->args : &value, size);
    return NO_TRAP;
}

struct hs_rt_result hs_rt_array_copy(struct hs_vmctx *c, uint32_t array, uint32_t d, uint32_t from,
                                     uint32_t s, uint32_t n)
{
    uint32_t size;
    if (!array || !from)
        return TRAPS(TRAP_NULL_REFERENCE);
    uint8_t *to = elements(c, array, d, n, &size), *source = elements(c, from, s, n, &size);
    if (!to || !source)
        return TRAPS(TRAP_ARRAY_OUT_OF_BOUNDS);
    memmove(to, source, (size_t)n * size);
    return NO_TRAP;
}

uint32_t hs_rt_ref_test(struct hs_vmctx *c, uint64_t ref, uint32_t heap, uint32_t null_counts)
{
    const struct module *m = c->layout->module;
    if (ref == 0)
        return null_counts;
    uint32_t type = hs_heap_top(m, heap) == HEAP_FUNC ? ((struct hs_funcref *)ref)->type
                                                      : hs_load32(c->heap + ref);
    return hs_heap_subtype(m, type, heap);
}

struct hs_rt_result hs_rt_func_number(struct hs_vmctx *c, struct hs_funcref *f)
{
    struct guest *g = current;
    uint32_t i = 0;
    while (i < g->nfuncs && g->funcs[i] != f)
        i++;
    g->funcs[i] = f;
    if (i == g->nfuncs)
        g->nfuncs++;
    return (struct hs_rt_result){i, TRAP_NONE};
}

static void open_heap(struct guest *g)
{
    g->heap.base =
        mmap(NULL, HS_GC_NULL + HEAP_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(g->heap.base + HS_GC_NULL, HEAP_BYTES, PROT_READ | PROT_WRITE);
    g->heap.at = HS_GC_NULL;
    g->heap.end = HS_GC_NULL + HEAP_BYTES;
    g->heap.starts = calloc((HS_GC_NULL + HEAP_BYTES) / 64, 1);
    g->ctx->heap = g->heap.base;
    g->ctx->gc = (struct hs_heap *)(g->options.full ? &g->full : &g->heap);
    g->run.funcs = g->funcs;
    g->nfuncs = 1;
}

/* Segments are for the tests of the whole. */
#define WITHOUT_HEAP(name)                                                                         \
    struct hs_rt_result hs_rt_##name(struct hs_vmctx *c);                                          \
    struct hs_rt_result hs_rt_##name(struct hs_vmctx *c)                                           \
    {                                                                                              \
        return TRAPS(TRAP_ALLOCATION_TOO_LARGE);                                                   \
    }
WITHOUT_HEAP(gc_new_data)
WITHOUT_HEAP(gc_new_elem)
WITHOUT_HEAP(array_init_data)
WITHOUT_HEAP(array_init_elem)
WITHOUT_HEAP(throw)
WITHOUT_HEAP(throw_ref)

void *hs_rt_lazy(struct hs_vmctx *c, uint32_t i)
{
    return NULL;
}

uint32_t hs_rt_host_failed(struct hs_host *host, uintptr_t result)
{
    return (uint32_t)result;
}

void *hs_rt_enter(struct hs_run *run, struct hs_funcref *f, union hs_value *values, void *out)
{
    return NULL; /* guests are entered by guest_call alone */
}

static void *tell(struct hs_run *run, uint32_t left, void *out)
{
    *(uint32_t *)out = left;
    return NULL;
}

uint32_t hs_rt_trapped(struct hs_run *run)
{
    return run->trap_code;
}

uint32_t hs_rt_poll(struct hs_run *run)
{
    return 0;
}

/* --- modules ---------------------------------------------------------------------------------- */

static bool make_layout(struct guest *g)
{
    const struct module *m = &g->m;
    if (hs_vmlayout_init(&g->layout, m) != ST_OK)
        return false;
    g->type_ids = calloc(m->ntypes + 1, 4);
    for (uint32_t i = 0; i < m->ntypes; i++)
        g->type_ids[i] = m->types[i].canon;
    g->layout.type_ids = g->type_ids;
    g->layout.signals = !g->options.no_signals;
    g->layout.fuel = g->options.fuel;
    g->layout.epochs = g->options.epochs;
    g->layout.spectre = !g->options.no_spectre;
    for (uint32_t i = 0; i < m->nmemories; i++) {
        enum hs_memory_style s = g->options.style;
        if (s == MEMORY_GUARDED_FIXED && (m->memories[i].type.limits.is64 || g->options.no_signals))
            s = MEMORY_CHECKED_FIXED;
        g->layout.memory_style[i] = (uint8_t)s;
    }
    return true;
}

static bool compile_all(struct guest *g)
{
    const struct module *m = &g->m;
    uint32_t n = m->nfuncs - m->nimported_funcs;
    struct hs_machine_code c;
    hs_machine_code_init(&c);
    uint64_t plt = hs_align_up((uint64_t)n * HS_PLT_ENTRY + HS_PLT_LAZY, HS_CODE_ALIGN);
    uint64_t capacity = hs_align_up(plt + 64 * (uint64_t)m->code_size + 4096 * (uint64_t)n, 4096);
    g->mapped = capacity + hs_align_up(8 * ((uint64_t)n + 1), 4096);
    g->range = (struct hs_code_range){
        .plt_size = plt, .code_capacity = capacity, .code_used = plt, .nfuncs = n};
    g->range.base = mmap(NULL, g->mapped, PROT_READ | PROT_WRITE | PROT_EXEC,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g->range.slots = (void *_Atomic *)(g->range.base + capacity);
    g->offsets = calloc(n + 1, 4);
    g->sizes = calloc(n + 1, 4);
    hs_compile_plt(&g->range, g->range.base);
    for (uint32_t i = 0; i < n; i++) {
        struct hs_compile_input in = {
            .module = m,
            .layout = &g->layout,
            .func = m->nimported_funcs + i,
            .plt_size = plt,
            .code_capacity = capacity,
            .cpu = g->options.cpu & hs_cpu_features(),
            .pin_seed = g->options.pin_seed,
        };
        size_t start;
        hs_machine_code_clear(&c);
        g->status = hs_baseline_compile(&in, &c, &start, &g->error);
        if (g->status != ST_OK) {
            hs_machine_code_deinit(&c);
            return false;
        }
        hs_machine_code_place(&c, g->range.code_used);
        memcpy(g->range.base + g->range.code_used, c.bytes.data, c.bytes.count);
        g->offsets[i] = (uint32_t)g->range.code_used;
        g->sizes[i] = (uint32_t)c.bytes.count;
        g->range.slots[i] = g->range.base + g->range.code_used;
        g->code_bytes += c.bytes.count;
        g->range.code_used = hs_align_up(g->range.code_used + c.bytes.count, HS_CODE_ALIGN);
    }
    hs_machine_code_deinit(&c);
    return true;
}

static void constant(struct guest *g, const struct constexpr *e, void *out)
{
    if (e->kind == CONST_NUMBER) {
        memcpy(out, e->bits, 16);
    } else if (e->kind == CONST_FUNC) {
        void *ref = (uint8_t *)g->ctx + hs_off_funcref(&g->layout, e->index);
        memcpy(out, &ref, 8);
    }
}

static void instantiate(struct guest *g)
{
    const struct module *m = &g->m;
    g->ctx = aligned_alloc(64, hs_align_up(g->layout.size + 64, 64));
    memset(g->ctx, 0, g->layout.size);
    g->run.args = calloc(HS_ARGS_AREA, 16);
    g->run.stack_limit = (uint64_t)(uintptr_t)__builtin_frame_address(0) - (512 << 10);
    g->run.fuel = UINT64_MAX / 2;
    struct hs_vmctx *c = g->ctx;
    uint8_t *base = (uint8_t *)c;
    c->stack_limit = g->run.stack_limit;
    c->poll = (const uint8_t *)g->run.args;
    c->run = &g->run;
    c->rt = hs_rt_stubs;
    c->args = g->run.args;
    c->layout = &g->layout;
    c->magic = HS_VMCTX_MAGIC;
    open_heap(g);
    for (uint32_t i = 0; i < m->nfuncs; i++)
        if (g->layout.funcref_slot[i] != UINT32_MAX && i >= m->nimported_funcs) {
            struct hs_funcref *f = (struct hs_funcref *)(base + hs_off_funcref(&g->layout, i));
            f->code = g->range.base + (size_t)(i - m->nimported_funcs) * HS_PLT_ENTRY;
            f->vmctx = c;
            f->type = g->type_ids[m->funcs[i].type];
            f->index = i;
        }
    for (uint32_t i = 0; i < m->nmemories; i++) {
        size_t size = HS_RESERVED_BYTES + 2 * HS_GUARD_BYTES;
        g->reservation[i] =
            mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        g->memories[i].base = g->reservation[i] + HS_GUARD_BYTES;
        g->memories[i].bytes = m->memories[i].type.limits.min << 16;
        mprotect(g->memories[i].base, g->memories[i].bytes, PROT_READ | PROT_WRITE);
        struct hs_memory_rec *rec = &g->memories[i];
        memcpy(base + hs_off_memory(&g->layout, i), &rec, 8);
    }
    if (m->nmemories) {
        c->mem0 = &g->memories[0];
        c->mem0_base = g->memories[0].base;
    }
    for (uint32_t i = 0; i < m->ntables; i++) {
        g->tables[i].elems = calloc(64, 8);
        g->tables[i].size = m->tables[i].type.limits.min;
        struct hs_table_rec *rec = &g->tables[i];
        memcpy(base + hs_off_table(&g->layout, i), &rec, 8);
    }
    for (uint32_t i = m->nimported_globals; i < m->nglobals; i++)
        constant(g, &m->globals[i].init, base + hs_off_global(&g->layout, i));
    for (uint32_t i = 0; i < m->nelems; i++) {
        const struct elem *e = &m->elems[i];
        if (e->mode != SEGMENT_ACTIVE)
            continue;
        uint32_t at = hs_load32(e->offset.bits);
        for (uint32_t k = 0; k < e->count; k++) {
            if (e->funcs) {
                void *ref = base + hs_off_funcref(&g->layout, e->funcs[k]);
                memcpy(&g->tables[e->table].elems[at + k], &ref, 8);
            } else {
                uint64_t v[2] = {0, 0};
                constant(g, &e->exprs[k], v);
                g->tables[e->table].elems[at + k] = v[0];
            }
        }
    }
    for (uint32_t i = 0; i < m->ndatas; i++) {
        const struct data *d = &m->datas[i];
        if (d->mode == SEGMENT_ACTIVE)
            memcpy(g->memories[d->memory].base + hs_load32(d->offset.bits), d->bytes.data,
                   d->bytes.size);
    }
}

bool guest_open_bytes(struct guest *g, const uint8_t *bytes, size_t size,
                      const struct guest_options *o)
{
    memset(g, 0, sizeof *g);
    install();
    g->options = *o;
    hs_error_init(&g->error);
    g->bytes = malloc(size);
    memcpy(g->bytes, bytes, size);
    g->status = hs_binary_read(g->bytes, size, ~(hs_features)0, &g->m, &g->error);
    if (g->status != ST_OK)
        return false;
    g->status = hs_valid_module(&g->m, 1, &g->error);
    if (g->status != ST_OK || !make_layout(g) || !compile_all(g))
        return false;
    instantiate(g);
    return true;
}

bool guest_open(struct guest *g, const char *wat, const struct guest_options *o)
{
    uint8_t *bytes;
    size_t size;
    struct error error;
    hs_error_init(&error);
    if (hs_text_parse(wat, strlen(wat), &bytes, &size, &error) != ST_OK) {
        fprintf(stderr, "%s\n", error.text);
        return false;
    }
    bool ok = guest_open_bytes(g, bytes, size, o);
    hs_free(bytes);
    if (!ok)
        fprintf(stderr, "%s\n", g->error.text);
    return ok;
}

void guest_close(struct guest *g)
{
    for (uint32_t i = 0; i < g->m.nmemories; i++)
        munmap(g->reservation[i], HS_RESERVED_BYTES + 2 * HS_GUARD_BYTES);
    for (uint32_t i = 0; i < g->m.ntables; i++)
        free(g->tables[i].elems);
    munmap(g->range.base, g->mapped);
    munmap(g->heap.base, HS_GC_NULL + HEAP_BYTES);
    free(g->heap.starts);
    free(g->offsets);
    free(g->sizes);
    free(g->type_ids);
    free(g->ctx);
    free(g->run.args);
    hs_vmlayout_deinit(&g->layout);
    hs_module_deinit(&g->m);
    free(g->bytes);
}

int guest_export(const struct guest *g, const char *name)
{
    const struct export *e =
        hs_module_find_export(&g->m, (struct span){(const uint8_t *)name, strlen(name)});
    return e && e->kind == EXTERN_FUNC ? (int)e->index : -1;
}

uint32_t guest_call(struct guest *g, uint32_t func, union hs_value *values)
{
    static uint8_t *trampoline;
    if (!trampoline)
        trampoline = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct hs_machine_code c;
    hs_machine_code_init(&c);
    if (hs_compile_entry(hs_module_functype(&g->m, func), &c) != ST_OK)
        abort();
    memcpy(trampoline, c.bytes.data, c.bytes.count);
    hs_machine_code_deinit(&c);
    struct hs_funcref f = {.code = g->range.slots[func - g->m.nimported_funcs], .vmctx = g->ctx};
    uint32_t left = 0;
    g->run.act.failed = tell;
    current = g;
    hs_stub_enter(&g->run, &f, values, &left, trampoline + HS_ENTRY_BODY);
    current = NULL;
    return left;
}
