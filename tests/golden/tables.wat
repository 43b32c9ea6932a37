(module
  (table $t 10 funcref)
  (func $get (param i32) (result funcref) (table.get $t (local.get 0)))
  (func $size (result i32) (table.size $t))
  (func $ref (result funcref) (ref.func $size))
  (elem declare func $size))
;;; code
;; function 0 $get
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 24
;;     mov dword ptr [rbp - 16], edi
;;     mov eax, dword ptr [rbp - 16]
;;     mov rcx, qword ptr [vmctx.table0]
;;     cmp rax, qword ptr [table0.size]
;;     jae L2
;;     mov rcx, qword ptr [table0.elems]
;;     mov rcx, qword ptr [rcx + 8*rax]
;;     mov rax, rcx
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
;;     mov edi, 3
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;; function 1 $size
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 24
;;     mov rax, qword ptr [vmctx.table0]
;;     mov eax, dword ptr [table0.size]
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 8
;;     lea rdi, [rsp + 8]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     add rsp, 8
;;     jmp L0
;; function 2 $ref
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 24
;;     lea rax, [vmctx.funcref1]
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 8
;;     lea rdi, [rsp + 8]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     add rsp, 8
;;     jmp L0
