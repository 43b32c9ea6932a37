/*
 * A regular-expression matcher with backtracking: classes, groups without capture, alternatives,
 * the usual repetitions. A compiled node calls its continuation through a pointer.
 */
#include "bench.h"

enum op { CHAR, ANY, CLASS, SPLIT, JUMP, MATCH };

struct inst {
    enum op op;
    uint8_t c;
    uint16_t x, y; /* targets; SPLIT tries x first */
    uint8_t set[32];
};

static struct inst program[256];
static uint16_t length;
static const char *pattern;

static uint16_t emit(enum op op)
{
    memset(&program[length], 0, sizeof program[length]);
    program[length].op = op;
    return length++;
}

/* Moves the code from start on up by one place, to put a SPLIT in front of it. */
static void insert(uint16_t start)
{
    memmove(&program[start + 1], &program[start], (size_t)(length - start) * sizeof *program);
    length++;
    for (uint16_t i = start + 1; i < length; i++) {
        program[i].x += program[i].op >= SPLIT && program[i].x >= start;
        program[i].y += program[i].op >= SPLIT && program[i].y >= start;
    }
    memset(&program[start], 0, sizeof *program);
    program[start].op = SPLIT;
}

static void alternatives(void);

static void atom(void)
{
    char c = *pattern++;
    if (c == '(') {
        alternatives();
        pattern++;
    } else if (c == '.') {
        emit(ANY);
    } else if (c == '[') {
        uint16_t at = emit(CLASS);
        bool negated = *pattern == '^';
        pattern += negated;
        for (; *pattern != ']'; pattern++) {
            uint8_t low = (uint8_t)*pattern, high = low;
            if (pattern[1] == '-' && pattern[2] != ']')
                high = (uint8_t)pattern[2], pattern += 2;
            for (unsigned k = low; k <= high; k++)
                program[at].set[k / 8] |= (uint8_t)(1 << k % 8);
        }
        pattern++;
        for (int i = 0; negated && i < 32; i++)
            program[at].set[i] = (uint8_t)~program[at].set[i];
    } else {
        program[emit(CHAR)].c = (uint8_t)c;
    }
}

static void sequence(void)
{
    while (*pattern && *pattern != '|' && *pattern != ')') {
        uint16_t start = length;
        atom();
        if (*pattern == '*' || *pattern == '?') {
            bool star = *pattern++ == '*';
            insert(start);
            if (star)
                program[emit(JUMP)].x = start;
            program[start].x = start + 1;
            program[start].y = length;
        } else if (*pattern == '+') {
            pattern++;
            uint16_t split = emit(SPLIT);
            program[split].x = start;
            program[split].y = length;
        }
    }
}

static void alternatives(void)
{
    uint16_t start = length;
    sequence();
    while (*pattern == '|') {
        pattern++;
        insert(start);
        uint16_t jump = emit(JUMP);
        program[start].x = start + 1;
        program[start].y = length;
        sequence();
        program[jump].x = length;
    }
}

static void compile(const char *text)
{
    length = 0;
    pattern = text;
    alternatives();
    emit(MATCH);
}

static const char *match(uint16_t pc, const char *at)
{
    for (;;) {
        const struct inst *inst = &program[pc];
        switch (inst->op) {
        case CHAR:
            if ((uint8_t)*at != inst->c)
                return NULL;
            break;
        case ANY:
            if (*at == 0)
                return NULL;
            break;
        case CLASS:
            if (*at == 0 || !(inst->set[(uint8_t)*at / 8] >> ((uint8_t)*at % 8) & 1))
                return NULL;
            break;
        case SPLIT: {
            const char *end = match(inst->x, at);
            if (end)
                return end;
            pc = inst->y;
            continue;
        }
        case JUMP: pc = inst->x; continue;
        case MATCH: return at;
        }
        at++;
        pc++;
    }
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 10);
    static const char *const patterns[] = {
        "[a-z]+@[a-z]+[.](com|org|net)",
        "(ab|ba)+c",
        "[0-9]+-[0-9]+-[0-9]+",
        "x[^y]*y",
        "q(u|w)?e.",
    };
    size_t size = 1 << 17;
    char *text = bench_alloc(size + 1, 1);
    uint32_t seed = 31;
    for (size_t i = 0; i < size; i++) {
        uint32_t r = bench_random(&seed);
        text[i] = "abcabyqeuw.@0123-- comorgnet"[r % 28];
        if (r % 997 == 0 && i + 12 < size)
            i += (size_t)sprintf(text + i, "mail@site.org") - 1;
    }
    text[size] = 0;
    uint64_t hash = BENCH_HASH;
    for (uint32_t round = 0; round < rounds; round++) {
        for (size_t k = 0; k < sizeof patterns / sizeof *patterns; k++) {
            compile(patterns[k]);
            uint32_t found = 0;
            for (const char *p = text; *p;) {
                const char *end = match(0, p);
                found += end != NULL;
                p = end && end > p ? end : p + 1;
            }
            hash = bench_mix(hash, found);
        }
    }
    free(text);
    return bench_report("regex", hash);
}
