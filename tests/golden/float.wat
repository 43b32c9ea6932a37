(module
  (func $add (param f64 f64) (result f64) (f64.add (local.get 0) (f64.const 0.5)))
  (func $min (param f32 f32) (result f32) (f32.min (local.get 0) (local.get 1)))
  (func $abs (param f64) (result f64) (f64.abs (local.get 0)))
  (func $floor (param f32) (result f32) (f32.floor (local.get 0)))
  (func $less (param f64 f64) (result i32) (f64.lt (local.get 0) (local.get 1)))
  (func $equal (param f64 f64) (result i32) (f64.eq (local.get 0) (local.get 1))))
;;; code
;; function 0 $add
;;     push rbp
;;     mov rbp, rsp
;;     movsd qword ptr [rbp - 16], xmm1
;;     movaps xmm8, xmm0
;;     movaps xmm0, xmm8
;;     addsd xmm0, qword ptr [=0x3fe0000000000000]
;;     pop rbp
;;     ret
;; function 1 $min
;;     push rbp
;;     mov rbp, rsp
;;     movaps xmm8, xmm0
;;     movaps xmm9, xmm1
;;     movaps xmm0, xmm8
;;     ucomiss xmm0, xmm9
;;     jne L1
;;     jp L0
;;     orps xmm0, xmm9
;;     jmp L2
;;   L0:
;;     addss xmm0, xmm9
;;     jmp L2
;;   L1:
;;     minss xmm0, xmm9
;;   L2:
;;     pop rbp
;;     ret
;; function 2 $abs
;;     push rbp
;;     mov rbp, rsp
;;     movaps xmm8, xmm0
;;     movaps xmm0, xmm8
;;     andps xmm0, xmmword ptr [=0x7fffffffffffffff7fffffffffffffff]
;;     pop rbp
;;     ret
;; function 3 $floor
;;     push rbp
;;     mov rbp, rsp
;;     movaps xmm8, xmm0
;;     xorps xmm0, xmm0
;;     roundss xmm0, xmm8, 9
;;     pop rbp
;;     ret
;; function 4 $less
;;     push rbp
;;     mov rbp, rsp
;;     movaps xmm8, xmm0
;;     movaps xmm9, xmm1
;;     xor eax, eax
;;     ucomisd xmm9, xmm8
;;     seta al
;;     pop rbp
;;     ret
;; function 5 $equal
;;     push rbp
;;     mov rbp, rsp
;;     movaps xmm8, xmm0
;;     movaps xmm9, xmm1
;;     xor eax, eax
;;     ucomisd xmm8, xmm9
;;     setnp cl
;;     sete al
;;     and al, cl
;;     pop rbp
;;     ret
