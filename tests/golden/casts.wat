(module
  (type $base (sub (struct (field i32))))
  (type $leaf (sub final $base (struct (field i32 i32))))
  (type $func (sub final (func)))
  (func $is_leaf (param anyref) (result i32) (ref.test (ref $leaf) (local.get 0)))
  (func $is_base (param anyref) (result i32) (ref.test (ref null $base) (local.get 0)))
  (func $is_i31 (param anyref) (result i32) (ref.test (ref i31) (local.get 0)))
  (func $is_eq (param anyref) (result i32) (ref.test (ref eq) (local.get 0)))
  (func $is_array (param eqref) (result i32) (ref.test (ref array) (local.get 0)))
  (func $is_func (param funcref) (result i32) (ref.test (ref $func) (local.get 0)))
  (func $cast (param (ref null $base)) (result i32) (struct.get $leaf 1 (ref.cast (ref $leaf) (local.get 0))))
  (func $cast_null (param anyref) (result (ref null $base)) (ref.cast (ref null $base) (local.get 0)))
  (func $branch (param anyref) (result i32)
    (block $yes (result (ref $base))
      (br_on_cast $yes anyref (ref $base) (local.get 0))
      (return (i32.const 0)))
    (struct.get $base 0))
  (func $branch_fail (param (ref $base)) (result i32)
    (drop (block $no (result (ref $base))
      (return (struct.get $leaf 1 (br_on_cast_fail $no (ref $base) (ref $leaf) (local.get 0))))))
    (i32.const -1))
  (func $i31 (param i32) (result i32) (i31.get_s (ref.i31 (local.get 0))))
  (func $get_u (param (ref null i31)) (result i32) (i31.get_u (local.get 0))))
;;; code
;; function 0 $is_leaf
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 24
;;     xor ecx, ecx
;;     cmp rdi, 1
;;     jb L0
;;     test dil, 3
;;     jne L0
;;     mov rax, qword ptr [vmctx.heap]
;;     cmp dword ptr [rax + rdi], 1
;;   L0:
;;     sete cl
;;     mov eax, ecx
;;     leave
;;     ret
;; function 1 $is_base
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 24
;;     xor ecx, ecx
;;     test rdi, rdi
;;     je L0
;;     test dil, 3
;;     jne L0
;;     mov rax, qword ptr [vmctx.heap]
;;     cmp dword ptr [rax + rdi], 0
;;     jne L1
;;   L0:
;;     sete cl
;;     mov eax, ecx
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 32
;;     mov qword ptr [rsp], rax
;;     mov qword ptr [rsp + 8], rcx
;;     mov qword ptr [rsp + 16], rdi
;;     mov rdi, rdi
;;     mov esi, 0
;;     xor edx, edx
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.ref_test]
;;     cmp eax, 1
;;     mov rax, qword ptr [rsp]
;;     mov rcx, qword ptr [rsp + 8]
;;     mov rdi, qword ptr [rsp + 16]
;;     lea rsp, [rsp + 32]
;;     jmp L0
;; function 2 $is_i31
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 24
;;     xor ecx, ecx
;;     test dil, 1
;;     setne cl
;;     mov eax, ecx
;;     leave
;;     ret
;; function 3 $is_eq
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 24
;;     xor ecx, ecx
;;     cmp rdi, 1
;;     jb L0
;;     lea eax, [rdi + 2]
;;     test al, 3
;;     sete al
;;     test al, al
;;   L0:
;;     sete cl
;;     mov eax, ecx
;;     leave
;;     ret
;; function 4 $is_array
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 24
;;     xor ecx, ecx
;;     cmp rdi, 1
;;     jb L0
;;     test dil, 3
;;     jne L0
;;     je L1
;;   L0:
;;     sete cl
;;     mov eax, ecx
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 32
;;     mov qword ptr [rsp], rax
;;     mov qword ptr [rsp + 8], rcx
;;     mov qword ptr [rsp + 16], rdi
;;     mov rdi, rdi
;;     mov esi, 1048328
;;     xor edx, edx
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.ref_test]
;;     cmp eax, 1
;;     mov rax, qword ptr [rsp]
;;     mov rcx, qword ptr [rsp + 8]
;;     mov rdi, qword ptr [rsp + 16]
;;     lea rsp, [rsp + 32]
;;     jmp L0
;; function 5 $is_func
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 24
;;     xor ecx, ecx
;;     cmp rdi, 1
;;     jb L0
;;     cmp dword ptr [rdi + 16], 2
;;   L0:
;;     sete cl
;;     mov eax, ecx
;;     leave
;;     ret
;; function 6 $cast
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 24
;;     cmp rdi, 1
;;     jb L0
;;     mov rax, qword ptr [vmctx.heap]
;;     cmp dword ptr [rax + rdi], 1
;;   L0:
;;     jne L1
;;     mov rax, qword ptr [vmctx.heap]
;;     mov eax, dword ptr [rax + rdi + 12]
;;     leave
;;     ret
;;   L1:
;;     mov edi, 16
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;; function 7 $cast_null
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 24
;;     test rdi, rdi
;;     je L0
;;     test dil, 3
;;     jne L0
;;     mov rax, qword ptr [vmctx.heap]
;;     cmp dword ptr [rax + rdi], 0
;;     jne L1
;;   L0:
;;     jne L2
;;     mov rax, rdi
;;     leave
;;     ret
;;   L1:
;;     sub rsp, 16
;;     mov qword ptr [rsp], rax
;;     mov qword ptr [rsp + 8], rdi
;;     mov rdi, rdi
;;     mov esi, 0
;;     xor edx, edx
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.ref_test]
;;     cmp eax, 1
;;     mov rax, qword ptr [rsp]
;;     mov rdi, qword ptr [rsp + 8]
;;     lea rsp, [rsp + 16]
;;     jmp L0
;;   L2:
;;     mov edi, 16
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
;; function 8 $branch
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 40
;;     mov rax, rdi
;;     cmp rax, 1
;;     jb L0
;;     test al, 3
;;     jne L0
;;     mov rcx, qword ptr [vmctx.heap]
;;     cmp dword ptr [rcx + rax], 0
;;     jne L2
;;   L0:
;;     je L1
;;     xor eax, eax
;;     leave
;;     ret
;;   L1:
;;     mov rcx, qword ptr [vmctx.heap]
;;     mov eax, dword ptr [rcx + rax + 8]
;;     leave
;;     ret
;;   L2:
;;     sub rsp, 16
;;     mov qword ptr [rsp], rax
;;     mov qword ptr [rsp + 8], rdi
;;     mov rdi, rax
;;     mov esi, 0
;;     xor edx, edx
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.ref_test]
;;     cmp eax, 1
;;     mov rax, qword ptr [rsp]
;;     mov rdi, qword ptr [rsp + 8]
;;     lea rsp, [rsp + 16]
;;     jmp L0
;; function 9 $branch_fail
;;     push rbp
;;     mov rbp, rsp
;;     push r13
;;     sub rsp, 40
;;     mov rax, rdi
;;     mov rcx, qword ptr [vmctx.heap]
;;     cmp dword ptr [rcx + rax], 1
;;     jne L0
;;     mov rcx, qword ptr [vmctx.heap]
;;     mov eax, dword ptr [rcx + rax + 12]
;;     leave
;;     ret
;;   L0:
;;     mov eax, 4294967295
;;     leave
;;     ret
;; function 10 $i31
;;     push rbp
;;     mov rbp, rsp
;;     mov edi, edi
;;     lea eax, [rdi + rdi + 1]
;;     sar eax
;;     pop rbp
;;     ret
;; function 11 $get_u
;;     push rbp
;;     mov rbp, rsp
;;     test edi, edi
;;     je L0
;;     mov eax, edi
;;     shr eax
;;     pop rbp
;;     ret
;;   L0:
;;     mov edi, 13
;;     mov rax, qword ptr [vmctx.rt]
;;     call qword ptr [rt.trap]
