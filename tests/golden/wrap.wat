;; Arithmetic in 64 bits whose result is wrapped at once is done in 32; what else is wrapped is moved.
(module
  (func $address (param i64) (result i32) (i32.wrap_i64 (i64.add (local.get 0) (i64.const 40))))
  (func $sub (param i64 i64) (result i32) (i32.wrap_i64 (i64.sub (local.get 0) (local.get 1))))
  (func $wide_const (param i64) (result i32) (i32.wrap_i64 (i64.mul (local.get 0) (i64.const 0x123456789abcdef))))
  (func $low_mask (param i64) (result i32) (i32.wrap_i64 (i64.and (local.get 0) (i64.const 0xffffffff))))
  (func $condition (param i64 i64) (result i32)
    (if (result i32) (i32.wrap_i64 (i64.and (local.get 0) (local.get 1)))
      (then (i32.const 1))
      (else (i32.const 2))))
  (func $to_local (param i64) (result i32) (local i32)
    (local.set 1 (i32.wrap_i64 (i64.xor (local.get 0) (i64.const -1))))
    (local.get 1))
  (func $shifted (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32)))))
;;; code
;; function 0 $address
;;     push rbp
;;     mov rbp, rsp
;;     lea eax, [rdi + 40]
;;     pop rbp
;;     ret
;; function 1 $sub
;;     push rbp
;;     mov rbp, rsp
;;     mov eax, edi
;;     sub eax, esi
;;     pop rbp
;;     ret
;; function 2 $wide_const
;;     push rbp
;;     mov rbp, rsp
;;     movabs rax, 81985529216486895
;;     imul eax, edi
;;     pop rbp
;;     ret
;; function 3 $low_mask
;;     push rbp
;;     mov rbp, rsp
;;     mov eax, edi
;;     pop rbp
;;     ret
;; function 4 $condition
;;     push rbp
;;     mov rbp, rsp
;;     test edi, esi
;;     je L0
;;     mov eax, 1
;;     jmp L1
;;   L0:
;;     mov eax, 2
;;   L1:
;;     pop rbp
;;     ret
;; function 5 $to_local
;;     push rbp
;;     mov rbp, rsp
;;     xor esi, esi
;;     mov esi, edi
;;     xor esi, -1
;;     mov eax, esi
;;     pop rbp
;;     ret
;; function 6 $shifted
;;     push rbp
;;     mov rbp, rsp
;;     mov rax, rdi
;;     shr rax, 32
;;     mov eax, eax
;;     pop rbp
;;     ret
