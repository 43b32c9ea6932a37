; What the sample Lisp runs: recursion, closures, lists, tail calls and garbage.

(define (map f l) (if (null? l) nil (cons (f (car l)) (map f (cdr l)))))
(define (filter p l)
  (cond ((null? l) nil)
        ((p (car l)) (cons (car l) (filter p (cdr l))))
        (else (filter p (cdr l)))))
(define (fold f a l) (if (null? l) a (fold f (f a (car l)) (cdr l))))
(define (range a b) (if (< a b) (cons a (range (+ a 1) b)) nil))
(define (append a b) (if (null? a) b (cons (car a) (append (cdr a) b))))

(print "squares" (map (lambda (n) (* n n)) (range 1 11)))
(print "even" (filter (lambda (n) (= 0 (remainder n 2))) (range 1 11)))
(print "sum" (fold + 0 (range 1 101)))

(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(print "fib" (map fib (range 0 20)))

; a closure with state of its own
(define (counter) (let ((n 0)) (lambda () (set! n (+ n 1)) n)))
(define a (counter))
(define b (counter))
(a) (a)
(print "counters" (a) (b))

; quicksort
(define (sort l)
  (if (null? l) nil
    (let ((pivot (car l)) (rest (cdr l)))
      (append (sort (filter (lambda (x) (< x pivot)) rest))
              (cons pivot (sort (filter (lambda (x) (if (< x pivot) nil #t)) rest)))))))
(print "sorted" (sort '(31 4 15 9 26 5 35 8 97 93 2 38 46)))

; a million steps in constant space: the call is in tail position
(define (loop n sum) (if (= n 0) sum (loop (- n 1) (+ sum n))))
(print "loop" (loop 1000000 0))

; queens
(define (safe? row rows distance)
  (cond ((null? rows) #t)
        ((= row (car rows)) nil)
        ((= row (+ (car rows) distance)) nil)
        ((= row (- (car rows) distance)) nil)
        (else (safe? row (cdr rows) (+ distance 1)))))
(define (queens n)
  (define (try row k rows)
    (cond ((= k 0) 1)
          ((= row n) 0)
          (else (+ (if (safe? row rows 1) (try 0 (- k 1) (cons row rows)) 0)
                   (try (+ row 1) k rows)))))
  (try 0 n nil))
(print "queens" (map queens (range 1 8)))
(print "quoted" '(a (b . nil) "text" -5))
