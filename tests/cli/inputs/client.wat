(module (import "lib" "twice" (func $t (param i32) (result i32)))
  (func (export "four") (param i32) (result i32) (call $t (call $t (local.get 0)))))
