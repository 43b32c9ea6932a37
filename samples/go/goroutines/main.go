// Goroutines on the one thread that WASI has: channels, select, timers, mutexes, wait groups,
// panics that are recovered, and contexts that are cancelled.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func sieve(limit int) []int {
	source := make(chan int)
	go func() {
		for n := 2; n < limit; n++ {
			source <- n
		}
		close(source)
	}()
	var primes []int
	for in := source; ; {
		prime, ok := <-in
		if !ok {
			return primes
		}
		primes = append(primes, prime)
		out := make(chan int)
		go func(in <-chan int, out chan<- int) {
			for n := range in {
				if n%prime != 0 {
					out <- n
				}
			}
			close(out)
		}(in, out)
		in = out
	}
}

func workers() (sum int64, order []int) {
	jobs, results := make(chan int, 10), make(chan int, 10)
	var group sync.WaitGroup
	for w := 0; w < 8; w++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := range jobs {
				results <- n * n
			}
		}()
	}
	go func() {
		for n := 0; n < 1000; n++ {
			jobs <- n
		}
		close(jobs)
		group.Wait()
		close(results)
	}()
	for r := range results {
		sum += int64(r)
	}
	return sum, order
}

func guarded(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	f()
	return nil
}

func main() {
	primes := sieve(200)
	fmt.Println(len(primes), "primes, the last:", primes[len(primes)-1])

	sum, _ := workers()
	fmt.Println("squares:", sum)

	var counter int
	var total atomic.Int64
	var mutex sync.Mutex
	var group sync.WaitGroup
	for i := 0; i < 2000; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			mutex.Lock()
			counter++
			mutex.Unlock()
			total.Add(int64(i))
		}()
	}
	group.Wait()
	fmt.Println("counted:", counter, total.Load())

	begin := time.Now()
	select {
	case <-time.After(15 * time.Millisecond):
		fmt.Println("the timer fired, not too early:", time.Since(begin) >= 15*time.Millisecond)
	case <-time.After(10 * time.Second):
		fmt.Println("the wrong timer")
	}

	ticker := time.NewTicker(2 * time.Millisecond)
	ticks := 0
	for range ticker.C {
		if ticks++; ticks == 5 {
			ticker.Stop()
			break
		}
	}
	fmt.Println("ticks:", ticks)

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	go func() {
		<-ctx.Done()
	}()
	<-ctx.Done()
	fmt.Println("context:", ctx.Err(), errors.Is(ctx.Err(), context.DeadlineExceeded))

	var m map[string]int
	var p *struct{ x int }
	list := []int{1, 2, 3}
	index := len(list) + ticks
	fmt.Println(guarded(func() { m["a"] = 1 }))
	fmt.Println(guarded(func() { fmt.Println(p.x) }))
	fmt.Println(guarded(func() { fmt.Println(list[index]) }))
	fmt.Println(guarded(func() { fmt.Println(1 / (ticks - 5)) }))

	// Deep recursion makes the stack of a goroutine grow and move.
	var deep func(n int) int
	deep = func(n int) int {
		var room [64]int
		room[n%64] = n
		if n == 0 {
			return room[0]
		}
		return deep(n-1) + room[n%64] - n + 1
	}
	fmt.Println("depth:", deep(20000))
}
