;;! no-signals
;; Where faults are not caught, divisions are checked.
(module
  (func (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1))))
;;; code
;; function 0
;;     push rbp
;;     mov rbp, rsp
;;     mov esi, esi
;;     mov edi, edi
;;     mov eax, edi
;;     test esi, esi
;;     je L1
;;     cmp esi, -1
;;     jne L0
;;     cmp eax, 1
;;     jo L2
;;   L0:
;;     cdq
;;     idiv esi
;;     pop rbp
;;     ret
;;   L1:
;;     mov edi, 7
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;;   L2:
;;     mov edi, 6
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
