/* heap.h: the collected heap of a store: structs, arrays and exceptions; abi/gc.h draws them. A
 * store has one as soon as an instance or the host needs it. One thread at a time uses a store,
 * so nothing here takes a lock.
 *
 * Whatever allocates may collect. Objects do not move, and C code that holds a reference in a
 * local variable only need not do anything special while guests run (the stack is read word by
 * word), but needs a root (store->each_root) between two allocations when none does. */
#ifndef HS_RUNTIME_GC_HEAP_H
#define HS_RUNTIME_GC_HEAP_H

#include "runtime/store.h"

struct hs_heap; /* heap.c */

/* Makes the store's heap if it has none. ST_OOM or ST_OK. */
enum status hs_heap_open(struct store *s);
void hs_heap_delete(struct store *s);
uint8_t *hs_heap_base(const struct store *s); /* NULL: no heap */
/* Where compiled code makes objects by itself: a full one when the runtime has to make each
 * object. */
struct hs_heap *hs_heap_space(const struct store *s);
/* Up to the last object: at most the limit of the store's memories, which the heap has for itself. */
uint64_t hs_heap_bytes(const struct store *s);

/* New objects, all zero; `id` is a canonical id of the engine, held by an instance of the store
 * or by hs_gc_hold_type. ST_OOM: the heap is full, or the store's limit is reached, also after
 * collecting. */
enum status hs_gc_new_struct(struct store *s, uint32_t id, uint32_t *out_ref);
enum status hs_gc_new_array(struct store *s, uint32_t id, uint32_t length, uint32_t *out_ref);
enum status hs_gc_new_exn(struct store *s, struct tag_obj *tag, uint32_t *out_ref);
/* Types that the host made objects of stay until the store ends. */
enum status hs_gc_hold_type(struct store *s, uint32_t id);

/* What an object is. The reference must be to an object (hs_ref_is_object). */
/* canonical id; of an exception its tag's function type */
uint32_t hs_gc_type(const struct store *s, uint32_t ref);
bool hs_gc_is_exn(const struct store *s, uint32_t ref);
/* Does an object start there, For words from outside (wasmtime_anyref_from_raw); any word may be
 * asked for. */
bool hs_gc_is_object(const struct store *s, uint32_t ref);
uint32_t hs_gc_length(const struct store *s, uint32_t ref); /* of an array */
struct tag_obj *hs_gc_exn_tag(const struct store *s, uint32_t ref);
const struct hs_gc_layout *hs_gc_layout(struct store *s, uint32_t id); /* NULL: no memory */

/* A field or element at an offset from the object's start. Packed ones are read zero-extended
 * and cut when written; a funcref is struct hs_funcref * outside and a number inside, which
 * setting may fail to make (ST_OOM). */
void hs_gc_get(const struct store *s, uint32_t ref, uint32_t offset, struct valtype storage,
               union hs_value *out);
enum status hs_gc_set(struct store *s, uint32_t ref, uint32_t offset, struct valtype storage,
                      const union hs_value *value);

/* Is the value of a reference type (32 bits, or struct hs_funcref *) of heap type `heap`
 * (canonical)? null_counts: the answer for null. */
bool hs_ref_is_a(struct store *s, uint64_t value, uint32_t heap, bool null_counts);

/* The number of a function in the heap; 0 for NULL. False when memory is exhausted. */
bool hs_gc_func_number(struct store *s, struct hs_funcref *f, uint32_t *out_number);

/* Collects objects and the host's things (externrefs). False: it cannot be told who holds what
 * at the moment, and nothing was collected. The API says what it holds through store->each_root. */
bool hs_gc_collect(struct store *s);

#endif
