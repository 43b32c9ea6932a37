/* Memories whose tenants write the same few pages are sealed: cleaned without a look, since no
 * other page can be written. Steady tenants that now and then do something else, each of which
 * sums up its whole memory before it begins, by its own code: a host that looked would open the
 * memory. */
#include "kit.h"
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORTS                                                                                    \
    "(func (export \"sum\") (result i64) (local $at i32) (local $end i32) (local $sum i64)"        \
    "  (local.set $end (i32.shl (memory.size) (i32.const 16)))"                                    \
    "  (loop $next"                                                                                \
    "    (local.set $sum (i64.add (i64.rotl (local.get $sum) (i64.const 1)) (i64.load (local.get " \
    "$at))))"                                                                                      \
    "    (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) "          \
    "(local.get $end))))"                                                                          \
    "  (local.get $sum))"                                                                          \
    "(func (export \"store\") (param i32 i64) (i64.store (local.get 0) (local.get 1)))"            \
    "(func (export \"byte\") (param i32) (i32.store8 (local.get 0) (i32.const 255)))"              \
    "(func (export \"vector\") (param i32) (v128.store (local.get 0) (v128.const i64x2 -1 -1)))"   \
    "(func (export \"atomic\") (param i32) (result i64) (i64.atomic.rmw.add (local.get 0) "        \
    "(i64.const -3)))"                                                                             \
    "(func (export \"fill\") (param i32 i32) (memory.fill (local.get 0) (i32.const 0xee) "         \
    "(local.get 1)))"                                                                              \
    "(func (export \"copy\") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) "        \
    "(local.get 2)))"                                                                              \
    "(func (export \"init\") (param i32) (memory.init $passive (local.get 0) (i32.const 0) "       \
    "(i32.const 9)))"                                                                              \
    "(func (export \"grow\") (result i32) (memory.grow (i32.const 1)))"                            \
    "(func (export \"spread\") (param i32 i32) (loop $next"                                        \
    "  (i32.store8 (local.get 0) (i32.const 1)) (local.set 0 (i32.sub (local.get 0) (i32.const "   \
    "4096)))"                                                                                      \
    "  (br_if $next (local.tee 1 (i32.sub (local.get 1) (i32.const 1))))))"                        \
    "(func (export \"die\") (param i32 i32) (i32.store (local.get 0) (i32.const -1)) (i32.store "  \
    "(local.get 1) (i32.const -1)))"                                                               \
    "(data $passive \"PASSIVELY\")"

static const struct {
    const char *text;
    uint32_t pages, look_every;
    uint32_t places[4]; /* where its tenants write */
} kinds[] = {
    {"(module (memory (export \"m\") 1 4)" EXPORTS ")", 1, 1, {0, 300, 40000, 65528}},
    {"(module (memory (export \"m\") 1 4) (data (i32.const 16) \"hello, tenant\")" EXPORTS ")",
     1,
     1,
     {16, 17, 4090, 4096}},
    {"(module (memory (export \"m\") 3 9) (data (i32.const 16) \"another\") (data (i32.const "
     "70000) \"far away\")" EXPORTS ")",
     3,
     2,
     {70001, 69000, 150000, 20}},
    {"(module (memory (export \"m\") 40 60) (data (i32.const 70000) \"wide\")" EXPORTS ")",
     40,
     16,
     {70000, 70008, 2000000, 1000000}},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static wasm_engine_t *engine;
static wasmtime_module_t *compiled[KINDS], *client;
static uint64_t sums[KINDS];

static void tenant_open(struct guest *g, unsigned k)
{
    guest_open(g, engine, compiled[k]);
}

static uint64_t sum_of(struct guest *g)
{
    uint64_t sum = 0;
    check(guest_call(g, "sum", ":l", &sum) == KIT_DONE);
    return sum;
}

static void setup(void)
{
    engine = kit_engine(KIT_GUARDED, KIT_FEATURES);
    client = kit_module(engine, "(module (import \"\" \"m\" (memory 1)) (func (export \"poke\") "
                                "(param i32) (i64.store (local.get 0) (i64.const -1))))");
    for (unsigned k = 0; k < KINDS; k++) {
        struct guest g;
        compiled[k] = kit_module(engine, kinds[k].text);
        tenant_open(&g, k);
        sums[k] = sum_of(&g); /* of a memory that nobody had before */
        guest_close(&g);
    }
}

static void teardown(void)
{
    for (unsigned k = 0; k < KINDS; k++)
        wasmtime_module_delete(compiled[k]);
    wasmtime_module_delete(client);
    wasm_engine_delete(engine);
}

static unsigned below(unsigned *seed, unsigned n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (unsigned)((uint64_t)(*seed >> 4) * n >> 28);
}

static void as_always(struct guest *g, unsigned k, unsigned *seed)
{
    for (unsigned i = 0; i < 4; i++)
        check(guest_call(g, "byte", "i", kinds[k].places[i] + below(seed, 8)) == KIT_DONE);
}

/* The kernel writes into the memory for the host. It gives an error instead of a signal if it
 * may not. */
static void host_reads(struct guest *g, uint32_t at, uint32_t n)
{
    int pipe_ends[2];
    static const char bytes[5000] = {1, 2, 3};
    wasmtime_memory_t m = guest_memory(g, "m");
    need(pipe(pipe_ends) == 0 && write(pipe_ends[1], bytes, n) == (ssize_t)n);
    check(read(pipe_ends[0], wasmtime_memory_data(g->cx, &m) + at, n) == (ssize_t)n);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

/* Something that the tenants of this module do not do each time. */
static void for_once(struct guest *g, unsigned k, unsigned *seed)
{
    uint32_t bytes = kinds[k].pages << 16, at = below(seed, bytes - 6000), n = below(seed, 5000),
             x = 0;
    uint64_t y = 0;
    switch (below(seed, 14)) {
    case 0: check(guest_call(g, "store", "il", at, UINT64_MAX) == KIT_DONE); break;
    case 1:
        check(guest_call(g, "store", "il", (at | 4095) - 3, UINT64_MAX) == KIT_DONE);
        break; /* in two pages */
    case 2: check(guest_call(g, "vector", "i", (at | 4095) - 8) == KIT_DONE); break;
    case 3: check(guest_call(g, "atomic", "i:l", at & ~7u, &y) == KIT_DONE); break;
    case 4: check(guest_call(g, "fill", "ii", at, n) == KIT_DONE); break;
    case 5:
        check(guest_call(g, "copy", "iii", at, below(seed, bytes - 6000), n) == KIT_DONE);
        break;
    case 6: check(guest_call(g, "init", "i", (at | 4095) - 4) == KIT_DONE); break;
    case 7:
        check(guest_call(g, "grow", ":i", &x) == KIT_DONE && x == kinds[k].pages);
        check(guest_call(g, "store", "il", bytes - 4, UINT64_MAX) ==
              KIT_DONE); /* half of it in what grew */
        check(guest_call(g, "fill", "ii", bytes, 65536u) == KIT_DONE);
        break;
    case 8:
        check(guest_call(g, "spread", "ii", bytes - 1, below(seed, kinds[k].pages * 16 - 1) + 1) ==
              KIT_DONE);
        break;
    case 9:
        check(guest_call(g, "die", "ii", at, bytes) == WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS);
        check(guest_call(g, "die", "ii", at + 9000 < bytes ? at + 5000 : 0u, UINT32_MAX) ==
              WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS);
        break;
    case 10:
        if (below(seed, 20) == 0)
            host_reads(g, at, n + 1);
        break;
    case 11:
        if (below(seed, 20) == 0) {
            wasmtime_extern_t import;
            wasm_trap_t *trap = NULL;
            struct guest other = *g;
            other.trap = NULL;
            need(wasmtime_instance_export_get(g->cx, &g->instance, "m", 1, &import));
            need(!kit_error(
                     wasmtime_instance_new(g->cx, client, &import, 1, &other.instance, &trap)) &&
                 !trap);
            check(guest_call(&other, "poke", "i", at) == KIT_DONE);
        }
        break;
    case 12:
        if (below(seed, 20) == 0)
            check(guest_call(g, "fill", "ii", 0u, bytes) == KIT_DONE);
        break;
    default: break;
    }
}

/* Mappings of images without the right to write: one for each image, and more for each sealed
 * memory. */
static unsigned sealed_mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned n = 0;
    need(maps);
    while (fgets(line, sizeof line, maps))
        n += strstr(line, " r--p ") && strstr(line, "hospes-image");
    fclose(maps);
    return n;
}

static void tenancies(unsigned long count, unsigned unusual, unsigned *seed)
{
    for (unsigned long t = 0; t < count && kit_failures < 10; t++) {
        unsigned k = (unsigned)(t / 8 % (KINDS * 4)) < 15 ? (unsigned)(t % (KINDS - 1)) : KINDS - 1;
        struct guest g;
        tenant_open(&g, k);
        if (below(seed, kinds[k].look_every) == 0)
            check_text(sum_of(&g) == sums[k], "tenancy %lu of module %u sees another's memory", t,
                       k);
        as_always(&g, k, seed);
        if (unusual && below(seed, unusual) == 0)
            for_once(&g, k, seed);
        guest_close(&g);
    }
}

/* Modules are made anew from time to time, since a memory that was sealed in vain too often
 * stays open. */
static void steady_tenants(void)
{
    const char *n = getenv("TENANCIES");
    unsigned long total = n ? strtoul(n, NULL, 10) : kit_sanitized() ? 6000 : 150000;
    enum { ROUND = 1500 };
    unsigned seed = 1, open = 0, rounds = 0, mappings = 0;
    for (unsigned long done = 0; done < total && kit_failures < 10; done += ROUND) {
        setup();
        open = sealed_mappings();
        tenancies(ROUND, rounds % 3 ? 60 : 700, &seed);
        mappings += sealed_mappings() - open;
        rounds++;
        teardown();
    }
    check_text(mappings >= rounds,
               "%u mappings without the right to write after %u rounds: nothing was sealed",
               mappings, rounds);
    printf("  %lu tenancies, %u mappings sealed in %u rounds\n", total, mappings, rounds);
}

/* Parent and child go on with the sealed memories that the parent had. */
static void after_fork(void)
{
    unsigned seed = 7;
    setup();
    tenancies(600, 0, &seed);
    check(sealed_mappings() > KINDS);
    fflush(NULL);
    pid_t child = fork();
    need(child >= 0);
    tenancies(1500, 20, &seed);
    if (child == 0)
        _exit(kit_failures != 0);
    int status = 0;
    need(waitpid(child, &status, 0) == child);
    check_text(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %#x", status);
    teardown();
}

/* Where the kernel cannot be asked, as before Linux 6.7, faults alone tell which pages are
 * written. */
static void without_scan(void)
{
    unsigned seed = 9;
    setup();
    for (unsigned k = 0; k < KINDS; k++) {
        struct guest g;
        tenant_open(&g, k);
        as_always(&g, k,
                  &seed); /* compiled before, since code in a child needs a file of its own */
        guest_close(&g);
    }
    fflush(NULL);
    pid_t child = fork();
    need(child >= 0);
    if (child == 0) {
        struct rlimit before, none;
        need(getrlimit(RLIMIT_NOFILE, &before) == 0);
        none = before;
        none.rlim_cur = 0;
        need(setrlimit(RLIMIT_NOFILE, &none) == 0);
        tenancies(8, 0, &seed); /* the library's file to ask with cannot be opened in the child */
        need(setrlimit(RLIMIT_NOFILE, &before) == 0);
        tenancies(600, 0, &seed);
        check(sealed_mappings() > KINDS);
        tenancies(2000, 30, &seed);
        _exit(kit_failures != 0);
    }
    int status = 0;
    need(waitpid(child, &status, 0) == child);
    check_text(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %#x", status);
    teardown();
}

static void *tenant_thread(void *env)
{
    unsigned seed = (unsigned)(uintptr_t)env;
    tenancies(kit_sanitized() ? 1000 : 10000, 200, &seed);
    return NULL;
}

/* Memories go from thread to thread. */
static void threads(void)
{
    enum { THREADS = 3 };
    pthread_t ids[THREADS];
    setup();
    for (uintptr_t i = 0; i < THREADS; i++)
        need(pthread_create(&ids[i], NULL, tenant_thread, (void *)(i + 1)) == 0);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(ids[i], NULL);
    teardown();
}

/* A thread that the signal does not reach. */
static void *deaf_thread(void *env)
{
    unsigned seed = 3;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    for (unsigned k = 0; k < KINDS; k++) {
        struct guest g;
        tenant_open(&g, k);
        check(sum_of(&g) == sums[k]);
        check(guest_call(&g, "byte", "i", (kinds[k].pages << 16) - 9000 - k) == KIT_DONE);
        check(guest_call(&g, "fill", "ii", 100u, 30000u) == KIT_DONE);
        guest_close(&g);
    }
    tenancies(300, 0, &seed);
    return NULL;
}

static void not_ours(int number)
{
    static const char text[] = "a fault came to the host's handler\n";
    (void)!write(2, text, sizeof text - 1);
    _exit(3);
}

static void *other_handler_thread(void *env)
{
    struct sigaction mine = {.sa_handler = not_ours}, before;
    need(sigaction(SIGSEGV, &mine, &before) == 0);
    unsigned seed = 4;
    for (unsigned k = 0; k < KINDS; k++) {
        struct guest g;
        tenant_open(&g, k);
        check(sum_of(&g) == sums[k]);
        check(guest_call(&g, "byte", "i", (kinds[k].pages << 16) - 13000 - k) == KIT_DONE);
        guest_close(&g);
    }
    tenancies(300, 0, &seed);
    need(sigaction(SIGSEGV, &before, NULL) == 0);
    return NULL;
}

/* Sealed memories are not given to threads whose faults do not come to us. */
static void without_signals(void)
{
    unsigned seed = 5;
    void *(*const bodies[])(void *) = {deaf_thread, other_handler_thread};
    for (unsigned i = 0; i < 2; i++) {
        setup();
        tenancies(600, 0, &seed);
        check(sealed_mappings() > KINDS);
        pthread_t id;
        need(pthread_create(&id, NULL, bodies[i], NULL) == 0);
        pthread_join(id, NULL);
        tenancies(600, 100, &seed);
        teardown();
    }
}

int main(int argc, char **argv)
{
    static const struct kit_test tests[] = {
        {"steady_tenants", steady_tenants},   {"after_fork", after_fork},
        {"without_scan", without_scan},       {"threads", threads},
        {"without_signals", without_signals},
    };
    return kit_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
