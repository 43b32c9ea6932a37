/**
 * @file wasmtime.h
 *
 * The C API of Wasmtime, version 48, as this library implements it: all headers
 * of the core interface in one include. Components have an umbrella of their
 * own, `wasmtime/component.h`; what this library adds is in `hospes.h`.
 *
 * The usual course of a program:
 *
 *  1. an engine: wasm_engine_new(), or wasm_engine_new_with_config() with the
 *     settings of `wasmtime/config.h`;
 *  2. a module: wasmtime_module_new();
 *  3. a linker with what the module may import: wasmtime_linker_new(),
 *     wasmtime_linker_define_func(), wasmtime_linker_define_wasi();
 *  4. a store: wasmtime_store_new(); its context is an argument of everything
 *     that follows;
 *  5. an instance: wasmtime_linker_instantiate();
 *  6. its exports: wasmtime_instance_export_get(), and the calls:
 *     wasmtime_func_call().
 *
 * Conventions of all headers. An object that a function hands out belongs to
 * the caller, who ends it with the `_delete` function of its type; arguments are
 * borrowed for the duration of the call; exceptions to both are marked.
 * Functions that can fail give `wasmtime_error_t *`, NULL for success, and write
 * their results only then. Strings have a length and no terminating zero, unless
 * their parameter is a lone `const char *`; they are UTF-8, and NULL with length
 * 0 is the empty one. Callbacks come with a finalizer that is called exactly
 * once and may be NULL.
 *
 * Threads. Engines, modules, linkers that do not change any more, types, errors
 * and traps may be used by several threads at once. A store and all that belongs
 * to it is used by one thread at a time.
 */
#ifndef WASMTIME_H
#define WASMTIME_H

#include <wasi.h>
#include <wasm.h>

#include <wasmtime/conf.h>

#include <wasmtime/anyref.h>
#include <wasmtime/arrayref.h>
#include <wasmtime/async.h>
#include <wasmtime/config.h>
#include <wasmtime/engine.h>
#include <wasmtime/eqref.h>
#include <wasmtime/error.h>
#include <wasmtime/exnref.h>
#include <wasmtime/extern.h>
#include <wasmtime/externref.h>
#include <wasmtime/func.h>
#include <wasmtime/global.h>
#include <wasmtime/instance.h>
#include <wasmtime/linker.h>
#include <wasmtime/memory.h>
#include <wasmtime/module.h>
#include <wasmtime/profiling.h>
#include <wasmtime/sharedmemory.h>
#include <wasmtime/store.h>
#include <wasmtime/structref.h>
#include <wasmtime/table.h>
#include <wasmtime/tag.h>
#include <wasmtime/trap.h>
#include <wasmtime/types/arrayref.h>
#include <wasmtime/types/exnref.h>
#include <wasmtime/types/structref.h>
#include <wasmtime/types/val.h>
#include <wasmtime/val.h>
#include <wasmtime/wat.h>

/** The version of Wasmtime whose C interface this library has. */
#define WASMTIME_VERSION       "48.0.0"
#define WASMTIME_VERSION_MAJOR 48
#define WASMTIME_VERSION_MINOR 0
#define WASMTIME_VERSION_PATCH 0

#endif /* WASMTIME_H */
