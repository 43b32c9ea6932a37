/* The type of an instruction, [operands] -> [results], as far as its immediates determine it.
 * Both validators take it from here for all that is neither control, nor depends on the stack
 * (drop, select without a type, ref.is_null, …), nor on which locals are set; the fast one has
 * its own shorter ways for what is frequent.
 *
 * Operands are written as a head and a tail: array.new_fixed has n equal operands, struct.new
 * one for each field, calls a list that the module has already, and most instructions have a
 * tail alone. */
#ifndef HS_VALID_RULES_H
#define HS_VALID_RULES_H

#include "syntax/insn.h"
#include "valid/typing.h"

struct insn_type {
    uint32_t nhead, ntail, nresults;
    const struct valtype *list;     /* head: these, */
    const struct fieldtype *fields; /* or these, unpacked, */
    struct valtype same;            /* or all of this type */
    struct valtype tail[5];
    const struct valtype *results; /* NULL: buffer */
    struct valtype buffer[2];
    bool diverges; /* code after it is unreachable */
};

static inline uint32_t hs_insn_type_nparams(const struct insn_type *t)
{
    return t->nhead + t->ntail;
}

static inline struct valtype hs_insn_type_param(const struct insn_type *t, uint32_t i)
{
    if (i >= t->nhead)
        return t->tail[i - t->nhead];
    return t->list ? t->list[i] : t->fields ? hs_valid_unpack(t->fields[i]) : t->same;
}

static inline const struct valtype *hs_insn_type_results(const struct insn_type *t)
{
    return t->results ? t->results : t->buffer;
}

/* False for the instructions that each validator treats itself. */
bool hs_rule_covers(enum op op);

/* The type of a covered instruction and every check of its immediates. func is the type of the
 * function around, or NULL in a constant expression. */
enum status hs_rule_type(const struct module *m, const struct functype *func, const struct insn *i,
                         struct insn_type *out, struct error *error) HS_MUST_CHECK;

/* The type of one reference immediate pair of br_on_cast, checked. */
enum status hs_rule_cast(const struct module *m, const struct insn *i, struct valtype *out_from,
                         struct valtype *out_to, struct error *error) HS_MUST_CHECK;

#endif
