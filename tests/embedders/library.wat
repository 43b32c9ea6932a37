;; What the parsers share: the part of a C library they call, in the memory they all have.
(module
  (import "env" "memory" (memory 1))
  (global $next (mut i32) (i32.const 0))
  (func (export "reset_heap") (param i32) local.get 0 global.set $next)
  (func (export "malloc") (param $n i32) (result i32) (local $at i32)
    (local.set $at (global.get $next))
    (global.set $next (i32.and (i32.add (i32.add (local.get $at) (local.get $n)) (i32.const 15)) (i32.const -16)))
    ;; More memory when there is none left.
    (if (i32.gt_u (global.get $next) (i32.mul (memory.size) (i32.const 65536)))
      (then (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))))
    (local.get $at))
  (func (export "free") (param i32))
  (func (export "memset") (param $at i32) (param $c i32) (param $n i32) (result i32)
    (memory.fill (local.get $at) (local.get $c) (local.get $n)) (local.get $at))
  (func (export "iswdigit") (param $c i32) (result i32)
    (i32.lt_u (i32.sub (local.get $c) (i32.const 48)) (i32.const 10)))
  (func (export "iswalpha") (param $c i32) (result i32)
    (i32.lt_u (i32.sub (i32.or (local.get $c) (i32.const 32)) (i32.const 97)) (i32.const 26))))
