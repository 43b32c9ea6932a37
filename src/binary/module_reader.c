/* The frame of a module: header, sections in their order, custom sections anywhere, and the counts
 * that two sections must agree on. See binary.h for the promise.
 *
 * Memory: an array is allocated for as many elements as a section announces, at most one per byte
 * of the module, but it is touched only as elements are read, so what a lie costs is address
 * space. */
#include "base/alloc.h"
#include "base/vec.h"
#include "binary/reader.h"
#include "syntax/body.h"

bool hs_binary_is(const uint8_t *bytes, size_t size)
{
    return size >= 4 && memcmp(bytes, "\0asm", 4) == 0;
}

enum status hs_read_limited(struct reader *r, uint32_t limit, enum msg too_many, uint32_t *out)
{
    const uint8_t *at = r->in.p;
    uint32_t n;
    TRY(hs_read_count(&r->in, &n));
    if (n > limit)
        return fail_at(r, at, ST_UNSUPPORTED, too_many);
    *out = n;
    return ST_OK;
}

static enum status read_header(struct reader *r)
{
    static const uint8_t magic[4] = {0, 'a', 's', 'm'}, version[4] = {1, 0, 0, 0};
    static const uint8_t component[4] = {0x0d, 0, 1, 0};
    const uint8_t *p = r->in.p;
    size_t size = (size_t)(r->in.end - p);
    if (size < 4)
        return malformed_at(r, r->in.end, MSG_UNEXPECTED_END_SHORT);
    if (memcmp(p, magic, 4) != 0)
        return malformed_at(r, p, MSG_MAGIC);
    if (size < 8)
        return malformed_at(r, r->in.end, MSG_UNEXPECTED_END_SHORT);
    if (memcmp(p + 4, component, 4) == 0)
        return fail_at(r, p + 4, ST_UNSUPPORTED, MSG_COMPONENT);
    if (memcmp(p + 4, version, 4) != 0)
        return malformed_at(r, p + 4, MSG_VERSION);
    r->in.p += 8;
    return ST_OK;
}

/* Place of a section in the order of a module; 0 for custom sections. */
static const uint8_t section_order[SECTION_END] = {
    [SECTION_TYPE] = 1,   [SECTION_IMPORT] = 2, [SECTION_FUNC] = 3,        [SECTION_TABLE] = 4,
    [SECTION_MEMORY] = 5, [SECTION_TAG] = 6,    [SECTION_GLOBAL] = 7,      [SECTION_EXPORT] = 8,
    [SECTION_START] = 9,  [SECTION_ELEM] = 10,  [SECTION_DATA_COUNT] = 11, [SECTION_CODE] = 12,
    [SECTION_DATA] = 13,
};

static enum status read_start_section(struct reader *r)
{
    TRY(hs_read_u32(&r->in, &r->m->start));
    r->m->has_start = true;
    return ST_OK;
}

static enum status read_data_count_section(struct reader *r)
{
    TRY(need(r, r->in.p, FEATURE_BULK_MEMORY));
    TRY(hs_read_u32(&r->in, &r->m->data_count));
    r->m->has_data_count = true;
    return ST_OK;
}

static enum status read_section(struct reader *r, enum section id)
{
    switch (id) {
    case SECTION_TYPE: return hs_read_type_section(r);
    case SECTION_IMPORT: return hs_read_import_section(r);
    case SECTION_FUNC: return hs_read_func_section(r);
    case SECTION_TABLE: return hs_read_table_section(r);
    case SECTION_MEMORY: return hs_read_memory_section(r);
    case SECTION_GLOBAL: return hs_read_global_section(r);
    case SECTION_EXPORT: return hs_read_export_section(r);
    case SECTION_START: return read_start_section(r);
    case SECTION_ELEM: return hs_read_elem_section(r);
    case SECTION_CODE: return hs_read_code_section(r);
    case SECTION_DATA: return hs_read_data_section(r);
    case SECTION_DATA_COUNT: return read_data_count_section(r);
    case SECTION_TAG: return hs_read_tag_section(r);
    default: return ST_OK;
    }
}

/* gathered while reading, copied into the arena at the end */
struct customs {
    HS_VEC(struct custom) list;
};

static enum status read_custom_section(struct reader *r, uint32_t after, struct customs *customs)
{
    const uint8_t *at = r->in.p;
    struct span name;
    TRY(hs_read_name(&r->in, &name));
    if (r->in.p > r->section_end)
        return malformed_at(r, at, MSG_UNEXPECTED_END);
    struct custom c = {name, {r->in.p, (size_t)(r->section_end - r->in.p)}, after};
    r->in.p = r->section_end;
    if (customs->list.count == HS_LIMIT_CUSTOMS)
        return fail_at(r, at, ST_UNSUPPORTED, MSG_LIMIT_CUSTOMS);
    return hs_vec_push(&customs->list, c) ? ST_OK : hs_fail_oom(r->in.error);
}

static enum status read_sections(struct reader *r, struct customs *customs)
{
    struct module *m = r->m;
    uint8_t last = 0; /* order of the last section, and its id */
    uint32_t after = 0;
    while (r->in.p < r->in.end) {
        const uint8_t *at = r->in.p;
        uint8_t id = *r->in.p++;
        if (id >= SECTION_END)
            return malformed_at(r, at, MSG_SECTION_ID);
        if (id != SECTION_CUSTOM && section_order[id] <= last)
            return malformed_at(r, at, MSG_SECTION_ORDER);
        uint32_t size;
        TRY(hs_read_count(&r->in, &size));
        if (size > (size_t)(r->in.end - r->in.p))
            return malformed_at(r, r->in.end, MSG_UNEXPECTED_END);
        r->section_end = r->in.p + size;
        if (id == SECTION_CUSTOM) {
            TRY(read_custom_section(r, after, customs));
            continue;
        }
        last = section_order[id];
        after = id;
        TRY(read_section(r, (enum section)id));
        if (r->in.p != r->section_end)
            return malformed_at(r, r->in.p, MSG_SECTION_SIZE);
    }
    if (r->ncodes != m->nfuncs - m->nimported_funcs)
        return malformed_at(r, r->in.p, MSG_FUNC_CODE);
    if (m->has_data_count && m->data_count != m->ndatas)
        return malformed_at(r, r->in.p, MSG_DATA_COUNT);
    return ST_OK;
}

static enum status finish(struct reader *r, const struct customs *customs)
{
    struct module *m = r->m;
    m->ncustoms = (uint32_t)customs->list.count;
    m->customs =
        hs_arena_copy(&m->arena, customs->list.data, customs->list.count * sizeof(struct custom));
    if (!m->customs)
        return hs_fail_oom(r->in.error);
    for (uint32_t i = 0; i < m->ncustoms; i++) {
        if (hs_span_equal(m->customs[i].name, hs_span_text("name"))) {
            if (hs_read_name_section(m, m->customs[i].bytes) != ST_OK)
                return hs_fail_oom(r->in.error);
            break; /* the first one counts */
        }
    }
    const struct export *duplicate; /* which is invalid, but well-formed */
    if (hs_module_index_exports(m, &duplicate) != ST_OK)
        return hs_fail_oom(r->in.error);
    return ST_OK;
}

/* The reader skips bodies, so an error behind them is not the first one if a body is malformed:
 * look again, now that time does not matter. */
static void find_earlier_error(const struct reader *r)
{
    struct error earlier;
    hs_error_init(&earlier);
    if (hs_bodies_read(r->m, &earlier) == ST_MALFORMED)
        *r->in.error = earlier;
}

enum status hs_binary_read(const uint8_t *bytes, size_t size, hs_features features,
                           struct module *out_module, struct error *error)
{
    if (size > HS_LIMIT_MODULE_SIZE)
        return hs_fail(error, ST_UNSUPPORTED, HS_NO_OFFSET, MSG_LIMIT_MODULE_SIZE);
    static const uint8_t nothing[1];
    if (!bytes)
        bytes = nothing;
    struct module m;
    hs_module_init(&m);
    m.bytes = (struct span){bytes, size};
    features |= HS_FEATURE(MVP); /* there is nothing without it */
    m.features = features;
    struct reader r = {
        .in =
            {.p = bytes, .end = bytes + size, .base = bytes, .features = features, .error = error},
        .m = &m,
    };
    struct customs customs;
    hs_vec_init(&customs.list, HS_LIMIT_CUSTOMS);
    enum status s = read_header(&r);
    if (s == ST_OK)
        s = read_sections(&r, &customs);
    if (s == ST_OK)
        s = finish(&r, &customs);
    hs_vec_deinit(&customs.list);
    if (s != ST_OK) {
        if (s == ST_MALFORMED && r.ncodes > 0)
            find_earlier_error(&r);
        hs_module_deinit(&m);
        return s;
    }
    *out_module = m;
    return ST_OK;
}
