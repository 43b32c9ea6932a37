;; An imported global is behind a pointer.
(module
  (import "m" "g" (global $i (mut i64)))
  (global $own (mut i32) (i32.const 1))
  (func (result i32) (global.set $i (i64.const 9)) (global.set $own (i32.const 3)) (global.get $own)))
;;; code
;; function 0
;;     push rbp
;;     mov rbp, rsp
;;     mov rax, qword ptr [vmctx.global0]
;;     mov qword ptr [rax], 9
;;     mov dword ptr [vmctx.global1], 3
;;     mov eax, dword ptr [vmctx.global1]
;;     pop rbp
;;     ret
