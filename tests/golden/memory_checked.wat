;;! memory=checked
;; Explicit bounds checks against the record; the base never moves.
(module (memory 1)
  (func $load (param i32) (result i32) (i32.load offset=16 (local.get 0)))
  (func $store (param i32 i64) (i64.store (local.get 0) (local.get 1))))
;;; code
;; function 0 $load
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     lea rax, [rdi + 20]
;;     mov rcx, qword ptr [vmctx.mem0]
;;     cmp rax, qword ptr [mem0.bytes]
;;     ja L0
;;     mov rcx, qword ptr [vmctx.mem0_base]
;;     mov eax, dword ptr [rcx + rax - 4]
;;     pop rbp
;;     ret
;;   L0:
;;     mov edi, 1
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;; function 1 $store
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     lea rax, [rdi + 8]
;;     mov rcx, qword ptr [vmctx.mem0]
;;     cmp rax, qword ptr [mem0.bytes]
;;     ja L0
;;     mov rcx, qword ptr [vmctx.mem0_base]
;;     mov qword ptr [rcx + rax - 8], rsi
;;     pop rbp
;;     ret
;;   L0:
;;     mov edi, 1
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
