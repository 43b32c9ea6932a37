/* What the fast validator derives from a module before the first body: codes of types,
 * signatures as bytes, block types and globals by index. One pass over types, functions and
 * globals. */
#include "base/alloc.h"
#include "syntax/insn_read.h"
#include "valid/fast.h"
#include <string.h>

void hs_fast_types(const struct fast_tables *t, struct types *out, const struct valtype *list,
                   uint32_t n)
{
    *out = (struct types){.n = n, .list = list, .pushes = n > 1 ? 2 : (uint8_t)n};
    if (n == 1) {
        out->one = hs_fast_code(t, list[0]);
        if (out->one == CODE_WIDE)
            out->pushes = 2;
    }
    if (n > 8) {
        out->codes = 1; /* with an empty mask: never */
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        out->codes |= (uint64_t)hs_fast_wanted(t, list[i]) << (8 * (8 - n + i));
    if (n > 0)
        out->mask = UINT64_MAX << (8 * (8 - n));
}

static void sig_init(const struct fast_tables *t, struct sig *s, const struct functype *f)
{
    hs_fast_types(t, &s->params, f->types, f->nparams);
    hs_fast_types(t, &s->results, f->types + f->nparams, f->nresults);
    s->balanced = f->nparams == f->nresults &&
                  hs_valid_lists_match(t->m, f->types, f->types + f->nparams, f->nparams);
    s->is_func = true;
}

/* Codes for the module's types, equal ones sharing theirs. */
static void assign_codes(struct fast_tables *t)
{
    const struct module *m = t->m;
    t->type_of[CODE_BOT] = HS_VALID_BOT;
    for (uint32_t k = VT_I32; k <= VT_V128; k++)
        t->type_of[k] = HS_VT(k);
    t->type_of[CODE_REF_BOT] = HS_REF(false, HEAP_BOT);
    for (uint32_t h = HEAP_FIRST; h < HEAP_END; h++) {
        t->type_of[CODE_ABSTRACT + 2 * (h - HEAP_FIRST)] = HS_REF(false, h);
        t->type_of[CODE_ABSTRACT + 2 * (h - HEAP_FIRST) + 1] = HS_REF(true, h);
    }
    uint32_t code = CODE_INDEXED;
    for (uint32_t i = 0; i < m->ntypes && code + 1 < CODE_UNSET; i++) {
        if (m->types[i].canon != i)
            continue;
        t->index_code[i] = (uint8_t)code;
        t->type_of[code] = HS_REF(false, i);
        t->type_of[code + 1] = HS_REF(true, i);
        code += 2;
    }
    for (uint32_t c = CODE_I32; c < code; c++) {
        struct sig *s = &t->value_sigs[c];
        s->value = t->type_of[c];
        hs_fast_types(t, &s->results, &s->value, 1);
        s->is_func = true;
    }
}

/* Block types and types of locals that are one byte; what is not enabled stays away, so that
 * the general path refuses it. */
static void assign_bytes(struct fast_tables *t)
{
    const struct module *m = t->m;
    struct error ignored;
    t->blocks[0x40] = &t->empty_sig;
    for (uint32_t b = 0x41; b < 0x80; b++) {
        uint8_t byte = (uint8_t)b;
        struct insn_reader r = {.p = &byte,
                                .end = &byte + 1,
                                .base = &byte,
                                .features = m->features,
                                .error = &ignored};
        struct valtype type;
        if (b < 0x7b && hs_heap_of_code(byte) == HEAP_END)
            continue; /* no type at all */
        hs_error_init(&ignored);
        if (hs_read_valtype(&r, &type) != ST_OK)
            continue;
        uint8_t code = hs_fast_code(t, type);
        t->blocks[b] = &t->value_sigs[code];
        t->local_code[b] = code;
    }
    if (m->features & HS_FEATURE(MULTI_VALUE))
        for (uint32_t i = 0; i < m->ntypes && i < 0x40; i++)
            if (t->sigs[i].is_func)
                t->blocks[i] = &t->sigs[i];
}

/* Lists of more than eight types are compared as bytes. */
static enum status assign_long_lists(struct fast_tables *t)
{
    const struct module *m = t->m;
    size_t total = 0;
    for (int pass = 0; pass < 2; pass++) {
        uint8_t *p = t->bytes;
        for (uint32_t i = 0; i < m->ntypes; i++) {
            struct types *both[2] = {&t->sigs[i].params, &t->sigs[i].results};
            for (int k = 0; k < 2; k++) {
                if (both[k]->n <= 8)
                    continue;
                if (pass == 0) {
                    total += both[k]->n;
                    continue;
                }
                both[k]->bytes = p;
                for (uint32_t j = 0; j < both[k]->n; j++)
                    *p++ = hs_fast_wanted(t, both[k]->list[j]);
            }
        }
        if (total == 0)
            return ST_OK;
        if (pass == 0 && !(t->bytes = hs_alloc(total)))
            return ST_OOM;
    }
    return ST_OK;
}

enum status hs_fast_tables_init(struct fast_tables *t, const struct module *m)
{
    *t = (struct fast_tables){.m = m};
    size_t codes = CODE_INDEXED + 2 * (size_t)m->ntypes;
    if (codes > CODE_UNSET)
        codes = CODE_UNSET;
    t->sigs = hs_calloc((size_t)m->ntypes + 1, sizeof *t->sigs);
    t->func_sigs = hs_calloc((size_t)m->nfuncs + 1, sizeof *t->func_sigs);
    t->index_code = hs_calloc((size_t)m->ntypes + 1, 1);
    t->value_sigs = hs_calloc(codes, sizeof *t->value_sigs);
    t->global_get = hs_calloc((size_t)m->nglobals + 1, 1);
    t->global_set = hs_calloc((size_t)m->nglobals + 1, 1);
    if (!t->sigs || !t->value_sigs || !t->func_sigs || !t->index_code || !t->global_get ||
        !t->global_set)
        goto oom;
    t->empty_sig.balanced = t->empty_sig.is_func = true;
    assign_codes(t);
    for (uint32_t i = 0; i < m->ntypes; i++) {
        if (m->types[i].kind == COMP_FUNC)
            sig_init(t, &t->sigs[i], &m->types[i].func);
        else
            t->sigs[i].params.codes = 1; /* never matches; the general path knows why */
    }
    if (assign_long_lists(t) != ST_OK)
        goto oom;
    assign_bytes(t);
    for (uint32_t i = 0; i < m->nfuncs; i++)
        t->func_sigs[i] = &t->sigs[m->funcs[i].type];
    for (uint32_t i = 0; i < m->nglobals; i++) {
        t->global_get[i] = hs_fast_code(t, m->globals[i].type.type);
        t->global_set[i] =
            m->globals[i].type.mutable ? hs_fast_wanted(t, m->globals[i].type.type) : 0;
    }
    if (m->nmemories > 0)
        t->address = m->memories[0].type.limits.is64 ? CODE_I64 : CODE_I32;
    if (m->ntables > 0 && hs_valid_subtype(m, m->tables[0].type.elem, HS_FUNCREF))
        t->table_address = m->tables[0].type.limits.is64 ? CODE_I64 : CODE_I32;
    return ST_OK;
oom:
    hs_fast_tables_deinit(t);
    return ST_OOM;
}

void hs_fast_tables_deinit(struct fast_tables *t)
{
    hs_free(t->sigs);
    hs_free(t->func_sigs);
    hs_free(t->index_code);
    hs_free(t->value_sigs);
    hs_free(t->global_get);
    hs_free(t->global_set);
    hs_free(t->bytes);
    *t = (struct fast_tables){0};
}
