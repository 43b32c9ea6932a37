(module (start $s) (func $s (unreachable)) (func (export "_start")))
