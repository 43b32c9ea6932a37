/* The program: verbs and help. `hospes file.wasm` is `hospes run file.wasm`. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct verb {
    const char *name, *usage, *help;
    int (*run)(int argc, char **argv);
    unsigned accept;
} verbs[] = {
    {"run", "[options] FILE [arguments…]", "run a WebAssembly program", cmd_run, ACCEPT_RUN},
    {"validate", "[options] FILE…", "check that modules are valid", cmd_validate, 0},
    {"compile", "[options] FILE [-o OUT]", "serialize a module for --allow-precompiled",
     cmd_compile, ACCEPT_OUTPUT},
    {"wat2wasm", "FILE [-o OUT]", "translate the text format to the binary format", cmd_wat2wasm,
     ACCEPT_OUTPUT},
    {"wasm2wat", "FILE [-o OUT]", "print a module in the text format", cmd_wasm2wat, ACCEPT_OUTPUT},
    {"objdump", "[options] FILE", "show sections, names, instructions and machine code",
     cmd_objdump, ACCEPT_OBJDUMP},
    {"wast", "[options] FILE…", "run scripts of the official test suite", cmd_wast, ACCEPT_WAST},
};

static const struct help {
    char group;
    const char *name, *kind, *text;
} option_help[] = {
#define OPTION(group, name, kind, apply, help) {#group[0], name, #kind, help},
#include "options.def"
};

static const struct verb *find(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

void print_help(const char *name)
{
    const struct verb *v = name ? find(name) : NULL;
    if (!v) {
        printf("hospes %s, a WebAssembly runtime\n\nUsage: hospes [run] FILE [arguments…]\n       "
               "hospes COMMAND …\n\nCommands:\n",
               hospes_version());
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
            printf("  %-10s %s\n", verbs[i].name, verbs[i].help);
        printf("\n`hospes COMMAND --help` explains a command; `hospes --version` prints the "
               "version.\n");
        return;
    }
    printf("Usage: hospes %s %s\n\n%c%s.\n\nOptions:\n", v->name, v->usage, v->help[0] - 32,
           v->help + 1);
    if (v->accept & ACCEPT_RUN)
        printf(
            "  --dir HOST[::GUEST]     give the guest a directory, by default under the same name\n"
            "  --env NAME[=VALUE]      set an environment variable of the guest; without a value, "
            "pass the host's on\n"
            "  --invoke NAME           call this export with the arguments and print its results\n"
            "  --argv0 NAME            the program's name as the guest sees it\n"
            "  --preload NAME=FILE     instantiate a module first and let FILE import from it "
            "under NAME\n"
            "  --allow-precompiled     accept modules that `hospes compile` made\n");
    if (v->accept & ACCEPT_OUTPUT)
        printf("  -o, --output FILE       where to write; - is standard output\n");
    if (v->accept & ACCEPT_OBJDUMP)
        printf("  -w, --wasm              show the module in the text format\n"
               "  -d, --disassemble       show the machine code of functions (with LLVM's "
               "disassembler, where it is)\n"
               "  --func NAME|INDEX       this function only\n");
    if (v->accept & ACCEPT_WAST)
        printf("  --ledger FILE           assertions known to fail, a line FILE:LINE each\n"
               "  -v, --verbose           say where texts differ from the suite's\n");
    printf("  -h, --help              this text\n");
    static const struct {
        char group;
        const char *title;
    } groups[] = {{'W', "WebAssembly"},
                  {'C', "compilation"},
                  {'O', "code and memory"},
                  {'D', "debugging"},
                  {'S', "WASI"}};
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        printf("\n  -%c KEY[=VALUE][,…]       %s\n", groups[g].group, groups[g].title);
        for (size_t i = 0; i < sizeof option_help / sizeof *option_help; i++)
            if (option_help[i].group == groups[g].group) {
                char key[64];
                snprintf(key, sizeof key, "%s%s", option_help[i].name,
                         strcmp(option_help[i].kind, "BOOL") == 0   ? "[=y|n]"
                         : strcmp(option_help[i].kind, "TIME") == 0 ? "=TIME"
                                                                    : "=N");
                printf("      %-30s %s\n", key, option_help[i].text);
            }
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(NULL);
        return EXIT_USAGE;
    }
    const char *first = argv[1];
    if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0) {
        printf("hospes %s\n", hospes_version());
        return 0;
    }
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 || strcmp(first, "help") == 0) {
        print_help(argc > 2 ? argv[2] : NULL);
        return 0;
    }
    const struct verb *v = find(first);
    if (v)
        return v->run(argc - 1, argv + 1);
    return cmd_run(argc, argv); /* options or a file */
}
