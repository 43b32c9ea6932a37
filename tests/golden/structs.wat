(module
  (type $f (func))
  (type $s (struct (field $a (mut i32)) (field $b (mut i8)) (field $c (mut i64)) (field $d (mut (ref null $s)))
                   (field $e (mut (ref null $f))) (field $g (mut f64))))
  (func $get (param (ref null $s)) (result i32) (struct.get $s $a (local.get 0)))
  (func $get_s (param (ref $s)) (result i32) (struct.get_s $s $b (local.get 0)))
  (func $chain (param (ref $s)) (result i64)
    (struct.get $s $c (struct.get $s $d (struct.get $s $d (local.get 0)))))
  (func $get_func (param (ref $s)) (result funcref) (struct.get $s $e (local.get 0)))
  (func $set (param (ref $s) i64 f64)
    (struct.set $s $c (local.get 0) (local.get 1))
    (struct.set $s $g (local.get 0) (local.get 2))
    (struct.set $s $b (local.get 0) (i32.const 300)))
  (func $set_func (param (ref $s) funcref) (param (ref null $f))
    (struct.set $s $e (local.get 0) (local.get 2)))
  (func $new (param i32 i64 (ref null $f)) (result (ref $s))
    (struct.new $s (local.get 0) (i32.const 7) (i64.add (local.get 1) (i64.const 1)) (ref.null $s)
      (local.get 2) (f64.const 0)))
  (func $new_default (result (ref $s)) (struct.new_default $s))
  (func $length (param (ref null $s)) (result i32) (local $n i32)
    (loop $next
      (if (i32.eqz (ref.is_null (local.get 0))) (then
        (local.set $n (i32.add (local.get $n) (struct.get $s $a (local.get 0))))
        (local.set 0 (struct.get $s $d (local.get 0)))
        (br $next))))
    (local.get $n)))
;;; code
;; function 0 $get
;;     push rbp
;;     mov rbp, rsp
;;     mov rax, qword ptr [vmctx.heap]
;;     mov eax, dword ptr [rax + rdi + 8]
;;     pop rbp
;;     ret
;; function 1 $get_s
;;     push rbp
;;     mov rbp, rsp
;;     mov rax, qword ptr [vmctx.heap]
;;     movsx eax, byte ptr [rax + rdi + 12]
;;     pop rbp
;;     ret
;; function 2 $chain
;;     push rbp
;;     mov rbp, rsp
;;     mov rax, qword ptr [vmctx.heap]
;;     mov eax, dword ptr [rax + rdi + 24]
;;     mov rcx, qword ptr [vmctx.heap]
;;     mov eax, dword ptr [rcx + rax + 24]
;;     mov rcx, qword ptr [vmctx.heap]
;;     mov rax, qword ptr [rcx + rax + 16]
;;     pop rbp
;;     ret
;; function 3 $get_func
;;     push rbp
;;     mov rbp, rsp
;;     mov rax, qword ptr [vmctx.heap]
;;     mov rcx, qword ptr [vmctx.run]
;;     mov rcx, qword ptr [run.funcs]
;;     mov eax, dword ptr [rax + rdi + 28]
;;     mov rax, qword ptr [rcx + 8*rax]
;;     pop rbp
;;     ret
;; function 4 $set
;;     push rbp
;;     mov rbp, rsp
;;     movaps xmm8, xmm0
;;     mov rax, qword ptr [vmctx.heap]
;;     mov qword ptr [rax + rdi + 16], rsi
;;     mov rax, qword ptr [vmctx.heap]
;;     movsd qword ptr [rax + rdi + 32], xmm8
;;     mov rax, qword ptr [vmctx.heap]
;;     mov byte ptr [rax + rdi + 12], 44
;;     pop rbp
;;     ret
;; function 5 $set_func
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 56
;;     mov qword ptr [rbp - 16], rdi
;;     mov qword ptr [rbp - 24], rsi
;;     mov qword ptr [rbp - 32], rdx
;;     mov rdi, qword ptr [rbp - 32]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.func_number]
;;     mov eax, eax
;;     mov rcx, qword ptr [rbp - 16]
;;     mov rdx, qword ptr [vmctx.heap]
;;     mov dword ptr [rdx + rcx + 28], eax
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
;; function 6 $new
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L2
;;   L0:
;;     sub rsp, 88
;;     mov dword ptr [rbp - 16], edi
;;     mov qword ptr [rbp - 24], rsi
;;     mov qword ptr [rbp - 32], rdx
;;     mov rax, qword ptr [rbp - 24]
;;     add rax, 1
;;     mov qword ptr [rbp - 56], rax
;;     mov rdi, qword ptr [rbp - 32]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.func_number]
;;     mov eax, eax
;;     mov dword ptr [rbp - 72], eax
;;     mov rax, qword ptr [vmctx.gc]
;;     mov ecx, dword ptr [rax]
;;     lea rdx, [rcx + 40]
;;     cmp edx, dword ptr [rax + 4]
;;     ja L3
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
;;   L1:
;;     mov rax, qword ptr [vmctx.heap]
;;     add rax, rcx
;;     mov dword ptr [rax], 1
;;     mov edx, dword ptr [rbp - 16]
;;     mov dword ptr [rax + 8], edx
;;     mov byte ptr [rax + 12], 7
;;     mov rdx, qword ptr [rbp - 56]
;;     mov qword ptr [rax + 16], rdx
;;     mov edx, dword ptr [rbp - 72]
;;     mov dword ptr [rax + 28], edx
;;     mov rax, rcx
;;     leave
;;     ret
;;   L2:
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
;;   L3:
;;     mov edi, 1
;;     mov esi, 0
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.gc_new]
;;     mov rcx, rax
;;     jmp L1
;; function 7 $new_default
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 24
;;     mov rax, qword ptr [vmctx.gc]
;;     mov ecx, dword ptr [rax]
;;     lea rdx, [rcx + 40]
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
;;     mov rax, rcx
;;     leave
;;     ret
;;   L1:
;;     mov edi, 1
;;     mov esi, 0
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.gc_new]
;;     mov rcx, rax
;;     jmp L0
;; function 8 $length
;;     push rbp
;;     mov rbp, rsp
;;     push rbx
;;     xor esi, esi
;;     mov rbx, qword ptr [vmctx.heap]
;;     nop word ptr [rax + rax]
;;     nop word ptr [rax + rax]
;;     nop dword ptr [rax]
;;   L0:
;;     test rdi, rdi
;;     je L1
;;     add esi, dword ptr [rbx + rdi + 8]
;;     mov edi, dword ptr [rbx + rdi + 24]
;;     jmp L0
;;   L1:
;;     mov eax, esi
;;     pop rbx
;;     pop rbp
;;     ret
