/* The name section: names of the module and of its functions for error texts, backtraces and
 * profilers. https://webassembly.github.io/spec/core/appendix/custom.html#name-section
 *
 * It is a custom section: whatever is wrong in it leaves the module valid. Each subsection stands
 * for itself: a name map that is cut off, out of order or not UTF-8 is dropped as a whole, so
 * hs_module_func_name can search a sorted array. Subsections of other kinds are passed over. */
#include "binary/reader.h"

static enum status read_func_names(struct insn_reader *in, struct module *m)
{
    uint32_t n;
    TRY(hs_read_count(in, &n));
    if (n > (size_t)(in->end - in->p) / 2)
        return ST_MALFORMED; /* an entry has two bytes at least */
    struct names_entry *entries = hs_arena_alloc(&m->arena, n, sizeof *entries);
    if (!entries)
        return ST_OOM;
    for (uint32_t i = 0; i < n; i++) {
        TRY(hs_read_u32(in, &entries[i].index));
        if (i && entries[i].index <= entries[i - 1].index)
            return ST_MALFORMED;
        TRY(hs_read_name(in, &entries[i].name));
    }
    if (in->p != in->end)
        return ST_MALFORMED;
    m->names.nfuncs = n;
    m->names.funcs = entries;
    return ST_OK;
}

enum status hs_read_name_section(struct module *m, struct span contents)
{
    enum { NAMES_MODULE, NAMES_FUNCS };
    struct error ignored;
    hs_error_init(&ignored);
    struct insn_reader in = {.p = contents.data,
                             .end = contents.data + contents.size,
                             .base = contents.data,
                             .features = HS_FEATURES_ALL,
                             .error = &ignored};
    bool seen[2] = {false, false};
    while (in.p < in.end) {
        uint8_t id = *in.p++;
        struct span part;
        if (hs_read_vec_bytes(&in, &part) != ST_OK)
            return ST_OK;
        if (id > NAMES_FUNCS ||
            seen[id]) /* the first of each kind counts, so the work is bounded */
            continue;
        seen[id] = true;
        struct insn_reader sub = in;
        sub.p = part.data;
        sub.end = part.data + part.size;
        struct span name;
        if (id == NAMES_FUNCS) {
            if (read_func_names(&sub, m) == ST_OOM)
                return ST_OOM;
        } else if (hs_read_name(&sub, &name) == ST_OK && sub.p == sub.end) {
            m->names.module = name;
        }
    }
    return ST_OK;
}
