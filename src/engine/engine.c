/* See engine.h: configuration and the engine object. */
#include "engine/engine.h"
#include "base/bits.h"

void hs_engine_config_init(struct engine_config *c)
{
    *c = (struct engine_config){
        .runtime =
            {
                .signals = true,
                .spectre = true,
                .memory_may_move = true,
                .memory_reservation = HS_RESERVED_BYTES,
                .memory_guard = HS_GUARD_BYTES,
                .max_wasm_stack = HS_DEFAULT_WASM_STACK,
                .cow_images = true,
                .keep_slots = 256,
            },
        .features = HS_FEATURES_DEFAULT,
        .lazy = true,
        .parallel = true,
        .cpu_mask = UINT32_MAX,
    };
}

static enum status make_trampoline(bool adapter, const struct functype *type, uint8_t *buf,
                                   size_t cap, size_t *out_size)
{
    struct hs_machine_code code;
    hs_machine_code_init(&code);
    enum status s = adapter ? hs_compile_host_adapter(type, &code) : hs_compile_entry(type, &code);
    if (s == ST_OK && (code.relocs.count || code.bytes.count > cap))
        s = ST_LIMIT;
    if (s == ST_OK) {
        memcpy(buf, code.bytes.data, code.bytes.count);
        *out_size = code.bytes.count;
    }
    hs_machine_code_deinit(&code);
    return s;
}

enum status hs_engine_new(const struct engine_config *config, struct engine **out)
{
    struct engine *e = hs_calloc(1, sizeof *e);
    if (!e)
        return ST_OOM;
    e->refs = 1;
    e->config = *config;
    enum status s = hs_runtime_init(&e->rt, &config->runtime);
    if (s != ST_OK) {
        hs_free(e);
        return s;
    }
    e->rt.engine = e;
    e->rt.cpu = hs_cpu_features() & config->cpu_mask;
    e->rt.make_trampoline = make_trampoline;
    /* The handlers also serve interruptions; without signals neither is used. */
    if (config->runtime.signals && (s = hs_trap_install()) != ST_OK) {
        hs_runtime_deinit(&e->rt);
        hs_free(e);
        return s;
    }
    *out = e;
    return ST_OK;
}

void hs_engine_unref(struct engine *e)
{
    if (e && atomic_fetch_sub_explicit(&e->refs, 1, memory_order_acq_rel) == 1) {
        hs_runtime_deinit(&e->rt);
        if (e->api_delete)
            e->api_delete(e->api);
        hs_free(e);
    }
}
