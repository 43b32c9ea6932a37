;;! cpu=0
;; Without SSE4.1 rounding takes more than an instruction; without POPCNT and LZCNT so does counting bits.
(module
  (func $nearest (param f64) (result f64) (f64.nearest (local.get 0)))
  (func $popcnt (param i32) (result i32) (i32.popcnt (local.get 0)))
  (func $clz (param i64) (result i64) (i64.clz (local.get 0))))
;;; code
;; function 0 $nearest
;;     push rbp
;;     mov rbp, rsp
;;     movaps xmm8, xmm0
;;     movaps xmm0, xmm8
;;     pcmpeqd xmm1, xmm1
;;     psrlq xmm1, 1
;;     andps xmm0, xmm1
;;     movabs rax, 4841369599423283200
;;     movq xmm1, rax
;;     ucomisd xmm1, xmm0
;;     jbe L0
;;     addsd xmm0, xmm1
;;     subsd xmm0, xmm1
;;     pcmpeqd xmm1, xmm1
;;     psllq xmm1, 63
;;     andps xmm1, xmm8
;;     orps xmm0, xmm1
;;     jmp L1
;;   L0:
;;     xorps xmm1, xmm1
;;     movaps xmm0, xmm8
;;     addsd xmm0, xmm1
;;   L1:
;;     pop rbp
;;     ret
;; function 1 $popcnt
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     mov eax, edi
;;     mov rcx, rax
;;     shr rcx
;;     mov edx, 1431655765
;;     and rcx, rdx
;;     sub rax, rcx
;;     mov rcx, rax
;;     shr rcx, 2
;;     mov edx, 858993459
;;     and rcx, rdx
;;     and rax, rdx
;;     add rax, rcx
;;     mov rcx, rax
;;     shr rcx, 4
;;     add rax, rcx
;;     mov edx, 252645135
;;     and rax, rdx
;;     mov edx, 16843009
;;     imul eax, edx
;;     shr eax, 24
;;     pop rbp
;;     ret
;; function 2 $clz
;;     push rbp
;;     mov rbp, rsp
;;     bsr rcx, rdi
;;     mov eax, 127
;;     cmovne eax, ecx
;;     xor eax, 63
;;     pop rbp
;;     ret
