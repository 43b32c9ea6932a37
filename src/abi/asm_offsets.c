/* The offsets of the assembly stubs, checked when this file is compiled. */
#include "abi/asm_offsets.h"
#include "abi/libcalls.h"

_Static_assert(ASM_VMCTX_RUN == HS_OFF_RUN, "vmctx");
_Static_assert(ASM_VMCTX_TAIL_CODE == HS_OFF_TAIL_CODE, "vmctx");
_Static_assert(ASM_VMCTX_TAIL_VMCTX == HS_OFF_TAIL_VMCTX, "vmctx");
_Static_assert(ASM_RUN_EXIT_FP == HS_OFF_RUN_EXIT_FP, "run");
_Static_assert(ASM_RUN_ENTRY_SP == HS_OFF_RUN_ENTRY_SP, "run");
_Static_assert(ASM_RUN_FAILED == HS_OFF_RUN_FAILED, "run");
_Static_assert(ASM_RUN_TRAP_CODE == offsetof(struct hs_run, trap_code), "run");
_Static_assert(ASM_RUN_TRAP_PC == offsetof(struct hs_run, trap_pc), "run");
_Static_assert(ASM_RUN_TRAP_FP == offsetof(struct hs_run, trap_fp), "run");
_Static_assert(ASM_RUN_TRAP_ADDR == offsetof(struct hs_run, trap_addr), "run");
_Static_assert(ASM_ENTRY_SIZE == HS_ENTRY_FRAME, "entry");
_Static_assert(ASM_TRAP_NONE == TRAP_NONE, "traps");
_Static_assert(sizeof(struct hs_rt_result) == 16 && offsetof(struct hs_rt_result, trap) == 8,
               "a result is returned in rax and rdx");
