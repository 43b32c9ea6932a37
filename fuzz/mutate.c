/* See mutate.h. */
#include "mutate.h"
#include "base/bits.h"
#include "base/leb128.h"
#include "binary/binary.h"
#include "syntax/insn_read.h"
#include "syntax/insn_write.h"

uint64_t mutate_random(struct mutator *mu)
{
    uint64_t x = mu->seed += 0x9e3779b97f4a7c15u; /* splitmix64 */
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static uint32_t below(struct mutator *mu, uint64_t n)
{
    return n ? (uint32_t)(mutate_random(mu) % n) : 0;
}

/* Where the parts of a module are. */
struct part {
    uint8_t id;
    size_t start, contents, end; /* of the id, behind the size, behind the contents */
};

enum { PARTS = 64 };

struct layout {
    struct span bytes;
    struct part parts[PARTS];
    uint32_t nparts;
    struct module m; /* for the bodies */
};

static bool lay_out(struct layout *l, struct span bytes)
{
    struct error e;
    hs_error_init(&e);
    l->bytes = bytes;
    l->nparts = 0;
    const uint8_t *p = bytes.data + 8, *end = bytes.data + bytes.size;
    if (bytes.size < 8)
        return false;
    while (p < end && l->nparts < PARTS) {
        struct part *part = &l->parts[l->nparts];
        part->id = *p;
        part->start = (size_t)(p++ - bytes.data);
        uint64_t size;
        if (hs_leb_read_u(&p, end, 32, &size) || size > (size_t)(end - p))
            return false;
        part->contents = (size_t)(p - bytes.data);
        p += size;
        part->end = (size_t)(p - bytes.data);
        l->nparts++;
    }
    return hs_binary_read(bytes.data, bytes.size, HS_FEATURES_ALL, &l->m, &e) == ST_OK;
}

/* Writes the module with `removed` bytes at `at` replaced; repairs the sizes of the body and the
 * section there. */
static void edit(const struct layout *l, size_t at, size_t removed, struct span inserted,
                 struct buffer *out)
{
    const uint8_t *b = l->bytes.data;
    const struct part *part = NULL;
    for (uint32_t i = 0; i < l->nparts; i++)
        if (at >= l->parts[i].contents && at + removed <= l->parts[i].end)
            part = &l->parts[i];
    if (!part) { /* across parts: nothing to repair */
        hs_buffer_bytes(out, b, at);
        hs_buffer_bytes(out, inserted.data, inserted.size);
        hs_buffer_bytes(out, b + at + removed, l->bytes.size - at - removed);
        return;
    }
    const struct func *body = NULL;
    size_t prefix = 0;
    const struct module *m = &l->m;
    if (part->id == 10) {
        uint32_t low = m->nimported_funcs, high = m->nfuncs;
        while (low < high) { /* the last body that begins at or before `at` */
            uint32_t middle = low + (high - low) / 2;
            if (m->funcs[middle].body <= at)
                low = middle + 1;
            else
                high = middle;
        }
        if (low > m->nimported_funcs) {
            body = &m->funcs[low - 1];
            const uint8_t *p = b + part->contents;
            uint64_t count;
            hs_leb_read_u(&p, b + part->end, 32, &count);
            prefix = low - 1 > m->nimported_funcs ? (size_t)body[-1].body + body[-1].body_size
                                                  : (size_t)(p - b);
            if (at + removed > (size_t)body->body + body->body_size)
                body = NULL;
        }
    }
    hs_buffer_bytes(out, b, part->start);
    hs_buffer_byte(out, part->id);
    size_t section = hs_buffer_open(out), inner = 0;
    if (body) {
        hs_buffer_bytes(out, b + part->contents, prefix - part->contents);
        inner = hs_buffer_open(out);
        hs_buffer_bytes(out, b + body->body, at - body->body);
    } else {
        hs_buffer_bytes(out, b + part->contents, at - part->contents);
    }
    hs_buffer_bytes(out, inserted.data, inserted.size);
    size_t rest = at + removed;
    if (body) {
        size_t body_end = (size_t)body->body + body->body_size;
        hs_buffer_bytes(out, b + rest, body_end - rest);
        hs_buffer_close(out, inner);
        rest = body_end;
    }
    hs_buffer_bytes(out, b + rest, part->end - rest);
    hs_buffer_close(out, section);
    hs_buffer_bytes(out, b + part->end, l->bytes.size - part->end);
}

/* A random instruction of a random body that is not its last `end`. */
static bool some_insn(struct mutator *mu, const struct layout *l, size_t *out_at, size_t *out_size,
                      struct insn *out)
{
    const struct module *m = &l->m;
    uint32_t defined = m->nfuncs - m->nimported_funcs;
    if (!defined)
        return false;
    const struct func *f = &m->funcs[m->nimported_funcs + below(mu, defined)];
    struct error e;
    hs_error_init(&e);
    struct insn_reader r = {.p = l->bytes.data + f->body,
                            .base = l->bytes.data,
                            .features = HS_FEATURES_ALL,
                            .error = &e};
    r.end = r.p + f->body_size;
    uint32_t groups, n;
    struct valtype t;
    if (hs_read_u32(&r, &groups) != ST_OK)
        return false;
    for (; groups; groups--)
        if (hs_read_u32(&r, &n) != ST_OK || hs_read_valtype(&r, &t) != ST_OK)
            return false;
    /* Large bodies: jump over a random number of instructions rather than all of them. */
    uint32_t skip = below(mu, f->body_size / 3 + 1);
    struct insn i;
    bool found = false;
    while (r.p < r.end) {
        const uint8_t *start = r.p;
        if (hs_insn_read(&r, &i) != ST_OK)
            break;
        if (r.p == r.end && found)
            break;
        *out_at = (size_t)(start - l->bytes.data);
        *out_size = (size_t)(r.p - start);
        *out = i;
        found = true;
        if (skip-- == 0)
            break;
    }
    return found;
}

static uint32_t small(struct mutator *mu)
{
    static const uint32_t edges[] = {0,  1,   2,   3,    7,          8,         63,
                                     64, 127, 128, 1000, 0x7fffffff, 0xffffffff};
    return below(mu, 3) ? below(mu, 8) : edges[below(mu, HS_ARRAY_SIZE(edges))];
}

static struct valtype some_type(struct mutator *mu)
{
    static const struct valtype types[] = {HS_I32, HS_I64, HS_F32, HS_F64, HS_V128};
    if (below(mu, 4))
        return types[below(mu, 5)];
    return HS_REF(below(mu, 2),
                  below(mu, 2) ? HEAP_FIRST + below(mu, HEAP_END - HEAP_FIRST) : below(mu, 4));
}

/* Other immediates of the same kind; vectors are left alone. */
static void change_immediates(struct mutator *mu, struct insn *i)
{
    switch ((enum imm)hs_op_info[i->op].imm) {
    case IMM_BLOCK:
        i->block.kind = below(mu, 3);
        i->block.value = some_type(mu);
        i->block.type = small(mu);
        break;
    case IMM_MEMARG_LANE:
    case IMM_MEMARG:
        i->mem.align = below(mu, 6);
        if (below(mu, 8) == 0)
            i->mem.memory = small(mu);
        i->mem.offset = below(mu, 2) ? small(mu) : mutate_random(mu) >> below(mu, 64);
        break;
    case IMM_LANE: i->lane = (uint8_t)below(mu, 20); break;
    case IMM_SHUFFLE: i->v128[below(mu, 16)] = (uint8_t)below(mu, 40); break;
    case IMM_V128: i->v128[below(mu, 16)] = (uint8_t)mutate_random(mu); break;
    case IMM_I32: i->i32 = (int32_t)small(mu); break;
    case IMM_I64: i->i64 = (int64_t)mutate_random(mu) >> below(mu, 64); break;
    case IMM_F32: i->f32 = (uint32_t)mutate_random(mu); break;
    case IMM_F64: i->f64 = mutate_random(mu); break;
    case IMM_HEAPTYPE:
        i->heap = hs_vt_heap(HS_REF(
            true, below(mu, 2) ? HEAP_FIRST + below(mu, HEAP_END - HEAP_FIRST) : below(mu, 9)));
        break;
    case IMM_BR_ON_CAST:
        i->cast.cast_flags = below(mu, 4);
        i->cast.label = small(mu);
        break;
    case IMM_BR_TABLE: i->fallback = small(mu); break;
    case IMM_SELECT_TYPES:
    case IMM_TRY_TABLE:
    case IMM_NONE:
    case IMM_ZERO: break;
    default:
        if (below(mu, 2))
            i->a += below(mu, 3) - 1u;
        else
            i->a = small(mu);
        if (below(mu, 2))
            i->b = small(mu);
        break;
    }
}

static bool change_insn(struct mutator *mu, const struct layout *l, struct buffer *out)
{
    size_t at, size, other_at, other_size;
    struct insn i, other;
    struct buffer code;
    if (!some_insn(mu, l, &at, &size, &i))
        return false;
    hs_buffer_init(&code, SIZE_MAX);
    switch (below(mu, 8)) {
    case 0: mu->what = "delete instruction"; break;
    case 1:
        mu->what = "double instruction";
        hs_insn_write(&code, &i);
        hs_insn_write(&code, &i);
        break;
    case 2:
    case 3:
        mu->what = "change immediates";
        change_immediates(mu, &i);
        hs_insn_write(&code, &i);
        break;
    case 4:
        mu->what = "copy instruction";
        if (some_insn(mu, l, &other_at, &other_size, &other)) {
            hs_insn_write(&code, &other);
            if (below(mu, 2))
                hs_insn_write(&code, &i);
        }
        break;
    case 5: { /* an opcode of the same kind of immediates */
        mu->what = "change opcode";
        enum op op = (enum op)below(mu, OP_COUNT);
        while (hs_op_info[op].imm != hs_op_info[i.op].imm)
            op = (op + 1) % OP_COUNT;
        i.op = op;
        hs_insn_write(&code, &i);
        break;
    }
    case 6: {
        mu->what = "any instruction";
        struct insn any;
        memset(&any, 0, sizeof any);
        any.op = (enum op)below(mu, OP_COUNT);
        change_immediates(mu, &any);
        hs_insn_write(&code, &any);
        if (below(mu, 2))
            hs_insn_write(&code, &i);
        break;
    }
    default: { /* the last byte of a number made longer: still the same number, or one too long */
        mu->what = "long number";
        hs_buffer_bytes(&code, l->bytes.data + at, size);
        if (size > 1 && code.data[size - 1] < 0x40) {
            code.data[size - 1] |= 0x80;
            for (uint32_t n = below(mu, 5); n > 0; n--)
                hs_buffer_byte(&code, 0x80);
            hs_buffer_byte(&code, 0);
        }
        break;
    }
    }
    edit(l, at, size, hs_buffer_span(&code), out);
    hs_buffer_deinit(&code);
    return true;
}

static bool change_bytes(struct mutator *mu, const struct layout *l, bool code, struct buffer *out)
{
    size_t at = 0, size = 0;
    for (int tries = 0; tries < 20 && size == 0; tries++) {
        const struct part *p = &l->parts[below(mu, l->nparts)];
        if (code && l->m.nfuncs > l->m.nimported_funcs) {
            const struct func *f =
                &l->m.funcs[l->m.nimported_funcs + below(mu, l->m.nfuncs - l->m.nimported_funcs)];
            at = f->body;
            size = f->body_size;
        } else if (p->id != 10 && p->id != 0 && p->id != 11) {
            at = p->contents;
            size = p->end - p->contents;
        }
    }
    if (size == 0)
        return false;
    mu->what = code ? "bytes in a body" : "bytes in a section";
    at += below(mu, size);
    hs_buffer_bytes(out, l->bytes.data, l->bytes.size);
    if (out->failed)
        return false;
    uint8_t *b = out->data + out->size - l->bytes.size;
    switch (below(mu, 3)) {
    case 0: b[at] ^= (uint8_t)(1 << below(mu, 8)); break;
    case 1: b[at] = (uint8_t)small(mu); break;
    default: b[at] = (uint8_t)mutate_random(mu); break;
    }
    return true;
}

/* A whole body in the place of another, or a piece of one inserted into another. */
static bool splice(struct mutator *mu, const struct layout *l, struct buffer *out)
{
    uint32_t defined = l->m.nfuncs - l->m.nimported_funcs;
    if (defined < 2)
        return false;
    const struct func *to = &l->m.funcs[l->m.nimported_funcs + below(mu, defined)];
    const struct func *from = &l->m.funcs[l->m.nimported_funcs + below(mu, defined)];
    if (below(mu, 2)) {
        mu->what = "copy body";
        edit(l, to->body, to->body_size, (struct span){l->bytes.data + from->body, from->body_size},
             out);
        return true;
    }
    mu->what = "splice bodies";
    size_t at = below(mu, to->body_size), start = below(mu, from->body_size);
    size_t take = below(mu, from->body_size - start + 1), drop = below(mu, to->body_size - at + 1);
    if (take > 64)
        take = 64;
    if (drop > 64)
        drop = below(mu, 64);
    edit(l, to->body + at, drop, (struct span){l->bytes.data + from->body + start, take}, out);
    return true;
}

static bool change_sections(struct mutator *mu, const struct layout *l, struct buffer *out)
{
    if (l->nparts == 0)
        return false;
    const uint8_t *b = l->bytes.data;
    const struct part *p = &l->parts[below(mu, l->nparts)], *q = &l->parts[below(mu, l->nparts)];
    switch (below(mu, 5)) {
    case 0:
        mu->what = "drop section";
        hs_buffer_bytes(out, b, p->start);
        hs_buffer_bytes(out, b + p->end, l->bytes.size - p->end);
        break;
    case 1:
        mu->what = "double section";
        hs_buffer_bytes(out, b, q->end);
        hs_buffer_bytes(out, b + p->start, p->end - p->start);
        hs_buffer_bytes(out, b + q->end, l->bytes.size - q->end);
        break;
    case 2:
        mu->what = "change size";
        hs_buffer_bytes(out, b, p->start + 1);
        hs_buffer_u(out, p->end - p->contents + below(mu, 5) - 2);
        hs_buffer_bytes(out, b + p->contents, l->bytes.size - p->contents);
        break;
    case 3: {
        mu->what = "insert bytes";
        uint8_t bytes[4];
        uint64_t x = mutate_random(mu);
        memcpy(bytes, &x, 4);
        edit(l, p->contents + below(mu, p->end - p->contents + 1), 0,
             (struct span){bytes, 1 + below(mu, 4)}, out);
        break;
    }
    default: {
        mu->what = "remove bytes";
        size_t at = p->contents + below(mu, p->end - p->contents + 1), most = p->end - at;
        edit(l, at, below(mu, most > 4 ? 5 : most + 1), (struct span){NULL, 0}, out);
        break;
    }
    }
    return true;
}

static bool change_ends(struct mutator *mu, const struct layout *l, struct buffer *out)
{
    if (below(mu, 2)) {
        mu->what = "cut";
        hs_buffer_bytes(out, l->bytes.data, below(mu, l->bytes.size));
    } else {
        mu->what = "header";
        hs_buffer_bytes(out, l->bytes.data, l->bytes.size);
        if (!out->failed)
            out->data[out->size - l->bytes.size + below(mu, 8)] ^= (uint8_t)(1 << below(mu, 8));
    }
    return true;
}

bool mutate(struct mutator *mu, struct span module, struct buffer *out)
{
    static struct layout l; /* large; and nothing here runs in parallel */
    mu->what = "none";
    if (!lay_out(&l, module))
        return false;
    bool done;
    uint32_t kind = below(mu, 100);
    if (kind < 55)
        done = change_insn(mu, &l, out);
    else if (kind < 70)
        done = change_bytes(mu, &l, true, out);
    else if (kind < 80)
        done = splice(mu, &l, out);
    else if (kind < 90)
        done = l.nparts && change_bytes(mu, &l, false, out);
    else if (kind < 97)
        done = change_sections(mu, &l, out);
    else
        done = change_ends(mu, &l, out);
    hs_module_deinit(&l.m);
    return done && !out->failed;
}
