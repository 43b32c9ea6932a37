/* See module.h: life cycle and look-ups. */
#include "syntax/module.h"
#include "base/bits.h"

void hs_module_init(struct module *m)
{
    *m = (struct module){0};
    hs_arena_init(&m->arena, SIZE_MAX);
}

void hs_module_deinit(struct module *m)
{
    hs_arena_deinit(&m->arena);
    *m = (struct module){0};
    hs_arena_init(&m->arena, SIZE_MAX);
}

struct span hs_module_func_name(const struct module *m, uint32_t func)
{
    uint32_t low = 0, high = m->names.nfuncs;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct names_entry *e = &m->names.funcs[middle];
        if (e->index == func)
            return e->name;
        if (e->index < func)
            low = middle + 1;
        else
            high = middle;
    }
    return (struct span){0};
}

/* Exports are looked up by name through a hash table of indices (plus one). Names come from the
 * guest, so the hash starts from a number it cannot know. */
static uint64_t hash_name(uint64_t seed, struct span name)
{
    uint64_t h = hs_hash_mix(seed, name.size);
    const uint8_t *p = name.data;
    size_t left = name.size;
    for (; left >= 8; p += 8, left -= 8)
        h = hs_hash_mix(h, hs_load64(p));
    uint64_t rest = 0;
    for (size_t i = 0; i < left; i++)
        rest = rest << 8 | p[i];
    return hs_hash_mix(h, rest);
}

enum status hs_module_index_exports(struct module *m, const struct export **out_duplicate)
{
    *out_duplicate = NULL;
    if (m->nexports == 0)
        return ST_OK;
    uint32_t mask = 7;
    while (mask < 2 * m->nexports)
        mask = mask * 2 + 1;
    uint32_t *table = hs_arena_calloc(&m->arena, (size_t)mask + 1, sizeof *table);
    if (!table)
        return ST_OOM;
    uint64_t seed = hs_hash_mix((uintptr_t)table, (uintptr_t)m);
    for (uint32_t i = 0; i < m->nexports; i++) {
        uint32_t at = (uint32_t)hash_name(seed, m->exports[i].name) & mask;
        for (; table[at]; at = (at + 1) & mask)
            if (hs_span_equal(m->exports[table[at] - 1].name, m->exports[i].name))
                break;
        if (!table[at])
            table[at] = i + 1;
        else if (!*out_duplicate)
            *out_duplicate = &m->exports[i];
    }
    m->export_table = table;
    m->export_mask = mask;
    m->export_seed = seed;
    return ST_OK;
}

const struct export *hs_module_find_export(const struct module *m, struct span name)
{
    if (!m->export_table) {
        for (uint32_t i = 0; i < m->nexports; i++)
            if (hs_span_equal(m->exports[i].name, name))
                return &m->exports[i];
        return NULL;
    }
    uint32_t at = (uint32_t)hash_name(m->export_seed, name) & m->export_mask;
    for (; m->export_table[at]; at = (at + 1) & m->export_mask) {
        const struct export *e = &m->exports[m->export_table[at] - 1];
        if (hs_span_equal(e->name, name))
            return e;
    }
    return NULL;
}

/* Imports of one kind have ascending indices, but kinds are mixed; index i of a kind is at import i
 * or later. */
const struct import *hs_module_import_of(const struct module *m, enum externkind kind,
                                         uint32_t index)
{
    for (uint32_t i = index; i < m->nimports; i++)
        if (m->imports[i].kind == kind && m->imports[i].index == index)
            return &m->imports[i];
    return NULL;
}
