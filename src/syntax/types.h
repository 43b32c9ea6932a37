/* The types of WebAssembly 3.0 as data.
 * https://webassembly.github.io/spec/core/syntax/types.html
 *
 * A value type is one word, so that the common question, "the same?", is one compare:
 *
 *     31            12 11      9   8   7      0
 *    +----------------+---------+------+--------+
 *    |   heap type    |    0    | null |  kind  |
 *    +----------------+---------+------+--------+
 *
 * The heap type is a type index of the module (below HEAP_FIRST) or an abstract one (enum heap).
 * Packed storage types i8 and i16 are kinds that occur in fields only. VT_BOT is the type of an
 * operand in unreachable code; the validator alone sees it. */
#ifndef HS_SYNTAX_TYPES_H
#define HS_SYNTAX_TYPES_H

#include "base/span.h"
#include "syntax/limits.h"
#include <stdbool.h>
#include <stdint.h>

enum valkind { VT_BOT, VT_I32, VT_I64, VT_F32, VT_F64, VT_V128, VT_REF, VT_I8, VT_I16 };

/* abstract heap types */
enum heap {
    HEAP_FIRST = 0xfff00,
    HEAP_FUNC = HEAP_FIRST,
    HEAP_NOFUNC,
    HEAP_EXTERN,
    HEAP_NOEXTERN,
    HEAP_ANY,
    HEAP_EQ,
    HEAP_I31,
    HEAP_STRUCT,
    HEAP_ARRAY,
    HEAP_NONE,
    HEAP_EXN,
    HEAP_NOEXN,
    HEAP_END,
};
_Static_assert(HS_LIMIT_TYPES <= HEAP_FIRST, "type indices and abstract heap types share 20 bits");

struct valtype {
    uint32_t bits;
};

#define VT_NULLABLE_BIT 0x100u
#define HS_VT(kind)     ((struct valtype){kind})
#define HS_REF(nullable, heap)                                                                     \
    ((struct valtype){VT_REF | ((nullable) ? VT_NULLABLE_BIT : 0) | (uint32_t)(heap) << 12})
#define HS_I32       HS_VT(VT_I32)
#define HS_I64       HS_VT(VT_I64)
#define HS_F32       HS_VT(VT_F32)
#define HS_F64       HS_VT(VT_F64)
#define HS_V128      HS_VT(VT_V128)
#define HS_FUNCREF   HS_REF(true, HEAP_FUNC)
#define HS_EXTERNREF HS_REF(true, HEAP_EXTERN)
#define HS_ANYREF    HS_REF(true, HEAP_ANY)
#define HS_EXNREF    HS_REF(true, HEAP_EXN)

static inline enum valkind hs_vt_kind(struct valtype t)
{
    return (enum valkind)(t.bits & 0xff);
}
static inline bool hs_vt_equal(struct valtype a, struct valtype b)
{
    return a.bits == b.bits;
}
static inline bool hs_vt_is_ref(struct valtype t)
{
    return hs_vt_kind(t) == VT_REF;
}
static inline bool hs_vt_nullable(struct valtype t)
{
    return (t.bits & VT_NULLABLE_BIT) != 0;
}
/* enum heap, or a type index below HEAP_FIRST */
static inline uint32_t hs_vt_heap(struct valtype t)
{
    return t.bits >> 12;
}
static inline bool hs_heap_is_index(uint32_t heap)
{
    return heap < HEAP_FIRST;
}
/* True for types with a default value: numbers, vectors, nullable references. */
static inline bool hs_vt_defaultable(struct valtype t)
{
    return !hs_vt_is_ref(t) || hs_vt_nullable(t);
}
/* True where a register of the vector file carries the value: f32, f64, v128. */
static inline bool hs_vt_is_fp(struct valtype t)
{
    return hs_vt_kind(t) >= VT_F32 && hs_vt_kind(t) <= VT_V128;
}

/* "i32", "(ref null 3)", "funcref": into out (at least 32 bytes), returned. */
const char *hs_vt_name(struct valtype t, char out[32]);
const char *hs_heap_name(uint32_t heap, char out[32]);

struct fieldtype {
    struct valtype type; /* storage type: VT_I8 and VT_I16 allowed */
    bool mutable;
};

struct functype {
    uint32_t nparams, nresults;
    struct valtype *types; /* parameters, then results */
};

enum compkind { COMP_FUNC, COMP_STRUCT, COMP_ARRAY };

#define HS_NO_TYPE UINT32_MAX

struct deftype {
    enum compkind kind;
    bool final;
    uint32_t super;               /* type index of the declared supertype, or HS_NO_TYPE */
    uint32_t depth;               /* number of supertypes above; set by validation */
    uint32_t rec_first, rec_size; /* the recursive group it belongs to */
    uint32_t canon; /* smallest type index of the module with an equal type; set by validation */
    union {
        struct functype func;
        /* struct fields; an array has exactly one */
        struct {
            uint32_t nfields;
            struct fieldtype *fields;
        };
    };
};

struct limits {
    uint64_t min, max; /* max is UINT64_MAX without a maximum */
    bool has_max, is64, shared;
    uint8_t page_log2; /* memories: 16, or 0 for pages of one byte */
};

struct tabletype {
    struct limits limits;
    struct valtype elem;
};

struct memtype {
    struct limits limits;
};

struct globaltype {
    struct valtype type;
    bool mutable;
};

/* binary codes */
enum externkind { EXTERN_FUNC, EXTERN_TABLE, EXTERN_MEMORY, EXTERN_GLOBAL, EXTERN_TAG };

#endif
