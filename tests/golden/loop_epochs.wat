;;! epochs
;; A loop head loads from the poll page when epochs are on.
(module
  (func (param i32)
    (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 100))))))
;;; code
;; function 0
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     nop word ptr [rax + rax]
;;     nop word ptr [rax + rax]
;;     nop dword ptr [rax + rax]
;;   L0:
;;     mov rax, qword ptr [vmctx.poll]
;;     test dword ptr [rax], eax
;;     add edi, 1
;;     cmp edi, 100
;;     jb L0
;;     pop rbp
;;     ret
