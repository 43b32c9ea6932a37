/* A module as an artifact: a header that says who made it and for which configuration, then the
 * module itself. It is read and validated again when it is loaded, so an artifact need not be
 * trusted. */
#include "base/bits.h"
#include "binary/binary.h"
#include "engine/engine.h"

struct artifact_header {
    char magic[8];     /* "hospes\0" and the version of this layout */
    uint32_t features; /* enabled when it was made */
    uint32_t reserved;
    uint64_t size; /* of the module that follows */
    uint64_t hash; /* of the module */
};
_Static_assert(sizeof(struct artifact_header) == 32, "written as it is");
static const char artifact_magic[8] = {'h', 'o', 's', 'p', 'e', 's', 0, 1};

enum status hs_module_serialize(struct code_object *c, uint8_t **out_bytes, size_t *out_size)
{
    struct span m = c->module->bytes;
    struct artifact_header h = {
        .features = c->module->features, .size = m.size, .hash = hs_hash_bytes(m.data, m.size)};
    memcpy(h.magic, artifact_magic, sizeof h.magic);
    uint8_t *bytes = hs_alloc(sizeof h + m.size);
    if (!bytes)
        return ST_OOM;
    memcpy(bytes, &h, sizeof h);
    memcpy(bytes + sizeof h, m.data, m.size);
    *out_bytes = bytes;
    *out_size = sizeof h + m.size;
    return ST_OK;
}

enum status hs_module_deserialize(struct engine *e, const void *bytes, size_t size,
                                  struct error *error, struct code_object **out)
{
    struct artifact_header h;
    if (size < sizeof h || memcmp(bytes, artifact_magic, sizeof h.magic) != 0)
        return hs_error_set(error, ST_MISUSE, HS_NO_OFFSET,
                            "not a module serialized by this version of Hospes");
    memcpy(&h, bytes, sizeof h);
    const uint8_t *m = (const uint8_t *)bytes + sizeof h;
    if (h.size != size - sizeof h || h.hash != hs_hash_bytes(m, h.size))
        return hs_error_set(error, ST_MISUSE, HS_NO_OFFSET,
                            "the serialized module is damaged: %zu bytes, %llu expected",
                            size - sizeof h, (unsigned long long)h.size);
    if (h.features & ~e->config.features)
        return hs_error_set(
            error, ST_MISUSE, HS_NO_OFFSET,
            "the module was serialized for an engine with the %s feature, which this one lacks",
            hs_feature_name((enum feature)__builtin_ctz(h.features & ~e->config.features)));
    return hs_module_new(e, m, h.size, error, out);
}
