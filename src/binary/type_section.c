/* The type section: recursive groups of function, structure and array types.
 * https://webassembly.github.io/spec/core/binary/types.html#recursive-types
 *
 * A section announces its groups, not its types, so types are gathered in a growing array and
 * copied once. */
#include "base/vec.h"
#include "binary/reader.h"

enum {
    CODE_FUNC = 0x60,
    CODE_STRUCT = 0x5f,
    CODE_ARRAY = 0x5e,
    CODE_SUB = 0x50,
    CODE_SUB_FINAL = 0x4f,
    CODE_REC = 0x4e,
};

struct types {
    HS_VEC(struct deftype) list;
};

static enum status read_functype(struct reader *r, struct functype *out)
{
    struct valtype types[HS_LIMIT_PARAMS + HS_LIMIT_RESULTS];
    struct functype t = {0};
    TRY(hs_read_limited(r, HS_LIMIT_PARAMS, MSG_LIMIT_PARAMS, &t.nparams));
    for (uint32_t i = 0; i < t.nparams; i++)
        TRY(hs_read_valtype(&r->in, &types[i]));
    const uint8_t *at = r->in.p;
    TRY(hs_read_limited(r, HS_LIMIT_RESULTS, MSG_LIMIT_RESULTS, &t.nresults));
    if (t.nresults > 1)
        TRY(need(r, at, FEATURE_MULTI_VALUE));
    for (uint32_t i = 0; i < t.nresults; i++)
        TRY(hs_read_valtype(&r->in, &types[t.nparams + i]));
    t.types = hs_arena_copy(&r->m->arena, types, (t.nparams + t.nresults) * sizeof types[0]);
    if (!t.types)
        return hs_fail_oom(r->in.error);
    *out = t;
    return ST_OK;
}

static enum status read_mutability(struct reader *r, bool *out)
{
    const uint8_t *at = r->in.p;
    uint8_t b;
    TRY(hs_read_byte(&r->in, &b));
    if (b > 1)
        return malformed_at(r, at, MSG_MUTABILITY);
    *out = b;
    return ST_OK;
}

static enum status read_fields(struct reader *r, bool array, struct deftype *t)
{
    uint32_t n = 1;
    if (!array)
        TRY(hs_read_limited(r, HS_LIMIT_FIELDS, MSG_LIMIT_FIELDS, &n));
    struct fieldtype *fields = hs_arena_alloc(&r->m->arena, n, sizeof *fields);
    if (!fields)
        return hs_fail_oom(r->in.error);
    for (uint32_t i = 0; i < n; i++) {
        TRY(hs_read_storagetype(&r->in, &fields[i].type));
        TRY(read_mutability(r, &fields[i].mutable));
    }
    t->kind = array ? COMP_ARRAY : COMP_STRUCT;
    t->nfields = n;
    t->fields = fields;
    return ST_OK;
}

static enum status read_comptype(struct reader *r, struct deftype *t)
{
    const uint8_t *at = r->in.p;
    uint8_t code;
    TRY(hs_read_byte(&r->in, &code));
    switch (code) {
    case CODE_FUNC: t->kind = COMP_FUNC; return read_functype(r, &t->func);
    case CODE_STRUCT:
    case CODE_ARRAY: TRY(need(r, at, FEATURE_GC)); return read_fields(r, code == CODE_ARRAY, t);
    default:
        if (code >= 0x80) /* codes are negative numbers of seven bits; 0xe0 0x7f is none of them */
            return malformed_at(r, at, MSG_LEB_LONG);
        return malformed_at(r, at, MSG_DEF_TYPE);
    }
}

static enum status read_subtype(struct reader *r, struct types *types)
{
    const uint8_t *at = r->in.p;
    struct deftype t = {.final = true, .super = HS_NO_TYPE};
    if (at < r->in.end && (*at == CODE_SUB || *at == CODE_SUB_FINAL)) {
        TRY(need(r, at, FEATURE_GC));
        t.final = *at == CODE_SUB_FINAL;
        r->in.p++;
        uint32_t supers;
        TRY(hs_read_count(&r->in, &supers));
        if (supers > 1)
            return fail_at(r, at, ST_INVALID, MSG_LIMIT_SUPERS);
        if (supers == 1) {
            const uint8_t *index = r->in.p;
            TRY(hs_read_u32(&r->in, &t.super));
            /* No module has that many types; and so it is never HS_NO_TYPE. */
            if (t.super >= HEAP_FIRST)
                return fail_at(r, index, ST_INVALID, MSG_UNKNOWN_TYPE);
        }
    }
    TRY(read_comptype(r, &t));
    if (types->list.count == HS_LIMIT_TYPES)
        return fail_at(r, at, ST_UNSUPPORTED, MSG_LIMIT_TYPES);
    return hs_vec_push(&types->list, t) ? ST_OK : hs_fail_oom(r->in.error);
}

static enum status read_rectype(struct reader *r, struct types *types)
{
    uint32_t n = 1, first = (uint32_t)types->list.count;
    if (r->in.p < r->in.end && *r->in.p == CODE_REC) {
        TRY(need(r, r->in.p, FEATURE_GC));
        r->in.p++;
        TRY(hs_read_limited(r, HS_LIMIT_REC_GROUP, MSG_LIMIT_TYPES, &n));
    }
    for (uint32_t i = 0; i < n; i++)
        TRY(read_subtype(r, types));
    for (uint32_t i = first; i < first + n; i++) {
        types->list.data[i].rec_first = first;
        types->list.data[i].rec_size = n;
        types->list.data[i].canon = i;
    }
    return ST_OK;
}

enum status hs_read_type_section(struct reader *r)
{
    uint32_t groups;
    TRY(hs_read_count(&r->in, &groups));
    struct types types;
    hs_vec_init(&types.list, HS_LIMIT_TYPES);
    enum status s = ST_OK;
    for (uint32_t i = 0; i < groups && s == ST_OK; i++)
        s = read_rectype(r, &types);
    if (s == ST_OK) {
        r->m->ntypes = (uint32_t)types.list.count;
        r->m->types =
            hs_arena_copy(&r->m->arena, types.list.data, types.list.count * sizeof(struct deftype));
        if (!r->m->types)
            s = hs_fail_oom(r->in.error);
    }
    hs_vec_deinit(&types.list);
    return s;
}
