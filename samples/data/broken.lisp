(print "before")
(define (f x) (+ x y))
(f 1)
(print "never")
