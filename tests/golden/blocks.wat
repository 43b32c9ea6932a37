;; Results of a block meet in rax; select becomes cmov.
(module
  (func $if (param i32 i32) (result i32)
    (if (result i32) (i32.lt_s (local.get 0) (local.get 1)) (then (local.get 0)) (else (i32.const 5))))
  (func $select (param i32 i32 i32) (result i32)
    (select (local.get 0) (local.get 1) (i32.eqz (local.get 2))))
  (func $unreachable (unreachable)))
;;; code
;; function 0 $if
;;     push rbp
;;     mov rbp, rsp
;;     mov esi, esi
;;     mov edi, edi
;;     cmp edi, esi
;;     jge L0
;;     mov eax, edi
;;     jmp L1
;;   L0:
;;     mov eax, 5
;;   L1:
;;     pop rbp
;;     ret
;; function 1 $select
;;     push rbp
;;     mov rbp, rsp
;;     mov r8d, edx
;;     mov esi, esi
;;     mov edi, edi
;;     mov r8d, r8d
;;     mov eax, edi
;;     test r8d, r8d
;;     cmovne eax, esi
;;     pop rbp
;;     ret
;; function 2 $unreachable
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, 9
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
