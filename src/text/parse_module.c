/* The fields of a module. See parser.h for the order of things.
 * https://webassembly.github.io/spec/core/text/modules.html */
#include "base/assert.h"
#include "syntax/insn_write.h"
#include "text/parser.h"
#include "text/text.h"

/* --- the scan: indices for identifiers -------------------------------------------------------- */

static const char *const space_names[SP_COUNT] = {"type",   "func", "table", "memory",
                                                  "global", "tag",  "elem",  "data"};

/* Gives the next index of a space to the identifier at t, if it is one. */
static void declare(struct parser *p, enum space space, const struct token *t)
{
    uint32_t index = p->count[space]++;
    if (index == NO_INDEX - 1) {
        hs_parse_fail(p, t->start, "too many definitions");
        return;
    }
    if (t->kind != T_ID)
        return;
    struct symbol *s = hs_symbol_intern(p, t);
    if (!s)
        return;
    if (s->index[space] != NO_INDEX) {
        char text[80];
        hs_error_escape(text, sizeof text, s->name.data, s->name.size);
        hs_parse_fail(p, t->start, "duplicate %s $%s", space_names[space], text);
        return;
    }
    s->index[space] = index;
}

static enum space space_of(enum keyword k)
{
    switch (k) {
    case KW_TYPE: return SP_TYPE;
    case KW_FUNC: return SP_FUNC;
    case KW_TABLE: return SP_TABLE;
    case KW_MEMORY: return SP_MEMORY;
    case KW_GLOBAL: return SP_GLOBAL;
    case KW_TAG: return SP_TAG;
    case KW_ELEM: return SP_ELEM;
    case KW_DATA: return SP_DATA;
    default: return SP_COUNT;
    }
}

/* Goes over the fields up to the closing parenthesis of the module or the end, with an eye on
 * names only: what it does not understand, the parser will complain about. */
static void scan(struct parser *p)
{
    struct lexer l = p->lex;
    struct token t = p->tk;
    if (p->has_next) { /* back to the current token */
        l.pos = p->tk.start;
        hs_lex(&l, &t);
    }
    for (; t.kind == T_LPAR && !p->lex.failed; hs_lex(&l, &t)) {
        hs_lex(&l, &t);
        if (t.kind != T_WORD)
            break;
        struct token word = t;
        enum space space = space_of((enum keyword)t.keyword);
        if (space != SP_COUNT) {
            if (space == SP_TYPE && !hs_vec_push(&p->type_fields, word.start))
                hs_parse_oom(p);
            hs_lex(&l, &t);
            declare(p, space, &t);
            /* Abbreviations that make a segment. The token just read may be the opening
             * parenthesis. */
            if (space == SP_TABLE || space == SP_MEMORY) {
                bool table = space == SP_TABLE;
                if (t.kind == T_RPAR)
                    continue;
                if (t.kind == T_LPAR)
                    l.pos = t.start;
                if (hs_lex_skip_group_seeking(&l, table ? "elem" : "data", 4))
                    p->count[table ? SP_ELEM : SP_DATA]++;
                continue;
            }
        } else if (word.keyword == KW_REC) {
            if (!hs_vec_push(&p->type_fields, word.start))
                hs_parse_oom(p);
            for (hs_lex(&l, &t); t.kind == T_LPAR; hs_lex(&l, &t)) {
                hs_lex(&l, &t);
                if (t.kind != T_WORD || t.keyword != KW_TYPE)
                    break;
                hs_lex(&l, &t);
                declare(p, SP_TYPE, &t);
                if (t.kind == T_LPAR)
                    l.pos = t.start;
                if (t.kind != T_RPAR)
                    hs_lex_skip_group(&l);
            }
        } else if (word.keyword == KW_IMPORT) {
            hs_lex(&l, &t);
            if (t.kind == T_STRING)
                hs_lex(&l, &t);
            if (t.kind == T_STRING)
                hs_lex(&l, &t);
            if (t.kind == T_LPAR) {
                hs_lex(&l, &t);
                space = t.kind == T_WORD ? space_of((enum keyword)t.keyword) : SP_COUNT;
                hs_lex(&l, &t);
                if (space != SP_COUNT)
                    declare(p, space, &t);
                if (t.kind == T_LPAR)
                    l.pos = t.start;
                if (t.kind != T_RPAR)
                    hs_lex_skip_group(&l);
                hs_lex_skip_group(&l);
                continue;
            }
        } else {
            hs_lex(&l, &t);
        }
        if (t.kind == T_LPAR)
            l.pos = t.start;
        if (t.kind != T_RPAR)
            hs_lex_skip_group(&l);
    }
    if (l.failed)
        p->lex.failed = true;
    hs_parse_sync(p);
}

/* --- parts of fields -------------------------------------------------------------------------- */

/* An identifier (already known from the scan), its name for the name section. Returns the item's
 * index. */
static uint32_t item(struct parser *p, enum space space)
{
    static const uint8_t names[SP_COUNT] = {NAME_TYPE,   NAME_FUNC, NAME_TABLE, NAME_MEMORY,
                                            NAME_GLOBAL, NAME_TAG,  NAME_ELEM,  NAME_DATA};
    struct symbol *s = hs_parse_id(p);
    p->naming = space_names[space];
    struct span name = hs_parse_name_annotation(p, s);
    uint32_t index = p->done[space]++;
    if (name.data)
        hs_name_add(&p->name[names[space]], index, name);
    return index;
}

/* (export "name")* inside of a field. */
static void inline_exports(struct parser *p, enum space space, uint32_t index)
{
    struct section *s = &p->section[SEC_EXPORT];
    while (hs_parse_open(p, KW_EXPORT)) {
        hs_parse_name(p, &s->bytes);
        hs_buffer_byte(&s->bytes, (uint8_t)(space - SP_FUNC));
        hs_buffer_u(&s->bytes, index);
        s->count++;
        hs_parse_close(p);
    }
}

/* What an import declares, after its two names. */
static void begin_import(struct parser *p, const char *at)
{
    struct section *s = &p->section[SEC_IMPORT];
    if (p->imports_end)
        hs_parse_fail(p, at, "import after %s", p->imports_end);
    s->count++;
    hs_parse_name(p, &s->bytes);
    hs_parse_name(p, &s->bytes);
}

/* (import "module" "name") inside of a field: true if it was there. */
static bool inline_import(struct parser *p, enum space space)
{
    const char *at = p->tk.start;
    if (!hs_parse_open(p, KW_IMPORT))
        return false;
    begin_import(p, at);
    hs_parse_close(p);
    hs_buffer_byte(&p->section[SEC_IMPORT].bytes, (uint8_t)(space - SP_FUNC));
    return true;
}

static void defined(struct parser *p, const char *what)
{
    if (!p->imports_end)
        p->imports_end = what;
}

struct text_limits {
    uint64_t min, max;
    bool has_max, is64, shared, has_pagesize;
    uint32_t page_log2;
};

static void address_type(struct parser *p, struct text_limits *l)
{
    if (hs_parse_word(p, KW_I64))
        l->is64 = true;
    else
        hs_parse_word(p, KW_I32);
}

static void limits(struct parser *p, struct text_limits *l)
{
    l->min = hs_parse_u64(p, "a number, the minimum");
    if (p->tk.kind == T_NUMBER) {
        l->max = hs_parse_u64(p, "a number, the maximum");
        l->has_max = true;
    }
}

static void page_size(struct parser *p, struct text_limits *l)
{
    if (!hs_parse_open(p, KW_PAGESIZE))
        return;
    const char *at = p->tk.start;
    uint64_t n = hs_parse_u64(p, "a number, the page size");
    if (n == 0 || (n & (n - 1)))
        hs_parse_fail(p, at, "invalid custom page size");
    else {
        l->has_pagesize = true;
        l->page_log2 = (uint32_t)__builtin_ctzll(n);
    }
    hs_parse_close(p);
}

static void out_limits(struct buffer *o, const struct text_limits *l)
{
    hs_buffer_byte(o, (uint8_t)(l->has_max | l->shared << 1 | l->is64 << 2 | l->has_pagesize << 3));
    hs_buffer_u(o, l->min);
    if (l->has_max)
        hs_buffer_u(o, l->max);
    if (l->has_pagesize)
        hs_buffer_u(o, l->page_log2);
}

static void memory_type(struct parser *p, struct text_limits *l)
{
    address_type(p, l);
    limits(p, l);
    l->shared = hs_parse_word(p, KW_SHARED);
    page_size(p, l);
}

static struct valtype global_type(struct parser *p, struct buffer *o)
{
    bool mutable = hs_parse_open(p, KW_MUT);
    struct valtype t = hs_parse_valtype(p);
    if (mutable)
        hs_parse_close(p);
    hs_write_valtype(o, t);
    hs_buffer_byte(o, mutable);
    return t;
}

/* Instructions outside of functions know no locals. */
static void constant(struct parser *p, struct buffer *o, bool folded)
{
    p->func_stamp++;
    if (folded)
        hs_parse_folded(p, o);
    else
        hs_parse_instructions(p, o);
    hs_buffer_byte(o, 0x0b);
}

/* "(offset …)" or one folded instruction. */
static void offset(struct parser *p, struct buffer *o)
{
    if (hs_parse_open(p, KW_OFFSET)) {
        constant(p, o, false);
        hs_parse_close(p);
    } else {
        constant(p, o, true);
    }
}

static void zero_offset(struct buffer *o, bool is64)
{
    hs_buffer_byte(o, is64 ? 0x42 : 0x41);
    hs_buffer_byte(o, 0);
    hs_buffer_byte(o, 0x0b);
}

/* --- segments --------------------------------------------------------------------------------- */

/* what an element segment holds; the bytes are in parser.tmp2 */
struct items {
    bool exprs;
    struct valtype type;
    uint32_t count;
};

static void index_items(struct parser *p, struct items *i)
{
    p->tmp2.size = 0;
    for (; hs_parse_at_index(p); i->count++)
        hs_buffer_u(&p->tmp2, hs_parse_index(p, SP_FUNC));
}

static void expr_items(struct parser *p, struct items *i)
{
    p->tmp2.size = 0;
    i->exprs = true;
    for (; p->tk.kind == T_LPAR; i->count++) {
        if (hs_parse_open(p, KW_ITEM)) {
            constant(p, &p->tmp2, false);
            hs_parse_close(p);
        } else {
            constant(p, &p->tmp2, true);
        }
    }
}

/* Writes a segment: mode 0 active, 1 passive, 2 declarative; its offset is in `at`. */
static void out_elem(struct parser *p, int mode, uint32_t table, const struct buffer *at,
                     const struct items *i)
{
    struct section *s = &p->section[SEC_ELEM];
    struct buffer *o = &s->bytes;
    bool plain = i->exprs ? hs_vt_equal(i->type, HS_FUNCREF) : true;
    int flags = i->exprs ? 4 : 0;
    if (mode == 0)
        flags |= table || !plain ? 2 : 0;
    else
        flags |= mode == 1 ? 1 : 3;
    s->count++;
    hs_buffer_u(o, (uint64_t)flags);
    if (mode == 0) {
        if (flags & 2)
            hs_buffer_u(o, table);
        hs_buffer_bytes(o, at->data, at->size);
    }
    if (flags & 3) {
        if (i->exprs)
            hs_write_valtype(o, i->type);
        else
            hs_buffer_byte(o, 0);
    }
    hs_buffer_u(o, i->count);
    hs_buffer_bytes(o, p->tmp2.data, p->tmp2.size);
}

static void elem_field(struct parser *p)
{
    int mode = 1;
    uint32_t table = 0;
    struct items i = {.type = HS_REF(false, HEAP_FUNC)};
    struct buffer at = {.max = HS_LIMIT_MODULE_SIZE};
    item(p, SP_ELEM);
    if (hs_parse_word(p, KW_DECLARE)) {
        mode = 2;
    } else if (p->tk.kind == T_NUMBER || (p->tk.kind == T_LPAR && !hs_parse_at(p, KW_REF))) {
        mode = 0;
        if (p->tk.kind == T_NUMBER) { /* the older way to name the table */
            table = hs_parse_index(p, SP_TABLE);
        } else if (hs_parse_open(p, KW_TABLE)) {
            table = hs_parse_index(p, SP_TABLE);
            hs_parse_close(p);
        }
        offset(p, &at);
    }
    if (hs_parse_word(p, KW_FUNC)) {
        index_items(p, &i);
    } else if (hs_parse_at_valtype(p)) {
        i.type = hs_parse_reftype(p);
        expr_items(p, &i);
    } else if (mode == 0) {
        index_items(p, &i);
    } else {
        hs_parse_unexpected(p, "func or a reference type");
    }
    hs_parse_close(p);
    out_elem(p, mode, table, &at, &i);
    if (at.failed)
        hs_parse_oom(p);
    hs_buffer_deinit(&at);
}

/* string* into tmp2 */
static void data_strings(struct parser *p)
{
    p->tmp2.size = 0;
    for (; p->tk.kind == T_STRING; hs_parse_advance(p))
        hs_lex_string(&p->tk, &p->tmp2);
}

static void data_field(struct parser *p)
{
    struct section *s = &p->section[SEC_DATA];
    item(p, SP_DATA);
    s->count++;
    if (p->tk.kind == T_LPAR || p->tk.kind == T_NUMBER) {
        uint32_t memory = 0;
        if (p->tk.kind == T_NUMBER) { /* the older way to name the memory */
            memory = hs_parse_index(p, SP_MEMORY);
        } else if (hs_parse_open(p, KW_MEMORY)) {
            memory = hs_parse_index(p, SP_MEMORY);
            hs_parse_close(p);
        }
        hs_buffer_byte(&s->bytes, memory ? 2 : 0);
        if (memory)
            hs_buffer_u(&s->bytes, memory);
        offset(p, &s->bytes);
    } else {
        hs_buffer_byte(&s->bytes, 1);
    }
    data_strings(p);
    hs_buffer_name(&s->bytes, hs_buffer_span(&p->tmp2));
    hs_parse_close(p);
}

/* --- fields ----------------------------------------------------------------------------------- */

static void end_names(struct section *names, uint32_t func, struct buffer *tmp, uint32_t *count)
{
    if (*count) {
        hs_buffer_u(&names->bytes, func);
        hs_buffer_u(&names->bytes, *count);
        hs_buffer_bytes(&names->bytes, tmp->data, tmp->size);
        names->count++;
    }
    tmp->size = 0;
    *count = 0;
}

static void locals(struct parser *p)
{
    hs_vec_clear(&p->valtypes);
    while (hs_parse_open(p, KW_LOCAL)) {
        if (p->tk.kind == T_ID) {
            hs_parse_bind_local(p, hs_parse_id(p));
            if (!hs_vec_push(&p->valtypes, hs_parse_valtype(p)))
                hs_parse_oom(p);
        } else {
            while (p->tk.kind != T_RPAR && p->tk.kind != T_EOF) {
                hs_parse_bind_local(p, NULL);
                if (!hs_vec_push(&p->valtypes, hs_parse_valtype(p)))
                    hs_parse_oom(p);
            }
        }
        hs_parse_close(p);
    }
    uint32_t runs = 0;
    const struct valtype *t = p->valtypes.data;
    size_t n = p->valtypes.count;
    for (size_t i = 0; i < n; i++)
        runs += i == 0 || !hs_vt_equal(t[i], t[i - 1]);
    hs_buffer_u(&p->body, runs);
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i + 1; k < n && hs_vt_equal(t[k], t[i]);)
            k++;
        hs_buffer_u(&p->body, k - i);
        hs_write_valtype(&p->body, t[i]);
    }
}

static void begin_func(struct parser *p)
{
    p->func_stamp++;
    p->nlocals = p->nlabels = 0;
    p->unknown_type = NULL;
    p->names_tmp.size = p->names_tmp_count = 0;
    p->labels_tmp.size = p->labels_tmp_count = 0;
    p->hints_tmp.size = p->hints_tmp_count = 0;
}

static void func_field(struct parser *p)
{
    struct typeuse u;
    uint32_t index = item(p, SP_FUNC);
    inline_exports(p, SP_FUNC, index);
    begin_func(p);
    if (inline_import(p, SP_FUNC)) {
        hs_parse_typeuse(p, true, &u);
        hs_buffer_u(&p->section[SEC_IMPORT].bytes, hs_typeuse_index(p, &u));
        hs_parse_close(p);
        return;
    }
    defined(p, "function");
    hs_parse_typeuse(p, true, &u);
    hs_buffer_u(&p->section[SEC_FUNC].bytes, hs_typeuse_index(p, &u));
    p->section[SEC_FUNC].count++;
    p->body.size = 0;
    locals(p);
    p->in_func = true;
    hs_parse_instructions(p, &p->body);
    p->in_func = false;
    hs_buffer_byte(&p->body, 0x0b);
    hs_parse_close(p);
    struct section *code = &p->section[SEC_CODE];
    code->count++;
    hs_buffer_name(&code->bytes, hs_buffer_span(&p->body));
    end_names(&p->name[NAME_LOCAL], index, &p->names_tmp, &p->names_tmp_count);
    end_names(&p->name[NAME_LABEL], index, &p->labels_tmp, &p->labels_tmp_count);
    if (p->hints_tmp_count) {
        hs_buffer_u(&p->hints, index);
        hs_buffer_u(&p->hints, p->hints_tmp_count);
        hs_buffer_bytes(&p->hints, p->hints_tmp.data, p->hints_tmp.size);
        p->hint_funcs++;
    }
}

static void table_field(struct parser *p)
{
    struct text_limits l = {0};
    uint32_t index = item(p, SP_TABLE);
    inline_exports(p, SP_TABLE, index);
    bool import = inline_import(p, SP_TABLE);
    struct section *s = &p->section[import ? SEC_IMPORT : SEC_TABLE];
    if (!import) {
        defined(p, "table");
        s->count++;
    }
    address_type(p, &l);
    if (p->tk.kind != T_NUMBER && !import) { /* reftype (elem …) */
        struct items i = {0};
        struct buffer at = {.max = HS_LIMIT_MODULE_SIZE};
        i.type = hs_parse_reftype(p);
        if (!hs_parse_open(p, KW_ELEM))
            hs_parse_unexpected(p, "limits or elem");
        p->done[SP_ELEM]++;
        if (p->tk.kind == T_LPAR) {
            expr_items(p, &i);
        } else {
            index_items(p, &i);
            if (!hs_vt_equal(i.type, HS_FUNCREF) &&
                !hs_vt_equal(i.type, HS_REF(false, HEAP_FUNC))) {
                /* The segment's type is the table's, which only expressions can say. */
                struct buffer exprs = {.max = HS_LIMIT_MODULE_SIZE};
                const uint8_t *q = p->tmp2.data, *end = q + p->tmp2.size;
                uint64_t func;
                while (q < end && hs_leb_read_u(&q, end, 32, &func) == LEB_OK) {
                    hs_buffer_byte(&exprs, 0xd2);
                    hs_buffer_u(&exprs, func);
                    hs_buffer_byte(&exprs, 0x0b);
                }
                p->tmp2.size = 0;
                hs_buffer_bytes(&p->tmp2, exprs.data, exprs.size);
                if (exprs.failed)
                    hs_parse_oom(p);
                hs_buffer_deinit(&exprs);
                i.exprs = true;
            }
        }
        hs_parse_close(p);
        l.min = l.max = i.count;
        l.has_max = true;
        hs_write_valtype(&s->bytes, i.type);
        out_limits(&s->bytes, &l);
        zero_offset(&at, l.is64);
        out_elem(p, 0, index, &at, &i);
        if (at.failed)
            hs_parse_oom(p);
        hs_buffer_deinit(&at);
        hs_parse_close(p);
        return;
    }
    limits(p, &l);
    l.shared = hs_parse_word(p, KW_SHARED);
    struct valtype t = hs_parse_reftype(p);
    bool initialized = !import && p->tk.kind != T_RPAR;
    if (initialized) {
        hs_buffer_byte(&s->bytes, 0x40);
        hs_buffer_byte(&s->bytes, 0);
    }
    hs_write_valtype(&s->bytes, t);
    out_limits(&s->bytes, &l);
    if (initialized)
        constant(p, &s->bytes, false);
    hs_parse_close(p);
}

static void memory_field(struct parser *p)
{
    struct text_limits l = {0};
    uint32_t index = item(p, SP_MEMORY);
    inline_exports(p, SP_MEMORY, index);
    bool import = inline_import(p, SP_MEMORY);
    struct section *s = &p->section[import ? SEC_IMPORT : SEC_MEMORY];
    if (!import) {
        defined(p, "memory");
        s->count++;
    }
    address_type(p, &l);
    if (p->tk.kind == T_LPAR && !import) { /* (pagesize n)? (data …) */
        page_size(p, &l);
        if (!hs_parse_open(p, KW_DATA))
            hs_parse_unexpected(p, "limits or data");
        p->done[SP_DATA]++;
        data_strings(p);
        hs_parse_close(p);
        uint32_t log2 = l.has_pagesize ? l.page_log2 : 16;
        uint64_t size = p->tmp2.size;
        l.min =
            log2 > 63 ? size != 0 : (size >> log2) + ((size & ((UINT64_C(1) << log2) - 1)) != 0);
        l.max = l.min;
        l.has_max = true;
        out_limits(&s->bytes, &l);
        struct section *data = &p->section[SEC_DATA];
        data->count++;
        hs_buffer_byte(&data->bytes, index ? 2 : 0);
        if (index)
            hs_buffer_u(&data->bytes, index);
        zero_offset(&data->bytes, l.is64);
        hs_buffer_name(&data->bytes, hs_buffer_span(&p->tmp2));
        hs_parse_close(p);
        return;
    }
    limits(p, &l);
    l.shared = hs_parse_word(p, KW_SHARED);
    page_size(p, &l);
    out_limits(&s->bytes, &l);
    hs_parse_close(p);
}

static void global_field(struct parser *p)
{
    uint32_t index = item(p, SP_GLOBAL);
    inline_exports(p, SP_GLOBAL, index);
    bool import = inline_import(p, SP_GLOBAL);
    struct section *s = &p->section[import ? SEC_IMPORT : SEC_GLOBAL];
    global_type(p, &s->bytes);
    if (!import) {
        defined(p, "global");
        s->count++;
        constant(p, &s->bytes, false);
    }
    hs_parse_close(p);
}

static void tag_field(struct parser *p)
{
    struct typeuse u;
    uint32_t index = item(p, SP_TAG);
    inline_exports(p, SP_TAG, index);
    bool import = inline_import(p, SP_TAG);
    struct section *s = &p->section[import ? SEC_IMPORT : SEC_TAG];
    begin_func(p);
    hs_parse_typeuse(p, true, &u);
    hs_buffer_byte(&s->bytes, 0);
    hs_buffer_u(&s->bytes, hs_typeuse_index(p, &u));
    if (!import) {
        defined(p, "tag");
        s->count++;
    }
    hs_parse_close(p);
}

static void import_field(struct parser *p, const char *at)
{
    struct buffer *o = &p->section[SEC_IMPORT].bytes;
    struct text_limits l = {0};
    struct typeuse u;
    begin_import(p, at);
    if (p->tk.kind != T_LPAR) {
        hs_parse_unexpected(p, "what is imported");
        return;
    }
    hs_parse_advance(p);
    enum space space = p->tk.kind == T_WORD ? space_of((enum keyword)p->tk.keyword) : SP_COUNT;
    if (space < SP_FUNC || space > SP_TAG) {
        hs_parse_unexpected(p, "func, table, memory, global or tag");
        return;
    }
    hs_parse_advance(p);
    hs_buffer_byte(o, (uint8_t)(space - SP_FUNC));
    item(p, space);
    switch (space) {
    case SP_FUNC:
    case SP_TAG:
        begin_func(p);
        hs_parse_typeuse(p, true, &u);
        if (space == SP_TAG)
            hs_buffer_byte(o, 0);
        hs_buffer_u(o, hs_typeuse_index(p, &u));
        break;
    case SP_TABLE: {
        address_type(p, &l);
        limits(p, &l);
        l.shared = hs_parse_word(p, KW_SHARED);
        hs_write_valtype(o, hs_parse_reftype(p));
        out_limits(o, &l);
        break;
    }
    case SP_MEMORY:
        memory_type(p, &l);
        out_limits(o, &l);
        break;
    default: global_type(p, o); break;
    }
    hs_parse_close(p);
    hs_parse_close(p);
}

static void export_field(struct parser *p)
{
    struct section *s = &p->section[SEC_EXPORT];
    s->count++;
    hs_parse_name(p, &s->bytes);
    if (p->tk.kind != T_LPAR) {
        hs_parse_unexpected(p, "what is exported");
        return;
    }
    hs_parse_advance(p);
    enum space space = p->tk.kind == T_WORD ? space_of((enum keyword)p->tk.keyword) : SP_COUNT;
    if (space < SP_FUNC || space > SP_TAG) {
        hs_parse_unexpected(p, "func, table, memory, global or tag");
        return;
    }
    hs_parse_advance(p);
    hs_buffer_byte(&s->bytes, (uint8_t)(space - SP_FUNC));
    hs_buffer_u(&s->bytes, hs_parse_index(p, space));
    hs_parse_close(p);
    hs_parse_close(p);
}

static void start_field(struct parser *p, const char *at)
{
    if (p->has_start)
        hs_parse_fail(p, at, "multiple start sections");
    p->has_start = true;
    p->start = hs_parse_index(p, SP_FUNC);
    hs_parse_close(p);
}

/* The fields up to a closing parenthesis or the end. */
static void fields(struct parser *p)
{
    scan(p);
    if (hs_parse_failed(p))
        return;
    struct lexer lex = p->lex;
    struct token tk = p->tk;
    lex.pos =
        tk.start; /* the first field is read again from its beginning, its annotations are kept */
    const char *annotation = tk.annotation;
    tk.annotation = NULL;
    hs_parse_type_fields(p);
    if (hs_parse_failed(p))
        return;
    p->lex = lex;
    p->has_next = false;
    hs_lex(&p->lex, &p->tk);
    p->tk.annotation = annotation;
    hs_parse_fields_annotations(p);
    while (p->tk.kind == T_LPAR) {
        const char *at = p->tk.start;
        hs_parse_advance(p);
        enum keyword k = p->tk.kind == T_WORD ? (enum keyword)p->tk.keyword : KW_NO_KEYWORD;
        if (k == KW_TYPE || k == KW_REC) { /* done already */
            p->lex.pos = p->tk.end;
            p->has_next = false;
            hs_lex_skip_group(&p->lex);
            hs_lex(&p->lex, &p->tk);
            hs_parse_fields_annotations(p);
            continue;
        }
        if (space_of(k) == SP_COUNT && k != KW_IMPORT && k != KW_EXPORT && k != KW_START) {
            hs_parse_unexpected(p, "a field of a module");
            break;
        }
        hs_parse_advance(p);
        switch (k) {
        case KW_FUNC: func_field(p); break;
        case KW_TABLE: table_field(p); break;
        case KW_MEMORY: memory_field(p); break;
        case KW_GLOBAL: global_field(p); break;
        case KW_TAG: tag_field(p); break;
        case KW_IMPORT: import_field(p, at); break;
        case KW_EXPORT: export_field(p); break;
        case KW_START: start_field(p, at); break;
        case KW_ELEM: elem_field(p); break;
        default: data_field(p); break;
        }
        hs_parse_fields_annotations(p);
    }
    hs_parse_sync(p);
}

void hs_parse_module(struct parser *p)
{
    fields(p);
    for (int s = 0; s < SP_COUNT && !hs_parse_failed(p); s++)
        HS_ASSERT(s == SP_TYPE || p->done[s] == p->count[s]);
}
