/* cli.h: the command line, an embedder like any other: it uses the public headers only. Each
 * verb is a function of its arguments that returns the exit status; main.c finds it.
 *
 * Exit statuses are Wasmtime's: 0, the guest's own, 1 for errors, 134 for traps, 2 for wrong
 * arguments. */
#ifndef HS_CLI_CLI_H
#define HS_CLI_CLI_H

#include <hospes.h>
#include <stdint.h>
#include <wasmtime.h>

enum { EXIT_ERROR = 1, EXIT_USAGE = 2, EXIT_TRAP = 134 };

struct strings {
    const char **data;
    size_t count;
};
void strings_add(struct strings *s, const char *text);

struct options {
    wasm_config_t *config;
    uint64_t fuel, max_instances, max_memories, max_tables, max_memory, max_table;
    uint64_t timeout_ns;
    bool unknown_trap, unknown_default, inherit_env;
    /* run */
    struct strings dirs, envs, preloads;
    const char *invoke, *argv0, *output;
    bool allow_precompiled;
    /* wast */
    const char *ledger;
    /* objdump */
    const char *function;
    bool machine_code, bytecode;
    bool verbose;
};
void options_init(struct options *o);

/* What a verb accepts besides the groups. */
enum { ACCEPT_RUN = 1, ACCEPT_OUTPUT = 2, ACCEPT_WAST = 4, ACCEPT_OBJDUMP = 8 };

/* Reads options up to the first argument that is none; returns its index, or -1 after a
 * complaint, or -2 after help. */
int options_parse(struct options *o, const char *verb, unsigned accept, int argc, char **argv);

/* Loads a module from a file: binary, text, or (when allowed) serialized. NULL after a
 * complaint. */
wasmtime_module_t *load_module(wasm_engine_t *engine, const char *path, bool allow_precompiled);
/* The whole file; false after a complaint. */
bool read_file(const char *path, wasm_byte_vec_t *out);
/* The same for a module in the binary or the text format; always binary. */
bool read_binary(const char *path, wasm_byte_vec_t *out);
bool write_file(const char *path, const void *bytes, size_t size);

/* Complaints on standard error: "Error: context" and the chain of causes, numbered as Wasmtime
 * does. Consume their argument; return the exit status. */
int report_error(const char *context, const char *context2, wasmtime_error_t *error);
int report_trap(const char *context, const char *context2, wasm_trap_t *trap);
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

int cmd_run(int argc, char **argv);
int cmd_validate(int argc, char **argv);
int cmd_compile(int argc, char **argv);
int cmd_wat2wasm(int argc, char **argv);
int cmd_wasm2wat(int argc, char **argv);
int cmd_objdump(int argc, char **argv);
int cmd_wast(int argc, char **argv);
void print_help(const char *verb);

#endif
