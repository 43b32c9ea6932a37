/* Arguments and environment: a list of pointers and a buffer of strings, both the guest's. */
#include "wasi/wasi_ctx.h"

#include <string.h>

static uint32_t sizes(const struct hs_wasi_call *call, const struct hs_wasi_strings *list,
                      const wasmtime_val_raw_t *arg)
{
    /* size < 2^32 by hs_wasi_strings_add, and count <= size. */
    if (!hs_guest_range(&call->mem, (uint32_t)arg[1].i32, 4) ||
        !hs_guest_store(&call->mem, (uint32_t)arg[0].i32, list->count, 4))
        return WASI_EFAULT;
    hs_guest_store(&call->mem, (uint32_t)arg[1].i32, list->size, 4);
    return WASI_SUCCESS;
}

static uint32_t strings(const struct hs_wasi_call *call, const struct hs_wasi_strings *list,
                        const wasmtime_val_raw_t *arg)
{
    const uint32_t buffer = (uint32_t)arg[1].i32;
    uint8_t *pointers = hs_guest_range(&call->mem, (uint32_t)arg[0].i32, (uint64_t)list->count * 4);
    uint8_t *bytes = hs_guest_range(&call->mem, buffer, list->size);
    if (!pointers || !bytes)
        return WASI_EFAULT;
    if (!list->count)
        return WASI_SUCCESS;
    memcpy(bytes, list->bytes, list->size);
    for (size_t i = 0, at = 0; i < list->count; i++, at += strlen(list->bytes + at) + 1)
        hs_le_store(pointers + 4 * i, buffer + at, 4);
    return WASI_SUCCESS;
}

uint32_t hs_wasi_args_sizes_get(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    return sizes(call, &call->ctx->args, arg);
}

uint32_t hs_wasi_args_get(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    return strings(call, &call->ctx->args, arg);
}

uint32_t hs_wasi_environ_sizes_get(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    return sizes(call, &call->ctx->env, arg);
}

uint32_t hs_wasi_environ_get(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    return strings(call, &call->ctx->env, arg);
}
