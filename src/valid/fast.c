/* The fast pass, see fast.h: the handlers put together, and what happens before and after a
 * body.
 *
 * With clang each handler is a function that ends in a guaranteed tail call of the next; p, sp
 * and f stay in registers, and a handler without calls of its own has no frame. With gcc, which
 * cannot promise that, the handlers are labels of one function, each ending in a computed goto
 * of its own (measured on a Zen 4, MB of code per second on three real modules: 510, 718, 300;
 * with one shared computed goto 482, 670, 287; with a switch 444, 586, 269; tail calls 525,
 * 741, 303). Both forms are made from the rows of opcodes.def: a row of letters goes to the
 * handler of its letters, the others to the handler of their name; what has none goes to the
 * general path. */
#include "valid/fast.h"
#include "base/alloc.h"
#include "base/assert.h"
#include "base/bits.h"
#include "syntax/insn_read.h"
#include <string.h>

static inline uint32_t load16(const uint8_t *p)
{
    uint16_t x;
    memcpy(&x, p, 2);
    return x;
}

static inline bool types_on_top(const uint8_t *sp, const struct types *t)
{
    return (hs_load64(sp - 8) & t->mask) == t->codes;
}

static inline bool long_types_on_top(const uint8_t *sp, const struct types *t)
{
    return t->bytes && memcmp(sp - t->n, t->bytes, t->n) == 0;
}

/* log2 of the natural alignment by opcode, for loads and stores without a prefix. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const uint8_t natural[256] = {
#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    [(prefix) == 0 && IMM_##imm == IMM_MEMARG ? (code) : 0] =                                      \
        (prefix) == 0 && IMM_##imm == IMM_MEMARG ? (flags) & OPF_ALIGN_MASK : 0,
#include "syntax/opcodes.def"
};
#pragma GCC diagnostic pop

/* The bytes of a memarg of memory 0 with an offset of up to 28 bits; 0: look closer. */
static inline __attribute__((always_inline)) uint32_t memarg_length_natural(const uint8_t *p,
                                                                            uint32_t most)
{
    if (HS_UNLIKELY(p[0] > most))
        return 0;
    if (p[1] < 0x80)
        return 2;
    uint32_t stop = ~hs_load32(p + 1) & 0x80808080u;
    if (stop)
        return 2 + (uint32_t)(__builtin_ctz(stop) >> 3);
    return p[5] == 0 ? 6 : 0; /* padded by the linker */
}

/* An index of two bytes or more but below 2^28: its length, 0 for others. */
static inline __attribute__((always_inline)) uint32_t index_length(const uint8_t *p,
                                                                   uint32_t *out_index)
{
    uint32_t bytes = hs_load32(p), stop = ~bytes & 0x80808080u, length;
    if (HS_LIKELY(stop)) {
        bytes &= stop ^ (stop - 1);
        length = (uint32_t)(__builtin_ctz(stop) >> 3) + 1;
    } else {
        length = p[4] == 0 ? 5 : 0;
    }
    *out_index = (bytes & 0x7f) | (bytes & 0x7f00) >> 1 | (bytes & 0x7f0000) >> 2 |
                 (bytes & 0x7f000000) >> 3;
    return length;
}

static inline __attribute__((always_inline)) uint32_t memarg_length(const uint8_t *p)
{
    return memarg_length_natural(p, natural[p[-1]]);
}

/* Conversions that compilers may do in a call. */
#define IS_CONVERSION(code)                                                                        \
    (((code) >= 0xa8 && (code) <= 0xab) || ((code) >= 0xae && (code) <= 0xb1) || (code) == 0xb5 || \
     (code) == 0xba)

/* From a row to a label: h_ii_i by letters, h_BLOCK by name, general. */
#define ROUTE_NONE(id, sig)         SIG_##sig(id)
#define ROUTE_MEMARG(id, sig)       sig
#define ROUTE_BLOCK(id, sig)        id
#define ROUTE_LABEL(id, sig)        id
#define ROUTE_BR_TABLE(id, sig)     id
#define ROUTE_FUNC(id, sig)         id
#define ROUTE_TYPE_TABLE(id, sig)   id
#define ROUTE_TYPE(id, sig)         GENERAL
#define ROUTE_TAG(id, sig)          GENERAL
#define ROUTE_TRY_TABLE(id, sig)    GENERAL
#define ROUTE_SELECT_TYPES(id, sig) GENERAL
#define ROUTE_LOCAL(id, sig)        id
#define ROUTE_GLOBAL(id, sig)       id
#define ROUTE_TABLE(id, sig)        GENERAL
#define ROUTE_MEMORY(id, sig)       id
#define ROUTE_I32(id, sig)          id
#define ROUTE_I64(id, sig)          id
#define ROUTE_F32(id, sig)          id
#define ROUTE_F64(id, sig)          id
#define ROUTE_HEAPTYPE(id, sig)     GENERAL

#define SIG__(id)       NOP
#define SIG_SPECIAL(id) id
#define SIG_i_i(id)     i_i
#define SIG_ii_i(id)    ii_i
#define SIG_l_i(id)     l_i
#define SIG_ll_i(id)    ll_i
#define SIG_ff_i(id)    ff_i
#define SIG_dd_i(id)    dd_i
#define SIG_l_l(id)     l_l
#define SIG_ll_l(id)    ll_l
#define SIG_f_f(id)     f_f
#define SIG_ff_f(id)    ff_f
#define SIG_d_d(id)     d_d
#define SIG_dd_d(id)    dd_d
#define SIG_f_i(id)     f_i
#define SIG_d_i(id)     d_i
#define SIG_i_l(id)     i_l
#define SIG_f_l(id)     f_l
#define SIG_d_l(id)     d_l
#define SIG_i_f(id)     i_f
#define SIG_l_f(id)     l_f
#define SIG_d_f(id)     d_f
#define SIG_i_d(id)     i_d
#define SIG_l_d(id)     l_d
#define SIG_f_d(id)     f_d

/* Rows with a name of their own that the general path serves. */
#define GENERAL_NAMES(X)                                                                           \
    X(TRY)                                                                                         \
    X(CATCH_ALL)                                                                                   \
    X(RETHROW)                                                                                     \
    X(DELEGATE)                                                                                    \
    X(THROW_REF)                                                                                   \
    X(BR_ON_NULL)                                                                                  \
    X(BR_ON_NON_NULL)                                                                              \
    X(RETURN_CALL)                                                                                 \
    X(RETURN_CALL_INDIRECT)                                                                        \
    X(REF_IS_NULL)                                                                                 \
    X(REF_AS_NON_NULL)                                                                             \
    X(REF_EQ)                                                                                      \
    X(REF_FUNC)                                                                                    \
    X(MEMORY_GROW)

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)

/* The table of targets from the rows, TARGET(label) being how the form at hand names a handler.
 * Some rows go through h_CHECKED first and then by a table of their own: those that need a look
 * at the features, or count as calls. */
#define IS_CHECKED(code, feature)                                                                  \
    (FEATURE_##feature == FEATURE_SIGN_EXTENSION || IS_CONVERSION(code))
#define ROW_0x00(id, code, imm, sig, feature)                                                      \
    [code] = ALWAYS_DIRECT || !IS_CHECKED(code, feature) ? TARGET(PASTE(h_, ROUTE_##imm(id, sig))) \
                                                         : TARGET(h_CHECKED),
#define ROW_0xfb(id, code, imm, sig, feature)
#define ROW_0xfc(id, code, imm, sig, feature)
#define ROW_0xfd(id, code, imm, sig, feature)
#define ROW_0xfe(id, code, imm, sig, feature)
#define PREFIXES                                                                                   \
    [0xfb] = TARGET(h_GENERAL), [0xfc] = TARGET(h_BULK), [0xfd] = TARGET(h_SIMD),                  \
    [0xfe] = TARGET(h_GENERAL)

/* The features of a checked instruction, and its weight as a call. */
static __attribute__((noinline)) bool check(struct fast *f, uint8_t opcode)
{
    if (IS_CONVERSION(opcode))
        f->calls += f->weight;
    return f->features >> hs_op_info[hs_op_decode(0, opcode)].feature & 1;
}

#if defined(__clang__) && defined(__x86_64__) && __has_attribute(musttail) &&                      \
    __has_attribute(preserve_none)

#define CC   __attribute__((preserve_none))
#define ARGS struct fast *f, const uint8_t *p, uint8_t *sp
typedef CC bool handler(ARGS); /* the only way to name the type of a tail call's target */
static handler *const targets[256], *const direct[256];

#define NEXT                                                                                       \
    do {                                                                                           \
        if (HS_UNLIKELY(p >= f->end))                                                              \
            return false;                                                                          \
        handler *next_ = targets[*p];                                                              \
        __attribute__((musttail)) return next_(f, p + 1, sp);                                      \
    } while (0)
#define GO_GENERAL    __attribute__((musttail)) return h_GENERAL(f, p, sp)
#define FINISH        return p == f->end
#define HANDLER(name) static CC bool h_##name(ARGS)

static CC __attribute__((noinline)) bool h_GENERAL(ARGS)
{
    p = hs_fast_general(f, p - 1, sp);
    if (!p)
        return false;
    sp = f->sp;
    if (f->ctl < f->frames)
        FINISH;
    NEXT;
}

HANDLER(ILLEGAL)
{
    return false;
}

HANDLER(CHECKED)
{
    if (!check(f, p[-1]))
        return false;
    handler *next = direct[p[-1]];
    __attribute__((musttail)) return next(f, p, sp);
}

#define X(name)                                                                                    \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        GO_GENERAL;                                                                                \
    }
GENERAL_NAMES(X)
#undef X
#include "valid/fast_handlers.h"

#define TARGET(label) label
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winitializer-overrides"
static handler *const targets[256] = {
    [0 ... 255] = h_ILLEGAL,
#define ALWAYS_DIRECT 0
#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    ROW_##prefix(id, code, imm, sig, feature)
#include "syntax/opcodes.def"
    PREFIXES,
};
#undef ALWAYS_DIRECT
static handler *const direct[256] = {
    [0 ... 255] = h_ILLEGAL,
#define ALWAYS_DIRECT 1
#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    ROW_##prefix(id, code, imm, sig, feature)
#include "syntax/opcodes.def"
};
#pragma GCC diagnostic pop

static bool run(struct fast *f, const uint8_t *p, uint8_t *sp)
{
    return p < f->end && targets[*p](f, p + 1, sp);
}

#else

#define NEXT                                                                                       \
    do {                                                                                           \
        if (HS_UNLIKELY(p >= end))                                                                 \
            return false;                                                                          \
        goto *targets[*p++];                                                                       \
    } while (0)
#define GO_GENERAL    goto h_GENERAL
#define FINISH        return p == end
#define HANDLER(name) h_##name:
#define TARGET(label) &&label

static bool run(struct fast *f, const uint8_t *p, uint8_t *sp)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
    static const void *const targets[256] = {
        [0 ... 255] = &&h_ILLEGAL,
#define ALWAYS_DIRECT 0
#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    ROW_##prefix(id, code, imm, sig, feature)
#include "syntax/opcodes.def"
        PREFIXES,
    };
#undef ALWAYS_DIRECT
    static const void *const direct[256] = {
        [0 ... 255] = &&h_ILLEGAL,
#define ALWAYS_DIRECT 1
#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    ROW_##prefix(id, code, imm, sig, feature)
#include "syntax/opcodes.def"
    };
#pragma GCC diagnostic pop
    const uint8_t *const end = f->end;
    NEXT;

h_ILLEGAL:
    return false;
h_CHECKED:
    if (!check(f, p[-1]))
        return false;
    goto *direct[p[-1]];
#define X(name) h_##name:
    GENERAL_NAMES(X)
#undef X
h_GENERAL:
    p = hs_fast_general(f, p - 1, sp);
    if (HS_UNLIKELY(!p))
        return false;
    sp = f->sp;
    if (HS_UNLIKELY(f->ctl < f->frames))
        FINISH;
    NEXT;

#include "valid/fast_handlers.h"
}

#endif

void hs_fast_simd_init(struct fast *f)
{
    static const uint8_t codes[] = {
        ['i'] = CODE_I32, ['l'] = CODE_I64, ['f'] = CODE_F32, ['d'] = CODE_F64, ['v'] = CODE_V128};
    for (uint32_t x = 0; x < FAST_SIMD_ROWS; x++) {
        struct fast_simd_row *row = &f->simd[x];
        row->want = 1; /* with an empty mask: never */
        enum op op = hs_op_decode(0xfd, x);
        if (op == OP_COUNT)
            continue;
        const struct op_info *info = &hs_op_info[op];
        if (!(f->features >> info->feature & 1) || info->signature[0] == 'S')
            continue;
        switch ((enum imm)info->imm) {
        case IMM_NONE:
        case IMM_V128: break;
        case IMM_MEMARG: row->natural = info->flags & OPF_ALIGN_MASK; break;
        case IMM_LANE: {
            const char *digits = strchr(info->text, 'x') + 1; /* "i8x16.…" */
            for (; *digits >= '0' && *digits <= '9'; digits++)
                row->natural = (uint8_t)(row->natural * 10 + (*digits - '0'));
            break;
        }
        default: continue;
        }
        const char *s = info->signature;
        uint32_t want = 0, n = 0;
        bool possible = true;
        for (; *s != '_'; s++, n++) {
            uint8_t code = *s == 'm' ? f->address : codes[(uint8_t)*s];
            possible &= code != 0;
            want = want >> 8 | (uint32_t)code << 24;
        }
        if (!possible)
            continue;
        row->imm = info->imm;
        row->n = (uint8_t)n;
        row->result = s[1] ? codes[(uint8_t)s[1]] : 0;
        row->mask = n == 0 ? 0 : UINT32_MAX << (8 * (4 - n));
        row->want = want;
    }
    f->nsimd = FAST_SIMD_ROWS;
}

/* Locals: parameters, then groups (count, type). */
static bool read_locals(struct fast *f, const uint8_t **body)
{
    const struct fast_tables *t = f->t;
    struct error ignored;
    struct insn_reader r = {
        .p = *body, .end = f->end, .base = *body, .features = f->features, .error = &ignored};
    uint32_t groups, count, n = f->func->nparams;
    f->nlocals = 0;
    if (n > f->max_locals) {
        f->more_locals = true;
        return false;
    }
    for (uint32_t i = 0; i < n; i++)
        f->locals[i] = hs_fast_wanted(t, f->func->types[i]);
    f->nlocals = n;
    hs_error_init(&ignored);
    if (hs_read_count(&r, &groups) != ST_OK)
        return false;
    for (; groups > 0; groups--) {
        if (hs_read_u32(&r, &count) != ST_OK || count > HS_LIMIT_LOCALS - n || r.p >= r.end)
            return false;
        uint8_t code = *r.p < 0x80 ? t->local_code[*r.p] : 0;
        if (code) {
            r.p++;
        } else {
            struct valtype type;
            if (hs_read_valtype(&r, &type) != ST_OK || !hs_valid_type_exists(f->m, type))
                return false;
            code = hs_vt_defaultable(type) ? hs_fast_wanted(t, type) : CODE_UNSET;
            if (code >= CODE_UNSET && count > 0 &&
                !hs_vec_push(&f->odd_locals, ((struct fast_locals){n, type}))) {
                f->oom = true;
                return false;
            }
        }
        if (n + count > f->max_locals) {
            f->more_locals = true;
            return false;
        }
        memset(f->locals + n, code, count);
        n += count;
        f->nlocals = n;
    }
    *body = r.p;
    return true;
}

/* Inserts a local into the list of the *n heaviest, which is sorted; in large functions most
 * locals do not get in. */
static inline void rank(uint16_t *locals, float *weights, uint32_t *n, uint32_t local, float weight)
{
    if (weight <= weights[FACTS_PINS - 1])
        return;
    uint32_t i = *n < FACTS_PINS ? (*n)++ : FACTS_PINS - 1;
    for (; i > 0 && weights[i - 1] < weight; i--) {
        locals[i] = locals[i - 1];
        weights[i] = weights[i - 1];
    }
    locals[i] = (uint16_t)local;
    weights[i] = weight;
}

static void collect(const struct fast *f, struct func_facts *out)
{
    struct func_facts facts = {.nlocals = f->nlocals, .flags = f->flags};
    memset(facts.int_local, 0xff, sizeof facts.int_local);
    memset(facts.fp_local, 0xff, sizeof facts.fp_local);
    uint32_t nint = 0, nfp = 0;
    for (uint32_t i = 0; i < f->nlocals; i++) {
        if (f->uses[i] == 0)
            continue;
        uint8_t code = f->locals[i];
        if (code >= CODE_F32 && code <= CODE_V128)
            rank(facts.fp_local, facts.fp_weight, &nfp, i, (float)f->uses[i]);
        else
            rank(facts.int_local, facts.int_weight, &nint, i, (float)f->uses[i]);
    }
    facts.call_weight = (float)f->calls;
    facts.memory_weight = (float)f->accesses;
    if (f->calls)
        facts.flags |= FACT_HAS_CALL | FACT_MAY_WRITE;
    if (f->accesses)
        facts.flags |= FACT_USES_MEMORY0;
    *out = facts;
}

/* The used part of the stack is zeroed for the next body; its size is the greatest height. */
static uint32_t clear_stack(struct fast *f)
{
    uint8_t *bottom = f->stack + FAST_BELOW, *p = bottom;
    while (*p)
        p++;
    uint32_t height = (uint32_t)(p - bottom);
    memset(bottom, 0, height);
    return height;
}

bool hs_fast_func(struct fast *f, uint32_t func, const uint8_t *body, uint32_t size,
                  struct func_facts *out_facts)
{
    f->func = hs_module_functype(f->m, func);
    f->end = body + size;
    f->weight = 1;
    f->flags = 0;
    f->calls = f->accesses = 0;
    f->more_locals = false;
    f->ctl = f->frames;
    const struct sig *sig = f->t->func_sigs[func];
    uint8_t *sp = f->stack + FAST_BELOW;
    *sp++ = CODE_SENTINEL;
    *f->frames = (struct fast_frame){
        .sig = sig, .label = &sig->results, .base = sp, .weight = 1, .kind = FRAME_BLOCK};
    bool ok = read_locals(f, &body) && run(f, body, sp);
    if (ok)
        collect(f, out_facts);
    uint32_t height = clear_stack(f);
    if (ok)
        out_facts->max_height = height;
    memset(f->locals, 0, f->nlocals);
    memset(f->uses, 0, f->nlocals * sizeof *f->uses);
    hs_vec_clear(&f->log);
    hs_vec_clear(&f->odd_locals);
    return ok;
}

struct fast *hs_fast_new(const struct fast_tables *t, uint32_t largest_body, uint32_t max_locals)
{
    enum { FIRST_FRAMES = 64 };
    size_t bytes = max_locals > FAST_LOCALS ? max_locals : FAST_LOCALS;
    struct fast *f = hs_calloc(1, sizeof *f + bytes);
    if (!f)
        return NULL;
    size_t slots = (size_t)FAST_BELOW + largest_body + 4 * FAST_PADDING;
    f->t = t;
    f->m = t->m;
    f->features = t->m->features;
    f->address = t->address;
    f->max_locals = max_locals;
    f->uses = hs_calloc(max_locals, sizeof *f->uses);
    f->stack = hs_calloc(slots, 1);
    f->frames = hs_calloc(FIRST_FRAMES, sizeof *f->frames);
    hs_vec_init(&f->log, HS_LIMIT_LOCALS);
    hs_vec_init(&f->odd_locals, HS_LIMIT_LOCALS);
    if (!f->uses || !f->stack || !f->frames) {
        hs_fast_delete(f);
        return NULL;
    }
    f->stack_end = f->stack + slots;
    f->frames_end = f->frames + FIRST_FRAMES;
    return f;
}

void hs_fast_delete(struct fast *f)
{
    if (!f)
        return;
    for (size_t i = 0; f->wide_sigs && i < 2 * (size_t)f->m->ntypes; i++)
        hs_free(f->wide_sigs[i]);
    hs_free(f->wide_sigs);
    hs_vec_deinit(&f->odd_locals);
    hs_vec_deinit(&f->log);
    hs_free(f->uses);
    hs_free(f->stack);
    hs_free(f->wide);
    hs_free(f->frames);
    hs_free(f);
}
