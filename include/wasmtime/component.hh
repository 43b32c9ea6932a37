/**
 * @file wasmtime/component.hh
 *
 * The C++ API of components. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_HH
#define WASMTIME_COMPONENT_HH

#include <wasmtime/component/component.hh>
#include <wasmtime/component/func.hh>
#include <wasmtime/component/instance.hh>
#include <wasmtime/component/linker.hh>
#include <wasmtime/component/types.hh>
#include <wasmtime/component/val.hh>

#endif // WASMTIME_COMPONENT_HH
