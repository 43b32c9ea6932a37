;; 32-bit memory with guard: no checks for small offsets, an addition that is checked for large ones.
(module (memory 1)
  (func $load (param i32) (result i32) (i32.load offset=16 (local.get 0)))
  (func $store8 (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func $far (param i32) (result i64) (i64.load offset=0xfffffff0 (local.get 0)))
  (func $dead (param i32) (drop (i32.load (local.get 0)))))
;;; code
;; function 0 $load
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     mov rax, qword ptr [vmctx.mem0_base]
;;     mov eax, dword ptr [rax + rdi + 16]
;;     pop rbp
;;     ret
;; function 1 $store8
;;     push rbp
;;     mov rbp, rsp
;;     mov esi, esi
;;     mov edi, edi
;;     mov rax, qword ptr [vmctx.mem0_base]
;;     mov byte ptr [rax + rdi], sil
;;     pop rbp
;;     ret
;; function 2 $far
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     mov eax, 4294967288
;;     add rax, rdi
;;     mov rcx, qword ptr [vmctx.mem0]
;;     cmp rax, qword ptr [mem0.bytes]
;;     ja L0
;;     mov rcx, qword ptr [vmctx.mem0_base]
;;     mov rax, qword ptr [rcx + rax - 8]
;;     pop rbp
;;     ret
;;   L0:
;;     mov edi, 1
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;; function 3 $dead
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     mov rax, qword ptr [vmctx.mem0_base]
;;     mov eax, dword ptr [rax + rdi]
;;     pop rbp
;;     ret
