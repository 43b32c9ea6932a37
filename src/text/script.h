/* .wast scripts, the form of the official test suite: parsed into commands as data. Running them
 * is the business of who has an engine.
 * https://github.com/WebAssembly/spec/tree/main/interpreter#scripts
 *
 * A module in a script stays text until hs_script_module_bytes is called for it, since a script
 * may contain modules that must not parse. The text must live as long as the script. Everything
 * else lives in the script's arena. */
#ifndef HS_TEXT_SCRIPT_H
#define HS_TEXT_SCRIPT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "base/status.h"

enum script_form {
    SCRIPT_MODULE_TEXT,   /* (module …) */
    SCRIPT_MODULE_BINARY, /* (module binary "…") */
    SCRIPT_MODULE_QUOTE,  /* (module quote "…") */
};

struct script_module {
    enum script_form form;
    bool definition;   /* (module definition …): not instantiated */
    struct span name;  /* its identifier without the dollar; data is NULL if it has none */
    size_t from, to;   /* SCRIPT_MODULE_TEXT: the part of the text */
    struct span bytes; /* otherwise: the contents of the strings */
};

enum script_value_kind {
    SCRIPT_I32,
    SCRIPT_I64,
    SCRIPT_F32,
    SCRIPT_F64,
    SCRIPT_V128,
    SCRIPT_REF_NULL, /* heap says of which type, perhaps HEAP_END: any null */
    /* the host reference with `number`; without a number (results) any that is not null */
    SCRIPT_REF_EXTERN,
    SCRIPT_REF_HOST, /* the same as an anyref */
    /* Results only: any reference of that type. */
    SCRIPT_REF_FUNC,
    SCRIPT_REF_ANY,
    SCRIPT_REF_EQ,
    SCRIPT_REF_I31,
    SCRIPT_REF_STRUCT,
    SCRIPT_REF_ARRAY,
    SCRIPT_REF_EXN,
    SCRIPT_EITHER, /* one of the alternatives */
};

enum script_nan { SCRIPT_NAN_NONE, SCRIPT_NAN_CANONICAL, SCRIPT_NAN_ARITHMETIC };

struct script_value {
    enum script_value_kind kind;
    uint8_t bits[16]; /* numbers and vectors, little-endian */
    uint8_t lanes;    /* vectors: how many lanes the shape has */
    bool float_lanes;
    uint8_t nan[4]; /* enum script_nan: [0] for f32 and f64, per lane for vectors of floats */
    uint32_t heap;  /* SCRIPT_REF_NULL: enum heap of syntax/types.h */
    bool has_number;
    uint32_t number; /* of a host reference */
    uint32_t nalternatives;
    struct script_value *alternatives;
};

struct script_action {
    bool get;           /* a global's value, else a call */
    struct span module; /* identifier; data is NULL: the latest module */
    struct span field;  /* name of the export */
    uint32_t nargs;
    struct script_value *args;
};

enum script_kind {
    SCRIPT_MODULE,
    SCRIPT_INSTANCE, /* (module instance $name $of): name, of */
    SCRIPT_REGISTER, /* text: as which name; of: which module, or the latest */
    SCRIPT_ACTION,
    SCRIPT_ASSERT_RETURN,
    SCRIPT_ASSERT_TRAP, /* of the action, or of instantiating the module if has_module */
    SCRIPT_ASSERT_EXHAUSTION,
    SCRIPT_ASSERT_EXCEPTION,
    SCRIPT_ASSERT_SUSPENSION,
    SCRIPT_ASSERT_MALFORMED,
    SCRIPT_ASSERT_MALFORMED_CUSTOM,
    SCRIPT_ASSERT_INVALID,
    SCRIPT_ASSERT_INVALID_CUSTOM,
    SCRIPT_ASSERT_UNLINKABLE,
    SCRIPT_THREAD, /* name; shared: module that it shares; commands */
    SCRIPT_WAIT,   /* name: of the thread */
};

struct script_command {
    enum script_kind kind;
    uint32_t line; /* from 1 */
    bool has_module;
    struct script_module module;
    struct script_action action;
    uint32_t nresults;
    struct script_value *results;
    struct span text;     /* expected message; name to register */
    struct span name, of; /* identifiers; data is NULL if absent */
    struct span shared;
    uint32_t ncommands; /* of a thread */
    struct script_command *commands;
};

struct script {
    struct arena arena;
    const char *text; /* borrowed */
    size_t size;
    uint32_t ncommands;
    struct script_command *commands;
};

/* The script is initialized on success; hs_script_deinit ends it. */
enum status hs_script_parse(const char *text, size_t size, struct script *out,
                            struct error *error) HS_MUST_CHECK;
void hs_script_deinit(struct script *s);

/* A module's bytes in the binary format, whatever its form; to be freed with hs_free. Lines in
 * errors are those of the script, except for quoted modules. */
enum status hs_script_module_bytes(const struct script *s, const struct script_module *m,
                                   uint8_t **out_bytes, size_t *out_size,
                                   struct error *error) HS_MUST_CHECK;

const char *hs_script_kind_name(enum script_kind k); /* "assert_return" */

#endif
