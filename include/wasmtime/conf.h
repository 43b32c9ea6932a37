/**
 * @file wasmtime/conf.h
 *
 * Which optional parts this build of the library contains.
 *
 * Each `WASMTIME_FEATURE_*` macro is either defined without a value or not
 * defined at all; the other headers declare the functions of a part only if
 * its macro is defined here. The library ships one configuration, and these
 * macros describe it: an embedder reads them with `#ifdef` and does not set
 * them.
 */
#ifndef WASMTIME_CONF_H
#define WASMTIME_CONF_H

/* Compilation and execution. */
#define WASMTIME_FEATURE_CRANELIFT            /* the optimizing strategy exists */
#define WASMTIME_FEATURE_WINCH                /* the single-pass strategy exists */
#define WASMTIME_FEATURE_PARALLEL_COMPILATION /* modules are compiled on several threads */
#define WASMTIME_FEATURE_CACHE                /* compiled code can be kept on disk */
#define WASMTIME_FEATURE_PULLEY               /* the portable target is recognized by name */
#define WASMTIME_FEATURE_POOLING_ALLOCATOR    /* instances can live in preallocated slots */
#define WASMTIME_FEATURE_ASYNC                /* calls that can be suspended */

/* The language. */
#define WASMTIME_FEATURE_WAT                   /* text format to binary format */
#define WASMTIME_FEATURE_THREADS               /* shared memories and atomics */
#define WASMTIME_FEATURE_GC                    /* reference types beyond functions */
#define WASMTIME_FEATURE_GC_DRC                /* the collecting heap */
#define WASMTIME_FEATURE_GC_NULL               /* the heap that never collects */
#define WASMTIME_FEATURE_COMPONENT_MODEL       /* components */
#define WASMTIME_FEATURE_COMPONENT_MODEL_ASYNC /* asynchronous component functions */

/* Hosts. */
#define WASMTIME_FEATURE_WASI      /* WASI configuration and functions */
#define WASMTIME_FEATURE_WASI_HTTP /* wasi:http for components */

/* Diagnosis. */
#define WASMTIME_FEATURE_PROFILING      /* the guest profiler */
#define WASMTIME_FEATURE_LOGGING        /* messages of the library itself */
#define WASMTIME_FEATURE_COREDUMP       /* core dumps of a trapped guest */
#define WASMTIME_FEATURE_ADDR2LINE      /* source lines in backtraces */
#define WASMTIME_FEATURE_DEMANGLE       /* readable names in backtraces */
#define WASMTIME_FEATURE_DEBUG_BUILTINS /* helpers for native debuggers */

/* Derived: modules can be compiled here, not only loaded precompiled. */
#if defined(WASMTIME_FEATURE_CRANELIFT) || defined(WASMTIME_FEATURE_WINCH)
#define WASMTIME_FEATURE_COMPILER
#endif

#endif /* WASMTIME_CONF_H */
