/* compile.h: what goes into a compiler and what comes out, the same for every tier and machine.
 *
 * A compiler is a function of its input: the same module, layout, function and switches give the
 * same bytes. That is relied on: no table from machine code to bytecode is kept;
 * hs_baseline_locate compiles the function again and watches where the position falls. It
 * touches nothing but its output, so any number of threads compile at once. */
#ifndef HS_COMPILE_COMPILE_H
#define HS_COMPILE_COMPILE_H

#include "abi/code.h"
#include "abi/libcalls.h"
#include "base/vec.h"

struct hs_compile_input {
    const struct module *module;
    const struct hs_vmlayout *layout;
    uint32_t func;          /* function index (not of an import) */
    uint64_t plt_size;      /* struct hs_code_range of the module: */
    uint64_t code_capacity; /*   displacements to slots and PLT follow from these */
    uint32_t cpu;           /* HS_CPU_... bits the code may use */
    /* 0: the usual choice of pinned locals; else a random one from this seed (hostile builds) */
    uint64_t pin_seed;
};

/* extensions asked of the CPU at start; code is right without any of them */
enum {
    HS_CPU_SSE41 = 1,
    HS_CPU_POPCNT = 2,
    HS_CPU_LZCNT = 4,
    HS_CPU_BMI1 = 8,
    HS_CPU_BMI2 = 0x10,
    HS_CPU_AVX = 0x20,
    HS_CPU_AVX2 = 0x40,
    HS_CPU_FMA = 0x80,
    HS_CPU_SSSE3 = 0x100,
    HS_CPU_SSE42 = 0x200,
};
uint32_t hs_cpu_features(void); /* asked once */

enum {
    HS_LIMIT_CODE = 256 << 20, /* machine code of one function; bodies are below 8 MB */
    /* sites, try_tables, clauses of a module: each takes a byte of it at least */
    HS_LIMIT_TRIES = 256 << 20,
};

/* Machine code of functions, one behind the other at multiples of HS_CODE_ALIGN, to be placed
 * anywhere in the module's range. A field listed in `relocs` is a rel32 whose target is given in
 * the range: it holds target - (position + 4) as if the code stood at offset 0 of the range;
 * placing it at offset p subtracts p. */
struct hs_machine_code {
    HS_VEC(uint8_t) bytes;
    HS_VEC(uint32_t) relocs;
    /* For exceptions (see code.h): places are offsets in bytes. */
    HS_VEC(struct hs_try_site) sites;
    HS_VEC(struct hs_try) tries;
    HS_VEC(struct hs_clause) clauses;
};
void hs_machine_code_init(struct hs_machine_code *c);
void hs_machine_code_deinit(struct hs_machine_code *c);
/* Applies the relocations for a place in the range. */
void hs_machine_code_place(struct hs_machine_code *c, uint64_t place);

/* Empties it, to be filled again without allocating. */
void hs_machine_code_clear(struct hs_machine_code *c);

/* The fast tier: one pass over a validated body. ST_OK, ST_OOM, ST_UNSUPPORTED (with a reason:
 * an instruction this tier lacks). The function is put behind what is in `out`; it starts at
 * *out_start. After a failure `out` is as before. */
enum status hs_baseline_compile(const struct hs_compile_input *in, struct hs_machine_code *out,
                                size_t *out_start, struct error *error);
/* The offset in the module of the instruction at a machine-code offset of the function (a return
 * address: the call before it). */
uint32_t hs_baseline_locate(const struct hs_compile_input *in, uint32_t code_offset,
                            bool is_return_address);

/* The FACT_HAS_... of bodies this tier cannot compile yet. */
uint32_t hs_baseline_lacks(void);

/* The PLT at the start of a range (see code.h): plt_size bytes into out. */
void hs_compile_plt(const struct hs_code_range *range, uint8_t *out);

/* Trampolines of one signature; position independent, without relocations. */
/* an hs_entry_fn, with its three parts */
enum status hs_compile_entry(const struct functype *type, struct hs_machine_code *out);
/* what calls a struct hs_host */
enum status hs_compile_host_adapter(const struct functype *type, struct hs_machine_code *out);

#endif
