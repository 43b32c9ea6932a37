;;! counters
;; An entry is counted before anything else, in leaves, too.
(module
  (func (result i32) (i32.const 7))
  (func (result i32) (call 0)))
;;; code
;; function 0
;;     inc dword ptr [slot3]
;;     push rbp
;;     mov rbp, rsp
;;     mov eax, 7
;;     pop rbp
;;     ret
;; function 1
;;     inc dword ptr [slot3]
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 24
;;     call qword ptr [slot0]
;;     mov eax, eax
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 8
;;     lea rdi, [rsp + 8]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     add rsp, 8
;;     jmp L0
