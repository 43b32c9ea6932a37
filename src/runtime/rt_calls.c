/* What compiled code asks of the runtime; see rt_calls.h. A function that traps records the
 * backtrace here, while the frames are still there; the stub then leaves. No lock is held when a
 * function returns. */
#include "runtime/rt_calls.h"
#include "runtime/bulk.h"
#include "runtime/gc/exception.h"

#define NO_TRAP ((struct hs_rt_result){0, TRAP_NONE})

static struct hs_rt_result trap(struct hs_vmctx *c, enum trap code)
{
    hs_trap_capture(c->run->store, code, c);
    return (struct hs_rt_result){0, code};
}

static struct hs_rt_result maybe(struct hs_vmctx *c, enum trap code)
{
    return code == TRAP_NONE ? NO_TRAP : trap(c, code);
}

/* --- Memories --------------------------------------------------------------------------------- */

uint64_t hs_rt_memory_grow(struct hs_vmctx *c, uint64_t delta, uint32_t memory)
{
    struct memory_obj *m = c->instance->memories[memory];
    uint64_t old = hs_memory_grow(m, c->run->store, m->type.is64 ? delta : (uint32_t)delta);
    if (memory == 0)
        c->mem0_base = m->rec.base;
    return old;
}

struct hs_rt_result hs_rt_memory_init(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                      uint64_t data_memory)
{
    return maybe(c, hs_memory_init(c->instance, (uint32_t)(data_memory >> 32),
                                   (uint32_t)data_memory, d, s, n));
}

void hs_rt_data_drop(struct hs_vmctx *c, uint32_t data)
{
    c->instance->dropped_datas[data / 8] |= (uint8_t)(1 << data % 8);
}

struct hs_rt_result hs_rt_memory_copy(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                      uint64_t to_from)
{
    return maybe(
        c, hs_memory_copy(c->instance, (uint32_t)to_from, (uint32_t)(to_from >> 32), d, s, n));
}

struct hs_rt_result hs_rt_memory_fill(struct hs_vmctx *c, uint64_t d, uint64_t value, uint64_t n,
                                      uint32_t memory)
{
    return maybe(c, hs_memory_fill(c->instance, memory, d, (uint8_t)value, n));
}

/* --- Tables ----------------------------------------------------------------------------------- */

uint64_t hs_rt_table_grow(struct hs_vmctx *c, uint64_t value, uint64_t delta, uint32_t table)
{
    struct table_obj *t = c->instance->tables[table];
    return hs_table_grow(t, t->type.is64 ? delta : (uint32_t)delta, value);
}

struct hs_rt_result hs_rt_table_init(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                     uint64_t elem_table)
{
    return maybe(
        c, hs_table_init(c->instance, (uint32_t)(elem_table >> 32), (uint32_t)elem_table, d, s, n));
}

void hs_rt_elem_drop(struct hs_vmctx *c, uint32_t elem)
{
    hs_instance_drop_elem(c->instance, elem);
}

struct hs_rt_result hs_rt_table_copy(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                     uint64_t to_from)
{
    return maybe(c,
                 hs_table_copy(c->instance, (uint32_t)to_from, (uint32_t)(to_from >> 32), d, s, n));
}

struct hs_rt_result hs_rt_table_fill(struct hs_vmctx *c, uint64_t d, uint64_t value, uint64_t n,
                                     uint32_t table)
{
    return maybe(c, hs_table_fill(c->instance, table, d, value, n));
}

struct hs_rt_result hs_rt_table_get(struct hs_vmctx *c, uint64_t index, uint32_t table)
{
    struct table_obj *t = c->instance->tables[table];
    if (index >= t->rec.size)
        return trap(c, TRAP_TABLE_OUT_OF_BOUNDS);
    return (struct hs_rt_result){t->rec.elems[index], TRAP_NONE};
}

/* --- Functions -------------------------------------------------------------------------------- */

uint64_t hs_rt_ref_func(struct hs_vmctx *c, uint32_t func)
{
    return (uintptr_t)hs_instance_func(c->instance, func);
}

struct hs_rt_result hs_rt_call_mismatch(struct hs_vmctx *c, struct hs_funcref *f, uint32_t wanted)
{
    if (!hs_canon_subtype(&c->run->store->rt->types, f->type, wanted))
        return trap(c, TRAP_BAD_SIGNATURE);
    return (struct hs_rt_result){(uintptr_t)f, TRAP_NONE};
}

struct hs_rt_result hs_rt_trap(struct hs_vmctx *c, uint32_t code)
{
    return trap(c, (enum trap)code);
}

struct hs_rt_result hs_rt_out_of_fuel(struct hs_vmctx *c)
{
    struct store *s = c->run->store;
    uint32_t left = s->refuel ? s->refuel(s) : TRAP_OUT_OF_FUEL + 1;
    if (!left)
        return (struct hs_rt_result){0, TRAP_NONE};
    if ((int64_t)c->run->fuel < 0)
        c->run->fuel = 0; /* the charge that failed may have gone below */
    return trap(c, (enum trap)(left - 1));
}

void *hs_rt_lazy(struct hs_vmctx *c, uint32_t defined_index)
{
    struct code_object *code = c->instance->code;
    struct error error;
    void *entry;
    hs_error_init(&error);
    if (code->compile(code, defined_index, &entry, &error) == ST_OK)
        return entry;
    /* Memory for code is exhausted: the module was accepted, so nothing else can be wrong. */
    hs_trap_capture(c->run->store, TRAP_ALLOCATION_TOO_LARGE, NULL); /* the frame is the caller's */
    c->run->trap_code = TRAP_ALLOCATION_TOO_LARGE;
    return NULL;
}

uint32_t hs_rt_host_failed(struct hs_host *host, uintptr_t result)
{
    struct host_func *f = (struct host_func *)host; /* its first member */
    struct store *s = host->context.run->store;
    uint32_t left = f->trap ? f->trap(s, (void *)result) : (uint32_t)result;
    if (left == TRAP_EXCEPTION + 1 && !(left = hs_exn_goes_on(s)))
        return 0;
    hs_trap_capture(s, (enum trap)(left - 1), NULL);
    return left;
}

/* --- Waiting ---------------------------------------------------------------------------------- */

/* Without shared memories nobody can wait: notify wakes none, and waiting is a trap. Bounds and
 * alignment come first, as the specification of threads has it. */
static enum trap check_atomic(struct hs_vmctx *c, uint64_t address, uint64_t size, uint32_t memory)
{
    struct memory_obj *m = c->instance->memories[memory];
    if (address % size)
        return TRAP_HEAP_MISALIGNED;
    if (size > hs_memory_bytes(m) || address > hs_memory_bytes(m) - size)
        return TRAP_MEMORY_OUT_OF_BOUNDS;
    return TRAP_NONE;
}

struct hs_rt_result hs_rt_atomic_notify(struct hs_vmctx *c, uint64_t address, uint64_t count,
                                        uint32_t memory)
{
    enum trap t = check_atomic(c, address, 4, memory);
    if (t != TRAP_NONE)
        return trap(c, t);
    struct memory_obj *m = c->instance->memories[memory];
    uint32_t woken = m->type.shared ? hs_wait_wake(m->rec.base + address, (uint32_t)count) : 0;
    return (struct hs_rt_result){woken, TRAP_NONE};
}

static struct hs_rt_result wait(struct hs_vmctx *c, uint64_t address, uint64_t expected,
                                uint64_t timeout, uint32_t memory, unsigned size)
{
    enum trap t = check_atomic(c, address, size, memory);
    if (t != TRAP_NONE)
        return trap(c, t);
    struct memory_obj *m = c->instance->memories[memory];
    if (!m->type.shared)
        return trap(c, TRAP_ATOMIC_WAIT_NON_SHARED_MEMORY);
    uint32_t result, left = 0;
    do
        result = hs_wait_sleep(m->rec.base + address, size, expected, (int64_t *)&timeout,
                               &c->run->interrupted);
    while (result == WAIT_AGAIN && !(left = hs_interruption(c->run->store)));
    if (left)
        return trap(c, (enum trap)(left - 1));
    return (struct hs_rt_result){result, TRAP_NONE};
}

struct hs_rt_result hs_rt_atomic_wait32(struct hs_vmctx *c, uint64_t address, uint64_t expected,
                                        uint64_t timeout, uint32_t memory)
{
    return wait(c, address, expected, timeout, memory, 4);
}

struct hs_rt_result hs_rt_atomic_wait64(struct hs_vmctx *c, uint64_t address, uint64_t expected,
                                        uint64_t timeout, uint32_t memory)
{
    return wait(c, address, expected, timeout, memory, 8);
}
