/* One instruction, decoded: the opcode and its immediates. Decoding, encoding, printing and
 * parsing go by the kind of the immediates, so that an instruction is a row in opcodes.def and
 * nothing else. The fast validator and the compilers decode in place and do not build this
 * struct. */
#ifndef HS_SYNTAX_INSN_H
#define HS_SYNTAX_INSN_H

#include "syntax/features.h"
#include "syntax/types.h"

enum op {
#define OP(id, text, prefix, code, imm, sig, feature, flags) OP_##id,
#include "syntax/opcodes.def"
    OP_COUNT
};

enum imm {
    IMM_NONE,
    IMM_BLOCK,      /* block type */
    IMM_LABEL,      /* label index */
    IMM_BR_TABLE,   /* vector of label indices, default */
    IMM_FUNC,       /* function index */
    IMM_TYPE,       /* type index */
    IMM_TYPE_TABLE, /* type index, table index */
    IMM_LOCAL,
    IMM_GLOBAL,
    IMM_TABLE,
    IMM_TABLE_TABLE, /* destination, source */
    IMM_ELEM,
    IMM_ELEM_TABLE, /* element segment, table (the text has them the other way round) */
    IMM_DATA,
    IMM_MEMORY,
    IMM_DATA_MEMORY,   /* data segment, memory (the text has them the other way round) */
    IMM_MEMORY_MEMORY, /* destination, source */
    IMM_MEMARG,        /* alignment, memory, offset */
    IMM_MEMARG_LANE,
    IMM_LANE,
    IMM_SHUFFLE, /* 16 lanes */
    IMM_I32,
    IMM_I64,
    IMM_F32,
    IMM_F64,
    IMM_V128,
    IMM_SELECT_TYPES, /* vector of value types; one in valid code */
    IMM_HEAPTYPE,
    IMM_TYPE_FIELD, /* type index, field index */
    IMM_TYPE_N,     /* type index, number of operands */
    IMM_TYPE_DATA,
    IMM_TYPE_ELEM,
    IMM_TYPE_TYPE,  /* destination, source */
    IMM_BR_ON_CAST, /* flags, label, heap type from, heap type to */
    IMM_TRY_TABLE,  /* block type, vector of catch clauses */
    IMM_TAG,
    IMM_ZERO, /* a byte that must be zero */
};

enum {
    A0 = 0,
    A1 = 1,
    A2 = 2,
    A3 = 3,
    A4 = 4,
    OPF_ALIGN_MASK = 7,
    OPF_LOAD = 8,
    OPF_STORE = 0x10,
    OPF_ATOMIC = 0x20,
    OPF_CONST = 0x40,     /* allowed in constant expressions */
    OPF_CONST_EXT = 0x80, /* the same with FEATURE_EXTENDED_CONST */
    OPF_NULLABLE = 0x100, /* ref.test and ref.cast: the target type is nullable */
};

struct op_info {
    const char *text;      /* "i32.add" */
    const char *signature; /* "ii_i", or "SPECIAL" */
    uint8_t prefix;        /* 0 or 0xfb to 0xfe */
    uint8_t imm;           /* enum imm */
    uint16_t code, flags;
    uint8_t feature; /* enum feature */
};
extern const struct op_info hs_op_info[OP_COUNT];

/* The opcode of a byte (prefix 0) or of the number after a prefix; OP_COUNT if there is none. */
enum op hs_op_decode(uint8_t prefix, uint32_t code);

struct blocktype {
    enum { BLOCK_EMPTY, BLOCK_VALUE, BLOCK_TYPE } kind;
    struct valtype value; /* BLOCK_VALUE */
    uint32_t type;        /* BLOCK_TYPE: a type index */
};

enum catchkind { CATCH_TAG, CATCH_TAG_REF, CATCH_ALL_, CATCH_ALL_REF }; /* binary codes 0 to 3 */

struct catch_clause {
    uint8_t kind; /* enum catchkind */
    uint32_t tag, label;
};

struct memarg {
    uint32_t align; /* log2 */
    uint32_t memory;
    uint64_t offset;
};

struct insn {
    enum op op;
    uint32_t offset; /* of the opcode in the bytes read */
    union {
        struct {
            uint32_t a, b; /* indices in binary order; IMM_TYPE_N: b is the number; IMM_LABEL: a */
        };
        struct {
            struct memarg mem;
            uint8_t lane; /* also IMM_LANE */
        };
        struct blocktype block;
        int32_t i32;
        int64_t i64;
        uint32_t f32; /* bits */
        uint64_t f64;
        uint8_t v128[16]; /* also the lanes of a shuffle */
        uint32_t heap;    /* IMM_HEAPTYPE */
        struct {
            uint32_t count;        /* br_table: labels without the default */
            const uint8_t *vector; /* the undecoded vector, read again with hs_insn_label etc. */
            const uint8_t *vector_end;
            struct blocktype try_block;
            uint32_t fallback; /* br_table: default label */
        };
        struct {
            uint8_t cast_flags; /* bit 0: source nullable, bit 1: target nullable */
            uint32_t label, from, to;
        } cast;
    };
};

#endif
