(module
  (func (i32.nonsense)))
