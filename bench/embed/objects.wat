;; Objects: binary trees that are made and counted, an array that is added up, a list whose nodes are told apart by casts.
(module
  (type $node (struct (field $l (ref null $node)) (field $r (ref null $node))))
  (func $make (param $d i32) (result (ref $node))
    (if (result (ref $node)) (i32.eqz (local.get $d))
      (then (struct.new $node (ref.null $node) (ref.null $node)))
      (else (struct.new $node (call $make (i32.sub (local.get $d) (i32.const 1)))
                              (call $make (i32.sub (local.get $d) (i32.const 1)))))))
  (func $check (param $t (ref null $node)) (result i32)
    (if (result i32) (ref.is_null (struct.get $node $l (local.get $t)))
      (then (i32.const 1))
      (else (i32.add (i32.const 1) (i32.add (call $check (struct.get $node $l (local.get $t)))
                                            (call $check (struct.get $node $r (local.get $t))))))))
  (func (export "trees") (param $n i32) (result i32)
    (local $long (ref null $node)) (local $depth i32) (local $i i32) (local $sum i32)
    (local.set $sum (call $check (call $make (i32.add (local.get $n) (i32.const 1)))))
    (local.set $long (call $make (local.get $n)))
    (local.set $depth (i32.const 4))
    (loop $next
      (local.set $i (i32.shl (i32.const 1) (i32.add (i32.sub (local.get $n) (local.get $depth)) (i32.const 4))))
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (call $check (call $make (local.get $depth)))))
        (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (br_if $next (i32.le_s (local.tee $depth (i32.add (local.get $depth) (i32.const 2))) (local.get $n))))
    (i32.add (local.get $sum) (call $check (local.get $long))))
  ;; sums an array, again and again
  (type $ints (array (mut i32)))
  (func (export "sum") (param $n i32) (result i32)
    (local $a (ref $ints)) (local $i i32) (local $sum i32)
    (local.set $a (array.new $ints (i32.const 3) (i32.const 1000)))
    (loop $again
      (local.set $i (i32.const 0))
      (loop $next
        (local.set $sum (i32.add (local.get $sum) (array.get $ints (local.get $a) (local.get $i))))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (array.len (local.get $a)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  ;; walks a list with a virtual "method" by cast
  (type $shape (sub (struct (field $next (mut (ref null $shape))))))
  (type $circle (sub final $shape (struct (field $next (mut (ref null $shape))) (field i32))))
  (type $square (sub final $shape (struct (field $next (mut (ref null $shape))) (field i32) (field i32))))
  (func (export "list") (param $n i32) (result i32)
    (local $head (ref null $shape)) (local $p (ref null $shape)) (local $i i32) (local $sum i32)
    (local.set $i (i32.const 1000))
    (loop $next
      (local.set $head
        (if (result (ref $shape)) (i32.and (local.get $i) (i32.const 1))
          (then (struct.new $circle (local.get $head) (local.get $i)))
          (else (struct.new $square (local.get $head) (local.get $i) (i32.const 2)))))
      (br_if $next (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (loop $again
      (local.set $p (local.get $head))
      (block $end
        (loop $walk
          (br_if $end (ref.is_null (local.get $p)))
          (if (ref.test (ref $circle) (local.get $p))
            (then (local.set $sum (i32.add (local.get $sum) (struct.get $circle 1 (ref.cast (ref $circle) (local.get $p))))))
            (else (local.set $sum (i32.add (local.get $sum) (struct.get $square 2 (ref.cast (ref $square) (local.get $p)))))))
          (local.set $p (struct.get $shape $next (local.get $p)))
          (br $walk)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  ;; throws from a depth of frames and catches, again and again
  (tag $thrown (param i32))
  (func $down (param $frames i32) (result i32)
    (if (i32.eqz (local.get $frames)) (then (throw $thrown (i32.const 1))))
    (i32.add (call $down (i32.sub (local.get $frames) (i32.const 1))) (i32.const 1)))
  (func $throws (param $n i32) (param $frames i32) (result i32)
    (local $sum i32)
    (loop $again
      (local.set $sum
        (i32.add (local.get $sum)
          (block $caught (result i32)
            (try_table (result i32) (catch $thrown $caught) (call $down (local.get $frames))))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "throw_3") (param $n i32) (result i32)
    (call $throws (local.get $n) (i32.const 2)))
  (func (export "throw_102") (param $n i32) (result i32)
    (call $throws (local.get $n) (i32.const 101))))
