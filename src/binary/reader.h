/* What the files of the binary reader share: the cursor, the module being built and a function per
 * section. Each function reads the contents of one section from r->in and leaves r->in.p behind
 * them; that the contents end where the section does is checked by the frame. As in the reference
 * interpreter contents may run on to the end of the module until then, which decides between
 * "section size mismatch" and "unexpected end". */
#ifndef HS_BINARY_READER_H
#define HS_BINARY_READER_H

#include "binary/binary.h"
#include "syntax/insn_read.h"

enum section {
    SECTION_CUSTOM,
    SECTION_TYPE,
    SECTION_IMPORT,
    SECTION_FUNC,
    SECTION_TABLE,
    SECTION_MEMORY,
    SECTION_GLOBAL,
    SECTION_EXPORT,
    SECTION_START,
    SECTION_ELEM,
    SECTION_CODE,
    SECTION_DATA,
    SECTION_DATA_COUNT,
    SECTION_TAG,
    SECTION_END,
};

struct reader {
    struct insn_reader in;
    struct module *m;
    const uint8_t *section_end;
    uint32_t ncodes; /* entries of the code section */
};

#define TRY(x)                                                                                     \
    do {                                                                                           \
        enum status try_ = (x);                                                                    \
        if (__builtin_expect(try_ != ST_OK, 0))                                                    \
            return try_;                                                                           \
    } while (0)

static inline
    __attribute__((always_inline)) enum status fail_at(struct reader *r, const uint8_t *at,
                                                       enum status s, enum msg m)
{
    return hs_fail(r->in.error, s, (uint64_t)(at - r->in.base), m);
}
static inline __attribute__((always_inline)) enum status malformed_at(struct reader *r,
                                                                      const uint8_t *at, enum msg m)
{
    return fail_at(r, at, ST_MALFORMED, m);
}
static inline enum status need(struct reader *r, const uint8_t *at, enum feature f)
{
    return r->in.features >> f & 1 ? ST_OK
                                   : hs_fail_feature(r->in.error, (uint64_t)(at - r->in.base), f);
}

enum status hs_read_type_section(struct reader *r) HS_MUST_CHECK;
enum status hs_read_import_section(struct reader *r) HS_MUST_CHECK;
enum status hs_read_func_section(struct reader *r) HS_MUST_CHECK;
enum status hs_read_table_section(struct reader *r) HS_MUST_CHECK;
enum status hs_read_memory_section(struct reader *r) HS_MUST_CHECK;
enum status hs_read_tag_section(struct reader *r) HS_MUST_CHECK;
enum status hs_read_global_section(struct reader *r) HS_MUST_CHECK;
enum status hs_read_export_section(struct reader *r) HS_MUST_CHECK;
enum status hs_read_elem_section(struct reader *r) HS_MUST_CHECK;
enum status hs_read_code_section(struct reader *r) HS_MUST_CHECK;
enum status hs_read_data_section(struct reader *r) HS_MUST_CHECK;
/* Names are a service: only ST_OOM is a failure. */
enum status hs_read_name_section(struct module *m, struct span contents) HS_MUST_CHECK;

enum status hs_read_constexpr(struct reader *r, struct constexpr *out) HS_MUST_CHECK;

/* A count of at most `limit` (of a limit's text otherwise). */
enum status hs_read_limited(struct reader *r, uint32_t limit, enum msg too_many,
                            uint32_t *out) HS_MUST_CHECK;

#endif
