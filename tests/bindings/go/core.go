// Wasmtime's binding for Go over its core interface: what it prints is compared with core.expected. Nothing here knows
// whose library lies below. The argument is a directory for files.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/bytecodealliance/wasmtime-go/v44"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func wasm(text string) []byte {
	bytes, err := wasmtime.Wat2Wasm(text)
	must(err)
	return bytes
}

func module(engine *wasmtime.Engine, text string) *wasmtime.Module {
	m, err := wasmtime.NewModule(engine, wasm(text))
	must(err)
	return m
}

// say prints what a call failed with, on one line.
func say(label string, err error) {
	if err == nil {
		fmt.Println(label+":", "does not fail")
		return
	}
	var parts []string
	for _, line := range strings.Split(strings.TrimSpace(err.Error()), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	kind := "error"
	if _, ok := err.(*wasmtime.Trap); ok {
		kind = "trap"
	}
	fmt.Println(label+":", kind+":", strings.Join(parts, " | "))
}

func settings() {
	fmt.Println("== config")
	c := wasmtime.NewConfig()
	c.SetDebugInfo(false)
	c.SetMaxWasmStack(1 << 18)
	c.SetWasmReferenceTypes(true)
	c.SetWasmSIMD(true)
	c.SetWasmRelaxedSIMD(true)
	c.SetWasmRelaxedSIMDDeterministic(true)
	c.SetWasmBulkMemory(true)
	c.SetWasmMultiValue(true)
	c.SetWasmMultiMemory(true)
	c.SetWasmMemory64(true)
	c.SetWasmTailCall(true)
	c.SetWasmThreads(true)
	c.SetWasmWideArithmetic(true)
	c.SetWasmComponentModel(true)
	c.SetNativeUnwindInfo(true)
	c.SetMacOSUseMachPorts(false)
	c.SetMemoryInitCOWSet(true)
	c.SetProfiler(wasmtime.ProfilingStrategyNone)
	c.SetStrategy(wasmtime.StrategyAuto)
	c.SetCraneliftDebugVerifier(false)
	c.SetCraneliftOptLevel(wasmtime.OptLevelSpeed)
	c.SetCraneliftNanCanonicalization(true)
	c.SetParallelCompilation(true)
	must(c.SetTarget("x86_64-unknown-linux-gnu"))
	fmt.Println("cache that is not there:", c.CacheConfigLoad("/nonexistent/cache.toml") != nil)
	engine := wasmtime.NewEngineWithConfig(c)
	store := wasmtime.NewStore(engine)
	instance, err := wasmtime.NewInstance(store, module(engine, `(module (func (export "f") (result i32) i32.const 7))`), nil)
	must(err)
	got, err := instance.GetFunc(store, "f").Call(store)
	must(err)
	fmt.Println(engine.IsPulley(), got)
}

func modules(dir string) {
	fmt.Println("== modules")
	engine := wasmtime.NewEngine()
	m := module(engine, `(module
	  (import "env" "f" (func (param i32 i64) (result f32 f64)))
	  (import "env" "m" (memory 1 2))
	  (import "env" "t" (table 3 funcref))
	  (import "env" "g" (global (mut i64)))
	  (func (export "run") (param funcref externref) (result i32) i32.const 1)
	  (memory (export "mem") i64 1 10)
	  (global (export "konst") f64 (f64.const 1)))`)
	for _, i := range m.Imports() {
		fmt.Println("import", i.Module(), *i.Name(), extern(i.Type()))
	}
	for _, e := range m.Exports() {
		fmt.Println("export", e.Name(), extern(e.Type()))
	}
	bytes, err := m.Serialize()
	must(err)
	again, err := wasmtime.NewModuleDeserialize(engine, bytes)
	must(err)
	fmt.Println(len(again.Imports()), len(again.Exports()))
	path := filepath.Join(dir, "module.bin")
	must(os.WriteFile(path, bytes, 0o600))
	again, err = wasmtime.NewModuleDeserializeFile(engine, path)
	must(err)
	fmt.Println(len(again.Imports()), len(again.Exports()))
	path = filepath.Join(dir, "module.wat")
	must(os.WriteFile(path, []byte(`(module (func (export "x")))`), 0o600))
	again, err = wasmtime.NewModuleFromFile(engine, path)
	must(err)
	fmt.Println(again.Exports()[0].Name())
	_, err = wasmtime.NewModule(engine, []byte{0, 'a', 's', 'm', 1, 0, 0, 0, 9, 9})
	fmt.Println("garbage:", err != nil)
	fmt.Println("valid:", wasmtime.ModuleValidate(engine, wasm("(module)")) == nil,
		wasmtime.ModuleValidate(engine, wasm("(module (func (result i32)))")) == nil)
	_, err = wasmtime.Wat2Wasm("(modul")
	fmt.Println("no text:", err != nil)
	_, err = wasmtime.NewModuleDeserialize(engine, []byte("nothing"))
	fmt.Println("nothing serialized:", err != nil)
}

func extern(t *wasmtime.ExternType) string {
	if f := t.FuncType(); f != nil {
		return fmt.Sprint("func ", kinds(f.Params()), kinds(f.Results()))
	}
	if g := t.GlobalType(); g != nil {
		return fmt.Sprint("global ", g.Content(), " ", g.Mutable())
	}
	if m := t.MemoryType(); m != nil {
		has, max := m.Maximum()
		return fmt.Sprint("memory ", m.Minimum(), " ", has, " ", max, " ", m.Is64())
	}
	if t := t.TableType(); t != nil {
		has, max := t.Maximum()
		return fmt.Sprint("table ", t.Element(), " ", t.Minimum(), " ", has, " ", max)
	}
	return "?"
}

func kinds(types []*wasmtime.ValType) []string {
	out := []string{}
	for _, t := range types {
		out = append(out, t.String())
	}
	return out
}

func functions() {
	fmt.Println("== functions")
	engine := wasmtime.NewEngine()
	store := wasmtime.NewStoreWithData(engine, "data of the store")
	fmt.Println(store.Data())
	i32, i64 := wasmtime.NewValType(wasmtime.KindI32), wasmtime.NewValType(wasmtime.KindI64)
	mul := wasmtime.NewFunc(store, wasmtime.NewFuncType([]*wasmtime.ValType{i32, i64}, []*wasmtime.ValType{i64}),
		func(c *wasmtime.Caller, args []wasmtime.Val) ([]wasmtime.Val, *wasmtime.Trap) {
			return []wasmtime.Val{wasmtime.ValI64(int64(args[0].I32()) * args[1].I64())}, nil
		})
	text := wasmtime.WrapFunc(store, func(c *wasmtime.Caller, at int32, n int32) (int32, *wasmtime.Trap) {
		memory := c.GetExport("memory").Memory()
		data := memory.UnsafeData(c)
		fmt.Println("the guest says", string(data[at:at+n]), c.Data(), c.GetExport("nothing") == nil)
		copy(data[64:], "HELLO")
		if n == 0 {
			return 0, wasmtime.NewTrap("nothing to say")
		}
		return n, nil
	})
	instance, err := wasmtime.NewInstance(store, module(engine, `(module
	  (import "" "" (func $mul (param i32 i64) (result i64)))
	  (import "" "" (func $text (param i32 i32) (result i32)))
	  (memory (export "memory") 1)
	  (data (i32.const 4) "greetings")
	  (func (export "mul") (param i32) (result i64) local.get 0 i64.const 100 call $mul)
	  (func (export "say") (param i32) (result i32)
	    i32.const 4 local.get 0 call $text i32.const 64 i32.load8_u i32.add)
	  (func (export "all") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
	    local.get 3 local.get 2 local.get 1 local.get 0)
	  (func (export "ext") (param externref) (result externref) local.get 0)
	  (func (export "fun") (param funcref) (result funcref) local.get 0))`), []wasmtime.AsExtern{mul, text})
	must(err)
	call := func(name string, args ...interface{}) interface{} {
		got, err := instance.GetFunc(store, name).Call(store, args...)
		if err != nil {
			say(name, err)
			return nil
		}
		return got
	}
	fmt.Println(call("mul", -3))
	fmt.Println(call("say", 9))
	call("say", 0)
	for _, v := range call("all", int32(-1), int64(-1<<63), float32(0.5), 1e300).([]wasmtime.Val) {
		fmt.Print(v.Kind(), " ", v.Get(), "; ")
	}
	fmt.Println()
	type thing struct{ name string }
	one := &thing{"one"}
	fmt.Println("the same object:", call("ext", one) == interface{}(one), call("ext", nil) == nil)
	got := call("fun", mul)
	again, err := got.(*wasmtime.Func).Call(store, 6, int64(7))
	must(err)
	fmt.Println("a function passed through:", again)
	_, err = instance.GetFunc(store, "mul").Call(store)
	fmt.Println("too few:", err != nil)
	fmt.Println(kinds(mul.Type(store).Params()), len(instance.Exports(store)), instance.GetExport(store, "none") == nil)
	_, err = wasmtime.NewInstance(store, module(engine, `(module (import "" "" (func)))`), []wasmtime.AsExtern{mul})
	say("wrong import", err)
	_, err = wasmtime.NewInstance(store, module(engine, `(module (import "" "" (func)))`), nil)
	say("no import", err)
	func() {
		defer func() { fmt.Println("panic of the host:", recover()) }()
		p := wasmtime.WrapFunc(store, func() { panic("out of order") })
		in, err := wasmtime.NewInstance(store, module(engine, `(module (import "" "" (func)) (func (export "f") call 0))`),
			[]wasmtime.AsExtern{p})
		must(err)
		in.GetFunc(store, "f").Call(store)
	}()
	runtime.KeepAlive(one)
	store.GC()
}

func items() {
	fmt.Println("== memories, globals, tables")
	engine := wasmtime.NewEngine()
	store := wasmtime.NewStore(engine)
	mt, err := wasmtime.NewMemoryType(1, true, 3, false)
	must(err)
	memory, err := wasmtime.NewMemory(store, mt)
	must(err)
	previous, err := memory.Grow(store, 1)
	must(err)
	fmt.Println(previous, memory.Size(store), memory.DataSize(store), len(memory.UnsafeData(store)))
	_, err = memory.Grow(store, 7)
	say("grow too far", err)
	_, err = wasmtime.NewMemoryType(2, true, 1, false)
	fmt.Println("maximum below minimum:", err != nil)
	g, err := wasmtime.NewGlobal(store, wasmtime.NewGlobalType(wasmtime.NewValType(wasmtime.KindI32), true), wasmtime.ValI32(5))
	must(err)
	must(g.Set(store, wasmtime.ValI32(-8)))
	fmt.Println(g.Get(store).I32(), g.Type(store).Mutable())
	say("a global of another type", g.Set(store, wasmtime.ValI64(1)))
	k, err := wasmtime.NewGlobal(store, wasmtime.NewGlobalType(wasmtime.NewValType(wasmtime.KindF64), false), wasmtime.ValF64(2.5))
	must(err)
	say("a constant", k.Set(store, wasmtime.ValF64(1)))
	add := wasmtime.WrapFunc(store, func(x int32) int32 { return x + 1000 })
	table, err := wasmtime.NewTable(store, wasmtime.NewTableType(wasmtime.NewValType(wasmtime.KindFuncref), 2, true, 6),
		wasmtime.ValFuncref(nil))
	must(err)
	must(table.Set(store, 1, wasmtime.ValFuncref(add)))
	previous, err = table.Grow(store, 2, wasmtime.ValFuncref(add))
	must(err)
	v, err := table.Get(store, 3)
	must(err)
	got, err := v.Funcref().Call(store, 5)
	must(err)
	v, err = table.Get(store, 0)
	must(err)
	fmt.Println(previous, table.Size(store), got, v.Funcref() == nil)
	_, err = table.Grow(store, 100, wasmtime.ValFuncref(nil))
	say("grow too far", err)
	_, err = table.Get(store, 100)
	fmt.Println("past the end:", err != nil)
	instance, err := wasmtime.NewInstance(store, module(engine, `(module
	  (import "" "m" (memory 1)) (import "" "g" (global $g (mut i32))) (import "" "t" (table 1 funcref))
	  (type $t (func (param i32) (result i32)))
	  (func (export "poke") i32.const 70000 i32.const 77 i32.store8 i32.const 3 global.set $g)
	  (func (export "call") (param i32) (result i32) i32.const 1 local.get 0 call_indirect (type $t)))`),
		[]wasmtime.AsExtern{memory, g, table})
	must(err)
	_, err = instance.GetFunc(store, "poke").Call(store)
	must(err)
	fmt.Println(memory.UnsafeData(store)[70000], g.Get(store).I32())
	got, err = instance.GetFunc(store, "call").Call(store, 2)
	must(err)
	fmt.Println(got)
	_, err = instance.GetFunc(store, "call").Call(store, 0)
	say("an empty element", err)
	small := wasmtime.NewStore(engine)
	small.Limiter(65536, 5, 10, 10, 10)
	_, err = wasmtime.NewInstance(small, module(engine, `(module (memory 2))`), nil)
	say("limit of memories", err)
	_, err = wasmtime.NewInstance(small, module(engine, `(module (table 6 funcref))`), nil)
	say("limit of tables", err)
}

func traps() {
	fmt.Println("== traps")
	engine := wasmtime.NewEngine()
	store := wasmtime.NewStore(engine)
	instance, err := wasmtime.NewInstance(store, module(engine, `(module $names (memory 1)
	  (func $leaf (param i32) (result i32) local.get 0 i32.load)
	  (func $mid (param i32) (result i32) local.get 0 call $leaf)
	  (func (export "load") (param i32) (result i32) local.get 0 call $mid)
	  (func (export "div") (param i32) (result i32) i32.const 1 local.get 0 i32.div_u)
	  (func (export "stop") unreachable)
	  (func $deep (export "deep") call $deep))`), nil)
	must(err)
	for _, name := range []string{"load", "div", "stop"} {
		args := []interface{}{int32(-8)}
		if name == "div" {
			args[0] = int32(0)
		}
		if name == "stop" {
			args = nil
		}
		_, err := instance.GetFunc(store, name).Call(store, args...)
		trap := err.(*wasmtime.Trap)
		fmt.Print(name, " ", *trap.Code(), ":")
		for _, f := range trap.Frames() {
			fn := "-"
			if f.FuncName() != nil {
				fn = *f.FuncName()
			}
			fmt.Print(" ", f.FuncIndex(), " ", fn, " ", *f.ModuleName(), " ", f.ModuleOffset(), " ", f.FuncOffset(), ";")
		}
		fmt.Println()
		say(name, err)
	}
	_, err = instance.GetFunc(store, "deep").Call(store)
	fmt.Println("deep", *err.(*wasmtime.Trap).Code() == wasmtime.StackOverflow)
	mine := wasmtime.NewTrap("made here")
	fmt.Println(mine.Message(), mine.Code() == nil, len(mine.Frames()))
	_, err = wasmtime.NewInstance(store, module(engine, `(module (func unreachable) (start 0))`), nil)
	say("start", err)
}

func linkers() {
	fmt.Println("== linker")
	engine := wasmtime.NewEngine()
	store := wasmtime.NewStore(engine)
	linker := wasmtime.NewLinker(engine)
	must(linker.FuncWrap("env", "inc", func(x int32) int32 { return x + 1 }))
	say("twice", linker.FuncWrap("env", "inc", func() {}))
	linker.AllowShadowing(true)
	must(linker.DefineFunc(store, "env", "inc", func(x int32) int32 { return x + 2 }))
	linker.AllowShadowing(false)
	i32 := wasmtime.NewValType(wasmtime.KindI32)
	must(linker.FuncNew("env", "two", wasmtime.NewFuncType(nil, []*wasmtime.ValType{i32}),
		func(*wasmtime.Caller, []wasmtime.Val) ([]wasmtime.Val, *wasmtime.Trap) {
			return []wasmtime.Val{wasmtime.ValI32(2)}, nil
		}))
	g, err := wasmtime.NewGlobal(store, wasmtime.NewGlobalType(i32, false), wasmtime.ValI32(38))
	must(err)
	must(linker.Define(store, "env", "g", g))
	lib, err := linker.Instantiate(store, module(engine, `(module
	  (import "env" "inc" (func $inc (param i32) (result i32))) (import "env" "g" (global i32))
	  (import "env" "two" (func $two (result i32)))
	  (func (export "answer") (result i32) global.get 0 call $inc call $two i32.add))`))
	must(err)
	must(linker.DefineInstance(store, "lib", lib))
	got, err := linker.Get(store, "lib", "answer").Func().Call(store)
	must(err)
	fmt.Println(got, linker.Get(store, "lib", "none") == nil)
	_, err = linker.Instantiate(store, module(engine, `(module (import "x" "y" (func)))`))
	say("unknown", err)
	must(linker.DefineModule(store, "cmd", module(engine, `(module (global $n (mut i32) (i32.const 0))
	  (func (export "_start") global.get $n if unreachable end i32.const 1 global.set $n))`)))
	start, err := linker.GetDefault(store, "cmd")
	must(err)
	for i := 0; i < 2; i++ {
		_, err = start.Call(store)
		must(err)
	}
	fmt.Println("a command ran twice")
	unknown := module(engine, `(module (import "p" "q" (func $q (result i32))) (func (export "f") (result i32) call $q))`)
	l := wasmtime.NewLinker(engine)
	must(l.DefineUnknownImportsAsTraps(unknown))
	in, err := l.Instantiate(store, unknown)
	must(err)
	_, err = in.GetFunc(store, "f").Call(store)
	say("an unknown import, called", err)
	l = wasmtime.NewLinker(engine)
	must(l.DefineUnknownImportsAsDefaultValues(store, unknown))
	in, err = l.Instantiate(store, unknown)
	must(err)
	got, err = in.GetFunc(store, "f").Call(store)
	must(err)
	fmt.Println("as a default:", got)
}

func times() {
	fmt.Println("== fuel and epochs")
	c := wasmtime.NewConfig()
	c.SetConsumeFuel(true)
	store := wasmtime.NewStore(wasmtime.NewEngineWithConfig(c))
	must(store.SetFuel(1000))
	in, err := wasmtime.NewInstance(store, module(store.Engine, `(module (func (export "f") (loop br 0)))`), nil)
	must(err)
	_, err = in.GetFunc(store, "f").Call(store)
	say("fuel", err)
	must(store.SetFuel(77))
	left, err := store.GetFuel()
	fmt.Println(left, err)
	say("fuel that is not on", wasmtime.NewStore(wasmtime.NewEngine()).SetFuel(1))
	c = wasmtime.NewConfig()
	c.SetEpochInterruption(true)
	engine := wasmtime.NewEngineWithConfig(c)
	store = wasmtime.NewStore(engine)
	store.SetEpochDeadline(1)
	in, err = wasmtime.NewInstance(store, module(engine, `(module (func (export "f") (loop br 0)))`), nil)
	must(err)
	go func() {
		time.Sleep(20 * time.Millisecond)
		engine.IncrementEpoch()
	}()
	_, err = in.GetFunc(store, "f").Call(store)
	say("epoch", err)
}

func threads() {
	fmt.Println("== goroutines")
	engine := wasmtime.NewEngine()
	m := module(engine, `(module (func $fib (export "fib") (param i32) (result i32)
	  local.get 0 i32.const 2 i32.lt_u if (result i32) local.get 0 else
	  local.get 0 i32.const 1 i32.sub call $fib local.get 0 i32.const 2 i32.sub call $fib i32.add end))`)
	var wait sync.WaitGroup
	results := make([]interface{}, 8)
	for i := range results {
		wait.Add(1)
		go func(i int) {
			defer wait.Done()
			for k := 0; k < 20; k++ {
				store := wasmtime.NewStore(engine)
				in, err := wasmtime.NewInstance(store, m, nil)
				must(err)
				results[i], err = in.GetFunc(store, "fib").Call(store, 15+i%3)
				must(err)
				runtime.Gosched()
			}
		}(i)
	}
	wait.Wait()
	fmt.Println(results...)
	for i := 0; i < 5; i++ { // finalizers give back what nobody holds
		runtime.GC()
	}
}

func wasi(dir string) {
	fmt.Println("== wasi")
	engine := wasmtime.NewEngine()
	linker := wasmtime.NewLinker(engine)
	must(linker.DefineWasi())
	echo := module(engine, `(module
	  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
	  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
	  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
	  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
	  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
	  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
	  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
	  (memory (export "memory") 1)
	  (func $out (param $fd i32) (param $at i32) (param $n i32)
	    (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $n))
	    (drop (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
	  (func (export "_start")
	    (drop (call $args_sizes_get (i32.const 16) (i32.const 20)))
	    (drop (call $args_get (i32.const 1024) (i32.const 2048)))
	    (call $out (i32.const 1) (i32.const 2048) (i32.load (i32.const 20)))
	    (drop (call $environ_sizes_get (i32.const 24) (i32.const 28)))
	    (drop (call $environ_get (i32.const 4096) (i32.const 8192)))
	    (call $out (i32.const 2) (i32.const 8192) (i32.load (i32.const 28)))
	    (i32.store (i32.const 0) (i32.const 16384)) (i32.store (i32.const 4) (i32.const 100))
	    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 12)))
	    (call $out (i32.const 1) (i32.const 16384) (i32.load (i32.const 12)))
	    (call $proc_exit (i32.load (i32.const 16)))))`)
	file := func(name string) string { return filepath.Join(dir, name) }
	must(os.WriteFile(file("in"), []byte("what came in"), 0o600))
	c := wasmtime.NewWasiConfig()
	c.SetArgv([]string{"prog", "one", "zwei"})
	c.SetEnv([]string{"KEY"}, []string{"value"})
	must(c.SetStdinFile(file("in")))
	must(c.SetStdoutFile(file("out")))
	must(c.SetStderrFile(file("err")))
	store := wasmtime.NewStore(engine)
	store.SetWasi(c)
	in, err := linker.Instantiate(store, echo)
	must(err)
	_, err = in.GetFunc(store, "_start").Call(store)
	status, ok := err.(*wasmtime.Error).ExitStatus()
	fmt.Println("exit:", status, ok)
	for _, name := range []string{"out", "err"} {
		text, err := os.ReadFile(file(name))
		must(err)
		fmt.Printf("%s %q\n", name, text)
	}
	opener := module(engine, `(module
	  (import "wasi_snapshot_preview1" "path_open"
	    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
	  (memory (export "memory") 1)
	  (data (i32.const 64) "name")
	  (func (export "open") (param $oflags i32) (param $rights i64) (result i32)
	    (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 4) (local.get $oflags)
	      (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 128))))`)
	// The masks: reading alone must stay reading alone.
	for _, p := range []struct {
		label string
		dirs  wasmtime.WasiDirPerms
		files wasmtime.WasiFilePerms
	}{{"read", wasmtime.DIR_READ, wasmtime.FILE_READ},
		{"read and write", wasmtime.DIR_READ | wasmtime.DIR_WRITE, wasmtime.FILE_READ | wasmtime.FILE_WRITE}} {
		c := wasmtime.NewWasiConfig()
		must(c.PreopenDir(dir, ".", p.dirs, p.files))
		store := wasmtime.NewStore(engine)
		store.SetWasi(c)
		in, err := linker.Instantiate(store, opener)
		must(err)
		open := func(flags int32, rights int64) interface{} {
			got, err := in.GetFunc(store, "open").Call(store, flags, rights)
			must(err)
			return got
		}
		fmt.Println(p.label, "| what is not there:", open(0, 2), "| create:", open(1, 64) == int32(0), "| read:", open(0, 2))
	}
	fmt.Println("a directory that is not there:", wasmtime.NewWasiConfig().PreopenDir("/nonexistent", ".", 1, 1) != nil)
}

func main() {
	dir := os.Args[1]
	settings()
	modules(dir)
	functions()
	items()
	traps()
	linkers()
	times()
	threads()
	wasi(dir)
	fmt.Println("done")
}
