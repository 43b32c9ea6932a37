;; A try_table emits nothing on its way in; its landings follow its end. Functions that catch save all callee-saved registers
;; and pin none; functions that only throw are like others.
(module
  (tag $none)
  (tag $two (param i32 f64))
  (tag $func (param funcref))
  (memory 1)
  (func $throw (param $x i32)
    (throw $two (local.get $x) (f64.const 0)))
  (func $rethrow (param exnref) (throw_ref (local.get 0)))
  (func $void (param i32))
  (func $catches (param $x i32) (result i32)
    (block $h (result i32 f64)
      (try_table (catch $two $h) (call $throw (local.get $x)))
      (return (local.get $x)))
    (drop)
    (i32.store (i32.const 8) (i32.const 1))
    (i32.add (i32.load (local.get $x))))
  (func $nested (param $x i32) (result i32 exnref)
    (local $e exnref)
    (loop $again
      (block $all (result exnref)
        (try_table (catch_all_ref $all)
          (block $f (result funcref)
            (try_table (catch $func $f) (catch $none $again)
              (call $void (local.get $x)))
            (return (i32.const 1) (ref.null exn)))
          (drop)
          (throw $none))
        (unreachable))
      (local.set $e))
    (i32.const 7) (local.get $e)))
;;; code
;; function 0 $throw
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 40
;;     mov dword ptr [rbp - 16], edi
;;     mov rax, qword ptr [vmctx.args]
;;     mov ecx, dword ptr [rbp - 16]
;;     mov dword ptr [rax], ecx
;;     xorps xmm0, xmm0
;;     movsd qword ptr [rax + 16], xmm0
;;     mov edi, 1
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.throw]
;;   L1:
;;     sub rsp, 8
;;     mov qword ptr [rsp], rdi
;;     lea rdi, [rsp + 8]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rdi, qword ptr [rsp]
;;     add rsp, 8
;;     jmp L0
;; function 1 $rethrow
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L1
;;   L0:
;;     sub rsp, 24
;;     mov qword ptr [rbp - 16], rdi
;;     mov rdi, qword ptr [rbp - 16]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.throw_ref]
;;   L1:
;;     sub rsp, 8
;;     mov qword ptr [rsp], rdi
;;     lea rdi, [rsp + 8]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rdi, qword ptr [rsp]
;;     add rsp, 8
;;     jmp L0
;; function 2 $void
;;     push rbp
;;     mov rbp, rsp
;;     mov dword ptr [rbp - 8], edi
;;     pop rbp
;;     ret
;; function 3 $catches
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     push rbx
;;     push r12
;;     push r14
;;     push r15
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L4
;;   L0:
;;     sub rsp, 40
;;     mov esi, edi
;;     mov dword ptr [rbp - 48], esi
;;     mov edi, esi
;;     call qword ptr [slot0]
;;     jmp L1
;;     lea rsp, [rbp - 80]
;;     mov r13, qword ptr [rbp - 8]
;;     mov esi, dword ptr [rbp - 48]
;;     mov rcx, qword ptr [vmctx.heap]
;;     add rcx, rax
;;     mov edx, dword ptr [rcx + 8]
;;     mov dword ptr [rbp - 56], edx
;;     movsd xmm0, qword ptr [rcx + 16]
;;     movsd qword ptr [rbp - 64], xmm0
;;     jmp L2
;;   L1:
;;     mov eax, dword ptr [rbp - 48]
;;     jmp L3
;;   L2:
;;     mov rax, qword ptr [vmctx.mem0_base]
;;     mov dword ptr [rax + 8], 1
;;     mov rax, qword ptr [vmctx.mem0_base]
;;     mov ecx, dword ptr [rbp - 56]
;;     add ecx, dword ptr [rax + rsi]
;;     mov eax, ecx
;;   L3:
;;     mov rbx, qword ptr [rbp - 16]
;;     mov r12, qword ptr [rbp - 24]
;;     mov r14, qword ptr [rbp - 32]
;;     mov r15, qword ptr [rbp - 40]
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
;; function 4 $nested
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     push rbx
;;     push r12
;;     push r14
;;     push r15
;;     cmp rsp, qword ptr [vmctx.stack_limit]
;;     jb L5
;;   L0:
;;     sub rsp, 72
;;     mov dword ptr [rbp - 48], edi
;;     xor eax, eax
;;     mov qword ptr [rbp - 56], rax
;;     nop word ptr [rax + rax]
;;     nop word ptr [rax + rax]
;;     nop word ptr [rax + rax]
;;     nop
;;   L1:
;;     mov edi, dword ptr [rbp - 48]
;;     call qword ptr [slot2]
;;     jmp L2
;;     lea rsp, [rbp - 112]
;;     mov r13, qword ptr [rbp - 8]
;;     mov rcx, qword ptr [vmctx.heap]
;;     add rcx, rax
;;     mov eax, dword ptr [rcx + 8]
;;     mov r11, qword ptr [vmctx.run]
;;     mov r11, qword ptr [run.funcs]
;;     mov rax, qword ptr [r11 + 8*rax]
;;     jmp L3
;;     lea rsp, [rbp - 112]
;;     mov r13, qword ptr [rbp - 8]
;;     jmp L1
;;   L2:
;;     mov eax, 1
;;     xor edx, edx
;;     mov rbx, qword ptr [rbp - 16]
;;     mov r12, qword ptr [rbp - 24]
;;     mov r14, qword ptr [rbp - 32]
;;     mov r15, qword ptr [rbp - 40]
;;     leave
;;     ret
;;   L3:
;;     mov edi, 0
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.throw]
;;     lea rsp, [rbp - 112]
;;     mov r13, qword ptr [rbp - 8]
;;     jmp L4
;;   L4:
;;     mov qword ptr [rbp - 56], rax
;;     mov eax, 7
;;     mov rdx, qword ptr [rbp - 56]
;;     mov rbx, qword ptr [rbp - 16]
;;     mov r12, qword ptr [rbp - 24]
;;     mov r14, qword ptr [rbp - 32]
;;     mov r15, qword ptr [rbp - 40]
;;     leave
;;     ret
;;   L5:
;;     sub rsp, 8
;;     mov qword ptr [rsp], rdi
;;     lea rdi, [rsp + 8]
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.stack_or_poll]
;;     mov rdi, qword ptr [rsp]
;;     add rsp, 8
;;     jmp L0
