/* The name section for the printer: all of its maps, and whether identifiers and annotations can
 * say everything that is in it. That is found out by writing it again the way the parser would
 * and comparing. https://webassembly.github.io/spec/core/appendix/custom.html#name-section */
#include "base/utf8.h"
#include "text/print.h"
#include "text/words.h"

struct names_reader {
    const uint8_t *p, *end;
};

static bool read_u32(struct names_reader *r, uint32_t *out)
{
    uint64_t x;
    if (hs_leb_read_u(&r->p, r->end, 32, &x) != LEB_OK)
        return false;
    *out = (uint32_t)x;
    return true;
}

static bool read_vec(struct names_reader *r, struct span *out)
{
    uint32_t n;
    if (!read_u32(r, &n) || n > (size_t)(r->end - r->p))
        return false;
    *out = (struct span){r->p, n};
    r->p += n;
    return true;
}

static bool read_name(struct names_reader *r, struct span *out)
{
    return read_vec(r, out) && hs_utf8_valid(out->data, out->size);
}

/* --- which names are identifiers -------------------------------------------------------------- */

/* the names of one space */
struct seen {
    struct span *slots;
    uint32_t *outer; /* of inner names: equal names under different items do not meet */
    size_t cap;
};

/* True if the name is new; it is entered. */
static bool enter(struct seen *s, struct span name, uint32_t outer)
{
    size_t mask = s->cap - 1;
    size_t k =
        (size_t)hs_word_hash((const char *)name.data, name.size, (uintptr_t)s->slots ^ outer) &
        mask;
    for (; s->slots[k].data; k = (k + 1) & mask)
        if (s->outer[k] == outer && hs_span_equal(s->slots[k], name))
            return false;
    s->slots[k] = name;
    s->outer[k] = outer;
    return true;
}

static bool seen_init(struct printer *p, struct seen *s, size_t names)
{
    s->cap = 16;
    while (s->cap < names * 2)
        s->cap *= 2;
    s->slots = hs_arena_calloc(&p->arena, s->cap, sizeof *s->slots);
    s->outer = hs_arena_calloc(&p->arena, s->cap, sizeof *s->outer);
    return s->slots && s->outer;
}

static bool choose_ids(struct printer *p, struct item_name *names, uint32_t n)
{
    struct seen seen;
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++)
        count += names[i].name.data != NULL;
    if (!seen_init(p, &seen, count))
        return false;
    for (uint32_t i = 0; i < n; i++)
        names[i].is_id = names[i].name.data && names[i].name.size && enter(&seen, names[i].name, 0);
    return true;
}

static bool choose_inner_ids(struct printer *p, struct inner_names *names)
{
    struct seen seen;
    if (!seen_init(p, &seen, names->list.count))
        return false;
    for (size_t i = 0; i < names->list.count; i++) {
        struct inner_name *n = &names->list.data[i];
        n->n.is_id = n->n.name.size && enter(&seen, n->n.name, n->outer);
    }
    return true;
}

const struct item_name *hs_print_inner_name(const struct inner_names *names, uint32_t outer,
                                            uint32_t inner)
{
    size_t low = 0, high = names->list.count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct inner_name *n = &names->list.data[mid];
        if (n->outer < outer || (n->outer == outer && n->inner < inner))
            low = mid + 1;
        else
            high = mid;
    }
    const struct inner_name *n = low < names->list.count ? &names->list.data[low] : NULL;
    return n && n->outer == outer && n->inner == inner ? &n->n : NULL;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The space whose names a subsection holds, or SP_COUNT. */
static enum space space_of_subsection(uint8_t id)
{
    switch (id) {
    case NAME_FUNC: return SP_FUNC;
    case NAME_TYPE: return SP_TYPE;
    case NAME_TABLE: return SP_TABLE;
    case NAME_MEMORY: return SP_MEMORY;
    case NAME_GLOBAL: return SP_GLOBAL;
    case NAME_ELEM: return SP_ELEM;
    case NAME_DATA: return SP_DATA;
    case NAME_TAG: return SP_TAG;
    default: return SP_COUNT;
    }
}

/* Reads as many entries as are well-formed, in order and in range. */
static bool read_map(struct printer *p, struct names_reader r, enum space space)
{
    uint32_t n, index, next = 0;
    struct span name;
    if (!p->counts[space] || p->names[space] || !read_u32(&r, &n))
        return true;
    struct item_name *names = hs_arena_calloc(&p->arena, p->counts[space], sizeof *names);
    if (!names)
        return false;
    for (; n && read_u32(&r, &index) && read_name(&r, &name); n--) {
        if (index < next || index >= p->counts[space])
            break;
        names[index].name = name;
        next = index + 1;
    }
    p->names[space] = names;
    return choose_ids(p, names, p->counts[space]);
}

/* How many inner things an item has, for names that are out of range. */
static enum status inner_count(const struct printer *p, uint8_t id, uint32_t outer, uint32_t *out)
{
    const struct module *m = p->m;
    *out = 0;
    if (id == NAME_FIELD) {
        if (outer < m->ntypes && m->types[outer].kind == COMP_STRUCT)
            *out = m->types[outer].nfields;
        return ST_OK;
    }
    if (outer < m->nimported_funcs || outer >= m->nfuncs)
        return ST_OK;
    uint32_t locals, labels;
    enum status s = hs_print_count_body(m, outer, &locals, &labels);
    if (s != ST_OK)
        return s == ST_OOM ? s : ST_OK;
    if (id == NAME_LABEL)
        *out = labels;
    else if (m->funcs[outer].type < m->ntypes && m->types[m->funcs[outer].type].kind == COMP_FUNC)
        *out = locals + m->types[m->funcs[outer].type].func.nparams;
    return ST_OK;
}

static enum status read_inner(struct printer *p, struct names_reader r, uint8_t id,
                              struct inner_names *names)
{
    uint32_t n, outer, next_outer = 0;
    if (names->list.count || !read_u32(&r, &n))
        return ST_OK;
    for (; n && read_u32(&r, &outer) && outer >= next_outer; n--) {
        uint32_t k, inner, next = 0, count;
        struct span name;
        enum status s = inner_count(p, id, outer, &count);
        if (s != ST_OK)
            return s;
        if (!read_u32(&r, &k))
            break;
        for (; k && read_u32(&r, &inner) && read_name(&r, &name) && inner >= next && inner < count;
             k--) {
            struct inner_name entry = {outer, inner, {name, false}};
            if (!hs_vec_push(&names->list, entry))
                return ST_OOM;
            next = inner + 1;
        }
        if (k)
            break;
        next_outer = outer + 1;
    }
    return choose_inner_ids(p, names) ? ST_OK : ST_OOM;
}

/* --- writing again ---------------------------------------------------------------------------- */

static void write_map(struct buffer *b, uint8_t id, const struct item_name *names, uint32_t n)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++)
        count += names[i].name.data != NULL;
    if (!count)
        return;
    hs_buffer_byte(b, id);
    size_t mark = hs_buffer_open(b);
    hs_buffer_u(b, count);
    for (uint32_t i = 0; i < n; i++) {
        if (names[i].name.data) {
            hs_buffer_u(b, i);
            hs_buffer_name(b, names[i].name);
        }
    }
    hs_buffer_close(b, mark);
}

static void write_inner(struct buffer *b, uint8_t id, const struct inner_names *names)
{
    const struct inner_name *e = names->list.data;
    size_t n = names->list.count, outers = 0;
    if (!n)
        return;
    for (size_t i = 0; i < n; i++)
        outers += i == 0 || e[i].outer != e[i - 1].outer;
    hs_buffer_byte(b, id);
    size_t mark = hs_buffer_open(b);
    hs_buffer_u(b, outers);
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i; k < n && e[k].outer == e[i].outer;)
            k++;
        hs_buffer_u(b, e[i].outer);
        hs_buffer_u(b, k - i);
        for (size_t j = i; j < k; j++) {
            hs_buffer_u(b, e[j].inner);
            hs_buffer_name(b, e[j].n.name);
        }
    }
    hs_buffer_close(b, mark);
}

static void write_names(struct printer *p, struct buffer *b)
{
    for (uint8_t id = 0; id < NAME_COUNT; id++) {
        enum space space = space_of_subsection(id);
        if (id == NAME_MODULE && p->module_name.name.data) {
            hs_buffer_byte(b, id);
            size_t mark = hs_buffer_open(b);
            hs_buffer_name(b, p->module_name.name);
            hs_buffer_close(b, mark);
        } else if (id == NAME_LOCAL) {
            write_inner(b, id, &p->locals);
        } else if (id == NAME_LABEL) {
            write_inner(b, id, &p->labels);
        } else if (id == NAME_FIELD) {
            write_inner(b, id, &p->fields);
        } else if (space != SP_COUNT && p->names[space]) {
            write_map(b, id, p->names[space], p->counts[space]);
        }
    }
}

/* Place of a section in the order of a module; 0 before all of them. */
static int order_of(uint32_t section)
{
    static const uint8_t order[SEC_COUNT] = {
        [SEC_TYPE] = 1,   [SEC_IMPORT] = 2, [SEC_FUNC] = 3,        [SEC_TABLE] = 4,
        [SEC_MEMORY] = 5, [SEC_TAG] = 6,    [SEC_GLOBAL] = 7,      [SEC_EXPORT] = 8,
        [SEC_START] = 9,  [SEC_ELEM] = 10,  [SEC_DATA_COUNT] = 11, [SEC_CODE] = 12,
        [SEC_DATA] = 13};
    return section < SEC_COUNT ? order[section] : 0;
}

static int last_section(const struct module *m)
{
    return order_of(m->ndatas                              ? SEC_DATA
                    : m->nfuncs > m->nimported_funcs       ? SEC_CODE
                    : m->nelems                            ? SEC_ELEM
                    : m->has_start                         ? SEC_START
                    : m->nexports                          ? SEC_EXPORT
                    : m->nglobals > m->nimported_globals   ? SEC_GLOBAL
                    : m->ntags > m->nimported_tags         ? SEC_TAG
                    : m->nmemories > m->nimported_memories ? SEC_MEMORY
                    : m->ntables > m->nimported_tables     ? SEC_TABLE
                    : m->nimports                          ? SEC_IMPORT
                    : m->ntypes                            ? SEC_TYPE
                                                           : SEC_CUSTOM);
}

enum status hs_print_read_names(struct printer *p)
{
    const struct module *m = p->m;
    bool final = true; /* no ordinary section behind it: the parser writes it there */
    for (uint32_t i = 0; i < m->ncustoms; i++) {
        if (!hs_span_equal(m->customs[i].name, hs_span_text("name")))
            continue;
        if (p->name_custom) {
            final = false; /* two of them */
            break;
        }
        p->name_custom = &m->customs[i];
    }
    if (!p->name_custom)
        return ST_OK;
    for (uint32_t i = 0; i < m->ncustoms; i++)
        final &= &m->customs[i] <= p->name_custom || m->customs[i].after == p->name_custom->after;
    final &= order_of(p->name_custom->after) >= last_section(m);
    struct names_reader r = {p->name_custom->bytes.data,
                             p->name_custom->bytes.data + p->name_custom->bytes.size};
    while (r.p < r.end) {
        uint8_t id = *r.p++;
        struct span part;
        enum status s = ST_OK;
        if (!read_vec(&r, &part))
            break;
        struct names_reader sub = {part.data, part.data + part.size};
        enum space space = space_of_subsection(id);
        if (id == NAME_MODULE) {
            struct span name;
            if (!p->module_name.name.data && read_name(&sub, &name))
                p->module_name = (struct item_name){name, name.size != 0};
        } else if (id == NAME_LOCAL || id == NAME_LABEL || id == NAME_FIELD) {
            s = read_inner(p, sub, id,
                           id == NAME_LOCAL   ? &p->locals
                           : id == NAME_LABEL ? &p->labels
                                              : &p->fields);
        } else if (space != SP_COUNT && !read_map(p, sub, space)) {
            s = ST_OOM;
        }
        if (s != ST_OK)
            return s;
    }
    struct buffer again;
    hs_buffer_init(&again, HS_LIMIT_MODULE_SIZE);
    write_names(p, &again);
    p->names_as_custom = again.failed || !final ||
                         !hs_span_equal(hs_buffer_span(&again), p->name_custom->bytes) ||
                         again.size == 0;
    hs_buffer_deinit(&again);
    return ST_OK;
}
