/* What the tests of the collected heap share: things of the host's that tell when they end,
 * makers of objects that hold one, and a store that, in the build with EVERY_ALLOCATION,
 * collects whenever an object is made. */
#ifndef TESTS_API_GC_H
#define TESTS_API_GC_H

#include "check.h"

enum {
    THINGS = 100,
#ifdef EVERY_ALLOCATION
    GARBAGE = 2000,
#else
    GARBAGE = 200000,
#endif
};

/* A byte for each thing; its data points there. */
static char ended[THINGS];

static inline void end_thing(void *data)
{
    char *p = data;
    CHECK(p >= ended && p < ended + THINGS);
    *p = 1;
}

static inline wasmtime_val_t thing(wasmtime_context_t *c, int n)
{
    wasmtime_val_t v = {.kind = WASMTIME_EXTERNREF};
    ended[n] = 0;
    CHECK(wasmtime_externref_new(c, &ended[n], end_thing, &v.of.externref));
    return v;
}

static inline wasmtime_val_t i32_val(int32_t x)
{
    return (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = x};
}

static inline struct world gc_world(wasm_config_t *config)
{
#ifdef EVERY_ALLOCATION
    if (!config)
        config = wasm_config_new();
    hospes_config_gc_stress_set(config, true);
#endif
    return world_new(config);
}

static inline wasmtime_field_type_t field(bool mutable_, wasm_valtype_t *type)
{
    return (wasmtime_field_type_t){mutable_, {WASMTIME_STORAGE_TYPE_KIND_VALTYPE, type}};
}

static inline wasmtime_field_type_t packed(bool mutable_, wasmtime_storage_type_kind_t kind)
{
    return (wasmtime_field_type_t){mutable_, {kind, NULL}};
}

/* (struct (mut externref) (mut anyref)), (array (mut externref)), (tag (param externref i32)) */
struct makers {
    wasmtime_context_t *context;
    wasmtime_struct_ref_pre_t *s;
    wasmtime_array_ref_pre_t *a;
    wasmtime_tag_t tag;
};

static inline struct makers makers_new(struct world *w)
{
    struct makers m = {.context = w->context};
    wasmtime_valtype_t any = {.kind = WASMTIME_VALTYPE_KIND_REF,
                              .reftype = {true, {.kind = WASMTIME_HEAPTYPE_KIND_ANY}}};
    wasmtime_field_type_t f[2] = {field(true, wasm_valtype_new_externref()),
                                  field(true, wasmtime_valtype_to_wasm(NULL, &any))};
    wasmtime_struct_type_t *st = wasmtime_struct_type_new(w->engine, f, 2);
    wasmtime_array_type_t *at = wasmtime_array_type_new(w->engine, f);
    m.s = wasmtime_struct_ref_pre_new(w->context, st);
    m.a = wasmtime_array_ref_pre_new(w->context, at);
    CHECK(m.s && m.a);
    wasmtime_struct_type_delete(st);
    wasmtime_array_type_delete(at);
    wasmtime_field_type_delete(&f[0]);
    wasmtime_field_type_delete(&f[1]);
    wasm_tagtype_t *tt = wasm_tagtype_new(
        wasm_functype_new_2_0(wasm_valtype_new_externref(), wasm_valtype_new_i32()));
    OK(wasmtime_tag_new(w->context, tt, &m.tag));
    wasm_tagtype_delete(tt);
    return m;
}

static inline void makers_delete(struct makers *m)
{
    wasmtime_struct_ref_pre_delete(m->s);
    wasmtime_array_ref_pre_delete(m->a);
}

/* A struct with thing n, or without one if n < 0, and a reference. */
static inline wasmtime_structref_t make_struct_to(struct makers *m, int n,
                                                  const wasmtime_anyref_t *to)
{
    wasmtime_val_t v[2] = {{.kind = WASMTIME_EXTERNREF}, {.kind = WASMTIME_ANYREF}};
    wasmtime_structref_t s;
    if (n >= 0)
        v[0] = thing(m->context, n);
    if (to)
        v[1].of.anyref = *to;
    OK(wasmtime_structref_new(m->context, m->s, v, 2, &s));
    wasmtime_val_unroot(&v[0]);
    return s;
}

/* The reference is a small integer, or null if it is negative. */
static inline wasmtime_structref_t make_struct(struct makers *m, int n, int small)
{
    wasmtime_anyref_t any = {0};
    if (small >= 0)
        wasmtime_anyref_from_i31(m->context, (uint32_t)small, &any);
    return make_struct_to(m, n, &any);
}

/* An array with thing n in its elements; from element `without` on, if that is not negative,
 * without. */
static inline wasmtime_arrayref_t make_array(struct makers *m, int n, uint32_t length, int without)
{
    wasmtime_val_t v = thing(m->context, n), null = {.kind = WASMTIME_EXTERNREF};
    wasmtime_arrayref_t a;
    OK(wasmtime_arrayref_new(m->context, m->a, &v, length, &a));
    for (uint32_t k = (uint32_t)without; without >= 0 && k < length; k++)
        OK(wasmtime_arrayref_set(m->context, &a, k, &null));
    wasmtime_val_unroot(&v);
    return a;
}

/* An exception that carries thing n and the number n. */
static inline wasmtime_exnref_t make_exception(struct makers *m, int n)
{
    wasmtime_val_t v[2] = {thing(m->context, n), i32_val(n)};
    wasmtime_exnref_t x;
    OK(wasmtime_exnref_new(m->context, &m->tag, v, 2, &x));
    wasmtime_val_unroot(&v[0]);
    return x;
}

#endif
