/* api.h: what the files of this folder share. The folder is a thin layer: it checks what a caller
 * hands in, turns handles into objects of runtime/ and back, and tells failures in words.
 *
 * The one idea: the opaque types of the public headers are, wherever possible, the runtime's own
 * objects under another name. wasm_engine_t is struct engine, wasmtime_module_t is struct
 * code_object, wasmtime_context_t is struct store: a conversion is a cast, and the hot paths load
 * nothing extra. What the API adds to a store is in struct wasmtime_store, which store->api points
 * at.
 *
 * Misuse that can be seen (a handle of another store, a number out of range) ends in an error or a
 * neutral result. */
#ifndef HS_API_API_H
#define HS_API_API_H

#include "base/bits.h"
#include "base/buffer.h"
#include "base/utf8.h"
#include "engine/engine.h"
#include "runtime/gc/heap.h"

#include <hospes.h>
#include <wasmtime.h>

/* --- The same object under two names ---------------------------------------------------------- */

static inline struct engine *hs_api_engine(const wasm_engine_t *e)
{
    return (struct engine *)(uintptr_t)e;
}
static inline struct code_object *hs_api_code(const wasmtime_module_t *m)
{
    return (struct code_object *)(uintptr_t)m;
}
static inline struct store *hs_api_store(const wasmtime_context_t *c)
{
    return (struct store *)(uintptr_t)c;
}
static inline wasmtime_context_t *hs_api_context(struct store *s)
{
    return (wasmtime_context_t *)s;
}
static inline struct engine *hs_api_store_engine(const struct store *s)
{
    return s->rt->engine;
}

/* --- Stores ----------------------------------------------------------------------------------- */

/* A root: keeps a reference alive for the host, apart from any store. `store` is NULL once the
 * store is gone. */
struct root {
    struct root *next, **link;
    struct store *store;
    uint32_t ref;
};

struct store_slot {
    void *data;
    void (*finalizer)(void *);
};

struct linker_def;

/* a linker's definition and the function made of it in this store */
struct def_entry {
    struct linker_def *def;
    struct hs_funcref *func;
};

struct wasmtime_store {
    struct store *store;
    void *data;
    void (*data_finalizer)(void *);
    HS_VEC(struct store_slot) slots;
    struct root *roots;
    HS_VEC(uint32_t) held_types; /* of globals and tables that the host made */
    wasm_store_t *outer;         /* if it belongs to a store of wasm.h */
    wasmtime_error_t *(*epoch_callback)(wasmtime_context_t *, void *, uint64_t *,
                                        wasmtime_update_deadline_kind_t *);
    void *epoch_data;
    void (*epoch_finalizer)(void *);
    struct def_entry *defs; /* a hash table by address; ndefs of def_mask + 1 places are taken */
    uint32_t ndefs, def_mask;
    struct hs_funcref *nothing; /* a function that does nothing; NULL: not needed yet */
    HS_VEC(bool) resources;     /* the host's own that components can be given: not used up yet */
    struct shared_use *shared;  /* shared memories in use by this store */
    struct fiber *fiber;        /* the asynchronous call that is running, or NULL */
    uint32_t resting;           /* guests that wait on stacks which a collection cannot read */
    bool needs_async; /* something was configured that can suspend: see hs_api_need_async */
    bool yield_epoch; /* give way at the deadline and move it by yield_delta */
    uint64_t yield_delta;
    uint64_t fuel_interval,
        fuel_rest; /* fuel is handed out in portions of the interval; what is kept back */
};
static inline struct wasmtime_store *hs_api_part(const struct store *s)
{
    return s->api;
}

/* wasm.h: counted by every object */
struct wasm_store_t {
    _Atomic uint32_t refs;
    struct wasmtime_store *inner;
    struct store_link *link; /* counted; made when somebody needs it */
};

/* What remembers a store of wasm.h without holding it: a backtrace. */
struct store_link {
    _Atomic uint32_t refs;
    wasm_store_t *store; /* NULL: it is gone */
};
void hs_api_store_link_unref(struct store_link *link);
void hs_api_wasm_store_unref(wasm_store_t *s);

/* is struct hs_caller, as adapters make it */
struct wasmtime_caller {
    struct store *store;
    struct instance *instance; /* NULL: the host itself calls */
};
_Static_assert(sizeof(struct wasmtime_caller) == sizeof(struct hs_caller) &&
                   offsetof(struct store, run) == 0 &&
                   offsetof(struct wasmtime_caller, instance) ==
                       offsetof(struct hs_caller, instance),
               "two names of one thing");

/* Holds a type for the life of the store, if it is a concrete one. */
void hs_api_keep_type(struct store *s, struct valtype canonical);

/* --- Errors and traps ------------------------------------------------------------------------- */

struct backtrace {
    _Atomic uint32_t refs;
    uint32_t count;
    struct store_link *link; /* counted; NULL: not of a store of wasm.h */
    struct frame frames[];
};
struct backtrace *hs_api_backtrace_ref(struct backtrace *b);
void hs_api_backtrace_unref(struct backtrace *b);

struct level {
    char *text; /* UTF-8; NULL: the backtrace is told here */
    size_t size;
};
enum { MAX_LEVELS = 8 };

/* The story of a failure, outermost level first. Traps are wrappers around it. Counted by traps;
 * it is not changed while it has several owners. */
struct wasmtime_error {
    _Atomic uint32_t refs;
    bool permanent; /* the static one that stands for "out of memory" */
    bool has_exit;
    bool is_exception; /* an exception of the guest that nobody caught */
    int exit_status;
    enum trap code; /* TRAP_NONE: not a trap of the language */
    uint32_t nlevels;
    struct level levels[MAX_LEVELS];
    struct backtrace *backtrace;
};

/* Makers never return NULL; without memory they return the permanent error. */
wasmtime_error_t *hs_api_error(const char *format, ...) __attribute__((format(printf, 1, 2), cold));
wasmtime_error_t *hs_api_error_text(const char *text, size_t size)
    __attribute__((cold)); /* any bytes */
wasmtime_error_t *hs_api_error_code(enum trap code) __attribute__((cold));
wasmtime_error_t *hs_api_error_oom(void) __attribute__((cold));
wasmtime_error_t *hs_api_error_exception(void) __attribute__((cold)); /* nobody caught one */
/* From the story of the lower layers: text and place. */
wasmtime_error_t *hs_api_error_from(const struct error *error) __attribute__((cold));
/* Puts a context before the first level; returns the error (perhaps another object). Consumes e. */
wasmtime_error_t *hs_api_error_context(wasmtime_error_t *e, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));
/* Adds a backtrace as the outermost level unless it has one. Consumes e and b (NULL: nothing to
 * add). */
wasmtime_error_t *hs_api_error_add_backtrace(wasmtime_error_t *e, struct backtrace *b)
    __attribute__((cold));
wasmtime_error_t *hs_api_error_ref(wasmtime_error_t *e);
void hs_api_error_render(const wasmtime_error_t *e, struct buffer *out);
wasmtime_error_t *hs_api_error_cross_store(void) __attribute__((cold));
const char *
hs_api_trap_text(unsigned code); /* the phrase of a wasmtime_trap_code_t; NULL: no such code */

wasm_trap_t *hs_api_trap(wasmtime_error_t *error) __attribute__((cold)); /* consumes; never NULL */
wasmtime_error_t *hs_api_trap_error(wasm_trap_t *trap)
    __attribute__((cold)); /* consumes the trap, gives its error */

/* What struct store's `failed` is: the error, or NULL with a trap in *out, which is a
 * wasm_trap_t *, unless out is NULL. */
void *hs_api_call_failed(struct hs_run *run, uint32_t left, void *out) __attribute__((cold));
/* After ST_TRAP or ST_OOM of hs_call: the same, as one error object, coded or not. */
wasmtime_error_t *hs_api_call_error(struct store *s, enum status st) __attribute__((cold));
/* A host function wants to end the guest: consumes the trap, gives what struct host_func's call
 * returns. The trap that stands for the pending exception throws it. */
uint32_t hs_api_raise(struct store *s, wasm_trap_t *trap) __attribute__((cold));
uint32_t hs_api_raise_error(struct store *s, wasmtime_error_t *error) __attribute__((cold));

/* --- Objects of wasm.h ------------------------------------------------------------------------ */

enum ref_kind {
    REF_FUNC,
    REF_GLOBAL,
    REF_TABLE,
    REF_MEMORY,
    REF_TAG,
    REF_INSTANCE,
    REF_MODULE,
    REF_TRAP,
    REF_FOREIGN,
};

/* Every object of wasm.h is one of these; wasm_func_t and the rest are other names of it, so that
 * views are casts. */
struct wasm_ref_t {
    enum ref_kind kind;
    bool permanent;
    wasm_store_t *store; /* counted; NULL for traps and modules */
    /* Of the kind: hs_funcref, global_obj, table_obj, memory_obj, tag_obj, instance, code_object
     * (counted), wasmtime_error (counted), or a counted nothing. */
    void *object;
    void *info;
    void (*info_finalizer)(void *);
};
wasm_ref_t *hs_api_ref_new(enum ref_kind kind, wasm_store_t *store,
                           void *object); /* takes over the object's count */

/* --- Types ------------------------------------------------------------------------------------ */

struct wasm_valtype_t {
    uint8_t kind; /* WASMTIME_VALTYPE_KIND_... */
    bool nullable;
    uint8_t heap;          /* WASMTIME_HEAPTYPE_KIND_... of a reference */
    uint32_t id;           /* of a concrete type, in the engine */
    struct engine *engine; /* counted for concrete types, else NULL */
};

/* first in the five below */
struct wasm_externtype_t {
    wasm_externkind_t kind;
};
struct wasm_functype_t {
    struct wasm_externtype_t base;
    wasm_valtype_vec_t params, results;
    struct engine *engine; /* counted, and id held: which type it is; NULL: only its looks count */
    uint32_t id;
};
struct wasm_globaltype_t {
    struct wasm_externtype_t base;
    wasm_mutability_t mutability;
    wasm_valtype_t *content;
};
struct wasm_tabletype_t {
    struct wasm_externtype_t base;
    wasm_valtype_t *element;
    struct limits limits;
    wasm_limits_t view; /* the same, as far as 32 bits go */
};
struct wasm_memorytype_t {
    struct wasm_externtype_t base;
    struct limits limits;
    wasm_limits_t view;
};
struct wasm_tagtype_t {
    struct wasm_externtype_t base;
    wasm_functype_t *functype;
};

/* Array types, too, and exception types, whose id is that of a function type. */
struct wasmtime_struct_type {
    struct engine *engine; /* counted, and the id held */
    uint32_t id;
};
void *hs_api_gc_type(struct engine *e, uint32_t id); /* NULL: no memory */

wasm_valtype_t *hs_api_valtype(struct engine *e, struct valtype canonical); /* NULL: no memory */
/* The canonical valtype in an engine; false if the type belongs to another engine. */
bool hs_api_valtype_get(struct engine *e, const wasm_valtype_t *t, struct valtype *out);
wasm_functype_t *hs_api_functype(struct engine *e, uint32_t id);
/* The id of a function type in the engine, holding one count. */
enum status hs_api_functype_id(struct engine *e, const wasm_functype_t *t, uint32_t *out_id);
wasm_globaltype_t *hs_api_globaltype(struct engine *e, struct valtype type, bool mutable);
wasm_tabletype_t *hs_api_tabletype(struct engine *e, struct valtype elem,
                                   const struct limits *limits);
wasm_memorytype_t *hs_api_memorytype(const struct limits *limits);
wasm_tagtype_t *hs_api_tagtype(struct engine *e, uint32_t id);
wasm_externtype_t *hs_api_module_externtype(struct code_object *c, enum externkind kind,
                                            uint32_t index);
bool hs_api_module_imports(struct code_object *c, wasm_importtype_vec_t *out);
bool hs_api_module_exports(struct code_object *c, wasm_exporttype_vec_t *out);
bool hs_api_name(wasm_name_t *out, struct span bytes); /* false: no memory */

/* --- Values ----------------------------------------------------------------------------------- */

/* A boxed value as raw bits, checked against a canonical type. NULL or the error. */
wasmtime_error_t *hs_api_val_in(struct store *s, const wasmtime_val_t *v, struct valtype want,
                                union hs_value *out);
/* Makes a boxed value of raw bits; roots what needs one. False: no memory (out is null then). */
bool hs_api_val_out(struct store *s, struct valtype type, const union hs_value *v,
                    wasmtime_val_t *out);
/* For numbers; false for anything that needs the functions above. Odd kinds have 64 bits, even
 * ones 32. */
static inline __attribute__((always_inline)) bool
hs_api_val_in_fast(const wasmtime_val_t *v, struct valtype want, union hs_value *out)
{
    if (HS_UNLIKELY(want.bits != (uint32_t)v->kind + VT_I32 || v->kind >= WASMTIME_V128))
        return false;
    /* As wide as it was written: a wider load of a fresh store waits for it to reach the cache. */
    if (v->kind & 1)
        out->i64 = v->of.i64;
    else
        out->i32 = v->of.i32;
    return true;
}
static inline __attribute__((always_inline)) bool
hs_api_val_out_fast(struct valtype type, const union hs_value *v, wasmtime_val_t *out)
{
    if (HS_UNLIKELY(type.bits - VT_I32 >= WASMTIME_V128))
        return false;
    out->kind = (wasmtime_valkind_t)(type.bits - VT_I32);
    out->of.i64 = v->i64; /* trampolines store all of it */
    return true;
}
const char *hs_api_val_kind_name(wasmtime_valkind_t kind);
bool hs_api_val_is_foreign(const struct store *s, const wasmtime_val_t *v); /* of another store */
/* A root for a raw reference, whose kinds (external, any, exception) share a layout. False: no
 * memory, out is null. */
bool hs_api_root(struct store *s, uint32_t ref, wasmtime_anyref_t *out);
/* What struct store's `each_root` is. */
void hs_api_each_root(struct store *s, void (*visit)(void *env, uint32_t ref), void *env);
/* Is any word a reference of this store, other than null, below `top`: HEAP_EXTERN, HEAP_ANY or
 * HEAP_EXN? */
bool hs_api_ref_exists(struct store *s, uint32_t ref, uint32_t top);
void hs_api_root_clone(const wasmtime_anyref_t *ref, wasmtime_anyref_t *out);
void hs_api_unroot(wasmtime_anyref_t *ref); /* NULL and null are fine; makes it null */

/* --- Objects of the collected heap ------------------------------------------------------------ */

/* References of this store. */
bool hs_api_is_object(struct store *s, uint32_t ref, enum compkind kind); /* a struct or array? */
bool hs_api_is_exn(struct store *s, uint32_t ref);
/* Values of fields, packed ones as i32. What is of the wrong type is told with `what`,
 * if not NULL, before it. */
wasmtime_error_t *hs_api_field_in(struct store *s, const wasmtime_val_t *v, struct valtype storage,
                                  const char *what, union hs_value *out);
bool hs_api_field_out(struct store *s, struct valtype storage, const union hs_value *v,
                      wasmtime_val_t *out);                               /* false: no memory */
wasmtime_error_t *hs_api_heap_full(uint64_t bytes) __attribute__((cold)); /* of an object */
bool hs_api_retry(struct store *s, enum status st); /* making an object failed: once more? */

/* --- Externs ---------------------------------------------------------------------------------- */

bool hs_api_extern_out(struct store *s, const struct hs_extern *x, wasmtime_extern_t *out);
/* NULL, or the error: the handle is of another store or none at all. */
wasmtime_error_t *hs_api_extern_in(struct store *s, const wasmtime_extern_t *x,
                                   struct hs_extern *out);
static inline struct hs_funcref *hs_api_func(const struct store *s, const wasmtime_func_t *f)
{
    return HS_LIKELY(f->store_id == s->id) ? f->__private : NULL;
}
struct memory_obj *hs_api_memory(const struct store *s, const wasmtime_memory_t *m);
struct table_obj *hs_api_table(const struct store *s, const wasmtime_table_t *t);
struct global_obj *hs_api_global(const struct store *s, const wasmtime_global_t *g);
struct tag_obj *hs_api_tag(const struct store *s, const wasmtime_tag_t *t);
struct instance *hs_api_instance(const struct store *s, const wasmtime_instance_t *i);
bool hs_api_instance_out(struct store *s, struct instance *i, wasmtime_instance_t *out);
wasm_externtype_t *hs_api_externtype(struct store *s, const struct hs_extern *x);
static inline void hs_api_func_out(const struct store *s, struct hs_funcref *f,
                                   wasmtime_func_t *out)
{
    out->store_id = f ? s->id : 0;
    out->__private = f;
}

/* --- Functions -------------------------------------------------------------------------------- */

/* Calls a callback with boxed values. */
host_call hs_api_host_boxed;
/* Says what a host function does: `call` with the callback, or if it is NULL the callback itself, a
 * wasmtime_func_unchecked_callback_t. */
void hs_api_host_func_set(struct host_func *f, host_call *call, void *callback, void *env);
static inline const struct functype *hs_api_func_type(const struct store *s,
                                                      const struct hs_funcref *f)
{
    return &hs_canon_type(&s->rt->types, f->type)->func;
}

/* A linker's function, of no store. Counted by linkers, prepared instances and stores. */
struct linker_def {
    _Atomic uint32_t refs;
    struct engine *engine; /* counted */
    uint32_t type;         /* held */
    host_call *call;       /* NULL: the callback itself, unchecked */
    void *callback, *data;
    void (*finalizer)(void *);
    bool async;
};
struct linker_def *hs_api_def_new(struct engine *e, uint32_t type, void *callback, void *data,
                                  void (*finalizer)(void *));
void hs_api_def_unref(void *def);
/* The function made of a definition in a store; NULL: no memory. */
struct hs_funcref *hs_api_def_func(struct store *s, struct linker_def *def);

/* --- Asynchronous calls: api_async.c ---------------------------------------------------------- */

void hs_api_need_async(struct wasmtime_store *w);
bool hs_api_fiber_running(const struct wasmtime_store *w);
/* What struct store's `stack_is_whole` is. */
bool hs_api_stack_is_whole(struct store *s, uintptr_t low, uintptr_t high);
/* Lets the caller of poll go on; 0 when it is our turn again, or trap + 1 if the call was given
 * up. */
uint32_t hs_api_fiber_yield(struct wasmtime_store *w);
/* A call that is over before it began. Consumes e. */
wasmtime_call_future_t *hs_api_future_failed(wasmtime_error_t **error_ret, wasmtime_error_t *e);
void hs_api_fuel_set(struct store *s, uint64_t fuel);
void hs_api_watch_deadline(struct wasmtime_store *w);
host_call hs_api_host_async;

/* --- Shared memories -------------------------------------------------------------------------- */

void hs_api_shared_drop(struct wasmtime_store *w); /* the store no longer uses any */
/* A handle of a shared memory that the store knows; NULL: no memory. */
wasmtime_sharedmemory_t *hs_api_shared_of(struct store *s, struct memory_obj *m);
/* The memory of a handle, held by the store from now on. NULL or the error. */
wasmtime_error_t *hs_api_shared_in(struct store *s, const wasmtime_sharedmemory_t *m,
                                   struct memory_obj **out);

/* --- Linking ---------------------------------------------------------------------------------- */

/* Makes and starts an instance with imports in the order of the module. *out_trap is NULL or set;
 * the imports match. */
wasmtime_error_t *hs_api_instantiate(struct store *s, struct code_object *c,
                                     const struct hs_extern *imports, struct instance **out,
                                     wasm_trap_t **out_trap);
wasmtime_error_t *hs_api_link_error(struct code_object *c, uint32_t import,
                                    const struct error *cause);

/* Where an import of a prepared instance comes from. */
struct pre_import {
    struct linker_def *def; /* counted; or NULL: */
    struct hs_extern item;  /* of store `store_id` */
    uint64_t store_id;
    wasmtime_sharedmemory_t *shared; /* counted; or NULL */
};
struct wasmtime_instance_pre {
    _Atomic uint32_t refs;
    struct code_object *code;
    struct pre_import *imports;
};
wasmtime_error_t *hs_api_pre_run(const struct wasmtime_instance_pre *pre, struct store *s,
                                 struct instance **out, wasm_trap_t **out_trap);
wasmtime_error_t *
hs_api_linker_define_def(wasmtime_linker_t *linker, struct span module, struct span name,
                         struct linker_def *def); /* takes over one count of def in every case */

/* --- Engines ---------------------------------------------------------------------------------- */

struct wasm_config_t {
    struct engine_config engine;
    wasmtime_memory_creator_t memory_creator;
    wasmtime_stack_creator_t stack_creator;
    bool has_memory_creator, has_stack_creator, foreign_target, unknown_flag;
    bool no_gc; /* whatever the proposals that need it are set to */
    size_t async_stack_size;
};

/* what the API adds to an engine */
struct api_engine {
    wasmtime_memory_creator_t memory_creator;
    wasmtime_stack_creator_t stack_creator;
    bool has_memory_creator, has_stack_creator;
    size_t async_stack_size;
};

static inline struct span hs_api_span(const char *bytes, size_t size)
{
    return (struct span){(const uint8_t *)bytes, bytes ? size : 0};
}

#endif
