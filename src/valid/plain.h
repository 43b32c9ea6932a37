/* The plain validator's second entry, for constant expressions, which are bodies with few
 * instructions allowed. */
#ifndef HS_VALID_PLAIN_H
#define HS_VALID_PLAIN_H

#include "valid/typing.h"

/* Checks that code (up to and including `end`, at `offset` in the module) is a constant
 * expression of the given type that uses globals below nglobals only. Functions that it refers
 * to are entered in func_escapes. */
enum status hs_valid_plain_constant(struct module *m, struct span code, uint32_t offset,
                                    struct valtype type, uint32_t nglobals,
                                    struct error *error) HS_MUST_CHECK;

#endif
