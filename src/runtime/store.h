/* store.h: the owner of everything a running guest has. */
#ifndef HS_RUNTIME_STORE_H
#define HS_RUNTIME_STORE_H

#include "runtime/code_object.h"

struct table_obj {
    struct hs_table_rec rec; /* first: compiled code points here */
    struct limits type;
    struct valtype elem; /* canonical */
    uint64_t max;        /* elements it may grow to */
    uint64_t capacity;   /* elements allocated */
    uint64_t *pristine;  /* contents after instantiation, for recycling; or NULL */
    struct store *store;
    struct table_obj *next;
    uint32_t handle;
};

struct global_obj {
    union hs_value *value; /* in an instance's vmctx, or own */
    union hs_value own;
    struct valtype type; /* canonical */
    bool mutable;
    struct store *store;
    struct global_obj *next;
    uint32_t handle;
};

struct tag_obj {
    uint32_t type; /* canonical id of the function type */
    struct store *store;
    struct tag_obj *next;
    uint32_t handle;
};

struct host_func;
/* values: parameters in, results out. Returns 0, or trap code + 1 with the story in the store
 * (store->host_error for TRAP_HOST_ERROR). TRAP_EXCEPTION + 1, with pending_exn set: the
 * exception goes on from the caller of the host function. */
typedef uintptr_t host_call(struct host_func *f, struct hs_caller *caller, union hs_value *values,
                            size_t count);

/* A host function in a store. Compiled code calls `ref.code` (the adapter of its type) with r13
 * = &host.context. The adapter calls a host_call, or without a detour a function of the host's
 * that does not know us; `trap` then makes trap code + 1 of what it returned. */
struct host_func {
    struct hs_host host; /* first */
    struct hs_funcref ref;
    uint32_t (*trap)(struct store *s, void *result); /* NULL: a host_call */
    void *callback, *env;                            /* for the host_call */
    void (*finalizer)(void *env);
    const struct functype *type; /* canonical; points into the registry */
    struct host_func *next;
    void *shared; /* counted definition of a linker, or NULL */
    void (*shared_unref)(void *shared);
};

struct hs_extern {
    enum externkind kind;
    union {
        struct hs_funcref *func;
        struct table_obj *table;
        struct memory_obj *memory;
        struct global_obj *global;
        struct tag_obj *tag;
    };
};

/* of a backtrace, innermost first */
struct frame {
    struct code_object *code; /* counted */
    uint32_t func;            /* function index */
    uint32_t offset;          /* in the module, of the instruction */
    /* where the stack says its instance's context is: to be compared, not followed */
    const void *context;
};
/* frames a trap remembers; the rest is counted by nobody, as deep recursion repeats itself */
enum { HS_MAX_FRAMES = 128 };

/* what the last trap left; taken by whoever reports it */
struct trap_record {
    enum trap code;
    uint32_t nframes;
    bool has_address;
    uint64_t address, memory_bytes; /* of a fault: guest address and size of memory */
    const void *context; /* of a fault, from the handler to hs_rt_trapped or hs_rt_poll */
    struct raw_frame {
        uintptr_t pc;
        const void *context;
        bool is_return;
    } raw[HS_MAX_FRAMES];
};

/* A part of a stack where guests of a store wait, for a poll or for a call on another stack:
 * collections read it, and the registers that were set aside with it. */
struct hs_aside {
    uintptr_t low, high;
    const void *registers;
    size_t registers_size;
    struct hs_aside *next, **link; /* link NULL: is not in the list */
};

struct hs_externref { /* a thing of the host's that guests may hold */
    void *data;
    void (*finalizer)(void *data);
};

struct store {
    struct hs_run run; /* first */
    uint64_t id;       /* never 0, never reused */
    struct runtime *rt;
    struct hs_vmctx *contexts; /* of all instances and host functions, for arming */
    struct instance *instances;
    struct host_func *host_funcs;
    struct memory_obj *memories;
    struct table_obj *tables;
    struct global_obj *globals;
    struct tag_obj *tags;
    /* handle -> object */
    HS_VEC(void *) handles_memory, handles_table, handles_global, handles_tag;
    HS_VEC(struct instance *) handles_instance;
    /* limits; UINT64_MAX: none */
    uint64_t max_memory_bytes, max_table_elems;
    uint64_t max_instances, max_tables, max_memories;
    uint64_t ninstances, ntables, nmemories;
    /* stopping */
    uint64_t epoch_deadline; /* under rt->epoch_lock when others look */
    struct store *epoch_next, **epoch_link;
    /* the deadline is reached: 0 go on (deadline set anew), or trap + 1 */
    uint32_t (*interrupt)(struct store *s, void *env);
    void *interrupt_env;
    /* fuel is used up: 0 go on (more was put into run.fuel), or trap + 1; or NULL */
    uint32_t (*refuel)(struct store *s);
    uintptr_t stack_low; /* lowest usable address of the stack calls run on; 0: the thread's */
    uintptr_t limit_sp;  /* outermost entry: the stack limit was computed for it; 0: for none */
    uintptr_t limit_low; /* end of the stack it was on */
    /* The API's, for calls through an hs_entry_fn: before_call, if not NULL, sees each of them
     * and refuses it by a result; failed is what run->act.failed is for them, and left is 0 when
     * memory is exhausted. */
    void *(*before_call)(struct store *s);
    void *(*failed)(struct hs_run *run, uint32_t left, void *out);
    struct trap_record trap;
    /* what a host function returned: wasmtime_error_t * or wasm_trap_t *, the API's */
    void *host_error;
    /* references of the host's: entry n is n << 2 | 2 */
    HS_VEC(struct hs_externref) externrefs;
    HS_VEC(uint32_t) free_externrefs; /* entries that may be given again */
    /* so many of them alive, and the store collects; 0: the first time */
    size_t collect_externrefs_at;
    bool collecting;      /* a collection, or its finalizers, are running */
    struct hs_heap *heap; /* runtime/gc/heap.h; NULL: nobody needed it yet */
    /* Thrown, and caught by nobody in the activation that ended: a reference, or 0. Stays until
     * the host takes it, or it is caught after a host function has returned a trap because of
     * it, which is TRAP_EXCEPTION + 1 from host_call or `trap`: whoever makes that number of
     * what the host returned frees it, as a new story is told if nobody catches. */
    uint32_t pending_exn;
    /* The API's: calls visit for every reference it holds for the host. */
    void (*each_root)(struct store *s, void (*visit)(void *env, uint32_t ref), void *env);
    struct hs_aside *asides;
    /* The API's: do these lie in the stack that guests run on at the moment, and are all others
     * of this store in `asides`? False: that is not so, or cannot be told. NULL: the thread's
     * own stack is asked. */
    bool (*stack_is_whole)(struct store *s, uintptr_t low, uintptr_t high);
    void *api; /* struct of the API */
    struct store *free_next;
};

enum status hs_store_new(struct runtime *rt, struct store **out);
void hs_store_delete(struct store *s);

/* Registers a context so that it is told of interruptions, and fills its head. */
void hs_store_add_context(struct store *s, struct hs_vmctx *c);

enum status hs_table_new(struct store *s, const struct limits *type, struct valtype elem,
                         uint64_t init, struct error *error, struct table_obj **out);
/* old size or UINT64_MAX */
uint64_t hs_table_grow(struct table_obj *t, uint64_t delta, uint64_t init);
enum status hs_global_new(struct store *s, struct valtype type, bool mutable,
                          const union hs_value *init, struct global_obj **out);
enum status hs_tag_new(struct store *s, uint32_t type, struct tag_obj **out); /* holds the type */
/* The caller says what it calls and fills callback, env, finalizer; type is a canonical id, held
 * by the function. */
enum status hs_host_func_new(struct store *s, uint32_t type, struct host_func **out);
static inline void hs_host_func_calls(struct host_func *f, host_call *call)
{
    f->host.function =
        (uintptr_t (*)(void *, struct hs_caller *, union hs_value *, size_t))(void *)call;
    f->host.argument = f;
}

/* Number of an object for a handle: stable, from 0. False when memory is exhausted. */
bool hs_store_handle(struct store *s, enum externkind kind, void *object, uint32_t *out_number);
/* NULL: no such number */
void *hs_store_object(struct store *s, enum externkind kind, uint32_t number);

/* Does a guest of this store run, on this thread? */
static inline bool hs_store_running(const struct store *s)
{
    return hs_thread.current == &s->run || s->run.nested;
}

/* Calls a function. values has max(parameters, results) slots: parameters in, results out from
 * 0. ST_OK, ST_TRAP (see s->trap and s->host_error; values unchanged) or ST_OOM. Where
 * nanoseconds count, f->entry is called. */
enum status hs_call(struct store *s, struct hs_funcref *f, union hs_value *values);

void hs_store_set_aside(struct store *s, struct hs_aside *part);
void hs_store_take_up(struct hs_aside *part); /* does nothing if it is not in the list */

/* Asks every running or future entry of this store to stop at its next check. Async-signal-safe
 * under rt->epoch_lock. */
void hs_store_arm(struct store *s);
/* How far compiled code may use the stack from now on; keeps the store armed if it is. */
void hs_store_set_stack_limit(struct store *s, uint64_t limit);
void hs_store_disarm(struct store *s);
void hs_store_set_epoch_deadline(struct store *s, uint64_t deadline);

/* Resolves the raw frames of the last trap; out has room for HS_MAX_FRAMES; each frame's code is
 * counted. */
uint32_t hs_trap_frames(struct store *s, struct frame *out);
/* The instance of a frame of this store; NULL if that cannot be told. */
struct instance *hs_frame_instance(struct store *s, const struct frame *f);
/* Frames of compiled code under the current host function or runtime call. context: of the
 * innermost frame, if the caller has it, or NULL. */
void hs_trap_capture(struct store *s, enum trap code, const struct hs_vmctx *context);

/* Installs the fault handlers of the process; once is enough. */
enum status hs_trap_install(void);

/* An externref to host data: its 32-bit value, 0 when memory is exhausted. May collect: it lives
 * as long as somebody holds it, see runtime/gc/heap.h. */
uint32_t hs_externref_new(struct store *s, void *data, void (*finalizer)(void *));
/* It was never there: forgets a fresh one, without its finalizer. */
void hs_externref_forget(struct store *s, uint32_t ref);
void *hs_externref_data(struct store *s, uint32_t ref);
/* for words from outside; ref is to a thing of the host's */
bool hs_externref_exists(const struct store *s, uint32_t ref);

#endif
