/**
 * @file wasmtime.hh
 *
 * The C++ API: classes over the C API of `wasmtime.h`, in headers alone, for
 * C++17 and later.
 *
 *     using namespace wasmtime;
 *     Engine engine;
 *     Store store(engine);
 *     Linker linker(engine);
 *     linker.func_wrap("host", "twice", [](int32_t x) { return 2 * x; }).unwrap();
 *     Module module = Module::compile(engine, bytes).unwrap();
 *     Instance instance = linker.instantiate(store, module).unwrap();
 *     Func run = std::get<Func>(*instance.get(store, "run"));
 *     auto typed = run.typed<std::tuple<int32_t, int32_t>, int32_t>(store).unwrap();
 *     int32_t answer = typed.call(store, {3, 4}).unwrap();
 *
 * Nothing here throws; functions that can fail give a `Result`. Objects own what
 * they hold, as far as the C API has owners, and give it back when they end.
 * Components have headers of their own, see `wasmtime/component.hh`.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_HH
#define WASMTIME_HH

#include <wasmtime.h>
#include <wasmtime/anyref.hh>
#include <wasmtime/arrayref.hh>
#include <wasmtime/config.hh>
#include <wasmtime/engine.hh>
#include <wasmtime/eqref.hh>
#include <wasmtime/error.hh>
#include <wasmtime/exnref.hh>
#include <wasmtime/extern.hh>
#include <wasmtime/externref.hh>
#include <wasmtime/func.hh>
#include <wasmtime/global.hh>
#include <wasmtime/instance.hh>
#include <wasmtime/linker.hh>
#include <wasmtime/memory.hh>
#include <wasmtime/module.hh>
#include <wasmtime/sharedmemory.hh>
#include <wasmtime/store.hh>
#include <wasmtime/structref.hh>
#include <wasmtime/table.hh>
#include <wasmtime/tag.hh>
#include <wasmtime/trap.hh>
#include <wasmtime/types.hh>
#include <wasmtime/val.hh>
#include <wasmtime/wasi.hh>
#include <wasmtime/wat.hh>

#endif // WASMTIME_HH
