/* The vectors of wasm.h: a size and an array that the vector owns. Elements are bytes, values, or
 * pointers to objects; a failed allocation leaves the vector empty. */
#include "api/api.h"

/* What all vectors share. */
#define VEC(name, star)                                                                            \
    void wasm_##name##_vec_new_empty(wasm_##name##_vec_t *out)                                     \
    {                                                                                              \
        out->size = 0;                                                                             \
        out->data = NULL;                                                                          \
    }                                                                                              \
    void wasm_##name##_vec_new_uninitialized(wasm_##name##_vec_t *out, size_t size)                \
    {                                                                                              \
        out->data = size ? hs_calloc(size, sizeof *out->data) : NULL;                              \
        out->size = out->data ? size : 0;                                                          \
    }

/* Elements that are pointers to objects of their own. */
#define VEC_OF_OBJECTS(name)                                                                       \
    VEC(name, *)                                                                                   \
    void wasm_##name##_vec_new(wasm_##name##_vec_t *out, size_t size,                              \
                               wasm_##name##_t *const data[])                                      \
    {                                                                                              \
        wasm_##name##_vec_new_uninitialized(out, size);                                            \
        if (out->data)                                                                             \
            memcpy(out->data, data, size * sizeof *data);                                          \
        else                                                                                       \
            for (size_t i = 0; i < size; i++)                                                      \
                wasm_##name##_delete(data[i]);                                                     \
    }                                                                                              \
    void wasm_##name##_vec_copy(wasm_##name##_vec_t *out, const wasm_##name##_vec_t *src)          \
    {                                                                                              \
        wasm_##name##_vec_t copy;                                                                  \
        wasm_##name##_vec_new_uninitialized(&copy, src->size);                                     \
        for (size_t i = 0; i < copy.size; i++)                                                     \
            if (src->data[i] && !(copy.data[i] = wasm_##name##_copy(src->data[i]))) {              \
                wasm_##name##_vec_delete(&copy);                                                   \
                break;                                                                             \
            }                                                                                      \
        *out = copy;                                                                               \
    }                                                                                              \
    void wasm_##name##_vec_delete(wasm_##name##_vec_t *vec)                                        \
    {                                                                                              \
        if (!vec)                                                                                  \
            return;                                                                                \
        for (size_t i = 0; i < vec->size; i++)                                                     \
            wasm_##name##_delete(vec->data[i]);                                                    \
        hs_free(vec->data);                                                                        \
        wasm_##name##_vec_new_empty(vec);                                                          \
    }

VEC_OF_OBJECTS(valtype)
VEC_OF_OBJECTS(functype)
VEC_OF_OBJECTS(globaltype)
VEC_OF_OBJECTS(tabletype)
VEC_OF_OBJECTS(memorytype)
VEC_OF_OBJECTS(tagtype)
VEC_OF_OBJECTS(externtype)
VEC_OF_OBJECTS(importtype)
VEC_OF_OBJECTS(exporttype)
VEC_OF_OBJECTS(frame)
VEC_OF_OBJECTS(extern)

VEC(byte, )

void wasm_byte_vec_new(wasm_byte_vec_t *out, size_t size, const wasm_byte_t data[])
{
    out->data = size ? hs_alloc(size) : NULL;
    out->size = out->data ? size : 0;
    if (out->data)
        memcpy(out->data, data, size);
}

void wasm_byte_vec_copy(wasm_byte_vec_t *out, const wasm_byte_vec_t *src)
{
    wasm_byte_vec_new(out, src->size, src->data);
}

void wasm_byte_vec_delete(wasm_byte_vec_t *vec)
{
    if (!vec)
        return;
    hs_free(vec->data);
    wasm_byte_vec_new_empty(vec);
}

VEC(val, )

void wasm_val_vec_new(wasm_val_vec_t *out, size_t size, const wasm_val_t data[])
{
    wasm_val_vec_new_uninitialized(out, size);
    if (out->data) {
        memcpy(out->data, data, size * sizeof *data);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        wasm_val_t v = data[i];
        wasm_val_delete(&v);
    }
}

void wasm_val_vec_copy(wasm_val_vec_t *out, const wasm_val_vec_t *src)
{
    wasm_val_vec_t copy;
    wasm_val_vec_new_uninitialized(&copy, src->size);
    for (size_t i = 0; i < copy.size; i++)
        wasm_val_copy(&copy.data[i], &src->data[i]);
    *out = copy;
}

void wasm_val_vec_delete(wasm_val_vec_t *vec)
{
    if (!vec)
        return;
    for (size_t i = 0; i < vec->size; i++)
        wasm_val_delete(&vec->data[i]);
    hs_free(vec->data);
    wasm_val_vec_new_empty(vec);
}
