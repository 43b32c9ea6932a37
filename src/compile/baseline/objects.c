/* Objects: structs, arrays, numbers of 31 bits, and casts. abi/gc.h draws references and
 * objects.
 *
 * A reference is 32 bits, zero-extended, and what it refers to is at [heap base + reference +
 * offset]: 4 GiB are reserved behind the base, so no reference leads out of the heap. Only
 * objects have a header, so null is sorted out before every access and numbers and things of the
 * host before every cast. Most values cannot be null, or anything but an object: the value stack
 * knows from the types of locals, globals, fields and results (`facts` of struct value), and no
 * code is made.
 *
 * Allocating is a call of the runtime. All operands go home before it, as before any call, and
 * are stored into the object after it: new objects are all zero, so zeros are not stored.
 * Nothing moves, so a reference in a register or in the frame stays good.
 *
 * In the heap a reference to a function is a number. The runtime makes one; reading looks it up
 * in run->funcs.
 *
 * A type test ends with the flag E set if the reference is of the type, whichever way it was
 * decided: null and tags jump there with the flags that they were found with, a header that is
 * not exactly the wanted one asks the runtime in cold code, which sets the flag, too. So
 * ref.test, ref.cast and br_on_cast are consumers of one condition.
 *
 * https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-instructions */
#include "compile/baseline/baseline.h"
#include "syntax/insn_read.h"

enum {
    LARGEST_INLINE = 4096, /* bytes of an object; the sum of a reference and this fits in 32 bits */
    LOAD_ZERO_8 = X64_FORM(0, 1, 0xb6), /* movzx, movsx */
    LOAD_ZERO_16 = X64_FORM(0, 1, 0xb7),
    LOAD_SIGN_8 = X64_FORM(0, 1, 0xbe),
    LOAD_SIGN_16 = X64_FORM(0, 1, 0xbf),
    LOAD_32 = 0x8b,
    LOAD_64 = 0x8b | X64_F_W,
    LOAD_F32 = X64_FORM(2, 1, 0x10),
    LOAD_F64 = X64_FORM(3, 1, 0x10),
    LOAD_V128 = X64_FORM(0, 1, 0x10), /* movups: objects lie at multiples of 8 */
};

/* --- types ------------------------------------------------------------------------------------ */

static bool is_object(const struct bl *b, uint32_t heap)
{
    if (hs_heap_is_index(heap))
        return b->m->types[heap].kind != COMP_FUNC;
    return heap == HEAP_STRUCT || heap == HEAP_ARRAY || heap == HEAP_NONE;
}

uint8_t hs_bl_ref_facts(const struct bl *b, struct valtype t)
{
    if (!hs_vt_is_ref(t))
        return 0;
    return (uint8_t)((hs_vt_nullable(t) ? 0 : BL_NON_NULL) |
                     (is_object(b, hs_vt_heap(t)) ? BL_OBJECT : 0));
}

const uint8_t *hs_bl_ref_result(struct bl *b, const uint8_t *p, uint8_t reg, struct valtype t)
{
    bool pushed = !bl_is_pin(b, reg);
    p = bl_result(b, p, reg, VT_REF);
    if (pushed)
        b->sp[-1].facts = hs_bl_ref_facts(b, t);
    return p;
}

/* Is it stored as a number of run->funcs? */
static bool is_func(const struct bl *b, struct valtype t)
{
    return hs_vt_is_ref(t) && hs_heap_top(b->m, hs_vt_heap(t)) == HEAP_FUNC;
}

static uint8_t unpacked(struct valtype t)
{
    enum valkind k = hs_vt_kind(t);
    return k == VT_I8 || k == VT_I16 ? VT_I32 : (uint8_t)k;
}

static struct valtype element_type(const struct bl *b, uint32_t type)
{
    return b->m->types[type].fields[0].type;
}

uint32_t hs_bl_heaptype(const uint8_t **p)
{
    const uint8_t *at = *p;
    int64_t x = hs_bl_s64(p);
    return x >= 0 ? (uint32_t)x : hs_heap_of_code(*at);
}

/* --- places ----------------------------------------------------------------------------------- */

static void null_check(struct bl *b, struct value v, uint8_t r)
{
    if (v.facts & BL_NON_NULL)
        return;
    x64_test32_rr(&b->a, r, r);
    hs_bl_trap_if(b, CC_E, TRAP_NULL_REFERENCE);
}

/* The same before an access to the object near its start: where faults are caught, that of null
 * is one. */
static void null_check_access(struct bl *b, struct value v, uint8_t r)
{
    if (!b->layout->signals)
        null_check(b, v, r);
}

/* A register with the base of the heap; not to be written to. */
static uint8_t heap_base(struct bl *b)
{
    if (b->heapbase != BL_NONE)
        return b->heapbase;
    uint8_t r = bl_alloc_gpr(b);
    x64_mov64_rm(&b->a, r, x64_bd(R13, HS_OFF_HEAP));
    return r;
}

/* A register of its own with the address of the object in r. */
static uint8_t address_of(struct bl *b, uint8_t r)
{
    uint8_t t = bl_alloc_gpr(b);
    if (b->heapbase != BL_NONE) {
        x64_lea64_rm(&b->a, t, x64_bid(b->heapbase, r, 0));
    } else {
        x64_mov64_rm(&b->a, t, x64_bd(R13, HS_OFF_HEAP));
        x64_add64_rr(&b->a, t, r);
    }
    return t;
}

/* The operand of the element at an index of an array, both popped, after the checks. */
static struct x64_mem element(struct bl *b, struct value array, struct value index, uint32_t size)
{
    uint8_t r = hs_bl_use(b, array);
    null_check_access(b, array, r);
    uint8_t t = address_of(b, r);
    struct x64_mem length = x64_bd(t, HS_OFF_GC_LENGTH);
    if (array.kind == V_REG)
        bl_free(b, r);
    if (index.kind == V_CONST && index.num < 1 << 20) {
        hs_bl_alu_mi(b, ALU_CMP, 0, length, (int32_t)index.num);
        if (!HS_PLANTED(24))
            hs_bl_trap_if(b, CC_BE, TRAP_ARRAY_OUT_OF_BOUNDS);
        return x64_bd(t, (int32_t)(HS_GC_HEADER + index.num * size));
    }
    uint8_t i = hs_bl_use(b, index), safe = BL_NONE;
    if (b->layout->spectre) {
        safe = bl_alloc_gpr(b);
        bl_zero(b, safe);
    }
    x64_cmp32_rm(&b->a, i, length);
    if (!HS_PLANTED(24))
        hs_bl_trap_if(b, CC_AE, TRAP_ARRAY_OUT_OF_BOUNDS);
    if (b->layout->spectre) {
        x64_cmov64_rr(&b->a, CC_B, safe, i);
        i = safe;
    }
    if (size < 16)
        return x64_bisd(t, i, (unsigned)__builtin_ctz(size), HS_GC_HEADER);
    /* Twice the index, which does not fit in 32 bits, and then a scale of 8. */
    if (safe == BL_NONE) {
        safe = bl_alloc_gpr(b);
        x64_lea64_rm(&b->a, safe, x64_bid(i, i, 0));
    } else {
        x64_add64_rr(&b->a, safe, safe);
    }
    return x64_bisd(t, safe, 3, HS_GC_HEADER);
}

static struct x64_mem field(struct bl *b, struct value object, uint32_t type, uint32_t i)
{
    uint8_t r = hs_bl_use(b, object);
    null_check_access(b, object, r);
    return x64_bid(heap_base(b), r, (int32_t)b->layout->objects[type].offsets[i]);
}

/* A register that only the operand uses, or a new one. */
static uint8_t reuse(struct bl *b, struct x64_mem m)
{
    unsigned index = x64_mem_index(m), base = x64_mem_base(m);
    if (index != X64_NO_INDEX && (b->held & b->temps) >> index & 1)
        return (uint8_t)index;
    if ((b->held & b->temps) >> base & 1)
        return (uint8_t)base;
    return bl_alloc_gpr(b);
}

/* Pushes what is at a place. */
static const uint8_t *load(struct bl *b, const uint8_t *p, struct x64_mem m, struct valtype storage,
                           bool sign)
{
    uint8_t type = unpacked(storage);
    uint32_t size = hs_gc_size_of(storage);
    if (type < VT_V128 && size != 2 && !(size == 1 && sign)) {
        const uint8_t *next = hs_bl_fold_load(b, p, m, size, type);
        if (next)
            return next;
    }
    uint8_t table = BL_NONE;
    if (is_func(b, storage)) {
        table = bl_alloc_gpr(b);
        x64_mov64_rm(&b->a, table, x64_bd(R13, HS_OFF_RUN));
        x64_mov64_rm(&b->a, table, x64_bd(table, HS_OFF_RUN_FUNCS));
    }
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = bl_is_fp(type) ? bl_alloc_fpr(b) : reuse(b, m);
    uint32_t form;
    switch (hs_vt_kind(storage)) {
    case VT_I8: form = sign ? LOAD_SIGN_8 : LOAD_ZERO_8; break;
    case VT_I16: form = sign ? LOAD_SIGN_16 : LOAD_ZERO_16; break;
    case VT_I64: form = LOAD_64; break;
    case VT_F32: form = LOAD_F32; break;
    case VT_F64: form = LOAD_F64; break;
    case VT_V128: form = LOAD_V128; break;
    default: form = LOAD_32; break;
    }
    x64_emit_m(&b->a, form, XR(d), m);
    if (table != BL_NONE)
        x64_mov64_rm(&b->a, d, x64_bisd(table, d, 3, 0));
    return type == VT_REF ? hs_bl_ref_result(b, p, d, storage) : bl_result(b, p, d, type);
}

/* Where a value is that can be stored without touching the place: a register or an immediate. */
static struct opnd storable(struct bl *b, struct value v)
{
    if (bl_is_fp(v.type)) {
        if (v.kind == V_CONST)
            return (struct opnd){.kind = O_IMM, .imm = (int32_t)v.num};
        return (struct opnd){.kind = O_REG, .reg = hs_bl_use(b, v)};
    }
    struct opnd o = hs_bl_operand(b, v);
    if (o.kind == O_MEM)
        o = (struct opnd){.kind = O_REG, .reg = hs_bl_use(b, v)};
    return o;
}

/* A reference to a function is a number by now. */
static void store(struct bl *b, struct x64_mem m, struct valtype storage, struct opnd o)
{
    enum valkind k = hs_vt_kind(storage);
    if (o.kind == O_IMM) {
        uint32_t bytes = k == VT_I8 ? 1 : k == VT_I16 ? 2 : 4;
        uint32_t form = k == VT_I8    ? 0xc6
                        : k == VT_I16 ? X64_FORM(1, 0, 0xc7)
                        : k == VT_I64 ? 0xc7 | X64_F_W
                                      : 0xc7;
        x64_emit_m(&b->a, form + X64_IMM(bytes), 0, m);
        hs_store32(b->a.p, (uint32_t)o.imm);
        b->a.p += bytes;
        return;
    }
    uint32_t form;
    switch (k) {
    case VT_I8: form = 0x88 | X64_F_BYTE; break;
    case VT_I16: form = X64_FORM(1, 0, 0x89); break;
    case VT_I64: form = 0x89 | X64_F_W; break;
    case VT_F32: form = X64_FORM(2, 1, 0x11); break;
    case VT_F64: form = X64_FORM(3, 1, 0x11); break;
    case VT_V128: form = X64_FORM(0, 1, 0x11); break;
    default: form = 0x89; break;
    }
    x64_emit_m(&b->a, form, XR(o.reg), m);
}

/* --- operands of runtime calls ---------------------------------------------------------------- */

/* Pushes the value of an entry once more, to be passed on at once. */
static void push_copy(struct bl *b, uint32_t i)
{
    struct value v = b->stack[i];
    if (v.kind == V_SLOT || v.kind == V_REG) {
        v.num = i;
        uint8_t r = bl_alloc_gpr(b);
        v = b->stack[i]; /* allocating may have spilled it */
        v.num = i;
        hs_bl_move_to(b, v, r);
        bl_push_reg(b, r, v.type);
    } else {
        bl_push(b, v);
    }
}

/* Puts constants below the n topmost entries: arguments that come first. */
static void insert(struct bl *b, uint32_t n, uint32_t nconsts, const uint32_t *consts)
{
    struct value v[2];
    HS_ASSERT(n <= 2);
    for (uint32_t i = n; i-- > 0;) {
        v[i] = bl_pop(b);
        if (v[i].kind == V_SLOT) /* its slot depends on its place */
            v[i] = bl_value(V_REG, v[i].type, hs_bl_use(b, v[i]), 0);
    }
    for (uint32_t i = 0; i < nconsts; i++)
        bl_push_const(b, VT_I32, consts[i]);
    for (uint32_t i = 0; i < n; i++)
        if (v[i].kind == V_REG)
            bl_push_reg(b, v[i].reg, v[i].type);
        else
            bl_push(b, v[i]);
}

/* Replaces a reference to a function, entry i, by its number. */
static void to_number(struct bl *b, uint32_t i)
{
    if (b->stack[i].kind == V_CONST) { /* null is 0 in both */
        b->stack[i] = bl_value(V_CONST, VT_I32, BL_NONE, 0);
        return;
    }
    if (i + 1 == bl_height(b)) {
        hs_bl_libcall(b, LIBCALL_FUNC_NUMBER, 1, 0, NULL, VT_I32);
        return;
    }
    push_copy(b, i);
    hs_bl_libcall(b, LIBCALL_FUNC_NUMBER, 1, 0, NULL, VT_I32);
    if (b->status != ST_OK)
        return;
    struct value v = bl_pop(b);
    hs_bl_store_frame(b, v.reg, VT_I32, bl_slot(b, i));
    if (b->stack[i].kind == V_REG)
        b->free |= BIT(b->stack[i].reg);
    b->stack[i] = bl_value(V_SLOT, VT_I32, BL_NONE, 0);
    bl_done(b);
}

static bool is_zero(const struct bl *b, struct value v)
{
    if (v.kind == V_CONST)
        return v.num == 0;
    if (v.kind != V_WIDE || !bl_is_fp(v.type)) /* an integer of that kind is not zero */
        return false;
    const uint8_t *bits = b->bytes + v.num;
    return hs_load64(bits) == 0 && (v.type != VT_V128 || hs_load64(bits + 8) == 0);
}

/* The value under `above` entries becomes an integer as the heap has it; a vector goes to the
 * argument area. */
static void to_heap_value(struct bl *b, struct valtype storage, uint32_t above)
{
    uint32_t i = bl_height(b) - 1 - above;
    if (is_func(b, storage)) {
        to_number(b, i);
        return;
    }
    struct value v = b->stack[i];
    if (!bl_is_fp(v.type))
        return;
    if (v.kind == V_SLOT)
        v.num = i;
    if (v.kind == V_REG)
        b->held |= BIT(v.reg);
    uint8_t type = v.type == VT_F32 ? VT_I32 : VT_I64;
    if (v.type == VT_V128) {
        uint8_t x = hs_bl_use(b, v), t = bl_alloc_gpr(b);
        x64_mov64_rm(&b->a, t, x64_bd(R13, HS_OFF_ARGS));
        x64_movups_mr(&b->a, x64_bd(t, 0), XR(x));
        b->stack[i] = bl_value(V_CONST, VT_I64, BL_NONE, 0);
    } else {
        uint8_t x = hs_bl_use(b, v), d = bl_alloc_gpr(b);
        if (v.type == VT_F32)
            x64_movd_g_rr(&b->a, d, XR(x));
        else
            x64_movq_g_rr(&b->a, d, XR(x));
        b->stack[i] = bl_value(V_REG, type, d, 0);
        b->held &= ~BIT(d);
    }
    bl_done(b);
}

/* Marks the object that a call has just made. */
static const uint8_t *made(struct bl *b, const uint8_t *p)
{
    if (b->status == ST_OK)
        b->sp[-1].facts = BL_NON_NULL | BL_OBJECT;
    return p;
}

/* --- making objects --------------------------------------------------------------------------- */

/* A new object's reference, held, and a register with its address. One that is small is taken
 * from where the runtime makes them, too, the runtime being called when that is full. */
static uint8_t allocate(struct bl *b, enum hs_libcall id, const uint64_t extra[2], uint64_t size,
                        uint8_t *out_at)
{
    if (size > LARGEST_INLINE) {
        hs_bl_libcall(b, id, 0, id == LIBCALL_GC_NEW ? 1 : 2, extra, VT_REF);
        if (b->status != ST_OK)
            return RAX;
        uint8_t made = bl_pop(b).reg;
        *out_at = address_of(b, made);
        return made;
    }
    uint8_t gc = bl_alloc_gpr(b), r = bl_alloc_gpr(b), t = bl_alloc_gpr(b), bit = bl_alloc_gpr(b);
    uint32_t live = hs_bl_live(b) & ~(BIT(gc) | BIT(r) | BIT(t) | BIT(bit));
    x64_mov64_rm(&b->a, gc, x64_bd(R13, HS_OFF_GC));
    x64_mov32_rm(&b->a, r, x64_bd(gc, HS_OFF_GC_AT));
    x64_lea64_rm(&b->a, t, x64_bd(r, (int32_t)size));
    x64_cmp32_rm(&b->a, t, x64_bd(gc, HS_OFF_GC_END));
    hs_bl_cold_make(b, CC_A, id, extra, r, live);
    x64_mov32_mr(&b->a, x64_bd(gc, HS_OFF_GC_AT), t);
    /* Its bit in `starts`, by words of 32. */
    x64_mov64_rm(&b->a, gc, x64_bd(gc, HS_OFF_GC_STARTS));
    x64_mov32_rr(&b->a, bit, r);
    x64_shr32_ri(&b->a, bit, 8);
    x64_lea64_rm(&b->a, gc, x64_bisd(gc, bit, 2, 0));
    x64_mov32_rr(&b->a, bit, r);
    x64_shr32_ri(&b->a, bit, 3);
    x64_mov32_rm(&b->a, t, x64_bd(gc, 0));
    x64_bts32_rr(&b->a, t, bit);
    x64_mov32_mr(&b->a, x64_bd(gc, 0), t);
    hs_bl_cold_back(b);
    bl_free(b, gc);
    bl_free(b, t);
    bl_free(b, bit);
    uint8_t at = *out_at = address_of(b, r);
    x64_mov32_mi(&b->a, x64_bd(at, HS_OFF_GC_TYPE), (int32_t)extra[0]);
    if (id == LIBCALL_GC_NEW_ARRAY && extra[1])
        x64_mov32_mi(&b->a, x64_bd(at, HS_OFF_GC_LENGTH), (int32_t)extra[1]);
    return r;
}

/* A new object, into which the n topmost entries are stored. */
static const uint8_t *make(struct bl *b, const uint8_t *p, enum hs_libcall id,
                           const uint64_t extra[2], uint32_t type, uint32_t n)
{
    const struct deftype *t = &b->m->types[type];
    bool array = t->kind == COMP_ARRAY;
    for (uint32_t i = 0; i < n; i++)
        if (is_func(b, t->fields[array ? 0 : i].type)) {
            if (!hs_bl_room(b, BL_ROOM))
                return NULL;
            to_number(b, bl_height(b) - n + i);
        }
    if (b->status != ST_OK)
        return NULL;
    uint32_t size = array ? hs_gc_size_of(t->fields[0].type) : 0;
    uint8_t at, r = allocate(b, id, extra,
                             array ? hs_gc_array_size(size, (uint32_t)extra[1])
                                   : b->layout->objects[type].size,
                             &at);
    if (b->status != ST_OK)
        return NULL;
    uint32_t first = bl_height(b) - n;
    for (uint32_t i = 0; i < n; i++) {
        if (is_zero(b, b->stack[first + i]))
            continue;
        if (!hs_bl_room(b, BL_ROOM))
            return NULL;
        struct value v = b->stack[first + i];
        if (v.kind == V_SLOT)
            v.num = first + i;
        uint32_t held = b->held;
        struct x64_mem m = x64_bd(
            at, (int32_t)(array ? HS_GC_HEADER + i * size : b->layout->objects[type].offsets[i]));
        store(b, m, t->fields[array ? 0 : i].type, storable(b, v));
        b->free |= b->held & ~held & b->temps;
        b->held = held;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct value v = bl_pop(b);
        if (v.kind == V_REG)
            bl_free(b, v.reg);
    }
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE) {
        bl_push_reg(b, r, VT_REF);
        b->sp[-1].facts = BL_NON_NULL | BL_OBJECT;
        bl_done(b);
        return p;
    }
    x64_mov32_rr(&b->a, d, r);
    return bl_result(b, p, d, VT_REF);
}

BL_OP(STRUCT_NEW)
{
    uint32_t type = bl_u32(&p);
    return make(b, p, LIBCALL_GC_NEW, (uint64_t[]){b->layout->type_ids[type], 0}, type,
                b->m->types[type].nfields);
}

BL_OP(STRUCT_NEW_DEFAULT)
{
    uint32_t type = bl_u32(&p);
    return make(b, p, LIBCALL_GC_NEW, (uint64_t[]){b->layout->type_ids[type], 0}, type, 0);
}

BL_OP(ARRAY_NEW_FIXED)
{
    uint32_t type = bl_u32(&p), n = bl_u32(&p);
    return make(b, p, LIBCALL_GC_NEW_ARRAY, (uint64_t[]){b->layout->type_ids[type], n}, type, n);
}

BL_OP(ARRAY_NEW_DEFAULT)
{
    uint32_t type = bl_u32(&p);
    if (b->sp[-1].kind == V_CONST) {
        uint32_t length = bl_pop(b).num;
        return make(b, p, LIBCALL_GC_NEW_ARRAY, (uint64_t[]){b->layout->type_ids[type], length},
                    type, 0);
    }
    insert(b, 1, 1, &b->layout->type_ids[type]);
    hs_bl_libcall(b, LIBCALL_GC_NEW_ARRAY, 2, 0, NULL, VT_REF);
    return made(b, p);
}

/* Loads an integer that is at home, in its slot or a constant into a register that may be a lost
 * pin. */
static void load_saved(struct bl *b, uint8_t reg, uint32_t i)
{
    struct value v = b->stack[i];
    if (v.kind == V_SLOT)
        v.num = i;
    hs_bl_move(b, v, reg);
}

BL_OP(ARRAY_NEW)
{
    uint32_t type = bl_u32(&p), value = bl_height(b) - 2, length = value + 1;
    struct valtype storage = element_type(b, type);
    bool zero = is_zero(b, b->stack[value]), vector = hs_vt_kind(storage) == VT_V128;
    if (!zero && !vector)
        to_heap_value(b, storage, 1);
    if (b->status != ST_OK)
        return NULL;
    if (zero) {
        insert(b, 1, 1, &b->layout->type_ids[type]);
        hs_bl_libcall(b, LIBCALL_GC_NEW_ARRAY, 2, 0, NULL, VT_REF);
        if (b->status != ST_OK)
            return NULL;
        struct value ref = bl_pop(b);
        (void)bl_pop(b);
        bl_push_reg(b, ref.reg, VT_REF);
        bl_done(b);
        return made(b, p);
    }
    bl_push_const(b, VT_I32, b->layout->type_ids[type]);
    push_copy(b, length);
    hs_bl_libcall(b, LIBCALL_GC_NEW_ARRAY, 2, 0, NULL, VT_REF);
    if (b->status != ST_OK)
        return NULL;
    /* What is below has been saved: ARRAY_FILL(array, 0, value, length), with the array in the
     * value's slot. */
    (void)bl_pop(b);
    if (vector) {
        struct value kept = b->stack[value];
        if (kept.kind == V_SLOT)
            kept.num = value;
        uint8_t x = hs_bl_use(b, kept), t = bl_alloc_gpr(b);
        x64_mov64_rm(&b->a, t, x64_bd(R13, HS_OFF_ARGS));
        x64_movups_mr(&b->a, x64_bd(t, 0), XR(x));
        bl_free(b, t);
        bl_zero(b, RDX);
    } else {
        load_saved(b, RDX, value);
    }
    load_saved(b, RCX, length);
    hs_bl_store_frame(b, RAX, VT_REF, bl_slot(b, value));
    x64_mov32_rr(&b->a, RDI, RAX);
    bl_zero(b, RSI);
    bl_done(b);
    b->sp = b->stack + value;
    bl_push_slot(b, VT_REF);
    x64_masm_libcall(&b->a, LIBCALL_ARRAY_FILL);
    bl_lose_pins(b);
    return made(b, p);
}

static const uint8_t *new_from_segment(struct bl *b, const uint8_t *p, enum hs_libcall id)
{
    uint32_t type = bl_u32(&p), segment = bl_u32(&p);
    insert(b, 2, 2, (uint32_t[]){b->layout->type_ids[type], segment});
    hs_bl_libcall(b, id, 4, 0, NULL, VT_REF);
    return made(b, p);
}

BL_OP(ARRAY_NEW_DATA)
{
    return new_from_segment(b, p, LIBCALL_GC_NEW_DATA);
}

BL_OP(ARRAY_NEW_ELEM)
{
    return new_from_segment(b, p, LIBCALL_GC_NEW_ELEM);
}

/* --- reading and writing ---------------------------------------------------------------------- */

static const uint8_t *struct_get(struct bl *b, const uint8_t *p, bool sign)
{
    uint32_t type = bl_u32(&p), i = bl_u32(&p);
    struct x64_mem m = field(b, bl_pop(b), type, i);
    return load(b, p, m, b->m->types[type].fields[i].type, sign);
}

BL_OP(STRUCT_GET)
{
    return struct_get(b, p, false);
}

BL_OP(STRUCT_GET_S)
{
    return struct_get(b, p, true);
}

BL_OP(STRUCT_GET_U)
{
    return struct_get(b, p, HS_PLANTED(25));
}

BL_OP(STRUCT_SET)
{
    uint32_t type = bl_u32(&p), i = bl_u32(&p);
    struct valtype storage = b->m->types[type].fields[i].type;
    if (is_func(b, storage))
        to_number(b, bl_height(b) - 1);
    if (b->status != ST_OK)
        return NULL;
    struct value v = bl_pop(b), object = bl_pop(b);
    struct opnd o = storable(b, v);
    store(b, field(b, object, type, i), storage, o);
    bl_done(b);
    return p;
}

static const uint8_t *array_get(struct bl *b, const uint8_t *p, bool sign)
{
    struct valtype storage = element_type(b, bl_u32(&p));
    struct value index = bl_pop(b), array = bl_pop(b);
    return load(b, p, element(b, array, index, hs_gc_size_of(storage)), storage, sign);
}

BL_OP(ARRAY_GET)
{
    return array_get(b, p, false);
}

BL_OP(ARRAY_GET_S)
{
    return array_get(b, p, true);
}

BL_OP(ARRAY_GET_U)
{
    return array_get(b, p, false);
}

BL_OP(ARRAY_SET)
{
    struct valtype storage = element_type(b, bl_u32(&p));
    if (is_func(b, storage))
        to_number(b, bl_height(b) - 1);
    if (b->status != ST_OK)
        return NULL;
    struct value v = bl_pop(b), index = bl_pop(b), array = bl_pop(b);
    struct opnd o = storable(b, v);
    store(b, element(b, array, index, hs_gc_size_of(storage)), storage, o);
    bl_done(b);
    return p;
}

BL_OP(ARRAY_LEN)
{
    struct value v = bl_pop(b);
    uint8_t r = hs_bl_use(b, v);
    null_check_access(b, v, r);
    struct x64_mem m = x64_bid(heap_base(b), r, HS_OFF_GC_LENGTH);
    return load(b, p, m, HS_I32, false);
}

BL_OP(ARRAY_FILL)
{
    to_heap_value(b, element_type(b, bl_u32(&p)), 1);
    hs_bl_libcall(b, LIBCALL_ARRAY_FILL, 4, 0, NULL, VT_BOT);
    return p;
}

BL_OP(ARRAY_COPY)
{
    bl_u32(&p);
    bl_u32(&p);
    hs_bl_libcall(b, LIBCALL_ARRAY_COPY, 5, 0, NULL, VT_BOT);
    return p;
}

BL_OP(ARRAY_INIT_DATA)
{
    bl_u32(&p);
    hs_bl_libcall(b, LIBCALL_ARRAY_INIT_DATA, 4, 1, (uint64_t[]){bl_u32(&p)}, VT_BOT);
    return p;
}

BL_OP(ARRAY_INIT_ELEM)
{
    bl_u32(&p);
    hs_bl_libcall(b, LIBCALL_ARRAY_INIT_ELEM, 4, 1, (uint64_t[]){bl_u32(&p)}, VT_BOT);
    return p;
}

/* --- numbers of 31 bits ----------------------------------------------------------------------- */

BL_OP(REF_I31)
{
    struct value v = bl_pop(b);
    uint8_t r = hs_bl_use(b, v), d = bl_dest(b, p);
    if (d == BL_NONE)
        d = v.kind == V_REG ? r : bl_alloc_gpr(b);
    x64_lea32_rm(&b->a, d, x64_bid(r, r, 1));
    return hs_bl_ref_result(b, p, d, HS_REF(false, HEAP_I31));
}

static const uint8_t *i31_get(struct bl *b, const uint8_t *p, bool sign)
{
    struct value v = bl_pop(b);
    uint8_t r = hs_bl_use(b, v);
    null_check(b, v, r);
    uint8_t d = bl_dest(b, p);
    if (d == BL_NONE)
        d = v.kind == V_REG ? r : bl_alloc_gpr(b);
    if (d != r)
        x64_mov32_rr(&b->a, d, r);
    if (sign)
        x64_sar32_ri(&b->a, d, 1);
    else
        x64_shr32_ri(&b->a, d, 1);
    return bl_result(b, p, d, VT_I32);
}

BL_OP(I31_GET_S)
{
    return i31_get(b, p, true);
}

BL_OP(I31_GET_U)
{
    return i31_get(b, p, false);
}

/* --- conversions: the same word --------------------------------------------------------------- */

BL_OP(ANY_CONVERT_EXTERN)
{
    (void)b;
    return p;
}

BL_OP(EXTERN_CONVERT_ANY)
{
    (void)b;
    return p;
}

/* --- casts ------------------------------------------------------------------------------------ */

/* Compares, so that the returned condition holds if the reference in r is of the type. Emits
 * nothing that allocates registers: t is a scratch register other than r. */
static int test_type(struct bl *b, uint8_t r, uint8_t t, uint8_t facts, uint32_t heap,
                     bool nullable)
{
    uint32_t top = hs_heap_top(b->m, heap);
    bool never_null = facts & BL_NON_NULL;
    if (heap == top) {
        if (nullable || never_null) {
            x64_cmp32_rr(&b->a, r, r);
            return CC_E;
        }
        x64_test64_rr(&b->a, r, r);
        return CC_NE;
    }
    if (heap == hs_heap_bottom(b->m, heap)) {
        if (nullable) {
            x64_test64_rr(&b->a, r, r);
            return CC_E;
        }
        x64_cmp32_rr(&b->a, r, r);
        return CC_NE;
    }
    if (heap == HEAP_I31 && !nullable) {
        x64_test8_ri(&b->a, r, 1);
        return CC_NE;
    }
    struct x64_label done;
    x64_label_init(&done);
    if (!never_null && nullable) {
        x64_test64_rr(&b->a, r, r);
        x64_jcc_label(&b->a, CC_E, &done);
    } else if (!never_null) {
        x64_cmp64_ri(&b->a, r, 1); /* less: null, and not equal */
        x64_jcc_label(&b->a, CC_B, &done);
    }
    uint32_t ask = HS_NO_TYPE; /* the type that the runtime decides on when cc holds */
    int cc = CC_NE;
    if (heap == HEAP_I31) {
        x64_lea32_rm(&b->a, t, x64_bd(r, 1));
        x64_test8_ri(&b->a, t, 1);
    } else if (heap == HEAP_EQ) { /* everything but what the host has */
        x64_lea32_rm(&b->a, t, x64_bd(r, 2));
        x64_test8_ri(&b->a, t, 3);
        x64_setcc_r(&b->a, CC_E, t);
        x64_test8_rr(&b->a, t, t);
    } else if (top == HEAP_FUNC) {
        ask = b->layout->type_ids[heap];
        x64_cmp32_mi(&b->a, x64_bd(r, HS_OFF_FUNCREF_TYPE), (int32_t)ask);
        if (b->m->types[heap].final)
            ask = HS_NO_TYPE;
    } else {
        if (!(facts & BL_OBJECT)) {
            x64_test8_ri(&b->a, r, 3);
            x64_jcc_label(&b->a, CC_NE, &done);
        }
        if (hs_heap_is_index(heap)) {
            uint8_t base = b->heapbase;
            if (base == BL_NONE)
                x64_mov64_rm(&b->a, base = t, x64_bd(R13, HS_OFF_HEAP));
            ask = b->layout->type_ids[heap];
            x64_cmp32_mi(&b->a, x64_bid(base, r, HS_OFF_GC_TYPE), (int32_t)ask);
            if (b->m->types[heap].final || HS_PLANTED(26))
                ask = HS_NO_TYPE;
        } else { /* struct or array: the header says it to the runtime alone */
            if (facts & BL_OBJECT)
                x64_cmp32_rr(&b->a, r, r);
            ask = heap;
            cc = CC_E;
        }
    }
    if (ask != HS_NO_TYPE)
        hs_bl_cold_test(b, cc, r, ask, hs_bl_live(b) | BIT(r));
    x64_bind(&b->a, &done);
    return CC_E;
}

static const uint8_t *ref_test(struct bl *b, const uint8_t *p, bool nullable)
{
    uint32_t heap = hs_bl_heaptype(&p);
    struct use u = hs_bl_peek(p);
    hs_bl_prepare(b, &u, 1);
    struct value v = bl_pop(b);
    uint8_t r = hs_bl_use(b, v), t = bl_alloc_gpr(b);
    struct cond c;
    hs_bl_before(b, &u, BIT(r), &c);
    return hs_bl_after(b, &c, test_type(b, r, t, v.facts, heap, nullable));
}

BL_OP(REF_TEST)
{
    return ref_test(b, p, false);
}

BL_OP(REF_TEST_NULL)
{
    return ref_test(b, p, true);
}

static const uint8_t *ref_cast(struct bl *b, const uint8_t *p, bool nullable)
{
    uint32_t heap = hs_bl_heaptype(&p);
    struct value v = bl_pop(b);
    uint8_t r = hs_bl_use(b, v), t = bl_alloc_gpr(b);
    int cc = test_type(b, r, t, v.facts, heap, nullable);
    hs_bl_trap_if(b, bl_invert(cc), TRAP_CAST_FAILURE);
    if (v.kind == V_LOCAL)
        bl_push(b, v);
    else
        bl_push_reg(b, r, VT_REF);
    b->sp[-1].facts = v.facts | hs_bl_ref_facts(b, HS_REF(nullable, heap));
    bl_done(b);
    return p;
}

BL_OP(REF_CAST)
{
    return ref_cast(b, p, false);
}

BL_OP(REF_CAST_NULL)
{
    return ref_cast(b, p, true);
}

static const uint8_t *br_on_cast(struct bl *b, const uint8_t *p, bool fail)
{
    uint32_t flags = *p++, depth = bl_u32(&p);
    struct valtype from = HS_REF(flags & 1, hs_bl_heaptype(&p));
    struct valtype to = HS_REF(flags >> 1 & 1, hs_bl_heaptype(&p));
    bl_reload_all(b);
    struct value v = bl_pop(b);
    uint8_t facts = v.facts | hs_bl_ref_facts(b, from);
    uint8_t r = hs_bl_own(b, v), t = bl_alloc_gpr(b);
    bl_push_reg(b, r, VT_REF);
    bl_done(b);
    int cc = test_type(b, r, t, facts, hs_vt_heap(to), hs_vt_nullable(to));
    hs_bl_branch_if(b, fail ? bl_invert(cc) : cc, depth);
    /* What goes on here: the cast succeeded, or failed, and then the reference is not null if
     * null succeeds. */
    if (fail)
        facts |= hs_bl_ref_facts(b, to);
    else if (hs_vt_nullable(to))
        facts |= BL_NON_NULL;
    b->sp[-1].facts = facts;
    hs_bl_fuel_block(b);
    return p;
}

BL_OP(BR_ON_CAST)
{
    return br_on_cast(b, p, false);
}

BL_OP(BR_ON_CAST_FAIL)
{
    return br_on_cast(b, p, true);
}
