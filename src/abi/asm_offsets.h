/* asm_offsets.h: the offsets of vmctx.h and libcalls.h that stubs_x64.S uses, as the
 * preprocessor wants them. asm_offsets.c holds each against the enum and the struct it repeats. */
#ifndef HS_ABI_ASM_OFFSETS_H
#define HS_ABI_ASM_OFFSETS_H

#define ASM_VMCTX_RUN        24
#define ASM_VMCTX_TAIL_CODE  64
#define ASM_VMCTX_TAIL_VMCTX 72
#define ASM_RUN_EXIT_FP      0
#define ASM_RUN_ENTRY_SP     8
#define ASM_RUN_FAILED       16
#define ASM_RUN_TRAP_CODE    64
#define ASM_RUN_TRAP_PC      72
#define ASM_RUN_TRAP_FP      80
#define ASM_RUN_TRAP_ADDR    88
#define ASM_TRAP_NONE        255
/* The frame of an entry trampoline, from its rbp: what hs_raise restores. It ends at entry_sp. */
#define ASM_ENTRY_RBX  -8
#define ASM_ENTRY_R12  -16
#define ASM_ENTRY_R13  -24
#define ASM_ENTRY_R14  -32
#define ASM_ENTRY_R15  -40
#define ASM_ENTRY_OUT  -48
#define ASM_ENTRY_SIZE 48

#endif
