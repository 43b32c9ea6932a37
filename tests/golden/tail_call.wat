;; Within the instance a jump, to another one through hs_tail_switch.
(module
  (type $t (func (param i32) (result i32)))
  (import "m" "f" (func $f (param i32) (result i32)))
  (table 1 funcref)
  (func $direct (param i32) (result i32) (return_call $direct (i32.sub (local.get 0) (i32.const 1))))
  (func $import (param i32) (result i32) (return_call $f (local.get 0)))
  (func $indirect (param i32) (result i32) (return_call_indirect (type $t) (local.get 0) (i32.const 0))))
;;; code
;; function 1 $direct
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 40
;;     mov dword ptr [rbp - 16], edi
;;     mov eax, dword ptr [rbp - 16]
;;     sub eax, 1
;;     mov edi, eax
;;     leave
;;     jmp qword ptr [slot1]
;;   L1:
;;     sub rsp, 8
;;     mov qword ptr [rsp], rdi
;;     lea rdi, [rsp + 8]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rdi, qword ptr [rsp]
;;     add rsp, 8
;;     jmp L0
;; function 2 $import
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 24
;;     mov dword ptr [rbp - 16], edi
;;     mov edi, dword ptr [rbp - 16]
;;     leave
;;     mov rax, qword ptr [vmctx.import0.code]
;;     mov r11, qword ptr [vmctx.import0.vmctx]
;;     mov qword ptr [vmctx.tail_code], rax
;;     mov qword ptr [vmctx.tail_vmctx], r11
;;     mov rax, qword ptr [vmctx.rt]
;;     jmp qword ptr [rt.tail_switch]
;;   L1:
;;     sub rsp, 8
;;     mov qword ptr [rsp], rdi
;;     lea rdi, [rsp + 8]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rdi, qword ptr [rsp]
;;     add rsp, 8
;;     jmp L0
;; function 3 $indirect
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 40
;;     mov dword ptr [rbp - 16], edi
;;     xor eax, eax
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
;;     leave
;;     cmp r13, qword ptr [r11 + 8]
;;     jne L5
;;     jmp qword ptr [r11]
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
;;   L3:
;;     mov edi, 4
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;;   L4:
;;     mov edi, 5
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;;   L5:
;;     mov rax, qword ptr [r11]
;;     mov qword ptr [vmctx.tail_code], rax
;;     mov rax, qword ptr [r11 + 8]
;;     mov qword ptr [vmctx.tail_vmctx], rax
;;     mov rax, qword ptr [vmctx.rt]
;;     jmp qword ptr [rt.tail_switch]
