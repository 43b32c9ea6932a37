(module
  (type $bytes (array (mut i8)))
  (type $words (array (mut i64)))
  (type $vectors (array (mut v128)))
  (type $funcs (array (mut funcref)))
  (func $get_u (param (ref null $bytes) i32) (result i32) (array.get_u $bytes (local.get 0) (local.get 1)))
  (func $get_at (param (ref $words)) (result i64) (array.get $words (local.get 0) (i32.const 3)))
  (func $vector (param (ref $vectors) i32) (result v128) (array.get $vectors (local.get 0) (local.get 1)))
  (func $set (param (ref $words) i32) (array.set $words (local.get 0) (local.get 1) (i64.const -1)))
  (func $set_func (param (ref $funcs) i32 funcref) (array.set $funcs (local.get 0) (local.get 1) (local.get 2)))
  (func $len (param arrayref) (result i32) (array.len (local.get 0)))
  (func $new (param i64 i32) (result (ref $words)) (array.new $words (local.get 0) (local.get 1)))
  (func $new_zero (param i32) (result (ref $words)) (array.new $words (i64.const 0) (local.get 0)))
  (func $new_fixed (param i64) (result (ref $words))
    (array.new_fixed $words 3 (local.get 0) (i64.const 0) (i64.const 5)))
  (func $fill (param (ref $vectors) v128 i32)
    (array.fill $vectors (local.get 0) (i32.const 1) (local.get 1) (local.get 2)))
  (func $copy (param (ref $words) (ref $words) i32)
    (array.copy $words $words (local.get 0) (i32.const 0) (local.get 1) (i32.const 0) (local.get 2)))
  (func $sum (param (ref $words)) (result i64) (local $i i32) (local $sum i64)
    (block $end
      (loop $next
        (br_if $end (i32.ge_u (local.get $i) (array.len (local.get 0))))
        (local.set $sum (i64.add (local.get $sum) (array.get $words (local.get 0) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $sum)))
;;; code
;; function 0 $get_u
;;     push rbp
;;     mov rbp, rsp
;;     mov esi, esi
;;     mov rax, qword ptr [vmctx.heap]
;;     add rax, rdi
;;     cmp esi, dword ptr [rax + 4]
;;     jae L0
;;     movzx eax, byte ptr [rax + rsi + 8]
;;     pop rbp
;;     ret
;;   L0:
;;     mov edi, 14
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;; function 1 $get_at
;;     push rbp
;;     mov rbp, rsp
;;     mov rax, qword ptr [vmctx.heap]
;;     add rax, rdi
;;     cmp dword ptr [rax + 4], 3
;;     jbe L0
;;     mov rax, qword ptr [rax + 32]
;;     pop rbp
;;     ret
;;   L0:
;;     mov edi, 14
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;; function 2 $vector
;;     push rbp
;;     mov rbp, rsp
;;     mov esi, esi
;;     mov rax, qword ptr [vmctx.heap]
;;     add rax, rdi
;;     cmp esi, dword ptr [rax + 4]
;;     jae L0
;;     lea rcx, [rsi + rsi]
;;     movups xmm0, xmmword ptr [rax + 8*rcx + 8]
;;     pop rbp
;;     ret
;;   L0:
;;     mov edi, 14
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;; function 3 $set
;;     push rbp
;;     mov rbp, rsp
;;     mov esi, esi
;;     mov rax, qword ptr [vmctx.heap]
;;     add rax, rdi
;;     cmp esi, dword ptr [rax + 4]
;;     jae L0
;;     mov qword ptr [rax + 8*rsi + 8], -1
;;     pop rbp
;;     ret
;;   L0:
;;     mov edi, 14
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;; function 4 $set_func
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 88
;;     mov qword ptr [rbp - 16], rdi
;;     mov dword ptr [rbp - 24], esi
;;     mov qword ptr [rbp - 32], rdx
;;     mov rdi, qword ptr [rbp - 32]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.func_number]
;;     mov eax, eax
;;     mov rcx, qword ptr [rbp - 16]
;;     mov rdx, qword ptr [vmctx.heap]
;;     add rdx, rcx
;;     mov esi, dword ptr [rbp - 24]
;;     cmp esi, dword ptr [rdx + 4]
;;     jae L2
;;     mov dword ptr [rdx + 4*rsi + 8], eax
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 24
;;     mov qword ptr [rsp], rdx
;;     mov qword ptr [rsp + 8], rsi
;;     mov qword ptr [rsp + 16], rdi
;;     lea rdi, [rsp + 24]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rdx, qword ptr [rsp]
;;     mov rsi, qword ptr [rsp + 8]
;;     mov rdi, qword ptr [rsp + 16]
;;     add rsp, 24
;;     jmp L0
;;   L2:
;;     mov edi, 14
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;; function 5 $len
;;     push rbp
;;     mov rbp, rsp
;;     mov rax, qword ptr [vmctx.heap]
;;     mov eax, dword ptr [rax + rdi + 4]
;;     pop rbp
;;     ret
;; function 6 $new
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 72
;;     mov qword ptr [rbp - 16], rdi
;;     mov dword ptr [rbp - 24], esi
;;     mov edi, 1
;;     mov esi, dword ptr [rbp - 24]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.gc_new_array]
;;     mov rdx, qword ptr [rbp - 16]
;;     mov ecx, dword ptr [rbp - 24]
;;     mov qword ptr [rbp - 40], rax
;;     mov edi, eax
;;     xor esi, esi
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.array_fill]
;;     mov rax, qword ptr [rbp - 40]
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 24
;;     mov qword ptr [rsp], rsi
;;     mov qword ptr [rsp + 8], rdi
;;     lea rdi, [rsp + 24]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rsi, qword ptr [rsp]
;;     mov rdi, qword ptr [rsp + 8]
;;     add rsp, 24
;;     jmp L0
;; function 7 $new_zero
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 56
;;     mov dword ptr [rbp - 16], edi
;;     mov edi, 1
;;     mov esi, dword ptr [rbp - 16]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.gc_new_array]
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
;; function 8 $new_fixed
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 72
;;     mov rax, qword ptr [vmctx.gc]
;;     mov ecx, dword ptr [rax]
;;     lea rdx, [rcx + 32]
;;     cmp edx, dword ptr [rax + 4]
;;     ja L1
;;     mov dword ptr [rax], edx
;;     mov rax, qword ptr [rax + 8]
;;     mov esi, ecx
;;     shr esi, 8
;;     lea rax, [rax + 4*rsi]
;;     mov esi, ecx
;;     shr esi, 3
;;     mov edx, dword ptr [rax]
;;     bts edx, esi
;;     mov dword ptr [rax], edx
;;   L0:
;;     mov rax, qword ptr [vmctx.heap]
;;     add rax, rcx
;;     mov dword ptr [rax], 1
;;     mov dword ptr [rax + 4], 3
;;     mov qword ptr [rax + 8], rdi
;;     mov qword ptr [rax + 24], 5
;;     mov rax, rcx
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 16
;;     mov qword ptr [rsp], rdi
;;     mov edi, 1
;;     mov esi, 3
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.gc_new_array]
;;     mov rcx, rax
;;     mov rdi, qword ptr [rsp]
;;     add rsp, 16
;;     jmp L0
;; function 9 $fill
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 120
;;     mov qword ptr [rbp - 16], rdi
;;     movups xmmword ptr [rbp - 32], xmm0
;;     mov dword ptr [rbp - 40], esi
;;     movups xmm0, xmmword ptr [rbp - 32]
;;     mov rax, qword ptr [vmctx.args]
;;     movups xmmword ptr [rax], xmm0
;;     mov rdi, qword ptr [rbp - 16]
;;     mov esi, 1
;;     xor edx, edx
;;     mov ecx, dword ptr [rbp - 40]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.array_fill]
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 40
;;     mov qword ptr [rsp], rsi
;;     mov qword ptr [rsp + 8], rdi
;;     movups xmmword ptr [rsp + 16], xmm0
;;     lea rdi, [rsp + 40]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rsi, qword ptr [rsp]
;;     mov rdi, qword ptr [rsp + 8]
;;     movups xmm0, xmmword ptr [rsp + 16]
;;     add rsp, 40
;;     jmp L0
;; function 10 $copy
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 120
;;     mov qword ptr [rbp - 16], rdi
;;     mov qword ptr [rbp - 24], rsi
;;     mov dword ptr [rbp - 32], edx
;;     mov rdi, qword ptr [rbp - 16]
;;     xor esi, esi
;;     mov rdx, qword ptr [rbp - 24]
;;     xor ecx, ecx
;;     mov r8d, dword ptr [rbp - 32]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.array_copy]
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 24
;;     mov qword ptr [rsp], rdx
;;     mov qword ptr [rsp + 8], rsi
;;     mov qword ptr [rsp + 16], rdi
;;     lea rdi, [rsp + 24]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rdx, qword ptr [rsp]
;;     mov rsi, qword ptr [rsp + 8]
;;     mov rdi, qword ptr [rsp + 16]
;;     add rsp, 24
;;     jmp L0
;; function 11 $sum
;;     push rbp
;;     mov rbp, rsp
;;     push rbx
;;     xor esi, esi
;;     xor r8d, r8d
;;     mov rbx, qword ptr [vmctx.heap]
;;     nop word ptr [rax + rax]
;;     nop word ptr [rax + rax]
;;   L0:
;;     cmp esi, dword ptr [rbx + rdi + 4]
;;     jae L1
;;     lea rax, [rbx + rdi]
;;     cmp esi, dword ptr [rax + 4]
;;     jae L2
;;     add r8, qword ptr [rax + 8*rsi + 8]
;;     add esi, 1
;;     jmp L0
;;   L1:
;;     mov rax, r8
;;     pop rbx
;;     pop rbp
;;     ret
;;   L2:
;;     mov edi, 14
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
