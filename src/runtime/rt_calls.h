/* rt_calls.h: the C side of abi/libcalls.def. The stubs put the vmctx before the arguments. */
#ifndef HS_RUNTIME_RT_CALLS_H
#define HS_RUNTIME_RT_CALLS_H

#include "runtime/instance.h"

uint64_t hs_rt_memory_grow(struct hs_vmctx *c, uint64_t delta, uint32_t memory);
struct hs_rt_result hs_rt_memory_init(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                      uint64_t data_memory);
void hs_rt_data_drop(struct hs_vmctx *c, uint32_t data);
struct hs_rt_result hs_rt_memory_copy(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                      uint64_t to_from);
struct hs_rt_result hs_rt_memory_fill(struct hs_vmctx *c, uint64_t d, uint64_t value, uint64_t n,
                                      uint32_t memory);
uint64_t hs_rt_table_grow(struct hs_vmctx *c, uint64_t value, uint64_t delta, uint32_t table);
struct hs_rt_result hs_rt_table_init(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                     uint64_t elem_table);
void hs_rt_elem_drop(struct hs_vmctx *c, uint32_t elem);
struct hs_rt_result hs_rt_table_copy(struct hs_vmctx *c, uint64_t d, uint64_t s, uint64_t n,
                                     uint64_t to_from);
struct hs_rt_result hs_rt_table_fill(struct hs_vmctx *c, uint64_t d, uint64_t value, uint64_t n,
                                     uint32_t table);
struct hs_rt_result hs_rt_table_get(struct hs_vmctx *c, uint64_t index, uint32_t table);
uint64_t hs_rt_ref_func(struct hs_vmctx *c, uint32_t func);
struct hs_rt_result hs_rt_call_mismatch(struct hs_vmctx *c, struct hs_funcref *f, uint32_t wanted);
struct hs_rt_result hs_rt_trap(struct hs_vmctx *c, uint32_t code);
struct hs_rt_result hs_rt_stack_or_poll(struct hs_vmctx *c, uint64_t sp);
struct hs_rt_result hs_rt_out_of_fuel(struct hs_vmctx *c);
struct hs_rt_result hs_rt_atomic_notify(struct hs_vmctx *c, uint64_t address, uint64_t count,
                                        uint32_t memory);
struct hs_rt_result hs_rt_atomic_wait32(struct hs_vmctx *c, uint64_t address, uint64_t expected,
                                        uint64_t timeout, uint32_t memory);
struct hs_rt_result hs_rt_atomic_wait64(struct hs_vmctx *c, uint64_t address, uint64_t expected,
                                        uint64_t timeout, uint32_t memory);
/* gc/gc_calls.c */
struct hs_rt_result hs_rt_gc_new(struct hs_vmctx *c, uint32_t id);
struct hs_rt_result hs_rt_gc_new_array(struct hs_vmctx *c, uint32_t id, uint32_t length);
struct hs_rt_result hs_rt_gc_new_data(struct hs_vmctx *c, uint32_t id, uint32_t data, uint32_t from,
                                      uint32_t n);
struct hs_rt_result hs_rt_gc_new_elem(struct hs_vmctx *c, uint32_t id, uint32_t elem, uint32_t from,
                                      uint32_t n);
struct hs_rt_result hs_rt_array_fill(struct hs_vmctx *c, uint32_t array, uint32_t d, uint64_t value,
                                     uint32_t n);
struct hs_rt_result hs_rt_array_copy(struct hs_vmctx *c, uint32_t to, uint32_t d, uint32_t from,
                                     uint32_t f, uint32_t n);
struct hs_rt_result hs_rt_array_init_data(struct hs_vmctx *c, uint32_t array, uint32_t d,
                                          uint32_t from, uint32_t n, uint32_t data);
struct hs_rt_result hs_rt_array_init_elem(struct hs_vmctx *c, uint32_t array, uint32_t d,
                                          uint32_t from, uint32_t n, uint32_t elem);
uint32_t hs_rt_ref_test(struct hs_vmctx *c, uint64_t ref, uint32_t heap, uint32_t null_counts);
struct hs_rt_result hs_rt_func_number(struct hs_vmctx *c, struct hs_funcref *f);
/* gc/exception.c */
struct hs_rt_result hs_rt_throw(struct hs_vmctx *c, uint32_t tag);
struct hs_rt_result hs_rt_throw_ref(struct hs_vmctx *c, uint32_t exn);

#endif
