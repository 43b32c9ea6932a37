/* Doubly recursive Fibonacci: calls and returns and hardly anything else. */
#include "bench.h"

static __attribute__((noinline)) uint32_t fib(uint32_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main(int argc, char **argv)
{
    return bench_report("fib", fib(bench_size(argc, argv, 38)));
}
