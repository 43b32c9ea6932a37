/* golden_tool: machine code of a .wat file for tests/golden/run.py, without running any of it.
 *
 *     golden_tool [switch...] file.wat
 *
 * Switches: cpu=0x..., memory=guarded|checked|movable, no-signals, fuel, counters, epochs,
 * spectre. Prints lines for the script:
 *
 *     range PLT_SIZE CODE_CAPACITY
 *     name OFFSET TEXT      what lies at an offset of the instance context
 *     libcall NUMBER NAME
 *     func INDEX NAME       a defined function, then its bytes placed at the end of the PLT, in hex
 *     code HEX
 *     error TEXT            instead of code: the compiler refused it */
#include "binary/binary.h"
#include "compile/compile.h"
#include "text/text.h"
#include "valid/valid.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const struct error *e, const char *what)
{
    fprintf(stderr, "%s: %s\n", what, e->text);
    return 2;
}

static char *read_file(const char *path, size_t *out_size)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *text = malloc(1 << 20);
    *out_size = text ? fread(text, 1, 1 << 20, f) : 0;
    fclose(f);
    return text;
}

static void print_fields(const struct hs_vmlayout *l)
{
    static const struct {
        uint32_t offset;
        const char *name;
    } head[] = {
        {HS_OFF_STACK_LIMIT, "stack_limit"},
        {HS_OFF_POLL, "poll"},
        {HS_OFF_MEM0_BASE, "mem0_base"},
        {HS_OFF_RUN, "run"},
        {HS_OFF_RT, "rt"},
        {HS_OFF_ARGS, "args"},
        {HS_OFF_MEM0, "mem0"},
        {HS_OFF_TAIL_CODE, "tail_code"},
        {HS_OFF_TAIL_VMCTX, "tail_vmctx"},
        {HS_OFF_HEAP, "heap"},
        {HS_OFF_GC, "gc"},
    };
    const struct module *m = l->module;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        printf("name %u %s\n", head[i].offset, head[i].name);
    for (uint32_t i = 0; i < m->nimported_funcs; i++) {
        printf("name %u import%u.code\n", hs_off_import(l, i), i);
        printf("name %u import%u.vmctx\n", hs_off_import(l, i) + 8, i);
    }
    for (uint32_t i = 0; i < m->nmemories; i++)
        printf("name %u memory%u\n", hs_off_memory(l, i), i);
    for (uint32_t i = 0; i < m->ntables; i++)
        printf("name %u table%u\n", hs_off_table(l, i), i);
    for (uint32_t i = 0; i < m->nglobals; i++)
        printf("name %u global%u\n", hs_off_global(l, i), i);
    for (uint32_t i = 0; i < m->nfuncs; i++)
        if (l->funcref_slot[i] != UINT32_MAX)
            printf("name %u funcref%u\n", hs_off_funcref(l, i), i);
    for (uint32_t i = 0; i < LIBCALL_COUNT; i++) {
        static const char *const names[] = {
#define LIBCALL(id, name, signature, trap) #name,
#include "abi/libcalls.def"
        };
        printf("libcall %u %s\n", i, names[i]);
    }
    printf("libcall %u tail_switch\n", (unsigned)HS_RT_TAIL_SWITCH);
}

int main(int argc, char **argv)
{
    struct hs_vmlayout layout = {.signals = true};
    enum hs_memory_style style = MEMORY_GUARDED_FIXED;
    uint32_t cpu = HS_CPU_SSE41 | HS_CPU_SSSE3 | HS_CPU_SSE42 | HS_CPU_POPCNT | HS_CPU_LZCNT |
                   HS_CPU_BMI1 | HS_CPU_BMI2;
    const char *path = NULL;
    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "cpu=", 4))
            cpu = (uint32_t)strtoul(argv[i] + 4, NULL, 0);
        else if (!strcmp(argv[i], "memory=guarded"))
            style = MEMORY_GUARDED_FIXED;
        else if (!strcmp(argv[i], "memory=checked"))
            style = MEMORY_CHECKED_FIXED;
        else if (!strcmp(argv[i], "memory=movable"))
            style = MEMORY_CHECKED_MOVABLE;
        else if (!strcmp(argv[i], "no-signals"))
            layout.signals = false;
        else if (!strcmp(argv[i], "fuel"))
            layout.fuel = true;
        else if (!strcmp(argv[i], "counters"))
            layout.counters = true;
        else if (!strcmp(argv[i], "epochs"))
            layout.epochs = true;
        else if (!strcmp(argv[i], "spectre"))
            layout.spectre = true;
        else
            path = argv[i];
    }
    if (!path)
        return 2;
    size_t size, nbytes;
    char *text = read_file(path, &size);
    uint8_t *bytes;
    struct error error;
    struct module m;
    hs_error_init(&error);
    if (!text || hs_text_parse(text, size, &bytes, &nbytes, &error) != ST_OK)
        return fail(&error, path);
    if (hs_binary_read(bytes, nbytes, HS_FEATURES_ALL, &m, &error) != ST_OK ||
        hs_valid_module(&m, 1, &error) != ST_OK || hs_vmlayout_init(&layout, &m) != ST_OK)
        return fail(&error, path);
    uint32_t *ids = calloc(m.ntypes + 1, sizeof *ids);
    for (uint32_t i = 0; ids && i < m.ntypes; i++)
        ids[i] = m.types[i].canon;
    layout.type_ids = ids;
    for (uint32_t i = 0; i < m.nmemories; i++)
        layout.memory_style[i] = m.memories[i].type.limits.is64 && style == MEMORY_GUARDED_FIXED
                                     ? (uint8_t)MEMORY_CHECKED_FIXED
                                     : (uint8_t)style;
    uint32_t defined = m.nfuncs - m.nimported_funcs;
    struct hs_compile_input in = {
        .module = &m,
        .layout = &layout,
        .plt_size = ((uint64_t)defined * HS_PLT_ENTRY + HS_PLT_LAZY + HS_CODE_ALIGN - 1) &
                    ~(uint64_t)(HS_CODE_ALIGN - 1),
        .code_capacity = 1 << 20,
        .cpu = cpu,
    };
    printf("range %" PRIu64 " %" PRIu64 "\n", in.plt_size, in.code_capacity);
    print_fields(&layout);
    struct hs_machine_code code;
    hs_machine_code_init(&code);
    for (in.func = m.nimported_funcs; in.func < m.nfuncs; in.func++) {
        struct span name = hs_module_func_name(&m, in.func);
        printf("func %u %.*s\n", in.func, (int)name.size, (const char *)name.data);
        hs_error_init(&error);
        size_t start;
        hs_machine_code_clear(&code);
        if (hs_baseline_compile(&in, &code, &start, &error) != ST_OK) {
            printf("error %s\n", error.text);
            continue;
        }
        hs_machine_code_place(&code, in.plt_size);
        printf("code ");
        for (size_t i = 0; i < code.bytes.count; i++)
            printf("%02x", code.bytes.data[i]);
        printf("\n");
    }
    hs_machine_code_deinit(&code);
    hs_vmlayout_deinit(&layout);
    hs_module_deinit(&m);
    free(ids);
    free(text);
    hs_free(bytes);
    return 0;
}
