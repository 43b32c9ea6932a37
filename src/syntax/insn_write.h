/* The other direction of insn_read.h: types and instructions into a byte buffer, numbers in the
 * shortest LEB128. Failure to allocate is sticky in the buffer.
 *
 * Vectors of a struct insn are given the way the reader leaves them, undecoded: `vector` to
 * `vector_end` hold `count` encoded elements. They are decoded and written again, so that they too
 * come out in the shortest form. */
#ifndef HS_SYNTAX_INSN_WRITE_H
#define HS_SYNTAX_INSN_WRITE_H

#include "base/buffer.h"
#include "syntax/insn.h"

void hs_write_op(struct buffer *b, enum op op); /* the opcode without its immediates */
void hs_insn_write(struct buffer *b, const struct insn *insn);

void hs_write_memarg(struct buffer *b, const struct memarg *m);
void hs_write_blocktype(struct buffer *b, const struct blocktype *t);
void hs_write_heaptype(struct buffer *b, uint32_t heap);
void hs_write_valtype(struct buffer *b, struct valtype t); /* storage types too */
void hs_write_fieldtype(struct buffer *b, const struct fieldtype *t);
void hs_write_functype(struct buffer *b, const struct functype *t); /* with its 0x60 */
void hs_write_subtype(struct buffer *b,
                      const struct deftype *t); /* one type of a recursive group */
void hs_write_tabletype(struct buffer *b, const struct tabletype *t);
void hs_write_memtype(struct buffer *b, const struct memtype *t);
void hs_write_globaltype(struct buffer *b, const struct globaltype *t);
void hs_write_catch(struct buffer *b, const struct catch_clause *c);

#endif
