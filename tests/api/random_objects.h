/* A part of test_random.c: structs, arrays, exceptions, their types, views of references and raw
 * words. */

enum { OBJECT_TYPES = 8 };

static struct object_type {
    wasmtime_struct_type_t *s; /* of one engine or the other */
    wasmtime_array_type_t *a;
    wasmtime_struct_ref_pre_t *sp; /* of some store, which may be gone */
    wasmtime_array_ref_pre_t *ap;
} object_types[OBJECT_TYPES];

static wasm_valtype_t *some_reference_type(void)
{
    static const wasmtime_heaptype_kind_t kinds[] = {
        WASMTIME_HEAPTYPE_KIND_ANY,    WASMTIME_HEAPTYPE_KIND_EQ,    WASMTIME_HEAPTYPE_KIND_I31,
        WASMTIME_HEAPTYPE_KIND_STRUCT, WASMTIME_HEAPTYPE_KIND_ARRAY, WASMTIME_HEAPTYPE_KIND_EXN,
        WASMTIME_HEAPTYPE_KIND_NONE,   WASMTIME_HEAPTYPE_KIND_EXTERN};
    wasmtime_valtype_t t = {.kind = WASMTIME_VALTYPE_KIND_REF,
                            .reftype = {rnd(6) != 0, {.kind = kinds[rnd(8)]}}};
    const struct object_type *o = &object_types[rnd(OBJECT_TYPES)];
    if (rnd(4) == 0 && o->s) {
        t.reftype.heaptype.kind = WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT;
        t.reftype.heaptype.of.concrete_struct = o->s;
    }
    return wasmtime_valtype_to_wasm(NULL, &t);
}

static wasmtime_field_type_t some_field(void)
{
    wasmtime_field_type_t f = {rnd(4) != 0, {WASMTIME_STORAGE_TYPE_KIND_VALTYPE, NULL}};
    if (rnd(5) == 0)
        f.storage.kind = rnd(2) ? WASMTIME_STORAGE_TYPE_KIND_I8 : WASMTIME_STORAGE_TYPE_KIND_I16;
    else
        f.storage.valtype = rnd(2) ? some_type() : some_reference_type();
    return f;
}

/* Which kind of value a type wants. */
static wasmtime_valkind_t kind_of(const wasm_valtype_t *type)
{
    wasmtime_valtype_t t;
    wasmtime_valtype_new(type, &t);
    wasmtime_valkind_t k = (wasmtime_valkind_t)t.kind;
    if (t.kind == WASMTIME_VALTYPE_KIND_REF)
        switch (t.reftype.heaptype.kind) {
        case WASMTIME_HEAPTYPE_KIND_EXTERN:
        case WASMTIME_HEAPTYPE_KIND_NOEXTERN: k = WASMTIME_EXTERNREF; break;
        case WASMTIME_HEAPTYPE_KIND_FUNC:
        case WASMTIME_HEAPTYPE_KIND_NOFUNC:
        case WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC: k = WASMTIME_FUNCREF; break;
        case WASMTIME_HEAPTYPE_KIND_EXN:
        case WASMTIME_HEAPTYPE_KIND_NOEXN: k = WASMTIME_EXNREF; break;
        default: k = WASMTIME_ANYREF; break;
        }
    wasmtime_valtype_delete(&t);
    return k;
}

/* Is it the type of all references of its kind? Raw values of it need no further check. */
static bool is_top(const wasm_valtype_t *type)
{
    wasmtime_valtype_t t;
    wasmtime_valtype_new(type, &t);
    bool top = t.kind != WASMTIME_VALTYPE_KIND_REF ||
               (t.reftype.nullable && (t.reftype.heaptype.kind == WASMTIME_HEAPTYPE_KIND_EXTERN ||
                                       t.reftype.heaptype.kind == WASMTIME_HEAPTYPE_KIND_FUNC ||
                                       t.reftype.heaptype.kind == WASMTIME_HEAPTYPE_KIND_ANY ||
                                       t.reftype.heaptype.kind == WASMTIME_HEAPTYPE_KIND_EXN));
    wasmtime_valtype_delete(&t);
    return top;
}

/* A value of a kind, mostly of the store in use; else any. */
static const wasmtime_val_t *some_reference(wasmtime_valkind_t kind)
{
    const wasmtime_val_t *found = NULL, *v;
    for (int tries = 0; tries < 40; tries++) {
        v = &values[rnd(VALUES)];
        if (v->kind != kind)
            continue;
        found = v;
        if (rnd(20) == 0 || kind <= WASMTIME_EXTERNREF ||
            (kind == WASMTIME_ANYREF ? wasmtime_anyref_to_raw(places[here].context, &v->of.anyref)
                                     : wasmtime_exnref_to_raw(places[here].context, &v->of.exnref)))
            break;
    }
    return found ? found : v;
}

/* Mostly of the type. */
static wasmtime_val_t value_for(const wasm_valtype_t *type)
{
    wasmtime_valkind_t k = kind_of(type);
    if (k <= WASMTIME_F64)
        return some_value(k);
    const wasmtime_val_t *r = some_reference(k);
    wasmtime_val_t v = {.kind = k};
    return r->kind == k && rnd(8) ? *r : rnd(4) ? v : values[rnd(VALUES)];
}

static void make_type(void)
{
    struct object_type *o = &object_types[rnd(OBJECT_TYPES)];
    const wasm_engine_t *of = rnd(8) ? engine : other_engine;
    wasmtime_field_type_t fields[6] = {0};
    size_t n = rnd(7);
    for (size_t i = 0; i < n; i++)
        fields[i] = some_field();
    if (rnd(2) || n == 0) {
        wasmtime_struct_type_t *t = wasmtime_struct_type_new(of, fields, n);
        if (t) { /* NULL: it names a type of the other engine */
            CHECK(wasmtime_struct_type_num_fields(t) == n);
            wasmtime_struct_type_delete(o->s);
            o->s = t;
        }
    } else {
        wasmtime_array_type_t *t = wasmtime_array_type_new(of, fields);
        if (t) {
            wasmtime_array_type_delete(o->a);
            o->a = t;
        }
    }
    for (size_t i = 0; i < n; i++)
        wasmtime_field_type_delete(&fields[i]);
}

/* Takes over the root. */
static void keep_struct(wasmtime_structref_t *s)
{
    wasmtime_val_t v = {.kind = WASMTIME_ANYREF};
    wasmtime_structref_to_anyref(s, &v.of.anyref);
    wasmtime_structref_unroot(s);
    keep_value(&v);
}

static void keep_array(wasmtime_arrayref_t *a)
{
    wasmtime_val_t v = {.kind = WASMTIME_ANYREF};
    wasmtime_arrayref_to_anyref(a, &v.of.anyref);
    wasmtime_arrayref_unroot(a);
    keep_value(&v);
}

static void make_object(struct place *p)
{
    struct object_type *o = &object_types[rnd(OBJECT_TYPES)];
    wasmtime_val_t v[6] = {{.kind = WASMTIME_I32}};
    if (rnd(2) && o->s) {
        if (!o->sp || rnd(3)) {
            wasmtime_struct_ref_pre_delete(o->sp);
            o->sp = wasmtime_struct_ref_pre_new(p->context, o->s);
        }
        size_t n = wasmtime_struct_type_num_fields(o->s);
        for (size_t i = 0; i < n; i++) {
            wasmtime_field_type_t f;
            CHECK(wasmtime_struct_type_field(o->s, i, &f));
            v[i] = f.storage.valtype ? value_for(f.storage.valtype) : some_value(WASM_I32);
            wasmtime_field_type_delete(&f);
        }
        wasmtime_structref_t s;
        if (drop(wasmtime_structref_new(p->context, o->sp, v, rnd(12) ? n : rnd(6), &s)))
            keep_struct(&s);
        else
            CHECK(wasmtime_structref_is_null(&s));
    } else if (o->a) {
        if (!o->ap || rnd(3)) {
            wasmtime_array_ref_pre_delete(o->ap);
            o->ap = wasmtime_array_ref_pre_new(p->context, o->a);
        }
        wasmtime_field_type_t f;
        wasmtime_array_type_element(o->a, &f);
        v[0] = f.storage.valtype ? value_for(f.storage.valtype) : some_value(WASM_I32);
        wasmtime_field_type_delete(&f);
        wasmtime_arrayref_t a;
        if (drop(wasmtime_arrayref_new(p->context, o->ap, v,
                                       rnd(10) ? rnd(100) : UINT32_MAX >> rnd(16), &a)))
            keep_array(&a);
        else
            CHECK(wasmtime_arrayref_is_null(&a));
    }
}

/* Looks into whatever a reference is, perhaps in a store that it is not of. */
static void look_into(struct place *p, const wasmtime_val_t *v)
{
    wasmtime_structref_t s = {0};
    wasmtime_arrayref_t a = {0};
    wasmtime_eqref_t eq = {0};
    wasmtime_heaptype_t h;
    wasmtime_val_t out, in = values[rnd(VALUES)];
    const wasmtime_anyref_t *any = &v->of.anyref;
    uint32_t n = 0;
    bool is_eq = wasmtime_anyref_as_eqref(p->context, any, &eq);
    CHECK(is_eq == wasmtime_anyref_is_eqref(p->context, any));
    if (wasmtime_anyref_type(p->context, any, &h))
        wasmtime_heaptype_delete(&h);
    if (rnd(2) ? wasmtime_anyref_as_struct(p->context, any, &s)
               : wasmtime_eqref_as_struct(p->context, &eq, &s)) {
        wasmtime_struct_type_t *t = wasmtime_structref_type(p->context, &s);
        n = (uint32_t)wasmtime_struct_type_num_fields(t);
        uint32_t k = rnd(n + 2);
        wasmtime_field_type_t f;
        if (wasmtime_struct_type_field(t, k, &f)) {
            if (f.storage.valtype)
                in = value_for(f.storage.valtype);
            wasmtime_field_type_delete(&f);
        }
        wasmtime_struct_type_delete(t);
        if (drop(wasmtime_structref_field(p->context, &s, k, &out))) {
            look_at(p->context, &out);
            keep_value(&out);
        }
        drop(wasmtime_structref_set_field(p->context, &s, k, &in));
    }
    if (rnd(2) ? wasmtime_anyref_as_array(p->context, any, &a)
               : wasmtime_eqref_as_array(p->context, &eq, &a)) {
        CHECK(drop(wasmtime_arrayref_len(p->context, &a, &n)));
        uint32_t k = rnd(10) ? rnd(n + 1) : UINT32_MAX - rnd(2);
        wasmtime_array_type_t *t = wasmtime_arrayref_type(p->context, &a);
        wasmtime_field_type_t f;
        wasmtime_array_type_element(t, &f);
        if (f.storage.valtype)
            in = value_for(f.storage.valtype);
        wasmtime_field_type_delete(&f);
        wasmtime_array_type_delete(t);
        if (drop(wasmtime_arrayref_get(p->context, &a, k, &out))) {
            look_at(p->context, &out);
            keep_value(&out);
        }
        drop(wasmtime_arrayref_set(p->context, &a, k, &in));
    }
    wasmtime_structref_unroot(&s);
    wasmtime_arrayref_unroot(&a);
    wasmtime_eqref_unroot(&eq);
}

/* Words that are references, were some, or never. */
static void step_raw(struct place *p, const wasmtime_val_t *v)
{
    static uint32_t seen[64];
    wasmtime_val_t out = {.kind = WASMTIME_ANYREF};
    uint32_t raw =
        rnd(3) == 0 ? rnd(UINT32_MAX) >> rnd(32) : seen[rnd(64)] + (rnd(3) ? 0 : 8 * rnd(4));
    if (v->kind == WASMTIME_ANYREF)
        seen[rnd(64)] = wasmtime_anyref_to_raw(p->context, &v->of.anyref);
    else if (v->kind == WASMTIME_EXTERNREF)
        seen[rnd(64)] = wasmtime_externref_to_raw(p->context, &v->of.externref);
    else if (v->kind == WASMTIME_EXNREF)
        seen[rnd(64)] = wasmtime_exnref_to_raw(p->context, &v->of.exnref);
    switch (rnd(3)) {
    case 0: wasmtime_anyref_from_raw(p->context, raw, &out.of.anyref); break;
    case 1:
        out.kind = WASMTIME_EXTERNREF;
        wasmtime_externref_from_raw(p->context, raw, &out.of.externref);
        break;
    default:
        out.kind = WASMTIME_EXNREF;
        wasmtime_exnref_from_raw(p->context, raw, &out.of.exnref);
        break;
    }
    look_at(p->context, &out);
    keep_value(&out);
}

static void step_exception(struct place *p, const wasmtime_val_t *v)
{
    wasmtime_val_t args[4] = {{.kind = WASMTIME_I32}}, out = {.kind = WASMTIME_EXNREF};
    const wasmtime_extern_t *x = some_extern_of(WASMTIME_EXTERN_TAG);
    wasmtime_tag_t tag;
    switch (rnd(4)) {
    case 0:
    case 1:
        if (x->kind == WASMTIME_EXTERN_TAG) {
            wasm_tagtype_t *t = wasmtime_tag_type(p->context, &x->of.tag);
            const wasm_valtype_vec_t *types =
                t ? wasm_functype_params(wasm_tagtype_functype(t)) : NULL;
            size_t n = types ? types->size : rnd(4);
            for (size_t i = 0; types && i < n && i < 4; i++)
                args[i] = value_for(types->data[i]);
            if (n <= 4 && drop(wasmtime_exnref_new(p->context, &x->of.tag, args,
                                                   rnd(12) ? n : rnd(4), &out.of.exnref)))
                keep_value(&out);
            wasm_tagtype_delete(t);
        }
        break;
    case 2:
        if (v->kind == WASMTIME_EXNREF) {
            size_t n = wasmtime_exnref_field_count(p->context, &v->of.exnref);
            if (drop(
                    wasmtime_exnref_field(p->context, &v->of.exnref, rnd((uint32_t)n + 2), &out))) {
                look_at(p->context, &out);
                keep_value(&out);
            }
            wasmtime_exn_type_t *t = wasmtime_exnref_type(p->context, &v->of.exnref);
            wasmtime_exn_type_delete(t);
            if (drop(wasmtime_exnref_tag(p->context, &v->of.exnref, &tag)))
                CHECK(wasmtime_tag_eq(p->context, &tag, &tag));
        }
        break;
    default:
        if (rnd(2) && v->kind == WASMTIME_EXNREF) {
            drop_trap(wasmtime_context_set_exception(p->context, &v->of.exnref));
        } else {
            bool has = wasmtime_context_has_exception(p->context);
            if (wasmtime_context_take_exception(p->context, &out.of.exnref)) {
                CHECK(has && !wasmtime_exnref_is_null(&out.of.exnref));
                keep_value(&out);
            } else {
                CHECK(!has);
            }
        }
        break;
    }
}

static void step_objects(struct place *p)
{
    const wasmtime_val_t *v = some_reference((wasmtime_valkind_t)(WASMTIME_EXTERNREF + rnd(3)));
    switch (rnd(10)) {
    case 0: make_type(); break;
    case 1:
    case 2:
    case 3: make_object(p); break;
    case 4:
    case 5:
    case 6:
        v = some_reference(WASMTIME_ANYREF);
        if (v->kind == WASMTIME_ANYREF)
            look_into(p, v);
        break;
    case 7: step_raw(p, v); break;
    default: step_exception(p, v); break;
    }
}

static void end_objects(void)
{
    for (int i = 0; i < OBJECT_TYPES; i++) {
        wasmtime_struct_type_delete(object_types[i].s);
        wasmtime_array_type_delete(object_types[i].a);
        wasmtime_struct_ref_pre_delete(object_types[i].sp);
        wasmtime_array_ref_pre_delete(object_types[i].ap);
    }
    memset(object_types, 0, sizeof object_types);
}
