/* The parser's state, shared by the parse_*.c files and nobody else.
 *
 * One idea: tokens become bytes at once; there is no tree. A quick scan over the module's fields
 * (parse_module.c) gives every identifier its index, then type definitions are read, since a
 * type use without index looks for an equal one among all of them; then the fields are parsed in
 * order, each appended to the buffer of its section. At the end the sections are put together
 * (assemble.c).
 *
 *   symbol.c        identifiers, one hash lookup each
 *   parse_type.c    value types, type definitions, type uses
 *   parse_code.c    instructions, flat and folded, without recursion
 *   parse_module.c  fields
 *   assemble.c      name section, custom sections, the module's bytes
 *
 * Errors: see lexer.h. After an error the current token is T_EOF for good. */
#ifndef HS_TEXT_PARSER_H
#define HS_TEXT_PARSER_H

#include "base/alloc.h"
#include "base/arena.h"
#include "base/bits.h"
#include "base/leb128.h"
#include "base/span.h"
#include "base/vec.h"
#include "syntax/types.h"
#include "text/lexer.h"

/* Index spaces with identifiers; the first five after types are those of enum externkind. */
enum space { SP_TYPE, SP_FUNC, SP_TABLE, SP_MEMORY, SP_GLOBAL, SP_TAG, SP_ELEM, SP_DATA, SP_COUNT };

#define NO_INDEX UINT32_MAX

/* An identifier, whatever it names. Equal names are one symbol, so that a look-up is one hash
 * and one load. */
struct symbol {
    struct span name; /* without the dollar, escapes resolved */
    uint32_t hash;
    uint32_t index[SP_COUNT];   /* NO_INDEX if it names nothing there */
    uint32_t local, local_func; /* a local, of the function with this stamp */
    uint32_t label;             /* depth of the innermost label, from 1; 0 none */
};

/* A type as far as type uses need it. */
struct text_type {
    bool is_func, plain; /* plain: final, no supertype, alone in its group: type uses may find it */
    uint32_t nparams, nresults;
    struct valtype *types; /* in the arena */
};

struct typeuse {
    bool has_index; /* (type x) was given */
    uint32_t index;
    uint32_t nparams, nresults; /* of the inline part, in parser.valtypes */
    bool has_inline;
    const char *at;
};

struct label {
    struct symbol *symbol; /* or NULL */
    uint32_t shadowed;     /* symbol->label before */
};

/* a construct that is open, see parse_code.c */
struct frame {
    uint8_t kind, hint;
    const char *at;
    size_t pending; /* where its bytes start in parser.pending */
};

/* (type, symbol) -> field index */
struct field_name {
    struct symbol *symbol;
    uint32_t type, field;
};

struct section {
    struct buffer bytes;
    uint32_t count;
};

/* an @custom annotation */
struct custom_text {
    int before, after;  /* section ids; -1 none; PLACE_FIRST, PLACE_LAST */
    size_t start, size; /* contents in parser.custom_bytes: name and bytes */
};
enum { PLACE_NONE = -1, PLACE_FIRST = 100, PLACE_LAST = 101 };

enum section_id {
    SEC_CUSTOM,
    SEC_TYPE,
    SEC_IMPORT,
    SEC_FUNC,
    SEC_TABLE,
    SEC_MEMORY,
    SEC_GLOBAL,
    SEC_EXPORT,
    SEC_START,
    SEC_ELEM,
    SEC_CODE,
    SEC_DATA,
    SEC_DATA_COUNT,
    SEC_TAG,
    SEC_COUNT
};

enum name_id {
    NAME_MODULE,
    NAME_FUNC,
    NAME_LOCAL,
    NAME_LABEL,
    NAME_TYPE,
    NAME_TABLE,
    NAME_MEMORY,
    NAME_GLOBAL,
    NAME_ELEM,
    NAME_DATA,
    NAME_FIELD,
    NAME_TAG,
    NAME_COUNT
};

struct parser {
    struct lexer lex;
    struct token tk, next; /* the current token; the one after it if has_next */
    bool has_next;

    struct arena arena;      /* symbols, types */
    struct symbol **symbols; /* open addressing */
    size_t nsymbols, symbols_cap;
    uint64_t seed;
    struct field_name *fields;
    size_t nfields, fields_cap;

    uint32_t count[SP_COUNT]; /* entries of each index space; of types without the implicit ones */
    uint32_t done[SP_COUNT];  /* entries parsed so far */
    HS_VEC(struct text_type) types;
    HS_VEC(const char *) type_fields; /* places of the (type and (rec fields, behind the keyword */
    uint32_t *type_slots;             /* hash of plain function types: index + 1 */
    size_t type_slots_cap, ntype_slots;
    HS_VEC(struct valtype) valtypes; /* inline part of the type use being read */

    struct section section[SEC_COUNT];
    struct section name[NAME_COUNT];
    struct buffer names_tmp; /* local names of the function being read */
    struct buffer labels_tmp;
    struct buffer fields_tmp;
    uint32_t names_tmp_count, labels_tmp_count, fields_tmp_count;
    struct buffer custom_bytes;
    HS_VEC(struct custom_text) customs;
    const char *imports_end; /* what defined item ended the imports, for "import after …" */
    const char *naming;      /* what an @name annotation would name here, for errors */
    bool has_start, needs_data_count;
    uint32_t start;

    struct buffer *code;   /* where instructions go */
    struct buffer body;    /* of the function being read */
    struct buffer pending; /* encoded instructions waiting for their folded operands */
    struct buffer tmp, tmp2, str;
    HS_VEC(struct frame) frames;
    HS_VEC(struct label) labels;
    uint32_t nlabels;    /* in the function so far */
    uint32_t func_stamp; /* names of locals are those of this function */
    uint32_t nlocals;
    /* where the function names a type that is not known: nlocals is a guess */
    const char *unknown_type;
    bool in_func;
    struct buffer hints, hints_tmp;
    uint32_t hint_funcs, hints_tmp_count;
};

/* --- tokens ----------------------------------------------------------------------------------- */

static inline bool hs_parse_failed(const struct parser *p)
{
    return p->lex.failed;
}
void hs_parse_fail(struct parser *p, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold, noinline));
void hs_parse_unexpected(struct parser *p, const char *expected) __attribute__((cold, noinline));
void hs_parse_oom(struct parser *p) __attribute__((cold, noinline));
void hs_parse_misplaced(struct parser *p)
    __attribute__((cold, noinline));  /* the token's annotation */
void hs_parse_sync(struct parser *p); /* after the lexer was used directly: T_EOF if it failed */

static inline void hs_parse_advance(struct parser *p)
{
    if (HS_UNLIKELY(p->tk.annotation != NULL)) {
        hs_parse_misplaced(p);
        return;
    }
    if (p->has_next) {
        p->tk = p->next;
        p->has_next = false;
    } else {
        hs_lex(&p->lex, &p->tk);
    }
}
static inline const struct token *hs_parse_peek(struct parser *p)
{
    if (!p->has_next) {
        hs_lex(&p->lex, &p->next);
        p->has_next = true;
    }
    return &p->next;
}
/* At "(keyword"? */
static inline bool hs_parse_at(struct parser *p, enum keyword k)
{
    return p->tk.kind == T_LPAR && hs_parse_peek(p)->kind == T_WORD && p->next.keyword == k;
}
/* Takes "(keyword" if it is there. */
static inline bool hs_parse_open(struct parser *p, enum keyword k)
{
    if (!hs_parse_at(p, k))
        return false;
    hs_parse_advance(p);
    hs_parse_advance(p);
    return true;
}
static inline void hs_parse_close(struct parser *p)
{
    if (p->tk.kind == T_RPAR)
        hs_parse_advance(p);
    else
        hs_parse_unexpected(p, "a closing parenthesis");
}
static inline bool hs_parse_word(struct parser *p, enum keyword k)
{
    if (p->tk.kind != T_WORD || p->tk.keyword != k)
        return false;
    hs_parse_advance(p);
    return true;
}

/* --- symbols, symbol.c ------------------------------------------------------------------------ */

bool hs_symbols_init(struct parser *p);
struct symbol *hs_symbol_intern(struct parser *p, const struct token *id); /* NULL after an error */
bool hs_symbol_add_field(struct parser *p, uint32_t type, struct symbol *s,
                         uint32_t field); /* false: duplicate */
uint32_t hs_symbol_field(const struct parser *p, uint32_t type,
                         const struct symbol *s); /* or NO_INDEX */

/* An optional identifier; the symbol or NULL. */
struct symbol *hs_parse_id(struct parser *p);
/* An index by number or identifier. */
uint32_t hs_parse_index(struct parser *p, enum space space);
bool hs_parse_at_index(const struct parser *p);
uint32_t hs_parse_u32(struct parser *p, const char *expected);
uint64_t hs_parse_u64(struct parser *p, const char *expected);
/* A string that must be UTF-8, as a vector of bytes. */
void hs_parse_name(struct parser *p, struct buffer *out);
/* A name for the name section, from the identifier or an @name annotation before the current
 * token. */
struct span hs_parse_name_annotation(struct parser *p, const struct symbol *id);
void hs_name_add(struct section *names, uint32_t index, struct span name);
void hs_parse_fields_annotations(struct parser *p); /* @custom, between fields */
uint8_t
hs_parse_hint(struct parser *p); /* a branch hint before the current token: 0, 1 or NO_HINT */
enum { NO_HINT = 0xff };

/* --- types, parse_type.c ---------------------------------------------------------------------- */

bool hs_parse_at_valtype(struct parser *p);
struct valtype hs_parse_valtype(struct parser *p);
struct valtype hs_parse_reftype(struct parser *p);
uint32_t hs_parse_heaptype(struct parser *p);
void hs_parse_type_fields(struct parser *p); /* all of them, before anything else */
/* (type x)? (param …)* (result …)*; with bind, parameters may have names, which become locals. */
void hs_parse_typeuse(struct parser *p, bool bind, struct typeuse *out);
uint32_t hs_typeuse_index(struct parser *p,
                          const struct typeuse *u); /* finds or appends the type */

/* --- instructions, parse_code.c --------------------------------------------------------------- */

/* Instructions up to the closing parenthesis that is not theirs (not taken); no `end` is
 * written. */
void hs_parse_instructions(struct parser *p, struct buffer *out);
/* Exactly one folded instruction. */
void hs_parse_folded(struct parser *p, struct buffer *out);
void hs_parse_bind_local(struct parser *p, struct symbol *s); /* the next local index; counts it */

/* --- module, parse_module.c and assemble.c ---------------------------------------------------- */

enum module_form { FORM_FIELDS, FORM_MODULE, FORM_DEFINITION };
void hs_parse_module(struct parser *p);
void hs_assemble(struct parser *p, struct buffer *out);

/* Like hs_text_parse for the part [from, to) of a text; a script's modules may start with
 * "(module definition". */
enum status hs_text_parse_part(const char *text, size_t from, size_t to, bool script,
                               uint8_t **out_bytes, size_t *out_size, struct error *error);

#endif
