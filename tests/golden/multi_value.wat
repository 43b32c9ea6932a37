;; Four integers in registers, the fifth in the argument area.
(module
  (func $five (result i32 i32 i32 i32 i32)
    (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5))
  (func $use (result i32) (call $five) (i32.add) (i32.add) (i32.add) (i32.add)))
;;; code
;; function 0 $five
;;     push rbp
;;     mov rbp, rsp
;;     mov rax, qword ptr [vmctx.args]
;;     mov qword ptr [rax + 64], 5
;;     mov eax, 1
;;     mov edx, 2
;;     mov ecx, 3
;;     mov r8d, 4
;;     pop rbp
;;     ret
;; function 1 $use
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 56
;;     call qword ptr [slot0]
;;     mov eax, eax
;;     mov edx, edx
;;     mov ecx, ecx
;;     mov r8d, r8d
;;     mov r11, qword ptr [vmctx.args]
;;     mov r10, qword ptr [r11 + 64]
;;     mov qword ptr [rbp - 48], r10
;;     add r8d, dword ptr [rbp - 48]
;;     add ecx, r8d
;;     add edx, ecx
;;     add eax, edx
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 8
;;     lea rdi, [rsp + 8]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     add rsp, 8
;;     jmp L0
