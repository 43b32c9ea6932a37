/* From a position in the machine code back to the instruction. Nothing is kept for this:
 * compiling is deterministic (I7), so the function is compiled again and the careful loop tells
 * where each instruction's code starts. Traps and backtraces are rare; tables for them would be
 * as large as the code. */
#include "compile/baseline/baseline.h"

void hs_bl_watch(struct bl *b, uint32_t offset)
{
    if (bl_pos(b) <= b->locate->code_offset)
        b->locate->found = offset;
}

uint32_t hs_baseline_locate(const struct hs_compile_input *in, uint32_t code_offset,
                            bool is_return_address)
{
    struct locate_target t = {
        .code_offset =
            code_offset - (is_return_address && code_offset > 0), /* the call before it */
        .found = in->module->funcs[in->func].body,
    };
    struct hs_machine_code code;
    hs_machine_code_init(&code);
    struct error error;
    hs_error_init(&error);
    size_t start;
    enum status s = hs_bl_run(in, &code, &start, &error, &t);
    hs_machine_code_deinit(&code);
    return s == ST_OK ? t.found : in->module->funcs[in->func].body;
}
