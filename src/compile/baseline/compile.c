/* The fast tier's front: input to output. The dispatch tables are made from opcodes.def; an
 * instruction of a feature that this tier lacks is refused with its name. See baseline.h for how
 * the parts fit. */
#include "compile/baseline/baseline.h"
#include "syntax/insn_read.h"

/* --- immediates ------------------------------------------------------------------------------- */

uint64_t hs_bl_u64(const uint8_t **p)
{
    uint64_t x = 0;
    for (int shift = 0;; shift += 7) {
        uint64_t c = *(*p)++;
        x |= (c & 0x7f) << shift;
        if (c < 0x80)
            return x;
    }
}

int64_t hs_bl_s64_slow(const uint8_t **p)
{
    uint64_t x = 0;
    int shift = 0;
    uint64_t c;
    do {
        c = *(*p)++;
        x |= (c & 0x7f) << shift;
        shift += 7;
    } while (c & 0x80);
    if (shift < 64 && (c & 0x40))
        x |= ~UINT64_C(0) << shift;
    return (int64_t)x;
}

/* --- failures --------------------------------------------------------------------------------- */

const uint8_t *hs_bl_fail(struct bl *b, enum status s, const char *reason)
{
    if (b->status == ST_OK) {
        b->status = s;
        hs_error_set(b->error, s, bl_offset(b), "%s", reason);
        b->error->func = b->in->func;
        b->a.end = b->a.p; /* no room: the loops look at the status then */
    }
    return NULL;
}

bool hs_bl_room(struct bl *b, size_t bytes)
{
    if (HS_LIKELY(x64_room(&b->a, bytes)))
        return true;
    if (b->status != ST_OK)
        return false;
    if (x64_code_grow(&b->a, b->out, bytes) == ST_OK)
        return true;
    hs_bl_fail(b, ST_OOM, "out of memory");
    return false;
}

static const uint8_t *unsupported(struct bl *b, const uint8_t *p)
{
    struct error ignored;
    hs_error_init(&ignored);
    struct insn_reader r = {.p = b->at,
                            .end = b->end,
                            .base = b->bytes,
                            .features = ~(hs_features)0,
                            .error = &ignored};
    struct insn i;
    const char *name = hs_insn_read(&r, &i) == ST_OK ? hs_op_info[i.op].text : "instruction";
    if (b->status == ST_OK) {
        b->status = ST_UNSUPPORTED;
        hs_error_set(b->error, ST_UNSUPPORTED, bl_offset(b),
                     "the fast tier does not compile %s yet", name);
        b->error->func = b->in->func;
        b->a.end = b->a.p;
    }
    return NULL;
}

/* --- dispatch --------------------------------------------------------------------------------- */

#define LACKS(id)                        unsupported
#define HAS(id)                          hs_bl_##id
#define FEATURE_MVP_                     HAS
#define FEATURE_SIGN_EXTENSION_          HAS
#define FEATURE_SATURATING_FLOAT_TO_INT_ HAS
#define FEATURE_MULTI_VALUE_             HAS
#define FEATURE_BULK_MEMORY_             HAS
#define FEATURE_REFERENCE_TYPES_         HAS
#define FEATURE_SIMD_                    HAS
#define FEATURE_RELAXED_SIMD_            HAS
#define FEATURE_TAIL_CALL_               HAS
#define FEATURE_FUNCTION_REFERENCES_     HAS
#define FEATURE_GC_                      HAS
#define FEATURE_EXCEPTIONS_              HAS
#define FEATURE_LEGACY_EXCEPTIONS_       LACKS
#define FEATURE_THREADS_                 HAS
#define FEATURE_WIDE_ARITHMETIC_         HAS
#define HANDLER(feature, id)             FEATURE_##feature##_(id)

static const uint8_t *prefix_fb(struct bl *b, const uint8_t *p);
static const uint8_t *prefix_fc(struct bl *b, const uint8_t *p);
static const uint8_t *prefix_fd(struct bl *b, const uint8_t *p);
static const uint8_t *prefix_fe(struct bl *b, const uint8_t *p);

#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    ROW_##prefix(code, HANDLER(feature, id))

#define ROW_0x00(code, handler) [code] = handler,
#define ROW_0xfb(code, handler)
#define ROW_0xfc(code, handler)
#define ROW_0xfd(code, handler)
#define ROW_0xfe(code, handler)
static bl_handler *const one_byte[256] = {
#include "syntax/opcodes.def"
    [0xfb] = prefix_fb,
    [0xfc] = prefix_fc,
    [0xfd] = prefix_fd,
    [0xfe] = prefix_fe,
};
#undef ROW_0x00
#define ROW_0x00(code, handler)

#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    ROW_##prefix(code, HANDLER(feature, id))
#undef ROW_0xfb
#define ROW_0xfb(code, handler) [code] = handler,
static bl_handler *const after_fb[] = {
#include "syntax/opcodes.def"
};
#undef ROW_0xfb
#define ROW_0xfb(code, handler)

#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    ROW_##prefix(code, HANDLER(feature, id))
#undef ROW_0xfc
#define ROW_0xfc(code, handler) [code] = handler,
static bl_handler *const after_fc[] = {
#include "syntax/opcodes.def"
};
#undef ROW_0xfc
#define ROW_0xfc(code, handler)

#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    ROW_##prefix(code, HANDLER(feature, id))
#undef ROW_0xfd
#define ROW_0xfd(code, handler) [code] = handler,
static bl_handler *const after_fd[] = {
#include "syntax/opcodes.def"
};
#undef ROW_0xfd
#define ROW_0xfd(code, handler)

#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    ROW_##prefix(code, HANDLER(feature, id))
#undef ROW_0xfe
#define ROW_0xfe(code, handler) [code] = handler,
static bl_handler *const after_fe[] = {
#include "syntax/opcodes.def"
};

#define PREFIX(name)                                                                               \
    static const uint8_t *prefix_##name(struct bl *b, const uint8_t *p)                            \
    {                                                                                              \
        uint32_t code = bl_u32(&p);                                                                \
        HS_CHECK(code < HS_ARRAY_SIZE(after_##name) && after_##name[code]);                        \
        return after_##name[code](b, p);                                                           \
    }
PREFIX(fb)
PREFIX(fc)
PREFIX(fe)

static const uint8_t *prefix_fd(struct bl *b, const uint8_t *p)
{
    if (HS_UNLIKELY((b->cpu & BL_VECTOR_CPU) != BL_VECTOR_CPU))
        return hs_bl_fail(b, ST_UNSUPPORTED, "vector instructions need a processor with SSE 4.2");
    return after_fd[bl_u32(&p)](b, p);
}

/* A signed LEB128 of two to four bytes: without a loop, whose end nobody can predict. 0: it is
 * longer. */
static inline uint32_t short_number(const uint8_t *p, int32_t *out)
{
    uint32_t bytes = hs_load32(p), stop = ~bytes & 0x80808080u;
    if (HS_UNLIKELY(!stop))
        return 0;
    bytes &= stop ^ (stop - 1);
    uint32_t length = ((uint32_t)__builtin_ctz(stop) >> 3) + 1, unused = 32 - 7 * length;
    uint32_t x = (bytes & 0x7f) | (bytes & 0x7f00) >> 1 | (bytes & 0x7f0000) >> 2 |
                 (bytes & 0x7f000000) >> 3;
    *out = (int32_t)(x << unused) >> unused;
    return length;
}

/* What is most frequent and emits nothing: local.get with one byte, i32.const and i64.const with
 * up to four. */
static inline const uint8_t *push_simple(struct bl *b, const uint8_t *p)
{
    for (;;) {
        if (p[0] == 0x20) {
            if (HS_UNLIKELY(p[1] >= 0x80))
                return p;
            bl_push(b, b->locals[p[1]].get);
            p += 2;
        } else if (p[0] == 0x41 || p[0] == 0x42) {
            uint8_t type = p[0] == 0x41 ? VT_I32 : VT_I64;
            if (p[1] < 0x80) {
                bl_push_const(b, type, (uint32_t)((int32_t)((uint32_t)p[1] << 25) >> 25));
                p += 2;
            } else {
                int32_t x;
                uint32_t length = b->end - p > 4 ? short_number(p + 1, &x) : 0;
                if (HS_UNLIKELY(!length))
                    return p;
                bl_push_const(b, type, (uint32_t)x);
                p += 1 + length;
            }
        } else {
            return p;
        }
    }
}

static void fast_loop(struct bl *b, const uint8_t *p)
{
    do {
        bl_keep_floor(b);
        if (HS_UNLIKELY(!x64_room(&b->a, BL_ROOM)) && !hs_bl_room(b, BL_ROOM))
            return;
        HS_ASSERT(one_byte[*p] && b->held == 0 && bl_height(b) <= b->facts->max_height + 8);
        p = push_simple(b, p);
        b->at = p;
        p = one_byte[*p](b, p + 1);
    } while (p); /* NULL: the end of the function, or a failure */
}

/* --- the careful loop: fuel and positions ----------------------------------------------------- */

/* What an instruction costs: control that only shapes the code is free. */
static uint32_t fuel_of(enum op op)
{
    switch (op) {
    case OP_NOP:
    case OP_DROP:
    case OP_BLOCK:
    case OP_LOOP:
    case OP_UNREACHABLE:
    case OP_RETURN:
    case OP_ELSE:
    case OP_END: return 0;
    default: return 1;
    }
}

static uint32_t count_fuel(const struct bl *b, const uint8_t *from, const uint8_t *to)
{
    struct error ignored;
    hs_error_init(&ignored);
    struct insn_reader r = {
        .p = from, .end = b->end, .base = b->bytes, .features = ~(hs_features)0, .error = &ignored};
    uint32_t n = 0;
    struct insn i;
    while (r.p < to && hs_insn_read(&r, &i) == ST_OK)
        n += fuel_of(i.op);
    return n;
}

/* The charge of the block that ends here is known now. */
static void fuel_patch(struct bl *b)
{
    if (b->fuel_field)
        hs_store32(b->a.base + b->fuel_field, b->fuel_count);
}

static void careful_loop(struct bl *b, const uint8_t *p)
{
    b->fuel_count = 1; /* for entering the function */
    b->fuel_field = b->fuel_next;
    b->fuel_next = 0;
    do {
        bl_keep_floor(b);
        if (!hs_bl_room(b, BL_ROOM))
            return;
        b->at = p;
        b->dead_from = NULL;
        if (b->locate)
            hs_bl_watch(b, bl_offset(b));
        const uint8_t *next = one_byte[*p](b, p + 1);
        if (b->status != ST_OK)
            return;
        if (b->layout->fuel) {
            if (next)
                b->fuel_count += count_fuel(b, p, b->dead_from ? b->dead_from : next);
            if (b->fuel_next) {
                fuel_patch(b);
                b->fuel_field = b->fuel_next;
                b->fuel_next = 0;
                b->fuel_count = 0;
            }
        }
        p = next;
    } while (p);
    fuel_patch(b);
}

/* --- a function ------------------------------------------------------------------------------- */

static enum status reserve_tables(struct bl *b)
{
    size_t values = (size_t)bl_max_height(b) + 16;
    b->locals = b->inline_locals;
    b->stack = b->inline_stack;
    if (b->nlocals > BL_INLINE_LOCALS)
        b->locals = hs_alloc(b->nlocals * sizeof *b->locals);
    if (values > BL_INLINE_VALUES)
        b->stack = hs_alloc(values * sizeof *b->stack);
    return b->locals && b->stack ? ST_OK : ST_OOM;
}

enum status hs_bl_run(const struct hs_compile_input *in, struct hs_machine_code *out,
                      size_t *out_start, struct error *error, struct locate_target *locate)
{
    const struct module *m = in->module;
    const struct func *f = &m->funcs[in->func];
    struct bl b_;
    struct bl *b = &b_;
    memset(b, 0, offsetof(struct bl, arrival));
    b->in = in;
    b->m = m;
    b->layout = in->layout;
    b->out = out;
    b->error = error;
    b->cpu = in->cpu;
    b->locate = locate;
    b->type = hs_module_functype(m, in->func);
    b->facts = &m->facts[in->func - m->nimported_funcs];
    b->bytes = m->bytes.data;
    b->at = b->bytes + f->body;
    b->end = b->at + f->body_size;
    b->nparams = b->type->nparams;
    b->nlocals = b->facts->nlocals;
    b->slot_size = (b->facts->flags & FACT_HAS_SIMD) || in->layout->vectors ? 16 : 8;
    b->temps = BL_TEMP_GPRS | BL_SPARE_GPRS | BL_FPRS;
    b->try_ = HS_NO_TRY;
    b->ctls = b->inline_ctls;
    b->ctls_end = b->inline_ctls + BL_INLINE_CTLS;
    b->cold = b->inline_cold;
    b->cold_cap = BL_INLINE_COLD;
    hs_vec_init(&b->pool, HS_LIMIT_CODE / 8);

    size_t before = out->bytes.count, relocs_before = out->relocs.count;
    size_t sites_before = out->sites.count, tries_before = out->tries.count,
           clauses_before = out->clauses.count;
    enum status s = reserve_tables(b);
    if (s == ST_OK)
        s = x64_code_begin(&b->a, out, HS_CODE_ALIGN + 2 * BL_ROOM + 2 * (size_t)f->body_size);
    if (s != ST_OK) {
        hs_bl_fail(b, s, "out of memory");
        goto done;
    }
    while (bl_pos(b) % HS_CODE_ALIGN)
        x64_int3(&b->a);
    size_t start = bl_pos(b);
    b->sp = b->stack;
    b->window = b->stack;
    const uint8_t *p = b->at;
    s = hs_bl_frame_layout(b, &p);
    if (s == ST_OK && hs_bl_begin(b)) {
        hs_bl_prologue(b);
        if (locate || in->layout->fuel) {
            hs_bl_fuel_block(b);
            careful_loop(b, p);
        } else {
            fast_loop(b, p);
        }
        if (b->status == ST_OK)
            hs_bl_cold_emit(b);
    }
    if (b->status == ST_OK) {
        x64_code_end(&b->a, out);
        *out_start = start;
    } else { /* what was written is of no use, and `end` no longer the end */
        out->bytes.count = before;
        out->relocs.count = relocs_before;
        out->sites.count = sites_before;
        out->tries.count = tries_before;
        out->clauses.count = clauses_before;
    }
done:
    if (b->locals != b->inline_locals)
        hs_free(b->locals);
    if (b->stack != b->inline_stack)
        hs_free(b->stack);
    if (b->ctls != b->inline_ctls)
        hs_free(b->ctls);
    if (b->cold != b->inline_cold)
        hs_free(b->cold);
    hs_vec_deinit(&b->pool);
    return b->status;
}

enum status hs_baseline_compile(const struct hs_compile_input *in, struct hs_machine_code *out,
                                size_t *out_start, struct error *error)
{
    return hs_bl_run(in, out, out_start, error, NULL);
}

uint32_t hs_baseline_lacks(void)
{
    return FACT_HAS_LEGACY_TRY |
           ((hs_cpu_features() & BL_VECTOR_CPU) == BL_VECTOR_CPU ? 0 : FACT_HAS_SIMD);
}
