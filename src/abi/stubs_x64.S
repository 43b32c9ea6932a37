/* stubs_x64.S: the machine code between compiled code and the runtime's C functions (x86-64, System V). The rules
 * of a call are in vmctx.h, what each symbol promises in libcalls.h.
 *
 * One idea: nothing jumps over C frames. A C function returns a status to its stub; the stub, which owns the
 * frame below, leaves to the entry trampoline of the innermost activation (hs_raise).
 *
 * Every stub that calls C makes a frame first and stores its rbp into run->exit_fp: [rbp + 8] is the place in
 * compiled code that was left, [rbp] the frame it belongs to; backtraces start there. The run is found through
 * r13, which is the vmctx at every call of compiled code. The two landings are entered from a signal at any
 * instruction, where optimized code may hold something else in r13: they find it in the thread-local
 * hs_thread. */
#include "abi/asm_offsets.h"

#if defined(__x86_64__) && defined(__ELF__)

        .text

#define STUB_BEGIN(name)                                                                                       \
        .p2align 4;                                                                                            \
        .globl name;                                                                                           \
        .hidden name;                                                                                          \
        .type name, @function;                                                                                 \
name:                                                                                                          \
        .cfi_startproc;                                                                                        \
        endbr64

#define STUB_END(name)                                                                                         \
        .cfi_endproc;                                                                                          \
        .size name, . - name

/* A frame; rsp was 8 mod 16, as at every entry. */
#define FRAME                                                                                                  \
        pushq %rbp;                                                                                            \
        .cfi_def_cfa_offset 16;                                                                                \
        .cfi_offset %rbp, -16;                                                                                 \
        movq %rsp, %rbp;                                                                                       \
        .cfi_def_cfa_register %rbp

/* Leaves rax = run. */
#define RECORD_EXIT                                                                                            \
        movq ASM_VMCTX_RUN(%r13), %rax;                                                                        \
        movq %rbp, ASM_RUN_EXIT_FP(%rax)

/* ---- runtime calls ----
 *
 * stub name, signature, trap: makes room for the vmctx before the arguments, as many as the letters before the
 * underscore of the signature. A call that throws (trap: 2) has found a catch clause when it comes back. */
        .macro stub name, signature, trap
        .p2align 4
        .type   hs_stub_\name, @function
hs_stub_\name:
        .cfi_startproc
        endbr64
        FRAME
        RECORD_EXIT
        .set    stub_args, 0
        .set    stub_counting, 1
        .irpc   letter, \signature
        .ifc    \letter, _
        .set    stub_counting, 0
        .endif
        .set    stub_args, stub_args + stub_counting
        .endr
        .if     stub_args > 5
        .error  "a runtime call has at most five arguments"
        .endif
        .if     stub_args > 4
        movq    %r8, %r9
        .endif
        .if     stub_args > 3
        movq    %rcx, %r8
        .endif
        .if     stub_args > 2
        movq    %rdx, %rcx
        .endif
        .if     stub_args > 1
        movq    %rsi, %rdx
        .endif
        .if     stub_args > 0
        movq    %rdi, %rsi
        .endif
        movq    %r13, %rdi
        andq    $-16, %rsp
        call    hs_rt_\name
        .if     \trap
        cmpl    $ASM_TRAP_NONE, %edx
        jne     hs_raise_edx
        .endif
        .if     \trap == 2
        movq    ASM_VMCTX_RUN(%r13), %rdi
        jmp     hs_stub_catch
        .else
        leave
        .cfi_def_cfa %rsp, 8
        ret
        .endif
        .cfi_endproc
        .size   hs_stub_\name, . - hs_stub_\name
        .endm

        .hidden hs_rt_lazy, hs_rt_trapped, hs_rt_poll
#define LIBCALL(id, name, signature, trap) .hidden hs_rt_##name; stub name, signature, trap;
#include "abi/libcalls.def"

/* Raises code edx in the innermost activation of r13's store. */
        .p2align 4
        .type   hs_raise_edx, @function
hs_raise_edx:
        .cfi_startproc
        .cfi_undefined %rip
        movq    ASM_VMCTX_RUN(%r13), %rdi
        movl    %edx, %esi
        jmp     hs_raise
        .cfi_endproc
        .size   hs_raise_edx, . - hs_raise_edx

/* hs_raise(run, code): the entry trampoline of the innermost activation ends here: with its frame gone and the saved
 * registers back, failed(run, code + 1, out) returns to its caller. */
STUB_BEGIN(hs_raise)
        .cfi_undefined %rip
        movq    ASM_RUN_ENTRY_SP(%rdi), %rsp
        leaq    ASM_ENTRY_SIZE(%rsp), %rbp
        movq    ASM_ENTRY_RBX(%rbp), %rbx
        movq    ASM_ENTRY_R12(%rbp), %r12
        movq    ASM_ENTRY_R13(%rbp), %r13
        movq    ASM_ENTRY_R14(%rbp), %r14
        movq    ASM_ENTRY_R15(%rbp), %r15
        movq    ASM_ENTRY_OUT(%rbp), %rdx
        leave
        movq    hs_thread@GOTTPOFF(%rip), %rax
        movq    $0, %fs:(%rax)
        incl    %esi
        jmpq    *ASM_RUN_FAILED(%rdi)
STUB_END(hs_raise)

/* hs_stub_catch(run): the frame that catches puts its registers right by itself. */
STUB_BEGIN(hs_stub_catch)
        .cfi_undefined %rip
        movl    ASM_RUN_TRAP_ADDR(%rdi), %eax
        movq    ASM_RUN_TRAP_FP(%rdi), %rbp
        jmpq    *ASM_RUN_TRAP_PC(%rdi)
STUB_END(hs_stub_catch)

STUB_BEGIN(hs_stub_enter)
        FRAME
        leaq    -16-ASM_ENTRY_SIZE(%rsp), %rax  /* where the body's frame will end */
        movq    %rax, ASM_RUN_ENTRY_SP(%rdi)
        call    *%r8
        leave
        .cfi_def_cfa %rsp, 8
        ret
STUB_END(hs_stub_enter)

/* ---- lazy compilation: eax is the number of a defined function, all argument registers are live ---- */

#define LAZY_INT   (-64)  /* r10, rdi, rsi, rdx, rcx, r8, r9, and one slot to keep rsp aligned */
#define LAZY_XMM   (LAZY_INT - 128)
STUB_BEGIN(hs_stub_lazy)
        FRAME
        subq    $-LAZY_XMM, %rsp
        movq    %r10, LAZY_INT + 0(%rbp)
        movq    %rdi, LAZY_INT + 8(%rbp)
        movq    %rsi, LAZY_INT + 16(%rbp)
        movq    %rdx, LAZY_INT + 24(%rbp)
        movq    %rcx, LAZY_INT + 32(%rbp)
        movq    %r8, LAZY_INT + 40(%rbp)
        movq    %r9, LAZY_INT + 48(%rbp)
        movups  %xmm0, LAZY_XMM + 0(%rbp)
        movups  %xmm1, LAZY_XMM + 16(%rbp)
        movups  %xmm2, LAZY_XMM + 32(%rbp)
        movups  %xmm3, LAZY_XMM + 48(%rbp)
        movups  %xmm4, LAZY_XMM + 64(%rbp)
        movups  %xmm5, LAZY_XMM + 80(%rbp)
        movups  %xmm6, LAZY_XMM + 96(%rbp)
        movups  %xmm7, LAZY_XMM + 112(%rbp)
        movl    %eax, %esi
        RECORD_EXIT
        movq    %r13, %rdi
        andq    $-16, %rsp
        call    hs_rt_lazy
        testq   %rax, %rax
        je      1f
        movups  LAZY_XMM + 0(%rbp), %xmm0
        movups  LAZY_XMM + 16(%rbp), %xmm1
        movups  LAZY_XMM + 32(%rbp), %xmm2
        movups  LAZY_XMM + 48(%rbp), %xmm3
        movups  LAZY_XMM + 64(%rbp), %xmm4
        movups  LAZY_XMM + 80(%rbp), %xmm5
        movups  LAZY_XMM + 96(%rbp), %xmm6
        movups  LAZY_XMM + 112(%rbp), %xmm7
        movq    LAZY_INT + 0(%rbp), %r10
        movq    LAZY_INT + 8(%rbp), %rdi
        movq    LAZY_INT + 16(%rbp), %rsi
        movq    LAZY_INT + 24(%rbp), %rdx
        movq    LAZY_INT + 32(%rbp), %rcx
        movq    LAZY_INT + 40(%rbp), %r8
        movq    LAZY_INT + 48(%rbp), %r9
        .cfi_remember_state
        leave
        .cfi_def_cfa %rsp, 8
        jmpq    *%rax
        .cfi_restore_state
1:      movq    ASM_VMCTX_RUN(%r13), %rax
        movl    ASM_RUN_TRAP_CODE(%rax), %edx
        jmp     hs_raise_edx
STUB_END(hs_stub_lazy)

/* ---- tail calls into another instance ----
 *
 * Jumped to with r13 = the jumping instance and its tail_code and tail_vmctx set. Somebody has to put the
 * caller's r13 back when the chain of tail calls ends: a frame of ours, made unless our caller is one already.
 * So any number of tail calls between instances takes one frame. */
STUB_BEGIN(hs_tail_switch)
        movq    ASM_VMCTX_TAIL_CODE(%r13), %rax
        movq    %r13, %r10
        leaq    hs_tail_return(%rip), %r11
        cmpq    %r11, (%rsp)
        je      1f
        .cfi_remember_state
        FRAME
        pushq   %r13
        .cfi_offset %r13, -24
        pushq   %r13                    /* alignment */
        movq    ASM_VMCTX_TAIL_VMCTX(%r13), %r13
        call    *%rax
        .globl  hs_tail_return
        .hidden hs_tail_return
hs_tail_return:
        movq    -8(%rbp), %r13
        leave
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_restore_state
1:      movq    ASM_VMCTX_TAIL_VMCTX(%r13), %r13
        jmpq    *%rax
STUB_END(hs_tail_switch)

/* ---- landings: where the signal handler continues ---- */

/* rdi = run, rsp aligned below the guest's frame; nothing of the guest's registers is needed. */
STUB_BEGIN(hs_stub_trap_landing)
        .cfi_undefined %rip
        movq    %rdi, %rbx
        call    hs_rt_trapped
        movq    %rbx, %rdi
        movl    %eax, %esi
        jmp     hs_raise
STUB_END(hs_stub_trap_landing)

/* All registers are the guest's, so is rsp; optimized code may use 128 bytes below it. The frame looks like that
 * of a function called at the interrupted instruction:
 *
 *     rsp of the guest
 *       -128   its red zone
 *       -136   where to resume                          rbp + 8
 *       -144   rbp of the guest                         rbp
 *              flags and the other registers            rbp - 8 ... -120
 *              vector state, as xsave or fxsave has it  rsp (64-byte aligned) */
STUB_BEGIN(hs_stub_poll_landing)
        leaq    -136(%rsp), %rsp
        pushq   %rbp
        movq    %rsp, %rbp
        .cfi_def_cfa %rbp, 144
        .cfi_offset %rip, -136
        .cfi_offset %rbp, -144
        pushfq
        pushq   %rax
        pushq   %rbx
        .cfi_offset %rbx, -168
        pushq   %rcx
        pushq   %rdx
        pushq   %rsi
        pushq   %rdi
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        pushq   %r12
        .cfi_offset %r12, -240
        pushq   %r13
        .cfi_offset %r13, -248
        pushq   %r14
        .cfi_offset %r14, -256
        pushq   %r15
        .cfi_offset %r15, -264
        cld
        movq    hs_thread@GOTTPOFF(%rip), %rbx
        movq    %fs:(%rbx), %rbx
        movq    ASM_RUN_TRAP_PC(%rbx), %rax
        movq    %rax, 8(%rbp)
        movq    %rbp, ASM_RUN_EXIT_FP(%rbx)
        movl    vector_size(%rip), %ecx
        testl   %ecx, %ecx
        jne     1f
        call    find_vector_state
        movl    vector_size(%rip), %ecx
1:      subq    %rcx, %rsp
        andq    $-64, %rsp
        movl    vector_mask(%rip), %eax
        testl   %eax, %eax
        jne     2f
        fxsave64 (%rsp)
        jmp     3f
2:      xorl    %edx, %edx              /* the header behind the legacy area has to be zero */
        movq    %rdx, 512(%rsp)
        movq    %rdx, 520(%rsp)
        movq    %rdx, 528(%rsp)
        movq    %rdx, 536(%rsp)
        movq    %rdx, 544(%rsp)
        movq    %rdx, 552(%rsp)
        movq    %rdx, 560(%rsp)
        movq    %rdx, 568(%rsp)
        xsave64 (%rsp)
3:      movq    %rbx, %rdi
        call    hs_rt_poll
        testl   %eax, %eax
        jne     5f
        movl    vector_mask(%rip), %eax
        testl   %eax, %eax
        jne     4f
        fxrstor64 (%rsp)
        jmp     6f
4:      xorl    %edx, %edx
        xrstor64 (%rsp)
6:      leaq    -120(%rbp), %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rdi
        popq    %rsi
        popq    %rdx
        popq    %rcx
        popq    %rbx
        popq    %rax
        popfq
        popq    %rbp
        .cfi_remember_state
        .cfi_def_cfa %rsp, 136
        ret     $128
        .cfi_restore_state
5:      leal    -1(%rax), %esi
        movq    %rbx, %rdi
        jmp     hs_raise
STUB_END(hs_stub_poll_landing)

/* Which vector state there is and how much room it takes: of the components that XCR0 enables, x87, SSE, AVX and
 * AVX-512 (bits 0 to 2 and 5 to 7); compiled code uses no other. Loses eax ebx ecx edx and the like, keeps rbx r12.
 * Two threads that come here at once write the same. */
        .p2align 4
        .type   find_vector_state, @function
find_vector_state:
        .cfi_startproc
        pushq   %rbx
        .cfi_def_cfa_offset 16
        .cfi_offset %rbx, -16
        movl    $1, %eax
        cpuid
        movl    $512, %r8d
        xorl    %r9d, %r9d
        btl     $27, %ecx               /* OSXSAVE */
        jnc     3f
        xorl    %ecx, %ecx
        xgetbv
        andl    $0xe7, %eax
        movl    %eax, %r9d
        movl    $576, %r8d
        movl    $2, %esi
1:      btl     %esi, %r9d
        jnc     2f
        movl    $0xd, %eax
        movl    %esi, %ecx
        cpuid                           /* eax: size, ebx: offset */
        addl    %ebx, %eax
        cmpl    %eax, %r8d
        cmovbl  %eax, %r8d
2:      incl    %esi
        cmpl    $8, %esi
        jne     1b
3:      movl    %r9d, vector_mask(%rip)
        movl    %r8d, vector_size(%rip)
        popq    %rbx
        .cfi_def_cfa_offset 8
        ret
        .cfi_endproc
        .size   find_vector_state, . - find_vector_state

        .local  vector_mask, vector_size
        .comm   vector_mask, 4, 4       /* what xsave gets in eax; 0: use fxsave */
        .comm   vector_size, 4, 4       /* 0: not asked yet */

/* ---- the table behind vmctx->rt, in the order of enum hs_libcall ---- */

        .section .data.rel.ro, "aw", @progbits
        .p2align 4
        .globl  hs_rt_stubs
        .hidden hs_rt_stubs
        .type   hs_rt_stubs, @object
hs_rt_stubs:
#define LIBCALL(id, name, signature, trap) .quad hs_stub_##name;
#include "abi/libcalls.def"
        .quad   hs_tail_switch
        .size   hs_rt_stubs, . - hs_rt_stubs

        .section .note.GNU-stack, "", @progbits
#else
#error "stubs_x64.S is for x86-64 and ELF"
#endif
