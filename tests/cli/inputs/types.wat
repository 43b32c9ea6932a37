(module
  (func (export "i32") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func (export "i64") (param i64) (result i64) (i64.mul (local.get 0) (i64.const 2)))
  (func (export "f32") (param f32) (result f32) (f32.div (local.get 0) (f32.const 2)))
  (func (export "f64") (param f64) (result f64) (f64.sqrt (local.get 0)))
  (func (export "none"))
  (func (export "many") (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))
  (func (export "null") (result funcref) (ref.null func))
  (global (export "g") i32 (i32.const 1)))
