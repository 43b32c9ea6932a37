/* What else lives in the process: forked children, the host's own signal handlers and stacks,
 * limits on address space. Each test runs in a child of its own, since handlers are installed
 * once per process and some tests end it. */
#include "kit.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADDER                                                                                      \
    "(module (memory (export \"m\") 1) (func (export \"a\") (param i32) (result i32) (i32.add "    \
    "(local.get 0) (i32.const 1)))"                                                                \
    "(func (export \"b\") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))"         \
    "(func (export \"c\") (param i32) (result i32) (call $d (local.get 0)))"                       \
    "(func $d (param i32) (result i32) (i32.sub (local.get 0) (i32.const 5)))"                     \
    "(func (export \"oob\") (result i32) (i32.load (i32.const -4)))"                               \
    "(func (export \"div\") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0))))"

static int in_child(void (*run)(void)) /* its wait status */
{
    fflush(NULL);
    pid_t child = fork();
    need(child >= 0);
    if (child == 0) {
        alarm(kit_sanitized() ? 120 : 30);
        kit_failures = 0;
        run();
        fflush(NULL);
        _exit(kit_failures ? 1 : 0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        need(errno == EINTR);
    return status;
}

static void passes(const char *name, void (*run)(void))
{
    int status = in_child(run);
    check_text(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: %s %d", name,
               WIFSIGNALED(status) ? "killed by" : "status",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void traps_well(struct guest *g)
{
    uint32_t x = 0;
    check(guest_call(g, "oob", ":i", &x) == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS);
    check(guest_call(g, "div", "i:i", 0u, &x) == WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO);
    check(guest_call(g, "div", "i:i", 1u, &x) == KIT_DONE && x == 1);
}

/* --- Fork ------------------------------------------------------------------------------------- */

static struct guest shared;
static wasm_engine_t *shared_engine;

static void child_of_fork(void)
{
    uint32_t x = 0;
    /* compiled before the fork */
    check(guest_call(&shared, "a", "i:i", 4u, &x) == KIT_DONE && x == 5);
    /* compiled now, in a memory of its own */
    check(guest_call(&shared, "c", "i:i", 14u, &x) == KIT_DONE && x == 9);
    traps_well(&shared);
    struct guest g; /* a module of the child's */
    guest_open_wat(&g, shared_engine, ADDER);
    check(guest_call(&g, "b", "i:i", 4u, &x) == KIT_DONE && x == 12);
    traps_well(&g);
    guest_close(&g);
    wasmtime_memory_t m = guest_memory(&shared, "m");
    wasmtime_memory_data(shared.cx, &m)[0] = 99; /* private to the child */
}

static void grandchild(void)
{
    child_of_fork();
    passes("grandchild", child_of_fork);
}

static void forked(void)
{
    shared_engine = kit_engine(KIT_GUARDED, 0);
    guest_open_wat(&shared, shared_engine, ADDER);
    uint32_t x = 0;
    check(guest_call(&shared, "a", "i:i", 1u, &x) == KIT_DONE && x == 2);
    passes("child", child_of_fork);
    passes("child with a child", grandchild);
    wasmtime_memory_t m = guest_memory(&shared, "m");
    check(wasmtime_memory_data(shared.cx, &m)[0] == 0);
    /* The parent goes on compiling where the children did. */
    check(guest_call(&shared, "b", "i:i", 4u, &x) == KIT_DONE && x == 12);
    check(guest_call(&shared, "c", "i:i", 14u, &x) == KIT_DONE && x == 9);
    traps_well(&shared);
    guest_close(&shared);
    wasm_engine_delete(shared_engine);
}

/* Parent and child compile different functions at the same places of one module, at the same
 * time. */
static void fork_and_compile(void)
{
    enum { N = 300 };
    char *text = malloc(1 << 17);
    size_t n = (size_t)sprintf(text, "(module");
    for (int i = 0; i < N; i++)
        n += (size_t)sprintf(text + n,
                             "(func (export \"f%d\") (param i32) (result i32) (i32.add (local.get "
                             "0) (i32.const %d)))",
                             i, i * 7);
    sprintf(text + n, ")");
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    struct guest g;
    guest_open_wat(&g, e, text);
    free(text);
    fflush(NULL);
    pid_t children[3];
    unsigned who = 3;
    for (unsigned k = 0; k < 3; k++)
        if ((children[k] = fork()) == 0) {
            who = k;
            break;
        }
    for (unsigned i = 0; i < N; i++) {
        unsigned f = (i * (2 * who + 1) * 11 + who * 50) % N;
        char name[16];
        uint32_t x = 0;
        snprintf(name, sizeof name, "f%u", f);
        check(guest_call(&g, name, "i:i", i, &x) == KIT_DONE && x == i + f * 7);
    }
    if (who != 3)
        _exit(kit_failures != 0);
    for (unsigned k = 0; k < 3; k++) {
        int status = 0;
        need(waitpid(children[k], &status, 0) == children[k]);
        check_text(status == 0, "child %u ended with %#x", k, status);
    }
    guest_close(&g);
    wasm_engine_delete(e);
}

/* A fork while another thread compiles: the child must not wait for a lock nobody will give. */
static _Atomic bool done;
static void *compiles(void *engine)
{
    while (!done) {
        struct guest g;
        guest_open_wat(&g, engine, ADDER);
        uint32_t x;
        guest_call(&g, "c", "i:i", 14u, &x);
        guest_close(&g);
    }
    return NULL;
}

static int forks_wanted(void)
{
    const char *n = getenv("FORKS");
    return n ? atoi(n) : 800;
}

static void fork_among_threads(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    struct guest g;
    guest_open_wat(&g, e, ADDER);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        need(pthread_create(&threads[i], NULL, compiles, e) == 0);
    for (int i = 0; i < (kit_sanitized() ? 20 : forks_wanted()); i++) {
        pid_t child = fork();
        need(child >= 0);
        if (child == 0) {
            alarm(kit_sanitized() ? 60 : 10); /* a deadlock ends the child, and the test fails */
            uint32_t x = 0;
            bool ok = guest_call(&g, "c", "i:i", 14u, &x) == KIT_DONE && x == 9;
            ok &= guest_call(&g, "oob", ":i", &x) == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS;
            struct guest fresh;
            guest_open_wat(&fresh, e, ADDER);
            ok &= guest_call(&fresh, "b", "i:i", 4u, &x) == KIT_DONE && x == 12;
            guest_close(&fresh);
            _exit(!ok);
        }
        int status = 0;
        need(waitpid(child, &status, 0) == child);
        if (!check_text(status == 0, "child %d: %#x", i, status))
            break;
    }
    done = true;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    guest_close(&g);
    wasm_engine_delete(e);
}

static void forks(void)
{
    passes("forked", forked);
    passes("fork_and_compile", fork_and_compile);
    passes("fork_among_threads", fork_among_threads);
}

/* --- The host's handlers ---------------------------------------------------------------------- */

static volatile sig_atomic_t seen_plain, seen_info;
static sigjmp_buf back;
static void *expected_address;

static void plain(int number)
{
    seen_plain += number == SIGSEGV || number == SIGBUS || number == SIGFPE;
    siglongjmp(back, 1);
}

static void with_info(int number, siginfo_t *info, void *context)
{
    seen_info += info->si_addr == expected_address && context != NULL;
    siglongjmp(back, 1);
}

static void install(int number, bool info, int flags)
{
    struct sigaction a = {.sa_flags = flags | (info ? SA_SIGINFO : 0)};
    if (info)
        a.sa_sigaction = with_info;
    else
        a.sa_handler = plain;
    need(sigaction(number, &a, NULL) == 0);
}

static void own_fault(void)
{
    void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    need(page != MAP_FAILED);
    expected_address = page;
    if (sigsetjmp(back, 1) == 0) {
        *(volatile char *)page = 1;
        check(false);
    }
    munmap(page, 4096);
}

static void handler_before(bool info)
{
    install(SIGSEGV, info, 0);
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    struct guest g;
    guest_open_wat(&g, e, ADDER);
    traps_well(&g);
    check(seen_plain == 0 && seen_info == 0);
    for (int i = 0; i < 3; i++) {
        own_fault();
        traps_well(&g);
    }
    check(seen_plain == (info ? 0 : 3) && seen_info == (info ? 3 : 0));
    /* A signal that somebody sends is not a fault of the guest's either. */
    expected_address = (void *)1;
    if (sigsetjmp(back, 1) == 0)
        raise(SIGSEGV);
    check(info || seen_plain == 4);
    guest_close(&g);
    wasm_engine_delete(e);
}

static void plain_before(void)
{
    handler_before(false);
}
static void info_before(void)
{
    handler_before(true);
}

/* A handler installed later, which passes on what is not its own, as the documentation asks. */
static struct sigaction ours;
static void chaining(int number, siginfo_t *info, void *context)
{
    if (info->si_addr == expected_address) {
        seen_info++;
        siglongjmp(back, 1);
    }
    if (ours.sa_flags & SA_SIGINFO)
        ours.sa_sigaction(number, info, context);
    else
        abort();
}

static void after(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    struct guest g;
    guest_open_wat(&g, e, ADDER);
    traps_well(&g);
    struct sigaction a = {.sa_sigaction = chaining, .sa_flags = SA_SIGINFO | SA_NODEFER};
    need(sigaction(SIGSEGV, &a, &ours) == 0);
    for (int i = 0; i < 3; i++) {
        traps_well(&g);
        own_fault();
    }
    check(seen_info == 3);
    /* A second engine does not push itself before it. */
    wasm_engine_t *second = kit_engine(KIT_GUARDED, 0);
    struct sigaction now;
    sigaction(SIGSEGV, NULL, &now);
    check(now.sa_sigaction == chaining);
    wasm_engine_delete(second);
    guest_close(&g);
    wasm_engine_delete(e);
}

static volatile char *volatile nowhere = (volatile char *)8;

static void dies(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would be the one before */
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    struct guest g;
    guest_open_wat(&g, e, ADDER);
    traps_well(&g);
    *nowhere = 1;
}

static void dies_of_division(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGFPE, SIG_DFL);
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    struct guest g;
    guest_open_wat(&g, e, ADDER);
    traps_well(&g);
    raise(SIGFPE);
}

/* A host function's fault while guests are on the stack is the host's. */
static wasm_trap_t *faults(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                           size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    *nowhere = 1;
    return NULL;
}

static void dies_in_host_function(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGSEGV, SIG_DFL);
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    wasmtime_module_t *m =
        kit_module(e, "(module (import \"\" \"\" (func $f)) (func (export \"f\") (call $f)))");
    struct guest g = {.engine = e, .store = wasmtime_store_new(e, NULL, NULL)};
    g.cx = wasmtime_store_context(g.store);
    wasm_functype_t *type = wasm_functype_new_0_0();
    wasmtime_extern_t item = {.kind = WASMTIME_EXTERN_FUNC};
    wasmtime_func_new(g.cx, type, faults, NULL, NULL, &item.of.func);
    wasm_trap_t *trap = NULL;
    need(!kit_error(wasmtime_instance_new(g.cx, m, &item, 1, &g.instance, &trap)));
    guest_call(&g, "f", "");
}

static void killed_by(int number, const char *name, void (*run)(void))
{
    int status = in_child(run);
    check_text(WIFSIGNALED(status) && WTERMSIG(status) == number, "%s: %#x", name, status);
}

static void handlers(void)
{
    passes("plain handler before", plain_before);
    passes("handler with information before", info_before);
    passes("handler after", after);
    killed_by(SIGSEGV, "own fault without a handler", dies);
    killed_by(SIGFPE, "a signal sent", dies_of_division);
    killed_by(SIGSEGV, "fault in a host function", dies_in_host_function);
}

/* --- Alternate stacks ------------------------------------------------------------------------- */

static void *on_thread(void *engine)
{
    stack_t mine = {.ss_sp = malloc(64 << 10), .ss_size = 64 << 10}, now;
    need(sigaltstack(&mine, NULL) == 0);
    struct guest g;
    guest_open_wat(&g, engine, ADDER);
    traps_well(&g);
    need(sigaltstack(NULL, &now) == 0);
    check(now.ss_sp == mine.ss_sp && now.ss_size == mine.ss_size && !(now.ss_flags & SS_DISABLE));
    guest_close(&g);
    now.ss_flags = SS_DISABLE;
    sigaltstack(&now, NULL);
    free(mine.ss_sp);
    return NULL;
}

static void alternate_stacks(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    pthread_t t;
    need(pthread_create(&t, NULL, on_thread, e) == 0);
    pthread_join(t, NULL);
    on_thread(e);
    wasm_engine_delete(e);
}

static void stacks(void)
{
    passes("alternate stack", alternate_stacks);
}

/* --- Little address space --------------------------------------------------------------------- */

static void little_space(size_t limit)
{
    struct rlimit space = {limit, limit};
    need(setrlimit(RLIMIT_AS, &space) == 0);
    unsigned refused = 0, worked = 0;
    for (int flavour = 0; flavour < KIT_FLAVOURS; flavour++) {
        wasm_config_t *c = kit_config((enum kit_flavour)flavour);
        wasm_engine_t *e = wasm_engine_new_with_config(c);
        if (!e) {
            refused++;
            continue;
        }
        wasm_byte_vec_t b;
        wasmtime_module_t *m = NULL;
        const char *text = ADDER;
        need(!kit_error(wasmtime_wat2wasm(text, strlen(text), &b)));
        const char *error = kit_error(wasmtime_module_new(e, (const uint8_t *)b.data, b.size, &m));
        wasm_byte_vec_delete(&b);
        wasmtime_store_t *s = wasmtime_store_new(e, NULL, NULL);
        if (error || !s) {
            check(!error || *error);
            refused++;
        } else {
            struct guest g = {.engine = e, .store = s, .cx = wasmtime_store_context(s)};
            wasm_trap_t *trap = NULL;
            error = kit_error(wasmtime_instance_new(g.cx, m, NULL, 0, &g.instance, &trap));
            check(!trap);
            if (error) {
                check_text(strstr(error, "memory") != NULL, "%s", error);
                refused++;
            } else {
                traps_well(&g);
                worked++;
                wasmtime_memory_t memory = guest_memory(&g, "m");
                uint64_t old;
                if (limit < (size_t)1 << 32)
                    check(kit_error(wasmtime_memory_grow(g.cx, &memory, 60000, &old)) != NULL);
            }
        }
        if (s)
            wasmtime_store_delete(s);
        if (m)
            wasmtime_module_delete(m);
        wasm_engine_delete(e);
    }
    printf("  %zu MB: %u worked, %u were refused\n", limit >> 20, worked, refused);
}

static void space_24(void)
{
    little_space(24 << 20);
}
static void space_200(void)
{
    little_space(200 << 20);
}
static void space_2000(void)
{
    little_space((size_t)2000 << 20);
}
static void space_6000(void)
{
    little_space((size_t)6000 << 20);
}

/* File descriptors run out: code and images live in files without a name. */
static void no_descriptors(void)
{
    wasm_engine_t *e = kit_engine(KIT_GUARDED, 0);
    struct rlimit files = {3, 3};
    need(setrlimit(RLIMIT_NOFILE, &files) == 0);
    for (int i = 0; i < 20; i++) {
        struct guest g;
        guest_open_wat(&g, e, ADDER);
        uint32_t x = 0;
        check(guest_call(&g, "a", "i:i", 4u, &x) == KIT_DONE && x == 5);
        check(guest_call(&g, "b", "i:i", 4u, &x) == KIT_DONE && x == 12);
        check(guest_call(&g, "c", "i:i", 14u, &x) == KIT_DONE && x == 9);
        traps_well(&g);
        guest_close(&g);
    }
    wasm_engine_delete(e);
}

static void exhaustion(void)
{
    if (!kit_sanitized()) { /* shadow memory takes terabytes */
        passes("24 MB", space_24);
        passes("200 MB", space_200);
        passes("2000 MB", space_2000);
        passes("6000 MB", space_6000);
    }
    passes("no file descriptors", no_descriptors);
}

int main(int argc, char **argv)
{
    static const struct kit_test tests[] = {
        {"forks", forks},
        {"handlers", handlers},
        {"stacks", stacks},
        {"exhaustion", exhaustion},
    };
    return kit_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
