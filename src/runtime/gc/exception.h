/* exception.h: throwing; see exception.c. Objects of exceptions are heap.h's. */
#ifndef HS_RUNTIME_GC_EXCEPTION_H
#define HS_RUNTIME_GC_EXCEPTION_H

#include "runtime/store.h"

/* Looks for a clause that takes the exception, from run->act.exit_fp up to the entry of the
 * innermost activation. 0: run->trap_pc, trap_fp and trap_addr are set for hs_stub_catch.
 * TRAP_EXCEPTION + 1: there is none. Another trap + 1: an interruption. */
uint32_t hs_exn_catch(struct hs_run *run, uint32_t exn, const struct tag_obj *tag);
/* A host function has failed because of the store's pending exception. 0: it is caught by a
 * caller of the host function, as hs_exn_catch says, and pending no longer. */
uint32_t hs_exn_goes_on(struct store *s);

#endif
