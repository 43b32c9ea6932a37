;; Calls within the module go through the callee's slot; what is alive is saved around them.
(module
  (func $callee (param i32) (result i32) (local.get 0))
  (func $caller (param i32 i32) (result i32)
    (i32.add (call $callee (local.get 0)) (local.get 1))))
;;; code
;; function 0 $callee
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     mov eax, edi
;;     pop rbp
;;     ret
;; function 1 $caller
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 40
;;     mov dword ptr [rbp - 16], edi
;;     mov dword ptr [rbp - 24], esi
;;     mov edi, dword ptr [rbp - 16]
;;     call qword ptr [slot0]
;;     mov eax, eax
;;     add eax, dword ptr [rbp - 24]
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 24
;;     mov qword ptr [rsp], rsi
;;     mov qword ptr [rsp + 8], rdi
;;     lea rdi, [rsp + 24]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rsi, qword ptr [rsp]
;;     mov rdi, qword ptr [rsp + 8]
;;     add rsp, 24
;;     jmp L0
