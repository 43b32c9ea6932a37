/* A module to text, section by section in the order of the index spaces. See print.h and text.h.
 * Every type is printed and every type use names it, so that the parser appends none of its own. */
#include "text/print.h"
#include "text/text.h"

/* --- text ------------------------------------------------------------------------------------- */

void hs_print_text(struct printer *p, const char *s)
{
    hs_buffer_bytes(p->out, s, strlen(s));
}

void hs_print_number(struct printer *p, uint64_t x)
{
    char buffer[20];
    int n = 20;
    do
        buffer[--n] = (char)('0' + x % 10);
    while (x /= 10);
    hs_buffer_bytes(p->out, buffer + n, (size_t)(20 - n));
}

void hs_print_string(struct printer *p, struct span s, bool utf8)
{
    static const char hex[] = "0123456789abcdef";
    hs_buffer_byte(p->out, '"');
    for (size_t i = 0; i < s.size; i++) {
        uint8_t c = s.data[i];
        if (c == '"' || c == '\\') {
            hs_buffer_byte(p->out, '\\');
            hs_buffer_byte(p->out, c);
        } else if ((c >= 0x20 && c < 0x7f) || (utf8 && c >= 0x80)) {
            hs_buffer_byte(p->out, c);
        } else {
            hs_buffer_byte(p->out, '\\');
            hs_buffer_byte(p->out, (uint8_t)hex[c >> 4]);
            hs_buffer_byte(p->out, (uint8_t)hex[c & 15]);
        }
    }
    hs_buffer_byte(p->out, '"');
}

static bool plain_id(struct span s)
{
    static const char others[] = "!#$%&'*+-./:<=>?@\\^_`|~";
    for (size_t i = 0; i < s.size; i++) {
        uint8_t c = s.data[i];
        bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && (c == 0 || !strchr(others, c)))
            return false;
    }
    return true;
}

void hs_print_declared(struct printer *p, const struct item_name *n)
{
    if (!n->name.data)
        return;
    if (n->is_id) {
        hs_print_text(p, " $");
        if (plain_id(n->name))
            hs_buffer_bytes(p->out, n->name.data, n->name.size);
        else
            hs_print_string(p, n->name, true);
    } else {
        hs_print_text(p, " (@name ");
        hs_print_string(p, n->name, true);
        hs_print_text(p, ")");
    }
}

void hs_print_index(struct printer *p, enum space space, uint32_t index)
{
    const struct item_name *n =
        p->names[space] && index < p->counts[space] ? &p->names[space][index] : NULL;
    if (n && n->is_id) {
        hs_print_declared(p, n);
    } else {
        hs_print_text(p, " ");
        hs_print_number(p, index);
    }
}

void hs_print_heaptype(struct printer *p, uint32_t heap)
{
    char name[32];
    if (hs_heap_is_index(heap)) {
        size_t at = p->out->size;
        hs_print_index(p, SP_TYPE, heap);
        if (!p->out->failed) { /* without the space */
            memmove(p->out->data + at, p->out->data + at + 1, p->out->size - at - 1);
            p->out->size--;
        }
    } else {
        hs_print_text(p, hs_heap_name(heap, name));
    }
}

void hs_print_valtype(struct printer *p, struct valtype t)
{
    char name[32];
    if (hs_vt_is_ref(t))
        hs_print_reftype(p, t);
    else
        hs_print_text(p, hs_vt_name(t, name));
}

void hs_print_reftype(struct printer *p, struct valtype t)
{
    char name[32];
    if (!hs_heap_is_index(hs_vt_heap(t)) && hs_vt_nullable(t)) {
        hs_print_text(p, hs_vt_name(t, name));
        return;
    }
    hs_print_text(p, hs_vt_nullable(t) ? "(ref null " : "(ref ");
    hs_print_heaptype(p, hs_vt_heap(t));
    hs_print_text(p, ")");
}

/* "\n  (keyword $name (;3;)" */
static void begin(struct printer *p, const char *keyword, enum space space, uint32_t index)
{
    hs_print_text(p, "\n  (");
    hs_print_text(p, keyword);
    if (p->names[space])
        hs_print_declared(p, &p->names[space][index]);
    hs_print_text(p, " (;");
    hs_print_number(p, index);
    hs_print_text(p, ";)");
}

/* --- types ------------------------------------------------------------------------------------ */

static void signature(struct printer *p, const struct functype *t)
{
    for (uint32_t i = 0; i < t->nparams + t->nresults; i++) {
        bool result = i >= t->nparams;
        if (i == 0 || i == t->nparams)
            hs_print_text(p, result ? " (result" : " (param");
        hs_print_text(p, " ");
        hs_print_valtype(p, t->types[i]);
        if (i + 1 == t->nparams || i + 1 == t->nparams + t->nresults)
            hs_print_text(p, ")");
    }
}

static void field_type(struct printer *p, const struct fieldtype *f)
{
    hs_print_text(p, f->mutable ? " (mut " : " ");
    hs_print_valtype(p, f->type);
    if (f->mutable)
        hs_print_text(p, ")");
}

static void composite(struct printer *p, uint32_t index)
{
    const struct deftype *t = &p->m->types[index];
    switch (t->kind) {
    case COMP_FUNC:
        hs_print_text(p, " (func");
        signature(p, &t->func);
        break;
    case COMP_STRUCT:
        hs_print_text(p, " (struct");
        for (uint32_t i = 0; i < t->nfields; i++) {
            const struct item_name *n = hs_print_inner_name(&p->fields, index, i);
            hs_print_text(p, " (field");
            if (n)
                hs_print_declared(p, n);
            field_type(p, &t->fields[i]);
            hs_print_text(p, ")");
        }
        break;
    case COMP_ARRAY:
        hs_print_text(p, " (array");
        field_type(p, &t->fields[0]);
        break;
    }
    hs_print_text(p, ")");
}

static void types(struct printer *p)
{
    const struct module *m = p->m;
    for (uint32_t i = 0; i < m->ntypes; i++) {
        const struct deftype *t = &m->types[i];
        if (t->rec_size != 1 && i == t->rec_first)
            hs_print_text(p, "\n  (rec");
        begin(p, "type", SP_TYPE, i);
        bool sub = !t->final || t->super != HS_NO_TYPE;
        if (sub) {
            hs_print_text(p, t->final ? " (sub final" : " (sub");
            if (t->super != HS_NO_TYPE)
                hs_print_index(p, SP_TYPE, t->super);
        }
        composite(p, i);
        hs_print_text(p, sub ? "))" : ")");
        if (t->rec_size != 1 && i + 1 == t->rec_first + t->rec_size)
            hs_print_text(p, ")");
    }
}

static void type_use(struct printer *p, uint32_t type)
{
    hs_print_text(p, " (type");
    hs_print_index(p, SP_TYPE, type);
    hs_print_text(p, ")");
}

static void limits(struct printer *p, const struct limits *l)
{
    if (l->is64)
        hs_print_text(p, " i64");
    hs_print_text(p, " ");
    hs_print_number(p, l->min);
    if (l->has_max) {
        hs_print_text(p, " ");
        hs_print_number(p, l->max);
    }
    if (l->shared)
        hs_print_text(p, " shared");
}

static void memory_type(struct printer *p, const struct memtype *t)
{
    limits(p, &t->limits);
    if (t->limits.page_log2 != 16) {
        hs_print_text(p, " (pagesize ");
        hs_print_number(p, UINT64_C(1) << (t->limits.page_log2 & 63));
        hs_print_text(p, ")");
    }
}

static void table_type(struct printer *p, const struct tabletype *t)
{
    limits(p, &t->limits);
    hs_print_text(p, " ");
    hs_print_valtype(p, t->elem);
}

static void global_type(struct printer *p, const struct globaltype *t)
{
    hs_print_text(p, t->mutable ? " (mut " : " ");
    hs_print_valtype(p, t->type);
    if (t->mutable)
        hs_print_text(p, ")");
}

/* --- fields ----------------------------------------------------------------------------------- */

static const char *const kinds[] = {"func", "table", "memory", "global", "tag"};

/* The keyword and name of an item, then its type. */
static void described(struct printer *p, enum externkind kind, uint32_t index)
{
    const struct module *m = p->m;
    switch (kind) {
    case EXTERN_FUNC: type_use(p, m->funcs[index].type); break;
    case EXTERN_TABLE: table_type(p, &m->tables[index].type); break;
    case EXTERN_MEMORY: memory_type(p, &m->memories[index].type); break;
    case EXTERN_GLOBAL: global_type(p, &m->globals[index].type); break;
    case EXTERN_TAG: type_use(p, m->tags[index].type); break;
    }
}

static void imports(struct printer *p)
{
    for (uint32_t i = 0; i < p->m->nimports; i++) {
        const struct import *im = &p->m->imports[i];
        enum space space = (enum space)(SP_FUNC + im->kind);
        hs_print_text(p, "\n  (import ");
        hs_print_string(p, im->module, true);
        hs_print_text(p, " ");
        hs_print_string(p, im->name, true);
        hs_print_text(p, " (");
        hs_print_text(p, kinds[im->kind]);
        if (p->names[space])
            hs_print_declared(p, &p->names[space][im->index]);
        hs_print_text(p, " (;");
        hs_print_number(p, im->index);
        hs_print_text(p, ";)");
        described(p, im->kind, im->index);
        hs_print_text(p, "))");
    }
}

static enum status definitions(struct printer *p)
{
    const struct module *m = p->m;
    enum status s = ST_OK;
    for (uint32_t i = m->nimported_tables; i < m->ntables && s == ST_OK; i++) {
        begin(p, "table", SP_TABLE, i);
        described(p, EXTERN_TABLE, i);
        if (m->tables[i].init.kind != CONST_NONE)
            s = hs_print_const(p, &m->tables[i].init, "");
        hs_print_text(p, ")");
    }
    for (uint32_t i = m->nimported_memories; i < m->nmemories; i++) {
        begin(p, "memory", SP_MEMORY, i);
        described(p, EXTERN_MEMORY, i);
        hs_print_text(p, ")");
    }
    for (uint32_t i = m->nimported_tags; i < m->ntags; i++) {
        begin(p, "tag", SP_TAG, i);
        described(p, EXTERN_TAG, i);
        hs_print_text(p, ")");
    }
    for (uint32_t i = m->nimported_globals; i < m->nglobals && s == ST_OK; i++) {
        begin(p, "global", SP_GLOBAL, i);
        described(p, EXTERN_GLOBAL, i);
        s = hs_print_const(p, &m->globals[i].init, "");
        hs_print_text(p, ")");
    }
    return s;
}

static void exports(struct printer *p)
{
    for (uint32_t i = 0; i < p->m->nexports; i++) {
        const struct export *e = &p->m->exports[i];
        hs_print_text(p, "\n  (export ");
        hs_print_string(p, e->name, true);
        hs_print_text(p, " (");
        hs_print_text(p, kinds[e->kind]);
        hs_print_index(p, (enum space)(SP_FUNC + e->kind), e->index);
        hs_print_text(p, "))");
    }
    if (p->m->has_start) {
        hs_print_text(p, "\n  (start");
        hs_print_index(p, SP_FUNC, p->m->start);
        hs_print_text(p, ")");
    }
}

static enum status elems(struct printer *p)
{
    enum status s = ST_OK;
    for (uint32_t i = 0; i < p->m->nelems && s == ST_OK; i++) {
        const struct elem *e = &p->m->elems[i];
        begin(p, "elem", SP_ELEM, i);
        if (e->mode == SEGMENT_DECLARATIVE) {
            hs_print_text(p, " declare");
        } else if (e->mode == SEGMENT_ACTIVE) {
            if (e->table) {
                hs_print_text(p, " (table");
                hs_print_index(p, SP_TABLE, e->table);
                hs_print_text(p, ")");
            }
            s = hs_print_const(p, &e->offset, "offset");
        }
        bool plain = e->funcs && hs_vt_equal(e->type, HS_REF(false, HEAP_FUNC));
        hs_print_text(p, " ");
        if (plain)
            hs_print_text(p, "func");
        else
            hs_print_valtype(p, e->type);
        for (uint32_t k = 0; k < e->count && s == ST_OK; k++) {
            if (plain) {
                hs_print_index(p, SP_FUNC, e->funcs[k]);
            } else if (e->funcs) {
                hs_print_text(p, " (ref.func");
                hs_print_index(p, SP_FUNC, e->funcs[k]);
                hs_print_text(p, ")");
            } else {
                s = hs_print_const(p, &e->exprs[k], "item");
            }
        }
        hs_print_text(p, ")");
        if (p->out->failed)
            break;
    }
    return s;
}

static enum status funcs(struct printer *p)
{
    const struct module *m = p->m;
    enum status s = ST_OK;
    for (uint32_t i = m->nimported_funcs; i < m->nfuncs && s == ST_OK && !p->out->failed; i++) {
        uint32_t type = m->funcs[i].type;
        begin(p, "func", SP_FUNC, i);
        type_use(p, type);
        if (type < m->ntypes && m->types[type].kind == COMP_FUNC) {
            const struct functype *t = &m->types[type].func;
            bool named = false;
            for (uint32_t k = 0; k < t->nparams && !named; k++)
                named = hs_print_inner_name(&p->locals, i, k) != NULL;
            if (!named) {
                signature(p, t);
            } else {
                for (uint32_t k = 0; k < t->nparams; k++) {
                    const struct item_name *n = hs_print_inner_name(&p->locals, i, k);
                    hs_print_text(p, " (param");
                    if (n)
                        hs_print_declared(p, n);
                    hs_print_text(p, " ");
                    hs_print_valtype(p, t->types[k]);
                    hs_print_text(p, ")");
                }
                struct functype results = {0, t->nresults, t->types + t->nparams};
                signature(p, &results);
            }
        }
        s = hs_print_body(p, i);
        hs_print_text(p, ")");
    }
    return s;
}

static enum status datas(struct printer *p)
{
    enum status s = ST_OK;
    for (uint32_t i = 0; i < p->m->ndatas && s == ST_OK; i++) {
        const struct data *d = &p->m->datas[i];
        begin(p, "data", SP_DATA, i);
        if (d->mode == SEGMENT_ACTIVE) {
            if (d->memory) {
                hs_print_text(p, " (memory");
                hs_print_index(p, SP_MEMORY, d->memory);
                hs_print_text(p, ")");
            }
            s = hs_print_const(p, &d->offset, "offset");
        }
        hs_print_text(p, " ");
        hs_print_string(p, d->bytes, false);
        hs_print_text(p, ")");
    }
    return s;
}

/* --- custom sections -------------------------------------------------------------------------- */

/* Sections in the order of a module, and which of them the parser will write for this one.
 * Places are told relative to those; a section that is there and empty will not be. The data
 * count section is written or not as the code needs it. */
struct place {
    uint8_t id;
    const char *name;
    bool written;
};

/* The last section to be written that is not behind `after`; NULL: before all. */
static const char *place_of(const struct module *m, uint32_t after)
{
    const struct place places[] = {
        {SEC_TYPE, "type", m->ntypes > 0},
        {SEC_IMPORT, "import", m->nimports > 0},
        {SEC_FUNC, "func", m->nfuncs > m->nimported_funcs},
        {SEC_TABLE, "table", m->ntables > m->nimported_tables},
        {SEC_MEMORY, "memory", m->nmemories > m->nimported_memories},
        {SEC_TAG, "tag", m->ntags > m->nimported_tags},
        {SEC_GLOBAL, "global", m->nglobals > m->nimported_globals},
        {SEC_EXPORT, "export", m->nexports > 0},
        {SEC_START, "start", m->has_start},
        {SEC_ELEM, "elem", m->nelems > 0},
        {SEC_DATA_COUNT, "datacount", false},
        {SEC_CODE, "code", m->nfuncs > m->nimported_funcs},
        {SEC_DATA, "data", m->ndatas > 0},
    };
    const char *name = NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places && after != SEC_CUSTOM; i++) {
        if (places[i].written)
            name = places[i].name;
        if (places[i].id == after)
            break;
    }
    return name;
}

static void customs(struct printer *p)
{
    const struct module *m = p->m;
    bool after_names = false;
    for (uint32_t i = 0; i < m->ncustoms; i++) {
        const struct custom *c = &m->customs[i];
        if (c == p->name_custom && !p->names_as_custom) {
            after_names = true;
            continue;
        }
        hs_print_text(p, "\n  (@custom ");
        hs_print_string(p, c->name, true);
        const char *place = place_of(m, c->after);
        if (after_names) {
            hs_print_text(p, " (after last) ");
        } else if (place) {
            hs_print_text(p, " (after ");
            hs_print_text(p, place);
            hs_print_text(p, ") ");
        } else {
            hs_print_text(p, " (before first) ");
        }
        hs_print_string(p, c->bytes, false);
        hs_print_text(p, ")");
    }
}

/* --- the module ------------------------------------------------------------------------------- */

static enum status print(struct printer *p)
{
    enum status s = hs_print_read_names(p);
    if (s != ST_OK)
        return s;
    hs_print_text(p, "(module");
    hs_print_declared(p, &p->module_name);
    types(p);
    imports(p);
    s = definitions(p);
    if (s != ST_OK)
        return s;
    exports(p);
    if ((s = elems(p)) != ST_OK || (s = funcs(p)) != ST_OK || (s = datas(p)) != ST_OK)
        return s;
    customs(p);
    hs_print_text(p, ")\n");
    return ST_OK;
}

enum status hs_text_print(const struct module *m, struct buffer *out, struct error *error)
{
    size_t before = out->size;
    struct printer p = {.m = m,
                        .out = out,
                        .error = error,
                        .counts = {m->ntypes, m->nfuncs, m->ntables, m->nmemories, m->nglobals,
                                   m->ntags, m->nelems, m->ndatas}};
    hs_arena_init(&p.arena, SIZE_MAX);
    struct inner_names *inner[] = {&p.locals, &p.labels, &p.fields};
    for (int i = 0; i < 3; i++)
        hs_vec_init(&inner[i]->list, UINT32_MAX / 2);
    enum status s = print(&p);
    if (out->failed || s == ST_OOM)
        s = hs_fail_oom(error);
    if (s != ST_OK && !out->failed)
        out->size = before;
    for (int i = 0; i < 3; i++)
        hs_vec_deinit(&inner[i]->list);
    hs_arena_deinit(&p.arena);
    return s;
}
