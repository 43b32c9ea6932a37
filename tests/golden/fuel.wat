;;! fuel
;; Fuel is charged once per basic block.
(module
  (func (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.add (local.get 0) (i32.const 2))))))
;;; code
;; function 0
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 40
;;     mov edi, edi
;;     mov rax, qword ptr [vmctx.run]
;;     sub qword ptr [run.fuel], 3
;;     jb L6
;;   L0:
;;     test edi, edi
;;     je L2
;;     mov rax, qword ptr [vmctx.run]
;;     sub qword ptr [run.fuel], 1
;;     jb L7
;;   L1:
;;     mov eax, 1
;;     jmp L4
;;   L2:
;;     mov rax, qword ptr [vmctx.run]
;;     sub qword ptr [run.fuel], 3
;;     jb L8
;;   L3:
;;     lea eax, [rdi + 2]
;;   L4:
;;     mov rcx, qword ptr [vmctx.run]
;;     sub qword ptr [run.fuel], 0
;;     jb L9
;;   L5:
;;     leave
;;     ret
;;   L6:
;;     sub rsp, 16
;;     mov qword ptr [rsp], rdi
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.out_of_fuel]
;;     mov rdi, qword ptr [rsp]
;;     add rsp, 16
;;     jmp L0
;;   L7:
;;     sub rsp, 16
;;     mov qword ptr [rsp], rdi
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.out_of_fuel]
;;     mov rdi, qword ptr [rsp]
;;     add rsp, 16
;;     jmp L1
;;   L8:
;;     sub rsp, 16
;;     mov qword ptr [rsp], rdi
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.out_of_fuel]
;;     mov rdi, qword ptr [rsp]
;;     add rsp, 16
;;     jmp L3
;;   L9:
;;     sub rsp, 16
;;     mov qword ptr [rsp], rax
;;     mov qword ptr [rsp + 8], rdi
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.out_of_fuel]
;;     mov rax, qword ptr [rsp]
;;     mov rdi, qword ptr [rsp + 8]
;;     add rsp, 16
;;     jmp L5
