// The garbage collector under stress: linked structures, maps, strings and finalizers, with a heap
// that is kept small, so that it collects often.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
)

type tree struct {
	left, right *tree
	payload     []byte
}

func grow(depth int) *tree {
	t := &tree{payload: make([]byte, 16+depth)}
	t.payload[0] = byte(depth)
	if depth > 0 {
		t.left, t.right = grow(depth-1), grow(depth-1)
	}
	return t
}

func (t *tree) sum() (nodes, bytes int) {
	if t == nil {
		return 0, 0
	}
	ln, lb := t.left.sum()
	rn, rb := t.right.sum()
	return 1 + ln + rn, int(t.payload[0]) + lb + rb
}

func main() {
	debug.SetGCPercent(20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)

	// Many short-lived trees beside one that stays.
	lasting := grow(12)
	total := 0
	for i := 0; i < 60; i++ {
		nodes, _ := grow(8 + i%4).sum()
		total += nodes
	}
	nodes, bytes := lasting.sum()
	fmt.Println("trees:", total, "nodes; the lasting one:", nodes, "nodes,", bytes)

	// A map that grows and shrinks, with keys built at run time.
	words := map[string][]int{}
	for i := 0; i < 20000; i++ {
		key := fmt.Sprintf("key-%d", i%1777)
		words[key] = append(words[key], i)
		if i%3 == 0 {
			delete(words, fmt.Sprintf("key-%d", (i*7)%1777))
		}
	}
	keys := make([]string, 0, len(words))
	sum := 0
	for key, list := range words {
		keys = append(keys, key)
		for _, n := range list {
			sum += n
		}
	}
	sort.Strings(keys)
	fmt.Println("map:", len(keys), "keys, from", keys[0], "to", keys[len(keys)-1], "sum", sum)

	// Strings that are thrown away.
	var builder strings.Builder
	for i := 0; i < 3000; i++ {
		s := strings.Repeat(string(rune('a'+i%26)), i%100)
		if i%100 == 99 {
			builder.WriteString(strings.ToUpper(s[:3]))
		}
	}
	fmt.Println("strings:", builder.String())

	// Cycles are collected, and finalizers run.
	finalized := 0
	done := make(chan bool, 1000)
	for i := 0; i < 100; i++ {
		a, b := &tree{}, &tree{}
		a.left, b.left = b, nil
		runtime.SetFinalizer(a, func(*tree) { done <- true })
	}
	for i := 0; i < 50 && finalized < 100; i++ {
		runtime.GC()
		runtime.Gosched()
		for len(done) > 0 {
			<-done
			finalized++
		}
	}
	fmt.Println("finalized at least 90:", finalized >= 90)

	runtime.ReadMemStats(&after)
	fmt.Println("collected more than 5 times:", after.NumGC-before.NumGC > 5)
	fmt.Println("heap below 64 MiB:", after.HeapAlloc < 64<<20)
}
