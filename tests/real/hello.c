/* A program without a library: compiled, linked and run by WebAssembly modules alone. */
typedef unsigned int u32;

struct ciovec {
    const char *data;
    u32 size;
};

__attribute__((import_module("wasi_snapshot_preview1"), import_name("fd_write"))) int
fd_write(int fd, const struct ciovec *vectors, u32 count, u32 *written);

static u32 put_number(char *to, u32 n)
{
    u32 length = n >= 10 ? put_number(to, n / 10) : 0;
    to[length] = (char)('0' + n % 10);
    return length + 1;
}

/* The linker looks for this name. */
void _start(void)
{
    char digits[12];
    u32 a = 0, b = 1, written;
    for (int i = 0; i < 40; i++) {
        u32 next = a + b;
        a = b;
        b = next;
    }
    /* One after the other: a single call may write less than it is given. */
    struct ciovec out[3] = {{"fib(40) = ", 10}, {digits, put_number(digits, a)}, {"\n", 1}};
    for (int i = 0; i < 3; i++)
        fd_write(1, &out[i], 1, &written);
}
