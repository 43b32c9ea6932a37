/* Faults of compiled code; see platform.h. The handlers are installed once per process and never
 * removed. A signal is ours only if its PC lies in a registered code range and `decide` agrees;
 * every other one goes to whoever was there before, in the way that handler asked for.
 *
 * The table of ranges is a list of fixed chunks that only grows, so the handler reads it without
 * a lock. */
#include "base/alloc.h"
#include "platform/platform.h"
#include "platform/posix/fork.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <ucontext.h>

enum { CHUNK = 128 };
struct chunk {
    struct {
        _Atomic uintptr_t base, end; /* end 0: free */
    } ranges[CHUNK];
    _Atomic unsigned used; /* ranges ever used */
    struct chunk *_Atomic next;
};
static struct chunk tables[2];
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

void hs_faults_lock(void)
{
    pthread_mutex_lock(&table_lock);
}

void hs_faults_unlock(void)
{
    pthread_mutex_unlock(&table_lock);
}

int hs_fault_range_add(enum hs_fault_kind kind, const void *base, size_t size)
{
    int ticket = -1;
    pthread_mutex_lock(&table_lock);
    struct chunk *c = &tables[kind];
    for (int number = 0;; number++) {
        for (unsigned i = 0; i < CHUNK; i++) {
            if (atomic_load_explicit(&c->ranges[i].end, memory_order_relaxed))
                continue;
            atomic_store_explicit(&c->ranges[i].base, (uintptr_t)base, memory_order_relaxed);
            atomic_store_explicit(&c->ranges[i].end, (uintptr_t)base + size, memory_order_release);
            if (i >= atomic_load_explicit(&c->used, memory_order_relaxed))
                atomic_store_explicit(&c->used, i + 1, memory_order_release);
            ticket = (number * CHUNK + (int)i) * 2 + (int)kind;
            goto done;
        }
        struct chunk *next = atomic_load_explicit(&c->next, memory_order_relaxed);
        if (!next) {
            if (!(next = hs_calloc(1, sizeof *next)))
                goto done;
            atomic_store_explicit(&c->next, next, memory_order_release);
        }
        c = next;
    }
done:
    pthread_mutex_unlock(&table_lock);
    return ticket;
}

void hs_fault_range_remove(int ticket)
{
    if (ticket < 0)
        return;
    pthread_mutex_lock(&table_lock);
    struct chunk *c = &tables[ticket & 1];
    for (ticket /= 2; ticket >= CHUNK; ticket -= CHUNK)
        c = atomic_load_explicit(&c->next, memory_order_relaxed);
    atomic_store_explicit(&c->ranges[ticket].end, 0, memory_order_release);
    pthread_mutex_unlock(&table_lock);
}

bool hs_fault_range_has(enum hs_fault_kind kind, uintptr_t address)
{
    for (struct chunk *c = &tables[kind]; c;
         c = atomic_load_explicit(&c->next, memory_order_acquire)) {
        unsigned used = atomic_load_explicit(&c->used, memory_order_acquire);
        for (unsigned i = 0; i < used; i++) {
            uintptr_t end = atomic_load_explicit(&c->ranges[i].end, memory_order_acquire);
            if (address < end &&
                address >= atomic_load_explicit(&c->ranges[i].base, memory_order_relaxed))
                return true;
        }
    }
    return false;
}

/* --- Handlers --------------------------------------------------------------------------------- */

static bool (*decide_fault)(const struct hs_fault *, struct hs_fault_resume *);
static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGTRAP};
static struct sigaction previous[sizeof signals / sizeof *signals];

#if defined(__x86_64__)
static const int greg_of[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                REG_R12, REG_R13, REG_R14, REG_R15};

enum { ERR_WRITE = 2 }; /* of the page fault's error code */

/* The divisor of the div or idiv at pc, in register form: the only form compiled code has. */
static bool divisor_is_zero(const uint8_t *pc, const greg_t *regs)
{
    unsigned rex = 0;
    if ((*pc & 0xf0) == 0x40)
        rex = *pc++;
    if (pc[0] != 0xf7 || (pc[1] & 0xc0) != 0xc0)
        return true;
    uint64_t value = (uint64_t)regs[greg_of[(pc[1] & 7) | (rex & 1) << 3]];
    return rex & 8 ? value == 0 : (uint32_t)value == 0;
}

static bool handle(int number, siginfo_t *info, ucontext_t *uc)
{
    greg_t *regs = uc->uc_mcontext.gregs;
    struct hs_fault fault = {.pc = (uintptr_t)regs[REG_RIP],
                             .fp = (uintptr_t)regs[REG_RBP],
                             .sp = (uintptr_t)regs[REG_RSP],
                             .context = (uintptr_t)regs[REG_R13]};
    if (number == SIGTRAP)
        fault.pc--; /* the PC is behind int3 */
    if (!hs_fault_range_has(FAULT_CODE, fault.pc))
        return false;
    switch (number) {
    case SIGFPE:
        if (info->si_code != FPE_INTDIV)
            return false;
        fault.what = divisor_is_zero((const uint8_t *)fault.pc, regs) ? FAULT_DIVIDE_ZERO
                                                                      : FAULT_DIVIDE_OVERFLOW;
        break;
    case SIGTRAP: fault.what = FAULT_BREAKPOINT; break;
    default:
        if (info->si_code <= 0) /* sent by somebody, not raised by an access */
            return false;
        fault.what = FAULT_ACCESS;
        /* A non-canonical address is reported as 0; no access of compiled code makes one (bases and
         * indices are bounded), so it is not ours and `decide` refuses it. */
        fault.address = (uintptr_t)info->si_addr;
        fault.write =
            number == SIGSEGV && info->si_code == SEGV_ACCERR && (regs[REG_ERR] & ERR_WRITE);
        break;
    }
    struct hs_fault_resume resume = {0};
    if (!__atomic_load_n(&decide_fault, __ATOMIC_ACQUIRE)(&fault, &resume))
        return false;
    regs[REG_RIP] = (greg_t)resume.pc;
    if (!resume.keep_registers) {
        regs[REG_RSP] = (greg_t)resume.sp;
        regs[REG_RDI] = (greg_t)resume.argument;
        regs[REG_EFL] &= ~(greg_t)0x400; /* direction flag, as the ABI has it */
    }
    return true;
}
#else
#error "faults.c: no code for this machine yet"
#endif

static void on_signal(int number, siginfo_t *info, void *context)
{
    int saved = errno;
    bool done = handle(number, info, context);
    errno = saved;
    if (done)
        return;
    unsigned which = 0;
    while (signals[which] != number)
        which++;
    const struct sigaction *old = &previous[which];
    if (old->sa_flags & SA_SIGINFO) {
        old->sa_sigaction(number, info, context);
    } else if (old->sa_handler == SIG_IGN && number == SIGTRAP) {
        return;
    } else if (old->sa_handler == SIG_DFL || old->sa_handler == SIG_IGN) {
        /* Put the default back; the instruction faults again and the process ends as it would
         * have. A signal that somebody sent does not come again by itself: raise it. */
        sigaction(number, old, NULL);
        if (info->si_code <= 0 || number == SIGTRAP)
            raise(number);
    } else {
        old->sa_handler(number);
    }
}

static void install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_signal;
    /* NODEFER: a fault inside the handler of the host we chain to must reach us again. ONSTACK:
     * the thread's alternate stack if it has one (Go requires it); without one the handler runs
     * on the thread's stack, which compiled code never exhausts, since it checks the limit
     * itself. */
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, &previous[i]);
}

enum status hs_fault_install(bool (*decide)(const struct hs_fault *, struct hs_fault_resume *))
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    /* engines are made in several threads */
    __atomic_store_n(&decide_fault, decide, __ATOMIC_RELEASE);
    pthread_once(&once, install);
    return ST_OK;
}

bool hs_fault_arrives(void)
{
    enum { EVERY = 256 };
    static __thread unsigned left __attribute__((tls_model("initial-exec")));
    if (left) {
        left--;
        return true;
    }
    struct sigaction now;
    sigset_t blocked;
    if (sigaction(SIGSEGV, NULL, &now) != 0 || !(now.sa_flags & SA_SIGINFO) ||
        now.sa_sigaction != on_signal || pthread_sigmask(SIG_SETMASK, NULL, &blocked) != 0 ||
        sigismember(&blocked, SIGSEGV))
        return false;
    left = EVERY;
    return true;
}
