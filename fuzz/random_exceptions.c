/* Exceptions in random modules: tags, blocks with a try_table whose clauses go to blocks made
 * for them or to whatever label takes the same values, throws of every kind. The letter of a
 * reference to an exception is k. See random_gen.h. */
#include "random_gen.h"

/* The types that blocks and tags need: [] to what a clause brings, and the tags' own. */
static int add_type(struct gen *g, const char *params, const char *results)
{
    if (g->ntypes == MAX_TYPES)
        return -1;
    struct sig *s = &g->types[g->ntypes];
    snprintf(s->params, sizeof s->params, "%s", params);
    snprintf(s->results, sizeof s->results, "%s", results);
    return (int)g->ntypes++;
}

void random_tag_types(struct gen *g)
{
    g->ntags = 0;
    for (uint32_t n = 0; n < NTAGS; n++) {
        char params[MAX_LIST] = "", with_ref[MAX_LIST];
        uint32_t count = n ? 1 + below(g, chance(g, 80) ? 3 : 9) : 0;
        for (uint32_t k = 0; k < count; k++)
            params[k] = any_type(g);
        snprintf(with_ref, sizeof with_ref, "%sk", params);
        int type = add_type(g, params, "");
        if (type < 0)
            return;
        g->tag_type[g->ntags++] = (uint32_t)type;
        if (count > 1)
            add_type(g, "", params);
        if (count > 0)
            add_type(g, "", with_ref);
    }
}

void random_write_tags(struct gen *g, struct buffer *b)
{
    hs_buffer_byte(b, 13);
    size_t s = hs_buffer_open(b);
    hs_buffer_u(b, g->ntags);
    for (uint32_t n = 0; n < g->ntags; n++) {
        hs_buffer_byte(b, 0);
        hs_buffer_u(b, g->tag_type[n]);
    }
    hs_buffer_close(b, s);
}

static bool block_type(struct gen *g, const char *results, struct buffer *out)
{
    if (!*results) {
        hs_buffer_byte(out, 0x40);
        return true;
    }
    if (!results[1]) {
        hs_write_valtype(out, type_of(*results));
        return true;
    }
    for (uint32_t n = T_FIRST; n < g->ntypes; n++)
        if (!*g->types[n].params && !strcmp(g->types[n].results, results)) {
            hs_buffer_s(out, n);
            return true;
        }
    return false;
}

struct clause {
    struct catch_clause c;
    char values[MAX_LIST];
    bool own; /* it goes to a block of its own */
};

/* A throw that the clause takes; or any. */
static void throw_for(struct gen *g, const struct catch_clause *c, int depth)
{
    uint32_t tag = c && c->kind < CATCH_ALL_ ? c->tag : below(g, g->ntags);
    if (!c && chance(g, 20)) {
        random_value(g, 'k', depth);
        leave(g, OP_THROW_REF);
        return;
    }
    for (const char *t = g->types[g->tag_type[tag]].params; *t; t++)
        random_value(g, *t, depth);
    leave(g, OP_THROW);
    hs_buffer_u(&g->b, tag);
}

void random_try(struct gen *g, int depth)
{
    struct clause clauses[4];
    uint32_t n = chance(g, 92) ? 1 + below(g, 3) : 0, own = 0;
    for (uint32_t k = 0; k < n; k++) {
        struct clause *c = &clauses[k];
        c->c.kind = (uint8_t)(k + 1 == n ? 2 * chance(g, 70) + below(g, 2) : below(g, 4));
        c->c.tag = below(g, g->ntags);
        const char *params = c->c.kind < CATCH_ALL_ ? g->types[g->tag_type[c->c.tag]].params : "";
        snprintf(c->values, sizeof c->values, "%s%s", params,
                 c->c.kind == CATCH_TAG_REF || c->c.kind == CATCH_ALL_REF ? "k" : "");
        c->own = true;
        if (chance(g, 35))
            for (uint32_t l = below(g, g->nctls); l < g->nctls && c->own; l++)
                if (!strcmp(g->ctls[g->nctls - 1 - l].label, c->values)) {
                    c->own = false;
                    c->c.label = l;
                }
        own += c->own;
    }
    const uint32_t nctls = g->nctls;
    for (uint32_t k = 0; k < n; k++) { /* the first clause's block is the outermost */
        if (!clauses[k].own)
            continue;
        leave(g, OP_BLOCK);
        if (!block_type(g, clauses[k].values, &g->b)) {
            g->b.failed = true; /* the tag's types are always there */
            return;
        }
        clauses[k].c.label = g->nctls; /* its place; a depth in the end */
        random_open(g, clauses[k].values);
    }
    char result[2] = {chance(g, 50) ? any_type(g) : 0, 0};
    leave(g, OP_TRY_TABLE);
    block_type(g, result, &g->b);
    hs_buffer_u(&g->b, n);
    for (uint32_t k = 0; k < n; k++) {
        struct catch_clause c = clauses[k].c;
        if (clauses[k].own)
            c.label = g->nctls - 1 - c.label;
        else
            c.label += g->nctls - nctls;
        hs_write_catch(&g->b, &c);
    }
    random_open(g, result);
    random_sequence(g, 1 + below(g, 3), depth);
    for (uint32_t calls = below(g, 3); calls; calls--)
        random_call(g, depth, chance(g, 30));
    if (chance(g, 40)) { /* with conditions that mostly hold, so that what the clauses do runs */
        random_value(g, 'i', 2);
        if (chance(g, 60))
            put(g, OP_I32_EQZ);
        g->height--;
        leave(g, OP_IF);
        hs_buffer_byte(&g->b, 0x40);
        random_open(g, "");
        throw_for(g, n && chance(g, 70) ? &clauses[below(g, n)].c : NULL, depth);
        g->height = base(g);
        random_close(g);
    }
    random_sequence(g, below(g, 3), depth);
    random_close(g);
    while (own--)
        random_close(g);
}

void random_throw(struct gen *g, int depth)
{
    random_value(g, 'i', 2);
    put_i32(g, 3);
    put(g, OP_I32_AND);
    put_i32(g, below(g, 4));
    put(g, OP_I32_EQ);
    g->height--;
    leave(g, OP_IF);
    hs_buffer_byte(&g->b, 0x40);
    random_open(g, "");
    throw_for(g, NULL, depth);
    g->height = base(g);
    random_close(g);
}
