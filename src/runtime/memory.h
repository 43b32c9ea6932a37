/* memory.h: linear memories and the address space under them.
 *
 * A guarded memory lives in a slot: a reservation without access, of which a prefix is opened.
 *
 *     | HS_GUARD_BYTES | opened ... | ........ no access ........ | HS_GUARD_BYTES |
 *     ^ reservation    ^ base                                     ^ base + 4 GiB
 *
 * Invariant: no byte within HS_GUARD_BYTES below base or within 4 GiB + HS_GUARD_BYTES above it
 * belongs to anybody else, so base + i32 + offset (offset + 16 <= HS_GUARD_BYTES) is the guest's
 * own or faults.
 *
 * Slots are recycled. A slot on the free list or in a parked instance reads as its image (or
 * zero) everywhere in its opened prefix: nothing of the last tenant is left.
 *
 * How it is known what a tenant wrote: while a slot is open, by asking the kernel at the end.
 * Tenants of one module mostly write the same few pages, so a slot that has shown so gets
 * *sealed*: its hot pages stay writable and are restored after every tenant, all others are
 * readable only. The first write to another page faults, makes the page hot and is done again. A
 * sealed slot is cleaned without a system call.
 *
 * Invariant: outside of the hot pages a sealed slot reads as its image (it did when it was
 * sealed, and nobody could write since). What writes without being able to fault, the kernel on
 * behalf of the host, the host itself and the runtime, says so before: whoever gets a raw
 * pointer exposes the memory (hs_memory_mark), which opens all of it until its tenant ends; bulk
 * operations name the range (hs_memory_write). */
#ifndef HS_RUNTIME_MEMORY_H
#define HS_RUNTIME_MEMORY_H

#include "runtime/runtime.h"

/* The initial contents of a memory: shared by the instances of a module, counted. */
struct mem_image {
    struct hs_image image;
    _Atomic uint32_t refs;
};
void hs_mem_image_unref(struct mem_image *image);

struct mem_slot {
    uint8_t *reservation;
    uint8_t *base;
    size_t reserved;         /* bytes from reservation */
    size_t opened;           /* bytes from base that are readable and writable */
    struct mem_image *image; /* mapped at base, or NULL */
    uint32_t cleaned;        /* how often it was scanned */
    int ticket;              /* with the fault handler */
    struct mem_slot *next;
    /* What tenants write. Hot pages: sorted, never adjacent; numbers of pages from base. */
    struct hot_range {
        uint32_t first, count;
    } hot[8];
    uint32_t nhot, hot_pages;
    uint32_t calm; /* open: tenants in a row that wrote to no other pages; sealed: tenants since */
    uint32_t patience; /* so many are wanted before it is sealed (again) */
    size_t sealed;     /* bytes from base that are sealed; 0: open */
    bool exposed;      /* somebody may write without faulting, until the next cleaning */
    bool stale;  /* most of what was written once is not written any more: give the pages back */
    bool broken; /* its pages' rights are unknown: only good for dropping */
};

/* A slot whose first `bytes` bytes are open and read as the image, or zero. ST_OOM or ST_OK. */
enum status hs_pool_take(struct runtime *rt, struct mem_image *image, size_t bytes,
                         struct mem_slot **out_slot);
/* Cleans the slot (written: it may have been written to) down to `bytes` opened. False: it must
 * be dropped. */
bool hs_pool_clean(struct mem_slot *slot, bool written, size_t bytes);
/* Before writes to [at, at+size), and when one faulted at `at` (async-signal-safe). False: no
 * right to write can be had, the slot is broken. */
bool hs_pool_write(struct mem_slot *slot, size_t at, size_t size);
bool hs_pool_fault(struct mem_slot *slot, size_t at);
/* Opens the whole slot for writers that must not fault, until it is cleaned. False: as above. */
bool hs_pool_expose(struct mem_slot *slot);
void hs_pool_give(struct runtime *rt, struct mem_slot *slot); /* a cleaned slot */
void hs_pool_drop(struct mem_slot *slot);                     /* any slot: back to the system */

/* Memory of the host's making (wasmtime_memory_creator_t); NULL get: none. */
struct host_memory {
    void *env;
    uint8_t *(*get)(void *env, size_t *size, size_t *capacity);
    enum status (*grow)(void *env, size_t bytes);
    void (*finalizer)(void *env);
};

struct memory_obj {
    struct hs_memory_rec rec; /* first: compiled code points here */
    struct limits type;       /* page_log2, is64, shared; min: as declared */
    enum hs_memory_style style;
    uint64_t max_bytes;    /* declared maximum, or what the index type can address */
    uint64_t capacity;     /* bytes reserved after base */
    struct mem_slot *slot; /* guarded; or NULL */
    uint8_t *reservation;  /* checked styles: own reservation */
    struct host_memory host;
    struct memory_obj *next; /* of the store */
    uint32_t handle;         /* number in the store + 1; 0: none handed out */
    bool written;            /* may differ from its image */
    bool parked;             /* belongs to an instance that is recycled as a whole */
};

enum hs_memory_style hs_memory_style(const struct runtime_config *config,
                                     const struct limits *type);
/* True if code made for `code` style is right for a memory of `actual` style. */
bool hs_memory_style_fits(enum hs_memory_style code, enum hs_memory_style actual);

/* A memory of its own in the store. Checks the store's limits. */
enum status hs_memory_new(struct store *s, const struct limits *type, struct error *error,
                          struct memory_obj **out);
/* The parts, for instances that embed it. */
enum status hs_memory_open(struct runtime *rt, const struct limits *type, struct mem_image *image,
                           struct error *error, struct memory_obj *out);
void hs_memory_close(struct runtime *rt, struct memory_obj *m);

/* Shared memories are of no store: a counted object, held by the instances that define them and
 * by handles of the host. They need the runtime, so whoever holds one outside a store holds the
 * engine. */
enum status hs_shared_memory_new(struct runtime *rt, const struct limits *type,
                                 struct mem_image *image, struct error *error,
                                 struct memory_obj **out);
struct memory_obj *hs_shared_memory_ref(struct memory_obj *m);
void hs_shared_memory_unref(struct memory_obj *m);

/* Grows by `delta` pages: the old size in pages, or UINT64_MAX (limits, address space; nothing
 * changed). s: whose limits apply; NULL: nobody's, for the host growing a shared memory. */
uint64_t hs_memory_grow(struct memory_obj *m, const struct store *s, uint64_t delta);
void hs_memory_growth_lock(bool take); /* for fork: no shared memory grows meanwhile */
/* A shared memory grows, and is marked, while others look. */
static inline uint64_t hs_memory_bytes(const struct memory_obj *m)
{
    return __atomic_load_n(&m->rec.bytes, __ATOMIC_ACQUIRE);
}
static inline uint64_t hs_memory_pages(const struct memory_obj *m)
{
    return hs_memory_bytes(m) >> m->type.page_log2;
}
/* Somebody else than compiled code may write from now on, anywhere. False: out of memory, nobody
 * may. */
static inline bool hs_memory_mark(struct memory_obj *m)
{
    __atomic_store_n(&m->written, true, __ATOMIC_RELAXED);
    return !m->slot || __atomic_load_n(&m->slot->exposed, __ATOMIC_RELAXED) ||
           hs_pool_expose(m->slot);
}
/* The runtime is about to write here for a guest. False: out of memory. */
static inline bool hs_memory_write(struct memory_obj *m, uint64_t at, uint64_t size)
{
    __atomic_store_n(&m->written, true, __ATOMIC_RELAXED);
    return !m->slot || !m->slot->sealed || hs_pool_write(m->slot, at, size);
}

#endif
