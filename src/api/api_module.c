/* wasmtime/module.h, wasmtime/wat.h, and modules of wasm.h: code objects under their public
 * names. */
#include "api/api.h"
#include "text/text.h"

static wasmtime_error_t *failed(const struct error *error)
{
    return hs_api_error_from(error);
}

/* "\0asm", then the version of a component where a module has 1. */
static bool is_component(const uint8_t *p, size_t size)
{
    return size >= 8 && memcmp(p, "\0asm", 4) == 0 && p[6] == 1 && p[7] == 0;
}

static wasmtime_error_t *check_kind(const uint8_t *wasm, size_t size)
{
    if (is_component(wasm, size))
        return hs_api_error("expected a WebAssembly module but was given a WebAssembly component");
    return NULL;
}

static wasmtime_error_t *module_new(struct engine *e, const uint8_t *wasm, size_t size,
                                    struct code_object **out)
{
    wasmtime_error_t *component = check_kind(wasm, size);
    if (component)
        return component;
    struct error error;
    hs_error_init(&error);
    return hs_module_new(e, wasm, size, &error, out) == ST_OK ? NULL : failed(&error);
}

wasmtime_error_t *wasmtime_module_new(wasm_engine_t *engine, const uint8_t *wasm, size_t wasm_len,
                                      wasmtime_module_t **ret)
{
    struct code_object *c;
    wasmtime_error_t *e = module_new(hs_api_engine(engine), wasm, wasm_len, &c);
    if (!e)
        *ret = (wasmtime_module_t *)c;
    return e;
}

wasmtime_error_t *hospes_module_new_owned_file(wasm_engine_t *engine, const char *path,
                                               wasmtime_module_t **out_module)
{
    struct code_object *c;
    struct error error;
    hs_error_init(&error);
    if (hs_module_new_file(hs_api_engine(engine), path, &error, &c) != ST_OK)
        return failed(&error);
    *out_module = (wasmtime_module_t *)c;
    return NULL;
}

wasmtime_error_t *wasmtime_module_validate(wasm_engine_t *engine, const uint8_t *wasm,
                                           size_t wasm_len)
{
    wasmtime_error_t *component = check_kind(wasm, wasm_len);
    if (component)
        return component;
    struct error error;
    hs_error_init(&error);
    return hs_module_validate(hs_api_engine(engine), wasm, wasm_len, &error) == ST_OK
               ? NULL
               : failed(&error);
}

/* --- Kept outside the process ----------------------------------------------------------------- */

static wasmtime_error_t *serialize(struct code_object *c, wasm_byte_vec_t *ret)
{
    uint8_t *bytes;
    size_t size;
    if (hs_module_serialize(c, &bytes, &size) != ST_OK)
        return hs_api_error_oom();
    *ret = (wasm_byte_vec_t){size, (char *)bytes};
    return NULL;
}

wasmtime_error_t *wasmtime_module_serialize(const wasmtime_module_t *module, wasm_byte_vec_t *ret)
{
    return serialize(hs_api_code(module), ret);
}

static wasmtime_error_t *deserialize(struct engine *e, const uint8_t *bytes, size_t size,
                                     struct code_object **out)
{
    struct error error;
    hs_error_init(&error);
    return hs_module_deserialize(e, bytes, size, &error, out) == ST_OK ? NULL : failed(&error);
}

wasmtime_error_t *wasmtime_module_deserialize(wasm_engine_t *engine, const uint8_t *bytes,
                                              size_t bytes_len, wasmtime_module_t **ret)
{
    struct code_object *c;
    wasmtime_error_t *e = deserialize(hs_api_engine(engine), bytes, bytes_len, &c);
    if (!e)
        *ret = (wasmtime_module_t *)c;
    return e;
}

wasmtime_error_t *wasmtime_module_deserialize_file(wasm_engine_t *engine, const char *path,
                                                   wasmtime_module_t **ret)
{
    struct hs_file_map file;
    if (hs_file_map(path, 1, &file) != ST_OK)
        return hs_api_error("failed to read `%.400s`", path);
    wasmtime_error_t *e =
        wasmtime_module_deserialize(engine, file.bytes.data, file.bytes.size, ret);
    hs_file_unmap(&file);
    return e;
}

/* --- Owners and looks ------------------------------------------------------------------------- */

wasmtime_module_t *wasmtime_module_clone(const wasmtime_module_t *m)
{
    hs_code_ref(hs_api_code(m));
    return (wasmtime_module_t *)(uintptr_t)m;
}

void wasmtime_module_delete(wasmtime_module_t *m)
{
    if (m)
        hs_code_unref(hs_api_code(m));
}

void wasmtime_module_imports(const wasmtime_module_t *module, wasm_importtype_vec_t *out)
{
    hs_api_module_imports(hs_api_code(module), out);
}

void wasmtime_module_exports(const wasmtime_module_t *module, wasm_exporttype_vec_t *out)
{
    hs_api_module_exports(hs_api_code(module), out);
}

void wasmtime_module_image_range(const wasmtime_module_t *module, void **start, void **end)
{
    const struct hs_code_range *r = &hs_api_code(module)->range;
    *start = r->base;
    *end = r->base + r->code_capacity;
}

/* --- Text ------------------------------------------------------------------------------------- */

wasmtime_error_t *wasmtime_wat2wasm(const char *wat, size_t wat_len, wasm_byte_vec_t *ret)
{
    if (wat_len && !hs_utf8_valid((const uint8_t *)wat, wat_len))
        return hs_api_error("input was not valid utf-8");
    struct error error;
    uint8_t *bytes;
    size_t size;
    hs_error_init(&error);
    if (hs_text_parse(wat_len ? wat : "", wat_len, &bytes, &size, &error) != ST_OK)
        return failed(&error);
    *ret = (wasm_byte_vec_t){size, (char *)bytes};
    return NULL;
}

/* --- wasm.h ----------------------------------------------------------------------------------- */

static struct engine *engine_of(const wasm_store_t *s)
{
    return hs_api_store_engine(s->inner->store);
}

static wasm_module_t *module_ref(struct code_object *c)
{
    wasm_ref_t *r = hs_api_ref_new(REF_MODULE, NULL, c);
    if (!r)
        hs_code_unref(c);
    return (wasm_module_t *)r;
}

static struct code_object *code_of(const wasm_module_t *m)
{
    return ((const wasm_ref_t *)m)->object;
}

wasm_module_t *wasm_module_new(wasm_store_t *store, const wasm_byte_vec_t *binary)
{
    struct code_object *c;
    wasmtime_error_t *e =
        module_new(engine_of(store), (const uint8_t *)binary->data, binary->size, &c);
    wasmtime_error_delete(e);
    return e ? NULL : module_ref(c);
}

bool wasm_module_validate(wasm_store_t *store, const wasm_byte_vec_t *binary)
{
    struct error error;
    hs_error_init(&error);
    return !is_component((const uint8_t *)binary->data, binary->size) &&
           hs_module_validate(engine_of(store), binary->data, binary->size, &error) == ST_OK;
}

void wasm_module_imports(const wasm_module_t *module, wasm_importtype_vec_t *out)
{
    hs_api_module_imports(code_of(module), out);
}

void wasm_module_exports(const wasm_module_t *module, wasm_exporttype_vec_t *out)
{
    hs_api_module_exports(code_of(module), out);
}

void wasm_module_serialize(const wasm_module_t *module, wasm_byte_vec_t *out)
{
    wasmtime_error_delete(serialize(code_of(module), out));
}

wasm_module_t *wasm_module_deserialize(wasm_store_t *store, const wasm_byte_vec_t *serialized)
{
    struct code_object *c;
    wasmtime_error_t *e =
        deserialize(engine_of(store), (const uint8_t *)serialized->data, serialized->size, &c);
    wasmtime_error_delete(e);
    return e ? NULL : module_ref(c);
}

wasm_shared_module_t *wasm_module_share(const wasm_module_t *module)
{
    hs_code_ref(code_of(module));
    return (wasm_shared_module_t *)code_of(module);
}

void wasm_shared_module_delete(wasm_shared_module_t *shared)
{
    if (shared)
        hs_code_unref((struct code_object *)shared);
}

wasm_module_t *wasm_module_obtain(wasm_store_t *store, const wasm_shared_module_t *shared)
{
    struct code_object *c = (struct code_object *)(uintptr_t)shared;
    if (hs_code_engine(c) != engine_of(store))
        return NULL;
    hs_code_ref(c);
    return module_ref(c);
}
