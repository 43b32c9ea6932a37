;; Heavy locals are pinned; the comparison is fused with the branch.
(module
  (func $sum (param $n i32) (result i32) (local $s i32)
    (loop $again
      (local.set $s (i32.add (local.get $s) (local.get $n)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s)))
;;; code
;; function 0 $sum
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     xor esi, esi
;;     nop word ptr [rax + rax]
;;     nop word ptr [rax + rax]
;;     nop word ptr [rax + rax]
;;   L0:
;;     add esi, edi
;;     sub edi, 1
;;     jne L0
;;     mov eax, esi
;;     pop rbp
;;     ret
