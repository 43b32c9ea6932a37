/* See random_module.h: what features, types, functions, memories and tables a module has, and
 * the sections around the code. */
#include "random_gen.h"

bool random_module_covers(enum op op)
{
    const struct op_info *info = &hs_op_info[op];
    switch (info->feature) {
    case FEATURE_LEGACY_EXCEPTIONS: return false;
    default: return true;
    }
}

static void collect(struct gen *g)
{
    for (uint32_t op = 0; op < OP_COUNT; op++) {
        const struct op_info *info = &hs_op_info[op];
        const char *sig = info->signature, *results = strchr(sig, '_');
        if (!strcmp(sig, "SPECIAL") || !has(g, (hs_features)1 << info->feature) ||
            !random_module_covers((enum op)op) || op == OP_NOP)
            continue;
        if ((sig[0] == 'm' && !g->nmems) ||
            ((info->imm == IMM_DATA || info->imm == IMM_ELEM) && !HAS(BULK_MEMORY)) ||
            (info->imm == IMM_ELEM && !g->ntabs) || (info->imm == IMM_DATA && !g->nmems))
            continue;
        if ((op == OP_DATA_DROP || op == OP_ELEM_DROP) && chance(g, 60))
            continue; /* else little is left to be copied */
        if ((op == OP_MEMORY_ATOMIC_WAIT32 || op == OP_MEMORY_ATOMIC_WAIT64) && chance(g, 85))
            continue; /* they trap on a memory that is not shared */
        g->ops[g->nops++] = (uint16_t)op;
        if (strlen(results) == 2)
            g->ops_of[letter(results[1])][g->nops_of[letter(results[1])]++] = (uint16_t)op;
    }
}

static void choose_features(struct gen *g)
{
    static const struct {
        hs_features f;
        uint32_t percent;
    } choice[] = {
        {HS_FEATURE(SIMD), 40},
        {HS_FEATURE(RELAXED_SIMD), 25},
        {HS_FEATURE(REFERENCE_TYPES), 60},
        {HS_FEATURE(TAIL_CALL), 40},
        {HS_FEATURE(MULTI_MEMORY), 25},
        {HS_FEATURE(MEMORY64), 25},
        {HS_FEATURE(FUNCTION_REFERENCES), 50},
        {HS_FEATURE(THREADS), 25},
        {HS_FEATURE(WIDE_ARITHMETIC), 25},
        {HS_FEATURE(CUSTOM_PAGE_SIZES), 6},
        {HS_FEATURE(GC), 45},
        {HS_FEATURE(EXCEPTIONS), 45},
    };
    g->features = g->options->features & ~HS_FEATURE(LEGACY_EXCEPTIONS);
    if (g->options->lacks & FACT_HAS_SIMD)
        g->features &= ~HS_FEATURE(SIMD);
    if (g->options->lacks & FACT_HAS_ATOMIC)
        g->features &= ~HS_FEATURE(THREADS);
    for (size_t n = 0; n < sizeof choice / sizeof *choice; n++)
        if (!chance(g, choice[n].percent))
            g->features &= ~choice[n].f;
    if (!HAS(SIMD))
        g->features &= ~HS_FEATURE(RELAXED_SIMD);
    hs_features below_gc = HS_FEATURE(REFERENCE_TYPES) | HS_FEATURE(FUNCTION_REFERENCES);
    if (HAS(GC))
        g->features |= below_gc & g->options->features;
    if (!HAS(REFERENCE_TYPES))
        g->features &= ~(HS_FEATURE(FUNCTION_REFERENCES) | HS_FEATURE(EXCEPTIONS));
    if (!has(g, below_gc))
        g->features &= ~HS_FEATURE(GC);
}

static void random_list(struct gen *g, char *out, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        out[k] = any_type(g);
    out[n] = 0;
}

static void choose_shape(struct gen *g)
{
    if (HAS(GC))
        random_object_types(g);
    g->types[T_HOST] = (struct sig){"ildf", "l"};
    g->types[T_GROW] = (struct sig){"i", "i"};
    g->types[T_RUN] = (struct sig){"", "l"};
    g->ntypes = T_FIRST;
    char results[3][MAX_LIST]; /* few lists of results, so that tail calls fit */
    for (int n = 0; n < 3; n++)
        random_list(g, results[n],
                    chance(g, 60)   ? below(g, 3)
                    : chance(g, 90) ? below(g, 8)
                                    : below(g, 22));
    for (uint32_t n = 4 + below(g, 6); n; n--) {
        struct sig *s = &g->types[g->ntypes++];
        random_list(g, s->params, chance(g, 70) ? below(g, 5) : below(g, 16));
        if (chance(g, 20)) /* integers for all registers */
            memset(s->params, chance(g, 50) ? 'i' : 'l', strlen(s->params));
        snprintf(s->results, sizeof s->results, "%s", results[below(g, 3)]);
    }
    g->nfuncs = 2 + below(g, MAX_FUNCS - 2);
    g->func_type[0] = T_HOST;
    g->func_type[1] = T_GROW;
    for (uint32_t n = 0; n < g->nfuncs; n++) {
        g->func_type[RANDOM_IMPORTS + n] = n ? T_FIRST + below(g, g->ntypes - T_FIRST) : T_HOST;
        g->func_type[RANDOM_IMPORTS + g->nfuncs + n] = T_RUN;
    }
    if (HAS(EXCEPTIONS))
        random_tag_types(g);
    uint32_t nglobals = 3 + below(g, 8);
    random_list(g, g->globals, nglobals);
    for (uint32_t n = 0; n < nglobals; n++)
        if (g->globals[n] == 'k') /* JavaScript cannot read it */
            g->globals[n] = 'l';
    g->globals[0] = 'i';
    g->nmems = HAS(MULTI_MEMORY) ? 1 + below(g, 3) : chance(g, 95);
    for (uint32_t n = 0; n < g->nmems; n++) {
        struct mem *m = &g->mems[n];
        m->is64 = HAS(MEMORY64) && chance(g, 60);
        m->page_log2 = HAS(CUSTOM_PAGE_SIZES) && chance(g, 70) ? 0 : 16;
        m->pages = m->page_log2 ? 1 + below(g, 2) : 65536 + below(g, 5000);
        m->max = m->page_log2 ? m->pages + below(g, 5) : m->pages + below(g, 10);
        m->bytes = m->pages << m->page_log2;
        if (m->is64)
            used(g, HS_FEATURE(MEMORY64));
        if (!m->page_log2)
            used(g, HS_FEATURE(CUSTOM_PAGE_SIZES));
        if (n)
            used(g, HS_FEATURE(MULTI_MEMORY));
    }
    g->ntabs = HAS(REFERENCE_TYPES) ? 1 + below(g, 3) : chance(g, 90);
    for (uint32_t n = 0; n < g->ntabs; n++) {
        struct tab *t = &g->tabs[n];
        t->is64 = HAS(MEMORY64) && chance(g, 30);
        t->elem = n == 0                     ? 'r'
                  : n == 1                   ? (chance(g, 50) ? 'e' : 'r')
                  : HAS(GC) && chance(g, 60) ? "asjx"[below(g, 4)]
                  : HAS(FUNCTION_REFERENCES) ? 'n'
                                             : 'r';
        t->min = n ? 8 + below(g, 4) : RANDOM_IMPORTS + g->nfuncs + below(g, 4);
        t->max = t->min + below(g, 20);
        if (t->is64)
            used(g, HS_FEATURE(MEMORY64));
    }
}

static void name(struct buffer *b, const char *text)
{
    hs_buffer_name(b, (struct span){(const uint8_t *)text, strlen(text)});
}

static void export(struct buffer *b, char kind, uint32_t number, uint8_t code, uint32_t index)
{
    char text[16];
    snprintf(text, sizeof text, "%c%u", kind, number);
    name(b, text);
    hs_buffer_byte(b, code);
    hs_buffer_u(b, index);
}

/* Everything around the code section, in the order of the format. */
static void write_module(struct gen *g, const struct buffer *code)
{
    struct buffer *b = &g->out->bytes;
    uint32_t nfuncs = 2 * g->nfuncs, ncounters = (uint32_t)g->out->piece_end.count,
             nglobals = (uint32_t)strlen(g->globals);
    hs_buffer_bytes(b, "\0asm\1\0\0\0", 8);
    hs_buffer_byte(b, 1);
    size_t s = hs_buffer_open(b);
    hs_buffer_u(b, HAS(GC) ? T_FIRST + 1 : g->ntypes);
    for (uint32_t n = 0; n < (HAS(GC) ? T_OBJECTS : g->ntypes); n++) {
        if (n == T_FIRST && HAS(GC)) { /* the group */
            hs_buffer_byte(b, 0x4e);
            hs_buffer_u(b, T_OBJECTS + NOBJECTS - T_FIRST);
        }
        struct valtype list[2 * MAX_LIST];
        struct functype f = {(uint32_t)strlen(g->types[n].params),
                             (uint32_t)strlen(g->types[n].results), list};
        for (uint32_t k = 0; k < f.nparams; k++)
            list[k] = type_of(g->types[n].params[k]);
        for (uint32_t k = 0; k < f.nresults; k++)
            list[f.nparams + k] = type_of(g->types[n].results[k]);
        hs_write_functype(b, &f);
    }
    if (HAS(GC))
        random_write_object_types(g, b);
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 2);
    s = hs_buffer_open(b);
    hs_buffer_u(b, RANDOM_IMPORTS);
    for (uint32_t n = 0; n < RANDOM_IMPORTS; n++) {
        name(b, "h");
        name(b, n ? "g" : "i");
        hs_buffer_byte(b, EXTERN_FUNC);
        hs_buffer_u(b, g->func_type[n]);
    }
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 3);
    s = hs_buffer_open(b);
    hs_buffer_u(b, nfuncs);
    for (uint32_t n = 0; n < nfuncs; n++)
        hs_buffer_u(b, g->func_type[RANDOM_IMPORTS + n]);
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 4);
    s = hs_buffer_open(b);
    hs_buffer_u(b, g->ntabs);
    for (uint32_t n = 0; n < g->ntabs; n++) {
        const struct tab *t = &g->tabs[n];
        hs_write_tabletype(
            b, &(struct tabletype){{t->min, t->max, true, t->is64, false, 0}, type_of(t->elem)});
    }
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 5);
    s = hs_buffer_open(b);
    hs_buffer_u(b, g->nmems);
    for (uint32_t n = 0; n < g->nmems; n++) {
        const struct mem *m = &g->mems[n];
        hs_write_memtype(b,
                         &(struct memtype){{m->pages, m->max, true, m->is64, false, m->page_log2}});
    }
    hs_buffer_close(b, s);
    if (HAS(EXCEPTIONS))
        random_write_tags(g, b);
    hs_buffer_byte(b, 6);
    s = hs_buffer_open(b);
    hs_buffer_u(b, nglobals + ncounters);
    for (uint32_t n = 0; n < nglobals + ncounters; n++) {
        char t = n < nglobals ? g->globals[n] : 'l';
        hs_write_globaltype(b, &(struct globaltype){type_of(t), true});
        hs_buffer_clear(&g->b);
        if (n < nglobals)
            random_constant(g, t);
        else
            random_zero(g, 'l');
        hs_buffer_bytes(b, g->b.data, g->b.size);
        hs_write_op(b, OP_END);
    }
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 7);
    s = hs_buffer_open(b);
    hs_buffer_u(b, nfuncs + g->ntabs + g->nmems + nglobals + ncounters);
    for (uint32_t n = 0; n < g->nfuncs; n++) {
        export(b, 'f', n, EXTERN_FUNC, RANDOM_IMPORTS + n);
        export(b, 'r', n, EXTERN_FUNC, RANDOM_IMPORTS + g->nfuncs + n);
    }
    for (uint32_t n = 0; n < g->ntabs; n++)
        export(b, 't', n, EXTERN_TABLE, n);
    for (uint32_t n = 0; n < g->nmems; n++)
        export(b, 'm', n, EXTERN_MEMORY, n);
    for (uint32_t n = 0; n < nglobals; n++)
        export(b, 'g', n, EXTERN_GLOBAL, n);
    for (uint32_t n = 0; n < ncounters; n++)
        export(b, 'c', n, EXTERN_GLOBAL, nglobals + n);
    hs_buffer_close(b, s);
    hs_buffer_byte(b, 9);
    s = hs_buffer_open(b);
    hs_buffer_u(b, g->ntabs ? NELEMS : 1);
    for (uint32_t n = g->ntabs ? 0 : NELEMS - 1; n < NELEMS; n++) {
        bool last = n == NELEMS - 1;
        hs_buffer_u(b, n == 0 ? 0 : last ? 3 : 1);
        if (n == 0) {
            hs_write_op(b, g->tabs[0].is64 ? OP_I64_CONST : OP_I32_CONST);
            hs_buffer_s(b, 0);
            hs_write_op(b, OP_END);
        } else {
            hs_buffer_byte(b, 0);
        }
        uint32_t count = n == 0 || last ? RANDOM_IMPORTS + g->nfuncs : 6;
        hs_buffer_u(b, count);
        for (uint32_t k = 0; k < count; k++)
            hs_buffer_u(b, n == 0 || last ? k : below(g, RANDOM_IMPORTS + g->nfuncs));
    }
    hs_buffer_close(b, s);
    if (g->nmems) {
        hs_buffer_byte(b, 12);
        s = hs_buffer_open(b);
        hs_buffer_u(b, NDATAS);
        hs_buffer_close(b, s);
    }
    hs_buffer_byte(b, 10);
    s = hs_buffer_open(b);
    hs_buffer_u(b, nfuncs);
    hs_buffer_bytes(b, code->data, code->size);
    hs_buffer_close(b, s);
    if (g->nmems) {
        hs_buffer_byte(b, 11);
        s = hs_buffer_open(b);
        hs_buffer_u(b, NDATAS);
        for (uint32_t n = 0; n < NDATAS; n++) {
            hs_buffer_u(b, n >= PASSIVE_DATA);
            if (n < PASSIVE_DATA) {
                hs_write_op(b, g->mems[0].is64 ? OP_I64_CONST : OP_I32_CONST);
                hs_buffer_s(b, below(g, 64));
                hs_write_op(b, OP_END);
            }
            uint32_t size = n < PASSIVE_DATA ? 600 : 32;
            hs_buffer_u(b, size);
            for (uint32_t k = 0; k < size; k++)
                hs_buffer_byte(b, (uint8_t)draw(g));
        }
        hs_buffer_close(b, s);
    }
}

bool random_module_make(const struct random_options *options, struct random_module *out)
{
    struct gen *g = hs_calloc(1, sizeof *g);
    *out = (struct random_module){0};
    hs_buffer_init(&out->bytes, 16 << 20);
    if (!g)
        return false;
    g->seed = options->seed * UINT64_C(0xd1342543de82ef95) + 1;
    g->options = options;
    g->out = out;
    hs_buffer_init(&g->b, 1 << 20);
    struct buffer code;
    hs_buffer_init(&code, 8 << 20);
    choose_features(g);
    choose_shape(g);
    collect(g);
    out->nfuncs = g->nfuncs;
    out->nmemories = g->nmems;
    out->ntables = g->ntabs;
    out->nglobals = out->first_counter = (uint32_t)strlen(g->globals);
    bool failed = false;
    for (uint32_t n = 0; n < 2 * g->nfuncs; n++) {
        hs_buffer_clear(&g->b);
        if (n < g->nfuncs)
            random_function(g, &g->types[g->func_type[RANDOM_IMPORTS + n]]);
        else
            random_wrapper(g, RANDOM_IMPORTS + n - g->nfuncs);
        failed |= g->b.failed;
        hs_buffer_u(&code, g->b.size);
        hs_buffer_bytes(&code, g->b.data, g->b.size);
    }
    uint32_t pieces = (uint32_t)out->piece_ops.count;
    write_module(g, &code);
    out->piece_ops.count = pieces; /* constants of globals are no instructions that run */
    failed |= code.failed | g->b.failed | out->bytes.failed;
    hs_buffer_deinit(&code);
    hs_buffer_deinit(&g->b);
    hs_free(g);
    return !failed;
}

void random_module_deinit(struct random_module *m)
{
    hs_buffer_deinit(&m->bytes);
    hs_vec_deinit(&m->piece_end);
    hs_vec_deinit(&m->piece_ops);
}
