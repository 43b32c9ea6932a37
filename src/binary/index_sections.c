/* The sections that fill the index spaces: imports, functions, tables, memories, tags, globals; and
 * exports, which name their items.  https://webassembly.github.io/spec/core/binary/modules.html
 *
 * An index space holds the imports first. They are counted in a pass of their own over the import
 * section, and when the section of a kind arrives its array is made anew with the imports copied to
 * the front. */
#include "binary/reader.h"

static enum status read_limits(struct reader *r, bool memory, struct limits *out)
{
    enum { HAS_MAX = 1, SHARED = 2, IS64 = 4, PAGE_SIZE = 8 };
    static const struct {
        uint8_t flag;
        enum feature feature;
    } gates[] = {{SHARED, FEATURE_THREADS},
                 {IS64, FEATURE_MEMORY64},
                 {PAGE_SIZE, FEATURE_CUSTOM_PAGE_SIZES}};
    const uint8_t *at = r->in.p;
    uint8_t flags;
    TRY(hs_read_byte(&r->in, &flags));
    if (flags & ~(memory ? HAS_MAX | SHARED | IS64 | PAGE_SIZE : HAS_MAX | IS64))
        return malformed_at(r, at, MSG_LIMITS_FLAGS);
    for (int i = 0; i < 3; i++) {
        if ((flags & gates[i].flag) && !(r->in.features >> gates[i].feature & 1)) {
            hs_error_set(r->in.error, ST_MALFORMED, (uint64_t)(at - r->in.base),
                         "%s: %s support is not enabled", hs_msg(MSG_LIMITS_FLAGS),
                         hs_feature_name(gates[i].feature));
            return ST_MALFORMED;
        }
    }
    struct limits l = {
        .max = UINT64_MAX,
        .has_max = flags & HAS_MAX,
        .shared = flags & SHARED,
        .is64 = flags & IS64,
        .page_log2 = memory ? 16 : 0,
    };
    if (r->in.features &
        HS_FEATURE(MEMORY64)) { /* the numbers of 32-bit limits may be written as long, too */
        TRY(hs_read_u64(&r->in, &l.min));
        if (l.has_max)
            TRY(hs_read_u64(&r->in, &l.max));
    } else {
        uint32_t x;
        TRY(hs_read_u32(&r->in, &x));
        l.min = x;
        if (l.has_max) {
            TRY(hs_read_u32(&r->in, &x));
            l.max = x;
        }
    }
    if (flags & PAGE_SIZE) {
        uint32_t log2;
        at = r->in.p;
        TRY(hs_read_u32(&r->in, &log2));
        if (log2 >= 64)
            return malformed_at(r, at, MSG_PAGE_SIZE);
        l.page_log2 = (uint8_t)log2;
    }
    *out = l;
    return ST_OK;
}

static enum status read_tabletype(struct reader *r, struct tabletype *out)
{
    TRY(hs_read_reftype(&r->in, &out->elem));
    return read_limits(r, false, &out->limits);
}

static enum status read_globaltype(struct reader *r, struct globaltype *out)
{
    TRY(hs_read_valtype(&r->in, &out->type));
    const uint8_t *at = r->in.p;
    uint8_t mutability;
    TRY(hs_read_byte(&r->in, &mutability));
    if (mutability > 1)
        return malformed_at(r, at, MSG_MUTABILITY);
    out->mutable = mutability;
    return ST_OK;
}

static enum status read_tagtype(struct reader *r, struct tag *out)
{
    const uint8_t *at = r->in.p;
    if (!(r->in.features & HS_FEATURE(LEGACY_EXCEPTIONS)))
        TRY(need(r, at, FEATURE_EXCEPTIONS));
    uint8_t attribute;
    TRY(hs_read_byte(&r->in, &attribute));
    if (attribute != 0)
        return malformed_at(r, at, MSG_TAG_ATTRIBUTE);
    return hs_read_u32(&r->in, &out->type);
}

/* Imports */

/* one import's type, whatever its kind */
struct imported {
    struct import import;
    struct func func;
    struct table table;
    struct memory memory;
    struct global global;
    struct tag tag;
};

static enum status read_import(struct reader *r, struct imported *out)
{
    *out = (struct imported){.import.offset = hs_read_offset(&r->in)};
    TRY(hs_read_name(&r->in, &out->import.module));
    TRY(hs_read_name(&r->in, &out->import.name));
    const uint8_t *at = r->in.p;
    uint8_t kind;
    TRY(hs_read_byte(&r->in, &kind));
    out->import.kind = (enum externkind)kind;
    switch (kind) {
    case EXTERN_FUNC: return hs_read_u32(&r->in, &out->func.type);
    case EXTERN_TABLE: return read_tabletype(r, &out->table.type);
    case EXTERN_MEMORY: return read_limits(r, true, &out->memory.type.limits);
    case EXTERN_GLOBAL: return read_globaltype(r, &out->global.type);
    case EXTERN_TAG: return read_tagtype(r, &out->tag);
    default: return malformed_at(r, at, MSG_IMPORT_KIND);
    }
}

enum status hs_read_import_section(struct reader *r)
{
    struct module *m = r->m;
    uint32_t n;
    TRY(hs_read_limited(r, HS_LIMIT_IMPORTS, MSG_LIMIT_IMPORTS, &n));

    uint32_t counts[EXTERN_TAG + 1] = {0};
    struct imported it;
    const uint8_t *first = r->in.p;
    for (uint32_t i = 0; i < n; i++) {
        TRY(read_import(r, &it));
        counts[it.import.kind]++;
    }
    m->imports = hs_arena_alloc(&m->arena, n, sizeof *m->imports);
    m->funcs = hs_arena_alloc(&m->arena, counts[EXTERN_FUNC], sizeof *m->funcs);
    m->tables = hs_arena_alloc(&m->arena, counts[EXTERN_TABLE], sizeof *m->tables);
    m->memories = hs_arena_alloc(&m->arena, counts[EXTERN_MEMORY], sizeof *m->memories);
    m->globals = hs_arena_alloc(&m->arena, counts[EXTERN_GLOBAL], sizeof *m->globals);
    m->tags = hs_arena_alloc(&m->arena, counts[EXTERN_TAG], sizeof *m->tags);
    if (!m->imports || !m->funcs || !m->tables || !m->memories || !m->globals || !m->tags)
        return hs_fail_oom(r->in.error);

    r->in.p = first;
    for (uint32_t i = 0; i < n; i++) {
        TRY(read_import(r, &it));
        switch (it.import.kind) {
        case EXTERN_FUNC: m->funcs[it.import.index = m->nfuncs++] = it.func; break;
        case EXTERN_TABLE: m->tables[it.import.index = m->ntables++] = it.table; break;
        case EXTERN_MEMORY: m->memories[it.import.index = m->nmemories++] = it.memory; break;
        case EXTERN_GLOBAL: m->globals[it.import.index = m->nglobals++] = it.global; break;
        case EXTERN_TAG: m->tags[it.import.index = m->ntags++] = it.tag; break;
        }
        m->imports[m->nimports++] = it.import;
    }
    m->nimported_funcs = m->nfuncs;
    m->nimported_tables = m->ntables;
    m->nimported_memories = m->nmemories;
    m->nimported_globals = m->nglobals;
    m->nimported_tags = m->ntags;
    if (m->ntables > HS_LIMIT_TABLES)
        return fail_at(r, first, ST_UNSUPPORTED, MSG_LIMIT_TABLES);
    if (m->nmemories > HS_LIMIT_MEMORIES)
        return fail_at(r, first, ST_UNSUPPORTED, MSG_LIMIT_MEMORIES);
    return ST_OK;
}

/* The other sections */

/* Reads the count of a section and makes an array of the imports and as many more. *out_end is the
 * index after them. */
static enum status extend(struct reader *r, uint32_t limit, enum msg too_many, void *array,
                          uint32_t imported, size_t size, uint32_t *out_end)
{
    const uint8_t *at = r->in.p;
    uint32_t n;
    TRY(hs_read_count(&r->in, &n));
    if (n > limit - imported) /* the imports were checked */
        return fail_at(r, at, ST_UNSUPPORTED, too_many);
    void *old;
    memcpy(&old, array, sizeof old);
    void *all = hs_arena_alloc(&r->m->arena, (size_t)imported + n, size);
    if (!all)
        return hs_fail_oom(r->in.error);
    if (imported)
        memcpy(all, old, imported * size);
    memcpy(array, &all, sizeof all);
    *out_end = imported + n;
    return ST_OK;
}

enum status hs_read_func_section(struct reader *r)
{
    struct module *m = r->m;
    uint32_t end;
    TRY(extend(r, HS_LIMIT_FUNCS, MSG_LIMIT_FUNCS, &m->funcs, m->nfuncs, sizeof *m->funcs, &end));
    for (; m->nfuncs < end; m->nfuncs++) {
        struct func f = {0};
        TRY(hs_read_u32(&r->in, &f.type));
        m->funcs[m->nfuncs] = f;
    }
    return ST_OK;
}

enum status hs_read_table_section(struct reader *r)
{
    struct module *m = r->m;
    uint32_t end;
    TRY(extend(r, HS_LIMIT_TABLES, MSG_LIMIT_TABLES, &m->tables, m->ntables, sizeof *m->tables,
               &end));
    for (; m->ntables < end; m->ntables++) {
        struct table t = {.init.kind = CONST_NONE};
        const uint8_t *at = r->in.p;
        bool has_init = at < r->in.end && *at == 0x40;
        if (has_init) {
            TRY(need(r, at, FEATURE_FUNCTION_REFERENCES));
            r->in.p++;
            uint8_t zero;
            TRY(hs_read_byte(&r->in, &zero));
            if (zero != 0)
                return malformed_at(r, at + 1, MSG_TABLE_INIT);
        }
        TRY(read_tabletype(r, &t.type));
        if (has_init)
            TRY(hs_read_constexpr(r, &t.init));
        m->tables[m->ntables] = t;
    }
    return ST_OK;
}

enum status hs_read_memory_section(struct reader *r)
{
    struct module *m = r->m;
    uint32_t end;
    TRY(extend(r, HS_LIMIT_MEMORIES, MSG_LIMIT_MEMORIES, &m->memories, m->nmemories,
               sizeof *m->memories, &end));
    for (; m->nmemories < end; m->nmemories++)
        TRY(read_limits(r, true, &m->memories[m->nmemories].type.limits));
    return ST_OK;
}

enum status hs_read_tag_section(struct reader *r)
{
    struct module *m = r->m;
    uint32_t end;
    TRY(extend(r, HS_LIMIT_TAGS, MSG_LIMIT_TAGS, &m->tags, m->ntags, sizeof *m->tags, &end));
    for (; m->ntags < end; m->ntags++)
        TRY(read_tagtype(r, &m->tags[m->ntags]));
    return ST_OK;
}

enum status hs_read_global_section(struct reader *r)
{
    struct module *m = r->m;
    uint32_t end;
    TRY(extend(r, HS_LIMIT_GLOBALS, MSG_LIMIT_GLOBALS, &m->globals, m->nglobals, sizeof *m->globals,
               &end));
    for (; m->nglobals < end; m->nglobals++) {
        struct global g = {0};
        TRY(read_globaltype(r, &g.type));
        TRY(hs_read_constexpr(r, &g.init));
        m->globals[m->nglobals] = g;
    }
    return ST_OK;
}

enum status hs_read_export_section(struct reader *r)
{
    struct module *m = r->m;
    uint32_t n;
    TRY(hs_read_limited(r, HS_LIMIT_EXPORTS, MSG_LIMIT_EXPORTS, &n));
    m->exports = hs_arena_alloc(&m->arena, n, sizeof *m->exports);
    if (!m->exports)
        return hs_fail_oom(r->in.error);
    for (; m->nexports < n; m->nexports++) {
        struct export e;
        TRY(hs_read_name(&r->in, &e.name));
        const uint8_t *at = r->in.p;
        uint8_t kind;
        TRY(hs_read_byte(&r->in, &kind));
        if (kind > EXTERN_TAG)
            return malformed_at(r, at, MSG_EXPORT_KIND);
        e.kind = (enum externkind)kind;
        TRY(hs_read_u32(&r->in, &e.index));
        m->exports[m->nexports] = e;
    }
    return ST_OK;
}
