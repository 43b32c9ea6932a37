;; Immediates go into instructions; those above 32 bits do not fit.
(module
  (func (param i64 i64) (result i64)
    (i64.xor (i64.sub (i64.mul (local.get 0) (i64.const 10)) (local.get 1)) (i64.const 0x123456789a)))
  (func $shift (param i64 i64) (result i64)
    (i64.shl (i64.rotl (local.get 0) (i64.const 7)) (local.get 1))))
;;; code
;; function 0
;;     push rbp
;;     mov rbp, rsp
;;     imul rax, rdi, 10
;;     sub rax, rsi
;;     movabs rcx, 78187493530
;;     xor rax, rcx
;;     pop rbp
;;     ret
;; function 1 $shift
;;     push rbp
;;     mov rbp, rsp
;;     rorx rax, rdi, 57
;;     shlx rax, rax, rsi
;;     pop rbp
;;     ret
