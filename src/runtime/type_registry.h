/* type_registry.h: canonical types of an engine. Two recursive groups with the same structure
 * get the same ids, in whichever module they stand, so "same type?" is one compare of 32-bit
 * ids, also between modules.
 *
 * The canonical types form a struct module of their own (`types`), whose type indices are the
 * ids: the rules of subtyping in syntax/subtype.c work on it unchanged. A valtype that names an
 * id instead of a module's index is called a canonical valtype.
 *
 * Groups are counted: each registration of a module holds its groups, a group holds the groups
 * it refers to. The arrays are reserved once and never move, so readers need no lock for ids
 * they hold. */
#ifndef HS_RUNTIME_TYPE_REGISTRY_H
#define HS_RUNTIME_TYPE_REGISTRY_H

#include "abi/libcalls.h"
#include "base/vec.h"
#include <pthread.h>
#include <stdatomic.h>

struct canon_group; /* one recursive group */

struct canon_extra {
    struct canon_group *group;
    /* code of the entry trampoline of a function type, made at first use */
    const uint8_t *_Atomic entry;
    void *_Atomic adapter;          /* host adapter, made at first use */
    struct gc_shape *_Atomic shape; /* what objects of this type look like, made at first use */
};

/* Objects of a type, and which of their words are references: those that a collection follows.
 * References to functions are numbers in the heap, and not among them. */
struct gc_shape {
    /* of a struct, or of an exception with a tag of this function type; of arrays empty */
    struct hs_gc_layout layout;
    uint8_t elem_size; /* of an array, in bytes; else 0 */
    bool elem_followed;
    uint32_t nrefs;
    uint32_t *refs; /* offsets from the object's start; in an allocation of its own */
};

struct id_run {
    uint32_t first, count;
};

struct type_registry {
    pthread_mutex_t lock;
    struct module types;       /* types.types[id]; ntypes is the high-water mark */
    struct canon_extra *extra; /* extra[id] */
    size_t opened;             /* elements of both arrays that have memory */
    struct canon_group **buckets;
    size_t nbuckets, ngroups;
    HS_VEC(struct id_run) free_runs;
};

enum status hs_type_registry_init(struct type_registry *r);
void hs_type_registry_deinit(struct type_registry *r);

/* Registers all types of a validated module; out_ids (hs_alloc'ed, one per type index, never
 * NULL) is given back to hs_type_registry_remove. */
enum status hs_type_registry_add(struct type_registry *r, const struct module *m,
                                 uint32_t **out_ids);
void hs_type_registry_remove(struct type_registry *r, uint32_t *ids, uint32_t count);

/* The id of a final function type whose valtypes are canonical; holds one count. */
enum status hs_type_registry_func(struct type_registry *r, const struct functype *type,
                                  uint32_t *out_id);
/* The same for any final type without a supertype that does not name itself: type->rec_size is
 * 1. */
enum status hs_type_registry_lone(struct type_registry *r, const struct deftype *type,
                                  uint32_t *out_id);
void hs_type_registry_hold(struct type_registry *r, uint32_t id);
void hs_type_registry_release(struct type_registry *r, uint32_t id);

/* Made at first use; NULL when memory is exhausted. Stays as long as the type. */
const struct gc_shape *hs_type_registry_make_shape(struct type_registry *r, uint32_t id);
static inline const struct gc_shape *hs_canon_shape(struct type_registry *r, uint32_t id)
{
    const struct gc_shape *shape = atomic_load_explicit(&r->extra[id].shape, memory_order_acquire);
    return HS_LIKELY(shape != NULL) ? shape : hs_type_registry_make_shape(r, id);
}

static inline const struct deftype *hs_canon_type(const struct type_registry *r, uint32_t id)
{
    return &r->types.types[id];
}
static inline struct valtype hs_canon_vt(const uint32_t *ids, struct valtype t)
{
    if (hs_vt_is_ref(t) && hs_heap_is_index(hs_vt_heap(t)))
        t = HS_REF(hs_vt_nullable(t), ids[hs_vt_heap(t)]);
    return t;
}
/* Subtyping of ids and canonical valtypes. */
static inline bool hs_canon_subtype(const struct type_registry *r, uint32_t sub, uint32_t super)
{
    return sub == super || hs_heap_subtype(&r->types, sub, super);
}
static inline bool hs_canon_vt_subtype(const struct type_registry *r, struct valtype sub,
                                       struct valtype super)
{
    return hs_vt_equal(sub, super) || hs_vt_subtype(&r->types, sub, super);
}

#endif
