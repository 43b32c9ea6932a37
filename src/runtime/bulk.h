/* bulk.h: bulk operations on memories and tables, shared by the runtime calls and by
 * instantiation. Each gives TRAP_NONE or the trap; a trap for bounds has changed nothing. */
#ifndef HS_RUNTIME_BULK_H
#define HS_RUNTIME_BULK_H

#include "runtime/instance.h"

/* Item k of an element segment, which has so many: a funcref or a 32-bit reference. False: no
 * memory. Makes no objects if the segment is passive. */
bool hs_elem_item(struct instance *i, uint32_t elem, uint64_t k, uint64_t *out);
static inline uint64_t hs_elem_count(const struct instance *i, uint32_t elem)
{
    return i->dropped_elems[elem / 8] >> elem % 8 & 1 ? 0 : i->code->module->elems[elem].count;
}

enum trap hs_memory_init(struct instance *i, uint32_t memory, uint32_t data, uint64_t d, uint64_t s,
                         uint64_t n);
enum trap hs_memory_copy(struct instance *i, uint32_t to, uint32_t from, uint64_t d, uint64_t s,
                         uint64_t n);
enum trap hs_memory_fill(struct instance *i, uint32_t memory, uint64_t d, uint8_t value,
                         uint64_t n);
enum trap hs_table_init(struct instance *i, uint32_t table, uint32_t elem, uint64_t d, uint64_t s,
                        uint64_t n);
enum trap hs_table_copy(struct instance *i, uint32_t to, uint32_t from, uint64_t d, uint64_t s,
                        uint64_t n);
enum trap hs_table_fill(struct instance *i, uint32_t table, uint64_t d, uint64_t value, uint64_t n);

/* Serves a request to stop between two pieces of work: 0 to go on, or trap + 1. */
uint32_t hs_interruption(struct store *s);

#endif
