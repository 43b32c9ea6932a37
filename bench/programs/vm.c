/* An interpreter of a small stack machine in a switch, running a program that counts primes. */
#include "bench.h"

enum op { PUSH, LOAD, STORE, ADD, MUL, MOD, LESS, EQUAL, JUMP_ZERO, JUMP, INC, HALT };

struct code {
    uint8_t op;
    int32_t arg;
};

static int32_t run(const struct code *code, int32_t limit, uint64_t *steps)
{
    int32_t stack[32], vars[8] = {limit}, *sp = stack;
    uint64_t count = 0;
    for (const struct code *pc = code;; pc++) {
        count++;
        switch ((enum op)pc->op) {
        case PUSH: *sp++ = pc->arg; break;
        case LOAD: *sp++ = vars[pc->arg]; break;
        case STORE: vars[pc->arg] = *--sp; break;
        case ADD:
            sp--;
            sp[-1] += sp[0];
            break;
        case MUL:
            sp--;
            sp[-1] = (int32_t)((uint32_t)sp[-1] * (uint32_t)sp[0]);
            break;
        case MOD:
            sp--;
            sp[-1] = sp[0] ? sp[-1] % sp[0] : 0;
            break;
        case LESS:
            sp--;
            sp[-1] = sp[-1] < sp[0];
            break;
        case EQUAL:
            sp--;
            sp[-1] = sp[-1] == sp[0];
            break;
        case JUMP_ZERO:
            if (*--sp == 0)
                pc = code + pc->arg - 1;
            break;
        case JUMP: pc = code + pc->arg - 1; break;
        case INC: vars[pc->arg]++; break;
        case HALT: *steps = count; return vars[2];
        }
    }
}

int main(int argc, char **argv)
{
    uint32_t limit = bench_size(argc, argv, 60000);
    /* vars: 0 limit, 1 candidate, 2 primes found, 3 divisor */
    static const struct code code[] = {
        {PUSH, 2},       {STORE, 1},                                  /*  0 */
        {LOAD, 1},       {LOAD, 0},       {LESS, 0}, {JUMP_ZERO, 24}, /*  2: next number */
        {PUSH, 2},       {STORE, 3},                                  /*  6 */
        {LOAD, 1},       {LOAD, 3},       {LOAD, 3}, {MUL, 0},        /*  8: divisor^2 */
        {LESS, 0},       {JUMP_ZERO, 16},                             /* 12 */
        {INC, 2},        {JUMP, 22},                                  /* 14: a prime */
        {LOAD, 1},       {LOAD, 3},       {MOD, 0},                   /* 16 */
        {JUMP_ZERO, 22}, {INC, 3},        {JUMP, 8},                  /* 19 */
        {INC, 1},        {JUMP, 2},                                   /* 22 */
        {HALT, 0},                                                    /* 24 */
    };
    uint64_t steps = 0;
    int32_t primes = run(code, (int32_t)limit, &steps);
    return bench_report("vm", bench_mix(steps, (uint32_t)primes));
}
