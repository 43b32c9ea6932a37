/* The handlers of the fast validator, included once by fast.c into whatever form the compiler
 * does best: functions that tail-call each other (clang) or labels in one function (gcc). A
 * handler sees
 *
 *   f    struct fast
 *   p    the byte after the opcode
 *   sp   the first free slot of the operand stack
 *
 * and ends in NEXT (after advancing p and sp) or, having changed nothing, in GO_GENERAL.
 * Reading a few bytes beyond the body is harmless: the end is compared before the next opcode.
 * No handler writes a zero above the top of the stack, see fast.h.
 *
 * Needed: HANDLER(label), NEXT, GO_GENERAL, FINISH. */

/* Numeric instructions: one compare, in place. */
#define UNARY(sig, a, result)                                                                      \
    HANDLER(sig)                                                                                   \
    {                                                                                              \
        if (HS_UNLIKELY(sp[-1] != CODE_##a))                                                       \
            GO_GENERAL;                                                                            \
        sp[-1] = CODE_##result;                                                                    \
        NEXT;                                                                                      \
    }
#define BINARY(sig, a, b, result)                                                                  \
    HANDLER(sig)                                                                                   \
    {                                                                                              \
        if (HS_UNLIKELY(load16(sp - 2) != (CODE_##a | CODE_##b << 8)))                             \
            GO_GENERAL;                                                                            \
        sp[-2] = CODE_##result;                                                                    \
        sp--;                                                                                      \
        NEXT;                                                                                      \
    }
UNARY(i_i, I32, I32)
BINARY(ii_i, I32, I32, I32)
UNARY(l_i, I64, I32)
BINARY(ll_i, I64, I64, I32)
BINARY(ff_i, F32, F32, I32)
BINARY(dd_i, F64, F64, I32)
UNARY(l_l, I64, I64)
BINARY(ll_l, I64, I64, I64)
UNARY(f_f, F32, F32)
BINARY(ff_f, F32, F32, F32)
UNARY(d_d, F64, F64)
BINARY(dd_d, F64, F64, F64)
UNARY(f_i, F32, I32)
UNARY(d_i, F64, I32)
UNARY(i_l, I32, I64)
UNARY(f_l, F32, I64)
UNARY(d_l, F64, I64)
UNARY(i_f, I32, F32)
UNARY(l_f, I64, F32)
UNARY(d_f, F64, F32)
UNARY(i_d, I32, F64)
UNARY(l_d, I64, F64)
UNARY(f_d, F32, F64)
#undef UNARY
#undef BINARY

HANDLER(NOP)
{
    NEXT;
}

/* Loads and stores of memory 0 with an offset below 2^28; f->address is no type if there is no
 * memory. */
#define LOAD(sig, result)                                                                          \
    HANDLER(sig)                                                                                   \
    {                                                                                              \
        uint32_t length = memarg_length(p);                                                        \
        if (HS_UNLIKELY(sp[-1] != f->address || length == 0))                                      \
            GO_GENERAL;                                                                            \
        sp[-1] = CODE_##result;                                                                    \
        p += length;                                                                               \
        f->accesses += f->weight;                                                                  \
        NEXT;                                                                                      \
    }
#define STORE(sig, value)                                                                          \
    HANDLER(sig)                                                                                   \
    {                                                                                              \
        uint32_t length = memarg_length(p);                                                        \
        if (HS_UNLIKELY(load16(sp - 2) != (uint32_t)(f->address | CODE_##value << 8) ||            \
                        length == 0))                                                              \
            GO_GENERAL;                                                                            \
        sp -= 2;                                                                                   \
        p += length;                                                                               \
        f->accesses += f->weight;                                                                  \
        f->flags |= FACT_MAY_WRITE;                                                                \
        NEXT;                                                                                      \
    }
LOAD(m_i, I32)
LOAD(m_l, I64)
LOAD(m_f, F32)
LOAD(m_d, F64)
STORE(mi_, I32)
STORE(ml_, I64)
STORE(mf_, F32)
STORE(md_, F64)
#undef LOAD
#undef STORE

HANDLER(MEMORY_SIZE)
{
    if (HS_UNLIKELY(p[0] != 0 || f->address == 0))
        GO_GENERAL;
    *sp++ = f->address;
    p++;
    NEXT;
}

/* Constants: only the length of the number matters, and that a signed one is not longer than
 * its type. */
HANDLER(I32_CONST)
{
    if (p[0] < 0x80) {
        p++;
    } else {
        uint32_t stop = ~hs_load32(p) & 0x80808080u;
        if (stop)
            p += (__builtin_ctz(stop) >> 3) + 1;
        else if ((p[4] & 0xf8) == 0 || (p[4] & 0xf8) == 0x78) /* bits 32 to 34 repeat bit 31 */
            p += 5;
        else
            GO_GENERAL;
    }
    *sp++ = CODE_I32;
    NEXT;
}

HANDLER(I64_CONST)
{
    if (p[0] < 0x80) {
        p++;
    } else {
        uint64_t stop = ~hs_load64(p) & 0x8080808080808080u;
        if (HS_LIKELY(stop != 0))
            p += (__builtin_ctzll(stop) >> 3) + 1;
        else if (p[8] < 0x80)
            p += 9;
        else if (p[9] == 0 || p[9] == 0x7f) /* one bit is left */
            p += 10;
        else
            GO_GENERAL;
    }
    *sp++ = CODE_I64;
    NEXT;
}

HANDLER(F32_CONST)
{
    p += 4;
    *sp++ = CODE_F32;
    NEXT;
}

HANDLER(F64_CONST)
{
    p += 8;
    *sp++ = CODE_F64;
    NEXT;
}

/* Variables. Beyond the last local there are zeros, so the index is in bounds if the code is
 * one. */
#define INDEX(x, length)                                                                           \
    uint32_t x = p[0], length = 1;                                                                 \
    if (HS_UNLIKELY(x >= 0x80)) {                                                                  \
        if (p[1] >= 0x80)                                                                          \
            GO_GENERAL;                                                                            \
        x = (x & 0x7f) | (uint32_t)p[1] << 7;                                                      \
        length = 2;                                                                                \
    }
/* An index that linkers write as five bytes, the last of them zero. */
#define LONG_INDEX(x, length)                                                                      \
    uint32_t x = p[0], length = 1;                                                                 \
    if (x >= 0x80) {                                                                               \
        length = index_length(p, &x);                                                              \
        if (HS_UNLIKELY(length == 0))                                                              \
            GO_GENERAL;                                                                            \
    }
HANDLER(LOCAL_GET)
{
    INDEX(x, length)
    uint8_t code = f->locals[x];
    if (HS_UNLIKELY((uint8_t)(code - 1) >= CODE_UNSET - 1))
        GO_GENERAL;
    *sp++ = code;
    p += length;
    f->uses[x] += f->weight;
    NEXT;
}

HANDLER(LOCAL_SET)
{
    INDEX(x, length)
    if (HS_UNLIKELY(sp[-1] != f->locals[x]))
        GO_GENERAL;
    sp--;
    p += length;
    f->uses[x] += f->weight;
    NEXT;
}

HANDLER(LOCAL_TEE)
{
    INDEX(x, length)
    if (HS_UNLIKELY(sp[-1] != f->locals[x]))
        GO_GENERAL;
    p += length;
    f->uses[x] += f->weight;
    NEXT;
}

HANDLER(GLOBAL_GET)
{
    LONG_INDEX(x, length)
    if (HS_UNLIKELY(x >= f->m->nglobals))
        GO_GENERAL;
    uint8_t code = f->t->global_get[x];
    if (HS_UNLIKELY((uint8_t)(code - 1) >= CODE_UNSET - 1))
        GO_GENERAL;
    *sp++ = code;
    p += length;
    NEXT;
}

HANDLER(GLOBAL_SET)
{
    LONG_INDEX(x, length)
    if (HS_UNLIKELY(x >= f->m->nglobals || sp[-1] != f->t->global_set[x]))
        GO_GENERAL;
    sp--;
    p += length;
    f->flags |= FACT_MAY_WRITE;
    NEXT;
}

HANDLER(DROP)
{
    if (HS_UNLIKELY(sp[-1] == CODE_SENTINEL))
        GO_GENERAL;
    sp--;
    NEXT;
}

HANDLER(SELECT)
{
    if (HS_UNLIKELY(sp[-1] != CODE_I32 || sp[-2] != sp[-3] || (uint8_t)(sp[-2] - 1) >= CODE_V128))
        GO_GENERAL;
    sp -= 2;
    NEXT;
}

/* Blocks without parameters; the type of a block is nearly always one byte. */
#define ENTER(frame_kind, label_types)                                                             \
    c->sig = s;                                                                                    \
    c->label = &s->label_types;                                                                    \
    c->base = sp;                                                                                  \
    c->log = (uint32_t)f->log.count;                                                               \
    c->weight = f->weight;                                                                         \
    c->kind = frame_kind;                                                                          \
    c->unreachable = 0;                                                                            \
    f->ctl = c;                                                                                    \
    p++

HANDLER(BLOCK)
{
    const struct sig *s = f->t->blocks[p[0]];
    struct fast_frame *c = f->ctl + 1;
    if (HS_UNLIKELY(!s || s->params.n || c == f->frames_end))
        GO_GENERAL;
    *sp++ = CODE_SENTINEL;
    ENTER(FRAME_BLOCK, results);
    NEXT;
}

HANDLER(LOOP)
{
    const struct sig *s = f->t->blocks[p[0]];
    struct fast_frame *c = f->ctl + 1;
    if (HS_UNLIKELY(!s || s->params.n || c == f->frames_end))
        GO_GENERAL;
    *sp++ = CODE_SENTINEL;
    ENTER(FRAME_LOOP, params);
    f->weight = c->weight < FAST_WEIGHT_MAX ? c->weight << 3 : c->weight;
    f->flags |= FACT_HAS_LOOP;
    NEXT;
}

HANDLER(IF)
{
    const struct sig *s = f->t->blocks[p[0]];
    struct fast_frame *c = f->ctl + 1;
    if (HS_UNLIKELY(sp[-1] != CODE_I32 || !s || s->params.n || c == f->frames_end))
        GO_GENERAL;
    sp[-1] = CODE_SENTINEL;
    ENTER(FRAME_IF, results);
    NEXT;
}
#undef ENTER

/* The results of a block with one or none: on the stack, alone; or nothing, in unreachable
 * code. */
#define RESULTS_ARE_THERE(c, r)                                                                    \
    ((r)->pushes == 0 ? sp == (c)->base                                                            \
     : (r)->pushes == 1                                                                            \
         ? (sp == (c)->base + 1 ? sp[-1] == (r)->one : sp == (c)->base && (c)->unreachable)        \
         : false)

HANDLER(ELSE)
{
    struct fast_frame *c = f->ctl;
    const struct types *r = &c->sig->results;
    if (HS_UNLIKELY(c->kind != FRAME_IF || c->sig->params.n || c->log != f->log.count ||
                    !RESULTS_ARE_THERE(c, r)))
        GO_GENERAL;
    sp = c->base;
    c->kind = FRAME_ELSE;
    c->unreachable = 0;
    NEXT;
}

HANDLER(END)
{
    struct fast_frame *c = f->ctl;
    const struct types *r = &c->sig->results;
    if (HS_UNLIKELY(c->kind >= FRAME_IF &&
                    !(c->kind == FRAME_IF && c->sig->balanced && !c->sig->params.n)))
        GO_GENERAL;
    if (HS_UNLIKELY(c->log != f->log.count || !RESULTS_ARE_THERE(c, r)))
        GO_GENERAL;
    sp = c->base;
    if (r->pushes)
        sp[-1] = r->one;
    else
        sp--;
    f->weight = c->weight;
    f->ctl = c - 1;
    if (HS_UNLIKELY(c == f->frames))
        FINISH;
    NEXT;
}

/* Branches. The label's types are one compare; sentinels below keep it within the block. */
HANDLER(BR)
{
    INDEX(depth, length)
    struct fast_frame *c = f->ctl;
    if (HS_UNLIKELY(depth > (size_t)(c - f->frames) ||
                    !types_on_top(sp, c[-(ptrdiff_t)depth].label)))
        GO_GENERAL;
    p += length;
    sp = c->base;
    c->unreachable = 1;
    NEXT;
}

HANDLER(BR_IF)
{
    INDEX(depth, length)
    struct fast_frame *c = f->ctl;
    if (HS_UNLIKELY(sp[-1] != CODE_I32 || depth > (size_t)(c - f->frames) ||
                    !types_on_top(sp - 1, c[-(ptrdiff_t)depth].label)))
        GO_GENERAL;
    p += length;
    sp--;
    NEXT;
}

HANDLER(BR_TABLE)
{
    INDEX(count, length)
    struct fast_frame *c = f->ctl;
    if (HS_UNLIKELY(sp[-1] != CODE_I32 || (size_t)(f->end - p) <= count + length))
        GO_GENERAL; /* each label has a byte at least, so too long is invalid */
    const uint8_t *q = p + length;
    size_t depths = (size_t)(c - f->frames);
    const struct types *last = NULL;
    bool ok = true;
    for (uint32_t n = count + 1; n > 0; n--) {
        uint32_t depth = *q++;
        if (HS_UNLIKELY(depth >= 0x80)) {
            if (q >= f->end || *q >= 0x80)
                ok = false;
            depth = (depth & 0x7f) | (uint32_t)*q++ << 7;
        }
        if (HS_UNLIKELY(!ok || depth > depths)) {
            ok = false;
            break;
        }
        const struct types *l = c[-(ptrdiff_t)depth].label;
        if (l == last)
            continue;
        if (HS_UNLIKELY((last && l->n != last->n) || !types_on_top(sp - 1, l))) {
            ok = false;
            break;
        }
        last = l;
    }
    if (HS_UNLIKELY(!ok))
        GO_GENERAL;
    p = q;
    sp = c->base;
    c->unreachable = 1;
    NEXT;
}

HANDLER(RETURN)
{
    struct fast_frame *c = f->ctl;
    if (HS_UNLIKELY(!types_on_top(sp, f->frames->label)))
        GO_GENERAL;
    sp = c->base;
    c->unreachable = 1;
    NEXT;
}

HANDLER(UNREACHABLE)
{
    struct fast_frame *c = f->ctl;
    sp = c->base;
    c->unreachable = 1;
    NEXT;
}

/* Calls */
HANDLER(CALL)
{
    LONG_INDEX(x, length)
    if (HS_UNLIKELY(x >= f->m->nfuncs))
        GO_GENERAL;
    const struct sig *s = f->t->func_sigs[x];
    if (HS_UNLIKELY(!types_on_top(sp, &s->params) && !long_types_on_top(sp, &s->params)))
        GO_GENERAL;
    if (HS_UNLIKELY(s->results.pushes > 1))
        GO_GENERAL;
    p += length;
    sp -= s->params.n;
    if (s->results.pushes)
        *sp++ = s->results.one;
    f->calls += f->weight;
    NEXT;
}

HANDLER(CALL_INDIRECT)
{
    LONG_INDEX(x, length)
    if (HS_UNLIKELY(x >= f->m->ntypes || sp[-1] != f->t->table_address))
        GO_GENERAL;
    const uint8_t *q = p + length;
    if (*q == 0)
        q++;
    else if (hs_load32(q) == 0x80808080u && q[4] == 0 &&
             (f->features & HS_FEATURE(REFERENCE_TYPES)))
        q += 5;
    else
        GO_GENERAL;
    const struct sig *s = &f->t->sigs[x];
    if (HS_UNLIKELY(!s->is_func || s->results.pushes > 1 ||
                    (!types_on_top(sp - 1, &s->params) && !long_types_on_top(sp - 1, &s->params))))
        GO_GENERAL;
    p = q;
    sp -= s->params.n + 1;
    if (s->results.pushes)
        *sp++ = s->results.one;
    f->calls += f->weight;
    NEXT;
}

/* memory.copy and memory.fill of memory 0; what else there is with this prefix is rare. */
HANDLER(BULK)
{
    uint32_t address = f->address, length;
    if (p[0] == 0x0a && p[1] == 0 && p[2] == 0 && load16(sp - 2) == (address | address << 8))
        length = 3;
    else if (p[0] == 0x0b && p[1] == 0 && load16(sp - 2) == (CODE_I32 | address << 8))
        length = 2;
    else
        GO_GENERAL;
    if (HS_UNLIKELY(sp[-3] != address || !(f->features & HS_FEATURE(BULK_MEMORY))))
        GO_GENERAL;
    p += length;
    sp -= 3;
    f->calls += f->weight;
    f->flags |= FACT_MAY_WRITE;
    NEXT;
}
#undef LONG_INDEX
#undef INDEX

/* SIMD: the rows are compared generically, immediates passed over by kind. */
HANDLER(SIMD)
{
    uint32_t x = p[0], length = 1;
    if (HS_UNLIKELY(x >= 0x80)) {
        x = (x & 0x7f) | (uint32_t)p[1] << 7; /* not below 0x4000 if a third byte follows */
        length = 2;
    }
    if (HS_UNLIKELY(x >= f->nsimd))
        GO_GENERAL;
    const struct fast_simd_row *row = &f->simd[x];
    if (HS_UNLIKELY((hs_load32(sp - 4) & row->mask) != row->want))
        GO_GENERAL;
    const uint8_t *q = p + length;
    if (row->imm != IMM_NONE) {
        if (row->imm == IMM_MEMARG) {
            uint32_t bytes = memarg_length_natural(q, row->natural);
            if (HS_UNLIKELY(bytes == 0))
                GO_GENERAL;
            q += bytes;
            f->accesses += f->weight;
            if (row->result == 0)
                f->flags |= FACT_MAY_WRITE;
        } else if (row->imm == IMM_LANE) {
            if (HS_UNLIKELY(*q++ >= row->natural))
                GO_GENERAL;
        } else { /* IMM_V128 */
            q += 16;
        }
    }
    p = q;
    sp -= row->n;
    if (row->result)
        *sp++ = row->result;
    f->flags |= FACT_HAS_SIMD;
    NEXT;
}
