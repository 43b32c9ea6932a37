/* Mutants of a module that still look like one: a part is edited and the sizes around it are
 * repaired, so that most mutants get as far as the validation of bodies instead of failing at the
 * first size that does not fit. */
#ifndef HS_FUZZ_MUTATE_H
#define HS_FUZZ_MUTATE_H

#include "base/buffer.h"
#include "base/span.h"

struct mutator {
    uint64_t seed;    /* changes with each number drawn; the same seed makes the same mutants */
    const char *what; /* the last mutation, for reports */
};

uint64_t mutate_random(struct mutator *mu);
/* Appends one mutant of the module to out. False if nothing could be done with it (then out may
 * hold anything). */
bool mutate(struct mutator *mu, struct span module, struct buffer *out);

#endif
