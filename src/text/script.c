/* See script.h. */
#include "text/script.h"
#include "base/vec.h"
#include "syntax/types.h"
#include "text/number.h"
#include "text/parser.h"
#include "text/text.h"

struct reader {
    struct lexer lex;
    struct token tk;
    struct arena *arena;
    const char *counted; /* lines are counted up to here */
    uint32_t line;
};

struct value_vec {
    HS_VEC(struct script_value) list;
};
struct command_vec {
    HS_VEC(struct script_command) list;
};

/* --- tokens ----------------------------------------------------------------------------------- */

static void advance(struct reader *r)
{
    hs_lex(&r->lex, &r->tk);
}

static void unexpected(struct reader *r, const char *expected)
{
    hs_lex_unexpected(&r->lex, &r->tk, expected);
    advance(r);
}

static void out_of_memory(struct reader *r)
{
    hs_lex_oom(&r->lex);
    advance(r);
}

/* The token behind the current one, without moving. */
static struct token following(const struct reader *r)
{
    struct lexer l = r->lex;
    struct token t;
    l.error = NULL;
    hs_lex(&l, &t);
    return t;
}

static bool at(const struct reader *r, enum keyword k)
{
    if (r->tk.kind != T_LPAR)
        return false;
    struct token t = following(r);
    return t.kind == T_WORD && t.keyword == k;
}

static bool open_word(struct reader *r, enum keyword k)
{
    if (!at(r, k))
        return false;
    advance(r);
    advance(r);
    return true;
}

static bool word(struct reader *r, enum keyword k)
{
    if (r->tk.kind != T_WORD || r->tk.keyword != k)
        return false;
    advance(r);
    return true;
}

static void close(struct reader *r)
{
    if (r->tk.kind == T_RPAR)
        advance(r);
    else
        unexpected(r, "a closing parenthesis");
}

static uint32_t line_of(struct reader *r, const char *p)
{
    for (; r->counted < p; r->counted++)
        r->line += *r->counted == '\n';
    return r->line;
}

/* The contents of a string or quoted identifier, in the arena. */
static struct span contents(struct reader *r, const struct token *t)
{
    struct buffer o = {.max = HS_LIMIT_MODULE_SIZE};
    struct span s = {NULL, 0};
    hs_lex_string(t, &o);
    if (!o.failed)
        s = (struct span){hs_arena_copy(r->arena, o.data, o.size), o.size};
    hs_buffer_deinit(&o);
    if (!s.data)
        out_of_memory(r);
    return s;
}

static struct span string(struct reader *r)
{
    struct span s = {(const uint8_t *)"", 0};
    if (r->tk.kind != T_STRING) {
        unexpected(r, "a string");
        return s;
    }
    s = contents(r, &r->tk);
    advance(r);
    return s;
}

static struct span strings(struct reader *r)
{
    struct buffer o = {.max = HS_LIMIT_MODULE_SIZE};
    struct span s = {(const uint8_t *)"", 0};
    for (; r->tk.kind == T_STRING; advance(r))
        hs_lex_string(&r->tk, &o);
    if (o.size)
        s = (struct span){hs_arena_copy(r->arena, o.data, o.size), o.size};
    if (o.failed || !s.data)
        out_of_memory(r);
    hs_buffer_deinit(&o);
    return s;
}

static struct span identifier(struct reader *r)
{
    struct span s = {NULL, 0};
    if (r->tk.kind != T_ID)
        return s;
    if (r->tk.start[1] == '"')
        s = contents(r, &r->tk);
    else
        s = (struct span){(const uint8_t *)r->tk.start + 1, (size_t)(r->tk.end - r->tk.start) - 1};
    advance(r);
    return s;
}

/* --- values ----------------------------------------------------------------------------------- */

static uint64_t float_or_pattern(struct reader *r, int width, uint8_t *nan)
{
    uint64_t bits = 0;
    *nan = word(r, KW_NAN_CANONICAL)    ? SCRIPT_NAN_CANONICAL
           : word(r, KW_NAN_ARITHMETIC) ? SCRIPT_NAN_ARITHMETIC
                                        : SCRIPT_NAN_NONE;
    if (*nan)
        return 0;
    enum num n =
        r->tk.kind == T_NUMBER ? hs_num_float(r->tk.start, r->tk.end, width, &bits) : NUM_SYNTAX;
    if (n == NUM_RANGE)
        hs_lex_fail(&r->lex, r->tk.start, "constant out of range");
    else if (n == NUM_SYNTAX)
        unexpected(r, "a floating-point number");
    advance(r);
    return bits;
}

static uint64_t integer(struct reader *r, int width)
{
    uint64_t bits = 0;
    enum num n =
        r->tk.kind == T_NUMBER ? hs_num_int(r->tk.start, r->tk.end, width, &bits) : NUM_SYNTAX;
    if (n == NUM_RANGE)
        hs_lex_fail(&r->lex, r->tk.start, "constant out of range");
    else if (n == NUM_SYNTAX)
        unexpected(r, "an integer");
    advance(r);
    return bits;
}

static void vector(struct reader *r, struct script_value *v)
{
    enum keyword k = r->tk.kind == T_WORD ? (enum keyword)r->tk.keyword : KW_NO_KEYWORD;
    v->lanes = k == KW_I8X16 ? 16 : k == KW_I16X8 ? 8 : k == KW_I32X4 || k == KW_F32X4 ? 4 : 2;
    v->float_lanes = k == KW_F32X4 || k == KW_F64X2;
    if (k < KW_I8X16 || k > KW_F64X2) {
        unexpected(r, "a shape of lanes");
        return;
    }
    advance(r);
    int width = 128 / v->lanes;
    for (int i = 0; i < v->lanes; i++) {
        uint64_t x = v->float_lanes ? float_or_pattern(r, width, &v->nan[i]) : integer(r, width);
        memcpy(v->bits + i * width / 8, &x, (size_t)width / 8);
    }
}

static uint32_t heap_of(const struct token *t)
{
    if (t->kind != T_WORD)
        return HEAP_END;
    switch (t->keyword) {
    case KW_FUNC: return HEAP_FUNC;
    case KW_NOFUNC: return HEAP_NOFUNC;
    case KW_EXTERN: return HEAP_EXTERN;
    case KW_NOEXTERN: return HEAP_NOEXTERN;
    case KW_ANY: return HEAP_ANY;
    case KW_EQ: return HEAP_EQ;
    case KW_I31: return HEAP_I31;
    case KW_STRUCT: return HEAP_STRUCT;
    case KW_ARRAY: return HEAP_ARRAY;
    case KW_NONE: return HEAP_NONE;
    case KW_EXN: return HEAP_EXN;
    case KW_NOEXN: return HEAP_NOEXN;
    default: return HEAP_END;
    }
}

static bool value_kind(const struct token *t, enum script_value_kind *out)
{
    switch (t->kind == T_WORD ? (int)t->op : OP_COUNT) {
    case OP_I32_CONST: *out = SCRIPT_I32; return true;
    case OP_I64_CONST: *out = SCRIPT_I64; return true;
    case OP_F32_CONST: *out = SCRIPT_F32; return true;
    case OP_F64_CONST: *out = SCRIPT_F64; return true;
    case OP_V128_CONST: *out = SCRIPT_V128; return true;
    case OP_REF_NULL: *out = SCRIPT_REF_NULL; return true;
    case OP_REF_FUNC: *out = SCRIPT_REF_FUNC; return true;
    case OP_REF_I31: *out = SCRIPT_REF_I31; return true;
    case OP_REF_EQ: *out = SCRIPT_REF_EQ; return true;
    default: break;
    }
    switch (t->kind == T_WORD ? (enum keyword)t->keyword : KW_NO_KEYWORD) {
    case KW_REF_HOST: *out = SCRIPT_REF_HOST; return true;
    case KW_REF_EXTERN: *out = SCRIPT_REF_EXTERN; return true;
    case KW_REF_ANY: *out = SCRIPT_REF_ANY; return true;
    case KW_REF_STRUCT: *out = SCRIPT_REF_STRUCT; return true;
    case KW_REF_ARRAY: *out = SCRIPT_REF_ARRAY; return true;
    case KW_REF_EXN: *out = SCRIPT_REF_EXN; return true;
    case KW_EITHER: *out = SCRIPT_EITHER; return true;
    default: return false;
    }
}

static struct script_value *values(struct reader *r, bool inside_either, uint32_t *out_count);

/* Behind "(" and the word. */
static void value(struct reader *r, struct script_value *v, bool inside_either)
{
    uint64_t x = 0;
    switch (v->kind) {
    case SCRIPT_I32: x = integer(r, 32); break;
    case SCRIPT_I64: x = integer(r, 64); break;
    case SCRIPT_F32: x = float_or_pattern(r, 32, &v->nan[0]); break;
    case SCRIPT_F64: x = float_or_pattern(r, 64, &v->nan[0]); break;
    case SCRIPT_V128: vector(r, v); return;
    case SCRIPT_REF_NULL:
        v->heap = heap_of(&r->tk);
        if (r->tk.kind == T_WORD || r->tk.kind == T_ID || r->tk.kind == T_NUMBER)
            advance(r);
        return;
    case SCRIPT_EITHER:
        if (inside_either)
            unexpected(r, NULL);
        else
            v->alternatives = values(r, true, &v->nalternatives);
        return;
    default:
        if (r->tk.kind == T_NUMBER || r->tk.kind == T_ID) {
            v->has_number = r->tk.kind == T_NUMBER;
            if (v->has_number)
                v->number = (uint32_t)integer(r, 32);
            else
                advance(r);
        }
        return;
    }
    memcpy(v->bits, &x, v->kind == SCRIPT_I32 || v->kind == SCRIPT_F32 ? 4 : 8);
}

static struct script_value *values(struct reader *r, bool inside_either, uint32_t *out_count)
{
    struct value_vec all;
    hs_vec_init(&all.list, UINT32_MAX / 2);
    while (r->tk.kind == T_LPAR) {
        struct script_value v = {.heap = HEAP_END};
        advance(r);
        if (!value_kind(&r->tk, &v.kind)) {
            unexpected(r, "a value");
            break;
        }
        advance(r);
        value(r, &v, inside_either);
        close(r);
        if (!hs_vec_push(&all.list, v))
            out_of_memory(r);
    }
    struct script_value *copy = NULL;
    *out_count = 0;
    if (!r->lex.failed && all.list.count) {
        copy = hs_arena_copy(r->arena, all.list.data, all.list.count * sizeof *all.list.data);
        if (!copy)
            out_of_memory(r);
        else
            *out_count = (uint32_t)all.list.count;
    }
    hs_vec_deinit(&all.list);
    return copy;
}

/* --- commands --------------------------------------------------------------------------------- */

/* "(invoke …)" or "(get …)", at the parenthesis. */
static void action(struct reader *r, struct script_action *a)
{
    a->get = at(r, KW_GET);
    if (!open_word(r, a->get ? KW_GET : KW_INVOKE)) {
        if (r->tk.kind == T_LPAR)
            advance(r);
        unexpected(r, "invoke or get");
        return;
    }
    a->module = identifier(r);
    a->field = string(r);
    if (!a->get)
        a->args = values(r, false, &a->nargs);
    close(r);
}

/* "(module …)", at the parenthesis; not "(module instance …)". */
static void module(struct reader *r, struct script_module *m)
{
    const char *from = r->tk.start;
    if (!open_word(r, KW_MODULE)) {
        if (r->tk.kind == T_LPAR)
            advance(r);
        unexpected(r, "module");
        return;
    }
    m->definition = word(r, KW_DEFINITION);
    m->name = identifier(r);
    if (word(r, KW_BINARY)) {
        m->form = SCRIPT_MODULE_BINARY;
        m->bytes = strings(r);
        close(r);
    } else if (word(r, KW_QUOTE)) {
        m->form = SCRIPT_MODULE_QUOTE;
        m->bytes = strings(r);
        close(r);
    } else {
        m->form = SCRIPT_MODULE_TEXT;
        r->lex.pos = r->tk.start; /* the current token may be a parenthesis that opens or closes */
        hs_lex_skip_group(&r->lex);
        m->from = (size_t)(from - r->lex.text);
        m->to = (size_t)(r->lex.pos - r->lex.text);
        advance(r);
    }
}

static struct script_command *commands(struct reader *r, bool in_thread, uint32_t *out_count);

static enum script_kind assertion(enum keyword k)
{
    switch (k) {
    case KW_ASSERT_RETURN: return SCRIPT_ASSERT_RETURN;
    case KW_ASSERT_TRAP: return SCRIPT_ASSERT_TRAP;
    case KW_ASSERT_EXHAUSTION: return SCRIPT_ASSERT_EXHAUSTION;
    case KW_ASSERT_EXCEPTION: return SCRIPT_ASSERT_EXCEPTION;
    case KW_ASSERT_SUSPENSION: return SCRIPT_ASSERT_SUSPENSION;
    case KW_ASSERT_MALFORMED: return SCRIPT_ASSERT_MALFORMED;
    case KW_ASSERT_MALFORMED_CUSTOM: return SCRIPT_ASSERT_MALFORMED_CUSTOM;
    case KW_ASSERT_INVALID: return SCRIPT_ASSERT_INVALID;
    case KW_ASSERT_INVALID_CUSTOM: return SCRIPT_ASSERT_INVALID_CUSTOM;
    case KW_ASSERT_UNLINKABLE: return SCRIPT_ASSERT_UNLINKABLE;
    default: return SCRIPT_MODULE; /* no assertion */
    }
}

/* At the opening parenthesis of a command. */
static void command(struct reader *r, struct script_command *c, bool in_thread)
{
    struct token t = following(r);
    enum keyword k = t.kind == T_WORD ? (enum keyword)t.keyword : KW_NO_KEYWORD;
    c->line = line_of(r, r->tk.start);
    switch (k) {
    case KW_MODULE: {
        struct reader ahead = *r;
        ahead.lex.error = NULL;
        open_word(&ahead, KW_MODULE);
        if (ahead.tk.kind == T_WORD && ahead.tk.keyword == KW_INSTANCE) {
            open_word(r, KW_MODULE);
            advance(r);
            c->kind = SCRIPT_INSTANCE;
            c->name = identifier(r);
            c->of = identifier(r);
            close(r);
            return;
        }
        c->kind = SCRIPT_MODULE;
        c->has_module = true;
        module(r, &c->module);
        return;
    }
    case KW_REGISTER:
        open_word(r, k);
        c->kind = SCRIPT_REGISTER;
        c->text = string(r);
        c->of = identifier(r);
        close(r);
        return;
    case KW_INVOKE:
    case KW_GET:
        c->kind = SCRIPT_ACTION;
        action(r, &c->action);
        return;
    case KW_THREAD:
        if (in_thread)
            break;
        open_word(r, k);
        c->kind = SCRIPT_THREAD;
        c->name = identifier(r);
        if (open_word(r, KW_SHARED)) {
            if (!open_word(r, KW_MODULE))
                unexpected(r, "(module");
            c->shared = identifier(r);
            close(r);
            close(r);
        }
        c->commands = commands(r, true, &c->ncommands);
        close(r);
        return;
    case KW_WAIT:
        open_word(r, k);
        c->kind = SCRIPT_WAIT;
        c->name = identifier(r);
        close(r);
        return;
    default: break;
    }
    c->kind = assertion(k);
    if (c->kind == SCRIPT_MODULE) {
        advance(r);
        unexpected(r, "a command");
        return;
    }
    open_word(r, k);
    bool of_module =
        c->kind >= SCRIPT_ASSERT_MALFORMED || (c->kind == SCRIPT_ASSERT_TRAP && at(r, KW_MODULE));
    c->has_module = of_module;
    if (of_module)
        module(r, &c->module);
    else
        action(r, &c->action);
    if (c->kind == SCRIPT_ASSERT_RETURN)
        c->results = values(r, false, &c->nresults);
    else if (c->kind != SCRIPT_ASSERT_EXCEPTION)
        c->text = string(r);
    close(r);
}

/* A script may be just the fields of one module. */
static bool is_field(const struct token *t)
{
    switch (t->kind == T_WORD ? (enum keyword)t->keyword : KW_NO_KEYWORD) {
    case KW_TYPE:
    case KW_REC:
    case KW_FUNC:
    case KW_TABLE:
    case KW_MEMORY:
    case KW_GLOBAL:
    case KW_TAG:
    case KW_IMPORT:
    case KW_EXPORT:
    case KW_START:
    case KW_ELEM:
    case KW_DATA: return true;
    default: return false;
    }
}

static struct script_command *commands(struct reader *r, bool in_thread, uint32_t *out_count)
{
    struct command_vec all;
    hs_vec_init(&all.list, UINT32_MAX / 2);
    struct token t = following(r);
    if (!in_thread && r->tk.kind == T_LPAR && is_field(&t)) {
        struct script_command c = {
            .kind = SCRIPT_MODULE, .has_module = true, .line = line_of(r, r->tk.start)};
        c.module.to = (size_t)(r->lex.end - r->lex.text);
        if (!hs_vec_push(&all.list, c))
            out_of_memory(r);
        r->lex.pos = r->lex.end;
        advance(r);
    }
    while (r->tk.kind == T_LPAR) {
        struct script_command c = {.line = 0};
        command(r, &c, in_thread);
        if (!r->lex.failed && !hs_vec_push(&all.list, c))
            out_of_memory(r);
    }
    struct script_command *copy = NULL;
    *out_count = 0;
    if (!r->lex.failed && all.list.count) {
        copy = hs_arena_copy(r->arena, all.list.data, all.list.count * sizeof *all.list.data);
        if (!copy)
            out_of_memory(r);
        else
            *out_count = (uint32_t)all.list.count;
    }
    hs_vec_deinit(&all.list);
    return copy;
}

enum status hs_script_parse(const char *text, size_t size, struct script *out, struct error *error)
{
    struct script s = {.text = text, .size = size};
    struct error own;
    struct reader r = {.arena = &s.arena, .counted = text, .line = 1};
    hs_error_init(&own);
    hs_arena_init(&s.arena, SIZE_MAX);
    hs_lex_init(&r.lex, text, 0, size, &own);
    advance(&r);
    s.commands = commands(&r, false, &s.ncommands);
    if (r.tk.kind != T_EOF)
        unexpected(&r, "a command");
    if (own.status != ST_OK) {
        hs_arena_deinit(&s.arena);
        if (error->status == ST_OK)
            *error = own;
        return own.status;
    }
    *out = s;
    return ST_OK;
}

void hs_script_deinit(struct script *s)
{
    hs_arena_deinit(&s->arena);
    memset(s, 0, sizeof *s);
}

enum status hs_script_module_bytes(const struct script *s, const struct script_module *m,
                                   uint8_t **out_bytes, size_t *out_size, struct error *error)
{
    if (m->form == SCRIPT_MODULE_TEXT)
        return hs_text_parse_part(s->text, m->from, m->to, true, out_bytes, out_size, error);
    if (m->form == SCRIPT_MODULE_QUOTE)
        return hs_text_parse((const char *)m->bytes.data, m->bytes.size, out_bytes, out_size,
                             error);
    uint8_t *copy = hs_alloc(m->bytes.size);
    if (!copy)
        return hs_error_set(error, ST_OOM, HS_NO_OFFSET, "out of memory");
    memcpy(copy, m->bytes.data, m->bytes.size);
    *out_bytes = copy;
    *out_size = m->bytes.size;
    return ST_OK;
}

const char *hs_script_kind_name(enum script_kind k)
{
    static const char *const names[] = {"module",
                                        "module instance",
                                        "register",
                                        "action",
                                        "assert_return",
                                        "assert_trap",
                                        "assert_exhaustion",
                                        "assert_exception",
                                        "assert_suspension",
                                        "assert_malformed",
                                        "assert_malformed_custom",
                                        "assert_invalid",
                                        "assert_invalid_custom",
                                        "assert_unlinkable",
                                        "thread",
                                        "wait"};
    return (unsigned)k < sizeof names / sizeof *names ? names[k] : "?";
}
