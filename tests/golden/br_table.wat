(module
  (func (param i32) (result i32)
    (block (block (block (br_table 0 1 2 (local.get 0))) (return (i32.const 10))) (return (i32.const 20)))
    (i32.const 30)))
;;; code
;; function 0
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     mov ecx, 2
;;     cmp edi, ecx
;;     cmovb ecx, edi
;;     lea rax, [table]
;;     lea rax, [rax + 4*rcx]
;;     movsxd rcx, dword ptr [rax]
;;     lea rax, [rax + rcx + 4]
;;     jmp rax
;;     .table L0 L1 L2
;;   L0:
;;     mov eax, 10
;;     pop rbp
;;     ret
;;   L1:
;;     mov eax, 20
;;     pop rbp
;;     ret
;;   L2:
;;     mov eax, 30
;;     pop rbp
;;     ret
