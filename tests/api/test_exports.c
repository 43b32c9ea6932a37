/*
 * Opens the shared library as a program of any language would, and looks up every
 * function of the C API by name.
 *
 *     test_exports library ledger
 *
 * The ledger lists what the library does not export yet, one name or one prefix
 * with a final `*` per line; lines that begin with `#` are comments. It can only
 * shrink: a name that is missing without being listed fails, and so does a line
 * that no missing name matches any more.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MAX_LINES = 1024, MAX_NAME = 160 };

static char lines[MAX_LINES][MAX_NAME]; /* the ledger */
static bool used[MAX_LINES];            /* whether a missing name matched the line */
static unsigned n_lines;

static const char *const names[] = {
#define FACT_FUNCTION(result, name, parameters) #name,
#include "facts.def"
    /* <hospes.h> */
    "hospes_version",
    "hospes_error_new_exit",
    "hospes_trap_new_error",
    "hospes_store_slot_new",
    "hospes_store_slot_set",
    "hospes_store_slot_get",
    "hospes_caller_memory",
    "hospes_context_interrupted",
    "hospes_wasi_config_preopen_dir",
    "hospes_config_lazy_set",
    "hospes_module_new_owned_file",
    "hospes_wasm2wat",
    "hospes_module_func_count",
    "hospes_module_func_name",
    "hospes_module_machine_code",
    "hospes_config_count_entries_set",
    "hospes_module_func_entries",
    "hospes_config_gc_stress_set",
};

static bool read_ledger(const char *path)
{
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return false;
    while (n_lines < MAX_LINES && fgets(lines[n_lines], MAX_NAME, f) != NULL) {
        lines[n_lines][strcspn(lines[n_lines], "\r\n")] = 0;
        if (lines[n_lines][0] != 0 && lines[n_lines][0] != '#')
            n_lines++;
    }
    fclose(f);
    return true;
}

static bool matches(const char *line, const char *name)
{
    size_t n = strlen(line);
    if (line[n - 1] == '*')
        return strncmp(line, name, n - 1) == 0;
    return strcmp(line, name) == 0;
}

static bool listed(const char *name)
{
    bool found = false;
    for (unsigned i = 0; i < n_lines; i++) {
        if (matches(lines[i], name)) {
            used[i] = true;
            found = true;
        }
    }
    return found;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: test_exports library ledger\n");
        return 2;
    }
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    if (!read_ledger(argv[2])) {
        fprintf(stderr, "%s cannot be read\n", argv[2]);
        return 2;
    }
    unsigned total = sizeof names / sizeof names[0], missing = 0, unlisted = 0, stale = 0;
    for (unsigned i = 0; i < total; i++) {
        if (dlsym(library, names[i]) != NULL)
            continue;
        missing++;
        if (!listed(names[i])) {
            printf("missing: %s\n", names[i]);
            unlisted++;
        }
    }
    for (unsigned i = 0; i < n_lines; i++) {
        if (!used[i]) {
            printf("exported by now, strike it from the ledger: %s\n", lines[i]);
            stale++;
        }
    }
    printf(
        "%u of %u functions exported; %u missing, %u of them not in the ledger; %u stale lines\n",
        total - missing, total, missing, unlisted, stale);
    return unlisted != 0 || stale != 0;
}
