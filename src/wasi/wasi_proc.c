/* The guest as a process: its end, its signals, its turn on the CPU, its randomness. Nothing
 * here reaches the host's process: an exit is an error that the embedder receives, a signal is
 * never sent. */
#include "wasi/wasi_ctx.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/random.h>
#include <wasmtime/trap.h>

/* Shells keep what is above for signals; Wasmtime refuses it in the same words. */
#define EXIT_STATUS_END 126

uint32_t hs_wasi_proc_exit(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    const uint32_t status = (uint32_t)arg[0].i32;
    wasmtime_error_t *error =
        status < EXIT_STATUS_END
            ? hospes_error_new_exit((int)status)
            : wasmtime_error_new("exit with invalid exit status outside of [0..126)");
    call->trap = hospes_trap_new_error(error);
    return WASI_SUCCESS;
}

/* What a signal would do to a process by default, in the order of the interface's numbers. */
enum action { IGNORE, TERMINATE, STOP };
static const struct {
    const char *name;
    enum action action;
} signals[] = {
    {"none", IGNORE},    {"hup", TERMINATE},    {"int", TERMINATE},  {"quit", TERMINATE},
    {"ill", TERMINATE},  {"trap", TERMINATE},   {"abrt", TERMINATE}, {"bus", TERMINATE},
    {"fpe", TERMINATE},  {"kill", TERMINATE},   {"usr1", TERMINATE}, {"segv", TERMINATE},
    {"usr2", TERMINATE}, {"pipe", IGNORE},      {"alrm", TERMINATE}, {"term", TERMINATE},
    {"chld", IGNORE},    {"cont", IGNORE},      {"stop", STOP},      {"tstp", STOP},
    {"ttin", STOP},      {"ttou", STOP},        {"urg", IGNORE},     {"xcpu", TERMINATE},
    {"xfsz", TERMINATE}, {"vtalrm", TERMINATE}, {"prof", TERMINATE}, {"winch", IGNORE},
    {"poll", TERMINATE}, {"pwr", TERMINATE},    {"sys", TERMINATE},
};

uint32_t hs_wasi_proc_raise(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    const uint32_t signal = (uint32_t)arg[0].i32;
    if (signal >= sizeof signals / sizeof *signals)
        return WASI_EINVAL;
    if (signals[signal].action == STOP)
        return WASI_ENOTSUP; /* nobody could continue it */
    if (signals[signal].action == TERMINATE) {
        char text[64];
        int n = snprintf(text, sizeof text, "the guest raised signal %s", signals[signal].name);
        call->trap = wasmtime_trap_new(text, (size_t)n);
    }
    return WASI_SUCCESS;
}

uint32_t hs_wasi_sched_yield(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    (void)call;
    (void)arg;
    sched_yield();
    return WASI_SUCCESS;
}

uint32_t hs_wasi_random_get(struct hs_wasi_call *call, const wasmtime_val_raw_t *arg)
{
    const size_t portion = 1 << 20; /* 2 ms or so between looks for an interruption */
    size_t size = (uint32_t)arg[1].i32;
    uint8_t *out = hs_guest_range(&call->mem, (uint32_t)arg[0].i32, size);
    if (!out)
        return WASI_EFAULT;
    while (size) {
        ssize_t n = getrandom(out, size < portion ? size : portion, 0);
        if (n < 0 && errno != EINTR)
            return hs_wasi_errno(errno);
        if (n > 0) {
            out += n;
            size -= (size_t)n;
        }
        if (size && hospes_context_interrupted(call->context))
            return WASI_EINTR;
    }
    return WASI_SUCCESS;
}
