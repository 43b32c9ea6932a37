/* A module as data: what the binary reader produces, validation checks, and every compiler and
 * instance shares. Immutable after validation. Everything lives in the module's arena or points
 * into its bytes, which stay as long as the module does (a private copy or a read-only mapping,
 * see `bytes_owner`).
 *
 * Index spaces start with the imports, as in the specification: funcs[0 .. nimported_funcs) are
 * imported. https://webassembly.github.io/spec/core/syntax/modules.html */
#ifndef HS_SYNTAX_MODULE_H
#define HS_SYNTAX_MODULE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "syntax/facts.h"
#include "syntax/features.h"
#include "syntax/insn.h"
#include "syntax/types.h"

/* A constant expression. The forms that matter for speed are recognized by the reader; `code`
 * (up to and including `end`) is always there. */
struct constexpr
{
    enum {
        CONST_NONE,   /* absent: the default value */
        CONST_NUMBER, /* i32, i64, f32, f64, v128 const: value in bits */
        CONST_NULL,   /* ref.null */
        CONST_FUNC,   /* ref.func index */
        CONST_GLOBAL, /* global.get index */
        CONST_CODE,   /* anything else: evaluate `code` */
    } kind;
    uint32_t index;
    uint8_t bits[16];
    uint32_t offset; /* of code in the module */
    struct span code;
};

struct import {
    struct span module, name;
    enum externkind kind;
    uint32_t index;  /* in the index space of its kind */
    uint32_t offset; /* in the module, for errors */
};

struct export
{
    struct span name;
    enum externkind kind;
    uint32_t index;
};

struct func {
    uint32_t type;      /* type index */
    uint32_t body;      /* offset in the module of the body: the locals' vector; 0 for imports */
    uint32_t body_size; /* bytes from there */
};

struct table {
    struct tabletype type;
    struct constexpr init; /* CONST_NONE: null */
};

struct memory {
    struct memtype type;
};

struct global {
    struct globaltype type;
    struct constexpr init;
};

struct tag {
    uint32_t type; /* type index of a function type without results */
};

enum segment_mode { SEGMENT_ACTIVE, SEGMENT_PASSIVE, SEGMENT_DECLARATIVE };

struct elem {
    enum segment_mode mode;
    uint32_t table;
    struct constexpr offset;
    struct valtype type;
    uint32_t count;
    uint32_t *funcs;         /* items as function indices, or NULL */
    struct constexpr *exprs; /* items as expressions, or NULL */
    uint32_t place;          /* offset of the segment in the module */
};

struct data {
    enum segment_mode mode;
    uint32_t memory;
    struct constexpr offset;
    struct span bytes;
};

struct custom {
    struct span name, bytes;
    uint32_t after; /* id of the section it follows, 0 at the start */
};

struct names_entry {
    uint32_t index;
    struct span name;
};

/* from the name section, sorted by index; empty when absent or malformed */
struct names {
    struct span module;
    uint32_t nfuncs;
    struct names_entry *funcs;
};

struct module {
    struct arena arena;
    struct span bytes;
    hs_features features; /* enabled when it was read and validated */

    uint32_t ntypes, nimports, nfuncs, ntables, nmemories, nglobals, ntags, nexports, nelems,
        ndatas, ncustoms;
    uint32_t nimported_funcs, nimported_tables, nimported_memories, nimported_globals,
        nimported_tags;
    struct deftype *types;
    struct import *imports;
    struct func *funcs;
    struct table *tables;
    struct memory *memories;
    struct global *globals;
    struct tag *tags;
    struct export *exports;
    uint32_t *export_table; /* exports by name, see hs_module_find_export; NULL: not built */
    uint32_t export_mask;
    uint64_t export_seed;
    struct elem *elems;
    struct data *datas;
    struct custom *customs;
    struct names names;
    bool has_start, has_data_count;
    uint32_t start;
    uint32_t data_count;
    uint32_t code_offset, code_size; /* of the code section's contents */

    /* bit per function: exported, in ref.func or an element segment; set by validation */
    uint8_t *func_escapes;
    struct func_facts *facts; /* per defined function; set by validation */
};

void hs_module_init(struct module *m);
void hs_module_deinit(struct module *m); /* not the bytes */

/* The function type of a function index. */
static inline const struct functype *hs_module_functype(const struct module *m, uint32_t func)
{
    return &m->types[m->funcs[func].type].func;
}

/* The name of a function from the name section; an empty span if it has none. */
struct span hs_module_func_name(const struct module *m, uint32_t func);
/* Builds the table behind hs_module_find_export; the binary reader does. *out_duplicate is the
 * first export whose name another has already, or NULL. ST_OOM or ST_OK. */
enum status hs_module_index_exports(struct module *m, const struct export **out_duplicate);
const struct export *hs_module_find_export(const struct module *m, struct span name);
/* The type of an index space's item of an import. */
const struct import *hs_module_import_of(const struct module *m, enum externkind kind,
                                         uint32_t index);

/* Subtyping and equivalence within one module; needs deftype.canon and depth, which validation
 * sets. */
bool hs_heap_subtype(const struct module *m, uint32_t sub, uint32_t super);
bool hs_vt_subtype(const struct module *m, struct valtype sub, struct valtype super);
/* The abstract top of a heap type's hierarchy: HEAP_ANY, HEAP_FUNC, HEAP_EXTERN or HEAP_EXN. */
uint32_t hs_heap_top(const struct module *m, uint32_t heap);
uint32_t hs_heap_bottom(const struct module *m, uint32_t heap);
/* Sets canon of each type: two recursive groups are equal when they have the same structure with
 * references inside the group replaced by positions. ST_OOM or ST_OK. */
enum status hs_types_canonicalize(struct module *m, struct error *error);

#endif
