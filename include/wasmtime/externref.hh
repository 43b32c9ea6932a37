/**
 * @file wasmtime/externref.hh
 *
 * References to objects of the host's. Everything in this header since 0.1.
 */
#ifndef WASMTIME_EXTERNREF_HH
#define WASMTIME_EXTERNREF_HH

#include <wasmtime/_externref_class.hh>
#include <wasmtime/store.hh>

#endif // WASMTIME_EXTERNREF_HH
