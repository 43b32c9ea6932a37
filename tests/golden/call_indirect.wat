;; Bounds, null and type are checked; subtypes are the slow path.
(module
  (type $t (func (param i32) (result i32)))
  (table 10 funcref)
  (func (param i32 i32) (result i32) (call_indirect (type $t) (local.get 0) (local.get 1))))
;;; code
;; function 0
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 40
;;     mov dword ptr [rbp - 16], edi
;;     mov dword ptr [rbp - 24], esi
;;     mov eax, dword ptr [rbp - 24]
;;     mov rcx, qword ptr [vmctx.table0]
;;     cmp eax, dword ptr [table0.size]
;;     jae L2
;;     mov rcx, qword ptr [table0.elems]
;;     mov r11, qword ptr [rcx + 8*rax]
;;     test r11, r11
;;     je L3
;;     cmp dword ptr [r11 + 16], 0
;;     jne L4
;;     mov edi, dword ptr [rbp - 16]
;;     mov r10, r13
;;     mov r13, qword ptr [r11 + 8]
;;     call qword ptr [r11]
;;     mov r13, qword ptr [rbp - 8]
;;     mov eax, eax
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
;;   L2:
;;     mov edi, 3
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;;   L3:
;;     mov edi, 4
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;;   L4:
;;     mov edi, 5
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
