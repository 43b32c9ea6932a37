/* The state of one store: what a configuration becomes when it is given to a store. */
#include "wasi/wasi_ctx.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

bool hs_wasi_utf8_valid(const char *bytes, size_t size)
{
    const uint8_t *p = (const uint8_t *)bytes, *end = p + size;
    while (p < end) {
        uint8_t c = *p++;
        if (c < 0x80)
            continue;
        unsigned more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        if (c < 0xc2 || c > 0xf4 || (size_t)(end - p) < more)
            return false;
        /* The second byte excludes overlong forms, surrogates and what lies above U+10FFFF. */
        uint8_t low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
        uint8_t high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
        if (*p < low || *p > high)
            return false;
        for (p++; --more; p++)
            if ((*p & 0xc0) != 0x80)
                return false;
    }
    return true;
}

bool hs_wasi_strings_add(struct hs_wasi_strings *list, const char *bytes, size_t size)
{
    /* The guest's sizes have 32 bits. */
    if (size >= UINT32_MAX || list->size > UINT32_MAX - size - 1)
        return false;
    size_t need = list->size + size + 1;
    if (need > list->capacity) {
        size_t capacity = need < 256 ? 256 : need * 2;
        char *grown = realloc(list->bytes, capacity);
        if (!grown)
            return false;
        list->bytes = grown;
        list->capacity = capacity;
    }
    if (size)
        memcpy(list->bytes + list->size, bytes, size);
    list->bytes[need - 1] = '\0';
    list->size = need;
    list->count++;
    return true;
}

void hs_wasi_strings_deinit(struct hs_wasi_strings *list)
{
    free(list->bytes);
    *list = (struct hs_wasi_strings){0};
}

/* Standard descriptors nobody has set: an empty input, outputs that go nowhere. */
static struct hs_wasi_desc *default_stdio(int number)
{
    struct hs_wasi_desc *desc =
        hs_wasi_desc_new(number == 0 ? HS_WASI_BYTES : HS_WASI_DISCARD, -1, false);
    if (!desc)
        return NULL;
    desc->stream = true;
    desc->readable = number == 0;
    desc->writable = number != 0;
    desc->file_perms = HOSPES_WASI_READ | HOSPES_WASI_WRITE;
    desc->base = RIGHTS_STREAM & ~(number == 0 ? R_FD_WRITE : R_FD_READ);
    return desc;
}

struct hs_wasi_ctx *hs_wasi_ctx_new(wasi_config_t *config)
{
    struct hs_wasi_ctx *ctx = calloc(1, sizeof *ctx);
    if (!ctx)
        return NULL;
    ctx->refs = 1;
    for (int i = 0; i < 3; i++)
        if (!config->stdio[i] && !(config->stdio[i] = default_stdio(i)))
            goto fail;
    for (size_t i = 0; i < 3 + config->dir_count; i++) {
        /* What the host grants does not count against the limit of the guest. */
        ctx->fd_max = UINT32_MAX;
        if (hs_wasi_fd_reserve(ctx) != WASI_SUCCESS)
            goto fail;
        struct hs_wasi_desc **from = i < 3 ? &config->stdio[i] : &config->dirs[i - 3];
        hs_wasi_fd_add(ctx, *from);
        *from = NULL;
    }
    ctx->fd_max = 0;
    ctx->args = config->args;
    ctx->env = config->env;
    config->args = config->env = (struct hs_wasi_strings){0};
    return ctx;
fail:
    hs_wasi_ctx_unref(ctx);
    return NULL;
}

void hs_wasi_ctx_ref(struct hs_wasi_ctx *ctx)
{
    ctx->refs++;
}

void hs_wasi_ctx_unref(struct hs_wasi_ctx *ctx)
{
    if (!ctx || --ctx->refs)
        return;
    for (uint32_t i = 0; i < ctx->fd_count; i++)
        hs_wasi_desc_unref(ctx->fds[i]);
    free(ctx->fds);
    hs_wasi_strings_deinit(&ctx->args);
    hs_wasi_strings_deinit(&ctx->env);
    free(ctx);
}

static int slot = -1;

static void slot_init(void)
{
    slot = hospes_store_slot_new();
}

int hs_wasi_slot(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, slot_init);
    return slot;
}

static void slot_finalizer(void *data)
{
    hs_wasi_ctx_unref(data);
}

wasmtime_error_t *wasmtime_context_set_wasi(wasmtime_context_t *context, wasi_config_t *config)
{
    if (!config)
        return wasmtime_error_new("no WASI configuration was given");
    if (config->failed || hs_wasi_slot() < 0) {
        wasi_config_delete(config);
        return wasmtime_error_new("out of memory in the WASI configuration");
    }
    struct hs_wasi_ctx *ctx = hs_wasi_ctx_new(config);
    wasi_config_delete(config);
    if (!ctx)
        return wasmtime_error_new("out of memory in the WASI configuration");
    wasmtime_error_t *error = hospes_store_slot_set(context, hs_wasi_slot(), ctx, slot_finalizer);
    if (error)
        hs_wasi_ctx_unref(ctx);
    return error;
}
