/* Reading numbers, types and instructions from a byte range, one at a time, with every check that
 * the binary format asks for and none of validation. The plain validator, the printer and tools go
 * through a body with hs_insn_read; the module reader uses the parts.
 *
 *     struct insn_reader r = {.p = body, .end = body_end, .base = module_bytes, .features = f,
 *                             .error = e};
 *     while (r.p < r.end) {
 *         struct insn i;
 *         enum status s = hs_insn_read(&r, &i);
 *         ...
 *
 * A reader never looks at *end or beyond, so any bytes may be given. On failure the error holds
 * text and byte offset (relative to base), `p` is somewhere in between and the output is untouched.
 * What needs a feature that is not enabled is refused with the feature's name.
 *
 * Vectors (br_table, select, try_table) are checked as they are passed over and stay undecoded in
 * the struct insn; walk them with hs_insn_label, hs_insn_select_type and hs_insn_catch, which
 * cannot fail on checked bytes.
 *
 * https://webassembly.github.io/spec/core/binary/instructions.html */
#ifndef HS_SYNTAX_INSN_READ_H
#define HS_SYNTAX_INSN_READ_H

#include "base/error.h"
#include "base/leb128.h"
#include "base/span.h"
#include "syntax/errors.h"
#include "syntax/insn.h"

struct insn_reader {
    const uint8_t *p, *end;
    const uint8_t *base; /* offsets in errors and in struct insn count from here */
    hs_features features;
    struct error *error;
};

static inline uint32_t hs_read_offset(const struct insn_reader *r)
{
    return (uint32_t)(r->p - r->base);
}

enum status hs_insn_read(struct insn_reader *r, struct insn *out) HS_MUST_CHECK;

/* Elements of a checked vector; *p moves on. */
uint32_t hs_insn_label(const uint8_t **p);
struct valtype hs_insn_select_type(const uint8_t **p);
struct catch_clause hs_insn_catch(const uint8_t **p);

/* Numbers. */
enum status hs_read_byte(struct insn_reader *r, uint8_t *out) HS_MUST_CHECK;
enum status hs_read_u32_slow(struct insn_reader *r, uint32_t *out) HS_MUST_CHECK;
enum status hs_read_u64(struct insn_reader *r, uint64_t *out) HS_MUST_CHECK;
enum status hs_read_s32(struct insn_reader *r, int32_t *out) HS_MUST_CHECK;
enum status hs_read_s33(struct insn_reader *r, int64_t *out) HS_MUST_CHECK;
enum status hs_read_s64(struct insn_reader *r, int64_t *out) HS_MUST_CHECK;
static inline HS_MUST_CHECK enum status hs_read_u32(struct insn_reader *r, uint32_t *out)
{
    if (__builtin_expect(r->p < r->end && *r->p < 0x80, 1)) {
        *out = *r->p++;
        return ST_OK;
    }
    return hs_read_u32_slow(r, out);
}
/* A count of things of at least one byte each, "length out of bounds" when there are too few bytes.
 * As in the reference interpreter the bytes of the count itself are counted too, so *out may exceed
 * the bytes left by a few. */
enum status hs_read_count(struct insn_reader *r, uint32_t *out) HS_MUST_CHECK;
/* A vector of bytes, which stay where they are. */
enum status hs_read_vec_bytes(struct insn_reader *r, struct span *out) HS_MUST_CHECK;
/* A name: its bytes are checked to be UTF-8 and stay where they are. */
enum status hs_read_name(struct insn_reader *r, struct span *out) HS_MUST_CHECK;

/* Types. */
enum status hs_read_valtype(struct insn_reader *r, struct valtype *out) HS_MUST_CHECK;
enum status hs_read_reftype(struct insn_reader *r, struct valtype *out) HS_MUST_CHECK;
enum status hs_read_storagetype(struct insn_reader *r,
                                struct valtype *out) HS_MUST_CHECK; /* also i8 and i16 */
enum status hs_read_heaptype(struct insn_reader *r, uint32_t *out) HS_MUST_CHECK;
enum status hs_read_blocktype(struct insn_reader *r, struct blocktype *out) HS_MUST_CHECK;

/* The abstract heap type of a one-byte code (0x69 to 0x74), or HEAP_END; and back. */
uint32_t hs_heap_of_code(uint8_t code);
uint8_t hs_heap_code(uint32_t heap);

#endif
