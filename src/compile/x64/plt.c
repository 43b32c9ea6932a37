/* The PLT of a module's code range: how each function is entered for good, and how it is
 * compiled at its first call. The layout is drawn in abi/code.h. */
#include "base/bits.h"
#include "compile/compile.h"

static void rel32(uint8_t *field, uint64_t target, uint64_t place)
{
    hs_store32(field, (uint32_t)(target - (place + 4)));
}

void hs_compile_plt(const struct hs_code_range *range, uint8_t *out)
{
    uint64_t lazy_jump = (uint64_t)range->nfuncs * HS_PLT_ENTRY;
    for (uint32_t i = 0; i < range->nfuncs; i++) {
        uint64_t at = (uint64_t)i * HS_PLT_ENTRY;
        uint8_t *p = out + at;
        p[0] = 0xff; /* jmp [rip + slot] */
        p[1] = 0x25;
        rel32(p + 2, range->code_capacity + (uint64_t)i * 8, at + 2);
        p[6] = 0xb8; /* mov eax, index */
        hs_store32(p + 7, i);
        p[11] = 0xe9; /* jmp lazy */
        rel32(p + 12, lazy_jump, at + 12);
    }
    uint8_t *p = out + lazy_jump;
    p[0] = 0xff; /* jmp [rip + lazy address] */
    p[1] = 0x25;
    rel32(p + 2, range->code_capacity + (uint64_t)range->nfuncs * 8, lazy_jump + 2);
    for (uint64_t i = lazy_jump + 6; i < range->plt_size; i++)
        out[i] = 0xcc;
}
