/* The other direction: a module to bytes, in the order and the shortest form of the specification.
 * Bodies, constant expressions and custom sections are copied. See binary.h. */
#include "binary/reader.h"
#include "syntax/insn_write.h"

static void write_customs(const struct module *m, uint32_t after, struct buffer *b)
{
    for (uint32_t i = 0; i < m->ncustoms; i++) {
        const struct custom *c = &m->customs[i];
        if (c->after != after)
            continue;
        hs_buffer_byte(b, SECTION_CUSTOM);
        size_t mark = hs_buffer_open(b);
        hs_buffer_name(b, c->name);
        hs_buffer_bytes(b, c->bytes.data, c->bytes.size);
        hs_buffer_close(b, mark);
    }
}

static void write_constexpr(struct buffer *b, const struct constexpr *c)
{
    hs_buffer_bytes(b, c->code.data, c->code.size);
}

static uint32_t count_groups(const struct module *m)
{
    uint32_t groups = 0;
    for (uint32_t i = 0; i < m->ntypes; i += m->types[i].rec_size)
        groups++;
    return groups;
}

static void write_types(const struct module *m, struct buffer *b)
{
    hs_buffer_u(b, count_groups(m));
    for (uint32_t i = 0; i < m->ntypes; i++) {
        const struct deftype *t = &m->types[i];
        if (t->rec_size != 1 && t->rec_first == i) {
            hs_buffer_byte(b, 0x4e);
            hs_buffer_u(b, t->rec_size);
        }
        hs_write_subtype(b, t);
    }
}

static void write_imports(const struct module *m, struct buffer *b)
{
    hs_buffer_u(b, m->nimports);
    for (uint32_t i = 0; i < m->nimports; i++) {
        const struct import *it = &m->imports[i];
        hs_buffer_name(b, it->module);
        hs_buffer_name(b, it->name);
        hs_buffer_byte(b, (uint8_t)it->kind);
        switch (it->kind) {
        case EXTERN_FUNC: hs_buffer_u(b, m->funcs[it->index].type); break;
        case EXTERN_TABLE: hs_write_tabletype(b, &m->tables[it->index].type); break;
        case EXTERN_MEMORY: hs_write_memtype(b, &m->memories[it->index].type); break;
        case EXTERN_GLOBAL: hs_write_globaltype(b, &m->globals[it->index].type); break;
        case EXTERN_TAG:
            hs_buffer_byte(b, 0);
            hs_buffer_u(b, m->tags[it->index].type);
            break;
        }
    }
}

static void write_tables(const struct module *m, struct buffer *b)
{
    hs_buffer_u(b, m->ntables - m->nimported_tables);
    for (uint32_t i = m->nimported_tables; i < m->ntables; i++) {
        const struct table *t = &m->tables[i];
        if (t->init.kind != CONST_NONE) {
            hs_buffer_byte(b, 0x40);
            hs_buffer_byte(b, 0);
        }
        hs_write_tabletype(b, &t->type);
        write_constexpr(b, &t->init);
    }
}

static void write_elem(struct buffer *b, const struct elem *e)
{
    bool active = e->mode == SEGMENT_ACTIVE, exprs = e->exprs != NULL;
    bool implied = active && e->table == 0 && (!exprs || e->type.bits == HS_FUNCREF.bits);
    uint32_t flags = exprs ? 4 : 0;
    if (!active)
        flags |= e->mode == SEGMENT_DECLARATIVE ? 3 : 1;
    else if (!implied)
        flags |= 2;
    hs_buffer_u(b, flags);
    if (active) {
        if (!implied)
            hs_buffer_u(b, e->table);
        write_constexpr(b, &e->offset);
    }
    if (!implied && exprs)
        hs_write_valtype(b, e->type);
    else if (!implied)
        hs_buffer_byte(b, 0);
    hs_buffer_u(b, e->count);
    for (uint32_t i = 0; i < e->count; i++) {
        if (exprs)
            write_constexpr(b, &e->exprs[i]);
        else
            hs_buffer_u(b, e->funcs[i]);
    }
}

static void write_data(struct buffer *b, const struct data *d)
{
    hs_buffer_u(b, d->mode == SEGMENT_PASSIVE ? 1 : d->memory ? 2 : 0);
    if (d->mode == SEGMENT_ACTIVE) {
        if (d->memory)
            hs_buffer_u(b, d->memory);
        write_constexpr(b, &d->offset);
    }
    hs_buffer_name(b, d->bytes);
}

/* The contents of a section, or false if the module has none. */
static bool write_contents(const struct module *m, enum section id, struct buffer *b)
{
    switch (id) {
    case SECTION_TYPE:
        if (m->ntypes)
            write_types(m, b);
        return m->ntypes != 0;
    case SECTION_IMPORT:
        if (m->nimports)
            write_imports(m, b);
        return m->nimports != 0;
    case SECTION_FUNC:
        if (m->nfuncs == m->nimported_funcs)
            return false;
        hs_buffer_u(b, m->nfuncs - m->nimported_funcs);
        for (uint32_t i = m->nimported_funcs; i < m->nfuncs; i++)
            hs_buffer_u(b, m->funcs[i].type);
        return true;
    case SECTION_TABLE:
        if (m->ntables == m->nimported_tables)
            return false;
        write_tables(m, b);
        return true;
    case SECTION_MEMORY:
        if (m->nmemories == m->nimported_memories)
            return false;
        hs_buffer_u(b, m->nmemories - m->nimported_memories);
        for (uint32_t i = m->nimported_memories; i < m->nmemories; i++)
            hs_write_memtype(b, &m->memories[i].type);
        return true;
    case SECTION_TAG:
        if (m->ntags == m->nimported_tags)
            return false;
        hs_buffer_u(b, m->ntags - m->nimported_tags);
        for (uint32_t i = m->nimported_tags; i < m->ntags; i++) {
            hs_buffer_byte(b, 0);
            hs_buffer_u(b, m->tags[i].type);
        }
        return true;
    case SECTION_GLOBAL:
        if (m->nglobals == m->nimported_globals)
            return false;
        hs_buffer_u(b, m->nglobals - m->nimported_globals);
        for (uint32_t i = m->nimported_globals; i < m->nglobals; i++) {
            hs_write_globaltype(b, &m->globals[i].type);
            write_constexpr(b, &m->globals[i].init);
        }
        return true;
    case SECTION_EXPORT:
        if (!m->nexports)
            return false;
        hs_buffer_u(b, m->nexports);
        for (uint32_t i = 0; i < m->nexports; i++) {
            hs_buffer_name(b, m->exports[i].name);
            hs_buffer_byte(b, (uint8_t)m->exports[i].kind);
            hs_buffer_u(b, m->exports[i].index);
        }
        return true;
    case SECTION_START:
        if (m->has_start)
            hs_buffer_u(b, m->start);
        return m->has_start;
    case SECTION_ELEM:
        if (!m->nelems)
            return false;
        hs_buffer_u(b, m->nelems);
        for (uint32_t i = 0; i < m->nelems; i++)
            write_elem(b, &m->elems[i]);
        return true;
    case SECTION_DATA_COUNT:
        if (m->has_data_count)
            hs_buffer_u(b, m->data_count);
        return m->has_data_count;
    case SECTION_CODE:
        if (m->nfuncs == m->nimported_funcs)
            return false;
        hs_buffer_u(b, m->nfuncs - m->nimported_funcs);
        for (uint32_t i = m->nimported_funcs; i < m->nfuncs; i++)
            hs_buffer_name(b,
                           (struct span){m->bytes.data + m->funcs[i].body, m->funcs[i].body_size});
        return true;
    case SECTION_DATA:
        if (!m->ndatas)
            return false;
        hs_buffer_u(b, m->ndatas);
        for (uint32_t i = 0; i < m->ndatas; i++)
            write_data(b, &m->datas[i]);
        return true;
    default: return false;
    }
}

enum status hs_binary_write(const struct module *m, struct buffer *out)
{
    static const enum section order[] = {
        SECTION_TYPE,       SECTION_IMPORT, SECTION_FUNC,   SECTION_TABLE, SECTION_MEMORY,
        SECTION_TAG,        SECTION_GLOBAL, SECTION_EXPORT, SECTION_START, SECTION_ELEM,
        SECTION_DATA_COUNT, SECTION_CODE,   SECTION_DATA,
    };
    hs_buffer_bytes(out, "\0asm\1\0\0\0", 8);
    write_customs(m, 0, out);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        size_t start = out->size;
        hs_buffer_byte(out, (uint8_t)order[i]);
        size_t mark = hs_buffer_open(out);
        if (write_contents(m, order[i], out))
            hs_buffer_close(out, mark);
        else if (!out->failed)
            out->size = start;
        write_customs(m, order[i], out);
    }
    return out->failed ? ST_OOM : ST_OK;
}
