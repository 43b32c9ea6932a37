/* See compile.h: the output of a compiler, and placing it. */
#include "compile/compile.h"
#include "base/bits.h"

void hs_machine_code_init(struct hs_machine_code *c)
{
    hs_vec_init(&c->bytes, HS_LIMIT_CODE);
    hs_vec_init(&c->relocs, HS_LIMIT_CODE / 4);
    hs_vec_init(&c->sites, HS_LIMIT_TRIES);
    hs_vec_init(&c->tries, HS_LIMIT_TRIES);
    hs_vec_init(&c->clauses, HS_LIMIT_TRIES);
}

void hs_machine_code_deinit(struct hs_machine_code *c)
{
    hs_vec_deinit(&c->bytes);
    hs_vec_deinit(&c->relocs);
    hs_vec_deinit(&c->sites);
    hs_vec_deinit(&c->tries);
    hs_vec_deinit(&c->clauses);
}

void hs_machine_code_clear(struct hs_machine_code *c)
{
    hs_vec_clear(&c->bytes);
    hs_vec_clear(&c->relocs);
    hs_vec_clear(&c->sites);
    hs_vec_clear(&c->tries);
    hs_vec_clear(&c->clauses);
}

void hs_machine_code_place(struct hs_machine_code *c, uint64_t place)
{
    for (size_t i = 0; i < c->relocs.count; i++) {
        uint8_t *field = c->bytes.data + c->relocs.data[i];
        hs_store32(field, hs_load32(field) - (uint32_t)place);
    }
}
