/* The bodies of a module, on one or several threads. */
#ifndef HS_VALID_BODIES_H
#define HS_VALID_BODIES_H

#include "valid/typing.h"

/* Validates all bodies and sets m->facts. The head must be valid. */
enum status hs_valid_bodies(struct module *m, unsigned threads, struct error *error) HS_MUST_CHECK;

#endif
