;; The callee zero-extends its parameters on arrival; a function that calls nothing does not look at the stack limit.
(module
  (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func $add_const (param i32) (result i32) (i32.add (local.get 0) (i32.const 42))))
;;; code
;; function 0 $add
;;     push rbp
;;     mov rbp, rsp
;;     mov esi, esi
;;     mov edi, edi
;;     lea eax, [rdi + rsi]
;;     pop rbp
;;     ret
;; function 1 $add_const
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     lea eax, [rdi + 42]
;;     pop rbp
;;     ret
