(module (memory 1)
  (func $grow (param i32) (result i32) (memory.grow (local.get 0)))
  (func $copy (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2))))
;;; code
;; function 0 $grow
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 24
;;     mov dword ptr [rbp - 16], edi
;;     mov edi, dword ptr [rbp - 16]
;;     mov esi, 0
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.memory_grow]
;;     mov eax, eax
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 8
;;     mov qword ptr [rsp], rdi
;;     lea rdi, [rsp + 8]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rdi, qword ptr [rsp]
;;     add rsp, 8
;;     jmp L0
;; function 1 $copy
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 56
;;     mov dword ptr [rbp - 16], edi
;;     mov dword ptr [rbp - 24], esi
;;     mov dword ptr [rbp - 32], edx
;;     mov edi, dword ptr [rbp - 16]
;;     mov esi, dword ptr [rbp - 24]
;;     mov edx, dword ptr [rbp - 32]
;;     mov ecx, 0
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.memory_copy]
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 24
;;     mov qword ptr [rsp], rdx
;;     mov qword ptr [rsp + 8], rsi
;;     mov qword ptr [rsp + 16], rdi
;;     lea rdi, [rsp + 24]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rdx, qword ptr [rsp]
;;     mov rsi, qword ptr [rsp + 8]
;;     mov rdi, qword ptr [rsp + 16]
;;     add rsp, 24
;;     jmp L0
