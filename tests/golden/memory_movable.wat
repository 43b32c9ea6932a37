;;! memory=movable
;; The base is read from the record at each access.
(module (memory i64 1)
  (func $load (param i64) (result i32) (i32.load8_s offset=16 (local.get 0))))
;;; code
;; function 0 $load
;;     push rbp
;;     mov rbp, rsp
;;     mov rax, rdi
;;     add rax, 17
;;     jb L0
;;     mov rcx, qword ptr [vmctx.mem0]
;;     cmp rax, qword ptr [mem0.bytes]
;;     ja L1
;;     mov rcx, qword ptr [vmctx.mem0]
;;     mov rcx, qword ptr [mem0.base]
;;     movsx eax, byte ptr [rcx + rax - 1]
;;     pop rbp
;;     ret
;;   L0:
;;     mov edi, 1
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;;   L1:
;;     mov edi, 1
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
