/* hospes objdump: what is in a module. Sections are read off the binary format's frame;
 * instructions are the text format; machine code is disassembled with LLVM's C interface, opened
 * when it is there, and shown as bytes when it is not. */
#include "cli.h"
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Sections --------------------------------------------------------------------------------- */

static bool read_u32(const uint8_t **p, const uint8_t *end, uint32_t *out)
{
    uint32_t x = 0;
    for (unsigned shift = 0; shift < 35 && *p < end; shift += 7) {
        uint8_t b = *(*p)++;
        x |= (uint32_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) {
            *out = x;
            return true;
        }
    }
    return false;
}

/* The bytes of a name from a guest, for a terminal. */
static void print_name(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)name[i] >= 0x20 && name[i] != 0x7f)
            putchar(name[i]);
        else
            printf("\\x%02x", (unsigned char)name[i]);
}

static void print_sections(const wasm_byte_vec_t *bytes)
{
    static const char *const names[] = {"custom", "type",   "import",     "function", "table",
                                        "memory", "global", "export",     "start",    "elem",
                                        "code",   "data",   "data count", "tag"};
    const uint8_t *base = (const uint8_t *)bytes->data, *end = base + bytes->size, *p = base + 8;
    printf("Sections:\n  %10s %10s %10s  %s\n", "offset", "size", "entries", "section");
    while (p < end) {
        uint8_t id = *p++;
        uint32_t size, count = 0;
        if (!read_u32(&p, end, &size) || size > (size_t)(end - p))
            break;
        const uint8_t *q = p;
        bool counted = id != 0 && id != 8 && read_u32(&q, p + size, &count);
        printf("  %#10tx %10" PRIu32 " ", p - base, size);
        if (counted)
            printf("%10" PRIu32, count);
        else
            printf("%10s", "");
        printf("  %s", id < sizeof names / sizeof *names ? names[id] : "?");
        if (id == 0 && read_u32(&q, p + size, &count) && count <= (size_t)(p + size - q)) {
            printf(" \"");
            print_name((const char *)q, count);
            putchar('"');
        }
        putchar('\n');
        p += size;
    }
}

/* --- Machine code ----------------------------------------------------------------------------- */

struct disassembler {
    void *library, *context;
    size_t (*one)(void *context, uint8_t *bytes, uint64_t size, uint64_t pc, char *out,
                  size_t out_size);
    void (*dispose)(void *context);
};

static void disassembler_open(struct disassembler *d)
{
    static const char *const libraries[] = {"libLLVM.so.22.1", "libLLVM-22.so",
                                            "libLLVM.so.19.1", "libLLVM-19.so",
                                            "libLLVM-15.so.1", "libLLVM-14.so.1"};
    void (*info)(void), (*mc)(void), (*dis)(void);
    void *(*create)(const char *, void *, int, void *, void *);
    int (*set_options)(void *, uint64_t);
    *d = (struct disassembler){NULL, NULL, NULL, NULL};
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries && !d->library; i++)
        d->library = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);
    if (!d->library)
        return;
    *(void **)&info = dlsym(d->library, "LLVMInitializeX86TargetInfo");
    *(void **)&mc = dlsym(d->library, "LLVMInitializeX86TargetMC");
    *(void **)&dis = dlsym(d->library, "LLVMInitializeX86Disassembler");
    *(void **)&create = dlsym(d->library, "LLVMCreateDisasm");
    *(void **)&set_options = dlsym(d->library, "LLVMSetDisasmOptions");
    *(void **)&d->one = dlsym(d->library, "LLVMDisasmInstruction");
    *(void **)&d->dispose = dlsym(d->library, "LLVMDisasmDispose");
    if (!info || !mc || !dis || !create || !d->one || !d->dispose)
        return;
    info();
    mc();
    dis();
    d->context = create("x86_64-unknown-linux-gnu", NULL, 0, NULL, NULL);
    if (d->context && set_options)
        set_options(d->context, 4 /* the assembler's other dialect: Intel */ |
                                    2 /* immediates in hexadecimal */);
}

static void disassembler_close(struct disassembler *d)
{
    if (d->context)
        d->dispose(d->context);
    if (d->library)
        dlclose(d->library);
}

static void print_code(struct disassembler *d, uint8_t *code, size_t size)
{
    for (size_t at = 0; at < size;) {
        char text[256] = "";
        size_t n = d->context ? d->one(d->context, code + at, size - at, at, text, sizeof text) : 0;
        size_t shown = n ? n : size - at < 8 ? size - at : 8;
        printf("  %6zx:", at);
        for (size_t i = 0; i < shown; i++)
            printf(" %02x", code[at + i]);
        if (*text)
            printf("%*s%s", (int)(shown < 10 ? (10 - shown) * 3 : 1), "", text);
        putchar('\n');
        at += shown;
    }
}

static int print_functions(const struct options *o, const wasmtime_module_t *module)
{
    uint32_t imported, total = hospes_module_func_count(module, &imported);
    struct disassembler d;
    int status = 0;
    bool found = false;
    disassembler_open(&d);
    if (!d.context)
        fputs("note: no LLVM library was found, so machine code is shown as bytes\n", stderr);
    for (uint32_t i = imported; i < total && !status; i++) {
        const char *name;
        size_t size;
        char number[16];
        hospes_module_func_name(module, i, &name, &size);
        snprintf(number, sizeof number, "%" PRIu32, i);
        if (o->function && strcmp(o->function, number) != 0 &&
            (strlen(o->function) != size || memcmp(o->function, name ? name : "", size) != 0))
            continue;
        found = true;
        wasm_byte_vec_t code;
        wasmtime_error_t *error = hospes_module_machine_code(module, i, &code, NULL);
        if (error) {
            status = report_error("failed to compile a function", NULL, error);
            break;
        }
        printf("\nFunction %" PRIu32, i);
        if (name) {
            putchar(' ');
            print_name(name, size);
        }
        printf(", %zu bytes:\n", code.size);
        print_code(&d, (uint8_t *)code.data, code.size);
        wasm_byte_vec_delete(&code);
    }
    disassembler_close(&d);
    if (o->function && !found && !status)
        status = complain("there is no function `%s` with code in the module", o->function);
    return status;
}

int cmd_objdump(int argc, char **argv)
{
    struct options o;
    options_init(&o);
    int i = options_parse(&o, "objdump", ACCEPT_OBJDUMP, argc, argv);
    if (i < 0 || i + 1 != argc) {
        wasm_config_delete(o.config);
        return i == -2 ? 0 : i < 0 ? EXIT_USAGE : complain("`hospes objdump` needs one file");
    }
    wasm_engine_t *engine = wasm_engine_new_with_config(o.config);
    wasm_byte_vec_t bytes;
    if (!engine)
        return complain("cannot make an engine");
    if (!read_binary(argv[i], &bytes)) {
        wasm_engine_delete(engine);
        return EXIT_ERROR;
    }
    int status = 0;
    wasmtime_module_t *module = NULL;
    wasmtime_error_t *error =
        wasmtime_module_new(engine, (const uint8_t *)bytes.data, bytes.size, &module);
    if (error) {
        status = report_error("failed to compile the module", NULL, error);
    } else {
        print_sections(&bytes);
        if (o.bytecode) {
            wasm_byte_vec_t text;
            error = hospes_wasm2wat((const uint8_t *)bytes.data, bytes.size, &text);
            if (error) {
                status = report_error("failed to print the module", NULL, error);
            } else {
                printf("\n%.*s", (int)text.size, text.data);
                wasm_byte_vec_delete(&text);
            }
        }
        if (!status && (o.machine_code || o.function))
            status = print_functions(&o, module);
        wasmtime_module_delete(module);
    }
    wasm_byte_vec_delete(&bytes);
    wasm_engine_delete(engine);
    return status;
}
