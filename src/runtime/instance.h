/* instance.h: a module brought to life. One allocation: this struct, then arrays, then the
 * vmctx, whose address stays the same when the instance is parked and taken again, so its
 * funcrefs need no new addresses. */
#ifndef HS_RUNTIME_INSTANCE_H
#define HS_RUNTIME_INSTANCE_H

#include "runtime/store.h"

struct instance {
    struct code_object *code; /* counted */
    struct store *store;
    struct hs_vmctx *vmctx;
    struct memory_obj **memories; /* per memory index */
    struct table_obj **tables;    /* per table index */
    struct global_obj **globals;  /* per global index; own ones are made when somebody asks */
    struct tag_obj **tags;
    struct memory_obj *own_memories; /* embedded objects of defined memories that are not shared */
    struct table_obj *own_tables;
    uint8_t *dropped_elems, *dropped_datas; /* bits */
    /* per element segment: its items, if they had to be evaluated when the instance was made and
     * may still be used; else NULL */
    uint64_t **items;
    /* export "memory", for host functions that ask often; or NULL */
    struct memory_obj *exported_memory;
    uint32_t handle;
    bool started;          /* complete: every segment was applied */
    struct instance *next; /* of the store, or of the parked ones */
};

/* Does `item` match import number i of the module? ST_OK, or ST_LINK with the cause in the
 * error's text. */
enum status hs_link_check(struct code_object *code, uint32_t i, const struct hs_extern *item,
                          struct error *error);

/* Makes an instance: imports must be of this store and match. Everything but the start function.
 * ST_TRAP: an active segment is out of bounds (store->trap has the code). */
enum status hs_instance_new(struct store *s, struct code_object *code,
                            const struct hs_extern *imports, struct error *error,
                            struct instance **out);
/* Runs the start function, if there is one. */
enum status hs_instance_start(struct instance *i);
/* Back to the module's parked instances or to the system; called by the store's end. */
void hs_instance_release(struct instance *i);

/* Export number n as something to hand out; false when memory is exhausted. */
bool hs_instance_export(struct instance *i, uint32_t n, struct hs_extern *out);
bool hs_instance_extern(struct instance *i, enum externkind kind, uint32_t index,
                        struct hs_extern *out);
struct tag_obj *hs_instance_tag(struct instance *i, uint32_t tag);      /* NULL: no memory */
struct hs_funcref *hs_instance_func(struct instance *i, uint32_t func); /* NULL: does not escape */
static inline struct instance *hs_funcref_instance(const struct hs_funcref *f)
{
    return f->vmctx->instance;
}

/* Forgets the items of an element segment. */
void hs_instance_drop_elem(struct instance *i, uint32_t elem);

/* Evaluates a constant expression of the instance's module. It may make objects; `out` is
 * written at the end. */
enum status hs_const_eval(struct instance *i, const struct constexpr *e, union hs_value *out);

#endif
