/* The assembler against two judges: a table of bytes that is checked in, and, where a
 * disassembler of LLVM is installed, what that reads in the bytes of every row of x64_insn.def
 * with random operands. */
#include "compile/x64/x64_asm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* --- bytes ------------------------------------------------------------------------------------ */

static void check(struct x64_asm *a, uint32_t *mark, const char *bytes)
{
    char got[64] = "";
    for (uint32_t k = *mark; k < x64_pos(a); k++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%02x", k == *mark ? "" : " ",
                 a->base[k]);
    assert_string_equal(got, bytes);
    *mark = x64_pos(a);
}

static void test_bytes(void **state)
{
    uint8_t buffer[4096];
    struct x64_asm asm_, *a = &asm_;
    uint32_t mark = 0;
    x64_asm_init(a, buffer, sizeof buffer);
#define IS(call, bytes)                                                                            \
    x64_##call;                                                                                    \
    check(a, &mark, bytes)
#include "asm_bytes.h"
}

static void test_labels(void **state)
{
    uint8_t buffer[4096];
    struct x64_asm asm_, *a = &asm_;
    struct x64_label l;
    x64_asm_init(a, buffer, sizeof buffer);
    memset(buffer, 0x90, sizeof buffer);
    x64_label_init(&l);
    x64_jmp_label(a, &l);       /* 0: e9 */
    x64_jcc_label(a, CC_E, &l); /* 5: 0f 84 */
    x64_call_label(a, &l);      /* 11: e8 */
    x64_lea64_label(a, R9, &l); /* 16: 4c 8d 0d */
    assert_true(x64_label_used(&l));
    uint32_t there = x64_jcc8(a, CC_NE); /* 23 */
    x64_bind(a, &l);                     /* 25 */
    x64_here8(a, there);
    x64_jmp_label(a, &l);       /* 25: eb fe */
    x64_jcc_label(a, CC_L, &l); /* 27: 7c fc */
    static const uint8_t want[] = {0xe9, 20,   0, 0,    0, 0x0f, 0x84, 14,   0,    0,
                                   0,    0xe8, 9, 0,    0, 0,    0x4c, 0x8d, 0x0d, 2,
                                   0,    0,    0, 0x75, 0, 0xeb, 0xfe, 0x7c, 0xfc};
    assert_memory_equal(buffer, want, sizeof want);
    a->p += 200;
    x64_jmp_label(a, &l);
    assert_int_equal(a->p[-5], 0xe9);
    assert_int_equal((int32_t)hs_load32(a->p - 4), 25 - (int32_t)x64_pos(a));
    uint32_t pos = x64_pos(a);
    x64_align(a, 64);
    assert_true(x64_pos(a) % 64 == 0 && x64_pos(a) - pos < 64);
}

/* ---- every row, read back ----
 *
 * A case is a function and the kinds of its operands: b w d q general register of 8 to 64 bits,
 * x vector register, m memory, c the register cl (no argument), i a small immediate, I one of
 * the operand's width. */
struct row {
    const char *name, *operands;
    void (*fn)(void);
};
#define ROW(name, operands, fn) {#name, operands, (void (*)(void))x64_##fn},
#define ONLY_RR(name)           (!strcmp(name, "movhlps") || !strcmp(name, "movlhps"))

/* clang-format off */
#undef X64_ALU
#undef X64_SHIFT
#undef X64_UNARY
#undef X64_INT
#undef X64_EXTEND
#undef X64_LOCKED
#undef X64_BMI_RMV
#undef X64_BMI_RVM
#undef X64_BMI_VM
#undef X64_BMI_RMI
#undef X64_BYTES
#undef X64_SSE_FN
#undef X64_AVX_FN
#undef X64_SSE_BIN
#undef X64_AVX_BIN
#undef X64_AVX_BIN_W
#undef X64_SSE_UN
#undef X64_AVX_UN
#undef X64_SSE_ST
#undef X64_SSE_LD
#undef X64_SSE_BINI
#undef X64_SSE_UNI
#undef X64_SSE_SHI
#undef X64_SSE_CVT
#undef X64_AVX_CVT
#undef X64_AVX_CVT3
#undef X64_SSE_OUT
#undef X64_AVX_OUT
#undef X64_SSE_OUTI
#undef X64_SSE_INSI
#undef X64_AVX_IS4

#define WIDTHS(one, name) one(name, 8, b) one(name, 16, w) one(name, 32, d) one(name, 64, q)
#define ALU_ROWS(name, w, k)                                                                                   \
    ROW(name, #k #k, name##w##_rr) ROW(name, #k "m", name##w##_rm) ROW(name, "m" #k, name##w##_mr)             \
    ROW(name, #k "I", name##w##_ri) ROW(name, "mI" #k, name##w##_mi)
#define X64_ALU(name, digit) WIDTHS(ALU_ROWS, name)
#define SHIFT_ROWS(name, w, k)                                                                                 \
    ROW(name, #k "c", name##w##_rc) ROW(name, "mc", name##w##_mc)                                              \
    ROW(name, #k "i", name##w##_ri) ROW(name, "mi", name##w##_mi)
#define X64_SHIFT(name, digit) WIDTHS(SHIFT_ROWS, name)
#define UNARY_ROWS(name, w, k) ROW(name, #k, name##w##_r) ROW(name, "m", name##w##_m)
#define X64_UNARY(name, opcode, digit) WIDTHS(UNARY_ROWS, name)
#define X64_INT(name, pp, map, opcode)                                                                         \
    ROW(name, "dd", name##32_rr) ROW(name, "dm", name##32_rm)                                                  \
    ROW(name, "qq", name##64_rr) ROW(name, "qm", name##64_rm)
#define K8 "b"
#define K16 "w"
#define K32 "d"
#define K64 "q"
#define X64_EXTEND(name, from, to, map, opcode)                                                                \
    ROW(name, K##to K##from, name##from##_##to##_rr) ROW(name, K##to "m", name##from##_##to##_rm)
#define LOCKED_ROWS(name, w, k) ROW(name, "m" #k, name##w##_mr)
#define X64_LOCKED(name, lock, map, opcode) WIDTHS(LOCKED_ROWS, name)
#define X64_BMI_RMV(name, pp, map, opcode)                                                                     \
    ROW(name, "ddd", name##32_rrr) ROW(name, "dmd", name##32_rmr)                                              \
    ROW(name, "qqq", name##64_rrr) ROW(name, "qmq", name##64_rmr)
#define X64_BMI_RVM(name, pp, map, opcode)                                                                     \
    ROW(name, "ddd", name##32_rrr) ROW(name, "ddm", name##32_rrm)                                              \
    ROW(name, "qqq", name##64_rrr) ROW(name, "qqm", name##64_rrm)
#define X64_BMI_VM(name, digit) ROW(name, "dd", name##32_rr) ROW(name, "qq", name##64_rr)
#define X64_BMI_RMI(name, pp, map, opcode)                                                                     \
    ROW(name, "ddi", name##32_rri) ROW(name, "dmi", name##32_rmi)                                              \
    ROW(name, "qqi", name##64_rri) ROW(name, "qmi", name##64_rmi)
#define X64_BYTES(name, n, bytes) ROW(name, "", name)
#define X64_SSE_FN(name, form) ROW(name, "xx", name##_rr) ROW(name, "xm", name##_rm)
#define X64_AVX_FN(name, form) ROW(name, "xxx", name##_rrr) ROW(name, "xxm", name##_rrm)
#define X64_SSE_BIN(name, pp, map, opcode) X64_SSE_FN(name, 0) X64_AVX_FN(v##name, 0)
#define X64_AVX_BIN(name, pp, map, opcode) X64_AVX_FN(name, 0)
#define X64_AVX_BIN_W(name, pp, map, opcode) X64_AVX_FN(name, 0)
#define X64_SSE_UN(name, pp, map, opcode) X64_SSE_FN(name, 0) X64_SSE_FN(v##name, 0)
#define X64_AVX_UN(name, pp, map, opcode) X64_SSE_FN(name, 0)
#define X64_SSE_ST(name, pp, map, opcode) ROW(name, "mx", name##_mr) ROW(v##name, "mx", v##name##_mr)
#define X64_SSE_LD(name, pp, map, opcode) ROW(name, "xm", name##_rm) ROW(v##name, "xm", v##name##_rm)
#define X64_SSE_BINI(name, pp, map, opcode)                                                                    \
    ROW(name, "xxi", name##_rri) ROW(name, "xmi", name##_rmi)                                                  \
    ROW(v##name, "xxxi", v##name##_rrri) ROW(v##name, "xxmi", v##name##_rrmi)
#define X64_SSE_UNI(name, pp, map, opcode)                                                                     \
    ROW(name, "xxi", name##_rri) ROW(name, "xmi", name##_rmi)                                                  \
    ROW(v##name, "xxi", v##name##_rri) ROW(v##name, "xmi", v##name##_rmi)
#define X64_SSE_SHI(name, opcode, digit) ROW(name, "xi", name##_ri) ROW(v##name, "xxi", v##name##_rri)
/* Conversions are told by what the name says about their registers. */
#define X64_SSE_CVT(name, pp, map, opcode, w) ROW(name, w ? "#q" : "#d", name##_rr) ROW(name, "#m", name##_rm)
#define X64_AVX_CVT(name, pp, map, opcode, w) X64_SSE_CVT(name, pp, map, opcode, w)
#define X64_AVX_CVT3(name, pp, map, opcode, w) ROW(name, w ? "xxq" : "xxd", name##_rrr) ROW(name, "xxm", name##_rrm)
#define X64_SSE_OUT(name, pp, map, opcode, w) ROW(name, w ? "qx" : "dx", name##_rr)
#define X64_AVX_OUT(name, pp, map, opcode, w) X64_SSE_OUT(name, pp, map, opcode, w)
#define X64_SSE_OUTI(name, map, opcode, w)                                                                     \
    ROW(name, w ? "qxi" : "dxi", name##_rri) ROW(name, "mxi", name##_mri)                                      \
    ROW(v##name, w ? "qxi" : "dxi", v##name##_rri) ROW(v##name, "mxi", v##name##_mri)
#define X64_SSE_INSI(name, map, opcode, w)                                                                     \
    ROW(name, w ? "xqi" : "xdi", name##_rri) ROW(name, "xmi", name##_rmi)                                      \
    ROW(v##name, w ? "xxqi" : "xxdi", v##name##_rrri) ROW(v##name, "xxmi", v##name##_rrmi)
#define X64_AVX_IS4(name, pp, map, opcode) ROW(name, "xxxx", name##_rrrr)

#define OTHER_ROWS(name, w, k)                                                                                 \
    ROW(mov, #k #k, mov##w##_rr) ROW(mov, #k "m", mov##w##_rm) ROW(mov, "m" #k, mov##w##_mr)                   \
    ROW(mov, "mI" #k, mov##w##_mi) ROW(test, #k #k, test##w##_rr) ROW(test, "m" #k, test##w##_mr)              \
    ROW(test, #k "I", test##w##_ri) ROW(test, "mI" #k, test##w##_mi) ROW(xchg, #k #k, xchg##w##_rr)
#define WIDE_ROWS(w, k)                                                                                        \
    ROW(imul, #k #k "I", imul##w##_rri) ROW(imul, #k "mI" #k, imul##w##_rmi)                                   \
    ROW(shld, #k #k "i", shld##w##_rri) ROW(shrd, #k #k "i", shrd##w##_rri) ROW(bt, #k "i", bt##w##_ri)        \
    ROW(btr, #k "i", btr##w##_ri) ROW(btc, #k "i", btc##w##_ri) ROW(bswap, #k, bswap##w##_r)                   \
    ROW(bts, #k #k, bts##w##_rr)                                                                               \
    ROW(cmovne, #k #k, cmov_ne##w##_rr) ROW(cmovl, #k "m", cmov_l##w##_rm) ROW(lea, #k "m", lea##w##_rm)
#define CMOV(w)                                                                                                \
    static void x64_cmov_ne##w##_rr(struct x64_asm *a, unsigned d, unsigned s)                                 \
    {                                                                                                          \
        x64_cmov##w##_rr(a, CC_NE, d, s);                                                                      \
    }                                                                                                          \
    static void x64_cmov_l##w##_rm(struct x64_asm *a, unsigned d, struct x64_mem m)                            \
    {                                                                                                          \
        x64_cmov##w##_rm(a, CC_L, d, m);                                                                       \
    }
CMOV(32)
CMOV(64)
static void x64_setnp_r(struct x64_asm *a, unsigned d)
{
    x64_setcc_r(a, CC_NP, d);
}
static void x64_movabs_ri(struct x64_asm *a, unsigned d, int32_t i)
{
    x64_mov64_ri(a, d, (uint64_t)i + 0x1234567800000000);
}

static const struct row rows[] = {
#include "compile/x64/x64_insn.def"
    WIDTHS(OTHER_ROWS, other) WIDE_ROWS(32, d) WIDE_ROWS(64, q) ROW(setnp, "b", setnp_r) ROW(push, "q", push_r)
    ROW(pop, "q", pop_r) ROW(push, "m", push_m) ROW(pop, "m", pop_m) ROW(push, "I", push_i) ROW(jmp, "q", jmp_r)
    ROW(jmp, "m", jmp_m) ROW(call, "q", call_r) ROW(call, "m", call_m)
    ROW(movabs, "qI", movabs_ri) ROW(mov, "dI", mov32_ri)
};

/* clang-format on */

static uint64_t random64(void)
{
    static uint64_t x = 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

static const char *const general[4][16] = {
    {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b",
     "r13b", "r14b", "r15b"},
    {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w",
     "r14w", "r15w"},
    {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d",
     "r13d", "r14d", "r15d"},
    {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
     "r14", "r15"},
};

static struct x64_mem random_mem(void)
{
    static const int32_t disps[] = {0, 1, -1, 127, 128, -128, -129, 0x12345678, -0x12345678};
    unsigned base = (unsigned)(random64() % 16), index, scale;
    int32_t disp = disps[random64() % HS_ARRAY_SIZE(disps)];
    switch (random64() % 4) {
    case 0: return x64_bd(base, disp);
    case 1:
        return random64() % 3 == 0 ? x64_rip((int32_t)(random64() % 100000) - 50000)
                                   : x64_bd(base, disp);
    default:
        index = (unsigned)(random64() % 16);
        if (index == RSP)
            index = R12;
        scale = (unsigned)(random64() % 4);
        if (random64() % 6 == 0)
            base = X64_NO_BASE;
        return x64_bisd(base, index, scale, disp);
    }
}

/* As LLVM writes it; `end` is the position behind the instruction. */
static void put_mem(char *out, struct x64_mem m, uint32_t end)
{
    unsigned base = x64_mem_base(m), index = x64_mem_index(m), scale = m.bits >> 14 & 3;
    int64_t disp = x64_mem_disp(m);
    out += sprintf(out, "[");
    const char *plus = "";
    if (base == X64_RIP) {
        out += sprintf(out, "rip");
        disp -= end;
        plus = " + ";
    } else if (base != X64_NO_BASE) {
        out += sprintf(out, "%s", general[3][base]);
        plus = " + ";
    }
    if (index != X64_NO_INDEX) {
        out += scale || base == X64_NO_BASE
                   ? sprintf(out, "%s%d*%s", plus, 1 << scale, general[3][index])
                   : sprintf(out, "%s%s", plus, general[3][index]);
        plus = " + ";
    }
    if (disp < 0 && *plus)
        out += sprintf(out, " - %lld", (long long)-disp);
    else if (disp || !*plus)
        out += sprintf(out, "%s%lld", plus, (long long)disp);
    sprintf(out, "]");
}

struct text {
    char words[160]; /* without the immediate */
    int64_t imm;
    bool has_imm;
    unsigned width; /* of the immediate, for comparing */
    uint32_t start, end;
};

static void build(const struct row *r, struct x64_asm *a, struct text *t)
{
    char kinds[8], shape[8] = "", name[40], *p;
    unsigned n = 0, regs[4] = {0}, nregs = 0;
    struct x64_mem m = random_mem();
    bool cvt_to_general = strstr(r->name, "2si") || strstr(r->name, "movmsk");
    strcpy(kinds, r->operands);
    if (kinds[0] == '#') { /* a conversion: which side is general? */
        char g = kinds[1];
        if (cvt_to_general) {
            bool wide = strstr(r->name, "si64") != NULL;
            kinds[0] = wide ? 'q' : 'd';
            if (g != 'm')
                kinds[1] = 'x';
        } else {
            kinds[0] = 'x';
        }
    }
    if (!strcmp(r->name, "vmovss_merge") || !strcmp(r->name, "vmovsd_merge"))
        strcpy(kinds, "xxx");
    t->has_imm = false;
    t->width = 8;
    for (const char *k = kinds; *k; k++) {
        switch (*k) {
        case 'm': shape[n++] = 'M'; break;
        case 'c': break;
        case 'i':
            t->has_imm = true;
            t->imm = (int64_t)(random64() % 8);
            shape[n++] = 'I';
            break;
        case 'I': {
            static const int64_t imms[] = {0,    1,    -1,     127,        128,
                                           -128, -129, 0x7f00, 0x12345678, -0x12345678};
            char w = k[1] ? k[1] : k > kinds ? k[-1] : 'q';
            t->has_imm = true;
            t->imm = imms[random64() % HS_ARRAY_SIZE(imms)];
            t->width = w == 'b' ? 8 : w == 'w' ? 16 : w == 'd' ? 32 : 64;
            shape[n++] = 'I';
            if (k[1])
                k++; /* only the width of a memory operand's immediate */
            break;
        }
        default:
            regs[nregs] = (unsigned)(random64() % 16);
            if (*k != 'x' && regs[nregs] == RSP && (!strcmp(r->name, "xchg")))
                regs[nregs] = RBX;
            nregs++;
            shape[n++] = 'R';
        }
    }
    shape[n] = 0;
    t->start = x64_pos(a);
    /* clang-format off */
#define SHAPE(s, ...)                                                                                          \
    if (!strcmp(shape, s)) {                                                                                   \
        ((void (*)(struct x64_asm * __VA_OPT__(, ) __VA_ARGS__)) r->fn)
#define U unsigned
#define MM struct x64_mem
    int32_t i = (int32_t)t->imm;
    SHAPE("")(a); }
    SHAPE("R", U)(a, regs[0]); }
    SHAPE("M", MM)(a, m); }
    SHAPE("I", int32_t)(a, i); }
    SHAPE("RR", U, U)(a, regs[0], regs[1]); }
    SHAPE("RM", U, MM)(a, regs[0], m); }
    SHAPE("MR", MM, U)(a, m, regs[0]); }
    SHAPE("RI", U, int32_t)(a, regs[0], i); }
    SHAPE("MI", MM, int32_t)(a, m, i); }
    SHAPE("RRR", U, U, U)(a, regs[0], regs[1], regs[2]); }
    SHAPE("RRM", U, U, MM)(a, regs[0], regs[1], m); }
    SHAPE("RMR", U, MM, U)(a, regs[0], m, regs[1]); }
    SHAPE("RRI", U, U, int32_t)(a, regs[0], regs[1], i); }
    SHAPE("RMI", U, MM, int32_t)(a, regs[0], m, i); }
    SHAPE("MRI", MM, U, int32_t)(a, m, regs[0], i); }
    SHAPE("RRRI", U, U, U, int32_t)(a, regs[0], regs[1], regs[2], i); }
    SHAPE("RRMI", U, U, MM, int32_t)(a, regs[0], regs[1], m, i); }
    SHAPE("RRRR", U, U, U, U)(a, regs[0], regs[1], regs[2], regs[3]); }
/* clang-format on */
t->end = x64_pos(a);
assert_true(t->end > t->start && t->end - t->start <= 15);

/* The mnemonic: lock_add is "lock add", movq_xmm movq, cvtsi2ss64 cvtsi2ss, cmpps with 1
 * cmpltps. */
strcpy(name, r->name);
if (!strncmp(name, "lock_", 5) || !strncmp(name, "rep_", 4))
    *strchr(name, '_') = ' ';
if ((p = strchr(name, '_')))
    *p = 0;
if (strstr(name, "cvt") && strlen(name) > 2 &&
    (!strcmp(name + strlen(name) - 2, "32") || !strcmp(name + strlen(name) - 2, "64")))
    name[strlen(name) - 2] = 0;
if (!strcmp(r->name, "movsx") && kinds[0] == 'q' && r->fn == (void (*)(void))x64_movsx32_64_rr)
    strcpy(name, "movsxd");
if (!strcmp(r->name, "movsx") && r->fn == (void (*)(void))x64_movsx32_64_rm)
    strcpy(name, "movsxd");
p = name + (name[0] == 'v');
if (!strncmp(p, "cmp", 3) && strlen(p) == 5) {
    static const char *const is[] = {"eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord"};
    char tail[3] = {p[3], p[4], 0};
    sprintf(p + 3, "%s%s", is[t->imm], tail);
    t->has_imm = false;
}
p = t->words + sprintf(t->words, "%s", name);
nregs = 0;
bool first = true;
for (const char *k = kinds; *k; k++) {
    if (*k == 'i')
        continue;
    if (*k == 'I')
        break;
    p += sprintf(p, first ? " " : ", ");
    first = false;
    if (*k == 'm') {
        put_mem(p, m, t->end);
        p += strlen(p);
    } else if (*k == 'c') {
        p += sprintf(p, "cl");
    } else if (*k == 'x') {
        p += sprintf(p, "xmm%u", regs[nregs++]);
    } else {
        unsigned w = *k == 'b' ? 0 : *k == 'w' ? 1 : *k == 'd' ? 2 : 3;
        p += sprintf(p, "%s", general[w][regs[nregs++]]);
    }
}
if (!strcmp(name, "blendvps") || !strcmp(name, "blendvpd") || !strcmp(name, "pblendvb"))
    sprintf(p, ", xmm0");
}

/* Blanks become one, sizes of operands go. */
static void normalize(char *line)
{
    static const char *const drop[] = {"xmmword ptr ", "ymmword ptr ", "qword ptr ",
                                       "dword ptr ",   "byte ptr ",    "word ptr "};
    char *out = line;
    for (const char *in = line; *in; in++) {
        char c = *in == '\t' || *in == '\n' ? ' ' : *in;
        if (c == '#')
            break;
        if (c != ' ' || (out != line && out[-1] != ' '))
            *out++ = c;
    }
    *out = 0;
    while (out > line && out[-1] == ' ')
        *--out = 0;
    for (unsigned k = 0; k < HS_ARRAY_SIZE(drop); k++)
        for (char *p; (p = strstr(line, drop[k]));)
            memmove(p, p + strlen(drop[k]), strlen(p + strlen(drop[k])) + 1);
}

static bool agrees(const struct row *r, const struct text *t, char *line)
{
    char words[200], *comma = strrchr(line, ','), *blank = strrchr(line, ' ');
    if (!*r->operands) { /* strings' operands are implied */
        return !strncmp(line, t->words, strlen(t->words));
    }
    strcpy(words, t->words);
    if (!strcmp(r->name, "movabs"))
        memmove(words + 3, words + 6, strlen(words + 6) + 1); /* mov or movabs */
    if (!strncmp(line, "movabs", 6)) {
        memmove(line + 3, line + 6, strlen(line + 6) + 1);
        comma = strrchr(line, ','), blank = strrchr(line, ' ');
    }
    if (t->has_imm) {
        int64_t imm = t->imm;
        char *at = comma ? comma : blank;
        if (!strcmp(r->name, "movabs"))
            imm += 0x1234567800000000;
        if (!strcmp(line, words)) /* a shift by one may be written without it */
            return imm == 1;
        int64_t got = strtoll(at + 1, NULL, 0);
        uint64_t mask = UINT64_MAX >> (64 - t->width);
        *at = 0;
        if ((((uint64_t)got ^ (uint64_t)imm) & mask) != 0)
            return false;
        return !strcmp(line, words);
    }
    if (!strcmp(line, words))
        return true;
    if (!strcmp(r->name, "test") || !strcmp(r->name, "xchg")) { /* either order */
        char swapped[200];
        char *space = strchr(words, ' '), *c = strstr(words, ", ");
        if (!space || !c)
            return false;
        snprintf(swapped, sizeof swapped, "%.*s %s, %.*s", (int)(space - words), words, c + 2,
                 (int)(c - space - 1), space + 1);
        return !strcmp(line, swapped);
    }
    return false;
}

static void test_disassembly(void **state)
{
    enum { ROUNDS = 24, SIZE = 1 << 20 };
    static const char *const tools[] = {"/usr/bin/llvm-mc-22", "/usr/bin/llvm-mc"};
    const char *tool = NULL;
    for (unsigned k = 0; k < 2 && !tool; k++)
        if (access(tools[k], X_OK) == 0)
            tool = tools[k];
    if (!tool)
        skip();
    unsigned n = ROUNDS * HS_ARRAY_SIZE(rows), wrong = 0;
    struct text *texts = calloc(n, sizeof *texts);
    uint8_t *buffer = malloc(SIZE);
    struct x64_asm a;
    x64_asm_init(&a, buffer, SIZE);
    assert_true(texts && buffer);
    char file[] = "/tmp/test-x64-asm-XXXXXX", command[300];
    int fd = mkstemp(file);
    FILE *f = fdopen(fd, "w");
    assert_non_null(f);
    for (unsigned k = 0; k < n; k++) {
        const struct row *r = &rows[k % HS_ARRAY_SIZE(rows)];
        if ((ONLY_RR(r->name) || ONLY_RR(r->name + 1)) && strchr(r->operands, 'm'))
            continue;
        if (strstr(r->name, "_merge") && strchr(r->operands, 'm'))
            continue;
        if (strstr(r->name, "movmsk") && strchr(r->operands, 'm'))
            continue;
        if (strstr(r->name, "_load") && !strchr(r->operands, 'm'))
            continue;
        build(r, &a, &texts[k]);
        for (uint32_t i = texts[k].start; i < texts[k].end; i++)
            fprintf(f, "0x%02x ", buffer[i]);
        fprintf(f, "\n");
    }
    fclose(f);
    snprintf(command, sizeof command,
             "%s --disassemble --triple=x86_64 --output-asm-variant=1 "
             "-mattr=+avx2,+bmi,+bmi2,+fma,+lzcnt,+popcnt %s "
             "2>&1 | grep -v '\\.text'",
             tool, file);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    char line[400];
    for (unsigned k = 0; k < n && wrong < 10; k++) {
        if (!texts[k].end)
            continue;
        const struct row *r = &rows[k % HS_ARRAY_SIZE(rows)];
        if (!fgets(line, sizeof line, out))
            strcpy(line, "(nothing)");
        normalize(line);
        if (!strcmp(line, "lock") && fgets(line + 5, (int)sizeof line - 5, out)) {
            line[4] = ' ';
            normalize(line);
        }
        char shown[400];
        strcpy(shown, line);
        if (!agrees(r, &texts[k], line)) {
            wrong++;
            print_error("%s: want `%s` imm %lld, read `%s`:", r->name, texts[k].words,
                        (long long)texts[k].imm, shown);
            for (uint32_t i = texts[k].start; i < texts[k].end; i++)
                print_error(" %02x", buffer[i]);
            print_error("\n");
        }
    }
    pclose(out);
    unlink(file);
    free(texts);
    free(buffer);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_disassembly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
