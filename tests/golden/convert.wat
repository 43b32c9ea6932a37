(module
  (func $trunc (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
  (func $trunc_sat (param f32) (result i64) (i64.trunc_sat_f32_u (local.get 0)))
  (func $convert (param i64) (result f64) (f64.convert_i64_u (local.get 0)))
  (func $extend (param i32) (result i64) (i64.extend_i32_s (local.get 0)))
  (func $wrap (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
  (func $bits (param f32) (result i32) (i32.reinterpret_f32 (local.get 0))))
;;; code
;; function 0 $trunc
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L2
;;   L0:
;;     sub rsp, 24
;;     movsd qword ptr [rbp - 16], xmm0
;;     movsd xmm0, qword ptr [rbp - 16]
;;     cvttsd2si rcx, xmm0
;;     movsxd rax, ecx
;;     cmp rax, rcx
;;     je L1
;;     ucomisd xmm0, xmm0
;;     jp L3
;;     jmp L4
;;   L1:
;;     mov ecx, ecx
;;     mov eax, ecx
;;     leave
;;     ret
;;   L2:
;;     sub rsp, 24
;;     movups xmmword ptr [rsp], xmm0
;;     lea rdi, [rsp + 24]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     movups xmm0, xmmword ptr [rsp]
;;     add rsp, 24
;;     jmp L0
;;   L3:
;;     mov edi, 8
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;;   L4:
;;     mov edi, 6
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;; function 1 $trunc_sat
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L3
;;   L0:
;;     sub rsp, 24
;;     movss dword ptr [rbp - 16], xmm0
;;     movss xmm0, dword ptr [rbp - 16]
;;     cvttss2si rcx, xmm0
;;     test rcx, rcx
;;     jns L2
;;     mov eax, 3741319168
;;     movd xmm1, eax
;;     addss xmm1, xmm0
;;     cvttss2si rcx, xmm1
;;     test rcx, rcx
;;     js L1
;;     btc rcx, 63
;;     jmp L2
;;   L1:
;;     xorps xmm1, xmm1
;;     ucomiss xmm0, xmm1
;;     sbb rcx, rcx
;;     not rcx
;;   L2:
;;     mov rax, rcx
;;     leave
;;     ret
;;   L3:
;;     sub rsp, 24
;;     movups xmmword ptr [rsp], xmm0
;;     lea rdi, [rsp + 24]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     movups xmm0, xmmword ptr [rsp]
;;     add rsp, 24
;;     jmp L0
;; function 2 $convert
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L4
;;   L0:
;;     sub rsp, 24
;;     mov qword ptr [rbp - 16], rdi
;;     mov rax, qword ptr [rbp - 16]
;;     test rax, rax
;;     js L1
;;     xorps xmm0, xmm0
;;     cvtsi2sd xmm0, rax
;;     jmp L3
;;   L1:
;;     mov rcx, rax
;;     shr rcx
;;     jae L2
;;     or rcx, 1
;;   L2:
;;     xorps xmm0, xmm0
;;     cvtsi2sd xmm0, rcx
;;     addsd xmm0, xmm0
;;   L3:
;;     leave
;;     ret
;;   L4:
;;     sub rsp, 8
;;     mov qword ptr [rsp], rdi
;;     lea rdi, [rsp + 8]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rdi, qword ptr [rsp]
;;     add rsp, 8
;;     jmp L0
;; function 3 $extend
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     movsxd rax, edi
;;     pop rbp
;;     ret
;; function 4 $wrap
;;     push rbp
;;     mov rbp, rsp
;;     mov eax, edi
;;     pop rbp
;;     ret
;; function 5 $bits
;;     push rbp
;;     mov rbp, rsp
;;     movaps xmm8, xmm0
;;     movd eax, xmm8
;;     pop rbp
;;     ret
