/**
 * @file wasmtime/types/structref.hh
 *
 * The types of structs. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_STRUCTREF_HH
#define WASMTIME_TYPES_STRUCTREF_HH

#include <wasmtime/types/_structref_class.hh>
#include <wasmtime/types/val.hh>

#endif // WASMTIME_TYPES_STRUCTREF_HH
