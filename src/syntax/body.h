/* Decoding of function bodies without validation: is every byte of a body where the binary format
 * has it? The main line never asks, since validation decodes bodies itself. When a module is
 * refused this says which error is the first one: the specification decodes a whole module before
 * it validates any of it, so a body that is malformed comes before everything invalid, and before
 * what is malformed behind it. */
#ifndef HS_SYNTAX_BODY_H
#define HS_SYNTAX_BODY_H

#include "syntax/insn_read.h"
#include "syntax/module.h"

/* Decodes one body: r->p is at the vector of locals, r->end may lie behind the body. On success
 * r->p is behind the last `end`. *out_data_offset is the place of an instruction that needs the
 * data count section, or unchanged. */
enum status hs_body_read(struct insn_reader *r, uint32_t *out_data_offset) HS_MUST_CHECK;

/* Decodes every body that the reader has located, in order. The error is about the first malformed
 * one. */
enum status hs_bodies_read(const struct module *m, struct error *error) HS_MUST_CHECK;

#endif
