/* Instructions, flat and folded, to bytes.
 * https://webassembly.github.io/spec/core/text/instructions.html
 *
 * No recursion: open constructs are on a stack of frames, so that nesting costs memory and
 * nothing else. A folded instruction stands before its operands in the text and behind them in
 * the binary: it is encoded when it is read and, if operands follow, waits in `pending`, which
 * is a stack as well.
 *
 * Immediates are read by kind (enum imm); an instruction is a row of opcodes.def and needs
 * nothing here. The few instructions that open, continue or close a construct are the exception. */
#include "syntax/insn_write.h"
#include "text/number.h"
#include "text/parser.h"

enum frame_kind {
    F_BASE, /* not on the stack: the surrounding field */
    /* Folded; what ')' does is on the right. */
    F_PLAIN,       /* (op operand…              writes the waiting bytes */
    F_BLOCK,       /* (block …, loop, try_table writes end */
    F_IF,          /* (if cond…                 is an error: (then is missing */
    F_THEN,        /* (if cond (then …          F_AFTER_THEN */
    F_AFTER_THEN,  /*                           writes end */
    F_ELSE,        /* … (else …                 F_AFTER_ELSE */
    F_AFTER_ELSE,  /*                           writes end */
    F_TRY,         /* (try                      is an error: (do is missing */
    F_DO,          /* (try (do …                F_AFTER_DO */
    F_AFTER_DO,    /*                           writes end */
    F_CATCH,       /* … (catch $t …             F_AFTER_CATCH */
    F_AFTER_CATCH, /*                           writes end */
    F_CATCH_ALL,   /* … (catch_all …            F_AFTER_ELSE */
    /* Flat: closed by `end` or `delegate`. */
    F_FLAT_BLOCK,
    F_FLAT_IF,    /* `else` may come */
    F_FLAT_TRY,   /* `catch`, `catch_all`, `delegate` may come */
    F_FLAT_CATCH, /* `catch`, `catch_all` may come */
    F_FLAT_LAST,  /* after else or catch_all */
};

#define BIT(kind) (1u << (kind))
/* Frames in which any instruction may stand, and those in which folded ones may. */
enum {
    TAKES_ANY = BIT(F_BASE) | BIT(F_BLOCK) | BIT(F_THEN) | BIT(F_ELSE) | BIT(F_DO) | BIT(F_CATCH) |
                BIT(F_CATCH_ALL) | BIT(F_FLAT_BLOCK) | BIT(F_FLAT_IF) | BIT(F_FLAT_TRY) |
                BIT(F_FLAT_CATCH) | BIT(F_FLAT_LAST),
    TAKES_FOLDED = TAKES_ANY | BIT(F_PLAIN) | BIT(F_IF),
};

/* --- locals and labels ------------------------------------------------------------------------ */

void hs_parse_bind_local(struct parser *p, struct symbol *s)
{
    uint32_t index = p->nlocals++;
    if (s && s->local_func == p->func_stamp) {
        hs_parse_fail(p, p->tk.start, "duplicate local $%.*s",
                      (int)(s->name.size < 60 ? s->name.size : 60), (const char *)s->name.data);
        return;
    }
    if (s && p->unknown_type) { /* its index depends on a type that comes later or never */
        hs_parse_fail(p, p->unknown_type, "unknown type");
        return;
    }
    if (s) {
        s->local = index;
        s->local_func = p->func_stamp;
    }
    struct span name = hs_parse_name_annotation(p, s);
    if (name.data) {
        hs_buffer_u(&p->names_tmp, index);
        hs_buffer_name(&p->names_tmp, name);
        p->names_tmp_count++;
    }
}

static uint32_t local_index(struct parser *p)
{
    if (p->tk.kind != T_ID)
        return hs_parse_u32(p, "a local index");
    struct symbol *s = hs_symbol_intern(p, &p->tk);
    if (!s)
        return 0;
    if (s->local_func != p->func_stamp) {
        char text[80];
        hs_error_escape(text, sizeof text, s->name.data, s->name.size);
        hs_parse_fail(p, p->tk.start, "unknown local $%s", text);
        return 0;
    }
    hs_parse_advance(p);
    return s->local;
}

static uint32_t label_index(struct parser *p)
{
    if (p->tk.kind != T_ID)
        return hs_parse_u32(p, "a label");
    struct symbol *s = hs_symbol_intern(p, &p->tk);
    if (!s)
        return 0;
    if (!s->label) {
        char text[80];
        hs_error_escape(text, sizeof text, s->name.data, s->name.size);
        hs_parse_fail(p, p->tk.start, "unknown label $%s", text);
        return 0;
    }
    hs_parse_advance(p);
    return (uint32_t)p->labels.count - s->label;
}

static void push_label(struct parser *p, struct symbol *s, struct span name)
{
    struct label l = {s, s ? s->label : 0};
    if (!hs_vec_push(&p->labels, l)) {
        hs_parse_oom(p);
        return;
    }
    if (s)
        s->label = (uint32_t)p->labels.count;
    if (name.data && p->in_func) {
        hs_buffer_u(&p->labels_tmp, p->nlabels);
        hs_buffer_name(&p->labels_tmp, name);
        p->labels_tmp_count++;
    }
    p->nlabels++;
}

static void pop_label(struct parser *p)
{
    if (!p->labels.count)
        return;
    struct label l = p->labels.data[--p->labels.count];
    if (l.symbol)
        l.symbol->label = l.shadowed;
}

/* An identifier after end, else, catch: if there is one it must be the label's. */
static void repeated_label(struct parser *p)
{
    if (p->tk.kind != T_ID)
        return;
    const char *at = p->tk.start;
    struct symbol *s = hs_parse_id(p);
    if (!p->labels.count || p->labels.data[p->labels.count - 1].symbol != s)
        hs_parse_fail(p, at, "mismatching label");
}

/* --- immediates ------------------------------------------------------------------------------- */

static void out_label(struct parser *p, struct buffer *o)
{
    hs_buffer_u(o, label_index(p));
}

static void blocktype(struct parser *p, struct buffer *o)
{
    struct typeuse u;
    if (p->tk.kind != T_LPAR) {
        hs_buffer_byte(o, 0x40);
        return;
    }
    hs_parse_typeuse(p, false, &u);
    if (hs_parse_failed(p))
        return;
    if (u.has_index || u.nparams || u.nresults > 1)
        hs_buffer_s(o, hs_typeuse_index(p, &u));
    else if (u.nresults)
        hs_write_valtype(o, p->valtypes.data[0]);
    else
        hs_buffer_byte(o, 0x40);
}

static void memarg(struct parser *p, enum op op, bool lane)
{
    struct buffer *o = p->code;
    uint32_t memory = 0, align = hs_op_info[op].flags & OPF_ALIGN_MASK;
    uint64_t offset = 0;
    bool index = hs_parse_at_index(p);
    if (index && lane && p->tk.kind == T_NUMBER) { /* a number alone is the lane */
        const struct token *n = hs_parse_peek(p);
        index = n->kind == T_NUMBER ||
                (n->kind == T_WORD && (n->keyword == KW_OFFSET_EQ || n->keyword == KW_ALIGN_EQ));
    }
    if (index)
        memory = hs_parse_index(p, SP_MEMORY);
    if (p->tk.kind == T_WORD && p->tk.keyword == KW_OFFSET_EQ) {
        enum num n = hs_num_nat(p->tk.start + 7, p->tk.end, &offset);
        if (n == NUM_SYNTAX)
            hs_parse_fail(p, p->tk.start, "unknown operator %.*s, expected a number after offset=",
                          (int)(p->tk.end - p->tk.start < 60 ? p->tk.end - p->tk.start : 60),
                          p->tk.start);
        else if (n == NUM_RANGE)
            hs_parse_fail(p, p->tk.start, "i64 constant out of range");
        hs_parse_advance(p);
    }
    if (p->tk.kind == T_WORD && p->tk.keyword == KW_ALIGN_EQ) {
        uint64_t bytes = 0;
        enum num n = hs_num_nat(p->tk.start + 6, p->tk.end, &bytes);
        if (n == NUM_SYNTAX)
            hs_parse_fail(p, p->tk.start, "unknown operator %.*s, expected a number after align=",
                          (int)(p->tk.end - p->tk.start < 60 ? p->tk.end - p->tk.start : 60),
                          p->tk.start);
        else if (n == NUM_RANGE || bytes == 0 || (bytes & (bytes - 1)))
            hs_parse_fail(p, p->tk.start, "alignment must be a power of two");
        else
            align = (uint32_t)__builtin_ctzll(bytes);
        hs_parse_advance(p);
    }
    /* At most 2^63, so the flag for a memory index has a bit of its own. */
    hs_buffer_u(o, align | (memory ? 0x40 : 0));
    if (memory)
        hs_buffer_u(o, memory);
    hs_buffer_u(o, offset);
}

static uint8_t lane_index(struct parser *p)
{
    uint64_t x = 0;
    if (p->tk.kind != T_NUMBER || *p->tk.start == '-' || *p->tk.start == '+') {
        hs_parse_unexpected(p, "a lane index");
        return 0;
    }
    enum num n = hs_num_nat(p->tk.start, p->tk.end, &x);
    if (n == NUM_SYNTAX)
        hs_parse_unexpected(p, "a lane index");
    else if (n == NUM_RANGE || x > 255)
        hs_parse_fail(p, p->tk.start, "i8 constant out of range");
    else
        hs_parse_advance(p);
    return (uint8_t)x;
}

static uint64_t integer(struct parser *p, int bits)
{
    uint64_t x = 0;
    enum num n = p->tk.kind == T_NUMBER ? hs_num_int(p->tk.start, p->tk.end, bits, &x) : NUM_SYNTAX;
    if (n == NUM_OK)
        hs_parse_advance(p);
    else if (n == NUM_RANGE)
        hs_parse_fail(p, p->tk.start, "constant out of range");
    else
        hs_parse_unexpected(p, "an integer");
    return x;
}

static uint64_t floating(struct parser *p, int width)
{
    uint64_t x = 0;
    enum num n =
        p->tk.kind == T_NUMBER ? hs_num_float(p->tk.start, p->tk.end, width, &x) : NUM_SYNTAX;
    if (n == NUM_OK)
        hs_parse_advance(p);
    else if (n == NUM_RANGE)
        hs_parse_fail(p, p->tk.start, "constant out of range");
    else
        hs_parse_unexpected(p, "a floating-point number");
    return x;
}

static void v128(struct parser *p)
{
    int lanes, width;
    bool is_float = false;
    switch (p->tk.kind == T_WORD ? p->tk.keyword : KW_NO_KEYWORD) {
    case KW_I8X16: lanes = 16; break;
    case KW_I16X8: lanes = 8; break;
    case KW_I32X4: lanes = 4; break;
    case KW_I64X2: lanes = 2; break;
    case KW_F32X4:
        lanes = 4;
        is_float = true;
        break;
    case KW_F64X2:
        lanes = 2;
        is_float = true;
        break;
    default: hs_parse_unexpected(p, "a shape of lanes"); return;
    }
    width = 128 / lanes;
    /* Count first: the wrong number of lanes is said before a lane that is out of range. */
    hs_parse_advance(p);
    struct lexer ahead = p->lex;
    struct token t = p->tk;
    if (!p->has_next && t.kind == T_NUMBER) {
        int n = 0;
        ahead.error = NULL;
        for (; t.kind == T_NUMBER && n <= lanes; n++)
            hs_lex(&ahead, &t);
        if (n != lanes && t.kind != T_RESERVED) {
            hs_parse_fail(p, p->tk.start, "wrong number of lane literals, expected %d", lanes);
            return;
        }
    } else if (t.kind == T_RPAR) {
        hs_parse_fail(p, p->tk.start, "wrong number of lane literals, expected %d", lanes);
        return;
    }
    for (int i = 0; i < lanes; i++) {
        uint64_t x = is_float ? floating(p, width) : integer(p, width);
        hs_buffer_bytes(p->code, &x, (size_t)width / 8);
    }
}

static void shuffle(struct parser *p)
{
    for (int i = 0; i < 16; i++) {
        uint64_t x = 0;
        if (p->tk.kind != T_NUMBER) {
            hs_parse_fail(p, p->tk.start, "invalid lane length");
            return;
        }
        if (hs_num_nat(p->tk.start, p->tk.end, &x) != NUM_OK || x > 255) {
            if (hs_num_float(p->tk.start, p->tk.end, 64, &x) == NUM_SYNTAX)
                hs_parse_unexpected(p, "a lane index");
            else
                hs_parse_fail(p, p->tk.start, "i8 constant out of range");
            return;
        }
        hs_buffer_byte(p->code, (uint8_t)x);
        hs_parse_advance(p);
    }
    if (p->tk.kind == T_NUMBER)
        hs_parse_fail(p, p->tk.start, "invalid lane length");
}

static void try_table(struct parser *p, struct buffer *o)
{
    uint32_t n = 0;
    blocktype(p, o);
    p->tmp.size = 0;
    for (;; n++) {
        int kind = hs_parse_open(p, KW_CATCH)           ? CATCH_TAG
                   : hs_parse_open(p, KW_CATCH_REF)     ? CATCH_TAG_REF
                   : hs_parse_open(p, KW_CATCH_ALL)     ? CATCH_ALL_
                   : hs_parse_open(p, KW_CATCH_ALL_REF) ? CATCH_ALL_REF
                                                        : -1;
        if (kind < 0)
            break;
        hs_buffer_byte(&p->tmp, (uint8_t)kind);
        if (kind == CATCH_TAG || kind == CATCH_TAG_REF)
            hs_buffer_u(&p->tmp, hs_parse_index(p, SP_TAG));
        out_label(p, &p->tmp);
        hs_parse_close(p);
    }
    hs_buffer_u(o, n);
    hs_buffer_bytes(o, p->tmp.data, p->tmp.size);
    p->tmp.size = 0;
}

/* Operation and immediates of anything but a block, current token behind the word. */
static void instruction(struct parser *p, enum op op)
{
    struct buffer *o = p->code;
    uint32_t a = 0, b = 0;
    if (hs_op_info[op].imm == IMM_NONE && op != OP_SELECT) {
        hs_write_op(o, op);
        return;
    }
    switch ((enum imm)hs_op_info[op].imm) {
    case IMM_NONE: /* select, with or without types */
    case IMM_SELECT_TYPES:
        if (hs_parse_at(p, KW_RESULT)) {
            uint32_t n = 0;
            p->tmp.size = 0;
            while (hs_parse_open(p, KW_RESULT)) {
                for (; p->tk.kind != T_RPAR && p->tk.kind != T_EOF; n++)
                    hs_write_valtype(&p->tmp, hs_parse_valtype(p));
                hs_parse_close(p);
            }
            hs_write_op(o, OP_SELECT_T);
            hs_buffer_u(o, n);
            hs_buffer_bytes(o, p->tmp.data, p->tmp.size);
            p->tmp.size = 0;
        } else {
            hs_write_op(o, OP_SELECT);
        }
        return;
    case IMM_HEAPTYPE:
        if (op == OP_REF_NULL) {
            hs_write_op(o, op);
            hs_write_heaptype(o, hs_parse_heaptype(p));
        } else { /* ref.test and ref.cast: the row for nullable types is the next one */
            struct valtype t = hs_parse_reftype(p);
            hs_write_op(o, (enum op)(op + hs_vt_nullable(t)));
            hs_write_heaptype(o, hs_vt_heap(t));
        }
        return;
    default: break;
    }
    hs_write_op(o, op);
    switch ((enum imm)hs_op_info[op].imm) {
    case IMM_NONE:
    case IMM_SELECT_TYPES:
    case IMM_HEAPTYPE:
    case IMM_BLOCK:
    case IMM_TRY_TABLE: break;
    case IMM_LABEL: out_label(p, o); break;
    case IMM_BR_TABLE: {
        p->tmp.size = 0;
        for (; hs_parse_at_index(p); a++)
            out_label(p, &p->tmp);
        if (a == 0) {
            hs_parse_unexpected(p, "a label");
            break;
        }
        hs_buffer_u(o, a - 1);
        hs_buffer_bytes(o, p->tmp.data, p->tmp.size);
        p->tmp.size = 0;
        break;
    }
    case IMM_FUNC: hs_buffer_u(o, hs_parse_index(p, SP_FUNC)); break;
    case IMM_TYPE: hs_buffer_u(o, hs_parse_index(p, SP_TYPE)); break;
    case IMM_TYPE_TABLE: {
        struct typeuse u;
        if (hs_parse_at_index(p))
            b = hs_parse_index(p, SP_TABLE);
        hs_parse_typeuse(p, false, &u);
        hs_buffer_u(o, hs_typeuse_index(p, &u));
        hs_buffer_u(o, b);
        break;
    }
    case IMM_LOCAL: hs_buffer_u(o, local_index(p)); break;
    case IMM_GLOBAL: hs_buffer_u(o, hs_parse_index(p, SP_GLOBAL)); break;
    case IMM_TABLE: hs_buffer_u(o, hs_parse_at_index(p) ? hs_parse_index(p, SP_TABLE) : 0); break;
    case IMM_TABLE_TABLE:
        if (hs_parse_at_index(p)) {
            a = hs_parse_index(p, SP_TABLE);
            b = hs_parse_index(p, SP_TABLE);
        }
        hs_buffer_u(o, a);
        hs_buffer_u(o, b);
        break;
    case IMM_ELEM: hs_buffer_u(o, hs_parse_index(p, SP_ELEM)); break;
    case IMM_ELEM_TABLE:
        /* The table is optional and comes first: two indices, or the segment alone. */
        if (hs_parse_at_index(p) && (hs_parse_peek(p)->kind == T_ID || p->next.kind == T_NUMBER))
            b = hs_parse_index(p, SP_TABLE);
        hs_buffer_u(o, hs_parse_index(p, SP_ELEM));
        hs_buffer_u(o, b);
        break;
    case IMM_DATA:
        p->needs_data_count = true;
        hs_buffer_u(o, hs_parse_index(p, SP_DATA));
        break;
    case IMM_MEMORY: hs_buffer_u(o, hs_parse_at_index(p) ? hs_parse_index(p, SP_MEMORY) : 0); break;
    case IMM_DATA_MEMORY:
        p->needs_data_count = true;
        if (hs_parse_at_index(p) && (hs_parse_peek(p)->kind == T_ID || p->next.kind == T_NUMBER))
            b = hs_parse_index(p, SP_MEMORY);
        hs_buffer_u(o, hs_parse_index(p, SP_DATA));
        hs_buffer_u(o, b);
        break;
    case IMM_MEMORY_MEMORY:
        if (hs_parse_at_index(p)) {
            a = hs_parse_index(p, SP_MEMORY);
            b = hs_parse_index(p, SP_MEMORY);
        }
        hs_buffer_u(o, a);
        hs_buffer_u(o, b);
        break;
    case IMM_MEMARG: memarg(p, op, false); break;
    case IMM_MEMARG_LANE:
        memarg(p, op, true);
        hs_buffer_byte(o, lane_index(p));
        break;
    case IMM_LANE: hs_buffer_byte(o, lane_index(p)); break;
    case IMM_SHUFFLE: shuffle(p); break;
    case IMM_I32: hs_buffer_s(o, (int32_t)integer(p, 32)); break;
    case IMM_I64: hs_buffer_s(o, (int64_t)integer(p, 64)); break;
    case IMM_F32: {
        uint32_t bits = (uint32_t)floating(p, 32);
        hs_buffer_bytes(o, &bits, 4);
        break;
    }
    case IMM_F64: {
        uint64_t bits = floating(p, 64);
        hs_buffer_bytes(o, &bits, 8);
        break;
    }
    case IMM_V128: v128(p); break;
    case IMM_TYPE_FIELD: {
        uint32_t type = hs_parse_index(p, SP_TYPE);
        hs_buffer_u(o, type);
        if (p->tk.kind == T_ID) {
            const char *at = p->tk.start;
            struct symbol *s = hs_parse_id(p);
            uint32_t field = s ? hs_symbol_field(p, type, s) : 0;
            if (field == NO_INDEX)
                hs_parse_fail(p, at, "unknown field");
            hs_buffer_u(o, field);
        } else {
            hs_buffer_u(o, hs_parse_u32(p, "a field index"));
        }
        break;
    }
    case IMM_TYPE_N:
        hs_buffer_u(o, hs_parse_index(p, SP_TYPE));
        hs_buffer_u(o, hs_parse_u32(p, "a number of elements"));
        break;
    case IMM_TYPE_DATA:
        p->needs_data_count = true;
        hs_buffer_u(o, hs_parse_index(p, SP_TYPE));
        hs_buffer_u(o, hs_parse_index(p, SP_DATA));
        break;
    case IMM_TYPE_ELEM:
        hs_buffer_u(o, hs_parse_index(p, SP_TYPE));
        hs_buffer_u(o, hs_parse_index(p, SP_ELEM));
        break;
    case IMM_TYPE_TYPE:
        hs_buffer_u(o, hs_parse_index(p, SP_TYPE));
        hs_buffer_u(o, hs_parse_index(p, SP_TYPE));
        break;
    case IMM_BR_ON_CAST: {
        uint32_t label = label_index(p);
        struct valtype from = hs_parse_reftype(p), to = hs_parse_reftype(p);
        hs_buffer_byte(o, (uint8_t)(hs_vt_nullable(from) | hs_vt_nullable(to) << 1));
        hs_buffer_u(o, label);
        hs_write_heaptype(o, hs_vt_heap(from));
        hs_write_heaptype(o, hs_vt_heap(to));
        break;
    }
    case IMM_TAG: hs_buffer_u(o, hs_parse_index(p, SP_TAG)); break;
    case IMM_ZERO: hs_buffer_byte(o, 0); break;
    }
}

/* --- constructs ------------------------------------------------------------------------------- */

static inline enum frame_kind top(const struct parser *p, size_t base)
{
    return p->frames.count > base ? (enum frame_kind)p->frames.data[p->frames.count - 1].kind
                                  : F_BASE;
}

static struct frame *push_frame(struct parser *p, enum frame_kind kind, const char *at,
                                uint8_t hint)
{
    struct frame f = {(uint8_t)kind, hint, at, p->pending.size};
    if (!hs_vec_push(&p->frames, f)) {
        hs_parse_oom(p);
        return NULL;
    }
    return &p->frames.data[p->frames.count - 1];
}

/* of a folded if, before the bytes in pending */
struct waiting_label {
    struct symbol *symbol;
    struct span name;
};

static void set_top(struct parser *p, enum frame_kind kind)
{
    p->frames.data[p->frames.count - 1].kind = (uint8_t)kind;
}

static void write_hint(struct parser *p, uint8_t hint)
{
    if (hint == NO_HINT || p->code != &p->body)
        return;
    hs_buffer_u(&p->hints_tmp, p->body.size);
    hs_buffer_byte(&p->hints_tmp, 1);
    hs_buffer_byte(&p->hints_tmp, hint);
    p->hints_tmp_count++;
}

/* The waiting bytes of the top frame go to the code. */
static void write_pending(struct parser *p)
{
    struct frame f = p->frames.data[p->frames.count - 1];
    write_hint(p, f.hint);
    hs_buffer_bytes(p->code, p->pending.data + f.pending, p->pending.size - f.pending);
    p->pending.size = f.pending;
}

static void check_hint(struct parser *p, uint8_t hint, enum op op, const char *at)
{
    if (hint != NO_HINT && op != OP_IF && op != OP_BR_IF)
        hs_lex_fail_status(&p->lex, at, ST_INVALID,
                           "@metadata.code.branch_hint annotation: invalid target");
    hs_parse_sync(p);
}

/* An instruction that opens a construct, current token behind the word. */
static void open_construct(struct parser *p, enum op op, bool folded, const char *at, uint8_t hint)
{
    struct symbol *label = hs_parse_id(p);
    enum frame_kind kind = op == OP_IF    ? (folded ? F_IF : F_FLAT_IF)
                           : op == OP_TRY ? (folded ? F_TRY : F_FLAT_TRY)
                                          : (folded ? F_BLOCK : F_FLAT_BLOCK);
    struct span name = hs_parse_name_annotation(p, label);
    if (kind == F_IF) { /* waits for the condition, and so does the label */
        struct waiting_label kept = {label, name};
        if (!push_frame(p, F_IF, at, hint))
            return;
        hs_buffer_bytes(&p->pending, &kept, sizeof kept);
        hs_write_op(&p->pending, op);
        blocktype(p, &p->pending);
        return;
    }
    write_hint(p, hint);
    hs_write_op(p->code, op);
    if (op == OP_TRY_TABLE)
        try_table(p, p->code);
    else
        blocktype(p, p->code);
    push_label(p, label, name);
    push_frame(p, kind, at, NO_HINT);
}

/* `end`, `else` and so on, current token behind the word. False if it has no place here. */
static bool flat_delimiter(struct parser *p, enum op op, enum frame_kind kind)
{
    switch (op) {
    case OP_END:
        if (kind < F_FLAT_BLOCK)
            return false;
        repeated_label(p);
        hs_buffer_byte(p->code, 0x0b);
        break;
    case OP_DELEGATE:
        if (kind != F_FLAT_TRY)
            return false;
        pop_label(p); /* the label counts from outside of the try */
        p->frames.count--;
        hs_write_op(p->code, op);
        out_label(p, p->code);
        return true;
    case OP_ELSE:
        if (kind != F_FLAT_IF)
            return false;
        repeated_label(p);
        hs_write_op(p->code, op);
        set_top(p, F_FLAT_LAST);
        return true;
    case OP_CATCH:
    case OP_CATCH_ALL:
        if (kind != F_FLAT_TRY && kind != F_FLAT_CATCH)
            return false;
        hs_write_op(p->code, op);
        if (op == OP_CATCH)
            hs_buffer_u(p->code, hs_parse_index(p, SP_TAG));
        set_top(p, op == OP_CATCH ? F_FLAT_CATCH : F_FLAT_LAST);
        return true;
    default: return false;
    }
    if (p->frames.count) {
        p->frames.count--;
        pop_label(p);
    }
    return true;
}

/* "(then", "(else", "(do", "(catch", "(catch_all", "(delegate": continues the folded construct
 * on top. False if the word is none of them or has no place here. Current token: the word. */
static bool folded_delimiter(struct parser *p, enum frame_kind kind)
{
    enum keyword k = (enum keyword)p->tk.keyword;
    if (kind == F_IF && k == KW_THEN) {
        struct frame *f = &p->frames.data[p->frames.count - 1];
        struct waiting_label kept;
        if (p->pending.failed) {
            hs_parse_oom(p);
            return true;
        }
        memcpy(&kept, p->pending.data + f->pending, sizeof kept);
        write_hint(p, f->hint);
        hs_buffer_bytes(p->code, p->pending.data + f->pending + sizeof kept,
                        p->pending.size - f->pending - sizeof kept);
        p->pending.size = f->pending;
        push_label(p, kept.symbol, kept.name);
        set_top(p, F_THEN);
    } else if (kind == F_AFTER_THEN && k == KW_ELSE) {
        hs_write_op(p->code, OP_ELSE);
        set_top(p, F_ELSE);
    } else if (kind == F_TRY && k == KW_DO) {
        set_top(p, F_DO);
    } else if ((kind == F_AFTER_DO || kind == F_AFTER_CATCH) && k == KW_CATCH) {
        hs_parse_advance(p);
        hs_write_op(p->code, OP_CATCH);
        hs_buffer_u(p->code, hs_parse_index(p, SP_TAG));
        set_top(p, F_CATCH);
        return true;
    } else if ((kind == F_AFTER_DO || kind == F_AFTER_CATCH) && k == KW_CATCH_ALL) {
        hs_write_op(p->code, OP_CATCH_ALL);
        set_top(p, F_CATCH_ALL);
    } else if (kind == F_AFTER_DO && p->tk.op == OP_DELEGATE) {
        hs_parse_advance(p);
        pop_label(p);
        p->frames.count--;
        hs_write_op(p->code, OP_DELEGATE);
        out_label(p, p->code);
        hs_parse_close(p);
        hs_parse_close(p); /* of the try */
        return true;
    } else {
        return false;
    }
    hs_parse_advance(p);
    return true;
}

/* ')' with a folded construct on top; false if nothing may close here. */
static bool close_folded(struct parser *p, enum frame_kind kind)
{
    switch (kind) {
    case F_PLAIN:
        write_pending(p);
        p->frames.count--;
        break;
    case F_BLOCK:
    case F_AFTER_THEN:
    case F_AFTER_ELSE:
    case F_AFTER_DO:
    case F_AFTER_CATCH:
        hs_buffer_byte(p->code, 0x0b);
        p->frames.count--;
        pop_label(p);
        break;
    case F_THEN: set_top(p, F_AFTER_THEN); break;
    case F_ELSE:
    case F_CATCH_ALL: set_top(p, F_AFTER_ELSE); break;
    case F_DO: set_top(p, F_AFTER_DO); break;
    case F_CATCH: set_top(p, F_AFTER_CATCH); break;
    default: return false;
    }
    hs_parse_advance(p);
    return true;
}

static inline bool opens(enum op op)
{
    return hs_op_info[op].imm == IMM_BLOCK || op == OP_TRY_TABLE;
}

static inline bool delimits(enum op op)
{
    return op == OP_END || op == OP_ELSE || op == OP_CATCH || op == OP_CATCH_ALL ||
           op == OP_DELEGATE;
}

static const char *const wanted_at_close[] = {
    [F_IF] = "(then",     [F_TRY] = "(do",        [F_FLAT_BLOCK] = "end", [F_FLAT_IF] = "end",
    [F_FLAT_TRY] = "end", [F_FLAT_CATCH] = "end", [F_FLAT_LAST] = "end",
};

static void instructions(struct parser *p, struct buffer *out, bool one)
{
    struct buffer *outer = p->code;
    size_t base = p->frames.count, base_labels = p->labels.count;
    p->code = out;
    for (;;) {
        enum frame_kind kind = top(p, base);
        uint8_t hint = NO_HINT;
        if (HS_UNLIKELY(p->tk.annotation != NULL)) {
            hint = hs_parse_hint(p);
            if (hint != NO_HINT && p->tk.kind != T_WORD && p->tk.kind != T_LPAR)
                check_hint(p, hint, OP_COUNT, p->tk.start);
        }
        const char *at = p->tk.start;
        if (p->tk.kind == T_LPAR) {
            hs_parse_advance(p);
            enum op op = p->tk.kind == T_WORD ? (enum op)p->tk.op : OP_COUNT;
            if (op == OP_COUNT || delimits(op)) {
                if (p->tk.kind != T_WORD || !folded_delimiter(p, kind)) {
                    hs_parse_unexpected(p,
                                        kind == F_IF ? "an instruction or then" : "an instruction");
                    break;
                }
                continue;
            }
            if (!(TAKES_FOLDED & BIT(kind))) {
                hs_parse_unexpected(p, NULL);
                break;
            }
            if (HS_UNLIKELY(hint != NO_HINT))
                check_hint(p, hint, op, at);
            hs_parse_advance(p);
            if (opens(op)) {
                open_construct(p, op, true, at, hint);
                continue;
            }
            size_t mark = out->size;
            instruction(p, op);
            if (p->tk.kind == T_RPAR) {
                if (HS_UNLIKELY(hint != NO_HINT)) {
                    struct buffer bytes = *out;
                    out->size = mark;
                    write_hint(p, hint);
                    *out = bytes;
                }
                hs_parse_advance(p);
                if (one && kind == F_BASE)
                    break;
            } else if (p->tk.kind == T_EOF) {
                hs_parse_unexpected(p, "a closing parenthesis");
                break;
            } else if (push_frame(p, F_PLAIN, at, hint)) {
                hs_buffer_bytes(&p->pending, out->data + mark, out->size - mark);
                out->size = mark;
            }
        } else if (p->tk.kind == T_WORD && !one) {
            enum op op = (enum op)p->tk.op;
            if (op == OP_COUNT || !(TAKES_ANY & BIT(kind))) {
                hs_parse_unexpected(p, "an instruction");
                break;
            }
            if (HS_UNLIKELY(hint != NO_HINT))
                check_hint(p, hint, op, at);
            if (delimits(op)) {
                struct token word = p->tk;
                hs_parse_advance(p);
                if (!flat_delimiter(p, op, kind)) {
                    hs_lex_unexpected(&p->lex, &word, NULL);
                    hs_parse_sync(p);
                    break;
                }
                continue;
            }
            hs_parse_advance(p);
            if (opens(op)) {
                open_construct(p, op, false, at, hint);
            } else {
                write_hint(p, hint);
                instruction(p, op);
            }
        } else if (p->tk.kind == T_RPAR && kind != F_BASE) {
            if (!close_folded(p, kind)) {
                hs_parse_unexpected(p, wanted_at_close[kind]);
                break;
            }
            if (one && p->frames.count == base)
                break;
        } else if (p->tk.kind == T_RPAR && !one) {
            break;
        } else {
            hs_parse_unexpected(p, one ? "an instruction in parentheses" : "an instruction");
            break;
        }
    }
    if (hs_parse_failed(p)) {
        p->frames.count = base;
        p->pending.size = 0;
    }
    while (p->labels.count > base_labels)
        pop_label(p);
    p->code = outer;
}

void hs_parse_instructions(struct parser *p, struct buffer *out)
{
    instructions(p, out, false);
}

void hs_parse_folded(struct parser *p, struct buffer *out)
{
    instructions(p, out, true);
}
