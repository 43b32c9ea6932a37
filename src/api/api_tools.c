/* What tools want to see of a module: its text, its functions' names and machine code. See
 * hospes.h. */
#include "api/api.h"
#include "base/buffer.h"
#include "binary/binary.h"
#include "text/text.h"
#include <hospes.h>

wasmtime_error_t *hospes_wasm2wat(const uint8_t *wasm, size_t size, wasm_byte_vec_t *out)
{
    struct error error;
    struct module m;
    struct buffer text;
    hs_error_init(&error);
    enum status s = hs_binary_read(wasm, size, HS_FEATURES_ALL, &m, &error);
    if (s != ST_OK)
        return hs_api_error_from(&error);
    hs_buffer_init(&text, SIZE_MAX / 2);
    s = hs_text_print(&m, &text, &error);
    if (s == ST_OK)
        wasm_byte_vec_new(out, text.size, (const char *)text.data);
    hs_buffer_deinit(&text);
    hs_module_deinit(&m);
    return s == ST_OK ? NULL : hs_api_error_from(&error);
}

uint32_t hospes_module_func_count(const wasmtime_module_t *module, uint32_t *imported)
{
    const struct module *m = hs_api_code(module)->module;
    if (imported)
        *imported = m->nimported_funcs;
    return m->nfuncs;
}

bool hospes_module_func_name(const wasmtime_module_t *module, uint32_t func, const char **name,
                             size_t *size)
{
    const struct module *m = hs_api_code(module)->module;
    struct span s = func < m->nfuncs ? hs_module_func_name(m, func) : (struct span){NULL, 0};
    *name = s.size ? (const char *)s.data : NULL;
    *size = s.size;
    return s.size != 0;
}

bool hospes_module_func_entries(const wasmtime_module_t *module, uint32_t func, uint64_t *entries)
{
    const struct code_object *c = hs_api_code(module);
    const struct module *m = c->module;
    if (!c->layout.counters || func >= m->nfuncs || func < m->nimported_funcs)
        return false;
    uint64_t counter =
        hs_code_counter(c->range.code_capacity, c->range.nfuncs, func - m->nimported_funcs);
    *entries = __atomic_load_n((const uint32_t *)(c->range.base + counter), __ATOMIC_RELAXED);
    return true;
}

wasmtime_error_t *hospes_module_machine_code(const wasmtime_module_t *module, uint32_t func,
                                             wasm_byte_vec_t *out, uint64_t *address)
{
    struct code_object *c = hs_api_code(module);
    const struct module *m = c->module;
    struct error error;
    void *entry;
    hs_error_init(&error);
    if (func >= m->nfuncs || func < m->nimported_funcs)
        return hs_api_error(func >= m->nfuncs ? "there is no such function"
                                              : "an imported function has no code here");
    if (c->compile(c, func - m->nimported_funcs, &entry, &error) != ST_OK)
        return hs_api_error_from(&error);
    uint32_t place = (uint32_t)((uint8_t *)entry - c->range.base), size = 0;
    pthread_mutex_lock(&c->lock);
    for (size_t i = c->placed.count; i-- > 0 && !size;)
        if (c->placed.data[i].place == place)
            size = c->placed.data[i].size;
    pthread_mutex_unlock(&c->lock);
    wasm_byte_vec_new(out, size, (const char *)entry);
    if (address)
        *address = (uint64_t)(uintptr_t)entry;
    return NULL;
}
