;; A parser as compilers make it for loading at an address that is known late: memory, table and where in them it may put
;; its own are imported, and the section "dylink.0" says how much that is: 256 bytes, 2 elements.
;;
;; language() gives the address of
;;     +0 version   +4 number of symbols   +8 their names   +12 the lexer, an element of the table   +16 a function that traps
(module
  (@custom "dylink.0" (before first) "\01\05\80\02\04\02\00")
  (import "env" "memory" (memory 1))
  (import "env" "__indirect_function_table" (table 2 funcref))
  (import "env" "__memory_base" (global $base i32))
  (import "env" "__table_base" (global $table i32))
  (import "env" "__stack_pointer" (global $sp (mut i32)))
  (import "env" "iswalpha" (func $iswalpha (param i32) (result i32)))
  (import "env" "iswdigit" (func $iswdigit (param i32) (result i32)))
  (type $advance (func (param i32 i32)))
  (type $eof (func (param i32) (result i32)))
  (data (global.get $base) "\0e\00\00\00\03\00\00\00")
  (data (i32.const 0) "") ;; a segment of nothing, where compilers leave one
  (func $init (export "__wasm_apply_data_relocs")
    ;; Addresses inside the data are filled in when it is known where they are.
    (i32.store offset=8 (global.get $base) (i32.add (global.get $base) (i32.const 32)))
    (i32.store offset=12 (global.get $base) (global.get $table))
    (i32.store offset=16 (global.get $base) (i32.add (global.get $table) (i32.const 1)))
    (i32.store offset=32 (global.get $base) (i32.add (global.get $base) (i32.const 64)))
    (i32.store offset=36 (global.get $base) (i32.add (global.get $base) (i32.const 72)))
    (i32.store offset=40 (global.get $base) (i32.add (global.get $base) (i32.const 80)))
    (i64.store offset=64 (global.get $base) (i64.const 0x646e65)) ;; "end"
    (i64.store offset=72 (global.get $base) (i64.const 0x64726f77)) ;; "word"
    (i64.store offset=80 (global.get $base) (i64.const 0x7265626d756e))) ;; "number"
  (func (export "__wasm_call_ctors"))
  (func (export "tree_sitter_words") (result i32) (global.get $base))
  ;; lexer: +0 lookahead  +4 result  +8 advance(lexer, skip)  +12 mark_end(lexer, 0)  +16 eof(lexer)
  (func $lex (param $lexer i32) (param $state i32) (result i32)
    (global.set $sp (i32.sub (global.get $sp) (i32.const 16)))
    (i32.store (global.get $sp) (local.get $state))
    (block $none
      (loop $blank
        (br_if $none (call_indirect (type $eof) (local.get $lexer) (i32.load offset=16 (local.get $lexer))))
        (if (i32.eq (i32.load (local.get $lexer)) (i32.const 32))
          (then
            (call_indirect (type $advance) (local.get $lexer) (i32.const 1) (i32.load offset=8 (local.get $lexer)))
            (br $blank))))
      (if (call $iswalpha (i32.load (local.get $lexer)))
        (then
          (i32.store16 offset=4 (local.get $lexer) (i32.const 1))
          (loop $more
            (call_indirect (type $advance) (local.get $lexer) (i32.const 0) (i32.load offset=8 (local.get $lexer)))
            (br_if $more (call $iswalpha (i32.load (local.get $lexer)))))
          (call_indirect (type $advance) (local.get $lexer) (i32.const 0) (i32.load offset=12 (local.get $lexer)))
          (global.set $sp (i32.add (global.get $sp) (i32.const 16)))
          (return (i32.const 1))))
      (if (call $iswdigit (i32.load (local.get $lexer)))
        (then
          (i32.store16 offset=4 (local.get $lexer) (i32.const 2))
          (loop $more
            (call_indirect (type $advance) (local.get $lexer) (i32.const 0) (i32.load offset=8 (local.get $lexer)))
            (br_if $more (call $iswdigit (i32.load (local.get $lexer)))))
          (call_indirect (type $advance) (local.get $lexer) (i32.const 0) (i32.load offset=12 (local.get $lexer)))
          (global.set $sp (i32.add (global.get $sp) (i32.const 16)))
          (return (i32.const 1)))))
    (global.set $sp (i32.add (global.get $sp) (i32.const 16)))
    (i32.const 0))
  (func $bad (param i32 i32) (result i32) unreachable)
  (elem (global.get $table) func $lex $bad))
