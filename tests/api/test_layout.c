/*
 * Holds the public headers to the facts of the C API: every struct has the size,
 * alignment and fields of the binary interface, every constant its value, every
 * type its meaning. All checks are done by the compiler; that this file compiles
 * is the test. Running it says how much was checked, so that an emptied table
 * does not pass for success.
 */
#include <hospes.h>
#include <wasmtime.h>
#include <wasmtime/component.h>

#include <stddef.h>
#include <stdio.h>

#include "facts.h"

#if UINTPTR_MAX > UINT32_MAX
#define FACT_RECORD(record, size, alignment)                                                       \
    _Static_assert(sizeof(record) == (size), "size of " #record);                                  \
    _Static_assert(_Alignof(record) == (alignment), "alignment of " #record);
#define FACT_FIELD(record, field, type, offset, size)                                              \
    _Static_assert(offsetof(record, field) == (offset), "offset of " #record "." #field);          \
    _Static_assert(sizeof(((record *)0)->field) == (size), "size of " #record "." #field);         \
    _Static_assert(__builtin_types_compatible_p(__typeof__(((record *)0)->field), type),           \
                   "type of " #record "." #field);
#endif
#define FACT_TYPE(name, type)                                                                      \
    _Static_assert(__builtin_types_compatible_p(name, type), "meaning of " #name);
#define FACT_CONSTANT(name, value) _Static_assert((name) == (value), "value of " #name);
#define FACT_VARIABLE(name, type, value)                                                           \
    _Static_assert(__builtin_types_compatible_p(__typeof__(name), type), "type of " #name);
#define FACT_CHECK_MACROS
#include "facts.def"

/* Our own additions, which no table describes. */
_Static_assert(HOSPES_WASI_READ == 1 && HOSPES_WASI_WRITE == 2, "permissions are bits");

/* Which interface this is. */
#if !defined(WASMTIME_VERSION) || WASMTIME_VERSION_MAJOR != 48 || WASMTIME_VERSION_MINOR != 0 ||   \
    WASMTIME_VERSION_PATCH != 0
#error "the version of the interface"
#endif

static unsigned check_values(void)
{
    unsigned failed = 0;
#define FACT_VARIABLE(name, type, value)                                                           \
    if (name != (value)) {                                                                         \
        printf("%s has another value\n", #name);                                                   \
        failed++;                                                                                  \
    }
#include "facts.def"

    wasm_val_t elements[2] = {WASM_I32_VAL(-5), WASM_F64_VAL(0.5)};
    wasm_val_vec_t vec = WASM_ARRAY_VEC(elements);
    wasm_val_vec_t none = WASM_EMPTY_VEC;
    wasm_val_t i64 = WASM_I64_VAL(INT64_MIN);
    wasm_val_t f32 = WASM_F32_VAL(1.5f);
    wasm_val_t ref = WASM_REF_VAL((struct wasm_ref_t *)elements);
    wasm_val_t init = WASM_INIT_VAL;
    wasm_val_t pointer;
    wasm_val_init_ptr(&pointer, elements);
    failed += vec.size != 2 || vec.data != elements || none.size != 0 || none.data != NULL;
    failed += elements[0].kind != WASM_I32 || elements[0].of.i32 != -5;
    failed += elements[1].kind != WASM_F64 || elements[1].of.f64 != 0.5;
    failed += i64.kind != WASM_I64 || i64.of.i64 != INT64_MIN;
    failed += f32.kind != WASM_F32 || f32.of.f32 != 1.5f;
    failed += ref.kind != WASM_EXTERNREF || ref.of.ref != (struct wasm_ref_t *)elements;
    failed += init.kind != WASM_EXTERNREF || init.of.ref != NULL;
    failed += pointer.kind != WASM_I64 || wasm_val_ptr(&pointer) != elements;
    failed += !wasm_valkind_is_num(WASM_F64) || wasm_valkind_is_num(WASM_EXTERNREF);
    failed += !wasm_valkind_is_ref(WASM_FUNCREF) || wasm_valkind_is_ref(WASM_I32);

    wasmtime_func_t func = {7, NULL};
    failed += wasmtime_funcref_is_null(&func);
    wasmtime_funcref_set_null(&func);
    failed += !wasmtime_funcref_is_null(&func);
#define CHECK_NULL(type)                                                                           \
    {                                                                                              \
        wasmtime_##type##_t r = {7, 1, 2, &func};                                                  \
        failed += wasmtime_##type##_is_null(&r);                                                   \
        wasmtime_##type##_set_null(&r);                                                            \
        failed += !wasmtime_##type##_is_null(&r) || r.__private3 != &func;                         \
    }
    CHECK_NULL(anyref)
    CHECK_NULL(externref)
    CHECK_NULL(exnref)
    CHECK_NULL(eqref)
    CHECK_NULL(structref)
    CHECK_NULL(arrayref)
    return failed;
}

int main(void)
{
    unsigned records = 0, members = 0, types = 0, constants = 0;
#define FACT_RECORD(...)   records++;
#define FACT_FIELD(...)    members++;
#define FACT_TYPE(...)     types++;
#define FACT_CONSTANT(...) constants++;
#include "facts.def"
    unsigned failed = check_values();
    unsigned prototypes = count_prototypes();
    printf("%u records, %u fields, %u types, %u constants, %u prototypes\n", records, members,
           types, constants, prototypes);
    if (records < 61 || members < 200 || types < 150 || constants < 150 || prototypes < 800) {
        printf("the table of facts is incomplete\n");
        failed++;
    }
    return failed != 0;
}
