;; With signals #DE is the trap; division by a constant is a multiplication or shifts.
(module
  (func $div_s (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func $rem_s (param i32 i32) (result i32) (i32.rem_s (local.get 0) (local.get 1)))
  (func $div_u (param i64 i64) (result i64) (i64.div_u (local.get 0) (local.get 1)))
  (func $by_ten (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 10)))
  (func $by_eight (param i32) (result i32) (i32.div_s (local.get 0) (i32.const 8))))
;;; code
;; function 0 $div_s
;;     push rbp
;;     mov rbp, rsp
;;     mov esi, esi
;;     mov edi, edi
;;     mov eax, edi
;;     cdq
;;     idiv esi
;;     pop rbp
;;     ret
;; function 1 $rem_s
;;     push rbp
;;     mov rbp, rsp
;;     mov esi, esi
;;     mov edi, edi
;;     mov eax, edi
;;     cmp esi, -1
;;     jne L0
;;     xor edx, edx
;;     jmp L1
;;   L0:
;;     cdq
;;     idiv esi
;;   L1:
;;     mov eax, edx
;;     pop rbp
;;     ret
;; function 2 $div_u
;;     push rbp
;;     mov rbp, rsp
;;     mov rax, rdi
;;     xor edx, edx
;;     div rsi
;;     pop rbp
;;     ret
;; function 3 $by_ten
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     mov eax, 3435973837
;;     imul rax, rdi
;;     shr rax, 35
;;     pop rbp
;;     ret
;; function 4 $by_eight
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     mov eax, edi
;;     sar eax, 31
;;     shr eax, 29
;;     add eax, edi
;;     sar eax, 3
;;     pop rbp
;;     ret
