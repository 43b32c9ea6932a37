/* The rules of a call (src/abi/vmctx.h, libcalls.h), tried with functions assembled by hand:
 * entry trampolines, host adapters, stubs, tail calls between instances, traps, landings, the
 * chain of frames. The runtime's C functions are faked here, and each fake destroys every
 * register that C may destroy. */
#include "abi/asm_offsets.h"
#include "compile/x64/x64_masm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include <cmocka.h>

__thread struct hs_thread hs_thread __attribute__((tls_model("initial-exec")));

/* --- two instances of one store, and room for code -------------------------------------------- */

enum { CODE = 1 << 20 };
static uint8_t *code, *code_free;
static union hs_value args[HS_ARGS_AREA];
static struct hs_run run;
static struct hs_vmctx ctx_a, ctx_b;
static struct hs_host ctx_host;
static uintptr_t host_called(void *argument, struct hs_caller *caller, union hs_value *values,
                             size_t count);
static struct instance *const instance_a = (struct instance *)1, *const instance_b =
                                                                     (struct instance *)2;

static uint64_t random64(void)
{
    static uint64_t x = 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

static void poison_area(void)
{
    memset(args, 0xdb, sizeof args);
}

static int set_up(void **state)
{
    code = code_free =
        (uint8_t *)mmap(NULL, CODE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(code != MAP_FAILED);
    run = (struct hs_run){.args = args};
    struct hs_vmctx c = {.run = &run, .rt = hs_rt_stubs, .args = args, .magic = HS_VMCTX_MAGIC};
    ctx_a = ctx_b = c;
    ctx_a.instance = instance_a;
    ctx_b.instance = instance_b;
    ctx_host = (struct hs_host){c, host_called, &ctx_host};
    poison_area();
    return 0;
}

static int tear_down(void **state)
{
    munmap(code, CODE);
    return 0;
}

static void writable(bool yes)
{
    assert_int_equal(mprotect(code, CODE, PROT_READ | (yes ? PROT_WRITE : PROT_EXEC)), 0);
}

/* Machine code is written with begin and end around it; it stays until the test ends. */
static struct x64_asm *begin(void)
{
    static struct x64_asm a;
    writable(true);
    code_free = code + hs_align_up((uint64_t)(code_free - code), 32);
    x64_asm_init(&a, code_free, (size_t)(code + CODE - code_free));
    return &a;
}

static void *end(struct x64_asm *a)
{
    void *f = code_free;
    code_free = a->p;
    writable(false);
    return f;
}

static void *place(struct hs_machine_code *c)
{
    struct x64_asm *a = begin();
    assert_true(x64_room(a, c->bytes.count));
    assert_int_equal(c->relocs.count, 0);
    x64_bytes(a, c->bytes.data, c->bytes.count);
    hs_machine_code_deinit(c);
    return end(a);
}

static void *make_entry(const struct functype *type)
{
    struct hs_machine_code c;
    hs_machine_code_init(&c);
    assert_int_equal(hs_compile_entry(type, &c), ST_OK);
    return place(&c);
}

static void *make_adapter(const struct functype *type)
{
    struct hs_machine_code c;
    hs_machine_code_init(&c);
    assert_int_equal(hs_compile_host_adapter(type, &c), ST_OK);
    return place(&c);
}

#define FUNCTYPE(np, nr, ...) ((struct functype){np, nr, (struct valtype[]){__VA_ARGS__}})

/* Calls an entry trampoline between known callee-saved registers; UINT64_MAX if one of them came
 * back changed. */
typedef uintptr_t checked_fn(void *entry, struct hs_run *run, struct hs_funcref *f,
                             union hs_value *values, void *out);
static void *make_checked(void)
{
    static const uint8_t saved[] = {RBX, RBP, R12, R13, R14, R15};
    struct x64_asm *a = begin();
    struct x64_label bad;
    x64_label_init(&bad);
    for (unsigned i = 0; i < sizeof saved; i++)
        x64_push_r(a, saved[i]);
    x64_sub64_ri(a, RSP, 8);
    for (unsigned i = 0; i < sizeof saved; i++)
        x64_mov64_ri(a, saved[i], 0x1234567800000000u + i);
    x64_mov64_rr(a, RAX, RDI);
    x64_mov64_rr(a, RDI, RSI);
    x64_mov64_rr(a, RSI, RDX);
    x64_mov64_rr(a, RDX, RCX);
    x64_mov64_rr(a, RCX, R8);
    x64_call_r(a, RAX);
    for (unsigned i = 0; i < sizeof saved; i++) {
        x64_mov64_ri(a, RCX, 0x1234567800000000u + i);
        x64_cmp64_rr(a, RCX, saved[i]);
        x64_jcc_label(a, CC_NE, &bad);
    }
    struct x64_label out;
    x64_label_init(&out);
    x64_bind(a, &out);
    x64_add64_ri(a, RSP, 8);
    for (unsigned i = sizeof saved; i-- > 0;)
        x64_pop_r(a, saved[i]);
    x64_ret(a);
    x64_bind(a, &bad);
    x64_mov64_ri(a, RAX, UINT64_MAX);
    x64_jmp_label(a, &out);
    return end(a);
}

static unsigned prepared; /* calls of hs_rt_enter */
static const uint8_t *entry_code;

static void *tell(struct hs_run *r, uint32_t left, void *out)
{
    assert_ptr_equal(r, &run);
    assert_null(hs_thread.current);
    return (uint32_t *)out + left; /* a pointer, as the API's errors are */
}

/* What the runtime does around an entry that is not the repetition of one. */
void *hs_rt_enter(struct hs_run *r, struct hs_funcref *f, union hs_value *values, void *out)
{
    const uintptr_t fp = (uintptr_t)__builtin_frame_address(0);
    r->act.failed = tell;
    struct hs_activation outer = r->act;
    struct hs_run *current = hs_thread.current;
    prepared++;
    hs_thread.last = hs_thread.current = r;
    r->act.outer = current ? &outer : NULL;
    void *result = hs_stub_enter(r, f, values, out, entry_code + HS_ENTRY_BODY);
    assert_null(hs_thread.current);
    r->act = outer;
    if (!current) {
        r->repeat_fp = fp;
        r->act.entry_sp = (void *)(fp - HS_ENTRY_FRAME);
    }
    hs_thread.current = current;
    return result;
}

/* Calls code through an entry trampoline as a host would. Returns 0, or the trap's code + 1. */
static uint32_t enter(void *entry, struct hs_vmctx *c, void *f, union hs_value *values)
{
    checked_fn *checked = (checked_fn *)make_checked();
    struct hs_funcref ref = {.code = f, .vmctx = c};
    static uint32_t base[512];
    const uint8_t *outer = entry_code;
    entry_code = entry;
    uintptr_t result = checked((uint8_t *)entry + HS_ENTRY_CHECKED, &run, &ref, values, base);
    entry_code = outer;
    assert_int_not_equal(result, UINT64_MAX);
    return result ? (uint32_t)((uint32_t *)result - base) : 0;
}

/* --- fakes ------------------------------------------------------------------------------------ */

static void destroy_registers(void)
{
    __asm__ volatile("movl $0xdeadbeef, %%eax; movd %%eax, %%xmm0; pshufd $0, %%xmm0, %%xmm0\n"
                     "movaps %%xmm0, %%xmm1; movaps %%xmm0, %%xmm2; movaps %%xmm0, %%xmm3\n"
                     "movaps %%xmm0, %%xmm4; movaps %%xmm0, %%xmm5; movaps %%xmm0, %%xmm6\n"
                     "movaps %%xmm0, %%xmm7; movaps %%xmm0, %%xmm8; movaps %%xmm0, %%xmm9\n"
                     "movaps %%xmm0, %%xmm10; movaps %%xmm0, %%xmm11; movaps %%xmm0, %%xmm12\n"
                     "movaps %%xmm0, %%xmm13; movaps %%xmm0, %%xmm14; movaps %%xmm0, %%xmm15\n"
                     "movq %%rax, %%rcx; movq %%rax, %%rdx; movq %%rax, %%rsi; movq %%rax, %%rdi\n"
                     "movq %%rax, %%r8; movq %%rax, %%r9; movq %%rax, %%r10; movq %%rax, %%r11\n"
                     "cmpq %%rax, %%rax\n" ::
                         : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0",
                           "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                           "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "cc", "memory");
}

/* Like this every runtime call is made: the context, then up to five arguments. */
static struct {
    enum hs_libcall id;
    struct hs_vmctx *c;
    uint64_t a[5];
    bool aligned;
} seen;
static struct hs_rt_result answer;
static void (*during)(void); /* runs inside of a fake, with the frames of the guest below */

__attribute__((noinline)) static void inside(void)
{
    void (*f)(void) = during;
    during = NULL;
    if (f)
        f();
    destroy_registers();
}

#define LIBCALL(id_, name, signature, trap_)                                                       \
    struct hs_rt_result hs_rt_##name(struct hs_vmctx *c, uint64_t a0, uint64_t a1, uint64_t a2,    \
                                     uint64_t a3, uint64_t a4);                                    \
    struct hs_rt_result hs_rt_##name(struct hs_vmctx *c, uint64_t a0, uint64_t a1, uint64_t a2,    \
                                     uint64_t a3, uint64_t a4)                                     \
    {                                                                                              \
        seen.id = LIBCALL_##id_;                                                                   \
        seen.c = c;                                                                                \
        seen.a[0] = a0, seen.a[1] = a1, seen.a[2] = a2, seen.a[3] = a3, seen.a[4] = a4;            \
        seen.aligned = (uintptr_t)__builtin_frame_address(0) % 16 == 0;                            \
        struct hs_rt_result r = answer;                                                            \
        if (LIBCALL_##id_ == LIBCALL_TRAP)                                                         \
            r.trap = (uint32_t)a0;                                                                 \
        inside();                                                                                  \
        return r;                                                                                  \
    }
#include "abi/libcalls.def"

static void *lazy_answer;
void *hs_rt_lazy(struct hs_vmctx *vmctx, uint32_t defined_index)
{
    void *f = lazy_answer;
    seen.c = vmctx;
    seen.a[0] = defined_index;
    inside();
    return f;
}

static uintptr_t (*host)(struct hs_caller *caller, union hs_value *values, size_t count);
static uintptr_t host_called(void *argument, struct hs_caller *caller, union hs_value *values,
                             size_t count)
{
    assert_ptr_equal(argument, &ctx_host);
    assert_ptr_equal(caller->run, &run);
    uintptr_t result = host(caller, values, count);
    inside();
    return result;
}

uint32_t hs_rt_host_failed(struct hs_host *h, uintptr_t result)
{
    assert_ptr_equal(h, &ctx_host);
    inside();
    return (uint32_t)(result >> 32);
}

uint32_t hs_rt_trapped(struct hs_run *r)
{
    uint32_t trap = r->trap_code;
    assert_ptr_equal(r, &run);
    inside();
    return trap;
}

static uint32_t poll_answer;
uint32_t hs_rt_poll(struct hs_run *r)
{
    uint32_t left = poll_answer;
    assert_ptr_equal(r, &run);
    inside();
    if (hs_cpu_features() & HS_CPU_AVX)
        __asm__ volatile("vzeroall" ::
                             : "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
                               "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
                               "xmm15");
    return left;
}

/* --- the rules of vmctx.h once more, for functions of this test ------------------------------- */

static const uint8_t int_params[] = {RDI, RSI, RDX, RCX, R8, R9},
                     int_results[] = {RAX, RDX, RCX, R8};

static bool same_value(struct valtype t, const union hs_value *x, const union hs_value *y)
{
    switch (hs_vt_kind(t)) {
    case VT_I32:
    case VT_F32: return memcmp(x, y, 4) == 0;
    case VT_V128: return memcmp(x, y, 16) == 0;
    default: return memcmp(x, y, 8) == 0;
    }
}

static struct valtype random_type(void)
{
    static const enum valkind kinds[] = {VT_I32, VT_I64, VT_F32, VT_F64, VT_V128};
    unsigned k = random64() % 6;
    return k == 5 ? HS_FUNCREF : HS_VT(kinds[k]);
}

static void random_values(union hs_value *v, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        v[i].bits[0] = random64();
        v[i].bits[1] = random64();
    }
}

/* A function that returns its parameters: spills all to its frame, then loads them as results. */
static void *make_identity(const struct functype *type)
{
    struct x64_asm *a = begin();
    unsigned n = type->nparams, i = 0, f = 0;
    x64_push_r(a, RBP);
    x64_mov64_rr(a, RBP, RSP);
    x64_sub64_ri(a, RSP, (int32_t)n * 16);
    for (unsigned k = 0; k < n; k++) {
        struct x64_mem slot = x64_bd(RSP, (int32_t)k * 16);
        bool fp = hs_vt_is_fp(type->types[k]);
        if (fp && f < 8) {
            x64_movups_mr(a, slot, f++);
        } else if (!fp && i < 6) {
            x64_mov64_mr(a, slot, int_params[i++]);
        } else {
            x64_mov64_rm(a, R11, x64_bd(R13, HS_OFF_ARGS));
            x64_movups_rm(a, XMM15, x64_bd(R11, (int32_t)k * 16));
            x64_movups_mr(a, slot, XMM15);
        }
    }
    i = f = 0;
    for (unsigned k = 0; k < n; k++) {
        struct x64_mem slot = x64_bd(RSP, (int32_t)k * 16);
        bool fp = hs_vt_is_fp(type->types[k]);
        if (fp && f < 4) {
            x64_movups_rm(a, f++, slot);
        } else if (!fp && i < 4) {
            x64_mov64_rm(a, int_results[i++], slot);
        } else {
            x64_mov64_rm(a, R11, x64_bd(R13, HS_OFF_ARGS));
            x64_movups_rm(a, XMM15, slot);
            x64_movups_mr(a, x64_bd(R11, (int32_t)k * 16), XMM15);
        }
    }
    x64_leave(a);
    x64_ret(a);
    return end(a);
}

static void make_random_signature(struct functype *type, struct valtype *types, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        types[k] = types[n + k] = random_type();
    *type = (struct functype){n, n, types};
}

/* Any number of values of any kind goes in and comes out. */
static void test_entry(void **state)
{
    static struct valtype types[2000];
    static union hs_value values[1000], want[1000];
    for (unsigned round = 0; round < 60; round++) {
        uint8_t *mark = code_free;
        struct functype type;
        unsigned n = round < 40 ? round : round == 59 ? 1000 : (unsigned)(random64() % 200);
        make_random_signature(&type, types, n);
        random_values(values, n);
        memcpy(want, values, sizeof want);
        poison_area();
        assert_int_equal(enter(make_entry(&type), &ctx_a, make_identity(&type), values), 0);
        for (unsigned k = 0; k < n; k++)
            assert_true(same_value(types[k], &values[k], &want[k]));
        code_free = mark;
    }
}

/* --- host functions --------------------------------------------------------------------------- */

static const struct functype *host_type;
static union hs_value host_wants[1000], host_gives[1000];
static struct instance *host_caller;

static uintptr_t host_checks(struct hs_caller *caller, union hs_value *values, size_t count)
{
    assert_ptr_equal(caller->instance, host_caller);
    assert_int_equal(count, host_type->nparams > host_type->nresults ? host_type->nparams
                                                                     : host_type->nresults);
    for (unsigned k = 0; k < host_type->nparams; k++)
        assert_true(same_value(host_type->types[k], &values[k], &host_wants[k]));
    poison_area(); /* a host function may call guests, which use the area */
    memcpy(values, host_gives, host_type->nresults * sizeof *values);
    return 0;
}

static void test_adapter(void **state)
{
    static struct valtype types[2000];
    static union hs_value values[1000];
    for (unsigned round = 0; round < 60; round++) {
        uint8_t *mark = code_free;
        struct functype type = {0, 0, types};
        type.nparams = round < 20 ? round : round == 59 ? 1000 : (unsigned)(random64() % 200);
        type.nresults = round < 20 ? 20 - round : round == 58 ? 1000 : (unsigned)(random64() % 200);
        for (unsigned k = 0; k < type.nparams + type.nresults; k++)
            types[k] = random_type();
        random_values(host_wants, type.nparams);
        random_values(host_gives, type.nresults);
        memcpy(values, host_wants, sizeof values);
        host = host_checks;
        host_type = &type;
        host_caller = NULL;
        assert_int_equal(enter(make_entry(&type), &ctx_host.context, make_adapter(&type), values),
                         0);
        for (unsigned k = 0; k < type.nresults; k++)
            assert_true(same_value(types[type.nparams + k], &values[k], &host_gives[k]));
        code_free = mark;
    }
}

static uintptr_t host_fails(struct hs_caller *caller, union hs_value *values, size_t count)
{
    return (uintptr_t)(TRAP_HOST_ERROR + 1) << 32; /* all 64 bits count */
}

/* mov r10, r13; mov r13, c; call f; mov r13, old: how compiled code calls into another context. */
static void emit_call_other(struct x64_asm *a, struct hs_vmctx *c, void *f)
{
    x64_push_r(a, R13);
    x64_push_r(a, R13);
    x64_mov64_rr(a, R10, R13);
    x64_mov64_ri(a, R13, (uintptr_t)c);
    x64_mov64_ri(a, RAX, (uintptr_t)f);
    x64_call_r(a, RAX);
    x64_pop_r(a, R13);
    x64_pop_r(a, R13);
}

static void emit_prologue(struct x64_asm *a)
{
    x64_push_r(a, RBP);
    x64_mov64_rr(a, RBP, RSP);
}

static void emit_destroy_saved(struct x64_asm *a)
{
    x64_xor32_rr(a, RBX, RBX);
    x64_xor32_rr(a, R12, R12);
    x64_xor32_rr(a, R14, R14);
    x64_xor32_rr(a, R15, R15);
}

static void test_host_error(void **state)
{
    struct functype type = FUNCTYPE(1, 1, HS_I32, HS_I32);
    union hs_value v[1] = {{.i32 = 7}};
    void *entry = make_entry(&type), *adapter = make_adapter(&type);
    struct x64_asm *a = begin();
    emit_prologue(a);
    emit_destroy_saved(a);
    emit_call_other(a, &ctx_host.context, adapter);
    x64_ud2(a);
    void *f = end(a);
    host = host_fails;
    assert_int_equal(enter(entry, &ctx_a, f, v), TRAP_HOST_ERROR + 1);
    assert_int_equal(v[0].i32, 7); /* no results */
}

static void test_adapter_stack_limit(void **state)
{
    static struct valtype types[1000];
    static union hs_value v[1000];
    for (unsigned k = 0; k < 1000; k++)
        types[k] = HS_I64;
    struct functype type = {1000, 0, types};
    void *entry = make_entry(&type), *adapter = make_adapter(&type);
    run.stack_limit = (uintptr_t)__builtin_frame_address(0) - 4096;
    assert_int_equal(enter(entry, &ctx_host.context, adapter, v), TRAP_STACK_OVERFLOW + 1);
    assert_int_equal(seen.id, LIBCALL_TRAP);
}

/* --- runtime calls ---------------------------------------------------------------------------- */

static void test_libcalls(void **state)
{
    static const struct {
        const char *signature;
        unsigned trap; /* 1: it may; 2: it throws, and comes back to a landing */
    } rows[] = {
#define LIBCALL(id, name, signature, trap) {signature, trap},
#include "abi/libcalls.def"
    };
    struct functype type = FUNCTYPE(0, 1, HS_I64);
    void *entry = make_entry(&type);
    for (unsigned id = 0; id < LIBCALL_COUNT; id++) {
        unsigned n = (unsigned)strcspn(rows[id].signature, "_");
        for (unsigned traps = 0; traps <= (rows[id].trap != 0); traps++) {
            const bool lands = rows[id].trap == 2 && !traps;
            struct x64_asm *a = begin();
            emit_prologue(a);
            if (traps)
                emit_destroy_saved(a);
            static const uint8_t regs[] = {RDI, RSI, RDX, RCX, R8};
            for (unsigned k = 0; k < n; k++)
                x64_mov64_ri(a, regs[k], id == LIBCALL_TRAP ? traps ? 9 : TRAP_NONE : 1000 + k);
            if (lands) { /* this frame catches; rsp is what it was below the call */
                x64_mov64_rm(a, R11, x64_bd(R13, HS_OFF_RUN));
                x64_mov64_mr(a, x64_bd(R11, offsetof(struct hs_run, trap_fp)), RBP);
            }
            x64_masm_libcall(a, (enum hs_libcall)id);
            if (lands)
                x64_u8(a, 0xcc);
            uint32_t landing = x64_pos(a);
            x64_add64_ri(a, RAX, 1);
            x64_leave(a);
            x64_ret(a);
            void *f = end(a);
            union hs_value v[1] = {{.i64 = 5}};
            answer = (struct hs_rt_result){41, traps ? 9 : TRAP_NONE};
            if (lands) {
                answer.value = 0;
                run.trap_addr = 41;
                run.trap_pc = (uintptr_t)f + landing;
            }
            memset(&seen, 0, sizeof seen);
            /* A trap leaves with hs_raise: f's frame never returns, yet all saved registers are
             * as before. */
            bool keeps = traps;
            uint32_t left = enter(entry, &ctx_a, f, v);
            assert_int_equal(left, keeps ? 10 : 0);
            assert_int_equal(v[0].i64, keeps ? 5 : 42);
            assert_int_equal(seen.id, id);
            assert_ptr_equal(seen.c, &ctx_a);
            assert_true(seen.aligned);
            for (unsigned k = 0; k < n && id != LIBCALL_TRAP; k++)
                assert_int_equal(seen.a[k], 1000 + k);
        }
    }
}

/* --- lazy compilation ------------------------------------------------------------------------- */

/* hs_stub_lazy keeps whatever an argument may be in, and the callee sees its caller's frame. */
static void test_lazy(void **state)
{
    static struct valtype types[40];
    static union hs_value values[20], want[20];
    struct functype type;
    make_random_signature(&type, types, 20); /* more than registers: part of it is in the area */
    for (unsigned k = 0; k < 20; k++)
        types[k] = types[20 + k] = k & 1 ? HS_V128 : HS_I64;
    random_values(values, 20);
    memcpy(want, values, sizeof want);
    lazy_answer = make_identity(&type);

    /* A range of three functions, as code.h draws it; the code is nothing but the PLT. */
    struct hs_code_range range = {.nfuncs = 3, .plt_size = 64, .code_capacity = 4096};
    static uint8_t *base;
    base = (uint8_t *)mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(base != MAP_FAILED);
    hs_compile_plt(&range, base);
    void **slots = (void **)(base + 4096);
    for (unsigned k = 0; k < 3; k++)
        slots[k] = base + k * HS_PLT_ENTRY + HS_PLT_LAZY;
    slots[3] = hs_stub_lazy;
    assert_int_equal(mprotect(base, 4096, PROT_READ | PROT_EXEC), 0);

    void *entry = make_entry(&type);
    assert_int_equal(enter(entry, &ctx_a, base + 2 * HS_PLT_ENTRY, values), 0);
    assert_int_equal(seen.a[0], 2);
    assert_ptr_equal(seen.c, &ctx_a);
    for (unsigned k = 0; k < 20; k++)
        assert_true(same_value(types[k], &values[k], &want[k]));

    /* r10, the caller's context, arrives as well. */
    struct functype r10_type = FUNCTYPE(0, 1, HS_I64);
    union hs_value v[1];
    struct x64_asm *a = begin();
    x64_mov64_rr(a, RAX, R10);
    x64_ret(a);
    lazy_answer = end(a);
    a = begin();
    emit_prologue(a);
    emit_call_other(a, &ctx_b, base);
    x64_leave(a);
    x64_ret(a);
    void *f = end(a);
    entry = make_entry(&r10_type);
    assert_int_equal(enter(entry, &ctx_a, f, v), 0);
    assert_ptr_equal(v[0].funcref, &ctx_a);
    assert_ptr_equal(seen.c, &ctx_b);

    /* No memory for code: a trap. */
    lazy_answer = NULL;
    run.trap_code = TRAP_ALLOCATION_TOO_LARGE;
    assert_int_equal(enter(entry, &ctx_a, f, v), TRAP_ALLOCATION_TOO_LARGE + 1);
    munmap(base, 8192);
}

/* --- tail calls between instances ------------------------------------------------------------- */

static uint64_t sp_low, sp_high;

/* Notes rsp; loses rax and r11. */
static void emit_note_sp(struct x64_asm *a)
{
    x64_mov64_ri(a, R11, (uintptr_t)&sp_low);
    x64_mov64_rm(a, RAX, x64_bd(R11, 0));
    x64_cmp64_rr(a, RSP, RAX);
    x64_cmov64_rr(a, CC_B, RAX, RSP);
    x64_mov64_mr(a, x64_bd(R11, 0), RAX);
    x64_mov64_ri(a, R11, (uintptr_t)&sp_high);
    x64_mov64_rm(a, RAX, x64_bd(R11, 0));
    x64_cmp64_rr(a, RSP, RAX);
    x64_cmov64_rr(a, CC_A, RAX, RSP);
    x64_mov64_mr(a, x64_bd(R11, 0), RAX);
}

/* r13's tail_code and tail_vmctx are set to f in c, then the jump; the frame has been left. */
static void emit_tail_switch(struct x64_asm *a, struct hs_vmctx *c, void *f)
{
    x64_mov64_ri(a, RAX, (uintptr_t)f);
    x64_mov64_mr(a, x64_bd(R13, HS_OFF_TAIL_CODE), RAX);
    x64_mov64_ri(a, RAX, (uintptr_t)c);
    x64_mov64_mr(a, x64_bd(R13, HS_OFF_TAIL_VMCTX), RAX);
    x64_mov64_rm(a, RAX, x64_bd(R13, HS_OFF_RT));
    x64_jmp_m(a, x64_bd(RAX, HS_RT_TAIL_SWITCH * 8));
}

/* ping (i64 n, i64 sum) in a, pong (f64, i64, i64, i64 n, i64 sum) in b: different signatures,
 * one stack frame. */
static void test_tail_calls(void **state)
{
    enum { N = 1000000 };
    struct x64_asm *a = begin();
    struct x64_label done;
    x64_label_init(&done);
    uint8_t *ping = a->p, *pong = ping + 256;
    emit_prologue(a);
    emit_note_sp(a);
    x64_test64_rr(a, RDI, RDI);
    x64_jcc_label(a, CC_E, &done);
    x64_add64_rr(a, RSI, RDI);
    x64_lea64_rm(a, RCX, x64_bd(RDI, -1));
    x64_mov64_rr(a, R8, RSI);
    x64_cvtsi2sd64_rr(a, XMM0, RCX);
    x64_leave(a);
    emit_tail_switch(a, &ctx_b, pong);
    x64_bind(a, &done);
    x64_mov64_rr(a, RAX, RSI);
    x64_mov64_rr(a, RDX, R10);
    x64_leave(a);
    x64_ret(a);
    assert_true(a->p <= pong);
    x64_nops(a, (unsigned)(pong - a->p));
    emit_prologue(a);
    emit_note_sp(a);
    x64_mov64_rr(a, RDI, RCX);
    x64_mov64_rr(a, RSI, R8);
    x64_leave(a);
    emit_tail_switch(a, &ctx_a, ping);
    end(a);

    /* The caller, in a, calls pong in b as one calls an import, and hands out its own r13. */
    a = begin();
    emit_prologue(a);
    x64_mov64_rr(a, RCX, RDI);
    x64_mov32_ri(a, R8, 0);
    emit_call_other(a, &ctx_b, pong);
    x64_mov64_rr(a, RCX, R13);
    x64_leave(a);
    x64_ret(a);
    void *caller = end(a);
    /* The same, within one instance: ping directly; r13 must survive since nobody restores it
     * but the switch. */
    a = begin();
    emit_prologue(a);
    x64_mov32_ri(a, RSI, 0);
    x64_mov64_ri(a, RAX, (uintptr_t)ping);
    x64_call_r(a, RAX);
    x64_mov64_rr(a, RCX, R13);
    x64_leave(a);
    x64_ret(a);
    void *caller_within = end(a);

    struct functype type = FUNCTYPE(1, 3, HS_I64, HS_I64, HS_I64, HS_I64);
    void *entry = make_entry(&type);
    for (unsigned k = 0; k < 2; k++) {
        union hs_value v[3] = {{.i64 = N}};
        sp_low = UINT64_MAX, sp_high = 0;
        struct timespec t0, t1;
        clock_gettime(CLOCK_MONOTONIC, &t0);
        assert_int_equal(enter(entry, &ctx_a, k ? caller_within : caller, v), 0);
        clock_gettime(CLOCK_MONOTONIC, &t1);
        assert_int_equal(v[0].i64, (int64_t)N * (N + 1) / 2);
        assert_ptr_equal(v[1].funcref, &ctx_b); /* who jumped to ping last */
        assert_ptr_equal(v[2].funcref, &ctx_a);
        assert_true(sp_high - sp_low <= 64);
        print_message("tail call into another instance: %.1f ns\n",
                      ((double)(t1.tv_sec - t0.tv_sec) * 1e9 + (double)(t1.tv_nsec - t0.tv_nsec)) /
                          (2.0 * N));
    }
}

/* A tail call into a host function: its adapter returns through the switch's frame. */
static void test_tail_call_host(void **state)
{
    struct functype type = FUNCTYPE(1, 2, HS_I64, HS_I64, HS_I64),
                    host_t = FUNCTYPE(1, 1, HS_I64, HS_I64);
    void *adapter = make_adapter(&host_t);
    struct x64_asm *a = begin();
    emit_tail_switch(a, &ctx_host.context, adapter);
    void *f = end(a);
    a = begin();
    emit_prologue(a);
    x64_mov64_ri(a, RAX, (uintptr_t)f);
    x64_call_r(a, RAX);
    x64_mov64_rr(a, RDX, R13);
    x64_leave(a);
    x64_ret(a);
    f = end(a);
    union hs_value v[2] = {{.i64 = 11}};
    host = host_checks;
    host_type = &host_t;
    host_caller = instance_a;
    host_wants[0].i64 = 11;
    host_gives[0].i64 = 12;
    assert_int_equal(enter(make_entry(&type), &ctx_a, f, v), 0);
    assert_int_equal(v[0].i64, 12);
    assert_ptr_equal(v[1].funcref, &ctx_a);
}

/* --- activations within activations ----------------------------------------------------------- */

static void *nested_entry, *nested_code;
static uint32_t nested_left;

static uintptr_t host_nests(struct hs_caller *caller, union hs_value *values, size_t count)
{
    void *fp = run.act.exit_fp;
    union hs_value v[1] = {{.i64 = 1}};
    nested_left = enter(nested_entry, &ctx_b, nested_code, v);
    assert_ptr_equal(run.act.exit_fp, fp);
    values[0].i64 = 77;
    return 0;
}

static void test_nested_trap(void **state)
{
    struct functype type = FUNCTYPE(1, 1, HS_I64, HS_I64);
    void *adapter = make_adapter(&type);
    struct x64_asm *a = begin();
    emit_prologue(a);
    emit_destroy_saved(a);
    x64_masm_trap(a, TRAP_UNREACHABLE);
    nested_code = end(a);
    nested_entry = make_entry(&type);
    a = begin();
    emit_prologue(a);
    emit_call_other(a, &ctx_host.context, adapter);
    x64_add64_ri(a, RAX, 1);
    x64_leave(a);
    x64_ret(a);
    void *f = end(a);
    void *entry = make_entry(&type);
    union hs_value v[1] = {{.i64 = 1}};
    host = host_nests;
    assert_int_equal(enter(entry, &ctx_a, f, v), 0);
    assert_int_equal(nested_left, TRAP_UNREACHABLE + 1);
    assert_int_equal(v[0].i64, 78);
}

/* --- entries that repeat ---------------------------------------------------------------------- */

static struct hs_funcref repeated;
static hs_entry_fn *repeated_entry;

static __attribute__((noinline)) void *deeper(union hs_value *v)
{
    volatile char room[64];
    room[0] = 1;
    void *result = repeated_entry(&run, &repeated, v, NULL);
    return room[0] ? result : NULL;
}

/* The same again passes by hs_rt_enter; anything else is seen by it: another place, another
 * thread's last store, a word to stop. */
static void test_repeat(void **state)
{
    struct functype type = FUNCTYPE(0, 0, HS_I32);
    union hs_value v[1];
    struct x64_asm *a = begin();
    x64_ret(a);
    repeated = (struct hs_funcref){.code = end(a), .vmctx = &ctx_a};
    entry_code = make_entry(&type);
    repeated_entry = (hs_entry_fn *)(uintptr_t)(entry_code + HS_ENTRY_CHECKED);
    prepared = 0;
    for (unsigned k = 0; k < 3; k++)
        assert_null(repeated_entry(&run, &repeated, v, NULL));
    assert_int_equal(prepared, 1);
    for (unsigned k = 0; k < 3; k++)
        deeper(v);
    assert_int_equal(prepared, 2);
    for (unsigned k = 0; k < 3; k++) {
        repeated_entry(&run, &repeated, v, NULL);
        if (k == 0)
            assert_int_equal(prepared, 3);
        if (k == 1)
            run.interrupted = 1;
    }
    assert_int_equal(prepared, 4);
    run.interrupted = 0;
    for (unsigned k = 0; k < 2; k++) {
        repeated_entry(&run, &repeated, v, NULL);
        hs_thread.last = NULL;
    }
    assert_int_equal(prepared, 5);
    assert_null(hs_thread.current);
}

/* --- the chain of frames ---------------------------------------------------------------------- */

static uintptr_t walked[16];
static unsigned nwalked;

static void walk(void)
{
    nwalked = 0;
    const uintptr_t *fp = (const uintptr_t *)run.act.exit_fp;
    const void *last = (const char *)run.act.entry_sp + HS_ENTRY_FRAME;
    while (fp != last && nwalked < 16) {
        walked[nwalked++] = fp[1];
        fp = (const uintptr_t *)fp[0];
    }
}

static uintptr_t host_walks(struct hs_caller *caller, union hs_value *values, size_t count)
{
    walk();
    return 0;
}

static void test_walk(void **state)
{
    struct functype type = FUNCTYPE(0, 0, HS_I32);
    void *adapter = make_adapter(&type);
    uintptr_t after_libcall, after_tail, after_host;
    struct x64_asm *a = begin();
    emit_prologue(a);
    x64_masm_libcall(a, LIBCALL_OUT_OF_FUEL);
    after_libcall = (uintptr_t)a->p;
    x64_leave(a);
    x64_ret(a);
    void *inner = end(a);
    a = begin();
    emit_prologue(a);
    emit_call_other(a, &ctx_host.context, adapter);
    after_host = (uintptr_t)a->p - 4; /* two pops of two bytes follow the call */
    x64_leave(a);
    emit_tail_switch(a, &ctx_b, inner);
    void *middle = end(a);
    a = begin();
    emit_prologue(a);
    x64_mov64_ri(a, RAX, (uintptr_t)middle);
    x64_call_r(a, RAX);
    after_tail = (uintptr_t)a->p;
    x64_leave(a);
    x64_ret(a);
    void *outer = end(a);
    void *entry = make_entry(&type);
    answer = (struct hs_rt_result){0, TRAP_NONE};
    host = host_walks;
    during = NULL;
    /* First stop: the host function called by middle called by outer. */
    union hs_value v[1];
    uintptr_t at_host[16];
    during = NULL;
    assert_int_equal(enter(entry, &ctx_a, outer, v), 0);
    memcpy(at_host, walked, sizeof walked);
    assert_int_equal(nwalked, 3);
    assert_int_equal(at_host[0], after_host);
    assert_int_equal(at_host[1], after_tail);
    /* Second stop: the runtime call of inner, which replaced middle behind the switch's frame. */
    host = host_fails;
    a = begin();
    emit_prologue(a);
    x64_leave(a);
    emit_tail_switch(a, &ctx_b, inner);
    middle = end(a);
    a = begin();
    emit_prologue(a);
    x64_mov64_ri(a, RAX, (uintptr_t)middle);
    x64_call_r(a, RAX);
    after_tail = (uintptr_t)a->p;
    x64_leave(a);
    x64_ret(a);
    outer = end(a);
    during = walk;
    assert_int_equal(enter(entry, &ctx_a, outer, v), 0);
    assert_int_equal(nwalked, 4);
    assert_int_equal(walked[0], after_libcall);
    assert_ptr_equal((void *)walked[1], hs_tail_return);
    assert_int_equal(walked[2], after_tail);
}

/* --- landings of the signal handler ----------------------------------------------------------- */

/* Every register and the flags, as a guest sees them before and after a poll. */
struct machine {
    uint64_t gpr[16]; /* [RSP]: the flags */
    uint8_t ymm[16][32];
    uint8_t red_zone[128];
};

static struct x64_mem rip_of(const struct x64_asm *a, const void *p)
{
    int64_t d = (const uint8_t *)p - a->base;
    assert_true(x64_is_i32(d));
    return x64_rip((int32_t)d);
}

static void emit_ymm(struct x64_asm *a, bool store, unsigned x, struct x64_mem m)
{
    bool avx = hs_cpu_features() & HS_CPU_AVX;
    if (avx)
        x64_emit_vex_m(a, X64_FORM(0, 1, store ? 0x11 : 0x10) | X64_F_L, x, 0, m);
    else if (store)
        x64_movups_mr(a, m, x);
    else
        x64_movups_rm(a, x, m);
}

/* What the code of test_poll reaches without a register: it lies right behind the code. */
struct near_data {
    struct machine before, after;
    uint64_t landing, sp;
};

static void test_poll(void **state)
{
    uint8_t *area =
        (uint8_t *)mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(area != MAP_FAILED);
    struct near_data *d = (struct near_data *)(area + 8192);
    struct x64_asm asm_, *a = &asm_;
    x64_asm_init(a, area, 8192);
    for (unsigned k = 0; k < 16; k++)
        d->before.gpr[k] = random64();
    for (unsigned k = 0; k < sizeof d->before.ymm; k++)
        ((uint8_t *)d->before.ymm)[k] = (uint8_t)random64();
    d->before.gpr[RSP] = 0x2 | 0x1 | 0x4 | 0x40 | 0x80 | 0x800; /* CF PF ZF SF OF */
    d->before.gpr[RBP] = 0;                                     /* set below: a frame */
    d->landing = (uintptr_t)hs_stub_poll_landing;

    static const uint8_t saved[] = {RBX, R12, R13, R14, R15};
    emit_prologue(a);
    for (unsigned k = 0; k < sizeof saved; k++)
        x64_push_r(a, saved[k]);
    x64_mov64_mr(a, rip_of(a, &d->before.gpr[RBP]), RBP);
    x64_mov64_mr(a, rip_of(a, &d->sp), RSP);
    for (unsigned k = 0; k < 16; k++) /* the red zone */
        x64_mov64_mi(a, x64_bd(RSP, -8 * (int32_t)(k + 1)), (int32_t)(0x1000 + k));
    /* popfq with the stack pointer elsewhere, for the red zone's sake */
    x64_lea64_rm(a, RSP, x64_bd(RSP, -256));
    x64_push_m(a, rip_of(a, &d->before.gpr[RSP]));
    x64_u8(a, 0x9d);
    x64_mov64_rm(a, RSP, rip_of(a, &d->sp));
    for (unsigned k = 0; k < 16; k++)
        emit_ymm(a, false, k, rip_of(a, d->before.ymm[k]));
    for (unsigned k = 0; k < 16; k++)
        if (k != RSP && k != RBP)
            x64_mov64_rm(a, k, rip_of(a, &d->before.gpr[k]));
    x64_jmp_m(a, rip_of(a, &d->landing));
    uint8_t *resume = a->p;
    for (unsigned k = 0; k < 16; k++)
        if (k != RSP)
            x64_mov64_mr(a, rip_of(a, &d->after.gpr[k]), k);
    x64_mov64_rr(a, RAX, RSP);
    x64_lea64_rm(a, RSP, x64_bd(RSP, -256));
    x64_u8(a, 0x9c); /* pushfq */
    x64_pop_m(a, rip_of(a, &d->after.gpr[RSP]));
    x64_mov64_rr(a, RSP, RAX);
    for (unsigned k = 0; k < 16; k++)
        emit_ymm(a, true, k, rip_of(a, d->after.ymm[k]));
    for (unsigned k = 0; k < 16; k++) {
        x64_mov64_rm(a, RAX, x64_bd(RSP, -8 * (int32_t)(k + 1)));
        x64_mov64_mr(a, rip_of(a, &d->after.red_zone[8 * k]), RAX);
    }
    x64_sub64_rm(a, RSP, rip_of(a, &d->sp)); /* 0, if the stack pointer is the same */
    x64_mov64_rr(a, RAX, RSP);
    x64_mov64_rm(a, RSP, rip_of(a, &d->sp));
    for (unsigned k = sizeof saved; k-- > 0;)
        x64_pop_r(a, saved[k]);
    x64_leave(a);
    x64_ret(a);
    assert_int_equal(mprotect(area, 8192, PROT_READ | PROT_EXEC), 0);

    struct functype type = FUNCTYPE(0, 1, HS_I64);
    void *entry = make_entry(&type);
    for (unsigned round = 0; round < 3; round++) {
        union hs_value v[1] = {{.i64 = 99}};
        memset(&d->after, 0, sizeof d->after);
        run.trap_pc = (uintptr_t)resume;
        poll_answer = round == 2 ? TRAP_INTERRUPT + 1 : 0;
        during = walk;
        assert_int_equal(enter(entry, &ctx_a, area, v), poll_answer);
        assert_true(nwalked >= 1);
        assert_ptr_equal((void *)walked[0], resume);
        if (round == 2) {
            assert_int_equal(v[0].i64, 99);
            continue;
        }
        assert_int_equal(v[0].i64, 0);
        for (unsigned k = 0; k < 16; k++) {
            if (k == RSP)
                assert_int_equal(d->after.gpr[k] & 0xcd5, d->before.gpr[k] & 0xcd5);
            else
                assert_int_equal(d->after.gpr[k], d->before.gpr[k]);
            assert_memory_equal(d->after.ymm[k], d->before.ymm[k],
                                hs_cpu_features() & HS_CPU_AVX ? 32 : 16);
            assert_int_equal(hs_load64(&d->after.red_zone[8 * k]), 0x1000 + k);
        }
    }
    munmap(area, 16384);
}

static void test_trap_landing(void **state)
{
    struct functype type = FUNCTYPE(0, 0, HS_I32);
    struct x64_asm *a = begin();
    emit_prologue(a);
    emit_destroy_saved(a);
    /* What the signal handler does: an argument, another stack pointer, the landing; r13 is
     * anything. */
    x64_mov64_ri(a, RDI, (uintptr_t)&run);
    x64_mov32_ri(a, R13, 0);
    x64_sub64_ri(a, RSP, 256);
    x64_and64_ri(a, RSP, -64);
    x64_mov64_ri(a, RAX, (uintptr_t)hs_stub_trap_landing);
    x64_jmp_r(a, RAX);
    void *f = end(a);
    union hs_value v[1];
    run.trap_code = TRAP_MEMORY_OUT_OF_BOUNDS;
    assert_int_equal(enter(make_entry(&type), &ctx_a, f, v), TRAP_MEMORY_OUT_OF_BOUNDS + 1);
}

/* --- figures: printed, not judged ------------------------------------------------------------- */

static void *loop_code(void *callee, struct hs_vmctx *c)
{
    struct x64_asm *a = begin();
    struct x64_label again;
    x64_label_init(&again);
    emit_prologue(a);
    x64_push_r(a, RBX);
    x64_push_r(a, R12);
    x64_push_r(a, R13);
    x64_push_r(a, R13);
    x64_mov64_rr(a, RBX, RDI);
    x64_bind(a, &again);
    x64_mov64_rr(a, R10, R13);
    x64_mov64_ri(a, R13, (uintptr_t)c);
    x64_mov32_ri(a, RDI, 1);
    x64_mov32_ri(a, RSI, 2);
    x64_mov64_ri(a, RAX, (uintptr_t)callee);
    x64_call_r(a, RAX);
    x64_mov64_rm(a, R13, x64_bd(RSP, 0));
    x64_sub64_ri(a, RBX, 1);
    x64_jcc_label(a, CC_NE, &again);
    x64_pop_r(a, R13);
    x64_pop_r(a, R13);
    x64_pop_r(a, R12);
    x64_pop_r(a, RBX);
    x64_leave(a);
    x64_ret(a);
    return end(a);
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uintptr_t host_adds(struct hs_caller *caller, union hs_value *values, size_t count)
{
    values[0].i32 = values[0].i32 + values[1].i32;
    return 0;
}

static void test_figures(void **state)
{
    enum { N = 10000000 };
    struct functype type = FUNCTYPE(2, 1, HS_I32, HS_I32, HS_I32);
    struct x64_asm *a = begin();
    emit_prologue(a);
    x64_lea32_rm(a, RAX, x64_bid(RDI, RSI, 0));
    x64_leave(a);
    x64_ret(a);
    void *f = end(a);
    entry_code = make_entry(&type);
    struct hs_funcref ref = {.code = f, .vmctx = &ctx_a};
    hs_entry_fn *entry = (hs_entry_fn *)(uintptr_t)(entry_code + HS_ENTRY_CHECKED);
    union hs_value v[2];
    prepared = 0;
    double t = now_ns();
    for (unsigned k = 0; k < N; k++) {
        v[0].i32 = (int32_t)k, v[1].i32 = 1;
        entry(&run, &ref, v, NULL);
    }
    print_message("entry trampoline (i32, i32) -> i32: %.2f ns\n", (now_ns() - t) / N);
    assert_int_equal(v[0].i32, N);
    assert_int_equal(prepared, 1);
    void *adapter = make_adapter(&type);
    struct functype loop_type = FUNCTYPE(1, 0, HS_I64);
    void *loop = loop_code(adapter, &ctx_host.context), *loop_entry = make_entry(&loop_type);
    host = host_adds;
    v[0].i64 = N;
    t = now_ns();
    assert_int_equal(enter(loop_entry, &ctx_a, loop, v), 0);
    print_message("host adapter, with a fake that destroys registers: %.2f ns\n",
                  (now_ns() - t) / N);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_entry),        TEST(test_adapter),
        TEST(test_host_error),   TEST(test_adapter_stack_limit),
        TEST(test_libcalls),     TEST(test_lazy),
        TEST(test_tail_calls),   TEST(test_tail_call_host),
        TEST(test_nested_trap),  TEST(test_repeat),
        TEST(test_walk),         TEST(test_poll),
        TEST(test_trap_landing), TEST(test_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
