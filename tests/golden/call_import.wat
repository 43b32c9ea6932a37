;; An imported function gets the caller's context in r10 and its own in r13.
(module
  (import "m" "f" (func $f (param i32) (result i64)))
  (func (param i32) (result i64) (i64.add (call $f (local.get 0)) (i64.const 1))))
;;; code
;; function 1
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 40
;;     mov dword ptr [rbp - 16], edi
;;     mov edi, dword ptr [rbp - 16]
;;     mov r10, r13
;;     mov r13, qword ptr [vmctx.import0.vmctx]
;;     call qword ptr [vmctx.import0.code]
;;     mov r13, qword ptr [rbp - 8]
;;     add rax, 1
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
