(module
  (type $t (func (param i32) (result i32)))
  (func (param (ref null $t)) (result i32) (call_ref $t (i32.const 7) (local.get 0))))
;;; code
;; function 0
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 40
;;     mov qword ptr [rbp - 16], rdi
;;     mov r11, qword ptr [rbp - 16]
;;     test r11, r11
;;     je L2
;;     mov edi, 7
;;     mov r10, r13
;;     mov r13, qword ptr [r11 + 8]
;;     call qword ptr [r11]
;;     mov r13, qword ptr [rbp - 8]
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
;;   L2:
;;     mov edi, 13
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
