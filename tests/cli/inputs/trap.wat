(module $calc
  (func $main (export "_start") (call $inner (i32.const 0)))
  (func $inner (param i32) (drop (i32.div_u (i32.const 1) (local.get 0)))))
